"""Rule files: what a good one gives, and that every mistake names file, line, rule and the valid names."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaner.errors import ConfigError, RuleError
from cleaner.rulefile import KEYS, load_rule_file, load_rules
from cleaner.rules import Example, Rule, Rulebook, has_prefix, wanted

GOOD = """\
# A comment first.
format = 1

[[rule]]
id       = "debris.icon-label"
action   = "remove"
match    = "line"
why      = "Alt text."
literals = ["Down Icon", "Animated Arrow"]
repeats  = true
hits     = [{ text = "Oslo\\nDown Icon", hit = "Down Icon", fix = "Oslo" }]
clean    = ["Press the down icon.", "Icon"]

[[rule]]
id         = "translation.interval-ceo"
action     = "flag"
match      = "regex"
pattern    = '\\binterval (CEO|CFO)\\b'
suggest    = 'interim \\1'
why        = "Spun."
profile    = "balanced"
confidence = 1
languages  = ["any"]
aliases    = ["mt.interval"]
hits       = [{ text = "The interval CEO left.", hit = "interval CEO", suggest = "interim CEO" }]
clean      = ["At an interval, CEO Lee spoke.", "The interim CEO left."]
todo       = [{ text = "The interval boss left.", hit = "interval boss" }]
"""
"""Two rules; the first starts on line 4, the second on line 14."""


def write(folder: Path, text: str, name: str = "debris.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_a_good_file(tmp_path: Path) -> None:
    path = write(tmp_path / "en", GOOD)
    icon, interval = load_rule_file(path)
    assert icon == Rule(
        "debris.icon-label",
        "remove",
        "line",
        "Alt text.",
        ("Down Icon", "Animated Arrow"),
        repeats=True,
        languages=("en",),
        hits=(Example("Oslo\nDown Icon", "Down Icon", fix="Oslo"),),
        clean=("Press the down icon.", "Icon"),
        origin=f"{path}:4",
    )
    assert (interval.stage, interval.languages, interval.confidence, interval.origin) == ("translation", (), 1.0, f"{path}:14")
    assert interval.prefilter == ("interval ceo", "interval cfo")
    assert interval.case is True
    assert interval.todo == (Example("The interval boss left.", "interval boss"),)


@pytest.mark.parametrize(("folder", "languages"), [("any", ()), ("de", ("de",)), ("our-rules", ())])
def test_the_folder_gives_the_language(tmp_path: Path, folder: str, languages: tuple[str, ...]) -> None:
    assert load_rule_file(write(tmp_path / folder, GOOD))[0].languages == languages


def test_a_word_list(tmp_path: Path) -> None:
    write(tmp_path, "# word\tbetter\nfoe force\tenemy force\n\nplain\n\u00e9t\u00e9\t\u2028\n", "swaps.tsv")
    text = GOOD.replace('literals = ["Down Icon", "Animated Arrow"]', 'literals-file = "swaps.tsv"')
    rule = load_rule_file(write(tmp_path, text))[0]
    assert rule.literals == ("foe force", "plain", "été")
    assert rule.literal_suggestions == ("enemy force", None, None)


def test_the_book_knows_ids_and_aliases(tmp_path: Path) -> None:
    book = load_rules([write(tmp_path, GOOD)])
    assert len(book) == 2
    assert book.get("mt.interval") is book.get("translation.interval-ceo") is book.rules[1]
    assert book.get("debris.icon") is None


# Each row: what to replace in GOOD, by what, the line that is named, and how the message goes on.
MISTAKES = [
    ("format = 1\n", "", 1, "format is None; write `format = 1` as the first line"),
    ("format = 1", "format = 2", 1, "format is 2; write `format = 1`"),
    ("format = 1", "format = 1\nversion = 3", 3, "unknown key 'version'; valid: format, rule"),
    ("format = 1", "format = 1\nformat = 1", 3, "not valid TOML: "),
    ("[[rule]]\nid       =", "[rule]\nid       =", None, "not valid TOML: "),
    ("why      = ", "wy       = ", 4, "rule 'debris.icon-label': unknown key 'wy'; did you mean 'why'? valid: action, aliases, "),
    ('why      = "Alt text."\n', "", 4, "rule 'debris.icon-label': why is missing; every rule has id, action, match and why"),
    ('id       = "debris.icon-label"\n', "", 4, "rule: id is missing"),
    ('action   = "remove"\n', "", 4, "rule 'debris.icon-label': action is missing"),
    ('"debris.icon-label"', "3", 4, "rule: id is a int; it must be a str"),
    ('"debris.icon-label"', '"Debris.Icon"', 4, "rule 'Debris.Icon': the id is not of the form stage.kebab-name"),
    ('"debris.icon-label"', '"debris"', 4, "rule 'debris': the id is not of the form stage.kebab-name"),
    ('"debris.icon-label"', '"translation.interval-ceo"', 14, "rule id 'translation.interval-ceo' is already used at "),
    ('"debris.icon-label"', '"mt.interval"', 14, "rule id 'mt.interval' is already used at "),
    (
        '"remove"',
        '"delete"',
        4,
        "rule 'debris.icon-label': action is 'delete'; valid: flag, remove, replace",
    ),
    ('"line"', '"lines"', 4, "rule 'debris.icon-label': match is 'lines'; did you mean 'line'? valid: line, phrase, regex"),
    ('"balanced"', '"balance"', 14, "rule 'translation.interval-ceo': profile is 'balance'; did you mean 'balanced'?"),
    ("repeats  = true", 'position = "top"', 4, "rule 'debris.icon-label': position is 'top'; valid: any, head, inside, tail"),
    ("repeats  = true", "repeats  = 1", 4, "rule 'debris.icon-label': repeats is a int; it must be a bool"),
    ("confidence = 1", "confidence = 7", 14, "rule 'translation.interval-ceo': confidence is 7; it must lie between 0 and 1"),
    ("confidence = 1", "confidence = true", 14, "rule 'translation.interval-ceo': confidence is a bool"),
    (
        'languages  = ["any"]',
        'languages  = ["english"]',
        14,
        "rule 'translation.interval-ceo': language 'english' is not an ISO 639-1",
    ),
    ('languages  = ["any"]', "languages  = []", 14, "rule 'translation.interval-ceo': languages is empty"),
    (
        'languages  = ["any"]',
        "languages  = [1]",
        14,
        "rule 'translation.interval-ceo': languages holds something that is not a string",
    ),
    ('["Down Icon", "Animated Arrow"]', "[]", 4, "rule 'debris.icon-label': there is no literal"),
    ('"Animated Arrow"]', '"down icon"]', 4, "rule 'debris.icon-label': literal 'down icon' is listed twice"),
    ('"Animated Arrow"]', '" Arrow"]', 4, "rule 'debris.icon-label': literal ' Arrow' is blank or has outer space"),
    ('"Animated Arrow"]', '"a\\nb"]', 4, "rule 'debris.icon-label': literal 'a\\nb' spans lines"),
    ("repeats  = true", "pattern = 'x'", 4, "rule 'debris.icon-label': give exactly one of literals, literals-file and pattern"),
    ('"line"', '"regex"', 4, "rule 'debris.icon-label': match = \"regex\" goes with pattern"),
    ('"remove"', '"replace"', 4, "rule 'debris.icon-label': action = \"replace\" goes with the key replace"),
    ("repeats  = true", "replace  = 'x'", 4, "rule 'debris.icon-label': action = \"replace\" goes with the key replace"),
    ("repeats  = true", "suggest  = 'x'", 4, "rule 'debris.icon-label': suggest goes with action = \"flag\" only"),
    ('profile    = "balanced"', "repeats = true", 14, "rule 'translation.interval-ceo': repeats goes with literals only"),
    ("'interim \\1'", "'interim \\2'", 14, "rule 'translation.interval-ceo': suggest names group \\2, and the pattern has 1"),
    ("\\binterval (CEO|CFO)\\b", "interval (CEO", 14, "rule 'translation.interval-ceo': the pattern does not compile: missing )"),
    ("(CEO|CFO)\\b'", "(CEO'\nprefilter = ['x']", 14, "rule 'translation.interval-ceo': the pattern does not compile: missing )"),
    ("\\binterval (CEO|CFO)\\b", "(x)*", 14, "rule 'translation.interval-ceo': the pattern matches the empty string"),
    ("\\binterval (CEO|CFO)\\b", "(x)(?=y)", 14, "rule 'translation.interval-ceo': the pattern needs a backtracking engine"),
    (
        'profile    = "balanced"',
        "prefilter = [' ']",
        14,
        "rule 'translation.interval-ceo': a prefilter literal is empty or blank",
    ),
    (
        '"Press the down icon.", ',
        "",
        4,
        "rule 'debris.icon-label': 1 hits and 1 clean examples; give at least one hit and two clean",
    ),
    ('hit = "Down Icon", fix', "fix", 4, "rule 'debris.icon-label': an example needs the strings text and hit"),
    (
        "fix =",
        "fixed =",
        4,
        "rule 'debris.icon-label': example key 'fixed' is unknown or no string; did you mean 'fix'? valid: fix, hit",
    ),
    ('hit = "Down Icon"', 'hit = "o"', 4, "rule 'debris.icon-label': the hit 'o' occurs 3 times in its text; it must occur once"),
    ('hit = "Down Icon"', 'hit = "Up Icon"', 4, "rule 'debris.icon-label': the hit 'Up Icon' occurs 0 times in its text"),
    ('clean    = ["Press', 'clean    = [3, "Press', 4, "rule 'debris.icon-label': clean holds something that is not a string"),
    (
        'literals = ["Down Icon", "Animated Arrow"]',
        'literals-file = "none.tsv"',
        4,
        "rule 'debris.icon-label': literals-file 'none.tsv' can't be read",
    ),
    (
        'literals = ["Down Icon", "Animated Arrow"]',
        'literals-file = "../../secret"',
        4,
        "rule 'debris.icon-label': literals-file '../../secret' lies outside the rule's folder",
    ),
]


@pytest.mark.parametrize(("old", "new", "line", "problem"), MISTAKES, ids=[row[3][:60] for row in MISTAKES])
def test_every_mistake_is_named(tmp_path: Path, old: str, new: str, line: int | None, problem: str) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(RuleError) as caught:
        load_rules([path])
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: {problem}" if line else f"{path}:")
    assert problem in message
    assert "\n" not in message


def test_an_unknown_key_lists_all_valid_ones(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("why ", "zzz "))
    with pytest.raises(RuleError) as caught:
        load_rules([path])
    assert str(caught.value).endswith(f"valid: {', '.join(sorted(KEYS))}")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff", "not valid UTF-8 at byte 0; save the file as UTF-8"),
        ("format = 1".encode("utf-16"), "not valid UTF-8 at byte 0"),
        (b"", "1: format is None"),
        (b"format = 1\nrule = 3", "`rule` is not a list of tables; write [[rule]]"),
        (b"format = 1\nrule = [3]", "`rule` is not a list of tables; write [[rule]]"),
        (b"x = " + b"[" * 5000, "1: nested too deeply; rule files are flat"),
    ],
)
def test_files_that_are_no_rule_files(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "debris.toml"
    path.write_bytes(content)
    with pytest.raises(RuleError) as caught:
        load_rules([path])
    assert str(caught.value).startswith(f"{path}:")
    assert problem in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"none\.toml: can't be read \(No such file or directory\); check the path"):
        load_rules([tmp_path / "none.toml"])


def test_an_empty_book_is_no_mistake(tmp_path: Path) -> None:
    assert len(load_rules([write(tmp_path, "format = 1\n")])) == 0


@pytest.mark.parametrize(
    ("rule_id", "prefix", "has"),
    [
        ("debris.icon-label", "", False),
        ("debris.icon-label", "debris", True),
        ("debris.icon-label", "debris.", True),
        ("debris.icon-label", "debris.icon", True),
        ("debris.icon-label", "debris.icon-label", True),
        ("debris.icon-label", "debris.ic", False),
        ("debris.icon-label", "deb", False),
        ("debris.icon-label", "debris.icon-labels", False),
    ],
)
def test_prefixes_end_with_a_word(rule_id: str, prefix: str, has: bool) -> None:
    assert has_prefix(rule_id, prefix) is has


@pytest.mark.parametrize(
    ("select", "ignore", "is_wanted"),
    [
        ((), (), True),
        (("debris",), (), True),
        (("mojibake",), (), False),
        ((), ("debris",), False),
        (("debris.icon",), ("debris",), True),  # the longer prefix wins
        (("debris",), ("debris.icon",), False),
        (("debris",), ("debris",), False),  # and ignore a tie
        ((), ("translation",), True),
    ],
)
def test_select_and_ignore(select: tuple[str, ...], ignore: tuple[str, ...], is_wanted: bool) -> None:
    assert wanted("debris.icon-label", select, ignore) is is_wanted


def test_the_book_selects_by_tier_stage_and_language() -> None:
    book = Rulebook(
        [
            Rule("a.one", "flag", "phrase"),
            Rule("a.two", "flag", "phrase", profile="balanced", languages=("de",)),
            Rule("b.three", "flag", "phrase", profile="thorough"),
        ]
    )

    def ids(**values: object) -> list[str]:
        return [rule.id for rule in book.select(**{"stages": ("a", "b"), **values})]  # type: ignore[arg-type]

    assert ids() == ["a.one"]
    assert ids(profile="balanced") == ["a.one", "a.two"]
    assert ids(profile="thorough") == ["a.one", "a.two", "b.three"]
    assert ids(profile="thorough", stages=("b",)) == ["b.three"]
    assert ids(profile="thorough", languages=("en",)) == ["a.one", "b.three"]
    assert ids(profile="thorough", languages=("en", "de")) == ["a.one", "a.two", "b.three"]
    with pytest.raises(ConfigError, match=r"--select: no rule 'a\.four'; valid: a\.one, a\.two"):
        book.check_prefixes(["a", "a.four"], "--select")
