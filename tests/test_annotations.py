"""Spans that move along: kept ones are at their text, touched ones are told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import Chain, Edit, Result
from cleaner.annotations import Moved, move_spans
from cleaner.edits import apply_edits


def result_of(source: str, *edits: tuple[int, int, str]) -> Result:
    made = tuple(Edit(s, e, source[s:e], after, (f"t.rule-{number}",), "t") for number, (s, e, after) in enumerate(edits))
    return Result(apply_edits(source, made), source, made)


@pytest.mark.parametrize(
    ("edits", "span", "expected"),
    [
        pytest.param([], (2, 5), Moved(2, 5, "kept"), id="nothing changed"),
        pytest.param([(0, 2, "")], (4, 6), Moved(2, 4, "kept"), id="removal before"),
        pytest.param([(8, 9, "")], (4, 6), Moved(4, 6, "kept"), id="removal after"),
        pytest.param([(2, 4, "xyz")], (4, 6), Moved(5, 7, "kept"), id="edit ends where the span starts"),
        pytest.param([(6, 8, "xyz")], (4, 6), Moved(4, 6, "kept"), id="edit starts where the span ends"),
        pytest.param([(4, 4, "x")], (4, 6), Moved(5, 7, "kept"), id="insertion at the start"),
        pytest.param([(6, 6, "x")], (4, 6), Moved(4, 6, "kept"), id="insertion at the end"),
        pytest.param([(5, 5, "x")], (4, 6), Moved(4, 7, "changed", ("t.rule-0",)), id="insertion inside"),
        pytest.param([(5, 6, "")], (4, 8), Moved(4, 7, "changed", ("t.rule-0",)), id="removal inside"),
        pytest.param([(3, 9, "")], (4, 6), Moved(3, 3, "removed", ("t.rule-0",)), id="removed with its line"),
        pytest.param([(4, 6, "xy")], (4, 6), Moved(4, 6, "changed", ("t.rule-0",)), id="replaced"),
        pytest.param([(2, 3, ""), (7, 8, "")], (2, 9), Moved(2, 7, "changed", ("t.rule-0", "t.rule-1")), id="two edits"),
        pytest.param([(2, 6, "")], (4, 4), Moved(2, 2, "removed", ("t.rule-0",)), id="a place inside a removal"),
        pytest.param([(2, 4, "")], (4, 4), Moved(2, 2, "kept"), id="a place behind a removal"),
    ],
)
def test_spans(edits: list[tuple[int, int, str]], span: tuple[int, int], expected: Moved) -> None:
    source = "0123456789"
    assert move_spans(result_of(source, *edits), [span]) == [expected]


def test_a_span_outside_its_text_is_refused() -> None:
    with pytest.raises(ValueError, match="outside its text of 3"):
        move_spans(result_of("abc"), [(1, 4)])


@given(st.text("abc \n", max_size=30), st.data())
def test_kept_spans_hold_their_text(source: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(source)), max_size=8)))
    pairs = [(s, e, data.draw(st.text("xy", max_size=3))) for s, e in zip(cuts[::2], cuts[1::2], strict=False)]
    edits = [p for i, p in enumerate(pairs) if not i or p[0] > pairs[i - 1][1]]
    result = result_of(source, *edits)
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    (moved,) = move_spans(result, [(start, end)])
    assert 0 <= moved.start <= moved.end <= len(result.text)
    if moved.status == "kept":
        assert result.text[moved.start : moved.end] == source[start:end]
        assert not moved.rules
    else:
        assert moved.rules


def test_names_in_a_damaged_document() -> None:
    source = "Down Icon\nMarta Lindqvist met the council in RÃ©publique on Monday.\nLeave a Reply\n"
    names = ["Marta Lindqvist", "RÃ©publique", "Down Icon", "Monday"]
    spans = [(source.index(name), source.index(name) + len(name)) for name in names]
    result = Chain.default().clean(source)
    moved = move_spans(result, spans)
    assert [one.status for one in moved] == ["kept", "changed", "removed", "kept"]
    assert [result.text[one.start : one.end] for one in moved] == ["Marta Lindqvist", "République", "", "Monday"]
    assert moved[2].rules == ("debris.icon-label",)
