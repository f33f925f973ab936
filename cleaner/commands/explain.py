"""``explain RULE`` and ``why PATH:LINE``: what a rule is for, and what saw this line."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import replace
from pathlib import Path

from cleaner.catalogue import code_rules, full_rulebook
from cleaner.chain import Chain
from cleaner.commands.common import add_chain_arguments, settings_of
from cleaner.corpus.files import open_source
from cleaner.corpus.rows import Fields
from cleaner.document import Document
from cleaner.errors import ConfigError, SourceError, valid_names
from cleaner.lines import Lines
from cleaner.matcher import Matcher
from cleaner.reports.diagnostic import diagnostics_of, printable
from cleaner.reports.text import proposal
from cleaner.rules import PROFILES, Rule, wanted
from cleaner.settings import Settings

EXAMPLES = {
    "explain": "example:\n  cleaner explain debris.icon-label",
    "why": "example:\n  cleaner why corpus/page.txt:12",
}


def add_arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """Add the flags of ``verb``."""
    if verb == "explain":
        parser.add_argument("rule", metavar="RULE", help="the id of a rule")
        parser.add_argument("--config", metavar="FILE", help="configuration whose own rules count too")
    else:
        parser.add_argument("place", metavar="PATH:LINE", help="a file and a line of it")
        parser.add_argument("--text-field", default="text", metavar="NAME", help="field that holds the text in JSONL and CSV")
        add_chain_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """Run the verb and return the exit code."""
    return _explain(args) if args.verb == "explain" else _why(args)


def _explain(args: argparse.Namespace) -> int:
    for name in ("profile", "stages", "select", "ignore", "lang"):
        setattr(args, name, None)
    book = full_rulebook(settings_of(args).rules)
    described = code_rules()
    rule = book.get(args.rule)
    if rule is None and args.rule not in described:
        names = [rule.id for rule in book] + list(described)
        stage = args.rule.partition(".")[0]
        near = [name for name in names if name.startswith(stage + ".")]
        raise ConfigError(f"cleaner explain: no rule {args.rule!r}; {valid_names(args.rule, near or names)}")
    out = sys.stdout
    if rule is None:
        out.write(f"{args.rule}\n\n{described[args.rule]}\n\nDecided by code, not by a rule file.\n")
    else:
        _show(rule)
    out.write(f'\nSilence it: ignore = ["{args.rule}"] in cleaner.toml, or --ignore {args.rule}\n')
    return 0


def _show(rule: Rule) -> None:
    out = sys.stdout
    out.write(f"{rule.id}  ({rule.action}, match {rule.match})\n\n{rule.why}\n")
    if rule.url:
        out.write(f"{rule.url}\n")
    where = "everywhere" if rule.position == "any" else f"only at position {rule.position}"
    languages = ", ".join(rule.languages) or "all languages"
    since = f", since {rule.since}" if rule.since else ""
    out.write(f"\nApplies to {languages}, {where}, from profile {rule.profile}; confidence {rule.confidence}{since}.\n")
    if rule.pattern:
        out.write(f"Pattern: {rule.pattern}\n")
    else:
        shown = ", ".join(rule.literals[:12])
        more = f" and {len(rule.literals) - 12} more" if len(rule.literals) > 12 else ""
        out.write(f"Literals: {shown}{more}\n")
    for example in rule.hits:
        suggestion = f"  (expected: {example.suggest})" if example.suggest else ""
        out.write(f"\n  finds    {printable(example.text)}\n           {printable(example.hit)}{suggestion}\n")
    for text in rule.clean:
        out.write(f"\n  leaves   {printable(text)}\n")
    out.write(f"\nFrom {rule.origin}\n")


def _why(args: argparse.Namespace) -> int:
    place = re.fullmatch(r"(.+):(\d+)", args.place)
    if place is None:
        raise ConfigError(f"cleaner why: {args.place!r} is not PATH:LINE; write for example page.txt:12")
    path, number = Path(place[1]), int(place[2])
    settings = settings_of(args).for_path(path)
    for row in open_source(str(path), Fields(texts=(args.text_field,))).rows():
        for index, passage in enumerate(row.passages):
            text = passage.text or ""
            # The stretch of the text that stands on this line of the file; in JSON Lines that is all of it.
            inside = [p for p in range(len(text)) if row.place(index, p)[0] == number] if text else []
            if inside:
                _report(text, args.lang or row.lang, settings, (inside[0], inside[-1] + 1))
                return 0
    raise SourceError(f"{path}:{number}: the file has no such line; check the number")


def _report(text: str, lang: str | None, settings: Settings, span: tuple[int, int]) -> None:
    """Print what saw the code points ``span`` of ``text``."""
    out = sys.stdout
    shown_text = text[span[0] : span[1]].rstrip("\n")
    out.write(f"{printable(shown_text[:200])}{'…' if len(shown_text) > 200 else ''}\n\n")
    result = Chain(settings).clean(text, lang=lang)
    said = [
        item
        for item in diagnostics_of(text, result.edits, result.findings, Lines(text).number)
        if item.start < span[1] and max(item.end, item.start + 1) > span[0]
    ]
    out.write("decided:\n" if said else "decided: nothing, the line stays as it is\n")
    for item in said:
        out.write(f"  {item.rule}  {proposal(item)}  (confidence {item.confidence:.2f})\n")
        if item.after is not None and item.message:
            out.write(f"      {printable(item.message)}\n")
    # Every rule of every tier, whatever its language and position, to say why it held back.
    book = full_rulebook(settings.rules)
    free = [_unguarded(rule) for rule in book]
    scan = Matcher(free)(Document(text, lang="xx"))
    seen = {item.rule for item in said}
    shown: set[str] = set()
    for matches in scan.matches.values():
        for match in matches:
            if match.start < span[1] and match.end > span[0] and match.rule.id not in seen | shown:
                shown.add(match.rule.id)
                rule = book.get(match.rule.id)
                if rule is not None:
                    out.write(f"held back: {rule.id}: {_held_back(rule, settings, result.lang or lang)}\n")
    for name, score in result.scores.items():
        out.write(f"score of the document, {name}: {'-' if score is None else score}\n")


def _unguarded(rule: Rule) -> Rule:
    return replace(rule, languages=(), position="any")


def _held_back(rule: Rule, settings: Settings, lang: str | None) -> str:
    if rule.stage not in settings.stages:
        return f"the stage {rule.stage} is off"
    if PROFILES.index(rule.profile) > PROFILES.index(settings.profile):
        return f"applies from profile {rule.profile}, this is {settings.profile}"
    if not wanted(rule.id, settings.select, settings.ignore, rule.aliases):
        return "select or ignore leaves it out"
    if rule.languages and lang not in rule.languages:
        return f"is for {', '.join(rule.languages)}, this text is {lang or 'of unknown language'}"
    if rule.position != "any":
        return f"applies only at position {rule.position}"
    return "another rule or the stage decided otherwise"
