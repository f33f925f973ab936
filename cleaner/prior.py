"""The base rate of lost names in a source, estimated from a sample of it.

The confidence of a finding is its probability at a stated prior. Where the mean probability over a sample says that holes are rarer or
more common than that, the prior is moved there and the sample read again, until both agree (expectation maximisation; three rounds
bring it within a tenth of its end).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from cleaner.chain import Chain
from cleaner.settings import Settings

__all__ = ["SAMPLE", "estimate_prior"]

SAMPLE = 1000
"""Documents that are read."""
START = 0.001
LOWEST = 1e-6
HIGHEST = 0.05
_ROUNDS = 3


def estimate_prior(texts: Iterable[str]) -> float:
    """Return the estimated number of lost names per word of ``texts``, of which the first ``SAMPLE`` are read.

    It serves as ``[stage.truncation] prior``.
    """
    sample = list(islice(texts, SAMPLE))
    words = sum(len(text.split()) for text in sample)
    prior = START
    for _ in range(_ROUNDS if words else 0):
        chain = Chain(Settings(profile="thorough", stages=("truncation",), stage_options={"truncation": {"prior": prior}}))
        expected = sum(
            finding.confidence
            for text in sample
            for finding in chain.clean(text).findings
            if finding.rule.startswith(("truncation.lost-", "truncation.empty-"))
        )
        prior = min(HIGHEST, max(LOWEST, expected / words))
    return prior
