"""The lines that changed since a revision, from git."""

from __future__ import annotations

import subprocess
from pathlib import Path

from cleaner.errors import ConfigError
from cleaner.lazy import lazy_pattern

__all__ = ["ChangedLines"]

_HUNK = lazy_pattern(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")


class ChangedLines:
    """Which lines of which files differ from a revision. A file that git does not know is new as a whole."""

    def __init__(self, revision: str) -> None:
        """Ask git in the current folder. Raises ``ConfigError`` when it can't say."""
        if revision.startswith("-"):
            raise ConfigError(f"--changed-since: {revision!r} is no revision; name a commit, branch or tag")
        self._root = Path(_git("rev-parse", "--show-toplevel").strip())
        self._lines: dict[Path, list[range]] = {}
        current: Path | None = None
        diff = _git(
            "-c", "core.quotepath=off", "diff", "--no-color", "--no-ext-diff", "--unified=0", "--no-prefix", revision, "--"
        )
        for line in diff.splitlines():
            if line.startswith("+++ "):
                current = self._root / line[4:].rstrip("\t") if line != "+++ /dev/null" else None
            elif current is not None and (hunk := _HUNK.match(line)):
                start, count = int(hunk[1]), int(hunk[2] or "1")
                self._lines.setdefault(current, []).append(range(start, start + count))
        self._new = {self._root / name for name in _git("ls-files", "--others", "--exclude-standard", "--full-name").splitlines()}

    def touches(self, path: str, first: int, last: int) -> bool:
        """Whether any of the lines ``first`` to ``last`` of the file ``path`` changed."""
        resolved = Path(path).resolve()
        if resolved in self._new:
            return True
        return any(changed.start <= last and first < changed.stop for changed in self._lines.get(resolved, ()))


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise ConfigError("--changed-since: git is not installed; leave the flag out") from None
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ConfigError(f"--changed-since: git says: {why[-1] if why else 'nothing'}; name a revision of this repository")
    return done.stdout.decode("utf-8", "surrogateescape")
