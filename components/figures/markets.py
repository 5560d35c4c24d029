"""Figures and findings of the markets page: stated moves, stated levels, dated events."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from components.figures.parts import (
    CHARACTER_PX,
    NARROW_PX,
    Row,
    date_axis,
    day,
    has,
    heading,
    place,
    read_in,
    sentences,
    shortened,
    small,
    width,
)
from components.theme import (
    FAINT,
    QUIET,
    SERIES_COLOURS,
    SERIES_KIND_COLOURS,
    SERIES_KIND_SYMBOLS,
    SERIES_SYMBOLS,
    figure,
    safe,
)
from components.words import Words
from data.frames.markets import nearest_moves

Traces = list[Row]

# Stated moves -----------------------------------------------------------------------------------

_ROW_PX, _DAYS_PX, _HEAD_PX, _GAP_PX = 52, 260, 80, 84
_TICKS = (-25, -5, 0, 5, 25, 100, 250)
_KINDS = ("concept_index", "sector_index", "etf", "stock", "benchmark")


def stated_moves_height(frame: pd.DataFrame) -> int:
    windows = len(_windows(frame))
    return _HEAD_PX + _ROW_PX * windows + (_GAP_PX if windows else 0) + _DAYS_PX + 46


def _windows(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["measure"] == "pct_change_window"]


def squeezed(pct: float) -> float:
    """Symmetric logarithm, sign(p) * log10(1 + |p| / 5): moves below 5% keep nearly their size, large ones are squeezed."""
    return math.copysign(math.log10(1 + abs(pct) / 5), pct)


def stated_moves(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Above: window moves as a list, the benchmark over the same days as a tick. Below: all moves in time."""
    windows = _windows(frame)
    plot = stated_moves_height(frame) - _HEAD_PX - 46
    split_at = _DAYS_PX / plot if len(windows) else 1.0
    top = (_DAYS_PX + _GAP_PX) / plot if len(windows) else 1.0
    scale = _move_scale(frame, words)
    rows = {index: len(windows) - 1 - number for number, index in enumerate(windows.index)}
    layout: Row = {
        "xaxis2": date_axis([*frame["window_end"], *frame["window_start"]], words, before=0.1) | {"anchor": "y2"},
        "yaxis2": scale | {"domain": [0, split_at], "anchor": "x2", "ticklabelposition": "inside", "tickfont": {"size": 11}},
        "annotations": [heading(f"<b>{safe(words.t('charts.stated-moves.panel.days'))}</b>", split_at + 8 / plot)],
        "margin": {"l": 8, "r": 12, "t": _HEAD_PX, "b": 46},
        "legend": {"y": 1 + 30 / plot, "font": {"size": 12}},
    }
    traces = _in_time(frame, words)
    if len(windows):
        traces = _in_list(windows, rows, words) + traces
        layout["xaxis"] = scale | {
            "domain": [0, 1],
            "anchor": "y",
            "title": {"text": words.t("charts.stated-moves.axis"), "font": {"size": 12}},
        }
        layout["yaxis"] = {
            "domain": [min(top, 1.0), 1],
            "anchor": "x",
            "range": [-0.4, len(windows) - 0.1],
            "showgrid": False,
            "showticklabels": False,
        }
        layout["annotations"] += [
            heading(f"<b>{safe(words.t('charts.stated-moves.panel.windows'))}</b>", 1 + 6 / plot),
            *_row_labels(windows, rows, words),
        ]
    return figure(traces, **layout)


def _move_scale(frame: pd.DataFrame, words: Words) -> Row:
    """The squeezed axis of percentages that both panels have; its ticks name the true values."""
    known = [*frame["move_pct"].dropna(), *frame["benchmark_move_pct"].dropna(), 0.0]
    low, high = min(*known, -5), max(*known, 5)
    ticks = [t for t in _TICKS if low - 3 <= t <= high * 1.3]
    return {
        "range": [squeezed(low) - 0.5, squeezed(high) + 0.6],
        "tickvals": [squeezed(t) for t in ticks],
        "ticktext": [words.signed_percent(t, 0).rstrip("%") for t in ticks],
        "zeroline": True,
        "zerolinecolor": QUIET,
        "tickangle": 0,
    }


def _row_labels(windows: pd.DataFrame, rows: dict[int, int], words: Words) -> list[Row]:
    """Above each mark of the list: the name, then the window and what the benchmark did in it."""
    labels = []
    for index, row in zip(windows.index, windows.to_dict("records"), strict=True):
        start = day(row["window_start"]) if has(row["window_start"]) else ""
        when = (
            words.span(start, day(row["window_end"]))
            if start
            else words.t("charts.stated-moves.to", date=words.date(day(row["window_end"])))
        )
        about = words.t("charts.stated-moves.about", window=when, beside=_beside(row, words, "label"))
        text = f"{safe(shortened(words.pick(row, 'index_name'), 44))}<br>{small(about)}"
        labels.append(heading(text, rows[index], yref="y", yshift=10, font={"size": 12}))
    return labels


