"""The command line as a user meets it: exit codes, one-line errors, files left as they should be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cleaner.cli import VERBS, main

HEALTHY = "The council met on Monday and agreed on the plan for the new bridge across the river.\n"
DAMAGED = "The council met on Monday and agreed on the plan for the new bridge across the river.\nDown Icon\n"
CLEAN_OF_DAMAGED = "The council met on Monday and agreed on the plan for the new bridge across the river.\n"

Cli = Callable[..., tuple[int, str, str]]


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def test_healthy_file_is_silent(cli: Cli) -> None:
    write("a.txt", HEALTHY)
    code, out, err = cli("check", "a.txt")
    assert (code, out) == (0, "")
    assert err == "0 edits and 0 findings in 0 of 1 document\n"


def test_check_reports_and_does_not_write(cli: Cli) -> None:
    path = write("a.txt", DAMAGED)
    code, out, _ = cli("check", "-q", "a.txt")
    assert code == 1
    assert out.startswith("a.txt:2:1: debris.icon-label remove “Down Icon”\n")
    assert path.read_text() == DAMAGED
    assert cli("check", "-q", "--exit-zero", "a.txt")[0] == 0


def test_fix_writes_once_and_is_then_clean(cli: Cli) -> None:
    path = write("a.txt", DAMAGED)
    assert cli("fix", "a.txt")[0] == 1
    assert path.read_text() == CLEAN_OF_DAMAGED
    before = path.stat()
    assert cli("fix", "a.txt")[0] == 0
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert cli("check", "a.txt")[0] == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(b"A b c.\r\nDown Icon\r\nD e f.\r\n", b"A b c.\r\nD e f.\r\n", id="CR LF stays"),
        pytest.param(b"\xef\xbb\xbfA b c.\nDown Icon\n", b"\xef\xbb\xbfA b c.\n", id="BOM stays"),
        pytest.param(b"A b c.\nDown Icon", b"A b c.", id="no final newline stays so"),
        pytest.param("é.\nDown Icon\n".encode("utf-16"), "é.\n".encode("utf-16"), id="UTF-16 stays"),
    ],
)
def test_fix_keeps_bytes_around_an_edit(cli: Cli, before: bytes, after: bytes) -> None:
    path = Path("a.txt")
    path.write_bytes(before)
    cli("fix", "a.txt")
    assert path.read_bytes() == after


def test_diff_shows_what_fix_would_do(cli: Cli) -> None:
    path = write("a.txt", DAMAGED)
    code, out, _ = cli("diff", "-q", "a.txt")
    assert code == 1
    assert "-Down Icon\n" in out
    assert "+" not in out.replace("+++", "").replace("@@ -1,2 +1 @@", "")
    assert path.read_text() == DAMAGED


def test_jsonl_rows_keep_all_but_the_text(cli: Cli) -> None:
    rows = ['{"id": "x", "n": 18446744073709551617, "text": "Fine words here."}\n', '{"n":2.50,"text":"Fine.\\nDown Icon\\n"}\n']
    path = write("a.jsonl", "".join(rows))
    code, out, _ = cli("check", "-q", "--format", "jsonl", "a.jsonl")
    item = json.loads(out)
    assert code == 1
    assert (item["path"], item["line"], item["row"], item["before"]) == ("a.jsonl", 2, 2, "Down Icon\n")
    cli("fix", "a.jsonl")
    assert path.read_text() == rows[0] + '{"n":2.50,"text":"Fine.\\n"}\n'


def test_a_bad_row_is_named_and_the_rest_judged(cli: Cli) -> None:
    write("a.jsonl", '{"text": "Fine."}\n{"text": \n{"text": "Fine.\\nDown Icon\\n"}\n')
    code, out, err = cli("check", "-q", "a.jsonl")
    assert code == 3
    assert err.startswith("a.jsonl:2: ")
    assert len(err.splitlines()) == 1
    assert "debris.icon-label" in out


@pytest.mark.parametrize("name", ["missing.txt", "binary.txt", "latin.txt"])
def test_unreadable_files_are_one_line_and_exit_3(cli: Cli, name: str) -> None:
    Path("binary.txt").write_bytes(bytes(range(256)))
    Path("latin.txt").write_bytes("caf\xe9 au lait".encode("latin-1"))
    write("good.txt", DAMAGED)
    code, out, err = cli("check", "-q", name, "good.txt")
    assert code == 3
    assert err.startswith(f"{name}:")
    assert len(err.splitlines()) == 1
    assert "good.txt:2:1" in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["chekc", "a.txt"], "did you mean 'check'?"),
        (["check", "--profil", "x", "a.txt"], "unrecognized arguments"),
        (["check", "--profile", "precice", "a.txt"], "did you mean 'precise'?"),
        (["check", "--stages", "debriss", "a.txt"], "did you mean 'debris'?"),
        (["check", "--select", "debris.icon-labl", "a.txt"], "did you mean 'debris.icon-label'?"),
        (["check", "--config", "none.toml", "a.txt"], "no such configuration file"),
        (["check"], "the following arguments are required"),
        (["explain", "debris.icon-labl"], "did you mean 'debris.icon-label'?"),
    ],
)
def test_usage_errors_are_one_line_and_exit_2(cli: Cli, arguments: list[str], expected: str) -> None:
    path = write("a.txt", DAMAGED)
    code, out, err = cli(*arguments)
    assert (code, out) == (2, "")
    assert expected in err
    assert len(err.splitlines()) == 1
    assert path.read_text() == DAMAGED


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ('profil = "precise"\n', "cleaner.toml:1: unknown key 'profil'; did you mean 'profile'?"),
        ('\nprofile = "strict"\n', "cleaner.toml:2: unknown profile 'strict'"),
        ("[stage.debris]\nmin-confidenc = 0.9\n", "cleaner.toml:2: unknown key 'min-confidenc'"),
        ('rules = ["none/*.toml"]\n', "cleaner.toml:1: rules: 'none/*.toml' names no file"),
        ("profile = \n", "cleaner.toml:1: not valid TOML"),
    ],
)
def test_configuration_errors_touch_nothing(cli: Cli, config: str, expected: str) -> None:
    write("cleaner.toml", config)
    path = write("a.txt", DAMAGED)
    code, _, err = cli("fix", "a.txt")
    assert code == 2
    assert expected in err
    assert len(err.splitlines()) == 1
    assert path.read_text() == DAMAGED


def test_own_rules_and_overrides(cli: Cli) -> None:
    write(
        "own/forum.toml",
        'format = 1\n[[rule]]\nid = "debris.signature"\naction = "remove"\nmatch = "line"\nwhy = "A forum signature."\n'
        'literals = ["Sent from my teapot"]\nhits = [{ text = "Hi.\\nSent from my teapot", hit = "Sent from my teapot" }]\n'
        'clean = ["It was sent from my teapot.", "Teapot"]\n',
    )
    write("cleaner.toml", 'rules = ["own/*.toml"]\n[[override]]\npaths = ["raw/**"]\nignore = ["debris"]\n')
    write("a.txt", "Hello there.\nSent from my teapot\n")
    write("raw/a.txt", DAMAGED)
    assert "debris.signature" in cli("check", "-q", "a.txt")[1]
    assert cli("check", "raw")[0] == 0


def test_folder_takes_known_suffixes_only(cli: Cli) -> None:
    write("c/a.txt", DAMAGED)
    write("c/b.xyz", DAMAGED)
    write("c/.hidden/a.txt", DAMAGED)
    _, out, err = cli("check", "c")
    assert out.count("debris.icon-label") == 1
    assert "1 of 1 document" in err


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_machine_formats_hold_every_item(cli: Cli, form: str) -> None:
    write("a.txt", DAMAGED)
    code, out, _ = cli("check", "-q", "--format", form, "a.txt")
    value = json.loads(out)
    items = value["items"] if form == "json" else value["runs"][0]["results"]
    assert code == 1
    assert [item.get("rule") or item["ruleId"] for item in items] == ["debris.icon-label"]


def test_github_annotations_escape_line_breaks(cli: Cli) -> None:
    write("a,b.txt", DAMAGED)
    _, out, _ = cli("check", "-q", "--format", "github", "a,b.txt")
    assert out.startswith("::error file=a%2Cb.txt,line=2,col=1,")
    assert len(out.splitlines()) == 1


def test_terminal_output_neutralises_control_sequences(cli: Cli) -> None:
    write("a.txt", "x \x1b[2J\u202e evil\nDown Icon\x1b[31m\n")
    _, out, err = cli("check", "a.txt")
    assert "\x1b" not in out + err
    assert "\u202e" not in out + err


def test_gates(cli: Cli) -> None:
    write("a.txt", DAMAGED)
    assert cli("check", "-q", "--max-findings", "5", "a.txt")[0] == 0
    assert cli("check", "-q", "--max-findings", "0", "a.txt")[0] == 1
    assert cli("check", "-q", "--fail-under", "0.1", "a.txt")[0] == 0
    assert cli("check", "-q", "--fail-under", "0.999", "a.txt")[0] == 1


def test_explain_and_why(cli: Cli) -> None:
    write("a.txt", DAMAGED)
    code, out, _ = cli("explain", "debris.icon-label")
    assert code == 0
    assert 'ignore = ["debris.icon-label"]' in out
    code, out, _ = cli("why", "a.txt:2")
    assert code == 0
    assert "debris.icon-label" in out
    assert "decided: nothing" in cli("why", "a.txt:1")[1]
    assert cli("why", "a.txt:9")[0] == 3
    assert cli("why", "a.txt")[0] == 2


def test_rules_jobs(cli: Cli) -> None:
    assert "debris.icon-label" in cli("rules", "list", "--select", "debris")[1]
    assert cli("rules", "new", "debris.my-rule", "-o", "mine.toml")[0] == 0
    code, out, err = cli("rules", "test", "mine.toml")
    assert (code, err) == (0, "")
    assert "debris.my-rule: 1 hit, 2 clean, ok" in out
    assert json.loads(cli("rules", "schema")[1])["properties"]["format"] == {"const": 1}


def test_a_failing_rule_is_exit_2(cli: Cli) -> None:
    cli("rules", "new", "debris.my-rule", "-o", "mine.toml")
    path = Path("mine.toml")
    path.write_text(path.read_text().replace('"Another innocent look-alike."', '"My rule"'))
    code, _, err = cli("rules", "test", "mine.toml")
    assert code == 2
    assert "debris.my-rule" in err


def test_config_and_init(cli: Cli) -> None:
    assert cli("init")[0] == 0
    assert Path(".pre-commit-config.yaml").exists()
    code, out, _ = cli("config", "--profile", "balanced")
    assert code == 0
    assert 'profile = "balanced"' in out
    assert "# --profile" in out
    assert cli("init")[0] == 2


def test_mined_rules_remove_what_recurs(cli: Cli) -> None:
    for number in range(6):
        body = f"The council of town {number} met on day {number} and talked for {number} hours about the road and the bridge."
        write(f"c/{number}.txt", f"Title of day {number}\n\n{body}\n\nSign up for the Linnet Letter today\n")
    assert cli("mine", "c", "-o", "mined.toml")[0] == 0
    assert cli("mine", "c", "-o", "mined.toml")[0] == 2  # a review may be in it
    assert cli("rules", "test", "mined.toml")[0] == 0
    write("cleaner.toml", 'rules = ["mined.toml"]\nprofile = "thorough"\n')
    cli("fix", "c")
    assert "Linnet" not in Path("c/3.txt").read_text()
    assert "The council of town 3" in Path("c/3.txt").read_text()


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help_with_an_example(cli: Cli, verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--help"])
    assert stopped.value.code == 0
    assert f"cleaner {verb}" in capsys.readouterr().out.partition("example")[2]


def run_cli(*arguments: str, data: bytes = b"", cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "cleaner", *arguments], input=data, capture_output=True, cwd=cwd, timeout=60, check=False
    )


def test_standard_streams(tmp_path: Path) -> None:
    fixed = run_cli("fix", "-q", "-", data=DAMAGED.encode(), cwd=tmp_path)
    assert (fixed.returncode, fixed.stdout) == (1, CLEAN_OF_DAMAGED.encode())
    assert run_cli("check", "-", data=HEALTHY.encode(), cwd=tmp_path).returncode == 0


def test_diff_of_standard_input_and_of_utf_16(tmp_path: Path) -> None:
    shown = run_cli("diff", "-q", "-", data=DAMAGED.encode(), cwd=tmp_path)
    assert shown.returncode == 1
    assert b"\n-Down Icon\n" in shown.stdout
    (tmp_path / "a.txt").write_bytes(DAMAGED.encode("utf-16"))
    shown = run_cli("diff", "-q", "a.txt", cwd=tmp_path)
    assert b"\n-Down Icon\n" in shown.stdout


def test_a_full_disk_behind_the_output_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(DAMAGED)
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "cleaner", "check", "-q", "a.txt"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(DAMAGED * 2000)
    command = f"{sys.executable} -m cleaner check -q a.txt | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, cwd=tmp_path, timeout=120, check=False, env=os.environ)
    assert b"Traceback" not in done.stderr
