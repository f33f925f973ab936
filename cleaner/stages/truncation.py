"""The stage ``truncation``: places where a name was lost with its link, and texts that were cut."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cleaner.document import Document
from cleaner.model import Finding, Outcome
from cleaner.stages.gaps import TRIGGERS, find_gaps

__all__ = ["RULES", "Truncation"]

RULES: Mapping[str, str] = {
    "truncation.lost-name": "A name stood here as a link; the extractor dropped the link and its text with it.",
}

_LEFT = re.compile(
    r"(?:\b(?:the|an|our|its|their|your)"
    r"|\b(?:partnership|collaboration|talks|deal|interview|founder|co-founder|CEO|interest|member|stake|head|maker)\s(?:of|with|at|by|in)"
    r"|\b(?:with|by|from|for|in)\s(?:\w+\s)?(?:maker|giant|startup|rapper|singer|senator|rival))\Z",
)
_VERB = re.compile(r"(?:is|was|has|had|said|says|also|and)\s")


class Truncation:
    """Reports lost names and cut texts; it never edits."""

    name = "truncation"
    triggers = TRIGGERS

    def __init__(self, profile: str = "precise", options: Mapping[str, object] | None = None) -> None:
        self.profile = profile
        self.options = dict(options or {})

    def __call__(self, document: Document) -> Outcome:
        """Report the places of ``document`` where something is missing."""
        text = document.text
        places = [gap for gap in find_gaps(text, document.triggers(self.name)) if _is_hole(text, *gap)]
        if not places or document.lang != "en":
            return Outcome()
        return Outcome(
            findings=tuple(
                Finding(start, end, text[start:end], "truncation.lost-name", self.name, "a name seems to be missing here", confidence=0.9)
                for start, end in places
            )
        )


def _is_hole(text: str, start: int, end: int) -> bool:
    left, right = text[max(0, start - 60) : start], text[end : end + 12]
    if left[-1:] in ".?!" and start and right[:1].islower():
        return bool(_VERB.match(right)) and left[-3:-2].islower()
    return bool(_LEFT.search(left)) and (right[:1] in ",.;)" or bool(re.match(r"(?:is|was|has|had|said|and former)\s", right)))
