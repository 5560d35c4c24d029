"""The files that a reader takes away: one making for the button and for the address.

The same chart (or table), selection and format give the same bytes wherever they are asked for.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

import narwhals as nw
import pandas as pd

from components.chart import Chart
from components.charts import frame_of, rows_of
from components.words import Words, catalogue
from data import export
from data.catalog import dictionary
from data.checks import split
from data.filters import Filters, account, select
from data.frames.common import collected
from data.tables import Tables

LICENCE = "CC BY 4.0 (compiled table; the sources keep their own rights)"
PROJECT = "Reelshift (影变)"


def sources_of(tables: Tables, rows: pd.DataFrame) -> pd.DataFrame:
    """The documents that these rows rest on, those that carry most rows first."""
    counts: Counter[str] = Counter()
    for cell, n in rows["source_ids"].value_counts().items():  # distinct cells: many rows name the same documents
        for source in split(str(cell)):
            counts[source] += int(n)
    sources = tables.native("sources")
    used = sources[sources["source_id"].isin(counts.keys())].copy()
    used.insert(1, "n_rows", used["source_id"].map(counts).astype("int64"))
    return used.sort_values(["n_rows", "source_id"], ascending=[False, True], kind="stable").reset_index(drop=True)


def chart_rows(chart: Chart, tables: Tables, filters: Filters) -> pd.DataFrame:
    """Every record behind a chart, as its rows function gives them."""
    return rows_of(chart, tables, filters)


def chart_about(chart: Chart, tables: Tables, filters: Filters) -> dict[str, Any]:
    """What a file of this chart is: titles, findings, selection, counts, version, address, licence."""
    frame = frame_of(chart, tables, filters)
    table = chart.tables[0]
    kept_back = export.withheld_from(frame, table)
    counted = account(tables.frame(table), table, filters)
    return {
        "chart": chart.slug,
        "title_en": catalogue()[f"charts.{chart.slug}.title"]["en"],
        "title_zh": catalogue()[f"charts.{chart.slug}.title"]["zh"],
        "finding_en": chart.finding(frame, Words("en")),
        "finding_zh": chart.finding(frame, Words("zh")),
        "rows": len(frame),
        "records_kept": counted.n,
        "records_in_table": counted.total,
        "how_made_en": catalogue()[f"charts.{chart.slug}.how_made"]["en"],
        "how_made_zh": catalogue()[f"charts.{chart.slug}.how_made"]["zh"],
        **({"withheld": kept_back, **withheld_words()} if kept_back else {}),
    } | _about(tables, filters, f"/charts/{chart.slug}", chart.caveats)


def withheld_words() -> dict[str, str]:
    """Why some columns of a picture are in no file, in both languages."""
    said = dictionary().caveats["levels_not_passed_on"]
    return {"withheld_why_en": said.en, "withheld_why_zh": said.zh}


def table_about(table: str, tables: Tables, filters: Filters) -> dict[str, Any]:
    """The same for a whole table."""
    described = dictionary().tables[table]
    counted = account(tables.frame(table), table, filters)
    return {
        "table": table,
        "title_en": described.title.en,
        "title_zh": described.title.zh,
        "row_en": described.row.en,
        "row_zh": described.row.zh,
        "rows": counted.n,
        "records_in_table": counted.total,
    } | _about(tables, filters, f"/tables/{table}", described.caveats)


def _about(tables: Tables, filters: Filters, address: str, caveats: tuple[str, ...]) -> dict[str, Any]:
    query = filters.to_query()
    words = dictionary()
    return {
        "filters": [{"parameter": p, "code": v} for p, v in query],
        "address": address + (f"?{urlencode(query)}" if query else ""),
        "data_version": tables.version,
        "data_as_of": tables.data_as_of,
        "caveats_en": [words.caveats[c].en for c in caveats],
        "caveats_zh": [words.caveats[c].zh for c in caveats],
        "licence": LICENCE,
        "citation": f"{PROJECT}, {address}, data version {tables.version}",
    }


def chart_file(chart: Chart, tables: Tables, filters: Filters, form: str) -> bytes:
    """What the chart draws, as a file. Raises ValueError for an unknown format."""
    sources = sources_of(tables, chart_rows(chart, tables, filters)) if form == "xlsx" else None
    return export.to_file(form, frame_of(chart, tables, filters), chart.tables[0], chart_about(chart, tables, filters), sources)


def table_file(table: str, tables: Tables, filters: Filters, form: str) -> bytes:
    """A whole table under the selection, as a file. Raises ValueError for an unknown format."""
    rows = collected(select(tables.frame(table), table, filters))
    sources = sources_of(tables, rows) if form == "xlsx" and "source_ids" in rows else None
    return export.to_file(form, rows, table, table_about(table, tables, filters), sources)


def file_name(name: str, filters: Filters, version: str, form: str) -> str:
    """`reelshift_funding-timeline_film_2026-11-22-1a2b3c4d.csv`: what, which selection, which data."""
    query = filters.to_query()
    chosen = "-".join(filters.sectors) if query and all(p == "sector" for p, _ in query) else "filtered" if query else "all"
    return f"reelshift_{name}_{chosen}_{version}.{form}"


def record(tables: Tables, table: str, keys: list[str]) -> pd.DataFrame:
    """Whole records by their keys, in the table's own order."""
    key = dictionary().tables[table].key
    return collected(tables.frame(table).filter(nw.col(key).is_in(keys)))
