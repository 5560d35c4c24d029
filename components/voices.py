"""The voices themselves: a searchable, pageable list of paraphrases with speaker, role, date and document."""

from __future__ import annotations

import streamlit as st

from components import records
from components.files import file_name, table_file
from components.plain import plain
from components.words import Words
from data.export import FORMATS, MEDIA_TYPES
from data.filters import Filters, select
from data.frames.common import collected
from data.tables import Tables

PAGE_SIZE = 15


def show_voices(tables: Tables, filters: Filters, words: Words) -> None:
    """Opinions under the filters, newest first."""
    rows = collected(select(tables.frame("opinions"), "opinions", filters))
    rows = rows.sort_values(["date_start", "opinion_id"], ascending=[False, True], kind="stable").reset_index(drop=True)
    with st.container(border=True, key="voices"):
        st.markdown(f"#### {plain(words.t('voices.title', n=len(rows)))}", anchors=False)
        st.caption(words.t("voices.about"))
        if rows.empty:
            st.info(words.t("charts.empty_hint"), icon=":material/filter_alt_off:")
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.popover(words.t("card.download"), icon=":material/download:", key="download:voices"):
                table_downloads("opinions", tables, filters, words, len(rows))
        _page(tables, filters, rows, words.lang)


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
def _page(tables: Tables, filters: Filters, rows, lang: str) -> None:  # type: ignore[no-untyped-def]
    words = Words(lang)
    pages = -(-len(rows) // PAGE_SIZE)
    at = st.pagination(pages, key=f"voices:{hash(filters)}") if pages > 1 else 1
    first = (at - 1) * PAGE_SIZE
    records.show_records(tables, "opinions", rows.iloc[first : first + PAGE_SIZE], words, most=PAGE_SIZE)
