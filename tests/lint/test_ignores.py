"""Comments silence findings on their line, on the next one, and on the whole of a rule."""

from pathlib import Path

import pytest

from fencekit.linter.lint_levels import Levels
from fencekit.linter.lint_run import LintJob
from fencekit.model.report import Report
from fencekit.reading.yaml_comments import comments
from lint.pages import policy_at

REASON = "a sandbox"


def slugs_in(folder: Path, text: str, *select: str) -> list[str]:
    return [finding.slug for finding in run(policy_at(folder, text), *select).findings]


def run(path: Path, *select: str) -> Report:
    report = LintJob([str(path)], str(path.parent), levels=Levels(select=select)).run()
    assert not report.troubles
    return report


@pytest.mark.parametrize(
    "text",
    [
        "allow:\n  - '*'  # fencekit: ignore[wildcard-allow] {}\n",
        "allow:\n  # fencekit: ignore[wildcard-allow] {}\n  - '*'\n",
        "allow:\n  # fencekit: ignore[wildcard-allow] {}\n\n  # why\n  - '*'\n",
        "allow:\n  - tool_name: x  # fencekit: ignore[wildcard-allow] {}\n    capability: '*'\n",
        "allow: ['*']  # fencekit: ignore[duplicate-rule, wildcard-allow] {}\n",
        "allow:\r\n  - '*'  # fencekit: ignore[wildcard-allow] {}\r\n",
    ],
)
def test_a_comment_with_a_reason_silences_what_it_names(text: str, tmp_path: Path) -> None:
    assert slugs_in(tmp_path, text.format(REASON), "wildcard-allow") == []
    report = run(policy_at(tmp_path, text.format(REASON)), "wildcard-allow")
    assert report.lint is not None
    assert report.lint.ignored == 1


@pytest.mark.parametrize(
    "text",
    [
        "allow:\n  - '*'\n  # fencekit: ignore[wildcard-allow] a sandbox\n",
        "allow:\n  - '*'  # fencekit: ignore[duplicate-rule] a sandbox\n",
        "allow:\n  - '*'  # ignore[wildcard-allow] a sandbox\n",
        "description: '# fencekit: ignore[wildcard-allow] x'\nallow: ['*']\n",
        "description: |\n  # fencekit: ignore[wildcard-allow] x\nallow: ['*']\n",
        "description: a#b # fencekit: ignore[duplicate-rule] x\nallow: ['*']\n",
    ],
)
def test_a_comment_elsewhere_or_inside_a_text_silences_nothing(text: str, tmp_path: Path) -> None:
    assert slugs_in(tmp_path, text, "wildcard-allow") == ["wildcard-allow"]


def test_a_comment_without_a_reason_silences_and_is_a_finding(tmp_path: Path) -> None:
    text = "allow:\n  - '*'  # fencekit: ignore[wildcard-allow]\n"
    assert slugs_in(tmp_path, text) == ["ignore-without-reason"]
    assert run(policy_at(tmp_path, text)).exit_code == 1


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("ignore[wildcard-allow] a sandbox", "take the comment out"),
        ("ignore[wildcard-alow] a sandbox", "is no slug"),
        ("ignore a sandbox", "names no slug"),
        ("ignore[] a sandbox", "names no slug"),
    ],
)
def test_a_comment_that_silences_nothing_is_a_finding(
    comment: str, said: str, tmp_path: Path
) -> None:
    path = policy_at(tmp_path, f"allow:\n  - docs.search  # fencekit: {comment}\n")
    (finding,) = run(path).findings
    assert finding.slug == "unused-ignore"
    assert said in finding.message
    assert (finding.place.line, finding.place.column) == (2, 18)  # type: ignore[union-attr]


def test_a_comment_on_what_was_not_looked_for_is_not_judged(tmp_path: Path) -> None:
    text = "allow:\n  - docs.search  # fencekit: ignore[wildcard-allow] a sandbox\n"
    assert slugs_in(tmp_path, text, "unused-ignore", "duplicate-rule") == []
    assert slugs_in(tmp_path, text, "unused-ignore", "wildcard-allow") == ["unused-ignore"]


def test_a_comment_in_a_file_that_is_extended_counts_for_the_whole_run(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text("allow:\n  - '*'  # fencekit: ignore[wildcard-allow] a sandbox\n")
    child = policy_at(tmp_path, "extends: base.yaml\ndeny: [shell.exec]\n")
    job = LintJob(
        [str(child), str(base)], str(tmp_path), levels=Levels(ignore=("prefix-fallback",))
    )
    found = {finding.slug for finding in job.run().findings}
    assert not found & {"wildcard-allow", "unused-ignore"}


def test_comments_are_read_where_yaml_reads_them() -> None:
    text = (
        '# top\na: "x # no"  # yes\nb: |  # header\n  # no\n  text # no\nc: plain#no # and\n'
        "d: 'q\n  # no\n  '\n# above\n\ne: [x, # flow\n  y]\nf: plain\n  goes on  # end\n"
    )
    read = [(comment.text, comment.line, comment.covers) for comment in comments(text)]
    assert read == [
        ("top", 1, 2),
        ("yes", 2, 2),
        ("header", 3, 3),
        ("and", 6, 6),
        ("above", 10, 12),
        ("flow", 12, 12),
        ("end", 15, 15),
    ]
