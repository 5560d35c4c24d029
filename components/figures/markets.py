"""Figure and finding of `stated-moves`: what documents state of moves, beside the benchmark over the same days."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.figures.density import shading
from components.figures.parts import Row, date_axis, day, has, heading, read_in, sentences, shortened, small, width
from components.theme import FAINT, QUIET, SERIES_KIND_COLOURS, SERIES_KIND_SYMBOLS, figure, safe
from components.words import Words
from data.frames.markets import nearest_moves

Traces = list[Row]
KEY = "charts.stated-moves"

#: Heights in pixels: a listed move, the heading of its kind, a panel's heading, what the list's axis takes, the panel in time.
_ROW_PX, _KIND_PX, _HEADING_PX, _TICKS_PX, _DAYS_PX = 54, 22, 40, 56, 230
#: Margins; a legend of several lines, as on a telephone, takes more above and the rows come a little closer.
_ABOVE_PX, _BELOW_PX, _LEFT_PX, _RIGHT_PX = 44, 26, 8, 12
_TICKS = (-25, -5, 0, 5, 25, 100, 250)
_KINDS = ("concept_index", "sector_index", "etf", "stock", "benchmark")
#: More moves than this are drawn in time as the largest ones and a shading of the others.
_MANY, _LARGEST = 1500, 150


# What is drawn ------------------------------------------------------------------------------------


def stated_moves_height(frame: pd.DataFrame) -> int:
    return _ABOVE_PX + _plot_px(frame) + _BELOW_PX


def _plot_px(frame: pd.DataFrame) -> int:
    list_px = _list_px(_listed(frame))
    return (_HEADING_PX + list_px + _TICKS_PX if list_px else 0) + _HEADING_PX + _DAYS_PX


def _list_px(listed: pd.DataFrame) -> int:
    return _ROW_PX * len(listed) + _KIND_PX * listed["kind"].nunique()


def _listed(frame: pd.DataFrame) -> pd.DataFrame:
    """The moves that are listed one by one, by kind and then by their days."""
    listed = frame[frame["list_place"].notna()]
    starts = listed["window_start"].fillna(listed["window_end"])
    order = pd.DataFrame(
        {"kind": listed["kind"].map(_KINDS.index), "start": starts, "end": listed["window_end"], "mark": listed["mark_id"]}
    )
    return listed.loc[order.sort_values(list(order), kind="stable").index]


def _windows(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["measure"] == "pct_change_window"]


def _by_kind(frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(kind, part) for kind in _KINDS if len(part := frame[frame["kind"] == kind])]


def squeezed(pct: float) -> float:
    """Symmetric logarithm, sign(p) * log10(1 + |p| / 5): moves below 5% keep nearly their size, large ones are squeezed."""
    return math.copysign(math.log10(1 + abs(pct) / 5), pct)


def stated_moves(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Above: some moves as a list, the benchmark over the same days as a tick. Below: all moves in time."""
    listed, plot = _listed(frame), _plot_px(frame)
    list_px = _list_px(listed)
    scale = _move_scale(frame, words)
    time = date_axis([*frame["window_end"], *frame["window_start"]], words, before=0.1) | {"automargin": False, "tickfont": {"size": 11}}
    in_time = _in_time(frame, time, scale, words)
    layout: Row = {
        "xaxis2": time | {"anchor": "y2"},
        "yaxis2": _upright(scale) | {"domain": [0, _DAYS_PX / plot]},
        "annotations": [_panel_words("days", _in_time_words(frame, words), _DAYS_PX / plot, words)],
        "margin": {"l": _LEFT_PX, "r": _RIGHT_PX, "t": _ABOVE_PX, "b": _BELOW_PX},
        "legend": {"y": 1 + 4 / plot, "font": {"size": 12}, "itemsizing": "constant"},
    }
    traces = in_time
    if list_px:
        low = (_DAYS_PX + _HEADING_PX + _TICKS_PX) / plot
        places = _rows_px(listed)
        traces = _in_list(listed, places, words) + in_time
        layout["xaxis"] = scale | {
            "domain": [0, 1],
            "anchor": "y",
            "title": {"text": words.t(f"{KEY}.axis"), "font": {"size": 12}, "standoff": 4},
            "tickfont": {"size": 11},
            "zeroline": False,
            "showgrid": False,
        }
        layout["yaxis"] = {
            "domain": [low, low + list_px / plot],
            "anchor": "x",
            "range": [-list_px, 0],
            "showgrid": False,
            "showticklabels": False,
            "automargin": False,
        }
        layout["annotations"] += [
            _panel_words("list", _list_words(frame, listed, words), low + list_px / plot, words),
            *_kind_labels(listed, places, words),
            *_row_labels(listed, places, words),
        ]
    return figure(traces + _explained(frame, words), **layout)


