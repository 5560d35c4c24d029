"""Pictures that explain themselves: what stands in them, what may not, and a machine that cannot draw."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import plotly.graph_objects as go
import pytest
from PIL import Image
from starlette.testclient import TestClient

from components import pictures
from components.answers import Refusal
from components.asked import Asked
from components.charts import CHARTS
from components.said import words_around
from components.theme import THEMES, TOKENS
from components.words import LANGUAGES
from data.catalog import dictionary
from data.filters import Filters
from data.tables import Tables
from tests.loaded import two_series

SITE = "https://reelshift.example.org"
SVG = "{http://www.w3.org/2000/svg}"
RAW_LEVELS = Asked("index-levels", filters=Filters(measure="level", series=("made-index", "made-market")), site=SITE)
ATTACK = "</text><script>alert(1)</script>&\"']]>"


@pytest.fixture(scope="module")
def drawn() -> Iterator[None]:
    if not pictures.can_draw():
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine")
        pytest.skip("no Chromium on this machine")
    yield
    pictures.DRAWER.close()


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "chromium", lambda: None)
    monkeypatch.setattr(pictures, "DRAWER", pictures._Drawer())
    pictures._picture.cache_clear()


def texts(svg: bytes) -> str:
    """Everything that the picture says, without line breaks."""
    return "".join("".join(found.itertext()) for found in ElementTree.fromstring(svg).iter(f"{SVG}text"))


def bare(text: str) -> str:
    return re.sub(r"\s|​", "", text)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("slug", ["funding-timeline", "stance-distribution", "impact-timeline", "index-levels"])
def test_a_picture_says_its_finding_scope_source_and_address(slug: str, lang: str, tables: Tables, drawn: None) -> None:
    asked = Asked(slug, filters=Filters(("film",)), lang=lang, site=SITE)
    svg = pictures.picture(asked, tables, "svg")
    said, whole = words_around(asked, tables), bare(texts(svg))
    for part in ("title", "rest", "subtitle", "source"):
        assert bare(said[part]) in whole
    pinned = replace(asked, version=tables.version).page()
    assert f"version={tables.version}" in pinned
    assert bare(pinned) in whole, "it opens the figures that stand in the picture"
    root = ElementTree.fromstring(svg)
    assert root.get("width") == str(pictures.WIDTH)
    assert root.find(f"{SVG}title").text == said["title"]  # type: ignore[union-attr]
    assert root.find(f"{SVG}desc").text == said["alt"]  # type: ignore[union-attr]


@pytest.mark.parametrize("theme", THEMES)
def test_a_png_is_the_same_picture_twice_as_fine(theme: str, tables: Tables, drawn: None) -> None:
    asked = Asked("funding-by-sector", site=SITE)
    svg = ElementTree.fromstring(pictures.picture(asked, tables, "svg", theme))
    with Image.open(io.BytesIO(pictures.picture(asked, tables, "png", theme))) as image:
        assert image.format == "PNG"
        assert image.size == tuple(pictures.SCALE * int(svg.get(side, "")) for side in ("width", "height"))
        paper = TOKENS[theme]["paper"].lstrip("#")
        assert image.convert("RGB").getpixel((2, 2)) == tuple(bytes.fromhex(paper))
        assert len(image.convert("RGB").getcolors(1 << 24) or []) > 50, "an empty sheet"


def test_hostile_words_stay_text_in_a_picture(tables: Tables, drawn: None) -> None:
    def read(name: str) -> pd.DataFrame:
        frame = tables.native(name)
        columns = [c.name for c in dictionary().tables[name].columns if c.type in ("string", "text") and not c.pattern]
        return frame.assign(**{c: ATTACK for c in columns if c not in ("aliases", "period")})

    svg = pictures.picture(Asked("model-frontier", site=SITE), Tables(tables.folder, "2026-01-01-0badc0de", read), "svg")
    root = ElementTree.fromstring(svg)
    assert not list(root.iter(f"{SVG}script"))
    assert not list(root.iter("script"))


@pytest.mark.parametrize("chart", CHARTS, ids=lambda c: c.slug)
def test_a_form_that_is_no_picture(chart: Any, tables: Tables) -> None:
    with pytest.raises(ValueError, match="png, svg"):
        pictures.picture(Asked(chart.slug), tables, "gif")


@pytest.mark.parametrize("form", pictures.FORMS)
def test_raw_levels_are_in_no_picture(form: str) -> None:
    with pytest.raises(Refusal) as refused:
        pictures.picture(RAW_LEVELS, two_series(), form)
    assert refused.value.status == 403
    assert refused.value.detail["withheld_why_en"]
    assert refused.value.detail["withheld_why_zh"]


def test_without_a_browser_there_is_no_picture_and_the_address_says_so(tables: Tables, client: TestClient, no_browser: None) -> None:
    assert not pictures.can_draw()
    with pytest.raises(pictures.NotDrawn):
        pictures.picture(Asked("coverage", site=SITE), tables, "svg")
    answer = client.get("/charts/coverage.png")
    assert answer.status_code == 503
    assert answer.json()["remedy"]


def test_a_browser_that_fails_is_replaced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawer, asked = pictures._Drawer(), []

    async def once(figure: go.Figure, options: dict[str, Any]) -> bytes:
        asked.append(options)
        if len(asked) == 1:
            raise ConnectionError("the browser is gone")
        return b"drawn"

    monkeypatch.setattr(drawer, "_drawn", once)
    assert drawer.draw(go.Figure(), {}) == b"drawn"
    assert len(asked) == 2

    async def never(figure: go.Figure, options: dict[str, Any]) -> bytes:
        asked.append(options)
        raise ConnectionError("the browser is gone")

    monkeypatch.setattr(drawer, "_drawn", never)
    with pytest.raises(pictures.NotDrawn, match="gone"):
        drawer.draw(go.Figure(), {})
    assert len(asked) == 4


def test_the_address_gives_the_picture_of_the_button(tables: Tables, client: TestClient, drawn: None) -> None:
    answer = client.get("/charts/coverage.svg?sector=games&lang=zh&scheme=dark")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
    asked = Asked("coverage", filters=Filters(("games",)), lang="zh", site="http://testserver")
    assert answer.content == pictures.picture(asked, tables, "svg", "dark")
