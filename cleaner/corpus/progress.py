"""How far a run is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Protocol, TextIO

__all__ = ["Bar", "Progress", "Quiet"]

LOG_EVERY = 30.0
"""Seconds between lines where the output is no terminal."""
DRAW_EVERY = 0.2
"""Seconds between two drawings of the bar."""
WIDTH = 24


class Progress(Protocol):
    """What a run tells about itself."""

    def start(self, shards: int, size: int | None) -> None:
        """Begin: so many shards and bytes; ``None`` when the size is unknown."""
        ...

    def advance(self, rows: int, size: int) -> None:
        """Count rows and bytes."""
        ...

    def shard_done(self) -> None:
        """Count a shard."""
        ...

    def note(self, line: str) -> None:
        """Show a line that a person has to see."""
        ...

    def stop(self) -> None:
        """End."""
        ...


class Quiet:
    """Shows notes on the standard error and nothing else."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr

    def start(self, shards: int, size: int | None) -> None:
        """Do nothing."""

    def advance(self, rows: int, size: int) -> None:
        """Do nothing."""

    def shard_done(self) -> None:
        """Do nothing."""

    def note(self, line: str) -> None:
        """Write the line, with what a terminal might obey escaped."""
        shown = "".join(char if char.isprintable() else char.encode("unicode_escape", "replace").decode("ascii") for char in line)
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(shown.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        self._stream.flush()

    def stop(self) -> None:
        """Do nothing."""


class Bar(Quiet):
    """A bar with rate, time left and counts on a terminal; a plain line every half a minute elsewhere."""

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__(stream)
        self._terminal = self._stream.isatty()
        self._began = self._drawn = time.monotonic()
        self._rows = self._size = self._done = 0
        self._shards = 0
        self._total: int | None = None
        self._shown = False

    def start(self, shards: int, size: int | None) -> None:
        """Begin to count."""
        self._began = self._drawn = time.monotonic()
        self._shards, self._total = shards, size

    def advance(self, rows: int, size: int) -> None:
        """Count, and draw when it is time."""
        self._rows += rows
        self._size += size
        now = time.monotonic()
        if now - self._drawn >= (DRAW_EVERY if self._terminal else LOG_EVERY):
            self._drawn = now
            self._draw(now)

    def shard_done(self) -> None:
        """Count a shard."""
        self._done += 1

    def note(self, line: str) -> None:
        """Write the line above the bar."""
        self._erase()
        super().note(line)

    def stop(self) -> None:
        """Remove the bar."""
        self._erase()

    def _erase(self) -> None:
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False

    def _draw(self, now: float) -> None:
        seconds = max(now - self._began, 1e-6)
        parts = [f"{self._rows:,} documents", f"{self._rows / seconds:,.0f}/s", f"{self._size / seconds / 1e6:.1f} MB/s"]
        share = None
        if self._total:
            share = min(1.0, self._size / self._total)
            if share > 0:
                parts.append(f"{_clock(seconds / share - seconds)} left")
        if self._shards > 1:
            parts.append(f"{self._done}/{self._shards} shards")
        text = " · ".join(parts)
        if not self._terminal:
            percent = f"{share:.0%} · " if share is not None else ""
            super().note(f"cleaner: {percent}{text}")
            return
        filled = round((share or 0) * WIDTH)
        bar = f"{'━' * filled}{'╌' * (WIDTH - filled)} {share:4.0%} " if share is not None else ""
        line = f"{bar}{text}"
        encoding = self._stream.encoding or "utf-8"
        self._stream.write("\r" + line.encode(encoding, "replace").decode(encoding) + "\x1b[K")
        self._stream.flush()
        self._shown = True


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
