"""What the two charts of the event study have in common: cumulated and daily abnormal returns by trading day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from components.figures.parts import Row, has, heading, shortened
from components.theme import FAINT, QUIET, SERIES_COLOURS, SERIES_SYMBOLS, safe
from components.words import Words

Traces = list[Row]
KEY = "charts.parts.study."

#: Heights in pixels: of a series' name in the legend, of a panel's heading, of the panels, of what lies between and below.
_NAME_PX, _HEADING_PX, _TOTAL_PX, _STRIP_PX, _DAY_PX, _BELOW_PX = 20, 24, 230, 34, 150, 46
_LEFT_PX, _RIGHT_PX = 44, 12
#: With more series than this, bands lie on one another: only the last day's is drawn.
_BANDS = 2
#: Share of the width for a strip beside the cumulated returns, and where it begins.
_BESIDE = (0.84, 1.0)


@dataclass(frozen=True)
class Columns:
    """The columns of a frame that are drawn: cumulated and of the day, each with its band, and the p of the day."""

    total: str
    day: str
    day_p: str

    def band(self, name: str) -> tuple[str, str]:
        stem = name.removesuffix("_return_pct").removesuffix("_pct")
        return f"{stem}_low_pct", f"{stem}_high_pct"


@dataclass(frozen=True)
class Said:
    """What stands over the two panels and below them."""

    total: str
    day: str
    axis: str


def names_of(days: pd.DataFrame) -> list[str]:
    """The series, in the order of the frame."""
    return list(dict.fromkeys(days["series_id"]))


def height(days: pd.DataFrame) -> int:
    return _plot_px() + _above_px(days) + _BELOW_PX


def _plot_px() -> int:
    return _TOTAL_PX + _STRIP_PX + _HEADING_PX + _DAY_PX


def _above_px(days: pd.DataFrame) -> int:
    return _NAME_PX * len(names_of(days)) + _HEADING_PX + 8


def drawn(
    days: pd.DataFrame, columns: Columns, hovers: dict[int, str], said: Said, words: Words, beside: bool = False
) -> tuple[Traces, dict[str, Any]]:
    """Traces and layout: cumulated returns with bands above (`y`), a strip for events (`y3`), the days below (`y2`).

    `beside` leaves room for a strip of single events beside the cumulated returns (`x2`).
    """
    plot = _plot_px()
    low_panel, strip = _DAY_PX / plot, (_DAY_PX + _HEADING_PX) / plot
    total = (_DAY_PX + _HEADING_PX + _STRIP_PX) / plot
    first, last = int(days["relative_day"].min()), int(days["relative_day"].max())
    codes = names_of(days)
    traces: Traces = []
    for number, code in enumerate(codes):
        part = days[days["series_id"] == code]
        traces += _series(part, columns, hovers, number, len(codes), words)
    scales = [_scale(days, [name, *columns.band(name)]) for name in (columns.total, columns.day)]
    axis = {"zeroline": True, "zerolinecolor": QUIET, "automargin": False, "tickfont": {"size": 11}}
    layout: dict[str, Any] = {
        "xaxis": {
            "range": [first - 0.8, last + 0.8],
            "domain": [0, _BESIDE[0] - 0.04] if beside else [0, 1],
            "tickvals": _ticks(first, last),
            "ticktext": [day_number(day, words) for day in _ticks(first, last)],
            "title": {"text": safe(said.axis), "font": {"size": 12}, "standoff": 6},
            "automargin": False,
            "tickangle": 0,
            "anchor": "y2",
        },
        "yaxis": axis | {"range": scales[0], "domain": [total, 1]},
        "yaxis2": axis | {"range": scales[1], "domain": [0, low_panel]},
        "yaxis3": {"range": [-0.6, 2.6], "domain": [strip, total - 4 / plot], "visible": False},
        "annotations": [
            heading(f"<b>{safe(said.total)}</b>", 1 + 3 / plot, xshift=-_LEFT_PX + 4),
            heading(f"<b>{safe(said.day)}</b>", low_panel + 3 / plot, xshift=-_LEFT_PX + 4),
            *([] if beside else [events_label((strip + total) / 2, words, -_LEFT_PX + 4)]),
        ],
        "shapes": [{"type": "line", "xref": "x", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1, "line": _AT_EVENT, "layer": "below"}],
        "margin": {"l": _LEFT_PX, "r": _RIGHT_PX, "t": _above_px(days), "b": _BELOW_PX},
        "legend": {"orientation": "v", "x": 0, "y": 1 + _HEADING_PX / plot, "yanchor": "bottom", "font": {"size": 12}},
    }
    if beside:
        layout["xaxis2"] = {
            "domain": list(_BESIDE),
            "range": [-0.7, len(codes) - 0.3],
            "anchor": "y",
            "showticklabels": False,
            "showgrid": False,
        }
    return traces, layout


_AT_EVENT = {"color": QUIET, "width": 1.5, "dash": "dot"}


def _series(part: pd.DataFrame, columns: Columns, hovers: dict[int, str], number: int, of: int, words: Words) -> Traces:
    colour, symbol = look(number)
    name = safe(shortened(words.pick(part.iloc[0], "index_name"), 40))
    x = [int(day) for day in part["relative_day"]]
    shared = {
        "type": "scatter",
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [hovers[int(i)] for i in part.index],
        "hoverinfo": "text",
        "legendgroup": name,
        "name": name,
    }
    traces: Traces = []
    low, high = columns.band(columns.total)
    if of <= _BANDS:
        known = part[part[low].notna()]
        around = [int(day) for day in known["relative_day"]]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": around + around[::-1],
                "y": [*known[high], *known[low][::-1]],
                "fill": "toself",
                "fillcolor": _clear(colour),
                "line": {"width": 0},
                "hoverinfo": "skip",
                "showlegend": False,
                "legendgroup": name,
            }
        )
    line = {"mode": "lines+markers", "line": {"color": colour, "width": 2}, "marker": {"color": colour, "symbol": symbol, "size": 5}}
    traces.append(shared | line | {"x": x, "y": part[columns.total].tolist()})
    if of > _BANDS and has(part[low].iloc[-1]):
        end = part.tail(1)
        traces.append(
            shared
            | {
                "mode": "markers",
                "x": [x[-1] + _dodged(number, of)],
                "y": end[columns.total].tolist(),
                "customdata": [[int(end.index[0])]],
                "hovertext": [hovers[int(end.index[0])]],
                "marker": {"color": colour, "symbol": symbol, "size": 7},
                "error_y": _reach(end, columns.total, columns, colour),
                "showlegend": False,
            }
        )
    rare = part[columns.day_p] < 0.05
    day = shared | {
        "mode": "markers",
        "x": [at + _dodged(number, of) for at in x],
        "y": part[columns.day].tolist(),
        "yaxis": "y2",
        "showlegend": False,
        "marker": {"color": colour, "symbol": [symbol if r else f"{symbol}-open" for r in rare], "size": 7, "line": {"width": 1.5}},
    }
    if of <= _BANDS:
        day["error_y"] = _reach(part, columns.day, columns, colour)
    return [*traces, day]


def events_label(y: float, words: Words, xshift: int) -> Row:
    """What the marks of the strip are, beside it."""
    return heading(words.t(f"{KEY}events"), y, yanchor="middle", xshift=xshift, font={"size": 11})


def look(number: int) -> tuple[str, str]:
    """Colour and symbol of a series by its place."""
    return SERIES_COLOURS[number % len(SERIES_COLOURS)], SERIES_SYMBOLS[number % len(SERIES_SYMBOLS)]


def _dodged(number: int, of: int) -> float:
    """A step aside, so that series of one day stand beside one another."""
    return 0.0 if of == 1 else 0.6 * (number / (of - 1) - 0.5)


def _reach(part: pd.DataFrame, name: str, columns: Columns, colour: str) -> Row:
    low, high = columns.band(name)
    return {
        "type": "data",
        "symmetric": False,
        "array": (part[high] - part[name]).tolist(),
        "arrayminus": (part[name] - part[low]).tolist(),
        "color": _clear(colour, 0.45),
        "thickness": 1.2,
        "width": 0,
    }


def _clear(colour: str, opacity: float = 0.14) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def _scale(days: pd.DataFrame, names: list[str]) -> list[float]:
    values = days[names].to_numpy(dtype=float)
    known = values[values == values]
    low, high = (min(float(known.min()), 0.0), max(float(known.max()), 0.0)) if known.size else (-1.0, 1.0)
    room = 0.06 * max(high - low, 0.5)
    return [low - room, high + room]


def widened(scale: list[float], values: pd.Series) -> list[float]:
    """A scale that holds these values too."""
    known = values.dropna()
    if known.empty:
        return scale
    low, high = min(scale[0], float(known.min())), max(scale[1], float(known.max()))
    room = 0.05 * (high - low)
    return [low - room if low < scale[0] else scale[0], high + room if high > scale[1] else scale[1]]


def _ticks(first: int, last: int) -> list[int]:
    """Round days, always with 0 where the window holds it."""
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if (last - first) / s <= 6)
    return list(range(-(-first // step) * step, last + 1, step))


def day_number(day: float, words: Words) -> str:
    """A relative day with its sign, a true minus before the event."""
    return f"{'−' if day < 0 else ''}{words.number(abs(int(day)))}"


def p_said(value: object, words: Words) -> str:
    """A probability to three decimals; `–` where there is none."""
    if not has(value):
        return words.t(f"{KEY}p_none")
    p = float(value)  # type: ignore[arg-type]
    return words.t(f"{KEY}p_small") if p < 0.001 else words.t(f"{KEY}p", value=words.number(p, 3 if p < 0.1 else 2))


def band_said(row: Row, name: str, columns: Columns, words: Words) -> str:
    """A value with its band in brackets."""
    low, high = (words.signed_percent(float(row[c])) if has(row[c]) else "–" for c in columns.band(name))
    return words.t(f"{KEY}band", value=words.signed_percent(float(row[name])), low=low, high=high)


def verdict(row: Row, name: str, columns: Columns) -> str:
    """Whether the band lies above zero, below it, or includes it."""
    low, high = (float(row[c]) for c in columns.band(name))
    return "above" if low > 0 else "below" if high < 0 else "includes"


def beyond(row: Row, words: Words) -> str:
    """What an abnormal return is beyond, by model: `the market model on CSI 300`."""
    name = words.pick(row, "benchmark") if has(row["benchmark_id"]) else ""
    return words.t(f"{KEY}beyond.{row['return_model']}", benchmark=name)


def strip(frame: pd.DataFrame, hovers: dict[int, str], symbols: list[str], colours: list[str]) -> Row:
    """Marks of the events of the window between the panels; those of one day above one another."""
    piled = frame.groupby("relative_day").cumcount() % 3
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [int(day) for day in frame["relative_day"]],
        "y": piled.tolist(),
        "yaxis": "y3",
        "customdata": [[int(i)] for i in frame.index],
        "hovertext": [hovers[int(i)] for i in frame.index],
        "hoverinfo": "text",
        "showlegend": False,
        "cliponaxis": False,
        "marker": {"symbol": symbols, "color": colours, "size": 8, "line": {"width": 0.5, "color": FAINT}},
    }
