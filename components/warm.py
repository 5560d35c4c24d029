"""One run of everything before the first reader: imports, tables, every chart in both languages."""

from __future__ import annotations

import logging

from components.charts import CHARTS, figure_of
from components.words import LANGUAGES
from data.filters import Filters
from data.tables import TableUnreadable, open_tables

log = logging.getLogger("reelshift")


def warm() -> None:
    """Draw every chart without filters. What fails here is logged; the page will say it in words."""
    try:
        tables = open_tables()
    except TableUnreadable:
        log.exception("no tables to warm up with")
        return
    for chart in CHARTS:
        try:
            for lang in LANGUAGES:
                figure_of(chart, tables, Filters(), lang)
        except Exception:
            log.exception("chart %s cannot be drawn", chart.slug)
