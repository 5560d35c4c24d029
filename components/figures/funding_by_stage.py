"""Figure and finding of `funding-by-stage`: how many rounds each stage has, and how amounts spread."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.money import Traces, axis_names, fixed_margins, groups_of, log_axis, panels, unscaled
from components.figures.parts import heading, sentences
from components.theme import ACCENT, QUIET, figure, safe
from components.words import Words
from data.catalog import LIST_SEPARATOR
from data.frames.common import SMALL_N
from data.frames.funding import QUARTILES_FROM

#: Height of a stage, of a heading, and of what stands below and above all panels, in pixels.
_ROW_PX, _HEADING_PX, _BELOW_PX, _ABOVE_PX = 36, 32, 24, 30
#: Half of the label of an amount, as a share of the axis on a telephone.
_LABEL_SHARE = 0.1


def _plot_px(frame: pd.DataFrame) -> int:
    return _HEADING_PX * len(groups_of(frame)) + _ROW_PX * max(len(frame), 2)


def funding_by_stage_height(frame: pd.DataFrame) -> int:
    return _plot_px(frame) + _BELOW_PX + _ABOVE_PX


def funding_by_stage(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A row a stage on a log axis: range, middle half, median, and single rounds where they are few."""
    groups = groups_of(frame)
    gap = _HEADING_PX / _plot_px(frame)
    domains = panels([int((frame["money_group"] == g).sum()) for g in groups], gap, gap)
    known = [*frame["min_usd_m"].dropna(), *frame["max_usd_m"].dropna()]
    amounts = log_axis(known, words, every=2 if known and max(known) > 2000 * min(known) else 1)
    low, high = amounts["range"]
    amounts["range"] = [low - _LABEL_SHARE * (high - low), high]  # a label over the smallest amount stays clear of the stages
    layout: dict[str, Any] = {"xaxis": amounts | {"anchor": "y2" if len(groups) > 1 else "y"}, "barmode": "overlay", "annotations": []}
    traces: Traces = []
    for number, group in enumerate(groups):
        part = frame[frame["money_group"] == group]
        places = dict(zip(part.index, range(len(part) - 1, -1, -1), strict=True))
        axis, name = axis_names(number + 1)
        layout[name] = {
            "domain": domains[number],
            "range": [-0.6, len(part) - 0.4],
            "tickvals": list(places.values()),
            "ticktext": [_stage_label(row, words) for row in part.to_dict("records")],
            "showgrid": False,
        }
        layout["annotations"].append(heading(f"<b>{safe(words.code('money_group', group))}</b>", domains[number][1]))
        traces += _spreads(
            part, places, axis, QUIET if group == "general_model" else ACCENT, 1.05 * 10 ** amounts["range"][0], words, first=number == 0
        )
    layout = fixed_margins(layout, bottom=_BELOW_PX, names_at_edge=True) if groups else layout | unscaled([])
    return figure(traces, **layout, legend={"traceorder": "normal"})


def _stage_label(row: dict[Any, Any], words: Words) -> str:
    """The stage, and how many of its rounds disclose an amount."""
    counts = words.t("charts.funding-by-stage.counts", n=int(row["n_disclosed"]), total=int(row["n_rounds"]))
    return f"{safe(words.code('stage', row['stage']))}<br><span style='opacity:0.7'>{counts}</span>"


def _spreads(part: pd.DataFrame, places: dict[int, int], axis: str, colour: str, left: float, words: Words, first: bool) -> Traces:
    """The traces of one panel."""
    key = "charts.funding-by-stage."
    two = part[part["n_disclosed"] >= 2]
    some = part[part["n_disclosed"] >= 1]
    four = part[part["n_disclosed"] >= QUARTILES_FROM]
    none = part[part["n_disclosed"] == 0]
    bar = {"type": "bar", "orientation": "h"}
    traces = [
        bar
        | {
            "name": words.t(f"{key}range"),
            "base": two["min_usd_m"].tolist(),
            "x": (two["max_usd_m"] - two["min_usd_m"]).tolist(),
            "width": 0.06,
            "marker": {"color": colour},
        }
        | _stage_marks(two, places, words),
        bar
        | {
            "name": words.t(f"{key}half"),
            "base": four["q1_usd_m"].tolist(),
            "x": (four["q3_usd_m"] - four["q1_usd_m"]).tolist(),
            "width": 0.42,
            "opacity": 0.35,
            "marker": {"color": colour},
        }
        | _stage_marks(four, places, words),
        {"type": "scatter", "mode": "markers", "name": words.t(f"{key}one")} | _single_rounds(part, places, colour, words),
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": words.t(f"{key}median"),
            "x": some["median_usd_m"].tolist(),
            "text": [words.usd_m(float(v)) for v in some["median_usd_m"]],
            "textposition": "top center",
            "textfont": {"size": 11},
            "marker": {"symbol": "line-ns", "size": 14, "color": colour, "line": {"color": colour, "width": 3}},
            "cliponaxis": False,
        }
        | _stage_marks(some, places, words),
        {
            "type": "scatter",
            "mode": "text",
            "name": words.t(f"{key}nothing"),
            "x": [left] * len(none),
            "text": [words.t(f"{key}{'nothing' if n else 'left_out'}") for n in none["n_rounds"]],
            "textposition": "middle right",
            "textfont": {"size": 11},
            "cliponaxis": False,
        }
        | _stage_marks(none, places, words),
    ]
    drawn = [
        t
        | {"yaxis": axis, "showlegend": first and t.get("mode") != "text" and t["name"] != words.t(f"{key}range"), "legendgroup": t["name"]}
        for t in traces
        if t["x"]
    ]
    return drawn


