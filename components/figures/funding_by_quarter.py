"""Figure and finding of `funding-by-quarter`: money by quarter, with what is not in the sums."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.money import (
    CLASS_COLOURS,
    CLASS_PATTERNS,
    DRAWN,
    NOT_DRAWN,
    Traces,
    axis_names,
    fixed_margins,
    group_heading,
    grouped,
    groups_of,
    linear_axis,
    log_axis,
    money_words,
    panels,
    printed_words,
    sum_words,
    unscaled,
)
from components.figures.parts import has, heading, sentences
from components.theme import FAINT, figure
from components.words import Words
from data.frames.funding import GROUPS, SUMMED, totals
from data.frames.quarters import quarters_between

#: Height of a panel of bars, of one of marks, of a heading, and of what stands below and above all panels, in pixels.
_BARS_PX, _DOTS_PX, _HEADING_PX, _BELOW_PX, _ABOVE_PX = 240, 190, 28, 40, 30
#: Up to how many quarters a screen of 320 pixels has room for their whole names, for a figure each, and for every year.
_WHOLE, _FIGURES, _YEARS = {"en": 9, "zh": 4}, 17, {"en": 28, "zh": 19}
#: A quarter that outweighs the median one this often leaves nothing of the others to see on a linear scale.
_LOG_FROM = 20


def _panels_of(frame: pd.DataFrame) -> dict[str, tuple[pd.DataFrame, bool, int]]:
    """For each group in a quarter its rows, whether they need a logarithmic scale, and the pixels of its panel."""
    dated = frame[frame["period_quarter"].notna()]
    found = {}
    for group in groups_of(dated):
        part = dated[dated["money_group"] == group]
        tops = part[part["sum_usd_m"] > 0].groupby("period_quarter")["sum_usd_m"].sum()
        log = bool(len(tops)) and tops.max() > _LOG_FROM * tops.median()
        found[group] = (part, log, _DOTS_PX if log else _BARS_PX)
    if len(found) == 1:
        found = {group: (part, log, _BARS_PX + 40) for group, (part, log, _) in found.items()}
    return found


def _plot_px(shown: dict[str, tuple[pd.DataFrame, bool, int]]) -> int:
    return sum(px + _HEADING_PX for *_, px in shown.values()) if shown else 200


def funding_by_quarter_height(frame: pd.DataFrame) -> int:
    return _plot_px(_panels_of(frame)) + _BELOW_PX + _ABOVE_PX


def funding_by_quarter(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A panel for each group: stacked bars, or marks on a logarithmic scale where one quarter outweighs the others."""
    dated = frame[frame["period_quarter"].notna()]
    shown = _panels_of(frame)
    quarters = quarters_between(dated["period_quarter"].min(), dated["period_quarter"].max()) if len(dated) else []
    gap = _HEADING_PX / _plot_px(shown)
    domains = dict(zip(shown, panels([px for *_, px in shown.values()], gap, gap), strict=True)) if shown else {}
    layout: dict[str, Any] = {"xaxis": _quarter_axis(quarters, words), "barmode": "stack", "annotations": [], "shapes": []}
    traces: Traces = []
    for number, (group, (part, log, _)) in enumerate(shown.items()):
        axis, name = axis_names(number + 1)
        drawn = part[part["amount_class"].isin(DRAWN)]
        if log:
            tops = drawn.groupby("period_quarter")["sum_usd_m"].max().to_dict()
            traces += _dots(drawn[drawn["sum_usd_m"] > 0], axis, words)
            layout[name] = log_axis(drawn["sum_usd_m"], words)
            low, high = layout[name]["range"]
            layout[name]["range"] = [low, high + 0.12 * (high - low)]
            floor = 10**low
            tops = {quarter: max(top, floor) * 10 ** (0.03 * (high - low)) for quarter, top in tops.items()}
        else:
            tops = drawn.groupby("period_quarter")["sum_usd_m"].sum().to_dict()
            traces += _bars(drawn, axis, words)
            layout[name] = linear_axis(max(tops.values(), default=0.0), words)
            floor = 0.0
        layout[name]["domain"] = domains[group]
        traces += _not_summed(part[part["amount_class"].isin(NOT_DRAWN)], axis, tops, floor, words)
        kind = ("own_" if len(shown) > 1 else "") + ("log" if log else "linear")
        layout["annotations"].append(heading(group_heading(group, f"charts.funding-by-quarter.panel.{kind}", words), domains[group][1]))
    seen: set[str] = set()
    for trace in traces:
        if "legendgroup" in trace:  # bars come before marks, so each kind shows the more telling of the two
            trace["showlegend"] = trace["legendgroup"] not in seen
            seen.add(trace["legendgroup"])
    layout["xaxis"]["anchor"] = "y2" if len(shown) > 1 else "y"
    _mark_incomplete(dated, quarters, list(domains.values()), layout, words)
    layout = fixed_margins(layout, bottom=_BELOW_PX, names_at_edge=True) if shown else layout | unscaled([])
    return figure(traces, **layout, legend={"traceorder": "normal"})


