"""Asks the prover about a pair, and holds its answer against what the oracle decides."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from types import FrameType
from typing import Any

from fencekit.dialects.capfence.policy_layer import read_layer
from fencekit.model.errors import FencekitError
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved, Result, Witness
from fencekit.model.source import Place
from fencekit.prover.checker.check_certificate import CertificateError, check
from fencekit.prover.policy_properties import GOALS
from fencekit.prover.prover import check_property
from fencekit.reading.yaml import Located
from prove.adversary.calls import calls
from prove.adversary.oracle import Oracle
from prove.adversary.pair import Call, Document, Pair

LIMIT = 20.0
"""Seconds of processor time that the prover has for a pair."""
NOWHERE = Place("policy.yaml")


class Ending(StrEnum):
    """What asking about a pair ended in. The last five are faults of ours."""

    PROVED = "proved"
    WITNESS = "witness"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    UNDECIDED = "witness that `jsonschema` cannot judge"
    WRONG = "wrong proof"
    REFUTED = "refuted witness"
    DISOWNED = "certificate refused"
    FAULT = "fault"
    SLOW = "out of time"

    @property
    def is_bad(self) -> bool:
        return self in BAD


BAD = (Ending.WRONG, Ending.REFUTED, Ending.DISOWNED, Ending.FAULT, Ending.SLOW)


@dataclass(frozen=True)
class Judged:
    """How a pair ended, whether it really differs, and by which call; times are in
    seconds of processor time.

    `certificate` is what became of one, if one was asked for: `checked`, `refused`, or `none`.
    """

    ending: Ending
    differs: bool
    call: Call | None = None
    said: str = ""
    asked: float = 0.0
    tried: float = 0.0
    certificate: str = ""


class OutOfTimeError(BaseException):
    """The prover took longer than it may; nothing in it catches this."""


def judge(pair: Pair, *, limit: float = LIMIT, more: int = 1, certificate: bool = False) -> Judged:
    """Ask the prover about a pair, and try all calls unless it shows one itself.

    With `certificate`, what is proved is proved again with one, which is checked.
    """
    start = time.process_time()
    ending, said, result = asked(pair, limit)
    between = time.process_time()
    oracle = Oracle(pair)
    call: Call | None = None
    if isinstance(result, Witness):
        call = call_of(result)
        confirmed = oracle.breaks(call)
        ending = Ending.WITNESS if confirmed else Ending.REFUTED
        if not confirmed and oracle.is_undecided(call):
            ending = Ending.UNDECIDED
        return Judged(ending, confirmed, call, said, between - start, 0.0)
    call = next((one for one in calls(pair, more) if oracle.breaks(one)), None)
    tried = time.process_time() - between
    owned = certified(pair, limit) if certificate and ending is Ending.PROVED else ""
    if ending is Ending.PROVED and call is not None:
        ending, said = Ending.WRONG, f"{said}, certificate {owned or 'not asked for'}"
    elif owned.startswith("refused"):
        ending, said = Ending.DISOWNED, owned
    return Judged(ending, call is not None, call, said, between - start, tried, owned[:7])


def certified(pair: Pair, limit: float) -> str:
    """Return what becomes of the certificate of a proof."""
    try:
        with time_limit(limit):
            old, new = policy_of(pair.old), policy_of(pair.new)
            try:
                goal = GOALS[pair.relation]
                result = check_property(goal, old, new, domain=pair.domain, certificate=True)
            except CertificateError:
                return "none"
            if not isinstance(result, Proved) or result.certificate is None:
                return f"refused: {result.word} when a certificate is asked for"
            check(result.certificate, old, new)
    except OutOfTimeError:
        return "slow"
    except Exception as error:  # noqa: BLE001  (a fault is what is looked for)
        return f"refused: {fault_text(error)}"
    return "checked"


def asked(pair: Pair, limit: float) -> tuple[Ending, str, Result | None]:
    """Return what the prover ends in, what it says of it, and its answer if it has one."""
    try:
        with time_limit(limit):
            old, new = policy_of(pair.old), policy_of(pair.new)
            result = check_property(GOALS[pair.relation], old, new, domain=pair.domain)
    except OutOfTimeError:
        return Ending.SLOW, f"not settled in {limit:g} s", None
    except FencekitError as error:
        return Ending.REFUSED, str(error), None
    except Exception as error:  # noqa: BLE001  (a fault is what is looked for)
        return Ending.FAULT, fault_text(error), None
    if isinstance(result, Proved):
        return Ending.PROVED, str(result.method), result
    if isinstance(result, Witness):
        return Ending.WITNESS, "", result
    return Ending.UNKNOWN, result.reason, result


def fault_text(error: Exception) -> str:
    """Return the kind of an error and the line that raised it."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = f"{at.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{at.tb_lineno}" if at else ""
    return f"{type(error).__name__} at {where}: {error}"[:300]


def call_of(witness: Witness) -> Call:
    """Return the call of a witness as CapFence takes it."""
    request = witness.request
    context = dict(request.context.values)
    if request.environment is not None:
        context["environment"] = request.environment
    assert isinstance(request.capability, str)
    return Call(request.capability, dict(request.args.values), context)


def policy_of(document: Document) -> Policy:
    """Return the policy that a document says, without a file."""
    return read_layer(located(document)).policy("policy.yaml", ())


def located(value: Any) -> Located:
    if isinstance(value, dict):
        items = tuple((located(key), located(item)) for key, item in value.items())
        return Located(value, NOWHERE, items=items)
    if isinstance(value, list):
        return Located(value, NOWHERE, elements=tuple(map(located, value)))
    return Located(value, NOWHERE)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTimeError after so many seconds of processor time; main thread only."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise OutOfTimeError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
