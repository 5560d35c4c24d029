"""The brief: one document of the present selection to hand on, as HTML that opens without network, and as PDF.

`/brief.html?<filters>` and `/brief.pdf?<filters>`. Plotly stands in it once; the PDF is printed by the server's own
Chromium from the same HTML.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
import subprocess
import tempfile
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from components import brief_parts
from components.answers import Answer, Refusal, answers, file_answer, read, route
from components.asked import Asked
from components.behind import made_of
from components.charts import CHART, frame_of
from components.cited import citation_of_brief
from components.described import scope_text
from components.embed import PLOTLY
from components.files import LICENCE, file_name, withheld
from components.fonts import inline_faces
from components.light import MOST_POINTS, light
from components.markup import FOLDER, HTML_LANGUAGES, filled, inside_script
from components.pictures import NotDrawn, chromium
from components.said import words_around
from components.standalone import bare_figure, drawing
from components.theme import TOKENS
from components.words import Words
from data import citing
from data.catalog import dictionary
from data.filters import Filters
from data.tables import Tables

log = logging.getLogger("reelshift")
PDF_LIMIT_S = 90
#: How long a page may take to draw in the browser that prints it, in milliseconds of its own clock.
DRAWING_MS = 20_000
#: How wide a chart is drawn for paper, in pixels; there it is scaled to the page, so that most pages hold two.
PAPER_WIDTH = 960


def brief_html(filters: Filters, tables: Tables, lang: str, site: str = "", version: str = "") -> bytes:
    """The brief as one HTML file. The same selection, version and language give the same bytes."""
    return _html(filters, tables, lang, site, version)


@lru_cache(maxsize=4)
def _html(filters: Filters, tables: Tables, lang: str, site: str, version: str) -> bytes:
    words = Words(lang, filters.units)
    asked = Asked("", "tables", filters, lang, version=version, site=site)
    documents = brief_parts.Documents(tables)
    shown: list[Asked] = []
    left_out: list[Asked] = []
    for slug in brief_parts.charts(tables, filters):
        one = Asked(slug, "charts", filters, lang, version=version, site=site)
        (left_out if withheld(one, tables) else shown).append(one)
    voices, n_voices = brief_parts.voices(tables, filters, documents, words)
    events, n_events = brief_parts.events(tables, filters, documents, words)
    rounds, n_rounds = brief_parts.rounds(tables, filters, documents, words)
    moves, n_moves = brief_parts.moves(tables, filters, documents, words)
    page = Asked(brief_parts.CHARTS[0], filters=filters, lang=lang, version=tables.version, site=site).page(spelled=True)
    cited = citation_of_brief(replace(asked, version=tables.version), tables)
    caveats = list(dict.fromkeys(c for one in shown for c in CHART[one.name].caveats))
    html = filled(
        "brief.html.j2",
        words=words,
        html_lang=HTML_LANGUAGES[lang],
        tokens=TOKENS,
        css=inline_faces("sans") + _text("brief.css"),
        title=words.t("brief.title", scope=scope_text(filters, words, tables)),
        asked=brief_parts.asked_in_words(tables, filters, words),
        findings=brief_parts.findings(tables, filters, words),
        money=brief_parts.money_in_words(tables, filters, words),
        charts=[
            {"slug": one.name, "height": CHART[one.name].height(frame_of(CHART[one.name], tables, filters)), **words_around(one, tables)}
            for one in shown
        ],
        left_out=[words.t(f"charts.{one.name}.title") for one in left_out],
        voices=voices,
        n_voices=n_voices,
        events=events,
        n_events=n_events,
        rounds=rounds,
        n_rounds=n_rounds,
        moves=moves,
        n_moves=n_moves,
        methods=[words.t(f"brief.method.{name}") for name in ("collection", "money", "dates", "coding")]
        + ([words.t("brief.method.lines", n=MOST_POINTS)] if tables.levels.series else [])
        + [dictionary().caveats[c][lang] for c in caveats],
        documents=documents.listed(words),
        n_documents=max((made_of(CHART[one.name], tables, filters).documents for one in shown), default=0),
        citation=citing.written(cited, "txt", lang).strip(),
        gbt=citing.written(cited, "gbt", lang).strip(),
        licence=words.t("bundle.terms", licence=LICENCE),
        paper_width=PAPER_WIDTH,
        page=page,
        data_version=tables.version,
        data_as_of=words.date(tables.data_as_of),
        figures=inside_script(_figures(shown, tables, lang)),
        plotly=_plotly() if shown else "",
        script=_text("brief.js"),
    )
    return html.encode()


def _figures(shown: list[Asked], tables: Tables, lang: str) -> dict[str, Any]:
    """Every figure without its template, the template of each theme once, and Plotly's settings."""
    drawn = {}
    for one in shown:
        figure = bare_figure(one, tables)
        drawn[one.name] = {"data": [light(trace) for trace in figure["data"]], "layout": figure["layout"]}
    return {"figures": drawn, **drawing(lang), "paper_width": PAPER_WIDTH}


