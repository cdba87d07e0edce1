"""Each condition is aimed at: met, just missed, and evaded."""

from random import Random

import pytest

from fencekit.engines.native.condition_tests import TESTS
from fencekit.engines.native.request_view import View
from fencekit.generation.call_draft import Draft
from fencekit.generation.condition_aims import AIMS
from fencekit.model.policy import ConditionName
from fencekit.regex.random_choices import RandomChoices, SimplestChoices

VALUES = {
    ConditionName.CONTAINS: "rm -rf",
    ConditionName.MATCH_KEYWORDS: ["rm -rf", "drop"],
    ConditionName.MATCH_REGEX: r"\brm\s+-rf?\b",
    ConditionName.PATH_PREFIX: "/srv/app/",
    ConditionName.ENVIRONMENT: "prod*",
    ConditionName.USER_ROLE: "?dmin",
    ConditionName.TENANT: "acme",
    ConditionName.TABLE: "[!a]*",
    ConditionName.TOOL_NAME: "admin_*",
    ConditionName.RISK_LEVEL: "high",
    ConditionName.RISK_LEVEL_IS: "critical",
    ConditionName.PATH: "/srv/*",
    **{name: 100 for name in ConditionName if name.startswith(("amount", "caller_depth"))},
}
ODD = (
    *(None, "", 5, 1.5, True, [], [None], ["", 7], {"a": 1}, "(", ["(", "a"], "[", float("nan")),
    *(float("inf"), 10**400, "'path': 'x'", "{}", "no\n", "{0}", "%s", "'':"),
)


def drafted(name, value, seed, *, near):
    """Return many requests that are aimed at one condition."""
    choices = RandomChoices(Random(seed))
    for _ in range(400):
        draft = Draft(choices, "x")
        AIMS[name](draft, value, near=near)
        yield draft.request()


def answer(name, value, request):
    try:
        return TESTS[name](value)(View(request))
    except OverflowError:  # of an amount beyond any float
        return None


@pytest.mark.parametrize("name", ConditionName)
def test_the_simplest_call_meets_the_condition_with_one_field(name):
    draft = Draft(SimplestChoices(), "x")
    AIMS[name](draft, VALUES[name], near=False)
    request = draft.request()
    assert answer(name, VALUES[name], request) is True
    fields = [*request.args.values, *request.context.values]
    assert len(fields) + (request.environment is not None) == 1


@pytest.mark.parametrize("name", ConditionName)
def test_most_calls_that_are_aimed_at_a_condition_meet_it(name):
    # A risk level counts in the context only, where a name may stand in the arguments too.
    answers = [answer(name, VALUES[name], r) for r in drafted(name, VALUES[name], 1, near=False)]
    assert answers.count(True) > 0.7 * len(answers)


@pytest.mark.parametrize("name", ConditionName)
def test_calls_that_nearly_meet_a_condition_do_both(name):
    answers = [answer(name, VALUES[name], r) for r in drafted(name, VALUES[name], 2, near=True)]
    assert answers.count(False) > 40
    assert answers.count(True) > 4


@pytest.mark.parametrize("name", ConditionName)
def test_a_value_that_nobody_would_write_can_be_aimed_at(name):
    for value in ODD:
        for near in (False, True):
            assert all(request.whole for request in drafted(name, value, 3, near=near))


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        (
            "contains",
            "rm -rf",
            ["rm  -rf", "rm\t-rf", "rm -r", "'rm -rf'", "r\\m -rf", "rm${IFS}-rf"],
        ),
        ("contains", "terraform", ["\terraform"]),
        ("path_prefix", "/srv/", ["/srv/../x", "//srv", "/srv-x/y", "%2fsrv%2fx", "/SRV/x", ""]),
        ("amount_gt", 100, [100, 101, 99, 100.00000000000001, "$101", [101], "nan", True]),
        ("environment", "prod*", ["prodx", "PROD", "prod\n", "pro", None, ["prod"]]),
        ("match_regex", "^ls$", ["xls", "Ls", "lss", "ls\n", "ls;"]),
    ],
)
def test_the_evasions_that_people_use_are_among_what_is_tried(name, value, wanted):
    seen = []
    for near in (False, True):
        for request in drafted(ConditionName(name), value, 4, near=near):
            held = {**request.args.values, **request.context.values}
            seen += [*map(repr, held.values()), repr(request.environment)]
    missing = [text for text in wanted if repr(text) not in seen]
    assert not missing


@pytest.mark.parametrize(
    "shape",
    [
        lambda r: "amount" in r.args.values.get("data", {}),
        lambda r: r.args.values.get("amount") == 1 and "total" in r.args.values,
        lambda r: "Amount" in r.args.values,
        lambda r: r.args.values.get("amount") == 10**400,
        lambda r: not r.args.values,
    ],
    ids=["nested", "behind a decoy", "under nearly its name", "beyond any float", "absent"],
)
def test_an_amount_may_hide(shape):
    from fencekit.generation.aimed_calls import Aiming
    from strategies.policies import policy

    aiming = Aiming([policy("deny: [{capability: pay, amount_gt: 100}]")])
    choices = RandomChoices(Random(1))
    assert any(shape(aiming.request(choices)) for _ in range(4000))


def test_a_keyword_may_stand_in_a_key_in_a_list_or_split_over_two_values():
    choices, shapes = RandomChoices(Random(1)), set()
    for _ in range(600):
        draft = Draft(choices, "x")
        AIMS[ConditionName.CONTAINS](draft, "drop", near=False)
        args = draft.request().args.values
        shapes |= {"key"} if "drop" in args else set()
        shapes |= {"list"} if args.get("command") == ["drop"] else set()
        shapes |= {"nested"} if args.get("data") == {"command": "drop"} else set()
        shapes |= {"split"} if args.get("command") == "dr" and args.get("arg1") == "op" else set()
    assert shapes == {"key", "list", "nested", "split"}
