r"""JSON without rewriting: where a value stands in a line, and how text goes into a string literal.

The line is parsed strictly (by the C scanner of the standard library), but only to *find* things. Numbers are never converted, so
that a 5,000-digit integer or ``1e400`` costs nothing and loses nothing. ``NaN`` and ``Infinity`` pass, as in Python's ``json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any, NamedTuple

from cleaner.corpus.rows import RowError, Splice, UnwritableError

__all__ = ["Value", "decode", "escaped", "find", "members", "raw_offsets", "spliced"]

_scan: Callable[[str, int], tuple[Any, int]]
_scan = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str).scan_once  # type: ignore[attr-defined]
_space = re.compile(r"[ \t\n\r]*").match
_open = re.compile(r'\{[ \t\n\r]*"').match
_colon = re.compile(r"[ \t\n\r]*:[ \t\n\r]*").match
_comma = re.compile(r'[ \t\n\r]*,[ \t\n\r]*"').match
_close = re.compile(r"[ \t\n\r]*\}").match
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # one code point above U+FFFF
    r"|\\u[0-9a-fA-F]{4}|\\."
)
_SURROGATE = re.compile("[\ud800-\udfff]")


class Value(NamedTuple):
    """A value and where it stands in its line."""

    start: int
    end: int
    value: Any
    """As parsed; numbers are the strings they are written as."""


def _syntax(line: str, at: int, expected: str) -> RowError:
    found = repr(line[at]) if at < len(line) else "the end of the line"
    return RowError(f"not valid JSON at column {at + 1}: {expected} expected, {found} found")


def members(line: str, at: int) -> Iterator[tuple[str, Value]]:
    """Yield the members of the object that opens at ``line[at]``; last comes an empty name with the place after the object.

    Raises ``RowError`` when it is not valid JSON.
    """
    at = _space(line, at + 1).end()  # type: ignore[union-attr]
    if line[at : at + 1] == "}":
        yield "", Value(at + 1, at + 1, None)
        return
    while True:
        if line[at : at + 1] != '"':
            raise _syntax(line, at, "a name in double quotes")
        try:
            name, at = scanstring(line, at + 1, True)
        except JSONDecodeError as error:
            raise _wrong(error) from None
        at = _space(line, at).end()  # type: ignore[union-attr]
        if line[at : at + 1] != ":":
            raise _syntax(line, at, "':'")
        at = _space(line, at + 1).end()  # type: ignore[union-attr]
        value = _value(line, at)
        yield name, value
        at = _space(line, value.end).end()  # type: ignore[union-attr]
        mark = line[at : at + 1]
        if mark == "}":
            yield "", Value(at + 1, at + 1, None)
            return
        if mark != ",":
            raise _syntax(line, at, "',' or '}'")
        at = _space(line, at + 1).end()  # type: ignore[union-attr]


def _value(line: str, at: int) -> Value:
    try:
        value, end = _scan(line, at)
    except StopIteration as stop:
        raise _syntax(line, int(stop.value), "a value") from None
    except JSONDecodeError as error:
        raise _wrong(error) from None
    except RecursionError:
        raise RowError("nested too deeply to be read") from None
    return Value(at, end, value)


def _wrong(error: JSONDecodeError) -> RowError:
    return RowError(f"not valid JSON at column {error.pos + 1}: {error.msg[:1].lower()}{error.msg[1:]}")


def _members(line: str, at: int) -> tuple[list[str], list[Value]]:
    """Return what ``members`` yields for a well-formed object in a quarter of the time; leave anything else to it."""
    names: list[str] = []
    values: list[Value] = []
    try:
        opened = _open(line, at)
        while opened is not None:
            name, at = scanstring(line, opened.end(), True)
            colon = _colon(line, at)
            if colon is None:
                raise StopIteration
            start = colon.end()
            value, at = _scan(line, start)
            names.append(name)
            values.append(Value(start, at, value))
            opened = _comma(line, at)
        closed = _close(line, at)
        if values and closed is not None:
            values.append(Value(closed.end(), closed.end(), None))
            return names, values
    except (StopIteration, JSONDecodeError, RecursionError):
        pass
    pairs = list(members(line, _space(line).end()))  # type: ignore[union-attr]
    return [name for name, _ in pairs[:-1]], [value for _, value in pairs]


def find(line: str, paths: Mapping[str, tuple[str, ...]], unique: Collection[str] = ()) -> tuple[dict[str, Value], Sequence[str]]:
    """Return where the fields of ``paths`` (name asked for -> its parts) stand in a line that holds one object, and all names.

    Raises ``RowError`` when the line is not one JSON object, or holds one of the ``unique`` fields twice.
    """
    at = _space(line).end()  # type: ignore[union-attr]
    if line[at : at + 1] != "{":
        if not line[at:]:
            raise RowError("a blank line")
        if line[at] == "\ufeff":
            raise RowError("a byte order mark inside the file")
        kind = {"[": "a JSON array", '"': "a string"}.get(line[at])
        if kind:
            raise RowError(f"{kind}, not a JSON object; JSON Lines has one object per line")
        raise _syntax(line, at, "'{'")
    names, values = _members(line, at)
    found: dict[str, Value] = {}
    wanted: dict[str, list[Value]] = {parts[0]: [] for parts in paths.values() if len(parts) > 1}
    for name, value in zip(names, values, strict=False):
        if name in paths:
            if name in found and name in unique:
                raise RowError(f"field {short_name(name)} occurs twice")
            found[name] = value  # the last one counts, as for other readers of JSON
        elif name in wanted:
            wanted[name].append(value)
    end = values[-1].end
    if line[_space(line, end).end() :]:  # type: ignore[union-attr]
        raise RowError(f"not valid JSON at column {end + 1}: more text follows the object")
    if wanted:
        for asked, parts in paths.items():
            if len(parts) > 1 and asked not in found:
                inner = _nested(line, wanted[parts[0]], parts, asked in unique)
                if inner is not None:
                    found[asked] = inner
    return found, names


def _nested(line: str, candidates: Sequence[Value], parts: Sequence[str], unique: bool) -> Value | None:
    """Return the value that ``parts[1:]`` lead to inside one of ``candidates``, the values of the field ``parts[0]``."""
    for depth, part in enumerate(parts[1:], 1):
        if len(candidates) > 1 and unique:
            raise RowError(f"field {short_name('.'.join(parts[:depth]))} occurs twice")
        if not candidates or not isinstance(candidates[-1].value, dict):
            return None
        if part not in candidates[-1].value:
            return None
        candidates = [value for name, value in members(line, candidates[-1].start) if name == part and value.end > value.start]
    if len(candidates) > 1 and unique:
        raise RowError(f"field {short_name('.'.join(parts))} occurs twice")
    return candidates[-1] if candidates else None


def short_name(name: str) -> str:
    """Return a field name for a message."""
    return ascii(name)[:60]


def decode(literal: str) -> str:
    """Return the text of a string literal given without its quotes."""
    text: str = scanstring(literal + '"', 0, True)[0]
    return text


def escaped(text: str, only_ascii: bool = False) -> str:
    r"""Return ``text`` as it stands in a string literal: the shortest form, or all ``\u`` escapes with ``only_ascii``.

    Halves of surrogate pairs are always written as escapes: UTF-8 has no other form for them.
    """
    if only_ascii:
        return str(encode_basestring_ascii(text)[1:-1])
    literal: str = encode_basestring(text)[1:-1]
    return literal if literal.isascii() else _SURROGATE.sub(lambda m: f"\\u{ord(m[0]):04x}", literal)


def raw_offsets(literal: str, positions: Sequence[int]) -> list[int]:
    """Return where the code points ``positions`` (ascending) of the decoded text stand in ``literal``."""
    if "\\" not in literal:
        return list(positions)
    result = []
    at = decoded = 0  # both just behind the last escape
    escapes = _ESCAPE.finditer(literal)
    escape = next(escapes, None)
    for position in positions:
        while escape is not None and decoded + escape.start() - at < position:
            decoded += escape.start() - at + 1
            at = escape.end()
            escape = next(escapes, None)
        result.append(at + position - decoded)
    return result


def spliced(literal: str, splices: Sequence[Splice], expected: str) -> str:
    """Return ``literal`` with ``splices`` in it; what they leave keeps its escapes, and new text is escaped as its surroundings.

    Raises ``UnwritableError`` when the result does not read as ``expected``: two halves of a surrogate pair that an edit brings
    together would be read as one character.
    """
    only_ascii = "\\u" in literal and literal.isascii()
    bounds = raw_offsets(literal, [position for splice in splices for position in splice[:2]])
    parts: list[str] = []
    at = 0
    for splice, start, end in zip(splices, bounds[::2], bounds[1::2], strict=True):
        parts += (literal[at:start], escaped(splice.text, only_ascii) if splice.raw is None else splice.raw)
        at = end
    parts.append(literal[at:])
    result = "".join(parts)
    try:
        same = decode(result) == expected
    except ValueError:
        same = False
    if not same:
        raise UnwritableError("the cleaned text can't be written as JSON: two surrogate halves would join")
    return result
