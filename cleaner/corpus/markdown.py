"""What in a Markdown text is not prose: front matter and code. Nothing there is edited or reported.

The reading leans towards protecting: an indented paragraph under a list item may be taken for code and is then left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.lazy import lazy_pattern
from cleaner.lines import Lines

__all__ = ["protected_spans"]

Span = tuple[int, int]

_FENCE = lazy_pattern(r"[ \t>]*(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?(`{3,}|~{3,})([^\n\r]*)")
_TICKS = lazy_pattern(r"`+")
_FRONT = {"---": ("---", "..."), "+++": ("+++",)}
_TAGS = ("pre", "code", "script", "style", "!--")


def protected_spans(text: str) -> tuple[Span, ...]:
    """Return the ranges of front matter and code in ``text``, sorted, without overlaps. Linear in the length of the text."""
    lines = Lines(text)
    blocks = list(_blocks(lines))
    spans = blocks + list(_inline(text, lines, blocks)) + list(_tagged(text))
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _blocks(lines: Lines) -> Iterator[Span]:
    """Yield front matter, fenced and indented code."""
    index = 0
    total = len(lines)
    closers = _FRONT.get(lines[0].rstrip(), ())
    if closers:
        end = next((i for i in range(1, total) if lines[i].rstrip() in closers), None)
        if end is not None:
            yield 0, lines.nexts[end]
            index = end + 1
    free = True  # an indented line here is code: the line before is blank or code
    while index < total:
        line = lines[index]
        fence = _FENCE.match(line)
        if fence and not (fence[1][0] == "`" and "`" in fence[2]):
            closer = re.compile(rf"[ \t>]*{fence[1][0]}{{{len(fence[1])},}}[ \t]*\Z")
            end = next((i for i in range(index + 1, total) if closer.match(lines[i])), total - 1)
            yield lines.starts[index], lines.nexts[end]
            index, free = end + 1, True
            continue
        if not line.strip():
            free = True
        elif free and line.startswith(("    ", "\t")):
            yield lines.starts[index], lines.nexts[index]
        else:
            free = False
        index += 1


def _inline(text: str, lines: Lines, blocks: list[Span]) -> Iterator[Span]:
    """Yield code spans: backticks up to the next run of as many, inside one paragraph."""
    if "`" not in text:
        return
    runs: list[Span] = []
    paragraph = -1
    paragraphs = [0] * len(lines)
    for index in range(len(lines)):
        paragraphs[index] = paragraphs[index - 1] + lines.blank(index) if index else 0
    block = 0
    for run in _TICKS.finditer(text):
        while block < len(blocks) and blocks[block][1] <= run.start():
            block += 1
        if block < len(blocks) and blocks[block][0] <= run.start():
            continue
        here = paragraphs[lines.at(run.start())]
        if here != paragraph:
            yield from _paired(runs)
            runs, paragraph = [], here
        runs.append(run.span())
    yield from _paired(runs)


def _paired(runs: list[Span]) -> Iterator[Span]:
    following: dict[int, int] = {}
    partner: list[int | None] = [None] * len(runs)
    for index in range(len(runs) - 1, -1, -1):
        length = runs[index][1] - runs[index][0]
        partner[index] = following.get(length)
        following[length] = index
    index = 0
    while index < len(runs):
        other = partner[index]
        if other is None:
            index += 1
        else:
            yield runs[index][0], runs[other][1]
            index = other + 1


def _tagged(text: str) -> Iterator[Span]:
    """Yield what stands between HTML tags that hold no prose."""
    if "<" not in text:
        return
    lowered = text.lower() if text.isascii() else re.sub("[A-Z]", lambda m: m[0].lower(), text)
    for tag in _TAGS:
        opening, closing = (f"<{tag}", f"</{tag}") if tag != "!--" else ("<!--", "-->")
        at = 0
        while (start := lowered.find(opening, at)) >= 0:
            end = lowered.find(closing, start + len(opening))
            if end < 0:
                break
            at = end + len(closing)
            if tag == "!--" or lowered[start + len(opening) : start + len(opening) + 1] in (">", " ", "\n", "\t"):
                yield start, at
