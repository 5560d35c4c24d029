"""A browser, a server and a reader, for the tests that want them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from components.pictures import chromium
from tests.browser.server import MISSING, running_app
from tests.browser.shots import watch
from tests.browser.steps import LIMIT_MS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def server(browser: Browser) -> Iterator[str]:
    with running_app() as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new reader with an English browser. Whatever the page should not do fails the test."""
    wrong: list[str] = []
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(LIMIT_MS)
    opened = context.new_page()
    watch(opened, wrong.append)
    yield opened
    context.close()
    assert wrong == []
