"""How the market moved, as documents state it or as loaded levels show it, around which events, and what happened when."""

from components import levels, shell, study

#: Each section, and what shows it; its charts stand in reading order.
SECTIONS = {"moves": levels.show_moves, "levels": levels.show, "study": study.show, "events": None}

tables, filters, words = shell.page("markets", ("index_moves", "events"), own=("kind",))
show = SECTIONS[shell.section(tuple(SECTIONS), words)]
if show is None:
    shell.charts(("events-timeline",), tables, filters, words)
else:
    show(tables, filters, words)
