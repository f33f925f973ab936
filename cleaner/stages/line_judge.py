"""The learned judge of lines: how much a line looks like page furniture, alone and among its neighbours.

Two additive steps, both in whole numbers, so that a score is the same on every machine:

1. *Alone*: a linear model over the shape and word features of the line (``line_features``). Unit: 1/256 logit.
2. *In context*: 150 small decision trees over the scores of the line, its neighbours, what stands before and after it, and its
   place. The trees have at most eight leaves each, so the leaves that a row can still reach fit into one byte per tree; every
   feature clears bits, and the lowest bit left is the leaf (the idea of QuickScorer, Lucchese et al., SIGIR 2015).

The table is made by ``benchmarks/training/debris.py``; its card lies beside it.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from math import sqrt
from operator import getitem

from cleaner.stages.line_features import MAX_WORDS, SHAPES, WORDS, shape_features, word_features, word_places

__all__ = ["CONTEXT", "FACTOR_BITS", "LIMIT", "LOGIT", "LineJudge", "context_rows", "factor", "load_judge", "pack", "unpack"]

LOGIT = 256
"""Score units of one logit."""
LIMIT = 8 * LOGIT
PARAGRAPH_CHARS = 300
PARAGRAPH_SCORE = -3 * LOGIT
"""What a piece of ``PARAGRAPH_CHARS`` characters or more counts as; nothing so long is removed on its score."""
SURE_ARTICLE = -384
NONE = -4096
"""Stands for a neighbour that does not exist."""
MEMO_CHARS = 60
MEMO_SIZE = 20_000
RUN_SUM = 40
"""Least sum of word weights of a run of labels."""
RUN_FLOOR = -400
"""Sum below which no run can begin any more: the text is a sentence."""
_MAGIC = b"CWD1"
FACTOR_BITS = 10


class LineJudge:
    """The two models, ready to score. Immutable; safe to share between threads."""

    def __init__(self, table: bytes) -> None:
        shapes, words, unit, trees = unpack(table)
        self._shapes: list[int] = shapes.tolist()
        self._words = words
        self._factors = [0, *(factor(unit, count) for count in range(1, 6 * MAX_WORDS))]
        # The furniture of a site is the same on all of its pages; a score depends on the text alone.
        self._memo: dict[str, int] = {}
        self._build(trees)

    def _build(self, trees: Sequence[tuple[Sequence[tuple[int, int]], Sequence[int]]]) -> None:
        """Turn trees into, per feature, sorted thresholds and the bits that survive in each interval."""
        total = len(trees)
        every = (1 << 8 * total) - 1
        by_feature: list[list[tuple[int, int]]] = [[] for _ in range(CONTEXT)]
        self._leaves: list[list[int]] = []
        for number, (splits, values) in enumerate(trees):
            # Complete trees of depth 3: node i has children 2i+1 and 2i+2; leaves from left to right are bits 0 to 7.
            for node, (feature, threshold) in enumerate(splits):
                depth = (node + 1).bit_length() - 1
                width = 8 >> depth
                first = (node + 1 - (1 << depth)) * width
                left = ((1 << width // 2) - 1) << first
                by_feature[feature].append((threshold, every ^ (left << 8 * number)))
            self._leaves.append([0, *(values[(bits & -bits).bit_length() - 1] for bits in range(1, 256))])
        self._thresholds: list[list[int]] = []
        self._masks: list[list[int]] = []
        for cuts in by_feature:
            cuts.sort()
            thresholds: list[int] = []
            masks = [every]
            for threshold, mask in cuts:
                if thresholds and thresholds[-1] == threshold:
                    masks[-1] &= mask
                else:
                    thresholds.append(threshold)
                    masks.append(masks[-1] & mask)
            self._thresholds.append(thresholds)
            self._masks.append(masks)
        self._bytes = total
        self._every = every

    def alone(self, text: str, words: int) -> int:
        """Return the score of a line on its own; ``text`` is not empty and has no outer white space."""
        if len(text) >= PARAGRAPH_CHARS:
            return PARAGRAPH_SCORE
        known = self._memo.get(text)
        if known is not None:
            return known
        hashed = word_features(text)
        score = sum(map(self._shapes.__getitem__, shape_features(text, words)))
        score += sum(map(self._words.__getitem__, hashed)) * self._factors[len(hashed)] >> FACTOR_BITS
        score = max(-LIMIT, min(LIMIT, score))
        if len(text) <= MEMO_CHARS:
            if len(self._memo) >= MEMO_SIZE:
                self._memo.clear()
            self._memo[text] = score
        return score

    def run_length(self, text: str) -> int:
        """Return how many characters of ``text`` are a run of labels in front of a sentence; 0 when there is none.

        The words of labels and those of sentences pull in two directions; the run ends where their sum is highest, before a word
        that can open a sentence, or with the text.
        """
        best, best_sum, total = 0, RUN_SUM, 0
        weights = self._words
        for start, features in word_places(text):
            if total >= best_sum and start and not text[start].islower():
                best, best_sum = start, total
            total += sum(map(weights.__getitem__, features))
            if total < RUN_FLOOR:
                return best
        return len(text) if total >= best_sum else best

    def in_context(self, row: Sequence[int]) -> int:
        """Return the score of one of ``context_rows``."""
        left = self._every
        for value, thresholds, masks in zip(row, self._thresholds, self._masks, strict=True):
            left &= masks[bisect_left(thresholds, value)]
        return sum(map(getitem, self._leaves, left.to_bytes(self._bytes, "little")))


def factor(unit: int, count: int) -> int:
    """What the sum of ``count`` word weights is multiplied with, so that long lines do not outweigh short ones."""
    return round(unit / sqrt(max(4, count)))


@lru_cache(maxsize=1)
def load_judge() -> LineJudge:
    """Return the shipped judge. Raises ``FileNotFoundError`` when the installation is incomplete."""
    from cleaner.tables import load_table

    return LineJudge(load_table("any/debris.bin"))


def context_rows(scores: Sequence[int], words: Sequence[int], wanted: Sequence[int], *, flat: bool) -> list[list[int]]:
    """Return the context features of the pieces ``wanted``, given the scores alone and the word counts of all pieces.

    ``flat`` says that the pieces were cut from a text without line ends.
    """
    count = len(scores)
    weights = [_WEIGHT[n] if n < 61 else _WEIGHT[60] for n in words]
    sums = [0, *accumulate(scores)]
    weighted = [0, *accumulate(map(int.__mul__, scores, weights))]
    mass = [0, *accumulate(weights)]
    article = [0, *accumulate(w if s < SURE_ARTICLE else 0 for s, w in zip(scores, weights, strict=True))]
    lowest_before = [LIMIT, *accumulate(scores, min)]
    lowest_after = [LIMIT, *accumulate(reversed(scores), min)]
    lowest_after.reverse()
    ordered = sorted(scores)
    high = ordered[9 * (count - 1) // 10]
    mean = sums[-1] // count
    weighted_mean = weighted[-1] // max(1, mass[-1])
    padded = [NONE, NONE, NONE, *scores, NONE, NONE, NONE]
    rows = []
    for i in wanted:
        after = i + 1
        low2, high2 = max(0, i - 2), min(count, i + 3)
        low5, high5 = max(0, i - 5), min(count, i + 6)
        low12, high12 = max(0, i - 12), min(count, i + 13)
        rows.append(
            [
                scores[i],
                padded[i + 2],
                padded[i + 4],
                padded[i + 1],
                padded[i + 5],
                padded[i],
                padded[i + 6],
                (sums[high2] - sums[low2]) // (high2 - low2),
                (sums[high5] - sums[low5]) // (high5 - low5),
                (sums[high12] - sums[low12]) // (high12 - low12),
                (weighted[-1] - weighted[after]) // (mass[-1] - mass[after]) if after < count else NONE,
                weighted[i] // mass[i] if i else NONE,
                article[-1] - article[after],
                article[i],
                lowest_after[after],
                lowest_before[i],
                max(scores[low5:i], default=NONE),
                max(scores[after:high5], default=NONE),
                max(scores[low12:i], default=NONE),
                mean,
                high,
                weighted_mean,
                min(words[i], 100),
                min(i, 100),
                min(count - after, 100),
                min(words[i - 1], 100) if i else NONE,
                min(words[after], 100) if after < count else NONE,
                int(flat),
            ]
        )
    return rows


CONTEXT = 28
"""Number of context features."""
_WEIGHT = [1 + round(16 * sqrt(n)) for n in range(61)]
"""Weight of a piece of n words in averages: long pieces say more about what a stretch of text is."""


def pack(
    shapes: Sequence[int], words: Sequence[int], unit: int, trees: Sequence[tuple[Sequence[tuple[int, int]], Sequence[int]]]
) -> bytes:
    """Return the table of a judge as bytes: magic, then compressed: unit, shape weights, word weights, trees."""
    body = [struct.pack("<iH", unit, len(trees)), struct.pack(f"<{SHAPES}h", *shapes), struct.pack(f"<{WORDS}b", *words)]
    for splits, values in trees:
        for feature, threshold in splits:
            body.append(struct.pack("<Bh", feature, threshold))
        body.append(struct.pack("<8h", *values))
    return _MAGIC + zlib.compress(b"".join(body), 9)


def unpack(table: bytes) -> tuple[array[int], array[int], int, list[tuple[list[tuple[int, int]], list[int]]]]:
    """Return what ``pack`` was given. Raises ``ValueError`` for bytes that are no such table."""
    if table[:4] != _MAGIC:
        raise ValueError("not a table of the debris judge; train it again with benchmarks/training/debris.py")
    body = zlib.decompress(table[4:])
    unit, count = struct.unpack_from("<iH", body, 0)
    at = 6
    shapes = array("h", struct.unpack_from(f"<{SHAPES}h", body, at))
    at += 2 * SHAPES
    words = array("b", body[at : at + WORDS])
    at += WORDS
    trees = []
    for _ in range(count):
        splits = []
        for _ in range(7):
            splits.append(struct.unpack_from("<Bh", body, at))
            at += 3
        trees.append((splits, list(struct.unpack_from("<8h", body, at))))
        at += 16
    return shapes, words, unit, trees
