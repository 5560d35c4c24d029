"""Frame of `event-around`: everything dated in the days around one event, by sector.

A record stands `before` or `after` the event only when the whole of what is known of its date lies in the days of
that side (`data.frames.debate.windows`). One of the day itself, or whose period reaches over the event, is `over`;
one that reaches over the window's outer edge alone is `edge`. Neither is counted on a side. Nothing here says that
the event brought any of it about.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import narwhals as nw
import pandas as pd

from data import periods
from data.catalog import LIST_SEPARATOR
from data.filters import Filters
from data.frames import funding, loaded_closes, markets, stated_near
from data.frames.common import STANCE_STEP, chosen, collected, in_order, one_voice, shown_sectors
from data.frames.debate import FIRST_EVENT, windows
from data.frames.documents import with_publisher
from data.frames.loaded_benchmarks import LOADED, with_loaded
from data.frames.studied import shifted
from data.tables import Tables

Rows = nw.LazyFrame[Any]
Record = dict[str, Any]

EVENT_SIDES = ("before", "over", "after", "edge")
#: As the eye reads a panel, from the top.
TABLES = ("events", "opinions", "funding_rounds", "index_moves")
_TEXT, _DAY, _NUMBER = "str", "datetime64[ms]", "float64"
_EVENT = ("event_id", "event_title_en", "event_title_zh", "event_short_title_en", "event_short_title_zh", "event_date")
_MONEY = ("money_group", "amount_class", "amount_qualifier", "currency", "status", "part_of")
_SAID = ("title_en", "title_zh", "short_title_en", "short_title_zh", "detail_en", "detail_zh", "category")
#: What a record of a move brings, for `data.frames.markets.stated_moves`.
_MARK_TEXT = ("series_id", "index_name_en", "index_name_zh", "kind", "measure", "unit", "value_qualifier", "benchmark_id",
              "benchmark_en", "benchmark_zh", "confidence", "notes_en", "notes_zh", "mark_part")  # fmt: skip
_FLAGS = ("in_film", "in_short_drama", "in_games", "in_advertising", "in_cross")
_ROW_TYPES = (
    dict.fromkeys((*_EVENT, "sector", "table", "record_id", "mark_id", "event_side"), _TEXT)
    | {"event_first": _DAY, "event_last": _DAY}
    | dict.fromkeys((*_SAID, "date_printed", "date_precision"), _TEXT)
    | dict.fromkeys(("date_start", "date_mid", "date_end"), _DAY)
    | dict.fromkeys(_MONEY, _TEXT)
    | {"amount_usd_m": _NUMBER, "amount_original": _NUMBER}
    | dict.fromkeys(_MARK_TEXT, _TEXT)
    | {"value": _NUMBER, "move_id": _TEXT}
    | dict.fromkeys(("date", "window_start", "window_end", "base_date"), _DAY)
    | dict.fromkeys(("loaded_benchmark_id", "loaded_benchmark_en", "loaded_benchmark_zh"), _TEXT)
    | {"loaded_base_date": _DAY, "loaded_move_pct": _NUMBER}
    | dict.fromkeys(("is_headline", "is_date_inferred", "is_computed"), "bool")
    | dict.fromkeys(("sectors", "source_ids"), _TEXT)
    | dict.fromkeys(_FLAGS, "bool")
)
_MOVE = ("series_id", "series_kind", "move_pct", "value_qualifier", "window_start", "window_end", "base_date", "is_computed",
         "benchmark_id", "benchmark_en", "benchmark_zh", "benchmark_move_pct", "difference_pct", "confidence")  # fmt: skip
_TYPES = (
    dict.fromkeys((*_EVENT, "sector", "table", "mark_id", "event_side"), _TEXT)
    | dict.fromkeys(("days_from_event", "days_start", "days_end", "event_days", "window_days"), "int64")
    | dict.fromkeys((*_SAID, "date_printed", "date_precision"), _TEXT)
    | {"is_date_inferred": "bool"}
    | dict.fromkeys(("date_start", "date_mid", "date_end"), _DAY)
    | dict.fromkeys(_MONEY, _TEXT)
    | {"amount_usd_m": _NUMBER, "amount_original": _NUMBER}
    | dict.fromkeys(("series_id", "series_kind"), _TEXT)
    | {"move_pct": _NUMBER, "value_qualifier": _TEXT}
    | dict.fromkeys(("window_start", "window_end", "base_date"), _DAY)
    | {"is_computed": "bool"}
    | dict.fromkeys(("benchmark_id", "benchmark_en", "benchmark_zh"), _TEXT)
    | {"benchmark_move_pct": _NUMBER, "difference_pct": _NUMBER, "confidence": _TEXT}
    | {"is_headline": "bool", "sectors": _TEXT, "source_ids": _TEXT, "publisher": _TEXT}
)


def event_of(tables: Tables, event_id: str) -> Record | None:
    """The event of that id, whatever the filters; None where there is none with a date."""
    found = collected(tables.frame("events").filter(nw.col("event_id") == event_id))
    known = found[found["date_start"].notna()]
    return dict(known.iloc[0].to_dict()) if len(known) else None


def placed(starts: pd.Series, ends: pd.Series, event_date: str, days: int) -> pd.Series:
    """On which of EVENT_SIDES each period lies; None where it touches nothing of the window.

    The rule of `data.frames.debate`: what it leaves out is `over` where it touches the event's own day, month or
    year, else `edge`.
    """
    before, after = ((pd.Timestamp(day) for day in side) for side in windows(event_date, days))
    (low, low_end), (high_start, high) = tuple(before), tuple(after)
    first, last = (pd.Timestamp(day) for day in periods.bounds(event_date))
    sides = pd.Series(None, index=starts.index, dtype="object")
    sides = sides.mask((starts <= high) & (ends >= low), "edge")
    sides = sides.mask((starts <= last) & (ends >= first), "over")
    sides = sides.mask((starts >= low) & (ends <= low_end), "before")
    return sides.mask((starts >= high_start) & (ends <= high), "after")


def event_around_rows(tables: Tables, filters: Filters) -> Rows:
    """Every record under the filters that touches the window of the chosen event, once for each sector it bears on.

    `mark_id` is the record itself, or the move that a record of `index_moves` is a part of (`mark_part`). Of moves
    those that documents state, and of levels the last in the window since the last one before the event
    (`data.frames.stated_near.since`). None at all where there is no such event.
    """
    event = event_of(tables, filters.event or FIRST_EVENT)
    if event is None:
        return nw.from_native(_typed(pd.DataFrame(), _ROW_TYPES | {"publisher": _TEXT})).lazy()
    lanes = [lane(tables, filters, event) for lane in (_events, _voices, _rounds, _moves)]
    rows = pd.concat([_typed(lane, _ROW_TYPES) for lane in lanes], ignore_index=True)
    for name in _EVENT:
        rows[name] = _said_of(event, name)
    rows["event_first"], rows["event_last"] = event["date_start"], event["date_end"]
    rows = _typed(rows, _ROW_TYPES)
    return with_publisher(nw.from_native(rows).lazy(), _in_pandas(tables))


def _in_pandas(tables: Tables) -> Tables:
    """The same tables with documents in pandas, whatever engine carries them: these rows are joined to them."""
    return Tables(tables.folder, tables.version, lambda name: collected(tables.frame(name)))


def _said_of(event: Record, name: str) -> str | None:
    value = event[name if name == "event_id" else name.removeprefix("event_")]
    return value if isinstance(value, str) else None


def _typed(frame: pd.DataFrame, types: dict[str, str]) -> pd.DataFrame:
    """These columns in these types; what a frame does not have is empty, a flag that it does not have is false."""
    flags = {name: False for name, kind in types.items() if kind == "bool"}
    return frame.reindex(columns=list(types)).astype(dict.fromkeys(flags, "object")).fillna(flags).infer_objects().astype(types)


def _touching(tables: Tables, table: str, rows: Rows, filters: Filters, event: Record) -> pd.DataFrame:
    """The rows of a table that touch the window, each with its `event_side`."""
    before, after = windows(event["date"], int(filters.around))
    low, high = (nw.lit(pd.Timestamp(day).to_pydatetime()) for day in (before[0], after[1]))
    found = collected(rows.filter(nw.col("date_end") >= low, nw.col("date_start") <= high))
    found["event_side"] = placed(found["date_start"], found["date_end"], event["date"], int(filters.around))
    return found.assign(table=table)


def _by_sector(rows: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """Once for each shown sector that a record bears on."""
    return pd.concat([rows[rows[f"in_{s}"].astype(bool)].assign(sector=s) for s in shown_sectors(filters)], ignore_index=True)


def _renamed(rows: pd.DataFrame, key: str, names: dict[str, str]) -> pd.DataFrame:
    """Columns of a table under the names that all lanes share."""
    shared = {new: rows[old] for new, old in names.items()}
    return rows.assign(record_id=rows[key], mark_id=rows[key], **shared)


def _two(column: str, of: str) -> dict[str, str]:
    return {f"{column}_{lang}": f"{of}_{lang}" for lang in ("en", "zh")}


def _events(tables: Tables, filters: Filters, event: Record) -> pd.DataFrame:
    found = _touching(tables, "events", chosen(tables, "events", filters), filters, event)
    found = found[found["event_id"] != event["event_id"]]
    named = _renamed(found, "event_id", {"category": "kind", "date_printed": "date"} | _two("detail", "summary"))
    # `kind` and `date` mean something else for the records of moves.
    return _by_sector(named.drop(columns=["kind", "date"]), filters)


def _voices(tables: Tables, filters: Filters, event: Record) -> pd.DataFrame:
    found = _touching(tables, "opinions", chosen(tables, "opinions", filters), filters, event)
    split = _by_sector(found, filters)
    counted = collected(one_voice(nw.from_native(split).lazy(), filters, "sector", "event_side"))
    names = {"category": "stance", "date_printed": "said_date"} | _two("title", "speaker") | _two("detail", "summary")
    return _renamed(counted, "opinion_id", names)


def _rounds(tables: Tables, filters: Filters, event: Record) -> pd.DataFrame:
    found = _touching(tables, "funding_rounds", funding.rounds(tables, filters), filters, event)
    names = {"category": "stage", "date_printed": "announced_date"} | _two("title", "company") | _two("detail", "notes")
    return _by_sector(_renamed(found, "round_id", names), filters)


def _moves(tables: Tables, filters: Filters, event: Record) -> pd.DataFrame:
    """The records of each move: all of them bear on the sectors of the series that moved, also closes of its benchmark."""
    before, after = windows(event["date"], int(filters.around))
    stated = collected(markets.stated_moves_rows(tables, filters))
    since = _latest(stated_near.since(tables, filters, event, before[0], after[1]))
    records = pd.concat([stated, with_loaded(since, tables) if tables.levels.series else since], ignore_index=True)
    own = records[records["mark_part"].isin(("move", "level_end"))].drop_duplicates("mark_id")
    starts, ends = mark_days(own)
    own = own.assign(date_start=starts, date_mid=ends, date_end=ends)
    own["event_side"] = placed(starts, ends, event["date"], int(filters.around))
    own.loc[start_unknown(own) & (ends >= event["date_start"]) & own["event_side"].notna(), "event_side"] = "over"
    own = own[own["event_side"].notna()]
    about = ["mark_id", "event_side", "date_start", "date_mid", "date_end", *_FLAGS]
    parts = records.drop(columns=[c for c in about[1:] if c in records]).merge(own[about], on="mark_id")
    printed = parts["date_end"].dt.strftime("%Y-%m-%d")
    texts: dict[str, Any] = {name: parts[of] for name, of in (_two("title", "index_name") | _two("detail", "notes")).items()}
    texts |= dict.fromkeys(("short_title_en", "short_title_zh"))
    shaped = parts.assign(table="index_moves", record_id=parts["move_id"], category=parts["measure"], date_printed=printed,
                          date_precision="day", **texts)  # fmt: skip
    return _by_sector(shaped, filters)


def mark_days(marks: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """First and last day of moves: a stated window as stated, one between two levels from the day of the first level."""
    starts = marks["window_start"].where(~marks["is_computed"].astype(bool), marks["base_date"])
    ends = marks["window_end"].astype(_DAY)
    return starts.astype(_DAY).fillna(ends), ends


def start_unknown(marks: pd.DataFrame) -> pd.Series:
    """Moves over a window of which only the end is stated: they may have begun before the event."""
    return (marks["measure"] == "pct_change_window") & marks["window_start"].isna() & ~marks["is_computed"].astype(bool)


def _latest(records: pd.DataFrame) -> pd.DataFrame:
    """Of moves since one level the last of each series."""
    ends = records[records["mark_part"] == "level_end"].sort_values(["window_end", "mark_id"])
    return records[records["mark_id"].isin(ends.drop_duplicates("series_id", keep="last")["mark_id"])]


def event_around(rows: Rows, filters: Filters) -> pd.DataFrame:
    """What is dated around one event.

    Rows in: one record in one sector. Rows out: one mark (a record, or a move) in one sector; sectors in their order,
    tables as TABLES, then by time. `days_from_event` counts from the first day of the event (0) to where the mark is
    drawn: the middle of its period, for a move its last day; `days_start` and `days_end` are the ends of what is
    known. The event itself takes `event_days` (1 when known to the day), the window `window_days` on each side of it.
    A move brings its benchmark over the same days where both closes are known (`data.frames.markets`).
    """
    records = collected(rows)
    market = records["table"] == "index_moves"
    marks = _marks(records[market].drop_duplicates(["mark_id", "mark_part", "move_id"]))
    own = records[market & records["mark_part"].isin(("move", "level_end"))].drop_duplicates(["sector", "mark_id"])
    computed = [c for c in (*_MOVE, "source_ids", "publisher") if c in marks]
    moves = own.drop(columns=[c for c in computed if c in own]).merge(marks[["mark_id", *computed]], on="mark_id")
    rest = records[~market].drop(columns=[c for c in ("window_start", "window_end", "base_date") if c in records])
    frame = pd.concat([rest, moves], ignore_index=True)
    first = frame["event_first"].astype(_DAY)
    counted = {"days_start": "date_start", "days_from_event": "date_mid", "days_end": "date_end", "event_days": "event_last"}
    for name, column in counted.items():
        frame[name] = (frame[column].astype(_DAY) - first).dt.days
    frame["event_days"] += 1
    frame["window_days"] = int(filters.around)
    frame = _typed(frame, _TYPES).sort_values(["days_from_event", "days_start", "mark_id"], kind="stable")
    return in_order(frame, sector=shown_sectors(filters), table=TABLES)


def _marks(records: pd.DataFrame) -> pd.DataFrame:
    """The moves that these records make, beside their benchmarks: `data.frames.markets.stated_moves`, kinds under `series_kind`."""
    of_moves = [*_MARK_TEXT, "value", "move_id", "mark_id", "date", "window_start", "window_end", "base_date", "is_computed", *LOADED]
    known = records[[*of_moves, "sectors", "source_ids", "publisher", *_FLAGS]]
    # What these columns say of an event is said of each mark here.
    said = dict.fromkeys(("event_id", "title_en", "title_zh", "short_title_en", "short_title_zh"))
    lacking = known.assign(**said, near_day=pd.Series(pd.NaT, index=known.index, dtype=_DAY))
    return markets.stated_moves(nw.from_native(lacking).lazy(), Filters()).rename(columns={"kind": "series_kind"})


# What the sentences of a sector need -------------------------------------------------------------


def voices_by_side(part: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Voices of one sector on each of EVENT_SIDES: `n`, `n_positive`, `n_neutral`, `n_negative`."""
    voices = part[part["table"] == "opinions"]
    steps = voices["category"].map(STANCE_STEP)
    found = {}
    for side in EVENT_SIDES:
        own = steps[voices["event_side"] == side]
        found[side] = {
            "n": len(own),
            "n_positive": int((own > 0).sum()),
            "n_neutral": int((own == 0).sum()),
            "n_negative": int((own < 0).sum()),
        }
    return found


