"""Pieces that figures of several pages are put together from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from components.breaking import pieces
from components.breaking import width as width
from components.theme import QUIET, safe, wrapped
from components.words import Words

Row = dict[str, Any]
#: Width of a telephone's plot, for which labels must fit, and of a character of small text, in pixels.
NARROW_PX = 250
CHARACTER_PX = 6.0
#: Characters of a line of a hover box: a telephone's figure of 322 pixels holds it whole, of 22 Chinese signs too.
HOVER_WIDTH = 44


def has(value: object) -> bool:
    """Whether a cell of a frame says anything."""
    return value is not None and not pd.isna(value) and value != ""


def day(value: Any) -> str:
    """A day of a frame as ISO date."""
    return str(value.date().isoformat())


def vague_spans(frame: pd.DataFrame, heights: dict[int, float], opacity: float) -> list[Row]:
    """A faint line over the period of each mark that is known only to a month or a year."""
    vague = frame[frame["date_start"] != frame["date_end"]]
    if vague.empty:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "hoverinfo": "skip",
            "showlegend": False,
            "line": {"color": QUIET, "width": 3},
            "opacity": opacity,
            "x": [x for a, b in zip(vague["date_start"], vague["date_end"], strict=True) for x in (day(a), day(b), None)],
            "y": [y for i in vague.index for y in (heights[i], heights[i], None)],
            "customdata": [[int(i)] for i in vague.index for _ in range(3)],
        }
    ]


def shortened(text: str, most: int) -> str:
    """A text cut to a width, between words where that leaves enough of it."""
    if width(text) <= most:
        return text
    head = ""
    for piece in pieces(text):
        if width(head + piece.rstrip()) > most - 1:
            break
        head += piece
    if width(head.rstrip()) <= most // 2:
        head = ""
        for character in text:
            if width(head + character) > most - 1:
                break
            head += character
    return head.rstrip(" ,，、：；（(《“") + "…"


def sentences(lines: Iterable[str]) -> str:
    """A hover box: each non-empty line wrapped, on a line of its own."""
    return "<br>".join(wrapped(line, HOVER_WIDTH) for line in lines if line)


def read_in(row: Row, words: Words) -> str:
    """Where a record was read: the publisher of its first document."""
    return words.t("charts.parts.read", publisher=row["publisher"]) if has(row["publisher"]) else ""


def small(text: str) -> str:
    """Escaped text, smaller and fainter than what it follows."""
    return f"<span style='font-size:11px;opacity:0.75'>{safe(text)}</span>"


def heading(text: str, y: float, **more: Any) -> Row:
    """The name of a panel, at the left above it; `y` in paper units."""
    at = {"x": 0, "y": y, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "showarrow": False, "align": "left"}
    return {"text": text, "font": {"size": 13}} | at | more


def date_axis(days: Iterable[Any], words: Words, least: int = 60, before: float = 0.03) -> Row:
    """A date axis around these days, at least `least` days long, ticks in the reader's language.

    `before` is the room in front of the first day, as a share of the span.
    """
    known = [d for d in days if has(d)] or [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31")]
    first, last = min(known), max(known)
    pad = max((last - first) * 0.03, (pd.Timedelta(days=least) - (last - first)) / 2, pd.Timedelta(days=4))
    length = (last - first + 2 * pad).days
    step, form = next(
        (step, form)
        for most, step, form in ((40, 7 * 86_400_000, "day"), (150, "M1", "month"), (540, "M3", "month"), (10**6, "M12", "year"))
        if length <= most
    )
    return {
        "type": "date",
        "range": [(first - max(pad, (last - first) * before)).isoformat(), (last + pad).isoformat()],
        "dtick": step,
        "tick0": "2000-01-03" if form == "day" else "2000-01-01",
        "tickformat": words.t(f"charts.parts.ticks.{form}"),
        "tickangle": 0,
    }


def place(at: Any, axis: Row) -> float:
    """How far along a date axis a day lies, 0 to 1."""
    first, last = (pd.Timestamp(edge) for edge in axis["range"])
    return float((at - first) / (last - first))
