"""Baseline, suppressions and changed lines: what was accepted stays quiet, and nothing else does."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

LINE = "The council met on Monday and agreed on the plan for the new bridge across the river.\n"
DAMAGED = LINE + "Down Icon\n"

Cli = Callable[..., tuple[int, str, str]]


def test_without_a_baseline_items_are_open(cli: Cli) -> None:
    Path("a.txt").write_text(DAMAGED)
    assert cli("check", "a.txt")[0] == 1
    assert cli("check", "--baseline", "none.json", "a.txt")[0] == 2


def test_accepted_items_stay_accepted_when_lines_move(cli: Cli) -> None:
    path = Path("a.txt")
    path.write_text(DAMAGED)
    code, _, err = cli("baseline", "a.txt")
    assert (code, err) == (0, "1 item accepted in .cleaner-baseline.json\n")
    code, out, err = cli("check", "a.txt")
    assert (code, out) == (0, "")
    assert "1 item accepted" in err
    path.write_text("A new first line with a few words in it.\n" + DAMAGED)
    assert cli("check", "a.txt")[0] == 0
    assert cli("fix", "a.txt")[0] == 0
    assert "Down Icon" in path.read_text()


def test_a_new_item_of_the_same_kind_is_reported(cli: Cli) -> None:
    path = Path("a.txt")
    path.write_text(DAMAGED)
    cli("baseline", "a.txt")
    path.write_text(DAMAGED + LINE + "Leave a Reply\n")
    code, out, _ = cli("check", "a.txt")
    assert code == 1
    assert "debris.icon-label" not in out
    assert "Leave a Reply" in out


def test_stale_entries_are_named(cli: Cli) -> None:
    path = Path("a.txt")
    path.write_text(DAMAGED)
    cli("baseline", "a.txt")
    path.write_text(LINE)
    code, _, err = cli("check", "a.txt")
    assert code == 0
    assert "a.txt: 1 accepted debris.icon-label no longer there" in err


def test_accepted_items_are_marked_in_sarif(cli: Cli) -> None:
    Path("a.txt").write_text(DAMAGED)
    cli("baseline", "a.txt")
    _, out, _ = cli("check", "-q", "--format", "sarif", "a.txt")
    (result,) = json.loads(out)["runs"][0]["results"]
    assert result["suppressions"][0]["kind"] == "external"


@pytest.mark.parametrize("content", ["{", '{"format": 99, "entries": []}', '{"format": 1}', "[]"])
def test_a_broken_baseline_is_refused(cli: Cli, content: str) -> None:
    Path("a.txt").write_text(LINE)
    Path(".cleaner-baseline.json").write_text(content)
    code, _, err = cli("check", "a.txt")
    assert code == 2
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("comment", "code"),
    [
        ("<!-- cleaner-ignore debris.icon-label -->", 0),
        ("<!-- cleaner-ignore debris -->", 0),
        ("<!-- cleaner-ignore -->", 0),
        ("<!-- cleaner-ignore-file debris -->", 0),
        ("<!-- cleaner-ignore translation -->", 1),
    ],
)
def test_comments_in_markdown(cli: Cli, comment: str, code: int) -> None:
    Path("a.md").write_text(f"{LINE}\n{comment}\nDown Icon\n")
    found = cli("check", "a.md")
    assert found[0] == code
    assert ("chain.unused-suppression" in found[2]) == (code == 1)


def test_a_comment_in_plain_text_is_text(cli: Cli) -> None:
    Path("a.txt").write_text(f"{LINE}<!-- cleaner-ignore -->\nDown Icon\n")
    assert cli("check", "a.txt")[0] == 1


def test_ignore_file_silences_single_documents(cli: Cli) -> None:
    Path("a.jsonl").write_text("".join(json.dumps({"id": i, "text": DAMAGED}) + "\n" for i in ("x", "y")))
    Path("cleaner-ignore").write_text("# accepted by hand\na.jsonl debris : x\n")
    code, out, _ = cli("check", "-q", "a.jsonl")
    assert code == 1
    assert out.count("debris.icon-label") == 1
    assert "a.jsonl:2:" in out


def test_a_broken_ignore_file_is_refused(cli: Cli) -> None:
    Path("a.txt").write_text(LINE)
    Path("cleaner-ignore").write_text("a.txt De!bris\n")
    code, _, err = cli("check", "a.txt")
    assert code == 2
    assert err.startswith("cleaner-ignore:1: ")


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def test_changed_lines_only(cli: Cli) -> None:
    path = Path("a.txt")
    path.write_text(DAMAGED)
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "x")
    assert cli("check", "-q", "--changed-since", "HEAD", "a.txt")[0] == 0
    path.write_text(DAMAGED + LINE + "Leave a Reply\n")
    code, out, _ = cli("check", "-q", "--changed-since", "HEAD", "a.txt")
    assert code == 1
    assert "debris.icon-label" not in out
    Path("new.txt").write_text(DAMAGED)
    assert cli("check", "-q", "--changed-since", "HEAD", "new.txt")[0] == 1
    code, _, err = cli("check", "--changed-since", "nowhere", "a.txt")
    assert code == 2
    assert len(err.splitlines()) == 1
