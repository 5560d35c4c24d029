"""Who published the document that a record rests on."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from data.catalog import LIST_SEPARATOR
from data.tables import Tables


def with_publisher(rows: nw.LazyFrame[Any], tables: Tables) -> nw.LazyFrame[Any]:
    """Add `publisher`: who published the first of the documents in `source_ids`."""
    first = nw.col("source_ids").str.replace_all(f"{LIST_SEPARATOR}.*$", "")
    documents = tables.frame("sources").select(first_source_id=nw.col("source_id"), publisher=nw.col("publisher"))
    return rows.with_columns(first_source_id=first).join(documents, on="first_source_id", how="left").drop("first_source_id")
