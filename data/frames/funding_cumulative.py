"""Frame of `funding-cumulative`: what is known of the money, added up quarter by quarter.

A round enters at the end of the quarter of its date. One known only to its year enters at the end of that
year, when it has certainly come: before that the sum would say more than is known, and without it the last
sum would be less than the total. While the year still runs, that end is the newest quarter collected.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import pandas as pd

from data.filters import Filters
from data.frames.common import with_quarter
from data.frames.funding import CLASSES, GROUPS, SUMMED, by_class, is_cut, rounds
from data.frames.printed import added
from data.frames.quarters import quarters_between
from data.periods import quarter_of
from data.tables import Tables

Rows = nw.LazyFrame[Any]

#: The sums that run, and the amount classes that each is made of.
_SUMS = {
    "cumulative_usd_m": SUMMED,
    "cumulative_exact_usd_m": ("exact",),
    "cumulative_about_usd_m": ("about",),
    "cumulative_lower_bound_usd_m": ("at_least",),
    "cumulative_up_to_usd_m": ("up_to",),
}
#: The counts that run.
_COUNTS = {
    "n_rounds_so_far": tuple(c for c in CLASSES if c not in ("part_of", "cancelled")),
    "n_known_so_far": SUMMED,
    "n_lower_bound_so_far": ("at_least",),
    "n_up_to_so_far": ("up_to",),
    "n_undisclosed_so_far": ("undisclosed",),
    "n_other_currency_so_far": ("other_currency",),
    "n_part_of_so_far": ("part_of",),
    "n_cancelled_so_far": ("cancelled",),
}
_TYPES = (
    {"money_group": "str", "period_quarter": "str", "quarter_incomplete": "bool", "n": "int64", "n_year_only": "int64"}
    | {"known_usd_m": "float64"}
    | dict.fromkeys(_SUMS, "float64")
    | dict.fromkeys(_COUNTS, "int64")
    | {"other_currency_so_far": "str"}
)


def funding_cumulative_rows(tables: Tables, filters: Filters) -> Rows:
    """Rounds under the filters, each with the quarter at whose end it enters, and the newest quarter collected."""
    dated = ("date_mid", "date_precision")
    newest = with_quarter(tables.frame("funding_rounds").select(*dated)).select(newest_quarter=nw.col("period_quarter").max())
    rows = with_quarter(rounds(tables, filters, *dated)).join(newest, how="cross")
    year = nw.col("date_mid").dt.year().cast(nw.String)
    newest_quarter = nw.col("newest_quarter").cast(nw.String)  # where every round is known only to its year there is none
    still_runs = (newest_quarter.str.slice(0, 4) == year).fill_null(False)
    last = nw.when(still_runs).then(newest_quarter).otherwise(nw.concat_str(year, nw.lit("-Q4")))
    placed = nw.when(nw.col("period_quarter").is_null()).then(last).otherwise(nw.col("period_quarter"))
    return rows.with_columns(period_quarter=placed)


def funding_cumulative(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Rounds and US$ m so far, at the end of each quarter, for each group of companies.

    Rows out: (money_group, period_quarter), from the first quarter of the group to the newest that the
    collection or the chosen dates reach, also quarters without a round (`n` = 0). `n` records enter in the
    quarter, `n_year_only` of them known only to their year; `known_usd_m` is what they add. Running sums as
    in `data.frames.funding.totals`: empty until an amount of their kind is known. The last row of a group
    holds the totals of the group.
    """
    marked = rows.with_columns(is_year_only=nw.col("date_precision") == "year")
    classes = by_class(marked, "money_group", "period_quarter", "newest_quarter", "is_year_only")
    if classes.empty:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _TYPES.items()})
    known = [q for q in classes["newest_quarter"].unique() if isinstance(q, str)]
    newest = min([*known, *([quarter_of(filters.last_day)] if filters.last_day else [])], default="")
    end = max(newest, classes["period_quarter"].max())
    present = [g for g in GROUPS if (classes["money_group"] == g).any()]
    frame = pd.concat([_running(classes[classes["money_group"] == g], end) for g in present], ignore_index=True)
    frame["quarter_incomplete"] = [q in known or is_cut(q, filters) for q in frame["period_quarter"]]
    return frame[list(_TYPES)].astype(_TYPES)


def _running(classes: pd.DataFrame, end: str) -> pd.DataFrame:
    """The rows of one group up to the quarter `end`."""
    quarters = quarters_between(classes["period_quarter"].min(), end)
    n = classes.pivot_table(index="period_quarter", columns="amount_class", values="n", aggfunc="sum", fill_value=0)
    n = n.reindex(index=quarters, columns=list(CLASSES), fill_value=0)
    usd = classes.groupby(["period_quarter", "amount_class"])["sum_usd_m"].sum(min_count=1).unstack()
    usd = usd.reindex(index=quarters, columns=list(CLASSES)).astype("float64")
    year_only = classes[classes["is_year_only"]].groupby("period_quarter")["n"].sum()
    columns: dict[str, Any] = {
        "money_group": classes["money_group"].iloc[0],
        "n": n.sum(axis=1),
        "n_year_only": year_only.reindex(quarters, fill_value=0),
        "known_usd_m": usd[list(SUMMED)].sum(axis=1, min_count=1),
    }
    for name, kinds in _SUMS.items():
        columns[name] = _so_far(usd[list(kinds)].sum(axis=1, min_count=1))
    for name, kinds in _COUNTS.items():
        columns[name] = n[list(kinds)].sum(axis=1).cumsum()
    columns["other_currency_so_far"] = _texts_so_far(classes, quarters)
    return pd.DataFrame(columns, index=pd.Index(quarters, name="period_quarter")).reset_index()


def _so_far(amounts: pd.Series[float]) -> pd.Series[float]:
    """The running sum, empty until the first amount that is known."""
    return amounts.fillna(0.0).cumsum().where(amounts.notna().cummax())


def _texts_so_far(classes: pd.DataFrame, quarters: Iterable[str]) -> list[str | None]:
    """The running sums in other currencies, as printed."""
    some = classes[classes["other_currency_as_printed"].notna()]
    by_quarter = {q: list(texts) for q, texts in some.groupby("period_quarter")["other_currency_as_printed"]}
    found: list[str | None] = []
    for quarter in quarters:
        found.append(added([found[-1] if found else None, *by_quarter.get(quarter, [])]))
    return found
