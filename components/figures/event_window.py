"""Figure and finding of `event-window`: one event day by day, or what documents state of the days around it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures import event_courses as courses
from components.figures import event_stated as stated
from components.figures.event_courses import Columns, band_said, beyond, day_number, p_said, verdict
from components.figures.parts import Row, date_axis, day, has, heading, sentences, shortened
from components.theme import ACCENT, EVENT_SYMBOLS, QUIET, figure, safe
from components.words import Words

Traces = list[Row]
KEY = "charts.event-window"
COLUMNS = Columns("car_pct", "abnormal_return_pct", "abnormal_p")
#: Series that the finding names one by one.
_NAMED = 3
#: Heights in pixels of the stated chart: names, headings, levels, events, dates, a row of the list, its axis.
_NAME_PX, _HEADING_PX, _LEVELS_PX, _EVENTS_PX, _DATES_PX, _ROW_PX, _BELOW_PX = 20, 24, 200, 40, 46, 52, 26
#: Rows of the list, and the order of kinds in it.
_MOST = 14
_KINDS = ("concept_index", "sector_index", "etf", "stock", "benchmark")
_LEFT_PX, _RIGHT_PX = 40, 12
#: Days that ticks every other week can mark, and a Monday to count them from.
_FORTNIGHTS, _MONDAY = 45, "2000-01-03"


def title_of(row: Row, words: Words) -> str:
    """The short title of an event, else its title."""
    return words.pick(row, "short_title") or words.pick(row, "title")


def reason_said(code: str, words: Words) -> str:
    """Why something could not be studied, as it stands inside a sentence."""
    said = words.code("study_refusal", code)
    return said[0].lower() + said[1:]


def event_window_height(frame: pd.DataFrame) -> int:
    days = frame[frame["study_part"] == "day"]
    return courses.height(days) if len(days) else _Stated(frame).height


def event_window(frame: pd.DataFrame, words: Words) -> go.Figure:
    """With levels loaded: cumulated abnormal returns above, other events between, the days below. Else what is stated."""
    if frame.empty:
        return figure([], xaxis={"visible": False}, yaxis={"visible": False})
    days = frame[frame["study_part"] == "day"]
    if days.empty:
        return _stated_figure(_Stated(frame), words)
    hovers = {int(i): _day_hover(row, words) for i, row in _rows(days)}
    used = days["event_day_used"].unique()
    axis = words.t(f"{KEY}.axis_dated", date=words.date(day(pd.Timestamp(used[0])))) if len(used) == 1 else words.t(f"{KEY}.axis")
    said = courses.Said(words.t(f"{KEY}.panel.total"), words.t(f"{KEY}.panel.day"), axis)
    traces, layout = courses.drawn(days, COLUMNS, hovers, said, words)
    events = frame[frame["study_part"].isin(("event", "other_event")) & frame["relative_day"].notna()]
    traces.append(courses.strip(events, _event_hovers(events, words), *_event_looks(events)))
    return figure(traces, **layout)


def _rows(frame: pd.DataFrame) -> list[tuple[int, Row]]:
    return [(int(i), row) for i, row in zip(frame.index, frame.to_dict("records"), strict=True)]


def _event_looks(events: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Symbols and colours: the event that is studied stands out."""
    own = events["study_part"] == "event"
    symbols = ["star" if o else EVENT_SYMBOLS.get(str(kind), "circle") for o, kind in zip(own, events["other_kind"], strict=True)]
    return symbols, [ACCENT if o else QUIET for o in own]


def _event_hovers(events: pd.DataFrame, words: Words) -> dict[int, str]:
    found = {}
    for i, row in _rows(events):
        if row["study_part"] == "event":
            lines = [words.t(f"{KEY}.hover.event", title=words.pick(row, "title"), date=words.date(row["event_date"]))]
        else:
            kind = words.code("event_kind", row["other_kind"])
            lines = [
                words.t(f"{KEY}.hover.other", title=words.pick(row, "other_title"), date=words.date(row["other_event_date"]), kind=kind)
            ]
        found[i] = sentences(lines)
    return found


