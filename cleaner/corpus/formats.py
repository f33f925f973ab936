"""Which suffix means which format."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SUFFIXES", "Format", "format_of", "named_format", "output_name"]

SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".warc": "warc",
    ".wet": "warc",
}
"""Format by suffix."""
_COMPRESSIONS = {".gz": "gz", ".zst": "zst"}
_OUTPUT_SUFFIX = {"html": ".txt", "warc": ".jsonl"}


@dataclass(frozen=True, slots=True)
class Format:
    """A file format and its compression."""

    name: str
    """One of the values of ``SUFFIXES``."""
    compression: str = ""
    """``gz``, ``zst`` or empty."""

    @property
    def output(self) -> str:
        """The format that rows of this one are written in."""
        return {"html": "text", "warc": "jsonl"}.get(self.name, self.name)

    @property
    def undoable(self) -> bool:
        """Whether the source can come back: text that was extracted from a page can't become the page."""
        return self.name not in _OUTPUT_SUFFIX


def format_of(path: str) -> Format | None:
    """Return the format that the suffixes of ``path`` name, or ``None`` for unknown ones."""
    name = path.rsplit("/", 1)[-1].lower()
    stem, dot, last = name.rpartition(".")
    compression = _COMPRESSIONS.get(dot + last, "")
    if compression:
        stem, dot, last = stem.rpartition(".")
    kind = SUFFIXES.get(dot + last) if stem or dot else None
    if compression and last == "json":  # as corpora name their compressed JSON Lines
        kind = "jsonl"
    if kind is None or (kind == "parquet" and compression):
        return None
    return Format(kind, compression)


def named_format(path: str) -> Format:
    """Return the format of a file that a person named: an unknown suffix is text, and ``.json`` is JSON Lines.

    A JSON file that is no JSON Lines is not harmed by that: its lines are no rows, and lines that are no rows are not cleaned.
    """
    return format_of(path) or Format("jsonl" if path.lower().endswith(".json") else "text")


def output_name(name: str, format: Format) -> str:
    """Return the name of the output shard for an input shard ``name``: its own, unless the format changes."""
    suffix = _OUTPUT_SUFFIX.get(format.name)
    if suffix is None:
        return name
    cut = len(name)
    for _ in range(2 if format.compression else 1):
        cut = name.rindex(".", 0, cut)
    if name[:cut].lower().endswith(".warc") and format.name == "warc":  # x.warc.wet.gz
        cut = name.rindex(".", 0, cut)
    return name[:cut] + suffix
