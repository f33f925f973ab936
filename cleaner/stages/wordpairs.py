"""Which neighbouring words of a text form a pair that a spinner could have made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cleaner.lazy import lazy_pattern

__all__ = ["STOP_WORDS", "WORD", "Pair", "content_pairs", "pair_of", "pairs_around"]

STOP_WORDS = frozenset(
    "a an the and or but nor so yet if then else when while as than that this these those there here of in on at by for with without "
    "from to into onto upon over under between among through during before after above below up down out off about against within "
    "along across behind beyond per via is are was were be been being am has have had having do does did doing done can could may "
    "might must shall should will would ought not no it its it's he she they him her his hers their theirs we us our ours you your "
    "yours i me my mine who whom whose which what where why how all any both each few more most other some such only own same too "
    "very just also even still again ever never once now always often sometimes however therefore thus hence because since until "
    "unless although though whether either neither many much several another every ie eg etc vs mr mrs ms dr st "
    "let's that's there's he's she's what's cannot".split()
)
"""Function words; a pair with one of them says nothing about swaps."""
WORD = lazy_pattern(r"(?<![\w'’&@#/.])[A-Za-z]{2,}(?![\w&@#/])(?!['’][a-z])")
"""A plain word: no apostrophe, digit, path or handle touches it. A full stop may follow it, none stands right before it."""
WINDOW = 40
"""Code points before a trigger word in which its left neighbour is looked for."""
_MAX_ACRONYM = 4
_OBJECT = lazy_pattern(r" (?:the|an?|its|their|his|her|our|your|my|this|that|these|those|how|why|what|whether)\b")
"""What follows a verb, not a noun."""
_SENTENCE_END = '.!?:"“”;*•-–—\n'


class Pair(NamedTuple):
    """Two neighbouring content words, lower-cased, with the range that both cover."""

    start: int
    end: int
    left: str
    right: str


def content_pairs(text: str) -> Iterator[Pair]:
    """Yield all pairs of ``text`` that are worth judging; see ``pair_of``."""
    last: re.Match[str] | None = None
    for found in WORD.finditer(text):
        if last is not None and found.start() - last.end() == 1:
            pair = pair_of(text, last.start(), last.end(), found.start(), found.end())
            if pair is not None:
                yield pair
        last = found


def pairs_around(text: str, triggers: Iterable[tuple[int, int]]) -> Iterator[Pair]:
    """Yield the pairs that whole words among ``triggers`` form with their neighbours, each once."""
    seen: set[tuple[int, int]] = set()
    for start, end in triggers:
        if text[end : end + 1].isalpha() or text[start - 1 : start].isalpha():
            continue
        word = WORD.match(text, start)
        if word is None or word.end() != end:
            continue
        if start > 1:
            low = max(0, start - WINDOW)
            before = max(WORD.finditer(text, low, start - 1), key=re.Match.end, default=None)
            if before is not None and before.end() == start - 1 and (before.start() > low or low == 0):
                pair = pair_of(text, *before.span(), start, end)
                if pair is not None and (pair.start, pair.end) not in seen:
                    seen.add((pair.start, pair.end))
                    yield pair
        after = WORD.match(text, end + 1)
        if after is not None:
            pair = pair_of(text, start, end, *after.span())
            if pair is not None and (pair.start, pair.end) not in seen:
                seen.add((pair.start, pair.end))
                yield pair


def pair_of(text: str, start: int, middle: int, second: int, end: int) -> Pair | None:
    """The pair of the words at ``start:middle`` and ``second:end``, or ``None``.

    Only one space or hyphen may part them, and no hyphen may tie either to a third. Neither may be a function word or shorter than
    three letters, acronyms aside. The second may not be capitalised and the first only where a sentence begins, because names
    combine freely. A verb with its object ("this move highlights the …") makes no pair with its subject.
    """
    if text[middle:second] not in (" ", "-") or text[start - 1 : start] == "-" or text[end : end + 1] == "-":
        return None
    left, right = text[start:middle], text[second:end]
    if not left.islower():
        if left.isupper():
            if len(left) > _MAX_ACRONYM:
                return None
        elif not left[1:].islower() or not _opens_sentence(text, start):
            return None
    elif len(left) < 3:
        return None
    if not right.islower():
        if not right.isupper() or len(right) > _MAX_ACRONYM:
            return None
    elif len(right) < 3:
        return None
    if right.endswith(("s", "ed")) and _OBJECT.match(text, end):
        return None
    left, right = left.lower(), right.lower()
    if left in STOP_WORDS or right in STOP_WORDS or left == right:
        return None
    return Pair(start, end, left, right)


def _opens_sentence(text: str, at: int) -> bool:
    while at and text[at - 1] in " \t(":
        at -= 1
    return not at or text[at - 1] in _SENTENCE_END
