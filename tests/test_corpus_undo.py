"""The way back: what belongs together gives the source, anything else is refused with its row."""

from __future__ import annotations

import gzip
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from corpus_helpers import SmallChain, jsonl, records, rows, tree, write
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.options import RunOptions
from cleaner.corpus.records import quarantine_line, raw_of
from cleaner.corpus.run import run
from cleaner.corpus.undo import undo
from cleaner.errors import ConfigError, SourceError

CHAIN = SmallChain()


def there_and_back(tmp_path: Path, source: Path, **values: object) -> Path:
    out, back = tmp_path / f"out-{source.name}", tmp_path / f"back-{source.name}"
    named = {name: str(tmp_path / f"{name}-{source.name}") for name in ("audit", "quarantine")}
    run([str(source)], str(out), CHAIN, RunOptions(**named, **values))  # type: ignore[arg-type]
    undo(str(out), named["audit"], named["quarantine"], str(back))
    return back


BYTES = [
    ("a.jsonl", jsonl(rows(30)) + b'bad\n\n{"id": 1}\n' + jsonl(rows(5))),
    ("b.jsonl", b"\xef\xbb\xbf" + b'{"text":"\\u0044own Icon\\n\\u00e9\\/"}\r\n{"text":"x'),
    ("c.jsonl", b'{"te\\u0078t" : "a\\nDown Icon"}'),
    ("d.jsonl", b""),
    ("e.jsonl", b"\xef\xbb\xbf"),
    ("f.jsonl", b'bad\n{"text":"a"}\n\xff\n'),
    ("g.csv", b'\xef\xbb\xbfid,text\r\n1,"a\nDown Icon\n"\r\n2,plain\r\nbad\r\n3,Down Icon\r\n4,"Down Icon"'),
    ("h.tsv", b'id\ttext\n1\t"x\nDown Icon\n"\n2\t"Hi," he\n3\t\xe2\x80\x9cx Down Icon\n'),
    ("i.csv", b'id;text\n1;"""\xc3\xa2\xe2\x82\xac\xc5\x93"""\n2;\xc3\xa2\xe2\x82\xac\xc5\x93\n'),
    ("j.txt", "x\r\nDown Icon\ny".encode("utf-16")),
    ("k.md", b"---\na: Down Icon\n---\nDown Icon\n"),
    ("l.txt", b""),
]


@pytest.mark.parametrize(("name", "data"), BYTES)
def test_text_comes_back_byte_for_byte(tmp_path: Path, name: str, data: bytes) -> None:
    source = tmp_path / name
    write(source, data)
    assert there_and_back(tmp_path, source).read_bytes() == data


def test_a_folder_comes_back(tmp_path: Path) -> None:
    for name, data in BYTES:
        write(tmp_path / "in" / ("deep" if name < "d" else ".") / name, data)
    write(tmp_path / "in" / "binary.txt", b"\0\0\xff")
    assert tree(there_and_back(tmp_path, tmp_path / "in")) == tree(tmp_path / "in")
    assert not (tmp_path / "out-in" / "binary.txt").exists()


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_compressed_shards_come_back_by_content(tmp_path: Path, kind: str) -> None:
    data = jsonl(rows(40))
    zstandard = pytest.importorskip("zstandard")
    source = tmp_path / f"a.jsonl.{kind}"
    write(source, gzip.compress(data) if kind == "gz" else zstandard.compress(data))
    back = there_and_back(tmp_path, source).read_bytes()
    assert (gzip.decompress(back) if kind == "gz" else zstandard.ZstdDecompressor().decompressobj().decompress(back)) == data


@pytest.mark.parametrize("name", ["a.json", "a.log", "a"])
def test_files_of_unknown_suffix_come_back(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    write(source, jsonl(rows(5)) if name == "a.json" else "x\nDown Icon\n")
    assert there_and_back(tmp_path, source).read_bytes() == source.read_bytes()
    assert records(tmp_path / f"audit-{name}")


@pytest.mark.parametrize("packed", [False, True])
def test_the_standard_input_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    data = jsonl(rows(5)) + b"bad\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(data) if packed else data)))
    named = {name: str(tmp_path / name) for name in ("audit", "quarantine")}
    run(["-"], str(tmp_path / "out"), CHAIN, RunOptions(**named))  # type: ignore[arg-type]
    undo(str(tmp_path / "out"), named["audit"], named["quarantine"], str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == data


def test_several_and_nested_fields_come_back(tmp_path: Path) -> None:
    lines = [json.dumps({"m": {"b": "x\nDown Icon\n"}, "t": "Down Icon\ny", "z": n}) for n in range(3)]
    source = tmp_path / "a.jsonl"
    write(source, "\n".join(lines))
    assert there_and_back(tmp_path, source, text_fields=("m.b", "t")).read_bytes() == source.read_bytes()
    fields = {row["field"] for row in records(tmp_path / "audit-a.jsonl")}
    assert fields == {"m.b", "t"}


@given(st.binary(max_size=40), st.booleans())
def test_a_quarantined_record_keeps_its_bytes(raw: bytes, closed: bool) -> None:
    raw = raw.replace(b"\n", b"") + (b"\n" if closed else b"")
    assert raw_of(json.loads(quarantine_line(1, "a", 1, raw, "p"))) == raw
    text = raw.decode("latin-1")
    assert raw_of(json.loads(quarantine_line(1, "a", 1, text, "p"))).decode() == text


@pytest.fixture
def done(tmp_path: Path) -> Path:
    """A finished run with three edited rows and a quarantined one."""
    write(
        tmp_path / "in.jsonl",
        '{"text":"a Down Icon\\n"}\nbad\n{"text":"b Down Icon\\nâ€œ"}\n{"text":"c"}\n{"text":"d Down Icon\\n"}\n',
    )
    values = {name: str(tmp_path / f"{name}.jsonl") for name in ("audit", "quarantine")}
    run([str(tmp_path / "in.jsonl")], str(tmp_path / "out.jsonl"), CHAIN, RunOptions(**values))  # type: ignore[arg-type]
    return tmp_path


def edited(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(True))))


