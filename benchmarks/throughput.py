"""Times the chain and its stages against two yardsticks in one process, and prints ratios with their spread.

    python benchmarks/throughput.py [--data DIR] [--documents N] [--rounds N] [--json FILE] [--markdown FILE] [--peers]

All times are CPU seconds of one process, taken in turns (``timing.interleaved``). A stage's own cost is the chain minus the chain
without it; beside it stands the stage alone, which also pays for what the stages share. Without data the sample texts are timed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contenders import FTFY, PEERS, SPLIT, chain_jobs, cleaning, peers, yardsticks
from corpora import add_data_option, every, perf_texts
from tables import conditions, markdown_table, write_json, write_text
from timing import Timing, interleaved, ratio

BUDGET: Mapping[str, tuple[float, float]] = {
    "mojibake": (2.0, 1.0),
    "debris": (1.5, 0.6),
    "translation": (1.0, 0.6),
    "truncation": (1.5, 0.8),
    "chain": (6.0, 3.0),
}
"""Floor and goal on the mix of ``perf/corpus.jsonl.zst``, in units of ``str.split()``."""
SMALL = 30_000
"""Code points below which a set of texts is repeated: shorter runs are lost in the clock's grain."""


def healthy_ascii(texts: Sequence[str], stages: Sequence[str]) -> list[str]:
    """The texts that are pure ASCII and come out of the chain with no edit and no finding."""
    from cleaner import Chain

    chain = Chain.default(stages=tuple(stages))
    return [t for t in texts if t.isascii() and not (result := chain.clean(t)).edits and not result.findings]


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Time everything the command line asks for."""
    from cleaner import Chain

    texts, what = perf_texts(options.data, options.documents)
    size = sum(map(len, texts))
    if not texts:
        raise SystemExit("nothing to time: no data and no samples")
    if size < SMALL:
        texts = texts * (SMALL // max(1, size) + 1)
    stages = tuple(options.stages.split(","))
    jobs = {**yardsticks(), **chain_jobs(stages)}
    for profile in ("balanced", "thorough"):
        jobs[f"chain, {profile}"] = cleaning(Chain.default(profile=profile, stages=stages))
    mix = interleaved(jobs, texts, options.rounds)
    rows = [_row(mix, name, stages) for name in mix if name not in (SPLIT, FTFY)]
    rows += [
        {"what": f"{stage}, own cost", **_difference(mix, "chain", f"without {stage}"), "floor_x_split": BUDGET[stage][0]}
        for stage in stages
    ]
    clean = healthy_ascii(texts, stages)
    result: dict[str, Any] = {
        "conditions": conditions(),
        "texts": what,
        "characters": sum(map(len, texts)),
        "rounds": options.rounds,
        "split_million_characters_per_second": round(sum(map(len, texts)) / mix[SPLIT].best / 1e6, 1),
        "ftfy_million_characters_per_second": round(sum(map(len, texts)) / mix[FTFY].best / 1e6, 2),
        "split_spread": round(mix[SPLIT].spread, 3),
        "ftfy_spread": round(mix[FTFY].spread, 3),
        "rows": rows,
    }
    if clean:
        ascii_times = interleaved({**yardsticks(), "chain": cleaning(Chain.default(stages=stages))}, clean, options.rounds)
        result["healthy_ascii"] = {"documents": len(clean), "characters": sum(map(len, clean)), **_row(ascii_times, "chain", stages)}
    if options.peers:
        few = every(texts, max(20, len(texts) // 12))
        times = interleaved({**yardsticks(), "chain": cleaning(Chain.default(stages=stages)), **peers(PEERS)}, few, 2)
        result["peers"] = [_row(times, name, stages) for name in times if name not in (SPLIT, FTFY)]
    return result


def _row(timings: Mapping[str, Timing], name: str, stages: Sequence[str]) -> dict[str, Any]:
    best, least, most = ratio(timings, name, SPLIT)
    row = {
        "what": name,
        "x_split": round(best, 3),
        "x_split_least": round(least, 3),
        "x_split_most": round(most, 3),
        "x_ftfy": round(timings[FTFY].best / timings[name].best, 2),
    }
    if name == "chain" and set(stages) == set(BUDGET) - {"chain"}:
        row["floor_x_split"] = BUDGET["chain"][0]
    return row


def _difference(timings: Mapping[str, Timing], whole: str, part: str) -> dict[str, Any]:
    each = [
        (a - b) / c for a, b, c in zip(timings[whole].rounds, timings[part].rounds, timings[SPLIT].rounds, strict=True)
    ]
    best = (timings[whole].best - timings[part].best) / timings[SPLIT].best
    return {"x_split": round(best, 3), "x_split_least": round(min(each), 3), "x_split_most": round(max(each), 3), "x_ftfy": None}


def as_markdown(result: Mapping[str, Any]) -> str:
    """Return the figures as tables."""
    header = ["what", "× str.split()", "least … most round", "times as fast as ftfy", "budget × split"]
    parts = [
        f"{result['texts']}, {result['characters']:,} characters, {result['rounds']} rounds in turns, CPU time of one process. "
        f"`str.split()`: {result['split_million_characters_per_second']} million characters/s; "
        f"`ftfy.fix_text`: {result['ftfy_million_characters_per_second']}.",
        markdown_table(header, [_cells(row) for row in result["rows"]]),
    ]
    if "healthy_ascii" in result:
        row = result["healthy_ascii"]
        parts.append(
            f"{row['documents']} documents of pure ASCII that need nothing ({row['characters']:,} characters):\n\n"
            + markdown_table(header, [_cells(row)])
        )
    if "peers" in result:
        parts.append("Beside other tools, each on the same texts:\n\n" + markdown_table(header, [_cells(row) for row in result["peers"]]))
    return "\n\n".join(parts) + "\n"


def _cells(row: Mapping[str, Any]) -> list[Any]:
    spread = f"{row['x_split_least']:.2f} … {row['x_split_most']:.2f}"
    floor = row.get("floor_x_split")
    return [row["what"], f"{row['x_split']:.2f}", spread, row["x_ftfy"] if row["x_ftfy"] is None else f"{row['x_ftfy']:.1f}", floor]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_option(parser)
    parser.add_argument("--documents", type=int, default=630, metavar="N", help="documents to time (default: every tenth, 630)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--stages", default="mojibake,debris,translation,truncation")
    parser.add_argument("--peers", action="store_true", help="time other tools too, where they are installed (slow)")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
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
