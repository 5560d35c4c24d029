"""A page that is still loading: its controls' code is on its way, and nothing jumps when it comes."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit
from playwright.sync_api import Browser, Route, expect

from tests.browser.shots import PAGES, SCREEN_HEIGHT, settle
from tests.browser.steps import LIMIT_MS

pytestmark = pytest.mark.browser
#: The code of Streamlit's pills and segmented controls, which every page has at its top.
CONTROLS = "**/ButtonGroup.*.js"
#: Layout shift as browsers count it: more than this is called poor (web.dev/cls). Some of what was never seen counts too.
POOR = 0.25
COUNT_SHIFTS = """window.shifts = 0;
new PerformanceObserver(list => list.getEntries().forEach(e => { window.shifts += e.value }))
    .observe({ type: "layout-shift", buffered: true });"""


def test_the_code_of_the_controls_has_the_name_that_is_held_back_here() -> None:
    scripts = Path(streamlit.__file__).parent / "static" / "static" / "js"
    assert list(scripts.glob(CONTROLS.removeprefix("**/")))


@pytest.mark.parametrize("width", SCREEN_HEIGHT)
@pytest.mark.parametrize("name", ["overview", "opinions", "funding"])
def test_a_page_waits_for_its_controls_and_then_nothing_jumps(browser: Browser, server: str, name: str, width: str) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": int(width), "height": SCREEN_HEIGHT[width]})
    context.set_default_timeout(LIMIT_MS)
    page = context.new_page()
    page.add_init_script(COUNT_SHIFTS)
    held: list[Route] = []
    page.route(CONTROLS, lambda route: held.append(route))
    page.goto(f"{server}{PAGES[name]}?lang=en", wait_until="domcontentloaded")
    whole = page.locator(".st-key-page")
    expect(page.locator(".st-key-filterbar").get_by_test_id("stSkeleton").first).to_be_attached()
    expect(whole).to_have_css("height", "0px")
    assert held
    for route in held:
        route.continue_()
    settle(page)
    assert whole.evaluate("box => box.clientHeight") > int(SCREEN_HEIGHT[width]) / 2
    assert page.evaluate("window.shifts") < POOR
    context.close()
