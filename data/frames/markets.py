"""Frames of the markets page: what was stated of indices and shares, and what happened on which day.

A percentage stands beside the move of its benchmark only where a close of the benchmark is known on both
days that the move is measured between: one that a document states, else one that somebody loaded. Nothing is
interpolated: an index without a close on one of the two days has no move.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import narwhals as nw
import pandas as pd

from data.catalog import LIST_SEPARATOR
from data.filters import Filters
from data.frames.common import chosen, collected, shown_sectors
from data.frames.documents import with_publisher
from data.frames.loaded_benchmarks import LOADED, with_loaded
from data.tables import Tables

Rows = nw.LazyFrame[Any]

#: The day on which Sora was announced, by the calendar of China, whose markets the indices are of.
SORA_ANNOUNCED = date(2024, 2, 16)
LEVELS = ("close", "high")
MOVES = ("pct_change_window", "pct_change_day", "pct_change_intraday")
INDEX_KINDS = ("concept_index", "sector_index")
#: How many moves are listed one by one.
LISTED = 12
#: Words of a note that say when a figure was read; what says neither was read while trading went on.
_DAY_PARTS = {"midday": re.compile(r"midday"), "morning": re.compile(r"morning|\b(9|10|11):[0-5]\d\b")}
#: The long holidays of the Shanghai and Shenzhen exchanges: first day closed, first session after, last session before.
#: Of other holidays nothing is said here, and a move that would need them has no benchmark.
MAINLAND_HOLIDAYS = (
    (date(2024, 2, 9), date(2024, 2, 19), date(2024, 2, 8)),
    (date(2024, 10, 1), date(2024, 10, 8), date(2024, 9, 30)),
    (date(2025, 1, 28), date(2025, 2, 5), date(2025, 1, 27)),
    (date(2025, 10, 1), date(2025, 10, 9), date(2025, 9, 30)),
    (date(2026, 2, 14), date(2026, 2, 24), date(2026, 2, 13)),
)
#: What a record can be for a mark, nearest first.
MARK_PARTS = ("move", "level_start", "level_end", "benchmark_start", "benchmark_end")
_MARK = ["mark_id", "is_computed", "base_date", "window_end", "benchmark_id"]
_PART = ["move_id", "mark_part", *_MARK]
_DAY = nw.Datetime("ms")


def stated_moves_rows(tables: Tables, filters: Filters) -> Rows:
    """The records behind each mark: one record in one `mark_part` of one mark.

    Parts: `move`, a stated percentage; `level_start` and `level_end`, the two levels that a move is
    computed from; `benchmark_start` and `benchmark_end`, the closes of the benchmark on the day that
    the move starts from and on its last day, both or neither. Levels of a window's first day and of
    benchmarks are taken whatever the filters say; the mark itself must pass them. `near_day` is the day of the
    chosen event. Where no closes are stated and the benchmark (or one of the same currency, for a series without
    one) is loaded, `loaded_move_pct` is its move between the closes of `loaded_base_date` and the last day.
    """
    series = tables.frame("series").select("series_id", "benchmark_id", "currency")
    levels = _levels(tables)
    moves = chosen(tables, "index_moves", filters)
    first, last = _computed(levels, moves, series)
    stated = _stated(moves, series)
    marks = nw.concat([stated, last], how="vertical")
    closes = levels.filter(nw.col("measure") == "close")
    before = _benchmark_closes(closes, marks, "base_date", "benchmark_start")
    end = _benchmark_closes(closes, marks, "window_end", "benchmark_end")
    known = before.select("mark_id").join(end.select("mark_id"), on="mark_id", how="semi")
    benchmarks = [part.join(known, on="mark_id", how="semi") for part in (before, end)]
    parts = nw.concat([stated, first, last, *benchmarks], how="vertical")
    names = tables.frame("series").select(benchmark_id="series_id", benchmark_en="name_en", benchmark_zh="name_zh")
    records = tables.frame("index_moves").join(parts, on="move_id", how="inner").join(names, on="benchmark_id", how="left")
    titles = ("title_en", "title_zh", "short_title_en", "short_title_zh")
    near = tables.frame("events").select("event_id", *titles, near_day=nw.col("date_start"))
    found = with_publisher(records.with_columns(event_id=nw.lit(filters.event)).join(near, on="event_id", how="left"), tables)
    return nw.from_native(with_loaded(collected(found), tables)).lazy() if tables.levels.series else found


def stated_moves(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Stated moves, and moves between two stated levels, each beside its benchmark.

    Rows in: one record in one part of one mark. Rows out: one mark. `move_pct` is as stated, or
    100 * (last level / first level - 1) where `is_computed`. A stated window counts its first day, so
    it is measured from `base_date`, the session before `window_start`; a computed one from the day of
    its first level, where both are the same. A day's move is measured from the session before.
    `benchmark_move_pct` runs from the close of `base_date` to that of `window_end`, which documents state or
    somebody loaded (`benchmark_basis`); both are empty where the two closes are not known, and for part-day
    readings (`pct_change_intraday`, with their `day_part`), which no close can stand beside. `difference_pct`
    is `move_pct - benchmark_move_pct`, in percentage points. `list_place` numbers the moves that are listed one by
    one: see `_places`. Order: windows, days, readings within a day; in each the series by their first move, in a
    series by date.
    """
    records = collected(rows)
    records = records.reindex(columns=[*records.columns, *(c for c in _MAY_LACK if c not in records)])
    levels = levels_by_day(records[records["unit"] == "points"])
    marks = records[records["mark_part"].isin(("move", "level_end"))]
    # A day with a close and a high counts by its close.
    marks = marks.sort_values(["measure", "move_id"], kind="stable").drop_duplicates("mark_id").sort_index()
    computed = marks["is_computed"].astype(bool)
    marks["window_start"] = marks["window_start"].where(~computed, marks["base_date"])
    marks["measure"] = marks["measure"].where(~computed, "pct_change_window")
    ends = (marks["base_date"], marks["window_end"])
    own = [window_move(levels, *asked) for asked in zip(marks["series_id"], *ends, strict=True)]
    marks["move_pct"] = pd.Series(own, index=marks.index, dtype="float64").where(computed, marks["value"])
    marks["benchmark_move_pct"] = [window_move(levels, *asked) for asked in zip(marks["benchmark_id"], *ends, strict=True)]
    for column in ("move_pct", "benchmark_move_pct", "loaded_move_pct"):
        marks[column] = marks[column].astype("float64")
    marks = _beside_loaded(marks)
    marks["difference_pct"] = marks["move_pct"] - marks["benchmark_move_pct"]
    based = computed | marks["benchmark_move_pct"].notna()
    marks["base_date"] = marks["base_date"].where(based).astype(marks["window_end"].dtype)
    marks["source_ids"] = marks["mark_id"].map(_sources(records))
    marks["day_part"] = [_day_part(*m) for m in zip(marks["measure"], marks["notes_en"], strict=True)]
    marks["list_place"] = _places(marks)
    marks["event_id"] = marks["event_id"].where(marks["near_day"].notna())
    for lang in ("en", "zh"):
        marks[f"short_title_{lang}"] = marks[f"short_title_{lang}"].fillna(marks[f"title_{lang}"])
    marks["first"] = marks.groupby(["measure", "series_id"])["window_end"].transform("min")
    marks["place"] = marks["measure"].map({measure: i for i, measure in enumerate(MOVES)})
    ordered = marks.sort_values(["place", "first", "series_id", "window_end", "window_start", "mark_id"], kind="stable")
    return ordered[list(_MOVE_COLUMNS)].astype(_MOVE_TYPES).reset_index(drop=True).copy()


