"""A list of whole records under the charts: in an order that the link carries, page by page, with the table to take away."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import records, state
from components.files import file_name, table_file
from components.words import Words
from data.export import FORMATS, MEDIA_TYPES
from data.filters import Filters
from data.tables import Tables

PAGE_SIZE = 15


def choose_order(orders: tuple[str, ...], words: Words) -> str:
    """The order of the list, in the link as `sort=`; gives its code. The first is the usual one."""
    asked = state.view("sort", orders)
    key = f"f:sort:{words.lang}"
    state.follow(key, asked)

    def push() -> None:
        code = st.session_state[key]
        state.choose("sort", [] if code in (None, orders[0]) else [code])

    st.selectbox(
        words.t("listing.sort"), orders, key=key, format_func=lambda code: words.t(f"listing.order.{code}"), on_change=push, width=220
    )
    return asked


def table_downloads(table: str, tables: Tables, filters: Filters, words: Words, n: int) -> None:
    """A button for each format of a whole table under the filters."""
    with st.popover(words.t("card.download"), icon=":material/download:", key=f"download:{table}"):
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
def show_page(
    table: str, tables: Tables, filters: Filters, rows: pd.DataFrame, lang: str, order: str, marked: str = "", both: bool = False
) -> None:
    """One page of the list, and the pages to choose from."""
    words = Words(lang)
    pages = -(-len(rows) // PAGE_SIZE)
    at = st.pagination(pages, key=f"pages:{table}:{order}:{hash(filters)}") if pages > 1 else 1
    first = (at - 1) * PAGE_SIZE
    records.show_records(tables, table, rows.iloc[first : first + PAGE_SIZE], words, most=PAGE_SIZE, marked=marked, both=both)
