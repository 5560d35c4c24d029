"""Frame of `impact-timeline`: events, opinions, rounds and moves on one time axis.

One frame holds everything that is drawn: a record in its lane, once, or once in each chosen sector it bears on
(`panels=sectors`); the moving balance of the voices; loaded series, rebased. `drawn_as` says which records are
marks of their own and which are counted in the cells of a lane that has too many.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from data.filters import Filters
from data.frames.common import SECTORS, SMALL_N, collected, shown_sectors
from data.frames.documents import with_publisher
from data.frames.opinions import balance
from data.frames.timeline_lanes import LANES, Rows, at, events_lane, levels_lane, market_lane, money_lane, voices_lane
from data.tables import Tables

#: From top to bottom. `balance` belongs to the voices, `levels` to the market: they are hidden with them.
ALL_LANES = ("events", "voices", "balance", "money", "market", "levels")
#: Where the axis begins when no date is chosen.
BEGINS = date(2022, 1, 1)
#: With more records than this a lane draws cells that count them; events stand side by side, so fewer fit.
MANY = {"events": 400, "voices": 1500, "money": 1500, "market": 1500}
#: A pile of more voices than this is higher than its lane.
TALLEST = 70
#: How many of a thinned lane are still drawn each: the largest rounds and moves, the events that a timeline names.
SINGLY = {"events": 40, "voices": 0, "money": 40, "market": 40}
#: The balance is that of so many months, the last of them the one it stands at.
MONTHS = 3
#: Edges of the cells of a thinned market lane, in percent.
MOVE_EDGES = (-np.inf, -50.0, -20.0, -10.0, -5.0, -2.0, 0.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, np.inf)
_LANE_ROWS = {"events": events_lane, "voices": voices_lane, "money": money_lane, "market": market_lane}
_DAY = "datetime64[ms]"


def shown_lanes(filters: Filters) -> tuple[str, ...]:
    """The lanes of records that are not hidden."""
    return tuple(lane for lane in LANES if lane not in filters.hide)


def time_range(tables: Tables, filters: Filters) -> tuple[date, date]:
    """First and last day of the axis: those chosen; else from 2022 to the day up to which documents were read.

    Where only one end is chosen and lies beyond the other's usual place, the axis is a year long.
    """
    first, last = filters.first_day or BEGINS, filters.last_day or date.fromisoformat(tables.data_as_of)
    if first >= last and not (filters.first_day and filters.last_day):
        return (first, _later(first, 365)) if filters.first_day else (_later(last, -365), last)
    return first, max(first, last)


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day


def impact_timeline_rows(tables: Tables, filters: Filters) -> Rows:
    """Every dated record of the lanes shown, and the days of loaded series.

    Rows out: one record, whatever its table, or one day of one series. `drawn_date` is the middle of its date,
    moved to the edge of the axis where only the rest of the period lies in the range; `range_start` and
    `range_end` are the axis, `shown_lanes` what is not hidden: the same in every row.
    """
    first, last = time_range(tables, filters)
    lanes = shown_lanes(filters)
    records = with_publisher(nw.concat([_LANE_ROWS[lane](tables, filters) for lane in lanes or ("events",)], how="vertical"), tables)
    records = records if lanes else records.filter(nw.col("lane") == "")
    levels = levels_lane(tables, filters, first, last) if "market" in lanes and tables.levels.series else None
    if levels is not None:
        joined = pd.concat([collected(records), levels], ignore_index=True)
        records = nw.from_native(joined).lazy()
    low, high, middle = nw.lit(at(first)), nw.lit(at(last)), nw.col("date_mid")
    touches = (nw.col("date_end") >= low) & (nw.col("date_start") <= high)
    inside = nw.when(touches & (middle < low)).then(low).otherwise(nw.when(touches & (middle > high)).then(high).otherwise(middle))
    day = nw.Datetime("ms")
    return records.with_columns(
        drawn_date=inside.cast(day), range_start=low.cast(day), range_end=high.cast(day), shown_lanes=nw.lit(";".join(lanes))
    )


def impact_timeline(rows: Rows, filters: Filters) -> pd.DataFrame:
    """The marks, lines and counts of the timeline.

    Rows in: one record, or one day of a loaded series. Rows out, in order of sector, lane and day:
    - `events`, `voices`, `money`, `market`: one record; with `panels=sectors` once in each shown sector that
      it bears on (`sector`, empty otherwise). `pile_level` is the height of a voice in the pile of its month, in
      voices from the middle line: neutral ones around it, positive ones above, negative ones below;
      `is_one_document` marks the voices of the one document that gives more than half of a month of ten or more.
    - `balance`: one month with at least ten voices in the three months up to it: share positive minus share
      negative with its 95% interval (see `data.frames.opinions.balance`), `n` and what it is made of. Voices
      known only to a year are left out; windows lie whole in the range. Its record is the latest voice.
    - `levels`: one day of one loaded series, rebased to 100.
    `drawn_as`: `mark`, `line`, or `cell` where the lane has too many records; a cell is a month and a
    `category` (voices, events) or a band from `cell_low` up to `cell_high` (money, market).
    """
    records = collected(rows)
    frame = _by_sector(records, filters) if filters.panels == "sectors" else records.assign(sector=None)
    balances = _balances(frame, filters)
    frame = _sorted(pd.concat([frame, balances], ignore_index=True) if len(balances) else frame.assign(**dict.fromkeys(_COUNTS, np.nan)))
    month = _month_number(frame["drawn_date"])
    frame["period_month"] = _month_text(month)
    frame["pile_level"] = _pile_levels(frame, month)
    frame["is_one_document"] = _of_one_document(frame, month)
    frame["drawn_as"] = _drawn_as(frame, month)
    frame["cell_low"], frame["cell_high"] = _cells(frame)
    return frame[list(_FRAME_COLUMNS)].astype({name: kind for name, kind in _TYPES.items() if frame[name].dtype != kind})


_COUNTS = (
    "n",
    "n_positive",
    "n_neutral",
    "n_negative",
    "balance_points",
    "balance_low_points",
    "balance_high_points",
    "n_largest_document",
)
_FRAME_COLUMNS = (
    *("sector", "lane", "table", "record_id", "title_en", "title_zh", "short_title_en", "short_title_zh", "detail_en", "detail_zh"),
    *("category", "mark_value", "value_qualifier", "confidence", "money_group", "status", "part_of", "is_headline"),
    *("window_start", "base_date", "benchmark_en", "benchmark_zh", "benchmark_move_pct"),
    *("date_printed", "date_precision", "date_start", "date_mid", "date_end", "drawn_date", "period_month"),
    *("pile_level", "is_one_document", "drawn_as", "cell_low", "cell_high", *_COUNTS, "sectors", "source_ids", "publisher"),
    *("range_start", "range_end", "shown_lanes"),
)
_NUMBERS = ("mark_value", "benchmark_move_pct", "pile_level", "cell_low", "cell_high", *_COUNTS)
_DAYS = ("window_start", "base_date", "date_start", "date_mid", "date_end", "drawn_date", "range_start", "range_end")
_FLAGS = ("is_headline", "is_one_document")
#: The same whatever the rows: columns of text keep the type they were read with, or become text.
_TYPES = {
    name: "float64" if name in _NUMBERS else _DAY if name in _DAYS else "bool" if name in _FLAGS else "str" for name in _FRAME_COLUMNS
}


def _by_sector(records: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    parts = [records[records[f"in_{s}"].astype(bool)].assign(sector=s) for s in shown_sectors(filters)]
    return pd.concat(parts, ignore_index=True)


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    """By sector, lane, day, value and key."""
    sector = frame["sector"].map({s: i for i, s in enumerate(SECTORS)}).fillna(-1).to_numpy(dtype="int64")
    lane = frame["lane"].map({lane: i for i, lane in enumerate(ALL_LANES)}).to_numpy(dtype="int64")
    key = frame["record_id"].to_numpy(dtype="object")
    value = frame["mark_value"].to_numpy(dtype="float64")
    order = np.lexsort((pd.factorize(key, sort=True)[0], value, frame["drawn_date"].to_numpy(dtype=_DAY), lane, sector))
    return frame.iloc[order].reset_index(drop=True)


def _month_number(days: pd.Series) -> np.ndarray[Any, Any]:
    """Months since 1970."""
    return days.to_numpy(dtype=_DAY).astype("datetime64[M]").astype("int64")


def _month_text(months: np.ndarray[Any, Any]) -> pd.Series:
    known, codes = np.unique(months, return_inverse=True)
    return pd.Series(known.astype("datetime64[M]").astype(str).astype(object)[codes] if len(months) else [], dtype="str")


def _places(*keys: Any) -> np.ndarray[Any, Any]:
    """The place of each row among those before it with the same keys, from 0."""
    groups = pd.DataFrame(dict(enumerate(keys)))
    return groups.groupby(list(groups.columns), sort=False, dropna=False).cumcount().to_numpy()


def _pile_levels(frame: pd.DataFrame, month: np.ndarray[Any, Any]) -> pd.Series:
    levels = pd.Series(np.nan, index=frame.index, dtype="float64")
    voices = frame.index[frame["lane"] == "voices"]
    # Milder stances stand nearer the middle.
    voices = voices[np.argsort(frame.loc[voices, "mark_value"].abs().to_numpy(), kind="stable")]
    own = frame.loc[voices]
    side = np.sign(own["mark_value"].to_numpy())
    piles = pd.DataFrame({"sector": own["sector"].fillna(""), "month": month[voices], "neutral": side == 0})
    half = (piles.groupby(["sector", "month"])["neutral"].transform("sum").to_numpy() - 1) / 2
    place = _places(piles["sector"], piles["month"], side)
    levels.loc[voices] = np.where(side == 0, place - half, side * (half + 1 + place))
    return levels


def _of_one_document(frame: pd.DataFrame, month: np.ndarray[Any, Any]) -> pd.Series:
    found = pd.Series(False, index=frame.index)
    own = frame[frame["lane"] == "voices"]
    piles = pd.DataFrame({"sector": own["sector"].fillna(""), "month": month[own.index], "document": _first_document(own)})
    n = piles.groupby(["sector", "month"])["document"].transform("size")
    same = piles.groupby(["sector", "month", "document"])["document"].transform("size")
    found.loc[own.index] = ((n >= SMALL_N) & (2 * same > n)).to_numpy(dtype=bool)
    return found


def _first_document(voices: pd.DataFrame) -> np.ndarray[Any, Any]:
    """The first document of each voice, as a number."""
    codes, cells = pd.factorize(voices["source_ids"])
    firsts = pd.factorize(np.array([str(cell).split(";")[0] for cell in cells], dtype=object))[0] if len(cells) else np.array([], dtype=int)
    return firsts[codes] if len(codes) else codes


def _drawn_as(frame: pd.DataFrame, month: np.ndarray[Any, Any]) -> pd.Series:
    drawn = pd.Series("mark", index=frame.index, dtype="str")
    drawn[frame["lane"].isin(("balance", "levels"))] = "line"
    for lane, many in MANY.items():
        own = frame[frame["lane"] == lane]
        too_high = lane == "voices" and len(own) and _highest(own, month) > TALLEST
        if len(own) <= many and not too_high:
            continue
        size = own["is_headline"].astype(float) if lane == "events" else own["mark_value"].abs()
        if lane == "events":
            size = size.where(size > 0)
        largest = size.dropna().sort_values(ascending=False, kind="stable").index
        once = ~own.loc[largest, "record_id"].duplicated()
        kept = own.loc[largest[once.to_numpy()][: SINGLY[lane]], "record_id"]
        drawn[own.index[~own["record_id"].isin(kept)]] = "cell"
    return drawn


def _highest(voices: pd.DataFrame, month: np.ndarray[Any, Any]) -> int:
    return int(pd.DataFrame({"sector": voices["sector"].fillna(""), "month": month[voices.index]}).value_counts().max())


def _cells(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The band that each counted record of the money and market lanes falls in; empty for one without a value."""
    low = pd.Series(np.nan, index=frame.index, dtype="float64")
    high = low.copy()
    counted = (frame["drawn_as"] == "cell") & frame["mark_value"].notna()
    money = frame.loc[counted & (frame["lane"] == "money"), "mark_value"]
    if len(money):
        band = np.floor(2 * np.log10(money.clip(lower=1e-3)))
        low.loc[money.index], high.loc[money.index] = 10 ** (band / 2), 10 ** ((band + 1) / 2)
    moves = frame.loc[counted & (frame["lane"] == "market"), "mark_value"]
    if len(moves):
        edges = np.array(MOVE_EDGES)
        band = np.searchsorted(edges, moves.to_numpy(), side="right") - 1
        low.loc[moves.index], high.loc[moves.index] = edges[band], edges[band + 1]
    return low, high


