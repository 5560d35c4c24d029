"""Data by address: the same bytes as the button gives, refusals that say what is allowed, headers on every answer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from components import addresses, answers
from components.addresses import CHART_ENDINGS, CHART_MEDIA, TABLE_ENDINGS, TABLE_MEDIA
from components.answers import COMMON
from components.chart import Chart
from components.charts import CHART, CHARTS, figure_of, finding_of
from components.theme import INK, without_ink
from components.words import LANGUAGES
from data.catalog import TABLE_NAMES, dictionary
from data.export import FORMATS, MEDIA_TYPES
from data.filters import PARAMETERS, Filters
from data.named import unknown_records
from data.tables import Tables, open_tables
from tests.files import SITE, chart_file, table_file
from tests.loaded import two_series

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
        assert entry["formats"] == list(CHART_ENDINGS)
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
    drawn = ("png", "svg", "zip")  # by a browser: `test_pictures.py`, `test_bundle.py`
    charts = client.get("/charts.json").json()["charts"]
    asked = [f"/charts/{c['slug']}.{form}" for c in charts for form in c["formats"] if form not in drawn]
    asked += [f"/tables/{t['table']}.{form}" for t in client.get("/tables.json").json()["tables"] for form in t["formats"]]
    assert len(asked) == len(CHARTS) * (len(CHART_ENDINGS) - len(drawn)) + len(TABLE_NAMES) * len(TABLE_ENDINGS)
    for address in asked:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.text[:300])
        form = address.rpartition("/")[2].partition(".")[2]
        assert answer.headers["content-type"] == {**TABLE_MEDIA, **CHART_MEDIA}[form], address


@pytest.mark.parametrize(("chart", "form"), [pytest.param(c, FORMATS[i % len(FORMATS)], id=c.slug) for i, c in enumerate(CHARTS)])
def test_an_address_gives_the_bytes_of_the_button(client: TestClient, served: Tables, chart: Chart, form: str) -> None:
    answer = client.get(f"/charts/{chart.slug}.{form}?{QUERY}")
    assert answer.content == chart_file(chart, served, FILTERS, form, SITE)
    taken = f"_event-{chart.usual_event}" if chart.usual_event else ""
    name = f"reelshift_{chart.slug}_short_drama_cross-0_from-2024{taken}_{served.version}.{form}"
    assert answer.headers["content-disposition"] == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"


@pytest.mark.parametrize("form", FORMATS)
def test_a_table_address_gives_the_bytes_of_the_button(client: TestClient, served: Tables, form: str) -> None:
    assert client.get(f"/tables/opinions.{form}?{QUERY}").content == table_file("opinions", served, FILTERS, form, SITE)


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
        drawn = json.loads(figure_of(chart, served, Filters(("film",)), lang).to_json())
        given = answer.json()
        meta = given["layout"].pop("meta")
        assert given == without_ink(drawn), "the colour that only Streamlit knows is left to the template"
        assert (meta["chart"], meta["data_version"]) == (chart.slug, served.version)
        assert meta[f"finding_{lang}"] == finding_of(chart, served, Filters(("film",)), lang)
        assert INK not in answer.text


def test_the_metadata_says_what_the_chart_rests_on(client: TestClient, served: Tables) -> None:
    read = client.get(f"/charts/funding-timeline.metadata.json?{QUERY}").json()
    assert [(f["parameter"], f["code"], f["label_en"], f["label_zh"]) for f in read["filters"]] == [
        ("sector", "short_drama", "Short drama", "短剧"),
        ("cross", "0", "without cross-sector", "不含跨行业"),
        ("from", "2024", "2024", "2024年"),
    ]
    assert read["address_newest"] == f"{SITE}/charts/funding-timeline.csv?{QUERY}"
    assert f"version={served.version}" in read["address"]
    assert read["data_version"] == served.version
    behind = read["records_behind"]["funding_rounds"]
    assert 0 < behind["n"] < behind["total"] == 125
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
        ("sectors=film", "sectors", [*PARAMETERS, *COMMON]),
        ("utm_source=x", "utm_source", [*PARAMETERS, *COMMON]),
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
    assert answer.headers["cache-control"] == "no-store", "it may be right tomorrow"


@pytest.mark.parametrize(
    ("address", "parameter", "names"),
    [
        ("/charts/stance-by-sektor.csv", "name", "stance-by-sector"),
        ("/charts/zzzzzzzz.csv", "name", "coverage"),
        ("/charts/coverage.pdf", "format", "xlsx"),
        ("/charts/coverage.csv.json", "format", "csv"),
        ("/tables/opinion.csv", "name", "opinions"),
        ("/tables/opinions.plotly.json", "format", "parquet"),
        ("/records/opinions/O0135x.json", "key", "O0135"),
        ("/records/opinion/O0135.json", "table", "opinions"),
        ("/charts/coverage.csv?version=2020-01-01-00000000", "version", "2026-11-22-36b72b89"),
    ],
)
def test_an_unknown_name_is_404_and_names_the_nearest(client: TestClient, address: str, parameter: str, names: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.json()["parameter"] == parameter
    assert names in answer.json()["allowed"]


@pytest.mark.parametrize(
    ("parameter", "value", "nearest"),
    [
        ("company", "opnai", "openai"),
        ("investor", "alibab", "alibaba"),
        ("speaker", "amit-jian", "amit-jain"),
        ("event", "EV999", "EV099"),
        ("against", "csi-30", "csi-300"),
        ("series", "csi-30", "csi-300"),
    ],
)
@pytest.mark.parametrize("address", ["/charts/coverage.csv", "/tables/models.json", "/brief.html"])
def test_a_record_that_is_none_is_400_and_names_the_nearest(
    client: TestClient, address: str, parameter: str, value: str, nearest: str
) -> None:
    answer = client.get(f"{address}?{parameter}={value}")
    assert (answer.status_code, answer.json()["parameter"], answer.json()["value"]) == (400, parameter, value)
    assert nearest in answer.json()["allowed"]
    assert client.get(f"/charts/coverage.csv?{parameter}={nearest}").status_code == 200


def test_every_record_that_a_page_can_name_is_known(tables: Tables) -> None:
    rounds = tables.native("funding_rounds")
    named = [Filters(speaker=key) for key in tables.native("opinions")["speaker_id"]]
    named += [Filters(company=key) for key in (*rounds["company_id"], *tables.native("models")["vendor_id"].dropna())]
    named += [Filters(investor=key) for cell in rounds["investor_ids"].dropna() for key in cell.split(";")]
    named += [Filters(event=key) for key in tables.native("events")["event_id"]]
    named += [Filters(series=tuple(tables.native("series")["series_id"]))]
    assert not [filters for filters in named if unknown_records(filters, tables)]
    loaded = two_series()
    assert not unknown_records(Filters(series=("made-index",), against="made-market"), loaded)
    assert unknown_records(Filters(series=("made-index",)), tables)


@pytest.mark.parametrize(
    ("query", "parameter"), [("chart=coverage&record=events/EV017", "record"), ("chart=coverage&table=events", "table")]
)
def test_one_thing_is_cited_at_a_time(client: TestClient, query: str, parameter: str) -> None:
    answer = client.get(f"/cite.txt?{query}")
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


def test_an_unknown_form_of_citation_names_the_forms(client: TestClient) -> None:
    read = client.get("/cite.doc").json()
    assert (read["status"], read["parameter"], read["value"]) == (404, "form", "doc")
    assert "bib" in read["allowed"]


@pytest.mark.parametrize(
    ("address", "nearest"),
    [
        ("/charts", "/charts.json"),
        ("/charts/", "/charts.json"),
        ("/tables", "/tables.json"),
        ("/records/events", "/records/{table}/{key}.json"),
        ("/cite", "/cite.txt"),
        ("/nothing.json", "/charts.json"),
        ("/chart.json", "/charts.json"),
        ("/openapi.csv", "/openapi.json"),
        ("/breif.pdf", "/brief.pdf"),
    ],
)
def test_what_looks_like_data_and_is_none_is_404_as_json(client: TestClient, address: str, nearest: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert nearest in answer.json()["allowed"]


def test_what_the_page_itself_loads_is_left_to_it(client: TestClient) -> None:
    for address, kind in (("/favicon.png", "image/png"), ("/funding", "text/html")):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, kind)


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

    monkeypatch.setattr(addresses, "data_pieces", fails)
    answer = client.get("/charts/coverage.csv")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["error"] == "this address failed; the trace is in the server's log"


def test_an_unreadable_table_is_503_for_what_needs_it(client: TestClient, broken_tables: Path) -> None:
    (broken_tables / "events.parquet").write_bytes(b"")
    answer = client.get("/charts/events-timeline.csv?from=2019")
    assert answer.status_code == 503
    assert (answer.json()["table"], answer.json()["remedy"]) == ("events", "run python -m data.build")
    assert client.get("/tables/events.csv").status_code == 503
    assert client.get("/tables/models.csv").status_code == 200


# Health ------------------------------------------------------------------------------------------


def test_healthz_is_200_with_the_version(client: TestClient, served: Tables) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "data_version": served.version, "charts": len(CHARTS)}
    assert (answer.headers["cache-control"], answer.headers["access-control-allow-origin"]) == ("no-store", "*")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_healthz_too_refuses_what_nothing_answers(client: TestClient, method: str) -> None:
    answer = client.request(method, "/healthz")
    assert (answer.status_code, answer.headers["allow"], answer.json()["parameter"]) == (405, "GET, HEAD", "method")
    assert client.options("/healthz").status_code == 204


@pytest.mark.parametrize("address", ["/charts/coverage.csv?sector=film", "/tables/models.parquet", "/charts/coverage.plotly.json"])
def test_a_link_alone_leads_to_what_describes_it_and_to_its_licence(client: TestClient, address: str) -> None:
    links = {link["rel"]: link["url"] for link in client.head(address).links.values()}
    assert set(links) == {"service-desc", "describedby", "license"}
    about = client.get(links["describedby"]).json()
    assert about["licence_address"] == links["license"]
    assert [f["code"] for f in about["filters"]] == (["film"] if "film" in address else [])


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
    monkeypatch.setattr(answers, "RELEASE", "99.0.0")
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


# What HTTP expects ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/charts/coverage.csv", "/tables/models.json", "/records/models/M001.json", "/charts.json", "/changes.atom"]
)
def test_head_says_the_same_as_get_and_sends_nothing(client: TestClient, served: Tables, address: str) -> None:
    address = address.replace("M001", str(served.native("models")["model_id"].iloc[0]))
    identity = {"Accept-Encoding": "identity"}
    asked, told = client.get(address, headers=identity), client.head(address, headers=identity)
    assert (told.status_code, told.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "last-modified", "content-disposition"):
        assert told.headers.get(name) == asked.headers.get(name), name


def test_what_has_not_changed_since_a_day_is_not_sent(client: TestClient) -> None:
    first = client.get("/charts/coverage.csv")
    since = {"If-Modified-Since": first.headers["last-modified"]}
    assert client.get("/charts/coverage.csv", headers=since).status_code == 304
    assert client.get("/charts/coverage.csv", headers={"If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"}).status_code == 200
    assert client.get("/charts/coverage.csv", headers={"If-Modified-Since": "yesterday"}).status_code == 200
    assert client.get("/charts/coverage.csv", headers=since | {"If-None-Match": '"other"'}).status_code == 200, (
        "the tag goes before the day"
    )
    assert client.get("/charts/coverage.csv", headers={"If-None-Match": "*"}).status_code == 304


def test_text_is_compressed_once_and_what_is_packed_is_not(client: TestClient) -> None:
    wanted = {"Accept-Encoding": "gzip"}
    csv, packed = client.get("/tables/opinions.csv", headers=wanted), client.get("/tables/opinions.xlsx", headers=wanted)
    plain = client.get("/tables/opinions.csv", headers={"Accept-Encoding": "identity"})
    assert csv.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert csv.content == plain.content
    assert csv.headers["etag"] == plain.headers["etag"]
    assert packed.content[:2] == b"PK"
    assert "accept-encoding" in csv.headers["vary"].lower()


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "text/csv"),
        ("application/json", "application/json"),
        ("text/html, application/json;q=0.8, text/csv;q=0.2", "application/json"),
        ("application/vnd.apache.parquet", "application/vnd.apache.parquet"),
        ("text/*;q=0.1, application/json;q=0", "text/csv"),
    ],
)
def test_without_an_ending_the_accept_header_chooses(client: TestClient, accept: str, kind: str) -> None:
    for address in ("/charts/coverage", "/tables/models"):
        answer = client.get(address, headers={"Accept": accept})
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == kind
        assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("address", ["/charts/coverage", "/charts/coverage.csv", "/tables/models.parquet"])
def test_a_format_that_nobody_takes_is_406(client: TestClient, address: str) -> None:
    answer = client.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == 406
    allowed = answer.json()["allowed"]
    assert allowed == sorted(set(allowed))
    for kind in allowed:  # known already, so that none need be made
        assert client.get(address, headers={"Accept": kind, "If-None-Match": "*"}).status_code == 304, kind


def test_a_page_of_another_site_may_ask_and_read_the_headers(client: TestClient) -> None:
    asked = client.options("/charts/coverage.csv", headers={"Origin": "https://x.org", "Access-Control-Request-Method": "GET"})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, "*")
    assert "GET" in asked.headers["access-control-allow-methods"]
    assert "ETag" in client.get("/charts/coverage.csv").headers["access-control-expose-headers"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_wrong_method_is_405_and_names_the_right_ones(client: TestClient, method: str) -> None:
    answer = client.request(method, "/charts/coverage.csv")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["allowed"] == ["GET", "HEAD"]


def test_who_asks_too_much_is_told_how_long_to_wait(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSHIFT_RATE", "3/minute")
    found = [client.get("/charts/coverage.csv?q=pace") for _ in range(6)]
    refused = next(a for a in found if a.status_code == 429)
    assert 0 < int(refused.headers["retry-after"]) <= 61
    assert refused.json()["remedy"]
    monkeypatch.setenv("REELSHIFT_RATE", "0")
    assert client.get("/charts/coverage.csv?q=pace").status_code == 200


def test_a_chinese_name_is_written_as_the_rfc_has_it(client: TestClient) -> None:
    said = client.get("/charts/coverage.csv", params={"q": "短剧"}).headers["content-disposition"]
    plain, encoded = re.fullmatch(r"attachment; filename=\"([^\"]+)\"; filename\*=UTF-8''(\S+)", said).groups()  # type: ignore[union-attr]
    assert plain.isascii()
    assert "q-短剧" in unquote(encoded)


def test_an_older_version_answers_with_what_it_held(client: TestClient, served: Tables) -> None:
    old = "2026-11-22-36b72b89"
    address = "/tables/indicators.json"
    then, now = (client.get(f"{address}{query}") for query in (f"?version={old}", ""))
    assert then.json()["data_version"] == old
    assert then.headers["cache-control"] != now.headers["cache-control"] == "no-cache"
    assert f"version={old}" in then.json()["address"]
    sizes = [{r["indicator_id"]: r["sample_size"] for r in a.json()["rows"]} for a in (then, now)]
    assert (sizes[0]["IN078"], sizes[1]["IN078"]) == (None, 3000)
    assert client.get(f"{address}?version={served.version}").json()["rows"] == now.json()["rows"]


def test_a_record_comes_whole_with_its_documents(client: TestClient, served: Tables) -> None:
    for table in TABLE_NAMES:
        key = str(served.native(table)[dictionary().tables[table].key].iloc[0])
        read = client.get(f"/records/{table}/{key}.json").json()
        assert (read["table"], read["key"]) == (table, key)
        shown = [c for c in dictionary().tables[table].columns if c.is_shown]
        assert [c["name"] for c in read["columns"]] == [c.name for c in shown]
        words = {f"{c.name}_{lang}" for c in shown if c.codes for lang in LANGUAGES}
        assert {c.name for c in shown} <= set(read["record"]) <= {c.name for c in shown} | words
        for row in (read["record"], *read["documents"]):
            assert not any(isinstance(value, str) and value.endswith("T00:00:00.000") for value in row.values()), "a day is a day"
        assert read["licence_address"].startswith("https://creativecommons.org/")
        assert key in read["citation_en"] or table in ("entities", "series", "sources")
        if isinstance(read["record"].get("source_ids"), str):
            assert [d["source_id"] for d in read["documents"]] == sorted(read["record"]["source_ids"].split(";"))


@pytest.mark.parametrize("rows", ["drawn", "records"])
def test_the_rows_behind_a_chart_have_an_address_of_their_own(client: TestClient, rows: str) -> None:
    read = client.get(f"/charts/stance-distribution.json?sector=film&rows={rows}").json()
    assert read["rows_are"] == rows
    assert len(read["rows"]) == (
        read["records_behind"]["opinions"]["n"] if rows == "records" else len({tuple(r.values()) for r in read["rows"]})
    )


@pytest.mark.parametrize(
    ("asked", "start", "end"), [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-8", -8, None), ("bytes=5-9999999", 5, None)]
)
def test_a_range_of_a_file_is_that_piece_of_it(client: TestClient, asked: str, start: int, end: int | None) -> None:
    """Readers of Parquet ask for the foot of a file first."""
    whole = client.get("/tables/models.parquet")
    piece = client.get("/tables/models.parquet", headers={"Range": asked})
    assert whole.headers["accept-ranges"] == "bytes"
    assert (piece.status_code, piece.content) == (206, whole.content[start:end])
    assert piece.headers["content-range"].endswith(f"/{len(whole.content)}")


def test_a_range_that_is_none_is_said(client: TestClient) -> None:
    whole = client.get("/tables/models.parquet").content
    assert client.get("/tables/models.parquet", headers={"Range": "bytes=99999999-"}).status_code == 416
    for other in ("bytes=0-1,5-9", "pages=1-2", "bytes=-"):
        assert client.get("/tables/models.parquet", headers={"Range": other}).content == whole
    assert client.get("/tables/models.parquet", headers={"Range": "bytes=0-9", "If-Range": '"other"'}).content == whole