def _panel_words(panel: str, note: str, y: float, words: Words) -> Row:
    """The name of a panel, and what of the moves it holds."""
    return heading(f"<b>{safe(words.t(f'{KEY}.panel.{panel}'))}</b><br>{small(note)}", y, yshift=3)


def _list_words(frame: pd.DataFrame, listed: pd.DataFrame, words: Words) -> str:
    """How many of the moves are listed, and by what rule."""
    first = listed.iloc[0].to_dict()
    among = frame[frame["kind"] != "benchmark"] if first["kind"] != "benchmark" else frame
    if len(listed) == len(among):
        return words.t(f"{KEY}.listed.all", n=len(listed))
    if has(first["event_id"]):
        return words.t(f"{KEY}.listed.near", n=len(listed), total=len(among), event=shortened(words.pick(first, "short_title"), 30))
    return words.t(f"{KEY}.listed.known", n=len(listed), total=len(among))


def _in_time_words(frame: pd.DataFrame, words: Words) -> str:
    n, loaded = len(frame), int((frame["benchmark_basis"] == "loaded").sum())
    said = words.t(f"{KEY}.in_time.some", n=n, drawn=len(_drawn(frame))) if n > _MANY else words.t(f"{KEY}.in_time.all", n=n)
    return said + (words.t(f"{KEY}.in_time.loaded", n=loaded) if loaded else "")


def _rows_px(listed: pd.DataFrame) -> dict[int, float]:
    """Where the mark of each listed move stands, in pixels below the top of the list; the name of a kind is above its first."""
    places, at, before = {}, 0, ""
    for index, kind in zip(listed.index, listed["kind"], strict=True):
        at += _KIND_PX if kind != before else 0
        places[int(index)] = -float(at + _ROW_PX - 10)
        at, before = at + _ROW_PX, kind
    return places


def _kind_labels(listed: pd.DataFrame, places: dict[int, float], words: Words) -> list[Row]:
    """The name of each kind above its first move."""
    labels = []
    for index, kind in listed["kind"].drop_duplicates().items():
        text = f"<b>{safe(words.code('series_kind', kind))}</b>"
        look = {"font": {"size": 12, "color": SERIES_KIND_COLOURS[kind]}, "yref": "y"}
        labels.append(heading(text, places[int(str(index))], yshift=_ROW_PX - 10, **look))
    return labels


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


def _upright(scale: Row) -> Row:
    """The same axis beside the panel in time, where no text needs room at its ends."""
    low, high = scale["range"]
    ends = [low + 0.3, high - 0.4]
    return scale | {"range": ends, "anchor": "x2", "ticklabelposition": "inside", "tickfont": {"size": 11}, "automargin": False}


def _row_labels(listed: pd.DataFrame, places: dict[int, float], words: Words) -> list[Row]:
    """Above each mark of the list: the name, then its days, how it was read, and what the benchmark did."""
    labels = []
    for index, row in zip(listed.index, listed.to_dict("records"), strict=True):
        read = [words.t(f"{KEY}.read.{row['day_part']}")] if has(row["day_part"]) else []
        read += [words.t(f"{KEY}.read.low")] if row["confidence"] == "low" else []
        how = words.t(f"{KEY}.read.how", how=words.listed(read)) if read else ""
        about = words.t(f"{KEY}.about", window=_when(row, words), beside=_beside(row, words, "label"))
        text = f"{safe(shortened(words.pick(row, 'index_name'), 44 - width(how)))}{small(how)}<br>{small(about)}"
        labels.append(heading(text, places[int(index)], yref="y", yshift=7, font={"size": 12}))
    return labels


