"""Established English word pairs and WordNet swaps, from sources whose licence lets their statistics ship.

Sources: the class S n-gram lists of the training pack; WordNet 3.0 (terms and glosses; Debian ``wordnet-base``); docstrings of
scientific Python packages under BSD, MIT or Apache licences (their wheels in a folder); the open ontologies MONDO, UBERON, EFO, CL
and ChEBI (CC BY 4.0 or Apache-2.0) in the wheel of ``cellxgene-ontology-guide``, and the ICD-10-CM texts (public domain) in that of
``simple-icd-10-cm``. Counts are brought to one scale, occurrences in a billion words; small sources weigh less than their size asks.
"""

from __future__ import annotations

import ast
import io
import itertools
import json
import math
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import zstandard

from cleaner.stages.wordpairs import STOP_WORDS

Pairs = Counter[tuple[str, str]]
SEGMENT = re.compile(r"[^a-z'’ \-\n]+|\n\n|(?<![a-z])-|-(?![a-z])")
ONTOLOGIES = (
    "MONDO-ontology-v2026",
    "UBERON-ontology-v2026",
    "EFO-ontology-v3.90",
    "CL-ontology-v2026",
    "CHEBI-ontology-2026-05",
)
WEB_TOKENS = 1_024_908_267_229
"""Tokens behind the web counts (Google Web Trillion Word Corpus)."""


def lines_of(path: Path) -> Iterator[str]:
    """Yield the lines of a Zstandard file."""
    with path.open("rb") as file:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
            yield line.rstrip("\n")


def count(text: str, pairs: Pairs) -> None:
    """Add the pairs of neighbouring words of ``text``; punctuation parts, a hyphen between letters does not."""
    for part in SEGMENT.split(text.lower()):
        words = [word.replace("’", "'") for word in re.split(r"[ \-\n]+", part) if word]
        pairs.update(itertools.pairwise(words))


def docstrings(wheels: Path) -> Pairs:
    """Pairs in the docstrings of all wheels in a folder."""
    pairs: Pairs = Counter()
    seen: set[str] = set()
    for path in sorted(wheels.glob("*.whl")):
        archive = zipfile.ZipFile(path)
        for name in archive.namelist():
            if not name.endswith(".py") or "/tests/" in name or "test_" in name:
                continue
            try:
                tree = ast.parse(archive.read(name).decode("utf-8"))
            except (SyntaxError, ValueError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)):
                    for paragraph in re.split(r"\n\s*\n", ast.get_docstring(node) or ""):
                        if len(paragraph) < 40 or ">>>" in paragraph or paragraph in seen:
                            continue
                        seen.add(paragraph)
                        plain = re.sub(r"``[^`]*``|`[^`]*`|:\w+:|[\w.]+\(|\w*_\w*|https?://\S+|\$[^$]*\$", " # ", paragraph)
                        count(re.sub(r"\s*\n\s*", " ", plain), pairs)
    return pairs


def biomedical(wheels: Path) -> Pairs:
    """Pairs in the labels, synonyms and definitions of open ontologies and of ICD-10-CM."""
    pairs: Pairs = Counter()
    seen: set[str] = set()
    for path in sorted(wheels.glob("cellxgene_ontology_guide-*.whl")):
        archive = zipfile.ZipFile(path)
        for prefix in ONTOLOGIES:
            name = max(name for name in archive.namelist() if prefix in name)
            raw = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(archive.read(name))).read()
            for entry in json.loads(raw).values():
                for text in (entry.get("label"), entry.get("description"), *(entry.get("synonyms") or [])):
                    if text and len(text) < 1500 and text not in seen:
                        seen.add(text)
                        count(text, pairs)
    for path in sorted(wheels.glob("simple_icd_10_cm-*.whl")):
        archive = zipfile.ZipFile(path)
        name = next(name for name in archive.namelist() if name.endswith(".xml"))
        for text in dict.fromkeys(re.findall(r"<(?:desc|note)>([^<]+)<", archive.read(name).decode("utf-8"))):
            count(text, pairs)
    return pairs


