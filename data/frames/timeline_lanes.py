"""The lanes of the timeline: records of four tables, and loaded levels, brought into one shape.

Rows out of every function: one record (`table`, `record_id`) with its dates, its words and what places it in
its lane: `category` tells marks of a lane apart, `mark_value` is the stance step (-2 to 2), the amount in
US$ million, the move in percent, or the level rebased to 100; null where there is none.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from typing import Any

import narwhals as nw
import pandas as pd

from data.event_study.courses import rebased
from data.event_study.returns import daily_closes
from data.filters import CHOSEN_SECTORS, Filters
from data.frames.common import STANCE_STEP, chosen, one_voice
from data.frames.markets import LEVELS, MOVES, with_session_before
from data.levels.store import LevelsUnreadable, LoadedSeries
from data.tables import Tables

log = logging.getLogger("reelshift")
Rows = nw.LazyFrame[Any]

#: The lanes that hold records, from top to bottom, and the table that fills each.
LANES = {"events": "events", "voices": "opinions", "money": "funding_rounds", "market": "index_moves"}
#: A move between the first and the last stated level of a concept index: worked out here, stated by nobody.
COMPUTED = "computed"
#: Without a choice so many loaded series are drawn, those that tell the story first; and one broad index beside them.
SERIES_SHOWN = 4
_KINDS = ("concept_index", "sector_index", "etf", "stock", "benchmark")
#: How far back the level may lie that a range starts from: the longest closure of an exchange, and some days.
_BACK = timedelta(days=20)
_DAY = nw.Datetime("ms")
_IN = tuple(f"in_{s}" for s in (*CHOSEN_SECTORS, "cross"))

#: Columns that only some lanes have, empty in the others.
_OWN: dict[str, Any] = {
    "short_title_en": nw.lit(None, nw.String),
    "short_title_zh": nw.lit(None, nw.String),
    "mark_value": nw.lit(None, nw.Float64),
    "value_qualifier": nw.lit(None, nw.String),
    "confidence": nw.lit(None, nw.String),
    "money_group": nw.lit(None, nw.String),
    "status": nw.lit(None, nw.String),
    "part_of": nw.lit(None, nw.String),
    "is_headline": nw.lit(False),
    "window_start": nw.lit(None, nw.Date).cast(_DAY),
    "base_date": nw.lit(None, nw.Date).cast(_DAY),
    "benchmark_en": nw.lit(None, nw.String),
    "benchmark_zh": nw.lit(None, nw.String),
    "benchmark_move_pct": nw.lit(None, nw.Float64),
}
_SHARED = ("lane", "table", "record_id", "title_en", "title_zh", "detail_en", "detail_zh", "category")
_DATED = ("date_printed", "date_precision", "date_start", "date_mid", "date_end")
COLUMNS = (*_SHARED, *_OWN, *_DATED, "sectors", *_IN, "source_ids")


def _lane(rows: Rows, lane: str, key: str, **columns: Any) -> Rows:
    """Bring a table into the common shape; what it does not have is null of the right type."""
    dates = {name: nw.col(name).cast(_DAY) for name in ("date_start", "date_mid", "date_end")}
    given = {"lane": nw.lit(lane), "table": nw.lit(LANES[lane]), "record_id": nw.col(key)} | _OWN | dates | columns
    return rows.with_columns(**given).select(*COLUMNS)


def voices_lane(tables: Tables, filters: Filters) -> Rows:
    """Opinions: `category` the stance, `mark_value` its step. Each speaker once where the filters ask for it."""
    step = nw.lit(0.0)
    for stance, value in STANCE_STEP.items():
        step = nw.when(nw.col("stance") == stance).then(nw.lit(float(value))).otherwise(step)
    return _lane(
        one_voice(chosen(tables, "opinions", filters), filters),
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


def money_lane(tables: Tables, filters: Filters) -> Rows:
    """Rounds: `category` the stage, `mark_value` US$ million; `money_group` tells general-model companies apart."""
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
        confidence=nw.col("confidence"),
        money_group=nw.when(nw.col("company_kind") == "general_model").then(nw.lit("general_model")).otherwise(nw.lit("sector_company")),
        status=nw.col("status"),
        part_of=nw.col("part_of"),
        date_printed=nw.col("announced_date"),
    )


def events_lane(tables: Tables, filters: Filters) -> Rows:
    """Events: `category` the kind."""
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


def market_lane(tables: Tables, filters: Filters) -> Rows:
    """Stated moves, and for a concept index with two stated levels the move between them.

    `category` is `benchmark`, `computed` or the measure; `mark_value` the move in percent, for a computed one
    100 * (last level / first level - 1), whose record is that of the last level. `benchmark_move_pct` is the
    move of the benchmark between the closes of `base_date` (the session before a stated move, the first level's
    day of a computed one) and of the day itself; null where these are not both stated: nothing is interpolated.
    """
    moves = chosen(tables, "index_moves", filters).with_columns(
        window_start=nw.col("window_start").cast(_DAY), window_end=nw.col("date").cast(_DAY)
    )
    rows = nw.concat([_stated(tables, moves), _between_levels(tables, moves)], how="vertical")
    return _lane(
        _beside(tables, rows),
        "market",
        "move_id",
        title_en=nw.col("index_name_en"),
        title_zh=nw.col("index_name_zh"),
        detail_en=nw.col("notes_en"),
        detail_zh=nw.col("notes_zh"),
        category=nw.col("category"),
        mark_value=nw.col("move_pct"),
        value_qualifier=nw.col("value_qualifier"),
        confidence=nw.col("confidence"),
        window_start=nw.col("window_start"),
        base_date=nw.col("base_date"),
        benchmark_en=nw.col("benchmark_en"),
        benchmark_zh=nw.col("benchmark_zh"),
        benchmark_move_pct=nw.col("benchmark_move_pct"),
        date_precision=nw.lit("day"),
        date_printed=nw.col("date").cast(nw.String).str.slice(0, 10),
    )


def _stated(tables: Tables, moves: Rows) -> Rows:
    """Percentages as the documents have them, with the day before each."""
    measure = nw.col("measure")
    window = nw.when(measure == "pct_change_window").then(nw.col("window_start"))
    rows = moves.filter(measure.is_in(MOVES)).with_columns(
        category=nw.when(nw.col("kind") == "benchmark").then(nw.lit("benchmark")).otherwise(measure),
        move_pct=nw.col("value"),
        first_day=nw.when(measure == "pct_change_day").then(nw.col("window_end")).otherwise(window),
    )
    dated = with_session_before(_with_benchmark(tables, rows))
    return dated.select(*_MOVE)


_MOVE = (
    *("move_id", "index_name_en", "index_name_zh", "notes_en", "notes_zh", "date", "category", "move_pct", "value_qualifier"),
    *("confidence", "window_start", "window_end", "base_date", "benchmark_id", "date_start", "date_mid", "date_end"),
    *("sectors", *_IN, "source_ids"),
)


def _with_benchmark(tables: Tables, rows: Rows) -> Rows:
    return rows.join(tables.frame("series").select("series_id", "benchmark_id", "currency"), on="series_id", how="left")


def _between_levels(tables: Tables, moves: Rows) -> Rows:
    """One row for each concept index with stated levels on two days; the first may lie outside the filters, the last may not."""
    every = tables.frame("index_moves").filter(
        nw.col("unit") == "points", nw.col("measure").is_in(LEVELS), nw.col("kind") == "concept_index"
    )
    # Of a day's close and high the close; of the same level in several documents the first record.
    closes = (nw.col("measure") == "close").max().over("series_id", "date")
    of_day = every.filter((nw.col("measure") == "close") | ~closes)
    levels = of_day.group_by("series_id", "date").agg(level=nw.col("value").max(), move_id=nw.col("move_id").min())
    levels = levels.with_columns(date=nw.col("date").cast(_DAY))
    spans = levels.group_by("series_id").agg(base_date=nw.col("date").min(), window_end=nw.col("date").max())
    spans = spans.filter(nw.col("base_date") < nw.col("window_end"))
    first = levels.select("series_id", base_date=nw.col("date"), first_level=nw.col("level"))
    last = levels.select("series_id", window_end=nw.col("date"), last_level=nw.col("level"), last_id=nw.col("move_id"))
    pairs = spans.join(first, on=["series_id", "base_date"], how="inner").join(last, on=["series_id", "window_end"], how="inner")
    pairs = pairs.select(move_id=nw.col("last_id"), base_date=nw.col("base_date"), ratio=nw.col("last_level") / nw.col("first_level"))
    rows = moves.join(pairs, on="move_id", how="inner").with_columns(
        category=nw.lit(COMPUTED), move_pct=100 * (nw.col("ratio") - 1), window_start=nw.col("base_date")
    )
    return _with_benchmark(tables, rows).select(*_MOVE)


def _beside(tables: Tables, rows: Rows) -> Rows:
    """Add the benchmark's name and its move over the same days, where both closes are stated."""
    closes = tables.frame("index_moves").filter(nw.col("unit") == "points", nw.col("measure") == "close")
    closes = closes.group_by("series_id", "date").agg(close=nw.col("value").max())
    closes = closes.select(benchmark_id=nw.col("series_id"), day=nw.col("date").cast(_DAY), close=nw.col("close"))
    before = closes.select("benchmark_id", base_date=nw.col("day"), before=nw.col("close"))
    after = closes.select("benchmark_id", window_end=nw.col("day"), after=nw.col("close"))
    beside = rows.join(before, on=["benchmark_id", "base_date"], how="left").join(after, on=["benchmark_id", "window_end"], how="left")
    names = tables.frame("series").select(benchmark_id="series_id", benchmark_en="name_en", benchmark_zh="name_zh")
    named = beside.with_columns(benchmark_move_pct=100 * (nw.col("after") / nw.col("before") - 1)).join(
        names, on="benchmark_id", how="left"
    )
    known = ~nw.col("benchmark_move_pct").is_null()
    kept = ("base_date", "benchmark_en", "benchmark_zh")
    return named.with_columns(**{c: nw.when(known | (nw.col("category") == COMPUTED)).then(nw.col(c)) for c in kept})


