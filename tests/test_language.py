"""The language of a text: short and mixed ones, the gates before the costly judge, and the same answer every time."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from strategies import documents

from cleaner.document import Document
from cleaner.language import detect_language

TEXTS = {
    "en": "The council approved the plan on Monday after a debate that lasted until midnight and drew a large crowd.",
    "de": "Der Rat hat den Plan am Montag nach einer langen Debatte beschlossen, und viele Leute waren gekommen.",
    "fr": "Le conseil a adopté le projet lundi, après un débat qui a duré jusqu’à minuit et attiré beaucoup de monde.",
    "es": "El consejo aprobó el plan el lunes después de un debate que duró hasta la medianoche y atrajo a mucha gente.",
    "it": "Il consiglio ha approvato il piano lunedì dopo un dibattito che è durato fino a mezzanotte con molta gente.",
    "nl": "De raad heeft het plan maandag goedgekeurd na een debat dat tot middernacht duurde en veel mensen trok.",
    "pl": "Rada przyjęła plan w poniedziałek po debacie, która trwała do północy i przyciągnęła wielu ludzi.",
    "ru": "Совет одобрил план в понедельник после прений, которые длились до полуночи и собрали много людей.",
    "el": "Το συμβούλιο ενέκρινε το σχέδιο τη Δευτέρα μετά από συζήτηση που κράτησε ως τα μεσάνυχτα.",
    "ja": "市議会は月曜日に深夜まで続いた討論の後で計画を承認し、多くの人が集まった。",
    "ko": "시의회는 월요일 자정까지 이어진 토론 끝에 계획을 승인했고 많은 사람이 모였다.",
    "zh": "市议会星期一在持续到午夜的辩论之后批准了这项计划，吸引了许多人。",
    "he": "המועצה אישרה את התוכנית ביום שני אחרי דיון שנמשך עד חצות ומשך קהל רב.",
    "th": "สภาอนุมัติแผนเมื่อวันจันทร์หลังการอภิปรายที่ยาวนานจนถึงเที่ยงคืน",
}


@pytest.mark.parametrize("text", ["", " ", "\n", "12 345", "!?…", "\ud800\udfff", "\x00", "a"])
def test_nothing_to_tell_from(text: str) -> None:
    assert detect_language(text) in (None, "en")


@pytest.mark.parametrize("language", TEXTS)
def test_one_sentence(language: str) -> None:
    assert detect_language(TEXTS[language]) == language


@pytest.mark.parametrize("language", TEXTS)
def test_furniture_above_does_not_decide(language: str) -> None:
    assert detect_language("Menu\nLogin\n\n" + "\n".join([TEXTS[language]] * 6)) == language


def test_a_choice_of_one_needs_no_look() -> None:
    assert detect_language("", ["de"]) == "de"


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_a_choice_restricts_the_answer(language: str) -> None:
    assert detect_language(TEXTS[language], ["en", "de"]) in ("en", "de", None)
    if language != "fr":
        assert detect_language(TEXTS[language], ["en", "de"]) == language


@given(documents)
def test_any_text_has_the_same_answer_every_time(text: str) -> None:
    random.seed(1)
    first = detect_language(text)
    random.seed(2)
    state = random.getstate()
    assert detect_language(text) == first
    assert random.getstate() == state
    assert first is None or (len(first) == 2 and first.isalpha() and first.islower())


def test_a_new_process_gives_the_same_answers() -> None:
    program = (
        "from cleaner.language import detect_language as d\nfrom test_language import TEXTS\n"
        "print([d(t[i::2]) for t in TEXTS.values() for i in (0, 1)])"
    )
    path = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
    printed = {
        subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{program}"],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "7")
    }
    assert len(printed) == 1


def test_a_document_asks_once_and_only_when_asked() -> None:
    asked: list[str] = []

    def detect(text: str) -> str:
        asked.append(text)
        return "de"

    document = Document("text", detect=detect)
    assert document.known_lang is None
    assert asked == []
    assert (document.lang, document.lang, document.known_lang) == ("de", "de", "de")
    assert asked == ["text"]
    assert Document("text", lang="en", detect=detect).lang == "en"
    assert Document("text").lang is None
    assert asked == ["text"]


def test_the_detector_travels_to_processes() -> None:
    detect = pickle.loads(pickle.dumps(partial(detect_language, languages=("en", "de"))))
    assert detect(TEXTS["de"]) == "de"
