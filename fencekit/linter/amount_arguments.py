"""The amounts of a call: which of its arguments are taken for one, and the conditions on them."""

from collections.abc import Iterator

from fencekit.engines.native.request_view import AMOUNT_KEYS
from fencekit.model.policy import ConditionName
from fencekit.model.request import Request

AMOUNTS = (
    ConditionName.AMOUNT_GT,
    ConditionName.AMOUNT_GTE,
    ConditionName.AMOUNT_LT,
    ConditionName.AMOUNT_LTE,
)
DEPTHS = (
    ConditionName.CALLER_DEPTH_GT,
    ConditionName.CALLER_DEPTH_GTE,
    ConditionName.CALLER_DEPTH_LT,
    ConditionName.CALLER_DEPTH_LTE,
)
UPPER = (ConditionName.AMOUNT_LT, ConditionName.AMOUNT_LTE)
LOWER = (ConditionName.AMOUNT_GT, ConditionName.AMOUNT_GTE)


def amounts(request: Request) -> Iterator[tuple[str, int | float]]:
    """Yield each argument by an amount's name that is a number, with its key."""
    for key in AMOUNT_KEYS:
        value = request.args.values.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield key, value
