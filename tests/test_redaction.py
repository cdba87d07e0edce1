"""Secrets in the arguments of calls reach no report, and what is no secret stays readable."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import drawing
from running import fencekit, record, write_lines

from fencekit.checks.postprocess.report_redaction import Redaction
from fencekit.checks.postprocess.secret_detection import MASK, Masker
from fencekit.model.masking import MaskingReason, Redact
from fencekit.model.request import Request

WORD = "hunter" + "2-correct-horse"
SECRETS: dict[str, tuple[str, str]] = {
    "a key that names it": ("api_key", WORD),
    "a key in camel case": ("clientSecret", WORD),
    "a header's key": ("X-Auth-Token", WORD),
    "a password in an address": ("url", f"postgres://ann:{WORD}@db/x"),
    "an option": ("command", f"mysql --password {WORD} -u ann"),
    "a variable": ("command", f"TOKEN={WORD} deploy"),
    "JSON in a text": ("body", f'{{"secret": "{WORD}"}}'),
    "a header": ("command", f"curl -H 'Authorization: Bearer {WORD}' x"),
    "an access key": ("note", "AKIA" + "ABCDEFGHIJKLMNOP"),
    "a token of a forge": ("note", "ghp_" + "a1B2" * 9),
    "a token of a chat": ("note", "xoxb-" + "1234567890-abcdef"),
    "a web token": ("note", "eyJhbGciOi" + "JIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"),
    "a private key": ("file", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"),
    "random letters": ("note", "dGhpcyBpcyBhIHNlY3JldCBrZXkhISBhYmNkZWY"),
}
ORDINARY = {
    "command": "git log --oneline -n 20 -- src/some_long_directory_name/and_another_one.py",
    "query": "SELECT token FROM sessions WHERE a_very_long_column_name_of_ours = 2",
    "path": "/var/lib/postgresql/data/base/a_rather_long_folder_name/file.txt",
    "id": "123e4567-e89b-12d3-a456-426614174000",
    "message": "the password is with the office",
    "author": "Ann",
    "pinned": "yes",
    "url": "https://example.com/a/b?c=d",
    "command2": "echo $TOKEN and PASSWORD=$PASSWORD",
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_masked_wherever_it_stands(name: str) -> None:
    key, text = SECRETS[name]
    for masked in (
        Masker().object({key: text}),
        Masker().object({"deep": [{key: [text]}]}),
    ):
        shown = json.dumps(masked)
        assert WORD not in shown
        assert MASK in shown
        assert key in shown
        assert text not in shown


@pytest.mark.parametrize("key", ORDINARY)
def test_what_is_no_secret_stays_as_it_is(key: str) -> None:
    masker = Masker()
    assert masker.object({key: ORDINARY[key]}) == {key: ORDINARY[key]}
    assert not masker.counts


@given(drawing.requests)
def test_everything_is_masked_on_request_and_nothing_on_request(request) -> None:
    masked = Redaction(Redact.ALL).request(request)
    assert list(masked.args.values) == list(request.args.values)
    for value in masked.args.values.values():
        left = value if isinstance(value, list) else [value]
        flat = [
            inner for item in left for inner in (item.values() if type(item) is dict else [item])
        ]
        assert all(item in (MASK, None, True, False, "") for item in flat)
    assert Redaction(Redact.NONE).of(request) is request
    assert masked.capability == request.capability


@given(st.text())
def test_masking_again_changes_nothing(text: str) -> None:
    once = Masker().text(text)
    assert Masker().text(once) == once


@given(st.lists(drawing.requests, max_size=5))
def test_what_was_masked_before_changes_nothing_of_what_is_masked_now(requests) -> None:
    together = Redaction(Redact.SECRETS)
    for request in requests:
        alone = Redaction(Redact.SECRETS)
        assert together.request(request) == alone.request(request)


def test_a_text_that_is_no_secret_is_one_under_the_name_of_one() -> None:
    masker = Masker()
    assert masker.object({"note": "blue", "n": 7}) == {"note": "blue", "n": 7}
    assert masker.object({"password": "blue", "pin": 7}) == {"password": MASK, "pin": MASK}
    assert masker.object({"note": "blue", "n": 7}) == {"note": "blue", "n": 7}
    assert masker.object({"note": "pin=1234"}) == {"note": f"pin={MASK}"}
    assert masker.object({"note": "pin=1234"}) == {"note": f"pin={MASK}"}
    assert masker.counts == {MaskingReason.KEY: 4}


def test_a_call_with_nothing_to_mask_is_kept_as_it_is() -> None:
    kept, masked = Request("a.b", args={"x": ["y", {"z": 1}]}), Request("a.b", args={"pin": 1})
    redaction = Redaction(Redact.SECRETS)
    assert redaction.request(kept) is kept
    assert redaction.request(masked).args.values == {"pin": MASK}
    assert redaction.request(masked) is redaction.request(masked)
    assert redaction.masker.counts == {MaskingReason.KEY: 1}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a log of secrets, one of its lines broken, and a policy that loosens."""
    monkeypatch.chdir(tmp_path)
    calls = [record("a.b", "DENY", args={key: text}) for key, text in SECRETS.values()]
    write_lines(tmp_path / "log.jsonl", *calls, f'{{"broken": "TOKEN={WORD}", ')
    (tmp_path / "p.yaml").write_text("allow: [a.b]\n", encoding="utf-8")
    return tmp_path


FORMS = ("text", "json", "markdown", "sarif", "junit", "github", "gitlab", "html")


def test_no_format_shows_a_secret_unless_it_is_asked_to(files: Path) -> None:
    options = [word for form in FORMS for word in ("--out", f"{form}={form}")]
    done = fencekit("replay", "log.jsonl", "--policy", "p.yaml", "--max-invalid", 1, *options)
    assert done.code == 1, done.err
    for form in FORMS:
        page = (files / form).read_text("utf-8")
        assert "hunter2" not in page, form
        assert "masked" in page, form
    masking = json.loads((files / "json").read_text("utf-8"))["masking"]
    assert masking["mode"] == "secrets"
    assert masking["masked"] == masking["key"] + masking["shape"] + masking["entropy"] > 10
    shown = fencekit(
        *("replay", "log.jsonl", "--policy", "p.yaml", "--max-invalid", 1),
        *("--redact", "none", "--format", "json"),
    )
    assert "hunter2" in shown.out
    assert shown.report["masking"]["masked"] == 0
    assert shown.report["counts"] == json.loads((files / "json").read_text("utf-8"))["counts"]


def test_the_configuration_can_say_what_to_hide(files: Path) -> None:
    (files / "pyproject.toml").write_text('[tool.fencekit]\nredact = "all"\n', encoding="utf-8")
    done = fencekit("replay", "log.jsonl", "--policy", "p.yaml", "--format", "json")
    assert done.report["masking"]["mode"] == "all"
    (files / "pyproject.toml").write_text('[tool.fencekit]\nredact = "some"\n', encoding="utf-8")
    done = fencekit("replay", "log.jsonl", "--policy", "p.yaml")
    assert done.code == 2
    assert "`redact` is `some`" in done.err


def test_every_reason_has_a_count_of_its_own() -> None:
    masker = Masker()
    for key, text in SECRETS.values():
        masker.value(text, key)
    assert set(masker.counts) == set(MaskingReason) - {MaskingReason.ALL}
