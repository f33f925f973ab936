"""One shard, exactly once: cleaned under temporary names, synced, renamed, and marked as complete last of all.

A retry is harmless at any point: until the mark stands, all of it is done again, with the same result.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from cleaner.corpus.blocks import read_blocks
from cleaner.corpus.clean import BlockResult, Task, clean_block
from cleaner.corpus.formats import format_of
from cleaner.corpus.judge import ChainLike
from cleaner.corpus.rows import Fields
from cleaner.corpus.shards import Shard
from cleaner.corpus.store import Staged, is_device, open_read, read_small, stage, version_of, write_small
from cleaner.corpus.streams import ByteSink, Damage, compressed
from cleaner.corpus.tally import Tally
from cleaner.errors import CleanerError, ConfigError, RuleError, SourceError

__all__ = ["STOPPERS", "Outputs", "ShardReport", "WriteError", "clean_shard", "finished", "open_source_file"]

Progress = Callable[[int, int], None]
"""Called with rows done and bytes of the source read since the last call."""


class WriteError(SourceError):
    """An output that can't be written. Others will fail for the same reason, so that the run stops."""


STOPPERS = (WriteError, RuleError, ConfigError)
"""Trouble that every other shard would have too."""


@dataclass(slots=True)
class ShardReport:
    """What became of a shard."""

    name: str
    tally: Tally = field(default_factory=Tally)
    problem: str = ""
    """Why it could not be done, as one line; empty when it was."""
    skipped: bool = False
    """Whether an earlier run had done it."""
    stops: bool = False
    """Whether the trouble would hit every other shard too."""


class _Hashed:
    """Passes bytes on to a file and keeps their SHA-256."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes, /) -> int:
        self.digest.update(data)
        self.size += len(data)
        self._file.write(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()


class _Target:
    """One output file of a shard: staged, or a stream that is written as it goes."""

    def __init__(self, path: str, compression: str) -> None:
        self.staged: Staged | None = None
        self._opened: BinaryIO | None = None
        if path == "-":
            file: BinaryIO = sys.stdout.buffer
        elif is_device(path):
            file = self._opened = open(path, "wb")  # noqa: SIM115 - closed by finish
        else:
            self.staged = stage(path)
            file = self.staged.file
        self.hashed = _Hashed(file)
        self.sink: ByteSink = compressed(self.hashed, compression)  # type: ignore[arg-type]

    def finish(self) -> None:
        self.sink.close()
        self.hashed.flush()
        if self.staged is not None:
            self.staged.sync()
        elif self._opened is not None:
            self._opened.close()

    def commit(self) -> None:
        if self.staged is not None:
            self.staged.commit()

    def discard(self) -> None:
        if self.staged is not None:
            self.staged.discard()


class Outputs:
    """All outputs of a shard under construction. Raises ``WriteError`` when one can't be written."""

    def __init__(self, shard: Shard, fields: Fields) -> None:
        self._shard = shard
        self._fields = fields
        self._records: dict[str, _Target] = {}
        self._out: _Target | None = None
        self._parquet: Any = None
        self.tally = Tally()

    def start(self) -> None:
        """Open the files."""
        try:
            for name, path in (("audit", self._shard.audit), ("scores", self._shard.scores)):
                if path:
                    self._record(name, path)
            if self._shard.quarantine and self._shard.quarantine_asked:
                self._record("quarantine", self._shard.quarantine)
            if self._shard.format.name not in ("text", "markdown", "html"):
                self._open()
        except Damage:
            raise
        except (OSError, SourceError) as error:
            raise self._failed(error) from error

    def _record(self, name: str, path: str) -> _Target:
        format = format_of(path)
        self._records[name] = _Target(path, format.compression if format else "")
        return self._records[name]

    def _open(self) -> None:
        self._out = _Target(self._shard.output, self._shard.compression)
        if self._shard.format.name == "parquet":
            from cleaner.corpus.parquet import ParquetOutput

            self._parquet = ParquetOutput(self._shard.source, self._out.sink, self._fields)

    def add(self, result: BlockResult) -> None:
        """Write a block. Raises ``Damage`` when a table's source turns out to be unreadable."""
        try:
            for name in ("audit", "scores", "quarantine"):
                data: bytes = getattr(result, name)
                if data:
                    target = self._records.get(name)
                    if target is None and name == "quarantine" and self._shard.quarantine:
                        target = self._record(name, self._shard.quarantine)
                    if target is not None:
                        target.sink.write(data)
            if self._out is None and result.tally.written:
                self._open()
            if self._parquet is not None:
                self._parquet.add(result.out, result.tally.read)
            elif self._out is not None:
                self._out.sink.write(result.out)
        except Damage:
            raise
        except (OSError, SourceError) as error:
            raise self._failed(error) from error
        self.tally.add(result.tally)

    def commit(self) -> dict[str, Any]:
        """Bring everything to the disk and then give the files their names, the cleaned shard last. Return their digests."""
        digests: dict[str, Any] = {}
        try:
            if self._parquet is not None:
                self._parquet.close()
                self._parquet = None
            targets = {**self._records, **({"output": self._out} if self._out is not None else {})}
            for name, target in targets.items():
                target.finish()
                digests[name] = {"bytes": target.hashed.size, "sha256": target.hashed.digest.hexdigest()}
            for target in targets.values():
                target.commit()
        except Damage:
            raise
        except (OSError, SourceError) as error:
            raise self._failed(error) from error
        return digests

    def discard(self) -> None:
        """Drop what was not committed."""
        if self._parquet is not None:
            self._parquet.abort()
        for target in (*self._records.values(), *([self._out] if self._out is not None else [])):
            target.discard()

    def _failed(self, error: Exception) -> WriteError:
        if isinstance(error, BrokenPipeError) and self._shard.output == "-":
            raise error
        if isinstance(error, SourceError):
            return WriteError(str(error))
        why = (getattr(error, "strerror", "") or str(error)).lower()
        return WriteError(f"{self._shard.output}: can't be written ({why}); nothing was left there, make room and run again")


