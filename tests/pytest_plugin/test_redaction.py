"""Secrets of calls reach neither the output of pytest nor the report that it writes."""

import pytest
from running import record, write_lines

SECRET = "TOKEN=hunter" + "2-correct-horse deploy"


def test_a_failing_test_shows_no_secret(pytester: pytest.Pytester) -> None:
    write_lines(pytester.path / "log.jsonl", record("a.b", "DENY", args={"command": SECRET}))
    (pytester.path / "p.yaml").write_text("allow: [a.b]\n", encoding="utf-8")
    done = pytester.runpytest_subprocess(
        "--capfence-replay=log.jsonl", "--capfence-policy=p.yaml", "--capfence-report=r.html"
    )
    assert done.ret == 1
    assert "[masked]" in done.stdout.str()
    assert "hunter2" not in done.stdout.str()
    assert "hunter2" not in (pytester.path / "r.html").read_text("utf-8")
    shown = pytester.runpytest_subprocess(
        "--capfence-replay=log.jsonl", "--capfence-policy=p.yaml", "--capfence-redact=none"
    )
    assert "hunter2" in shown.stdout.str()
