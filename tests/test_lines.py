"""Lines as positions, and what removing some of them leaves."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import documents

from cleaner.edits import apply_edits
from cleaner.lines import Lines, cut_span, removal_spans
from cleaner.model import Edit

line_texts = st.text("ab \t\n\r\u2028", max_size=30)


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\n\n", ["a", ""]),
        ("\n", [""]),
        ("a\r\nb\rc\nd", ["a", "b", "c", "d"]),
        ("a\n\rb", ["a", "", "b"]),
        ("a\u2028b\x0bc\x85d", ["a\u2028b\x0bc\x85d"]),  # only LF, CR and CR LF end a line
    ],
)
def test_contents(text: str, contents: list[str]) -> None:
    lines = Lines(text)
    found = [lines[i] for i in range(len(lines))]
    assert (found if text else found[: len(contents)]) == contents


@given(st.one_of(line_texts, documents))
def test_lines_tile_the_text(text: str) -> None:
    lines = Lines(text)
    assert "".join(text[s:n] for s, n in zip(lines.starts, lines.nexts, strict=True)) == text
    assert not text or [lines[i] for i in range(len(lines))] == _split(text)
    for index in range(len(lines)):
        assert text[lines.ends[index] : lines.nexts[index]] in ("", "\n", "\r", "\r\n")
        assert lines.blank(index) == (lines[index].strip() == "")
        for position in range(lines.starts[index], lines.nexts[index]):
            assert lines.at(position) == index
    assert lines.at(len(text)) == max(0, len(lines) - 1)


def _split(text: str) -> list[str]:
    parts = re.split(r"\r\n|\n|\r", text)
    return parts if parts[-1] else parts[:-1]


@pytest.mark.parametrize(
    ("text", "position", "number"),
    [
        ("a\nb", 0, (1, 1)),
        ("a\nb", 2, (2, 1)),
        ("a\nb", 1, (1, 2)),
        ("a\rb\r\nc", 2, (1, 3)),
        ("a\rb\r\nc", 5, (2, 1)),
        ("", 0, (1, 1)),
    ],
)
def test_numbers_count_line_feeds_as_sed_does(text: str, position: int, number: tuple[int, int]) -> None:
    assert Lines(text).number(position) == number


def removed(text: str, *indices: int) -> str:
    spans = sorted(removal_spans(Lines(text), indices).values())
    return apply_edits(text, [Edit(s, e, text[s:e], "", ("s.r",), "s") for s, e in spans])


@pytest.mark.parametrize(
    ("text", "indices", "left"),
    [
        ("a\nb\nc\n", (), "a\nb\nc\n"),
        ("a\nX\nb\n", (1,), "a\nb\n"),
        ("X\na\n", (0,), "a\n"),
        ("a\nX\n", (1,), "a\n"),
        ("a\nX", (1,), "a"),  # the text did not end with a newline, and still does not
        ("a\n\nX", (2,), "a"),
        ("a\n\nX\n", (2,), "a\n"),
        ("a\n\nX\n\nb", (2,), "a\n\nb"),  # two blank runs meet: the second goes
        ("a\n\n\nX\n\nb", (3,), "a\n\n\nb"),
        ("a\n\nX\nb", (2,), "a\n\nb"),
        ("a\nX\n\nb", (1,), "a\n\nb"),
        ("X\n\na", (0,), "a"),
        ("\nX\n\na", (1,), "\na"),  # a blank first line was there before
        ("a\n\nX\n\nY\n\nb", (2, 4), "a\n\nb"),
        ("a\nX\nY\nb", (1, 2), "a\nb"),
        ("X", (0,), ""),
        ("X\n", (0,), ""),
        ("X\nY\n", (0, 1), ""),
        ("a\r\n\r\nX\r\n\r\nb\r\n", (2,), "a\r\n\r\nb\r\n"),
        ("a\rX\rb", (1,), "a\rb"),
    ],
)
def test_removed_lines_take_their_line_end_and_the_second_blank_run(text: str, indices: tuple[int, ...], left: str) -> None:
    assert removed(text, *indices) == left


@given(
    st.lists(st.sampled_from(["a", "b", "X", "X", "", " "]), max_size=12), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans()
)
def test_removal_keeps_all_other_lines_and_the_final_newline(contents: list[str], end: str, closed: bool) -> None:
    text = end.join(contents) + (end if closed and contents else "")
    lines = Lines(text)
    gone = [i for i in range(len(lines)) if lines[i] == "X"]
    spans = sorted(removal_spans(lines, gone).values())
    assert all(one[1] <= two[0] for one, two in itertools.pairwise(spans))
    left = removed(text, *gone)
    words = [part for part in contents if part.strip()]
    assert [part for part in left.split(end) if part.strip()] == [word for word in words if word != "X"]
    if left:
        assert left.endswith(end) == text.endswith(end)
    if not gone:
        assert left == text
    # No blank run is longer than the longest one before, and none stands where none stood.
    assert _blank_run(left, end) <= _blank_run(text, end)


def _blank_run(text: str, end: str) -> int:
    longest = run = 0
    for part in _split(text) if text else []:
        run = run + 1 if not part.strip() else 0
        longest = max(longest, run)
    return longest


@pytest.mark.parametrize(
    ("text", "piece", "left"),
    [
        ("one two three", "two", "one three"),
        ("one two", "two", "one"),
        ("two one", "two", "one"),
        ("one, two.", "two", "one, ."),
        ("onetwothree", "two", "onethree"),
        ("a\none\ttwo \nb", "two", "a\none\nb"),
        ("a\ntwo  one", "two", "a\none"),
        ("two", "two", ""),
    ],
)
def test_cut_leaves_no_doubled_or_trailing_blank(text: str, piece: str, left: str) -> None:
    start, end = cut_span(text, text.index(piece), text.index(piece) + len(piece))
    assert text[:start] + text[end:] == left


@given(line_texts, st.integers(0, 30), st.integers(0, 30))
def test_cut_grows_over_blanks_only(text: str, one: int, two: int) -> None:
    low, high = sorted((min(one, len(text)), min(two, len(text))))
    start, end = cut_span(text, low, high)
    assert start <= low
    assert high <= end
    assert not text[start:low].strip(" \t")
    assert not text[high:end].strip(" \t")
