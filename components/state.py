"""What the reader has chosen lives in the address bar; widgets only show and change it.

The query string holds codes and is the truth. A widget takes its value from there whenever the two
differ (first load, pasted link, Back button), and writes its codes there when it is used. Streamlit's
own `bind="query-params"` writes labels, which would break a link in the other language.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from components.words import LANGUAGES
from data.filters import PARAMETERS, Filters, Refused, parse, unknown_parameters

#: Parameters of a link beside the filters.
OTHER_PARAMETERS = ("lang", "version", "view", "sort", "embed", "embed_options")


def query() -> list[tuple[str, str]]:
    """The query string as pairs."""
    return [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]


def language() -> str:
    """The reader's language: of the link; on a page just opened from another, as there; else the browser's.

    A link without a language on the page where the reader already is (the Back button over a language
    switch) means the browser's again, so that what is seen is always what the link would open.
    """
    asked = st.query_params.get("lang", "")
    path = urlsplit(st.context.url or "").path
    stayed = st.session_state.get("path") == path
    st.session_state["path"] = path
    if asked in LANGUAGES:
        st.session_state["lang"] = asked
    elif "lang" not in st.session_state or stayed:
        st.session_state["lang"] = "zh" if (st.context.locale or "").lower().startswith("zh") else "en"
    return str(st.session_state["lang"])


def keep_across_pages(page: str) -> None:
    """Carry the choice to a page that was opened without one, and remember what is chosen now."""
    if st.session_state.get("query", query()) != query():
        # Not by a widget of ours: the Back button, or a link. The browser has forgotten its widgets by then.
        st.session_state["turn"] = st.session_state.get("turn", 0) + 1
    if st.session_state.get("page", page) != page and not any(name in (*PARAMETERS, "lang", "version") for name, _ in query()):
        write(st.session_state.get("query", []))
    st.session_state["page"] = page
    st.session_state["query"] = query()


def write(pairs: list[tuple[str, str]]) -> None:
    """Replace the query string."""
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    st.query_params.from_dict(grouped)


def filters() -> tuple[Filters, list[Refused], list[str]]:
    """The selection in the address bar, what in it means nothing, and parameters nobody knows."""
    pairs = query()
    selection, refused = parse(pairs)
    return selection, refused, unknown_parameters(pairs, OTHER_PARAMETERS)


def choose(parameter: str, values: list[str]) -> None:
    """Set one parameter of the address bar; none of it when there is no value."""
    if values:
        st.query_params[parameter] = values
    else:
        st.query_params.pop(parameter, None)
    st.session_state["query"] = query()


def drop(parameter: str, code: str) -> None:
    """Take one value of one parameter out of the address bar."""
    choose(parameter, [value for value in st.query_params.get_all(parameter) if value != code])


def narrow(pairs: list[tuple[str, str]]) -> None:
    """Add filters to the address bar, as a click on a mark does; a parameter holds only the clicked value."""
    for parameter, code in pairs:
        st.query_params[parameter] = code
    st.session_state["query"] = query()


def view(parameter: str, codes: tuple[str, ...]) -> str:
    """A single choice that is no filter (which section, which order): of the link, else the first."""
    asked = st.query_params.get(parameter, "")
    return asked if asked in codes else codes[0]


def clear() -> None:
    """Lift every filter; how things are said stays."""
    write([(name, value) for name, value in query() if name not in PARAMETERS or name == "units"])
    st.session_state["query"] = query()


def follow(key: str, value: Any) -> None:
    """Give the widget of `key` the value in the address bar, where it does not have it.

    On another page, and after the Back button, the widget of the same key begins with what is set here.
    """
    now = (st.session_state.get("page"), st.session_state.get("turn", 0), value)
    if key not in st.session_state or st.session_state.get(f"seen:{key}") != now:
        st.session_state[key] = value
    st.session_state[f"seen:{key}"] = now


def pushes(parameter: str, key: str, to_codes: Callable[[Any], list[str]]) -> Callable[[], None]:
    """A callback that writes what the widget holds into the address bar."""

    def push() -> None:
        choose(parameter, to_codes(st.session_state[key]))

    return push


def code_list(value: Any) -> list[str]:
    """The codes that a choice widget holds."""
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def day_code(value: date | None) -> list[str]:
    return [value.isoformat()] if value else []
