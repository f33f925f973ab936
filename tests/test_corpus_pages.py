"""Web pages: HTML and WARC become text, and hostile pages do no harm."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from corpus_helpers import SmallChain, records, write

from cleaner.corpus.files import open_source
from cleaner.corpus.options import RunOptions
from cleaner.corpus.rows import Fields, RowError
from cleaner.corpus.run import run
from cleaner.corpus.undo import undo
from cleaner.errors import ConfigError

pytest.importorskip("trafilatura")
pages = pytest.importorskip("cleaner.corpus.pages")
CHAIN = SmallChain()


def page(*paragraphs: str, title: str = "The harbour reopens") -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    head = f"<head><title>{title}</title><meta charset='utf-8'></head>"
    return (
        f"<!doctype html><html>{head}<body><nav><a href='/'>Home</a></nav><article><h1>{title}</h1>{body}</article></body></html>"
    )


STORY = tuple(
    f"Sentence {n} of the story tells what the harbour master saw on that day, and what he did about it." for n in range(6)
)


def test_the_article_is_found() -> None:
    text = pages.page_text(page(*STORY).encode())
    assert all(sentence in text for sentence in STORY)
    assert "Home" not in text
    assert text.endswith("\n")


def nested(depth: int) -> bytes:
    return page("<div>" * depth + "".join(f"<p>{text}</p>" for text in STORY) + "</div>" * depth).encode()


@pytest.mark.parametrize("depth", [100, 300, 1500])
def test_deep_pages_lose_no_text(depth: int) -> None:
    assert all(sentence in pages.page_text(nested(depth)) for sentence in STORY)


BOMBS = [
    (nested(100_000), "open at once"),
    (b"<b><i>" * 50_000 + b"x", "open at once"),
    (b"<html>" + bytes(21 << 20), "more than 20 MiB"),
]


@pytest.mark.parametrize(("data", "problem"), BOMBS, ids=["depth", "unclosed", "size"])
def test_bombs_are_refused_before_they_are_parsed(data: bytes, problem: str) -> None:
    with pytest.raises(RowError, match=problem):
        pages.page_text(data)


HOSTILE = [
    page(*STORY).replace("<p>", '<p colspan="9007199254740991">').encode(),
    page(*STORY).replace("<article>", "<script>" + "if (a < b) {" * 5000 + "</script><article>").encode(),
    page(*STORY).replace("<p>", "<p " + " ".join(f"a{n}='x'" for n in range(2000)) + ">", 1).encode(),
    ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;&a;">]>' + page(*STORY, "&b;")).encode(),
    page(*STORY, "a\0b &#0; &#x110000; &amp;amp;amp;lt;").encode(),
    page(*STORY).replace("utf-8", "utf-16").encode(),
    page(*STORY).replace("utf-8", "no-such-charset").encode(),
    page(*(text + " <!-- " for text in STORY)).encode(),
]


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_pages_give_text_or_a_reason(data: bytes) -> None:
    text = pages.page_text(data)
    assert "root:" not in text


def test_html_goes_to_text_of_the_same_stem(tmp_path: Path) -> None:
    write(tmp_path / "in" / "story.html", page(*STORY, "Down Icon"))
    write(tmp_path / "in" / "deep.htm", nested(50_000))
    write(tmp_path / "in" / "bare.html", "<html><body></body></html>")
    summary = run([str(tmp_path / "in")], str(tmp_path / "out"), CHAIN, RunOptions(audit=str(tmp_path / "audit")))
    assert sorted(path.name for path in (tmp_path / "out").glob("*.*") if path.is_file()) == ["bare.txt", "story.txt"]
    assert (tmp_path / "out/story.txt").read_text().startswith("The harbour reopens")
    assert "Down Icon" not in (tmp_path / "out/story.txt").read_text()
    assert summary.conservation() == "read 3 = written 2 + quarantined 1"
    assert summary.tally.empty == 1
    assert (tmp_path / "audit/story.html.jsonl").exists()
    with pytest.raises(ConfigError, match="HTML"):
        undo(str(tmp_path / "out"), str(tmp_path / "audit"), None, str(tmp_path / "back"))


def test_check_reads_html(tmp_path: Path) -> None:
    source = open_source(write(tmp_path / "a.html", page(*STORY)), Fields())
    (row,) = source.rows()
    assert STORY[0] in (row.passages[0].text or "")


def warc_record(kind: str, uri: str, content: bytes, content_type: str, number: int) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012}>\r\n"
        f"WARC-Date: 2024-05-0{number % 9 + 1}T00:00:00Z\r\nWARC-Target-URI: {uri}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n\r\n"


def response(body: bytes, kind: str = "text/html; charset=utf-8", status: int = 200) -> bytes:
    return f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def archive() -> list[bytes]:
    http = "application/http; msgtype=response"
    return [
        warc_record("warcinfo", "", b"software: x\r\n", "application/warc-fields", 1),
        warc_record("response", "http://a.example/", response(page(*STORY, "Down Icon").encode()), http, 2),
        warc_record("response", "http://a.example/x.png", response(b"\x89PNG", "image/png"), http, 3),
        warc_record("response", "http://a.example/gone", response(page(*STORY).encode(), status=404), http, 4),
        warc_record("response", "http://a.example/deep", response(nested(50_000)), http, 5),
        warc_record("conversion", "http://a.example/t", "plain tëxt\nDown Icon\n".encode(), "text/plain", 6),
        warc_record("conversion", "http://a.example/u", b"\xff", "text/plain", 7),
    ]


@pytest.mark.parametrize("packed", [False, True])
def test_a_warc_goes_to_json_lines(tmp_path: Path, packed: bool) -> None:
    pytest.importorskip("fastwarc")
    parts = archive()
    data = b"".join(map(gzip.compress, parts)) if packed else b"".join(parts)
    source = write(tmp_path / ("in.warc.gz" if packed else "in.warc"), data)
    for workers in (1, 2):
        values = {name: str(tmp_path / f"{name}{workers}") for name in ("audit", "quarantine")}
        summary = run([source], str(tmp_path / f"out{workers}.jsonl"), CHAIN, RunOptions(**values, workers=workers))  # type: ignore[arg-type]
    lines = records(tmp_path / "out1.jsonl")
    assert [line["url"] for line in lines] == ["http://a.example/", "http://a.example/t"]
    assert lines[1]["text"] == "plain tëxt\n"
    assert lines[0]["id"] == "<urn:uuid:00000000-0000-0000-0000-000000000002>"
    assert all(sentence in lines[0]["text"] for sentence in STORY)
    assert "Down Icon" not in lines[0]["text"]
    assert summary.conservation() == "read 4 = written 2 + quarantined 2"
    assert [row["row"] for row in records(tmp_path / "quarantine1")] == [2, 4]
    assert (tmp_path / "out1.jsonl").read_bytes() == (tmp_path / "out2.jsonl").read_bytes()
    assert json.loads((tmp_path / "audit1").read_text().splitlines()[0])["doc"] == lines[0]["id"]
    with pytest.raises(ConfigError, match="page"):
        undo(str(tmp_path / "out1.jsonl"), str(tmp_path / "audit1"), str(tmp_path / "quarantine1"), str(tmp_path / "back"))


DAMAGED = [
    ("in.warc.gz", lambda data: gzip.compress(data)[:-200], "ends too early"),
    ("in.warc.gz", lambda data: gzip.compress(b"no archive at all\n" * 50), "not a sound WARC"),
    ("in.warc", lambda data: data[:-300], "ends inside a record"),
    ("in.warc", lambda data: data[:-100], "ends inside a record"),
    ("in.warc", lambda data: data[:500] + bytes(range(256)) * 10 + data[500:], "not a sound WARC"),
]


@pytest.mark.parametrize(("name", "damage", "problem"), DAMAGED)
def test_a_damaged_warc_is_one_line(tmp_path: Path, name: str, damage: Callable[[bytes], bytes], problem: str) -> None:
    pytest.importorskip("fastwarc")
    source = write(tmp_path / name, damage(b"".join(archive())))
    summary = run([source], str(tmp_path / "out.jsonl"), CHAIN)
    assert problem in summary.failed[name]
    assert not (tmp_path / "out.jsonl").exists()
