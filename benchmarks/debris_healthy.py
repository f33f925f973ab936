"""Prints every edit that the debris stage makes in clean documents, to be read one by one.

    CLEANER_DATA=… python benchmarks/debris_healthy.py [--documents 1000] [--profile precise] [--dressed] [--languages zh,ja]

``--dressed`` prints titles, bylines, subheads, lists and dialogue around the paragraphs first (``training/dressing.py``): all must stay.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import zstandard

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks" / "training")]

from dressing import dressed  # noqa: E402

from cleaner.chain import Chain  # noqa: E402

HARM = 0.01
"""Share of its words whose loss counts as harm to a document."""


def documents(data: Path, languages: list[str]) -> Iterator[tuple[str, str]]:
    """Yield (source, text) of the clean collections: English, or the languages asked for."""
    name = "ml_text.jsonl.zst" if languages else "en_text.jsonl.zst"
    with open(data / "train" / name, "rb") as file:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
            row = json.loads(line)
            if not languages or row["lang"] in languages:
                yield f"{row['source']} {row.get('lang', '')}".strip(), row["text"]


def main() -> None:
    """Clean a sample and print what was removed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("CLEANER_DATA"))
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--profile", default="precise")
    parser.add_argument("--languages", default="")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--dressed", action="store_true")
    options = parser.parse_args()
    if options.data is None:
        parser.error("say where the data is: --data DIR or $CLEANER_DATA")
    chain = Chain.default(options.profile, stages=("debris",))
    rows = list(documents(Path(options.data), [code for code in options.languages.split(",") if code]))
    chooser = random.Random(options.seed)
    sample = chooser.sample(rows, min(options.documents, len(rows)))
    harmed = edited = words = lost = 0
    rules: Counter[str] = Counter()
    for number, (source, text) in enumerate(sample):
        if options.dressed:
            text = "\n".join(dressed(text.split("\n"), number))
        result = chain.clean(text)
        total = len(text.split())
        gone = total - len(result.text.split())
        words += total
        lost += gone
        harmed += gone > HARM * total
        edited += bool(result.edits)
        for edit in result.edits:
            rules[edit.rule] += 1
            print(f"{source[:30]:30} {edit.rule:28} {edit.confidence:.2f} {edit.before.strip()[:150]!r}")
    print(f"{len(sample)} documents, {edited} edited, {harmed} lost more than {HARM:.0%}")
    print(f"{lost} of {words} words lost ({lost / words:.5%})")
    print(dict(rules.most_common()))


if __name__ == "__main__":
    main()
