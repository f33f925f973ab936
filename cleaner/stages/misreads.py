"""Edits for text whose bytes were read with the wrong table: which lines to search, what to accept, what to leave and report."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cleaner.model import Edit, Finding
from cleaner.stages.charmodel import UNIT, the_model
from cleaner.stages.codelike import talks_about_encodings
from cleaner.stages.repair import Search, Word

__all__ = ["misread_edits", "suspicious_lines"]

_QUOTED = re.compile(r"^[\"'“‘«„`(\[]+[^\"'“”‘’«»„`()\[\]]*[\"'”’»“`)\],.;:!?]+$")
_LEADS = re.compile("[ÂÃÄÅÎÏÐÑØÙâãðÐÑРСÐ√ΓΞΟ╨╤├┬\ufffd]")
_DOUBT = 5 * UNIT


def suspicious_lines(text: str) -> list[tuple[int, str]]:
    """Return (position, line) of the lines worth a search."""
    if text.isascii():
        return []
    lines = []
    at = 0
    for line in text.split("\n"):
        if not line.isascii():
            lines.append((at, line))
        at += len(line) + 1
    return lines


def misread_edits(text: str, lines: Sequence[tuple[int, str]], whole_lines: bool) -> tuple[list[Edit], list[Finding]]:
    """Return the repairs of ``lines`` and the doubts about them.

    With ``whole_lines``, a line that can't be repaired all through is left as it is and reported.
    """
    search = Search(the_model(), lines)
    changed = search.run()
    if not changed:
        return [], []
    doubts: list[Finding] = []
    edits: list[Edit] = []
    for number in sorted({word.line for word in changed}):
        row = search.lines[number]
        hit = [word for word in row if word.text != word.source]
        line = lines[number][1]
        reason = _reason_to_leave(search, line, row, hit, len(changed), whole_lines)
        if reason:
            doubts += [_doubt(word, reason) for word in hit]
            continue
        edits += _joined(text, hit)
    return edits, doubts


def _reason_to_leave(search: Search, line: str, row: Sequence[Word], hit: Sequence[Word], everywhere: int, whole: bool) -> str | None:
    """Return why a repaired line should stay as it is, or ``None``."""
    if len(hit) <= 2 and everywhere <= 3 and (talks_about_encodings(line) or all(_QUOTED.match(word.source) for word in hit)):
        return "It looks misread, but the text may be speaking of just that."
    if whole and any(_damaged(search, word) for word in row):
        return "It looks misread, but a part of the line is lost, so no repair is complete."
    return None


def _damaged(search: Search, word: Word) -> bool:
    """Whether a word still looks misread after the search."""
    if "\ufffd" in word.text:
        return True
    if word.text != word.source:
        return False
    return bool(_LEADS.search(word.text)) and search.cost(word.text) > _DOUBT * (len(word.text) + 1)


def _doubt(word: Word, message: str) -> Finding:
    return Finding(word.start, word.end, word.source, "mojibake.doubtful", "mojibake", message, word.text, 0.7)


def _joined(text: str, words: Sequence[Word]) -> list[Edit]:
    """Return one edit for each stretch of words that were misread the same way, without the ends that did not change."""
    edits: list[Edit] = []
    group: list[Word] = []
    for word in words:
        if group and (group[-1].chain != word.chain or text[group[-1].end : word.start].strip(" ")):
            edits.append(_edit(text, group))
            group = []
        group.append(word)
    if group:
        edits.append(_edit(text, group))
    return edits


def _edit(text: str, group: Sequence[Word]) -> Edit:
    start, end = group[0].start, group[-1].end
    parts = [group[0].text]
    for before, word in zip(group, group[1:], strict=False):
        parts += [text[before.end : word.start], word.text]
    before, after = text[start:end], "".join(parts)
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    chain = group[0].chain
    if not chain:
        rule = "mojibake.c1-control"
    elif any(step.right.name == "utf-8" for step in chain):
        rule = "mojibake.utf8-misread"
    else:
        rule = "mojibake.legacy-misread"
    reason = ", then ".join(step.name for step in reversed(chain)) or "C1 controls of Windows-1252"
    last = len(before) - tail
    return Edit(start + head, start + last, before[head:last], after[head : len(after) - tail], (rule,), "mojibake", reason, 0.98)
