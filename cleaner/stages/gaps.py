"""Where a name may have been lost: cheap literals that the shared scan finds, and the gap that each of them marks.

A gap is a range ``start:end`` of the text that holds nothing but white space: ``start`` is the end of the word before, ``end`` the
start of what follows. On clean English web text the literals below mark about one gap in 250 words; on text whose link texts were
deleted they mark about two in three of the holes. The rest leaves nothing that a literal could see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cleaner.stages.gaps_de import german_literals

__all__ = ["TRIGGERS", "find_gaps"]

_DETERMINERS = "the a an our its their your his my"
_PREPOSITIONS = "of in on by to with at from for"
_MORE_PREPOSITIONS = "like into via through against between about within using including under near"
_OTHER_LEFT = (
    "as and or after among toward towards than called outside inside during behind versus across upon despite unlike since "
    "whether visit "
    "joined told owns include includes named dubbed see former per launched install acquired was without alongside"
)
_ROLES = (
    "maker giant rapper singer carmaker automaker chipmaker drugmaker bassist drummer guitarist frontman songwriter filmmaker "
    "comedian "
    "novelist dietitian nutritionist immunologist senator"
)
"""Nouns that hardly ever stand without an article unless a name follows them."""
_TITLES = "mr. ms. mrs. dr."
_RIGHT_OF_DETERMINER = (
    "is was are were has have had will would could can might should must does did said says told announced explained asked "
    "claimed believes "
    "wants continues became began made took went gave got uses offers provides allows includes runs which who whose whom where "
    "when that "
    "because and or but as of in to for at on from by with after before during since until over under into through between "
    "against about "
    "than also"
)
_RIGHT_OF_PREPOSITION = (
    "is was are were has have had will would could can might should must does did said says told announced uses who while "
    "because "
    "and or but of in to for on from with after during since until into through against than also"
)
_RIGHT_OF_MORE = "is was are has have will would can and or in to for at on from by with"
_RIGHT_OF_CONJUNCTION = "is was were had will would does did said"
_RIGHT_OF_TITLE = "is was has had will would said says told and also did who"
_MARKS = (",", ".", ";", ")", "!", " ,", " .", " ;", " )", " (", " —", " –", " - ", " 's ", " ’s ", "'s ", "’s ")
_FEWER_MARKS = (",", ".", ")", " ,", " .", " (", " —", " –", " - ", " ’s ", " 's ")
_FEWEST_MARKS = (",", ".", " ,", " .")
_START_VERBS = (
    "is was are were has have had will would could can may might should must does did said says told announced reported "
    "explained added "
    "confirmed shared lists provides offers makes uses allows also and launched released wants plans believes notes writes wrote "
    "claims claimed declined reports expects recently currently 's ’s"
)
_LINE_VERBS = "is was has had said says told announced explained also 's ’s"
"""Verbs that begin no question and no item of a list."""
_DEBRIS = (
    ",,", ", ,", ",.", ", .", ",;", ", ;", ";,", ":,", ": ,", "(,", "( ,", ", )", ",)", "()", "( )", "[]", "[ ]", "“”", "“ ”", "‘’", "“,",
    "“.",
    "—,", "— ,", "/,", "),)", ", —", ", –", ", - ", ". ,", "— .", "“ ,", "“ .",
)  # fmt: skip
_NATURAL = frozenset(
    "the can|the might|the will|a while|a can|his or|of where|of who|of at|of between|of uses|in as|in to|in at|in on|in from|in "
    "by|in with|"
    "in with|in under|in between|in that|on who|on where|on as|on to|on at|on by|on with|on from|by at|to have|to where|to or|to as|to "
    "at|to by|"
    "to between|to also|to must|to can|to uses|with at|at between|from where|for as|for at|for by|for who|like in|like to|like "
    "for|"
    "like with|through to|through with|through at|through for|through on|through in|about in|about to|about by|about for|about "
    "with|"
    "about is|near to|within and|including in|including by|including from|including at|including on|including for|including to|"
    "including with|when did|the if|an if".split("|")
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
        ("whether if when because while since after", _RIGHT_OF_CONJUNCTION),
        (_TITLES, _RIGHT_OF_TITLE),
        ("and or", "and or"),
    ):
        for left in lefts.split():
            for right in rights.split():
                if f"{left} {right}" not in _NATURAL:
                    found[f" {left} {right} "] = (1 + len(left), 2 + len(left))
    for verb in _START_VERBS.split():
        for mark in (". ", ".” ", '." ', *(("? ", "! ") if verb != "and" else ())):
            found[f"{mark}{verb} "] = (len(mark) - 1, len(mark))
    for verb in _LINE_VERBS.split():
        found[f"\n{verb} "] = (1, 1)
    for mark in ",:;":
        found[f"\n{mark} "] = (1, 1)
    for verb in ("said", "says", "added", "explained"):
        for quote in ('" ', "” "):
            found[f"{quote}{verb},"] = (2 + len(verb), 2 + len(verb))
    for debris in _DEBRIS:
        found[debris] = (1, 1 + (debris[1] == " "))
    for right in (",", *(f" {word} " for word in _RIGHT_OF_DETERMINER.split())):
        found[f"\nthe{right}"] = (4, 4 + (right[0] == " "))
    return found


_OPENERS = frozenset(
    f"{_LINE_VERBS} and or have makes helps gives takes plans builds enables delivers defines describes remains became comes lets "
    "plays stars hosts serves introduced built took won acquired declined responded contributed confirmed provides offers uses allows "
    "wants believes".split()
)
"""Words in lower case with which a text starts when the name before them is lost, and hardly ever otherwise."""
_AFTER_THE = frozenset(_RIGHT_OF_DETERMINER.split())
_GAP_OF: Mapping[str, Mapping[str, tuple[int, int]]] = {"en": _literals(), "de": german_literals()}
TRIGGERS: tuple[str, ...] = tuple(dict.fromkeys(literal for literals in _GAP_OF.values() for literal in literals))
"""Folded literals for the shared scan."""


def find_gaps(text: str, spans: Iterable[tuple[int, int]], lang: str = "en") -> list[tuple[int, int]]:
    """Return the gaps marked by trigger ``spans`` of ``text``, and the one at the head of a text that starts amiss; sorted, once each."""
    found: dict[int, int] = {}
    head = text[:1]
    if lang != "en":
        pass  # how a text starts amiss is known for English alone
    elif head and (head in ",:;'’" or (head.islower() and text[: text.find(" ", 1, 20)] in _OPENERS)):
        found[0] = 0
    elif head == "T" and text.startswith(("The ", "The,")):
        # The literals know "the" by the blank or line end before it.
        if text[3] == ",":
            found[3] = 3
        elif text[4 : text.find(" ", 4, 20)] in _AFTER_THE:
            found[3] = 4
    gap_of = _GAP_OF[lang]
    for start, end in spans:
        literal = text[start:end]
        gap = gap_of.get(literal) or gap_of.get(literal.lower())
        if gap is None:
            continue
        low, high = start + gap[0], start + gap[1]
        first = literal[0]
        if first == "(":
            if low > 1 and (text[low - 2].isalnum() or text[low - 2] in "_]."):
                continue  # a call, "run()"
        elif first in ".?!:\n" and (first != "\n" or low == start + 1) and not (text[high].islower() or text[high] in "'’,.;:"):
            continue  # a sentence that starts as it should
        found[low] = high
    return sorted(found.items())