class WordNet:
    """WordNet 3.0 as read from its data files."""

    def __init__(self, folder: Path) -> None:
        """Read ``data.noun`` and its siblings in ``folder``."""
        self.synsets: dict[tuple[str, str], list[str]] = {}
        self.pointers: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        self.glosses: Pairs = Counter()
        self.terms: set[tuple[str, str]] = set()
        for name in ("noun", "verb", "adj", "adv"):
            for line in (folder / f"data.{name}").read_text("latin-1").splitlines():
                if line.startswith("  "):
                    continue
                data, _, gloss = line.partition(" | ")
                fields = data.split()
                key = (fields[0], fields[2])
                size = int(fields[3], 16)
                words = [fields[4 + 2 * i].split("(")[0] for i in range(size)]
                at = 4 + 2 * size
                self.synsets[key] = words
                self.pointers[key] = [
                    (fields[at + 1 + 4 * i], fields[at + 2 + 4 * i], fields[at + 3 + 4 * i]) for i in range(int(fields[at]))
                ]
                count(gloss, self.glosses)
                for word in words:
                    parts = word.lower().replace("-", "_").split("_")
                    if len(parts) == 2 and all(map(str.isalpha, parts)):
                        self.terms.add((parts[0], parts[1]))

    def swaps(self) -> dict[str, dict[str, int]]:
        """For each word what it may stand for: 0 for a synonym, 1 for a related word, in the same inflection."""
        table: dict[str, dict[str, int]] = defaultdict(dict)

        def link(left: list[str], right: list[str], part: str, kind: int) -> None:
            for one in left:
                for other in right:
                    if one != other:
                        for form, other_form in _matching_forms(one, other, part):
                            if kind < table[form].get(other_form, 9):
                                table[form][other_form] = kind

        for key, words in self.synsets.items():
            plain = [word.lower() for word in words if word.isalpha()]
            part = "a" if key[1] == "s" else key[1]
            link(plain, plain, part, 0)
            for symbol, offset, part_of_target in self.pointers[key]:
                target = (offset, part_of_target)
                if target not in self.synsets:
                    target = (offset, "s")
                if symbol in "&~@^*$" and target in self.synsets and ("a" if target[1] == "s" else target[1]) == part:
                    link(plain, [word.lower() for word in self.synsets[target] if word.isalpha()], part, 1)
        return table


def _forms(word: str, part: str) -> dict[str, str]:
    """Inflected forms of a word by kind, by the regular rules."""
    forms = {"": word}
    vowel = word[-2:-1] in "aeiou"
    if part in "nv":
        if word.endswith(("s", "x", "z", "ch", "sh")):
            forms["s"] = word + "es"
        elif word.endswith("y") and not vowel:
            forms["s"] = word[:-1] + "ies"
        else:
            forms["s"] = word + "s"
    if part == "v":
        stem = word.removesuffix("e")
        double = len(word) > 2 and word[-1] not in "aeiouwxy" and vowel and word[-3] not in "aeiou"
        forms["ing"], forms["ed"] = stem + "ing", (word[:-1] + "ied" if word.endswith("y") and not vowel else stem + "ed")
        if double:
            forms["ing2"], forms["ed2"] = word + word[-1] + "ing", word + word[-1] + "ed"
    return forms


def _matching_forms(one: str, other: str, part: str) -> Iterator[tuple[str, str]]:
    left, right = _forms(one, part), _forms(other, part)
    for kind, form in left.items():
        for other_kind, other_form in right.items():
            if kind.rstrip("2") == other_kind.rstrip("2"):
                yield form, other_form


class English:
    """Counts of words and established pairs on one scale: occurrences in a billion words."""

    def __init__(self, ngrams: Path, wordnet: WordNet, wheels: Path) -> None:
        """Read the n-gram lists, and count glosses, docstrings and ontologies."""
        self.unigrams: dict[str, float] = {}
        for line in lines_of(ngrams / "wordsegment_unigrams_en.txt.zst"):
            word, number = line.split("\t")
            self.unigrams[word] = int(number) / WEB_TOKENS * 1e9
        pairs: dict[tuple[str, str], float] = defaultdict(float)

        def add(left: str, right: str, number: float) -> None:
            if min(len(left), len(right)) > 1 and left not in STOP_WORDS and right not in STOP_WORDS:
                pairs[left, right] = max(pairs[left, right], number)

        for name in ("wordsegment_bigrams_en.txt.zst", "symspell_bigrams_en_243342.txt.zst"):
            for line in lines_of(ngrams / name):
                left, right, number = line.lower().split()
                add(left, right, int(number) / 1000)
        for line in lines_of(ngrams / "pack_bigrams_open_licence.tsv.zst"):
            words, number = line.rsplit("\t", 1)
            left, _, right = words.replace("’", "'").partition(" ")
            add(left, right, int(number) * 200)
        for source, least, weight in ((wordnet.glosses, 3, 150), (docstrings(wheels), 3, 80), (biomedical(wheels), 3, 50)):
            for (left, right), times in source.items():
                if times >= least:
                    add(left, right, times * weight)
        for left, right in wordnet.terms:
            add(left, right, 100)
        self.pairs = dict(pairs)

    def zipf(self, word: str) -> float:
        """log10 of a word's occurrences in a billion words; 0 when unknown."""
        return math.log10(max(self.unigrams.get(word, 1.0), 1.0))
