"""Frames of levels: what documents state of a series, and the course of series that somebody loaded.

Documents state single days, which are marks and never a line. A loaded series has every session between its first
and its last: rebased, as it stands, below its peak, how much it swings, or how it moves with its benchmark.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from math import ceil
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from data.catalog import LIST_SEPARATOR
from data.event_study import daily_returns, drawdown, rolling_beta, rolling_volatility
from data.filters import Filters
from data.frames import loaded_closes, studied
from data.frames.common import chosen, collected
from data.frames.documents import with_publisher
from data.frames.markets import LEVELS
from data.frames.studied import Studied, shifted
from data.levels.store import LoadedSeries
from data.loaded import Loaded
from data.tables import Tables

Rows = nw.LazyFrame[Any]
Record = dict[str, Any]

#: Loaded series are shown from here on where no date is asked for: a year before the first video model that anyone could use.
SHOWN_SINCE = date(2022, 1, 1)
#: More series on one chart cannot be told apart.
MOST = 8
#: Finer levels are shown as they are over so many calendar days; over longer ones the last of each day.
FINER_DAYS = 31
#: Sessions that a volatility and a beta look back over.
VOLATILITY_SESSIONS, BETA_SESSIONS = 60, 120
_LOOKS_BACK = {"volatility": VOLATILITY_SESSIONS, "beta": BETA_SESSIONS}
#: Measures beside which a stated level can stand.
_OF_LEVELS = ("rebased", "level")
#: The column that each measure fills.
VALUES = {
    "rebased": "level_rebased",
    "level": "loaded_level",
    "drawdown": "drawdown_pct",
    "volatility": "volatility_pct",
    "beta": "rolling_beta",
}
#: Columns that rows have for other reasons than a stated level.
_OF_LOADED = ("level_basis", "course_measure", "time_of_day", "event_id", "short_title_en", "short_title_zh", "benchmark_id",
              "benchmark_en", "benchmark_zh")  # fmt: skip
_TEXT, _NUMBER, _DATE = "str", "float64", "datetime64[us]"
_TYPES: dict[str, str] = (
    dict.fromkeys(("move_id", "series_id", "index_name_en", "index_name_zh", "kind", "sectors", "level_basis", "course_measure"), _TEXT)
    | {"date": _DATE, "time_of_day": _TEXT, "measure": _TEXT, "value": _NUMBER, "unit": _TEXT, "base_date": _DATE}
    | dict.fromkeys(VALUES.values(), _NUMBER)
    | dict.fromkeys(("benchmark_id", "benchmark_en", "benchmark_zh", "event_id", "short_title_en", "short_title_zh"), _TEXT)
    | {"n": "int64"}
    | dict.fromkeys(("notes_en", "notes_zh", "source_ids", "publisher"), _TEXT)
)


# What is read ------------------------------------------------------------------------------------


def index_levels_rows(tables: Tables, filters: Filters) -> Rows:
    """What the levels are drawn from, told apart by `level_rows`.

    `stated`: stated levels and closing prices under the filters. Where loaded series are shown besides, `series`, one
    row each in order of `place` (`is_reference` where it is there only as a benchmark): what is known of it, and as
    arrays `level_times` and `level_closes` (for a beta `benchmark_times` and `benchmark_closes` too), its levels in
    the dates asked for, from `shown_since` on: 2022 where none are. Finer ones are the last of each day, unless the
    dates span a month or less. Before that come the sessions that a volatility or a beta looks back over. `base_time`
    and `base_close` are those of the chosen event's trading day, where its day is known. Only these days are read.
    With series chosen by name, stated levels of others are left out.
    """
    moves = chosen(tables, "index_moves", filters).filter(nw.col("unit") != "percent", nw.col("measure").is_in(LEVELS))
    moves = moves.with_columns(table=nw.lit("index_moves"), record_id=nw.col("move_id"), level_rows=nw.lit("stated"))
    stated = with_publisher(moves, tables)
    event = collected(tables.frame("events").filter(nw.col("event_id") == filters.event))
    shown = shown_series(tables.levels, filters)
    if not shown:
        return stated
    start, last = dates_shown([one.series for one, is_reference in shown if not is_reference], filters)
    first = None if start is None else shifted(start, -_calendar_days(filters.measure))
    known = _event(event) if filters.measure == "rebased" else {}
    series = []
    for place, (one, is_reference) in enumerate(shown):
        row = studied.described(one) | {"place": place, "is_reference": is_reference, "sectors": LIST_SEPARATOR.join(one.series.sectors)}
        finer = is_finer(one.series, start, last, filters.measure)
        row |= _arrays("level", (loaded_closes.moments if finer else loaded_closes.daily)(tables.levels, one.series.code, first, last))
        if filters.measure == "beta" and one.benchmark:
            row |= _arrays("benchmark", loaded_closes.daily(tables.levels, one.benchmark.code, first, last))
        row |= (known | _base(tables.levels, one.series, known["event_day"])) if known else {}
        series.append(row)
    frame = collected(stated)
    if filters.series:
        frame = frame[frame["series_id"].isin([one.series.code for one, _ in shown])]
    described = pd.DataFrame(series).rename(columns={"series_kind": "kind"}).assign(level_rows="series", shown_since=start)
    return nw.from_native(pd.concat([frame, described.astype("object")], ignore_index=True)).lazy()


def _arrays(name: str, closes: pd.DataFrame) -> Record:
    return {f"{name}_times": closes["level_time"].to_numpy(), f"{name}_closes": closes["close"].to_numpy()}


def shown_series(loaded: Loaded, filters: Filters) -> list[tuple[Studied, bool]]:
    """The loaded series that are shown, each with its benchmark, then these benchmarks themselves (True).

    A benchmark is drawn where it can be compared: not beside raw levels, and not as its own beta.
    """
    own = [Studied(s, studied.benchmark_of(loaded, s, filters)) for s in studied.matching(loaded, filters)[:MOST]]
    shown = [(one, False) for one in own]
    if filters.measure in ("level", "beta"):
        return shown
    codes = {one.series.code for one in own}
    beside = {one.benchmark.code: one.benchmark for one in own if one.benchmark and one.benchmark.code not in codes}
    return shown + [(Studied(series, None), True) for series in beside.values()]


def dates_shown(series: Iterable[LoadedSeries], filters: Filters) -> tuple[date | None, date | None]:
    """First and last day asked for; from 2022 on where none is and any series reaches it."""
    reaches = any(s.last >= SHOWN_SINCE.isoformat() for s in series) and (not filters.last_day or filters.last_day >= SHOWN_SINCE)
    return filters.first_day or (SHOWN_SINCE if reaches else None), filters.last_day


def is_finer(series: LoadedSeries, start: date | None, last: date | None, measure: str) -> bool:
    """Whether a series is shown by its moments rather than its days."""
    if not series.is_intraday or measure not in _OF_LEVELS:
        return False
    first, end = date.fromisoformat(series.first), date.fromisoformat(series.last)
    return (min(last or end, end) - max(start or first, first)).days < FINER_DAYS


def _calendar_days(measure: str) -> int:
    """Calendar days that surely hold the sessions that a measure looks back over."""
    return ceil(_LOOKS_BACK[measure] * 1.6) + 30 if measure in _LOOKS_BACK else 0


def _event(events: pd.DataFrame) -> Record:
    """The chosen event where its day is known: what it is called, and `event_day`."""
    known = events[events["date_precision"] == "day"]
    for row in known.to_dict("records"):
        titles = {f"short_title_{lang}": _text(row[f"short_title_{lang}"]) or row[f"title_{lang}"] for lang in ("en", "zh")}
        return {"event_id": row["event_id"], "event_day": row["date_start"].date()} | titles
    return {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _base(loaded: Loaded, series: LoadedSeries, day: date) -> Record:
    """The close of the event's trading day, wherever the dates shown begin; none where the series begins after the event."""
    if series.first > day.isoformat():
        return {}
    near = loaded_closes.daily(loaded, series.code, day, shifted(day, loaded_closes.SESSION_BEFORE_DAYS))
    found = loaded_closes.since(near, day)
    return {"base_time": found[0], "base_close": found[1]} if found else {}


