"""What a rule matches, by example, and against a slow definition of phrase and line rules."""

from __future__ import annotations

import pickle
import unicodedata
from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FURNITURE, documents

from cleaner.document import Document
from cleaner.lines import Lines
from cleaner.matcher import LONG_PARAGRAPH_CJK, Matcher, expand, long_paragraphs
from cleaner.rules import Rule
from cleaner.scanner import ENGINES, fold

ENGINES_HERE = [engine for engine in ENGINES if find_spec(engine)]
LONG = "Before the harbour froze the miller carried forty sacks of barley up to the farm and left the keys with his sister."
CJK = "港" * LONG_PARAGRAPH_CJK


def rule(match: str, *literals: str, **values: object) -> Rule:
    return Rule("s.r", "flag", match, literals=literals, **values)  # type: ignore[arg-type]


def found(one: Rule, text: str, lang: str | None = None) -> list[str]:
    return [match.groups[0] or "" for match in Matcher([one])(Document(text, lang=lang)).matches.get("s", ())]


@pytest.mark.parametrize(
    ("literal", "text", "hits"),
    [
        ("interval ceo", "", []),
        ("interval ceo", "At each interval, CEO Mark Lee speaks.", []),
        ("interval ceo", "The Interval CEO left; interval ceos stayed.", ["Interval CEO"]),
        ("art", "start arts art", ["art"]),
        ("art", "art's _art art_ 2art", ["art"]),
        ("art", "état-art", ["art"]),
        ("rt", "ért", []),  # a letter beyond ASCII is a letter
        ("$ 14", "committing$ 14 billion", ["$ 14"]),
        ("$ 14", "committing$ 145", []),
        ("ist", "İst ist ıst", ["İst", "ist"]),
        ("b", "\ud800b\udfff", ["b"]),  # a lone surrogate is no letter
        ("e", "e\u0301 e", ["e"]),  # nor does a word end before its accent
        ("क", "कि क", ["क"]),
    ],
)
def test_phrase(literal: str, text: str, hits: list[str]) -> None:
    assert found(rule("phrase", literal), text) == hits


def test_phrase_minds_case_when_asked() -> None:
    assert found(rule("phrase", "Apple", case=True), "apple APPLE Apple") == ["Apple"]


def test_leftmost_longest_without_overlap() -> None:
    assert found(rule("phrase", "foe", "foe force", "force majeure"), "the foe force majeure, foe") == ["foe force", "foe"]


@pytest.mark.parametrize(
    ("literal", "text", "hits"),
    [
        ("Down Icon", "Press the down icon to go.", []),
        ("Down Icon", "Down Icon", ["Down Icon"]),
        ("Down Icon", "a\n  down icon \t\nb", ["down icon"]),
        ("Down Icon", "» Down Icon.\r\nx", ["» Down Icon."]),  # edge punctuation is part of the line
        ("Down Icon", "1 Down Icon", []),
        ("Down Icon", "Down Icons", []),
        ("Down Icon", "Down Icon\rDown Icon", ["Down Icon", "Down Icon"]),
        ("Down Icon", "Down IconDown Icon", []),
        ("(more)", "More", ["More"]),
        ("...", "a\n...\nb", ["..."]),
        ("...", "a...\nb", []),
        ("...", "....\n» ...\n", []),  # punctuation that is all the literal has is not set aside
        ("Down Icon", "-" * 81 + "Down Icon", []),  # a rule of dashes is not edge punctuation
        ("Down Icon", "Down Icon\u2028x", []),
    ],
)
def test_line(literal: str, text: str, hits: list[str]) -> None:
    assert found(rule("line", literal), text) == hits


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Animated Arrow is a font", []),
        ("Animated Arrow", ["Animated Arrow"]),
        ("Animated ArrowAnimated ArrowANIMATED ARROW", ["Animated ArrowAnimated ArrowANIMATED ARROW"]),
        ("Animated Arrow | Animated Arrow ", ["Animated Arrow | Animated Arrow"]),
        ("Animated ArrowAnimated", []),
        ("Animated ArrowAnimated Arrow1", []),
    ],
)
def test_repeats(text: str, hits: list[str]) -> None:
    assert found(rule("line", "Animated Arrow", repeats=True), text) == hits


