"""What looks like a secret in the arguments of a call: by its key, its shape, or its randomness.

It hides too much rather than too little: a reader can ask for the report without it. What no rule
here knows stays readable, so a report is as confidential as the log that it was made of.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from fencekit.model.masking import MaskingReason
from fencekit.model.request import UNKNOWN

MASK = "[masked]"

NAMES = (
    r"pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|client[_-]?secret|auth(?:orization)?|credentials?|cookie|session[_-]?key|signature"
    r"|otp|pin|cvv|cvc|iban|ssn|card[_-]?number"
)
KEY = re.compile(rf"(?i)(?:^|[_.\-]|(?<=[a-z])(?=[A-Z]))(?:{NAMES})(?:$|[_.\-]|s$)")
"""A key that names a secret, as a word of its own: `password`, `api_key`, `X-Auth-Token`."""

SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bnpm_[A-Za-z0-9]{20,}"
    r"|\bxox[abeoprs]-[\w-]{10,}|\bxapp-[\w-]{10,}"
    r"|\b(?:sk|rk|pk)[-_](?:live|test|proj|ant)[-_][\w-]{10,}|\bsk-[A-Za-z0-9]{20,}"
    r"|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bpypi-[\w-]{20,}|\bhf_[A-Za-z0-9]{20,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)"
    r"|(?i:(?<=\bbearer )|(?<=\bbasic ))[\w.~+/=-]{8,}"
)
"""Tokens and keys as their issuers write them, a password in an address, a header's credentials."""

ASSIGNED = re.compile(
    rf"(?i)(?<![a-z])((?:(?:{NAMES})['\"]?\s*[=:]|--(?:{NAMES})\s)\s*['\"]?)([^\s'\",;&|]{{3,}})"
)
"""A secret that follows its name inside a text: `--password x`, `TOKEN=x`, `"secret": "x"`."""

KEPT = ("[masked", "$", "bearer", "basic")
"""How what is no secret begins: masked already, a variable, the scheme of a header."""

RUN = re.compile(r"[A-Za-z0-9+_=-]{24,}")
UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
RANDOM = 4.0
"""The bits a character from which on a run counts as random; words and names stay below 3.9."""
RANDOM_HEX = 3.0
HEX = re.compile(r"[0-9a-fA-F]{32,}")


SHORTEST = 10
"""The characters from which on a text may hold a secret without any of the marks of one."""
MOST_KNOWN, LONGEST_KNOWN = 20_000, 300
"""How many texts are remembered to hold no secret, and how long they may be; keys too."""


@dataclass(slots=True)
class Masker:
    """Masks values and counts what it masks; with `everything`, no value stays.

    What has nothing to mask is returned as it is, the same object. Calls repeat themselves, so the
    texts that hold no secret are remembered.
    """

    everything: bool = False
    counts: Counter[MaskingReason] = field(default_factory=Counter)
    _plain: set[str] = field(default_factory=set)
    _plain_keys: set[str] = field(default_factory=set)

    def object(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return an object with what is secret in it masked; keys stay."""
        made = values
        plain, plain_keys = self._plain, self._plain_keys
        for key, value in values.items():
            if key in plain_keys:  # so it is for by far the most, of 100,000 calls
                kind = value.__class__
                if kind is int or (kind is str and (value in plain or is_short(value))):
                    continue
            masked = self.value(value, key)
            if masked is not value:
                made = dict(values) if made is values else made
                made[key] = masked
        return made

    def value(self, value: Any, key: str = "") -> Any:
        """Return a value with what is secret in it masked; unknown, null and yes/no values stay."""
        if value is None or value is UNKNOWN or isinstance(value, bool):
            return value
        if isinstance(value, dict):
            return self.object(value)
        if isinstance(value, list | tuple):
            items = [self.value(item, key) for item in value]
            return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
        if self.everything:
            return self._mask_match(MaskingReason.ALL)
        if self._is_secret(key):
            return self._mask_match(MaskingReason.KEY)
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """Return a text with each part that looks like a secret masked."""
        if self.everything:
            return self._mask_match(MaskingReason.ALL) if text else text
        if text in self._plain or is_short(text):
            return text
        made = SHAPES.sub(lambda _: self._mask_match(MaskingReason.SHAPE), text)
        made = ASSIGNED.sub(self._mask_assignment, made)
        made = RUN.sub(self._mask_run, made)
        if made != text:
            return made
        if len(text) <= LONGEST_KNOWN and len(self._plain) < MOST_KNOWN:
            self._plain.add(text)
        return text

    def _is_secret(self, key: str) -> bool:
        """Say whether a key names a secret."""
        if key in self._plain_keys:
            return False
        if KEY.search(key):
            return True
        if len(key) <= LONGEST_KNOWN and len(self._plain_keys) < MOST_KNOWN:
            self._plain_keys.add(key)
        return False

    def _mask_assignment(self, found: re.Match[str]) -> str:
        if found[2].lower().startswith(KEPT):
            return found[0]
        return f"{found[1]}{self._mask_match(MaskingReason.KEY)}"

    def _mask_run(self, found: re.Match[str]) -> str:
        return self._mask_match(MaskingReason.ENTROPY) if is_random(found[0]) else found[0]

    def _mask_match(self, why: MaskingReason) -> str:
        self.counts[why] += 1
        return MASK


def is_short(text: str) -> bool:
    """Say whether a text is too short for any secret, as it has no mark of one."""
    return len(text) < SHORTEST and "=" not in text and ":" not in text and "--" not in text


def is_random(run: str) -> bool:
    """Say whether a run of letters and digits looks as if no person had written it."""
    if UUID.fullmatch(run):
        return False
    if HEX.fullmatch(run):
        return bits(run.lower()) >= RANDOM_HEX
    classes = sum(bool(re.search(of, run)) for of in ("[a-z]", "[A-Z]", "[0-9]"))
    return classes >= 2 and bits(run) >= RANDOM


def bits(text: str) -> float:
    """Return Shannon's entropy of the text's characters, in bits a character."""
    whole = len(text)
    return -sum(count / whole * math.log2(count / whole) for count in Counter(text).values())
