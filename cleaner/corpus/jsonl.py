"""JSON Lines: the text value alone is replaced inside the raw line.

A line that needs nothing leaves byte for byte; in one that changes, all other fields, spacing, key order, numbers and the
escapes of the untouched parts of the text stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from cleaner.corpus.literal import Value, escaped, find, raw_offsets, spliced
from cleaner.corpus.rows import Fields, Passage, Row, RowError, Splice, language_code, replaced, short

__all__ = ["JsonRow", "field_paths", "parse_line", "rows"]

_KINDS = {dict: "an object", list: "an array", bool: "a truth value", str: "a number"}


class JsonRow(Row):
    """A line of JSON Lines with the places of its texts."""

    __slots__ = ("spans",)

    spans: tuple[tuple[int, int], ...]
    """Where the literal of each passage stands in ``raw``, without its quotes."""

    def _literal(self, passage: int) -> str:
        start, end = self.spans[passage]
        return str(self.raw)[start:end]

    def spliced(self, splices: Mapping[int, Sequence[Splice]]) -> str:
        """Return the line with ``splices`` in its text literals."""
        line = str(self.raw)
        for index in sorted(splices, key=lambda index: self.spans[index], reverse=True):
            start, end = self.spans[index]
            expected = replaced(self.passages[index].text or "", splices[index])
            line = line[:start] + spliced(line[start:end], splices[index], expected) + line[end:]
        return line

    def written_as(self, passage: int, splices: Sequence[Splice]) -> list[str | None]:
        """Return the literals of what is replaced where they are not the shortest ones."""
        literal = self._literal(passage)
        text = self.passages[passage].text or ""
        bounds = raw_offsets(literal, [position for splice in splices for position in splice[:2]])
        result: list[str | None] = []
        for splice, start, end in zip(splices, bounds[::2], bounds[1::2], strict=True):
            raw = literal[start:end]
            result.append(None if raw == escaped(text[splice.start : splice.end]) else raw)
        return result

    def offset(self, passage: int, position: int) -> int:
        """Return where in the line code point ``position`` of a passage stands."""
        return self.spans[passage][0] + raw_offsets(self._literal(passage), (position,))[0]


def field_paths(fields: Fields) -> dict[str, tuple[str, ...]]:
    """Return the fields to look for, by the name they were asked for with, as paths."""
    return {name: tuple(name.split(".")) for name in (*fields.texts, fields.id, fields.lang) if name}


def parse_line(line: str, fields: Fields, paths: Mapping[str, tuple[str, ...]]) -> tuple[list[Value], str, str | None]:
    """Return the text values of a line, its id as JSON and its language.

    Raises ``RowError`` when the line can't be used.
    """
    found, names = find(line, paths, fields.texts)
    values = []
    for name in fields.texts:
        value = found.get(name)
        if value is None:
            raise RowError(f"no field {name!r}; it has {_listed(names)}", missing=True)
        if value.value is not None and line[value.start] != '"':
            raise RowError(f"field {name!r} is {_kind(line, value)}, not a string")
        values.append(value)
    id = found.get(fields.id)
    lang = found.get(fields.lang)
    doc = line[id.start : id.end] if id is not None and id.value is not None else ""
    return values, doc, language_code(lang.value) if lang is not None else None


def rows(data: bytes, fields: Fields, number: int = 1) -> Iterator[Row]:
    """Yield the rows of ``data``, whole lines of which the first has ``number``. Unusable lines come as rows with a problem."""
    paths = field_paths(fields)
    lines: Sequence[str | bytes]
    try:
        lines = cast("Sequence[str | bytes]", data.decode("utf-8").split("\n"))
    except UnicodeDecodeError:
        lines = cast("Sequence[str | bytes]", data.split(b"\n"))
    last = len(lines) - 1
    for index, line in enumerate(lines):
        if index == last and not line:
            return
        at = number + index
        if isinstance(line, bytes):
            try:
                line = line.decode("utf-8")
            except UnicodeDecodeError as error:
                yield Row(at, at, error.object if index == last else error.object + b"\n", problem=_encoding(error))
                continue
        raw = line if index == last else line + "\n"
        try:
            values, doc, lang = parse_line(line, fields, paths)
        except RowError as error:
            yield Row(at, at, raw, problem=str(error), missing=error.missing)
            continue
        row = JsonRow(at, at, raw, tuple(map(Passage, fields.texts, (value.value for value in values))), doc, lang)
        row.spans = tuple((value.start + 1, value.end - 1) for value in values)
        yield row


def _encoding(error: UnicodeDecodeError) -> str:
    return f"not valid UTF-8: byte 0x{error.object[error.start]:02x} at byte {error.start + 1} of the line"


def _kind(line: str, value: Value) -> str:
    if line[value.start] in "tf":
        return "a truth value"
    return _KINDS.get(type(value.value), "a number")


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "none"
    return ", ".join(short(name, 30) for name in names[:8]) + (", …" if len(names) > 8 else "")
