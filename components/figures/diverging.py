"""Diverging bars of stances around the middle of neutral, or a dot for each voice of a group that is too small for shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from components.figures.opinions import _LEGEND, _UNIFORM_TEXT, _in_sentence, _left_edges, _reach, stance_bars, stance_dots
from components.figures.parts import Row
from components.theme import QUIET, safe
from components.words import Words
from data.frames.common import SMALL_N, STANCES


def diverging(frame: pd.DataFrame, by: str, names: Mapping[str, str], words: Words) -> tuple[list[Row], Row]:
    """Traces and layout: stacked shares around the middle of neutral, or a dot for each voice of a small group.

    Frame rows are (`by`, stance) in the order of reading; `names` names the groups.
    """
    values = list(dict.fromkeys(frame[by]))
    edges = _left_edges(frame, by)
    reach = _reach(frame, edges)
    large = frame["n_total"] >= SMALL_N
    traces = []
    for stance in STANCES:
        mine = frame["stance"] == stance
        bars, dots = frame[mine & large], frame[mine & ~large & (frame["n"] > 0)]
        traces.append(stance_bars(bars, stance, by, edges, lambda row: _share_hover(row, names[row[by]], words), words))
        voices = stance_dots(dots, stance, by, edges, reach, lambda row: _voice_hover(row, names[row[by]], words), words)
        traces.append(voices | {"showlegend": bars.empty})
    step = 25 if reach <= 60 else 50
    ticks = [t for t in range(-100, 101, step) if abs(t) < reach]
    layout = {
        "barmode": "overlay",
        "bargap": 0.45,
        "uniformtext": _UNIFORM_TEXT,
        "legend": _LEGEND,
        "xaxis": {
            "range": [-reach, reach],
            "tickvals": ticks,
            "ticktext": [words.percent(abs(t)) for t in ticks] if large.any() else [""] * len(ticks),
            "showgrid": False,
            "title": {"text": words.t("charts.debate.axis" if large.any() else "charts.debate.axis_dots")},
        },
        "yaxis": rows_axis(values),
        "annotations": [above(value, text) for value, text in _above_rows(frame, by, names, words).items()],
        "shapes": middles(len(values)),
    }
    return [t for t in traces if t["x"]], layout


def _above_rows(frame: pd.DataFrame, by: str, names: Mapping[str, str], words: Words) -> dict[str, str]:
    """What stands above each row; beside bars, the first row of dots says that these are voices."""
    rows = {row[by]: row for row in frame.drop_duplicates(by).to_dict("records")}
    said = {value: _group_name(row, names[value], words) for value, row in rows.items()}
    dotted = [value for value, row in rows.items() if row["n_total"] < SMALL_N]
    if len(dotted) < len(rows):  # else the axis says it
        said |= {value: words.t("charts.debate.group_dots", group=said[value]) for value in dotted[:1]}
    return said


def middles(rows: int, x: str = "x", y: str = "y") -> list[Row]:
    """The middle beside each row only: a line through the figure would run through the names above the rows."""
    line = {"type": "line", "xref": x, "yref": y, "x0": 0, "x1": 0, "line": {"color": QUIET, "width": 1}, "layer": "below"}
    return [line | {"y0": place - 0.36, "y1": place + 0.3} for place in range(rows)]


def rows_axis(values: list[str]) -> Row:
    """A category axis that reads from the top, its names written above the rows."""
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": values[::-1],
        "range": [-0.5, len(values) - 0.3],
        "showgrid": False,
        "showticklabels": False,
    }


def above(value: str, text: str, **more: Any) -> Row:
    """A name above its row: beside it, it would take half a narrow screen."""
    at = {"x": 0, "xref": "paper", "xanchor": "left", "y": value, "yanchor": "bottom", "yshift": 13, "showarrow": False}
    return {"text": text} | at | more


def _group_name(row: Row, name: str, words: Words) -> str:
    """The name of a group and its n; both counts where someone speaks more than once."""
    total, judgements, speakers = int(row["n_total"]), int(row["n_all"]), int(row["n_speakers"])
    if judgements > total:
        return words.t("charts.debate.group_once", group=safe(name), n=total, judgements=judgements)
    if speakers < total:
        return words.t("charts.debate.group_repeats", group=safe(name), n=speakers, total=total)
    return words.t("charts.debate.group", group=safe(name), n=total)


def _share_hover(row: Row, name: str, words: Words) -> str:
    shares = {
        key: words.percent(row[column]) for key, column in (("share", "share_pct"), ("low", "share_low_pct"), ("high", "share_high_pct"))
    }
    return words.t("charts.debate.hover", **_counts_said(row, name, words), **shares)


def _voice_hover(row: Row, name: str, words: Words) -> str:
    return words.t("charts.debate.hover_voice", **_counts_said(row, name, words))


def _counts_said(row: Row, name: str, words: Words) -> Row:
    stance = _in_sentence(words.code("stance", row["stance"]), words)
    return {"group": safe(name), "stance": stance, "n": int(row["n"]), "total": int(row["n_total"])}
