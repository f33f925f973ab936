"""What a scan of a document found, as the stages read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cleaner.rules import Rule

__all__ = ["Match", "Scan"]


class Match(NamedTuple):
    """A verified place where a rule applies; positions are code points of the document's text."""

    start: int
    end: int
    rule: Rule
    groups: tuple[str | None, ...]
    """The whole match and, for patterns, its groups."""
    suggestion: str | None
    """What stands beside the literal in a word list."""


class Scan(NamedTuple):
    """What the one scan of a document gave, by stage."""

    matches: Mapping[str, Sequence[Match]]
    triggers: Mapping[str, Sequence[tuple[int, int]]]
    timeouts: Sequence[tuple[int, int, str]] = ()
    """``(start, end, rule id)`` of lines on which a pattern ran out of time."""
