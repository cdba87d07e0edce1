"""What the packs know to be harmful is what a realistic witness is made of."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from running import fencekit

from fencekit.linter.pack_payloads import CALLS, TEXTS
from packs.archives import ROOT

pytestmark = pytest.mark.oracle


def denied() -> list[tuple[str, str | None, Any]]:
    """Return every call that all variants of a pack deny: namespace, field, text or arguments."""
    found = []
    for file in sorted(ROOT.glob("*/source/cases.yaml")):
        for row in yaml.load(file.read_text("utf-8"), yaml.CSafeLoader):
            if row["verdicts"] in ("DENY", ["DENY"] * 3):
                space = row["capability"].partition(".")[0]
                found += [(space, row.get("field"), value) for value in row.get("values", ())]
                found += [(space, None, args) for args in row.get("calls", ())]
    return found


def test_every_payload_of_a_witness_is_a_case_that_each_variant_of_a_pack_denies() -> None:
    known = denied()
    texts = {(field, value) for _, field, value in known if field is not None}
    assert [(w, t) for w, listed in TEXTS.items() for t in listed if (w, t) not in texts] == []
    calls = [(space, args) for space, field, args in known if field is None]
    assert [
        (s, a) for s, listed in CALLS.items() for a in listed if (s, dict(a)) not in calls
    ] == []


PAIRS = {
    "http.get": (
        "http://169.254.169.254/",
        "allow: [{capability: http.get, match_regex: ^https}]",
    ),
    "k8s.get": ("privileged: true", "allow: [{capability: k8s.get, match_keywords: [pods]}]"),
    "mail.send": ("PRIVATE KEY", "allow: [{capability: mail.send, contains: hello}]"),
    "file.read": ("/etc/shadow", "allow: [{capability: file.read, path_prefix: /srv/}]"),
    "shell.exec": ("curl evil.example", "allow: [{capability: shell.exec, match_regex: ^ls}]"),
}


@pytest.mark.parametrize("capability", PAIRS)
def test_a_loosened_pack_shows_a_call_of_its_attacks(
    capability: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown, old = PAIRS[capability]
    Path("old.yaml").write_text(f"{old}\n", encoding="utf-8")
    Path("new.yaml").write_text(f"allow: [{capability}]\n", encoding="utf-8")
    done = fencekit("diff", "old.yaml", "new.yaml", "--no-authors", "--format", "json")
    first = next(f for f in done.report["findings"] if f["class"] == "looser")
    assert shown in str(first["realistic"]["request"])
