"""Who says what: how voices lean and divide, how that moved, who changed their mind, then the voices themselves."""

from components import choices, shell
from components.speaker import show_speaker
from components.voices import show_voices

SECTIONS = ("distribution", "division", "time", "speakers", "surveys")

own = ("role", "stance", "theme", "country")
tables, filters, words = shell.page("opinions", ("opinions",), own=own, search=True, counting=True)
if filters.speaker:
    show_speaker(tables, filters, words)
else:
    section = shell.section(SECTIONS, words)
    if section == "distribution":
        choices.option("split", filters, words)
        shell.charts(("stance-distribution",), tables, filters, words)
    elif section == "division":
        shell.charts(("theme-sector-map", "division-by-theme"), tables, filters, words)
    elif section == "time":
        shell.charts(("stance-over-time",), tables, filters, words)
        choices.event(tables, filters, words)
        choices.option("days", filters, words)
        shell.charts(("before-after",), tables, filters, words)
    elif section == "speakers":
        shell.charts(("changed-minds",), tables, filters, words)
    else:
        shell.charts(("surveys-over-time",), tables, filters, words)
    show_voices(tables, filters, words)
