"""What rules alone propose: matches of the shared scan turned into edits and findings."""

from __future__ import annotations

from collections.abc import Iterable

from cleaner.document import Document
from cleaner.lines import cut_span, removal_spans
from cleaner.matcher import Match, expand
from cleaner.model import Edit, Finding, Outcome

__all__ = ["RuledStage", "finding_of", "removals_of", "replacement_of", "rule_outcome"]


def finding_of(match: Match) -> Finding:
    """The finding of a flagging rule."""
    rule = match.rule
    suggestion = expand(rule.suggest, match.groups) if rule.suggest is not None else match.suggestion
    return Finding(match.start, match.end, match.groups[0] or "", rule.id, rule.stage, rule.why, suggestion, rule.confidence)


def replacement_of(match: Match) -> Edit:
    """The edit of a replacing rule."""
    rule = match.rule
    before = match.groups[0] or ""
    after = expand(rule.replace or "", match.groups)
    return Edit(match.start, match.end, before, after, (rule.id,), rule.stage, rule.why, rule.confidence)


def removals_of(document: Document, matches: Iterable[Match]) -> list[Edit]:
    """The edits of removing rules; a match that is all its line says takes the line with it."""
    text, lines = document.text, document.lines
    whole: dict[int, Match] = {}
    edits: list[Edit] = []
    for match in matches:
        line = lines.at(match.start)
        outside = text[lines.starts[line] : match.start] + text[match.end : lines.ends[line]]
        if match.end <= lines.ends[line] and not any(map(str.isalnum, outside)):
            whole.setdefault(line, match)
        else:
            start, end = cut_span(text, match.start, match.end)
            edits.append(_removal(text, start, end, match))
    for line, (start, end) in removal_spans(lines, whole.keys()).items() if whole else ():
        edits.append(_removal(text, start, end, whole[line]))
    return edits


def _removal(text: str, start: int, end: int, match: Match) -> Edit:
    rule = match.rule
    return Edit(start, end, text[start:end], "", (rule.id,), rule.stage, rule.why, rule.confidence)


def rule_outcome(document: Document, stage: str) -> Outcome:
    """What the rules of ``stage`` propose for ``document``."""
    matches = document.matches(stage)
    if not matches:
        return Outcome()
    edits = [replacement_of(match) for match in matches if match.rule.action == "replace"]
    removing = [match for match in matches if match.rule.action == "remove"]
    if removing:
        edits += removals_of(document, removing)
    return Outcome(tuple(edits), tuple(finding_of(match) for match in matches if match.rule.action == "flag"))


class RuledStage:
    """A stage that is nothing but its rules; it stands for any rule prefix that has no stage of its own."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, document: Document) -> Outcome:
        """Return what the rules of this stage propose."""
        return rule_outcome(document, self.name)
