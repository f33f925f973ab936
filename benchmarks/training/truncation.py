"""Train the gap model of the truncation stage.

    python benchmarks/training/truncation.py --data DIR [--lang de]

Positives: link anchors and capitalised runs deleted one at a time from ``DIR/train``, and the holes of ``DIR/holes/dev.jsonl`` (variants
tidy and collapse). Negatives: every gap of the clean texts that the stage's triggers mark. The figures are cross-fitted over the sources
of the development data: no text is judged by a model that saw its source. Deterministic; about five minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from truncation_data import GapFinder, Names, from_links, from_runs, near, read
from word_classes import hashed, train_classes

from cleaner.stages.gap_model import GapModel, pack, quick_features
from cleaner.stages.gap_style import is_manner

BITS, QUICK_BITS = 18, 16
FOLDS = 5
WEIGHTS = {"run": 0.08, "run-news": 0.25, "link": 1.0, "hole": 3.0, "clean": 1.0}
STRENGTH = 0.1
"""Inverse of the regularisation."""
QUICK_LOSS = 0.03
PRIOR = 1e-3
"""Holes per word at which the calibration is fitted."""
RATES = {"precise": 0.3, "balanced": 1.0, "thorough": 5.0}
"""False alarms per 10,000 clean web words at which the tiers are meant to cut."""


class Row(NamedTuple):
    """One gap: where it comes from, whether a name is missing there, and for development texts which holes it would find."""

    kind: str
    source: str
    missing: bool
    text: str
    gap: tuple[int, int]
    holes: tuple[tuple[str, int], ...] = ()
    """(text id, number of the hole)."""


def rows_of(data: Path, find: GapFinder, lang: str) -> tuple[list[Row], list[dict[str, Any]]]:
    """Return all training rows, and the development texts in ``lang``."""
    with (data / "holes" / "dev.jsonl").open(encoding="utf-8") as lines:
        texts = [record for record in map(json.loads, lines) if record["lang"] == lang and record["variant"] != "raw"]
    rows: list[Row] = []
    if lang == "en":
        documents = list(read(data / "train" / "en_text.jsonl.zst"))
        names = Names([record["text"] for record in documents])
        rows += [
            Row("clean", record["source"], False, record["text"], gap) for record in documents for gap in find(record["text"])
        ]
        holes = [*from_runs(documents, names), *from_links(list(read(data / "train" / "en_links.jsonl.zst")), names)]
        rows += [Row(hole.kind, "", True, hole.text, gap) for hole in holes if (gap := find.of_hole(hole))]
    else:
        # Little text: it is cross-fitted along with the development data, so that its false alarms count too.
        documents = [record for record in read(data / "train" / "ml_text.jsonl.zst") if record["lang"] == lang]
        names = Names([record["text"] for record in documents])
        texts += [
            {"id": f"ml-{i}", "kind": "ml", "variant": "clean", "holes": [], **record} for i, record in enumerate(documents)
        ]
    for record in texts:
        text = record["text"]
        for gap in find(text):
            found = tuple((record["id"], i) for i, hole in enumerate(record["holes"]) if near(text, gap[0], hole["offset"]))
            kind = "dev-" + ("hole-" if record["holes"] else "clean-") + record["kind"]
            rows.append(Row(kind, record["source"], bool(found), text, gap, found))
    for hole in from_runs([record for record in texts if not record["holes"]], names, 1.0):
        gap = find.of_hole(hole)
        if gap is not None:
            rows.append(Row("dev-run", hole.source, True, hole.text, gap))
    return rows, texts


def matrix(indexes: list[list[int]], bits: int) -> Any:
    """Return the rows' feature indexes as a sparse matrix of ones."""
    ends = np.cumsum([0, *map(len, indexes)])
    flat = np.fromiter((i for row in indexes for i in row), dtype=np.int64, count=int(ends[-1]))
    return sp.csr_matrix((np.ones(len(flat)), flat & ((1 << bits) - 1), ends), shape=(len(indexes), 1 << bits))


