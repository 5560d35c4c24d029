"""The money of a selection in words, and the rounds themselves as a list."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd
import streamlit as st

from components import listing, panel
from components.figures.money import money_brief, money_words, sum_words
from components.ordering import place_of
from components.plain import plain
from components.words import Words
from data.filters import Filters
from data.frames import funding
from data.frames.common import chosen, collected
from data.tables import Tables

ORDERS = ("newest", "oldest", "largest", "company")
#: How many countries the line on coverage names.
COUNTRIES_NAMED = 3


@lru_cache(maxsize=256)
def totals(tables: Tables, filters: Filters) -> dict[str, dict[str, Any]]:
    """The totals of each group of companies under the filters: see `data.frames.funding.totals`."""
    frame = funding.money_headline(funding.money_headline_rows(tables, filters), filters)
    return {row["money_group"]: row for row in frame.to_dict("records")}


def show_totals(tables: Tables, filters: Filters, words: Words) -> None:
    """What is known of the money and what is not, then how the collection leans: before any chart.

    In few words, since the charts are what a page is for; the whole account opens at the question marks.
    """
    found = totals(tables, filters)
    with st.container(border=True, key="money-totals"):
        if not found:
            st.markdown(plain(words.t("charts.empty")), anchors=False)
            return
        for column, (group, total) in zip(st.columns(len(found), gap="medium"), found.items(), strict=True):
            with column, st.container(gap=None):
                st.metric(words.code("money_group", group), sum_words(total, words), help=plain(money_words(total, words)))
                st.caption(plain(money_brief(total, words)))
        counts = coverage_words(collected(chosen(tables, "funding_rounds", filters)), words)
        st.caption(words.t("rounds.sample"), help=plain(counts))


def coverage_words(rows: pd.DataFrame, words: Words) -> str:
    """How the rounds spread over years and countries, and which are likelier to be here at all."""
    years = rows["date_start"].dt.year.value_counts().sort_index()
    countries = rows["country"].value_counts()
    named = countries.head(COUNTRIES_NAMED)
    said = [words.t("rounds.count", name=words.code("country", str(c)), n=int(n)) for c, n in named.items()]
    rest = len(rows) - int(named.sum())
    said += [words.t("rounds.count", name=words.t("rounds.elsewhere"), n=rest)] if rest else []
    by_year = words.listed(words.t("rounds.count", name=words.date(str(y)), n=int(n)) for y, n in years.items())
    return words.t("rounds.coverage", n=len(rows), years=by_year, countries=words.listed(said))


def show_conflicts(tables: Tables, filters: Filters, words: Words) -> None:
    """The rounds on which documents disagree, those with most readings first; each says what the others have."""
    rows = collected(chosen(tables, "funding_rounds", filters))
    rows = rows[rows["n_conflicts"] > 0]
    rows = rows.sort_values(["n_conflicts", "date_start", "round_id"], ascending=[False, False, True], kind="stable")
    with st.container(border=True, key="conflicts"):
        said = words.t("rounds.conflicts", n=len(rows), readings=int(rows["n_conflicts"].sum()))
        st.markdown(f"## {plain(said)}", anchors=False)
        st.caption(words.t("rounds.conflicts_about"))
        if len(rows):
            listing.show_page("funding_rounds", tables, filters, rows, words.lang, "conflicts")


def show_rounds(tables: Tables, filters: Filters, words: Words) -> None:
    """Rounds under the filters, in the order asked for."""
    rows = collected(chosen(tables, "funding_rounds", filters))
    with st.container(border=True, key="rounds"):
        st.markdown(f"## {plain(words.t('rounds.title', n=len(rows), companies=rows['company_id'].nunique()))}", anchors=False)
        st.caption(words.t("rounds.about"))
        if rows.empty:
            st.info(words.t("charts.empty_hint"), icon=":material/filter_alt_off:")
            return
        with st.container(horizontal=True, vertical_alignment="bottom", key="rounds-tools"):
            order = listing.choose_order(ORDERS, words)
            panel.offer_table("funding_rounds", tables, filters, words.lang)
        listing.show_page("funding_rounds", tables, filters, ordered(tables, rows, order, words), words.lang, order)


def ordered(tables: Tables, rows: pd.DataFrame, order: str, words: Words) -> pd.DataFrame:
    """Rounds in one of ORDERS; of the same company or amount the newest first, amounts not known last."""
    newest = rows.sort_values(["date_start", "round_id"], ascending=[False, True], kind="stable")
    if order == "oldest":
        newest = rows.sort_values(["date_start", "round_id"], kind="stable")
    elif order == "largest":
        newest = newest.sort_values("amount_usd_m", ascending=False, kind="stable", na_position="last")
    elif order == "company":
        places = newest["company_id"].map(lambda code: place_of(tables, code, words))
        newest = newest.loc[places.sort_values(kind="stable").index]
    return newest.reset_index(drop=True)
