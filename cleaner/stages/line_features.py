"""What a line looks like on its own, as numbers of features: its shape, its signs, its words.

The same functions serve the training script and the judge, so both see the same. *Shape* features are small numbers below
``SHAPES``; *word* features are hashes below ``WORDS`` (one word, two words in a row, the start of a long word), with the edges of the
line as words of their own. Nothing here knows a language: scripts without blanks count one character as one word.
"""

from __future__ import annotations

from zlib import crc32

from cleaner.lazy import lazy_pattern

__all__ = ["SHAPES", "WORDS", "shape_features", "size_class", "word_features", "word_places"]

WORDS = 1 << 18
"""Size of the table of hashed word features."""
MAX_WORDS = 40
"""Words that are read: what follows in a long line adds little and costs time."""

_WORD = lazy_pattern(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]+"
)
_CJK = lazy_pattern(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_CAPITAL = lazy_pattern(r"(?:^|\s)[^\W_a-zß-öø-ÿа-яё]")
_URL = lazy_pattern(r"https?:|www\.|\.(?:com|org|net|de|co|info)\b")
_YEAR = lazy_pattern(r"\b(?:19|20)\d\d\b|[12]\d{3}年")
_CLOCK = lazy_pattern(r"\b\d{1,2}:\d\d\b")
_OPEN_QUOTE = lazy_pattern('["“„«「]')
_NEITHER = lazy_pattern(r"[^\w\s]|_")
_DIGIT = lazy_pattern(r"\d")
_UPPER = lazy_pattern(r"[A-ZÀ-ÖØ-ÞА-ЯЁΑ-Ω]")
_CLOSERS = "\"'”’»)）]」』 "
_BULLETS = "•·-–—*►▶▪■●○→»>+‣◦"
_SIGNS = "@|©/»›→#&+·•"

_SIZES = (0, 1, 2, 3, 4, 6, 9, 14, 24, 40, 70)
_SIZE_CLASS = [sum(count > edge for edge in _SIZES) for count in range(72)]
_ENDS = 9  # . ! : e , 0 a x q
_STARTS = 7
_CAPS = 7
_N = len(_SIZES) + 1

# Offsets of the blocks of shape features.
_AT_SIZE = 0
_AT_END = _AT_SIZE + _N
_AT_START = _AT_END + _ENDS
_AT_SIZE_END = _AT_START + _STARTS
_AT_SIZE_CAPS = _AT_SIZE_END + _N * _ENDS
_AT_CAPS_END = _AT_SIZE_CAPS + _N * _CAPS
_AT_UPPER = _AT_CAPS_END + _CAPS * _ENDS
_AT_DIGITS = _AT_UPPER + 6 * _N
_AT_MARKS = _AT_DIGITS + 6 * _N
_AT_START_END = _AT_MARKS + 7 * _N
_AT_SIZE_START = _AT_START_END + _STARTS * _ENDS
_AT_COMMAS = _AT_SIZE_START + _N * _STARTS
_AT_SIGNS = _AT_COMMAS + 5
_AT_FLAGS = _AT_SIGNS + len(_SIGNS)
_AT_YEAR = _AT_FLAGS + 3
_AT_CLOCK = _AT_YEAR + _N
SHAPES = _AT_CLOCK + _N
"""Number of shape features."""

_SALT_PAIR = 0x5BD1E995
_SALT_STEM = 0x1B873593
_SALT_SHORT = 0x2545F491
_EDGE = crc32(b"\n")


def size_class(words: int) -> int:
    """Return the class of a line of ``words`` words, 0 … 11."""
    return _SIZE_CLASS[words] if words < 71 else _N - 1


def _end_class(text: str) -> int:
    bare = text.rstrip(_CLOSERS)
    if not bare:
        return 8
    last = bare[-1]
    if last == "…" or bare.endswith("..."):
        return 3
    if last in ".。।":
        return 0
    if last in "!?！？؟":
        return 1
    if last in ":：":
        return 2
    if last in ",;，；、":
        return 4
    if last.isdigit():
        return 5
    return 6 if last.isalpha() else 7


def _start_class(first: str) -> int:
    if first in _BULLETS:
        return 0
    if first.isdigit():
        return 1
    if first.isupper():
        return 2
    if first.islower():
        return 3
    if first in "\"“„«‘'「『":
        return 4
    return 5 if first.isalpha() else 6


def _share_class(count: int, size: int, edges: tuple[int, ...]) -> int:
    """The class of ``count / size`` among ``edges`` in per mille."""
    share = 1000 * count // size
    for index, edge in enumerate(edges):
        if share <= edge:
            return index
    return len(edges)


def shape_features(text: str, words: int) -> list[int]:
    """Return the shape features of a line without outer white space that counts ``words`` words."""
    size = size_class(words)
    end = _end_class(text)
    start = _start_class(text[0])
    length = len(text)
    ascii_only = text.isascii()
    if ascii_only or not _CJK.search(text):
        caps = _share_class(len(_CAPITAL.findall(text)), max(1, text.count(" ") + 1), (0, 200, 400, 600, 800, 999))
    else:
        caps = 6
    features = [
        _AT_SIZE + size,
        _AT_END + end,
        _AT_START + start,
        _AT_SIZE_END + size * _ENDS + end,
        _AT_SIZE_CAPS + size * _CAPS + caps,
        _AT_CAPS_END + caps * _ENDS + end,
        _AT_UPPER + 6 * size + _share_class(len(_UPPER.findall(text)), length, (0, 50, 100, 200, 500)),
        _AT_DIGITS + 6 * size + _share_class(len(_DIGIT.findall(text)), length, (0, 30, 100, 250, 600)),
        _AT_MARKS + 7 * size + _share_class(len(_NEITHER.findall(text)), length, (0, 20, 40, 80, 150, 400)),
        _AT_START_END + start * _ENDS + end,
        _AT_SIZE_START + size * _STARTS + start,
        _AT_COMMAS + _share_class(text.count(",") + text.count("，") + text.count("、"), max(1, words), (0, 30, 60, 100)),
    ]
    for index, sign in enumerate(_SIGNS):
        if sign in text:
            features.append(_AT_SIGNS + index)
    if ("." in text and _URL.search(text)) or "//" in text:
        features.append(_AT_FLAGS)
    if _OPEN_QUOTE.search(text):
        features.append(_AT_FLAGS + 1)
    if not ascii_only:
        features.append(_AT_FLAGS + 2)
    if _YEAR.search(text):
        features.append(_AT_YEAR + size)
    if ":" in text and _CLOCK.search(text):
        features.append(_AT_CLOCK + size)
    return features


def word_features(text: str) -> list[int]:
    """Return the word features of a line; a word that occurs twice counts twice."""
    words = _WORD.findall(text.lower())[:MAX_WORDS]
    features: list[int] = []
    before = _EDGE
    for word in words:
        code = word.encode("utf-8", "surrogatepass")
        one = crc32(code)
        features.append(one)
        features.append(crc32(code, before ^ _SALT_PAIR))
        if len(word) > 5:
            features.append(crc32(word[:5].encode("utf-8", "surrogatepass"), _SALT_STEM))
        before = one
    features.append(crc32(b"\n", before ^ _SALT_PAIR))
    if len(words) <= 3:
        features += [feature ^ _SALT_SHORT for feature in features]
    mask = WORDS - 1
    return [feature & mask for feature in features]


def word_places(text: str) -> list[tuple[int, list[int]]]:
    """Return where each word of ``text`` starts, with the features it brings."""
    places = []
    before = _EDGE
    mask = WORDS - 1
    for match in _WORD.finditer(text):
        word = match[0].lower()
        code = word.encode("utf-8", "surrogatepass")
        one = crc32(code)
        features = [one & mask, crc32(code, before ^ _SALT_PAIR) & mask]
        if len(word) > 5:
            features.append(crc32(word[:5].encode("utf-8", "surrogatepass"), _SALT_STEM) & mask)
        places.append((match.start(), features))
        before = one
    return places
