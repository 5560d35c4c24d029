"""Choices that belong to one chart: what to split by, which event, how many days. They live in the link too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from components import state
from components.ordering import place_of
from components.words import Words
from data.checks import split
from data.filters import OPTION, Filters
from data.frames.common import chosen, collected
from data.frames.debate import FIRST_EVENT
from data.tables import Tables


def options(parameters: tuple[str, ...], filters: Filters, words: Words) -> None:
    """Several choices side by side."""
    with st.container(horizontal=True, gap="medium", key="options"):
        for parameter in parameters:
            option(parameter, filters, words)


def option(parameter: str, filters: Filters, words: Words) -> None:
    """One of a few values of a parameter, as a row of buttons."""
    allowed = OPTION[parameter].allowed
    key = f"f:{parameter}"
    state.follow(key, getattr(filters, parameter))

    def push() -> None:
        code = st.session_state[key] or allowed[0]
        state.choose(parameter, [] if code == allowed[0] else [code])

    st.segmented_control(
        words.t(f"choices.{parameter}.label"),
        sorted(allowed, key=int) if parameter in ("days", "around") else allowed,
        key=key,
        required=True,
        format_func=lambda code: words.t(f"choices.{parameter}.{code}"),
        on_change=push,
    )


def event(tables: Tables, filters: Filters, words: Words) -> None:
    """The event to compare before and after: every event, those that a timeline labels first."""
    events = (
        tables.native("events").sort_values(["is_headline", "date_start"], ascending=[False, True], kind="stable").set_index("event_id")
    )
    labels = {code: f"{words.date(row['date'])} · {words.pick(row, 'title')}" for code, row in events.iterrows()}
    codes = list(labels)
    # Streamlit remembers a selectbox by its label: the language is part of the key.
    key = f"f:event:{words.lang}"
    state.follow(key, filters.event if filters.event in labels else FIRST_EVENT)

    def push() -> None:
        code = st.session_state[key]
        state.choose("event", [] if code in (None, FIRST_EVENT) else [code])

    st.selectbox(words.t("choices.event"), codes, key=key, format_func=lambda code: labels.get(code, str(code)), on_change=push)


def speaker(tables: Tables, rows: pd.DataFrame, words: Words) -> None:
    """Go to one of the speakers of these opinions."""
    counts = rows["speaker_id"].value_counts()
    names = {row["speaker_id"]: words.pick(row, "speaker") for row in rows.drop_duplicates("speaker_id").to_dict("records")}
    _go_to("speaker", tables, names, {str(code): int(n) for code, n in counts.items()}, words)


def company(tables: Tables, filters: Filters, words: Words) -> None:
    """Go to one of the companies that raised money under the other filters."""
    rows = collected(chosen(tables, "funding_rounds", filters.without("company")))
    names = {row["company_id"]: words.pick(row, "company") for row in rows.drop_duplicates("company_id").to_dict("records")}
    _go_to("company", tables, names, {str(code): int(n) for code, n in rows["company_id"].value_counts().items()}, words)


def investor(tables: Tables, filters: Filters, words: Words) -> None:
    """Go to one of the investors in the rounds under the other filters."""
    rows = collected(chosen(tables, "funding_rounds", filters.without("investor")))
    counts = Counter(code for cell in rows["investor_ids"].dropna() for code in split(cell))
    known = tables.native("entities")
    known = known[known["entity_id"].isin(counts.keys())]
    _go_to("investor", tables, {row["entity_id"]: words.pick(row, "name") for row in known.to_dict("records")}, counts, words)


def _go_to(parameter: str, tables: Tables, names: dict[str, str], counts: Mapping[str, int], words: Words) -> None:
    """One name out of many, each with its number of records; those with most first, then by name."""
    codes = sorted(names, key=lambda code: (-counts[code], place_of(tables, code, words)))
    # Streamlit remembers a selectbox by its label: the language is part of the key.
    key = f"go:{parameter}:{words.lang}"

    def push() -> None:
        if st.session_state[key]:
            state.choose(parameter, [st.session_state[key]])

    st.selectbox(
        words.t(f"choices.{parameter}"),
        codes,
        index=None,
        key=key,
        format_func=lambda code: f"{names[code]} · {words.count(counts[code])}",
        placeholder=words.t(f"choices.{parameter}_hint"),
        on_change=push,
        width=340,
    )
