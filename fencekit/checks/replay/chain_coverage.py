"""How much of what a replay read is covered by a verified chain, and what speaks against it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fencekit.logs.chain import capfence_chain, own_chain
from fencekit.logs.chain.verify_chain import verify_log
from fencekit.model.chain_verification import BrokenChainReason, Verification
from fencekit.model.errors import LogError

CHAINED = (capfence_chain.KIND, own_chain.KIND)
"""The formats whose records can have a chain."""


@dataclass(frozen=True, slots=True)
class ChainSummary:
    """How many of the records of a log a verified chain covers, and what is wrong with it.

    `fault` is empty where nothing contradicts the chain; a log without one is not contradicted.
    """

    covered: int = 0
    fault: str = ""


def chain_of(path: str, log_format: str) -> ChainSummary:
    """Return how far the chain of a log holds; a format without chains covers nothing."""
    if log_format not in CHAINED or not Path(path).is_file():
        return ChainSummary()  # what is no plain file can be read once only
    try:
        found = verify_log(path, log_format=log_format)
    except LogError as error:
        return ChainSummary(fault=str(error))
    return ChainSummary(found.covered - found.notes, fault_of(found))


def fault_of(found: Verification) -> str:
    """Return what contradicts the chain; empty for a log without one, and for a later part of one.

    A rotated log begins where the one before it ends: by itself it proves nothing, and disproves
    nothing either.
    """
    fault = found.fault
    if fault is None or fault.why is BrokenChainReason.NO_CHAIN:
        return ""
    if fault.why is BrokenChainReason.MISSING and found.covered == 0:
        return ""
    return f"{fault.place}: the chain is broken ({fault.why}): {fault.message}"


def logs_without_chain(logs: Iterable[tuple[str, int, int]]) -> list[tuple[str, str]]:
    """Return the logs, given with records and covered ones, that `--require-chain` refuses."""
    return [
        (path, f"{path}: a verified chain covers {covered} of {records} records only")
        for path, records, covered in logs
        if covered < records
    ]
