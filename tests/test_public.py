"""The public names: those that the package promises, no more and no fewer."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import cleaner

PROMISED = {
    "STAGES", "Chain", "CleanerError", "ConfigError", "Document", "Edit", "EditError", "Finding", "Outcome", "Result", "RuleError",
    "Settings", "SourceError", "Stage", "__version__", "clean",
}  # fmt: skip


def test_all_is_what_is_there() -> None:
    there = {name for name, value in vars(cleaner).items() if not name.startswith("_") and not isinstance(value, ModuleType)}
    assert set(cleaner.__all__) == there | {"__version__"}
    assert len(cleaner.__all__) == len(set(cleaner.__all__))
    assert set(cleaner.__all__) >= PROMISED


@pytest.mark.parametrize("path", sorted(Path(cleaner.__file__).parent.rglob("*.py")), ids=lambda path: path.stem)
def test_all_of_each_module_exists(path: Path) -> None:
    parts = path.relative_to(Path(cleaner.__file__).parent.parent).with_suffix("").parts
    if parts[-1] == "__main__":
        return
    module = import_module(".".join(parts).removesuffix(".__init__"))
    names = getattr(module, "__all__", [])
    assert len(names) == len(set(names))
    for name in names:
        assert hasattr(module, name)


@pytest.mark.parametrize("name", sorted(PROMISED - {"STAGES", "__version__"}))
def test_public_things_are_documented_and_typed(name: str) -> None:
    thing = getattr(cleaner, name)
    assert inspect.getdoc(thing)
    if inspect.isfunction(thing):
        assert set(inspect.signature(thing).parameters) <= {*thing.__annotations__}


def test_the_three_lines_of_the_readme() -> None:
    result = cleaner.clean("Prices rose.\nDown Icon\n")
    assert result.text == "Prices rose.\n"
    assert [(edit.start, edit.end, edit.before, edit.after, edit.rule, edit.stage) for edit in result.edits] == [
        (13, 23, "Down Icon\n", "", "debris.icon-label", "debris")
    ]
    assert result.edits[0].reason
    assert result.undo() == result.source == "Prices rose.\nDown Icon\n"
    assert result.findings == ()


def test_typed() -> None:
    assert (Path(cleaner.__file__).parent / "py.typed").exists()


def test_no_global_state_is_left_by_use() -> None:
    """Cleaning changes no module of the standard library that others rely on: random, locale, warnings, the import path."""
    program = (
        "import random, warnings, locale, sys, os\n"
        "before = random.getstate(), list(warnings.filters), locale.setlocale(locale.LC_ALL), dict(os.environ)\n"
        "import cleaner\n"
        "cleaner.clean('Der Rat der Stadt hat am Montag über die Brücke beraten und nichts beschlossen. 10 % sind dagegen.\\nDown Icon')\n"
        "after = random.getstate(), list(warnings.filters), locale.setlocale(locale.LC_ALL), dict(os.environ)\n"
        "assert before == after\n"
    )
    root = Path(cleaner.__file__).parent.parent
    subprocess.run([sys.executable, "-c", program], check=True, cwd=root)
