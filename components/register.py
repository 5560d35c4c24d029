"""The evidence page's registers: every table, every document, every column."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import panel, records
from components.plain import plain
from components.words import MISSING, Words
from data.catalog import TABLE_NAMES, dictionary
from data.filters import Filters, select
from data.frames.common import collected
from data.tables import Tables

#: Pixels of the dictionary's columns: together they fill the page, and no header of a column is cut.
_WIDTHS = (130, 190, 210, 90, 420, 200)


def show_tables(tables: Tables, filters: Filters, words: Words) -> None:
    """One table at a time, under the filters, with its downloads."""
    with st.container(border=True, key="all-tables"):
        st.markdown(f"## {plain(words.t('register.tables'))}", anchors=False)
        _one_table(tables, filters, words.lang)


@st.fragment
def _one_table(tables: Tables, filters: Filters, lang: str) -> None:
    words, known = Words(lang), dictionary()
    name = st.segmented_control(
        words.t("register.table"),
        TABLE_NAMES,
        default=TABLE_NAMES[0],
        required=True,
        key="register:table",
        format_func=lambda code: known.tables[code].title[lang],
        label_visibility="collapsed",
    )
    table = known.tables[name or TABLE_NAMES[0]]
    rows = collected(select(tables.frame(table.name), table.name, filters))
    st.caption(plain(words.t("register.row_is", row=table.row[lang]) + words.t("joiner") + table.description[lang]))
    panel.offer_table(table.name, tables, filters, words.lang)
    _whole(rows, table.name, words.t("register.alt", table=table.title[lang], n=len(rows)), "register:frame", words)


def _whole(rows: pd.DataFrame, table: str, alt: str, key: str, words: Words) -> None:
    shown, settings = records.table_view(rows, table, words)
    st.dataframe(shown, column_config=settings, hide_index=True, height=620, placeholder=MISSING, alt=alt, key=key)


def show_sources(tables: Tables, words: Words) -> None:
    """Every document that was read, with its address."""
    sources = tables.native("sources")
    with st.container(border=True, key="source-register"):
        st.markdown(f"## {plain(words.t('register.sources', n=len(sources)))}", anchors=False)
        counts = sources["version"].value_counts().to_dict()
        kinds = [v for v in dictionary().codes["source_version"] if v in counts]  # as the dictionary has them, what is not known last
        said = [words.t("register.version", version=words.code("source_version", v), n=counts[v]) for v in kinds]
        st.caption(plain(words.t("register.sources_about", versions=words.listed(said))))
        _whole(sources, "sources", words.t("register.sources", n=len(sources)), "sources:frame", words)


def show_dictionary(tables: Tables, words: Words) -> None:
    """Every column of every table: what it means, its unit, what is allowed in it."""
    known = dictionary()
    columns = [
        {
            words.t("register.table"): table.title[words.lang],
            words.t("register.column"): column.name,
            words.t("register.label"): column.label[words.lang],
            words.t("register.unit"): words.code("unit", column.unit) if column.unit else "",
            words.t("register.meaning"): column.description[words.lang],
            words.t("register.allowed"): words.listed(t[words.lang] for t in known.codes[column.codes].values()) if column.codes else "",
        }
        for table in known.tables.values()
        for column in table.columns
    ]
    with st.container(border=True, key="dictionary"):
        st.markdown(f"## {plain(words.t('register.dictionary', n=len(columns)))}", anchors=False)
        shown = pd.DataFrame(columns)
        st.dataframe(
            shown,
            column_config={name: st.column_config.Column(width=px) for name, px in zip(shown.columns, _WIDTHS, strict=True)},
            hide_index=True,
            height=620,
            alt=words.t("register.dictionary", n=len(columns)),
            key="dictionary:frame",
        )
        st.markdown(f"### {plain(words.t('register.caveats'))}", anchors=False)
        st.markdown("\n".join(f"- {plain(text[words.lang])}" for text in known.caveats.values()), anchors=False)
