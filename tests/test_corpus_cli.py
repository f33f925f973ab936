"""``cleaner run`` and ``cleaner undo`` as a person meets them: exit codes, single lines, streams."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from corpus_helpers import records, write

from cleaner.cli import main

ROOT = Path(__file__).parent.parent
TEXT = "Spain won the cup.\nDown Icon\nMeta is spending.\n"
QUICK = ["--stages", "debris", "--no-progress"]


def cleaner(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "cleaner", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)


def test_run_and_undo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write(tmp_path / "in.jsonl", json.dumps({"id": 1, "text": TEXT}) + "\n")
    out, audit, back = (str(tmp_path / name) for name in ("out.jsonl", "audit.jsonl", "back.jsonl"))
    sheet = str(tmp_path / "card.md")
    assert main(["run", source, "-o", out, "--audit", audit, "--datasheet", sheet, *QUICK]) == 0
    assert records(out) == [{"id": 1, "text": TEXT.replace("Down Icon\n", "")}]
    assert capsys.readouterr().err.splitlines()[-1] == "read 1 = written 1 + quarantined 0"
    assert Path(sheet).read_text().startswith("## Cleaning\n")
    assert main(["undo", out, "--audit", audit, "-o", back, "--no-progress"]) == 0
    assert Path(back).read_bytes() == Path(source).read_bytes()


def test_streams() -> None:
    line = json.dumps({"text": TEXT}).encode()
    done = cleaner("run", "-", "-o", "-", *QUICK, stdin=line + b"\nbad\n")
    assert done.returncode == 3
    assert json.loads(done.stdout)["text"] == TEXT.replace("Down Icon\n", "")
    assert b"-:2: not valid JSON" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_compressed_stream_is_known_by_its_first_bytes() -> None:
    line = json.dumps({"text": TEXT}).encode() + b"\n"
    done = cleaner("run", "-", "-o", "-", *QUICK, stdin=gzip.compress(line))
    assert json.loads(done.stdout)["text"] == TEXT.replace("Down Icon\n", "")
    assert done.returncode == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupt_leaves_whole_files_and_code_130(tmp_path: Path, workers: str) -> None:
    for at in range(8):
        write(tmp_path / "in" / f"{at}.jsonl", (json.dumps({"text": TEXT}) + "\n") * 20_000)
    command = [sys.executable, "-m", "cleaner", "run", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--workers", workers]
    process = subprocess.Popen([*command, *QUICK], stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    while process.poll() is None and not list((tmp_path / "out").glob(".*.jsonl.*")):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT if workers == "1" else signal.SIGTERM)
    _, err = process.communicate()
    assert process.returncode == 130
    assert b"of 8 shards are done; --resume goes on" in err
    assert b"Traceback" not in err
    assert not list((tmp_path / "out").rglob("*.cleaner-tmp"))
    for path in (tmp_path / "out").glob("*.jsonl"):
        assert path.read_bytes().count(b"\n") == 20_000


BAD = [
    (["run", "absent.jsonl", "-o", "out"], 3, "absent.jsonl: can't be read"),
    (["run", "in.jsonl", "-o", "in.jsonl"], 2, "exists"),
    (["run", "in.jsonl", "-o", "out.jsonl", "--text-field", "txt"], 2, "no row has it"),
    (["run", "in.jsonl", "-o", "out.jsonl", "--workers", "two"], 2, "--workers"),
    (["run", "in.jsonl", "-o", "out.jsonl", "--engine", "spark"], 2, "--engine"),
    (["run", "in.jsonl", "-o", "out.jsonl", "--config", "absent.toml"], 2, "absent.toml"),
    (["run", "in.jsonl", "-o", "absent/dir/out.jsonl"], 0, ""),
    (["run", "cut.jsonl.gz", "-o", "out.jsonl"], 3, "cut.jsonl.gz: the gzip stream ends too early"),
    (["run", "binary.log", "-o", "out.txt"], 3, "binary"),
    (["run", "table.parquet", "-o", "out.parquet"], 3, "not a readable Parquet file"),
    (["run", "latin.txt", "-o", "out.txt"], 3, "latin.txt:2: not valid UTF-8"),
    (["undo", "in.jsonl", "--audit", "absent", "-o", "back"], 2, "no audit"),
    (["undo", "absent", "--audit", "absent", "-o", "back"], 3, "not there"),
]


@pytest.mark.parametrize(("arguments", "code", "line"), BAD)
def test_trouble_is_a_line_and_a_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    line: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "in.jsonl", json.dumps({"text": TEXT}) + "\n")
    write(tmp_path / "cut.jsonl.gz", gzip.compress(os.urandom(5000))[:-20])
    write(tmp_path / "binary.log", b"\x7fELF\0\0\0")
    write(tmp_path / "table.parquet", b"PAR1 nothing PAR1")
    write(tmp_path / "latin.txt", b"one\ncaf\xe9\n")
    verb, *rest = arguments
    assert main([verb, *rest, *(["--no-progress"] if verb == "undo" else QUICK)]) == code
    err = capsys.readouterr().err
    assert line in err
    assert "Traceback" not in err
    if code:
        assert not (tmp_path / "out.jsonl").exists()


def test_a_closed_pipe_is_no_noise(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", (json.dumps({"text": "plain words " * 400}) + "\n") * 1000)
    command = f"{sys.executable} -m cleaner run {source} -o - --stages mojibake --no-progress | head -c 100"
    done = subprocess.run(command, shell=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


def test_nothing_heavy_is_imported_for_json_lines(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", json.dumps({"text": "plain"}) + "\n")
    code = (
        "import sys; from cleaner.cli import main; "
        f"main(['run', {source!r}, '-o', {str(tmp_path / 'out.jsonl')!r}, '--stages', 'debris', '-q', '--no-progress']); "
        "print(*sorted({'pyarrow', 'numpy', 'fsspec', 'trafilatura', 'lxml', 'zstandard', 'fastwarc', 'orjson'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True
    )
    assert done.stdout.strip() == ""
