"""How long a chart's work takes on the server, without a browser: frame, figure, JSON."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pandas as pd

from components.chart import Chart
from components.charts import CHARTS
from components.words import Words
from data.filters import Filters
from data.tables import TABLES_VARIABLE, Tables, open_tables

Given = ParamSpec("Given")
Result = TypeVar("Result")

#: A chart that has taken this long gets no further rounds.
ENOUGH_S = 15.0
SELECTIONS = {"all": Filters(), "film": Filters(sectors=("film",))}
STEPS = ("frame_ms", "figure_ms", "json_ms")


def measure(folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Every chart of the registry under every selection: milliseconds of each step in every round, nothing kept between rounds."""
    os.environ[TABLES_VARIABLE] = str(folder)
    tables = open_tables()
    return [_measured(chart, tables, name, filters, rounds) for chart in CHARTS for name, filters in SELECTIONS.items()]


def _measured(chart: Chart, tables: Tables, selection: str, filters: Filters, rounds: int) -> dict[str, Any]:
    times: dict[str, list[float]] = {step: [] for step in STEPS}
    began = time.monotonic()
    for done in range(rounds + 1):
        if done > 1 and time.monotonic() - began > ENOUGH_S:
            break
        frame = _timed(times["frame_ms"], _frame, chart, tables, filters)
        figure = _timed(times["figure_ms"], chart.figure, frame, Words("en"))
        text = _timed(times["json_ms"], figure.to_json, validate=False)
    warm = {step: values[1:] for step, values in times.items()}  # the first round imports and fills caches
    return {"chart": chart.slug, "selection": selection, "rows": len(frame), "json_bytes": len(text.encode()), **warm}


def _frame(chart: Chart, tables: Tables, filters: Filters) -> pd.DataFrame:
    return chart.frame(chart.rows(tables, filters), filters)


def _timed(times: list[float], work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
    start = time.perf_counter()
    result = work(*args, **kwargs)
    times.append(1000 * (time.perf_counter() - start))
    return result


def table(found: list[dict[str, Any]]) -> str:
    """The medians as a Markdown table."""
    lines = ["| chart | selection | rows | frame ms | figure ms | to_json ms | JSON kB |", "|---|---|--:|--:|--:|--:|--:|"]
    for row in found:
        times = " | ".join(f"{statistics.median(row[step]):,.1f}" for step in STEPS)
        lines.append(f"| {row['chart']} | {row['selection']} | {row['rows']:,} | {times} | {row['json_bytes'] / 1e3:,.1f} |")
    return "\n".join(lines)
