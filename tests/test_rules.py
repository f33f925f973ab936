"""The promises of the shipped rules, and that the self-test refuses rules that break theirs."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from cleaner import Chain
from cleaner.catalogue import code_rules, full_rulebook, rule_paths, rulebook
from cleaner.model import STAGES
from cleaner.rules import Example, Rule, Rulebook
from cleaner.selfcheck import Problem, check_rules
from cleaner.tables import rules_dir

ICON = Rule(
    "debris.icon",
    "remove",
    "line",
    "Alt text.",
    ("Down Icon", "Arrow"),
    repeats=True,
    hits=(Example("Oslo\nDown Icon\nIt rained.", "Down Icon", fix="Oslo\nIt rained."),),
    clean=("Press the down icon.", "An arrow shows the way."),
    origin="debris.toml:1",
)
SWAP = Rule(
    "translation.swap",
    "flag",
    "regex",
    "Spun.",
    pattern=r"\binterval (CEO|CFO)\b",
    prefilter=("interval ce", "interval cf"),
    case=True,
    suggest=r"interim \1",
    languages=("en",),
    hits=(Example("The interval CEO left.", "interval CEO", suggest="interim CEO"),),
    clean=("At each interval, CEO Lee spoke.", "The interim CFO left."),
    todo=(Example("The interval boss left.", "interval boss"),),
    origin="translation.toml:1",
)
WORDS = Rule(
    "translation.words",
    "flag",
    "phrase",
    "Spun.",
    ("foe force", "foe"),
    ("enemy force", "enemy"),
    hits=(Example("A foe force came.", "foe force", suggest="enemy force"),),
    clean=("The foes left.", "An enemy force came."),
    origin="translation.toml:9",
)
TAIL = Rule(
    "debris.tail",
    "remove",
    "line",
    "A button.",
    ("More",),
    position="tail",
    hits=(Example(" ".join(["word"] * 20) + "\nMore", "More"),),
    clean=("More\n" + " ".join(["word"] * 20), "More"),
    origin="debris.toml:20",
)
GOOD = (ICON, SWAP, WORDS, TAIL)


def problems(*rules: Rule) -> list[str]:
    return [problem.problem for problem in check_rules(Rulebook(rules))]


# ---- the shipped rules -----------------------------------------------------------------------------------------------------------


def test_every_shipped_rule_keeps_its_promises() -> None:
    found = check_rules(full_rulebook())
    assert not found, "\n".join(map(str, found))


def test_every_shipped_file_lies_and_names_its_rules_as_it_should() -> None:
    for path in rule_paths():
        assert path.stem.partition("-")[0] in STAGES
        assert path.parent.name == "any" or len(path.parent.name) == 2
    for rule in full_rulebook():
        assert rule.why.strip().endswith((".", "!", "?")), f"{rule.origin}: `why` is no sentence"
        assert rule.confidence > 0


def test_no_shipped_rule_looks_at_every_line() -> None:
    assert [rule.id for rule in full_rulebook() if rule.match == "regex" and not rule.prefilter] == []


def test_rules_decided_by_code_are_described_and_named_apart() -> None:
    written = {rule.id for rule in full_rulebook()} | {alias for rule in full_rulebook() for alias in rule.aliases}
    described = code_rules()
    assert written.isdisjoint(described)
    for rule_id, why in described.items():
        assert rule_id.partition(".")[0] in (*STAGES, "chain")
        assert why.strip()


def test_the_book_of_a_chain_holds_the_same_rules_without_examples() -> None:
    full, short = full_rulebook(), rulebook()
    assert [replace(rule, hits=(), clean=(), todo=()) for rule in full] == list(short)


def test_clean_examples_of_every_rule_stay_whole_in_the_default_chain() -> None:
    """What a rule must leave alone, no rule of its stage may remove by that rule."""
    chain = Chain.default("thorough")
    for rule in full_rulebook():
        language = rule.languages[0] if rule.languages else None
        for text in rule.clean:
            result = chain.clean(text, lang=language)
            assert rule.id not in {r for edit in result.edits for r in edit.rules} | {f.rule for f in result.findings}, text


def test_hits_of_removing_rules_are_removed_by_the_default_chain() -> None:
    """The stage itself must act on what the rule matches, with the same fix; other rules may take more."""
    chain = Chain.default("thorough")
    missed = []
    for rule in full_rulebook():
        if rule.action == "flag":
            continue
        for one in rule.hits:
            result = chain.clean(one.text, lang=rule.languages[0] if rule.languages else None)
            start = one.text.index(one.hit)
            inner = start + len(one.hit) // 2
            if not any(edit.start <= inner < edit.end or (edit.start <= start and edit.end > start) for edit in result.edits):
                missed.append(f"{rule.id}: {one.hit!r}")
    assert missed == []


# ---- the self-test itself --------------------------------------------------------------------------------------------------------


def test_good_rules_have_no_problems() -> None:
    assert problems(*GOOD) == []
    assert check_rules(Rulebook([])) == []


def test_a_problem_is_one_line_with_origin_and_id() -> None:
    (problem,) = check_rules(Rulebook([replace(ICON, clean=("Down Icon\nx", "Icon"))]))
    assert problem == Problem("debris.icon", "debris.toml:1", problem.problem)
    assert str(problem) == "debris.toml:1: debris.icon: expected nothing in the clean text 'Down Icon\\nx', found 'Down Icon'"


def test_only_the_named_rules_are_checked() -> None:
    bad = replace(ICON, clean=())
    assert check_rules(Rulebook([bad, SWAP]), only={"translation.swap"}) == []
    assert len(check_rules(Rulebook([bad, SWAP]), only={"debris.icon"})) == 1


BROKEN = [
    (replace(ICON, hits=()), "expected at least 1 hit and 2 clean texts, found 0 and 2"),
    (replace(ICON, clean=("a",)), "expected at least 1 hit and 2 clean texts, found 1 and 1"),
    (replace(ICON, hits=(Example("Down Icon\nDown Icon", "Down Icon"),)), "once in its text, found it 2 times"),
    (replace(ICON, hits=(Example("the Down Icon", "Down Icon"),)), "expected 1 match in 'the Down Icon', found 0"),
    (replace(ICON, hits=(Example("Down Icon\nArrow", "Arrow"),)), "expected 1 match in 'Down Icon\\nArrow', found 2"),
    (replace(ICON, hits=(Example("Oslo\nDown Icon", "Down"),)), "expected the span 5:9 'Down', found 5:14 'Down Icon'"),
    (replace(ICON, hits=(Example("Oslo\nDown Icon", "Down Icon", fix="Oslo\n"),)), "expected the fix 'Oslo\\n', found 'Oslo'"),
    (replace(SWAP, suggest="interim"), "expected the suggestion 'interim CEO', found 'interim'"),
    (replace(SWAP, languages=("de",), hits=()), "expected at least 1 hit"),
    (replace(SWAP, prefilter=("boss",)), "found 0; the pattern matches, so look at prefilter, languages and position"),
    (
        replace(SWAP, suggest=r"interval \1", hits=(Example("An interval CEO.", "interval CEO"),)),
        "expected a fix that changes 'An interval CEO.', found the same text",
    ),
    (
        replace(
            SWAP, action="replace", suggest=None, replace=r"the interval \1", hits=(Example("The interval CEO.", "interval CEO"),)
        ),
        "expected the corrected text 'The the interval CEO.' to be clean, found 'interval CEO' by translation.swap",
    ),
    (replace(SWAP, todo=(Example("An interval CFO.", "interval CFO", suggest="interim CFO"),)), "move it to hits"),
    (replace(ICON, literals=("Down Icon", "Arrow 1\u2028"), repeats=False), "to be found in 'Arrow 1\\u2028'"),
    (
        replace(WORDS, literals=("foe force", " foe "), literal_suggestions=("enemy force", "x")),
        "to be found in 'The clerk read foe force aloud.', found ' foe '",
    ),
    (replace(TAIL, literals=("More", " ".join(["more"] * 20))), "expected the literal 'more more"),
    (replace(SWAP, pattern=r"\binterval (CEO|CFO)\b|\b(?=left)"), "expected no empty match, found one in"),
    (
        replace(ICON, origin="translation.toml:3"),
        "expected an id that starts with translation. in translation.toml, found debris.icon",
    ),
]


@pytest.mark.parametrize(("rule", "problem"), BROKEN, ids=[problem[:50] for _, problem in BROKEN])
def test_a_broken_promise_is_named(rule: Rule, problem: str) -> None:
    found = problems(rule)
    assert any(problem in one for one in found), found
    assert all("\n" not in one for one in found)


def test_a_fix_that_another_rule_catches_names_the_clash() -> None:
    other = replace(
        WORDS, id="translation.other", literals=("interim CEO",), literal_suggestions=(), origin="translation.toml:30"
    )
    other = replace(other, hits=(Example("One interim CEO went.", "interim CEO"),), clean=("CEO", "interim"))
    found = problems(SWAP, other)
    assert "expected the corrected text 'The interim CEO left.' to be clean, found 'interim CEO' by translation.other" in found


def test_ids_and_clean_texts_are_of_one_rule_alone() -> None:
    found = problems(ICON, replace(ICON, origin="debris.toml:9"))
    assert "expected a unique id, found it at debris.toml:1 too" in found
    found = problems(ICON, replace(ICON, id="debris.icon-two", literals=("Up Icon",), hits=(Example("Up Icon", "Up Icon"),)))
    assert any("expected clean texts of its own" in one for one in found)


@pytest.mark.parametrize(
    ("pattern", "prefilter", "hit"),
    [
        (r"(?:\w+\s?)+ago$", ("ago",), "3 days ago"),
        (r"\s+$|x\d+", ("x",), "x1"),
        (r"(a|b|ab)*c", ("a",), "abc"),
        (r"\w+ing [$€]", ("ing ",), "investing $"),
        (r"(?:[a-z]+,)*x", ("x",), "a,b,x"),
    ],
)
def test_a_pattern_that_backtracks_is_refused(pattern: str, prefilter: tuple[str, ...], hit: str) -> None:
    rule = replace(SWAP, pattern=pattern, prefilter=prefilter, suggest=None, hits=(Example(hit, hit),), todo=())
    found = [one for one in problems(rule) if one.startswith(("expected time", "expected at most"))]
    assert len(found) == 1, problems(rule)


def test_a_long_alternation_is_no_backtracking() -> None:
    words = "|".join(f"word{n}" for n in range(300))
    rule = replace(
        SWAP, pattern=rf"\b(?:{words})\b", prefilter=("word",), suggest=None, hits=(Example("A word17.", "word17"),), todo=()
    )
    assert problems(rule) == []


def test_a_shipped_pattern_needs_a_literal() -> None:
    rule = replace(SWAP, pattern=r"\b[0-9]+ [A-Z]\b", prefilter=(), suggest=None, hits=(Example("A 1 B.", "1 B"),), todo=())
    assert problems(rule) == []
    shipped = replace(rule, origin=f"{rules_dir() / 'en' / 'translation.toml'}:3")
    assert any("expected a literal that every match contains" in one for one in problems(shipped))


def test_a_book_of_ten_thousand_literals_is_checked_in_seconds(tmp_path: Path) -> None:
    literals = tuple(f"spun phrase {n}" for n in range(10_000))
    rule = replace(WORDS, literals=literals, literal_suggestions=(), hits=(Example("A spun phrase 7.", "spun phrase 7"),))
    began = time.process_time()
    assert problems(rule) == []
    assert time.process_time() - began < 20
