"""Conditions that a given call meets, by what CapFence would see of it: text, amount, path, names.

What the call is printed as comes from Python's own `str`, as in CapFence; a part of that is a
keyword, or a regex, that the call meets. Edits of such conditions are nearly met.
"""

import re
import sys
from collections.abc import Callable
from random import Random
from typing import Any

from prove.adversary.pair import Document

AMOUNTS = ("amount", "total", "value", "sum", "quantity", "price", "cost")
PATHS = ("path", "file", "filepath", "filename", "target", "directory", "root")
NAMES = ("environment", "user_role", "tenant", "table", "tool_name", "risk_level")
MARKS = (
    r"(?<!\\)\\[xuU]",
    r"\\n",
    r"\\\\",
    r"'",
    r'"',
    r"\[",
    r"\{",
    ", ",
    ": ",
    r"\d",
    r"\s",
    r"\\'",
)
SHAPES = (
    *(r"^\[", r"^\['", r'^\["', r"^\{'", r"^\{\}$", r"^\[\]$", r"\]$", r"\}$", "^$", "^ $", "None"),
    *(
        "True",
        r"\.0$",
        r"^-?\d+$",
        r"^\d+ \d+$",
        r"e[+-]\d",
        "^[^0-9]+$",
        r"^\D*$",
        "nan|inf",
        r"^.$",
    ),
)
STEPS = (0, 0, 1, -1, 0.5, -0.5)


def condition(random: Random, args: Document) -> Document:
    """Return one condition that the arguments meet, mostly."""
    ways = [keyword, regex, regex]
    if any(key in args for key in AMOUNTS):
        ways += [amount] * 4
    if any(key in args for key in PATHS):
        ways += [path] * 4
    if any(key in args for key in NAMES):
        ways += [name] * 3
    return random.choice(ways)(random, args)


def conditions(random: Random, args: Document) -> Document:
    """Return one to three conditions that the arguments meet, mostly.

    Now and then only they do: their text is asked for as a whole, beside what is read of them.
    """
    found: Document = {}
    if random.random() < 0.35 and args:
        for ask, keys in ((amount, AMOUNTS), (path, PATHS), (name, NAMES)):
            if any(key in args for key in keys) and random.random() < 0.7:
                found.update(ask(random, args))
        wholes = random.choice(((whole_text,), (whole_values,), (whole_text, whole_values)))
        for ask in wholes:
            found.update(ask(random, args))
        return found
    for _ in range(random.choice((1, 1, 2, 2, 3))):
        found.update(condition(random, args))
    return found


def whole_text(_: Random, args: Document) -> Document:
    return {"contains": str(args)[:200]}


def whole_values(_: Random, args: Document) -> Document:
    text = " ".join(map(str, args.values()))
    return {"match_regex": "^" + re.escape(text[:100]) + ("$" if len(text) <= 100 else "")}


def keyword(random: Random, args: Document) -> Document:
    text = str(args)
    part = some_part(random, text)
    choice = random.random()
    if choice < 0.15:
        part = random.choice(
            (part.upper(), part.lower(), part + " ", " " + part, part[1:], part + "'")
        )
    if random.random() < 0.2:
        other = random.choice(("zz", "\\", "'", "\\x", "[]", "{}", part[1:], f"{part}'"))
        return {"match_keywords": random.sample([part, other], k=2)}
    return {"contains": part}


def regex(random: Random, args: Document) -> Document:
    text = " ".join(map(str, args.values()))
    choice = random.random()
    if choice < 0.35:
        return {"match_regex": "^" + re.escape(text[:60]) + ("$" if len(text) <= 60 else "")}
    if choice < 0.6:
        return {"match_regex": re.escape(some_part(random, text))}
    if choice < 0.7:
        return {"match_regex": generalised(random, text[:40])}
    if choice < 0.8:
        found = [one for one in MARKS if re.search(one, text)]
        return {"match_regex": random.choice(found or MARKS)}
    found = [one for one in SHAPES if re.search(one, text)]
    return {"match_regex": random.choice(found or SHAPES)}


def some_part(random: Random, text: str) -> str:
    if not text:
        return ""
    start = random.randrange(len(text))
    return text[start : start + random.choice((1, 2, 3, 5, 8, 12))]


def generalised(random: Random, text: str) -> str:
    """Return a regex that finds the text: its digits as digits, its letters as letters."""
    parts = []
    for char in text:
        if char.isdigit() and random.random() < 0.6:
            parts.append(random.choice((r"\d", "[0-9]")))
        elif char.isalpha() and random.random() < 0.4:
            parts.append(random.choice((r"\w", ".", f"(?i:{char.swapcase()})")))
        else:
            parts.append(re.escape(char))
    return f"^{''.join(parts)}$"


def amount(random: Random, args: Document) -> Document:
    number = amount_of(args)
    relation = random.choice(("amount_gt", "amount_gte", "amount_lt", "amount_lte"))
    if number in (float("inf"), float("-inf")) and random.random() < 0.7:
        relation = random.choice(("amount_gt", "amount_gte"))
        if number < 0:
            relation = random.choice(("amount_lt", "amount_lte"))
        return {relation: random.choice((0, 10**300, -(10**300), int(sys.float_info.max)))}
    if number is None or number != number or number in (float("inf"), float("-inf")):  # noqa: PLR0124
        return {relation: random.choice((0, 5, -1, 10, 100, 2**53))}
    threshold: Any = number + random.choice(STEPS)
    if threshold == int(threshold) and random.random() < 0.8:
        threshold = int(threshold)
    if isinstance(threshold, int) and random.random() < 0.3:
        threshold += random.choice((1, -1))
    return {relation: threshold}


