"""The ways in which bytes get read with the wrong table, and how to take each of them back.

An operation says "these characters are bytes of table W; read those bytes as R". Single-byte tables follow the WHATWG habit: an undefined
byte stands for the code point of the same number, both ways, because that is what browsers and most converters do.
"""

from __future__ import annotations

import codecs
import re
from functools import cache, lru_cache

__all__ = ["Operation", "Table", "legacy_operations", "operations_for", "table", "utf8_operations"]

_WIDE = frozenset({"gbk", "gb18030", "cp932", "cp949", "cp950", "euc_jp"})
"""Tables of more than one byte per character."""
_LATIN = frozenset({"cp1250", "cp1252", "cp1254", "cp1257", "mac_roman", "cp850", "iso8859_2"})
_SEQUENCE = (
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_PIECES = re.compile(rb"(?:" + _SEQUENCE + rb")+|[\x80-\xff]")
_HEALTHY = frozenset("“”‘’„‚«»–—…\xa0")
"""Characters that may stand beside a misread letter without being part of the damage."""

_UTF8_PRIORS = {
    "cp1252": 2,
    "latin-1": 2,
    "cp1251": 4,
    "cp1250": 4,
    "cp1254": 4,
    "mac_roman": 5,
    "cp437": 5,
    "cp850": 5,
    "cp1253": 5,
    "cp1256": 5,
    "cp1257": 5,
    "iso8859_2": 5,
    "cp866": 6,
    "koi8_r": 6,
    "cp874": 6,
    "cp1255": 7,
    "cp1258": 7,
    "cp852": 7,
    "iso8859_15": 7,
    "mac_cyrillic": 7,
    "gb18030": 6,
    "cp932": 6,
    "cp949": 6,
    "cp950": 6,
}
"""Tables that UTF-8 gets read with, and minus the log prior in nats of each."""

_LEGACY_PAIRS = (
    (
        "cp1252",
        "cp1251 koi8_r cp866 cp1253 cp1255 cp1256 cp874 cp1250 cp1254 cp1257 gbk cp932 euc_jp cp949 cp950 mac_roman cp850",
    ),
    ("latin-1", "iso8859_2 gbk euc_jp cp1251"),
    ("cp1251", "koi8_r cp866 cp1252"),
    ("koi8_r", "cp1251"),
    ("cp866", "cp1251"),
    ("gb18030", "cp950 cp932 cp949"),
    ("cp932", "euc_jp"),
    ("mac_roman", "cp1252"),
    ("cp1250", "cp1252"),
    ("cp437", "cp1252"),
)


class Table:
    """One byte table: how to get its bytes back from text that was read with it, and how to read with it."""

    def __init__(self, name: str) -> None:
        """``name`` is a Python codec."""
        self.name = name
        self.wide = name in _WIDE
        self._codec = codecs.lookup(name)
        if not self.wide and name != "utf-8":
            self.chars = "".join(self._char(byte) for byte in range(256))
            """What bytes 0 to 255 stand for."""
            self._map = codecs.charmap_build(self.chars)
            self.runs = re.compile(f"[{re.escape(self.chars[128:])}\x00-\x7f]+")
            """Stretches that could have come from this table."""
        else:
            self.chars = ""

    def _char(self, byte: int) -> str:
        try:
            return self._codec.decode(bytes([byte]))[0]
        except UnicodeDecodeError:
            return chr(byte)

    def has(self, char: str) -> bool:
        """Whether the table has ``char``."""
        if self.chars:
            return char in self.chars
        try:
            self.encode(char)
        except UnicodeError:
            return False
        return True

    def encode(self, text: str) -> bytes:
        """Return the bytes of ``text``. Raises ``UnicodeEncodeError`` when a character is not in the table."""
        if self.chars:
            return codecs.charmap_encode(text, "strict", self._map)[0]
        data = self._codec.encode(text)[0]
        if self.name == "gb18030" and len(data) != len(text) + sum(char > "\x7f" for char in text):
            raise UnicodeEncodeError(self.name, text, 0, 1, "takes four bytes, which nobody misreads")
        return data

    def decode(self, data: bytes) -> str:
        """Return the text of ``data``. Raises ``UnicodeDecodeError`` when it isn't text of this table."""
        if self.chars:
            return codecs.charmap_decode(data, "strict", self.chars)[0]
        return self._codec.decode(data)[0]


class Operation:
    """Read the bytes of ``wrong`` as ``right``."""

    def __init__(self, wrong: Table, right: Table, prior: int, index: int) -> None:
        """``prior`` is minus the log prior in nats."""
        self.wrong = wrong
        self.right = right
        self.prior = prior
        self.index = index
        self.wide = wrong.wide or right.wide
        self.latin = right.name in _LATIN
        """Whether what comes out is in Latin script."""
        self.bit = 1 << index
        self.name = f"{right.name} read as {wrong.name}"

    def undo(self, text: str) -> str | None:
        """Return what ``text`` was before, or ``None`` when it can't have come about this way."""
        try:
            return self.right.decode(self.wrong.encode(text))
        except UnicodeError:
            if self.right.name != "utf-8" or not self.wrong.chars:
                return None
        return self._undo_pieces(text)

    def _undo_pieces(self, text: str) -> str | None:
        """Undo UTF-8 sequences that stand beside healthy punctuation."""
        if not _HEALTHY.intersection(text):
            return None
        parts: list[str] = []
        at = 0
        for run in self.wrong.runs.finditer(text):
            if not _HEALTHY.issuperset(text[at : run.start()]):
                return None
            parts.append(text[at : run.start()])
            at = run.end()
            data = self.wrong.encode(run[0])
            done = 0
            for piece in _PIECES.finditer(data):
                parts.append(data[done : piece.start()].decode("ascii"))
                done = piece.end()
                if len(piece[0]) > 1:
                    parts.append(piece[0].decode("utf-8"))
                else:
                    char = self.wrong.chars[piece[0][0]]
                    if char not in _HEALTHY:
                        return None
                    parts.append(char)
            parts.append(data[done:].decode("ascii"))
        if not _HEALTHY.issuperset(text[at:]):
            return None
        parts.append(text[at:])
        return "".join(parts)


class _Masks(dict[str, int]):
    """Which operations can have put a character into a text: a bit per operation, by ``Operation.index``."""

    def __missing__(self, char: str) -> int:
        mask = 0
        for operation in (*utf8_operations(), *legacy_operations()):
            utf8 = operation.right.name == "utf-8"
            if operation.wrong.has(char) or (utf8 and not operation.wrong.wide and char in _HEALTHY):
                mask |= 1 << operation.index
        self[char] = mask
        return mask


@lru_cache(maxsize=1)
def _masks() -> _Masks:
    return _Masks()


def operations_for(text: str) -> int:
    """Return a bit mask of the operations that all characters of ``text`` can have come through."""
    masks = _masks()
    mask = -1
    for char in set(text):
        if char > "\x7f":
            mask &= masks[char]
    return mask


@cache
def table(name: str) -> Table:
    """Return the table ``name``, a Python codec name."""
    return Table(name)


@lru_cache(maxsize=1)
def utf8_operations() -> tuple[Operation, ...]:
    """Return the operations whose bytes were UTF-8."""
    return tuple(Operation(table(name), table("utf-8"), prior, at) for at, (name, prior) in enumerate(_UTF8_PRIORS.items()))


@lru_cache(maxsize=1)
def legacy_operations() -> tuple[Operation, ...]:
    """Return the operations whose bytes were never UTF-8."""
    pairs = [(wrong, right) for wrong, rights in _LEGACY_PAIRS for right in rights.split()]
    return tuple(Operation(table(wrong), table(right), 10, len(_UTF8_PRIORS) + at) for at, (wrong, right) in enumerate(pairs))
