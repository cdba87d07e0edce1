"""The last step of every report on its way out: bounded, and with the secrets of calls masked.

The command line, pytest, the demo and whoever writes a report from Python pass it. Waivers come
before, in the check itself, because they need the policies.
"""

from fencekit.checks.postprocess.limit_findings import bound_findings
from fencekit.checks.postprocess.report_redaction import without_secrets
from fencekit.model.masking import Redact
from fencekit.model.report import Report


def finalise(report: Report, redact: Redact | str | None = None) -> Report:
    """Return the report as it is shown: with as many findings as are listed, and masked.

    `redact` says what is hidden of calls, `secrets` unless given. A report that was masked before,
    one that was read back, say, is masked again only where it is given.
    """
    made = bound_findings(report)
    if redact or made.masking is None:
        made = without_secrets(made, Redact(redact or Redact.SECRETS))
    return made
