"""Both scan engines against one slow definition of what a literal scan finds."""

from __future__ import annotations

import pickle
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_text, documents

from cleaner.scanner import ENGINES, LiteralScanner, cache_dir, fold

ENGINES_HERE = [engine for engine in ENGINES if find_spec(engine)]
ALPHABET = "abAB \n'$éÉßſİıΣσςñあ\u0301\x00\U0001f600\ud800\udc00"


def reference(literals: list[str], folded: str) -> list[tuple[int, int, int]]:
    """Every occurrence of every literal, overlapping ones included, sorted."""
    found = []
    for index, literal in enumerate(literals):
        at = folded.find(literal)
        while at >= 0:
            found.append((at, at + len(literal), index))
            at = folded.find(literal, at + 1)
    return sorted(found)


def test_engines_are_here() -> None:
    assert "ahocorasick_rs" in ENGINES_HERE


@pytest.mark.parametrize("engine", ENGINES_HERE)
@pytest.mark.parametrize(
    ("literals", "text", "found"),
    [
        (["icon"], "", []),
        ([], "anything", []),
        (["icon"], "nothing here", []),
        (["icon"], "Down ICON", [(5, 9, 0)]),
        (["aa"], "aaaa", [(0, 2, 0), (1, 3, 0), (2, 4, 0)]),
        (["ab", "abc", "b"], "abc", [(0, 2, 0), (0, 3, 1), (1, 2, 2)]),
        (["rock"], "Straße 😀 Rock", [(9, 13, 0)]),  # positions are code points
        (["istanbul"], "İstanbul’un", [(0, 8, 0)]),  # lower-casing it must not shift what follows
        (["un"], "İİİ un", [(4, 6, 0)]),
        (["b"], "a\ud800b", [(2, 3, 0)]),
        (["b"], "\ud83d\ude00b", [(2, 3, 0)]),  # two lone surrogates stay two code points
        (["a\x00b"], "xA\x00B", [(1, 4, 0)]),
        (["é"], "É e\u0301", [(0, 1, 0)]),
        (["οδος"], "ΟΔΟΣ οδοσ", [(0, 4, 0), (5, 9, 0)]),  # the form of a sigma depends on its place
        (["$ 14"], "committing$ 14 billion", [(10, 14, 0)]),
        (["あい"], "のあいあい", [(1, 3, 0), (3, 5, 0)]),
    ],
)
def test_finds(engine: str, literals: list[str], text: str, found: list[tuple[int, int, int]]) -> None:
    literals = [fold(literal) for literal in literals]
    assert reference(literals, fold(text)) == found
    assert LiteralScanner(literals, engine).find(fold(text)) == found


@pytest.mark.parametrize("engine", ENGINES_HERE)
@given(
    literals=st.lists(
        st.text([c for c in ALPHABET if not "\ud800" <= c <= "\udfff"], min_size=1, max_size=4), min_size=1, max_size=8
    ),
    text=st.text(ALPHABET, max_size=60),
)
def test_equals_the_definition(engine: str, literals: list[str], text: str) -> None:
    literals = list(dict.fromkeys(map(fold, literals)))
    folded = fold(text)
    assert LiteralScanner(literals, engine).find(folded) == reference(literals, folded)


@given(documents)
def test_engines_agree_on_documents(text: str) -> None:
    literals = ["icon", "arrow", " a", "e", "the", "é", "â€", "&amp;", "\u0301", "reply", "n i", "。", "\u202e"]
    folded = fold(text)
    expected = reference(literals, folded)
    for engine in ENGINES_HERE:
        assert LiteralScanner(literals, engine).find(folded) == expected


@given(any_text)
def test_fold_keeps_every_position(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    for before, after in zip(text, folded, strict=True):
        assert after == {"İ": "i", "Σ": "σ", "ς": "σ", "ſ": "s"}.get(before, before.lower())


@pytest.mark.parametrize("engine", ENGINES_HERE)
def test_travels_to_processes_and_threads(engine: str) -> None:
    scanner = LiteralScanner(["down icon", "é"], engine)
    assert scanner.find("é down icon")
    again = pickle.loads(pickle.dumps(scanner))
    found: list[list[tuple[int, int, int]]] = []
    threads = [threading.Thread(target=lambda: found.append(again.find("é down icon"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[(0, 1, 1), (2, 11, 0)]] * 4


def test_a_large_scanner_is_kept_and_a_damaged_copy_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("hyperscan")
    monkeypatch.setenv("CLEANER_CACHE", str(tmp_path))
    assert cache_dir() == tmp_path
    literals = [f"literal number {n}" for n in range(400)]
    text = "x literal number 17 y literal number 399"
    expected = reference(literals, text)
    assert LiteralScanner(literals, "hyperscan").find(text) == expected
    (kept,) = tmp_path.glob("scan-*.hsdb")
    assert LiteralScanner(literals, "hyperscan").find(text) == expected
    kept.write_bytes(b"not a database")
    assert LiteralScanner(literals, "hyperscan").find(text) == expected
    monkeypatch.setenv("CLEANER_CACHE", str(tmp_path / "file"))
    (tmp_path / "file").write_text("in the way")
    assert LiteralScanner(literals, "hyperscan").find(text) == expected


def test_no_engine_is_an_error_that_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for engine in ENGINES:
        monkeypatch.setitem(sys.modules, engine, None)
    with pytest.raises(ImportError, match="hyperscan or ahocorasick-rs"):
        LiteralScanner(["a"]).find("a")
