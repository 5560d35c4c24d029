"""The file is the figure: from every downloaded file of every chart the same figure can be drawn again."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from components.asked import Asked
from components.chart import Chart
from components.charts import CHARTS, figure_of, frame_of
from components.files import data_file
from components.words import Words
from data.catalog import dictionary
from data.export import FORMATS
from data.filters import Filters
from data.reading import frame_from
from data.tables import open_tables

TABLES = open_tables()
#: As shipped no series of levels is loaded: those that are drawn and withheld from files are not among these.
SELECTIONS = (Filters(), Filters(("film",), since="2024"))
CASES = [pytest.param(chart, SELECTIONS[0], FORMATS, id=chart.slug) for chart in CHARTS]
#: Under filters one format each, in turn: the making is the same.
CASES += [pytest.param(chart, SELECTIONS[1], (FORMATS[n % len(FORMATS)],), id=f"{chart.slug}-filtered") for n, chart in enumerate(CHARTS)]


def same(a: Any, b: Any, at: str = "") -> None:
    """Equal, numbers to the sixteenth digit: an Excel sheet holds no more."""
    if isinstance(a, dict) and isinstance(b, dict):
        assert a.keys() == b.keys(), at
        for key in a:
            same(a[key], b[key], f"{at}.{key}")
    elif isinstance(a, list) and isinstance(b, list):
        assert len(a) == len(b), at
        for n, pair in enumerate(zip(a, b, strict=True)):
            same(*pair, f"{at}[{n}]")
    elif isinstance(a, float) and isinstance(b, (int, float)):
        assert math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12), f"{at}: {a} {b}"
    else:
        assert a == b, at


@pytest.mark.parametrize(("chart", "filters", "forms"), CASES)
def test_the_figure_can_be_drawn_again_from_every_file(chart: Chart, filters: Filters, forms: tuple[str, ...]) -> None:
    frame = frame_of(chart, TABLES, filters)
    drawn = json.loads(figure_of(chart, TABLES, filters, "zh").to_json())
    for form in forms:
        read = frame_from(data_file(Asked(chart.slug, filters=filters), TABLES, form), form, chart.tables[0])
        assert len(read) == len(frame), form
        kept = [c for c in frame.columns if c in read.columns]
        again = frame.assign(**{name: read[name].to_numpy() for name in kept}).astype(frame.dtypes.to_dict())
        missing = [name for name in frame.columns if name not in kept]
        assert all(dictionary().column(name, chart.tables[0]).withheld and frame[name].isna().all() for name in missing), missing
        figure = chart.figure(again, Words("zh"))
        figure.update_layout(height=chart.height(again))
        same(drawn["data"], json.loads(figure.to_json())["data"], form)
