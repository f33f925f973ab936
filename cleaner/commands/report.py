"""``report``: the page that shows what a run found."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cleaner.atomic import write_atomic
from cleaner.catalogue import code_rules, rulebook
from cleaner.commands.common import load_found_settings
from cleaner.corpus.files import open_source
from cleaner.corpus.rows import Fields
from cleaner.errors import ConfigError, SourceError
from cleaner.reports.page import CONTEXT, LIMIT, render_page

EXAMPLES = {
    "report": "example:\n  cleaner run corpus/ -o clean/ --audit audit/ --scores scores/\n"
    "  cleaner report audit/ --scores scores/ --source corpus/ -o report.html"
}
Context = dict[tuple[str, int, int, int], tuple[str, str]]


def add_arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """Add the flags of ``report``."""
    parser.add_argument("audit", metavar="AUDIT", help="audit file or folder of a run")
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="the page to write")
    parser.add_argument("--scores", metavar="PATH", help="scores file or folder of the run, for the quality of all documents")
    parser.add_argument(
        "--source", metavar="PATH", help="the corpus as it was before the run, to show what stands around an item"
    )
    parser.add_argument("--text-field", default="text", metavar="NAME", help="field that holds the text (default: text)")


def main(args: argparse.Namespace) -> int:
    """Write the page and return the exit code."""
    rows = list(_rows(Path(args.audit)))
    for shard, row in rows:
        if not {"row", "doc", "kind", "rule", "start", "end"} <= row.keys():
            raise ConfigError(f"{args.audit}: {shard} holds rows that are no audit rows; give the audit of a run")
    qualities = []
    for shard, row in _rows(Path(args.scores)) if args.scores else ():
        scores = row.get("scores")
        if not isinstance(scores, dict):
            raise ConfigError(f"{args.scores}: {shard} holds rows without scores; give the scores of a run")
        if isinstance(scores.get("quality"), (int, float)):
            qualities.append(float(scores["quality"]))
    context = _context(rows[:LIMIT], Path(args.source), args.text_field) if args.source else {}
    whys = {**code_rules(), **{rule.id: rule.why for rule in rulebook(load_found_settings().rules)}}
    page = render_page(rows, whys, qualities, context)
    write_atomic(args.output, page.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode())
    sys.stderr.write(f"{len(rows):,} items written to {args.output}\n")
    return 0


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows of a JSONL file or of all in a folder, with the name of the shard."""
    if not path.exists():
        raise ConfigError(f"{path}: no such file or folder; give what the run wrote")
    files = sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    for file in files:
        with file.open(encoding="utf-8", errors="surrogateescape") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    row = json.loads(line)
                except ValueError:
                    row = None
                if not isinstance(row, dict):
                    raise SourceError(f"{file}:{number}: no JSON object; give a file that a run wrote")
                yield (str(file.relative_to(path)) if path.is_dir() else file.name), row


def _context(rows: Iterable[tuple[str, Mapping[str, Any]]], source: Path, field: str) -> Context:
    """What stands before and after each item in the source corpus."""
    wanted: dict[str, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for shard, row in rows:
        wanted[shard][row["row"]].append((row["start"], row["end"]))
    found: Context = {}
    for shard, by_row in wanted.items():
        path = source
        if source.is_dir():
            path = source / shard
            if not path.is_file():  # the audit of other formats is named after the shard, with .jsonl behind it
                path = source / os.path.splitext(shard)[0]
        for record in open_source(str(path), Fields(texts=(field,))).rows():
            for start, end in by_row.get(record.number, ()):
                text = record.passages[0].text or "" if record.passages else ""
                found[shard, record.number, start, end] = (text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT])
    return found
