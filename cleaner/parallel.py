"""Texts through worker processes, in order and with bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cleaner.chain import Chain
    from cleaner.result import Result

__all__ = ["ordered_map"]

BATCH = 64
"""Texts that travel to a worker together."""

Job = tuple[str, "str | None", "str | None"]
_chain: Chain | None = None


def _start(chain: Chain) -> None:
    global _chain  # one chain per worker process, set once at its start
    _chain = chain


def _work(jobs: Sequence[Job]) -> list[Result]:
    assert _chain is not None
    return [_chain.clean(*job) for job in jobs]


def ordered_map(chain: Chain, jobs: Iterable[Job], workers: int) -> Iterator[Result]:
    """Yield the results of ``jobs`` in order; at most three batches per worker are under way."""
    source = iter(jobs)
    pending: deque[Future[list[Result]]] = deque()
    with ProcessPoolExecutor(workers, initializer=_start, initargs=(chain,)) as pool:
        while True:
            while len(pending) < 3 * workers and (batch := list(islice(source, BATCH))):
                pending.append(pool.submit(_work, batch))
            if not pending:
                return
            yield from pending.popleft().result()
