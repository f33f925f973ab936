"""Train the table of unlisted swaps, rules/en/translation.bin, and print how it does on phrases it has not seen.

    python benchmarks/training/translation.py --data $CLEANER_DATA --wheels DIR [--wordnet DIR] [--check]

``DIR`` holds the wheels whose docstrings and ontologies are counted; the card of the table names them. Needs numpy, scipy,
scikit-learn and zstandard. Figures are cross-fit by expected term: three folds, no expected term on both sides, and inside each fold
the words, swaps and terms that a phrase is judged by come from other phrases. Phrases stand alone, so that no frame is learned. Clean
text: half of the negatives' sources never reach the tables; false alarms are counted on the clean records of data/mt.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import math
import operator
import random
import re
import struct
import sys
import zlib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.linalg import svds
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
from english_pairs import English, WordNet, lines_of  # noqa: E402

from cleaner.stages.swaps import DIMENSIONS, FEATURES, LEARNED, MAGIC, UNIT, SwapTable  # noqa: E402
from cleaner.stages.wordpairs import STOP_WORDS, content_pairs  # noqa: E402

FOLDS = 3
VOCABULARY = 30_000
NEGATIVES = 60_000
NEGATIVE_WORDS = {
    "news-business": 250_000,
    "news-general": 300_000,
    "news-tech": 200_000,
    "blog-tech-company": 200_000,
    "informal": 100_000,
}
MAX_SWAPS = 32
TREES = {"max_iter": 180, "max_leaf_nodes": 15, "learning_rate": 0.08, "l2_regularization": 1.0, "random_state": 0}
GATE = ((0, 3, 5, 10, 13), (1, 4, 6, 11, 14))
"""Features of the left and of the right word that the first guess is made of: zipf, odds by side, odds, kin, degree."""
GATE_PASS = 0.0045
"""Share of clean pairs that pass the first guess: 0.4 in 1,000 words."""
TRIGGER_SHARE = 5e-6
"""A trigger may make up this share of clean text for each phrase that holds it."""
TOKEN = re.compile(r"[a-z]+(?:['’][a-z]+)?")
Gate = tuple[tuple[float, ...], tuple[float, ...], float]
ALARMS = (2, 5, 10, 20, 50, 100, 200)


def fold_of(text: str, folds: int) -> int:
    """A fold that depends on nothing but the normalised text."""
    return int(hashlib.md5(" ".join(re.findall(r"[a-z0-9]+", text.lower())).encode()).hexdigest(), 16) % folds


class Phrase:
    """A tortured phrase with its expected term and its pairs."""

    def __init__(self, row: dict[str, str]) -> None:
        """Take a row of pairs.tsv."""
        self.text, self.expected = row["tortured"].lower(), row["expected"].lower()
        key = self.expected or self.text
        self.fold, self.inner = fold_of(key, FOLDS), fold_of("inner " + key, FOLDS)
        self.pairs = [(pair.left, pair.right) for pair in content_pairs(self.text)]

    def words(self) -> list[str]:
        """The content words that the expected term does not have."""
        expected = set(TOKEN.findall(self.expected))
        return [word for word in TOKEN.findall(self.text) if word not in STOP_WORDS and word not in expected]

    def swaps(self) -> list[tuple[str, str]]:
        """Word for word what was exchanged, where both sides have as many words left."""
        left, right = TOKEN.findall(self.text), TOKEN.findall(self.expected)
        mine, others = [w for w in left if w not in right], [w for w in right if w not in left]
        return list(zip(mine, others, strict=True)) if len(mine) == len(others) <= 4 else []


class Builder:
    """All that does not depend on the phrases: counts, WordNet swaps, association vectors."""

    def __init__(self, data: Path, wheels: Path, wordnet: Path) -> None:
        """Read and count the sources."""
        net = WordNet(wordnet)
        self.english = English(data / "train/ngrams", net, wheels)
        zipf = self.english.zipf
        self.net_swaps = {
            word: {other: kind for other, kind in others.items() if zipf(other) >= 3.0}
            for word, others in net.swaps().items()
            if zipf(word) >= 2.0
        }
        self.degree: Counter[str] = Counter()
        for left, right in self.english.pairs:
            self.degree[left] += 1
            self.degree[right] += 1
        self.base = [word for word, _ in sorted(self.degree.items(), key=lambda item: (-item[1], item[0]))[:VOCABULARY]]
        self.left, self.right = self._vectors()
        share: Counter[str] = Counter()
        for line in lines_of(data / "train/ngrams/pack_unigrams_open_licence.tsv.zst"):
            word, number = line.split("\t")
            share[word] = int(number)
        self._words, self._total = share, share.total()

    def share(self, word: str) -> float:
        """A word's share of clean text, smoothed by its share of the web."""
        return (self._words[word] + self.english.unigrams.get(word, 0.0) * 5e-3 + 0.5) / (self._total + 5e6)

    def _vectors(self) -> tuple[np.ndarray, np.ndarray]:
        """Low-rank left and right vectors of the words of ``base``: their product says how well two words go together."""
        ids = {word: number for number, word in enumerate(self.base)}
        cells = [(ids[a], ids[b], math.log1p(n / 20)) for (a, b), n in self.english.pairs.items() if a in ids and b in ids]
        rows, columns, values = zip(*cells, strict=True)
        matrix = sparse.csr_matrix((values, (rows, columns)), shape=(len(ids),) * 2, dtype=np.float64)
        row = sparse.diags(1 / (np.asarray(matrix.sum(1)).ravel() ** 0.5 + 1) ** 0.7)
        column = sparse.diags(1 / (np.asarray(matrix.sum(0)).ravel() ** 0.5 + 1) ** 0.7)
        u, s, vt = svds(row @ matrix @ column, k=DIMENSIONS, random_state=0)
        left, right = u * np.sqrt(s), vt.T * np.sqrt(s)
        scale = [127 / np.quantile(np.abs(side), 0.9995) for side in (left, right)]
        return tuple(
            np.clip(np.round(side * by), -127, 127).astype(np.int8) for side, by in zip((left, right), scale, strict=True)
        )

    def table(
        self,
        phrases: list[Phrase],
        negatives: list[tuple[str, str]],
        trees: list[Any] | None = None,
        gate: Gate | None = None,
        level: int = 1,
    ) -> bytes:
        """The bytes of a table that knows ``phrases``; without trees it still gives features."""
        english = self.english
        words, left_words, right_words = Counter[str](), Counter[str](), Counter[str]()
        learned: dict[str, Counter[str]] = defaultdict(Counter)
        extra: set[tuple[str, str]] = set()
        for phrase in phrases:
            words.update(phrase.words())
            fresh = [pair for pair in phrase.pairs if pair not in english.pairs]
            left_words.update(left for left, _ in fresh)
            right_words.update(right for _, right in fresh)
            for one, other in phrase.swaps():
                learned[one][other] += 1
            expected = TOKEN.findall(phrase.expected)
            extra.update(
                pair for pair in itertools.pairwise(expected) if not STOP_WORDS.intersection(pair) and len(min(pair, key=len)) > 1
            )
        more = sorted(
            {*words, *left_words, *right_words, *(o for c in learned.values() for o in c), *(w for p in extra for w in p)}
            - set(self.base)
        )
        vocabulary = sorted({*self.base, *more[: 32_700 - len(self.base)]})
        ids = {word: number for number, word in enumerate(vocabulary)}
        base = {word: number for number, word in enumerate(self.base)}
        kin = self._kin(words, negatives)

        def odds(table: Counter[str], total: int, word: str) -> float:
            share = self.share(word)
            return math.log10((table[word] + 300 * share + 0.02) / (total + 300) / (share + 1e-7))

        def byte(value: float) -> int:
            return max(-127, min(127, round(UNIT * value)))

        totals = left_words.total(), right_words.total(), words.total()
        attributes, triggers = bytearray(), []
        gate = gate or ((0.0,) * 5, (0.0,) * 5, 0.0)
        for word in vocabulary:
            row = [
                byte(english.zipf(word)), byte(odds(left_words, totals[0], word)), byte(odds(right_words, totals[1], word)),
                byte(odds(words, totals[2], word)), byte(kin.get(word, -2.5)), min(127, round(self.degree[word] ** 0.5)),
            ]  # fmt: skip
            sides = [(row[0], row[1], *row[3:]), (row[0], row[2], *row[3:])]
            guess = [sum(map(operator.mul, weights, side)) - gate[2] / 2 for weights, side in zip(gate[:2], sides, strict=True)]
            row += [max(-127, min(127, round(value))) for value in guess]
            if len(word) > 4 and max(guess) >= 0 and words[word] and self.share(word) <= TRIGGER_SHARE * words[word]:
                triggers.append(word)
            attributes += struct.pack("8b", *row)
        zero = np.zeros(DIMENSIONS, np.int8)
        vectors = [
            b"".join((side[base[word]] if word in base else zero).tobytes() for word in vocabulary)
            for side in (self.left, self.right)
        ]
        counts = {(ids[a], ids[b]): n for (a, b), n in english.pairs.items() if a in ids and b in ids}
        for pair in extra:
            key = (ids[pair[0]], ids[pair[1]]) if pair[0] in ids and pair[1] in ids else None
            if key:
                counts[key] = max(counts.get(key, 0), 100)
        pair_rows, pair_columns, pair_counts = _rows(
            len(vocabulary),
            ((a, b, max(1, min(255, round(UNIT * math.log10(max(n, 1.0))) + 1))) for (a, b), n in sorted(counts.items())),
        )
        swaps = []
        for word in vocabulary:
            kinds = {other: kind for other, kind in self.net_swaps.get(word, {}).items() if other in ids}
            kinds.update(
                {other: LEARNED + (n > 1) for other, n in learned.get(word, {}).items() if other in ids and other != word}
            )
            ranked = sorted(
                kinds,
                key=lambda other: (
                    (0, 0, 1, 1)[3 - kinds[other]] if kinds[other] > 1 else 2 + kinds[other],
                    -english.zipf(other),
                    other,
                ),
            )
            swaps += [(ids[word], ids[other], kinds[other]) for other in ranked[:MAX_SWAPS]]
        swap_rows, swap_words, swap_kinds = _rows(len(vocabulary), swaps)
        sections = [
            "\n".join(vocabulary).encode(), bytes(attributes), *vectors, pair_rows, pair_columns, pair_counts,
            swap_rows, swap_words, swap_kinds, *_trees(trees or []),
        ]  # fmt: skip
        head = "\n".join(triggers).encode()
        packed = zlib.compress(b"".join(struct.pack("<I", len(part)) + part for part in sections), level)
        return MAGIC + struct.pack("<I", len(head)) + head + packed

    def _kin(self, words: Counter[str], negatives: list[tuple[str, str]]) -> dict[str, float]:
        """How much a word's company resembles that of words that spinners put in, in natural log odds over 2."""
        unit = np.concatenate(
            [side / (np.linalg.norm(side.astype(float), axis=1, keepdims=True) + 1e-6) for side in (self.left, self.right)], 1
        )
        base = {word: number for number, word in enumerate(self.base)}
        clean = Counter(word for pair in negatives[:20_000] for word in pair)
        rows = [
            (base[w], label, min(n, 5) ** 0.5)
            for table, label in ((words, 1), (clean, 0))
            for w, n in sorted(table.items())
            if w in base
        ]
        where, labels, weights = (np.array(column) for column in zip(*rows, strict=True))
        model = LogisticRegression(C=1.0, max_iter=300).fit(unit[where], labels, sample_weight=weights)
        scores = unit @ model.coef_[0] + model.intercept_[0]
        return {word: float(scores[number]) for word, number in base.items()}


