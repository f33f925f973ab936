"""Rows in blocks: the unit in which a shard is read, cleaned, written and shared between workers.

Where a block ends depends on the data alone, never on the number of workers.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO, Protocol

from cleaner.corpus.formats import Format
from cleaner.corpus.rows import Fields, Row, RowError
from cleaner.corpus.streams import Damage, chunks
from cleaner.model import Edit

if TYPE_CHECKING:
    from cleaner.corpus.delimited import Table

__all__ = ["BLOCK_BYTES", "Block", "JsonBlock", "RawBlock", "TableBlock", "TextBlock", "read_blocks"]

BLOCK_BYTES = 2 << 20
"""Bytes after which a block ends at the next record: enough to make the cost per block vanish, little enough to share evenly."""
MAX_LINE = 64 << 20
"""Bytes of one line beyond which a file is refused; it bounds memory."""


class Block(Protocol):
    """Some consecutive rows of a shard."""

    @property
    def index(self) -> int:
        """Its number in the shard, from 0."""
        ...

    @property
    def pages(self) -> bool:
        """Whether its texts were extracted from pages, of which some have none."""
        ...

    @property
    def head(self) -> bytes:
        """Bytes before its first row that belong to no row: a byte order mark, the header of a table."""
        ...

    def rows(self) -> Iterator[Row]:
        """Yield its rows; may be called once, and before the other methods."""
        ...

    def piece(self, row: Row, edits: Mapping[int, Sequence[Edit]]) -> str:
        """Return what a row contributes to the output. Raises ``UnwritableError``."""
        ...

    def dropped(self, row: Row) -> str:
        """Return what a quarantined row contributes to the output."""
        ...

    def raw(self, row: Row) -> str | bytes:
        """Return a quarantined row as it was read, so that it can be put back."""
        ...

    def encode(self, pieces: str) -> bytes:
        """Return the output of this block, made of its pieces."""
        ...


class RawBlock:
    """What blocks have in common whose output is their input with some stretches replaced."""

    pages = False

    def piece(self, row: Row, edits: Mapping[int, Sequence[Edit]]) -> str:
        """Return the raw record with the edits in it."""
        if not edits:
            return str(row.raw)
        piece = row.rewritten(edits)
        self.encode(piece)  # fails here, where the row can still be quarantined
        return piece

    def dropped(self, row: Row) -> str:
        """Return nothing: the record is left out."""
        return ""

    def raw(self, row: Row) -> str | bytes:
        """Return the record."""
        return row.raw

    def encode(self, pieces: str) -> bytes:
        """Return UTF-8."""
        return pieces.encode("utf-8")


class JsonBlock(RawBlock):
    """Lines of JSON Lines."""

    def __init__(self, index: int, head: bytes, data: bytes, number: int, fields: Fields) -> None:
        self.index = index
        self.head = head
        self._data = data
        self._number = number
        self._fields = fields

    def rows(self) -> Iterator[Row]:
        """Yield its lines."""
        from cleaner.corpus.jsonl import rows

        return rows(self._data, self._fields, self._number)


class TableBlock(RawBlock):
    """Records of CSV or TSV: (record, whether it is well-formed, its line)."""

    def __init__(self, index: int, head: bytes, table: Table, records: Sequence[tuple[str, bool, int]], number: int) -> None:
        self.index = index
        self.head = head
        self._table = table
        self._records = records
        self._number = number

    def rows(self) -> Iterator[Row]:
        """Yield its records."""
        for number, (record, sound, line) in enumerate(self._records, self._number):
            yield self._table.row(record, number, line, sound)


class TextBlock(RawBlock):
    """A text file as a whole, or the text of a web page."""

    index = 0
    head = b""

    def __init__(self, data: bytes, format: Format) -> None:
        from cleaner.corpus.textfiles import Encoding

        self._data = data
        self._format = format
        self._encoding = Encoding()
        self.pages = format.name == "html"

    def rows(self) -> Iterator[Row]:
        """Yield the one document."""
        try:
            if self._format.name == "html":
                from cleaner.corpus.pages import page_row

                yield page_row(self._data)
            else:
                from cleaner.corpus.textfiles import text_row

                row, self._encoding = text_row(self._data, self._format.name == "markdown")
                yield row
        except RowError as error:
            yield Row(1, error.line, self._data, problem=str(error))

    def encode(self, pieces: str) -> bytes:
        """Return the bytes of the file."""
        from cleaner.corpus.textfiles import encode_text

        return encode_text(pieces, self._encoding)


def read_blocks(
    file: BinaryIO,
    format: Format,
    fields: Fields,
    *,
    wanted: Callable[[int], bool] = lambda index: True,
    digest: hashlib._Hash | None = None,
) -> Iterator[Block]:
    """Yield the blocks of a stream whose index is ``wanted``; the others are read past without looking into their rows.

    ``digest`` is fed with the content of the file, decompressed. Raises ``Damage`` where it can't be read on.
    """
    if format.name == "warc":
        from cleaner.corpus.pages import warc_blocks

        return warc_blocks(file, format, fields, wanted)
    if format.name == "parquet":
        from cleaner.corpus.parquet import parquet_blocks

        return parquet_blocks(file, fields, wanted)
    data = chunks(file, format.compression)
    if digest is not None:
        data = _digested(data, digest)
    if format.name == "jsonl":
        return _json_blocks(data, fields, wanted)
    if format.name in ("csv", "tsv"):
        return _table_blocks(data, format, fields, wanted)
    return _text_blocks(data, format)


def _digested(data: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for chunk in data:
        digest.update(chunk)
        yield chunk


def _json_blocks(data: Iterator[bytes], fields: Fields, wanted: Callable[[int], bool]) -> Iterator[Block]:
    index = 0
    number = 1
    head = b""
    parts: list[bytes] = []
    size = 0
    first = True
    for chunk in data:
        if first:
            first = False
            if chunk.startswith(codecs.BOM_UTF8):
                head, chunk = codecs.BOM_UTF8, chunk[3:]
        size += len(chunk)
        cut = chunk.rfind(b"\n") + 1 if size >= BLOCK_BYTES else 0
        if not cut:
            parts.append(chunk)
            if size > MAX_LINE:
                raise Damage(f"line {number} or one of the next has more than {MAX_LINE >> 20} MiB; split it")
            continue
        parts.append(chunk[:cut])
        block = b"".join(parts)
        if wanted(index):
            yield JsonBlock(index, head, block, number, fields)
        number += block.count(b"\n")
        parts, size, head = [chunk[cut:]], len(chunk) - cut, b""
        index += 1
    block = b"".join(parts)
    if (block or head) and wanted(index):
        yield JsonBlock(index, head, block, number, fields)


def _table_blocks(data: Iterator[bytes], format: Format, fields: Fields, wanted: Callable[[int], bool]) -> Iterator[Block]:
    from cleaner.corpus.delimited import Table, records

    table: Table | None = None
    head = b""
    index = 0
    number = line = 1
    held: list[tuple[str, bool, int]] = []
    size = 0
    for record, grammar, sound in records(data, "\t" if format.name == "tsv" else ",;\t|", fields):
        if table is None:
            if not sound:
                raise Damage("the header has a quote that does not close; repair it")
            table = Table(record, grammar, fields, format.name == "tsv")
            head = record.encode("utf-8", "surrogateescape")
        else:
            held.append((record, sound, line))
            size += len(record)
        line += record.count("\n")
        if size >= BLOCK_BYTES:
            assert table is not None
            if wanted(index):
                yield TableBlock(index, head, table, held, number)
            number += len(held)
            held, size, head = [], 0, b""
            index += 1
    if table is not None and (held or head) and wanted(index):
        yield TableBlock(index, head, table, held, number)


def _text_blocks(data: Iterator[bytes], format: Format) -> Iterator[Block]:
    parts = []
    size = 0
    for chunk in data:
        parts.append(chunk)
        size += len(chunk)
        if size > MAX_LINE:
            raise Damage(f"a text of more than {MAX_LINE >> 20} MiB; split it")
    yield TextBlock(b"".join(parts), format)
