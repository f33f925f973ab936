"""Removes what a page prints around its article: labels, menus, forms, teasers, footers, and text printed twice.

Three kinds of evidence become removals in one place: matches of the rule files, judgements on structure (repeats, selector blocks,
scaffolds), and the learned judge. A removed line takes its line end with it; a removed part of a line takes one blank.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from cleaner.document import Document
from cleaner.edits import apply_edits, compose, resolve
from cleaner.lines import Lines, cut_span, removal_spans
from cleaner.model import Edit, Finding, Outcome
from cleaner.stages.flat import Unfolded
from cleaner.stages.pieces import Piece, is_flat, pieces_of, words_in
from cleaner.stages.prose import is_continuation, is_heading, is_mention
from cleaner.stages.repeats import label_runs, repeated_paragraphs, repeated_titles
from cleaner.stages.selectors import may_end_scaffold, selector_values, tail_labels, tail_scaffold
from cleaner.stages.verdicts import LONG_WORDS, TIERS, judged

if TYPE_CHECKING:
    from cleaner.matcher import Match
    from cleaner.stages.line_judge import LineJudge

__all__ = ["RULES", "Debris"]

RULES: Mapping[str, str] = MappingProxyType(
    {
        "debris.run-together-label": "The same label printed again and again without a blank: icons or buttons that stood side by side.",
        "debris.repeated-title": "The title of the document printed again above its text; the first stays.",
        "debris.repeated-paragraph": "A paragraph that stands in the document twice, letter for letter; the first stays.",
        "debris.repeated-label": "A label printed twice in the block of labels behind the last paragraph.",
        "debris.selector-block": "The chosen value of a selector, between its prompt and the name of its icon.",
        "debris.line-judge": "A line that a model takes for page furniture, by its words, its shape and what stands around it.",
        "debris.tail-scaffold": "Headings in small letters behind the last paragraph: boxes of the page's template, not of its author.",
    }
)
"""What each judgement of this stage is for; ``cleaner explain`` prints it."""

TRIGGERS = (
    "share this", "share on", "follow us", "read more", "sign up", "subscribe", "leave a reply", "leave a comment", "post a comment",
    "related articles", "related stories", "you may also like", "most popular", "most read", "privacy policy", "cookie", "all rights",
    "newsletter", "advertisement", "skip to", "log in", "sign in", "click here", "facebook", "view comments", "terms of", "photo by",
    "kommentar", "mehr zum thema", "newsletter", "teilen", "impressum", "datenschutz", "compart", "coment", "suscr", "lire aussi",
    "partager", "condividi", "leggi anche", "delen", "lees ook", "komentarz", "czytaj", "поделиться", "читайте", "коммент", "相关",
    "评论", "分享", "相關", "関連", "シェア", "コメント", "관련", "댓글", "기사",
)  # fmt: skip
"""What a text without line ends must hold before it is cut into pieces in the first tier. A gate only: nothing goes for these words."""
_NOTHING = Outcome(score=0.0)
_ROUNDS = 12
"""Looks at a text without line ends; 11 of 300 such texts took more than four."""


@dataclass(frozen=True, slots=True)
class _Judgement:
    rule: str
    reason: str
    confidence: float


class Debris:
    """The stage. It has no options of its own."""

    name = "debris"
    triggers: tuple[str, ...] = TRIGGERS

    def __init__(
        self, profile: str = "precise", options: Mapping[str, object] = MappingProxyType({}), judge: LineJudge | None = None
    ) -> None:
        """Take a precision tier; ``judge`` replaces the shipped one."""
        self.profile = profile
        self.options = dict(options)
        self._tier = TIERS[profile]
        self._judge = judge

    def __call__(self, document: Document) -> Outcome:
        """Return the removals in ``document``; the score is the share of its words that they cover."""
        edits, findings = self._once(document)
        if edits and is_flat(document.lines):
            # Cut into pieces anew, what is left may show more; the chain would need a pass for each step.
            text = document.text
            for _ in range(_ROUNDS):
                more, _ignored = self._once(document.sibling(apply_edits(text, edits)))
                if not more:
                    break
                edits = compose(edits, more, text)
        if not (edits or findings):
            return _NOTHING
        return Outcome(tuple(edits), tuple(findings), _score(document.text, edits))

    def _once(self, document: Document) -> tuple[list[Edit], list[Finding]]:
        """Return the removals and findings of one look at ``document``."""
        edits, findings = self._read(document, flat=False)
        lines = document.lines
        if is_flat(lines) and (edits or not self._tier.seeded or document.triggers(self.name)):
            unfolded = Unfolded(document, pieces_of(lines, self._shipped_judge().run_length))
            more, more_findings = self._read(unfolded.document, flat=True)
            edits = resolve([edits, unfolded.edits(more)])
            findings = findings or unfolded.findings(more_findings)
        return edits, findings

    def _shipped_judge(self) -> LineJudge:
        if self._judge is not None:
            return self._judge
        from cleaner.stages.line_judge import load_judge

        return load_judge()

    def _read(self, document: Document, *, flat: bool) -> tuple[list[Edit], list[Finding]]:
        """Return the removals and findings of a document; ``flat`` when its lines are pieces of one line."""
        lines = document.lines
        whole: dict[int, _Judgement] = {}
        cuts: list[tuple[int, int, _Judgement]] = []
        edits: list[Edit] = []
        findings: list[Finding] = []
        for match in document.matches(self.name):
            self._take(match, document, whole, cuts, edits, findings)
        self._repeats(lines, whole)
        if whole or cuts or not self._tier.seeded or may_end_scaffold(document.text):
            self._among_pieces(lines, whole, cuts, flat)
        if not flat:
            whole = {index: judgement for index, judgement in whole.items() if not _belongs(lines, index, judgement)}
        if whole or cuts:
            edits.extend(_edits(lines, whole, cuts))
        return edits, findings

    def _among_pieces(
        self, lines: Lines, whole: dict[int, _Judgement], cuts: list[tuple[int, int, _Judgement]], flat: bool
    ) -> None:
        """Add what only shows when the document is read piece by piece."""
        text = lines.text
        judge = self._shipped_judge()
        pieces = pieces_of(lines, judge.run_length)
        self._structure(text, pieces, whole)
        if not (whole or cuts) and self._tier.seeded:
            return
        known = {index for index, piece in enumerate(pieces) if piece.line in whole}
        seeds = set(known)
        if cuts:
            starts = [piece.start for piece in pieces]
            for start, end, _ in cuts:
                seeds.update(range(max(0, bisect_right(starts, start) - 1), bisect_left(starts, end)))
        contents = [text[piece.start : piece.end] for piece in pieces]
        words = [words_in(content) for content in contents]
        for verdict in judged(judge, contents, words, known, seeds, self._tier, flat=flat):
            piece = pieces[verdict.piece]
            judgement = _Judgement("debris.line-judge", f"reads like page furniture, {verdict.place}", verdict.confidence)
            if piece.whole:
                whole.setdefault(piece.line, judgement)
            else:
                cuts.append((piece.start, piece.end, judgement))

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
            hit = text[match.start : match.end]
            findings.append(Finding(match.start, match.end, hit, rule.id, self.name, rule.why, match.suggestion, rule.confidence))
            return
        if rule.action == "replace":
            from cleaner.matcher import expand

            after, hit = expand(rule.replace or "", match.groups), text[match.start : match.end]
            edits.append(Edit(match.start, match.end, hit, after, (rule.id,), self.name, rule.why, rule.confidence))
            return
        judgement = _Judgement(rule.id, rule.why, rule.confidence)
        index = lines.at(match.start)
        outside = text[lines.starts[index] : match.start] + text[match.end : lines.ends[index]]
        if not any(map(str.isalnum, outside)):
            whole.setdefault(index, judgement)
        elif rule.match != "phrase" or not is_mention(text, match.start, match.end):
            cuts.append((match.start, match.end, judgement))

    def _repeats(self, lines: Lines, whole: dict[int, _Judgement]) -> None:
        """Add what the document says twice to ``whole``, by line."""
        for index in repeated_titles(lines):
            whole.setdefault(index, _Judgement("debris.repeated-title", "the title, printed again", 0.98))
        for index in repeated_paragraphs(lines):
            whole.setdefault(index, _Judgement("debris.repeated-paragraph", "a copy of an earlier paragraph", 0.97))
        for index, label in label_runs(lines):
            whole.setdefault(index, _Judgement("debris.run-together-label", f"the label {label!r} run together", 0.99))

    def _structure(self, text: str, pieces: Sequence[Piece], whole: dict[int, _Judgement]) -> None:
        """Add the blocks that pieces form with known debris to ``whole``, by line."""
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
            judgement = _Judgement("debris.repeated-label", "a label behind the last paragraph, printed twice", 0.96)
            whole.setdefault(pieces[index].line, judgement)
        labels, items = tail_scaffold(text, pieces)
        if self.profile == "precise":
            items = []
        for index in (*labels, *items):
            whole.setdefault(
                pieces[index].line, _Judgement("debris.tail-scaffold", "a template's box behind the last paragraph", 0.95)
            )


def _belongs(lines: Lines, index: int, judgement: _Judgement) -> bool:
    """Whether a line is part of the text around it; a copy of what stands above goes all the same."""
    if judgement.rule.startswith("debris.repeated"):
        return False
    return is_continuation(lines, index) or is_heading(lines, index)


def _is_long(text: str, piece: Piece) -> bool:
    return piece.end - piece.start >= 40 and words_in(text[piece.start : piece.end]) >= LONG_WORDS


def _edits(lines: Lines, whole: Mapping[int, _Judgement], cuts: list[tuple[int, int, _Judgement]]) -> list[Edit]:
    """Return one edit for each removed line and each cut, without overlaps."""
    text = lines.text
    edits = []
    for index, (start, end) in removal_spans(lines, whole).items():
        judgement = whole[index]
        edits.append(Edit(start, end, text[start:end], "", (judgement.rule,), "debris", judgement.reason, judgement.confidence))
    for start, end, judgement in cuts:
        if lines.at(start) in whole:
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
