"""Figures and findings of the technology page: what models do, the computing power, what making takes."""

from __future__ import annotations

import math
import re
from itertools import pairwise

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
    vague_spans,
    width,
)
from components.theme import ACCENT, FAINT, HIGHLIGHT, QUIET, figure, safe, wrapped
from components.words import LANGUAGES, Words
from data.frames.technology import COST_UNITS

Traces = list[Row]

# Models -----------------------------------------------------------------------------------------

_FRONTIER_PX = 470
#: Lines of the picture: symbol and size of each class of resolution.
_CLASSES = {"not_stated": ("square", 8), "below_1080": ("triangle-up", 9), "full_hd": ("circle", 11), "uhd": ("diamond", 14)}
#: What follows a model's name: a remark in brackets, or another name of it.
_SHORT_NAME = re.compile(r" \(| / ")
_SECONDS = (4, 8, 15, 30, 60, 120, 240)


def resolution_class(height_px: object) -> str:
    """The class of a stated height in pixels: below 1080, 1080 to 2159, 2160 (4K) and more, or not stated."""
    if not has(height_px):
        return "not_stated"
    return "below_1080" if float(height_px) < 1080 else "full_hd" if float(height_px) < 2160 else "uhd"  # type: ignore[arg-type]


def _sound(row: Row) -> str:
    return "not_stated" if not has(row["has_native_audio"]) else "with" if row["has_native_audio"] else "without"


def model_frontier_height(frame: pd.DataFrame) -> int:
    return _FRONTIER_PX


