"""The truncation stage: healthy texts first, then holes, priors, tiers and the manners of writing that only look like holes."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.document import Document
from cleaner.errors import ConfigError
from cleaner.matcher import Matcher
from cleaner.model import Finding
from cleaner.stages.gap_names import likely_names
from cleaner.stages.gap_style import is_bare_role, is_manner, is_tokenised
from cleaner.stages.gaps import TRIGGERS, find_gaps
from cleaner.stages.truncation import CUTS, RULES, Truncation

MATCHER = Matcher([], {"truncation": Truncation.triggers})


def report(text: str, profile: str = "precise", lang: str | None = "en", **options: object) -> list[Finding]:
    return list(Truncation(profile, options)(Document(text, lang=lang, scanner=MATCHER)).findings)


def marked(text: str, **options: object) -> str:
    """``text`` with ``[]`` at each finding of a lost name."""
    for finding in reversed(report(text, **options)):  # type: ignore[arg-type]
        text = text[: finding.start] + "[]" + text[finding.end :]
    return text


HEALTHY = [
    "",
    "A",
    "The mill was sold in March, and its owner, a weaver from the coast, moved away.",
    "She is the person I wanted to talk to, the one we all look up to.",
    "What are you thinking of? Nothing to speak of, and nothing to be afraid of.",
    "Come in, sit down, and tell us what the fuss is about.",
    "The offer still stands, and the harbour it was built for is open.",
    "The parts can be used in, or taken from, any other machine.",
    "The prices went up, on and off, over the year, and the firm gave in.",
    "It was, by and large, a quiet summer in the village.",
    "The cells were grown in vitro, and the in vivo tests of the drug come next.",
    "Brandt Mills Inc. is one of the oldest firms of the region and has no debts.",
    "The chairman, who had led the bank for years, said: the worst is over.",
    "Call run() once, then stop() and close(), in that order.",
    "We walked down the, uh, the lane that leads to the mill.",
    'The letter ends along the lines of, "we will see each other in spring".',
]


@pytest.mark.parametrize("text", HEALTHY)
def test_healthy_text_is_left_alone(text: str) -> None:
    outcome = Truncation()(Document(text, lang="en", scanner=MATCHER))
    assert outcome.findings == ()
    assert outcome.edits == ()
    assert outcome.score == 0.0


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("The company announced a partnership with[], which makes looms for the wool trade.", "lost-name"),
        ("According to the[], more than ten thousand people left the region last year.", "lost-name"),
        ("The mill was bought by[]. The price was not made public by either side.", "lost-name"),
        ("They compete with chatbot maker[], while others wait for the market to settle.", "lost-name"),
        ("The firm has had offices in Paris, London, and[].", "lost-item"),
        ("Both of the groups have asked for more money.[ ]is also looking for partners in the region.", "lost-subject"),
        ("The film stars Ada Brandt as the weaver ([]) and a cat as the mayor of the town.", "empty-brackets"),
        ("The service runs in Denmark, Norway,[], and Sweden, and will open elsewhere this year.", "lost-item"),
    ],
)
def test_holes(text: str, rule: str) -> None:
    low = text.index("[")
    joined = text[low + 1] == " "
    plain = text.replace("[ ]", " ").replace("[]", "")
    (finding,) = report(plain)
    assert finding.rule == f"truncation.{rule}"
    assert (finding.start, finding.end) == (low, low + joined)
    assert finding.text == plain[finding.start : finding.end]
    assert finding.confidence >= CUTS["precise"]
    assert finding.message


def test_text_of_other_languages_is_silent() -> None:
    text = "The company announced a partnership with, which makes looms for the wool trade."
    assert report(text)
    assert report(text, lang="fr") == []
    assert report("Die Firma gab eine Partnerschaft mit, die Webstühle baut, bekannt.", lang=None) == []


def test_wider_tiers_hold_the_narrower_ones() -> None:
    text = " ".join(
        [
            "The company announced a partnership with, which makes looms for the wool trade.",
            "Visitors can stream the talks on and read them later. The news was first shared by on Monday.",
            "It was the first time that had asked the for help. He likes to go there with.",
        ]
    )
    found = {tier: {finding.start for finding in report(text, tier)} for tier in CUTS}
    assert found["precise"] <= found["balanced"] <= found["thorough"]
    assert found["precise"]


def test_the_prior_moves_the_confidence() -> None:
    text = "The talks were held with and lasted a week. The mill was bought by. The price was not made public."
    usual, damaged, clean = (report(text, "thorough", prior=prior) for prior in (1e-3, 2e-2, 1e-6))
    assert {f.start for f in clean} <= {f.start for f in usual} <= {f.start for f in damaged}
    by_place = {f.start: f.confidence for f in damaged}
    assert all(by_place[f.start] >= f.confidence for f in usual)
    assert any(by_place[f.start] > f.confidence for f in usual)


@pytest.mark.parametrize("options", [{"prior": 0}, {"prior": 1.5}, {"prior": "high"}, {"prior": True}, {"priors": 0.1}])
def test_wrong_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="prior"):
        Truncation("precise", options)


def test_one_hole_makes_the_next_more_likely() -> None:
    weak = "Ada Brandt, founder of and former chief of the mill, wrote the report with two others."
    strong = "The company announced a partnership with, which makes looms for the wool trade. "
    alone = {f.start: f.confidence for f in report(weak, "thorough")}
    together = {f.start - 2 * len(strong): f.confidence for f in report(strong * 2 + weak, "thorough")}
    assert alone
    assert all(together[start] > confidence for start, confidence in alone.items())


def test_code_and_console_output_are_no_prose() -> None:
    assert report("The function of, and the if is == {x} -> the) is a.", "balanced") == []
    assert report("The list follows.\n$ push ../review\nis added 1 changesets\nis added 2 changesets\n") == []


def test_tokenised_text_is_silent() -> None:
    text = "the plot is thin , the cast is good . the film ( directed by ) is long , loud , and dull . the end , of , is slow ."
    assert is_tokenised(text * 2)
    assert report(text * 2, "balanced") == []


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("with a chatbot maker", False),
        ("with the rapper", False),
        ("a chatbot maker", False),
        ("as maker", False),
        ("with chatbot maker", True),
        ("told carmaker", True),
        ("with German carmaker", True),
    ],
)
def test_bare_roles(text: str, bare: bool) -> None:
    assert is_bare_role(f"They spoke {text}, and left.", len(f"They spoke {text}"), len(f"They spoke {text}")) is bare


def test_manners_need_their_context() -> None:
    text = "The goods are kept in, or sold from, the yard."
    at = text.index(",")
    assert is_manner(text, at, at)
    text = "The goods are kept in, or so they say."
    assert not is_manner(text, text.index(","), text.index(","))


def test_names_of_the_document_are_suggested_but_not_those_of_the_sentence() -> None:
    text = "Talks with Brandt Mills\n\nThe talks with Brandt Mills went well. Ada Lund said talks with, the mill, will go on."
    at = text.index("with,") + 4
    assert likely_names(text, at, at) == ["Brandt Mills"]
    (finding,) = report(text)
    assert finding.suggestion == "Brandt Mills"
    assert "Ada Lund" not in (finding.suggestion or "")


def test_every_rule_is_described() -> None:
    assert all(rule.startswith("truncation.") and why.endswith(".") for rule, why in RULES.items())


def test_triggers_are_folded_and_marked_gaps_are_blank() -> None:
    assert len(set(TRIGGERS)) == len(TRIGGERS)
    for literal in TRIGGERS:
        assert literal == literal.lower()
        for start, end in find_gaps("x" + literal + "x", [(1, 1 + len(literal))]):
            assert ("x" + literal + "x")[start:end].strip() == ""


def test_the_stage_travels_and_agrees_with_itself() -> None:
    text = "The company announced a partnership with, which makes looms. " * 3
    stage = Truncation("balanced", {"prior": 0.002})
    other = pickle.loads(pickle.dumps(stage))
    document = Document(text, lang="en", scanner=MATCHER)
    assert stage(document) == other(Document(text, lang="en", scanner=MATCHER)) == stage(document)


PIECES = st.sampled_from(
    [
        " of,",
        " the and ",
        "(",
        ")",
        ". is ",
        ",,",
        "\n",
        " with",
        " maker,",
        "is ",
        "İ",
        "\ud800",
        " Mr. said ",
        "word",
        " ",
        "’s",
        "the,",
        "“”",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join), st.sampled_from(list(CUTS)))
def test_any_text_is_handled(text: str, profile: str) -> None:
    outcome = Truncation(profile)(Document(text, lang="en", scanner=MATCHER))
    last = 0
    for finding in outcome.findings:
        assert 0 <= finding.start <= finding.end <= len(text)
        assert finding.start >= last
        last = finding.end
        assert finding.text == text[finding.start : finding.end]
        assert finding.rule in RULES
        assert 0 < finding.confidence <= 1
    assert outcome.score is not None
    assert 0 <= outcome.score <= 1


def test_german_has_its_own_judge() -> None:
    body = "Die Mühle am Fluss wurde vor langer Zeit gebaut. Sie gehört einer Familie, die noch heute dort lebt und arbeitet. "
    text = (
        body
        + "Weitere Hinweise dazu finden Sie auf der Seite der, im Ratgeber zur. Die Preise stehen in der Liste, auch für die."
    )
    assert report(text, "balanced", lang="de")
    assert report(body, "thorough", lang="de") == []
    assert report(body + "Es sind die, die wir kennen, und der Weg führt von und nach Bergen.", "balanced", lang="de") == []
    assert report(text, "balanced", lang="en") == []


def test_what_is_gaps_all_over_is_no_prose() -> None:
    assert report("The mill was bought by the, and the, of the, with. " * 200, "thorough") == []
