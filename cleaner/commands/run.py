"""``run`` and ``undo``: a corpus through the chain into a new place, and back."""

from __future__ import annotations

import argparse
import signal
import sys
from types import FrameType

from cleaner.commands.common import add_chain_arguments, settings_of
from cleaner.corpus.options import RunOptions
from cleaner.corpus.progress import Bar, Progress, Quiet

__all__ = ["EXAMPLES", "add_arguments", "main"]

EXAMPLES = {
    "run": "examples:\n"
    "  cleaner run posts.jsonl.zst -o clean.jsonl.zst --audit audit.jsonl\n"
    "  cleaner run shards/ -o clean/ --audit audit/ --quarantine bad/ --workers 8 --resume\n"
    "  cat posts.jsonl | cleaner run - -o - > clean.jsonl",
    "undo": "example:\n  cleaner undo clean/ --audit audit/ --quarantine bad/ -o source/",
}


def add_arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """Add the flags of ``verb``."""
    if verb == "undo":
        parser.add_argument("cleaned", metavar="CLEANED", help="what a run wrote: a file, a folder or an address")
        parser.add_argument("-o", "--output", required=True, metavar="DEST", help="where the source goes")
        parser.add_argument("--audit", required=True, metavar="PATH", help="the audit of that run")
        parser.add_argument("--quarantine", metavar="PATH", help="its quarantined rows")
        parser.add_argument("--no-progress", action="store_true", help="no progress bar")
        parser.add_argument("-q", "--quiet", action="store_true", help="no summary line")
        return
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="files, folders, globs, addresses; - is standard input")
    parser.add_argument("-o", "--output", required=True, metavar="DEST", help="file, folder or address; - is standard output")
    add_chain_arguments(parser)
    group = parser.add_argument_group("rows")
    group.add_argument(
        "--text-field", action="append", metavar="NAME", help="field to clean; may be repeated, dots lead inside (default: text)"
    )
    group.add_argument("--id-field", default="id", metavar="NAME", help="field that names the document")
    group.add_argument("--lang-field", default="lang", metavar="NAME", help="field that holds its language")
    group.add_argument("--limit", type=int, metavar="N", help="read N rows in all")
    group.add_argument(
        "--max-removed", type=float, metavar="SHARE", help="leave a text untouched that would lose more of its words, 0 to 1"
    )
    group.add_argument("--restore-links", action="store_true", help="put back the link texts that an HTML extraction lost")
    group = parser.add_argument_group("records")
    group.add_argument("--audit", metavar="PATH", help="one row per edit and finding; undo needs it")
    group.add_argument("--audit-text", default="full", metavar="full|hash", help="hash keeps no text, and can't be undone")
    group.add_argument("--scores", metavar="PATH", help="one row of scores per document")
    group.add_argument("--quarantine", metavar="PATH", help="rows that can't be read (default: kept in .cleaner/)")
    group.add_argument("--summary", metavar="FILE", help="the sums as JSON")
    group.add_argument("--datasheet", metavar="FILE", help="the sums as a Markdown section for a data card")
    group = parser.add_argument_group("work")
    group.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default: 1); the output is the same")
    group.add_argument("--engine", default="local", metavar="NAME", help="local (default) or ray")
    group.add_argument("--resume", action="store_true", help="skip shards that an equal run has finished")
    group.add_argument("--no-progress", action="store_true", help="no progress bar")
    group.add_argument("-q", "--quiet", action="store_true", help="no table at the end")


def main(args: argparse.Namespace) -> int:
    """Run the verb; return 0, or 3 when something was quarantined or unreadable."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _undo(args) if args.verb == "undo" else _run(args)
    finally:
        signal.signal(signal.SIGTERM, before)


def _undo(args: argparse.Namespace) -> int:
    from cleaner.corpus.undo import undo

    back = undo(args.cleaned, args.audit, args.quarantine, args.output, _progress(args))
    if not args.quiet:
        sys.stderr.write(f"gave back {back.rows:,} rows of {back.shards:,} shards, {back.edits:,} edits undone\n")
    return 0


def _progress(args: argparse.Namespace) -> Progress:
    return Quiet() if args.no_progress else Bar()


def _run(args: argparse.Namespace) -> int:
    from cleaner.chain import Chain
    from cleaner.corpus.run import run

    options = RunOptions(
        text_fields=tuple(part for name in args.text_field or ["text"] for part in name.split(",")),
        id_field=args.id_field,
        lang_field=args.lang_field,
        lang=args.lang,
        audit=args.audit,
        audit_text=args.audit_text,
        scores=args.scores,
        quarantine=args.quarantine,
        summary=args.summary,
        datasheet=args.datasheet,
        workers=args.workers,
        engine=args.engine,
        resume=args.resume,
        limit=args.limit,
        max_removed=args.max_removed,
        restore_links=args.restore_links,
    )
    chain = Chain(settings_of(args))
    progress = _progress(args)
    summary = run(args.sources, args.output, chain, options, progress)
    if not args.quiet:
        # The corpus itself may be on the standard output.
        sys.stderr.write(summary.table() + "\n")
    if options.audit_text == "hash" and options.audit is not None:
        progress.note(f"{options.audit}: keeps no text; this run can't be undone")
    return summary.exit_code


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
