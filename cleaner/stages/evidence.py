"""What speaks for and against each way in which one word can have been misread."""

from __future__ import annotations

import re

from cleaner.lazy import lazy_pattern
from cleaner.stages.charmodel import UNIT, CharModel
from cleaner.stages.charsets import Operation, legacy_operations, operations_for, utf8_operations

__all__ = ["C1", "C1_CONTROLS", "LONE", "Evidence"]

LONE = 6 * UNIT
"""What words may gain together whose only character beyond ASCII is neither Latin nor punctuation nor a symbol."""
C1 = {chr(byte): bytes([byte]).decode("cp1252") for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
"""The C1 controls and what Windows-1252 has in their place."""
C1_CONTROLS = re.compile("[\x80-\x9f]")
_UNPRINTABLE = lazy_pattern("[\x00-\x1f\x7f\ufffd\ue000-\uf8ff]")
_LONE = lazy_pattern(r"[\x00-\x7f]*[^\x00-\u024f\u1e00-\u1eff\u2010-\u2bff\U0001f000-\U0001faff][\x00-\x7f]*")
_ONE = lazy_pattern(r"[\x00-\x7f]*[^\x00-\x7f][\x00-\x7f]*")
_LETTERS = lazy_pattern(r"(?:[\x00-@\[-`{-\x7f\xa0]|[^\W\d_A-Za-z\xaa-\u024f]|[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u064b-\u0652])*")
_CAN_BE_UTF8 = re.compile("[^\x00-\x7f]{2}|[\u3040-\ud7a3\uf900-\uffef]")
_OUTSIDE = lazy_pattern("[^\x00-\x7f]")
_ASCII_LETTER = lazy_pattern("[A-Za-z]")
_STUCK = lazy_pattern("[A-Za-z][\xaa\xb5\xba\xc0-\u024f]|[\xaa\xb5\xba\xc0-\u024f][A-Za-z]")
_UNHEALTHY = lazy_pattern(r"[^\x00-\x7f“”‘’„‚«»–—…\xa0]|(?<=[^\W\d_])[“”‘„‚«»…\xa0](?=[^\W\d_])")
"""Anything but punctuation where punctuation stands."""
_DRAWN = lazy_pattern(r"([\u2500-\u259f])\1\1")
_MIXED = lazy_pattern(r"[A-Za-z][^\x00-\u024f\u1e00-\u1eff\W\d_]|[^\x00-\u024f\u1e00-\u1eff\W\d_][A-Za-z]")


class Evidence:
    """Costs, conversions and gains of words, each computed once."""

    def __init__(self, model: CharModel) -> None:
        """``model`` says what is likely."""
        self._cost_of = model.cost
        self._costs: dict[str, int] = {}
        self._converted: dict[tuple[int, str], str | None] = {}
        self._utf8: dict[str, list[tuple[Operation, int, bool]]] = {}
        self._legacy: dict[str, dict[int, int]] = {}

    def cost(self, text: str) -> int:
        """Return the model's cost of a word."""
        cost = self._costs.get(text)
        if cost is None:
            cost = self._costs[text] = self._cost_of(text)
        return cost

    def convert(self, operation: Operation, text: str) -> str | None:
        """Return ``text`` under ``operation``, or ``None`` when it can't have come about that way."""
        key = (operation.index, text)
        if key in self._converted:
            return self._converted[key]
        new = operation.undo(text) if operations_for(text) & operation.bit else None
        if new is not None and _UNPRINTABLE.search(new) and not _UNPRINTABLE.search(text):
            new = None
        self._converted[key] = new
        return new

    def utf8_gain(self, operation: Operation, text: str) -> tuple[int, bool] | None:
        """Return the gain of reading ``text`` as UTF-8, and whether only one odd character comes out.

        Such a lone character proves little, since two or three letters can look like it.
        """
        new = self.convert(operation, text)
        if new is None or new == text:
            return None
        lone = _LONE.fullmatch(new) is not None or (_ONE.fullmatch(new) is not None and _LETTERS.fullmatch(text) is not None)
        return self.cost(text) - self.cost(new), lone

    def utf8_gains(self, text: str) -> list[tuple[Operation, int, bool]]:
        """Return (operation, gain, lone) for each reading of ``text`` as UTF-8."""
        found = self._utf8.get(text)
        if found is None:
            found = self._utf8[text] = []
            if _CAN_BE_UTF8.search(text):
                mask = operations_for(text)
                for operation in utf8_operations():
                    if mask & operation.bit and (gain := self.utf8_gain(operation, text)) is not None:
                        found.append((operation, *gain))
        return found

    def legacy_gain(self, operation: Operation, text: str, few: bool = False) -> int | None:
        """Return the gain of a legacy operation; 0 where it leaves ``text`` alone, ``None`` where it is out of the question.

        With ``few``, a word of mostly ASCII letters may come from a table of several bytes.
        """
        if _DRAWN.search(text):
            return None
        new = self.convert(operation, text)
        if new is None or C1_CONTROLS.search(new):
            return None
        if new == text:
            return 0
        if operation.wide:
            if not few and len(_ASCII_LETTER.findall(text)) > len(_OUTSIDE.findall(text)):
                return None
        elif _MIXED.search(new) and not _MIXED.search(text):
            return None
        gain = self.cost(text) - self.cost(new)
        return gain if _UNHEALTHY.search(text) else min(gain, -1)

    def legacy_gains(self, text: str) -> dict[int, int]:
        """Return the gain of each legacy operation that ``text`` can have come through."""
        found = self._legacy.get(text)
        if found is None:
            found = self._legacy[text] = {}
            mask = operations_for(text)
            stuck = _STUCK.search(text) is not None and not _MIXED.search(text)
            for operation in legacy_operations():
                if mask & operation.bit and (operation.latin or operation.wide or not stuck):
                    gain = self.legacy_gain(operation, text)
                    if gain is not None:
                        found[operation.index] = gain
        return found

    def promises(self, text: str, bound: int) -> bool:
        """Whether any one operation gains more than ``bound`` on ``text``."""
        return any(gain > bound for _, gain, _ in self.utf8_gains(text)) or any(
            gain > bound for gain in self.legacy_gains(text).values()
        )
