"""Runs the examples that rules carry, and what every rule must stand without being asked.

``cleaner rules test`` and the test suite call ``check_rules``. It works on rule matches alone, before a stage weighs them, with one
matcher over the whole book, so that a book of ten thousand literals is checked in seconds. For each rule:

* at least one hit and two clean texts; a hit gives exactly one match, with its span, suggestion and fix;
* the corrected text is caught by no rule; a clean text is not caught by its own; a ``todo`` still fails;
* every literal is found alone on a line and, for ``phrase`` rules, inside a sentence, where a ``line`` rule stays silent;
* a pattern never matches nothing, and its time grows no faster than the line, whatever the line holds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from cleaner.document import Document
from cleaner.edits import apply_edits, resolve
from cleaner.language import detect_language
from cleaner.matcher import Match, Matcher
from cleaner.model import STAGES
from cleaner.patterns import compile_pattern
from cleaner.rules import Example, Rule, Rulebook
from cleaner.stages.ruled import finding_of, removals_of, replacement_of
from cleaner.tables import rules_dir

__all__ = ["Problem", "check_rules"]

PARAGRAPH = (
    "Before the harbour froze the miller carried forty sacks of barley to the upper farm and left the keys with his "
    "younger sister for the rest of that winter"
)
"""A neutral paragraph long enough to measure the positions ``head`` and ``tail`` from."""
SENTENCE = "The clerk read {} aloud."
"""Short, so that it is no paragraph itself."""
SCREEN = 4_000
"""Characters of an attack text. Linear patterns take under 1 ms for them, quadratic ones 40 ms and more."""
SUSPICIOUS = 0.008
"""CPU seconds for ``SCREEN`` characters from which the growth is measured."""
GROWTH = 1.5
"""Highest exponent of time over length: 1 is linear, 2 quadratic; between them lies the noise of a busy machine."""
LIMIT = 0.5
"""Seconds that a pattern may take for twice ``SCREEN`` characters."""
RUNS = (*"\t aA1.,-|&(éの\u0301", "a ", "A ", "Ab ", "1 ", "1,", "a.", "a-", "- ", ", ")
"""What attack lines repeat, beside pieces of the rule's own hits."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A promise that a rule breaks; ``str()`` is one line for a person."""

    rule: str
    origin: str
    """``file:line`` of the rule."""
    problem: str

    def __str__(self) -> str:
        return f"{self.origin}: {self.rule}: {self.problem}"


def check_rules(book: Rulebook, *, only: Collection[str] | None = None) -> list[Problem]:
    """Return what the rules of ``book`` (loaded with their examples) break, in file order.

    ``only`` names the rule ids to check; the others are still what a corrected text must be clean for.
    """
    checker = _Checker(book)
    return [
        Problem(rule.id, rule.origin, problem)
        for rule in book
        if only is None or rule.id in only
        for problem in checker.problems(rule)
    ]


