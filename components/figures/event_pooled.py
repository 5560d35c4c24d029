"""Figure and finding of `event-pooled`: headline events taken together, or the stated moves near each."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from components.figures import event_courses as courses
from components.figures import event_stated as stated
from components.figures.event_courses import Columns, band_said, beyond, day_number, p_said, verdict
from components.figures.event_window import COLUMNS as SINGLE
from components.figures.event_window import beside_said, title_of, when_said
from components.figures.parts import Row, day, heading, sentences, shortened
from components.theme import figure
from components.words import Words
from data.event_study import SMALL

Traces = list[Row]
KEY = "charts.event-pooled"
COLUMNS = Columns("caar_pct", "aar_pct", "aar_adj_bmp_p")
_ROW_PX, _TOP_PX, _BELOW_PX, _LEFT_PX = 66, 12, 44, 8
_NAMED = 3


def _days(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["study_part"] == "day"]


def _single(frame: pd.DataFrame) -> pd.DataFrame:
    """Events that were studied one by one, of series that could be pooled."""
    return frame[(frame["study_part"] == "event") & frame["series_id"].isin(_days(frame)["series_id"])]


def _moves(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[(frame["study_part"] == "move") & frame["move_pct"].notna()]


def event_pooled_height(frame: pd.DataFrame) -> int:
    days = _days(frame)
    return courses.height(days) if len(days) else _TOP_PX + _BELOW_PX + _ROW_PX * max(_moves(frame)["event_id"].nunique(), 1)


def event_pooled(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Mean cumulated returns with each event's own beside them, the mean of each day below; or a row of moves an event."""
    days = _days(frame)
    if days.empty:
        return _stated_figure(_moves(frame), words)
    hovers = {int(i): _day_hover(row, words) for i, row in zip(days.index, days.to_dict("records"), strict=True)}
    said = courses.Said(words.t(f"{KEY}.panel.total"), words.t(f"{KEY}.panel.day"), words.t(f"{KEY}.axis"))
    traces, layout = courses.drawn(days, COLUMNS, hovers, said, words, beside=True)
    single = _single(frame)
    layout["yaxis"] = layout["yaxis"] | {"range": courses.widened(layout["yaxis"]["range"], single["car_pct"])}
    layout["annotations"].append(
        heading(
            words.t(f"{KEY}.panel.each"), layout["yaxis"]["domain"][0], x=1, xanchor="right", yanchor="top", yshift=-2, font={"size": 11}
        )
    )
    return figure([*traces, *_each(single, courses.names_of(days), words)], **layout)


def _each(single: pd.DataFrame, codes: list[str], words: Words) -> Traces:
    """What each event cumulated by the last day, a column of faint marks a series."""
    traces: Traces = []
    for number, code in enumerate(codes):
        part = single[single["series_id"] == code]
        colour, symbol = courses.look(number)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [number + 0.36 * ((i % 3) - 1) for i in range(len(part))],
                "y": part["car_pct"].tolist(),
                "xaxis": "x2",
                "yaxis": "y",
                "customdata": [[int(i)] for i in part.index],
                "hovertext": [_event_hover(row, words) for row in part.to_dict("records")],
                "hoverinfo": "text",
                "showlegend": False,
                "cliponaxis": False,
                "marker": {"color": colour, "symbol": symbol, "size": 6, "opacity": 0.55},
            }
        )
    return traces


def _event_hover(row: Row, words: Words) -> str:
    key = f"{KEY}.hover"
    lines = [words.t(f"{key}.event", title=words.pick(row, "title"), date=words.date(row["event_date"]))]
    lines.append(words.t(f"{key}.used", name=words.pick(row, "index_name"), date=words.date(day(row["event_day_used"]))))
    lines.append(words.t(f"{key}.by_then", value=band_said(row, SINGLE.total, SINGLE, words)))
    return sentences(lines)


def _day_hover(row: Row, words: Words) -> str:
    key = f"{KEY}.hover"
    name, at = words.pick(row, "index_name"), day_number(row["relative_day"], words)
    lines = [words.t(f"{key}.day", name=name, day=at, n=int(row["n_events"]))]
    for what, column, stem in (("mean", COLUMNS.day, "aar"), ("cumulated", COLUMNS.total, "caar")):
        tests = {"p": p_said(row[f"{stem}_adj_bmp_p"], words), "rank": p_said(row[f"{stem}_adj_rank_p"], words)}
        lines.append(words.t(f"{key}.{what}", value=band_said(row, column, COLUMNS, words), **tests))
    lines.append(words.t(f"{key}.positive", n=int(row["caar_n_positive"]), of=int(row["n_events"])))
    return sentences(lines)


