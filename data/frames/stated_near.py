"""What documents state of the days around an event: moves that begin near it, and levels since the last one before it.

Everything here is made of records of `index_moves` in the shape of `data.frames.markets.stated_moves_rows`: one
record in one part of one mark. Nothing is interpolated.
"""

from __future__ import annotations

from datetime import date, datetime, time
from math import ceil, floor
from typing import Any

import narwhals as nw
import pandas as pd

from data.event_study.single import Window
from data.filters import Filters
from data.frames import markets
from data.frames.common import chosen, collected
from data.frames.documents import with_publisher
from data.frames.loaded_benchmarks import LOADED
from data.frames.studied import shifted
from data.tables import Tables

Record = dict[str, Any]

#: What a stated mark brings from `data.frames.markets.stated_moves`.
_MARK_COLUMNS = ("measure", "is_computed", "base_date", "window_start", "window_end", "move_pct", "value_qualifier", "benchmark_move_pct",
                 "difference_pct", "confidence", "notes_en", "notes_zh", "source_ids", "publisher")  # fmt: skip
#: Of the stated moves near an event the nearest is one of an index, then of a fund, then of a share.
_NEAREST_KINDS = ("concept_index", "sector_index", "etf", "stock")
#: Days of records, of which all may be empty.
_DAYS = ("date", "window_start", "window_end", "base_date", "near_day", "loaded_base_date")
#: What `data.frames.markets.stated_moves` looks at, beside them.
_RECORD_COLUMNS = ["move_id", "mark_id", "mark_part", "series_id", "index_name_en", "index_name_zh", "kind", "sectors", "measure", "unit",
                   "value", "value_qualifier", "is_computed", "benchmark_id", "benchmark_en", "benchmark_zh", "confidence", "notes_en",
                   "notes_zh", "source_ids", "publisher", "in_film", "in_short_drama", "in_games", "in_advertising", "in_cross", "event_id",
                   "title_en", "title_zh", "short_title_en", "short_title_zh"]  # fmt: skip
SERIES = ("series_id", "index_name_en", "index_name_zh", "series_kind", "benchmark_id", "benchmark_en", "benchmark_zh")


def calendar_window(first: date, last: date, window: Window) -> tuple[date, date]:
    """The calendar days that a window of trading days takes, at five of them a week and without holidays."""
    return shifted(first, floor(window[0] * 7 / 5)), shifted(last, ceil(window[1] * 7 / 5))


def near_events(tables: Tables, filters: Filters, events: list[Record], window: Window) -> pd.DataFrame:
    """The records of stated moves that begin and end in the window of an event, and do not end before it.

    Once for each such event, `mark_id` led by the event's id and a colon. Moves of benchmarks stand beside others
    and are no moves of an event.
    """
    records = collected(markets.stated_moves_rows(tables, filters))
    ends = _ends(records[records["kind"] != "benchmark"])
    return pd.concat([_near(records, ends, event, window) for event in events])


def _near(records: pd.DataFrame, ends: pd.DataFrame, event: Record, window: Window) -> pd.DataFrame:
    first, last = (pd.Timestamp(day) for day in calendar_window(event["date_start"], event["date_end"], window))
    inside = (ends["starts"] >= first) & ends["window_end"].between(pd.Timestamp(event["date_start"]), last)
    kept = records[records["mark_id"].isin(ends.loc[inside, "mark_id"])]
    return _as_records(kept.assign(mark_id=f"{event['event_id']}:" + kept["mark_id"].astype(str)))


def beginning(tables: Tables, filters: Filters, first: date, last: date) -> pd.DataFrame:
    """The records of every stated move that begins on one of these days.

    A move over months that only touches them says nothing of them.
    """
    records = collected(markets.stated_moves_rows(tables, filters))
    ends = _ends(records)
    near = ends[ends["starts"].between(pd.Timestamp(first), pd.Timestamp(last))]
    return _as_records(records[records["mark_id"].isin(near["mark_id"])])


def _ends(records: pd.DataFrame) -> pd.DataFrame:
    """First and last day of each mark: `mark_id`, `starts`, `window_end`; one whose start is not stated counts by its end."""
    marks = records[records["mark_part"].isin(("move", "level_end"))]
    computed = marks["is_computed"].astype(bool)
    starts = marks["window_start"].where(~computed, marks["base_date"])
    return marks.assign(starts=starts.fillna(marks["window_end"]))[["mark_id", "starts", "window_end"]]


def _as_records(records: pd.DataFrame) -> pd.DataFrame:
    """Say of each record where it stands and which mark leads to it."""
    return records.assign(table="index_moves", record_id=records["move_id"], study_mark=records["mark_id"])


