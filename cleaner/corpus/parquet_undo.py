"""A cleaned Parquet shard back to the values of its source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cleaner.arrow import column_at, replace_texts, resolve
from cleaner.corpus.parquet import GroupWriter, open_parquet, read_batches
from cleaner.corpus.restore import Audited, Kept, inverse, merged
from cleaner.corpus.rows import Fields, replaced
from cleaner.corpus.store import open_read
from cleaner.corpus.streams import ByteSink
from cleaner.errors import ConfigError

__all__ = ["restore_parquet"]


def restore_parquet(
    path: str, sink: ByteSink, fields: Fields, audited: Iterator[Audited], kept: Iterator[Kept], names: tuple[str, str, str]
) -> tuple[int, int]:
    """Write the source of the cleaned file ``path``; return how many rows and undone edits it has.

    Raises ``ConfigError`` when the records do not belong to it, ``Damage`` when it can't be read.
    """
    with open_read(path) as file:
        source = open_parquet(file)
        schema = source.schema_arrow
        ways = {name: resolve(schema, name) for name in fields.texts}
        writer = GroupWriter(source, sink)
        try:
            rows, edits = _restore(source, writer, schema, ways, audited, kept, names)
        except BaseException:
            writer.abort()
            raise
        writer.close()
    return rows, edits


def _restore(
    source: Any,
    writer: GroupWriter,
    schema: Any,
    ways: dict[str, tuple[int, ...] | None],
    audited: Iterator[Audited],
    kept: Iterator[Kept],
    names: tuple[str, str, str],
) -> tuple[int, int]:
    rows = edits = 0
    pending: _Batch | None = None
    pieces: list[Any] = []
    for item in merged(_positions(source), audited, kept, names):
        rows += 1
        if isinstance(item, Kept):
            if pending is not None:
                pieces += pending.upto()
            pieces.append(_row(item, schema, names[2]))
            continue
        number, (group, batch, at), mine = item
        if pending is None or pending.batch is not batch:
            if pending is not None:
                pieces += pending.upto()
            for piece in pieces:
                writer.write(pending.group if pending is not None else group, piece)
            pieces, pending = [], _Batch(group, batch, ways)
        pending.end = at + 1
        if mine is not None:
            pending.restore(at, mine, f"{names[1]}: row {number}")
            edits += sum(map(len, mine.edits.values()))
    if pending is not None:
        pieces += pending.upto()
    for piece in pieces:
        writer.write(pending.group if pending is not None else 0, piece)
    return rows, edits


def _positions(source: Any) -> Iterator[tuple[int, Any, int]]:
    for _, group, _, batch in read_batches(source):
        for at in range(batch.num_rows):
            yield group, batch, at


def _row(kept: Kept, schema: Any, where: str) -> Any:
    """Return a quarantined row as a batch."""
    import pyarrow as pa

    try:
        batch = pa.ipc.open_stream(kept.raw).read_next_batch()
        return pa.RecordBatch.from_arrays(batch.columns, schema=schema)
    except (pa.ArrowInvalid, OSError, ValueError, StopIteration):
        raise ConfigError(f"{where}: row {kept.row} is no row of this table; use the file as the run wrote it") from None


class _Batch:
    """A batch of the cleaned file on its way back."""

    def __init__(self, group: int, batch: Any, ways: dict[str, tuple[int, ...] | None]) -> None:
        self.group = group
        self.batch = batch
        self.end = 0
        """Rows seen so far."""
        self._given = 0
        self._ways = ways
        self._texts: dict[str, dict[int, str]] = {}
        self._columns: dict[str, list[Any]] = {}

    def restore(self, at: int, edits: Audited, where: str) -> None:
        """Note what row ``at`` was."""
        for name, found in edits.edits.items():
            way = self._ways.get(name)
            if way is None:
                raise ConfigError(f"{where}: no column {name!r} in the cleaned file; use the audit of this very run")
            if name not in self._columns:
                self._columns[name] = column_at(self.batch, way).to_pylist()
            text = self._columns[name][at]
            text = text.decode("utf-8") if isinstance(text, bytes) else text or ""
            self._texts.setdefault(name, {})[at] = replaced(text, inverse(text, found, where))

    def upto(self) -> list[Any]:
        """Return the rows seen since the last call, as they were."""
        if self._given == self.end:
            return []
        part = self.batch.slice(self._given, self.end - self._given)
        for name, texts in self._texts.items():
            way = self._ways[name]
            assert way is not None
            part = replace_texts(part, way, {at - self._given: text for at, text in texts.items() if at >= self._given})
        self._given = self.end
        return [part]
