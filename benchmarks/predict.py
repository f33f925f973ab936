"""Runs the shipped chain over labelled records, with its own tables or, fold by fold, with tables that never saw the record.

A folder of folds is what a training script writes with ``--folds DIR``::

    DIR/folds.json            {"key": "site", "folds": [["a.example", …], ["b.example", …]]}
    DIR/0/any/debris.bin …    the tables trained without the records whose key is in the first list

``key`` is a field of the records, or ``id``. Each fold is judged in a process of its own, because a stage keeps the table it has loaded.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleaner import Chain, Result

__all__ = ["Predictor"]

Record = dict[str, Any]


@dataclass
class Predictor:
    """Judges records with a chain of ``stages``."""

    stages: tuple[str, ...]
    folds: Path | None = None
    """A folder of folds; ``None`` judges with the shipped tables."""
    _chains: dict[str, Chain] = field(default_factory=dict)

    def __call__(self, profile: str, records: Sequence[Record], text_of: Callable[[Record], str]) -> Iterator[tuple[Record, Result]]:
        """Yield each record with the result of the chain on its text, in no promised order."""
        if self.folds is None:
            chain = self._chain(profile)
            for record in records:
                yield record, chain.clean(text_of(record))
            return
        plan = json.loads((self.folds / "folds.json").read_text(encoding="utf-8"))
        key = plan["key"]
        fold_of = {value: index for index, values in enumerate(plan["folds"]) for value in values}
        unknown = {record[key] for record in records} - fold_of.keys()
        if unknown:
            raise SystemExit(f"{self.folds}/folds.json: {len(unknown)} values of {key} are in no fold, such as {sorted(unknown)[:3]}")
        for index in range(len(plan["folds"])):
            mine = [record for record in records if fold_of[record[key]] == index]
            if mine:
                yield from zip(mine, _judge_apart(self.folds / str(index), self.stages, profile, [text_of(r) for r in mine]), strict=True)

    def _chain(self, profile: str) -> Chain:
        from cleaner import Chain

        if profile not in self._chains:
            self._chains[profile] = Chain.default(profile=profile, stages=self.stages)
        return self._chains[profile]


def _judge_apart(tables: Path, stages: tuple[str, ...], profile: str, texts: list[str]) -> list[Result]:
    from cleaner.tables import rules_dir

    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules"
        shutil.copytree(rules_dir(), rules)
        shutil.copytree(tables, rules, dirs_exist_ok=True)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            return pool.submit(_judge, str(rules), stages, profile, texts).result()


def _judge(rules: str, stages: tuple[str, ...], profile: str, texts: list[str]) -> list[Result]:
    os.environ["CLEANER_CACHE"] = str(Path(rules).parent)
    from cleaner import Chain, tables

    shipped = tables.rules_dir
    for module in [module for name, module in sys.modules.items() if name.partition(".")[0] == "cleaner"]:
        if getattr(module, "rules_dir", None) is shipped:
            module.rules_dir = lambda: Path(rules)  # type: ignore[attr-defined]
    chain = Chain.default(profile=profile, stages=stages)
    return [chain.clean(text) for text in texts]
