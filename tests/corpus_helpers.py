"""A chain that is small, fast and picklable, and corpora for it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cleaner.edits import apply_edits
from cleaner.model import Edit, Finding
from cleaner.result import Result

_ICON = re.compile(r"Down Icon\n|Down Icon\Z")
_QUOTE = re.compile("â€œ|â€\x9d")
_SWAP = re.compile(r"\binterval CEO\b")


class SmallChain:
    """Removes ``Down Icon`` lines, repairs two quotes, flags ``interval CEO``; fails on ``RAISE`` and dies on ``DIE``."""

    def __init__(self, tag: str = "1", delay: float = 0.0) -> None:
        self.tag = tag
        self.delay = delay

    def clean(self, text: str, id: str | None = None, lang: str | None = None) -> Result:
        if self.delay:
            time.sleep(self.delay)
        if "RAISE" in text:
            raise ZeroDivisionError("asked for")
        if "DIE" in text:
            os._exit(7)
        edits = [Edit(m.start(), m.end(), m[0], "", ("debris.icon-label",), "debris", "an icon") for m in _ICON.finditer(text)]
        edits += [
            Edit(m.start(), m.end(), m[0], "“" if m[0].endswith("œ") else "”", ("mojibake.utf8",), "mojibake", "", 0.98)
            for m in _QUOTE.finditer(text)
        ]
        edits.sort(key=lambda edit: edit.start)
        findings = [
            Finding(m.start(), m.end(), m[0], "translation.swap", "translation", "odd", "interim CEO", 0.93)
            for m in _SWAP.finditer(text)
        ]
        scores = {"mojibake": 0.5 if edits else 0.0, "debris": None, "quality": 0.9 if edits else 1.0}
        found = lang or ("en" if findings else None)
        return Result(apply_edits(text, edits), text, tuple(edits), tuple(findings), scores, found, id)

    def fingerprint(self) -> str:
        return f"small-{self.tag}"


TEXTS = (
    "Spain won the cup.\nDown Icon\nMeta is spending.",
    "A plain text, nothing to do.",
    "She said â€œHeyâ€\x9d and left.\n",
    'The interval CEO said "no".\nDown Icon\n',
    "Café — naïve \U0001f600\nDown Icon\n\ttab \\ slash / \u2028 line",
    "",
)


def rows(count: int, start: int = 0) -> list[dict[str, Any]]:
    """Return documents of all kinds."""
    return [{"id": f"d{start + n}", "n": 2**64 + n, "text": TEXTS[(start + n) % len(TEXTS)] * (1 + n % 3)} for n in range(count)]


def jsonl(items: Iterable[dict[str, Any]]) -> bytes:
    """Return JSON Lines in alternating styles."""
    lines = []
    for at, item in enumerate(items):
        lines.append(json.dumps(item, ensure_ascii=at % 2 == 0, separators=(",", ":") if at % 3 else None))
    return "".join(line + "\n" for line in lines).encode("utf-8")


def write(path: Path, data: bytes | str) -> str:
    """Write a file, with its folders, and return its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return str(path)


def tree(folder: Path | str) -> dict[str, str]:
    """Return the SHA-256 of each file below a folder, hidden ones aside."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(".") and "/." not in name:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def records(path: Path | str) -> list[dict[str, Any]]:
    """Return the rows of an audit, scores or quarantine file."""
    return [json.loads(line) for line in Path(path).read_bytes().split(b"\n") if line]
