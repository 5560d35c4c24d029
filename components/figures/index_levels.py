"""Figure and finding of `index-levels`: loaded series as lines, stated levels as marks that are never joined."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.figures import stated_levels
from components.figures.parts import Row, date_axis, day, has, heading, place, shortened, small
from components.figures.thinning import GAP_WEEKDAYS, POINTS, drawn_points, few, unbroken
from components.theme import QUIET, figure, safe
from components.words import Words
from data.frames.index_levels import VALUES

Traces = list[Row]
KEY = "charts.index-levels"

#: Heights in pixels: the panel of loaded series, that of levels only stated (alone, and below the other), a name of a series,
#: a heading, a line below, and what the days of an axis take.
_LINES_PX, _ALONE_PX, _STATED_PX, _NAME_PX, _HEADING_PX, _LINE_PX, _DAYS_PX = 330, 380, 280, 20, 24, 17, 26
_LEFT_PX, _RIGHT_PX = 48, 12
#: Between the days of the upper panel and the name of the lower one.
_BETWEEN_PX = 12
_LEGEND = {"orientation": "v", "x": 0, "xanchor": "left", "yanchor": "bottom", "font": {"size": 12}, "itemsizing": "trace"}
_DASHES = ("dash", "dot", "longdash", "dashdot")
_DIGITS = {"rebased": 1, "level": 2, "drawdown": 1, "volatility": 1, "beta": 2}
_REFERENCES = {"rebased": 100, "drawdown": 0, "beta": 1}


# Heights -----------------------------------------------------------------------------------------


def index_levels_height(frame: pd.DataFrame) -> int:
    lines, others = _panels(frame)
    return _above_px(frame) + _plot_px(lines, others) + _below_px(frame)


def _plot_px(lines: pd.DataFrame, others: pd.DataFrame) -> int:
    if lines.empty:
        return _ALONE_PX
    return _LINES_PX + (_DAYS_PX + _BETWEEN_PX + _HEADING_PX + _STATED_PX if len(others) else 0)


def _above_px(frame: pd.DataFrame) -> int:
    lines, _ = _panels(frame)
    if lines.empty:
        return _HEADING_PX
    beside = _beside(frame, lines)
    return _HEADING_PX + _NAME_PX * (lines["series_id"].nunique() + bool(len(beside))) + 8


def _below_px(frame: pd.DataFrame) -> int:
    lines, _ = _panels(frame)
    n = sum(_noted(lines))
    return _DAYS_PX + (n * _LINE_PX + 6 if n else 0)


def _noted(lines: pd.DataFrame) -> tuple[bool, bool]:
    """Whether a line is drawn through some of its points only, and whether one stops somewhere."""
    parts = [part["date"].to_numpy() for _, part in lines.groupby("series_id", sort=False)]
    return any(len(times) > POINTS for times in parts), any(unbroken(times)[-1] > 0 for times in parts)


def _panels(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of loaded series, and the stated levels of all other series that can be rebased."""
    lines = frame[frame["level_basis"] == "loaded"]
    others = frame[(frame["level_basis"] == "stated") & ~frame["series_id"].isin(lines["series_id"].unique())]
    return lines, others[others["level_rebased"].notna()]


