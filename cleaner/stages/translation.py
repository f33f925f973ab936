"""Flags traces of machine translation and article spinners; it never changes text.

Rules find what can be listed. Where the shared scan meets a word that spinners like to put in, the pairs it forms are weighed
(``swaps``). Both feed the judgement on the document (``spun_document``), and that decides how freely spans are listed: in a document
that is convicted every pair is weighed and little is asked of it; in a long one that is not, hardly anything is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from cleaner.document import Document
from cleaner.model import Finding, Outcome
from cleaner.stages.repetition import LOOP_RULE, loops
from cleaner.stages.ruled import rule_outcome
from cleaner.stages.spun_document import Evidence, probability
from cleaner.stages.swaps import Swap, swap_table, trigger_words
from cleaner.stages.wordpairs import WORD, Pair, content_pairs, pair_of

__all__ = ["RULES", "Translation"]

SWAP_RULE = "translation.swap"
SPUN_RULE = "translation.spun-document"
RULES: Mapping[str, str] = MappingProxyType(
    {
        SWAP_RULE: "An unusual pair of words that is a word-by-word synonym of a usual one, as article spinners make them.",
        SPUN_RULE: "The traces in this document are too many for chance: it was spun or badly translated throughout.",
        LOOP_RULE: "The same words again and again without end: an engine caught in a loop.",
    }
)
"""What each rule of this stage that is decided by code is for; ``cleaner explain`` prints it."""

WEAK = 0.75
"""Rules of less confidence than this are listed only beside evidence of another kind: alone they may be a house style."""
ASKED: Mapping[str, tuple[float, float]] = MappingProxyType({"precise": (2.2, -1.5), "balanced": (1.4, -2.5), "thorough": (0.4, -4.2)})
"""Natural log odds asked of a pair, per tier: in a document of which nothing is known, and in one that is convicted."""
LENIENCE = 0.5
"""How far one unit of a document's log odds moves what is asked, up to ``LENIENCE_MOST`` either way."""
LENIENCE_MOST = 1.0
CONVICTED = 0.5
"""Log odds of a document from which it is convicted; clean documents reach it once in some thousands."""
CONVICTED_BY_PAIRS = 4.0
"""The same where odd pairs are all there is: a field of its own (linguistics, medicine) has many of them."""
LOOK_CLOSER = -2.5
"""Log odds from which all pairs of a document are weighed rather than those around trigger words."""
LONGEST = 200_000
"""Code points up to which all pairs are weighed; of a longer text only its first part."""
LEAST_WORDS = 80
"""Words from which a convicted document is reported as a whole."""
WINDOW = 40
"""Code points before a trigger word in which its left neighbour is looked for."""


class Translation:
    """The stage: rule matches, unlisted swaps, and a score for the whole document."""

    name = "translation"

    def __init__(self, profile: str = "precise", options: Mapping[str, object] = MappingProxyType({})) -> None:
        self.profile = profile
        self.options = dict(options)
        self.triggers = trigger_words()

    def __call__(self, document: Document) -> Outcome:
        """Return the findings in ``document`` and its score."""
        outcome = rule_outcome(document, self.name)
        found = [*outcome.findings, *loops(document.text)]
        near = _weighed(pairs_around(document.text, document.triggers(self.name)))
        if not found and not near:
            return Outcome(outcome.edits, (), 0.0)
        evidence = _evidence(document, found, near)
        if near and document.lang != "en":
            near = []
            evidence = _evidence(document, found, near)
        everything = near
        if evidence.odds > LOOK_CLOSER and document.lang == "en":
            everything = _weighed(content_pairs(document.text[:LONGEST]))
            evidence = _evidence(document, found, everything)
        return self._outcome(document, outcome.edits, found, everything, evidence)

    def _outcome(
        self, document: Document, edits: Sequence[object], found: list[Finding], pairs: list[tuple[Pair, Swap]], evidence: Evidence
    ) -> Outcome:
        odds = evidence.odds
        convicted = odds > (CONVICTED if evidence.strong else CONVICTED_BY_PAIRS)
        asked, asked_if_convicted = ASKED[self.profile]
        if convicted:
            asked = asked_if_convicted
        strong = {finding.rule for finding in found if finding.confidence >= WEAK}
        listed = [one for one in found if one.confidence >= WEAK or convicted or strong - {one.rule}]
        taken = [(one.start, one.end) for one in listed]
        for pair, swap in pairs:
            own = swap.score / 1024
            need = asked
            if not convicted:
                rest = evidence.sum - min(2.6, max(0.0, 0.5 * (own + 3.0))) - 0.008 * evidence.words
                need -= LENIENCE * max(-LENIENCE_MOST, min(LENIENCE_MOST, rest))
            if own >= need and not any(start < pair.end and pair.start < end for start, end in taken):
                listed.append(_finding(document.text, pair, swap, convicted))
                taken.append((pair.start, pair.end))
        if convicted and evidence.words >= LEAST_WORDS:
            listed.append(Finding(0, 0, "", SPUN_RULE, self.name, RULES[SPUN_RULE], None, round(probability(odds), 3)))
        listed.sort(key=lambda finding: (finding.start, finding.end))
        return Outcome(tuple(edits), tuple(listed), probability(odds))  # type: ignore[arg-type]


def pairs_around(text: str, triggers: Iterable[tuple[int, int]]) -> Iterable[Pair]:
    """Yield the pairs that whole words among ``triggers`` form with their neighbours, each once."""
    seen: set[tuple[int, int]] = set()
    for start, end in triggers:
        word = WORD.match(text, start)
        if word is None or word.end() != end:
            continue
        if start > 1:
            low = max(0, start - WINDOW)
            before = None
            for before in WORD.finditer(text, low, start - 1):
                pass
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


def _weighed(pairs: Iterable[Pair]) -> list[tuple[Pair, Swap]]:
    table = None
    weighed = []
    known: dict[tuple[str, str], Swap | None] = {}
    for pair in pairs:
        table = table or swap_table()
        key = (pair.left, pair.right)
        if key not in known:
            known[key] = table.score(*key)
        swap = known[key]
        if swap is not None:
            weighed.append((pair, swap))
    return weighed


def _evidence(document: Document, findings: Iterable[Finding], pairs: Iterable[tuple[Pair, Swap]]) -> Evidence:
    evidence = Evidence(len(document.text))
    evidence.add_findings(findings, WEAK)
    evidence.add_pairs(pairs)
    return evidence


def _finding(text: str, pair: Pair, swap: Swap, convicted: bool) -> Finding:
    confidence = round(probability(swap.score / 1024 + (1.0 if convicted else 0.0)), 3)
    return Finding(pair.start, pair.end, text[pair.start : pair.end], SWAP_RULE, "translation", RULES[SWAP_RULE], swap.suggestion, confidence)
