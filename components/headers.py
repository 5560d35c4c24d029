"""What every answer of the server says beside its body: security headers; and the language that a page is asked in."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import streamlit

Message = dict[str, Any]
Scope = dict[str, Any]

#: Who may show the dashboard in a frame; `none` unless a deployment says otherwise.
FRAME_VARIABLE = "REELSHIFT_FRAME_ANCESTORS"
#: Who may embed single charts (`/embed`): anybody, a page on one's own disk included, unless a deployment names the pages
#: (`'none'` forbids it).
EMBED_VARIABLE = "REELSHIFT_EMBED_ANCESTORS"
_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def embed_policy() -> str:
    """A policy for a bare chart: scripts and data of this host only, in the frames that the deployment allows."""
    parts = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",  # Plotly writes the styles of its parts
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": os.environ.get(EMBED_VARIABLE, "* file:"),
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


@lru_cache(maxsize=1)
def content_security_policy() -> str:
    """A policy that Streamlit runs under: everything from this host, inline scripts by their hash only."""
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    hashes = [base64.b64encode(hashlib.sha256(s).digest()).decode() for s in _INLINE.findall(index.read_bytes())]
    scripts = " ".join(f"'sha256-{h}'" for h in hashes)
    parts = {
        "default-src": "'self'",
        "script-src": f"'self' 'wasm-unsafe-eval' {scripts}",
        "style-src": "'self' 'unsafe-inline'",  # the page's styles are made in the browser
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self' ws: wss:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": os.environ.get(FRAME_VARIABLE, "'none'"),
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


class SecurityHeaders:
    """Adds the headers to every HTTP answer that does not carry them."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                have = {name.lower() for name, _ in message["headers"]}
                added = {
                    b"x-content-type-options": b"nosniff",
                    b"referrer-policy": b"strict-origin-when-cross-origin",
                    b"content-security-policy": (embed_policy() if scope["path"] == "/embed" else content_security_policy()).encode(),
                    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
                }
                message["headers"] = [*message["headers"], *((n, v) for n, v in added.items() if n not in have)]
            await send(message)

        await self.app(scope, receive, send_with)


def page_language(scope: Scope) -> str:
    """The language that a page address asks for: its `lang`, else the browser's first choice."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[-1]
    if asked in ("en", "zh"):
        return asked
    accepted = dict(scope.get("headers", [])).get(b"accept-language", b"").decode("latin-1").strip().lower()
    return "zh" if accepted.startswith("zh") else "en"
