"""The search for the misreading that explains damaged words, decided over words, lines and the whole document.

Words are stretches between plain white space, since no table misreads one of those. A repair is accepted when it makes the text so much
likelier that chance is out of the question; everything else stays as it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cleaner.lazy import lazy_pattern
from cleaner.stages.alphabets import foreign_letters, known
from cleaner.stages.charmodel import UNIT, CharModel
from cleaner.stages.charsets import Operation, legacy_operations
from cleaner.stages.evidence import C1, C1_CONTROLS, LONE, Evidence

__all__ = ["Search", "Word"]

WORD = lazy_pattern(r"[^ \t\n\r\x0b\x0c]+")
CLIP = 20 * UNIT
"""What one word can say for or against an operation at most."""
UTF8_MARGIN = 5 * UNIT
LEGACY_MARGIN = 8 * UNIT
FOLLOW_MARGIN = 3 * UNIT
"""Gain that a line needs when other lines of the document were misread the same way."""
READABLE = 4 * UNIT + UNIT // 2
"""Cost per character of what a repair may look like; text of known languages has 3 nats, of unknown ones 5."""
FAMILIAR = 4 * UNIT
"""Cost per character of the plain words around a doubtful accent, above which their language is not known well enough."""
FOREIGN = 8
"""Characters beyond ASCII that a change of script needs: a few capitals can look like anything."""
SPELT_MARGIN = 4 * UNIT
"""Gain that a line needs when the repair turns letters its language has not into letters it has."""
LANGUAGES = 40
"""Lines of a document whose language is looked at one by one."""
NEAR = -8 * UNIT
"""What a word may lose and still be taken along by its neighbours, which were misread for sure."""
SAMPLE = 64
"""Odd words from which the tables in question are told."""
SAMPLE_OF_LINE = 8
COVERED = 25
ROUNDS = 6


@dataclass(slots=True)
class Word:
    """A word that holds more than ASCII, and what became of it."""

    start: int
    end: int
    line: int
    text: str
    source: str
    outside: int
    """How many of its characters are not ASCII."""
    chain: tuple[Operation, ...] = ()


@dataclass(slots=True)
class _Run:
    """The best stretch of one line under one operation."""

    gain: int
    """What its words gain, each clipped so that no single word decides."""
    rank: int
    """The same without the clipping, to choose between operations."""
    operation: Operation
    start: int
    end: int


class Search:
    """The repair of the words of one document."""

    def __init__(self, model: CharModel, lines: Iterable[tuple[int, str]], odd: Callable[[str], bool]) -> None:
        """Take lines as (position, text); ``odd`` says of a word whether it is unlikely as it stands."""
        self.evidence = Evidence(model)
        self.cost = self.evidence.cost
        self._convert = self.evidence.convert
        self._odd = odd
        self.lines: list[list[Word]] = []
        self._texts: list[str] = []
        self._languages: dict[int, str | None] = {}
        self._common: str | None = None
        for number, (at, line) in enumerate(lines):
            self.lines.append(
                [
                    Word(at + m.start(), at + m.end(), number, m[0], m[0], sum(c > "\x7f" for c in m[0]))
                    for m in WORD.finditer(line)
                    if not m[0].isascii()
                ]
            )
            self._texts.append(line)
        self.words = [word for row in self.lines for word in row]

    def run(self) -> list[Word]:
        """Search, and return the words that changed."""
        for _ in range(ROUNDS):
            if not self._round():
                break
        self._undo_c1()
        return [word for word in self.words if word.text != word.source]

    def _round(self) -> bool:
        """Undo one layer in every line that has one; say whether there was any."""
        likely = self._likely_utf8()
        explained = [self._explain_utf8(likely, row) if row else None for row in self.lines]
        runs = [
            self._runs(row) if row and not (found and found[2]) else [] for row, found in zip(self.lines, explained, strict=True)
        ]
        votes: dict[int, int] = {}
        for found_runs in runs:
            for run in found_runs:
                votes[run.operation.index] = votes.get(run.operation.index, 0) + max(0, run.gain - FOLLOW_MARGIN)
        changed = False
        for row, found, found_runs in zip(self.lines, explained, runs, strict=True):
            chosen = self._choose(row, found_runs, votes)
            if found and (chosen is None or found[0] >= chosen.rank):
                for word in row:
                    gain = self._gain(found[1], word.text)
                    if gain is not None and gain > 0:
                        self._replace(word, found[1])
                changed = True
            elif chosen:
                for word in row[chosen.start : chosen.end]:
                    self._replace(word, chosen.operation)
                changed = True
        return changed

    def _likely_utf8(self) -> list[Operation]:
        """Return the UTF-8 operations that the whole document speaks for, the likeliest first."""
        totals: dict[Operation, int] = {}
        lone_totals: dict[Operation, int] = {}
        seen: set[str] = set()
        for word in self.words:
            if word.text in seen or word.text.isascii() or not self._odd(word.text):
                continue
            if len(seen) > SAMPLE:
                break
            seen.add(word.text)
            for operation, gain, lone in self.evidence.utf8_gains(word.text):
                which = lone_totals if lone else totals
                which[operation] = which.get(operation, 0) + max(-CLIP, min(CLIP, gain))
        found: list[tuple[int, Operation]] = []
        for operation in {**totals, **lone_totals}:
            total = totals.get(operation, 0) + min(LONE, lone_totals.get(operation, 0)) - operation.prior * UNIT
            if total > UTF8_MARGIN:
                found.append((-total, operation))
        found.sort(key=lambda item: (item[0], item[1].index))
        return [operation for _, operation in found]

    def _explain_utf8(self, likely: Sequence[Operation], row: Sequence[Word]) -> tuple[int, Operation, bool] | None:
        """Return the gain, the operation and whether it explains the whole line, for the best UTF-8 operation on it."""
        best: tuple[int, Operation, bool] | None = None
        everything = sum(word.outside for word in row if not word.text.isascii())
        for operation in likely:
            total = covered = 0
            for word in row:
                gain = self._gain(operation, word.text)
                if gain is not None and gain > 0:
                    total += gain
                    covered += word.outside
            total -= operation.prior * UNIT
            if covered and (best is None or total > best[0]):
                best = total, operation, covered >= 0.95 * everything
        return best

    def _gain(self, operation: Operation, text: str) -> int | None:
        found = self.evidence.utf8_gain(operation, text)
        if found is None:
            return None
        return found[0] - LONE if found[1] else found[0]

    def _replace(self, word: Word, operation: Operation) -> None:
        new = self._convert(operation, word.text)
        if new is not None:
            word.text = new
            word.chain += (operation,)

    def _choose(self, row: Sequence[Word], runs: Sequence[_Run], votes: Mapping[int, int]) -> _Run | None:
        """Return the run to act on: good enough alone, in its language, or in the company of other lines misread the same way."""
        ranked = sorted(runs, key=lambda run: (-run.rank - min(3 * run.rank, votes[run.operation.index]), run.operation.index))
        for run in ranked:
            needed = run.operation.prior * UNIT + LEGACY_MARGIN
            others = votes[run.operation.index] - max(0, run.gain - FOLLOW_MARGIN)
            if run.gain > FOLLOW_MARGIN and others > needed:
                needed = FOLLOW_MARGIN
            if run.gain >= SPELT_MARGIN and not run.operation.wide:
                verdict = self._spelling(row, row[run.start : run.end], run.operation)
                if verdict < 0:
                    continue
                if verdict > 0:
                    needed = min(needed, SPELT_MARGIN)
            if run.gain >= needed:
                return run
        return None

    def _spelling(self, row: Sequence[Word], words: Sequence[Word], operation: Operation) -> int:
        """Return 1 if an operation turns letters that the line's language has not into its own, -1 if the reverse, 0 if unknown."""
        new = " ".join(self._convert(operation, word.text) or "" for word in words)
        if sum(char > "\u024f" and not "\u1e00" <= char <= "\u206f" for char in new) > 0.3 * sum(char > "\x7f" for char in new):
            return 0
        language = self._language(row[0].line)
        if language is None:
            return -1 if operation.latin and not self._familiar(row[0].line) else 0
        before = foreign_letters(" ".join(word.text for word in words), language)
        after = foreign_letters(new, language)
        return -1 if after and after >= before else (1 if 3 * after < before else 0)

    def _language(self, number: int) -> str | None:
        """Return the language of a line in Latin script from its words in ASCII, or of the document where the line has too few."""
        if number in self._languages:
            return self._languages[number]
        plain = [word for word in self._texts[number][:2000].split() if word.isascii() and word.isalpha()]
        if sum(map(len, plain)) < 15 or len(self._languages) > LANGUAGES:
            if self._common is None:
                sample = " ".join(text[:500] for text in self._texts[:20])
                self._common = _language_of(
                    [word for word in sample.split() if word.isascii() and word.isalpha()] or sample.split()
                )
            found = self._common
        else:
            found = _language_of(plain)
        self._languages[number] = found if found and self._familiar(number) else None
        return self._languages[number]

    def _familiar(self, number: int) -> bool:
        """Whether the plain words of a line read like a language that the model knows."""
        plain = [word for word in self._texts[number][:1000].split() if word.isascii() and word.isalpha()]
        return sum(map(self.cost, plain)) <= FAMILIAR * (sum(map(len, plain)) + len(plain))

    def _runs(self, row: Sequence[Word]) -> list[_Run]:
        """Return the best stretch of ``row`` for each legacy operation that gains anything on it."""
        texts = [word.text for word in row if not word.text.isascii() and self._odd(word.text)][:SAMPLE_OF_LINE]
        useful = {index for text in texts for index, gain in self.evidence.legacy_gains(text).items() if gain > 0}
        return [run for op in legacy_operations() if op.index in useful and (run := self._best_run(op, row))]

    def _best_run(self, operation: Operation, row: Sequence[Word]) -> _Run | None:
        """Return the stretch of ``row`` that gains most; it has to cover the line's characters beyond ASCII."""
        best: _Run | None = None
        total = clipped = start = 0
        seen: set[str] = set()
        for at, word in enumerate(row):
            gain = self.evidence.legacy_gain(operation, word.text)
            if gain is None or total + gain < 0:
                total, clipped, start = 0, 0, at + 1
                continue
            if gain == 0:
                continue
            total += gain
            clipped += min(gain, 2 * CLIP) if word.text not in seen else min(gain, 2 * CLIP) // 4
            seen.add(word.text)
            if best is None or total > best.rank:
                best = _Run(clipped, total, operation, start, at + 1)
        if best is None:
            return None
        while best.start > 0 and self._near(operation, row[best.start - 1]):
            best.start -= 1
        while best.end < len(row) and self._near(operation, row[best.end]):
            best.end += 1
        covered = sum(word.outside for word in row[best.start : best.end])
        if not self._plausible(operation, row[best.start : best.end], covered):
            return None
        return best if covered >= COVERED or covered >= 0.85 * sum(word.outside for word in row) else None

    def _plausible(self, operation: Operation, words: Sequence[Word], covered: int) -> bool:
        """Whether what comes out is text: mostly letters, likely ones, and not a few foreign letters inside Latin words."""
        results = [self._convert(operation, word.text) or "" for word in words]
        new = "".join(results)
        if not operation.wide and sum(map(self.cost, results)) > READABLE * (len(new) + len(results)):
            return False
        outside = [char for char in new if char > "\x7f"]
        letters = sum(char.isalpha() or char in "“”‘’–—…" or unicodedata.category(char)[0] == "M" for char in outside)
        if letters < 0.5 * len(outside):
            return False
        if sum(char > "\u024f" and not "\u1e00" <= char <= "\u206f" for char in outside) > 0.5 * len(outside):
            latin = sum(char.isascii() and char.isalpha() for word in words for char in word.text)
            return covered >= FOREIGN and latin < covered
        return True

    def _near(self, operation: Operation, word: Word) -> bool:
        gain = self.evidence.legacy_gain(operation, word.text, few=True)
        return gain is not None and gain > NEAR

    def _undo_c1(self) -> None:
        for word in self.words:
            if C1_CONTROLS.search(word.text):
                word.text = "".join(C1.get(char, char) for char in word.text)


def _language_of(words: Sequence[str]) -> str:
    """Return the language of ``words``, empty when it can't be told or its letters are not known."""
    from cleaner.langprofiles import best_language

    found = best_language(" ".join(words)[:500])
    return found if found is not None and known(found) else ""
