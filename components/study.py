"""The event study: what is chosen (event, series, windows), its two charts, and what they cannot show, in words below."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from components import choices, state
from components.card import show_chart
from components.charts import CHART, frame_of
from components.figures.event_courses import band_said, day_number, p_said
from components.figures.event_pooled import COLUMNS as POOLED
from components.figures.event_window import COLUMNS as SINGLE
from components.figures.event_window import reason_said, title_of
from components.figures.parts import day, has
from components.plain import plain
from components.sharing import copied
from components.words import Words
from data.event_study.single import ESTIMATION, WINDOW, Window
from data.filters import Filters
from data.frames import studied
from data.frames.event_studies import FIRST_STUDIED
from data.tables import Tables

Record = dict[str, Any]

#: The series that the command for loading names: the benchmark of most others.
_LOAD_FIRST = "csi-300"
#: Days that a window may reach to; the link takes three digits.
_MOST_DAYS = 999
#: Events listed below the chart; the rest stands in its table.
_LISTED = 15


def show(tables: Tables, filters: Filters, words: Words) -> None:
    """The section of the event study."""
    event(tables, filters, words)
    if tables.levels.trouble:
        st.warning(plain(words.t("study.missing.trouble", why=tables.levels.trouble)), icon=":material/warning:")
    if tables.levels.series:
        for column, control in zip(st.columns(2), (series, benchmark), strict=True):
            with column:
                control(tables, filters, words)
        choices.options(("model",), filters, words)
    with st.container(horizontal=True, gap="medium", key="study-windows"):
        days("window", WINDOW, filters, words)
        if tables.levels.series:
            days("estimation", ESTIMATION, filters, words)
    if tables.levels.series:
        missing(tables, filters, words)
    show_chart("event-window", tables, filters, words)
    window_notes(tables, filters, words)
    show_chart("event-pooled", tables, filters, words)
    pooled_notes(tables, filters, words)
    if not tables.levels.series:  # how to load them comes after what there is to see without
        missing(tables, filters, words)


# What is chosen -----------------------------------------------------------------------------------


def event(tables: Tables, filters: Filters, words: Words) -> None:
    """The event that is studied: the headline events first; those not known to the day have no day 0 and are left out.

    One that the link names is offered whatever its date.
    """
    rows = tables.native("events").sort_values(["is_headline", "date_start"], ascending=[False, True], kind="stable")
    rows = rows[(rows["date_precision"] == "day") | (rows["event_id"] == filters.event)]
    labels = {row["event_id"]: f"{words.date(row['date'])} · {words.pick(row, 'title')}" for row in rows.to_dict("records")}
    # Streamlit remembers a selectbox by its label: the language is part of the key.
    key = f"f:study-event:{words.lang}"
    state.follow(key, filters.event if filters.event in labels else FIRST_STUDIED if FIRST_STUDIED in labels else None)

    def push() -> None:
        code = st.session_state[key]
        state.choose("event", [] if code in (None, FIRST_STUDIED) else [code])

    st.selectbox(words.t("study.event"), list(labels), key=key, format_func=lambda code: labels.get(code, str(code)), on_change=push)


def series(tables: Tables, filters: Filters, words: Words) -> None:
    """Which loaded series are shown; untouched, those of the chosen sectors."""
    now = [one.series.code for one in studied.shown(tables.levels, filters)]
    choose_series("series", (words.t("study.series"), words.t("study.series_hint")), now, studied.MOST, tables, filters, words)
    more = len(studied.matching(tables.levels, filters)) - len(now)
    if more > 0:
        st.caption(plain(words.t("study.more", n=more)))


def choose_series(name: str, said: tuple[str, str], now: list[str], most: int, tables: Tables, filters: Filters, words: Words) -> None:
    """A choice among the loaded series, in the link as `series=`; `said`: its label, and what stands in it while nothing is chosen."""
    names = series_names(tables, words)
    usual = sorted(s.code for s in studied.matching(tables.levels, filters.without("series"))[:most])
    # Streamlit remembers a widget by its label: the language is part of the key.
    key = f"f:{name}:{words.lang}"
    state.follow(key, now)

    def push() -> None:
        codes = sorted(st.session_state[key])
        state.choose("series", [] if codes == usual else codes)

    st.multiselect(
        said[0],
        list(names),
        key=key,
        format_func=lambda code: names.get(code, code),
        max_selections=most,
        placeholder=said[1],
        on_change=push,
    )


def series_names(tables: Tables, words: Words) -> dict[str, str]:
    """Loaded series by code, in words; with the code where two have one name, as a widget tells its options by their names."""
    names = {s.code: s.name_zh if words.lang == "zh" and s.name_zh else s.name_en or s.name_zh or s.code for s in tables.levels.series}
    shared = {name for name, n in Counter(names.values()).items() if n > 1}
    return {code: f"{name} · {code}" if name in shared else name for code, name in names.items()}


def benchmark(tables: Tables, filters: Filters, words: Words) -> None:
    """What all series are set against; untouched, each against its own benchmark."""
    names = series_names(tables, words)
    key = f"f:against:{words.lang}"
    state.follow(key, filters.against if filters.against in names else "")

    def push() -> None:
        code = st.session_state[key]
        state.choose("against", [code] if code else [])

    own = words.t("study.own_benchmark")
    st.selectbox(words.t("study.against"), ["", *names], key=key, format_func=lambda code: names.get(code, own), on_change=push)


def days(parameter: str, usual: Window, filters: Filters, words: Words) -> None:
    """First and last day of a window as two numbers; put in order where the first lies behind the last."""
    windows = dict(zip(("window", "estimation"), studied.windows_of(filters), strict=True))
    keys = [f"f:{parameter}:{edge}" for edge in ("from", "to")]

    def push() -> None:
        first, last = sorted(int(st.session_state[key]) for key in keys)
        state.choose(parameter, [] if (first, last) == usual else [f"{first}..{last}"])

    with st.container(key=f"study-{parameter}", width="content"):
        st.caption(words.t(f"study.{parameter}"))
        with st.container(horizontal=True, gap="small"):
            for key, edge, value in zip(keys, ("from", "to"), windows[parameter], strict=True):
                state.follow(key, value)
                st.number_input(
                    words.t(f"study.{edge}"), min_value=-_MOST_DAYS, max_value=_MOST_DAYS, step=1, key=key, on_change=push, width=130
                )


# What is missing ----------------------------------------------------------------------------------


def missing(tables: Tables, filters: Filters, words: Words) -> None:
    """Why there is no market model, in a sentence, and the command that loads a series."""
    loaded = tables.levels
    if studied.shown(loaded, filters):
        if filters.against and loaded.find(filters.against) is None:
            st.caption(plain(words.t("study.missing.against", code=filters.against)))
        return
    if filters.series:
        said = words.t("study.missing.named", codes=words.listed(filters.series))
    elif loaded.series:
        said = words.t("study.missing.other_sectors", n=len(loaded.series))
    else:
        said = words.t("study.missing.nothing")
    st.markdown(plain(said), anchors=False)
    known = tables.native("series")
    for row in known[known["series_id"] == _LOAD_FIRST].to_dict("records"):
        names = {"code": row["code"], "name_en": row["name_en"], "name_zh": row["name_zh"]}
        copied(words.t("study.missing.command", **names))


# Below the chart of one event -----------------------------------------------------------------------


def window_notes(tables: Tables, filters: Filters, words: Words) -> None:
    """Which day counts and why, what was fitted, which series could not be studied, and what else is dated in the window."""
    frame = frame_of(CHART["event-window"], tables, filters)
    if frame.empty:
        return
    with st.container(border=True, key="study-notes"):
        lines = day_lines(frame, words) + refused_lines(frame, words)
        if lines:
            st.markdown(f"**{plain(words.t('study.day.title'))}**\n" + "\n".join(f"- {plain(line)}" for line in lines), anchors=False)
        if frame["may_reach_next_day"].eq(True).any():
            st.caption(plain(words.t("study.day.next_day")))
        _beside(frame, filters, words)


def day_lines(frame: pd.DataFrame, words: Words) -> list[str]:
    """For each series its day 0 and why, the fit, and where it stood on the last day."""
    lines = []
    for _, part in frame[frame["study_part"] == "day"].groupby("series_id", sort=False):
        row = part.iloc[-1].to_dict()
        dates = {"used": words.date(day(row["event_day_used"])), "date": words.date(row["event_date"])}
        why = row["moved_why"] if has(row["moved_why"]) else "own"
        said = [words.t(f"study.day.{why}", name=words.pick(row, "index_name"), **dates), _fit(row, words)]
        end = {"last": day_number(row["relative_day"], words), "value": band_said(row, SINGLE.total, SINGLE, words)}
        tests = {"p": p_said(row["car_p"], words), "rank": p_said(row["car_rank_p"], words)}
        said.append(words.t("study.day.end", t=_signed(row["car_t"], words), **end, **tests))
        lines.append(words.t("joiner").join(said))
    return lines


def _fit(row: Record, words: Words) -> str:
    numbers = {name: words.signed_percent(float(row[f"{name}_pct"]), 2) for name in ("alpha", "drift")}
    return words.t(
        f"study.day.fit.{row['return_model']}",
        n=int(row["n_estimation"]),
        sigma=words.percent(float(row["sigma_pct"]), 2),
        beta=words.number(float(row["beta"]), 2) if has(row["beta"]) else "",
        benchmark=words.pick(row, "benchmark") if has(row["benchmark_id"]) else "",
        **numbers,
    )


def _signed(value: float, words: Words) -> str:
    return f"{'−' if value < 0 else ''}{words.number(abs(value), 2)}"


def refused_lines(frame: pd.DataFrame, words: Words) -> list[str]:
    """Why a series could not be studied, and what it would take."""
    refused = frame[frame["study_part"] == "refused"]
    return [refusal(row, words.pick(row, "index_name"), words) for row in refused.to_dict("records")]


def refusal(row: Record, name: str, words: Words) -> str:
    """One refusal as a sentence."""
    why = row["refusal"]
    if why in ("window_incomplete", "window_has_gap"):
        why = f"{why}.{row['lacking'] if has(row['lacking']) else 'series'}"
    n, needed = (int(row[c]) if has(row[c]) else 0 for c in ("n_available", "n_needed"))
    return words.t(f"study.refused.{why}", name=name, n=n, needed=needed)


def _beside(frame: pd.DataFrame, filters: Filters, words: Words) -> None:
    """Other events of the window as a list, opinions and rounds counted, each with a way to them."""
    row = frame.iloc[0].to_dict()
    first, last = day(row["window_first"]), day(row["window_last"])
    st.markdown(f"**{plain(words.t('study.beside.title', span=words.span(first, last)))}**", anchors=False)
    ways: tuple[tuple[str, str, int, dict[str, str]], ...] = (
        ("/markets", "events", int(row["n_other_events"]), {"view": "events"}),
        ("/opinions", "opinions", int(row["n_opinions_in_window"]), {}),
        ("/funding", "rounds", int(row["n_rounds_in_window"]), {}),
    )
    found = [_way(path, words.t(f"study.beside.{what}", n=n), first, last, filters, words, **more) for path, what, n, more in ways if n]
    said = words.t("study.beside.counts", counts=words.listed(found)) if found else plain(words.t("study.beside.none"))
    st.markdown(said, anchors=False)
    others = frame[frame["study_part"] == "other_event"]
    if len(others):
        st.markdown("\n".join(f"- {_other(other, words)}" for other in others.head(_LISTED).to_dict("records")), anchors=False)
    if len(others) > _LISTED:
        st.caption(plain(words.t("study.beside.more", n=len(others) - _LISTED)))


def _way(path: str, label: str, first: str, last: str, filters: Filters, words: Words, **more: str) -> str:
    """A Markdown link to the records of these days under the same sectors."""
    scope = Filters(sectors=filters.sectors, cross=filters.cross, since=first, until=last).to_query()
    return f"[{plain(label)}](<{path}?{urlencode([*scope, *more.items(), ('lang', words.lang)])}>)"


def _other(row: Record, words: Words) -> str:
    """Another event, linked to all that is dated around it."""
    said = words.t(
        "study.beside.event",
        date=words.date(row["other_event_date"]),
        title=words.pick(row, "other_title"),
        kind=words.code("event_kind", row["other_kind"]),
    )
    at = words.t("study.beside.event_day", day=day_number(row["relative_day"], words)) if has(row["relative_day"]) else ""
    at = words.t("joiner") + plain(at) if at else ""
    return f"[{plain(said)}](</?{urlencode({'event': row['other_event_id'], 'lang': words.lang})}>){at}"


# Below the chart of several events ------------------------------------------------------------------


def pooled_notes(tables: Tables, filters: Filters, words: Words) -> None:
    """How many events were pooled, what every test says, which events were left out and why."""
    frame = frame_of(CHART["event-pooled"], tables, filters)
    if frame.empty:
        return
    stated = frame["study_basis"].iloc[0] == "stated"
    lines = stated_lines(frame, words) if stated else pooled_lines(frame, words)
    title = words.t(f"study.pooled.title{'_stated' if stated else ''}")
    if lines:
        with st.container(border=True, key="study-pooled-notes"):
            st.markdown(f"**{plain(title)}**\n" + "\n".join(f"- {plain(line)}" for line in lines), anchors=False)


def pooled_lines(frame: pd.DataFrame, words: Words) -> list[str]:
    """For each series the events used and left out, and the tests of the last day."""
    lines = []
    for _, part in frame.groupby("series_id", sort=False):
        days, refused = part[part["study_part"] == "day"], part[part["study_part"] == "refused"]
        name = words.pick(part.iloc[0], "index_name")
        said = [refusal(row, name, words) for row in refused[refused["event_id"].isna()].to_dict("records")]
        if len(days):
            said = _tests(days.iloc[-1].to_dict(), name, words)
        left_out = [
            words.t("study.pooled.left_out_one", event=title_of(row, words), why=reason_said(row["refusal"], words))
            for row in refused[refused["event_id"].notna()].to_dict("records")
        ]
        said += [words.t("study.pooled.left_out", events=words.listed(left_out))] if left_out else []
        lines.append(words.t("joiner").join(said))
    return lines


def _tests(row: Record, name: str, words: Words) -> list[str]:
    ps = {"p": "p", "bmp": "bmp_p", "adjusted": "adj_bmp_p", "rank": "rank_p", "adjusted_rank": "adj_rank_p", "sign": "sign_p"}
    pairs = {"k": int(row["n_overlapping"]), "pairs": int(row["n_event_pairs"])}
    used = words.t("study.pooled.used", name=name, n=int(row["n_events"]), of=int(row["n_events_asked"]), **pairs)
    tests = words.t(
        "study.pooled.tests",
        last=day_number(row["relative_day"], words),
        value=band_said(row, POOLED.total, POOLED, words),
        k=int(row["caar_n_positive"]),
        n=int(row["n_events"]),
        **{name: p_said(row[f"caar_{column}"], words) for name, column in ps.items()},
    )
    return [used, tests]


def stated_lines(frame: pd.DataFrame, words: Words) -> list[str]:
    """The events near which no move is stated."""
    none = frame[(frame["study_part"] == "event") & (frame["n_available"] == 0)]
    events = words.listed(title_of(row, words) for row in none.to_dict("records"))
    return [words.t("study.pooled.none_stated", events=events)] if len(none) else []
