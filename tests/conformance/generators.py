"""Policies by the thousand, from a seed: files of YAML, with all that a rule may say.

Not Hypothesis: no shrinking is needed where a difference is shown with its file and request, and
plain random numbers are many times faster.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from conformance import vocabulary as words

NUMERIC = ("gt", "gte", "lt", "lte")
AMOUNTS = tuple(f"amount_{test}" for test in NUMERIC)
DEPTHS = tuple(f"caller_depth_{test}" for test in NUMERIC)
CONDITIONS = (
    *("contains", "match_keywords", "match_regex", "path_prefix"),
    *(*AMOUNTS, *DEPTHS, *words.NAMES),
)
LEGACY_CONDITIONS = ("match_keywords", "match_regex")
ACTIONS = ("allow", "deny", "block", "require_approval", "warn")


@dataclass
class PolicyFiles:
    """A policy as files to be written: name to text; the name of the one to load.

    `places` says, for each section of a file, on which line and column each rule stands.
    """

    main: str
    files: dict[str, str] = field(default_factory=dict)
    places: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=dict)


class Page:
    """A file under way: its lines, the anchors that stand in it, and where its rules stand."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.anchors: dict[str, tuple[int, int]] = {}
        self.places: dict[str, list[tuple[int, int]]] = {}

    def section(self, name: str, rules: list[list[tuple[str, str]] | str]) -> None:
        """Write a section in a style of its own."""
        places = self.places[name] = []
        if not rules:
            self.lines.append(f"{name}: []")
            return
        if self.random.random() < 0.1:
            line = f"{name}: ["
            for rule in rules:
                places.append((len(self.lines) + 1, len(line) + 1))
                line += f"{flow(rule)}, "
            self.lines.append(line.rstrip(", ") + "]")
            return
        self.lines.append(f"{name}:" + self.random.choice(["", "", "   # a comment", " "]))
        indent = " " * self.random.choice([0, 2, 2, 4])
        for rule in rules:
            if self.random.random() < 0.05:
                self.lines.append(self.random.choice(["", "# a comment", f"{indent}# - shell"]))
            places.append(self.entry(indent, rule, legacy=name == "rules"))

    def entry(
        self, indent: str, rule: list[tuple[str, str]] | str, *, legacy: bool
    ) -> tuple[int, int]:
        """Write one rule of a block list and return where it stands."""
        dash = indent + self.random.choice(["- ", "- ", "-   "])
        place = (len(self.lines) + 1, len(dash) + 1)
        usable = [name for name in self.anchors if name.startswith("legacy") == legacy]
        if isinstance(rule, str):
            self.lines.append(dash + rule)
        elif usable and self.random.random() < 0.3:
            anchor = self.random.choice(usable)
            if self.random.random() < 0.4:
                self.lines.append(f"{dash}*{anchor}")
                return self.anchors[anchor]
            own = [pair for pair in rule if self.random.random() < 0.6]
            self.lines.append(dash + flow([*own, ("<<", f"*{anchor}")]))
        elif self.random.random() < 0.15:
            anchor = f"{'legacy' if legacy else 'rule'}{len(self.anchors)}"
            self.anchors[anchor] = place
            self.lines.append(f"{dash}&{anchor} {flow(rule)}")
        elif self.random.random() < 0.5:
            self.lines.append(dash + flow(rule))
        else:
            first, *rest = [f"{key}: {value}" for key, value in rule]
            self.lines.append(dash + first)
            self.lines.extend(" " * len(dash) + line for line in rest)
        return place


def flow(rule: list[tuple[str, str]] | str) -> str:
    """Return a rule on one line."""
    if isinstance(rule, str):
        return rule
    return "{" + ", ".join(f"{key}: {value}" for key, value in rule) + "}"


def policy_files(random: Random) -> PolicyFiles:
    """Return a policy of one file, or of several that extend one another."""
    made = PolicyFiles("main.yaml")
    below: list[str] = []
    if random.random() < 0.35:
        for number in range(random.randint(1, 4)):
            name = random.choice(["base{}.yaml", "lib/base{}.yaml", "p{}.yml"]).format(number)
            add_page(random, made, name, below)
            below.append(name.removeprefix("lib/"))
            if name.startswith("lib/") and random.random() < 0.3:
                add_page(random, made, name.removeprefix("lib/"), [])  # hidden by the search path
    add_page(random, made, made.main, below)
    return made


