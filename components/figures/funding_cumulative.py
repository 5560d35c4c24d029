"""Figure and finding of `funding-cumulative`: the known money so far, in steps at the end of each quarter."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.money import (
    Traces,
    axis_names,
    fixed_margins,
    group_heading,
    grouped,
    groups_of,
    known_words,
    linear_axis,
    money_words,
    panels,
    unscaled,
)
from components.figures.parts import date_axis, has, heading, sentences
from components.theme import ACCENT, FAINT, HIGHLIGHT, figure
from components.words import Words
from data.frames.common import SMALL_N
from data.periods import bounds

#: Height of a panel alone and beside another, of a heading, and of what stands below and above all panels, in pixels.
_ALONE_PX, _PANEL_PX, _HEADING_PX, _BELOW_PX, _ABOVE_PX = 330, 250, 28, 24, 10
#: The axis above the last step leaves room for the lines that name it.
_ROOM = 1.65
_ACCENT_FILL = "rgba(196,80,47,0.4)"


def _plot_px(groups: list[str]) -> int:
    return len(groups) * ((_PANEL_PX if len(groups) > 1 else _ALONE_PX) + _HEADING_PX) or 200


def funding_cumulative_height(frame: pd.DataFrame) -> int:
    return _plot_px(groups_of(frame)) + _BELOW_PX + _ABOVE_PX


def funding_cumulative(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A panel for each group: exact and rounded amounts, lower bounds on top of them, each step at the end of its quarter."""
    groups = groups_of(frame)
    gap = _HEADING_PX / _plot_px(groups)
    domains = panels([1] * len(groups), gap, gap) if groups else []
    layout: dict[str, Any] = {"annotations": [], "shapes": [], "showlegend": False}
    traces: Traces = []
    ends: list[Any] = []
    if groups:
        first, last = (bounds(q) for q in (frame["period_quarter"].min(), frame["period_quarter"].max()))
        # The last step gets a tread too: half a quarter beyond its end.
        ends = [pd.Timestamp(first[0]), pd.Timestamp(last[1]) + pd.Timedelta(days=45)]
    time = date_axis(ends, words)
    layout["xaxis"] = time | {"anchor": "y2" if len(groups) > 1 else "y", "visible": bool(groups)}
    for number, group in enumerate(groups):
        part = frame[frame["money_group"] == group]
        axis, name = axis_names(number + 1)
        top = float(part["cumulative_usd_m"].max()) if has(part["cumulative_usd_m"].max()) else 0.0
        layout[name] = linear_axis(top, words) | {"domain": domains[number]}
        layout[name]["range"] = [0, _ROOM * top if top > 0 else 1]
        # No line higher than the sum: it would run through the words above it.
        layout[name]["tickvals"] = [tick for tick in layout[name]["tickvals"] if tick <= top]
        layout[name]["ticktext"] = layout[name]["ticktext"][: len(layout[name]["tickvals"])]
        said = group_heading(group, f"charts.funding-cumulative.panel.{'own' if len(groups) > 1 else 'alone'}", words)
        layout["annotations"] += [heading(said, domains[number][1]), _end_label(part, axis, ends[1], words)]
        layout["shapes"] += _shades(part, domains[number], ends[1])
        traces += [*_layers(part, axis, ends), _steps(part, axis, words)]
    layout = fixed_margins(layout, bottom=_BELOW_PX, top=_ABOVE_PX, names_at_edge=True) if groups else layout | unscaled([])
    return figure(traces, **layout)


def _quarter_ends(part: pd.DataFrame) -> list[str]:
    return [bounds(quarter)[1].isoformat() for quarter in part["period_quarter"]]


def _layers(part: pd.DataFrame, axis: str, ends: list[Any]) -> Traces:
    """The two layers of the sum. They are not to be pointed at: the steps are."""
    start = bounds(part["period_quarter"].iloc[0])[0].isoformat()
    layers = (
        (
            part["cumulative_exact_usd_m"].fillna(0) + part["cumulative_about_usd_m"].fillna(0),
            {"width": 1.5, "color": ACCENT},
            {"fillcolor": _ACCENT_FILL},
        ),
        (
            part["cumulative_lower_bound_usd_m"].fillna(0),
            {"width": 0, "color": HIGHLIGHT},  # without a line: where there is no lower bound it would hide the other layer's
            {"fillpattern": {"shape": "/", "fgcolor": HIGHLIGHT, "size": 6, "solidity": 0.4, "fillmode": "overlay"}},
        ),
    )
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "stackgroup": axis,
            "yaxis": axis,
            "x": [start, *_quarter_ends(part), ends[1].isoformat()],
            "y": [0.0, *amounts, float(amounts.iloc[-1])],
            "line": line | {"shape": "hv"},
            "hoverinfo": "skip",
        }
        | fill
        for amounts, line, fill in layers
        if amounts.any()
    ]


def _steps(part: pd.DataFrame, axis: str, words: Words) -> dict[str, Any]:
    """A mark at the end of each quarter that a round enters; hollow where rounds enter that are known only to their year."""
    part = part[part["n"] > 0]
    return {
        "type": "scatter",
        "mode": "markers",
        "yaxis": axis,
        "x": _quarter_ends(part),
        "y": part["cumulative_usd_m"].fillna(0).tolist(),
        "marker": {
            "color": ACCENT,
            "size": [9 if n else 6 for n in part["n_year_only"]],
            "symbol": ["diamond-open" if n else "circle" for n in part["n_year_only"]],
            "line": {"width": 1.5, "color": ACCENT},
        },
        "cliponaxis": False,
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_step_hover(row, words) for row in part.to_dict("records")],
        "hoverinfo": "text",
    }


