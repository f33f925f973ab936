"""The four labelled tasks and clean text: predictions of the chain, judged by the scorer that lies beside the data.

Each function takes the folder of the data, a predictor and a profile, and returns ``{(text, figure): value}``. A figure that a scorer
of the data computes is never computed here a second time.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from corpora import Record, every, read_jsonl
from predict import Predictor

__all__ = ["TASKS", "Figures", "run_task"]

Figures = dict[tuple[str, str], float | int | None]


def _write(path: Path, records: Iterable[Mapping[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8") as out:
        for record in records:
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def _score(script: Path, *arguments: str | Path) -> str:
    """Run a scorer of the data and return what it prints."""
    done = subprocess.run([sys.executable, str(script), *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{script}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'failed'}")
    return done.stdout


def mojibake(data: Path, predict: Predictor, profile: str, sample: int | None, folder: Path) -> Figures:
    """Repairs: lenient score, macro over the classes of corruption; what became a third text; changes to clean text."""
    gold = every(list(read_jsonl(data / "mojibake" / "dev.jsonl")), sample)
    predictions = ({"id": r["id"], "text": result.text} for r, result in predict(profile, gold, lambda r: r["text"]))
    paths = _write(folder / "gold.jsonl", gold), _write(folder / "pred.jsonl", predictions)
    script = data / "mojibake" / "score.py"
    answer = json.loads(_score(script, *paths, "--json"))
    summary, rows = answer["summary"], answer["rows"]

    def lenient(*groups: str) -> float | None:
        chosen = [rows[group] for group in groups if group in rows]
        return sum(row[2] for row in chosen) / sum(row[0] for row in chosen) if chosen else None

    figures: Figures = {
        ("corrupted", "macro lenient"): summary["macro_lenient"],
        ("corrupted", "changed but wrong"): summary["changed_but_wrong"],
        ("partial documents", "lenient"): lenient("partial documents"),
        ("legacy, Cyrillic", "lenient"): lenient("Cyrillic legacy misread"),
        ("legacy, East Asian", "lenient"): lenient("East-Asian legacy misread"),
        ("legacy, other", "lenient"): lenient("other legacy misread"),
        ("UTF-8 as single-byte", "lenient"): lenient("utf8 read as single-byte"),
        ("UTF-8 as East Asian", "lenient"): lenient("utf8 read as East-Asian"),
        ("double and triple", "lenient"): lenient("double/triple"),
        ("HTML entities", "lenient"): lenient("html entities"),
        ("C1 quotes", "lenient"): lenient("C1 quotes"),
        ("escapes, BOM, UTF-16", "lenient"): lenient("escapes/BOM/UTF-16"),
        ("partly lossy", "lenient"): lenient("lossy"),
        ("destroyed", "not made worse"): lenient("lossy (destroyed): not made worse"),
        ("clean", "changed"): summary["false_change_strict"],
        ("clean", "changed, typography aside"): summary["false_change_lenient"],
    }
    if "contested" in rows:
        figures["contested", "changed"] = 1 - rows["contested"][3] / rows["contested"][0]
    languages = json.loads(_score(script, *paths, "--json", "--by", "lang"))["rows"]
    by_language: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for key, row in languages.items():
        kind, _, language = key.rpartition(" / ")
        if kind and kind not in ("clean", "contested"):
            by_language[language][0] += row[0]
            by_language[language][1] += row[2]
    rates = {language: hit / n for language, (n, hit) in by_language.items() if n >= 30}
    if rates:
        figures["worst language", "lenient"] = min(rates.values())
    return figures


def debris(data: Path, predict: Predictor, profile: str, sample: int | None, folder: Path) -> Figures:
    """Removals by line, per view of the pages; and the same documents with their lines joined by blanks."""
    figures: Figures = {}
    gold = every(list(read_jsonl(data / "debris" / "dev.jsonl")), sample)
    results = {r["id"]: result for r, result in predict(profile, gold, lambda r: "\n".join(_lines(r)))}
    scorer = data / "debris" / "score.py"
    rows = _debris_rows(scorer, gold, results, folder)
    residual = [record for record in gold if record["extractor"] != "naive"]
    views = {"residual": rows.get("RESIDUAL (not naive)"), "naive": rows.get("extractor=naive")}
    views["residual, scrapinghub"] = _debris_rows(
        scorer, [record for record in residual if record["source"] == "scrapinghub"], results, folder
    ).get("ALL")
    sparse = every(list(read_jsonl(data / "debris" / "dev_sparse.jsonl")), sample)
    spread = {r["id"]: result for r, result in predict(profile, sparse, lambda r: "\n".join(_lines(r)))}
    views["sparse labels, German"] = _debris_rows(scorer, [r for r in sparse if r["lang"] == "de"], spread, folder).get("ALL")
    names = {"precision": "precision", "recall": "recall", "f1": "F1", "article_words_lost": "article words lost"}
    names["docs_losing_over_5pct_words"] = "documents losing > 5 % of their words"
    for view, row in views.items():
        if row:
            figures.update({(view, name): row[key] for key, name in names.items()})
    joined = {r["id"]: result for r, result in predict(profile, residual, lambda r: " ".join(_lines(r)))}
    for name, chosen in (("residual", results), ("residual, lines joined", joined)):
        found, lost = _characters(residual, chosen)
        figures[name, "debris characters found"] = found
        figures[name, "article characters lost"] = lost
    return figures


def _lines(record: Record) -> list[str]:
    return [line["text"] for line in record["lines"]]


def _debris_rows(scorer: Path, gold: Sequence[Record], results: Mapping[str, Any], folder: Path) -> dict[str, dict[str, float]]:
    if not gold:
        return {}
    golden = _write(folder / "gold.jsonl", gold)
    predicted = _write(folder / "pred.jsonl", ({"id": r["id"], "text": results[r["id"]].text} for r in gold))
    _score(scorer, golden, predicted, "--by", "extractor", "--json", folder / "out.json")
    rows: dict[str, dict[str, float]] = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    return rows


def _characters(gold: Sequence[Record], results: Mapping[str, Any]) -> tuple[float, float]:
    """Return the shares of debris and of article characters that removals cover; blanks don't count.

    The same measure for lines and for lines joined by blanks, which the scorer of the data can't compare.
    """
    total = Counter[Any]()
    gone = Counter[Any]()
    for record in gold:
        lines = _lines(record)
        starts = [0, *accumulate(len(line) + 1 for line in lines)]
        label = [line["label"] for line in record["lines"]]
        for line, text in zip(label, lines, strict=True):
            total[line] += sum(not c.isspace() for c in text)
        for edit in results[record["id"]].edits:
            if edit.after:
                continue
            for index in range(bisect_right(starts, edit.start) - 1, bisect_right(starts, max(edit.start, edit.end - 1))):
                part = edit.before[max(0, starts[index] - edit.start) : max(0, starts[index + 1] - edit.start)]
                if index < len(label):
                    gone[label[index]] += sum(not c.isspace() for c in part)
    return gone[1] / max(1, total[1]), gone[0] / max(1, total[0])


def holes(data: Path, predict: Predictor, profile: str, sample: int | None, folder: Path) -> Figures:
    """Lost names: recall and false alarms per 10,000 words, paragraph by paragraph and as documents of one source."""
    gold = every(list(read_jsonl(data / "holes" / "dev.jsonl")), sample)
    golden = _write(folder / "gold.jsonl", gold)
    scorer = data / "holes" / "score.py"
    alone = {r["id"]: _places(result.findings) for r, result in predict(profile, gold, lambda r: r["text"])}
    paragraphs = _write(folder / "pred.jsonl", ({"id": key, "offsets": places} for key, places in alone.items()))
    joined = _write(folder / "joined.jsonl", _documents_of_holes(gold, predict, profile))
    figures: Figures = {}
    groups = {
        "web (en)": ("en", "html", paragraphs),
        "Wikipedia (en)": ("en", "wiki", paragraphs),
        "informal (en)": ("en", "ud", paragraphs),
        "web (en), one document per source": ("en", "html", joined),
        "web (de)": ("de", "html", paragraphs),
    }
    for name, (language, kind, predicted) in groups.items():
        if any(r["lang"] == language and r["kind"] == kind for r in gold):
            answer = _score(scorer, golden, predicted, "--lang", language, "--kind", kind, "--variant", "tidy")
            row = json.loads(answer.splitlines()[0])
            figures[name, "recall of all holes"] = row["recall_all"]
            if language == "en":
                figures[name, "recall of detectable holes"] = row["recall_detectable"]
            figures[name, "false alarms per 10,000 clean words"] = row["fa_per_10k_clean_words"]
            figures[name, "precision on texts with holes"] = row["precision_on_texts_with_holes"]
    others = [r for r in gold if r["lang"] in ("fr", "es") and not r["holes"]]
    words = sum(len(r["text"].split()) for r in others)
    figures["web (fr, es)", "false alarms per 10,000 clean words"] = 1e4 * sum(len(alone[r["id"]]) for r in others) / max(1, words)
    return figures


def _places(findings: Iterable[Any]) -> list[int]:
    """The places of lost names; a text that was cut at its end is another kind of finding, which this data doesn't label."""
    return [f.start for f in findings if f.stage == "truncation" and not f.rule.startswith("truncation.cut")]


