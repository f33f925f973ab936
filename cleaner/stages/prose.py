"""Lines and labels that belong to the text around them, whatever they look like on their own."""

from __future__ import annotations

import re

from cleaner.lazy import lazy_pattern
from cleaner.lines import Lines

__all__ = ["is_continuation", "is_heading", "is_mention"]

_MARKED = lazy_pattern(r"\s{0,3}#{1,6}\s+\S")
_UNDERLINE = lazy_pattern(r"\s*([-=~#*^+])\1{2,}\s*\Z")
_LEADS_ON = lazy_pattern(
    r"(?:\b(?:the|a|an|to|of|and|or|in|on|at|by|for|with|from|your|our|their|its|this|that|be|is|are|not|der|die|das|und|oder|mit|von|zu)"
    r"|[,;(])\Z",
    re.IGNORECASE,
)
_LEAST = 40
_TOUCHING = "\"“”„'‘’`*[]()<>|«»_"


def _open(line: str) -> bool:
    """Whether a line ends in the middle of a sentence as far as its last character says."""
    return bool(line) and (line[-1].isalpha() or line[-1] in ",;(-")


def is_continuation(lines: Lines, index: int) -> bool:
    """Whether line ``index`` goes on with the sentence that the line right before it leaves open, as in wrapped text."""
    if not index:
        return False
    before = lines[index - 1].rstrip()
    if len(before) < _LEAST or not _open(before):
        return False
    return lines[index].lstrip()[:1].islower() or _LEADS_ON.search(before) is not None


def is_heading(lines: Lines, index: int) -> bool:
    """Whether line ``index`` is marked as a heading, with hashes before it or a rule of signs under it."""
    if _MARKED.match(lines[index]):
        return True
    return index + 1 < len(lines) and _UNDERLINE.match(lines[index + 1]) is not None


def is_mention(text: str, start: int, end: int) -> bool:
    """Whether the label ``start:end`` is spoken of rather than printed: quoted, linked, marked up, or the object of a sentence."""
    if (start and text[start - 1] in _TOUCHING) or text[end : end + 1] in tuple(_TOUCHING):
        return True
    before = text[max(0, start - 24) : start].rstrip(" ")
    word = before.rsplit(None, 1)[-1] if before.strip() else ""
    return word[:1].islower() and word[-1:].isalpha()
