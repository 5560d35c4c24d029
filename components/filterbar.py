"""The filter bar: sectors, cross-sector, dates and the page's own choices, with a count beside each.

Labels carry counts and change with the language, so every choice is a set of pills (they keep their
codes when labels change) and the codes live in the address bar (`components.state`).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import narwhals as nw
import streamlit as st

from components import state
from components.plain import plain
from components.words import Words
from data.catalog import dictionary
from data.filters import (
    CHOSEN_SECTORS,
    DIMENSION,
    DIMENSIONS,
    LISTS,
    OPTION,
    Account,
    Filters,
    Refused,
    account,
    allowed_values,
    filterable,
    select,
)
from data.tables import Tables

#: Sectors offered as pills. `advertising` is shown when a link brings it.
OFFERED_SECTORS = ("film", "short_drama", "games")
#: How opinions are counted; each has a usual way and one other.
COUNTING = ("voices", "coding", "coders")
#: Parameters whose control is always in sight: no chip beside it.
OWN_CONTROL = ("sector", "cross", "from", "to", *(o for o in OPTION if o not in COUNTING), "window", "estimation", *LISTS)
#: Parameters that name a record: its table, key and name.
NAMED = {
    "speaker": ("entities", "entity_id", "name"),
    "company": ("entities", "entity_id", "name"),
    "investor": ("entities", "entity_id", "name"),
    "event": ("events", "event_id", "title"),
    "against": ("series", "series_id", "name"),
}
EARLIEST = date(2010, 1, 1)
LATEST = date(2035, 12, 31)


@lru_cache(maxsize=2048)
def counts(tables: Tables, names: tuple[str, ...], filters: Filters, parameter: str) -> dict[str, int]:
    """How many records of the page's tables each value of a parameter would keep, the other filters on."""
    lifted = filters.without(parameter)
    found = dict.fromkeys(allowed_values(parameter), 0)
    for name in names:
        columns = dictionary().tables[name].by_name
        if parameter == "sector":
            if "in_film" not in columns:
                continue
            rows = select(filterable(tables.frame(name), name, lifted), name, lifted)
            sums = rows.select(*(nw.col(f"in_{s}").sum() for s in CHOSEN_SECTORS)).collect()
            for sector in CHOSEN_SECTORS:
                found[sector] += int(sums[f"in_{sector}"][0] or 0)
        elif name in DIMENSION[parameter].columns:
            column = DIMENSION[parameter].columns[name]
            grouped = select(filterable(tables.frame(name), name, lifted), name, lifted).group_by(column).agg(n=nw.len()).collect()
            for code, n in zip(grouped[column].to_list(), grouped["n"].to_list(), strict=True):
                if code in found:
                    found[code] += int(n)
    return found


@lru_cache(maxsize=2048)
def accounts(tables: Tables, names: tuple[str, ...], filters: Filters) -> tuple[tuple[str, Account], ...]:
    """What the selection does to each table of the page."""
    return tuple((name, account(tables.frame(name), name, filters)) for name in names)


def show(
    tables: Tables, names: tuple[str, ...], own: tuple[str, ...], words: Words, search: bool = False, counting: bool = False
) -> Filters:
    """Draw the bar and give the selection.

    `names` are the tables it counts, `own` the page's choices, `search` and `counting` whether it offers
    a search and the ways of counting opinions.
    """
    filters, refused, unknown = state.filters()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filterbar"):
        _sectors(tables, names, filters, words)
        _dates(filters, words)
        active = [d.parameter for d in DIMENSIONS if getattr(filters, d.parameter)]
        for parameter in [*own, *(p for p in active if p not in own)]:
            _choice(tables, names, filters, parameter, words)
        if search or filters.q:
            _search(filters, words)
        if counting:
            _counting(filters, words)
    # Always the same place: an element that comes and goes would shift every card below and draw its chart twice.
    with st.container(key="notes"):
        _chips(tables, filters, words)
        if refused or unknown:
            _say_refused(refused, unknown, words)
    st.caption(account_text(tables, names, filters, words))
    return filters


def _counted(label: str, n: int, words: Words) -> str:
    return f"{plain(label)} · {words.number(n)}"


def _sectors(tables: Tables, names: tuple[str, ...], filters: Filters, words: Words) -> None:
    offered = [*OFFERED_SECTORS, *(s for s in filters.sectors if s not in OFFERED_SECTORS)]
    n = counts(tables, names, filters, "sector")
    state.follow("f:sector", list(filters.sectors))
    st.pills(
        words.t("filters.sector"),
        offered,
        selection_mode="multi",
        key="f:sector",
        format_func=lambda code: _counted(words.code("sector", code), n[code], words),
        on_change=state.pushes("sector", "f:sector", state.code_list),
    )
    state.follow("f:cross", filters.cross)
    st.toggle(
        words.t("filters.cross"),
        key="f:cross",
        help=words.t("filters.cross_help"),
        on_change=state.pushes("cross", "f:cross", lambda on: [] if on else ["0"]),
    )


def _dates(filters: Filters, words: Words) -> None:
    label = words.t("filters.dates")
    if filters.since or filters.until:
        label = f"{words.date(filters.since) if filters.since else '…'} – {words.date(filters.until) if filters.until else '…'}"
    with st.popover(plain(label), icon=":material/date_range:", key="p:dates"):
        for parameter, key, value, text in (
            ("from", "f:from", filters.first_day, "filters.from"),
            ("to", "f:to", filters.last_day, "filters.to"),
        ):
            state.follow(key, value)
            st.date_input(
                words.t(text),
                key=key,
                min_value=EARLIEST,
                max_value=LATEST,
                format="YYYY-MM-DD",
                on_change=state.pushes(parameter, key, state.day_code),
            )
        st.caption(words.t("filters.dates_help"))


