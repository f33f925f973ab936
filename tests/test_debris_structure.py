"""What the debris stage decides by structure: repeats, labels run together, selectors, scaffolds, pieces."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.lines import Lines
from cleaner.stages.pieces import cut_line, is_flat, pieces_of, words_in
from cleaner.stages.repeats import label_runs, repeated_paragraphs, repeated_titles, run_together
from cleaner.stages.selectors import may_end_scaffold, selector_values, tail_labels, tail_scaffold

PARAGRAPH = (
    "The harbour office said on Tuesday that the eastern pier would stay closed until the divers had looked at every one of its "
    "forty pillars, which may take them until the middle of the month."
)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Bora Bora", None),
        ("hahahahahaha", None),
        ("------------", None),
        ("No no no no", None),
        ("2020202020", None),
        ("HALLELUJAHHALLELUJAH", None),
        ("Baden-Baden", None),
        ("couscous", None),
        ("", None),
        ("Arrow LeftArrow LeftArrow Left", "Arrow Left"),
        ("ShareShare", "Share"),
        ("分享到微博分享到微博", "分享到微博"),
    ],
)
def test_run_together(text: str, label: str | None) -> None:
    assert run_together(text) == label


@given(st.text(max_size=80))
def test_run_together_is_made_of_copies(text: str) -> None:
    label = run_together(text)
    if label is not None:
        assert len(label) >= 4
        assert text == label * (len(text) // len(label))


def test_label_runs_names_the_line() -> None:
    assert list(label_runs(Lines(f"{PARAGRAPH}\n  Show MapShow Map\n"))) == [(1, "Show Map")]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["A title of five words", PARAGRAPH, PARAGRAPH], []),
        (["Row, row, row your boat", "Gently down the stream", *["Merrily on a long river"] * 14, "Row, row, row your boat"], []),
        (["Yes", "Yes", PARAGRAPH], []),
        (["A title of five words", "", "A title of five words", PARAGRAPH], [2]),
        (["A title of five words", "By Ann Lee", "A title of five words ", "A title of five words", PARAGRAPH], [2, 3]),
    ],
)  # fmt: skip
def test_repeated_titles(lines: list[str], found: list[int]) -> None:
    assert list(repeated_titles(Lines("\n".join(lines)))) == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([PARAGRAPH, PARAGRAPH.replace("forty", "fifty")], []),
        ([PARAGRAPH.rstrip("."), PARAGRAPH.rstrip(".")], []),
        (["O my love", "O my love"], []),
        ([PARAGRAPH, "Something else.", PARAGRAPH], [2]),
    ],
)
def test_repeated_paragraphs(lines: list[str], found: list[int]) -> None:
    assert list(repeated_paragraphs(Lines("\n".join(lines)))) == found


def test_selector_values_stand_between_prompt_and_icon() -> None:
    text = "Choose a country\nPortugal\nDown Icon\nA subhead\nAnother"
    pieces = pieces_of(Lines(text))
    assert list(selector_values(text, pieces, {0, 2}, {0})) == [1]
    assert list(selector_values(text, pieces, {0}, {0})) == []


def test_tail_labels_need_their_copy_and_two_hits() -> None:
    text = "\n".join([PARAGRAPH, "Daily", "Daily", "Other", "More News", "Up Icon"])
    pieces = pieces_of(Lines(text))
    assert list(tail_labels(text, pieces, 0, {4, 5})) == [1, 2]
    assert list(tail_labels(text, pieces, 0, {5})) == []


def test_tail_scaffold() -> None:
    text = f"{PARAGRAPH}\n\nquestions\n    Who pays for the divers?\nactions"
    pieces = pieces_of(Lines(text))
    assert may_end_scaffold(text)
    assert tail_scaffold(text, pieces) == ([3, 1], [2])
    for healthy in (f"{PARAGRAPH}\nactions", f"{PARAGRAPH}\nQuestions\nWho pays?\nActions", f"{PARAGRAPH}\n{PARAGRAPH}"):
        assert tail_scaffold(healthy, pieces_of(Lines(healthy))) == ([], [])


def test_a_line_of_ordinary_length_is_one_piece() -> None:
    text = f"One. Two. Three.\n\n  {PARAGRAPH}\r\nEnd"
    assert [text[p.start : p.end] for p in pieces_of(Lines(text))] == ["One. Two. Three.", PARAGRAPH, "End"]


def test_a_flat_text_is_cut_after_sentences() -> None:
    text = " ".join([PARAGRAPH, "Was it J. R. Smith who asked?", "“Yes.” He said so.", PARAGRAPH])
    lines = Lines(text)
    assert is_flat(lines)
    assert [text[p.start : p.end] for p in pieces_of(lines)] == [
        PARAGRAPH, "Was it J. R. Smith who asked?", "“Yes.”", "He said so.", PARAGRAPH,
    ]  # fmt: skip


def test_chinese_and_japanese_sentences_are_cut_without_blanks() -> None:
    text = "他说：“明天去。”我们都同意了。真的吗？彼は「はい。」と言った。"
    found = [text[start:end] for start, end in cut_line(text, 0, len(text))]
    assert found == ["他说：“明天去。”", "我们都同意了。", "真的吗？", "彼は「はい。」", "と言った。"]
    assert words_in("東京で会議") == 3


@given(st.text("aB. 。！?\n\t“”", max_size=200), st.integers(0, 3))
def test_pieces_hold_all_that_is_not_blank(text: str, run: int) -> None:
    text = text * 8
    pieces = pieces_of(Lines(text), lambda part: min(run, len(part)))
    assert all(a.end <= b.start for a, b in itertools.pairwise(pieces))
    kept = "".join(text[piece.start : piece.end] for piece in pieces)
    assert "".join(kept.split()) == "".join(text.split())
    assert all(text[piece.start : piece.end].strip() == text[piece.start : piece.end] != "" for piece in pieces)
