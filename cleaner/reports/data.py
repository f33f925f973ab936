"""Diagnostics for programs: JSON, JSON lines, GitHub annotations and SARIF 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cleaner.reports.baseline import fingerprint
from cleaner.reports.diagnostic import Diagnostic
from cleaner.reports.text import proposal
from cleaner.version import __version__

__all__ = ["as_dict", "format_github", "format_json", "format_sarif"]

FORMAT = 1
"""Version of the JSON form; fields are only ever added to a version."""
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_dict(item: Diagnostic) -> dict[str, Any]:
    """The JSON form of ``item``: the keys of an audit row, and its place in the file."""
    row: dict[str, Any] = {
        "path": item.path,
        "line": item.line,
        "column": item.column,
        "end_line": item.end_line,
        "end_column": item.end_column,
        "row": item.row,
        "doc": item.doc,
        "kind": item.kind,
        "stage": item.stage,
        "rule": item.rule,
        "start": item.start,
        "end": item.end,
    }
    if item.kind == "edit":
        row |= {"rules": list(item.rules), "before": item.before, "after": item.after, "reason": item.message}
    else:
        row |= {"text": item.before, "message": item.message, "suggestion": item.suggestion}
    row["confidence"] = round(item.confidence, 4)
    if item.accepted:
        row["accepted"] = item.accepted
    return row


def format_json(items: Iterable[Diagnostic], scores: Sequence[Mapping[str, Any]]) -> str:
    """One JSON object: ``format``, ``version``, ``items`` and the ``documents`` with their scores."""
    value = {"format": FORMAT, "version": __version__, "items": [as_dict(item) for item in items], "documents": list(scores)}
    return json.dumps(value, ensure_ascii=False, indent=1)


def format_github(item: Diagnostic) -> str:
    """One workflow command that GitHub shows beside the line."""

    def value(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").replace(":", "%3A").replace(",", "%2C")

    level = "error" if item.kind == "edit" else "warning"
    message = f"{proposal(item)} {item.message}" if item.kind == "edit" else proposal(item)
    message = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    place = f"file={value(item.path)},line={item.line},col={item.column},endLine={item.end_line},endColumn={item.end_column}"
    return f"::{level} {place},title={value(item.rule)}::{message}"


def format_sarif(items: Sequence[Diagnostic], rules: Mapping[str, str]) -> str:
    """A SARIF 2.1.0 log; ``rules`` gives the help text of each rule id."""
    used = list(dict.fromkeys(item.rule for item in items))
    index = {rule: number for number, rule in enumerate(used)}
    driver = {
        "name": "corpus-winnow",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [
            {"id": rule, "shortDescription": {"text": rules.get(rule) or rule}, "help": {"text": f"cleaner explain {rule}"}}
            for rule in used
        ],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(item, index[item.rule]) for item in items],
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)


def _sarif_result(item: Diagnostic, index: int) -> dict[str, Any]:
    artifact = {"uri": quote(Path(item.path).as_posix())}
    region = {
        "startLine": item.line,
        "startColumn": item.column,
        "endLine": max(item.line, item.end_line),
        "endColumn": max(item.end_column, item.column if item.end_line <= item.line else 1),
    }
    result: dict[str, Any] = {
        "ruleId": item.rule,
        "ruleIndex": index,
        "level": "warning" if item.kind == "edit" else "note",
        "message": {"text": proposal(item)},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        "properties": {"document": item.doc, "row": item.row, "confidence": round(item.confidence, 4)},
    }
    result["partialFingerprints"] = {"cleaner/v1": fingerprint(item)}
    if item.accepted:
        # Marked rather than dropped, so that a dashboard doesn't take them for fixed.
        kind = "external" if item.accepted == "baseline" else "inSource"
        result["suppressions"] = [{"kind": kind, "justification": f"accepted by the {item.accepted}"}]
    if item.after is not None:
        change = {
            "artifactLocation": artifact,
            "replacements": [{"deletedRegion": region, "insertedContent": {"text": item.after}}],
        }
        result["fixes"] = [{"description": {"text": item.message or item.rule}, "artifactChanges": [change]}]
    return result
