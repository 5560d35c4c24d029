"""A reader without a mouse: choose a sector, read a chart's table, follow a row to its records, take the file, open a document."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from components.charts import CHART, frame_of
from components.described import table_name
from components.words import Words
from data.filters import Filters
from data.tables import Tables
from tests.browser.shots import put_away, settle
from tests.browser.steps import LIMIT_MS, card

pytestmark = pytest.mark.browser
EN = Words("en")
MOST_KEYS = 90
#: What has the focus: its tag, its name, the card it is in, whether it shows that it has it, and whether it is on the screen.
#: A control at rest has neither outline nor shadow; a table draws the chosen cell itself.
FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const name = at.getAttribute("aria-label") || at.innerText || at.textContent || "";
  const ringed = style.outlineStyle !== "none" && style.outlineWidth !== "0px" || style.boxShadow !== "none";
  return { tag: at.tagName, name: name.trim(), shown: ringed || at.tagName === "CANVAS",
           card: (at.closest('[class*="st-key-card-"]') || {className: ""}).className,
           inView: box.bottom > 0 && box.top < innerHeight };
}"""


def press_until(page: Page, key: str, wanted: re.Pattern[str] | str, tag: str = "", within: str = "") -> None:
    """Press a key until the focus is on what has this name. Fails where it cannot be reached or hides where it is."""
    seen = []
    for _ in range(MOST_KEYS):
        page.keyboard.press(key)
        at = page.evaluate(FOCUSED)
        seen.append(at["name"][:40] or at["tag"])
        found = wanted.search(at["name"]) if isinstance(wanted, re.Pattern) else at["name"].endswith(wanted)
        if found and (not tag or at["tag"] == tag) and within in at["card"]:
            assert at["shown"], f"{at['name']} does not show that it has the focus"
            assert at["inView"], f"{at['name']} has the focus out of sight"
            return
    raise AssertionError(f"{wanted} was not reached: {seen}")


def test_a_journey_by_keyboard_alone(browser: Browser, server: str, tables: Tables) -> None:
    slug = "production-yield"
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(LIMIT_MS)
    page = context.new_page()
    page.goto(f"{server}/technology?lang=en", wait_until="domcontentloaded")
    settle(page)

    press_until(page, "Tab", re.compile(f"^{re.escape(EN.code('sector', 'film'))}"), "BUTTON")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("sector=film"))
    settle(page)

    press_until(page, "Tab", EN.t("card.chart"), "BUTTON", within=slug)
    press_until(page, "ArrowRight", EN.t("card.table"), "BUTTON", within=slug)
    page.keyboard.press("Enter")
    expect(card(page, slug).get_by_test_id("stDataFrame")).to_be_visible()
    expect(card(page, slug)).to_contain_text(EN.t("card.choose_rows"))
    settle(page)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    press_until(page, "Shift+Tab", re.compile("."), "CANVAS", within=slug)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    frame = frame_of(CHART[slug], tables, Filters(("film",)))
    expect(card(page, slug)).to_contain_text(EN.t("card.behind", n=1, table=table_name("indicators", EN)))

    press_until(page, "Tab", EN.t("panel.button"), "BUTTON", within=slug)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(EN.t(f"charts.{slug}.title"), exact=True)).to_be_visible()
    settle(page)
    press_until(page, "Tab", EN.t("panel.form.csv"), "BUTTON")
    with page.expect_download() as started:
        page.keyboard.press("Enter")
    got = pd.read_csv(io.BytesIO(started.value.path().read_bytes()))
    assert len(got) == len(frame)
    put_away(page, dialog)
    expect(card(page, slug).get_by_role("button", name=EN.t("panel.button"))).to_be_focused()  # the drawer gives it back

    press_until(page, "Tab", re.compile(f"{re.escape(EN.t('card.how'))}\\b"), "BUTTON", within=slug)
    page.keyboard.press("Enter")
    expect(page.get_by_text(EN.t("card.how_to_read"))).to_be_visible()
    put_away(page, page.get_by_test_id("stPopoverBody"))
    expect(card(page, slug).get_by_role("button", name=re.compile(rf"\b{re.escape(EN.t('card.how'))}\b"))).to_be_focused()

    press_until(page, "Tab", re.compile("."), "A", within=slug)
    opened = page.evaluate("document.activeElement.href")
    assert opened in set(tables.native("sources")["url"].dropna())
    context.route("**/*", lambda route: route.fulfill(body="a document") if route.request.url == opened else route.continue_())
    with context.expect_page() as other:
        page.keyboard.press("Enter")
    other.value.wait_for_url(opened)
    context.close()
