"""The HTML report is complete, inert, self-contained and the same each time."""

import base64
import json
import re
import unicodedata
import zlib
from collections import Counter
from copy import deepcopy
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from browser.sample_reports import (
    ALLOW_1,
    FINDINGS,
    HOSTILE,
    SAMPLES,
    finding,
    hostile_report,
    record,
    report,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from fencekit.model.finding import OF_CALLS, RecordClass
from fencekit.model.record import Completeness
from fencekit.model.report import Report
from fencekit.model.request import ANYTHING, UNKNOWN, Facts, Request
from fencekit.model.source import Place
from fencekit.reporting.html.html_page import environment, render
from fencekit.reporting.html.printed_request import print_request
from fencekit.reporting.visible_text import LONGEST, visible

ROOM = Path(__file__).parents[1] / "fencekit" / "reporting" / "html"


class Page(HTMLParser):
    """The tags, attributes, ids, links and text of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in {"dt", "dd", "th", "td", "li", "p", "summary"}:
            self.texts.append(" ")

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.texts))

    def values(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]


@pytest.fixture(params=SAMPLES, ids=lambda name: name.replace(" ", "-"))
def sample(request) -> Report:
    return SAMPLES[request.param]


def test_a_report_of_any_status_has_one_headline_and_its_counts_with_their_denominator(sample):
    page = Page(render(sample))
    assert [tag for tag, _ in page.tags].count("h1") == 1
    of_records = sample.replay is not None or sample.check == "replay"
    for kind in OF_CALLS if of_records else ():
        assert f"{kind.words} {sample.counts[kind]:,} of {sample.read:,}" in page.text


def test_every_finding_is_on_the_page_with_its_count_its_change_and_its_rule(sample):
    page = Page(render(sample))
    for found in sample.findings:
        if found.before:
            noun = "call" if found.count == 1 else "calls"
            assert f"{found.capability} " in page.text
            assert f"{found.count:,} {noun}" in page.text
            assert found.rule is None or str(found.rule.place) in page.text


def test_the_same_report_makes_the_same_bytes(sample):
    assert render(sample).encode() == render(sample).encode()


def test_a_report_that_was_put_together_anew_makes_the_same_bytes(sample):
    """Which objects its parts share is no part of a report."""
    assert render(deepcopy(sample)).encode() == render(sample).encode()


def test_every_link_leads_to_one_place_on_the_page_itself(sample):
    page = Page(render(sample))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    assert all(link.startswith("#") and link[1:] in ids for link in links)


def test_headings_come_in_order(sample):
    levels = [int(tag[1]) for tag, _ in Page(render(sample)).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("findings", "14 recorded calls would be newly allowed"),
        ("clean", "Nothing changed: 400 calls checked"),
        ("clean but tighter", "Nothing got looser: 404 calls checked"),
        ("clean within limits", "No call is known to get looser: 404 calls checked"),
        ("could not check", "Could not check everything, and 16 calls would get looser"),
        ("nothing read", "Could not check: no call was decided"),
        ("only tighter, not allowed", "4 calls would be decided tighter"),
    ],
)
def test_the_headline_says_no_more_than_is_known(name, headline):
    assert f"<h1>{headline}</h1>" in render(SAMPLES[name])


def test_the_matrix_is_a_table_that_holds_every_transition_and_adds_up():
    page = render(FINDINGS)
    table = page.split('<table class="matrix">')[1].split("</table>")[0]
    assert "<caption>" in table
    assert table.count('scope="col"') == 5
    assert table.count('scope="row"') == 5
    numbers = [int(number.replace(",", "")) for number in re.findall(r">([\d,]+)<", table)]
    steps = FINDINGS.replay.transitions
    assert Counter(step.count for step in steps) <= Counter(numbers)
    assert numbers[-1] == sum(step.count for step in steps) == FINDINGS.checked


def test_a_call_that_could_not_be_decided_is_told_apart_from_a_record_that_could_not_be_read():
    text = Page(render(SAMPLES["an engine error"])).text
    assert "rule `allow-1`: ran past 5.0 s" in text
    assert "3 of 405 records could not be read" in text


def test_troubles_are_told_beside_findings():
    page = Page(render(SAMPLES["could not check"]))
    assert "`b.jsonl`: it is a directory" in page.text
    assert "This is not a pass." in page.text


def test_a_rule_is_shown_with_the_lines_below_it_and_no_line_of_the_next():
    page = Page(render(report(finding(RecordClass.LOOSER, "DENY", "ALLOW", 1))))
    assert "6 - capability: shell.exec.* 7 match_regex: '^(ls|cat)'" in page.text
    assert "8 - capability: payment.refund.*" not in page.text


def test_a_rule_whose_file_is_not_at_hand_is_shown_by_its_conditions():
    page = Page(render(FINDINGS))
    assert r"match_regex (?i)\bdrop\b" in page.text


def test_an_anchor_does_not_depend_on_counts_or_lines():
    before = render(report(finding(RecordClass.LOOSER, "DENY", "ALLOW", 1)))
    moved = replace(ALLOW_1, place=Place("candidate.yaml", 8, 5))
    after = render(report(finding(RecordClass.LOOSER, "DENY", "ALLOW", 70, rule=moved)))
    (anchor,) = re.findall(r'<article[^>]* id="(g-[0-9a-f]{12})"', before)
    assert f'id="{anchor}"' in after


def test_hostile_text_makes_no_element_no_attribute_and_no_hidden_character():
    tame, evil = (render(hostile_report(text)) for text in ("tame", HOSTILE))
    names = {(tag, *sorted(attrs)) for tag, attrs in Page(evil).tags}
    assert names <= {(tag, *sorted(attrs)) for tag, attrs in Page(tame).tags}
    assert not any(name.startswith("on") or name == "style" for _, *keys in names for name in keys)
    assert evil.count("<script") == tame.count("<script") == 2  # the page's own, and its data
    assert visible(evil) == evil
    assert r"\u001b[31m" in Page(evil).text
    assert r"\u202eevil" in Page(evil).text
    evil.encode()


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_no_text_at_all_changes_the_elements_of_the_page(text):
    text = f"x{text.replace('|', '').replace('+', '')}"
    tame, evil = (Page(render(hostile_report(name))) for name in ("x", text))
    count = Counter(tag for tag, _ in evil.tags)
    extra = count - Counter(tag for tag, _ in tame.tags)
    assert set(extra) <= {"span"}  # marks an escape


def test_every_control_format_and_blank_character_counts_as_hidden():
    hidden = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs"}
    missed = [
        char
        for char in map(chr, range(0x110000))
        if unicodedata.category(char) in hidden and char not in " \n" and visible(char) == char
    ]
    assert missed == []


def test_what_is_very_long_is_cut_and_the_cut_is_told():
    huge = replace(
        record(1), request=Request("c" * 10**6, args={"data": "d" * 10**6, "after": "seen"})
    )
    page = render(report(finding(RecordClass.LOOSER, "DENY", "ALLOW", 1, witnesses=(huge,))))
    assert len(page) < 100_000
    assert f"({10**6 - LONGEST:,} more characters left out)" in page
    assert "seen" in page


def test_many_groups_are_bounded_and_what_is_left_out_is_counted():
    many = [
        finding(
            RecordClass.LOOSER, "DENY", "ALLOW", 1, capability=f"tool.call.n{number}", witnesses=()
        )
        for number in range(1_200)
    ]
    page = Page(render(report(*many)))
    assert "100 groups of 1,200 are not on this page" in page.text
    assert "1,200 recorded calls would be newly allowed" in page.text


def test_what_is_unknown_is_shown_as_unknown():
    request = Request(UNKNOWN, principal=UNKNOWN, context=ANYTHING, args=Facts({"a": 1}, open=True))
    partial = replace(record(1), request=request, completeness=Completeness.MASKED, recorded=None)
    page = Page(
        render(report(finding(RecordClass.LOOSER, "DENY", "ALLOW", 1, witnesses=(partial,))))
    )
    assert "Principal unknown" in page.text
    assert '"args": {"$unknown": true, "a": 1}' in page.text
    assert "less than the call: masked" in page.text


def test_a_request_is_printed_in_its_documented_form_with_its_keys_in_order():
    request = Request("a.b.c", args={"z": 1.0, "a": [1, None, "é", {}], "n": UNKNOWN})
    args = '{"z": 1.0, "a": [1, null, "é", {}], "n": {"$unknown": true}}'
    assert print_request(request) == f'{{\n  "capability": "a.b.c",\n  "args": {args}\n}}'


def test_the_command_to_explain_a_witness_survives_a_shell():
    spaced = replace(record(1), place=Place("my logs/a;b.jsonl", 4))
    page = Page(
        render(report(finding(RecordClass.LOOSER, "DENY", "ALLOW", 1, witnesses=(spaced,))))
    )
    assert "fencekit explain candidate.yaml 'my logs/a;b.jsonl:4'" in page.text


def digest_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


def test_the_policy_of_the_page_lets_in_its_own_style_its_own_script_and_nothing_else():
    page = render(FINDINGS)
    style = page.split("<style>")[1].split("</style>")[0]
    script = page.split("<script>")[1].split("</script>")[0]
    (policy,) = (
        attrs["content"]
        for tag, attrs in Page(page).tags
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == (
        f"default-src 'none'; script-src {digest_of(script)}; style-src {digest_of(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style
    assert "@import" not in style


def test_a_page_with_nothing_to_browse_has_no_script():
    page = render(SAMPLES["clean"])
    assert "<script" not in page
    assert "script-src" not in page


def test_the_script_makes_no_markup_and_asks_for_nothing():
    script = (ROOM / "static/report.js").read_text(encoding="utf-8")
    banned = (
        "innerHTML|outerHTML|insertAdjacent|document.write|eval|Function\\(|fetch|XMLHttp|import"
    )
    assert not re.search(banned, script)
    assert len(script) < 16_000


def island_of(page: str):
    """Return the data of a page's script as JSON values."""
    found = re.search(r'data-encoding="(\w+)">([^<]*)</script>', page)
    assert found
    data = base64.b64decode(found[2])
    return json.loads(zlib.decompress(data) if found[1] == "deflate" else data)


def test_the_records_of_the_script_are_those_of_the_report():
    data = island_of(render(FINDINGS))
    changed = FINDINGS.replay.changed
    lines = list(accumulate(data["l"]))
    assert lines == [one.record.place.line for one in changed]
    groups = [data["groups"][at] for at in data["g"]]
    assert [(g["from"], g["to"], g["is"]) for g in groups] == [
        (one.before, one.after, one.kind.words) for one in changed
    ]
    assert [data["who"][at] for at in data["w"]] == ["coding-agent"] * len(changed)
    assert data["a"][0] == changed[0].record.request.args.values
    assert {g["at"] for g in groups} - {""} <= set(Page(render(FINDINGS)).values("id"))


def test_what_is_long_or_odd_is_cut_for_the_script_and_nothing_is_lost_of_the_others():
    odd = [{"a": "d" * 10**6}, {"a": float("nan")}, {"a": UNKNOWN}, {"a": "\udc80"}, {"a": 1}]
    records = [replace(record(n + 1), request=Request("a.b", args=x)) for n, x in enumerate(odd)]
    found = finding(RecordClass.LOOSER, "DENY", "ALLOW", 5, witnesses=tuple(records))
    page = render(report(found))
    data = island_of(page)
    assert len(page) < 200_000
    assert data["a"][0].endswith("more characters left out)")
    assert "nan" in data["a"][1]
    assert data["a"][2] == {"a": {"$unknown": True}}
    assert data["a"][4] == {"a": 1}


def test_many_records_are_packed_small():
    many = tuple(
        replace(record(n + 1), request=Request("a.b", principal="p", args={"n": f"request {n}"}))
        for n in range(20_000)
    )
    page = render(report(finding(RecordClass.LOOSER, "DENY", "ALLOW", len(many), witnesses=many)))
    assert 'data-encoding="deflate"' in page
    assert len(page) < 400_000
    assert island_of(page)["a"][-1] == {"n": "request 19999"}


def test_no_template_calls_anything_safe():
    sources = [*ROOM.glob("templates/*.j2"), *ROOM.glob("*.py")]
    assert len(sources) > 10
    for path in sources:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|Markup\(|autoescape\s+false|style=", text), path
        assert text.count("<script") == (2 if path.name == "page.html.j2" else 0), path


def test_a_template_that_names_what_is_not_there_fails():
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nothing_of_this_name }}").render()
    with pytest.raises(UndefinedError):
        environment().from_string("{{ report.no_such_part }}").render(report=FINDINGS)
