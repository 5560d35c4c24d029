"""Frames of the event study: what loaded series did around an event, or what documents state of the days around it.

Where nothing is loaded, the stated levels and moves near the event take its place: nothing is known then of what
a series would have done anyway, and nothing between the stated days is drawn. What the days held besides (other
events, opinions, rounds) is counted under the chosen sectors alone, whatever the other filters.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

import narwhals as nw
import pandas as pd

from data.checks import split
from data.event_study import EventWindow, PooledWindows, Refusal, pooled, trading_day
from data.event_study import event_window as studied_event
from data.event_study.single import Window
from data.filters import Filters
from data.frames import stated_near, studied
from data.frames.common import chosen, collected
from data.frames.loaded_closes import daily
from data.frames.stated_near import calendar_window, mark_record
from data.frames.studied import Studied, windows_of
from data.levels.store import LoadedSeries
from data.tables import Tables

Rows = nw.LazyFrame[Any]
Record = dict[str, Any]

#: The event that a study opens with: Sora announced.
FIRST_STUDIED = "EV017"
#: Countries whose working day falls into the night of the exchanges that quote in these currencies.
_AMERICAS, _ASIAN_CURRENCIES = ("US", "CA"), ("CNY", "HKD")
_EVENT = ("event_id", "title_en", "title_zh", "short_title_en", "short_title_zh")
_OTHER = ("other_event_id", "other_title_en", "other_title_zh", "other_event_date", "other_kind")
_ASKED = ("return_model", "event_window", "estimation_window")
_FIT = ("alpha_pct", "beta", "sigma_pct", "drift_pct")
_DAY = ("return_pct", "benchmark_return_pct", "normal_return_pct", "abnormal_return_pct", "abnormal_se_pct", "abnormal_low_pct",
        "abnormal_high_pct", "abnormal_t", "abnormal_p", "abnormal_rank_p", "car_pct", "car_se_pct", "car_low_pct", "car_high_pct",
        "car_t", "car_p", "car_rank_z", "car_rank_p")  # fmt: skip
_REFUSED = ("refusal", "n_available", "n_needed", "lacking")
_TEXT, _NUMBER, _DATE = "str", "float64", "datetime64[us]"
_MARK_TYPES = (
    {"measure": _TEXT, "is_computed": "object", "base_date": _DATE, "window_start": _DATE, "window_end": _DATE, "move_pct": _NUMBER}
    | {"value_qualifier": _TEXT, "benchmark_move_pct": _NUMBER, "difference_pct": _NUMBER}
    | dict.fromkeys(("confidence", "notes_en", "notes_zh", "source_ids", "publisher"), _TEXT)
)
_REFUSED_TYPES = {"refusal": _TEXT, "n_available": _NUMBER, "n_needed": _NUMBER, "lacking": _TEXT}
_WINDOW_TYPES: dict[str, str] = (
    dict.fromkeys(("study_basis", "study_part", "study_mark", *_EVENT, "event_date", *_OTHER, *stated_near.SERIES, *_ASKED), _TEXT)
    | {"event_day_used": _DATE, "is_moved": "object", "moved_why": _TEXT, "may_reach_next_day": "object"}
    | dict.fromkeys(("n_estimation", *_FIT, "relative_day"), _NUMBER)
    | {"trading_date": _DATE}
    | dict.fromkeys(("n_sessions", *_DAY), _NUMBER)
    | _MARK_TYPES
    | _REFUSED_TYPES
    | {"window_first": _DATE, "window_last": _DATE}
    | dict.fromkeys(("n_other_events", "n_opinions_in_window", "n_rounds_in_window"), _NUMBER)
)
_TESTS = ("pct", "se_pct", "low_pct", "high_pct", "t", "p", "bmp", "bmp_p", "adj_bmp", "adj_bmp_p", "rank_z", "rank_p", "adj_rank_z",
          "adj_rank_p", "n_positive", "sign_p")  # fmt: skip
_POOLED_TYPES: dict[str, str] = (
    dict.fromkeys(("study_basis", "study_part", "study_mark", *_EVENT, "event_date", *stated_near.SERIES, *_ASKED), _TEXT)
    | dict.fromkeys(("n_events", "n_events_asked", "n_event_pairs", "n_overlapping", "overlapping_share_pct", "relative_day"), _NUMBER)
    | dict.fromkeys((f"{prefix}_{test}" for prefix in ("aar", "caar") for test in _TESTS), _NUMBER)
    | {"event_day_used": _DATE, "is_moved": "object"}
    | dict.fromkeys(("beta", "sigma_pct", "car_pct", "car_se_pct", "car_low_pct", "car_high_pct", "car_t", "car_p"), _NUMBER)
    | _MARK_TYPES
    | {"is_nearest": "object"}
    | _REFUSED_TYPES
)


def _typed(records: Iterable[Record], types: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(records), columns=list(types)).astype(types)


def _text(window: Window) -> str:
    return f"{window[0]}..{window[1]}"


def _parts(**parts: pd.DataFrame) -> Rows:
    """Frames of several shapes as rows of one, told apart by `study_rows`; what a shape does not have is empty."""
    least = pd.DataFrame(columns=["study_rows", "table", "record_id", "study_mark", "source_ids"], dtype="object")
    marked = [frame.assign(study_rows=name).astype("object") for name, frame in parts.items() if len(frame)]
    return nw.from_native(pd.concat([least, *marked], ignore_index=True)).lazy()


def _part(frame: pd.DataFrame, name: str, *columns: str) -> pd.DataFrame:
    """The rows of one shape, with these columns whatever they hold; in an order of their own, whatever the records' was."""
    rows = frame[frame["study_rows"] == name].reset_index(drop=True)
    return rows.reindex(columns=[*rows.columns, *(c for c in columns if c not in rows)])


