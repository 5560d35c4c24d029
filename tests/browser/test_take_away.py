"""What a reader takes away, in a real browser, from a deep link to a fresh server: files, links, citations."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from components.charts import CHART, finding_of, frame_of, rows_of
from components.pictures import CHROMIUM_VARIABLE
from components.said import headline
from components.words import Words
from data.filters import Filters
from data.tables import Tables
from tests.browser.server import running_app
from tests.browser.shots import put_away, settle, watch
from tests.browser.steps import EN, LIMIT_MS, ZH, card, open_at, pill

pytestmark = pytest.mark.browser
FILM = Filters(("film",))


def take(page: Page, slug: str, words: Words) -> Locator:
    """Open the panel of a chart."""
    card(page, slug).get_by_role("button", name=words.t("panel.button")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(words.t(f"charts.{slug}.title"), exact=True)).to_be_visible()
    return dialog


def section(dialog: Locator, code: str, words: Words) -> None:
    dialog.get_by_role("radiogroup").or_(dialog).get_by_text(words.t(f"panel.section.{code}"), exact=True).first.click()


def got(page: Page, dialog: Locator, label: str) -> tuple[str, bytes]:
    with page.expect_download() as started:
        dialog.get_by_role("button", name=label).click()
    return started.value.suggested_filename, started.value.path().read_bytes()


def table(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_a_chosen_sector_reaches_the_files(page: Page, server: str, tables: Tables) -> None:
    open_at(page, f"{server}/funding?view=shares&lang=en")
    pill(page, EN, "film").click()
    expect(page).to_have_url(re.compile(r"sector=film"))
    slug = "funding-by-stage"
    for part in headline(finding_of(CHART[slug], tables, FILM, "en"), EN):
        expect(card(page, slug)).to_contain_text(part)
    dialog = take(page, slug, EN)
    n = len(frame_of(CHART[slug], tables, FILM))
    behind = rows_of(CHART[slug], tables, FILM)["round_id"].nunique()
    expect(dialog.get_by_text(EN.t("panel.rows.drawn", n=n), exact=True)).to_be_visible()
    expect(dialog.get_by_text(EN.t("panel.rows.records", n=behind), exact=True)).to_be_visible()

    name, body = got(page, dialog, EN.t("panel.form.zip"))
    assert name == f"reelshift_{slug}_film_{tables.version}.zip"
    with zipfile.ZipFile(io.BytesIO(body)) as bundle:
        about = json.loads(bundle.read("metadata.json"))
        assert [(f["parameter"], f["code"]) for f in about["filters"]] == [("sector", "film")]
        assert about["rows"] == n == len(table(bundle.read("data.csv")))
        assert len(table(bundle.read("records.csv"))) == behind
        assert tables.version in bundle.read("citation.txt").decode()
        assert {"README.md", "sources.csv", "data.parquet", "data.xlsx"} <= set(bundle.namelist())

    name, drawn = got(page, dialog, EN.t("panel.form.csv"))
    assert name == f"reelshift_{slug}_film_{tables.version}.csv"
    assert len(table(drawn)) == n
    assert drawn == page.request.get(f"{server}/charts/{slug}.csv?sector=film").body()

    dialog.get_by_text(EN.t("panel.rows.records", n=behind), exact=True).click()
    expect(dialog.get_by_text(EN.t("panel.rows.records_about"))).to_be_visible()
    name, records = got(page, dialog, EN.t("panel.form.csv"))
    assert name == f"reelshift_{slug}_film_records_{tables.version}.csv"
    assert len(table(records)) == behind
    assert records == page.request.get(f"{server}/charts/{slug}.csv?sector=film&rows=records").body()
    expect(page.locator('[data-testid="stAlertContentWarning"]')).to_have_count(0)


def test_a_copied_link_opens_the_same_view_in_the_other_language(browser: Browser, server: str, tables: Tables) -> None:
    context = browser.new_context(
        locale="en-GB", viewport={"width": 1280, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_default_timeout(LIMIT_MS)
    page, wrong = context.new_page(), list[str]()
    watch(page, wrong.append)
    open_at(page, f"{server}/funding?sector=film&view=shares&sharing=even&lang=en")
    slug, filters = "funding-by-sector", Filters(("film",), sharing="even")
    dialog = take(page, slug, EN)
    section(dialog, "link", EN)
    code = dialog.get_by_test_id("stCode").first
    code.hover()
    code.get_by_role("button").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert parse_qs(urlsplit(link).query) == {
        "sector": ["film"], "sharing": ["even"], "cross": ["1"], "general": ["apart"], "amounts": ["usd"], "days": ["90"],
        "view": ["shares"], "lang": ["en"],
    }  # fmt: skip
    open_at(page, link.replace("lang=en", "lang=zh"))
    expect(page.get_by_role("heading", level=1)).to_have_text(ZH.t("pages.funding"))
    expect(pill(page, ZH, "film")).to_have_attribute("aria-pressed", "true")
    for part in headline(finding_of(CHART[slug], tables, filters, "zh"), ZH):
        expect(card(page, slug)).to_contain_text(part)
    context.close()
    assert wrong == []


def test_a_picture_and_a_briefing_on_a_dark_phone(browser: Browser, server: str, tables: Tables) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}, color_scheme="dark", accept_downloads=True)
    context.set_default_timeout(4 * LIMIT_MS)
    page, wrong = context.new_page(), list[str]()
    watch(page, wrong.append)
    open_at(page, f"{server}/technology?lang=zh")
    button = card(page, "production-yield").get_by_role("button", name=ZH.t("panel.button"))
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name=ZH.t("panel.form.png"))).to_be_visible()
    expect(dialog.get_by_text(ZH.t("panel.theme.dark"))).to_be_visible()
    expect(dialog).to_be_in_viewport(ratio=1)  # it slides in
    assert dialog.evaluate("box => box.scrollWidth <= box.clientWidth")
    name, body = got(page, dialog, ZH.t("panel.form.png"))
    assert name == f"reelshift_production-yield_all_{tables.version}.png"
    with Image.open(io.BytesIO(body)) as picture:
        assert picture.format == "PNG"
        assert max(picture.convert("RGB").getpixel((1, 1))) < 64
    put_away(page, dialog)
    expect(button).to_be_focused()

    page.get_by_role("button", name=ZH.t("panel.share.button")).click()
    dialog.get_by_text(ZH.t("panel.share.brief"), exact=True).click()
    name, body = got(page, dialog, ZH.t("panel.form.html"))
    assert name.startswith("reelshift_brief-zh_all_")
    assert body.startswith(b"<!doctype html>") or body.lower().startswith(b"<!doctype html>")
    assert 'lang="zh' in body[:300].decode()
    context.close()
    assert wrong == []


@pytest.fixture(scope="module")
def server_that_cannot_draw(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The browser that it is told to draw with ends at once."""
    broken: Path = tmp_path_factory.mktemp("broken") / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    with running_app({CHROMIUM_VARIABLE: str(broken)}) as address:
        yield address


def test_a_file_that_cannot_be_made_is_one_calm_sentence(browser: Browser, server_that_cannot_draw: str) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(4 * LIMIT_MS)
    page = context.new_page()
    downloads: list[str] = []
    page.on("download", lambda file: downloads.append(file.suggested_filename))
    open_at(page, f"{server_that_cannot_draw}/technology?lang=zh")
    dialog = take(page, "production-yield", ZH)
    dialog.get_by_role("button", name=ZH.t("panel.form.png")).click()
    expect(dialog.get_by_text(ZH.t("panel.failed"))).to_be_visible(timeout=4 * LIMIT_MS)
    assert downloads == []
    _, body = got(page, dialog, ZH.t("panel.form.json"))
    assert json.loads(body)["rows"] is not None
    expect(dialog.get_by_text(ZH.t("panel.failed"))).to_have_count(0)
    settle(page)
    context.close()
