"""The configuration: what it may say, where it is found, and where each value came from."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cleaner.errors import ConfigError, valid_names
from cleaner.model import STAGES
from cleaner.rules import PROFILES

__all__ = ["KEYS", "STAGE_KEYS", "Override", "Settings", "find_config", "load_settings"]

KEYS: Mapping[str, type] = {
    "profile": str,
    "stages": list,
    "languages": list,
    "rules": list,
    "select": list,
    "ignore": list,
    "stage": dict,
    "override": list,
}
"""The keys of ``cleaner.toml`` with their types."""
STAGE_KEYS: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    "mojibake": {"min-confidence": (int, float), "remove-invisible": (bool,)},
    "debris": {"min-confidence": (int, float)},
    "translation": {"min-confidence": (int, float)},
    "truncation": {"min-confidence": (int, float), "prior": (int, float)},
}
"""The keys of each ``[stage.NAME]`` table."""
_OVERRIDE_KEYS = ("paths", "profile", "select", "ignore", "stages")


@dataclass(frozen=True, slots=True)
class Override:
    """Settings for the files that one of ``paths`` (glob patterns, relative to the configuration) names."""

    paths: tuple[str, ...]
    ignore: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    profile: str | None = None
    stages: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Settings:
    """The configuration in force; immutable."""

    profile: str = "precise"
    stages: tuple[str, ...] = STAGES
    languages: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()
    """Rule files beside the shipped ones."""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    stage_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, hash=False)
    overrides: tuple[Override, ...] = ()
    root: Path = field(default_factory=Path)
    """The folder that override patterns are relative to."""
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Where each value came from; a key that is absent has its default."""

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            where = self.origins.get("profile", "profile")
            raise ConfigError(f"{where}: unknown profile {self.profile!r}; {valid_names(str(self.profile), PROFILES)}")
        for name in self.stages:
            if name not in STAGES:
                where = self.origins.get("stages", "stages")
                raise ConfigError(f"{where}: unknown stage {name!r}; {valid_names(str(name), STAGES)}")

    def with_values(self, origin: str, **values: Any) -> Settings:
        """Return a copy with ``values`` set, noting ``origin`` for them."""
        return replace(self, origins={**self.origins, **dict.fromkeys(values, origin)}, **values)

    def for_path(self, path: Path) -> Settings:
        """Return the settings for the file ``path``, all overrides that name it applied in order."""
        if not self.overrides:
            return self
        try:
            name = path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            name = path.as_posix()
        result = self
        for override in self.overrides:
            if any(_glob(pattern, name) for pattern in override.paths):
                result = replace(
                    result,
                    ignore=(*result.ignore, *override.ignore),
                    select=override.select or result.select,
                    profile=override.profile or result.profile,
                    stages=override.stages if override.stages is not None else result.stages,
                )
        return result


def _glob(pattern: str, name: str) -> bool:
    if pattern.endswith("/**"):
        return name.startswith(pattern[:-2]) or fnmatch.fnmatchcase(name, pattern)
    return fnmatch.fnmatchcase(name, pattern) or fnmatch.fnmatchcase(name, pattern.replace("**/", ""))


def find_config(start: Path) -> Path | None:
    """Return the nearest ``cleaner.toml``, or ``pyproject.toml`` with a ``[tool.cleaner]`` table, from ``start`` upwards."""
    for folder in (start, *start.parents):
        if (own := folder / "cleaner.toml").is_file():
            return own
        project = folder / "pyproject.toml"
        if project.is_file() and re.search(rb"^\s*\[+\s*tool\s*\.\s*cleaner\b", _read(project), re.MULTILINE):
            return project
    return None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: can't be read ({error.strerror}); check the path") from None


def load_settings(path: Path) -> Settings:
    """Read the configuration file ``path``. Raises ``ConfigError`` that names file, line and key."""
    import tomllib  # most runs have no configuration file

    try:
        text = _read(path).decode("utf-8")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not valid UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = f"{path}:{line[1]}" if line else f"{path}:{text.count(chr(10)) + 1}"
        raise ConfigError(f"{where}: not valid TOML: {error}; mend the syntax") from None
    except RecursionError:
        raise ConfigError(f"{path}:1: nested too deeply; the configuration is flat") from None
    if path.name == "pyproject.toml":
        data = data.get("tool", {}).get("cleaner", {})
        if not isinstance(data, dict):
            raise ConfigError(f"{path}:1: tool.cleaner is not a table; write [tool.cleaner]")
    return _settings(data, path, text)


