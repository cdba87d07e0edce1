"""Renders or measures what belongs to a folder of packs.

- `python -m fencekit.packs packs` renders what is rendered from the sources;
- `python -m fencekit.packs packs measure DATA PEERS PAGE` measures the packs on a folder of data,
  with CapFence's packs in the folder PEERS beside, and writes the page.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from fencekit.packs.measure.measure_pack import Peers, measure
from fencekit.packs.measure.measurement_tables import page
from fencekit.packs.pack.pack import packs_in
from fencekit.packs.render.render_pack import rendered_files


def render(folder: Path) -> None:
    """Render every pack."""
    for pack in packs_in(folder):
        for file, text in rendered_files(pack):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")


def write_measurements(folder: Path, data: str, peers: str, out: str) -> None:
    """Measure every pack, and write the page."""
    beside = Peers("CapFence", Path(peers))
    with TemporaryDirectory() as work:
        made = [measure(pack, Path(data), Path(work), peers=beside) for pack in packs_in(folder)]
    Path(out).write_text(page(made), encoding="utf-8")


COMMANDS: dict[str, Callable[..., None]] = {
    "render": render,
    "measure": write_measurements,
}


if __name__ == "__main__":
    given = sys.argv[1:]
    COMMANDS[given[1] if len(given) > 1 else "render"](Path(given[0]), *given[2:])
