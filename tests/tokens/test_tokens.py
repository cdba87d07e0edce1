"""Laws of capability tokens: they are policies, and narrowing one never loosens anything."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fencekit.dialects.dialect_registry import load_policy, write_policy
from fencekit.dialects.token.token_reader import Token, read_token
from fencekit.dialects.token.token_rules import policy_of
from fencekit.dialects.token.token_schema import DOCUMENT
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.errors import PolicyError
from fencekit.model.proof import Proved, Witness
from fencekit.model.request import Request
from fencekit.model.verdict import Effect, Verdict
from fencekit.mutation.operators.single_edits import Direction, single_edits
from fencekit.prover.prover import compare
from tokens.drawing import PLAIN, blocks, documents, paths

CAPABILITIES = ("file.read", "file.write", "file.list", "file.delete", "web.search", "shell.exec")
requests = st.builds(
    lambda capability, path: Request(capability, args={"path": path}),
    st.sampled_from(CAPABILITIES),
    paths,
)


def read(document: dict[str, Any]) -> Token:
    return read_token(json.dumps(document), "token.json")


def effect(document: dict[str, Any], request: Request) -> Effect:
    (outcome,) = NativeEvaluator(policy_of(read(document))).decide(request).outcomes
    return outcome.effect


def is_looser(new: Effect, old: Effect) -> bool:
    return new.verdict < old.verdict or (
        new.verdict == old.verdict and not new.obligations >= old.obligations
    )


@settings(max_examples=40)
@given(documents(), blocks, st.lists(requests, max_size=8))
def test_a_block_that_narrows_never_loosens(document, block, calls):
    child = {**document, "narrowed": [*document.get("narrowed", []), block]}
    for call in calls:
        assert not is_looser(effect(child, call), effect(document, call))


@settings(max_examples=25)
@given(documents(most_blocks=1), blocks)
def test_that_a_narrowed_token_is_no_looser_is_proved(document, block):
    child = {**document, "narrowed": [*document.get("narrowed", []), block]}
    assert isinstance(compare(policy_of(read(document)), policy_of(read(child))), Proved)


@settings(max_examples=25)
@given(documents(most_blocks=1), documents(most_blocks=1))
def test_a_witness_between_two_tokens_is_looser_by_the_engine(old, new):
    found = compare(policy_of(read(old)), policy_of(read(new)))
    if isinstance(found, Witness):
        assert is_looser(effect(new, found.request), effect(old, found.request))


@settings(max_examples=40)
@given(documents(), requests)
def test_what_a_token_does_not_name_is_denied(document, call):
    granted = {
        {"search": "web.search"}.get(tool["name"], CAPABILITIES_OF.get(tool["name"]))
        for tool in document["tools"]
    }
    if call.capability not in granted:
        assert effect(document, call).verdict is Verdict.DENY


CAPABILITIES_OF = {
    "read_file": "file.read",
    "write_file": "file.write",
    "list_dir": "file.list",
    "delete_file": "file.delete",
}


@settings(max_examples=40)
@given(documents())
def test_parse_after_print_is_the_identity_for_tokens(tmp_path_factory, document):
    path = tmp_path_factory.mktemp("token") / "token.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    policy = load_policy(path)
    path.write_text(write_policy(policy), encoding="utf-8")
    assert load_policy(path) == policy


@settings(max_examples=40)
@given(documents())
def test_the_json_schema_takes_every_token_that_the_reader_takes(document):
    assert list(Draft202012Validator(DOCUMENT).iter_errors(document)) == []


def test_the_pattern_of_a_path_says_which_paths():
    document = {**PLAIN, "tools": [{"name": "read_file", "paths": ["docs/**", "a?.md"]}]}
    for path, allowed in {
        "/srv/ws/docs": True,
        "/srv/ws/docs/a/b": True,
        "/srv/ws/docs2": False,
        "/srv/ws/a?.md": True,
        "/srv/ws/ab.md": False,
        "/srv/ws/DOCS/a": False,
    }.items():
        verdict = effect(document, Request("file.read", args={"path": path})).verdict
        assert (verdict is Verdict.ALLOW) == allowed, path


def test_a_path_in_the_context_stands_for_no_argument():
    call = Request("file.read", context={"path": "/srv/ws/a"}, args={"path": "/etc/passwd"})
    assert effect(PLAIN, call).verdict is Verdict.DENY


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"schema": "fencekit.token/2"}, "`schema` must be `fencekit.token/1`"),
    ({"holder": ""}, "`holder` must be text"),
    ({"expires": "tomorrow"}, "`tomorrow` is no time"),
    ({"expires": "2030-01-01T00:00:00"}, "names no time zone"),
    ({"workspace": "ws"}, "is no absolute path"),
    ({"workspace": "/srv/../etc"}, "is no absolute path"),
    ({"tols": []}, "unknown key in a token: `tols` (did you mean `tools`?)"),
    ({"tools": [{"name": "read_file"}]}, "`read_file` needs `paths`"),
    ({"tools": [{"name": "read_file", "paths": []}]}, "`paths` must be a list of patterns"),
    ({"tools": [{"name": "read_file", "paths": ["*.md"]}]}, "a single `*`"),
    ({"tools": [{"name": "read_file", "paths": ["/etc/**"]}]}, "is not one below the workspace"),
    ({"tools": [{"name": "read_file", "paths": ["../x"]}]}, "is not one below the workspace"),
    ({"tools": [{"name": "read_file", "paths": ["**"], "max_bytes": -1}]}, "`max_bytes`"),
    ({"tools": [{"name": "read_file", "paths": ["**"], "max_bytes": True}]}, "`max_bytes`"),
    ({"tools": [{"name": "mail"}]}, "`capability` is missing"),
    ({"tools": [{"name": "read_file", "capability": "x", "paths": ["**"]}]}, "the capability of"),
    ({"tools": [{"name": "read_file", "paths": ["**"], "guardrails": ["a=b"]}]}, "no name of a"),
    ({"tools": [PLAIN["tools"][0], PLAIN["tools"][0]]}, "is there twice"),
    ({"narrowed": [{"holder": "x", "tools": []}]}, "unknown key in a block of `narrowed`"),
]


@pytest.mark.parametrize(("change", "message"), WRONG, ids=[message for _, message in WRONG])
def test_what_is_wrong_with_a_token_is_said_with_its_place(change, message):
    with pytest.raises(PolicyError) as found:
        read({**PLAIN, **change})
    assert message in str(found.value)
    assert found.value.place is not None
    assert found.value.place.line == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"schema": 1, "schema": 2}', "null", '{"a": NaN}', "[" * 10_000]
)
def test_what_is_no_token_at_all_is_an_error_and_no_traceback(text):
    with pytest.raises(PolicyError):
        read_token(text, "token.json")


def test_reports_do_not_show_the_proof_of_a_token(tmp_path: Path):
    path = tmp_path / "token.json"
    path.write_text(json.dumps({**PLAIN, "proof": "c2VjcmV0"}), encoding="utf-8")
    assert "c2VjcmV0" not in repr((load_policy(path), load_policy(path).files[0].text))


def test_too_many_rules_of_many_blocks_are_refused():
    tools = [{"name": "read_file", "paths": [f"d{n}/**" for n in range(80)]}]
    with pytest.raises(PolicyError, match="more than 10,000 rules"):
        policy_of(read({**PLAIN, "tools": tools, "narrowed": [{"tools": tools}]}))


@settings(max_examples=12)
@given(documents(most_blocks=1), st.lists(requests, min_size=1, max_size=6))
def test_a_mutant_of_a_token_goes_the_way_that_it_says(document, calls):
    policy = policy_of(read(document))
    before = NativeEvaluator(policy)
    mutants = [*single_edits(policy)]
    allowed = [rule for rule in policy.rules if rule.effect and rule.effect.obligations]
    assert not allowed or {"drop-obligation"} <= {mutant.operator for mutant in mutants}
    for mutant in mutants:
        after = NativeEvaluator(mutant.policy)
        for call in calls:
            old, new = (e.decide(call).outcomes[0].effect for e in (before, after))
            if mutant.can is Direction.LOOSEN:
                assert not is_looser(old, new)
            elif mutant.can is Direction.TIGHTEN:
                assert not is_looser(new, old)
