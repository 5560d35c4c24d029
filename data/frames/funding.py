"""Frames of the funding page: what is known of the money, and what is not.

Every round falls into one `amount_class`:
- `exact`, `about`, `at_least`: summed as printed, which makes the sum a floor ("≥");
- `up_to`: a ceiling, never part of that floor, kept beside it;
- `undisclosed`, and `other_currency` (printed, but no page gave US dollars): counted, not summed, the
  latter said per currency as printed;
- `part_of` (another round holds the amount) and `cancelled`: counted apart, not summed.

General-model companies (`money_group`) are summed with the others only where the reader asks for it
(`general=with`). A round that is part of another counts with that other one, at its date, also where
the filters leave that one out.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from data.catalog import LIST_SEPARATOR
from data.filters import CHOSEN_SECTORS, Filters, filterable, select
from data.frames.common import SMALL_N, collected, in_order, with_quarter
from data.frames.documents import with_publisher
from data.frames.printed import SIGNS, added, summed
from data.periods import bounds
from data.tables import Tables

Rows = nw.LazyFrame[Any]

GROUPS = ("sector_company", "general_model", "all_companies")
#: What a floor is made of.
SUMMED = ("exact", "about", "at_least")
#: Rounds that are not rounds of their own.
APART = ("part_of", "cancelled")
CLASSES = (*SUMMED, "up_to", "undisclosed", "other_currency", *APART)
#: As money is raised; buyers, lenders and unstated stages last.
STAGES = ("seed", "series_a", "series_b", "series_c", "series_d", "series_e", "ipo", "strategic", "debt", "acquisition", "undisclosed")
#: Fewer amounts than this have no quarters.
QUARTILES_FROM = 4


#: What the groups, classes and sums are made of, and what leads from a row to its document.
_COUNTED = (
    "round_id",
    "company_kind",
    "status",
    "part_of",
    "amount_qualifier",
    "amount_usd_m",
    "amount_original",
    "currency",
    "source_ids",
)


def rounds(tables: Tables, filters: Filters, *columns: str) -> Rows:
    """Rounds under the filters, each with its `money_group` and `amount_class`.

    Where `columns` are named, these and what counting and filtering need; without any, all of the table:
    filtering costs by the column.
    """
    table = tables.frame("funding_rounds")
    if columns:
        looked_at = filterable(table, "funding_rounds", filters).collect_schema().names()
        table = table.select(*dict.fromkeys((*_COUNTED, *looked_at, *columns)))
    group: Any = nw.when(nw.col("company_kind") == "general_model").then(nw.lit("general_model")).otherwise(nw.lit("sector_company"))
    if filters.general == "with":
        group = nw.lit("all_companies")
    kind = (
        nw.when(nw.col("status") == "cancelled")
        .then(nw.lit("cancelled"))
        .when(~nw.col("part_of").is_null())
        .then(nw.lit("part_of"))
        .when(nw.col("amount_qualifier") == "undisclosed")
        .then(nw.lit("undisclosed"))
        .when(nw.col("amount_usd_m").is_null())
        .then(nw.lit("other_currency"))
        .otherwise(nw.col("amount_qualifier"))
    )
    return select(table, "funding_rounds", filters).with_columns(money_group=group, amount_class=kind)


def by_class(rows: Rows, *by: str) -> pd.DataFrame:
    """Rounds counted (`n`) and their US$ m (`sum_usd_m`) by amount class and the columns `by`.

    The sum is empty for the classes that are not summed: unknown is not 0. What is printed only in other
    currencies stands in `other_currency_as_printed`, where the rows carry amount and currency.
    """
    frame = collected(rows.group_by(*by, "amount_class").agg(n=nw.len(), sum_usd_m=nw.col("amount_usd_m").sum()))
    frame["n"] = frame["n"].astype("int64")
    frame["sum_usd_m"] = frame["sum_usd_m"].astype("float64").where(frame["amount_class"].isin((*SUMMED, "up_to")))
    frame["other_currency_as_printed"] = _as_printed(rows, frame, by)
    return frame


def _as_printed(rows: Rows, frame: pd.DataFrame, by: tuple[str, ...]) -> pd.Series[Any]:
    """For each row of `frame` (`by` and amount class) its amounts in other currencies, as `data.frames.printed` writes them."""
    texts = pd.Series(None, index=frame.index, dtype="str")
    if not {"currency", "amount_original", "amount_qualifier"} <= set(rows.collect_schema().names()):
        return texts
    keys = (*by, "currency", "amount_qualifier")
    printed = (nw.col("amount_class") == "other_currency") & ~nw.col("currency").is_null() & ~nw.col("amount_original").is_null()
    other = rows.filter(printed).group_by(*keys).agg(nw.col("amount_original").sum())
    parts: dict[Any, list[tuple[str, str, float]]] = {}
    for row in collected(other).to_dict("records"):
        place = tuple(_key(row[name]) for name in by)
        parts.setdefault(place, []).append((SIGNS[row["amount_qualifier"]], row["currency"], row["amount_original"]))
    others = frame[frame["amount_class"] == "other_currency"]
    for index, row in zip(others.index, others.to_dict("records"), strict=True):
        texts[index] = summed(parts.get(tuple(_key(row[name]) for name in by), []))
    return texts


def _key(value: Any) -> Any:
    """A cell as part of a key: an empty one equals another."""
    return None if pd.isna(value) else value


def totals(classes: pd.DataFrame, by: str = "money_group") -> pd.DataFrame:
    """What is known and what is not, for each value of `by`.

    Rows in: `by`, `amount_class`, `n`, `sum_usd_m`, and `other_currency_as_printed` where there is one.
    Rows out, for each value that occurs: `known_usd_m` = `exact_usd_m` + `about_usd_m` +
    `lower_bound_usd_m`, a floor; `up_to_usd_m` beside it; each empty where no round gives it. `n_rounds` =
    `n_known` + `n_up_to` + `n_undisclosed` + `n_other_currency`; `n_part_of` and `n_cancelled` stand outside
    that number. `other_currency_as_printed`: the amounts of the rounds in `n_other_currency`, per currency.
    """
    n = classes.pivot_table(index=by, columns="amount_class", values="n", aggfunc="sum", fill_value=0, sort=False)
    n = n.reindex(columns=list(CLASSES), fill_value=0).astype("int64")
    usd = classes.groupby([by, "amount_class"], sort=False)["sum_usd_m"].sum(min_count=1).unstack()
    usd = usd.reindex(index=n.index, columns=list(CLASSES)).astype("float64")
    printed: dict[Any, str | None] = {}
    if "other_currency_as_printed" in classes.columns:
        some = classes[classes["other_currency_as_printed"].notna()]
        printed = {value: added(texts) for value, texts in some.groupby(by, sort=False)["other_currency_as_printed"]}
    return pd.DataFrame(
        {
            "known_usd_m": usd[list(SUMMED)].sum(axis=1, min_count=1),
            "exact_usd_m": usd["exact"],
            "about_usd_m": usd["about"],
            "lower_bound_usd_m": usd["at_least"],
            "up_to_usd_m": usd["up_to"],
            "n_rounds": n.drop(columns=list(APART)).sum(axis=1),
            "n_known": n[list(SUMMED)].sum(axis=1),
            "n_lower_bound": n["at_least"],
            "n_up_to": n["up_to"],
            "n_undisclosed": n["undisclosed"],
            "n_other_currency": n["other_currency"],
            "n_part_of": n["part_of"],
            "n_cancelled": n["cancelled"],
            "other_currency_as_printed": pd.Series([printed.get(value) for value in n.index], index=n.index, dtype="str"),
        }
    ).reset_index()


# Headline ---------------------------------------------------------------------------------------


def money_headline_rows(tables: Tables, filters: Filters) -> Rows:
    """Rounds under the filters, with `money_group` and `amount_class`."""
    return rounds(tables, filters, *_COUNTED)


def money_headline(rows: Rows, filters: Filters) -> pd.DataFrame:
    """The totals of each group of companies that has a round: see `totals` for the columns."""
    return in_order(totals(by_class(rows, "money_group")), money_group=GROUPS)


# funding-timeline -------------------------------------------------------------------------------

_TIMELINE = (
    "round_id",
    "company_en",
    "company_zh",
    "company_kind",
    "money_group",
    "sector",
    "announced_date",
    "date_precision",
    "is_date_inferred",
    "date_mid",
    "stage",
    "stage_as_printed",
    "amount_class",
    "amount_usd_m",
    "amount_original",
    "currency",
    "amount_qualifier",
    "post_money_valuation_usd_m",
    "lead_investors_en",
    "lead_investors_zh",
    "sectors",
    "status",
    "part_of",
    "source_ids",
    "publisher",
)
#: What other documents say of a round, where the table knows it.
_CONFLICTS = ("n_conflicts", "conflicts_en", "conflicts_zh")
#: What the frame adds to the columns of the table.
_ADDED = ("money_group", "amount_class", "sector", "publisher")


def funding_timeline_rows(tables: Tables, filters: Filters) -> Rows:
    """Rounds under the filters, with the `publisher` of the first document that each rests on."""
    known = tables.frame("funding_rounds").collect_schema().names()
    columns = [c for c in (*_TIMELINE, *_CONFLICTS) if c in known and c not in _ADDED]
    return with_publisher(rounds(tables, filters, *columns), tables)


def funding_timeline(rows: Rows, filters: Filters) -> pd.DataFrame:
    """One row a round, oldest first.

    `sector` is the first of the chosen sectors (of all, when none is chosen) that the round bears on,
    else cross-sector. `amount_usd_m` is as printed, also for parts of other rounds: add up by
    `amount_class`, not by hand. Placed at `date_mid`, the middle of the period that is known. `amounts`
    repeats the reader's choice of how single rounds are named.
    """
    sector: Any = nw.lit("cross")
    for code in reversed(filters.sectors or CHOSEN_SECTORS):
        sector = nw.when(nw.col(f"in_{code}")).then(nw.lit(code)).otherwise(sector)
    columns = [*_TIMELINE, "amounts", *(c for c in _CONFLICTS if c in rows.collect_schema().names())]
    rows = rows.with_columns(sector=sector, amounts=nw.lit(filters.amounts)).select(*columns)
    return collected(rows.sort("date_mid", "round_id")).reset_index(drop=True)


# funding-by-quarter -----------------------------------------------------------------------------


def funding_by_quarter_rows(tables: Tables, filters: Filters) -> Rows:
    """Rounds under the filters, with their quarter and the newest quarter of all rounds collected."""
    dated = ("date_mid", "date_precision")
    newest = with_quarter(tables.frame("funding_rounds").select(*dated)).select(newest_quarter=nw.col("period_quarter").max())
    return with_quarter(rounds(tables, filters, *dated)).join(newest, how="cross")


def funding_by_quarter(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Rounds and US$ m by quarter, group of companies and amount class.

    Rows out: each combination that occurs, in order of time; rounds known only to the year come last,
    with an empty `period_quarter`. `n` rounds; `sum_usd_m` their amounts, empty for classes not summed;
    `other_currency_as_printed` what is printed only in other currencies.
    `quarter_incomplete`: the newest quarter that the collection reaches, or one cut by the chosen dates.
    The `n` of all rows add up to the records under the filters.
    """
    frame = by_class(rows, "period_quarter", "money_group", "newest_quarter")
    frame["quarter_incomplete"] = [
        isinstance(quarter, str) and (quarter == newest or is_cut(quarter, filters))
        for quarter, newest in zip(frame["period_quarter"], frame["newest_quarter"], strict=True)
    ]
    frame["quarter_incomplete"] = frame["quarter_incomplete"].astype(bool)
    quarters = sorted(frame["period_quarter"].dropna().unique())
    frame = in_order(frame, period_quarter=quarters, money_group=GROUPS, amount_class=CLASSES)
    return frame[["period_quarter", "quarter_incomplete", "money_group", "amount_class", "n", "sum_usd_m", "other_currency_as_printed"]]


