"""Worker processes that take shards, or every n-th block of one shard. Texts never travel between processes.

Each worker has a pipe of its own, so that one that is killed can't take a lock with it. Workers are spawned, not forked: libraries
with threads would not survive a fork. A worker ends by itself when its parent is gone.
"""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.process import BaseProcess
from typing import Any

from cleaner.corpus.blocks import read_blocks
from cleaner.corpus.clean import BlockResult, Task, clean_block
from cleaner.corpus.judge import ChainLike
from cleaner.corpus.shards import Shard
from cleaner.corpus.store import version_of
from cleaner.corpus.tally import Tally
from cleaner.corpus.task import (
    STOPPERS,
    Outputs,
    ShardReport,
    clean_shard,
    complete,
    open_source_file,
    problem_of,
    temporary_folder,
)
from cleaner.errors import SourceError

__all__ = ["Job", "clean_in_lanes", "clean_shards"]

ATTEMPTS = 2
"""How often a shard is tried whose worker died."""
AHEAD = 8
"""Blocks per worker that may wait for their turn to be written; it bounds the temporary files."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """A shard for a worker."""

    shard: Shard
    task: Task
    run_id: str


@dataclass(frozen=True, slots=True)
class _Lane:
    """Every ``of``-th block of a shard, from block (or row group) ``lane``, written as parts into ``folder``."""

    shard: Shard
    task: Task
    lane: int
    of: int
    folder: str


def _work(connection: Connection, chain: ChainLike) -> None:
    """Do jobs until the parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            job = connection.recv()
            if isinstance(job, _Lane):
                _clean_lane(job, chain, connection)
            elif isinstance(job, Job):  # and not the acknowledgement of a block of a lane that has ended

                def progress(rows: int, size: int) -> None:
                    connection.send(("progress", rows, size))

                connection.send(("done", clean_shard(job.shard, job.task, chain, job.run_id, progress=progress)))


def _follow(parent: BaseProcess) -> None:
    """End with the parent: what a worker does on its own nobody would collect."""
    parent.join()
    os._exit(1)


def _clean_lane(job: _Lane, chain: ChainLike, connection: Connection) -> None:
    digest = hashlib.sha256() if job.lane == 0 else None
    try:
        file = open_source_file(job.shard.source)
        with file:
            at = sent = 0
            blocks = read_blocks(
                file, job.shard.format, job.task.fields, wanted=lambda index: index % job.of == job.lane, digest=digest
            )
            for block in blocks:
                result = clean_block(block, chain, job.task)
                parts = (result.out, result.audit, result.scores, result.quarantine)
                with open(os.path.join(job.folder, str(result.index)), "wb") as part:
                    part.writelines(parts)
                here = file.tell() // job.of
                connection.send(("block", result.index, [len(piece) for piece in parts], result.tally.as_dict(), here - at))
                at = here
                sent += 1
                while sent >= AHEAD and _paced(job.shard):
                    sent -= connection.recv()
        connection.send(("end", digest.hexdigest() if digest is not None else None))
    except (EOFError, BrokenPipeError):
        raise
    except Exception as error:
        connection.send(("failed", problem_of(error, job.shard)))


def _paced(shard: Shard) -> bool:
    """Whether parts are big enough to wait for each other; those of Parquet hold the changed texts alone, row group by row group."""
    return shard.format.name != "parquet"


class _Worker:
    def __init__(self, chain: ChainLike) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_work, args=(theirs, chain), daemon=True)
        self.process.start()
        theirs.close()
        self.job: Job | None = None

    def end(self, now: bool = False) -> None:
        self.pipe.close()
        if now:
            self.process.terminate()
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


@contextlib.contextmanager
def _workers(count: int, chain: ChainLike) -> Iterator[list[_Worker]]:
    started: list[_Worker] = []
    clean = False
    try:
        for _ in range(count):
            started.append(_Worker(chain))
        yield started
        clean = True
    finally:
        for worker in started:
            worker.end(now=not clean)


