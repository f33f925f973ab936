"""The chain: stages propose, the chain applies, and judges an edited text again until nothing changes."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleaner.document import Document
from cleaner.edits import apply_edits, compose, findings_in_source, resolve
from cleaner.matcher import TIMEOUT_RULE, Matcher
from cleaner.model import STAGES, Edit, Finding, Outcome, Stage
from cleaner.result import Result
from cleaner.rules import Rule, Rulebook, wanted
from cleaner.settings import Settings, load_settings
from cleaner.stages import CHAIN_RULES, build_stage
from cleaner.stages.ruled import RuledStage

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Chain", "clean"]

PASSES = 4
"""Passes after which a text that still changes is given back untouched."""
QUALITY_WEIGHTS: Mapping[str, float] = {"mojibake": 0.8, "debris": 0.5, "translation": 0.8, "truncation": 0.5}
"""How much a full score of a stage takes from a document's quality."""


class Chain:
    """A configured sequence of stages. Immutable, picklable, safe to share between threads."""

    def __init__(
        self, settings: Settings | None = None, *, extra_stages: Sequence[Stage] = (), engine: str | None = None
    ) -> None:
        """Build a chain from ``settings`` (default: the shipped ones).

        ``extra_stages`` run after the built-in ones; ``engine`` forces one of ``cleaner.scanner.ENGINES``.
        Raises ``RuleError`` or ``ConfigError``.
        """
        from cleaner.catalogue import code_rules, rulebook

        self.settings = settings or Settings()
        book = rulebook(self.settings.rules)
        extra = {stage.name for stage in extra_stages}
        for key in ("select", "ignore"):
            prefixes: Sequence[str] = getattr(self.settings, key)
            if prefixes:
                book.check_prefixes(
                    prefixes, self.settings.origins.get(key, key), (*code_rules(), *(f"{name}.x" for name in extra))
                )
        self._extra = tuple(extra_stages)
        self._engine = engine
        names = [*self.settings.stages, *sorted({r.stage for r in book} - set(STAGES) - extra), *extra]
        self._book = book
        chosen = book.select(
            stages=names,
            profile=self.settings.profile,
            select=self.settings.select,
            ignore=self.settings.ignore,
            languages=self.settings.languages,
        )
        stages = [build_stage(n, self.settings.profile, self.settings.stage_options.get(n, {})) for n in self.settings.stages]
        stages += [RuledStage(name) for name in names if name not in STAGES and name not in extra]
        stages += self._extra
        # Mojibake is repaired before anything else looks at the text.
        self._repair = tuple(stage for stage in stages if stage.name == "mojibake")
        self._judge = tuple(stage for stage in stages if stage.name != "mojibake")
        repair_rules = [rule for rule in chosen if rule.stage == "mojibake"]
        self._repair_scan = Matcher(repair_rules, _triggers(self._repair), engine)
        judge_rules = [rule for rule in chosen if rule.stage != "mojibake"]
        triggers = _triggers(self._judge)
        self._judge_scan = Matcher(judge_rules, triggers, engine, _scan_key(book, judge_rules, triggers))
        self._detect = partial(_detect, languages=self.settings.languages)
        self._minimum = {
            name: float(table["min-confidence"])
            for name, table in self.settings.stage_options.items()
            if "min-confidence" in table
        }

    @classmethod
    def default(cls, profile: str = "precise", **values: Any) -> Chain:
        """Return the default chain of a precision tier; ``values`` are further fields of ``Settings``."""
        return cls(Settings().with_values("Chain.default", profile=profile, **values))

    @classmethod
    def from_config(cls, path: str | Path) -> Chain:
        """Return the chain that a ``cleaner.toml`` or ``pyproject.toml`` describes. Raises ``ConfigError`` or ``RuleError``."""
        return cls(load_settings(Path(path)))

    def with_stage(self, stage: Stage) -> Chain:
        """Return a chain that also runs ``stage``, after all others."""
        return Chain(self.settings, extra_stages=(*self._extra, stage), engine=self._engine)

    def fingerprint(self) -> str:
        """Return a digest of all that decides the result: version, configuration, rules and learned tables."""
        from cleaner.catalogue import fingerprint

        return fingerprint(self.settings, [type(stage).__qualname__ for stage in self._extra])

    def clean(self, text: str, id: str | None = None, lang: str | None = None) -> Result:
        """Clean one text.

        ``lang`` is ISO 639-1; without it the language is detected when a rule needs it. Any ``str`` is accepted and nothing is
        raised for its content.
        """
        if not isinstance(text, str):
            raise TypeError(f"text is a {type(text).__name__}; give a str")
        edits, findings, first_scores, found_lang = self._pass(text, id, lang)
        if not edits:
            return Result(text, text, (), _sorted(findings), self._scores(first_scores), found_lang, id)
        total, current, last_scores = edits, apply_edits(text, edits), first_scores
        for _ in range(PASSES - 1):
            more, findings, last_scores, found_lang = self._pass(current, id, lang)
            if not more:
                break
            total = compose(total, more, text)
            current = apply_edits(text, total)
        else:
            unstable = Finding(0, 0, "", "chain.unstable", "chain", CHAIN_RULES["chain.unstable"])
            return Result(text, text, (), (unstable,), self._scores(first_scores), found_lang, id)
        # What a stage repaired counts as it was found; what it flags counts as it stands in the clean text.
        edited = {rule.partition(".")[0] for edit in total for rule in edit.rules}
        scores = {name: first_scores[name] if name in edited else last_scores[name] for name in first_scores}
        return Result(
            current, text, tuple(total), _sorted(findings_in_source(findings, total, text)), self._scores(scores), found_lang, id
        )

    def pipe(self, texts: Iterable[str | Document], workers: int = 0) -> Iterator[Result]:
        """Clean ``texts`` in order, lazily; with ``workers`` processes, or in this one when 0."""
        documents = (item if isinstance(item, Document) else Document(item) for item in texts)
        jobs = ((document.text, document.id, document.known_lang) for document in documents)
        if workers <= 0:
            for job in jobs:
                yield self.clean(*job)
            return
        from cleaner.parallel import ordered_map

        yield from ordered_map(self.clean, jobs, workers)

    def clean_batch(self, table: pa.Table, text_field: str = "text", **options: Any) -> pa.Table:
        """Clean the column ``text_field`` of an Arrow table or record batch; see ``cleaner.arrow``."""
        from cleaner.arrow import clean_batch

        return clean_batch(self, table, text_field, **options)

    def _pass(
        self, text: str, id: str | None, lang: str | None
    ) -> tuple[list[Edit], list[Finding], dict[str, float], str | None]:
        """Judge ``text`` once: mojibake on it, the other stages on what that gives; edits and findings in its positions."""
        document = Document(text, id, lang, detect=self._detect, scanner=self._repair_scan)
        scores: dict[str, float] = {}
        repairs, findings = self._propose(self._repair, document, scores)
        if repairs:
            # What was found before a repair may be gone after it; the next pass finds it again if not.
            repaired = apply_edits(text, repairs)
            document = Document(repaired, id, lang, detect=self._detect, scanner=self._judge_scan)
            edits, found = self._propose(self._judge, document, scores)
            found = findings_in_source(found, repairs, text)
            return compose(repairs, edits, text), [*findings, *found], scores, document.known_lang
        known = document.known_lang
        document = Document(text, id, lang or known, detect=self._detect, scanner=self._judge_scan)
        edits, found = self._propose(self._judge, document, scores)
        return edits, [*findings, *found], scores, document.known_lang

    def _propose(self, stages: Sequence[Stage], document: Document, scores: dict[str, float]) -> tuple[list[Edit], list[Finding]]:
        proposals: list[Sequence[Edit]] = []
        findings: list[Finding] = []
        for stage in stages:
            outcome = stage(document)
            edits, found = outcome.edits, outcome.findings
            if edits or found:
                edits = tuple(edit for edit in edits if self._wanted(edit.rule, edit.stage, edit.confidence))
                found = tuple(one for one in found if self._wanted(one.rule, one.stage, one.confidence))
                if edits:
                    proposals.append(edits)
                findings += found
            scores[stage.name] = _score(document, outcome, edits, found) if outcome.score is None else outcome.score
        for start, end, rule in document.timeouts():
            message = f"{CHAIN_RULES[TIMEOUT_RULE]} The rule is {rule}."
            findings.append(Finding(start, end, document.text[start:end], TIMEOUT_RULE, "chain", message))
        return resolve(proposals) if proposals else [], findings

    def _wanted(self, rule: str, stage: str, confidence: float) -> bool:
        settings = self.settings
        if confidence < self._minimum.get(stage, 0.0):
            return False
        return not (settings.select or settings.ignore) or wanted(rule, settings.select, settings.ignore)

    def _scores(self, scores: Mapping[str, float]) -> dict[str, float | None]:
        result: dict[str, float | None] = dict.fromkeys(STAGES)
        quality = 1.0
        for name, score in scores.items():
            result[name] = round(score, 4)
            quality *= 1.0 - QUALITY_WEIGHTS.get(name, 0.5) * score
        result["quality"] = round(quality, 4)
        return result


