"""Words, numbers and dates in the reader's language.

Interface words stand in `components/text/*.yaml` (one entry: both languages side by side), words for
columns and codes in the data dictionary. Numbers and dates go through Babel. Knows no Streamlit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from babel.dates import format_date
from babel.numbers import format_decimal

from data import periods
from data.catalog import dictionary

TEXT_DIR = Path(__file__).parent / "text"
LANGUAGES = ("en", "zh")
#: What stands where nothing is known.
MISSING = "–"
LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
_LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
#: Units of the tables that hold a power of ten; Chinese readers count by 万 and 亿.
_POWERS = {"十亿": 1e9, "百万": 1e6}
_MONEY = re.compile(r"(US\$|HK\$|CNY|EUR)(?: (?=bn|m))?(.*)")
_HALF, _QUARTER, _YEARS = re.compile("[0-9]{4}H[12]"), re.compile("([0-9]{4})Q([1-4])"), re.compile("[0-9]{4}-[0-9]{4}")


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, Any]]:
    """Every interface text: key -> {en, zh}. A key is its path in the files, joined by dots."""
    entries: dict[str, dict[str, Any]] = {}
    for path in sorted(TEXT_DIR.glob("*.yaml")):
        with path.open(encoding="utf-8") as file:
            for key, value in _flat(yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}, ""):
                if key in entries:
                    raise ValueError(f"{path.name}: {key} stands twice in components/text")
                entries[key] = value
    return entries


def _flat(node: dict[str, Any], prefix: str) -> Iterable[tuple[str, dict[str, Any]]]:
    for name, value in node.items():
        if isinstance(value, dict) and "en" not in value:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


@lru_cache(maxsize=20_000)
def _decimal(value: float | int, digits: int, locale: str) -> str:
    """A number through Babel; kept, since a page writes the same counts again and again."""
    return format_decimal(value, format="#,##0" + ("." + "#" * digits if digits else ""), locale=locale)


class Words:
    """All words in one language. Cheap to make; holds no state.

    `units` is how large numbers are written in Chinese: by 万 and 亿 (`wan`), or as English pages write them (`bn`).
    """

    def __init__(self, lang: str, units: str = "wan") -> None:
        self.lang = lang if lang in LANGUAGES else "en"
        self.units = units
        self.locale = _LOCALES[self.lang]

    def t(self, key: str, **values: Any) -> str:
        """An interface text with its values filled in.

        An entry may give `one` and `other` for English; `n` chooses. Whole numbers are counts.
        Raises KeyError for an unknown key: a test holds that none is.
        """
        entry = catalogue()[key][self.lang]
        if isinstance(entry, dict):
            entry = entry["one"] if values.get("n") == 1 else entry["other"]
        if not values:
            return str(entry)
        return str(entry).format(**{k: self.count(v) if isinstance(v, int) and not isinstance(v, bool) else v for k, v in values.items()})

    def code(self, code_list: str, code: str | None) -> str:
        """A code of a closed list in words; a dash for none."""
        return dictionary().label(code_list, code, self.lang) if code is not None and code == code else MISSING

    def codes(self, code_list: str, codes: Iterable[str]) -> str:
        """Several codes in words, as a list in running text."""
        return self.listed(self.code(code_list, c) for c in codes)

    def label(self, column: str, table: str | None = None) -> str:
        """A column's header."""
        return dictionary().column(column, table).label[self.lang]

    def listed(self, items: Iterable[str]) -> str:
        return ("、" if self.lang == "zh" else ", ").join(items)

    def pick(self, row: Any, stem: str) -> str:
        """The text `<stem>_en` or `<stem>_zh` of a row, the other language where this one is empty."""
        other = "en" if self.lang == "zh" else "zh"
        for lang in (self.lang, other):
            value = row[f"{stem}_{lang}"]
            if isinstance(value, str) and value:
                return value
        return ""

    def number(self, value: float | int, digits: int = 0) -> str:
        """A number with grouped thousands and at most `digits` decimals."""
        return _decimal(value, digits, self.locale)

    @property
    def by_wan(self) -> bool:
        """Whether large numbers are written by 万 and 亿."""
        return self.lang == "zh" and self.units == "wan"

    def count(self, value: float | int, digits: int = 0) -> str:
        """How many: grouped thousands; in Chinese by 万 from there on, whole numbers to the last one: 12.2万, 1.2345万."""
        if not self.by_wan or abs(value) < 1e4:
            return self.number(value, digits)
        scale, unit = (1e8, "亿") if abs(value) >= 1e8 else (1e4, "万")
        return f"{self.number(value / scale, 4)}{unit}"

    def with_unit(self, said: str, unit: str) -> str:
        """A number and its unit: 693 images, 693张图片, 98.24 EFLOPS, 32.4%; in English a currency goes before: US$7bn."""
        if self.lang == "en" and (money := _MONEY.fullmatch(unit)):
            currency, rest = money.groups()
            return f"{currency}{'' if currency.endswith('$') else ' '}{said}{rest}"
        return f"{said} {unit}" if unit[:1].isascii() and unit != "%" else f"{said}{unit}"

    def counted(self, values: Iterable[float], unit: str) -> str:
        """A value of the tables, or the two ends of a range, with its unit: CNY 634.3bn, 6,343亿元."""
        power = next((power for power in _POWERS if self.by_wan and unit.startswith(power)), "")
        said = "–".join(self.count(value * _POWERS.get(power, 1), 2) for value in values)
        return self.with_unit(said, unit.removeprefix(power))

    def percent(self, value: float, digits: int = 0) -> str:
        return f"{self.number(value, digits)}%"

    def signed_percent(self, value: float, digits: int = 1) -> str:
        """A move: always with its sign, a true minus for falls; none where nothing is left of it in so many digits."""
        seen = round(value, digits)
        return f"{'+' if seen > 0 else '−' if seen < 0 else ''}{self.number(abs(value), digits)}%"

    def usd_m(self, value: float) -> str:
        """An amount given in millions of US dollars, at a readable scale: US$1.2bn, 12亿美元."""
        if self.by_wan:
            dollars = value * 1e6
            scale, unit = next(((s, u) for s, u in ((1e12, "万亿"), (1e8, "亿")) if dollars >= s), (1e4, "万") if dollars else (1, ""))
            return f"{self._three(dollars / scale)}{unit}美元"
        scale, unit = (1e3, "bn") if value >= 1e3 else (1, "m")
        return f"US${self._three(value / scale)}{unit}"

    def _three(self, value: float) -> str:
        """About three significant figures, no false decimals."""
        return self.number(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2)

    def date(self, printed: str | date | None) -> str:
        """A date at the precision that it has: 22 March 2024, March 2024, Q1 2024, 2024."""
        if printed is None or printed != printed or printed == "":
            return MISSING
        text = printed if isinstance(printed, str) else printed.isoformat()[:10]
        precision = periods.precision_of(text)
        if precision == "quarter":
            year, quarter = text.split("-Q")
            return f"{year}年第{self.quarter(quarter)}" if self.lang == "zh" else f"{self.quarter(quarter)} {year}"
        start, _ = periods.bounds(text)
        pattern = {"day": ("d MMM y", "y年M月d日"), "month": ("MMM y", "y年M月"), "year": ("y", "y年")}[precision]
        return format_date(start, pattern[self.lang == "zh"], locale=self.locale)

    def period(self, printed: object) -> str:
        """The period of an indicator as documents print it: 2024-03, 2026Q1, 2025H1, 2024-2026, 2024-02-20/2024-03-22."""
        text = str(printed)
        if _HALF.fullmatch(text):
            return f"{text[:4]}年{'上下'[int(text[5]) - 1]}半年" if self.lang == "zh" else f"{text[4:]} {text[:4]}"
        ends = [_QUARTER.sub(r"\1-Q\2", end) for end in (text.split("-") if _YEARS.fullmatch(text) else text.split("/"))]
        try:
            return self.span(ends[0], ends[-1])
        except ValueError:
            return text

    def quarter(self, number: int | str) -> str:
        """A quarter of a year that stands beside it: Q3, 三季度."""
        return f"{'一二三四'[int(number) - 1]}季度" if self.lang == "zh" else f"Q{number}"

    def span(self, start: str, end: str) -> str:
        """From one date to another; what both share is said once: 20 Feb to 22 Mar 2024, 2024年2月20日至3月22日."""
        precision = periods.precision_of(start)
        same_year = precision == periods.precision_of(end) and start[:4] == end[:4]
        if start == end or not same_year or precision not in ("day", "month"):
            return self.date(start) if start == end else f"{self.date(start)}{self._until}{self.date(end)}"
        same_month = precision == "day" and start[:7] == end[:7]
        if self.lang == "zh":
            rest = "d日" if same_month else "M月d日" if precision == "day" else "M月"
            return f"{self.date(start)}{self._until}{self._formatted(end, rest)}"
        first = "d" if same_month else "d MMM" if precision == "day" else "MMM"
        return f"{self._formatted(start, first)}{self._until}{self.date(end)}"

    @property
    def _until(self) -> str:
        return "至" if self.lang == "zh" else " to "

    def _formatted(self, printed: str, pattern: str) -> str:
        return format_date(periods.bounds(printed)[0], pattern, locale=self.locale)
