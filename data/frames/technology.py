"""Frames of the technology page: what models were said to do, and what the making takes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import narwhals as nw
import pandas as pd

from data.catalog import LIST_SEPARATOR
from data.filters import Filters
from data.frames.common import chosen, collected
from data.frames.documents import with_publisher
from data.tables import Tables

Rows = nw.LazyFrame[Any]

#: Indicators of one estimate: demand for AI computing power in China, and the part of it for Chinese-made chips.
COMPUTE_DEMAND, COMPUTE_DOMESTIC = "IN011", "IN012"
#: The steps of one trial in their order: images, shots made of them, shots fit to use.
TRIAL = ("IN006", "IN007", "IN008")
#: Shares of productions that come to something: hit rate, breaking even.
YIELDS = ("IN063", "IN064")
COST_UNITS = ("cny_per_minute", "usd_per_minute")


def model_frontier_rows(tables: Tables, filters: Filters) -> Rows:
    """Models under the filters. They bear on all sectors and have none of their own."""
    return with_publisher(chosen(tables, "models", filters), tables)


def model_frontier(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Models by release date with the longest clip so far.

    Rows in and out: one model, undated ones last. `frontier_s` is the longest clip stated of any model
    released up to then, in seconds; `is_record` marks the first that reached it. Models without a date
    or without a clip length are not part of it. `is_disputed` says that pages disagree on the resolution.
    """
    frame = collected(rows).sort_values(["date_mid", "model_id"], kind="stable", na_position="last")
    clip = frame["max_clip_s"].where(frame["date_mid"].notna())
    frame["frontier_s"] = clip.cummax().ffill().where(frame["date_mid"].notna()).astype("float64")
    before = frame["frontier_s"].shift().fillna(0.0)
    frame["is_record"] = (clip > before).astype(bool)
    frame["is_disputed"] = frame["max_resolution"].fillna("").str.contains("disputed", regex=False)
    columns = [
        "model_id",
        "model_name",
        "vendor_id",
        "vendor_en",
        "vendor_zh",
        "country",
        "release_date",
        "date_precision",
        "date_start",
        "date_mid",
        "date_end",
        "max_clip_s",
        "frontier_s",
        "is_record",
        "max_resolution",
        "max_height_px",
        "is_disputed",
        "has_native_audio",
        "weights",
        "notes_en",
        "notes_zh",
        "source_ids",
        "publisher",
    ]
    return frame[columns].reset_index(drop=True)


def compute_gap_rows(tables: Tables, filters: Filters) -> Rows:
    """Figures of computing power in EFLOPS, one row a figure in a `compute_part` that it makes: total, domestic, gap or other."""
    rows = with_publisher(chosen(tables, "indicators", filters).filter(nw.col("unit") == "eflops"), tables)
    figure = nw.col("indicator_id")
    parts = {
        "total": figure == COMPUTE_DEMAND,
        "domestic": figure == COMPUTE_DOMESTIC,
        "gap": figure.is_in([COMPUTE_DEMAND, COMPUTE_DOMESTIC]),
        "other": ~figure.is_in([COMPUTE_DEMAND, COMPUTE_DOMESTIC]),
    }
    return nw.concat([rows.filter(condition).with_columns(compute_part=nw.lit(part)) for part, condition in parts.items()], how="vertical")


def compute_gap(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Demand for computing power, the part for Chinese-made chips, and the rest.

    Rows in: one figure in one part. Rows out: one part; `value` in EFLOPS. `gap` = `total - domestic`, only
    where both stand, and has no name of its own; `share_pct` = 100 * part / total: 100 * 98.24 / 211.50 = 46.45. Other figures in EFLOPS
    follow, without a share.
    """
    records = collected(rows)
    frame = records[records["compute_part"] != "gap"]
    sizes = frame[frame["compute_part"] != "other"].set_index("compute_part")["value"]
    pair = records[records["compute_part"] == "gap"].sort_values("indicator_id")
    if {"total", "domestic"} <= set(sizes.index):
        rest = pair.iloc[[0]].assign(
            indicator_id=None,
            name_en=None,
            name_zh=None,
            definition_en=None,
            definition_zh=None,
            value=float(sizes["total"] - sizes["domestic"]),
            is_forecast=bool(pair["is_forecast"].any()),
            source_ids=LIST_SEPARATOR.join(dict.fromkeys(LIST_SEPARATOR.join(pair["source_ids"]).split(LIST_SEPARATOR))),
        )
        frame = pd.concat([frame, rest])
    whole = float(sizes["total"]) if "total" in sizes else float("nan")
    frame = frame.assign(share_pct=(100 * frame["value"] / whole).where(frame["compute_part"] != "other").astype("float64"))
    order = {part: i for i, part in enumerate(("total", "domestic", "gap", "other"))}
    frame = frame.sort_values("compute_part", key=lambda parts: parts.map(order), kind="stable")
    columns = [
        "compute_part",
        "indicator_id",
        "name_en",
        "name_zh",
        "value",
        "unit",
        "share_pct",
        "value_qualifier",
        "period",
        "geography",
        "is_forecast",
        "definition_en",
        "definition_zh",
        "source_ids",
        "publisher",
    ]
    return frame[columns].reset_index(drop=True)


def production_yield_rows(tables: Tables, filters: Filters) -> Rows:
    """The trial's three counts, yields in percent, and costs a minute."""
    wanted = nw.col("indicator_id").is_in([*TRIAL, *YIELDS]) | nw.col("unit").is_in(COST_UNITS)
    return with_publisher(chosen(tables, "indicators", filters).filter(wanted), tables)


def production_yield(rows: Rows, filters: Filters) -> pd.DataFrame:
    """How much of what is made is used, and what a minute costs.

    Rows in and out: one indicator, in panels (`yield_panel`: trial, yield, then one for each unit of cost).
    `step_pct` is a count of the trial as a share of the count before it: 100 * 185 / 693 = 26.7 shots
    for 100 images, 100 * 60 / 185 = 32.4 usable of 100 shots; empty elsewhere. Values stand in their own
    unit and currency, nothing is converted; a range has `value_low` and `value_high` and no `value`.
    """
    frame = collected(rows).copy()
    panels = dict.fromkeys(TRIAL, "trial") | dict.fromkeys(YIELDS, "yield")
    frame["yield_panel"] = frame["indicator_id"].map(panels).fillna(frame["unit"])
    order = {panel: i for i, panel in enumerate(("trial", "yield", *COST_UNITS))}
    frame["place"] = frame["yield_panel"].map(order)
    # Costs from the dearest down: before AI, with it, with its newest model.
    largest = frame[["value", "value_high"]].max(axis=1).where(frame["yield_panel"].isin(COST_UNITS), 0.0)
    frame = frame.assign(largest=-largest).sort_values(["place", "largest", "date_start", "indicator_id"], kind="stable")
    counts = frame[frame["yield_panel"] == "trial"].set_index("indicator_id")["value"]
    before = {later: counts.get(earlier) for earlier, later in pairwise(TRIAL)}
    frame["step_pct"] = (100 * frame["value"] / frame["indicator_id"].map(before).astype("float64")).astype("float64")
    columns = [
        "yield_panel",
        "indicator_id",
        "name_en",
        "name_zh",
        "value",
        "value_low",
        "value_high",
        "value_qualifier",
        "unit",
        "step_pct",
        "period",
        "geography",
        "sectors",
        "is_forecast",
        "definition_en",
        "definition_zh",
        "source_ids",
        "publisher",
    ]
    return frame[columns].reset_index(drop=True)
