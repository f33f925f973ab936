"""One pass over a text that finds every occurrence of every literal.

Engines, measured on English web text in units of ``str.split()`` over the same text (1,000 / 10,000 literals): Hyperscan 0.5 / 1.0,
Aho-Corasick 1.5 / 3.0, an ``re`` alternation 30 / 300. Hyperscan's literal mode is used where its wheel exists, Aho-Corasick elsewhere;
both report the same occurrences.

Case is folded by ``fold``, which keeps every position: lower-casing, but for U+0130, the one character that lower-cases to two, and
with one form for each of sigma and s, whose other lower-case forms depend on the place in the word.
"""

from __future__ import annotations

import hashlib
import os
import threading
from array import array
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["ENGINES", "LiteralScanner", "Sizes", "cache_dir", "fold", "sizes_of"]

ENGINES = ("hyperscan", "ahocorasick_rs")
_CACHE_FROM = 300
"""Literals from which a compiled database is worth a file: 300 compile in about 5 ms."""
_SHORT = 3
"""Bytes below which a literal goes to a database of its own."""


def fold(text: str) -> str:
    """Return ``text`` in lower case with every position kept."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    if len(lowered) != len(text):
        lowered = text.replace("\u0130", "i").lower()
    return lowered.replace("\u03c2", "\u03c3").replace("\u017f", "s")


def cache_dir() -> Path:
    """Where compiled scanners are kept: ``$CLEANER_CACHE``, else a folder in the user's cache directory."""
    if custom := os.environ.get("CLEANER_CACHE"):
        return Path(custom)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "corpus-winnow"


class LiteralScanner:
    """Finds literals in folded text. Safe to share between threads."""

    def __init__(
        self,
        literals: Sequence[str] | Callable[[], Sequence[str]],
        engine: str | None = None,
        *,
        sizes: Sizes | None = None,
        key: str | None = None,
    ) -> None:
        """Take distinct, folded, non-empty literals, or a function that gives them when they are needed.

        ``sizes`` are those of the literals and ``key`` names their compiled form in the cache; with both, literals that were compiled
        before are never asked for. ``engine`` is one of ``ENGINES`` (default: the first that imports).
        """
        self._literals = literals
        self._engine = engine
        self._sizes = sizes
        self._key = key
        self._local = threading.local()
        self._lock = threading.Lock()

    def __getstate__(self) -> tuple[tuple[str, ...], str | None]:
        return self.literals, self._engine

    def __setstate__(self, state: tuple[tuple[str, ...], str | None]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    @property
    def literals(self) -> tuple[str, ...]:
        """The literals, by index."""
        if callable(self._literals):
            self._literals = tuple(self._literals())
        return tuple(self._literals)

    @property
    def sizes(self) -> Sizes:
        """The sizes of the literals."""
        if self._sizes is None:
            self._sizes = sizes_of(self.literals)
        return self._sizes

    def find(self, folded: str) -> list[tuple[int, int, int]]:
        """Return ``(start, end, index of the literal)`` of every occurrence, overlapping ones included, sorted."""
        if not folded:
            return []
        run = getattr(self._local, "run", None)
        if run is None:
            with self._lock:
                run = self._local.run = self._compile()
        found: list[tuple[int, int, int]] = run(folded)
        return found

    def _compile(self) -> Any:
        if not self.sizes.points:
            return _nothing
        wanted = (self._engine,) if self._engine else ENGINES
        if self.sizes.nul:
            wanted = ("ahocorasick_rs",)  # a NUL ends a literal for Hyperscan
        for name in wanted:
            try:
                if name == "hyperscan":
                    return _hyperscan(lambda: self.literals, self.sizes, self._key)
                return _aho_corasick(self.literals)
            except ImportError:
                continue
        raise ImportError("no scan engine: install hyperscan or ahocorasick-rs")


class Sizes(NamedTuple):
    """What is known of literals without reading them, by index."""

    points: Sequence[int]
    """Lengths in code points."""
    lengths: Sequence[int]
    """Lengths in bytes of UTF-8."""
    nul: bool
    """Whether one holds a NUL."""


def sizes_of(literals: Sequence[str]) -> Sizes:
    """Measure ``literals``."""
    points = array("i", map(len, literals))
    lengths = points if all(map(str.isascii, literals)) else array("i", (len(literal.encode()) for literal in literals))
    return Sizes(points, lengths, any("\0" in literal for literal in literals))


def _nothing(folded: str) -> list[tuple[int, int, int]]:
    return []


def _aho_corasick(literals: Sequence[str]) -> Any:
    import ahocorasick_rs

    automaton = ahocorasick_rs.AhoCorasick(literals, matchkind=ahocorasick_rs.MatchKind.Standard)

    def find(folded: str) -> list[tuple[int, int, int]]:
        try:
            hits = automaton.find_matches_as_indexes(folded, overlapping=True)
        except UnicodeEncodeError:  # lone surrogates, which no literal holds: any stand-in of one code point will do
            plain = folded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            if len(plain) != len(folded):
                plain = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in folded)
            hits = automaton.find_matches_as_indexes(plain, overlapping=True)
        return sorted((start, end, index) for index, start, end in hits)

    return find


