"""The controls of the timeline: its months, its lanes, one axis or one for each sector, and which loaded series it draws."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from components import choices, state
from components.plain import plain
from components.words import Words
from data.filters import Filters
from data.frames.impact_timeline import BEGINS
from data.frames.timeline_lanes import LANES
from data.tables import Tables

#: More lines than this cannot be told apart.
SERIES_AT_MOST = 8


def show_controls(tables: Tables, filters: Filters, words: Words) -> None:
    """What the reader may change of the timeline; every choice is in the link."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="timeline-controls"):
        _months(tables, filters, words)
        _lanes(filters, words)
        choices.option("panels", filters, words)
        if tables.levels.series:
            _series(tables, filters, words)


def show_hint(tables: Tables, words: Words) -> None:
    """What is missing of the market lane, and where it says how to load it; nothing once series are loaded."""
    if tables.levels.trouble:
        st.caption(plain(words.t("timeline.trouble")))
    elif not tables.levels.series:
        how = f"[{plain(words.t('timeline.how_to_load'))}](/markets?view=levels&lang={words.lang})"
        st.caption(plain(words.t("timeline.not_loaded")) + words.t("joiner") + how)


# The months --------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def months(tables: Tables) -> tuple[str, ...]:
    """Every month that the slider offers: from the January of the earliest record, or of the axis, to that of the newest document."""
    starts = [tables.native(table)["date_start"].min() for table in LANES.values()]
    year = min([BEGINS.year, *(int(start.year) for start in starts if start == start)])
    last_year, last_month = (int(part) for part in tables.data_as_of.split("-")[:2])
    count = max((last_year - year) * 12 + last_month, 2)
    return tuple(f"{year + i // 12}-{i % 12 + 1:02d}" for i in range(count))


def shown_months(tables: Tables, filters: Filters) -> tuple[str, str]:
    """The two ends as the slider shows them: the months of the chosen days, as far as it reaches."""
    offered = months(tables)
    first = filters.first_day.isoformat()[:7] if filters.first_day else BEGINS.isoformat()[:7]
    last = filters.last_day.isoformat()[:7] if filters.last_day else offered[-1]
    low, high = (min(max(month, offered[0]), offered[-1]) for month in (first, last))
    return min(low, high), high


def dates_of(moved: tuple[str, str], shown: tuple[str, str], offered: tuple[str, ...]) -> dict[str, list[str]]:
    """What moving the slider writes into the link: an end that stayed keeps the day that was typed, one at its usual place is no filter."""
    usual = {"from": BEGINS.isoformat()[:7], "to": offered[-1]}
    ends = dict(zip(usual, zip(moved, shown, strict=True), strict=True))
    return {name: [] if now == usual[name] else [now] for name, (now, before) in ends.items() if now != before}


def _months(tables: Tables, filters: Filters, words: Words) -> None:
    offered, shown = months(tables), shown_months(tables, filters)
    # A range slider takes its ends only when it is made: where the link changed otherwise than by it, it is made anew.
    # Streamlit remembers its ends by their labels: the language is part of the key.
    if st.session_state.get("timeline:months") != shown:
        st.session_state["timeline:made"] = st.session_state.get("timeline:made", 0) + 1
        st.session_state["timeline:months"] = shown
    key = f"f:months:{words.lang}:{st.session_state['timeline:made']}"

    def push() -> None:
        moved = tuple(st.session_state[key])
        st.session_state["timeline:months"] = moved
        for parameter, codes in dates_of(moved, shown, offered).items():
            state.choose(parameter, codes)

    st.select_slider(
        words.t("timeline.range"),
        offered,
        value=shown,
        key=key,
        format_func=words.date,
        help=words.t("timeline.range_help"),
        on_change=push,
        width=420,
    )


# Lanes and series ----------------------------------------------------------------------------------


def hidden_lanes(shown: list[str]) -> list[str]:
    """The lanes to write as `hide`; with none left to show, all are shown again."""
    hidden = [lane for lane in LANES if lane not in shown]
    return hidden if len(hidden) < len(LANES) else []


def _lanes(filters: Filters, words: Words) -> None:
    state.follow("f:hide", [lane for lane in LANES if lane not in filters.hide])
    st.pills(
        words.t("timeline.lanes"),
        list(LANES),
        selection_mode="multi",
        key="f:hide",
        format_func=lambda code: words.code("lane", code),
        on_change=state.pushes("hide", "f:hide", lambda shown: hidden_lanes(state.code_list(shown))),
    )


def _series(tables: Tables, filters: Filters, words: Words) -> None:
    names = {s.code: words.pick({"name_en": s.name_en, "name_zh": s.name_zh}, "name") for s in tables.levels.series}
    key = f"f:series:{words.lang}"
    state.follow(key, [code for code in filters.series if code in names][:SERIES_AT_MOST])
    st.multiselect(
        words.t("timeline.series"),
        list(names),
        key=key,
        format_func=lambda code: names.get(code, str(code)),
        placeholder=words.t("timeline.series_hint"),
        max_selections=SERIES_AT_MOST,
        on_change=state.pushes("series", key, state.code_list),
        width=320,
    )
