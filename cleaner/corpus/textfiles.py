"""Text and Markdown files: one document each, whose bytes come back exactly.

UTF-8 with or without a byte order mark; UTF-16 and UTF-32 with one. Line ends stay as they are. A file in any other encoding is
refused, never guessed.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from cleaner.corpus.rows import Passage, Row, RowError, UnwritableError

__all__ = ["Encoding", "decode_text", "encode_text", "text_row"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BINARY_PROBE = 8000
"""Bytes in which a NUL makes a file binary; the measure that git takes."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the characters of a file are written."""

    codec: str = "utf-8"
    mark: bytes = b""
    """The byte order mark it starts with."""


def decode_text(data: bytes) -> tuple[str, Encoding]:
    """Return the text of a file and how to write it back. Raises ``RowError`` for anything but valid Unicode text."""
    encoding = next((Encoding(codec, mark) for mark, codec in _MARKS if data.startswith(mark)), Encoding())
    body = data[len(encoding.mark) :]
    if encoding.codec == "utf-8" and b"\0" in body[:BINARY_PROBE]:
        raise RowError("a binary file, not text")
    try:
        text = body.decode(encoding.codec)
    except UnicodeDecodeError as error:
        where = body.count(b"\n", 0, error.start) + 1
        column = error.start - body.rfind(b"\n", 0, error.start)
        name = encoding.codec.removesuffix("-le").removesuffix("-be").upper()
        problem = RowError(f"not valid {name}: byte 0x{body[error.start]:02x} at byte {column} of the line")
        problem.line = where
        raise problem from None
    return text, encoding


def encode_text(text: str, encoding: Encoding) -> bytes:
    """Return the bytes of a file. Raises ``UnwritableError`` when its encoding can't hold the text."""
    try:
        return encoding.mark + text.encode(encoding.codec)
    except UnicodeEncodeError as error:
        raise UnwritableError("the cleaned text holds half of a surrogate pair, which no file can hold") from error


def text_row(data: bytes, markdown: bool = False) -> tuple[Row, Encoding]:
    """Return the one row of a text file. Raises ``RowError``."""
    text, encoding = decode_text(data)
    protected: tuple[tuple[int, int], ...] = ()
    if markdown:
        from cleaner.corpus.markdown import protected_spans

        protected = protected_spans(text)
    return Row(1, 1, text, (Passage("", text, protected),)), encoding
