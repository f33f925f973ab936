"""Train the character model of the mojibake stage.

    python benchmarks/training/mojibake.py --data DIR [--out rules/any/mojibake.bin]

Reads ``DIR/train/ml_text.jsonl.zst``, all sources, and the open sources of ``en_text.jsonl.zst``. Interpolated
Witten-Bell trigrams, pruned, quantised to 6 bits and hashed with 10-bit checks, so the table holds no readable text.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from pathlib import Path
from zlib import compress

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cleaner.stages.alphabets import foreign_letters, known
from cleaner.stages.charmodel import HEADER, MAGIC, PROBES, STEP, UNIT, fold, slot_of

OPEN_ENGLISH = ("python/peps", "GSA/", "18F/", "vanatteveldt", "GITenberg", "nltk/nltk_data inaugural", "nltk/nltk_data state_union")
CHARACTERS_PER_LANGUAGE = 900_000
UNIGRAM_FLOOR = 4e-7


def read(path: Path, prefixes: tuple[str, ...], without: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield (language, line) of the sources whose names begin with one of ``prefixes``, languages in ``without`` left out."""
    import zstandard

    with path.open("rb") as raw:
        for row in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), encoding="utf8"):
            record = json.loads(row)
            if record["source"].startswith(prefixes) and record.get("lang") not in without:
                lang = {"nb": "no", "sr-Latn": "hr"}.get(record.get("lang", "en"), record.get("lang", "en"))
                for line in record["text"].split("\n"):
                    # Some sentences of the training text were misread themselves.
                    if "&#" not in line and (not known(lang) or foreign_letters(line, lang) < 2):
                        yield lang, line


def count(lines: Iterable[tuple[str, str]], limit: int) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Return unigram, bigram and trigram counts of the folded words; a language stops at ``limit`` characters."""
    used: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for lang, line in lines:
        if used[lang] >= limit:
            continue
        used[lang] += len(line)
        words.update(fold(line).split())
    one: Counter[str] = Counter()
    two: Counter[str] = Counter()
    three: Counter[str] = Counter()
    for word, n in words.items():
        padded = f"  {word} "
        for i in range(2, len(padded)):
            one[padded[i]] += n
            two[padded[i - 1 : i + 1]] += n
            three[padded[i - 2 : i + 1]] += n
    return one, two, three


def build(counts: tuple[Counter[str], Counter[str], Counter[str]], floor: int = 2, gain: float = 7.0) -> dict[tuple[int, int, int], float]:
    """Return negative log probabilities in nats by n-gram; key (a, b, 1) holds the back-off of context ab.

    A trigram stays when it was seen ``floor`` times and knowing it is worth ``gain`` nats over the training text.
    """
    one, two, three = counts
    total = sum(one.values())
    types1 = len(one)
    p1 = {c: (n + types1 * UNIGRAM_FLOOR) / (total + types1) for c, n in one.items()}
    n1: Counter[str] = Counter()
    t1: Counter[str] = Counter()
    for pair, n in two.items():
        n1[pair[0]] += n
        t1[pair[0]] += 1
    n2: Counter[str] = Counter()
    t2: Counter[str] = Counter()
    for triple, n in three.items():
        n2[triple[:2]] += n
        t2[triple[:2]] += 1
    p2 = {pair: (n + t1[pair[0]] * p1[pair[1]]) / (n1[pair[0]] + t1[pair[0]]) for pair, n in two.items()}
    table: dict[tuple[int, int, int], float] = {}
    for c, p in p1.items():
        if one[c] >= 2:
            table[0, 0, ord(c)] = -math.log(p)
    for a in n1:
        table[0, ord(a), 1] = -math.log(t1[a] / (n1[a] + t1[a]))
    for pair, p in p2.items():
        if two[pair] >= 2:
            table[0, ord(pair[0]), ord(pair[1])] = -math.log(p)
    kept: dict[str, int] = defaultdict(int)
    for triple, n in three.items():
        context = triple[:2]
        back = t2[context] / (n2[context] + t2[context])
        p = (n + t2[context] * p2[triple[1:]]) / (n2[context] + t2[context])
        if n >= floor and n * math.log(p / (back * p2[triple[1:]])) >= gain:
            table[ord(triple[0]), ord(triple[1]), ord(triple[2])] = -math.log(p)
            kept[context] += 1
    for context in kept:
        table[ord(context[0]), ord(context[1]), 1] = -math.log(t2[context] / (n2[context] + t2[context]))
    return table


def pack(table: dict[tuple[int, int, int], float], load: float = 0.35) -> tuple[bytes, int]:
    """Return the table as it is stored, and how many entries found no free slot."""
    slots = int(len(table) / load)
    cells = array("H", bytes(2 * (slots + PROBES)))
    lost = 0
    for (a, b, c), nats in sorted(table.items(), key=lambda item: (item[0][0] > 0, item[1], item[0])):
        slot, check = slot_of(a, b, c, slots)
        value = min(63, round(nats * UNIT / STEP))
        for at in range(slot, slot + PROBES):
            if not cells[at]:
                cells[at] = check << 6 | value
                break
        else:
            lost += 1
    if sys.byteorder == "big":
        cells.byteswap()
    return HEADER.pack(MAGIC, slots) + compress(cells.tobytes(), 9), lost


def main() -> None:
    """Train, write the table and print what is in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[2] / "rules/any/mojibake.bin")
    parser.add_argument("--without", default="", help="languages to leave out, to measure languages never trained on")
    arguments = parser.parse_args()
    train = arguments.data / "train"
    left_out = arguments.without.split(",") if arguments.without else ()
    lines = chain(
        read(train / "ml_text.jsonl.zst", ("",), left_out),
        read(train / "en_text.jsonl.zst", OPEN_ENGLISH),
    )
    table = build(count(lines, CHARACTERS_PER_LANGUAGE))
    data, lost = pack(table)
    arguments.out.write_bytes(data)
    print(f"{len(table)} entries, {lost} lost, {len(data)} bytes")


if __name__ == "__main__":
    main()
