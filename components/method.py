"""The page on method and limits: prose with numbers from the tables, each section with the page that shows it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components import glossary
from components.plain import plain
from components.reliability import agreement_line
from components.words import Words
from data.filters import Filters
from data.frames.method import facts
from data.tables import Tables

#: Each section, in reading order, and where what it says can be seen: a page, and what its link says.
SECTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "collection": ("evidence", {}),
    "missing": ("funding", {"view": "certainty"}),
    "coding": ("opinions", {"coders": "differ"}),
    "audit": ("evidence", {}),
    "money": ("funding", {"view": "certainty"}),
    "dates": ("overview", {}),
    "market": ("markets", {"view": "study"}),
    "intervals": ("opinions", {"view": "division"}),
    "wrong": ("evidence", {}),
    "check": ("evidence", {}),
}
#: About as long as a line may be for reading.
MEASURE_PX = 760


def show_method(tables: Tables, words: Words) -> None:
    """Contents beside the text, or above it on a telephone; the glossary at the end."""
    contents, text = st.columns([1, 3], gap="large")
    with contents, st.container(key="method-contents"):
        _contents(words)
    values = numbers(tables, words)
    with text, st.container(width=MEASURE_PX, key="method"):
        for name, (page, query) in SECTIONS.items():
            st.header(words.t(f"method.{name}.title"), anchor=name)
            st.markdown(words.t(f"method.{name}.text", **values), anchors=False)
            if name == "coding":
                st.markdown(agreement_line(tables, Filters(), words), anchors=False)
            _link(page, query, words.t(f"method.{name}.link"), words)
        st.header(words.t("glossary.title"), anchor="glossary")
        st.caption(words.t("glossary.about"))
        st.markdown("\n\n".join(glossary.entry(name, words) for name in glossary.in_order(glossary.terms(), words)), anchors=False)


def _contents(words: Words) -> None:
    """Every section by its title, as links inside the page."""
    titles = {name: words.t(f"method.{name}.title") for name in SECTIONS} | {"glossary": words.t("glossary.title")}
    st.markdown(f"**{words.t('method.contents')}**", anchors=False)
    st.markdown("\n".join(f"- [{title}](#{name})" for name, title in titles.items()), anchors=False)


def _link(page: str, query: dict[str, str], label: str, words: Words) -> None:
    """To the page that shows it, in the reader's language; what was chosen there before is not carried along."""
    st.page_link(f"{page}.py", label=label, icon=":material/arrow_forward:", query_params=query | {"lang": words.lang})


def numbers(tables: Tables, words: Words) -> dict[str, Any]:
    """Every value that the prose names, as it is said in the reader's language."""
    found = facts(tables).numbers
    return {name: value for name, value in found.items() if name.startswith("n_") or name == "small_n"} | {
        "as_of": plain(words.date(tables.data_as_of)),
        "version": plain(tables.version),
        "published": plain(words.date(found["largest_published"])),
        "largest_share": words.percent(found["largest_pct"]),
        "known": plain(words.usd_m(found["known_usd_m"])),
        "general_share": words.percent(found["general_pct"]),
        "corrected_share": words.percent(found["corrected_pct"]),
        "off_share": words.percent(found["off_pct"]),
        "off_low": words.percent(found["off_low_pct"], 1),
        "off_high": words.percent(found["off_high_pct"], 1),
    }
