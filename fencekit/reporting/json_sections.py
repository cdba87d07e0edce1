"""The section that each check adds to the JSON report, by the name of the report's field."""

from collections.abc import Callable
from typing import Any

from fencekit.reporting.comparison_json import comparison_of, guardrails_of
from fencekit.reporting.diff_json import diff_of
from fencekit.reporting.json_values import masking_of, waivers_of
from fencekit.reporting.lint_json import lint_of
from fencekit.reporting.mutation_json import mutation_of
from fencekit.reporting.replay_json import replay_of
from fencekit.reporting.suite_json import suite_of
from fencekit.reporting.vetting_json import vetting_of

SECTIONS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "masking": masking_of,
    "replay": replay_of,
    "diff": diff_of,
    "lint": lint_of,
    "comparison": comparison_of,
    "guardrails": guardrails_of,
    "vetting": vetting_of,
    "waivers": waivers_of,
    "suite": suite_of,
    "mutation": mutation_of,
}
