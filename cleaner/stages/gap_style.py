"""What the model can't know: gaps that are a text's own manner, and one kind of hole that is plain without statistics."""

from __future__ import annotations

import re
from functools import lru_cache

from cleaner.lazy import lazy_pattern
from cleaner.stages.gaps_de import is_german_manner

__all__ = ["is_bare_role", "is_manner", "is_tokenised"]

_CODE = lazy_pattern(r"[{}\\|=<>]|::|->|\w\(\)")
_LOWER_START = lazy_pattern(r"[a-z]{2}[.!?] [a-z]")
_UPPER_START = lazy_pattern(r"[a-z]{2}[.!?] [A-Z]")
_SPACED_COMMA = lazy_pattern(r"\w ,")
_SPACED_MARK = lazy_pattern(r"\w [,.?!](?:\s|\Z)")
_CLOSED_MARK = lazy_pattern(r"\w[,.?!](?:\s|\Z)")
_TOKENISED_LEAST = 8
_SOUND_ENDS = ".!?:;\"”’')]*…"
_LOWER_LINE = lazy_pattern(r"^[a-z]", re.MULTILINE)
_LOWER_I = lazy_pattern(r"\bi\b(?!\.)")
_WINDOW = 60
_SHORT_LINE = 40
"""Characters of a line that is taken for a label and not for a sentence."""
_LOWER_SHARE = 0.12
"""Lower-case sentence starts per upper-case one, from which they are taken for style; at least ``_LOWER_LEAST`` of them."""
_LOWER_LEAST = 4
_SPACED_SHARE = 0.4
_SPACED_LEAST = 3
_ASIDE = lazy_pattern(
    r"[,—–-]*\s?[,—–]?\s?(?:(?:uh|um|er|ah|oh|hmm|wh-|th-|you know|i mean|like|well|say|for example|for instance|of course|in particular|"
    r"guess what|as it were|in fact|in turn|at least|if you will|if any|so to speak|in other words|among other things|at times|if possible|"
    r"where possible|if necessary|where applicable|and/or|in part|in effect|sic)\b[^\w\s]|(?:uh|um|er|sic)\b)",
    re.IGNORECASE,
)
_LATIN = lazy_pattern(
    r"(?:in|ex|de|ad|per|pro|a|post) (?:situ|vivo|vitro|silico|utero|absentia|camera|facto|jure|hoc|nauseam|se|rata|priori|posteriori)\b"
)
_PREPOSITIONS = "of|in|on|by|to|with|at|from|for|into|under|against|over|through|within|upon|about"
_QUOTED = lazy_pattern(r"\bof\Z")
_QUOTE = lazy_pattern(r", ?[\"'“‘]")
_COORDINATED = lazy_pattern(
    rf",? (?:or|and|and/or|but|if not) (?:(?:[\w-]+ ){{0,2}}(?:{_PREPOSITIONS})[,.;)]|(?:{_PREPOSITIONS}) )"
)
_SECOND = lazy_pattern(rf"\b(?:{_PREPOSITIONS}),? (?:or|and) (?:[\w-]+ ){{0,3}}(?:{_PREPOSITIONS})\Z")
_PREPOSITION_END = lazy_pattern(rf"\b(?:{_PREPOSITIONS})\Z", re.IGNORECASE)
_HESITATES = lazy_pattern(r"\b(?:[Uu][hm]|wh-|th-)")
_ABBREVIATION = lazy_pattern(
    r"\b(?:co|inc|corp|ltd|plc|bros|vs|etc|no|nos|st|ave|dept|jr|sr|fig|figs|approx|gov|gen|sen|rep|rev|hon|ft|al|ed|eds|vol|cf|viz|"
    r"mt|univ|assn|dr|mr|mrs|ms|prof|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tues?|wed|thurs?|fri|sat|sun|[a-z]|(?:[a-z]\.)+[a-z]|ph\.d)\.\Z",
    re.IGNORECASE,
)
_IDIOM = lazy_pattern(
    r"(?:by and large|in and of|over and over|through and through|on and on|by and by|in and out|on and off)\b", re.IGNORECASE
)
_BARE_ROLE = lazy_pattern(
    r"\b(?:of|with|by|from|for|to|between|against|like|including|told|via|over|joined)(?: (?!(?:the|an?|this|that|its|their|our|your|his|"
    r"her|my|any|each|every|no|some|another|which|one|former|of)\b)[\w-]+){1,2}\Z"
)
_ROLES = frozenset(
    "maker giant rapper singer carmaker automaker chipmaker drugmaker bassist drummer guitarist frontman songwriter filmmaker comedian "
    "novelist dietitian nutritionist immunologist senator".split()
)


