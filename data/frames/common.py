"""What several frame functions need: sectors, quarters, intervals, orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from data.filters import CHOSEN_SECTORS, Filters, select
from data.tables import Tables

SECTORS = (*CHOSEN_SECTORS, "cross")
STANCES = ("strongly_negative", "negative", "neutral", "positive", "strongly_positive")
#: Steps of the stance scale, for a mean; equal distances are a convention, not a measurement.
STANCE_STEP = {stance: step for step, stance in enumerate(STANCES, start=-2)}
#: Below this many voices a share says more than the rows do; charts show counts or dots instead.
SMALL_N = 10


def chosen(tables: Tables, table: str, filters: Filters) -> nw.LazyFrame[Any]:
    """The rows of one table under the filters."""
    return select(tables.frame(table), table, filters)


def shown_sectors(filters: Filters) -> tuple[str, ...]:
    """The sectors that a split shows: those chosen (or all), and cross-sector apart when kept."""
    return (filters.sectors or CHOSEN_SECTORS) + (("cross",) if filters.cross else ())


def split_by_sector(rows: nw.LazyFrame[Any], filters: Filters) -> nw.LazyFrame[Any]:
    """One row for each sector that a record bears on, in a new column `sector`.

    A record in two sectors stands once in each: columns of a split do not add up to the total.
    """
    parts = [rows.filter(nw.col(f"in_{s}")).with_columns(sector=nw.lit(s)) for s in shown_sectors(filters)]
    return nw.concat(parts, how="vertical")


def with_quarter(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add `period_quarter` (`2024-Q1`) of the middle of each record's date; null for records known only to the year.

    A year is not a quarter: such records are left out of quarterly charts and counted beside them.
    """
    middle = nw.col("date_mid")
    quarter = nw.concat_str(middle.dt.year().cast(nw.String), nw.lit("-Q"), ((middle.dt.month() + 2) // 3).cast(nw.String))
    return rows.with_columns(period_quarter=nw.when(nw.col("date_precision") != "year").then(quarter))


def collected(rows: nw.LazyFrame[Any]) -> pd.DataFrame:
    """The rows as a pandas frame, whatever engine carries them."""
    return rows.collect("pandas").to_native()


def in_order(frame: pd.DataFrame, **orders: Sequence[str]) -> pd.DataFrame:
    """Sort by columns of codes, each in a given order, first named first; values not in an order come last."""
    keys = {name: frame[name].map({code: i for i, code in enumerate(order)}).fillna(len(order)) for name, order in orders.items()}
    ranks = pd.DataFrame(keys, index=frame.index)
    return frame.loc[ranks.sort_values(list(orders), kind="stable").index].reset_index(drop=True)


def wilson(counts: Iterable[int], totals: Iterable[int]) -> tuple[list[float], list[float]]:
    """95% Wilson score intervals of shares, in percent (Wilson 1927; statsmodels `proportion_confint`)."""
    count, total = list(counts), list(totals)
    if not count:
        return [], []
    low, high = proportion_confint(count, total, alpha=0.05, method="wilson")
    return [100 * float(x) for x in low], [100 * float(x) for x in high]
