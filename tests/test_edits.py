"""Edits as an algebra: apply, undo, compose, resolve and the offset map, against plain definitions."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import normal_edits

from cleaner.edits import OffsetMap, apply_edits, compose, resolve, undo_edits
from cleaner.errors import EditError
from cleaner.model import Edit

texts = st.text("abcX \n", max_size=24)


def edit(start: int, end: int, before: str, after: str, rule: str = "s.r", stage: str = "s", confidence: float = 0.9) -> Edit:
    return Edit(start, end, before, after, (rule,), stage, f"{rule} said so", confidence)


def test_no_edits_give_the_very_same_object() -> None:
    text = "".join(["un", "touched"])
    assert apply_edits(text, []) is text
    assert undo_edits(text, []) is text


@pytest.mark.parametrize(
    ("text", "edits", "expected"),
    [
        ("abc", [edit(1, 2, "b", "")], "ac"),
        ("abc", [edit(0, 0, "", "x"), edit(0, 1, "a", "y"), edit(1, 3, "bc", "")], "xy"),
        ("abc", [edit(3, 3, "", "\n")], "abc\n"),
        ("a\ud800c", [edit(1, 2, "\ud800", "\ufffd")], "a\ufffdc"),
    ],
)
def test_apply_and_undo(text: str, edits: list[Edit], expected: str) -> None:
    assert apply_edits(text, edits) == expected
    assert undo_edits(expected, edits) == text


@pytest.mark.parametrize(
    "edits",
    [
        [edit(0, 2, "ab", ""), edit(1, 3, "bc", "")],  # overlap
        [edit(2, 3, "c", ""), edit(0, 1, "a", "")],  # out of order
        [edit(0, 1, "b", "")],  # another text
        [edit(2, 1, "", "x")],  # backwards
        [edit(3, 9, "def", "")],  # past the end
    ],
)
def test_apply_refuses_what_does_not_fit(edits: list[Edit]) -> None:
    with pytest.raises(EditError, match="does not fit"):
        apply_edits("abc", edits)


def test_undo_refuses_another_text() -> None:
    edits = [edit(0, 1, "a", "x")]
    assert apply_edits("abc", edits) == "xbc"
    with pytest.raises(EditError, match="not the result"):
        undo_edits("abc", edits)


@given(st.data(), texts)
def test_undo_inverts_apply(data: st.DataObject, text: str) -> None:
    edits = data.draw(normal_edits(text))
    assert undo_edits(apply_edits(text, edits), edits) == text


@given(st.data(), texts)
def test_compose_does_both_in_one(data: st.DataObject, text: str) -> None:
    first = data.draw(normal_edits(text))
    middle = apply_edits(text, first)
    second = data.draw(normal_edits(middle, ("t",)))
    both = compose(first, second, text)
    assert apply_edits(text, both) == apply_edits(middle, second)
    assert all(one.before != one.after for one in both)
    assert all(one.end <= two.start for one, two in itertools.pairwise(both))
    named = {rule for one in both for rule in one.rules}
    assert named <= {rule for one in (*first, *second) for rule in one.rules}
    # What the second list left alone keeps its own edit.
    if not second:
        assert both == first


@pytest.mark.parametrize(
    ("text", "first", "second", "expected"),
    [
        ("abcd", [edit(0, 1, "a", "")], [edit(2, 3, "d", "")], [(0, 1, "", ("s.1",)), (3, 4, "", ("s.2",))]),
        ("abcd", [edit(1, 2, "b", "")], [edit(1, 2, "c", "")], [(1, 3, "", ("s.1", "s.2"))]),  # touch in the middle
        ("abcd", [edit(1, 2, "b", "xy")], [edit(2, 3, "y", "b"), edit(3, 4, "c", "")], [(1, 3, "xb", ("s.1", "s.2"))]),
        ("abcd", [edit(1, 2, "b", "x")], [edit(1, 2, "x", "b")], []),  # taken back
    ],
)
def test_compose_by_example(
    text: str, first: list[Edit], second: list[Edit], expected: list[tuple[int, int, str, tuple[str, ...]]]
) -> None:
    first = [Edit(e.start, e.end, e.before, e.after, ("s.1",), "s", "one", 0.9) for e in first]
    second = [Edit(e.start, e.end, e.before, e.after, ("s.2",), "s", "two", 0.8) for e in second]
    both = compose(first, second, text)
    assert [(e.start, e.end, e.after, e.rules) for e in both] == expected
    for one in both:
        if len(one.rules) == 2:
            assert (one.reason, one.confidence) == ("one; two", 0.8)


@pytest.mark.parametrize(
    ("proposals", "expected"),
    [
        ([[edit(0, 1, "a", "")], [edit(2, 3, "c", "")]], [(0, 1), (2, 3)]),
        ([[edit(2, 3, "c", "")], [edit(1, 4, "bcd", "", stage="t")]], [(2, 3)]),  # the earlier stage wins
        ([[edit(2, 3, "c", ""), edit(1, 4, "bcd", "")]], [(1, 4)]),  # then the longer
        ([[edit(1, 2, "b", "x", confidence=0.5), edit(1, 2, "b", "y")]], [(1, 2)]),  # then the surer
        ([[edit(1, 2, "b", "b")]], []),  # changes nothing
        ([[edit(1, 1, "", "x"), edit(1, 1, "", "y")]], [(1, 1)]),  # two insertions at one place
        ([[edit(0, 1, "a", ""), edit(1, 2, "b", "")]], [(0, 1), (1, 2)]),  # one stage, touching: stay apart
        ([[edit(0, 1, "a", "")], [edit(1, 2, "b", "", "t.r", "t")]], [(0, 2)]),  # two stages, touching: one edit
        ([[edit(0, 1, "a", "b")], [edit(1, 2, "b", "a", "t.r", "t")]], [(0, 2)]),
        ([[edit(0, 1, "a", "")], [edit(1, 1, "", "a", "t.r", "t")]], []),  # two stages that together change nothing
    ],
)
def test_resolve(proposals: list[list[Edit]], expected: list[tuple[int, int]]) -> None:
    resolved = resolve(proposals)
    assert [(one.start, one.end) for one in resolved] == expected
    assert resolved == [] or apply_edits("abcd", resolved) != "abcd"


def test_joined_edit_names_all_its_rules() -> None:
    (one,) = resolve([[edit(0, 1, "a", "")], [edit(1, 2, "b", "", "t.r", "t", 0.7)]])
    assert one.rules == ("s.r", "t.r")
    assert (one.rule, one.stage, one.confidence, one.reason) == ("s.r", "s", 0.7, "s.r said so; t.r said so")


@given(st.data(), texts)
def test_resolve_makes_a_normal_list(data: st.DataObject, text: str) -> None:
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    proposals = [
        [
            Edit(start, end, text[start:end], data.draw(st.text("YZ", max_size=2)), (f"{stage}.r",), stage)
            for start, end in data.draw(st.lists(spans, max_size=5))
        ]
        for stage in "stu"
    ]
    resolved = resolve(proposals)
    apply_edits(text, resolved)
    assert all(one.before != one.after for one in resolved)
    for one, two in itertools.pairwise(resolved):
        assert one.end < two.start or (one.end == two.start and one.stage == two.stage)
    for one in resolve(proposals[:1]):  # nothing of the first stage yields to a later one
        assert any(got.start <= one.start and one.end <= got.end and one.rule in got.rules for got in resolved)


@given(st.data(), texts)
def test_offsets_are_monotone_and_kept_characters_map_to_themselves(data: st.DataObject, text: str) -> None:
    edits = data.draw(normal_edits(text))
    clean = apply_edits(text, edits)
    offsets = OffsetMap(edits)
    to_clean = [offsets.to_clean(i) for i in range(len(text) + 1)]
    to_source = [offsets.to_source(i) for i in range(len(clean) + 1)]
    assert to_clean == sorted(to_clean)
    assert to_source == sorted(to_source)
    assert (to_clean[-1], to_source[-1]) == (len(clean), len(text))
    kept = set(range(len(text))) - {i for one in edits for i in range(one.start, one.end)}
    for i in kept:
        assert clean[to_clean[i]] == text[i]
        assert to_source[to_clean[i]] == i
        assert offsets.replaced_end(to_clean[i]) is None
    shift = 0
    for one in edits:
        start = one.start + shift
        assert all(to_clean[i] == start for i in range(one.start, one.end))
        assert all(to_source[i] == one.start for i in range(start, start + len(one.after)))
        if one.after:
            assert offsets.replaced_end(start) == one.end
        shift += len(one.after) - (one.end - one.start)
