"""A whole run: plan, check, clean what is not done yet, account for every row."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

from cleaner.atomic import is_temporary
from cleaner.corpus.checks import check_extras, check_fields, check_resume, check_targets
from cleaner.corpus.clean import Task
from cleaner.corpus.judge import ChainLike
from cleaner.corpus.options import RunOptions
from cleaner.corpus.pool import Job, clean_in_lanes, clean_shards
from cleaner.corpus.progress import Progress, Quiet
from cleaner.corpus.shards import Plan, Shard, make_plan
from cleaner.corpus.store import is_remote, parent, version_of, write_small
from cleaner.corpus.summary import Summary
from cleaner.corpus.tally import Tally
from cleaner.corpus.task import ShardReport, clean_shard, finished
from cleaner.errors import ConfigError, SourceError, valid_names
from cleaner.version import __version__

__all__ = ["run"]

ENGINES = ("local", "ray")
LANE_BYTES = 4 << 20
"""Bytes from which several workers share one shard, where there are too few shards to go round."""
MAX_NOTES = 20
"""Quarantined rows named on the terminal; all are counted, and all are in the quarantine."""


def run(
    sources: Sequence[str],
    dest: str,
    chain: ChainLike,
    options: RunOptions | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Clean the corpus ``sources`` into ``dest`` and return what was done.

    Sources are files, folders, globs and addresses; ``-`` is the standard input or output. What can't be read is named, counted and
    left out; the rest is done. ``KeyboardInterrupt`` passes through, with the outputs consistent.

    Raises ``ConfigError`` before anything is written when the request makes no sense, and ``SourceError`` when the destination
    can't be written.
    """
    options = options or RunOptions()
    progress = progress or Quiet()
    began = time.monotonic()
    if options.engine not in ENGINES:
        raise ConfigError(f"--engine: {options.engine!r} is unknown; {valid_names(options.engine, ENGINES)}")
    if options.engine == "ray":
        from cleaner.corpus.ray_engine import check_ray

        check_ray()
    plan = make_plan(sources, dest, options)
    identity = _identity(chain, options)
    run_id = hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()
    check_targets(plan, options)
    check_resume(plan, options, identity)
    check_extras(plan)
    check_fields(plan, options)
    summary = Summary(__version__, options.engine, max(1, options.workers), settings=_shown(identity))
    with _locked(plan):
        _sweep(plan)
        if plan.manifest is not None:
            _write(plan.manifest, json.dumps(identity, indent=2, default=str).encode())
        try:
            reports = _clean(plan, chain, options, run_id, progress, summary)
        finally:
            _sweep(plan)  # what a lost worker or node left
        _account(plan, reports, summary, progress)
    summary.seconds = time.monotonic() - began
    if options.summary is not None:
        text = summary.markdown() if options.summary.endswith(".md") else json.dumps(summary.as_dict(), indent=2) + "\n"
        _write(options.summary, text.encode("utf-8", "backslashreplace"))
    if options.datasheet is not None:
        _write(options.datasheet, summary.markdown().encode("utf-8", "backslashreplace"))
    return summary


def _clean(
    plan: Plan, chain: ChainLike, options: RunOptions, run_id: str, progress: Progress, summary: Summary
) -> dict[str, ShardReport]:
    reports: dict[str, ShardReport] = {}
    waiting: list[Job] = []
    left = options.limit
    for shard in plan.shards:
        known = finished(shard, run_id) if options.resume else ""
        if isinstance(known, Tally):
            reports[shard.name] = ShardReport(shard.name, known, skipped=True)
            continue
        if known:
            progress.note(f"{shard.source}: is cleaned again: {known}")
        waiting.append(Job(shard, _task(shard, options), run_id))
    sizes = {job.shard.name: _size(job.shard) for job in waiting}
    progress.start(len(waiting), sum(sizes.values()) if all(sizes.values()) else None)
    try:
        # Closed at once whatever happens, so that no worker goes on.
        with contextlib.closing(_reports(waiting, sizes, chain, options, progress, left, reports)) as found:
            for report in found:
                reports[report.name] = report
                progress.shard_done()
                if report.problem:
                    progress.note(report.problem)
                if report.stops:
                    break
    except KeyboardInterrupt:
        progress.stop()
        done = sum(not report.problem for report in reports.values())
        goes_on = "; --resume goes on" if plan.manifest else ""
        progress.note(f"{plan.dest}: interrupted, {done} of {len(plan.shards)} shards are done{goes_on}")
        raise
    finally:
        progress.stop()
    return reports


