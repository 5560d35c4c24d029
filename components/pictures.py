"""Charts as pictures, drawn by the server with the Chromium of its machine: PNG and SVG that explain themselves.

A picture holds the finding, the scope with n, the chart, and below it the source, the data version and the
address. Without a browser there are no pictures: `can_draw` says so beforehand.
"""

from __future__ import annotations

import asyncio
import atexit
import base64
import logging
import os
import re
import shutil
import threading
from dataclasses import replace
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

import plotly.graph_objects as go
from kaleido import Kaleido

from components.asked import Asked
from components.charts import CHART, frame_of
from components.fonts import inline_faces
from components.said import words_around
from components.standalone import passed_on, standalone
from components.theme import FONT, HEADING_FONT, TOKENS, wrapped
from components.words import Words
from data.tables import Tables

log = logging.getLogger("reelshift")
FORMS = ("png", "svg")
MEDIA_TYPES = {"png": "image/png", "svg": "image/svg+xml"}
#: Names the browser to draw with, where it is not on the path.
CHROMIUM_VARIABLE = "REELSHIFT_CHROMIUM"
WIDTH, SCALE, LIMIT_S = 1000, 2, 60.0
_EDGE, _TITLE_PX, _SMALL_PX, _LINE = 20, 19, 13, 1.35
#: A letter of the bold heading and half a Chinese sign, as part of the font's size; a little more than they take.
_WIDE = 0.55


class NotDrawn(Exception):
    """There is no browser to draw with, or it failed twice."""


def chromium() -> str | None:
    """The browser that draws: the one named in REELSHIFT_CHROMIUM, else Chromium, else Chrome."""
    named = os.environ.get(CHROMIUM_VARIABLE)
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def can_draw() -> bool:
    return chromium() is not None


def picture(asked: Asked, tables: Tables, form: str, theme: str = "light", width: int = WIDTH) -> bytes:
    """The chart as a whole picture. Raises NotDrawn, Refusal (403) for what may not be passed on, ValueError for another form."""
    if form not in FORMS:
        raise ValueError(f"{form!r} is not a picture; choose one of {', '.join(FORMS)}")
    passed_on(asked, tables)
    return _picture(asked, tables, form, theme, width)


@lru_cache(maxsize=96)
def _picture(asked: Asked, tables: Tables, form: str, theme: str, width: int) -> bytes:
    if form == "svg":
        return _composed(asked, tables, theme, width)
    svg = picture(asked, tables, "svg", theme, width)
    height = int(svg[: svg.index(b">")].split(b'height="')[1].split(b'"')[0])
    # A picture inside a picture sees no font but its own, so the letters go in; an SVG to keep stays small and editable.
    lettered = svg.replace(b"<title>", f"<style>{inline_faces('sans', 'serif')}</style><title>".encode(), 1)
    source = "data:image/svg+xml;base64," + base64.b64encode(lettered).decode()
    image = {
        "source": source,
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": 1,
        "sizex": 1,
        "sizey": 1,
        "sizing": "stretch",
        "layer": "above",
    }
    hidden = {"visible": False, "fixedrange": True}
    sheet = go.Figure(layout={"images": [image], "margin": dict.fromkeys("lrtb", 0), "xaxis": hidden, "yaxis": hidden, "template": None})
    return DRAWER.draw(sheet, {"format": "png", "width": width, "height": height, "scale": SCALE})


