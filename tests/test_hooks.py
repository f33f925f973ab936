"""The hooks under the real pre-commit, on a corpus repository made here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DAMAGED = "The council met on Monday and agreed on the plan.\nDown Icon\n"
CLEAN = "The council met on Monday and agreed on the plan.\n"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")]


class Repository:
    """A git repository with its own settings and the environment of one test session."""

    def __init__(self, path: Path, home: Path) -> None:
        self.path = path
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "PRE_COMMIT_HOME": str(home / "pre-commit"),
            "CLEANER_CACHE": str(home / "cache"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        path.mkdir(parents=True, exist_ok=True)
        self.run("git", "init", "-q", "-b", "main")
        self.run("git", "config", "user.name", "A tester")
        self.run("git", "config", "user.email", "tester@example.org")

    def run(self, *command: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command, cwd=self.path, env=self.environment, capture_output=True, text=True, timeout=600, check=False
        )
        assert not ok or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done

    def commit(self, message: str = "x", ok: bool = True) -> subprocess.CompletedProcess[str]:
        self.run("git", "add", "-A")
        return self.run("git", "commit", "-q", "-m", message, ok=ok)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def hook_repository(home: Path) -> Repository:
    """This project as a repository of hooks: its own files at a tag."""
    repository = Repository(home / "hooks", home)
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (
            name.split("/")[0] in ("cleaner", "rules", "pyproject.toml", "README.md", ".pre-commit-hooks.yaml")
            and (ROOT / name).is_file()
        ):
            target = repository.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
    repository.commit()
    repository.run("git", "tag", "v0.0.1")
    return repository


@pytest.fixture
def corpus(tmp_path: Path, home: Path) -> Repository:
    """A corpus repository with healthy files of three formats."""
    repository = Repository(tmp_path / "corpus", home)
    (repository.path / "a.txt").write_text(CLEAN)
    (repository.path / "b.md").write_text(f"# A note\n\n{CLEAN}")
    (repository.path / "c.jsonl").write_text('{"id": "x", "text": "Fine words here."}\n')
    (repository.path / "picture.bin").write_bytes(b"\0\1\2")
    return repository


def use(repository: Repository, hooks: Repository, hook: str, extra: str = "") -> None:
    (repository.path / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {hooks.path}\n    rev: v0.0.1\n    hooks:\n      - id: {hook}\n{extra}"
    )


def test_check_hook_never_writes(corpus: Repository, hook_repository: Repository) -> None:
    use(corpus, hook_repository, "cleaner-check")
    corpus.run("git", "add", "-A")
    corpus.run("pre-commit", "run", "--all-files")
    (corpus.path / "a.txt").write_text(DAMAGED)
    (corpus.path / "c.jsonl").write_text('{"id": "x", "text": "Fine words here."}\n{"id": "y", "text": "Fine.\\nDown Icon\\n"}\n')
    corpus.run("git", "add", "-A")
    failed = corpus.run("pre-commit", "run", ok=False)
    assert failed.returncode == 1
    assert "a.txt:2:1: debris.icon-label" in failed.stdout
    assert "c.jsonl:2:" in failed.stdout
    assert (corpus.path / "a.txt").read_text() == DAMAGED


def test_fix_hook_on_commit(corpus: Repository, hook_repository: Repository) -> None:
    use(corpus, hook_repository, "cleaner-fix")
    corpus.run("pre-commit", "install")
    corpus.commit("first")
    (corpus.path / "a.txt").write_text(DAMAGED)
    stopped = corpus.commit("second", ok=False)
    assert stopped.returncode == 1
    assert "files were modified by this hook" in stopped.stdout + stopped.stderr
    assert (corpus.path / "a.txt").read_text() == CLEAN
    (corpus.path / "a.txt").write_text(CLEAN + "And one more line that says something new.\n")
    corpus.commit("third")
    assert corpus.run("git", "log", "--oneline").stdout.count("\n") == 2


def test_configuration_of_the_corpus_is_followed(corpus: Repository, hook_repository: Repository) -> None:
    use(corpus, hook_repository, "cleaner-check")
    (corpus.path / "a.txt").write_text(DAMAGED)
    (corpus.path / "cleaner.toml").write_text('ignore = ["debris.icon-label"]\n')
    corpus.run("git", "add", "-A")
    corpus.run("pre-commit", "run", "--all-files")
    (corpus.path / "cleaner.toml").write_text('ignored = ["debris.icon-label"]\n')
    corpus.run("git", "add", "-A")
    failed = corpus.run("pre-commit", "run", "--all-files", ok=False)
    assert "cleaner.toml:1: unknown key 'ignored'; did you mean 'ignore'?" in failed.stdout


def test_try_repo_works_on_the_manifest(corpus: Repository, hook_repository: Repository) -> None:
    (corpus.path / "a.txt").write_text(DAMAGED)
    corpus.run("git", "add", "-A")
    tried = corpus.run("pre-commit", "try-repo", str(hook_repository.path), "cleaner-check", "--all-files", ok=False)
    assert tried.returncode == 1
    assert "debris.icon-label" in tried.stdout
