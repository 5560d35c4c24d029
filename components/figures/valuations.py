"""Figure and finding of `valuation-paths`: what companies were said to be worth, step by step."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.money import Traces, amount_words, axis_names, grouped, groups_of, log_axis, panels
from components.figures.parts import date_axis, has, heading, read_in, sentences, shortened, width
from components.theme import QUIET, SERIES_COLOURS, figure, safe
from components.words import Words
from data.frames.companies import VALUATION

Row = dict[str, Any]
Box = tuple[float, float, float, float]

_KEY = "charts.valuation-paths."
#: Pixels: height of a panel, of the gap with the next panel's name, of the margins, between two names, of a character.
_PANEL_PX = {"sector_company": 380, "general_model": 250, "all_companies": 500}
_ALONE_PX, _GAP_PX, _TOP_PX, _LEGEND_PX, _BOTTOM_PX, _NAME_PX, _CHARACTER_PX = 240, 44, 32, 42, 28, 15, 5.9
#: How many companies of a panel are coloured and named, and how long a name may be.
_NAMED, _LONGEST = 12, 18
#: A telephone's figure, whose names must not run into one another.
_NARROW_PX = 300
_MARK_PX = 8
#: A panel's name stands this much closer above its largest mark than a chart of bars has its own, in powers of ten.
_CLOSER = 0.12
#: Where a name may stand beside its mark: the position, and how far from the mark its left and lower edges are, in its own sizes.
_PLACES = (
    ("middle right", 0.0, -0.5),
    ("top right", 0.0, 0.3),
    ("bottom right", 0.0, -1.3),
    ("top center", -0.5, 0.3),
    ("bottom center", -0.5, -1.3),
    ("middle left", -1.0, -0.5),
    ("top left", -1.0, 0.3),
    ("bottom left", -1.0, -1.3),
)


def valuation_paths_height(frame: pd.DataFrame) -> int:
    heights = _heights(frame)
    return _top(frame) + _BOTTOM_PX + sum(heights) + _GAP_PX * (len(heights) - 1)


def _top(frame: pd.DataFrame) -> int:
    """The upper margin: the first panel's name, and the legend where marks are of two kinds."""
    return _TOP_PX + (_LEGEND_PX if frame[VALUATION].isna().any() else 0)


def _heights(frame: pd.DataFrame) -> list[int]:
    """The height of each panel; one company alone needs less."""
    if frame["company_id"].nunique() < 2:
        return [_ALONE_PX]
    return [_PANEL_PX[group] for group in groups_of(frame)]