def _composed(asked: Asked, tables: Tables, theme: str, width: int) -> bytes:
    """Finding and scope above the chart, the source and the address below, as one SVG."""
    token, said, words = TOKENS[theme], words_around(asked, tables), Words(asked.lang)
    chart = CHART[asked.name]
    inner = width - 2 * _EDGE
    height = chart.height(frame_of(chart, tables, asked.filters))
    plot = _drawn_alike(standalone(asked, tables, theme, inner), inner, height)
    above = _lines(
        said["title"],
        _EDGE,
        inner,
        _TITLE_PX,
        f'font-family="{escape(HEADING_FONT, {chr(34): chr(39)})}" font-weight="700" fill="{token["text"]}"',
    )
    muted, ink = f'fill="{token["muted"]}"', f'fill="{token["text"]}"'
    above += _lines(said["rest"], _end(above, _EDGE) + 4, inner, _SMALL_PX, ink)
    above += _lines(said["subtitle"], _end(above, _EDGE) + 6, inner, _SMALL_PX, muted)
    top = _end(above, _EDGE) + 12
    foot = top + height + 14
    below = _lines(said["source"], foot, inner, _SMALL_PX, muted)
    address = replace(asked, version=tables.version).page()  # the version that stands beside it, so that it opens these figures
    below += _lines(words.t("embed.get", address=address), _end(below, foot) + 2, inner, _SMALL_PX, muted)
    whole = _end(below, foot) + _EDGE - 6
    texts = "".join(text for text, _ in [*above, *below])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" height="{whole}" '
        f'viewBox="0 0 {width} {whole}" role="img" font-family="{escape(FONT, {chr(34): chr(39)})}">'
        f"<title>{escape(said['title'])}</title><desc>{escape(said['alt'])}</desc>"
        f'<rect width="100%" height="100%" fill="{token["paper"]}"/>{texts}<g transform="translate({_EDGE},{top})">{plot}</g></svg>'
    ).encode()


def _drawn_alike(figure: go.Figure, width: int, height: int) -> str:
    """The figure as SVG, the same each time: Plotly names its parts at random, here they are named in order."""
    for number, trace in enumerate(figure.data):
        trace.uid = f"t{number}"
    plot = DRAWER.draw(figure, {"format": "svg", "width": width, "height": height, "scale": 1}).decode()
    plot = plot[plot.index("<svg") :]
    random = re.search(r'id="defs-([0-9a-f]{6})"', plot)
    return plot.replace(random[1], "plotly") if random else plot


def _lines(text: str, top: int, width: int, size: int, style: str) -> list[tuple[str, int]]:
    """A text in lines that fit, each with the pixel at which it ends; no text, no line."""
    found = []
    for n, line in enumerate(wrapped(text, int(width / (size * _WIDE))).split("<br>") if text else []):
        base = top + round((n + 0.8) * size * _LINE)
        found.append((f'<text x="{_EDGE}" y="{base}" font-size="{size}" {style}>{line}</text>', base + round(0.45 * size)))
    return found


def _end(lines: list[tuple[str, int]], at: int) -> int:
    return lines[-1][1] if lines else at


class _Drawer:
    """One browser for the process, started when first asked; one drawing at a time; a browser that fails is replaced once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._browser: Any = None

    def draw(self, figure: go.Figure, options: dict[str, Any]) -> bytes:
        with self._lock:
            for last in (False, True):
                try:
                    return self._run(self._drawn(figure, options))
                except Exception as error:
                    log.warning("a picture could not be drawn", exc_info=last)
                    self._drop()
                    if last:
                        raise NotDrawn(str(error)) from error
        raise NotDrawn("unreachable")

    def _run(self, work: Any) -> bytes:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, name="pictures", daemon=True).start()
        return bytes(asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT_S))

    async def _drawn(self, figure: go.Figure, options: dict[str, Any]) -> bytes:
        if self._browser is None:
            path = chromium()
            if path is None:
                raise NotDrawn("no Chromium on this machine")
            browser = Kaleido(n=1, timeout=LIMIT_S - 10, mathjax=False, path=path)
            await browser.__aenter__()
            self._browser = browser
        return bytes(await self._browser.calc_fig(figure, opts=options))

    def _drop(self) -> None:
        browser, self._browser = self._browser, None
        if browser is not None and self._loop is not None:
            try:
                asyncio.run_coroutine_threadsafe(browser.__aexit__(None, None, None), self._loop).result(10)
            except Exception:
                log.debug("a browser did not close", exc_info=True)

    def close(self) -> None:
        with self._lock:
            self._drop()


DRAWER = _Drawer()
atexit.register(DRAWER.close)
