"""Everything this package raises on purpose.

::

    CleanerError              base class; str() is one line for a person
    ├── ConfigError           a configuration file, a flag or a profile        (exit 2)
    ├── RuleError             a rule file, or a rule that breaks its promises  (exit 2)
    ├── SourceError           an input that can't be read or understood        (exit 3)
    └── EditError             edits that overlap or do not fit their text      (a bug in a stage)

Messages follow one form: ``path:line: what is wrong; what to do``.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["CleanerError", "ConfigError", "EditError", "RuleError", "SourceError", "valid_names"]


class CleanerError(Exception):
    """Base class of all errors raised on purpose."""


class ConfigError(CleanerError):
    """A configuration file, flag, stage or profile that can't be used."""


class RuleError(CleanerError):
    """A rule file that can't be used, or a rule that fails its own examples."""


class SourceError(CleanerError):
    """An input that can't be read or understood."""


class EditError(CleanerError):
    """Edits that overlap, are out of order, or do not fit their text."""


def valid_names(name: str, valid: Iterable[str]) -> str:
    """Return the tail of an error about an unknown name: the nearest one, then all of them."""
    import difflib  # costs more than the rest of a start without errors

    names = sorted(valid)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{hint}valid: {', '.join(names)}"
