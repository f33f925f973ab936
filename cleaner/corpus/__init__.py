"""Corpora: what comes in, what goes out, and a record of every row in between.

::

    formats   which suffix is read and written how
    rows      a record with its texts, and how a changed text goes back into the raw bytes
    jsonl, delimited, textfiles, markdown, parquet, pages    the formats
    streams, store      compression, and where bytes live: this machine or an object store
    judge, tally        one row through the chain; sums
    shards, task, pool, run     the plan, one shard exactly once, workers, a whole run
    undo, summary, progress     the way back, and what a person reads
    files     documents of single files, for ``check``, ``fix`` and ``diff``

Nothing heavy is imported here; each reader imports its library when its format turns up.
"""
