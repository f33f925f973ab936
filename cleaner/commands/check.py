"""``check``, ``fix``, ``diff`` and ``baseline``: one path through the files, four things to do with what was seen."""

from __future__ import annotations

import argparse
import codecs
import io
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from cleaner.chain import Chain
from cleaner.commands.common import Chains, add_chain_arguments, corpus_files, settings_of
from cleaner.corpus.files import Source, fix_source, open_source
from cleaner.corpus.judge import judge
from cleaner.corpus.rows import Fields, Row
from cleaner.errors import ConfigError, SourceError
from cleaner.model import Edit
from cleaner.reports.baseline import DEFAULT_NAME, Baseline
from cleaner.reports.diagnostic import Diagnostic, diagnostics_of, printable
from cleaner.reports.suppressions import IGNORE_FILE, UNUSED_RULE, Suppressions
from cleaner.reports.text import counted, format_text, statistics

if TYPE_CHECKING:
    from cleaner.reports.changes import ChangedLines

EXAMPLES = {
    "check": "examples:\n  cleaner check corpus/\n  cleaner check --format sarif corpus/ > cleaner.sarif\n  cat page.txt | cleaner check -",
    "fix": "examples:\n  cleaner fix corpus/page.txt\n  cat page.txt | cleaner fix - > clean.txt",
    "baseline": "example:\n  cleaner baseline corpus/",
    "diff": "example:\n  cleaner diff corpus/ | less",
}
FORMATS = ("text", "json", "jsonl", "sarif", "github")
EXIT_FOUND = 1
EXIT_PARTIAL = 3


