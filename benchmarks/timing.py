"""CPU time of things that do the same work, taken in turns, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Timing", "interleaved", "ratio"]

Job = Callable[[Sequence[str]], object]


@dataclass(frozen=True)
class Timing:
    """CPU seconds of one job over all texts, round by round."""

    rounds: tuple[float, ...]

    @property
    def best(self) -> float:
        """The least of all rounds: what the work costs when nothing disturbs it."""
        return min(self.rounds)

    @property
    def spread(self) -> float:
        """The distance from the best to the median round, as a share of the best."""
        return statistics.median(self.rounds) / self.best - 1.0 if self.best else 0.0


def interleaved(jobs: Mapping[str, Job], texts: Sequence[str], rounds: int, slices: int = 8) -> dict[str, Timing]:
    """Time each job over ``texts``, ``rounds`` times, one small slice of the texts after another.

    Within a slice all jobs run in turn, each time in another order; the CPU time of a round is the sum over its slices. Jobs see
    every text once before the first round, so that lazy imports and tables are paid outside. Work of child processes doesn't count.
    """
    names = list(jobs)
    parts = [texts[i::slices] for i in range(min(slices, len(texts)))]
    for name in names:
        jobs[name](texts)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        sums = dict.fromkeys(names, 0.0)
        for number, part in enumerate(parts):
            first = (turn + number) % len(names)
            for name in names[first:] + names[:first]:
                begin = time.process_time()
                jobs[name](part)
                sums[name] += time.process_time() - begin
        for name in names:
            taken[name].append(sums[name])
    return {name: Timing(tuple(values)) for name, values in taken.items()}


def ratio(timings: Mapping[str, Timing], name: str, base: str) -> tuple[float, float, float]:
    """Return the best time of ``name`` in units of ``base``, and the least and greatest of the rounds' own ratios."""
    each = [a / b for a, b in zip(timings[name].rounds, timings[base].rounds, strict=True) if b]
    best = timings[name].best / timings[base].best if timings[base].best else float("nan")
    return best, min(each, default=best), max(each, default=best)
