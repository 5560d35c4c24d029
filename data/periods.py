"""Dates that are known only to a day, month, quarter or year.

A date is kept as it is known (`2024-03`, `2024-Q3`, `2024`), never given a day it does not have.
Filters treat it as the whole period; charts place it in the middle of it and say so.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

PRECISIONS = ("day", "month", "quarter", "year")
_FORMS = {
    "day": re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"),
    "month": re.compile(r"([0-9]{4})-([0-9]{2})"),
    "quarter": re.compile(r"([0-9]{4})-Q([1-4])"),
    "year": re.compile(r"([0-9]{4})"),
}


def precision_of(printed: str) -> str:
    """The precision that a printed date has.

    Raises ValueError, saying what is accepted, when it has none of the four forms.
    """
    for name, form in _FORMS.items():
        if form.fullmatch(printed):
            return name
    raise ValueError(f"{printed!r} is not a date: write 2024, 2024-Q3, 2024-03 or 2024-03-22")


def bounds(printed: str) -> tuple[date, date]:
    """First and last day of the period that a printed date names.

    >>> bounds("2024-02")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    name = precision_of(printed)
    match = _FORMS[name].fullmatch(printed)
    assert match is not None
    parts = [int(p) for p in match.groups()]
    if name == "day":
        day = date(*parts)
        return day, day
    first, last = {"year": (1, 12), "quarter": (3 * parts[-1] - 2, 3 * parts[-1]), "month": (parts[-1], parts[-1])}[name]
    return date(parts[0], first, 1), date(parts[0], last, calendar.monthrange(parts[0], last)[1])


def middle(start: date, end: date) -> date:
    """The day in the middle of a period, where a chart places what is known only to the period."""
    return start + timedelta(days=(end - start).days // 2)


def quarter_of(day: date) -> str:
    """The calendar quarter of a day, as `2024-Q1`."""
    return f"{day.year}-Q{(day.month + 2) // 3}"
