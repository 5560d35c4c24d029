"""A chart outside Streamlit: the same figure in the colours of a theme, for pictures, embeds and the brief."""

from __future__ import annotations

from typing import Any

import orjson
import plotly.graph_objects as go

from components.answers import Refusal
from components.asked import Asked
from components.charts import CHART, figure_of
from components.files import withheld_about
from components.plotly_locale import PLOTLY_LOCALE
from components.theme import THEMES, standalone_template, without_ink
from data.tables import Tables


def passed_on(asked: Asked, tables: Tables) -> None:
    """Raises Refusal (403) where the picture would hold what may not be passed on."""
    kept_back = withheld_about(asked, tables)
    if kept_back:
        raise Refusal(403, error="the picture holds what may not be passed on", **kept_back)


def standalone(asked: Asked, tables: Tables, theme: str = "light", width: int | None = None) -> go.Figure:
    """The figure of a chart with ground and text of `theme`; a copy."""
    drawn = orjson.loads(figure_of(CHART[asked.name], tables, asked.filters, asked.lang).to_json())
    figure = go.Figure({"data": drawn["data"], "layout": without_ink(drawn["layout"])})
    figure.update_layout(template=standalone_template(theme), width=width, autosize=width is None)
    return figure


def bare_figure(asked: Asked, tables: Tables) -> dict[str, Any]:
    """The same as plain values, `data` and `layout`, of no theme: a page puts that of its reader in."""
    figure = dict(orjson.loads(standalone(asked, tables).to_json()))
    del figure["layout"]["template"]
    return figure


def drawing(lang: str) -> dict[str, Any]:
    """What such a page needs to draw: the template of each theme, and Plotly's settings."""
    config = {"displaylogo": False, "displayModeBar": False} | PLOTLY_LOCALE[lang]
    return {"templates": {name: standalone_template(name).to_plotly_json() for name in THEMES}, "config": config}
