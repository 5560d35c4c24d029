"""From cells of text to dates and numbers: which column is which, in English and Chinese, and what each cell says.

A cell that cannot be read is marked, never guessed at: `faults` says where it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.levels.files import Cells

#: What each column is called, the likeliest name first; compared in small letters without blanks, hyphens, dots or brackets.
NAMES: dict[str, tuple[str, ...]] = {
    "date": (
        *("交易日期", "日期", "tradedate", "tradingdate", "date", "datetime", "交易时间", "日期时间", "timestamp", "交易日", "day"),
        *("时间", "time", "", "unnamed:0", "indexlevel0"),
    ),
    "time": ("时间", "time", "时刻"),
    "open": ("开盘", "open", "今开", "开市", "openprice", "openingprice", "pxopen", "开"),
    "high": ("最高", "high", "highprice", "dayhigh", "pxhigh", "高"),
    "low": ("最低", "low", "lowprice", "daylow", "pxlow", "低"),
    "close": (
        *("收盘", "close", "最新", "收市", "closeprice", "closingprice", "closing", "pxlast", "last", "lastprice", "latest"),
        *("price", "指数", "点位", "level", "indexvalue", "收"),
    ),
    "volume": ("成交量", "volume", "vol", "成交股数", "交易量", "总手", "pxvolume"),
    "amount": ("成交额", "amount", "成交金额", "总金额", "金额", "turnovervalue", "turnover", "money"),
    "code": ("tscode", "代码", "证券代码", "指数代码", "股票代码", "基金代码", "symbol", "ticker", "code", "secid"),
}
PRICES = ("open", "high", "low", "close")
#: Units in a header that are not one: 成交额(亿元), amount_yi.
FACTORS = {"亿": 1e8, "yi": 1e8, "万": 1e4, "wan": 1e4, "百万": 1e6, "千": 1e3, "million": 1e6, "mn": 1e6, "bn": 1e9, "billion": 1e9}
_UNIT = re.compile(r"[(\[](?:单位:?)?(百万|亿|万|千|million|billion|mn|bn)?[^)\]]*[)\]]$|_(yi|wan|亿|万)元?$")
#: Suffixes of cells: 38.47万, 1.23B. Only volumes and turnovers are written so.
_SUFFIXES = {"亿": 1e8, "万": 1e4, "K": 1e3, "M": 1e6, "B": 1e9}
_EMPTY = ("", "-", "--", "—", "——", "null", "none", "nan", "n/a", "na", "#n/a", "停牌")
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_THOUSANDS = r"^[+-]?[0-9]{1,3}([,，][0-9]{3})+(\.[0-9]*)?$"
_DATE = (
    r"^(?P<y>[12][0-9]{3})(?:(?:[-/.年] ?(?P<m>[0-9]{1,2})[-/.月] ?(?P<d>[0-9]{1,2})日?)|(?:(?P<m2>[0-9]{2})(?P<d2>[0-9]{2})))"
    r"(?:[ T,　]*(?P<H>[0-9]{1,2})[:：时]?(?P<M>[0-9]{2})(?:[:：分]?(?P<S>[0-9]{2})秒?(?:\.(?P<f>[0-9]{1,9}))?)?分?)?$"
)
_DAY_MS = 86_400_000
#: No exchange has prices of before 1600; a date that seems to is a slip.
_FIRST_MS = int(np.datetime64("1600-01-01", "ms").astype(np.int64))
DATE_FORMS = (
    "write 2024-02-16, 2024/2/16, 20240216 or 2024年2月16日, with 09:31 behind it for finer data, or name the form with --date-format"
)


@dataclass
class Parsed:
    """What a file says, a row each in the order of the file.

    `times` are milliseconds since 1970, of which `dated` rows have one; `values` hold NaN for an empty cell, and
    `unread[column]` marks cells that are not numbers. `text` and `headers` are the cells and names as printed.
    """

    file: str
    lines: np.ndarray
    times: np.ndarray
    dated: np.ndarray
    values: dict[str, np.ndarray]
    unread: dict[str, np.ndarray]
    text: dict[str, pa.Array]
    headers: dict[str, str]
    notes: list[str] = field(default_factory=list)
    codes: tuple[str, ...] = ()
    is_intraday: bool = False

    @property
    def days(self) -> np.ndarray:
        return self.times // _DAY_MS

    def printed(self, column: str, row: int) -> str:
        return str(self.text[column][row].as_py()) if column in self.text else ""

    def take(self, keep: np.ndarray) -> Parsed:
        """The rows that `keep` marks or lists, in its order."""
        at = np.flatnonzero(keep) if keep.dtype == bool else keep
        return Parsed(
            self.file,
            self.lines[at],
            self.times[at],
            self.dated[at],
            {c: v[at] for c, v in self.values.items()},
            {c: v[at] for c, v in self.unread.items()},
            {c: t.take(pa.array(at)) for c, t in self.text.items()},
            self.headers,
            self.notes,
            self.codes,
            self.is_intraday,
        )

    def table(self) -> pa.Table:
        """As the store takes it. Every row must be dated and have its close."""
        dates = pa.array(self.times).view(pa.timestamp("ms"))
        days = pa.array(self.days.astype(np.int32)).view(pa.date32())
        values = {c: pa.array(v, from_pandas=True) for c, v in self.values.items()}
        return pa.table({"date": dates if self.is_intraday else days, **values})


# Which column is which ---------------------------------------------------------------------------------------


def recognised(header: Sequence[str]) -> dict[str, int]:
    """The position of each column that is known by its name; of several names the likeliest."""
    plain = [_plain(h) for h in header]
    found = {}
    for column, names in NAMES.items():
        known = [(names.index(p), i) for i, p in enumerate(plain) if p in names]
        if known:
            found[column] = min(known)[1]
    if found.get("time") == found.get("date"):
        found.pop("time", None)
    return found


def is_header(header: Sequence[str]) -> bool:
    return {"date", "close"} <= recognised(header).keys()


def twice(header: Sequence[str]) -> list[str]:
    """Columns that two cells of the header name alike."""
    plain = [_plain(h) for h in header]
    return [column for column, i in recognised(header).items() if plain[i] and plain.count(plain[i]) > 1]


def _plain(header: str) -> str:
    name = unicodedata.normalize("NFKC", header).strip().lower()
    name = _UNIT.sub("", name)
    name = re.sub(r"[\s_.\-/%]+", "", name)
    shorter = re.sub(r"(价格|价|点位|指数|点数)$", "", name)
    return shorter or name


def _factor(header: str) -> tuple[float, str]:
    """What a header says that its numbers must be multiplied by: 成交额(亿元) is (1e8, "亿")."""
    match = _UNIT.search(unicodedata.normalize("NFKC", header).strip().lower())
    unit = next((g for g in match.groups() if g), "") if match else ""
    return FACTORS.get(unit, 1.0), unit


# What the cells say ------------------------------------------------------------------------------------------


def parse(cells: Cells, date_format: str | None = None, expects_times: bool | None = None) -> Parsed:
    """Read every cell of the columns that are known. `expects_times` is for what is appended to a stored series."""
    places = recognised(cells.header)
    trimmed = {c: pc.utf8_trim_whitespace(cells.columns[i]) for c, i in places.items()}
    headers = {c: cells.header[i] or "(no name)" for c, i in places.items()}
    notes = list(cells.notes)
    dates = trimmed["date"]
    if "time" in trimmed:
        dates = pc.binary_join_element_wise(dates, trimmed["time"], " ")
    times, dated = _dates(dates, date_format)
    values, unread = {}, {}
    for column in (*PRICES, "volume", "amount"):
        if column not in trimmed:
            continue
        is_sum = column in ("volume", "amount")
        numbers, bad = _numbers(trimmed[column], with_suffix=is_sum)
        factor, unit = _factor(headers[column]) if is_sum else (1.0, "")
        if factor != 1.0:
            numbers = numbers * factor
            notes.append(f"{headers[column]}: read in {unit}, so multiplied by {factor:,.0f}")
        if column in ("open", "high", "low") and not bad.any() and not np.nan_to_num(numbers).any():
            notes.append(f"{headers[column]}: empty or 0 in every row, so left out")
            continue
        values[column], unread[column] = numbers, bad
    ignored = [h or "(no name)" for i, h in enumerate(cells.header) if i not in places.values()]
    if ignored:
        notes.append(f"columns not read: {', '.join(ignored)}")
    codes = tuple(str(c) for c in pc.unique(trimmed["code"]).to_pylist()) if "code" in trimmed else ()
    text = {"date": dates, **{c: cells.columns[places[c]] for c in values}}
    parsed = Parsed(cells.file, cells.lines, times, dated, values, unread, text, headers, notes, codes)
    parsed.is_intraday = _has_times(parsed, expects_times)
    if not parsed.is_intraday:
        parsed.times = parsed.days * _DAY_MS
    return parsed


def _has_times(parsed: Parsed, expected: bool | None) -> bool:
    """Whether rows are moments, not days. A time that is the same on every row, one row a day, only says when the day closed."""
    within = parsed.times[parsed.dated] % _DAY_MS
    if not within.any():
        return bool(expected)
    if expected:
        return True
    days = parsed.days[parsed.dated]
    if (within == within[0]).all() and len(np.unique(days)) == len(days):
        clock = pd.Timestamp(int(within[0]), unit="ms").strftime("%H:%M")
        parsed.notes.append(f"every row says {clock}, one row a day, so read as days")
        return False
    return True


def _dates(text: pa.Array, date_format: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds since 1970, and which cells are dates."""
    if date_format:
        found = pd.to_datetime(pd.Series(text.to_pylist(), dtype="str"), format=date_format, errors="coerce")
        dated = found.notna().to_numpy()
        return np.where(dated, found.to_numpy().astype("datetime64[ms]").astype(np.int64), 0), dated
    for plain in (text, pc.replace_substring(text, "/", "-")):  # most files: every cell in one of these two forms
        try:
            times = np.asarray(pc.cast(plain, pa.timestamp("ms")).cast(pa.int64()).to_numpy(zero_copy_only=False))
        except pa.ArrowInvalid:
            continue
        if len(times) and times.min() >= _FIRST_MS:
            return times, np.ones(len(text), bool)
    parts = pc.extract_regex(text, _DATE)
    dated = np.asarray(pc.is_valid(parts).to_numpy(zero_copy_only=False))
    part = partial(_part, parts)
    year, month, day = part("y"), part("m") + part("m2"), part("d") + part("d2")
    hour, minute, second = part("H"), part("M"), part("S")
    first_of_month = ((year - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    days = first_of_month + day - 1
    same_month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) == (year - 1970) * 12 + month - 1
    dated &= (year >= 1600) & (month >= 1) & (month <= 12) & (day >= 1) & same_month & (hour < 24) & (minute < 60) & (second < 60)
    thousandths = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.struct_field(parts, "f"), 3, "0"), 0, 3)
    times = days * _DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000 + _whole(thousandths)
    return np.where(dated, times, 0), dated


