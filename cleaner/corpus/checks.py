"""What is refused before a run writes anything. Each check raises ``ConfigError``, one line that says what to do."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from cleaner.corpus.blocks import read_blocks
from cleaner.corpus.options import RunOptions
from cleaner.corpus.shards import Plan
from cleaner.corpus.store import exists, is_device, is_remote, read_small
from cleaner.corpus.streams import need
from cleaner.corpus.task import open_source_file
from cleaner.errors import ConfigError, SourceError

__all__ = ["check_extras", "check_fields", "check_resume", "check_targets"]


def check_targets(plan: Plan, options: RunOptions) -> None:
    """Refuse to write over anything. Raises ``ConfigError``."""
    records = {"--audit": options.audit, "--scores": options.scores, "--quarantine": options.quarantine}
    asked = {"-o": plan.dest, **records, "--summary": options.summary, "--datasheet": options.datasheet}
    given = [os.path.normpath(path) for path in asked.values() if path is not None and path != "-" and not is_device(path)]
    for one in given:
        if given.count(one) > 1:
            raise ConfigError(f"{one}: is named for two outputs; name different places")
    for flag, path in records.items():
        if path == "-":
            raise ConfigError(f"{flag} -: only the corpus can go to the standard output; name a file")
    if options.resume:
        if plan.manifest is None:
            raise ConfigError("--resume: a stream can't be resumed; name a file or a folder with -o")
        return
    if plan.manifest is not None and exists(plan.dest):
        raise ConfigError(f"-o {plan.dest}: exists; name a new place, or go on with --resume")
    for flag, path in records.items():
        if path is not None and not is_device(path) and not is_remote(path) and _holds_something(path):
            raise ConfigError(f"{flag} {path}: exists and is not empty; name a new place")


def _holds_something(path: str) -> bool:
    if os.path.isdir(path):
        return any(os.scandir(path))
    return os.path.exists(path) and os.path.getsize(path) > 0


def check_resume(plan: Plan, options: RunOptions, identity: Mapping[str, Any]) -> None:
    """Refuse to mix what different rules made. Raises ``ConfigError`` that names the differences."""
    if not options.resume or plan.manifest is None:
        return
    data = read_small(plan.manifest)
    if data is None:
        holds = exists(plan.dest) and (plan.single or is_remote(plan.dest) or set(os.listdir(plan.dest)) - {".cleaner"})
        if holds:
            raise ConfigError(f"--resume: {plan.dest} exists, but holds no run to go on with; name a new place")
        return
    try:
        before = json.loads(data)
    except ValueError:
        raise ConfigError(f"--resume: {plan.manifest}:1: is damaged; delete it and {plan.dest}, and run anew") from None
    differences = list(_differences(before, identity))
    if differences:
        raise ConfigError(
            f"--resume: {plan.dest} was begun with other settings: {'; '.join(differences)}; use the same ones, or a new DEST"
        )


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    if before == now:
        return
    some = False
    if before.get("version") != now["version"]:
        some = True
        yield f"version {before.get('version')}, now {now['version']}"
    for part in ("settings", "options"):
        old = before.get(part, {})
        for key in sorted({*old, *now[part]}):
            if old.get(key) != now[part].get(key):
                some = True
                yield f"{key.replace('_', '-')} {json.dumps(old.get(key))}, now {json.dumps(now[part].get(key))}"
    if before.get("rules") != now["rules"] and not some:
        yield "the rules have changed"


def check_extras(plan: Plan) -> None:
    """Raise ``ConfigError`` when a library for one of the formats is not installed."""
    formats = {shard.format for shard in plan.shards}
    if any(format.compression == "zst" for format in formats) or any(shard.compression == "zst" for shard in plan.shards):
        need("zstandard", "zstd", "zstd compression")
    for name, module, extra, what in (
        ("parquet", "pyarrow", "arrow", "Parquet"),
        ("html", "trafilatura", "html", "reading HTML"),
        ("warc", "fastwarc", "warc", "reading WARC"),
        ("warc", "trafilatura", "html", "reading HTML"),
    ):
        if any(format.name == name for format in formats):
            need(module, extra, what)


def check_fields(plan: Plan, options: RunOptions) -> None:
    """Raise ``ConfigError`` when no row of any shard has the text fields; usually the first row settles it."""
    without: tuple[str, int, str] | None = None
    for shard in plan.shards:
        if shard.source == "-" or shard.format.name not in ("jsonl", "csv", "tsv", "parquet"):
            return
        with contextlib.suppress(OSError, SourceError), open_source_file(shard.source) as file:
            for block in read_blocks(file, shard.format, options.fields):
                for row in block.rows():
                    if row.missing:
                        without = without or (shard.source, row.line, row.problem)
                    elif not row.problem or row.problem.startswith("field"):
                        return
                    if row.missing and shard.format.name != "jsonl":
                        break
                else:
                    continue
                break
    if without is not None:
        source, line, problem = without
        raise ConfigError(f"{source}:{line}: {problem}; no row has it, name the field with --text-field")
