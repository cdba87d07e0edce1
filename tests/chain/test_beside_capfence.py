"""Beside the real `AuditLogger.verify`: what it misses and what it rejects, we do not.

The table of `docs/audit-log.md` comes from `tests/chain/beside.py` with 200 records; this is the
same with ten.
"""

import pytest

from chain.beside import compare, genuine
from chain.tampering import AGENTS, WARN, rows_of

pytestmark = pytest.mark.oracle


def test_ours_notices_all_that_the_real_one_notices_and_more(tmp_path):
    counts = compare(rows_of(AGENTS, 10), rows_of(WARN)[20], tmp_path)
    for family, count in counts.items():
        assert count.tried
        assert count.anchored == count.tried, family
        assert count.ours >= count.theirs, family
    open_without_anchor = {family for family, count in counts.items() if count.ours < count.tried}
    assert open_without_anchor == {
        "cut off at the end",
        "the chain computed anew from each record on",
    }
    missed = {family for family, count in counts.items() if count.theirs < count.tried}
    assert "every record edited, all hashes and metadata blanked" in missed
    assert counts["cut off at the end"].theirs == 0


def test_a_genuine_log_that_the_real_one_rejects_verifies(tmp_path):
    found = genuine(tmp_path)
    assert all(mine for _, mine in found.values())
    assert [name for name, (theirs, _) in found.items() if not theirs] == ["odd-capabilities.db"]
    assert len(found) == 6
