"""What makes calls, or faults, one finding: the one definition that every part of the house uses.

The key is made of content only: of rules their digests, never their positions or lines. So the same
finding has the same key in another run, after rules were inserted or lines moved; and another
finding has another key, whatever its rule is called. Grouping, waivers, merging, anchors of pages
and fingerprints of SARIF and GitLab all use it.
"""

from dataclasses import dataclass
from hashlib import sha256

from fencekit.model.canonical_text import canonical

SHORT = 12
"""The hexadecimal digits of a digest that a report shows."""


@dataclass(frozen=True, slots=True)
class FindingKey:
    """What a finding is about: its class, the calls, both decisions, the rules by their digests.

    `capability` is None where the log does not say it. `tool` is the name of the tool where no
    mapping gives it a capability: calls of different tools are different findings. `slug` and
    `file` tell faults apart, and are empty for changed calls.
    """

    kind: str
    capability: str | None
    tool: str = ""
    before: str = ""
    after: str = ""
    rule: str = ""
    baseline_rule: str = ""
    message: str = ""
    slug: str = ""
    file: str = ""

    @property
    def digest(self) -> str:
        """The key as 64 hexadecimal digits."""
        parts = [
            self.kind,
            self.capability,
            self.tool,
            self.before,
            self.after,
            self.rule,
            self.baseline_rule,
            self.message,
            self.slug,
            self.file,
        ]
        return sha256(canonical(parts).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def short(self) -> str:
        """The first digits of the digest, as reports show them."""
        return self.digest[:SHORT]
