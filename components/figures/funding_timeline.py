"""Figure and finding of `funding-timeline`: one bubble a round; of very many rounds the largest, and how thick the others lie."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.density import shading
from components.figures.money import (
    DRAWN,
    SYMBOLS,
    Traces,
    amount_label,
    amount_words,
    as_printed,
    axis_names,
    fixed_margins,
    group_heading,
    grouped,
    groups_of,
    log_axis,
    panels,
    unscaled,
)
from components.figures.parts import date_axis, has, heading, read_in, sentences, small
from components.theme import FAINT, QUIET, SECTOR_COLOURS, figure, safe
from components.words import Words
from data.catalog import LIST_SEPARATOR
from data.frames.common import SECTORS
from data.frames.funding import APART

_LARGEST_PX, _SMALLEST_PX, _LANE_PX = 38, 8, 9
#: A panel of small rounds keeps small bubbles: the largest size stands for this many US$ m or more.
_LARGEST_AT_LEAST = 1000.0
#: Height of a group's panel, of a level of its lane, of a heading, and of what stands below and above all panels, in pixels.
_PANEL_PX = {"sector_company": 255, "general_model": 165, "all_companies": 320}
#: A panel of few bubbles: this height, and so much more for each until it has the whole.
_FEW_PX, _EACH_PX = 90, 15
_LEVEL_PX, _HEADING_PX, _TWO_LINES_PX, _BELOW_PX, _ABOVE_PX = 15, 28, 42, 24, 30
#: How many bubbles are named, and the narrowest plot that their names must fit, in pixels.
_NAMED = {"sector_company": 4, "general_model": 2, "all_companies": 5}
_NARROW_PX = 255
#: Levels of rounds in the lane, and how many of those printed only in another currency are named above them.
_LEVELS, _NAMED_IN_LANE = 3, 4
#: More rounds than this are drawn as the largest ones and a shading of the others.
_MANY, _LARGEST = 1500, 150


@dataclass(frozen=True)
class _Panel:
    """The rounds of one group: with a height, in the lane, and those of the lane that are named.

    `shaded` and `lane_shaded` are drawn as a shading, where there are too many to draw each.
    """

    group: str
    bubbles: pd.DataFrame
    shaded: pd.DataFrame
    lane: pd.DataFrame
    lane_shaded: pd.DataFrame
    named: list[int]

    @property
    def n_lane(self) -> int:
        return len(self.lane) + len(self.lane_shaded)

    @property
    def heights(self) -> tuple[int, int]:
        """Pixels of the panel and of its lane."""
        levels = min(_LEVELS, self.n_lane - len(self.named)) + len(self.named)
        panel = min(_PANEL_PX[self.group], _FEW_PX + _EACH_PX * len(self.bubbles)) if len(self.bubbles) else 12
        return panel, 8 + _LEVEL_PX * levels if self.n_lane else 0


def _panels_of(frame: pd.DataFrame) -> list[_Panel]:
    groups = groups_of(frame)
    found = []
    for group in groups:
        part = frame[frame["money_group"] == group]
        # Without a height: no amount in US$, or never paid.
        without = ~(part["amount_usd_m"] > 0) | (part["amount_class"] == "cancelled")
        bubbles, lane = part[~without], part[without]
        named = _largest_printed(lane)
        none = part.iloc[:0]
        if len(frame) <= _MANY:
            found.append(_Panel(group, bubbles, none, lane, none, named))
            continue
        kept = bubbles["amount_usd_m"].sort_values(ascending=False, kind="stable").index[: _LARGEST // len(groups)]
        chosen = bubbles.index.isin(kept)
        found.append(_Panel(group, bubbles[chosen], bubbles[~chosen], lane.loc[named], lane.drop(index=named), named))
    return found


def _largest_printed(lane: pd.DataFrame) -> list[int]:
    """Positions of a few rounds whose amount is printed, but not in US$ or never paid.

    The largest of each currency in turn, since currencies cannot be compared; one a company.
    """
    some = lane[(lane["amount_original"] > 0) & (lane["amount_class"] != "part_of")]
    some = some.sort_values("amount_original", ascending=False, kind="stable").drop_duplicates(["company_en", "company_zh"])
    order = pd.DataFrame({"rank": some.groupby("currency").cumcount(), "currency": some["currency"]}, index=some.index)
    return [int(i) for i in order.sort_values(["rank", "currency"], kind="stable").index[:_NAMED_IN_LANE]]


def funding_timeline_height(frame: pd.DataFrame) -> int:
    return _plot_px(_panels_of(frame)) + _BELOW_PX + _ABOVE_PX


def _plot_px(shown: list[_Panel]) -> int:
    return sum(sum(p.heights) + (2 if p.n_lane else 1) * _heading_px(shown) for p in shown) if shown else 200


def _heading_px(shown: list[_Panel]) -> int:
    return _HEADING_PX if all(p.shaded.empty for p in shown) else _TWO_LINES_PX


def funding_timeline(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Bubbles on a time axis, a panel for each group of companies, and a lane for rounds without US dollars."""
    shown = _panels_of(frame)
    gap = _heading_px(shown) / _plot_px(shown)
    domains = iter(panels([px for p in shown for px in p.heights if px], gap, gap) if shown else [])
    time = date_axis(_with_margin(frame["date_mid"]), words, before=0.06)
    layout: dict[str, Any] = {"xaxis": time | {"anchor": "free", "position": 0, "visible": bool(shown)}, "annotations": [], "shapes": []}
    traces: Traces = []
    for number, panel in enumerate(shown):
        above = next(domains)
        (axis, scale), (lane_axis, lane_scale) = axis_names(2 * number + 1), axis_names(2 * number + 2)
        layout[scale] = _scale(panel, words) | {"domain": above}
        layout["annotations"].append(heading(_panel_words(panel, words), above[1]))
        traces += shading(panel.shaded["date_mid"], panel.shaded["amount_usd_m"], time["range"], layout[scale]["range"], axis)
        traces += _bubbles(panel, axis, layout[scale]["range"], time["range"], words)
        if not panel.n_lane:
            continue
        below = next(domains)
        top = _LEVELS - 0.4 + len(panel.named)
        layout[lane_scale] = {"domain": below, "range": [-0.6, top], "showgrid": False, "showticklabels": False}
        layout["annotations"].append(heading(words.t("charts.funding-timeline.lane", n=panel.n_lane), below[1], font={"size": 12}))
        layout["shapes"].append(_ground(below))
        traces += shading(panel.lane_shaded["date_mid"], None, time["range"], [-0.5, _LEVELS - 0.5], lane_axis)
        traces += _lane(panel, lane_axis, time["range"], words)
    seen: set[str] = set()
    together = any(panel.group == "all_companies" for panel in shown)
    for trace in traces:
        if "legendgroup" in trace:
            trace["showlegend"] = (together or trace["legendgroup"] != "general_model") and trace["legendgroup"] not in seen
            seen.add(trace["legendgroup"])
    layout = fixed_margins(layout, bottom=_BELOW_PX, names_at_edge=True) if shown else layout | unscaled([])
    return figure(traces, **layout, legend={"itemsizing": "constant"})