def is_cut(quarter: str, filters: Filters) -> bool:
    """Whether the chosen dates leave out a part of the quarter."""
    start, end = bounds(quarter)
    return bool((filters.first_day and filters.first_day > start) or (filters.last_day and filters.last_day < end))


# funding-by-stage -------------------------------------------------------------------------------


def funding_by_stage_rows(tables: Tables, filters: Filters) -> Rows:
    """Rounds under the filters, with `money_group` and `amount_class`."""
    return rounds(tables, filters, "stage", "company_en", "company_zh")


def funding_by_stage(rows: Rows, filters: Filters) -> pd.DataFrame:
    """How many rounds each stage has, and how its disclosed amounts spread.

    Rows out: (money_group, stage) that occur. `n_rounds`, of which `n_disclosed` have an amount in US$,
    `n_bounds` of those a floor or a ceiling, taken as printed; `n_undisclosed`, `n_other_currency`;
    `n_part_of` and `n_cancelled` outside all of these. Median, smallest and largest in US$ m; quartiles
    (linear between ranks: Hyndman & Fan 1996, type 7) from four amounts on. Where fewer than ten
    amounts are disclosed, they stand in `amounts_usd_m`, smallest first, beside their companies.
    """
    detail = collected(rows.select("money_group", "stage", "amount_class", "amount_usd_m", "company_en", "company_zh", "round_id"))
    detail = detail.sort_values(["amount_usd_m", "round_id"], kind="stable")
    found = [_stage(str(group), str(stage), part) for (group, stage), part in detail.groupby(["money_group", "stage"], sort=False)]
    frame = pd.DataFrame(found, columns=list(_STAGE_TYPES)).astype(_STAGE_TYPES)
    return in_order(frame, money_group=GROUPS, stage=STAGES)


