"""Values for the conditions that compare a name or a glob, and paths for those with a prefix."""

import re
from collections.abc import Sequence
from typing import Any

from fencekit.engines.native.request_view import PATH_KEYS
from fencekit.engines.native.unknown_questions import value_matches
from fencekit.regex.random_choices import Choices, menu

GLOB_PART = re.compile(r"\*+|\?|\[!?\]?[^\]]*\]|[^*?\[]+|\[")
STARS = ("", "x", "x*", "\n")
JSON = (str, int, float, list, dict, type(None))


def matching(choices: Choices, expected: Any) -> Any:
    """Return a value that is equal to the one expected, or that its glob matches."""
    if not isinstance(expected, str):
        return expected if isinstance(expected, JSON) else str(expected)
    said = "".join(part_of(choices, part) for part in GLOB_PART.findall(expected))
    return said if value_matches(said, expected) else expected


def part_of(choices: Choices, part: str) -> str:
    """Return text that a part of a glob matches."""
    if part[0] == "*":
        return choices.pick(STARS)
    if part == "?":
        return choices.pick(("x", "*"))
    if part[0] == "[" and len(part) > 2:
        inside = part[1:-1]
        return choices.pick(("x", "0", "A")) if inside[0] == "!" else choices.pick(tuple(inside))
    return part


def near_name(choices: Choices, expected: Any) -> Any:
    """Return a value beside the one expected: another case, a space, a list of it, nothing."""
    if not isinstance(expected, str):
        return choices.pick((str(expected), [expected], None, not expected, 0, 1, ""))
    said = str(matching(choices, expected))
    return choices.pick(
        (
            f"{said}x",
            said[:-1],
            said[1:],
            f"x{said}",
            said.upper(),
            said.capitalize(),
            f"{said} ",
            f"{said}\n",
            "x",
            "",
            [said],
            None,
            {said: said},
            expected,
        )
    )


def choose_value(choices: Choices, expected: Sequence[Any], *, near: bool) -> Any:
    """Return a value that suits all that is expected of one name, or one of it; or nearly so."""
    one = choices.pick(tuple(expected))
    if near:
        return near_name(choices, one)
    found = matching(choices, one)
    if len(expected) > 1 and not all(value_matches(found, other) for other in expected):
        offered = [matching(choices, other) for other in expected]
        suiting = [v for v in offered if all(value_matches(v, other) for other in expected)]
        return suiting[0] if suiting else found
    return found


BEHIND_PREFIX = menu((8, ""), (4, "x"), (1, "/x"), (1, "../x"), (1, "/../x"), (1, "x/y"), (1, "\n"))

BESIDE_PREFIX = (
    "{short}",
    "{short}x",
    "{bare}",
    "{bare}-x/y",
    "{bare}/../x",
    "/{}x",
    "/{bare}",
    "./{}x",
    "{upper}x",
    "x{}",
    " {}x",
    "{encoded}x",
    "{doubled}x",
    "{dotted}x",
    "{parent}",
    "",
    "/",
    "x",
)
"""Paths beside a prefix: shorter, a sibling, doubled, dotted, encoded, in another case."""


def path_under(choices: Choices, prefix: str, *, near: bool) -> str:
    """Return a path that begins with the prefix, or one that a careless reader would say does."""
    if not near:
        return prefix + choices.pick(BEHIND_PREFIX)
    bare = prefix.rstrip("/") or prefix
    return choices.pick(BESIDE_PREFIX).format(
        prefix,
        short=prefix[:-1],
        bare=bare,
        upper=prefix.swapcase(),
        encoded=prefix.replace("/", "%2f").replace(".", "%2e"),
        doubled=prefix.replace("/", "//"),
        dotted=prefix.replace("/", "/./"),
        parent=bare.rpartition("/")[0],
    )


PATH_NAMES = menu((8, PATH_KEYS[0]), *((1, key) for key in PATH_KEYS[1:]))
DECOY_PATHS = ("Path", "paths", "file_path", "data")


def path_fields(choices: Choices, path: str, *, near: bool) -> dict[str, Any]:
    """Return the arguments that say a path; with `near` perhaps where nobody looks."""
    if not near or choices.chance(70):
        return {choices.pick(PATH_NAMES): path}
    how = choices.upto(2)
    if how == 0:
        return {choices.pick(DECOY_PATHS): path}
    if how == 1:
        return {PATH_KEYS[0]: "x", PATH_KEYS[1]: path}
    return {PATH_KEYS[0]: [path]}
