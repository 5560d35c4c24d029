"""Figures and findings of the opinions page."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.parts import heading
from components.theme import ACCENT, FAINT, QUIET, STANCE_COLOURS, figure, on, safe, wrapped
from components.words import Words
from data import periods
from data.frames.common import SMALL_N, STANCES, wilson
from data.frames.opinions import NEGATIVE, POSITIVE, balance_error

Row = dict[str, Any]

#: A dot of a small group takes this part of half the axis, so that SMALL_N - 1 of them fit on one side.
_DOT_STEP = 0.1
#: How many groups a finding names before it only counts the rest.
_NAMED = 3
_DAY_MS = 86_400_000
_LEAST_QUARTERS = 4
_LEGEND = {"traceorder": "normal", "itemclick": False, "itemdoubleclick": False, "font": {"size": 12}}
_HIDDEN_AXES = {"xaxis": {"visible": False}, "yaxis": {"visible": False}}
_UNIFORM_TEXT = {"mode": "hide", "minsize": 10}


# Stance by sector and by theme -------------------------------------------------------------------


def stance_by_sector(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Diverging bars, one a sector, neutral across the middle; dots for sectors with few voices."""
    return _diverging(frame, "sector", words)


def stance_by_sector_finding(frame: pd.DataFrame, words: Words) -> str:
    """Which sectors lean which way, said only of those with enough voices."""
    return _leaning(frame, "sector", words)


