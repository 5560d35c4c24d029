"""Figures and findings of the opinions page."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from components.theme import STANCE_COLOURS, figure, safe
from components.words import Words
from data.frames.common import SMALL_N, STANCES

#: Half of the neutral bar stands on each side of the middle line.
_SIDE = {"strongly_negative": -1.0, "negative": -1.0, "positive": 1.0, "strongly_positive": 1.0}


def stance_by_sector(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Diverging bars, one a sector, neutral across the middle; n beside each."""
    return _diverging(frame, "sector", "sector", words)


def stance_by_sector_finding(frame: pd.DataFrame, words: Words) -> str:
    """Which sectors lean which way, said only of those with enough voices."""
    return _leaning(frame, "sector", "sector", words)


def _diverging(frame: pd.DataFrame, by: str, code_list: str, words: Words) -> go.Figure:
    """Stacked shares around the middle of the neutral bar; frame rows are (by, stance)."""
    values = list(dict.fromkeys(frame[by]))[::-1]
    totals = frame.groupby(by, sort=False)["n_total"].first()
    labels = {v: f"{safe(words.code(code_list, v))}  <span style='opacity:0.7'>n={words.number(int(totals[v]))}</span>" for v in values}
    traces = []
    for stance in STANCES:
        part = frame[frame["stance"] == stance]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": words.code("stance", stance),
                "y": [labels[v] for v in part[by]],
                "x": part["share_pct"].tolist(),
                "base": [_left_edge(frame, by, v, stance) for v in part[by]],
                "marker": {"color": STANCE_COLOURS[stance]},
                "customdata": [[int(i)] for i in part.index],
                "hovertext": [_stance_hover(row, by, code_list, words) for row in part.to_dict("records")],
                "hoverinfo": "text",
            }
        )
    reach = 100
    return figure(
        traces,
        barmode="overlay",
        xaxis={"range": [-reach, reach], "tickvals": [-100, -50, 0, 50, 100], "ticktext": ["100%", "50%", "0", "50%", "100%"], "zeroline": True, "title": {"text": words.t("charts.stance.axis")}},
        yaxis={"categoryorder": "array", "categoryarray": [labels[v] for v in values], "showgrid": False},
        legend={"traceorder": "normal"},
    )


def _left_edge(frame: pd.DataFrame, by: str, value: str, stance: str) -> float:
    """Where the bar of a stance begins, so that the middle of neutral stands at zero."""
    shares = frame[frame[by] == value].set_index("stance")["share_pct"]
    before = sum(float(shares[s]) for s in STANCES[: STANCES.index(stance)])
    centre = float(shares["strongly_negative"] + shares["negative"] + shares["neutral"] / 2)
    return before - centre


def _stance_hover(row: dict[str, object], by: str, code_list: str, words: Words) -> str:
    return words.t(
        "charts.stance.hover",
        group=safe(words.code(code_list, str(row[by]))),
        stance=safe(words.code("stance", str(row["stance"]))),
        n=int(row["n"]),  # type: ignore[call-overload]
        total=int(row["n_total"]),  # type: ignore[call-overload]
        share=words.percent(float(row["share_pct"])),  # type: ignore[arg-type]
        low=words.percent(float(row["share_low_pct"])),  # type: ignore[arg-type]
        high=words.percent(float(row["share_high_pct"])),  # type: ignore[arg-type]
    )


def _leaning(frame: pd.DataFrame, by: str, code_list: str, words: Words) -> str:
    """The groups where a majority of the voices stands on one side, and those with none."""
    positive, negative, split = [], [], []
    for value, group in frame.groupby(by, sort=False):
        total = int(group["n_total"].iloc[0])
        if total < SMALL_N:
            continue
        shares = group.set_index("stance")["share_pct"]
        name = words.code(code_list, str(value))
        if shares["positive"] + shares["strongly_positive"] > 50:
            positive.append(name)
        elif shares["negative"] + shares["strongly_negative"] > 50:
            negative.append(name)
        else:
            split.append(name)
    said = [
        words.t(f"charts.stance.finding.{key}", groups=words.listed(names))
        for key, names in (("positive", positive), ("negative", negative), ("split", split))
        if names
    ]
    return words.t("charts.stance.finding.joiner").join(said) if said else words.t("charts.stance.finding.few", n=SMALL_N)
