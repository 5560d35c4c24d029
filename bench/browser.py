"""A visitor in Chromium: opens a page, changes the sector, and says how long it took by the page's own clock."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from playwright.sync_api import Browser, CDPSession, Locator, Page, ViewportSize, sync_playwright

from bench.servers import PLAIN_PAGE, App, Server

PROBE = Path(__file__).with_name("probe.js")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
VIEWPORT: ViewportSize = {"width": 1440, "height": 900}
LIMIT_MS = 240_000
SECTORS = ("film", "short_drama", "games")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A fresh browser. Raises RuntimeError when Chromium is not installed."""
    path = shutil.which("chromium")
    if path is None:
        raise RuntimeError("chromium is not installed; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def cpu_s() -> float:
    """Processor seconds that the browser's processes, as far as they live, have used so far."""
    family = psutil.Process().children(recursive=True)
    return sum(float(times.user + times.system) for times in (p.cpu_times() for p in family if "chrom" in p.name()))


@dataclass
class Wire:
    """Bytes that came to the browser: bodies and headers over HTTP, and frames of the websocket (which neither app compresses)."""

    session: CDPSession
    http: float = 0
    websocket: float = 0
    csv: float = 0
    addresses: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, page: Page) -> Wire:
        """Begin to count what comes to a page."""
        wire = cls(page.context.new_cdp_session(page))
        wire.session.on("Network.requestWillBeSent", lambda e: wire.addresses.__setitem__(e["requestId"], e["request"]["url"]))
        wire.session.on("Network.loadingFinished", wire._loaded)
        wire.session.on("Network.webSocketFrameReceived", wire._framed)
        wire.session.send("Network.enable")
        return wire

    def _loaded(self, event: dict[str, Any]) -> None:
        self.http += event["encodedDataLength"]
        if self.addresses.get(event["requestId"], "").endswith(".csv"):
            self.csv += event["encodedDataLength"]

    def _framed(self, event: dict[str, Any]) -> None:
        data = event["response"]["payloadData"]
        self.websocket += len(data.encode()) if event["response"]["opcode"] == 1 else len(base64.b64decode(data))

    def taken(self) -> dict[str, float]:
        """What came since the last call."""
        found = {"http": self.http, "websocket": self.websocket, "csv": self.csv, "total": self.http + self.websocket}
        self.http = self.websocket = self.csv = 0
        return found


@contextmanager
def visitor(browser: Browser) -> Iterator[Page]:
    """A page of a reader who was never here: no cache, no cookies, English."""
    context = browser.new_context(viewport=VIEWPORT, locale="en-US")
    try:
        page = context.new_page()
        page.set_default_timeout(LIMIT_MS)
        page.add_init_script(path=PROBE)
        yield page
    finally:
        context.close()


def opened(page: Page, server: Server, name: str, charts: int) -> dict[str, float]:
    """Open a page of an application and wait until its charts stand."""
    page.goto(f"{server.url}{server.app.addresses[name]}?lang=en", wait_until="commit")
    return dict(_asked(page, f"bench.opened({charts})"))


def clicked(page: Page, app: App, sector: str, charts: int) -> dict[str, float]:
    """Choose a sector (or lift it, when it is chosen) and wait until the charts show the new selection."""
    choose = _in_multiselect(page, sector) if app is PLAIN_PAGE else _in_pills(page, sector)
    page.evaluate("bench.arm()")
    choose.click()
    return dict(_asked(page, f"bench.redrawn({charts})"))


def _asked(page: Page, expression: str) -> Any:
    """The probe's answer, or an error when it does not come in time."""
    late = f"new Promise((_, no) => setTimeout(() => no(new Error('not still after {LIMIT_MS} ms')), {LIMIT_MS}))"
    return page.evaluate(f"Promise.race([{expression}, {late}])")


def _in_pills(page: Page, sector: str) -> Locator:
    return page.locator(".st-key-f-sector button").nth(SECTORS.index(sector))


def _in_multiselect(page: Page, sector: str) -> Locator:
    """The option in the opened list, or the cross on the tag of a chosen one."""
    box = page.locator(".st-key-sector")
    page.keyboard.press("Escape")  # the list stays open after a choice
    cross = box.locator(f'button[aria-label="Remove {sector}"]:visible')
    if cross.count():
        return cross
    box.locator("input:visible").click()
    return page.get_by_role("option", name=sector, exact=True)
