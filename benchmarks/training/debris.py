"""Trains the judge of lines of the debris stage and prints its figures, cross-fitted by site.

    CLEANER_DATA=… python benchmarks/training/debris.py [--out rules/any/debris.bin] [--scores OOF.json]

Both models are fitted on the labelled pages of ``debris/dev.jsonl``, on the snippets of ``debris/dev_sparse.jsonl`` and, as text that
must stay, on clean documents of ``train/``. A site is in one fold only. The second model sees scores that the first gave to sites it
was not fitted on. What ships are hashed weights and thresholds; no text can be read from them.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
import zstandard
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dressing import dressed

from cleaner.lines import Lines
from cleaner.stages.line_features import SHAPES, WORDS, shape_features, word_features
from cleaner.stages.line_judge import (
    FACTOR_BITS,
    LIMIT,
    LOGIT,
    PARAGRAPH_CHARS,
    PARAGRAPH_SCORE,
    context_rows,
    factor,
    pack,
)
from cleaner.stages.pieces import chunks, cut_line, pieces_of, words_in

FOLDS = 5
C = 0.3
SHAPE_SCALE = 0.3
"""Value of a shape feature; word features share a length of one, so shapes are kept from drowning them."""
TREES = 150
CLEAN_DOCUMENTS = 700
KEPT = ("title", "byline_date", "author", "caption", "description", "short_sub_inside", "partial", "gt_sub_far", "dup_of_article")
"""Reasons of lines without a label that an article's owner would miss; they count as article."""
CLEAN_SOURCES = ("UD_", "udhr", "xquad", "lingua", "freeCodeCamp", "opensource.guide")


@dataclass
class Page:
    """A document as the judge sees it: its pieces, their labels (1 debris, 0 article, -1 unknown) and where it comes from."""

    id: str
    site: str
    kind: str
    """``residual``, ``naive``, ``sparse``, ``clean`` (nothing in it is debris)."""
    texts: list[str]
    words: list[int]
    labels: list[int]
    lines: list[int]


def page_of(id: str, site: str, kind: str, lines: Sequence[str], labels: Sequence[Any]) -> Page:
    """Cut the lines of a document into pieces; a piece has the label of its line."""
    text = "\n".join(line.replace("\n", " ").replace("\r", " ") for line in lines)
    page = Page(id, site, kind, [], [], [], [])
    for piece in pieces_of(Lines(text)):
        content = text[piece.start : piece.end]
        label = labels[piece.line]
        page.texts.append(content)
        page.words.append(words_in(content))
        page.labels.append(label if label in (0, 1) and label is not True else -1)
        page.lines.append(piece.line)
    return page


def labelled(data: Path) -> Iterator[Page]:
    """Yield the pages of the two labelled files."""
    for name in ("dev", "dev_sparse"):
        with open(data / "debris" / f"{name}.jsonl", encoding="utf-8") as file:
            for row in map(json.loads, file):
                kind = "sparse" if name != "dev" else "naive" if row["extractor"] == "naive" else "residual"
                labels = [0 if line.get("why") in KEPT else line["label"] for line in row["lines"]]
                yield page_of(row["id"], row["site"], kind, [line["text"] for line in row["lines"]], labels)


