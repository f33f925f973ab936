"""How the cost of the chain grows: with the number of rules, the size of a document, the share of damaged ones, and workers.

    python benchmarks/growth.py [--data DIR] [--only rules|size|damage|workers] [--out DIR]

Writes ``growth.json``, ``growth.md`` and one SVG per variable to ``--out``. Throughput is given in units of ``str.split()`` over the
same texts, timed in turns with the chain, so that a busy machine bends no curve: 0.2 means a fifth of the characters per second that
``str.split()`` handles. Only workers are measured by the clock on the wall, since work in several processes is the point there.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from contenders import SPLIT, cleaning
from corpora import add_data_option, perf_texts
from svg import line_chart
from tables import conditions, markdown_table, write_json, write_text
from timing import Timing, interleaved, ratio

RULES = (0, 100, 1_000, 10_000, 100_000)
SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 50_000_000)
SHARES = (0, 2, 5, 10, 20, 50, 100)
WORKERS = (0, 1, 2)
SYLLABLES = "ba ce di fo gu ka le mi no pu ra se ti vo zu bra cle dri flo gru pla sten ting mor vel".split()

Row = dict[str, Any]


def made_up_phrases(count: int, common: Sequence[str]) -> list[str]:
    """Return ``count`` distinct phrases of two or three words: made-up words beside words that texts do use, so that scans stay honest."""
    chance = random.Random(0)
    made: dict[str, None] = {}
    while len(made) < count:
        word = "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))
        other = "".join(chance.choices(SYLLABLES, k=2))
        phrase = chance.choice([f"{chance.choice(common)} {word}", f"{word} {other}", f"{word} {chance.choice(common)} {other}"])
        made[phrase] = None
    return list(made)


def common_words(texts: Sequence[str]) -> list[str]:
    """The hundred most frequent plain words of ``texts``."""
    counts: dict[str, int] = {}
    for text in texts[:200]:
        for word in text.lower().split():
            if word.isalpha() and word.isascii():
                counts[word] = counts.get(word, 0) + 1
    return sorted(counts, key=lambda word: (-counts[word], word))[:100]


def over_rules(texts: Sequence[str], rounds: int) -> list[Row]:
    """Time the chain with more and more phrase rules of a user beside the shipped ones; and their compilation, cold and cached."""
    from cleaner import Chain, Settings

    common = common_words(texts)
    jobs: dict[str, Callable[[Sequence[str]], object]] = {SPLIT: lambda part: [text.split() for text in part]}
    compiled: dict[int, tuple[float, float]] = {}
    kept = os.environ.get("CLEANER_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CLEANER_CACHE"] = str(Path(folder) / "cache")
        for count in RULES:
            paths: tuple[Path, ...] = ()
            if count:
                # Ten literals to a rule: what a rule file of this size looks like.
                phrases = made_up_phrases(count, common)
                rules = [_rule(i, phrases[i : i + 10]) for i in range(0, count, 10)]
                paths = (Path(folder) / f"rules-{count}.toml",)
                write_text(paths[0], "format = 1\n\n" + "\n".join(rules))
            taken = []
            for _ in range(2):
                begin = time.process_time()
                chain = Chain(Settings(rules=paths))
                chain.clean("Warm up.")
                taken.append(time.process_time() - begin)
            compiled[count] = (taken[0], taken[1])
            jobs[f"{count:,}"] = cleaning(chain)
        timings = interleaved(jobs, texts, rounds)
    if kept is None:
        del os.environ["CLEANER_CACHE"]
    else:
        os.environ["CLEANER_CACHE"] = kept
    base = timings["0"].best
    return [
        {
            "tick": f"{count:,}",
            **_throughput(timings, f"{count:,}"),
            "x_time_of_shipped_rules": round(timings[f"{count:,}"].best / base, 3),
            "ready_cold_seconds": round(compiled[count][0], 3),
            "ready_cached_seconds": round(compiled[count][1], 3),
        }
        for count in RULES
    ]


def _rule(number: int, phrases: Sequence[str]) -> str:
    literals = ", ".join(f'"{phrase}"' for phrase in phrases)
    return (
        f'[[rule]]\nid = "house.made-up-{number}"\naction = "flag"\nmatch = "phrase"\nwhy = "A phrase made up for timing."\n'
        f'literals = [{literals}]\nlanguages = ["any"]\nhits = [{{ text = "{phrases[0]}", hit = "{phrases[0]}" }}]\n'
        f'clean = ["No such phrase.", "None here either."]\n'
    )


def over_sizes(texts: Sequence[str], rounds: int, limit: int) -> list[Row]:
    """Time one document of each size, made of whole documents joined by an empty line; small ones many times over."""
    from cleaner import Chain

    chain = Chain()
    pool = "\n\n".join(texts)
    rows = []
    for size in SIZES:
        if size > limit:
            continue
        text = (pool * (size // len(pool) + 1))[:size]
        copies = [text] * max(1, min(200, 200_000 // size))
        if size < len(pool):
            # Different places of the pool, so that a small document is not one lucky text.
            copies = [pool[i * (len(pool) - size) // len(copies) :][:size] for i in range(len(copies))]
        jobs = {SPLIT: lambda part: [t.split() for t in part], "chain": cleaning(chain)}
        timings = interleaved(jobs, copies, rounds if size < 10_000_000 else 1)
        rows.append({"tick": _size_name(size), **_throughput(timings, "chain")})
    return rows


def _size_name(size: int) -> str:
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1_000} KB"


def damaged(text: str, chance: random.Random) -> str:
    """Return ``text`` with damage of one kind or another, made here: misread UTF-8, page furniture, or wrong spacing of signs."""
    lines = text.split("\n")
    kind = chance.randrange(3)
    if kind == 0:
        at = chance.randrange(len(lines))
        lines[at] = (lines[at] + " – “café”, naïve").encode("utf-8").decode("latin-1")
    elif kind == 1:
        labels = ["Share this article", "Down Icon", "Leave a Reply", "Read more", "Sign up for our newsletter"]
        for label in chance.sample(labels, 3):
            lines.insert(chance.randrange(len(lines) + 1), label)
    else:
        lines.append("The group is committing$ 14 billion, a information provider said, up 10 % from last year.")
    return "\n".join(lines)


def over_damage(texts: Sequence[str], rounds: int) -> list[Row]:
    """Time mixes of healthy documents and the same documents damaged, by the share of damaged ones."""
    from cleaner import Chain

    chain = Chain()
    chance = random.Random(0)
    healthy = [text for text in texts if not (result := chain.clean(text)).edits and not result.findings]
    broken = [damaged(text, chance) for text in healthy]
    rows = []
    for share in SHARES:
        mix = [b if (i * share) % 100 < share else h for i, (h, b) in enumerate(zip(healthy, broken, strict=True))]
        jobs = {SPLIT: lambda part: [text.split() for text in part], "chain": cleaning(chain)}
        timings = interleaved(jobs, mix, rounds)
        rows.append({"tick": f"{share} %", **_throughput(timings, "chain")})
    return rows


def over_workers(texts: Sequence[str]) -> list[Row]:
    """Time ``Chain.pipe`` by the clock on the wall; 0 workers is this process. On a busy machine the gain is understated."""
    from cleaner import Chain

    chain = Chain()
    chain.clean(texts[0])
    rows: list[Row] = []
    for workers in WORKERS:
        begin = time.perf_counter()
        for _ in chain.pipe(texts, workers=workers):
            pass
        seconds = time.perf_counter() - begin
        base = rows[0]["seconds"] if rows else seconds
        rows.append({"tick": str(workers), "seconds": round(seconds, 3), "x_one_process": round(base / seconds, 3)})
    return rows


def _throughput(timings: dict[str, Timing], name: str) -> Row:
    cost, least, most = ratio(timings, name, SPLIT)
    return {"x_split_time": round(cost, 3), "throughput": round(1 / cost, 4), "least": round(1 / most, 4), "most": round(1 / least, 4)}


CHARTS = {
    "rules": ("Throughput over the number of added rule phrases", "phrases added to the shipped rules", "throughput"),
    "size": ("Throughput over the size of one document", "characters in the document", "throughput"),
    "damage": ("Throughput over the share of damaged documents", "damaged documents", "throughput"),
    "workers": ("Speed over workers", "worker processes (0: none, the same process)", "x_one_process"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_option(parser)
    parser.add_argument("--only", action="append", choices=list(CHARTS))
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--largest", type=int, default=SIZES[-1], metavar="N", help="largest document in characters")
    parser.add_argument("--out", type=Path, default=Path("growth"), metavar="DIR")
    options = parser.parse_args(arguments)
    texts, what = perf_texts(options.data, options.documents)
    if not texts:
        print("nothing to time: no data and no samples", file=sys.stderr)
        return 2
    measures: dict[str, Callable[[], list[Row]]] = {
        "rules": lambda: over_rules(texts, options.rounds),
        "size": lambda: over_sizes(texts, options.rounds, options.largest),
        "damage": lambda: over_damage(texts, options.rounds),
        "workers": lambda: over_workers(texts),
    }
    result: dict[str, Any] = {"conditions": conditions(), "texts": what, "cores": os.cpu_count()}
    parts = [f"{what}; throughput in units of `str.split()` over the same text unless said otherwise."]
    for name in options.only or CHARTS:
        rows = result[name] = measures[name]()
        title, x_label, key = CHARTS[name]
        label = "× one process" if key == "x_one_process" else "throughput, × str.split()"
        chart = line_chart(title, x_label, label, [row["tick"] for row in rows], {"default chain": [row[key] for row in rows]})
        write_text(options.out / f"growth-{name}.svg", chart)
        header = [name, *(key for key in rows[0] if key != "tick")]
        parts.append(f"**{title}**\n\n" + markdown_table(header, [list(row.values()) for row in rows]))
        print(parts[-1], end="\n\n", flush=True)
    write_json(options.out / "growth.json", result)
    write_text(options.out / "growth.md", "\n\n".join(parts) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
