"""What is linted: a policy, its evaluator, and calls that each of its rules decides."""

from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from typing import Any

from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.time_limit import Progress
from fencekit.linter.example_calls import requests_for, shared_capability
from fencekit.linter.lint_violation import DemonstratingCall
from fencekit.linter.prover_questions import Exact
from fencekit.linter.recorded_fields import RecordedFields
from fencekit.linter.source_places import Places
from fencekit.model.capability import Capability
from fencekit.model.change import Change, compare_effects
from fencekit.model.decision import Outcome
from fencekit.model.errors import TimeLimitError
from fencekit.model.policy import Policy, Rule
from fencekit.model.proof import Proved, Witness
from fencekit.model.request import Request
from fencekit.model.verdict import Verdict
from fencekit.prover.policy_properties import never_determines

MOST_TRIED = 400
"""How many calls are tried for one question before it stays open."""
MOST_BENEATH = 8
"""How many later rules are tried for one question, the loosest of them."""
MOST_ASKED = 3_000_000
"""How many rules may be asked about calls before no more evasions are looked for: some seconds."""
MOST_SLOW = 3
"""How many decisions may run past the time limit before lint gives a policy up."""


class LintContext:
    """A policy under lint. `seen` is what the logs hold, where some are given.

    `progress` is told of each decision, so that a time limit can hold it.
    """

    def __init__(
        self, policy: Policy, seen: RecordedFields | None = None, progress: Progress | None = None
    ) -> None:
        self.policy = policy
        self.seen = seen
        self.places = Places(policy.files)
        self._evaluator = NativeEvaluator(policy)
        self._progress = progress or Progress()
        self.exact = Exact(self._progress)
        self.asked = 0
        """How many rules were asked about calls so far, at most."""
        self._slow = 0
        self._decided: dict[int, DemonstratingCall | None] = {}
        self._never: set[int] = set()

    @cached_property
    def rules(self) -> list[Rule]:
        """Every rule that can decide, in the order in which they are asked."""
        return [rule for _, rule in self.policy.decision_list]

    def allowing(self) -> list[Rule]:
        """Return the rules that let calls run, those with an obligation too."""
        return [r for r in self.rules if r.effect and r.effect.verdict is Verdict.ALLOW]

    def stopping(self) -> list[Rule]:
        """Return the rules that deny, or ask a person."""
        return [r for r in self.rules if r.effect and r.effect.verdict is not Verdict.ALLOW]

    def outcome(self, request: Request) -> Outcome:
        """Return how the policy decides a request, all of which is known.

        Raises TimeLimitError when too many have run past the time limit: to go on would take hours.
        """
        self._progress.begun += 1
        self._progress.deciding = True
        self.asked += self._evaluator.covering(request.capability)
        decision = self._evaluator.decide(request)
        self._progress.deciding = False
        outcome = decision.outcomes[0]
        if isinstance(outcome.error, TimeLimitError):
            self._slow += 1
            if self._slow >= MOST_SLOW:
                raise outcome.error
        return outcome

    def without(self, request: Request, rule: Rule) -> Outcome:
        """Return how the policy would decide a request without one of its rules."""
        return self._evaluator.decide(request, without=rule).outcomes[0]

    def call(self, label: str, request: Request) -> DemonstratingCall:
        """Return the request as a call that shows something, decided."""
        return DemonstratingCall(label, request, self.outcome(request))

    def decided_by(self, rule: Rule) -> DemonstratingCall | None:
        """Return a call that the rule decides; None where none was found."""
        key = id(rule)
        if key not in self._decided:
            self._decided[key] = next(self.all_decided_by(rule), None) or self._prove_call(rule)
        return self._decided[key]

    def never_decides(self, rule: Rule) -> bool:
        """Say whether it is proved that the rule of the policy decides no call at all."""
        return self.decided_by(rule) is None and id(rule) in self._never

    def _prove_call(self, rule: Rule) -> DemonstratingCall | None:
        """Return the call that the prover finds, if it finds one; keep that there is none."""
        answer = self.exact.ask(never_determines(rule), self.policy)
        if isinstance(answer, Proved):
            self._never.add(id(rule))
        return self.call("the call", answer.request) if isinstance(answer, Witness) else None

    def beneath(self, rule: Rule) -> list[Rule]:
        """Return later rules that decide looser and may meet the same call, the loosest first."""
        own = self._positions[id(rule)]
        resource = resource_of(rule.capability)
        keys = self._by_resource if resource is None else (resource, None)
        listed = (self._by_resource.get(key, []) for key in keys)
        found = (
            self.rules[at]
            for _, _, at in sorted(chain.from_iterable(listed))
            if at > own and self._is_beneath(rule, self.rules[at])
        )
        return list(islice(found, MOST_BENEATH))

    def _is_beneath(self, rule: Rule, other: Rule) -> bool:
        assert rule.effect is not None
        assert other.effect is not None
        return (
            compare_effects(rule.effect, other.effect) is Change.LOOSER
            and shared_capability([rule.capability, other.capability]) is not None
        )

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {id(rule): at for at, rule in enumerate(self.rules)}

    @cached_property
    def _by_resource(self) -> dict[str | None, list[tuple[int, int, int]]]:
        """The rules by the resource that their capabilities name: how loose they are, and where."""
        found: dict[str | None, list[tuple[int, int, int]]] = {}
        for at, rule in enumerate(self.rules):
            if rule.effect is not None:
                rank = rule.effect.verdict, len(rule.effect.obligations), at
                found.setdefault(resource_of(rule.capability), []).append(rank)
        return found

    def all_decided_by(
        self, rule: Rule, *, as_if: Rule | None = None, beside: Rule | None = None
    ) -> Iterator[DemonstratingCall]:
        """Yield calls that the rule decides, simple ones first.

        They are made for the rule as it is or, with `as_if`, for a part of it. With `beside` the
        first ones are such that the other rule may hold for them too.
        """
        alone = as_if or rule
        tried: Iterator[Request] = islice(requests_for([alone]), MOST_TRIED)
        if beside is not None:
            tried = chain(islice(requests_for([beside, alone]), MOST_TRIED), tried)
        for request in tried:
            call = self.call("the call", request)
            if call.outcome.rule is rule and call.outcome.error is None:
                yield call

    def looser(self, before: DemonstratingCall, request: Request) -> DemonstratingCall | None:
        """Return the request as a call, if the policy decides it looser than the one before."""
        after = self.call("the same, rewritten", request)
        if after.outcome.error is not None or before.outcome.error is not None:
            return None
        change = compare_effects(before.outcome.effect, after.outcome.effect)
        return after if change is Change.LOOSER else None


def resource_of(pattern: Any) -> str | None:
    """Return the resource that a capability names; None where it names none, or is malformed."""
    parsed = Capability.parse(pattern) if isinstance(pattern, str) else None
    return None if parsed is None or parsed.resource == "*" else parsed.resource
