"""One reportable item: an edit or a finding with its place in a file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from cleaner.lines import Lines
from cleaner.model import Edit, Finding
from cleaner.result import Result

__all__ = ["Diagnostic", "diagnostics_of", "printable"]

EXCERPT = 160
"""Code points of a line that an excerpt shows."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An edit or a finding in a file. Lines and columns count from 1, columns in code points."""

    path: str
    row: int
    """The record of the file, from 1."""
    doc: str
    line: int
    column: int
    end_line: int
    end_column: int
    kind: str
    """``edit`` or ``finding``."""
    stage: str
    rule: str
    rules: tuple[str, ...]
    start: int
    """Code points in the document's text."""
    end: int
    before: str
    after: str | None
    """The replacement of an edit; ``None`` for a finding."""
    message: str
    suggestion: str | None
    confidence: float
    excerpt: str
    """The line around the start, cut to a window."""
    caret: int
    """Where the item starts in ``excerpt``, in code points."""


def diagnostics_of(result: Result, path: str, row: int, doc: str, first_line: int, one_line: bool) -> Iterator[Diagnostic]:
    """Yield the edits and findings of ``result`` in document order.

    ``first_line`` is the line of the file on which the document's text starts; with ``one_line`` the whole document stands on it,
    as a JSONL record does, and the column counts in the text.
    """
    if not result.edits and not result.findings:
        return
    lines = Lines(result.source)
    items: list[Edit | Finding] = sorted((*result.edits, *result.findings), key=lambda item: (item.start, item.end))
    for item in items:
        edit = item if isinstance(item, Edit) else None
        # A removal may begin with the line end before it; people look for it where its words are.
        shown = item.start
        if edit is not None:
            shown += len(edit.before) - len(edit.before.lstrip("\r\n"))
            shown = min(shown, max(item.start, item.end - 1))
        line, column = lines.number(shown)
        end_line, end_column = lines.number(item.end)
        excerpt, caret = _excerpt(lines, shown)
        finding = item if isinstance(item, Finding) else None
        yield Diagnostic(
            path=path,
            row=row,
            doc=doc,
            line=first_line if one_line else first_line + line - 1,
            column=shown + 1 if one_line else column,
            end_line=first_line if one_line else first_line + end_line - 1,
            end_column=item.end + 1 if one_line else end_column,
            kind="edit" if edit is not None else "finding",
            stage=item.stage,
            rule=item.rule,
            rules=edit.rules if edit is not None else (item.rule,),
            start=item.start,
            end=item.end,
            before=edit.before if edit is not None else finding.text if finding is not None else "",
            after=edit.after if edit is not None else None,
            message=edit.reason if edit is not None else finding.message if finding is not None else "",
            suggestion=finding.suggestion if finding is not None else None,
            confidence=item.confidence,
            excerpt=excerpt,
            caret=caret,
        )


def _excerpt(lines: Lines, position: int) -> tuple[str, int]:
    index = lines.at(position)
    start, end = lines.starts[index], lines.ends[index]
    low = max(start, position - EXCERPT // 2)
    high = min(end, low + EXCERPT)
    return lines.text[low:high], max(0, position - low)


def printable(text: str) -> str:
    """Return ``text`` on one line with control, format and bidirectional characters escaped, so that a terminal can't be steered."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == " " or _harmless(c) else _escaped(c) for c in text)


def _harmless(character: str) -> bool:
    return unicodedata.category(character) in ("Zs", "Mn", "Mc")


def _escaped(character: str) -> str:
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character) or f"\\u{{{ord(character):x}}}"
