"""Frames of single companies and investors: what a company was said to be worth, and who invests with whom.

A round and its parts (`part_of`) are one round wherever rounds are counted together; cancelled ones are
counted beside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import narwhals as nw
import pandas as pd

from data.checks import split
from data.filters import Filters
from data.frames.common import collected, in_order
from data.frames.documents import with_publisher
from data.frames.funding import GROUPS, rounds
from data.tables import Tables

Rows = nw.LazyFrame[Any]
Record = dict[Any, Any]
VALUATION = "post_money_valuation_usd_m"


# valuation-paths --------------------------------------------------------------------------------

_PATHS = (
    "round_id",
    "company_id",
    "company_en",
    "company_zh",
    "money_group",
    "n_companies",
    "announced_date",
    "date_precision",
    "is_date_inferred",
    "date_mid",
    "stage",
    "stage_as_printed",
    VALUATION,
    "previous_valuation_usd_m",
    "previous_valuation_date",
    "valuation_multiple",
    "n_rounds_between",
    "amount_class",
    "amount_usd_m",
    "amount_original",
    "currency",
    "amount_qualifier",
    "status",
    "source_ids",
    "publisher",
)


def valuation_paths_rows(tables: Tables, filters: Filters) -> Rows:
    """Rounds that print a post-money valuation, and those between two such rounds of the same company.

    Cancelled rounds are on no path, nor are parts of other rounds that print no valuation of their own.
    `n_companies` companies of the group have a round under the filters, with a valuation or without.
    """
    everything = with_publisher(rounds(tables, filters), tables)
    companies = everything.group_by("money_group").agg(n_companies=nw.col("company_id").n_unique())
    kept = everything.filter(nw.col("amount_class") != "cancelled").join(companies, on="money_group", how="left")
    stated = ~nw.col(VALUATION).is_null()
    kept = kept.with_columns(_at=nw.when(stated).then(nw.col("date_mid")))
    kept = kept.with_columns(_first=nw.col("_at").min().over("company_id"), _last=nw.col("_at").max().over("company_id"))
    between = (nw.col("date_mid") > nw.col("_first")) & (nw.col("date_mid") < nw.col("_last")) & nw.col("part_of").is_null()
    return kept.filter(stated | between.fill_null(False)).drop("_at", "_first", "_last")


def valuation_paths(rows: Rows, filters: Filters) -> pd.DataFrame:
    """What companies were said to be worth after each round.

    Rows in and out: one round with a stated post-money valuation (US$ m), or without one between two that
    have it; by group, company and date, placed at `date_mid`. `previous_...` is the last valuation stated
    before, with `n_rounds_between` rounds since then that state none. `valuation_multiple` is this
    valuation over that one; empty where the two periods overlap, so that their order is not certain.
    """
    frame = collected(rows).sort_values(["company_id", "date_mid", "date_start", "round_id"], kind="stable").reset_index(drop=True)
    stated = frame[VALUATION].notna()
    company = frame["company_id"]

    def before(column: str) -> pd.Series:
        """The value at the company's last round that stated a valuation."""
        known = frame[column].where(stated).groupby(company, sort=False).ffill()
        return known.groupby(company, sort=False).shift()

    place = frame.groupby("company_id", sort=False).cumcount()
    frame["_place"] = place.astype("float64")
    frame["previous_valuation_usd_m"] = before(VALUATION)
    frame["previous_valuation_date"] = before("announced_date").astype("object")
    frame["n_rounds_between"] = (place - before("_place") - 1).fillna(0).astype("int64")
    in_turn = frame["date_start"] > before("date_end")
    frame["valuation_multiple"] = (frame[VALUATION] / frame["previous_valuation_usd_m"]).where(in_turn)
    frame["n_companies"] = frame["n_companies"].astype("int64")
    return in_order(frame[list(_PATHS)], money_group=GROUPS)


# Who invests with whom --------------------------------------------------------------------------
# Rounds here are records with `whole_id`, as `data.frames.beside` gives them.

#: Columns of every list of counterparts.
COUNTERPARTS = ("entity_id", "name_en", "name_zh", "n_rounds", "n_led", "n_cancelled")


def investors_in(tables: Tables, rounds: pd.DataFrame) -> pd.DataFrame:
    """Who invested in these rounds, most often first: see `_counterparts`."""
    return _counterparts(tables, ((r, e, e) for r in _records(rounds) for e in _ids(r["investor_ids"])))


def companies_in(tables: Tables, rounds: pd.DataFrame, investor: str) -> pd.DataFrame:
    """Which companies raised these rounds, most often first; `n_led` of them led by the investor."""
    return _counterparts(tables, ((r, str(r["company_id"]), investor) for r in _records(rounds)))


def co_investors(tables: Tables, rounds: pd.DataFrame, investor: str) -> pd.DataFrame:
    """Who else invested in the investor's rounds, most often first; `n_led` of them led by that other."""
    found = _counterparts(tables, ((r, e, e) for r in _records(rounds) for e in _ids(r["investor_ids"]) if e != investor))
    return found[found["n_rounds"] > 0].reset_index(drop=True)


def n_rounds(rounds: pd.DataFrame) -> int:
    """How many rounds these are; a round and its parts once, cancelled ones not."""
    return len({r["whole_id"] for r in _records(rounds) if r["status"] != "cancelled"})


def n_led(rounds: pd.DataFrame, investor: str) -> int:
    """How many of these rounds the investor led; a round and its parts once, cancelled ones not."""
    return len({r["whole_id"] for r in _records(rounds) if r["status"] != "cancelled" and investor in _ids(r["lead_investor_ids"])})


def _counterparts(tables: Tables, found: Iterable[tuple[Record, str, str]]) -> pd.DataFrame:
    """Entities beside rounds, counted; `found` are (round, entity, who may have led it).

    Rows out: one entity, with its names; `n_rounds` rounds, a round and its parts once; `n_led` of these
    led; `n_cancelled` rounds that never closed, not among the others.
    """
    counted: dict[str, tuple[set[str], set[str], set[str]]] = defaultdict(lambda: (set(), set(), set()))
    for row, entity, leader in found:
        taken, led, cancelled = counted[entity]
        if row["status"] == "cancelled":
            cancelled.add(row["round_id"])
            continue
        taken.add(row["whole_id"])
        if leader in _ids(row["lead_investor_ids"]):
            led.add(row["whole_id"])
    names = collected(tables.frame("entities").select("entity_id", "name_en", "name_zh")).set_index("entity_id").to_dict("index")
    out = [
        {"entity_id": e} | names.get(e, {"name_en": e, "name_zh": e}) | dict(zip(COUNTERPARTS[3:], map(len, sets), strict=True))
        for e, sets in counted.items()
    ]
    frame = pd.DataFrame(out, columns=list(COUNTERPARTS)).astype(dict.fromkeys(COUNTERPARTS[3:], "int64"))
    order = ["n_rounds", "n_led", "n_cancelled", "name_en", "entity_id"]
    return frame.sort_values(order, ascending=[False, False, False, True, True], kind="stable").reset_index(drop=True)


def _records(rounds: pd.DataFrame) -> list[Record]:
    return rounds[["round_id", "whole_id", "company_id", "status", "investor_ids", "lead_investor_ids"]].to_dict("records")


def _ids(cell: Any) -> list[str]:
    return split(cell) if isinstance(cell, str) else []
