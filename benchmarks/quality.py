"""Scores the shipped chain on the four labelled tasks and on clean text, and prints one table.

    python benchmarks/quality.py --data DIR [--task NAME] [--profile NAME] [--sample N] [--json FILE] [--markdown FILE]

``DIR`` holds ``<task>/dev.jsonl`` and ``<task>/score.py``. For each task only the stage that it concerns is on, unless
``--whole-chain`` is given. A table that was trained on the text it is scored on is marked, and the figures that its card gives for
texts held out stand beside. ``--folds TASK=DIR`` scores a task with tables that a training script wrote fold by fold instead.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpora import ROOT, add_data_option
from predict import Predictor
from scoring import TASKS, Figures, run_task
from tables import conditions, markdown_table, number, write_json, write_text

PROFILES = ("precise", "balanced", "thorough")
SCORED_ON: Mapping[str, tuple[str, ...]] = {
    "mojibake": ("mojibake",),
    "debris": ("debris",),
    "holes": ("holes",),
    "mt": ("mt",),
    "clean": ("train",),
}
"""The folder of the data that each task is scored on."""
IN_SAMPLE = "IN SAMPLE"
FOLD_TABLES = {"debris": "any/debris.bin", "holes": "en/truncation.bin", "mt": "en/translation.bin"}
"""The table that the folds of a task stand in for."""
STAGE_OF = {"mojibake": "mojibake", "debris": "debris", "holes": "truncation", "mt": "translation"}


def read_cards(rules: Path = ROOT / "rules") -> dict[str, dict[str, Any]]:
    """Return the cards of the shipped tables by the name of the table, such as ``any/debris``."""
    return {
        f"{path.parent.name}/{path.name.removesuffix('.card.toml')}": tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(rules.glob("*/*.card.toml"))
    }


def trained_on(card: Mapping[str, Any], folder: str) -> bool:
    """Whether a card names a file of the data folder ``folder`` as something its table was trained on."""
    named = card.get("trained-on")
    if named is None:
        # A card without the key is searched whole, but for its figures: doubt counts as "trained on it".
        named = [str(value) for key, value in card.items() if key not in ("figures", "held-out")]
    return any(f"{folder}/" in str(value) for value in named)


def basis(task: str, stages: Sequence[str], cards: Mapping[str, Mapping[str, Any]], tables: Sequence[str]) -> str:
    """Say how the learned ``tables`` of ``stages`` relate to the texts of ``task``."""
    own = [name for name in tables if name.partition("/")[2].partition("-")[0] in stages]
    if not own:
        return "no learned table"
    unknown = [name for name in own if name not in cards]
    if unknown:
        return f"{IN_SAMPLE}: no card says what {', '.join(unknown)} was trained on"
    seen = [name for name in own if any(trained_on(cards[name], folder) for folder in SCORED_ON[task])]
    return f"{IN_SAMPLE}: {', '.join(seen)} was trained on it" if seen else "apart from training"


def learned_tables(rules: Path = ROOT / "rules") -> list[str]:
    """Return the names of the learned tables, such as ``any/debris``."""
    return [f"{path.parent.name}/{path.stem}" for path in sorted(rules.glob("*/*.bin"))]


def held_out(task: str, cards: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the cards of the task's stage say about texts held out: ``"text, figure"`` to a value, or to one per profile."""
    rows: dict[str, Any] = {}
    for name, card in cards.items():
        if _is_of(name, task):
            rows.update(card.get("held-out", {}))
    return rows