def _beside_loaded(marks: pd.DataFrame) -> pd.DataFrame:
    """Take the loaded benchmark where no closes of one are stated, and say what each rests on."""
    stated = marks["benchmark_move_pct"].notna()
    loaded = ~stated & marks["loaded_move_pct"].notna()
    basis = pd.Series(None, index=marks.index, dtype="object").mask(stated, "stated").mask(loaded, "loaded")
    columns = {
        "base_date": "loaded_base_date", "benchmark_move_pct": "loaded_move_pct", "benchmark_id": "loaded_benchmark_id",
        "benchmark_en": "loaded_benchmark_en", "benchmark_zh": "loaded_benchmark_zh",
    }  # fmt: skip
    taken = {to: marks[to].where(~loaded, marks[of]) for to, of in columns.items()} if loaded.any() else {}
    return marks.assign(benchmark_basis=basis, **taken)


def _day_part(measure: str, note: object) -> str | None:
    """When a figure was read that is no close, by its note."""
    if measure != "pct_change_intraday":
        return None
    return next((part for part, words in _DAY_PARTS.items() if isinstance(note, str) and words.search(note)), "intraday")


def _places(marks: pd.DataFrame) -> pd.Series:
    """The places of the first LISTED moves, empty for the others; benchmarks are listed only where there is nothing else.

    With an event chosen, those that begin nearest to its day come first, else those with a known benchmark; of equal
    ones the largest.
    """
    own = marks[marks["kind"] != "benchmark"]
    own = own if len(own) else marks
    starts = own["window_start"].fillna(own["window_end"])
    ranks = pd.DataFrame(
        {
            "days": (starts - own["near_day"]).abs(),
            "alone": own["benchmark_move_pct"].isna(),
            "part_day": own["day_part"].notna(),
            "size": -own["move_pct"].abs(),
            "mark": own["mark_id"],
        },
        index=own.index,
    )
    first = ranks.sort_values(list(ranks), kind="stable").index[:LISTED]
    return pd.Series(range(1, len(first) + 1), index=first, dtype="float64").reindex(marks.index)