def _detect(text: str, languages: Sequence[str]) -> str | None:
    from cleaner.language import detect_language  # most documents never ask

    return detect_language(text, languages)


def _scan_key(book: Rulebook, rules: Sequence[Rule], triggers: Mapping[str, Sequence[str]]) -> str | None:
    """Name what a scan is made of, or ``None`` for a book that was not loaded from files."""
    if not book.digest:
        return None
    parts = [book.digest, *(rule.id for rule in rules)]
    for stage, literals in triggers.items():
        parts += ["", stage, *literals]
    return hashlib.blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _triggers(stages: Iterable[Stage]) -> dict[str, Sequence[str]]:
    return {stage.name: getattr(stage, "triggers", ()) for stage in stages if getattr(stage, "triggers", ())}


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.start, finding.end, finding.rule)))


def _score(document: Document, outcome: Outcome, edits: Sequence[Edit], findings: Sequence[Finding]) -> float:
    """Evidence of damage where a stage gives none: the share of text edited, and findings per hundred words, saturating."""
    if not edits and not findings:
        return 0.0
    size = max(1, len(document.text))
    share = sum(edit.confidence * max(edit.end - edit.start, len(edit.after)) for edit in edits) / size
    density = sum(finding.confidence for finding in findings) / (size / 600 + 1)
    return 1.0 - math.exp(-(8.0 * share + density))


def clean(text: str, id: str | None = None, lang: str | None = None) -> Result:
    """Clean one text with the default chain."""
    return _default_chain().clean(text, id, lang)


@lru_cache(maxsize=1)
def _default_chain() -> Chain:
    # A chain is immutable, so that keeping one is no shared state.
    return Chain()
