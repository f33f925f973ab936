"""The chain: what it builds from settings, in which order stages see the text, and what a result says."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from strategies import SENTENCES

from cleaner import Chain, ConfigError, Document, Edit, EditError, Finding, Outcome, Result, RuleError, Settings, clean
from cleaner.model import STAGES

RULES = """\
format = 1
[[rule]]
id = "house.sign-off"
action = "remove"
match = "line"
why = "Our own footer."
literals = ["Bye now"]
hits = [{ text = "a\\nBye now", hit = "Bye now" }]
clean = ["Bye now, said Ann.", "Bye"]
[[rule]]
id = "house.colour"
action = "replace"
match = "phrase"
why = "House style."
literals = ["color"]
replace = "colour"
confidence = 0.6
hits = [{ text = "a color", hit = "color" }]
clean = ["colour", "colors"]
[[rule]]
id = "house.loose"
action = "flag"
match = "regex"
pattern = 'very (\\w+)'
suggest = '\\1'
why = "Too much."
profile = "thorough"
hits = [{ text = "very good", hit = "very good", suggest = "good" }]
clean = ["good", "every good"]
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    path = tmp_path / "house.toml"
    path.write_text(RULES)
    return path


@dataclass(frozen=True)
class Spy:
    """A stage that says what it saw."""

    name: str

    def __call__(self, document: Document) -> Outcome:
        return Outcome(findings=(Finding(0, 0, "", f"{self.name}.saw", self.name, message=document.text),))


@dataclass(frozen=True)
class Replace:
    name: str
    before: str
    after: str

    def __call__(self, document: Document) -> Outcome:
        at = document.text.find(self.before)
        if at < 0:
            return Outcome()
        return Outcome((Edit(at, at + len(self.before), self.before, self.after, (f"{self.name}.r",), self.name, "why"),))


def test_healthy_text_is_the_very_same_object() -> None:
    text = "\n".join(SENTENCES[:3])
    result = clean(text)
    assert result.text is text
    assert (result.edits, result.findings, result.changed) == ((), (), False)
    assert result.scores["quality"] == 1.0


def test_lines_of_the_design() -> None:
    result = clean("Prices rose.\nDown Icon\n", id="d1", lang="en")
    assert (result.text, result.id, result.lang) == ("Prices rose.\n", "d1", "en")
    assert result.to_clean(13) == 13
    assert result.to_source(13) == 23
    assert result.undo() == "Prices rose.\nDown Icon\n"
    assert set(result.scores) == {*STAGES, "quality"}
    assert result.scores["debris"]
    assert result.scores["quality"]


def test_text_that_is_no_str_is_refused() -> None:
    with pytest.raises(TypeError, match="text is a bytes; give a str"):
        clean(b"x")  # type: ignore[arg-type]


def test_stages_that_did_not_run_have_no_score() -> None:
    scores = Chain(Settings(stages=("debris",))).clean("text").scores
    assert scores == {"mojibake": None, "debris": 0.0, "translation": None, "truncation": None, "quality": 1.0}


def test_no_language_is_sought_unless_a_rule_needs_it() -> None:
    chain = Chain(Settings(stages=("debris",)))
    assert chain.clean(SENTENCES[2]).lang is None
    assert chain.clean(SENTENCES[2], lang="de").lang == "de"


def test_repairs_come_first_and_all_others_see_the_repaired_text() -> None:
    chain = Chain(Settings(stages=()), extra_stages=(Spy("late"), Replace("mojibake", "Ã©", "é")))
    result = chain.clean("cafÃ©")
    assert result.text == "café"
    assert [finding.message for finding in result.findings] == ["café"]


def test_a_repair_and_what_it_uncovers_are_one_pass() -> None:
    peel = (Replace("one", "(x)", "x"), Replace("two", "[x]", "(x)"))
    chain = Chain(Settings(stages=()), extra_stages=(*peel, Replace("mojibake", "â", "[x]")))
    assert chain.clean("â").text == "x"
    chain = Chain(Settings(stages=()), extra_stages=(*peel, Replace("three", "<x>", "[x]"), Replace("mojibake", "â", "<x>")))
    assert chain.clean("â").text == "x"  # three passes and one that finds nothing; a repair of its own pass would be one too many


def test_stages_propose_on_the_same_text_and_the_earlier_wins() -> None:
    chain = Chain(Settings(stages=()), extra_stages=(Replace("one", "bc", "x"), Replace("two", "abc", "y")))
    assert chain.clean("abcd").text == "axd"


def test_an_edit_that_does_not_fit_is_an_error_of_the_stage() -> None:
    class Wrong:
        name = "wrong"

        def __call__(self, document: Document) -> Outcome:
            return Outcome((Edit(0, 1, "z", "y", ("wrong.r",), "wrong"),))

    with pytest.raises(EditError, match=r"wrong\.r"):
        Chain(Settings(stages=()), extra_stages=(Wrong(),)).clean("abc")


def test_own_rules_run_without_a_stage_of_their_own(house: Path) -> None:
    chain = Chain(Settings(stages=(), rules=(house,)))
    result = chain.clean("A color, very good.\nBye now\n")
    assert result.text == "A colour, very good.\n"
    assert [(edit.rule, edit.stage, edit.reason, edit.confidence) for edit in result.edits] == [
        ("house.colour", "house", "House style.", 0.6),
        ("house.sign-off", "house", "Our own footer.", 0.99),
    ]
    assert result.findings == ()
    (finding,) = Chain(Settings(stages=(), rules=(house,), profile="thorough")).clean("very good").findings
    assert (finding.rule, finding.text, finding.suggestion, finding.message) == ("house.loose", "very good", "good", "Too much.")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "A colour\n"),
        ({"ignore": ("house.colour",)}, "A color\n"),
        ({"ignore": ("house",)}, "A color\nBye now\n"),
        ({"select": ("house.colour",)}, "A colour\nBye now\n"),
        ({"select": ("house.colour",), "ignore": ("house",)}, "A colour\nBye now\n"),  # the longer prefix wins
        ({"select": ("debris",)}, "A color\nBye now\n"),
    ],
)
def test_select_and_ignore(house: Path, values: dict[str, tuple[str, ...]], text: str) -> None:
    chain = Chain(Settings(stages=("debris",), rules=(house,), **values))  # type: ignore[arg-type]
    assert chain.clean("A color\nBye now\n").text == text


