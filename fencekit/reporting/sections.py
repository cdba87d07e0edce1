"""The section that each check adds to the JSON report, by the name of the report's field."""

from collections.abc import Callable
from typing import Any

from fencekit.reporting.replay_json import replay_of

SECTIONS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "replay": replay_of,
}
