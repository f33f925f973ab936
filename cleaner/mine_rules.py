"""The rule file that corpus mode writes: grouped, explained, with examples that pass the rules' self-test."""

from __future__ import annotations

import re
from collections import defaultdict
from hashlib import blake2b
from typing import TYPE_CHECKING

from cleaner.rules import PROFILES

if TYPE_CHECKING:
    from cleaner.mine import Mined, Proposal

__all__ = ["write_rules"]

MAX_LITERALS = 400
"""Literals of one rule; more are split into several."""
SHOWN_GROUPS = 5
BEFORE = "The miller carried forty sacks of barley to the upper farm before the frost and left the keys with his younger sister"
AFTER = "In spring the brothers came back from the coast with two boats and a cart and began to mend the roof of the barn"
"""Neutral paragraphs around the examples, long enough to measure positions from."""


def write_rules(mined: Mined) -> str:
    """Return the text of a rule file with the proposals of ``mined``."""
    tried = "" if mined.healthy is None else f" {mined.spared} more would have touched one of {mined.healthy} healthy documents."
    head = (
        f"# Proposed from {mined.documents} documents, {mined.copies} of them copies of others: "
        f"{len(mined.proposals)} texts that recur.{tried}\n"
        "# Read each rule, delete what belongs to the articles, and add the file to `rules` in cleaner.toml.\n"
        "format = 1\n"
    )
    chunks: dict[tuple[str, str, str, str], list[Proposal]] = defaultdict(list)
    for proposal in mined.proposals:
        chunks[proposal.group, proposal.match, proposal.position, proposal.tier].append(proposal)
    parts = [head]
    for key in sorted(chunks, key=lambda key: (key[0], key[1], key[2], PROFILES.index(key[3]))):
        proposals = sorted(chunks[key], key=lambda proposal: proposal.text)
        for low in range(0, len(proposals), MAX_LITERALS):
            parts.append(_rule(key, proposals[low : low + MAX_LITERALS]))
    return "\n".join(parts)


def _rule(key: tuple[str, str, str, str], proposals: list[Proposal]) -> str:
    group, match, position, tier = key
    literals = _literals(proposals, match)
    mark = blake2b("\0".join((*key, *literals)).encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    slug = re.sub(r"[^a-z0-9]+", "-", group.lower()).strip("-")[:40].strip("-") or "corpus"
    lines = [
        "[[rule]]",
        f'id       = "debris.mined-{slug}-{mark}"',
        'action   = "remove"',
        f'match    = "{match}"',
    ]
    if match == "phrase":
        lines.append("case     = true")
    if position != "any":
        lines.append(f'position = "{position}"')
    if tier != "precise":
        lines.append(f'profile  = "{tier}"')
    lines += [
        f"confidence = {min(proposal.precision for proposal in proposals):.3f}",
        f"why      = {_quoted(_why(group, match, position, proposals))}",
        "literals = [",
        *(f"  {_quoted(literal)}," for literal in literals),
        "]",
        f"hits     = [{{ text = {_quoted(_example(literals[0], match, position))}, hit = {_quoted(literals[0])} }}]",
        f"clean    = [{_quoted(f'Leaf {mark} of the ledger lists barley, rye and two boats.')}, "
        f"{_quoted(f'Nothing was written on leaf {mark} but a date.')}]",
        "",
    ]
    return "\n".join(lines)


def _literals(proposals: list[Proposal], match: str) -> list[str]:
    """The literals, each once: phrases are told apart by case, lines are not."""
    kept: dict[str, str] = {}
    for proposal in proposals:
        kept.setdefault(proposal.text if match == "phrase" else proposal.text.lower(), proposal.text)
    return sorted(kept.values())


def _why(group: str, match: str, position: str, proposals: list[Proposal]) -> str:
    what = {"line": "Lines", "phrase": "Phrases inside lines"}[match]
    where = {"head": " above the article", "tail": " below the article", "any": ""}[position]
    low, high = min(p.documents for p in proposals), max(p.documents for p in proposals)
    times = f"{low}" if low == high else f"{low} to {high}"
    sources: dict[str, int] = defaultdict(int)
    for proposal in proposals:
        for name, count in proposal.groups:
            sources[name] = max(sources[name], count)
    named = sorted(sources, key=lambda name: (-sources[name], name))[:SHOWN_GROUPS]
    of = f" of {group}" if group else f", most in {', '.join(named)}" if named else ""
    reasons = ", ".join(sorted({proposal.reason for proposal in proposals}))
    worst = min(proposal.precision for proposal in proposals)
    return f"{what} that recur{where} in {times} documents{of}: {reasons}. Estimated false removals: at most {1 - worst:.1%}."


def _example(literal: str, match: str, position: str) -> str:
    if match == "phrase":
        return f"{BEFORE}. {literal} {AFTER}."
    if position == "head":
        return f"{literal}\n{BEFORE}."
    if position == "tail":
        return f"{BEFORE}.\n{literal}"
    return f"{BEFORE}.\n{literal}\n{AFTER}."


def _quoted(text: str) -> str:
    """Return ``text`` as a basic TOML string."""
    named = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(named.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c) for c in text) + '"'
