"""The pieces a document is judged by: its lines, and the sentence-like parts of overlong lines.

A piece is a range of code points without outer white space. A line of ordinary length is one piece. A longer line is cut after
sentence punctuation (Western and CJK), because many corpora keep a whole document in one line and its debris then stands between two
sentences. Labels have no full stop, so they cling to the sentence behind them; where a label run ends is asked of the judge.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from cleaner.lazy import lazy_pattern
from cleaner.lines import Lines

__all__ = ["LONG_LINE", "Piece", "chunks", "cut_line", "is_flat", "pieces_of", "words_in"]

LONG_LINE = 1500
"""Characters from which a line is cut. 99.6 % of article lines of the labelled development pages are shorter."""

FLAT_LINE = 300
"""Characters from which a line of a flat document is cut."""
FLAT_SHARE = 0.9
"""Share of a document's characters in its longest line that makes it flat: its line ends were lost."""
CHUNK = 80
"""Characters after which a run of labels is cut before the next capital: about the length of a longer label."""
_MAX_PIECE = 600
"""A stretch without sentence punctuation is cut at a space after this many characters: one piece is never a whole page."""

# After . ! ? or the ellipsis, with closing quotes and brackets, before a blank and something that can open a sentence; after CJK
# full stops anywhere. Initials ("J. Smith") and short abbreviations stay whole: two letters must precede a plain full stop.
_SENTENCE_END = lazy_pattern(
    r"(?:(?<=[^\W\d_]{2}\.)|(?<=[\d%)\]\"'”’»…!?]\.)|(?<=[!?…])|(?<=[.!?…][\"'”’»)\]])|(?<=[.!?…][\"'”’»][)\]]))[ \t\u00a0]+"
    r"(?=[^\W_a-zß-öø-ÿ]|[\"'“”‘«»„(\[*•+–—-])"
    r"|(?<=[。！？])(?![。！？」』”’）])|(?<=[。！？][」』”’）])"
)
_LABEL_START = lazy_pattern(r"(?<=\s)(?=[^\W_a-zß-öø-ÿ])")
_CJK = lazy_pattern(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is judged as one."""

    start: int
    end: int
    line: int
    """Index of the line that holds it."""
    whole: bool
    """Whether it is all that its line holds."""


def words_in(text: str) -> int:
    """Return the number of words; CJK text without blanks counts one word per two characters."""
    if text.isascii():
        return len(text.split())
    cjk = len(_CJK.findall(text))
    return len(text.split()) + (cjk // 2 if cjk > 1 else 0)


def cut_line(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the sentence-like ranges of ``text[start:end]``, without outer white space, in order."""
    cuts: list[int] = [start]
    for match in _SENTENCE_END.finditer(text, start, end):
        cuts.append(match.end())
    cuts.append(end)
    ranges: list[tuple[int, int]] = []
    for low, high in pairwise(cuts):
        while high - low > _MAX_PIECE:
            at = text.rfind(" ", low + _MAX_PIECE // 2, low + _MAX_PIECE)
            if at < 0:
                at = low + _MAX_PIECE
            _add(text, low, at, ranges)
            low = at
        _add(text, low, high, ranges)
    return ranges


def _add(text: str, low: int, high: int, ranges: list[tuple[int, int]]) -> None:
    part = text[low:high]
    bare = part.strip()
    if bare:
        low += len(part) - len(part.lstrip())
        ranges.append((low, low + len(bare)))


def chunks(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return a run of labels in parts of about ``CHUNK`` characters, cut before a capital where there is one."""
    ranges: list[tuple[int, int]] = []
    while end - start > CHUNK:
        at = next((m.start() for m in _LABEL_START.finditer(text, start + CHUNK // 2, min(end, start + 2 * CHUNK))), -1)
        if at < 0:
            at = text.rfind(" ", start + 1, start + 2 * CHUNK)
        if at <= start:
            at = start + 2 * CHUNK
        if at >= end:
            break
        _add(text, start, at, ranges)
        start = at
    _add(text, start, end, ranges)
    return ranges


def is_flat(lines: Lines) -> bool:
    """Whether nearly all of the text stands in one line."""
    size = len(lines.text)
    if size < FLAT_LINE:
        return False
    longest = max(end - start for start, end in zip(lines.starts, lines.ends, strict=True))
    return longest >= FLAT_LINE and longest >= FLAT_SHARE * size


def pieces_of(lines: Lines, run_length: Callable[[str], int] | None = None) -> list[Piece]:
    """Return the pieces of a document in order; blank lines give none.

    ``run_length`` says how many characters of a sentence-like part are a run of labels in front of it.
    """
    text = lines.text
    pieces: list[Piece] = []
    limit = FLAT_LINE if is_flat(lines) else LONG_LINE
    for index, (start, end) in enumerate(zip(lines.starts, lines.ends, strict=True)):
        if end - start > limit:
            ranges: list[tuple[int, int]] = []
            for low, high in cut_line(text, start, end):
                run = run_length(text[low:high]) if run_length else 0
                if run:
                    ranges += chunks(text, low, low + run)
                if low + run < high:
                    _add(text, low + run, high, ranges)
            whole = len(ranges) == 1
            pieces.extend(Piece(low, high, index, whole) for low, high in ranges)
            continue
        content = text[start:end]
        bare = content.strip()
        if bare:
            start += len(content) - len(content.lstrip())
            pieces.append(Piece(start, start + len(bare), index, True))
    return pieces
