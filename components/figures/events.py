"""Figure and finding of `events-timeline`: dated events in lanes by kind."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from components.figures.parts import (
    CHARACTER_PX,
    NARROW_PX,
    Row,
    date_axis,
    day,
    place,
    read_in,
    sentences,
    shortened,
    vague_spans,
)
from components.theme import (
    ACCENT,
    EVENT_SYMBOLS,
    FAINT,
    QUIET,
    SECTOR_COLOURS,
    figure,
    safe,
)
from components.words import Words
from data.checks import split
from data.frames.common import SECTORS

Traces = list[Row]

_LANE_PX, _LABEL_PX, _LABELS = 30, 17, 16


def events_timeline_height(frame: pd.DataFrame) -> int:
    headlines = min(int(frame["is_headline"].sum()), _LABELS)
    return 100 + _LANE_PX * frame["kind"].nunique() + _LABEL_PX * (headlines + 2)


def events_timeline(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A lane for each kind, and the headline events named above and below, each on a line of its own."""
    kinds = [kind for kind in EVENT_SYMBOLS if (frame["kind"] == kind).any()]
    lanes = {kind: len(kinds) - 1 - number for number, kind in enumerate(kinds)}
    axis = date_axis([*frame["date_start"], *frame["date_end"]], words, least=120)
    heights = _dodged(frame, lanes, axis)
    above, below, stems = _headlines(frame, heights, axis, len(kinds), words)
    line = _LABEL_PX / _LANE_PX
    layout: Row = {
        "xaxis": axis,
        "yaxis": {
            "range": [-0.8 - line * (len(below) + 0.5), len(kinds) - 0.2 + line * (len(above) + 0.5)],
            "showgrid": False,
            "tickvals": list(lanes.values()),
            "ticktext": [safe(words.code("event_kind", kind)) for kind in lanes],
        },
        "annotations": above + below,
        "shapes": [
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "line": {"color": FAINT, "width": 1}, "layer": "below"}
            for at in lanes.values()
        ],
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
    }
    return figure([*vague_spans(frame, heights, 0.35), *stems, *_event_traces(frame, heights, words), *_legend(frame, words)], **layout)


def _dodged(frame: pd.DataFrame, lanes: dict[str, int], axis: Row) -> dict[int, float]:
    """The height of each event: its lane, moved a little where the one before stands close."""
    heights: dict[int, float] = {}
    for kind, part in frame.groupby("kind", sort=False):
        before, step = -1.0, 0
        for index, at in part["date_mid"].items():
            here = place(at, axis)
            step = (step + 1) % 3 if here - before < 9 / NARROW_PX else 0
            before = here
            heights[int(index)] = lanes[str(kind)] + (0, 0.24, -0.24)[step]
    return heights


def _headlines(frame: pd.DataFrame, heights: dict[int, float], axis: Row, lanes: int, words: Words) -> tuple[list[Row], list[Row], Traces]:
    """Labels above (early events, text to the right) and below (later ones, text to the left), and their stems.

    Above, earlier events stand further out; below, later ones: so no stem crosses a label.
    """
    named = frame[frame["is_headline"]].tail(_LABELS)
    early = [i for i, at in named["date_mid"].items() if place(at, axis) < 0.45]
    late = [i for i in named.index if i not in early]
    line = _LABEL_PX / _LANE_PX
    above = {i: lanes - 0.4 + line * (len(early) - number) for number, i in enumerate(early)}
    below = {i: -0.6 - line * (number + 1) for number, i in enumerate(late)}
    labels: dict[bool, list[Row]] = {True: [], False: []}
    for index, row in zip(named.index, named.to_dict("records"), strict=True):
        up = index in above
        at = place(row["date_mid"], axis)
        room = (1 - at) * NARROW_PX if up else at * NARROW_PX + 70
        labels[up].append(
            {
                "text": safe(shortened(words.pick(row, "short_title") or words.pick(row, "title"), int(room / CHARACTER_PX))),
                "x": day(row["date_mid"]),
                "y": (above if up else below)[index],
                "xanchor": "left" if up else "right",
                "yanchor": "middle",
                "showarrow": False,
                "font": {"size": 11},
                "xshift": 3 if up else -3,
            }
        )
    ends = above | below
    stems = {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
        "line": {"color": QUIET, "width": 0.8},
        "opacity": 0.6,
        "x": [x for at in named["date_mid"] for x in (day(at), day(at), None)],
        "y": [y for i in named.index for y in (heights[i], ends[i], None)],
        "customdata": [[int(i)] for i in named.index for _ in range(3)],
    }
    return labels[True], labels[False], [stems] if len(named) else []


