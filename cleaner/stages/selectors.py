"""Selector blocks and scaffolds: short lines that only make sense as a block of page furniture.

A selector prints its prompt, its chosen value and the name of its icon: ``Select Language / English / Down Icon``. The prompt and the
icon are known to rules; the value between them can be anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from cleaner.stages.pieces import Piece, words_in

__all__ = ["may_end_scaffold", "selector_values", "tail_labels", "tail_scaffold"]

MAX_VALUE_WORDS = 4
MAX_VALUES = 3
"""Lines between a prompt and its icon: a value, a flag's name, a currency."""
MAX_LABEL_WORDS = 4
MAX_SCAFFOLD = 16
LONG_WORDS = 40
"""Words from which a piece can't be an item of a scaffold's list."""


def selector_values(text: str, pieces: Sequence[Piece], known: Collection[int], prompts: Collection[int]) -> Iterator[int]:
    """Yield the short pieces between a prompt in ``prompts`` and the next piece in ``known``."""
    for prompt in sorted(prompts):
        values: list[int] = []
        for index in range(prompt + 1, min(len(pieces), prompt + 2 + MAX_VALUES)):
            if index in known:
                yield from values
                break
            piece = pieces[index]
            content = text[piece.start : piece.end]
            if not piece.whole or words_in(content) > MAX_VALUE_WORDS or content[-1] in ".!?:;,。！？":
                break
            values.append(index)


def tail_labels(text: str, pieces: Sequence[Piece], after: int, known: Collection[int]) -> Iterator[int]:
    """Yield the labels in the block behind the last paragraph ``after`` when the block is nothing but labels and known debris.

    At least two pieces of the block must be known debris; every other one is a short label without sentence punctuation that
    stands beside its own copy.
    """
    block = range(after + 1, len(pieces))
    hits = [index for index in block if index in known]
    if len(hits) < 2:
        return
    contents = {index: text[pieces[index].start : pieces[index].end] for index in block}
    for index in block:
        if index in known or index > hits[-1]:
            continue
        content = contents[index]
        if words_in(content) <= MAX_LABEL_WORDS and content in (contents.get(index - 1), contents.get(index + 1)):
            yield index


def may_end_scaffold(text: str) -> bool:
    """Whether the last line could be a scaffold's: one word in small letters. Looks at the end of the text only."""
    last = text[-60:].rstrip().rpartition("\n")[2].strip()
    return last.isalpha() and last.islower()


def tail_scaffold(text: str, pieces: Sequence[Piece]) -> tuple[list[int], list[int]]:
    """Return the scaffold labels at the end of the document, and the list items between them.

    A scaffold is two or more one-word lines in small letters (``questions`` … ``actions``), of which one closes the document:
    headings that a page template prints for its own boxes. Written subheads begin with a capital in scripts that have them.
    """
    labels: list[int] = []
    items: list[int] = []
    between: list[int] = []
    for index in range(len(pieces) - 1, max(-1, len(pieces) - 1 - MAX_SCAFFOLD), -1):
        piece = pieces[index]
        content = text[piece.start : piece.end]
        if piece.whole and 3 <= len(content) <= 20 and content.isalpha() and content.islower():
            labels.append(index)
            items += between
            between = []
        elif not labels or words_in(content) >= LONG_WORDS:
            break
        else:
            between.append(index)
    if len(labels) < 2 or labels[-1] == 0:
        return [], []
    return labels, items
