"""The baseline: items that a maintainer has accepted, so that only new ones are reported.

An item is known by its rule, its document and its words with a little of what stands around them, never by its line number, so that
it stays accepted when lines move. Comments in the corpus are no place for this: a comment in a text changes the text.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from cleaner.errors import ConfigError
from cleaner.reports.diagnostic import Diagnostic

__all__ = ["DEFAULT_NAME", "Baseline", "fingerprint"]

DEFAULT_NAME = ".cleaner-baseline.json"
FORMAT = 1
CONTEXT = 24
"""Code points on either side of an item that belong to its identity."""


def fingerprint(item: Diagnostic) -> str:
    """Return what identifies ``item`` across moves: a digest of rule, document, words and their surroundings."""
    left = item.excerpt[max(0, item.caret - CONTEXT) : item.caret]
    words = item.before.strip()
    right = item.excerpt[item.caret + len(words) : item.caret + len(words) + CONTEXT]
    named = item.doc if item.doc != f"{item.path}:{item.row}" else ""
    parts = (item.rule, Path(item.path).as_posix(), named, left.strip(), words, right.strip())
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


class Baseline:
    """Accepted items with how often each may occur."""

    def __init__(self, entries: dict[str, tuple[str, str, int]] | None = None) -> None:
        self._entries = dict(entries or {})
        """Fingerprint to rule, path and count."""
        self._seen: Counter[str] = Counter()

    @classmethod
    def load(cls, path: Path) -> Baseline:
        """Read a baseline file. Raises ``ConfigError``."""
        try:
            value = json.loads(path.read_bytes())
            if value["format"] != FORMAT:
                raise ConfigError(
                    f"{path}: baseline format {value['format']!r} is unknown; write it anew with `cleaner baseline`"
                )
            return cls({e["fingerprint"]: (str(e["rule"]), str(e["path"]), int(e["count"])) for e in value["entries"]})
        except OSError as error:
            raise ConfigError(f"{path}: can't be read ({error.strerror}); check --baseline") from None
        except (ValueError, KeyError, TypeError):
            raise ConfigError(f"{path}: no baseline file; write it anew with `cleaner baseline`") from None

    @staticmethod
    def dumps(items: Iterable[Diagnostic]) -> str:
        """Return the file that accepts ``items``: one entry a line, sorted, so that it reads well in a diff."""
        counts: Counter[tuple[str, str, str]] = Counter((Path(i.path).as_posix(), i.rule, fingerprint(i)) for i in items)
        rows = [
            json.dumps({"path": path, "rule": rule, "fingerprint": mark, "count": count}, ensure_ascii=False)
            for (path, rule, mark), count in sorted(counts.items())
        ]
        body = ",\n".join(rows)
        return f'{{"format": {FORMAT}, "entries": [\n{body}\n]}}\n' if rows else f'{{"format": {FORMAT}, "entries": []}}\n'

    def accepts(self, item: Diagnostic) -> bool:
        """Whether ``item`` is accepted; each call counts against the number that was."""
        mark = fingerprint(item)
        entry = self._entries.get(mark)
        if entry is None:
            return False
        self._seen[mark] += 1
        return self._seen[mark] <= entry[2]

    def stale(self, paths: Iterable[str]) -> list[str]:
        """Say which accepted items of the files ``paths``, which were read, are no longer there."""
        read = {Path(path).as_posix() for path in paths}
        gone: Counter[tuple[str, str]] = Counter()
        for mark, (rule, path, count) in self._entries.items():
            gone[path, rule] += max(0, count - self._seen[mark])
        missing = [(path, rule, count) for (path, rule), count in sorted(gone.items()) if count and path in read]
        return [f"{path}: {count} accepted {rule} no longer there" for path, rule, count in missing]
