"""One chart without a frame around it, for another page: `/embed?chart=<slug>&<filters>`, and the line that embeds it.

A page of its own, not Streamlit's: the figure as JSON, Plotly, a script of a few lines. Who may embed it is set by
REELSHIFT_EMBED_ANCESTORS (`components.headers`).
"""

from __future__ import annotations

import difflib
import gzip
import hashlib
from functools import lru_cache
from html import escape
from pathlib import Path

import plotly
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.answers import Answer, Refusal, answers, one_of, read, route
from components.asked import SCHEME, Asked
from components.charts import CHART, frame_of
from components.fonts import font_faces, font_files
from components.markup import HTML_LANGUAGES, filled, inside_script
from components.said import words_around
from components.standalone import bare_figure, drawing, passed_on
from components.theme import THEMES
from components.words import LANGUAGES, Words
from data.tables import Tables

ASSETS = Path(__file__).parent / "assets"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
EMBED_THEMES = ("auto", *THEMES)
_NAMES = {
    "script": "embed.js",
    "css": "embed.css",
    "loading_css": "loading.css",
    "print_css": "print.css",
    "print_script": "print.js",
    "icon": "icon.png",
}
_FILES = {"plotly": PLOTLY} | {name: ASSETS / file for name, file in _NAMES.items()} | font_files()
_KINDS = {"js": "text/javascript", "css": "text/css", "png": "image/png", "woff2": "font/woff2"}
#: Finding, scope, source and links beside the chart, in pixels, in a narrow frame.
_AROUND_PX = 240
#: A refusal names so many values that would be right, and no more.
_NAMED = 6


@lru_cache(maxsize=1)
def assets() -> dict[str, str]:
    """The addresses of what embeds and the heads of pages need; each carries a hash of its content, so it may be kept for ever."""
    return {name: f"/assets/{path.stem}.{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}{path.suffix}" for name, path in _FILES.items()}


def _asset(name: str) -> tuple[bytes, bytes, str] | None:
    """The file of an address: as it is, compressed, and its kind; None for another name."""
    path = next((_FILES[key] for key, address in assets().items() if address == f"/assets/{name}"), None)
    return _packed(path) if path else None


@lru_cache(maxsize=len(_FILES))
def _packed(path: Path) -> tuple[bytes, bytes, str]:
    body = path.read_bytes()
    return body, gzip.compress(body, 9, mtime=0), _KINDS[path.suffix[1:]]


@lru_cache(maxsize=1)
def _faces() -> str:
    """The letters of the pages, from their addresses."""
    return font_faces({kind: assets()[kind] for kind in font_files()})


async def asset(request: Request) -> Response:
    found = await run_in_threadpool(_asset, request.path_params["name"])
    if found is None:
        return Response("not found", 404, media_type="text/plain")
    body, packed, kind = found
    headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "Accept-Encoding", "access-control-allow-origin": "*"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=kind, headers=headers | {"content-encoding": "gzip"})
    return Response(body, media_type=kind, headers=headers)


def iframe(asked: Asked, theme: str = "auto", height: int | None = None) -> str:
    """The line that embeds a chart."""
    title = Words(asked.lang).t(f"charts.{asked.name}.title")
    tall = height or 600
    return (
        f'<iframe src="{escape(asked.embed(theme))}" title="{escape(title)}" width="100%" height="{tall}" '
        'style="border:0" loading="lazy"></iframe>'
    )


def frame_height(asked: Asked, tables: Tables) -> int:
    """Pixels that hold the chart with its words in a frame of usual width."""
    return CHART[asked.name].height(frame_of(CHART[asked.name], tables, asked.filters)) + _AROUND_PX


def embed_html(asked: Asked, tables: Tables, theme: str = "auto") -> str:
    """The page. Raises Refusal (403) where the chart holds what may not be passed on."""
    passed_on(asked, tables)
    figure = bare_figure(asked, tables) | drawing(asked.lang)
    figure["config"]["responsive"] = False
    words, chart = Words(asked.lang), CHART[asked.name]
    frame = frame_of(chart, tables, asked.filters)
    return filled(
        "embed.html.j2",
        html_lang=HTML_LANGUAGES[asked.lang],
        theme=theme,
        site_name=words.t("site.name"),
        said=words_around(asked, tables),
        nothing=frame.empty,
        page=asked.page(),
        data=asked.address("csv"),
        picture=asked.address("png", lang=True),
        height=chart.height(frame),
        open=words.t("embed.open"),
        data_label=words.t("embed.data"),
        noscript=words.t("embed.noscript"),
        figure=inside_script(figure),
        assets=assets(),
        faces=_faces(),
    )


def embed(request: Request, tables: Tables) -> Answer:
    """The bare chart."""
    query = read(request, tables, also=("chart", SCHEME))
    theme = one_of(request, SCHEME, EMBED_THEMES)
    slug = request.query_params.get("chart", "")
    if slug not in CHART:
        nearest = difflib.get_close_matches(slug, CHART, n=3, cutoff=0.3) or list(CHART)
        raise Refusal(404, error="no such chart", parameter="chart", value=slug, allowed=nearest)
    asked = query.asked(slug, "charts", request)
    passed_on(asked, tables)
    return lambda: Response(embed_html(asked, tables, theme), media_type="text/html")


def refused_as_page(request: Request, refused: Refusal) -> Response:
    """What cannot be shown is said on a page as calm as the chart, in the reader's language."""
    lang = request.query_params.get("lang", "en")
    lang = lang if lang in LANGUAGES else "en"
    theme = request.query_params.get(SCHEME, "auto")
    body = filled(
        "embed_refused.html.j2",
        html_lang=HTML_LANGUAGES[lang],
        theme=theme if theme in EMBED_THEMES else "auto",
        title=Words(lang).t("embed.refused"),
        why=_why(refused, Words(lang)),
        assets=assets(),
        faces=_faces(),
    )
    return Response(body, refused.status, media_type="text/html")


def _why(refused: Refusal, words: Words) -> str:
    """A refusal in words, with what would be right where that is little."""
    detail = refused.detail
    if f"withheld_why_{words.lang}" in detail:
        return str(detail[f"withheld_why_{words.lang}"])
    if refused.status == 404:
        reason = "version" if detail.get("parameter") != "chart" else "chart" if detail["value"] else "no_chart"
    elif refused.status == 400:
        reason = "value" if "value" in detail else "parameter"
    else:
        reason = "busy" if refused.status == 429 else "failed"
    said = words.t(f"embed.why.{reason}", parameter=detail.get("parameter", ""), value=detail.get("value", ""))
    allowed = [str(value) for value in detail.get("allowed", ())]
    return said + (words.t("embed.why.allowed", allowed=words.listed(allowed)) if 0 < len(allowed) <= _NAMED else "")


ROUTES = [route("/embed", answers(embed, refused_as_page)), Route("/assets/{name}", asset)]
