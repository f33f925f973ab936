"""CSV and TSV: records are found by hand, so that one that needs nothing leaves byte for byte.

RFC 4180 quoting; a quote inside an unquoted cell is a character like any other. The delimiter of a ``.csv`` file is the first of
``, ; TAB |`` that makes its header hold the text fields. A record whose number of cells is not the header's is quarantined, and
reading goes on at the next line, so that a stray quote can't swallow what follows it.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from cleaner.corpus.rows import Fields, Passage, Row, RowError, Splice, UnwritableError, language_code, replaced, short
from cleaner.corpus.streams import Damage
from cleaner.lazy import lazy_pattern

__all__ = ["CellRow", "Table", "records"]

MAX_RECORD = 64 << 20
"""Characters of one record beyond which the file is refused; a quote that never closes is found within these."""
_SURROGATE = lazy_pattern("[\ud800-\udfff]")


class _Syntax:
    """The patterns of one delimiter, and of lines that end with LF or CR LF, or with CR alone."""

    def __init__(self, delimiter: str, old_lines: bool) -> None:
        self.delimiter = delimiter
        self.newline = "\r" if old_lines else "\n"
        mark = re.escape(delimiter)
        # No two parts of these can match the same text, so that matching takes linear time whatever the text is.
        opened = r'"[^"]*(?:""[^"]*)*'
        end = r"(?:\r|\Z)" if old_lines else r"(?:\r?\n|\Z)"
        quoted = rf'{opened}"(?={mark}|{end})'
        # A CR inside a line of the usual kind is text; writers that end lines with LF do not quote it.
        inner = rf"[^{mark}\r]*" if old_lines else rf"[^{mark}\r\n]*(?:\r(?!\n)[^{mark}\r\n]*)*"
        plain = rf'(?!"){inner}'
        cell = rf"(?:{quoted}|{plain})"
        self.record = re.compile(rf"{cell}(?:{mark}{cell})*{end}")
        self.cell = re.compile(rf"({quoted}|{plain})(?:{mark}|{end})")
        self.literal = re.compile(rf"({inner})(?:{mark}|{end})")
        self.open = re.compile(rf"(?:{cell}{mark})*{opened}\Z")
        self.line = re.compile(rf"{inner.replace(mark, '')}{end}")
        self.special = re.compile(rf'[{mark}\r\n]|\A"')

    def cells(self, record: str, literal: bool = False) -> list[tuple[int, int]]:
        """Return where the cells of a well-formed record stand, quotes included."""
        spans = []
        at = 0
        pattern = self.literal if literal else self.cell
        while True:
            found = pattern.match(record, at)
            assert found is not None
            spans.append(found.span(1))
            at = found.end()
            if record[found.end(1) : at] != self.delimiter:
                return spans


@lru_cache(maxsize=8)
def syntax(delimiter: str, old_lines: bool = False) -> _Syntax:
    """Return the patterns of ``delimiter``."""
    return _Syntax(delimiter, old_lines)


def records(chunks: Iterable[bytes], delimiters: Sequence[str], fields: Fields) -> Iterator[tuple[str, _Syntax, bool]]:
    """Yield the records of a file with their line ends, the header first, their syntax, and whether each is well-formed.

    Bytes that are not UTF-8 come as lone surrogates. Raises ``Damage`` for a record beyond ``MAX_RECORD``.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    source = iter(chunks)
    grammar = syntax(delimiters[0])
    text = bom = ""
    at = want = width = 0
    final = False
    first = True
    while True:
        while not final and len(text) - at <= want:
            data = next(source, None)
            final = data is None
            text = text[at:] + decoder.decode(data or b"", final)
            at = 0
        if final and at == len(text):
            return
        rest = len(text) - at
        if first:
            if not bom and text.startswith("\ufeff"):
                bom, text = text[0], text[1:]
                continue
            line = grammar.line.match(text)
            if not final and line is not None and line.end() == rest < MAX_RECORD:
                want = 2 * rest
                continue
            old_lines = "\r" in text and "\n" not in text
            grammar = _guess(text, delimiters, fields, old_lines)
        found = grammar.record.match(text, at)
        unfinished = found.end() == len(text) if found is not None else grammar.open.match(text, at) is not None
        if unfinished and not final:
            want = 2 * rest
            if rest > MAX_RECORD:
                raise Damage(f"a record of more than {MAX_RECORD >> 20} MiB; split it, or close its quote")
            continue
        sound = found is not None
        several = found is not None and found[0].find(grammar.newline, 0, -1) >= 0
        if found is None or (several and width and len(grammar.cells(found[0])) != width):
            # Not a record of this table: give up its first line alone.
            sound = False
            found = grammar.line.match(text, at)
            assert found is not None
            if found.end() == len(text) and not final and rest <= MAX_RECORD:
                want = 2 * rest
                continue
        want = 0
        at = found.end()
        if first:
            first = False
            width = len(grammar.cells(found[0])) if sound else 0
            yield bom + found[0], grammar, sound
        else:
            yield found[0], grammar, sound


