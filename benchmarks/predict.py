"""Runs the shipped chain over labelled records, with its own tables or, fold by fold, with tables that never saw the record.

A folder of folds is what a training script writes with ``--folds DIR``: ``sites.json`` (or ``sources.json``) holds the number of the
fold of each site, and ``0.bin``, ``1.bin`` … are the tables trained without the sites of that fold. Each fold is judged in a process of
its own, because a stage keeps the table it has loaded.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections import defaultdict
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
    table: str = ""
    """The shipped table that the tables of the folds stand in for, such as ``any/debris.bin``."""
    _chains: dict[str, Chain] = field(default_factory=dict)

    def __call__(self, profile: str, records: Sequence[Record], text_of: Callable[[Record], str]) -> Iterator[tuple[Record, Result]]:
        """Yield each record with the result of the chain on its text, in no promised order."""
        if self.folds is None:
            chain = self._chain(profile)
            for record in records:
                yield record, chain.clean(text_of(record))
            return
        (plan,) = self.folds.glob("*.json")
        key = plan.stem.removesuffix("s")
        fold_of = json.loads(plan.read_text(encoding="utf-8"))
        groups: dict[int, list[Record]] = defaultdict(list)
        for record in records:
            # A site that no fold names was not trained on; any table is apart from it.
            groups[fold_of.get(record[key], 0)].append(record)
        for fold, mine in sorted(groups.items()):
            table = self.folds / f"{fold}.bin"
            yield from zip(mine, _judge_apart(table, self.table, self.stages, profile, [text_of(r) for r in mine]), strict=True)

    def _chain(self, profile: str) -> Chain:
        from cleaner import Chain

        if profile not in self._chains:
            self._chains[profile] = Chain.default(profile=profile, stages=self.stages)
        return self._chains[profile]


def _judge_apart(table: Path, place: str, stages: tuple[str, ...], profile: str, texts: list[str]) -> list[Result]:
    from cleaner.tables import rules_dir

    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules"
        shutil.copytree(rules_dir(), rules)
        shutil.copy(table, rules / place)
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
