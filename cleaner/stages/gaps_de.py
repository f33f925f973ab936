"""The trigger literals of German: articles and prepositions without their noun."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cleaner.lazy import lazy_pattern

__all__ = ["german_literals", "is_german_manner"]

_RELATIVE = lazy_pattern(
    r", ?(?:der|die|das|den|dem|deren|dessen|denen|welche\w*|wie|wenn|wo|so|auf|in|mit|an|für|von|aus|bei|zu|um)\b"
)
_DEMONSTRATIVE = lazy_pattern(
    r"\b(?:der|die|das|den|dem|eine?[nmrs]?|jene[nmrs]?|ihre[nmrs]?|seine[nmrs]?|unsere[nmrs]?)\Z", re.IGNORECASE
)
_COORDINATED = lazy_pattern(
    r",? (?:und|oder|bzw\.|sowie|aber|bis) (?:[\w-]+ ){0,2}?(?:von|vom|in|im|zu|zum|zur|an|am|auf|aus|bei|beim|mit|nach|für|über|durch|"
    r"gegen|unter|um|neben|vor|hinter|ohne|zwischen|wider|anderen?|noch)\b"
)

_DETERMINERS = (
    "der die das den dem des ein eine einen einem einer eines seine seinen seinem seiner ihre ihren ihrem ihrer unsere unserer unserem "
    "unseren dieser diesem diesen im am vom zum zur beim"
)
_PREPOSITIONS = "von in an auf aus bei mit nach für über durch gegen zwischen unter neben wie als ohne um"
_OTHER_LEFT = "und oder sowie per via namens laut"
_MARKS = (",", ".", ";", ")", "!", " ,", " .", " ;", " )")
_FIRM = "des im am vom zum zur beim seines ihres unseres"
"""Determiners that are no pronouns: "die sind" and "den hat" are sound, "zur hat" is not."""
_RIGHT_OF_ANY = "und oder sowie bzw."
_RIGHT = (
    "und oder sowie ist sind war waren wird werden wurde wurden hat haben hatte kann können muss soll will bis bzw. sagte sagt erklärte "
    "berichtet berichtete gibt"
)
"""No prepositions: "den in der Liste genannten Weg" puts one behind an article in sound text."""
_RIGHT_OF_PREPOSITION = "und oder sowie ist sind war waren wird werden wurde wurden hat haben kann können als wie"
_NATURAL = {
    "die": "oder bis",
    "das": "ist sind war wird hat kann",
    "ein": "und oder",
    "einen": "oder",
    "einem": "oder",
    "an": "und oder",
    "ab": "und",
    "aus": "und",
    "nach": "und wie",
    "durch": "und",
    "wie": "kann können",
    "um": "und",
    "mit": "als",
    "über": "als",
}
"""Neighbours that stand side by side in sound sentences, such as "ab und an" or "nach wie vor"."""
_PARTICLES = frozenset("ein an auf aus das dem mit um über nach durch".split())
"""Separable prefixes and pronouns, which end sound clauses."""
_START_VERBS = "ist sind war hat haben wird wurde kann sagte sagt erklärte teilte berichtete bietet zeigt gehört sowie"
_DEBRIS = (",,", ", ,", ",.", ", .", ",;", ", ;", "(,", ", )", "()", "( )", "„“", "„ “", "“”", "„,")


def german_literals() -> Mapping[str, tuple[int, int]]:
    """Return each literal with the gap it marks, as offsets from its start."""
    found: dict[str, tuple[int, int]] = {}
    for left in f"{_DETERMINERS} {_PREPOSITIONS} {_OTHER_LEFT}".split():
        for mark in _MARKS:
            if left not in _PARTICLES or mark not in (",", ".", ";", "!", " ,", " ."):
                found[f" {left}{mark}"] = (1 + len(left), 1 + len(left) + (mark[0] == " "))
    for lefts, rights in ((_DETERMINERS, _RIGHT_OF_ANY), (_FIRM, _RIGHT), (_PREPOSITIONS, _RIGHT_OF_PREPOSITION)):
        for left in lefts.split():
            natural = _NATURAL.get(left, "").split()
            for right in rights.split():
                if right not in natural:
                    found[f" {left} {right} "] = (1 + len(left), 2 + len(left))
    for verb in _START_VERBS.split():
        found[f". {verb} "] = (1, 2)
    for debris in _DEBRIS:
        found[debris] = (1, 1 + (debris[1] == " "))
    return found


def is_german_manner(text: str, start: int, end: int) -> bool:
    """Whether the gap is sound German: "die, die wir kennen", "von und nach Bergen", "zum und vom Hafen"."""
    left, right = text[max(0, start - 20) : start], text[start : end + 40]
    if _DEMONSTRATIVE.search(left) and _RELATIVE.match(right):
        return True
    return _COORDINATED.match(right) is not None
