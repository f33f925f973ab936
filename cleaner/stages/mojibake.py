"""Repairs text that was read with the wrong encoding, and the entities and control characters that travel with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from cleaner.document import Document
from cleaner.model import Edit, Outcome

__all__ = ["RULES", "Mojibake"]

RULES: Mapping[str, str] = MappingProxyType(
    {
        "mojibake.utf8-misread": "UTF-8 bytes were read with another table, so each letter became two to four odd ones.",
    }
)
"""What each rule of this stage is for; ``cleaner explain`` prints it."""

_WORTH_A_LOOK = re.compile(r"[^\x00-\x7f]|&#?\w{1,24};")


class Mojibake:
    """The stage: proposes repairs of damaged runs, never of a whole document."""

    name = "mojibake"
    triggers: tuple[str, ...] = ()

    def __init__(self, profile: str = "precise", options: Mapping[str, object] = MappingProxyType({})) -> None:
        self.profile = profile
        self.options = dict(options)

    def __call__(self, document: Document) -> Outcome:
        """Return the repairs of ``document``."""
        text = document.text
        if not _WORTH_A_LOOK.search(text):
            return Outcome(score=0.0)
        import ftfy

        config = ftfy.TextFixerConfig(
            unescape_html=False,
            remove_terminal_escapes=False,
            fix_latin_ligatures=False,
            fix_character_width=False,
            uncurl_quotes=False,
            fix_line_breaks=False,
            fix_surrogates=False,
            remove_control_chars=False,
            normalization=None,
            explain=False,
        )
        edits = []
        lines = document.lines
        for index in range(len(lines)):
            line = lines[index]
            if line.isascii() or len(line) > 100_000:
                continue
            fixed = ftfy.fix_text(line, config)
            if fixed != line:
                edits.append(_trimmed(lines.starts[index], line, fixed))
        return Outcome(tuple(edits), score=min(1.0, sum(e.end - e.start for e in edits) / max(1, len(text))))


def _trimmed(at: int, before: str, after: str) -> Edit:
    """Return the edit from ``before`` to ``after`` without the ends that they share."""
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    end = len(before) - tail
    return Edit(
        at + head,
        at + end,
        before[head:end],
        after[head : len(after) - tail],
        ("mojibake.utf8-misread",),
        "mojibake",
        "UTF-8 read with another table",
    )
