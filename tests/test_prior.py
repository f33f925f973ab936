"""The base rate of lost names: near nothing in healthy text, high where an extractor loses links."""

from __future__ import annotations

from cleaner.prior import HIGHEST, LOWEST, START, estimate_prior

HEALTHY = "The two companies have been in talks about a collaboration for a year. A spokesman said that a decision was near."
HOLED = "The two companies have been in talks about a collaboration with, which uses pictures. Martha, founder of and former head, left."


def test_healthy_text_has_none() -> None:
    assert estimate_prior([HEALTHY] * 20) == LOWEST


def test_a_source_that_loses_names_shows() -> None:
    assert START < estimate_prior([HEALTHY, HOLED] * 20) <= HIGHEST


def test_no_text_leaves_the_default() -> None:
    assert estimate_prior([]) == START