#: What rows made elsewhere (event studies) do not bring.
_MAY_LACK = ("event_id", "near_day", "title_en", "title_zh", "short_title_en", "short_title_zh", *LOADED)
_MOVE_COLUMNS = ("mark_id", "series_id", "index_name_en", "index_name_zh", "kind", "sectors", "measure", "day_part", "is_computed",
                 "window_start", "window_end", "base_date", "move_pct", "value_qualifier", "benchmark_id", "benchmark_en", "benchmark_zh",
                 "benchmark_basis", "benchmark_move_pct", "difference_pct", "list_place", "event_id", "short_title_en", "short_title_zh",
                 "confidence", "notes_en", "notes_zh", "source_ids", "publisher", "in_film", "in_short_drama", "in_games",
                 "in_advertising", "in_cross")  # fmt: skip
#: Columns that may hold nothing at all, and then say nothing of their type.
_MOVE_TYPES = {"list_place": "Int64"} | dict.fromkeys(
    ("day_part", "benchmark_basis", "event_id", "short_title_en", "short_title_zh"), "str"
)


#: Levels by series and day.
Levels = Mapping[tuple[object, object], float]


def levels_by_day(records: pd.DataFrame) -> Levels:
    """The stated levels among records (`series_id`, `date`, `measure`, `value`); where a day has a close and a high, the close."""
    ordered = records.sort_values("measure", ascending=False, kind="stable")
    return dict(zip(zip(ordered["series_id"], ordered["date"], strict=True), ordered["value"].astype("float64"), strict=True))


def window_move(levels: Levels, series_id: object, start: object, end: object) -> float | None:
    """The change of a series from one day to another, in percent; None without a level on both days.

    Exact days only, nothing is interpolated.

    100 * (3545.00 / 3410.85 - 1) = 3.93 for the CSI 300 from 2024-02-20 to 2024-03-22.
    """
    first, last = levels.get((series_id, start)), levels.get((series_id, end))
    return 100 * (last / first - 1) if first and last else None


def headline_moves_rows(tables: Tables, filters: Filters) -> Rows:
    """The records that the headline moves are chosen from: those of the stated moves."""
    return stated_moves_rows(tables, filters)


