"""Renders what is rendered in a folder of packs: `python -m fencekit.packs packs`."""

import sys
from pathlib import Path

from fencekit.packs.pack import packs_in, rendered

for pack in packs_in(Path(sys.argv[1])):
    for file, text in rendered(pack):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
