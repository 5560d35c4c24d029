"""What is done once for all readers: the tables opened, the largest scripts packed, every chart drawn in both languages."""

from __future__ import annotations

import gc
import logging
import time
from threading import Event

from components.charts import CHARTS, figure_of
from components.packed import pack_large
from components.words import LANGUAGES
from data.catalog import TABLE_NAMES
from data.filters import Filters
from data.tables import TableUnreadable, open_tables

log = logging.getLogger("reelshift")
#: After each chart the processor is left to readers for so many times as long as it took: who comes first waits least.
PAUSES = 2


def open_all() -> None:
    """Open every table. One that cannot be read is logged; pages will say it in words."""
    try:
        tables = open_tables()
        for name in TABLE_NAMES:
            tables.native(name)
    except TableUnreadable:
        log.exception("tables")


def warm(stop: Event) -> None:
    """Draw every chart without filters, the overview's first; compress what visitors wait for. What fails is logged.

    Ends early where `stop` is set, so that a server that has just been started can be stopped at once.
    """
    pack_large()
    try:
        tables = open_tables()
    except TableUnreadable:
        return
    for lang in LANGUAGES:
        for chart in CHARTS:
            began = time.perf_counter()
            try:
                figure_of(chart, tables, Filters(), lang)
            except Exception:
                log.exception("chart %s cannot be drawn", chart.slug)
            if stop.wait(PAUSES * (time.perf_counter() - began)):
                return
    gc.freeze()  # what is loaded by now lives as long as the process: no collection need look at it
