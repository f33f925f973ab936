"""Corpus runs: every row accounted for, shards exactly once, the same bytes whatever the workers."""

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
from corpus_helpers import SmallChain, jsonl, records, rows, tree, write

from cleaner.corpus.options import RunOptions
from cleaner.corpus.run import LANE_BYTES, run
from cleaner.corpus.undo import undo
from cleaner.errors import ConfigError, RuleError

CHAIN = SmallChain()


class Notes:
    """Keeps what a run says."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def start(self, shards: int, size: int | None) -> None: ...
    def advance(self, rows: int, size: int) -> None: ...
    def shard_done(self) -> None: ...
    def note(self, line: str) -> None:
        self.lines.append(line)

    def stop(self) -> None: ...


def options(folder: Path, tag: str = "", **values: object) -> RunOptions:
    named = {name: str(folder / f"{name}{tag}") for name in ("audit", "scores", "quarantine")}
    return RunOptions(**{**named, **values})  # type: ignore[arg-type]


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Five shards with a few bad rows."""
    for at in range(5):
        lines = jsonl(rows(40, 40 * at)).split(b"\n")
        lines[7] = b'{"id": 1}'
        lines[20 + at] = b"not JSON \xff"
        write(tmp_path / "in" / f"part-{at}.jsonl", b"\n".join(lines))
    return tmp_path / "in"


