"""Scores the whole debris stage on the labelled pages, each site with a judge that never saw it.

    CLEANER_DATA=… python benchmarks/training/debris.py --folds FOLDS
    CLEANER_DATA=… python benchmarks/debris_crossfit.py FOLDS [precise balanced thorough]

FOLDS is the folder of tables that the training script writes. The scorer is the one beside the data.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from cleaner.chain import Chain  # noqa: E402
from cleaner.stages.debris import Debris  # noqa: E402
from cleaner.stages.line_judge import LineJudge  # noqa: E402

COLUMNS = ("precision", "recall", "f1", "article_lines_lost", "article_words_lost", "debris_words_removed")


def chain_with(judge: LineJudge, profile: str) -> Chain:
    """Return the debris chain of a tier with another judge."""
    chain = Chain.default(profile, stages=("debris",))
    chain._judge = (Debris(profile, judge=judge),)
    return chain


def main() -> None:
    """Print one row per tier and view."""
    data = Path(os.environ["CLEANER_DATA"]) / "debris"
    folds = Path(sys.argv[1])
    sys.path.insert(0, str(data))
    import score

    sites = json.loads((folds / "sites.json").read_text())
    judges = [LineJudge(path.read_bytes()) for path in sorted(folds.glob("*.bin"))]
    gold = [json.loads(line) for line in (data / "dev.jsonl").open(encoding="utf-8")]
    for profile in sys.argv[2:] or ("precise", "balanced", "thorough"):
        chains = [chain_with(judge, profile) for judge in judges]
        texts = {page["id"]: "\n".join(line["text"] for line in page["lines"]) for page in gold}
        cleaned = {page["id"]: chains[sites[page["site"]]].clean(texts[page["id"]]).text for page in gold}
        for group, row in score.score(gold, cleaned).items():
            print(profile, group, {column: row[column] for column in COLUMNS}, sep="\t", flush=True)


if __name__ == "__main__":
    main()
