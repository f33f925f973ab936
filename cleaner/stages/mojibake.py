"""Repairs text that was read with the wrong encoding, and the entities, escapes and control characters that travel with it.

The steps run in the order in which the damage came about, last first: what the page printed (entities, escapes), then the misread bytes,
then what no one sees. Each step stands behind a gate that clean text does not pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from cleaner.document import Document
from cleaner.edits import OffsetMap, apply_edits, compose
from cleaner.model import Edit, Finding, Outcome
from cleaner.stages.controls import control_edits, control_findings
from cleaner.stages.entities import entity_edits
from cleaner.stages.escapes import escape_edits
from cleaner.stages.misreads import misread_edits, suspicious_lines

__all__ = ["RULES", "Mojibake"]

RULES: Mapping[str, str] = MappingProxyType(
    {
        "mojibake.utf8-misread": "UTF-8 was read with another table, so each letter became two to four odd ones.",
        "mojibake.legacy-misread": "Text in an older encoding was read with another one, so its letters became others.",
        "mojibake.c1-control": "A quote, dash or letter of Windows-1252 was kept as an invisible control character.",
        "mojibake.doubtful": "This looks misread, but no repair of it is certain or complete enough; the text stays as it is.",
        "mojibake.entity": "An HTML entity, whole or escaped again, that was never decoded.",
        "mojibake.bare-entity": "An HTML entity that lost its ampersand and stayed as letters.",
        "mojibake.unicode-escape": r"A \u escape of JSON that was never decoded.",
        "mojibake.quoted-printable": "Quoted-printable bytes of a mail that were never decoded.",
        "mojibake.percent-encoded": "Percent-encoded bytes in running text.",
        "mojibake.bytes-literal": "The printed form of bytes instead of the text that they hold.",
        "mojibake.utf16-bytes": "UTF-16 was read byte by byte, so every other character is a NUL.",
        "mojibake.bom": "A byte order mark that was read as text.",
        "mojibake.terminal-escape": "A terminal's colour or cursor code.",
        "mojibake.control-character": "A control character that text has no use for.",
        "mojibake.replacement-character": "Characters were lost here: a replacement character, or what a misread one looks like.",
        "mojibake.zero-width": "A character without width that searches and models see but readers do not.",
        "mojibake.bidi-control": "A character that turns the direction of writing, so that the text shown is not the text stored.",
        "mojibake.tag-character": "Invisible tag characters, which can carry hidden text.",
        "mojibake.homoglyph": "A word that mixes Latin letters with look-alikes of another script.",
    }
)
"""What each rule of this stage is for; ``cleaner explain`` prints it."""

_REMOVED: Mapping[str, tuple[str, ...]] = {
    "precise": ("mojibake.terminal-escape", "mojibake.bom"),
    "balanced": ("mojibake.terminal-escape", "mojibake.bom", "mojibake.control-character"),
    "thorough": ("mojibake.terminal-escape", "mojibake.bom", "mojibake.control-character", "mojibake.homoglyph"),
}
_INVISIBLE = ("mojibake.control-character", "mojibake.zero-width", "mojibake.bidi-control", "mojibake.tag-character")
_ROUNDS = 4


class Mojibake:
    """The stage. With the option ``remove-invisible`` it also removes what no one sees: hidden characters, control characters, tags."""

    name = "mojibake"
    triggers: tuple[str, ...] = ()

    def __init__(self, profile: str = "precise", options: Mapping[str, object] = MappingProxyType({})) -> None:
        removed = frozenset(_REMOVED[profile])
        self._removed = removed.union(_INVISIBLE) if options.get("remove-invisible") else removed
        self._whole_lines = profile == "precise"

    def __call__(self, document: Document) -> Outcome:
        """Return the repairs of ``document``, and what is lost, hidden or doubtful in it."""
        source = current = document.text
        edits: list[Edit] = []
        doubts: list[Finding] = []
        for _ in range(_ROUNDS):
            before = current
            for step in (entity_edits, escape_edits):
                found = step(current)
                if found:
                    edits = compose(edits, found, source)
                    current = apply_edits(source, edits)
            lines = suspicious_lines(current)
            if lines:
                found, doubts = misread_edits(current, lines, self._whole_lines)
                if found:
                    edits = compose(edits, found, source)
                    current = apply_edits(source, edits)
            found = control_edits(current, self._removed)
            if found:
                edits = compose(edits, found, source)
                current = apply_edits(source, edits)
            if current == before:
                break
        findings = list(_in_source([*doubts, *control_findings(current)], edits, source))
        damaged = sum(len(edit.before) for edit in edits)
        score = min(1.0, damaged / max(1, len(source)) * 4) if damaged else 0.0
        return Outcome(tuple(edits), tuple(findings), score)


def _in_source(findings: list[Finding], edits: list[Edit], source: str) -> Iterator[Finding]:
    """Yield the findings at their places in the source; those inside a repair are gone with it."""
    if not edits:
        yield from findings
        return
    offsets = OffsetMap(edits)
    for one in findings:
        start, end = offsets.to_source(one.start), offsets.to_source(one.end)
        if source[start:end] == one.text:
            yield Finding(start, end, one.text, one.rule, one.stage, one.message, one.suggestion, one.confidence)
