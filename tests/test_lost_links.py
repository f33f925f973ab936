"""Lost links are found with certainty, and never where none was lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("lxml.html")

from cleaner.lost_links import edits, findings, lost_links, restore

PAGE = """<html><head><title>Looms</title></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
<article><h1>Looms and <a href="/t">Threads</a> of the north</h1>
<p>Ada Brandt, founder of <a href="/w">Weaver Works</a> and former mill hand, spoke with <a href="/o">“Old Loom”</a>, a monthly.</p>
<p><a href="/w">Weaver Works</a> is also hiring. She is looking for wool. <a href="/m">Mill Six</a> and its owner did not answer.</p>
<p>Sold in <a href="/a">Aarhus</a>, <a href="/b">Bergen</a> and <a href="/c">Tromsø</a>.</p>
<script>var a = '<a href="x">no</a>';</script></article></body></html>"""
KEPT = """Looms and Threads of the north

Ada Brandt, founder of Weaver Works and former mill hand, spoke with "Old Loom", a monthly.

Weaver Works is also hiring. She is looking for wool. Mill Six and its owner did not answer.

Sold in Aarhus, Bergen and Tromsø.
"""


@pytest.mark.parametrize(
    ("extracted", "expected"),
    [
        (KEPT, []),
        ("", []),
        ("A text that has nothing to do with the page.", []),
        (KEPT.replace("Weaver Works and former", "and former"), ["Weaver Works"]),
        (KEPT.replace('with "Old Loom", a', "with, a"), ["“Old Loom”"]),
        (KEPT.replace('with "Old Loom", a', "with , a"), ["“Old Loom”"]),
        (KEPT.replace("Weaver Works is also", "is also").replace("Mill Six and its", "and its"), ["Weaver Works", "Mill Six"]),
        (KEPT.replace("Aarhus, Bergen and Tromsø.", "Aarhus, and."), ["Bergen", "Tromsø"]),
        (KEPT.replace("Aarhus, Bergen and Tromsø.", ", and."), ["Aarhus", "Bergen", "Tromsø"]),
        (KEPT.replace("Looms and Threads of", "Looms and of"), ["Threads"]),
    ],
)
def test_lost_links(extracted: str, expected: list[str]) -> None:
    lost = lost_links(PAGE, extracted)
    assert [link.text for link in lost] == expected
    assert lost_links(PAGE.encode(), extracted) == lost
    assert lost_links(PAGE, restore(extracted, lost)) == []


def test_what_is_given_back_is_the_page_text() -> None:
    extracted = (
        KEPT.replace("Weaver Works and", "and").replace("Weaver Works is", "is").replace("Aarhus, Bergen and Tromsø.", ", and.")
    )
    assert restore(extracted, lost_links(PAGE, extracted)) == KEPT


def test_findings_and_edits_name_the_place_and_the_text() -> None:
    extracted = KEPT.replace("Weaver Works and", "and")
    lost = lost_links(PAGE, extracted)
    (finding,) = findings(lost, extracted)
    assert (finding.rule, finding.suggestion, finding.confidence) == ("truncation.lost-link", "Weaver Works", 1.0)
    assert finding.text == extracted[finding.start : finding.end] == " "
    assert extracted[: finding.start].endswith("founder of")
    (edit,) = edits(lost, extracted)
    assert edit.after == " Weaver Works "
    assert lost[0].href == "/w"


def test_links_side_by_side_are_one_gap() -> None:
    page = '<p>Tools like <a href="/1">Old</a> <a href="/2">Loom</a><a href="/3">s</a> help the weavers of the town.</p>'
    (lost,) = lost_links(page, "Tools like help the weavers of the town.")
    assert (lost.text, lost.replacement) == ("Old Looms", " Old Looms ")


def test_passages_that_were_changed_otherwise_are_left_alone() -> None:
    extracted = "Ada Brandt, who founded it and was once a mill hand, spoke with the monthly."
    assert lost_links(PAGE, extracted) == []


ODD_PAGES = ["", " ", "<p>", "<!-- -->", "plain", "<a href=x>only a link</a>", "<div>" * 5000, "\x00<p>a</p>", b"\xff\xfe<p>"]


@pytest.mark.parametrize("page", ODD_PAGES)
def test_odd_pages(page: str | bytes) -> None:
    assert lost_links(page, "any text of some words") == []


WORDS = st.lists(st.text("abcdefghijklmnoprstuvwy", min_size=4, max_size=9), min_size=3, max_size=8).map(" ".join)
NAMES = st.text("ABCDEFGH", min_size=3, max_size=12)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(WORDS, NAMES, st.booleans()), min_size=1, max_size=6, unique_by=(lambda t: t[0], lambda t: t[1])), WORDS
)
def test_exactly_the_dropped_links_are_found(parts: list[tuple[str, str, bool]], last: str) -> None:
    page = "<p>" + " ".join(f'{words} <a href="/x">{name}</a>' for words, name, _ in parts) + f" {last}.</p>"
    extracted = " ".join(words if dropped else f"{words} {name}" for words, name, dropped in parts) + f" {last}."
    lost = lost_links(page, extracted)
    assert [link.text for link in lost] == [name for _, name, dropped in parts if dropped]
    assert restore(extracted, lost) == " ".join(f"{words} {name}" for words, name, _ in parts) + f" {last}."
