"""What was measured of packs, as markdown: figures and digests, and none of the data."""

from collections.abc import Iterator, Sequence

from fencekit.model.verdict import Verdict
from fencekit.packs.measure.measure_pack import Measured, Rate
from fencekit.packs.pack.pack_variants import Variant
from fencekit.reporting.finding_text import plain
from fencekit.reporting.markdown import code

MOST_NAMED = 6
"""How many of the calls that went the wrong way are named."""
LONGEST = 2_000
"""The characters of one text that are shown."""

INTRODUCTION = """\
# What packs let through

Each table has the calls of one pack that end in ALLOW, of all that were asked about, with the
interval of 95 % after Wilson. In a set of attacks none should; of ordinary calls many should, and
those that do not go to a person or are denied. **Bold** figures are those with a target, which is
named beside them.{beside}

Rows of the data are named by their ids; the data itself is not on this page. How a row becomes a
call, which rows count, and where parameters come from, is in each pack's `measure.yaml`.

Such a page is made by `fencekit packs vet PACK --data DIR --beside NAME=FOLDER --page FILE`, and of
all packs in a folder by `python -m fencekit.packs PACKS measure DIR FOLDER FILE`.
"""
BESIDE = """ The policies of {maker} for the same purpose, as they come, are asked
about the same calls."""


def page(measured: Sequence[Measured]) -> str:
    """Return the page on all packs."""
    maker = next((one.maker for one in measured if one.peer), "")
    beside = BESIDE.format(maker=prose(maker)) if maker else ""
    lines = [INTRODUCTION.format(beside=beside)]
    for one in measured:
        lines.extend(section(one))
    files = {file.name: file for one in measured for file in one.data}
    if files:
        lines.append("## The data\n")
        lines.append("| file | calls | SHA-256 |\n| --- | ---: | --- |")
    for name, file in sorted(files.items()):
        lines.append(f"| {cell(name)} | {file.calls:,} | `{file.sha256}` |")
    return "\n".join(lines) + "\n"


def prose(text: str) -> str:
    """Return a text of a plan so that it is words in a table and elsewhere, and no markup of HTML.

    What Markdown its author wrote in it, such as code, stays.
    """
    return plain(text, LONGEST).replace("<", "&lt;").replace("|", "\\|")


def cell(text: str) -> str:
    """Return a text of the data as code in a table, which no bar ends."""
    return code(text.replace("|", "¦"))


def section(one: Measured) -> Iterator[str]:
    """Yield the lines on one pack."""
    yield f"## {prose(one.pack.name)}\n"
    yield from settings(one)
    if one.missing:
        yield "Not measured, for want of the data: " + prose(", ".join(one.missing)) + ".\n"
    peers = [variant for variant in reversed(Variant) if variant in one.peer]
    heads = [str(variant) for variant in reversed(Variant)]
    heads += [f"{prose(one.maker)} {variant}" for variant in peers]
    yield "| calls | " + " | ".join(heads) + " |"
    yield "| --- |" + " ---: |" * len(heads)
    for at, rate in enumerate(one.rates[Variant.BASELINE]):
        cells = [figure(one.rates[variant][at], variant) for variant in reversed(Variant)]
        cells += [figure(one.peer[variant][at], None) for variant in peers]
        kind = "attacks" if rate.wanted.is_attack else "ordinary"
        yield f"| {kind}: {prose(rate.wanted.name)} | " + " | ".join(cells) + " |"
    yield ""
    yield from notes(one)


def settings(one: Measured) -> Iterator[str]:
    """Yield the parameters that were set."""
    for name, values in one.parameters.items():
        listed = ", ".join(code(str(value)) for value in values)
        yield f"{code(name)}, from the data: {listed or 'none'}.\n"


def figure(rate: Rate, variant: Variant | None) -> str:
    """Return one cell: how many were allowed of how many, the share, the interval, the target."""
    if rate.share is None:
        return "none"
    low, high = rate.interval
    shares = f"{rate.share:.1%} ({low:.1%} to {high:.1%})"
    text = f"{rate.allowed:,}/{rate.total:,} = {shares}"
    if variant is None or rate.is_reached(variant) is None:
        return text
    most, least = rate.wanted.most.get(variant), rate.wanted.least.get(variant)
    aim = f"at most {most:.0%}" if most is not None else f"at least {least:.0%}"
    missed = "" if rate.is_reached(variant) else ", MISSED"
    return f"**{text}**, {aim}{missed}"


def notes(one: Measured) -> Iterator[str]:
    """Yield what a set is, what did not count, and what went the wrong way, by the baseline."""
    for rate in one.rates[Variant.BASELINE]:
        said = [prose(rate.wanted.note)] if rate.wanted.note else []
        said += [
            f"{count:,} rows did not count: {prose(why)}" for why, count in rate.left_out.items()
        ]
        if rate.wanted.is_attack and rate.slipped:
            named = ", ".join(code(sample.name) for sample in rate.slipped[:MOST_NAMED])
            more = len(rate.slipped) - MOST_NAMED
            said.append(f"allowed by baseline: {named}" + (f" and {more} more" if more > 0 else ""))
        elif not rate.wanted.is_attack and rate.total:
            shares = [
                (verdict, rate.verdicts[verdict]) for verdict in (Verdict.ESCALATE, Verdict.DENY)
            ]
            denied = ", ".join(
                f"{prose(why)}: {count:,}" for why, count in sorted(rate.denied.items())
            )
            said.append(
                "by baseline "
                + ", ".join(f"{count:,} {verdict}" for verdict, count in shares)
                + (f" ({denied})" if denied else "")
            )
        if said:
            yield f"- {prose(rate.wanted.name)}: " + "; ".join(said)
    yield ""
