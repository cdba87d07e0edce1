"""A line that is filled into a template is, byte for byte, the one that is made whole."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws.drawing import policy_of_text

from fencekit.gate.audit import Audit
from fencekit.gate.call import ToolCall
from fencekit.gate.gate import Gate
from fencekit.gate.line_templates import ARGUMENTS, ID
from fencekit.gate.tools import AnyTools, Tool
from gate.test_record_replay import calls, respelled

POLICY = policy_of_text(
    "deny: [{capability: pay.in, amount_gt: 9}]\n"
    "require_approval: [pay.out.*]\nallow: [pay.in, files.read]\n"
)
odd = st.builds(
    ToolCall,
    st.sampled_from(["pay.in", "files.read"]),
    st.sampled_from(
        [
            '{"$unknown":true}',
            '{"a":{"$unknown":true}}',
            '{"a":"unknown"}',
            '{"a":"\\u0001"}',
            '{"a":"\\ud83d\\ude00"}',
            '{"a":"é"}',
            '{"path":"a/../b"}',
            '{"path":"/b"}',
            '{"a":1,"a":1}',
            '{"a":1e999}',
            '{"a":NaN}',
            f'{{"a":{ARGUMENTS}}}',
            f'{{"a":"{ID}"}}',
            ARGUMENTS,
            "{}",
            '{"a":' + "[" * 150 + "]" * 150 + "}",
        ]
    ),
    st.sampled_from(["bob", ID]),
    context=st.sampled_from(["{}", f'{{"x":{ARGUMENTS}}}', '{"x": 1}', f'{{"x":"{ID}"}}']),
    id=st.sampled_from(["", "c1"]),
)


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    folder = tmp_path_factory.mktemp("templates")
    read = Tool("files.read", "files.read", paths=("path",))
    with Gate(POLICY, tools=AnyTools([read]), audit=Audit(folder / "log.jsonl")) as made:
        yield made


@given(st.lists(calls | respelled | odd, min_size=1, max_size=4))
def test_a_line_from_a_template_is_the_line_made_whole(gate: Gate, drawn: list[ToolCall]) -> None:
    audit = gate.audit
    assert audit is not None
    for number, call in enumerate(drawn * 2):
        made = replace(gate.preview(call), id=f"{number:032x}", time=f"2026-01-01T00:00:0{number}Z")
        assert audit.line(made) == audit._line(made)


def test_calls_of_one_kind_are_filled_into_one_template(tmp_path: Path) -> None:
    whole: list[str] = []
    with Gate(POLICY, tools=AnyTools(), audit=Audit(tmp_path / "log.jsonl")) as gate:
        templates = gate.audit._templates  # type: ignore[union-attr]
        one_line = templates._whole
        templates._whole = lambda made: whole.append(made.id) or one_line(made)  # type: ignore[func-returns-value]
        for number in range(9):
            assert gate.decide(ToolCall.of("pay.in", {"amount": number})).authorized
    assert whole == [ID]
