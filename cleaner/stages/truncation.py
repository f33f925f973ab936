"""The stage ``truncation``: places where a name was lost with its link, and texts that were cut.

Links are dropped with their text by many extractors ("a partnership with chatbot maker, while"). The shared scan marks gaps that may be
such holes, a learned model judges them, and the document has its say: one lost name is rarely alone, and a text whose house style
looks like damage is left in peace. The stage reports places; it never edits and never fills in a name.

The confidence of a lost name is a calibrated probability. It rests on ``prior``, the share of words after which a name was lost in the
source at hand: an option of the stage, one in a thousand unless stated. Measured on English web text of sources that the model had not
seen, the tiers make 0.26 (precise), 0.87 (balanced) and 3.2 (thorough) false alarms per 10,000 clean words and find 62, 69 and 80 % of
the detectable holes (40, 45 and 54 % of all).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log
from types import MappingProxyType

from cleaner.document import Document
from cleaner.errors import ConfigError, valid_names
from cleaner.lazy import lazy_pattern
from cleaner.model import Finding, Outcome
from cleaner.stages.cut_texts import CUT_RULES, CUT_TRIGGERS, cut_texts
from cleaner.stages.gap_kinds import KINDS, kind_of
from cleaner.stages.gap_model import load_model
from cleaner.stages.gap_names import likely_names
from cleaner.stages.gap_style import is_bare_role, is_manner, is_tokenised
from cleaner.stages.gaps import TRIGGERS, find_gaps
from cleaner.stages.ruled import rule_outcome

__all__ = ["RULES", "Truncation"]

RULES: Mapping[str, str] = MappingProxyType(
    {
        **{kind.rule: kind.why for kind in KINDS.values()},
        **CUT_RULES,
        "truncation.lost-link": "The page has a link here, and its text is missing from the extracted text.",
    }
)
"""What each rule of this stage is for; ``cleaner explain`` prints it."""

DEFAULT_PRIOR = 1e-3
"""Lost names per word: one in a thousand, at which the model is calibrated."""
CUTS: Mapping[str, float] = MappingProxyType({"precise": 0.7, "balanced": 0.4, "thorough": 0.1})
"""The confidence from which a tier reports a lost name; held out: 0.26, 0.87 and 3.2 false alarms per 10,000 clean English web words."""
MODELS: Mapping[str, str] = MappingProxyType({"en": "en/truncation.bin", "de": "de/truncation.bin"})
"""The languages that are judged; all others are silent."""
CAUTION: Mapping[str, float] = MappingProxyType({"de": 1.0})
"""Log-odds taken off where little clean text was there to calibrate on: 61,000 words of German web text against 343,000 of English."""
BARE_ROLE_ODDS = 2.0
"""Log-odds of "with chatbot maker," and the like: five in 12.7 million words of sound text against about one hole in 400."""
CLUSTER_WORDS = 150
"""Words of text that weigh as much as the prior when the document's own rate of holes is estimated."""
MAX_RATE = 0.02
"""No text is taken to have more holes per word than this."""
FAINTEST = -5.0
"""Log-odds below which nothing can lift a gap over a cut."""
FEW, DENSEST = 50, 40
"""More gaps than ``FEW``, and one in fewer than ``DENSEST`` characters: that is no prose, whatever it is, and would take long to judge."""
SURE = 0.5
"""Only gaps that are more likely holes than not count as evidence for others in the same document."""
OPTIONS = ("min-confidence", "prior")
_ENGLISH = lazy_pattern(r"\b(?:[Tt]he|and|with|that|which|from|this|are|by)\b")
_GERMAN = lazy_pattern(r"\b(?:[Dd]er|[Dd]ie|[Dd]as|und|nicht|mit|auf|von)\b")
_SAMPLE = 2000
"""Code points in which the words of either language are counted; document.lang has the last word."""
_MOST_SUGGESTIONS = 12
"""Findings of one document for which its names are searched."""