def _beside(frame: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """The stated levels of series that are loaded too."""
    return frame[(frame["level_basis"] == "stated") & frame["series_id"].isin(lines["series_id"].unique())]


# Figure ------------------------------------------------------------------------------------------


def index_levels(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Above: loaded series in the chosen measure, and what documents state of them. Below, or alone: marks of the others."""
    lines, others = _panels(frame)
    plot = _plot_px(lines, others)
    below = _STATED_PX / plot if len(lines) and len(others) else 0.0
    axis = _time([*_ends(lines["date"]), *_ends(others["date"])], words)
    layout: Row = {
        "annotations": [],
        "shapes": [],
        "margin": {"l": _LEFT_PX, "r": _RIGHT_PX, "t": _above_px(frame), "b": _below_px(frame)},
        "showlegend": bool(len(lines)),
    }
    traces: Traces = []
    if len(lines):
        traces += _loaded(frame, lines, words)
        top = (_STATED_PX + _HEADING_PX + _BETWEEN_PX + _DAYS_PX) / plot if len(others) else 0.0
        layout |= {
            "xaxis": axis | {"anchor": "y"},
            "yaxis": _scale(lines, _beside(frame, lines)) | {"domain": [top, 1], "anchor": "x"},
        }
        layout["legend"] = _LEGEND | {"y": 1 + (_HEADING_PX + 2) / plot}
        layout["annotations"] += [_title(_measure_words(lines, words), 1.0, plot), *_notes(lines, traces, words)]
        reference = _REFERENCES.get(str(lines["course_measure"].iloc[0]))
        layout["shapes"] += [_level_line(reference, "x", "y")] if reference is not None else []
        _mark_event(layout, lines, axis, words)
    if len(others) or not len(lines):
        where = ("x2", "y2") if len(lines) else ("x", "y")
        scale, pixels = stated_levels.scale(others), _STATED_PX if len(lines) else _ALONE_PX
        marks = stated_levels.traces(others, where, words)
        traces += marks
        n = sum(len(mark["x"]) for mark in marks)
        said = words.t("semicolon") + words.t(f"{KEY}.thinned", drawn=n, n=len(others)) if n < len(others) else ""
        domain = [0, below] if len(lines) else [0, 1]
        layout[f"xaxis{where[0][1:]}"] = axis | {"anchor": where[1]}
        layout[f"yaxis{where[1][1:]}"] = {
            "range": scale,
            "domain": domain,
            "anchor": where[0],
            "automargin": False,
            "tickfont": {"size": 11},
        }
        layout["annotations"] += [
            _title(words.t(f"{KEY}.axis") + said, domain[1], plot),
            *stated_levels.labels(others, axis, scale, pixels, where, words),
        ]
        layout["shapes"].append(_level_line(100, *where))
    return figure(traces, **layout)


def _time(days: list[Any], words: Words) -> Row:
    """The axis of days; over many years only some of them are named, so that a telephone has room."""
    axis = date_axis(days, words) | {"automargin": False, "tickfont": {"size": 11}}
    years = (max(days) - min(days)).days / 365 if days else 0
    return axis | ({"dtick": f"M{12 * math.ceil(years / 6)}"} if years > 6 else {})


def _ends(days: pd.Series) -> list[Any]:
    return [days.min(), days.max()] if len(days) else []


def _title(text: str, y: float, plot: int) -> Row:
    """What a panel measures, above it."""
    return heading(f"<b>{safe(text)}</b>", y + 4 / plot, xshift=-_LEFT_PX + 6)


def _level_line(y: float, x_axis: str, y_axis: str) -> Row:
    """The dotted line of what a series is compared with."""
    line = {"color": QUIET, "width": 1, "dash": "dot"}
    return {"type": "line", "xref": f"{x_axis} domain", "x0": 0, "x1": 1, "yref": y_axis, "y0": y, "y1": y, "line": line, "layer": "below"}


# Loaded series -----------------------------------------------------------------------------------


def _loaded(frame: pd.DataFrame, lines: pd.DataFrame, words: Words) -> Traces:
    """A line a series, its name and end in the legend, and the stated levels of the same series in its colour."""
    measure = str(lines["course_measure"].iloc[0])
    beside = _beside(frame, lines)
    with_times = bool(lines["time_of_day"].notna().any())
    courses: Traces = []
    marks: Traces = []
    own = benchmarks = 0
    for code, part in lines.groupby("series_id", sort=False):
        first = part.iloc[0].to_dict()
        is_benchmark = first["kind"] == "benchmark"
        look = _line_look(first, benchmarks if is_benchmark else own)
        own, benchmarks = own + (not is_benchmark), benchmarks + is_benchmark
        courses += _course(part, measure, look, with_times, words)
        stated = few(beside[beside["series_id"] == code], lines["series_id"].nunique())
        if len(stated):
            marks.append(_beside_trace(stated, measure, look, words))
    if marks:
        at = marks[0]
        marks.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [None],
                "y": [None],
                "customdata": at["customdata"][:1],
                "hoverinfo": "skip",
                "name": words.t(f"{KEY}.beside"),
                "marker": {"symbol": "circle-open", "size": 7, "color": QUIET, "line": {"width": 1.6, "color": QUIET}},
            }
        )
    return courses + marks


def _line_look(first: Row, number: int) -> Row:
    """Colour, symbol and dashes of a series."""
    if first["kind"] == "benchmark":
        return {"color": QUIET, "dash": _DASHES[number % len(_DASHES)], "width": 1.6, "symbol": "x"}
    return {"color": stated_levels.colour(first, number), "dash": "solid", "width": 1.8, "symbol": stated_levels.symbol(first, number)}


def _course(part: pd.DataFrame, measure: str, look: Row, with_times: bool, words: Words) -> Traces:
    """The line, thinned and broken, and its last point, which carries the name."""
    times, values = part["date"].to_numpy(), part[VALUES[measure]].to_numpy(dtype=float)
    name = safe(shortened(words.pick(part.iloc[0], "index_name"), 42))
    kept = drawn_points(times, values)
    stretch = unbroken(times)[kept]
    breaks = np.flatnonzero(np.diff(stretch)) + 1
    printed = np.datetime_as_string(times[kept], unit="s" if with_times else "D").astype(object)
    rounded = np.round(values[kept], 4).astype(object)
    shared = {
        "type": "scatter",
        "legendgroup": name,
        "name": name,
        "hoverinfo": "x+y+name",
        "xhoverformat": words.t(f"{KEY}.{'moment' if with_times else 'day'}"),
        "yhoverformat": f",.{_DIGITS[measure]}f",
    }
    course = shared | {
        "mode": "lines",
        "x": np.insert(printed, breaks, printed[breaks]).tolist(),
        "y": np.insert(rounded, breaks, np.array([None], dtype=object)).tolist(),
        "customdata": [[int(i)] for i in np.insert(part.index.to_numpy()[kept], breaks, part.index.to_numpy()[kept][breaks])],
        "line": {"color": look["color"], "width": look["width"], "dash": look["dash"]},
        "showlegend": False,
    }
    end = shared | {
        "mode": "lines+markers",
        "x": [printed[-1]],
        "y": [rounded[-1]],
        "customdata": [[int(part.index[-1])]],
        "line": course["line"],
        "marker": {"color": look["color"], "symbol": look["symbol"], "size": 8},
        "cliponaxis": False,
    }
    return [course, end]


def _beside_trace(stated: pd.DataFrame, measure: str, look: Row, words: Words) -> Row:
    """Stated levels on or beside the line of their series: hollow, smaller."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": words.t(f"{KEY}.beside"),
        "legendgroup": safe(shortened(words.pick(stated.iloc[0], "index_name"), 42)),
        "showlegend": False,
        "x": [day(d) for d in stated["date"]],
        "y": stated["level_rebased" if measure == "rebased" else "value"].tolist(),
        "customdata": [[int(i)] for i in stated.index],
        "hovertext": [stated_levels.hover(row, words) for row in stated.to_dict("records")],
        "hoverinfo": "text",
        "marker": {"color": look["color"], "symbol": "circle-open", "size": 7, "line": {"width": 1.6, "color": look["color"]}},
    }


def _scale(lines: pd.DataFrame, beside: pd.DataFrame) -> Row:
    """The vertical axis: room for what is drawn, in the unit of the measure."""
    measure = str(lines["course_measure"].iloc[0])
    values = pd.concat([lines[VALUES[measure]], beside["level_rebased" if measure == "rebased" else "value"]]).dropna()
    reference = _REFERENCES.get(measure)
    known = [float(values.min()), float(values.max())] + ([float(reference)] if reference is not None else [])
    low, high = (min(known), max(known)) if len(values) else (0.0, 1.0)
    room = max(high - low, abs(high) * 0.02, 0.1)
    percent = measure in ("drawdown", "volatility")
    return {
        "range": [low - 0.05 * room, high + 0.06 * room],
        "automargin": False,
        "tickfont": {"size": 11},
        "tickformat": ",~f",
        **({"ticksuffix": "%"} if percent else {}),
    }


def _measure_words(lines: pd.DataFrame, words: Words) -> str:
    """What the upper panel measures."""
    row = lines.iloc[0].to_dict()
    measure = str(row["course_measure"])
    if measure == "rebased":
        bases = lines.drop_duplicates("series_id")["base_date"]
        return words.t(f"{KEY}.axis_base", date=words.date(day(bases.iloc[0]))) if bases.nunique() == 1 else words.t(f"{KEY}.axis_bases")
    if measure == "beta":
        names = list(dict.fromkeys(words.pick(r, "benchmark") for r in lines.drop_duplicates("benchmark_id").to_dict("records")))
        return words.t(f"{KEY}.axis_beta", benchmark=names[0]) if len(names) == 1 else words.t(f"{KEY}.axis_betas")
    return words.t(f"{KEY}.axis_{measure}")


def _notes(lines: pd.DataFrame, traces: Traces, words: Words) -> list[Row]:
    """Below the days: how many points are drawn, and where a line stops."""
    thinned, broken = _noted(lines)
    said = []
    if thinned:
        drawn = sum(sum(y is not None for y in trace["y"]) for trace in traces if trace["mode"] == "lines")
        said.append(words.t(f"{KEY}.thinned", drawn=drawn, n=len(lines)))
    if broken:
        said.append(words.t(f"{KEY}.broken_days") if lines["time_of_day"].notna().any() else words.t(f"{KEY}.broken", n=GAP_WEEKDAYS))
    text = "<br>".join(small(line) for line in said)
    return [heading(text, 0, yanchor="top", yshift=-_DAYS_PX, xshift=-_LEFT_PX + 6)] if said else []


def _mark_event(layout: Row, lines: pd.DataFrame, axis: Row, words: Words) -> None:
    """An upright line on the trading day that the series are rebased to, named where an event was chosen."""
    row = lines.iloc[0].to_dict()
    if not has(row["event_id"]) or not has(row["base_date"]):
        return
    layout["shapes"].append(
        {
            "type": "line",
            "xref": "x",
            "x0": day(row["base_date"]),
            "x1": day(row["base_date"]),
            "yref": "y domain",
            "y0": 0,
            "y1": 1,
            "line": {"color": QUIET, "width": 1.2, "dash": "dot"},
            "layer": "below",
        }
    )
    along = place(row["base_date"], axis)
    if 0 <= along <= 1:
        text = shortened(words.pick(row, "short_title"), 26)
        layout["annotations"].append(
            {
                "text": small(text),
                "x": day(row["base_date"]),
                "xref": "x",
                "y": 1,
                "yref": "y domain",
                "yanchor": "top",
                "xanchor": "left" if along < 0.5 else "right",
                "xshift": 4 if along < 0.5 else -4,
                "showarrow": False,
            }
        )


# Findings ----------------------------------------------------------------------------------------


def index_levels_finding(frame: pd.DataFrame, words: Words) -> str:
    """How the loaded series stand in the chosen measure; without any, which stated mark is furthest from its first."""
    if frame.empty:
        return words.t("charts.empty")
    lines, _ = _panels(frame)
    return _loaded_finding(lines, words) if len(lines) else _stated_finding(frame, words)


def _loaded_finding(lines: pd.DataFrame, words: Words) -> str:
    """Of the series that are not benchmarks (of all where there is no other); a raw level is never named."""
    key = f"{KEY}.finding"
    measure = str(lines["course_measure"].iloc[0])
    own = lines[lines["kind"] != "benchmark"]
    own = own if len(own) else lines
    n = own["series_id"].nunique()
    values = own[VALUES[measure]]
    if measure == "drawdown":
        row = own.loc[values.idxmin()].to_dict()
        since = own.loc[own["series_id"] == row["series_id"], "date"].min()
        facts = {
            "value": words.percent(abs(float(row["drawdown_pct"])), 1),
            "date": words.date(day(row["date"])),
            "since": words.date(day(since)),
        }
        return words.t(f"{key}.drawdown_{'one' if n == 1 else 'many'}", name=words.pick(row, "index_name"), **facts)
    last = (lines if measure == "volatility" else own).groupby("series_id", sort=False).tail(1)
    if measure in ("volatility", "beta"):
        digits, sign = (1, "%") if measure == "volatility" else (2, "")
        listed = [
            words.t(f"{key}.each", name=words.pick(row, "index_name"), value=words.number(float(row[VALUES[measure]]), digits) + sign)
            for row in last.head(3).to_dict("records")
        ]
        more = words.t(f"{key}.more", n=len(last) - 3) if len(last) > 3 else ""
        return words.t(f"{key}.{measure}", date=words.date(day(last["date"].max())), listed=words.t("semicolon").join(listed)) + more
    if measure == "level":
        first = own.groupby("series_id", sort=False).head(1).set_index("series_id")["loaded_level"]
        change = 100 * (last.set_index("series_id")["loaded_level"] / first - 1)
        code = change.abs().idxmax()
        part = own[own["series_id"] == code]
        span = words.span(day(part["date"].min()), day(part["date"].max()))
        value = words.signed_percent(float(change[code]))
        return words.t(f"{key}.level_{'one' if n == 1 else 'many'}", name=words.pick(part.iloc[0], "index_name"), value=value, span=span)
    row = last.loc[(last["level_rebased"] - 100).abs().idxmax()].to_dict()
    said = words.t(
        f"{key}.rebased_{'one' if n == 1 else 'many'}",
        name=words.pick(row, "index_name"),
        level=words.number(float(row["level_rebased"]), 1),
        date=words.date(day(row["date"])),
        base=words.date(day(row["base_date"])),
    )
    beside = lines[(lines["kind"] == "benchmark") & (lines["series_id"] != row["series_id"])]
    beside = beside[(beside["date"] == row["date"]) & (beside["base_date"] == row["base_date"])].head(1)
    for other in beside.to_dict("records"):
        level = words.number(float(other["level_rebased"]), 1)
        said += words.t(f"{key}.benchmark", name=words.pick(other, "index_name"), level=level)
    return said


def _stated_finding(frame: pd.DataFrame, words: Words) -> str:
    """How many series have more than one stated level, and which mark is furthest from its first."""
    key = f"{KEY}.finding"
    drawn = frame[frame["level_rebased"].notna()]
    single = int((frame["n"] == 1).sum())
    if drawn.empty:
        return words.t(f"{key}.single", n=single)
    row = drawn.loc[(drawn["level_rebased"] - 100).abs().idxmax()].to_dict()
    said = words.t(
        f"{key}.furthest",
        name=words.pick(row, "index_name"),
        level=words.number(float(row["level_rebased"]), 0),
        date=words.date(day(row["date"])),
        base=words.date(day(row["base_date"])),
    )
    return said + (words.t(f"{key}.not_drawn", n=single) if single else "")
