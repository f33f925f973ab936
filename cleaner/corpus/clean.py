"""One block through the chain: what leaves it, and the record of what happened."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from cleaner.corpus.blocks import Block
from cleaner.corpus.judge import ChainLike, Judged, judge
from cleaner.corpus.records import audit_lines, quarantine_line, scores_line
from cleaner.corpus.rows import Fields, Row, UnwritableError, short, splices_of
from cleaner.corpus.tally import Tally
from cleaner.errors import ConfigError, RuleError

__all__ = ["BlockResult", "Task", "clean_block"]


@dataclass(frozen=True, slots=True)
class Task:
    """What cleaning the rows of a shard takes, beyond the chain."""

    name: str
    """The shard's name, for records."""
    fields: Fields = field(default_factory=Fields)
    audit: bool = False
    scores: bool = False
    keep_text: bool = True
    max_removed: float | None = None
    lang: str | None = None
    """Of the rows whose own language is not known."""
    restore_links: bool = False


@dataclass(slots=True)
class BlockResult:
    """A cleaned block."""

    index: int
    out: bytes = b""
    audit: bytes = b""
    scores: bytes = b""
    quarantine: bytes = b""
    tally: Tally = field(default_factory=Tally)


def clean_block(block: Block, chain: ChainLike, task: Task, limit: int | None = None) -> BlockResult:
    """Clean the rows of ``block``, at most ``limit`` of them."""
    result = BlockResult(block.index)
    pieces: list[str] = []
    audit: list[str] = []
    scores: list[str] = []
    quarantine: list[str] = []
    tally = result.tally
    for row in block.rows():
        if limit is not None and tally.read >= limit:
            break
        if not row.problem:
            doc = row.doc or json.dumps(f"{task.name}:{row.number}", ensure_ascii=False)
            try:
                judged = [
                    judge(chain, passage, row.id, row.lang or task.lang, task.max_removed, task.restore_links)
                    for passage in row.passages
                ]
                edits = {index: verdict.edits for index, verdict in enumerate(judged) if verdict.edits}
                pieces.append(block.piece(row, edits))
            except UnwritableError as error:
                row.problem = str(error)
            except (OSError, ImportError, MemoryError) as error:
                raise RuleError(f"{task.name}:{row.line}: the chain can't work ({error}); repair the installation") from error
            except (ConfigError, RuleError):
                raise
            except Exception as error:  # a stage of the user's own may raise anything; its document must not end the run
                row.problem = f"cleaning failed ({type(error).__name__}: {short(str(error), 100)})"
            else:
                if task.audit:
                    audit += _audited(row, doc, judged, task.keep_text)
                if task.scores:
                    scores.append(scores_line(row.number, doc, task.fields.texts, judged))
                tally.empty += block.pages and not any(passage.text for passage in row.passages)
                tally.count(judged, [passage.text for passage in row.passages], doc, task.keep_text)
                continue
        pieces.append(block.dropped(row))
        quarantine.append(quarantine_line(row.number, task.name, row.line, block.raw(row), row.problem))
        tally.count_quarantined(row.line, row.problem, row.missing)
    result.out = block.head + (block.encode("".join(pieces)) if tally.written or not block.head else b"")
    result.audit, result.scores, result.quarantine = _encoded(audit), _encoded(scores), _encoded(quarantine)
    return result


def _audited(row: Row, doc: str, judged: list[Judged], keep_text: bool) -> list[str]:
    lines: list[str] = []
    for index, (passage, verdict) in enumerate(zip(row.passages, judged, strict=True)):
        if verdict.edits or verdict.findings:
            written_as = row.written_as(index, splices_of(verdict.edits)) if verdict.edits and keep_text else []
            lines += audit_lines(
                row.number,
                doc,
                passage.field,
                passage.text or "",
                verdict,
                written_as or [None] * len(verdict.edits),
                keep_text,
            )
    return lines


def _encoded(lines: list[str]) -> bytes:
    # Halves of surrogate pairs have no UTF-8 form; Python's escape for them is that of JSON.
    return "".join(lines).encode("utf-8", "backslashreplace")
