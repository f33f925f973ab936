"""Texts with and without lost names, made from clean text, real link anchors and the development data."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from cleaner.scanner import LiteralScanner, fold
from cleaner.stages.gaps import TRIGGERS, find_gaps

NOT_NAMES = frozenset(
    "I I'm I've I'd I'll He She It We You They The A An This That These Those My Our His Her Its Their Your But And Or In On At For To By "
    "With From As If When While Where What Who How Why There Here So Then Now Not No Yes Oh Well Also However Monday Tuesday Wednesday "
    "Thursday Friday Saturday Sunday January February March April May June July August September October November December Mr Mrs Ms Dr "
    "Mr. Mrs. Ms. Dr. Read See Learn Click Sign Get Find Check Watch Download Visit "
    "Ich Er Sie Es Wir Ihr Du Der Die Das Den Dem Des Ein Eine Einen Einem Einer Und Aber Oder Wenn Wie Was Wer Wo In Im Am Auf Mit Von "
    "Bei Für Nach Zu Zur Zum Seit Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Januar Februar März Mai Juni Juli Oktober "
    "Dezember".split()
)
_UPPER = "A-ZÄÖÜ"
RUN = re.compile(
    rf"(?<![\w’'-])([{_UPPER}][\w&’'.-]*[\w]|[{_UPPER}])(?:[ ](?:(?:of|the|de|for|and|van|von|für|der|&)[ ])?[{_UPPER}][\w&’'.-]*\w){{0,3}}"
)
SHARE_OF_RUNS = 0.8
COLLAPSED = 0.15
"""Share of deletions that leave the blank before a mark."""
LEFT, RIGHT = 260, 120


class Hole(NamedTuple):
    """A text around a deletion, and where in it the deletion was."""

    kind: str
    text: str
    at: int
    source: str = ""


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a compressed JSONL file."""
    import zstandard

    with path.open("rb") as raw:
        for row in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), encoding="utf8"):
            yield json.loads(row)


def delete(text: str, start: int, end: int, *, collapsed: bool) -> tuple[str, int]:
    """Return ``text`` without ``start:end`` and the offset of the gap; unless ``collapsed``, no blank stays before a mark."""
    left, right = text[:start].rstrip(" "), text[end:]
    rest = right.lstrip(" ")
    parted = len(left) < start or len(rest) < len(right)
    blank = " " if parted and left and not left.endswith("\n") else ""
    if rest[:1] and rest[0] in ",.;:!?)" and not collapsed:
        blank = ""
    return left + blank + rest, len(left)


def _window(text: str, at: int) -> tuple[str, int]:
    low = max(0, at - LEFT)
    return text[low : at + RIGHT], at - low


class Names:
    """Which words are names: those that are more often capitalised than not, away from sentence starts."""

    def __init__(self, texts: list[str]) -> None:
        self.upper: Counter[str] = Counter()
        self.lower: Counter[str] = Counter()
        for text in texts:
            for word in re.findall(r"(?<=[a-z,] )[^\W\d_]+", text):
                (self.upper if word[0].isupper() else self.lower)[word.lower()] += 1

    def is_name(self, word: str) -> bool:
        """Whether ``word`` is mostly capitalised."""
        return self.upper[word.lower()] > self.lower[word.lower()]


def from_runs(records: list[dict[str, Any]], names: Names, share: float = SHARE_OF_RUNS) -> Iterator[Hole]:
    """Yield deletions of a ``share`` of the capitalised runs of clean text."""
    random = Random(7)
    for record in records:
        text = record["text"]
        genre = record.get("genre", "news")
        news = "news" in genre or "blog" in genre
        for found in RUN.finditer(text):
            if random.random() > share:
                continue
            start, end = found.span()
            run = found.group()
            if run.endswith(("'s", "’s")):
                end, run = end - 2, run[:-2]
            words = run.split()
            if not words or words[0].removesuffix("'s").removesuffix("’s") in NOT_NAMES:
                continue
            if len(words) == 1 and not names.is_name(words[0]):
                continue
            text_without, at = delete(text, start, end, collapsed=random.random() < COLLAPSED)
            yield Hole("run-news" if news else "run", *_window(text_without, at), record["source"])


def from_links(records: list[dict[str, Any]], names: Names) -> Iterator[Hole]:
    """Yield deletions of real link anchors that look like names: a capital, up to five words, not a whole line or sentence."""
    random = Random(8)
    for record in records:
        text = record["text"]
        for start, end in record["links"]:
            anchor = text[start:end]
            words = anchor.split()
            if not words or not anchor[0].isupper() or len(words) > 5 or len(anchor) > 45:
                continue
            if words[0] in NOT_NAMES or anchor[-1] in ".!?:":
                continue
            if text[start - 1 : start].isalnum() or text[end : end + 1].isalnum():
                continue
            if (start == 0 or text[start - 1] == "\n") and (end == len(text) or text[end] == "\n"):
                continue
            first = words[0].lower()
            if names.lower[first] > (2 if len(words) == 1 else 5) * names.upper[first] and (
                len(words) == 1 or words[1][0].islower()
            ):
                continue
            text_without, at = delete(text, start, end, collapsed=random.random() < COLLAPSED)
            yield Hole("link", *_window(text_without, at))


def near(text: str, a: int, b: int) -> bool:
    """Whether two places count as the same: 3 characters or one token apart, as the scorer beside the data has it."""
    if abs(a - b) <= 3:
        return True
    low, high = min(a, b), max(a, b)
    return high - low <= 30 and len(text[low:high].split()) <= 1


class GapFinder:
    """The gaps that the stage would look at."""

    def __init__(self, lang: str = "en") -> None:
        self._lang = lang
        self._scanner = LiteralScanner(TRIGGERS)

    def __call__(self, text: str) -> list[tuple[int, int]]:
        """Return the gaps of ``text``."""
        return find_gaps(text, ((start, end) for start, end, _ in self._scanner.find(fold(text))), self._lang)

    def of_hole(self, hole: Hole) -> tuple[int, int] | None:
        """Return the gap that marks ``hole``, if one does."""
        gaps = [g for g in self(hole.text) if near(hole.text, g[0], hole.at) and not (g[0] == 0 and hole.at > 0)]
        return min(gaps, key=lambda g: abs(g[0] - hole.at), default=None)
