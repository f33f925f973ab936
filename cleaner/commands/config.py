"""``config`` and ``init``: the configuration in force, and a first one."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from cleaner.commands.common import add_chain_arguments, settings_of
from cleaner.errors import ConfigError
from cleaner.settings import KEYS
from cleaner.version import __version__

EXAMPLES = {
    "config": "example:\n  cleaner config --profile balanced",
    "init": "example:\n  cleaner init",
}

STARTER = """\
# Configuration of corpus-winnow; every key is optional. `cleaner config` shows what is in force.
profile = "precise"            # precise: nearly nothing of an article is ever lost; balanced, thorough: more is removed
stages  = ["mojibake", "debris", "translation", "truncation"]
# languages = ["en", "de"]     # omit to detect
# rules     = ["rules/*.toml"] # your own rule files, beside the shipped ones
# ignore    = ["debris.dateline"]

# [[override]]                 # other settings for some files
# paths  = ["forum/**"]
# ignore = ["translation"]
"""
STANZA = """\
repos:
  - repo: ADDRESS          # of the corpus-winnow repository: a URL or a local path
    rev: v{version}
    hooks:
      - id: cleaner-check      # reports, never writes; cleaner-fix applies the edits
"""


def add_arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """Add the flags of ``verb``."""
    if verb == "config":
        add_chain_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """Run the verb and return the exit code."""
    return _config(args) if args.verb == "config" else _init()


def _config(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    values: dict[str, object] = {
        "profile": settings.profile,
        "stages": list(settings.stages),
        "languages": list(settings.languages),
        "rules": [str(path) for path in settings.rules],
        "select": list(settings.select),
        "ignore": list(settings.ignore),
    }
    for key in KEYS:
        if key in values:
            line = f"{key} = {json.dumps(values[key], ensure_ascii=False)}"
            sys.stdout.write(f"{line:<60} # {settings.origins.get(key, 'default')}\n")
    for name, table in settings.stage_options.items():
        sys.stdout.write(f"[stage.{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items()))
    for override in settings.overrides:
        sys.stdout.write(f"[[override]]\npaths = {json.dumps(list(override.paths))}\n")
        for key in ("profile", "stages", "select", "ignore"):
            value = getattr(override, key)
            if value:
                sys.stdout.write(f"{key} = {json.dumps(value)}\n")
    return 0


def _init() -> int:
    config, hooks = Path("cleaner.toml"), Path(".pre-commit-config.yaml")
    if config.exists():
        raise ConfigError(f"{config}: already exists; edit it, or remove it first")
    config.write_text(STARTER, encoding="utf-8")
    sys.stdout.write(f"wrote {config}\n")
    stanza = STANZA.format(version=__version__)
    if hooks.exists():
        sys.stdout.write(f"{hooks} exists; add this to its repos:\n\n" + stanza.partition("\n")[2])
    else:
        hooks.write_text(stanza, encoding="utf-8")
        sys.stdout.write(f"wrote {hooks}\n")
    return 0
