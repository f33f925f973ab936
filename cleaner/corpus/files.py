"""Documents of single files, for the verbs that work on files a person edits: ``check``, ``fix``, ``diff``, ``why``.

::

    source = open_source("posts.jsonl", Fields())
    for row in source.rows():                       # a row with a problem has no passages
        for index, passage in enumerate(row.passages):
            judged = judge(chain, passage, row.id, row.lang)
            line, column = row.place(index, judged.findings[0].start)
    changed = fix_source(source, edits_of)          # edits_of(row) -> {passage index: edits}
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO

from cleaner.corpus.formats import Format, named_format
from cleaner.corpus.rows import Fields, Row, RowError, UnwritableError
from cleaner.errors import ConfigError, SourceError
from cleaner.model import Edit

__all__ = ["FIXABLE", "Source", "fix_source", "open_source"]

FIXABLE = frozenset({"text", "markdown", "jsonl", "csv", "tsv"})
"""Formats that can be written back in place."""
Edits = Mapping[int, Sequence[Edit]]


class Source:
    """A file and how to read documents out of it."""

    def __init__(self, path: str, format: Format, fields: Fields, stdin: BinaryIO | None = None) -> None:
        self.path = path
        self.format = format
        self.fields = fields
        self._stdin = stdin

    @property
    def fixable(self) -> bool:
        """Whether ``fix`` and ``diff`` can write this format."""
        return self.format.name in FIXABLE and not self.format.compression

    def rows(self) -> Iterator[Row]:
        """Yield the rows in order; one that can't be used comes with a ``problem``.

        Line numbers of HTML refer to the extracted text. Raises ``SourceError``, a line with path and place, when the file
        can't be read.
        """
        for kind, part in self._parts():
            if kind == "row":
                assert isinstance(part, Row)
                yield part

    def rewritten(self, edits_of: Callable[[Row], Edits]) -> Iterator[bytes]:
        """Yield the bytes of the file with what ``edits_of`` wants changed. A row with a problem stays as it is.

        Raises ``SourceError`` as ``rows`` does, and when a row can't hold its cleaned text.
        """
        encoding = None
        for kind, part in self._parts():
            if kind == "encoding":
                encoding = part
            elif isinstance(part, bytes):
                yield part
            elif isinstance(part, Row):
                yield self._written(part, edits_of, encoding)

    def _written(self, row: Row, edits_of: Callable[[Row], Edits], encoding: object) -> bytes:
        from cleaner.corpus.textfiles import Encoding, encode_text

        raw: str | bytes = row.raw
        if not row.problem:
            edits = {index: found for index, found in edits_of(row).items() if found}
            try:
                raw = row.rewritten(edits) if edits else raw
                if isinstance(encoding, Encoding):
                    return encode_text(str(raw), encoding)
            except UnwritableError as error:
                raise SourceError(f"{self.path}:{row.line}: {error}; leave this row out") from error
        return raw if isinstance(raw, bytes) else raw.encode("utf-8")

    def _parts(self) -> Iterator[tuple[str, object]]:
        """Yield ``("row", Row)``, ``("bytes", what stands between the rows)`` and, for text files, ``("encoding", Encoding)``."""
        from cleaner.corpus.streams import Damage

        try:
            with self._open() as file:
                if self.format.name in ("text", "markdown", "html"):
                    yield from self._one(file)
                else:
                    from cleaner.corpus.blocks import read_blocks

                    for block in read_blocks(file, self.format, self.fields):
                        if block.head:
                            yield "bytes", block.head
                        for row in block.rows():
                            yield "row", row
        except Damage as error:
            raise SourceError(f"{self.path}: {error}") from error
        except OSError as error:
            raise SourceError(f"{self.path}: can't be read ({(error.strerror or str(error)).lower()}); check it") from error

    def _one(self, file: BinaryIO) -> Iterator[tuple[str, object]]:
        from cleaner.corpus.streams import chunks
        from cleaner.corpus.textfiles import text_row

        data = b"".join(chunks(file, self.format.compression))
        try:
            if self.format.name == "html":
                from cleaner.corpus.pages import page_row

                yield "row", page_row(data)
                return
            row, encoding = text_row(data, self.format.name == "markdown")
        except RowError as error:
            raise SourceError(f"{self.path}:{error.line}: {error}; convert it to UTF-8 or leave it out") from error
        yield "encoding", encoding
        yield "row", row

    def _open(self) -> BinaryIO:
        if self._stdin is not None:
            return self._stdin
        return open(self.path, "rb")


def open_source(path: str, fields: Fields, *, stdin: BinaryIO | None = None, fix: bool = False) -> Source:
    """Return the file ``path`` as a source of documents; a name of unknown suffix is read as text.

    With ``stdin`` that stream is read, and ``path`` only names it and tells the format. With ``fix`` a format that can't be
    written in place raises ``ConfigError``. Raises ``SourceError`` for what is no readable file; a FIFO or device is refused,
    not waited for.
    """
    if stdin is None:
        try:
            mode = os.stat(path).st_mode
        except OSError as error:
            raise SourceError(f"{path}: can't be read ({(error.strerror or str(error)).lower()}); check the name") from error
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "no regular file"
            raise SourceError(f"{path}: is {kind}; name a file")
    source = Source(path, named_format(path), fields, stdin)
    if fix and not source.fixable:
        kind = "compressed files" if source.format.compression else f"{source.format.name} files"
        raise ConfigError(f"{path}: {kind} can't be changed in place; use `cleaner run {path} -o DEST`")
    return source


def fix_source(source: Source, edits_of: Callable[[Row], Edits]) -> int:
    """Rewrite the file of ``source`` with the edits that ``edits_of`` gives for each row, and return how many rows changed.

    The file is replaced whole; when nothing changes it is not written at all. Raises ``SourceError``, with the old file in place.
    """
    from cleaner.atomic import AtomicFile

    changed = 0

    def counted(row: Row) -> Edits:
        nonlocal changed
        edits = edits_of(row)
        changed += any(edits.values())
        return edits

    target: AtomicFile | None = None
    held: list[bytes] = []  # what came before the first change; a clean file is never copied
    size = 0
    try:
        for piece in source.rewritten(counted):
            if target is None and not changed and size < HELD_LIMIT:
                held.append(piece)
                size += len(piece)
                continue
            if target is None:
                target = AtomicFile(source.path)
                target.file.writelines(held)
                held = []
            target.file.write(piece)
        if target is not None and changed:
            target.commit()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise SourceError(f"{source.path}: can't be written ({why}); the old content stays") from error
    finally:
        if target is not None:
            target.discard()
    return changed


HELD_LIMIT = 16 << 20
"""Bytes of unchanged rows kept in memory before a temporary copy is started."""
