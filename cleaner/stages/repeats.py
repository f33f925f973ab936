"""What a document says twice: labels run together, titles and paragraphs printed again. The first stays.

Each test starts with one search over the whole text, so a document without repeats costs little.
"""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.lazy import lazy_pattern
from cleaner.lines import Lines
from cleaner.stages.pieces import words_in

__all__ = ["label_runs", "repeated_paragraphs", "repeated_titles", "run_together"]

_LETTER = lazy_pattern(r"[^\W\d_]")
_STOPS = (".", "!", "?", "。", "！", "？", "…")
_CLOSERS = "\"'”’»)）」』"
MAX_LABEL = 60
"""Characters of a label that may be run together with itself; icon names and link texts are shorter."""
MAX_RUN = 400
"""Characters of a line that may be such a run."""
MIN_PARAGRAPH = 100
MIN_PARAGRAPH_WORDS = 25
"""Words from which a repeated paragraph is a copy and not a refrain, a form of address or a set phrase."""
TITLE_LINES = 12
"""Lines with text at the head of a document among which the title is printed again."""
TITLE_REACH = 3000
"""Characters behind the title in which its copies are looked for."""


def run_together(text: str) -> str | None:
    """Return the label of which ``text`` is two or more copies without a blank between them, or ``None``.

    ``Animated ArrowAnimated Arrow`` is one; ``Bora Bora``, ``hahaha`` and ``-----`` are not: a copy starts with a capital or a
    letter without case, is four letters or longer and meets the next without a blank.
    """
    size = len(text)
    if not 8 <= size <= MAX_RUN or text.find(text[:4], 4) < 0:
        return None
    period = (text + text).find(text, 1)
    if period >= size or not 4 <= period <= MAX_LABEL:
        return None
    label = text[:period]
    if label != label.strip() or not _LETTER.match(label) or label[0].islower() or len(_LETTER.findall(label)) < 4:
        return None
    # "BLAHBLAH" may be shouted: one word in capitals, twice, stays.
    if label.isupper() and size == 2 * period and " " not in label:
        return None
    return label


def label_runs(lines: Lines) -> Iterator[tuple[int, str]]:
    """Yield the lines that are a label run together, with the label."""
    text, find = lines.text, lines.text.find
    for index in [
        index
        for index, (start, end) in enumerate(zip(lines.starts, lines.ends, strict=True))
        if 8 <= end - start <= MAX_RUN and (text[start] in " \t" or find(text[start : start + 4], start + 4, end) > 0)
    ]:
        label = run_together(lines[index].strip())
        if label:
            yield index, label


def repeated_titles(lines: Lines) -> Iterator[int]:
    """Yield the lines near the head that print the document's title again.

    The title is the first line with text, of three words or more. Nothing is yielded when the copy stands behind running text of 60
    words, so a poem's first line or an essay's refrain that comes back later stays.
    """
    count = len(lines)
    first = 0
    while first < count and lines.blank(first):
        first += 1
    if first == count:
        return
    title = lines[first].strip()
    start = lines.nexts[first]
    if len(title) > 400 or lines.text.find(title, start, start + TITLE_REACH) < 0 or not 3 <= words_in(title) <= 40:
        return
    # In verse the first line comes back as it pleases; a title stands over running text.
    if not any(end - start >= MIN_PARAGRAPH for start, end in zip(lines.starts, lines.ends, strict=True)):
        return
    between = seen = 0
    for index in range(first + 1, count):
        content = lines[index].strip()
        if not content:
            continue
        seen += 1
        if content == title:
            yield index
            continue
        between += words_in(content)
        if between >= 60 or seen >= TITLE_LINES:
            return


def repeated_paragraphs(lines: Lines) -> Iterator[int]:
    """Yield the lines that repeat an earlier paragraph of ``MIN_PARAGRAPH_WORDS`` words or more, letter for letter.

    Only sentences count: the items of a meal plan or a price list come back because they are meant to.
    """
    text = lines.text
    bounds = enumerate(zip(lines.starts, lines.ends, strict=True))
    long = [(index, text[start:end]) for index, (start, end) in bounds if end - start >= MIN_PARAGRAPH]
    if len(long) == len({content for _, content in long}):
        return
    seen: set[str] = set()
    for index, content in long:
        content = content.strip()
        if content in seen and content.rstrip(_CLOSERS)[-1:] in _STOPS and words_in(content) >= MIN_PARAGRAPH_WORDS:
            yield index
        seen.add(content)