def _scale(panel: _Panel, words: Words) -> dict[str, Any]:
    """The axis of amounts, with room above for the whole of the largest bubble."""
    amounts = pd.concat([panel.bubbles["amount_usd_m"], panel.shaded["amount_usd_m"]])
    axis = log_axis([amounts.min(), amounts.max()] if len(amounts) else [], words)
    if len(amounts):
        low, high = axis["range"]
        above = (_LARGEST_PX / 2 + 2) / panel.heights[0]
        axis["range"] = [low, max(high, (math.log10(amounts.max()) - above * low) / (1 - above))]
    return axis


def _panel_words(panel: _Panel, words: Words) -> str:
    """The name of a panel, its scale, and whether only the largest rounds are marks."""
    said = group_heading(panel.group, "charts.funding-timeline.panel", words)
    if panel.shaded.empty:
        return said
    more = words.t("charts.funding-timeline.shaded", n=len(panel.bubbles), others=len(panel.shaded))
    return f"{said}<br>{small(more)}"


def _ground(domain: tuple[float, float]) -> dict[str, Any]:
    """The grey of a lane."""
    place = {"xref": "paper", "yref": "paper", "x0": 0, "x1": 1, "y0": domain[0], "y1": domain[1]}
    return {"type": "rect", "fillcolor": FAINT, "opacity": 0.35, "line": {"width": 0}, "layer": "below"} | place


def _with_margin(days: pd.Series) -> list[Any]:
    """The first day, the last, and one past it, so that a large bubble there is whole."""
    if days.empty:
        return []
    first, last = days.min(), days.max()
    return [first, last, last + 0.04 * (last - first)]


