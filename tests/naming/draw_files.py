"""Draws files of the package for a reader who has not seen it: do their names say what is inside?

    python tests/naming/draw_files.py --seed 14 > questions.md     forty names, then their contents
    python tests/naming/draw_files.py --seed 14 --key              the rooms, to mark the answers

The reader gets the questions and nothing else. Of each name they first write what they expect
inside and which room it is in; then they read the contents, which are without docstrings and
comments, without the lines of imports and without the folder, and say whether the name told it.
"""

import argparse
import ast
import random
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "fencekit"


def files() -> list[Path]:
    """Return every file of the package that has code of its own, sorted."""
    return sorted(
        file
        for file in PACKAGE.rglob("*.py")
        if not file.name.startswith("__") and not file.relative_to(PACKAGE).parts[0].startswith("_")
    )


def contents(file: Path, most: int) -> str:
    """Return the first lines of a file without its docstrings, comments and imports."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [part for part in body if not is_silent(part)]
            node.body = kept or [ast.Pass()]  # type: ignore[attr-defined]
    lines = ast.unparse(tree).splitlines()
    return "\n".join(lines[:most])


def is_silent(node: ast.AST) -> bool:
    """Say whether a statement is an import, or text that nothing uses."""
    is_text = (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
    return is_text or isinstance(node, ast.Import | ast.ImportFrom)


def main() -> None:
    """Print the questions, or the key."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--lines", type=int, default=60, help="lines shown of each file")
    parser.add_argument("--key", action="store_true", help="print the folder of each file instead")
    given = parser.parse_args()
    drawn = random.Random(given.seed).sample(files(), given.files)
    if given.key:
        for number, file in enumerate(drawn, 1):
            print(f"{number:>2}  {file.relative_to(PACKAGE)}")
        return
    print("Rooms:", ", ".join(sorted({file.relative_to(PACKAGE).parts[0] for file in files()})))
    print("\n# First: what do you expect inside, and in which room?\n")
    for number, file in enumerate(drawn, 1):
        print(f"{number:>2}  {file.name}")
    print("\n# Then: did the name say it (yes, partly, no)? Do you change the room?")
    for number, file in enumerate(drawn, 1):
        print(f"\n## {number}  {file.name}\n\n```python\n{contents(file, given.lines)}\n```")


if __name__ == "__main__":
    main()
