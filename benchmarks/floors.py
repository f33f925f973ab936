"""Refuses a silent drop: counts the work that the chain does on fixed texts, and compares quality figures with their floors.

    python benchmarks/floors.py                      what the work counts are, beside their limits
    python benchmarks/floors.py --quality FILE.json  the figures that quality.py wrote, beside their floors

Work is counted in calls, which are the same on every machine, not in seconds. The limits stand in ``floors.toml``; whoever moves one
says why in the commit. Exit code 1 when a limit is broken.
"""

from __future__ import annotations

import argparse
import fnmatch
import importlib
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

from tables import markdown_table

__all__ = ["Check", "load_floors", "quality_checks", "work_checks"]

HERE = Path(__file__).resolve().parent


class Check(NamedTuple):
    """One limit and what was found."""

    name: str
    found: float | None
    limit: float
    at_most: bool

    @property
    def holds(self) -> bool:
        """Whether the limit is kept; a figure that is missing breaks it."""
        if self.found is None:
            return False
        return self.found <= self.limit if self.at_most else self.found >= self.limit


def load_floors(path: Path = HERE / "floors.toml") -> dict[str, Any]:
    """Return the limits as ``floors.toml`` states them."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def calls_while_cleaning(text: str, profile: str = "precise", stages: Sequence[str] | None = None) -> Counter[str]:
    """Return how often each Python function (``module:name``) and any C function (``C``) is called to clean ``text``.

    The chain has cleaned the text before, so that lazy imports and tables don't count.
    """
    chain = _chain(profile, tuple(stages) if stages else None)
    chain.clean(text)
    codes: Counter[tuple[str, CodeType]] = Counter()
    native = 0

    def on_event(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal native
        if event == "call":
            codes[frame.f_globals.get("__name__", "?"), frame.f_code] += 1
        elif event == "c_call":
            native += 1

    before = sys.getprofile()
    sys.setprofile(on_event)
    try:
        chain.clean(text)
    finally:
        sys.setprofile(before)
    counts: Counter[str] = Counter({"C": native})
    for (module, code), count in codes.items():
        counts[f"{module}:{code.co_qualname}"] += count
    return counts


@lru_cache(maxsize=8)
def _chain(profile: str, stages: tuple[str, ...] | None) -> Any:
    from cleaner import Chain

    return Chain.default(profile=profile, **({"stages": stages} if stages else {}))


def work_checks(limits: Sequence[Mapping[str, Any]]) -> list[Check]:
    """Count the work of each limit in ``floors.toml``'s ``[[work]]`` and compare."""
    checks = []
    counted: dict[tuple[str, str], Counter[str]] = {}
    for limit in limits:
        text = (HERE / "texts" / f"{limit['text']}.txt").read_text(encoding="utf-8")
        key = (limit["text"], limit.get("profile", "precise"))
        if key not in counted:
            counted[key] = calls_while_cleaning(text, key[1])
        total = 0.0
        for pattern in limit["calls"]:
            _must_exist(pattern)
            total += sum(count for name, count in counted[key].items() if fnmatch.fnmatchcase(name, pattern))
        if limit.get("per") == "100,000 characters":
            total = round(total * 100_000 / len(text), 1)
        checks.append(Check(f"{limit['what']}, {key[0]}, {key[1]}", total, limit["at-most"], True))
    return checks


def _must_exist(pattern: str) -> None:
    """Raise ``LookupError`` when ``pattern`` names a function that is gone, so that a renamed one is not counted as no work."""
    if "*" in pattern or ":" not in pattern:
        return
    module, _, name = pattern.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        if not hasattr(found, part):
            raise LookupError(f"floors.toml: {pattern} does not exist any more; name the function that does its work now")
        found = getattr(found, part)


def quality_checks(floors: Sequence[Mapping[str, Any]], result: Mapping[str, Any]) -> list[Check]:
    """Compare the figures that ``quality.py`` wrote with their floors; tasks that were not run are passed over."""
    checks = []
    for floor in floors:
        task = result["tasks"].get(floor["task"])
        if task is None:
            continue
        row = next((r for r in task["rows"] if r["text"] == floor["text"] and r["figure"] == floor["figure"]), {})
        name = f"{floor['task']}, {floor['profile']}: {floor['text']}, {floor['figure']}"
        at_most = "at-most" in floor
        checks.append(Check(name, row.get(floor["profile"]), floor["at-most"] if at_most else floor["at-least"], at_most))
    return checks


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quality", type=Path, metavar="FILE", help="figures that quality.py wrote with --json")
    parser.add_argument("--calls", metavar="TEXT", help="print the most frequent calls on this text instead")
    parser.add_argument("--top", type=int, default=40, help="how many of them")
    options = parser.parse_args(arguments)
    if options.calls:
        text = (HERE / "texts" / f"{options.calls}.txt").read_text(encoding="utf-8")
        print("\n".join(f"{count:8}  {name}" for name, count in calls_while_cleaning(text).most_common(options.top)))
        return 0
    floors = load_floors()
    if options.quality:
        result = json.loads(options.quality.read_text(encoding="utf-8"))
        checks = quality_checks(floors["sample" if result["sample"] else "quality"], result)
    else:
        checks = work_checks(floors["work"])
    rows = [[c.name, c.found, f"{'≤' if c.at_most else '≥'} {c.limit}", "" if c.holds else "BROKEN"] for c in checks]
    print(markdown_table(["what", "found", "limit", ""], rows))
    return 0 if all(check.holds for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
