"""Data by address: the same query as a page gives the same bytes as its download button.

    /charts.json  /charts/<slug>.<csv|json|xlsx|parquet>  /charts/<slug>.plotly.json  /charts/<slug>.metadata.json
    /tables.json  /tables/<table>.<csv|json|xlsx|parquet>  /healthz

An address answers 400 with the parameter and the allowed values, 404 with the nearest names, 503 when
the tables cannot be read. Answers carry the data version as ETag.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import quote

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components import RELEASE
from components.charts import CHART, CHARTS, figure_of, frame_of
from components.files import chart_about, chart_file, chart_rows, file_name, sources_of, table_about, table_file, withheld_words
from components.words import LANGUAGES, catalogue
from data.catalog import TABLE_NAMES, dictionary
from data.export import FORMATS, MEDIA_TYPES, columns_of, withheld_from
from data.filters import PARAMETERS, Filters, parse, unknown_parameters
from data.tables import Tables, TableUnreadable, open_tables

log = logging.getLogger("reelshift")
CHART_ENDINGS = (*FORMATS, "plotly.json", "metadata.json")


class Refusal(Exception):
    """An answer other than the one asked for, as JSON."""

    def __init__(self, status: int, **detail: Any) -> None:
        super().__init__(status)
        self.status, self.detail = status, detail


def _answers(handler: Callable[[Request, Tables], Response]) -> Callable[[Request], Awaitable[Response]]:
    """Run a handler off the event loop with the opened tables; refusals and failures become JSON."""

    def run(request: Request) -> Response:
        try:
            tables = open_tables()
            tag = _tag(tables, request)
            if tag in [t.strip() for t in request.headers.get("if-none-match", "").split(",")]:
                return Response(status_code=304, headers={"etag": tag})
            response = handler(request, tables)
            response.headers.update({"etag": tag, "cache-control": "no-cache", "access-control-allow-origin": "*"})
            return response
        except Refusal as refused:
            return _json(refused.detail, refused.status)
        except TableUnreadable as error:
            log.exception("table %s", error)
            return _json({"error": "the tables cannot be read", "table": error.table, "remedy": "run python -m data.build"}, 503)
        except Exception:
            log.exception("address %s", request.url.path)
            return _json({"error": "this address failed; the trace is in the server's log"}, 500)

    @functools.wraps(handler)
    async def answer(request: Request) -> Response:
        return await run_in_threadpool(run, request)

    return answer


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value, option=orjson.OPT_INDENT_2), status, media_type="application/json")


def _tag(tables: Tables, request: Request) -> str:
    """The release and the data version with the address and what is loaded: the same address of the same data is the same answer."""
    loaded = ",".join(series.revision for series in tables.levels.series)
    asked = f"{request.url.path}?{request.url.query}#{loaded}"
    return f'"{RELEASE}-{tables.version}-{hashlib.sha256(asked.encode()).hexdigest()[:8]}"'


def _filters(request: Request) -> tuple[Filters, str]:
    pairs = request.query_params.multi_items()
    unknown = unknown_parameters(pairs, ("lang",))
    if unknown:
        raise Refusal(400, error="unknown parameter", parameter=unknown[0], allowed=[*PARAMETERS, "lang"])
    filters, refused = parse(pairs)
    if refused:
        first = refused[0]
        raise Refusal(400, error="value not allowed", parameter=first.parameter, value=first.value, allowed=list(first.allowed))
    lang = request.query_params.get("lang", "en")
    if lang not in LANGUAGES:
        raise Refusal(400, error="value not allowed", parameter="lang", value=lang, allowed=list(LANGUAGES))
    return filters, lang


def _named(name: str, known: Iterable[str], endings: Iterable[str], what: str) -> tuple[str, str]:
    """Split `stance-by-sector.csv`; refuse what is not known, naming the nearest."""
    stem, _, ending = name.partition(".")
    names = list(known)
    if stem not in names:
        raise Refusal(404, error=f"no such {what}", asked=stem, nearest=difflib.get_close_matches(stem, names, n=3, cutoff=0.3) or names)
    if ending not in endings:
        raise Refusal(404, error="no such format", asked=ending, formats=list(endings))
    return stem, ending


def _download(body: bytes, name: str, form: str) -> Response:
    disposition = f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"
    return Response(body, media_type=MEDIA_TYPES[form], headers={"content-disposition": disposition})


@_answers
def charts_index(request: Request, tables: Tables) -> Response:
    """Every chart: slug, titles, page, tables, formats, columns with unit."""
    return _json({"data_version": tables.version, "charts": [_chart_entry(slug, tables) for slug in CHART]})


def _chart_entry(slug: str, tables: Tables) -> dict[str, Any]:
    chart = CHART[slug]
    title = catalogue()[f"charts.{slug}.title"]
    frame = frame_of(chart, tables, Filters())
    return {
        "slug": slug,
        "title_en": title["en"],
        "title_zh": title["zh"],
        "page": "/" if chart.page == "overview" else f"/{chart.page}",
        "tables": list(chart.tables),
        "formats": list(CHART_ENDINGS),
        "columns": [_column_entry(c) for c in columns_of(frame, chart.tables[0])],
    }


def _column_entry(column: Any) -> dict[str, Any]:
    return {"name": column.name, "type": column.type, "unit": column.unit, "label_en": column.label.en, "label_zh": column.label.zh}


@_answers
def chart(request: Request, tables: Tables) -> Response:
    """One chart under the query's filters, as a file, a figure, or a description."""
    slug, ending = _named(request.path_params["name"], CHART, CHART_ENDINGS, "chart")
    filters, lang = _filters(request)
    found = CHART[slug]
    if ending == "plotly.json":
        kept_back = withheld_from(frame_of(found, tables, filters), found.tables[0])
        if kept_back:
            raise Refusal(403, error="the picture holds what may not be passed on", withheld=kept_back, **withheld_words())
        return Response(figure_of(found, tables, filters, lang).to_json(), media_type="application/json")
    if ending == "metadata.json":
        sources = sources_of(tables, chart_rows(found, tables, filters))
        sources = sources.assign(accessed=sources["accessed"].dt.strftime("%Y-%m-%d"))
        documents = orjson.loads(sources.to_json(orient="records", force_ascii=False))
        columns = [_column_entry(c) for c in columns_of(frame_of(found, tables, filters), found.tables[0])]
        return _json(chart_about(found, tables, filters) | {"columns": columns, "sources": documents})
    return _download(chart_file(found, tables, filters, ending), file_name(slug, filters, tables.version, ending), ending)