def _kinds(part: pd.DataFrame, words: Words) -> Iterable[tuple[str, str, str, str, pd.DataFrame]]:
    """(legend group, name, colour, symbol, rows) of each kind of mark, hollow ones last so that the legend is filled."""
    general = part["company_kind"] == "general_model"
    if general.any():
        yield "general_model", words.code("money_group", "general_model"), QUIET, "circle", _hollow_last(part[general])
    for sector in SECTORS:
        rows = part[~general & (part["sector"] == sector)]
        if len(rows):
            yield sector, words.code("sector", sector), SECTOR_COLOURS[sector], SYMBOLS[sector], _hollow_last(rows)


def _hollow_last(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.iloc[rows["amount_class"].isin(APART).to_numpy().argsort(kind="stable")]


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


def _bubbles(panel: _Panel, axis: str, amounts: list[float], days: list[str], words: Words) -> Traces:
    """Rounds with an amount in US$: area in proportion to it, down to a smallest size that can be seen."""
    rows = panel.bubbles
    if rows.empty:
        return []
    largest = max(float(rows["amount_usd_m"].max()), _LARGEST_AT_LEAST)
    size = (_LARGEST_PX * (rows["amount_usd_m"] / largest) ** 0.5).clip(lower=_SMALLEST_PX)
    labels = _names(panel, size, amounts, days, words)
    traces = []
    for *kind, part in _kinds(rows, words):
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


def _lane(panel: _Panel, axis: str, days: list[str], words: Words) -> Traces:
    """Rounds without an amount in US$, staggered over a few levels; each of the named ones above, on a level of its own."""
    rows = panel.lane
    rest = [i for i in rows.index if i not in panel.named]
    level = {index: place % _LEVELS for place, index in enumerate(rest)}
    level |= {index: _LEVELS + place for place, index in enumerate(reversed(panel.named))}
    first, last = pd.Timestamp(days[0]), pd.Timestamp(days[1])
    traces = []
    for *kind, part in _kinds(rows, words):
        trace = _marks(part, tuple(kind), axis, words)  # type: ignore[arg-type]
        trace["marker"] |= {"size": _LANE_PX, "line": {"width": [2 if c in APART else 0 for c in part["amount_class"]], "color": kind[2]}}
        texts = []
        places = [float((d - first) / (last - first)) for d in part["date_mid"]]
        for index, row, place in zip(part.index, part.to_dict("records"), places, strict=True):
            texts.append(_lane_label(row, _NARROW_PX * max(place, 1 - place) - 10, words) if index in panel.named else "")
        sides = ["middle left" if place > 0.5 else "middle right" for place in places]
        trace |= {"mode": "markers+text", "text": texts, "textposition": sides, "textfont": {"size": 11}}
        traces.append(trace | {"y": [level[i] for i in part.index]})
    return traces


def _lane_label(row: dict[Any, Any], room: float, words: Words) -> str:
    """Company and printed amount; the amount alone where both would not fit."""
    amount = amount_label(row, words)
    kind = "cancelled" if row["amount_class"] == "cancelled" else "other"
    both = words.t(f"charts.funding-timeline.label.{kind}", company=words.pick(row, "company"), amount=amount)
    return f"\u00a0{safe(both if _wide(both) <= room else amount)}\u00a0"  # a little room beside the mark, on either side


def _sign(amount_class: str, words: Words) -> tuple[str, str]:
    """The mark of a bound, on the side where the true amount lies; nothing for other amounts."""
    if amount_class not in ("at_least", "up_to"):
        return "", "top center"
    return words.t(f"charts.funding.sign.{amount_class}"), "top center" if amount_class == "at_least" else "bottom center"


def _names(panel: _Panel, size: pd.Series, amounts: list[float], days: list[str], words: Words) -> dict[int, tuple[str, str]]:
    """Text and position of the few names that find room on a narrow screen, largest rounds first, one a company."""
    width, height = _NARROW_PX, panel.heights[0]
    rows, most = panel.bubbles, _NAMED[panel.group]
    first, last = pd.Timestamp(days[0]), pd.Timestamp(days[1])
    x = {i: width * (d - first) / (last - first) for i, d in rows["date_mid"].items()}
    y = {i: height * (math.log10(a) - amounts[0]) / (amounts[1] - amounts[0]) for i, a in rows["amount_usd_m"].items()}
    taken: dict[Any, Box] = {i: (x[i] - s / 2, x[i] + s / 2, y[i] - s / 2, y[i] + s / 2) for i, s in size.items()}
    named: dict[int, tuple[str, str]] = {}
    companies: set[str] = set()
    candidates = rows[~rows["amount_class"].isin(APART)].sort_values("amount_usd_m", ascending=False, kind="stable").head(3 * most)
    for index, row in zip(candidates.index, candidates.to_dict("records"), strict=True):
        name = words.pick(row, "company")
        if name in companies or len(named) == most:
            continue
        others = [box for i, box in taken.items() if i != index]
        for lines in _label_lines(row, name, words):
            free = _free(_boxes(x[index], y[index], size[index] / 2 + 2, lines), others, width, height)
            if free:
                named[index] = ("<br>".join(map(safe, lines)), free[0])
                companies.add(name)
                taken[("name", index)] = free[1]
                break
    return named


def _label_lines(row: dict[Any, Any], name: str, words: Words) -> list[list[str]]:
    """The lines of a label, best first: with the amount as printed where the reader asks for it, else the name alone."""
    alone = [f"{_sign(row['amount_class'], words)[0]} {name}".strip()]
    return [[name, amount_label(row, words)], alone] if as_printed(row) else [alone]


Box = tuple[float, float, float, float]


def _wide(text: str) -> float:
    """Pixels that a text of a label takes."""
    return sum(12 if ord(ch) > 0x2E7F else 6.5 for ch in text)


def _boxes(x: float, y: float, away: float, lines: list[str]) -> list[tuple[str, Box]]:
    """Where a label may stand beside its bubble: left, right, above, below; each box as x0, x1, y0, y1."""
    wide, high = max(map(_wide, lines)), 14 * len(lines)
    return [
        ("middle left", (x - away - wide, x - away, y - high / 2, y + high / 2)),
        ("middle right", (x + away, x + away + wide, y - high / 2, y + high / 2)),
        ("top center", (x - wide / 2, x + wide / 2, y + away, y + away + high)),
        ("bottom center", (x - wide / 2, x + wide / 2, y - away - high, y - away)),
    ]


def _free(boxes: list[tuple[str, Box]], others: list[Box], width: float, height: float) -> tuple[str, Box] | None:
    """The first of the places that lies inside the panel and on nothing else."""
    for position, box in boxes:
        inside = box[0] >= 0 and box[1] <= width and box[2] >= 0 and box[3] <= height
        if inside and not any(_overlap(box, other) for other in others):
            return position, box
    return None


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]


