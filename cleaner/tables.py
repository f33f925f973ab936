"""Where the shipped rules and learned tables lie."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from cleaner.errors import RuleError

__all__ = ["load_table", "rules_dir"]


@lru_cache(maxsize=1)
def rules_dir() -> Path:
    """The folder of the shipped rules: inside the wheel, or beside the package in a checkout."""
    inside = Path(__file__).parent / "_rules"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rules"


def load_table(name: str) -> bytes:
    """Return the bytes of the learned table ``name``, such as ``en/truncation.bin``.

    Raises ``RuleError`` when the installation is incomplete.
    """
    try:
        return (rules_dir() / name).read_bytes()
    except OSError as error:
        raise RuleError(f"{rules_dir() / name}: can't be read ({error.strerror}); install corpus-winnow again") from None
