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
from components.described import COUNTING, NAMED, REASONS, how_many, left_out, name_of, parameter_label
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
#: Parameters whose control is always in sight: no chip beside it.
OWN_CONTROL = ("sector", "cross", "from", "to", *(o for o in OPTION if o not in COUNTING), "window", "estimation", *LISTS)
#: Of so many tables a page says why records are left out; of more, it says so on demand.
TABLES_EXPLAINED = 2
#: Dates that a reader chose first, then those that are not known.
_REASONS = ("outside_dates", *(reason for reason in REASONS if reason != "outside_dates"))
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
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filterbar"):
        _sectors(tables, names, filters, words)
        _dates(filters, words)
        active = [d.parameter for d in DIMENSIONS if getattr(filters, d.parameter)]
        for parameter in [*own, *(p for p in active if p not in own)]:
            _choice(tables, names, filters, parameter, words)
        if search or filters.q:
            _search(filters, words)
        if counting:
            _counting(filters, words)
        _account(tables, names, filters, words)
        # Always the same place: an element that comes and goes would shift every card below and draw its chart twice.
        _chips(tables, filters, words)
    with st.container(key="notes"):
        if refused or unknown:
            _say_refused(refused, unknown, words)
    return filters


def _counted(label: str, n: int, words: Words) -> str:
    return f"{plain(label)} · {words.count(n)}"


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
        wrap=True,  # at 320 px one line would hide the last
        label_visibility="collapsed",  # what the pills are shows in their words; screen readers hear the label
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
    if parameter == "country":  # the one list without an order of its own
        offered.sort(key=lambda code: -n[code])
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


def _search(filters: Filters, words: Words) -> None:
    state.follow("f:q", filters.q)
    st.text_input(
        words.t("filters.search"),
        key="f:q",
        placeholder=words.t("filters.search_hint"),
        label_visibility="collapsed",  # the placeholder and the sign show what it is; screen readers hear the label
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
    with st.container(horizontal=True, gap="xsmall", key="chips", width="content"):
        if not filters.without("units").to_query():
            return
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
        value = name_of(tables, parameter, value, words)
    if parameter in DIMENSION:
        return f"{words.t(f'filters.{parameter}')}{words.t('colon')}{parameter_label(parameter, value, words)}"
    if parameter in COUNTING:
        return words.t(f"filters.{parameter}")
    return f"{words.t(f'filters.{parameter}')}{words.t('colon')}{value}"


def _say_refused(refused: list[Refused], unknown: list[str], words: Words) -> None:
    said = [words.t("filters.refused", parameter=r.parameter, value=r.value[:60]) for r in refused]
    said += [words.t("filters.unknown", parameter=name[:60]) for name in unknown]
    st.info(plain(words.t("joiner").join(said)), icon=":material/info:")


def _account(tables: Tables, names: tuple[str, ...], filters: Filters, words: Words) -> None:
    """How many records of each table are kept; of many tables the reasons stand behind the question mark."""
    full = account_text(tables, names, filters, words)
    if len(names) <= TABLES_EXPLAINED:
        st.caption(full)
        return
    kept = [how_many(a.n, a.total, name, words) for name, a in accounts(tables, names, filters)]
    st.caption(plain(words.t("semicolon").join(kept)), help=full if filters.to_query() else None)


def account_text(tables: Tables, names: tuple[str, ...], filters: Filters, words: Words) -> str:
    """`98 of 229 opinions (119 in other sectors, 12 outside the dates)`, for every table of the page."""
    return plain(words.t("semicolon").join(_account_sentence(name, counted, words) for name, counted in accounts(tables, names, filters)))


def _account_sentence(name: str, counted: Account, words: Words) -> str:
    return how_many(counted.n, counted.total, name, words) + left_out(vars(counted), words, _REASONS)
