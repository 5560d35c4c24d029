"""What a chart is.

To add one: write its rows and frame functions in `data/frames/`, its figure and finding functions in
`components/figures/`, declare it in `components/registry/<page>.py`, and give its words in
`components/text/` under `charts.<slug>`: `title`, `how_to_read`, `how_made`, and whatever its finding
and figure say. Nothing else needs to know of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd
import plotly.graph_objects as go

from components import narrowing
from components.words import Words
from data.filters import Filters
from data.frames.common import collected
from data.tables import Tables


@dataclass(frozen=True)
class Chart:
    """One chart.

    slug      Its address and its name in links and file names.
    page      The page that shows it, or that its address belongs to.
    section   The section of that page that shows it, where the page has sections and it is not the first.
    tables    The tables that it needs; the first is the one whose rows it counts.
    rows      The records behind it, lazy.
    frame     What is drawn and downloaded, from those rows.
    figure    Frame and words to figure.
    finding   Frame and words to a sentence that the frame carries, for the title and the text alternative.
    keys      The columns of the frame that lead from a mark to its records; they exist in `rows` too.
    address_only  Whether it is served at its address and shown on no page (a wider chart shows it there).
    caveats   Codes of the dictionary's caveats, shown with the chart.
    narrows   The filters that a click on a mark sets, as (parameter, code); without any the click shows the records.
    height    Pixels, for a frame of a given number of rows.
    usual_event  The event that it takes where none is chosen; none where it takes none, or several.
    needs     The parameter without which it shows nothing; none where it always shows something.
    """

    slug: str
    page: str
    tables: tuple[str, ...]
    rows: Callable[[Tables, Filters], nw.LazyFrame[Any]]
    frame: Callable[[nw.LazyFrame[Any], Filters], pd.DataFrame]
    figure: Callable[[pd.DataFrame, Words], go.Figure]
    finding: Callable[[pd.DataFrame, Words], str]
    keys: tuple[str, ...]
    address_only: bool = False
    caveats: tuple[str, ...] = ()
    narrows: Callable[[dict[str, Any]], list[tuple[str, str]]] = narrowing.no_filter
    height: Callable[[pd.DataFrame], int] = lambda frame: 380
    usual_event: str = ""
    needs: str = ""
    section: str = ""

    def behind(self, tables: Tables, filters: Filters, mark: dict[str, Any]) -> pd.DataFrame:
        """The records behind one mark (a row of the frame), each once."""
        rows = self.rows(tables, filters)
        for key in self.keys:
            value = mark[key]
            missing = value is None or value != value
            rows = rows.filter(nw.col(key).is_null() if missing else nw.col(key) == value)
        return collected(rows)
