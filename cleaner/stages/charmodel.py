"""How likely a word is as text: one character trigram model over many languages, hashed into a small table.

Costs are negative log probabilities in sixteenths of a nat, as integers, so that sums are equal on every machine. Letters are folded to
lower case before they are looked up and case is judged by shape, because a headline in capitals is as healthy as its sentence.
"""

from __future__ import annotations

import struct
import sys
import unicodedata
import zlib
from array import array
from functools import lru_cache

from cleaner.lazy import lazy_pattern
from cleaner.tables import load_table

__all__ = ["UNIT", "CharModel", "fold", "slot_of", "the_model"]

UNIT = 16
"""Cost units per nat."""
STEP = 5
"""Cost units per step of a stored 6-bit value: 63 steps reach 19.7 nats."""
PROBES = 2
HEADER = struct.Struct("<4sI")
MAGIC = b"CWM1"

_UNSEEN = 14 * UNIT
_UNSEEN_NEIGHBOUR = 8 * UNIT
_UNSEEN_ASTRAL = 15 * UNIT
_FORBIDDEN = 19 * UNIT
_UNKNOWN_BEFORE = 3 * UNIT
"""What a character costs more behind one that the model does not know."""
_RISE = 5 * UNIT
_CAPITALS = 2 * UNIT
_CLASH = 4 * UNIT
_CLASHES = lazy_pattern(r"[A-Za-z](?=[^\x00-\u024f\u1e00-\u1eff\W\d_])|[^\x00-\u024f\u1e00-\u1eff\W\d_](?=[A-Za-z])")
"""A Latin letter beside one of another script."""
_DIGITS = str.maketrans("123456789", "000000000")
_MEMO_LIMIT = 400_000


def fold(token: str) -> str:
    """Return ``token`` as the model counts it: lower case, all digits alike."""
    return token.lower().translate(_DIGITS)


def slot_of(a: int, b: int, c: int, slots: int) -> tuple[int, int]:
    """Return the first slot and the 10-bit check value of the n-gram of code points; 0 stands for "no character"."""
    h = (a * 0x9E3779B1 ^ b * 0x85EBCA6B ^ c * 0xC2B2AE35) & 0xFFFFFFFF
    h ^= h >> 15
    h = h * 0x2C1B3C6D & 0xFFFFFFFF
    h ^= h >> 13
    h = h * 0x297A2D39 & 0xFFFFFFFF
    h ^= h >> 16
    return (h >> 10) % slots, h & 0x3FF


class _Memo(dict[str, int]):
    """Costs of the trigrams seen so far; what is missing is looked up in the table."""

    def __init__(self, table: array[int]) -> None:
        super().__init__()
        self.table = table
        self.slots = len(table) - PROBES

    def stored(self, a: int, b: int, c: int) -> int | None:
        """Return the stored value of an n-gram in cost units."""
        slot, check = slot_of(a, b, c, self.slots)
        for entry in self.table[slot : slot + PROBES]:
            if entry >> 6 == check and entry:
                return (entry & 63) * STEP
        return None

    def __missing__(self, key: str) -> int:
        a, b, c = (48 if 49 <= code <= 57 else code for code in map(ord, key))
        cost = self.stored(a, b, c)
        if cost is None:
            cost = self.stored(0, b, c)
            if cost is None:
                cost = self.stored(0, 0, c)
                if cost is None:
                    cost = _unseen(key[2], key[1] if self.stored(0, 0, b) is None else " ")
                else:
                    back = self.stored(0, b, 1)
                    cost += _UNKNOWN_BEFORE if back is None else back
            cost += self.stored(a, b, 1) or 0
        if len(self) > _MEMO_LIMIT:
            self.clear()
        self[key] = cost
        return cost


def _unseen(char: str, before: str) -> int:
    """Return the cost of a character the model has never met, after ``before``, which is a blank unless it is as unknown."""
    code = ord(char)
    kind = unicodedata.category(char)
    if kind in ("Cc", "Cn", "Co", "Cs") or code == 0xFFFD:
        return _FORBIDDEN
    if code > 0x1FFFF:
        return _UNSEEN_ASTRAL
    if code >> 7 == ord(before) >> 7 and kind[0] in "LM" and not 0x2E80 <= code < 0xD7B0:
        return _UNSEEN_NEIGHBOUR
    return _UNSEEN


class CharModel:
    """The model; safe to share between threads, since its memo only caches what the table says."""

    def __init__(self, data: bytes) -> None:
        """Load the table; raises ``ValueError`` when ``data`` is not one."""
        magic, slots = HEADER.unpack_from(data)
        if magic != MAGIC:
            raise ValueError("not a table of character trigrams; reinstall the package")
        table = array("H", zlib.decompress(data[HEADER.size :]))
        if sys.byteorder == "big":
            table.byteswap()
        if len(table) != slots + PROBES:
            raise ValueError("the table of character trigrams is cut short; reinstall the package")
        self._memo = _Memo(table)

    def cost(self, token: str) -> int:
        """Return the cost of ``token``, a string without white space."""
        padded = f"  {token.lower()} "
        memo = self._memo
        total = sum([memo[padded[at : at + 3]] for at in range(len(padded) - 2)])
        if not token.islower():
            total += _case_cost(token)
        if not token.isascii():
            total += _CLASH * len(_CLASHES.findall(token))
        return total


def _case_cost(token: str) -> int:
    """Return what the case of ``token`` costs: rises inside a word are odd, capitals all through a little."""
    rest = token[1:]
    if rest.islower() or not rest:
        return 0
    if token.isupper():
        return _CAPITALS
    rises = 0
    before = False
    for char in token:
        lower = char.islower()
        if before and not lower and char.isupper():
            rises += 1
        before = lower
    return rises * _RISE


@lru_cache(maxsize=1)
def the_model() -> CharModel:
    """Return the shipped model, loaded once."""
    return CharModel(load_table("any/mojibake.bin"))
