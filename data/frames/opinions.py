"""Frames of the opinions page: who says what, counted.

The voices are a collection, not a sample of an industry. Intervals say how little a small n carries;
groups with fewer than SMALL_N voices get counts and no shares.
"""

from __future__ import annotations

import math
from typing import Any

import narwhals as nw
import pandas as pd

from data.catalog import LIST_SEPARATOR
from data.filters import Filters
from data.frames.common import (
    SMALL_N,
    STANCE_STEP,
    STANCES,
    collected,
    in_order,
    one_voice,
    shown_sectors,
    split_by_sector,
    voices,
    wilson,
    with_quarter,
)
from data.frames.quarters import quarters_between
from data.tables import Tables

Rows = nw.LazyFrame[Any]

NEGATIVE = ("strongly_negative", "negative")
POSITIVE = ("positive", "strongly_positive")
#: Two-sided 95% point of the standard normal distribution.
_Z95 = 1.959963984540054


# Stance by sector and by theme -------------------------------------------------------------------


def stance_by_sector_rows(tables: Tables, filters: Filters) -> Rows:
    """Opinions under the filters, one row for each sector that they bear on."""
    return one_voice(split_by_sector(voices(tables, filters), filters), filters, "sector")


def stance_by_sector(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Voices by sector and stance.

    Rows in: one opinion in one sector. Rows out: one (sector, stance), also those with no voice, for
    every sector with at least one; columns as in `_stances`.
    """
    return in_order(_stances(rows, "sector"), sector=shown_sectors(filters), stance=STANCES)


def stance_by_theme_rows(tables: Tables, filters: Filters) -> Rows:
    """Opinions under the filters, each once: an opinion has one theme."""
    return one_voice(voices(tables, filters), filters, "theme")


def stance_by_theme(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Voices by theme and stance, themes from the highest mean stance to the lowest.

    Rows in: one opinion. Rows out: one (theme, stance), also those with no voice, for every theme with
    at least one; columns as in `_stances`. Of two themes with the same mean the larger comes first.
    """
    frame = _stances(rows, "theme")
    themes = frame.drop_duplicates("theme").sort_values(["mean_stance", "n_total", "theme"], ascending=[False, False, True])
    return in_order(frame, theme=list(themes["theme"]), stance=STANCES)


def _stances(rows: Rows, by: str) -> pd.DataFrame:
    """Counts and shares of the five stances for each value of `by` that occurs.

    `n` voices of this stance, `n_total` voices of the group, `mean_stance` their mean step from -2 to
    2 (equal steps are a convention). `share_pct` and its 95% Wilson interval `share_low_pct` to
    `share_high_pct` are empty for groups of fewer than SMALL_N voices.
    """
    counted = collected(rows.group_by(by, "stance").agg(n=nw.len()))
    values = sorted(set(counted[by]))
    grid = pd.MultiIndex.from_product([values, STANCES], names=[by, "stance"])
    frame = counted.set_index([by, "stance"]).reindex(grid, fill_value=0).reset_index()
    frame["n"] = frame["n"].astype("int64")
    groups = frame[by]
    frame["n_total"] = frame["n"].groupby(groups).transform("sum").astype("int64")
    steps = (frame["n"] * frame["stance"].map(STANCE_STEP).astype("int64")).groupby(groups).transform("sum")
    frame["mean_stance"] = (steps / frame["n_total"]).astype("float64")
    enough = frame["n_total"] >= SMALL_N
    frame["share_pct"] = (100 * frame["n"] / frame["n_total"]).astype("float64").where(enough)
    low, high = wilson(frame["n"], frame["n_total"])
    frame["share_low_pct"] = pd.Series(low, dtype="float64").where(enough)
    frame["share_high_pct"] = pd.Series(high, dtype="float64").where(enough)
    return frame


# The balance of voices ---------------------------------------------------------------------------


def balance(n_positive: int, n_negative: int, n: int) -> tuple[float, float, float]:
    """Share positive minus share negative of n voices, in points from -100 to 100, and its 95% interval.

    Normal approximation for the difference of two shares of one multinomial sample, with variance
    (p+ + p- - (p+ - p-)^2) / n: Scott and Seber, "Difference of Proportions from the Same Survey",
    The American Statistician 37(4), 1983, 319-320. Cut at -100 and 100. All three are NaN when n is
    below SMALL_N; the interval is NaN when the variance is 0 (all voices on one side, or none on
    either), where the approximation says nothing.
    """
    if n < SMALL_N:
        return math.nan, math.nan, math.nan
    positive, negative = n_positive / n, n_negative / n
    points = 100 * (positive - negative)
    spread = balance_error(n_positive, n_negative, n)
    if spread == 0:
        return points, math.nan, math.nan
    return points, max(-100.0, points - _Z95 * spread), min(100.0, points + _Z95 * spread)


def balance_error(n_positive: int, n_negative: int, n: int) -> float:
    """The standard error of a balance, in points (formula and source: `balance`)."""
    both = n_positive + n_negative
    squared = (n_positive - n_negative) ** 2
    # As whole numbers, so that a variance of 0 is exactly 0.
    return 100 * math.sqrt((n * both - squared) / n**3)


def _with_balance(frame: pd.DataFrame) -> pd.DataFrame:
    """Add `balance_points`, `balance_low_points`, `balance_high_points` from n_positive, n_negative, n."""
    triples = [balance(p, m, n) for p, m, n in zip(frame["n_positive"], frame["n_negative"], frame["n"], strict=True)]
    for place, name in enumerate(("balance_points", "balance_low_points", "balance_high_points")):
        frame[name] = pd.Series([t[place] for t in triples], index=frame.index, dtype="float64")
    return frame


def balance_headline_rows(tables: Tables, filters: Filters) -> Rows:
    """Opinions under the filters, each once with an empty `sector`, and once more in each shown sector."""
    rows = voices(tables, filters)
    whole = one_voice(rows, filters).with_columns(sector=nw.lit(None, dtype=nw.String))
    return nw.concat([whole, one_voice(split_by_sector(rows, filters), filters, "sector")], how="vertical")


def balance_headline(rows: Rows, filters: Filters) -> pd.DataFrame:
    """The balance of voices for the selection and for each shown sector.

    Rows in: one opinion with `sector` empty, and one for each sector that it bears on. Rows out: first
    the whole selection (`sector` empty, every opinion once), then each shown sector, also one without
    voices. `n` voices, of them `n_positive`, `n_neutral`, `n_negative`; `balance_points` with its
    interval as in `balance`. Sectors do not add up to the selection.
    """
    counted = collected(rows.group_by("sector", "stance").agg(n=nw.len()))
    out = []
    for sector in (None, *shown_sectors(filters)):
        part = counted[counted["sector"].isna() if sector is None else counted["sector"] == sector]
        by_stance = part.groupby("stance")["n"].sum()
        n_positive, n_negative = (int(by_stance.reindex(side, fill_value=0).sum()) for side in (POSITIVE, NEGATIVE))
        n = int(by_stance.sum())
        out.append({"sector": sector, "n": n, "n_positive": n_positive, "n_neutral": n - n_positive - n_negative, "n_negative": n_negative})
    return _with_balance(pd.DataFrame(out).astype({"sector": "object"}))


# Stance over time --------------------------------------------------------------------------------


def stance_over_time_rows(tables: Tables, filters: Filters) -> Rows:
    """Opinions under the filters, each once, with its quarter and the document named first.

    `period_quarter` is empty for an opinion dated only to a year. `first_source_id` is the first of
    `source_ids`, `first_publisher` who published it.
    """
    documents = tables.frame("sources").select(nw.col("source_id").alias("first_source_id"), nw.col("publisher").alias("first_publisher"))
    rows = one_voice(with_quarter(voices(tables, filters)), filters, "period_quarter")
    rows = rows.with_columns(first_source_id=nw.col("source_ids").str.replace_all(f"{LIST_SEPARATOR}.*$", ""))
    return rows.join(documents, on="first_source_id", how="left")


def stance_over_time(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Voices by quarter.

    Rows in: one opinion. Rows out: one quarter, every quarter from the first with a voice to the last,
    then one with an empty `period_quarter` for the voices dated only to a year, if any: `n` adds up to
    all rows. `n_negative`, `n_neutral` and `n_positive` are the three sides and add up to `n`;
    `n_strongly_negative` and `n_strongly_positive` are parts of their sides. `n_date_inferred` voices
    have an inferred date. `balance_points` with its interval as in `balance` (empty below SMALL_N
    voices and for the voices dated only to a year). `n_documents` counts the documents that are named
    first, `n_largest_document` the voices of the one that gives most, `largest_source_id` and
    `largest_publisher` say which.
    """
    keys = ("period_quarter", "stance", "is_date_inferred", "source_ids", "first_source_id", "first_publisher")
    counted = collected(rows.group_by(*keys).agg(n=nw.len()))
    dated = counted["period_quarter"].notna()
    present = sorted(counted.loc[dated, "period_quarter"])
    quarters: list[str | None] = [*quarters_between(present[0], present[-1])] if present else []
    if not dated.all():
        quarters.append(None)
    out = []
    for quarter in quarters:
        mine = counted[~dated if quarter is None else dated & (counted["period_quarter"] == quarter)]
        out.append({"period_quarter": quarter, **_quarter_counts(mine)})
    frame = pd.DataFrame(out, columns=["period_quarter", *_quarter_counts(counted)])
    numbers = [c for c in frame.columns if c == "n" or c.startswith("n_")]
    frame = _with_balance(frame.astype({"period_quarter": "object", **dict.fromkeys(numbers, "int64")}))
    whole_years = frame["period_quarter"].isna()
    for name in ("balance_points", "balance_low_points", "balance_high_points"):
        frame[name] = frame[name].mask(whole_years)
    return frame


def _quarter_counts(counted: pd.DataFrame) -> dict[str, Any]:
    """Counts of one quarter from its counted groups."""
    by_stance = counted.groupby("stance")["n"].sum().reindex(STANCES, fill_value=0)
    documents = counted.groupby(["first_source_id", "first_publisher"], dropna=False)["n"].sum().reset_index()
    documents = documents.sort_values(["n", "first_source_id"], ascending=[False, True])
    largest: dict[str, Any] = documents.iloc[0].to_dict() if len(documents) else {"n": 0, "first_source_id": None, "first_publisher": None}
    return {
        "n": int(counted["n"].sum()),
        "n_strongly_negative": int(by_stance["strongly_negative"]),
        "n_negative": int(by_stance[list(NEGATIVE)].sum()),
        "n_neutral": int(by_stance["neutral"]),
        "n_positive": int(by_stance[list(POSITIVE)].sum()),
        "n_strongly_positive": int(by_stance["strongly_positive"]),
        "n_date_inferred": int(counted.loc[counted["is_date_inferred"].fillna(False).astype(bool), "n"].sum()),
        "n_documents": len({d for ids in counted["source_ids"].dropna() for d in ids.split(LIST_SEPARATOR)}),
        "n_largest_document": int(largest["n"]),
        "largest_source_id": largest["first_source_id"],
        "largest_publisher": largest["first_publisher"],
    }