def _choice(tables: Tables, names: tuple[str, ...], filters: Filters, parameter: str, words: Words) -> None:
    n = counts(tables, names, filters, parameter)
    picked = getattr(filters, parameter)
    offered = [c for c in allowed_values(parameter) if n[c] or c in picked]
    label = words.t(f"filters.{parameter}") + (f" ({words.number(len(picked))})" if picked else "")
    with st.popover(label, key=f"p:{parameter}"):
        state.follow(f"f:{parameter}", list(picked))
        st.pills(
            words.t(f"filters.{parameter}"),
            offered,
            selection_mode="multi",
            key=f"f:{parameter}",
            format_func=lambda code: _counted(parameter_label(parameter, code, words), n[code], words),
            on_change=state.pushes(parameter, f"f:{parameter}", state.code_list),
        )
        if not offered:
            st.caption(words.t("filters.none_offered"))


def parameter_label(parameter: str, code: str, words: Words) -> str:
    """A value of a filter in words, whichever table's list it comes from."""
    if parameter == "sector":
        return words.code("sector", code)
    for table, column in DIMENSION[parameter].columns.items():
        codes = dictionary().tables[table].by_name[column].codes or ""
        if code in dictionary().codes[codes]:
            return words.code(codes, code)
    return code


def _search(filters: Filters, words: Words) -> None:
    state.follow("f:q", filters.q)
    st.text_input(
        words.t("filters.search"),
        key="f:q",
        placeholder=words.t("filters.search_hint"),
        icon=":material/search:",
        max_chars=200,
        on_change=state.pushes("q", "f:q", lambda text: [text.strip()] if text and text.strip() else []),
        width=260,
    )


def _counting(filters: Filters, words: Words) -> None:
    """How opinions count: every judgement or each speaker once, by which coding, or only where codings differ."""
    changed = [p for p in COUNTING if getattr(filters, p) != OPTION[p].allowed[0]]
    label = words.t("filters.counting") + (f" ({words.number(len(changed))})" if changed else "")
    with st.popover(label, key="p:counting"):
        for parameter in COUNTING:
            _, other = OPTION[parameter].allowed
            key = f"f:{parameter}"
            state.follow(key, getattr(filters, parameter) == other)
            st.toggle(
                words.t(f"filters.{parameter}"),
                key=key,
                help=words.t(f"filters.{parameter}_help"),
                on_change=state.pushes(parameter, key, lambda on, other=other: [other] if on else []),  # type: ignore[misc]
            )


def _chips(tables: Tables, filters: Filters, words: Words) -> None:
    """Every filter that is on, each with its ×; none, no row."""
    pairs = [(p, v) for p, v in filters.to_query() if p not in OWN_CONTROL]
    if not filters.to_query():
        return
    with st.container(horizontal=True, gap="xsmall", key="chips"):
        for parameter, value in pairs:
            st.button(
                plain(chip_text(tables, parameter, value, words)),
                icon=":material/close:",
                icon_position="right",
                key=f"chip:{parameter}:{value}",
                on_click=state.drop,
                args=(parameter, value),
            )
        st.button(words.t("filters.clear"), icon=":material/filter_alt_off:", type="tertiary", on_click=state.clear, key="clear")


def chip_text(tables: Tables, parameter: str, value: str, words: Words) -> str:
    """A filter in words: `Role: Union`."""
    if parameter in NAMED:
        value = named(tables, parameter, value, words)
    if parameter in DIMENSION:
        return f"{words.t(f'filters.{parameter}')}{words.t('colon')}{parameter_label(parameter, value, words)}"
    if parameter in COUNTING:
        return words.t(f"filters.{parameter}")
    return f"{words.t(f'filters.{parameter}')}{words.t('colon')}{value}"


def named(tables: Tables, parameter: str, key: str, words: Words) -> str:
    """The name of the record that a parameter points to; its key where there is none."""
    table, column, stem = NAMED[parameter]
    rows = tables.native(table)
    found = rows[rows[column] == key]
    return words.pick(found.iloc[0], stem) if len(found) else key


def _say_refused(refused: list[Refused], unknown: list[str], words: Words) -> None:
    said = [words.t("filters.refused", parameter=r.parameter, value=r.value[:60]) for r in refused]
    said += [words.t("filters.unknown", parameter=name[:60]) for name in unknown]
    st.info(plain(words.t("joiner").join(said)), icon=":material/info:")


def account_text(tables: Tables, names: tuple[str, ...], filters: Filters, words: Words) -> str:
    """`98 of 229 opinions (119 in other sectors, 12 outside the dates)`, for every table of the page."""
    return plain(words.t("semicolon").join(_account_sentence(name, counted, words) for name, counted in accounts(tables, names, filters)))


def _account_sentence(name: str, counted: Account, words: Words) -> str:
    reasons: tuple[tuple[str, int], ...] = (
        ("outside_dates", counted.outside_dates),
        ("undated", counted.undated),
        ("other_sectors", counted.other_sectors),
        ("cross_hidden", counted.cross_hidden),
        ("other_filters", counted.other_filters),
    )
    said = [words.t(f"account.{reason}", n=n) for reason, n in reasons if n]
    text = words.t("account.kept", n=counted.n, total=counted.total, table=table_name(name, words))
    return text + (words.t("account.brackets", reasons=words.listed(said)) if said else "")


def table_name(name: str, words: Words) -> str:
    """A table's title as it stands inside a sentence."""
    title = dictionary().tables[name].title[words.lang]
    return title[0].lower() + title[1:] if words.lang == "en" else title


def scope_text(filters: Filters, words: Words) -> str:
    """The selection in words: sectors, dates and other choices, for a chart's subtitle."""
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
    return " · ".join(parts)
