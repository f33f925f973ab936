"""Texts that end too early, and texts that only seem to."""

from __future__ import annotations

import pytest

from cleaner.document import Document
from cleaner.stages.cut_texts import CUT_RULES, cut_texts

BODY = (
    "Looms of the north\n\nThe mill by the river was built long ago. It has been run by the same family since then.\n\n"
    "Ada Brandt took it over last spring. She wants to keep the old looms and add new ones.\n\n"
)


def report(text: str, profile: str = "precise", lang: str | None = "en") -> list[tuple[str, str]]:
    document = Document(text, lang=lang)
    return [(finding.rule.removeprefix("truncation."), finding.text) for finding in cut_texts(document, profile)]


@pytest.mark.parametrize(
    "ending",
    [
        "The wool comes from sheep that graze on the islands. The cloth is sold in the town.",
        "The wool comes from sheep on the islands, and that is that...",
        "He asked whether anyone knew what the looms were for?",
        "Photo: the mill by the river as it stood in the year when the family came to the valley with",
        "By Ada Brandt",
        "Tags: wool, looms, mills",
        "They come in three kinds:\n\nOld looms.\nNew looms.",
        "“All of this will go on,” she said. “We have only just begun …”",
        "The quote has a gap, she said, “and the wool […] was good”. That was all she had to say about it.",
        "",
    ],
)
def test_sound_endings(ending: str) -> None:
    assert report(BODY + ending) == []


@pytest.mark.parametrize(
    ("ending", "rule", "text"),
    [
        (
            "The wool comes from sheep that graze on the islands. The cloth is sold in the town and then [...]",
            "cut-excerpt",
            "[...]",
        ),
        (
            "The wool comes from sheep that graze on the islands. The cloth is sold in the town and then […]\n",
            "cut-excerpt",
            "[…]",
        ),
        (
            "The wool comes from sheep that graze on the … Continue reading Looms of the north",
            "cut-teaser",
            "… Continue reading Looms of the north",
        ),
        ("The wool comes from sheep... Read more", "cut-teaser", "... Read more"),
        ("The wool comes from sheep that graze on the islands. The cloth is then sold in the", "cut-sentence", ""),
        ("The wool comes from sheep that graze on the islands. The cloth is then sold by the…", "cut-sentence", ""),
        ("The wool comes from sheep that graze on the islands. The following kinds of cloth are made:", "cut-list", ""),
    ],
)
def test_cut_endings(ending: str, rule: str, text: str) -> None:
    assert report(BODY + ending) == [(rule, text)]
    assert f"truncation.{rule}" in CUT_RULES


def test_a_lone_paragraph_is_not_judged() -> None:
    assert report("The wool comes from sheep that graze on the islands. The cloth is then sold in the") == []
    assert report("The following kinds of cloth are made from the wool of the sheep that graze there:") == []


def test_german_endings() -> None:
    body = "Die Mühle am Fluss\n\nDie Mühle steht dort seit langer Zeit. Sie gehört einer Familie.\n\n"
    assert report(body + "Die Wolle kommt von Schafen auf den Inseln. Das Tuch wird dann in der Stadt von der", lang="de") == [
        ("cut-sentence", "")
    ]
    assert report(body + "Die Wolle kommt von Schafen auf den Inseln. Das Tuch wird dann in der Stadt verkauft.", lang="de") == []


def test_an_open_end_without_a_telling_word_needs_a_wider_tier() -> None:
    text = BODY + "The wool comes from sheep that graze on the islands. The cloth is then sold at markets near"
    assert report(text) == []
    assert report(text, "balanced") == [("cut-sentence", "")]
    assert report(text, "thorough", lang="fr") == []