def _so_far(row: dict[Any, Any]) -> dict[str, Any]:
    """The running sums of a row as a row of totals."""
    counts = ("rounds", "known", "lower_bound", "up_to", "undisclosed", "other_currency", "part_of", "cancelled")
    return (
        {f"n_{name}": row[f"n_{name}_so_far"] for name in counts}
        | {"known_usd_m": row["cumulative_usd_m"]}
        | {f"{name}_usd_m": row[f"cumulative_{name}_usd_m"] for name in ("exact", "about", "lower_bound", "up_to")}
        | {"other_currency_as_printed": row["other_currency_so_far"]}
    )


def _step_hover(row: dict[Any, Any], words: Words) -> str:
    key = "charts.funding-cumulative.hover."
    group, quarter = words.code("money_group", row["money_group"]), words.date(row["period_quarter"])
    lines = [words.t(f"{key}so_far", group=group, quarter=quarter, said=money_words(_so_far(row), words))]
    if has(row["known_usd_m"]):
        lines.append(words.t(f"{key}added", n=int(row["n"]), amount=words.usd_m(float(row["known_usd_m"]))))
    else:
        lines.append(words.t(f"{key}added_none", n=int(row["n"])))
    if row["n_year_only"]:
        lines.append(words.t(f"{key}year_only", n=int(row["n_year_only"])))
    if row["quarter_incomplete"]:
        lines.append(words.t("charts.funding-by-quarter.hover.incomplete"))
    return sentences(lines)


def _end_label(part: pd.DataFrame, axis: str, at: Any, words: Words) -> dict[str, Any]:
    """What the last step is made of and what is not in it, beside it: it stands in place of a legend."""
    key = "charts.funding-cumulative.label."
    row = part.iloc[-1].to_dict()
    usd = {name: row[f"cumulative_{name}_usd_m"] for name in ("exact", "about", "lower_bound", "up_to")}
    unknown = int(row["n_undisclosed_so_far"] + row["n_other_currency_so_far"])
    lines = []
    if has(row["cumulative_usd_m"]):
        lines.append(f"<b>{known_words(_so_far(row), words)}</b>")
        stated = sum(float(usd[name]) for name in ("exact", "about") if has(usd[name]))
        if stated:
            lines.append(_coloured(ACCENT, words.t(f"{key}stated", amount=words.usd_m(stated))))
        if has(usd["lower_bound"]):
            lines.append(_coloured(HIGHLIGHT, words.t(f"{key}lower_bound", amount=words.usd_m(float(usd["lower_bound"])))))
    if has(usd["up_to"]):
        lines.append(words.t(f"{key}up_to", amount=words.usd_m(float(usd["up_to"])), n=int(row["n_up_to_so_far"])))
    if unknown:
        lines.append(words.t(f"{key}unknown", n=unknown, total=int(row["n_rounds_so_far"])))
    if row["quarter_incomplete"]:
        since = part.loc[part["quarter_incomplete"][::-1].cumprod()[::-1].astype(bool), "period_quarter"]
        kind = "incomplete" if len(since) == 1 else "incomplete_from"
        lines.append(words.t(f"{key}{kind}", quarter=words.date(since.iloc[0])))
    return {
        "text": "<br>".join(lines),
        "x": at.isoformat(),
        "y": float(row["cumulative_usd_m"]) if has(row["cumulative_usd_m"]) else 0.0,
        "xref": "x",
        "yref": axis,
        "xanchor": "right",
        "yanchor": "bottom",
        "yshift": 5,  # clear of the last mark
        "align": "right",
        "showarrow": False,
        "font": {"size": 11},
    }


def _coloured(colour: str, text: str) -> str:
    return f"<span style='color:{colour}'>■</span> {text}"


def _shades(part: pd.DataFrame, domain: tuple[float, float], end: Any) -> list[dict[str, Any]]:
    """The ground of the quarters that the collection or the chosen dates cut short; the last with its tread."""
    found = []
    for quarter in part.loc[part["quarter_incomplete"], "period_quarter"]:
        first, last = (day.isoformat() for day in bounds(quarter))
        last = end.isoformat() if quarter == part["period_quarter"].iloc[-1] else last
        place = {"xref": "x", "yref": "paper", "x0": first, "x1": last, "y0": domain[0], "y1": domain[1]}
        found.append({"type": "rect", "fillcolor": FAINT, "line": {"width": 0}, "layer": "below"} | place)
    return found


def funding_cumulative_finding(frame: pd.DataFrame, words: Words) -> str:
    """The last sum of each group with what is not known, and since when the greater half of it has entered."""
    said = {}
    for group in groups_of(frame):
        part = frame[frame["money_group"] == group]
        said[group] = money_words(_so_far(part.iloc[-1].to_dict()), words, short=True)
        half = _greater_half(part)
        if half:
            share, quarter = words.percent(round(100 * half[1])), words.date(half[0])
            most = words.t("charts.funding-cumulative.finding.half", share=share, quarter=quarter)
            said[group] = words.t("charts.funding.known.joiner").join((most, said[group]))
    return grouped(said, words) if said else words.t("charts.empty")


def _greater_half(part: pd.DataFrame) -> tuple[str, float] | None:
    """The last quarter from which on at least half of the known sum entered, and that share; None where little is known."""
    sums = part["cumulative_usd_m"].fillna(0)
    total = float(sums.iloc[-1])
    if not total or part["n_known_so_far"].iloc[-1] < SMALL_N:
        return None
    since = 1 - sums.shift(fill_value=0.0) / total
    last = since[since >= 0.5].index[-1]
    quarter = str(part.loc[last, "period_quarter"])
    return None if quarter == part["period_quarter"].iloc[0] else (quarter, float(since[last]))