def _settings(data: Mapping[str, Any], path: Path, text: str) -> Settings:
    def fail(key: str, problem: str) -> ConfigError:
        found = re.search(rf"^[ \t]*(?:\[+[^\]\n]*\b)?{re.escape(key)}\b", text, re.MULTILINE)
        line = text.count("\n", 0, found.start()) + 1 if found else 1
        return ConfigError(f"{path}:{line}: {problem}")

    _check(data, KEYS, fail, "key")
    stages = _names(data.get("stages", STAGES), STAGES, "stage", fail)
    options: dict[str, Mapping[str, Any]] = {}
    for name, table in data.get("stage", {}).items():
        if name not in STAGE_KEYS:
            raise fail(name, f"unknown stage {name!r}; {valid_names(name, STAGE_KEYS)}")
        if not isinstance(table, dict):
            raise fail(name, f"stage.{name} is not a table; write [stage.{name}]")
        for key, value in table.items():
            types = STAGE_KEYS[name].get(key)
            if types is None:
                raise fail(key, f"unknown key {key!r} in [stage.{name}]; {valid_names(key, STAGE_KEYS[name])}")
            if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
                raise fail(key, f"{key} is a {type(value).__name__}; it must be a {types[-1].__name__}")
            if not isinstance(value, bool) and isinstance(value, (int, float)) and not 0 <= value <= 1:
                raise fail(key, f"{key} is {value}; it must lie between 0 and 1")
        options[name] = dict(table)
    overrides = []
    for entry in data.get("override", []):
        if not isinstance(entry, dict):
            raise fail("override", "override is not a list of tables; write [[override]]")
        for key in entry:
            if key not in _OVERRIDE_KEYS:
                raise fail(key, f"unknown key {key!r} in [[override]]; {valid_names(key, _OVERRIDE_KEYS)}")
        if not entry.get("paths"):
            raise fail("override", 'an override names no paths; add paths = ["folder/**"]')
        _check(entry, {**KEYS, "paths": list}, fail, "key")
        overrides.append(
            Override(
                _strings(entry, "paths", fail),
                _strings(entry, "ignore", fail),
                _strings(entry, "select", fail),
                _profile(entry["profile"], fail) if "profile" in entry else None,
                _names(entry["stages"], STAGES, "stage", fail) if "stages" in entry else None,
            )
        )
    languages = _strings(data, "languages", fail)
    for name in languages:
        if not re.fullmatch(r"[a-z]{2}", name):
            raise fail("languages", f"language {name!r} is not an ISO 639-1 code; write two lower-case letters")
    return Settings(
        profile=_profile(data.get("profile", "precise"), fail),
        stages=stages,
        languages=languages,
        rules=tuple(_rule_paths(_strings(data, "rules", fail), path, fail)),
        select=_strings(data, "select", fail),
        ignore=_strings(data, "ignore", fail),
        stage_options=options,
        overrides=tuple(overrides),
        root=path.parent,
        origins={key: str(path) for key in data},
    )


def _check(data: Mapping[str, Any], keys: Mapping[str, type], fail: Any, what: str) -> None:
    for key, value in data.items():
        if key not in keys:
            raise fail(key, f"unknown {what} {key!r}; {valid_names(key, keys)}")
        if not isinstance(value, keys[key]):
            raise fail(key, f"{key} is a {type(value).__name__}; it must be a {keys[key].__name__}")


def _strings(data: Mapping[str, Any], key: str, fail: Any) -> tuple[str, ...]:
    values = data.get(key, ())
    if not all(isinstance(value, str) and value for value in values):
        raise fail(key, f"{key} holds something that is not a non-empty string; write strings only")
    return tuple(values)


def _names(values: Sequence[Any], valid: Iterable[str], what: str, fail: Any) -> tuple[str, ...]:
    valid = tuple(valid)
    for value in values:
        if value not in valid:
            raise fail("stages", f"unknown {what} {value!r}; {valid_names(str(value), valid)}")
    return tuple(name for name in valid if name in values)


def _profile(value: str, fail: Any) -> str:
    if value not in PROFILES:
        raise fail("profile", f"unknown profile {value!r}; {valid_names(str(value), PROFILES)}")
    return value


def _rule_paths(patterns: Sequence[str], config: Path, fail: Any) -> Iterable[Path]:
    for pattern in patterns:
        found = sorted(config.parent.glob(pattern)) if not Path(pattern).is_absolute() else [Path(pattern)]
        if not found or not all(path.is_file() for path in found):
            raise fail("rules", f"rules: {pattern!r} names no file; give rule files relative to the configuration")
        yield from found
