"""The real CapFence package decides the calls of a finding as the finding shows them."""

from collections.abc import Sequence
from pathlib import Path

from conformance.oracle import Answer, real_answer, real_load

from fencekit.model.finding import Finding
from fencekit.model.verdict import ALLOW, DENY, ESCALATE, WARN

EFFECTS = {
    "deny": DENY,
    "default_deny": DENY,
    "require_approval": ESCALATE,
    "warn": WARN,
    "allow": ALLOW,
}


def confirmed(finding: Finding, path: Path, search_paths: Sequence[str | Path] = ()) -> int:
    """Fail where the package decides a call otherwise; return how many it was asked."""
    policy = real_load(str(path), search_paths)
    assert policy is not None, path
    shown = [finding.before, finding.after][-len(finding.witnesses) or 2 :]
    for record, said in zip(finding.witnesses, shown, strict=False):
        if said == "time limit":
            continue  # nobody waits for it; the time is measured in a process of its own
        answer: Answer = real_answer(policy, record.request)
        effect = DENY if answer.raised else EFFECTS[answer.verdict]
        assert str(effect) == said, (finding.slug, record.request, answer)
    return len(finding.witnesses)
