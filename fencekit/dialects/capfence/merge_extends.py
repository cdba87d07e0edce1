"""Files and what they extend, found and merged as CapFence finds and merges them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fencekit.dialects.capfence.policy_layer import Layer, read_layer
from fencekit.dialects.capfence.rule_names import name_rules
from fencekit.dialects.capfence.strict_checks import complaints
from fencekit.model.errors import PolicyError
from fencekit.model.policy import Policy
from fencekit.model.source import Place, SourceFile
from fencekit.reading import yaml
from fencekit.reading.file_trees import DISK, FileTree

MAX_RULES = 100_000
"""How many rules a policy may have once all files are merged; each file counts each time."""


@dataclass
class Loader:
    """One loading of a policy: where names are looked for, and what has been read."""

    strict: bool
    root: Path | None
    search_paths: Sequence[Path]
    tree: FileTree = DISK
    files: dict[str, SourceFile] = field(default_factory=dict)
    loaded: dict[str, Layer] = field(default_factory=dict)
    under_way: list[str] = field(default_factory=list)

    def policy(self, path: str) -> Policy:
        """Return the policy in the file and all that it extends."""
        found = self.in_search_paths(path) or Path(path)
        layer = self.layer(str(found))
        return layer.policy(self.tree.display_name(str(found)), tuple(self.files.values()))

    def layer(self, path: str) -> Layer:
        """Return the merged layer of a file."""
        with self.hold_open(path):
            if path not in self.loaded:
                self.loaded[path] = self.read(path)
            return self.loaded[path]

    def read(self, path: str) -> Layer:
        """Read a file and merge it over its parents, of which the last one comes first."""
        shown = self.tree.display_name(path)
        text, digest = self.tree.read(path, PolicyError)
        self.files[path] = SourceFile(shown, digest, text)
        document = yaml.parse(text, shown, PolicyError)
        own = self.check_document(document, shown, text)
        merged = Layer()
        for name, place in parents(document):
            parent = self.layer(self.resolve(name, place, path))
            merged = parent.with_prefix(name.removesuffix(".yaml").removesuffix(".yml")).over(
                merged
            )
            if len(merged.rules) > MAX_RULES:
                message = f"the files extended here have more than {MAX_RULES:,} rules together"
                raise PolicyError(message, place=place)
        return own.over(merged)

    def check_document(self, document: yaml.Located | None, path: str, written: str) -> Layer:
        """Return the layer of a document; when strict, with every complaint in one error."""
        problems: list[PolicyError] = []
        layer = Layer()
        try:
            layer = read_layer(document, written)
        except PolicyError as error:
            problems.extend([error, *also(error)])
        if self.strict:
            problems.extend(complaints(document))
            name_rules(
                list(layer.rules), written, path, lambda *said: problems.append(error_at(*said))
            )
        if problems:
            for problem in problems:
                problem.also = ()
                problem.place = problem.place or Place(path)
            raise PolicyError.together(problems)
        return layer

    def resolve(self, name: str, place: Place, child: str) -> str:
        """Return the path of a parent; raise PolicyError, with the reason, when it is not there."""
        found = self.in_search_paths(name)
        if found is None:
            found = Path(name) if self.root is None else self.root / name
        if self.tree.exists(found):
            return str(found)
        sibling = Path(child).parent / name
        hint = ""
        if self.tree.exists(sibling):
            folder = str(sibling.parent)
            hint = (
                f"`{sibling}` exists, but names in `extends` are looked for in the working "
                f"directory, not beside the file: pass `--policy-root {folder}`"
            )
        raise PolicyError(f"cannot find `{name}`, which is extended here", place=place, hint=hint)

    def in_search_paths(self, name: str) -> Path | None:
        """Return the file of a relative name in the first search path that has it."""
        if Path(name).is_absolute():
            return None
        exists = self.tree.exists
        return next((at / name for at in self.search_paths if exists(at / name)), None)

    @contextmanager
    def hold_open(self, path: str) -> Iterator[None]:
        """Hold the file as under way; raise PolicyError when it already is."""
        real = self.tree.real(path)
        if real in self.under_way:
            message = f"`{path}` extends itself, by way of the files that it extends"
            raise PolicyError(message, place=Place(self.tree.display_name(path)))
        self.under_way.append(real)
        try:
            yield
        finally:
            self.under_way.pop()


def error_at(message: str, place: Place) -> PolicyError:
    """Return the error for what stands at a place."""
    return PolicyError(message, place=place)


def also(error: PolicyError) -> list[PolicyError]:
    """Return the other errors that were raised together with this one."""
    return [other for other in error.also if isinstance(other, PolicyError)]


def parents(document: yaml.Located | None) -> list[tuple[str, Place]]:
    """Return the names in `extends`, as CapFence reads them; raise PolicyError for no name."""
    given = document.find("extends") if document is not None else None
    if given is None or not given.value:
        return []
    if isinstance(given.value, str):
        return [(given.value, given.place)]
    if isinstance(given.value, list):
        named = [(element.value, element.place) for element in given.elements]
    elif isinstance(given.value, dict):
        named = [(key.value, key.place) for key, _ in given.items]
    else:
        raise PolicyError("`extends` is neither a file nor a list of files", place=given.place)
    for name, place in named:
        if not isinstance(name, str) or not name:
            raise PolicyError(f"`extends` names `{name}`, which is no file", place=place)
    return named
