"""The data that flows through the chain; nothing in here does any work.

All positions are half-open ranges of code points (what ``len`` counts in ``str``), never bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cleaner.document import Document

__all__ = ["STAGES", "Edit", "Finding", "Outcome", "Stage"]

STAGES = ("mojibake", "debris", "translation", "truncation")
"""The built-in stages, in the order in which they see a text."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change we are sure of: ``before`` at ``start:end`` becomes ``after``."""

    start: int
    end: int
    before: str
    """What stands there; ``source[start:end]``."""
    after: str
    """What replaces it; empty for a removal."""
    rules: tuple[str, ...]
    """The rules behind it; more than one where edits of several stages or passes touched."""
    stage: str
    reason: str = ""
    confidence: float = 0.99

    @property
    def rule(self) -> str:
        """The first of ``rules``."""
        return self.rules[0]


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt we report; it never changes the text."""

    start: int
    end: int
    text: str
    """What stands there; ``source[start:end]``. Empty when the finding marks a place between two characters."""
    rule: str
    stage: str
    message: str = ""
    suggestion: str | None = None
    confidence: float = 0.99


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one stage saw in one document; positions refer to the text it was given."""

    edits: tuple[Edit, ...] = ()
    findings: tuple[Finding, ...] = ()
    score: float | None = None
    """The document's evidence of this stage's damage in [0, 1]; ``None`` lets the chain derive it."""


class Stage(Protocol):
    """Judges one kind of damage. It proposes; only the chain applies.

    A stage is pure: its answer depends on the document alone. It must be picklable and safe to share between threads.
    """

    @property
    def name(self) -> str:
        """The stage id, which is also the prefix of its rules."""
        ...

    def __call__(self, document: Document, /) -> Outcome:
        """Say what should change in ``document`` and what is doubtful in it."""
        ...