def stance_by_theme(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Diverging bars, one a theme, the most negative at the bottom; dots for themes with few voices."""
    return _diverging(frame, "theme", words)


def stance_by_theme_finding(frame: pd.DataFrame, words: Words) -> str:
    """Which themes lean which way, said only of those with enough voices."""
    return _leaning(frame, "theme", words)


def _diverging(frame: pd.DataFrame, by: str, words: Words) -> go.Figure:
    """Stacked shares around the middle of the neutral bar, or a dot for each voice of a small group.

    Frame rows are (by, stance) in the order of reading; `by` is also the name of its code list.
    """
    if frame.empty:
        return figure([], **_HIDDEN_AXES)
    values = list(dict.fromkeys(frame[by]))
    totals = frame.groupby(by, sort=False)["n_total"].first()
    edges = _left_edges(frame, by)
    reach = _reach(frame, edges)
    large = frame["n_total"] >= SMALL_N
    traces = []
    for stance in STANCES:
        mine = frame["stance"] == stance
        bars, dots = frame[mine & large], frame[mine & ~large & (frame["n"] > 0)]
        traces.append(stance_bars(bars, stance, by, edges, lambda row: _share_hover(row, by, words), words))
        voices = stance_dots(dots, stance, by, edges, reach, lambda row: _voice_hover(row, by, words), words)
        traces.append(voices | {"showlegend": bars.empty})
    step = 25 if reach <= 60 else 50
    ticks = [t for t in range(-100, 101, step) if abs(t) < reach]
    return figure(
        [t for t in traces if t["x"]],
        barmode="overlay",
        bargap=0.45,
        uniformtext=_UNIFORM_TEXT,
        xaxis={
            "range": [-reach, reach],
            "tickvals": ticks,
            "ticktext": [words.percent(abs(t)) for t in ticks] if large.any() else [""] * len(ticks),
            "showgrid": bool(large.any()),
            "zeroline": True,
            "zerolinecolor": QUIET,
            "title": {"text": words.t("charts.stance.axis" if large.any() else "charts.stance.axis_dots")},
        },
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": values[::-1],
            "range": [-0.5, len(values) - 0.3],
            "showgrid": False,
            "showticklabels": False,
        },
        legend=_LEGEND,
        annotations=[_group_name(v, int(totals[v]), by, words) for v in values],
    )


def _group_name(value: str, total: int, by: str, words: Words) -> Row:
    """The name of a group and its n, above its bar: beside it, it would take half a narrow screen."""
    return {
        "text": words.t("charts.stance.group", group=safe(words.code(by, value)), n=total),
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": value,
        "yanchor": "bottom",
        "yshift": 13,
        "showarrow": False,
    }


def _left_edges(frame: pd.DataFrame, by: str) -> pd.Series[float]:
    """Where each row begins when its group is stacked with the middle of neutral at zero.

    In percentage points for groups that have shares, in voices for small ones.
    """
    width = frame["share_pct"].where(frame["n_total"] >= SMALL_N, frame["n"].astype("float64"))
    before = width.groupby(frame[by]).cumsum() - width
    against = width.where(frame["stance"].isin(NEGATIVE), 0.0) + 0.5 * width.where(frame["stance"] == "neutral", 0.0)
    return before - against.groupby(frame[by]).transform("sum")


def _reach(frame: pd.DataFrame, edges: pd.Series[float]) -> float:
    """Half the axis in percentage points: the longest side, rounded up to 10, at least 50."""
    shares = frame["share_pct"].dropna()
    if shares.empty:
        return 50.0
    longest = max(float(-edges[shares.index].min()), float((edges[shares.index] + shares).max()))
    return min(100.0, max(50.0, 10.0 * math.ceil(longest / 10 - 1e-9)))


def stance_bars(part: pd.DataFrame, stance: str, by: str, edges: pd.Series[float], hover: Callable[[Row], str], words: Words) -> Row:
    """The shares of one stance, each from its place in its row."""
    return {
        "type": "bar",
        "orientation": "h",
        "name": words.code("stance", stance),
        "legendgroup": stance,
        "y": part[by].tolist(),
        "x": part["share_pct"].tolist(),
        "base": edges[part.index].tolist(),
        "marker": {"color": STANCE_COLOURS[stance]},
        "text": [words.percent(share) if n else "" for share, n in zip(part["share_pct"], part["n"], strict=True)],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textfont": {"size": 12, "color": on(STANCE_COLOURS[stance])},
        "textangle": 0,
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [hover(row) for row in part.to_dict("records")],
        "hoverinfo": "text",
    }


def stance_dots(
    part: pd.DataFrame, stance: str, by: str, edges: pd.Series[float], reach: float, hover: Callable[[Row], str], words: Words
) -> Row:
    """One dot a voice, in the place that its bar would have."""
    voices = [(index, row, place) for index, row in zip(part.index, part.to_dict("records"), strict=True) for place in range(int(row["n"]))]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": words.code("stance", stance),
        "legendgroup": stance,
        "y": [row[by] for _, row, _ in voices],
        "x": [reach * _DOT_STEP * (edges[index] + place + 0.5) for index, _, place in voices],
        "marker": {"color": STANCE_COLOURS[stance], "size": 10},
        "customdata": [[int(index)] for index, _, _ in voices],
        "hovertext": [hover(row) for _, row, _ in voices],
        "hoverinfo": "text",
    }


def _share_hover(row: Row, by: str, words: Words) -> str:
    return words.t(
        "charts.stance.hover",
        group=safe(words.code(by, row[by])),
        stance=_in_sentence(words.code("stance", row["stance"]), words),
        n=int(row["n"]),
        total=int(row["n_total"]),
        share=words.percent(row["share_pct"]),
        low=words.percent(row["share_low_pct"]),
        high=words.percent(row["share_high_pct"]),
    )


def _voice_hover(row: Row, by: str, words: Words) -> str:
    return words.t(
        "charts.stance.hover_voice",
        group=safe(words.code(by, row[by])),
        stance=_in_sentence(words.code("stance", row["stance"]), words),
        n=int(row["n"]),
        total=int(row["n_total"]),
    )


def _in_sentence(label: str, words: Words) -> str:
    """A label of ours inside a sentence: small letters in English."""
    return safe(label.lower() if words.lang == "en" else label)


def _leaning(frame: pd.DataFrame, by: str, words: Words) -> str:
    """The groups with a clear majority on one side, and how many have none.

    A majority is clear when its 95% Wilson interval stays above one half. Groups below SMALL_N are not
    spoken of, unless there are no others.
    """
    if frame.empty:
        return words.t("charts.empty")
    clear: dict[str, list[str]] = {"positive": [], "negative": []}
    rest = []
    for value, group in frame.groupby(by, sort=False):
        total = int(group["n_total"].iloc[0])
        if total < SMALL_N:
            continue
        name = words.code(by, str(value))
        counts = {
            side: int(group.loc[group["stance"].isin(of), "n"].sum()) for side, of in (("positive", POSITIVE), ("negative", NEGATIVE))
        }
        side = max(counts, key=lambda s: counts[s])
        low, _ = wilson([counts[side]], [total])
        if low[0] > 50:
            clear[side].append(words.t("charts.stance.finding.group", group=name, k=counts[side], total=total))
        else:
            rest.append(name)
    said = [words.t(f"charts.stance.finding.{side}", groups=_some(names, words)) for side, names in clear.items() if names]
    if rest:
        kind = "none" if len(rest) <= _NAMED else f"none_others_{by}" if said else f"none_{by}"
        said.append(words.t(f"charts.stance.finding.{kind}", groups=words.listed(rest), n=len(rest)))
    if not said:
        return words.t("charts.stance.finding.few", n=SMALL_N)
    sentence = words.t("charts.stance.finding.joiner").join(said)
    return sentence[:1].upper() + sentence[1:]


def _some(groups: list[str], words: Words) -> str:
    """The first few names, and how many more there are."""
    named = words.listed(groups[:_NAMED])
    return words.t("charts.stance.finding.more", groups=named, n=len(groups) - _NAMED) if len(groups) > _NAMED else named


# Stance over time --------------------------------------------------------------------------------


def stance_over_time(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Voices by quarter around the middle of neutral; above them the balance where n allows one."""
    drawn = frame[frame["period_quarter"].notna()]
    if drawn.empty:
        return figure([], **_HIDDEN_AXES)
    quarters = [periods.bounds(q) for q in drawn["period_quarter"]]
    middles = [_noon(periods.middle(*q)) for q in quarters]
    widths = [0.8 * _DAY_MS * ((end - start).days + 1) for start, end in quarters]
    traces = [_quarter_bars(drawn, stance, middles, widths, words) for stance in STANCES]
    traces.append(_quarter_totals(drawn, middles, words))
    with_balance = bool(drawn["balance_points"].notna().any())
    notes = _one_document(drawn, quarters, words)
    layout: dict[str, Any] = {"yaxis": _count_axis(drawn, 0.58 if with_balance else 0.93, words)}
    notes.append(heading(words.t("charts.stance-over-time.axis_count"), 0.59 if with_balance else 0.94))
    if with_balance:
        notes.append(heading(words.t("charts.stance-over-time.axis_balance"), 0.955))
        traces.append(_balance_line(drawn, middles, words))
        layout["yaxis2"] = _balance_axis(drawn, words)
    return figure(
        traces,
        barmode="overlay",
        xaxis=_quarter_axis(quarters, words),
        legend=_LEGEND,
        annotations=notes,
        **layout,
    )


def _noon(day: date) -> str:
    return f"{day.isoformat()}T12:00:00"


def _quarter_bars(drawn: pd.DataFrame, stance: str, middles: list[str], widths: list[float], words: Words) -> Row:
    return {
        "type": "bar",
        "name": words.code("stance", stance),
        "x": middles,
        "width": widths,
        "y": [_stance_count(row, stance) for row in drawn.to_dict("records")],
        "base": [_stance_base(row, stance) for row in drawn.to_dict("records")],
        "marker": {"color": STANCE_COLOURS[stance]},
        "customdata": [[int(i)] for i in drawn.index],
        "hovertext": [_quarter_hover(row, stance, words) for row in drawn.to_dict("records")],
        "hoverinfo": "text",
    }


def _stance_count(row: Row, stance: str) -> int:
    """Voices of one stance; the columns of the two sides hold the strong ones too."""
    n = int(row[f"n_{stance}"])
    return n - int(row[f"n_strongly_{stance}"]) if f"n_strongly_{stance}" in row else n


def _stance_base(row: Row, stance: str) -> float:
    """Where the bar of a stance begins, so that the middle of neutral stands at zero."""
    before = sum(_stance_count(row, s) for s in STANCES[: STANCES.index(stance)])
    return float(before - row["n_negative"] - row["n_neutral"] / 2)


def _quarter_totals(drawn: pd.DataFrame, middles: list[str], words: Words) -> Row:
    """The number of voices above each column."""
    present = [(x, i, row) for x, i, row in zip(middles, drawn.index, drawn.to_dict("records"), strict=True) if row["n"]]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [x for x, _, _ in present],
        "y": [row["n_positive"] + row["n_neutral"] / 2 for _, _, row in present],
        "text": [words.count(int(row["n"])) for _, _, row in present],
        "textposition": "top center",
        "textfont": {"size": 11},
        "customdata": [[int(i)] for _, i, _ in present],
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _count_axis(drawn: pd.DataFrame, top: float, words: Words) -> dict[str, Any]:
    up = float((drawn["n_positive"] + drawn["n_neutral"] / 2).max())
    down = float((drawn["n_negative"] + drawn["n_neutral"] / 2).max())
    step = _round_step(max(up, down))
    ticks = [step * i for i in range(-math.ceil(down / step), math.ceil(up / step) + 1)]
    room = 0.16 * (up + down)
    return {
        "domain": [0, top],
        "range": [-down - 0.3 * room, up + room],
        "tickvals": ticks,
        "ticktext": [words.count(abs(t)) for t in ticks],
        "zeroline": True,
        "zerolinecolor": QUIET,
    }


def _round_step(longest: float) -> int:
    """A step of whole voices that divides the longer side into at most three."""
    return next(step for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 10**6) if longest / step <= 3)


