"""Texts through worker processes, in order and with bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import Any, TypeVar

__all__ = ["ordered_map"]

BATCH = 64
"""Jobs that travel to a worker together."""

Answer = TypeVar("Answer")
_work: Callable[..., Any] | None = None


def _start(work: Callable[..., Any]) -> None:
    global _work  # what this worker process does, set once at its start
    _work = work


def _batch(jobs: Sequence[Sequence[object]]) -> list[Any]:
    assert _work is not None
    return [_work(*job) for job in jobs]


def ordered_map(work: Callable[..., Answer], jobs: Iterable[Sequence[object]], workers: int) -> Iterator[Answer]:
    """Yield ``work(*job)`` for all ``jobs`` in order; at most three batches per worker are under way."""
    source = iter(jobs)
    pending: deque[Future[list[Answer]]] = deque()
    with ProcessPoolExecutor(workers, initializer=_start, initargs=(work,)) as pool:
        while True:
            while len(pending) < 3 * workers and (batch := list(islice(source, BATCH))):
                pending.append(pool.submit(_batch, batch))
            if not pending:
                return
            yield from pending.popleft().result()
