"""Text and Markdown files: bytes come back, code is left alone; and single files as check, fix and diff see them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from corpus_helpers import SmallChain, write
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.files import fix_source, open_source
from cleaner.corpus.judge import judge, outside
from cleaner.corpus.markdown import protected_spans
from cleaner.corpus.rows import Fields, Row, RowError
from cleaner.corpus.textfiles import decode_text, encode_text
from cleaner.errors import ConfigError, SourceError
from cleaner.model import Edit

CHAIN = SmallChain()


def edits_of(row: Row) -> Mapping[int, Sequence[Edit]]:
    return {at: judge(CHAIN, passage, row.id, row.lang).edits for at, passage in enumerate(row.passages)}


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.sampled_from(["", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_bytes_of_a_text_come_back(text: str, codec: str) -> None:
    text = text.removeprefix("\ufeff")
    data = text.encode(codec or "utf-8")
    found, encoding = decode_text(data)
    assert found == text
    assert encode_text(found, encoding) == data


@pytest.mark.parametrize(
    ("data", "line", "problem"),
    [
        (b"ok\nbad \xe9\n", 2, "byte 0xe9 at byte 5"),
        (b"\xc0\xaf", 1, "not valid UTF-8"),
        (b"\xed\xa0\x80", 1, "not valid UTF-8"),
        (b"PK\x03\x04\0\0", 1, "binary"),
        (b"\xff\xfea\0\x00\xd8", 1, "not valid UTF-16"),
    ],
)
def test_anything_else_is_refused_with_its_place(data: bytes, line: int, problem: str) -> None:
    with pytest.raises(RowError, match=problem) as caught:
        decode_text(data)
    assert caught.value.line == line


MARKDOWN = [
    ("no code here\n", []),
    ("---\ntitle: x\n---\nbody\n", ["---\ntitle: x\n---\n"]),
    ("--- not front matter\n---\n", []),
    ("a\n```py\nx = 1\n```\nb\n", ["```py\nx = 1\n```\n"]),
    ("a\n~~~\nx\n```\n~~~~\nb\n", ["~~~\nx\n```\n~~~~\n"]),
    ("a\n```\nnever closed\n", ["```\nnever closed\n"]),
    ("a\n\n    code\n\n    more\ntext\n", ["    code\n", "    more\n"]),
    ("a\n    lazy continuation\n", []),
    ("use `x` and ``a`b`` here", ["`x`", "``a`b``"]),
    ("a ` lone and\n\nanother ` lone", []),
    ("a <pre>b\nc</pre> d <prefix> <!-- e --> f", ["<pre>b\nc</pre", "<!-- e -->"]),
]


@pytest.mark.parametrize(("text", "spans"), MARKDOWN)
def test_markdown_protects_front_matter_and_code(text: str, spans: list[str]) -> None:
    assert [text[start:end] for start, end in protected_spans(text)] == spans


@given(st.text(st.sampled_from("`~-+ \n\tab<>!pre/#"), max_size=200))
def test_protected_spans_are_sorted_and_apart(text: str) -> None:
    at = 0
    for start, end in protected_spans(text):
        assert at <= start < end <= len(text)
        at = end + 1


@pytest.mark.parametrize(
    ("span", "kept"), [((0, 2), True), ((2, 2), True), ((1, 3), False), ((3, 4), False), ((5, 5), True), ((4, 6), False)]
)
def test_outside_means_no_common_character(span: tuple[int, int], kept: bool) -> None:
    edit = Edit(*span, "", "x", ("r",), "s")
    assert bool(outside([edit], [(2, 5)])) is kept


def test_fix_leaves_a_healthy_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write(path, b"\xef\xbb\xbfNothing here.\r\nMore")
    os.utime(path, (1, 1))
    assert fix_source(open_source(str(path), Fields(), fix=True), edits_of) == 0
    assert path.stat().st_mtime == 1


FIXED = [
    ("a.txt", b"\xef\xbb\xbfx\nDown Icon\ny\r\nz", b"\xef\xbb\xbfx\ny\r\nz"),
    ("a.md", b"---\na: Down Icon\n---\nDown Icon\nx `Down Icon\n`\n", b"---\na: Down Icon\n---\nx `Down Icon\n`\n"),
    ("a.jsonl", b'{"text" : "a\\nDown Icon\\n"}\nbad\n\n{"text":"b"}', b'{"text" : "a\\n"}\nbad\n\n{"text":"b"}'),
    ("a.csv", b'id,text\r\n1,"a\nDown Icon\n"\r\nbad\r\n', b'id,text\r\n1,"a\n"\r\nbad\r\n'),
    ("a.tsv", b'id\ttext\n1\t"x\nDown Icon\n"\n', b'id\ttext\n1\t"x\n"\n'),
]


@pytest.mark.parametrize(("name", "before", "after"), FIXED)
def test_fix_changes_the_text_and_nothing_else(tmp_path: Path, name: str, before: bytes, after: bytes) -> None:
    path = tmp_path / name
    write(path, before)
    path.chmod(0o640)
    assert fix_source(open_source(str(path), Fields(), fix=True), edits_of) == 1
    assert path.read_bytes() == after
    assert path.stat().st_mode & 0o777 == 0o640
    assert fix_source(open_source(str(path), Fields(), fix=True), edits_of) == 0
    assert os.listdir(tmp_path) == [name]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.txt", "x\nDown Icon\n")
    (tmp_path / "link.txt").symlink_to("real/a.txt")
    fix_source(open_source(str(tmp_path / "link.txt"), Fields(), fix=True), edits_of)
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real" / "a.txt").read_bytes() == b"x\n"


@pytest.mark.parametrize("name", ["a.parquet", "a.html", "a.jsonl.gz", "a.warc"])
def test_what_cannot_be_written_in_place_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="in place"):
        open_source(write(tmp_path / name, b"x"), Fields(), fix=True)


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    for name in ("pipe.txt", "absent.txt", "."):
        with pytest.raises(SourceError):
            open_source(str(tmp_path / name), Fields())


def test_a_file_in_another_encoding_is_one_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", b"one\ncaf\xe9\n")
    with pytest.raises(SourceError, match=rf"{path}:2: not valid UTF-8.*; convert"):
        list(open_source(path, Fields()).rows())
