"""Where every figure comes from: how it was checked, all tables, all documents, what changed, what each column means."""

from components import shell
from components.changes import show_versions
from components.register import show_dictionary, show_sources, show_tables

SECTIONS = ("checked", "tables", "documents", "changes", "dictionary")

tables, filters, words = shell.page("evidence", ("opinions", "funding_rounds", "index_moves", "events", "models", "indicators"))
section = shell.section(SECTIONS, words)
if section == "checked":
    shell.charts(("coverage", "audit-marks", "coder-agreement"), tables, filters, words)
elif section == "tables":
    show_tables(tables, filters, words)
elif section == "documents":
    show_sources(tables, words)
elif section == "changes":
    show_versions(words)
else:
    show_dictionary(tables, words)
