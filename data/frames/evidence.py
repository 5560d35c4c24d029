"""Frames of the evidence page: how much was read, where nothing was, and what the audits found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from data.catalog import dictionary
from data.filters import DATED_TABLES, Filters
from data.frames.common import SECTORS, chosen, collected, in_order, split_by_sector, wilson
from data.tables import Tables

Rows = nw.LazyFrame[Any]

#: Tables whose records bear on sectors and have a date, in the order in which they are drawn.
COVERED = ("opinions", "funding_rounds", "index_moves", "events", "indicators")
AUDITS = ("confirmed", "corrected", "not_found", "unchecked")
_MEMBERSHIP = ("in_film", "in_short_drama", "in_games", "in_advertising", "in_cross")


# Coverage ----------------------------------------------------------------------------------------


def coverage_rows(tables: Tables, filters: Filters) -> Rows:
    """Records of the covered tables under the filters, one row for each sector that they bear on.

    `table` and `record_id` name the record. `period_quarter` is empty for a record whose date or
    period is longer than a quarter (a year, a half-year), or not known.
    """
    parts = []
    for table in COVERED:
        rows = chosen(tables, table, filters).with_columns(
            table=nw.lit(table), record_id=nw.col(dictionary().tables[table].key), period_quarter=_quarter()
        )
        parts.append(rows.select("table", "record_id", "period_quarter", "audit", "source_ids", *_MEMBERSHIP))
    return split_by_sector(nw.concat(parts, how="vertical"), filters).drop(*_MEMBERSHIP)


def _quarter() -> nw.Expr:
    """The calendar quarter that holds both ends of a record's date; null when none does."""
    start, end = nw.col("date_start"), nw.col("date_end")
    quarters = [(day.dt.month() + 2) // 3 for day in (start, end)]
    printed = nw.concat_str(start.dt.year().cast(nw.String), nw.lit("-Q"), quarters[0].cast(nw.String))
    return nw.when((start.dt.year() == end.dt.year()) & (quarters[0] == quarters[1])).then(printed)


def coverage(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Records by table, sector and quarter.

    Rows in: one record in one sector. Rows out: one (table, sector, period_quarter) that holds at least
    one; a combination without records has no row. `period_quarter` is empty for records whose date is
    longer than a quarter. `n` records, of them `n_confirmed`, `n_corrected`, `n_not_found` and
    `n_unchecked` by their audit mark. A record in two sectors stands in both.
    """
    counted = collected(rows.group_by("table", "sector", "period_quarter", "audit").agg(n=nw.len()))
    keys = ["table", "sector", "period_quarter"]
    frame = counted.groupby(keys, dropna=False)["n"].sum().reset_index()
    for audit in AUDITS:
        mine = counted[counted["audit"] == audit].groupby(keys, dropna=False)["n"].sum().rename(f"n_{audit}")
        frame = frame.merge(mine.reset_index(), on=keys, how="left")
    numbers = ["n", *(f"n_{audit}" for audit in AUDITS)]
    frame[numbers] = frame[numbers].fillna(0).astype("int64")
    quarters = sorted(frame["period_quarter"].dropna().unique())
    return in_order(frame, table=COVERED, sector=SECTORS, period_quarter=quarters)


# Audit marks -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AuditSample:
    """What an audit found in a sample of one table.

    A row is `partly` right when its claim stands but a named field is off or not on the page, and
    `not_found` when no page could be met again: such rows could not be checked.
    """

    rows: int
    confirmed: int
    partly: int
    contradicted: int
    not_found: int


#: The first, random sample, audited on 22 November 2026 by a reader who had not collected the rows
#: (research note "Independent audit of the curated rows", table "Counts"). The corrections that it asked
#: for have since been made, so this is the error rate before them, and of the sample: tables were drawn
#: from at unequal rates.
FIRST_AUDIT = {
    "opinions": AuditSample(30, 23, 5, 0, 2),
    "funding_rounds": AuditSample(22, 16, 6, 0, 0),
    "index_moves": AuditSample(14, 11, 3, 0, 0),
    "events": AuditSample(14, 12, 2, 0, 0),
    "indicators": AuditSample(14, 13, 1, 0, 0),
    "models": AuditSample(8, 8, 0, 0, 0),
}


def first_audit_error() -> tuple[int, int, float, float]:
    """Rows with some field off in the first audit, rows that could be checked, and the 95% Wilson interval in percent."""
    off = sum(s.partly + s.contradicted for s in FIRST_AUDIT.values())
    checkable = sum(s.rows - s.not_found for s in FIRST_AUDIT.values())
    low, high = wilson([off], [checkable])
    return off, checkable, low[0], high[0]


def audit_marks_rows(tables: Tables, filters: Filters) -> Rows:
    """Records of every dated table under the filters, each once, with their audit mark.

    Models have no sector: a choice of sectors leaves them all in.
    """
    parts = [
        chosen(tables, table, filters)
        .with_columns(table=nw.lit(table), record_id=nw.col(dictionary().tables[table].key))
        .select("table", "record_id", "audit", "source_ids")
        for table in DATED_TABLES
    ]
    return nw.concat(parts, how="vertical")


def audit_marks(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Records by table and audit mark.

    Rows in: one record. Rows out: one (table, audit), also those with no record, for every table with
    at least one. `n` records with the mark, `n_total` records of the table, `share_pct` of them.
    """
    counted = collected(rows.group_by("table", "audit").agg(n=nw.len()))
    present = [t for t in DATED_TABLES if t in set(counted["table"])]
    grid = pd.MultiIndex.from_product([present, AUDITS], names=["table", "audit"])
    frame = counted.set_index(["table", "audit"]).reindex(grid, fill_value=0).reset_index()
    frame["n"] = frame["n"].astype("int64")
    frame["n_total"] = frame["n"].groupby(frame["table"]).transform("sum").astype("int64")
    frame["share_pct"] = (100 * frame["n"] / frame["n_total"]).astype("float64")
    return frame