class _Checker:
    def __init__(self, book: Rulebook) -> None:
        self._match = Matcher(book)
        self._ids: dict[str, str] = {}
        self._clean: dict[str, str] = {}
        for rule in book:
            self._ids.setdefault(rule.id, rule.origin)
            for text in rule.clean:
                self._clean.setdefault(text, rule.id)

    def problems(self, rule: Rule) -> Iterator[str]:
        yield from self._identity(rule)
        if not rule.hits or len(rule.clean) < 2:
            yield f"expected at least 1 hit and 2 clean texts, found {len(rule.hits)} and {len(rule.clean)}"
        for example in rule.hits:
            yield from self._hit(rule, example)
        for text in rule.clean:
            for match in self._own(rule, text):
                yield f"expected nothing in the clean text {_short(text)}, found {_short(match.groups[0])}"
        for example in rule.todo:
            if not any(True for _ in self._miss(rule, example)):
                yield f"expected the todo {_short(example.text)} to fail, found its hit; move it to hits"
        yield from self._literals(rule)
        if rule.match == "regex":
            yield from _pattern(rule)

    def _identity(self, rule: Rule) -> Iterator[str]:
        if self._ids[rule.id] != rule.origin:
            yield f"expected a unique id, found it at {self._ids[rule.id]} too"
        stem = rule.origin.rpartition(":")[0].replace("\\", "/").rpartition("/")[2].removesuffix(".toml")
        if stem in STAGES and rule.stage != stem:
            yield f"expected an id that starts with {stem}. in {stem}.toml, found {rule.id}"
        for text in rule.clean:
            if self._clean[text] != rule.id:
                yield f"expected clean texts of its own, found {_short(text)} at {self._clean[text]} too"

    def _scan(self, rule: Rule, text: str) -> list[Match]:
        """All matches of all rules in ``text``, read in the language of ``rule``."""
        language = rule.languages[0] if rule.languages else None
        document = Document(text, lang=language, detect=partial(detect_language, languages=()))
        return [match for matches in self._match(document).matches.values() for match in matches]

    def _own(self, rule: Rule, text: str) -> list[Match]:
        return [match for match in self._scan(rule, text) if match.rule is rule]

    def _miss(self, rule: Rule, example: Example) -> Iterator[str]:
        """How the matches of ``rule`` differ from what ``example`` expects; nothing when they do not."""
        found = self._own(rule, example.text)
        start = example.text.find(example.hit)
        if example.text.count(example.hit) != 1:
            yield f"expected the hit {_short(example.hit)} once in its text, found it {example.text.count(example.hit)} times"
        elif len(found) != 1:
            yield f"expected 1 match in {_short(example.text)}, found {len(found)}{_gate(rule, example.text) if not found else ''}"
        elif (found[0].start, found[0].end) != (start, start + len(example.hit)):
            yield (
                f"expected the span {start}:{start + len(example.hit)} {_short(example.hit)}, "
                f"found {found[0].start}:{found[0].end} {_short(found[0].groups[0])}"
            )
        elif example.suggest is not None and finding_of(found[0]).suggestion != example.suggest:
            yield f"expected the suggestion {_short(example.suggest)}, found {_short(finding_of(found[0]).suggestion)}"

    def _hit(self, rule: Rule, example: Example) -> Iterator[str]:
        missed = list(self._miss(rule, example))
        if missed:
            yield from missed
            return
        corrected = _corrected(rule, example.text, self._own(rule, example.text))
        if corrected is None:
            return
        if example.fix is not None and corrected != example.fix:
            yield f"expected the fix {_short(example.fix)}, found {_short(corrected)}"
        elif corrected == example.text:
            yield f"expected a fix that changes {_short(example.text)}, found the same text"
        else:
            for match in self._scan(rule, corrected):
                yield f"expected the corrected text {_short(corrected)} to be clean, found {_short(match.groups[0])} by {match.rule.id}"

    def _literals(self, rule: Rule) -> Iterator[str]:
        for literal in rule.literals:
            yield from self._framed(rule, literal, literal)
            if rule.repeats:
                yield from self._framed(rule, f"{literal}{literal}", f"{literal}{literal}")
            sentence = SENTENCE.format(literal)
            if rule.match == "phrase":
                if rule.position == "any" or len(sentence.split()) < 15:
                    yield from self._framed(rule, sentence, literal)
            elif self._own(rule, _frame(rule, sentence)):
                yield f"expected the literal {_short(literal)} to be left alone inside a sentence, found a match"

    def _framed(self, rule: Rule, body: str, literal: str) -> Iterator[str]:
        """Nothing, when ``literal`` and nothing else is found in ``body``."""
        text = _frame(rule, body)
        start = text.index(body) + body.index(literal)
        found = [(match.start, match.end) for match in self._own(rule, text)]
        if found != [(start, start + len(literal))]:
            spans = ", ".join(_short(text[low:high]) for low, high in found) or "nothing"
            yield f"expected the literal {_short(literal)} to be found in {_short(body)}, found {spans}"


def _frame(rule: Rule, body: str) -> str:
    before = f"{PARAGRAPH}.\n\n" if rule.position in ("tail", "inside") else ""
    after = f"\n\n{PARAGRAPH} too." if rule.position in ("head", "inside") else ""
    return before + body + after