def _balance_line(drawn: pd.DataFrame, middles: list[str], words: Words) -> Row:
    """The balance with its interval; a line only between quarters that follow one another."""
    rows = drawn.to_dict("records")
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": words.t("charts.stance-over-time.balance"),
        "x": middles,
        "y": [_or_none(row["balance_points"]) for row in rows],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [_or_none(row["balance_high_points"] - row["balance_points"]) for row in rows],
            "arrayminus": [_or_none(row["balance_points"] - row["balance_low_points"]) for row in rows],
            "thickness": 1.5,
            "width": 4,
        },
        "connectgaps": False,
        "line": {"color": ACCENT, "width": 2},
        "marker": {"color": ACCENT, "size": 9},
        "yaxis": "y2",
        "customdata": [[int(i)] for i in drawn.index],
        "hovertext": [_balance_hover(row, words) for row in rows],
        "hoverinfo": "text",
    }


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _balance_axis(drawn: pd.DataFrame, words: Words) -> dict[str, Any]:
    ends = drawn[["balance_points", "balance_low_points", "balance_high_points"]].abs().max().max()
    reach = min(100, 50 * math.ceil(float(ends) / 50 + 1e-9))
    return {
        "domain": [0.68, 0.945],
        "anchor": "x",
        "range": [-1.08 * reach, 1.08 * reach],
        "tickvals": [-reach, 0, reach],
        "ticktext": [_signed(v, words) for v in (-reach, 0, reach)],
        "zeroline": True,
        "zerolinecolor": QUIET,
    }