def valuation_paths(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A stair a company on a log scale: filled where a valuation is stated, hollow and dashed where rounds state none."""
    groups, heights = groups_of(frame), _heights(frame)
    if not groups:
        return figure([], xaxis={"visible": False}, yaxis={"visible": False})
    plot = sum(heights) + _GAP_PX * (len(heights) - 1)
    domains = panels(heights, _GAP_PX / plot, 0.0)
    alone = frame["company_id"].nunique() == 1
    scales = [log_axis(_stated(frame[frame["money_group"] == g])[VALUATION], words) for g in groups]
    unit = words.t(f"{_KEY}unit")
    for scale in scales:  # the panel's name says the unit: every pixel counts on a narrow screen
        scale["range"] = [scale["range"][0] - 0.1, scale["range"][1] - _CLOSER]
        scale["ticktext"] = [label.replace(unit, "") for label in scale["ticktext"]]
    left = 12 + 1.1 * _CHARACTER_PX * max((width(label) for scale in scales for label in scale["ticktext"]), default=0)
    right = 48 if alone else 12 + _CHARACTER_PX * max(width(_name(row, words)) for row in frame.to_dict("records"))
    time = date_axis(frame["date_mid"], words, least=200, before=0.08) | {"automargin": False, "tickfont": {"size": 11}}
    if time["dtick"] == "M12":
        time["tickformat"] = words.t(f"{_KEY}year")
    layout: Row = {"xaxis": time | {"anchor": "free", "position": 0}, "annotations": []}
    traces = _legend(frame, words)
    for number, (group, height, scale) in enumerate(zip(groups, heights, scales, strict=True)):
        axis, name = axis_names(number + 1)
        layout[name] = scale | {"domain": domains[number], "automargin": False, "tickfont": {"size": 11}}
        title = words.t(f"{_KEY}panel", group=f"<b>{safe(words.code('money_group', group))}</b>", unit=unit)
        layout["annotations"].append(heading(title, domains[number][1], xshift=8 - left, yshift=4))
        part = frame[frame["money_group"] == group]
        room = (_NARROW_PX - left - right, float(height))
        drawn = _alone(part, words) if alone else _panel(part, scale["range"], time["range"], room, words)
        traces += [trace | {"yaxis": axis} for trace in drawn]
    return figure(
        traces,
        **layout,
        margin={"l": left, "r": right, "t": _top(frame), "b": _BOTTOM_PX},
        legend={"y": 1 + 28 / plot, "font": {"size": 12}, "itemclick": False, "itemdoubleclick": False},
    )


def _legend(frame: pd.DataFrame, words: Words) -> Traces:
    """What filled and hollow mean, in no company's colour, where there are both."""
    kinds = [("stated", "circle", 0.0), ("none", "circle-open", 1.6)] if frame[VALUATION].isna().any() else []
    look: Row = {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "hoverinfo": "skip", "showlegend": True}
    return [
        look | {"name": words.t(f"{_KEY}{kind}"), "marker": {"symbol": symbol, "size": _MARK_PX, "color": QUIET, "line": {"width": thick}}}
        for kind, symbol, thick in kinds
    ]


def _stated(part: pd.DataFrame) -> pd.DataFrame:
    """Rounds with a valuation that a log scale can hold."""
    return part[part[VALUATION] > 0]


def _height(row: Row) -> float:
    """Where a round stands: at its valuation, else at the last one stated before."""
    return float(row[VALUATION] if has(row[VALUATION]) else row["previous_valuation_usd_m"])


def _name(row: Row, words: Words) -> str:
    return shortened(words.pick(row, "company"), _LONGEST)


# One panel ---------------------------------------------------------------------------------------


def _panel(part: pd.DataFrame, amounts: list[float], days: list[str], room: tuple[float, float], words: Words) -> Traces:
    """Stairs, marks and names of one group of companies."""
    ends = _stated(part).groupby("company_id", sort=False).tail(1)
    times = _stated(part).groupby("company_id")[VALUATION].size()
    order = ends.assign(_n=ends["company_id"].map(times)).sort_values(["_n", VALUATION, "company_id"], ascending=[False, False, True])
    named = order.head(_NAMED).sort_values([VALUATION, "company_id"], ascending=[False, True])
    colours = {company: SERIES_COLOURS[i % len(SERIES_COLOURS)] for i, company in enumerate(named["company_id"])}
    traces: Traces = []
    for colour, companies in _by_colour(part, colours):
        traces += _stairs(companies, colour)
    traces += _names(part, named, colours, amounts, days, room, words)
    return traces + _marks(part, [colours.get(c, QUIET) for c in part["company_id"]], words)


def _alone(part: pd.DataFrame, words: Words) -> Traces:
    """One company: its valuations are written beside the marks, on the side where no step runs."""
    colour = SERIES_COLOURS[0]
    stated = _stated(part)
    heights = stated[VALUATION].tolist()
    rises = [b >= a for a, b in pairwise(heights)]
    first = ["top center"] if len(heights) == 1 else ["bottom right" if rises[0] else "top right"] if heights else []
    valuations = {
        "mode": "markers+text",
        "text": [words.usd_m(float(y)) for y in heights],
        "textposition": [*first, *("top left" if rise else "bottom left" for rise in rises)],
        "textfont": {"size": 12},
    }
    marks = _marks(part, [colour] * len(part), words)
    if heights:
        marks[0] |= valuations
    return [*_stairs(part, colour), *marks]


def _by_colour(part: pd.DataFrame, colours: dict[str, str]) -> list[tuple[str, pd.DataFrame]]:
    """The grey companies together, then each coloured one above them."""
    grey = part[~part["company_id"].isin(colours)]
    return [*([(QUIET, grey)] if len(grey) else []), *((c, part[part["company_id"] == company]) for company, c in colours.items())]


def _corners(part: pd.DataFrame) -> list[tuple[bool, list[Any], list[float]]]:
    """(whole, days, heights) of each step: level until the next stated valuation, then up or down to it.

    `whole` is False where rounds without a valuation lie between, or where it is not certain which came first.
    """
    steps = []
    for _, rows in _stated(part).groupby("company_id", sort=False):
        found = rows.to_dict("records")
        for first, last in pairwise(found):
            whole = not last["n_rounds_between"] and has(last["valuation_multiple"])
            level = float(first[VALUATION])
            steps.append((whole, [first["date_mid"], last["date_mid"], last["date_mid"]], [level, level, float(last[VALUATION])]))
    return steps


def _stairs(part: pd.DataFrame, colour: str) -> Traces:
    """The steps of these companies, whole and dashed."""
    traces = []
    for whole in (True, False):
        steps = [step for step in _corners(part) if step[0] == whole]
        if steps:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": "",
                    "x": [day for _, days, _ in steps for day in (*(d.isoformat() for d in days), None)],
                    "y": [y for _, _, heights in steps for y in (*heights, None)],
                    "line": {"color": colour, "width": 1.2 if colour == QUIET else 2, "dash": "solid" if whole else "dash"},
                    "hoverinfo": "skip",
                    "showlegend": False,
                }
            )
    return traces