def open_source_file(path: str) -> BinaryIO:
    """Open the source of a shard. Raises ``SourceError`` or ``OSError``."""
    return sys.stdin.buffer if path == "-" else open_read(path)


def clean_shard(
    shard: Shard, task: Task, chain: ChainLike, run_id: str, limit: int | None = None, progress: Progress | None = None
) -> ShardReport:
    """Clean a shard and say what became of it; nothing is raised for the state of its input or output."""
    report = ShardReport(shard.name)
    outputs = Outputs(shard, task.fields)
    digest = hashlib.sha256() if limit is None and shard.format.name not in ("parquet", "warc") else None
    try:
        version = version_of(shard.source) if shard.source != "-" else {}
        file = open_source_file(shard.source)
        try:
            outputs.start()
            at = 0
            for block in read_blocks(file, shard.format, task.fields, digest=digest):
                rest = None if limit is None else limit - outputs.tally.read
                if rest == 0 and outputs.tally.read:
                    break
                result = clean_block(block, chain, task, rest)
                outputs.add(result)
                if progress is not None:
                    here = at if shard.source == "-" else file.tell()
                    progress(result.tally.read, here - at)
                    at = here
        finally:
            if shard.source != "-":
                file.close()
        complete(shard, outputs, version, run_id, digest.hexdigest() if digest is not None else None)
        report.tally = outputs.tally
    except BaseException as error:
        outputs.discard()
        report.problem = problem_of(error, shard)
        report.stops = isinstance(error, STOPPERS)
    return report


def complete(shard: Shard, outputs: Outputs, version: Mapping[str, Any], run_id: str, source_hash: str | None) -> None:
    """Commit the outputs of a shard that was read to its end, and mark it. Raises ``SourceError``."""
    if shard.source != "-" and version_of(shard.source) != version:
        raise SourceError(f"{shard.source}: changed while it was read; run again")
    digests = outputs.commit()
    if shard.mark is None:
        return
    mark = {
        "format": 1,
        "shard": shard.name,
        "kind": shard.format.name,
        "compression": shard.compression,
        "run": run_id,
        "source": version,
        "source_sha256": source_hash,
        "files": digests,
        "tally": outputs.tally.as_dict(),
    }
    try:
        # A mark that a power cut damages only makes its shard run again.
        data = json.dumps(mark, ensure_ascii=False).encode("utf-8", "backslashreplace")
        write_small(shard.mark, data, durable=False)
    except (OSError, SourceError) as error:
        raise WriteError(str(error)) from error


def problem_of(error: BaseException, shard: Shard) -> str:
    """Return the one line that tells what kept a shard from being done; raises what is no trouble of the shard."""
    if isinstance(error, Damage):
        return f"{shard.source}: {error}"
    if isinstance(error, CleanerError):
        return str(error)
    if isinstance(error, BrokenPipeError) or not isinstance(error, Exception) or os.environ.get("CLEANER_DEBUG"):
        raise error
    if isinstance(error, OSError):
        return f"{shard.source}: can't be read ({(error.strerror or str(error)).lower()}); check it and run again"
    what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return f"{shard.source}: an error of this program ({what}); report it, CLEANER_DEBUG=1 shows where it comes from"


def finished(shard: Shard, run_id: str) -> Tally | str:
    """Return the tally of a shard that was done by an equal run, or why it has to be done (again); empty when it never was."""
    data = read_small(shard.mark) if shard.mark is not None else None
    if data is None:
        return ""
    try:
        mark = json.loads(data)
        if mark["format"] != 1 or mark["run"] != run_id:
            return "it was done by another run"
        if mark["source"] != version_of(shard.source):
            return "its source has changed"
        wanted = {"audit": shard.audit, "scores": shard.scores}
        wanted["quarantine"] = shard.quarantine if shard.quarantine_asked or mark["tally"]["quarantined"] else None
        wanted["output"] = shard.output if "output" in mark["files"] else None
        for name, path in wanted.items():
            if path and (name not in mark["files"] or version_of(path)["size"] != mark["files"][name]["bytes"]):
                return f"its {name} file is gone or has changed"
        return Tally.from_dict(mark["tally"])
    except (OSError, SourceError):
        return "one of its files is gone"
    except (ValueError, KeyError, TypeError):
        return "its completion mark is damaged"


def temporary_folder(shard: Shard) -> str:
    """Return where a shard's parts may be kept while several workers clean it."""
    import tempfile

    from cleaner.corpus.store import is_remote, parent

    local = shard.mark is not None and not is_remote(shard.mark)
    folder = parent(parent(str(shard.mark))) if local else tempfile.gettempdir()
    os.makedirs(folder, exist_ok=True)
    return tempfile.mkdtemp(prefix="parts-", dir=folder)
