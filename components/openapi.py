"""The description of the addresses (OpenAPI 3.1), made of the registry, the dictionary and the filters: nothing is typed twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components import RELEASE, pictures
from components.answers import COMMON
from components.asked import ROWS, SCHEME
from components.charts import CHART
from components.cited import PROJECT
from components.embed import EMBED_THEMES
from components.theme import THEMES
from components.words import LANGUAGES, Words
from data import citing
from data.catalog import TABLE_NAMES
from data.filters import DIMENSION, IDS, LISTS, OPTION, PARAMETERS, allowed_values

Json = dict[str, Any]
_DATE = r"^\d{4}(-\d{2}(-\d{2})?|-Q[1-4])?$"
#: A value of each parameter that takes no value of a list, for readers and for clients that try an address.
EXAMPLES: Json = {
    "from": "2024-01",
    "to": "2026",
    "speaker": "li-haoyue",
    "event": "EV017",
    "company": "runway",
    "investor": "alibaba",
    "against": "csi-300",
    "window": "-5..20",
    "estimation": "-120..-21",
    "hide": ["market"],
    "series": ["csi-300"],
    "q": "AI",
}


def document(chart_media: Mapping[str, str], table_media: Mapping[str, str], site: str) -> Json:
    """The whole description, of the addresses on one host."""
    charts = {f"/charts/{{slug}}.{ending}": _file("chart", ending, media) for ending, media in chart_media.items()}
    tables = {f"/tables/{{table}}.{ending}": _file("table", ending, media) for ending, media in table_media.items()}
    cites = {f"/cite.{form}": _cite(form) for form in citing.FORMS}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": PROJECT,
            "version": RELEASE,
            "description": _both("openapi.about"),
            "license": {"name": "CC BY 4.0 (compiled tables; the sources keep their own rights)", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": site}],
        "paths": {
            "/charts.json": _json("List the charts", "Charts", "Index", []),
            "/charts/{slug}": _negotiated("chart", chart_media),
            **charts,
            "/tables.json": _json("List the tables", "Tables", "Index", []),
            "/tables/{table}": _negotiated("table", table_media),
            **tables,
            "/records/{table}/{key}.json": _json(
                "One record with its documents",
                "Record",
                "Record",
                [_path("table", TABLE_NAMES), _parameter("key", _TEXT, where="path", example="EV017")],
            ),
            **cites,
            "/changes.json": _json(
                "What changed in each data version",
                "Changes",
                "Changes",
                [_query("table", TABLE_NAMES), _parameter("since", _TEXT)],
            ),
            "/changes.atom": _one("What changed, as a feed", "feed", "application/atom+xml", []),
            "/embed": _embed(),
            "/brief.html": _one("The briefing of the filters, to read", "brief_html", "text/html", []),
            "/brief.pdf": _one("The same, printed", "brief_pdf", "application/pdf", []),
            "/openapi.json": _json("This description", "OpenAPI", "OpenAPI", []),
            "/healthz": _json("Whether the data can be read", "Health", "Health", [], common=False),
        },
        "components": {"schemas": _SCHEMAS, "responses": _RESPONSES, "parameters": parameters()},
    }


def parameters() -> Json:
    """Every query parameter that addresses share, with what it takes."""
    made: Json = {}
    for name in PARAMETERS:
        if name in ("sector", *DIMENSION):
            schema: Json = {"type": "array", "items": {"type": "string", "enum": list(allowed_values(name))}}
        elif name in ("cross", *OPTION):
            schema = {"type": "string", "enum": list(allowed_values(name))}
        elif name in ("from", "to"):
            schema = {"type": "string", "pattern": _DATE}
        elif name in LISTS:
            schema = {"type": "array", "items": {"type": "string", "pattern": f"^({_pattern(name)})$"}}
        elif name in IDS:
            schema = {"type": "string", "pattern": f"^({_pattern(name)})$"}
        else:
            schema = {"type": "string", "maxLength": 200}
        made[name] = _parameter(name, schema, example=EXAMPLES.get(name)) | {"style": "form", "explode": True}
    made["lang"] = _query("lang", LANGUAGES)
    made["rows"] = _query("rows", ROWS)
    made["version"] = _parameter("version", _TEXT)
    return made


def _parameter(name: str, schema: Json, where: str = "query", example: Any = None) -> Json:
    made = {"name": name, "in": where, "description": _both(f"openapi.parameter.{name}"), "schema": schema}
    return made | ({"required": True} if where == "path" else {}) | ({"example": example} if example is not None else {})


def _both(key: str) -> str:
    """A text of the catalogue in both languages: whoever reads the description has not chosen one."""
    return "\n\n".join(Words(lang).t(key) for lang in LANGUAGES)


def _pattern(name: str) -> str:
    pattern = IDS.get(name) or LISTS[name]
    return pattern.pattern if hasattr(pattern, "pattern") else str(pattern)


def _shared() -> list[Json]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in (*PARAMETERS, *COMMON)]


def _query(name: str, allowed: tuple[str, ...]) -> Json:
    return _parameter(name, {"type": "string", "enum": list(allowed)})


def _path(name: str, allowed: tuple[str, ...]) -> Json:
    return _parameter(name, {"type": "string", "enum": list(allowed)}, where="path")


def _about(what: str) -> Json:
    return _path("slug", tuple(CHART)) if what == "chart" else _path("table", TABLE_NAMES)


def _file(what: str, ending: str, media: str) -> Json:
    more = [_query(SCHEME, THEMES)] if ending in pictures.FORMS else []
    schema = {"application/json": {"schema": {"$ref": "#/components/schemas/File"}}}.get(media) if ending != "plotly.json" else None
    return _one(f"One {what} as {ending}", f"{what}_{ending.replace('.', '_')}", media, [_about(what), *more], schema)


def _negotiated(what: str, media: Mapping[str, str]) -> Json:
    offered: Json = {kind.split(";")[0]: {} for kind in media.values()}
    return {
        "get": {
            "summary": f"One {what} in the format that the Accept header likes best",
            "operationId": f"{what}_negotiated",
            "parameters": [_about(what), *_shared()],
            "responses": {"200": {"description": "The rows", "content": offered}, **_ERRORS},
        }
    }


def _cite(form: str) -> Json:
    own = [
        _query("chart", tuple(CHART)),
        _query("table", TABLE_NAMES),
        _parameter("record", _TEXT),
    ]
    return _one(f"How to cite, as {form}", f"cite_{form.replace('.', '_')}", citing.MEDIA_TYPES[form], own)


def _embed() -> Json:
    """A page for a frame: its refusals are pages too."""
    whole = _one("One chart bare, for a frame in another page", "embed", "text/html", [])
    page: Json = {"text/html": {}}
    refused = {code: {"description": _RESPONSES["Refused"]["description"], "content": page} for code in _REFUSED}
    get: Json = whole["get"]
    own = [_query("chart", tuple(CHART)) | {"required": True}, _query(SCHEME, EMBED_THEMES)]
    return {"get": get | {"parameters": [*own, *get["parameters"]], "responses": get["responses"] | refused}}


def _json(summary: str, name: str, schema: str, own: list[Json], common: bool = True) -> Json:
    return _one(summary, name.lower(), "application/json", own, {"schema": {"$ref": f"#/components/schemas/{schema}"}}, common)


def _one(summary: str, name: str, media: str, own: list[Json], content: Json | None = None, common: bool = True) -> Json:
    taken = {p["name"] for p in own}
    shared = [p for p in _shared() if p["$ref"].rpartition("/")[2] not in taken] if common else []
    answer = {"200": {"description": summary, "content": {media.split(";")[0]: content or {}}}}
    return {"get": {"summary": summary, "operationId": name, "parameters": [*own, *shared], "responses": answer | _ERRORS}}


_REFUSED = ("400", "403", "404", "405", "406", "416", "429", "500", "503")
_ERRORS: Json = {
    "304": {"description": "Not changed since"},
    **{code: {"$ref": "#/components/responses/Refused"} for code in _REFUSED},
}
_RESPONSES: Json = {
    "Refused": {
        "description": "What is wrong, and what is allowed instead",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}},
    }
}
_TEXT: Json = {"type": "string"}
_SCHEMAS: Json = {
    "Refusal": {
        "type": "object",
        "required": ["status", "error", "documentation"],
        "properties": {
            "status": {"type": "integer"},
            "error": _TEXT,
            "parameter": _TEXT,
            "value": _TEXT,
            "allowed": {"type": "array", "items": _TEXT},
            "remedy": _TEXT,
            "documentation": _TEXT,
        },
    },
    "Column": {
        "type": "object",
        "required": ["name"],
        "properties": {"name": _TEXT, "unit": {"type": ["string", "null"]}, "label_en": _TEXT, "label_zh": _TEXT},
    },
    "File": {
        "type": "object",
        "required": ["title_en", "title_zh", "filters", "rows", "data_version", "address", "licence", "citation", "columns"],
        "properties": {
            "title_en": _TEXT,
            "title_zh": _TEXT,
            "finding_en": _TEXT,
            "finding_zh": _TEXT,
            "filters": {"type": "array", "items": {"type": "object", "required": ["parameter", "code", "label_en", "label_zh"]}},
            "rows": {"type": ["integer", "array"]},
            "data_version": _TEXT,
            "address": _TEXT,
            "licence": _TEXT,
            "citation": _TEXT,
            "columns": {"type": "array", "items": {"$ref": "#/components/schemas/Column"}},
        },
    },
    "Index": {"type": "object", "required": ["data_version"], "properties": {"data_version": _TEXT}},
    "Record": {
        "type": "object",
        "required": ["table", "key", "record", "columns", "documents", "licence", "citation_en", "citation_zh", "address"],
        "properties": {"columns": {"type": "array", "items": {"$ref": "#/components/schemas/Column"}}},
    },
    "Changes": {"type": "object", "required": ["data_version", "versions"]},
    "OpenAPI": {"type": "object", "required": ["openapi", "info", "paths"]},
    "Health": {"type": "object", "required": ["status"], "properties": {"status": {"enum": ["ok", "unreadable"]}}},
}
