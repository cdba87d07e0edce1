"""Anchors of records: the same in every report of the same log, here and in the page's script."""

from fencekit.model.finding import capability_name
from fencekit.model.log_survey import name_or_words
from fencekit.model.record import Record

SEEDS = (0x811C9DC5, 0x01234567)
PRIME = 0x01000193
MASK = 0xFFFFFFFF


def record_anchor(record: Record) -> str:
    """Return the anchor of a record: a digest of where it stands, when, who, and for what."""
    place = record.place
    return anchor_of(
        [
            place.file,
            str(place.line or 0),
            str(place.column or 0),
            record.time,
            name_or_words(record.request.principal),
            capability_name(record),
        ]
    )


def anchor_of(parts: list[str]) -> str:
    """Return a digest of some texts: FNV-1a of their UTF-16 units, twice, as `report.js` has it."""
    units = "\0".join(parts).encode("utf-16-le", "surrogatepass")
    made = ""
    for seed in SEEDS:
        digest = seed
        for at in range(0, len(units), 2):
            digest = ((digest ^ (units[at] | units[at + 1] << 8)) * PRIME) & MASK
        made += f"{digest:08x}"
    return f"r-{made}"
