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
_QUESTION, _TO, _BE, _DETERMINER, _BOUNDARY, _STOP, _COMMA, _PAUSE, _LETTER = (1 << n for n in range(9))
_WORDS = {
    "en": (
        (_QUESTION, "what who whom whose that how where when why whatever whoever whichever"),
        (_TO | _BOUNDARY, "to"),
        (_BE | _BOUNDARY, "is are was were be been"),
        (_BE, "being am isn't isn’t wasn't wasn’t aren't aren’t"),
        (
            _DETERMINER,
            "the a an this these those its their our your his her my any each every no some another one two three several many most all "
            "both either neither former",
        ),
        (_QUESTION | _BOUNDARY, "which"),
        (
            _BOUNDARY,
            "of in on by with at from for as like into via through against between about within using including under and or but than has "
            "have had said says will would can",
        ),
    ),
    "de": (
        (_QUESTION, "was wer wen wem wessen dass wie wo wann warum welche welcher welches ob wenn weil"),
        (_TO, "zu um"),
        (_BE, "ist sind war waren wird werden wurde wurden hat haben hatte kann können muss müssen soll sollen will"),
        (
            _DETERMINER,
            "der die das den dem des ein eine einen einem einer eines kein keine sein seine ihr ihre unser unsere dieser diese dieses "
            "jeder jede jedes alle viele einige mehrere zwei drei im am vom zum zur beim",
        ),
        (_BOUNDARY, "von in an auf aus bei mit nach für über durch gegen zwischen unter neben als ohne und oder sowie aber"),
    ),
}
"""What a word may do to the words after it: license a stranded preposition, determine a noun, or begin a phrase."""
_FLAGS = {lang: {word: flag for flag, words in groups for word in words.split()} for lang, groups in _WORDS.items()}
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
    before = text[max(0, start - 40) : start].lower()
    left = before[before.rfind("\n") + 1 :].rsplit(None, 2)
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
    return GapModel(load_table(name), name.partition("/")[0])


