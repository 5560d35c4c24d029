"""Data by address: the same query as a page gives the same bytes as its download button.

    /charts.json  /charts/<slug>[.<csv|xlsx|parquet|json|zip|png|svg|plotly.json|metadata.json>]
    /tables.json  /tables/<table>[.<csv|xlsx|parquet|json|zip|metadata.json>]
    /records/<table>/<key>.json  /healthz  /openapi.json
    /cite.<form>  /embed  /brief.<html|pdf>  /changes.<json|atom>

Without an ending the Accept header chooses. An address answers 400 with the parameter and the allowed values,
403 for what may not be passed on, 404 with the nearest names, 406 with what is on offer, 429 with the seconds
to wait, 503 when the tables cannot be read or nothing can draw: always as JSON of one shape.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import partial
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from components import brief, cite, embed, feeds, openapi, pictures
from components.answers import (
    CROSS_ORIGIN,
    PREFLIGHT,
    Answer,
    Refusal,
    acceptable,
    answers,
    check_method,
    file_answer,
    json_answer,
    one_of,
    read,
    refused_as_json,
    route,
)
from components.asked import SCHEME, Asked
from components.behind import nearest_keys, record
from components.bundles import bundle_file
from components.charts import CHART, CHARTS, figure_of, frame_of
from components.cited import citation_of
from components.files import LICENCE, LICENCE_ADDRESS, content, data_pieces, described_columns, file_name, metadata, metadata_file
from components.standalone import passed_on
from components.theme import THEMES, without_ink
from components.words import catalogue
from data import citing
from data.catalog import TABLE_NAMES, dictionary
from data.checks import split
from data.export import MEDIA_TYPES, TooLarge, arrow_table, columns_of
from data.filters import Filters
from data.tables import Tables, TableUnreadable, open_tables

#: Every ending of a chart and of a table, with its media type; the first is what a client without a wish gets.
TABLE_MEDIA = {**MEDIA_TYPES, "zip": "application/zip", "metadata.json": "application/json"}
CHART_MEDIA = {
    **MEDIA_TYPES,
    "zip": "application/zip",
    **pictures.MEDIA_TYPES,
    "plotly.json": "application/json",
    "metadata.json": "application/json",
}
#: Endings that show what is drawn, levels too.
DRAWN = (*pictures.FORMS, "plotly.json")
CHART_ENDINGS, TABLE_ENDINGS = tuple(CHART_MEDIA), tuple(TABLE_MEDIA)


def _named(request: Request, known: Iterable[str], media: dict[str, str], what: str) -> tuple[str, str]:
    """Split `stance-by-sector.csv`; without an ending the Accept header chooses. Refuses what is not known, naming the nearest."""
    stem, dot, ending = request.path_params["name"].partition(".")
    names = list(known)
    if stem not in names:
        nearest = difflib.get_close_matches(stem, names, n=3, cutoff=0.3) or names
        raise Refusal(404, error=f"no such {what}", parameter="name", value=stem, allowed=nearest)
    if dot and ending not in media:
        raise Refusal(404, error="no such format", parameter="format", value=ending, allowed=list(media))
    offered = {ending: media[ending]} if dot else negotiated(media)
    chosen = acceptable(request, offered)
    if chosen is None:
        raise Refusal(
            406,
            error="no format that the Accept header takes",
            parameter="accept",
            value=request.headers["accept"],
            allowed=sorted(kind.split(";")[0] for kind in offered.values()),
        )
    return stem, chosen


def negotiated(media: dict[str, str]) -> dict[str, str]:
    """The endings that an Accept header can choose: of those that share a media type the first."""
    first: dict[str, str] = {}
    for ending, kind in media.items():
        first.setdefault(kind, ending)
    return {ending: kind for kind, ending in first.items()}


def _given(asked: Asked, tables: Tables, ending: str, media: dict[str, str], theme: str) -> Response:
    """One file of what is asked for."""
    if ending == "metadata.json":
        return Response(metadata_file(asked, tables), media_type=media[ending], headers=_terms(asked))
    body: bytes | Iterable[bytes]
    try:
        if ending == "zip":
            body = bundle_file(asked, tables)
        elif ending in pictures.FORMS:
            body = pictures.picture(asked, tables, ending, theme)
        else:
            body = data_pieces(asked, tables, ending)
    except TooLarge as error:
        raise Refusal(406, error=str(error), parameter="format", value=ending, allowed=["csv", "parquet", "json"]) from error
    except pictures.NotDrawn as error:
        raise Refusal(
            503, error="this server has no browser to draw with", remedy="install Chromium, or draw /charts/<slug>.plotly.json"
        ) from error
    answer = file_answer(body, file_name(asked, tables, ending), media[ending])
    answer.headers.update(_terms(asked))
    return answer


def _terms(asked: Asked) -> dict[str, str]:
    """For who has a file's link and nothing else: where it is described, and its licence (RFC 8288)."""
    return {"link": f'<{asked.address("metadata.json")}>; rel="describedby"; type="application/json", <{LICENCE_ADDRESS}>; rel="license"'}


@answers
def charts_index(request: Request, tables: Tables) -> Response:
    """Every chart: slug, titles, page, tables, formats, columns with unit."""
    read(request, tables)
    return json_answer({"data_version": tables.version, "charts": [_chart_entry(slug, tables) for slug in CHART]})


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


