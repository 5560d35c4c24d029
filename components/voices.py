"""The voices themselves: a searchable, sortable, pageable list of paraphrases with speaker, role, date and document."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import choices, records, state
from components.files import file_name, table_file
from components.plain import plain
from components.words import Words
from data.export import FORMATS, MEDIA_TYPES
from data.filters import Filters
from data.frames.common import STANCE_STEP, chosen, collected
from data.tables import Tables

PAGE_SIZE = 15
ORDERS = ("newest", "oldest", "critical", "favourable", "sector")


def show_voices(tables: Tables, filters: Filters, words: Words) -> None:
    """Opinions under the filters, in the order asked for."""
    rows = collected(chosen(tables, "opinions", filters))
    with st.container(border=True, key="voices"):
        st.markdown(f"#### {plain(words.t('voices.title', n=len(rows), speakers=rows['speaker_id'].nunique()))}", anchors=False)
        st.caption(words.t("voices.about"))
        if rows.empty:
            st.info(words.t("charts.empty_hint"), icon=":material/filter_alt_off:")
            return
        with st.container(horizontal=True, vertical_alignment="bottom", key="voices-tools"):
            order = _order(words)
            choices.speaker(rows, words)
            both = st.toggle(words.t("voices.both"), key="voices:both", persist_state="session")
            with st.popover(words.t("card.download"), icon=":material/download:", key="download:voices"):
                table_downloads("opinions", tables, filters, words, len(rows))
        _page(tables, filters, ordered(rows, order), words.lang, both, order)


def _order(words: Words) -> str:
    asked = state.view("sort", ORDERS)
    key = f"f:sort:{words.lang}"
    state.follow(key, asked)

    def push() -> None:
        code = st.session_state[key]
        state.choose("sort", [] if code in (None, ORDERS[0]) else [code])

    st.selectbox(
        words.t("voices.sort"), ORDERS, key=key, format_func=lambda code: words.t(f"voices.order.{code}"), on_change=push, width=220
    )
    return asked


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


def table_downloads(table: str, tables: Tables, filters: Filters, words: Words, n: int) -> None:
    """A button for each format of a whole table under the filters."""
    st.caption(words.t("card.table_rows", n=n))
    for form in FORMATS:
        st.download_button(
            words.t(f"card.format.{form}"),
            data=lambda form=form: table_file(table, tables, filters, form),  # type: ignore[misc]
            file_name=file_name(table, filters, tables.version, form),
            mime=MEDIA_TYPES[form],
            on_click="ignore",
            key=f"get:table:{table}:{form}",
            width="stretch",
        )


@st.fragment
def _page(tables: Tables, filters: Filters, rows: pd.DataFrame, lang: str, both: bool, order: str) -> None:
    words = Words(lang)
    pages = -(-len(rows) // PAGE_SIZE)
    at = st.pagination(pages, key=f"voices:{order}:{hash(filters)}") if pages > 1 else 1
    first = (at - 1) * PAGE_SIZE
    records.show_records(tables, "opinions", rows.iloc[first : first + PAGE_SIZE], words, most=PAGE_SIZE, marked=filters.q, both=both)
