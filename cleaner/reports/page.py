"""The report page: one HTML file that shows what a run found, needing neither network nor server.

Texts of the corpus are untrusted. They travel as JSON with every markup character escaped, and the page sets them as text only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from cleaner.version import __version__

__all__ = ["CONTEXT", "LIMIT", "render_page"]

LIMIT = 20_000
"""Items that the page carries; the rest is counted."""
CONTEXT = 160
"""Code points of context on either side of an item, where the source text is at hand."""
TEXT_LIMIT = 2_000
"""Code points of one text on the page."""


def render_page(
    rows: Iterable[tuple[str, Mapping[str, Any]]],
    whys: Mapping[str, str],
    qualities: Sequence[float] = (),
    context: Mapping[tuple[str, int, int, int], tuple[str, str]] | None = None,
) -> str:
    """Return the page for audit ``rows``, each with the name of its shard.

    ``whys`` says what a rule is for; ``qualities`` are those of all documents; ``context`` gives what stands before and after an
    item, by shard, row, start and end.
    """
    context = context or {}
    rules: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    documents: set[tuple[str, int]] = set()
    removed = left_out = 0
    names: dict[str, int] = {}
    items: list[dict[str, Any]] = []
    for source, row in rows:
        rule, kind = str(row["rule"]), str(row["kind"])
        rules[rule] += 1
        sources[source] += 1
        kinds[kind] += 1
        documents.add((source, row["row"]))
        before = str(row.get("before" if kind == "edit" else "text") or "")
        if kind == "edit":
            removed += max(0, len(before) - len(str(row.get("after") or "")))
        if len(items) >= LIMIT:
            left_out += 1
            continue
        left, right = context.get((source, row["row"], row["start"], row["end"]), ("", ""))
        items.append(
            {
                "source": source,
                "doc": str(row["doc"]),
                "kind": kind,
                "rule": names.setdefault(rule, len(names)),
                "start": row["start"],
                "end": row["end"],
                "before": before[:TEXT_LIMIT],
                "after": str(row.get("after") or "")[:TEXT_LIMIT],
                "suggestion": row.get("suggestion"),
                "message": str(row.get("reason" if kind == "edit" else "message") or ""),
                "confidence": row.get("confidence"),
                "left": left,
                "right": right,
            }
        )
    bins = [0] * 10 if qualities else []
    for quality in qualities:
        bins[min(9, int(quality * 10))] += 1
    cards = [
        ("edits", f"{kinds['edit']:,}"),
        ("findings", f"{kinds['finding']:,}"),
        ("damaged documents", f"{len(documents):,}"),
        ("characters removed", f"{removed:,}"),
    ]
    if qualities:
        cards.insert(0, ("documents", f"{len(qualities):,}"))
    value = {
        "made": f"Made by corpus-winnow {__version__} from the audit of a run.",
        "cards": cards,
        "rules": rules.most_common(),
        "sources": sources.most_common(200),
        "quality": bins,
        "names": list(names),
        "whys": [whys.get(name, "") for name in names],
        "items": items,
        "left_out": left_out,
    }
    return (files("cleaner.reports") / "page.html").read_text(encoding="utf-8").replace("@DATA@", _embed(value), 1)


def _embed(value: object) -> str:
    """JSON that can stand inside a ``script`` element whatever its texts hold."""
    text = json.dumps(value, ensure_ascii=True)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