def _rows(size: int, cells: Any) -> tuple[bytes, bytes, bytes]:
    """Compressed rows: where each row begins, the columns, a byte per cell."""
    starts = np.zeros(size + 1, "<u4")
    columns, values = [], bytearray()
    for row, column, value in cells:
        starts[row + 1] += 1
        columns.append(column)
        values.append(value)
    return np.cumsum(starts, dtype="<u4").tobytes(), np.array(columns, "<u2").tobytes(), bytes(values)


def _trees(trees: list[Any]) -> list[bytes]:
    """Flatten boosted trees; a leaf has feature -1 and its value, in 1/1024, in place of a limit."""
    feature, limit, left, right, roots = [], [], [], [], []
    for nodes in trees:
        at = len(feature)
        roots.append(at)
        for node in nodes:
            leaf = bool(node["is_leaf"])
            feature.append(-1 if leaf else int(node["feature_idx"]))
            limit.append(round(float(node["value"]) * 1024) if leaf else math.floor(node["num_threshold"]))
            left.append(0 if leaf else at + int(node["left"]))
            right.append(0 if leaf else at + int(node["right"]))
    codes = ("i1", "<i2", "<u2", "<u2", "<u2")
    return [np.array(part, code).tobytes() for part, code in zip((feature, limit, left, right, roots), codes, strict=True)]


