"""Patterns of regex rules: compiling them, and the literals that every match must contain.

The syntax is what ``regex`` and RE2 share. The literal analysis reads the parse tree of the standard library's ``re``, whose
syntax covers that set except for ``\\p{…}`` classes; a pattern it can't read has no known literal and needs ``prefilter``.
"""

from __future__ import annotations

import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import regex

__all__ = ["PatternError", "compile_pattern", "is_linear", "required_literals"]

_PROPERTY = re.compile(r"\\[pP](?:\{[^}]*\}|[A-Z])")
_MAX_ALTERNATIVES = 400


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
    tree = _parse(pattern)
    best = _required(tree) if tree is not None else None
    if not best:
        return ()
    return tuple(sorted(one for one in best if not any(other != one and other in one for other in best)))


def _quality(literals: frozenset[str]) -> tuple[int, int]:
    shortest = min(map(len, literals))
    return min(shortest, 6), -len(literals)


def _required(node: Any) -> frozenset[str] | None:
    """The best set of literals for a sequence of parse nodes."""
    candidates: list[frozenset[str]] = []
    runs: frozenset[str] = frozenset([""])  # the literals that the sequence read so far may end with

    def flush() -> None:
        nonlocal runs
        if all(runs):
            candidates.append(runs)
        runs = frozenset([""])

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
        exact = _exact(op, value)
        if exact is not None:
            extend(exact)
            continue
        if op is sre.AT:
            continue
        flush()
        inner: frozenset[str] | None = None
        if op is sre.SUBPATTERN:
            inner = _required(value[3])
        elif op is sre.BRANCH:
            parts = [_required(branch) for branch in value[1]]
            if all(part is not None for part in parts):
                inner = frozenset().union(*(part for part in parts if part is not None))
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT) and value[0] >= 1:
            inner = _required(value[2])
        elif op is sre.ATOMIC_GROUP:
            inner = _required(value)
        if inner and len(inner) <= _MAX_ALTERNATIVES:
            candidates.append(inner)
    flush()
    return max(candidates, key=_quality, default=None)


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
