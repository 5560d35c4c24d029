"""Tiny synthetic tables for tests. Every row made here is invented and says nothing of the world."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa

from components.chart import Chart
from data.build import _arrow_table
from data.catalog import TABLE_NAMES, dictionary
from data.checks import RecordFile, split
from data.filters import Filters
from data.tables import Tables


def arrow_tables(**rows: list[dict[str, Any]]) -> dict[str, pa.Table]:
    """Tables of the shipped schema holding these rows. Cells not given are empty; derived columns are filled.

    Keys are numbered when not given, dates get their precision, and entities, series and documents that
    rows refer to are invented where they are not given.
    """
    words = dictionary()
    given = {name: [dict(row) for row in rows.get(name, [])] for name in TABLE_NAMES}
    for name, records in given.items():
        _complete(name, records)
    _invent(given)
    files = {}
    for name, records in given.items():
        header = tuple(c.name for c in words.tables[name].recorded)
        for record in records:
            unknown = set(record) - set(header)
            assert not unknown, f"{name} has no column {sorted(unknown)}"
        cells = [{column: _cell(record.get(column, "")) for column in header} for record in records]
        files[name] = RecordFile(f"{name}.csv", header, cells, list(range(2, len(cells) + 2)))
    return {name: _arrow_table(words.tables[name], files, words, "2026-01-01-00000000") for name in TABLE_NAMES}


def tables_from(**rows: list[dict[str, Any]]) -> Tables:
    """The same as an opened `Tables` on pandas."""
    arrow = arrow_tables(**rows)
    return Tables(Path("synthetic"), "2026-01-01-00000000", lambda name: arrow[name].to_pandas(date_as_object=False))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ";".join(map(str, value))
    return str(value)


_DATES = {"opinions": "said_date", "funding_rounds": "announced_date", "events": "date", "models": "release_date"}
_PRECISION = {4: "year", 7: "month", 10: "day"}


def _complete(name: str, records: list[dict[str, Any]]) -> None:
    table = dictionary().tables[name]
    for number, record in enumerate(records, start=1):
        record.setdefault(table.key, f"{name}-{number}")
        if name in _DATES:
            printed = str(record.get(_DATES[name], "") or "")
            form = "quarter" if "Q" in printed else _PRECISION.get(len(printed), "unknown")
            record.setdefault("date_precision", form)
        if name == "indicators":
            record.setdefault("period_start", "2024-01-01")
            record.setdefault("period_end", "2024-12-31")
        if "source_ids" in table.by_name:
            record.setdefault("source_ids", "S0001")


def _invent(given: dict[str, list[dict[str, Any]]]) -> None:
    """Rows for the entities, series and documents that other rows name."""
    words = dictionary()
    names = {"entities": ("name_en", "name_zh"), "series": ("name_en", "name_zh"), "sources": ("title",)}
    for _ in range(2):  # series name entities, entities name entities
        for name, records in list(given.items()):
            for column in words.tables[name].recorded:
                if column.references not in names:
                    continue
                key = words.tables[column.references].key
                have = {str(r[key]) for r in given[column.references]}
                for record in records.copy():
                    for wanted in split(_cell(record.get(column.name, ""))):
                        if wanted not in have:
                            have.add(wanted)
                            given[column.references].append({key: wanted} | dict.fromkeys(names[column.references], wanted))


def read_once(chart: Chart, tables: Tables, filters: Filters) -> Chart:
    """The chart with its rows read: following many marks to their records need not read them again for each."""
    rows = nw.from_native(chart.rows(tables, filters).collect("pandas").to_native()).lazy()
    return replace(chart, rows=lambda *_: rows)
