"""Frame of the overview's summary by sector."""

from __future__ import annotations

import narwhals as nw
import pandas as pd

from data.filters import Filters
from data.frames.common import collected, in_order, shown_sectors, split_by_sector
from data.frames.timeline_lanes import LANES, Rows, events_lane, money_lane, voices_lane
from data.tables import Tables


def sector_summary_rows(tables: Tables, filters: Filters) -> Rows:
    """Opinions, rounds and events of the timeline, one row for each sector that they bear on."""
    rows = nw.concat([voices_lane(tables, filters), money_lane(tables, filters), events_lane(tables, filters)], how="vertical")
    return split_by_sector(rows, filters)


def sector_summary(rows: Rows, filters: Filters) -> pd.DataFrame:
    """What there is on each sector.

    Rows in: one record in one sector. Rows out: one (sector, table). `n` records; for opinions
    `balance_points` (share favourable minus share critical, in percentage points); for rounds
    `known_usd_m` (a floor: sum of what is known in US$, without ceilings, cancelled rounds, parts of
    others, and general-model companies; empty where nothing is known), `n_without_usd` of the `n_rounds`
    counted ones without an amount in US$; `n_known`, of them `n_lower_bound`, and `about_usd_m` tell a floor, a
    rounded and a whole sum apart, as in `data.frames.funding.totals`. With `general=with` general-model companies
    are in the sums.
    """
    left_out = "" if filters.general == "with" else "general_model"
    counted = nw.col("status").fill_null("") != "cancelled"
    whole = nw.col("part_of").is_null() & ((nw.col("money_group") != left_out) | nw.col("money_group").is_null()) & counted
    money = nw.col("lane") == "money"
    qualifier = nw.col("value_qualifier").fill_null("")
    summed = money & whole & (qualifier != "up_to")
    marked = rows.with_columns(
        summed=nw.when(summed).then(nw.col("mark_value")),
        about=nw.when(summed & (qualifier == "about")).then(nw.col("mark_value")),
        floor=(summed & (qualifier == "at_least") & ~nw.col("mark_value").is_null()).cast(nw.Int64),
        hidden=(money & whole & nw.col("mark_value").is_null()).cast(nw.Int64),
        favourable=((nw.col("lane") == "voices") & (nw.col("mark_value") > 0)).cast(nw.Int64),
        critical=((nw.col("lane") == "voices") & (nw.col("mark_value") < 0)).cast(nw.Int64),
        in_sum=(money & whole).cast(nw.Int64),
    )
    totals = marked.group_by("sector", "table").agg(
        n=nw.len(),
        known_usd_m=nw.col("summed").sum(),
        n_without_usd=nw.col("hidden").sum(),
        about_usd_m=nw.col("about").sum(),
        n_about=nw.col("about").count(),
        n_known=nw.col("summed").count(),
        n_lower_bound=nw.col("floor").sum(),
        n_positive=nw.col("favourable").sum(),
        n_negative=nw.col("critical").sum(),
        n_rounds=nw.col("in_sum").sum(),
    )
    frame = collected(totals)
    for column, count in (("known_usd_m", "n_known"), ("about_usd_m", "n_about")):
        frame[column] = frame[column].astype("float64").where(frame[count] > 0)
    voices, rounds = frame["table"] == "opinions", frame["table"] == "funding_rounds"
    frame["balance_points"] = (100 * (frame["n_positive"] - frame["n_negative"]) / frame["n"]).where(voices)
    for column, own in (
        ("known_usd_m", rounds),
        ("about_usd_m", rounds),
        ("n_known", rounds),
        ("n_lower_bound", rounds),
        ("n_without_usd", rounds),
        ("n_rounds", rounds),
        ("n_positive", voices),
        ("n_negative", voices),
    ):
        frame[column] = frame[column].astype("float64").where(own)
    return in_order(frame.drop(columns="n_about"), sector=shown_sectors(filters), table=tuple(LANES.values()))
