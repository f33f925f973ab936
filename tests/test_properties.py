"""The invariants of the design, on the default chain and on chains of small stages that fight, grow, shrink and touch."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from strategies import FURNITURE, HOLES, SENTENCES, any_text, documents, glued, healthy, mojibake

from cleaner import Chain, Document, Edit, Finding, Outcome, Result, Settings
from cleaner.edits import apply_edits
from cleaner.model import STAGES
from cleaner.scanner import ENGINES

UNSTABLE = "chain.unstable"


@dataclass(frozen=True)
class Swap:
    """A stage that replaces every match of a pattern."""

    name: str
    pattern: str
    after: str
    confidence: float = 0.9

    def __call__(self, document: Document) -> Outcome:
        edits = [
            Edit(
                found.start(),
                found.end(),
                found[0],
                found.expand(self.after),
                (f"{self.name}.swap",),
                self.name,
                "swap",
                self.confidence,
            )
            for found in re.finditer(self.pattern, document.text)
        ]
        return Outcome(tuple(edits))


@dataclass(frozen=True)
class Flag:
    """A stage that reports every match of a pattern, empty ones included."""

    name: str
    pattern: str

    def __call__(self, document: Document) -> Outcome:
        return Outcome(
            findings=tuple(
                Finding(found.start(), found.end(), found[0], f"{self.name}.flag", self.name)
                for found in re.finditer(self.pattern, document.text)
            )
        )


# Stages named "mojibake" run first, on the source, as the repairs do; all others see the repaired text.
STAGE_SETS = {
    "peaceful": (Swap("a", "b+", ""), Swap("z", "cc", "c")),
    "touching": (Swap("a", "ab", ""), Swap("b", "cd", "D"), Swap("c", "e", ""), Flag("f", "[a-z]{2}")),
    "fighting": (Swap("a", "a", "b"), Swap("b", "b", "a"), Flag("f", "c")),
    "growing": (Swap("a", "a", "aa"), Flag("f", ".")),
    "onion": (Swap("a", r"\(([^()]*)\)", r"\1"), Flag("f", r"\w+")),
    "overlapping": (Swap("a", "abc?", "x"), Swap("b", "bcd?", "", 0.99), Swap("c", "[a-d]{2,5}", "y")),
    "repairing": (Swap("mojibake", "ac", "b"), Swap("b", "bb", "c"), Swap("c", "d", ""), Flag("f", "b|c|$")),
    "taking back": (Swap("mojibake", "a", "b"), Swap("b", "bc", "ac"), Swap("c", "e+", "")),
    "cancelling": (Swap("a", "ab", ""), Swap("b", "(?<=ab)(?=c)", "ab"), Flag("f", "c")),
    "flagging": (Flag("f", "a|"), Flag("g", "(?<=b)"), Swap("a", "[bd]+", "")),
}


@cache
def custom(name: str) -> Chain:
    return Chain(Settings(stages=()), extra_stages=STAGE_SETS[name])


@cache
def default(profile: str = "precise") -> Chain:
    return Chain.default(profile)


def check(chain: Chain, text: str) -> Result:
    """Assert every invariant of a single result, and return it."""
    result = chain.clean(text)
    # Replay and undo.
    assert result.source is text
    assert apply_edits(text, result.edits) == result.text
    assert result.undo() == text
    # Spans.
    size = len(text)
    for edit in result.edits:
        assert 0 <= edit.start <= edit.end <= size
        assert text[edit.start : edit.end] == edit.before != edit.after
        assert edit.rules
        assert edit.stage == edit.rule.partition(".")[0]
        assert 0 < edit.confidence <= 1
    assert all(one.end <= two.start for one, two in pairwise(result.edits))
    removed = [edit for edit in result.edits if not edit.after]
    for finding in result.findings:
        assert 0 <= finding.start <= finding.end <= size
        assert finding.text == text[finding.start : finding.end]
        assert not any(edit.start <= finding.start < finding.end <= edit.end for edit in removed)
    assert list(result.findings) == sorted(result.findings, key=lambda one: one.start)
    # Healthy text is untouched: the very object comes back.
    assert bool(result.edits) == result.changed == (result.text != text)
    if not result.edits:
        assert result.text is text
    # Offsets: monotone, whole, and characters that were kept map to themselves.
    _check_offsets(result)
    # Idempotence: the cleaned text is left alone, and the same is found in it.
    again = chain.clean(result.text, lang=None)
    assert not again.edits
    assert again.text is result.text
    assert [(f.rule, f.suggestion) for f in again.findings] == [(f.rule, f.suggestion) for f in result.findings]
    for there, here in zip(again.findings, result.findings, strict=True):
        assert result.to_source(there.start) == here.start
        if here.rule != UNSTABLE and not any(edit.start <= here.end and here.start <= edit.end for edit in result.edits):
            assert here.text == there.text
    # Scores.
    assert {*STAGES, "quality"} <= set(result.scores)
    assert all(score is None or 0 <= score <= 1 for score in result.scores.values())
    return result


def _check_offsets(result: Result) -> None:
    size, clean = len(result.source), result.text
    step = max(1, size // 400)
    positions = sorted({*range(0, size + 1, step), size, *(p for e in result.edits[:100] for p in (e.start, e.end))})
    mapped = [result.to_clean(position) for position in positions]
    assert mapped == sorted(mapped)
    assert mapped[-1] == len(clean)
    back = [result.to_source(position) for position in range(0, len(clean) + 1, step)]
    assert back == sorted(back)
    assert result.to_source(len(clean)) == size
    spans = [(edit.start, edit.end) for edit in result.edits]
    for position, there in zip(positions, mapped, strict=True):
        if position < size and not any(start <= position < end for start, end in spans):
            assert clean[there] == result.source[position]
            assert result.to_source(there) == position


# ---- chains of our own ---------------------------------------------------------------------------------------------------------

letters = st.text("abcde()\n ", max_size=14)


@pytest.mark.parametrize("name", STAGE_SETS)
@given(text=letters)
@example(text="")
@example(text="abcdabcd")
@example(text="((((((a))))))")
def test_custom_chains(name: str, text: str) -> None:
    result = check(custom(name), text)
    if any(finding.rule == UNSTABLE for finding in result.findings):
        assert result.text is text
        assert len(result.findings) == 1


@pytest.mark.parametrize(
    ("name", "text", "cleaned"),
    [
        ("peaceful", "acd", "acd"),
        ("peaceful", "abcc", "ac"),
        ("touching", "abcd", "D"),
        ("onion", "(((a)))", "a"),
        ("repairing", "acacd", "c"),
        ("taking back", "acee", "ac"),
        ("growing", "bcd", "bcd"),
    ],
)
def test_custom_chains_by_example(name: str, text: str, cleaned: str) -> None:
    assert check(custom(name), text).text == cleaned


@pytest.mark.parametrize(("name", "text"), [("fighting", "xax"), ("growing", "xa"), ("onion", "((((a))))")])
def test_what_is_not_stable_after_four_passes_is_left_untouched(name: str, text: str) -> None:
    result = check(custom(name), text)
    assert result.text is text
    assert [(f.rule, f.start, f.end, f.stage) for f in result.findings] == [(UNSTABLE, 0, 0, "chain")]


def test_touching_edits_of_two_stages_are_one_edit_that_names_both() -> None:
    (edit,) = custom("touching").clean("xabcdx").edits
    assert (edit.before, edit.after, edit.rules, edit.stage) == ("abcd", "D", ("a.swap", "b.swap"), "a")


def test_a_finding_whose_text_is_removed_is_dropped() -> None:
    chain = Chain(Settings(stages=()), extra_stages=(Flag("f", "secret|name"), Swap("s", "secret ", "")))
    result = chain.clean("a secret name")
    assert [(f.text, f.start) for f in result.findings] == [("name", 9)]


@given(documents, st.sampled_from(sorted(STAGE_SETS)))
def test_custom_chains_on_documents(text: str, name: str) -> None:
    check(custom(name), text[:500])


def test_user_rules_that_work_against_each_other_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text(
        "format = 1\n"
        + "".join(
            f'[[rule]]\nid = "house.{name}"\naction = "replace"\nmatch = "phrase"\nwhy = "x"\nliterals = ["{before}"]\n'
            f'replace = "{after}"\nhits = [{{ text = "{before}", hit = "{before}" }}]\nclean = ["x", "y"]\n'
            for name, before, after in (("grey", "grey", "gray"), ("gray", "gray", "grey"), ("more", "some", "some more"))
        )
    )
    chain = Chain(Settings(stages=(), rules=(path,)))
    check(chain, "all is black")
    for text in ("a grey day", "a gray day", "have some tea"):
        result = check(chain, text)
        assert result.text is text
        assert [finding.rule for finding in result.findings] == [UNSTABLE]


# ---- the default chain ---------------------------------------------------------------------------------------------------------


@settings(max_examples=100)
@given(documents)
@example("")
@example("\ud800")
@example("\n\r\n\r")
@example("Down Icon")
@example("a" + "\u0301" * 1000)
def test_default_chain(text: str) -> None:
    check(default(), text)


@given(documents, st.sampled_from(("balanced", "thorough")))
def test_the_other_tiers(text: str, profile: str) -> None:
    check(default(profile), text)


@given(any_text)
def test_any_string(text: str) -> None:
    check(default(), text)


@given(healthy)
def test_healthy_sentences_stay(text: str) -> None:
    result = check(default(), text)
    assert result.text is text


@settings(max_examples=100)
@given(documents)
def test_flagging_stages_never_edit(text: str) -> None:
    result = _flags().clean(text)
    assert result.text is text
    assert result.edits == ()
    whole = default().clean(text)
    assert not any(edit.rule.startswith(("translation.", "truncation.")) for edit in whole.edits)


@cache
def _flags() -> Chain:
    return Chain(Settings(stages=("translation", "truncation")))


@given(st.lists(st.one_of(st.sampled_from(SENTENCES), st.sampled_from(FURNITURE)), min_size=1, max_size=9), st.booleans())
def test_removed_lines_take_their_line_end_with_them(blocks: list[str], closed: bool) -> None:
    text = "\n".join(blocks) + "\n" * closed
    result = check(_debris(), text)
    kept = result.text.split("\n")
    if result.text:
        assert result.text.endswith("\n") == closed
        assert "" not in (kept[:-1] if closed else kept)  # a hole in the text would leave an empty line
    assert all(line in blocks for line in kept if line)


@cache
def _debris() -> Chain:
    return Chain(Settings(stages=("debris",)))


@given(mojibake())
def test_a_repair_keeps_what_it_does_not_repair(text: str) -> None:
    framed = f"{SENTENCES[0]}\n{text}\n{SENTENCES[-1]}"
    result = check(_repairs(), framed)
    assert result.text.startswith(SENTENCES[0] + "\n")
    assert result.text.endswith("\n" + SENTENCES[-1])


@cache
def _repairs() -> Chain:
    return Chain(Settings(stages=("mojibake",)))


# ---- independence and determinism ----------------------------------------------------------------------------------------------

SAMPLE = [
    "",
    *SENTENCES,
    *FURNITURE,
    *HOLES,
    "\ud800\x00",
    "â€œHey,â€\x9d she said.\nDown Icon\n",
    *(f"{one}\n{label}{label}\n{two}\n" for one, label, two in zip(SENTENCES, FURNITURE, SENTENCES[1:], strict=False)),
    "\n\n".join((*SENTENCES, *FURNITURE, *HOLES)),
]


def test_batch_order_and_company_change_nothing() -> None:
    alone = [default().clean(text) for text in SAMPLE]
    assert list(default().pipe(SAMPLE)) == alone
    assert list(default().pipe(reversed(SAMPLE))) == alone[::-1]
    fresh = Chain.default()
    assert [fresh.clean(text) for text in SAMPLE] == alone
    assert [pickle.loads(pickle.dumps(fresh)).clean(text) for text in SAMPLE[-2:]] == alone[-2:]
    assert any(result.edits for result in alone)
    assert any(result.findings for result in alone)


def test_workers_change_nothing() -> None:
    documents = [Document(text, id=f"d{n}", lang="en" if n % 5 == 0 else None) for n, text in enumerate(SAMPLE * 3)]
    alone = list(default().pipe(documents))
    assert [result.id for result in alone] == [document.id for document in documents]
    assert list(default().pipe(documents, workers=2)) == alone


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(documents)
def test_the_engine_changes_nothing(text: str) -> None:
    results = [_with_engine(engine).clean(text) for engine in ENGINES if find_spec(engine)]
    assert all(result == results[0] for result in results)
    assert results[0] == default().clean(text)


@cache
def _with_engine(engine: str) -> Chain:
    return Chain(engine=engine)


@given(st.lists(documents, min_size=2, max_size=4))
def test_one_document_does_not_know_the_others(texts: list[str]) -> None:
    first = [default().clean(text) for text in texts]
    assert [default().clean(text) for text in reversed(texts)] == first[::-1]


def test_the_same_bytes_whatever_the_hash_seed_and_locale(tmp_path: Path) -> None:
    program = (
        "import sys, hashlib, random\n"
        "random.seed(int(sys.argv[2]))\n"
        "import cleaner\n"
        "texts = open(sys.argv[1], encoding='utf-8', errors='surrogatepass', newline='').read().split('\\x1e')\n"
        "print([hashlib.sha256(repr(cleaner.clean(text)).encode('utf-8', 'surrogatepass')).hexdigest() for text in texts])\n"
    )
    path = tmp_path / "texts"
    path.write_bytes("\x1e".join(SAMPLE).encode("utf-8", "surrogatepass"))
    printed = set()
    for seed, locale in (("0", "C"), ("1", "C.UTF-8")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale, "PYTHONPATH": str(Path(__file__).parent.parent)}
        done = subprocess.run(
            [sys.executable, "-c", program, str(path), seed], env=environment, capture_output=True, text=True, check=True
        )
        printed.add(done.stdout)
    assert len(printed) == 1


def test_a_chain_can_not_be_changed_through_what_it_was_made_from() -> None:
    given_settings = Settings(stages=("debris",))
    chain = Chain(given_settings)
    with pytest.raises(AttributeError):
        chain.settings.profile = "thorough"  # type: ignore[misc]
    longer = chain.with_stage(Swap("s", "a", "b"))
    assert chain.clean("a").text == "a"
    assert longer.clean("a").text == "b"


# ---- total: any string, in time that grows with its length ---------------------------------------------------------------------

HOSTILE: dict[str, Callable[[int], str]] = {
    "letters": lambda n: "a" * n,
    "blanks": lambda n: " " * n,
    "newlines": lambda n: "\n" * n,
    "carriages": lambda n: "\r" * n,
    "combining": lambda n: "a" + "\u0301" * n,
    "surrogates": lambda n: "\ud800" * n,
    "nul": lambda n: "\x00" * n,
    "entities": lambda n: "&amp;" * (n // 5),
    "nested entity": lambda n: "&" + "amp;" * (n // 4),
    "mojibake": lambda n: "â€™" * (n // 3),
    "mojibake words": lambda n: "cafÃ© " * (n // 6),
    "cyrillic": lambda n: "РџСЂРёРІРµС‚ " * (n // 13),
    "labels": lambda n: "Down Icon" * (n // 9),
    "label lines": lambda n: "Down Icon\n" * (n // 10),
    "one line": lambda n: (SENTENCES[0] + " ") * (n // len(SENTENCES[0])),
    "paragraphs": lambda n: (SENTENCES[-1] + "\n\n") * (n // len(SENTENCES[-1])),
    "holes": lambda n: (HOLES[0] + " " + HOLES[3] + "\n") * (n // 140),
    "digits": lambda n: "1 % " * (n // 4),
    "prices": lambda n: "of$ 1 " * (n // 6),
    "punctuation": lambda n: ", " * (n // 2),
    "bidi": lambda n: "\u202ea\u202c" * (n // 3),
    "astral": lambda n: "\U0001f600" * n,
    "numbered": lambda n: "".join(f"line {i} of the list\n" for i in range(n // 20)),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_any_length_in_near_linear_time(kind: str) -> None:
    """Four times the text may cost at most nine times the CPU: linear is 4, quadratic 16. Short runs are not judged."""
    chain, make = default(), HOSTILE[kind]
    chain.clean(make(1000))

    def spent(size: int) -> float:
        text = make(size)
        began = time.process_time()
        chain.clean(text)
        return time.process_time() - began

    size = 6_000
    short, long = spent(size), spent(4 * size)
    if long > 0.3:
        assert min(long, spent(4 * size)) <= 9 * max(short, spent(size)), (short, long)


@pytest.mark.parametrize("kind", ["one line", "combining", "mojibake words", "letters"])
def test_a_long_line_in_near_linear_time(kind: str) -> None:
    """What is cheap enough to hide in short texts shows in one line of half a million characters."""
    chain, make = default(), HOSTILE[kind]
    spent = []
    for size in (125_000, 500_000):
        text = make(size)
        began = time.process_time()
        result = chain.clean(text)
        spent.append(time.process_time() - began)
        assert result.undo() == text
    assert spent[1] < 0.3 or spent[1] <= 9 * spent[0], spent


@given(glued(), st.integers(1, 3))
def test_results_are_values(text: str, n: int) -> None:
    results = [default().clean(text, id="d") for _ in range(n)]
    assert all(result == results[0] for result in results)
    assert replace(results[0]) == results[0]
    assert pickle.loads(pickle.dumps(results[0])) == results[0]
