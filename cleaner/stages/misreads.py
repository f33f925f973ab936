"""Edits for text whose bytes were read with the wrong table: which lines to search, what to accept, what to leave and report."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from unicodedata import category

from cleaner.lazy import lazy_pattern
from cleaner.model import Edit, Finding
from cleaner.stages.alphabets import one_alphabet
from cleaner.stages.charmodel import UNIT, the_model
from cleaner.stages.codelike import talks_about_encodings
from cleaner.stages.evidence import Evidence
from cleaner.stages.repair import Search, Word

__all__ = ["misread_edits", "suspicious_lines"]

_QUOTED = lazy_pattern(r"^[\"'“‘«„`(\[]+[^\"'“”‘’«»„`()\[\]]*[\"'”’»“`)\],.;:!?]+$")
_LEADS = lazy_pattern("[ÂÃÄÅÎÏÐÑØÙâãðÐÑРСÐ√ΓΞΟ╨╤├┬\ufffd]")
_DOUBT = 5 * UNIT
LATIN_BOUND = 3 * UNIT + UNIT // 2
OTHER_BOUND = 5 * UNIT + UNIT // 2
DENSE_BOUND = 8 * UNIT
"""Cost per character above which a word is odd; 30, 3 and 5 % of clean words are, and all but 1 % of misread lines hold one."""
PROMISE = 2 * UNIT
_OUTSIDE = lazy_pattern("[^\x00-\x7f]+")
_NOT_TYPOGRAPHIC = lazy_pattern(r"[^\x00-\x7f’“”–—•\xa0…‘„‚«»®™©°·]|(?<=[^\W\d_])[‚„“”…‘•·](?=[^\W\d_])|(?<=[a-z])·(?![a-z])")
SHORT = 600
"""Texts shorter than this hold too few letters to tell their alphabet, so each of their words is looked at."""
_ACCENTED = lazy_pattern("[\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\u024f\u1e00-\u1eff]")
_SIGN = (
    "\xa1-\xa7\xaa\xac-\xaf\xb1-\xb6\xb8-\xba\xbc-\xbf\xd7\xf7\u0192\u02c6\u02dc\u2020\u2021\u2030\u2039\u203a\u20ac\u2190-\u2bff"
)
_FAR = "\u0370-\u05ff\u0600-\u06ff\u0e00-\u0e7f"
_ALARM = lazy_pattern(
    f"[\x80-\x9f\ufffd\ue000-\uf8ff\uff61-\uff9f\u3040-\u9fff\uac00-\ud7a3]"
    f"|[{_SIGN}](?=[\xc0-\u06ff\u0e00-\u0e7f])|[\xc0-\u06ff\u0e00-\u0e7f](?=[{_SIGN}])"
    f"|[A-Za-z][{_SIGN}]{{2}}|[{_SIGN}]{{2}}[A-Za-z]|√[^\\s\\d(a-z]|[a-z]·(?![a-z])|[A-Za-z](?=[{_FAR}])|[{_FAR}](?=[A-Za-z])|[A-Za-z][{_SIGN}](?=[A-Za-z])"
    "|[a-z\xdf-\xff](?=[\xc0-\xde])|[\xc0-\xff\u0100-\u017f]{4}|[\xc0-\xdf][\xc0-\u017f][a-z]"
    "|[\u0430-\u045f](?=[\u0400-\u042f])|[\u03ac-\u03ce](?=[\u0386-\u03ab])"
    "|(?<=[A-Za-z])[‚„“”…‘•·](?=[A-Za-z])|[a-z][íÕ][st](?![a-z])"
    "|[\u0400-\u042f]{3,}\\W+[\u0400-\u042f]{2,}\\W+[\u0400-\u042f]{2,}|(?:\u0e30.){3}|(?:\u0e40\u0e18.){2}"
)
"""What clean text of a single alphabet does not hold: signs beside accents, scripts mixed in a word, capitals after small letters, Han."""
_SURE = lazy_pattern("[\x80-\x9f\ufffd]")
_LATIN = lazy_pattern("[A-Za-z\xaa-\u024f]")
_DENSE = lazy_pattern("[\u0e00-\u0e7f\u3040-\u9fff\uac00-\ud7a3]")
_ELSEWHERE = lazy_pattern("[\u0530-\u058f\u0700-\u0dff\u0e80-\u1dff\u2c00-\u2fff\ua000-\uabff\U00010000-\U0010ffff]")
"""Scripts that no table holds."""


def suspicious_lines(text: str) -> list[tuple[int, str]]:
    """Return (position, line) of the lines that hold a word which is odd as it stands and reads better some other way."""
    if text.isascii() or not _worth_a_look(text):
        return []
    found = []
    at = 0
    for line in text.split("\n"):
        if not line.isascii() and (_SURE.search(line) or any(not word.isascii() and odd(word) for word in line.split())):
            found.append((at, line))
        at += len(line) + 1
    return found


def _worth_a_look(text: str) -> bool:
    """Whether the document holds more than typography and the letters of one language, in the places where letters stand."""
    contexts = {text[m.start() - 1 if m.start() else 0 : m.end() + 2] for m in _OUTSIDE.finditer(text)}
    joined = "\n".join(contexts)
    if _ALARM.search(joined):
        return True
    if len(text) < SHORT:
        return _NOT_TYPOGRAPHIC.search(joined) is not None
    return not one_alphabet(frozenset(_ACCENTED.findall(joined)))


@lru_cache(maxsize=100_000)
def odd(word: str) -> bool:
    """Whether ``word`` is unlikely as it stands and some operation makes it likelier."""
    if _SURE.search(word):
        return True
    if _ELSEWHERE.search(word) or not _NOT_TYPOGRAPHIC.search(word):
        return False
    if _LATIN.search(word):
        bound, promise = LATIN_BOUND, PROMISE
    elif _DENSE.search(word):
        bound, promise = DENSE_BOUND, PROMISE
    else:
        bound, promise = OTHER_BOUND, PROMISE
    return the_model().cost(word) > bound * (len(word) + 1) and Evidence(the_model()).promises(word, promise)


def misread_edits(text: str, lines: Sequence[tuple[int, str]], whole_lines: bool) -> tuple[list[Edit], list[Finding]]:
    """Return the repairs of ``lines`` and the doubts about them.

    With ``whole_lines``, a line that can't be repaired all through is left as it is and reported.
    """
    search = Search(the_model(), lines, odd)
    changed = search.run()
    if not changed:
        return [], []
    doubts: list[Finding] = []
    edits: list[Edit] = []
    for number in sorted({word.line for word in changed}):
        row = search.lines[number]
        hit = [word for word in row if word.text != word.source]
        line = lines[number][1]
        reason = (
            "its repair would not be a word"
            if any(_no_word(word.source, word.text) for word in hit)
            else _reason_to_leave(search, line, row, hit, len(changed), whole_lines)
        )
        if reason:
            doubts += [_doubt(word, reason) for word in hit]
            continue
        edits += _joined(text, hit)
    return edits, doubts


def _no_word(before: str, after: str) -> bool:
    """Whether a repair turns letters into what no word holds: a sign between letters, or signs of phonetics out of nothing."""
    if (
        len(after) >= len(before)
        and any("\u0250" <= c <= "\u02ff" for c in after)
        and not any("\u0250" <= c <= "\u02ff" for c in before)
    ):
        return True
    if len(before) != len(after):
        return False
    return any(
        before[i].isalpha()
        and after[i] not in "'’-·"
        and category(after[i])[0] in "PS"
        and _in_word(after[i - 1])
        and _in_word(after[i + 1])
        for i in range(1, len(after) - 1)
    )


def _in_word(character: str) -> bool:
    """Whether ``character`` is a letter of an alphabet whose words hold no signs: Latin, Greek, Cyrillic."""
    return character < "\u0530" and character.isalpha()


def _reason_to_leave(
    search: Search, line: str, row: Sequence[Word], hit: Sequence[Word], everywhere: int, whole: bool
) -> str | None:
    """Return why a repaired line should stay as it is, or ``None``."""
    if len(hit) <= 2 and everywhere <= 3 and (talks_about_encodings(line) or all(_QUOTED.match(word.source) for word in hit)):
        return "It looks misread, but the text may be speaking of just that."
    if whole and any(_damaged(search, word) for word in row):
        return "It looks misread, but a part of the line is lost, so no repair is complete."
    return None


def _damaged(search: Search, word: Word) -> bool:
    """Whether a word still looks misread after the search."""
    if "\ufffd" in word.text:
        return True
    if word.text != word.source:
        return False
    return bool(_LEADS.search(word.text)) and search.cost(word.text) > _DOUBT * (len(word.text) + 1)


def _doubt(word: Word, message: str) -> Finding:
    return Finding(word.start, word.end, word.source, "mojibake.doubtful", "mojibake", message, word.text, 0.7)


def _joined(text: str, words: Sequence[Word]) -> list[Edit]:
    """Return one edit for each stretch of words that were misread the same way, without the ends that did not change."""
    edits: list[Edit] = []
    group: list[Word] = []
    for word in words:
        if group and (group[-1].chain != word.chain or text[group[-1].end : word.start].strip(" ")):
            edits.append(_edit(text, group))
            group = []
        group.append(word)
    if group:
        edits.append(_edit(text, group))
    return edits


def _edit(text: str, group: Sequence[Word]) -> Edit:
    start, end = group[0].start, group[-1].end
    parts = [group[0].text]
    for last, word in pairwise(group):
        parts += [text[last.end : word.start], word.text]
    before, after = text[start:end], "".join(parts)
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    chain = group[0].chain
    if not chain:
        rule = "mojibake.c1-control"
    elif any(step.right.name == "utf-8" for step in chain):
        rule = "mojibake.utf8-misread"
    else:
        rule = "mojibake.legacy-misread"
    reason = ", then ".join(step.name for step in reversed(chain)) or "C1 controls of Windows-1252"
    stop = len(before) - tail
    return Edit(start + head, start + stop, before[head:stop], after[head : len(after) - tail], (rule,), "mojibake", reason, 0.98)
