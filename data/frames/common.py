"""What several frame functions need: sectors, quarters, intervals, orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from data import stats
from data.filters import CHOSEN_SECTORS, SECOND_CODING, Filters, select
from data.tables import Tables

SECTORS = (*CHOSEN_SECTORS, "cross")
STANCES = ("strongly_negative", "negative", "neutral", "positive", "strongly_positive")
#: Steps of the stance scale, for a mean; equal distances are a convention, not a measurement.
STANCE_STEP = {stance: step for step, stance in enumerate(STANCES, start=-2)}
#: Below this many voices a share says more than the rows do; charts show counts or dots instead.
SMALL_N = 10


def chosen(tables: Tables, table: str, filters: Filters) -> nw.LazyFrame[Any]:
    """The rows of one table under the filters; opinions with the stance and theme of the chosen coding."""
    rows = select(tables.frame(table), table, filters)
    return _by_coding(rows, filters) if table == "opinions" else rows


def _by_coding(rows: nw.LazyFrame[Any], filters: Filters) -> nw.LazyFrame[Any]:
    if filters.coding == "second":
        return rows.with_columns(**{first: nw.col(second) for first, second in SECOND_CODING.items()})
    return rows


#: What counting opinions needs of them; names, paraphrases and notes are left behind.
VOICE_COLUMNS = (
    "opinion_id", "speaker_id", "role", "country", "country_group", "organization_kind", "sectors", "stance", "theme", "stance_second",
    "theme_second", "said_date", "date_precision", "is_date_inferred", "date_start", "date_mid", "date_end", "source_ids",
    "in_film", "in_short_drama", "in_games", "in_advertising", "in_cross",
)  # fmt: skip


def voices(tables: Tables, filters: Filters) -> nw.LazyFrame[Any]:
    """Opinions under the filters, with the columns that counting needs: filtering and splitting cost by the column."""
    columns = [*VOICE_COLUMNS, *(["search_text"] if filters.q else [])]
    rows = select(tables.frame("opinions").select(*columns), "opinions", filters)
    return _by_coding(rows, filters).select(*VOICE_COLUMNS)


def one_voice(rows: nw.LazyFrame[Any], filters: Filters, *within: str) -> nw.LazyFrame[Any]:
    """Each speaker once in each group of `within`, by the latest thing said there, when the filters ask for it.

    The latest is the one whose period ends last; of several, the one recorded last.
    """
    if filters.voices != "speakers":
        return rows
    latest = nw.concat_str(nw.col("date_end").cast(nw.String), nw.col("opinion_id"), separator=" ")
    # A group without a name (a quarter that is not known) is a group too: engines drop null keys.
    groups = {f"_{name}": nw.col(name).fill_null("") for name in within}
    marked = rows.with_columns(_order=latest, **groups)
    newest = nw.col("_order") == nw.col("_order").max().over("speaker_id", *groups)
    return marked.filter(newest).drop("_order", *groups)


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
    """95% Wilson score intervals of shares, in percent: see `data.stats.wilson`."""
    low, high = stats.wilson(list(counts), list(totals))
    return (100 * low).tolist(), (100 * high).tolist()
