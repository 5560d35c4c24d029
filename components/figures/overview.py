"""Figure and finding of the overview's summary by sector."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.money import sum_words
from components.figures.parts import has, heading
from components.theme import SECTOR_COLOURS, figure, safe, wrapped
from components.words import MISSING, Words
from data.frames.common import SMALL_N
from data.frames.opinions import balance

#: What each panel measures, and the share of the width that it takes.
_PANELS = (("opinions", "n", (0.0, 0.27)), ("funding_rounds", "known_usd_m", (0.33, 0.68)), ("events", "n", (0.74, 1.0)))
#: A row: how thick its bar is, and how far below the middle it lies; what it stands for is written above it.
_BAR, _BELOW, _ABOVE = 0.42, 0.18, 0.04
_ROW_PX, _AROUND_PX = 46, 96
#: A line of a hover that a telephone shows whole.
_HOVER_CHARACTERS = 40


def sector_summary_height(frame: pd.DataFrame) -> int:
    return _AROUND_PX + _ROW_PX * frame["sector"].nunique()


def sector_summary(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Bars of three kinds side by side, one row a sector: voices, money, events; a number above each, so that bars take all the width."""
    sectors = list(dict.fromkeys(frame["sector"]))
    if not sectors:
        return figure([], xaxis={"visible": False}, yaxis={"visible": False})
    rows = {sector: place for place, sector in enumerate(sectors)}
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"showlegend": False, "annotations": [], "margin": {"l": 8, "r": 8, "t": 44, "b": 8}}
    for number, (table, column, domain) in enumerate(_PANELS, start=1):
        part = frame[frame["table"] == table]
        axis = f"x{number}" if number > 1 else "x"
        largest = float(part[column].max()) if part[column].notna().any() else 1.0
        traces += _panel(part, column, rows, axis, words)
        layout[f"xaxis{axis[1:]}"] = {
            "domain": domain,
            "showticklabels": False,
            "showgrid": False,
            "range": [0, max(largest, 1e-9)],
            "fixedrange": True,
            "anchor": "y",
        }
        title = words.t(f"charts.sector-summary.panel.{table}")
        title += "" if "<br>" in title else "<br>\u00a0"  # one line as high as two
        layout["annotations"].append(heading(title, 1, x=domain[0], yshift=2, font={"size": 12}))
        layout["annotations"] += [_nothing(table, rows[s], axis, words) for s in sectors if s not in set(part["sector"])]
    layout["yaxis"] = {
        "range": [len(sectors) - 0.5, -0.55],
        "tickvals": [place + _BELOW for place in rows.values()],
        "ticktext": [safe(words.code("sector", s)) for s in sectors],
        "showgrid": False,
        "fixedrange": True,
    }
    return figure(traces, **layout)


def _panel(part: pd.DataFrame, column: str, rows: dict[str, int], axis: str, words: Words) -> list[dict[str, Any]]:
    """The bars of one kind, and the number above each."""
    records = part.to_dict("records")
    shared = {"xaxis": axis, "yaxis": "y", "customdata": [[int(i)] for i in part.index]}
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": part[column].fillna(0).tolist(),
        "y": [rows[row["sector"]] + _BELOW for row in records],
        "width": _BAR,
        "marker": {"color": [SECTOR_COLOURS[row["sector"]] for row in records]},
        "hovertext": [_summary_hover(row, words) for row in records],
        "hoverinfo": "text",
    }
    numbers = {
        "type": "scatter",
        "mode": "text",
        "x": [0] * len(records),
        "y": [rows[row["sector"]] + _BELOW - _BAR / 2 - _ABOVE for row in records],
        "text": [_summary_text(row, words) for row in records],
        "textposition": "top right",
        "textfont": {"size": 12},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }
    return [trace | shared for trace in (bars, numbers) if records]


def _nothing(table: str, place: int, axis: str, words: Words) -> dict[str, Any]:
    """What stands where a sector has no record of a kind: no bar, and yet no gap that could be an error."""
    text = MISSING if table == "funding_rounds" else words.count(0)
    return heading(text, place + _BELOW - _BAR / 2, x=0, xref=axis, yref="y", xshift=-1, font={"size": 12}, borderpad=0)


def _summary_text(row: dict[str, Any], words: Words) -> str:
    if row["table"] == "funding_rounds":
        return sum_words(row, words)
    if row["table"] == "opinions" and row["n"] >= SMALL_N:
        return f"{words.count(int(row['n']))} ({_points(row, words)})"
    return words.count(int(row["n"]))


def _points(row: dict[str, Any], words: Words) -> str:
    return words.signed_percent(round(float(row["balance_points"])), 0).rstrip("%")


def _summary_hover(row: dict[str, Any], words: Words) -> str:
    values: dict[str, Any] = {"sector": words.code("sector", row["sector"]), "n": int(row["n"])}
    if row["table"] == "opinions":
        values |= {"positive": int(row["n_positive"]), "negative": int(row["n_negative"]), "points": _points(row, words)}
    if row["table"] == "funding_rounds":
        values |= {"amount": sum_words(row, words), "rounds": int(row["n_rounds"]), "hidden": int(row["n_without_usd"])}
    return wrapped(words.t(f"charts.sector-summary.hover.{row['table']}", **values), _HOVER_CHARACTERS)


def sector_summary_finding(frame: pd.DataFrame, words: Words) -> str:
    """Between which sectors the balance of voices lies, and whether they can be told apart.

    Said only of sectors with enough voices; what bears on all sectors is none.
    """
    if frame.empty:
        return words.t("charts.empty")
    voices = frame[(frame["table"] == "opinions") & (frame["n"] >= SMALL_N) & (frame["sector"] != "cross")]
    if len(voices) == 1:
        row = voices.iloc[0].to_dict()
        return words.t(
            "charts.sector-summary.finding.one", sector=words.code("sector", row["sector"]), points=_points(row, words), n=int(row["n"])
        )
    if voices.empty:
        return words.t(
            "charts.sector-summary.finding.counts", n=int(frame["n"].sum()), sectors=words.codes("sector", dict.fromkeys(frame["sector"]))
        )
    if voices["balance_points"].nunique() == 1:
        return words.t("charts.sector-summary.finding.same", points=_points(voices.iloc[0].to_dict(), words))
    high, low = (voices.loc[getattr(voices["balance_points"], which)()].to_dict() for which in ("idxmax", "idxmin"))
    kind = "apart" if _end(low, 2) < _end(high, 1) else "overlap"
    return words.t(
        f"charts.sector-summary.finding.{kind}",
        high=words.code("sector", high["sector"]),
        high_points=_points(high, words),
        high_n=int(high["n"]),
        low=words.code("sector", low["sector"]),
        low_points=_points(low, words),
        low_n=int(low["n"]),
    )


def _end(row: dict[str, Any], end: int) -> float:
    """The lower (1) or upper (2) end of the interval of a balance; where there is none, the balance."""
    found = balance(int(row["n_positive"]), int(row["n_negative"]), int(row["n"]))
    return found[end] if has(found[end]) else found[0]