# What is drawn -----------------------------------------------------------------------------------


def index_levels(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Levels in time: of loaded series every session of the dates shown, of others the days that documents state.

    Rows in: as in `index_levels_rows`. Rows out: one stated level, or one day (or moment) of a loaded series, told
    apart by `level_basis`; loaded series first, in their order, then stated ones by their first day. Of the values
    only that of `course_measure` is filled:

    - `level_rebased`: 100 * level / level on `base_date`, for loaded series the trading day of the chosen event (the
      next where the exchange was closed on it), else the first day shown; for series that are only stated the day of
      their first level shown (one alone is not rebased). A stated level of a loaded series has that series' base.
    - `loaded_level`: the level as loaded; stated levels stand in `value`, which they have whatever the measure.
    - `drawdown_pct`: below the highest close since the first day shown; `volatility_pct`: of the daily returns of
      60 sessions, annualised; `rolling_beta`: slope against `benchmark_id` over 120 common sessions. Formulas in
      `data.event_study.courses`. No stated level stands beside these.

    `n` is the number of rows of the series and basis. Where nothing is loaded the measure is `rebased`.
    """
    frame = collected(rows)
    is_stated = frame["level_rows"] == "stated"
    series = frame[~is_stated].sort_values("place") if "place" in frame else frame[~is_stated]
    if series.empty:
        return _typed([_stated(frame[is_stated], {}, "rebased")])
    measure = filters.measure
    parts: list[pd.DataFrame] = []
    bases: dict[str, Any] = {}
    for row in series.to_dict("records"):
        levels = _closes(row, "level")
        base = _base_of(row, levels)
        bases |= {row["series_id"]: base} if base else {}
        course = _course(measure, levels, _closes(row, "benchmark"), base)
        if pd.notna(row["shown_since"]):
            course = course[course["date"] >= pd.Timestamp(row["shown_since"])]
        parts.append(_loaded(course.reset_index(drop=True), row, measure))
    if measure in _OF_LEVELS:
        parts.append(_stated(frame[is_stated], bases if measure == "rebased" else {}, measure))
    return _typed(parts)


def _closes(row: Record, name: str) -> pd.DataFrame:
    """`date`, `close` of a series or its benchmark."""
    times, closes = row.get(f"{name}_times"), row.get(f"{name}_closes")
    known = isinstance(times, np.ndarray)
    return pd.DataFrame({"date": times if known else [], "close": closes if known else []}).astype({"date": _DATE, "close": _NUMBER})


def _base_of(row: Record, levels: pd.DataFrame) -> tuple[pd.Timestamp, float] | None:
    """The event's trading day and its close, else the first day shown."""
    if pd.notna(row.get("base_close")):
        return pd.Timestamp(row["base_time"]), float(row["base_close"])
    shown = levels[levels["date"] >= pd.Timestamp(row["shown_since"])] if pd.notna(row["shown_since"]) else levels
    return (shown["date"].iloc[0], float(shown["close"].iloc[0])) if len(shown) else None


def _course(measure: str, levels: pd.DataFrame, benchmark: pd.DataFrame, base: tuple[pd.Timestamp, float] | None) -> pd.DataFrame:
    """One row a level: `date`, the column of the measure, and `base_date` of rebased ones."""
    if measure == "rebased":
        day, at = base or (pd.NaT, float("nan"))
        return pd.DataFrame({"date": levels["date"], "level_rebased": 100 * levels["close"] / at, "base_date": day})
    if measure == "level":
        return levels.rename(columns={"close": "loaded_level"})
    if measure == "drawdown":
        return drawdown(levels)[["date", "drawdown_pct"]]
    if measure == "volatility":
        return rolling_volatility(daily_returns(levels), VOLATILITY_SESSIONS).dropna()
    if benchmark.empty:
        return pd.DataFrame({"date": levels["date"].head(0), "rolling_beta": levels["close"].head(0)})
    found = rolling_beta(levels, benchmark, BETA_SESSIONS)[["date", "beta"]]
    return found.dropna().rename(columns={"beta": "rolling_beta"})


def _loaded(course: pd.DataFrame, row: Record, measure: str) -> pd.DataFrame:
    """A course with what is known of its series."""
    names = ["series_id", "index_name_en", "index_name_zh", "kind", "sectors", "event_id", "short_title_en", "short_title_zh"]
    names += ["benchmark_id", "benchmark_en", "benchmark_zh"] if measure == "beta" else []
    times = course["date"]
    if (times != times.dt.normalize()).any():
        course = course.assign(time_of_day=times.dt.strftime("%H:%M:%S"))
    same = {name: row.get(name) for name in names} | {"level_basis": "loaded", "measure": "close", "n": len(course)}
    return _filled(course, same | {"course_measure": measure})


def _stated(rows: pd.DataFrame, bases: dict[str, tuple[Any, float]], measure: str) -> pd.DataFrame:
    """Stated levels by series and date, rebased to the loaded base of their series, else to the first level shown."""
    frame = rows.sort_values(["date", "move_id"], kind="stable")
    by_series = frame.groupby("series_id", sort=False)
    n = by_series["move_id"].transform("size").astype("int64")
    first, first_value = by_series["date"].transform("min"), by_series["value"].transform("first").astype(_NUMBER)
    loaded = frame["series_id"].isin(list(bases))
    days, at = ({code: base[part] for code, base in bases.items()} for part in (0, 1))
    frame = frame.assign(
        n=n,
        base_date=first.where(n > 1).astype(_DATE).where(~loaded, frame["series_id"].map(days)),
        level_rebased=100 * frame["value"].astype(_NUMBER) / first_value.where(n > 1).where(~loaded, frame["series_id"].map(at)),
        first=first,
    )
    ordered = frame.sort_values(["first", "series_id", "date", "move_id"], kind="stable").reset_index(drop=True)
    kept = ordered[[c for c in _TYPES if c in ordered and c not in _OF_LOADED]]
    return _filled(kept, {"level_basis": "stated", "course_measure": measure})


def _filled(frame: pd.DataFrame, same: Record) -> pd.DataFrame:
    """All columns in their types: those of the frame, those with one value in every row, empty ones."""
    columns = {}
    for name, kind in _TYPES.items():
        value = same.get(name)
        one = value if value is not None and value == value else None
        columns[name] = frame[name].astype(kind) if name in frame else pd.Series(one, index=frame.index, dtype=kind)
    return pd.DataFrame(columns)


def _typed(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The parts as one frame; parts without rows say nothing."""
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
