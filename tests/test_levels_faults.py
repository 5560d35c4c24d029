"""What is wrong with a file of prices is named by file, line, column, value and remedy: all of it, and nothing that is right."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.levels import calendars, faults
from data.levels.columns import Parsed, is_header, parse
from data.levels.faults import Expected, Found
from data.levels.files import read_cells

TODAY = calendars.day_number(dt.date(2026, 8, 21))
HEADER = "日期,开盘,最高,最低,收盘"
GOOD = [
    "2024-02-19,99,101,98,100",
    "2024-02-20,100,102,100,101.5",
    "2024-02-21,101,101,98.5,99",
    "2024-02-22,99,103,99,102.25",
    "2024-02-23,102,103,102,103",
]


def check(
    tmp_path: Path,
    rows: list[str],
    header: str = HEADER,
    calendar: str = "XSHG",
    bound: float = 35.0,
    before: tuple[int, float] | None = None,
) -> tuple[Parsed, Found]:
    path = tmp_path / "p.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    parsed = parse(read_cells(path, is_header))
    days = parsed.days[parsed.dated & (parsed.days <= TODAY)]
    sessions = calendars.sessions(calendar, int(days.min()), int(days.max())) if calendar and len(days) else None
    return parsed, faults.find(parsed, Expected(sessions, TODAY, bound, before))


def said(tmp_path: Path, rows: list[str], **more: object) -> list[str]:
    parsed, found = check(tmp_path, rows, **more)  # type: ignore[arg-type]
    problems = found.problems(parsed)
    assert found.total == len(problems)
    assert found.bad.sum() <= len(problems) + found.repeated
    return [str(p).removeprefix("p.csv:") for p in problems]


def replaced(**lines: str) -> list[str]:
    """The good rows with some in other words: `_2` is the row on line 2."""
    return [lines.get(f"_{n}", row) for n, row in enumerate(GOOD, 2)]


def test_good_rows_are_good(tmp_path: Path) -> None:
    _, found = check(tmp_path, GOOD)
    assert (found.total, found.bad.any(), found.warnings, found.turned) == (0, False, [], False)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (replaced(_3="2024-02-30,100,102,100,101.5"), "3: 日期: '2024-02-30': is no date; write 2024-02-16, 2024/2/16, 20240216 or 2024年2月16日, with 09:31 behind it for finer data, or name the form with --date-format"),
        (replaced(_6="2034-02-23,102,103,102,103"), "6: 日期: '2034-02-23': lies in the future, today is 2026-08-21; correct the date or remove the row"),
        (replaced(_4="2024-02-20,100,102,100,101"), "4: 日期: '2024-02-20': also stands on line 3 with another 收盘 (101.5 and 101); keep one of the two"),
        (replaced(_2="2024-02-18,99,101,98,100"), "2: 日期: '2024-02-18': XSHG was closed on this Sunday; remove the row, or name the right exchange with --calendar"),
        (replaced(_2="2024-02-16,99,101,98,100"), "2: 日期: '2024-02-16': XSHG was closed on this Friday; remove the row, or name the right exchange with --calendar"),
        (replaced(_2="2024-02-16,100,102,100,101.5"), "2: 日期: '2024-02-16': XSHG was closed on this Friday, and the row repeats the values of 2024-02-20 on line 3; remove the row, or name the right exchange with --calendar"),
        (replaced(_4="2024-02-21,101,98,98.5,99"), "4: 最高: '98': is below the low of 98.5; correct one of the two"),
        (replaced(_4="2024-02-21,101,101,98.5,98"), "4: 收盘: '98': is below the low of 98.5; correct one of the two"),
        (replaced(_4="2024-02-21,101.5,101,98.5,99"), "4: 开盘: '101.5': is above the high of 101; correct one of the two"),
        (replaced(_4="2024-02-21,101,101,98.5,"), "4: 收盘: '': is empty; write the close, or remove the row if there was no trade"),
        (replaced(_4="2024-02-21,101,101,98.5,99点"), "4: 收盘: '99点': is no number; write it like 3641.54 or 3,641.54"),
        (replaced(_4="2024-02-21,0,101,98.5,99"), "4: 开盘: '0': must be above 0; correct it, or remove the row if there was no trade"),
        (replaced(_4="2024-02-21,101,101,-98.5,99"), "4: 最低: '-98.5': must be above 0; correct it, or remove the row if there was no trade"),
        (replaced(_4="2024-02-21,,,,990"), "4: 收盘: '990': stands out by +875.4% from the row beside it (the bound is 35%); correct it, or raise --max-move-pct if it is real"),
        (replaced(_2="2024-02-19,,,,1"), "2: 收盘: '1': stands out by -99.0% from the row beside it (the bound is 35%); correct it, or raise --max-move-pct if it is real"),
        (replaced(_6="2024-02-23,,,,10"), "6: 收盘: '10': stands out by -90.2% from the row beside it (the bound is 35%); correct it, or raise --max-move-pct if it is real"),
        (replaced(_4="2024-02-21,101,1010,98.5,99"), "4: 最高: '1010': is more than 35% from the close; correct it, or raise --max-move-pct if it is real"),
        (replaced(_4="2024-02-23,102,103,102,103", _6="2024-02-21,101,101,98.5,99"), None),
    ],
)  # fmt: skip
def test_one_fault_is_named_once(tmp_path: Path, rows: list[str], problem: str | None) -> None:
    if problem is not None:
        assert said(tmp_path, rows) == [problem]
        return
    assert said(tmp_path, rows) == [
        f"{line}: 日期: '{day}': is out of order: the rows run from old to new, and line 4 has 2024-02-23; sort the file by date"
        for line, day in ((5, "2024-02-22"), (6, "2024-02-21"))
    ]


def test_a_level_that_stays_changed_is_not_a_slip_of_one_row(tmp_path: Path) -> None:
    rows = replaced(_4="2024-02-21,,,,49.5", _5="2024-02-22,,,,51", _6="2024-02-23,,,,51.5")
    parsed, found = check(tmp_path, rows)
    assert [str(p) for p in found.problems(parsed)] == [
        "p.csv:4: 收盘: '49.5': is -51.2% from the row before and stays there (the bound is 35%); adjust for a split, or raise --max-move-pct if it is real"
    ]
    assert found.lasting == 1
    assert said(tmp_path, rows, bound=60.0) == []


def test_the_move_from_what_is_stored_counts_too(tmp_path: Path) -> None:
    before = (calendars.day_number(dt.date(2024, 2, 8)) * 86_400_000, 10.0)
    (problem,) = said(tmp_path, GOOD, before=before)
    assert problem.startswith("2: 收盘: '100': is +900.0% from the row before and stays there")
    after = (calendars.day_number(dt.date(2024, 3, 8)) * 86_400_000, 10.0)
    assert said(tmp_path, GOOD, before=after) == []


def test_every_fault_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    rows = [
        "x,1,1,1,1",
        "2024-02-17,99,101,98,100",
        "2024-02-19,99,101,98,100",
        "2024-02-20,100,99,100,abc",
        "2024-02-21,99,101,98,",
        "2024-02-22,99,101,98,102",
    ]
    lines = said(tmp_path, rows)
    assert [line.split(":")[0] for line in lines] == ["2", "3", "5", "6", "7"]
    assert "is above the high" in lines[-1]


def test_the_same_row_twice_is_once(tmp_path: Path) -> None:
    _, found = check(tmp_path, [GOOD[0], GOOD[0], *GOOD[1:], GOOD[2]])
    assert (found.total, found.repeated) == (0, 2)
    assert found.bad.tolist() == [False, True, False, False, False, False, True]
    assert not found.turned


def test_a_file_from_new_to_old_is_turned_round(tmp_path: Path) -> None:
    _, found = check(tmp_path, GOOD[::-1])
    assert (found.total, found.turned) == (0, True)
    rows = GOOD[::-1]
    rows[0], rows[1] = rows[1], rows[0]
    assert said(tmp_path, rows) == [
        "2: 日期: '2024-02-22': is out of order: the rows run from new to old, and line 3 has 2024-02-23; sort the file by date"
    ]


def test_without_a_calendar_weekends_are_mentioned_and_not_refused(tmp_path: Path) -> None:
    rows = ["2024-02-17,99,101,98,100", *GOOD]
    _, found = check(tmp_path, rows, calendar="")
    assert found.total == 0
    assert found.warnings == [
        "1 row(s) lie on a weekend, the first is 2024-02-17; --calendar names the exchange and refuses its closed days"
    ]
    assert len(said(tmp_path, rows, calendar="24/5")) == 1
    assert said(tmp_path, rows, calendar="24/7") == []


def test_beyond_what_a_calendar_knows_only_weekends_are_refused(tmp_path: Path) -> None:
    rows = ["1990-06-01,,,,99", "1990-06-02,,,,100", "1990-12-19,,,,99.98", "1990-12-20,,,,104.39"]
    parsed, found = check(tmp_path, rows)
    assert [p.line for p in found.problems(parsed)] == [3]
    assert found.warnings == ["the calendar XSHG knows 1990-12-03 to 1990-12-20; 2 row(s) outside were checked for weekends only"]


def test_moments_are_checked_by_their_day(tmp_path: Path) -> None:
    rows = ["2024-02-19 09:31,,,,100", "2024-02-19 09:32,,,,101", "2024-02-24 09:31,,,,102"]
    assert [line.split(":")[0] for line in said(tmp_path, rows)] == ["4"]


def test_of_many_problems_the_first_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    first = dt.date(2024, 3, 1)
    rows = [f"{first + dt.timedelta(days=i)},99,98,97,100" for i in range(200)]
    parsed, found = check(tmp_path, rows, calendar="24/7")
    assert found.total == 200
    shown = found.problems(parsed)
    assert len(shown) == faults.SHOWN
    assert [p.line for p in shown] == sorted(p.line for p in shown)
    assert shown[0].line == 2


@settings(max_examples=30)
@given(st.data())
def test_a_fault_put_into_a_good_file_is_found_and_its_neighbours_are_not(tmp_path: Path, data: st.DataObject) -> None:
    """Random walks that stay in bounds have no fault; one row made wrong is the one row named."""
    sessions = calendars.sessions("XSHG", TODAY - 60, TODAY)
    n = data.draw(st.integers(3, 20))
    moves = data.draw(st.lists(st.floats(-0.1, 0.1), min_size=n, max_size=n))
    closes = np.round(100 * np.cumprod(1 + np.array(moves)), 2)
    rows = [
        f"{calendars.iso(d)},{c},{c * 1.01:.3f},{c * 0.99:.3f},{c}"
        for d, c in zip(sessions.days[-n:].tolist(), closes.tolist(), strict=True)
    ]
    assert said(tmp_path, rows) == []
    at = data.draw(st.integers(0, n - 1))
    day, c = rows[at].split(",")[0], closes[at]
    wrong = data.draw(
        st.sampled_from(
            [
                f"{day},{c},{c},{c},{c * 20:.2f}",
                f"{day},{c},1,2,{c}",
                f"{day},{c},{c},{c},?",
                f"{day}x,{c},{c},{c},{c}",
                f"2030-01-02,{c},{c},{c},{c}",
            ]
        )
    )
    rows[at] = wrong
    parsed, found = check(tmp_path, rows)
    assert {p.line for p in found.problems(parsed)} == {at + 2}
    assert np.flatnonzero(found.bad).tolist() == [at]


# Calendars ------------------------------------------------------------------------------------------------


def test_a_calendar_follows_from_currency_and_provider() -> None:
    for currency, provider, expected in (
        ("CNY", "", "XSHG"),
        ("", "CSI", "XSHG"),
        ("", "Tonghuashun (THS)", "XSHG"),
        ("", "中证指数公司", "XSHG"),
        ("", "Hang Seng Indexes", "XHKG"),
        ("USD", "", "XNYS"),
        ("KRW", "", "XKRX"),
        ("JPY", "", "XTKS"),
        ("EUR", "Somebody", ""),
        ("", "Swiss Exchange", ""),
    ):
        assert calendars.default_calendar(currency, provider) == expected, (currency, provider)


def test_an_exchange_is_known_by_its_names() -> None:
    assert [calendars.canonical(n) for n in ("xshg", "NYSE", "none", "weekdays", "always")] == ["XSHG", "XNYS", "", "24/5", "24/7"]
    with pytest.raises(ValueError, match=r"no exchange 'XSHX' in exchange-calendars; did you mean .*XSHG"):
        calendars.canonical("XSHX")


def test_missing_days_come_as_stretches() -> None:
    sessions = calendars.sessions("XSHG", calendars.day_number(dt.date(2024, 2, 1)), calendars.day_number(dt.date(2024, 3, 1)))
    days = sessions.days
    assert len(days) == 16, "the Spring Festival took 12 to 16 February, and 9 February besides"
    kept = np.delete(days, [2, 3, 4, 8])
    assert [n for _, _, n in calendars.runs(sessions.missing(kept), days)] == [3, 1]
    assert calendars.runs(sessions.missing(days), days) == []
    assert sessions.missing(days[:0]).tolist() == []
