r"""Text that kept the escapes of its transport: JSON's ``\u00e9``, quoted-printable, percent signs, ``b'…'`` and UTF-16 read as bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cleaner.lazy import lazy_pattern
from cleaner.model import Edit
from cleaner.stages.codelike import in_code_span, in_link, is_code, talks_about_encodings

__all__ = ["escape_edits"]

_JSON = lazy_pattern(r"(?:\\u[0-9a-fA-F]{4})+")
_UTF8_HEX = "(?:{0}[CD][0-9A-F]{0}[89AB][0-9A-F]|{0}E[0-9A-F](?:{0}[89AB][0-9A-F]){{2}}|{0}F[0-4](?:{0}[89AB][0-9A-F]){{3}})"
_QUOTED = lazy_pattern(_UTF8_HEX.format("=") + "+")
_PERCENT = lazy_pattern(_UTF8_HEX.format("%") + "+")
_BYTES = lazy_pattern(r"^b(?:'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\")[ \t]*$", re.MULTILINE)
_BYTE_ESCAPES = lazy_pattern(r"(?:\\x[0-9a-f]{2})+|\\[\\'\"nrt]")
_SIMPLE = {"\\\\": "\\", "\\'": "'", '\\"': '"', "\\n": "\n", "\\r": "\r", "\\t": "\t"}
_LONELY = lazy_pattern("[\ud800-\udfff]")
_CONTROL = lazy_pattern("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffd\ud800-\udfff]")
_HIGH_BYTE = lazy_pattern("[\x00-\x20]")
_WORDS = lazy_pattern(r"[^\W\d_]{2,}")


def escape_edits(text: str) -> list[Edit]:
    """Return the edits that decode escapes which stand in prose."""
    edits: list[Edit] = []
    if "\0" in text:
        edits += _utf16(text)
        if edits:
            return edits
    if "\\x" in text:
        edits += _bytes_literals(text)
    if "\\u" in text:
        edits += _in_prose(text, _JSON, _json, "mojibake.unicode-escape")
    if "=" in text:
        edits += _in_prose(text, _QUOTED, lambda hit: _hex(hit, "="), "mojibake.quoted-printable")
    if "%" in text:
        edits += _in_prose(text, _PERCENT, lambda hit: _hex(hit, "%"), "mojibake.percent-encoded")
    edits.sort(key=lambda edit: edit.start)
    return edits


def _in_prose(text: str, pattern: re.Pattern[str], decode: Callable[[str], str | None], rule: str) -> Iterator[Edit]:
    """Yield the edits of ``pattern`` in lines that are prose; a line that can't be decoded all through stays as it is."""
    found: list[Edit] = []
    low = high = -1
    good = False
    for match in pattern.finditer(text):
        if not low <= match.start() < high:
            yield from found if good else ()
            found = []
            low = text.rfind("\n", 0, match.start()) + 1
            high = text.find("\n", match.start())
            high = len(text) if high < 0 else high
            line = text[low:high]
            rest = pattern.sub(" ", line)
            good = (
                not is_code(line)
                and not talks_about_encodings(rest)
                and (len(line) - len(rest) > 40 or len(_WORDS.findall(rest)) >= 3)
                and not re.search(r"\\[a-z]{2,}", rest)
            )
        if in_link(text, match.start(), match.end()) or in_code_span(text, match.start(), low):
            continue
        after = decode(match[0])
        if after is None:
            good = False
        else:
            found.append(
                Edit(match.start(), match.end(), match[0], after, (rule,), "mojibake", "an escape that was never decoded", 0.98)
            )
    yield from found if good else ()


def _json(hit: str) -> str | None:
    units = [int(hit[at : at + 4], 16) for at in range(2, len(hit), 6)]
    text = "".join(map(chr, units)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return None if _CONTROL.search(text) else text


def _hex(hit: str, sign: str) -> str | None:
    try:
        text = bytes.fromhex(hit.replace(sign, "")).decode("utf-8")
    except (ValueError, UnicodeDecodeError):
        return None
    return None if _CONTROL.search(text) else text


def _bytes_literals(text: str) -> Iterator[Edit]:
    """Yield the edits of lines that are the printed form of UTF-8 bytes."""
    for match in _BYTES.finditer(text):
        body = match[1] if match[1] is not None else match[2]
        at = match.start() + 2
        if len(_WORDS.findall(_BYTE_ESCAPES.sub("xx", body))) < 3:
            continue
        found: list[Edit] = []
        for hit in _BYTE_ESCAPES.finditer(body):
            after = _SIMPLE.get(hit[0]) or _hex(hit[0], "\\x")
            if after is None or not body.isascii():
                break
            found.append(_byte_edit(at + hit.start(), hit[0], after))
        else:
            if any(not edit.after.isascii() for edit in found):
                yield _byte_edit(match.start(), text[match.start() : at], "")
                yield from found
                yield _byte_edit(at + len(body), text[at + len(body) : match.end()], "")


def _byte_edit(start: int, before: str, after: str) -> Edit:
    reason = "bytes that were printed, not decoded"
    return Edit(start, start + len(before), before, after, ("mojibake.bytes-literal",), "mojibake", reason, 0.98)


def _controls(text: str) -> float:
    """Return the share of control characters, tab and line feed included, and of blanks, the high byte of typographic marks."""
    return len(_HIGH_BYTE.findall(text)) / len(text)


def _utf16(text: str) -> Iterator[Edit]:
    """Yield the edit of a text that is UTF-16 read byte by byte; it has to decode as a whole."""
    if len(text) < 8 or min(map(_controls, (text[::2], text[1::2]))) > 0.3 or max(map(_controls, (text[::2], text[1::2]))) < 0.7:
        return
    body = text[:-1] if len(text) % 2 and text.endswith("\n") else text
    try:
        data = body.encode("latin-1")
    except UnicodeEncodeError:
        return
    for codec in ("utf-16-le", "utf-16-be"):
        try:
            after = data.decode(codec)
        except UnicodeDecodeError:
            continue
        plain = sum(char.isalnum() or char.isspace() for char in after)
        if not _CONTROL.search(after) and plain > 0.7 * len(after) and sum(char < "\u0530" for char in after) > 0.7 * len(after):
            yield Edit(0, len(body), body, after, ("mojibake.utf16-bytes",), "mojibake", "UTF-16 was read byte by byte", 0.98)
            return
