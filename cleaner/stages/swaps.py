"""Unlisted swaps: is an unusual pair of words a word-by-word synonym of a usual one?

A spinner exchanges each word for a synonym without looking at its neighbours ("interval CEO" for interim CEO). Three things give it
away: the pair is not an established one, swapping one or both words back gives an established pair, and the words themselves are the
kind that thesauri put in. ``SwapTable`` holds what is known about words and pairs; ``score`` weighs it with boosted trees. All
numbers are integers, so that every machine sums up the same score.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from bisect import bisect_left
from functools import lru_cache
from operator import mul
from typing import NamedTuple

from cleaner.tables import load_table, rules_dir

__all__ = ["DIMENSIONS", "FEATURES", "LEARNED", "MAGIC", "UNIT", "Swap", "SwapTable", "swap_table", "trigger_words"]

_TABLE = "en/translation.bin"
UNIT = 16
"""Steps per decade: logarithms are stored as whole sixteenths."""
DIMENSIONS = 16
"""Length of a word's association vectors."""
FEATURES = (
    "zipf_left", "zipf_right", "zipf_low", "odds_left", "odds_right", "word_left", "word_right", "word_high", "word_low", "word_sum",
    "kin_left", "kin_right", "kin_high", "degree_left", "degree_right", "association", "swap", "swap_count", "swap_kind", "swap_gain",
    "swap_side", "double_swap", "synonyms_left", "synonyms_right", "length_left", "length_right", "zipf_sum", "swaps_found",
)  # fmt: skip
"""What a pair is judged by, in the order of ``SwapTable.features``."""
NOTHING = -200
"""Value of a swap feature when no swap leads to an established pair."""
LEARNED = 2
"""Kinds of swaps: 0 synonym, 1 related word, from here on seen in known pairs."""
_BONUS = (3, 0, 13, 16)
_MAX_DOUBLE = 8
"""Replacements per word that are tried when both words are swapped at once."""
MAGIC = b"TRN3"
_ATTRIBUTES = 8
_ESTABLISHED_WELL = 26
"""Count from which a pair may be the target of a double swap: 40 in a billion words."""


class Swap(NamedTuple):
    """The judgement on one pair of words."""

    score: int
    """Log odds in 1/1024: how much likelier the pair is in spun than in clean text."""
    suggestion: str | None
    """The established pair it stands for, if one was found."""


