"""What loaded levels cost: `python -m bench.levels`, on synthetic series in a temporary folder.

Every number here comes from random walks made for the measurement; none is a market's. Measured is the store as the
application uses it: listing what is loaded, and reading a window of one series, once with nothing kept in memory
(cold: manifest and footer are read again; the operating system still has the file) and once again (warm).
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
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from data.levels import store
from data.levels.store import LEVELS_VARIABLE, SeriesMeta

OUT = Path(__file__).parent / "out"
SHORT, LONG = 5_000, 1_000_000
DAYS = 250
LAST = np.datetime64("2026-08-21", "D").astype(np.int64)


def daily(n: int, rng: np.random.Generator) -> pa.Table:
    """`n` days in a row, weekends too, up to a fixed last one."""
    return _walk(pa.array((LAST - n + 1 + np.arange(n)).astype(np.int32)).view(pa.date32()), n, rng)


def minutes(n: int, rng: np.random.Generator) -> pa.Table:
    """`n` minutes, 240 a day from 09:30 on."""
    days = LAST - (n + 239) // 240 + 1 + np.arange(n) // 240
    times = days * 86_400_000 + 34_200_000 + (np.arange(n) % 240) * 60_000
    return _walk(pa.array(times).view(pa.timestamp("ms")), n, rng)


def _walk(dates: pa.Array, n: int, rng: np.random.Generator) -> pa.Table:
    close = 1000 * np.exp(np.cumsum(rng.normal(0, 0.001, n)))
    open_ = close * np.exp(rng.normal(0, 0.001, n))
    prices = {"open": open_, "close": close, "high": np.maximum(open_, close) * 1.001, "low": np.minimum(open_, close) * 0.999}
    return pa.table({"date": dates, **{k: v.round(2) for k, v in prices.items()}, "volume": rng.integers(10**6, 10**8, n).astype(float)})


def _meta(code: str) -> SeriesMeta:
    return SeriesMeta(code, f"Synthetic {code}", f"合成序列{code}", "benchmark", ("cross",), terms="synthetic, for measuring only")


def _forget() -> None:
    store._known.clear()
    store._footer.cache_clear()


def _ms(work: Callable[[], Any], times: int, before: Callable[[], None] = lambda: None) -> list[float]:
    found = []
    for _ in range(times):
        before()
        start = time.perf_counter()
        work()
        found.append(1000 * (time.perf_counter() - start))
    return found


def measure(n_series: int, rows_each: int, times: int) -> dict[str, Any]:
    """Every single time in milliseconds, by what was done."""
    rng = np.random.default_rng(0)
    series = {"daily, 5,000 rows": ("d-short", daily(SHORT, rng)), "daily, 1,000,000 rows": ("d-long", daily(LONG, rng))}
    series["minutes, 1,000,000 rows"] = ("m-long", minutes(LONG, rng))
    found: dict[str, list[float]] = {}
    for name, (code, table) in series.items():
        found[f"append {name}"] = _ms(lambda code=code, table=table: store.append(_meta(code), table), 1)
    table, began = daily(rows_each, rng), time.monotonic()
    codes = [f"s-{i:04}" for i in range(n_series)]
    each = [_ms(lambda code=code: store.append(_meta(code), table), 1)[0] for code in codes]
    found[f"append one of {n_series:,} series, {rows_each:,} rows"] = each
    print(f"{n_series * rows_each:,} rows in {n_series:,} series stored in {time.monotonic() - began:.0f} s", file=sys.stderr)
    found[f"list {n_series + 3:,} series, cold"] = _ms(store.loaded_series, times, _forget)
    found[f"list {n_series + 3:,} series, warm"] = _ms(store.loaded_series, times)
    end = date(2026, 6, 30)  # not at the edge of a file
    start = end - timedelta(days=DAYS - 1)
    windows = [(f"{DAYS} days of {name}", code, start, end) for name, (code, _) in series.items()]
    windows.append(("250 rows of minutes, 1,000,000 rows", "m-long", end, end + timedelta(days=1)))
    if codes:
        windows.append((f"{DAYS} days of one of {n_series:,} series", codes[n_series // 2], start, end))
    for name, code, first, last in windows:
        read = lambda code=code, first=first, last=last: store.read_levels(code, first, last)  # noqa: E731
        read()
        found[f"{name}, warm"] = _ms(read, times)
        found[f"{name}, footer read anew"] = _ms(read, times, store._footer.cache_clear)
    for name, (code, _) in series.items():
        found[f"whole of {name}"] = _ms(lambda code=code: store.read_levels(code), max(5, times // 10))
    return {"ms": found, "bytes": sum(p.stat().st_size for p in Path(store.levels_root()).rglob("*.parquet"))}


def report(found: dict[str, Any]) -> str:
    """Medians as Markdown, and the ratio that the design asks for."""
    lines = ["| synthetic series | ms, median | smallest-largest |", "|---|--:|--:|"]
    medians = {name: statistics.median(ms) for name, ms in found["ms"].items()}
    lines += [f"| {name} | {medians[name]:,.2f} | {min(ms):,.2f}-{max(ms):,.2f} |" for name, ms in found["ms"].items()]
    lines += ["", "Ratio to the same window of the series of 5,000 rows:"]
    for name in (f"{DAYS} days of daily, 1,000,000 rows", "250 rows of minutes, 1,000,000 rows"):
        for how in ("warm", "footer read anew"):
            lines.append(f"- {name}, {how}: {medians[f'{name}, {how}'] / medians[f'{DAYS} days of daily, 5,000 rows, {how}']:.2f}")
    return "\n".join([*lines, "", f"{found['bytes'] / 1e6:,.0f} MB on disk"])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.levels", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, default=2000, help="how many series beside the three that are measured")
    parser.add_argument("--rows", type=int, default=10_000, help="rows of each of them")
    parser.add_argument("--times", type=int, default=200, help="how often a read is repeated")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="reelshift-levels-") as folder:
        os.environ[LEVELS_VARIABLE] = folder
        found = measure(options.series, options.rows, options.times)
    about = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "cpus": os.cpu_count(), "load": os.getloadavg()[0]}
    about |= {"python": platform.python_version(), "pyarrow": pa.__version__, "group_rows": store.GROUP_ROWS}
    OUT.mkdir(exist_ok=True)
    path = OUT / f"levels-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps({"about": about, **found}, indent=1) + "\n", encoding="utf-8")
    print(f"{report(found)}\n\nEvery measurement: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
