"""Figure and finding of `funding-coverage`: which years and countries the collected rounds come from, and how firm they are."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.funding_shares import NOTE_PX, country_lines, line_name, note_above
from components.figures.money import Traces
from components.figures.parts import Row, heading, sentences, shortened, small
from components.theme import FAINT, figure, safe
from components.words import Words
from data.frames.funding_shares import CONFIDENCES

#: Countries that have a line of cells of their own.
COVERED_SHOWN = 6
_HEAD_PX, _CELL_PX, _YEAR_PX, _BARS_PX, _LABELS_PX = 22, 34, 44, 136, 106
#: So many years leave room for more than a number in a cell of a telephone.
_ROOMY = 6
#: Dark enough for a record that is firm, light for one that is not.
_CONFIDENCE_COLOURS = {"high": "#2F7FB5", "medium": "#8FBBDA", "low": "#D9A441"}
#: Few to many; all but the darkest carry dark numbers.
_SCALE = ((0.0, "#D5E1EC"), (1.0, "#2F6E9E"))
#: Chinese rounds of these years are known to be thin: see the description of the table.
_EARLY_BEFORE = 2025


def funding_coverage_height(frame: pd.DataFrame) -> int:
    return 3 * NOTE_PX + _HEAD_PX + _CELL_PX * max(len(_covered(frame)), 1) + _YEAR_PX + _BARS_PX + 40


def funding_coverage(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Cells of countries by years with the number of rounds, of them undisclosed in brackets; below, how firm the records are."""
    if frame.empty:
        return figure([], xaxis={"visible": False}, yaxis={"visible": False})
    lines = _covered(frame)
    years = list(range(int(min(frame["period_year"])), int(max(frame["period_year"])) + 1))
    layout = _axes(frame, lines, years, words)
    most = max(int(part.groupby("period_year")["n"].sum().max()) for _, part in lines)
    traces: Traces = []
    for place, (kind, part) in enumerate(lines):
        traces.append(_cells(part, -place, years, most, words, several=kind == "others"))
        layout["annotations"] += _others(part, -place, years, most, words) if kind == "others" else []
    layout["annotations"] += [_above(year, rows, years, words) for year, rows in frame.groupby("period_year")]
    return figure(traces + _confidences(frame, years, words), **layout, barmode="overlay", bargap=0)


