"""One investor: the rounds it took part in, in which companies, with whom, what its people say, and where that was read."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import entity, rounds
from components.card import show_chart
from components.figures.money import grouped, money_words
from components.figures.speakers import time_of
from components.plain import plain
from components.records import Record, has
from components.words import Words
from data.filters import Filters
from data.frames import beside, companies
from data.frames.common import chosen, collected
from data.tables import Tables


def show_investor(tables: Tables, filters: Filters, words: Words) -> None:
    """The investor whom the filters name; one calm sentence where the register does not know them."""
    found = entity.registered(tables, "investor", filters.investor, words)
    if found is None:
        return
    joined = beside.rounds_with(tables, filters.investor)
    kept = collected(chosen(tables, "funding_rounds", filters))
    shown = joined[joined["round_id"].isin(kept["round_id"])]
    with st.container(border=True, key="investor"):
        entity.header(tables, "investor", found, _facts(found, words), _money(tables, filters, len(joined), shown, words), words)
    if len(shown) > 1:
        show_chart("funding-timeline", tables, filters, words)
    partners = {
        "companies": ("company", companies.companies_in(tables, shown, filters.investor)),
        "partners": ("investor", companies.co_investors(tables, shown, filters.investor)),
    }
    for key, (view, rows) in partners.items():
        title = words.t(f"entity.investor.{key}", n=len(rows))
        entity.counterparts(f"investor-{key}", title, words.t(f"entity.investor.{key}_about"), view, rows, words)
    entity.section("investor", "funding_rounds", tables, filters, shown, words)
    _beside(tables, filters, shown, words)


def _facts(investor: Record, words: Words) -> list[str]:
    """What sort of investor it is, and where."""
    facts = [words.code("investor_kind", investor["investor_kind"])] if has(investor["investor_kind"]) else []
    return facts + ([words.code("country", investor["country"])] if has(investor["country"]) else [])


def _money(tables: Tables, filters: Filters, n_joined: int, shown: pd.DataFrame, words: Words) -> list[str]:
    """How many rounds it was named in and led, and what is known of their money, which is not the investor's own."""
    time = time_of(shown.to_dict("records"), words, "announced_date") if len(shown) else ""
    lines = [entity.counted("investor", n_joined, shown, time, words)]
    if shown.empty:
        return lines
    own, led = companies.n_rounds(shown), companies.n_led(shown, filters.investor)
    said = words.t("entity.investor.led", led=led) if own == len(shown) else words.t("entity.investor.led_own", n=own, led=led)
    lines[0] += words.t("semicolon") + said
    totals = rounds.totals(tables, filters)
    whole = grouped({group: money_words(total, words) for group, total in totals.items()}, words)
    return [*lines, words.t("entity.investor.whole", money=whole)]


def _beside(tables: Tables, filters: Filters, shown: pd.DataFrame, words: Words) -> None:
    """Opinions and events, whatever the filters; then every document behind the page."""
    found = {"opinions": beside.opinions_for(tables, filters.investor), "events": beside.events_naming(tables, [filters.investor])}
    for table, rows in found.items():
        entity.section("investor", table, tables, filters, rows, words)
    if any(len(rows) for rows in found.values()):
        st.caption(plain(words.t("entity.investor.whatever")))
    cells = pd.concat([rows[["source_ids"]] for rows in (shown, *found.values())], ignore_index=True)
    entity.documents("investor", tables, cells, words)
