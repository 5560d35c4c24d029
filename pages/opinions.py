"""Who says what: stance by sector, theme and time, then the voices themselves."""

from components import shell
from components.voices import show_voices

tables, filters, words = shell.page("opinions", ("opinions",), own=("role", "stance", "theme", "country"), search=True)
shell.charts(("stance-by-sector", "stance-by-theme", "stance-over-time"), tables, filters, words)
show_voices(tables, filters, words)
