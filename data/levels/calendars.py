"""Trading days, from the package exchange-calendars, which is loaded when first asked and by no page.

A day is a number of days since 1970. What the package does not know (before an exchange's first recorded year,
after the last year whose holidays are announced) is said, not guessed.
"""

from __future__ import annotations

import difflib
import importlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np

#: Where what is printed in a currency, or published by a provider, is traded.
BY_CURRENCY = {"CNY": "XSHG", "HKD": "XHKG", "USD": "XNYS", "KRW": "XKRX", "JPY": "XTKS"}
BY_PROVIDER = {
    "XSHG": "sse szse csi sw shenwan citic wind ths tonghuashun eastmoney a-share cni 上交所 深交所 中证 同花顺 东方财富 申万 中信",
    "XHKG": "hkex hang-seng hsi 港交所 恒生",
    "XNYS": "us-listed nyse nasdaq s&p dow-jones 纽交所 纳斯达克",
    "XKRX": "krx kospi kosdaq",
    "XTKS": "jpx tse nikkei topix",
}
#: What a user may write instead of a code of exchange-calendars.
ALIASES = {"none": "", "weekdays": "24/5", "always": "24/7"}


def _package() -> Any:
    return importlib.import_module("exchange_calendars")


def default_calendar(currency: str, provider: str) -> str:
    """The calendar that a currency implies, else a provider; "" where neither does.

    >>> default_calendar("CNY", ""), default_calendar("", "Hang Seng Indexes"), default_calendar("", "")
    ('XSHG', 'XHKG', '')
    """
    if currency in BY_CURRENCY:
        return BY_CURRENCY[currency]
    name = re.sub(r"[\s()（）,，/]+", "-", provider.lower()).strip("-")
    for code, words in BY_PROVIDER.items():
        if any(re.search(rf"(^|-){re.escape(w)}($|-)" if w.isascii() else w, name) for w in words.split()):
            return code
    return ""


def canonical(name: str) -> str:
    """The code of exchange-calendars that a user means by a name; "" for `none`. Raises ValueError, naming near ones."""
    if name.lower() in ALIASES:
        return ALIASES[name.lower()]
    names = _package().get_calendar_names(include_aliases=True)
    if name.upper() in names:
        return str(_package().resolve_alias(name.upper()))
    near = difflib.get_close_matches(name.upper(), names, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "XSHG is Shanghai, XHKG Hong Kong, XNYS New York, XTKS Tokyo, XKRX Seoul"
    raise ValueError(f"no exchange {name!r} in exchange-calendars; {hint} `none` turns the check off, `weekdays` refuses weekends only")


@dataclass(frozen=True)
class Sessions:
    """The trading days of one exchange from `first` to `last`, the part of a span that its calendar knows."""

    code: str
    first: int
    last: int
    days: np.ndarray

    def knows(self, days: np.ndarray) -> np.ndarray:
        return (days >= self.first) & (days <= self.last)

    def are_open(self, days: np.ndarray) -> np.ndarray:
        """Whether each day was a trading day; where the calendar does not know, whether it was no weekend."""
        weekday = (days + 3) % 7 < 5  # 1970-01-01 was a Thursday
        return np.where(self.knows(days), np.isin(days, self.days), weekday)

    def missing(self, days: np.ndarray) -> np.ndarray:
        """The trading days between the first and the last of `days` that are not among them."""
        inside = self.days[(self.days >= days.min()) & (self.days <= days.max())] if len(days) else self.days[:0]
        return np.setdiff1d(inside, days)


@lru_cache(maxsize=8)
def sessions(code: str, first: int, last: int) -> Sessions:
    """Trading days of an exchange between two days, as far as its calendar reaches."""
    kind = type(_package().get_calendar(code))
    low, high = (day_number(b.date()) if b is not None else None for b in (kind.bound_min(), kind.bound_max()))
    known_first = first if low is None else max(first, low)
    known_last = last if high is None else min(last, high)
    if known_first > known_last:
        return Sessions(code, 1, 0, np.empty(0, np.int64))
    # A calendar needs a span with a session in it: a week on either side, inside what it knows.
    start, end = known_first - 14, known_last + 14
    calendar = _package().get_calendar(
        code, start=iso(start if low is None else max(start, low)), end=iso(end if high is None else min(end, high))
    )
    days = calendar.sessions.to_numpy().astype("datetime64[D]").astype(np.int64)
    return Sessions(code, known_first, known_last, days[(days >= known_first) & (days <= known_last)])


def today_at(code: str) -> int:
    """Today at an exchange; without one, the latest day that it is anywhere."""
    now = datetime.now(UTC)
    zone = _package().get_calendar(code).tz if code else None
    return day_number((now.astimezone(zone) if zone else now + timedelta(hours=14)).date())


def day_number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def iso(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=int(day))).isoformat()


def weekday_name(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=int(day))).strftime("%A")


def runs(missing: np.ndarray, all_days: np.ndarray) -> list[tuple[int, int, int]]:
    """Missing trading days as stretches: (first, last, how many), where `all_days` are the trading days they are among."""
    if not len(missing):
        return []
    at = np.searchsorted(all_days, missing)
    cuts = np.flatnonzero(np.diff(at) > 1) + 1
    return [(int(part[0]), int(part[-1]), len(part)) for part in np.split(missing, cuts)]