def since(tables: Tables, filters: Filters, event: Record, first: date, last: date) -> pd.DataFrame:
    """Each stated level after the event as a move since the last one before it, with the closes of the benchmark on both days.

    Where a series has no level in the days before, its level on the event's own day is the base. `mark_id` is
    `since:` and the level's record. Levels pass the filters; those that they are measured from need not.
    """
    points = (nw.col("unit") == "points") & nw.col("measure").is_in(markets.LEVELS)
    inside = (nw.col("date") >= nw.lit(datetime.combine(first, time()))) & (nw.col("date") <= nw.lit(datetime.combine(last, time())))
    series = tables.frame("series").select("series_id", "benchmark_id")
    names = tables.frame("series").select(benchmark_id="series_id", benchmark_en="name_en", benchmark_zh="name_zh")
    rows = tables.frame("index_moves").filter(points, inside).join(series, on="series_id", how="left")
    levels = collected(with_publisher(rows.join(names, on="benchmark_id", how="left"), tables))
    kept = set(collected(chosen(tables, "index_moves", filters).select("move_id"))["move_id"])
    # A day with a close and a high counts by its close.
    levels = levels.sort_values(["series_id", "date", "measure", "move_id"]).drop_duplicates(["series_id", "date"])
    closes = {(row["series_id"], row["date"]): row for row in levels[levels["measure"] == "close"].to_dict("records")}
    found: list[Record] = []
    for _, part in levels.groupby("series_id"):
        found += _since_base(part.to_dict("records"), event, kept, closes)
    columns = [*levels.columns, "mark_id", "mark_part", "is_computed", "base_date", "window_end"]
    return _as_records(pd.DataFrame(found, columns=columns))


def _since_base(levels: list[Record], event: Record, kept: set[str], closes: dict[tuple[str, Any], Record]) -> list[Record]:
    """The records of the marks of one series, whose levels come in order of time."""
    start, end = pd.Timestamp(event["date_start"]), pd.Timestamp(event["date_end"])
    before = [r for r in levels if r["date"] < start]
    same = [r for r in levels if start <= r["date"] <= end]
    base = before[-1] if before else same[0] if same else None
    if base is None:
        return []
    found: list[Record] = []
    for level in levels:
        if level["date"] <= base["date"] or level["move_id"] not in kept:
            continue
        parts = {"level_end": level, "level_start": base}
        first, last = (closes.get((level["benchmark_id"], row["date"])) for row in (base, level))
        if first and last:
            parts |= {"benchmark_start": first, "benchmark_end": last}
        about = {"mark_id": f"since:{level['move_id']}", "is_computed": True, "base_date": base["date"], "window_end": level["date"]}
        shared = about | {name: level[name] for name in ("benchmark_id", "benchmark_en", "benchmark_zh")}
        found += [row | shared | {"mark_part": part} for part, row in parts.items()]
    return found


def marks_of(records: pd.DataFrame) -> pd.DataFrame:
    """The marks that records make, as in `data.frames.markets.stated_moves`, kinds under `series_kind`."""
    if records.empty:
        return pd.DataFrame(columns=["mark_id", *SERIES, *_MARK_COLUMNS])
    typed = records.reindex(columns=list(dict.fromkeys((*_RECORD_COLUMNS, *LOADED, *_DAYS))))
    dates = {c: pd.to_datetime(typed[c]).astype("datetime64[ms]") for c in _DAYS}
    marks = markets.stated_moves(nw.from_native(typed.assign(**dates).sort_values(["mark_id", "move_id"])).lazy(), Filters())
    return marks.rename(columns={"kind": "series_kind"})


def mark_record(mark: Record) -> Record:
    """A mark as it stands in the frames of event studies."""
    wanted = (*SERIES, *_MARK_COLUMNS)
    return {"study_mark": mark["mark_id"]} | {name: mark[name] for name in wanted}


def nearest(marks: pd.DataFrame, day: pd.Timestamp) -> str | None:
    """The mark that stands for an event: see `event_pooled`; part-day readings come last."""
    if marks.empty:
        return None
    starts = marks["window_start"].fillna(marks["window_end"])
    ranks = pd.DataFrame(
        {
            "part_day": marks["measure"] == "pct_change_intraday",
            "kind": marks["series_kind"].map({kind: place for place, kind in enumerate(_NEAREST_KINDS)}),
            "alone": marks["benchmark_move_pct"].isna(),
            "days": (starts - day).abs(),
            "day_move": marks["measure"] == "pct_change_day",
            "mark": marks["mark_id"],
        }
    )
    return str(marks.loc[ranks.sort_values(list(ranks)).index[0], "mark_id"])
