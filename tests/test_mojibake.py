"""The mojibake stage: what it repairs, and above all what it leaves alone."""

from __future__ import annotations

import json
import os
import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.document import Document
from cleaner.edits import apply_edits, undo_edits
from cleaner.stages.mojibake import RULES, Mojibake

STAGE = Mojibake()


def repaired(text: str, stage: Mojibake = STAGE) -> str:
    return apply_edits(text, stage(Document(text)).edits)


def misread(text: str, right: str, wrong: str) -> str:
    """What ``text`` looks like when its bytes are read with the wrong table; an undefined byte keeps its number."""
    return "".join(
        bytes([byte]).decode(wrong, "ignore") or chr(byte) for byte in text.encode(right)
    ) if wrong not in ("gbk", "cp932", "cp949", "cp950") else text.encode(right).decode(wrong)


HEALTHY = [
    "",
    "Plain English, nothing else.\r\nAnd a second line.\f\tEnd",
    "“Curly” quotes — and dashes… aren’t damage; neither is a no-break\xa0space.",
    "Les élèves étaient déjà là : « où ça ? »",
    "Žluťoučký kůň úpěl ďábelské ódy.",
    "Съешь же ещё этих мягких французских булок, да выпей чаю.",
    "ΑΥΤΗ ΕΙΝΑΙ ΜΙΑ ΔΟΚΙΜΗ και τίποτε άλλο.",
    "これは普通の文章です。東京は日本の首都です。",
    "今天的天气很好，我们去公园散步吧。",
    "오늘은 날씨가 좋아서 공원에 갔습니다.",
    "ÅÄÖ ÆØÅ",
    "╔════╗\n║ Añ ║\n╚════╝",
    "(╯°□°)╯︵ ┻━┻ and ¯\\_(ツ)_/¯",
    "e\u0301te\u0301 in decomposed form, and Ｆｕｌｌ　ｗｉｄｔｈ",
    "2 ≤ x² ± ½, 30 °C, £5 or 3 €",
    "The string 'Ã©' is what é looks like when UTF-8 was decoded as Latin-1.",
    'print("caf\\u00e9", "%C3%A9", "&eacute;")',
    "See https://example.org/caf%C3%A9?a=1&amp;b=2 for more.",
    "Write &lt;b&gt;bold&lt;/b&gt; where it has to be bold.",
    "He sold his amp; then he bought a piano.",
    "The pain was acute; the sign on the circ; of the ring was old.",
    "Þetta er íslenska og hún á að vera í friði.",
]


@pytest.mark.parametrize("text", HEALTHY)
@pytest.mark.parametrize("profile", ["precise", "balanced"])
def test_healthy_text_stays(text: str, profile: str) -> None:
    assert Mojibake(profile)(Document(text)).edits == ()


SENTENCES = {
    "fr": "Après les événements de décembre, la fenêtre était restée fermée à côté du théâtre.",
    "ru": "Вчера вечером мы долго гуляли по набережной и говорили о будущем нашей страны.",
    "cs": "Děti přišly domů příliš pozdě a večeře byla dávno studená, řekla babička.",
    "el": "Χθες το βράδυ περπατήσαμε στην παραλία και μιλήσαμε για το μέλλον της χώρας.",
    "ja": "昨日の夜、私たちは海岸を歩きながら国の将来について話しました。",
    "zh": "昨天晚上我们在海边散步，谈论国家的未来和经济的发展。",
    "ko": "어제 저녁에 우리는 바닷가를 걸으면서 나라의 미래에 대해 이야기했습니다.",
    "tr": "Dün akşam sahilde yürürken ülkenin geleceği hakkında uzun uzun konuştuk, çünkü hava güzeldi.",
}


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("fr", "utf-8", "cp1252"),
        ("fr", "utf-8", "mac_roman"),
        ("fr", "utf-8", "cp437"),
        ("ru", "utf-8", "cp1252"),
        ("ru", "utf-8", "cp1251"),
        ("el", "utf-8", "cp1253"),
        ("ja", "utf-8", "latin-1"),
        ("ko", "utf-8", "cp1252"),
        ("ru", "cp1251", "cp1252"),
        ("ru", "koi8_r", "cp1251"),
        ("ru", "cp866", "cp1251"),
        ("ru", "cp1251", "koi8_r"),
        ("el", "cp1253", "cp1252"),
        ("cs", "cp1250", "cp1252"),
        ("cs", "iso8859_2", "latin-1"),
        ("tr", "cp1254", "cp1252"),
        ("ja", "cp932", "cp1252"),
        ("ja", "euc_jp", "latin-1"),
        ("zh", "gbk", "cp1252"),
        ("ko", "cp949", "cp1252"),
        ("ko", "cp949", "gbk"),
    ],
)
def test_misread_sentences_come_back(language: str, right: str, wrong: str) -> None:
    sentence = SENTENCES[language]
    assert repaired(misread(sentence, right, wrong)) == sentence


@pytest.mark.parametrize("language", ["fr", "ru", "ja"])
@pytest.mark.parametrize("layers", [2, 3])
def test_layers_come_off_one_by_one(language: str, layers: int) -> None:
    text = SENTENCES[language]
    for _ in range(layers):
        text = misread(text, "utf-8", "cp1252")
    assert repaired(text) == SENTENCES[language]


