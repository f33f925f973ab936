"""``ftfy.fix_text`` with the same output, many times faster on text that is mostly in order.

Everything ftfy does needs a character or a sequence that its own tables name. So the text is first reduced to its distinct
stretches beyond ASCII, each with the two characters that follow; ftfy's patterns run over these alone, behind a letter and
behind a blank, which is all that they ask of what stands before. Only the lines in which one of them strikes are repaired,
with ftfy's functions in ftfy's order. The tables come from the installed ftfy. A version whose fingerprint is not in ``KNOWN``
may work in ways this gate does not foresee: then ftfy itself is called.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

__all__ = ["KNOWN", "fingerprint", "fix_text"]

KNOWN = frozenset({"198361a53d607df0"})
"""Fingerprints of the ftfy versions (6.3.1) whose tables and steps this gate was derived from."""

_STRETCH = re.compile("[^\x00-\x7f]+[\x00-\x7f]{0,2}")
_REMEMBERED = 200_000
"""Stretches whose verdict is kept."""
_FIXERS = (
    "fix_c1_controls",
    "fix_latin_ligatures",
    "fix_character_width",
    "uncurl_quotes",
    "fix_line_breaks",
    "fix_surrogates",
    "remove_terminal_escapes",
    "remove_control_chars",
)


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Return a digest of all tables and functions of the installed ftfy that decide its output."""
    import inspect

    import ftfy
    from ftfy import badness, chardata, fixes

    digest = sha256()
    for pattern in (badness.BADNESS_RE, chardata.UTF8_DETECTOR_RE, chardata.HTML_ENTITY_RE):
        digest.update(pattern.pattern.encode("utf-8", "surrogatepass") + bytes(str(pattern.flags), "ascii"))
    for table in (chardata.LIGATURES, chardata.WIDTH_MAP, chardata.CONTROL_CHARS):
        digest.update(repr(sorted(table.items())).encode())
    for function in (ftfy.fix_text, ftfy.fix_and_explain, ftfy._fix_encoding_one_step_and_explain, *(getattr(fixes, n) for n in _FIXERS)):
        digest.update(inspect.getsource(function).encode("utf-8", "surrogatepass"))
    digest.update(repr(ftfy.TextFixerConfig._fields).encode())
    return digest.hexdigest()[:16]


def fix_text(text: str, config: TextFixerConfig | None = None, **kwargs: Any) -> str:
    """Return exactly what ``ftfy.fix_text(text, config, **kwargs)`` returns.

    Raises what ftfy raises, such as ``UnicodeError`` for bytes.
    """
    import ftfy

    if not isinstance(text, str) or fingerprint() not in KNOWN:
        return ftfy.fix_text(text, config, **kwargs)
    if config is None:
        config = ftfy.TextFixerConfig(explain=False)
    if kwargs:
        config = ftfy._config_from_kwargs(config, kwargs)
    if len(text) > config.max_decode_length and _has_long_line(text, config.max_decode_length):
        return ftfy.fix_text(text, config)
    return _Gate(config).fix(text)


def _has_long_line(text: str, limit: int) -> bool:
    return any(len(line) >= limit for line in text.split("\n"))


class _Gate:
    """The gate for one configuration."""

    __slots__ = ("ascii_bytes", "ascii_odd", "config", "odd", "quotes", "verdicts")

    def __init__(self, config: TextFixerConfig) -> None:
        self.config = config
        flags = tuple(bool(getattr(config, name)) for name in _FIXERS)
        self.ascii_odd, self.ascii_bytes, self.odd, self.quotes = _patterns(flags)
        self.verdicts = _verdicts(flags, config.fix_encoding, config.normalization)

    def fix(self, text: str) -> str:
        """Return the fixed ``text``, the same object when nothing is to be done."""
        places = self._places(text)
        if not places:
            return self._uncurled(text)
        return self._fixed_lines(text, places)

    def _uncurled(self, text: str) -> str:
        if self.quotes and not text.isascii():
            for quote, plain in self.quotes:
                if quote in text:
                    text = text.replace(quote, plain)
        return text

    def _places(self, text: str) -> list[int]:
        """Return positions in the lines that something may change, quotes to be uncurled aside."""
        places: list[int] = []
        if self.ascii_odd is not None and _holds(text, self.ascii_bytes):
            places += [m.start() for m in self.ascii_odd.finditer(text)]
        if self.config.unescape_html and "&" in text:
            from ftfy.chardata import HTML_ENTITY_RE

            places += [m.start() for m in HTML_ENTITY_RE.finditer(text)]
        if not text.isascii():
            struck = {stretch for stretch in set(_STRETCH.findall(text)) if self.verdicts[stretch]}
            if struck:
                places += [m.start() for m in _STRETCH.finditer(text) if m[0] in struck]
        return places

    def _fixed_lines(self, text: str, places: list[int]) -> str:
        starts = [0]
        at = text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = text.find("\n", at + 1)
        starts.append(len(text))
        markup = text.find("<") if self.config.unescape_html == "auto" else -1
        parts: list[str] = []
        done = 0
        for number in sorted({bisect_right(starts, place) - 1 for place in places}):
            low, high = starts[number], starts[number + 1]
            if low == high:
                continue
            parts.append(self._uncurled(text[done:low]))
            # Once a "<" was seen, entities stay, in its line and in all that follow.
            parts.append(self._fixed(text[low:high], bool(self.config.unescape_html) and not 0 <= markup < high))
            done = high
        parts.append(self._uncurled(text[done:]))
        return "".join(parts)

    def _fixed(self, text: str, unescape: bool) -> str:
        """Return one line after ftfy's steps, repeated until nothing changes."""
        import ftfy
        from ftfy.fixes import unescape_html

        config = self.config
        while True:
            before = text
            if unescape and "&" in text:
                text = unescape_html(text)
            if config.fix_encoding and not text.isascii():
                steps = config if config.explain else ftfy.TextFixerConfig(explain=False)
                while any(map(self.verdicts.__getitem__, _STRETCH.findall(text))):
                    was = text
                    text = ftfy._fix_encoding_one_step_and_explain(text, steps).text
                    if text == was:
                        break
            if self.odd.search(text) or (self.ascii_odd is not None and self.ascii_odd.search(text)):
                for name in _FIXERS:
                    if getattr(config, name):
                        text = ftfy.FIXERS[name](text)
            else:
                text = self._uncurled(text)
            if config.normalization is not None and not text.isascii():
                text = unicodedata.normalize(config.normalization, text)
            if text == before:
                return text


