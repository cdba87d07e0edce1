"""Comments in a policy that silence a finding: `# fencekit: ignore[slug] because …`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fencekit.linter.lint_registry import rules
from fencekit.linter.lint_rule import Violation
from fencekit.model.source import Place, SourceFile
from fencekit.reading.yaml_comments import comments

WRITTEN = re.compile(r"fencekit\s*:\s*ignore\b(?:\s*\[(?P<slugs>[^\]]*)\])?\s*(?P<reason>.*)")
FORM = "write `# fencekit: ignore[slug] reason`"
WITHOUT_REASON = "ignore-without-reason"
UNUSED = "unused-ignore"


@dataclass
class Ignore:
    """A comment that silences findings of some slugs on a line, and which of them it silenced."""

    place: Place
    covers: int
    slugs: tuple[str, ...]
    reason: str
    used: set[str] = field(default_factory=set)

    def silences(self, slug: str, hit: Violation) -> bool:
        """Say whether it speaks of the finding: on its line, or on the first line of its rule."""
        if slug not in self.slugs:
            return False
        places = (hit.place, hit.rule.place if hit.rule is not None else None)
        return any(at and (at.file, at.line) == (self.place.file, self.covers) for at in places)


def ignores_in(sources: Iterable[SourceFile]) -> list[Ignore]:
    """Return the comments of some files that silence findings, or that try to."""
    found = []
    for source in sources:
        for comment in comments(source.text):
            written = WRITTEN.match(comment.text)
            if written:
                place = Place(source.path, comment.line, comment.column)
                named = (slug.strip() for slug in (written["slugs"] or "").split(","))
                slugs = tuple(slug for slug in named if slug)
                found.append(Ignore(place, comment.covers, slugs, written["reason"].strip(" :-")))
    return found


def faults_of(ignore: Ignore, looked_for: Iterable[str]) -> Iterator[tuple[str, Violation]]:
    """Yield what is wrong with a comment, with the slug; only of shapes that were looked for."""
    if not ignore.slugs:
        yield UNUSED, Violation(ignore.place, "names no slug, so it silences nothing", hint=FORM)
        return
    for slug in ignore.slugs:
        if slug not in rules():
            hint = "`fencekit lint --list` has every slug"
            yield UNUSED, Violation(ignore.place, f"`{slug}` is no slug", hint=hint)
        elif slug in looked_for and slug not in ignore.used:
            message = f"nothing on this line is `{slug}`: take the comment out"
            yield UNUSED, Violation(ignore.place, message)
    if not ignore.reason:
        named = ", ".join(f"`{slug}`" for slug in ignore.slugs)
        yield (
            WITHOUT_REASON,
            Violation(ignore.place, f"silences {named} and does not say why", hint=FORM),
        )