def _when(row: Row, words: Words) -> str:
    """The days of a move."""
    last = day(row["window_end"])
    if row["measure"] != "pct_change_window":
        return words.date(last)
    if not has(row["window_start"]):
        return words.t(f"{KEY}.to", date=words.date(last))
    return words.span(day(row["window_start"]), last)


def _beside(row: Row, words: Words, form: str) -> str:
    """The benchmark's move and the difference, or that there is none."""
    key = f"{KEY}.beside.{form}"
    if row["kind"] == "benchmark":
        return words.t(f"{key}.itself")
    if not has(row["benchmark_move_pct"]):
        return words.t(f"{key}.none")
    ahead = float(row["difference_pct"])
    if abs(ahead) < 0.05 and row["value_qualifier"] == "exact":
        return words.t(f"{key}.same", benchmark=words.pick(row, "benchmark"), move=words.signed_percent(float(row["benchmark_move_pct"])))
    points = words.t(f"{KEY}.amount.{_bound(row)}", value=words.number(abs(ahead), 1))
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


def _in_list(listed: pd.DataFrame, places: dict[int, float], words: Words) -> Traces:
    """A stem from zero and a mark a row; a tick where the benchmark stood."""
    x = [squeezed(p) for p in listed["move_pct"]]
    y = [places[int(i)] for i in listed.index]
    stems = {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
        "line": {"color": FAINT, "width": 4},
        "x": [v for at in x for v in (0, at, None)],
        "y": [v for at in y for v in (at, at, None)],
        "customdata": [[int(i)] for i in listed.index for _ in range(3)],
    }
    traces: Traces = [zero_marks(y) | {"customdata": [[int(i)] for i in listed.index]}, stems]
    for kind, part in _by_kind(listed):
        falls = [p < 0 for p in part["move_pct"]]
        traces.append(
            _move_trace(part, words, kind)
            | {
                "x": [squeezed(p) for p in part["move_pct"]],
                "y": [places[int(i)] for i in part.index],
                "xaxis": "x",
                "yaxis": "y",
                "mode": "markers+text",
                "text": [f" {_amount(row, words)} " for row in part.to_dict("records")],
                "textposition": ["middle left" if fall else "middle right" for fall in falls],
                "textfont": {"size": 12},
                "showlegend": False,
            }
        )
    known = listed[listed["benchmark_move_pct"].notna()]
    if len(known):
        ticks = _move_trace(known, words, "benchmark") | {"legendgroup": "tick", "showlegend": False, "marker": _TICK}
        at = {"x": [squeezed(p) for p in known["benchmark_move_pct"]], "y": [places[int(i)] for i in known.index]}
        traces.append(ticks | at | {"xaxis": "x", "yaxis": "y"})
    return traces


def zero_marks(y: list[float]) -> Row:
    """Zero in each row, as high as its mark: a line through all rows would strike through the names above them."""
    return {
        "type": "scatter",
        "mode": "markers",
        "hoverinfo": "skip",
        "showlegend": False,
        "x": [0] * len(y),
        "y": y,
        "marker": {"symbol": "line-ns-open", "size": 14, "color": QUIET, "line": {"width": 1, "color": QUIET}},
    }


_TICK: Row = {"symbol": "line-ns-open", "size": 14, "color": QUIET, "line": {"width": 2.5, "color": QUIET}}


def symbol_of(row: Row) -> str:
    """The shape of a kind; hollow for a reading within the day, hollow with a dot for a row of low confidence."""
    shape = SERIES_KIND_SYMBOLS[row["kind"]]
    if row["confidence"] == "low":
        return f"{shape}-open-dot"
    return f"{'circle' if shape == 'x' else shape}-open" if row["measure"] == "pct_change_intraday" else shape


