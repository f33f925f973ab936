"""What a maintainer has silenced: comments in Markdown and HTML, and a ``cleaner-ignore`` file for formats that can't carry any.

In Markdown and HTML, ``<!-- cleaner-ignore debris.icon-label -->`` silences rules on its own line and the next;
``<!-- cleaner-ignore-file translation -->`` in the whole file. Several rule prefixes are separated by blanks.

A line of ``cleaner-ignore`` is a glob of paths, then rule prefixes, then, after ``:``, the ids of documents (all when left out)::

    forum/*.jsonl  debris translation.swap : post-17 post-18
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cleaner.errors import ConfigError
from cleaner.lazy import lazy_pattern
from cleaner.reports.diagnostic import Diagnostic
from cleaner.rules import has_prefix

__all__ = ["IGNORE_FILE", "UNUSED_RULE", "Suppressions"]

IGNORE_FILE = "cleaner-ignore"
UNUSED_RULE = "chain.unused-suppression"
_COMMENT = lazy_pattern(r"<!--\s*cleaner-ignore(-file)?((?:\s+[a-z_]+[a-z0-9_.-]*)*)\s*-->")
_MARKUP = (".md", ".markdown", ".html", ".htm")


@dataclass(slots=True)
class _Silence:
    place: str
    """``path:line`` of the comment or the line of the ignore file."""
    prefixes: tuple[str, ...]
    paths: str
    lines: tuple[int, int] | None
    """First and last line it covers; ``None`` for all."""
    docs: tuple[str, ...]
    used: bool = False

    def covers(self, item: Diagnostic) -> bool:
        if self.lines is not None and not self.lines[0] <= item.line <= self.lines[1]:
            return False
        if self.docs and item.doc not in self.docs:
            return False
        if self.prefixes and not any(has_prefix(item.rule, prefix) for prefix in self.prefixes):
            return False
        return fnmatch.fnmatchcase(Path(item.path).as_posix(), self.paths)


class Suppressions:
    """All that is silenced in a run; remembers what was of use."""

    def __init__(self, ignore_file: Path | None = None) -> None:
        """Read ``ignore_file`` if it is there. Raises ``ConfigError``."""
        self._silences: list[_Silence] = []
        self._read: set[str] = set()
        if ignore_file is not None and ignore_file.is_file():
            self._silences += _from_file(ignore_file)

    def add_text(self, path: str, text: str) -> None:
        """Take the comments of a Markdown or HTML file into account."""
        self._read.add(Path(path).as_posix())
        if not path.lower().endswith(_MARKUP) or "cleaner-ignore" not in text:
            return
        for found in _COMMENT.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            prefixes = tuple(found[2].split())
            span = None if found[1] else (line, line + 1)
            name = Path(path).as_posix()
            self._silences.append(_Silence(f"{path}:{line}", prefixes, _literal(name), span, ()))

    def covers(self, item: Diagnostic) -> bool:
        """Whether ``item`` is silenced."""
        for silence in self._silences:
            if silence.covers(item):
                silence.used = True
                return True
        return False

    def unused(self) -> Iterator[str]:
        """Name the suppressions that silenced nothing in the files that were read."""
        for silence in self._silences:
            if not silence.used and any(fnmatch.fnmatchcase(path, silence.paths) for path in self._read):
                yield silence.place


def _literal(path: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", path)


def _from_file(path: Path) -> Iterable[_Silence]:
    try:
        rows = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: can't be read ({error}); save it as UTF-8") from None
    for number, row in enumerate(rows, 1):
        rule_part, _, docs = row.partition(" :")
        words = rule_part.split()
        if not words or words[0].startswith("#"):
            continue
        if any(not re.fullmatch(r"[a-z_]+[a-z0-9_.-]*", prefix) for prefix in words[1:]):
            raise ConfigError(f"{path}:{number}: {rule_part.strip()!r} is no glob with rule prefixes; write: GLOB RULE… [: DOC…]")
        yield _Silence(f"{path}:{number}", tuple(words[1:]), words[0], None, tuple(docs.split()))
