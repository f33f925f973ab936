"""From scores to verdicts: which pieces of a document go on the judge's word, in which precision tier.

A score of the judge is lowered by what a mistake would cost: long pieces hold more words, pieces between paragraphs are more often
subheads, captions and list items than furniture. What is left is compared with the tier's threshold.

In the first tier the judge speaks only where a rule has spoken: in the block of short pieces around a known piece of debris. On the
development pages (cross-fitted by site) this keeps three quarters of what it would find and one in eight of its mistakes, it costs
documents without a rule match nothing, and once the block is gone a second pass has nothing to say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log1p
from types import MappingProxyType

from cleaner.lazy import lazy_pattern
from cleaner.stages.line_judge import LineJudge, context_rows

__all__ = ["TIERS", "Tier", "Verdict", "judged"]

LONG_WORDS = 15
"""Words that make a piece a paragraph of running text; the same measure as the positions of rules."""


@dataclass(frozen=True, slots=True)
class Tier:
    """How sure the judge must be. Scores are in 1/256 logit."""

    seeded: bool
    """Whether only blocks with known debris are judged."""
    edge: int
    """Least score before the first and after the last paragraph."""
    inside: int
    """Least score between paragraphs."""
    none: int
    """Least score in a document without any paragraph."""
    anchor: int
    """A document is only judged when a rule speaks in it or one piece scores this much: furniture comes in blocks. With its anchors
    gone a cleaned document is left alone, so the article isn't eaten up from its edges pass by pass."""
    dump: int
    """What a dump of a full page takes from a score: there the words of the article are few, and a mistake weighs more."""
    flat: int
    """What lost line ends take from a score: short sentences of the article stand alone there as labels do."""
    per_log_word: int
    """What each factor e of length takes from a score."""
    max_words: int
    """Words from which no piece goes on its score alone."""
    hopeless: int
    """A score alone from which hardly any context leads to a removal."""
    max_share: float
    """Share of a document's words that may go on scores alone; where more would go, nothing does.
    Full page dumps are exempt, and texts without line ends, which often are such dumps."""


TIERS: Mapping[str, Tier] = MappingProxyType(
    {
        "precise": Tier(
            seeded=True, edge=150, inside=150, none=400, anchor=-9999, dump=0, flat=150, per_log_word=0,
            max_words=14, hopeless=-700, max_share=0.1,
        ),
        "balanced": Tier(
            seeded=False, edge=-860, inside=-400, none=-500, anchor=0, dump=340, flat=500, per_log_word=120,
            max_words=100, hopeless=-1500, max_share=0.4,
        ),
        "thorough": Tier(
            seeded=False, edge=-900, inside=-320, none=-300, anchor=-100, dump=280, flat=500, per_log_word=60,
            max_words=100, hopeless=-1500, max_share=0.5,
        ),
    }
)  # fmt: skip
"""Set on scores cross-fitted by site; the figures of each tier stand in the card of the table."""

ROUNDS = 12
"""Rounds after which judging stops; nine in ten documents need two."""
DUMP_PIECES = 60
DUMP_SHARE = 0.25
"""A document of so many pieces, with a smaller share of paragraphs, is a dump of a full page: much of it must go."""
BLOCK_CHARS = 150
"""Characters from which a piece ends a block of short pieces."""
UNJUDGED_PARAGRAPH, UNJUDGED_SHORT = -1100, -500
"""What pieces outside of judged blocks count as: about the median of article pieces of that length."""

PARAGRAPH = 500
"""What a paragraph between paragraphs must score more than a short piece there: it is what the reader came for."""
HEAD = "before the first paragraph"
SURE = 0.97
"""Confidence from which even a piece with the words of the text goes."""
_WORD = lazy_pattern(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\d_]{4,}")
_LOGS = [log1p(words) for words in range(102)]
_CONFIDENCE = ((1000, 0.98), (750, 0.97), (500, 0.96), (350, 0.94), (250, 0.85), (0, 0.75), (-250, 0.65))
"""Share of debris among pieces of at least such a score on the development pages, cross-fitted by site."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A piece that goes."""

    piece: int
    place: str
    confidence: float