TAMPERED = [
    (
        "audit",
        lambda lines: [*lines[:1], lines[1].replace(b'"before": "Down Icon', b'"before": "DOWN Icon'), *lines[2:]],
        "row 3",
    ),
    ("audit", lambda lines: [lines[0].replace(b'"start": 2', b'"start": 1'), *lines[1:]], "row 1"),
    ("audit", lambda lines: [line.replace(b'"row": 5', b'"row": 4') for line in lines], "row 4"),
    ("audit", lambda lines: [line.replace(b'"row": 5', b'"row": 50') for line in lines], "row 50"),
    ("audit", lambda lines: lines[:1] + lines[2:], "row 3"),
    ("audit", lambda lines: lines[::-1], "row 3 is out of order"),
    ("audit", lambda lines: lines[1:], "not the file that the run wrote"),
    ("audit", lambda lines: [*lines, b"garbage\n"], "audit.jsonl:5"),
    ("audit", lambda lines: [b'{"row": 1, "kind": "edit"}\n'], "row 1 is no edit"),
    ("audit", lambda lines: [], "not the file that the run wrote"),
    ("quarantine", lambda lines: [], "row 3"),
    ("quarantine", lambda lines: [lines[0].replace(b'"row": 2', b'"row": 9')], "row"),
    ("quarantine", lambda lines: [lines[0].replace(b"bad", b"good")], "not the file that the run wrote"),
    ("quarantine", lambda lines: [b'{"row": 2}\n'], "row 2 holds no raw"),
    ("out", lambda lines: [lines[0].replace(b"a ", b"A "), *lines[1:]], "row 1"),
    ("out", lambda lines: [line.replace(b'"c"', b'"C"') for line in lines], "not the file that the run wrote"),
    ("out", lambda lines: lines[:-1], "row 5 lies behind"),
    ("out", lambda lines: [b"{}\n", *lines[1:]], "row 1"),
]


@pytest.mark.parametrize(("name", "change", "problem"), TAMPERED)
def test_what_does_not_match_is_refused_with_its_row(
    done: Path, name: str, change: Callable[[list[bytes]], list[bytes]], problem: str
) -> None:
    edited(done / f"{name}.jsonl", change)
    with pytest.raises(ConfigError, match=problem):
        undo(str(done / "out.jsonl"), str(done / "audit.jsonl"), str(done / "quarantine.jsonl"), str(done / "back.jsonl"))
    assert not (done / "back.jsonl").exists()
    assert not list(done.glob(".back*"))


def test_a_run_with_quarantined_rows_needs_them(done: Path) -> None:
    with pytest.raises(ConfigError, match="1 rows were quarantined; name their file"):
        undo(str(done / "out.jsonl"), str(done / "audit.jsonl"), None, str(done / "back.jsonl"))


def test_files_that_were_moved_away_from_their_marks_still_come_back(done: Path) -> None:
    shutil.rmtree(done / ".cleaner")
    undo(str(done / "out.jsonl"), str(done / "audit.jsonl"), str(done / "quarantine.jsonl"), str(done / "back.jsonl"))
    assert (done / "back.jsonl").read_bytes() == (done / "in.jsonl").read_bytes()


def test_an_existing_destination_and_absent_sources_are_refused(done: Path) -> None:
    with pytest.raises(ConfigError, match="exists"):
        undo(str(done / "out.jsonl"), str(done / "audit.jsonl"), None, str(done / "in.jsonl"))
    with pytest.raises(SourceError, match="not there"):
        undo(str(done / "absent.jsonl"), str(done / "audit.jsonl"), None, str(done / "back.jsonl"))
    with pytest.raises(ConfigError, match="no audit"):
        undo(str(done / "out.jsonl"), str(done / "absent.jsonl"), str(done / "quarantine.jsonl"), str(done / "back.jsonl"))


def test_a_folder_with_one_bad_shard_leaves_nothing(tmp_path: Path) -> None:
    for at in range(3):
        write(tmp_path / "in" / f"{at}.jsonl", jsonl(rows(10)))
    run([str(tmp_path / "in")], str(tmp_path / "out"), CHAIN, RunOptions(audit=str(tmp_path / "audit")))
    edited(tmp_path / "audit" / "2.jsonl", lambda lines: lines[2:])
    with pytest.raises(ConfigError):
        undo(str(tmp_path / "out"), str(tmp_path / "audit"), None, str(tmp_path / "back"))
    assert not (tmp_path / "back").exists()
