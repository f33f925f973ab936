"""The plan of a run: which input shard becomes which output shard, and where its records go."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleaner.corpus.formats import SUFFIXES, Format, format_of, named_format, output_name
from cleaner.corpus.options import RunOptions
from cleaner.corpus.store import basename, expand_remote, is_device, is_remote, join, parent
from cleaner.corpus.streams import SNIFF
from cleaner.errors import ConfigError

__all__ = ["Plan", "Shard", "make_plan", "record_name", "state_paths"]

STATE = ".cleaner"
"""The folder of completion marks and the run manifest."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One input and its outputs."""

    name: str
    """Its name among the shards, with ``/`` between folders."""
    source: str
    format: Format
    output: str
    """A path, or ``-`` for the standard output."""
    compression: str
    """Of the output."""
    audit: str | None
    scores: str | None
    quarantine: str | None
    """``None`` where quarantined rows have no place to go."""
    quarantine_asked: bool
    """Whether the quarantine was asked for, and so has to exist even when it is empty."""
    mark: str | None
    """The completion mark; ``None`` for a stream, which can't be resumed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All shards of a run."""

    shards: tuple[Shard, ...]
    single: bool
    """Whether one file goes to one file."""
    dest: str
    manifest: str | None


def make_plan(sources: Sequence[str], dest: str, options: RunOptions) -> Plan:
    """Return the plan. Raises ``ConfigError`` when the names do not make one."""
    if not sources:
        raise ConfigError("no source; name files, folders, globs or addresses, or - for the standard input")
    found: list[tuple[str, str]] = []
    single = len(sources) == 1 and not dest.endswith("/")
    for source in sources:
        listed, is_file = _expand(source, dest)
        single = single and is_file
        found += listed
    if not single and dest == "-":
        raise ConfigError("-o -: several shards can't go to the standard output; name a folder")
    manifest, marks, kept = state_paths(dest, single)
    shards = []
    taken: dict[str, str] = {}
    for name, source in found:
        format = _format(source, dest if single else "")
        output = dest if single else join(dest, output_name(name, format))
        if taken.get(output) == source:
            raise ConfigError(f"{source}: is named twice; name each source once")
        if output in taken:
            raise ConfigError(f"{source}: would go to the same place as {taken[output]}, {output}; rename one of them")
        taken[output] = source
        if single:
            target = format_of(dest)
            if target is not None and target.output != format.output:
                raise ConfigError(f"-o {dest}: {format.name} can't become {target.name}; give DEST the suffix of its source")
        compression = format.compression if format.undoable and source != "-" else ""
        if single and (target := format_of(dest)) is not None:
            compression = target.compression
        records = [
            path and (path if single else join(path, record_name(name, format)))
            for path in (options.audit, options.scores, options.quarantine)
        ]
        shards.append(
            Shard(
                name,
                source,
                format,
                output,
                compression,
                records[0],
                records[1],
                records[2] or (kept and join(kept, record_name(name, format))),
                records[2] is not None,
                marks and (f"{marks}.json" if single else join(marks, f"{name}.json")),
            )
        )
    return Plan(tuple(shards), single, dest, manifest)


def state_paths(dest: str, single: bool) -> tuple[str | None, str | None, str | None]:
    """Return where the manifest, the folder of marks and the folder of unasked quarantines are; ``None`` for a stream."""
    if dest == "-" or is_device(dest):
        return None, None, None
    if not single:
        state = join(dest, STATE)
        return join(state, "run.json"), join(state, "done"), join(state, "quarantine")
    state = join(join(parent(dest), STATE), basename(dest))
    return join(state, "run.json"), join(state, "done"), join(state, "quarantine")


def record_name(name: str, format: Format) -> str:
    """Return the name of a shard's audit, scores or quarantine file."""
    return name if name.lower().endswith(".jsonl") and format.name == "jsonl" else f"{name}.jsonl"


def _format(source: str, dest: str) -> Format:
    """Return the format of a source: by its suffix; the standard input by that of DEST, else JSON Lines; anything else is text."""
    if source == "-":
        target = format_of(dest)
        return Format(target.name if target is not None and target.name != "parquet" else "jsonl", SNIFF)
    return named_format(source)


def _expand(source: str, dest: str) -> tuple[list[tuple[str, str]], bool]:
    """Return the shards that a source stands for as (name, path), and whether it is a single file."""
    if source == "-":
        return [("stdin", "-")], True
    if is_remote(source):
        names, is_file = expand_remote(source)
        base = source.rstrip("/") if not any(mark in source for mark in "*?[") else parent(source.partition("*")[0])
        listed = []
        for name in names:
            relative = basename(name) if is_file or not name.startswith(f"{base}/") else name[len(base) + 1 :]
            hidden = any(part.startswith(".") for part in relative.split("/"))
            if is_file or (not hidden and format_of(name)):
                listed.append((relative, name))
    elif os.path.isdir(source):
        listed, is_file = [(name, os.path.join(source, name)) for name in _walk(source, dest)], False
    elif os.path.lexists(source) or not glob.has_magic(source):
        return [(os.path.basename(source), source)], True
    else:
        paths = [path for path in sorted(glob.glob(source, recursive=True)) if os.path.isfile(path)]
        listed, is_file = [(os.path.basename(path), path) for path in paths], False
    if not listed:
        known = ", ".join(sorted(SUFFIXES))
        raise ConfigError(f"{source}: holds no file of a known format; known suffixes: {known}")
    return listed, is_file


def _walk(folder: str, dest: str) -> Iterator[str]:
    """Yield the relative paths of files with a known suffix; hidden ones, linked folders and what lies in DEST do not count."""
    skipped = os.path.realpath(dest) if dest != "-" and not is_remote(dest) else ""
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and os.path.realpath(os.path.join(path, name)) != skipped
        )
        for name in sorted(files):
            if not name.startswith(".") and format_of(name) is not None:
                relative = os.path.relpath(os.path.join(path, name), folder)
                yield relative.replace(os.sep, "/")
