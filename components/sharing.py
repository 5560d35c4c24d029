"""Links that stay true, and what the page as a whole offers: its link, its briefing, how to cite the collection."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import streamlit as st

from components import brief, changes, pictures, state
from components.asked import Asked, explicit, site
from components.cited import citation_of
from components.described import scope_text
from components.making import file_button, wait_for
from components.plain import plain
from components.words import Words
from data import citing
from data.filters import Filters
from data.tables import Tables

log = logging.getLogger("reelshift")
#: What a link keeps of the address bar beside the filters: which section, which order.
KEPT = ("view", "sort")
#: How the file of each form of citation ends.
ENDINGS = {"txt": "txt", "bib": "bib", "ris": "ris", "csl.json": "csl.json", "gbt": "txt"}
SECTIONS = ("link", "brief", "cite")


@dataclass(frozen=True)
class Here:
    """Where the reader is: scheme and host, the page's name, and what its link says beside filters and language."""

    site: str = ""
    page: str = "overview"
    also: tuple[tuple[str, str], ...] = ()


def here() -> Here:
    """Where the reader is, as the browser's address bar has it."""
    parts = urlsplit(st.context.url or "")
    page = st.session_state.get("page") or parts.path.strip("/") or "overview"
    also = {name: value for name, value in state.query() if name in KEPT}
    if "view" not in also and st.session_state.get("f:view"):
        also["view"] = str(st.session_state["f:view"])  # the first section, which the address bar leaves out
    return Here(site(f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""), page, tuple(also.items()))


def page_link(place: Here, filters: Filters, lang: str, version: str = "") -> str:
    """The address of the page as it is seen now: every choice as a code, the language, and the data version where wanted."""
    pairs = [*explicit(filters, place.page), *place.also, *([("version", version)] if version else []), ("lang", lang)]
    return f"{place.site}/{'' if place.page == 'overview' else place.page}?{urlencode(pairs)}"


def copied(text: str) -> None:
    """Text to copy, with Streamlit's button for it; long lines wrap, so that a phone shows all of it.

    In one colour: those that Streamlit gives the words of a language are too faint to read on either ground.
    """
    st.code(text, language=None, wrap_lines=True)


def kept_version(tables: Tables, words: Words) -> str:
    """Whether links keep to this data version, as the reader says; gives the version, or nothing for the newest."""
    if st.query_params.get("version"):
        st.caption(words.t("panel.version.pinned", version=tables.version))
        return tables.version
    keeps = st.toggle(words.t("panel.version.keep", version=tables.version), key="panel:version", persist_state="session")
    st.caption(words.t("panel.version.kept" if keeps else "panel.version.newest"))
    return tables.version if keeps else ""


def wanted_version(tables: Tables) -> str:
    """The same where the control is not in sight."""
    return tables.version if st.query_params.get("version") or st.session_state.get("panel:version") else ""


def choose(
    label: str,
    codes: tuple[str, ...],
    key: str,
    said: Callable[[str], str],
    *,
    shown: bool = False,
    persist: Literal["page", "session"] = "page",
) -> str:
    """One of a few, by code, so that it stays when the language changes."""
    chosen = st.segmented_control(
        label,
        codes,
        default=codes[0],
        required=True,
        key=key,
        format_func=said,
        label_visibility="visible" if shown else "collapsed",
        persist_state=persist,
    )
    return str(chosen or codes[0])


def drawer(title: str, contents: Callable[..., None], *values: Any) -> None:
    """Open a drawer at the side. What is in it runs again by itself, and is gone when it is closed."""
    st.dialog(title, width="medium", position="right")(contents)(*values)


@st.fragment
def offer(page: str, lang: str) -> None:
    """The button that opens what the whole page offers. Nothing is read before it is pressed."""
    words = Words(lang)
    with st.container(horizontal=True, horizontal_alignment="right"):
        pressed = st.button(words.t("panel.share.button"), icon=":material/share:", key="share")
    if pressed:
        drawer(words.t("panel.share.title"), _contents, page, lang)


def _contents(page: str, lang: str) -> None:
    words = Words(lang)
    try:
        tables, (filters, _, _) = changes.open_asked(), state.filters()
        section = choose(words.t("panel.sections"), SECTIONS, "share:section", lambda code: words.t(f"panel.share.{code}"))
        st.caption(plain(words.t("panel.scope", scope=scope_text(filters, words, tables))))
        if section == "link":
            copied(page_link(here(), filters, lang, kept_version(tables, words)))
        elif section == "brief":
            _brief(filters, tables, words)
        else:
            st.caption(words.t("panel.cite.collection"))
            citations(Asked("", "tables", lang=lang, version=wanted_version(tables), site=here().site), tables, words)
    except Exception:
        log.exception("share %s", page)
        st.warning(words.t("panel.trouble"), icon=":material/warning:")


def _brief(filters: Filters, tables: Tables, words: Words) -> None:
    """The briefing of the page's filters, in the page's language."""
    site, version = here().site, wanted_version(tables)
    st.markdown(words.t("panel.brief.about"), anchors=False)
    pressed = [
        file_button(
            words.t("panel.form.html"),
            partial(brief.brief_html, filters, tables, words.lang, site, version),
            brief.brief_name(filters, tables, words.lang, "html"),
            "text/html",
            "brief:html",
            icon=":material/article:",
            primary=True,
        )
    ]
    if pictures.can_draw():
        pressed.append(
            file_button(
                words.t("panel.form.pdf"),
                partial(brief.brief_pdf, filters, tables, words.lang, site, version),
                brief.brief_name(filters, tables, words.lang, "pdf"),
                "application/pdf",
                "brief:pdf",
                icon=":material/picture_as_pdf:",
            )
        )
    else:
        st.caption(words.t("panel.brief.no_pdf"))
    wait_for(pressed, words)


def citations(asked: Asked, tables: Tables, words: Words) -> None:
    """A chart, a table or (without a name) the whole collection in every form of citation, to copy or as a file."""
    cited = citation_of(asked, tables)
    label = words.t("panel.cite.label")
    form = choose(label, citing.FORMS, "panel:form", lambda code: words.t(f"panel.cite.form.{code.replace('.', '_')}"), persist="session")
    text = citing.written(cited, form, words.lang)
    copied(text)
    name = f"reelshift_citation_{asked.name or 'collection'}_{tables.version}.{ENDINGS[form]}"
    st.download_button(
        words.t("panel.cite.file", ending=ENDINGS[form]),
        text,
        name,
        "text/plain",
        on_click="ignore",
        key="get:citation",
        icon=":material/download:",
    )