def _documents_of_holes(gold: Sequence[Record], predict: Predictor, profile: str) -> list[dict[str, Any]]:
    """Predict on whole documents: the web paragraphs of one source in their order, all clean, and again with all holes."""
    sources: dict[str, list[Record]] = defaultdict(list)
    for record in gold:
        if record["kind"] == "html":
            sources[record["source"]].append(record)
    documents = []
    for source in sorted(sources):
        records = sorted(sources[source], key=lambda r: (re.sub(r"\D", "", r["id"]), r["id"]))
        damaged = {r["id"][:-2] for r in records if r["holes"]}
        clean = [r for r in records if not r["holes"]]
        holed = [r for r in records if r["holes"] or r["id"][:-2] not in damaged]
        documents += [
            {"source": source, "id": f"{source}{mark}", "paragraphs": paragraphs, "wanted": wanted}
            for mark, paragraphs, wanted in (("-c", clean, clean), ("-h", holed, [r for r in holed if r["holes"]]))
            if wanted
        ]
    predictions = []
    for document, result in predict(profile, documents, lambda d: "\n\n".join(p["text"] for p in d["paragraphs"])):
        wanted = {r["id"] for r in document["wanted"]}
        at = 0
        places = _places(result.findings)
        for paragraph in document["paragraphs"]:
            end = at + len(paragraph["text"])
            if paragraph["id"] in wanted:
                predictions.append({"id": paragraph["id"], "offsets": [place - at for place in places if at <= place <= end]})
            at = end + 2
    return predictions


