"""The wheel holds all that a run needs, and a check starts without what it does not need."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEALTHY = ROOT / "samples" / "healthy" / "market-day.txt"
HEAVY = {
    "ftfy",
    "langdetect",
    "numpy",
    "pyarrow",
    "trafilatura",
    "lxml",
    "fsspec",
    "ray",
    "babel",
    "zstandard",
    "fastwarc",
    "pydantic",
}
"""Modules that a check of a healthy text file has no use for."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--disable-pip-version-check",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (found,) = folder.glob("*.whl")
    return found


@pytest.mark.slow
def test_the_wheel_holds_rules_tables_and_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    rules = {
        f"cleaner/_rules/{path.relative_to(ROOT / 'rules').as_posix()}"
        for path in (ROOT / "rules").rglob("*.*")
        if path.is_file()
    }
    assert rules
    assert rules <= names
    assert {"cleaner/py.typed", "cleaner/reports/page.html"} <= names
    assert not any(name.startswith(("tests/", "benchmarks/", "samples/")) for name in names)


@pytest.mark.slow
def test_the_wheel_works_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--target"]
    subprocess.run([*install, str(target), str(wheel)], check=True, capture_output=True, timeout=300)
    (tmp_path / "a.txt").write_text("The council met on Monday.\nDown Icon\n")
    environment = {**os.environ, "PYTHONPATH": str(target)}
    code = "import cleaner, sys; from cleaner.cli import main; print(cleaner.__file__); sys.exit(main(['check', '-q', 'a.txt']))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.startswith(str(target)), done.stderr
    assert "debris.icon-label" in done.stdout
    assert done.returncode == 1


def test_a_check_imports_nothing_heavy() -> None:
    code = f"import sys; from cleaner.cli import main; main(['check', '-q', {str(HEALTHY)!r}]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert not HEAVY & set(done.stdout.split())


def test_the_version_is_one() -> None:
    import cleaner

    assert f"v{cleaner.__version__}" in (ROOT / "README.md").read_text(encoding="utf-8")
