"""Figure and finding of the overview's summary by sector."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.theme import SECTOR_COLOURS, figure, safe
from components.words import Words
from data.frames.common import SMALL_N


def sector_summary(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Bars of three kinds side by side, one row a sector: voices, money, events."""
    sectors = list(dict.fromkeys(frame["sector"]))[::-1]
    panels = (
        ("opinions", "n", (0.0, 0.27), 2.8),
        ("funding_rounds", "known_usd_m", (0.31, 0.72), 3.4),
        ("events", "n", (0.77, 1.0), 2.4),
    )
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"showlegend": False, "annotations": [], "margin": {"l": 8, "r": 8, "t": 30, "b": 8}}
    for number, (table, column, domain, room) in enumerate(panels, start=1):
        part = frame[frame["table"] == table]
        axis = "" if number == 1 else str(number)
        largest = float(part[column].max()) if len(part) and part[column].notna().any() else 1.0
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "xaxis": f"x{axis}",
                "yaxis": "y",
                "x": part[column].fillna(0).tolist(),
                "y": [words.code("sector", s) for s in part["sector"]],
                "marker": {"color": [SECTOR_COLOURS[s] for s in part["sector"]]},
                "text": [_summary_text(row, words) for row in part.to_dict("records")],
                "textposition": "outside",
                "cliponaxis": False,
                "constraintext": "none",
                "customdata": [[int(i)] for i in part.index],
                "hovertext": [_summary_hover(row, words) for row in part.to_dict("records")],
                "hoverinfo": "text",
            }
        )
        layout[f"xaxis{axis}"] = {
            "domain": domain,
            "showticklabels": False,
            "showgrid": False,
            "range": [0, room * max(largest, 1e-9)],  # what stands behind a bar fits a telephone
            "fixedrange": True,
            "anchor": "y",
        }
        title = {
            "text": words.t(f"charts.sector-summary.panel.{table}"),
            "x": domain[0],
            "xref": "paper",
            "xanchor": "left",
            "y": 1,
            "yref": "paper",
            "yanchor": "bottom",
            "showarrow": False,
        }
        layout["annotations"].append(title | {"font": {"size": 12}})
    layout["yaxis"] = {"categoryorder": "array", "categoryarray": [words.code("sector", s) for s in sectors], "showgrid": False}
    return figure(traces, **layout)


def _summary_text(row: dict[str, Any], words: Words) -> str:
    if row["table"] == "funding_rounds":
        return (
            words.t("charts.sector-summary.at_least", value=words.usd_m(float(row["known_usd_m"])))
            if row["known_usd_m"] == row["known_usd_m"]
            else "–"
        )
    if row["table"] == "opinions" and row["n"] >= SMALL_N:
        return f"{words.count(int(row['n']))} ({_points(row, words)})"
    return words.count(int(row["n"]))


def _points(row: dict[str, Any], words: Words) -> str:
    return words.signed_percent(round(float(row["balance_points"])), 0).rstrip("%")


def _summary_hover(row: dict[str, Any], words: Words) -> str:
    values: dict[str, Any] = {"sector": safe(words.code("sector", row["sector"])), "n": int(row["n"])}
    if row["table"] == "opinions":
        values |= {"positive": int(row["n_positive"]), "negative": int(row["n_negative"]), "points": _points(row, words)}
    if row["table"] == "funding_rounds":
        known = float(row["known_usd_m"]) if row["known_usd_m"] == row["known_usd_m"] else 0.0
        values |= {"amount": words.usd_m(known), "rounds": int(row["n_rounds"]), "hidden": int(row["n_without_usd"])}
    return words.t(f"charts.sector-summary.hover.{row['table']}", **values)


def sector_summary_finding(frame: pd.DataFrame, words: Words) -> str:
    """Where voices lean most and least, said only of sectors with enough of them."""
    voices = frame[(frame["table"] == "opinions") & (frame["n"] >= SMALL_N)]
    if frame.empty:
        return words.t("charts.empty")
    if len(voices) < 2 or voices["balance_points"].max() == voices["balance_points"].min():
        return words.t(
            "charts.sector-summary.finding.counts", n=int(frame["n"].sum()), sectors=words.codes("sector", dict.fromkeys(frame["sector"]))
        )
    high, low = voices.loc[voices["balance_points"].idxmax()], voices.loc[voices["balance_points"].idxmin()]
    return words.t(
        "charts.sector-summary.finding.lean",
        high=words.code("sector", high["sector"]),
        high_points=_points(high.to_dict(), words),
        high_n=int(high["n"]),
        low=words.code("sector", low["sector"]),
        low_points=_points(low.to_dict(), words),
        low_n=int(low["n"]),
    )
