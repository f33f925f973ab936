"""Where a name may have been lost: cheap literals that the shared scan finds, and the gap that each of them marks.

A gap is a range ``start:end`` of the text that holds nothing but white space: ``start`` is the end of the word before, ``end`` the
start of what follows. On clean English web text the literals below mark about one gap in 250 words; on text whose link texts were
deleted they mark about two in three of the holes. The rest leaves nothing that a literal could see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

__all__ = ["TRIGGERS", "find_gaps"]

_DETERMINERS = "the a an our its their your his my"
_PREPOSITIONS = "of in on by to with at from for"
_MORE_PREPOSITIONS = "like into via through against between about within using including under near"
_OTHER_LEFT = (
    "as and or after over among toward towards than called outside inside during behind versus across upon despite unlike since whether "
    "visit joined told owns include includes named dubbed see new former both because per launched install acquired was says without "
    "around alongside"
)
_ROLES = (
    "author maker giant rival rapper singer founder cofounder co-founder startup start-up dietitian senator governor congressman "
    "congresswoman director actor actress editor spokesman spokeswoman spokesperson executive officer analyst president chairman chairwoman "
    "secretary professor researcher economist strategist coach owner host anchor columnist reporter journalist correspondent photographer "
    "novelist historian candidate nutritionist immunologist psychologist comedian filmmaker bassist drummer guitarist frontman songwriter "
    "goalkeeper midfielder striker quarterback retailer carmaker automaker chipmaker drugmaker subsidiary competitor app brand"
)
"""Nouns that a name usually follows or precedes."""
_RIGHT_OF_DETERMINER = (
    "is was are were has have had will would could can may might should must does did said says told announced reported explained asked "
    "noted claimed believes wants continues became began made took went gave got uses offers provides allows includes runs which who whose "
    "whom where when that because if and or but as of in to for at on from by with after before during since until over under into "
    "through between against about than also"
)
_RIGHT_OF_PREPOSITION = (
    "is was are were has have had will would could can may might should must does did said says told announced uses who while because "
    "and or but of in to for on from with after during since until into through against than also"
)
_RIGHT_OF_MORE = "is was are has have will would can may and or in to for at on from by with"
_RIGHT_OF_CONJUNCTION = "is was were has had will would can could did does said became"
_MARKS = (",", ".", ";", ":", ")", "?", "!", " ,", " .", " ;", " )", " (", " —", " –", " - ", " 's ", " ’s ", "'s ", "’s ", "”", '"', "—")
_FEWER_MARKS = (",", ".", ")", " ,", " .", " (", " —", " –", " - ", " ’s ", " 's ")
_FEWEST_MARKS = (",", ".", " ,", " .")
_START_VERBS = (
    "is was are were has have had will would could can may might should must does did said says told announced reported explained added "
    "confirmed shared lists provides offers makes uses allows also and launched released wants plans believes notes writes wrote "
    "claims claimed declined reports expects recently currently 's ’s"
)
_DEBRIS = (
    ",,", ", ,", ",.", ", .", ",;", ", ;", ";,", ":,", ": ,", "(,", "( ,", ", )", ",)", "()", "( )", "[]", "[ ]", "“”", "“ ”", "‘’", "“,", "“.",
    ". .", "—,", "— ,", "/,", "),)", ", —", ", –", ", - ", ": .", ", ;", ". ,", ".. ", "— .", "“ ,", "“ .",
)  # fmt: skip
_NATURAL = frozenset(
    "the plans|the remains|the works|the may|the can|the might|the will|a while|a may|a can|of where|of at|of between|in as|in to|in at|"
    "in on|in from|in by|in with|in under|in between|in that|on who|on where|on as|on to|on at|on by|on with|by at|to have|to where|to or|"
    "to as|to at|to by|to between|to also|with at|at between|from where|for as|for at|for by|like in|like to|like for|like with|"
    "through to|about in|about to|including in|if and|when and|on in|on for|to must|to can|to may|to uses".split("|")
)
"""Pairs that stand side by side in sound sentences so often that a hole between them can't be told from them."""


def _literals() -> Mapping[str, tuple[int, int]]:
    """Return each literal with the gap it marks, as offsets from its start."""
    found: dict[str, tuple[int, int]] = {}
    for lefts, marks in (
        (f"{_DETERMINERS} {_PREPOSITIONS} {_MORE_PREPOSITIONS}", _MARKS),
        (_OTHER_LEFT, _FEWER_MARKS),
        (_ROLES, _FEWEST_MARKS),
    ):
        for left in lefts.split():
            for mark in marks:
                found[f" {left}{mark}"] = (1 + len(left), 1 + len(left) + (mark[0] == " "))
    for lefts, rights in (
        (_DETERMINERS, _RIGHT_OF_DETERMINER),
        (_PREPOSITIONS, _RIGHT_OF_PREPOSITION),
        (_MORE_PREPOSITIONS, _RIGHT_OF_MORE),
        ("whether if when because while since after both", _RIGHT_OF_CONJUNCTION),
        ("and or", "and or"),
    ):
        for left in lefts.split():
            for right in rights.split():
                if f"{left} {right}" not in _NATURAL:
                    found[f" {left} {right} "] = (1 + len(left), 2 + len(left))
    for verb in _START_VERBS.split():
        for mark in (". ", "? ", "! ", ".” ", '." ', ": ", "— "):
            found[f"{mark}{verb} "] = (len(mark) - 1, len(mark))
        if verb != "and":
            found[f"\n{verb} "] = (0, 1)
    for verb in ("is", "has", "was", "will", "said", "says"):
        found[f", {verb} "] = (1, 2)
    for verb in ("said", "says", "added", "explained"):
        for mark in (",", "."):
            for quote in ('" ', "” "):
                found[f"{quote}{verb}{mark}"] = (2 + len(verb), 2 + len(verb))
    for debris in _DEBRIS:
        found[debris] = (1, 1 + (debris[1] == " "))
    for right in (",", *(f" {word} " for word in _RIGHT_OF_DETERMINER.split())):
        found[f"\nthe{right}"] = (4, 4 + (right[0] == " "))
    return found


_AFTER_THE = frozenset(_RIGHT_OF_DETERMINER.split())
_GAP_OF = _literals()
TRIGGERS: tuple[str, ...] = tuple(_GAP_OF)
"""Folded literals for the shared scan."""


def find_gaps(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the gaps marked by trigger ``spans`` of ``text``, in order and once each, and the one before a text that starts amiss."""
    last = -1
    head = text[:1]
    if head and (head in ",:;'’" or head.islower()):
        yield 0, 0
        last = 0
    elif head == "T" and text.startswith("The "):
        # The shared scan knows "the" by the blank or line end before it.
        word = text[4 : text.find(" ", 4, 20)]
        if word in _AFTER_THE:
            yield 3, 4
            last = 3
    elif text.startswith("The,"):
        yield 3, 3
        last = 3
    for start, end in spans:
        literal = text[start:end]
        gap = _GAP_OF.get(literal) or _GAP_OF.get(literal.lower())
        if gap is None:
            continue
        low, high = start + gap[0], start + gap[1]
        if low <= last:
            continue
        if literal[0] in ".?!\n:—" and not (text[high].islower() or text[high] in "'’"):
            continue
        last = low
        yield low, high
