"""What a report hides of the calls that it shows: how much, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Redact(StrEnum):
    """What is hidden: every value of a call, what looks like a secret, or nothing."""

    ALL = "all"
    SECRETS = "secrets"
    NONE = "none"


class MaskingReason(StrEnum):
    """What made a value be hidden."""

    KEY = "the name of its key"
    SHAPE = "its shape"
    ENTROPY = "its randomness"
    ALL = "`--redact all`"


@dataclass(frozen=True, slots=True)
class Masking:
    """How a report was redacted: the mode, and the number of values hidden for each reason."""

    mode: Redact
    counts: Mapping[MaskingReason, int]

    @property
    def total(self) -> int:
        """How many values, or parts of values, are hidden."""
        return sum(self.counts.values())