def _stage_marks(part: pd.DataFrame, places: dict[int, int], words: Words) -> dict[str, Any]:
    return {
        "y": [places[i] for i in part.index],
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_stage_hover(row, words) for row in part.to_dict("records")],
        "hoverinfo": "text",
    }


def _single_rounds(part: pd.DataFrame, places: dict[int, int], colour: str, words: Words) -> dict[str, Any]:
    """One dot a round, for the stages whose rounds the frame lists."""
    x, y, customdata, hover = [], [], [], []
    for index, row in part[part["n_disclosed"].between(1, SMALL_N - 1)].iterrows():
        names = [row["companies_en"].split(LIST_SEPARATOR), row["companies_zh"].split(LIST_SEPARATOR)]
        for amount, en, zh in zip(row["amounts_usd_m"].split(LIST_SEPARATOR), *names, strict=True):
            x.append(float(amount))
            y.append(places[index])
            customdata.append([int(index)])
            company = words.pick({"company_en": en, "company_zh": zh}, "company")
            said = words.t(
                "charts.funding-by-stage.hover.one",
                company=company,
                amount=words.usd_m(float(amount)),
                stage=words.code("stage", row["stage"]),
            )
            hover.append(sentences([said]))
    marker = {"symbol": "circle-open", "size": 9, "color": colour, "line": {"width": 1.5}}
    return {"x": x, "y": y, "customdata": customdata, "hovertext": hover, "hoverinfo": "text", "marker": marker, "cliponaxis": False}


def _stage_hover(row: dict[Any, Any], words: Words) -> str:
    key = "charts.funding-by-stage.hover."
    lines = [
        words.t(
            f"{key}who",
            stage=words.code("stage", row["stage"]),
            group=words.code("money_group", row["money_group"]),
            n=int(row["n_disclosed"]),
            total=int(row["n_rounds"]),
        )
    ]
    if row["n_disclosed"]:
        low, middle, high = (words.usd_m(float(row[c])) for c in ("min_usd_m", "median_usd_m", "max_usd_m"))
        lines.append(words.t(f"{key}spread", low=low, median=middle, high=high))
    if row["n_disclosed"] >= QUARTILES_FROM:
        lines.append(words.t(f"{key}half", low=words.usd_m(float(row["q1_usd_m"])), high=words.usd_m(float(row["q3_usd_m"]))))
    lines += [
        words.t(f"{key}{name}", n=int(row[f"n_{name}"]))
        for name in ("bounds", "undisclosed", "other_currency", "part_of", "cancelled")
        if row[f"n_{name}"]
    ]
    return sentences(lines)


def funding_by_stage_finding(frame: pd.DataFrame, words: Words) -> str:
    """Medians of the stages with enough disclosed amounts, each with how many amounts are not known."""
    key = "charts.funding-by-stage.finding."
    groups = groups_of(frame)
    if not groups:
        return words.t("charts.empty")
    part = frame[(frame["money_group"] == groups[0])]
    enough = part[(part["n_disclosed"] >= SMALL_N) & (part["stage"] != "undisclosed")]
    if enough.empty:
        said = words.t(
            f"{key}few", least=SMALL_N, n=int(part["n_rounds"].sum() - part["n_disclosed"].sum()), total=int(part["n_rounds"].sum())
        )
    else:
        said = words.t("charts.funding.known.joiner").join(
            words.t(
                f"{key}median",
                stage=words.code("stage", r["stage"]),
                amount=words.usd_m(float(r["median_usd_m"])),
                n=int(r["n_disclosed"]),
                total=int(r["n_rounds"]),
            )
            for r in enough.to_dict("records")
        )
    return words.t("charts.funding.of_group", group=words.code("money_group", groups[0]), said=said)