def mt(data: Path, predict: Predictor, profile: str, sample: int | None, folder: Path) -> Figures:
    """Translation artifacts: recall by kind of record, false alarms per 100,000 words, and documents ranked by their score."""
    gold = list(read_jsonl(data / "mt" / "dev.jsonl"))
    if sample is not None:
        real = [r for r in gold if r.get("how") == "real"]
        gold = real + every([r for r in gold if r.get("how") != "real"], sample)
    golden = _write(folder / "gold.jsonl", gold)
    scorer = data / "mt" / "score.py"
    by_rule: Counter[str] = Counter()
    predictions = []
    for record, result in predict(profile, gold, lambda r: r["text"]):
        spans = [[f.start, f.end, f.rule] for f in result.findings if f.stage == "translation"]
        predictions.append({"id": record["id"], "spans": spans})
        if record["label"] == "clean":
            by_rule.update(rule for _, _, rule in spans)
    answer = json.loads(_score(scorer, golden, _write(folder / "pred.jsonl", predictions), "--json"))
    whole = json.loads(_score(scorer, golden, _write(folder / "whole.jsonl", _documents_of_mt(gold, predict, profile)), "--json"))
    figures: Figures = {
        ("listed phrases", "recall"): answer.get("recall_carrier"),
        ("substituted phrases", "recall"): answer.get("recall_substituted"),
        ("real texts", "recall"): answer.get("recall_real"),
        ("real texts", "precision"): answer.get("precision_real"),
        ("real texts, whole documents", "recall"): whole.get("recall_real"),
        ("real texts, whole documents", "precision"): whole.get("precision_real"),
        ("clean", "false alarms per 100,000 words"): answer["false_alarms_per_100k"],
        ("clean, whole documents", "false alarms per 100,000 words"): whole["false_alarms_per_100k"],
        ("documents", "AUC of the score"): whole["doc_auc"],
    }
    for source, rate in answer["false_alarms_per_100k_by_source"].items():
        if not source.startswith("seed"):
            figures[f"clean, {source}", "false alarms per 100,000 words"] = rate
    for rule, count in by_rule.most_common(5):
        figures["clean, by rule", f"alarms of {rule}"] = count
    return figures


