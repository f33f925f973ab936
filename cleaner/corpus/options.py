"""What a corpus run is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cleaner.corpus.rows import Fields
from cleaner.errors import ConfigError

__all__ = ["RunOptions"]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Everything but sources, destination and chain. Raises ``ConfigError`` for values that make no sense."""

    text_fields: tuple[str, ...] = ("text",)
    """Fields to clean; dots lead into nested fields."""
    id_field: str = "id"
    lang_field: str = "lang"
    lang: str | None = None
    """ISO 639-1 code of the rows whose language field does not say; ``None`` detects it when a rule needs it."""
    audit: str | None = None
    """Where one row per edit or finding goes; a folder when the destination is one. The same holds for the next two."""
    scores: str | None = None
    quarantine: str | None = None
    """Default: a folder beside the completion marks, used only when something is quarantined."""
    summary: str | None = None
    """Where the sums go, as JSON; as Markdown when it ends in ``.md``."""
    datasheet: str | None = None
    """Where the Markdown section of a data card goes."""
    audit_text: str = "full"
    """``full``, or ``hash``: digests in place of texts. Such a run can't be undone."""
    workers: int = 1
    """Processes that clean; 0 or 1 cleans in this one."""
    engine: str = "local"
    resume: bool = False
    limit: int | None = None
    """Rows to read in all, from the first; such a run takes one worker."""
    max_removed: float | None = None
    """Share of its words in [0, 1] that a text may lose; one that would lose more is left untouched and reported."""

    restore_links: bool = False
    """Put the link texts back that the extraction of an HTML page lost."""

    def __post_init__(self) -> None:
        if not self.text_fields or not all(self.text_fields):
            raise ConfigError("--text-field: is empty; name the field that holds the text")
        if len(set(self.text_fields)) < len(self.text_fields):
            raise ConfigError("--text-field: names a field twice; name each once")
        if self.audit_text not in ("full", "hash"):
            raise ConfigError(f"--audit-text: {self.audit_text!r} is unknown; valid: full, hash")
        if self.workers < 0:
            raise ConfigError(f"--workers: {self.workers} is negative; give a number of processes")
        if self.limit is not None and self.limit < 0:
            raise ConfigError(f"--limit: {self.limit} is negative; give a number of rows")
        if self.max_removed is not None and not 0 <= self.max_removed <= 1:
            raise ConfigError(f"--max-removed: {self.max_removed} is no share; give a number from 0 to 1")

    @property
    def fields(self) -> Fields:
        """The fields of a row."""
        return Fields(self.text_fields, self.id_field, self.lang_field)

    def identity(self) -> Mapping[str, Any]:
        """Return the options that decide what comes out, for the fingerprint of the run."""
        return {
            "text_fields": list(self.text_fields),
            "id_field": self.id_field,
            "lang_field": self.lang_field,
            "lang": self.lang,
            "audit_text": self.audit_text,
            "limit": self.limit,
            "max_removed": self.max_removed,
            "restore_links": self.restore_links,
        }
