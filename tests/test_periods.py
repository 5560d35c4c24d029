"""Dates known to a day, month, quarter or year."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import periods
from data.frames.quarters import quarters_between

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("printed", "precision", "first", "last"),
    [
        ("2024-03-22", "day", date(2024, 3, 22), date(2024, 3, 22)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", "month", date(2023, 2, 1), date(2023, 2, 28)),
        ("2024-12", "month", date(2024, 12, 1), date(2024, 12, 31)),
        ("2024-Q1", "quarter", date(2024, 1, 1), date(2024, 3, 31)),
        ("2024-Q4", "quarter", date(2024, 10, 1), date(2024, 12, 31)),
        ("2024", "year", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_printed_date_is_its_whole_period(printed: str, precision: str, first: date, last: date) -> None:
    assert periods.precision_of(printed) == precision
    assert periods.bounds(printed) == (first, last)


@pytest.mark.parametrize(
    "printed",
    ["", "2024-", "24", "2024-3", "2024-13", "2024-00", "2024-02-30", "2023-02-29", "2024-Q5", "2024-Q0", "2024-q1", "2024/03/22", "20240322",
     "2024-W12-5", " 2024", "2024 ", "2024-03\n", "２０２４", "0000", "0000-01", "-2024", "2024-03-22T00:00", "March 2024"],
)  # fmt: skip
def test_what_is_no_date_is_refused(printed: str) -> None:
    with pytest.raises(ValueError, match=r"date|day|month|year|quarter"):
        periods.bounds(printed)


def test_the_refusal_says_what_is_accepted() -> None:
    with pytest.raises(ValueError, match=r"'soon' is not a date: write 2024, 2024-Q3, 2024-03 or 2024-03-22"):
        periods.precision_of("soon")


@given(DAYS)
def test_a_day_lies_in_its_month_quarter_and_year(day: date) -> None:
    for printed in (day.isoformat(), f"{day:%Y-%m}", periods.quarter_of(day), str(day.year)):
        first, last = periods.bounds(printed)
        assert first <= day <= last
        assert first <= periods.middle(first, last) <= last


@given(DAYS)
def test_the_day_after_a_period_is_outside_it(day: date) -> None:
    for name in (f"{day:%Y-%m}", periods.quarter_of(day)):
        after = periods.bounds(name)[1] + timedelta(days=1)
        assert name not in (f"{after:%Y-%m}", periods.quarter_of(after))


@given(DAYS, st.integers(0, 5000))
def test_the_middle_is_no_nearer_to_one_end_than_a_day(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    middle = periods.middle(start, end)
    assert abs((middle - start).days - (end - middle).days) <= 1


@given(DAYS, DAYS)
def test_quarters_run_without_a_gap(one: date, other: date) -> None:
    first, last = sorted((one, other))
    run = quarters_between(periods.quarter_of(first), periods.quarter_of(last))
    assert run[0] == periods.quarter_of(first)
    assert run[-1] == periods.quarter_of(last)
    for before, after in itertools.pairwise(run):
        assert periods.bounds(before)[1] + timedelta(days=1) == periods.bounds(after)[0]


def test_no_quarters_backwards() -> None:
    assert quarters_between("2024-Q2", "2024-Q1") == []
