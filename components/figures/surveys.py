"""Figure and finding of survey results."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.parts import date_axis, has, heading, read_in, sentences, shortened, small
from components.theme import FAINT, SERIES_COLOURS, SERIES_SYMBOLS, figure, safe
from components.words import Words

Row = dict[str, Any]
Traces = list[Row]

_KEY = "charts.surveys-over-time"
_LINES_PX, _DOT_PX, _HEAD_PX, _FOOT_PX = 250, 62, 28, 46
_LEGEND_PX = 26
_TICKS = [0, 25, 50, 75, 100]
#: How many repeated questions a finding names before it counts the rest.
_NAMED = 3
_HIDDEN_AXES = {"xaxis": {"visible": False}, "yaxis": {"visible": False}}


def _parts(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Results of repeated questions, and the rest."""
    repeated = frame["n_answers"] > 1
    return frame[repeated], frame[~repeated]


def surveys_over_time_height(frame: pd.DataFrame) -> int:
    lines, dots = _parts(frame)
    above = 2 * _HEAD_PX + _LINES_PX + _FOOT_PX + _LEGEND_PX * lines["series_code"].nunique() if len(lines) else 0
    below = _HEAD_PX + _DOT_PX * len(dots) + _FOOT_PX if len(dots) else 0
    return 16 + max(above + below, 120)


