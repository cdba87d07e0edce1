"""What is rendered from the source of a pack: its variants, its guardrails, its page."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fencekit.model.errors import PackError
from fencekit.packs.pack.pack import GUARDRAILS, SOURCE, Pack
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.pack_readme import README, readme
from fencekit.packs.render.pack_source import PackSource, read_source
from fencekit.packs.render.pattern_terms import Parameters
from fencekit.packs.render.render_policy import HEADER, render, render_guardrails
from fencekit.reading.input_files import read_bytes


def rendered_files(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Yield all that is rendered from the source of a pack, with the defaults of its parameters.

    That is each file's place, and its text: the variants, the guardrails, the page. Raises
    PackError where the source is none, and where the cases beside it are none.
    """
    pack.cases(Variant.STRICT)
    yield from policies(pack, {})
    yield pack.folder / README, readme(pack)


def is_written(file: Path, text: str) -> bool:
    """Say whether a file is what is rendered; raise PackError where it cannot be read."""
    return file.is_file() and read_bytes(str(file), PackError) == text.encode()


def render_variant(
    pack: Pack, source: PackSource, variant: Variant, parameters: Parameters, head: str = HEADER
) -> str:
    """Return the text of a variant with these parameters; `head` is its first line."""
    return render(source, variant, parameters, title=pack.purpose, head=head)


def render_limits(
    pack: Pack, source: PackSource, parameters: Parameters, head: str = HEADER
) -> str:
    """Return the text of the guardrails with these values of the parameters."""
    title = f"What no version may allow. {pack.purpose}"
    return render_guardrails(source, parameters, title=title, head=head)


def policies(pack: Pack, chosen: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield each policy of the pack, the guardrails last: its place in the folder, and its text.

    `chosen` has the parameters that are not the defaults.
    """
    source, parameters = read_source(pack.folder / SOURCE, pack.name), pack.values(chosen)
    for variant in reversed(Variant):
        yield pack.policy_file(variant), render_variant(pack, source, variant, parameters)
    yield pack.folder / GUARDRAILS, render_limits(pack, source, parameters)
