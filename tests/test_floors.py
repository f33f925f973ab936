"""Speed as work counts and quality as figures: neither may drop without somebody moving a limit in ``benchmarks/floors.toml``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import floors  # noqa: E402
import quality  # noqa: E402

LIMITS = floors.load_floors()


@pytest.fixture(scope="module")
def work() -> list[floors.Check]:
    """The work counts beside their limits."""
    return floors.work_checks(LIMITS["work"])


@pytest.mark.parametrize("number", range(len(LIMITS["work"])))
def test_work_counts(work: list[floors.Check], number: int) -> None:
    check = work[number]
    assert check.holds, f"{check.name}: {check.found}, the limit is {check.limit}"


def test_healthy_texts_of_the_counts_need_nothing() -> None:
    from cleaner import Chain

    for path in sorted((BENCHMARKS / "texts").glob("healthy-*.txt")):
        text = path.read_text(encoding="utf-8")
        result = Chain.default().clean(text)
        assert result.text is text
        assert not result.findings


def test_published_figures_keep_their_floors() -> None:
    published = BENCHMARKS / "results" / "quality.json"
    if not published.is_file():
        pytest.skip("no published figures")
    checks = floors.quality_checks(LIMITS["quality"], json.loads(published.read_text(encoding="utf-8")))
    assert checks
    assert [check for check in checks if not check.holds] == []


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("CLEANER_DATA"), reason="CLEANER_DATA names no data")
def test_figures_of_a_sample_keep_their_floors(tmp_path: Path) -> None:
    out = tmp_path / "quality.json"
    arguments = [
        "--data",
        os.environ["CLEANER_DATA"],
        "--sample",
        str(LIMITS["sample-size"]),
        "--profile",
        "precise",
        "--json",
        str(out),
    ]
    assert quality.main(arguments) == 0
    checks = floors.quality_checks(LIMITS["sample"], json.loads(out.read_text(encoding="utf-8")))
    assert checks
    assert [check for check in checks if not check.holds] == []


def test_a_function_that_is_gone_is_not_counted_as_no_work() -> None:
    limit = {"text": "healthy-english", "what": "scans", "calls": ["cleaner.scanner:LiteralScanner.seek"], "at-most": 1}
    with pytest.raises(LookupError, match="seek does not exist"):
        floors.work_checks([limit])


@pytest.mark.parametrize(
    ("found", "limit", "at_most", "holds"),
    [(1, 1, True, True), (2, 1, True, False), (0.9, 0.9, False, True), (0.8, 0.9, False, False), (None, 0.0, False, False)],
)
def test_limits(found: float | None, limit: float, at_most: bool, holds: bool) -> None:
    assert floors.Check("name", found, limit, at_most).holds is holds


def test_a_missing_figure_breaks_its_floor_and_a_missing_task_does_not() -> None:
    result: dict[str, Any] = {"tasks": {"debris": {"rows": [{"text": "residual", "figure": "recall", "precise": 0.5}]}}}
    base = {"profile": "precise", "text": "residual", "at-least": 0.4}
    limits = [
        {**base, "task": "debris", "figure": "recall"},
        {**base, "task": "debris", "figure": "gone"},
        {**base, "task": "mt", "figure": "recall"},
    ]
    assert [check.holds for check in floors.quality_checks(limits, result)] == [True, False]
