"""Names say what they stand for: one word, one thing; verbs for acts; no echo in docstrings."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "fencekit"
TREES = {
    file.relative_to(PACKAGE).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
    for file in sorted(PACKAGE.rglob("*.py"))
}
Function = ast.FunctionDef | ast.AsyncFunctionDef

IMPERATIVES = {"read", "run", "put", "cut", "split", "spread", "need", "feed", "seed", "embed"}
"""Verbs whose imperative looks like a participle."""
PARTICIPLES = frozenset(
    re.findall(
        r"\w+",
        "begun bound broken brought built caught chosen come dealt done drawn driven fallen fed "
        "found given gone got grown heard held hidden hit kept known laid led left lent lost made "
        "meant met paid proven said seen sent shown shut sold sought spent spoken stood stuck "
        "taken taught thought thrown told torn understood won wound written shrunk",
    )
)
ECHO = frozenset(
    re.findall(r"\w+", "a an the of it its is are that return yield give say what which whether in")
)


def functions() -> Iterator[tuple[str, Function]]:
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{file}:{node.lineno}", node


def is_property(node: Function) -> bool:
    """Say whether it is read as an attribute: `report.waived` is a fact, and no act."""
    return any("property" in ast.unparse(decorator) for decorator in node.decorator_list)


def is_bare_participle(name: str) -> bool:
    word = name.strip("_")
    return (
        "_" not in word
        and word not in IMPERATIVES
        and (word in PARTICIPLES or (word.endswith("ed") and len(word) > 3))
    )


def stem(word: str) -> str:
    return re.sub(r"(ings?|ed|es|s|e|y|ies)$", "", word)


def test_no_function_is_named_by_a_bare_participle() -> None:
    assert is_bare_participle("found")
    assert is_bare_participle("_escaped")
    assert not is_bare_participle("read")
    named = [
        f"{place} {node.name}"
        for place, node in functions()
        if is_bare_participle(node.name) and not is_property(node)
    ]
    assert not named, named


def test_no_two_public_classes_of_different_rooms_share_a_name() -> None:
    rooms: dict[str, set[str]] = defaultdict(set)
    for file, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                rooms[node.name].add(file.split("/")[0])
    assert len(rooms) > 300
    shared = {name: sorted(where) for name, where in rooms.items() if len(where) > 1}
    assert not shared, shared


def test_no_docstring_merely_repeats_the_name() -> None:
    echoes = []
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            doc = ast.get_docstring(node)
            said = set(re.findall(r"[a-z]+", (doc or "").lower())) - ECHO
            name = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+", node.name)}
            if said and {stem(word) for word in said} <= {stem(word) for word in name}:
                echoes.append(f"{file}:{node.lineno} {node.name}")
    assert not echoes, echoes


def test_every_term_of_the_glossary_is_a_name_of_the_code() -> None:
    page = (PACKAGE.parent / "docs/glossary.md").read_text(encoding="utf-8")
    table = page.partition("## Terms of the field")[2]
    terms = {
        term
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for term in re.findall(r"`(\w+)`", row)
    }
    defined = {
        node.name
        for tree in TREES.values()
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    assert len(terms) > 30
    assert terms <= defined, terms - defined
