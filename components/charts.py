"""The registry of charts: the page, the addresses, the tests and the catalogue all read it.

To add a chart: write its rows and frame functions in `data/frames/<page>.py`, its figure and finding
functions in `components/figures/<page>.py`, declare it here, and give its words in
`components/text/<page>.yaml` under `charts.<slug>`: `title`, `how_to_read`, `how_made`, and whatever
its finding and figure say. Nothing else needs to know of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import narwhals as nw
import pandas as pd
import plotly.graph_objects as go

from components.figures import opinions as opinion_figures
from components.words import Words
from data.filters import Filters
from data.frames import opinions as opinion_frames
from data.frames.common import collected
from data.tables import Tables


@dataclass(frozen=True)
class Chart:
    """One chart.

    slug      Its address and its name in links and file names.
    page      The page that shows it.
    tables    The tables that it needs; the first is the one whose rows it counts.
    rows      The records behind it, lazy.
    frame     What is drawn and downloaded, from those rows.
    figure    Frame and words to figure.
    finding   Frame and words to a sentence that the frame carries, for the title and the text alternative.
    keys      The columns of the frame that lead from a mark to its records; they exist in `rows` too.
    caveats   Codes of the dictionary's caveats, shown with the chart.
    height    Pixels, for a frame of a given number of rows.
    """

    slug: str
    page: str
    tables: tuple[str, ...]
    rows: Callable[[Tables, Filters], nw.LazyFrame[Any]]
    frame: Callable[[nw.LazyFrame[Any], Filters], pd.DataFrame]
    figure: Callable[[pd.DataFrame, Words], go.Figure]
    finding: Callable[[pd.DataFrame, Words], str]
    keys: tuple[str, ...]
    caveats: tuple[str, ...] = ()
    height: Callable[[pd.DataFrame], int] = lambda frame: 380

    def behind(self, tables: Tables, filters: Filters, mark: dict[str, Any]) -> pd.DataFrame:
        """The records behind one mark (a row of the frame), each once."""
        rows = self.rows(tables, filters)
        for key in self.keys:
            value = mark[key]
            missing = value is None or value != value
            rows = rows.filter(nw.col(key).is_null() if missing else nw.col(key) == value)
        return collected(rows)


CHARTS: tuple[Chart, ...] = (
    Chart(
        slug="stance-by-sector",
        page="opinions",
        tables=("opinions",),
        rows=opinion_frames.stance_by_sector_rows,
        frame=opinion_frames.stance_by_sector,
        figure=opinion_figures.stance_by_sector,
        finding=opinion_figures.stance_by_sector_finding,
        keys=("sector", "stance"),
        caveats=("collection_not_poll", "machine_coded", "sectors_multiple"),
        height=lambda frame: 130 + 52 * frame["sector"].nunique(),
    ),
)

CHART = {chart.slug: chart for chart in CHARTS}


@lru_cache(maxsize=512)
def _frame(tables: Tables, slug: str, filters: Filters) -> pd.DataFrame:
    chart = CHART[slug]
    return chart.frame(chart.rows(tables, filters), filters)


@lru_cache(maxsize=512)
def _figure(tables: Tables, slug: str, filters: Filters, lang: str) -> go.Figure:
    chart = CHART[slug]
    frame = _frame(tables, slug, filters)
    drawn = chart.figure(frame, Words(lang))
    drawn.update_layout(height=chart.height(frame))
    return drawn


def frame_of(chart: Chart, tables: Tables, filters: Filters) -> pd.DataFrame:
    """What the chart draws and the reader downloads. Shared and kept: not to be changed in place."""
    return _frame(tables, chart.slug, filters)


def figure_of(chart: Chart, tables: Tables, filters: Filters, lang: str) -> go.Figure:
    """The figure of that frame in one language. Shared and kept: not to be changed in place."""
    return _figure(tables, chart.slug, filters, lang)
