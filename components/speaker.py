"""One speaker: who they are, what they said in time, and what the records hold beside it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import records
from components.card import show_chart
from components.figures.speakers import time_of
from components.files import sources_of
from components.plain import plain
from components.records import Record, has
from components.words import Words
from data.filters import Filters
from data.frames import speakers
from data.frames.common import chosen, collected
from data.tables import Tables

#: How many documents are named; the rest stands in the register of the evidence page.
DOCUMENTS_SHOWN = 12


def show_speaker(tables: Tables, filters: Filters, words: Words) -> None:
    """The speaker whom the filters name; one calm sentence where the register does not know them."""
    entities = tables.native("entities")
    found = entities[entities["entity_id"] == filters.speaker]
    if found.empty:
        st.info(plain(words.t("speaker.unknown", speaker=filters.speaker)), icon=":material/person_search:")
        return
    everything = speakers.opinions_of(tables, filters.speaker)
    kept = collected(chosen(tables, "opinions", filters))
    shown = everything[everything["opinion_id"].isin(kept["opinion_id"])]
    with st.container(border=True, key="speaker"):
        _header(found.iloc[0].to_dict(), everything, shown, words)
    if len(shown):
        show_chart("speaker-path", tables, filters, words)
        _section(tables, "opinions", shown, words)
    _company(tables, speakers.organizations_of(everything, filters.speaker), words)
    if len(shown):
        _documents(tables, shown, words)


def _header(entity: Record, everything: pd.DataFrame, shown: pd.DataFrame, words: Words) -> None:
    """Names, kind, organisation, country; how many opinions, and when."""
    name, other = words.pick(entity, "name"), entity["name_zh" if words.lang == "en" else "name_en"]
    st.markdown(f"### {plain(name)}", anchors=False)
    facts = [words.t("speaker.also_known", name=other)] if has(other) and other != name else []
    facts.append(words.code("entity_kind", entity["kind"]))
    named = everything[everything["organization_id"].notna() & (everything["organization_id"] != entity["entity_id"])]
    organizations = list(dict.fromkeys(words.pick(row, "organization") for row in named.to_dict("records")))
    facts += [words.t("speaker.speaks_for", names=words.listed(organizations))] if organizations else []
    facts += [words.code("country", c) for c in dict.fromkeys(everything["country"].dropna())]
    st.caption(plain(" · ".join(facts)))
    st.markdown(plain(_counted(everything, shown, words)), anchors=False)


def _counted(everything: pd.DataFrame, shown: pd.DataFrame, words: Words) -> str:
    if everything.empty:
        return words.t("speaker.silent")
    if shown.empty:
        return words.t("speaker.hidden", n=len(everything))
    time = time_of(shown.to_dict("records"), words)
    if len(shown) < len(everything):
        return words.t("speaker.kept", n=len(shown), total=len(everything), time=time)
    return words.t("speaker.count", n=len(shown), time=time)


def _section(tables: Tables, table: str, rows: pd.DataFrame, words: Words) -> None:
    """Records of one table under their count; nothing where there are none."""
    if rows.empty:
        return
    key = {"funding_rounds": "rounds"}.get(table, table)
    with st.container(border=True, key=f"speaker-{key}"):
        st.markdown(f"#### {plain(words.t(f'speaker.{key}', n=len(rows)))}", anchors=False)
        records.show_records(tables, table, rows, words, most=len(rows))


def _documents(tables: Tables, rows: pd.DataFrame, words: Words) -> None:
    documents = sources_of(tables, rows)
    with st.container(border=True, key="speaker-documents"):
        st.markdown(f"#### {plain(words.t('speaker.documents', n=len(documents)))}", anchors=False)
        lines = [f"- {records.document_link(row, words)}" for row in documents.head(DOCUMENTS_SHOWN).to_dict("records")]
        st.markdown("\n".join(lines), anchors=False)
        if len(documents) > DOCUMENTS_SHOWN:
            st.caption(words.t("card.sources_more", n=len(documents) - DOCUMENTS_SHOWN))


def _company(tables: Tables, ids: list[str], words: Words) -> None:
    """What the speaker's companies raised and made, and the events that name any of them."""
    found = {
        "funding_rounds": speakers.rounds_of(tables, ids),
        "models": speakers.models_of(tables, ids),
        "events": speakers.events_naming(tables, ids),
    }
    for table, rows in found.items():
        _section(tables, table, rows, words)
    if any(len(rows) for rows in found.values()):
        st.caption(words.t("speaker.whatever"))
