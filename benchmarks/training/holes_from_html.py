"""Labelled lost names out of any folder of HTML pages, to measure the truncation stage on a source of one's own, or to train for it.

    python benchmarks/training/holes_from_html.py PAGES -o holes.jsonl

Each page is extracted twice: as it is, which gives a clean text, and with the texts of its links taken out, which gives a text with
holes. Where they are and what stood there is found by comparing that text with the page (``cleaner.lost_links``). Rows have the
fields of ``holes/dev.jsonl``: ``id, text, lang, source, kind, variant, holes`` with ``{offset, removed, class, detectable}``; the offset
is that of the end of the word before, as there. Needs the extra ``html``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cleaner.lost_links import lost_links


def rows_of(page: bytes, name: str, lang: str = "en") -> Iterator[dict[str, Any]]:
    """Yield the clean row of a page and, if links were lost, the row with holes; nothing for a page without text."""
    import trafilatura
    from lxml import html

    common = {"lang": lang, "source": name, "kind": "html"}
    clean = trafilatura.extract(page, include_comments=False)
    if not clean:
        return
    yield {"id": f"{name}-c", "text": clean, **common, "variant": "clean", "holes": []}
    tree = html.fromstring(page)
    for link in tree.iter("a"):
        # The link goes with its text; what follows it stays.
        for child in list(link):
            link.remove(child)
        link.text = None
    text = trafilatura.extract(html.tostring(tree), include_comments=False)
    lost = lost_links(page, text) if text else []
    if lost:
        holes = [{"offset": one.start, "removed": one.text, "class": None, "detectable": None} for one in lost]
        yield {"id": f"{name}-h", "text": text, **common, "variant": "tidy", "holes": holes}


def main(argv: list[str] | None = None) -> int:
    """Write the rows of all pages below a folder; pages that can't be read are named and passed over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--lang", default="en")
    arguments = parser.parse_args(argv)
    holes = 0
    with arguments.output.open("w", encoding="utf-8") as out:
        for path in sorted((*arguments.pages.rglob("*.html"), *arguments.pages.rglob("*.htm"))):
            try:
                for row in rows_of(path.read_bytes(), path.relative_to(arguments.pages).as_posix(), arguments.lang):
                    holes += len(row["holes"])
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")
            except (OSError, ValueError) as error:
                sys.stderr.write(f"{path}: can't be read ({error}); passed over\n")
    sys.stderr.write(f"{holes:,} holes written to {arguments.output}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
