"""Checking a table of prices and storing it: all of it, or with `skip_bad` its good rows, or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from data.checks import Problem
from data.levels import calendars, faults, store
from data.levels.columns import Parsed, is_header, parse, twice
from data.levels.files import Cells, read_cells
from data.levels.naming import shown
from data.levels.store import AppendReport, LevelsRefused, SeriesMeta
from data.tables import open_tables

#: A file this large is worth telling how far it is.
_LARGE_BYTES = 8 << 20
_LARGE_ROWS = 200_000
#: How many stretches of missing days are spelled out.
_SHOWN_GAPS = 8
_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Options:
    """How to read, check and store."""

    max_move_pct: float | None = None
    sheet: str | None = None
    date_format: str | None = None
    skip_bad: bool = False
    dry_run: bool = False


@dataclass
class Outcome:
    """What came of a table.

    `report` is None where nothing was stored. `problems` are the first ones of `n_problems`; `n_left_out` counts
    rows left out for them. `gaps` are stretches of trading days without a row: (first, last, how many days).
    """

    meta: SeriesMeta
    n_rows: int = 0
    report: AppendReport | None = None
    problems: list[Problem] = field(default_factory=list)
    n_problems: int = 0
    n_left_out: int = 0
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    gaps: list[tuple[int, int, int]] = field(default_factory=list)
    dry_run: bool = False

    @property
    def n_missing(self) -> int:
        return sum(n for _, _, n in self.gaps)


def add_file(path: Path, meta: SeriesMeta, options: Options, say: Callable[[str], None]) -> Outcome:
    """Read, check and store a file. `say` hears how far it is. Raises FileRefused when it is no table."""
    began = time.monotonic()
    if path.exists() and path.stat().st_size > _LARGE_BYTES:
        say(f"reading {path.name}, {path.stat().st_size / 1e6:,.0f} MB ...")
    cells = read_cells(path, is_header, options.sheet)
    return add_cells(cells, meta, options, lambda text: say(f"{text} ({time.monotonic() - began:.1f} s)"))


def add_cells(cells: Cells, meta: SeriesMeta, options: Options, say: Callable[[str], None]) -> Outcome:
    """Check and store a table of text."""
    outcome = Outcome(meta, n_rows=len(cells.lines), dry_run=options.dry_run)
    if len(cells.lines) > _LARGE_ROWS:
        say(f"{len(cells.lines):,} rows read, now checked ...")
    stored = store.find_series(meta.code)
    parsed = parse(cells, options.date_format, stored.is_intraday if stored else None)
    whole_file = _of_the_file(cells, parsed)
    if whole_file or not len(cells.lines):
        outcome.problems = whole_file or [Problem(cells.file, 0, "(file)", "", "has a header and no rows below it")]
        outcome.n_problems = len(outcome.problems)
        return outcome
    found = faults.find(parsed, _expected(parsed, meta, options))
    outcome.notes, outcome.warnings = parsed.notes, found.warnings
    if found.turned:
        outcome.notes.append("the file runs from new to old; turned round")
    if found.repeated:
        outcome.notes.append(f"{found.repeated} row(s) stand there twice with the same values; stored once")
    outcome.problems = sorted([*cells.problems, *found.problems(parsed)], key=lambda p: p.line)[: faults.SHOWN]
    outcome.n_problems = len(cells.problems) + found.total
    outcome.n_left_out = len(cells.problems) + int(found.bad.sum()) - found.repeated
    if outcome.n_problems and (not options.skip_bad or found.lasting):
        if options.skip_bad:
            outcome.warnings.append(f"--skip-bad does not help where a level stays changed ({found.lasting} row(s)); see --max-move-pct")
        return outcome
    _stored(parsed.take(~found.bad), outcome, options, say)
    return outcome


def _of_the_file(cells: Cells, parsed: Parsed) -> list[Problem]:
    """What is wrong with the table as a whole."""
    problems = [
        Problem(cells.file, 1, parsed.headers.get(c, c), ",".join(cells.header)[:80], "stands twice in the header; keep one")
        for c in twice(cells.header)
    ]
    if len(parsed.codes) > 1:
        several = ", ".join(parsed.codes[:5])
        problems.append(
            Problem(cells.file, 1, parsed.headers["code"], several, f"{len(parsed.codes)} series in one file; give each a file of its own")
        )
    return problems


def _expected(parsed: Parsed, meta: SeriesMeta, options: Options) -> faults.Expected:
    today = calendars.today_at(meta.calendar)
    days = parsed.days[parsed.dated & (parsed.days <= today)]
    sessions = calendars.sessions(meta.calendar, int(days.min()), int(days.max())) if meta.calendar and len(days) else None
    bound = options.max_move_pct if options.max_move_pct is not None else faults.MAX_MOVE_PCT[meta.kind]
    return faults.Expected(sessions, today, bound, _before(meta.code, parsed))


def _before(code: str, parsed: Parsed) -> tuple[int, float] | None:
    """The stored close just before the first row of the file."""
    times = parsed.times[parsed.dated]
    stored = store.find_series(code)
    if stored is None or not len(times):
        return None
    first = np.datetime64(int(times.min()), "ms").item()
    earlier = store.read_levels(code, end=first if stored.is_intraday else first.date())
    for row in range(earlier.num_rows - 1, max(-1, earlier.num_rows - 3), -1):
        at = earlier["date"][row].as_py()
        moment = int(np.datetime64(at, "ms").astype(np.int64))
        if moment < times.min():
            return moment, float(earlier["close"][row].as_py())
    return None


def _stored(parsed: Parsed, outcome: Outcome, options: Options, say: Callable[[str], None]) -> None:
    """Store the good rows, leaving out with --skip-bad those that contradict what is stored."""
    code = outcome.meta.code
    if len(parsed.lines) > _LARGE_ROWS:
        say(f"{len(parsed.lines):,} rows good, now stored ...")
    while len(parsed.lines):
        try:
            outcome.report = store.append(outcome.meta, parsed.table(), lines=parsed.lines, file=parsed.file, dry_run=options.dry_run)
            break
        except LevelsRefused as refused:
            outcome.problems = (outcome.problems + refused.problems)[: faults.SHOWN]
            outcome.n_problems += len(refused.problems)
            outcome.n_left_out += len(refused.rows)
            if not options.skip_bad or not refused.rows:
                return
            parsed = parsed.take(np.delete(np.arange(len(parsed.lines)), refused.rows))
    days = [parsed.days]
    if store.find_series(code) is not None:
        days.append(_days(code))
    known = np.unique(np.concatenate(days))
    if outcome.meta.calendar and len(known):
        sessions = calendars.sessions(outcome.meta.calendar, int(known[0]), int(known[-1]))
        outcome.gaps = calendars.runs(sessions.missing(known), sessions.days)
    if outcome.report is not None:
        outcome.warnings += _against_stated(code, parsed)


def _days(code: str) -> np.ndarray:
    dates = store.read_levels(code, columns=("date",))["date"]
    return np.unique(dates.to_numpy().astype("datetime64[D]").astype(np.int64))


def _against_stated(code: str, parsed: Parsed) -> list[str]:
    """Where a document states a level of one of these days that is another, beyond its rounding."""
    moves = open_tables().native("index_moves")
    stated = moves[(moves["series_id"] == code) & moves["measure"].isin(["close", "high"]) & (moves["value_qualifier"] == "exact")]
    last_of_day = {int(d): i for i, d in enumerate(parsed.days)}
    differing, n = [], 0
    for row in stated.to_dict("records"):
        day, column = calendars.day_number(row["date"].date()), str(row["measure"])
        if day not in last_of_day or column not in parsed.values or parsed.is_intraday:
            continue
        n += 1
        value, given = float(row["value"]), float(parsed.values[column][last_of_day[day]])
        decimals = len(f"{value!r}".partition(".")[2])
        if abs(value - given) > 0.5 * 10.0**-decimals + 1e-6:
            differing.append(f"{calendars.iso(day)} {column} {given:g}, stated {value:g} ({row['move_id']})")
    if differing:
        return [f"{len(differing)} of {n} levels differ from those that documents state: {'; '.join(differing[:5])}"]
    return [f"agrees with all {n} levels that documents state for it"] if n else []


# What the user is told -------------------------------------------------------------------------------------


def report_lines(outcome: Outcome) -> list[str]:
    """What was done, in sentences."""
    meta, report = outcome.meta, outcome.report
    lines = []
    if report is None:
        lines.append(f"{shown(meta)}: {outcome.n_problems:,} problem(s) in {outcome.n_rows:,} rows; nothing was stored")
        if outcome.n_problems and not any(p.column.startswith("(") for p in outcome.problems):
            lines.append("  mend the file, or store its good rows with --skip-bad")
    else:
        now = store.find_series(meta.code)
        span = f", {now.first} to {now.last}" if now and not outcome.dry_run else ""
        dry = "dry run, nothing stored: " if outcome.dry_run else ""
        new = f"{report.n_new:,} {'row' if report.n_new == 1 else 'rows'} new"
        same = f", {report.n_same:,} known already" if report.n_same else ""
        lines.append(f"{dry}{shown(meta)}: {new}{same}; {report.n_total:,} stored{span}; revision {report.revision}")
        if outcome.n_left_out:
            lines.append(f"  left out: {outcome.n_left_out:,} bad row(s), {outcome.n_problems:,} problem(s)")
        lines.append(f"  {_gap_line(outcome)}")
    lines += [f"  {text}" for text in (*outcome.notes, *outcome.warnings)]
    return lines


def _gap_line(outcome: Outcome) -> str:
    code = outcome.meta.calendar
    if not code:
        return "no exchange calendar, so closed days and gaps were not looked for; --calendar names one"
    if not outcome.gaps:
        return f"no gaps: a row for every trading day of {code} in between"
    stretches = [calendars.iso(a) if n == 1 else f"{calendars.iso(a)} to {calendars.iso(b)} ({n} days)" for a, b, n in outcome.gaps]
    more = f" and {len(stretches) - _SHOWN_GAPS} more stretch(es)" if len(stretches) > _SHOWN_GAPS else ""
    return f"gaps: {outcome.n_missing:,} trading day(s) of {code} without a row: {', '.join(stretches[:_SHOWN_GAPS])}{more}"


def problem_lines(outcome: Outcome) -> list[str]:
    """The first problems, and how many more there are."""
    lines = [str(problem) for problem in outcome.problems]
    hidden = outcome.n_problems - len(outcome.problems)
    return [*lines, f"... and {hidden:,} more"] if hidden > 0 else lines
