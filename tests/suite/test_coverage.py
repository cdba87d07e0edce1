"""Coverage: what a case covers of a policy, and what is missing."""

from pathlib import Path

import pytest
from laws import drawing
from running import fencekit

from fencekit.checks.suite.coverage_targets import Marks
from fencekit.model.request import UNKNOWN, Request
from fencekit.model.suite_result import Coverage, PointKind, PolicyCoverage

POLICY = {
    "deny": [{"capability": "shell", "match_keywords": ["rm", "dd"], "environment": "prod"}],
    "require_approval": [{"capability": "pay", "amount_gt": 100}],
    "allow": [{"capability": "shell", "match_regex": "^(ls|cat)$"}, "docs"],
}


def missing(*requests: Request, policy: object = None) -> set[tuple[str, str]]:
    """Return what the requests do not cover: the kind of each point with a word of it."""
    marks = Marks(drawing.policy_of(policy or POLICY))  # type: ignore[arg-type]
    for request in requests:
        marks.take(request)
    return {
        (str(point.kind), f"{point.rule}: {point.missing}")
        for point in marks.points()
        if not point.covered
    }


def of_kind(kind: PointKind, found: set[tuple[str, str]]) -> list[str]:
    return sorted(said for name, said in found if name == kind)


def shell(command: str, environment: str = "prod") -> Request:
    return Request("shell", environment=environment, args={"command": command})


def test_without_cases_everything_is_missing() -> None:
    found = missing()
    assert len(found) == len(Marks(drawing.policy_of(POLICY)).points()) == 16
    rules = of_kind(PointKind.RULE, found)
    assert [said.partition(":")[0] for said in rules] == [
        "allow-1", "allow-2", "default", "deny-1", "require_approval-1",
    ]  # fmt: skip


def test_a_rule_is_covered_by_a_case_that_it_determines() -> None:
    rules = of_kind(PointKind.RULE, missing(shell("rm"), Request("docs")))
    assert [said.partition(":")[0] for said in rules] == [
        "allow-1", "default", "require_approval-1",
    ]  # fmt: skip


def test_a_condition_is_covered_where_it_alone_keeps_its_rule_from_deciding_otherwise() -> None:
    keyword = "deny-1: independent effect of `match_keywords`"
    environment = "deny-1: independent effect of `environment`"

    def conditions(*requests: Request) -> str:
        return "\n".join(of_kind(PointKind.CONDITION, missing(*requests)))

    assert keyword in conditions(shell("rm"))
    assert keyword not in conditions(shell("ls"))
    assert environment in conditions(shell("ls"))
    # Nothing else lets `rm` through in staging: the decision is a denial either way.
    assert environment in conditions(shell("rm", "staging"))
    policy = {**POLICY, "allow": ["shell"]}
    found = missing(shell("rm", "staging"), policy=policy)
    assert environment not in "\n".join(of_kind(PointKind.CONDITION, found))
    # Two conditions that fail at once show nothing of either.
    assert keyword in "\n".join(
        of_kind(PointKind.CONDITION, missing(shell("ls", "staging"), policy=policy))
    )


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        ([], ["above it", "below it", "itself"]),
        ([5], ["above it", "itself"]),
        ([5, 100], ["above it"]),
        ([5, 100, 101], []),
        (["x", None, float("nan")], ["above it", "below it", "itself"]),
    ],
)
def test_a_threshold_is_covered_below_at_and_above_it(amounts: list, words: list[str]) -> None:
    requests = [Request("pay", args={"amount": amount}) for amount in amounts]
    found = of_kind(PointKind.BOUNDARY, missing(*requests))
    assert [next(word for word in ("above it", "below it", "itself") if word in said)
            for said in found] == words  # fmt: skip


def test_a_keyword_and_an_alternative_are_covered_where_they_are_found() -> None:
    found = of_kind(PointKind.ALTERNATIVE, missing(shell("rm"), shell("cat")))
    assert [said.split("`")[1] for said in found] == ["ls", "dd"]


def test_what_no_case_reaches_is_not_covered_though_it_would_match() -> None:
    found = missing(Request("docs", args={"command": "ls"}))
    assert any("`ls`" in said for said in of_kind(PointKind.ALTERNATIVE, found))


def test_a_call_of_which_not_all_is_known_covers_nothing() -> None:
    everything = missing()
    assert missing(Request("docs", args={"command": UNKNOWN})) == everything
    assert missing(Request(UNKNOWN)) == everything


def test_a_call_whose_decision_raises_covers_nothing() -> None:
    assert missing(Request("pay", args={"amount": 10**400})) == missing()


def test_the_default_is_no_point_where_no_call_comes_so_far() -> None:
    assert not missing(Request("x"), policy={"allow": ["*"]})


def test_a_coverage_of_nothing_is_no_coverage() -> None:
    assert Coverage((PolicyCoverage("p", ()),)).percent is None
    assert Coverage(()).percent is None


CASES = "policy: p.yaml\ncases: [{name: a, request: {capability: docs}, expect: ALLOW}]\n"


@pytest.mark.parametrize(("minimum", "code"), [("0", 0), ("50", 0), ("50.1", 1), ("100", 1)])
def test_a_minimum_that_is_missed_fails(tmp_path: Path, minimum: str, code: int) -> None:
    (tmp_path / "p.yaml").write_text("allow: [docs]\n")
    (tmp_path / "a.fence.yaml").write_text(CASES)
    done = fencekit("test", tmp_path, "--min-coverage", minimum)
    assert done.code == code, done.out
    assert "coverage: 1 of 2 points, 50.0 %" in done.out


def test_a_policy_that_several_files_test_is_counted_once(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("allow: [docs]\n")
    (tmp_path / "a.fence.yaml").write_text(CASES)
    (tmp_path / "b.fence.yaml").write_text(
        CASES.replace("capability: docs}, expect: ALLOW", "capability: x}, expect: DENY")
    )
    done = fencekit("test", tmp_path, "--coverage")
    assert "coverage: 2 of 2 points, 100.0 %" in done.out


def test_a_minimum_with_nothing_run_could_not_be_checked(tmp_path: Path) -> None:
    (tmp_path / "a.fence.yaml").write_text(CASES)
    done = fencekit("test", tmp_path, "--min-coverage", "0")
    assert done.code == 3
    assert "there is nothing that cases could cover" in done.out
