"""CSV and TSV: the csv module's values, but byte for byte where nothing changes."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.blocks import read_blocks
from cleaner.corpus.formats import Format
from cleaner.corpus.rows import Fields, Row, splices_of
from cleaner.corpus.streams import Damage
from cleaner.edits import apply_edits
from cleaner.model import Edit


def table(data: bytes, kind: str = "csv", **fields: object) -> tuple[bytes, list[Row]]:
    blocks = list(read_blocks(io.BytesIO(data), Format(kind), Fields(**fields)))  # type: ignore[arg-type]
    return b"".join(block.head for block in blocks), [row for block in blocks for row in block.rows()]


def raw(head: bytes, found: list[Row]) -> bytes:
    return head + b"".join(row.raw if isinstance(row.raw, bytes) else row.raw.encode() for row in found)


SAMPLES = [
    b'id,text\n1,plain\n2,"quoted, with ""quotes""\nand a line"\n',
    b'\xef\xbb\xbfid,text\r\n1,x\r\n2,"y\r\nz"\r\n',
    b'text,id\n5" disk,1\n"a" b,2\n,3\n"",4',
    b"id;text\n1;a, b\n",
    b"text\n\nx\n",
    b'id,text\n1,"never closed\n2,ok\n',
    b"id,text\n1\n1,2,3\n\n4,ok\n",
    b"id,text\n1,\xff\n2,ok\n",
    b"id,text",
    b"id,text\r1,a\r2,b\r",
]


@pytest.mark.parametrize("data", SAMPLES)
@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_head_and_rows_are_the_file(data: bytes, kind: str) -> None:
    assert raw(*table(data, kind)) == data


def test_a_stray_quote_takes_its_own_line_only() -> None:
    _, found = table(b'id,text\n1,"open\n2,ok\n3,"a" b\n4,fine\n')
    assert [(row.number, row.line, bool(row.problem)) for row in found] == [
        (1, 2, True),
        (2, 3, False),
        (3, 4, True),
        (4, 5, False),
    ]


def test_a_quote_that_closes_lines_later_swallows_nothing() -> None:
    _, found = table(b'id,text\n1,"open\n2,ok\n3,ok\n4,x",more\n5,fine\n')
    assert [row.problem == "" for row in found] == [False, True, True, False, True]


@pytest.mark.parametrize(
    ("record", "problem"), [("1\n", "1 cells"), ("1,2,3\n", "3 cells"), ("\n", "blank"), ('1,"a"b\n', "closing quote")]
)
def test_an_unusable_record_says_why(record: str, problem: str) -> None:
    _, (row,) = table(b"id,text\n" + record.encode())
    assert problem in row.problem
    assert row.raw == record


def test_the_delimiter_is_the_one_that_shows_the_text() -> None:
    assert table(b"id;text\n1;a,b\n")[1][0].passages[0].text == "a,b"
    assert table(b"a,b|text\n1|x\n")[1][0].passages[0].text == "x"


def test_a_missing_column_is_named() -> None:
    _, (row,) = table(b"id,body\n1,x\n")
    assert row.missing
    assert "the header has id, body" in row.problem


def test_a_doubled_column_is_refused() -> None:
    with pytest.raises(Damage, match="twice"):
        table(b"text,text\na,b\n")


def test_tsv_takes_bare_quotes_as_they_are() -> None:
    _, found = table(b'id\ttext\n1\t"Hello," he said\n2\tx "y\n3\t"whole"\n', "tsv")
    assert [row.passages[0].text for row in found] == ['"Hello," he said', 'x "y', "whole"]


def test_places_see_through_quotes() -> None:
    _, (row,) = table(b'id,text\n1,"a ""b"" c\nde"\n')
    text = row.passages[0].text or ""
    assert text == 'a "b" c\nde'
    assert row.place(0, text.index("c")) == (2, 12)
    assert row.place(0, text.index("de")) == (3, 1)


def test_a_bare_carriage_return_is_text_where_lines_end_with_lf() -> None:
    _, found = table(b"id,text\n1,a\rb\n2,c\r\n")
    assert [row.passages[0].text for row in found] == ["a\rb", "c"]
    assert [row.passages[0].text for row in table(b"id,text\r1,a\r2,b\r")[1]] == ["a", "b"]


cells = st.text(st.sampled_from('ab ",;\t\n|é\U0001f600'), max_size=8)


@given(
    st.lists(st.tuples(cells, cells, cells), max_size=5),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_values_are_those_of_the_csv_module(lines: list[tuple[str, str, str]], end: str, quoting: int) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(["id", "text", "z"])
    writer.writerows(lines)
    data = out.getvalue().encode()
    head, found = table(data)
    assert raw(head, found) == data
    assert [(row.passages[0].text, row.id or "") for row in found] == [(text, id) for id, text, _ in lines]


@given(st.data(), cells, st.booleans(), cells)
def test_an_edited_cell_reads_as_the_edited_text(data: st.DataObject, text: str, always: bool, after: str) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL if always else csv.QUOTE_MINIMAL).writerows(
        [["id", "text"], ["1", text]]
    )
    _, (row,) = table(out.getvalue().encode())
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    edit = Edit(start, end, text[start:end], after, ("r",), "s")
    record = row.rewritten({0: [edit]})
    assert next(iter(csv.reader(io.StringIO(record, newline="")))) == ["1", apply_edits(text, [edit])]
    hint = row.written_as(0, splices_of([edit]))
    _, (changed,) = table(b"id,text\n" + record.encode())
    back = [splices_of([Edit(start, start + len(after), after, text[start:end], ("r",), "s")])[0]._replace(raw=hint[0])]
    assert changed.spliced({0: back}) == row.raw
