"""The voices themselves: a searchable, sortable, pageable list of paraphrases with speaker, role, date and document."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import choices, listing, panel
from components.plain import plain
from components.words import Words
from data.filters import Filters
from data.frames.common import STANCE_STEP, chosen, collected
from data.tables import Tables

ORDERS = ("newest", "oldest", "critical", "favourable", "sector")


def show_voices(tables: Tables, filters: Filters, words: Words) -> None:
    """Opinions under the filters, in the order asked for."""
    rows = collected(chosen(tables, "opinions", filters))
    with st.container(border=True, key="voices"):
        if rows.empty:
            st.markdown(f"## {plain(words.t('voices.none'))}", anchors=False)
            return
        speakers = words.t("voices.speakers", n=int(rows["speaker_id"].nunique()))
        st.markdown(f"## {plain(words.t('voices.title', n=len(rows), speakers=speakers))}", anchors=False)
        st.caption(words.t("voices.about"))
        with st.container(horizontal=True, vertical_alignment="bottom", key="voices-tools"):
            order = listing.choose_order(ORDERS, words)
            choices.speaker(tables, rows, words)
            both = st.toggle(words.t("voices.both"), key="voices:both", persist_state="session")
            panel.offer_table("opinions", tables, filters, words.lang)
        listing.show_page("opinions", tables, filters, ordered(rows, order), words.lang, order, marked=filters.q, both=both)


def ordered(rows: pd.DataFrame, order: str) -> pd.DataFrame:
    """Opinions in one of ORDERS; within the same stance or sector the newest first."""
    newest = rows.sort_values(["date_start", "opinion_id"], ascending=[False, True], kind="stable")
    if order == "oldest":
        newest = rows.sort_values(["date_start", "opinion_id"], kind="stable")
    elif order in ("critical", "favourable"):
        steps = newest["stance"].map(STANCE_STEP).astype("int64")
        newest = newest.loc[steps.sort_values(ascending=order == "critical", kind="stable").index]
    elif order == "sector":
        newest = newest.sort_values("sectors", kind="stable")
    return newest.reset_index(drop=True)
