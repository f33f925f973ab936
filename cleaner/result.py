"""What the chain gives back for one text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cleaner.edits import OffsetMap, undo_edits
from cleaner.model import Edit, Finding

__all__ = ["Result"]


@dataclass(frozen=True)
class Result:
    """One cleaned text and the full record of how it came about; all positions are in ``source``."""

    text: str
    """The cleaned text; the very object ``source`` when nothing changed."""
    source: str
    edits: tuple[Edit, ...] = ()
    """Sorted and free of overlaps; applying them to ``source`` gives ``text``."""
    findings: tuple[Finding, ...] = ()
    """Sorted by start."""
    scores: Mapping[str, float | None] = field(default_factory=dict)
    """Evidence of damage per stage in [0, 1], ``None`` for a stage that did not run; and ``quality``, 1 for a healthy text."""
    lang: str | None = None
    """ISO 639-1; ``None`` when no rule needed it or it can't be told."""
    id: str | None = None

    @cached_property
    def _offsets(self) -> OffsetMap:
        return OffsetMap(self.edits)

    @property
    def changed(self) -> bool:
        """Whether the text differs from its source."""
        return bool(self.edits)

    def to_source(self, position: int) -> int:
        """Return the source position of ``position`` in ``text``; inside a replaced stretch, the start of that stretch."""
        return self._offsets.to_source(position)

    def to_clean(self, position: int) -> int:
        """Return the position in ``text`` of source ``position``; inside a replaced or removed stretch, the start of that stretch."""
        return self._offsets.to_clean(position)

    def undo(self) -> str:
        """Return the source, rebuilt from ``text`` and ``edits``."""
        return undo_edits(self.text, self.edits)
