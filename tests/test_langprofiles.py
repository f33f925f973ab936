"""The n-gram judge of languages: right, repeatable, and indifferent to its cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaner import langprofiles
from cleaner.langprofiles import best_language

CASES = {
    "": None,
    "12345 — …": None,
    "https://example.org/der-die-das me@example.org": None,
    "The harbour lies behind the old town, and ferries leave for the islands before sunrise.": "en",
    "Der Hafen liegt hinter der Altstadt, und die Fähren fahren vor Sonnenaufgang zu den Inseln.": "de",
    "Le port se trouve derrière la vieille ville et les bateaux partent avant le lever du soleil.": "fr",
    "Порт лежит за старым городом, и паромы уходят к островам ещё до рассвета.": "ru",
    "Port leży za starym miastem, a promy odpływają na wyspy przed wschodem słońca.": "pl",
    "港口位于老城后面，渡轮在日出之前开往各个岛屿。": "zh-cn",
}


@pytest.mark.parametrize(("text", "language"), CASES.items())
def test_answers(text: str, language: str | None) -> None:
    assert best_language(text) == language


def test_the_same_with_without_and_with_a_damaged_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANER_CACHE", str(tmp_path))
    langprofiles._profiles.cache_clear()
    answers = [[best_language(text) for text in CASES]]
    (kept,) = tmp_path.glob("languages-*.bin")
    whole = kept.read_bytes()
    for damaged in (whole, whole[: len(whole) // 2], b"", b"[]\n"):
        kept.write_bytes(damaged)
        langprofiles._profiles.cache_clear()
        answers.append([best_language(text) for text in CASES])
    langprofiles._profiles.cache_clear()
    assert answers == [list(CASES.values())] * 5
    assert kept.read_bytes() == whole
