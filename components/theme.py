"""The look of every figure: one template, one colour for each sector and each stance.

Colours are mid-tones that read on light and dark grounds alike; text and grid colours come from the
page's theme (Streamlit fills them in the browser), so a figure never waits for the reader's theme.
Sectors and stances are told apart by order and label as well, never by colour alone.
"""

from __future__ import annotations

import html
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go

FONT = 'Inter, "Segoe UI", "Helvetica Neue", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif'

SECTOR_COLOURS = {
    "film": "#6C5BD4",
    "short_drama": "#D1498B",
    "games": "#2E9E5B",
    "advertising": "#A8763E",
    "cross": "#8A909A",
}
#: Red to blue, which readers with any common colour deficiency tell apart; grey between.
STANCE_COLOURS = {
    "strongly_negative": "#B2322B",
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


def figure(traces: list[dict[str, Any]], **layout: Any) -> go.Figure:
    """A figure in the house style from plain dictionaries. `layout` adds to the template."""
    return go.Figure({"data": traces, "layout": {"template": TEMPLATE, **layout}}, skip_invalid=False)


def safe(text: object) -> str:
    """Text from data for Plotly, which reads a small HTML of its own: escaped, nothing is markup."""
    return html.escape(str(text), quote=False)


@lru_cache(maxsize=50_000)
def wrapped(text: str, width: int = 60) -> str:
    """Escaped text broken into lines for a hover box. Chinese counts double and breaks anywhere.

    Kept: the same record is drawn again under every selection that holds it.
    """
    lines, line, length = [], "", 0
    for word in _breakable(text):
        size = sum(2 if ord(ch) > 0x2E7F else 1 for ch in word)
        if line and length + size > width:
            lines.append(line.rstrip())
            line, length = "", 0
            word = word.lstrip()
        line += word
        length += size
    return "<br>".join(safe(part) for part in [*lines, line] if part)


def _breakable(text: str) -> list[str]:
    """Pieces between which a line may break: after blanks, and around each Chinese character."""
    pieces: list[str] = []
    for ch in text:
        wide = ord(ch) > 0x2E7F
        closing = ch in "，。、；：！？）》」』”’"
        if pieces and (closing or (not wide and not pieces[-1].endswith(" ") and ord(pieces[-1][-1]) <= 0x2E7F)):
            pieces[-1] += ch
        else:
            pieces.append(ch)
    return pieces
