"""What the verbs share: the common flags, and the configuration that follows from them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from cleaner.chain import Chain
from cleaner.corpus.formats import format_of
from cleaner.errors import ConfigError, valid_names
from cleaner.model import STAGES
from cleaner.rules import PROFILES
from cleaner.settings import Settings, find_config, load_settings

__all__ = ["Chains", "add_chain_arguments", "corpus_files", "load_found_settings", "settings_of"]


def add_chain_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags that decide which chain runs."""
    group = parser.add_argument_group("chain")
    group.add_argument(
        "--config", metavar="FILE", help="configuration file (default: the nearest cleaner.toml or pyproject.toml)"
    )
    group.add_argument("--profile", metavar="NAME", help=f"precision tier: {', '.join(PROFILES)}")
    group.add_argument("--stages", metavar="A,B", help=f"stages to run: {', '.join(STAGES)}")
    group.add_argument("--select", metavar="PREFIX", action="append", help="only rules with this id prefix (may be repeated)")
    group.add_argument("--ignore", metavar="PREFIX", action="append", help="no rules with this id prefix (may be repeated)")
    group.add_argument("--lang", metavar="CODE", help="language of all documents, ISO 639-1 (default: detected when needed)")


def settings_of(args: argparse.Namespace) -> Settings:
    """Return the configuration that the flags of ``args`` and the nearest configuration file make."""
    if args.config:
        path = Path(args.config)
        if not path.is_file():
            raise ConfigError(f"{path}: no such configuration file; check --config")
        settings = load_settings(path)
    else:
        settings = load_found_settings()
    if args.profile is not None:
        if args.profile not in PROFILES:
            raise ConfigError(f"--profile: unknown profile {args.profile!r}; {valid_names(args.profile, PROFILES)}")
        settings = settings.with_values("--profile", profile=args.profile)
    if args.stages is not None:
        names = [name.strip() for name in args.stages.split(",") if name.strip()]
        for name in names:
            if name not in STAGES:
                raise ConfigError(f"--stages: unknown stage {name!r}; {valid_names(name, STAGES)}")
        settings = settings.with_values("--stages", stages=tuple(name for name in STAGES if name in names))
    for key in ("select", "ignore"):
        values = getattr(args, key)
        if values:
            prefixes = tuple(part.strip() for value in values for part in value.split(",") if part.strip())
            settings = settings.with_values(f"--{key}", **{key: prefixes})
    if args.lang is not None and not (len(args.lang) == 2 and args.lang.isalpha() and args.lang.islower()):
        raise ConfigError(f"--lang: {args.lang!r} is not an ISO 639-1 code; write two lower-case letters")
    return settings


def load_found_settings() -> Settings:
    """Return the settings of the nearest configuration file, or the default ones."""
    here = Path.cwd()
    found = find_config(here)
    if found is None:
        return Settings()
    return load_settings(found.relative_to(here) if found.parent == here else found)


def corpus_files(names: Iterable[str]) -> Iterator[str]:
    """Yield the files that ``names`` stand for; of a folder those with a known suffix, hidden ones left out, sorted."""
    for name in names:
        if not os.path.isdir(name):
            yield name
            continue
        for root, folders, files in os.walk(name):
            folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
            for file in sorted(files):
                if not file.startswith(".") and format_of(file) is not None:
                    yield os.path.join(root, file)


class Chains:
    """Chains by configuration, so that files under the same overrides share one."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._made: list[tuple[Settings, Chain]] = []

    def for_path(self, path: Path | None) -> Chain:
        """Return the chain for the file ``path``; ``None`` stands for standard input."""
        settings = self.settings.for_path(path) if path is not None else self.settings
        for known, chain in self._made:
            if known == settings:
                return chain
        chain = Chain(settings)
        self._made.append((settings, chain))
        return chain
