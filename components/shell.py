"""The frame around every page: language, title, filter bar, footer, and the one way to fail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from components import changes, choices, filterbar, sharing, state
from components.card import show_chart
from components.words import LANGUAGE_NAMES, LANGUAGES, Words
from data.filters import OPTION, Filters
from data.tables import Tables, TableUnreadable, open_tables

log = logging.getLogger("reelshift")
ICON = Path(__file__).parent / "assets" / "icon.png"


def current_words() -> Words:
    """Words in the reader's language."""
    return Words(state.language(), state.view("units", OPTION["units"].allowed))


def language_switch(words: Words) -> None:
    """The control in the header that changes the language and nothing else."""
    state.follow("f:lang", words.lang)

    def push() -> None:
        state.choose("lang", [st.session_state["f:lang"] or words.lang])

    st.segmented_control(
        words.t("site.language"),
        LANGUAGES,
        key="f:lang",
        required=True,
        format_func=LANGUAGE_NAMES.__getitem__,
        label_visibility="collapsed",
        on_change=push,
    )


def footer(words: Words) -> None:
    """Below every page: what this is, of when, and under which terms."""
    with st.container(key="footer"):
        st.divider()
        try:
            tables = open_tables()
        except TableUnreadable:
            return
        st.caption(words.t("site.footer", date=words.date(tables.data_as_of), version=tables.version))
        st.markdown(f":small[{words.t('site.addresses')}]", anchors=False)  # a caption makes its links too faint to read
        if words.lang == "zh":
            choices.option("units", state.filters()[0], words)


@contextmanager
def calm(words: Words) -> Iterator[None]:
    """Whatever fails inside becomes one sentence for the reader and a trace in the log."""
    try:
        yield
    except TableUnreadable as error:
        log.exception("table %s", error)
        st.warning(words.t("errors.table", table=error.table), icon=":material/warning:")
    except Exception:
        log.exception("page")
        st.warning(words.t("errors.page"), icon=":material/warning:")


def heading(name: str, words: Words, beside: Callable[[Words], None] | None = None) -> None:
    """The top of every page: its title, what may stand `beside` it, what the whole page offers, its line of introduction."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="top"):
        st.title(words.t(f"pages.{name}" if name != "overview" else "site.tagline"), anchor=False)
        if beside is not None:
            beside(words)
        sharing.offer(name, words.lang)
        language_switch(words)
    if name != "overview":
        st.caption(words.t(f"pages.intro.{name}"))


def page(
    name: str,
    names: tuple[str, ...],
    own: tuple[str, ...] = (),
    search: bool = False,
    counting: bool = False,
    beside: Callable[[Words], None] | None = None,
) -> tuple[Tables, Filters, Words]:
    """Begin a page of charts: its top and the filter bar. Gives what its charts need."""
    words = current_words()
    heading(name, words, beside)
    tables = changes.open_asked()
    filters = filterbar.show(tables, names, own, words, search, counting)
    changes.show_notice(tables, names, filters, words)
    return tables, filters, words


def plain_page(name: str) -> tuple[Tables, Words]:
    """Begin a page of prose, which speaks of the whole tables: nothing is filtered."""
    words = current_words()
    heading(name, words)
    tables = changes.open_asked()
    changes.show_notice(tables, (), Filters(), words)
    return tables, words


def section(codes: tuple[str, ...], words: Words) -> str:
    """A choice of sections, in the link as `view=`; gives the code of the one to show."""
    chosen = state.view("view", codes)
    state.follow("f:view", chosen)

    def push() -> None:
        code = st.session_state["f:view"] or codes[0]
        state.choose("view", [] if code == codes[0] else [code])

    st.segmented_control(
        words.t("pages.view.label"),
        codes,
        key="f:view",
        required=True,
        format_func=lambda code: words.t(f"pages.view.{code}"),
        label_visibility="collapsed",
        on_change=push,
    )
    return chosen


def draw(page_script: Callable[[], None], words: Words) -> None:
    """Run a page so that its failure stays its own."""
    with calm(words):
        page_script()


def charts(slugs: tuple[str, ...], tables: Tables, filters: Filters, words: Words) -> None:
    """Charts one below the other, in reading order."""
    for slug in slugs:
        show_chart(slug, tables, filters, words)