def _explained(frame: pd.DataFrame, words: Words) -> Traces:
    """The legend: kinds, then what other shapes mean. Each entry is a trace without a point."""
    filled = [(kind, words.code("series_kind", kind), "markers", _filled(kind)) for kind in _KINDS if (frame["kind"] == kind).any()]
    quiet = {"size": 9, "color": QUIET, "line": {"width": 1.6, "color": QUIET}}
    others = [
        ("tick", words.t(f"{KEY}.tick"), "markers", _TICK, frame["benchmark_move_pct"].notna().any()),
        ("span", words.t(f"{KEY}.span"), "lines", {}, (frame["measure"] == "pct_change_window").any()),
        ("part_day", words.t(f"{KEY}.part_day"), "markers", quiet | {"symbol": "circle-open"}, frame["day_part"].notna().any()),
        ("low", words.t(f"{KEY}.low"), "markers", quiet | {"symbol": "circle-open-dot"}, (frame["confidence"] == "low").any()),
    ]
    entries = filled + [entry[:4] for entry in others if entry[4]]
    return [
        {
            "type": "scatter",
            "mode": mode,
            "name": name,
            "legendgroup": group,
            "x": [None],
            "y": [None],
            "xaxis": "x2",
            "yaxis": "y2",
            "customdata": [[int(frame.index[0])]],
            "hoverinfo": "skip",
            **({"marker": marker} if mode == "markers" else {"line": {"color": QUIET, "width": 1.5}}),
        }
        for group, name, mode, marker in entries
    ]


def _filled(kind: str) -> Row:
    return {"color": SERIES_KIND_COLOURS[kind], "symbol": SERIES_KIND_SYMBOLS[kind], "size": 9}


def _amount(row: Row, words: Words) -> str:
    """A move with its sign, and its bound where it has one."""
    value = words.signed_percent(float(row["move_pct"]), 1)
    return words.t(f"{KEY}.amount.{row['value_qualifier']}", value=value)


def _move_trace(part: pd.DataFrame, words: Words, kind: str) -> Row:
    """What the marks of one kind of series have in common."""
    records = part.to_dict("records")
    return {
        "type": "scatter",
        "mode": "markers",
        "name": words.code("series_kind", kind),
        "legendgroup": kind,
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_move_hover(row, words) for row in records],
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {
            "color": SERIES_KIND_COLOURS[kind],
            "symbol": [symbol_of(row) for row in records],
            "size": 10,
            "opacity": 0.95,
            "line": {"width": 1.5 if kind != "benchmark" else 0.5, "color": SERIES_KIND_COLOURS[kind]},
        },
    }


def _drawn(frame: pd.DataFrame) -> pd.DataFrame:
    """The moves that are marks in time: all, or the listed and the largest ones."""
    if len(frame) <= _MANY:
        return frame
    largest = frame["move_pct"].abs().sort_values(ascending=False, kind="stable").index[:_LARGEST]
    return frame[frame.index.isin(largest) | frame["list_place"].notna()]


def _in_time(frame: pd.DataFrame, time: Row, scale: Row, words: Words) -> Traces:
    """All moves on a time axis: windows as spans with a mark at their end, days and readings within a day as marks."""
    drawn = _drawn(frame)
    traces: Traces = []
    if len(drawn) < len(frame):
        rest = frame[~frame.index.isin(drawn.index)]
        height = pd.Series(10.0 ** (np.sign(rest["move_pct"]) * np.log10(1 + rest["move_pct"].abs() / 5)))
        for shade in shading(rest["window_end"], height, time["range"], scale["range"], "y2"):
            traces.append(shade | {"xaxis": "x2", "y": np.log10(shade["y"]).tolist()})
    spans = _windows(drawn)
    spans = spans[spans["window_start"].notna()]
    if len(spans):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "legendgroup": "span",
                "showlegend": False,
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
    for kind, part in _by_kind(drawn):
        trace = _move_trace(part, words, kind) | {
            "x": [day(d) for d in part["window_end"]],
            "y": [squeezed(p) for p in part["move_pct"]],
            "xaxis": "x2",
            "yaxis": "y2",
            "showlegend": False,
        }
        trace["marker"] |= {"size": 8}
        traces.append(trace)
    return traces


