"""The headline numbers of the overview: what the nearest index did, what was paid, how voices lean, what is newest."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pandas as pd
import streamlit as st

from components import records, rounds
from components.card import records_behind
from components.charts import CHART
from components.figures.money import sum_words
from components.plain import plain
from components.shell import calm
from components.words import MISSING, Words
from data.filters import Filters
from data.frames import markets, opinions
from data.frames.common import SMALL_N, chosen, collected
from data.tables import Tables

NEWEST = 3
#: A number and its words need so much; a telephone holds two side by side.
NARROWEST_PX = 155


def show_headline(tables: Tables, filters: Filters, words: Words) -> None:
    """Four numbers of the selection, each with what it is compared to and the rows behind it; beside a chart one column."""
    with st.grid(min_column_width=NARROWEST_PX, key="headline"):
        for number in (_move, _money, _voices, _events):
            with st.container(key=f"headline-{number.__name__.strip('_')}", gap=None), calm(words):
                number(tables, filters, words)


def _metric(title: str, value: str, about: str, behind: Callable[[], None] | None, words: Words) -> None:
    st.metric(title, value)
    st.caption(plain(about))
    if behind is None:
        return
    popover = st.popover(words.t("headline.rows"), type="tertiary", on_change="rerun", key=f"behind:{title}")
    if popover.open:
        with popover:
            behind()


@lru_cache(maxsize=256)
def nearest_move(tables: Tables, filters: Filters) -> dict[str, Any] | None:
    """The move that stands for the selection: of the first chosen sector that has one."""
    found = markets.headline_moves(markets.headline_moves_rows(tables, filters), filters)
    return found.iloc[0].to_dict() if len(found) else None


def _move(tables: Tables, filters: Filters, words: Words) -> None:
    move = nearest_move(tables, filters)
    if move is None:
        _metric(words.t("headline.move"), MISSING, words.t("headline.move_none"), None, words)
        return
    about = words.t(
        "headline.against",
        index=words.pick(move, "index_name"),
        window=words.span(_day(move["window_start"]), _day(move["window_end"])),
        benchmark=words.pick(move, "benchmark"),
        benchmark_move=words.signed_percent(float(move["benchmark_move_pct"])),
        points=words.signed_percent(float(move["difference_pct"])).rstrip("%"),
    )
    chart = CHART["stated-moves"]

    def behind() -> None:
        frame = chart.frame(chart.rows(tables, filters), filters)
        mark = frame[frame["mark_id"] == move["mark_id"]].iloc[0].to_dict()
        for table, rows in records_behind(chart, chart.behind(tables, filters, mark), tables):
            records.show_records(tables, table, rows, words)

    _metric(words.t("headline.move"), words.signed_percent(float(move["move_pct"])), about, behind, words)


def _day(value: Any) -> str:
    return str(pd.Timestamp(value).date())


def _money(tables: Tables, filters: Filters, words: Words) -> None:
    found = rounds.totals(tables, filters)
    own, general = found.get("sector_company", found.get("all_companies")), found.get("general_model")
    title = words.t("headline.money")

    def behind() -> None:
        rows = collected(chosen(tables, "funding_rounds", filters)).sort_values("amount_usd_m", ascending=False, kind="stable")
        records.show_records(tables, "funding_rounds", rows, words, most=8)

    _metric(title, *money_said(own, general, words), behind if found else None, words)


def money_said(own: dict[str, Any] | None, general: dict[str, Any] | None, words: Words) -> tuple[str, str]:
    """The sum of the companies that serve a sector, and what is known of it; that of general-model companies stands apart.

    Where nothing is missing from a sum it is no floor: each says which it is.
    """
    shown = own if own is not None else general
    if shown is None:
        return MISSING, words.t("charts.empty")
    known, n = int(shown["n_known"]), int(shown["n_rounds"])
    kind = "all" if known == n else "about" if known else "none"
    about = words.t(f"headline.money_{kind}", known=known, n=n) if n else words.t("charts.funding.known.nothing_counted")
    if own is None:
        about = words.t("headline.money_only_general") + words.t("colon") + about
    elif general is not None and general["n_known"]:
        about += words.t("semicolon") + words.t("headline.money_general", value=sum_words(general, words))
    return sum_words(shown, words), about


@lru_cache(maxsize=256)
def _balance(tables: Tables, filters: Filters) -> dict[str, Any]:
    frame = opinions.balance_headline(opinions.balance_headline_rows(tables, filters), filters)
    return dict(frame.iloc[0].to_dict())


def _voices(tables: Tables, filters: Filters, words: Words) -> None:
    balance = _balance(tables, filters)
    counts = {key: int(balance[f"n_{key}"]) for key in ("positive", "negative", "neutral")} | {"n": int(balance["n"])}
    enough = counts["n"] >= SMALL_N

    def behind() -> None:
        rows = collected(chosen(tables, "opinions", filters)).sort_values("date_start", ascending=False, kind="stable")
        records.show_records(tables, "opinions", rows, words, most=8)

    value, about = words.t("headline.voices_few"), words.t("headline.voices_about_few", **counts)
    if enough:
        value = words.t("headline.voices_value", points=_points(balance["balance_points"], words))
        if records.has(balance["balance_low_points"]):
            low, high = (_points(balance[f"balance_{side}_points"], words) for side in ("low", "high"))
            about = words.t("headline.voices_about", **counts, low=low, high=high)
    _metric(words.t("headline.voices"), value, about, behind if counts["n"] else None, words)


def _points(value: float, words: Words) -> str:
    return words.signed_percent(float(round(value)), 0).rstrip("%")


def _events(tables: Tables, filters: Filters, words: Words) -> None:
    rows = collected(chosen(tables, "events", filters))
    rows = rows[rows["date_start"] <= pd.Timestamp(tables.data_as_of)]
    rows = rows.sort_values(["date_start", "event_id"], ascending=[False, True], kind="stable").head(NEWEST)
    title = words.t("headline.event")
    if rows.empty:
        _metric(title, MISSING, words.t("charts.empty"), None, words)
        return
    n = len(collected(chosen(tables, "events", filters)))
    _metric(
        title,
        words.date(rows.iloc[0]["date"]),
        words.t("headline.event_about", title=words.pick(rows.iloc[0], "title"), n=n),
        lambda: records.show_records(tables, "events", rows, words),
        words,
    )
