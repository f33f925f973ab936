"""One text on its way through the chain, with everything that is worth computing once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cleaner.lines import Lines

if TYPE_CHECKING:
    from cleaner.matches import Match, Scan

__all__ = ["Document"]

_UNSET = object()


class Document:
    """A text as the stages see it. Lines, language and scan hits are computed on first use and then kept."""

    __slots__ = ("_detect", "_lang", "_lines", "_scan", "_scanner", "id", "text")

    def __init__(
        self,
        text: str,
        id: str | None = None,
        lang: str | None = None,
        *,
        detect: Callable[[str], str | None] | None = None,
        scanner: Callable[[Document], Scan] | None = None,
    ) -> None:
        self.text = text
        self.id = id
        self._lang: object = lang if lang is not None else _UNSET
        self._lines: Lines | None = None
        self._detect = detect
        self._scanner = scanner
        self._scan: Scan | None = None

    @property
    def lines(self) -> Lines:
        """The lines of the text as positions."""
        if self._lines is None:
            self._lines = Lines(self.text)
        return self._lines

    @property
    def lang(self) -> str | None:
        """ISO 639-1 code of the language, detected on first use; ``None`` when it can't be told."""
        if self._lang is _UNSET:
            self._lang = self._detect(self.text) if self._detect else None
        return self._lang  # type: ignore[return-value]

    @property
    def known_lang(self) -> str | None:
        """The language if it was given or already needed; never starts a detection."""
        return None if self._lang is _UNSET else self._lang  # type: ignore[return-value]

    def sibling(self, text: str) -> Document:
        """Another text with the same scanner and the same language as far as it is known: what a stage made of this one to judge it."""
        return Document(text, self.id, self.known_lang, detect=self._detect, scanner=self._scanner)

    def matches(self, stage: str) -> Sequence[Match]:
        """The verified rule matches of ``stage``, sorted by start; from the one scan that all stages share."""
        return self._scanned().matches.get(stage, ())

    def triggers(self, stage: str) -> Sequence[tuple[int, int]]:
        """Where the trigger literals that ``stage`` declared occur (case folded, unverified), sorted by start."""
        return self._scanned().triggers.get(stage, ())

    def timeouts(self) -> Sequence[tuple[int, int, str]]:
        """``(start, end, rule id)`` of the lines on which a pattern ran out of time; starts no scan."""
        return self._scan.timeouts if self._scan is not None else ()

    def _scanned(self) -> Scan:
        if self._scan is None:
            if self._scanner is None:
                from cleaner.matches import Scan

                self._scan = Scan({}, {})
            else:
                self._scan = self._scanner(self)
        return self._scan
