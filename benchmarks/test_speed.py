"""pytest-benchmark suite: each stage and the chain beside both yardsticks, timed in the same run.

    pytest benchmarks/test_speed.py [--benchmark-json FILE]

Reads ``perf/corpus.jsonl.zst`` under ``$CLEANER_DATA``, else the samples. Seconds of one machine say little: the table at the end
gives ratios. For figures to publish use ``benchmarks/throughput.py``, which takes turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest
from contenders import FTFY, SPLIT, cleaning, yardsticks
from corpora import data_dir, perf_texts
from throughput import SMALL, healthy_ascii

from cleaner import STAGES, Chain

pytest.importorskip("pytest_benchmark")

DOCUMENTS = 120
Job = Callable[[Sequence[str]], object]


def _mix() -> list[str]:
    texts, _ = perf_texts(data_dir(), DOCUMENTS)
    return texts * (SMALL // max(1, sum(map(len, texts))) + 1)


@pytest.fixture(scope="session")
def mix() -> list[str]:
    """Web text with some damage, or the samples."""
    texts = _mix()
    if not texts:
        pytest.skip("no data and no samples")
    return texts


@pytest.fixture(scope="session")
def healthy(mix: list[str]) -> list[str]:
    """The documents of the mix that are ASCII and need nothing."""
    texts = healthy_ascii(mix, STAGES)
    if not texts:
        pytest.skip("no such documents")
    return texts


def _time(benchmark: object, best: dict[tuple[str, str], float], text: str, name: str, job: Job, texts: Sequence[str]) -> None:
    job(texts)  # pays for lazy imports and tables
    benchmark.pedantic(job, args=(texts,), rounds=3, iterations=1)  # type: ignore[attr-defined]
    if benchmark.stats:  # type: ignore[attr-defined]
        best[text, name] = benchmark.stats.stats.min  # type: ignore[attr-defined]


@pytest.mark.benchmark(group="mix", timer=time.process_time)
@pytest.mark.parametrize("name", [SPLIT, FTFY])
def test_yardsticks(benchmark: object, best: dict[tuple[str, str], float], mix: list[str], name: str) -> None:
    _time(benchmark, best, "mix", name, yardsticks()[name], mix)


@pytest.mark.benchmark(group="mix", timer=time.process_time)
@pytest.mark.parametrize("stage", STAGES)
def test_stages_alone(benchmark: object, best: dict[tuple[str, str], float], mix: list[str], stage: str) -> None:
    _time(benchmark, best, "mix", f"{stage} alone", cleaning(Chain.default(stages=(stage,))), mix)


@pytest.mark.benchmark(group="mix", timer=time.process_time)
@pytest.mark.parametrize("profile", ["precise", "balanced", "thorough"])
def test_chain(benchmark: object, best: dict[tuple[str, str], float], mix: list[str], profile: str) -> None:
    _time(benchmark, best, "mix", f"chain, {profile}", cleaning(Chain.default(profile=profile)), mix)


@pytest.mark.benchmark(group="healthy ASCII", timer=time.process_time)
@pytest.mark.parametrize("name", [SPLIT, FTFY])
def test_yardsticks_on_healthy_ascii(benchmark: object, best: dict[tuple[str, str], float], healthy: list[str], name: str) -> None:
    _time(benchmark, best, "healthy ASCII", name, yardsticks()[name], healthy)


@pytest.mark.benchmark(group="healthy ASCII", timer=time.process_time)
def test_chain_on_healthy_ascii(benchmark: object, best: dict[tuple[str, str], float], healthy: list[str]) -> None:
    chain = Chain.default()
    assert all(chain.clean(text).text is text for text in healthy)
    _time(benchmark, best, "healthy ASCII", "chain", cleaning(chain), healthy)