def test_ignoring_a_rule_of_code_silences_its_edits() -> None:
    text = "Animated Label\nAnimated LabelAnimated LabelAnimated Label\n"
    edits = Chain(Settings(stages=("debris",))).clean(text).edits
    for rule in {edit.rule for edit in edits}:
        silenced = Chain(Settings(stages=("debris",), ignore=(rule,))).clean(text)
        assert rule not in {one for edit in silenced.edits for one in edit.rules}


def test_min_confidence_drops_what_is_less_sure() -> None:
    chain = Chain(Settings(stages=("debris",), stage_options={"debris": {"min-confidence": 1.0}}))
    assert chain.clean("Prices rose.\nDown Icon\n").edits == ()


@pytest.mark.parametrize("profile", ["exact", ""])
def test_an_unknown_profile(profile: str) -> None:
    with pytest.raises(ConfigError, match=r"Chain\.default: unknown profile .*valid: balanced, precise, thorough"):
        Chain.default(profile)


def test_broken_rule_files_and_prefixes(tmp_path: Path, house: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("format = 1\n[[rule]]\nid = 3\n")
    with pytest.raises(RuleError, match=r"broken\.toml:2: rule: id is a int"):
        Chain(Settings(rules=(broken,)))
    with pytest.raises(ConfigError, match=r"no rule 'house\.color'; did you mean 'house\.colour'\?"):
        Chain(Settings(rules=(house,), ignore=("house.color",)))
    with pytest.raises(RuleError, match=r"already used at"):
        Chain(Settings(rules=(house, house)))


def test_default_and_from_config_agree(tmp_path: Path) -> None:
    path = tmp_path / "cleaner.toml"
    path.write_text('profile = "balanced"\n')
    text = "Prices rose.\nDown Icon\n"
    assert Chain.from_config(path).clean(text) == Chain.default("balanced").clean(text)
    assert Chain.from_config(path).settings.origins == {"profile": str(path)}
    assert Chain.from_config(path).fingerprint() == Chain.default("balanced").fingerprint() != Chain.default().fingerprint()


def test_with_stage_gives_a_new_chain() -> None:
    chain = Chain(Settings(stages=("debris",)))
    longer = chain.with_stage(Replace("own", "rose", "fell"))
    assert longer.clean("Prices rose.\nDown Icon\n").text == "Prices fell.\n"
    assert chain.clean("Prices rose.").text == "Prices rose."
    assert longer.fingerprint() != chain.fingerprint()
    assert pickle.loads(pickle.dumps(longer)).clean("Prices rose.").text == "Prices fell."


def test_pipe_takes_texts_and_documents_lazily() -> None:
    chain = Chain(Settings(stages=("debris",)))
    seen: list[int] = []

    def source() -> object:
        for number in range(1000):
            seen.append(number)
            yield Document(f"{number}\nDown Icon\n", id=str(number)) if number % 2 else f"{number}\nDown Icon\n"

    results = chain.pipe(source())  # type: ignore[arg-type]
    first: list[Result] = [next(results) for _ in range(3)]
    assert [result.text for result in first] == ["0\n", "1\n", "2\n"]
    assert [result.id for result in first] == [None, "1", None]
    assert len(seen) <= 4


def test_threads_share_a_chain() -> None:
    chain = Chain(Settings(stages=("debris",)))
    texts = [f"Line {number} of the report.\nDown Icon\n" for number in range(200)]
    with ThreadPoolExecutor(4) as pool:
        assert [result.text for result in pool.map(chain.clean, texts)] == [chain.clean(text).text for text in texts]


def test_a_finding_on_repaired_text_covers_what_was_repaired() -> None:
    @dataclass(frozen=True)
    class Accents:
        name: str = "accents"

        def __call__(self, document: Document) -> Outcome:
            at = document.text.find("é")
            return Outcome(findings=(Finding(at, at + 1, "é", "accents.r", "accents"),)) if at >= 0 else Outcome()

    chain = Chain(Settings(stages=()), extra_stages=(Replace("mojibake", "Ã©", "é"), Accents()))
    (finding,) = chain.clean("cafÃ©s").findings
    assert (finding.start, finding.end, finding.text) == (3, 5, "Ã©")


def test_a_pattern_out_of_time_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.matcher.TIME_LIMIT", 0.05)
    path = tmp_path / "slow.toml"
    path.write_text(
        'format = 1\n[[rule]]\nid = "slow.r"\naction = "flag"\nmatch = "regex"\nwhy = "Slow."\npattern = "(a|b|ab)*c"\nprefilter = ["a"]\n'
        'hits = [{ text = "abc", hit = "abc" }]\nclean = ["x", "y"]\n'
    )
    result = Chain(Settings(stages=(), rules=(path,))).clean("abc\n" + "ab" * 1500 + "d c\n")
    assert [(f.rule, f.start) for f in result.findings] == [("slow.r", 0), ("chain.rule-timeout", 4)]
    assert "slow.r" in result.findings[1].message