@answers
def chart(request: Request, tables: Tables) -> Answer:
    """One chart under the query's filters, as a file, a picture, a figure, or a description."""
    slug, ending = _named(request, CHART, CHART_MEDIA, "chart")
    query = read(request, tables, also=(SCHEME,) if ending in pictures.FORMS else ())
    asked = query.asked(slug, "charts", request)
    theme = one_of(request, SCHEME, THEMES)
    if ending in DRAWN:
        passed_on(asked, tables)
    return partial(_figure, asked, tables) if ending == "plotly.json" else partial(_given, asked, tables, ending, CHART_MEDIA, theme)


def _figure(asked: Asked, tables: Tables) -> Response:
    """The figure itself, in the page's own words and no theme; `layout.meta` says what it is."""
    drawn = orjson.loads(figure_of(CHART[asked.name], tables, asked.filters, asked.lang).to_json())
    layout = without_ink(drawn["layout"]) | {"meta": metadata(asked, tables)}
    return Response(orjson.dumps(drawn | {"layout": layout}), media_type="application/json", headers=_terms(asked))


@answers
def tables_index(request: Request, tables: Tables) -> Response:
    """Every table: titles, what a row is, rows, formats, columns with unit and meaning."""
    read(request, tables)
    known = dictionary()
    entries = [
        {
            "table": name,
            "title_en": known.tables[name].title.en,
            "title_zh": known.tables[name].title.zh,
            "row_en": known.tables[name].row.en,
            "row_zh": known.tables[name].row.zh,
            "rows": len(content(Asked(name, "tables"), tables)),
            "formats": list(TABLE_ENDINGS),
            "columns": described_columns(Asked(name, "tables"), tables),
        }
        for name in TABLE_NAMES
    ]
    return json_answer({"data_version": tables.version, "tables": entries})


@answers
def table(request: Request, tables: Tables) -> Answer:
    """One whole table under the query's filters, as a file or a description."""
    name, ending = _named(request, TABLE_NAMES, TABLE_MEDIA, "table")
    asked = read(request, tables).asked(name, "tables", request)
    return partial(_given, asked, tables, ending, TABLE_MEDIA, THEMES[0])


@answers
def one_record(request: Request, tables: Tables) -> Response:
    """One record whole: its fields, codes with their words, what they mean, the documents it rests on, how to cite it."""
    name, key = request.path_params["table"], request.path_params["key"].removesuffix(".json")
    if name not in TABLE_NAMES:
        raise Refusal(404, error="no such table", parameter="table", value=name, allowed=list(TABLE_NAMES))
    query = read(request, tables)
    rows = record(tables, name, [key])
    if rows.empty:
        raise Refusal(404, error="no such record", parameter="key", value=key, allowed=nearest_keys(tables, name, key))
    asked = query.asked(name, "tables", request)
    sources = tables.native("sources")
    cell = rows.iloc[0].get("source_ids")
    documents = sources[sources["source_id"].isin(split(str(cell)) if isinstance(cell, str) else [])]
    cited = citation_of(asked, tables, (name, key))
    return json_answer(
        {
            "table": name,
            "key": key,
            "data_version": tables.version,
            "record": arrow_table(rows, name).to_pylist()[0],
            "columns": [_column_entry(c) for c in columns_of(rows, name)],
            "documents": arrow_table(documents, "sources").to_pylist(),
            "licence": LICENCE,
            "licence_address": LICENCE_ADDRESS,
            "citation_en": citing.written(cited, "txt", "en").strip(),
            "citation_zh": citing.written(cited, "txt", "zh").strip(),
            "address": asked.record(name, key),
        }
    )


async def health(request: Request) -> Response:
    """`ok` and the data version; 503 with the reason when a table cannot be read."""

    def look() -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT)
        try:
            check_method(request)
            tables = open_tables()
            for name in TABLE_NAMES:
                tables.native(name)
        except Refusal as error:
            return refused_as_json(request, error)
        except TableUnreadable as error:
            return json_answer({"status": "unreadable", "table": error.table, "reason": str(error.__cause__)[:200]}, 503)
        return json_answer({"status": "ok", "data_version": tables.version, "charts": len(CHARTS)})

    answer = await run_in_threadpool(look)
    answer.headers.update(CROSS_ORIGIN | {"cache-control": "no-store"})
    return answer


@answers
def nothing(request: Request, tables: Tables) -> Response:
    """What looks like data and is none: a program that mistypes an address should not be handed a page."""
    known = list(openapi.document(CHART_MEDIA, TABLE_MEDIA, "")["paths"])
    nearest = difflib.get_close_matches(request.url.path, known, n=5, cutoff=0.3) or known
    raise Refusal(404, error="no such address", parameter="path", value=request.url.path, allowed=nearest)


@answers
def described(request: Request, tables: Tables) -> Response:
    """These addresses, as OpenAPI describes them."""
    asked = read(request, tables).asked("", "tables", request)
    return json_answer(openapi.document(CHART_MEDIA, TABLE_MEDIA, asked.site))


ROUTES = [
    route("/charts.json", charts_index),
    route("/charts/{name}", chart),
    route("/tables.json", tables_index),
    route("/tables/{name}", table),
    route("/records/{table}/{key:any}", one_record),
    route("/healthz", health),
    route("/openapi.json", described),
    *cite.ROUTES,
    *embed.ROUTES,
    *brief.ROUTES,
    *feeds.ROUTES,
]
#: What looks like an address of data and is none; not png, as the page's own icon is one.
NOWHERE = [
    *(route(path, nothing) for path in ("/charts", "/tables", "/records", "/records/{rest:any}", "/cite")),
    *(route(f"/{{name}}.{ending}", nothing) for ending in (*MEDIA_TYPES, "zip", "pdf", "atom")),
]