def _day_hover(row: Row, words: Words) -> str:
    key = f"{KEY}.hover"
    against = {"benchmark": words.pick(row, "benchmark")} if has(row["benchmark_id"]) else {}
    lines = [
        words.t(
            f"{key}.day",
            name=words.pick(row, "index_name"),
            day=day_number(row["relative_day"], words),
            date=words.date(day(row["trading_date"])),
        )
    ]
    returned = {
        "value": words.signed_percent(float(row["return_pct"]), 2),
        "expected": words.signed_percent(float(row["normal_return_pct"]), 2),
    }
    if against and has(row["benchmark_return_pct"]):
        lines.append(words.t(f"{key}.against", move=words.signed_percent(float(row["benchmark_return_pct"]), 2), **returned, **against))
    else:
        lines.append(words.t(f"{key}.alone", **returned))
    lines.append(
        words.t(
            f"{key}.abnormal",
            value=band_said(row, COLUMNS.day, COLUMNS, words),
            p=p_said(row["abnormal_p"], words),
            rank=p_said(row["abnormal_rank_p"], words),
        )
    )
    lines.append(
        words.t(
            f"{key}.cumulated",
            value=band_said(row, COLUMNS.total, COLUMNS, words),
            p=p_said(row["car_p"], words),
            rank=p_said(row["car_rank_p"], words),
        )
    )
    if int(row["n_sessions"]) > 1:
        lines.append(words.t(f"{key}.sessions", n=int(row["n_sessions"])))
    return sentences(lines)


# What is stated -----------------------------------------------------------------------------------


