"""Degenerate repetition: the same words again and again, as an engine caught in a loop prints them."""

from __future__ import annotations

from cleaner.model import Finding

__all__ = ["LOOP_RULE", "loops"]

LOOP_RULE = "translation.loop"
STEPS = (40, 240)
"""Code points between two probes, in a short text and in others. A run of ``step + PROBE + LONGEST_PERIOD`` can't slip through."""
SHORT = 1500
PROBE = 16
LONGEST_PERIOD = 120
LEAST_COPIES = 4
LEAST_LENGTH = 60
"""Code points that all copies cover together."""


def loops(text: str) -> list[Finding]:
    """Return the loops of ``text``: at least four copies of the same one to about twenty words in a row, within one line.

    Each probe is a stretch of text that is looked for a little further on, which costs next to nothing where it does not come back.
    """
    found: list[Finding] = []
    at, size = 0, len(text)
    step = STEPS[size > SHORT]
    while at + PROBE < size:
        probe = text[at : at + PROBE]
        again = text.find(probe, at + 1, at + PROBE + LONGEST_PERIOD)
        if again > 0 and probe.count(" ") and "\n" not in probe:
            start, end = _run(text, at, again - at)
            if end - start >= max(LEAST_LENGTH, LEAST_COPIES * (again - at)) and _is_words(text[start : start + again - at]):
                found.append(_finding(text, start, end))
            at = max(at, end - step)  # a run is looked at once, whatever it is
        at += step
    return found


def _run(text: str, at: int, period: int) -> tuple[int, int]:
    """The widest range around ``at`` in which each code point comes again ``period`` later, cut to whole words."""
    start, end = at, at + period
    while start > 0 and text[start - 1] == text[start - 1 + period] and text[start - 1] != "\n":
        start -= 1
    while end < len(text) and text[end] == text[end - period] and text[end] != "\n":
        end += 1
    while start < end and start and text[start - 1].isalnum() and text[start].isalnum():
        start += 1
    while end > start and end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _is_words(unit: str) -> bool:
    """Whether a repeated unit is running words: mostly letters, more than one of them, no filler."""
    letters = sum(map(str.isalpha, unit))
    return letters >= 0.6 * len(unit) and len(set(unit.lower())) >= 4


def _finding(text: str, start: int, end: int) -> Finding:
    message = "The same words again and again without end: an engine caught in a loop."
    return Finding(start, end, text[start:end], LOOP_RULE, "translation", message, None, 0.8)
