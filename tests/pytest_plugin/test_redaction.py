"""Secrets of calls reach neither the output of pytest nor the report that it writes."""

from pathlib import Path

from running import record, write_lines

from .conftest import Run

pytest_plugins = ["pytester"]

SECRET = "TOKEN=hunter" + "2-correct-horse deploy"
REPLAY = ("--capfence-replay=log.jsonl", "--capfence-policy=p.yaml")


def test_a_failing_test_shows_no_secret_unless_it_is_asked_to(run: Run, project: Path) -> None:
    write_lines(project / "log.jsonl", record("a.b", "DENY", args={"command": SECRET}))
    (project / "p.yaml").write_text("allow: [a.b]\n", encoding="utf-8")
    result = run(*REPLAY, "--capfence-report=r.html")
    assert result.ret == 1
    assert "[masked]" in result.stdout.str()
    assert "hunter2" not in result.stdout.str()
    assert "hunter2" not in (project / "r.html").read_text(encoding="utf-8")
    assert "hunter2" in run(*REPLAY, "--capfence-redact=none").stdout.str()
