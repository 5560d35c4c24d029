"""What tests in a browser do on a page, and how long they wait for it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from components.words import Words
from tests.browser.shots import settle

EN, ZH = Words("en"), Words("zh")
LIMIT_MS = 30_000
expect.set_options(timeout=LIMIT_MS)


def open_at(page: Page, address: str) -> None:
    page.goto(address, wait_until="domcontentloaded")
    settle(page)


def card(page: Page, slug: str) -> Locator:
    return page.locator(f".st-key-card-{slug}")


def pill(page: Page, words: Words, sector: str) -> Locator:
    return page.locator(".st-key-f-sector").get_by_role("button", name=words.code("sector", sector))


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)
