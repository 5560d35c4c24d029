"""One chart for another page: its words, its figure, who may show it, and what is refused as calmly as it is shown."""

from __future__ import annotations

import gzip
import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pandas as pd
import pytest
from starlette.testclient import TestClient

from components import embed
from components.asked import Asked
from components.charts import CHARTS, figure_of
from components.embed import EMBED_THEMES, PLOTLY, assets, embed_html, frame_height, iframe
from components.headers import EMBED_VARIABLE
from components.markup import HTML_LANGUAGES, inside_script
from components.said import words_around
from components.theme import THEMES
from components.words import LANGUAGES, Words
from data.catalog import dictionary
from data.filters import Filters
from data.tables import Tables
from tests.loaded import two_series

SITE = "https://reelshift.example.org"
ATTACK = "</script><img src=x onerror=alert(1)>\"'&<!--\u2028"


class Page(HTMLParser):
    """What a browser makes of a page: elements with their attributes, and the text of each kind."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br", "img"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def held(html: str) -> dict[str, Any]:
    """The figure that stands in the page."""
    found = re.search(r'<script type="application/json" id="figure">(.*?)</script>', html, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


@pytest.mark.parametrize("chart", CHARTS, ids=lambda c: c.slug)
def test_an_embed_says_what_the_card_says_and_holds_its_figure(chart: Any, tables: Tables) -> None:
    lang = LANGUAGES[len(chart.slug) % 2]
    asked = Asked(chart.slug, filters=Filters(("short_drama",)), lang=lang, site=SITE)
    html = embed_html(asked, tables)
    page, said = Page(html), words_around(asked, tables)
    assert page.texts["h1"] == [said["title"]]
    assert not said["rest"] or said["rest"] in page.texts["p"]
    assert said["subtitle"] in page.texts["p"]
    assert said["source"] in page.texts["p"]
    assert page.all("html")[0]["lang"] == HTML_LANGUAGES[lang]
    assert next(d for d in page.all("div") if d.get("id") == "chart")["aria-label"] == said["alt"]
    figure = held(html)
    assert figure["data"] == orjson.loads(figure_of(chart, tables, asked.filters, lang).to_json())["data"]
    assert set(figure["templates"]) == set(THEMES)
    assert {a["href"] for a in page.all("a")} >= {asked.page(), asked.address("csv")}
    loaded = [x.get("src") or x.get("href") for x in [*page.all("script"), *page.all("link")] if x.get("src") or x.get("href")]
    assert set(loaded) == {assets()[name] for name in ("plotly", "script", "css")}


def test_hostile_words_end_nothing(tables: Tables) -> None:
    def read(name: str) -> pd.DataFrame:
        frame = tables.native(name)
        columns = [c.name for c in dictionary().tables[name].columns if c.type in ("string", "text") and not c.pattern]
        return frame.assign(**{c: ATTACK for c in columns if c not in ("aliases", "period")})

    html = embed_html(Asked("funding-timeline", site=SITE), Tables(tables.folder, "2026-01-01-0badc0de", read))
    assert not Page(html).all("img")
    assert len(Page(html).all("script")) == 3
    assert json.loads(inside_script({"a": ATTACK})) == {"a": ATTACK}


def test_the_line_that_embeds_opens_the_same_chart(tables: Tables, client: TestClient) -> None:
    asked = Asked(
        "funding-by-sector", filters=Filters(("film", "games"), since="2024", theme=("jobs_skills",)), lang="zh", site="http://testserver"
    )
    [frame] = Page(iframe(asked, "dark", frame_height(asked, tables))).all("iframe")
    address = urlsplit(str(frame["src"]))
    assert parse_qs(address.query)["sector"] == ["film", "games"]
    answer = client.get(f"{address.path}?{address.query}")
    assert answer.status_code == 200
    assert answer.text == embed_html(asked, tables, "dark")
    assert int(str(frame["height"])) > 300


def test_who_may_embed_is_set_by_the_deployment(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(EMBED_VARIABLE, raising=False)
    assert "frame-ancestors * file:" in client.get("/embed?chart=coverage").headers["content-security-policy"]
    monkeypatch.setenv(EMBED_VARIABLE, "https://news.example.org")
    policy = client.get("/embed?chart=coverage").headers["content-security-policy"]
    assert policy.endswith("frame-ancestors https://news.example.org")
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in client.get("/charts.json").headers["content-security-policy"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("query", "status", "reason", "names"),
    [
        ("chart=covrage", 404, "chart", {"value": "covrage"}),
        ("", 404, "no_chart", {}),
        ("chart=coverage&sector=opera", 400, "value", {"parameter": "sector", "value": "opera"}),
        ("chart=coverage&company=nobody", 400, "value", {"parameter": "company", "value": "nobody"}),
        ("chart=coverage&scheme=pink", 400, "value", {"parameter": "scheme", "value": "pink"}),
        ("chart=coverage&x=1", 400, "parameter", {"parameter": "x"}),
        ("chart=coverage&version=2020-01-01-00000000", 404, "version", {"value": "2020-01-01-00000000"}),
    ],
)
def test_what_cannot_be_shown_is_said_on_a_page(
    query: str, status: int, reason: str, names: dict[str, str], lang: str, client: TestClient
) -> None:
    answer = client.get(f"/embed?{query}&lang={lang}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert f'lang="{HTML_LANGUAGES[lang]}"' in answer.text
    [said] = Page(answer.text).texts["p"]
    assert said.startswith(Words(lang).t(f"embed.why.{reason}", **names))
    assert ("film" if reason == "value" and names["parameter"] == "sector" else "") in said, "what would be right"


def test_an_embed_says_calmly_that_too_much_was_asked(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSHIFT_RATE", "1/hour")
    busy = [client.get("/embed?chart=coverage&lang=zh") for _ in range(3)][-1]
    assert (busy.status_code, busy.headers["content-type"].split(";")[0]) == (429, "text/html")
    assert int(busy.headers["retry-after"]) > 0
    assert Page(busy.text).texts["p"] == [Words("zh").t("embed.why.busy")]


@pytest.mark.parametrize("theme", EMBED_THEMES)
def test_the_theme_is_the_readers_unless_the_address_names_one(theme: str, client: TestClient) -> None:
    assert f'data-theme="{theme}"' in client.get(f"/embed?chart=coverage&scheme={theme}").text


def test_what_an_embed_loads_may_be_kept_for_ever(client: TestClient) -> None:
    for name, address in assets().items():
        plain = client.get(address, headers={"accept-encoding": "identity"})
        assert plain.status_code == 200
        assert "immutable" in plain.headers["cache-control"]
        assert (plain.content == PLOTLY.read_bytes()) == (name == "plotly")
        with client.stream("GET", address, headers={"accept-encoding": "gzip"}) as packed:
            assert packed.headers["content-encoding"] == "gzip"
            assert gzip.decompress(b"".join(packed.iter_raw())) == plain.content
    assert client.get("/assets/plotly.min.000000000000.js").status_code == 404


def test_raw_levels_stand_in_no_embed(monkeypatch: pytest.MonkeyPatch, client: TestClient) -> None:
    loaded = two_series()
    monkeypatch.setattr("components.answers.tables_at", lambda _: loaded)
    answer = client.get("/embed?chart=index-levels&measure=level&series=made-index&lang=zh")
    assert answer.status_code == 403
    assert dictionary().caveats["levels_not_passed_on"]["zh"] in answer.text
    assert "application/json" not in answer.text


def test_a_chart_without_a_mark_takes_no_room(tables: Tables) -> None:
    [chart] = [d for d in Page(embed_html(Asked("speaker-path", site=SITE), tables)).all("div") if d.get("id") == "chart"]
    assert "hidden" in chart
    [chart] = [d for d in Page(embed_html(Asked("coverage", site=SITE), tables)).all("div") if d.get("id") == "chart"]
    assert "hidden" not in chart


def test_each_file_is_read_and_compressed_once() -> None:
    embed._packed.cache_clear()
    names = [address.removeprefix("/assets/") for address in embed.assets().values()]
    for name in [*names, *names, "nothing.css"]:
        assert (embed._asset(name) is None) == (name == "nothing.css")
    assert embed._packed.cache_info().misses == len(names)
