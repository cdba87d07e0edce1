"""Many decisions in one write, with one turn of the disk, before any of them is known."""

from collections.abc import Callable, Iterable

from fencekit.gate.call import ToolCall
from fencekit.gate.gate import Gate
from fencekit.gate.gate_decision import GateDecision


def decide_all(
    gate: Gate,
    calls: Iterable[tuple[ToolCall, Iterable[str]]],
    ends: Callable[[GateDecision], bool] = lambda _: False,
) -> list[GateDecision]:
    """Return what becomes of calls, in turn, and record them, as `Gate.decide` does for each.

    With each call come the obligations that its caller discharges. After a decision that `ends`
    says true of, no more calls are asked for. All are written at once, at the end, and the disk is
    waited for once; a call is denied whose record is not written, or not confirmed.
    """
    later: list[str] = []
    made: list[GateDecision] = []
    for call, discharges in calls:
        made.append(gate.decide(call, discharges=discharges, later=later))
        if ends(made[-1]):
            break
    if not later:
        return made
    count = 0
    trouble: Exception | None = None
    try:
        appended = gate.write(later)
        count, trouble = appended.count, appended.error
    # Whatever keeps the records from the disk, nothing runs.
    except Exception as error:  # noqa: BLE001
        trouble = error
    for at, one in enumerate(made):
        if not one.id:
            continue  # it was denied already, because it could not be recorded
        if count or trouble is None:
            gate.stand_open(one)
            count -= 1
        else:
            made[at] = gate.denial_without_record(one, trouble)
    return made
