"""The debris stage as a whole: what goes, and above all what stays."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import documents

from cleaner.chain import Chain
from cleaner.stages.debris import RULES, TRIGGERS, Debris

PARAGRAPHS = (
    "The harbour office said on Tuesday that the eastern pier would stay closed until the divers had looked at every one of its "
    "forty pillars, which may take them until the middle of the month.",
    "Ferries to the outer islands leave from the fish market in the meantime, twice a day and once on Sundays, and carry no cars "
    "because the old ramp would not bear them.",
    "“We lose a third of our guests,” said the owner of the only hotel on the largest island, who has asked the county for help and "
    "has not yet had an answer.",
)
POEM = "\n".join(
    ["The tide goes out,", "the tide comes in,", "and nobody counts.", "", *["O harbour, O harbour,"] * 2, "and nobody counts."] * 3
)


@pytest.fixture(scope="module")
def chains() -> dict[str, Chain]:
    return {profile: Chain.default(profile, stages=("debris",)) for profile in ("precise", "balanced", "thorough")}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "Home",
        POEM,
        "\n".join(["Pier stays closed", "By Ann Lee", "4 May 2021", PARAGRAPHS[0], "What the islands say", *PARAGRAPHS[1:]]),
        "\n".join(["Pier stays closed", PARAGRAPHS[0], "Three things to pack:", "- water", "- a hat", "- a book", PARAGRAPHS[1]]),
        "\n".join([PARAGRAPHS[0], "“Where to?” he asked.", "“Home.”", "“Now?”", "“Now.”", PARAGRAPHS[2]]),
        "\n".join(["HELSINKI (News) — " + PARAGRAPHS[0], *PARAGRAPHS[1:], "Reporting by Ann Lee in Helsinki"]),
        " ".join(PARAGRAPHS * 2),
        "港口管理处星期二表示，东码头将继续关闭。\n潜水员要检查四十根柱子。\n岛民说什么\n“我们失去了三分之一的客人。”旅馆老板说。\n去外岛的渡轮改从鱼市场出发，每天两班，星期天一班，不载汽车。",
        "東の桟橋は閉鎖されたままだ。\n島の人々の声\n「客の三分の一を失った」と宿の主人は言う。\n離島への船は魚市場から一日二便、日曜は一便出ており、車は載せられない。",
    ],
)
def test_healthy_text_stays(chains: dict[str, Chain], text: str) -> None:
    result = chains["precise"].clean(text)
    assert result.edits == ()
    assert result.text is text


def test_a_tail_of_furniture_goes_and_the_article_stays(chains: dict[str, Chain]) -> None:
    article = "\n\n".join(["Pier stays closed", *PARAGRAPHS])
    tail = ["Share on Facebook", "Share on Twitter", "Related Articles", "Leave a Reply", "Your email address will not be published."]
    for profile, chain in chains.items():
        result = chain.clean(article + "\n\n" + "\n".join(tail))
        assert result.text == article, profile
        assert result.undo() == result.source


def test_the_judge_speaks_beside_known_debris(chains: dict[str, Chain]) -> None:
    menu = ["Skip to content", "Home", "News", "Sports", "Business", "About Us", "Contact Us", "Log In", "Subscribe"]
    text = "\n".join([*menu, "Pier stays closed", *PARAGRAPHS, "Privacy Policy", "Terms of Use", "Advertise With Us"])
    result = chains["precise"].clean(text)
    assert "Pier stays closed" in result.text
    assert all(paragraph in result.text for paragraph in PARAGRAPHS)
    judged = [edit for edit in result.edits if "debris.line-judge" in edit.rules]
    assert judged
    assert all(edit.reason and 0.5 < edit.confidence < 1 for edit in judged)


def test_tiers_grow(chains: dict[str, Chain]) -> None:
    tail = ["Also in this section", "Mayor opens new library wing", "Storm closes two schools", "Most Popular", "Sign In"]
    text = "\n".join([*PARAGRAPHS, *tail])
    removed = [len(text) - len(chains[profile].clean(text).text) for profile in ("precise", "balanced", "thorough")]
    assert removed == sorted(removed)


def test_scaffold_items_go_only_below_precise(chains: dict[str, Chain]) -> None:
    text = "\n".join([*PARAGRAPHS, "questions", "    Who pays for the divers, and when will they be done?", "actions"])
    precise = chains["precise"].clean(text).text
    assert precise.endswith("when will they be done?")
    assert "questions" not in precise
    assert chains["balanced"].clean(text).text == "\n".join(PARAGRAPHS)


def test_debris_inside_one_line_goes_exactly(chains: dict[str, Chain]) -> None:
    text = " ".join([*PARAGRAPHS, "Share on Facebook Share on Twitter Share via Email", "Leave a Reply", "All rights reserved."])
    result = chains["balanced"].clean(text)
    assert result.text.startswith(" ".join(PARAGRAPHS))
    assert "Share on" not in result.text
    assert not result.text.endswith(" ")


def test_a_repeated_title_keeps_its_first(chains: dict[str, Chain]) -> None:
    text = "\n\n".join(["Pier stays closed again", "Pier stays closed again", *PARAGRAPHS])
    assert chains["precise"].clean(text).text == "\n\n".join(["Pier stays closed again", *PARAGRAPHS])


@settings(max_examples=40, deadline=None)
@given(documents, st.sampled_from(["precise", "balanced", "thorough"]))
def test_cleaning_twice_is_cleaning_once(chains: dict[str, Chain], text: str, profile: str) -> None:
    once = chains[profile].clean(text)
    assert chains[profile].clean(once.text).text == once.text
    assert once.undo() == text


def test_the_stage_travels_and_says_what_its_rules_are_for() -> None:
    stage = pickle.loads(pickle.dumps(Debris("balanced")))
    assert stage.profile == "balanced"
    assert stage.triggers == TRIGGERS
    assert all(rule.startswith("debris.") and len(why) > 30 for rule, why in RULES.items())
