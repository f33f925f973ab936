"""Flags traces of machine translation and article spinners; it never changes text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from cleaner.document import Document
from cleaner.model import Finding, Outcome
from cleaner.stages.ruled import rule_outcome

__all__ = ["RULES", "Translation"]

RULES: Mapping[str, str] = MappingProxyType(
    {
        "translation.swap": "An unusual pair of words that is a word-by-word synonym of a usual one.",
    }
)
"""What each rule of this stage that is decided by code is for; ``cleaner explain`` prints it."""

WEAK = 0.75
"""Rules of less confidence than this are listed only beside evidence of another kind: alone they may be a house style."""


class Translation:
    """The stage: rule matches, unlisted swaps, and a score for the whole document."""

    name = "translation"
    triggers: tuple[str, ...] = ()

    def __init__(self, profile: str = "precise", options: Mapping[str, object] = MappingProxyType({})) -> None:
        self.profile = profile
        self.options = dict(options)

    def __call__(self, document: Document) -> Outcome:
        """Return the findings in ``document`` and its score."""
        outcome = rule_outcome(document, self.name)
        if not outcome.findings:
            return Outcome(outcome.edits, (), 0.0)
        strong = {finding.rule for finding in outcome.findings if finding.confidence >= WEAK}
        findings = tuple(finding for finding in outcome.findings if finding.confidence >= WEAK or strong)
        return Outcome(outcome.edits, findings, _density(findings, len(document.text)))


def _density(findings: tuple[Finding, ...], size: int) -> float:
    evidence = sum(finding.confidence for finding in findings)
    return 1.0 - math.exp(-evidence / (size / 3000 + 1)) if evidence else 0.0