def test_one_file_to_one_file(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", jsonl(rows(50)))
    summary = run([source], str(tmp_path / "out.jsonl"), CHAIN, options(tmp_path, summary=str(tmp_path / "sum.json")))
    before, after = (Path(path).read_bytes().split(b"\n") for path in (source, tmp_path / "out.jsonl"))
    changed = {row["row"] for row in records(tmp_path / "audit") if row["kind"] == "edit"}
    assert len(before) == len(after) == 51
    for at, (old, new) in enumerate(zip(before, after, strict=True), 1):
        assert (old == new) is (at not in changed)
        if at in changed:
            assert {**json.loads(old), "text": ""} == {**json.loads(new), "text": ""}
    assert summary.conservation() == "read 50 = written 50 + quarantined 0"
    assert summary.exit_code == 0
    assert summary.tally.changed == len(changed)
    assert (tmp_path / "quarantine").read_bytes() == b""


def test_sums_reconcile_with_the_audit_and_the_texts(tmp_path: Path, shards: Path) -> None:
    summary = run([str(shards)], str(tmp_path / "out"), CHAIN, options(tmp_path, summary=str(tmp_path / "sum.json")))
    data = json.loads((tmp_path / "sum.json").read_text())
    audit = [row for path in sorted((tmp_path / "audit").iterdir()) for row in records(path)]
    edits = [row for row in audit if row["kind"] == "edit"]
    assert data["edits"] == len(edits) == sum(rule["edits"] for rule in data["rules"].values())
    assert data["findings"] == len(audit) - len(edits) == sum(rule["findings"] for rule in data["rules"].values())
    assert data["characters_removed"] == sum(len(row["before"]) - len(row["after"]) for row in edits)
    assert data["read"] == 200 == data["written"] + data["quarantined"]
    assert data["quarantined"] == 10 == sum(len(records(path)) for path in (tmp_path / "quarantine").iterdir())
    assert data["written"] == sum(len(records(path)) for path in (tmp_path / "scores").iterdir())
    for name in ("version", "engine", "workers", "changed", "seconds"):
        assert name in data
    assert summary.exit_code == 3
    assert "debris.icon-label" in summary.table()
    assert summary.table().splitlines()[-1] == summary.conservation()
    assert "| debris.icon-label |" in summary.markdown()


def test_the_audit_says_where_and_what(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", '{"text":"x\\nDown Icon\\n"}\n{"id":7,"text":"The interval CEO"}\n')
    run([source], str(tmp_path / "out.jsonl"), CHAIN, options(tmp_path))
    edit, finding = records(tmp_path / "audit")
    assert (edit["row"], edit["doc"], edit["rule"], edit["rules"]) == (
        1,
        "in.jsonl:1",
        "debris.icon-label",
        ["debris.icon-label"],
    )
    assert (edit["start"], edit["end"], edit["before"], edit["after"]) == (2, 12, "Down Icon\n", "")
    assert (finding["row"], finding["doc"], finding["text"], finding["suggestion"]) == (2, 7, "interval CEO", "interim CEO")
    scores = records(tmp_path / "scores")
    assert scores[1] == {"row": 2, "doc": 7, "lang": "en", "scores": {"mojibake": 0.0, "debris": None, "quality": 1.0}}


def test_quarantine_keeps_raw_bytes_place_and_reason(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", b'{"text":"a"}\nnot JSON\n{"text":"\xff"}\n{"text":"b"}')
    notes = Notes()
    summary = run([source], str(tmp_path / "out.jsonl"), CHAIN, options(tmp_path), notes)
    bad, worse = records(tmp_path / "quarantine")
    assert (bad["row"], bad["source"], bad["raw"]) == (2, "in.jsonl", "not JSON")
    assert worse["raw"] == {"base64": "eyJ0ZXh0Ijoi/yJ9"}
    assert (tmp_path / "out.jsonl").read_bytes() == b'{"text":"a"}\n{"text":"b"}'
    assert notes.lines[0].startswith(f"{source}:2: not valid JSON at column 1")
    assert summary.exit_code == 3


def test_without_a_place_for_them_bad_rows_are_kept_beside_the_marks(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", '{"text":"a"}\nbad\n')
    run([source], str(tmp_path / "out.jsonl"), CHAIN, RunOptions(audit=str(tmp_path / "audit")))
    assert [row["raw"] for row in records(tmp_path / ".cleaner/out.jsonl/quarantine/in.jsonl")] == ["bad"]
    undo(str(tmp_path / "out.jsonl"), str(tmp_path / "audit"), None, str(tmp_path / "back.jsonl"))
    assert (tmp_path / "back.jsonl").read_bytes() == Path(source).read_bytes()


@pytest.mark.parametrize("kind", ["", ".gz", ".zst"])
def test_one_and_two_workers_give_the_same_bytes(tmp_path: Path, shards: Path, kind: str) -> None:
    if kind == ".gz":
        for path in list(shards.iterdir()):
            write(path.with_name(path.name + kind), gzip.compress(path.read_bytes()))
            path.unlink()
    if kind == ".zst":
        zstandard = pytest.importorskip("zstandard")
        for path in list(shards.iterdir()):
            write(path.with_name(path.name + kind), zstandard.compress(path.read_bytes()))
            path.unlink()
    for workers in (1, 2):
        run([str(shards)], str(tmp_path / f"out{workers}"), CHAIN, options(tmp_path, str(workers), workers=workers))
    for name in ("out", "audit", "scores", "quarantine"):
        assert tree(tmp_path / f"{name}1") == tree(tmp_path / f"{name}2")


def test_two_workers_share_one_shard(tmp_path: Path) -> None:
    lines = jsonl([{"id": n, "text": f"{n} Down Icon\n" + "long words here " * 400} for n in range(750)]).split(b"\n")
    lines[600] = b"bad"
    source = write(tmp_path / "in.jsonl", b"\n".join(lines))
    for workers in (1, 2):
        out = str(tmp_path / f"out{workers}.jsonl")
        values = {"summary": str(tmp_path / f"sum{workers}.json")}
        run([source], out, CHAIN, options(tmp_path, str(workers), workers=workers, **values))
    assert os.path.getsize(source) > LANE_BYTES
    for name in ("out1.jsonl", "audit1", "scores1", "quarantine1"):
        assert (tmp_path / name).read_bytes() == (tmp_path / name.replace("1", "2")).read_bytes()
    one, two = (json.loads((tmp_path / f"sum{n}.json").read_text()) for n in (1, 2))
    assert {**one, "seconds": 0, "workers": 0} == {**two, "seconds": 0, "workers": 0}
    assert not list(tmp_path.rglob("parts-*"))
    undo(str(tmp_path / "out2.jsonl"), str(tmp_path / "audit2"), str(tmp_path / "quarantine2"), str(tmp_path / "back.jsonl"))
    assert (tmp_path / "back.jsonl").read_bytes() == Path(source).read_bytes()


def test_a_shard_whose_worker_dies_is_named_and_the_rest_is_done(tmp_path: Path, shards: Path) -> None:
    write(shards / "part-2.jsonl", '{"text":"DIE"}\n')
    notes = Notes()
    summary = run([str(shards)], str(tmp_path / "out"), CHAIN, options(tmp_path, workers=2), notes)
    assert list(summary.failed) == ["part-2.jsonl"]
    assert "worker process ended with code 7" in summary.failed["part-2.jsonl"]
    assert sorted(tree(tmp_path / "out")) == [f"part-{at}.jsonl" for at in (0, 1, 3, 4)]
    assert summary.exit_code == 3
    assert summary.conserved


def test_a_document_that_a_stage_fails_on_is_quarantined(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", '{"text":"a"}\n{"text":"RAISE"}\n')
    run([source], str(tmp_path / "out.jsonl"), CHAIN, options(tmp_path))
    assert "ZeroDivisionError: asked for" in records(tmp_path / "quarantine")[0]["problem"]


class BrokenChain(SmallChain):
    """A chain whose rules can't be used."""

    def clean(self, text: str, id: str | None = None, lang: str | None = None) -> object:  # type: ignore[override]
        raise RuleError("rules/x.toml:3: broken; repair it")


def test_rules_that_break_stop_the_run_and_leave_nothing(tmp_path: Path, shards: Path) -> None:
    summary = run([str(shards)], str(tmp_path / "out"), BrokenChain(), options(tmp_path))  # type: ignore[arg-type]
    assert tree(tmp_path / "out") == {}
    assert len(summary.failed) == 5
    assert "rules/x.toml:3" in summary.failed["part-0.jsonl"]


def test_resume_does_what_is_missing_and_nothing_else(tmp_path: Path, shards: Path) -> None:
    first = run([str(shards)], str(tmp_path / "out"), CHAIN, options(tmp_path))
    wanted = tree(tmp_path)
    (tmp_path / "out/part-3.jsonl").unlink()
    (tmp_path / "out/.cleaner/done/part-1.jsonl.json").unlink()
    write(tmp_path / "out/.part-1.jsonl.0123456789ab.cleaner-tmp", "left by a killed run")
    kept = (tmp_path / "out/part-0.jsonl").stat().st_mtime_ns
    again = run([str(shards)], str(tmp_path / "out"), CHAIN, options(tmp_path, resume=True))
    assert again.resumed == 3
    assert tree(tmp_path) == wanted
    assert (tmp_path / "out/part-0.jsonl").stat().st_mtime_ns == kept
    assert {**again.as_dict(), "seconds": 0} == {**first.as_dict(), "seconds": 0}


def test_resume_takes_a_changed_source_again(tmp_path: Path, shards: Path) -> None:
    run([str(shards)], str(tmp_path / "out"), CHAIN, options(tmp_path))
    write(shards / "part-4.jsonl", '{"text":"new"}\n')
    notes = Notes()
    summary = run([str(shards)], str(tmp_path / "out"), CHAIN, options(tmp_path, resume=True), notes)
    assert (tmp_path / "out/part-4.jsonl").read_bytes() == b'{"text":"new"}\n'
    assert summary.resumed == 4
    assert "part-4.jsonl: is cleaned again: its source has changed" in notes.lines[0]


def test_resume_refuses_other_rules_or_options_and_names_them(tmp_path: Path, shards: Path) -> None:
    run([str(shards)], str(tmp_path / "out"), CHAIN, options(tmp_path))
    before = tree(tmp_path)
    with pytest.raises(ConfigError, match="the rules have changed"):
        run([str(shards)], str(tmp_path / "out"), SmallChain("2"), options(tmp_path, resume=True))
    with pytest.raises(ConfigError, match=r"max-removed null, now 0\.5"):
        run([str(shards)], str(tmp_path / "out"), CHAIN, options(tmp_path, resume=True, max_removed=0.5))
    assert tree(tmp_path) == before


def test_resume_with_nothing_to_resume_starts(tmp_path: Path, shards: Path) -> None:
    assert run([str(shards)], str(tmp_path / "out"), CHAIN, options(tmp_path, resume=True)).tally.read == 200


REFUSED = [
    (["in"], "there", {}, "exists"),
    (["in"], "there", {"resume": True}, "holds no run"),
    (["in"], "-", {}, "standard output"),
    (["in"], "out", {"text_fields": ("txt",)}, "no row has it"),
    (["in", "in/part-0.jsonl"], "out", {}, "named twice|same place"),
    (["empty"], "out", {}, "no file of a known format"),
    (["in/*.csv"], "out", {}, "no file of a known format"),
    (["in/part-0.jsonl"], "out.csv", {}, "can't become csv"),
    (["in"], "out", {"audit": "out"}, "two outputs"),
    (["in"], "out", {"audit": "there"}, "not empty"),
    (["in"], "out", {"engine": "abacus"}, "--engine"),
]


@pytest.mark.parametrize(("sources", "dest", "values", "problem"), REFUSED)
def test_a_request_that_makes_no_sense_touches_nothing(
    tmp_path: Path,
    shards: Path,
    monkeypatch: pytest.MonkeyPatch,
    sources: list[str],
    dest: str,
    values: dict[str, object],
    problem: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    write(tmp_path / "there" / "x.jsonl", "{}")
    before = tree(tmp_path)
    with pytest.raises(ConfigError, match=problem):
        run(sources, dest, CHAIN, RunOptions(**values))  # type: ignore[arg-type]
    assert tree(tmp_path) == before
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "values", [{"text_fields": ()}, {"workers": -1}, {"limit": -1}, {"max_removed": 1.5}, {"audit_text": "some"}]
)
def test_values_that_make_no_sense_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        RunOptions(**values)  # type: ignore[arg-type]


def test_limit_reads_the_first_rows(tmp_path: Path, shards: Path) -> None:
    summary = run([str(shards)], str(tmp_path / "out"), CHAIN, options(tmp_path, limit=50, workers=2))
    assert summary.tally.read == 50
    assert sorted(tree(tmp_path / "out")) == ["part-0.jsonl", "part-1.jsonl"]
    undo(str(tmp_path / "out"), str(tmp_path / "audit"), str(tmp_path / "quarantine"), str(tmp_path / "back"))
    assert (tmp_path / "back/part-1.jsonl").read_bytes() == b"".join((shards / "part-1.jsonl").read_bytes().splitlines(True)[:10])


def test_a_text_that_would_lose_too_much_stays_and_is_reported(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", '{"text":"one\\nDown Icon\\n"}\n{"text":"one two three four\\nDown Icon\\n"}\n')
    run([source], str(tmp_path / "out.jsonl"), CHAIN, options(tmp_path, max_removed=0.5))
    first, second = records(tmp_path / "out.jsonl")
    assert first["text"] == "one\nDown Icon\n"
    assert second["text"] == "one two three four\n"
    finding = records(tmp_path / "audit")[0]
    assert (finding["rule"], finding["kind"]) == ("chain.max-removed", "finding")
    assert "67%" in finding["message"]


def test_an_audit_of_digests_holds_no_text(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", '{"text":"secret interval CEO\\nDown Icon\\n"}\n')
    run([source], str(tmp_path / "out.jsonl"), CHAIN, options(tmp_path, audit_text="hash", summary=str(tmp_path / "sum.json")))
    for name in ("audit", "sum.json"):
        text = (tmp_path / name).read_text()
        assert "Icon" not in text.replace("debris.icon-label", "")
        assert "CEO" not in text
    with pytest.raises(ConfigError, match="keeps no text"):
        undo(str(tmp_path / "out.jsonl"), str(tmp_path / "audit"), None, str(tmp_path / "back.jsonl"))


def test_a_run_is_locked_and_the_lock_dies_with_its_process(tmp_path: Path, shards: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    run([str(shards)], str(tmp_path / "out"), CHAIN, options(tmp_path))
    with open(tmp_path / "out/.cleaner/lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ConfigError, match="another run"):
            run([str(shards)], str(tmp_path / "out"), CHAIN, options(tmp_path, resume=True))
    run([str(shards)], str(tmp_path / "out"), CHAIN, options(tmp_path, resume=True))


SCRIPT = """
import sys
from corpus_helpers import SmallChain
from cleaner.corpus.options import RunOptions
from cleaner.corpus.run import run
if __name__ == "__main__":
    base, workers = sys.argv[1], int(sys.argv[2])
    records = {name: f"{base}/{name}" for name in ("audit", "scores", "quarantine")}
    run([f"{base}/in"], f"{base}/out", SmallChain(delay=0.0005), RunOptions(**records, workers=workers, resume=True))
"""


@pytest.mark.parametrize(("workers", "kills"), [(1, 6), (2, 3)])
def test_killed_again_and_again_it_ends_with_the_same_bytes(tmp_path: Path, shards: Path, workers: int, kills: int) -> None:
    run([str(shards)], str(tmp_path / "sound/out"), CHAIN, options(tmp_path / "sound"))
    script = write(tmp_path / "script.py", SCRIPT)
    places = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
    command = [sys.executable, script, str(tmp_path), str(workers)]
    for at in range(kills):
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": places}, start_new_session=True)
        end = time.monotonic() + 20
        marks = tmp_path / "out/.cleaner/done"
        while process.poll() is None and time.monotonic() < end and len(list(marks.glob("*"))) < min(at, 3):
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run(command, env={**os.environ, "PYTHONPATH": places}, check=True, capture_output=True)
    for name in ("out", "audit", "scores", "quarantine"):
        assert tree(tmp_path / name) == tree(tmp_path / "sound" / name)
    assert not list((tmp_path / "out").rglob("*.cleaner-tmp"))