# Loaded levels -------------------------------------------------------------------------------------


def shown_series(tables: Tables, filters: Filters) -> tuple[LoadedSeries, ...]:
    """The loaded series that are drawn: those chosen, else a few that bear on the shown sectors and one broad index.

    Concept indices come first, then indices of a trade, funds, shares; within a kind by code.
    """
    offered = tables.levels.series
    if filters.series:
        return tuple(s for s in offered if s.code in filters.series)
    kinds = [k for k in filters.kind if k in _KINDS]
    wanted = {*filters.sectors, *(("cross",) if filters.cross else ())} if filters.sectors else None
    fit = [s for s in offered if (wanted is None or wanted & set(s.sectors)) and (not kinds or s.kind in kinds)]
    if not filters.cross:
        fit = [s for s in fit if set(s.sectors) != {"cross"}]
    ordered = sorted(fit, key=lambda s: (_KINDS.index(s.kind) if s.kind in _KINDS else len(_KINDS), s.code))
    own = [s for s in ordered if s.kind != "benchmark"][:SERIES_SHOWN]
    beside = [s for s in ordered if s.kind == "benchmark"]
    named = {s.benchmark for s in own}
    return tuple(own + sorted(beside, key=lambda s: s.code not in named)[:1])


def levels_lane(tables: Tables, filters: Filters, first: date, last: date) -> pd.DataFrame | None:
    """Loaded series as one row a day: `mark_value` is the close rebased to 100, never the close itself.

    The base is the last close on or before `first`, or the series' first close where it begins later
    (`base_date`). `category` is the kind of series. None where nothing is loaded.
    """
    parts = [part for series in shown_series(tables, filters) if (part := _rebased(tables, series, first, last)) is not None]
    return pd.concat(parts, ignore_index=True) if parts else None