def _guess(text: str, delimiters: Sequence[str], fields: Fields, old_lines: bool) -> _Syntax:
    """Return the syntax whose header holds the most of the text fields."""
    best = syntax(delimiters[0], old_lines)
    score = -1
    for delimiter in delimiters:
        grammar = syntax(delimiter, old_lines)
        header = grammar.record.match(text)
        if header is None:
            continue
        names = [_unquoted(header[0][start:end]) for start, end in grammar.cells(header[0])]
        found = sum(name in names for name in fields.texts)
        if found > score:
            best, score = grammar, found
    return best


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell[:1] == '"' and cell[-1:] == '"' and len(cell) > 1 else cell


class CellRow(Row):
    """A record with the places of its text cells."""

    __slots__ = ("grammar", "spans")

    spans: tuple[tuple[int, int], ...]
    """Where the cell of each passage stands in ``raw``, quotes included."""
    grammar: _Syntax

    def _quoted(self, passage: int) -> bool:
        start, end = self.spans[passage]
        return end - start > 1 and str(self.raw)[start] == '"' and self.passages[passage].text != str(self.raw)[start:end]

    def spliced(self, splices: Mapping[int, Sequence[Splice]]) -> str:
        """Return the record with ``splices`` in its cells. A cell is quoted if it was, or if it has to be."""
        record = str(self.raw)
        for index in sorted(splices, key=lambda index: self.spans[index], reverse=True):
            start, end = self.spans[index]
            value = replaced(self.passages[index].text or "", splices[index])
            if _SURROGATE.search(value):
                raise UnwritableError("the cleaned text holds half of a surrogate pair, which no file can hold")
            quoted = self._quoted(index) or bool(self.grammar.special.search(value))
            quoted = quoted and splices[index][0].raw != "unquoted"
            cell = '"' + value.replace('"', '""') + '"' if quoted else value
            record = record[:start] + cell + record[end:]
        return record

    def written_as(self, passage: int, splices: Sequence[Splice]) -> list[str | None]:
        """Return ``unquoted`` with the first edit of a cell that had no quotes, where its text or its new text asks for some."""
        if self._quoted(passage):
            return [None] * len(splices)
        start, _ = self.spans[passage]
        after = self.spliced({passage: splices})
        gained = after[start : start + 1] == '"' or self.grammar.special.search(self.passages[passage].text or "")
        return ["unquoted" if gained else None] + [None] * (len(splices) - 1)

    def offset(self, passage: int, position: int) -> int:
        """Return where in the record code point ``position`` of a passage stands."""
        start, _ = self.spans[passage]
        if not self._quoted(passage):
            return start + position
        text = self.passages[passage].text or ""
        return start + 1 + position + text.count('"', 0, position)


class Table:
    """What the header of a file says, and how its records become rows."""

    def __init__(self, header: str, grammar: _Syntax, fields: Fields, literal: bool) -> None:
        self.fields = fields
        self.grammar = grammar
        self.literal = literal
        """Whether a record that does not fit may be read without quoting (TSV)."""
        header = header.removeprefix("\ufeff")
        names = [_unquoted(header[start:end]) for start, end in grammar.cells(header)]
        self.names = names
        for name in fields.texts:
            if names.count(name) > 1:
                raise Damage(f"the header holds {name!r} twice; rename one of the columns")
        self.columns = [names.index(name) if name in names else None for name in fields.texts]
        self._id = names.index(fields.id) if fields.id in names else None
        self._lang = names.index(fields.lang) if fields.lang in names else None

    def row(self, record: str, number: int, line: int, sound: bool) -> Row:
        """Return the row of ``record``, with a problem when it can't be used."""
        if not record.isascii() and _SURROGATE.search(record):
            return Row(number, line, record.encode("utf-8", "surrogateescape"), problem="not valid UTF-8")
        try:
            spans = self._spans(record, sound)
            row = CellRow(number, line, record)
            row.grammar = self.grammar
            places = []
            for name, column in zip(self.fields.texts, self.columns, strict=True):
                if column is None:
                    listed = ", ".join(short(name, 30) for name in self.names[:8])
                    raise RowError(f"no field {name!r}; the header has {listed}", missing=True)
                places.append(spans[column])
            row.spans = tuple(places)
            texts = (self._value(record, span, sound) for span in places)
            row.passages = tuple(map(Passage, self.fields.texts, texts))
            if self._id is not None:
                row.doc = json.dumps(self._value(record, spans[self._id], sound), ensure_ascii=False)
                row.doc = row.doc if row.doc != '""' else ""
            if self._lang is not None:
                row.lang = language_code(self._value(record, spans[self._lang], sound))
            return row
        except RowError as error:
            return Row(number, line, record, problem=str(error), missing=error.missing)

    def _spans(self, record: str, sound: bool) -> list[tuple[int, int]]:
        if not record.strip("\r\n") and len(self.names) > 1:
            raise RowError("a blank line")
        width = len(self.names)
        count = -1
        if sound:
            spans = self.grammar.cells(record)
            if len(spans) == width:
                return spans
            count = len(spans)
        if self.literal:
            spans = self.grammar.cells(record, literal=True)
            if len(spans) == width:
                return spans
        if not sound:
            raise RowError("quotes that do not close, or text behind a closing quote")
        raise RowError(f"{count} cells, but the header has {width}")

    def _value(self, record: str, span: tuple[int, int], sound: bool) -> str:
        cell = record[slice(*span)]
        return _unquoted(cell) if sound else cell
