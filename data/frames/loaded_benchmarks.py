"""Beside moves that documents state: the loaded benchmark over the same days, from close to close."""

from __future__ import annotations

from typing import Any

import pandas as pd

from data.frames import loaded_closes
from data.frames.common import collected
from data.frames.studied import shifted
from data.levels.store import LoadedSeries
from data.loaded import Loaded
from data.tables import Tables

#: What is added to a record: names of the benchmark, the day that its move starts from, the move in percent.
LOADED = ("loaded_benchmark_id", "loaded_benchmark_en", "loaded_benchmark_zh", "loaded_base_date", "loaded_move_pct")


def with_loaded(records: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Add to each record the move of its mark's benchmark between loaded closes, where both are there."""
    currency = dict(zip(*(collected(tables.frame("series").select(c))[c] for c in ("series_id", "currency")), strict=True))
    known = records["mark_part"].isin(("move", "level_end")) & (records["kind"] != "benchmark")
    marks = records[known & (records["measure"] != "pct_change_intraday")].drop_duplicates("mark_id")
    benchmarks = {
        (code, money): _loaded_benchmark(tables.levels, code, money)
        for code, money in {(b, currency.get(s)) for b, s in zip(marks["benchmark_id"], marks["series_id"], strict=True)}
    }
    asked: dict[LoadedSeries, list[dict[str, Any]]] = {}
    for mark in marks.to_dict("records"):
        found = benchmarks[mark["benchmark_id"], currency.get(mark["series_id"])]
        if found is not None and found.code != mark["series_id"]:
            asked.setdefault(found, []).append(mark)
    rows = [row for series, some in asked.items() for row in _loaded_moves(tables.levels, series, some)]
    return records.merge(pd.DataFrame(rows, columns=["mark_id", *LOADED]), on="mark_id", how="left")


def _loaded_benchmark(loaded: Loaded, code: object, currency: object) -> LoadedSeries | None:
    """The loaded series of a benchmark's code; for a series without a benchmark one of the same currency."""
    if isinstance(code, str):
        return loaded.find(code)
    return next((s for s in loaded.series if s.kind == "benchmark" and s.currency and s.currency == currency), None)


def _loaded_moves(loaded: Loaded, series: LoadedSeries, marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The moves of one loaded benchmark over the windows of these marks, from the session before each stated one."""
    starts = {m["mark_id"]: _first_day(m) for m in marks}
    days = [d for m in marks for d in (starts[m["mark_id"]], m["window_end"]) if pd.notna(d)]
    if not days:
        return []
    first = shifted(min(days).date(), -loaded_closes.SESSION_BEFORE_DAYS)
    closes = loaded_closes.daily(loaded, series.code, first, max(days).date())
    found = []
    for mark in marks:
        start, end = starts[mark["mark_id"]], loaded_closes.on(closes, mark["window_end"])
        if pd.isna(start) or end is None:
            continue
        at = loaded_closes.on(closes, start)
        base = ((start, at) if at is not None else None) if mark["is_computed"] else loaded_closes.before(closes, start)
        if base is not None:
            names = {"loaded_benchmark_id": series.code, "loaded_benchmark_en": series.name_en, "loaded_benchmark_zh": series.name_zh}
            move = {"loaded_base_date": base[0], "loaded_move_pct": 100 * (end / base[1] - 1)}
            found.append({"mark_id": mark["mark_id"]} | names | move)
    return found


def _first_day(mark: dict[str, Any]) -> Any:
    """The day of the first level of a computed move, the first day of a stated one; NaT where it is not stated."""
    if mark["is_computed"]:
        return mark["base_date"]
    return mark["window_end"] if mark["measure"] == "pct_change_day" else mark["window_start"]
