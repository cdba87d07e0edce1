"""Requests by the thousand, aimed at the rules of a policy: what matches, and what nearly does."""

from random import Random
from typing import Any

from conformance import vocabulary as words
from conformance.generators import AMOUNTS, DEPTHS
from fencekit.model.request import Request

Target = tuple[Any, dict[str, Any]]
"""A rule that requests are aimed at: its capability and its conditions, as loaded."""


def request(random: Random, targets: list[Target]) -> Request:
    """Return a request that is aimed at one of the rules, or at none."""
    args: dict[str, Any] = {}
    context: dict[str, Any] = {}
    if random.random() < 0.3:
        clutter(random, args, context)
    wanted: Any = random.choice(words.SEGMENTS)
    if targets and random.random() < 0.95:
        wanted, conditions = random.choice(targets)
        for name, value in conditions.items():
            if random.random() < 0.93:
                satisfy(random, name, value, args, context)
    if random.random() < 0.35:
        risky = random.choice(words.LEVELS)
        odd = random.random() < 0.2
        context["risk_level"] = random.choice(words.ODD_NAME_VALUES) if odd else risky
    if random.random() < 0.3:
        clutter(random, args, context)
    if random.random() < 0.1:
        args = dict(random.sample(list(args.items()), len(args)))
    environment = environment_for(random, context)
    return Request(requested(random, wanted), environment=environment, context=context, args=args)


def environment_for(random: Random, context: dict[str, Any]) -> str | None:
    """Return the environment beside the context, mostly taken out of it, or none."""
    given = context.get("environment")
    if isinstance(given, str) and random.random() < 0.8:
        return str(context.pop("environment"))
    if random.random() < 0.8:
        return None
    if random.random() < 0.7:
        context.pop("environment", None)
    return random.choice(["production", "staging", ""])


def requested(random: Random, wanted: Any) -> str:
    """Return a capability that a pattern covers, or nearly so."""
    text = wanted if isinstance(wanted, str) else random.choice(["", "5", "shell.exec", "True"])
    segments = [
        random.choice(words.SEGMENTS) if segment == "*" and random.random() < 0.9 else segment
        for segment in text.split(".")
    ]
    if len(segments) < 3 and random.random() < 0.5:
        segments.append(random.choice(words.SEGMENTS))
    near = ".".join(segments)
    if random.random() < 0.8:
        return near
    return random.choice(
        [
            *(
                text,
                f"{near}\n",
                f"{near} ",
                f" {near}",
                near.upper(),
                f"{near}.x.y",
                near[:-1],
                "*",
            ),
            *(f"{near}*", f"{near}é", "", "*.*.*", near.replace(".", ".."), f"{near}\n\n", "\n"),
            *(text.removesuffix(".*") + "roll run", text.removesuffix("*") + "a b", f"{near}.*"),
        ]
    )


def clutter(random: Random, args: dict[str, Any], context: dict[str, Any]) -> None:
    """Put things into the request that nobody has asked for, and decoys that somebody has."""
    for _ in range(random.choice([1, 1, 2, 3])):
        choice = random.randrange(8)
        if choice == 0:
            args[random.choice(words.DECOY_KEYS)] = random.choice([1, 500, "/etc", None])
        elif choice == 1:
            args[random.choice(words.AMOUNT_KEYS)] = random.choice(
                [*words.NOT_AMOUNTS, *words.ODD_AMOUNTS]
            )
        elif choice == 2:
            args[random.choice(words.PATH_KEYS)] = random.choice([None, "/x", "", 5, ["/etc"]])
        elif choice == 3:
            name = random.choice(tuple(words.NAMES))
            random.choice([args, context])[name] = any_name(random, name)
        elif choice == 4:
            context["caller_depth"] = random.choice([*words.DEPTHS, *words.ODD_DEPTHS])
        elif choice == 5:
            nested = {random.choice(words.TEXT_KEYS): [random.choice(words.TEXTS), 1, None]}
            args[random.choice(["data", "options"])] = nested
        else:
            args[random.choice(words.TEXT_KEYS)] = random.choice(words.TEXTS)


