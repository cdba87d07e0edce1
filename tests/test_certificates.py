"""Certificates in files: written where it is proved, followed step by step, else refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from running import fencekit

OLD = """\
deny: [{capability: pay.out, amount_gt: 500}, {capability: sh.x, match_regex: 'rm\\s+-rf'}]
allow: [pay.out, sh.x]
"""
NEW = OLD.replace("500", "400").replace("\\s+", "\\s")
NEWER = NEW.replace("rm\\s-rf", "rm")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("old", OLD), ("looser", NEW), ("new", NEWER)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def page() -> dict[str, Any]:
    done = fencekit("diff", "old.yaml", "new.yaml", "--certificate", "c.json")
    assert done.code == 0, done.all
    assert "certificate: c.json" in done.err
    loaded: dict[str, Any] = json.loads(Path("c.json").read_text("utf-8"))
    return loaded


def refused(page: dict[str, Any], *files: str) -> str:
    Path("changed.json").write_text(json.dumps(page), encoding="utf-8")
    done = fencekit("prove", "--check", "changed.json", *files)
    assert done.code == 3, done.all
    assert "holds" not in done.out
    assert "changed.json" in done.err
    return done.err


def test_what_is_proved_can_be_checked(page: dict[str, Any]) -> None:
    done = fencekit("prove", "--check", "c.json")
    assert done.code == 0, done.all
    assert "the certificate holds: `not looser` for `old.yaml` and `new.yaml`" in done.out
    assert fencekit("prove", "--check", "c.json", "old.yaml", "new.yaml").code == 0
    assert any("walks" in lemma for lemma in page["lemmas"])


def test_the_same_policies_give_the_same_bytes(page: dict[str, Any]) -> None:
    first = Path("c.json").read_bytes()
    fencekit("diff", "old.yaml", "new.yaml", "--certificate", "c.json")
    assert Path("c.json").read_bytes() == first


def test_where_it_is_not_proved_there_is_no_certificate() -> None:
    done = fencekit("diff", "old.yaml", "looser.yaml", "--certificate", "c.json")
    assert done.code == 1
    assert "no certificate: witness" in done.err
    assert not Path("c.json").exists()


def test_a_certificate_is_of_its_policies_and_of_no_others(page: dict[str, Any]) -> None:
    assert "of other policies" in refused(page, "old.yaml", "looser.yaml")
    assert "of other policies" in refused(page, "new.yaml", "old.yaml")
    assert "of other policies" in refused(page, "old.yaml")


def states_of(page: dict[str, Any]) -> list[list[int]]:
    walked = next(lemma for lemma in page["lemmas"] if "walks" in lemma)
    table: list[list[int]] = walked["walks"][0]["next"]
    return table


def without_a_state(page: dict[str, Any]) -> None:
    states_of(page).pop()


def with_a_step_elsewhere(page: dict[str, Any]) -> None:
    table = states_of(page)
    row = next(row for row in table if any(number >= 0 for number in row))
    at = next(at for at, number in enumerate(row) if number >= 0)
    row[at] = (row[at] + 1) % len(table)


def with_a_goal_hidden(page: dict[str, Any]) -> None:
    row = next(row for row in states_of(page) if any(number >= 0 for number in row))
    row[:] = [-1] * len(row)


def without_a_lemma(page: dict[str, Any]) -> None:
    page["lemmas"].pop()


def with_a_lemma_that_asks_for_less(page: dict[str, Any]) -> None:
    page["lemmas"][0]["literals"].pop()


def with_a_lemma_that_claims_all(page: dict[str, Any]) -> None:
    page["lemmas"].append({"literals": []})


def with_another_goal(page: dict[str, Any]) -> None:
    page["goal"] = "equivalent"


def of_another_version(page: dict[str, Any]) -> None:
    page["version"] = 99


def with_rows_of_text(page: dict[str, Any]) -> None:
    states_of(page)[0] = ["x"]  # type: ignore[list-item]


@pytest.mark.parametrize(
    "corrupted",
    [
        without_a_state,
        with_a_step_elsewhere,
        with_a_goal_hidden,
        without_a_lemma,
        with_a_lemma_that_asks_for_less,
        with_a_lemma_that_claims_all,
        with_another_goal,
        of_another_version,
        with_rows_of_text,
        lambda page: page.update(lemmas=5),
        lambda page: page.update(files="x"),
        lambda page: page.pop("schema"),
        lambda page: page.pop("lemmas"),
    ],
)
def test_a_changed_certificate_is_refused(
    page: dict[str, Any], corrupted: Callable[[dict[str, Any]], Any]
) -> None:
    before = json.dumps(page)
    corrupted(page)
    assert json.dumps(page) != before
    refused(page)


def test_what_is_no_certificate_is_refused() -> None:
    Path("c.json").write_text("{", encoding="utf-8")
    assert fencekit("prove", "--check", "c.json").code == 3
    Path("c.json").write_text("[]", encoding="utf-8")
    assert fencekit("prove", "--check", "c.json").code == 3
    assert fencekit("prove", "--check", "nowhere.json").code == 3
    assert fencekit("prove", "--check", "c.json", "--guardrails", "old.yaml").code == 2


def test_a_certificate_of_another_python_is_refused_where_its_tables_differ(
    page: dict[str, Any],
) -> None:
    page["python"] |= {"version": "3.9", "unicode": "13.0.0"}
    Path("same.json").write_text(json.dumps(page), encoding="utf-8")
    assert fencekit("prove", "--check", "same.json").code == 0
    for lemma in page["lemmas"]:
        for walk in lemma.get("walks", ()):
            walk["tables"] = "0" * 64
    assert "made under cpython 3.9 (Unicode 13.0.0)" in refused(page)
    del page["python"]["sre"]
    assert "does not say under which Python" in refused(page)


def test_a_certificate_of_an_earlier_version_is_to_be_made_again(page: dict[str, Any]) -> None:
    page["schema"] = "fencekit.certificate/2"
    assert "make it again" in refused(page)


def test_a_certificate_is_not_written_over_a_policy() -> None:
    assert fencekit("diff", "old.yaml", "new.yaml", "--certificate", "new.yaml").code == 2
    assert Path("new.yaml").read_text("utf-8") == NEWER


def test_that_a_policy_keeps_to_guardrails_can_be_checked() -> None:
    Path("g.yaml").write_text("deny: [{capability: pay.*, amount_gt: 900}]\n", encoding="utf-8")
    given = ("prove", "old.yaml", "--guardrails", "g.yaml", "--certificate", "c.json")
    done = fencekit(*given)
    assert done.code == 0, done.all
    assert "certificate: c.json" in done.err
    done = fencekit("prove", "--check", "c.json")
    assert done.code == 0, done.all
    assert "`at least as strict` for `g.yaml` and `old.yaml`, for every call" in done.out
    assert "of other policies" in refused(json.loads(Path("c.json").read_text("utf-8")), "old.yaml")
    assert fencekit(*given[:-1], "g.yaml").code == 2
    Path("g.yaml").write_text("deny: [{capability: pay.*, amount_gt: 9}]\n", encoding="utf-8")
    done = fencekit(*given)
    assert done.code == 1
    assert "no certificate: witness" in done.err


def test_a_certificate_of_a_domain_is_of_that_domain() -> None:
    schema = {"properties": {"amount": {"type": "integer", "minimum": 0, "maximum": 450}}}
    schema["additionalProperties"] = False  # type: ignore[assignment]
    Path("domain.json").write_text(json.dumps(schema), encoding="utf-8")
    Path("base.yaml").write_text(OLD.replace("500", "800"), encoding="utf-8")
    Path("open.yaml").write_text(OLD.replace("500", "900"), encoding="utf-8")
    given = ("diff", "base.yaml", "open.yaml", "--domain", "domain.json", "--certificate", "c.json")
    done = fencekit(*given)
    assert done.code == 0, done.all
    done = fencekit("prove", "--check", "c.json")
    assert done.code == 0, done.all
    assert "for the domain that stands in it" in done.out
    assert fencekit("prove", "--check", "c.json", "--domain", "domain.json").code == 0
    schema["properties"]["amount"]["maximum"] = 1_000
    Path("domain.json").write_text(json.dumps(schema), encoding="utf-8")
    done = fencekit("prove", "--check", "c.json", "--domain", "domain.json")
    assert done.code == 3
    assert "of another domain" in done.err
    page = json.loads(Path("c.json").read_text("utf-8"))
    refused({**page, "domain": schema})
    refused({**page, "domain": "open"})
    refused({**page, "domain": "closed"})


def test_a_proof_that_certificates_cannot_say_has_none_and_is_told_so() -> None:
    for name, pattern in (("one", r"(a|b)\1"), ("two", "aa|bb")):
        text = f"deny: [{{capability: sh.x, match_regex: '{pattern}'}}]\nallow: [sh.x]\n"
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")
    done = fencekit("diff", "one.yaml", "two.yaml", "--certificate", "c.json")
    assert done.code == 3, done.all
    assert "cannot be shown to the checker" in done.err
    assert not Path("c.json").exists()
