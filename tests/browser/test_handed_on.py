"""What is handed on, where the dashboard is not: a chart in another page's frame, the brief as a file without a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from components.asked import Asked
from components.brief import brief_html
from components.brief_parts import charts
from components.embed import iframe
from components.said import words_around
from components.theme import THEMES, TOKENS
from components.words import LANGUAGES, Words
from data.filters import Filters
from data.tables import Tables
from tests.browser.shots import watch
from tests.browser.steps import LIMIT_MS

pytestmark = pytest.mark.browser
FILM = Filters(("film",))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [320, 390, 800])
def test_a_chart_in_the_frame_of_another_page(
    browser: Browser,
    server: str,
    tables: Tables,
    tmp_path: Path,
    width: int,
    theme: str,
) -> None:
    lang, slug = LANGUAGES[width % 4 // 2], "funding-by-sector"
    asked = Asked(slug, filters=FILM, lang=lang, site=server)
    article = tmp_path / "article.html"
    article.write_text(f'<!doctype html><meta charset="utf-8"><body style="margin:0">{iframe(asked, "auto", 700)}', encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
    context.set_default_timeout(LIMIT_MS)
    page, wrong = context.new_page(), list[str]()
    watch(page, wrong.append)
    page.goto(article.as_uri())
    frame = page.frame_locator("iframe")
    expect(frame.locator("html")).to_have_attribute("data-drawn", theme)
    expect(frame.get_by_role("heading", level=1)).to_have_text(words_around(asked, tables)["title"])
    expect(frame.locator("#chart .main-svg").first).to_be_visible()
    expect(frame.locator("footer")).to_contain_text(tables.version)
    root = frame.locator("html")
    assert root.evaluate("page => page.scrollWidth <= page.clientWidth"), "something is wider than the frame"
    assert frame.locator("#chart .main-svg").first.evaluate("svg => svg.getBoundingClientRect().width") <= width
    ground = TOKENS[theme]["paper"].lstrip("#")
    assert root.evaluate("page => getComputedStyle(document.body).backgroundColor") == f"rgb{tuple(bytes.fromhex(ground))}"
    context.close()
    assert wrong == []


@pytest.mark.parametrize(("lang", "theme"), list(zip(LANGUAGES, THEMES, strict=True)))
def test_the_brief_opens_without_a_network(browser: Browser, tables: Tables, tmp_path: Path, lang: str, theme: str) -> None:
    kept = tmp_path / "brief.html"
    kept.write_bytes(brief_html(FILM, tables, lang, "https://reelshift.example.org"))
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=theme, offline=True)  # type: ignore[arg-type]
    context.set_default_timeout(LIMIT_MS)
    page, wrong, asked = context.new_page(), list[str](), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(kept.as_uri())
    expect(page.locator("html")).to_have_attribute("data-drawn", theme)
    for slug in charts(tables, FILM):
        expect(page.locator(f"#chart-{slug} .main-svg").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text(Words(lang).code("sector", "film"))
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert [a for a in asked if not a.startswith(("file:", "data:", "blob:"))] == []
    context.close()
    assert wrong == []