def _axes(frame: pd.DataFrame, lines: list[tuple[str, pd.DataFrame]], years: list[int], words: Words) -> Row:
    """The grid of cells above the bars, both over the same years; in pixels that hold at every width."""
    key = "charts.funding-coverage."
    plot = _HEAD_PX + _CELL_PX * len(lines) + _YEAR_PX + _BARS_PX
    cells_top, bars_top = 1 - _HEAD_PX / plot, _BARS_PX / plot
    partial = {int(year) for year in frame.loc[frame["year_incomplete"], "period_year"]}
    roomy = len(years) <= _ROOMY

    def labelled(year: int) -> bool:
        return (years[-1] - year) % (1 + (len(years) - 1) // 8) == 0

    fixed = {"showgrid": False, "automargin": False}
    return {
        "margin": {"l": _LABELS_PX, "r": 4, "t": 3 * NOTE_PX + 4, "b": 36},
        "legend": {"y": -4 / plot, "yanchor": "top", "traceorder": "normal"},
        "xaxis": fixed
        | {
            "range": [-0.5, len(years) - 0.5],
            "tickvals": list(range(len(years))),
            "ticktext": [_year_label(year, year in partial, len(years), words) if labelled(year) else "" for year in years],
            "tickangle": 0,
            "tickfont": {"size": 12 if roomy else 10},
            "anchor": "y",
        },
        "yaxis": fixed
        | {
            "domain": [(_BARS_PX + _YEAR_PX) / plot, cells_top],
            "range": [-len(lines) + 0.5, 0.5],
            "tickvals": [-place for place in range(len(lines))],
            "ticktext": [safe(shortened(line_name(kind, part, words), 16)) for kind, part in lines],
            "tickfont": {"size": 12},
        },
        "yaxis2": fixed
        | {"domain": [0, bars_top], "range": [0, 1.6 * frame.groupby("period_year")["n"].sum().max()], "showticklabels": False},
        "annotations": [
            note_above(words.t(f"{key}note")) | {"xshift": 4 - _LABELS_PX},
            heading(words.t(f"{key}cells"), cells_top, xshift=4 - _LABELS_PX),
            heading(words.t(f"{key}firm"), bars_top, xshift=4 - _LABELS_PX, yanchor="middle"),
        ],
    }


def _covered(frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The lines of cells: countries with most rounds, the others together, those not stated."""
    sizes = -frame.groupby("country", dropna=False)["n"].transform("sum")
    order = frame.assign(_fewer=sizes).sort_values(["_fewer", "country", "period_year"], kind="stable").index
    return country_lines(frame.loc[order], COVERED_SHOWN)


def _year_label(year: int, partial: bool, of: int, words: Words) -> str:
    """A year, marked where it is not whole and there is room."""
    if not partial or of > _ROOMY:
        return str(year) + ("*" if partial else "")
    return f"{year}<br>{small(words.t('charts.funding-coverage.partial'))}"


def _cells(part: pd.DataFrame, place: int, years: list[int], most: int, words: Words, several: bool) -> Row:
    """A cell a year; several countries in one cell divide its width, each a mark of its own."""
    n = part.groupby("period_year")["n"]
    before, whole = n.cumsum() - part["n"], n.transform("sum")
    left = [years.index(int(year)) - 0.46 + 0.92 * b / w for year, b, w in zip(part["period_year"], before, whole, strict=True)]
    wide = (0.92 * part["n"] / whole).tolist()
    return {
        "type": "bar",
        "x": [at + width / 2 for at, width in zip(left, wide, strict=True)],
        "width": wide,
        "base": [place - 0.44] * len(part),
        "y": [0.88] * len(part),
        "marker": {
            "color": whole.tolist(),
            "colorscale": [list(step) for step in _SCALE],
            "cmin": 0,
            "cmax": max(most, 1),
            "line": {"color": FAINT, "width": 1},
        },
        "text": [""] * len(part)
        if several
        else [_cell_text(row["n"], row["n_undisclosed"], len(years), words) for row in part.to_dict("records")],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"size": 12, "color": [_ink(n, most) for n in whole]},
        "constraintext": "none",
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_cell_hover(row, words) for row in part.to_dict("records")],
        "hoverinfo": "text",
        "showlegend": False,
    }


def _ink(n: float, most: int) -> str:
    """The colour of a number that reads on its cell."""
    return "#FFFFFF" if n > 0.85 * most else "#14161A"


def _cell_text(n: int, undisclosed: int, years: int, words: Words) -> str:
    """The number of rounds, and the undisclosed ones where there is room."""
    if years > _ROOMY or not undisclosed:
        return words.count(int(n))
    return words.t("charts.funding-coverage.cell", n=int(n), undisclosed=int(undisclosed))


def _others(part: pd.DataFrame, place: int, years: list[int], most: int, words: Words) -> list[Row]:
    """The numbers of cells that several countries share."""
    sums = part.groupby("period_year")[["n", "n_undisclosed"]].sum()
    return [
        {
            "x": years.index(int(str(year))),
            "y": place,
            "text": _cell_text(row["n"], row["n_undisclosed"], len(years), words),
            "showarrow": False,
            "font": {"size": 12, "color": _ink(row["n"], most)},
        }
        for year, row in sums.iterrows()
    ]


def _cell_hover(row: Row, words: Words) -> str:
    key = "charts.funding-coverage.hover."
    country = words.code("country", row["country"]) if isinstance(row["country"], str) else words.t("charts.funding-shares.unstated", n=0)
    firm = words.listed(
        words.t(f"{key}confidence", confidence=words.code("confidence", c), n=int(row[f"n_{c}_confidence"]))
        for c in CONFIDENCES
        if row[f"n_{c}_confidence"]
    )
    lines = [
        words.t(f"{key}cell", country=country, year=str(row["period_year"]), n=int(row["n"])),
        words.t(f"{key}undisclosed", n=int(row["n_undisclosed"])) if row["n_undisclosed"] else "",
        words.t(f"{key}firm", said=firm),
        words.t(f"{key}partial") if row["year_incomplete"] else "",
    ]
    return sentences(lines)


def _confidences(frame: pd.DataFrame, years: list[int], words: Words) -> Traces:
    """Rounds of each year by confidence: sums over countries, so no single row stands behind a bar."""
    sums = frame.groupby("period_year")[[f"n_{c}_confidence" for c in CONFIDENCES]].sum()
    foot = pd.Series(0, index=sums.index)
    traces: Traces = []
    for confidence in CONFIDENCES:
        n = sums[f"n_{confidence}_confidence"]
        traces.append(
            {
                "type": "bar",
                "name": words.code("confidence", confidence),
                "yaxis": "y2",
                "x": [years.index(int(year)) for year in sums.index],
                "y": n.tolist(),
                "base": foot.tolist(),
                "width": 0.6,
                "marker": {"color": _CONFIDENCE_COLOURS[confidence]},
                "hoverinfo": "skip",
            }
        )
        foot = foot + n
    return traces


def _above(year: Any, rows: pd.DataFrame, years: list[int], words: Words) -> Row:
    """Above a bar: the rounds of the year, and its parts from the foot up where there is room."""
    n = {confidence: int(rows[f"n_{confidence}_confidence"].sum()) for confidence in CONFIDENCES}
    parts = "" if len(years) > _ROOMY else f"<br>{small(words.t('charts.funding-coverage.parts', **n))}"
    at = {"x": years.index(int(year)), "y": sum(n.values()), "yref": "y2", "yanchor": "bottom", "showarrow": False}
    return at | {"text": f"<b>{words.count(int(rows['n'].sum()))}</b>{parts}", "font": {"size": 12}}


def funding_coverage_finding(frame: pd.DataFrame, words: Words) -> str:
    """Where most of the rounds are from, how many are Chinese and early, how many undisclosed, and where the collection ends."""
    if frame.empty:
        return words.t("charts.empty")
    key = "charts.funding-coverage.finding."
    total = int(frame["n"].sum())
    said = []
    kind, most = _covered(frame)[0]
    if kind == "country":
        said.append(words.t(f"{key}most", country=line_name(kind, most, words), n=int(most["n"].sum()), total=total))
    else:
        said.append(words.t(f"{key}none", n=total))
    chinese = frame[frame["country"] == "CN"]
    if len(chinese):
        early = int(chinese.loc[chinese["period_year"].astype(int) < _EARLY_BEFORE, "n"].sum())
        if most["country"].iloc[0] == "CN":
            said.append(words.t(f"{key}early", n=early, year=str(_EARLY_BEFORE)))
        else:
            said.append(
                words.t(f"{key}china", country=words.code("country", "CN"), n=int(chinese["n"].sum()), early=early, year=str(_EARLY_BEFORE))
            )
    said.append(words.t(f"{key}undisclosed", n=int(frame["n_undisclosed"].sum())))
    newest = frame["newest_month"].iloc[0]
    said += [words.t(f"{key}ends", month=words.date(newest))] if isinstance(newest, str) else []
    said.append(words.t(f"{key}sample"))
    return words.t("charts.funding.known.joiner").join(said)