_STAGE_TYPES = (
    {"money_group": "str", "stage": "str"}
    | dict.fromkeys(("n_rounds", "n_disclosed", "n_bounds", "n_undisclosed", "n_other_currency", "n_part_of", "n_cancelled"), "int64")
    | dict.fromkeys(("min_usd_m", "q1_usd_m", "median_usd_m", "q3_usd_m", "max_usd_m"), "float64")
    | dict.fromkeys(("amounts_usd_m", "companies_en", "companies_zh"), "str")
)


def _stage(group: str, stage: str, rounds: pd.DataFrame) -> dict[str, Any]:
    """One row of `funding_by_stage`, from its rounds sorted by amount."""
    n = rounds["amount_class"].value_counts()
    disclosed = rounds[rounds["amount_class"].isin((*SUMMED, "up_to"))]
    amounts = disclosed["amount_usd_m"]
    listed = len(amounts) < SMALL_N
    quartiles = amounts.quantile([0.25, 0.75]).tolist() if len(amounts) >= QUARTILES_FROM else [None, None]
    return {
        "money_group": group,
        "stage": stage,
        "n_rounds": len(rounds) - sum(int(n.get(c, 0)) for c in APART),
        "n_disclosed": len(amounts),
        "n_bounds": int(n.get("at_least", 0)) + int(n.get("up_to", 0)),
        "n_undisclosed": int(n.get("undisclosed", 0)),
        "n_other_currency": int(n.get("other_currency", 0)),
        "n_part_of": int(n.get("part_of", 0)),
        "n_cancelled": int(n.get("cancelled", 0)),
        "min_usd_m": amounts.min(),
        "q1_usd_m": quartiles[0],
        "median_usd_m": amounts.median(),
        "q3_usd_m": quartiles[1],
        "max_usd_m": amounts.max(),
        "amounts_usd_m": LIST_SEPARATOR.join(f"{a:.12g}" for a in amounts) if listed else None,
        "companies_en": LIST_SEPARATOR.join(disclosed["company_en"].fillna("")) if listed else None,
        "companies_zh": LIST_SEPARATOR.join(disclosed["company_zh"].fillna("")) if listed else None,
    }
