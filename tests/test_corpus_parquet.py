"""Parquet: the text changes; schema, metadata, nulls and all other columns stay."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from corpus_helpers import TEXTS, SmallChain, records, write

from cleaner.corpus.options import RunOptions
from cleaner.corpus.run import run
from cleaner.corpus.undo import undo
from cleaner.errors import ConfigError

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
CHAIN = SmallChain()
COUNT = 300
TYPES = [pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.dictionary(pa.int32(), pa.string())]


def texts() -> list[str | None]:
    return [None if n % 11 == 0 else TEXTS[n % len(TEXTS)] for n in range(COUNT)]


def table(type: Any = None, values: list[Any] | None = None) -> Any:
    found: list[Any] = texts() if values is None else values
    type = type or pa.string()
    inner = type.value_type if pa.types.is_dictionary(type) else type
    if pa.types.is_binary(inner) or pa.types.is_large_binary(inner):
        found = [value.encode() if isinstance(value, str) else value for value in found]
    column = pa.array(found, inner)
    count = len(found)
    columns = {
        "id": pa.array(range(count), pa.int64()),
        "text": column.dictionary_encode().cast(type) if pa.types.is_dictionary(type) else column,
        "big": pa.array([2**64 - 1 - n for n in range(count)], pa.uint64()),
        "when": pa.array(
            [datetime.datetime(2020, 1, 1) + datetime.timedelta(n) for n in range(count)], pa.timestamp("us", "UTC")
        ),
        "tags": pa.array([["a"] * (n % 3) if n % 5 else None for n in range(count)], pa.list_(pa.string())),
        "meta": pa.array([{"body": value, "n": 1} if n % 7 else None for n, value in enumerate((texts() * 4)[:count])]),
    }
    fields = [pa.field(name, array.type, metadata={"k": name}) for name, array in columns.items()]
    made = pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields, metadata={"who": "me"}))
    file = pa.BufferOutputStream()
    pq.write_table(made, file)  # as it reads from a file: names of list values differ there
    return pq.read_table(pa.BufferReader(file.getvalue()))


def there(tmp_path: Path, source: Any, name: str = "a.parquet", tag: str = "", **values: Any) -> tuple[Any, Any]:
    path = tmp_path / name
    if not path.exists():
        pq.write_table(source, path, row_group_size=100, compression="zstd")
    named = {kind: str(tmp_path / f"{kind}{tag}.jsonl") for kind in ("audit", "quarantine", "scores")}
    summary = run([str(path)], str(tmp_path / f"out{tag}.parquet"), CHAIN, RunOptions(**named, **values))
    return pq.ParquetFile(tmp_path / f"out{tag}.parquet").read(), summary


@pytest.mark.parametrize("type", TYPES, ids=str)
def test_only_the_text_changes(tmp_path: Path, type: Any) -> None:
    before = table(type)
    after, summary = there(tmp_path, before)
    assert after.schema.equals(before.schema, check_metadata=True)
    for name in before.column_names:
        if name != "text":
            assert after.column(name).equals(before.column(name))
    plain = [value.decode() if isinstance(value, bytes) else value for value in after.column("text").to_pylist()]
    assert plain == [None if text is None else CHAIN.clean(text).text for text in texts()]
    assert summary.conservation() == "read 300 = written 300 + quarantined 0"
    meta = pq.ParquetFile(tmp_path / "out.parquet").metadata
    assert [meta.row_group(at).num_rows for at in range(meta.num_row_groups)] == [100, 100, 100]
    assert meta.row_group(0).column(1).compression == "ZSTD"


@pytest.mark.parametrize("type", TYPES, ids=str)
def test_undo_gives_the_values_back(tmp_path: Path, type: Any) -> None:
    before = table(type)
    there(tmp_path, before)
    undo(str(tmp_path / "out.parquet"), str(tmp_path / "audit.jsonl"), None, str(tmp_path / "back.parquet"))
    back = pq.ParquetFile(tmp_path / "back.parquet").read()
    assert back.schema.equals(before.schema, check_metadata=True)
    assert back.to_pylist() == before.to_pylist()


def test_nested_and_several_columns(tmp_path: Path) -> None:
    before = table()
    after, _ = there(tmp_path, before, text_fields=("text", "meta.body"))
    assert after.schema.equals(before.schema, check_metadata=True)
    for old, new in zip(before.column("meta").to_pylist(), after.column("meta").to_pylist(), strict=True):
        assert new == (None if old is None else {**old, "body": old["body"] and CHAIN.clean(old["body"]).text})
    undo(str(tmp_path / "out.parquet"), str(tmp_path / "audit.jsonl"), None, str(tmp_path / "back.parquet"))
    assert pq.ParquetFile(tmp_path / "back.parquet").read().equals(before, check_metadata=True)


def test_a_row_that_is_not_utf8_is_quarantined_whole_and_comes_back(tmp_path: Path) -> None:
    values = [b"ok", b"\xff", b"x Down Icon\n", b"\xfe"]
    before = table(pa.binary(), values)
    after, summary = there(tmp_path, before)
    assert after.column("id").to_pylist() == [0, 2]
    assert summary.conservation() == "read 4 = written 2 + quarantined 2"
    assert [row["row"] for row in records(tmp_path / "quarantine.jsonl")] == [2, 4]
    quarantine = str(tmp_path / "quarantine.jsonl")
    undo(str(tmp_path / "out.parquet"), str(tmp_path / "audit.jsonl"), quarantine, str(tmp_path / "back.parquet"))
    back = pq.ParquetFile(tmp_path / "back.parquet").read()
    assert back.schema.equals(before.schema, check_metadata=True)
    assert back.to_pylist() == before.to_pylist()


def test_two_workers_take_row_groups_and_write_the_same_bytes(tmp_path: Path) -> None:
    values = [f"{n} Down Icon\n" + "plain words " * 1000 + str(n) for n in range(500)]
    pq.write_table(table(values=values), tmp_path / "a.parquet", row_group_size=100, compression="none", use_dictionary=False)
    for tag in ("1", "2"):
        there(tmp_path, None, tag=tag, workers=int(tag))
    for name in ("out1.parquet", "audit1.jsonl", "scores1.jsonl"):
        assert (tmp_path / name).read_bytes() == (tmp_path / name.replace("1", "2")).read_bytes()


def test_no_rows_stay_no_rows(tmp_path: Path) -> None:
    before = table(values=[])
    after, summary = there(tmp_path, before)
    assert after.num_rows == 0
    assert after.schema.equals(before.schema, check_metadata=True)
    assert summary.exit_code == 0


def test_limit_takes_the_first_rows(tmp_path: Path) -> None:
    after, _ = there(tmp_path, table(), limit=150)
    assert after.column("id").to_pylist() == list(range(150))


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flipped(data: bytes) -> bytes:
    return data[:200] + bytes(byte ^ 255 for byte in data[200:230]) + data[230:]


@pytest.mark.parametrize(
    "damage",
    [_cut, _flipped, lambda data: b"no table at all", lambda data: data[:-400] + bytes(392) + data[-8:], lambda data: b""],
)
def test_a_damaged_file_is_one_line_and_leaves_no_output(tmp_path: Path, damage: Any) -> None:
    pq.write_table(table(), tmp_path / "in.parquet", write_page_checksum=True, compression="none")
    write(tmp_path / "in" / "bad.parquet", damage((tmp_path / "in.parquet").read_bytes()))
    pq.write_table(table(), tmp_path / "in" / "good.parquet")
    summary = run([str(tmp_path / "in")], str(tmp_path / "out"), CHAIN)
    assert list(summary.failed) == ["bad.parquet"]
    assert "bad.parquet: " in summary.failed["bad.parquet"]
    assert "\n" not in summary.failed["bad.parquet"]
    assert summary.exit_code == 3
    assert [path.name for path in (tmp_path / "out").glob("*")] in (["good.parquet", ".cleaner"], [".cleaner", "good.parquet"])


def test_a_missing_or_unfit_column_is_named(tmp_path: Path) -> None:
    pq.write_table(table(), tmp_path / "a.parquet")
    with pytest.raises(ConfigError, match="no column 'body'"):
        run([str(tmp_path / "a.parquet")], str(tmp_path / "out.parquet"), CHAIN, RunOptions(text_fields=("body",)))
    summary = run([str(tmp_path / "a.parquet")], str(tmp_path / "out.parquet"), CHAIN, RunOptions(text_fields=("tags",)))
    assert "column 'tags' holds list<" in summary.failed["a.parquet"]
    assert not (tmp_path / "out.parquet").exists()
