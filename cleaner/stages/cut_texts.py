"""Texts that end too early: excerpts, teasers, a last sentence that breaks off, a colon whose list is gone.

Only the end of a document of several paragraphs is judged. A single paragraph is not enough to tell a cut from a caption or a headline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from cleaner.document import Document
from cleaner.lazy import lazy_pattern
from cleaner.model import Finding

__all__ = ["CUT_RULES", "CUT_TRIGGERS", "cut_texts"]

CUT_RULES: Mapping[str, str] = MappingProxyType(
    {
        "truncation.cut-excerpt": "The text ends in an ellipsis in brackets, the mark of feeds and archives for an article they cut.",
        "truncation.cut-teaser": "The text ends in an ellipsis and an invitation to read on: only the beginning of the article was taken.",
        "truncation.cut-sentence": "The last paragraph breaks off in the middle of a sentence.",
        "truncation.cut-list": "The last paragraph announces a list with a colon, and nothing follows: the list was dropped.",
    }
)
CUT_TRIGGERS: tuple[str, ...] = ()

_MIN_LINES = 2
_MIN_WORDS = 12
"""Words of a last line that is judged as running text."""
_TAIL = 1500
_EXCERPT = lazy_pattern(r"(?:\[\s?(?:…|\.\.\.)\s?\]|\((?:more)?\s?(?:…|\.\.\.)\))\Z")
_TEASER = lazy_pattern(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*(?:[(\[]?\s*)(?:continue reading|read (?:more|the (?:full|rest)|on|full)|keep reading|"
    r"(?:full|more) (?:story|article)|weiterlesen|mehr lesen|lire la suite|leer más|seguir leyendo|continua a leggere)\b[^\n]{0,60}\Z",
    re.IGNORECASE,
)
_OPEN_WORDS = {
    "en": frozenset(
        "the a an of to and or but with from for by at as into than that which who whose their its our your my because while although if "
        "is are was were will would could should has have had can may might must between against including such about under during".split()
    ),
    "de": frozenset(
        "der die das dem den des ein eine einer einem einen eines und oder aber mit von aus bei zu zur zum für durch gegen ohne dass weil "
        "wenn als ob ist sind war waren wird werden wurde wurden hat haben hatte kann können soll sollen muss müssen im am vom beim".split()
    ),
}
_ANNOUNCES = lazy_pattern(
    r"\b(?:following|as follows|include|includes|including|below|these are|here (?:are|is)|such as|folgende[nrs]?|wie folgt|"
    r"unter anderem)\b",
    re.IGNORECASE,
)


def cut_texts(document: Document, profile: str) -> list[Finding]:
    """Return what is wrong with the end of ``document``: at most one finding."""
    text = document.text
    end = len(text)
    while end and text[end - 1].isspace():
        end -= 1
    if not end or (
        text[end - 1] in ".!?\"”’')»" and text[end - 3 : end] not in ("...", "…)", ".)") and text[end - 4 : end] != "...)"
    ):
        return []
    low = max(0, end - _TAIL)
    newline = text.rfind("\n", low, end)
    if newline < 0 and low == 0:
        return []
    start = newline + 1 if newline >= 0 else low
    line = text[start:end]
    if text.count("\n", 0, start) < _MIN_LINES:
        return []

    def finding(rule: str, at: int, message: str, confidence: float) -> list[Finding]:
        return [Finding(start + at, end, text[start + at : end], f"truncation.{rule}", "truncation", message, None, confidence)]

    if found := _TEASER.search(line):
        return finding("cut-teaser", found.start(), "only the beginning of this text is here", 0.97)
    words = line.split()
    if len(words) < _MIN_WORDS:
        return []
    if found := _EXCERPT.search(line):
        return finding("cut-excerpt", found.start(), "this text is an excerpt", 0.95)
    last = line[-1]
    if last == ":":
        if _ANNOUNCES.search(line, max(0, len(line) - 80)):
            return finding("cut-list", len(line), "the list that this colon announces is missing", 0.9)
        return []
    core = words[-1].rstrip("….").lower()
    if not core.isalpha() or not (last.isalpha() or last == "…" or line.endswith("...")):
        return []
    # A sentence end inside the line shows that it is running text, which a caption or a list item is not.
    if re.search(r"[a-zäöüß)”\"][.!?] [A-ZÄÖÜ“\"]", line) is None and len(words) < 25:
        return []
    if any(core in words for words in _OPEN_WORDS.values()) and core in _OPEN_WORDS.get(document.lang or "", ()):
        return finding("cut-sentence", len(line), "the text breaks off in the middle of a sentence", 0.95)
    if profile == "precise" or document.lang not in _OPEN_WORDS:
        return []
    if profile == "thorough" or (last != "…" and not line.endswith("...")):
        return finding("cut-sentence", len(line), "the text seems to break off in the middle of a sentence", 0.6)
    return []