def _beside(row: Row, words: Words, form: str) -> str:
    """The benchmark's move and the difference, or that there is none."""
    key = f"charts.stated-moves.beside.{form}"
    if row["kind"] == "benchmark":
        return words.t(f"{key}.itself")
    if not has(row["benchmark_move_pct"]):
        return words.t(f"{key}.none")
    ahead = float(row["difference_pct"])
    points = words.t(f"charts.stated-moves.amount.{_bound(row)}", value=words.number(abs(ahead), 1))
    direction = "ahead" if ahead >= 0 else "behind"
    return words.t(
        f"{key}.{direction}",
        benchmark=words.pick(row, "benchmark"),
        move=words.signed_percent(float(row["benchmark_move_pct"])),
        points=points,
    )


def _bound(row: Row) -> str:
    """How exact the size of the difference is: a bound of the move bounds it, and a fall's bound is one of depth."""
    qualifier, swapped = str(row["value_qualifier"]), {"at_least": "at_most", "at_most": "at_least"}
    opposite = (float(row["move_pct"]) < 0) != (float(row["difference_pct"]) < 0)
    return swapped.get(qualifier, qualifier) if opposite else qualifier


def _in_list(windows: pd.DataFrame, rows: dict[int, int], words: Words) -> Traces:
    """A stem from zero and a mark a row; a tick where the benchmark stood."""
    x = [squeezed(p) for p in windows["move_pct"]]
    y = [rows[i] for i in windows.index]
    stems = {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
        "line": {"color": FAINT, "width": 4},
        "x": [v for at in x for v in (0, at, None)],
        "y": [v for at in y for v in (at, at, None)],
        "customdata": [[int(i)] for i in windows.index for _ in range(3)],
    }
    traces: Traces = [stems]
    for kind, part in _by_kind(windows):
        trace = _move_trace(part, words, kind) | {
            "x": [squeezed(p) for p in part["move_pct"]],
            "y": [rows[i] for i in part.index],
            "xaxis": "x",
            "yaxis": "y",
        }
        falls = [p < 0 for p in part["move_pct"]]
        trace |= {
            "mode": "markers+text",
            "text": [f" {_amount(row, words)} " for row in part.to_dict("records")],
            "textposition": ["middle left" if fall else "middle right" for fall in falls],
            "textfont": {"size": 12},
        }
        traces.append(trace)
    known = windows[windows["benchmark_move_pct"].notna()]
    if len(known):
        ticks = _move_trace(known, words, "benchmark") | {"name": words.t("charts.stated-moves.tick"), "legendgroup": "tick"}
        ticks["marker"] = {"symbol": "line-ns-open", "size": 14, "color": QUIET, "line": {"width": 2.5, "color": QUIET}}
        traces.append(
            ticks
            | {"x": [squeezed(p) for p in known["benchmark_move_pct"]], "y": [rows[i] for i in known.index], "xaxis": "x", "yaxis": "y"}
        )
    return traces


def _by_kind(frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(kind, part) for kind in _KINDS if len(part := frame[frame["kind"] == kind])]


def _amount(row: Row, words: Words) -> str:
    """A move with its sign, and its bound where it has one."""
    value = words.signed_percent(float(row["move_pct"]), 1)
    return words.t(f"charts.stated-moves.amount.{row['value_qualifier']}", value=value)


