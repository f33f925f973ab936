"""Links that an extraction lost are told with certainty, and put back on request."""

from __future__ import annotations

import pytest

from cleaner import Chain
from cleaner.corpus.judge import judge
from cleaner.corpus.rows import Passage
from cleaner.edits import apply_edits

pytest.importorskip("lxml", reason="the extra html is not installed")

KEPT = (
    "Talks with Example Works, which builds looms for the whole valley, went on for a year and ended without a contract.\n"
    "The second paragraph says that the founder of Weft and former mayor did not want to comment on the matter.\nDown Icon\n"
)
LOST = KEPT.replace(" Example Works", "").replace("Weft ", "")
PAGE = (
    b"<html><body><p>Talks with <a href='/x'>Example Works</a>, which builds looms for the whole valley, went on for a year and "
    b"ended without a contract.</p><p>The second paragraph says that the founder of <a href='/y'>Weft</a> and former mayor did not "
    b"want to comment on the matter.</p><p>Down Icon</p></body></html>"
)


def test_kept_links_are_no_finding() -> None:
    judged = judge(Chain.default(), Passage("", KEPT, page=PAGE), None, None)
    assert [finding for finding in judged.findings if finding.stage == "truncation"] == []


def test_lost_links_are_found_once_with_their_text() -> None:
    judged = judge(Chain.default(), Passage("", LOST, page=PAGE), None, None)
    found = [finding for finding in judged.findings if finding.stage == "truncation"]
    assert [finding.rule for finding in found] == ["truncation.lost-link"] * 2
    assert [finding.suggestion for finding in found] == ["Example Works", "Weft"]
    assert all(LOST[finding.start : finding.end] == finding.text for finding in found)


def test_on_request_they_are_put_back_and_recorded() -> None:
    judged = judge(Chain.default(), Passage("", LOST, page=PAGE), None, None, restore_links=True)
    assert judged.text == KEPT.replace("Down Icon\n", "")
    assert apply_edits(LOST, judged.edits) == judged.text
    assert {edit.rule for edit in judged.edits} == {"truncation.lost-link", "debris.icon-label"}
    assert not [finding for finding in judged.findings if finding.stage == "truncation"]
