"""Which loaded series a chart shows, what each is set against, and how many days of it two windows may take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

from data.catalog import dictionary
from data.event_study import ESTIMATION, WINDOW
from data.event_study.single import Window
from data.filters import Filters, days_of
from data.frames.common import shown_sectors
from data.levels.store import LoadedSeries
from data.loaded import Loaded

#: More series on one chart cannot be told apart.
MOST = 6
#: Of the series that match, those nearest to the subject come first; benchmarks only where nothing else is loaded.
_KINDS = ("concept_index", "sector_index", "etf", "stock", "benchmark")
#: Calendar days that hold a number of sessions, with room for the longest holidays: China has about 243 sessions a year.
_DAYS_A_SESSION, _ROOM_DAYS = 1.6, 30


@dataclass(frozen=True)
class Studied:
    """A shown series and its benchmark, None where none is loaded."""

    series: LoadedSeries
    benchmark: LoadedSeries | None


def matching(loaded: Loaded, filters: Filters) -> tuple[LoadedSeries, ...]:
    """The loaded series that could be shown: those named in the filters, else those of the chosen sectors and kinds.

    Benchmarks are left out where there is anything else.
    """
    if filters.series:
        return tuple(s for s in loaded.series if s.code in filters.series)
    sectors, known = set(shown_sectors(filters)), dictionary().codes["series_kind"]
    kinds = [kind for kind in filters.kind if kind in known] or known
    found = [s for s in loaded.series if sectors & set(s.sectors) and s.kind in kinds]
    found = [s for s in found if s.kind != "benchmark"] or found
    return tuple(sorted(found, key=lambda s: (_KINDS.index(s.kind), s.code)))


def shown(loaded: Loaded, filters: Filters) -> tuple[Studied, ...]:
    """The first MOST of the matching series, each with its benchmark."""
    return tuple(Studied(s, benchmark_of(loaded, s, filters)) for s in matching(loaded, filters)[:MOST])


def benchmark_of(loaded: Loaded, series: LoadedSeries, filters: Filters) -> LoadedSeries | None:
    """What a series is set against: the one asked for, else its own, else a loaded benchmark of the same currency.

    Only what is loaded counts, and never the series itself.
    """
    for code in (filters.against, series.benchmark):
        found = loaded.find(code) if code and code != series.code else None
        if found is not None:
            return found
    others = (s for s in loaded.series if s.kind == "benchmark" and s.code != series.code)
    return next((s for s in others if s.currency and s.currency == series.currency), None)


def windows_of(filters: Filters) -> tuple[Window, Window]:
    """The window around the event and the estimation window, in trading days."""
    return days_of(filters.window) or WINDOW, days_of(filters.estimation) or ESTIMATION


def reach(first: date, last: date, window: Window, estimation: Window) -> tuple[date, date]:
    """The calendar days that surely hold both windows of every event from `first` to `last`."""
    before = max(-min(estimation[0], window[0]), 0)
    after = max(window[1], estimation[1], 0)
    return shifted(first, -_calendar(before)), shifted(last, _calendar(after))


def _calendar(sessions: int) -> int:
    return ceil(sessions * _DAYS_A_SESSION) + _ROOM_DAYS


def shifted(day: date, days: int) -> date:
    """A day so many days later, or the first or last day that there is."""
    return date.min + timedelta(days=min(max(day.toordinal() - 1 + days, 0), date.max.toordinal() - 1))


def described(studied: Studied) -> dict[str, Any]:
    """Names and facts of a series and its benchmark, as columns of frames."""
    series, other = studied.series, studied.benchmark
    return {
        "series_id": series.code,
        "index_name_en": series.name_en,
        "index_name_zh": series.name_zh,
        "series_kind": series.kind,
        "currency": series.currency or None,
        "benchmark_id": other.code if other else None,
        "benchmark_en": other.name_en if other else None,
        "benchmark_zh": other.name_zh if other else None,
    }