def _round_hover(row: dict[Any, Any], words: Words) -> str:
    """A round in sentences: who, how much, when, how firm, who led, what other documents say, where it was read."""
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
    if has(row.get("conflicts_en")) or has(row.get("conflicts_zh")):
        lines.append(words.t(f"{key}conflicts", said=words.pick(row, "conflicts")))
    lines.append(read_in(row, words))
    return sentences(lines)


def funding_timeline_finding(frame: pd.DataFrame, words: Words) -> str:
    """The largest known round of each group of companies, how many amounts are not known, and where documents differ."""
    said = {}
    alone = len(frame[["company_en", "company_zh"]].drop_duplicates()) == 1
    for group in groups_of(frame):
        part = frame[frame["money_group"] == group]
        own = part[~part["amount_class"].isin(APART)]
        known = own[own["amount_class"].isin(DRAWN)].sort_values("amount_usd_m", kind="stable")
        unknown = int(own["amount_usd_m"].isna().sum())
        tail = words.t("charts.funding-timeline.finding.unknown", n=unknown, total=len(own)) if unknown else ""
        if known.empty:
            said[group] = tail or words.t("charts.funding.known.nothing_counted")
            continue
        row = known.iloc[-1].to_dict()
        dollars = words.t(f"charts.funding.amount.{row['amount_class']}", amount=words.usd_m(float(row["amount_usd_m"])))
        amount = amount_words(row, words) if as_printed(row) else dollars
        about = {"company": words.pick(row, "company"), "amount": amount, "date": words.date(row["announced_date"])}
        largest = words.t(f"charts.funding-timeline.finding.{'alone' if alone else 'largest'}", **about)
        said[group] = words.t("charts.funding.known.joiner").join(filter(None, (largest, tail)))
    if not said:
        return words.t("charts.empty")
    differing = int((frame["n_conflicts"] > 0).sum()) if "n_conflicts" in frame else 0
    parts = [*said.values()] if alone else [grouped(said, words)]
    parts += [words.t("charts.funding-timeline.finding.conflicts", n=differing) if differing else ""]
    return words.t("charts.funding.known.joiner").join(filter(None, parts))