def _move_hover(row: Row, words: Words) -> str:
    key = f"{KEY}.hover"
    name = words.t(f"{key}.name", name=words.pick(row, "index_name"), kind=words.code("series_kind", row["kind"]))
    end, part_day = words.date(day(row["window_end"])), row["measure"] == "pct_change_intraday"
    if has(row["window_start"]):
        window = words.span(day(row["window_start"]), day(row["window_end"]))
        said = words.t(f"{key}.window", name=name, value=_amount(row, words), window=window)
    elif row["measure"] == "pct_change_window":
        said = words.t(f"{key}.open_window", name=name, value=_amount(row, words), date=end)
    else:
        part = words.t(f"{KEY}.read.{row['day_part'] if has(row.get('day_part')) else 'intraday'}")
        said = words.t(f"{key}.{'part_day' if part_day else 'day'}", name=name, value=_amount(row, words), date=end, part=part)
    lines = [said, words.t(f"{key}.computed") if row["is_computed"] else ""]
    lines.append(words.t(f"{key}.no_close") if part_day else _beside(row, words, "hover"))
    if has(row["benchmark_move_pct"]) and has(row["base_date"]):
        basis = "base_loaded" if row.get("benchmark_basis") == "loaded" else "base"
        lines.append(words.t(f"{key}.{basis}", date=words.date(day(row["base_date"])), end=end))
    lines += [words.pick(row, "notes"), words.t(f"{key}.low") if row["confidence"] == "low" else "", read_in(row, words)]
    return sentences(lines)


def stated_moves_finding(frame: pd.DataFrame, words: Words) -> str:
    """A move against its benchmark, and for how many a benchmark is known.

    Of the moves listed for the chosen event an index first, then one with a benchmark, then the nearest; without an
    event the index move over a window that stands first in `nearest_moves`.
    """
    if frame.empty:
        return words.t("charts.empty")
    key = f"{KEY}.finding"
    moves = frame[(frame["kind"] != "benchmark") & (frame["measure"] != "pct_change_intraday")]
    compared = int(moves["benchmark_move_pct"].notna().sum())
    nearest = _near_event(moves) if frame["event_id"].notna().any() else nearest_moves(frame)
    if nearest.empty:
        low, high = (_amount(frame.loc[at].to_dict(), words) for at in (frame["move_pct"].idxmin(), frame["move_pct"].idxmax()))
        said = words.t(f"{key}.range", n=len(frame), low=low, high=high) if len(frame) > 1 else words.t(f"{key}.single", value=low)
        return said + (words.t(f"{key}.no_benchmark", n=len(moves)) if len(moves) and not compared else "")
    row = nearest.iloc[0].to_dict()
    named = {"name": words.pick(row, "index_name"), "value": _amount(row, words), "window": _when(row, words)}
    if not has(row["benchmark_move_pct"]):
        return words.t(f"{key}.alone", **named) + words.t(f"{key}.compared", known=compared, n=len(moves))
    benchmark = {"benchmark": words.pick(row, "benchmark"), "move": words.signed_percent(float(row["benchmark_move_pct"]))}
    return words.t(f"{key}.nearest", **named, **benchmark) + words.t(f"{key}.compared", known=compared, n=len(moves))


def _near_event(moves: pd.DataFrame) -> pd.DataFrame:
    """The moves listed for an event, the one to name first."""
    listed = moves[moves["list_place"].notna()]
    is_index = listed["kind"].isin(("concept_index", "sector_index"))
    order = {"index": ~is_index, "alone": listed["benchmark_move_pct"].isna(), "place": listed["list_place"]}
    return listed.loc[pd.DataFrame(order).sort_values(list(order), kind="stable").index]
