"""A selection in words: for subtitles, files, citations and whatever else tells what was asked. Knows no Streamlit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from components.words import LANGUAGES, Words, catalogue
from data.catalog import dictionary
from data.filters import DIMENSION, DIMENSIONS, OPTION, Filters
from data.tables import Tables

#: How opinions are counted; each has a usual way and one other.
COUNTING = ("voices", "coding", "coders")
#: Parameters that name a record: its table, key and name.
NAMED = {
    "speaker": ("entities", "entity_id", "name"),
    "company": ("entities", "entity_id", "name"),
    "investor": ("entities", "entity_id", "name"),
    "event": ("events", "event_id", "title"),
    "against": ("series", "series_id", "name"),
}
#: The reasons of `data.filters.Account`, in the order in which it counts them.
REASONS = ("undated", "outside_dates", "other_sectors", "cross_hidden", "other_filters")
#: What `scope_text` has words of its own for.
_SAID_BY_ITSELF = ("sector", "cross", "from", "to", *DIMENSION, "general", *COUNTING, "q")
#: Code lists that hold the words of a parameter's values.
_LISTS = {"sector": "sector", "hide": "lane"}


def parameter_label(parameter: str, code: str, words: Words) -> str:
    """A value of a filter in words, whichever table's list it comes from."""
    if parameter == "sector":
        return words.code("sector", code)
    for table, column in DIMENSION[parameter].columns.items():
        codes = dictionary().tables[table].by_name[column].codes or ""
        if code in dictionary().codes[codes]:
            return words.code(codes, code)
    return code


def table_name(name: str, words: Words) -> str:
    """A table's title as it stands inside a sentence."""
    title = dictionary().tables[name].title[words.lang]
    return title[0].lower() + title[1:] if words.lang == "en" else title


def how_many(n: int, total: int, table: str, words: Words, *, short: bool = False) -> str:
    """`98 of 229 opinions`; of a whole table its number alone, so that a part is seen to be one."""
    form = "all" if n == total else "short" if short else "kept"
    return words.t(f"account.{form}", n=n, total=total, table=table_name(table, words))


def left_out(counted: Mapping[str, int], words: Words, order: tuple[str, ...] = REASONS) -> str:
    """` (119 in other sectors, 12 outside the dates)`: why a selection leaves records of a table out; nothing where it leaves none."""
    said = [words.t(f"account.{reason}", n=counted[reason]) for reason in order if counted[reason]]
    return words.t("account.brackets", reasons=words.listed(said)) if said else ""


def scope_text(filters: Filters, words: Words, tables: Tables | None = None) -> str:
    """The selection in words: sectors, dates and all other choices that are not the usual ones.

    Names of people, companies and events need `tables`; without, their keys stand for them.
    """
    parts = [words.codes("sector", filters.sectors) if filters.sectors else words.t("scope.all_sectors")]
    parts += [] if filters.cross else [words.t("scope.without_cross")]
    if filters.since and filters.until:
        parts.append(words.span(filters.since, filters.until))
    elif filters.since or filters.until:
        parts.append(words.t("scope.since" if filters.since else "scope.until", date=words.date(filters.since or filters.until)))
    for dimension in DIMENSIONS:
        picked = getattr(filters, dimension.parameter)
        if picked:
            parts.append(words.listed(parameter_label(dimension.parameter, c, words) for c in picked))
    parts += [words.t(f"scope.general.{filters.general}")] if filters.general != "apart" else []
    parts += [words.t(f"scope.{p}") for p in COUNTING if getattr(filters, p) != OPTION[p].allowed[0]]
    parts += [words.t("scope.search", q=filters.q)] if filters.q else []
    rest: dict[str, list[str]] = {}
    for parameter, code in filters.to_query():
        if parameter not in _SAID_BY_ITSELF:
            rest.setdefault(parameter, []).append(_value(parameter, code, tables, words))
    parts += [words.t("scope.other", parameter=_parameter(p, words), values=words.listed(values)) for p, values in rest.items()]
    return " · ".join(parts)


def filter_labels(filters: Filters, tables: Tables | None = None) -> list[dict[str, str]]:
    """The selection as rows: `parameter` and `code` as a link has them, and both in words, in both languages.

    Names of people, companies and events need `tables`; without, their keys stand for them.
    """
    rows = []
    for parameter, code in filters.to_query():
        row = {"parameter": parameter, "code": code}
        for lang in LANGUAGES:
            words = Words(lang)
            row |= {f"parameter_{lang}": _parameter(parameter, words), f"label_{lang}": _value(parameter, code, tables, words)}
        rows.append(row)
    return rows


def _parameter(parameter: str, words: Words) -> str:
    for key in (f"filters.{parameter}", f"choices.{parameter}.label"):
        if key in catalogue():
            return words.t(key)
    return words.t(f"described.{parameter}")


def _value(parameter: str, code: str, tables: Tables | None, words: Words) -> str:
    if parameter in DIMENSION:
        return parameter_label(parameter, code, words)
    if parameter in _LISTS:
        return words.code(_LISTS[parameter], code)
    if parameter in NAMED and tables is not None:
        return name_of(tables, parameter, code, words)
    if parameter in ("from", "to"):
        return words.date(code)
    if parameter in COUNTING or parameter == "cross":
        return words.t("scope.without_cross" if parameter == "cross" else f"scope.{parameter}")
    if parameter in OPTION and f"choices.{parameter}.{code}" in catalogue():
        return words.t(f"choices.{parameter}.{code}")
    return code


def name_of(tables: Tables, parameter: str, key: str, words: Words) -> str:
    """The name of the record that a parameter of NAMED points to; its key where there is none."""
    return _names(tables, parameter, words.lang).get(key, key)


@lru_cache(maxsize=32)
def _names(tables: Tables, parameter: str, lang: str) -> dict[str, str]:
    table, key, stem = NAMED[parameter]
    words = Words(lang)
    rows: list[dict[str, Any]] = tables.native(table)[[key, f"{stem}_en", f"{stem}_zh"]].to_dict("records")
    return {str(row[key]): words.pick(row, stem) for row in rows}
