"""The hint for a first visit: what to do in a minute, until the reader puts it away.

That it was put away is kept in a cookie of the reader's browser, and nowhere else. A script of Streamlit can read
cookies and not set them, so the answer to the click carries an empty picture, and the answer to that sets the cookie.
The reader stays where they are: nothing redirects, and the link is not touched.
"""

from __future__ import annotations

import base64

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components import state
from components.words import Words
from data.filters import PARAMETERS

COOKIE, PUT_AWAY = "reelshift_hint", "dismissed"
PICTURE = "/hint/dismissed.gif"
#: Beside the title, the first screen of the overview stays whole at 1440 x 900.
WIDTH_PX = 314
TEXT_PX = 244
KEPT_S = 365 * 24 * 3600
#: One transparent pixel.
EMPTY = base64.b64decode("R0lGODlhAQABAIAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")


def show_first_hint(words: Words) -> None:
    """Two lines beside the title; nothing for readers who put it away, or whose link already shows them something."""
    # The place is always there: an element that comes and goes would shift what follows and draw its charts twice.
    place = st.container(horizontal=True, vertical_alignment="center", gap="small", width=WIDTH_PX, key="hint")
    if not st.session_state.setdefault("hint", _is_new()):
        return
    with place:
        st.caption(words.t("hint.text"), width=TEXT_PX)
        st.button(words.t("hint.dismiss"), type="tertiary", key="hint:dismiss", on_click=_dismiss, args=(words,))


def _is_new() -> bool:
    """Whether the reader comes to the bare overview and has not put the hint away."""
    chose = any(name in (*PARAMETERS, "version", "view", "sort") for name, _ in state.query())
    return not chose and st.context.cookies.get(COOKIE) != PUT_AWAY


def _dismiss(words: Words) -> None:
    st.session_state["hint"] = False
    st.toast(f"{words.t('hint.dismissed')} ![]({PICTURE})")


async def dismissed(request: Request) -> Response:
    """The empty picture; whoever fetches it has put the hint away."""
    response = Response(EMPTY, media_type="image/gif", headers={"cache-control": "no-store"})
    response.set_cookie(COOKIE, PUT_AWAY, max_age=KEPT_S, httponly=True, samesite="lax", secure=request.url.scheme == "https")
    return response


ROUTES = [Route(PICTURE, dismissed, methods=["GET"])]