class _Stated:
    """The parts of a stated frame, and where they stand in pixels from the top."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.events = frame[frame["study_part"].isin(("event", "other_event"))]
        self.levels = frame[frame["study_part"] == "level"]
        moves = frame[(frame["study_part"] == "move") & frame["move_pct"].notna()]
        place = moves["series_kind"].map({kind: i for i, kind in enumerate(_KINDS)})
        order = moves.assign(place=place).sort_values(["place", "window_end", "study_mark"], kind="stable").index
        self.moves = moves.loc[order].head(_MOST)
        self.names = list(dict.fromkeys(self.levels["series_id"]))
        self.top = (_NAME_PX * len(self.names) + _HEADING_PX if self.names else 0) + 8
        self.upper = (_LEVELS_PX if self.names else 0) + _EVENTS_PX
        self.list = _ROW_PX * len(self.moves)
        self.plot = self.upper + (_DATES_PX + _HEADING_PX + self.list if self.list else 0)
        self.height = self.top + self.plot + (_BELOW_PX if self.list else _DATES_PX)


def _stated_figure(parts: _Stated, words: Words) -> go.Figure:
    """Above: stated levels since the event, and the events of the window, on a time axis. Below: stated moves as a list."""
    floor = 1 - parts.upper / parts.plot
    split = floor + _EVENTS_PX / parts.plot
    layout: dict[str, Any] = {
        "xaxis2": _dates(parts, words) | {"anchor": "y3", "automargin": False, "domain": [0, 1]},
        "yaxis3": {"range": [-0.6, 2.6], "domain": [floor, split], "visible": False, "anchor": "x2"},
        "margin": {"l": _LEFT_PX, "r": _RIGHT_PX, "t": parts.top, "b": _BELOW_PX if parts.list else _DATES_PX},
        "legend": {"orientation": "v", "x": 0, "y": 1 + _HEADING_PX / parts.plot, "yanchor": "bottom", "font": {"size": 12}},
        "annotations": [courses.events_label((floor + split) / 2, words, -_LEFT_PX + 4)],
        "shapes": _event_line(parts),
    }
    own = {"xshift": -_LEFT_PX + 4}
    traces = _event_marks(parts, words)
    if parts.names:
        layout["yaxis2"] = {"domain": [split, 1], "anchor": "x2", "range": _level_scale(parts), "zeroline": True, "zerolinecolor": QUIET}
        layout["yaxis2"] |= {"automargin": False, "tickfont": {"size": 11}}
        layout["annotations"].append(heading(f"<b>{safe(words.t(f'{KEY}.panel.levels'))}</b>", 1 + 3 / parts.plot, **own))
        traces += _level_marks(parts, words)
    if parts.list:
        rows = {int(i): float(len(parts.moves) - 1 - n) for n, i in enumerate(parts.moves.index)}
        top = parts.list / parts.plot
        layout["xaxis"] = stated.scale(parts.moves, words) | {"domain": [0, 1], "anchor": "y"}
        layout["yaxis"] = {"domain": [0, top], "anchor": "x", "range": [-0.4, len(rows) - 0.02], "showgrid": False, "showticklabels": False}
        layout["annotations"].append(heading(f"<b>{safe(words.t(f'{KEY}.panel.moves'))}</b>", top + 4 / parts.plot, **own))
        names = {rows[i]: (shortened(words.pick(row, "index_name"), 42), when_said(row, words)) for i, row in _rows(parts.moves)}
        layout["annotations"] += [label | own for label in stated.labels(names)]
        traces += [trace | {"xaxis": "x", "yaxis": "y"} for trace in _list(parts, rows, words)]
    return figure(traces, **layout)


def _list(parts: _Stated, rows: dict[int, float], words: Words) -> Traces:
    return stated.marks(parts.moves, rows, words) + stated.benchmarks(parts.moves, rows, words)


def _dates(parts: _Stated, words: Words) -> Row:
    """The days of the window, a tick every other week where it is short."""
    ends = [parts.events[name].iloc[0] for name in ("window_first", "window_last")]
    axis = date_axis(ends, words, least=20)
    short = (ends[1] - ends[0]).days <= _FORTNIGHTS
    fortnights = {"dtick": 14 * 86_400_000, "tick0": _MONDAY, "tickformat": words.t("charts.parts.ticks.day_above_year")}
    return axis | (fortnights if short else {})


def _event_line(parts: _Stated) -> list[Row]:
    printed = str(parts.events["event_date"].iloc[0])
    if len(printed) != len("2024-02-15"):
        return []
    line = {"color": QUIET, "width": 1.5, "dash": "dot"}
    return [
        {
            "type": "line",
            "xref": "x2",
            "x0": printed,
            "x1": printed,
            "yref": "paper",
            "y0": 1 - parts.upper / parts.plot,
            "y1": 1,
            "line": line,
        }
    ]


def _event_marks(parts: _Stated, words: Words) -> Traces:
    """The event and others dated to the day, below the levels."""
    dated = parts.events.assign(
        at=parts.events["other_event_date"].where(parts.events["study_part"] != "event", parts.events["event_date"])
    )
    dated = dated[dated["at"].astype(str).str.len() == len("2024-02-15")]
    if dated.empty:
        return []
    symbols, colours = _event_looks(dated)
    trace = courses.strip(dated.assign(relative_day=0), _event_hovers(dated, words), symbols, colours)
    return [trace | {"x": dated["at"].tolist(), "y": (dated.groupby("at").cumcount() % 3).tolist(), "xaxis": "x2"}]


def _level_scale(parts: _Stated) -> list[float]:
    values = parts.levels["move_pct"].dropna()
    low, high = (min(float(values.min()), 0.0), max(float(values.max()), 0.0)) if len(values) else (-1.0, 1.0)
    room = 0.08 * max(high - low, 1.0)
    return [low - room, high + room]


def _level_marks(parts: _Stated, words: Words) -> Traces:
    """Marks, never lines: nothing is known of the days between."""
    traces: Traces = []
    for number, code in enumerate(parts.names):
        part = parts.levels[parts.levels["series_id"] == code]
        colour, symbol = courses.look(number)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": safe(shortened(words.pick(part.iloc[0], "index_name"), 40)),
                "x": [day(d) for d in part["window_end"]],
                "y": part["move_pct"].tolist(),
                "xaxis": "x2",
                "yaxis": "y2",
                "customdata": [[int(i)] for i in part.index],
                "hovertext": [stated.hover(row, words) for row in part.to_dict("records")],
                "hoverinfo": "text",
                "cliponaxis": False,
                "marker": {"color": colour, "symbol": symbol, "size": 8, "opacity": 0.9},
            }
        )
    return traces


def when_said(row: Row, words: Words) -> str:
    """Over which days a stated move runs, and what the benchmark did in them."""
    end = words.date(day(row["window_end"]))
    if has(row["window_start"]):
        when = words.span(day(row["window_start"]), day(row["window_end"]))
    elif row["measure"] == "pct_change_window":
        when = words.t(f"{KEY}.open_window", date=end)
    else:
        when = words.t(f"{KEY}.within", date=end) if row["measure"] == "pct_change_intraday" else end
    return when + beside_said(row, words)


def beside_said(row: Row, words: Words) -> str:
    """What the benchmark did over the same days, where that is known."""
    if not has(row["benchmark_move_pct"]):
        return ""
    move = words.signed_percent(float(row["benchmark_move_pct"]))
    return words.t(f"{KEY}.beside", benchmark=words.pick(row, "benchmark"), move=move)


# Findings -----------------------------------------------------------------------------------------


def event_window_finding(frame: pd.DataFrame, words: Words) -> str:
    """What each series cumulated beyond what was expected, with its band; or the stated move nearest to the event."""
    if frame.empty:
        return words.t("charts.empty")
    row = frame.iloc[0].to_dict()
    event = {"event": title_of(row, words), "date": words.date(row["event_date"])}
    if row["study_basis"] == "stated":
        return _stated_finding(frame, event, words)
    ends = [part.iloc[-1].to_dict() for _, part in frame[frame["study_part"] == "day"].groupby("series_id", sort=False)]
    refused = frame[frame["study_part"] == "refused"]
    if not ends:
        reasons = words.listed(dict.fromkeys(reason_said(reason, words) for reason in refused["refusal"]))
        return words.t(f"{KEY}.finding.refused", n=len(refused), reasons=reasons, **event)
    first = int(frame.loc[frame["study_part"] == "day", "relative_day"].min())
    event |= {"first": day_number(first, words), "last": day_number(ends[0]["relative_day"], words)}
    said = _one(ends[0], event, words) if len(ends) == 1 else _several(ends, event, words)
    return said + (words.t(f"{KEY}.finding.not_studied", n=len(refused)) if len(refused) else "")


def _one(row: Row, event: dict[str, str], words: Words) -> str:
    low, high = (words.signed_percent(float(row[c])) for c in COLUMNS.band(COLUMNS.total))
    return words.t(
        f"{KEY}.finding.one.{verdict(row, COLUMNS.total, COLUMNS)}",
        name=words.pick(row, "index_name"),
        value=words.signed_percent(float(row[COLUMNS.total])),
        beyond=beyond(row, words),
        low=low,
        high=high,
        **event,
    )


def _several(ends: list[Row], event: dict[str, str], words: Words) -> str:
    """Several series: each by name where they are few; which bands leave zero out, and that one in twenty does by chance."""
    key = f"{KEY}.finding.several"
    off = [row for row in ends if verdict(row, COLUMNS.total, COLUMNS) != "includes"]

    def named(rows: list[Row]) -> str:
        values = [(words.pick(row, "index_name"), band_said(row, COLUMNS.total, COLUMNS, words)) for row in rows[:_NAMED]]
        return words.t(f"{key}.joiner").join(words.t(f"{key}.item", name=name, value=value) for name, value in values)

    shown = named(ends) if len(ends) <= _NAMED else named(off)
    said = words.t(f"{key}.{'values' if shown else 'count'}", n=len(ends), values=shown, **event)
    return said + words.t(f"{key}.{'some' if off else 'none'}", n=len(off), of=len(ends))


def _stated_finding(frame: pd.DataFrame, event: dict[str, str], words: Words) -> str:
    """The stated index move that comes first in the list, else the last level of an index; how much is stated at all."""
    key = f"{KEY}.finding.stated"
    parts = _Stated(frame)
    n = {"moves": int((frame["study_part"] == "move").sum()), "levels": len(parts.levels)}
    if not n["moves"] and not n["levels"]:
        return words.t(f"{key}.nothing", **event)
    indices = parts.moves[parts.moves["series_kind"].isin(_KINDS[:2]) & (parts.moves["measure"] != "pct_change_intraday")]
    indices = indices.sort_values("measure", key=lambda measures: measures != "pct_change_window", kind="stable")
    compared = indices[indices["benchmark_move_pct"].notna()]
    others = parts.levels[parts.levels["series_kind"] != "benchmark"]
    found = next(
        rows for rows in (compared.head(1), others.tail(1), indices.head(1), parts.moves.head(1), parts.levels.tail(1)) if len(rows)
    )
    row = found.iloc[0].to_dict()
    said = words.t(
        f"{key}.nearest", name=words.pick(row, "index_name"), value=stated.amount(row, words), when=when_said(row, words), **event
    )
    return said + words.t(f"{key}.count", **n)