class GapModel:
    """The model as loaded from a table; read-only and safe to share."""

    def __init__(self, table: bytes, lang: str = "en") -> None:
        """Unpack what ``pack`` made for ``lang``. Raises ``ValueError`` when ``table`` is something else."""
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
        self._flags = _FLAGS[lang]
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
        return float(self.slope * self.score(text, start, end) + self.shift)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("load the table where it is needed")

    def score(self, text: str, start: int, end: int) -> float:
        """Return how much speaks for a missing name in the gap ``start:end`` of ``text``: log-odds in the mix of the training."""
        weights = self._weights
        return float((sum([weights[i] for i in self.features(text, start, end)]) + self._bias) / self._scale)

    def _classify(self, token: str) -> tuple[int, int, int, int, int]:
        """Return hash, class hash, shape, trailing mark and flags of one blank-separated token."""
        stripped = token.strip(_OUTER)
        core = stripped.rstrip(_EDGE).lstrip(_EDGE)
        lower = core.lower()
        flags = self._flags.get(lower, 0)
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
        last = token[-1]
        if last in ".!?:;":
            flags |= _STOP
        elif last == ",":
            flags |= _COMMA
        if last in ',.;:!?)”"':
            flags |= _PAUSE
        elif last.isalpha():
            flags |= _LETTER
        if lower.endswith(("'s", "’s")) or token.endswith(("s'", "s’")):
            flags |= _DETERMINER
        return value + mark, kind * 8 + (mark % 7 if mark else 0), shape, mark, flags

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
        touching = right[size : size + 1].isalnum() and bool(sign)
        token = self._token
        lefts = [token(word) for word in words[:-14:-1]]
        n = min(9, len(lefts))
        # What licenses a stranded preposition: a question word, an infinitive or a passive earlier in the sentence.
        wh = to = be = commas = length = 0
        for _, _, _, _, flags in lefts[1:]:
            if flags & _STOP:
                break
            length += 1
            if flags & (_QUESTION | _TO | _BE | _COMMA):
                if flags & _QUESTION:
                    wh = wh or (1 if length < 4 else 2)
                elif flags & _TO:
                    to = to or (1 if length < 3 else 2)
                elif flags & _BE:
                    be = be or (1 if length < 3 else 2)
                if flags & _COMMA:
                    commas += 1
        # Whether the noun phrase before the gap lacks its determiner: "with chatbot maker", against "with a chatbot maker".
        bare = reach = 0
        for _, _, _, _, flags in lefts[:5]:
            if flags & _BOUNDARY or (reach and flags & _PAUSE):
                bare = 3 if flags & _LETTER else 2
                break
            if flags & _DETERMINER:
                bare = 1
                break
            reach += 1
        if not bare and reach == len(words):
            bare = 4
        void = (_NONE, _NONE, 0, 0, 0)
        while len(lefts) < 4:
            lefts.append(void)
        (l1, c1, s1, m1, _), (l2, c2, s2, m2, _), (l3, c3, s3, m3, _), (_, c4, _, _, _) = lefts[:4]
        rights = [token(word) for word in right[size:].split(None, 4)[:3]]
        while len(rights) < 3:
            rights.append(void)
        (r1, d1, t1, e1, _), (r2, d2, t2, _, _), (_, d3, _, _, _) = rights
        depth = left.count("(") - left.count(")") if "(" in left else 0
        phrase = bare * 8 + min(reach, 5)
        strand = wh * 9 + to * 3 + be + 31
        span = length if length < 4 else 4 if length < 7 else 5
        tail = t1 * 2 + touching
        whole = 1 if not words else 2
        sh = s1 * 131 + s2
        at_left, at_mark, mark_c = l1 * _A, mark * _B, mark * _C
        f = [
            at_left + at_mark + 1,
            at_left + at_mark + r1 * _C + 2,
            at_left + at_mark + d1 * _C + tail * _D + 3,
            l2 * _A + l1 * _B + mark_c + 4,
            l2 * _A + l1 * _B + mark_c + d1 * _D + 5,
            c2 * _A + l1 * _B + mark_c + r1 * _D + 6,
            c2 * _A + l1 * _B + mark_c + (d1 * 4099 + d2) * _D + 7,
            c3 * _A + c2 * _B + l1 * _C + mark * _D + 8,
            (c3 * 4099 + c2) * _A + c1 * _B + mark_c + d1 * _D + 9,
            l3 * _A + l2 * _B + l1 * _C + 10,
            l2 * _A + l1 * _B + 11,
            c3 * _A + c2 * _B + c1 * _C + 12,
            (c4 * 4099 + c3) * _A + c2 * _B + l1 * _C + mark * _D + 13,
            mark * _A + r1 * _B + r2 * _C + 14,
            mark * _A + d1 * _B + d2 * _C + d3 * _D + 15,
            strand * _A + l1 * _B + mark_c + 16,
            strand * _A + l2 * _B + l1 * _C + 17,
            strand * _A + c2 * _B + l1 * _C + mark * _D + 18,
            span * _A + l1 * _B + mark_c + tail * _D + 19,
            c1 * _A + at_mark + d1 * _C + 20,
            c2 * _A + c1 * _B + mark_c + 21,
            sh * _A + at_mark + tail * _C + s3 * _D + 22,
            sh * _A + at_mark + m2 * _C + r1 * _D + 23,
            (m1 * 8191 + m2) * _A + m3 * _B + mark_c + tail * _D + 24,
            c1 * _A + at_mark + r1 * _C + 25,
            c1 * _A + at_mark + tail * _C + m1 * _D + 26,
            r1 * _A + m1 * _B + mark_c + whole * _D + 27,
            mark * _A + (depth + 2) * _B + m1 * _C + e1 * _D + 28,
            min(commas, 3) * _A + at_mark + m1 * _C + s1 * _D + r1 + 29,
            whole * _A + at_mark + d1 * _C + span * _D + 30,
            at_left + tail * _B + d1 * _C + d2 * _D + 31,
            l3 * _A + l1 * _B + mark_c + 32,
            c2 * _A + c1 * _B + d1 * _C + d2 * _D + mark + 33,
            (mark + t2) * _A + t1 * _B + r2 * _C + 34,
            l2 * _A + at_mark + d1 * _C + 35,
            at_left + r1 * _B + 36,
            phrase * _A + l1 * _B + mark_c + 37,
            phrase * _A + c1 * _B + mark_c + 38,
            phrase * _A + c1 * _B + d1 * _C + mark * _D + s1 + 39,
            bare * _A + c1 * _B + c2 * _C + mark * _D + 50,
            bare * _A + l1 * _B + d1 * _C + tail * _D + 51,
        ]
        key = at_left + at_mark + 40
        for i in range(2, n):
            f.append(key + lefts[i][0] * _C)
            f.append(key + lefts[i][1] * _D + min(i, 5))
        mask = self._mask
        return [value * _M >> 22 & mask for value in f]


def pack(
    prints: bytes,
    classes: bytes,
    quick: bytes,
    weights: bytes,
    *,
    scale: int,
    bias: int,
    cuts: Sequence[int],
    slope: float,
    shift: float,
) -> bytes:
    """Return the table that ``GapModel`` reads.

    The sizes of the four parts are powers of two; bias and cuts are in the units of the weights.
    """
    sizes = [len(part).bit_length() - 1 for part in (prints, quick, weights)]
    header = _HEADER.pack(_MAGIC, *sizes, scale, bias, round(1000 * slope), round(1000 * shift), *cuts)
    return zlib.compress(header + prints + classes + quick + weights, 9)
