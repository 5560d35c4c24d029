"""Figure and finding of `funding-concentration`: how few hold the money, and how much of that is not known."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.money import Traces, axis_names, grouped, groups_of, panels
from components.figures.parts import Row, has, heading, sentences
from components.theme import ACCENT, QUIET, figure, safe
from components.words import Words
from data.catalog import LIST_SEPARATOR
from data.frames.common import SMALL_N
from data.frames.concentration import MEASURES

KEY = "charts.funding-concentration."
#: From the top of a measure's words to below its bar; an index has a second line.
_ROW_PX = {measure: 66 if measure.endswith("hhi") else 50 for measure in MEASURES}
_GROUP_PX = sum(_ROW_PX.values())
_HEADING_PX = 36
_TOP_PX = 58
_BOTTOM_PX = 48
_BAR_PX = 13
#: The middle of each measure's bar, in pixels above the foot of its panel.
_PLACE = {measure: _GROUP_PX - sum(_ROW_PX[m] for m in MEASURES[: i + 1]) + 16 for i, measure in enumerate(MEASURES)}


def funding_concentration_height(frame: pd.DataFrame) -> int:
    groups = max(len(groups_of(frame)), 1)
    return _TOP_PX + _BOTTOM_PX + groups * (_HEADING_PX + _GROUP_PX)


def funding_concentration(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A row a measure: the bar from the least to the most that it can be, the upright mark by the known amounts alone."""
    groups = groups_of(frame)
    gap = _HEADING_PX / (funding_concentration_height(frame) - _TOP_PX - _BOTTOM_PX)
    domains = panels([1.0] * len(groups), gap, gap)
    ticks = [0, 0.25, 0.5, 0.75, 1]
    layout: Row = {
        "xaxis": {
            "range": [0, 1],
            "tickvals": ticks,
            "ticktext": [words.number(t, 2) for t in ticks],
            "title": {"text": words.t(f"{KEY}axis"), "font": {"size": 12}},
            "anchor": axis_names(max(len(groups), 1))[0],
            "automargin": False,
        },
        "yaxis": {"visible": False},
        "barmode": "overlay",
        "margin": {"l": 14, "r": 14, "t": _TOP_PX, "b": _BOTTOM_PX},
        "annotations": [],
    }
    traces: Traces = []
    for number, group in enumerate(groups):
        part = frame[frame["money_group"] == group]
        axis, name = axis_names(number + 1)
        layout[name] = {"domain": domains[number], "range": [0, _GROUP_PX], "visible": False}
        layout["annotations"].append(heading(f"<b>{safe(words.code('money_group', group))}</b>", domains[number][1], yshift=-2))
        for row in part.to_dict("records"):
            above = {
                "x": 0,
                "xref": "x",
                "y": _PLACE[row["concentration_measure"]],
                "yref": axis,
                "xanchor": "left",
                "yanchor": "bottom",
                "yshift": 9,
            }
            layout["annotations"].append(above | {"text": _said(row, words), "showarrow": False, "align": "left", "font": {"size": 12}})
        traces += _marks(part, axis, ACCENT if group != "general_model" else QUIET, words, first=number == 0)
    return figure(traces, **layout)


def _marks(part: pd.DataFrame, axis: str, colour: str, words: Words, first: bool) -> Traces:
    known, none = part[part["concentration"].notna()], part[part["concentration"].isna()]
    low, high = known["concentration_low"], known["concentration_high"]
    drawn = [
        {"type": "bar", "orientation": "h", "base": low.tolist(), "x": (high - low).tolist(), "width": _BAR_PX, "opacity": 0.4}
        | {"name": words.t(f"{KEY}range"), "marker": {"color": colour}}
        | _at(known, words),
        {"type": "scatter", "mode": "markers", "name": words.t(f"{KEY}known"), "x": known["concentration"].tolist(), "cliponaxis": False}
        | {"marker": {"symbol": "line-ns", "size": 15, "color": colour, "line": {"color": colour, "width": 3}}}
        | _at(known, words),
        {"type": "scatter", "mode": "text", "name": words.t(f"{KEY}nothing"), "x": [0] * len(none), "cliponaxis": False}
        | {"text": [words.t(f"{KEY}nothing")] * len(none), "textposition": "middle right", "textfont": {"size": 11}}
        | _at(none, words),
    ]
    return [t | {"yaxis": axis, "showlegend": first and t.get("mode") != "text", "legendgroup": t["name"]} for t in drawn if t["x"]]


def _at(part: pd.DataFrame, words: Words) -> dict[str, Any]:
    return {
        "y": [_PLACE[measure] for measure in part["concentration_measure"]],
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_hover(row, words) for row in part.to_dict("records")],
        "hoverinfo": "text",
    }


def _number(value: float, row: Row, words: Words) -> str:
    """A share in percent, an index to two or three decimals."""
    if row["concentration_measure"].endswith("hhi"):
        return f"{value:.2f}" if value >= 0.0995 else f"{value:.3f}"
    return words.percent(100 * value)


def _ends(row: Row, words: Words) -> dict[str, str]:
    columns = {"value": "concentration", "low": "concentration_low", "high": "concentration_high"}
    return {name: _number(float(row[column]), row, words) for name, column in columns.items()}