class SwapTable:
    """Words, established pairs, swaps and the trained trees. Build it with ``swap_table``; sharing it is safe."""

    def __init__(self, data: bytes) -> None:
        """Read the table from the bytes of ``translation.bin``."""
        words, rest = _head(data)
        self.triggers = tuple(words)
        """Words that spinners like to put in, rare enough in clean text to be searched for."""
        raw = zlib.decompress(rest)
        at = 0

        def section() -> bytes:
            nonlocal at
            (size,) = struct.unpack_from("<I", raw, at)
            at += 4 + size
            return raw[at - size : at]

        self.words = section().decode().split("\n")
        self.ids = {word: number for number, word in enumerate(self.words)}
        self._attributes = memoryview(section()).cast("b")
        self._left = memoryview(section()).cast("b")
        self._right = memoryview(section()).cast("b")
        self._pair_rows, self._pair_columns, self._pair_counts = _unpack("I", section()), _unpack("H", section()), section()
        self._swap_rows, self._swap_words, self._swap_kinds = _unpack("I", section()), _unpack("H", section()), section()
        self._tree_feature = list(memoryview(section()).cast("b"))
        self._tree_limit = list(_unpack("h", section()))
        self._tree_left = list(_unpack("H", section()))
        self._tree_right = list(_unpack("H", section()))
        self._roots = list(_unpack("H", section()))

    def established(self, left: int, right: int) -> int:
        """How usual a pair is: 16 × log10 of its occurrences in a billion words, plus one; 0 when it is not established."""
        low, high = self._pair_rows[left], self._pair_rows[left + 1]
        at = bisect_left(self._pair_columns, right, low, high)
        return self._pair_counts[at] if at < high and self._pair_columns[at] == right else 0

    def promise(self, left: int, right: int) -> int:
        """A first guess at the score of a pair from its words alone; default tiers weigh pairs from 0."""
        return self._attributes[_ATTRIBUTES * left + 6] + self._attributes[_ATTRIBUTES * right + 7]

    def _kinds(self, word: int) -> bytes:
        return self._swap_kinds[self._swap_rows[word] : self._swap_rows[word + 1]]

    def features(self, left: int, right: int) -> tuple[list[int], str | None]:
        """The features of a pair and the established pair that the best swap leads to."""
        attributes, size = self._attributes, _ATTRIBUTES
        a, b = attributes[size * left : size * left + size], attributes[size * right : size * right + size]
        rows, columns, counts, words = self._pair_rows, self._pair_columns, self._pair_counts, self._swap_words
        low, high = rows[left], rows[left + 1]
        mine = list(zip(words[self._swap_rows[left] : self._swap_rows[left + 1]], self._kinds(left), strict=True))
        others = list(zip(words[self._swap_rows[right] : self._swap_rows[right + 1]], self._kinds(right), strict=True))
        best = count = gain = NOTHING
        kind, side, found = -1, 0, 0
        target: tuple[int, int] | None = None
        for word, how in mine:
            end = rows[word + 1]
            at = bisect_left(columns, right, rows[word], end)
            if at < end and columns[at] == right:
                found += 1
                zipf = attributes[size * word]
                score = counts[at] - (zipf + b[0] - 96) // 2 + _BONUS[how]
                if score > best:
                    best, count, gain, kind, side, target = score, counts[at], zipf - a[0], how, 0, (word, right)
        for word, how in others:
            at = bisect_left(columns, word, low, high)
            if at < high and columns[at] == word:
                found += 1
                zipf = attributes[size * word]
                score = counts[at] - (a[0] + zipf - 96) // 2 + _BONUS[how]
                if score > best:
                    best, count, gain, kind, side, target = score, counts[at], zipf - b[0], how, 1, (left, word)
        double = NOTHING
        firm = [pair for pair in others if pair[1] != 1][:_MAX_DOUBLE]
        for word, how in [pair for pair in mine if pair[1] != 1][:_MAX_DOUBLE] if firm else ():
            start, end = rows[word], rows[word + 1]
            for other, how_other in firm:
                at = bisect_left(columns, other, start, end)
                if at < end and columns[at] == other and counts[at] >= _ESTABLISHED_WELL:
                    zipf = attributes[size * word] + attributes[size * other]
                    score = counts[at] - (zipf - 96) // 2 + _BONUS[how] + _BONUS[how_other] - UNIT
                    if score > double:
                        double = score
                        if score > best:
                            target = (word, other)
        size = DIMENSIONS
        vectors = self._left[size * left : size * left + size], self._right[size * right : size * right + size]
        association = sum(map(mul, *vectors))
        values = [
            a[0], b[0], min(a[0], b[0]), a[1], b[2], a[3], b[3], max(a[3], b[3]), min(a[3], b[3]), a[3] + b[3],
            a[4], b[4], max(a[4], b[4]), a[5], b[5], association >> 4, best, count, kind, gain,
            side, double, len(mine), len(others), len(self.words[left]), len(self.words[right]), a[0] + b[0], found,
        ]  # fmt: skip
        return values, f"{self.words[target[0]]} {self.words[target[1]]}" if target else None

    def weigh(self, values: list[int]) -> int:
        """The score that the trees give to features."""
        feature, limit, left, right = self._tree_feature, self._tree_limit, self._tree_left, self._tree_right
        total = 0
        for node in self._roots:
            while feature[node] >= 0:
                node = left[node] if values[feature[node]] <= limit[node] else right[node]
            total += limit[node]
        return total

    def score(self, left: str, right: str, promise: int = -255) -> Swap | None:
        """Judge the pair of two lower-case words.

        ``None`` when it is established, promises less than ``promise``, or a word is unknown.
        """
        a, b = self.ids.get(left), self.ids.get(right)
        if a is None or b is None or self.promise(a, b) < promise or self.established(a, b):
            return None
        values, suggestion = self.features(a, b)
        return Swap(self.weigh(values), suggestion)


def _unpack(code: str, data: bytes) -> array[int]:
    numbers = array(code)
    numbers.frombytes(data)
    if struct.pack("=H", 1) != struct.pack("<H", 1):
        numbers.byteswap()
    return numbers


@lru_cache(maxsize=1)
def swap_table() -> SwapTable:
    """The shipped table, read on first use."""
    return SwapTable(load_table(_TABLE))


@lru_cache(maxsize=1)
def trigger_words() -> tuple[str, ...]:
    """The words that make the stage look at their neighbours; read without unpacking the table."""
    with (rules_dir() / _TABLE).open("rb") as file:
        start = file.read(8)
        return tuple(_head(start + file.read(int.from_bytes(start[4:], "little")))[0])


def _head(data: bytes) -> tuple[list[str], bytes]:
    """The trigger words of a table, which stand first and plain, and the packed rest."""
    if data[:4] != MAGIC:
        raise ValueError("not a translation table; install corpus-winnow again")
    (size,) = struct.unpack_from("<I", data, 4)
    return data[8 : 8 + size].decode().split("\n"), data[8 + size :]
