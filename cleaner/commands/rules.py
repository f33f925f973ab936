"""``rules list|test|new|schema``: the catalogue, and the workbench of a rule writer."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from cleaner.catalogue import code_rules, full_rulebook, rule_paths
from cleaner.errors import ConfigError
from cleaner.rulefile import CHOICES, KEYS, load_rules
from cleaner.rules import PROFILES, Rulebook, has_prefix

EXAMPLES = {
    "rules": "examples:\n  cleaner rules list --select debris\n  cleaner rules test our-rules/forum.toml\n"
    "  cleaner rules new debris.forum-signature -o our-rules/forum.toml\n  cleaner rules schema > rules.schema.json"
}
TEMPLATE = """\
format = 1

[[rule]]
id       = "{id}"
action   = "{action}"
match    = "line"
why      = "Say in one sentence what this is and why it is damage."
literals = ["{literal}"]
hits     = [{{ text = "A sentence of the article.\\n{literal}\\nAnother one.", hit = "{literal}" }}]
clean    = ["A sentence that holds {literal} as part of what it says.", "Another innocent look-alike."]
"""


def add_arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """Add the flags of ``rules``."""
    parser.add_argument("job", choices=("list", "test", "new", "schema"), help="what to do")
    parser.add_argument("names", nargs="*", metavar="PATH|ID", help="rule files to test, or the id of the new rule")
    parser.add_argument("--select", metavar="PREFIX", default="", help="only rules with this id prefix")
    parser.add_argument("-o", "--output", metavar="FILE", help="where `new` writes (default: standard output)")
    parser.add_argument("-q", "--quiet", action="store_true", help="print problems only")


def main(args: argparse.Namespace) -> int:
    """Run the job and return the exit code."""
    if args.job == "list":
        return _list(args.select)
    if args.job == "test":
        return _test([Path(name) for name in args.names], args.select, args.quiet)
    if args.job == "new":
        return _new(args.names, args.output)
    sys.stdout.write(json.dumps(schema(), indent=1) + "\n")
    return 0


def _list(prefix: str) -> int:
    book = full_rulebook()
    rows = [
        (rule.id, rule.action, rule.match, ",".join(rule.languages) or "any", rule.profile, rule.why)
        for rule in book
        if not prefix or has_prefix(rule.id, prefix)
    ]
    rows += [(i, "", "code", "", "", why) for i, why in code_rules().items() if not prefix or has_prefix(i, prefix)]
    if not rows:
        book.check_prefixes([prefix], "--select", code_rules())
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in sorted(rows):
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) + f"  {row[5]}\n")
    return 0


def _test(paths: list[Path], prefix: str, quiet: bool) -> int:
    from cleaner.selfcheck import check_rules

    files = [found for path in paths for found in (sorted(path.rglob("*.toml")) if path.is_dir() else [path])]
    files = [path for path in files if not path.name.endswith(".card.toml")]
    if paths and not files:
        raise ConfigError(f"{paths[0]}: no rule files here; name a .toml file or a folder that holds some")
    own = {path.resolve() for path in files}
    shipped = [path for path in rule_paths() if path.resolve() not in own]
    tested = load_rules(files or shipped)
    book = Rulebook([*tested, *load_rules(shipped)]) if files else tested
    wanted = [rule.id for rule in tested if not prefix or has_prefix(rule.id, prefix)]
    problems = check_rules(book, only=wanted)
    failed = {problem.rule for problem in problems}
    for rule in tested:
        if rule.id in failed or rule.id not in wanted or quiet:
            continue
        todo = f", {len(rule.todo)} todo" if rule.todo else ""
        sys.stdout.write(f"{rule.id}: {len(rule.hits)} hit, {len(rule.clean)} clean{todo}, ok\n")
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    sys.stdout.write(f"{len(wanted)} rules tested, {len(failed)} failed\n")
    return 2 if problems else 0


def _new(names: list[str], output: str | None) -> int:
    if len(names) != 1 or not re.fullmatch(r"[a-z_]+\.[a-z0-9]+(?:-[a-z0-9]+)*", names[0]):
        raise ConfigError("cleaner rules new: give one id of the form stage.kebab-name, such as debris.forum-signature")
    stage, _, kebab = names[0].partition(".")
    action = "remove" if stage == "debris" else "flag"
    text = TEMPLATE.format(id=names[0], action=action, literal=kebab.replace("-", " ").capitalize())
    if output is None:
        sys.stdout.write(text)
        return 0
    path = Path(output)
    if path.exists():
        with path.open("a", encoding="utf-8") as file:
            file.write("\n" + text.partition("\n\n")[2])
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"wrote {names[0]} to {path}; edit it, then run: cleaner rules test {path}\n")
    return 0


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a rule file, made from the loader's own tables."""
    kinds: dict[type, str] = {str: "string", list: "array", bool: "boolean", float: "number"}
    example = {
        "type": "object",
        "properties": {key: {"type": "string"} for key in ("text", "hit", "suggest", "fix")},
        "required": ["text", "hit"],
        "additionalProperties": False,
    }
    properties: dict[str, Any] = {}
    for key, types in KEYS.items():
        properties[key] = {"type": kinds[types[0]]}
        if types[0] is list:
            properties[key]["items"] = example if key in ("hits", "todo") else {"type": "string"}
        if key in CHOICES:
            properties[key]["enum"] = list(CHOICES[key])
    properties["profile"]["enum"] = list(PROFILES)
    rule = {
        "type": "object",
        "properties": properties,
        "required": ["id", "action", "match", "why", "hits", "clean"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rule file of corpus-winnow",
        "type": "object",
        "properties": {"format": {"const": 1}, "rule": {"type": "array", "items": rule}},
        "required": ["format"],
        "additionalProperties": False,
    }
