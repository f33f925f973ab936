"""The texts that the benchmarks read, always in the same order and never more than asked for."""

from __future__ import annotations

import argparse
import io
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

__all__ = ["add_data_option", "data_dir", "every", "perf_texts", "read_jsonl", "sample_texts"]

Record = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """Give ``parser`` the option ``--data``; ``$CLEANER_DATA`` is its default."""
    parser.add_argument("--data", type=Path, default=data_dir(), help="folder of the labelled data (default: $CLEANER_DATA)")


def data_dir() -> Path | None:
    """The folder that ``$CLEANER_DATA`` names, or ``None`` when it names none."""
    value = os.environ.get("CLEANER_DATA")
    return Path(value) if value and Path(value).is_dir() else None


def read_jsonl(path: Path) -> Iterator[Record]:
    """Yield the records of a JSONL file, plain or compressed with zstd."""
    with path.open("rb") as raw:
        stream: Any = raw
        if path.suffix == ".zst":
            import zstandard

            stream = zstandard.ZstdDecompressor().stream_reader(raw)
        for line in io.TextIOWrapper(stream, encoding="utf-8"):
            if line.strip():
                yield json.loads(line)


def every(items: Sequence[Any], count: int | None) -> list[Any]:
    """Return ``count`` of ``items`` at even distances, in order; all of them without a count or when there are fewer."""
    if count is None or count >= len(items):
        return list(items)
    return [items[i * len(items) // count] for i in range(count)]


def sample_texts() -> list[str]:
    """The sample texts of this project, damaged and healthy, and the texts of the work counts."""
    folders = [ROOT / "samples" / "damaged", ROOT / "samples" / "healthy", ROOT / "benchmarks" / "texts"]
    paths = [path for folder in folders for path in sorted(folder.glob("*")) if path.suffix in (".txt", ".md")]
    return [path.read_text(encoding="utf-8") for path in paths]


def perf_texts(data: Path | None, count: int | None) -> tuple[list[str], str]:
    """Return texts to time and what they are: ``count`` documents of ``perf/corpus.jsonl.zst``, else the samples."""
    path = data / "perf" / "corpus.jsonl.zst" if data else None
    if path is None or not path.is_file():
        return sample_texts(), "samples"
    texts = [record["text"] for record in read_jsonl(path)]
    chosen = every(texts, count)
    return chosen, f"{len(chosen)} of {len(texts)} documents of perf/corpus.jsonl.zst"