# What is read ------------------------------------------------------------------------------------


def event_window_rows(tables: Tables, filters: Filters) -> Rows:
    """What a study of the chosen event is made of, told apart by `study_rows`.

    `event`: the event. `other`, `opinion`, `round`: records dated in its window, under the chosen sectors; events
    known to the month count where they touch it, all others where they lie in it. `series` and `close`: the shown
    loaded series with their benchmarks, and the daily closes that the windows need. Where no series is shown,
    `mark`: records of stated levels, and of stated moves that begin in the window, as in
    `data.frames.markets.stated_moves_rows`. The window decides on days, so the filters' dates do not.
    """
    wanted = filters.event or FIRST_STUDIED
    found = collected(tables.frame("events").filter(nw.col("event_id") == wanted))
    if found.empty or pd.isna(found["date_start"].iloc[0]):
        return _parts()
    event = _described(found.iloc[0].to_dict())
    american = collected(tables.frame("entities").filter(nw.col("country").is_in(_AMERICAS)).select("entity_id"))
    actors = event.pop("actor_ids")
    event["is_american"] = isinstance(actors, str) and bool({*split(actors)} & {*american["entity_id"]})
    window, estimation = windows_of(filters)
    shown = studied.shown(tables.levels, filters)
    first, last = calendar_window(event["date_start"], event["date_end"], window)
    parts: dict[str, pd.DataFrame] = {}
    if shown:
        parts = _loaded(tables, shown, (event["date_start"], event["date_end"]), window, estimation)
        traded = _traded(parts, event["date_start"], window) if event["date_precision"] == "day" else None
        first, last = traded or (first, last)
    else:
        lifted = filters.without("from", "to")
        parts["mark"] = pd.concat(
            [stated_near.since(tables, lifted, event, first, last), stated_near.beginning(tables, lifted, first, last)]
        )
    event |= {"window_first": pd.Timestamp(first), "window_last": pd.Timestamp(last)}
    return _parts(event=pd.DataFrame([event]), **_beside(tables, filters, wanted, first, last), **parts)


def _described(row: Record) -> Record:
    """An event as it stands in the rows."""
    kept = (*_EVENT, "date_precision", "kind", "actor_ids", "source_ids")
    days = {name: row[name].date() for name in ("date_start", "date_end")}
    return {name: row[name] for name in kept} | days | {"event_date": row["date"]} | _key("events", row["event_id"])