def _holds(text: str, unwanted: bytes) -> bool:
    """Whether ``text`` holds one of the ASCII characters ``unwanted``; several times faster than a pattern."""
    data = text.encode("utf-8", "surrogatepass")
    return len(data.translate(None, unwanted)) != len(data)


class _Verdicts(dict[str, bool]):
    """Whether a step may change text that holds a stretch, whatever stands before it; remembered, as stretches recur."""

    def __init__(self, odd: re.Pattern[str], encoding: bool, form: str | None) -> None:
        super().__init__()
        self._odd = odd
        self._bad = _badness() if encoding else None
        self._form = form

    def __missing__(self, stretch: str) -> bool:
        struck = self._struck(stretch)
        if len(self) > _REMEMBERED:
            self.clear()
        if len(stretch) <= 64:
            self[stretch] = struck
        return struck

    def _struck(self, stretch: str) -> bool:
        if self._odd.search(stretch):
            return True
        if self._bad is not None and self._bad.search(f"a{stretch}\na {stretch}"):
            return True
        if self._form is None:
            return False
        # Only what composition does can be told without the character before.
        return self._form != "NFC" or not unicodedata.is_normalized("NFC", stretch) or _joins(stretch[0])


def _joins(char: str) -> bool:
    """Whether ``char`` may compose with the character before it."""
    return unicodedata.combining(char) > 0 or unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff"


@lru_cache(maxsize=64)
def _verdicts(flags: tuple[bool, ...], encoding: bool, form: str | None) -> _Verdicts:
    return _Verdicts(_patterns(flags)[2], encoding, form)


@lru_cache(maxsize=1)
def _badness() -> re.Pattern[str]:
    """Return ftfy's own pattern, in which ``^`` also stands for the start of a context."""
    from ftfy.badness import BADNESS_RE

    return re.compile(BADNESS_RE.pattern, BADNESS_RE.flags | re.MULTILINE)


@lru_cache(maxsize=64)
def _patterns(flags: tuple[bool, ...]) -> tuple[re.Pattern[str] | None, bytes, re.Pattern[str], tuple[tuple[str, str], ...]]:
    """Return what in ASCII, and what beyond it, the active fixers may change; and the quotes that only get uncurled."""
    from ftfy import chardata

    active = dict(zip(_FIXERS, flags, strict=True))
    odd: set[int] = set()
    if active["fix_c1_controls"]:
        odd |= set(range(0x80, 0xA0))
    if active["fix_latin_ligatures"]:
        odd |= set(chardata.LIGATURES)
    if active["fix_character_width"]:
        odd |= set(chardata.WIDTH_MAP)
    if active["fix_line_breaks"]:
        odd |= {0x0D, 0x85, 0x2028, 0x2029}
    if active["fix_surrogates"]:
        odd |= set(range(0xD800, 0xE000))
    if active["remove_terminal_escapes"]:
        odd.add(0x1B)
    if active["remove_control_chars"]:
        odd |= set(chardata.CONTROL_CHARS)
    quotes: list[tuple[str, str]] = []
    if active["uncurl_quotes"]:
        for code in range(0x80, 0x10000):
            char = chr(code)
            if chardata.SINGLE_QUOTE_RE.match(char):
                quotes.append((char, "'"))
            elif chardata.DOUBLE_QUOTE_RE.match(char):
                quotes.append((char, '"'))
    plain = {code for code in odd if code < 128}
    return _one_of(plain), bytes(sorted(plain)), _one_of({c for c in odd if c >= 128}) or re.compile(r"(?!)"), tuple(quotes)


def _one_of(codes: set[int]) -> re.Pattern[str] | None:
    return re.compile("[" + "".join(f"\\U{code:08x}" for code in sorted(codes)) + "]") if codes else None
