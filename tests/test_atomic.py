"""Files are written whole or not at all, whichever call fails."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from corpus_helpers import SmallChain, jsonl, records, rows, tree, write

from cleaner import atomic
from cleaner.atomic import AtomicFile, is_temporary, write_atomic
from cleaner.corpus.options import RunOptions
from cleaner.corpus.run import run
from cleaner.errors import SourceError

CALLS = ("open", "fsync", "fchmod", "replace")


class Failing:
    """Lets the n-th of the watched calls fail."""

    def __init__(self, nth: int, code: int) -> None:
        self.left = nth
        self.code = code

    def wrap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                raise OSError(self.code, os.strerror(self.code))
            return call(*args, **kwargs)

        return wrapped


def failing_calls(patch: pytest.MonkeyPatch, failing: Failing) -> None:
    for name in CALLS:
        patch.setattr(atomic.os, name, failing.wrap(getattr(os, name)))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("nth", range(1, 8))
def test_old_bytes_or_new_ones_and_nothing_left_behind(tmp_path: Path, nth: int, code: int) -> None:
    path = tmp_path / "a.txt"
    write(path, "old")
    with pytest.MonkeyPatch.context() as patch:
        failing = Failing(nth, code)
        failing_calls(patch, failing)
        try:
            write_atomic(path, b"new")
            wanted, said = b"new", f"{path}: can't be written"
        except SourceError as error:
            wanted, said = b"old", str(error)
    assert path.read_bytes() == wanted
    assert said.startswith(f"{path}: can't be written")
    assert os.listdir(tmp_path) == ["a.txt"]


def test_an_error_in_the_block_discards(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write(path, "old")

    def half() -> None:
        with AtomicFile(path) as target:
            target.file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_mode_is_kept_and_links_stay(tmp_path: Path) -> None:
    write(tmp_path / "real.txt", "old")
    (tmp_path / "real.txt").chmod(0o604)
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_atomic(tmp_path / "link.txt", b"new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_bytes() == b"new"
    assert (tmp_path / "real.txt").stat().st_mode & 0o777 == 0o604


def test_new_files_get_the_usual_mode(tmp_path: Path) -> None:
    write(tmp_path / "usual.txt", "x")
    write_atomic(tmp_path / "new.txt", b"x")
    assert (tmp_path / "new.txt").stat().st_mode == (tmp_path / "usual.txt").stat().st_mode


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "."):
        with pytest.raises(SourceError, match="no regular file"):
            AtomicFile(tmp_path / name)
    with pytest.raises(SourceError, match="check the folder"):
        AtomicFile(tmp_path / "absent" / "a.txt")


def test_names_of_temporary_files_are_known(tmp_path: Path) -> None:
    target = AtomicFile(tmp_path / ("long" * 60))
    assert is_temporary(target.temporary.name)
    assert not is_temporary("a.txt")
    target.discard()
    assert os.listdir(tmp_path) == []


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Let no file grow beyond 200 kB."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_old_bytes(tmp_path: Path, full_disk: None) -> None:
    write(tmp_path / "a.txt", "old")
    with pytest.raises(SourceError, match="can't be written"):
        write_atomic(tmp_path / "a.txt", bytes(1_000_000))
    assert (tmp_path / "a.txt").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_on_a_full_disk_says_so_and_leaves_nothing_that_looks_whole(tmp_path: Path, full_disk: None, workers: int) -> None:
    for name in "abc":
        lines = jsonl([{"id": n, "text": os.urandom(500).hex()} for n in range(150)])
        write(tmp_path / "in" / f"{name}.jsonl", lines)
    lines = jsonl([{"id": n, "text": "plain"} for n in range(3)])
    write(tmp_path / "in" / "d.jsonl", lines)
    scores = {"scores": str(tmp_path / "scores")}
    resource = pytest.importorskip("resource")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    summary = run([str(tmp_path / "in")], str(tmp_path / "out"), SmallChain(), RunOptions(workers=workers, **scores))
    assert summary.exit_code == 3
    assert "a.jsonl" in summary.failed
    assert not list((tmp_path / "out").glob("[abc]*"))
    assert not list(tmp_path.rglob("*.cleaner-tmp"))


@pytest.mark.parametrize("nth", [*range(1, 30, 3), 60, 90])
def test_a_run_whose_disk_fails_can_be_resumed_to_the_same_bytes(tmp_path: Path, nth: int) -> None:
    for at in range(3):
        write(tmp_path / "in" / f"{at}.jsonl", jsonl(rows(10, at)) + b"bad\n")

    def go(base: Path, **values: object) -> int:
        named = {name: str(base / name) for name in ("audit", "quarantine")}
        return run([str(tmp_path / "in")], str(base / "out"), SmallChain(), RunOptions(**named, **values)).exit_code  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        failing_calls(patch, Failing(nth, errno.ENOSPC))
        try:
            code = go(tmp_path / "a")
        except SourceError:
            code = 3
    assert code == 3
    for path in (tmp_path / "a").rglob("*"):
        assert not is_temporary(path.name)
    for path in (tmp_path / "a" / "out").glob("*.jsonl"):
        assert len(records(path)) == 10
    go(tmp_path / "a", resume=True)
    go(tmp_path / "b")
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
