"""What recurs across the documents of a collection, counted in bounded memory.

Two passes. The first puts a digest of every unit of every document into a sketch, once per document. The second looks only at units
that the sketch believes in and counts them exactly, with where they stood and what stood around them. A collection of any size needs
the sketch, at most ``max_candidates`` counters, and one document.

Units are lines, the sentence-like pieces of long lines, and runs of ``SHINGLE`` words inside long lines. Of the runs only those that
begin with one word in four (chosen by the word itself) are taken, so that a phrase is sampled at the same places in every document.
Digests are BLAKE2b: the counts are the same on every machine and in every process.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

from cleaner.scanner import fold
from cleaner.stages.pieces import words_in

__all__ = ["LINE", "PIECE", "RUN", "Counts", "Seen", "Source", "count_units"]

Source = Callable[[], Iterable[tuple[str, str | None]]]
"""Gives the collection anew on every call: ``(text, group)``, where the group is the domain or source of the text, or ``None``."""

LINE, PIECE, RUN = "line\0", "piece\0", "run\0"
LONG_LINE = 1000
"""Characters from which a line is looked into: its sentence-like pieces and runs of words are units as well. Looking into all
paragraphs of web text costs three times the time; documents of one or two lines are always looked into."""
SHORT_LINE = 80
"""Characters up to which no line is looked into."""
MAX_UNIT = 2000
"""Characters of the longest unit: a longer line is only looked into."""
MIN_PIECE = 12
"""Characters of the shortest piece."""
SHINGLE = 6
"""Words in a run. Shorter runs are phrases of the language as often as furniture."""
INNER_SHARE, INNER_CAP = 1000, 200
"""What recurs inside lines must do so in one document of ``INNER_SHARE``, up to ``INNER_CAP`` documents: turns of the language recur
more often the larger the collection."""
CONTEXT = 30
"""Words kept on each side of a run, from which it grows to the phrase it is part of."""
SAMPLES = 8
"""Documents remembered per unit: their subject, and the context of runs."""
PARAGRAPH_WORDS = 15
"""Words of a paragraph of running text; the measure that rule positions use."""
COPY_SHARE = 0.7
"""Share of recurring words from which a document is taken for a copy of another; copies count once."""
SUBJECT_SIZE = 24
"""Word digests kept per document to compare subjects."""
SUBJECTS = 256
"""Subjects kept of the whole collection, evenly spread."""
SUBJECT_TEXT = 20_000
"""Characters of a document that are read for its subject."""
SUBJECT_WORD = 7
"""Letters of a word that says something about the subject."""


_STOP = re.compile(r"[.!?…][\"'”’»)\]]*\s+|[。！？]+[」』”’）]*")
"""Where a piece ends. It cuts after abbreviations too: what matters is that it cuts a text everywhere in the same way."""


class Unit(NamedTuple):
    """A stretch of a document that may recur."""

    kind: str
    digest: bytes
    text: str
    words: int


class Row(NamedTuple):
    """A line that holds something, and its units."""

    text: str
    whole: Unit | None
    """The line as a unit, unless it is too long or has no letter or digit."""
    inner: list[Unit]
    """Pieces and runs of a long line."""

    def units(self) -> Iterator[Unit]:
        """The line and what is inside it."""
        if self.whole is not None:
            yield self.whole
        yield from self.inner


@dataclass(slots=True)
class Seen:
    """Where one recurring unit stood. Counts are of documents unless they say otherwise."""

    kind: str
    text: str
    documents: int = 0
    occurrences: int = 0
    head: int = 0
    """Occurrences before the first paragraph that does not recur."""
    tail: int = 0
    """Occurrences after the last one."""
    ruled_head: int = 0
    """Occurrences before the first paragraph of any kind, which is what ``position = "head"`` of a rule means."""
    ruled_tail: int = 0
    edge: int = 0
    """Occurrences in an unbroken run of recurring units that begins or ends the document."""
    neighbour: int = 0
    """Occurrences beside another recurring unit; not counted for runs, which overlap the others of their phrase."""
    title: int = 0
    """Occurrences as the only line above the first paragraph."""
    groups: dict[str, int] = field(default_factory=dict)
    subjects: list[bytes] = field(default_factory=list)
    contexts: list[tuple[str, str]] = field(default_factory=list)
    """What stood before the run, and the run with what followed; words with single blanks between them."""


@dataclass(slots=True)
class Counts:
    """The exact counts of a collection."""

    documents: int
    copies: int
    groups: dict[str, int]
    """Documents per group; copies of another document aside."""
    subjects: list[bytes]
    """The subjects of documents from all over the collection, to compare those that share a text with."""
    seen: list[Seen]


class Sketch:
    """An upper bound of how many documents hold a digest: count-min with conservative update, three rows of saturating bytes."""

    __slots__ = ("_mask", "_rows")

    def __init__(self, bits: int) -> None:
        self._mask = (1 << bits) - 1
        self._rows = tuple(bytearray(1 << bits) for _ in range(3))

    def add(self, digest: bytes) -> None:
        """Count ``digest`` once more."""
        a, b, c = self._cells(digest)
        first, second, third = self._rows
        low = min(first[a], second[b], third[c])
        if low == 255:
            return
        first[a] = max(first[a], low + 1)
        second[b] = max(second[b], low + 1)
        third[c] = max(third[c], low + 1)

    def count(self, digest: bytes) -> int:
        """Return at least how often ``digest`` was counted, up to 255."""
        a, b, c = self._cells(digest)
        first, second, third = self._rows
        return min(first[a], second[b], third[c])

    def _cells(self, digest: bytes) -> tuple[int, int, int]:
        number = int.from_bytes(digest, "little")
        return number & self._mask, number >> 32 & self._mask, number >> 64 & self._mask


def count_units(source: Source, *, min_documents: int, sketch_bits: int, max_candidates: int) -> Counts:
    """Count what recurs in at least ``min_documents`` documents of ``source``.

    Memory is ``3 << sketch_bits`` bytes for the sketch plus one to three kilobytes for each candidate.
    """
    sketch = Sketch(sketch_bits)
    reader = _Reader()
    documents = 0
    for text, _ in source():
        documents += 1
        for digest in {unit.digest for row in reader.rows(text) for unit in row.units()}:
            sketch.add(digest)
    least = {LINE: min_documents, PIECE: max(min_documents, min(INNER_CAP, documents // INNER_SHARE))}
    least[RUN] = least[PIECE]
    counter = _Counter(sketch, reader, least, max_candidates)
    for text, group in source():
        counter.add(text, group)
    kept = [seen for seen in counter.seen.values() if seen.documents >= min_documents]
    return Counts(counter.documents, counter.copies, counter.groups, counter.subjects, kept)


def _digest(kind: str, key: str) -> bytes:
    return blake2b((kind + key).encode("utf-8", "surrogatepass"), digest_size=12).digest()


def key_of(text: str) -> str:
    """Return what a ``line`` rule compares: folded, without punctuation and white space at the edges."""
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return fold(text[start:end])


class _Reader:
    """Cuts documents into units; it remembers which words open runs, since most words come again."""

    __slots__ = ("_opens",)
    _ROOM = 1 << 18

    def __init__(self) -> None:
        self._opens: dict[str, bool] = {}

    def rows(self, text: str) -> Iterator[Row]:
        """Yield the lines of ``text`` that hold something."""
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        lines = text.split("\n")
        long = LONG_LINE if len(lines) > 2 else SHORT_LINE
        for line in lines:
            bare = line.strip()
            if not bare:
                continue
            key = key_of(bare) if len(bare) <= MAX_UNIT else ""
            whole = Unit(LINE, _digest(LINE, key), bare, words_in(bare)) if key else None
            yield Row(bare, whole, self._inner(bare) if len(bare) > long else [])

    def _inner(self, bare: str) -> list[Unit]:
        units: list[Unit] = []
        low = 0
        for stop in _STOP.finditer(bare):
            piece = bare[low : stop.end()].rstrip()
            low = stop.end()
            if MIN_PIECE <= len(piece) <= MAX_UNIT:
                units.append(Unit(PIECE, _digest(PIECE, piece), piece, 0))
        if low and len(bare) - low >= MIN_PIECE:
            units.append(Unit(PIECE, _digest(PIECE, bare[low:]), bare[low:], 0))
        words = bare.split()
        opens = self._opens
        for at in range(len(words) - SHINGLE + 1):
            word = words[at]
            first = opens.get(word)
            if first is None:
                if len(opens) >= self._ROOM:
                    opens.clear()
                first = opens[word] = zlib.crc32(word.encode("utf-8", "surrogatepass")) & 3 == 0
            if first:
                units.append(Unit(RUN, _digest(RUN, " ".join(words[at : at + SHINGLE])), str(at), SHINGLE))
        return units


class _Counter:
    """The second pass."""

    def __init__(self, sketch: Sketch, reader: _Reader, least: Mapping[str, int], max_candidates: int) -> None:
        self._sketch = sketch
        self._reader = reader
        self._least = least
        self._room = max_candidates
        self._copies: set[bytes] = set()
        self.seen: dict[bytes, Seen] = {}
        self.groups: dict[str, int] = {}
        self.subjects: list[bytes] = []
        self._stride = 1
        self.documents = 0
        self.copies = 0

    def add(self, text: str, group: str | None) -> None:
        self.documents += 1
        rows = list(self._reader.rows(text))
        recurs = {
            unit.digest for row in rows for unit in row.units() if self._sketch.count(unit.digest) >= self._least[unit.kind]
        }
        if self._is_copy(rows, recurs):
            self.copies += 1
            return
        name = group or ""
        self.groups[name] = self.groups.get(name, 0) + 1
        subject: bytes | None = None
        if self.documents % self._stride == 0:
            subject = _subject(rows, recurs)
            self.subjects.append(subject)
            if len(self.subjects) >= SUBJECTS:
                del self.subjects[::2]
                self._stride *= 2
        if not recurs:
            return
        counted: set[bytes] = set()
        for place in _places(rows, recurs):
            seen = self._take(place.unit)
            place.count(seen)
            if place.unit.digest not in counted:
                counted.add(place.unit.digest)
                seen.documents += 1
                if name in seen.groups or len(seen.groups) < SAMPLES:
                    seen.groups[name] = seen.groups.get(name, 0) + 1
                if len(seen.subjects) < SAMPLES:
                    subject = _subject(rows, recurs) if subject is None else subject
                    seen.subjects.append(subject)
                    if place.unit.kind == RUN:
                        seen.contexts.append(place.context())

    def _take(self, unit: Unit) -> Seen:
        seen = self.seen.get(unit.digest)
        if seen is None:
            if len(self.seen) >= self._room:
                self._make_room()
            seen = self.seen[unit.digest] = Seen(unit.kind, unit.text)
        return seen

    def _make_room(self) -> None:
        """Forget the quarter of the candidates that was met in the fewest documents; of equals, the longest known."""
        order = sorted(self.seen.items(), key=lambda item: item[1].documents)
        for digest, _ in order[: max(1, len(order) // 4)]:
            del self.seen[digest]

    def _is_copy(self, rows: list[Row], recurs: set[bytes]) -> bool:
        """Whether nearly all of the document stands elsewhere too and a document with the same longest line was counted before."""
        tops = [row.whole for row in rows if row.whole is not None]
        total = sum(unit.words for unit in tops)
        if not total or sum(unit.words for unit in tops if unit.digest in recurs) < COPY_SHARE * total:
            return False
        longest = max(tops, key=lambda unit: (unit.words, unit.digest)).digest
        if longest in self._copies:
            return True
        if len(self._copies) < self._room:
            self._copies.add(longest)
        return False


@dataclass(slots=True)
class _Place:
    """One occurrence of a unit."""

    unit: Unit
    parts: list[str]
    head: bool
    tail: bool
    ruled_head: bool
    ruled_tail: bool
    edge: bool
    neighbour: bool
    title: bool

    def count(self, seen: Seen) -> None:
        seen.occurrences += 1
        seen.head += self.head
        seen.tail += self.tail
        seen.ruled_head += self.ruled_head
        seen.ruled_tail += self.ruled_tail
        seen.edge += self.edge
        seen.neighbour += self.neighbour
        seen.title += self.title

    def context(self) -> tuple[str, str]:
        at = int(self.unit.text)
        return " ".join(self.parts[max(0, at - CONTEXT) : at]), " ".join(self.parts[at : at + SHINGLE + CONTEXT])


def _places(rows: list[Row], recurs: set[bytes]) -> Iterator[_Place]:
    """Yield every occurrence of a recurring unit in a document, with where it stands."""
    size = len(rows)
    known = [row.whole is not None and row.whole.digest in recurs for row in rows]
    long = [row.whole is None or row.whole.words >= PARAGRAPH_WORDS for row in rows]
    own = [index for index in range(size) if long[index] and not known[index]]
    first, last = (own[0], own[-1]) if own else (-1, size)  # without a paragraph of its own nothing stands outside it
    any_long = [index for index in range(size) if long[index]]
    ruled_first, ruled_last = (any_long[0], any_long[-1]) if any_long else (-1, size)
    # Verse and lists have edges, but no article that ends there.
    run_head = next((index for index in range(size) if not known[index]), size) if own else -1
    run_tail = next((index for index in range(size - 1, -1, -1) if not known[index]), -1) if own else size
    for index, row in enumerate(rows):
        if known[index] and row.whole is not None:
            yield _Place(
                row.whole,
                [],
                head=index < first,
                tail=index > last,
                ruled_head=index < ruled_first,
                ruled_tail=index > ruled_last,
                edge=index < run_head or index > run_tail,
                neighbour=(index > 0 and known[index - 1]) or (index + 1 < size and known[index + 1]),
                title=index == 0 and first == 1,
            )
        elif row.inner:
            yield from _inner_places(row, recurs, opens=index <= run_head, closes=index >= run_tail)


def _inner_places(row: Row, recurs: set[bytes], *, opens: bool, closes: bool) -> Iterator[_Place]:
    """Yield what recurs inside a long line; ``opens`` and ``closes`` say whether only recurring lines stand above and below."""
    pieces = [unit for unit in row.inner if unit.kind == PIECE]
    hit = [unit.digest in recurs for unit in pieces]
    start = next((at for at, found in enumerate(hit) if not found), len(hit))
    end = next((at for at in range(len(hit) - 1, -1, -1) if not hit[at]), -1)
    for at, unit in enumerate(pieces):
        if hit[at]:
            near = (at > 0 and hit[at - 1]) or (at + 1 < len(hit) and hit[at + 1])
            yield _Place(unit, [], False, False, False, False, (opens and at < start) or (closes and at > end), near, False)
    runs = [unit for unit in row.inner if unit.kind == RUN and unit.digest in recurs]
    if not runs:
        return
    parts = row.text.split()
    spans = [(int(unit.text), int(unit.text) + SHINGLE) for unit in runs]
    # Runs are a sample: recurring words reach on over a gap that could hold an unsampled run.
    reach, back = 0, len(parts)
    for low, high in spans:
        if low > reach + SHINGLE:
            break
        reach = max(reach, high)
    for low, high in reversed(spans):
        if high < back - SHINGLE:
            break
        back = min(back, low)
    for unit, (low, high) in zip(runs, spans, strict=True):
        edge = (opens and high <= reach) or (closes and low >= back)
        yield _Place(unit, parts, False, False, False, False, edge, False, False)


def _subject(rows: list[Row], recurs: set[bytes]) -> bytes:
    """A sample of the long words of a document outside its short recurring lines, the same words in every document.

    What two documents share of it tells how alike their subjects are.
    """
    words: set[str] = set()
    size = 0
    for row in rows:
        if row.whole is None or row.whole.words >= PARAGRAPH_WORDS or row.whole.digest not in recurs:
            words.update(word for word in fold(row.text[:SUBJECT_TEXT]).split() if len(word) >= SUBJECT_WORD)
            size += len(row.text)
            if size >= SUBJECT_TEXT:
                break
    return array("I", sorted(zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in words)[:SUBJECT_SIZE]).tobytes()
