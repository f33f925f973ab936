"""Rows of a cleaned shard back to what they were, from the audit and the quarantine of the run."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cleaner.corpus.formats import Format
from cleaner.corpus.literal import escaped
from cleaner.corpus.records import raw_of, text_hash
from cleaner.corpus.rows import Fields, Row, RowError, Splice, UnwritableError, replaced
from cleaner.corpus.streams import CHUNK, Damage
from cleaner.errors import ConfigError

__all__ = ["Audited", "Kept", "audited_rows", "inverse", "json_lines", "kept_rows", "merged", "restored_bytes", "restored_text"]


@dataclass(frozen=True, slots=True)
class Audited:
    """The edits of one row, by field, as the audit has them."""

    row: int
    edits: Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A quarantined row."""

    row: int
    raw: bytes


def json_lines(path: str, data: Iterable[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a JSON Lines stream with their line numbers. Raises ``ConfigError`` for anything else."""
    for number, line in enumerate(_lines(data), 1):
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if not isinstance(value, dict) or not isinstance(value.get("row"), int):
            raise ConfigError(f"{path}:{number}: is no record of a run; use the file as the run wrote it")
        yield number, value


def _lines(data: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines with their LF."""
    rest: list[bytes] = []
    for chunk in data:
        parts = chunk.split(b"\n")
        if len(parts) == 1:
            rest.append(chunk)
            continue
        yield b"".join([*rest, parts[0], b"\n"])
        for part in parts[1:-1]:
            yield part + b"\n"
        rest = [parts[-1]] if parts[-1] else []
    if rest:
        yield b"".join(rest)


def audited_rows(path: str, data: Iterable[bytes]) -> Iterator[Audited]:
    """Yield the edited rows of an audit in order. Raises ``ConfigError`` where it can't be used, with the place."""
    row = 0
    edits: dict[str, list[dict[str, Any]]] = {}
    for number, record in json_lines(path, data):
        if record.get("kind") != "edit":
            continue
        if "before_hash" in record:
            raise ConfigError(f"{path}:{number}: this audit keeps no text (--audit-text hash); the source can't be given back")
        kinds = (("start", int), ("end", int), ("before", str), ("after", str), ("source_hash", str))
        if not all(isinstance(record.get(key), kind) for key, kind in kinds) or not isinstance(record.get("raw", ""), str):
            raise ConfigError(f"{path}:{number}: row {record['row']} is no edit of a run; use the audit as the run wrote it")
        if record["row"] != row:
            if edits:
                yield Audited(row, edits)
            if record["row"] < row:
                raise ConfigError(f"{path}:{number}: row {record['row']} is out of order; use the audit as the run wrote it")
            row, edits = record["row"], {}
        edits.setdefault(str(record.get("field", "text")), []).append(record)
    if edits:
        yield Audited(row, edits)


def kept_rows(path: str, data: Iterable[bytes]) -> Iterator[Kept]:
    """Yield the rows of a quarantine in order. Raises ``ConfigError`` where it can't be used, with the place."""
    last = 0
    for number, record in json_lines(path, data):
        try:
            kept = Kept(record["row"], raw_of(record))
        except (KeyError, ValueError, TypeError):
            raise ConfigError(
                f"{path}:{number}: row {record['row']} holds no raw record; use the file as the run wrote it"
            ) from None
        if kept.row <= last:
            raise ConfigError(f"{path}:{number}: row {kept.row} is out of order; use the file as the run wrote it")
        last = kept.row
        yield kept


def merged(
    cleaned: Iterable[Any], audited: Iterator[Audited], kept: Iterator[Kept], names: tuple[str, str, str]
) -> Iterator[Any]:
    """Yield, in the order of the source, ``(number, row, its edits or None)`` for cleaned rows and ``Kept`` for quarantined ones.

    ``names`` are those of the cleaned shard, audit and quarantine. Raises ``ConfigError`` when they do not belong together.
    """
    number = 1
    edits = next(audited, None)
    held = next(kept, None)
    for row in cleaned:
        while held is not None and held.row == number:
            yield held
            held = next(kept, None)
            number += 1
        if edits is not None and edits.row < number:
            raise ConfigError(f"{names[1]}: row {edits.row} was quarantined and can't have edits; use the audit of this very run")
        mine = edits if edits is not None and edits.row == number else None
        yield number, row, mine
        if mine is not None:
            edits = next(audited, None)
        number += 1
    while held is not None and held.row == number:
        yield held
        held = next(kept, None)
        number += 1
    if held is not None:
        raise ConfigError(f"{names[2]}: row {held.row} lies behind the end of {names[0]}, row {number - 1}; use files of one run")
    if edits is not None:
        raise ConfigError(
            f"{names[1]}: row {edits.row} lies behind the end of {names[0]}, row {number - 1}; use files of one run"
        )


def inverse(text: str, edits: Sequence[Mapping[str, Any]], where: str) -> list[Splice]:
    """Return what turns the cleaned ``text`` into its source. Raises ``ConfigError`` when the edits are not those that made it."""
    splices = []
    at = source_at = 0
    for edit in edits:
        start = at + edit["start"] - source_at
        end = start + len(edit["after"])
        fits = (
            edit["start"] >= source_at and text[start:end] == edit["after"] and len(edit["before"]) == edit["end"] - edit["start"]
        )
        if not fits:
            raise ConfigError(f"{where}: the text is not what the audit says; use the audit of this very run")
        splices.append(Splice(start, end, edit["before"], edit.get("raw")))
        at, source_at = end, edit["end"]
    if any(edit["source_hash"] != text_hash(replaced(text, splices)) for edit in edits):
        raise ConfigError(
            f"{where}: the audit does not give back the source text; it has been changed, use it as the run wrote it"
        )
    return splices


def restored_text(row: Row, edits: Audited, names: Sequence[str], where: str) -> str:
    """Return the raw source record of a cleaned row whose passages are the fields ``names``. Raises ``ConfigError``."""
    splices = {}
    for field, found in edits.edits.items():
        if field not in names:
            raise ConfigError(f"{where}: no field {field!r} in the cleaned row; use the audit of this very run")
        index = list(names).index(field)
        splices[index] = inverse(row.passages[index].text or "", found, where)
    try:
        return row.spliced(splices)
    except UnwritableError as error:
        raise ConfigError(f"{where}: can't be given back ({error}); use the audit as the run wrote it") from error


def restored_bytes(
    data: Iterator[bytes],
    format: Format,
    fields: Fields,
    audited: Iterator[Audited],
    kept: Iterator[Kept],
    names: tuple[str, str, str],
) -> Iterator[tuple[bytes, int, int]]:
    """Yield the source of a shard of text as (bytes, rows, edits). Raises ``ConfigError`` or ``Damage``."""
    if format.name in ("text", "markdown"):
        yield _restored_file(b"".join(data), audited, kept, names)
        return
    parts: list[bytes] = []
    rows = edits = size = 0
    if format.name == "jsonl":
        source: Iterator[Any] = iter(_without_mark(data, parts))
    else:
        source = _records(data, format, fields, parts)
    for item in merged(source, audited, kept, names):
        if isinstance(item, Kept):
            parts.append(item.raw)
        else:
            number, raw, mine = item
            if mine is not None:
                where = f"{names[1]}: row {number}"
                raw = _json_source(raw, mine, where) if format.name == "jsonl" else _cell_source(raw, number, mine, fields, where)
                edits += sum(map(len, mine.edits.values()))
            elif not isinstance(raw, bytes):
                raw = raw[1].encode("utf-8")
            parts.append(raw)
        rows += 1
        size += len(parts[-1])
        if size >= CHUNK:
            yield b"".join(parts), rows, edits
            parts, rows, edits, size = [], 0, 0, 0
    yield b"".join(parts), rows, edits


def _without_mark(data: Iterator[bytes], parts: list[bytes]) -> Iterator[bytes]:
    for number, line in enumerate(_lines(data)):
        if number == 0 and line.startswith(codecs.BOM_UTF8):
            parts.append(codecs.BOM_UTF8)
            line = line[len(codecs.BOM_UTF8) :]
            if not line:
                return
        yield line


def _json_source(line: bytes, edits: Audited, where: str) -> bytes:
    from cleaner.corpus.jsonl import rows

    names = tuple(edits.edits)
    row = next(rows(line, Fields(names, "", "")), None)
    if row is None or row.problem:
        raise ConfigError(
            f"{where}: the cleaned row can't be read ({row.problem if row else 'empty'}); use the file as it was written"
        )
    plain = {
        field: [{**edit, "raw": edit.get("raw", escaped(edit["before"]))} for edit in found]
        for field, found in edits.edits.items()
    }
    return restored_text(row, Audited(edits.row, plain), names, where).encode("utf-8")


def _records(data: Iterator[bytes], format: Format, fields: Fields, parts: list[bytes]) -> Iterator[tuple[Any, str, bool]]:
    from cleaner.corpus.delimited import Table, records

    table = None
    for record, grammar, sound in records(data, "\t" if format.name == "tsv" else ",;\t|", fields):
        if table is None:
            table = Table(record, grammar, fields, format.name == "tsv")
            parts.append(record.encode("utf-8", "surrogateescape"))
        else:
            yield table, record, sound


def _cell_source(item: tuple[Any, str, bool], number: int, edits: Audited, fields: Fields, where: str) -> bytes:
    table, record, sound = item
    row: Row = table.row(record, number, number, sound)
    if row.problem:
        raise ConfigError(f"{where}: the cleaned row can't be read ({row.problem}); use the file as it was written")
    return restored_text(row, edits, fields.texts, where).encode("utf-8")


def _restored_file(
    data: bytes, audited: Iterator[Audited], kept: Iterator[Kept], names: tuple[str, str, str]
) -> tuple[bytes, int, int]:
    from cleaner.corpus.textfiles import encode_text, text_row

    try:
        row, encoding = text_row(data)
    except RowError as error:
        raise Damage(str(error)) from error
    for item in merged([row], audited, kept, names):
        if isinstance(item, Kept):
            raise ConfigError(f"{names[2]}: row {item.row} was quarantined, but {names[0]} is there; use files of one run")
        _, _, mine = item
        if mine is not None:
            text = restored_text(row, mine, ("text",), f"{names[1]}: row 1")
            return encode_text(text, encoding), 1, sum(map(len, mine.edits.values()))
    return data, 1, 0
