"""Removes what a page prints around its article: labels, menus, forms, teasers, footers, and text printed twice.

Three kinds of evidence become removals in one place: matches of the rule files, judgements on structure (repeats, selector blocks,
scaffolds), and the learned judge. A removed line takes its line end with it; a removed part of a line takes one blank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from cleaner.document import Document
from cleaner.lines import Lines, cut_span, removal_spans
from cleaner.model import Edit, Finding, Outcome
from cleaner.stages.pieces import Piece, pieces_of, words_in
from cleaner.stages.repeats import repeated_paragraphs, repeated_titles, run_together
from cleaner.stages.selectors import selector_values, tail_labels, tail_scaffold

if TYPE_CHECKING:
    from cleaner.matcher import Match

__all__ = ["RULES", "Debris"]

RULES: Mapping[str, str] = MappingProxyType(
    {
        "debris.run-together-label": "The same label printed again and again without a blank: the names of icons or buttons that stood side by side.",
        "debris.repeated-title": "The title of the document printed again above its text; the first stays.",
        "debris.repeated-paragraph": "A paragraph that stands in the document twice, letter for letter; the first stays.",
        "debris.repeated-label": "A label printed twice in the block of labels behind the last paragraph.",
        "debris.selector-block": "The chosen value of a selector, between its prompt and the name of its icon.",
        "debris.tail-scaffold": "Headings in small letters behind the last paragraph: boxes of the page's template, not of its author.",
    }
)
"""What each judgement of this stage is for; ``cleaner explain`` prints it."""

LONG_WORDS = 15
"""Words that make a piece a paragraph of running text; the same measure as the positions of rules."""
TIERS = ("precise", "balanced", "thorough")


@dataclass(frozen=True, slots=True)
class _Judgement:
    rule: str
    reason: str
    confidence: float


class Debris:
    """The stage. ``options``: ``min-confidence`` (0 … 1) drops edits that are less sure."""

    name = "debris"
    triggers: tuple[str, ...] = ()

    def __init__(self, profile: str = "precise", options: Mapping[str, object] = MappingProxyType({})) -> None:
        self.profile = profile
        self.options = dict(options)
        least = self.options.get("min-confidence", 0.0)
        self._least = float(least) if isinstance(least, (int, float)) else 0.0

    def __call__(self, document: Document) -> Outcome:
        """Return the removals in ``document``; the score is the share of its words that they cover."""
        matches = document.matches("debris")
        lines = document.lines
        pieces = pieces_of(lines)
        whole: dict[int, _Judgement] = {}
        cuts: list[tuple[int, int, _Judgement]] = []
        edits: list[Edit] = []
        findings: list[Finding] = []
        for match in matches:
            self._take(match, document, whole, cuts, edits, findings)
        self._structure(document.text, lines, pieces, whole)
        edits.extend(_edits(lines, whole, cuts, self._least))
        return Outcome(tuple(edits), tuple(findings), _score(document.text, edits))

    def _take(
        self,
        match: Match,
        document: Document,
        whole: dict[int, _Judgement],
        cuts: list[tuple[int, int, _Judgement]],
        edits: list[Edit],
        findings: list[Finding],
    ) -> None:
        rule, text, lines = match.rule, document.text, document.lines
        if rule.action == "flag":
            findings.append(
                Finding(match.start, match.end, text[match.start : match.end], rule.id, self.name, rule.why, match.suggestion, rule.confidence)
            )
            return
        if rule.action == "replace":
            from cleaner.matcher import expand

            after = expand(rule.replace or "", match.groups)
            edits.append(Edit(match.start, match.end, text[match.start : match.end], after, (rule.id,), self.name, rule.why, rule.confidence))
            return
        judgement = _Judgement(rule.id, rule.why, rule.confidence)
        index = lines.at(match.start)
        outside = text[lines.starts[index] : match.start] + text[match.end : lines.ends[index]]
        if not any(map(str.isalnum, outside)):
            whole.setdefault(index, judgement)
        else:
            cuts.append((match.start, match.end, judgement))

    def _structure(self, text: str, lines: Lines, pieces: Sequence[Piece], whole: dict[int, _Judgement]) -> None:
        """Add what the structure of the document gives away to ``whole``, by line."""
        for index in repeated_titles(text, pieces):
            whole.setdefault(pieces[index].line, _Judgement("debris.repeated-title", "the title, printed again", 0.98))
        for index in repeated_paragraphs(text, pieces):
            if pieces[index].whole:
                whole.setdefault(pieces[index].line, _Judgement("debris.repeated-paragraph", "a copy of an earlier paragraph", 0.97))
        for piece in pieces:
            if piece.whole and (label := run_together(text[piece.start : piece.end])):
                whole.setdefault(piece.line, _Judgement("debris.run-together-label", f"the label {label!r} run together", 0.99))
        known = {index for index, piece in enumerate(pieces) if piece.whole and piece.line in whole}
        if not known:
            prompts: set[int] = set()
        else:
            prompts = {index for index in known if whole[pieces[index].line].rule.startswith("debris.select")}
        for index in selector_values(text, pieces, known, prompts):
            whole.setdefault(pieces[index].line, _Judgement("debris.selector-block", "the value of a selector", 0.97))
        after = next((i for i in range(len(pieces) - 1, -1, -1) if i not in known and _is_long(text, pieces[i])), None)
        if after is None:
            return
        for index in tail_labels(text, pieces, after, known):
            whole.setdefault(pieces[index].line, _Judgement("debris.repeated-label", "a label behind the last paragraph, printed twice", 0.96))
        labels, items = tail_scaffold(text, pieces)
        if self.profile == "precise":
            items = []
        for index in (*labels, *items):
            whole.setdefault(pieces[index].line, _Judgement("debris.tail-scaffold", "a template's box behind the last paragraph", 0.95))


def _is_long(text: str, piece: Piece) -> bool:
    return piece.end - piece.start >= 40 and words_in(text[piece.start : piece.end]) >= LONG_WORDS


def _edits(lines: Lines, whole: Mapping[int, _Judgement], cuts: list[tuple[int, int, _Judgement]], least: float) -> list[Edit]:
    """Return one edit for each removed line and each cut, without overlaps."""
    text = lines.text
    removed = {index: judgement for index, judgement in whole.items() if judgement.confidence >= least}
    edits = []
    for index, (start, end) in removal_spans(lines, removed).items():
        judgement = removed[index]
        edits.append(Edit(start, end, text[start:end], "", (judgement.rule,), "debris", judgement.reason, judgement.confidence))
    for start, end, judgement in cuts:
        if judgement.confidence < least or lines.at(start) in removed:
            continue
        start, end = cut_span(text, start, end)
        edits.append(Edit(start, end, text[start:end], "", (judgement.rule,), "debris", judgement.reason, judgement.confidence))
    edits.sort(key=lambda edit: (edit.start, -edit.end))
    kept: list[Edit] = []
    for edit in edits:
        if not kept or kept[-1].end <= edit.start:
            kept.append(edit)
    return kept


def _score(text: str, edits: Sequence[Edit]) -> float:
    """The share of the text's words that go."""
    if not edits:
        return 0.0
    words = len(text.split()) or 1
    return min(1.0, sum(len(edit.before.split()) - len(edit.after.split()) for edit in edits) / words)