def money_by_side(part: pd.DataFrame) -> dict[str, dict[str, Record]]:
    """Rounds of one sector: for each side that has any, the totals of each group of companies (`data.frames.funding.totals`)."""
    rounds = part[part["table"] == "funding_rounds"]
    found: dict[str, dict[str, Record]] = {}
    for side in EVENT_SIDES:
        own = rounds[rounds["event_side"] == side]
        if len(own):
            frame = funding.money_headline(nw.from_native(own).lazy(), Filters())
            found[side] = {str(row["money_group"]): row for row in frame.to_dict("records")}
    return found


#: Of several moves the one of a story's basket is named first, then of an industry, a fund, a share, the market.
_KIND_ORDER = ("concept_index", "sector_index", "etf", "stock", "benchmark")


def moves_in_order(part: pd.DataFrame) -> pd.DataFrame:
    """The moves of one sector as sentences name them: by kind of series, whole days before part-day readings, then by nearness.

    Moves that reach out of the window, of a whole year say, come last.
    """
    moves = part[part["table"] == "index_moves"]
    ranks = pd.DataFrame(
        {
            "beyond": (moves["days_start"] < -moves["window_days"]) | (moves["days_end"] >= moves["event_days"] + moves["window_days"]),
            "kind": moves["series_kind"].map({kind: place for place, kind in enumerate(_KIND_ORDER)}),
            "part_day": moves["category"] == "pct_change_intraday",
            "days": moves["days_end"].abs(),
            "mark": moves["mark_id"],
        }
    )
    return moves.loc[ranks.sort_values(list(ranks)).index]