def add_page(random: Random, made: PolicyFiles, name: str, below: list[str]) -> None:
    """Write one file, which extends some of those below it."""
    page = Page(random)
    blocks: list[Callable[[], None]] = [
        lambda section=section: page.section(section, rules_of(random, section))  # type: ignore[misc]
        for section in ("rules", "deny", "require_approval", "allow")
        if random.random() < (0.3 if section == "rules" else 0.7)
    ]
    if random.random() < 0.45:
        blocks.append(lambda: page.lines.extend(risk_levels(random)))
    if below:
        blocks.append(lambda: page.lines.append(extends(random, below)))
    for note in random.sample(words.TOP_LEVEL_NOTES, random.choice([0, 0, 1, 2])):
        if not any(line.partition(":")[0] == note.partition(":")[0] for line in page.lines):
            page.lines.append(note)
    random.shuffle(blocks)
    for block in blocks:
        block()
    end = random.choice(["\n", "\n", "\n", "\r\n"])
    made.files[name] = end.join([*page.lines, ""])
    for section, places in page.places.items():
        made.places[name, section] = places


def extends(random: Random, below: list[str]) -> str:
    """Return the line that names the files which are extended."""
    if random.random() < 0.4:
        return f"extends: {below[-1]}"
    named = random.choices(below, k=random.randint(1, 3))
    if random.random() < 0.1:
        return "extends: {" + ", ".join(f"{name}: 1" for name in dict.fromkeys(named)) + "}"
    return f"extends: [{', '.join(named)}]"


def risk_levels(random: Random) -> Iterator[str]:
    """Yield the lines of the risk levels."""
    levels = random.sample(words.LEVELS, random.randint(0, 4))
    levels += random.sample(words.ODD_LEVELS, random.choice([0, 0, 1, 2]))
    if not levels:
        yield "risk_levels: {}"
        return
    yield "risk_levels:"
    for level in levels:
        more = random.choice(["", "", "", ", because: x"])
        yield f"  {level}: {{action: {random.choice(ACTIONS)}{more}}}"


def rules_of(random: Random, section: str) -> list[list[tuple[str, str]] | str]:
    """Return the rules of a section, each as pairs of YAML or as a capability alone."""
    count = random.choice([0, 1, 1, 2, 2, 3, 4, 5])
    make = legacy_rule if section == "rules" else section_rule
    return [make(random) for _ in range(count)]


def section_rule(random: Random) -> list[tuple[str, str]] | str:
    """Return a rule of one of the three sections."""
    named = capability(random)
    if random.random() < 0.2 and named[0] not in "5t12y[{!.":
        return named
    names = random.sample(CONDITIONS, random.choice([0, 1, 1, 1, 1, 2, 2, 3]))
    pairs = [("capability", named), *((name, condition(random, name)) for name in names)]
    if random.random() < 0.2:
        random.shuffle(pairs)
    return pairs


def legacy_rule(random: Random) -> list[tuple[str, str]]:
    """Return a rule of the older list."""
    pairs = [("action", random.choice(ACTIONS))]
    if random.random() < 0.85:
        falsy = random.random() < 0.02
        named = random.choice(words.FALSY_CAPABILITIES) if falsy else capability(random)
        pairs.append(("capability", named))
    names = random.sample(LEGACY_CONDITIONS, random.choice([0, 0, 1, 1, 2]))
    pairs += [(name, condition(random, name)) for name in names]
    for note in ("id", "description", "threshold"):
        if random.random() < 0.15:
            pairs.append((note, random.choice(["x", "0.4", "null", "[1]", "no"])))
    random.shuffle(pairs)
    return pairs


def capability(random: Random) -> str:
    """Return the capability of a rule, as YAML spells it."""
    choice = random.random()
    if choice < 0.87:
        return random.choice(words.CAPABILITIES)
    return random.choice(
        words.MALFORMED_CAPABILITIES if choice < 0.993 else words.NO_TEXT_CAPABILITIES
    )


def condition(random: Random, name: str) -> str:
    """Return the value of a condition, as YAML spells it."""
    plain, odd, oddness = {
        "contains": (words.KEYWORDS, words.ODD_KEYWORDS, 0.3),
        "match_keywords": (words.KEYWORDS, words.ODD_KEYWORDS, 0.2),
        "match_regex": (tuple(words.REGEXES), words.ODD_REGEXES, 0.08),
        "path_prefix": (words.PREFIXES, words.ODD_PREFIXES, 0.2),
        **dict.fromkeys((*AMOUNTS, *DEPTHS), (words.NUMBERS, words.ODD_NUMBERS, 0.15)),
    }.get(name) or (words.NAMES[name], words.ODD_NAMES, 0.2)

    def one() -> str:
        return random.choice(odd if random.random() < oddness else plain)

    if name in LEGACY_CONDITIONS and random.random() < 0.5:
        return f"[{', '.join(one() for _ in range(random.choice([0, 1, 2, 2, 3])))}]"
    return one()