def headline_moves(rows: Rows, filters: Filters) -> pd.DataFrame:
    """For each shown sector, the nearest index move over a window with a known benchmark.

    Rows in: as for `stated_moves`. Rows out: one sector that has such a move, in the order of the
    filter. See `nearest_moves` for which one is taken. A move of an index that stands for several
    sectors is the same move in each.
    """
    marks = stated_moves(rows, filters)
    found = []
    for sector in shown_sectors(filters):
        nearest = nearest_moves(marks[marks[f"in_{sector}"].astype(bool)]).head(1)
        found.append(nearest.assign(sector=sector))
    columns = [
        "sector",
        "mark_id",
        "series_id",
        "index_name_en",
        "index_name_zh",
        "kind",
        "is_computed",
        "window_start",
        "window_end",
        "base_date",
        "move_pct",
        "value_qualifier",
        "benchmark_id",
        "benchmark_en",
        "benchmark_zh",
        "benchmark_move_pct",
        "difference_pct",
        "source_ids",
    ]
    return pd.concat(found)[columns].reset_index(drop=True)


def nearest_moves(marks: pd.DataFrame) -> pd.DataFrame:
    """Window moves of concept and sector indices whose benchmark is known, the fittest first.

    Concept indices come before sector indices, figures before bounds ("more than"), then the window
    that starts nearest to the announcement of Sora.
    """
    usable = (marks["measure"] == "pct_change_window") & marks["kind"].isin(INDEX_KINDS) & marks["benchmark_move_pct"].notna()
    fit = marks[usable]
    ranks = pd.DataFrame(
        {
            "kind": fit["kind"].map({kind: i for i, kind in enumerate(INDEX_KINDS)}),
            "bound": fit["value_qualifier"].isin(("at_least", "at_most")),
            "days": (fit["window_start"] - pd.Timestamp(SORA_ANNOUNCED)).abs(),
            "mark": fit["mark_id"],
        },
        index=fit.index,
    )
    return fit.loc[ranks.sort_values(["kind", "bound", "days", "mark"]).index]


def _levels(tables: Tables) -> Rows:
    """Every stated level in points, whatever the filters say."""
    every = tables.frame("index_moves")
    levels = every.filter(nw.col("unit") == "points", nw.col("measure").is_in(LEVELS))
    levels = levels.select("move_id", "series_id", "measure", "kind", date=nw.col("date").cast(_DAY))
    # Stated twice is known once, or every move would be computed from each pair.
    first = levels.group_by("series_id", "date", "measure").agg(move_id=nw.col("move_id").min())
    return levels.join(first.select("move_id"), on="move_id", how="semi")


def _stated(moves: Rows, series: Rows) -> Rows:
    """Each stated percentage as a mark of its own."""
    measure = nw.col("measure")
    in_window = nw.when(measure == "pct_change_window").then(nw.col("window_start"))
    first_day = nw.when(measure == "pct_change_day").then(nw.col("date")).otherwise(in_window)
    stated = moves.filter(nw.col("unit") == "percent").select(
        "move_id", "series_id", window_end=nw.col("date").cast(_DAY), first_day=first_day.cast(_DAY)
    )
    marks = stated.with_columns(mark_id=nw.col("move_id"), mark_part=nw.lit("move"), is_computed=nw.lit(False))
    return with_session_before(marks.join(series, on="series_id", how="left")).select(_PART)


def with_session_before(marks: Rows) -> Rows:
    """Add `base_date`, the trading day before `first_day`.

    It is the weekday before; for series of the mainland exchanges (`currency` CNY) not one in their long
    holidays. A day that was closed for another reason has no close, and so gives no benchmark.
    """
    first, weekday = nw.col("first_day"), nw.col("first_day").dt.weekday()
    after_weekend = nw.when(weekday == 1).then(first.dt.offset_by("-3d")).otherwise(first.dt.offset_by("-1d"))
    marks = marks.with_columns(weekday_before=nw.when(weekday == 7).then(first.dt.offset_by("-2d")).otherwise(after_weekend))
    before = base = nw.col("weekday_before")
    for closed, reopened, session in MAINLAND_HOLIDAYS:
        in_holiday = (nw.col("currency") == "CNY") & (before >= _day(closed)) & (before < _day(reopened))
        base = nw.when(in_holiday).then(_day(session)).otherwise(base)
    return marks.with_columns(base_date=base.cast(_DAY))


