"""JSON Lines: only the text value changes, everything else leaves byte for byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.jsonl import JsonRow, rows
from cleaner.corpus.literal import decode, escaped, raw_offsets
from cleaner.corpus.rows import Fields, Splice, UnwritableError, replaced
from cleaner.model import Edit


def only(line: str | bytes, **fields: object) -> JsonRow:
    data = line if isinstance(line, bytes) else line.encode("utf-8")
    (row,) = rows(data, Fields(**fields))  # type: ignore[arg-type]
    return row  # type: ignore[return-value]


KEPT = [
    '{"text": "x", "n": 18446744073709551617, "f": 2.50, "e": 1e400, "i": 1E5}',
    '{ "b" :1 ,"a": [1 , 2.0],\t"text":"\\u00E9\\/x"}\r',
    '{"n":' + "9" * 5000 + ',"text":"x"}',
    '{"x":NaN,"text":"x","y":-Infinity}',
    '{"a":1,"a":2,"text":"x"}',
    '{"text":null}',
    '{"text":"\\ud800 \\u0000 \\ud83d\\ude00"}',
    '{"meta":{"text":"y"},"text":"x"}',
    '{"id":1,"text":"x","id":2,"lang":"en","lang":"de"}',
]


@pytest.mark.parametrize("line", KEPT)
def test_a_line_that_needs_nothing_is_its_own_raw_form(line: str) -> None:
    row = only(line + "\n")
    assert not row.problem
    assert row.rewritten({}) == row.raw == line + "\n"


BAD = [
    ("", "blank line"),
    ("   ", "blank line"),
    ('{"text":"x"', "end of the line"),
    ('{"text":"x",}', "name in double quotes"),
    ("{'text':'x'}", "name in double quotes"),
    ('{"text":"x","a"}', "':' expected"),
    ('{"text":"x" "a":1}', "',' or '}' expected"),
    ('{"text":"x",,"a":1}', "name in double quotes"),
    ('{"text":"x","a":}', "a value expected"),
    ('{"text":"x","a":1 2}', "',' or '}' expected"),
    ('{"text":"x"} {"text":"y"}', "follows the object"),
    ('{"text":"x"}]', "follows the object"),
    ('{"text":"a\tb"}', "control character"),
    ('["text"]', "array"),
    ('"text"', "a string"),
    ("17", "'{' expected"),
    ("garbage", "'{' expected"),
    ('{"text":"\\x"}', "escape"),
    ('{"text":5}', "a number, not a string"),
    ('{"text":1e5}', "a number, not a string"),
    ('{"text":true}', "a truth value, not a string"),
    ('{"text":["a"]}', "an array, not a string"),
    ('{"text":{"a":1}}', "an object, not a string"),
    ('{"text":"a","text":"b"}', "'text' occurs twice"),
    ('{"text":"a","te\\u0078t":"b"}', "'text' occurs twice"),
    ('{"id":1}', "no field 'text'; it has id"),
    ('\ufeff{"text":"x"}', "byte order mark"),
    ('{"text":"x","d":' + "[" * 100_000 + "}", "nested too deeply"),
]


@pytest.mark.parametrize(("line", "problem"), BAD)
def test_an_unusable_line_says_why(line: str, problem: str) -> None:
    row = only(line + "\n")
    assert problem in row.problem
    assert row.raw == line + "\n"


def test_a_missing_field_is_told_from_a_wrong_one() -> None:
    assert only('{"id":1}\n').missing
    assert not only('{"text":1}\n').missing


def test_invalid_utf8_spoils_its_own_line_only() -> None:
    found = list(rows(b'{"text":"a"}\n{"text":"\xff"}\n{"text":"\xed\xa0\x80"}\n{"text":"b"}', Fields()))
    assert [bool(row.problem) for row in found] == [False, True, True, False]
    assert found[1].raw == b'{"text":"\xff"}\n'
    assert "0xff at byte 10" in found[1].problem
    assert [row.number for row in found] == [1, 2, 3, 4]


def test_fields_by_path_and_several_at_once() -> None:
    row = only(
        '{"meta":{"body":"a","lang":"pt_BR"},"title":"b","x.y":"c"}\n', texts=("meta.body", "title", "x.y"), lang="meta.lang"
    )
    assert [passage.text for passage in row.passages] == ["a", "b", "c"]
    assert row.lang == "pt"
    edit = {
        0: [Edit(0, 1, "a", "AAA", ("r",), "s")],
        1: [Edit(0, 1, "b", "", ("r",), "s")],
        2: [Edit(1, 1, "", "!", ("r",), "s")],
    }
    assert row.rewritten(edit) == '{"meta":{"body":"AAA","lang":"pt_BR"},"title":"","x.y":"c!"}\n'


def test_a_nested_field_that_occurs_twice_is_refused() -> None:
    assert "occurs twice" in only('{"meta":{"body":"a","body":"b"}}\n', texts=("meta.body",)).problem
    assert "occurs twice" in only('{"meta":{"body":"a"},"meta":{"body":"b"}}\n', texts=("meta.body",)).problem


@pytest.mark.parametrize(("value", "id"), [('"a"', "a"), ("7", "7"), ("null", None), ("1.50", "1.50"), ('"\\u00e9"', "é")])
def test_the_id_stays_as_it_stood(value: str, id: str | None) -> None:
    row = only(f'{{"id": {value}, "text": "x"}}\n')
    assert row.id == id
    assert row.doc == ("" if id is None else value)


def test_escapes_outside_an_edit_stay() -> None:
    row = only('{"text":"caf\\u00E9 \\/ Down Icon\\n\\u0022x\\""}\n')
    text = row.passages[0].text or ""
    at = text.index("Down")
    edit = Edit(at, at + 9, "Down Icon", "é", ("r",), "s")
    assert row.rewritten({0: [edit]}) == '{"text":"caf\\u00E9 \\/ \\u00e9\\n\\u0022x\\""}\n'


def test_places_count_code_points_of_the_line() -> None:
    row = only('{"text":"\\ud83d\\ude00é\\nDown"}\n')
    assert row.place(0, 0) == (1, 10)
    assert row.place(0, 1) == (1, 22)
    assert row.place(0, 3) == (1, 25)


def test_halves_of_a_pair_that_would_join_are_refused() -> None:
    row = only('{"text":"\\ud83dxx\\ude00"}\n')
    with pytest.raises(UnwritableError, match="surrogate"):
        row.rewritten({0: [Edit(1, 3, "xx", "", ("r",), "s")]})


texts = st.text(st.characters() | st.characters(categories=["Cs"]), max_size=30)


def _literal(data: st.DataObject, text: str) -> str:
    """Return ``text`` as a literal in a style of which nothing can be foretold."""
    parts = []
    for char in text:
        styles = [escaped(char)]
        if not "\ud800" <= char <= "\udfff":
            styles += [json.dumps(char)[1:-1], "".join(f"\\u{unit:04X}" for unit in _units(char))]
        parts.append(data.draw(st.sampled_from(styles)))
    return "".join(parts)


def _units(char: str) -> list[int]:
    data = char.encode("utf-16-be")
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


@given(st.data(), texts)
def test_splicing_is_replacing_and_can_be_taken_back(data: st.DataObject, text: str) -> None:
    literal = _literal(data, text)
    text = decode(literal)  # two halves that met are one character now
    row = only(f'{{ "n":2.50,"text" : "{literal}", "z":[1 ,2]}}\n')
    bounds = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    spans = list(zip(bounds[::2], bounds[1::2], strict=False))
    spans = [span for at, span in enumerate(spans) if at == 0 or span[0] >= spans[at - 1][1]]
    splices = [Splice(start, end, data.draw(texts)) for start, end in spans]
    wanted = replaced(text, splices)
    try:
        line = row.spliced({0: splices})
    except UnwritableError:
        assert json.loads(json.dumps(wanted)) != wanted
        return
    assert json.loads(line)["text"] == wanted
    assert line.startswith('{ "n":2.50,"text" : "')
    assert line.endswith('", "z":[1 ,2]}\n')
    back = []
    shift = 0
    for splice, raw in zip(splices, row.written_as(0, splices), strict=True):
        before = text[splice.start : splice.end]
        start = splice.start + shift
        back.append(Splice(start, start + len(splice.text), before, escaped(before) if raw is None else raw))
        shift += len(splice.text) - len(before)
    assert only(line).spliced({0: back}) == row.raw


@given(st.data(), texts)
def test_offsets_lead_to_the_same_character(data: st.DataObject, text: str) -> None:
    literal = _literal(data, text)
    text = decode(literal)
    offsets = raw_offsets(literal, range(len(text) + 1))
    assert offsets[-1] == len(literal)
    for at, char in enumerate(text):
        assert decode(literal[offsets[at] : offsets[at + 1]]) == char


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["text", "a", "b", "id"]), json_values), st.text('{}[]:,"\\x1 \t', max_size=4), st.data())
def test_exactly_what_json_accepts_is_accepted(item: dict[str, object], noise: str, data: st.DataObject) -> None:
    line = json.dumps(item, separators=(data.draw(st.sampled_from([",", " , "])), data.draw(st.sampled_from([":", " : "]))))
    at = data.draw(st.integers(0, len(line)))
    line = line[:at] + noise + line[at + data.draw(st.integers(0, 2)) :]
    row = only(line + "\n")
    try:
        value = json.loads(line, object_pairs_hook=list)
        usable = line.lstrip()[:1] == "{" and [name for name, _ in value].count("text") == 1
        usable = usable and isinstance(dict(value)["text"], str | None)
    except ValueError:
        usable = False
    assert (not row.problem) is usable


@given(st.lists(st.sampled_from(['{"text":"a"}', "", "{", '{"text":"b"}\r', "\x00"]), max_size=8), st.booleans())
def test_the_rows_are_the_lines(lines: list[str], closed: bool) -> None:
    data = "\n".join(lines) + ("\n" if closed and lines else "")
    assert "".join(str(row.raw) for row in rows(data.encode(), Fields())) == data