def is_bare_role(text: str, start: int, end: int) -> bool:
    """Whether a noun such as "maker" or "rapper" stands at the gap with a preposition before it, no article, and no name after it.

    "with chatbot maker," is one, "with a chatbot maker," is none. In 12.7 million words of sound text this happens five times.
    """
    low = text.rfind(" ", max(0, start - 16), start) + 1
    if not low or text[low:start] not in _ROLES or text[end : end + 1] not in (",", ".", ")", ";"):
        return False
    return _BARE_ROLE.search(text[max(0, start - 60) : start]) is not None


def is_manner(text: str, start: int, end: int, lang: str = "en") -> bool:
    """Whether the gap ``start:end`` is a manner of writing: code, an aside, an idiom, an abbreviation, or a style of the whole text."""
    if lang == "de" and is_german_manner(text, start, end):
        return True
    if _is_odd_start(text, start, end):
        return True
    low, high = max(0, start - _WINDOW), min(end + _WINDOW, len(text))
    low = text.rfind("\n", low, start) + 1 or low
    stop = text.find("\n", end, high)
    high = stop if stop >= 0 else high
    if _CODE.search(text, low, high):
        return True
    left, right = text[low:start], text[end:high]
    if right[:1] == "," and left[-1:] == "," and right[1:2].isalnum():
        return True  # typed quotes, ,,so''
    if left[-1:] in "([" and (high - low < _SHORT_LINE and (not low or text[low - 1] == "\n")):
        return True  # a label, "Rating ()"
    word = left.rsplit(None, 1)[-1] if left.strip() else ""
    if _ASIDE.match(right) or _LATIN.match(right) or _IDIOM.match(word + text[start:end] + right):
        return True
    follow = right.lstrip(" ,—–-…")
    if word and len(follow) < len(right) and follow[: len(word) + 1].lower().rstrip(" ,") == word.lower() and _hesitates(text):
        return True  # speech, "in the, in the park"
    if _QUOTED.search(left) and _QUOTE.match(right):
        return True  # "along the lines of, 'we will see'"
    if _PREPOSITION_END.search(left) and (_COORDINATED.match(text[start:end] + right) or (start == end and _SECOND.search(left))):
        return True  # "in, or embodied in, a product"
    after = right[:1]
    if left and left[-1] in ".!?" and after.islower():
        if left[-1] == "." and _ABBREVIATION.search(left):
            return True
        return _starts_low(text)
    if start < end and after and after in ",.;:?!":
        return _spaces_commas(text)
    return False


# A style of the whole text is asked for at each gap of it, and found once.


@lru_cache(maxsize=1)
def _hesitates(text: str) -> bool:
    return _HESITATES.search(text) is not None


@lru_cache(maxsize=1)
def _starts_low(text: str) -> bool:
    lower = sum(1 for _ in _LOWER_START.finditer(text))
    return lower >= _LOWER_LEAST and lower > _LOWER_SHARE * sum(1 for _ in _UPPER_START.finditer(text))


@lru_cache(maxsize=1)
def _spaces_commas(text: str) -> bool:
    spaced = sum(1 for _ in _SPACED_COMMA.finditer(text))
    return spaced >= _SPACED_LEAST and spaced > _SPACED_SHARE * text.count(",")


@lru_cache(maxsize=1)
def _does_without_capitals(text: str) -> bool:
    if _LOWER_I.search(text):
        return True
    lower = sum(1 for _ in _LOWER_LINE.finditer(text))
    return lower > 2 and lower > _LOWER_SHARE * text.count("\n")


def is_tokenised(text: str) -> bool:
    """Whether the marks of ``text`` stand apart from the words , as tokenisers leave them ."""
    spaced = sum(1 for _ in _SPACED_MARK.finditer(text))
    return spaced >= _TOKENISED_LEAST and spaced > sum(1 for _ in _CLOSED_MARK.finditer(text))


def _is_odd_start(text: str, start: int, end: int) -> bool:
    """Whether the gap is the head of a line that starts in lower case for another reason than a lost subject.

    A wrapped line, the output of a program, or a writer who does without capitals.
    """
    after = text[end : end + 1]
    if (start and text[start - 1] != "\n") or not (after.islower() or after in tuple(",:;")):
        return False
    if start:
        # A paragraph stands alone: after a blank line, or after a line that ends and is long enough to be one.
        before = text[max(0, start - 200) : start - 1].rstrip(" \t\r")
        if before and before[-1] != "\n" and (before[-1] not in _SOUND_ENDS or len(before) - before.rfind("\n") < 60):
            return True
    return _does_without_capitals(text)