def _effective(row: Row, words: Words) -> dict[str, str]:
    """How many equal holders would give the index: whole ones where there are many."""
    columns = {"value": "effective_n", "low": "effective_low_n", "high": "effective_high_n"}
    return {name: words.number(float(row[column]), 0 if row[column] >= 9.95 else 1) for name, column in columns.items()}


def _names(row: Row, words: Words) -> list[str]:
    """The largest holders, by their names in the reader's language."""
    if not has(row["largest_ids"]):
        return []
    lists = {lang: str(row[f"largest_{lang}"]).split(LIST_SEPARATOR) for lang in ("en", "zh")}
    ids = str(row["largest_ids"]).split(LIST_SEPARATOR)
    return [words.pick({"name_en": en, "name_zh": zh}, "name") or key for key, en, zh in zip(ids, lists["en"], lists["zh"], strict=True)]


def _first(row: Row, words: Words) -> str:
    """The largest holder, and whether another one is as large."""
    largest = [float(amount) for amount in str(row["largest_usd_m"]).split(LIST_SEPARATOR)]
    name = _names(row, words)[0]
    return words.t(f"{KEY}tied", name=name) if largest.count(largest[0]) > 1 else name


def _said(row: Row, words: Words) -> str:
    """The measure and its numbers, above its bar."""
    name = safe(words.code("concentration_measure", row["concentration_measure"]))
    if row["concentration_measure"] == "largest_company" and _names(row, words):
        name = words.t(f"{KEY}company", name=name, company=safe(_first(row, words)))
    if not has(row["concentration"]):
        return name
    said = words.t(f"{KEY}row", name=name, **_ends(row, words))
    if row["concentration_measure"].endswith("hhi"):
        equal = words.t(f"{KEY}equal.{row['concentration_measure']}", **_effective(row, words))
        said += f"<br><span style='font-size:11px;opacity:0.75'>{safe(equal)}</span>"
    return said


def _hover(row: Row, words: Words) -> str:
    key = f"{KEY}hover."
    who = {
        "group": words.code("money_group", row["money_group"]),
        "measure": words.code("concentration_measure", row["concentration_measure"]),
    }
    counts = {"n": int(row["n_known"]), "total": int(row["n_rounds"])}
    if has(row["concentration"]):
        lines = [words.t(f"{key}value", **who, **counts, value=_ends(row, words)["value"], known=words.usd_m(float(row["known_usd_m"])))]
    else:
        lines = [words.t(f"{key}none", **who, n=counts["total"])]
    if has(row["concentration"]) and row["n_unknown"]:
        most = words.usd_m(float(row["unknown_ceiling_usd_m"]))
        lines.append(words.t(f"{key}range", **_ends(row, words), n=int(row["n_unknown"]), most=most))
    if has(row["effective_n"]):
        lines.append(words.t(f"{key}equal.{row['concentration_measure']}", **_effective(row, words)))
    if has(row["largest_usd_m"]):
        usd = [words.usd_m(float(amount)) for amount in str(row["largest_usd_m"]).split(LIST_SEPARATOR)]
        named = [words.t(f"{key}one", name=name, amount=amount) for name, amount in zip(_names(row, words), usd, strict=True)]
        lines.append(words.t(f"{key}largest", names=words.listed(named)))
    if row["n_lower_bound"]:
        lines.append(words.t(f"{key}lower_bound", n=int(row["n_lower_bound"])))
    if row["concentration_measure"] == "lead_hhi" and row["n_without_lead"]:
        kind = "without_lead" if has(row["without_lead_usd_m"]) else "without_lead_unknown"
        usd_m = words.usd_m(float(row["without_lead_usd_m"])) if kind == "without_lead" else ""
        lines.append(words.t(f"{key}{kind}", n=int(row["n_without_lead"]), amount=usd_m))
    lines += [words.t(f"{key}{name}", n=int(row[f"n_{name}"])) for name in ("part_of", "cancelled") if row[f"n_{name}"]]
    return sentences(lines)


def funding_concentration_finding(frame: pd.DataFrame, words: Words) -> str:
    """How much the five largest rounds and the largest company hold in each group, between which bounds."""
    groups = groups_of(frame)
    if not groups:
        return words.t("charts.empty")
    return grouped({group: _group_said(frame[frame["money_group"] == group], words) for group in groups}, words)


def _group_said(part: pd.DataFrame, words: Words) -> str:
    """One group: the five largest rounds first, where all companies are taken together the largest company."""
    key = f"{KEY}finding."
    rows = {row["concentration_measure"]: row for row in part.to_dict("records")}
    five, company = rows["five_largest_rounds"], rows["largest_company"]
    counts = {"n": int(five["n_known"]), "total": int(five["n_rounds"])}
    if not counts["total"]:
        return words.t("charts.funding.known.nothing_counted")
    if not has(five["concentration"]):
        return words.t(f"{key}none", n=counts["total"])
    if counts["n"] < SMALL_N:
        return words.t(f"{key}few", **counts)
    first = "company" if five["money_group"] == "all_companies" else "rounds"
    said = {f"five_{end}": number for end, number in _ends(five, words).items()}
    said |= {f"share_{end}": number for end, number in _ends(company, words).items()}
    return words.t(f"{key}{first}_first.{'open' if five['n_unknown'] else 'certain'}", company=_first(company, words), **said, **counts)
