"""The gate in front of ftfy: the same output, on text that is meant to break it."""

from __future__ import annotations

import random

import ftfy
import pytest
from ftfy import TextFixerConfig
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import ftfy_gate

SAFE = TextFixerConfig(
    unescape_html=False,
    uncurl_quotes=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    fix_line_breaks=False,
    normalization=None,
    explain=False,
)
CONFIGS = [
    None,
    SAFE,
    TextFixerConfig(normalization="NFKC", explain=False),
    TextFixerConfig(fix_encoding=False, unescape_html=True),
    TextFixerConfig(uncurl_quotes=False, remove_control_chars=False, decode_inconsistent_utf8=False),
]
ALPHABET = (
    "aZ .,'&;<#\n\r\t\x1b[0m\x00\x07\x7f\x80\x85\x92\x9dÃÂâ€™œŒ“”‘’é×²³ðŸÐÑРСВГвЂГўΒΓΞΟβā€√∂≈°‚Äî–—…\xa0\xad¡¿«»ØÙ‡†à¹ɑ"
    "\u0301\u0327\u0338가\u1161ﬁｱＡ　\u2028\u2029\ud83d\ude00\ufeff\ufffdÅΩ£¥¢½©®™ẞßſ㎏"
)
ENTITIES = ["&amp;", "&lt;", "&eacute;", "&EACUTE;", "&#8217;", "&#x1F600;", "&amp;amp;", "&copy", "&#150;"]
ENTITIES += ["â€œ", "â€�", "Ã©", "Ã ", "вЂ™", "Â "]


def test_a_newer_ftfy_is_noticed() -> None:
    assert ftfy_gate.fingerprint() in ftfy_gate.KNOWN, "ftfy's tables changed: check the gate against it, then add its fingerprint"


def test_an_unknown_ftfy_is_called_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ftfy_gate, "KNOWN", frozenset())
    monkeypatch.setattr(ftfy, "fix_text", lambda text, config=None, **kwargs: "ftfy itself")
    assert ftfy_gate.fix_text("plain") == "ftfy itself"


def test_nothing_to_do_gives_the_same_object() -> None:
    text = "Nothing to do here.\nNor here: déjà vu, Straße, Прага.\n"
    assert ftfy_gate.fix_text(text) is text


@pytest.mark.parametrize("config", CONFIGS, ids=["default", "safe", "nfkc", "no-encoding", "explained"])
def test_random_strings(config: TextFixerConfig | None) -> None:
    draw = random.Random(20)
    wrong = []
    for _ in range(8_000):
        parts = [draw.choice(ENTITIES) if draw.random() < 0.15 else draw.choice(ALPHABET) for _ in range(draw.randint(1, 8))]
        text = "".join(parts)
        if ftfy_gate.fix_text(text, config) != ftfy.fix_text(text, config):
            wrong.append(text)
    assert wrong == []


SENTENCES = [
    "Après les événements, l’été était « fini » – déjà…",
    "Съешь же ещё этих мягких французских булок, да выпей чаю — “так”.",
    "Στο 5 % των περιπτώσεων; ναι, «έτσι».",
    "Dün akşam çok güzeldi, değil mi? 20 €",
    "昨日の夜、私たちは海岸を歩いた。",
    "He said “don’t” — £5 & ½ — naïve café.",
    "Příliš žluťoučký kůň 🐴 úpěl.",
    "الطقس جميل اليوم، أليس كذلك؟",
]
CODECS = ["latin-1", "sloppy-windows-1252", "sloppy-windows-1251", "sloppy-windows-1250", "sloppy-windows-1253"]
CODECS += ["macroman", "cp437", "iso-8859-2", "cp850"]


def test_reencoded_lines() -> None:
    import ftfy.bad_codecs

    ftfy.bad_codecs.ok()
    lines = []
    for sentence in SENTENCES:
        for first in CODECS:
            once = sentence.encode().decode(first, "replace")
            lines.append(once)
            lines += [once.encode("utf-8", "replace").decode(second, "replace") for second in CODECS[:4]]
    assert [line for line in lines if ftfy_gate.fix_text(line) != ftfy.fix_text(line)] == []
    draw = random.Random(4)
    for _ in range(60):
        document = "\n".join(draw.choice(lines + SENTENCES + ENTITIES + ["<p>", "a\r", ""]) for _ in range(draw.randint(1, 12)))
        assert ftfy_gate.fix_text(document) == ftfy.fix_text(document)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from(ALPHABET), max_size=30) | st.text(max_size=30))
def test_any_string(text: str) -> None:
    assert ftfy_gate.fix_text(text) == ftfy.fix_text(text)


def test_markup_stops_unescaping_in_its_line_and_after() -> None:
    text = "a &eacute;\nb <i> &eacute;\nc &eacute;"
    assert ftfy_gate.fix_text(text) == ftfy.fix_text(text) == "a é\nb <i> &eacute;\nc &eacute;"


def test_long_lines_are_cut_where_ftfy_cuts_them() -> None:
    config = TextFixerConfig(max_decode_length=10, explain=False)
    for text in ("aÃ©" * 20, "aaaaaaaaaÃ©", "Ã©\n" * 20, "a" * 10 + "\nÃ©"):
        assert ftfy_gate.fix_text(text, config) == ftfy.fix_text(text, config)


def test_keywords_and_bytes_are_treated_as_ftfy_treats_them() -> None:
    assert ftfy_gate.fix_text("“Ã©”", uncurl_quotes=False) == ftfy.fix_text("“Ã©”", uncurl_quotes=False)
    with pytest.raises(UnicodeError):
        ftfy_gate.fix_text(b"bytes")  # type: ignore[arg-type]
