"""Fetching daily levels through akshare, an optional package: asked, asked again, checked for gaps, then stored like a file.

akshare reads public sites. It may find none, be refused for a while, or skip a year without a word; so every answer
is compared with the exchange's calendar, long gaps are asked for again by themselves, and what stays missing is said.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from data.levels import calendars, store
from data.levels.add import Options, Outcome, add_cells
from data.levels.columns import is_header, recognised
from data.levels.files import cells_of
from data.levels.naming import described
from data.levels.recipes import Call, Recipe
from data.levels.store import SeriesMeta

#: From when on a series that is not loaded yet is asked for.
FIRST_DAY = "2015-01-01"
#: A loaded series is asked for from this many days before its last, so that a correction of the newest shows.
_OVERLAP_DAYS = 14
#: This many trading days missing in a row are no suspension of trading but an answer that did not come.
LONG_GAP = 20
PACKAGE_MISSING = (
    "fetch needs the package akshare, which is not installed: run `python -m pip install akshare` with the Python of this project. "
    "What it reads belongs to the sites it reads; mind their terms."
)


class FetchFailed(Exception):
    """No call gave rows; `reasons` says what each of them met."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class PackageMissing(Exception):
    """akshare is not installed."""


@dataclass(frozen=True)
class Patience:
    """How often a call is tried, the first pause in seconds (doubled each time), and how pauses are made."""

    tries: int = 4
    pause_s: float = 2.0
    sleep: Callable[[float], None] = time.sleep


def package() -> Any:
    """The module akshare. Raises PackageMissing."""
    try:
        return importlib.import_module("akshare")
    except ImportError as error:
        raise PackageMissing(PACKAGE_MISSING) from error


def fetch(
    library: Any, recipe: Recipe, start: str | None, end: str | None, options: Options, patience: Patience, say: Callable[[str], None]
) -> Outcome:
    """Fetch one series and store it. Raises FetchFailed, NotDescribed, FileRefused.

    Without `end` it ends with yesterday at the exchange, since today's row may still change.
    """
    meta, notes = described(recipe.said)
    end = end or calendars.iso(calendars.today_at(meta.calendar) - 1)
    start = start or _start(meta)
    if start > end:
        outcome = Outcome(meta)
        outcome.notes.append(f"is up to date: nothing between {start} and {end}")
        return outcome
    frame, call = _first_answer(library, recipe, start, end, patience, say)
    if call.is_dated:
        frame = _healed(library, call, frame, meta, (start, end), patience, say)
    if not meta.terms:
        meta = replace(meta, terms=f"Read through akshare {getattr(library, '__version__', '')} ({call}); belongs to the site read.")
    outcome = add_cells(cells_of(pa.Table.from_pandas(frame, preserve_index=False), call.function, is_header), meta, options, say)
    outcome.notes = [*notes, f"from {call}", *outcome.notes]
    return outcome


def long_gaps(outcome: Outcome) -> list[tuple[int, int, int]]:
    """The stretches that are too long to be anything but missing answers."""
    return [gap for gap in outcome.gaps if gap[2] >= LONG_GAP]


def _start(meta: SeriesMeta) -> str:
    """From where to ask: shortly before the end of what is loaded, or the beginning where that has long gaps."""
    stored = store.find_series(meta.code)
    if stored is None:
        return FIRST_DAY
    days = np.unique(store.read_levels(meta.code, columns=("date",))["date"].to_numpy().astype("datetime64[D]").astype(np.int64))
    last = calendars.day_number(date.fromisoformat(stored.last))
    if meta.calendar:
        sessions = calendars.sessions(meta.calendar, int(days[0]), int(days[-1]))
        gaps = [a for a, _, n in calendars.runs(sessions.missing(days), sessions.days) if n >= LONG_GAP]
        last = min([last, *gaps])
    return calendars.iso(last - _OVERLAP_DAYS)


def _first_answer(
    library: Any, recipe: Recipe, start: str, end: str, patience: Patience, say: Callable[[str], None]
) -> tuple[pd.DataFrame, Call]:
    """Rows from the first call that gives any."""
    reasons = []
    for call in recipe.calls:
        say(f"asking {call}, {start} to {end} ...")
        try:
            return _answer(library, call, start, end, patience, say), call
        except FetchFailed as failed:
            reasons += failed.reasons
    reasons += _like_names(library, recipe, say)
    raise FetchFailed(reasons)


