"""From rules to verified matches: all rules of a chain compiled into one scan.

The scan reports where literals occur; each report is verified on the text itself, in a small window. A rule costs nothing where its
literals do not occur. This is the definition of what a rule matches:

* ``phrase``: the literal, case folded unless ``case``, with no word character right before or after it.
* ``line``: the literal is the whole line, outer white space and edge punctuation aside; with ``repeats`` any number of copies.
* ``regex``: the matches of the pattern within one line, from left to right.

Matches of one rule do not overlap: the leftmost wins, then the longest.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unicodedata import category

from cleaner.document import Document
from cleaner.matches import Match, Scan
from cleaner.patterns import Reach, compile_pattern, reach, required_literals
from cleaner.rules import Rule
from cleaner.scan_plan import PREFILTER, TRIGGER, core, load_plan, make_plan, save_plan
from cleaner.scanner import LiteralScanner, fold

__all__ = ["Match", "Matcher", "Scan", "expand", "long_paragraphs"]

EDGE = 80
"""Code points of punctuation and space that a line may carry around a ``line`` literal."""
LONG_PARAGRAPH = 15
"""Words that make a line a paragraph of running text; positions ``head`` and ``tail`` are measured from such lines."""
LONG_PARAGRAPH_CJK = 40
"""The same in code points, for scripts that do not separate words."""
_CJK = re.compile(r"[\u3040-\u9fff\uac00-\ud7a3]")
TIME_LIMIT = 1.0
"""Seconds that one pattern may take on one line."""
TIMEOUT_RULE = "chain.rule-timeout"


def expand(template: str, groups: Sequence[str | None]) -> str:
    """Return ``template`` with ``\\0`` … ``\\9`` replaced by the groups of a match."""
    if "\\" not in template:
        return template
    parts = template.split("\\")
    out = [parts[0]]
    for part in parts[1:]:
        if part[:1].isdigit():
            number = int(part[0])
            out.append((groups[number] or "") if number < len(groups) else "")
            out.append(part[1:])
        else:
            out.append("\\" + part)
    return "".join(out)


def long_paragraphs(document: Document) -> tuple[int, int] | None:
    """Return the first and last line that is a paragraph of running text, or ``None`` when there is none."""
    lines = document.lines
    count = len(lines)
    first = next((i for i in range(count) if _is_long(lines[i])), None)
    if first is None:
        return None
    last = next(i for i in range(count - 1, -1, -1) if _is_long(lines[i]))
    return first, last


def _is_long(line: str) -> bool:
    if len(line) < LONG_PARAGRAPH_CJK:
        return False
    if len(line.split(None, LONG_PARAGRAPH)) >= LONG_PARAGRAPH:
        return True
    return not line.isascii() and len(_CJK.findall(line)) >= LONG_PARAGRAPH_CJK


def _is_word(character: str) -> bool:
    # Vowel signs and accents that stand alone are marks; a word goes on across them.
    return character.isalnum() or character == "_" or (not character.isascii() and category(character)[0] == "M")


def _is_visible(character: str) -> bool:
    return not character.isspace()


class Matcher:
    """The compiled form of a set of rules and trigger literals. Picklable; safe to share between threads."""

    def __init__(
        self,
        rules: Iterable[Rule],
        triggers: Mapping[str, Sequence[str]] | None = None,
        engine: str | None = None,
        key: str | None = None,
    ) -> None:
        """Compile ``rules``; ``triggers`` are the literals that stages want to see, by stage.

        ``key`` identifies both; under it the compiled form is kept in the cache.
        """
        self.rules = tuple(rules)
        self._triggers = {stage: tuple(literals) for stage, literals in (triggers or {}).items()}
        self._engine = engine
        self._key = key
        self._unfiltered = [rule for rule in self.rules if rule.match == "regex" and not rule.prefilter]
        self._reaches: dict[str, Reach] = {}
        plan = load_plan(key) if key is not None else None
        if plan is None:
            literals, plan = make_plan(self.rules, self._triggers)
            if key is not None:
                save_plan(key, plan)
            self._scanner = LiteralScanner(literals, engine, sizes=plan.sizes, key=key)
        else:
            # Compiled before: the literals themselves are not needed any more.
            self._scanner = LiteralScanner(self._literals, engine, sizes=plan.sizes, key=key)
        self._plan = plan
        self._stages = tuple(self._triggers)

    def __getstate__(self) -> tuple[object, ...]:
        return self.rules, self._triggers, self._engine, self._key

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def _literals(self) -> tuple[str, ...]:
        return make_plan(self.rules, self._triggers)[0]

    def _reach(self, rule: Rule) -> Reach:
        """Where in a line the pattern of ``rule`` can match, found out when it is first needed."""
        found = self._reaches.get(rule.id)
        if found is None:
            found = reach(rule.pattern)
            if {*rule.prefilter} != {*map(fold, required_literals(rule.pattern))}:
                # Literals that the author of the rule chose may stand anywhere in a match.
                found = Reach(found.line, math.inf)
            self._reaches[rule.id] = found
        return found

    def __call__(self, document: Document) -> Scan:
        """Scan ``document`` and verify what was found."""
        plan = self._plan
        if not plan.sizes.points and not self._unfiltered:
            return _NOTHING
        text = document.text
        folded = fold(text)
        hits = self._scanner.find(folded)
        if not hits and not self._unfiltered:
            return _NOTHING
        triggers: dict[str, list[tuple[int, int]]] = defaultdict(list)
        proposals: list[Match] = []
        patterns: dict[str, tuple[Rule, dict[tuple[int, int], None]]] = {}
        line = (0, 0)  # of the last prefilter hit; hits come sorted, so that a long line is measured once
        rules, stages, firsts, whole_words = self.rules, self._stages, plan.firsts, plan.whole_words
        for start, end, literal in hits:
            if whole_words[literal] and start and text[start - 1].isalnum():
                continue
            for at in range(firsts[literal], firsts[literal + 1]):
                index = plan.places[at]
                if index == TRIGGER:
                    triggers[stages[plan.owners[at]]].append((start, end))
                    continue
                rule = rules[plan.owners[at]]
                if index == PREFILTER:
                    if start >= line[1]:
                        row = document.lines.at(start)
                        line = document.lines.starts[row], document.lines.ends[row]
                    longest, furthest = self._reach(rule)
                    if line[1] - line[0] <= longest and start - line[0] <= furthest:
                        patterns.setdefault(rule.id, (rule, {}))[1][line] = None
                elif rule.match == "phrase":
                    if _is_bounded(text, start, end) and (not rule.case or text[start:end] == rule.literals[index]):
                        proposals.append(_literal_match(rule, index, text, start, end))
                elif not _is_inside(text, start, end, rule.repeats):
                    span = _whole_line(text, folded, start, end, rule.repeats)
                    if span is not None and (not rule.case or core(rule.literals[index]) == text[start:end]):
                        proposals.append(_literal_match(rule, index, text, *span))
        if self._unfiltered:
            everywhere = {(s, e): None for s, e in zip(document.lines.starts, document.lines.ends, strict=True) if s < e}
            patterns.update((rule.id, (rule, everywhere)) for rule in self._unfiltered)
        timeouts: list[tuple[int, int, str]] = []
        for rule, spans in patterns.values():
            _pattern_matches(rule, text, spans, proposals, timeouts)
        return Scan(_accept(document, proposals), triggers, timeouts)


_NOTHING = Scan({}, {})


def _is_bounded(text: str, start: int, end: int) -> bool:
    """Whether no word goes on across either end of ``start:end``."""
    if start and _is_word(text[start - 1]) and _is_word(text[start]):
        return False
    return not (end < len(text) and _is_word(text[end]) and _is_word(text[end - 1]))


def _literal_match(rule: Rule, index: int, text: str, start: int, end: int) -> Match:
    suggestion = rule.literal_suggestions[index] if rule.literal_suggestions else None
    return Match(start, end, rule, (text[start:end],), suggestion)


def _is_inside(text: str, start: int, end: int, repeats: bool) -> bool:
    """Whether a glance at the neighbours of ``start:end`` shows that the line says more; most hits in prose end here."""
    before = text[start - 2 : start] if start > 1 else ""
    if before and (before[1].isalnum() or (before[1] == " " and before[0].isalnum())):
        return True
    after = text[end : end + 2]
    return not repeats and bool(after) and (after[0].isalnum() or (after[0] == " " and after[1:].isalnum()))


def _whole_line(text: str, folded: str, start: int, end: int, repeats: bool) -> tuple[int, int] | None:
    """Return the trimmed line around ``start:end`` when the literal found there is all that the line says."""
    literal = folded[start:end]
    # Edge punctuation is set aside, but not around a literal that is itself nothing else.
    said = str.isalnum if any(map(str.isalnum, literal)) else _is_visible
    low = start
    while low > 0 and text[low - 1] not in "\n\r":
        low -= 1
        if said(text[low]) or start - low > EDGE:
            return None
    high, size = end, len(text)
    if repeats:
        at = end
        while True:
            while at < size and text[at] not in "\n\r" and not said(text[at]) and at - high <= EDGE:
                at += 1
            if not folded.startswith(literal, at):
                break
            at = high = at + len(literal)
    limit = high + EDGE
    while high < size and text[high] not in "\n\r":
        if said(text[high]) or high >= limit:
            return None
        high += 1
    while low < start and text[low].isspace():
        low += 1
    while high > end and text[high - 1].isspace():
        high -= 1
    return low, high


def _pattern_matches(
    rule: Rule, text: str, spans: Iterable[tuple[int, int]], proposals: list[Match], timeouts: list[tuple[int, int, str]]
) -> None:
    pattern = compile_pattern(rule.pattern, case=rule.case)
    for low, high in spans:
        try:
            for found in pattern.finditer(text[low:high], timeout=TIME_LIMIT):
                start, end = found.span()
                if start < end:
                    proposals.append(Match(low + start, low + end, rule, (found[0], *found.groups()), None))
        except TimeoutError:
            timeouts.append((low, high, rule.id))


def _accept(document: Document, proposals: list[Match]) -> dict[str, list[Match]]:
    """Keep the matches whose language and position fit, without overlaps within a rule; sorted, by stage."""
    accepted: dict[str, list[Match]] = defaultdict(list)
    if not proposals:
        return accepted
    proposals.sort(key=lambda match: (match.start, -match.end))
    reach: dict[str, int] = {}
    core: tuple[int, int] | None = None
    measured = False
    for match in proposals:
        rule = match.rule
        if reach.get(rule.id, -1) > match.start:
            continue
        if rule.position != "any":
            if not measured:
                core, measured = long_paragraphs(document), True
            if core is None or _place(document.lines.at(match.start), core) != rule.position:
                continue
        if rule.languages and document.lang not in rule.languages:
            continue
        reach[rule.id] = match.end
        accepted[rule.stage].append(match)
    return accepted


def _place(line: int, core: tuple[int, int]) -> str:
    return "head" if line < core[0] else "tail" if line > core[1] else "inside"