def weight(row: Row) -> float:
    """Return how much a row counts in training."""
    if row.kind == "dev-run":
        return WEIGHTS["run-news"]
    if row.kind.startswith("dev"):
        return WEIGHTS["hole"] if row.missing else WEIGHTS["clean"]
    return WEIGHTS[row.kind]


def fit(features: Any, labels: Any, weights: Any) -> tuple[Any, int, int]:
    """Return 8-bit weights, their scale and the bias in their units."""
    model = LogisticRegression(
        C=STRENGTH, solver="liblinear", dual=True, max_iter=60, tol=0.02, intercept_scaling=5, random_state=0
    )
    model.fit(features, labels, sample_weight=weights)
    coefficients = model.coef_[0]
    scale = int(127 / max(1e-9, np.quantile(np.abs(coefficients[coefficients != 0]), 0.9999)))
    return np.clip(np.rint(coefficients * scale), -127, 127).astype(np.int8), scale, round(float(model.intercept_[0]) * scale)


def fold_of(source: str) -> int:
    """Return the fold of a source of the development data."""
    return crc32(source.encode()) % FOLDS


def crossfit(rows: list[Row], features: Any, labels: Any, weights: Any) -> tuple[Any, list[tuple[Any, int, int]]]:
    """Return the scores of the development rows, each by a model that did not see its source, and the models by fold."""
    fold = np.array([fold_of(row.source) if row.kind.startswith("dev") else -1 for row in rows])
    scores = np.full(len(rows), np.nan)
    models = []
    for number in range(FOLDS):
        train, test = fold != number, fold == number
        quantised, scale, bias = fit(features[train], labels[train], weights[train])
        scores[test] = (features[test] @ quantised.astype(np.float64) + bias) / scale
        models.append((quantised, scale, bias))
    return scores, models


def calibrate(rows: list[Row], scores: Any, texts: list[dict[str, Any]]) -> tuple[float, float]:
    """Return slope and shift of log-odds = slope * score + shift, that a gap of web text is a hole at ``PRIOR`` holes per word."""
    holes = sum(len(record["holes"]) for record in texts if record["kind"] == "html")
    words = sum(len(record["text"].split()) for record in texts if record["kind"] == "html" and not record["holes"])
    best: dict[tuple[str, int], float] = defaultdict(lambda: -np.inf)
    clean = []
    for row, score in zip(rows, scores, strict=True):
        if row.kind == "dev-hole-html":
            for hole in row.holes:
                best[hole] = max(best[hole], score)
        elif row.kind == "dev-clean-html":
            clean.append(score)
    values = np.array([*best.values(), *clean])
    labels = np.array([1] * len(best) + [0] * len(clean))
    mass = np.where(labels == 1, PRIOR / holes, (1 - PRIOR) / words)
    # Only the range where findings are made matters; far below it the line need not fit.
    keep = values > -2
    model = LogisticRegression(C=1e9, tol=1e-8, max_iter=1000).fit(
        values[keep, None], labels[keep], sample_weight=mass[keep] / mass.mean()
    )
    return float(model.coef_[0][0]), float(model.intercept_[0])


