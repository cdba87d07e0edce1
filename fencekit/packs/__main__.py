"""Renders what is rendered in a folder of packs, or measures the packs on a folder of data.

`python -m fencekit.packs packs` renders; `python -m fencekit.packs packs DATA PEERS PAGE` measures,
with CapFence's packs in the folder PEERS beside, and writes the page.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from fencekit.packs.measure import measure
from fencekit.packs.pack import packs_in, rendered
from fencekit.packs.tables import page


def main(folder: Path, *more: str) -> None:
    """Do what the arguments ask for."""
    if not more:
        for pack in packs_in(folder):
            for file, text in rendered(pack):
                file.parent.mkdir(exist_ok=True)
                file.write_text(text, encoding="utf-8")
        return
    data, peers, out = map(Path, more)
    with TemporaryDirectory() as work:
        measured = [measure(pack, data, Path(work), peers=peers) for pack in packs_in(folder)]
    out.write_text(page(measured), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
