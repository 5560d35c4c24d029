"""What a chart of one loaded series costs: `python -m bench.levels_page`, on synthetic series in a temporary folder.

Every series here is a random walk made for the measurement; none is a market's. Measured is opening one series on the
chart of levels, as the page does it: rows and frame, figure, JSON, nothing kept between rounds but the footers of the
files, each series in turn so that all meet the same machine. The design asks that a series of 1,000,000 rows costs
no more than twice one of 5,000.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bench.levels import LONG, SHORT, _meta, daily, minutes
from components.charts import CHART
from components.words import Words
from data.filters import Filters
from data.levels import store
from data.levels.store import LEVELS_VARIABLE
from data.tables import open_tables

OUT = Path(__file__).parent / "out"
STEPS = ("frame", "figure", "json")
#: What is opened: all that the page shows without a date, and the whole of the series.
RANGES = {"as opened (from 2022)": Filters(), "whole": Filters(since="1000")}


def measure(rounds: int) -> list[dict[str, Any]]:
    """Milliseconds of each step in every round, by series, dates and measure."""
    rng = np.random.default_rng(0)
    series = {"5,000 days": ("d-short", daily(SHORT, rng)), "1,000,000 days": ("d-long", daily(LONG, rng))}
    series["1,000,000 minutes"] = ("m-long", minutes(LONG, rng))
    for code, table in series.values():
        store.append(_meta(code), table)
    tables, chart, words = open_tables(), CHART["index-levels"], Words("en")
    found = []
    for asked, filters in RANGES.items():
        for measure in ("rebased", "volatility"):
            rows: dict[str, dict[str, Any]] = {}
            for done in range(rounds + 1):
                for name, (code, _) in series.items():
                    chosen = Filters(series=(code,), measure=measure, since=filters.since)
                    times, rows_drawn = _opened(chart, tables, chosen, words)
                    one = rows.setdefault(name, {"series": name, "dates": asked, "measure": measure, **rows_drawn, "ms": []})
                    if done:  # the first round imports and fills caches
                        one["ms"].append(times)
            found += rows.values()
    return found


def _opened(chart: Any, tables: Any, filters: Filters, words: Words) -> tuple[dict[str, float], dict[str, int]]:
    start = time.perf_counter()
    frame = chart.frame(chart.rows(tables, filters), filters)
    framed = time.perf_counter()
    figure = chart.figure(frame, words)
    drawn = time.perf_counter()
    text = figure.to_json(validate=False)
    done = time.perf_counter()
    times = dict(zip(STEPS, (1000 * (framed - start), 1000 * (drawn - framed), 1000 * (done - drawn)), strict=True))
    return times, {"rows": len(frame), "points": sum(len(trace.x) for trace in figure.data), "json_bytes": len(text.encode())}


def report(found: list[dict[str, Any]]) -> str:
    """Medians as Markdown; the ratio is of frame, figure and JSON together to the series of 5,000 days."""
    lines = ["| synthetic series | dates | measure | rows in file | points drawn | frame ms | figure ms | JSON ms | JSON kB | ratio |"]
    lines.append("|---|---|---|--:|--:|--:|--:|--:|--:|--:|")
    short: dict[tuple[str, str], float] = {}
    for one in found:
        whole = statistics.median(sum(ms.values()) for ms in one["ms"])
        base = short.setdefault((one["dates"], one["measure"]), whole)
        steps = " | ".join(f"{statistics.median(ms[step] for ms in one['ms']):,.1f}" for step in STEPS)
        about = f"{one['series']} | {one['dates']} | {one['measure']} | {one['rows']:,} | {one['points']:,}"
        lines.append(f"| {about} | {steps} | {one['json_bytes'] / 1000:,.0f} | {whole / base:.2f} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.levels_page", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="reelshift-levels-") as folder:
        os.environ[LEVELS_VARIABLE] = folder
        found = measure(options.rounds)
    about = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "cpus": os.cpu_count(), "load": os.getloadavg()[0]}
    about |= {"python": platform.python_version(), "rounds": options.rounds}
    OUT.mkdir(exist_ok=True)
    path = OUT / f"levels-page-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps({"about": about, "series": found}, indent=1) + "\n", encoding="utf-8")
    print(f"{report(found)}\n\nLoad {about['load']:.1f}. Every measurement: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