def _key(table: str, record: str, mark: str = "") -> Record:
    return {"table": table, "record_id": record, "study_mark": mark or record}


def _loaded(
    tables: Tables, shown: tuple[Studied, ...], days: tuple[date, date], window: Window, estimation: Window
) -> dict[str, pd.DataFrame]:
    """The shown series in order, and the closes of each and of its benchmark over the days that the windows may take."""
    first, last = studied.reach(*days, window, estimation)
    codes: dict[str, LoadedSeries] = {}
    for one in shown:
        codes |= {s.code: s for s in (one.series, one.benchmark) if s is not None}
    closes = [_closes(tables, code, first, last) for code in codes]
    series = pd.DataFrame([studied.described(one) | {"place": i} for i, one in enumerate(shown)])
    return {"series": series, "close": pd.concat(closes, ignore_index=True)}


def _closes(tables: Tables, code: str, first: date, last: date) -> pd.DataFrame:
    """One row a day with a close: `series_id`, `close_date`, `close`."""
    return daily(tables.levels, code, first, last).rename(columns={"level_time": "close_date"}).assign(series_id=code)


def _traded(parts: dict[str, pd.DataFrame], day: date, window: Window) -> tuple[date, date] | None:
    """First and last day of the window by the days on which the series traded: the outermost of all; None where none did."""
    dates = {code: pd.DatetimeIndex(part["close_date"]) for code, part in parts["close"].groupby("series_id")}
    ends = []
    for row in parts["series"].to_dict("records"):
        common = dates.get(row["series_id"], pd.DatetimeIndex([]))
        if row["benchmark_id"]:
            common = common.intersection(dates.get(row["benchmark_id"], pd.DatetimeIndex([])))
        found = trading_day(common, day) if len(common) and common[0] <= pd.Timestamp(day) else None
        if found is not None:
            low, high = (min(max(found[0] + edge, 0), len(common) - 1) for edge in window)
            ends += [common[low].date(), common[high].date()]
    return (min(ends), max(ends)) if ends else None


def _beside(tables: Tables, filters: Filters, event_id: str, first: date, last: date) -> dict[str, pd.DataFrame]:
    """Other events, opinions and rounds dated from `first` to `last`, of the chosen sectors."""
    scope = Filters(sectors=filters.sectors, cross=filters.cross)
    start, end = (nw.lit(datetime.combine(day, time())) for day in (first, last))
    inside = (nw.col("date_start") >= start) & (nw.col("date_end") <= end)
    touching = nw.col("date_precision").is_in(("day", "month")) & (nw.col("date_start") <= end) & (nw.col("date_end") >= start)
    other = nw.col("event_id") != event_id
    names = {"other_event_id": "event_id", "other_title_en": "title_en", "other_title_zh": "title_zh", "other_event_date": "date"}
    events = collected(chosen(tables, "events", scope).filter(touching, other))
    events = events.assign(**{new: events[old] for new, old in names.items()}, other_kind=events["kind"])
    events["date_start"] = events["date_start"].dt.date
    found = {"other": events[[*_OTHER, "date_precision", "date_start", "source_ids", "event_id"]].rename(columns={"event_id": "record_id"})}
    for part, table, key in (("opinion", "opinions", "opinion_id"), ("round", "funding_rounds", "round_id")):
        rows = chosen(tables, table, scope).filter(inside).select(record_id=nw.col(key), source_ids=nw.col("source_ids"))
        found[part] = collected(rows)
    tables_of = {"other": "events", "opinion": "opinions", "round": "funding_rounds"}
    for part, frame in found.items():
        # An opinion or a round is counted, not drawn: no mark leads to it.
        found[part] = frame.assign(table=tables_of[part], study_mark=frame["record_id"] if part == "other" else None)
    return found


# One event ---------------------------------------------------------------------------------------


