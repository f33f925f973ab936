"""Sums over rows: what a shard, a rule, a stage, a language contributed. Sums of parts are added in the order of the parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cleaner.corpus.judge import Judged

__all__ = ["MAX_PROBLEMS", "SAMPLES", "Tally"]

SAMPLES = 3
"""Samples kept per rule: the first ones."""
SAMPLE_LENGTH = 160
"""Characters of a sample beyond which it is cut."""
MAX_PROBLEMS = 20
"""Problems kept word by word per shard; all are counted."""

_COUNTS = (
    "read",
    "written",
    "quarantined",
    "missing",
    "changed",
    "edits",
    "findings",
    "characters_read",
    "characters_written",
    "words_removed",
    "empty",
)
Counts = dict[str, int]


@dataclass(slots=True)
class Tally:
    """What happened to some rows. All counts are exact integers, so that sums do not depend on how rows were grouped."""

    read: int = 0
    written: int = 0
    quarantined: int = 0
    missing: int = 0
    """Quarantined rows whose only trouble was that a text field was not there."""
    changed: int = 0
    edits: int = 0
    findings: int = 0
    characters_read: int = 0
    """Of the texts of written rows, before cleaning."""
    characters_written: int = 0
    words_removed: int = 0
    empty: int = 0
    """Pages without a text that could be found."""
    rules: dict[str, Counts] = field(default_factory=dict)
    """Per rule: edits, findings, documents, characters_removed. An edit counts for the first of its rules."""
    languages: dict[str, Counts] = field(default_factory=dict)
    """Per language code, ``unknown`` where none was needed: documents, changed, edits, findings."""
    scores: dict[str, Counts] = field(default_factory=dict)
    """Per stage and ``quality``: documents, and the sum of their scores in ten-thousandths."""
    samples: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    """The first problems as (line, what)."""

    @property
    def characters_removed(self) -> int:
        """Characters by which the written texts are shorter than their sources."""
        return self.characters_read - self.characters_written

    def count(self, judged: Sequence[Judged], texts: Sequence[str | None], doc: str, keep_text: bool = True) -> None:
        """Add a written row: what became of each of its ``texts``."""
        self.read += 1
        self.written += 1
        touched: dict[str, None] = {}
        changed = edits = findings = 0
        lang = None
        for verdict, text in zip(judged, texts, strict=True):
            if text is None:
                continue
            self.characters_read += len(text)
            self.characters_written += len(verdict.text)
            lang = lang or verdict.lang
            for name, score in (verdict.scores or {}).items():
                if score is not None:
                    entry = self.scores.get(name)
                    if entry is None:
                        entry = self.scores[name] = {"documents": 0, "sum": 0}
                    entry["documents"] += 1
                    if score:
                        entry["sum"] += round(score * 10000)
            if verdict.edits:
                changed = 1
                self.words_removed += max(0, len(text.split()) - len(verdict.text.split()))
            for edit in verdict.edits:
                edits += 1
                rule = self._rule(edit.rule)
                rule["edits"] += 1
                rule["characters_removed"] += len(edit.before) - len(edit.after)
                touched[edit.rule] = None
                if keep_text:
                    self._sample(edit.rule, doc, edit.before, edit.after)
            for finding in verdict.findings:
                findings += 1
                self._rule(finding.rule)["findings"] += 1
                touched[finding.rule] = None
                if keep_text:
                    context = text[max(0, finding.start - 30) : finding.end + 30]
                    self._sample(finding.rule, doc, context, finding.suggestion or "")
        by_lang = self.languages.get(lang or "unknown")
        if by_lang is None:
            by_lang = self.languages[lang or "unknown"] = {"documents": 0, "changed": 0, "edits": 0, "findings": 0}
        by_lang["documents"] += 1
        if not touched:
            return
        for rule_id in touched:
            self.rules[rule_id]["documents"] += 1
        self.changed += changed
        self.edits += edits
        self.findings += findings
        by_lang["changed"] += changed
        by_lang["edits"] += edits
        by_lang["findings"] += findings

    def count_quarantined(self, line: int, problem: str, missing: bool = False) -> None:
        """Add a quarantined row."""
        self.read += 1
        self.quarantined += 1
        self.missing += missing
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append((line, problem))

    def _rule(self, rule: str) -> Counts:
        return self.rules.setdefault(rule, {"edits": 0, "findings": 0, "documents": 0, "characters_removed": 0})

    def _sample(self, rule: str, doc: str, before: str, after: str) -> None:
        samples = self.samples.setdefault(rule, [])
        if len(samples) < SAMPLES:
            samples.append({"doc": doc[:SAMPLE_LENGTH], "before": _cut(before), "after": _cut(after)})

    def add(self, other: Tally) -> None:
        """Add the sums of rows that come after these."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, theirs in ((self.rules, other.rules), (self.languages, other.languages), (self.scores, other.scores)):
            for key, counts in theirs.items():
                entry = mine.setdefault(key, dict.fromkeys(counts, 0))
                for name, value in counts.items():
                    entry[name] += value
        for rule, samples in other.samples.items():
            kept = self.samples.setdefault(rule, [])
            kept += samples[: SAMPLES - len(kept)]
        self.problems += other.problems[: MAX_PROBLEMS - len(self.problems)]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        result: dict[str, Any] = {name: getattr(self, name) for name in _COUNTS}
        for name in ("rules", "languages", "scores", "samples"):
            result[name] = getattr(self, name)
        result["problems"] = [list(problem) for problem in self.problems]
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Tally:
        """Return the tally that ``as_dict`` gave ``data`` for."""
        tally = cls()
        for name in _COUNTS:
            setattr(tally, name, int(data[name]))
        tally.rules = dict(data["rules"])
        tally.languages = dict(data["languages"])
        tally.scores = dict(data["scores"])
        tally.samples = dict(data["samples"])
        tally.problems = [(int(line), str(what)) for line, what in data["problems"]]
        return tally


def _cut(text: str) -> str:
    return text if len(text) <= SAMPLE_LENGTH else text[: SAMPLE_LENGTH - 1] + "…"
