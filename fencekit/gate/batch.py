"""Many decisions with one turn of the disk: all are on it before any of them is known."""

from collections.abc import Callable, Iterable

from fencekit.gate.call import ToolCall
from fencekit.gate.decision import GateDecision
from fencekit.gate.gate import Gate
from fencekit.logs.disk import Unsynced


def decide_all(
    gate: Gate,
    calls: Iterable[tuple[ToolCall, Iterable[str]]],
    ends: Callable[[GateDecision], bool] = lambda _: False,
) -> list[GateDecision]:
    """Return what becomes of calls, in turn, and record them, as `Gate.decide` does for each.

    With each call come the obligations that its caller discharges. After a decision that `ends`
    says true of, no more calls are asked for. The disk is waited for once, at the end; where it
    does not confirm the records, every call is denied that they are about.
    """
    later: list[Unsynced] = []
    made: list[GateDecision] = []
    for call, discharges in calls:
        made.append(gate.decide(call, discharges=discharges, later=later))
        if ends(made[-1]):
            break
    try:
        if gate.audit is not None:
            gate.audit.sync(later)
    # Whatever keeps the records from the disk, nothing runs.
    except Exception as error:  # noqa: BLE001
        return [gate.denial_without_record(one, error) if one.id else one for one in made]
    for one in made:
        if one.id:
            gate.stand_open(one)
    return made
