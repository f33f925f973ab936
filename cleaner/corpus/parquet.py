"""Parquet: the text columns are rewritten, all else stays: other columns, schema, metadata, nulls, codecs.

Reading and writing go batch by batch inside a row group, so that memory does not grow with the size of a row group. Pages are
written with checksums, and checksums are verified where a file has them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from cleaner.arrow import column_at, is_text, replace_texts, resolve, text_type
from cleaner.corpus.rows import Fields, Passage, Row, UnwritableError, language_code
from cleaner.corpus.store import open_read
from cleaner.corpus.streams import ByteSink, Damage, need
from cleaner.edits import apply_edits
from cleaner.model import Edit

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["GroupWriter", "ParquetBlock", "ParquetOutput", "open_parquet", "parquet_blocks", "read_batches", "row_bytes"]

BATCH_BYTES = 2 << 20
"""Bytes of a batch that are aimed at, by the average row of its row group."""
GROUP_BYTES = 32 << 20
"""Uncompressed bytes after which a row group of the output ends early: the writer holds a group in memory."""


@contextmanager
def _readable() -> Iterator[None]:
    """Turn the many exceptions of a broken file into ``Damage``."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise Damage(f"not a readable Parquet file ({_first_line(error)}); get the whole file") from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise Damage(f"a damaged Parquet file ({_first_line(error)}); get the whole file") from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")[:120]


def open_parquet(file: BinaryIO) -> pq.ParquetFile:
    """Open a Parquet file for streaming. Raises ``Damage``."""
    need("pyarrow", "arrow", "Parquet")
    import pyarrow.parquet as pq

    with _readable():
        return pq.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False, page_checksum_verification=True)