@pytest.mark.parametrize(
    ("text", "rule", "fixed"),
    [
        ("It wasn\x92t \x93good\x94.", "mojibake.c1-control", "It wasn’t “good”."),
        ("Fish &amp; chips, caf&eacute; &amp;amp; tea", "mojibake.entity", "Fish & chips, café & tea"),
        ("un d eacute;jeuner quot;simple quot;", "mojibake.bare-entity", 'un d éjeuner "simple "'),
        (r"So it was D\u00fcndar who said it\u2019s over.", "mojibake.unicode-escape", "So it was Dündar who said it’s over."),
        ("Les soci=C3=A9t=C3=A9s ont rejet=C3=A9 la demande.", "mojibake.quoted-printable", "Les sociétés ont rejeté la demande."),
        ("Mo%C5%BCna oczekiwa%C4%87 szybkich zmian.", "mojibake.percent-encoded", "Można oczekiwać szybkich zmian."),
        (r"b'Le g\xc3\xa9n\xc3\xa9ral a donn\xc3\xa9 ses ordres.'", "mojibake.bytes-literal", "Le général a donné ses ordres."),
        ("H\0a\0v\0i\0n\0g\0 \0b\0e\0e\0n\0 \0t\0h\0e\0r\0e\0", "mojibake.utf16-bytes", "Having been there"),
        ("ï»¿The first line.", "mojibake.bom", "The first line."),
        ("\x1b[31mred\x1b[0m text", "mojibake.terminal-escape", "red text"),
    ],
)
def test_each_kind_has_its_rule(text: str, rule: str, fixed: str) -> None:
    edits = STAGE(Document(text)).edits
    assert {name for edit in edits for name in edit.rules} == {rule}
    assert apply_edits(text, edits) == fixed


@pytest.mark.parametrize(
    ("text", "rule", "found"),
    [
        ("A caf\ufffd in Paris", "mojibake.replacement-character", "\ufffd"),
        ("zero\u200bwidth", "mojibake.zero-width", "\u200b"),
        ("abc\u202edef", "mojibake.bidi-control", "\u202e"),
        ("hi\U000e0041\U000e0042", "mojibake.tag-character", "\U000e0041\U000e0042"),
        ("log in at p\u0430yp\u0430l now", "mojibake.homoglyph", "p\u0430yp\u0430l"),
        ("bell\x07", "mojibake.control-character", "\x07"),
    ],
)
def test_what_is_lost_or_hidden_is_reported_with_its_place(text: str, rule: str, found: str) -> None:
    outcome = STAGE(Document(text))
    assert outcome.edits == ()
    assert [(f.rule, f.text, text[f.start : f.end]) for f in outcome.findings] == [(rule, found, found)]


def test_hidden_characters_go_when_asked() -> None:
    stage = Mojibake("precise", {"remove-invisible": True})
    assert repaired("ze\u200bro \u202eb\U000e0041\x07", stage) == "zero b"


def test_right_or_untouched() -> None:
    damaged = "Le pr\u00c3\u00a9sident de l\u2019\u00c3\ufffdfrique \u00c3\u00a9tait l\u00c3\u00a0."
    outcome = STAGE(Document(damaged))
    assert outcome.edits == ()
    assert "mojibake.doubtful" in {finding.rule for finding in outcome.findings}


def test_only_the_damaged_words_are_edited() -> None:
    text = "Ici tout va bien, déjà.\nMais ici un cafÃ© et un thÃ©Ã¢tre.\nEt là aussi, ça va."
    for edit in STAGE(Document(text)).edits:
        assert "\n" not in edit.before
        assert not edit.before.isascii()
    assert repaired(text) == "Ici tout va bien, déjà.\nMais ici un café et un théâtre.\nEt là aussi, ça va."


def test_every_rule_is_described() -> None:
    assert all(re.fullmatch(r"mojibake\.[a-z0-9-]+", rule) and why for rule, why in RULES.items())


def test_the_stage_pickles() -> None:
    assert repaired("cafÃ© crÃ¨me", pickle.loads(pickle.dumps(STAGE))) == "café crème"


@pytest.mark.parametrize(
    "text",
    [
        "a" + "\u0301" * 50_000,
        "&amp;" * 20_000,
        "`&lt;" * 20_000,
        "&" + "amp;" * 50_000 + "eacute;",
        "Ã©" * 30_000,
        "é" * 200_000,
        ";" * 100_000,
    ],
)
def test_adversarial_text_passes(text: str) -> None:
    outcome = STAGE(Document(text))
    assert undo_edits(apply_edits(text, outcome.edits), outcome.edits) == text


ODD = st.text(st.sampled_from("aZ é.&;#x27amp\\u00e9=C3%A9Ã©â€™“”\x92\x1b[0m\u200b\ufffdюФПìЯп╣脙茅\ud800\n\r\0"), max_size=40)


@settings(max_examples=150, deadline=None)
@given(ODD)
def test_any_text_is_survived_replayed_and_undone(text: str) -> None:
    outcome = STAGE(Document(text))
    after = apply_edits(text, outcome.edits)
    assert undo_edits(after, outcome.edits) == text
    for finding in outcome.findings:
        assert text[finding.start : finding.end] == finding.text


DATA = Path(os.environ.get("CLEANER_DATA", "")) / "mojibake" / "dev.jsonl"


@pytest.mark.skipif(not os.environ.get("CLEANER_DATA") or not DATA.exists(), reason="needs the development data")
def test_development_data() -> None:
    rows = [json.loads(line) for line in DATA.read_text(encoding="utf8").split("\n") if line]
    clean = [row for row in rows if row["corruption"] == "clean:prose" or row["corruption"].startswith("contested")]
    assert [row["id"] for row in clean if repaired(row["text"]) != row["text"]] == []
    damaged = [row for row in rows if row["recoverable"] == 1 and not row["corruption"].startswith(("clean", "contested"))][::4]
    right = sum(repaired(row["text"]) == row["expected"] for row in damaged)
    assert right >= 0.95 * len(damaged)
    for row in damaged[::5]:
        once = repaired(row["text"])
        assert repaired(once) == once
