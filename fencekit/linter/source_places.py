"""Where exactly the parts of a rule are written: a key, an element of a list, a capability."""

from collections.abc import Iterable

from fencekit.model.errors import PolicyError
from fencekit.model.policy import Condition, Rule
from fencekit.model.source import Place, SourceFile
from fencekit.reading import yaml
from fencekit.reading.yaml import Located


class Places:
    """The parts of a policy's files, found by the places that its rules and conditions have."""

    def __init__(self, files: Iterable[SourceFile]) -> None:
        self._values: dict[Place, Located] = {}
        self._mappings: dict[Place, Located] = {}
        for source in files:
            document = yaml.parse(source.text, source.path, PolicyError)
            for part in document.walk() if document is not None else ():
                if part.items:
                    self._mappings[part.place] = part
                for key, value in part.items:
                    self._values[key.place] = value

    def element(self, condition: Condition, number: int) -> Place:
        """Return where the element of that number, from 0, stands; the key where it is no list."""
        value = self._values.get(condition.place)
        if value is None or number >= len(value.elements):
            return condition.place
        return value.elements[number].place

    def capability(self, rule: Rule) -> Place:
        """Return where the capability of a rule is written; the rule where it has none."""
        found = self._mappings.get(rule.place)
        return self.key(found, "capability") or rule.place

    def note(self, rule: Rule, name: str) -> Place:
        """Return where a key of the rule is written that is no condition; the rule if it is not."""
        # A risk level stands where its key does; there the mapping of all levels may begin as well.
        of_level = self.key(self._values.get(rule.place), name)
        return of_level or self.key(self._mappings.get(rule.place), name) or rule.place

    @staticmethod
    def key(mapping: Located | None, name: str) -> Place | None:
        """Return where a key of a mapping is written; None where it is not."""
        items = mapping.items if mapping is not None else ()
        return next((key.place for key, _ in items if key.value == name), None)