class Truncation:
    """Reports lost names and cut texts; it never edits."""

    name = "truncation"
    triggers = (*TRIGGERS, *CUT_TRIGGERS)

    def __init__(self, profile: str = "precise", options: Mapping[str, object] = MappingProxyType({})) -> None:
        """Take a tier and the ``[stage.truncation]`` table. Raises ``ConfigError`` on an unknown key or a prior outside (0, 0.5]."""
        for key in options:
            if key not in OPTIONS:
                raise ConfigError(f"stage.truncation: unknown key {key!r}; {valid_names(key, OPTIONS)}")
        prior = options.get("prior", DEFAULT_PRIOR)
        if isinstance(prior, bool) or not isinstance(prior, (int, float)) or not 0 < prior <= 0.5:
            raise ConfigError(
                f"stage.truncation: prior is {prior!r}; give the share of words after which a name is lost, such as 0.001"
            )
        self.profile = profile
        self.prior = float(prior)
        self._cut = CUTS[profile]

    def __call__(self, document: Document) -> Outcome:
        """Report the places of ``document`` where something is missing."""
        text = document.text
        spans = document.triggers(self.name)
        ruled = rule_outcome(document, self.name)
        findings = [*ruled.findings, *cut_texts(document, self.profile)]
        lang = document.known_lang or _likely_language(text)
        gaps = find_gaps(text, spans, lang) if lang in MODELS else []
        if gaps and (len(gaps) <= FEW or len(gaps) * DENSEST <= len(text)):
            findings += self._lost_names(document, gaps, lang)
        if not findings:
            return Outcome(ruled.edits, score=0.0)
        findings.sort(key=lambda finding: (finding.start, finding.end))
        sound = 1.0
        for finding in findings:
            sound *= 1 - finding.confidence
        return Outcome(ruled.edits, tuple(findings), 1 - sound)

    def _lost_names(self, document: Document, gaps: list[tuple[int, int]], lang: str) -> list[Finding]:
        text = document.text
        model = load_model(MODELS[lang])
        caution = CAUTION.get(lang, 0.0)
        judged = [(start, end, model.odds(text, start, end) - caution) for start, end in model.worth(text, gaps, self.profile)]
        if lang == "en":
            judged += [(start, end, BARE_ROLE_ODDS) for start, end in gaps if is_bare_role(text, start, end)]
        # The cheapest question first: is anything near the cut, is it no mere manner of this text, is the language what it seems?
        least = min(self._cut, SURE)
        if not any(confidence >= least for confidence in self._confidences(text, judged)):
            return []
        judged = sorted(place for place in judged if place[2] > FAINTEST and not is_manner(text, place[0], place[1], lang))
        confidences = self._confidences(text, judged)
        if not any(confidence >= self._cut for confidence in confidences):
            return []
        # A look for common words spares most texts in other languages the detection.
        if not (_ENGLISH if lang == "en" else _GERMAN).search(text) or is_tokenised(text) or document.lang != lang:
            return []
        findings: list[Finding] = []
        last = -1
        for (start, end, _), confidence in zip(judged, confidences, strict=True):
            if confidence < self._cut or start < last or _shouted(text, start, end):
                continue
            last = end
            kind = kind_of(text, start, end)
            names = ", ".join(likely_names(text, start, end)) or None if len(findings) < _MOST_SUGGESTIONS else None
            findings.append(Finding(start, end, text[start:end], kind.rule, self.name, kind.message, names, round(confidence, 3)))
        return findings

    def _confidences(self, text: str, judged: list[tuple[int, int, float]]) -> list[float]:
        """Return the probability of each gap: the model's odds at the prior, or at the document's own rate where that is higher."""
        base = _logit(self.prior) - _logit(DEFAULT_PRIOR)
        first = [_probability(odds + base) for _, _, odds in judged]
        sure = sum(value for value in first if value > SURE)
        if len(judged) < 2 or not sure:
            return first
        words = CLUSTER_WORDS + len(text) / 6
        confidences = []
        for (_, _, odds), value in zip(judged, first, strict=True):
            others = sure - value if value > SURE else sure
            rate = min(MAX_RATE, (CLUSTER_WORDS * self.prior + others) / words)
            confidences.append(max(value, _probability(odds + _logit(rate) - _logit(DEFAULT_PRIOR))))
        return confidences


def _shouted(text: str, start: int, end: int) -> bool:
    """Whether the words around a gap are all capitals, as in licences, where the case of letters tells nothing."""
    around = text[max(0, start - 40) : end + 40]
    return around.isupper() and sum(map(str.isalpha, around)) > 20


def _likely_language(text: str) -> str:
    head = text[:_SAMPLE]
    german = head.count(" der ") + head.count(" die ") + head.count(" und ")
    return "de" if german and german > head.count(" the ") + head.count(" of ") + head.count(" and ") else "en"


def _logit(probability: float) -> float:
    return log(probability / (1 - probability))


def _probability(odds: float) -> float:
    return 1 / (1 + exp(-odds)) if odds > -500 else 0.0
