"""The plan: which file goes where, and under which names."""

from __future__ import annotations

from pathlib import Path

import pytest
from corpus_helpers import write

from cleaner.corpus.formats import Format, format_of, named_format, output_name
from cleaner.corpus.options import RunOptions
from cleaner.corpus.shards import make_plan, record_name
from cleaner.errors import ConfigError

NAMES = [
    ("a.jsonl", Format("jsonl"), "a.jsonl", "a.jsonl"),
    ("A.JSONL.GZ", Format("jsonl", "gz"), "A.JSONL.GZ", "A.JSONL.GZ.jsonl"),
    ("c4.json.gz", Format("jsonl", "gz"), "c4.json.gz", "c4.json.gz.jsonl"),
    ("a.ndjson", Format("jsonl"), "a.ndjson", "a.ndjson.jsonl"),
    ("deep/a.b.parquet", Format("parquet"), "deep/a.b.parquet", "deep/a.b.parquet.jsonl"),
    ("a.tsv.zst", Format("tsv", "zst"), "a.tsv.zst", "a.tsv.zst.jsonl"),
    ("a.md", Format("markdown"), "a.md", "a.md.jsonl"),
    ("a.b.html", Format("html"), "a.b.txt", "a.b.html.jsonl"),
    ("a.htm.gz", Format("html", "gz"), "a.txt", "a.htm.gz.jsonl"),
    ("a.warc.gz", Format("warc", "gz"), "a.jsonl", "a.warc.gz.jsonl"),
    ("a.warc.wet.gz", Format("warc", "gz"), "a.jsonl", "a.warc.wet.gz.jsonl"),
]


@pytest.mark.parametrize(("name", "format", "output", "record"), NAMES)
def test_names(name: str, format: Format, output: str, record: str) -> None:
    assert format_of(name) == format
    assert output_name(name, format) == output
    assert record_name(name, format) == record


@pytest.mark.parametrize("name", ["a", "a.xyz", "a.json", "a.parquet.gz", "a.gz", ".jsonl.bak", "jsonl"])
def test_unknown_suffixes(name: str) -> None:
    assert format_of(name) is None
    assert named_format(name) == Format("jsonl" if name == "a.json" else "text")


def test_a_folder_gives_its_known_files_by_relative_name(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.txt", "deep/c.csv", "deep/.hidden.csv", ".git/x.txt", "notes.json", "out/old.jsonl"):
        write(tmp_path / name, "x")
    (tmp_path / "loop").symlink_to(tmp_path)
    plan = make_plan([str(tmp_path)], str(tmp_path / "out"), RunOptions(audit="audit"))
    assert [shard.name for shard in plan.shards] == ["a.txt", "b.jsonl", "deep/c.csv"]
    assert plan.shards[2].output == str(tmp_path / "out" / "deep" / "c.csv")
    assert plan.shards[2].audit == "audit/deep/c.csv.jsonl"
    assert plan.manifest == str(tmp_path / "out" / ".cleaner" / "run.json")


def test_one_file_goes_to_one_file_and_its_marks_beside_it(tmp_path: Path) -> None:
    source = write(tmp_path / "a.jsonl.gz", "x")
    plan = make_plan([source], str(tmp_path / "b.jsonl.zst"), RunOptions(audit="audit.jsonl"))
    assert plan.single
    (shard,) = plan.shards
    assert (shard.output, shard.compression, shard.audit) == (str(tmp_path / "b.jsonl.zst"), "zst", "audit.jsonl")
    assert str(shard.mark).startswith(str(tmp_path / ".cleaner"))


@pytest.mark.parametrize("sources", [["a.jsonl", "b.jsonl"], ["*.jsonl"], ["a.js*"], ["."]])
def test_several_inputs_and_globs_go_to_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sources: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.jsonl", "x")
    write(tmp_path / "b.jsonl", "x")
    plan = make_plan(sources, "out", RunOptions())
    assert not plan.single
    assert plan.shards[0].output == "out/a.jsonl"


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    sources = [write(tmp_path / name / "a.jsonl", "x") for name in "xy"]
    with pytest.raises(ConfigError, match="same place"):
        make_plan(sources, "out", RunOptions())
    write(tmp_path / "x" / "a.html", "x")
    write(tmp_path / "x" / "a.txt", "x")
    with pytest.raises(ConfigError, match="same place"):
        make_plan([str(tmp_path / "x")], "out", RunOptions())


def test_a_name_with_glob_marks_is_a_name_first(tmp_path: Path) -> None:
    source = write(tmp_path / "a[1].jsonl", "x")
    assert make_plan([source], "out.jsonl", RunOptions()).single