def _stated_figure(moves: pd.DataFrame, words: Words) -> go.Figure:
    """A row an event: the move that stands for it named, the others faint, its benchmark as a tick."""
    if moves.empty:
        return figure([], xaxis={"visible": False}, yaxis={"visible": False})
    events = list(dict.fromkeys(moves["event_id"]))
    places = {event: float(len(events) - 1 - number) for number, event in enumerate(events)}
    rows = {int(i): places[event] for i, event in moves["event_id"].items()}
    nearest = moves[moves["is_nearest"].astype(bool)]
    names = {places[row["event_id"]]: (_title(row, words), _about(row, words)) for row in nearest.to_dict("records")}
    traces = stated.marks(moves[~moves["is_nearest"].astype(bool)], rows, words, named=False, faint=True)
    traces += stated.marks(nearest, rows, words, named=False) + stated.benchmarks(nearest, rows, words)
    layout: Row = {
        "xaxis": stated.scale(moves, words) | {"title": {"text": words.t(f"{KEY}.axis_stated"), "font": {"size": 12}, "standoff": 6}},
        "yaxis": {"range": [-0.35, len(events) - 0.2], "showgrid": False, "showticklabels": False, "automargin": False},
        "annotations": stated.labels(names),
        "margin": {"l": _LEFT_PX, "r": 12, "t": _TOP_PX, "b": _BELOW_PX},
    }
    return figure(traces, **layout)


def _title(row: Row, words: Words) -> str:
    date = words.date(row["event_date"])
    return words.t(f"{KEY}.row", title=shortened(title_of(row, words), 30), date=date)


def _about(row: Row, words: Words) -> str:
    """The move that stands for the event, and the benchmark's; over which days the hover says."""
    name = shortened(words.pick(row, "index_name"), 30)
    return words.t(f"{KEY}.about", name=name, value=stated.amount(row, words), beside=beside_said(row, words))


# Findings -----------------------------------------------------------------------------------------


def event_pooled_finding(frame: pd.DataFrame, words: Words) -> str:
    """What the events cumulated on average, its band, what the adjusted test says; or near how many a move is stated."""
    if frame.empty:
        return words.t("charts.empty")
    asked = int(frame["n_events_asked"].iloc[0])
    if frame["study_basis"].iloc[0] == "stated":
        return _stated_finding(frame, asked, words)
    days = _days(frame)
    ends = [part.iloc[-1].to_dict() for _, part in days.groupby("series_id", sort=False)]
    if not ends:
        return words.t(f"{KEY}.finding.refused", n=asked)
    span = {"first": day_number(int(days["relative_day"].min()), words), "last": day_number(ends[0]["relative_day"], words)}
    if len(ends) == 1:
        return _one(ends[0], span, words) + _hedge(ends[0], words)
    off = [row for row in ends if _verdict(row) in ("above", "below")]
    key = f"{KEY}.finding.several"
    shown = ends if len(ends) <= _NAMED else off[:_NAMED]
    values = words.t(f"{key}.joiner").join(
        words.t(f"{key}.item", name=words.pick(r, "index_name"), value=band_said(r, COLUMNS.total, COLUMNS, words), n=int(r["n_events"]))
        for r in shown
    )
    said = words.t(f"{key}.{'values' if values else 'count'}", n=len(ends), values=values, **span)
    return said + words.t(f"{key}.{'some' if off else 'none'}", n=len(off), of=len(ends)) + _hedge(ends[0], words)


def _verdict(row: Row) -> str:
    """Above or below zero only where the test that allows for shared days rejects as well."""
    found = verdict(row, COLUMNS.total, COLUMNS)
    return found if found == "includes" or row["caar_adj_bmp_p"] < 0.05 else "doubtful"


def _one(row: Row, span: dict[str, str], words: Words) -> str:
    low, high = (words.signed_percent(float(row[c])) for c in COLUMNS.band(COLUMNS.total))
    return words.t(
        f"{KEY}.finding.one.{_verdict(row)}",
        name=words.pick(row, "index_name"),
        value=words.signed_percent(float(row[COLUMNS.total])),
        beyond=beyond(row, words),
        low=low,
        high=high,
        n=int(row["n_events"]),
        p=p_said(row["caar_adj_bmp_p"], words),
        **span,
    )


def _hedge(row: Row, words: Words) -> str:
    """That events are few, and that windows share days."""
    few = words.t(f"{KEY}.finding.few", n=int(row["n_events"])) if row["n_events"] < SMALL else ""
    shared = int(row["n_overlapping"])
    if not shared:
        return few
    share = words.percent(float(row["overlapping_share_pct"]), 0 if row["overlapping_share_pct"] >= 1 else 1)
    return few + words.t(f"{KEY}.finding.shared", n=shared, of=int(row["n_event_pairs"]), share=share)


def _stated_finding(frame: pd.DataFrame, asked: int, words: Words) -> str:
    moves = _moves(frame)
    near = moves["event_id"].nunique()
    if not near:
        return words.t(f"{KEY}.finding.stated.nothing", n=asked)
    compared = moves[moves["is_nearest"].astype(bool) & moves["benchmark_move_pct"].notna()]
    said = words.t(f"{KEY}.finding.stated.count", k=near, n=asked)
    if compared.empty:
        return said
    row = compared.iloc[0].to_dict()
    about = {"name": words.pick(row, "index_name"), "value": stated.amount(row, words), "when": when_said(row, words)}
    return said + words.t(f"{KEY}.finding.stated.first", event=title_of(row, words), **about)
