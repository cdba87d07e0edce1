"""Which shapes are looked for, and how much each matters: chosen by slug and by file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from fencekit.linter.lint_registry import rules
from fencekit.linter.lint_rule import LintRule
from fencekit.model.finding import Level

OFF = "off"
MILDER = {Level.ERROR: Level.WARNING, Level.WARNING: Level.NOTE, Level.NOTE: Level.NOTE}


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels that differ from the shapes' own.

    `chosen` has a level by slug, None for a shape that is off. `per_file` has the same for the
    files that a glob matches; of several globs that match, the last one wins. `select` and
    `ignore` are slugs: with `select`, only those are looked for; an ignored one never is.
    """

    chosen: Mapping[str, Level | None] = field(default_factory=dict)
    per_file: tuple[tuple[str, Mapping[str, Level | None]], ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def looked_for(self, *, with_log: bool) -> dict[str, LintRule]:
        """Return the shapes that are looked for; those that ask for a log only with one."""
        return {
            slug: shape
            for slug, shape in rules().items()
            if (not self.select or slug in self.select)
            and slug not in self.ignore
            and (with_log or not shape.needs_log)
            and self.is_on_somewhere(slug)
        }

    def is_on_somewhere(self, slug: str) -> bool:
        """Say whether the shape has a level in any file; one that is selected by name has."""
        given = [levels[slug] for _, levels in self.per_file if slug in levels]
        return slug in self.select or any((*given, self.chosen.get(slug, Level.NOTE)))

    def of(self, shape: LintRule, file: str, *, mild: bool = False) -> Level | None:
        """Return the level of a shape in a file; None where it is off there.

        What is mild has the next lower level, where none is configured.
        """
        own = MILDER[shape.level] if mild else shape.level
        level = self.chosen.get(shape.slug, own)
        for glob, levels in self.per_file:
            if shape.slug in levels and matches(file, glob):
                level = levels[shape.slug]
        return level or (own if shape.slug in self.select else None)


def matches(file: str, glob: str) -> bool:
    """Say whether a glob matches a file, both relative to the working directory."""
    return fnmatchcase(os.path.normpath(file), os.path.normpath(glob))