def _hyperscan(literals: Callable[[], Sequence[str]], sizes: Sizes, key: str | None) -> Any:
    import hyperscan

    scans = [database.scan for database in _databases(hyperscan, literals, sizes, key)]
    points, lengths = sizes.points, sizes.lengths
    hits: list[tuple[int, int]] = []

    def on_match(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
        hits.append((end, index))

    def find(folded: str) -> list[tuple[int, int, int]]:
        data = folded.encode("utf-8", "surrogatepass")
        hits.clear()
        for scan in scans:
            scan(data, match_event_handler=on_match)
        if not hits:
            return []
        if len(data) == len(folded):
            return sorted([(end - lengths[index], end, index) for end, index in hits])
        return _to_code_points(data, sorted([(end - lengths[index], end, index) for end, index in hits]), points)

    return find


def _to_code_points(data: bytes, hits: Iterable[tuple[int, int, int]], points: Sequence[int]) -> list[tuple[int, int, int]]:
    """Translate byte ranges, sorted by start, into code points by decoding each stretch between them once.

    ``points`` are the lengths of the literals in code points.
    """
    found: list[tuple[int, int, int]] = []
    byte = point = 0
    for start, _, index in hits:
        if start != byte:
            point += len(data[byte:start].decode("utf-8", "surrogatepass"))
            byte = start
        found.append((point, point + points[index], index))
    return found


def _databases(hyperscan: Any, literals: Callable[[], Sequence[str]], sizes: Sizes, key: str | None) -> list[Any]:
    """Compile the literals, the very short ones apart: 60 of them among 14,000 nearly double what a scan for all costs."""
    count = len(sizes.points)
    short = [index for index, length in enumerate(sizes.lengths) if length < _SHORT]
    if key is None and count >= _CACHE_FROM:
        digest = hashlib.blake2b(digest_size=16)
        for literal in literals():
            digest.update(literal.encode() + b"\n")
        key = digest.hexdigest()
    if not short or count - len(short) < _CACHE_FROM:
        return [_database(hyperscan, literals, range(count), f"{key}-all" if count >= _CACHE_FROM else None)]
    rest = [index for index, length in enumerate(sizes.lengths) if length >= _SHORT]
    return [_database(hyperscan, literals, short, f"{key}-short"), _database(hyperscan, literals, rest, f"{key}-rest")]


def _database(hyperscan: Any, literals: Callable[[], Sequence[str]], indices: Sequence[int], name: str | None) -> Any:
    path = None
    if name is not None:
        path = cache_dir() / f"scan-{hyperscan.__version__}-{name}.hsdb"
        try:
            database = hyperscan.loadb(path.read_bytes(), mode=hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
            return database
        except (OSError, hyperscan.HyperscanError):
            pass  # absent, or made by another version: compile it anew
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    count = len(indices)
    texts = literals()
    expressions = [texts[index].encode() for index in indices]
    database.compile(expressions=expressions, ids=list(indices), elements=count, flags=[0] * count, literal=True)
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_bytes(hyperscan.dumpb(database))
            temporary.replace(path)
        except OSError:
            pass  # the cache only saves time
    return database
