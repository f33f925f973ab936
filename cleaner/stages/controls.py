"""Characters that no one sees: terminal escapes, control characters, byte order marks, hidden and look-alike characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from cleaner.lazy import lazy_pattern
from cleaner.model import Edit, Finding

__all__ = ["control_edits", "control_findings"]

_TERMINAL = lazy_pattern(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]{0,200}(?:\x07|\x1b\\)")
_MISREAD_BOM = lazy_pattern("^(?:ï»¿|п»ї|ďťż|ï»\\x9f|´╗┐|Ôªø|∩╗┐|я╗┐|ο»Ώ)+", re.MULTILINE)
_BOM_LEADS = "ïпďÔ´∩яο"
_CONTROL = lazy_pattern("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f\x80-\x9f]+")
_ASCII_CONTROLS = bytes([*range(9), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F])
_HIDDEN = lazy_pattern("[\u200b\u2060-\u2064\ufeff\u180e\u00ad]+")
_BIDI = lazy_pattern("[\u202a-\u202e\u2066-\u2069]+")
_TAGS = lazy_pattern("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+")
_LOST = lazy_pattern("\ufffd+|锟斤拷(?:锟斤拷|锟斤|锟)*|(?:ï¿½)+")
_QUESTION = lazy_pattern(r"(?<=[^\W\d_])\?{1,3}(?=[^\W\d_A-Z])")
_MIXED = lazy_pattern("[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]|[A-Za-z][\u0370-\u03ff]|[\u0370-\u03ff][A-Za-z]")
_WORTH_A_LOOK = lazy_pattern(
    "[\x80-\x9f\u200b\u2060-\u2064\ufeff\u180e\u202a-\u202e\u2066-\u2069\ufffd\u9524\U000e0000-\U000e007f\u0370-\u04ff]|\xef\xbf\xbd"
)
"""Whatever the patterns above can find."""
_LIKE = str.maketrans("аеорсухіјѕԁһАВЕКМНОРСТХІЈЅαορνΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxijsdhABEKMHOPCTXIJSaopvABEZHIKMNOPTYX")
_WORD = lazy_pattern(r"[^\W\d_]+")


def control_edits(text: str, removed: frozenset[str]) -> list[Edit]:
    """Return the removals in ``text`` that the rules in ``removed`` allow."""
    edits: list[Edit] = []
    if "\x1b" in text and "mojibake.terminal-escape" in removed:
        edits += [_removal(m, "mojibake.terminal-escape", "a terminal's colour code") for m in _TERMINAL.finditer(text)]
    if text.isascii():
        if "mojibake.control-character" in removed:
            edits += [_removal(m, "mojibake.control-character", "a control character") for m in _CONTROL.finditer(text)]
        return sorted(edits, key=lambda edit: edit.start)
    if "mojibake.bom" in removed and any(lead in text for lead in _BOM_LEADS):
        edits += [_removal(m, "mojibake.bom", "a byte order mark that was read as text") for m in _MISREAD_BOM.finditer(text)]
    for rule, pattern, reason in (
        ("mojibake.control-character", _CONTROL, "a control character"),
        ("mojibake.zero-width", _HIDDEN, "a character without width"),
        ("mojibake.bidi-control", _BIDI, "a character that turns the direction of writing"),
        ("mojibake.tag-character", _TAGS, "an invisible tag"),
    ):
        if rule in removed:
            edits += [_removal(m, rule, reason) for m in pattern.finditer(text)]
    if "mojibake.homoglyph" in removed:
        for start, word, after in _homoglyphs(text):
            reason = "look-alike letters of another script"
            edits.append(Edit(start, start + len(word), word, after, ("mojibake.homoglyph",), "mojibake", reason, 0.9))
    return sorted(edits, key=lambda edit: edit.start)


def _removal(match: re.Match[str], rule: str, reason: str) -> Edit:
    return Edit(match.start(), match.end(), match[0], "", (rule,), "mojibake", reason, 0.98)


def control_findings(text: str) -> Iterator[Finding]:
    """Yield what is lost or hidden in ``text``, with its place."""
    worth = not text.isascii() and _WORTH_A_LOOK.search(text) is not None
    if worth or _holds_control(text):
        for match in _CONTROL.finditer(text):
            yield _finding(match, "mojibake.control-character", "A control character; text has no use for it.", "")
    if not worth:
        return
    for match in _LOST.finditer(text):
        yield _finding(match, "mojibake.replacement-character", "A character was lost here; it can't be told which.", None)
    for match in _HIDDEN.finditer(text):
        if "\xad" not in match[0]:
            yield _finding(
                match, "mojibake.zero-width", "A character without width; searches and models see it, readers do not.", ""
            )
    for match in _BIDI.finditer(text):
        yield _finding(
            match, "mojibake.bidi-control", "It turns the direction of writing, so the text shown is not the text stored.", ""
        )
    for match in _TAGS.finditer(text):
        hidden = "".join(chr(ord(c) - 0xE0000) for c in match[0] if 0xE0020 <= ord(c) < 0xE007F)
        yield _finding(match, "mojibake.tag-character", f"Invisible tag characters; they spell {hidden!r}.", "")
    for start, word, after in _homoglyphs(text):
        message = f"It mixes look-alike letters of {_scripts(word)}."
        yield Finding(start, start + len(word), word, "mojibake.homoglyph", "mojibake", message, after, 0.9)


def _holds_control(text: str) -> bool:
    """Whether ``text`` holds a control character of ASCII; several times faster than a pattern."""
    data = text.encode("utf-8", "surrogatepass")
    return len(data.translate(None, _ASCII_CONTROLS)) != len(data)


def _finding(match: re.Match[str], rule: str, message: str, suggestion: str | None) -> Finding:
    return Finding(match.start(), match.end(), match[0], rule, "mojibake", message, suggestion, 0.95)


def _homoglyphs(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield (start, word, repaired word) of words that mix Latin letters with look-alikes of another script."""
    done = -1
    for mixed in _MIXED.finditer(text):
        if mixed.start() < done:
            continue
        low = mixed.start()
        while low > 0 and text[low - 1].isalpha() and mixed.start() - low < 60:
            low -= 1
        match = _WORD.match(text, low)
        if match is None:
            continue
        done = match.end()
        word = match[0]
        latin = word.translate(_LIKE)
        if latin.isascii() and sum(c.isascii() for c in word) > len(word) / 2 and len(word) > 2:
            yield low, word, latin


def _scripts(word: str) -> str:
    return " and ".join(sorted({unicodedata.name(char, "unknown").split()[0].title() for char in word}))