@pytest.mark.parametrize(
    ("pattern", "values", "text", "hits"),
    [
        (r"foe \w+", {"prefilter": ("foe ",)}, "friend force", []),
        (r"foe \w+", {"prefilter": ("foe ",)}, "a foe force and a foe army\nfoe x", ["foe force", "foe army", "foe x"]),
        (r"foe \w+", {"prefilter": ("foe ",), "case": False}, "Foe Force", ["Foe Force"]),
        (r"foe \w+", {"prefilter": ("foe ",), "case": True}, "Foe Force", []),
        (r"a.b", {"prefilter": ("a",)}, "a\nb axb", ["axb"]),  # a pattern sees one line
        (r"^x$", {"prefilter": ("x",)}, "x\r\ny\rx", ["x", "x"]),
        (r"\d+", {}, "1\n\n22", ["1", "22"]),  # no literal: every line is looked at
        (r"(?<=a)b", {"prefilter": ("b",)}, "ab b", ["b"]),
    ],
)
def test_regex(pattern: str, values: dict[str, object], text: str, hits: list[str]) -> None:
    assert found(rule("regex", pattern=pattern, **{"case": True, **values}), text) == hits


def test_groups_and_suggestions() -> None:
    one = rule("regex", pattern=r"\b(\d+) (%|percent)?", prefilter=("",)[:0], suggest=r"\1%")
    (match,) = Matcher([one])(Document("about 10 of")).matches["s"]
    assert match.groups == ("10 ", "10", None)
    listed = rule("phrase", "foe force", "other", literal_suggestions=("enemy force", None))
    matches = Matcher([listed])(Document("a foe force or other")).matches["s"]
    assert [match.suggestion for match in matches] == ["enemy force", None]


@pytest.mark.parametrize(
    ("template", "expanded"),
    [("plain", "plain"), (r"\1-\2", "one-"), (r"\0!", "all!"), (r"\9", ""), ("a\\b", "a\\b"), ("\\", "\\"), (r"\11", "one1")],
)
def test_expand(template: str, expanded: str) -> None:
    assert expand(template, ("all", "one", None)) == expanded


@pytest.mark.parametrize(
    ("position", "lines"),
    [("any", [0, 1, 3, 5, 6]), ("head", [0, 1]), ("inside", [3]), ("tail", [5, 6])],
)
@pytest.mark.parametrize("long", [LONG, CJK])
def test_position(position: str, lines: list[int], long: str) -> None:
    text = f"More\nMore\n{long}\nMore\n{long}\nMore\nMore"
    document = Document(text)
    matches = Matcher([rule("line", "More", position=position)])(document).matches.get("s", ())
    assert [document.lines.at(match.start) for match in matches] == lines


def test_a_guarded_rule_is_silent_without_a_paragraph() -> None:
    assert long_paragraphs(Document("More\nshort\n")) is None
    assert found(rule("line", "More", position="tail"), "short\nMore") == []


def test_language() -> None:
    one = rule("phrase", "icon", languages=("en", "de"))
    assert found(one, "icon") == []
    assert found(one, "icon", "fr") == []
    assert found(one, "icon", "de") == ["icon"]


def test_the_language_is_asked_for_only_by_a_match_that_needs_it() -> None:
    asked: list[str] = []

    def detect(text: str) -> str:
        asked.append(text)
        return "en"

    scan = Matcher([rule("phrase", "icon", languages=("en",))])
    scan(Document("nothing here", detect=detect))
    assert asked == []
    assert scan(Document("an icon, an icon", detect=detect)).matches["s"]
    assert asked == ["an icon, an icon"]


def test_triggers_go_to_the_stage_that_asked() -> None:
    scan = Matcher([rule("phrase", "icon")], {"a": ("CON", "é"), "b": ("con", "x")})(Document("Icon, É"))
    assert scan.triggers == {"a": [(1, 4), (6, 7)], "b": [(1, 4)]}
    assert len(scan.matches["s"]) == 1


def test_a_pattern_out_of_time_is_reported_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.matcher.TIME_LIMIT", 0.05)
    slow = Rule("s.slow", "flag", "regex", pattern="(a|b|ab)*c", prefilter=("a",), case=True)
    text = "icon\n" + "ab" * 1500 + "d c\nicon"
    scan = Matcher([slow, rule("line", "icon")])(Document(text))
    assert [match.start for match in scan.matches["s"]] == [0, 3009]
    assert scan.timeouts == [(5, 3008, "s.slow")]


