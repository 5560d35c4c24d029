"""Where the money goes: rounds in time, by quarter and by stage."""

from components import shell

tables, filters, words = shell.page("funding", ("funding_rounds",), own=("stage", "country"))
shell.charts(("funding-timeline", "funding-by-quarter", "funding-by-stage"), tables, filters, words)
