"""Edits as an algebra: order, apply, invert, compose, and map positions through them.

This is the one place where text changes. An edit list is *normal* when it is sorted, free of overlaps and each ``before`` is
what stands in the text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cleaner.errors import EditError
from cleaner.model import Edit, Finding

__all__ = ["OffsetMap", "apply_edits", "compose", "findings_in_source", "resolve", "undo_edits"]


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return ``text`` with ``edits`` applied; the same object when there are none.

    Raises ``EditError`` when the list is not normal for ``text``.
    """
    if not edits:
        return text
    parts: list[str] = []
    at = 0
    for edit in edits:
        if edit.start < at or edit.end < edit.start or text[edit.start : edit.end] != edit.before:
            raise EditError(
                f"edit {edit.rules} at {edit.start}:{edit.end} does not fit the text; report this as a bug of the rule"
            )
        parts.append(text[at : edit.start])
        parts.append(edit.after)
        at = edit.end
    parts.append(text[at:])
    return "".join(parts)


def undo_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return the source from the cleaned ``text`` and the ``edits`` (in source positions) that made it.

    Raises ``EditError`` when ``text`` is not what these edits give.
    """
    if not edits:
        return text
    parts: list[str] = []
    at = source_at = 0
    for edit in edits:
        start = at + edit.start - source_at
        end = start + len(edit.after)
        if edit.start < source_at or text[start:end] != edit.after:
            raise EditError(
                f"the text is not the result of these edits: {edit.rules} at {edit.start}; use the audit of this very run"
            )
        parts.append(text[at:start])
        parts.append(edit.before)
        at, source_at = end, edit.end
    parts.append(text[at:])
    return "".join(parts)


def resolve(proposals: Iterable[Sequence[Edit]]) -> list[Edit]:
    """Return the normal list made of ``proposals``, one sequence per stage in chain order.

    Where edits overlap, the earlier stage wins, then the longer edit, then the more confident one. What loses here comes up
    again in the next pass if it still applies.
    """
    taken: list[Edit] = []
    starts: list[int] = []
    for edits in proposals:
        for edit in sorted(edits, key=lambda e: (e.start - e.end, -e.confidence, e.start)):
            at = bisect_right(starts, edit.start)
            if (at and taken[at - 1].end > edit.start) or (at < len(taken) and taken[at].start < edit.end):
                continue
            if at and taken[at - 1].start == edit.start and taken[at - 1].end == edit.end:
                continue
            if edit.before == edit.after:
                continue
            taken.insert(at, edit)
            starts.insert(at, edit.start)
    # Edits that touch may take each other back, as a removal and an insertion of the same text.
    return [edit for edit in _join_stages(taken) if edit.before != edit.after]


def _join_stages(edits: list[Edit]) -> list[Edit]:
    """Make one edit of those that touch and come from several stages."""
    joined: list[Edit] = []
    for edit in edits:
        last = joined[-1] if joined else None
        if last is not None and last.end == edit.start and last.stage != edit.stage:
            rules = tuple(dict.fromkeys((*last.rules, *edit.rules)))
            reason = "; ".join(dict.fromkeys(filter(None, (last.reason, edit.reason))))
            joined[-1] = Edit(
                last.start,
                edit.end,
                last.before + edit.before,
                last.after + edit.after,
                rules,
                last.stage,
                reason,
                min(last.confidence, edit.confidence),
            )
        else:
            joined.append(edit)
    return joined


class OffsetMap:
    """Positions of a source in its edited text and back.

    Both directions are monotone and defined on ``0 … length``. A position inside a replaced or removed stretch maps to the
    start of that stretch; every character that was kept maps to itself, behind what was inserted before it.
    """

    __slots__ = ("_clean_starts", "_edits", "_source_starts")

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = edits
        self._source_starts = [edit.start for edit in edits]
        self._clean_starts: list[int] = []
        shift = 0
        for edit in edits:
            self._clean_starts.append(edit.start + shift)
            shift += len(edit.after) - (edit.end - edit.start)

    def to_clean(self, position: int) -> int:
        """Return where source ``position`` lies in the edited text."""
        at = bisect_right(self._source_starts, position) - 1
        if at < 0:
            return position
        edit, start = self._edits[at], self._clean_starts[at]
        if position < edit.end:
            return start
        return start + len(edit.after) + position - edit.end

    def to_source(self, position: int) -> int:
        """Return where edited ``position`` lies in the source."""
        at = bisect_right(self._clean_starts, position) - 1
        if at < 0:
            return position
        edit, start = self._edits[at], self._clean_starts[at]
        inside = position - start
        if inside < len(edit.after):
            return edit.start
        return edit.end + inside - len(edit.after)

    def replaced_end(self, position: int) -> int | None:
        """Return the source end of the replaced stretch that edited ``position`` lies in, or ``None`` outside any."""
        at = bisect_right(self._clean_starts, position) - 1
        if at < 0 or position - self._clean_starts[at] >= len(self._edits[at].after):
            return None
        return self._edits[at].end


def compose(first: Sequence[Edit], second: Sequence[Edit], source: str) -> list[Edit]:
    """Return one normal list that does what ``first`` (on ``source``) and then ``second`` (on its result) do.

    Edits of the two lists that touch or overlap become one edit that names the rules of both.
    """
    if not second:
        return list(first)
    if not first:
        return list(second)
    result: list[Edit] = []
    i = j = 0
    shift = 0  # of the first list, up to edit i: middle position = source position + shift
    while i < len(first) or j < len(second):
        if j == len(second) or (i < len(first) and first[i].start + shift <= second[j].start):
            start_middle = first[i].start + shift
        else:
            start_middle = second[j].start
        start = start_middle - shift
        # Grow the group: middle range [start_middle, reach] covered so far, closed on both sides so that touching joins.
        reach = start_middle
        group_first: list[Edit] = []
        group_second: list[Edit] = []
        inner = shift
        while True:
            if i < len(first) and first[i].start + inner <= reach:
                edit = first[i]
                low = edit.start + inner
                inner += len(edit.after) - (edit.end - edit.start)
                reach = max(reach, low + len(edit.after))
                group_first.append(edit)
                i += 1
            elif j < len(second) and second[j].start <= reach:
                reach = max(reach, second[j].end)
                group_second.append(second[j])
                j += 1
            else:
                break
        if not group_second:
            result.extend(group_first)
        elif not group_first:
            result.extend(edit if not shift else _moved(edit, -shift) for edit in group_second)
        else:
            result.append(_joined(source, start, start_middle, reach, group_first, group_second, reach - inner))
        shift = inner
    return [edit for edit in result if edit.before != edit.after]


def _moved(edit: Edit, by: int) -> Edit:
    return Edit(edit.start + by, edit.end + by, edit.before, edit.after, edit.rules, edit.stage, edit.reason, edit.confidence)


def _joined(
    source: str, start: int, start_middle: int, reach: int, first: Sequence[Edit], second: Sequence[Edit], end: int
) -> Edit:
    """Return the one edit that a group of touching edits of two passes amounts to; ``end`` is in source positions."""
    local = [_moved(edit, -start) for edit in first]
    middle = apply_edits(source[start:end], local)
    after = apply_edits(middle, [_moved(edit, -start_middle) for edit in second])
    rules = tuple(dict.fromkeys(rule for edit in (*first, *second) for rule in edit.rules))
    reasons = "; ".join(dict.fromkeys(edit.reason for edit in (*first, *second) if edit.reason))
    confidence = min(edit.confidence for edit in (*first, *second))
    return Edit(start, end, source[start:end], after, rules, first[0].stage, reasons, confidence)


def findings_in_source(findings: Iterable[Finding], edits: Sequence[Edit], source: str) -> list[Finding]:
    """Move findings on the edited text to the source; one inside a replaced stretch covers that stretch."""
    offsets = OffsetMap(edits)
    moved = []
    for finding in findings:
        start = offsets.to_source(finding.start)
        end = start
        if finding.end > finding.start:
            end = offsets.to_source(finding.end - 1) + 1
            at = offsets.replaced_end(finding.end - 1)
            end = at if at is not None else end
        end = max(start, end)
        moved.append(replace(finding, start=start, end=end, text=source[start:end]))
    return moved
