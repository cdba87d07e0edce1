"""Our own files of cases, `*.fence.yaml`, read strictly; `docs/cases.md` describes them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fencekit.cases.case_expectations import expectation, verdicts
from fencekit.cases.case_file import CaseFile, Claim, Problems, beside
from fencekit.cases.case_requests import calls
from fencekit.model.case import Case, Expectation
from fencekit.model.errors import CaseError
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict
from fencekit.reading.message_words import list_words
from fencekit.reading.plain_values import complaints
from fencekit.reading.yaml import Located

TOP_LEVEL = ("suite", "policy", "policy_root", "cases", "never", "always", "claims")
TOLD_BY = ("policy", "cases", "never", "always", "claims")
"""A file that has none of these is something else."""

CASE = ("name", "request", "expect", "rows", "each")
INVARIANT = ("name", "verdict", "request", "rows", "each")


def read(document: Located, path: str, digest: str) -> CaseFile:
    """Return the cases that a document spells; raise CaseError with all that is wrong with it."""
    problems = Problems()
    problems.found.extend(complaints(document, CaseError))
    problems.raise_any()
    if not isinstance(document.value, dict):
        raise CaseError("a file of cases is a mapping", place=document.place)
    if not any(document.find(key) for key in TOLD_BY):
        hint = "a policy is named in a file of cases, as `policy`, or with `--policy`"
        raise CaseError(f"it has none of {list_words(TOLD_BY)}", place=document.place, hint=hint)
    problems.unknown(document, TOP_LEVEL, "a file of cases")
    cases: list[Case] = []
    for section, read_one in SECTIONS.items():
        for number, item in enumerate(items(document, section, problems), 1):
            cases.extend(read_one(Entry(item, section, number, problems)))
    refuse_repeated_names(cases, problems)
    claims = tuple(read_claims(document, problems))
    policy = text_of(document, "policy", problems)
    root = text_of(document, "policy_root", problems)
    title = text_of(document, "suite", problems)
    if not document.find("policy") and not problems.found:
        hint = "name the policy that the cases are about, relative to this file"
        problems.add("the file has no `policy`", Place(path, 1, 1), hint)
    problems.raise_any()
    return CaseFile(
        path,
        digest,
        title,
        beside(path, policy),
        tuple(cases),
        claims,
        beside(path, root) if root else "",
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a section under reading."""

    item: Located
    section: str
    number: int
    problems: Problems

    @property
    def name(self) -> str:
        """The name of the entry, or its section and number."""
        given = self.item.find("name")
        if given is not None and isinstance(given.value, str) and given.value.strip():
            return given.value
        return f"{self.section}-{self.number}"

    def is_sound(self, known: tuple[str, ...], *, named: bool) -> bool:
        """Complain of an entry that is no mapping, has unknown keys or no name where it must."""
        if not isinstance(self.item.value, dict):
            self.problems.add(f"`{self.name}` is not a mapping", self.item.place)
            return False
        self.problems.unknown(self.item, known, f"`{self.name}`")
        given = self.item.find("name")
        if given is None and named:
            self.problems.add(f"case `{self.name}` has no `name`", self.item.place)
        elif given is not None and not (isinstance(given.value, str) and given.value.strip()):
            self.problems.add("`name` is no text", given.place)
        return True


def read_case(entry: Entry) -> Iterator[Case]:
    """Yield the cases of an entry of `cases`: one, or one for each row."""
    if not entry.is_sound(CASE, named=True):
        return
    whole = entry.item.find("expect")
    for call in calls(entry.item, entry.name, entry.problems, may_expect=True):
        given = call.expect or whole
        if given is None:
            hint = "write `expect: ALLOW`, `ESCALATE` or `DENY`"
            entry.problems.add(f"case `{call.name}` has no `expect`", call.place, hint)
            continue
        expected = expectation(given, f"case `{call.name}`", entry.problems)
        if expected is not None and call.request is not None:
            yield Case(call.name, call.request, expected, call.place)


def read_never(entry: Entry) -> Iterator[Case]:
    """Yield the cases of an entry of `never`: the verdicts that none of its calls may get."""
    yield from read_invariant(entry, Verdict.ALLOW, lambda given: frozenset(Verdict) - given)


def read_always(entry: Entry) -> Iterator[Case]:
    """Yield the cases of an entry of `always`: the verdicts of which its calls must get one."""
    yield from read_invariant(entry, Verdict.DENY, lambda given: given)


def read_invariant(
    entry: Entry,
    usual: Verdict,
    right: Callable[[frozenset[Verdict]], frozenset[Verdict]],
) -> Iterator[Case]:
    """Yield the cases of an invariant; `right` makes the right verdicts of those it names."""
    if not entry.is_sound(INVARIANT, named=False):
        return
    given = entry.item.find("verdict")
    named = frozenset({usual}) if given is None else verdicts(given, entry.name, entry.problems)
    if named is None:
        return
    expected = Expectation(right(named))
    for call in calls(entry.item, f"{entry.section}: {entry.name}", entry.problems):
        if call.request is not None:
            yield Case(call.name, call.request, expected, call.place)


SECTIONS: dict[str, Callable[[Entry], Iterator[Case]]] = {
    "cases": read_case,
    "never": read_never,
    "always": read_always,
}
"""The sections that hold calls, and what makes cases of an entry of each."""


def items(document: Located, section: str, problems: Problems) -> tuple[Located, ...]:
    """Return the entries of a section; none where it is absent or no list."""
    given = document.find(section)
    if given is None:
        return ()
    if not isinstance(given.value, list):
        problems.add(f"`{section}` is not a list", given.place)
        return ()
    return given.elements


def read_claims(document: Located, problems: Problems) -> Iterator[Claim]:
    """Yield the claims: each is a mapping from its kind to its value, perhaps with a `name`."""
    for number, item in enumerate(items(document, "claims", problems), 1):
        kinds = [(key, value) for key, value in item.items if key.value != "name"]
        if len(kinds) != 1:
            hint = "write one claim for each entry, as `- always_denies: …`"
            problems.add(f"claim {number} does not name one kind of claim", item.place, hint)
            continue
        kind, value = kinds[0]
        given = item.find("name")
        name = str(given.value) if given else f"{kind.value} ({number})"
        yield Claim(str(kind.value), name, value, kind.place)


def text_of(document: Located, key: str, problems: Problems) -> str:
    """Return the text of a key at the top; empty where it is absent."""
    given = document.find(key)
    if given is None:
        return ""
    if not isinstance(given.value, str) or not given.value:
        problems.add(f"`{key}` is no text", given.place)
        return ""
    return given.value


def refuse_repeated_names(cases: list[Case], problems: Problems) -> None:
    """Complain of a name that two cases have: a name must find its case again."""
    first: dict[str, Place] = {}
    for case in cases:
        if case.name in first:
            line = first[case.name].line
            message = f"two cases are called `{case.name}`: the other one is in line {line}"
            problems.add(message, case.place)
        first.setdefault(case.name, case.place)
