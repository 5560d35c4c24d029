"""The description of the addresses: true, whole, and enough for a stranger's client."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from starlette.applications import Starlette
from starlette.testclient import TestClient

from components import brief, pictures
from components.addresses import CHART_MEDIA, ROUTES, TABLE_MEDIA
from components.charts import CHART
from components.openapi import EXAMPLES, document
from data.catalog import TABLE_NAMES
from data.filters import PARAMETERS, parse
from data.named import unknown_records
from data.tables import Tables
from tests.files import SITE

#: The addresses by themselves: a second life of the whole application in one process is not possible.
BARE = Starlette(routes=ROUTES)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
#: The walk over all values of each parameter is made at one quick address: it takes hundreds of requests, and all read alike.
WALKED = "/cite.txt"


def described_in(**phases: bool) -> Any:
    config = SchemathesisConfig.from_dict({"phases": {name: {"enabled": on} for name, on in phases.items()}})
    return schemathesis.openapi.from_asgi("/openapi.json", BARE, config=config)


@pytest.fixture
def _drawn_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a browser draws has tests of its own; here it is asked for and not looked at."""
    monkeypatch.setattr(pictures, "picture", lambda *_: b"drawn")
    monkeypatch.setattr(brief, "_pdf", lambda _: b"printed")


few = described_in(coverage=False, stateful=False)
many = described_in(fuzzing=False, stateful=False)


@pytest.mark.usefixtures("_drawn_by_nobody")
@few.parametrize()
@settings(max_examples=4, suppress_health_check=list(HealthCheck))
def test_every_address_answers_as_it_is_described(case: Any) -> None:
    case.call_and_validate(checks=CHECKS)


@many.include(path=WALKED).parametrize()
@settings(max_examples=1, suppress_health_check=list(HealthCheck))
def test_every_parameter_is_read_as_it_is_described(case: Any) -> None:
    case.call_and_validate(checks=CHECKS)


@cache
def described() -> dict[str, Any]:
    return document(CHART_MEDIA, TABLE_MEDIA, SITE)


def test_what_is_served_is_what_is_described(client: TestClient) -> None:
    assert client.get("/openapi.json").json() == described()


def test_every_route_is_described() -> None:
    paths = {p.split("{")[0].split(".")[0] for p in described()["paths"]}
    for route in ROUTES:
        stem = route.path.split("{")[0].split(".")[0]
        assert stem in paths or stem == "/assets/", route.path


def test_every_parameter_chart_and_table_is_named() -> None:
    shared = described()["components"]["parameters"]
    assert set(PARAMETERS) | {"lang", "rows", "version"} == set(shared)
    charts = described()["paths"]["/charts/{slug}.csv"]["get"]["parameters"][0]["schema"]["enum"]
    tables = described()["paths"]["/tables/{table}.csv"]["get"]["parameters"][0]["schema"]["enum"]
    assert (charts, tables) == (list(CHART), list(TABLE_NAMES))


def test_every_parameter_says_what_it_is_in_both_languages() -> None:
    own = [p for path in described()["paths"].values() for p in path["get"]["parameters"] if "$ref" not in p]
    for parameter in (*described()["components"]["parameters"].values(), *own):
        assert re.search(r"[a-z].*\n\n.*[\u4e00-\u9fff]", parameter["description"]), parameter["name"]


def test_the_examples_are_true(tables: Tables) -> None:
    pairs = [(name, value) for name, given in EXAMPLES.items() for value in ([given] if isinstance(given, str) else given)]
    filters, refused = parse(pairs)
    assert (refused, unknown_records(filters, tables)) == ([], [])


def test_the_host_is_the_one_that_was_asked(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/openapi.json").json()["servers"] == [{"url": "http://testserver"}]
    monkeypatch.setenv("REELSHIFT_SITE", "https://reelshift.example.org")
    assert client.get("/openapi.json").json()["servers"] == [{"url": "https://reelshift.example.org"}]


def test_what_the_accept_header_may_choose_is_described() -> None:
    content = described()["paths"]["/charts/{slug}"]["get"]["responses"]["200"]["content"]
    assert {"image/png", "application/zip", "text/csv"} <= set(content)


def test_every_operation_has_a_name_of_its_own_and_its_refusals() -> None:
    names = [path["get"]["operationId"] for path in described()["paths"].values()]
    assert len(names) == len(set(names))
    for path in described()["paths"].values():
        assert {"200", "400", "404", "429", "503"} <= set(path["get"]["responses"])
