"""Arrow batches in and out: nothing but the text changes, nothing is copied that need not be."""

from __future__ import annotations

from typing import Any

import pytest
from corpus_helpers import TEXTS, SmallChain

from cleaner.arrow import clean_batch, record_type
from cleaner.errors import ConfigError

pa = pytest.importorskip("pyarrow")
CHAIN = SmallChain()


def table(texts: list[str | None] | None = None) -> Any:
    found = [*TEXTS, None] if texts is None else texts
    return pa.table({"id": pa.array(range(len(found)), pa.int64()), "text": pa.array(found, pa.string())})


def test_a_healthy_table_is_the_very_same_table() -> None:
    healthy = table(["plain", None, ""])
    assert clean_batch(CHAIN, healthy) is healthy


def test_the_text_changes_and_nothing_is_copied() -> None:
    before = table()
    after = clean_batch(CHAIN, before)
    assert after.schema.equals(before.schema, check_metadata=True)
    assert after.column("text").to_pylist() == [None if text is None else CHAIN.clean(text).text for text in [*TEXTS, None]]
    ids = [one.column("id").chunk(0).buffers()[1].address for one in (before, after)]
    assert ids[0] == ids[1]


def test_a_record_batch_gives_a_record_batch() -> None:
    batch = table().to_batches()[0]
    after = clean_batch(CHAIN, batch, record="cleaner")
    assert isinstance(after, pa.RecordBatch)
    assert after.schema.field("cleaner").type == record_type()


@pytest.mark.parametrize("texts", [None, [], [None], ["plain"]])
def test_the_record_has_one_schema_whatever_the_rows(texts: list[str | None] | None) -> None:
    after = clean_batch(CHAIN, table(texts), record="cleaner")
    assert after.schema.field("cleaner").type == record_type()
    for text, record in zip(after.column("id").to_pylist(), after.column("cleaner").to_pylist(), strict=True):
        source = ([*TEXTS, None] if texts is None else texts)[text]
        if source is None:
            assert record is None
            continue
        result = CHAIN.clean(source)
        assert [(edit["start"], edit["before"], edit["after"]) for edit in record["edits"]] == [
            (edit.start, edit.before, edit.after) for edit in result.edits
        ]
        assert [finding["suggestion"] for finding in record["findings"]] == [finding.suggestion for finding in result.findings]
        assert record["scores"]["quality"] == result.scores["quality"]
        assert record["scores"]["truncation"] is None


def test_several_chunks_stay_in_order() -> None:
    parts = [table(["a", "b Down Icon\n"]), table(["c"]), table([])]
    assert clean_batch(CHAIN, pa.concat_tables(parts)).column("text").to_pylist() == ["a", "b ", "c"]


def test_nested_dictionary_and_slices() -> None:
    struct = pa.array([{"body": "x Down Icon\n", "n": 1}, None, {"body": None, "n": 2}])
    codes = pa.array(["y Down Icon\n", "z", None]).dictionary_encode()
    both = pa.table({"meta": struct, "code": codes}).slice(0, 3)
    assert clean_batch(CHAIN, both, "meta.body").column("meta").to_pylist() == [
        {"body": "x ", "n": 1},
        None,
        {"body": None, "n": 2},
    ]
    assert clean_batch(CHAIN, both.slice(1), "meta.body").column("meta").to_pylist() == [None, {"body": None, "n": 2}]
    after = clean_batch(CHAIN, both, "code")
    assert after.column("code").to_pylist() == ["y ", "z", None]
    assert after.schema.equals(both.schema)


@pytest.mark.parametrize(
    ("values", "problem"),
    [({"text_field": "body"}, "no column 'body'"), ({"text_field": "id"}, "not texts"), ({"record": "id"}, "already")],
)
def test_columns_that_do_not_fit_are_named(values: dict[str, str], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        clean_batch(CHAIN, table(), **values)  # type: ignore[arg-type]