def clean_pairs(data: Path, english: English) -> list[tuple[str, str]]:
    """Pairs that are not established, from clean text of sources that the tables do not count."""
    documents = []
    for line in lines_of(data / "train/en_text.jsonl.zst"):
        document = json.loads(line)
        if document["genre"] in NEGATIVE_WORDS and document["source"] != "vanatteveldt/wikinews":
            documents.append((document["genre"], document["text"]))
    random.Random(1).shuffle(documents)
    used: Counter[str] = Counter()
    found: dict[tuple[str, str], None] = {}
    for genre, text in documents:
        if used[genre] <= NEGATIVE_WORDS[genre]:
            used[genre] += len(text.split())
            found.update(
                dict.fromkeys(pair for _, _, *words in content_pairs(text) if (pair := tuple(words)) not in english.pairs)
            )
    pairs = list(found)
    random.Random(2).shuffle(pairs)
    return pairs[:NEGATIVES]


def examples(
    builder: Builder, phrases: list[Phrase], negatives: list[tuple[str, str]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, labels and weights; each phrase is judged by a table that does not know its expected term."""
    rows, labels, weights = [], [], []
    for inner in range(FOLDS):
        table = SwapTable(builder.table([p for p in phrases if p.inner != inner], negatives[(inner + 1) % FOLDS :: FOLDS]))
        for phrase in phrases:
            if phrase.inner == inner:
                found = [values for pair in phrase.pairs if (values := features(table, *pair)) is not None]
                rows += found
                labels += [1] * len(found)
                weights += [1 / max(1, len(found))] * len(found)
        found = [values for pair in negatives[inner::FOLDS] if (values := features(table, *pair)) is not None]
        rows += found
        labels += [0] * len(found)
        weights += [1.0] * len(found)
    return np.array(rows, float), np.array(labels), np.array(weights)


def features(table: SwapTable, left: str, right: str) -> list[int] | None:
    """The features of a pair, or ``None`` when the stage would not judge it."""
    a, b = table.ids.get(left), table.ids.get(right)
    return None if a is None or b is None or table.established(a, b) else table.features(a, b)[0]


def fit(data: tuple[np.ndarray, np.ndarray, np.ndarray]) -> tuple[list[Any], Gate]:
    """Train boosted trees and return their nodes, the offset in the first tree; and the first guess at what they say."""
    rows, labels, weights = data
    model = HistGradientBoostingClassifier(**TREES).fit(rows, labels, sample_weight=weights)
    trees = [predictor[0].nodes for predictor in model._predictors]
    trees[0] = trees[0].copy()
    trees[0]["value"][trees[0]["is_leaf"].astype(bool)] += float(np.ravel(model._baseline_prediction)[0])
    columns = [*GATE[0], *GATE[1]]
    liked = np.where(labels == 1, np.where(model.decision_function(rows) > 1, 3.0, 0.3), 1.0)
    guess = LogisticRegression(max_iter=1000).fit(rows[:, columns] / UNIT, labels, sample_weight=liked).coef_[0]
    limit = float(np.quantile(rows[labels == 0][:, columns] @ guess, 1 - GATE_PASS))
    return trees, (tuple(guess[:5]), tuple(guess[5:]), limit)


def main() -> None:
    """Print cross-fit figures; write the table trained on all phrases unless ``--check``."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--wheels", type=Path, required=True)
    arguments.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    arguments.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "rules/en/translation.bin")
    arguments.add_argument("--check", action="store_true", help="print figures only")
    arguments.add_argument("--no-figures", action="store_true", help="write the table only")
    given = arguments.parse_args()
    lines = (given.data / "mt/pairs.tsv").read_text("utf-8").splitlines()
    rows = [dict(zip(lines[0].split("\t"), line.split("\t"), strict=False)) for line in lines[1:]]
    phrases = [Phrase(row) for row in rows if row["plain_query"] == "1"]
    builder = Builder(given.data, given.wheels, given.wordnet)
    negatives = clean_pairs(given.data, builder.english)
    print(f"{len(phrases)} phrases, {len(builder.english.pairs)} established pairs, {len(negatives)} clean pairs", flush=True)
    if not given.no_figures:
        figures(builder, phrases, negatives, given.data)
    if not given.check:
        table = builder.table(phrases, negatives, *fit(examples(builder, phrases, negatives)), level=9)
        given.out.write_bytes(table)
        print(f"{given.out}: {len(table)} bytes, {len(SwapTable(table).triggers)} triggers")


