"""Pictures of every page: `python -m tests.browser.shots`, or `make shots`.

Each page in both languages, light and dark, at 1440 and 390 px, goes to `shots/<page>_<lang>_<theme>_<width>.png`
with an `index.html` to look through. Told at the end, and by exit code 1: errors in the browser's console,
requests to another host, charts that failed, pages wider than the screen.

    --only funding,zh,dark,390   any of the pages, languages, themes and widths; what is not named is not restricted
    --docs                       the two pictures of the README, into docs/
"""

from __future__ import annotations

import argparse
import html
import io
import itertools
import re
import sys
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright

from components.pictures import chromium
from tests.browser.server import MISSING, ROOT, running_app

PAGES = {
    "overview": "/",
    "opinions": "/opinions",
    "funding": "/funding",
    "markets": "/markets",
    "technology": "/technology",
    "evidence": "/evidence",
    "method": "/method",
}
#: What lies behind a page's first view: its other sections, and the pages about one thing.
VIEWS = {
    **{f"opinions-{view}": f"/opinions?view={view}" for view in ("division", "time", "speakers", "surveys")},
    **{f"funding-{view}": f"/funding?view={view}" for view in ("shares", "companies", "investors", "certainty")},
    **{f"markets-{view}": f"/markets?view={view}" for view in ("levels", "study", "events")},
    **{f"evidence-{view}": f"/evidence?view={view}" for view in ("tables", "documents", "changes", "dictionary")},
    "event": "/?event=EV017",
    "speaker": "/opinions?speaker=openai",
    "company": "/funding?company=openai",
    "investor": "/funding?investor=alibaba",
    "nothing": "/opinions?from=2035",
}
ADDRESSES = PAGES | VIEWS
LANGUAGES = ("en", "zh")
THEMES = ("light", "dark")
WIDTHS = ("1440", "390")
OWN_HOSTS = ("127.0.0.1", "localhost")
SCREEN_HEIGHT = {"1440": 900, "390": 844}
#: On a deep link Streamlit's page looks for its server below the page's address first, then at the root.
PROBED = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")
TALLEST = 16_000
DOCS_HEIGHT = 1500
LIMIT_MS = 60_000

