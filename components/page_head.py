"""What a page says of itself before any script runs: language, title, description, preview, feeds.

Streamlit serves one page for all addresses, in English and named after itself. Search engines, chat
applications and screen readers read what stands there, so it is written for each address on the way out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from components.asked import Asked, site
from components.charts import CHARTS
from components.described import NAMED, scope_text
from components.embed import assets
from components.headers import Message, Scope, page_language
from components.markup import HTML_LANGUAGES
from components.words import LANGUAGES, Words
from data.filters import Filters, parse
from data.tables import TableUnreadable, open_tables

#: The address of each page; its first chart is its preview.
PAGES = {"/": "overview"} | {f"/{chart.page}": chart.page for chart in CHARTS} | {"/method": "method"}
#: The preview of a page that has no chart of its own.
_BORROWED = {"method": "audit-marks"}
#: What a page may be about instead of all, as the parameter that names it; and the preview that is then another than the page's.
_SUBJECTS = {"overview": ("event",), "opinions": ("speaker",), "funding": ("company", "investor")}
_PREVIEWS = {"overview": "event-around", "opinions": "speaker-path"}
_LOCALES = {"en": "en_GB", "zh": "zh_CN"}
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_NOSCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)


class PageHead:
    """Rewrites the head of every page that is served; anything else passes through."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        if scope["type"] != "http" or page_of(scope["path"]) is None:
            await self.app(scope, receive, send)
            return
        # A page is a few kilobytes; uncompressed, it can be rewritten.
        scope = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]}
        start: Message | None = None
        body = b""

        async def rewritten(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                headers = dict(message["headers"])
                if headers.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in headers:
                    start = message
                    return
            if start is None:
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            whole = with_head(body.decode(), scope).encode()
            changed = {b"content-length": str(len(whole)).encode()}
            start["headers"] = [(n, changed.get(n, v)) for n, v in start["headers"] if n not in (b"etag", b"last-modified")]
            start["headers"].append((b"vary", b"Accept-Language"))
            await send(start)
            await send({"type": "http.response.body", "body": whole})

        await self.app(scope, receive, rewritten)


def page_of(path: str) -> str | None:
    """The page that an address opens; None for any other address."""
    return PAGES.get(path if path == "/" else path.rstrip("/"))


def with_head(page: str, scope: Scope) -> str:
    """The page with what this address says of itself."""
    name = page_of(scope["path"]) or "overview"
    lang = page_language(scope)
    query = scope.get("query_string", b"").decode("latin-1")
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    page = page.replace('<html lang="en">', f'<html lang="{HTML_LANGUAGES[lang]}">', 1)
    page = page.replace('href="./favicon.png"', f'href="{assets()["icon"]}"', 1)
    filters, _ = parse(parse_qsl(query))
    subject = subject_of(name, filters, Words(lang))
    page = _TITLE.sub(lambda _: head(name, lang, query, site(f"{scope.get('scheme', 'http')}://{host}"), subject), page, count=1)
    return _NOSCRIPT.sub(lambda _: f"<noscript><p>{html.escape(Words(lang).t('head.noscript'))}</p></noscript>", page, count=1)


@lru_cache(maxsize=1024)
def head(name: str, lang: str, query: str, host: str, subject: str = "") -> str:
    """Title, description, preview and the same page in the other language, as HTML; of its subject, where it has one."""
    words = Words(lang)
    pairs = [(n, v) for n, v in parse_qsl(query) if n != "lang"]
    filters, _ = parse(pairs)
    slug = _BORROWED.get(name) or next(chart.slug for chart in CHARTS if chart.page == name)
    slug = _PREVIEWS.get(name, slug) if subject else slug
    asked = Asked(slug, filters=filters, lang=lang, site=host)
    title, path = page_title(name, words, subject), "/" if name == "overview" else f"/{name}"
    about = words.t("head.about") if name == "overview" else words.t(f"pages.intro.{name}")
    properties = {
        "og:type": "website",
        "og:site_name": words.t("site.name"),
        "og:title": title,
        "og:description": about,
        "og:url": f"{host}{path}?{urlencode(asked.query(lang=True))}",
        "og:image": asked.address("png", lang=True),
        "og:image:alt": f"{words.t(f'charts.{slug}.title')} · {scope_text(filters, words)}",
        "og:locale": _LOCALES[lang],
    }
    lines = [f"<title>{html.escape(title)}</title>", f'<meta name="description" content="{html.escape(about)}">']
    lines += [f'<meta property="{name}" content="{html.escape(value)}">' for name, value in properties.items()]
    lines.append('<meta name="twitter:card" content="summary_large_image">')
    for other in LANGUAGES:
        address = f"{host}{path}?{urlencode([*pairs, ('lang', other)])}"
        lines.append(f'<link rel="alternate" hreflang="{HTML_LANGUAGES[other]}" href="{html.escape(address)}">')
    lines.append(f'<link rel="stylesheet" href="{assets()["loading_css"]}">')
    lines.append(f'<link rel="stylesheet" media="print" href="{assets()["print_css"]}">')
    lines.append(f'<script defer src="{assets()["print_script"]}"></script>')
    feed = words.t("head.feed")
    lines.append(f'<link rel="alternate" type="application/atom+xml" title="{html.escape(feed)}" href="{host}/changes.atom?lang={lang}">')
    return "\n    ".join(lines)


def page_title(name: str, words: Words, subject: str = "") -> str:
    """What stands in the browser's tab: the page or what it is about, then the dashboard."""
    own = words.t("site.tagline") if name == "overview" else words.t(f"pages.{name}")
    return words.t("head.title", page=subject or own)


def subject_of(name: str, filters: Filters, words: Words) -> str:
    """The name of the event, speaker, company or investor that a page is about; nothing where it is about all, or none is known."""
    asked = next((parameter for parameter in _SUBJECTS.get(name, ()) if getattr(filters, parameter)), None)
    if asked is None:
        return ""
    table, column, stem = NAMED[asked]
    try:
        rows = open_tables().native(table)
    except TableUnreadable:
        return ""
    found = rows[rows[column] == getattr(filters, asked)]
    return words.pick(found.iloc[0], stem) if len(found) else ""
