"""Character references of HTML that were never decoded: whole, escaped twice, or without their ampersand."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from cleaner.lazy import lazy_pattern
from cleaner.model import Edit
from cleaner.stages.codelike import in_code_span, in_link, is_code, talks_about_encodings

__all__ = ["entity_edits"]

ENTITY = "mojibake.entity"
BARE = "mojibake.bare-entity"

_ENTITY = lazy_pattern(r"&(?:amp;)*(?:(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)")
_ACCENTED = r"[aeiouyAEIOUY](?:acute|grave|circ|uml)|[anoANO]tilde|[cC]cedil|[oO]slash|[aA]ring|(?:ae|AE)lig|szlig|[oO]Elig|oelig|[sS]caron"
_BARE = lazy_pattern(
    rf"(?<![&\w])(?:(?:quot|nbsp|apos|laquo|raquo|ldquo|rdquo|lsquo|rsquo|mdash|ndash|hellip|amp|{_ACCENTED});)$"
    rf"|(?<=[a-zA-Z])(?:{_ACCENTED});$|(?<=[a-zA-Z])#(?:39|8217|8216|x27|x2019);$"
)
_MARKUP = lazy_pattern(r"&(?:amp;)*(?:lt|#60);\s?[A-Za-z/!?]|&(?:amp;)*(?:lt|#60);.*&(?:amp;)*(?:gt|#62);")
"""Escaped tags: the line shows markup, or is a page's source."""
_CONTROL = lazy_pattern("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffd]")


def entity_edits(text: str) -> list[Edit]:
    """Return an edit for each stretch of entities in ``text`` that stands in prose."""
    edits: list[Edit] = []
    if "&" in text:
        edits += _merged(text, _whole(text))
    if ";" in text:
        taken = [(match.start(), match.end()) for match in _ENTITY.finditer(text)] if "&" in text else []
        ends = [high for _, high in taken]
        for edit in _bare(text):
            at = bisect_right(ends, edit.start)
            if at == len(taken) or taken[at][0] >= edit.end:
                edits.append(edit)
        edits.sort(key=lambda edit: edit.start)
    return edits


def _line(text: str, at: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return start, len(text) if end < 0 else end


def _whole(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, character) of the entities that may be decoded."""
    line = (-1, -1)
    meant = False
    for match in _ENTITY.finditer(text):
        if not line[0] <= match.start() < line[1]:
            line = _line(text, match.start())
            content = text[line[0] : line[1]]
            meant = is_code(content) or talks_about_encodings(content) or _MARKUP.search(content) is not None
        char = None if meant else _decoded(match[1])
        if char is None or in_link(text, match.start(), match.end()) or in_code_span(text, match.start(), line[0]):
            continue
        yield match.start(), match.end(), char


def _decoded(name: str) -> str | None:
    """Return what an entity stands for, or ``None`` when nothing does or it is no character for text."""
    import html

    char = html.unescape(f"&{name};")
    if (char.endswith(";") and len(char) > 1) or _CONTROL.search(char):
        return None
    return char


def _merged(text: str, hits: Iterator[tuple[int, int, str]]) -> Iterator[Edit]:
    """Yield one edit for each stretch of entities that touch."""
    start = end = -1
    after = ""
    for low, high, char in hits:
        if low == end:
            end, after = high, after + char
            continue
        if after:
            yield _edit(text, start, end, after, ENTITY)
        start, end, after = low, high, char
    if after:
        yield _edit(text, start, end, after, ENTITY)


def _bare(text: str) -> Iterator[Edit]:
    """Yield the edits of entities that lost their ampersand."""
    line = (-1, -1)
    meant = False
    at = text.find(";")
    while at >= 0:
        match = _BARE.search(text, max(0, at - 8), at + 1)
        if match is not None and _apart(text, match):
            if not line[0] <= match.start() < line[1]:
                line = _line(text, match.start())
                content = text[line[0] : line[1]]
                meant = is_code(content) or talks_about_encodings(content) or _MARKUP.search(content) is not None
            char = None if meant else _decoded(match[0][:-1])
            if char and not in_link(text, match.start(), match.end()):
                yield _edit(text, match.start(), match.end(), char, BARE)
        at = text.find(";", at + 1)


def _apart(text: str, match: re.Match[str]) -> bool:
    """Whether what stands around a bare entity leaves no other reading."""
    behind = text[match.end() : match.end() + 2]
    if match[0] == "amp;":
        if behind[:1].isalpha():
            return True
        before = text[max(0, match.start() - 30) : match.start()].split()
        return bool(before) and before[-1][:1].isupper() and behind[:1] == " " and behind[1:].isupper()
    return not match[0].startswith("#") or behind[:1].isalpha()


def _edit(text: str, start: int, end: int, after: str, rule: str) -> Edit:
    return Edit(start, end, text[start:end], after, (rule,), "mojibake", "an HTML entity that was never decoded", 0.99)
