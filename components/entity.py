"""Pieces of the views of one speaker, company or investor: header, who belongs to whom, lists of records, documents."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import listing, records
from components.behind import sources_of
from components.ordering import place_of
from components.plain import plain
from components.records import VIEWS, Record, has, view_link
from components.words import Words
from data.checks import split
from data.filters import Filters
from data.frames import beside
from data.tables import Tables

#: How many documents and names are listed; the rest of the documents stands in the register of the evidence page.
DOCUMENTS_SHOWN = 12
NAMES_SHOWN = 60


def registered(tables: Tables, view: str, entity: str, words: Words) -> Record | None:
    """The register's entry; where there is none, one calm sentence and None."""
    found = beside.entity_of(tables, entity)
    if found is None:
        st.info(plain(words.t(f"entity.unknown.{view}", name=entity)), icon=":material/person_search:")
    return found


def header(tables: Tables, view: str, entity: Record, facts: list[str], lines: list[str], words: Words) -> None:
    """Names, what and where it is, then what is counted (`lines`), then its relatives and its other views.

    `facts` and `lines` are text, not Markdown.
    """
    st.markdown(f"## {plain(words.pick(entity, 'name'))}", anchors=False)
    st.caption(plain(" · ".join([*other_names(entity, words), words.code("entity_kind", entity["kind"]), *facts])))
    for line in lines:
        st.markdown(plain(line), anchors=False)
    related = relations(tables, view, entity, words)
    if related:
        st.markdown("  \n".join(related), anchors=False)


def other_names(entity: Record, words: Words) -> list[str]:
    """The name in the other language and other spellings, as one fact."""
    name, other = words.pick(entity, "name"), entity["name_zh" if words.lang == "en" else "name_en"]
    found = [other, *(split(entity["aliases"]) if has(entity["aliases"]) else [])]
    names = [n for n in dict.fromkeys(found) if has(n) and n != name]
    return [words.t("entity.also_known", name=words.listed(names))] if names else []


def relations(tables: Tables, view: str, entity: Record, words: Words) -> list[str]:
    """Markdown lines: the organisation it belongs to, what belongs to it, and its other views."""
    acting = beside.acting(tables)
    lines = []
    parent = beside.entity_of(tables, entity["parent_id"]) if has(entity["parent_id"]) else None
    parts = beside.parts_of(tables, entity["entity_id"]).to_dict("records")
    parts.sort(key=lambda row: place_of(tables, row["entity_id"], words))
    for key, relatives in (("part_of", [parent] if parent else []), ("parts", parts)):
        if relatives:
            names = words.listed(name_link(acting, row, view, words) for row in relatives)
            lines.append(plain(words.t(f"entity.{key}")) + words.t("colon") + names)
    others = [v for v in VIEWS if v != view and entity["entity_id"] in acting[v]]
    if others:
        links = words.listed(view_link(words.t(f"entity.view.{v}"), v, entity["entity_id"], words) for v in others)
        lines.append(plain(words.t("entity.views")) + words.t("colon") + links)
    return lines


def name_link(acting: dict[str, set[str]], entity: Record, view: str, words: Words) -> str:
    """A relative's name, linked to the view that has something to say: the same one where it can be."""
    name = words.pick(entity, "name")
    found = next((v for v in (view, *VIEWS) if entity["entity_id"] in acting[v]), "")
    return view_link(name, found, entity["entity_id"], words) if found else plain(name)


def counted(view: str, total: int, shown: pd.DataFrame, time: str, words: Words) -> str:
    """How many records there are, how many of them the other filters keep, and of what time: in the words of the view."""
    if not total:
        return words.t(f"entity.{view}.silent")
    if shown.empty:
        return words.t(f"entity.{view}.hidden", n=total)
    if len(shown) < total:
        return words.t(f"entity.{view}.kept", n=len(shown), total=total, time=time)
    return words.t(f"entity.{view}.count", n=len(shown), time=time)


def section(view: str, table: str, tables: Tables, filters: Filters, rows: pd.DataFrame, words: Words) -> None:
    """Records of one table under their count, page by page; nothing where there are none."""
    if rows.empty:
        return
    with st.container(border=True, key=f"{view}-{table}"):
        st.markdown(f"## {plain(words.t(f'entity.{view}.{table}', n=len(rows)))}", anchors=False)
        listing.show_page(table, tables, filters, rows, words.lang, view)


def counterparts(key: str, title: str, about: str, view: str, rows: pd.DataFrame, words: Words) -> None:
    """Who stood beside the entity: names with how many rounds, linked to the view of each; nothing where there is none."""
    if rows.empty:
        return
    with st.container(border=True, key=key):
        st.markdown(f"## {plain(title)}", anchors=False)
        st.caption(plain(about))
        names = [_counterpart(row, view, words) for row in rows.head(NAMES_SHOWN).to_dict("records")]
        more = len(rows) - NAMES_SHOWN
        names += [plain(words.t("entity.more_names", n=more))] if more > 0 else []
        st.markdown(" · ".join(names), anchors=False)


def _counterpart(row: Record, view: str, words: Words) -> str:
    beside_it = [words.t(f"entity.counted.{kind}", n=int(row[f"n_{kind}"])) for kind in ("led", "cancelled") if row[f"n_{kind}"]]
    said = words.t("entity.brackets", said=words.listed(beside_it)) if beside_it else ""
    number = words.count(int(row["n_rounds"])) if row["n_rounds"] else ""
    return f"{view_link(words.pick(row, 'name'), view, row['entity_id'], words)} {plain((number + said).strip())}"


def documents(view: str, tables: Tables, rows: pd.DataFrame, words: Words) -> None:
    """The documents behind these records, those that carry most of them first."""
    found = sources_of(tables, rows)
    if found.empty:
        return
    with st.container(border=True, key=f"{view}-documents"):
        st.markdown(f"## {plain(words.t(f'entity.{view}.documents', n=len(found)))}", anchors=False)
        lines = [f"- {records.document_link(row, words)}" for row in found.head(DOCUMENTS_SHOWN).to_dict("records")]
        st.markdown("\n".join(lines), anchors=False)
        if len(found) > DOCUMENTS_SHOWN:
            st.caption(plain(words.t("card.sources_more", n=len(found) - DOCUMENTS_SHOWN)))