@_answers
def tables_index(request: Request, tables: Tables) -> Response:
    """Every table: titles, what a row is, rows, formats, columns with unit and meaning."""
    known = dictionary()
    entries = [
        {
            "table": name,
            "title_en": known.tables[name].title.en,
            "title_zh": known.tables[name].title.zh,
            "row_en": known.tables[name].row.en,
            "row_zh": known.tables[name].row.zh,
            "rows": table_about(name, tables, Filters())["rows"],
            "formats": list(FORMATS),
            "columns": [
                _column_entry(c) | {"description_en": c.description.en, "description_zh": c.description.zh}
                for c in known.tables[name].columns
                if c.is_shown
            ],
        }
        for name in TABLE_NAMES
    ]
    return _json({"data_version": tables.version, "tables": entries})


@_answers
def table(request: Request, tables: Tables) -> Response:
    """One whole table under the query's filters, as a file."""
    name, ending = _named(request.path_params["name"], TABLE_NAMES, FORMATS, "table")
    filters, _ = _filters(request)
    return _download(table_file(name, tables, filters, ending), file_name(name, filters, tables.version, ending), ending)


async def health(request: Request) -> Response:
    """`ok` and the data version; 503 with the reason when a table cannot be read."""

    def look() -> Response:
        try:
            tables = open_tables()
            for name in TABLE_NAMES:
                tables.native(name)
        except TableUnreadable as error:
            log.exception("health: %s", error)
            return _json({"status": "unreadable", "table": error.table, "reason": str(error.__cause__)[:200]}, 503)
        return _json({"status": "ok", "data_version": tables.version, "charts": len(CHARTS)})

    return await run_in_threadpool(look)


ROUTES = [
    Route("/charts.json", charts_index),
    Route("/charts/{name}", chart),
    Route("/tables.json", tables_index),
    Route("/tables/{name}", table),
    Route("/healthz", health),
]
