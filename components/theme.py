"""The look of every figure: one template, one colour for each sector and each stance.

Colours are mid-tones that read on light and dark grounds alike; the colours of text (`INK`) and grid come from the
page's theme, which Streamlit fills in in the browser, so a figure never waits for the reader's theme; outside
Streamlit they come from TOKENS.
Sectors and stances are told apart by order and label as well, never by colour alone.
"""

from __future__ import annotations

import html
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go

from components.breaking import pieces, width

FONT = '"Source Sans", "Source Sans 3", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif'
HEADING_FONT = '"Source Serif", "Source Serif 4", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", serif'

THEMES = ("light", "dark")
#: Ground, text and lines of each theme: those of `.streamlit/config.toml` (a test holds it), for charts outside Streamlit.
TOKENS = {
    "light": {"paper": "#FCFBF9", "raised": "#F2EFEA", "text": "#171512", "muted": "#625F5A", "line": "#DDD8D0", "link": "#8F3413"},
    "dark": {"paper": "#14161A", "raised": "#1F2228", "text": "#ECEAE6", "muted": "#A9A7A2", "line": "#363A42", "link": "#F5A582"},
}

SECTOR_COLOURS = {
    "film": "#6C5BD4",
    "short_drama": "#D1498B",
    "games": "#2E9E5B",
    "advertising": "#A8763E",
    "cross": "#8A909A",
}
#: Red to blue, which readers with any common colour deficiency tell apart; grey between.
STANCE_COLOURS = {
    "strongly_negative": "#B8372F",
    "negative": "#E58468",
    "neutral": "#A7ABB3",
    "positive": "#6FAFD8",
    "strongly_positive": "#2268AC",
}
SECTOR_SYMBOLS = {"film": "circle", "short_drama": "square", "games": "diamond", "advertising": "triangle-up", "cross": "x"}
#: What moves: a story's basket, an industry's, a fund, one share, the whole market.
SERIES_KIND_COLOURS = {"concept_index": "#C4502F", "sector_index": "#2F7FB5", "etf": "#1E9C8D", "stock": "#B5851A", "benchmark": "#8A909A"}
SERIES_KIND_SYMBOLS = {"concept_index": "diamond", "sector_index": "circle", "etf": "triangle-up", "stock": "square", "benchmark": "x"}
#: For up to ten series on one axis; each has its symbol as well.
SERIES_COLOURS = ("#2F7FB5", "#D98E04", "#2E9E5B", "#B0589A", "#5AA9DD", "#8C6D46", "#7F7FD0", "#C2A21A", "#4C9A94", "#C46A7B")
SERIES_SYMBOLS = ("circle", "square", "triangle-up", "star", "pentagon", "hexagon", "cross", "triangle-down", "bowtie", "hourglass")
EVENT_SYMBOLS = {
    "model_release": "circle",
    "product": "square",
    "research": "diamond",
    "production": "triangle-up",
    "deal": "hexagon",
    "funding": "pentagon",
    "market": "triangle-right",
    "regulation": "x",
    "legal": "cross",
    "labour": "star",
}
#: What an audit said of a record; the unchecked ones recede.
AUDIT_COLOURS = {"confirmed": "#2F7FB5", "corrected": "#D98E04", "not_found": "#C4502F", "unchecked": "#A7ABB3"}
#: Few to many, for counts: from grey to colour, which stands out more on a light and on a dark ground alike.
COUNT_SCALE = ((0.0, "#A9B8C6"), (0.5, "#D9A441"), (1.0, "#C4502F"))
#: Streamlit's name for its strongest grey of the reader's theme (`streamlit_plotly_theme.GRAY_90`), which the browser puts in
#: its place. What Streamlit gives charts by itself is too pale to read at the size of an axis.
INK = "#000037"
ACCENT = "#C4502F"
QUIET = "#8A909A"
HIGHLIGHT = "#D98E04"
FAINT = "rgba(138,144,154,0.25)"


def template() -> go.layout.Template:
    """The Plotly template of every figure."""
    axis = {"showgrid": True, "gridcolor": FAINT, "zeroline": False, "automargin": True, "title": {"standoff": 8}, "ticks": ""}
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 13},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "hoverlabel": {"align": "left", "font": {"family": FONT, "size": 13}, "namelength": -1},
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom", "title": {"text": ""}},
            "xaxis": axis,
            "yaxis": axis,
            "bargap": 0.3,
            "separators": ".,",
            "hovermode": "closest",
            "dragmode": False,
            "clickmode": "event+select",
        }
    )


TEMPLATE = template()


@lru_cache(maxsize=2)
def standalone_template(theme: str) -> go.layout.Template:
    """The same with the ground, text and hover colours of a theme, for charts that no page colours."""
    token = TOKENS[theme]
    own = go.layout.Template(template())
    hover = {"bgcolor": token["raised"], "bordercolor": token["line"], "font": {"family": FONT, "size": 13, "color": token["text"]}}
    own.layout.update(
        font={"family": FONT, "size": 13, "color": token["text"]},
        hoverlabel=hover,
        paper_bgcolor=token["paper"],
        colorway=list(SERIES_COLOURS),
    )
    return own


def figure(traces: list[dict[str, Any]], **layout: Any) -> go.Figure:
    """A figure in the house style from plain dictionaries. `layout` adds to the template."""
    inked = {name: _inked(layout.get(name, {})) for name in {"xaxis", "yaxis", *(n for n in layout if n[1:5] == "axis")}}
    font = {"color": INK, **layout.get("font", {})}
    own = {"template": TEMPLATE, **layout, **inked, "font": font, "hoverlabel": {"font": {"color": INK}}}
    return go.Figure({"data": traces, "layout": own}, skip_invalid=False)


def _inked(axis: dict[str, Any]) -> dict[str, Any]:
    """An axis whose numbers and title are in ink."""
    title = axis.get("title", {})
    title = dict(title) if isinstance(title, dict) else {"text": title}
    title["font"] = {"color": INK, **title.get("font", {})}
    return {**axis, "tickfont": {"color": INK, **axis.get("tickfont", {})}, "title": title}


def without_ink(value: Any) -> Any:
    """Plain values of a figure without the colour that only Streamlit knows: the template's takes its place."""
    if isinstance(value, dict):
        return {name: without_ink(part) for name, part in value.items() if part != INK}
    return [without_ink(part) for part in value] if isinstance(value, list) else value


def safe(text: object) -> str:
    """Text from data for Plotly, which reads a small HTML of its own: escaped, nothing is markup."""
    return html.escape(str(text), quote=False)


@lru_cache(maxsize=50_000)
def wrapped(text: str, most: int = 60) -> str:
    """Escaped text broken into lines for a hover box, between words. Chinese counts double.

    Kept: the same record is drawn again under every selection that holds it.
    """
    if width(text) <= most:
        return safe(text)
    lines, line, length = [], "", 0
    for piece in pieces(text):
        size = width(piece)
        if line and length + width(piece.rstrip()) > most:
            lines.append(line.rstrip())
            line, length = "", 0
        line += piece
        length += size
    return "<br>".join(safe(part) for part in [*lines, line.rstrip()] if part)