def figures(rows: list[Row], scores: Any, texts: list[dict[str, Any]], cuts: dict[str, float]) -> list[str]:
    """Return a table of false alarms and recall by kind of text at the ``cuts``; holes of the tidy variant."""
    lines = [
        "| tier | text | false alarms / 10k clean words | recall of all holes | of the detectable | precision on texts with holes |"
    ]
    lines.append("|---|---|---|---|---|---|")
    for tier, cut in cuts.items():
        for kind in ("html", "wiki", "ud", "ml"):
            words = sum(len(record["text"].split()) for record in texts if record["kind"] == kind and not record["holes"])
            if not words:
                continue
            tidy = {record["id"]: record for record in texts if record["kind"] == kind and record["variant"] == "tidy"}
            total = [hole["detectable"] for record in tidy.values() for hole in record["holes"]]
            alarms = wrong = 0
            hit = set()
            for row, score in zip(rows, scores, strict=True):
                if not score > cut:
                    continue
                if row.kind == f"dev-clean-{kind}":
                    alarms += 1
                elif row.kind == f"dev-hole-{kind}":
                    found = [hole for hole in row.holes if hole[0] in tidy]
                    hit.update(found)
                    wrong += not row.holes
            detected = sum(bool(tidy[text]["holes"][number]["detectable"]) for text, number in hit)
            recall, of_detectable = 100 * len(hit) / max(1, len(total)), 100 * detected / max(1, sum(map(bool, total)))
            precision = len(hit) / max(1, len(hit) + wrong)
            rate = 1e4 * alarms / words
            shown = f"{of_detectable:.1f} %" if any(total) else "–"
            lines.append(f"| {tier} | {kind} | {rate:.2f} | {recall:.1f} % | {shown} | {precision:.3f} |")
    return lines


def reliability(rows: list[Row], confidences: Any, texts: list[dict[str, Any]]) -> list[str]:
    """Return a table of stated confidence against the share of true findings, both at ``PRIOR``; web text."""
    holes = sum(len(record["holes"]) for record in texts if record["kind"] == "html")
    words = sum(len(record["text"].split()) for record in texts if record["kind"] == "html" and not record["holes"])
    lines = ["| stated confidence | found holes | false alarms | true at the prior |", "|---|---|---|---|"]
    for low, high in ((0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 0.95), (0.95, 1.0)):
        hit: set[tuple[str, int]] = set()
        alarms = 0
        for row, confidence in zip(rows, confidences, strict=True):
            if low <= confidence < high:
                if row.kind == "dev-hole-html":
                    hit.update(row.holes)
                elif row.kind == "dev-clean-html":
                    alarms += 1
        true, false = PRIOR * len(hit) / holes, (1 - PRIOR) * alarms / words
        lines.append(f"| {low}-{high} | {len(hit)} | {alarms} | {true / max(1e-12, true + false):.2f} |")
    return lines


def cut_at(rows: list[Row], scores: Any, texts: list[dict[str, Any]], rate: float) -> float:
    """Return the score above which web text has ``rate`` false alarms per 10,000 clean words."""
    words = sum(len(record["text"].split()) for record in texts if record["kind"] == "html" and not record["holes"])
    alarms = sorted((score for row, score in zip(rows, scores, strict=True) if row.kind == "dev-clean-html"), reverse=True)
    return float(alarms[int(rate * words / 1e4)])