def _move_trace(part: pd.DataFrame, words: Words, kind: str) -> Row:
    """What the marks of one kind of series have in common."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": words.code("series_kind", kind),
        "legendgroup": kind,
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_move_hover(row, words) for row in part.to_dict("records")],
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {
            "color": SERIES_KIND_COLOURS[kind],
            "symbol": SERIES_KIND_SYMBOLS[kind],
            "size": 10,
            "opacity": [0.45 if c == "low" else 0.95 for c in part["confidence"]],
        },
    }


def _in_time(frame: pd.DataFrame, words: Words) -> Traces:
    """All moves on a time axis: windows as spans, days as dots, readings from within a day hollow."""
    traces: Traces = []
    spans = _windows(frame)
    spans = spans[spans["window_start"].notna()]
    if len(spans):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": words.t("charts.stated-moves.span"),
                "hoverinfo": "skip",
                "xaxis": "x2",
                "yaxis": "y2",
                "line": {"color": QUIET, "width": 1.5},
                "opacity": 0.7,
                "customdata": [[int(i)] for i in spans.index for _ in range(3)],
                "x": [x for a, b in zip(spans["window_start"], spans["window_end"], strict=True) for x in (day(a), day(b), None)],
                "y": [y for p in spans["move_pct"] for y in (squeezed(p), squeezed(p), None)],
            }
        )
    listed = {kind for kind, _ in _by_kind(_windows(frame))}
    part_day = frame["measure"] == "pct_change_intraday"
    for hollow in (False, True):
        for kind, part in _by_kind(frame[part_day == hollow]):
            trace = _move_trace(part, words, kind) | {
                "x": [day(d) for d in part["window_end"]],
                "y": [squeezed(p) for p in part["move_pct"]],
                "xaxis": "x2",
                "yaxis": "y2",
            }
            trace["marker"] |= {"size": 8}
            trace["showlegend"] = kind not in listed
            if hollow:
                shape = SERIES_KIND_SYMBOLS[kind]
                trace["marker"] |= {"symbol": f"{'circle' if shape == 'x' else shape}-open", "line": {"width": 1.6}}
                trace |= {
                    "legendgroup": "part_day",
                    "name": words.t("charts.stated-moves.part_day"),
                    "showlegend": "part_day" not in listed,
                }
            listed.add("part_day" if hollow else kind)
            traces.append(trace)
    return traces


def _move_hover(row: Row, words: Words) -> str:
    key = "charts.stated-moves.hover"
    name = words.t(f"{key}.name", name=words.pick(row, "index_name"), kind=words.code("series_kind", row["kind"]))
    end = words.date(day(row["window_end"]))
    if has(row["window_start"]):
        said = words.t(
            f"{key}.window", name=name, value=_amount(row, words), window=words.span(day(row["window_start"]), day(row["window_end"]))
        )
    elif row["measure"] == "pct_change_window":
        said = words.t(f"{key}.open_window", name=name, value=_amount(row, words), date=end)
    else:
        said = words.t(
            f"{key}.{'part_day' if row['measure'] == 'pct_change_intraday' else 'day'}", name=name, value=_amount(row, words), date=end
        )
    lines = [said, words.t(f"{key}.computed") if row["is_computed"] else ""]
    if row["measure"] != "pct_change_intraday":
        lines.append(_beside(row, words, "hover"))
    if has(row["benchmark_move_pct"]) and has(row["base_date"]):
        lines.append(words.t(f"{key}.base", date=words.date(day(row["base_date"])), end=end))
    lines += [words.pick(row, "notes"), words.t(f"{key}.low") if row["confidence"] == "low" else "", read_in(row, words)]
    return sentences(lines)


def stated_moves_finding(frame: pd.DataFrame, words: Words) -> str:
    """The nearest index move against its benchmark, and for how many windows a benchmark is known."""
    if frame.empty:
        return words.t("charts.empty")
    key = "charts.stated-moves.finding"
    windows = _windows(frame[frame["kind"] != "benchmark"])
    compared = int(windows["benchmark_move_pct"].notna().sum())
    nearest = nearest_moves(frame)
    if nearest.empty:
        low, high = (_amount(frame.loc[at].to_dict(), words) for at in (frame["move_pct"].idxmin(), frame["move_pct"].idxmax()))
        said = words.t(f"{key}.range", n=len(frame), low=low, high=high) if len(frame) > 1 else words.t(f"{key}.single", value=low)
        return said + (words.t(f"{key}.no_benchmark", n=len(windows)) if len(windows) and not compared else "")
    row = nearest.iloc[0].to_dict()
    said = words.t(
        f"{key}.nearest",
        name=words.pick(row, "index_name"),
        value=_amount(row, words),
        window=words.span(day(row["window_start"]), day(row["window_end"])),
        benchmark=words.pick(row, "benchmark"),
        move=words.signed_percent(float(row["benchmark_move_pct"])),
    )
    return said + words.t(f"{key}.compared", known=compared, n=len(windows))


# Stated levels ----------------------------------------------------------------------------------

_LEVELS_PX = 420


def index_levels_height(frame: pd.DataFrame) -> int:
    return _LEVELS_PX


def index_levels(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Marks, never lines: each series from its first stated level, which is 100."""
    drawn = frame[frame["level_rebased"].notna()]
    axis = date_axis(drawn["date"], words)
    values = drawn["level_rebased"]
    low, high = (float(values.min()), float(values.max())) if len(values) else (95.0, 105.0)
    room = max(high - low, 5.0)
    scale = [low - 0.08 * room, high + 0.1 * room]
    traces: Traces = []
    for number, (_, part) in enumerate(drawn.groupby("series_id", sort=False)):
        traces.append(_level_trace(part, number, words))
    layout: Row = {
        "xaxis": axis,
        "yaxis": {"range": scale, "title": {"text": words.t("charts.index-levels.axis")}},
        "shapes": [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": 100,
                "y1": 100,
                "line": {"color": QUIET, "width": 1, "dash": "dot"},
                "layer": "below",
            }
        ],
        "annotations": _level_labels(drawn, axis, scale, words),
        "showlegend": False,
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
    }
    return figure(traces, **layout)


