"""What all tests share: where the development data lies, a cache of their own, and how hard hypothesis looks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("quick", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep compiled rules and scanners of this run apart from those of the person who runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEANER_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of development data, from ``$CLEANER_DATA``; tests that need it are skipped where it is absent."""
    name = os.environ.get("CLEANER_DATA")
    if not name or not Path(name).is_dir():
        pytest.skip("CLEANER_DATA names no folder of development data")
    return Path(name)


@pytest.fixture(scope="session")
def seeds(data_dir: Path) -> dict[str, str]:
    """The seed texts beside the development data, by the three digits that their names start with."""
    found = sorted((data_dir.parent / "seeds").glob("*.txt"))
    if not found:
        pytest.skip("no seed texts beside the development data")
    return {path.name[:3]: path.read_bytes().decode("utf-8") for path in found}


@pytest.fixture
def cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in an empty folder and return exit code, stdout and stderr."""
    from cleaner.cli import main

    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return call
