"""Documents whose line ends were lost: read as if each piece stood in its own line, and what goes mapped back into the one line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cleaner.document import Document
from cleaner.model import Edit, Finding
from cleaner.stages.pieces import Piece

__all__ = ["Unfolded"]

_BLANKS = " \t\u00a0"


class Unfolded:
    """A document with each piece in a line of its own, and the way back to its positions."""

    def __init__(self, document: Document, pieces: Sequence[Piece]) -> None:
        self._text = document.text
        self._pieces = pieces
        self._starts: list[int] = []
        at = 0
        for piece in pieces:
            self._starts.append(at)
            at += piece.end - piece.start + 1
        self.document = document.sibling("\n".join(self._text[piece.start : piece.end] for piece in pieces))
        """The same words, a piece a line."""

    def _place(self, position: int) -> int:
        """Return the source position of ``position``; a line end maps to the end of its piece."""
        number = bisect_right(self._starts, position) - 1
        piece = self._pieces[number]
        return min(piece.start + position - self._starts[number], piece.end)

    def findings(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return ``findings`` of the unfolded document in source positions."""
        mapped = []
        for finding in findings:
            start, end = self._place(finding.start), self._place(finding.end)
            mapped.append(replace(finding, start=start, end=end, text=self._text[start:end]))
        return mapped

    def edits(self, edits: Sequence[Edit]) -> list[Edit]:
        """Return ``edits`` of the unfolded document in source positions.

        Line ends of the unfolded document are no part of the source. A run of removals takes the blanks between its parts and one
        blank at its edge with it.
        """
        source = self._text
        ranges: list[tuple[int, int, Edit]] = []
        for edit in sorted(edits, key=lambda edit: edit.start):
            low, high = edit.start, edit.end
            while low < high and edit.before[low - edit.start] == "\n":
                low += 1
            while high > low and edit.before[high - edit.start - 1] == "\n":
                high -= 1
            if low < high:
                ranges.append((self._place(low), self._place(high), edit))
        mapped: list[Edit] = []
        number = 0
        while number < len(ranges):
            start, end, edit = ranges[number]
            if edit.after:
                mapped.append(replace(edit, start=start, end=end, before=source[start:end]))
                number += 1
                continue
            last = number
            while (
                last + 1 < len(ranges)
                and not ranges[last + 1][2].after
                and not source[ranges[last][1] : ranges[last + 1][0]].strip()
            ):
                last += 1
            bounds = [ranges[i][0] for i in range(number, last + 1)] + [ranges[last][1]]
            bounds[0], bounds[-1] = _without_edge_blank(source, bounds[0], bounds[-1])
            for i in range(number, last + 1):
                start, end = bounds[i - number], bounds[i - number + 1]
                mapped.append(replace(ranges[i][2], start=start, end=end, before=source[start:end]))
            number = last + 1
        return mapped


def _without_edge_blank(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a removal so that no doubled and no trailing blank stays, and no empty line where it held a whole one."""
    if start == 0 or text[start - 1].isspace():
        while end < len(text) and text[end] in _BLANKS:
            end += 1
    if end == len(text) or text[end] in "\r\n":
        while start > 0 and text[start - 1] in _BLANKS:
            start -= 1
    if start == 0 or text[start - 1] in "\r\n":
        if end < len(text):
            end += 2 if text.startswith("\r\n", end) else text[end] in "\r\n"
        elif start:
            start -= 2 if text.endswith("\r\n", 0, start) else 1
    return start, end
