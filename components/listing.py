"""A list of whole records under the charts: in an order that the link carries, page by page, with the table to take away."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import records, state
from components.words import Words
from data.filters import Filters
from data.tables import Tables

PAGE_SIZE = 10


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


@st.fragment
def show_page(
    table: str, tables: Tables, filters: Filters, rows: pd.DataFrame, lang: str, order: str, marked: str = "", both: bool = False
) -> None:
    """One page of the list, and the pages to choose from."""
    words = Words(lang, filters.units)
    pages = -(-len(rows) // PAGE_SIZE)
    at = st.pagination(pages, key=f"pages:{table}:{order}:{hash(filters)}") if pages > 1 else 1
    first = (at - 1) * PAGE_SIZE
    records.show_records(tables, table, rows.iloc[first : first + PAGE_SIZE], words, most=PAGE_SIZE, marked=marked, both=both)
