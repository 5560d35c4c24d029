"""Figure and finding of `funding-timeline`: one bubble a round."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.money import DRAWN, SYMBOLS, Traces, amount_words, axis_names, grouped, groups_of, log_axis, panels, unscaled
from components.figures.parts import date_axis, heading, read_in, sentences
from components.theme import FAINT, QUIET, SECTOR_COLOURS, figure, safe
from components.words import Words
from data.catalog import LIST_SEPARATOR
from data.frames.common import SECTORS
from data.frames.funding import APART

_LARGEST_PX, _SMALLEST_PX, _LANE_PX = 38, 8, 9
#: A panel of small rounds keeps small bubbles: the largest size stands for this many US$ m or more.
_LARGEST_AT_LEAST = 1000.0
_PANEL_SHARES = {"sector_company": 3.2, "general_model": 2.0}
#: How many bubbles are named, and the smallest plot that their names must fit, in pixels.
_NAMED = {"sector_company": 4, "general_model": 2}
_NARROW = (270, 190)


def funding_timeline_height(frame: pd.DataFrame) -> int:
    return 420 if len(groups_of(frame)) < 2 else 760


def funding_timeline(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Bubbles on a time axis, a panel for each group of companies, and a lane for rounds without US dollars."""
    groups = groups_of(frame)
    parts = {group: _in_lane(frame[frame["money_group"] == group]) for group in groups}
    shares = [x for g, (amounts, _) in parts.items() for x in (_PANEL_SHARES[g] if len(amounts) else 0.2, 0.75)]
    domains = panels(shares, 0.05 if len(groups) > 1 else 0.08, 0.03) if groups else []
    time = date_axis(_with_margin(frame["date_mid"]), words, before=0.06)
    layout: dict[str, Any] = {"xaxis": time | {"anchor": "free", "position": 0, "visible": bool(groups)}, "annotations": []}
    traces: Traces = []
    for number, (group, (amounts, lane)) in enumerate(parts.items()):
        above, below = domains[2 * number : 2 * number + 2]
        (axis, scale), (lane_axis, lane_scale) = axis_names(2 * number + 1), axis_names(2 * number + 2)
        layout[scale] = log_axis(amounts["amount_usd_m"], words) | {"domain": above}
        layout[lane_scale] = {"domain": below, "range": [-0.6, 2.6], "showgrid": False, "showticklabels": False}
        layout["annotations"] += [
            heading(words.t("charts.funding-timeline.panel", group=f"<b>{safe(words.code('money_group', group))}</b>"), above[1]),
            heading(words.t("charts.funding-timeline.lane", n=len(lane)), below[1]),
        ]
        layout.setdefault("shapes", []).append(
            {
                "type": "rect",
                "xref": "paper",
                "yref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": below[0],
                "y1": below[1],
                "fillcolor": FAINT,
                "opacity": 0.35,
                "line": {"width": 0},
                "layer": "below",
            }
        )
        traces += _bubbles(amounts, group, axis, layout[scale]["range"], time["range"], words)
        traces += _lane(lane, group, lane_axis, words)
    seen: set[str] = set()
    for trace in traces:
        trace["showlegend"] = trace["legendgroup"] != "general_model" and trace["legendgroup"] not in seen
        seen.add(trace["legendgroup"])
    return figure(traces, **layout, **unscaled(groups), legend={"itemsizing": "constant"})


def _with_margin(days: pd.Series) -> list[Any]:
    """The days, and one past the last, so that a large bubble there is whole."""
    known = list(days)
    return [*known, max(known) + 0.04 * (max(known) - min(known))] if known else []


