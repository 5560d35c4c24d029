"""Links that carry a data version: what the page then shows, what has changed since in exactly these rows; and the list of versions."""

from __future__ import annotations

import logging

import streamlit as st

from components import feeds, state
from components.plain import plain
from components.words import Words
from data.catalog import dictionary
from data.filters import Filters, select
from data.frames.common import collected
from data.tables import Tables, open_tables
from data.versions import Change, VersionNotKept, changes_since, manifests, tables_at

log = logging.getLogger("reelshift")
#: So many changed records are listed; the rest is said.
LISTED = 40


def asked_version() -> str:
    """The data version that the link names; nothing for the newest."""
    return str(st.query_params.get("version", ""))


def open_asked() -> Tables:
    """The tables of the link's version, the newest ones where it names none or one that is not kept."""
    try:
        return tables_at(asked_version())
    except VersionNotKept:
        return open_tables()


def show_notice(tables: Tables, names: tuple[str, ...], filters: Filters, words: Words) -> None:
    """Above a page opened at a version: which one this is, and what has changed since in the rows of this view."""
    version, now = asked_version(), open_tables()
    if not version or version == now.version:
        return
    known = {m.version: m for m in manifests()}
    with st.container(border=True, key="version"):
        if version not in known:
            listed = words.listed(known) or now.version
            st.markdown(plain(words.t("changes.unknown", version=version[:60], newest=now.version, known=listed)), anchors=False)
        else:
            key = "changes.then" if tables.version == version else "changes.gone"
            said = words.t(key, version=version, date=words.date(known[version].kept_on), newest=now.version)
            st.markdown(plain(said), anchors=False)
            if tables.version == version:
                st.caption(words.t("changes.then_empty"))
            _since(version, tables, now, names, filters, words)
        st.button(words.t("changes.newest"), icon=":material/update:", key="newest", on_click=state.choose, args=("version", []))


def _since(version: str, then: Tables, now: Tables, names: tuple[str, ...], filters: Filters, words: Words) -> None:
    found = in_view(changes_since(version, now), then, now, names, filters)
    if not found:
        st.caption(words.t("changes.nothing_here"))
        return
    with st.expander(words.t("changes.here", n=len(found))):
        st.markdown("\n".join(f"- {plain(feeds.change_words(change, words))}" for change in found[:LISTED]), anchors=False)
        if len(found) > LISTED:
            st.caption(words.t("changes.more", n=len(found) - LISTED))


def in_view(changes: dict[str, tuple[Change, ...]], then: Tables, now: Tables, names: tuple[str, ...], filters: Filters) -> list[Change]:
    """The changes of records that the selection keeps, now or then."""
    found: list[Change] = []
    for name in names:
        key = dictionary().tables[name].key
        keys = {
            str(k) for tables in {id(then): then, id(now): now}.values() for k in collected(select(tables.frame(name), name, filters))[key]
        }
        # A withdrawn record of a version whose tables are gone cannot be filtered: it is told rather than hidden.
        found += [c for c in changes.get(name, ()) if c.key in keys or (c.kind == "withdrawn" and then is now)]
    return found


def show_versions(words: Words) -> None:
    """Every kept version, newest first, with its reasons and records."""
    with st.container(border=True, key="changes"):
        st.markdown(f"## {plain(words.t('changes.title'))}", anchors=False)
        st.markdown(f":small[{words.t('changes.about')}]", anchors=False)  # a caption makes its links too faint to read
        known = manifests()
        for manifest in reversed(known):
            said = words.t(
                "changes.heading",
                date=words.date(manifest.kept_on),
                version=manifest.version,
                counts=feeds.in_short(manifest, words, manifest is known[0]),
            )
            with st.expander(plain(said), expanded=manifest is known[-1]):
                st.markdown("\n".join(f"- {plain(line)}" for line in feeds.said(manifest, words, manifest is known[0])), anchors=False)
                reasons = manifest.reasons
                told = [c for c in manifest.changes if c.cells or f"{c.table}/{c.key}" in reasons]
                lines = [feeds.change_words(c, words, reasons.get(f"{c.table}/{c.key}", {}).get(words.lang, "")) for c in told[:LISTED]]
                st.markdown("\n".join(f"- {plain(line)}" for line in lines), anchors=False)
                if len(told) > LISTED:
                    st.caption(words.t("changes.more", n=len(told) - LISTED))
