"""Renders, measures or pins what belongs to a folder of packs.

- `python -m fencekit.packs packs` renders what is rendered from the sources;
- `python -m fencekit.packs packs measure DATA PEERS PAGE` measures the packs on a folder of data,
  with CapFence's packs in the folder PEERS beside, and writes the page;
- `python -m fencekit.packs packs edges NAME` looks for calls that tell each variant of a pack from
  the edits of it that its cases do not notice, and pins them. Render again afterwards.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from fencekit.cases.registry import read_cases
from fencekit.dialects.registry import load_policy
from fencekit.engines.native.evaluator import ENGINE
from fencekit.packs.edges import edges
from fencekit.packs.measure import measure
from fencekit.packs.pack import EDGES, packs_in, read_pack, rendered
from fencekit.packs.pinned import pin, read_edges, write_edges
from fencekit.packs.tables import page
from fencekit.packs.variants import Variant


def render(folder: Path) -> None:
    """Render every pack."""
    for pack in packs_in(folder):
        for file, text in rendered(pack):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")


def measured(folder: Path, data: str, peers: str, out: str) -> None:
    """Measure every pack, and write the page."""
    with TemporaryDirectory() as work:
        made = [
            measure(pack, Path(data), Path(work), peers=Path(peers)) for pack in packs_in(folder)
        ]
    Path(out).write_text(page(made), encoding="utf-8")


def pinned(folder: Path, name: str) -> None:
    """Pin calls at the edges of each variant of a pack, beside those that are pinned."""
    pack = read_pack(folder / name)
    file = pack.folder / EDGES
    made = read_edges(file)
    for variant in reversed(Variant):
        policy = load_policy(pack.policy_file(variant))
        evaluator = ENGINE.compile(policy)
        cases = read_cases(str(pack.folder / "cases" / f"{variant}.fence.yaml")).cases
        mine = made.setdefault(str(variant), [])
        for call in edges(policy, [case.request for case in cases], prove=True):
            mine.append(pin(call, evaluator.decide(call)))
            write_edges(file, made)


COMMANDS: dict[str, Callable[..., None]] = {
    "render": render,
    "measure": measured,
    "edges": pinned,
}


if __name__ == "__main__":
    given = sys.argv[1:]
    COMMANDS[given[1] if len(given) > 1 else "render"](Path(given[0]), *given[2:])
