"""Figure and finding of `funding-and-events`: rounds in the days before and after releases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.money import Traces, grouped, groups_of, money_words
from components.figures.parts import Row, day, has, sentences, shortened
from components.theme import ACCENT, FAINT, QUIET, figure, safe
from components.words import Words
from data.frames.common import SMALL_N
from data.frames.debate import SIDES

KEY = "charts.funding-and-events."
COLOURS = {"before": QUIET, "after": ACCENT, "left_out": FAINT}
VERDICTS = ("more", "less", "unplaced", "same", "few", "uncovered")
#: Heights in rows of the drawing: a bar is one row, names stand above what they name.
_ROW_PX = 24
_EVENT_ROWS = 1.9
_GROUP_ROWS = 1.5
_LINE_ROWS = 0.65
_MARGIN = {"l": 72, "r": 8, "t": 8, "b": 48}
#: Share of the width that the longest bar takes; its words need the rest.
_BAR_SHARE = 0.44


@dataclass
class _Layout:
    """Where everything stands, from the top down in rows: bars by their frame position, names with what they name."""

    bars: dict[int, float]
    groups: list[tuple[float, str]]
    events: list[tuple[float, pd.DataFrame]]
    height: float = 0.0


def _laid_out(frame: pd.DataFrame) -> _Layout:
    out = _Layout({}, [], [])
    for group in groups_of(frame):
        out.height += 0.4 if out.groups else 0
        out.groups.append((out.height, group))
        out.height += _GROUP_ROWS
        for _, sides in frame[frame["money_group"] == group].groupby("event_id", sort=False):
            out.events.append((out.height, sides))
            out.height += _EVENT_ROWS + _LINE_ROWS * len(_incomplete(sides))
            for index in sides.index:
                out.bars[index] = out.height
                out.height += 1
            out.height += 0.3
    return out


def _incomplete(sides: pd.DataFrame) -> list[Row]:
    """The sides of an event whose days the collection covers only in part, or not at all."""
    missing = (sides["side"] != "left_out") & sides["side_incomplete"]
    return list(sides.loc[missing, ["side", "n_days_covered", "n_days"]].to_dict("records"))


def funding_and_events_height(frame: pd.DataFrame) -> int:
    return int(_MARGIN["t"] + _MARGIN["b"] + _ROW_PX * max(_laid_out(frame).height, 4))


def funding_and_events(frame: pd.DataFrame, words: Words) -> go.Figure:
    """For each group and event a bar before, one after, and one for what cannot be placed; money in words beside them."""
    if frame.empty:
        return figure([], xaxis={"visible": False}, yaxis={"visible": False})
    laid = _laid_out(frame)
    top = max(int(frame["n_rounds"].max()), 1)
    left = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -_MARGIN["l"] + 4, "align": "left"}
    name = left | {"yref": "y", "yanchor": "top", "showarrow": False}
    annotations = [
        name | {"y": at, "text": f"<b>{safe(words.code('money_group', group))}</b>", "font": {"size": 14}} for at, group in laid.groups
    ]
    annotations += [name | {"y": at, "text": _event_said(sides, words)} for at, sides in laid.events]
    layout: Row = {
        "xaxis": {
            "range": [0, top / _BAR_SHARE],
            "tickvals": _ticks(top),
            "title": {"text": words.t(f"{KEY}axis", days=int(frame["n_days"].max())), "font": {"size": 12}, "standoff": 6},
            "automargin": False,
        },
        "yaxis": {
            "range": [laid.height, -0.1],
            "tickvals": [y + 0.5 for y in laid.bars.values()],
            "ticktext": [words.t(f"{KEY}side.{side}") for side in frame["side"].loc[list(laid.bars)]],
            "tickfont": {"size": 12},
            "showgrid": False,
            "automargin": False,
        },
        "margin": _MARGIN,
        "bargap": 0,
        "showlegend": False,
        "annotations": annotations,
    }
    return figure(_bars(frame, laid.bars, words), **layout)


def _event_said(sides: pd.DataFrame, words: Words) -> str:
    """An event, then in small what its two sides allow to say, and which of their days are missing."""
    row = sides.iloc[0].to_dict()
    verdict = next(iter(_verdicts(sides).values()))
    small = [_verdict_said(verdict, row, int(sides.set_index("side").loc["after", "n_rounds"]), words)]
    for side in _incomplete(sides):
        name = words.t(f"{KEY}side.{side['side']}")
        small.append(words.t(f"{KEY}covered", side=name, n=int(side["n_days_covered"]), total=int(side["n_days"])))
    title = words.t(f"{KEY}event", title=safe(shortened(_title(row, words), 36)), date=safe(words.date(row["event_date"])))
    return "<br>".join([title, *(f"<span style='font-size:11px;opacity:0.75'>{safe(line)}</span>" for line in small)])


def _ticks(top: int) -> list[int]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**4, 10**6) if top / s <= 4)
    return list(range(0, top + 1, step))


def _bars(frame: pd.DataFrame, places: dict[int, float], words: Words) -> Traces:
    rows = [frame.loc[index].to_dict() for index in places]
    shared = {
        "y": [y + 0.5 for y in places.values()],
        "customdata": [[int(index)] for index in places],
        "hovertext": [_hover(row, words) for row in rows],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    marker = {
        "color": [COLOURS[row["side"]] for row in rows],
        "pattern": {"shape": ["/" if row["side"] != "left_out" and row["side_incomplete"] else "" for row in rows]},
    }
    bars = {"type": "bar", "orientation": "h", "x": [int(row["n_rounds"]) for row in rows], "width": 0.72, "marker": marker}
    # Words are marks of their own: a side without a round has no bar to ask.
    said = {
        "type": "scatter",
        "mode": "text",
        "x": [int(row["n_rounds"]) for row in rows],
        "text": [f" {safe(_bar_said(row, words))}" for row in rows],
        "textposition": "middle right",
        "textfont": {"size": 11},
    }
    return [bars | shared, said | shared]


def _title(row: Row, words: Words) -> str:
    """The short title of an event, else its title."""
    return words.pick(row, "short_title") or words.pick(row, "title")


def _bar_said(row: Row, words: Words) -> str:
    """How many rounds, and what is known of their money."""
    n = int(row["n_rounds"])
    return words.t(f"{KEY}money", n=n, money=_money(row, words)) if n else words.count(n)


def _money(row: Row, words: Words) -> str:
    if not row["n_known"]:
        return words.t(f"{KEY}up_to", amount=words.usd_m(float(row["up_to_usd_m"]))) if row["n_up_to"] else words.t(f"{KEY}unknown")
    floor = row["n_rounds"] > row["n_known"] or row["n_lower_bound"]
    return words.t(f"{KEY}{'known' if floor else 'whole'}", amount=words.usd_m(float(row["known_usd_m"])))


def _verdicts(frame: pd.DataFrame) -> dict[tuple[str, str], str]:
    """For each (group, event) what its two sides allow to say."""
    found = {}
    for (group, event), rows in frame.groupby(["money_group", "event_id"], sort=False):
        sides = rows.set_index("side")
        row = sides.loc["before"]
        if min(sides.loc[["before", "after"], "n_days_covered"]) == 0:
            verdict = "uncovered"
        elif sides.loc[["before", "after"], "n_rounds"].sum() < SMALL_N:
            verdict = "few"
        elif row["rate_ratio_least"] > 1:
            verdict = "more"
        elif row["rate_ratio_most"] < 1:
            verdict = "less"
        elif row["rate_ratio_low"] > 1 or row["rate_ratio_high"] < 1:
            verdict = "unplaced"
        else:
            verdict = "same"
        found[str(group), str(event)] = verdict
    return found


def _verdict_said(verdict: str, row: Row, after: int, words: Words) -> str:
    """The ratio and its interval by chance, or why there is none."""
    if verdict in ("few", "uncovered"):
        return words.t(f"{KEY}verdict.{verdict}")
    if not has(row["rate_ratio"]):
        return words.t(f"{KEY}verdict.none_before", n=after)
    kind = "ratio" if has(row["rate_ratio_high"]) else "ratio_open"
    return words.t(f"{KEY}verdict.{kind}", **_ratios(row, words))


def _ratios(row: Row, words: Words) -> dict[str, str]:
    columns = {
        "ratio": "rate_ratio",
        "low": "rate_ratio_low",
        "high": "rate_ratio_high",
        "least": "rate_ratio_least",
        "most": "rate_ratio_most",
    }
    return {name: _ratio_said(row[column], words) for name, column in columns.items()}


def _ratio_said(value: Any, words: Words) -> str:
    """A ratio to about two figures."""
    if not has(value):
        return words.t(f"{KEY}hover.no_bound")
    return words.number(float(value), 0 if value >= 9.95 else 1 if value >= 0.995 else 2)


def _hover(row: Row, words: Words) -> str:
    key = f"{KEY}hover."
    lines = [
        words.t(
            f"{key}who",
            group=words.code("money_group", row["money_group"]),
            title=words.pick(row, "title"),
            date=words.date(row["event_date"]),
        )
    ]
    n = int(row["n_rounds"])
    if row["side"] == "left_out":
        lines.append(words.t(f"{key}left_out", n=n))
    else:
        span = words.span(day(row["side_start"]), day(row["side_end"]))
        lines.append(words.t(f"{key}window", side=words.code("side", row["side"]), span=span, n=n))
    if row["n"]:
        lines.append(words.t(f"{key}money", money=money_words(row, words)))
    if row["side"] != "left_out" and row["side_incomplete"]:
        lines.append(words.t(f"{key}covered", n=int(row["n_days_covered"]), total=int(row["n_days"])))
    if has(row["rate_ratio"]):
        lines.append(words.t(f"{key}ratio", **_ratios(row, words)))
    return sentences(lines)


def funding_and_events_finding(frame: pd.DataFrame, words: Words) -> str:
    """Counts before and after each event for every group, and what may be said of them."""
    groups = groups_of(frame)
    if not groups:
        return words.t("charts.empty")
    first = frame[frame["money_group"] == groups[0]]
    return grouped({groups[0]: _group_said(first, words)}, words)


def _group_said(part: pd.DataFrame, words: Words) -> str:
    key = f"{KEY}finding."
    verdicts = _verdicts(part)
    counted: list[str] = []
    loose: list[int] = []
    about: dict[str, list[str]] = {}
    partly: list[str] = []
    for event, rows in part.groupby("event_id", sort=False):
        sides = {str(row["side"]): row for row in rows.to_dict("records")}
        title = words.t(f"{key}title", title=_title(sides["before"], words))
        n = {side: int(sides[side]["n_rounds"]) if side in sides else 0 for side in SIDES}
        said = {"before": n["before"], "after": n["after"], "days": int(sides["before"]["n_days"])}
        counted.append(words.t(f"{key}{'one' if counted else 'first'}", title=title, **said))
        loose.append(n["left_out"])
        about.setdefault(verdicts[str(part["money_group"].iloc[0]), str(event)], []).append(title)
        for side in ("before", "after"):
            covered, days = int(sides[side]["n_days_covered"]), int(sides[side]["n_days"])
            if 0 < covered < days:
                partly.append(words.t(f"{key}incomplete", side=words.t(f"{KEY}side.{side}"), title=title, n=covered, total=days))
    found = [v for v in VERDICTS if v in about]
    ends = [words.t(f"{key}{v}{'_all' if len(found) == 1 else ''}", titles=words.listed(about[v])) for v in found]
    if any(loose):
        ends.append(words.t(f"{key}left_out", numbers=words.listed(words.count(n) for n in loose)))
    return words.t(f"{key}joiner").join([words.t(f"{key}comma").join(counted), *ends, *partly])