def _event_traces(frame: pd.DataFrame, heights: dict[int, float], words: Words) -> Traces:
    """A trace for each sector: its colour; the shape is that of the kind."""
    traces = []
    for sector in SECTORS:
        part = frame[frame["sector"] == sector].sort_values("kind", key=lambda kinds: kinds.map(list(EVENT_SYMBOLS).index), kind="stable")
        if part.empty:
            continue
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": words.code("sector", sector),
                "legendgroup": sector,
                "showlegend": False,
                "x": [day(d) for d in part["date_mid"]],
                "y": [heights[i] for i in part.index],
                "customdata": [[int(i)] for i in part.index],
                "hovertext": [_event_hover(row, words) for row in part.to_dict("records")],
                "hoverinfo": "text",
                "marker": {
                    "color": SECTOR_COLOURS[sector],
                    "symbol": [EVENT_SYMBOLS[k] for k in part["kind"]],
                    "opacity": 0.9,
                    "size": [12 if h else 9 for h in part["is_headline"]],
                    "line": {"width": [2 if h else 0 for h in part["is_headline"]], "color": ACCENT},
                },
            }
        )
    return traces


def _legend(frame: pd.DataFrame, words: Words) -> Traces:
    """Colours as circles, whatever the shape of a sector's first event, and what an outline means."""
    if frame.empty:
        return []
    look: Row = {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "hoverinfo": "skip", "customdata": [[int(frame.index[0])]]}
    entries = [
        look
        | {
            "name": words.code("sector", sector),
            "legendgroup": sector,
            "marker": {"color": SECTOR_COLOURS[sector], "symbol": "circle", "size": 9},
        }
        for sector in SECTORS
        if (frame["sector"] == sector).any()
    ]
    if frame["is_headline"].any():
        outlined = {"color": ACCENT, "symbol": "circle-open", "size": 11, "line": {"width": 2, "color": ACCENT}}
        entries.append(look | {"name": words.t("charts.events-timeline.headline"), "legendgroup": "headline", "marker": outlined})
    return entries


def _event_hover(row: Row, words: Words) -> str:
    facts = words.t(
        "charts.events-timeline.hover",
        title=words.pick(row, "title"),
        date=words.date(row["date"]),
        kind=words.code("event_kind", row["kind"]),
        sectors=words.codes("sector", split(row["sectors"])),
    )
    who = words.pick(row, "actors")
    return sentences(
        [
            facts,
            words.t("charts.events-timeline.actors", actors=words.listed(split(who))) if who else "",
            words.pick(row, "summary"),
            read_in(row, words),
        ]
    )


def events_timeline_finding(frame: pd.DataFrame, words: Words) -> str:
    """How many events there are, the kind with the most of them, and the newest one known to the day."""
    if frame.empty:
        return words.t("charts.empty")
    key = "charts.events-timeline.finding"
    kinds = frame["kind"].value_counts()
    most = {"kind": words.code("event_kind", kinds.index[0]), "n": int(kinds.iloc[0]), "total": len(frame)}
    said = words.t(f"{key}.largest", **most) if len(kinds) > 1 and kinds.iloc[0] > kinds.iloc[1] else words.t(f"{key}.count", n=len(frame))
    newest = frame[frame["date_precision"] == "day"].tail(1)
    if len(newest):
        row = newest.iloc[0].to_dict()
        said += words.t(f"{key}.newest", title=words.pick(row, "title"), date=words.date(row["date"]))
    return said
