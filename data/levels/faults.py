"""What is wrong with a file of prices: every row of it, at once, with file, line, column, value and what to do.

A row that one check refuses is not asked by the next, so that one slip is reported once. Warnings say what could
not be checked or is merely odd.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from data.checks import Problem
from data.levels import calendars
from data.levels.calendars import Sessions
from data.levels.columns import DATE_FORMS, PRICES, Parsed

#: The largest change of one row to the next that is believed without being told, in percent. No broad or sector
#: index here has moved by a third in a day; a share split in two and not adjusted falls by half.
MAX_MOVE_PCT = {"benchmark": 35.0, "sector_index": 35.0, "concept_index": 35.0, "etf": 35.0, "stock": 45.0}
#: How many problems are spelled out; the others are counted.
SHOWN = 50


@dataclass
class Found:
    """What the checks found.

    `bad` marks rows, in the order of the file, that must not be stored: those that a problem names, and repetitions.
    `total` counts problems, `lasting` those of them that leaving out a row would not mend; `turned` says that the
    file runs from new to old.
    """

    bad: np.ndarray
    total: int = 0
    lasting: int = 0
    repeated: int = 0
    turned: bool = False
    warnings: list[str] = field(default_factory=list)
    _marked: list[tuple[str, np.ndarray, Callable[[int], tuple[str, str]]]] = field(default_factory=list)

    def mark(self, column: str, rows: np.ndarray, say: Callable[[int], tuple[str, str]]) -> None:
        """Rows with the same fault; `say` gives value and remedy of one."""
        self._marked.append((column, rows, say))
        self.bad[rows] = True
        self.total += len(rows)

    def problems(self, parsed: Parsed) -> list[Problem]:
        """The first ones by line."""
        firsts = [
            (int(parsed.lines[r]), parsed.headers.get(c, c), int(r), say) for c, rows, say in self._marked for r in np.sort(rows)[:SHOWN]
        ]
        firsts.sort(key=lambda one: one[:3])
        return [Problem(parsed.file, line, header, *say(row)) for line, header, row, say in firsts[:SHOWN]]


@dataclass(frozen=True)
class Expected:
    """What a series allows.

    Its trading days (None where no calendar is known), the number of today there, the bound of a move in percent, and
    the stored close just before the first row of the file: (milliseconds since 1970, close).
    """

    sessions: Sessions | None
    today: int
    max_move_pct: float
    before: tuple[int, float] | None = None


def find(parsed: Parsed, expected: Expected) -> Found:
    """Every fault of the rows."""
    found = Found(np.zeros(len(parsed.lines), bool))
    _dates(parsed, expected, found)
    _numbers(parsed, found)
    _repeats(parsed, found)
    _order(parsed, found)
    _closed_days(parsed, expected, found)
    _spreads(parsed, expected, found)
    _jumps(parsed, expected, found)
    return found


def _dates(parsed: Parsed, expected: Expected, found: Found) -> None:
    found.mark("date", np.flatnonzero(~parsed.dated), lambda r: (parsed.printed("date", r), f"is no date; {DATE_FORMS}"))
    ahead = np.flatnonzero(parsed.dated & (parsed.days > expected.today))
    remedy = f"lies in the future, today is {calendars.iso(expected.today)}; correct the date or remove the row"
    found.mark("date", ahead, lambda r: (parsed.printed("date", r), remedy))


def _numbers(parsed: Parsed, found: Found) -> None:
    """Cells that are no number, closes that are empty, prices that are not positive, sums below zero."""

    def cell(column: str, rows: np.ndarray, remedy: str) -> None:
        found.mark(column, np.flatnonzero(rows), lambda r: (parsed.printed(column, r), remedy))

    for column, values in parsed.values.items():
        unread = parsed.unread[column]
        cell(column, unread, "is no number; write it like 3641.54 or 3,641.54")
        if column in PRICES:
            cell(column, ~unread & (values <= 0), "must be above 0; correct it, or remove the row if there was no trade")
        else:
            cell(column, ~unread & (values < 0), "must not be below 0")
        if column == "close":
            cell(column, ~unread & np.isnan(values), "is empty; write the close, or remove the row if there was no trade")


def _repeats(parsed: Parsed, found: Found) -> None:
    """A time that stands there again: with the same values it counts once, with others it is refused."""
    good = np.flatnonzero(~found.bad)
    order = good[np.argsort(parsed.times[good], kind="stable")]
    again = np.flatnonzero(np.diff(parsed.times[order]) == 0)
    if not len(again):
        return
    starts = np.flatnonzero(np.diff(parsed.times[order], prepend=parsed.times[order][:1] - 1))
    first = order[starts[np.searchsorted(starts, again + 1, "right") - 1]]  # the first row of the same time
    later = order[again + 1]
    differs = np.zeros(len(later), bool)
    for values in parsed.values.values():
        differs |= ~((values[first] == values[later]) | (np.isnan(values[first]) & np.isnan(values[later])))
    other = dict(zip(later[differs].tolist(), first[differs].tolist(), strict=True))

    def say(row: int) -> tuple[str, str]:
        column = next(c for c, v in parsed.values.items() if v[row] != v[other[row]])
        values = f"{parsed.printed(column, other[row])} and {parsed.printed(column, row)}"
        remedy = f"also stands on line {parsed.lines[other[row]]} with another {parsed.headers[column]} ({values}); keep one of the two"
        return parsed.printed("date", row), remedy

    found.mark("date", later[differs], say)
    found.repeated = int((~differs).sum())
    found.bad[later[~differs]] = True  # left out, and no problem


def _order(parsed: Parsed, found: Found) -> None:
    """Rows run forwards, or backwards throughout as in many exports; a row out of line is refused."""
    good = np.flatnonzero(~found.bad)
    times = parsed.times[good]
    steps = np.diff(times)
    if not len(steps):
        return
    found.turned = bool((steps < 0).sum() > (steps > 0).sum())
    if found.turned:
        good, times = good[::-1], times[::-1]
    furthest = np.maximum.accumulate(times)
    late = np.flatnonzero(times < furthest)
    behind = {int(good[i]): int(good[np.searchsorted(furthest, furthest[i])]) for i in late[:SHOWN].tolist()}
    way = "the rows run from new to old" if found.turned else "the rows run from old to new"

    def say(row: int) -> tuple[str, str]:
        other = behind[row]
        return parsed.printed(
            "date", row
        ), f"is out of order: {way}, and line {parsed.lines[other]} has {parsed.printed('date', other)}; sort the file by date"

    # Of many, only the first can be looked up; these are the first of the file unless it runs backwards.
    rows = good[late]
    found.mark(
        "date", rows, lambda r: say(r) if r in behind else (parsed.printed("date", r), f"is out of order: {way}; sort the file by date")
    )


def _closed_days(parsed: Parsed, expected: Expected, found: Found) -> None:
    days = parsed.days
    good = ~found.bad
    if expected.sessions is None:
        weekends = np.flatnonzero(good & ((days + 3) % 7 >= 5))
        if len(weekends):
            first = parsed.printed("date", int(weekends[0]))
            found.warnings.append(
                f"{len(weekends)} row(s) lie on a weekend, the first is {first}; --calendar names the exchange and refuses its closed days"
            )
        return
    sessions = expected.sessions
    closed = np.flatnonzero(good & ~sessions.are_open(days))

    def say(row: int) -> tuple[str, str]:
        day = int(days[row])
        why = f"{sessions.code} was closed on this {calendars.weekday_name(day)}"
        near = [r for r in (row - 1, row + 1) if 0 <= r < len(days) and _same_values(parsed, row, r)]
        copy = f", and the row repeats the values of {parsed.printed('date', near[0])} on line {parsed.lines[near[0]]}" if near else ""
        return parsed.printed("date", row), f"{why}{copy}; remove the row, or name the right exchange with --calendar"

    found.mark("date", closed, say)
    unknown = good & ~sessions.knows(days)
    if unknown.any():
        span = (
            f"{calendars.iso(sessions.first)} to {calendars.iso(sessions.last)}"
            if sessions.first <= sessions.last
            else "none of these days"
        )
        found.warnings.append(
            f"the calendar {sessions.code} knows {span}; {int(unknown.sum())} row(s) outside were checked for weekends only"
        )


def _same_values(parsed: Parsed, one: int, other: int) -> bool:
    return all(v[one] == v[other] or (np.isnan(v[one]) and np.isnan(v[other])) for v in parsed.values.values())


def _spreads(parsed: Parsed, expected: Expected, found: Found) -> None:
    """Low, open and close, high: in this order; and none further from the close than a move may be."""
    values, good = parsed.values, ~found.bad
    if "high" in values and "low" in values:
        crossed = np.flatnonzero(good & (values["high"] < values["low"]))
        found.mark(
            "high",
            crossed,
            lambda r: (parsed.printed("high", r), f"is below the low of {parsed.printed('low', r)}; correct one of the two"),
        )
    for column in ("open", "close"):
        for edge, beyond, word in (("high", np.greater, "above"), ("low", np.less, "below")):
            if column in values and edge in values:
                good = ~found.bad
                outside = np.flatnonzero(good & beyond(values[column], values[edge]))
                _outside(parsed, found, column, edge, word, outside)
    for column in ("open", "high", "low"):
        if column in values:
            with np.errstate(divide="ignore", invalid="ignore"):  # rows that are bad already
                far = np.abs(values[column] / values["close"] - 1) * 100 > expected.max_move_pct
            remedy = f"is more than {expected.max_move_pct:g}% from the close; correct it, or raise --max-move-pct if it is real"
            _cells(parsed, found, column, np.flatnonzero(~found.bad & far), remedy)


def _outside(parsed: Parsed, found: Found, column: str, edge: str, word: str, rows: np.ndarray) -> None:
    found.mark(
        column, rows, lambda r: (parsed.printed(column, r), f"is {word} the {edge} of {parsed.printed(edge, r)}; correct one of the two")
    )


def _cells(parsed: Parsed, found: Found, column: str, rows: np.ndarray, remedy: str) -> None:
    found.mark(column, rows, lambda r: (parsed.printed(column, r), remedy))


def _jumps(parsed: Parsed, expected: Expected, found: Found) -> None:
    """Moves of one row to the next beyond the bound: a single row that stands out, or a level that stays changed."""
    good = np.flatnonzero(~found.bad)
    good = good[np.argsort(parsed.times[good], kind="stable")]
    if not len(good):
        return
    closes, has_before = parsed.values["close"][good], False
    if expected.before is not None and expected.before[0] < parsed.times[good[0]]:
        closes, has_before = np.concatenate([[expected.before[1]], closes]), True
    bound = expected.max_move_pct / 100
    moved = np.flatnonzero(np.abs(closes[1:] / closes[:-1] - 1) > bound) + 1
    single, lasting = _told_apart(closes, moved, bound, has_before)
    shift = 1 if has_before else 0
    pct = {int(good[i - shift]): 100 * (closes[i] / closes[j] - 1) for i, j in (*single, *lasting)}
    limit = f"the bound is {expected.max_move_pct:g}%"

    def alone(row: int) -> tuple[str, str]:
        remedy = f"stands out by {pct[row]:+.1f}% from the row beside it ({limit}); correct it, or raise --max-move-pct if it is real"
        return parsed.printed("close", row), remedy

    def stays(row: int) -> tuple[str, str]:
        remedy = (
            f"is {pct[row]:+.1f}% from the row before and stays there ({limit}); adjust for a split, or raise --max-move-pct if it is real"
        )
        return parsed.printed("close", row), remedy

    found.mark("close", np.array([good[i - shift] for i, _ in single], dtype=np.int64), alone)
    found.mark("close", np.array([good[i - shift] for i, _ in lasting], dtype=np.int64), stays)
    found.lasting += len(lasting)


def _told_apart(
    closes: np.ndarray, moved: np.ndarray, bound: float, has_before: bool
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Positions of single rows and of lasting changes, each with the position that it is measured from."""
    single: list[tuple[int, int]] = []
    lasting: list[tuple[int, int]] = []
    jumps, last = set(moved.tolist()), len(closes) - 1
    for i in moved.tolist():
        if single and single[-1][0] == i - 1:
            continue  # the way back
        if i < last and abs(closes[i + 1] / closes[i - 1] - 1) <= bound:
            single.append((i, i - 1))
        elif i == 1 and not has_before and last > 1 and 2 not in jumps:
            single.append((0, 1))
        elif i == last:
            single.append((i, i - 1))
        else:
            lasting.append((i, i - 1))
    return single, lasting