def amount_of(args: Document) -> float | None:
    """Return the amount that CapFence reads; None where it reads none, or raises."""
    for key in AMOUNTS:
        if args.get(key) is not None:
            try:
                return float(args[key])
            except (TypeError, ValueError):
                continue
            except OverflowError:
                return None
    return None


def path(random: Random, args: Document) -> Document:
    text = next((str(args[key]) for key in PATHS if args.get(key) is not None), "")
    return {"path_prefix": text[: random.choice((0, 1, 2, 3, 4, 5, 8, 99))]}


def name(random: Random, args: Document) -> Document:
    key = random.choice([one for one in NAMES if one in args])
    value = args[key]
    if isinstance(value, str) and random.random() < 0.6:
        value = random.choice(
            (f"{value[:1]}*", "*", f"?{value[1:]}", f"[{value[:1]}]*", f"[!{value[:1]}]*")
        )
    return {key: value}


def edited_text(random: Random, text: str) -> str:
    at = random.randrange(len(text) + 1)
    return random.choice(
        (
            text[:at] + text[at + 1 :],
            text[1:],
            text[:-1],
            text.upper(),
            text.lower(),
            f"{text} ",
            f"{text}'",
        )
    )


def edited_regex(random: Random, pattern: Any) -> Any:
    if not isinstance(pattern, str):
        return pattern
    made = random.choice(
        (
            pattern.removeprefix("^"),
            pattern.removesuffix("$"),
            f"(?i){pattern}",
            f"(?:{pattern})",
            pattern.replace(r"\d", "[0-9]"),
            pattern.replace("[0-9]", r"\d"),
            f"(?s){pattern}",
            f"(?=.){pattern}",
            f"{pattern}|zz",
            pattern.replace("$", r"\Z"),
        )
    )
    try:
        re.compile(made)
    except re.error:
        return pattern
    return made


NEARLY: dict[str, Callable[[Random, Any], Any]] = {
    "contains": lambda random, value: edited_text(random, str(value)),
    "match_keywords": lambda random, value: random.choice(
        (value[1:], value[:1], [edited_text(random, str(one)) for one in value])
    ),
    "match_regex": edited_regex,
    "path_prefix": lambda random, value: edited_text(random, str(value)),
}


def further(random: Random, rule: Document) -> Document:
    """Return a condition that a rule does not have."""
    some: tuple[Document, ...] = (
        {"amount_lt": random.choice((0, 1, 10, 100))},
        {"amount_gte": random.choice((0, 1, 10, 100))},
        {"contains": random.choice(("zz", "a", "1", "'"))},
        {"match_regex": random.choice(("zz", "^a", r"\d$"))},
        {"path_prefix": random.choice(("/", "/srv", "a"))},
        {"environment": random.choice(("prod", "p*"))},
    )
    return random.choice([one for one in some if rule.keys().isdisjoint(one)])


def edited(random: Random, rule: Document) -> list[Document]:
    """Return the rules that stand in the new policy for one: none, without a condition, edited."""
    keys = [key for key in rule if key != "capability"]
    choice = random.random()
    if choice < 0.4 or not keys:
        return []
    key = random.choice(keys)
    if choice > 0.9:  # looser in one condition, tighter by another
        return [{**one, **further(random, one)} for one in edited(random, rule)]
    if choice < 0.5:  # tighter, if anything
        return [{one: value for one, value in rule.items() if one != key}]
    value = rule[key]
    if choice < 0.6:
        return [
            {**rule, random.choice(("amount_lt", "amount_gte")): random.choice((0, 1, 10, 100))}
        ]
    if key in NEARLY:
        return [{**rule, key: NEARLY[key](random, value)}]
    if isinstance(value, int | float):
        swap = {"amount_gt": "amount_gte", "amount_gte": "amount_gt", "amount_lt": "amount_lte"}
        if random.random() < 0.5 and key in swap:
            return [{**{k: v for k, v in rule.items() if k != key}, swap[key]: value}]
        try:
            return [{**rule, key: value + random.choice((1, -1, 0.5))}]
        except OverflowError:
            return []
    return []


def policies(
    random: Random, args: Document, capability: str = "pay.x"
) -> tuple[Document, Document]:
    """Return two policies: the old one mostly stops the arguments, the new one may not."""
    rule = {"capability": capability, **conditions(random, args)}
    after = edited(random, rule)
    section = random.choice(("deny", "deny", "deny", "require_approval"))
    if random.random() < 0.08:  # the allow rule is the one that differs
        return {"allow": after}, {"allow": [rule]}
    shared = (
        [{"capability": capability, **conditions(random, args)}] if random.random() < 0.1 else []
    )
    if any(key.startswith("amount") for key in rule) and random.random() < 0.6:
        # What raises does so under both: else an integer beyond floats shows most differences.
        shared.append({"capability": capability, "amount_gt": 0, "match_regex": "(?!)"})
    old: Document = {section: [*shared, rule], "allow": [capability]}
    new: Document = {section: [*shared, *after], "allow": [capability]}
    if random.random() < 0.07:
        limit = conditions(random, args)
        old["allow"] = new["allow"] = [{"capability": capability, **limit}]
    return old, new
