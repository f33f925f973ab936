"""The letters beyond ASCII that languages in Latin script use, for judging whether an accent belongs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from cleaner.lazy import lazy_pattern

__all__ = ["foreign_letters", "known", "one_alphabet"]

_LETTERS: Mapping[str, str] = {
    "af": "áéèêëîïôöûü",
    "ca": "àçèéíïòóúü",
    "cs": "áčďéěíňóřšťúůýžäĺľŕôö",
    "cy": "âêîôûŵŷáàéèëïíóòöúùüẃẁýỳÿ",
    "da": "æøåéèüöäáó",
    "de": "äöüßéèàáçñ",
    "en": "éèêëàâáäçñóöôüúïíåø",
    "es": "áéíñóúüçàèö",
    "et": "äõöüšž",
    "fi": "äöåšžé",
    "fr": "àâæçèéêëîïôœùûüÿö",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "id": "é",
    "it": "àèéìíîòóùú",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūžōŗ",
    "nl": "áéèêëïíóöüúàâçñ",
    "no": "æøåéèêóòôüöäà",
    "pl": "ąćęłńóśźżéü",
    "pt": "áâãàçéêíóôõúüèñò",
    "ro": "ăâîșțşţ",
    "sk": "áäčďéíĺľňóôŕšťúýžěřů",
    "sl": "čšžćđ",
    "sq": "ëç",
    "sv": "åäöéàèüáæø",
    "tl": "ñéáíóú",
    "tr": "çğıöşüâîûİ",
    "vi": "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
}
"""By ISO 639-1 code: the letters of the language and the few that come in with everyday loans."""
_NEUTRAL = frozenset("ªºéÉ")
_ODD_SIGN = lazy_pattern(
    r"(?<=[^\W\d_])[^\w\s“”‘’„‚«»‹›–—…°€£§©®™•\xa0\xad·/|\x00-\x7f]"
    r"|[^\w\s“”‘’„‚«»‹›–—…°€£§©®™•¿¡\xa0\xad/|~\x00-\x7f](?=[^\W\d_])"
)


@cache
def _alphabet(language: str) -> frozenset[str]:
    letters = _LETTERS[language]
    return frozenset(letters + letters.upper())


def known(language: str | None) -> bool:
    """Whether the letters of ``language`` are known."""
    return language in _LETTERS


def foreign_letters(text: str, language: str) -> int:
    """Return how many characters beyond ASCII in ``text`` the language has no use for: letters of others, signs inside words."""
    alphabet = _alphabet(language)
    foreign = sum(char > "\x7f" and char.isalpha() and char not in alphabet and char not in "ªº" for char in text)
    return foreign + len(_ODD_SIGN.findall(text))


@lru_cache(maxsize=4096)
def one_alphabet(letters: frozenset[str]) -> bool:
    """Whether ``letters``, all of a document's letters beyond ASCII, are those of one language in Latin script."""
    letters -= _NEUTRAL
    return any(letters <= _alphabet(language) for language in _LETTERS)
