"""One screen: the headline numbers of the chosen sectors, and all four kinds of record on one time axis."""

import streamlit as st

from components import shell
from components.event import choose_event, show_event
from components.headline import show_headline
from components.hint import show_first_hint
from components.timeline import show_controls, show_hint

TABLES = ("opinions", "funding_rounds", "index_moves", "events")

tables, filters, words = shell.page("overview", TABLES, beside=show_first_hint)
if filters.event:
    show_event(tables, filters, words)
else:
    numbers, timeline = st.columns([1, 3.6], gap="medium")
    with numbers:
        show_headline(tables, filters, words)
    with timeline:
        shell.charts(("impact-timeline",), tables, filters, words)
    choose_event(tables, words)
    show_controls(tables, filters, words)
    show_hint(tables, words)
    shell.charts(("sector-summary",), tables, filters, words)
