"""What a reader does, in a real browser, from a deep link to a fresh server."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from components.charts import CHART, frame_of
from components.said import headline
from data.filters import Filters
from data.tables import Tables
from tests.browser.shots import PAGES, put_away, settle
from tests.browser.steps import EN, ZH, card, open_at, pill, query

pytestmark = pytest.mark.browser


def kept(tables: Tables, *sectors: str) -> str:
    """What the subtitle says of the rounds under these sectors, counted here."""
    rounds = tables.native("funding_rounds")
    mask = rounds["in_cross"] if sectors else rounds["in_cross"] | True
    for sector in sectors:
        mask = mask | rounds[f"in_{sector}"]
    n = int(mask.sum())
    return f"{n} of {len(rounds)} funding rounds" if n < len(rounds) else f"{n} funding rounds"


def test_a_deep_link_to_a_fresh_server(page: Page, server: str) -> None:
    address = f"{server}/funding?sector=short_drama&lang=zh"
    open_at(page, address)
    expect(page.get_by_role("heading", level=1)).to_have_text("融资")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(pill(page, ZH, "short_drama")).to_have_attribute("aria-pressed", "true")
    expect(pill(page, ZH, "film")).to_have_attribute("aria-pressed", "false")
    for slug in ("funding-timeline", "funding-by-quarter", "funding-cumulative"):
        expect(card(page, slug)).to_contain_text("短剧")
    expect(page.get_by_text(ZH.t("scope.all_sectors"))).to_have_count(0)
    assert page.url == address


def test_a_choice_by_click_changes_link_and_charts(page: Page, server: str, tables: Tables) -> None:
    open_at(page, f"{server}/funding?lang=en")
    timeline = card(page, "funding-timeline")
    expect(timeline).to_contain_text(f"· {kept(tables)}")
    pill(page, EN, "film").click()
    expect(page).to_have_url(re.compile(r"sector=film"))
    expect(timeline).to_contain_text(kept(tables, "film"))
    expect(timeline).not_to_contain_text(f"· {kept(tables)}")
    pill(page, EN, "games").click()
    expect(timeline).to_contain_text(kept(tables, "film", "games"))
    assert query(page) == {"sector": ["film", "games"], "lang": ["en"]}


def test_a_choice_survives_reload_back_page_and_language(page: Page, server: str) -> None:
    open_at(page, f"{server}/funding?lang=en")
    pill(page, EN, "games").click()
    expect(page).to_have_url(re.compile(r"sector=games"))
    expect(card(page, "funding-cumulative")).to_contain_text("Games")

    page.reload(wait_until="domcontentloaded")
    settle(page)
    expect(pill(page, EN, "games")).to_have_attribute("aria-pressed", "true")

    page.get_by_role("link", name=EN.t("pages.markets")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(EN.t("pages.markets"))
    expect(pill(page, EN, "games")).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(r"/markets\?.*sector=games"))

    page.locator(".st-key-f-lang").get_by_text("中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ZH.t("pages.markets"))
    expect(pill(page, ZH, "games")).to_have_attribute("aria-pressed", "true")
    assert query(page) == {"sector": ["games"], "lang": ["zh"]}

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(EN.t("pages.markets"))
    expect(pill(page, EN, "games")).to_have_attribute("aria-pressed", "true")
    pill(page, EN, "film").click()
    expect(page).to_have_url(re.compile(r"sector=film"))
    assert query(page) == {"sector": ["games", "film"], "lang": ["en"]}


def test_back_takes_a_choice_back(page: Page, server: str) -> None:
    open_at(page, f"{server}/technology?lang=en")
    pill(page, EN, "film").click()
    expect(page).to_have_url(re.compile(r"sector=film"))
    expect(pill(page, EN, "film")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(page).not_to_have_url(re.compile(r"sector="))
    expect(pill(page, EN, "film")).to_have_attribute("aria-pressed", "false")


def test_a_pasted_english_link_opens_in_chinese(page: Page, server: str) -> None:
    open_at(page, f"{server}/markets?sector=film&from=2024-02&to=2024-03&kind=regulation&view=events&lang=en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Markets")
    open_at(page, page.url.replace("lang=en", "lang=zh"))
    expect(page.get_by_role("heading", level=1)).to_have_text("市场")
    expect(card(page, "events-timeline")).to_contain_text("影视")
    expect(card(page, "events-timeline")).to_contain_text("2024年2月至3月")
    expect(card(page, "events-timeline")).to_contain_text("监管")


def test_a_file_holds_what_the_card_shows(page: Page, server: str, tables: Tables) -> None:
    filters = Filters(("film",), since="2024")
    open_at(page, f"{server}/funding?sector=film&from=2024&lang=en")
    timeline = card(page, "funding-timeline")
    timeline.get_by_role("button", name=EN.t("panel.button")).click()
    with page.expect_download() as started:
        page.get_by_role("dialog").get_by_role("button", name=EN.t("panel.form.csv")).click()
    assert started.value.suggested_filename == f"reelshift_funding-timeline_film_from-2024_{tables.version}.csv"
    body = started.value.path().read_bytes()

    address = page.request.get(f"{server}/charts/funding-timeline.csv?sector=film&from=2024")
    assert address.status == 200
    assert body == address.body()

    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert [r["round_id"] for r in rows] == frame_of(CHART["funding-timeline"], tables, filters)["round_id"].tolist()
    put_away(page, page.get_by_role("dialog"))
    timeline.get_by_text(EN.t("card.table"), exact=True).click()
    grid = timeline.locator('[role="grid"]')  # inside the canvas, for screen readers
    expect(grid).to_have_attribute("aria-rowcount", str(len(rows) + 1))
    assert grid.locator('[role="columnheader"]').all_text_contents()[0] == EN.label("round_id", "funding_rounds")
    shown = grid.locator('[role="gridcell"][aria-colindex="1"]').all_text_contents()
    assert shown == [r["round_id"] for r in rows][: len(shown)]
    assert shown


def test_a_wrong_filter_is_one_calm_sentence(page: Page, server: str) -> None:
    open_at(page, f"{server}/opinions?sector=tv&lang=en")
    expect(page.get_by_text("sector=tv is not known here and was left out.")).to_be_visible()
    expect(page.locator('[data-testid="stException"]')).to_have_count(0)
    expect(card(page, "stance-distribution").locator(".main-svg").first).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_quiet_and_asks_no_other_host(page: Page, server: str, name: str) -> None:
    """`watch` fails this test for a console error (a policy violation is one) or a request elsewhere."""
    open_at(page, f"{server}{PAGES[name]}?lang=zh")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator('[data-testid="stAlertContentWarning"]')).to_have_count(0)
    seen = page.locator('[data-testid="stPlotlyChart"]' if name != "method" else ".st-key-method")
    expect(seen.first).to_be_visible()


def test_a_mark_leads_to_its_records_and_their_documents(page: Page, server: str) -> None:
    open_at(page, f"{server}/funding?sector=film&lang=en")
    timeline = card(page, "funding-timeline")
    timeline.scroll_into_view_if_needed()
    click_a_mark(page, timeline)
    expect(timeline).to_contain_text("Behind this mark: 1")
    expect(timeline.locator("a[href^='/funding?company=']").first).to_be_visible()
    expect(timeline.locator("a[href^='http']").first).to_be_visible()
    expect(timeline).to_contain_text(EN.t("records.read_in"))
    assert query(page) == {"sector": ["film"], "lang": ["en"]}


def test_a_mark_of_the_voices_sets_a_filter_that_can_be_taken_off(page: Page, server: str) -> None:
    open_at(page, f"{server}/opinions?lang=en")
    distribution = card(page, "stance-distribution")
    click_a_mark(page, distribution, ".barlayer .point path")
    expect(page).to_have_url(re.compile(r"stance="))
    chip = page.locator(".st-key-chips").get_by_role("button").first
    expect(chip).to_be_visible()
    page.go_back()
    expect(page).not_to_have_url(re.compile(r"stance="))


def click_a_mark(page: Page, inside: Locator, marks: str = ".scatterlayer .point") -> None:
    """Click the middle of the largest mark; Plotly listens on a layer above its marks."""
    expect(inside.locator(marks).first).to_be_attached()
    boxes = [box for mark in inside.locator(marks).all() if (box := mark.bounding_box())]
    box = max(boxes, key=lambda b: min(b["width"], b["height"]))
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    expect(inside.locator(".hoverlayer .hovertext")).to_have_count(1)
    page.mouse.click(x, y)


def test_from_how_sure_the_money_is_to_a_company_and_its_investors(page: Page, server: str, tables: Tables) -> None:
    """A deep link says whose money film's is; the switch lives in the link; names lead on."""
    open_at(page, f"{server}/funding?sector=film&general=with&view=certainty&lang=en")
    filters = Filters(("film",), general="with")
    chart = CHART["funding-concentration"]
    said = chart.finding(frame_of(chart, tables, filters), EN)
    assert "OpenAI" in said
    for part in headline(said, EN):
        expect(card(page, "funding-concentration")).to_contain_text(part)
    page.locator(".st-key-options").get_by_role("radio", name=EN.t("choices.general.without")).click()
    expect(page).to_have_url(re.compile(r"general=without"))
    expect(card(page, "funding-concentration")).not_to_contain_text("OpenAI")

    open_at(page, f"{server}/funding?company=openai&lang=en")
    investor = page.get_by_role("link", name="Thrive Capital").first
    expect(investor).to_have_attribute("href", re.compile(r"/funding\?investor=thrive-capital"))
    open_at(page, server + str(investor.get_attribute("href")))
    expect(page.get_by_role("link", name="OpenAI").first).to_be_visible()


def test_the_hint_is_put_away_by_keyboard_and_stays_away(page: Page, server: str) -> None:
    open_at(page, f"{server}/?lang=en")
    dismiss = page.get_by_role("button", name=EN.t("hint.dismiss"))
    dismiss.focus()
    with page.expect_response("**/hint/dismissed.gif"):
        page.keyboard.press("Enter")
    expect(dismiss).to_have_count(0)
    page.reload(wait_until="domcontentloaded")
    settle(page)
    expect(dismiss).to_have_count(0)