def _colour(row: Row, number: int) -> str:
    """A concept index keeps its colour on every chart; the others go through the list."""
    return SERIES_KIND_COLOURS["concept_index"] if row["kind"] == "concept_index" else SERIES_COLOURS[number % len(SERIES_COLOURS)]


def _symbol(row: Row, number: int) -> str:
    return SERIES_KIND_SYMBOLS["concept_index"] if row["kind"] == "concept_index" else SERIES_SYMBOLS[number % len(SERIES_SYMBOLS)]


def _level_trace(part: pd.DataFrame, number: int, words: Words) -> Row:
    first = part.iloc[0].to_dict()
    shape, is_high = _symbol(first, number), part["measure"] == "high"
    return {
        "type": "scatter",
        "mode": "markers",
        "name": safe(words.pick(first, "index_name")),
        "x": [day(d) for d in part["date"]],
        "y": part["level_rebased"].tolist(),
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_level_hover(row, words) for row in part.to_dict("records")],
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {
            "color": _colour(first, number),
            "symbol": [f"{shape}-open" if high else shape for high in is_high],
            "size": 12 if first["kind"] == "concept_index" else 8,
            "opacity": 0.85,
            "line": {"width": 2 if is_high.any() else 0.5, "color": _colour(first, number)},
        },
    }


def _level_labels(drawn: pd.DataFrame, axis: Row, scale: list[float], words: Words) -> list[Row]:
    """The last mark of each series named, where no mark and no other name stands, on narrow and on wide screens."""
    unit = (_LEVELS_PX - 40) / (scale[1] - scale[0])
    spots = [(place(d, axis), level * unit) for d, level in zip(drawn["date"], drawn["level_rebased"], strict=True)]
    taken: dict[int, list[Box]] = {across: [(x * across - 5, x * across + 5, y - 5, y + 5) for x, y in spots] for across in _SCREENS}
    labels = []
    for row in (
        drawn.groupby("series_id", sort=False).tail(1).sort_values("level_rebased", ascending=False, kind="stable").to_dict("records")
    ):
        text = shortened(words.pick(row, "index_name"), 32)
        ax, ay = _free(place(row["date"], axis), float(row["level_rebased"]) * unit, width(text) * CHARACTER_PX, taken)
        labels.append(
            {
                "text": safe(text),
                "x": day(row["date"]),
                "y": float(row["level_rebased"]),
                "ax": ax,
                "ay": -ay,
                "xanchor": "left" if ax > 0 else "right",
                "showarrow": True,
                "arrowhead": 0,
                "arrowwidth": 1,
                "arrowcolor": QUIET,
                "standoff": 5,
                "font": {"size": 11},
            }
        )
    return labels


Box = tuple[float, float, float, float]
#: Plot widths that labels are placed for, in pixels.
_SCREENS = (NARROW_PX, 880)


def _free(x: float, y: float, wide: float, taken: dict[int, list[Box]]) -> tuple[int, int]:
    """Offset of a label from its mark, in pixels: the nearest that covers the least of what is taken, which it then takes."""

    def box(across: int, ax: int, ay: int) -> Box:
        left = x * across + ax - (0 if ax > 0 else wide)
        return left, left + wide, y + ay - 8, y + ay + 8

    def cost(offset: tuple[int, int]) -> float:
        total = float(abs(offset[1]))
        for across, boxes in taken.items():
            left, right, low, high = box(across, *offset)
            total += 100 * sum(1 for a, b, c, d in boxes if a < right and b > left and c < high and d > low)
            total += 5 * (max(0.0, -30 - left) + max(0.0, right - across - 10))
        return total

    best = min(((ax, sign * step) for step in range(0, 112, 16) for sign in (1, -1) for ax in (14, -14)), key=cost)
    for across, boxes in taken.items():
        boxes.append(box(across, *best))
    return best


def _level_hover(row: Row, words: Words) -> str:
    value = words.number(float(row["value"]), 2)
    said = words.t(
        f"charts.index-levels.hover.{'high' if row['measure'] == 'high' else 'close'}",
        name=words.pick(row, "index_name"),
        value=value,
        unit=words.code("value_unit", row["unit"]),
        date=words.date(day(row["date"])),
    )
    base = words.t(
        "charts.index-levels.hover.rebased", level=words.number(float(row["level_rebased"]), 1), base=words.date(day(row["base_date"]))
    )
    return sentences([said, base, words.pick(row, "notes"), read_in(row, words)])


def index_levels_finding(frame: pd.DataFrame, words: Words) -> str:
    """How many series have more than one stated level, and which mark is furthest from its first."""
    if frame.empty:
        return words.t("charts.empty")
    key = "charts.index-levels.finding"
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