def read_batches(
    source: pq.ParquetFile, columns: Sequence[str] | None = None, wanted: Callable[[int], bool] = lambda group: True
) -> Iterator[tuple[int, int, int, pa.RecordBatch]]:
    """Yield the batches of the ``wanted`` row groups as (number of the batch in the file, group, first row from 0, batch)."""
    index = first = 0
    for group in range(source.num_row_groups):
        meta = source.metadata.row_group(group)
        size = max(8, min(4000, BATCH_BYTES * meta.num_rows // max(1, meta.total_byte_size)))
        count = -(-meta.num_rows // size)
        if wanted(group) and meta.num_rows:
            rows = 0
            with _readable():
                batches = source.iter_batches(size, row_groups=[group], columns=columns, use_threads=False)
            part = 0
            while True:
                with _readable():
                    batch = next(batches, None)
                if batch is None:
                    break
                yield index + part, group, first + rows, batch
                rows += batch.num_rows
                part += 1
            if rows != meta.num_rows:
                raise Damage(f"row group {group} holds {rows} rows and not {meta.num_rows}; get the whole file")
            count = part
        index += count
        first += meta.num_rows


class ParquetBlock:
    """A batch of a row group; only the columns that matter are read."""

    head = b""
    pages = False

    def __init__(self, index: int, batch: pa.RecordBatch, first: int, fields: Fields, source: pq.ParquetFile) -> None:
        self.index = index
        self._batch = batch
        self._first = first
        self._fields = fields
        self._source = source

    def rows(self) -> Iterator[Row]:
        """Yield its rows."""
        fields, schema = self._fields, self._batch.schema
        columns = []
        for name in fields.texts:
            way = resolve(schema, name)
            columns.append(column_at(self._batch, way).to_pylist() if way is not None else None)
        missing = [name for name, column in zip(fields.texts, columns, strict=True) if column is None]
        ids = self._values(fields.id)
        langs = self._values(fields.lang)
        for at in range(self._batch.num_rows):
            number = self._first + at + 1
            doc = json.dumps(ids[at], ensure_ascii=False, default=str) if ids is not None and ids[at] is not None else ""
            lang = language_code(langs[at]) if langs is not None else None
            if missing:
                yield Row(number, number, "", doc=doc, problem=f"no column {missing[0]!r}", missing=True)
                continue
            texts = [column[at] for column in columns if column is not None]
            try:
                texts = [text.decode("utf-8") if isinstance(text, bytes) else text for text in texts]
            except UnicodeDecodeError:
                yield Row(number, number, "", doc=doc, problem="not valid UTF-8")
                continue
            yield Row(number, number, "", tuple(map(Passage, fields.texts, texts)), doc, lang)

    def _values(self, name: str) -> list[Any] | None:
        way = resolve(self._batch.schema, name)
        return column_at(self._batch, way).to_pylist() if way is not None else None

    def piece(self, row: Row, edits: Mapping[int, Sequence[Edit]]) -> str:
        """Return the patch of a row: its number and new texts; nothing for a row that stays."""
        if not edits:
            return ""
        texts = {index: apply_edits(row.passages[index].text or "", found) for index, found in edits.items()}
        piece = json.dumps([row.number, texts], ensure_ascii=False) + "\n"
        try:
            piece.encode("utf-8")
        except UnicodeEncodeError as error:
            raise UnwritableError("the cleaned text holds half of a surrogate pair, which Parquet can't hold") from error
        return piece

    def dropped(self, row: Row) -> str:
        """Return the patch of a row that is left out."""
        return f"[{row.number}, null]\n"

    def raw(self, row: Row) -> bytes:
        """Return the whole row as an Arrow IPC stream of one row."""
        return row_bytes(self._source, row.number - 1)

    def encode(self, pieces: str) -> bytes:
        """Return the patches."""
        return pieces.encode("utf-8")


def row_bytes(source: pq.ParquetFile, row: int) -> bytes:
    """Return row ``row``, from 0, of a file as an Arrow IPC stream."""
    import pyarrow as pa

    first = group = 0
    while row >= first + source.metadata.row_group(group).num_rows:
        first += source.metadata.row_group(group).num_rows
        group += 1
    for _, _, start, batch in read_batches(source, wanted=lambda other: other == group):
        if start <= row < start + batch.num_rows:
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, batch.schema) as writer:
                writer.write_batch(batch.slice(row - start, 1))
            return bytes(sink.getvalue())
    raise Damage(f"row {row + 1} is gone; get the whole file")


def parquet_blocks(file: BinaryIO, fields: Fields, wanted: Callable[[int], bool]) -> Iterator[ParquetBlock]:
    """Yield the batches of the row groups that are ``wanted``. Raises ``Damage``, also for a text column that holds no texts."""
    source = open_parquet(file)
    schema = source.schema_arrow
    columns: list[str] = []
    for name in (*fields.texts, fields.id, fields.lang):
        way = resolve(schema, name)
        if way is None:
            continue
        type = text_type(schema, way)
        if name in fields.texts and not is_text(type):
            raise Damage(f"column {name!r} holds {type}, not texts; name another with --text-field")
        columns.append(name)
    for index, _, first, batch in read_batches(source, columns or None, wanted):
        yield ParquetBlock(index, batch, first, fields, source)


class ParquetOutput:
    """Writes a cleaned shard: reads the source once more, with all columns, and applies the patches of its blocks in order."""

    def __init__(self, path: str, sink: ByteSink, fields: Fields) -> None:
        self._file = open_read(path)
        self._source = open_parquet(self._file)
        self._ways = [resolve(self._source.schema_arrow, name) for name in fields.texts]
        self._batches = read_batches(self._source)
        self._writer = GroupWriter(self._source, sink)

    def add(self, patches: bytes, rows: int) -> None:
        """Write the next batch, of which ``rows`` were read, with ``patches``."""
        import pyarrow as pa

        entry = next(self._batches, None)
        if entry is None:
            raise Damage("the file changed while it was read; run again")
        _, group, first, batch = entry
        dropped: set[int] = set()
        texts: list[dict[int, str]] = [{} for _ in self._ways]
        for line in patches.split(b"\n"):
            if line:
                number, found = json.loads(line)
                if found is None:
                    dropped.add(number - 1 - first)
                else:
                    for index, text in found.items():
                        texts[int(index)][number - 1 - first] = text
        for way, new in zip(self._ways, texts, strict=True):
            if way is not None:
                batch = replace_texts(batch, way, new)
        if rows < batch.num_rows:
            batch = batch.slice(0, rows)
        if dropped:
            batch = batch.filter(pa.array([at not in dropped for at in range(batch.num_rows)]))
        self._writer.write(group, batch)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()
        self._file.close()

    def abort(self) -> None:
        """Let go of what was not finished."""
        self._writer.abort()
        self._file.close()


class GroupWriter:
    """Writes batches as a Parquet file with the schema, metadata, codecs and row groups of another one."""

    def __init__(self, like: pq.ParquetFile, sink: ByteSink) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._below = _Writable(sink)
        self._file = pa.PythonFile(self._below, mode="w")
        options: dict[str, Any] = {}
        if like.num_row_groups:
            first = like.metadata.row_group(0)
            columns = [first.column(at) for at in range(first.num_columns)]
            codecs = {column.path_in_schema: column.compression.lower().replace("uncompressed", "none") for column in columns}
            options["compression"] = codecs
            if any(column.physical_type == "INT96" for column in columns):
                options["use_deprecated_int96_timestamps"] = True
            # Older writers name the values of a list "item"; the name is part of the schema.
            options["use_compliant_nested_type"] = not any(".list.item" in column.path_in_schema for column in columns)
        self._writer = pq.ParquetWriter(self._file, like.schema_arrow, write_page_checksum=True, **options)
        self._held: list[pa.RecordBatch] = []
        self._size = 0
        self._group = 0

    def write(self, group: int, batch: pa.RecordBatch) -> None:
        """Write a batch that belongs to row group ``group``."""
        if group != self._group:
            self._flush()
        self._group = group
        self._held.append(batch)
        self._size += batch.nbytes
        if self._size >= GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        rows = sum(batch.num_rows for batch in self._held)
        if rows:
            self._writer.write_table(pa.Table.from_batches(self._held, self._writer.schema), row_group_size=rows)
        self._held, self._size = [], 0

    def close(self) -> None:
        """Write what is left and the footer."""
        self._flush()
        self._writer.close()
        self._file.close()

    def abort(self) -> None:
        """Let go without writing; the library would write a footer when it is collected."""
        self._below.dead = True
        self._writer.close()
        self._file.close()


class _Writable:
    """A sink as the file that Arrow wants."""

    closed = False

    def __init__(self, sink: ByteSink) -> None:
        self._sink = sink
        self._at = 0
        self.dead = False

    def write(self, data: Any) -> int:
        if not self.dead:
            self._sink.write(bytes(data))
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        return None

    def close(self) -> None:
        return None

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False