# The moving balance ------------------------------------------------------------------------------


def _balances(frame: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """The balance of the voices of each three months that hold enough of them."""
    voices = frame[(frame["lane"] == "voices") & (frame["date_precision"] != "year")]
    rows = [row for sector, part in voices.groupby("sector", dropna=False, sort=False) for row in _windows(part, sector, filters)]
    return pd.DataFrame(rows)


def _windows(voices: pd.DataFrame, sector: Any, filters: Filters) -> list[dict[str, Any]]:
    month = _month_number(voices["date_mid"])
    order = np.argsort(month, kind="stable")
    voices, month = voices.iloc[order], month[order]
    side, document = np.sign(voices["mark_value"].to_numpy()), _first_document(voices)
    shared = {c: voices[c].iloc[0] for c in ("range_start", "range_end", "shown_lanes")}
    first, last = _month_number(pd.Series([shared["range_start"], shared["range_end"]]))
    if shared["range_start"].day != 1:
        first += 1  # the month that the range begins in is not whole
    rows = []
    for at_month in range(int(month[0]), int(month[-1]) + 1):
        start, end = np.searchsorted(month, (at_month - MONTHS + 1, at_month + 1))
        if end - start < SMALL_N or at_month > last or (filters.since and at_month - MONTHS + 1 < first):
            continue
        window = voices.iloc[start:end]
        latest = window.loc[window["date_mid"] == window["date_mid"].max(), "record_id"].max()
        own = {"sector": sector if isinstance(sector, str) else None, "record_id": latest}
        rows.append(shared | own | _balance_row(at_month, side[start:end], document[start:end]))
    return rows


def _balance_row(month: int, side: Any, document: Any) -> dict[str, Any]:
    n, positive, negative = len(side), int((side > 0).sum()), int((side < 0).sum())
    points, low, high = balance(positive, negative, n)
    begins, ends = (np.datetime64(m, "M").astype("datetime64[D]") for m in (month - MONTHS + 1, month + 1))
    last = ends - np.timedelta64(1, "D")
    days = {
        "window_start": begins,
        "date_start": begins,
        "date_mid": begins + (last - begins) // 2,
        "date_end": last,
        "drawn_date": np.datetime64(month, "M").astype("datetime64[D]") + np.timedelta64(14, "D"),
    }
    return {name: pd.Timestamp(day) for name, day in days.items()} | {
        "lane": "balance",
        "table": "opinions",
        "is_headline": False,
        "date_printed": str(np.datetime64(month, "M")),
        "date_precision": "month",
        "n": n,
        "n_positive": positive,
        "n_neutral": n - positive - negative,
        "n_negative": negative,
        "balance_points": points,
        "balance_low_points": low,
        "balance_high_points": high,
        "n_largest_document": int(np.bincount(document).max()),
    }


# From a mark to its records ----------------------------------------------------------------------


def stands_for_several(mark: dict[str, Any]) -> bool:
    """Whether a row of the frame is drawn as more than its own record."""
    return mark["lane"] == "balance" or mark["drawn_as"] == "cell"


def records_of(rows: Rows, mark: dict[str, Any]) -> Rows:
    """The records behind a balance (the voices of its months) or a cell (its month and category or band)."""
    if mark["lane"] == "balance":
        middle = nw.col("date_mid")
        wanted = (nw.col("lane") == "voices") & (nw.col("date_precision") != "year")
        wanted = wanted & (middle >= nw.lit(_plain(mark["date_start"]))) & (middle <= nw.lit(_plain(mark["date_end"])))
    else:
        first = np.datetime64(mark["period_month"], "M")
        begins, ends = (nw.lit(m.astype("datetime64[s]").item()) for m in (first, first + 1))
        wanted = (nw.col("lane") == mark["lane"]) & (nw.col("drawn_date") >= begins) & (nw.col("drawn_date") < ends)
        if mark["lane"] in ("voices", "events"):
            wanted = wanted & (nw.col("category") == mark["category"])
        elif pd.isna(mark["cell_low"]):
            wanted = wanted & nw.col("mark_value").is_null()
        else:
            wanted = wanted & (nw.col("mark_value") >= mark["cell_low"]) & (nw.col("mark_value") < mark["cell_high"])
    if isinstance(mark["sector"], str):
        wanted = wanted & nw.col(f"in_{mark['sector']}")
    return rows.filter(wanted)


def _plain(day: Any) -> Any:
    return pd.Timestamp(day).to_pydatetime()
