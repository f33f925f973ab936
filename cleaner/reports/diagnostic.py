"""One reportable item: an edit or a finding with its place in a file."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cleaner.lines import Lines
from cleaner.model import Edit, Finding

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
    accepted: str = ""
    """Who accepted it, ``baseline`` or ``suppression``; empty for an open item."""


def diagnostics_of(
    source: str,
    edits: Sequence[Edit],
    findings: Sequence[Finding],
    place: Callable[[int], tuple[int, int]],
    *,
    path: str = "",
    row: int = 1,
    doc: str = "",
) -> Iterator[Diagnostic]:
    """Yield ``edits`` and ``findings`` on the text ``source`` in document order.

    ``place`` gives the line and column of the file for a position in the text.
    """
    if not edits and not findings:
        return
    lines = Lines(source)
    items: list[Edit | Finding] = sorted((*edits, *findings), key=lambda item: (item.start, item.end))
    for item in items:
        before, after, message, suggestion = _content(item)
        # A removal may begin with the line end before it; people look for it where its words are.
        shown = item.start
        if after is not None:
            shown = min(shown + len(before) - len(before.lstrip("\r\n")), max(item.start, item.end - 1))
        line, column = place(shown)
        end_line, end_column = place(item.end)
        excerpt, caret = _excerpt(lines, shown)
        yield Diagnostic(
            path=path,
            row=row,
            doc=doc,
            line=line,
            column=column,
            end_line=end_line,
            end_column=end_column,
            kind="finding" if after is None else "edit",
            stage=item.stage,
            rule=item.rule,
            rules=item.rules if isinstance(item, Edit) else (item.rule,),
            start=item.start,
            end=item.end,
            before=before,
            after=after,
            message=message,
            suggestion=suggestion,
            confidence=item.confidence,
            excerpt=excerpt,
            caret=caret,
        )


def _content(item: Edit | Finding) -> tuple[str, str | None, str, str | None]:
    """What stands there, its replacement, the message and the suggestion of ``item``."""
    if isinstance(item, Edit):
        return item.before, item.after, item.reason, None
    return item.text, None, item.message, item.suggestion


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
