"""One passage through the chain: what is kept of the chain's proposals in a corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from cleaner.corpus.rows import Passage
from cleaner.edits import apply_edits, compose, findings_in_source
from cleaner.model import Edit, Finding

__all__ = ["MAX_REMOVED_RULE", "ChainLike", "Judged", "Verdict", "judge"]

MAX_REMOVED_RULE = "chain.max-removed"
"""The finding on a document that would lose more words than ``--max-removed`` allows."""


class Verdict(Protocol):
    """What a chain gives back for one text; ``cleaner.Result`` is one."""

    @property
    def text(self) -> str: ...
    @property
    def edits(self) -> tuple[Edit, ...]: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...
    @property
    def scores(self) -> Mapping[str, float | None]: ...
    @property
    def lang(self) -> str | None: ...


class ChainLike(Protocol):
    """What a corpus run needs of a chain."""

    def clean(self, text: str, id: str | None = None, lang: str | None = None) -> Verdict:
        """Clean one text."""
        ...

    def fingerprint(self) -> str:
        """Identify rules, configuration and version."""
        ...


@dataclass(frozen=True, slots=True)
class Judged:
    """A passage after the chain and the limits of the run."""

    text: str
    """The cleaned text; the very object that went in when nothing changed."""
    edits: tuple[Edit, ...] = ()
    findings: tuple[Finding, ...] = ()
    scores: Mapping[str, float | None] | None = None
    lang: str | None = None


def judge(
    chain: ChainLike,
    passage: Passage,
    id: str | None,
    lang: str | None,
    max_removed: float | None = None,
    restore_links: bool = False,
) -> Judged:
    """Return what becomes of a passage: edits and findings outside its protected ranges.

    Where the page of a text is at hand, the link texts that the extraction lost are reported with certainty; ``restore_links`` puts
    them back instead.

    With ``max_removed``, a share in [0, 1], a text that would lose more of its words stays as it is and is reported.
    A null text stays null and has no scores.
    """
    text = passage.text
    if text is None:
        return Judged("")
    restored: Sequence[Edit] = ()
    if passage.page and restore_links:
        from cleaner.lost_links import edits as link_edits
        from cleaner.lost_links import lost_links

        restored = link_edits(lost_links(passage.page, text), text)
    start = apply_edits(text, restored)
    result = chain.clean(start, id=id, lang=lang)
    edits, findings, cleaned = result.edits, result.findings, result.text
    if restored:
        edits, findings = tuple(compose(restored, edits, text)), tuple(findings_in_source(findings, restored, text))
    elif passage.page and result.scores.get("truncation") is not None:
        findings = _with_lost_links(findings, passage.page, text, edits)
    if passage.protected and (edits or findings):
        kept = tuple(outside(edits, passage.protected))
        if len(kept) < len(edits):
            edits, cleaned = kept, apply_edits(text, kept)
        findings = tuple(outside(findings, passage.protected))
    if max_removed is not None and edits:
        words = len(text.split())
        lost = (words - len(cleaned.split())) / words if words else 0.0
        if lost > max_removed:
            message = f"Cleaning would remove {lost:.0%} of the words, more than {max_removed:.0%}; the text is left as it is."
            findings = (Finding(0, 0, "", MAX_REMOVED_RULE, "chain", message), *findings)
            edits, cleaned = (), text
    return Judged(cleaned, edits, findings, result.scores, result.lang)


def _with_lost_links(findings: Sequence[Finding], page: bytes, text: str, edits: Sequence[Edit]) -> tuple[Finding, ...]:
    """Add the links that the page proves lost; what was only suspected at such a gap gives way."""
    from cleaner.lost_links import findings as link_findings
    from cleaner.lost_links import lost_links

    certain = [
        finding
        for finding in link_findings(lost_links(page, text), text)
        if not any(edit.start <= finding.start and finding.end <= edit.end for edit in edits)
    ]
    suspected = [
        finding
        for finding in findings
        if finding.stage != "truncation" or not any(c.start <= finding.end and finding.start <= c.end for c in certain)
    ]
    return tuple(sorted((*suspected, *certain), key=lambda finding: (finding.start, finding.end, finding.rule)))


_Spanned = TypeVar("_Spanned", Edit, Finding)


def outside(items: Sequence[_Spanned], spans: Sequence[tuple[int, int]]) -> list[_Spanned]:
    """Return the ``items`` that do not reach into one of the sorted ``spans``; an empty one on a border is outside."""
    kept = []
    at = 0
    for item in sorted(items, key=lambda item: item.start):
        while at < len(spans) and spans[at][1] <= item.start:
            at += 1
        reaches = at < len(spans) and (spans[at][0] < item.end or spans[at][0] < item.start)
        if not reaches:
            kept.append(item)
    return kept
