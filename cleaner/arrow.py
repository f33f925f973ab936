"""Arrow in, Arrow out: the one function that every engine calls, and text columns wherever they are nested.

Columns that hold no text are passed on as they are, and so is a batch in which nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from cleaner.errors import ConfigError
from cleaner.model import STAGES

if TYPE_CHECKING:
    import pyarrow as pa

    from cleaner.result import Result

__all__ = ["clean_batch", "column_at", "is_text", "record_type", "replace_texts", "resolve", "text_type"]

_Batch = TypeVar("_Batch", "pa.Table", "pa.RecordBatch")


class _Chain(Protocol):
    def clean(self, text: str, id: str | None = None, lang: str | None = None) -> Result: ...


def clean_batch(
    chain: _Chain,
    table: _Batch,
    text_field: str = "text",
    *,
    id_field: str | None = None,
    lang_field: str | None = None,
    record: str | None = None,
) -> _Batch:
    """Return ``table`` (a table or a record batch) with its text column cleaned; schema and other columns stay.

    ``text_field`` may be a string, large string, binary (UTF-8) or dictionary column, and dots lead into structs; nulls stay nulls.
    ``lang_field`` names a column of ISO 639-1 codes. ``record`` adds a column of that name with scores, edits and findings of each
    row, of type ``record_type()`` whatever the rows hold. Raises ``ConfigError`` when a named column is not there or holds no text.
    """
    import pyarrow as pa

    schema = table.schema
    ways = {}
    for name in (text_field, id_field, lang_field):
        if name is not None:
            way = resolve(schema, name)
            if way is None:
                raise ConfigError(f"clean_batch: no column {name!r}; the table has {', '.join(schema.names)}")
            ways[name] = way
    if not is_text(text_type(schema, ways[text_field])):
        raise ConfigError(f"clean_batch: column {text_field!r} holds {text_type(schema, ways[text_field])}, not texts")
    if record is not None and record in schema.names:
        raise ConfigError(f"clean_batch: there is a column {record!r} already; name another for the record")
    batches = [table] if isinstance(table, pa.RecordBatch) else table.to_batches()
    done = [_clean(chain, batch, ways, text_field, id_field, lang_field, record) for batch in batches]
    if all(new is old for new, old in zip(done, batches, strict=True)) and (record is None or batches):
        return table
    if isinstance(table, pa.RecordBatch):
        return done[0]
    return pa.Table.from_batches(done, schema if record is None else schema.append(pa.field(record, record_type())))


def _clean(
    chain: _Chain,
    batch: pa.RecordBatch,
    ways: Mapping[str, Sequence[int]],
    text_field: str,
    id_field: str | None,
    lang_field: str | None,
    record: str | None,
) -> pa.RecordBatch:
    import pyarrow as pa

    texts = column_at(batch, ways[text_field]).to_pylist()
    ids = column_at(batch, ways[id_field]).to_pylist() if id_field is not None else None
    langs = column_at(batch, ways[lang_field]).to_pylist() if lang_field is not None else None
    changed: dict[int, str] = {}
    records: list[dict[str, Any] | None] = []
    for at, text in enumerate(texts):
        if text is None:
            records.append(None)
            continue
        source = text.decode("utf-8") if isinstance(text, bytes) else text
        id = None if ids is None or ids[at] is None else str(ids[at])
        result = chain.clean(source, id=id, lang=langs[at] if langs is not None else None)
        if result.edits:
            changed[at] = result.text
        if record is not None:
            records.append(_record(result))
    batch = replace_texts(batch, ways[text_field], changed)
    if record is None:
        return batch
    schema = batch.schema.append(pa.field(record, record_type()))
    return pa.RecordBatch.from_arrays([*batch.columns, pa.array(records, record_type())], schema=schema)


def _record(result: Result) -> dict[str, Any]:
    return {
        "lang": result.lang,
        "scores": {name: result.scores.get(name) for name in (*STAGES, "quality")},
        "edits": [
            {
                "start": edit.start,
                "end": edit.end,
                "before": edit.before,
                "after": edit.after,
                "rules": list(edit.rules),
                "stage": edit.stage,
                "reason": edit.reason,
                "confidence": edit.confidence,
            }
            for edit in result.edits
        ],
        "findings": [
            {
                "start": finding.start,
                "end": finding.end,
                "text": finding.text,
                "rule": finding.rule,
                "stage": finding.stage,
                "message": finding.message,
                "suggestion": finding.suggestion,
                "confidence": finding.confidence,
            }
            for finding in result.findings
        ],
    }


def record_type() -> pa.DataType:
    """Return the type of the record column: language, scores of the built-in stages, edits and findings with positions."""
    import pyarrow as pa

    place = [("start", pa.int32()), ("end", pa.int32())]
    edit = pa.struct(
        [
            *place,
            ("before", pa.string()),
            ("after", pa.string()),
            ("rules", pa.list_(pa.string())),
            ("stage", pa.string()),
            ("reason", pa.string()),
            ("confidence", pa.float64()),
        ]
    )
    finding = pa.struct(
        [
            *place,
            ("text", pa.string()),
            ("rule", pa.string()),
            ("stage", pa.string()),
            ("message", pa.string()),
            ("suggestion", pa.string()),
            ("confidence", pa.float64()),
        ]
    )
    scores = pa.struct([(name, pa.float64()) for name in (*STAGES, "quality")])
    return pa.struct([("lang", pa.string()), ("scores", scores), ("edits", pa.list_(edit)), ("findings", pa.list_(finding))])


def resolve(schema: pa.Schema, name: str) -> tuple[int, ...] | None:
    """Return the way to a column as indexes, ``None`` when there is none: a column of that very name, or nested fields."""
    import pyarrow as pa

    at = schema.get_field_index(name)
    if at >= 0:
        return (at,)
    way: list[int] = []
    fields: Any = schema
    for part in name.split("."):
        at = fields.get_field_index(part)
        if at < 0:
            return None
        way.append(at)
        fields = fields.field(at).type
        if not pa.types.is_struct(fields):
            break
    return tuple(way) if len(way) == len(name.split(".")) else None


def text_type(schema: pa.Schema, way: Sequence[int]) -> pa.DataType:
    """Return the type of the column that ``way`` leads to."""
    field: Any = schema
    for at in way:
        field = field.field(at)
        field = field if not hasattr(field, "type") else field.type
    return field


def column_at(batch: pa.RecordBatch, way: Sequence[int]) -> pa.Array:
    """Return the array that ``way`` leads to; a null on the way is a null in it."""
    import pyarrow.compute as pc

    array = batch.column(way[0])
    for at in way[1:]:
        array = pc.struct_field(array, [at])
    return array


def is_text(type: pa.DataType) -> bool:
    """Whether values of ``type`` are texts: strings of any width, bytes, or a dictionary of these."""
    import pyarrow as pa

    if pa.types.is_dictionary(type):
        type = type.value_type
    view = getattr(pa.types, "is_string_view", lambda type: False)
    return bool(
        pa.types.is_string(type)
        or pa.types.is_large_string(type)
        or view(type)
        or pa.types.is_binary(type)
        or pa.types.is_large_binary(type)
    )


def replace_texts(batch: pa.RecordBatch, way: Sequence[int], texts: Mapping[int, str]) -> pa.RecordBatch:
    """Return ``batch`` with new ``texts`` (by row, from 0) in the column that ``way`` leads to."""
    if not texts:
        return batch
    import pyarrow as pa

    column = _replaced(batch.column(way[0]), way[1:], texts)
    arrays = [column if at == way[0] else batch.column(at) for at in range(batch.num_columns)]
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)


def _replaced(array: pa.Array, way: Sequence[int], texts: Mapping[int, str]) -> pa.Array:
    import pyarrow as pa

    if way:
        children = [array.field(at) for at in range(array.type.num_fields)]
        children[way[0]] = _replaced(children[way[0]], way[1:], texts)
        fields = [array.type.field(at) for at in range(array.type.num_fields)]
        return pa.StructArray.from_arrays(children, fields=fields, mask=array.is_null())
    type = array.type
    values = array.to_pylist()
    inner = type.value_type if pa.types.is_dictionary(type) else type
    as_bytes = pa.types.is_binary(inner) or pa.types.is_large_binary(inner)
    for at, text in texts.items():
        values[at] = text.encode("utf-8") if as_bytes else text
    if pa.types.is_dictionary(type):
        return pa.array(values, inner).dictionary_encode().cast(type)
    return pa.array(values, type)
