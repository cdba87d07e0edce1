"""What a case expects, as it is written: a verdict, or a verdict with a rule and obligations."""

from fencekit.cases.case_file import Problems
from fencekit.model.case import Expectation
from fencekit.model.verdict import Obligation, Verdict
from fencekit.reading.message_words import list_words, nearest
from fencekit.reading.yaml import Located

KEYS = ("verdict", "rule", "obligations")
WORDS = tuple(map(str, Verdict))


def expectation(given: Located, what: str, problems: Problems) -> Expectation | None:
    """Return the expectation that is written, or None when it was refused."""
    if not isinstance(given.value, dict):
        one = verdict(given, what, problems)
        return None if one is None else Expectation(frozenset({one}))
    problems.unknown(given, KEYS, f"`expect` of {what}")
    if not any(given.find(key) for key in KEYS):
        problems.add(
            f"`expect` of {what} expects nothing", given.place, f"give it {list_words(KEYS)}"
        )
        return None
    named, rule, duties = (given.find(key) for key in KEYS)
    right: frozenset[Verdict] | None = frozenset(Verdict)
    if named is not None:
        right = verdicts(named, what, problems)
    if rule is not None and not (isinstance(rule.value, str) and rule.value):
        problems.add(f"`rule` of {what} is no rule's id", rule.place, "write `default` for none")
        return None
    if right is None:
        return None
    return Expectation(right, rule.value if rule else "", obligations(duties, what, problems))


def obligations(
    given: Located | None, what: str, problems: Problems
) -> frozenset[Obligation] | None:
    """Return the obligations that are written; None where nothing is said of them."""
    if given is None:
        return None
    if not isinstance(given.value, list) or not all(isinstance(o, str) and o for o in given.value):
        problems.add(f"`obligations` of {what} is no list of words", given.place)
        return None
    return frozenset(map(Obligation, given.value))


def verdicts(given: Located, what: str, problems: Problems) -> frozenset[Verdict] | None:
    """Return the verdict or the list of verdicts that is written, or None when it was refused."""
    parts = given.elements if isinstance(given.value, list) else (given,)
    found = [verdict(part, what, problems) for part in parts]
    right = frozenset(one for one in found if one is not None)
    if len(right) == len(found) and right and right != frozenset(Verdict):
        return right
    if right == frozenset(Verdict):
        problems.add(f"{what} names every verdict, so that it says nothing", given.place)
    elif not found:
        problems.add(f"{what} names no verdict", given.place, f"name some of {list_words(WORDS)}")
    return None


def verdict(given: Located, what: str, problems: Problems) -> Verdict | None:
    """Return the verdict that is written, or None when it was refused."""
    if isinstance(given.value, str) and given.value in WORDS:
        return Verdict[given.value]
    shown = given.text if given.text is not None else str(given.value)
    near = nearest(shown.upper(), WORDS)
    hint = f"a verdict is one of {list_words(WORDS)}"
    problems.add(f"{what} expects `{shown}`, which is no verdict{near}", given.place, hint)
    return None
