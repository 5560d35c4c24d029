"""Figure and finding of the agreement between the two codings."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.parts import has, heading
from components.theme import ACCENT, AUDIT_COLOURS, COUNT_SCALE, FAINT, HIGHLIGHT, QUIET, figure, on, safe
from components.words import Words
from data.frames.common import SMALL_N, STANCE_STEP, STANCES

Row = dict[str, Any]

_KEY = "charts.coder-agreement"
#: Agreement, one step apart, further apart; a cell with few opinions fades into the scale's grey.
_DISTANCE_COLOURS = (AUDIT_COLOURS["confirmed"], HIGHLIGHT, ACCENT)
_FADED = COUNT_SCALE[0][1]
_CELL = 0.94
_HIDDEN_AXES = {"xaxis": {"visible": False}, "yaxis": {"visible": False}}


def coder_agreement(frame: pd.DataFrame, words: Words) -> go.Figure:
    """First coding against second, n in the cells, the diagonal outlined.

    Drawn as bars of equal size, because a heatmap's cells cannot be clicked for the records behind them.
    """
    drawn = frame[frame["n"] > 0]
    if drawn.empty:
        return figure([], **_HIDDEN_AXES)
    rows = drawn.to_dict("records")
    columns = {stance: i for i, stance in enumerate(STANCES)}
    cells = {
        "type": "bar",
        "x": [columns[row["stance_second"]] for row in rows],
        "base": [-columns[row["stance"]] - _CELL / 2 for row in rows],
        "y": [_CELL] * len(rows),
        "width": _CELL,
        "marker": {"color": [_colour(row, int(drawn["n"].max())) for row in rows]},
        "text": [words.count(int(row["n"])) for row in rows],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"size": 13, "color": [on(_mixed(_steps(row), 0.75)) for row in rows]},
        "customdata": [[int(i)] for i in drawn.index],
        "hovertext": [_hover(row, words) for row in rows],
        "hoverinfo": "text",
        "showlegend": False,
    }
    labels = [words.t(f"{_KEY}.stance.{stance}") for stance in STANCES]
    edges = [i - 0.5 for i in range(len(STANCES) + 1)]
    common = {"showgrid": False, "tickfont": {"size": 11}, "tickangle": 0}
    return figure(
        [cells],
        barmode="overlay",
        shapes=[_outline(i) for i in range(len(STANCES))],
        annotations=[heading(_key({min(_steps(row), 2) for row in rows}, words), 0, yshift=-10, yanchor="top", font={"size": 12})],
        margin={"l": 8, "r": 8, "t": 8, "b": 40},
        xaxis={
            "side": "top",
            "range": [-0.55, len(STANCES) - 0.45],
            "tickvals": [*columns.values()],
            "ticktext": labels,
            "title": {"text": words.t(f"{_KEY}.axis_second")},
            "minor": {"tickvals": edges, "showgrid": True, "gridcolor": FAINT},
            **common,
        },
        yaxis={
            "range": [-len(STANCES) + 0.45, 0.55],
            "tickvals": [-i for i in columns.values()],
            "ticktext": labels,
            "title": {"text": words.t(f"{_KEY}.axis_first")},
            "minor": {"tickvals": [-e for e in edges], "showgrid": True, "gridcolor": FAINT},
            **common,
        },
    )


def _key(distances: set[int], words: Words) -> str:
    """What the colours mean, those that are drawn."""
    named = [words.t(f"{_KEY}.key.{name}") for name in ("same", "one", "more")]
    return "  ".join(f'<span style="color:{_DISTANCE_COLOURS[d]};font-size:16px">■</span> {safe(named[d])}' for d in sorted(distances))


def _steps(row: Row) -> int:
    return abs(STANCE_STEP[row["stance"]] - STANCE_STEP[row["stance_second"]])


def _colour(row: Row, most: int) -> str:
    """The colour of the distance, fading towards grey the fewer opinions there are."""
    return _mixed(_steps(row), 0.5 + 0.5 * (math.log(row["n"]) / math.log(most) if most > 1 else 1.0))


def _mixed(steps: int, strength: float) -> str:
    full = _DISTANCE_COLOURS[min(steps, 2)]
    parts = ((int(_FADED[i : i + 2], 16), int(full[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(pale + strength * (strong - pale)):02X}" for pale, strong in parts)


def _outline(place: int) -> Row:
    """A frame around a cell of the diagonal."""
    return {
        "type": "rect",
        "x0": place - 0.5,
        "x1": place + 0.5,
        "y0": -place - 0.5,
        "y1": -place + 0.5,
        "line": {"color": QUIET, "width": 2},
    }


def _hover(row: Row, words: Words) -> str:
    steps = _steps(row)
    return words.t(
        f"{_KEY}.hover.{'apart' if steps else 'same'}",
        n=int(row["n"]),
        total=int(row["n_total"]),
        first=safe(words.code("stance", row["stance"])),
        second=safe(words.code("stance", row["stance_second"])),
        steps=words.t(f"{_KEY}.hover.steps", n=steps),
    )


def alpha_words(value: Any, level: str, words: Words) -> str:
    """Alpha with two decimals and its level of measurement, or that it is not defined."""
    if not has(value):
        return words.t(f"{_KEY}.alpha_undefined")
    return words.t(f"{_KEY}.alpha", alpha=f"{float(value):.2f}".replace("-", "−"), level=words.t(f"{_KEY}.level.{level}"))


def agreeing(frame: pd.DataFrame) -> int:
    """How many opinions have the same stance in both codings."""
    return int(frame.loc[frame["stance"] == frame["stance_second"], "n"].sum())


def coder_agreement_finding(frame: pd.DataFrame, words: Words) -> str:
    """How often the two codings agree, and alpha; nothing of it where the rows cannot say."""
    if frame.empty:
        return words.t("charts.empty")
    row = frame.iloc[0].to_dict()
    n, uncoded = int(row["n_total"]), int(row["n_uncoded"])
    if not n:
        return words.t(f"{_KEY}.finding.none", n=uncoded)
    said = _agreement(frame, row, n, words)
    return said + (words.t(f"{_KEY}.finding.uncoded", n=uncoded) if uncoded else "")


def _agreement(frame: pd.DataFrame, row: Row, n: int, words: Words) -> str:
    if not has(row["stance_exact_pct"]):
        return words.t(f"{_KEY}.finding.differ", n=n)
    if n < SMALL_N:
        return words.t(f"{_KEY}.finding.few", n=n, stance=agreeing(frame), theme=round(n * row["theme_exact_pct"] / 100))
    return words.t(
        f"{_KEY}.finding.shares",
        n=n,
        stance=words.percent(row["stance_exact_pct"], 1),
        near=words.percent(row["stance_within_one_pct"], 1),
        stance_alpha=alpha_words(row["stance_alpha"], "ordinal", words),
        theme=words.percent(row["theme_exact_pct"], 1),
        theme_alpha=alpha_words(row["theme_alpha"], "nominal", words),
    )
