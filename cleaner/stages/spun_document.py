"""Was the whole document spun? The evidence of all its traces against what clean text of its length shows by chance.

A spinner goes over a text from end to end, so traces pile up where it worked, and single ones in a long text are chance. The judge adds
up log odds: a prior, what each trace speaks for, and a price for each word without one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from cleaner.model import Finding
from cleaner.stages.swaps import Swap
from cleaner.stages.wordpairs import Pair

__all__ = ["Evidence", "pair_weight", "probability"]

PRIOR = -4.8
"""Log odds that a document was spun before anything of it is seen: about 1 in 120 in web corpora."""
PRICE = 0.008
"""Log odds that each word takes away; spun text shows about one strong trace in 60 words, clean text one in 20,000."""
CHARACTERS_PER_WORD = 6
RULE = 3.2
"""Log odds of the first match of a rule; each further match of the same rule counts a little less."""
WEAK_RULE = 1.2
FADING = 0.85
PAIR_FADING = 0.4
"""What is left of a pair's weight for each earlier pair with one of its words."""
CONVICTED = 0.5
"""Log odds from which a document is convicted; none of 2,500 clean documents reached it."""
CONVICTED_BY_PAIRS = 9.0
"""The same where odd pairs are all there is: a field of its own (linguistics, medicine) has many of them."""
PAIR_FROM = -3.0
"""Natural log odds from which a pair speaks for a spinner at all."""
PAIR_MOST = 2.6
"""What one pair can speak for at most."""


class Evidence:
    """What speaks for a spinner in one document."""

    def __init__(self, size: int) -> None:
        """Start the account of a document of ``size`` code points."""
        self.words = size / CHARACTERS_PER_WORD
        self.sum = 0.0
        self.strong = 0

    def add_findings(self, findings: Iterable[Finding], weak: float) -> None:
        """Count rule matches; those under the confidence ``weak`` count little."""
        times: dict[str, int] = {}
        texts: set[str] = set()
        reach = -1
        for finding in sorted(findings, key=lambda finding: (finding.start, -finding.confidence)):
            text = finding.text.lower()
            if text in texts or finding.start < reach:
                continue
            texts.add(text)
            reach = finding.end
            number = times[finding.rule] = times.get(finding.rule, 0) + 1
            strong = finding.confidence >= weak
            self.sum += (RULE if strong else WEAK_RULE) * FADING ** (number - 1)
            self.strong += strong

    def add_pairs(self, pairs: Iterable[tuple[Pair, Swap]]) -> None:
        """Count odd pairs, each kind once."""
        seen: set[tuple[str, str]] = set()
        words: dict[str, int] = {}
        for pair, swap in pairs:
            if (pair.left, pair.right) in seen:
                continue
            seen.add((pair.left, pair.right))
            weight = pair_weight(swap)
            if weight > 0:
                # A subject of the text may combine with anything ("discourse theory", "discourse goal"): its word fades.
                times = max(words.get(pair.left, 0), words.get(pair.right, 0))
                words[pair.left] = words[pair.right] = times + 1
                self.sum += weight * PAIR_FADING**times

    @property
    def odds(self) -> float:
        """Natural log odds that the document was spun."""
        return PRIOR + self.sum - PRICE * self.words

    @property
    def convicted(self) -> bool:
        """Whether the document counts as spun."""
        return self.odds > (CONVICTED if self.strong else CONVICTED_BY_PAIRS)

    def without(self, swap: Swap) -> float:
        """What all else in the document says about it, in natural log odds, the prior aside."""
        return self.sum - pair_weight(swap) - PRICE * self.words


def pair_weight(swap: Swap) -> float:
    """What an odd pair speaks for; it is worth half its own log odds, since pairs of one text go together."""
    return max(0.0, min(PAIR_MOST, 0.5 * (swap.score / 1024 - PAIR_FROM)))


def probability(odds: float) -> float:
    """The probability that natural log odds stand for."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))
