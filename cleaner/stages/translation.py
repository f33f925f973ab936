"""Flags traces of machine translation and article spinners; it never changes text.

Rules find what can be listed. Where the shared scan meets a word that spinners like to put in, the pairs it forms are weighed
(``swaps``). Both feed the judgement on the document (``spun_document``), and that decides how freely spans are listed: in a document
that is convicted every pair is weighed and little is asked of it; in a long one that is not, hardly anything is listed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from cleaner.document import Document
from cleaner.model import Finding, Outcome
from cleaner.stages.repetition import LOOP_RULE, loops
from cleaner.stages.ruled import rule_outcome
from cleaner.stages.spun_document import Evidence, probability
from cleaner.stages.swaps import Swap, swap_table, trigger_words
from cleaner.stages.wordpairs import Pair, content_pairs, pairs_around

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

Weighed = tuple[Pair, Swap]

WEAK = 0.75
"""Rules of less confidence than this are listed only beside evidence of another kind: alone they may be a house style."""
ASKED: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"precise": (1.9, -1.5), "balanced": (1.6, -2.5), "thorough": (0.35, -4.2)}
)
"""Natural log odds asked of a pair, per tier: in a document of which nothing is known, and in one that is convicted.

On single sentences of data/mt they cost 8 (precise) and 41 (thorough) false alarms in 100,000 clean words, rules included."""
PROMISE: Mapping[str, int] = MappingProxyType({"precise": 0, "balanced": -16, "thorough": -48})
"""First guess, in sixteenths of a natural log unit, from which a pair is weighed at all; it bounds the cost of clean text."""
EVERYTHING = -255
"""A first guess that every pair reaches."""
LENIENCE = 0.5
"""How far one unit of a document's log odds moves what is asked, up to ``LENIENCE_MOST`` either way."""
LENIENCE_MOST = 1.0
LOOK_CLOSER = -2.5
"""Log odds from which all pairs of a document are weighed rather than those around trigger words."""
_PARTICLES = frozenset({"up", "in", "out", "off", "on", "by", "to"})
LONGEST = 200_000
"""Code points up to which all pairs are weighed; of a longer text only its first part."""
LEAST_WORDS = 80
"""Words from which a convicted document is reported as a whole."""


class Translation:
    """The stage: rule matches, unlisted swaps, and a score for the whole document."""

    name = "translation"

    def __init__(self, profile: str = "precise", options: Mapping[str, object] = MappingProxyType({})) -> None:
        self.profile = profile
        self.options = dict(options)
        self.triggers = trigger_words()

    def __call__(self, document: Document) -> Outcome:
        """Return the findings in ``document`` and its score."""
        text = document.text
        outcome = rule_outcome(document, self.name)
        found = [one for one in outcome.findings if not _goes_on(text, one.end)] + loops(text)
        near = _weighed(pairs_around(text, document.triggers(self.name)), PROMISE["precise"])
        promise = PROMISE[self.profile]
        pairs = _weighed(content_pairs(text[:LONGEST]), promise) if promise < PROMISE["precise"] else near
        if not found and not pairs:
            return Outcome(outcome.edits, (), 0.0)
        if pairs and document.lang != "en":
            near = pairs = []
        evidence = _evidence(text, found, near)
        if evidence.odds > LOOK_CLOSER and document.lang == "en":
            pairs = _weighed(content_pairs(text[:LONGEST]), EVERYTHING)
            evidence = _evidence(text, found, pairs)
        listed = self._listed(text, found, pairs, evidence)
        return Outcome(outcome.edits, tuple(listed), probability(evidence.odds) if evidence.sum else 0.0)

    def _listed(self, text: str, found: list[Finding], pairs: list[Weighed], evidence: Evidence) -> list[Finding]:
        """What is worth reporting, in the light of the whole document."""
        convicted = evidence.convicted
        strong = {finding.rule for finding in found if finding.confidence >= WEAK}
        listed = [one for one in found if one.confidence >= WEAK or convicted or strong - {one.rule}]
        listed.sort(key=lambda finding: finding.start)
        taken = [(one.start, one.end) for one in listed]
        asked, asked_if_convicted = ASKED[self.profile]
        chosen: list[Weighed] = []
        for pair, swap in pairs:
            need = asked_if_convicted
            if not convicted:
                need = asked - LENIENCE * max(-LENIENCE_MOST, min(LENIENCE_MOST, evidence.without(swap)))
            if swap.score < need * 1024 or _overlaps(taken, pair):
                continue
            if chosen and chosen[-1][0].end > pair.start:  # of two pairs that share a word the odder one is named
                if swap.score <= chosen[-1][1].score:
                    continue
                chosen.pop()
            chosen.append((pair, swap))
        listed += [_finding(text, pair, swap, convicted) for pair, swap in chosen]
        if convicted and evidence.words >= LEAST_WORDS:
            listed.append(Finding(0, 0, "", SPUN_RULE, self.name, RULES[SPUN_RULE], None, round(probability(evidence.odds), 3)))
        return sorted(listed, key=lambda finding: (finding.start, finding.end))


def _overlaps(taken: list[tuple[int, int]], pair: Pair) -> bool:
    """Whether one of the few sorted ranges that can reach ``pair`` does."""
    at = bisect_left(taken, (pair.end, 0))
    return any(end > pair.start for _, end in taken[max(0, at - 4) : at])


def _goes_on(text: str, end: int) -> bool:
    """Whether what ends at ``end`` is the first half of another word ("coaching set-up")."""
    return text[end : end + 1] == "-" and text[end + 1 : end + 4].rstrip(" ,.;:") in _PARTICLES


def _weighed(pairs: Iterable[Pair], promise: int) -> list[Weighed]:
    table = None
    weighed = []
    known: dict[tuple[str, str], Swap | None] = {}
    for pair in pairs:
        table = table or swap_table()
        key = (pair.left, pair.right)
        if key not in known:
            known[key] = table.score(*key, promise)
        swap = known[key]
        if swap is not None:
            weighed.append((pair, swap))
    return weighed


def _evidence(text: str, findings: Iterable[Finding], pairs: Iterable[Weighed]) -> Evidence:
    evidence = Evidence(len(text))
    evidence.add_findings(findings, WEAK)
    evidence.add_pairs(pairs)
    return evidence


def _finding(text: str, pair: Pair, swap: Swap, convicted: bool) -> Finding:
    confidence = round(probability(swap.score / 1024 + (1.0 if convicted else 0.0)), 3)
    start, end = pair.start, pair.end
    return Finding(start, end, text[start:end], SWAP_RULE, "translation", RULES[SWAP_RULE], swap.suggestion, confidence)
