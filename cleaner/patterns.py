"""Patterns of regex rules: compiling them, and the literals that every match must contain.

The syntax is what ``regex`` and RE2 share. The literal analysis reads the parse tree of the standard library's ``re``, whose
syntax covers that set except for ``\\p{…}`` classes; a pattern it can't read has no known literal and needs ``prefilter``.
"""

from __future__ import annotations

import math
import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import regex

__all__ = ["PatternError", "Reach", "compile_pattern", "is_linear", "reach", "required_literals"]

_PROPERTY = re.compile(r"\\[pP](?:\{[^}]*\}|[A-Z])")
_MAX_ALTERNATIVES = 400
_FEW = 64
_UNBOUNDED = 1 << 20
"""A width that has no bound."""
_STARTS = frozenset((sre.AT_BEGINNING, sre.AT_BEGINNING_STRING))
_ENDS = frozenset((sre.AT_END, sre.AT_END_STRING))


class PatternError(ValueError):
    """A pattern that does not compile."""


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str, *, case: bool) -> regex.Pattern[str]:
    """Compile ``pattern`` for one line of text. Raises ``PatternError``."""
    import regex

    try:
        return regex.compile(pattern, regex.VERSION0 | (0 if case else regex.IGNORECASE), cache_pattern=False)
    except regex.error as error:
        raise PatternError(str(error)) from None


def _parse(pattern: str) -> Any:
    # A property class stands for one unknown character, as a dot does.
    try:
        return sre_parser.parse(_PROPERTY.sub(".", pattern))
    except (re.error, RecursionError, OverflowError):
        return None


def is_linear(pattern: str) -> bool:
    """Whether an automaton can run ``pattern``: no look-around, back-reference, atomic group or possessive repeat."""
    tree = _parse(pattern)
    return tree is not None and _linear(tree)


def _linear(node: Any) -> bool:
    for op, value in node:
        if op in (sre.ASSERT, sre.ASSERT_NOT, sre.GROUPREF, sre.GROUPREF_EXISTS, sre.ATOMIC_GROUP, sre.POSSESSIVE_REPEAT):
            return False
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT) and not _linear(value[2]):
            return False
        if op is sre.SUBPATTERN and not _linear(value[3]):
            return False
        if op is sre.BRANCH and not all(_linear(branch) for branch in value[1]):
            return False
    return True


def required_literals(pattern: str) -> tuple[str, ...]:
    """Return lower-case literals of which every match contains at least one; empty when there is no useful set.

    Of the sets that the pattern offers, the one whose shortest literal is longest.
    """
    found = _placed_literals(pattern)
    return tuple(sorted(found.literals)) if found is not None else ()


class Reach(NamedTuple):
    """Where in a line a pattern can match; all figures are code points."""

    line: float
    """The longest line that it can match: finite when it begins at the line's start and ends at the line's end."""
    offset: float
    """How far from the line's start the first of its ``required_literals`` may begin: finite when it begins at the line's start."""


@lru_cache(maxsize=4096)
def reach(pattern: str) -> Reach:
    """Return where in a line ``pattern`` can match."""
    tree = _parse(pattern)
    if tree is None or not _is_anchored(tree, _STARTS):
        return Reach(math.inf, math.inf)
    most = int(tree.getwidth()[1])
    found = _placed_literals(pattern)
    return Reach(
        most if most < _UNBOUNDED and _is_anchored(tree, _ENDS) else math.inf,
        found.most if found is not None and found.most < _UNBOUNDED else math.inf,
    )


def _is_anchored(node: Any, anchors: frozenset[Any]) -> bool:
    """Whether a sequence must begin (for ``_STARTS``) or end (for ``_ENDS``) at an edge of the line."""
    items = list(node)
    for op, value in items if anchors is _STARTS else reversed(items):
        if op is sre.AT and value in anchors:
            return True
        if op is sre.SUBPATTERN:
            return _is_anchored(value[3], anchors)
        if op is sre.BRANCH:
            return all(_is_anchored(branch, anchors) for branch in value[1])
        if op not in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
            return False
    return False


class _Placed(NamedTuple):
    """Literals of which a sequence holds at least one, and where it begins: code points from the start of the sequence."""

    literals: frozenset[str]
    least: int
    most: int

    def moved(self, width: tuple[int, int]) -> _Placed:
        """The same behind something of the given least and greatest width."""
        return _Placed(self.literals, self.least + width[0], min(self.most + width[1], _UNBOUNDED))