def _marks(part: pd.DataFrame, colours: list[str], words: Words) -> Traces:
    """Filled where a valuation is stated, hollow where a round between two states none."""
    shades = pd.Series(colours, index=part.index)
    hollow = part[part[VALUATION].isna() & (part["previous_valuation_usd_m"] > 0)]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": words.t(f"{_KEY}{kind}"),
            "x": [day.isoformat() for day in rows["date_mid"]],
            "y": [_height(row) for row in rows.to_dict("records")],
            "marker": {"symbol": symbol, "size": _MARK_PX, "color": shades[rows.index].tolist(), "line": {"width": thick}},
            "customdata": [[int(i)] for i in rows.index],
            "hovertext": [_hover(row, words) for row in rows.to_dict("records")],
            "hoverinfo": "text",
            "showlegend": False,
            "cliponaxis": False,
        }
        for kind, rows, symbol, thick in (("stated", _stated(part), "circle", 0), ("none", hollow, "circle-open", 1.6))
        if len(rows)
    ]


# Names ------------------------------------------------------------------------------------------


def _names(
    part: pd.DataFrame,
    named: pd.DataFrame,
    colours: dict[str, str],
    amounts: list[float],
    days: list[str],
    room: tuple[float, float],
    words: Words,
) -> Traces:
    """The name of each coloured company: beside its last mark where that is free, else in the right margin with a leader."""
    wide, high = room
    first, last = (pd.Timestamp(edge) for edge in days)

    def along(day: Any) -> float:
        return float(wide * (day - first) / (last - first))

    def up(amount: float) -> float:
        return high * (math.log10(amount) - amounts[0]) / (amounts[1] - amounts[0])

    taken = _taken(part, along, up)
    beside: list[tuple[int, Row, str]] = []
    margin: list[tuple[int, Row, str]] = []
    for index, row in zip(named.index, named.to_dict("records"), strict=True):
        x, y = along(row["date_mid"]), up(float(row[VALUATION]))
        long = _CHARACTER_PX * width(_name(row, words)) + _MARK_PX
        for position, across, above in _PLACES:
            start = x + across * long + (_MARK_PX / 2 + 1) * {0.0: 1, -1.0: -1}.get(across, 0)
            box = (start, start + long, y + above * _NAME_PX, y + (above + 1) * _NAME_PX)
            inside = box[0] >= 0 and box[1] < wide and box[2] >= 0 and box[3] <= high
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                beside.append((index, row, position))
                break
        else:
            margin.append((index, row, "middle right"))
    own = ([row["date_mid"].isoformat() for _, row, _ in beside], [float(row[VALUATION]) for _, row, _ in beside])
    traces = [_texts(beside, *own, colours, words)]
    if margin:
        places = _spread([up(float(row[VALUATION])) for _, row, _ in margin], high)
        heights = [10 ** (amounts[0] + place / high * (amounts[1] - amounts[0])) for place in places]
        traces += [
            {
                "type": "scatter",
                "mode": "lines",
                "name": "",
                "x": [row["date_mid"].isoformat(), days[1]],
                "y": [float(row[VALUATION]), height],
                "line": {"color": colours[row["company_id"]], "width": 1},
                "opacity": 0.35,
                "hoverinfo": "skip",
                "showlegend": False,
                "cliponaxis": False,
            }
            for (_, row, _), height in zip(margin, heights, strict=True)
        ]
        traces.append(_texts(margin, [days[1]] * len(margin), heights, colours, words, mark="line-ew"))
    return [trace for trace in traces if trace["x"]]


