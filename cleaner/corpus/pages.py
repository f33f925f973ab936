"""Web pages: the text of an HTML page, and the pages of a WARC file. The extraction is trafilatura's.

Pages go one way: the text that was extracted can't become the page again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from cleaner.corpus.blocks import Block, RawBlock
from cleaner.corpus.formats import Format
from cleaner.corpus.rows import Fields, Passage, Row, RowError
from cleaner.corpus.streams import Damage, need

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

    from cleaner.corpus.streams import ChunkReader

__all__ = ["MAX_DEPTH", "PageBlock", "page_row", "page_text", "warc_blocks"]

MAX_DEPTH = 2000
"""Open elements beyond which a page is quarantined. Real pages reach 284; parsers drop text or hang far beyond that."""
USUAL_DEPTH = 200
"""Below this the parser's own limit of 256 can't cut anything off."""
BLOCK_PAGES = 16
"""Pages in a block of a WARC file."""
MAX_PAGE = 20 << 20
"""Bytes of a page beyond which it is quarantined; extraction needs a multiple of them in memory."""

_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)|<!--(?:.*?-->|\Z)|<!\[CDATA\[", re.DOTALL)
_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
_CLOSED_BY_THEIR_LIKE = frozenset(b"p li dt dd tr td th option".split())
_PAGE_TYPES = ("text/html", "application/xhtml+xml")


def depth(page: bytes) -> int:
    """Return the greatest number of elements that may stand open at once; elements that need no end tag are not counted."""
    deepest = level = 0
    for tag in _TAG.finditer(page):
        name = tag[2]
        if name is None:
            continue
        name = name.lower()
        if name in _VOID or name in _CLOSED_BY_THEIR_LIKE:
            continue
        level = max(0, level - 1) if tag[1] else level + 1
        deepest = max(deepest, level)
    return deepest


def page_text(page: bytes) -> str:
    """Return the main text of an HTML page; empty when it has none. Raises ``RowError`` for a page that can't be read."""
    need("trafilatura", "html", "reading HTML")
    if len(page) > MAX_PAGE:
        raise RowError(f"a page of more than {MAX_PAGE >> 20} MiB")
    deepest = depth(page)
    if deepest > MAX_DEPTH:
        raise RowError(f"a page with {deepest} elements open at once; {MAX_DEPTH} are read")
    import logging

    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        if deepest <= USUAL_DEPTH:
            text = trafilatura.extract(page, include_comments=False)
        else:
            text = trafilatura.extract(_tree(page), include_comments=False)
    except Exception as error:  # a page must not end the run, whatever the libraries below make of it
        raise RowError(f"the page can't be read ({type(error).__name__})") from error
    return text + "\n" if text else ""


def _tree(page: bytes) -> object:
    """Parse a deeply nested page, of which the parser would drop all text otherwise."""
    from lxml import html
    from trafilatura.utils import decode_file

    return html.fromstring(decode_file(page), parser=html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True))


def page_row(page: bytes) -> Row:
    """Return the one row of an HTML file. Raises ``RowError``."""
    if not page.strip():
        raise RowError("an empty page")
    text = page_text(page)
    return Row(1, 1, text, (Passage("", text, page=page),))


class PageBlock(RawBlock):
    """Some pages of a WARC file: (id as JSON, address, date, content, whether it is HTML)."""

    head = b""
    pages = True

    def __init__(self, index: int, pages: Sequence[tuple[str, str, str, bytes, bool]], number: int, fields: Fields) -> None:
        self.index = index
        self._pages = pages
        self._number = number
        self._fields = fields

    def rows(self) -> Iterator[Row]:
        """Yield a row of JSON Lines for each page."""
        from cleaner.corpus.jsonl import JsonRow
        from cleaner.corpus.literal import escaped

        for number, (doc, address, date, content, is_html) in enumerate(self._pages, self._number):
            try:
                text = page_text(content) if is_html else content.decode("utf-8")
            except UnicodeDecodeError:
                yield Row(number, number, content, problem="not valid UTF-8", doc=doc)
                continue
            except RowError as error:
                yield Row(number, number, content, problem=str(error), doc=doc)
                continue
            meta = json.dumps({"url": address, "date": date}, ensure_ascii=False)[1:-1]
            start = f'{{{json.dumps(self._fields.id)}: {doc}, {meta}, {json.dumps(self._fields.texts[0])}: "'
            literal = escaped(text)
            passage = Passage(self._fields.texts[0], text, page=content if is_html else b"")
            row = JsonRow(number, number, f'{start}{literal}"}}\n', (passage,), doc)
            row.spans = ((len(start), len(start) + len(literal)),)
            yield row


def warc_blocks(file: BinaryIO, format: Format, fields: Fields, wanted: Callable[[int], bool]) -> Iterator[Block]:
    """Yield the pages of a WARC file: HTML responses with status 200, HTML resources, and conversions to plain text.

    Other records hold no page and are passed over. Raises ``Damage`` where the file can't be read on.
    """
    need("fastwarc", "warc", "reading WARC")
    index = 0
    number = 1
    held: list[tuple[str, str, str, bytes, bool]] = []
    size = 0
    for page in _warc_pages(file, format):
        held.append(page)
        size += len(page[3])
        if len(held) >= BLOCK_PAGES or size > MAX_PAGE:
            if wanted(index):
                yield PageBlock(index, held, number, fields)
            index, number = index + 1, number + len(held)
            held, size = [], 0
    if held and wanted(index):
        yield PageBlock(index, held, number, fields)


def _warc_pages(file: BinaryIO, format: Format) -> Iterator[tuple[str, str, str, bytes, bool]]:
    from fastwarc.warc import WarcRecordType

    from cleaner.corpus.streams import ChunkReader, chunks

    stream = ChunkReader(chunks(file, format.compression))
    for record in _warc_records(stream):
        is_html = _is_page(record)
        kind = record.headers.get("Content-Type") or ""
        plain = record.record_type == WarcRecordType.conversion and kind.startswith("text/plain")
        if not is_html and not plain:
            continue
        content = record.reader.read()
        headers = record.headers
        doc = json.dumps(headers.get("WARC-Record-ID") or "")
        yield doc, headers.get("WARC-Target-URI") or "", headers.get("WARC-Date") or "", content, is_html
    if stream.count and not stream.tail.endswith(b"\r\n\r\n"):
        raise Damage("ends inside a record; get the whole file")


def _warc_records(stream: ChunkReader) -> Iterator[WarcRecord]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    kinds = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
    try:
        yield from ArchiveIterator(stream, record_types=kinds, parse_http=True, strict_mode=False)
    except Damage:
        raise
    except OSError as error:
        if error.errno is not None:
            raise
        raise Damage(f"not a sound WARC file ({error}); get the whole file") from None
    except BaseException as error:
        # The library's own panics are no ordinary exceptions.
        if type(error).__name__ != "PanicException" and not isinstance(error, ValueError):
            raise
        raise Damage("not a sound WARC file; get the whole file") from None


def _is_page(record: WarcRecord) -> bool:
    http = record.http_headers
    kind = (record.http_content_type if http is not None else record.headers.get("Content-Type")) or ""
    return kind.partition(";")[0].strip().lower() in _PAGE_TYPES and (http is None or http.status_code in (200, None))
