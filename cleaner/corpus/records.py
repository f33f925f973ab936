"""The lines of the audit, the scores and the quarantine. Their keys are a contract; readers ignore keys they do not know.

Beyond the documented keys an audit row may hold

``field``       the text field, where it is not the plain ``text``
``raw``         how ``before`` was written in the source, where that does not follow from the text
``source_hash`` a digest of the document's source text, with every edit; ``undo`` checks what it gives back against it

and a quarantine row ``line`` (where it started) and ``end`` (its line end, where that was not LF).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cleaner.corpus.judge import Judged

__all__ = ["audit_lines", "quarantine_line", "raw_of", "scores_line", "text_hash"]


def text_hash(text: str) -> str:
    """Return 64 bits of BLAKE2b of a text, as 16 hexadecimal digits."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


_encode = json.JSONEncoder(ensure_ascii=False).encode  # one encoder: ``json.dumps`` makes a new one each time


def _line(start: str, rest: Mapping[str, Any]) -> str:
    return f"{start}{_encode(rest)[1:]}\n"


def audit_lines(
    row: int, doc: str, field: str, text: str, judged: Judged, written_as: Sequence[str | None], keep_text: bool = True
) -> list[str]:
    """Return the audit rows of one passage in document order; ``doc`` is JSON, ``written_as`` goes with the edits.

    Without ``keep_text`` they hold digests in place of texts, and no reasons, which may quote.
    """
    start = f'{{"row": {row}, "doc": {doc}, '
    if field not in ("", "text"):
        start += f'"field": {json.dumps(field, ensure_ascii=False)}, '
    lines: list[tuple[int, int, str]] = []
    source_hash = text_hash(text) if judged.edits else ""
    for edit, raw in zip(judged.edits, written_as, strict=True):
        data: dict[str, Any] = {"kind": "edit", "stage": edit.stage, "rule": edit.rule, "rules": list(edit.rules)}
        data.update(start=edit.start, end=edit.end)
        if keep_text:
            data.update(before=edit.before, after=edit.after, reason=edit.reason, confidence=edit.confidence)
            if raw is not None:
                data["raw"] = raw
        else:
            data.update(before_hash=text_hash(edit.before), after_hash=text_hash(edit.after), confidence=edit.confidence)
        data["source_hash"] = source_hash
        lines.append((edit.start, 0, _line(start, data)))
    for finding in judged.findings:
        data = {"kind": "finding", "stage": finding.stage, "rule": finding.rule, "start": finding.start, "end": finding.end}
        if keep_text:
            data.update(text=finding.text, message=finding.message, suggestion=finding.suggestion)
        else:
            data["text_hash"] = text_hash(finding.text)
        data["confidence"] = finding.confidence
        lines.append((finding.start, 1, _line(start, data)))
    lines.sort(key=lambda line: line[:2])
    return [line for _, _, line in lines]


def scores_line(row: int, doc: str, fields: Sequence[str], judged: Sequence[Judged]) -> str:
    """Return the scores row of one document. With several texts each score is the worst, and ``fields`` has them all."""
    start = f'{{"row": {row}, "doc": {doc}, '
    if len(judged) == 1:
        return _line(start, {"lang": judged[0].lang, "scores": dict(judged[0].scores or {})})
    several = [verdict for verdict in judged if verdict.scores is not None]
    lang = next((verdict.lang for verdict in several if verdict.lang), None)
    worst: dict[str, float | None] = {}
    for verdict in several:
        for name, score in (verdict.scores or {}).items():
            known = worst.get(name)
            if known is None or score is None:
                worst[name] = score if known is None else known
            else:
                worst[name] = min(known, score) if name == "quality" else max(known, score)
    by_field = {name: dict(verdict.scores or {}) for name, verdict in zip(fields, judged, strict=True)}
    return _line(start, {"lang": lang, "scores": worst, "fields": by_field})


def quarantine_line(row: int, source: str, line: int, raw: str | bytes, problem: str) -> str:
    """Return the quarantine row of a record; its final LF is implied, any other end is named."""
    value: object
    if isinstance(raw, bytes):
        whole = not raw.endswith(b"\n")
        value = {"base64": base64.b64encode(raw if whole else raw[:-1]).decode("ascii")}
    else:
        whole = not raw.endswith("\n")
        value = raw if whole else raw[:-1]
    end = {"end": ""} if whole else {}
    return _line(f'{{"row": {row}, ', {"source": source, "line": line, "raw": value, "problem": problem, **end})


def raw_of(row: Mapping[str, Any]) -> bytes:
    """Return the bytes of the record that a quarantine row keeps. Raises ``ValueError`` for anything but such a row."""
    raw = row["raw"]
    if isinstance(raw, dict):
        data = base64.b64decode(raw["base64"], validate=True)
    elif isinstance(raw, str):
        data = raw.encode("utf-8", "surrogatepass")
    else:
        raise ValueError("no raw record")
    return data + str(row.get("end", "\n")).encode("ascii")