def _answer(library: Any, call: Call, start: str, end: str, patience: Patience, say: Callable[[str], None]) -> pd.DataFrame:
    """The rows of one call from `start` to `end`, tried again after growing pauses. Raises FetchFailed."""
    function = getattr(library, call.function, None)
    if function is None:
        raise FetchFailed([f"{call.function}: this version of akshare has no such function"])
    for attempt in range(patience.tries):
        try:
            frame = function(**call.asked(start, end))
            if frame is None or frame.empty:
                raise ValueError("answered without rows")
            return _between(frame, start, end)
        except KeyError as error:
            if call.named:  # the site lists no board of this name: asking again would not change that
                raise FetchFailed([f"{call}: no board has this name now"]) from error
            reason = f"{type(error).__name__}: {error}"
        except Exception as error:  # whatever a site's answer made of the library's parsing
            reason = f"{type(error).__name__}: {str(error)[:160]}"
        if attempt + 1 < patience.tries:
            pause = patience.pause_s * 2**attempt
            say(f"  {reason}; asked again in {pause:g} s ({attempt + 2} of {patience.tries})")
            patience.sleep(pause)
    raise FetchFailed([f"{call}: {reason}"])


def _between(frame: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    """The rows of the days asked for; several functions answer with all they have. Rows without a date stay, to be refused."""
    column = recognised([str(c) for c in frame.columns]).get("date")
    if column is None:
        raise ValueError(f"answered with unknown columns: {', '.join(map(str, frame.columns))}")
    days = pd.to_datetime(frame.iloc[:, column], errors="coerce")
    kept = frame[(days.isna() | ((days >= start) & (days <= end))).to_numpy()]
    if kept.empty:
        raise ValueError(f"answered without rows of {start} to {end}")
    return kept


def _healed(
    library: Any, call: Call, frame: pd.DataFrame, meta: SeriesMeta, span: tuple[str, str], patience: Patience, say: Callable[[str], None]
) -> pd.DataFrame:
    """The frame with what came when its long gaps were asked for again, each by itself."""
    for first, last, n in _gaps(frame, meta, span[1]):
        start, end = calendars.iso(first), calendars.iso(last)
        say(f"  {n} trading days did not come, {start} to {end}; asked for again")
        patience.sleep(patience.pause_s)
        try:
            more = _answer(library, call, start, end, replace(patience, tries=min(2, patience.tries)), say)
        except FetchFailed as failed:
            say(f"  still missing: {'; '.join(failed.reasons)}")
            continue
        frame = pd.concat([frame, more], ignore_index=True)
    column = recognised([str(c) for c in frame.columns])["date"]
    days = pd.to_datetime(frame.iloc[:, column], errors="coerce").reset_index(drop=True)
    return frame.iloc[days.sort_values(kind="stable").index].reset_index(drop=True)


def _gaps(frame: pd.DataFrame, meta: SeriesMeta, end: str) -> list[tuple[int, int, int]]:
    """Long stretches of trading days without a row, from the first row to the day asked for."""
    days = pd.to_datetime(frame.iloc[:, recognised([str(c) for c in frame.columns])["date"]], errors="coerce").dropna()
    if not meta.calendar or days.empty:
        return []
    known = np.unique(days.to_numpy().astype("datetime64[D]").astype(np.int64))
    sessions = calendars.sessions(meta.calendar, int(known[0]), calendars.day_number(date.fromisoformat(end)))
    missing = np.setdiff1d(sessions.days, known)
    return [run for run in calendars.runs(missing, sessions.days) if run[2] >= LONG_GAP]


def _like_names(library: Any, recipe: Recipe, say: Callable[[str], None]) -> list[str]:
    """Boards whose name is like the one looked for, so that its new name can be given: ths:NAME."""
    if not recipe.words or not hasattr(library, "stock_board_concept_name_ths"):
        return []
    try:
        names = [str(n) for n in library.stock_board_concept_name_ths()["name"]]
    except Exception as error:
        return [f"the list of boards did not come: {type(error).__name__}"]
    like = [n for n in names if any(w.lower() in n.lower() for w in recipe.words)]
    return [f"boards of a like name: {', '.join(like)}; fetch one with ths:NAME --code {recipe.said.code}"] if like else []
