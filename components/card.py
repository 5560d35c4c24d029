"""The card that shows any chart: finding, scope, figure or table, the records behind a mark, downloads, sources."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

import pandas as pd
import streamlit as st

from components import glossary, panel, records, state
from components.behind import record, sources_of
from components.chart import Chart
from components.charts import CHART, figure_of, finding_of, frame_of, rows_of
from components.described import table_name
from components.narrowing import no_filter, to_event
from components.plain import plain
from components.plotly_locale import PLOTLY_LOCALE
from components.reliability import agreement_line
from components.said import headline, source_words, subtitle
from components.words import MISSING, Words
from data.catalog import dictionary
from data.filters import Filters
from data.tables import Tables, TableUnreadable

log = logging.getLogger("reelshift")

#: Plotly's buttons: what a reader of a chart needs, no logo.
BUTTONS = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"], "scrollZoom": False, "responsive": True}
SOURCES_SHOWN = 12
MARKS_ASKED = 200
#: The height of a row of Streamlit's tables.
ROW_PX = 35


def show_chart(slug: str, tables: Tables, filters: Filters, words: Words) -> None:
    """A chart in its card. A failure stays inside: one sentence for the reader, the trace in the log."""
    with st.container(border=True, key=f"card-{slug}"):
        _card(slug, tables, filters, words.lang)


@st.fragment
def _card(slug: str, tables: Tables, filters: Filters, lang: str) -> None:
    words = Words(lang, filters.units)
    try:
        _contents(CHART[slug], tables, filters, words)
    except TableUnreadable as error:
        log.exception("chart %s: %s", slug, error)
        st.warning(words.t("errors.table", table=error.table), icon=":material/warning:")
    except Exception:
        log.exception("chart %s under %s", slug, filters)
        st.warning(words.t("errors.chart"), icon=":material/warning:")


def _contents(chart: Chart, tables: Tables, filters: Filters, words: Words) -> None:
    """Finding and scope above the figure; what it rests on, the tools, and the records of a clicked mark below it."""
    slug = chart.slug
    frame = frame_of(chart, tables, filters)
    finding = finding_of(chart, tables, filters, words.lang)
    title, rest = headline(finding, words)
    st.markdown(f"## {plain(title)}" + (f"\n{plain(rest)}" if rest else ""), anchors=False)
    st.caption(plain(f"{words.t(f'charts.{slug}.title')} · {subtitle(chart, tables, filters, words)}"))
    if frame.empty:
        st.info(words.t("charts.empty_hint"), icon=":material/filter_alt_off:")
        return
    drawn, made_of = st.container(key=f"drawn-{slug}"), st.container()
    view = _toolbar(chart, tables, filters, words)
    with made_of:
        st.caption(source_line(chart, tables, filters, words, view))
        if "machine_coded" in chart.caveats and chart.page != "evidence":
            st.caption(agreement_line(tables, filters, words))
    with drawn:
        marks = _table(chart, frame, words, finding) if view == "table" else _figure(chart, tables, filters, words, finding)
    marks = [m for m in dict.fromkeys(marks) if m < len(frame)]
    narrowed = [pair for mark in marks[:1] for pair in chart.narrows(frame.iloc[mark].to_dict())]
    if changes(narrowed, filters):
        state.narrow(narrowed)
        st.rerun(scope="app")
    if marks:
        _behind(chart, tables, filters, words, marks)


def _table(chart: Chart, frame: pd.DataFrame, words: Words, finding: str) -> list[int]:
    """The drawn figures as a table, as high as the figure, so that nothing moves under the pointer; gives the chosen rows.

    What a click on a mark does a chosen row does, for readers who use the keyboard.
    """
    shown, settings = records.table_view(frame, chart.tables[0], words)
    tall, needed = chart.height(frame), ROW_PX * (len(frame) + 1) + 3
    event: Any = st.dataframe(
        shown,
        column_config=settings,
        hide_index=True,
        alt=finding,
        placeholder=MISSING,
        key=f"table:{chart.slug}",
        height=min(tall, needed),
        on_select="rerun",
        selection_mode="single-row",
    )
    if needed < tall:
        st.space(tall - needed)
    return list(event.selection.rows)


def _toolbar(chart: Chart, tables: Tables, filters: Filters, words: Words) -> str:
    """View switch, what to take away, sources and how-to; gives the view."""
    slug = chart.slug
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"tools-{slug}"):
        view = st.segmented_control(
            words.t("card.view"),
            ("chart", "table"),
            default="chart",
            required=True,
            key=f"view:{slug}",
            format_func=lambda code: words.t(f"card.{code}"),
            label_visibility="collapsed",
        )
        panel.offer_chart(slug, tables, filters, words.lang)
        sources = st.popover(words.t("card.sources"), icon=":material/menu_book:", on_change="rerun", key=f"sources:{slug}")
        if sources.open:
            with sources:
                _sources(chart, tables, filters, words)
        how = st.popover(words.t("card.how"), icon=":material/help:", on_change="rerun", key=f"how:{slug}")
        if how.open:
            with how:
                _how(chart, words)
    return view or "chart"


def _sources(chart: Chart, tables: Tables, filters: Filters, words: Words) -> None:
    documents = sources_of(tables, rows_of(chart, tables, filters))
    st.markdown(f"**{plain(words.t('card.sources_n', n=len(documents)))}**", anchors=False)
    lines = [
        f"- {records.document_link(row, words)} · {plain(words.t('card.rows_from', n=int(row['n_rows'])))}"
        for row in documents.head(SOURCES_SHOWN).to_dict("records")
    ]
    st.markdown("\n".join(lines), anchors=False)
    if len(documents) > SOURCES_SHOWN:
        st.caption(words.t("card.sources_more", n=len(documents) - SOURCES_SHOWN))


def _how(chart: Chart, words: Words) -> None:
    st.markdown(f"**{words.t('card.how_to_read')}** {plain(words.t(f'charts.{chart.slug}.how_to_read'))}", anchors=False)
    st.markdown(f"**{words.t('card.how_made')}** {plain(words.t(f'charts.{chart.slug}.how_made'))}", anchors=False)
    if chart.caveats:
        known = dictionary().caveats
        st.markdown(
            f"**{words.t('card.caveats')}**\n" + "\n".join(f"- {plain(known[c][words.lang])}" for c in chart.caveats), anchors=False
        )
    terms = glossary.of_chart(chart, words.lang)
    if terms:
        st.markdown(f"**{words.t('card.terms')}**\n" + "\n".join(f"- {glossary.entry(name, words)}" for name in terms), anchors=False)
    # A link, also so that the keyboard has something in here to scroll to.
    st.markdown(f"[{plain(words.t('card.how_data'))}](/charts/{chart.slug}.metadata.json)", anchors=False)


def _figure(chart: Chart, tables: Tables, filters: Filters, words: Words, finding: str) -> list[int]:
    """The figure; gives the clicked marks as rows of its frame."""
    event: Any = st.plotly_chart(
        figure_of(chart, tables, filters, words.lang),
        on_select="rerun",
        selection_mode=("points",),
        config=BUTTONS | PLOTLY_LOCALE[words.lang],
        alt=finding,
        key=f"figure:{chart.slug}:{words.lang}:{hash(filters)}",
    )
    return [int(p["customdata"][0]) for p in event.selection.points if p.get("customdata")]


def changes(pairs: list[tuple[str, str]], filters: Filters) -> bool:
    """Whether these filters are not the chosen ones already: setting them again would run the page for ever."""
    query = filters.to_query()
    return any([v for p, v in query if p == parameter] != [code] for parameter, code in pairs)


def _behind(chart: Chart, tables: Tables, filters: Filters, words: Words, marks: list[int]) -> None:
    frame = frame_of(chart, tables, filters)
    for mark in marks[:3]:
        rows = chart.behind(tables, filters, frame.iloc[mark].to_dict())
        for table, found in records_behind(chart, rows, tables):
            st.markdown(f"**{plain(words.t('card.behind', n=len(found), table=table_name(table, words)))}**", anchors=False)
            records.show_records(tables, table, found, words)


def records_behind(chart: Chart, rows: Any, tables: Tables) -> list[tuple[str, Any]]:
    """The whole records that rows of a chart stand for, by table."""
    if "record_id" in rows.columns:
        pairs = [(str(t), list(g["record_id"])) for t, g in rows.groupby("table", sort=False)]
    else:
        table = chart.tables[0]
        pairs = [(table, list(rows[dictionary().tables[table].key]))]
    return [(table, _whole(tables, table, keys)) for table, keys in pairs if keys]


def _whole(tables: Tables, table: str, keys: list[str]) -> Any:
    return record(tables, table, list(dict.fromkeys(keys)))


def source_line(chart: Chart, tables: Tables, filters: Filters, words: Words, view: str = "chart") -> str:
    """Below every chart: how many documents, the largest named, the data version, and what a click or a chosen row does."""
    does = "rows"
    if _has_filters_to_set(chart, tables, filters):
        does = "event" if chart.narrows is to_event else "filter"
    act = words.t(f"card.click_{does}") if view == "chart" else words.t(f"card.choose_{does}")
    return plain(source_words(chart, tables, filters, words) + words.t("joiner") + act)


@lru_cache(maxsize=1024)
def _has_filters_to_set(chart: Chart, tables: Tables, filters: Filters) -> bool:
    """Whether a click on a mark would change the selection; told from the first marks, of which a large frame has many alike."""
    if chart.narrows is no_filter:
        return False
    first = frame_of(chart, tables, filters).head(MARKS_ASKED)
    return any(changes(chart.narrows(mark), filters) for mark in first.to_dict("records"))