@lru_cache(maxsize=4096)
def _placed_literals(pattern: str) -> _Placed | None:
    tree = _parse(pattern)
    best = _required(tree) if tree is not None else None
    if best is None or not best.literals:
        return None
    kept = best.literals
    if len(kept) <= _FEW:  # among many, finding those that hold another takes longer than it saves
        kept = frozenset(one for one in kept if not any(other != one and other in one for other in kept))
    # A literal that holds another is found by the other, which may begin later.
    later = max(map(len, best.literals)) - min(map(len, kept)) if kept != best.literals else 0
    return _Placed(kept, best.least, min(best.most + later, _UNBOUNDED))


def _quality(placed: _Placed) -> tuple[int, int]:
    shortest = min(map(len, placed.literals))
    return min(shortest, 6), -len(placed.literals)


def _required(node: Any) -> _Placed | None:
    """The best set of literals for a sequence of parse nodes."""
    candidates: list[_Placed] = []
    runs: frozenset[str] = frozenset([""])  # the literals that the sequence read so far may end with
    begin = here = (0, 0)  # the widths, least and greatest, of what stands before the run and before the node

    def flush() -> None:
        nonlocal runs, begin
        if all(runs):
            candidates.append(_Placed(runs, *begin))
        runs, begin = frozenset([""]), here

    def extend(options: frozenset[str] | None) -> None:
        nonlocal runs
        if options is None or len(runs) * len(options) > _MAX_ALTERNATIVES:
            flush()
            if options is None or not all(options):
                return
            runs = options
        else:
            runs = frozenset(left + right for left in runs for right in options)

    for op, value in node:
        before, width = here, _width(op, value)
        exact = _exact(op, value)
        if exact is not None:
            extend(exact)
            here = _sum(here, width)
            if not any(runs):
                begin = here
            continue
        if op is sre.AT:
            continue
        flush()
        inner: _Placed | None = None
        if op is sre.SUBPATTERN:
            inner = _required(value[3])
        elif op is sre.BRANCH:
            parts = [part for part in map(_required, value[1]) if part is not None]
            if len(parts) == len(value[1]):
                literals = frozenset().union(*(part.literals for part in parts))
                inner = _Placed(literals, min(part.least for part in parts), max(part.most for part in parts))
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT) and value[0] >= 1:
            inner = _required(value[2])
        elif op is sre.ATOMIC_GROUP:
            inner = _required(value)
        if inner and len(inner.literals) <= _MAX_ALTERNATIVES:
            candidates.append(inner.moved(before))
        here = _sum(here, width)
        begin = here
    flush()
    return max(candidates, key=_quality, default=None)


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], min(one[1] + other[1], _UNBOUNDED)


def _width(op: Any, value: Any) -> tuple[int, int]:
    """The least and greatest number of code points that a parse node matches."""
    least, most = sre_parser.SubPattern(sre_parser.State(), [(op, value)]).getwidth()
    return int(least), min(int(most), _UNBOUNDED)


def _exact(op: Any, value: Any) -> frozenset[str] | None:
    """All strings that a node can match, lower-cased, when they are few; else ``None``."""
    if op is sre.LITERAL:
        # Lower-casing may change the length of some characters; such a literal is no evidence.
        lowered = chr(value).lower()
        return frozenset([lowered]) if len(lowered) == 1 else None
    if op is sre.IN:
        characters: set[str] = set()
        for kind, item in value:
            if kind is sre.LITERAL:
                characters.add(chr(item).lower())
            elif kind is sre.RANGE and item[1] - item[0] < 12:
                characters.update(chr(code).lower() for code in range(item[0], item[1] + 1))
            else:
                return None
        return frozenset(characters) if len(characters) <= 12 and all(len(c) == 1 for c in characters) else None
    if op is sre.SUBPATTERN:
        return _exact_sequence(value[3])
    if op is sre.BRANCH:
        options: set[str] = set()
        for branch in value[1]:
            exact = _exact_sequence(branch)
            if exact is None:
                return None
            options |= exact
        return frozenset(options) if len(options) <= _MAX_ALTERNATIVES else None
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT) and value[1] is not sre.MAXREPEAT and value[1] <= 1:
        exact = _exact_sequence(value[2])
        return exact | {""} if exact is not None and value[0] == 0 else exact
    return None


def _exact_sequence(node: Any) -> frozenset[str] | None:
    strings = frozenset([""])
    for op, value in node:
        if op is sre.AT:
            continue
        exact = _exact(op, value)
        if exact is None or len(strings) * len(exact) > _MAX_ALTERNATIVES:
            return None
        strings = frozenset(left + right for left in strings for right in exact)
    return strings