def _documents_of_mt(gold: Sequence[Record], predict: Predictor, profile: str) -> list[dict[str, Any]]:
    """Predict on whole documents; the score of a document is given to its first record, which the scorer sums over."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in gold:
        if "doc" in record:
            groups[record["doc"]].append(record)
    documents = [{"id": name, "doc": name, "records": sorted(group, key=_number)} for name, group in sorted(groups.items())]
    predictions: list[dict[str, Any]] = [{"id": r["id"], "spans": [], "score": 0.0} for r in gold if "doc" not in r]
    for document, result in predict(profile, documents, lambda d: "\n".join(r["text"] for r in d["records"])):
        at = 0
        score = result.scores.get("translation") or 0.0
        for record in document["records"]:
            end = at + len(record["text"])
            spans = [[f.start - at, f.end - at] for f in result.findings if f.stage == "translation" and at <= f.start < end]
            predictions.append({"id": record["id"], "spans": spans, "score": score})
            score, at = 0.0, end + 1
    return predictions


def _number(record: Record) -> int:
    return int(re.findall(r"\d+", record["id"])[-1])


def clean(data: Path, predict: Predictor, profile: str, sample: int | None, folder: Path) -> Figures:
    """Clean documents in English and 34 languages: how many each stage changes, and what it reports in them."""
    figures: Figures = {}
    for name, file, count in (("English", "en_text.jsonl.zst", 1500), ("34 languages", "ml_text.jsonl.zst", 700)):
        path = data / "train" / file
        if not path.is_file():
            continue
        records = every(list(read_jsonl(path)), min(count, sample or count))
        seen: Counter[str] = Counter()
        words = 0
        for _, result in predict(profile, records, lambda r: r["text"]):
            words += len(result.source.split())
            stages = {rule.partition(".")[0] for edit in result.edits for rule in edit.rules}
            seen.update(f"{stage} changed" for stage in stages)
            seen.update(f"{finding.stage} found" for finding in result.findings)
            removals = [edit for edit in result.edits if any(rule.startswith("debris.") for rule in edit.rules)]
            removed = sum(len(edit.before) - len(edit.after) for edit in removals)
            seen["debris lost"] += removed > 0.01 * len(result.source)
        text = f"{name}, {len(records)} documents"
        if "mojibake" in predict.stages:
            figures[text, "changed by mojibake"] = seen["mojibake changed"] / len(records)
        if "debris" in predict.stages:
            figures[text, "changed by debris"] = seen["debris changed"] / len(records)
            figures[text, "losing > 1 % to debris"] = seen["debris lost"] / len(records)
        if name == "English" or profile == "precise":
            for stage in predict.stages:
                figures[text, f"{stage} findings per 10,000 words"] = 1e4 * seen[f"{stage} found"] / max(1, words)
    return figures


Task = Callable[[Path, Predictor, str, int | None, Path], Figures]
TASKS: Mapping[str, tuple[Task, tuple[str, ...]]] = {
    "mojibake": (mojibake, ("mojibake",)),
    "debris": (debris, ("debris",)),
    "holes": (holes, ("truncation",)),
    "mt": (mt, ("translation",)),
    "clean": (clean, ("mojibake", "debris", "translation", "truncation")),
}
"""Each task with the stages that it concerns; ``clean`` concerns all of them."""


def run_task(task: str, data: Path, predict: Predictor, profile: str, sample: int | None) -> Figures:
    """Return the figures of ``task`` for one profile."""
    with tempfile.TemporaryDirectory() as folder:
        return TASKS[task][0](data, predict, profile, sample, Path(folder))
