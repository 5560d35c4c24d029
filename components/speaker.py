"""One speaker: who they are, what they said in time, and what the records hold beside it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import entity
from components.backwards import show_after_statements
from components.card import show_chart
from components.figures.speakers import time_of
from components.plain import plain
from components.records import Record
from components.words import Words
from data.filters import Filters
from data.frames import beside
from data.frames.common import chosen, collected
from data.tables import Tables


def show_speaker(tables: Tables, filters: Filters, words: Words) -> None:
    """The speaker whom the filters name; one calm sentence where the register does not know them."""
    found = entity.registered(tables, "speaker", filters.speaker, words)
    if found is None:
        return
    everything = beside.opinions_of(tables, filters.speaker)
    kept = collected(chosen(tables, "opinions", filters))
    shown = everything[everything["opinion_id"].isin(kept["opinion_id"])]
    time = time_of(shown.to_dict("records"), words) if len(shown) else ""
    with st.container(border=True, key="speaker"):
        said = entity.counted("speaker", len(everything), shown, time, words)
        entity.header(tables, "speaker", found, _facts(found, everything, words), [said], words)
    if len(shown):
        if len(shown) > 1:  # one mark on two axes says less than the opinion below it
            show_chart("speaker-path", tables, filters, words)
        entity.section("speaker", "opinions", tables, filters, shown, words)
        show_after_statements(tables, filters, shown, words)
    _company(tables, filters, beside.organizations_of(everything, filters.speaker), words)
    if len(shown):
        entity.documents("speaker", tables, shown, words)


def _facts(speaker: Record, everything: pd.DataFrame, words: Words) -> list[str]:
    """For whom they speak, and where."""
    named = everything[everything["organization_id"].notna() & (everything["organization_id"] != speaker["entity_id"])]
    organizations = list(dict.fromkeys(words.pick(row, "organization") for row in named.to_dict("records")))
    facts = [words.t("entity.speaker.speaks_for", names=words.listed(organizations))] if organizations else []
    return facts + [words.code("country", c) for c in dict.fromkeys(everything["country"].dropna())]


def _company(tables: Tables, filters: Filters, ids: list[str], words: Words) -> None:
    """What the speaker's companies raised and made, and the events that name any of them."""
    found = {
        "funding_rounds": beside.rounds_of(tables, ids),
        "models": beside.models_of(tables, ids),
        "events": beside.events_naming(tables, ids),
    }
    for table, rows in found.items():
        entity.section("speaker", table, tables, filters, rows, words)
    if any(len(rows) for rows in found.values()):
        st.caption(plain(words.t("entity.speaker.whatever")))
