"""The benchmarks themselves: what they count, how they map places back, and that they say what a table was trained on."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import growth
import quality
import scoring
import tables
import throughput
from corpora import every, read_jsonl, sample_texts
from svg import line_chart
from timing import Timing, interleaved, ratio

from cleaner import Edit, Finding


@pytest.mark.parametrize(
    ("count", "chosen"), [(None, [0, 1, 2, 3, 4]), (9, [0, 1, 2, 3, 4]), (2, [0, 2]), (5, [0, 1, 2, 3, 4]), (1, [0]), (0, [])]
)
def test_every(count: int | None, chosen: list[int]) -> None:
    assert every(range(5), count) == chosen


def test_records_of_plain_jsonl(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": "é"}\n\n{"a": 2}\n', encoding="utf-8")
    assert list(read_jsonl(path)) == [{"a": "é"}, {"a": 2}]


def test_samples_hold_texts() -> None:
    assert all(text.strip() for text in sample_texts())
    assert len(sample_texts()) >= 3


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (3, "3"), (0.0, "0.000"), (0.5, "0.500"), (0.00012, "0.00012"), (-0.25, "-0.250"), (57.1234, "57.123"), (512.6, "513")],
)
def test_number(value: float | None, text: str) -> None:
    assert tables.number(value) == text


def test_timing_in_turns_calls_each_job_on_every_text_of_every_round() -> None:
    seen: dict[str, list[str]] = {"a": [], "b": []}
    jobs = {name: lambda part, name=name: seen[name].extend(part) for name in seen}
    timings = interleaved(jobs, ["x", "y", "z"], rounds=2)
    assert sorted(seen["a"]) == sorted(seen["b"]) == sorted(["x", "y", "z"] * 3)
    assert len(timings["a"].rounds) == 2


def test_ratio_of_best_rounds_with_the_least_and_greatest() -> None:
    timings = {"a": Timing((4.0, 2.0)), "b": Timing((1.0, 2.0))}
    assert ratio(timings, "a", "b") == (2.0, 1.0, 4.0)
    assert timings["a"].spread == 0.5


def test_chart_is_well_formed_and_shows_each_point() -> None:
    chart = line_chart("A <b>", "x & y", "z", ["1", "2", "3"], {"one": [0.1, None, 0.3], "two": [1, 2, 3]})
    root = ElementTree.fromstring(chart)
    circles = [node for node in root.iter() if node.tag.endswith("circle")]
    assert len(circles) == 5
    assert all(0 <= float(circle.attrib["cy"]) <= 360 for circle in circles)


def test_made_up_phrases_are_distinct_and_always_the_same() -> None:
    phrases = growth.made_up_phrases(500, ["the", "of"])
    assert len(set(phrases)) == 500
    assert phrases == growth.made_up_phrases(500, ["the", "of"])


def test_characters_of_debris_and_article_that_removals_cover() -> None:
    record = {"id": "1", "lines": [{"text": "ab", "label": 1}, {"text": "cd e", "label": 0}, {"text": "f", "label": "ambiguous"}]}
    removal = Edit(1, 5, "b\ncd", "", ("debris.x",), "debris")
    repair = Edit(6, 7, "e", "é", ("mojibake.x",), "mojibake")
    assert scoring._characters([record], {"1": SimpleNamespace(edits=[removal, repair])}) == (0.5, 2 / 3)


def _predictor(places: dict[str, int]) -> Any:
    """A stand-in that reports a lost name wherever a text holds one of the given words."""

    def predict(_profile: str, records: list[dict[str, Any]], text_of: Any) -> Any:
        for record in records:
            text = text_of(record)
            starts = [text.index(word) + at for word, at in places.items() if word in text]
            found = [Finding(start, start, "", "truncation.lost-name", "truncation") for start in starts]
            yield record, SimpleNamespace(findings=found, source=text)

    return predict


def test_places_in_joined_documents_go_back_to_their_paragraphs() -> None:
    gold = [
        {"id": "en-a-2-c", "kind": "html", "source": "s", "text": "second whole", "holes": []},
        {"id": "en-a-2-h", "kind": "html", "source": "s", "text": "second broken", "holes": [{"offset": 6}]},
        {"id": "en-a-1-c", "kind": "html", "source": "s", "text": "first", "holes": []},
        {"id": "en-b-1-c", "kind": "wiki", "source": "t", "text": "broken too", "holes": []},
    ]
    found = scoring._documents_of_holes(gold, _predictor({"first": 2, "broken": -1}), "precise")
    assert sorted((row["id"], row["offsets"]) for row in found) == [("en-a-1-c", [2]), ("en-a-2-c", []), ("en-a-2-h", [6])]


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ({"trained-on": ["debris/dev.jsonl"]}, True),
        ({"trained-on": ["train/en_text.jsonl.zst"]}, False),
        ({"trained-on": []}, False),
        ({"data": "labels of debris/dev.jsonl"}, True),
        ({"data": "clean text", "held-out": {"debris/dev.jsonl": 1}}, False),
    ],
)
def test_cards_say_what_a_table_was_trained_on(card: dict[str, Any], expected: bool) -> None:
    assert quality.trained_on(card, "debris") is expected


@pytest.mark.parametrize(
    ("cards", "learned", "begin"),
    [
        ({}, [], "no learned table"),
        ({}, ["en/translation"], "no learned table"),
        ({}, ["any/debris"], "IN SAMPLE: no card"),
        ({"any/debris": {"trained-on": ["debris/dev.jsonl"]}}, ["any/debris"], "IN SAMPLE: any/debris"),
        ({"any/debris": {"trained-on": ["train/x"]}}, ["any/debris"], "apart"),
    ],
)
def test_basis(cards: dict[str, Any], learned: list[str], begin: str) -> None:
    assert quality.basis("debris", ("debris",), cards, learned).startswith(begin)


def test_table_marks_what_is_in_sample_and_shows_held_out_figures() -> None:
    rows = quality._rows({"precise": {("residual", "F1"): 0.9}}, {"residual, F1": {"precise": 0.4}})
    result = {"sample": None, "tasks": {"debris": {"rows": rows, "stages": ["debris"], "basis": "IN SAMPLE: x"}}}
    table = quality.as_markdown(result)
    assert "| debris * | residual | F1 | 0.900 (0.400) |" in table
    assert "cross-fitted" in table


def test_no_data_is_a_usage_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert quality.main(["--data", str(tmp_path / "none")]) == 2
    assert "CLEANER_DATA" in capsys.readouterr().err


def test_throughput_without_data_times_the_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "SMALL", 0)
    out = tmp_path / "speed.json"
    arguments = ["--data", str(tmp_path), "--rounds", "1", "--stages", "truncation", "--json", str(out)]
    assert throughput.main(arguments) == 0
    result = json.loads(out.read_text(encoding="utf-8"))
    assert result["texts"] == "samples"
    assert {"chain", "truncation alone", "truncation, own cost"} <= {row["what"] for row in result["rows"]}