def clean_texts(data: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file of clean text."""
    with open(data / "train" / name, "rb") as file:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
            yield json.loads(line)


def clean_pages(data: Path, seed: int = 1) -> list[Page]:
    """Return clean documents, the same number from each source; each source counts as a site."""
    by_source: dict[str, list[dict[str, Any]]] = {}
    for row in clean_texts(data, "en_text.jsonl.zst"):
        by_source.setdefault(row["source"], []).append(row)
    for row in clean_texts(data, "ml_text.jsonl.zst"):
        if any(name in row["source"] for name in CLEAN_SOURCES):
            by_source.setdefault(f"{row['source']}/{row['lang']}", []).append(row)
    chooser = random.Random(seed)
    pages = []
    share = max(4, CLEAN_DOCUMENTS // len(by_source))
    for source in sorted(by_source):
        for number, row in enumerate(chooser.sample(by_source[source], min(share, len(by_source[source])))):
            lines = row["text"].split("\n")[:40]
            if number % 2 and len(lines) > 3:
                lines = dressed(lines, number)
            pages.append(page_of(f"{source}/{number}", f"clean/{source}", "clean", lines, [0] * len(lines)))
    return pages


def stripped(page: Page) -> Page:
    """Return ``page`` without its debris: what a second pass sees, and must leave alone."""
    keep = [i for i, label in enumerate(page.labels) if label != 1]
    texts, words, labels, lines = ([field[i] for i in keep] for field in (page.texts, page.words, page.labels, page.lines))
    return Page(page.id + "#stripped", page.site, "clean", texts, words, labels, lines)


def joined(page: Page) -> Page:
    """Return ``page`` as it is cut when all of it stands in one line; a piece never holds both article and debris."""
    result = Page(page.id + "#joined", page.site, "joined naive" if page.kind == "naive" else "joined", [], [], [], [])
    start = 0
    while start < len(page.texts):
        end = start
        while end < len(page.texts) and (page.labels[end] == 1) == (page.labels[start] == 1):
            end += 1
        text = " ".join(page.texts[start:end])
        debris = page.labels[start] == 1
        label = 1 if debris else 0 if 0 in page.labels[start:end] else -1
        for low, high in cut_line(text, 0, len(text)):
            parts = chunks(text, low, high) if debris and high < len(text) and text[high - 1] not in ".!?。！？" else [(low, high)]
            for part_low, part_high in parts:
                result.texts.append(text[part_low:part_high])
                result.words.append(words_in(text[part_low:part_high]))
                result.labels.append(label)
                result.lines.append(start)
        start = end
    return result


class Rows:
    """All pieces of all pages in a row, with the matrices that the models are fitted on."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = pages
        self.bounds = np.cumsum([0, *(len(page.texts) for page in pages)])
        self.y = np.array([label for page in pages for label in page.labels])
        self.words = np.array([count for page in pages for count in page.words])
        self.site = np.array([page.site for page in pages for _ in page.texts])
        self.kind = np.array([page.kind for page in pages for _ in page.texts])
        self.long = np.array([len(text) >= PARAGRAPH_CHARS for page in pages for text in page.texts])
        columns: list[int] = []
        ends = [0]
        self.hashed = np.zeros(len(self.y), dtype=int)
        memo: dict[str, tuple[list[int], int]] = {}
        for page in pages:
            for text, count in zip(page.texts, page.words, strict=True):
                if text not in memo:
                    hashed = word_features(text)
                    memo[text] = [*shape_features(text, count), *(SHAPES + code for code in hashed)], len(hashed)
                own_columns, length = memo[text]
                self.hashed[len(ends) - 1] = length
                columns += own_columns
                ends.append(len(columns))
        shape = (len(self.y), SHAPES + WORDS)
        self.counts = sp.csr_matrix((np.ones(len(columns), dtype=np.int32), np.array(columns), np.array(ends)), shape=shape)
        self.counts.sum_duplicates()
        scale = np.repeat(1 / np.sqrt(np.maximum(4, self.hashed)), np.diff(self.counts.indptr))
        self.X = self.counts.astype(np.float32)
        self.X.data *= np.where(self.counts.indices < SHAPES, SHAPE_SCALE, scale)

    def weights(self, base: float, slope: float) -> Any:
        """Weights of pieces: an article piece counts ``base`` + ``slope`` log words, a debris piece 1; kinds by how much they teach."""
        weight = np.where(self.y == 0, base + slope * np.log1p(np.minimum(self.words, 200)), 1.0)
        by_kind = {"residual": 1.0, "naive": 0.1, "sparse": 0.5, "clean": 0.3, "joined": 0.4, "joined naive": 0.06}
        return weight * np.array([by_kind[kind] for kind in self.kind])


def folds_of(sites: Any, folds: int, seed: int) -> Any:
    """Return the fold of each row; all rows of a site share one."""
    names = np.array(sorted(set(sites)))
    np.random.RandomState(seed).shuffle(names)
    fold = {site: number % folds for number, site in enumerate(names)}
    return np.array([fold[site] for site in sites])


def fit_alone(rows: Rows, chosen: Any) -> tuple[list[int], Any, int]:
    """Fit the first model on the rows ``chosen``; return quantised shape weights, word weights and their unit."""
    chosen = chosen & (rows.y >= 0) & ~rows.long
    weight = rows.weights(1.0, 0.5)
    model = LogisticRegression(C=C, solver="liblinear").fit(rows.X[chosen], rows.y[chosen], sample_weight=weight[chosen])
    coefficients = model.coef_[0]
    shapes = coefficients[:SHAPES] * SHAPE_SCALE * LOGIT
    # The intercept rides on the size features, of which each line has exactly one.
    shapes[:12] += model.intercept_[0] * LOGIT
    words = coefficients[SHAPES:]
    top = np.quantile(np.abs(words[words != 0]), 0.9995)
    unit = top / 127
    hashed = np.clip(np.round(words / unit), -127, 127).astype(int)
    return [int(v) for v in np.clip(np.round(shapes), -32768, 32767)], hashed, round(unit * LOGIT * 1024)


def alone(rows: Rows, model: tuple[list[int], Any, int]) -> Any:
    """Return the scores alone of all rows, as the judge computes them."""
    shapes, hashed, unit = model
    words = np.concatenate([np.zeros(SHAPES, dtype=np.int64), hashed.astype(np.int64)])
    factors = np.array([0, *(factor(unit, count) for count in range(1, int(rows.hashed.max()) + 1))])
    score = rows.counts @ np.concatenate([np.array(shapes, dtype=np.int64), np.zeros(WORDS, dtype=np.int64)])
    score += rows.counts @ words * factors[rows.hashed] >> FACTOR_BITS
    return np.where(rows.long, PARAGRAPH_SCORE, np.clip(score, -LIMIT, LIMIT))


def contexts(rows: Rows, scores: Any) -> Any:
    """Return the context features of all rows."""
    out = []
    for page, low, high in zip(rows.pages, rows.bounds, rows.bounds[1:], strict=False):
        if high > low:
            out += context_rows(scores[low:high].tolist(), page.words, range(high - low), flat=page.id.endswith("#joined"))
    return np.array(out, dtype=np.float64)


def fit_context(rows: Rows, features: Any, chosen: Any) -> list[tuple[list[tuple[int, int]], list[int]]]:
    """Fit the second model on the rows ``chosen``; return complete trees of depth 3."""
    chosen = chosen & (rows.y >= 0)
    weight = rows.weights(2.0, 0.0)
    model = HistGradientBoostingClassifier(
        max_iter=TREES, learning_rate=0.06, max_depth=3, l2_regularization=5, min_samples_leaf=40, max_bins=64,
        early_stopping=False, random_state=0,
    ).fit(features[chosen], rows.y[chosen], sample_weight=weight[chosen])  # fmt: skip
    trees = []
    for number, (predictor,) in enumerate(model._predictors):
        base = float(model._baseline_prediction.ravel()[0]) if number == 0 else 0.0
        trees.append(complete(predictor.nodes, base))
    return trees


def complete(nodes: Any, base: float) -> tuple[list[tuple[int, int]], list[int]]:
    """Return a tree as 7 splits, breadth first, and 8 leaf values in units of the score; ``base`` is added to each leaf."""
    splits: list[tuple[int, int]] = [(0, 32767)] * 7
    leaves = [0] * 8

    def walk(node: int, place: int, depth: int) -> None:
        here = nodes[node]
        if depth == 3:
            leaves[place - 7] = round((float(here["value"]) + base) * LOGIT)
        elif here["is_leaf"]:
            walk(node, 2 * place + 1, depth + 1)
            walk(node, 2 * place + 2, depth + 1)
        else:
            splits[place] = int(here["feature_idx"]), max(-32768, min(32767, int(np.floor(here["num_threshold"]))))
            walk(int(here["left"]), 2 * place + 1, depth + 1)
            walk(int(here["right"]), 2 * place + 2, depth + 1)

    walk(0, 0, 0)
    return splits, leaves


def crossed_alone(rows: Rows, chosen: Any, seed: int) -> Any:
    """Return scores alone for the rows ``chosen``, each from a model that did not see the row's site."""
    inner = folds_of(rows.site, 4, seed)
    scores = np.zeros(len(rows.y), dtype=int)
    for fold in range(4):
        held = chosen & (inner == fold)
        scores[held] = alone(rows, fit_alone(rows, chosen & (inner != fold)))[held]
    return scores


def train(rows: Rows, chosen: Any, seed: int) -> bytes:
    """Return the table of a judge fitted on the rows ``chosen``."""
    trees = fit_context(rows, contexts(rows, crossed_alone(rows, chosen, seed)), chosen)
    shapes, hashed, unit = fit_alone(rows, chosen)
    return pack(shapes, hashed.tolist(), unit, trees)


def main() -> None:
    """Cross-fit, print figures, and write the table fitted on everything when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("CLEANER_DATA"))
    parser.add_argument("--out", type=Path, help="write the table fitted on all sites")
    parser.add_argument("--folds", type=Path, help="folder for the tables of the folds and the list of their sites")
    options = parser.parse_args()
    if options.data is None:
        parser.error("say where the data is: --data DIR or $CLEANER_DATA")
    data = Path(options.data)
    pages = list(labelled(data))
    pages += [stripped(page) for page in pages if page.kind == "residual" and 1 in page.labels]
    clean = clean_pages(data)
    pages += [joined(page) for page in pages if page.kind in ("residual", "naive") and len(page.texts) > 1]
    pages += clean + [joined(page) for page in clean[::3]]
    rows = Rows(pages)
    print(f"{len(pages)} pages, {len(rows.y)} pieces, {(rows.y == 1).sum()} debris, {(rows.y == 0).sum()} article", flush=True)
    if options.folds:
        options.folds.mkdir(parents=True, exist_ok=True)
        fold = folds_of(rows.site, FOLDS, 0)
        for number in range(FOLDS):
            (options.folds / f"{number}.bin").write_bytes(train(rows, fold != number, 10 + number))
            print(f"fold {number} fitted", flush=True)
        sites = {str(site): int(number) for site, number in zip(rows.site, fold, strict=True)}
        (options.folds / "sites.json").write_text(json.dumps(sites))
    if options.out:
        table = train(rows, np.ones(len(rows.y), dtype=bool), 1)
        options.out.write_bytes(table)
        print(f"{options.out}: {len(table)} bytes")


if __name__ == "__main__":
    main()
