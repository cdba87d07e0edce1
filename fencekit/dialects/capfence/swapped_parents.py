"""The policy that a file would be if two of the files that it extends changed places.

The files are those that were read for the policy; nothing is read again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from fencekit.dialects.capfence.merge_extends import parents
from fencekit.dialects.capfence.policy_layer import Layer, read_layer
from fencekit.model.errors import PolicyError
from fencekit.model.policy import Policy
from fencekit.model.source import Place
from fencekit.reading import yaml


@dataclass(frozen=True, slots=True)
class SwappedParents:
    """A policy with two neighbours of one `extends` in each other's place."""

    policy: Policy
    first: str
    second: str
    place: Place


def swapped_parents(policy: Policy) -> Iterator[SwappedParents]:
    """Yield the policy with each two neighbours of each `extends` in each other's place."""
    for file in policy.files:
        document = yaml.parse(file.text, file.path, PolicyError)
        names = parents(document) if document is not None else []
        for at in range(len(names) - 1):
            swapped = [*names[:at], names[at + 1], names[at], *names[at + 2 :]]
            try:
                merged = Again(policy, file.path, swapped).merge()
            except PolicyError:
                continue  # a parent whose file is not to be told among those that were read
            (first, place), (second, _) = names[at], names[at + 1]
            yield SwappedParents(merged, first, second, place)


@dataclass
class Again:
    """A policy merged once more from the same files, with one `extends` in another order."""

    original: Policy
    file: str
    order: list[tuple[str, Place]]
    under_way: list[str] = field(default_factory=list)

    def merge(self) -> Policy:
        """Return the policy."""
        return self.layer(self.original.file).policy(self.original.file, self.original.files)

    def layer(self, path: str) -> Layer:
        """Return the merged layer of a file that was read."""
        if path in self.under_way:
            raise PolicyError(f"`{path}` extends itself")
        self.under_way.append(path)
        text = next(file.text for file in self.original.files if file.path == path)
        document = yaml.parse(text, path, PolicyError)
        merged = Layer()
        for name, _ in self.order if path == self.file else parents(document):
            stem = name.removesuffix(".yaml").removesuffix(".yml")
            merged = self.layer(self.resolve(name)).with_prefix(stem).over(merged)
        self.under_way.pop()
        return read_layer(document, text).over(merged)

    def resolve(self, name: str) -> str:
        """Return the one file among those that were read which the name can mean."""
        parts = PurePath(name).parts
        found = [
            file.path
            for file in self.original.files
            if PurePath(file.path).parts[-len(parts) :] == parts
        ]
        if len(found) != 1:
            raise PolicyError(f"cannot tell which file `{name}` is")
        return found[0]
