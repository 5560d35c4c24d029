"""What changed, as JSON and as a feed that readers of feeds understand."""

from __future__ import annotations

import feedparser
import pytest
from starlette.testclient import TestClient

from components.asked import Asked
from components.feeds import atom, entry
from components.words import LANGUAGES, Words
from data.catalog import dictionary
from data.versions import Change, Manifest, manifests
from tests.test_embed import Page


def test_the_json_tells_every_version_newest_first(client: TestClient) -> None:
    read = client.get("/changes.json").json()
    kept = manifests()
    assert [v["version"] for v in read["versions"]] == [m.version for m in reversed(kept)]
    assert read["data_version"] == kept[-1].version
    for told, manifest in zip(read["versions"], reversed(kept), strict=True):
        assert len(told["changes"]) == len(manifest.changes)
        assert sum(sum(n.values()) for n in told["counts"].values()) == len(manifest.changes)
        assert told["why_en"] != told["why_zh"]
    by_key = {c["key"]: c for v in read["versions"] for c in v["changes"]}
    assert {"column": "sample_size", "then": None, "now": 3000.0} in by_key["IN078"]["cells"]
    assert by_key["IN078"]["reason_zh"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_version_says_how_much_it_held(client: TestClient, lang: str) -> None:
    first, words = manifests()[0], Words(lang)
    rows = {name: held["rows"] for name, held in first.tables.items()}
    assert client.get("/changes.json").json()["versions"][-1]["records"] == rows
    told = feedparser.parse(client.get(f"/changes.atom?lang={lang}").content).entries[-1].content[0].value
    assert words.number(sum(rows.values())) in told
    assert words.t("changes.held", table=dictionary().tables["opinions"].title[lang], n=229) in told
    assert words.t("changes.none") not in told


def test_since_and_table_narrow_it(client: TestClient) -> None:
    first = manifests()[0].version
    since = client.get(f"/changes.json?since={first}").json()["versions"]
    assert len(since) == len(manifests()) - 1
    only = client.get("/changes.json?table=indicators").json()["versions"]
    assert {c["table"] for v in only for c in v["changes"]} == {"indicators"}
    for query, parameter in (("since=x", "since"), ("table=x", "table")):
        answer = client.get(f"/changes.json?{query}")
        assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_feed_is_read_without_a_complaint(client: TestClient, lang: str) -> None:
    answer = client.get(f"/changes.atom?lang={lang}")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.version == "atom10"
    assert len({e.id for e in feed.entries}) == len(manifests())
    assert [e.summary for e in feed.entries] == [m.why(lang) for m in reversed(manifests())]
    assert feed.feed.updated == feed.entries[0].updated
    assert {e.link for e in feed.entries} == {feed.feed.link}, "a page to read, not a file"
    assert {link.rel for link in feed.feed.links} == {"self", "alternate"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_entry_leads_to_the_records_that_it_names_and_says_why(client: TestClient, lang: str) -> None:
    told = feedparser.parse(client.get(f"/changes.atom?lang={lang}").content).entries
    [manifest] = [m for m in manifests() if "indicators/IN078" in m.reasons]
    [content] = [e.content[0] for e in told if e.id.endswith(manifest.version)]
    assert content.type == "text/html"
    page = Page(content.value)
    links = dict(zip([str(a["href"]) for a in page.all("a")], page.texts["a"], strict=True))
    [address] = [href for href in links if "/records/indicators/IN078.json" in href]
    assert manifest.reasons["indicators/IN078"][lang] in links[address]
    assert Words(lang).label("sample_size", "indicators") in links[address]
    for href in links:
        assert client.get(href).status_code == 200, href
    assert any("/cite.txt?" in href for href in links)


def test_text_of_records_cannot_break_the_feed() -> None:
    hostile = Manifest("v<1>", "2026-11-22", "]]></summary><script>", "＆<b>", {}, (Change("models", "<x>&\"'", "added"),))
    feed = feedparser.parse(atom([hostile], Asked("", "tables", site="https://x.org"), Words("en")))
    assert not feed.bozo
    assert feed.entries[0].summary == "]]></summary><script>" or "script" not in feed.entries[0].summary
    written = Page(feed.entries[0].content[0].value)
    assert {tag for tag, _ in written.elements} <= {"div", "p", "a"}
    assert "<x>&\"'" in "".join(written.texts["a"])
    assert entry(hostile)["changes"][0]["key"] == "<x>&\"'"
