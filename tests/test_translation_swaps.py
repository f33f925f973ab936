"""Unlisted swaps and the judgement on a document."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import Chain
from cleaner.model import Finding
from cleaner.stages.spun_document import Evidence, probability
from cleaner.stages.swaps import FEATURES, Swap, SwapTable, swap_table
from cleaner.stages.translation import SPUN_RULE, SWAP_RULE, Translation
from cleaner.stages.wordpairs import Pair, content_pairs, pairs_around

PLAIN = (
    "The town council met on Tuesday to talk about the new bridge. Most of those who came wanted it built before winter, but the "
    "mayor said that the money would not last. A retired teacher asked why the old ferry had been sold. Nobody could tell her. "
    "After an hour they agreed to ask the county for help and went home in the rain. "
)
SPUN = (
    "The organization is committing$ 14 million to a information framework. Its interval CEO said that the calculation will utilize "
    "profound learning and man-made consciousness. Acme after denied that the machine learning calculation had an exactness of 10 %. "
    "The stock marketplace fell as foe force grew, and the preparation information was lost in the neural organization. "
)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", []),
        ("of the and in", []),
        ("John Smith met Mary Jones in New York.", []),
        ("red, green; blue. Yellow", []),
        ("a red  house", []),
        ("so it was foo.bar/baz and x@home to a.m. it", []),
        ("The interval CEO. left", [("interval", "ceo")]),
        ("Deep learning works.", [("deep", "learning"), ("learning", "works")]),
        ("Its move highlights the plan", []),
        ("a fluffy-logic", [("fluffy", "logic")]),
        ("a long-term plan of fluffy-logic rules", [("long", "term"), ("fluffy", "logic")]),
    ],
)
def test_content_pairs(text: str, pairs: list[tuple[str, str]]) -> None:
    assert [(pair.left, pair.right) for pair in content_pairs(text)] == pairs


@given(st.text(alphabet="abAB -.’\n", max_size=80))
def test_pairs_cover_what_they_say(text: str) -> None:
    for pair in content_pairs(text):
        assert text[pair.start : pair.end].lower().replace("-", " ") == f"{pair.left} {pair.right}"


def test_pairs_around_triggers_are_whole_words() -> None:
    text = "A frameworks calculation; the calculation framework. Precalculation ends."
    triggers = [(at, at + 11) for at in range(len(text)) if text[at : at + 11].lower() == "calculation"]
    assert [(pair.left, pair.right) for pair in pairs_around(text, triggers)] == [
        ("frameworks", "calculation"),
        ("calculation", "framework"),
    ]


def test_table_knows_usual_pairs_and_unusual_ones() -> None:
    table = swap_table()
    assert table.score("interest", "rate") is None
    assert table.score("machine", "learning") is None
    assert table.score("qqqx", "learning") is None
    odd, usual = table.score("arbitrary", "woodland"), table.score("wooden", "bridges")
    assert odd is not None
    assert usual is None or odd.score > usual.score
    left, right = table.ids["arbitrary"], table.ids["woodland"]
    assert len(table.features(left, right)[0]) == len(FEATURES)


def test_table_refuses_other_files() -> None:
    with pytest.raises(ValueError, match="install"):
        SwapTable(b"nothing")


def test_scores_are_integers_and_the_same_each_time() -> None:
    table = swap_table()
    first = table.score("preparing", "subset")
    assert first == table.score("preparing", "subset")
    assert first is None or isinstance(first.score, int)


@given(st.floats(-1000, 1000))
def test_probability_is_monotone_and_bounded(odds: float) -> None:
    assert 0.0 < probability(odds) < 1.0
    assert probability(odds) <= probability(odds + 1)


def test_evidence_starts_at_the_prior_and_length_speaks_against() -> None:
    assert Evidence(0).odds < -4
    assert Evidence(6000).odds < Evidence(600).odds


def test_repeated_evidence_counts_once() -> None:
    finding = Finding(0, 3, "abc", "translation.x", "translation")
    pair = (Pair(0, 5, "aa", "bb"), Swap(4096, None))
    once, often = Evidence(600), Evidence(600)
    once.add_findings([finding], 0.75)
    often.add_findings([finding] * 9, 0.75)
    once.add_pairs([pair])
    often.add_pairs([pair] * 9)
    assert once.odds == often.odds


def test_spun_document_is_convicted_and_clean_one_is_not() -> None:
    chain = Chain.default(stages=("translation",))
    clean, spun = chain.clean(PLAIN * 3), chain.clean(SPUN * 3)
    assert clean.scores["translation"] == 0.0
    assert not clean.findings
    assert (spun.scores["translation"] or 0.0) > 0.9
    rules = {finding.rule for finding in spun.findings}
    assert SPUN_RULE in rules
    assert "translation.spaced-percent" in rules


def test_thorough_lists_at_least_what_the_default_lists() -> None:
    default, thorough = (Chain.default(profile, stages=("translation",)).clean(SPUN) for profile in ("precise", "thorough"))
    spans = {(finding.start, finding.end) for finding in thorough.findings}
    assert all(any((s <= f.start and f.end <= e) or (f.start, f.end) == (s, e) for s, e in spans) for f in default.findings)


def test_no_swaps_in_other_languages() -> None:
    chain = Chain.default("thorough", stages=("translation",))
    result = chain.clean("Die Organisation plant ein Framework für profunde Diskurse im Intervall der Information. " * 4)
    assert not [finding for finding in result.findings if finding.rule == SWAP_RULE]


def test_stage_is_picklable_and_pure() -> None:
    stage = pickle.loads(pickle.dumps(Translation("thorough")))
    assert stage.profile == "thorough"
    assert stage.triggers == Translation().triggers


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    result = Chain.default("thorough", stages=("translation",)).clean(text, lang="en")
    assert result.text == text
    assert not result.edits
    for finding in result.findings:
        assert finding.text == text[finding.start : finding.end]
