"""The way back: a cleaned corpus, its audit and its quarantine give the source.

Text and JSON Lines come back byte for byte, tables value for value. What does not belong together is refused, with the row; then
nothing is left at the destination.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cleaner.corpus.formats import Format, format_of, named_format
from cleaner.corpus.progress import Progress, Quiet
from cleaner.corpus.restore import Audited, Kept, audited_rows, kept_rows, restored_bytes
from cleaner.corpus.rows import Fields
from cleaner.corpus.shards import record_name, state_paths
from cleaner.corpus.store import Staged, basename, exists, expand_remote, is_remote, join, open_read, read_small, remove, stage
from cleaner.corpus.streams import Damage, chunks, compressed
from cleaner.errors import ConfigError, SourceError

__all__ = ["Undone", "undo"]


@dataclass(slots=True)
class Undone:
    """What an undo gave back."""

    shards: int = 0
    rows: int = 0
    edits: int = 0
    written: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Shard:
    name: str
    cleaned: str | None
    """``None`` when all of it was quarantined."""
    audit: str
    quarantine: str | None
    mark: str
    output: str


def undo(cleaned: str, audit: str, quarantine: str | None, dest: str, progress: Progress | None = None) -> Undone:
    """Give back the source of a run into ``dest``.

    ``quarantine`` may be left out when the run had no quarantined rows or kept them beside its completion marks.
    Raises ``ConfigError`` for what can't be given back and ``SourceError`` for what can't be read; then ``dest`` is as it was.
    """
    progress = progress or Quiet()
    if dest == "-" or cleaned == "-":
        raise ConfigError("undo: needs files or folders; a stream can't be checked before it is written")
    if exists(dest):
        raise ConfigError(f"-o {dest}: exists; name a new place")
    shards = _plan(cleaned, audit, quarantine, dest)
    done = Undone()
    try:
        for shard in shards:
            _undo_shard(shard, done, progress)
    except BaseException as error:
        for path in done.written:
            remove(path)
        _prune(dest)
        if isinstance(error, OSError):
            raise SourceError(f"{cleaned}: can't be given back ({(error.strerror or str(error)).lower()}); check it") from error
        raise
    return done


def _prune(dest: str) -> None:
    """Remove the folders that the written shards stood in."""
    if not is_remote(dest) and os.path.isdir(dest):
        for folder, _, _ in os.walk(dest, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)


def _plan(cleaned: str, audit: str, quarantine: str | None, dest: str) -> list[_Shard]:
    if not exists(cleaned):
        raise SourceError(f"{cleaned}: is not there; name what a run wrote")
    names = _names(cleaned)
    if names is None:
        _, marks, kept = state_paths(cleaned, single=True)
        mark = f"{marks}.json"
        source = str(_mark(mark).get("shard", basename(cleaned)))
        default = join(str(kept), record_name(source, named_format(source)))
        found = quarantine or (default if exists(default) else None)
        return [_Shard(source, cleaned, audit, found, mark, dest)]
    _, marks, kept = state_paths(cleaned, single=False)
    held = quarantine or (kept if exists(str(kept)) else None)
    given_up = {_shard_name(name) for name in (_names(held) or ())} if held else set()
    shards = []
    for name in sorted({*names, *given_up}):
        format = format_of(name)
        if format is None:
            continue
        record = record_name(name, format)
        path = join(str(held), record) if held is not None and name in given_up else None
        shards.append(
            _Shard(
                name,
                join(cleaned, name) if name in names else None,
                join(audit, record),
                path,
                join(str(marks), f"{name}.json"),
                join(dest, name),
            )
        )
    if not shards:
        raise ConfigError(f"{cleaned}: holds no shard of a run; name what a run wrote")
    return shards


def _shard_name(record: str) -> str:
    name = record.removesuffix(".jsonl")
    return name if format_of(name) is not None else record


def _names(path: str) -> list[str] | None:
    """Return the relative names of the files in a folder, hidden ones aside; ``None`` for a file."""
    if is_remote(path):
        names, single = expand_remote(path)
        base = path.rstrip("/") + "/"
        return None if single else [name[len(base) :] for name in names if "/." not in name[len(base) - 1 :]]
    if not os.path.isdir(path):
        return None
    found = []
    for folder, folders, files in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            os.path.relpath(os.path.join(folder, name), path).replace(os.sep, "/") for name in files if not name.startswith(".")
        ]
    return found


def _mark(path: str) -> dict[str, Any]:
    data = read_small(path)
    with contextlib.suppress(ValueError):
        mark = json.loads(data) if data is not None else {}
        if isinstance(mark, dict):
            return mark
    return {}


def _undo_shard(shard: _Shard, done: Undone, progress: Progress) -> None:
    mark = _mark(shard.mark)
    stored = named_format(shard.cleaned or shard.name)
    if format_of(shard.cleaned or shard.name) is None:  # its name does not tell, its mark does
        stored = Format(str(mark.get("kind", stored.name)), str(mark.get("compression", "")))
    format = Format(str(mark.get("kind", named_format(shard.name).name)), stored.compression)
    if not mark and shard.cleaned is not None:
        format = stored
    if not format.undoable:
        raise ConfigError(f"{shard.name}: the text of a page can't become the page again; only its record is kept")
    if not exists(shard.audit):
        raise ConfigError(
            f"{shard.audit}: there is no audit of {shard.name}; name that of the run (HTML and WARC can't come back)"
        )
    if not mark:
        progress.note(f"{shard.cleaned or shard.name}: has no completion mark; rows that were quarantined are taken as named")
    elif mark["tally"]["quarantined"] and shard.quarantine is None:
        count = mark["tally"]["quarantined"]
        raise ConfigError(f"{shard.name}: {count:,} rows were quarantined; name their file with --quarantine")
    changed = _changed(shard, mark)
    fields = _fields(shard)
    target = stage(shard.output)
    try:
        rows, edits, digest = _restore(shard, format, stored, fields, target)
        if changed:
            raise ConfigError(f"{changed}: is not the file that the run wrote (its checksum differs); use it as it was written")
        if mark.get("source_sha256") not in (None, digest):
            raise ConfigError(
                f"{shard.cleaned}: does not give back its source (the checksum differs); use files of this very run"
            )
        target.commit()
    except Damage as error:
        raise SourceError(f"{shard.cleaned}: {error}") from error
    finally:
        target.discard()
    done.written.append(shard.output)
    done.shards += 1
    done.rows += rows
    done.edits += edits


def _changed(shard: _Shard, mark: dict[str, Any]) -> str:
    """Return the first file of a shard that is not what the run wrote, as far as its mark tells; empty for none."""
    files = mark.get("files", {})
    for name, path in (("audit", shard.audit), ("quarantine", shard.quarantine), ("output", shard.cleaned)):
        if path is None or name not in files:
            continue
        digest = hashlib.sha256()
        with open_read(path) as file:
            for chunk in chunks(file, ""):
                digest.update(chunk)
        if digest.hexdigest() != files[name]["sha256"]:
            return path
    return ""


def _stream(path: str | None) -> Iterator[bytes]:
    if path is None or not exists(path):
        return
    format = format_of(path)
    with open_read(path) as file:
        try:
            yield from chunks(file, format.compression if format else "")
        except Damage as error:
            raise SourceError(f"{path}: {error}") from error


def _fields(shard: _Shard) -> Fields:
    """Return the text fields that the audit names."""
    names: dict[str, None] = {}
    for row in audited_rows(shard.audit, _stream(shard.audit)):
        names.update(dict.fromkeys(row.edits))
    return Fields(tuple(names) or ("text",), "", "")


def _restore(shard: _Shard, format: Format, stored: Format, fields: Fields, target: Staged) -> tuple[int, int, str | None]:
    """Write the source of a shard; return rows, edits and the digest of its content where that is known to be the source's."""
    audited: Iterator[Audited] = audited_rows(shard.audit, _stream(shard.audit))
    kept: Iterator[Kept] = kept_rows(shard.quarantine or "", _stream(shard.quarantine))
    names = (shard.cleaned or shard.name, shard.audit, shard.quarantine or "the quarantine")
    output = format_of(shard.output)
    sink = compressed(target.file, (output or format).compression)
    if format.name == "parquet":
        from cleaner.corpus.parquet_undo import restore_parquet

        rows, edits = restore_parquet(str(shard.cleaned), sink, fields, audited, kept, names)
        sink.close()
        return rows, edits, None
    digest = hashlib.sha256()
    rows = edits = 0
    if shard.cleaned is None:
        pieces: Iterator[tuple[bytes, int, int]] = ((row.raw, 1, 0) for row in kept)
    else:
        pieces = _pieces(shard.cleaned, stored, format, fields, audited, kept, names)
    for data, count, undone in pieces:
        digest.update(data)
        sink.write(data)
        rows, edits = rows + count, edits + undone
    sink.close()
    return rows, edits, digest.hexdigest()


def _pieces(
    path: str,
    stored: Format,
    format: Format,
    fields: Fields,
    audited: Iterator[Audited],
    kept: Iterator[Kept],
    names: tuple[str, str, str],
) -> Iterator[tuple[bytes, int, int]]:
    with open_read(path) as file:
        yield from restored_bytes(chunks(file, stored.compression), format, fields, audited, kept, names)
