"""Frames of who shares the money: by sector, by country, and where the collection itself is thin.

Amount classes and groups of companies are those of `data.frames.funding`.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from data.filters import Filters
from data.frames.common import SECTORS, collected, in_order, split_by_sector
from data.frames.funding import APART, CLASSES, GROUPS, SUMMED, by_class, rounds
from data.periods import bounds
from data.tables import Tables

Rows = nw.LazyFrame[Any]

#: How firm a record is, firmest first.
CONFIDENCES = ("high", "medium", "low")


# funding-by-sector ------------------------------------------------------------------------------


def funding_by_sector_rows(tables: Tables, filters: Filters) -> Rows:
    """Rounds under the filters once for each shown sector that they bear on, and once under none, for the total.

    `sector_share` is how much of the round counts there: all of it, or with `sharing=even` 1/k under each
    of its k sectors, whether or not all k are shown.
    """
    once = rounds(tables, filters, "sectors").with_columns(sector_share=nw.lit(1.0))
    total = once.with_columns(sector=nw.lit(None).cast(nw.String))
    if filters.sharing == "even":
        sectors: Any = nw.sum_horizontal(*(nw.col(f"in_{sector}").cast(nw.Int64) for sector in SECTORS))
        once = once.with_columns(sector_share=1.0 / sectors)
    return nw.concat([total, split_by_sector(once, filters)], how="vertical")


def funding_by_sector(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Rounds and US$ m by group of companies, sector and amount class; each group begins with its total, under no sector.

    Rows in: a round under one of its sectors, or under none. Rows out: each combination that occurs.
    `n` records stand behind a row; `n_shared`, `sum_usd_m` and `other_currency_as_printed` are what counts
    of them, by `sharing`:
    - `whole`: a round stands whole in each of its sectors, which therefore do not add up to the total;
    - `even`: it is divided evenly among them, so that they add up to it unless a sector is not shown.
    """
    keys = ["money_group", "sector", "amount_class"]
    counts = collected(rows.group_by(*keys).agg(n_shared=nw.col("sector_share").sum()))
    amounts = {name: nw.col(name) * nw.col("sector_share") for name in ("amount_usd_m", "amount_original")}
    frame = by_class(rows.with_columns(**amounts), "money_group", "sector").merge(counts, on=keys, how="left")
    frame = frame.assign(sharing=pd.Series(filters.sharing, index=frame.index, dtype="str"), place=frame["sector"].fillna(""))
    frame = in_order(frame, money_group=GROUPS, place=("", *SECTORS), amount_class=CLASSES)
    return frame[["sharing", *keys, "n", "n_shared", "sum_usd_m", "other_currency_as_printed"]]


# funding-by-country -----------------------------------------------------------------------------


def funding_by_country_rows(tables: Tables, filters: Filters) -> Rows:
    """Rounds under the filters, with `money_group` and `amount_class`."""
    return rounds(tables, filters, "country")


def funding_by_country(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Rounds (`n`), US$ m and other currencies as printed, by group of companies, country of the company and amount class.

    Rows out: each combination that occurs. Within a group, countries with most rounds come first (parts
    of other rounds and cancelled ones not counted), of as many the one with more known money; companies
    without a country last. The rows add up to the rounds under the filters.
    """
    frame = by_class(rows, "money_group", "country")
    sizes = frame.assign(
        rounds=frame["n"].where(~frame["amount_class"].isin(APART), 0),
        usd=frame["sum_usd_m"].where(frame["amount_class"].isin(SUMMED), 0.0),
    )
    sizes = sizes.groupby(["money_group", "country"], dropna=False, sort=False)[["rounds", "usd"]].transform("sum")
    ranked = frame.assign(
        _group=frame["money_group"].map({code: i for i, code in enumerate(GROUPS)}),
        _unstated=frame["country"].isna(),
        _fewer=-sizes["rounds"],
        _less=-sizes["usd"].round(6),
        _class=frame["amount_class"].map({code: i for i, code in enumerate(CLASSES)}),
    )
    ranked = ranked.sort_values(["_group", "_unstated", "_fewer", "_less", "country", "_class"], kind="stable")
    return ranked[["money_group", "country", "amount_class", "n", "sum_usd_m", "other_currency_as_printed"]].reset_index(drop=True)


# funding-coverage -------------------------------------------------------------------------------


def funding_coverage_rows(tables: Tables, filters: Filters) -> Rows:
    """Rounds under the filters with their `period_year`, and the newest month to which any collected round is dated.

    `newest_month` looks at the whole collection and only at dates known to the month or the day.
    """
    newest = tables.frame("funding_rounds").filter(nw.col("date_precision").is_in(["day", "month"]))
    newest = newest.select(newest_month=nw.col("announced_date").str.slice(0, 7).max())
    year: Any = nw.col("date_mid").dt.year().cast(nw.String)
    return rounds(tables, filters, "country", "date_mid", "confidence").with_columns(period_year=year).join(newest, how="cross")


def funding_coverage(rows: Rows, filters: Filters) -> pd.DataFrame:
    """How many rounds were collected by year and country of the company, and how firm they are.

    Rows out: each (period_year, country) that occurs, in order of time; countries with most rounds first, companies
    without one last. `n` counts every record, parts of other rounds and cancelled ones too: coverage is of
    records, not of money, and the rows add up to them. Of them `n_undisclosed` by amount class, and
    `n_high_confidence`, `n_medium_confidence`, `n_low_confidence`. `year_incomplete`: the year of
    `newest_month`, or one cut by the chosen dates.
    """
    keys = ["period_year", "country"]
    counted = collected(rows.group_by(*keys, "amount_class", "confidence", "newest_month").agg(n=nw.len()))
    counted["n"] = counted["n"].astype("int64")
    counted["n_undisclosed"] = counted["n"].where(counted["amount_class"] == "undisclosed", 0)
    for confidence in CONFIDENCES:
        counted[f"n_{confidence}_confidence"] = counted["n"].where(counted["confidence"] == confidence, 0)
    numbers = ["n", "n_undisclosed", *(f"n_{confidence}_confidence" for confidence in CONFIDENCES)]
    frame = counted.groupby([*keys, "newest_month"], dropna=False, sort=False)[numbers].sum().reset_index()
    frame["year_incomplete"] = [
        _is_incomplete(str(year), newest, filters) for year, newest in zip(frame["period_year"], frame["newest_month"], strict=True)
    ]
    frame = frame.astype({"year_incomplete": "bool", "newest_month": "str"})
    frame["_fewer"] = -frame.groupby("country", dropna=False, sort=False)["n"].transform("sum")
    frame["_unstated"] = frame["country"].isna()
    frame = frame.sort_values(["period_year", "_unstated", "_fewer", "country"], kind="stable").reset_index(drop=True)
    return frame[[*keys, *numbers, "year_incomplete", "newest_month"]]


def _is_incomplete(year: str, newest_month: Any, filters: Filters) -> bool:
    """Whether the collection ends within the year, or the chosen dates leave out a part of it."""
    start, end = bounds(year)
    ends = isinstance(newest_month, str) and newest_month[:4] == year and newest_month[5:] != "12"
    return bool(ends or (filters.first_day and filters.first_day > start) or (filters.last_day and filters.last_day < end))
