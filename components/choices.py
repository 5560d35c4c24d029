"""Choices that belong to one chart: what to split by, which event, how many days. They live in the link too."""

from __future__ import annotations

import streamlit as st

from components import state
from components.words import Words
from data.filters import OPTION, Filters
from data.frames.debate import FIRST_EVENT
from data.tables import Tables


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
        sorted(allowed, key=int) if parameter == "days" else allowed,
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


def speaker(rows, words: Words) -> None:  # type: ignore[no-untyped-def]
    """Go to one of the speakers of these opinions."""
    counts = rows["speaker_id"].value_counts()
    names = {row["speaker_id"]: words.pick(row, "speaker") for row in rows.drop_duplicates("speaker_id").to_dict("records")}
    codes = sorted(counts.index, key=lambda code: (-int(counts[code]), str(code)))
    key = f"go:speaker:{words.lang}"

    def push() -> None:
        if st.session_state[key]:
            state.choose("speaker", [st.session_state[key]])

    st.selectbox(
        words.t("choices.speaker"),
        codes,
        index=None,
        key=key,
        format_func=lambda code: f"{names[code]} · {words.number(int(counts[code]))}",
        placeholder=words.t("choices.speaker_hint"),
        on_change=push,
    )