RULES = (
    Rule("s.phrase", "flag", "phrase", literals=("icon", "a", "ab a", "İb", "é b", "$ 1")),
    Rule("s.case", "flag", "phrase", literals=("Icon", "AB"), case=True),
    Rule("s.line", "remove", "line", literals=("icon", "a b", "...", "(ab)")),
    Rule("s.tail", "remove", "line", literals=("icon",), position="tail"),
    Rule("s.runs", "remove", "line", literals=("icon", "ab"), repeats=True),
    Rule("s.regex", "flag", "regex", pattern=r"i\w+ ?[a1]", prefilter=("i",), case=True),
    Rule("t.furniture", "remove", "line", literals=FURNITURE, repeats=True),
)


def reference(text: str, one: Rule) -> list[tuple[int, int]]:
    """Phrase and line rules by their definition, a character at a time; without ``repeats``."""
    proposals = []
    folded = fold(text)
    if one.match == "phrase":
        for literal in one.literals:
            for start in range(len(text) - len(literal) + 1):
                end = start + len(literal)
                if (text if one.case else folded)[start:end] != (literal if one.case else fold(literal)):
                    continue
                left = start > 0 and _word(text[start - 1]) and _word(text[start])
                right = end < len(text) and _word(text[end]) and _word(text[end - 1])
                if not left and not right:
                    proposals.append((start, end))
    else:
        lines = Lines(text)
        for index in range(len(lines)):
            content = lines[index]
            core = _core(fold(content))
            if core and core in {_core(fold(literal)) for literal in one.literals}:
                start = lines.starts[index] + len(content) - len(content.lstrip())
                proposals.append((start, start + len(content.strip())))
    taken: list[tuple[int, int]] = []
    for start, end in sorted(proposals, key=lambda span: (span[0], -span[1])):
        if not taken or taken[-1][1] <= start:
            taken.append((start, end))
    return taken


def _word(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.category(character) in ("Mn", "Mc", "Me")


def _core(text: str) -> str:
    kept = [index for index, character in enumerate(text) if character.isalnum()]
    return text[kept[0] : kept[-1] + 1] if kept else text.strip()


pieces = st.sampled_from(
    [
        "icon",
        "Icon",
        "ab",
        "AB",
        "a",
        " ",
        " ",
        "\n",
        "\r\n",
        "\r",
        ".",
        "...",
        "é",
        "İb",
        "$ 1",
        "_",
        "\ud800",
        "(",
        ")",
        "x",
        "\u0301",
    ]
)


@given(st.lists(pieces, max_size=25).map("".join))
def test_phrase_and_line_equal_their_definition(text: str) -> None:
    for one in RULES[:3]:
        spans = [(match.start, match.end) for match in Matcher([one])(Document(text)).matches.get("s", ())]
        assert spans == reference(text, one), one.id


@given(st.one_of(documents, st.lists(pieces, max_size=25).map("".join)))
def test_engines_agree(text: str) -> None:
    scans = [Matcher(RULES, {"t": ("a", "é")}, engine)(Document(text)) for engine in ENGINES_HERE]
    for scan in scans[1:]:
        assert scan == scans[0]
    for matches in scans[0].matches.values():
        assert all(text[match.start : match.end] == match.groups[0] and match.start < match.end for match in matches)
        assert [match.start for match in matches] == sorted(match.start for match in matches)


@given(st.lists(pieces, max_size=25).map("".join))
def test_a_rule_matches_the_same_alone_and_in_company(text: str) -> None:
    together = Matcher(RULES)(Document(text))
    for one in RULES:
        alone = Matcher([one])(Document(text)).matches.get(one.stage, [])
        assert [match for match in together.matches.get(one.stage, []) if match.rule == one] == alone


def test_pickled() -> None:
    text = "icon\nab AB"
    matcher = Matcher(RULES)
    assert pickle.loads(pickle.dumps(matcher))(Document(text)) == matcher(Document(text))


@pytest.mark.parametrize("unit", ["icon 1\n", "icon 1\r\n", "icon a ", "iconicon", "ab\n", "... ", "icon...\n", "..."])
def test_a_long_text_costs_in_proportion(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No timing: the number of characters that the verification looks at grows with the text, not with its square."""
    import cleaner.matcher as module

    looked = 0
    plain = module._whole_line

    def counted(text: str, folded: str, start: int, end: int, repeats: bool) -> tuple[int, int] | None:
        nonlocal looked
        span = plain(text, folded, start, end, repeats)
        looked += span[1] - span[0] if span else module.EDGE
        return span

    monkeypatch.setattr(module, "_whole_line", counted)
    text = unit * 2000
    Matcher(RULES)(Document(text))
    assert looked <= 200 * len(text)
