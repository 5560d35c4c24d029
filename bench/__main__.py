"""Reelshift beside a plain page of the same charts: `python -m bench`; what each chart costs: `python -m bench frames`.

- `pages` (the default) starts the two applications in turn, A B A B, each on a fresh server and in a fresh
  browser, and prints medians with (smallest-largest) and the ratio Reelshift / plain, below 1 where Reelshift is lighter;
- `frames` times each chart's frame, figure and JSON without a browser;
- `--scale M` does it on synthetic tables of 100 thousand opinions, 50 thousand rounds and 20 thousand moves;
- `--line 10` has the visitor whose opening is timed come over a line of 10 Mbit/s with 20 ms each way.

Results go to `bench/out/` as JSON with every single measurement, and to the screen as Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from bench import browser, frames
from bench.line import line
from bench.servers import APPS, PLAIN_PAGE, REELSHIFT, ROOT, App, Failed, running
from bench.synthetic import SCALES, tables_of
from data.tables import Tables

OUT = Path(__file__).parent / "out"
PAGES = ("opinions", "funding")
PLAIN_CHARTS = 3
DELAY_MS = 20
LIMIT_S = 300

#: What is printed: (key, words, unit, decimals).
FIGURES = (
    ("start_to_first_chart_s", "server start to first chart", "s", 2),
    ("open_first_chart_s", "page asked for to first chart, running server", "s", 2),
    ("open_all_charts_s", "page asked for to last chart, running server", "s", 2),
    ("click_new_s", "sector clicked to last chart redrawn, first time on this server", "s", 2),
    ("click_known_s", "sector clicked to last chart redrawn, asked for before", "s", 2),
    ("click_done_s", "sector clicked to everything done: charts, list and files, both kinds of click", "s", 2),
    ("click_server_cpu_s", "processor time of the server, mean of these clicks", "s", 2),
    ("click_browser_cpu_s", "processor time of the browser, mean of these clicks", "s", 2),
    ("open_kb", "bytes received, first visit", "kB", 0),
    ("click_kb", "bytes received, one click", "kB", 0),
    ("rss_mb", "memory after the visits", "MB", 0),
    ("rss_peak_mb", "memory at its highest", "MB", 0),
)
Sample = dict[str, list[float]]


def charts_of(page: str) -> dict[str, int]:
    """How many charts a page of Reelshift shows when it is opened without a choice; the plain page shows as many, as far as it has them."""
    test = AppTest.from_file(str(ROOT / "pages" / "site.py"), default_timeout=LIMIT_S).run().switch_page(f"{page}.py").run()
    if not test.get("plotly_chart"):
        raise RuntimeError(f"the page {page} shows no chart: {[w.value for w in test.warning]}")
    n = len(test.get("plotly_chart"))
    return {REELSHIFT.name: n, PLAIN_PAGE.name: min(n, PLAIN_CHARTS)}


def measured(app: App, page: str, tables: Path, n: int, mbit: float = 0) -> tuple[Sample, dict[str, Any]]:
    """One round of one application with `n` charts: a fresh server and browser, two visits with a clock, one more that counts bytes.

    The second visit comes over a line of `mbit` Mbit/s, where that is not 0.
    """
    with browser.chromium() as chromium, running(app, tables, n) as server:
        idle, _ = server.memory_mb()
        with browser.visitor(chromium) as visit:
            first = browser.opened(visit, server, page, n)
            server_cpu, browser_cpu = server.cpu_s(), browser.cpu_s()
            clicks = {sector: [browser.clicked(visit, app, sector, n) for _ in ("choose", "lift")] for sector in browser.SECTORS}
            server_cpu, browser_cpu = server.cpu_s() - server_cpu, browser.cpu_s() - browser_cpu
        with line(server.url, mbit, DELAY_MS) if mbit else nullcontext(server.url) as url, browser.visitor(chromium) as visit:
            second = browser.opened(visit, replace(server, url=url), page, n)
        with browser.visitor(chromium) as visit:
            wire = browser.Wire.of(visit)
            browser.opened(visit, server, page, n)
            received = {"open": wire.taken()}
            browser.clicked(visit, app, browser.SECTORS[0], n)
            received["click"] = wire.taken()
        resident, peak = server.memory_mb()
        detail = {
            "app": app.name,
            "page": page,
            "charts": n,
            "chromium": chromium.version,
            "answered_after_s": server.answered_after_s,
            "rss_idle_mb": idle,
            "first_visit": first,
            "second_visit": second,
            "clicks": clicks,
            "bytes": received,
        }
    chosen, lifted = zip(*clicks.values(), strict=True)
    sample = {
        "start_to_first_chart_s": [(first["time_origin_ms"] + first["first_chart_ms"]) / 1000 - server.started_at],
        "open_first_chart_s": [second["first_chart_ms"] / 1000],
        "open_all_charts_s": [second["all_charts_ms"] / 1000],
        "click_new_s": [click["last_chart_ms"] / 1000 for click in chosen],
        "click_known_s": [click["last_chart_ms"] / 1000 for click in lifted],
        "click_done_s": [max(click["script_ms"], click["last_chart_ms"]) / 1000 for click in (*chosen, *lifted)],
        "click_server_cpu_s": [server_cpu / (2 * len(clicks))],
        "click_browser_cpu_s": [browser_cpu / (2 * len(clicks))],
        "open_kb": [received["open"]["total"] / 1000],
        "click_kb": [received["click"]["total"] / 1000],
        "rss_mb": [resident],
        "rss_peak_mb": [peak],
    }
    return sample, detail


def measure_pages(pages: list[str], tables: Path, rounds: int, mbit: float = 0) -> dict[str, Any]:
    """Every round of every page, the two applications in turn."""
    samples: dict[str, dict[str, Sample]] = {page: {app.name: {} for app in APPS} for page in pages}
    details: list[dict[str, Any]] = []
    failed: list[str] = []
    charts = {page: charts_of(page) for page in pages}
    say("; ".join(f"{page}: {n[REELSHIFT.name]} chart(s), plain {n[PLAIN_PAGE.name]}" for page, n in charts.items()))
    for number in range(rounds):
        for page in pages:
            for app in APPS:
                began = time.monotonic()
                try:
                    sample, detail = measured(app, page, tables, charts[page][app.name], mbit)
                except Failed as error:
                    say(str(error))
                    failed.append(f"round {number + 1}, {page}, {app.name}: {str(error).splitlines()[0]}")
                    continue
                for key, values in sample.items():
                    samples[page][app.name].setdefault(key, []).extend(values)
                details.append(detail | {"round": number})
                say(f"round {number + 1} of {rounds}: {page}, {app.name}, {time.monotonic() - began:.0f} s")
    return {"charts": charts, "samples": samples, "details": details, "failed": failed}


def page_tables(found: dict[str, Any]) -> str:
    """The medians as Markdown, one table a page, then what failed and each click that did not change every chart."""
    tables = [_page_table(page, n, found["samples"][page]) for page, n in found["charts"].items()]
    return "\n\n".join([*tables, *(f"Failed: {text}" for text in found["failed"]), *_warnings(found["details"])])


def _page_table(page: str, n: dict[str, int], samples: dict[str, Sample]) -> str:
    head = f"**{page}**, charts: {n[REELSHIFT.name]} and {n[PLAIN_PAGE.name]}"
    lines = [head, "", "| | unit | Reelshift | plain | ratio |", "|---|---|--:|--:|--:|"]
    for key, words, unit, decimals in FIGURES:
        ours, plain = (samples[app.name].get(key, []) for app in APPS)
        ratio = f"{statistics.median(ours) / statistics.median(plain):.2f}" if ours and plain else "-"
        lines.append(f"| {words} | {unit} | {_spread(ours, decimals)} | {_spread(plain, decimals)} | {ratio} |")
    return "\n".join(lines)


def _spread(values: list[float], decimals: int) -> str:
    if not values:
        return "-"
    low, middle, high = (f"{x:,.{decimals}f}" for x in (min(values), statistics.median(values), max(values)))
    return f"{middle} ({low}-{high})"


def _warnings(details: list[dict[str, Any]]) -> list[str]:
    said = []
    for detail in details:
        for sector, pair in detail["clicks"].items():
            where = f"{detail['app']}, {detail['page']}"
            said += [
                f"{where}: {c['changed']} of {detail['charts']} charts changed for {sector}"
                for c in pair
                if c["changed"] != detail["charts"]
            ]
    return [f"Note: {text} ({said.count(text)} times)" for text in dict.fromkeys(said)]


def about(options: argparse.Namespace, tables: Path) -> dict[str, Any]:
    """What was measured, on what."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "scale": options.scale,
        "line_mbit_per_s": options.line or None,
        "rows": {name: len(Tables(tables, "").native(name)) for name in ("opinions", "funding_rounds", "index_moves")},
        "data_version": json.loads((tables / "manifest.json").read_text(encoding="utf-8"))["data_version"],
        "commit": commit,
        "rounds": options.rounds,
        "machine": f"{os.cpu_count()} CPUs, {memory:.0f} GB, {platform.system()} {platform.release()}",
        "load_at_start": os.getloadavg()[0],
        "python": platform.python_version(),
        "packages": {name: version(name) for name in ("streamlit", "plotly", "pandas", "pyarrow", "narwhals")},
    }


def say(text: str) -> None:
    """Progress, beside the result."""
    print(text, file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("pages", "frames"), default="pages")
    parser.add_argument("--scale", choices=tuple(SCALES), default="S", help="S: the shipped tables; M: synthetic ones")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--line", type=float, default=0, metavar="MBIT", help="time the opening over a line of MBIT Mbit/s")
    parser.add_argument("--page", action="append", choices=PAGES, help="only this page; may be given again")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and temporary tables go, too
    with tables_of(options.scale) as tables:
        facts = about(options, tables)
        if options.what == "frames":
            measures = frames.measure(tables, options.rounds)
            result: dict[str, Any] = {"about": facts, "frames": measures}
            text = frames.table(measures)
        else:
            found = measure_pages(options.page or list(PAGES), tables, options.rounds, options.line)
            result = {"about": facts, **found}
            text = page_tables(found)
    rows = ", ".join(f"{n:,} {name}" for name, n in facts["rows"].items())
    head = f"Scale {options.scale} ({rows}), {options.rounds} rounds, {facts['machine']}, load {facts['load_at_start']:.1f} at the start"
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{options.what}-{options.scale}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{head}\n\n{text}\n\nEvery measurement: {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
