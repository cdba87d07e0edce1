"""Calls that may tell a mutant from its policy, the likeliest first; or that none can.

An edit of one pattern, keyword, path or capability is told apart by a call at its edge: a text that
one spelling of it takes and the other does not, or a capability that one pattern covers. Such texts
are found from the edit alone, and put into calls that are known, where their values stand.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from fencekit.engines.engine_protocol import Evaluator
from fencekit.engines.native.condition_tests import as_list
from fencekit.model.capability import Capability
from fencekit.model.policy import Condition, ConditionName, Policy, Rule
from fencekit.model.request import Request
from fencekit.model.verdict import Verdict
from fencekit.mutation.shared_tests import LONG, Patterns
from fencekit.mutation.template_instantiation import (
    NAMED,
    fill_values,
    splice_words,
    with_field,
    with_name,
)
from fencekit.regex.compile_search import compile_search
from fencekit.regex.derivatives.distinguishing_texts import Distinguisher
from fencekit.regex.derivatives.part_contexts import candidates, plain
from fencekit.regex.derivatives.term_parser import EditedPart
from fencekit.regex.nfa import UnsupportedError
from fencekit.regex.sublanguage import shortest

TEXTS = 12
"""How many texts of each part around an edit are looked at."""

MOST_TEMPLATES = 60

MOST_ALLOWED = 4
"""How many known calls that are allowed a text is put in the middle of."""


class SameError(Exception):
    """The edit changes no decision: two patterns are found in the same texts."""


class SameByAutomataError(SameError):
    """The same, shown by every state that the automata of both whole patterns can be in at once."""


@dataclass(frozen=True, slots=True)
class RuleEdit:
    """A rule before and after an edit; None where it was not there, or is not any more."""

    old: Rule | None
    new: Rule | None

    def conditions(self) -> tuple[Condition, Condition | None] | None:
        """Return the one condition that differs, before and after; None where it is not that."""
        if self.old is None or self.new is None or self.old.effect != self.new.effect:
            return None
        if repr(self.old.capability) != repr(self.new.capability):
            return None
        old = [one for one in self.old.conditions if one not in self.new.conditions]
        new = [one for one in self.new.conditions if one not in self.old.conditions]
        if len(old) == 1 and len(new) <= 1:
            return old[0], new[0] if new else None
        return None


def key_of(rule: Rule) -> Hashable:
    """Return what tells a rule from others of the policy and its mutants."""
    return rule.id, rule.effect, repr(rule.capability), id(rule.conditions)


class DistinguishingInputs:
    """The calls to try on the mutants of a policy, made from its own rules and from known calls."""

    def __init__(
        self, original: Evaluator, policy: Policy, patterns: Patterns, known: Iterable[Request]
    ) -> None:
        self.policy = policy
        self.patterns = patterns
        self.telling = Distinguisher(patterns.forest)
        self.keys = {key_of(rule): rule for rule in policy.rules}
        self.known: dict[str, list[Request]] = {}
        self.allowed: set[int] = set()
        seen: set[Hashable] = set()
        for call in known:
            if isinstance(call.capability, str):
                shape = tuple((key, type(value)) for key, value in call.args.values.items())
                outcome = original.decide(call).outcomes[0]
                by = outcome.rule.id if outcome.rule else ""
                form = call.capability, shape, repr(call.context.values), by
                if form not in seen:
                    seen.add(form)
                    if outcome.effect.verdict is Verdict.ALLOW:
                        self.allowed.add(id(call))
                    self.known.setdefault(call.capability, []).append(call)

    def edit(self, mutant: Policy) -> RuleEdit | None:
        """Return the rule that a mutant differs in; None where there are several."""
        theirs = {key_of(rule): rule for rule in mutant.rules}
        old = [rule for key, rule in self.keys.items() if key not in theirs]
        new = [rule for key, rule in theirs.items() if key not in self.keys]
        if len(old) > 1 or len(new) > 1:
            return None
        return RuleEdit(old[0] if old else None, new[0] if new else None)

    def calls(self, mutant: Policy) -> Iterator[Request]:
        """Yield calls that may tell a mutant from the policy.

        Raises SameError where it is shown that no call does.
        """
        edit = self.edit(mutant)
        if edit is None:
            return
        rule = edit.old or edit.new
        assert rule is not None
        templates = self.templates(rule)
        found = edit.conditions()
        if found is not None:
            yield from self.of_condition(*found, templates)
            return
        texts = [text for one in rule.conditions for text in islice(self.plain_texts(one), TEXTS)]
        capabilities = self.capabilities(edit)
        for template in templates or [Request("a.b.c", args={})]:
            for capability in capabilities:
                yield replace(template, capability=capability)
                for text in texts:
                    yield from (
                        replace(one, capability=capability) for one in fill_values(template, text)
                    )

    def of_condition(
        self, old: Condition, new: Condition | None, templates: Sequence[Request]
    ) -> Iterator[Request]:
        """Yield calls for a condition that was written otherwise, or dropped."""
        if old.name is ConditionName.MATCH_REGEX and new is not None:
            texts = self.pattern_texts(old, new)
        else:
            both = [one for one in (old, new) if one is not None]
            texts = (text for one in both for text in self.plain_texts(one))
            for one in both:
                if one.name in NAMED and isinstance(one.value, str):
                    yield from with_name(templates, str(one.name), one.value)
        allowed = [one for one in templates if id(one) in self.allowed][:MOST_ALLOWED]
        seen: set[str] = set()
        for text in texts:
            if text not in seen:
                seen.add(text)
                for template in templates:
                    yield from with_field(template, text)
                    yield from fill_values(template, text)
                for template in allowed:
                    yield from splice_words(template, text)

    def pattern_texts(self, old: Condition, new: Condition) -> Iterator[str]:
        """Yield texts that tell a list of patterns from another."""
        before, after = (
            [one for one in as_list(side.value) if isinstance(one, str)] for side in (old, new)
        )
        gone = [one for one in before if one not in after]
        come = [one for one in after if one not in before]
        if len(gone) != 1 or len(come) > 1 or gone[0] not in self.patterns.trees:
            return
        tree = self.patterns.trees[gone[0]]
        if not come:
            forest = self.patterns.forest
            yield from self.distinguishing_texts(
                [EditedPart(tree.root.node, forest.never, (tree.root,))], TEXTS * 5
            )
            return
        levels = tree.read_edit(come[0])
        if levels is not None:
            yield from self.distinguishing_texts(levels, TEXTS)
        if len(gone[0]) < LONG:
            yield from self.exact(gone[0], come[0])
        if levels is not None:
            yield from self.differing(levels, plain(self.telling, levels[0].way))
        if len(gone[0]) >= LONG:
            yield from self.exact(gone[0], come[0])

    def distinguishing_texts(self, levels: list[EditedPart], most: int) -> Iterator[str]:
        """Yield the texts of an edit's levels that the whole patterns are told apart by."""
        yield from self.differing(levels, candidates(self.telling, levels, most))

    def differing(self, levels: list[EditedPart], texts: Iterable[str | None]) -> Iterator[str]:
        """Yield those of some texts that the whole patterns are told apart by."""
        for text in texts:
            if text is None:
                raise SameError
            read = self.patterns.text(text)
            if read.is_found(levels[-1].old) != read.is_found(levels[-1].new):
                yield text

    def exact(self, old: str, new: str) -> Iterator[str]:
        """Yield a text that one of two patterns is found in, each way, by all of both."""
        is_same = True
        try:
            for one, other in ((old, new), (new, old)):
                text = shortest(((compile_search(one), True), (compile_search(other), False)))
                if text is not None:
                    is_same = False
                    yield text
        except UnsupportedError:
            return
        if is_same:
            raise SameByAutomataError

    def plain_texts(self, condition: Condition) -> Iterator[str]:
        """Yield texts that a condition holds for, and nearly."""
        if condition.name is ConditionName.MATCH_REGEX:
            for pattern in as_list(condition.value):
                tree = self.patterns.trees.get(pattern)
                if tree is not None:
                    forest = self.patterns.forest
                    level = EditedPart(tree.root.node, forest.never, (tree.root,))
                    yield from islice(self.distinguishing_texts([level], 3), 3)
        else:
            for word in map(str, as_list(condition.value)):
                yield from (word, f"{word}x", f"x{word}x", f"{word[:-1]}", f"{word}é")

    def templates(self, rule: Rule) -> list[Request]:
        """Return known calls that a rule may cover, some of each capability."""
        wanted = Capability.parse(rule.capability) if isinstance(rule.capability, str) else None
        found = [
            call
            for capability, calls in self.known.items()
            for call in calls
            if wanted is None
            or ((given := Capability.parse(capability)) is not None and wanted.covers(given))
        ]
        return found[:MOST_TEMPLATES]

    def capabilities(self, edit: RuleEdit) -> list[str]:
        """Return capabilities that one of two rules covers, and around."""
        found: dict[str, None] = {}
        for rule in (edit.old, edit.new):
            if rule is None or not isinstance(rule.capability, str):
                continue
            parts = rule.capability.split(".")
            for word in ("other", *({c.split(".")[-1] for c in sorted(self.known)} & set(parts))):
                found[".".join(word if part == "*" else part for part in parts)] = None
        found.update(dict.fromkeys(list(self.known)[:8]))
        return list(found)
