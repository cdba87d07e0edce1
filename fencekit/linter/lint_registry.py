"""The lint rules by slug: every module of `rules/` has one, called RULE."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import cast

from fencekit.linter.lint_rule import LintRule
from fencekit.model.errors import UsageError
from fencekit.model.source import Place

FOLDER = Path(__file__).parent / "rules"
ROOM = "fencekit.linter.rules"


@cache
def rules() -> dict[str, LintRule]:
    """Return every rule by its slug, sorted."""
    names = sorted(info.name for info in iter_modules([str(FOLDER)]))
    found = [cast("LintRule", import_module(f"{ROOM}.{name}").RULE) for name in names]
    return {rule.slug: rule for rule in sorted(found, key=lambda rule: rule.slug)}


def explanation(slug: str) -> str:
    """Return what the file of a rule says of it; raise UsageError for no slug."""
    check_slugs([slug])
    module = import_module(f"{ROOM}.{slug.replace('-', '_')}")
    return (module.__doc__ or "").strip()


def check_slugs(slugs: Iterable[str], place: Place | None = None) -> tuple[str, ...]:
    """Return the slugs; raise UsageError for one that there is not."""
    given = tuple(slugs)
    for slug in given:
        if slug not in rules():
            near = get_close_matches(slug, rules(), n=1)
            hint = f"did you mean `{near[0]}`?" if near else "`fencekit lint --list` has them all"
            raise UsageError(f"no such slug: `{slug}`", place=place, hint=hint)
    return given