def add_arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """Add the flags of ``verb``."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files and folders; - is standard input")
    add_chain_arguments(parser)
    parser.add_argument("--text-field", action="append", metavar="NAME", help="field that holds the text (default: text)")
    parser.add_argument("--id-field", default="id", metavar="NAME", help="field that names the document")
    parser.add_argument("--lang-field", default="lang", metavar="NAME", help="field that holds the language")
    parser.add_argument("--exit-zero", action="store_true", help="exit 0 whatever was found")
    parser.add_argument("--no-progress", action="store_true", help="no progress bar")
    parser.add_argument("-q", "--quiet", action="store_true", help="no summary line")
    name = "where to write it" if verb == "baseline" else "accepted items"
    parser.add_argument("--baseline", metavar="FILE", help=f"{name} (default: {DEFAULT_NAME})")
    if verb != "baseline":
        parser.add_argument("--changed-since", metavar="REV", help="only lines that changed since this git revision")
    if verb == "check":
        parser.add_argument("--format", choices=FORMATS, default="text", help="how to report")
        parser.add_argument("--statistics", action="store_true", help="counts per rule instead of single items")
        parser.add_argument("--fail-under", type=float, metavar="Q", help="fail only for documents of quality below Q")
        parser.add_argument("--max-findings", type=int, metavar="N", help="fail only for more than N edits and findings")


def main(args: argparse.Namespace) -> int:
    """Run the verb and return the exit code."""
    return _Run(args).run()


class _Run:
    """One invocation: counts, and what goes where."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.verb: str = args.verb
        self.chains = Chains(settings_of(args))
        self.fields = Fields(tuple(args.text_field or ("text",)), args.id_field, args.lang_field)
        self.format: str = getattr(args, "format", "text")
        self.colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.items: list[Diagnostic] = []
        self.suppressions = Suppressions(Path(IGNORE_FILE))
        since: str | None = getattr(args, "changed_since", None)
        self.changes = _changed_lines(since) if since is not None else None
        self.baseline = self._baseline()
        self.read: list[str] = []
        self.documents = self.damaged = self.edits = self.findings = self.changed = self.below = self.accepted = 0
        self.troubled = False
        self._stdin: bytes | None = None
        self.scores: list[dict[str, Any]] = []

    def run(self) -> int:
        # Any error in configuration or rules comes before the first file is opened.
        self.chains.for_path(None)
        for path in self._paths():
            try:
                self._one(path)
            except SourceError as error:
                self._trouble(str(error))
        if self.verb == "check" and self.changes is None:
            for place in self.suppressions.unused():
                self.findings += 1
                _say(f"{place}: {UNUSED_RULE}: this suppression silences nothing; remove it")
        self._finish()
        if self.troubled:
            return EXIT_PARTIAL
        return EXIT_FOUND if self._failed() and not self.args.exit_zero else 0

    def _baseline(self) -> Baseline:
        """The accepted items; a file that was named must be there, the default one may be missing."""
        if self.verb == "baseline" or (self.args.baseline is None and not Path(DEFAULT_NAME).is_file()):
            return Baseline()
        return Baseline.load(Path(self.args.baseline or DEFAULT_NAME))

    def _failed(self) -> bool:
        if self.verb in ("diff", "baseline"):
            return self.verb == "diff" and self.changed > 0
        if self.verb == "fix":
            return self.changed > 0 or self.findings > 0
        gates = self.args.fail_under is not None or self.args.max_findings is not None
        if gates:
            many = self.args.max_findings is not None and self.edits + self.findings > self.args.max_findings
            return self.below > 0 or many
        return self.edits + self.findings > 0

    def _paths(self) -> Iterator[str]:
        if "-" in self.args.paths and len(self.args.paths) > 1:
            raise ConfigError("cleaner: - stands for standard input and can't be mixed with paths; give one or the other")
        for name in corpus_files(self.args.paths):
            if self.verb in ("fix", "diff") and name not in self.args.paths and not self._fixable(name):
                continue  # a folder may hold what can only be checked
            yield name

    def _fixable(self, name: str) -> bool:
        try:
            return open_source(name, self.fields).fixable
        except SourceError:
            return True  # it is named when its turn comes

    def _one(self, path: str) -> None:
        stdin: BinaryIO | None = sys.stdin.buffer if path == "-" else None
        if stdin is not None and self.verb == "diff":
            self._stdin = stdin.read()  # it is compared with what comes out
            stdin = io.BytesIO(self._stdin)
        chain = self.chains.for_path(None if path == "-" else Path(path))
        source = open_source(path if stdin is None else "<stdin>", self.fields, stdin=stdin, fix=self.verb in ("fix", "diff"))
        self.read.append(source.path)
        if self.verb in ("check", "baseline"):
            for row in source.rows():
                self._judge(chain, source.path, row)
        elif self.verb == "fix":
            self._fix(chain, source, stdin is not None)
        else:
            self._diff(chain, source)

    def _judge(self, chain: Chain, path: str, row: Row) -> Mapping[int, Sequence[Edit]]:
        """Judge a row, report what was seen, and return the edits by passage."""
        if row.problem:
            self._trouble(f"{path}:{row.line}: {row.problem}; mend or remove this row")
            return {}
        edits: dict[int, Sequence[Edit]] = {}
        for index, passage in enumerate(row.passages):
            if passage.text is None:
                continue
            judged = judge(chain, passage, row.id, self.args.lang or row.lang)
            self.documents += 1
            doc = row.id if row.id is not None else f"{path}:{row.number}"
            self.suppressions.add_text(path, passage.text)
            kept: Sequence[Edit] = judged.edits
            if judged.edits or judged.findings:
                place = partial(row.place, index)
                found = list(
                    diagnostics_of(passage.text, judged.edits, judged.findings, place, path=path, row=row.number, doc=doc)
                )
                shown = list(self._open(found))
                left = {(item.start, item.end, item.rule) for item in shown if not item.accepted}
                kept = [edit for edit in judged.edits if (edit.start, edit.end, edit.rule) in left]
                self.damaged += bool(left)
                self.edits += len(kept)
                self.findings += sum(item.after is None and not item.accepted for item in shown)
                self._report(shown)
            scores = judged.scores or {}
            quality = scores.get("quality")
            if (
                self.verb == "check"
                and self.args.fail_under is not None
                and quality is not None
                and quality < self.args.fail_under
            ):
                self.below += 1
                _say(
                    f"{path}:{row.line}: quality {quality:.2f} is below {self.args.fail_under}; clean or leave out this document"
                )
            if self.format == "json":
                self.scores.append({"path": path, "row": row.number, "doc": doc, "scores": dict(scores), "lang": judged.lang})
            if kept:
                edits[index] = kept
        return edits

    def _open(self, found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
        """Yield the items of changed lines, marking those that a comment, the ignore file or the baseline accepts."""
        for item in found:
            last = item.end_line - (item.end_column == 1 and item.end_line > item.line)  # a removed line ends with its line end
            if self.changes is not None and not self.changes.touches(item.path, item.line, last):
                continue
            if self.suppressions.covers(item):
                self.accepted += 1
                yield replace(item, accepted="suppression")
            elif self.baseline.accepts(item):
                self.accepted += 1
                yield replace(item, accepted="baseline")
            else:
                yield item

    def _report(self, found: Iterable[Diagnostic]) -> None:
        if self.verb == "diff":
            return
        for item in found:
            if self.verb == "baseline":
                if item.accepted != "suppression":
                    self.items.append(item)
                continue
            if self.verb == "fix" and item.after is not None:
                continue  # done rather than reported
            if item.accepted and self.format not in ("json", "jsonl", "sarif"):
                continue
            if self.format in ("json", "sarif") or getattr(self.args, "statistics", False):
                self.items.append(item)
            elif self.format == "text":
                # What standard output carries in `fix -` is the text itself.
                stream = sys.stderr if self.verb == "fix" else sys.stdout
                stream.write(format_text(item, self.colour) + "\n")
            else:
                from cleaner.reports.data import as_dict, format_github

                if self.format == "github":
                    sys.stdout.write(format_github(item) + "\n")
                else:
                    import json

                    sys.stdout.write(json.dumps(as_dict(item), ensure_ascii=False) + "\n")

    def _fix(self, chain: Chain, source: Source, to_stdout: bool) -> None:
        before = self.edits

        def edits_of(row: Row) -> Mapping[int, Sequence[Edit]]:
            return self._judge(chain, source.path, row)

        if to_stdout:
            for piece in source.rewritten(edits_of):
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            self.changed += self.edits > before
            return
        if fix_source(source, edits_of):
            self.changed += 1
            if not self.args.quiet:
                sys.stderr.write(f"fixed {printable(source.path)}: {counted(self.edits - before, 'edit')}\n")

    def _diff(self, chain: Chain, source: Source) -> None:
        new = b"".join(source.rewritten(lambda row: self._judge(chain, source.path, row)))
        try:
            old = self._stdin if self._stdin is not None else Path(source.path).read_bytes()
        except OSError as error:
            raise SourceError(f"{source.path}: can't be read ({error.strerror}); check it") from None
        if new == old:
            return
        self.changed += 1
        encoding = "utf-16" if old.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
        errors = "surrogateescape" if encoding == "utf-8" else "replace"
        import difflib

        before, after = (data.decode(encoding, errors).splitlines(keepends=True) for data in (old, new))
        name = source.path.lstrip("/")
        for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"):
            body = line[:-1] if line.endswith("\n") else line
            sys.stdout.write(printable(body) + "\n")
            if not line.endswith("\n") and not line.startswith(("---", "+++", "@@")):
                sys.stdout.write("\\ No newline at end of file\n")

    def _trouble(self, message: str) -> None:
        self.troubled = True
        _say(message)

    def _finish(self) -> None:
        if self.format == "json":
            from cleaner.reports.data import format_json

            sys.stdout.write(format_json(self.items, self.scores) + "\n")
        elif self.format == "sarif":
            from cleaner.catalogue import code_rules, rulebook
            from cleaner.reports.data import format_sarif

            help_texts = {**code_rules(), **{rule.id: rule.why for rule in rulebook(self.chains.settings.rules)}}
            sys.stdout.write(format_sarif(self.items, help_texts) + "\n")
        elif getattr(self.args, "statistics", False) and self.items:
            sys.stdout.write(statistics(self.items) + "\n")
        if self.verb == "baseline":
            target = Path(self.args.baseline or DEFAULT_NAME)
            from cleaner.atomic import write_atomic

            write_atomic(target, Baseline.dumps(self.items).encode())
            _say(f"{counted(len(self.items), 'item')} accepted in {target}")
            return
        if self.args.quiet:
            return
        for line in self.baseline.stale(self.read) if self.changes is None else ():
            _say(f"{line}; write the baseline anew")
        damage = f"{counted(self.edits, 'edit')} and {counted(self.findings, 'finding')}"
        where = f"in {self.damaged:,} of {counted(self.documents, 'document')}"
        verb = {
            "check": "",
            "fix": f"; {counted(self.changed, 'file')} changed",
            "diff": f"; {counted(self.changed, 'file')} would change",
        }
        accepted = f"; {counted(self.accepted, 'item')} accepted" if self.accepted else ""
        _say(f"{damage} {where}{verb[self.verb]}{accepted}")


def _changed_lines(revision: str) -> ChangedLines:
    from cleaner.reports.changes import ChangedLines

    return ChangedLines(revision)


def _say(message: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(printable(message) + "\n")
