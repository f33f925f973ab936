"""What a run did, for programs (JSON) and for people (a table; a section of a data card)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cleaner.corpus.tally import Tally

__all__ = ["Summary"]


@dataclass(slots=True)
class Summary:
    """The sums of a run, shards that an earlier run had done included."""

    version: str
    engine: str
    workers: int
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0
    shards: dict[str, Tally] = field(default_factory=dict)
    """Per shard that is done, in the order of the plan."""
    resumed: int = 0
    """Shards that an earlier run had done."""
    failed: dict[str, str] = field(default_factory=dict)
    """Per shard that could not be done: why."""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def conserved(self) -> bool:
        """Whether every row that was read was written or quarantined, in each shard and in all."""
        parts = [*self.shards.values(), self.tally]
        return all(part.read == part.written + part.quarantined for part in parts) and self.tally.read == sum(
            part.read for part in self.shards.values()
        )

    @property
    def exit_code(self) -> int:
        """0 when all was done, 3 when something was quarantined or unreadable."""
        return 3 if self.failed or self.tally.quarantined or not self.conserved else 0

    def conservation(self) -> str:
        """Return the line that accounts for every row."""
        tally = self.tally
        line = f"read {tally.read:,} = written {tally.written:,} + quarantined {tally.quarantined:,}"
        return line if self.conserved else f"{line}  DOES NOT ADD UP; report this as a bug"

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain data; the sums reconcile with the audit."""
        tally = self.tally
        return {
            "version": self.version,
            "engine": self.engine,
            "workers": self.workers,
            "read": tally.read,
            "written": tally.written,
            "quarantined": tally.quarantined,
            "changed": tally.changed,
            "edits": tally.edits,
            "findings": tally.findings,
            "characters_read": tally.characters_read,
            "characters_written": tally.characters_written,
            "characters_removed": tally.characters_removed,
            "words_removed": tally.words_removed,
            "empty_pages": tally.empty,
            "seconds": round(self.seconds, 3),
            "settings": dict(self.settings),
            "rules": {rule: tally.rules[rule] for rule in sorted(tally.rules)},
            "stages": self._stages(),
            "languages": {lang: tally.languages[lang] for lang in sorted(tally.languages)},
            "scores": {name: _mean(counts) for name, counts in tally.scores.items()},
            "samples": {rule: tally.samples[rule] for rule in sorted(tally.samples)},
            "shards": {name: _shard(part) for name, part in self.shards.items()},
            "unreadable": [{"source": name, "problem": problem} for name, problem in self.failed.items()],
        }

    def _stages(self) -> dict[str, dict[str, int]]:
        stages: dict[str, dict[str, int]] = {}
        for rule, counts in self.tally.rules.items():
            entry = stages.setdefault(rule.partition(".")[0], {"edits": 0, "findings": 0, "characters_removed": 0})
            for name in entry:
                entry[name] += counts[name]
        return {name: stages[name] for name in sorted(stages)}

    def _by_weight(self) -> list[tuple[str, dict[str, int]]]:
        return sorted(self.tally.rules.items(), key=lambda item: (-item[1]["edits"] - item[1]["findings"], item[0]))

    def table(self) -> str:
        """Return what a person reads at the end of a run: a line per rule, and the conservation line last."""
        rows: list[tuple[str, ...]] = [("rule", "edits", "findings", "documents", "characters removed")]
        for rule, counts in self._by_weight():
            values = (counts["edits"], counts["findings"], counts["documents"], counts["characters_removed"])
            rows.append((rule, *(f"{value:,}" for value in values)))
        lines = list(_columns(rows)) if len(rows) > 1 else ["no rule applied"]
        tally = self.tally
        share = f" ({tally.changed / tally.written:.2%})" if tally.written else ""
        lines.append("")
        lines.append(f"changed {tally.changed:,} of {tally.written:,} documents{share} in {self.seconds:.1f} s")
        if self.resumed:
            lines.append(f"{self.resumed:,} of {len(self.shards):,} shards were done before")
        if tally.empty:
            lines.append(f"{tally.empty:,} pages had no text")
        if self.failed:
            lines.append(f"{len(self.failed):,} shards could not be done")
        lines.append(self.conservation())
        return "\n".join(lines)

    def markdown(self) -> str:
        """Return a section for a data card: what was removed, by which rule, how much."""
        tally = self.tally
        lines = ["## Cleaning", ""]
        lines.append(f"Cleaned with corpus-winnow {self.version}. {self.conservation()[0].upper()}{self.conservation()[1:]}.")
        changed = tally.changed / tally.written if tally.written else 0.0
        removed = tally.characters_removed / tally.characters_read if tally.characters_read else 0.0
        lines += ["", "| | |", "|---|--:|"]
        lines.append(f"| documents | {tally.written:,} |")
        lines.append(f"| changed | {tally.changed:,} ({changed:.2%}) |")
        lines.append(f"| edits | {tally.edits:,} |")
        lines.append(f"| findings, left in the text | {tally.findings:,} |")
        lines.append(f"| characters removed | {tally.characters_removed:,} ({removed:.3%}) |")
        for key, value in self.settings.items():
            lines.append(f"| {key} | {_cell(str(value))} |")
        lines += ["", "| rule | edits | findings | documents | share of documents | characters removed | example |"]
        lines.append("|---|--:|--:|--:|--:|--:|---|")
        for rule, counts in self._by_weight():
            share = counts["documents"] / tally.written if tally.written else 0.0
            sample = next(iter(tally.samples.get(rule, ())), None)
            example = f"{_code(sample['before'])} → {_code(sample['after'])}" if sample else ""
            lines.append(
                f"| {rule} | {counts['edits']:,} | {counts['findings']:,} | {counts['documents']:,} | {share:.3%} "
                f"| {counts['characters_removed']:,} | {example} |"
            )
        lines += ["", "| language | documents | changed | edits | findings |", "|---|--:|--:|--:|--:|"]
        for lang in sorted(tally.languages):
            by_lang = tally.languages[lang]
            lines.append(
                f"| {lang} | {by_lang['documents']:,} | {by_lang['changed']:,} | {by_lang['edits']:,} | {by_lang['findings']:,} |"
            )
        return "\n".join(lines) + "\n"


def _mean(counts: Mapping[str, int]) -> float:
    return round(counts["sum"] / counts["documents"] / 10000, 4) if counts["documents"] else 0.0


def _shard(tally: Tally) -> dict[str, int]:
    names = ("read", "written", "quarantined", "changed", "edits", "findings", "characters_removed")
    return {name: getattr(tally, name) for name in names}


def _columns(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        first = row[0].ljust(widths[0])
        yield "  ".join((first, *(value.rjust(width) for value, width in zip(row[1:], widths[1:], strict=True)))).rstrip()


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def _code(text: str) -> str:
    """Return ``text`` as code in a table cell, with everything invisible escaped."""
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text[:60])
    shown = shown.replace("`", "'").replace("|", "\\|").strip()
    return f"`{shown}`" if shown else "*nothing*"
