"""Annotations that move along: character spans on a source text, found again in the cleaned one.

A span survives when no edit touches its text. One whose text was changed or removed is never shifted silently: it comes back with the
rules that did it, and with the stretch of the cleaned text that stands in its place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cleaner.edits import OffsetMap
from cleaner.model import Edit
from cleaner.result import Result

__all__ = ["Moved", "move_spans"]


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one span. Positions are code points."""

    start: int
    """Where it starts in the cleaned text; for a removed span, where it stood."""
    end: int
    status: str
    """``kept``: its text is the same. ``changed``: an edit lies in it. ``removed``: nothing of it is left."""
    rules: tuple[str, ...] = ()
    """The rules that changed or removed it."""


def move_spans(result: Result, spans: Iterable[Sequence[int]]) -> list[Moved]:
    """Return what became of each of ``spans``, half-open ``(start, end, …)`` in ``result.source``, in their order.

    An empty span marks a place; it is kept unless an edit runs across it. Raises ``ValueError`` for a span outside the source.
    """
    offsets = OffsetMap(result.edits)
    ends = [edit.end for edit in result.edits]
    moved = []
    for span in spans:
        start, end = span[0], span[1]
        if not 0 <= start <= end <= len(result.source):
            raise ValueError(f"span {start}:{end} lies outside its text of {len(result.source)} characters")
        touching = []
        for index in range(bisect_left(ends, start), len(ends)):
            edit = result.edits[index]
            if edit.start > end:
                break
            if _cuts(edit, start, end):
                touching.append(edit)
        if not touching:
            low = offsets.to_clean(start)
            moved.append(Moved(low, low + end - start, "kept"))
            continue
        rules = tuple(dict.fromkeys(rule for edit in touching for rule in edit.rules))
        low, high = offsets.to_clean(start), _end_in_clean(offsets, touching, end)
        status = "removed" if high <= low or not result.text[low:high].strip() else "changed"
        moved.append(Moved(low, max(low, high), status, rules))
    return moved


def _cuts(edit: Edit, start: int, end: int) -> bool:
    """Whether ``edit`` touches the text of the span, or lies strictly inside it."""
    if start == end:
        return edit.start < start < edit.end
    return max(edit.start, start) < min(edit.end, end) or start < edit.start == edit.end < end


def _end_in_clean(offsets: OffsetMap, touching: Sequence[Edit], end: int) -> int:
    """The end of a touched span: behind the replacement when an edit reaches its end or beyond."""
    last = touching[-1]
    if last.end >= end:
        return offsets.to_clean(last.start) + len(last.after)
    return offsets.to_clean(end - 1) + 1
