"""The ASGI application that `streamlit run app.py` serves: the site, the data addresses, headers, health."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from components import addresses, hint
from components.headers import SecurityHeaders
from components.packed import PackedScripts
from components.page_head import PageHead
from components.warm import open_all, warm

log = logging.getLogger("reelshift")


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Open the tables before the first reader comes; draw every chart once while the server already answers."""
    await asyncio.to_thread(open_all)
    stop = Event()
    warming = asyncio.create_task(asyncio.to_thread(warm, stop))
    yield {}
    stop.set()
    await warming


def said_calmly(error: Exception) -> bool:
    """Keep the trace in the log and out of the page; the page says its own sentence."""
    log.error("script", exc_info=error)
    return True


app = st.App(
    "pages/site.py",
    routes=[*addresses.ROUTES, *hint.ROUTES, *addresses.NOWHERE],
    middleware=[Middleware(SecurityHeaders), Middleware(PackedScripts), Middleware(PageHead)],
    lifespan=lifespan,
    on_script_error=said_calmly,
)
