"""Classes of words that stand in the same company: co-occurrence with frequent neighbours, reduced and clustered.

Positive pointwise mutual information of each word with the 1,500 most frequent words at distance 1 and 2 on either side, reduced to 60
dimensions by a randomised SVD, clustered by k-means. The table that leaves here holds hashes of words and class numbers only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from zlib import crc32

import numpy as np
import scipy.sparse as sp
from sklearn.cluster import KMeans
from sklearn.utils.extmath import randomized_svd

TOKEN = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*|\d[\d.,]*|[.,;:!?()\"“”—–-]")
WORDS = 28_000
RAREST = 12
NEIGHBOURS = 1_500
DIMENSIONS = 60


def train_classes(texts: Iterable[str], classes: int = 250, rarest: int = RAREST) -> tuple[list[str], Sequence[int]]:
    """Return the words, most frequent first, and the class of each."""
    counts: Counter[str] = Counter()
    documents = []
    for text in texts:
        tokens = [token.lower() if not token[0].isdigit() else "0" for token in TOKEN.findall(text.replace("\n", " . "))]
        documents.append(tokens)
        counts.update(tokens)
    words = [word for word, count in counts.most_common(WORDS) if count >= rarest]
    number = {word: i for i, word in enumerate(words)}
    stream = np.concatenate(
        [np.array([number.get(token, -1) for token in tokens] + [-1, -1, -1], dtype=np.int32) for tokens in documents]
    )
    matrix = sp.hstack([_associations(stream, offset, len(words)) for offset in (-2, -1, 1, 2)]).tocsr()
    left, values, _ = randomized_svd(matrix, DIMENSIONS, random_state=0, n_iter=3)
    points = left * np.sqrt(values)
    points /= np.linalg.norm(points, axis=1, keepdims=True) + 1e-9
    weights = np.log([counts[word] for word in words])
    labels = KMeans(classes, n_init=2, random_state=0, max_iter=60).fit(points, sample_weight=weights).labels_
    return words, [int(label) for label in labels]


def _associations(stream: Any, offset: int, words: int) -> Any:
    at = stream[max(0, -offset) : len(stream) - max(0, offset)]
    near = stream[max(0, offset) : len(stream) - max(0, -offset)]
    known = (at >= 0) & (near >= 0) & (near < NEIGHBOURS)
    shape = (words, NEIGHBOURS)
    table = sp.coo_matrix((np.ones(int(known.sum()), np.float32), (at[known], near[known])), shape=shape).tocsr()
    rows = np.asarray(table.sum(1)).ravel() + 1e-9
    columns = np.asarray(table.sum(0)).ravel() + 1e-9
    cells = table.tocoo()
    # Smoothed columns (power 0.75) keep rare neighbours from dominating; farther neighbours count less.
    values = np.log(cells.data * table.sum() / (rows[cells.row] * columns[cells.col] ** 0.75 * columns.sum() ** 0.25))
    return sp.csr_matrix((np.maximum(values, 0) * (1 if abs(offset) == 1 else 0.6), (cells.row, cells.col)), shape=shape)


def hashed(words: Sequence[str], labels: Sequence[int], bits: int = 16) -> tuple[bytes, bytes]:
    """Return fingerprints and classes by hash slot; the most frequent word of a slot has it."""
    prints, classes = bytearray(1 << bits), bytearray(1 << bits)
    for word, label in zip(words, labels, strict=True):
        value = crc32(word.encode())
        slot = value & ((1 << bits) - 1)
        if not prints[slot]:
            prints[slot], classes[slot] = (value >> 24) | 1, label
    return bytes(prints), bytes(classes)