#: The run is over, every chart has its drawing, and nothing is still a grey placeholder; or the page says that it failed.
SETTLED = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const charts = [...document.querySelectorAll('[data-testid="stPlotlyChart"]')];
    return app && app.dataset.testScriptState === 'notRunning'
        && document.querySelector('.st-key-footer')
        && !document.querySelector('[data-testid="stSkeleton"]')
        && charts.every(chart => chart.querySelector('.main-svg'));
}"""
CONTENT_HEIGHT = """() => Math.max(...['stMain', 'stMainBlockContainer'].map(
    id => document.querySelector(`[data-testid="${id}"]`)?.scrollHeight ?? 0))"""
FRAMES_LATER = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
TOO_WIDE = """() => ['stMain', 'stApp'].map(id => document.querySelector(`[data-testid="${id}"]`))
    .some(box => box && box.scrollWidth > box.clientWidth + 1)"""
FOCUS_HELD = "() => document.activeElement !== document.body && !document.activeElement.disabled"
WARNINGS = '[data-testid="stAlertContentWarning"], [data-testid="stAlertContentError"], [data-testid="stException"]'


@dataclass(frozen=True)
class Shot:
    page: str
    lang: str
    theme: str
    width: str

    @property
    def name(self) -> str:
        return "_".join((self.page, self.lang, self.theme, self.width))


def wanted(only: str) -> list[Shot]:
    """The shots that a comma-separated restriction leaves. Raises ValueError for a word that means none."""
    words = [word.strip() for word in only.split(",") if word.strip()]
    dimensions: list[tuple[str, ...]] = [tuple(ADDRESSES), LANGUAGES, THEMES, WIDTHS]
    unknown = [word for word in words if not any(word in values for values in dimensions)]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: choose from {', '.join(itertools.chain(*dimensions))}")
    kept = [[value for value in values if value in words] or list(values) for values in dimensions]
    return [Shot(page, lang, theme, width) for lang, theme, width, page in itertools.product(kept[1], kept[2], kept[3], kept[0])]


def open_context(browser: Browser, shot: Shot) -> BrowserContext:
    return browser.new_context(
        viewport={"width": int(shot.width), "height": SCREEN_HEIGHT[shot.width]},
        color_scheme="dark" if shot.theme == "dark" else "light",
        locale="zh-CN" if shot.lang == "zh" else "en-GB",
        reduced_motion="reduce",
    )


def watch(page: Page, say: Callable[[str], None]) -> None:
    """Report what a page should not do."""

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in OWN_HOSTS:
            say(f"request to another host: {url}")

    def logged(message: ConsoleMessage) -> None:
        place = message.location.get("url", "")
        if message.type == "error" and not PROBED.search(place):
            say(f"console: {message.text} {place}")

    page.on("console", logged)
    page.on("pageerror", lambda error: say(f"page error: {error}"))
    page.on("request", lambda request: asked(request.url))
    page.on("websocket", lambda socket: asked(socket.url))


def settle(page: Page) -> None:
    page.wait_for_function(SETTLED, timeout=LIMIT_MS)
    page.evaluate("() => document.fonts.ready.then(() => true)")
    page.evaluate(FRAMES_LATER)
    page.wait_for_function(SETTLED, timeout=LIMIT_MS)


def put_away(page: Page, opened: Locator) -> None:
    """Close what lies over the page with the Escape key, once something has the focus.

    While Streamlit makes a file it disables the button that was pressed, and nothing has the focus: for about a tenth of a
    second, or until a key moves it. A key pressed meanwhile reaches nobody.
    """
    if not page.evaluate(FOCUS_HELD):
        page.keyboard.press("Tab")
    page.wait_for_function(FOCUS_HELD, timeout=LIMIT_MS)
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)


def stretch(page: Page, shot: Shot) -> None:
    """Make the window as high as the page, since the page scrolls inside it. Twice: charts may change height."""
    for _ in range(2):
        height = min(max(int(page.evaluate(CONTENT_HEIGHT)), SCREEN_HEIGHT[shot.width]), TALLEST)
        page.set_viewport_size({"width": int(shot.width), "height": height})
        settle(page)


def take(page: Page, address: str, shot: Shot, height: int | None, say: Callable[[str], None]) -> bytes:
    """Open one page and picture it, down to `height` pixels or in full."""
    page.set_viewport_size({"width": int(shot.width), "height": SCREEN_HEIGHT[shot.width]})
    path = ADDRESSES[shot.page]
    page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={shot.lang}", wait_until="domcontentloaded")
    settle(page)
    for warning in page.locator(WARNINGS).all_inner_texts():
        say(f"the page warns: {' '.join(warning.split())}")
    if page.evaluate(TOO_WIDE):
        say("wider than the screen")
    if height is None:
        stretch(page, shot)
    else:
        page.set_viewport_size({"width": int(shot.width), "height": height})
        settle(page)
    return page.screenshot(animations="disabled")


def picture(address: str, shots: Iterable[Shot], folder: Path, height: int | None = None) -> list[str]:
    """Take the shots into `folder`; gives what was wrong, one line each."""
    wrong: list[str] = []
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for _, group in itertools.groupby(shots, key=lambda shot: (shot.lang, shot.theme, shot.width)):
            same = list(group)
            context = open_context(browser, same[0])
            for shot in same:
                said: list[str] = []
                page = context.new_page()
                watch(page, said.append)
                try:
                    image = take(page, address, shot, height, said.append)
                except Exception as error:
                    said.append(f"not settled: {str(error).splitlines()[0]}")
                    image = page.screenshot()
                (folder / f"{shot.name}.png").write_bytes(image)
                wrong += [f"{shot.name}: {line}" for line in dict.fromkeys(said)]
                print(f"{shot.name}{'  !' if said else ''}", flush=True)
                page.close()
            context.close()
        browser.close()
    return wrong


def write_index(folder: Path) -> None:
    """One page with all pictures that lie in the folder."""
    cells = "\n".join(
        f'<figure><a href="{name}"><img loading="lazy" src="{name}" alt=""></a><figcaption>{name}</figcaption></figure>'
        for name in (html.escape(path.name) for path in sorted(folder.glob("*.png")))
    )
    style = (
        "body{font:14px sans-serif;margin:1rem;display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr))}"
        "figure{margin:0}img{width:100%;height:24rem;object-fit:cover;object-position:top;border:1px solid #ccc}"
    )
    page = f"<!doctype html><meta charset=utf-8><title>Reelshift: every page</title><style>{style}</style>\n{cells}\n"
    (folder / "index.html").write_text(page, encoding="utf-8")


def take_docs(address: str, folder: Path) -> list[str]:
    """The overview down to its first chart in both languages, in few colours: small enough to be kept."""
    wrong = picture(address, [Shot("overview", lang, "light", "1440") for lang in LANGUAGES], folder, DOCS_HEIGHT)
    for lang in LANGUAGES:
        taken = folder / f"overview_{lang}_light_1440.png"
        with Image.open(io.BytesIO(taken.read_bytes())) as image:
            image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(folder / f"overview_{lang}.png", optimize=True)
        taken.unlink()
    return wrong


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.shots", description="Picture every page.")
    parser.add_argument("--only", default="", metavar="WORDS", help="pages, languages, themes and widths, by commas")
    parser.add_argument("--out", type=Path, default=ROOT / "shots")
    parser.add_argument("--url", help="a server that is already running; else one is started")
    parser.add_argument("--docs", action="store_true", help="take the two pictures of the README")
    options = parser.parse_args(arguments)
    try:
        shots = wanted(options.only)
    except ValueError as error:
        parser.error(str(error))
    if chromium() is None:
        print(MISSING, file=sys.stderr)
        return 1
    with nullcontext(options.url.rstrip("/")) if options.url else running_app() as address:
        if options.docs:
            wrong = take_docs(address, ROOT / "docs")
        else:
            wrong = picture(address, shots, options.out)
            write_index(options.out)
    print("\n".join(["", *wrong]) if wrong else "no console error, no request to another host, no failed chart, nothing too wide")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
