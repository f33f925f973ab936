"""What a scan looks for, and whose it is: all literals of rules and stages, with their owners, as flat arrays.

Making the plan takes longer than all else that the check of a small file does, so it is kept in the cache, beside the compiled scanner.
"""

from __future__ import annotations

import json
import os
from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cleaner.rules import Rule
from cleaner.scanner import Sizes, cache_dir, fold, sizes_of

__all__ = ["PREFILTER", "TRIGGER", "Plan", "core", "load_plan", "make_plan", "save_plan"]

PREFILTER = -1
"""Stands for the place of a literal that only opens the way for a pattern."""
TRIGGER = -2
"""Stands for the place of a literal that a stage wants to see."""
_FORMAT = 1


class Plan(NamedTuple):
    """The owners of each literal ``i``: entries ``firsts[i]`` to ``firsts[i + 1]`` of ``owners`` and ``places``."""

    sizes: Sizes
    firsts: Sequence[int]
    owners: Sequence[int]
    """Index of a rule; of a stage where the place is ``TRIGGER``."""
    places: Sequence[int]
    """Index among the literals of that rule, ``PREFILTER`` or ``TRIGGER``."""
    whole_words: bytes
    """1 for a literal that nothing can use inside a longer word."""


def core(text: str) -> str:
    """``text`` without white space and punctuation at its edges; all of it, trimmed, when it is nothing else."""
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return text[start:end] or text.strip()


def make_plan(rules: Sequence[Rule], triggers: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], Plan]:
    """Return the distinct folded literals of ``rules`` and ``triggers``, and the plan that goes with them."""
    entries: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, rule in enumerate(rules):
        if rule.match == "regex":
            for literal in rule.prefilter:
                entries[fold(literal)].append((number, PREFILTER))
            continue
        for index, literal in enumerate(rule.literals):
            folded = fold(literal)
            entries[core(folded) if rule.match == "line" else folded].append((number, index))
    for number, literals in enumerate(triggers.values()):
        for literal in dict.fromkeys(map(fold, literals)):
            entries[literal].append((number, TRIGGER))
    firsts, owners, places = array("i", [0]), array("i"), array("i")
    whole_words = bytearray()
    for literal, targets in entries.items():
        for owner, place in targets:
            owners.append(owner)
            places.append(place)
        firsts.append(len(owners))
        # Inside a longer word nothing but a pattern or a stage can use a literal that begins with a letter or digit.
        whole_words.append(all(place >= 0 for _, place in targets) and literal[0].isalnum())
    every = tuple(entries)
    return every, Plan(sizes_of(every), firsts, owners, places, bytes(whole_words))


def load_plan(key: str) -> Plan | None:
    """Return the plan kept under ``key``, or ``None``."""
    try:
        with (cache_dir() / f"plan-{key}.bin").open("rb") as file:
            head = json.loads(file.readline())
            if head["format"] != _FORMAT or head["item"] != array("i").itemsize:
                return None
            arrays = []
            for size in head["sizes"]:
                one = array("i")
                one.frombytes(file.read(size * one.itemsize))
                arrays.append(one)
            whole_words = file.read()
    except (OSError, ValueError, KeyError, TypeError):
        return None  # absent or damaged: it is made anew
    points, lengths, firsts, owners, places = arrays
    if [len(one) for one in arrays] != head["sizes"] or not len(points) == len(lengths) == len(firsts) - 1 == len(whole_words):
        return None
    return Plan(Sizes(points, lengths, bool(head["nul"])), firsts, owners, places, whole_words)


def save_plan(key: str, plan: Plan) -> None:
    """Keep ``plan`` under ``key``; a cache that can't be written only costs time."""
    arrays = [array("i", one) for one in (plan.sizes.points, plan.sizes.lengths, plan.firsts, plan.owners, plan.places)]
    head = {"format": _FORMAT, "item": array("i").itemsize, "nul": plan.sizes.nul, "sizes": [len(one) for one in arrays]}
    path = cache_dir() / f"plan-{key}.bin"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_bytes(json.dumps(head).encode() + b"\n" + b"".join(one.tobytes() for one in arrays) + plan.whole_words)
        temporary.replace(path)
    except OSError:
        pass
