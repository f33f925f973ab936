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
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

__all__ = ["ENGINES", "LiteralScanner", "cache_dir", "fold"]

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
    """Finds literals in folded text. Picklable; safe to share between threads."""

    def __init__(self, literals: Sequence[str], engine: str | None = None) -> None:
        """Take distinct, folded, non-empty literals; ``engine`` is one of ``ENGINES`` (default: the first that imports)."""
        self.literals = tuple(literals)
        self._engine = engine
        self._local = threading.local()
        self._lock = threading.Lock()

    def __getstate__(self) -> tuple[tuple[str, ...], str | None]:
        return self.literals, self._engine

    def __setstate__(self, state: tuple[tuple[str, ...], str | None]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def find(self, folded: str) -> list[tuple[int, int, int]]:
        """Return ``(start, end, index of the literal)`` of every occurrence, overlapping ones included, sorted."""
        if not self.literals or not folded:
            return []
        run = getattr(self._local, "run", None)
        if run is None:
            with self._lock:
                run = self._local.run = self._compile()
        found: list[tuple[int, int, int]] = run(folded)
        return found

    def _compile(self) -> Any:
        wanted = (self._engine,) if self._engine else ENGINES
        if any("\0" in literal for literal in self.literals):
            wanted = ("ahocorasick_rs",)  # a NUL ends a literal for Hyperscan
        for name in wanted:
            try:
                return _hyperscan(self.literals) if name == "hyperscan" else _aho_corasick(self.literals)
            except ImportError:
                continue
        raise ImportError("no scan engine: install hyperscan or ahocorasick-rs")


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


def _hyperscan(literals: Sequence[str]) -> Any:
    import hyperscan

    encoded = [literal.encode() for literal in literals]
    scans = [database.scan for database in _databases(hyperscan, encoded)]
    lengths = [len(literal) for literal in encoded]
    points = [len(literal) for literal in literals]
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


def _databases(hyperscan: Any, encoded: Sequence[bytes]) -> list[Any]:
    """Compile the literals, the very short ones apart: 60 of them among 14,000 nearly double what a scan for all costs."""
    short = [index for index, literal in enumerate(encoded) if len(literal) < _SHORT]
    rest = [index for index, literal in enumerate(encoded) if len(literal) >= _SHORT]
    if not short or len(rest) < _CACHE_FROM:
        return [_database(hyperscan, encoded, range(len(encoded)))]
    return [_database(hyperscan, encoded, short), _database(hyperscan, encoded, rest)]


def _database(hyperscan: Any, encoded: Sequence[bytes], indices: Sequence[int]) -> Any:
    path = None
    if len(indices) >= _CACHE_FROM:
        key = hashlib.blake2b(hyperscan.__version__.encode(), digest_size=16)
        for index in indices:
            key.update(b"%d %b\n" % (index, encoded[index]))
        path = cache_dir() / f"scan-{key.hexdigest()}.hsdb"
        try:
            database = hyperscan.loadb(path.read_bytes(), mode=hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
            return database
        except (OSError, hyperscan.HyperscanError):
            pass  # absent, or made by another version: compile it anew
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    count = len(indices)
    expressions = [encoded[index] for index in indices]
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