def clean_shards(jobs: Sequence[Job], chain: ChainLike, workers: int, progress: Progress) -> Iterator[ShardReport]:
    """Clean whole shards with ``workers`` processes; yield reports as they come.

    A shard whose worker dies is tried once more, then reported; the others go on.
    """
    waiting = deque(jobs)
    tries: dict[str, int] = {}
    with _workers(min(workers, len(jobs)), chain) as team:
        while waiting or any(worker.job for worker in team):
            for worker in team:
                if worker.job is None and waiting:
                    worker.job = waiting.popleft()
                    with contextlib.suppress(BrokenPipeError):
                        worker.pipe.send(worker.job)
            busy = {worker.pipe: worker for worker in team if worker.job is not None}
            for ready in wait(list(busy)):
                worker = busy[ready]  # type: ignore[index]
                try:
                    message: tuple[Any, ...] = worker.pipe.recv()
                except (EOFError, ConnectionResetError):
                    job = worker.job
                    assert job is not None
                    tries[job.shard.name] = tries.get(job.shard.name, 0) + 1
                    problem = _died(worker, job.shard)
                    team[team.index(worker)] = _Worker(chain)
                    if tries[job.shard.name] < ATTEMPTS:
                        waiting.append(job)
                    else:
                        yield ShardReport(job.shard.name, problem=problem)
                    continue
                if message[0] == "progress":
                    progress(*message[1:])
                else:
                    worker.job = None
                    report: ShardReport = message[1]
                    yield report
                    if report.stops:
                        waiting.clear()


def _died(worker: _Worker, shard: Shard) -> str:
    worker.end()
    code = worker.process.exitcode or 0
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    return f"{shard.source}: its worker process {how}; nothing was written for it, run again with --resume"


def clean_in_lanes(job: Job, chain: ChainLike, workers: int, progress: Progress) -> ShardReport:
    """Clean one shard with several processes, each taking every n-th block; what they give is written in order, here."""
    import shutil

    shard = job.shard
    report = ShardReport(shard.name)
    outputs = Outputs(shard, job.task.fields)
    folder = ""
    try:
        version = version_of(shard.source)
        folder = temporary_folder(shard)
        outputs.start()
        with _workers(workers, chain) as team:
            source_hash = _collect(team, job, folder, outputs, progress)
        complete(shard, outputs, version, job.run_id, source_hash)
        report.tally = outputs.tally
    except BaseException as error:
        outputs.discard()
        report.problem = problem_of(error, shard)
        report.stops = isinstance(error, STOPPERS)
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
    return report


def _collect(team: list[_Worker], job: Job, folder: str, outputs: Outputs, progress: Progress) -> str | None:
    for lane, worker in enumerate(team):
        worker.pipe.send(_Lane(job.shard, job.task, lane, len(team), folder))
        worker.job = job
    held: dict[int, tuple[_Worker, list[int], Tally]] = {}
    following = 0
    source_hash: str | None = None
    while any(worker.job for worker in team):
        busy = {worker.pipe: worker for worker in team if worker.job is not None}
        for ready in wait(list(busy)):
            worker = busy[ready]  # type: ignore[index]
            try:
                message: tuple[Any, ...] = worker.pipe.recv()
            except (EOFError, ConnectionResetError):
                raise SourceError(_died(worker, job.shard)) from None
            if message[0] == "failed":
                raise SourceError(message[1])
            if message[0] == "end":
                worker.job = None
                source_hash = message[1] or source_hash
                continue
            _, index, sizes, tally, size = message
            held[index] = (worker, sizes, Tally.from_dict(tally))
            progress(held[index][2].read, size)
            while following in held:
                sender, sizes, done = held.pop(following)
                path = os.path.join(folder, str(following))
                with open(path, "rb") as part:
                    out, audit, scores, quarantine = (part.read(length) for length in sizes)
                os.unlink(path)
                outputs.add(BlockResult(following, out, audit, scores, quarantine, done))
                following += 1
                if sender.job is not None and _paced(job.shard):
                    with contextlib.suppress(BrokenPipeError):
                        sender.pipe.send(1)
    if held:
        raise SourceError(f"{job.shard.source}: changed while it was read; run again")
    return source_hash