def _part(parts: pa.Array, name: str) -> np.ndarray:
    return _whole(pc.struct_field(parts, name))


def _whole(digits: pa.Array) -> np.ndarray:
    filled = pc.fill_null(digits, "0")
    return np.asarray(pc.cast(pc.if_else(pc.equal(filled, ""), "0", filled), pa.int64()).to_numpy(zero_copy_only=False))


def _numbers(text: pa.Array, with_suffix: bool) -> tuple[np.ndarray, np.ndarray]:
    """Floats with NaN for empty cells, and which cells are no number."""
    try:  # most files: every cell a plain number
        values = np.asarray(pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False))
        if np.isfinite(values).all():
            return values, np.zeros(len(text), bool)
    except pa.ArrowInvalid:
        pass
    is_empty = pc.is_in(pc.utf8_lower(text), value_set=pa.array(_EMPTY))
    factors = np.ones(len(text))
    plain = text
    if with_suffix:
        for suffix, factor in _SUFFIXES.items():
            has = pc.ends_with(plain, suffix, ignore_case=True)
            factors = np.where(has.to_numpy(zero_copy_only=False), factor, factors)
            plain = pc.if_else(has, pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(plain, 0, -1)), plain)
    grouped = pc.match_substring_regex(plain, _THOUSANDS)
    plain = pc.if_else(grouped, pc.replace_substring_regex(plain, "[,，]", ""), plain)
    is_number = pc.match_substring_regex(plain, _NUMBER)
    good = pc.and_(is_number, pc.invert(is_empty))
    values = pc.cast(pc.if_else(good, plain, None), pa.float64()).to_numpy(zero_copy_only=False) * factors
    bad = ~good.to_numpy(zero_copy_only=False) & ~is_empty.to_numpy(zero_copy_only=False) | np.isinf(values)
    return np.where(bad, np.nan, values), bad