def judged(
    judge: LineJudge,
    contents: Sequence[str],
    words: Sequence[int],
    known: Collection[int],
    seeds: Collection[int],
    tier: Tier,
    *,
    flat: bool,
) -> list[Verdict]:
    """Return the pieces that go on the judge's word, in order.

    ``known`` are pieces that go anyway; ``seeds`` hold known debris, all of them or a part of it. What is left is judged again until
    nothing more goes, because a second pass over the cleaned text would do the same.
    """
    count = len(contents)
    if tier.seeded:
        block = _blocks(contents, seeds)
        alone = [
            judge.alone(contents[i], words[i])
            if block[i]
            else UNJUDGED_PARAGRAPH
            if len(contents[i]) >= BLOCK_CHARS
            else UNJUDGED_SHORT
            for i in range(count)
        ]
        found = _round(judge, alone, words, {i for i in range(count) if i in known or not block[i]}, known, tier, flat)
        return _without_titles(found, contents, words)
    alone = [judge.alone(content, number) for content, number in zip(contents, words, strict=True)]
    verdicts: list[Verdict] = []
    left = list(range(count))
    for _ in range(ROUNDS):
        here = {number for number, i in enumerate(left) if i in known}
        found = _round(judge, [alone[i] for i in left], [words[i] for i in left], here, here, tier, flat)
        found = _without_titles(found, [contents[i] for i in left], [words[i] for i in left])
        verdicts += [Verdict(left[verdict.piece], verdict.place, verdict.confidence) for verdict in found]
        gone = {left[verdict.piece] for verdict in found}
        if not gone and not known:
            break
        left = [i for i in left if i not in gone and i not in known]
        known = ()
    return sorted(verdicts, key=lambda verdict: verdict.piece)


def _without_titles(verdicts: list[Verdict], contents: Sequence[str], words: Sequence[int]) -> list[Verdict]:
    """Drop doubtful verdicts on what may be the title: a piece above the text that shares half of its longer words with it."""
    if not any(verdict.place == HEAD and verdict.confidence < SURE for verdict in verdicts):
        return verdicts
    paragraphs = [content for content, count in zip(contents, words, strict=True) if count >= LONG_WORDS][:5]
    vocabulary = {word for paragraph in paragraphs for word in _WORD.findall(paragraph.casefold())}
    kept = []
    for verdict in verdicts:
        own = _WORD.findall(contents[verdict.piece].casefold())
        shared = sum(word in vocabulary for word in own)
        if not own or verdict.place != HEAD or verdict.confidence >= SURE or 2 * shared < len(own):
            kept.append(verdict)
    return kept


def _blocks(contents: Sequence[str], seeds: Collection[int]) -> list[bool]:
    """Say of each piece whether it lies in a run of short pieces that holds a seed; a long seed makes no block."""
    count = len(contents)
    inside = [False] * count
    for seed in seeds:
        if inside[seed] or len(contents[seed]) >= BLOCK_CHARS:
            continue
        low, high = seed, seed + 1
        while low > 0 and len(contents[low - 1]) < BLOCK_CHARS:
            low -= 1
        while high < count and len(contents[high]) < BLOCK_CHARS:
            high += 1
        inside[low:high] = [True] * (high - low)
    return inside


def _round(
    judge: LineJudge,
    alone: Sequence[int],
    words: Sequence[int],
    skipped: Collection[int],
    known: Collection[int],
    tier: Tier,
    flat: bool,
) -> list[Verdict]:
    """Judge every piece but ``skipped`` once; ``known`` debris is no paragraph."""
    count = len(alone)
    wanted = [i for i in range(count) if alone[i] >= tier.hopeless and words[i] <= tier.max_words and i not in skipped]
    if not wanted:
        return []
    paragraphs = [i for i, number in enumerate(words) if number >= LONG_WORDS and i not in known]
    first, last = (paragraphs[0], paragraphs[-1]) if paragraphs else (count, -1)
    dump = count >= DUMP_PIECES and len(paragraphs) < DUMP_SHARE * count
    anchored = bool(known)
    verdicts = []
    for i, row in zip(wanted, context_rows(alone, words, wanted, flat=flat), strict=True):
        sure = score = judge.in_context(row)
        if not paragraphs:
            place, least = "in a document without paragraphs", tier.none
        elif i < first:
            place, least = HEAD, tier.edge
        elif i > last:
            place, least = "after the last paragraph", tier.edge
        else:
            place, least = "between paragraphs", tier.inside + (PARAGRAPH if words[i] >= LONG_WORDS else 0)
        score -= int(tier.per_log_word * _LOGS[words[i]])
        anchored = anchored or score >= tier.anchor
        if score - (tier.dump if dump else 0) - (tier.flat if flat else 0) >= least:
            verdicts.append(Verdict(i, place, next((c for s, c in _CONFIDENCE if sure >= s), 0.55)))
    lost = sum(words[verdict.piece] for verdict in verdicts)
    if not anchored or (not dump and not flat and lost > tier.max_share * sum(words)):
        return []
    return verdicts
