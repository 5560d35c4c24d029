"""Frames of the overview: four kinds of record on one time axis, and a summary by sector."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from data.filters import Filters
from data.frames.common import STANCE_STEP, chosen, collected, in_order, shown_sectors, split_by_sector
from data.tables import Tables

Rows = nw.LazyFrame[Any]

#: The lanes of the timeline from top to bottom, and the table that fills each.
LANES = {"events": "events", "voices": "opinions", "money": "funding_rounds", "market": "index_moves"}
MOVES = ("pct_change_day", "pct_change_window", "pct_change_intraday")
_COLUMNS = (
    "lane",
    "table",
    "record_id",
    "title_en",
    "title_zh",
    "short_title_en",
    "short_title_zh",
    "detail_en",
    "detail_zh",
    "category",
    "mark_value",
    "value_qualifier",
    "money_group",
    "status",
    "part_of",
    "is_headline",
    "window_start",
    "date_printed",
    "date_precision",
    "date_start",
    "date_mid",
    "date_end",
    "sectors",
    "in_film",
    "in_short_drama",
    "in_games",
    "in_advertising",
    "in_cross",
    "source_ids",
)


def impact_timeline_rows(tables: Tables, filters: Filters) -> Rows:
    """Every dated record of the four lanes under the filters.

    Rows out: one record, whatever its table. `category` is its stance, stage, measure or event kind;
    `mark_value` its stance step (-2 to 2), amount in US$ million, or move in percent; null where it has none.
    """
    return nw.concat([_voices(tables, filters), _money(tables, filters), _moves(tables, filters), _events(tables, filters)], how="vertical")


def _lane(rows: Rows, lane: str, key: str, **columns: Any) -> Rows:
    """Bring a table into the common shape; what it does not have is null of the right type."""
    empty = {
        "money_group": nw.lit(None, nw.String),
        "status": nw.lit(None, nw.String),
        "part_of": nw.lit(None, nw.String),
        "value_qualifier": nw.lit(None, nw.String),
        "mark_value": nw.lit(None, nw.Float64),
        "is_headline": nw.lit(False),
        "short_title_en": nw.lit(None, nw.String),
        "short_title_zh": nw.lit(None, nw.String),
        "window_start": nw.lit(None, nw.Date),
    }
    given = {"lane": nw.lit(lane), "table": nw.lit(LANES[lane]), "record_id": nw.col(key)} | empty | columns
    given["window_start"] = given["window_start"].cast(nw.Datetime("ms"))
    dates = {name: nw.col(name).cast(nw.Datetime("ms")) for name in ("date_start", "date_mid", "date_end")}
    return rows.with_columns(**given, **dates).select(*_COLUMNS)


def _voices(tables: Tables, filters: Filters) -> Rows:
    step = nw.lit(0.0)
    for stance, value in STANCE_STEP.items():
        step = nw.when(nw.col("stance") == stance).then(nw.lit(float(value))).otherwise(step)
    return _lane(
        chosen(tables, "opinions", filters),
        "voices",
        "opinion_id",
        title_en=nw.col("speaker_en"),
        title_zh=nw.col("speaker_zh"),
        detail_en=nw.col("summary_en"),
        detail_zh=nw.col("summary_zh"),
        category=nw.col("stance"),
        mark_value=step,
        date_printed=nw.col("said_date"),
    )


def _money(tables: Tables, filters: Filters) -> Rows:
    return _lane(
        chosen(tables, "funding_rounds", filters),
        "money",
        "round_id",
        title_en=nw.col("company_en"),
        title_zh=nw.col("company_zh"),
        detail_en=nw.col("notes_en"),
        detail_zh=nw.col("notes_zh"),
        category=nw.col("stage"),
        mark_value=nw.col("amount_usd_m"),
        value_qualifier=nw.col("amount_qualifier"),
        money_group=nw.when(nw.col("company_kind") == "general_model").then(nw.lit("general_model")).otherwise(nw.lit("sector_company")),
        status=nw.col("status"),
        part_of=nw.col("part_of"),
        date_printed=nw.col("announced_date"),
    )


def _moves(tables: Tables, filters: Filters) -> Rows:
    rows = chosen(tables, "index_moves", filters).filter(nw.col("measure").is_in(MOVES))
    return _lane(
        rows,
        "market",
        "move_id",
        title_en=nw.col("index_name_en"),
        title_zh=nw.col("index_name_zh"),
        detail_en=nw.col("notes_en"),
        detail_zh=nw.col("notes_zh"),
        category=nw.when(nw.col("kind") == "benchmark").then(nw.lit("benchmark")).otherwise(nw.col("measure")),
        mark_value=nw.col("value"),
        window_start=nw.col("window_start"),
        date_precision=nw.lit("day"),
        date_printed=nw.col("date").cast(nw.String).str.slice(0, 10),
    )


def _events(tables: Tables, filters: Filters) -> Rows:
    return _lane(
        chosen(tables, "events", filters),
        "events",
        "event_id",
        title_en=nw.col("title_en"),
        title_zh=nw.col("title_zh"),
        detail_en=nw.col("summary_en"),
        detail_zh=nw.col("summary_zh"),
        category=nw.col("kind"),
        is_headline=nw.col("is_headline"),
        short_title_en=nw.col("short_title_en"),
        short_title_zh=nw.col("short_title_zh"),
        date_printed=nw.col("date"),
    )


def impact_timeline(rows: Rows, filters: Filters) -> pd.DataFrame:
    """The marks of the timeline.

    Rows in and out: one record. `stack` places a voice in the pile of its month and side of the scale
    (1 nearest the middle line; neutral voices are counted along it); 0 in the other lanes.
    """
    frame = collected(rows)
    frame = frame.sort_values(["lane", "date_mid", "mark_value", "record_id"], kind="stable").reset_index(drop=True)
    voices = frame["lane"] == "voices"
    month = frame["date_mid"].dt.strftime("%Y-%m")
    side = frame["mark_value"].clip(-1, 1)
    frame["stack"] = (
        frame[voices].groupby([month[voices], side[voices]]).cumcount().add(1).reindex(frame.index, fill_value=0).astype("int64")
    )
    frame["period_month"] = month
    return in_order(frame, lane=tuple(LANES)).drop(columns=["in_film", "in_short_drama", "in_games", "in_advertising", "in_cross"])


def sector_summary_rows(tables: Tables, filters: Filters) -> Rows:
    """Opinions, rounds and events of the timeline, one row for each sector that they bear on."""
    rows = nw.concat([_voices(tables, filters), _money(tables, filters), _events(tables, filters)], how="vertical")
    return split_by_sector(rows, filters)


def sector_summary(rows: Rows, filters: Filters) -> pd.DataFrame:
    """What there is on each sector.

    Rows in: one record in one sector. Rows out: one (sector, table). `n` records; for opinions
    `balance_points` (share favourable minus share critical, in percentage points); for rounds
    `known_usd_m` (a floor: sum of what is known in US$, without ceilings, cancelled rounds, parts of
    others, and general-model companies; empty where nothing is known), `n_without_usd` of the `n_rounds`
    counted ones without an amount in US$. With `general=with` general-model companies are in the sums.
    """
    left_out = "" if filters.general == "with" else "general_model"
    counted = nw.col("status").fill_null("") != "cancelled"
    whole = nw.col("part_of").is_null() & ((nw.col("money_group") != left_out) | nw.col("money_group").is_null()) & counted
    money = nw.col("lane") == "money"
    marked = rows.with_columns(
        summed=nw.when(money & whole & (nw.col("value_qualifier").fill_null("") != "up_to")).then(nw.col("mark_value")),
        hidden=(money & whole & nw.col("mark_value").is_null()).cast(nw.Int64),
        favourable=((nw.col("lane") == "voices") & (nw.col("mark_value") > 0)).cast(nw.Int64),
        critical=((nw.col("lane") == "voices") & (nw.col("mark_value") < 0)).cast(nw.Int64),
        in_sum=(money & whole).cast(nw.Int64),
    )
    totals = marked.group_by("sector", "table").agg(
        n=nw.len(),
        known_usd_m=nw.col("summed").sum(),
        n_without_usd=nw.col("hidden").sum(),
        n_summed=nw.col("summed").count(),
        n_positive=nw.col("favourable").sum(),
        n_negative=nw.col("critical").sum(),
        n_rounds=nw.col("in_sum").sum(),
    )
    frame = collected(totals)
    frame["known_usd_m"] = frame["known_usd_m"].astype("float64").where(frame["n_summed"] > 0)
    voices, rounds = frame["table"] == "opinions", frame["table"] == "funding_rounds"
    frame["balance_points"] = (100 * (frame["n_positive"] - frame["n_negative"]) / frame["n"]).where(voices)
    for column, own in (
        ("known_usd_m", rounds),
        ("n_without_usd", rounds),
        ("n_rounds", rounds),
        ("n_positive", voices),
        ("n_negative", voices),
    ):
        frame[column] = frame[column].astype("float64").where(own)
    return in_order(frame.drop(columns="n_summed"), sector=shown_sectors(filters), table=tuple(LANES.values()))