def _rebased(tables: Tables, series: LoadedSeries, first: date, last: date) -> pd.DataFrame | None:
    try:
        levels = tables.levels.read(series.code, first - _BACK, last, ("date", "close")).to_pandas()
    except (LevelsUnreadable, KeyError) as error:
        log.error("loaded series %s: %s", series.code, error)
        return None
    closes = daily_closes(levels)
    if closes.empty:
        return None
    course = rebased(levels, max(pd.Timestamp(first), closes.index[0]))
    course = course[course["date"] >= pd.Timestamp(first)]
    if course.empty:
        return None
    day = course["date"].astype("datetime64[ms]")
    text = day.dt.strftime("%Y-%m-%d")
    same = {
        "lane": "levels",
        "table": "index_levels",
        "record_id": series.code,
        "title_en": series.name_en,
        "title_zh": series.name_zh,
        "category": series.kind,
        "date_precision": "day",
        "sectors": ";".join(series.sectors),
        **{f"in_{s}": s in series.sectors for s in (*CHOSEN_SECTORS, "cross")},
    }
    frame = pd.DataFrame(same, index=course.index)
    frame["mark_value"] = course["rebased_index"].astype("float64")
    frame["base_date"] = course["base_date"].astype("datetime64[ms]")
    frame["date_printed"] = text
    for column in ("date_start", "date_mid", "date_end"):
        frame[column] = day
    frame["is_headline"] = False
    frame["benchmark_move_pct"] = float("nan")
    frame["window_start"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ms]")
    missing = [c for c in COLUMNS if c not in frame.columns]
    return frame.assign(**{c: pd.Series(None, index=frame.index, dtype="str") for c in missing})[list(COLUMNS)]


def at(day: date) -> datetime:
    """A day as the time that literals are compared with."""
    return datetime.combine(day, time())
