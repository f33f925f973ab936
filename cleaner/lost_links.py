"""Link texts that an extractor dropped, found with certainty by comparing the page with the text that was made from it.

From the text alone a lost name can only be suspected. With the page at hand each link of running text is looked up between the words
around it: found there, it was kept; the words around it side by side without it, it was lost; neither, the passage was not extracted
or was changed otherwise, and nothing is said. White space and the shape of quotes and dashes do not count. Links that are a whole block,
such as those of menus, are no part of running text and are not missed.

>>> page = '<p>Talks with <a href="/x">Example Works</a>, which builds looms, went on for a year.</p>'
>>> text = "Talks with, which builds looms, went on for a year."
>>> restore(text, lost_links(page, text))
'Talks with Example Works, which builds looms, went on for a year.'
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from cleaner.edits import apply_edits
from cleaner.model import Edit, Finding

__all__ = ["LostLink", "edits", "findings", "lost_links", "restore"]

_CONTEXT = 28
"""Characters without white space that are compared on either side of a link."""
_CERTAIN = 14
"""Characters of context, both sides together, below which a passage must be a whole line to count."""
_PIECES = 16
"""Pieces of a block looked at on either side of a link."""
_NEIGHBOURS = 3
"""Links on either side that may be lost or kept independently within the context."""
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 "
    "h5 h6 header hr html legend li main menu nav ol option p pre section summary table tbody td tfoot th thead title tr ul".split()
)
_SILENT = frozenset("script style noscript template head svg math iframe object select textarea button".split())
_SAME = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "\u2011": "-",
        "…": ".",
        "\u00ad": None,
        "\u200b": None,
        "\ufeff": None,
    }
)


@dataclass(frozen=True, slots=True)
class LostLink:
    """A link whose text is missing from the extracted text, which has the gap ``start:end`` in its place."""

    start: int
    end: int
    text: str
    """The text of the link."""
    href: str | None
    replacement: str
    """What belongs in the gap: the text with the blanks that the page has around it."""


@dataclass(slots=True)
class _Block:
    """A block of running text: its pieces in order, each with the target of the link it is, or ``None``."""

    pieces: list[tuple[str, str | None, bool]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Flat:
    """A text without white space, and where each of its characters stood; line ends are kept as one mark."""

    text: str
    places: Sequence[int]


def lost_links(html: str | bytes, extracted: str) -> list[LostLink]:
    """Return the links of ``html`` whose text ``extracted`` lacks, in the order of the text. Needs lxml (extra ``html``)."""
    flat = _flatten(extracted)
    found: dict[tuple[int, str], LostLink] = {}
    for block in _blocks(html):
        if any(is_link for _, _, is_link in block.pieces) and any(
            not is_link and _bare(text) for text, _, is_link in block.pieces
        ):
            for lost in _lost_of(block, flat, extracted):
                found.setdefault((lost.start, lost.text), lost)
    links = sorted(found.values(), key=lambda lost: (lost.start, lost.end))
    # Two links that claim the same gap with different texts can't both be right.
    claims = Counter(lost.start for lost in links)
    return [lost for lost in links if claims[lost.start] == 1]


def edits(lost: Sequence[LostLink], extracted: str) -> list[Edit]:
    """Return the edits that put ``lost`` links back into ``extracted``; for those who ask for the repaired text."""
    rules = ("truncation.lost-link",)
    return [
        Edit(
            link.start, link.end, extracted[link.start : link.end], link.replacement, rules, "truncation", "the page has it", 1.0
        )
        for link in lost
    ]


def restore(extracted: str, lost: Sequence[LostLink]) -> str:
    """Return ``extracted`` with the ``lost`` links put back."""
    return apply_edits(extracted, edits(lost, extracted))


def findings(lost: Sequence[LostLink], extracted: str) -> list[Finding]:
    """Return ``lost`` links as findings of the truncation stage, with the text of each link as its suggestion."""
    message = "the text of a link is missing here"
    return [
        Finding(
            link.start, link.end, extracted[link.start : link.end], "truncation.lost-link", "truncation", message, link.text, 1.0
        )
        for link in lost
    ]


def _bare(text: str) -> str:
    return "".join(text.translate(_SAME).split())


def _flatten(text: str) -> _Flat:
    kept: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character in "\n\r":
            if kept and kept[-1] != "\n":
                kept.append("\n")
                places.append(place)
        elif not character.isspace():
            same = character.translate(_SAME)
            if same:
                kept.append(same)
                places.append(place)
    # The ends of the text bound a line as line ends do.
    return _Flat("\n" + "".join(kept) + "\n", [-1, *places, len(text)])


def _blocks(html: str | bytes) -> Iterator[_Block]:
    """Yield the blocks of the page in order."""
    import lxml.html

    data = html.encode("utf-8", "replace") if isinstance(html, str) else html
    if not data.strip():
        return
    # Bytes that are UTF-8 are taken as such; a page in another encoding has to declare it.
    encoding: str | None = "utf-8"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        encoding = None
    parser = lxml.html.HTMLParser(encoding=encoding)
    try:
        root = lxml.html.document_fromstring(data, parser=parser)
    except lxml.etree.ParserError:
        return
    block = _Block()
    # Iterative, because pages nest deeper than Python's stack: (element, target of the link it is in) or a text with its target.
    todo: list[tuple[Any, str | None, bool]] = [(root, None, False)]
    number = 0
    while todo:
        item, href, linked = todo.pop()
        if item is None:
            yield block
            block = _Block()
        elif isinstance(item, str):
            if block.pieces and linked and block.pieces[-1][2] and block.pieces[-1][1] == href:
                block.pieces[-1] = (block.pieces[-1][0] + item, href, True)
            elif block.pieces and not linked and not block.pieces[-1][2]:
                block.pieces[-1] = (block.pieces[-1][0] + item, None, False)
            else:
                block.pieces.append((item, href, linked))
        elif isinstance(item.tag, str) and item.tag not in _SILENT:
            inside, target = linked, href
            if item.tag == "a" and item.get("href") is not None:
                number += 1
                inside, target = True, f"{number} {item.get('href')}"
            parts: list[tuple[Any, str | None, bool]] = []
            if item.tag in _BLOCKS:
                parts.append((None, None, False))
            elif item.tag == "br":
                parts.append(("\n", href, linked))
            if item.text:
                parts.append((item.text, target, inside))
            for child in item:
                parts.append((child, target, inside))
                if child.tail:
                    parts.append((child.tail, target, inside))
            if item.tag in _BLOCKS:
                parts.append((None, None, False))
            todo.extend(reversed(parts))
    yield block


def _lost_of(block: _Block, flat: _Flat, extracted: str) -> Iterator[LostLink]:
    pieces = [(_bare(text), is_link) for text, _, is_link in block.pieces]
    if "\n" + "".join(text for text, _ in pieces) + "\n" in flat.text:
        return
    seams: dict[int, list[int]] = {}
    for number, (text, is_link) in enumerate(pieces):
        if not is_link or not text:
            continue
        # A context that stands nowhere in the text can't be part of a passage that does.
        befores = [
            before
            for before in _contexts(pieces[max(0, number - _PIECES) : number][::-1], backwards=True, complete=number <= _PIECES)
            if before in flat.text
        ]
        afters = [
            after
            for after in _contexts(
                pieces[number + 1 : number + 1 + _PIECES], backwards=False, complete=number + 1 + _PIECES >= len(pieces)
            )
            if after in flat.text
        ]
        kept = [before + text + after for before, after in product(befores, afters)]
        if any(pattern in flat.text for pattern in kept):
            continue
        for before, after in product(befores, afters):
            whole = before.startswith("\n") and after.endswith("\n")
            if len(before) + len(after) < (5 if whole else _CERTAIN) or not before.strip("\n") + after.strip("\n"):
                continue
            at = flat.text.find(before + after)
            while at >= 0:
                numbers = seams.setdefault(at + len(before), [])
                if number not in numbers:
                    numbers.append(number)
                at = flat.text.find(before + after, at + 1)
    for seam, numbers in seams.items():
        first, last = numbers[0], numbers[-1]
        # Links side by side leave one gap; other links that claim the same gap can't both be right.
        if all(number in numbers or not pieces[number][0] for number in range(first, last + 1)):
            yield _gap(block, first, last, flat, seam, extracted)


def _contexts(pieces: Sequence[tuple[str, bool]], *, backwards: bool, complete: bool) -> list[str]:
    """Return what may stand beside a link, each neighbouring link lost or kept; an end of the block counts as a line end."""
    near: list[tuple[str, bool]] = []
    size = links = 0
    for text, is_link in pieces:
        links += is_link
        if size >= _CONTEXT or links > _NEIGHBOURS:
            break
        near.append((text, is_link))
        size += 0 if is_link else len(text)
    complete = complete and len(near) == len(pieces)
    found: dict[str, None] = {}
    for keep in product((True, False), repeat=sum(is_link for _, is_link in near)):
        states = iter(keep)
        parts = [text for text, is_link in near if not is_link or next(states)]
        joined = "".join(reversed(parts)) if backwards else "".join(parts)
        if complete:
            joined = "\n" + joined if backwards else joined + "\n"
        found[joined[-_CONTEXT:] if backwards else joined[:_CONTEXT]] = None
    return list(found)


def _gap(block: _Block, first: int, last: int, flat: _Flat, seam: int, extracted: str) -> LostLink:
    """Return the lost links ``first`` … ``last`` of ``block`` as one, with the blanks that the page has around them."""
    pieces = block.pieces
    text, href = "".join(piece[0] for piece in pieces[first : last + 1]), pieces[first][1]
    left = flat.places[seam - 1] + 1
    right = flat.places[seam] if seam < len(flat.places) else len(extracted)
    at_head, at_tail = flat.text[seam - 1] == "\n", flat.text[seam] == "\n"
    start = right if at_head else left
    end = left if at_tail and not at_head else right
    before = first > 0 and (pieces[first - 1][0][-1:].isspace() or text[:1].isspace())
    after = last + 1 < len(pieces) and (pieces[last + 1][0][:1].isspace() or text[-1:].isspace())
    clean = " ".join(text.split())
    replacement = ("" if at_head or not before else " ") + clean + ("" if at_tail or not after else " ")
    return LostLink(start, end, clean, href.partition(" ")[2] if href else None, replacement)