def _quarter_axis(quarters: list[tuple[date, date]], words: Words) -> dict[str, Any]:
    """A date axis over whole quarters, at least _LEAST_QUARTERS wide: each labelled when they are few, else the years."""
    shown = quarters if len(quarters) <= 6 else _years(quarters)
    room = timedelta(days=round(max(2.0, 91.3 * (_LEAST_QUARTERS - len(quarters)) / 2)))
    key = "charts.stance-over-time.quarter" if shown is quarters else "charts.stance-over-time.year"
    return {
        "type": "date",
        "range": [_noon(quarters[0][0] - room), _noon(quarters[-1][1] + room)],
        "tickvals": [_noon(periods.middle(*period)) for period in shown],
        "ticktext": [words.t(key, year=str(start.year), quarter=words.quarter((start.month + 2) // 3)) for start, _ in shown],
        "showgrid": False,
        "minor": {"tickvals": [str(start) for start, _ in shown[1:]], "showgrid": True, "gridcolor": FAINT},
        "anchor": "y",
    }


def _years(quarters: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """The part of each year that the quarters cover."""
    years = sorted({start.year for start, _ in quarters})
    return [(min(s for s, _ in quarters if s.year == y), max(e for s, e in quarters if s.year == y)) for y in years]


def _one_document(drawn: pd.DataFrame, quarters: list[tuple[date, date]], words: Words) -> list[dict[str, Any]]:
    """A note at the fullest quarter of which one document gives more than half."""
    places = [place for place, row in enumerate(drawn.to_dict("records")) if _is_one_document(row)]
    if not places:
        return []
    place = max(places, key=lambda p: int(drawn["n"].iloc[p]))
    row = drawn.iloc[place]
    left = 2 * place < len(drawn)
    start, end = quarters[place]
    return [
        {
            "x": f"{end if left else start}T12:00:00",
            "y": float(row["n_positive"] + row["n_neutral"] / 2),
            "xanchor": "left" if left else "right",
            "yanchor": "top",
            "align": "left" if left else "right",
            "showarrow": False,
            "font": {"size": 11},
            "text": words.t("charts.stance-over-time.one_document", k=int(row["n_largest_document"]), total=int(row["n"])),
        }
    ]


def _is_one_document(row: Row) -> bool:
    return bool(row["n"] >= SMALL_N and 2 * row["n_largest_document"] > row["n"])


def _quarter_hover(row: Row, stance: str, words: Words) -> str:
    said = words.t(
        "charts.stance-over-time.hover",
        quarter=words.date(row["period_quarter"]),
        stance=_in_sentence(words.code("stance", stance), words),
        n=_stance_count(row, stance),
        total=int(row["n"]),
    )
    return said + _quarter_notes(row, words)


def _balance_hover(row: Row, words: Words) -> str:
    if math.isnan(row["balance_points"]):
        return ""
    has_interval = not math.isnan(row["balance_low_points"])
    said = words.t(
        "charts.stance-over-time.hover_balance" if has_interval else "charts.stance-over-time.hover_balance_bare",
        quarter=words.date(row["period_quarter"]),
        balance=_signed(row["balance_points"], words),
        low=_signed(row["balance_low_points"], words) if has_interval else "",
        high=_signed(row["balance_high_points"], words) if has_interval else "",
        positive=int(row["n_positive"]),
        neutral=int(row["n_neutral"]),
        negative=int(row["n_negative"]),
    )
    return said + _quarter_notes(row, words)


def _quarter_notes(row: Row, words: Words) -> str:
    """What a reader must know of a quarter before leaning on it."""
    notes = []
    if _is_one_document(row):
        publisher = row["largest_publisher"]
        key = "from_one" if isinstance(publisher, str) and publisher else "from_one_unnamed"
        notes.append(
            words.t(
                f"charts.stance-over-time.{key}",
                k=int(row["n_largest_document"]),
                total=int(row["n"]),
                publisher=wrapped(str(publisher), 40),
            )
        )
    if row["n_date_inferred"]:
        notes.append(words.t("charts.stance-over-time.inferred", n=int(row["n_date_inferred"])))
    return "".join(f"<br>{note}" for note in notes)


def _signed(value: float, words: Words) -> str:
    """Whole points with their sign, a true minus, and a bare 0."""
    points = round(float(value))
    return f"{'+' if points > 0 else '−' if points < 0 else ''}{words.number(abs(points))}"


def stance_over_time_finding(frame: pd.DataFrame, words: Words) -> str:
    """The balance of the first and the newest quarter with enough voices, and whether they can be told apart."""
    if frame.empty:
        return words.t("charts.empty")
    undated = int(frame.loc[frame["period_quarter"].isna(), "n"].sum())
    with_balance = frame[frame["balance_points"].notna()]
    if with_balance.empty:
        said = words.t("charts.stance-over-time.finding.few", n=SMALL_N)
    elif len(with_balance) == 1:
        said = _one_balance(with_balance.iloc[0].to_dict(), words)
    else:
        said = _two_balances(with_balance.iloc[0].to_dict(), with_balance.iloc[-1].to_dict(), words)
    return said + (words.t("charts.stance-over-time.finding.undated", n=undated) if undated else "")


def _one_balance(row: Row, words: Words) -> str:
    return words.t(
        "charts.stance-over-time.finding.one",
        quarter=words.date(row["period_quarter"]),
        balance=_signed(row["balance_points"], words),
        n=int(row["n"]),
    )


def _two_balances(first: Row, last: Row, words: Words) -> str:
    """The difference of two quarters' balances against 1.96 standard errors of it (independent voices)."""
    errors = [balance_error(int(r["n_positive"]), int(r["n_negative"]), int(r["n"])) for r in (first, last)]
    change = last["balance_points"] - first["balance_points"]
    cannot_tell = 0 in errors or abs(change) <= 1.96 * math.hypot(*errors)
    kind = "no_change" if cannot_tell else "rose" if change > 0 else "fell"
    return words.t(
        f"charts.stance-over-time.finding.{kind}",
        first=words.date(first["period_quarter"]),
        last=words.date(last["period_quarter"]),
        before=_signed(first["balance_points"], words),
        after=_signed(last["balance_points"], words),
        n_first=int(first["n"]),
        n_last=int(last["n"]),
    )
