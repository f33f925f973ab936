"""Rule files: TOML in, checked ``Rule`` objects out, every mistake named with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cleaner.errors import RuleError, valid_names
from cleaner.patterns import PatternError, compile_pattern, is_linear, required_literals
from cleaner.rules import PROFILES, Example, Rule, Rulebook

__all__ = ["KEYS", "load_rule_file", "load_rules"]

FORMAT = 1
KEYS: Mapping[str, tuple[type, ...]] = {
    "id": (str,), "action": (str,), "match": (str,), "why": (str,), "url": (str,), "since": (str,),
    "literals": (list,), "literals-file": (str,), "pattern": (str,), "prefilter": (list,), "case": (bool,), "repeats": (bool,),
    "position": (str,), "languages": (list,), "profile": (str,), "confidence": (float, int), "replace": (str,), "suggest": (str,),
    "aliases": (list,), "hits": (list,), "clean": (list,), "todo": (list,),
}  # fmt: skip
"""Every key a ``[[rule]]`` may have, with the types it takes."""
CHOICES: Mapping[str, Sequence[str]] = {
    "action": ("remove", "replace", "flag"),
    "match": ("line", "phrase", "regex"),
    "position": ("any", "head", "tail", "inside"),
    "profile": PROFILES,
}
_EXAMPLE_KEYS = ("text", "hit", "suggest", "fix")
_ID = re.compile(r"[a-z_]+\.[a-z0-9]+(?:-[a-z0-9]+)*")
_GROUP = re.compile(r"\\([0-9])")
_HEADER = re.compile(r"^[ \t]*\[\[\s*rule\s*\]\]", re.MULTILINE)


def load_rules(paths: Iterable[Path], *, require_examples: bool = True) -> Rulebook:
    """Load rule files into one book.

    Raises ``RuleError`` for the first mistake, a duplicate id included.
    """
    rules: list[Rule] = []
    seen: dict[str, str] = {}
    for path in paths:
        for rule in load_rule_file(path, require_examples=require_examples):
            for name in (rule.id, *rule.aliases):
                if name in seen:
                    raise RuleError(f"{rule.origin}: rule id {name!r} is already used at {seen[name]}; rename one of them")
                seen[name] = rule.origin
            rules.append(rule)
    return Rulebook(rules)


def load_rule_file(path: Path, *, require_examples: bool = True) -> list[Rule]:
    """Load one rule file; rules inherit the language of the folder it lies in (``any`` and unknown folders mean all)."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise RuleError(f"{path}: not valid UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except OSError as error:
        raise RuleError(f"{path}: can't be read ({error.strerror}); check the path") from None
    import tomllib  # rules mostly come from the cache

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = f"{path}:{line[1]}" if line else f"{path}:{text.count(chr(10)) + 1}"
        raise RuleError(f"{where}: not valid TOML: {error}; mend the syntax") from None
    except RecursionError:
        raise RuleError(f"{path}:1: nested too deeply; rule files are flat") from None
    for key in data:
        if key not in ("format", "rule"):
            raise RuleError(f"{path}:{_key_line(text, key)}: unknown key {key!r}; {valid_names(key, ('format', 'rule'))}")
    if data.get("format") != FORMAT:
        raise RuleError(f"{path}:1: format is {data.get('format')!r}; write `format = {FORMAT}` as the first line")
    entries = data.get("rule", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RuleError(f"{path}:1: `rule` is not a list of tables; write [[rule]]")
    lines = [text.count("\n", 0, m.start()) + 1 for m in _HEADER.finditer(text)]
    folder = path.parent.name
    languages = (folder,) if re.fullmatch(r"[a-z]{2}", folder) else ()
    return [
        _rule(entry, f"{path}:{lines[i] if i < len(lines) else 1}", path, languages, require_examples)
        for i, entry in enumerate(entries)
    ]


def _key_line(text: str, key: str) -> int:
    found = re.search(rf"^[ \t]*\[*[ \t]*{re.escape(key)}\b", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _rule(entry: Mapping[str, Any], origin: str, path: Path, languages: tuple[str, ...], require_examples: bool) -> Rule:
    rule_id = entry.get("id")
    name = f"rule {rule_id!r}" if isinstance(rule_id, str) else "rule"

    def fail(problem: str) -> RuleError:
        return RuleError(f"{origin}: {name}: {problem}")

    for key, value in entry.items():
        if key not in KEYS:
            raise fail(f"unknown key {key!r}; {valid_names(key, KEYS)}")
        if not isinstance(value, KEYS[key]) or (isinstance(value, bool) and bool not in KEYS[key]):
            raise fail(f"{key} is a {type(value).__name__}; it must be a {KEYS[key][0].__name__}")
        if key in CHOICES and value not in CHOICES[key]:
            raise fail(f"{key} is {value!r}; {valid_names(str(value), CHOICES[key])}")
        if isinstance(value, list) and key not in ("hits", "todo") and not all(isinstance(item, str) for item in value):
            raise fail(f"{key} holds something that is not a string; write strings only")
    for key in ("id", "action", "match", "why"):
        if not entry.get(key):
            raise fail(f"{key} is missing; every rule has id, action, match and why")
    if not _ID.fullmatch(entry["id"]):
        raise fail("the id is not of the form stage.kebab-name; use lower case, digits and hyphens")
    if not 0.0 <= float(entry.get("confidence", 0.99)) <= 1.0:
        raise fail(f"confidence is {entry['confidence']}; it must lie between 0 and 1")
    if sum(key in entry for key in ("literals", "literals-file", "pattern")) != 1:
        raise fail("give exactly one of literals, literals-file and pattern")
    if (entry["match"] == "regex") != ("pattern" in entry):
        raise fail('match = "regex" goes with pattern, line and phrase go with literals')
    if (entry["action"] == "replace") != ("replace" in entry):
        raise fail('action = "replace" goes with the key replace, and only it')
    if "suggest" in entry and entry["action"] != "flag":
        raise fail('suggest goes with action = "flag" only')
    if entry.get("repeats") and entry["match"] == "regex":
        raise fail("repeats goes with literals only")

    literals, suggestions = _literals(entry, path, fail)
    hits, todo = (tuple(_example(item, fail) for item in entry.get(key, ())) for key in ("hits", "todo"))
    clean = tuple(entry.get("clean", ()))
    if require_examples and (not hits or len(clean) < 2):
        raise fail(f"{len(hits)} hits and {len(clean)} clean examples; give at least one hit and two clean texts")
    prefilter = tuple(entry.get("prefilter", ()))
    if any(not item.strip() for item in prefilter):
        raise fail("a prefilter literal is empty or blank; give literals that every match contains one of")
    if "pattern" in entry:
        prefilter = _check_pattern(entry["pattern"], prefilter, fail)
    _check_groups(entry, fail)
    return Rule(
        id=entry["id"],
        action=entry["action"],
        match=entry["match"],
        why=entry["why"],
        literals=literals,
        literal_suggestions=suggestions,
        pattern=entry.get("pattern", ""),
        prefilter=prefilter,
        case=entry.get("case", entry["match"] == "regex"),
        repeats=entry.get("repeats", False),
        position=entry.get("position", "any"),
        languages=_languages(entry, languages, fail),
        profile=entry.get("profile", "precise"),
        confidence=float(entry.get("confidence", 0.99)),
        replace=entry.get("replace"),
        suggest=entry.get("suggest"),
        url=entry.get("url", ""),
        since=entry.get("since", ""),
        aliases=tuple(entry.get("aliases", ())),
        hits=hits,
        clean=clean,
        todo=todo,
        origin=origin,
    )


def _check_pattern(pattern: str, prefilter: tuple[str, ...], fail: Any) -> tuple[str, ...]:
    """Return the literals that gate ``pattern``: the given ones, else those it shows itself."""
    try:
        if compile_pattern(pattern, case=True).search("", timeout=1.0) is not None:
            raise fail("the pattern matches the empty string; make it match something")
    except PatternError as error:
        raise fail(f"the pattern does not compile: {error}; mend it") from None
    except TimeoutError:
        raise fail("the pattern takes over a second on an empty text; simplify it") from None
    if not prefilter and not is_linear(pattern):
        raise fail(
            "the pattern needs a backtracking engine (look-around, back-reference, possessive or atomic group); "
            "add prefilter = [literals one of which every match contains]"
        )
    return prefilter or required_literals(pattern)


def _check_groups(entry: Mapping[str, Any], fail: Any) -> None:
    known = compile_pattern(entry["pattern"], case=True).groups if "pattern" in entry else 0
    for key in ("replace", "suggest"):
        highest = max(map(int, _GROUP.findall(entry.get(key, ""))), default=0)
        if highest > known:
            raise fail(f"{key} names group \\{highest}, and the pattern has {known}; \\0 is the whole match")


def _languages(entry: Mapping[str, Any], inherited: tuple[str, ...], fail: Any) -> tuple[str, ...]:
    if "languages" not in entry:
        return inherited
    names = tuple(entry["languages"])
    if not names:
        raise fail("languages is empty; name ISO 639-1 codes, or `any` for all")
    for name in names:
        if name != "any" and not re.fullmatch(r"[a-z]{2}", name):
            raise fail(f"language {name!r} is not an ISO 639-1 code; write two lower-case letters, or `any`")
    return () if "any" in names else names


def _literals(entry: Mapping[str, Any], path: Path, fail: Any) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    if "pattern" in entry:
        return (), ()
    suggestions: list[str | None] = []
    if "literals" in entry:
        literals = list(entry["literals"])
    else:
        literals = []
        source = (path.parent / entry["literals-file"]).resolve()
        if not source.is_relative_to(path.parent.resolve()):
            raise fail(f"literals-file {entry['literals-file']!r} lies outside the rule's folder; put it beside the rule file")
        try:
            rows = source.read_bytes().decode("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise fail(f"literals-file {entry['literals-file']!r} can't be read ({error}); check the file") from None
        for row in rows:
            if row.strip() and not row.startswith("#"):
                literal, _, suggestion = row.partition("\t")
                literals.append(literal)
                suggestions.append(suggestion.strip() or None)
    if not literals:
        raise fail("there is no literal; give at least one")
    for literal in literals:
        if not literal.strip() or literal != literal.strip():
            raise fail(f"literal {literal!r} is blank or has outer space; trim it")
        if "\n" in literal or "\r" in literal:
            raise fail(f"literal {literal!r} spans lines; a rule sees one line at a time")
    seen: set[str] = set()
    for literal in literals:
        key = literal if entry.get("case") else literal.lower()
        if key in seen:
            raise fail(f"literal {literal!r} is listed twice; keep one")
        seen.add(key)
    return tuple(literals), tuple(suggestions)


def _example(item: object, fail: Any) -> Example:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str) or not isinstance(item.get("hit"), str):
        raise fail("an example needs the strings text and hit")
    for key, value in item.items():
        if key not in _EXAMPLE_KEYS or not isinstance(value, str):
            raise fail(f"example key {key!r} is unknown or no string; {valid_names(str(key), _EXAMPLE_KEYS)}")
    if item["text"].count(item["hit"]) != 1:
        raise fail(f"the hit {item['hit']!r} occurs {item['text'].count(item['hit'])} times in its text; it must occur once")
    return Example(item["text"], item["hit"], item.get("suggest"), item.get("fix"))
