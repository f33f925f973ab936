"""A rule, and a book of rules from which a chain takes those that apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cleaner.errors import ConfigError, valid_names

__all__ = ["PROFILES", "Example", "Rule", "Rulebook"]

PROFILES = ("precise", "balanced", "thorough")
"""The precision tiers, each holding the rules of those before it."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text in which a rule must match exactly once."""

    text: str
    hit: str
    """The matched span; it occurs once in ``text``."""
    suggest: str | None = None
    """The suggestion the finding must carry."""
    fix: str | None = None
    """The text after the edit."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What to find and what to do about it; one ``[[rule]]`` of a rule file."""

    id: str
    action: str
    """``remove``, ``replace`` or ``flag``."""
    match: str
    """``line``, ``phrase`` or ``regex``."""
    why: str = ""
    literals: tuple[str, ...] = ()
    literal_suggestions: tuple[str | None, ...] = ()
    """Suggestions that stand beside the literals in a word list; empty, or as long as ``literals``."""
    pattern: str = ""
    prefilter: tuple[str, ...] = ()
    case: bool = False
    repeats: bool = False
    position: str = "any"
    """``any``, ``head``, ``tail`` or ``inside``."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes; empty means all languages."""
    profile: str = "precise"
    """The first tier that applies the rule."""
    confidence: float = 0.99
    replace: str | None = None
    suggest: str | None = None
    url: str = ""
    since: str = ""
    aliases: tuple[str, ...] = ()
    hits: tuple[Example, ...] = ()
    clean: tuple[str, ...] = ()
    todo: tuple[Example, ...] = ()
    origin: str = ""
    """``file:line`` of the rule, for messages."""

    @property
    def stage(self) -> str:
        """The stage id, which is the part of the id before the dot."""
        return self.id.partition(".")[0]


class Rulebook:
    """All rules known to a run, in file order, by id."""

    __slots__ = ("_by_id", "digest", "rules")

    def __init__(self, rules: Iterable[Rule], digest: str = "") -> None:
        self.rules = tuple(rules)
        self.digest = digest
        """Names the content of the files that the rules were loaded from; empty when they were not."""
        self._by_id = {rule.id: rule for rule in self.rules}
        for rule in self.rules:
            for alias in rule.aliases:
                self._by_id.setdefault(alias, rule)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def get(self, rule_id: str) -> Rule | None:
        """The rule of this id or alias."""
        return self._by_id.get(rule_id)

    def select(
        self,
        *,
        stages: Sequence[str],
        profile: str = "precise",
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        languages: Sequence[str] = (),
    ) -> tuple[Rule, ...]:
        """Return the rules of ``stages`` that ``profile`` applies, after the id prefixes of ``select`` and ``ignore``."""
        tier = PROFILES.index(profile)
        return tuple(
            rule
            for rule in self.rules
            if rule.stage in stages
            and PROFILES.index(rule.profile) <= tier
            and wanted(rule.id, select, ignore, rule.aliases)
            and (not languages or not rule.languages or not set(languages).isdisjoint(rule.languages))
        )

    def check_prefixes(self, prefixes: Iterable[str], where: str, known: Iterable[str] = ()) -> None:
        """Raise ``ConfigError`` for a prefix that names no rule; ``known`` adds ids that are not in the book."""
        ids = [*self._by_id, *known]
        for prefix in prefixes:
            if not any(has_prefix(rule_id, prefix) for rule_id in ids):
                stages = {rule_id.partition(".")[0] for rule_id in ids}
                names = stages if "." not in prefix else {i for i in ids if i.startswith(prefix.partition(".")[0])} or stages
                raise ConfigError(f"{where}: no rule {prefix!r}; {valid_names(prefix, names)}")


def has_prefix(rule_id: str, prefix: str) -> bool:
    """Whether ``prefix`` names ``rule_id``: the id itself, its stage, or a part up to a dot or hyphen."""
    if not rule_id.startswith(prefix):
        return False
    return len(rule_id) == len(prefix) or prefix.endswith((".", "-")) or rule_id[len(prefix)] in ".-"


def wanted(rule_id: str, select: Sequence[str], ignore: Sequence[str], aliases: Sequence[str] = ()) -> bool:
    """Whether a rule passes ``select`` (empty selects all) and ``ignore``.

    Where both name it the longer prefix wins, and ``ignore`` a tie.
    """
    ids = (rule_id, *aliases)

    def longest(prefixes: Sequence[str]) -> int:
        return max((len(p) for p in prefixes for i in ids if has_prefix(i, p)), default=-1)

    chosen = longest(select)
    if select and chosen < 0:
        return False
    return longest(ignore) < chosen or longest(ignore) < 0
