"""Diagnostics for people: place, rule, what is proposed, and the line with a caret under it."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable

from cleaner.reports.diagnostic import Diagnostic, printable

__all__ = ["counted", "format_text", "proposal", "statistics"]

QUOTE = 60
"""Code points of a quoted text."""
_COLOURS = {"path": "\x1b[1m", "edit": "\x1b[31m", "finding": "\x1b[33m", "caret": "\x1b[32m", "off": "\x1b[0m"}


def format_text(item: Diagnostic, colour: bool = False) -> str:
    """Return the two or three lines that show ``item``."""

    def paint(name: str, text: str) -> str:
        return f"{_COLOURS[name]}{text}{_COLOURS['off']}" if colour else text

    place = f"{printable(item.path)}:{item.line}:{item.column}:"
    head = f"{paint('path', place)} {paint(item.kind, item.rule)} {proposal(item)}"
    left, right = printable(item.excerpt[: item.caret]), printable(item.excerpt[item.caret :])
    shown = printable(item.excerpt[item.caret : item.caret + max(0, item.end - item.start)].rstrip("\n"))
    mark = "^" * max(1, min(_width(shown), _width(right)))
    return f"{head}\n    {left}{right}\n    {' ' * _width(left)}{paint('caret', mark)}"


def proposal(item: Diagnostic) -> str:
    """Say in a few words what is proposed for ``item``."""
    quoted = _quote(item.before)
    if item.after is not None:
        return f"remove {quoted}" if not item.after else f"replace {quoted} with {_quote(item.after)}"
    hint = f" (expected: {_quote(item.suggestion)})" if item.suggestion else ""
    what = quoted if item.before.strip() else "here"
    return f"{what}{hint}: {printable(item.message)}"


def _quote(text: str) -> str:
    text = text.strip("\r\n")
    cut = text if len(text) <= QUOTE else text[: QUOTE // 2] + " … " + text[-QUOTE // 2 :]
    return f"“{printable(cut)}”"


def _width(text: str) -> int:
    """Terminal columns of ``text``."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def counted(number: int, noun: str) -> str:
    """Return ``number`` with ``noun`` in the right form."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def statistics(items: Iterable[Diagnostic]) -> str:
    """Return a table of counts per rule, most frequent first."""
    counts = Counter((item.rule, item.kind) for item in items)
    width = max((len(rule) for rule, _ in counts), default=0)
    rows = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return "\n".join(f"{count:>7,}  {rule:<{width}}  {kind}" for (rule, kind), count in rows)