def _reports(
    waiting: Sequence[Job],
    sizes: Mapping[str, int],
    chain: ChainLike,
    options: RunOptions,
    progress: Progress,
    limit: int | None,
    known: Mapping[str, ShardReport],
) -> Generator[ShardReport, None, None]:
    workers = options.workers if limit is None else 1
    if options.engine == "ray" and limit is None and waiting and all(job.shard.source != "-" for job in waiting):
        from cleaner.corpus.ray_engine import clean_on_ray

        yield from clean_on_ray(waiting, chain, options.workers, progress.advance)
        return
    if workers < 2 or not waiting:
        before = sum(report.tally.read for report in known.values())
        left = None if limit is None else max(0, limit - before)
        for at, job in enumerate(waiting):
            if left == 0 and at:
                return
            report = clean_shard(job.shard, job.task, chain, job.run_id, left, progress.advance)
            if left is not None:
                left = max(0, left - report.tally.read)
            yield report
        return
    shared: list[Job] = []
    whole: list[Job] = []
    for job in waiting:
        sharable = job.shard.source != "-" and job.shard.format.name not in ("text", "markdown", "html")
        few = len(waiting) < 2 * workers and sizes[job.shard.name] >= LANE_BYTES
        (shared if sharable and few else whole).append(job)
    for job in shared:
        yield clean_in_lanes(job, chain, workers, progress.advance)
    alone = [job for job in whole if job.shard.source == "-"]
    for job in alone:
        yield clean_shard(job.shard, job.task, chain, job.run_id, None, progress.advance)
    others = [job for job in whole if job.shard.source != "-"]
    if others:
        yield from clean_shards(others, chain, workers, progress.advance)


def _account(plan: Plan, reports: Mapping[str, ShardReport], summary: Summary, progress: Progress) -> None:
    """Add up the shards in the order of the plan and name what was quarantined."""
    named = 0
    for shard in plan.shards:
        report = reports.get(shard.name)
        if report is None:
            continue
        if report.problem:
            summary.failed[shard.name] = report.problem
            continue
        summary.shards[shard.name] = report.tally
        summary.resumed += report.skipped
        summary.tally.add(report.tally)
        for line, problem in report.tally.problems:
            if named < MAX_NOTES:
                where = shard.quarantine or "nowhere: the output is a stream; name a file with --quarantine"
                progress.note(f"{shard.source}:{line}: {problem}; the row is kept in {where}")
            named += 1
    if summary.tally.quarantined > min(named, MAX_NOTES):
        progress.note(f"{plan.dest}: {summary.tally.quarantined - min(named, MAX_NOTES):,} more rows are quarantined")
    if any(report.stops for report in reports.values()):
        for shard in plan.shards:
            if shard.name not in reports:
                summary.failed[shard.name] = f"{shard.source}: was not begun; run again with --resume"


def _task(shard: Shard, options: RunOptions) -> Task:
    return Task(
        shard.name,
        options.fields,
        options.audit is not None,
        options.scores is not None,
        options.audit_text == "full",
        options.max_removed,
        options.lang,
        options.restore_links,
    )


def _identity(chain: ChainLike, options: RunOptions) -> dict[str, Any]:
    """Return what decides the output, by name: version, rules and configuration, options."""
    settings = getattr(chain, "settings", None)
    known: dict[str, Any] = {}
    if dataclasses.is_dataclass(settings) and not isinstance(settings, type):
        known = {item.name: getattr(settings, item.name) for item in dataclasses.fields(settings) if item.name != "origins"}
    plain = json.loads(json.dumps(known, default=str))
    return {
        "format": 1,
        "version": __version__,
        "settings": plain,
        "options": json.loads(json.dumps(options.identity())),
        "rules": chain.fingerprint(),
    }


def _shown(identity: Mapping[str, Any]) -> dict[str, Any]:
    shown = {
        key: value for key, value in identity["settings"].items() if key in ("profile", "stages", "languages", "select", "ignore")
    }
    return {**{key: value for key, value in shown.items() if value}, "rules": identity["rules"][:16]}


def _size(shard: Shard) -> int:
    if shard.source == "-":
        return 0
    with contextlib.suppress(OSError, SourceError):
        return int(version_of(shard.source)["size"] or 0)
    return 0


def _write(path: str, data: bytes) -> None:
    try:
        write_small(path, data)
    except OSError as error:
        raise SourceError(f"{path}: can't be written ({(error.strerror or str(error)).lower()}); check the folder") from error


@contextlib.contextmanager
def _locked(plan: Plan) -> Iterator[None]:
    """Keep two runs from writing to one destination. A lock dies with its process, so that nothing stale can block."""
    if plan.manifest is None or is_remote(plan.manifest):
        yield
        return
    folder = parent(plan.manifest)
    try:
        os.makedirs(folder, exist_ok=True)
        lock = open(os.path.join(folder, "lock"), "wb")  # noqa: SIM115 - closed below, where the lock ends
    except OSError as error:
        raise SourceError(f"{plan.dest}: can't be written ({(error.strerror or '').lower()}); check the folder") from error
    with lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass
        except OSError:
            raise ConfigError(f"-o {plan.dest}: another run is writing there; wait for it") from None
        yield


def _sweep(plan: Plan) -> None:
    """Remove what killed runs of this destination left under temporary names."""
    import shutil

    if plan.manifest is None:
        return
    places: dict[str, set[str]] = {}
    paths: list[str | None] = [plan.manifest]
    for shard in plan.shards:
        paths += [shard.output, shard.audit, shard.scores, shard.quarantine, shard.mark]
    for path in paths:
        if path is not None and not is_remote(path):
            places.setdefault(parent(path), set()).add(os.path.basename(path)[:150])
    for folder, names in places.items():
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):
                if is_temporary(name) and name[1:].rsplit(".", 2)[0] in names:
                    os.unlink(os.path.join(folder, name))
                elif name.startswith("parts-") and folder == parent(plan.manifest):
                    shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
