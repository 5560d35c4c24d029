"""How long a chart's work takes on the server, without a browser: frame, figure, JSON."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from components.charts import CHARTS
from components.words import Words
from data.filters import Filters
from data.tables import TABLES_VARIABLE, open_tables

Result = TypeVar("Result")

SELECTIONS = {"all": Filters(), "film": Filters(sectors=("film",))}


def measure(tables_folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Every chart of the registry under every selection: milliseconds of each step, all rounds, nothing kept between them."""
    import os

    os.environ[TABLES_VARIABLE] = str(tables_folder)
    tables = open_tables()
    words = Words("en")
    found = []
    for chart in CHARTS:
        for name, filters in SELECTIONS.items():
            row: dict[str, Any] = {"chart": chart.slug, "selection": name, "frame_ms": [], "figure_ms": [], "json_ms": []}
            for _ in range(rounds + 1):
                frame = _timed(lambda: chart.frame(chart.rows(tables, filters), filters), row["frame_ms"])  # noqa: B023
                figure = _timed(lambda: chart.figure(frame, words), row["figure_ms"])  # noqa: B023
                text = _timed(lambda: figure.to_json(validate=False), row["json_ms"])  # noqa: B023
            for step in ("frame_ms", "figure_ms", "json_ms"):
                del row[step][0]  # the first call imports and fills caches
            found.append(row | {"rows": len(frame), "json_bytes": len(text.encode())})
    return found


def _timed(work: Callable[[], Result], times: list[float]) -> Result:
    start = time.perf_counter()
    result = work()
    times.append(1000 * (time.perf_counter() - start))
    return result


def table(found: list[dict[str, Any]]) -> str:
    """The medians as a Markdown table."""
    lines = ["| chart | selection | rows | frame ms | figure ms | to_json ms | JSON kB |", "|---|---|--:|--:|--:|--:|--:|"]
    for row in found:
        times = " | ".join(f"{statistics.median(row[step]):,.1f}" for step in ("frame_ms", "figure_ms", "json_ms"))
        lines.append(f"| {row['chart']} | {row['selection']} | {row['rows']:,} | {times} | {row['json_bytes'] / 1e3:,.1f} |")
    return "\n".join(lines)