def _in_lane(part: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rounds of one group with a height, and those without: no amount in US$, or never paid."""
    without = ~(part["amount_usd_m"] > 0) | (part["amount_class"] == "cancelled")
    return part[~without], part[without]


def _kinds(part: pd.DataFrame, group: str, words: Words) -> Iterable[tuple[str, str, str, str, pd.DataFrame]]:
    """(legend group, name, colour, symbol, rows) of each kind of mark, hollow ones last so that the legend is filled."""
    if group == "general_model":
        if len(part):
            yield group, words.code("money_group", group), QUIET, "circle", part
        return
    for sector in SECTORS:
        rows = part[part["sector"] == sector]
        if len(rows):
            rows = rows.iloc[rows["amount_class"].isin(APART).to_numpy().argsort(kind="stable")]
            yield sector, words.code("sector", sector), SECTOR_COLOURS[sector], SYMBOLS[sector], rows


def _marks(rows: pd.DataFrame, kind: tuple[str, str, str, str], axis: str, words: Words) -> dict[str, Any]:
    """What all traces of the timeline have in common."""
    legend, name, colour, symbol = kind
    shapes = {"part_of": f"{symbol}-open", "cancelled": "x-thin"}
    return {
        "type": "scatter",
        "name": name,
        "legendgroup": legend,
        "yaxis": axis,
        "x": [d.isoformat() for d in rows["date_mid"]],
        "customdata": [[int(i)] for i in rows.index],
        "hovertext": [_round_hover(row, words) for row in rows.to_dict("records")],
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {"color": colour, "symbol": [shapes.get(c, symbol) for c in rows["amount_class"]], "opacity": 0.78},
    }


def _bubbles(rows: pd.DataFrame, group: str, axis: str, amounts: list[float], days: list[str], words: Words) -> Traces:
    """Rounds with an amount in US$: area in proportion to it, down to a smallest size that can be seen."""
    if rows.empty:
        return []
    largest = max(float(rows["amount_usd_m"].max()), _LARGEST_AT_LEAST)
    size = (_LARGEST_PX * (rows["amount_usd_m"] / largest) ** 0.5).clip(lower=_SMALLEST_PX)
    labels = _names(rows, size, group, amounts, days, words)
    traces = []
    for *kind, part in _kinds(rows, group, words):
        trace = _marks(part, tuple(kind), axis, words)  # type: ignore[arg-type]
        hollow = part["amount_class"].isin(APART)
        trace["marker"] |= {
            "size": [float(size[i]) for i in part.index],
            "line": {"width": [1.5 if h else 0 for h in hollow], "color": kind[2]},
        }
        said = [labels.get(i, _sign(c, words)) for i, c in zip(part.index, part["amount_class"], strict=True)]
        trace |= {
            "mode": "markers+text",
            "y": part["amount_usd_m"].tolist(),
            "text": [text for text, _ in said],
            "textposition": [position for _, position in said],
            "textfont": {"size": 11},
        }
        traces.append(trace)
    return traces


def _lane(rows: pd.DataFrame, group: str, axis: str, words: Words) -> Traces:
    """Rounds without an amount in US$, staggered over three levels so that neighbours stay apart."""
    level = {index: place % 3 for place, index in enumerate(rows.index)}
    traces = []
    for *kind, part in _kinds(rows, group, words):
        trace = _marks(part, tuple(kind), axis, words)  # type: ignore[arg-type]
        trace["marker"] |= {"size": _LANE_PX, "line": {"width": [2 if c in APART else 0 for c in part["amount_class"]], "color": kind[2]}}
        traces.append(trace | {"mode": "markers", "y": [level[i] for i in part.index]})
    return traces


def _sign(amount_class: str, words: Words) -> tuple[str, str]:
    """The mark of a bound, on the side where the true amount lies; nothing for other amounts."""
    if amount_class not in ("at_least", "up_to"):
        return "", "top center"
    return words.t(f"charts.funding.sign.{amount_class}"), "top center" if amount_class == "at_least" else "bottom center"


def _names(
    rows: pd.DataFrame, size: pd.Series, group: str, amounts: list[float], days: list[str], words: Words
) -> dict[int, tuple[str, str]]:
    """Text and position of the few names that find room on a narrow screen, largest rounds first, one a company."""
    width, height = _NARROW
    first, last = pd.Timestamp(days[0]), pd.Timestamp(days[1])
    x = {i: width * (d - first) / (last - first) for i, d in rows["date_mid"].items()}
    y = {i: height * (math.log10(a) - amounts[0]) / (amounts[1] - amounts[0]) for i, a in rows["amount_usd_m"].items()}
    taken = {i: (x[i] - s / 2, x[i] + s / 2, y[i] - s / 2, y[i] + s / 2) for i, s in size.items()}
    named: dict[int, tuple[str, str]] = {}
    companies: set[str] = set()
    candidates = rows[~rows["amount_class"].isin(APART)].sort_values("amount_usd_m", ascending=False, kind="stable").head(3 * _NAMED[group])
    for index, row in zip(candidates.index, candidates.to_dict("records"), strict=True):
        name = words.pick(row, "company")
        if name in companies or len(named) == _NAMED[group]:
            continue
        text = f"{_sign(row['amount_class'], words)[0]} {name}".strip()
        wide = sum(12 if ord(ch) > 0x2E7F else 6.5 for ch in text)
        others = [box for i, box in taken.items() if i != index]
        for position, box in _boxes(x[index], y[index], size[index] / 2 + 2, wide):
            inside = box[0] >= 0 and box[1] <= width and box[3] <= height
            if inside and not any(_overlap(box, other) for other in others):
                named[index] = (safe(text), position)
                companies.add(name)
                taken[("name", index)] = box
                break
    return named


Box = tuple[float, float, float, float]


def _boxes(x: float, y: float, away: float, wide: float) -> list[tuple[str, Box]]:
    """Where a name may stand beside its bubble: left, right, above, below; each box as x0, x1, y0, y1."""
    return [
        ("middle left", (x - away - wide, x - away, y - 7, y + 7)),
        ("middle right", (x + away, x + away + wide, y - 7, y + 7)),
        ("top center", (x - wide / 2, x + wide / 2, y + away, y + away + 14)),
        ("bottom center", (x - wide / 2, x + wide / 2, y - away - 14, y - away)),
    ]


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]


def _round_hover(row: dict[Any, Any], words: Words) -> str:
    """A round in sentences: who, how much, when, how firm, who led, where it was read."""
    key = "charts.funding-timeline.hover."
    company, stage = words.pick(row, "company"), words.code("stage", row["stage"])
    sectors = words.codes("sector", str(row["sectors"]).split(LIST_SEPARATOR))
    lines = [words.t(f"{key}what", company=company, sectors=sectors, amount=amount_words(row, words), stage=stage)]
    when = words.t(f"{key}when", date=words.date(row["announced_date"]), status=words.code("status", row["status"]))
    placed = words.t(f"{key}placed.{row['date_precision']}") if row["date_precision"] in ("month", "quarter", "year") else ""
    inferred = words.t(f"{key}inferred") if row["is_date_inferred"] else ""
    lines.append(words.t(f"{key}joiner").join(filter(None, (when, placed, inferred))))
    if row["amount_class"] == "part_of":
        lines.append(words.t(f"{key}part_of"))
    leads = words.pick(row, "lead_investors")
    if leads:
        lines.append(words.t(f"{key}leads", leads=words.listed(leads.split(LIST_SEPARATOR))))
    lines.append(read_in(row, words))
    return sentences(lines)


def funding_timeline_finding(frame: pd.DataFrame, words: Words) -> str:
    """The largest known round of each group of companies, and how many amounts are not known."""
    said = {}
    for group in groups_of(frame):
        part = frame[frame["money_group"] == group]
        own = part[~part["amount_class"].isin(APART)]
        known = own[own["amount_class"].isin(DRAWN)].sort_values("amount_usd_m", kind="stable")
        unknown = int(own["amount_usd_m"].isna().sum())
        tail = words.t("charts.funding-timeline.finding.unknown", n=unknown, total=len(own))
        if known.empty:
            said[group] = tail if len(own) else words.t("charts.funding.known.nothing_counted")
            continue
        row = known.to_dict("records")[-1]
        amount = words.t(f"charts.funding.amount.{row['amount_class']}", amount=words.usd_m(float(row["amount_usd_m"])))
        largest = words.t("charts.funding-timeline.finding.largest", company=words.pick(row, "company"), amount=amount)
        said[group] = words.t("charts.funding.known.comma").join((largest, tail))
    return grouped(said, words) if said else words.t("charts.empty")
