"""Where every figure comes from: coverage, audit, the source register, the dictionary, all tables."""

from components import shell
from components.register import show_dictionary, show_sources, show_tables

tables, filters, words = shell.page("evidence", ("opinions", "funding_rounds", "index_moves", "events", "models", "indicators"))
shell.charts(("coverage", "audit-marks", "coder-agreement"), tables, filters, words)
show_tables(tables, filters, words)
show_sources(tables, words)
show_dictionary(tables, words)
