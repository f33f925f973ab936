"""Traces that are rules or code: what they see and, first, what they leave alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import Chain
from cleaner.stages.repetition import LOOP_RULE, loops

CHAIN = Chain.default(stages=("translation",))


def found(text: str, lang: str = "en") -> list[tuple[str, str]]:
    return [(finding.rule.partition(".")[2], finding.text) for finding in CHAIN.clean(text, lang=lang).findings]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The firm paid US$30 million, about £24m or €28m, and kept A$5 for tea.",
        "A user of a unique European unit asked a one-time question in an hour.",
        "He got an MBA, an X-ray and an honest answer; a hotel and a historic site were near.",
        "Vitamin A intake and Grade A eggs rose by 10% in a year.",
        "She later denied the report, and soon after said goodbye.",
        "That that man had had his say is clear.",
        "She was named interim CEO after interval training with a rival firm.",
        "Machine learning and search engines use neural networks; as of late the training set is shared data.",
        "It was built in the 19th century, on 2 March, for 3.5 million dollars.",
        "In 2015, 20 million people moved; 12,500 million litres flowed.",
        "Some 10 % of readers write it so.",
        "The chorus sang la la la la la la la la la.",
    ],
)
def test_clean_text_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "rule", "hit"),
    [
        ("It is committing$ 14 billion to the plan.", "glued-currency", "committing$ 14 billion"),
        ("After the rival’s£ 19 million bid it sold.", "glued-currency", "rival’s£ 19 million"),
        ("The bill was paid to a information provider.", "a-before-vowel", "a information"),
        ("He waited a hour for a honest reply of the shop.", "a-before-vowel", "a hour"),
        ("Acme after denied any change.", "after-for-later", "Acme after denied"),
        ("They sold the their house.", "doubled-determiner", "the their house"),
        ("Sales rose 3,5 percent in May.", "decimal-comma", "3,5 percent"),
        ("The plant cost 14 million € in the end.", "currency-after", "14 million €"),
        ("It dates from the 19 th century.", "spaced-ordinal", "19 th century"),
        ("As an AI language model, it said no.", "assistant-phrase", "As an AI language model"),
        ("Write to [Your Company Name] today.", "fill-in", "[Your Company Name]"),
        ("We sell {cheap|great|fine} shoes.", "spintax", "{cheap|great|fine}"),
        ("A state @-@ owned bank failed.", "detokenized", "e @-@ o"),
        ("The <unk> was signed.", "placeholder", "<unk>"),
        ("It was the the the end.", "function-word-loop", "the the the"),
        ("We use a fluffy derivation here.", "tortured-phrase", "fluffy derivation"),
        ("The board named an interval CEO on Friday.", "business-swap", "interval CEO"),
        ("Margins fell under foe force this year.", "business-swap", "foe force"),
    ],
)
def test_trace_is_flagged(text: str, rule: str, hit: str) -> None:
    assert (rule, hit) in found(text)


def test_spaced_percent_needs_other_evidence_and_english() -> None:
    assert found("About 10 % of its sales came from abroad.") == []
    assert ("spaced-percent", "10 %") in found("About 10 % of its sales, or paid$ 14 million, came from abroad.")
    assert found("Environ 10 % des ventes, soit payé$ 14 millions.", lang="fr") == []


def test_suggestions_name_the_expected_expression() -> None:
    result = CHAIN.clean("The interval CEO spoke of data. Scale after denied it.", lang="en")
    assert {finding.text: finding.suggestion for finding in result.findings}["interval CEO"] == "interim CEO"


def test_findings_never_change_text() -> None:
    text = "It is committing$ 14 billion to a information provider under foe force."
    result = CHAIN.clean(text)
    assert result.text is text
    assert not result.edits
    assert len(result.findings) == 3


@pytest.mark.parametrize(
    "text",
    [
        "No one knows what the weather of the week will bring to the coast this year, they said. " * 1,
        "-" * 300,
        "= = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =",
        "ha ha ha ha ha ha ha ha",
        "\n".join(["The same line comes again."] * 20),
    ],
)
def test_no_loop(text: str) -> None:
    assert loops(text) == []


@pytest.mark.parametrize("unit", ["the price of the ", "we want to say that we are ", "very important and "])
def test_loop_is_found(unit: str) -> None:
    text = "The report begins well enough and says " + unit * 20 + "end of the report."
    (finding,) = loops(text)
    assert finding.rule == LOOP_RULE
    assert finding.text == text[finding.start : finding.end]
    assert len(finding.text) >= len(unit) * 18


@given(st.text(alphabet="ab c\n", max_size=400))
def test_loops_are_spans_of_the_text(text: str) -> None:
    for finding in loops(text):
        assert finding.text == text[finding.start : finding.end]
        assert "\n" not in finding.text
