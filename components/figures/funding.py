"""Figures and findings of the funding page: amounts on a page with what is not known of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.parts import date_axis, has, heading, read_in, sentences
from components.theme import ACCENT, FAINT, HIGHLIGHT, QUIET, SECTOR_COLOURS, SECTOR_SYMBOLS, figure, safe
from components.words import Words
from data.catalog import LIST_SEPARATOR
from data.frames.common import SECTORS, SMALL_N
from data.frames.funding import APART, CLASSES, GROUPS, QUARTILES_FROM, SUMMED, totals
from data.frames.quarters import quarters_between

Traces = list[dict[str, Any]]

DRAWN = (*SUMMED, "up_to")
NOT_DRAWN = tuple(c for c in CLASSES if c not in DRAWN)
_CLASS_COLOURS = {"exact": ACCENT, "about": ACCENT, "at_least": HIGHLIGHT, "up_to": QUIET}
_CLASS_PATTERNS = {"exact": "", "about": ".", "at_least": "", "up_to": "/"}
#: A cross means cancelled here, so cross-sector rounds have another shape.
_SYMBOLS = SECTOR_SYMBOLS | {"cross": "pentagon"}


# Words of money ---------------------------------------------------------------------------------


def money_words(total: Any, words: Words, short: bool = False) -> str:
    """A row of `totals` in words: what is known, and always what is not.

    `short` is a clause for a finding: bounds, parts and cancelled rounds are left to the long form.
    """
    key = "charts.funding.known."
    n = {
        name: int(total[f"n_{name}"])
        for name in ("rounds", "known", "lower_bound", "up_to", "undisclosed", "other_currency", "part_of", "cancelled")
    }
    unknown = n["undisclosed"] + n["other_currency"]
    said = []
    if n["known"]:
        floor = n["rounds"] > n["known"] or n["lower_bound"]
        kind = "floor" if floor else "about" if has(total["about_usd_m"]) else "whole"
        said.append(words.t(f"{key}{kind}", amount=words.usd_m(float(total["known_usd_m"])), n=n["known"]))
    if n["lower_bound"] and not short:
        said.append(words.t(f"{key}lower_bound", amount=words.usd_m(float(total["lower_bound_usd_m"]))))
    if n["up_to"]:
        kind = "up_to" if n["known"] else "only_up_to"
        said.append(words.t(f"{key}{kind}", amount=words.usd_m(float(total["up_to_usd_m"])), n=n["up_to"]))
    if not said:
        said.append(words.t(f"{key}none", n=n["rounds"]) if n["rounds"] else words.t(f"{key}nothing_counted"))
    parts = [words.t(f"{key}comma").join(said)]
    if not short:
        parts += [words.t(f"{key}{c}", n=n[c], total=n["rounds"]) for c in ("undisclosed", "other_currency", *APART) if n[c]]
    elif unknown < n["rounds"]:
        kind = "all_disclosed" if not unknown else "not_in_dollars" if n["other_currency"] else "undisclosed"
        parts.append(words.t(f"{key}{kind}", n=unknown, total=n["rounds"]))
    return words.t(f"{key}{'comma' if short else 'joiner'}").join(parts)


def _grouped(said: dict[str, str], words: Words) -> str:
    """A sentence for each group of companies, each under its name."""
    parts = [words.t("charts.funding.of_group", group=words.code("money_group", g), said=s) for g, s in said.items()]
    return words.t("charts.funding.known.joiner").join(parts)


def _printed(amount: float, currency: str, words: Words) -> str:
    """An amount of whole currency units as the document has it: CNY 3bn, 30亿人民币."""
    if currency == "USD":
        return words.usd_m(amount / 1e6)
    scale, unit = next(((s, u) for s, u in ((1e8, "yi"), (1e4, "wan")) if amount >= s), (1, "one"))
    if words.lang == "en":
        scale, unit = next(((s, u) for s, u in ((1e9, "bn"), (1e6, "m")) if amount >= s), (1, "one"))
    number = words.number(amount / scale, 2)
    return words.t(f"charts.funding.printed.{unit}", number=number, code=currency, currency=words.code("currency", currency))


def amount_words(row: Any, words: Words) -> str:
    """What a round raised, with how exact that is: "at least US$100m"."""
    original, usd = row["amount_original"], row["amount_usd_m"]
    printed = _printed(float(original), str(row["currency"]), words) if has(original) else ""
    qualified = f"charts.funding.amount.{row['amount_qualifier']}"
    if row["amount_class"] == "cancelled":
        return words.t("charts.funding.amount.cancelled", printed=printed) if printed else words.t("charts.funding.amount.undisclosed")
    if has(usd):
        dollars = words.t(qualified, amount=words.usd_m(float(usd)))
        if row["currency"] == "USD" or not printed:
            return dollars
        return words.t("charts.funding.amount.converted", amount=dollars, printed=printed)
    if not printed:
        return words.t("charts.funding.amount.undisclosed")
    return words.t("charts.funding.amount.no_dollars", printed=words.t(qualified, amount=printed))


# Panels and axes --------------------------------------------------------------------------------


def _groups(frame: pd.DataFrame) -> list[str]:
    """The groups of companies in the frame, in order."""
    present = set(frame["money_group"])
    return [g for g in GROUPS if g in present]


def _unscaled(groups: list[str]) -> dict[str, Any]:
    """Nothing to draw: no axis pretends to measure it."""
    return {} if groups else {"yaxis": {"visible": False}}


def _panels(shares: Sequence[float], gap: float, first: float) -> list[tuple[float, float]]:
    """Vertical domains from the top down, in proportion to `shares`, with room for a heading above each."""
    room = 1 - first - gap * (len(shares) - 1)
    domains, top = [], 1.0
    for place, share in enumerate(shares):
        top -= gap if place else first
        bottom = top - room * share / sum(shares)
        domains.append((max(bottom, 0.0), top))
        top = bottom
    return domains


def _axis(number: int) -> tuple[str, str]:
    """The name of the n-th vertical axis in a trace and in the layout."""
    return ("y", "yaxis") if number == 1 else (f"y{number}", f"yaxis{number}")


def _log_axis(amounts: Iterable[float], words: Words, every: int = 1) -> dict[str, Any]:
    """A logarithmic axis of US$ m; powers of ten have a line, each `every`-th a label. None where no amount is known."""
    known = [a for a in amounts if a > 0]
    low, high = (math.log10(min(known)) - 0.25, math.log10(max(known)) + 0.3) if known else (0.0, 2.0)
    powers = range(math.ceil(low), math.floor(high) + 1) if known else range(0)
    labels = [words.usd_m(10.0**e) if (e - powers[0]) % every == 0 else "" for e in powers]
    return {"type": "log", "range": [low, high], "tickvals": [10.0**e for e in powers], "ticktext": labels, "tickangle": 0}


def _linear_axis(top: float, words: Words) -> dict[str, Any]:
    """An axis of US$ m from 0 with three to six round ticks and room above the tallest bar."""
    if not top > 0:
        return {"range": [0, 1], "tickvals": [0], "ticktext": ["0"]}
    rough = top / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    ticks = [i * step for i in range(int(top / step) + 2)]
    return {"range": [0, 1.3 * top], "tickvals": ticks, "ticktext": [words.usd_m(t) if t else "0" for t in ticks]}


# funding-timeline -------------------------------------------------------------------------------

_LARGEST_PX, _SMALLEST_PX, _LANE_PX = 38, 8, 9
#: A panel of small rounds keeps small bubbles: the largest size stands for this many US$ m or more.
_LARGEST_AT_LEAST = 1000.0
_PANEL_SHARES = {"sector_company": 3.2, "general_model": 2.0}
#: How many bubbles are named, and the smallest plot that their names must fit, in pixels.
_NAMED = {"sector_company": 4, "general_model": 2}
_NARROW = (270, 190)


def funding_timeline_height(frame: pd.DataFrame) -> int:
    return 420 if len(_groups(frame)) < 2 else 760


def funding_timeline(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Bubbles on a time axis, a panel for each group of companies, and a lane for rounds without US dollars."""
    groups = _groups(frame)
    parts = {group: _in_lane(frame[frame["money_group"] == group]) for group in groups}
    shares = [x for g, (amounts, _) in parts.items() for x in (_PANEL_SHARES[g] if len(amounts) else 0.2, 0.75)]
    domains = _panels(shares, 0.05 if len(groups) > 1 else 0.08, 0.03) if groups else []
    time = date_axis(_with_margin(frame["date_mid"]), words, before=0.06)
    layout: dict[str, Any] = {"xaxis": time | {"anchor": "free", "position": 0, "visible": bool(groups)}, "annotations": []}
    traces: Traces = []
    for number, (group, (amounts, lane)) in enumerate(parts.items()):
        above, below = domains[2 * number : 2 * number + 2]
        (axis, scale), (lane_axis, lane_scale) = _axis(2 * number + 1), _axis(2 * number + 2)
        layout[scale] = _log_axis(amounts["amount_usd_m"], words) | {"domain": above}
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
    return figure(traces, **layout, **_unscaled(groups), legend={"itemsizing": "constant"})


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
            yield sector, words.code("sector", sector), SECTOR_COLOURS[sector], _SYMBOLS[sector], rows


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
    for group in _groups(frame):
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
    return _grouped(said, words) if said else words.t("charts.empty")