def neighbours(tables: Tables, event: Record) -> tuple[Record | None, Record | None]:
    """The headline events before and after this one in time; None where it is the first or the last."""
    events = collected(tables.frame("events"))
    events = events[events["is_headline"].astype(bool) | (events["event_id"] == event["event_id"])]
    ordered = events[events["date_start"].notna()].sort_values(["date_mid", "event_id"], kind="stable").to_dict("records")
    at = next(i for i, row in enumerate(ordered) if row["event_id"] == event["event_id"])
    return (ordered[at - 1] if at else None), (ordered[at + 1] if at + 1 < len(ordered) else None)


# Loaded series -----------------------------------------------------------------------------------

#: How many loaded series one page reads; the others are counted.
SERIES_READ = 12
_LOADED_TYPES = (
    dict.fromkeys(("series_id", "name_en", "name_zh", "series_kind", "sectors", "event_side"), _TEXT)
    | {"base_date": _DAY, "window_end": _DAY, "move_pct": _NUMBER}
    | dict.fromkeys(("benchmark_id", "benchmark_en", "benchmark_zh"), _TEXT)
    | {"benchmark_move_pct": _NUMBER, "difference_pct": _NUMBER}
)


def loaded_moves(
    tables: Tables, event_date: str, days: int, bears: Callable[[set[str]], bool], kinds: tuple[str, ...] = _KIND_ORDER
) -> tuple[pd.DataFrame, int]:
    """How loaded series moved in the window of a date, and how many more such series were not read.

    Rows out: one (series, side) for series whose sectors `bears` accepts. `before`: from the last close before the
    window to the last close before the event; `after`: from there to the last close in the window, the event's own
    day included. A close must stand near where it is wanted (`data.frames.loaded_closes.before`), or the move is left out. The
    benchmark (where loaded) is measured between closes of the same two days, else not at all. Changes, never levels.
    """
    wanted = [s for s in tables.levels.series if s.kind in kinds and bears(set(s.sectors))]
    wanted.sort(key=lambda s: (_KIND_ORDER.index(s.kind), s.code))
    before, after = windows(event_date, days)
    first = periods.bounds(event_date)[0]
    out: list[Record] = []
    for series in wanted[:SERIES_READ]:
        marks = _course(tables, series.code, before[0], first, after[1])
        benchmark = tables.levels.find(series.benchmark) if series.benchmark else None
        beside = _closes(tables, benchmark.code, before[0], after[1]) if benchmark else None
        for side, start, end in (("before", marks[0], marks[1]), ("after", marks[1], marks[2])):
            if start is None or end is None or start[0] >= end[0]:
                continue
            move = 100 * (end[1] / start[1] - 1)
            ends = (None, None) if beside is None else tuple(loaded_closes.on(beside, at) for at, _ in (start, end))
            other = 100 * (ends[1] / ends[0] - 1) if ends[0] is not None and ends[1] is not None else None
            named = benchmark if other is not None else None
            out.append(
                {"series_id": series.code, "name_en": series.name_en, "name_zh": series.name_zh, "series_kind": series.kind}
                | {"sectors": LIST_SEPARATOR.join(series.sectors), "event_side": side, "move_pct": move}
                | {"base_date": start[0], "window_end": end[0], "benchmark_id": named.code if named else None}
                | {"benchmark_en": named.name_en if named else None, "benchmark_zh": named.name_zh if named else None}
                | {"benchmark_move_pct": other, "difference_pct": None if other is None else move - other}
            )
    return _typed(pd.DataFrame(out), _LOADED_TYPES), max(0, len(wanted) - SERIES_READ)


def _closes(tables: Tables, code: str, first: date, last: date) -> pd.DataFrame:
    return loaded_closes.daily(tables.levels, code, shifted(first, -loaded_closes.SESSION_BEFORE_DAYS), last)


def _course(tables: Tables, code: str, start: date, first: date, last: date) -> list[tuple[pd.Timestamp, float] | None]:
    """The last closes before the window, before the event, and in the window; None where none lies near."""
    closes = _closes(tables, code, start, last)
    return [loaded_closes.before(closes, day) for day in (start, first, shifted(last, 1))]
