"""Access: what axe-core finds wherever a reader may be, narrow screens and large type, and the page on paper."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pypdf import PdfReader

from components.charts import CHART
from components.said import source_words
from data.filters import Filters
from data.tables import Tables
from tests.browser.shots import PAGES, TOO_WIDE, put_away, settle
from tests.browser.steps import EN, LIMIT_MS, open_at

pytestmark = pytest.mark.browser
#: WCAG 2.2 AA, and what came before it; and of axe's own advice what concerns headings.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"heading-order": {"enabled": True}, "page-has-heading-one": {"enabled": True}},
    "resultTypes": ["violations"],
}
GRAVE = ("serious", "critical")
#: What Streamlit's own parts cause, as (rule, part of the element): the upstream issue. Nothing of ours belongs here.
UPSTREAM: dict[tuple[str, str], str] = {}
#: Views beside the first of each page, each for what only it holds.
VIEWS = (
    "/?event=EV017&lang=zh",
    "/opinions?lang=en&view=time&sector=film&stance=negative",
    "/opinions?lang=en&view=surveys&q=zzzz&x=1",
    "/opinions?lang=zh&speaker=li-haoyue",
    "/funding?lang=en&view=investors",
    "/funding?lang=zh&view=certainty",
    "/funding?lang=en&company=openai",
    "/markets?lang=zh&view=study",
    "/markets?lang=en&view=events",
)


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One reader for all views: what a browser keeps of Streamlit is fetched once."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce")
    opened.set_default_timeout(LIMIT_MS)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    opened = context.new_page()
    yield opened
    opened.close()


def grave(page: Page) -> list[str]:
    """Findings that are ours to mend, each with its rule, elements and what axe says of the first."""
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    said = []
    for violation in found:
        if violation["impact"] not in GRAVE and violation["id"] not in RULES["rules"]:
            continue
        ours = [n for n in violation["nodes"] if not any(r == violation["id"] and part in n["html"] for r, part in UPSTREAM)]
        said += [f"{violation['id']} ×{len(ours)}: {ours[0]['html'][:200]} {ours[0].get('failureSummary', '')[:300]}"] if ours else []
    return said


@pytest.mark.parametrize(("lang", "scheme"), [("en", "light"), ("zh", "dark")])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_grave(page: Page, server: str, name: str, lang: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    open_at(page, f"{server}{PAGES[name]}?lang={lang}")
    assert grave(page) == []


@pytest.mark.parametrize("address", VIEWS)
def test_axe_finds_nothing_grave_further_in(page: Page, server: str, address: str) -> None:
    page.emulate_media(color_scheme="dark" if VIEWS.index(address) % 2 else "light")
    open_at(page, server + address)
    assert grave(page) == []


@pytest.mark.parametrize(
    "address", ["/embed?chart=funding-timeline&lang=zh", "/embed?chart=none", "/brief.html?lang=en&sector=games&from=2026"]
)
def test_axe_finds_nothing_grave_outside_streamlit(page: Page, server: str, address: str) -> None:
    page.goto(server + address)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        if "none" not in address:
            page.wait_for_function("scheme => document.documentElement.dataset.drawn === scheme", arg=scheme)
        assert (scheme, grave(page)) == (scheme, [])


def card(page: Page, slug: str) -> Locator:
    return page.locator(f".st-key-card-{slug}")


def test_axe_finds_nothing_grave_in_what_opens(page: Page, server: str) -> None:
    """Drawers, each section of them, popovers, the table: what is not there before it is asked for."""
    open_at(page, f"{server}/technology?lang=en&sector=film")
    slug = "production-yield"
    sections = {
        ".st-key-share": ("panel.share.brief", "panel.share.cite"),
        f".st-key-take-charts-{slug}": ("panel.section.link", "panel.section.lines", "panel.section.cite", "panel.section.embed"),
    }
    for key, names in sections.items():
        page.locator(key).get_by_role("button").click()
        drawer = page.get_by_role("dialog")
        for name in ("", *names):
            if name:
                drawer.get_by_role("radio", name=EN.t(name), exact=True).click()
                expect(drawer.get_by_role("radio", name=EN.t(name), exact=True)).to_be_checked()
            settle(page)
            assert (name, grave(page)) == (name, [])
        put_away(page, drawer)
    page.emulate_media(color_scheme="dark")
    settle(page)
    for key in (f"[class*=st-key-sources-{slug}]", f"[class*=st-key-how-{slug}]", ".st-key-p-dates", ".st-key-p-country"):
        page.locator(key).get_by_role("button").first.click()
        expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
        settle(page)
        assert (key, grave(page)) == (key, [])
        put_away(page, page.get_by_test_id("stPopoverBody"))
    card(page, slug).get_by_role("radio", name=EN.t("card.table")).click()
    expect(card(page, slug).get_by_test_id("stDataFrame")).to_be_visible()
    settle(page)
    assert grave(page) == []
    expect(card(page, slug).get_by_role("region")).to_have_attribute("aria-label", card(page, slug).get_by_role("heading").inner_text())


@pytest.mark.parametrize("address", [f"{path}?lang=en" for path in PAGES.values()])
def test_nothing_is_lost_on_the_narrowest_screen(page: Page, server: str, address: str) -> None:
    """320 px: a screen of 1280 px at four times its type. No page scrolls sideways, and every control lies on it."""
    page.set_viewport_size({"width": 320, "height": 640})
    open_at(page, server + address)
    assert not page.evaluate(TOO_WIDE)
    controls = page.locator(".st-key-filterbar, .st-key-share, .st-key-f-lang, .st-key-f-view, [class*=st-key-tools-]").get_by_role(
        "button"
    )
    controls = controls.or_(page.locator(".st-key-f-lang, .st-key-f-view, [class*=st-key-tools-]").get_by_role("radio"))
    boxes = controls.evaluate_all("all => all.map(e => [e.innerText, e.getBoundingClientRect().left, e.getBoundingClientRect().right])")
    assert len(boxes) > (2 if "method" in address else 6)
    assert [name for name, left, right in boxes if left < 0 or right > 320] == []
    page.locator(".st-key-share").get_by_role("button").click()
    close = page.get_by_role("dialog").get_by_role("button", name="Close")
    expect(close).to_be_in_viewport(ratio=1)


def solid(text: str) -> str:
    """Without spaces, and with characters that look alike as one: a PDF keeps shapes."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def test_a_page_prints_whole(page: Page, server: str, tables: Tables) -> None:
    """All of a page that scrolls, its last chart with its sources, where it lies; no button."""
    open_at(page, f"{server}/funding?lang=en&sector=film")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = "".join(solid(sheet.extract_text()) for sheet in printed.pages)
    assert len(printed.pages) > 2
    assert printed.pages[0].mediabox.width > printed.pages[0].mediabox.height
    last = source_words(CHART["funding-and-events"], tables, Filters(("film",)), EN)
    assert solid(last) in text
    assert f"{server}/funding?lang=en&sector=film" in text
    assert solid(EN.t("panel.button")) not in text