def _quarter_axis(quarters: list[str], words: Words) -> dict[str, Any]:
    """Quarters as categories, the year under each first one; many are named by a figure, very many by their year alone."""
    few, many = len(quarters) <= _WHOLE[words.lang], len(quarters) > _FIGURES
    every = math.ceil(len(quarters) / _YEARS[words.lang])
    labels = []
    for place, quarter in enumerate(quarters):
        year, number = quarter.split("-Q")
        # The year of a first quarter that does not begin it, where the next year's stands far enough away.
        with_year = int(year) % every == 0 if number == "1" else place == 0 and few and (number != "4" or len(quarters) == 1)
        short = words.quarter(number) if few else words.t("charts.funding-by-quarter.figure", n=int(number))
        labels.append("" if many and not with_year else f"{short}<br>{words.date(year)}" if with_year else short)
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": quarters,
        "range": [-0.6, len(quarters) - 0.4],
        "tickvals": quarters,
        "ticktext": labels,
        "tickangle": 0,
        "tickfont": {"size": 11},
        "showgrid": False,
    }


def _bars(drawn: pd.DataFrame, axis: str, words: Words) -> Traces:
    traces = []
    for kind in DRAWN:
        part = drawn[drawn["amount_class"] == kind]
        if part.empty:
            continue
        colour = CLASS_COLOURS[kind]
        pattern = {"shape": CLASS_PATTERNS[kind], "fillmode": "replace", "solidity": 0.5 if kind == "about" else 0.35, "size": 6}
        traces.append(
            {
                "type": "bar",
                "name": words.code("amount_class", kind),
                "legendgroup": kind,
                "yaxis": axis,
                "x": part["period_quarter"].tolist(),
                "y": part["sum_usd_m"].tolist(),
                "marker": {"color": colour, "line": {"color": colour, "width": 1}} | ({"pattern": pattern} if pattern["shape"] else {}),
            }
            | _quarter_marks(part, words)
        )
    return traces


def _dots(drawn: pd.DataFrame, axis: str, words: Words) -> Traces:
    """The sum of each class as one mark: on a logarithmic axis a bar would have no foot."""
    traces = []
    for kind in DRAWN:
        part = drawn[drawn["amount_class"] == kind]
        if part.empty:
            continue
        colour = CLASS_COLOURS[kind]
        hollow = kind in ("about", "up_to")
        traces.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": words.code("amount_class", kind),
                "legendgroup": kind,
                "yaxis": axis,
                "x": part["period_quarter"].tolist(),
                "y": part["sum_usd_m"].tolist(),
                "marker": {
                    "color": colour,
                    "size": 10,
                    "symbol": "circle-open" if hollow else "circle",
                    "line": {"color": colour, "width": 2},
                },
                "text": [words.t(f"charts.funding.sign.{kind}")] * len(part),
                "textposition": "bottom center" if kind == "about" else "middle right",
                "cliponaxis": False,
            }
            | _quarter_marks(part, words)
        )
    return traces


