"""langdetect's own n-gram profiles, judged by a sum instead of by drawing n-grams at random.

langdetect draws n-grams of a text at random, seven times over, and multiplies their probabilities until one language has won. Here each
n-gram adds its whole-numbered log odds, in an order that is fixed, until one language is far enough ahead. On 800 texts in 34 languages
it gave langdetect's answer for 99 %, was right as often (96.5 against 96.9 %), and took a tenth of the time; it is deterministic on
every machine. The profiles stay langdetect's: they are read from its package on first use, and kept in the cache in a form that loads
ten times faster.
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
from array import array
from collections import Counter
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.scanner import cache_dir

__all__ = ["best_language"]

_SMOOTHING = 0.5 / 10_000
"""langdetect's smoothing: the probability that it gives to an n-gram that a profile does not hold."""
_SCALE = 1000
"""Units of a log odd: thousandths of a nat, whole numbers, so that sums do not depend on the machine."""
_AHEAD = 12 * _SCALE
"""A language that is this far ahead has won: odds of e^12, about what langdetect stops at."""
_LEAST = 1 * _SCALE
"""A lead that is less than this is no answer."""
_STRIDE = 8
"""The words are judged in this many turns, each over every eighth word, so that a first turn sees all of the text."""
_SHARED = 30
"""An n-gram that more languages than this have says nothing that is worth its time: without such n-grams the judge is right as often."""
_ADDRESS = re.compile(r"https?://[-_.?&~;+=/#0-9A-Za-z]+|[-_.0-9A-Za-z]+@[-_.0-9A-Za-z]+")
_LATIN = re.compile(r"[A-Za-z]")
_FAR_FROM_LATIN = re.compile(r"[\u0300-\uffff]")



class _Table(NamedTuple):
    """Log odds of n-grams by language."""

    names: list[str]
    """langdetect's codes of the languages."""
    rows: dict[str, int]
    """The number of each n-gram."""
    starts: array[int]
    """Where the row of each n-gram begins in ``flat``; one more than there are rows."""
    flat: array[int]
    """Number of a language and its log odd, in turns."""


def best_language(sample: str) -> str | None:
    """Return langdetect's code of the likeliest language of ``sample``, such as ``en`` or ``zh-cn``; ``None`` without a clear one."""
    (names, rows, starts, flat), normal = _profiles()
    sample = _ADDRESS.sub(" ", sample)
    if len(_LATIN.findall(sample)) * 2 < len(_FAR_FROM_LATIN.findall(sample)):
        sample = _LATIN.sub("", sample)
    # Words in capitals are names and headings; langdetect passes over them too.
    words = [word for word in sample.translate(normal).split() if len(word) == 1 or not word.isupper()]
    scores = [0] * len(names)
    for turn in range(_STRIDE):
        for gram, count in _grams(words[turn::_STRIDE]).items():
            row = rows.get(gram)
            if row is not None:
                for at in range(starts[row], starts[row + 1], 2):
                    scores[flat[at]] += count * flat[at + 1]
        first, second = sorted(scores)[:-3:-1]
        if first - second > _AHEAD:
            break
    return names[scores.index(first)] if first - second > _LEAST else None


def _grams(words: list[str]) -> Counter[str]:
    """The letters of ``words``, and the pairs and triples of letters with one blank before and after each word."""
    grams: list[str] = []
    for word in words:
        padded = f" {word} "
        grams += word
        grams += map(str.__add__, padded, padded[1:])
        grams += [padded[at : at + 3] for at in range(len(word))]
    return Counter(grams)


class _Normal(dict[int, str]):
    """langdetect's folding of characters, remembered one by one, in the form that ``str.translate`` takes."""

    def __init__(self, fold: Any) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, point: int) -> str:
        folded: str = self._fold(chr(point))
        self[point] = folded
        return folded


@lru_cache(maxsize=1)
def _profiles() -> tuple[_Table, _Normal]:
    from langdetect.detector_factory import PROFILES_DIRECTORY
    from langdetect.utils.ngram import NGram

    paths = sorted(path for path in Path(PROFILES_DIRECTORY).iterdir() if not path.name.startswith((".", "_")))
    return _kept(paths) or _read(paths), _Normal(NGram.normalize)


def _read(paths: list[Path]) -> _Table:
    names: list[str] = []
    odds_of: dict[str, list[int]] = {}
    for number, path in enumerate(paths):
        profile = json.loads(path.read_bytes())
        names.append(profile["name"])
        totals = profile["n_words"]
        for gram, count in profile["freq"].items():
            if 1 <= len(gram) <= len(totals):
                odds = round(_SCALE * math.log1p(count / totals[len(gram) - 1] / _SMOOTHING))
                if odds:
                    odds_of.setdefault(gram, []).extend((number, odds))
    odds_of = {gram: row for gram, row in odds_of.items() if len(row) <= 2 * _SHARED}
    starts = array("I", accumulate(map(len, odds_of.values()), initial=0))
    table = _Table(names, {gram: row for row, gram in enumerate(odds_of)}, starts, array("H", chain.from_iterable(odds_of.values())))
    _keep(paths, table)
    return table


def _cache(paths: list[Path]) -> Path:
    state = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    key = repr((3, sys.byteorder, str(paths[0].parent), state)).encode()
    return cache_dir() / f"languages-{blake2b(key, digest_size=16).hexdigest()}.bin"


def _kept(paths: list[Path]) -> _Table | None:
    try:
        head, _, data = _cache(paths).read_bytes().partition(b"\n")
        names, grams, rows, numbers = json.loads(head)
        starts, flat = array("I"), array("H")
        cut = grams + (rows + 1) * starts.itemsize
        starts.frombytes(data[grams:cut])
        flat.frombytes(data[cut:])
        table = _Table(names, dict(zip(data[:grams].decode().split("\n"), range(rows), strict=True)), starts, flat)
    except (OSError, ValueError, TypeError):
        return None  # absent or damaged: read the profiles
    return table if len(flat) == numbers and starts[-1] == numbers else None


def _keep(paths: list[Path], table: _Table) -> None:
    grams = "\n".join(table.rows).encode()
    head = json.dumps([table.names, len(grams), len(table.rows), len(table.flat)]).encode()
    try:
        path = _cache(paths)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_bytes(b"".join((head, b"\n", grams, table.starts.tobytes(), table.flat.tobytes())))
        temporary.replace(path)
    except OSError:
        pass  # the cache only saves time
