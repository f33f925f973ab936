"""What the speed suite collects, printed as ratios behind pytest-benchmark's own table."""

from __future__ import annotations

import pytest
from contenders import FTFY, SPLIT
from tables import markdown_table

_BEST = pytest.StashKey[dict[tuple[str, str], float]]()


@pytest.fixture(scope="session")
def best(request: pytest.FixtureRequest) -> dict[tuple[str, str], float]:
    """The best CPU seconds by text and job."""
    return request.config.stash.setdefault(_BEST, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the ratios to both yardsticks, for each text on which both were timed."""
    seconds = config.stash.get(_BEST, {})
    rows = [
        [text, job, f"{value / split:.2f}", f"{ftfy / value:.2f}"]
        for (text, job), value in seconds.items()
        if (split := seconds.get((text, SPLIT))) and (ftfy := seconds.get((text, FTFY)))
    ]
    if rows:
        terminalreporter.write_line("\n" + markdown_table(["text", "job", "× str.split()", "times as fast as ftfy"], rows))
