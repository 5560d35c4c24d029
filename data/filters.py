"""What a reader has chosen, as one frozen value.

Pages, links, data addresses and exported files all parse and write it here. A query string holds
codes, never labels: `sector=film&sector=games&from=2024-01&cross=0`. An absent parameter restricts
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import narwhals as nw

from data import periods
from data.catalog import LIST_SEPARATOR, Dictionary, dictionary
from data.searching import searchable

#: The sectors that a reader picks. `cross` bears on all of them and has its own switch.
CHOSEN_SECTORS = ("film", "short_drama", "games", "advertising")
#: The columns that hold the second coder's word.
SECOND_CODING = {"stance": "stance_second", "theme": "theme_second"}
#: The tables that a date range, a sector and the rest apply to.
DATED_TABLES = ("opinions", "funding_rounds", "index_moves", "events", "models", "indicators")


@dataclass(frozen=True)
class Dimension:
    """One repeated query parameter, and the column that it restricts in each table that has one."""

    parameter: str
    columns: Mapping[str, str]


DIMENSIONS = (
    Dimension("role", {"opinions": "role"}),
    Dimension("stance", {"opinions": "stance"}),
    Dimension("theme", {"opinions": "theme"}),
    Dimension("region", {"opinions": "country_group"}),
    Dimension("organization", {"opinions": "organization_kind"}),
    Dimension("country", {"opinions": "country", "funding_rounds": "country", "models": "country"}),
    Dimension("kind", {"events": "kind", "index_moves": "kind"}),
    Dimension("stage", {"funding_rounds": "stage"}),
)
DIMENSION = {d.parameter: d for d in DIMENSIONS}


@dataclass(frozen=True)
class Option:
    """One query parameter with a single value out of a few; the first is the default and is not written."""

    parameter: str
    allowed: tuple[str, ...]


OPTIONS = (
    Option("coding", ("first", "second")),
    Option("voices", ("all", "speakers")),
    Option("coders", ("all", "differ")),
    Option("split", ("sector", "role", "theme", "country_group", "organization_kind")),
    Option("days", ("90", "30", "180")),
    Option("general", ("apart", "with", "without")),
    Option("sharing", ("whole", "even")),
    Option("amounts", ("usd", "printed")),
    Option("units", ("wan", "bn")),
    Option("around", ("30", "7", "90", "180")),
    Option("panels", ("together", "sectors")),
    Option("measure", ("rebased", "level", "drawdown", "volatility", "beta")),
    Option("model", ("market", "market_adjusted", "mean_adjusted")),
)
OPTION = {o.parameter: o for o in OPTIONS}
#: Parameters that name one record; the key's form is checked here, whether it exists where it is used.
_ENTITY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: Trading days from one to another, counted from an event: `-5..20`.
_DAYS = re.compile(r"(-?[0-9]{1,3})\.\.(-?[0-9]{1,3})")
IDS = {
    "speaker": _ENTITY,
    "event": re.compile(r"EV[0-9]{3}"),
    "company": _ENTITY,
    "investor": _ENTITY,
    "against": _ENTITY,
    "window": _DAYS,
    "estimation": _DAYS,
}
#: Repeated parameters that restrict no table: lanes of the timeline left out, loaded series to show.
LISTS = {"hide": re.compile("events|voices|money|market"), "series": _ENTITY}
PARAMETERS = ("sector", "cross", "from", "to", *DIMENSION, *OPTION, *IDS, *LISTS, "q")


@dataclass(frozen=True)
class Refused:
    """A part of a query that means nothing here, with what would."""

    parameter: str
    value: str
    allowed: tuple[str, ...]


@dataclass(frozen=True)
class Filters:
    """A selection. Empty tuples restrict nothing; `since` and `until` are dates as printed.

    `coding` says which of the two codings of an opinion counts, `voices` whether every judgement counts
    or each speaker once, `coders` keeps all opinions or those on which the two differ; `split`, `event`
    and `days` choose what the opinion charts compare. `general` puts general-model companies apart from
    the others, together with them or leaves them out; `sharing` counts a round of several sectors whole
    in each or shares it evenly; `amounts` says whether single rounds are named in US dollars or as
    printed, `units` how large numbers are written in Chinese. `around` is the days beside an event on the overview,
    `panels` one timeline for all sectors or one for each, `hide` the lanes left out of it; `series`, `against`,
    `measure`, `model`, `window` and `estimation` are what is shown of loaded levels.
    """

    sectors: tuple[str, ...] = ()
    cross: bool = True
    since: str = ""
    until: str = ""
    role: tuple[str, ...] = ()
    stance: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    organization: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    coding: str = "first"
    voices: str = "all"
    coders: str = "all"
    split: str = "sector"
    days: str = "90"
    general: str = "apart"
    sharing: str = "whole"
    amounts: str = "usd"
    units: str = "wan"
    around: str = "30"
    panels: str = "together"
    measure: str = "rebased"
    model: str = "market"
    speaker: str = ""
    event: str = ""
    company: str = ""
    investor: str = ""
    against: str = ""
    window: str = ""
    estimation: str = ""
    hide: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    q: str = ""

    @property
    def first_day(self) -> date | None:
        return periods.bounds(self.since)[0] if self.since else None

    @property
    def last_day(self) -> date | None:
        return periods.bounds(self.until)[1] if self.until else None

    def without(self, *parameters: str) -> Filters:
        """The same selection with some parameters lifted, for counting what each choice would give."""
        names = {"sector": "sectors", "from": "since", "to": "until"}
        empty = Filters()
        return replace(self, **{names.get(p, p): getattr(empty, names.get(p, p)) for p in parameters})

    def to_query(self) -> list[tuple[str, str]]:
        """The selection as query parameters, always in the same order; [] when nothing is restricted."""
        pairs = [("sector", s) for s in self.sectors]
        pairs += [("cross", "0")] if not self.cross else []
        pairs += [(name, value) for name, value in (("from", self.since), ("to", self.until)) if value]
        pairs += [(d.parameter, value) for d in DIMENSIONS for value in getattr(self, d.parameter)]
        pairs += [(o.parameter, getattr(self, o.parameter)) for o in OPTIONS if getattr(self, o.parameter) != o.allowed[0]]
        pairs += [(name, getattr(self, name)) for name in IDS if getattr(self, name)]
        pairs += [(name, value) for name in LISTS for value in getattr(self, name)]
        return pairs + ([("q", self.q)] if self.q else [])


def allowed_values(parameter: str, words: Dictionary | None = None) -> tuple[str, ...]:
    """The codes that a parameter takes; () where it takes text or a date."""
    words = words or dictionary()
    if parameter == "sector":
        return CHOSEN_SECTORS
    if parameter == "cross":
        return ("0", "1")
    if parameter in OPTION:
        return OPTION[parameter].allowed
    if parameter not in DIMENSION:
        return ()
    codes: dict[str, None] = {}
    for table, column in DIMENSION[parameter].columns.items():
        codes |= dict.fromkeys(words.codes[words.tables[table].by_name[column].codes or ""])
    return tuple(codes)


def parse(query: Iterable[tuple[str, str]], words: Dictionary | None = None) -> tuple[Filters, list[Refused]]:
    """Read query parameters. What cannot be meant is left out and returned as `Refused`.

    Parameters that are not filters (`lang`, say) are not looked at: see `unknown_parameters`.
    """
    words = words or dictionary()
    given: dict[str, list[str]] = {}
    for parameter, value in query:
        given.setdefault(parameter, []).append(value)
    refused: list[Refused] = []
    chosen: dict[str, Any] = {}
    for parameter in ("sector", *DIMENSION):
        allowed = allowed_values(parameter, words)
        values = given.get(parameter, [])
        refused += [Refused(parameter, v, allowed) for v in values if v not in allowed]
        # In the dictionary's order, once each: the same choice is the same value and the same link.
        chosen["sectors" if parameter == "sector" else parameter] = tuple(c for c in allowed if c in values)
    for parameter, name in (("from", "since"), ("to", "until")):
        for value in given.get(parameter, [])[-1:]:
            try:
                periods.bounds(value)
                chosen[name] = value
            except ValueError:
                refused.append(Refused(parameter, value, ("2024", "2024-Q1", "2024-03", "2024-03-22")))
    for value in given.get("cross", [])[-1:]:
        if value in ("0", "1"):
            chosen["cross"] = value == "1"
        else:
            refused.append(Refused("cross", value, ("0", "1")))
    for option in OPTIONS:
        for value in given.get(option.parameter, [])[-1:]:
            if value in option.allowed:
                chosen[option.parameter] = value
            else:
                refused.append(Refused(option.parameter, value, option.allowed))
    for name, form in IDS.items():
        for value in given.get(name, [])[-1:]:
            if form.fullmatch(value) and (form is not _DAYS or in_order_of_days(value)):
                chosen[name] = value
            else:
                refused.append(Refused(name, value, (form.pattern,)))
    for name, form in LISTS.items():
        values = given.get(name, [])
        refused += [Refused(name, v, (form.pattern,)) for v in values if not form.fullmatch(v)]
        chosen[name] = tuple(sorted({v for v in values if form.fullmatch(v)}))
    chosen["q"] = " ".join(given.get("q", [""])[-1].split())[:200].strip()
    filters = Filters(**chosen)
    if filters.first_day and filters.last_day and filters.first_day > filters.last_day:
        refused.append(Refused("from", filters.since, (f"<= {filters.until}",)))
        filters = replace(filters, since="")
    return filters, refused


def days_of(value: str) -> tuple[int, int] | None:
    """First and last day of a window as `-5..20`; None where it is none."""
    found = _DAYS.fullmatch(value)
    return (int(found[1]), int(found[2])) if found else None


def in_order_of_days(value: str) -> bool:
    """Whether a window ends no earlier than it begins."""
    days = days_of(value)
    return days is not None and days[0] <= days[1]


def unknown_parameters(query: Iterable[tuple[str, str]], also: Iterable[str] = ()) -> list[str]:
    """Parameter names that are neither filters nor in `also`."""
    known = {*PARAMETERS, *also}
    return list(dict.fromkeys(name for name, _ in query if name not in known))


def keep(table: str, filters: Filters, words: Dictionary | None = None) -> list[nw.Expr]:
    """The conditions that `filters` puts on a table, all to hold. [] when none applies to it."""
    words = words or dictionary()
    columns = words.tables[table].by_name
    conditions: list[nw.Expr] = []
    if filters.sectors and "in_film" in columns:
        wanted = [f"in_{s}" for s in filters.sectors] + (["in_cross"] if filters.cross else [])
        conditions.append(nw.any_horizontal(*(nw.col(c) for c in wanted), ignore_nulls=False))
    elif not filters.cross and "in_cross" in columns:
        conditions.append(~only_cross())
    conditions += _date_conditions(table, filters, words)
    for dimension in DIMENSIONS:
        condition = _dimension_condition(dimension, table, filters, words)
        if condition is not None:
            conditions.append(condition)
    if table == "opinions":
        conditions += _opinion_conditions(filters)
    if table == "funding_rounds":
        conditions += _round_conditions(filters)
    return conditions


def _opinion_conditions(filters: Filters) -> list[nw.Expr]:
    """What only opinions know: search, speaker, and the second coding."""
    conditions = [nw.col("search_text").str.contains(term, literal=True) for term in searchable(filters.q).split()]
    if filters.speaker:
        conditions.append(nw.col("speaker_id") == filters.speaker)
    if filters.coding == "second" or filters.coders == "differ":
        conditions.append(~nw.col("stance_second").is_null())
    if filters.coders == "differ":
        conditions.append((nw.col("stance") != nw.col("stance_second")) | (nw.col("theme") != nw.col("theme_second")))
    return conditions


def _round_conditions(filters: Filters) -> list[nw.Expr]:
    """What only rounds know: the company, an investor in the list, and whether general-model companies are left out."""
    conditions: list[nw.Expr] = []
    if filters.general == "without":
        conditions.append(nw.col("company_kind").fill_null("") != "general_model")
    if filters.company:
        conditions.append(nw.col("company_id") == filters.company)
    if filters.investor:
        listed = nw.concat_str(nw.lit(LIST_SEPARATOR), nw.col("investor_ids").fill_null(""), nw.lit(LIST_SEPARATOR))
        conditions.append(listed.str.contains(f"{LIST_SEPARATOR}{filters.investor}{LIST_SEPARATOR}", literal=True))
    return conditions


def only_cross() -> nw.Expr:
    """Rows that bear on all sectors and on none in particular."""
    others = nw.any_horizontal(*(nw.col(f"in_{s}") for s in CHOSEN_SECTORS), ignore_nulls=False)
    return nw.col("in_cross") & ~others


def _date_conditions(table: str, filters: Filters, words: Dictionary) -> list[nw.Expr]:
    if "date_start" not in words.tables[table].by_name:
        return []
    conditions = []
    if filters.first_day:
        conditions.append(nw.col("date_end") >= _at(filters.first_day))
    if filters.last_day:
        conditions.append(nw.col("date_start") <= _at(filters.last_day))
    return conditions


def _at(day: date) -> nw.Expr:
    """A day as a literal that every engine compares with its dates."""
    return nw.lit(datetime(day.year, day.month, day.day))


def _dimension_condition(dimension: Dimension, table: str, filters: Filters, words: Dictionary) -> nw.Expr | None:
    column = dimension.columns.get(table)
    chosen = getattr(filters, dimension.parameter)
    if column is None or not chosen:
        return None
    # `kind` serves events and series: a kind of the one does not empty the other.
    own = words.codes[words.tables[table].by_name[column].codes or ""]
    meant = [c for c in chosen if c in own]
    if filters.coding == "second" and column in SECOND_CODING:
        column = SECOND_CODING[column]
    return nw.col(column).is_in(meant) if meant else None


def filterable(frame: nw.LazyFrame[Any], table: str, filters: Filters, words: Dictionary | None = None) -> nw.LazyFrame[Any]:
    """A table with the columns that filters look at, for counting: an engine pays for every column it carries."""
    described = (words or dictionary()).tables[table]
    looked_at = [
        described.key,
        *(f"in_{s}" for s in (*CHOSEN_SECTORS, "cross")),
        *("date_start", "date_end", "speaker_id", "company_id", "company_kind"),
        *(*SECOND_CODING, *SECOND_CODING.values()),
        *(d.columns[table] for d in DIMENSIONS if table in d.columns),
        *(["search_text"] if filters.q else []),
        *(["investor_ids"] if filters.investor else []),
    ]
    columns = described.by_name
    return frame.select(*dict.fromkeys(c for c in looked_at if c in columns))


def select(frame: nw.LazyFrame[Any], table: str, filters: Filters, words: Dictionary | None = None) -> nw.LazyFrame[Any]:
    """The rows of a table that the selection keeps."""
    conditions = keep(table, filters, words)
    return frame.filter(*conditions) if conditions else frame


@dataclass(frozen=True)
class Account:
    """What a selection does to one table: `n` of `total` rows, and why the rest is left out.

    The five reasons are counted in this order, each row once: n + all reasons = total.
    """

    n: int
    total: int
    undated: int
    outside_dates: int
    other_sectors: int
    cross_hidden: int
    other_filters: int


def account(frame: nw.LazyFrame[Any], table: str, filters: Filters, words: Dictionary | None = None) -> Account:
    """Count the rows that the selection keeps, and those that each part of it leaves out."""
    words = words or dictionary()
    columns = words.tables[table].by_name

    def count(rows: nw.LazyFrame[Any]) -> int:
        return int(rows.select(nw.len()).collect().item())

    frame = filterable(frame, table, filters, words)
    total = count(frame)
    undated = outside = 0
    dated = frame
    if (filters.since or filters.until) and "date_start" in columns:
        undated = count(frame.filter(nw.col("date_start").is_null()))
        dated = frame.filter(*_date_conditions(table, filters, words))
        outside = total - undated - count(dated)
    hidden = elsewhere = 0
    in_sector = dated
    if "in_film" in columns and (filters.sectors or not filters.cross):
        in_sector = select(dated, table, Filters(sectors=filters.sectors, cross=filters.cross), words)
        left_out = count(dated) - count(in_sector)
        if not filters.cross:
            chosen = nw.any_horizontal(*(nw.col(f"in_{s}") for s in filters.sectors or CHOSEN_SECTORS), ignore_nulls=False)
            hidden = count(dated.filter(nw.col("in_cross") & ~chosen))
        elsewhere = left_out - hidden
    n = count(select(frame, table, filters, words))
    return Account(n, total, undated, outside, elsewhere, hidden, count(in_sector) - n)
