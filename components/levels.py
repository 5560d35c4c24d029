"""What is chosen of moves and levels: the event, the measure, the series, their benchmark; or how to load a series."""

from __future__ import annotations

import streamlit as st

from components import choices, state, study
from components.card import show_chart
from components.plain import plain
from components.sharing import copied
from components.words import Words
from data.filters import Filters
from data.frames import index_levels, studied
from data.tables import Tables


def show_moves(tables: Tables, filters: Filters, words: Words) -> None:
    """The section of stated moves: the event that the list is nearest to, then the chart."""
    event("nearest", "known_first", tables, filters, words)
    show_chart("stated-moves", tables, filters, words)
    if not tables.levels.series and not tables.levels.trouble:
        missing(tables, words)


def show(tables: Tables, filters: Filters, words: Words) -> None:
    """The section of levels: its choices where anything is loaded; the chart; else what is missing."""
    if tables.levels.trouble:
        st.warning(plain(words.t("levels.trouble", reason=tables.levels.trouble)), icon=":material/warning:")
    elif tables.levels.series:
        _choices(tables, filters, words)
    show_chart("index-levels", tables, filters, words)
    if not tables.levels.series and not tables.levels.trouble:
        missing(tables, words)


def missing(tables: Tables, words: Words) -> None:
    """That no daily series is loaded, and the command that loads one."""
    st.markdown(plain(words.t("levels.missing")), anchors=False)
    command(tables, words)
    st.caption(words.t("levels.more_commands"))


def command(tables: Tables, words: Words) -> None:
    """The command that loads the benchmark of most other series."""
    known = tables.native("series")
    for row in known[known["series_id"] == "csi-300"].to_dict("records"):
        names = {"code": row["code"], "name_en": row["name_en"], "name_zh": row["name_zh"]}
        copied(words.t("study.missing.command", **names))


def _choices(tables: Tables, filters: Filters, words: Words) -> None:
    choices.option("measure", filters, words)  # alone, so that a telephone breaks it over two lines
    columns = st.columns(3 if filters.measure == "rebased" else 2)
    with columns[0]:
        series(tables, filters, words)
    with columns[1]:
        study.benchmark(tables, filters, words)
    if filters.measure == "rebased":
        with columns[2]:
            event("base", "first_day", tables, filters, words)
    own = [one for one, is_reference in index_levels.shown_series(tables.levels, filters) if not is_reference]
    if not own:
        st.caption(words.t("levels.none_shown"))
    if filters.measure == "beta" and own and not any(one.benchmark for one in own):
        st.caption(words.t("levels.no_beta"))
    shown = tables.levels.series
    days = {"first": words.date(min(s.first for s in shown)), "last": words.date(max(s.last for s in shown))}
    st.caption(plain(words.t("levels.series_loaded", n=len(shown), **days) + words.t("joiner") + words.t("levels.kept")))


def series(tables: Tables, filters: Filters, words: Words) -> None:
    """Which loaded series are drawn; untouched, those of the chosen sectors."""
    now = [s.code for s in studied.matching(tables.levels, filters)[: index_levels.MOST]]
    said = words.t("levels.series"), words.t("levels.series_all")
    study.choose_series("levels-series", said, now, index_levels.MOST, tables, filters, words)


def event(label: str, without: str, tables: Tables, filters: Filters, words: Words) -> None:
    """An event known to the day, or none; the headline events first."""
    rows = tables.native("events").sort_values(["is_headline", "date_start"], ascending=[False, True], kind="stable")
    rows = rows[(rows["date_precision"] == "day") | (rows["event_id"] == filters.event)]
    labels = {row["event_id"]: f"{words.date(row['date'])} · {words.pick(row, 'title')}" for row in rows.to_dict("records")}
    key = f"f:levels-event:{label}:{words.lang}"
    state.follow(key, filters.event if filters.event in labels else "")

    def push() -> None:
        code = st.session_state[key]
        state.choose("event", [code] if code else [])

    none = words.t(f"levels.{without}")
    st.selectbox(
        words.t(f"levels.{label}"), ["", *labels], key=key, format_func=lambda code: labels.get(code, none), on_change=push, width=520
    )
