"""A token is narrowed: the block that does it, and the proof that nothing is looser after it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fencekit.dialects.token.token_reader import CAPABILITIES, Token, TokenReader
from fencekit.dialects.token.token_rules import policy_of
from fencekit.model.errors import PolicyError, UsageError
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved, Result, Witness
from fencekit.reading import json, yaml
from fencekit.reading.message_words import list_words
from fencekit.reading.yaml import Located

QUOTES = "''"
LISTS = ("paths", "except")
OPTIONS: Mapping[str, tuple[str, str, Callable[[TokenReader, Located], object]]] = {
    "--path": ("paths", "paths", lambda reader, part: reader.patterns(part, "paths")),
    "--except": ("exceptions", "except", lambda reader, part: reader.patterns(part, "except")),
    "--expires": ("expires", "expires", lambda reader, part: reader.moment(part, needed=False)),
    "--max-bytes": ("max_bytes", "max_bytes", lambda reader, part: reader.size(part)),
}
"""What narrows a token by option: its name in `asked`, its key in the file, and who reads that."""


def narrower_block(token: Token, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the block that takes away what is asked; raise UsageError where nothing is.

    `asked` has tools and paths to keep, exceptions, expires, max_bytes, and approval. Raises
    UsageError also for a value that means nothing in a token, by the name of its option.
    """
    if not any(asked.values()):
        hint = "keep some `--tool` or `--path`, or name an earlier `--expires`"
        raise UsageError("nothing is taken away", hint=hint)
    problems = [problem for option in OPTIONS for problem in problems_of(option, asked)]
    if problems:
        raise UsageError.together(problems)
    last = token.blocks[-1]
    there = {grant.name: grant for grant in last.tools}
    for name in asked["tools"]:
        if name not in there:
            raise UsageError(f"the token has no tool `{name}`", hint=f"it has {list_words(there)}")
    entries = [
        entry_of(name, there[name].capability, asked) for name in asked["tools"] or sorted(there)
    ]
    more = {"expires": asked["expires"]} if asked["expires"] else {}
    return {**more, "tools": entries}


def problems_of(option: str, asked: Mapping[str, Any]) -> Iterator[UsageError]:
    """Yield what is wrong with the values of an option, as a reader of the token would find it."""
    name, key, read = OPTIONS[option]
    values = asked[name] if isinstance(asked[name], tuple) else (asked[name],)
    for value in values:
        if value is None:
            continue
        part = yaml.parse(json.write({key: [value] if key in LISTS else value}), "", PolicyError)
        assert part is not None
        reader = TokenReader()
        read(reader, part)
        for problem in reader.problems:
            message = f"`{option} {value or QUOTES}`: {problem.message}"
            yield UsageError(message, hint=problem.hint)


def entry_of(name: str, capability: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one tool keeps."""
    entry: dict[str, Any] = {"name": name}
    if name not in CAPABILITIES:
        entry["capability"] = capability
    if asked["paths"] or name in CAPABILITIES:
        entry["paths"] = list(asked["paths"]) or ["**"]
    if asked["exceptions"]:
        entry["except"] = list(asked["exceptions"])
    if asked["max_bytes"] is not None:
        entry["max_bytes"] = asked["max_bytes"]
    if asked["approval"]:
        entry["approval"] = True
    return entry


def prove_no_looser(
    parent: Token, child: Token, compare: Callable[[Policy, Policy], Result]
) -> None:
    """Raise PolicyError unless it is proved that no call is decided looser by the child."""
    if child.expires > parent.expires:
        raise PolicyError("the narrowed token would expire later")
    found = compare(policy_of(parent), policy_of(child))
    if isinstance(found, Proved):
        return
    if isinstance(found, Witness):
        call = json.write(found.request.args.values)
        said = f"the narrowed token would be looser for `{found.request.capability}` with `{call}`"
        raise PolicyError(said)
    raise PolicyError(
        f"it could not be proved that the narrowed token is no looser: {found.reason}"
    )
