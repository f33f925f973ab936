"""The debris packs: what they must leave alone, what they must find, and their figures on labelled pages."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cleaner.document import Document
from cleaner.matcher import Matcher
from cleaner.rulefile import load_rules
from cleaner.rules import Rule
from cleaner.tables import rules_dir

LANGUAGES = ("de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "zh")
LONG = {
    "de": "Die alte Fähre hatte in ihrem letzten Sommer so viele Gäste wie nie zuvor, und am Abend der letzten Fahrt stand das Dorf da.",
    "en": "The old ferry carried more guests in its last summer than ever before, and on the evening of its last trip all came down.",
    "ja": "その古い渡し船は最後の夏にかつてないほど多くの客を運び、最後の航海の夕方には村じゅうの人が岸に集まって手を振ったという。",
    "zh": "那条旧渡船在最后一个夏天运送的客人比以往任何时候都多，最后一次航行的傍晚，全村的人都来到岸边挥手告别，直到看不见为止。",
}


@pytest.fixture(scope="module")
def rules() -> tuple[Rule, ...]:
    return load_rules(sorted(rules_dir().glob("*/debris.toml"))).select(stages=("debris",), profile="precise")


@pytest.fixture(scope="module")
def matcher(rules: tuple[Rule, ...]) -> Matcher:
    return Matcher(rules)


def found(matcher: Matcher, text: str, lang: str) -> list[str]:
    return [text[m.start : m.end] for m in matcher(Document(text, lang=lang)).matches.get("debris", ())]


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("en", ["The last ferry", "By Hanna Reed", "LONDON, May 3", LONG["en"], "Business", LONG["en"]]),
        ("en", ["Search", LONG["en"], "What happened next", LONG["en"], "Comments", LONG["en"]]),
        ("en", ["Privacy policy", LONG["en"], "We use cookies for the following purposes:", LONG["en"]]),
        ("en", ["“Share it,” she said.", "“Close the door.”", "Like this?", "Next!"]),
        ("en", ["Introduction", LONG["en"], "See also", "References", "Further reading"]),
        ("de", ["Die letzte Fähre", "Von Hanna Ried", LONG["de"], "Kommentare", LONG["de"]]),
        ("de", ["Datenschutz", LONG["de"], "Wir verwenden Cookies für folgende Zwecke:", LONG["de"]]),
        ("ja", ["最後の渡し船", LONG["ja"], "コメント", LONG["ja"], "最新ニュースによれば道は通れる。"]),
        ("zh", ["最后的渡船", LONG["zh"], "评论", LONG["zh"], "相关文章明天刊出。"]),
    ],
)
def test_articles_keep_every_line(matcher: Matcher, lang: str, lines: list[str]) -> None:
    assert found(matcher, "\n".join(lines), lang) == []


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "Leave a Reply"),
        ("en", "Down Icon"),
        ("en", "Animated ArrowAnimated Arrow"),
        ("en", "Share on Facebook | Share on Twitter"),
        ("en", "READ MORE: Ferry to be sold"),
        ("en", "© 2020 The Ferry Post"),
        ("en", "actions"),
        ("de", "Das könnte Sie auch interessieren:"),
        ("de", "Deine E-Mail-Adresse wird nicht veröffentlicht. Erforderliche Felder sind mit * markiert"),
        ("ja", "この記事をシェアする"),
        ("zh", "阅读全文 »"),
    ],
)
def test_furniture_below_an_article_is_found(matcher: Matcher, lang: str, line: str) -> None:
    assert line in found(matcher, f"{LONG[lang]}\n{line}", lang)


def test_furniture_inside_a_line_is_found(matcher: Matcher) -> None:
    text = f"{LONG['en']} Your email address will not be published. Required fields are marked * {LONG['en']}"
    assert found(matcher, text, "en") == ["Your email address will not be published. Required fields are marked *"]


def test_each_language_has_a_pack() -> None:
    assert {path.parent.name for path in rules_dir().glob("*/debris.toml")} == {"any", *LANGUAGES}


def test_no_pattern_runs_on_every_line(rules: tuple[Rule, ...]) -> None:
    assert [rule.id for rule in rules if rule.match == "regex" and not rule.prefilter] == []


def judged(matcher: Matcher, path: Path) -> Iterator[tuple[str, object, bool, int]]:
    """Yield (view, label, whether a rule covers half of it, words) for each line."""
    with path.open(encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            texts = [line["text"].replace("\n", " ") for line in row["lines"]]
            document = Document("\n".join(texts), lang=row["lang"])
            covered: Counter[int] = Counter()
            for match in matcher(document).matches.get("debris", ()):
                covered[document.lines.at(match.start)] += match.end - match.start
            view = "naive" if row["extractor"] == "naive" else "residual"
            for index, line in enumerate(row["lines"]):
                yield view, line["label"], 2 * covered[index] >= len(texts[index].strip()) > 0, len(texts[index].split())


def figures(matcher: Matcher, path: Path, view: str) -> tuple[float, float, float]:
    """Precision and recall in lines, and the share of article words lost."""
    hits: Counter[object] = Counter()
    lines: Counter[object] = Counter()
    words: Counter[bool] = Counter()
    for seen, label, hit, size in judged(matcher, path):
        if seen == view:
            lines[label] += 1
            hits[label] += hit
            words[hit] += size if label == 0 else 0
    return hits[1] / (hits[1] + hits[0]), hits[1] / lines[1], words[True] / words.total()


@pytest.mark.parametrize(("view", "precision", "recall"), [("residual", 0.94, 0.22), ("naive", 0.98, 0.09)])
def test_figures_on_labelled_pages(matcher: Matcher, data_dir: Path, view: str, precision: float, recall: float) -> None:
    """Most of the false removals are furniture that the references kept: comment counts, newsletter calls, copyright lines."""
    got = figures(matcher, data_dir / "debris" / "dev.jsonl", view)
    assert got[0] >= precision
    assert got[1] >= recall
    assert got[2] <= 0.001


def test_figures_on_labelled_snippets(matcher: Matcher, data_dir: Path) -> None:
    precision, recall, lost = figures(matcher, data_dir / "debris" / "dev_sparse.jsonl", "residual")
    assert precision >= 0.99
    assert recall >= 0.35
    assert lost <= 0.0005


@pytest.mark.parametrize(("name", "most"), [("en_text", 8), ("ml_text", 8)])
def test_clean_documents_stay(matcher: Matcher, data_dir: Path, name: str, most: int) -> None:
    """Of 32,339 and 23,743 documents; what is hit there is furniture that the collection kept (related links, consent banners)."""
    zstandard = pytest.importorskip("zstandard")
    touched = 0
    with (data_dir / "train" / f"{name}.jsonl.zst").open("rb") as file:
        for row in map(json.loads, io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8")):
            matches = matcher(Document(row["text"], lang=row.get("lang", "en"))).matches.get("debris", ())
            touched += bool(matches)
    assert touched <= most
