"""What a page says of itself before any script runs."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from components.page_head import PAGES, head, page_title
from components.pictures import can_draw
from components.shell import ICON
from components.words import LANGUAGES, Words
from data.tables import Tables


def metas(page: str) -> dict[str, str]:
    return {n: unescape(v) for n, v in re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', page)}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_a_title_a_description_and_a_preview_of_its_own(client: TestClient, path: str, lang: str) -> None:
    page = client.get(f"{path}?lang={lang}&sector=film").text
    said = metas(page)
    title = unescape(re.findall(r"<title>(.*?)</title>", page)[0])
    assert title == said["og:title"] == page_title(PAGES[path], Words(lang))
    assert said["description"] == said["og:description"] != title
    assert Words(lang).code("sector", "film") in said["og:image:alt"]
    assert said["og:image"].startswith("http://testserver/charts/")
    assert f"sector=film&lang={lang}" in said["og:image"]
    assert f"lang={lang}" in said["og:url"]
    assert page.count("<title>") == 1


def test_titles_and_previews_differ_from_page_to_page(client: TestClient) -> None:
    heads = [metas(client.get(f"{path}?lang=en").text) for path in PAGES]
    for name in ("og:title", "og:description", "og:image", "og:url"):
        assert len({said[name] for said in heads}) == len(set(PAGES.values()))


@pytest.mark.parametrize(
    ("address", "table", "key", "chart"),
    [
        ("/?event=EV017", "events", "title", "event-around"),
        ("/opinions?speaker=li-haoyue", "entities", "name", "speaker-path"),
        ("/funding?company=openai", "entities", "name", "funding-timeline"),
        ("/funding?investor=nvidia", "entities", "name", "funding-timeline"),
    ],
)
def test_a_page_about_one_says_whom_or_what(address: str, table: str, key: str, chart: str, client: TestClient, tables: Tables) -> None:
    rows = tables.native(table)
    row = rows[rows.iloc[:, 0] == address.split("=")[1]].iloc[0]
    for lang in LANGUAGES:
        said = metas(client.get(f"{address}&lang={lang}").text)
        assert said["og:title"] == Words(lang).t("head.title", page=Words(lang).pick(row, key))
        assert f"/charts/{chart}.png" in said["og:image"]


def test_an_unknown_subject_is_not_repeated(client: TestClient) -> None:
    said = metas(client.get("/funding?company=buy-now&lang=en").text)
    assert said["og:title"] == page_title("funding", Words("en"))


def test_the_preview_is_a_picture_and_the_icon_is_ours(client: TestClient) -> None:
    page = client.get("/technology?sector=film&lang=zh").text
    picture = client.get(metas(page)["og:image"])
    if can_draw():
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    [icon] = re.findall(r'<link rel="shortcut icon" href="([^"]+)"', page)
    assert client.get(icon).content == ICON.read_bytes()


def test_the_other_language_is_named_with_the_same_selection(client: TestClient) -> None:
    page = client.get("/funding?sector=games&lang=zh").text
    links = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page))
    assert unescape(links["en"]) == "http://testserver/funding?sector=games&lang=en"
    assert unescape(links["zh-Hans"]) == "http://testserver/funding?sector=games&lang=zh"


def test_what_a_link_carries_is_never_markup() -> None:
    hostile = head("funding", "en", "q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "http://x")
    assert "<script>" not in hostile
    assert hostile.count("<script") == 1  # our own


def test_files_and_scripts_pass_untouched(client: TestClient) -> None:
    assert "og:title" not in client.get("/charts.json").text
    script = re.findall(r'src="\./(static/js/[^"]+)"', client.get("/").text)[0]
    assert client.get(f"/{script}").headers["content-type"].startswith(("text/javascript", "application/javascript"))


def test_without_script_the_page_says_where_the_data_lie(client: TestClient) -> None:
    page = client.get("/?lang=zh").text
    assert Words("zh").t("head.noscript").split("：")[0] in unescape(page)