@lru_cache(maxsize=1)
def _plotly() -> str:
    """Plotly as it may stand inside a page: nothing in it ends the script."""
    return PLOTLY.read_text(encoding="utf-8").replace("</script", "<\\/script")


@lru_cache(maxsize=4)
def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def brief_pdf(filters: Filters, tables: Tables, lang: str, site: str = "", version: str = "") -> bytes:
    """The same, printed. Raises NotDrawn where there is no browser, or it fails."""
    return _pdf(brief_html(filters, tables, lang, site, version))


@lru_cache(maxsize=4)
def _pdf(html: bytes) -> bytes:
    browser = chromium()
    if browser is None:
        raise NotDrawn("no Chromium on this machine")
    with tempfile.TemporaryDirectory() as folder:
        page, printed = Path(folder) / "brief.html", Path(folder) / "brief.pdf"
        page.write_bytes(html)
        command = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder}/profile",
            f"--virtual-time-budget={DRAWING_MS}",
            "--no-pdf-header-footer",
            "--export-tagged-pdf",
            f"--print-to-pdf={printed}",
            f"{page.as_uri()}#print",
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PDF_LIMIT_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotDrawn(str(error)) from error
        if not printed.exists():
            log.error("no PDF: %s", done.stderr.decode(errors="replace")[-2000:])
            raise NotDrawn("the browser printed nothing")
        return printed.read_bytes()


def _policy(html: bytes) -> str:
    """Exactly the scripts that stand in the brief, by their hashes; nothing from anywhere."""
    scripts = re.findall(rb"<script>(.*?)</script>", html, re.DOTALL)
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s).digest()).decode()}'" for s in scripts)
    script = hashes or "'none'"
    fixed = "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return f"default-src 'none'; script-src {script}; {fixed}"


def brief_name(filters: Filters, tables: Tables, lang: str, ending: str) -> str:
    """The brief's file name, which tells its selection, language and data."""
    return file_name(Asked(f"brief-{lang}", "tables", filters), tables, ending)


def _asked(request: Request, tables: Tables) -> tuple[Filters, Tables, str, str, str]:
    query = read(request, tables)
    return query.filters, tables, query.lang, query.asked("", "tables", request).site, query.version


@answers
def html(request: Request, tables: Tables) -> Answer:
    """The brief of the query's selection, to read in the browser."""
    return partial(_page, *_asked(request, tables))


def _page(filters: Filters, tables: Tables, lang: str, site: str, version: str) -> Response:
    body = brief_html(filters, tables, lang, site, version)
    return Response(body, media_type="text/html", headers={"content-security-policy": _policy(body)})


@answers
def pdf(request: Request, tables: Tables) -> Answer:
    """The same as PDF."""
    return partial(_printed, *_asked(request, tables))


def _printed(filters: Filters, tables: Tables, lang: str, site: str, version: str) -> Response:
    try:
        body = brief_pdf(filters, tables, lang, site, version)
    except NotDrawn as error:
        raise Refusal(503, error="this server has no browser to print with", remedy="print /brief.html from your own browser") from error
    return file_answer(body, brief_name(filters, tables, lang, "pdf"), "application/pdf", "inline")


ROUTES = [route("/brief.html", html), route("/brief.pdf", pdf)]