def any_name(random: Random, name: str) -> Any:
    """Return a value for one of the conditions that compare a name."""
    odd = random.random() < 0.3
    return random.choice(words.ODD_NAME_VALUES if odd else words.NAME_VALUES[name])


def satisfy(
    random: Random, name: str, value: Any, args: dict[str, Any], context: dict[str, Any]
) -> None:
    """Put into the request what makes a condition hold, or nearly so."""
    if name in ("contains", "match_keywords"):
        mention(random, one_of(random, value), args)
    elif name == "match_regex":
        pattern = str(one_of(random, value))
        texts = next((hit for own, hit in words.REGEXES.items() if own[1:-1] == pattern), None)
        args[random.choice(words.TEXT_KEYS)] = random.choice(texts or (pattern, "a", ""))
    elif name in AMOUNTS:
        for key in random.sample(words.AMOUNT_KEYS, random.choice([1, 1, 1, 2])):
            args[key] = amount_near(random, value)
    elif name in DEPTHS:
        odd = random.random() < 0.15
        context["caller_depth"] = (
            random.choice([*words.DEPTHS, *words.ODD_DEPTHS]) if odd else near(random, value)
        )
    elif name == "path_prefix":
        spoiled = random.choice([*("x", "", "/passwd") * 3, "../", "\n"])
        for key in random.sample(words.PATH_KEYS, random.choice([1, 1, 1, 2])):
            args[key] = random.choice([f"{value}{spoiled}"] * 4 + [f" {value}", value, "/x"])
    else:
        stands = random.choice(
            [(context,), (context,), (context,), (args,), (args,), (args, context)]
        )
        for there in stands:
            there[name] = name_near(random, name, value)


def one_of(random: Random, value: Any) -> Any:
    """Return an element of a list, or the value itself."""
    return (random.choice(value) if value else "") if isinstance(value, list) else value


def mention(random: Random, keyword: Any, args: dict[str, Any]) -> None:
    """Put a keyword into the arguments: as it is, in another case, quoted, spread, as a key."""
    text = str(keyword)
    spelled = random.choice(
        [
            *(text, text, text, f"x {text} y", text.upper(), text.lower(), text.title()),
            *(
                text.replace(" ", "  "),
                text.replace(" ", "\n"),
                f"'{text}'",
                f'"{text}"',
                text[:-1],
            ),
            *(text.replace("\\n", "\n"), f"{text}\n", text.swapcase(), text.casefold()),
        ]
    )
    choice = random.random()
    if choice < 0.75:
        args[random.choice(words.TEXT_KEYS)] = spelled
    elif choice < 0.85:
        args[spelled] = 1
    elif choice < 0.95:
        args["data"] = {"deep": [spelled]}
    else:
        args["raw"] = keyword


def near(random: Random, threshold: Any) -> Any:
    """Return a number at a threshold or right beside it."""
    if not isinstance(threshold, int | float):
        return random.choice([0, 1, 100, threshold if isinstance(threshold, str) else 5])
    return random.choice([threshold, threshold, threshold + 1, threshold - 1, threshold * 2, -1])


def amount_near(random: Random, threshold: Any) -> Any:
    """Return an amount near a threshold, in one of many spellings."""
    choice = random.random()
    if choice < 0.1:
        return random.choice(words.ODD_AMOUNTS)
    if choice < 0.2:
        return random.choice(words.NOT_AMOUNTS)
    number = near(random, threshold)
    if choice < 0.35:
        return random.choice([f"{number}", f" {number}\n", f"{number}.0", [number], f"${number}"])
    return number


def name_near(random: Random, name: str, expected: Any) -> Any:
    """Return a value that a name condition accepts, or nearly so."""
    choice = random.random()
    if choice < 0.15:
        return any_name(random, name)
    if not isinstance(expected, str):
        alike = [value for value in words.ODD_NAME_VALUES if value == expected]
        return random.choice([expected, *alike, str(expected), [expected]])
    for sign, replacement in (("[!p]", "s"), ("[ps]", "p"), ("[a]", "a"), ("[!a]", "b")):
        expected = expected.replace(sign, replacement)
    filled = expected.replace("*", random.choice(["", "x", "\n", "*"])).replace("?", "s")
    return filled if choice < 0.85 else random.choice([filled.upper(), f"{filled}\n", f" {filled}"])