def event_window(rows: Rows, filters: Filters) -> pd.DataFrame:
    """One event, day by day in each shown series; or what documents state of the days around it.

    Rows in: as in `event_window_rows`. Rows out, by `study_part`, in this order:

    - `event`: the event that is studied; `other_event`: one other event dated in its window, with `relative_day` by
      the days of the first series (the next trading day; empty where it is known to the month only).
    - `day`, where `study_basis` is `loaded`: one trading day of one series. Formulas, tests and bands as in
      `data.event_study.event_window`; simple returns, bands at 95%.
    - `refused`: a series that could not be studied, why, and what it would take.
    - `level` and `move`, where it is `stated`: a stated level as a move since the last one before the event, and a
      stated move, each as in `data.frames.markets.stated_moves`.

    `window_first` to `window_last` are the days of the window: of all series, or by the calendar where none is
    loaded. In them lie `n_other_events`, `n_opinions_in_window` and `n_rounds_in_window`.
    """
    frame = collected(rows)
    events = _part(frame, "event")
    if events.empty:
        return _typed([], _WINDOW_TYPES)
    event = events.iloc[0].to_dict()
    series = _part(frame, "series", *stated_near.SERIES, "currency", "place").sort_values("place")
    window, estimation = windows_of(filters)
    loaded = len(series) > 0
    shared = {name: event[name] for name in (*_EVENT, "event_date", "window_first", "window_last")}
    shared |= {"study_basis": "loaded" if loaded else "stated", "event_window": _text(window)}
    shared |= {name: int((frame["study_rows"] == part).sum()) for name, part in _COUNTED.items()}
    shared |= {"return_model": filters.model, "estimation_window": _text(estimation)} if loaded else {}
    closes = _by_code(frame)
    results = [(row, _study(closes, row, event, filters)) for row in series.to_dict("records")]
    dates = next((result.days for _, result in results if isinstance(result, EventWindow)), None)
    records: list[Record] = [{"study_part": "event", "study_mark": event["event_id"], "source_ids": event["source_ids"]}]
    records[0] |= {"relative_day": 0} if dates is not None else {}
    others = _part(frame, "other", *_OTHER, "date_start", "date_precision").sort_values(["date_start", "other_event_id"])
    records += [_other(row, dates) for row in others.to_dict("records")]
    for row, result in results:
        records += _days(row, result, event) if isinstance(result, EventWindow) else [_names(row) | _refused(result, event["event_id"])]
    marks = stated_near.marks_of(_part(frame, "mark"))
    since = marks["mark_id"].astype(str).str.startswith("since:")
    for part, some in (("level", marks[since]), ("move", marks[~since])):
        records += [{"study_part": part} | mark_record(mark) for mark in some.to_dict("records")]
    return _typed([shared | record for record in records], _WINDOW_TYPES)


_COUNTED = {"n_other_events": "other", "n_opinions_in_window": "opinion", "n_rounds_in_window": "round"}