def model_frontier(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Longest clip against release date, the record as steps, and a foot lane for models without a stated length."""
    dated = frame[frame["date_mid"].notna()]
    axis = date_axis([*dated["date_start"], *dated["date_end"]], words, least=200)
    stated = dated["max_clip_s"].dropna()
    low, high = (float(stated.min()), float(stated.max())) if len(stated) else (4.0, 60.0)
    foot = low / 2
    ticks = [t for t in _SECONDS if low * 0.9 <= t <= high * 1.3]
    heights = {int(i): float(s) if s == s else foot for i, s in dated["max_clip_s"].items()}
    scale = [math.log10(foot) - 0.12, math.log10(high) + 0.22]
    layout: Row = {
        "xaxis": axis,
        "yaxis": {
            "type": "log",
            "range": scale,
            "tickvals": [foot, *ticks],
            "minor": {"showgrid": False},
            "ticktext": [words.t("charts.model-frontier.foot"), *(words.t("charts.model-frontier.seconds", n=t) for t in ticks)],
        },
        "shapes": [
            {
                "type": "rect",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": foot / 1.25,
                "y1": foot * 1.25,
                "fillcolor": FAINT,
                "opacity": 0.4,
                "line": {"width": 0},
                "layer": "below",
            }
        ],
        "annotations": [
            *_model_labels(dated, heights, axis, scale, words),
            heading(safe(words.t("charts.model-frontier.key")), 0, yshift=-34, yanchor="top", font={"size": 12}),
        ],
        "margin": {"l": 8, "r": 12, "t": 8, "b": 64},
    }
    return figure([*vague_spans(dated, heights, 0.25), *_frontier(dated, words), *_model_traces(dated, heights, words)], **layout)


def _frontier(dated: pd.DataFrame, words: Words) -> Traces:
    """The longest clip stated so far, as steps from record to record and on to the last model."""
    records = dated[dated["is_record"]]
    if records.empty or len(dated) < 2:
        return []
    last = dated.iloc[-1]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": words.t("charts.model-frontier.record"),
            "hoverinfo": "skip",
            "line": {"color": HIGHLIGHT, "width": 2, "shape": "hv"},
            "x": [*(day(d) for d in records["date_mid"]), day(last["date_mid"])],
            "y": [*records["max_clip_s"], float(last["frontier_s"])],
            "customdata": [[int(i)] for i in (*records.index, records.index[-1])],
        }
    ]


def _model_traces(dated: pd.DataFrame, heights: dict[int, float], words: Words) -> Traces:
    """A trace for each statement on sound: filled with, hollow without, grey ring where no page says."""
    traces = []
    sounds = pd.Series([_sound(row) for row in dated.to_dict("records")], index=dated.index, dtype="object")
    for sound, colour in (("with", ACCENT), ("without", ACCENT), ("not_stated", QUIET)):
        part = dated[sounds == sound]
        if part.empty:
            continue
        part = part.loc[sorted(part.index, key=lambda i: resolution_class(part.at[i, "max_height_px"]) != "full_hd")]
        shapes = [_CLASSES[resolution_class(h)] for h in part["max_height_px"]]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": words.t(f"charts.model-frontier.sound.{sound}"),
                "x": [day(d) for d in part["date_mid"]],
                "y": [heights[i] for i in part.index],
                "customdata": [[int(i)] for i in part.index],
                "hovertext": [_model_hover(row, words) for row in part.to_dict("records")],
                "hoverinfo": "text",
                "marker": {
                    "color": colour,
                    "size": [size for _, size in shapes],
                    "symbol": [shape if sound == "with" else f"{shape}-open" for shape, _ in shapes],
                    "line": {"width": 1.8 if sound != "with" else 0.6, "color": colour},
                    "opacity": 0.9,
                },
            }
        )
    return traces


def _model_labels(dated: pd.DataFrame, heights: dict[int, float], axis: Row, scale: list[float], words: Words) -> list[Row]:
    """Models by name, records with their vendor and first, then the longest and newest, as far as a narrow screen has room."""
    unit = (_FRONTIER_PX - 130) / (scale[1] - scale[0])
    spot = {i: (place(at, axis) * NARROW_PX, math.log10(heights[int(i)]) * unit) for i, at in dated["date_mid"].items()}
    taken = [(x - 6, x + 6, y - 6, y + 6) for x, y in spot.values()] + _step_boxes([spot[i] for i in dated.index[dated["is_record"]]])
    order = dated.assign(sure=~dated["is_disputed"]).sort_values(
        ["is_record", "sure", "max_clip_s", "date_mid"], ascending=[False, True, False, False], kind="stable"
    )
    labels: list[Row] = []
    for index, row in zip(order.index, order.to_dict("records"), strict=True):
        text = shortened(_SHORT_NAME.split(str(row["model_name"]))[0], 18)
        if row["is_record"]:
            text = words.t("charts.model-frontier.vendor_model", vendor=shortened(words.pick(row, "vendor"), 22), model=text)
        text += words.t("charts.model-frontier.disputed_sign") if row["is_disputed"] else ""
        x, y = spot[index]
        wide = width(text) * CHARACTER_PX
        for shift, anchor, left in ((9, "left", x + 8), (-9, "right", x - 8 - wide), (0, "center", x - wide / 2)):
            lift = 14 if anchor == "center" else 0
            box = (left, left + wide, y + lift - 7, y + lift + 7)
            if left < 0 or left + wide > NARROW_PX or any(a < box[1] and b > box[0] and c < box[3] and d > box[2] for a, b, c, d in taken):
                continue
            taken.append(box)
            labels.append(
                {
                    "text": safe(text),
                    "x": day(row["date_mid"]),
                    "y": math.log10(heights[int(index)]),
                    "xshift": shift,
                    "yshift": lift,
                    "xanchor": anchor,
                    "yanchor": "middle",
                    "showarrow": False,
                    "font": {"size": 11},
                }
            )
            break
    return labels


def _step_boxes(corners: list[tuple[float, float]]) -> list[tuple[float, float, float, float]]:
    """The room that the stepped line takes, from record to record and on to the edge."""
    corners = [*corners, (float(NARROW_PX), corners[-1][1])] if corners else []
    flat = [(x, following, y - 4, y + 4) for (x, y), (following, _) in pairwise(corners)]
    steep = [(x - 4, x + 4, before, y) for (_, before), (x, y) in pairwise(corners)]
    return flat + steep


def _model_hover(row: Row, words: Words) -> str:
    key = "charts.model-frontier.hover"
    clip = (
        words.t(f"{key}.clip", seconds=words.number(float(row["max_clip_s"]), 1)) if has(row["max_clip_s"]) else words.t(f"{key}.no_clip")
    )
    seen = str(row["max_resolution"]) if has(row["max_resolution"]) else words.t(f"{key}.no_resolution")
    return sentences(
        [
            words.t(f"{key}.model", model=row["model_name"], vendor=words.pick(row, "vendor"), date=words.date(row["release_date"])),
            words.t(f"{key}.states", clip=clip, resolution=seen, sound=words.t(f"{key}.sound.{_sound(row)}")),
            words.t(f"{key}.record") if row["is_record"] else "",
            words.t(f"{key}.disputed") if row["is_disputed"] else "",
            words.pick(row, "notes"),
            read_in(row, words),
        ]
    )


def model_frontier_finding(frame: pd.DataFrame, words: Words) -> str:
    """The longest stated clip, who was first with it, and what is not stated."""
    if frame.empty:
        return words.t("charts.empty")
    key = "charts.model-frontier.finding"
    records = frame[frame["is_record"]]
    unstated, undated = int(frame["max_clip_s"].isna().sum()), int(frame["date_mid"].isna().sum())
    if records.empty:
        said = words.t(f"{key}.none", n=len(frame))
    else:
        row = records.iloc[-1].to_dict()
        beaten = float(frame["max_clip_s"].max()) > float(row["max_clip_s"])  # by a model without a date
        said = words.t(
            f"{key}.{'dated' if beaten else 'longest'}",
            model=str(row["model_name"]),
            vendor=words.pick(row, "vendor"),
            seconds=words.number(float(row["max_clip_s"]), 1),
            date=words.date(row["release_date"]),
        )
        said += words.t(f"{key}.unstated", n=unstated, total=len(frame)) if unstated else ""
    return said + (words.t(f"{key}.undated", n=undated) if undated else "")


# Computing power --------------------------------------------------------------------------------


#: Room for half of the axis' zero at the left: without any, it is left out.
_EDGE = {"l": 8, "r": 8, "t": 8, "b": 8}


def compute_gap_height(frame: pd.DataFrame) -> int:
    return 190 + 70 * int((frame["compute_part"] == "other").sum())


def compute_gap(frame: pd.DataFrame, words: Words) -> go.Figure:
    """One bar of demand: the part for Chinese-made chips and the rest; other figures in EFLOPS below it. Forecasts are hatched."""
    known = frame[frame["value"].notna()]
    split_up = {"domestic", "gap"} <= set(known["compute_part"])
    drawn = known[known["compute_part"] != "total"] if split_up else known
    rows = _compute_rows(drawn)
    traces: Traces = []
    labels: list[Row] = []
    edge = 0.0
    for index, row in zip(drawn.index, drawn.to_dict("records"), strict=True):
        part, value, name = row["compute_part"], float(row["value"]), _compute_name(row, words)
        start = edge if split_up and part == "gap" else 0.0
        edge = start + value
        colour = {"domestic": ACCENT, "gap": QUIET}.get(part, HIGHLIGHT)
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": safe(words.t("charts.compute-gap.forecast_name", name=name) if row["is_forecast"] else name),
                "y": [rows[index]],
                "x": [value],
                "base": [start],
                "width": 0.42,
                "customdata": [[int(index)]],
                "hovertext": [_compute_hover(row, name, words)],
                "hoverinfo": "text",
                "marker": {
                    "color": colour,
                    "line": {"width": 1.5, "color": colour},
                    "pattern": {"shape": "/" if row["is_forecast"] else "", "size": 7, "solidity": 0.55, "fillmode": "replace"},
                },
            }
        )
        labels.append(_compute_label(row, name, start, rows[index], split_up, words))
    largest = max(float(known["value"].max()), edge) if len(known) else 100.0
    return figure(
        traces,
        barmode="overlay",
        annotations=labels,
        xaxis={"range": [0, largest * 1.03], "title": {"text": words.t("charts.compute-gap.axis")}},
        yaxis={"range": [max(rows.values(), default=0) + 0.4, -0.75], "showgrid": False, "showticklabels": False},
        legend={"traceorder": "normal"},
        margin=_EDGE,
    )


def _compute_rows(drawn: pd.DataFrame) -> dict[int, int]:
    """The line of each figure: the parts of the demand share one, every other figure has its own."""
    split_up = {"domestic", "gap"} <= set(drawn["compute_part"])
    rows: dict[int, int] = {}
    for index, part in drawn["compute_part"].items():
        joined = part == "gap" and split_up and rows
        rows[int(index)] = max(rows.values(), default=-1) + (0 if joined else 1)
    return rows


def _compute_label(row: Row, name: str, start: float, line: int, split_up: bool, words: Words) -> Row:
    """The figure above the left end of its bar; its name too where the bar stands alone."""
    value = words.t("charts.compute-gap.value", value=words.number(float(row["value"]), 2))
    part_of_demand = split_up and row["compute_part"] in ("domestic", "gap")
    share = words.percent(float(row["share_pct"]), 2) if part_of_demand else ""
    text = (
        words.t("charts.compute-gap.share", value=value, share=share)
        if share
        else words.t("charts.compute-gap.alone", name=name, value=value)
    )
    return heading(safe(text), line - 0.24, x=start, xref="x", yref="y", font={"size": 12})


def _compute_name(row: Row, words: Words) -> str:
    part = row["compute_part"]
    return words.pick(row, "name") if part == "other" else words.code("compute_part", part)


def _compute_hover(row: Row, name: str, words: Words) -> str:
    key = "charts.compute-gap.hover"
    said = words.t(f"{key}.value", name=name, value=words.number(float(row["value"]), 2), period=words.period(row["period"]))
    share = (
        words.t(f"{key}.share", share=words.percent(float(row["share_pct"]), 2))
        if has(row["share_pct"]) and row["compute_part"] != "total"
        else ""
    )
    return sentences(
        [said, share, words.t(f"{key}.forecast") if row["is_forecast"] else "", words.pick(row, "definition"), read_in(row, words)]
    )


def compute_gap_finding(frame: pd.DataFrame, words: Words) -> str:
    """The two figures of the estimate and what lies between them."""
    if frame.empty:
        return words.t("charts.empty")
    key = "charts.compute-gap.finding"
    parts = {row["compute_part"]: row for row in frame.to_dict("records")}
    if "gap" not in parts or not has(parts["gap"]["value"]):
        return words.t(f"{key}.figures", n=len(frame))
    return words.t(
        f"{key}.{'forecast' if parts['gap']['is_forecast'] else 'figure'}",
        period=words.period(parts["gap"]["period"]),
        total=words.number(float(parts["total"]["value"]), 2),
        domestic=words.number(float(parts["domestic"]["value"]), 2),
        share=words.percent(float(parts["domestic"]["share_pct"]), 2),
        gap=words.number(float(parts["gap"]["value"]), 2),
    )


# Production -------------------------------------------------------------------------------------

_BAR_PX, _PANEL_PX, _TITLE_PX, _LINE_PX = 50, 62, 28, 15
#: So many characters of a bar's name stand in a line.
_NAME_WIDE = 52
_PANEL_COLOURS = {"trial": ACCENT, "yield": "#2F7FB5"} | dict.fromkeys(COST_UNITS, HIGHLIGHT)


def _panels(frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(str(panel), part) for panel, part in frame.groupby("yield_panel", sort=False)]


def production_yield_height(frame: pd.DataFrame) -> int:
    return 30 + sum(_PANEL_PX + _spare_px(part) + _BAR_PX * len(part) for _, part in _panels(frame))


def _spare_px(part: pd.DataFrame) -> int:
    """What the name of a panel's first bar needs above a line, in either language; between two bars there is room for it."""
    first = part.iloc[0].to_dict()
    return _LINE_PX * max(_bar_name(first, Words(lang)).count("<br>") for lang in LANGUAGES)


def production_yield(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A panel for each unit: the trial's three counts, yields, costs a minute in each currency."""
    panels = _panels(frame)
    plot = max(1, production_yield_height(frame) - 16)
    traces: Traces = []
    layout: Row = {
        "annotations": [],
        "showlegend": False,
        "barmode": "overlay",
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "bargap": 0.55,
    }
    top = 1.0
    for number, (panel, part) in enumerate(panels, start=1):
        axis = "" if number == 1 else str(number)
        spare = _spare_px(part)
        upper, lower = top - (_TITLE_PX + spare) / plot, max(0.0, top - (_TITLE_PX + spare + _BAR_PX * len(part)) / plot)
        top = max(0.0, top - (_PANEL_PX + spare + _BAR_PX * len(part)) / plot)
        largest = float(part[["value", "value_high"]].max().max())
        layout[f"xaxis{axis}"] = {
            "range": [0, 1.28 * largest if largest > 0 else 1],
            "anchor": f"y{axis}",
            "nticks": 4,
            "showgrid": True,
            "gridcolor": FAINT,
            "tickformat": ",",
            "tickfont": {"size": 11},
            "tickangle": 0,
        }
        layout[f"yaxis{axis}"] = {
            "domain": [lower, upper],
            "anchor": f"x{axis}",
            "range": [len(part) - 0.5, -0.5],
            "showgrid": False,
            "showticklabels": False,
        }
        layout["annotations"].append(heading(f"<b>{safe(_panel_title(panel, words))}</b>", upper + (4 + spare) / plot))
        traces += _bars(panel, part, axis, words)
        layout["annotations"] += _bar_labels(part, axis, words)
    return figure(traces, **layout)


def _panel_title(panel: str, words: Words) -> str:
    return words.code("yield_panel", panel)


def _bar_labels(part: pd.DataFrame, axis: str, words: Words) -> list[Row]:
    """The name above each bar, from the left edge: long names have the whole width."""
    return [
        heading(_bar_name(row, words), number, yref=f"y{axis}", yshift=9, font={"size": 12})
        for number, row in enumerate(part.to_dict("records"))
    ]


def _bar_name(row: Row, words: Words) -> str:
    """A bar's name with its period, whole: in two lines where a narrow screen has no room for one."""
    return wrapped(words.t("charts.production-yield.label", name=words.pick(row, "name"), period=words.period(row["period"])), _NAME_WIDE)


def _bars(panel: str, part: pd.DataFrame, axis: str, words: Words) -> Traces:
    """A bar for a value; a bar between the two ends for a range; an arrow where it is a bound."""
    low = part["value_low"].fillna(0.0)
    length = part["value"].fillna(part["value_high"] - part["value_low"]).fillna(0.0)
    bars = {
        "type": "bar",
        "orientation": "h",
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "y": list(range(len(part))),
        "x": length.tolist(),
        "base": low.tolist(),
        "width": 0.3,
        "marker": {
            "color": _PANEL_COLOURS[panel],
            "opacity": [0.45 if b else 0.9 for b in part["value_qualifier"].isin(("at_least", "at_most"))],
        },
        "text": [_figure_text(row, words) for row in part.to_dict("records")],
        "textposition": "outside",
        "cliponaxis": False,
        "constraintext": "none",
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_indicator_hover(row, words) for row in part.to_dict("records")],
        "hoverinfo": "text",
    }
    bounds = part[part["value_qualifier"].isin(("at_least", "at_most"))]
    if bounds.empty:
        return [bars]
    places = {index: number for number, index in enumerate(part.index)}
    arrows = {
        "type": "scatter",
        "mode": "markers",
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "x": bounds["value"].tolist(),
        "y": [places[i] for i in bounds.index],
        "cliponaxis": False,
        "marker": {
            "symbol": ["triangle-right" if q == "at_least" else "triangle-left" for q in bounds["value_qualifier"]],
            "size": 12,
            "color": _PANEL_COLOURS[panel],
        },
        "customdata": [[int(i)] for i in bounds.index],
        "hovertext": [_indicator_hover(row, words) for row in bounds.to_dict("records")],
        "hoverinfo": "text",
    }
    return [bars, arrows]


def _number_text(row: Row, words: Words) -> str:
    """A figure without its unit: a value with its bound, or the two ends of a range; a dash for none."""
    if has(row["value"]):
        return words.t(f"charts.production-yield.amount.{row['value_qualifier']}", value=words.number(float(row["value"]), 1))
    if not has(row["value_low"]):
        return words.t("charts.production-yield.none")
    low, high = (words.number(float(row[end]), 1) for end in ("value_low", "value_high"))
    return words.t("charts.production-yield.range", low=low, high=high)


def _value_text(row: Row, words: Words) -> str:
    """A figure with its unit."""
    return words.with_unit(_number_text(row, words), words.code("indicator_unit", row["unit"]))


def _figure_text(row: Row, words: Words) -> str:
    step = words.t("charts.production-yield.step", share=words.percent(float(row["step_pct"]), 1)) if has(row["step_pct"]) else ""
    bound = " " if row["value_qualifier"] in ("at_least", "at_most") else ""
    said = _number_text(row, words) if row["unit"] in COST_UNITS else _value_text(row, words)
    return f"{bound} {safe(said)}{safe(step)}"


def _indicator_hover(row: Row, words: Words) -> str:
    key = "charts.production-yield.hover"
    said = words.t(f"{key}.value", name=words.pick(row, "name"), value=_value_text(row, words), period=words.period(row["period"]))
    step = words.t(f"{key}.step", share=words.percent(float(row["step_pct"]), 1)) if has(row["step_pct"]) else ""
    return sentences(
        [said, step, words.t(f"{key}.forecast") if row["is_forecast"] else "", words.pick(row, "definition"), read_in(row, words)]
    )


def production_yield_finding(frame: pd.DataFrame, words: Words) -> str:
    """How many of the trial's shots were usable; without it, how many figures there are."""
    if frame.empty:
        return words.t("charts.empty")
    key = "charts.production-yield.finding"
    trial = frame[frame["yield_panel"] == "trial"]
    if len(trial) == 3 and trial["value"].notna().all():
        first, second, third = (int(v) for v in trial["value"])
        return words.t(f"{key}.trial", images=first, shots=second, usable=third, share=words.percent(float(trial["step_pct"].iloc[-1]), 1))
    return words.t(f"{key}.figures", n=len(frame))