# funding-by-quarter -----------------------------------------------------------------------------


def funding_by_quarter_height(frame: pd.DataFrame) -> int:
    return 380 if len(_groups(frame[frame["period_quarter"].notna()])) < 2 else 640


def funding_by_quarter(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Stacked bars for companies that serve a sector; below, marks on a log scale for general-model companies."""
    dated = frame[frame["period_quarter"].notna()]
    groups = _groups(dated)
    quarters = quarters_between(dated["period_quarter"].min(), dated["period_quarter"].max()) if len(dated) else []
    domains = dict(zip(groups, _panels([{"sector_company": 3, "general_model": 2}[g] for g in groups], 0.08, 0.04), strict=True))
    layout: dict[str, Any] = {"xaxis": _quarter_axis(quarters, words), "barmode": "stack", "annotations": [], "shapes": []}
    traces: Traces = []
    for number, group in enumerate(groups):
        part = dated[dated["money_group"] == group]
        axis, name = _axis(number + 1)
        drawn = part[part["amount_class"].isin(DRAWN)]
        if group == "sector_company":
            tops = drawn.groupby("period_quarter")["sum_usd_m"].sum().to_dict()
            traces += _bars(drawn, axis, words)
            layout[name] = _linear_axis(max(tops.values(), default=0.0), words)
            floor = 0.0
        else:
            tops = drawn.groupby("period_quarter")["sum_usd_m"].max().to_dict()
            traces += _dots(drawn, axis, words, alone=len(groups) == 1)
            layout[name] = _log_axis(drawn["sum_usd_m"], words)
            low, high = layout[name]["range"]
            layout[name]["range"] = [low, high + 0.12 * (high - low)]
            tops = {quarter: top * 10 ** (0.03 * (high - low)) for quarter, top in tops.items()}
            floor = 10**low
        layout[name]["domain"] = domains[group]
        traces += _not_summed(part[part["amount_class"].isin(NOT_DRAWN)], axis, tops, floor, words)
        said = words.t(f"charts.funding-by-quarter.panel.{group}", group=f"<b>{safe(words.code('money_group', group))}</b>")
        layout["annotations"].append(heading(said, domains[group][1]))
    layout["xaxis"]["anchor"] = "y2" if len(groups) > 1 else "y"
    _mark_incomplete(dated, quarters, list(domains.values()), layout, words)
    return figure(traces, **layout, **_unscaled(groups), legend={"traceorder": "normal"})


def _quarter_axis(quarters: list[str], words: Words) -> dict[str, Any]:
    """Quarters as categories; the year under each first quarter, all quarters named while there is room."""
    crowded = len(quarters) > 18
    labels = []
    for place, quarter in enumerate(quarters):
        year, number = quarter.split("-Q")
        with_year = number == "1" or place == 0
        short = words.t("charts.funding-by-quarter.quarter", number=number)
        labels.append("" if crowded and not with_year else f"{short}<br>{year}" if with_year else short)
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
        colour = _CLASS_COLOURS[kind]
        pattern = {"shape": _CLASS_PATTERNS[kind], "fillmode": "replace", "solidity": 0.5 if kind == "about" else 0.35, "size": 6}
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


def _dots(drawn: pd.DataFrame, axis: str, words: Words, alone: bool) -> Traces:
    """The sum of each class as one mark: on a logarithmic axis a bar would have no foot."""
    traces = []
    for kind in DRAWN:
        part = drawn[drawn["amount_class"] == kind]
        if part.empty:
            continue
        colour = _CLASS_COLOURS[kind]
        hollow = kind in ("about", "up_to")
        traces.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": words.code("amount_class", kind),
                "legendgroup": kind if alone else f"dot-{kind}",
                "showlegend": alone,
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
    """The total of each group in the quarters drawn, with what is not known; then the rounds that have no quarter."""
    if frame.empty:
        return words.t("charts.empty")
    dated = frame[frame["period_quarter"].notna()]
    found = totals(dated).to_dict("records")
    said = {row["money_group"]: money_words(row, words, short=True) for row in found}
    parts = [_grouped({g: said[g] for g in GROUPS if g in said}, words)] if said else []
    undated = int(frame.loc[frame["period_quarter"].isna(), "n"].sum())
    parts += [words.t("charts.funding-by-quarter.finding.year_only", n=undated)] if undated else []
    return words.t("charts.funding.known.joiner").join(parts)


# funding-by-stage -------------------------------------------------------------------------------

_ROW_PX = 46


def funding_by_stage_height(frame: pd.DataFrame) -> int:
    return 90 + 46 * len(_groups(frame)) + _ROW_PX * max(len(frame), 2)


def funding_by_stage(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A row a stage on a log axis: range, middle half, median, and single rounds where they are few."""
    groups = _groups(frame)
    gap = 46 / max(funding_by_stage_height(frame) - 40, 1)
    domains = _panels([int((frame["money_group"] == g).sum()) for g in groups], gap, gap / 2)
    known = [*frame["min_usd_m"].dropna(), *frame["max_usd_m"].dropna()]
    amounts = _log_axis(known, words, every=2 if known and max(known) > 2000 * min(known) else 1)
    layout: dict[str, Any] = {"xaxis": amounts | {"anchor": "y2" if len(groups) > 1 else "y"}, "barmode": "overlay", "annotations": []}
    traces: Traces = []
    for number, group in enumerate(groups):
        part = frame[frame["money_group"] == group]
        places = dict(zip(part.index, range(len(part) - 1, -1, -1), strict=True))
        axis, name = _axis(number + 1)
        layout[name] = {
            "domain": domains[number],
            "range": [-0.6, len(part) - 0.4],
            "tickvals": list(places.values()),
            "ticktext": [_stage_label(row, words) for row in part.to_dict("records")],
            "showgrid": False,
        }
        layout["annotations"].append(heading(f"<b>{safe(words.code('money_group', group))}</b>", domains[number][1]))
        traces += _spreads(
            part, places, axis, ACCENT if group == "sector_company" else QUIET, 1.05 * 10 ** amounts["range"][0], words, first=number == 0
        )
    return figure(traces, **layout, **_unscaled(groups), legend={"traceorder": "normal"})


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
            "marker": {"symbol": "line-ns", "size": 18, "color": colour, "line": {"color": colour, "width": 3}},
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
    groups = _groups(frame)
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