def _by_code(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The closes of each series: `date`, `close`."""
    closes = _part(frame, "close", "series_id", "close_date", "close")
    typed = pd.DataFrame({"date": pd.to_datetime(closes["close_date"]), "close": closes["close"].astype("float64")})
    return {str(code): typed.loc[at].sort_values("date", ignore_index=True) for code, at in closes.groupby("series_id").groups.items()}


def _study(closes: dict[str, pd.DataFrame], series: Record, event: Record, filters: Filters) -> EventWindow | Refusal:
    """One event in one series; refused too where the event's day is not known."""
    if event["date_precision"] != "day":
        return Refusal("event_day_unknown")
    nothing = pd.DataFrame({"date": pd.DatetimeIndex([]), "close": pd.Series([], dtype="float64")})
    benchmark = closes.get(series["benchmark_id"], nothing) if isinstance(series["benchmark_id"], str) else None
    window, estimation = windows_of(filters)
    return studied_event(closes.get(series["series_id"], nothing), benchmark, event["date_start"], window, estimation, filters.model)


def _names(series: Record) -> Record:
    return {name: series[name] for name in stated_near.SERIES}


def _days(series: Record, result: EventWindow, event: Record) -> list[Record]:
    """A record for each day of the window."""
    abroad = event["is_american"] and series["currency"] in _ASIAN_CURRENCIES
    about = _names(series) | {
        "study_part": "day",
        "study_mark": event["event_id"],
        "source_ids": event["source_ids"],
        "event_day_used": pd.Timestamp(result.trading_day),
        "is_moved": result.is_moved,
        "moved_why": result.moved_why or None,
        "may_reach_next_day": bool(abroad and not result.is_moved),
        "n_estimation": result.n_estimation,
    }
    about |= {name: getattr(result, name) for name in _FIT}
    days = result.days.rename(columns={"date": "trading_date", "rank_p": "abnormal_rank_p"})
    wanted = ["relative_day", "trading_date", "n_sessions", *_DAY]
    return [about | day for day in days[wanted].to_dict("records")]


def _refused(refusal: Refusal, mark: str) -> Record:
    asked = {"n_available": refusal.n, "n_needed": refusal.needed} if refusal.needed else {}
    return {"study_part": "refused", "study_mark": mark, "refusal": refusal.reason, "lacking": refusal.lacking or None} | asked


def _other(row: Record, days: pd.DataFrame | None) -> Record:
    """Another event of the window, on the trading day that it would count on."""
    record = {name: row[name] for name in (*_OTHER, "source_ids")} | {"study_part": "other_event", "study_mark": row["other_event_id"]}
    if days is None or row["date_precision"] != "day":
        return record
    found = trading_day(days["date"], row["date_start"])
    before = days["date"].iloc[0] - timedelta(days=1) > pd.Timestamp(row["date_start"])
    return record if found is None or before else record | {"relative_day": int(days["relative_day"].iloc[found[0]])}


# Several events ------------------------------------------------------------------------------------


def event_pooled_rows(tables: Tables, filters: Filters) -> Rows:
    """What several events are pooled from, told apart by `study_rows`.

    `event`: every headline event under the filters. `series` and `close`: as in `event_window_rows`, over all their
    windows. Where no series is shown, `mark`: the records of stated moves that begin and end in the window of an
    event and do not end before it, once for each event, their `mark_id` led by the event's id and a colon. Moves of
    benchmarks stand beside others and are no moves of an event.
    """
    found = collected(chosen(tables, "events", filters).filter(nw.col("is_headline"), ~nw.col("date_start").is_null()))
    found = found.sort_values(["date_start", "event_id"], kind="stable")
    window, estimation = windows_of(filters)
    if found.empty:
        return _parts()
    events = pd.DataFrame([_described(row) for row in found.to_dict("records")]).drop(columns="actor_ids")
    shown = studied.shown(tables.levels, filters)
    if shown:
        reached = (events["date_start"].min(), events["date_end"].max())
        return _parts(event=events, **_loaded(tables, shown, reached, window, estimation))
    lifted = filters.without("from", "to")
    near = stated_near.near_events(tables, lifted, events.to_dict("records"), window)
    return _parts(event=events, mark=near)


def event_pooled(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Headline events pooled in each shown series; or the stated moves near each of them.

    Rows in: as in `event_pooled_rows`. Rows out, by `study_part`, in this order:

    - `day`, where `study_basis` is `loaded`: one relative day of one series, over the `n_events` of the
      `n_events_asked` events that could be studied; formulas and tests as in `data.event_study.pooled`.
    - `event`: one event in one series, what it cumulated by the window's last day. The same in stated data: one
      event near which no move is stated has its `n_available` 0.
    - `refused`: an event that could not be studied in a series, or (without an event) a series with too few.
    - `move`, where it is `stated`: a stated move that begins and ends in the event's window. `is_nearest` marks one for each
      event: moves of indices before those of funds and shares, those with a known benchmark before the others, then
      the one that begins nearest to the event.

    Of two events on one trading day the second is refused, as it would count the same returns again.
    """
    frame = collected(rows)
    events = _part(frame, "event", "date_start", "event_id").sort_values(["date_start", "event_id"], kind="stable")
    if events.empty:
        return _typed([], _POOLED_TYPES)
    series = _part(frame, "series", *stated_near.SERIES, "currency", "place").sort_values("place")
    window, estimation = windows_of(filters)
    loaded = len(series) > 0
    shared = {"study_basis": "loaded" if loaded else "stated", "event_window": _text(window), "n_events_asked": len(events)}
    shared |= {"return_model": filters.model, "estimation_window": _text(estimation)} if loaded else {}
    closes = _by_code(frame)
    records: list[Record] = []
    for row in series.to_dict("records"):
        records += [_names(row) | record for record in _pooled(closes, row, events.to_dict("records"), filters)]
    if not loaded:
        records += _stated(events, stated_near.marks_of(_part(frame, "mark")))
    order = {part: place for place, part in enumerate(("day", "event", "refused", "move"))}
    records.sort(key=lambda record: order[record["study_part"]])
    return _typed([shared | record for record in records], _POOLED_TYPES)


def _pooled(closes: dict[str, pd.DataFrame], series: Record, events: list[Record], filters: Filters) -> list[Record]:
    """The records of one series: days, events, refusals."""
    used: dict[date, tuple[Record, EventWindow]] = {}
    records: list[Record] = []
    window, estimation = windows_of(filters)
    for event in events:
        # Each event gets the days that it may need, not the years of all: the same result in a fraction of the time.
        first, last = (pd.Timestamp(day) for day in studied.reach(event["date_start"], event["date_end"], window, estimation))
        around = {code: closes[code] for code in (series["series_id"], series["benchmark_id"]) if code in closes}
        around = {code: frame.iloc[slice(*frame["date"].searchsorted([first, last]))] for code, frame in around.items()}
        result = _study(around, series, event, filters)
        if isinstance(result, EventWindow) and result.trading_day in used:
            result = Refusal("same_trading_day")
        if isinstance(result, EventWindow):
            used[result.trading_day] = (event, result)
        else:
            records.append(_event_facts(event) | _refused(result, event["event_id"]))
    for event, result in used.values():
        records.append(_event_facts(event) | _event_result(result))
    together = pooled([result for _, result in used.values()])
    if isinstance(together, Refusal):
        return [*records, _refused(together, "")]
    return records + _pooled_days(together)


def _event_facts(event: Record) -> Record:
    facts = {name: event[name] for name in (*_EVENT, "event_date")}
    return facts | {"study_part": "event", "study_mark": event["event_id"], "source_ids": event["source_ids"]}


def _event_result(result: EventWindow) -> Record:
    """What an event cumulated by the last day of its window."""
    last = result.days.iloc[-1].to_dict()
    found = {
        "event_day_used": pd.Timestamp(result.trading_day),
        "is_moved": result.is_moved,
        "beta": result.beta,
        "sigma_pct": result.sigma_pct,
    }
    return found | {f"car_{name}": last[f"car_{name}"] for name in ("pct", "se_pct", "low_pct", "high_pct", "t", "p")}


def _pooled_days(together: PooledWindows) -> list[Record]:
    about = {
        "study_part": "day",
        "n_events": together.n_events,
        "n_event_pairs": together.n_pairs,
        "n_overlapping": together.n_overlapping,
        "overlapping_share_pct": 100 * together.overlapping_share,
    }
    return [about | day for day in together.days.to_dict("records")]


def _stated(events: pd.DataFrame, marks: pd.DataFrame) -> list[Record]:
    """Each event with the number of moves near it, and these moves, the nearest of each marked."""
    records: list[Record] = []
    owner = marks["mark_id"].astype(str).str.split(":").str[0]
    for event in events.to_dict("records"):
        mine = marks[owner == event["event_id"]]
        facts = _event_facts(event)
        records.append(facts | {"n_available": len(mine)})
        nearest = stated_near.nearest(mine, pd.Timestamp(event["date_start"]))
        moves = [
            facts | mark_record(mark) | {"study_part": "move", "is_nearest": mark["mark_id"] == nearest} for mark in mine.to_dict("records")
        ]
        records += moves
    return records
