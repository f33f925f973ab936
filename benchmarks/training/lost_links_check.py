"""How many of the link texts that an extraction drops are found again by comparing it with its page.

    python benchmarks/training/lost_links_check.py --data DIR [--pages N]

Pages are made of real paragraphs and their real links (``DIR/train/en_links.jsonl.zst``), 20 paragraphs each; the extraction drops a
share of the links and closes the gaps up as extractors do. Prints found, missed, false and misplaced; a page takes milliseconds.
"""

from __future__ import annotations

import argparse
import html
import sys
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from truncation_data import read

from cleaner.lost_links import lost_links

PARAGRAPHS = 20


def main() -> None:
    """Print the figures for links dropped all, half and never."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=100)
    arguments = parser.parse_args()
    records = list(read(arguments.data / "train" / "en_links.jsonl.zst"))
    Random(3).shuffle(records)
    for share in (1.0, 0.5, 0.0):
        random = Random(4)
        found = missed = false = 0
        for number in range(arguments.pages):
            page, text = [], []
            dropped: list[str] = []
            lost = False
            for record in records[number * PARAGRAPHS : (number + 1) * PARAGRAPHS]:
                whole = record["text"].replace("\n", " ")
                at, marked, kept, beside = 0, "", "", False
                for start, end in sorted(record["links"]):
                    if start < at or not whole[start:end].strip():
                        continue
                    # Links side by side share their fate and make one hole.
                    beside = beside and not whole[at:start].strip()
                    lost = lost if beside else random.random() < share
                    marked += html.escape(whole[at:start]) + f'<a href="/{start}">{html.escape(whole[start:end])}</a>'
                    kept += whole[at:start] + ("" if lost else whole[start:end])
                    name = " ".join(whole[start:end].split())
                    if lost and beside and dropped:
                        blank = " " if whole[at:start] else ""
                        dropped[-1] += blank + name
                        at = end
                        continue
                    at, beside = end, True
                    # A link that is a paragraph by itself is no part of running text.
                    if lost and len(whole) - (end - start) > 2:
                        dropped.append(name)
                page.append(f"<p>{marked}{html.escape(whole[at:])}</p>")
                kept += whole[at:]
                for mark in ",.;:!?)":
                    kept = kept.replace(f" {mark}", mark)
                text.append(" ".join(kept.split()))
            got = [link.text for link in lost_links("<html><body>" + "".join(page) + "</body></html>", "\n\n".join(text))]
            for name in got:
                if name in dropped:
                    dropped.remove(name)
                    found += 1
                else:
                    false += 1
            missed += len(dropped)
        print(f"dropped {share:.0%}: found {found}, missed {missed} ({found / max(1, found + missed):.2%} found), false {false}")


if __name__ == "__main__":
    main()