def _day(day: date) -> nw.Expr:
    return nw.lit(datetime.combine(day, time()))


def _computed(levels: Rows, moves: Rows, series: Rows) -> tuple[Rows, Rows]:
    """First and last level of each computed move.

    A concept index moves from its first stated level to its last. Sector indices with a level on both
    of these days are computed over the same window, to stand beside it.
    """
    concept = levels.filter(nw.col("kind") == "concept_index")
    spans = concept.group_by("series_id").agg(base_date=nw.col("date").min(), window_end=nw.col("date").max())
    windows = spans.filter(nw.col("base_date") < nw.col("window_end")).select("base_date", "window_end").unique()
    indices = levels.filter(nw.col("kind").is_in(INDEX_KINDS)).select("move_id", "series_id", "date")
    start = indices.rename({"date": "base_date"}).join(windows, on="base_date", how="inner")
    end = indices.rename({"date": "window_end"}).join(windows, on="window_end", how="inner")
    end = end.join(moves.select("move_id"), on="move_id", how="semi")
    span = ["series_id", "base_date", "window_end"]
    first, last = (part.join(other.select(span), on=span, how="semi") for part, other in ((start, end), (end, start)))
    return _as_marks(first, "level_start", series), _as_marks(last, "level_end", series)


def _as_marks(levels: Rows, part: str, series: Rows) -> Rows:
    """Levels of a computed move, named after series and window."""
    days = [nw.col(c).dt.to_string("%Y-%m-%d") for c in ("base_date", "window_end")]
    mark = nw.concat_str(nw.col("series_id"), *days, separator=":")
    marked = levels.with_columns(mark_id=mark, mark_part=nw.lit(part), is_computed=nw.lit(True))
    return marked.join(series, on="series_id", how="left").select(_PART)


def _benchmark_closes(closes: Rows, marks: Rows, day: str, part: str) -> Rows:
    """The closes of each mark's benchmark on one of its two days."""
    wanted = marks.select(*_MARK, series_id=nw.col("benchmark_id"), date=nw.col(day))
    found = closes.join(wanted, on=["series_id", "date"], how="inner")
    return found.with_columns(mark_part=nw.lit(part)).select(_PART)


def _sources(records: pd.DataFrame) -> dict[str, str]:
    """The documents of all records of each mark, each once, those of the move itself first."""
    found: dict[str, dict[str, None]] = {}
    ordered = records.sort_values("mark_part", key=lambda parts: parts.map(MARK_PARTS.index), kind="stable")
    for mark, listed in zip(ordered["mark_id"], ordered["source_ids"], strict=True):
        found.setdefault(mark, {}).update(dict.fromkeys(listed.split(LIST_SEPARATOR)))
    return {mark: LIST_SEPARATOR.join(documents) for mark, documents in found.items()}


def events_timeline_rows(tables: Tables, filters: Filters) -> Rows:
    """Events under the filters, each with the first shown sector that it bears on."""
    sector = nw.lit(None, nw.String)
    for code in reversed(shown_sectors(filters)):
        sector = nw.when(nw.col(f"in_{code}")).then(nw.lit(code)).otherwise(sector)
    return with_publisher(chosen(tables, "events", filters).with_columns(sector=sector), tables)


def events_timeline(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Events by the day, month or year that is known.

    Rows in and out: one event. `sector` is the first of the shown sectors that it bears on, for its
    colour; `sectors` holds all. `date_mid` is where it is drawn, `date_start` to `date_end` what is known.
    """
    frame = collected(rows).sort_values(["date_mid", "event_id"], kind="stable")
    columns = [
        "event_id",
        "date",
        "date_precision",
        "date_start",
        "date_mid",
        "date_end",
        "title_en",
        "title_zh",
        "short_title_en",
        "short_title_zh",
        "kind",
        "sector",
        "sectors",
        "actors_en",
        "actors_zh",
        "is_headline",
        "summary_en",
        "summary_zh",
        "source_ids",
        "publisher",
    ]
    return frame[columns].reset_index(drop=True)
