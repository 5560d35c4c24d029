"""One company: what it raised and was worth, from whom, what it makes, what its people say, and where that was read."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import entity, listing, rounds
from components.backwards import show_around_rounds
from components.card import show_chart
from components.figures.money import money_words
from components.figures.speakers import time_of
from components.plain import plain
from components.records import Record, has, view_link
from components.words import Words
from data.filters import Filters
from data.frames import beside, companies
from data.frames.common import chosen, collected
from data.tables import Tables

#: What the table of models says of each.
CAPABILITIES = (
    "model_name",
    "release_date",
    "max_clip_s",
    "max_resolution",
    "has_native_audio",
    "weights",
    "access_at_release",
    "price_stated",
)


def show_company(tables: Tables, filters: Filters, words: Words) -> None:
    """The company that the filters name; one calm sentence where the register does not know it."""
    found = entity.registered(tables, "company", filters.company, words)
    if found is None:
        return
    raised = beside.rounds_of(tables, [filters.company])
    kept = collected(chosen(tables, "funding_rounds", filters))
    shown = raised[raised["round_id"].isin(kept["round_id"])]
    with st.container(border=True, key="company"):
        entity.header(tables, "company", found, _facts(found, raised, words), _money(tables, filters, len(raised), shown, words), words)
    if len(shown) > 1:
        show_chart("funding-timeline", tables, filters, words)
    if int((shown[companies.VALUATION].notna() & (shown["status"] != "cancelled")).sum()) > 1:
        show_chart("valuation-paths", tables, filters, words)
    entity.section("company", "funding_rounds", tables, filters, shown, words)
    investors = companies.investors_in(tables, shown)
    title = words.t("entity.company.investors", n=len(investors))
    entity.counterparts("company-investors", title, words.t("entity.company.investors_about"), "investor", investors, words)
    show_around_rounds(tables, filters, shown, words)
    _beside(tables, filters, shown, words)


def _facts(company: Record, raised: pd.DataFrame, words: Words) -> list[str]:
    """What it mainly makes, and where it is."""
    facts = [words.code("company_kind", company["company_kind"])] if has(company["company_kind"]) else []
    places = [company["country"], *raised["country"]]
    return facts + [words.code("country", c) for c in dict.fromkeys(filter(has, places))]


def _money(tables: Tables, filters: Filters, n_raised: int, shown: pd.DataFrame, words: Words) -> list[str]:
    """How many rounds were read, and what is known of their money."""
    time = time_of(shown.to_dict("records"), words, "announced_date") if len(shown) else ""
    lines = [entity.counted("company", n_raised, shown, time, words)]
    return lines + ([money_words(total, words) for total in rounds.totals(tables, filters).values()] if len(shown) else [])


def _beside(tables: Tables, filters: Filters, shown: pd.DataFrame, words: Words) -> None:
    """Models, opinions and events, whatever the filters; then every document behind the page."""
    models = beside.models_of(tables, [filters.company])
    found = {"opinions": beside.opinions_for(tables, filters.company), "events": beside.events_naming(tables, [filters.company])}
    _models(tables, filters, models, words)
    for table, rows in found.items():
        entity.section("company", table, tables, filters, rows, words)
    if len(models) or any(len(rows) for rows in found.values()):
        st.caption(plain(words.t("entity.company.whatever")))
    cells = pd.concat([rows[["source_ids"]] for rows in (shown, models, *found.values())], ignore_index=True)
    entity.documents("company", tables, cells, words)


def _models(tables: Tables, filters: Filters, models: pd.DataFrame, words: Words) -> None:
    """What its models were said to do, as a small table; the records with their documents below."""
    if models.empty:
        _models_of_parent(tables, words, filters.company)
        return
    with st.container(border=True, key="company-models"):
        title = words.t("entity.company.models", n=len(models))
        st.markdown(f"## {plain(title)}", anchors=False)
        st.dataframe(capabilities(models, words), hide_index=True, alt=title, key="table:company-models")
        st.caption(plain(words.t("entity.company.models_about")))
        with st.expander(words.t("entity.company.models_records")):
            listing.show_page("models", tables, filters, models, words.lang, "company")


def _models_of_parent(tables: Tables, words: Words, company: str) -> None:
    """Where a company has no models of its own, those recorded under the organisation that it belongs to."""
    own = beside.entity_of(tables, company)
    parent = beside.entity_of(tables, own["parent_id"]) if own and has(own["parent_id"]) else None
    n = len(beside.models_of(tables, [parent["entity_id"]])) if parent else 0
    if parent and n:
        name = view_link(words.pick(parent, "name"), "company", parent["entity_id"], words)
        st.caption(plain(words.t("entity.company.models_of_parent", n=n)) + plain(words.t("colon")) + name)


def capabilities(models: pd.DataFrame, words: Words) -> pd.DataFrame:
    """The stated capabilities of models in words; a dash where no page states one."""

    def said(row: Record, column: str) -> str:
        if column == "price_stated":
            return words.pick(row, column) or "–"
        value = row[column]
        if column == "release_date":
            return words.date(value)
        if not has(value):
            return "–"
        if column == "max_clip_s":
            return words.number(float(value), 1)
        if column == "has_native_audio":
            return words.t(f"entity.company.sound.{'yes' if value else 'no'}")
        return (
            words.code({"weights": "weights", "access_at_release": "access"}[column], value)
            if column in ("weights", "access_at_release")
            else str(value)
        )

    headers = {c: words.t("entity.company.price") if c == "price_stated" else words.label(c, "models") for c in CAPABILITIES}
    return pd.DataFrame([{headers[c]: said(row, c) for c in CAPABILITIES} for row in models.to_dict("records")])