def _is_of(table: str, task: str) -> bool:
    return table.partition("/")[2].partition("-")[0] == STAGE_OF.get(task)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run what the command line asks for and return all figures."""
    cards = read_cards()
    folds = dict(item.split("=", 1) for item in options.folds)
    result: dict[str, Any] = {"conditions": conditions(), "sample": options.sample, "whole_chain": options.whole_chain, "tasks": {}}
    for task in options.task or TASKS:
        if not (options.data / {"clean": "train"}.get(task, task)).is_dir():
            print(f"{options.data}/{task}: absent, skipped", file=sys.stderr)
            continue
        stages = TASKS["clean"][1] if options.whole_chain else TASKS[task][1]
        stages = tuple(name for name in stages if name not in options.without)
        predict = Predictor(stages, Path(folds[task]), FOLD_TABLES[task]) if task in folds else Predictor(stages)
        figures: dict[str, Figures] = {}
        for profile in options.profile or PROFILES:
            begin = time.process_time()
            figures[profile] = run_task(task, options.data, predict, profile, options.sample)
            print(f"{task}, {profile}: {time.process_time() - begin:.0f} s CPU", file=sys.stderr)
        result["tasks"][task] = {
            "stages": list(stages),
            "basis": "held out, fold by fold" if task in folds else basis(task, stages, cards, learned_tables()),
            "rows": _rows(figures, held_out(task, cards)),
            "cards": {name: card["figures"] for name, card in cards.items() if _is_of(name, task) and "figures" in card},
        }
    return result


def _rows(figures: Mapping[str, Figures], held: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for text, figure in dict.fromkeys(key for one in figures.values() for key in one):
        row: dict[str, Any] = {"text": text, "figure": figure}
        row.update({profile: one.get((text, figure)) for profile, one in figures.items()})
        if (card := held.get(f"{text}, {figure}")) is not None:
            row["held_out"] = card if isinstance(card, Mapping) else dict.fromkeys(figures, card)
        rows.append(row)
    return rows


def as_markdown(result: Mapping[str, Any]) -> str:
    """Return the figures as one table, and below it how the learned tables relate to the texts scored."""
    profiles = [p for p in PROFILES if any(p in row for task in result["tasks"].values() for row in task["rows"])]
    rows = [
        [f"{name} *" if task["basis"].startswith(IN_SAMPLE) else name, row["text"], row["figure"], *(_cell(row, p) for p in profiles)]
        for name, task in result["tasks"].items()
        for row in task["rows"]
    ]
    parts = [markdown_table(["task", "text", "figure", *profiles], rows)]
    if any(task["basis"].startswith(IN_SAMPLE) for task in result["tasks"].values()):
        parts.append("\\* A learned table saw these texts, or may have. Figures in brackets: the same cross-fitted, from the table's card.")
    if result["sample"]:
        parts.append(f"A sample of {result['sample']} records of each file: for comparison with itself only.")
    notes = [[name, ", ".join(task["stages"]), task["basis"]] for name, task in result["tasks"].items()]
    parts.append(markdown_table(["task", "stages that ran", "learned tables and the texts scored"], notes))
    said = [
        [table, key, ", ".join(map(number, value)) if isinstance(value, list) else number(value)]
        for task in result["tasks"].values()
        for table, figures in task.get("cards", {}).items()
        for key, value in figures.items()
    ]
    if said:
        parts.append("What the cards of the learned tables say of texts held out:\n\n" + markdown_table(["table", "figure", "value"], said))
    return "\n\n".join(parts) + "\n"


def _cell(row: Mapping[str, Any], profile: str) -> str:
    held = row.get("held_out", {}).get(profile)
    return number(row.get(profile)) + (f" ({number(held)})" if held is not None else "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_option(parser)
    parser.add_argument("--task", action="append", choices=list(TASKS), help="only this task; may be given again")
    parser.add_argument("--profile", action="append", choices=PROFILES, help="only this profile; may be given again")
    parser.add_argument("--sample", type=int, metavar="N", help="at most N records of each file, always the same ones")
    parser.add_argument("--whole-chain", action="store_true", help="all stages on for every task")
    parser.add_argument("--without", action="append", default=[], metavar="STAGE", help="leave a stage out")
    parser.add_argument("--folds", action="append", default=[], metavar="TASK=DIR", help="tables held out, fold by fold")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    if options.data is None or not options.data.is_dir():
        print("no data: give --data DIR or set CLEANER_DATA", file=sys.stderr)
        return 2
    result = measure(options)
    table = as_markdown(result)
    print(table, end="")
    if options.json:
        write_json(options.json, result)
    if options.markdown:
        write_text(options.markdown, table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
