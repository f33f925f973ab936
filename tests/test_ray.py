"""Ray gives the bytes that a local run gives, also when a node is lost in the middle."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="the extra ray is not installed")
psutil = pytest.importorskip("psutil", reason="psutil is not installed")

pytestmark = pytest.mark.slow

PARAGRAPH = "The council met on Monday and agreed on the plan number {0} for the new bridge across the river, after {1} hours of talk. "


def write_corpus(folder: Path, shards: int, rows: int) -> None:
    folder.mkdir()
    for shard in range(shards):
        with (folder / f"part-{shard:02d}.jsonl").open("w", encoding="utf-8") as file:
            for row in range(rows):
                number = shard * rows + row
                text = PARAGRAPH.format(number, number % 7) * 4
                if number % 3 == 0:
                    text += "\nDown Icon\n"
                if number % 5 == 0:
                    text = text.replace("talk", "talk in a cafÃ© nearby")
                file.write(json.dumps({"id": number, "text": text}, ensure_ascii=number % 2 == 0) + "\n")
        if shard == 1:
            with (folder / f"part-{shard:02d}.jsonl").open("a", encoding="utf-8") as file:
                file.write('{"id": "broken"\n')


def run_corpus(tmp_path: Path, name: str, *flags: str, environment: dict[str, str] | None = None) -> dict[str, str]:
    """Run the corpus and return the digest of every file that was written, marks and manifest apart."""
    out = tmp_path / name
    command = [
        sys.executable, "-m", "cleaner", "run", "corpus", "-o", f"{name}/clean", "--audit", f"{name}/audit", "--scores",
        f"{name}/scores", "--quarantine", f"{name}/bad", "--summary", f"{name}/summary.json", "--no-progress", *flags,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 3, done.stderr  # one row is broken
    assert "Traceback" not in done.stderr
    return digests(out)


def digests(out: Path) -> dict[str, str]:
    found = {}
    for path in sorted(out.rglob("*")):
        if path.is_file() and ".cleaner" not in path.parts and path.name != "summary.json":
            found[path.relative_to(out).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    summary = json.loads((out / "summary.json").read_text())
    for key in ("engine", "workers", "seconds"):
        summary.pop(key)
    found["summary"] = json.dumps(summary, sort_keys=True)
    return found


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which no Ray of anybody else is met, and nothing is left in the home folder."""
    return {
        **os.environ,
        "HOME": str(tmp_path),
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_USAGE_STATS_ENABLED": "0",
    }


def test_ray_writes_what_local_runs_write(tmp_path: Path, environment: dict[str, str]) -> None:
    write_corpus(tmp_path / "corpus", shards=3, rows=40)
    one = run_corpus(tmp_path, "one")
    assert one == run_corpus(tmp_path, "two", "--workers", "2")
    assert one == run_corpus(tmp_path, "ray", "--engine", "ray", "--workers", "2", environment=environment)


def test_an_address_without_a_cluster_is_one_line(tmp_path: Path, environment: dict[str, str]) -> None:
    write_corpus(tmp_path / "corpus", shards=2, rows=1)
    command = [sys.executable, "-m", "cleaner", "run", "corpus", "-o", "out", "--engine", "ray", "--no-progress"]
    lost = {**environment, "RAY_ADDRESS": "127.0.0.1:1", "RAY_gcs_rpc_server_reconnect_timeout_s": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=lost, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 2
    assert "check RAY_ADDRESS" in done.stderr
    assert "Traceback" not in done.stderr


class Cluster:
    """Two Ray nodes with one processor each, on two loopback addresses."""

    def __init__(self, environment: dict[str, str], folder: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.2", 0))
            port = probe.getsockname()[1]
        self.address = f"127.0.0.2:{port}"
        self.environment = environment
        ray = str(Path(sys.executable).with_name("ray"))
        common = ["--block", "--num-cpus=1", "--object-store-memory=100000000", "--disable-usage-stats"]
        head = [ray, "start", "--head", "--node-ip-address=127.0.0.2", f"--port={port}", "--include-dashboard=false"]
        self.head = self._start([*head, f"--temp-dir={folder}", *common])
        self._wait_for(lambda: self._listens(port))
        self.second = self._start([ray, "start", f"--address={self.address}", "--node-ip-address=127.0.0.3", *common])
        self._wait_for(lambda: self._raylet(self.second) is not None)

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )

    @staticmethod
    def _listens(port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.2", port)) == 0

    @staticmethod
    def _wait_for(condition: object) -> None:
        deadline = time.monotonic() + 60
        while not condition():  # type: ignore[operator]
            assert time.monotonic() < deadline, "the cluster did not come up"
            time.sleep(0.2)

    @staticmethod
    def _raylet(node: subprocess.Popen[bytes]) -> object:
        children = psutil.Process(node.pid).children(recursive=True)
        return next((child for child in children if child.name() == "raylet"), None)

    def kill_second(self) -> None:
        os.kill(self._raylet(self.second).pid, signal.SIGKILL)  # type: ignore[attr-defined]

    def stop(self) -> None:
        processes = []
        for node in (self.second, self.head):
            try:
                processes += [*psutil.Process(node.pid).children(recursive=True), psutil.Process(node.pid)]
            except psutil.NoSuchProcess:
                continue
        for process in processes:
            try:
                process.terminate()
            except psutil.NoSuchProcess:
                continue
        _, alive = psutil.wait_procs(processes, timeout=10)
        for process in alive:
            process.kill()


@pytest.fixture
def cluster(environment: dict[str, str]) -> Iterator[Cluster]:
    """A cluster of two nodes; its folder has a short name, since sockets live in it."""
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="r")
    started = Cluster(environment, folder)
    try:
        yield started
    finally:
        started.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_a_lost_node_loses_no_row(tmp_path: Path, environment: dict[str, str], cluster: Cluster) -> None:
    write_corpus(tmp_path / "corpus", shards=12, rows=1500)
    expected = run_corpus(tmp_path, "one", "--workers", "2")
    command = [
        sys.executable, "-m", "cleaner", "run", "corpus", "-o", "ray/clean", "--audit", "ray/audit", "--scores", "ray/scores",
        "--quarantine", "ray/bad", "--summary", "ray/summary.json", "--no-progress", "--engine", "ray",
    ]  # fmt: skip
    joined = {**environment, "RAY_ADDRESS": cluster.address, "RAY_NODE_IP_ADDRESS": "127.0.0.2"}
    running = subprocess.Popen(command, cwd=tmp_path, env=joined, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    marks = tmp_path / "ray" / "clean" / ".cleaner" / "done"
    deadline = time.monotonic() + 120
    while not any(marks.glob("*.json")) and running.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert running.poll() is None
    cluster.kill_second()
    _, errors = running.communicate(timeout=300)
    assert running.returncode == 3, errors
    assert digests(tmp_path / "ray") == expected
