"""The built-in stages by name. Importing one costs nothing until a chain asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from cleaner.model import STAGES, Stage

__all__ = ["build_stage", "described_rules"]

_CLASSES: Mapping[str, tuple[str, str]] = {
    "mojibake": ("cleaner.stages.mojibake", "Mojibake"),
    "debris": ("cleaner.stages.debris", "Debris"),
    "translation": ("cleaner.stages.translation", "Translation"),
    "truncation": ("cleaner.stages.truncation", "Truncation"),
}
CHAIN_RULES: Mapping[str, str] = {
    "chain.unstable": "The text still changed after four passes, so it was left untouched; two rules work against each other.",
    "chain.rule-timeout": "A pattern ran out of time on this line; what it would have found there is unknown.",
    "chain.unused-suppression": "A comment or a line of cleaner-ignore that silences nothing any more.",
    "chain.max-removed": "Cleaning would remove more of the document's words than allowed, so it was left untouched.",
}
"""Findings of the chain and of runs themselves."""


def build_stage(name: str, profile: str, options: Mapping[str, Any]) -> Stage:
    """Return the built-in stage ``name`` for a precision tier and its configuration table."""
    module, cls = _CLASSES[name]
    stage: Stage = getattr(import_module(module), cls)(profile, options)
    return stage


def described_rules() -> dict[str, str]:
    """Rules that are decided by code rather than by a rule file: id to what the rule is for."""
    described = dict(CHAIN_RULES)
    for name in STAGES:
        described.update(import_module(_CLASSES[name][0]).RULES)
    return described
