"""The report page: right numbers, hostile texts harmless, and a page that works in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cleaner.cli import main
from cleaner.reports.page import render_page

HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"


def edit(row: int, before: str = "Down Icon\n", rule: str = "debris.icon-label") -> dict[str, Any]:
    return {
        "row": row, "doc": f"d{row}", "kind": "edit", "stage": "debris", "rule": rule, "rules": [rule],
        "start": 3, "end": 3 + len(before), "before": before, "after": "", "reason": "An icon.", "confidence": 0.99,
    }  # fmt: skip


def finding(row: int, text: str = "foe force") -> dict[str, Any]:
    return {
        "row": row, "doc": f"d{row}", "kind": "finding", "stage": "translation", "rule": "translation.swap",
        "start": 0, "end": len(text), "text": text, "message": "Swapped.", "suggestion": "rival pressure", "confidence": 0.9,
    }  # fmt: skip


def embedded(page: str) -> Mapping[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    value: Mapping[str, Any] = json.loads(found[1])
    return value


def test_an_empty_audit_makes_a_page() -> None:
    data = embedded(render_page([], {}))
    assert data["items"] == []
    assert ["edits", "0"] in data["cards"]


def test_counts_add_up() -> None:
    rows = [("a.jsonl", edit(1)), ("a.jsonl", finding(1)), ("b.jsonl", edit(1))]
    data = embedded(render_page(rows, {"debris.icon-label": "why"}, qualities=[1.0, 0.05]))
    assert data["rules"] == [["debris.icon-label", 2], ["translation.swap", 1]]
    assert data["sources"] == [["a.jsonl", 2], ["b.jsonl", 1]]
    assert dict(data["cards"])["damaged documents"] == "2"
    assert dict(data["cards"])["characters removed"] == "20"
    assert data["quality"] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_hostile_texts_are_data_only() -> None:
    page = render_page([("a", edit(1, HOSTILE))], {})
    assert page.count("<script") == 2
    assert embedded(page)["items"][0]["before"] == HOSTILE


def test_the_verb_refuses_what_is_no_audit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1}\n')
    assert main(["report", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "r.html")]) == 2
    assert main(["report", str(tmp_path / "none"), "-o", str(tmp_path / "r.html")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert not (tmp_path / "r.html").exists()


BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


def rendered(page: Path, state: str, tmp_path: Path) -> tuple[str, str]:
    """The page's document after its script ran, and what it wrote to the console."""
    assert BROWSER is not None
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr",
        "--virtual-time-budget=3000", "--window-size=1000,900", "--dump-dom", f"{page.as_uri()}#{state}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="chromium is not installed")
def test_the_page_in_a_browser(tmp_path: Path) -> None:
    rows = [("a.jsonl", edit(number)) for number in range(1, 10_001)] + [("b.jsonl", finding(1)), ("b.jsonl", edit(2, HOSTILE))]
    path = tmp_path / "report.html"
    path.write_text(render_page(rows, {"translation.swap": "A swapped word."}), encoding="utf-8")
    dom, console = rendered(path, "", tmp_path)
    assert "10,002 of 10,002" in dom
    assert 5 < dom.count('class="item"') < 60  # only what is in view is drawn
    dom, more = rendered(path, "rule=translation.swap", tmp_path)
    assert "1 of 10,002" in dom
    assert "rival pressure" in dom
    assert "A swapped word." in dom
    dom, last = rendered(path, "query=onerror&source=b.jsonl", tmp_path)
    assert "1 of 10,002" in dom
    assert "<title>Corpus report</title>" in dom
    assert "<img" not in dom
    assert console + more + last == ""
