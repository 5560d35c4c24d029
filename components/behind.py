"""What is behind a chart: its records, each once, and the documents that they rest on. Knows no Streamlit."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import narwhals as nw
import pandas as pd

from components.chart import Chart
from components.charts import rows_of
from data.catalog import dictionary
from data.checks import split
from data.filters import Filters
from data.frames.common import collected
from data.tables import Tables


def sources_of(tables: Tables, rows: pd.DataFrame) -> pd.DataFrame:
    """The documents that these rows rest on, those that carry most records first. A record counts once, however often it is drawn."""
    keys = [c for c in ("table", "record_id") if c in rows.columns] or [next((c for c in _KEYS if c in rows.columns), "source_ids")]
    each = rows[[*dict.fromkeys([*keys, "source_ids"])]].drop_duplicates(keys) if keys != ["source_ids"] else rows
    counts: Counter[str] = Counter()
    for cell, n in each["source_ids"].value_counts().items():  # distinct cells: many rows name the same documents
        for source in split(str(cell)):
            counts[source] += int(n)
    sources = tables.native("sources")
    used = sources[sources["source_id"].isin(counts.keys())].copy()
    used.insert(1, "n_rows", used["source_id"].map(counts).astype("int64"))
    return used.sort_values(["n_rows", "source_id"], ascending=[False, True], kind="stable").reset_index(drop=True)


#: The key of each table whose rows charts are made of.
_KEYS = ("opinion_id", "round_id", "move_id", "event_id", "model_id", "indicator_id", "conflict_id")


def record(tables: Tables, table: str, keys: list[str]) -> pd.DataFrame:
    """Whole records by their keys, in the table's own order."""
    key = dictionary().tables[table].key
    return collected(tables.frame(table).filter(nw.col(key).is_in(keys)))


def nearest_keys(tables: Tables, table: str, key: str) -> list[str]:
    """The keys of a table that look most like one that it has not."""
    return difflib.get_close_matches(key, tables.native(table)[dictionary().tables[table].key].astype(str), n=3, cutoff=0.3)


@dataclass(frozen=True)
class Made:
    """What a chart is made of: (table, records, records in the table), and the documents behind them."""

    counts: tuple[tuple[str, int, int], ...]
    documents: int
    publishers: tuple[str, ...]


@lru_cache(maxsize=1024)
def made_of(chart: Chart, tables: Tables, filters: Filters) -> Made:
    """Records of each table behind a chart, and their documents with the publishers of most records."""
    rows = rows_of(chart, tables, filters)
    if "record_id" in rows.columns:
        n = rows.drop_duplicates(["table", "record_id"])["table"].value_counts().to_dict()
    else:
        n = {chart.tables[0]: rows[dictionary().tables[chart.tables[0]].key].nunique()}
    counts = tuple((table, int(n[table]), len(tables.native(table))) for table in chart.tables if table in n)
    documents = sources_of(tables, rows)
    # Of a copy its first publisher is named: who put the text up again says little of where it comes from.
    publishers = documents["publisher_original"].fillna(documents["publisher"]).dropna()
    return Made(counts, len(documents), tuple(dict.fromkeys(publishers.head(5)))[:3])
