"""The samples: damage becomes what `expected/` says, healthy texts leave as they came."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaner import Chain
from cleaner.cli import main

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.mark.parametrize("path", sorted((SAMPLES / "healthy").iterdir()), ids=lambda path: path.name)
def test_healthy_samples_are_left_alone(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("path", sorted((SAMPLES / "damaged").iterdir()), ids=lambda path: path.name)
def test_damaged_samples_become_what_is_expected(path: Path) -> None:
    result = Chain.default().clean(path.read_text(encoding="utf-8"))
    assert result.text == (SAMPLES / "expected" / path.name).read_text(encoding="utf-8")
    assert result.edits or result.findings
    assert result.undo() == result.source


def test_each_damaged_sample_has_its_expectation() -> None:
    assert {p.name for p in (SAMPLES / "damaged").iterdir()} == {p.name for p in (SAMPLES / "expected").iterdir()}
