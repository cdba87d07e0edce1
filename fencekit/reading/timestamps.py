"""Moments that are written as text."""

import re
from datetime import UTC, datetime

DIGITS = re.compile(r"[0-9]{9,}")
"""A number, as of milliseconds since 1970: only a format can say what it counts."""


def time_of(text: str) -> datetime | None:
    """Return the moment that an ISO 8601 text names, in UTC unless it says otherwise.

    None for any other text: a number of digits alone is no date, whatever year it begins like.
    """
    if DIGITS.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
