"""The learned judge of gaps: how likely a name is missing between two words, from the words and shapes around the gap.

A hashed linear model. Each feature is a combination of words or word classes near the gap; its hash picks one small integer weight,
and the sum of the weights is the score. Sums of integers are exact, so every machine gives the same answer.

Word classes come from a table of word hashes (words that stand in the same company share a class); words that are not in it are
classed by their ending. The table holds hashes only.

A quick model of four features goes before the full one: it drops the gaps that the full model would hardly ever report and costs
a twentieth of it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from zlib import crc32

from cleaner.tables import load_table

__all__ = ["GapModel", "load_model", "pack", "quick_features"]

_LEFT, _RIGHT = 140, 80
"""Code points looked at on each side."""
_WH = frozenset("what which who whom whose that how where when why whatever whoever whichever".split())
_BE = frozenset("is are was were be been being am 's ’s isn't isn’t wasn't wasn’t aren't aren’t".split())
_STOPS = ".!?:;"
_DETERMINED = frozenset(
    "the a an this that these those its their our your his her my any each every no some another which whose what one two three several many "
    "most all both either neither former".split()
)
_NOUN_PHRASE_ENDS = frozenset(
    "of in on by to with at from for as like into via through against between about within using including under and or but than that which "
    "is are was were be been has have had said says will would can".split()
)
_OUTER = "\"'“”‘’()[]{}*_<>«»"
_EDGE = ".,;:!?\"'“”‘’()[]{}*_<>«»…—–-"

_A, _B, _C, _D = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F
_M = 0x165667B19E3779F9
_NONE = 1


_HEADER = struct.Struct("<4sBBBxHxxiii3i")
_TIERS = ("precise", "balanced", "thorough")
_MAGIC = b"GAP1"


def quick_features(text: str, start: int, end: int) -> tuple[int, int, int, int]:
    """Return four hashes of the words beside the gap ``start:end``; cheap enough for every gap."""
    left = text[max(0, start - 40) : start].lower().rsplit(None, 2)
    right = text[end : end + 30].lower().split(None, 2)
    l1 = left[-1] if left else ""
    l2 = left[-2] if len(left) > 1 else ""
    r1 = right[0] if right else ""
    r2 = right[1] if len(right) > 1 else ""
    joined = f"{l1} {r1}"
    return (
        crc32(joined.encode("utf-8", "surrogatepass")),
        crc32(f"{l2} {l1}".encode("utf-8", "surrogatepass")),
        crc32(f"{l2} {l1} {r1[:1]}".encode("utf-8", "surrogatepass")),
        crc32(f"{joined} {r2}".encode("utf-8", "surrogatepass")),
    )


@lru_cache(maxsize=4)
def load_model(name: str) -> GapModel:
    """Return the model in the shipped table ``name``, read once per process. Raises ``FileNotFoundError``."""
    return GapModel(load_table(name))


class GapModel:
    """The model as loaded from a table; read-only and safe to share."""

    def __init__(self, table: bytes) -> None:
        """Unpack what ``pack`` made. Raises ``ValueError`` when ``table`` is something else."""
        raw = zlib.decompress(table)
        magic, class_bits, quick_bits, bits, scale, bias, slope, shift, *cuts = _HEADER.unpack_from(raw)
        if magic != _MAGIC:
            raise ValueError("not a gap model")
        at = _HEADER.size
        parts = []
        for size in (1 << class_bits, 1 << class_bits, 1 << quick_bits, 1 << bits):
            parts.append(raw[at : at + size])
            at += size
        self._prints, self._classes = parts[0], parts[1]
        self._quick = memoryview(parts[2]).cast("b")
        self._weights = memoryview(parts[3]).cast("b")
        self._class_mask = (1 << class_bits) - 1
        self._quick_mask = (1 << quick_bits) - 1
        self._mask = (1 << bits) - 1
        self._scale, self._bias = scale, bias
        self._cuts = dict(zip(_TIERS, cuts, strict=True))
        self.slope, self.shift = slope / 1000, shift / 1000
        self._token = lru_cache(maxsize=8192)(self._classify)

    def worth(self, text: str, gaps: Iterable[tuple[int, int]], tier: str) -> list[tuple[int, int]]:
        """Return the ``gaps`` that the full model should look at; the others would hardly ever be reported in ``tier``."""
        quick, mask, cut = self._quick, self._quick_mask, self._cuts[tier]
        kept = []
        for start, end in gaps:
            a, b, c, d = quick_features(text, start, end)
            if quick[a & mask] + quick[b & mask] + quick[c & mask] + quick[d & mask] >= cut:
                kept.append((start, end))
        return kept

    def odds(self, text: str, start: int, end: int) -> float:
        """Return the log-odds that the gap is a hole where one word in 1,000 is followed by one."""
        return self.slope * self.score(text, start, end) + self.shift

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("load the table where it is needed")

    def score(self, text: str, start: int, end: int) -> float:
        """Return how much speaks for a missing name in the gap ``start:end`` of ``text``: log-odds in the mix of the training."""
        weights = self._weights
        return (sum([weights[i] for i in self.features(text, start, end)]) + self._bias) / self._scale

    def _classify(self, token: str) -> tuple[int, int, int, int]:
        """Return hash, class hash, shape and trailing mark of one blank-separated token."""
        stripped = token.strip(_OUTER)
        core = stripped.rstrip(_EDGE).lstrip(_EDGE)
        lower = core.lower()
        if not core:
            shape = 45
        elif not core.isalpha() and any(map(str.isdigit, core)):
            shape, lower = 48, "0"
        elif core.islower():
            shape = 97
        elif core[0].isupper():
            shape = 66 if len(core) > 1 and core.isupper() else 65
        else:
            shape = 109
        mark = ord(stripped[-1]) if stripped and stripped[-1] in ".,;:!?-—–…" else 0
        value = crc32(lower.encode("utf-8", "surrogatepass"))
        slot = value & self._class_mask
        if self._prints[slot] == (value >> 24) | 1:
            kind = self._classes[slot]
        elif shape == 97:
            kind = 1000 + crc32(lower[-3:].encode("utf-8", "surrogatepass")) % 1009
        else:
            kind = 300
        if shape in (65, 66) and kind >= 300:
            kind = 301
        return value + mark, kind * 8 + (mark % 7 if mark else 0), shape, mark

    def features(self, text: str, start: int, end: int) -> list[int]:
        """Return the indexes of the weights that speak about the gap ``start:end`` of ``text``."""
        left = text[max(0, start - _LEFT) : start]
        cut = left.rfind("\n")
        words = left[cut + 1 :].split()
        if cut < 0 and start > _LEFT and len(words) > 1:
            del words[0]
        right = text[end : end + _RIGHT]
        cut = right.find("\n")
        if cut >= 0:
            right = right[:cut]
        size = 0
        while size < len(right) and size < 3 and not right[size].isalnum() and not right[size].isspace():
            size += 1
        sign = right[:size]
        if right[size : size + 2] in ("s ", "s"):
            sign += "s"
            size += 1
        mark = crc32((" " + sign if start != end else sign).encode("utf-8", "surrogatepass")) if sign else 2 + (start != end)
        after = right[size:].split(None, 4)[:3]
        touching = right[size : size + 1].isalnum() and bool(sign)
        token = self._token
        lefts = [token(word) for word in words[-1:-10:-1]]
        n = len(lefts)
        void = (_NONE, _NONE, 0, 0)
        while len(lefts) < 4:
            lefts.append(void)
        (l1, c1, s1, m1), (l2, c2, s2, m2), (l3, c3, s3, m3), (_, c4, _, _) = lefts[:4]
        rights = [token(word) for word in after]
        while len(rights) < 3:
            rights.append(void)
        (r1, d1, t1, e1), (r2, d2, t2, _), (_, d3, _, _) = rights
        # What licenses a stranded preposition: a question word, an infinitive or a passive earlier in the sentence.
        wh = to = be = commas = depth = 0
        length = 0
        for word in words[-2:-14:-1]:
            if word[-1] in _STOPS:
                break
            length += 1
            low = word.lower().strip(_EDGE)
            if low in _WH:
                wh = wh or (1 if length < 4 else 2)
            elif low == "to":
                to = to or (1 if length < 3 else 2)
            elif low in _BE:
                be = be or (1 if length < 3 else 2)
            if word[-1] == ",":
                commas += 1
        if "(" in left:
            depth = left.count("(") - left.count(")")
        # Whether the noun phrase before the gap lacks its determiner: "with chatbot maker", against "with a chatbot maker".
        bare = reach = 0
        for word in words[-1:-6:-1]:
            low = word.lower()
            if low in _NOUN_PHRASE_ENDS or reach and word[-1] in ",.;:!?)”\"":
                bare = 3 if word[-1].isalpha() else 2
                break
            if low in _DETERMINED or low.endswith(("'s", "’s", "s'", "s’")):
                bare = 1
                break
            reach += 1
        if not bare and reach == len(words):
            bare = 4
        phrase = bare * 8 + min(reach, 5)
        strand = wh * 9 + to * 3 + be + 31
        span = length if length < 4 else 4 if length < 7 else 5
        tail = t1 * 2 + touching
        whole = 1 if not words else 2
        sh = s1 * 131 + s2
        f = [
            (l1 * _A + mark * _B + 1) * _M,
            (l1 * _A + mark * _B + r1 * _C + 2) * _M,
            (l1 * _A + mark * _B + d1 * _C + tail * _D + 3) * _M,
            (l2 * _A + l1 * _B + mark * _C + 4) * _M,
            (l2 * _A + l1 * _B + mark * _C + d1 * _D + 5) * _M,
            (c2 * _A + l1 * _B + mark * _C + r1 * _D + 6) * _M,
            (c2 * _A + l1 * _B + mark * _C + (d1 * 4099 + d2) * _D + 7) * _M,
            (c3 * _A + c2 * _B + l1 * _C + mark * _D + 8) * _M,
            ((c3 * 4099 + c2) * _A + c1 * _B + mark * _C + d1 * _D + 9) * _M,
            (l3 * _A + l2 * _B + l1 * _C + 10) * _M,
            (l2 * _A + l1 * _B + 11) * _M,
            (c3 * _A + c2 * _B + c1 * _C + 12) * _M,
            ((c4 * 4099 + c3) * _A + c2 * _B + l1 * _C + mark * _D + 13) * _M,
            (mark * _A + r1 * _B + r2 * _C + 14) * _M,
            (mark * _A + d1 * _B + d2 * _C + d3 * _D + 15) * _M,
            (strand * _A + l1 * _B + mark * _C + 16) * _M,
            (strand * _A + l2 * _B + l1 * _C + 17) * _M,
            (strand * _A + c2 * _B + l1 * _C + mark * _D + 18) * _M,
            (span * _A + l1 * _B + mark * _C + tail * _D + 19) * _M,
            (c1 * _A + mark * _B + d1 * _C + 20) * _M,
            (c2 * _A + c1 * _B + mark * _C + 21) * _M,
            (sh * _A + mark * _B + tail * _C + s3 * _D + 22) * _M,
            (sh * _A + mark * _B + m2 * _C + r1 * _D + 23) * _M,
            ((m1 * 8191 + m2) * _A + m3 * _B + mark * _C + tail * _D + 24) * _M,
            (c1 * _A + mark * _B + r1 * _C + 25) * _M,
            (c1 * _A + mark * _B + tail * _C + m1 * _D + 26) * _M,
            (r1 * _A + m1 * _B + mark * _C + whole * _D + 27) * _M,
            (mark * _A + (depth + 2) * _B + m1 * _C + e1 * _D + 28) * _M,
            (min(commas, 3) * _A + mark * _B + m1 * _C + s1 * _D + r1 + 29) * _M,
            (whole * _A + mark * _B + d1 * _C + span * _D + 30) * _M,
            (l1 * _A + tail * _B + d1 * _C + d2 * _D + 31) * _M,
            (l3 * _A + l1 * _B + mark * _C + 32) * _M,
            (c2 * _A + c1 * _B + d1 * _C + d2 * _D + mark + 33) * _M,
            ((mark + t2) * _A + t1 * _B + r2 * _C + 34) * _M,
            (l2 * _A + mark * _B + d1 * _C + 35) * _M,
            (l1 * _A + r1 * _B + 36) * _M,
            (phrase * _A + l1 * _B + mark * _C + 37) * _M,
            (phrase * _A + c1 * _B + mark * _C + 38) * _M,
            (phrase * _A + c1 * _B + d1 * _C + mark * _D + s1 + 39) * _M,
            (bare * _A + c1 * _B + c2 * _C + mark * _D + 50) * _M,
            (bare * _A + l1 * _B + d1 * _C + tail * _D + 51) * _M,
        ]
        key = l1 * _A + mark * _B + 40
        for i in range(2, n):
            f.append((key + lefts[i][0] * _C) * _M)
            f.append((key + lefts[i][1] * _D + min(i, 5)) * _M)
        mask = self._mask
        return [value >> 22 & mask for value in f]


def pack(
    prints: bytes, classes: bytes, quick: bytes, weights: bytes, *, scale: int, bias: int, cuts: Sequence[int], slope: float, shift: float
) -> bytes:
    """Return the table that ``GapModel`` reads; the sizes of the four parts are powers of two; bias and cuts are in the units of the weights."""
    sizes = [len(part).bit_length() - 1 for part in (prints, quick, weights)]
    header = _HEADER.pack(_MAGIC, *sizes, scale, bias, round(1000 * slope), round(1000 * shift), *cuts)
    return zlib.compress(header + prints + classes + quick + weights, 9)
