"""Object stores, against a real S3 server on loopback: a shard is there whole, or not at all."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from corpus_helpers import SmallChain, jsonl, rows, tree, write

from cleaner.corpus.options import RunOptions
from cleaner.corpus.run import run
from cleaner.corpus.store import stage
from cleaner.corpus.undo import undo
from cleaner.errors import ConfigError, SourceError

s3fs = pytest.importorskip("s3fs")
moto_server = pytest.importorskip("moto.server")
CHAIN = SmallChain()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("NO_PROXY", "127.0.0.1")
        s3fs.S3FileSystem.clear_instance_cache()
        s3fs.S3FileSystem().mkdir("corpus")
        yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(server: str, request: pytest.FixtureRequest) -> tuple[Any, str]:
    return s3fs.S3FileSystem(), "corpus/" + re.sub(r"\W+", "-", request.node.name)


def put_shards(fs: Any, name: str, count: int = 3) -> dict[str, bytes]:
    found = {}
    for at in range(count):
        found[f"part-{at}.jsonl"] = jsonl(rows(30, 30 * at)) + b"bad row\n"
        fs.pipe_file(f"{name}/in/part-{at}.jsonl", found[f"part-{at}.jsonl"])
    return found


def options(name: str, **values: Any) -> RunOptions:
    return RunOptions(**{kind: f"s3://{name}/{kind}" for kind in ("audit", "scores", "quarantine")}, **values)


def test_from_a_bucket_to_a_bucket_and_back(bucket: tuple[Any, str], tmp_path: Path) -> None:
    fs, name = bucket
    sources = put_shards(fs, name)
    for part, data in sources.items():
        write(tmp_path / "in" / part, data)
    run([str(tmp_path / "in")], str(tmp_path / "out"), CHAIN)
    summary = run([f"s3://{name}/in"], f"s3://{name}/out", CHAIN, options(name))
    assert summary.conservation() == "read 93 = written 90 + quarantined 3"
    fs.invalidate_cache()
    for part in sources:
        assert fs.cat_file(f"{name}/out/{part}") == (tmp_path / "out" / part).read_bytes()
    undo(f"s3://{name}/out", f"s3://{name}/audit", f"s3://{name}/quarantine", str(tmp_path / "back"))
    assert tree(tmp_path / "back") == tree(tmp_path / "in")
    with pytest.raises(ConfigError, match="exists"):
        run([f"s3://{name}/in"], f"s3://{name}/out", CHAIN)


@pytest.mark.parametrize("pattern", ["in/*.jsonl", "in/part-[01].jsonl", "in/"])
def test_globs_and_prefixes(bucket: tuple[Any, str], tmp_path: Path, pattern: str) -> None:
    fs, name = bucket
    put_shards(fs, name)
    fs.pipe_file(f"{name}/in/notes.xyz", b"no corpus")
    run([f"s3://{name}/{pattern}"], str(tmp_path / "out"), CHAIN)
    assert sorted(tree(tmp_path / "out")) == [f"part-{at}.jsonl" for at in range(2 if "[" in pattern else 3)]


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_resume_takes_what_is_marked(bucket: tuple[Any, str], workers: int) -> None:
    fs, name = bucket
    put_shards(fs, name)
    run([f"s3://{name}/in"], f"s3://{name}/out", CHAIN, options(name, workers=workers))
    before = fs.info(f"{name}/out/part-1.jsonl")["LastModified"]
    fs.rm_file(f"{name}/out/.cleaner/done/part-0.jsonl.json")
    again = run([f"s3://{name}/in"], f"s3://{name}/out", CHAIN, options(name, resume=True))
    assert again.resumed == 2
    fs.invalidate_cache()
    assert fs.info(f"{name}/out/part-1.jsonl")["LastModified"] == before


@pytest.mark.parametrize("size", [1 << 10, 120 << 20], ids=["put", "multipart"])
def test_a_failing_write_leaves_no_object(bucket: tuple[Any, str], monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    fs, name = bucket
    real = s3fs.S3FileSystem._call_s3
    calls: list[str] = []

    async def failing(self: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        calls.append(method)
        if method == "put_object" or (method == "upload_part" and calls.count("upload_part") > 1):
            raise OSError("the line went dead")
        return await real(self, method, *args, **kwargs)

    monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", failing)
    staged = stage(f"s3://{name}/out.bin")
    with staged.file as file:
        file.write(bytes(size))
    with pytest.raises(SourceError, match=r"out\.bin: can't be written"):
        staged.commit()
    monkeypatch.undo()
    fs.invalidate_cache()
    assert not fs.exists(f"{name}/out.bin")


def test_a_run_whose_store_fails_marks_nothing_and_goes_on_later(
    bucket: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fs, name = bucket
    sources = put_shards(fs, name)
    real = s3fs.S3FileSystem._call_s3

    async def failing(self: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        if method == "put_object" and kwargs.get("Key", "").endswith("out/part-1.jsonl"):
            raise OSError("the line went dead")
        return await real(self, method, *args, **kwargs)

    monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", failing)
    summary = run([f"s3://{name}/in"], f"s3://{name}/out", CHAIN)
    monkeypatch.undo()
    assert summary.exit_code == 3
    assert "the line went dead" in summary.failed["part-1.jsonl"]
    fs.invalidate_cache()
    assert not fs.exists(f"{name}/out/part-1.jsonl")
    assert not fs.exists(f"{name}/out/.cleaner/done/part-1.jsonl.json")
    again = run([f"s3://{name}/in"], f"s3://{name}/out", CHAIN, RunOptions(resume=True))
    assert again.resumed == 1
    assert again.tally.read == 93
    assert sorted(again.shards) == sorted(sources)


def test_what_is_not_there_is_one_line(bucket: tuple[Any, str], tmp_path: Path) -> None:
    _, name = bucket
    with pytest.raises((ConfigError, SourceError)) as caught:
        run([f"s3://{name}/absent/"], str(tmp_path / "out"), CHAIN)
    assert "\n" not in str(caught.value)
    with pytest.raises(SourceError) as caught_too:
        run(["s3://no-such-bucket/x.jsonl"], str(tmp_path / "out.jsonl"), CHAIN)
    assert "no-such-bucket" in str(caught_too.value)


def test_parquet_in_a_bucket(bucket: tuple[Any, str]) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    fs, name = bucket
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": ["a Down Icon\n", "b"]}), sink)
    fs.pipe_file(f"{name}/in.parquet", sink.getvalue())
    run([f"s3://{name}/in.parquet"], f"s3://{name}/out.parquet", CHAIN)
    fs.invalidate_cache()
    assert pq.read_table(io.BytesIO(fs.cat_file(f"{name}/out.parquet"))).column("text").to_pylist() == ["a ", "b"]
