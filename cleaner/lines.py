"""Lines of a text as positions, and what it means to remove some of them.

A line ends with LF, CR LF or a lone CR. Line numbers shown to people count LF alone, as ``sed -n Np`` does; see ``Lines.number``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection
from itertools import accumulate

__all__ = ["Lines", "cut_span", "removal_spans"]

_LINE_END = re.compile(r"\r\n|\n|\r")


class Lines:
    """The lines of ``text``, by index from 0. A final line end does not open another line."""

    __slots__ = ("ends", "nexts", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int]
        """First code point of each line."""
        self.ends: list[int]
        """End of each line's content, before its line end."""
        self.nexts: list[int]
        """Start of what follows each line, after its line end."""
        if "\r" in text:
            found = [(m.start(), m.end()) for m in _LINE_END.finditer(text)]
            self.ends = [start for start, _ in found]
            self.nexts = [end for _, end in found]
        else:
            self.nexts = list(accumulate(len(part) + 1 for part in text.split("\n")))
            self.nexts.pop()
            self.ends = [end - 1 for end in self.nexts]
        if not self.nexts or self.nexts[-1] < len(text):
            self.ends.append(len(text))
            self.nexts.append(len(text))
        self.starts = [0, *self.nexts[:-1]]

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> str:
        """The content of line ``index`` without its line end."""
        return self.text[self.starts[index] : self.ends[index]]

    def at(self, position: int) -> int:
        """The index of the line that holds ``position``; a line end belongs to the line it ends."""
        return max(0, min(bisect_right(self.starts, position), len(self.starts)) - 1)

    def blank(self, index: int) -> bool:
        """Whether line ``index`` holds nothing but white space."""
        return not self[index].strip()

    def number(self, position: int) -> tuple[int, int]:
        """The 1-based line number (LF only) and column (code points) of ``position``."""
        return self.text.count("\n", 0, position) + 1, position - self.text.rfind("\n", 0, position)


def removal_spans(lines: Lines, removed: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return the range to delete for each line in ``removed``.

    A removed line takes its line end with it. Where two runs of blank lines meet, the second goes; the edges of the text count as
    blank unless they were blank before. The final newline stays as it was. Blank lines that go are part of the range of the
    removed line they stood next to, so ranges never overlap.
    """
    spans: dict[int, tuple[int, int]] = {}
    last = len(lines) - 1
    ordered = sorted(removed)
    done = -1
    for first in ordered:
        if first <= done:
            continue
        # The region: all lines between the kept lines around `first`; only blank and removed lines lie in it.
        low = first
        while low > 0 and lines.blank(low - 1):
            low -= 1
        high = first
        while high < last and (high + 1 in removed or lines.blank(high + 1)):
            high += 1
        done = high
        at_head, at_tail = low == 0, high == last
        keep_run = not ((at_head and low in removed) or (at_tail and high in removed))
        kept: set[int] = set()
        if keep_run and at_tail and not lines.text.endswith(("\n", "\r")):
            # The last blank line ends the text without a line end, and so it stays.
            run = high
            while run >= low and run not in removed:
                kept.add(run)
                run -= 1
        elif keep_run:
            run = low
            while run <= high and run in removed:
                run += 1
            while run <= high and run not in removed:
                kept.add(run)
                run += 1
        owner = first
        for index in range(low, high + 1):
            if index in removed:
                owner = index
            if index in kept:
                continue
            start, end = spans.get(owner, (lines.starts[index], lines.starts[index]))
            spans[owner] = (min(start, lines.starts[index]), max(end, lines.nexts[index]))
        text = lines.text
        if at_tail and not kept and low > 0 and not text.endswith(("\n", "\r")):
            start, end = spans[first]
            spans[first] = (lines.ends[low - 1], end)
    return spans


def cut_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range to delete so that removing ``start:end`` from inside a line leaves no doubled or trailing blank."""
    before = start == 0 or text[start - 1] in " \t\n\r"
    if before:
        while end < len(text) and text[end] in " \t":
            end += 1
    if end == len(text) or text[end] in "\n\r":
        while start > 0 and text[start - 1] in " \t":
            start -= 1
    return start, end
