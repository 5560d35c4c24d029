"""The registry of charts, and what is kept of each: the page, the addresses, the tests and the catalogue all read it.

What a chart is, and how to add one, stands in `components/chart.py`.
"""

from __future__ import annotations

from functools import lru_cache

import narwhals as nw
import pandas as pd
import plotly.graph_objects as go

from components.chart import Chart
from components.registry import evidence, funding, markets, opinions, overview, technology
from components.words import Words
from data.filters import Filters
from data.frames.common import collected
from data.tables import Tables

CHARTS: tuple[Chart, ...] = (
    *overview.CHARTS,
    *opinions.CHARTS,
    *funding.CHARTS,
    *markets.CHARTS,
    *technology.CHARTS,
    *evidence.CHARTS,
)

CHART = {chart.slug: chart for chart in CHARTS}


@lru_cache(maxsize=32)
def _rows(tables: Tables, slug: str, filters: Filters) -> pd.DataFrame:
    return collected(CHART[slug].rows(tables, filters))


def rows_of(chart: Chart, tables: Tables, filters: Filters) -> pd.DataFrame:
    """Every record behind the chart. Shared and kept a while: not to be changed in place."""
    return _rows(tables, chart.slug, filters)


@lru_cache(maxsize=512)
def _frame(tables: Tables, slug: str, filters: Filters) -> pd.DataFrame:
    rows = rows_of(CHART[slug], tables, filters)
    return CHART[slug].frame(nw.from_native(rows).lazy(), filters)


@lru_cache(maxsize=1024)
def _finding(tables: Tables, slug: str, filters: Filters, lang: str) -> str:
    return CHART[slug].finding(_frame(tables, slug, filters.without("units")), Words(lang, filters.units))


def finding_of(chart: Chart, tables: Tables, filters: Filters, lang: str) -> str:
    """The sentence that the chart's frame carries, in one language."""
    return _finding(tables, chart.slug, filters, lang)


@lru_cache(maxsize=512)
def _figure(tables: Tables, slug: str, filters: Filters, lang: str) -> go.Figure:
    chart = CHART[slug]
    frame = _frame(tables, slug, filters.without("units"))
    drawn = chart.figure(frame, Words(lang, filters.units))
    drawn.update_layout(height=chart.height(frame))
    return drawn


def frame_of(chart: Chart, tables: Tables, filters: Filters) -> pd.DataFrame:
    """What the chart draws and the reader downloads. Shared and kept: not to be changed in place."""
    return _frame(tables, chart.slug, filters.without("units"))


def figure_of(chart: Chart, tables: Tables, filters: Filters, lang: str) -> go.Figure:
    """The figure of that frame in one language. Shared and kept: not to be changed in place."""
    return _figure(tables, chart.slug, filters, lang)
