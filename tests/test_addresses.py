"""Data by address: the same bytes as the button gives, refusals that say what is allowed, headers on every answer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from components import addresses
from components.addresses import CHART_ENDINGS
from components.chart import Chart
from components.charts import CHART, CHARTS, figure_of
from components.files import chart_file, table_file
from components.words import LANGUAGES
from data.catalog import TABLE_NAMES, dictionary
from data.export import FORMATS, MEDIA_TYPES
from data.filters import PARAMETERS, Filters
from data.tables import Tables, open_tables

QUERY = "sector=short_drama&cross=0&from=2024"
FILTERS = Filters(("short_drama",), False, "2024")


@pytest.fixture(scope="module")
def served() -> Tables:
    return open_tables()


# What is there -----------------------------------------------------------------------------------


def test_the_catalogue_of_charts(client: TestClient, served: Tables) -> None:
    read = client.get("/charts.json").json()
    assert read["data_version"] == served.version
    assert [c["slug"] for c in read["charts"]] == [c.slug for c in CHARTS]
    for entry in read["charts"]:
        assert entry["title_en"]
        assert entry["title_zh"]
        assert entry["page"] in ("/", "/opinions", "/funding", "/markets", "/technology", "/evidence")
        assert entry["formats"] == [*FORMATS, "plotly.json", "metadata.json"]
        assert entry["columns"]
        assert all(c["label_en"] and c["label_zh"] for c in entry["columns"])


def test_the_catalogue_of_tables(client: TestClient) -> None:
    read = client.get("/tables.json").json()["tables"]
    assert [t["table"] for t in read] == list(TABLE_NAMES)
    rows = {t["table"]: t["rows"] for t in read}
    assert (rows["opinions"], rows["funding_rounds"], rows["models"]) == (229, 125, 40)
    for entry in read:
        assert [c["name"] for c in entry["columns"]] == [c.name for c in dictionary().tables[entry["table"]].columns if c.is_shown]
        assert all(c["description_en"] and c["description_zh"] for c in entry["columns"])


def test_everything_that_the_catalogues_list_answers(client: TestClient) -> None:
    asked = [f"/charts/{c['slug']}.{form}" for c in client.get("/charts.json").json()["charts"] for form in c["formats"]]
    asked += [f"/tables/{t['table']}.{form}" for t in client.get("/tables.json").json()["tables"] for form in t["formats"]]
    assert len(asked) == len(CHARTS) * len(CHART_ENDINGS) + len(TABLE_NAMES) * len(FORMATS)
    for address in asked:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.text[:300])
        form = address.rpartition(".")[2]
        assert answer.headers["content-type"] == MEDIA_TYPES[form], address


@pytest.mark.parametrize(("chart", "form"), [pytest.param(c, FORMATS[i % len(FORMATS)], id=c.slug) for i, c in enumerate(CHARTS)])
def test_an_address_gives_the_bytes_of_the_button(client: TestClient, served: Tables, chart: Chart, form: str) -> None:
    answer = client.get(f"/charts/{chart.slug}.{form}?{QUERY}")
    assert answer.content == chart_file(chart, served, FILTERS, form)
    name = f"reelshift_{chart.slug}_filtered_{served.version}.{form}"
    assert answer.headers["content-disposition"] == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"


@pytest.mark.parametrize("form", FORMATS)
def test_a_table_address_gives_the_bytes_of_the_button(client: TestClient, served: Tables, form: str) -> None:
    assert client.get(f"/tables/opinions.{form}?{QUERY}").content == table_file("opinions", served, FILTERS, form)


def test_the_order_of_parameters_does_not_matter(client: TestClient) -> None:
    one, other = (
        client.get(f"/charts/coverage.csv?{q}").content
        for q in ("sector=film&sector=games&cross=0", "cross=0&sector=games&sector=film&lang=zh")
    )
    assert one == other


def test_the_figure_is_the_one_that_is_drawn(client: TestClient, served: Tables) -> None:
    for number, chart in enumerate(CHARTS):
        lang = LANGUAGES[number % 2]
        answer = client.get(f"/charts/{chart.slug}.plotly.json?sector=film&lang={lang}")
        assert answer.json() == json.loads(figure_of(chart, served, Filters(("film",)), lang).to_json())


def test_the_metadata_says_what_the_chart_rests_on(client: TestClient, served: Tables) -> None:
    read = client.get(f"/charts/funding-timeline.metadata.json?{QUERY}").json()
    assert read["filters"] == [
        {"parameter": "sector", "code": "short_drama"},
        {"parameter": "cross", "code": "0"},
        {"parameter": "from", "code": "2024"},
    ]
    assert read["address"] == f"/charts/funding-timeline?{QUERY}"
    assert read["data_version"] == served.version
    assert 0 < read["records_kept"] < read["records_in_table"] == 125
    assert read["licence"].startswith("CC BY 4.0")
    assert "影变" in read["citation"]
    assert read["finding_zh"] != read["finding_en"]
    assert read["sources"]
    assert {"source_id", "title", "url", "n_rows"} <= set(read["sources"][0])
    assert read["sources"][0]["accessed"] == "2026-11-22"
    assert [s["n_rows"] for s in read["sources"]] == sorted((s["n_rows"] for s in read["sources"]), reverse=True)


def test_every_metadata_answer_is_json_with_sources(client: TestClient) -> None:
    for slug in CHART:
        read = client.get(f"/charts/{slug}.metadata.json").json()
        assert read["chart"] == slug
        assert read["sources"] or read["rows"] == 0


# Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "parameter", "allowed"),
    [
        ("sector=tv", "sector", ["film", "short_drama", "games", "advertising"]),
        ("sector=film&sector=", "sector", ["film", "short_drama", "games", "advertising"]),
        ("cross=yes", "cross", ["0", "1"]),
        ("from=soon", "from", ["2024", "2024-Q1", "2024-03", "2024-03-22"]),
        ("from=2025&to=2024", "from", ["<= 2024"]),
        ("stance=good", "stance", ["strongly_negative", "negative", "neutral", "positive", "strongly_positive"]),
        ("lang=fr", "lang", ["en", "zh"]),
        ("sectors=film", "sectors", [*PARAMETERS, "lang"]),
        ("utm_source=x", "utm_source", [*PARAMETERS, "lang"]),
    ],
)
@pytest.mark.parametrize("address", ["/charts/coverage.csv", "/charts/coverage.plotly.json", "/tables/opinions.json"])
def test_a_wrong_query_is_400_and_names_what_is_allowed(
    client: TestClient, address: str, query: str, parameter: str, allowed: list[str]
) -> None:
    answer = client.get(f"{address}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    read = answer.json()
    assert read["parameter"] == parameter
    assert read["allowed"] == allowed


@pytest.mark.parametrize(
    ("address", "key", "names"),
    [
        ("/charts/stance-by-sektor.csv", "nearest", "stance-by-sector"),
        ("/charts/zzzzzzzz.csv", "nearest", "coverage"),
        ("/charts/coverage.pdf", "formats", "xlsx"),
        ("/charts/coverage", "formats", "csv"),
        ("/charts/coverage.csv.json", "formats", "csv"),
        ("/tables/opinion.csv", "nearest", "opinions"),
        ("/tables/opinions.plotly.json", "formats", "parquet"),
    ],
)
def test_an_unknown_name_is_404_and_names_the_nearest(client: TestClient, address: str, key: str, names: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert names in answer.json()[key]


def test_no_path_leaves_the_names(client: TestClient) -> None:
    for address in ("/tables/..%2f..%2fREADME.md", "/charts/%2e%2e/app.py", "/tables/%00.csv"):
        assert client.get(address).status_code in (400, 404), address


def test_a_hostile_query_comes_back_as_json_only(client: TestClient) -> None:
    answer = client.get("/charts/coverage.csv", params={"sector": "<script>alert(1)</script>"})
    assert (answer.status_code, answer.headers["content-type"], answer.headers["x-content-type-options"]) == (
        400,
        "application/json",
        "nosniff",
    )


def test_nothing_can_be_written(client: TestClient) -> None:
    assert client.post("/charts/coverage.csv").status_code == 405
    assert client.delete("/tables/opinions.csv").status_code == 405


def test_a_failure_is_json_without_its_trace(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> bytes:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(addresses, "chart_file", fails)
    answer = client.get("/charts/coverage.csv")
    assert answer.status_code == 500
    assert answer.json() == {"error": "this address failed; the trace is in the server's log"}


def test_an_unreadable_table_is_503_for_what_needs_it(client: TestClient, broken_tables: Path) -> None:
    (broken_tables / "events.parquet").write_bytes(b"")
    answer = client.get("/charts/events-timeline.csv?from=2019")
    assert answer.status_code == 503
    assert answer.json() == {"error": "the tables cannot be read", "table": "events", "remedy": "run python -m data.build"}
    assert client.get("/tables/events.csv").status_code == 503
    assert client.get("/tables/models.csv").status_code == 200


# Health ------------------------------------------------------------------------------------------


def test_healthz_is_200_with_the_version(client: TestClient, served: Tables) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "data_version": served.version, "charts": len(CHARTS)}


@pytest.mark.parametrize(("name", "table"), [("manifest.json", "manifest"), ("sources.parquet", "sources")])
def test_healthz_is_503_with_the_reason(client: TestClient, broken_tables: Path, name: str, table: str) -> None:
    (broken_tables / name).unlink()
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()["table"]) == ("unreadable", table)
    assert answer.json()["reason"]


def test_everything_is_503_without_tables(client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REELSHIFT_TABLES", str(tmp_path / "nowhere"))
    for address in ("/healthz", "/charts.json", "/tables.json", "/charts/coverage.csv", "/tables/opinions.json"):
        assert client.get(address).status_code == 503, address
    assert client.get("/").status_code == 200, "the page says so in words"


# Headers -----------------------------------------------------------------------------------------


def test_the_same_answer_is_not_sent_twice(client: TestClient) -> None:
    first = client.get("/charts/coverage.csv?sector=film")
    tag = first.headers["etag"]
    again = client.get("/charts/coverage.csv?sector=film", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/charts/coverage.csv?sector=film", headers={"If-None-Match": f'"x", {tag}'}).status_code == 304
    assert client.get("/charts/coverage.csv?sector=games", headers={"If-None-Match": tag}).status_code == 200
    assert client.get("/charts/nonsense.csv?sector=film", headers={"If-None-Match": tag}).status_code == 404
    assert first.headers["cache-control"] == "no-cache"


def test_a_new_release_is_not_taken_for_the_old_one(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Titles, labels and code can change while the data stay as they are."""
    tag = client.get("/tables.json").headers["etag"]
    monkeypatch.setattr(addresses, "RELEASE", "99.0.0")
    assert client.get("/tables.json", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    "address", ["/", "/funding?lang=zh", "/charts.json", "/charts/coverage.csv", "/charts/coverage.csv?x=1", "/charts/x.csv", "/healthz"]
)
def test_every_answer_carries_the_headers(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert "'unsafe-inline'" not in policy["script-src"]
    assert "'unsafe-eval'" not in policy["script-src"].replace("'wasm-unsafe-eval'", "")
    assert policy["object-src"] == policy["frame-ancestors"] == "'none'"
    assert not any(host in value for value in policy.values() for host in ("http:", "https:", "*"))


def test_data_may_be_read_from_other_sites_and_pages_not(client: TestClient) -> None:
    assert client.get("/charts/coverage.json").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in client.get("/").headers


@pytest.mark.parametrize("encoding", ["identity", "gzip, deflate, br, zstd"])
@pytest.mark.parametrize(
    ("address", "accepted", "lang"),
    [
        ("/", "", "en"),
        ("/", "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("/?lang=zh", "en", "zh-Hans"),
        ("/funding?lang=zh", "en", "zh-Hans"),
        ("/markets?lang=en", "zh-CN", "en"),
        ("/?lang=fr", "", "en"),
    ],
)
def test_the_page_names_its_language(client: TestClient, address: str, accepted: str, lang: str, encoding: str) -> None:
    answer = client.get(address, headers={"Accept-Language": accepted, "Accept-Encoding": encoding})
    assert f'<html lang="{lang}">' in answer.text
    assert answer.text.rstrip().endswith("</html>")
    if "content-encoding" not in answer.headers:
        assert int(answer.headers["content-length"]) == len(answer.content)


def test_scripts_and_styles_are_sent_as_they_are(client: TestClient) -> None:
    script = re.findall(r'src="([^"]+\.js)"', client.get("/").text)[0].removeprefix(".")
    english, chinese = (client.get(script, headers={"Accept-Language": lang}) for lang in ("en", "zh"))
    assert english.status_code == 200
    assert (english.content, english.headers.get("content-encoding")) == (chinese.content, chinese.headers.get("content-encoding"))


def test_head_gives_headers_without_a_body(client: TestClient) -> None:
    answer = client.head("/charts/coverage.csv")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == MEDIA_TYPES["csv"]
