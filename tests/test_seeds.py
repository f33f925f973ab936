"""The five seed texts: every mark of damage seen, every sentence of the articles kept."""

from __future__ import annotations

import pytest

from cleaner import Chain, Result

HOLES = (
    "partnership with chatbot maker",
    "held early discussions about a collaboration with",
    "The interest in",
    "Noam Shazeer, founder of",
    "more resources to do so.",
    "familiar with its strategy.",
)
"""What stands before the lost names of seed 000."""
FLAGGED = (
    "interval CEO",
    "foe force",
    "committing$ 14",
    "WhatsApp’s$ 19",
    "10 %",
    "a information provider",
    "Scale after denied",
)
"""What must be flagged in seed 003 by default."""


@pytest.fixture(scope="module")
def results(seeds: dict[str, str]) -> dict[str, Result]:
    """The seeds by their number, cleaned by the default chain."""
    chain = Chain.default()
    return {number: chain.clean(text) for number, text in seeds.items()}


def kept_lines(result: Result) -> list[str]:
    return [line for line in result.text.split("\n") if line.strip()]


def test_debris_of_002_goes_and_the_article_stays(results: dict[str, Result]) -> None:
    result = results["002"]
    title = "Meta's multi-million dollar fight to stay ahead in generative AI development"
    gone = {"Select Language", "English", "Down Icon", "Select Country", "Spain", "Eleconomista", "Similar News", "All News"}
    lines = kept_lines(result)
    assert lines.count(title) == 1
    assert not gone & set(lines)
    assert not any("Animated Arrow" in line for line in lines)
    article = [
        line for line in result.source.split("\n") if line.strip() and line not in gone | {title} and "Animated" not in line
    ]
    assert lines == [title, *article]


def test_comment_form_of_000_goes(results: dict[str, Result]) -> None:
    lines = kept_lines(results["000"])
    assert lines == [line for line in results["000"].source.split("\n") if line.strip()][: len(lines)]
    assert lines[-1].startswith("By George Hammond")


def test_scaffold_of_001_goes(results: dict[str, Result]) -> None:
    lines = [line.strip() for line in kept_lines(results["001"])]
    assert "questions" not in lines
    assert "actions" not in lines
    assert lines[:4] == [line.strip() for line in results["001"].source.split("\n") if line.strip()][:4]


def test_lost_names_of_000_are_flagged_at_the_gap(results: dict[str, Result]) -> None:
    result = results["000"]
    found = [f for f in result.findings if f.stage == "truncation"]
    seen = 0
    for left in HOLES:
        gap = result.source.index(left) + len(left)
        seen += any(finding.start <= gap + 12 and finding.end >= gap - 12 for finding in found)
    assert seen >= 5
    assert not any(f.stage == "truncation" for number in ("001", "002", "003", "004") for f in results[number].findings)


def test_swaps_and_traces_of_003_are_flagged(results: dict[str, Result]) -> None:
    result = results["003"]
    spans = [(f.start, f.end) for f in result.findings if f.stage == "translation"]
    missed = []
    for phrase in FLAGGED:
        start = result.source.index(phrase)
        if not any(s < start + len(phrase) and e > start for s, e in spans):
            missed.append(phrase)
    assert not missed
    scores = {number: result.scores["translation"] or 0.0 for number, result in results.items()}
    assert scores["003"] > 2 * max(score for number, score in scores.items() if number != "003")


def test_003_loses_no_text_and_004_is_left_alone(results: dict[str, Result]) -> None:
    assert not results["003"].edits
    assert results["004"].text is results["004"].source
    assert not results["004"].findings


def test_every_seed_comes_back_and_is_stable(results: dict[str, Result]) -> None:
    chain = Chain.default()
    for result in results.values():
        assert result.undo() == result.source
        again = chain.clean(result.text)
        assert again.text is result.text
