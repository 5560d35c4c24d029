"""Frames of survey results: answers of respondents, apart from the voices, which are no sample."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from data import stats
from data.filters import Filters
from data.frames.common import chosen, collected
from data.frames.documents import with_publisher
from data.tables import Tables

Rows = nw.LazyFrame[Any]

_COLUMNS = [
    "indicator_id",
    "series_code",
    "n_answers",
    "name_en",
    "name_zh",
    "value",
    "value_low",
    "value_high",
    "value_qualifier",
    "unit",
    "share_low_pct",
    "share_high_pct",
    "sample_size",
    "sample_size_qualifier",
    "period",
    "date_start",
    "date_mid",
    "date_end",
    "geography",
    "sectors",
    "definition_en",
    "definition_zh",
    "source_ids",
    "publisher",
]


def surveys_over_time_rows(tables: Tables, filters: Filters) -> Rows:
    """Survey results in percent under the sectors and dates of the filters, with who published their document."""
    surveys = (nw.col("topic") == "survey") & (nw.col("unit") == "percent")
    return with_publisher(chosen(tables, "indicators", filters).filter(surveys), tables)


def surveys_over_time(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Survey results, those of repeated questions first.

    Rows in and out: one result. `n_answers` results answer the same question (`series_code`) at different
    times; 1 for a question asked once, or shown once. `value` in percent of respondents, a range in
    `value_low` and `value_high`. `share_low_pct` to `share_high_pct` is its 95% Wilson interval, as if
    respondents were drawn at random, where the sample size is known and the value is no bound; with a
    lower bound of the sample size ("over 2,300") it is at most a little too wide.
    """
    frame = collected(rows).sort_values(["date_start", "indicator_id"], kind="stable")
    times = frame.groupby("series_code")["date_mid"].nunique()
    frame["n_answers"] = frame["series_code"].map(times).fillna(1).astype("int64")
    frame["_question"] = frame["series_code"].where(frame["n_answers"] > 1)
    frame = frame.sort_values("_question", kind="stable", na_position="last").reset_index(drop=True)
    counted = frame["value_qualifier"].isin(("exact", "about")) & (frame["sample_size_qualifier"] != "at_most")
    size = frame["sample_size"].astype("float64").where(counted & frame["value"].notna())
    low, high = stats.wilson(frame["value"].astype("float64") / 100 * size, size)
    frame["share_low_pct"], frame["share_high_pct"] = 100 * low, 100 * high
    return frame[_COLUMNS]