def _texts(rows: list[tuple[int, Row, str]], x: list[str], y: list[float], colours: dict[str, str], words: Words, mark: str = "") -> Row:
    """Names at these places; in the margin a dash of the line's colour leads to each."""
    shades = [colours[row["company_id"]] for _, row, _ in rows]
    marker = (
        {"symbol": mark, "size": 8, "color": shades, "line": {"width": 2, "color": shades}} if mark else {"size": _MARK_PX, "opacity": 0}
    )
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": "",
        "x": x,
        "y": y,
        "text": [safe(_name(row, words)) for _, row, _ in rows],
        "textposition": [position for *_, position in rows],
        "textfont": {"size": 11},
        "marker": marker,
        "customdata": [[int(index)] for index, *_ in rows],
        "hovertext": [_hover(row, words) for _, row, _ in rows],
        "hoverinfo": "text",
        "showlegend": False,
        "cliponaxis": False,
    }


def _taken(part: pd.DataFrame, along: Any, up: Any) -> list[Box]:
    """The room that steps and marks take on a narrow screen."""
    half = _MARK_PX / 2
    boxes = []
    for _, (start, turn, end), (level, _, height) in _corners(part):
        low, high = sorted((up(level), up(height)))
        boxes += [(along(start), along(turn), up(level) - 1, up(level) + 1), (along(end) - 1, along(end) + 1, low, high)]
    for row in _stated(part).to_dict("records"):
        x, y = along(row["date_mid"]), up(float(row[VALUATION]))
        boxes.append((x - half, x + half, y - half, y + half))
    return boxes


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]


def _spread(places: list[float], high: float) -> list[float]:
    """Heights as near as can be to `places` (falling) with a line of text between any two.

    Neighbours that are too close share the middle of what they wanted (pool adjacent violators).
    """
    pools: list[tuple[float, int]] = []
    for number, place in enumerate(places):
        pools.append((place + number * _NAME_PX, 1))
        while len(pools) > 1 and pools[-2][0] < pools[-1][0]:
            (b, nb), (a, na) = pools.pop(), pools.pop()
            pools.append(((a * na + b * nb) / (na + nb), na + nb))
    spread = [mean for mean, n in pools for _ in range(n)]
    found = [place - number * _NAME_PX for number, place in enumerate(spread)]
    half = _NAME_PX / 2
    return [max(min(place, high - half - n * _NAME_PX), half + (len(found) - 1 - n) * _NAME_PX) for n, place in enumerate(found)]


# Words ------------------------------------------------------------------------------------------


def times_words(multiple: float, words: Words) -> str:
    """A multiple with the digits that it can bear: 4.9, 0.85."""
    return words.number(multiple, 1 if multiple >= 2 else 2)


def _hover(row: Row, words: Words) -> str:
    """A round in sentences: who, when, worth how much, against what, what came in, where it was read."""
    key = f"{_KEY}hover."
    about: Row = {
        "company": words.pick(row, "company"),
        "date": words.date(row["announced_date"]),
        "stage": words.code("stage", row["stage"]),
    }
    lines = []
    if has(row[VALUATION]):
        lines.append(words.t(f"{key}stated", valuation=words.usd_m(float(row[VALUATION])), **about))
        if has(row["valuation_multiple"]):
            lines.append(words.t(f"{key}multiple", multiple=times_words(float(row["valuation_multiple"]), words), **_before(row, words)))
        elif has(row["previous_valuation_usd_m"]):
            lines.append(words.t(f"{key}unordered", **_before(row, words)))
        if row["n_rounds_between"]:
            lines.append(words.t(f"{key}between", n=int(row["n_rounds_between"])))
    else:
        lines += [words.t(f"{key}none", **about), words.t(f"{key}drawn", **_before(row, words))]
    lines.append(words.t(f"{key}raised", amount=amount_words(row, words)))
    if row["date_precision"] in ("month", "quarter", "year"):
        lines.append(words.t(f"charts.funding-timeline.hover.placed.{row['date_precision']}"))
    return sentences([*lines, read_in(row, words)])


