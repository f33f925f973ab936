"""What a run tells about itself while it goes on."""

from __future__ import annotations

import io

import pytest

from cleaner.corpus import progress
from cleaner.corpus.progress import Bar, Quiet


class Terminal(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


class Log(Terminal):
    def isatty(self) -> bool:
        return False


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(progress, "time", made)
    return made


def test_a_terminal_gets_a_bar_with_rate_time_and_counts(clock: Clock) -> None:
    stream = Terminal()
    bar = Bar(stream)
    bar.start(4, 1000)
    clock.now += 10
    bar.shard_done()
    bar.advance(2000, 250)
    shown = stream.getvalue()
    assert "25%" in shown
    assert "2,000 documents · 200/s" in shown
    assert "0:30 left" in shown
    assert "1/4 shards" in shown
    bar.note("a line")
    bar.stop()
    assert stream.getvalue().endswith("\r\x1b[Ka line\n")


def test_elsewhere_there_is_a_plain_line_now_and_then(clock: Clock) -> None:
    stream = Log()
    bar = Bar(stream)
    bar.start(1, None)
    bar.advance(5, 100)
    assert stream.getvalue() == ""
    clock.now += 31
    bar.advance(5, 100)
    bar.stop()
    assert stream.getvalue() == "cleaner: 10 documents · 0/s · 0.0 MB/s\n"


def test_a_note_can_not_command_a_terminal() -> None:
    stream = Terminal()
    Quiet(stream).note("a\x1b[31mb\u202e\udce9\nc")
    assert stream.getvalue() == "a\\x1b[31mb\\u202e\\udce9\\nc\n"


def test_a_narrow_encoding_is_no_trouble() -> None:
    stream = Terminal()
    stream.encoding = "ascii"  # type: ignore[misc]
    bar = Bar(stream)
    bar.note("café")
    assert stream.getvalue() == "caf\\xe9\n"
