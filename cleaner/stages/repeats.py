"""What a document says twice: labels run together, titles and paragraphs printed again. The first stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cleaner.stages.pieces import Piece, words_in

__all__ = ["repeated_paragraphs", "repeated_titles", "run_together"]

_LABEL = re.compile(r"[^\W\d_]")
MAX_LABEL = 60
"""Characters of a label that may be run together with itself; icon names and link texts are shorter."""
MIN_PARAGRAPH_WORDS = 20
"""Words from which a repeated paragraph is a copy and not a refrain, a form of address or a set phrase."""
TITLE_PIECES = 12
"""Pieces at the head of a document among which the title is printed again."""


def run_together(text: str) -> str | None:
    """Return the label of which ``text`` is two or more copies without a blank between them, or ``None``.

    ``Animated ArrowAnimated Arrow`` is one; ``Bora Bora``, ``hahaha`` and ``-----`` are not: a copy starts with a capital or a
    letter without case, is four letters or longer and meets the next without a blank.
    """
    size = len(text)
    if size < 8 or text.find(text[:4], 4) < 0:
        return None
    period = (text + text).find(text, 1)
    if period >= size or period < 4 or period > MAX_LABEL:
        return None
    label = text[:period]
    if label != label.strip() or not _LABEL.match(label) or label[0].islower() or len(_LABEL.findall(label)) < 4:
        return None
    # "BLAHBLAH" or "HALLELUJAHHALLELUJAH" may be shouted; a capital must meet a small letter, a bracket or a digit.
    if label.isupper() and size == 2 * period and " " not in label:
        return None
    return label


def repeated_titles(text: str, pieces: Sequence[Piece]) -> Iterator[int]:
    """Yield the pieces near the head that print the document's title again.

    The title is the first piece, of three words or more. Nothing is yielded when the copy stands behind running text of 60 words,
    so a poem's first line or an essay's refrain that comes back later stays.
    """
    if len(pieces) < 3:
        return
    first = text[pieces[0].start : pieces[0].end]
    if not pieces[0].whole or not 3 <= words_in(first) <= 40:
        return
    key = first.casefold()
    between = 0
    for index in range(1, min(len(pieces), TITLE_PIECES)):
        piece = pieces[index]
        content = text[piece.start : piece.end]
        if piece.whole and content.casefold() == key:
            yield index
            continue
        between += words_in(content)
        if between >= 60:
            return


def repeated_paragraphs(text: str, pieces: Sequence[Piece]) -> Iterator[int]:
    """Yield the pieces that repeat an earlier paragraph of ``MIN_PARAGRAPH_WORDS`` words or more, letter for letter."""
    seen: set[str] = set()
    for index, piece in enumerate(pieces):
        if piece.end - piece.start < 2 * MIN_PARAGRAPH_WORDS:
            continue
        content = text[piece.start : piece.end]
        if content in seen:
            if words_in(content) >= MIN_PARAGRAPH_WORDS:
                yield index
        else:
            seen.add(content)
