"""How the market moved, as documents state it or as loaded levels show it, around which events, and what happened when."""

from components import choices, shell, study

#: Each section's choices, and its charts in reading order; the event study has choices and words of its own.
SECTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "moves": ((), ("stated-moves",)),
    "levels": ((), ("index-levels",)),
    "study": ((), ("event-window", "event-pooled")),
    "events": ((), ("events-timeline",)),
}

tables, filters, words = shell.page("markets", ("index_moves", "events"), own=("kind",))
section = shell.section(tuple(SECTIONS), words)
options, slugs = SECTIONS[section]
if section == "study":
    study.show(tables, filters, words)
else:
    if options:
        choices.options(options, filters, words)
    shell.charts(slugs, tables, filters, words)