def figures(builder: Builder, phrases: list[Phrase], negatives: list[tuple[str, str]], data: Path) -> None:
    """Print the recall of unseen phrases at rates of false alarms on clean text."""
    words, clean = 0, Counter[tuple[str, str]]()
    for line in (data / "mt/dev.jsonl").open(encoding="utf-8"):
        record = json.loads(line)
        if record["label"] == "clean":
            words += len(record["text"].split())
            clean.update((pair.left, pair.right) for pair in content_pairs(record["text"]))
    results = []
    for fold in range(FOLDS):
        train = [phrase for phrase in phrases if phrase.fold != fold]
        table = SwapTable(builder.table(train, negatives, *fit(examples(builder, train, negatives))))
        scores = []
        for pair, times in clean.items():
            values = features(table, *pair)
            if values is not None:
                scores += [table.weigh(values)] * times
        scores.sort(reverse=True)
        known = {" ".join(re.findall(r"[a-z0-9]+", phrase.text)) for phrase in train}
        best = []
        for phrase in phrases:
            if phrase.fold == fold:
                text = " ".join(re.findall(r"[a-z0-9]+", phrase.text))
                parts = text.split()
                if any(" ".join(parts[i:j]) in known for i in range(len(parts)) for j in range(i + 1, len(parts) + 1)):
                    continue
                found = [table.weigh(values) for pair in phrase.pairs if (values := features(table, *pair)) is not None]
                best.append(max(found, default=-(10**6)))
        limits = [scores[int(rate * words / 1e5)] for rate in ALARMS]
        results.append([sum(score > limit for score in best) / len(best) for limit in limits])
        print(f"fold {fold}: {len(best)} phrases", *(f"{r:.3f}" for r in results[-1]), "limits", *limits, flush=True)
    print("false alarms per 100k words:", *ALARMS)
    print("recall of unseen phrases:   ", *(f"{value:.3f}" for value in np.mean(results, axis=0)), f"({len(FEATURES)} features)")


if __name__ == "__main__":
    main()
