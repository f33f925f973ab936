"""The rules a chain can draw on: the shipped ones, the user's, and those decided by code."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from cleaner.errors import RuleError
from cleaner.rulefile import load_rules
from cleaner.rules import Rule, Rulebook
from cleaner.scanner import cache_dir
from cleaner.settings import Settings
from cleaner.tables import rules_dir
from cleaner.version import __version__

__all__ = ["code_rules", "fingerprint", "full_rulebook", "rule_paths", "rulebook"]

_EXAMPLE_FIELDS = ("hits", "clean", "todo")


def rule_paths() -> list[Path]:
    """The shipped rule files in the order in which they load."""
    paths = sorted(rules_dir().glob("*/*.toml"))
    if not paths:
        raise RuleError(f"{rules_dir()}: no rule files; the installation is incomplete, install corpus-winnow again")
    return [path for path in paths if not path.name.endswith(".card.toml")]


def full_rulebook(extra: Iterable[Path] = ()) -> Rulebook:
    """Load the shipped rules and ``extra`` files with their examples."""
    return load_rules([*rule_paths(), *extra])


def rulebook(extra: Iterable[Path] = ()) -> Rulebook:
    """Load the shipped rules and ``extra`` files without their examples, from a cache keyed by the content of all files.

    Parsing a thousand rules costs more than all else that a check of a small file does.
    """
    extra = tuple(extra)
    if not extra:
        return _shipped()
    return _cached([*rule_paths(), *extra])


@lru_cache(maxsize=1)
def _shipped() -> Rulebook:
    return _cached(rule_paths())


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.blake2b(__version__.encode(), digest_size=16)
    paths = list(paths)
    digest.update("\0".join(map(str, paths)).encode("utf-8", "surrogateescape"))  # a file named twice is another book
    files = dict.fromkeys(file for path in paths for file in (path, *sorted(path.parent.glob("*.tsv"))))
    for file in files:
        digest.update(str(file).encode("utf-8", "surrogateescape") + b"\0")
        try:
            digest.update(file.read_bytes() + b"\0")
        except OSError as error:
            raise RuleError(f"{file}: can't be read ({error.strerror}); check the path") from None
    return digest.hexdigest()


def _cached(paths: Sequence[Path]) -> Rulebook:
    here = Path(__file__).parent
    code = [here / f"{name}.py" for name in ("rulefile", "patterns", "rules", "scan_plan", "scanner", "matcher")]
    digest = _digest([*paths, *code])
    cache = cache_dir() / f"rules-{digest}.json"
    names = [field.name for field in fields(Rule) if field.name not in _EXAMPLE_FIELDS]
    try:
        rows = json.loads(cache.read_bytes())
        return Rulebook([_rule_from(dict(zip(names, row, strict=True))) for row in rows], digest)
    except (OSError, ValueError, TypeError):
        pass  # absent or damaged: load the files
    book = load_rules(paths)
    book = Rulebook((_without_examples(rule) for rule in book), digest)
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        temporary = cache.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps([[getattr(rule, name) for name in names] for rule in book]), encoding="utf-8")
        temporary.replace(cache)
    except OSError:
        pass  # the cache only saves time
    return book


def _rule_from(values: Mapping[str, Any]) -> Rule:
    fixed: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    return Rule(**fixed)


def _without_examples(rule: Rule) -> Rule:
    return replace(rule, hits=(), clean=(), todo=())


def code_rules() -> Mapping[str, str]:
    """Rules that code decides rather than a rule file: id to what the rule is for."""
    from cleaner.stages import described_rules

    return described_rules()


def fingerprint(settings: Settings, extra_stages: Sequence[str] = ()) -> str:
    """Return a digest of version, configuration, rule files and learned tables; equal digests give equal results."""
    values = asdict(settings)
    for key in ("origins", "root", "rules", "overrides"):
        values.pop(key)
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps([values, list(extra_stages)], sort_keys=True, default=str).encode())
    digest.update(_digest([*rule_paths(), *settings.rules]).encode())
    for table in sorted(rules_dir().glob("*/*.bin")):
        digest.update(table.name.encode() + table.read_bytes())
    return digest.hexdigest()