def _corrected(rule: Rule, text: str, matches: Sequence[Match]) -> str | None:
    """``text`` with what ``rule`` does or suggests done; ``None`` for a flag without a suggestion."""
    if rule.action == "remove":
        return apply_edits(text, resolve([removals_of(Document(text), matches)]))
    if rule.action == "replace":
        return apply_edits(text, resolve([[replacement_of(match) for match in matches]]))
    suggestions = [finding_of(match).suggestion for match in matches]
    if any(suggestion is None for suggestion in suggestions):
        return None
    for match, suggestion in zip(reversed(matches), reversed(suggestions), strict=True):
        text = text[: match.start] + (suggestion or "") + text[match.end :]
    return text


def _gate(rule: Rule, text: str) -> str:
    """Why a pattern found nothing, when only its prefilter, language or position stood in the way."""
    if rule.match == "regex" and any(compile_pattern(rule.pattern, case=rule.case).search(line) for line in text.splitlines()):
        return "; the pattern matches, so look at prefilter, languages and position"
    return ""


def _pattern(rule: Rule) -> Iterator[str]:
    pattern = compile_pattern(rule.pattern, case=rule.case)
    if not rule.prefilter and rule.origin.startswith(str(rules_dir())):
        yield "expected a literal that every match contains, found none; add prefilter, for a shipped rule may not look at every line"
    for text in ("", *(example.text for example in rule.hits), *rule.clean, PARAGRAPH):
        if any(
            found.start() == found.end() for line in text.splitlines() or [""] for found in pattern.finditer(line, timeout=LIMIT)
        ):
            yield f"expected no empty match, found one in {_short(text)}"
            break
    # A line is looked at only where it holds a literal of the gate, and an engine may ask for more; a hit has it all.
    gate = " " + (_one_line(rule.hits[0].hit) if rule.hits else "".join(rule.prefilter[:1]))
    for head, unit, tail in _attacks(rule.hits):

        def spent(size: int, head: str = head, unit: str = unit, tail: str = tail) -> float:
            line = head + unit * (size // len(unit)) + tail + gate
            began = time.thread_time()
            for _ in pattern.finditer(line, timeout=LIMIT):
                pass
            return time.thread_time() - began

        try:
            if (short := spent(SCREEN)) < SUSPICIOUS or (short := min(short, spent(SCREEN))) < SUSPICIOUS:
                continue
            long = min(spent(2 * SCREEN), spent(2 * SCREEN))
        except TimeoutError:
            yield f"expected at most {LIMIT:g} s for {2 * SCREEN} characters of {_short(unit)} over and over, found more"
            return
        exponent = math.log2(long / short)
        if exponent > GROWTH:
            yield (
                f"expected time in proportion to the line, found that a line of {_short(unit)} over and over takes "
                f"{1000 * long:.0f} ms for {2 * SCREEN} characters, growing with the power {exponent:.1f}"
            )
            return


def _attacks(hits: Iterable[Example]) -> Iterator[tuple[str, str, str]]:
    """What comes first, what to repeat, and what follows the last copy: runs that patterns backtrack over, and near-matches."""
    for run in RUNS:
        yield "", run, "~"
    for example in [*hits][:3]:
        hit = _one_line(example.hit)
        yield "", hit, ""
        yield "", hit + " ", "~"
        if len(hit) > 2:
            yield "", hit[:-1], "~"
            yield "", hit[: len(hit) // 2], hit[len(hit) // 2 + 1 :]
        # Each kind of character of the hit pumped up, with a rest that can no longer match.
        kinds: set[tuple[bool, ...]] = set()
        for at, character in enumerate(hit[:-1]):
            kind = (character.isalpha(), character.islower(), character.isdigit(), character.isspace())
            if kind not in kinds:
                kinds.add(kind)
                yield hit[:at], character, hit[at + 1 : -1] + "~"


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def _short(text: str | None) -> str:
    """``text`` on one line of at most 80 characters, quoted."""
    if text is None:
        return "none"
    return repr(text if len(text) <= 80 else f"{text[:40]}…{text[-38:]}")
