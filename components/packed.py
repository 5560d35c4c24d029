"""Streamlit's own scripts and styles, compressed: on a line of 10 Mbit/s that is most of a first visit.

Streamlit sends them as they are, since Starlette's compression would work anew for every visitor. Their names carry a hash of
their content, so each is compressed once in the life of the server here, and kept.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit
from starlette.concurrency import run_in_threadpool

from components.headers import Message, Scope

STATIC = Path(streamlit.__file__).parent / "static"
#: What stands below `/static/`, in one folder each; nothing else is looked for on the disk.
_ADDRESS = re.compile(r"/(static/(?:js|css)/[\w.~-]+\.(?:js|css))$")
#: Below this a packet holds it anyway.
LEAST_BYTES = 1400
#: More is hardly smaller and takes twice as long.
LEVEL = 6
#: Asked for by every page with a chart, and slow to compress.
LARGE = ("PlotlyChart.*.js", "protobuf.*.js", "index.*.js")


@lru_cache(maxsize=512)
def packed(name: str) -> bytes | None:
    """A file of Streamlit's, as `static/js/….js`, compressed; None where it is not there or too small to matter."""
    path = STATIC / name
    if not path.is_file() or path.stat().st_size < LEAST_BYTES:
        return None
    return gzip.compress(path.read_bytes(), LEVEL, mtime=0)


def pack_large() -> None:
    """Compress what takes longest, so that no visitor waits for it."""
    for pattern in LARGE:
        for path in STATIC.glob(f"static/js/{pattern}"):
            packed(path.relative_to(STATIC).as_posix())


class PackedScripts:
    """Answers with the compressed file where the browser takes it; all else passes through.

    Streamlit's own answer is asked for all the same and gives the headers, so whatever it refuses, or answers with 304, stays so.
    """

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        found = _ADDRESS.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        headers = dict(scope["headers"]) if found else {}
        if not found or b"range" in headers or b"gzip" not in headers.get(b"accept-encoding", b""):
            await self.app(scope, receive, send)
            return
        body = await run_in_threadpool(packed, found[1])
        replaced = False

        async def send_packed(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and message["status"] == 200 and body is not None:
                replaced = True
                await send({**message, "headers": _packed_headers(message["headers"], len(body))})
                await send({"type": "http.response.body", "body": body})
            elif not replaced:
                await send(message)

        await self.app(scope, receive, send_packed)


def _packed_headers(headers: list[tuple[bytes, bytes]], size: int) -> list[tuple[bytes, bytes]]:
    """The same headers for the other bytes of the same thing: an entity tag says so by being weak (RFC 9110, 8.8.1)."""
    kept = [(n, b"W/" + v if n == b"etag" and not v.startswith(b"W/") else v) for n, v in headers if n != b"content-length"]
    return [*kept, (b"content-length", str(size).encode()), (b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding")]
