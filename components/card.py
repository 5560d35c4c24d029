"""The card that shows any chart: finding, scope, figure or table, the records behind a mark, downloads, sources."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import streamlit as st

from components import filterbar, records, state
from components.chart import Chart
from components.charts import CHART, figure_of, finding_of, frame_of
from components.files import chart_file, chart_rows, file_name, sources_of
from components.narrowing import no_filter, to_event
from components.plain import plain
from components.reliability import agreement_line
from components.words import Words
from data.catalog import dictionary
from data.export import FORMATS, MEDIA_TYPES
from data.filters import Filters
from data.tables import Tables, TableUnreadable

log = logging.getLogger("reelshift")

#: Plotly's buttons: what a reader of a chart needs, no logo.
BUTTONS = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"], "scrollZoom": False, "responsive": True}
SOURCES_SHOWN = 12
MARKS_ASKED = 200


def show_chart(slug: str, tables: Tables, filters: Filters, words: Words) -> None:
    """A chart in its card. A failure stays inside: one sentence for the reader, the trace in the log."""
    with st.container(border=True, key=f"card-{slug}"):
        _card(slug, tables, filters, words.lang)


@st.fragment
def _card(slug: str, tables: Tables, filters: Filters, lang: str) -> None:
    words = Words(lang)
    try:
        _contents(CHART[slug], tables, filters, words)
    except TableUnreadable as error:
        log.exception("chart %s: %s", slug, error)
        st.warning(words.t("errors.table", table=error.table), icon=":material/warning:")
    except Exception:
        log.exception("chart %s under %s", slug, filters)
        st.warning(words.t("errors.chart"), icon=":material/warning:")


def _contents(chart: Chart, tables: Tables, filters: Filters, words: Words) -> None:
    slug = chart.slug
    frame = frame_of(chart, tables, filters)
    finding = finding_of(chart, tables, filters, words.lang)
    st.markdown(f"#### {plain(finding)}", anchors=False)
    st.caption(plain(f"{words.t(f'charts.{slug}.title')} · {subtitle(chart, tables, filters, words)}"))
    if frame.empty:
        st.info(words.t("charts.empty_hint"), icon=":material/filter_alt_off:")
        return
    view = _toolbar(chart, tables, filters, words)
    if view == "table":
        shown, settings = records.table_view(frame, chart.tables[0], words)
        st.dataframe(shown, column_config=settings, hide_index=True, alt=finding, key=f"table:{slug}")
    else:
        _figure(chart, tables, filters, words, finding)
    st.caption(source_line(chart, tables, filters, words))
    if "machine_coded" in chart.caveats and chart.page != "evidence":
        st.caption(agreement_line(tables, filters, words))


def subtitle(chart: Chart, tables: Tables, filters: Filters, words: Words) -> str:
    """Scope and n of a chart: how many records of each table it is made of, out of how many."""
    said = [
        words.t("account.short", n=n, total=total, table=filterbar.table_name(table, words))
        for table, n, total in _made_of(chart, tables, filters).counts
    ]
    return f"{filterbar.scope_text(filters, words)} · {words.listed(said)}"


@dataclass(frozen=True)
class _Made:
    """What a chart is made of: (table, records, records in the table), and the documents behind them."""

    counts: tuple[tuple[str, int, int], ...]
    documents: int
    publishers: tuple[str, ...]


@lru_cache(maxsize=1024)
def _made_of(chart: Chart, tables: Tables, filters: Filters) -> _Made:
    rows = chart_rows(chart, tables, filters)
    if "record_id" in rows.columns:
        n = rows.drop_duplicates(["table", "record_id"])["table"].value_counts().to_dict()
    else:
        n = {chart.tables[0]: rows[dictionary().tables[chart.tables[0]].key].nunique()}
    counts = tuple((table, int(n[table]), len(tables.native(table))) for table in chart.tables if table in n)
    documents = sources_of(tables, rows)
    return _Made(counts, len(documents), tuple(dict.fromkeys(documents["publisher"].dropna().head(5)))[:3])


def _toolbar(chart: Chart, tables: Tables, filters: Filters, words: Words) -> str:
    """View switch, download, sources and how-to; gives the view."""
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
        with st.popover(words.t("card.download"), icon=":material/download:", key=f"download:{slug}"):
            _downloads(chart, tables, filters, words)
        sources = st.popover(words.t("card.sources"), icon=":material/menu_book:", on_change="rerun", key=f"sources:{slug}")
        if sources.open:
            with sources:
                _sources(chart, tables, filters, words)
        how = st.popover(words.t("card.how"), icon=":material/help:", on_change="rerun", key=f"how:{slug}")
        if how.open:
            with how:
                _how(chart, words)
    return view or "chart"


def _downloads(chart: Chart, tables: Tables, filters: Filters, words: Words) -> None:
    """A button for each format. The file is made when it is asked for, of the selection drawn here."""
    frame = frame_of(chart, tables, filters)
    st.caption(words.t("card.download_rows", n=len(frame), scope=plain(filterbar.scope_text(filters, words))))
    for form in FORMATS:
        st.download_button(
            words.t(f"card.format.{form}"),
            data=lambda form=form: chart_file(chart, tables, filters, form),  # type: ignore[misc]
            file_name=file_name(chart.slug, filters, tables.version, form),
            mime=MEDIA_TYPES[form],
            on_click="ignore",
            key=f"get:{chart.slug}:{form}",
            width="stretch",
        )


def _sources(chart: Chart, tables: Tables, filters: Filters, words: Words) -> None:
    documents = sources_of(tables, chart_rows(chart, tables, filters))
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


def _figure(chart: Chart, tables: Tables, filters: Filters, words: Words, finding: str) -> None:
    """The figure; below it the records behind the marks that were clicked."""
    event: Any = st.plotly_chart(
        figure_of(chart, tables, filters, words.lang),
        on_select="rerun",
        selection_mode=("points",),
        config=BUTTONS | PLOTLY_LOCALE[words.lang],
        alt=finding,
        key=f"figure:{chart.slug}:{words.lang}:{hash(filters)}",
    )
    frame = frame_of(chart, tables, filters)
    marks = [int(p["customdata"][0]) for p in event.selection.points if p.get("customdata")]
    marks = [m for m in dict.fromkeys(marks) if m < len(frame)]
    narrowed = [pair for mark in marks[:1] for pair in chart.narrows(frame.iloc[mark].to_dict())]
    if changes(narrowed, filters):
        state.narrow(narrowed)
        st.rerun(scope="app")
    if marks:
        _behind(chart, tables, filters, words, marks)


def changes(pairs: list[tuple[str, str]], filters: Filters) -> bool:
    """Whether these filters are not the chosen ones already: setting them again would run the page for ever."""
    query = filters.to_query()
    return any([v for p, v in query if p == parameter] != [code] for parameter, code in pairs)


def _behind(chart: Chart, tables: Tables, filters: Filters, words: Words, marks: list[int]) -> None:
    frame = frame_of(chart, tables, filters)
    for mark in marks[:3]:
        rows = chart.behind(tables, filters, frame.iloc[mark].to_dict())
        for table, found in records_behind(chart, rows, tables):
            st.markdown(f"**{plain(words.t('card.behind', n=len(found), table=filterbar.table_name(table, words)))}**", anchors=False)
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
    from components.files import record

    return record(tables, table, list(dict.fromkeys(keys)))


def source_line(chart: Chart, tables: Tables, filters: Filters, words: Words) -> str:
    """Below every chart: how many documents, the largest named, and the data version."""
    made = _made_of(chart, tables, filters)
    key = "card.source_line" if made.documents else "card.source_line_none"
    narrowing = _has_filters_to_set(chart, tables, filters)
    click = words.t(("card.click_event" if chart.narrows is to_event else "card.click_filter") if narrowing else "card.click_rows")
    return plain(words.t(key, n=made.documents, first=words.listed(made.publishers), version=tables.version) + words.t("joiner") + click)


@lru_cache(maxsize=1024)
def _has_filters_to_set(chart: Chart, tables: Tables, filters: Filters) -> bool:
    """Whether a click on a mark would change the selection; told from the first marks, of which a large frame has many alike."""
    if chart.narrows is no_filter:
        return False
    first = frame_of(chart, tables, filters).head(MARKS_ASKED)
    return any(changes(chart.narrows(mark), filters) for mark in first.to_dict("records"))


#: Plotly's own words and month names in Chinese; plotly.py ships none.
PLOTLY_LOCALE: dict[str, dict[str, Any]] = {
    "en": {"locale": "en"},
    "zh": {
        "locale": "zh-CN",
        "locales": {
            "zh-CN": {
                "dictionary": {
                    "Autoscale": "自动缩放",
                    "Box Select": "框选",
                    "Double-click to zoom back out": "双击还原",
                    "Download plot as a PNG": "下载PNG图片",
                    "Download plot as a png": "下载PNG图片",
                    "Pan": "平移",
                    "Reset axes": "重置坐标轴",
                    "Zoom": "缩放",
                    "Zoom in": "放大",
                    "Zoom out": "缩小",
                },
                "format": {
                    "days": ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
                    "shortDays": ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
                    "months": [f"{n}月" for n in ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")],
                    "shortMonths": [f"{n}月" for n in range(1, 13)],
                    "date": "%Y-%m-%d",
                    "decimal": ".",
                    "thousands": ",",
                },
            }
        },
    },
}
