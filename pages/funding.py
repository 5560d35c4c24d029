"""Where the money goes: rounds in time, by sector and place, companies, investors, and how sure any of it is."""

from components import choices, shell
from components.company import show_company
from components.investor import show_investor
from components.rounds import show_conflicts, show_rounds, show_totals

#: Each section's choices, and its charts in reading order.
SECTIONS = {
    "rounds": (("general", "amounts", "days"), ("funding-timeline", "funding-by-quarter", "funding-cumulative", "funding-and-events")),
    "shares": (("general", "sharing"), ("funding-by-sector", "funding-by-country", "funding-by-stage")),
    "companies": (("general",), ("valuation-paths",)),
    "investors": (("general",), ("investors", "investor-network", "investor-pairs")),
    "certainty": (("general",), ("funding-concentration", "funding-coverage")),
}

tables, filters, words = shell.page("funding", ("funding_rounds",), own=("stage", "country"))
if filters.company:
    show_company(tables, filters, words)
elif filters.investor:
    show_investor(tables, filters, words)
else:
    show_totals(tables, filters, words)
    section = shell.section(tuple(SECTIONS), words)
    options, slugs = SECTIONS[section]
    choices.options(options, filters, words)
    if section == "companies":
        choices.company(tables, filters, words)
    elif section == "investors":
        choices.investor(tables, filters, words)
    shell.charts(slugs, tables, filters, words)
    show_list = show_conflicts if section == "certainty" else show_rounds
    show_list(tables, filters, words)
