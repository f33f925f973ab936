"""Clean paragraphs dressed as articles: with title, byline, date, subheads, lists and dialogue, all of which must stay.

The clean collections hold paragraphs only. What the dressing prints around them is made of their own words, so that nothing but the
shape and the place of a line tells that it is a heading.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

__all__ = ["dressed"]

_FIRST = ("Anna", "Peter", "Maria", "John", "Li", "Fatima", "Olu", "Ingrid", "Carlos", "Jean", "Priya", "Tom", "Elena", "Kenji", "Ruth")
_LAST = ("Berg", "Okafor", "Silva", "Moore", "Tanaka", "Novak", "Schmidt", "Rossi", "Khan", "Larsen", "Dubois", "Park", "Hall", "Ivanov")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_QUOTED = re.compile("[\"“][^\"“”]{4,90}[.,!?][\"”]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_STOPS = re.compile(r"[.!?。！？:;,，、]")


def _heading(choose: random.Random, paragraph: str, low: int, high: int) -> str:
    if _CJK.search(paragraph):
        part = _STOPS.split(paragraph)[0]
        return part[: choose.randint(4, 16)]
    words = _STOPS.sub("", paragraph).split()
    at = choose.randrange(max(1, len(words) - high))
    taken = words[at : at + choose.randint(low, high)] or ["Notes"]
    style = choose.random()
    if style < 0.4:
        return " ".join(word[:1].upper() + word[1:] for word in taken)
    text = " ".join(taken)
    text = text[:1].upper() + text[1:]
    if style < 0.5:
        return text.upper()
    if style < 0.6:
        return f"{choose.randint(1, 9)}. {text}"
    return text + choose.choice(("", "", "", "?", ":"))


def _name(choose: random.Random) -> str:
    return f"{choose.choice(_FIRST)} {choose.choice(_LAST)}"


def _date(choose: random.Random) -> str:
    day, month, year = choose.randint(1, 28), choose.randrange(12), choose.randint(1998, 2025)
    return choose.choice(
        (
            f"{_MONTHS[month]} {day}, {year}",
            f"{day} {_MONTHS[month]} {year}",
            f"{_MONTHS[month][:3]} {day}, {year}",
            f"{year}-{month + 1:02}-{day:02}",
            f"Published {_MONTHS[month]} {day}, {year}",
            f"{_MONTHS[month]} {day}, {year} {choose.randint(1, 12)}:{choose.randint(10, 59)} pm",
        )
    )


def _items(choose: random.Random, paragraph: str) -> list[str]:
    parts = [part.strip() for part in re.split(r"[,;，、]| and ", paragraph) if 2 < len(part.strip()) < 70][:8]
    bullet = choose.choice(("- ", "• ", "* ", "", "– "))
    numbered = choose.random() < 0.2
    return [f"{number}. {part}" if numbered else bullet + part for number, part in enumerate(parts, 1)] if len(parts) > 2 else []


def dressed(paragraphs: Sequence[str], seed: int) -> list[str]:
    """Return the lines of an article around ``paragraphs``; the same for the same seed."""
    choose = random.Random(seed)
    lines: list[str] = []
    head = [_heading(choose, choose.choice(paragraphs[:3]), 4, 11)]
    if choose.random() < 0.25:
        head.insert(0, _heading(choose, paragraphs[-1], 1, 2).upper())
    if choose.random() < 0.6:
        head.append(choose.choice(("By ", "By ", "", "BY ", "Words by ", "by ")) + _name(choose))
    if choose.random() < 0.5:
        head.append(_date(choose))
    if choose.random() < 0.3:
        head.append(_heading(choose, paragraphs[0], 9, 16))
    lines += head
    until = choose.randint(1, 4)
    for number, paragraph in enumerate(paragraphs):
        if number and until <= 0:
            lines.append(_heading(choose, paragraph, 1, 6))
            until = choose.randint(1, 5)
        if choose.random() < 0.08:
            lines += _items(choose, paragraph) or [paragraph]
        elif choose.random() < 0.12 and (quotes := _QUOTED.findall(paragraph)):
            lines += quotes
        else:
            lines.append(paragraph)
        until -= 1
    if choose.random() < 0.2:
        name = _name(choose)
        lines.append(choose.choice((f"By {name} in {choose.choice(_LAST)}", f"— {name}", name, f"({name})")))
    return lines
