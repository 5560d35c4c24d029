"""How the market moved, as documents state it, and what happened when."""

from components import shell

tables, filters, words = shell.page("markets", ("index_moves", "events"), own=("kind",))
shell.charts(("stated-moves", "index-levels", "events-timeline"), tables, filters, words)
