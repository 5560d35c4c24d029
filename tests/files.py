"""Files of a chart or a table under filters, as the addresses and the buttons make them."""

from __future__ import annotations

from components.asked import Asked
from components.chart import Chart
from components.files import data_file
from data.filters import Filters
from data.tables import Tables

SITE = "http://testserver"


def chart_file(chart: Chart, tables: Tables, filters: Filters, form: str, site: str = "") -> bytes:
    return data_file(Asked(chart.slug, filters=filters, site=site), tables, form)


def table_file(table: str, tables: Tables, filters: Filters, form: str, site: str = "") -> bytes:
    return data_file(Asked(table, "tables", filters, site=site), tables, form)
