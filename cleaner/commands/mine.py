"""``mine``: debris rules proposed from what recurs across the documents of a corpus, for a person to review."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from cleaner.atomic import write_atomic
from cleaner.catalogue import rulebook
from cleaner.commands.common import corpus_files, load_found_settings
from cleaner.corpus.files import open_source
from cleaner.corpus.rows import Fields
from cleaner.document import Document
from cleaner.errors import ConfigError, SourceError
from cleaner.matcher import Matcher
from cleaner.mine import mine
from cleaner.reports.text import counted

EXAMPLES = {
    "mine": "examples:\n  cleaner mine corpus/ -o mined.toml\n"
    "  cleaner mine posts.jsonl --group-field domain --accept-precision 0.99 -o mined.toml\n"
    '  cleaner run corpus/ -o clean/        # with rules = ["mined.toml"] in cleaner.toml'
}


def add_arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """Add the flags of ``mine``."""
    parser.add_argument("corpus", nargs="+", metavar="CORPUS", help="files and folders; they are read twice")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the rule file to write")
    parser.add_argument("--text-field", default="text", metavar="NAME", help="field that holds the text (default: text)")
    parser.add_argument("--group-field", metavar="NAME", help="field that names the domain or source (default: the file)")
    parser.add_argument("--min-documents", type=int, default=3, metavar="N", help="documents that must hold a text (default: 3)")
    parser.add_argument("--accept-precision", type=float, metavar="P", help="keep only proposals of this estimated precision")
    parser.add_argument("--healthy", metavar="PATH", help="documents known to be clean: nothing that they hold is proposed")
    parser.add_argument("--estimate-prior", action="store_true", help="also estimate how often names were lost in this source")
    parser.add_argument("-q", "--quiet", action="store_true", help="no summary line")


def main(args: argparse.Namespace) -> int:
    """Write the proposals; return 0, or 3 when some of the corpus could not be read."""
    output = Path(args.output)
    if output.exists():
        raise ConfigError(f"{output}: already exists; a review may be in it, so name another file")
    if args.min_documents < 2:
        raise ConfigError(f"--min-documents: {args.min_documents} is too few; what recurs stands in at least 2 documents")
    if args.accept_precision is not None and not 0 <= args.accept_precision <= 1:
        raise ConfigError(f"--accept-precision: {args.accept_precision} is no share; give a number from 0 to 1")
    reader = _Reader(args.text_field, args.group_field)
    files = list(corpus_files(args.corpus))
    healthy = (text for text, _ in reader.documents(list(corpus_files([args.healthy])))) if args.healthy else None
    mined = mine(
        lambda: reader.documents(files),
        min_documents=args.min_documents,
        accept_precision=args.accept_precision,
        healthy=healthy,
        known=_known(),
    )
    write_atomic(output, mined.toml().encode())
    if not args.quiet:
        found = counted(len(mined.proposals), "proposal")
        sys.stderr.write(f"{found} from {counted(mined.documents, 'document')} written to {output}; review it before use\n")
    if args.estimate_prior:
        from cleaner.prior import estimate_prior

        prior = estimate_prior(text for text, _ in reader.documents(files))
        sys.stdout.write(f"[stage.truncation]\nprior = {prior:.2g}  # lost names per word, estimated from a sample of this corpus\n")
    return 3 if reader.troubles else 0


class _Reader:
    """Reads documents with their group; what can't be read is named once."""

    def __init__(self, text_field: str, group_field: str | None) -> None:
        # The group takes the place of the id, which mining has no use for.
        self._fields = Fields((text_field,), group_field or "id")
        self._grouped = group_field is not None
        self.troubles: set[str] = set()

    def documents(self, files: list[str]) -> Iterator[tuple[str, str | None]]:
        for path in files:
            try:
                for row in open_source(path, self._fields).rows():
                    if row.problem:
                        self._trouble(f"{path}:{row.line}: {row.problem}; mend or remove this row")
                    for passage in row.passages:
                        if passage.text:
                            yield passage.text, row.id if self._grouped else path
            except SourceError as error:
                self._trouble(str(error))

    def _trouble(self, message: str) -> None:
        if message not in self.troubles:
            self.troubles.add(message)
            sys.stderr.write(message + "\n")


def _known() -> Callable[[str], bool]:
    """Whether a line is removed by a rule already."""
    matcher = Matcher(rule for rule in rulebook(load_found_settings().rules) if rule.action == "remove")
    return lambda line: bool(matcher(Document(line, lang="en")).matches)
