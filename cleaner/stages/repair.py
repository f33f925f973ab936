"""The search for the misreading that explains damaged words, decided over words, lines and the whole document.

Words are stretches between plain white space, since no table misreads one of those. A repair is accepted when it makes the text so much
likelier that chance is out of the question; everything else stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cleaner.stages.alphabets import foreign_letters, known
from cleaner.stages.charmodel import UNIT, CharModel
from cleaner.stages.charsets import Operation, legacy_operations, operations_for, utf8_operations

__all__ = ["Search", "Word", "best_gain"]

WORD = re.compile(r"[^ \t\n\r\x0b\x0c]+")
CLIP = 20 * UNIT
"""What one word can say for or against an operation at most."""
UTF8_MARGIN = 5 * UNIT
LEGACY_MARGIN = 8 * UNIT
FOLLOW_MARGIN = 3 * UNIT
"""Gain that a line needs when other lines of the document were misread the same way."""
LONE = 6 * UNIT
"""What a word may gain whose only character beyond ASCII is neither Latin nor punctuation nor a symbol."""
_LONE = re.compile(r"[\x00-\x7f]*[^\x00-\u024f\u1e00-\u1eff\u2010-\u2bff\U0001f000-\U0001faff][\x00-\x7f]*")
_ONE = re.compile(r"[\x00-\x7f]*[^\x00-\x7f][\x00-\x7f]*")
_LETTERS = re.compile(r"(?:[\x00-@\[-`{-\x7f\xa0]|[^\W\d_A-Za-z\xaa-\u024f]|[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u064b-\u0652])*")
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
COVERED = 25
ROUNDS = 6
C1 = {chr(byte): bytes([byte]).decode("cp1252") for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_C1 = re.compile("[\x80-\x9f]")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ufffd\ue000-\uf8ff]")
_DRAWN = re.compile(r"([\u2500-\u259f])\1\1")
_ALL_UTF8 = 0xFFFFFF
_CAN_BE_UTF8 = re.compile("[^\x00-\x7f]{2}|[\u3040-\ud7a3\uf900-\uffef]|[^\x00-\x7f] ")
_ASCII = re.compile("[\x00-\x7f]")
_ASCII_LETTER = re.compile("[A-Za-z]")
_STUCK = re.compile("[A-Za-z][\xaa\xb5\xba\xc0-\u024f]|[\xaa\xb5\xba\xc0-\u024f][A-Za-z]")
_UNHEALTHY = re.compile(r"[^\x00-\x7f“”‘’„‚«»–—…\xa0]|(?<=[^\W\d_])[“”‘„‚«»…\xa0](?=[^\W\d_])")
"""Anything but punctuation where punctuation stands."""
_MIXED = re.compile(r"[A-Za-z][^\x00-\u024f\u1e00-\u1eff\W\d_]|[^\x00-\u024f\u1e00-\u1eff\W\d_][A-Za-z]")


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

    def __init__(self, model: CharModel, lines: Iterable[tuple[int, str]]) -> None:
        """Take lines as (position, text); those that are ASCII may be left out."""
        self._cost_of = model.cost
        self._costs: dict[str, int] = {}
        self._converted: dict[tuple[int, str], str | None] = {}
        self._utf8: dict[str, list[tuple[Operation, int, bool]]] = {}
        self._legacy: dict[str, dict[int, int]] = {}
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

    def cost(self, text: str) -> int:
        """Return the model's cost of a word."""
        cost = self._costs.get(text)
        if cost is None:
            cost = self._costs[text] = self._cost_of(text)
        return cost

    def convert(self, operation: Operation, text: str) -> str | None:
        """Return ``text`` under ``operation``, or ``None`` when it can't have come about that way."""
        key = (operation.index, text)
        if key in self._converted:
            return self._converted[key]
        new = operation.undo(text)
        if new is not None and _UNPRINTABLE.search(new) and not _UNPRINTABLE.search(text):
            new = None
        self._converted[key] = new
        return new

    def _utf8_gains(self, text: str) -> list[tuple[Operation, int, bool]]:
        """Return (operation, gain, lone) for each reading of ``text`` as UTF-8.

        ``lone`` says that only one odd character comes out; that proves little, since two or three letters can look like it.
        """
        found = self._utf8.get(text)
        if found is None:
            found = self._utf8[text] = []
            mask = operations_for(text)
            for operation in utf8_operations() if mask & _ALL_UTF8 and _CAN_BE_UTF8.search(text) else ():
                if mask & operation.bit:
                    new = self.convert(operation, text)
                    if new is not None and new != text:
                        lone = _LONE.fullmatch(new) is not None or (_ONE.fullmatch(new) is not None and _LETTERS.fullmatch(text) is not None)
                        found.append((operation, self.cost(text) - self.cost(new), lone))
        return found

    def _gain(self, operation: Operation, text: str) -> int | None:
        for candidate, gain, lone in self._utf8_gains(text):
            if candidate is operation:
                return gain - LONE if lone else gain
        return None

    def _legacy_gains(self, text: str) -> dict[int, int]:
        """Return the gain of each legacy operation that ``text`` can have come through; 0 where it leaves the text alone."""
        found = self._legacy.get(text)
        if found is None:
            found = self._legacy[text] = {}
            if not _DRAWN.search(text):
                mask = operations_for(text)
                mixed = _MIXED.search(text) is not None
                latin = len(_ASCII_LETTER.findall(text))
                stuck = not mixed and _STUCK.search(text) is not None
                few = latin > len(text) - len(_ASCII.findall(text))
                healthy = not _UNHEALTHY.search(text)
                for operation in legacy_operations():
                    if not mask & operation.bit or (few if operation.wide else stuck and not operation.latin):
                        continue
                    new = self.convert(operation, text)
                    if new is None or _C1.search(new) or (not operation.wide and not mixed and _MIXED.search(new)):
                        continue
                    gain = 0 if new == text else self.cost(text) - self.cost(new)
                    found[operation.index] = min(gain, -1) if healthy and new != text else gain
        return found

    def best_gain(self, text: str) -> int:
        """Return the most that any one operation gains on ``text``."""
        gains = [gain for _, gain, _ in self._utf8_gains(text)]
        return max([*gains, *self._legacy_gains(text).values(), 0])

    def _round(self) -> bool:
        """Undo one layer in every line that has one; say whether there was any."""
        likely = self._likely_utf8()
        explained = [self._explain_utf8(likely, row) if row else None for row in self.lines]
        runs = [
            self._runs(row) if row and not (found and found[2]) else []
            for row, found in zip(self.lines, explained, strict=True)
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
                start, end = chosen.start, chosen.end
                while start > 0 and self._near(chosen.operation, row[start - 1]):
                    start -= 1
                while end < len(row) and self._near(chosen.operation, row[end]):
                    end += 1
                for word in row[start:end]:
                    self._replace(word, chosen.operation)
                changed = True
        return changed

    def _likely_utf8(self) -> list[Operation]:
        """Return the UTF-8 operations that the whole document speaks for, the likeliest first."""
        totals: dict[Operation, int] = {}
        lone_totals: dict[Operation, int] = {}
        for text in {word.text for word in self.words if not word.text.isascii()}:
            for operation, gain, lone in self._utf8_gains(text):
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
            if total > 0 and (best is None or total > best[0]):
                best = total, operation, covered >= 0.95 * everything
        return best

    def _replace(self, word: Word, operation: Operation) -> None:
        new = self.convert(operation, word.text)
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
        new = " ".join(self.convert(operation, word.text) or "" for word in words)
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
                self._common = _language_of([word for word in sample.split() if word.isascii() and word.isalpha()] or sample.split())
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
        useful = {index for word in row for index, gain in self._legacy_gains(word.text).items() if gain > 0}
        return [run for op in legacy_operations() if op.index in useful and (run := self._best_run(op, row))]

    def _best_run(self, operation: Operation, row: Sequence[Word]) -> _Run | None:
        """Return the stretch of ``row`` that gains most; it has to cover the line's characters beyond ASCII."""
        best: _Run | None = None
        total = clipped = start = 0
        seen: set[str] = set()
        for at, word in enumerate(row):
            gain = self._legacy_gains(word.text).get(operation.index)
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
        while best.end < len(row) and self._legacy_gains(row[best.end].text).get(operation.index) == 0:
            best.end += 1
        covered = sum(word.outside for word in row[best.start : best.end])
        if not self._plausible(operation, row[best.start : best.end], covered):
            return None
        return best if covered >= COVERED or covered >= 0.85 * sum(word.outside for word in row) else None

    def _plausible(self, operation: Operation, words: Sequence[Word], covered: int) -> bool:
        """Whether what comes out is text: mostly letters, likely ones, and not a few foreign letters inside Latin words."""
        results = [self.convert(operation, word.text) or "" for word in words]
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
        gain = self._legacy_gains(word.text).get(operation.index)
        return gain is not None and gain > -3 * UNIT

    def _undo_c1(self) -> None:
        for word in self.words:
            if _C1.search(word.text):
                word.text = "".join(C1.get(char, char) for char in word.text)


def best_gain(model: CharModel, word: str) -> int:
    """Return the most that any one operation gains on ``word``."""
    return Search(model, [(0, word)]).best_gain(word)


def _language_of(words: Sequence[str]) -> str:
    """Return the language of ``words``, empty when it can't be told or its letters are not known."""
    from cleaner.langprofiles import best_language

    found = best_language(" ".join(words)[:500])
    return found if found is not None and known(found) else ""
