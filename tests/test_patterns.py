"""The literals a pattern must contain, and what an automaton could run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.patterns import PatternError, compile_pattern, is_linear, required_literals
from cleaner.scanner import fold


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        (r"\w+", ()),
        (r"a?b*", ()),
        (r"interim CEO", ("interim ceo",)),
        (r"\binterval (CEO|CFO)\b", ("interval ceo", "interval cfo")),
        (r"(?i)Created with Sketch\.?", ("created with sketch",)),
        (r"(?:one|two) \d+", ("one ", "two ")),
        (r"(?:one|\d+)", ()),
        (r"share(?: this)? page", ("share page", "share this page")),
        (r"(?:ab){2,}", ("ab",)),
        (r"(?:ab)*", ()),
        (r"[ab]x", ("ax", "bx")),
        (r"[^ab]xyz", ("xyz",)),
        (r"\p{Lu}xyz", ("xyz",)),
        (r"^\s*Advertisement\s*$", ("advertisement",)),
        (r"İstanbul", ("stanbul",)),  # its first letter lower-cases to two
        (r"(?=abc)\w", ()),
    ],
)
def test_required_literals(pattern: str, literals: tuple[str, ...]) -> None:
    assert required_literals(pattern) == literals


@pytest.mark.parametrize(
    ("pattern", "linear"),
    [
        (r"a(?:b|c)*d{2,3}?", True),
        (r"\p{Ll}{2,}[$€]", True),
        (r"(?P<name>a)b", True),
        (r"a(?=b)", False),
        (r"(?<!a)b", False),
        (r"(a)\1", False),
        (r"(?:x(?!y))+", False),
        (r"(?>a+)b", False),
        (r"a++b", False),
        (r"(?:a|b(?<=b))", False),
        (r"(", False),
    ],
)
def test_is_linear(pattern: str, linear: bool) -> None:
    assert is_linear(pattern) is linear


def test_a_pattern_that_does_not_compile_says_why() -> None:
    with pytest.raises(PatternError, match="missing \\)"):
        compile_pattern("(a", case=True)


def test_case_is_part_of_the_compiled_pattern() -> None:
    assert compile_pattern("icon", case=True).search("ICON") is None
    assert compile_pattern("icon", case=False).search("ICON")


atoms = st.sampled_from(
    ["a", "B", "é", "É", r"\d", r"\w", ".", "[ab]", "[^a]", "[a-e]", r"\p{Lu}", " ", r"\b", "ß", "İ", "Σ", r"\$", "xy"]
)


def _repeated(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda child, mark: f"(?:{child}){mark}", children, st.sampled_from(["?", "*", "+", "{2}", "{0,2}", "{1,3}?", ""])
    )


patterns = st.recursive(
    atoms,
    lambda children: st.one_of(
        st.lists(children, min_size=1, max_size=4).map("".join),
        st.lists(children, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        _repeated(children),
    ),
    max_leaves=10,
)


@given(patterns, st.booleans(), st.lists(st.text("aBbéÉxyX1 ßſİi$Σς", max_size=8), min_size=1, max_size=6))
def test_every_match_contains_a_required_literal(pattern: str, case: bool, texts: list[str]) -> None:
    literals = required_literals(pattern)
    if not literals:
        return
    compiled = compile_pattern(pattern, case=case)
    for text in texts:
        for found in compiled.finditer(text, overlapped=True):
            assert any(literal in fold(found[0]) for literal in literals), (found[0], literals)