def _not_summed(part: pd.DataFrame, axis: str, tops: dict[str, float], floor: float, words: Words) -> Traces:
    """Small counts above the quarter: rounds that are not in it, one line for each reason."""
    lines: dict[str, int] = {}
    texts, heights = [], []
    for row in part.to_dict("records"):
        quarter = row["period_quarter"]
        below = lines.setdefault(quarter, 0)
        lines[quarter] += 1
        texts.append(words.t(f"charts.funding-by-quarter.mark.{row['amount_class']}", n=int(row["n"])) + "<br> " * below)
        heights.append(tops.get(quarter, floor))
    if not texts:
        return []
    trace = {
        "type": "scatter",
        "mode": "text",
        "name": words.t("charts.funding-by-quarter.not_summed"),
        "showlegend": False,
        "yaxis": axis,
        "x": part["period_quarter"].tolist(),
        "y": heights,
        "text": texts,
        "textposition": "top center",
        "textfont": {"size": 11},
        "cliponaxis": False,
    }
    return [trace | _quarter_marks(part, words)]


def _quarter_marks(part: pd.DataFrame, words: Words) -> dict[str, Any]:
    return {
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_quarter_hover(row, words) for row in part.to_dict("records")],
        "hoverinfo": "text",
    }


def _quarter_hover(row: dict[Any, Any], words: Words) -> str:
    key = "charts.funding-by-quarter.hover."
    amount = words.usd_m(float(row["sum_usd_m"])) if has(row["sum_usd_m"]) else ""
    lines = [
        words.t(f"{key}who", quarter=words.date(row["period_quarter"]), group=words.code("money_group", row["money_group"])),
        words.t(f"{key}{row['amount_class']}", n=int(row["n"]), amount=amount),
    ]
    if row["amount_class"] == "other_currency" and has(row["other_currency_as_printed"]):
        lines.append(words.t(f"{key}printed", amount=printed_words(row["other_currency_as_printed"], words)))
    if row["quarter_incomplete"]:
        lines.append(words.t(f"{key}incomplete"))
    return sentences(lines)


def _mark_incomplete(
    dated: pd.DataFrame, quarters: list[str], domains: list[tuple[float, float]], layout: dict[str, Any], words: Words
) -> None:
    """Shade the quarters that the collection or the chosen dates cut short, and say so."""
    cut = set(dated.loc[dated["quarter_incomplete"], "period_quarter"])
    for place, quarter in enumerate(quarters):
        if quarter not in cut:
            continue
        layout["shapes"] += [
            {
                "type": "rect",
                "xref": "x",
                "yref": "paper",
                "x0": place - 0.5,
                "x1": place + 0.5,
                "y0": low,
                "y1": high,
                "fillcolor": FAINT,
                "line": {"width": 0},
                "layer": "below",
            }
            for low, high in domains
        ]
        left = place < len(quarters) / 2
        layout["annotations"].append(
            {
                "text": words.t("charts.funding-by-quarter.incomplete"),
                "xref": "x",
                "yref": "y domain",
                "x": place + (-0.5 if left else 0.5),
                "y": 1,
                "xanchor": "left" if left else "right",
                "yanchor": "top",
                "showarrow": False,
                "font": {"size": 11},
            }
        )


def funding_by_quarter_finding(frame: pd.DataFrame, words: Words) -> str:
    """The quarter of each group with most known money, and its total with what is not known; then the rounds without a quarter."""
    if frame.empty:
        return words.t("charts.empty")
    dated = frame[frame["period_quarter"].notna()]
    said = {}
    for row in totals(dated).to_dict("records"):
        total = money_words(row, words, short=True)
        most = _most(dated[dated["money_group"] == row["money_group"]], words)
        said[row["money_group"]] = words.t("charts.funding.known.joiner").join([most, total] if most else [total])
    parts = [grouped({g: said[g] for g in GROUPS if g in said}, words)] if said else []
    undated = int(frame.loc[frame["period_quarter"].isna(), "n"].sum())
    parts += [words.t("charts.funding-by-quarter.finding.year_only", n=undated)] if undated else []
    return words.t("charts.funding.known.joiner").join(parts)


def _most(part: pd.DataFrame, words: Words) -> str:
    """The quarter in which most money is known, where it is one of several and no other has as much."""
    sums = part[part["amount_class"].isin(SUMMED)].groupby("period_quarter")["sum_usd_m"].sum().sort_values(ascending=False)
    if len(sums) < 2 or sums.iloc[0] == sums.iloc[1]:
        return ""
    quarter = str(sums.index[0])
    total = totals(part[part["period_quarter"] == quarter]).iloc[0]
    return words.t("charts.funding-by-quarter.finding.most", quarter=words.date(quarter), amount=sum_words(total, words))