def main() -> None:
    """Train, print the figures and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--lang", choices=("en", "de"), default="en")
    parser.add_argument("--out", type=Path, help="default: rules/LANG/truncation.bin")
    parser.add_argument("--folds", type=Path, help="write the table of each fold here, and the fold of each source")
    arguments = parser.parse_args()
    lang = arguments.lang
    out = arguments.out or Path(__file__).resolve().parents[2] / "rules" / lang / "truncation.bin"
    rows, texts = rows_of(arguments.data, GapFinder(lang), lang)
    build(rows, texts, *word_table(arguments.data, lang), out, lang, arguments.folds)


def word_table(data: Path, lang: str) -> tuple[bytes, bytes]:
    """Return fingerprints and classes of the words of ``lang``."""
    if lang == "en":
        return hashed(*train_classes(record["text"] for record in read(data / "train" / "en_text.jsonl.zst")))
    texts = [record["text"] for record in read(data / "train" / "ml_text.jsonl.zst") if record["lang"] == lang]
    return hashed(*train_classes(texts, classes=120, rarest=5), bits=15)


def build(
    rows: list[Row], texts: list[dict[str, Any]], prints: bytes, classes: bytes, out: Path, lang: str, folds: Path | None = None
) -> Any:
    """Fit on ``rows``, print the figures and write the table to ``out``, those of the folds to ``folds``; return the scores."""
    nothing = pack(prints, classes, bytes(1 << QUICK_BITS), bytes(1 << BITS), scale=1, bias=0, cuts=(0, 0, 0), slope=1, shift=0)
    blank = GapModel(nothing, lang)
    features = matrix([blank.features(row.text, *row.gap) for row in rows], BITS)
    quick = matrix([list(quick_features(row.text, *row.gap)) for row in rows], QUICK_BITS)
    labels = np.array([row.missing for row in rows], dtype=np.float64)
    weights = np.array([weight(row) for row in rows])
    full_scores, models = crossfit(rows, features, labels, weights)
    quantised, scale, bias = fit(features, labels, weights)
    # The quick model imitates the full one: it need not pass what the full one will not report.
    wanted = ((features @ quantised.astype(np.float64) + bias) / scale > 0).astype(np.float64)
    quick_scores, quick_models = crossfit(rows, quick, wanted, np.ones(len(rows)))
    # Per tier, the quick model may cost three in a hundred of the gaps that the full model would report.
    quick_cuts = {}
    for tier, rate in RATES.items():
        full_cut = cut_at(rows, full_scores, texts, rate)
        good = [
            q for row, q, f in zip(rows, quick_scores, full_scores, strict=True)
            if row.kind.startswith("dev-hole") and row.missing and f > full_cut
        ]  # fmt: skip
        quick_cuts[tier] = float(np.quantile(good, QUICK_LOSS))
        passing = np.mean(
            [q >= quick_cuts[tier] for row, q in zip(rows, quick_scores, strict=True) if row.kind.startswith("dev-clean")]
        )
        print(f"quick model, {tier}: {passing:.3f} of the clean gaps pass")
    scores = np.where(quick_scores >= quick_cuts["thorough"], full_scores, -np.inf)
    development = [number for number, row in enumerate(rows) if row.kind.startswith("dev")]
    scores[[number for number in development if is_manner(rows[number].text, *rows[number].gap, lang)]] = -np.inf
    slope, shift = calibrate(rows, scores, texts)
    cuts = {tier: cut_at(rows, scores, texts, rate) for tier, rate in RATES.items()}
    confidence = {tier: 1 / (1 + np.exp(-(slope * value + shift))) for tier, value in cuts.items()}
    print(f"calibration: log-odds = {slope:.3f} * score + {shift:.3f}; tiers cut at confidence {confidence}, scores {cuts}")
    print("\n".join(figures(rows, scores, texts, cuts)))
    print("\n".join(reliability(rows, 1 / (1 + np.exp(-(slope * scores + shift))), texts)))

    def table_of(model: tuple[Any, int, int], quick_model: tuple[Any, int, int]) -> bytes:
        quick_weights, quick_scale, quick_bias = quick_model
        return pack(
            prints, classes, quick_weights.tobytes(), model[0].tobytes(), scale=model[1], bias=model[2],
            cuts=[int(np.floor(quick_cuts[tier] * quick_scale - quick_bias)) for tier in RATES],
            slope=slope, shift=shift,
        )  # fmt: skip

    table = table_of((quantised, scale, bias), fit(quick, wanted, np.ones(len(rows))))
    if folds is not None:
        folds.mkdir(parents=True, exist_ok=True)
        for number, (model, quick_model) in enumerate(zip(models, quick_models, strict=True)):
            (folds / f"{number}.bin").write_bytes(table_of(model, quick_model))
        plan = {record["source"]: fold_of(record["source"]) for record in texts}
        (folds / "sources.json").write_text(json.dumps(plan, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    out.write_bytes(table)
    print(f"{out.name}: {len(table):,} bytes")
    return scores


if __name__ == "__main__":
    main()
