"""A record with its texts, and how changed texts go back into what was read.

A *row* is a line of JSON Lines, a record of a table or a whole text file. Its raw form is kept, and edits are spliced into it:
what no edit touches leaves as it came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cleaner.errors import SourceError
from cleaner.model import Edit

__all__ = [
    "Fields",
    "Passage",
    "Row",
    "RowError",
    "Splice",
    "UnwritableError",
    "language_code",
    "replaced",
    "short",
    "splices_of",
]

Span = tuple[int, int]
_CODE = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z0-9_-]*)?\Z")


@dataclass(frozen=True, slots=True)
class Fields:
    """Which fields of a row matter. A dot leads into a nested field unless a field has that very name."""

    texts: tuple[str, ...] = ("text",)
    id: str = "id"
    lang: str = "lang"


class RowError(Exception):
    """A row that can't be used; ``str()`` says why. The row is quarantined."""

    def __init__(self, problem: str, *, missing: bool = False) -> None:
        super().__init__(problem)
        self.missing = missing
        """Whether all that is wrong is that a text field is not there."""
        self.line = 1
        """The line inside the record where the trouble starts, 1-based."""


class UnwritableError(SourceError):
    """A cleaned text that the format of its row can't hold."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One text of a row."""

    field: str
    """The name of its field as it was asked for; empty for a text file."""
    text: str | None
    """``None`` for a null, which passes as it is."""
    protected: tuple[Span, ...] = ()
    """Ranges that no edit may touch and where nothing is reported: code and front matter of Markdown."""
    page: bytes = b""
    """The HTML page that the text was extracted from; it tells which link texts were lost on the way."""


class Splice(NamedTuple):
    """A stretch of a passage and what replaces it."""

    start: int
    end: int
    text: str
    raw: str | None = None
    """How ``text`` is to be written in the raw record, in the words of ``Row.written_as``; ``None`` lets the format choose."""


def splices_of(edits: Sequence[Edit]) -> list[Splice]:
    """Return what ``edits`` do to a passage."""
    return [Splice(edit.start, edit.end, edit.after) for edit in edits]


class Row:
    """One record; this base class is a text that stands in the file as it is. Formats that escape override three methods."""

    __slots__ = ("doc", "lang", "line", "missing", "number", "passages", "problem", "raw")

    def __init__(
        self,
        number: int,
        line: int,
        raw: str | bytes,
        passages: tuple[Passage, ...] = (),
        doc: str = "",
        lang: str | None = None,
        problem: str = "",
        missing: bool = False,
    ) -> None:
        self.number = number
        """1-based, among the records of its file."""
        self.line = line
        """The line of the file it starts on, 1-based; lines end with LF."""
        self.raw = raw
        """The record as it was read, with its line end; ``bytes`` where it is no valid text."""
        self.passages = passages
        self.doc = doc
        """Its id value as JSON, as it stood in the file; empty when it has none."""
        self.lang = lang
        """ISO 639-1 code from its language field."""
        self.problem = problem
        """Why it can't be used; empty when it can."""
        self.missing = missing
        """Whether the problem is a text field that is not there."""

    @property
    def id(self) -> str | None:
        """Its id as a string."""
        if self.doc.startswith('"'):
            return self.doc[1:-1] if "\\" not in self.doc else str(json.loads(self.doc))
        return self.doc or None

    def rewritten(self, edits: Mapping[int, Sequence[Edit]]) -> str:
        """Return the raw record with ``edits`` (by index of the passage) in it.

        Raises ``UnwritableError`` when the format can't hold the result.
        """
        return self.spliced({index: splices_of(found) for index, found in edits.items()})

    def spliced(self, splices: Mapping[int, Sequence[Splice]]) -> str:
        """Return the raw record with ``splices`` (by index of the passage) in it. Raises ``UnwritableError``."""
        return replaced(str(self.raw), splices.get(0, ()))

    def written_as(self, passage: int, splices: Sequence[Splice]) -> list[str | None]:
        """Return, for each splice, what is needed to write the replaced text just as it stood; ``None`` where that follows."""
        return [None] * len(splices)

    def offset(self, passage: int, position: int) -> int:
        """Return where in ``raw`` code point ``position`` of a passage stands."""
        return position

    def place(self, passage: int, position: int) -> tuple[int, int]:
        """Return the line and column (1-based, code points) in the file of ``position`` in a passage."""
        raw = str(self.raw)
        at = self.offset(passage, position)
        return self.line + raw.count("\n", 0, at), at - raw.rfind("\n", 0, at)


def replaced(text: str, splices: Sequence[Splice]) -> str:
    """Return ``text`` with ``splices`` (sorted, free of overlaps) in it."""
    parts: list[str] = []
    at = 0
    for splice in splices:
        parts += (text[at : splice.start], splice.text)
        at = splice.end
    parts.append(text[at:])
    return "".join(parts)


def language_code(value: object) -> str | None:
    """Return the ISO 639-1 code in a language field (``en``, ``en-US``, ``pt_BR``), or ``None`` for anything else."""
    found = _CODE.match(value) if isinstance(value, str) else None
    return found[1].lower() if found else None


def short(value: object, limit: int = 60) -> str:
    """Return ``value`` for an error message: on one line, cut, safe for a terminal."""
    text = ascii(value) if not isinstance(value, str) else value.encode("unicode_escape", "backslashreplace").decode("ascii")
    return text if len(text) <= limit else text[: limit - 1] + "…"
