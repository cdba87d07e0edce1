"""Verifies the chain of a log, whichever kind it has, against what was kept of it elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from fencekit.logs.chain import capfence_chain, checkpoints, own_chain
from fencekit.logs.log_registry import format_named, open_log, recognise
from fencekit.model.chain_verification import Anchor, BrokenChainReason, Fault, Verification
from fencekit.model.errors import UsageError
from fencekit.model.source import Place
from fencekit.reading.input_files import open_source
from fencekit.reading.signatures import PublicKey


def verify_log(
    *paths: str,
    anchors: Iterable[Anchor] = (),
    checkpoint: str | None = None,
    keys: Sequence[PublicKey] = (),
    log_format: str | None = None,
) -> Verification:
    """Verify the chain of a log; of several, where each continues the one before it.

    `keys` check the signatures of a file of checkpoints, or those that CapFence put into its rows.
    The log is never written to. Raises LogError where it cannot be read as a whole.
    """
    kept = checkpoints.read_checkpoints(checkpoint, keys) if checkpoint else checkpoints.Kept(())
    known = [anchor for anchor in (*anchors, *kept.anchors) if anchor.count or anchor.head]
    kind = kind_of(paths[0], log_format, empty_is_ours=bool(known or checkpoint))
    if len(paths) > 1 and kind != own_chain.KIND:
        raise UsageError("only logs in the format `fencekit` continue each other")
    if kind == capfence_chain.KIND:
        with open_source(paths[0]) as source:
            found = capfence_chain.verify(source, known, () if checkpoint else keys)
    elif kind == own_chain.KIND:
        if keys and not checkpoint:
            raise UsageError("a key checks the signatures of checkpoints", hint="add them")
        found = own_chain.verify(paths, known)
    else:
        found = no_chain_summary(paths[0], kind)
    signed = found.anchored if kept.signed else found.signed
    unchecked = found.unchecked + kept.unchecked
    return replace(found, signed=signed, unchecked=unchecked, fault=kept.fault or found.fault)


def kind_of(path: str, log_format: str | None, *, empty_is_ours: bool) -> str:
    """Return the name of the format that a log is in; an empty one may be ours, cut off."""
    if log_format:
        return format_named(log_format).name
    with open_source(path) as source:
        if empty_is_ours and not source.head().strip():
            return own_chain.KIND
        return recognise(source).name


def no_chain_summary(path: str, kind: str) -> Verification:
    """Return what is to be said of a log in a format that has no chain."""
    with open_log(path, kind) as log:
        records = sum(1 for _ in log.entries())
    said = f"logs in the format `{kind}` have no chain"
    return Verification(
        kind, records, 0, fault=Fault(BrokenChainReason.NO_CHAIN, Place(path), said)
    )
