"""How many lines of code each file of the checker has: those that are to be believed.

    python tests/prove/checker_lines.py

writes them into the table of `docs/proofs.md`. Lines of code are those that are no comment,
docstring, import or blank.
"""

import ast
import io
import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHECKER = ROOT / "fencekit/prover/checker"
PAGE = ROOT / "docs/proofs.md"
ROW = re.compile(r"^( *\| `(\w+\.py)` \| .* \| )(\d+)( \|)$", re.MULTILINE)
LAYOUT = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
}


def lines_of_code() -> dict[str, int]:
    """Return how many lines of code each file has that has some."""
    counts = {path.name: count(path.read_text("utf-8")) for path in CHECKER.glob("*.py")}
    return {name: lines for name, lines in sorted(counts.items()) if lines}


def count(source: str) -> int:
    """Return how many lines of a module are code."""
    passed_over: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_text or isinstance(node, ast.Import | ast.ImportFrom):
            assert node.end_lineno is not None
            passed_over.update(range(node.lineno, node.end_lineno + 1))
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in LAYOUT:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code - passed_over)


def listed_lines(page: str) -> dict[str, int]:
    """Return what the table of the page says."""
    return {name: int(lines) for _, name, lines, _ in ROW.findall(page)}


def updated(page: str) -> str:
    """Return the page with the counts of today."""
    known = lines_of_code()
    page = ROW.sub(lambda row: f"{row[1]}{known.get(row[2], row[3])}{row[4]}", page)
    return re.sub(r"Together \d+ lines", f"Together {sum(known.values())} lines", page)


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text("utf-8")), encoding="utf-8")
