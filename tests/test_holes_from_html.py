"""Labelled holes from pages: each is where a link's text was, with that text."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("trafilatura", reason="the extra html is not installed")

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks" / "training"))

import holes_from_html

PAGE = (
    "<html><head><title>Looms</title></head><body><article><h1>Looms of the valley</h1><p>Talks with <a href='/x'>Example Works</a>, which "
    "builds looms for the whole valley, went on for a year, and nobody in the town was surprised when they ended without a contract.</p>"
    "<p>The second paragraph says that the founder of <a href='/y'>Weft</a> and former mayor did not want to comment on the matter, since "
    "the case is before the court.</p></article></body></html>"
)


def test_holes_are_labelled_where_the_links_were(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_text(PAGE)
    (tmp_path / "pages" / "empty.html").write_text("")
    assert holes_from_html.main([str(tmp_path / "pages"), "-o", str(tmp_path / "holes.jsonl")]) == 0
    clean, holed = (json.loads(line) for line in (tmp_path / "holes.jsonl").read_text().splitlines())
    assert clean["holes"] == []
    assert "Talks with Example Works, which" in clean["text"]
    assert [hole["removed"] for hole in holed["holes"]] == ["Example Works", "Weft"]
    for hole, left in zip(holed["holes"], ("Talks with", "founder of"), strict=True):
        assert holed["text"][: hole["offset"]].endswith(left)
