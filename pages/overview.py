"""One screen: the headline numbers of the chosen sectors, and all four kinds of record on one time axis."""

from components import shell
from components.headline import show_headline

TABLES = ("opinions", "funding_rounds", "index_moves", "events")

tables, filters, words = shell.page("overview", TABLES)
show_headline(tables, filters, words)
shell.charts(("impact-timeline", "sector-summary"), tables, filters, words)