def _before(row: Row, words: Words) -> Row:
    return {"before": words.usd_m(float(row["previous_valuation_usd_m"])), "before_date": words.date(row["previous_valuation_date"])}


def valuation_paths_finding(frame: pd.DataFrame, words: Words) -> str:
    """For each group the largest rise between two stated valuations and how many companies state any; then whether any fell."""
    groups = groups_of(frame)
    if not groups:
        return words.t("charts.empty")
    if frame["company_id"].nunique() == 1 and int(frame["n_companies"].iloc[0]) == 1:
        return _one_company(frame, words)
    said = grouped({group: _one_group(frame[frame["money_group"] == group], words) for group in groups}, words)
    steps = frame[frame["valuation_multiple"].notna()]
    return words.t("charts.funding.known.joiner").join([said, *([_falls(steps, words)] if len(steps) else [])])


def _one_group(part: pd.DataFrame, words: Words) -> str:
    key = f"{_KEY}finding."
    times = part[part[VALUATION].notna()].groupby("company_id").size()
    steps = part[part["valuation_multiple"].notna()].sort_values(["valuation_multiple", "round_id"], ascending=[False, True])
    rise = [words.t(f"{key}rise", company=words.pick(top, "company"), **_step(top, words)) for top in _rises(steps)[:1]]
    said = [
        words.t(f"{key}stated", n=len(times), total=int(part["n_companies"].iloc[0])),
        words.t(f"{key}twice", n=int((times > 1).sum())),
    ]
    return words.t("charts.funding.known.joiner").join([*rise, words.t("charts.funding.known.comma").join(said)])


def _rises(steps: pd.DataFrame) -> list[Row]:
    return [dict(row) for row in steps[steps["valuation_multiple"] > 1].to_dict("records")]


def _step(row: Row, words: Words) -> Row:
    after = {"after": words.usd_m(float(row[VALUATION])), "after_date": words.date(row["announced_date"])}
    return _before(row, words) | after | {"multiple": times_words(float(row["valuation_multiple"]), words)}


def _falls(steps: pd.DataFrame, words: Words) -> str:
    """How many later valuations were lower than the one before, and whose."""
    fell = steps[steps["valuation_multiple"] < 1]
    if fell.empty:
        return words.t(f"{_KEY}finding.no_falls", n=len(steps))
    companies = words.listed(dict.fromkeys(words.pick(row, "company") for row in fell.to_dict("records")))
    return words.t(f"{_KEY}finding.falls", n=len(fell), total=len(steps), companies=companies)


def _one_company(frame: pd.DataFrame, words: Words) -> str:
    """The first and the last stated valuation of the only company."""
    key = f"{_KEY}finding."
    stated = frame[frame[VALUATION].notna()]
    first, last = stated.iloc[0].to_dict(), stated.iloc[-1].to_dict()
    company = words.pick(first, "company")
    if len(stated) == 1:
        amount, date = words.usd_m(float(first[VALUATION])), words.date(first["announced_date"])
        return words.t(f"{key}once", company=company, amount=amount, date=date)
    ends = {
        "before": words.usd_m(float(first[VALUATION])),
        "before_date": words.date(first["announced_date"]),
        "after": words.usd_m(float(last[VALUATION])),
        "after_date": words.date(last["announced_date"]),
    }
    said = [words.t(f"{key}path", company=company, n=len(stated), **ends)]
    steps = stated[stated["valuation_multiple"].notna()]
    return words.t("charts.funding.known.comma").join([*said, *([_falls(steps, words)] if len(steps) else [])])