def surveys_over_time(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A line for each repeated question; below, a dot for each question read for one date only."""
    if frame.empty:
        return figure([], **_HIDDEN_AXES)
    lines, dots = _parts(frame)
    plot = surveys_over_time_height(frame) - 16
    layout: Row = {"annotations": []}
    traces: Traces = []
    upper = 1.0
    if len(lines):
        legend = _LEGEND_PX * lines["series_code"].nunique()
        upper -= (legend + 2 * _HEAD_PX) / plot
        lower = upper - _LINES_PX / plot if len(dots) else 0.0
        traces += _question_lines(lines, words)
        layout |= _line_axes(lines, (max(0.0, lower), upper), words)
        layout["legend"] = {
            "orientation": "v",
            "y": 1 - 2 * _HEAD_PX / plot,
            "yanchor": "top",
            "itemclick": False,
            "itemdoubleclick": False,
        }
        layout["annotations"] += _line_notes(lines, plot, words)
        upper = lower - _FOOT_PX / plot
    if len(dots):
        upper -= _HEAD_PX / plot
        axis = "2" if len(lines) else ""
        traces += _dots(dots, axis, words)
        layout["shapes"] = _stems(dots, axis)
        layout |= _dot_axes(dots, axis, (0.0, upper), words)
        layout["annotations"].append(heading(f"<b>{safe(words.t(f'{_KEY}.panel_once'))}</b>", upper + 4 / plot))
        layout["annotations"] += [_dot_label(row, place, axis, words) for place, row in enumerate(dots.to_dict("records"))]
    return figure(traces, **layout)


# Repeated questions ------------------------------------------------------------------------------


def _question_lines(lines: pd.DataFrame, words: Words) -> Traces:
    return [_line(part, number, words) for number, (_, part) in enumerate(lines.groupby("series_code", sort=False))]


def _line(part: pd.DataFrame, number: int, words: Words) -> Row:
    rows = part.to_dict("records")
    middle = [_middle(row) for row in rows]
    return {
        "type": "scatter",
        "mode": "lines+markers+text",
        "name": safe(_question(rows[0], words)),
        "showlegend": True,
        "x": [row["date_mid"].isoformat() for row in rows],
        "y": middle,
        "error_y": _interval(rows),
        "text": [_value(row, words) for row in rows],
        "textposition": "top center",
        "cliponaxis": False,
        "line": {"color": SERIES_COLOURS[number % len(SERIES_COLOURS)], "width": 2},
        "marker": {"symbol": SERIES_SYMBOLS[number % len(SERIES_SYMBOLS)], "size": 10},
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_hover(row, words) for row in rows],
        "hoverinfo": "text",
    }


def _line_axes(lines: pd.DataFrame, domain: tuple[float, float], words: Words) -> Row:
    """Each survey's date as a tick while they are few, else years."""
    axis = date_axis(lines["date_mid"], words, least=365, before=0.12)
    first, last = (pd.Timestamp(edge) for edge in axis["range"])
    axis["range"] = [first.isoformat(), (last + 0.12 * (last - first)).isoformat()]
    surveys = [(day, part.to_dict("records")) for day, part in lines.groupby("date_mid")]
    if len(surveys) <= 5:
        ticks = {"tickvals": [day.isoformat() for day, _ in surveys], "ticktext": [_survey_name(rows, words) for _, rows in surveys]}
        axis = {k: v for k, v in axis.items() if k not in ("dtick", "tick0", "tickformat")} | ticks
    highest = float(lines[["value", "value_high", "share_high_pct"]].max().max())
    return {
        "xaxis": axis | {"showgrid": False, "anchor": "y"},
        "yaxis": {"domain": list(domain), "range": [0, 1.2 * highest if highest > 0 else 1], "ticksuffix": "%", "nticks": 5},
    }


def _survey_name(rows: list[Row], words: Words) -> str:
    """The date of a survey, and below it how many answered, where all its results say the same."""
    sizes = {_size(row, words) for row in rows}
    date = safe(words.period(rows[0]["period"]))
    return f"{date}<br>{small(sizes.pop())}" if len(sizes) == 1 else date


def _line_notes(lines: pd.DataFrame, plot: int, words: Words) -> list[Row]:
    """The panel's name, with whose answers these are."""
    where = words.listed(words.code("geography", g) for g in dict.fromkeys(lines["geography"]))
    name = f"<b>{safe(words.t(f'{_KEY}.panel_repeated'))}</b><br>{small(words.t(f'{_KEY}.respondents', where=where))}"
    return [heading(name, 1 - 1.7 * _HEAD_PX / plot)]


def _question(row: Row, words: Words) -> str:
    """The question in words: its code's where it has one, else the indicator's name."""
    return words.code("survey_question", row["series_code"]) if has(row["series_code"]) else words.pick(row, "name")


# Questions read for one date only ----------------------------------------------------------------


def _dots(dots: pd.DataFrame, axis: str, words: Words) -> Traces:
    """A dot for each result, its value beside it; a range as a line between its ends."""
    rows = dots.to_dict("records")
    whole: Row = {"xaxis": f"x{axis}", "yaxis": f"y{axis}", "type": "scatter", "showlegend": False}
    ranges = [
        {
            "mode": "lines",
            "x": [row["value_low"], row["value_high"]],
            "y": [place, place],
            "line": {"color": SERIES_COLOURS[0], "width": 4},
            "customdata": [[int(index)]] * 2,
            "hovertext": [_hover(row, words)] * 2,
            "hoverinfo": "text",
            **whole,
        }
        for place, (index, row) in enumerate(zip(dots.index, rows, strict=True))
        if not has(row["value"])
    ]
    points = {
        "mode": "markers",
        "x": [row["value"] if has(row["value"]) else row["value_high"] for row in rows],
        "y": list(range(len(rows))),
        "error_x": _interval(rows),
        "cliponaxis": False,
        "marker": {"color": SERIES_COLOURS[0], "opacity": 1, "size": [11 if has(row["value"]) else 1 for row in rows]},
        "customdata": [[int(i)] for i in dots.index],
        "hovertext": [_hover(row, words) for row in rows],
        "hoverinfo": "text",
        **whole,
    }
    left = [_middle(row) > 88 for row in rows]
    values = {
        "mode": "text",
        "x": [_end(row, "low" if at_left else "high") for row, at_left in zip(rows, left, strict=True)],
        "y": list(range(len(rows))),
        "text": [f"\u2003{_value(row, words)}\u2002" for row in rows],
        "textposition": ["middle left" if at_left else "middle right" for at_left in left],
        "cliponaxis": False,
        "customdata": [[int(i)] for i in dots.index],
        "hoverinfo": "skip",
        **whole,
    }
    return [*ranges, points, values]


def _stems(dots: pd.DataFrame, axis: str) -> list[Row]:
    """From zero to each dot: a line over the whole width would run through the values."""
    line = {"type": "line", "xref": f"x{axis}", "yref": f"y{axis}", "x0": 0, "line": {"color": FAINT, "width": 4}, "layer": "below"}
    return [line | {"x1": _middle(row), "y0": place, "y1": place} for place, row in enumerate(dots.to_dict("records"))]


def _end(row: Row, end: str) -> float:
    """Where the mark of a result ends on one side: its interval, its range, or the dot itself."""
    for column in (f"share_{end}_pct", "value", f"value_{end}"):
        if has(row[column]):
            return float(row[column])
    return 0.0


def _dot_axes(dots: pd.DataFrame, axis: str, domain: tuple[float, float], words: Words) -> Row:
    return {
        f"xaxis{axis}": {"range": [-4, 110], "tickvals": _TICKS, "ticktext": [words.percent(t) for t in _TICKS], "anchor": f"y{axis}"},
        f"yaxis{axis}": {
            "domain": [domain[0], max(domain)],
            "range": [len(dots) - 0.6, -0.8],
            "tickvals": list(range(len(dots))),
            "showgrid": False,
            "showticklabels": False,
            "anchor": f"x{axis}",
        },
    }


def _dot_label(row: Row, place: int, axis: str, words: Words) -> Row:
    """The question above its dot, and whose answers these are: beside it, they would take the whole screen."""
    said = _dated(words.pick(row, "name"), row, words, 44)
    about = words.t(f"{_KEY}.about", where=words.code("geography", row["geography"]), size=_size(row, words))
    return heading(f"{safe(said)}<br>{small(about)}", place, yref=f"y{axis}", yshift=9, font={"size": 12})


# Words -------------------------------------------------------------------------------------------


def _dated(name: str, row: Row, words: Words, most: int = 200) -> str:
    """A name with the date of the result, unless it ends with it."""
    if name.endswith(str(row["period"])):
        return shortened(name, most + 8)
    return words.t(f"{_KEY}.label", name=shortened(name, most), period=words.period(row["period"]))


def _middle(row: Row) -> float:
    return float(row["value"] if has(row["value"]) else (row["value_low"] + row["value_high"]) / 2)


def _interval(rows: list[Row]) -> Row:
    """Bars of the Wilson intervals; none where no sample size is known."""
    known = [has(row["share_low_pct"]) for row in rows]
    return {
        "type": "data",
        "symmetric": False,
        "array": [float(row["share_high_pct"]) - _middle(row) if k else None for row, k in zip(rows, known, strict=True)],
        "arrayminus": [_middle(row) - float(row["share_low_pct"]) if k else None for row, k in zip(rows, known, strict=True)],
        "thickness": 1.5,
        "width": 4,
    }


def _value(row: Row, words: Words) -> str:
    """A result in percent, with its bound; or the two ends of a range."""
    if not has(row["value"]):
        return words.t(f"{_KEY}.amount.range", low=words.number(row["value_low"], 1), high=words.percent(row["value_high"], 1))
    return words.t(f"{_KEY}.amount.{row['value_qualifier']}", value=words.percent(float(row["value"]), 1))


def _size(row: Row, words: Words) -> str:
    if not has(row["sample_size"]):
        return words.t(f"{_KEY}.size.none")
    kind = row["sample_size_qualifier"] if has(row["sample_size_qualifier"]) else "exact"
    return words.t(f"{_KEY}.size.{kind}", n=int(row["sample_size"]))


def _hover(row: Row, words: Words) -> str:
    key = f"{_KEY}.hover"
    interval = ""
    if has(row["share_low_pct"]):
        interval = words.t(f"{key}.interval", low=words.percent(row["share_low_pct"], 1), high=words.percent(row["share_high_pct"], 1))
    return sentences(
        [
            words.t(f"{key}.result", name=_dated(_question(row, words), row, words), value=_value(row, words)),
            words.t(f"{key}.sample", where=words.code("geography", row["geography"]), size=_size(row, words)),
            interval,
            words.pick(row, "definition"),
            read_in(row, words),
        ]
    )


def surveys_over_time_finding(frame: pd.DataFrame, words: Words) -> str:
    """First and last answer to each repeated question, and how many results say how many were asked."""
    if frame.empty:
        return words.t("charts.empty")
    lines, _ = _parts(frame)
    questions = [part for _, part in lines.groupby("series_code", sort=False)]
    said = [_moved(part.iloc[0].to_dict(), part.iloc[-1].to_dict(), words) for part in questions[:_NAMED]]
    if len(questions) > _NAMED:
        said.append(words.t(f"{_KEY}.finding.more", n=len(questions) - _NAMED))
    if not questions:
        said.append(words.t(f"{_KEY}.finding.once", n=len(frame)))
    known = int(frame["sample_size"].notna().sum())
    said.append(words.t(f"{_KEY}.finding.sizes", known=known, n=len(frame)))
    return words.t("semicolon").join(said)


def _moved(first: Row, last: Row, words: Words) -> str:
    return words.t(
        f"{_KEY}.finding.moved",
        question=_question(first, words),
        first=_value(first, words),
        first_period=words.period(first["period"]),
        last=_value(last, words),
        last_period=words.period(last["period"]),
    )
