"""Figures and findings of the overview."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.theme import ACCENT, FAINT, HIGHLIGHT, QUIET, SECTOR_COLOURS, STANCE_COLOURS, figure, safe, wrapped
from components.words import Words
from data.frames.common import SMALL_N, STANCES
from data.frames.overview import LANES

#: From top to bottom: where each lane stands in the figure.
_DOMAINS = {"events": (0.80, 1.0), "voices": (0.48, 0.765), "money": (0.25, 0.44), "market": (0.0, 0.21)}
_AXES = {"events": "", "voices": "2", "money": "3", "market": "4"}
_LABEL_ROWS = 6
#: Days that one character of a label takes on a telephone, where the axis is about 300 px wide.
_DAYS_PER_CHARACTER = 38


def impact_timeline(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Four lanes on one time axis: events, voices, money, moves."""
    traces = _event_traces(frame, words) + _voice_traces(frame, words) + _money_traces(frame, words) + _move_traces(frame, words)
    layout: dict[str, Any] = {
        "xaxis": _time_axis(frame, words),
        "yaxis": {"domain": _DOMAINS["events"], "range": [-0.7, _LABEL_ROWS + 0.6], "showticklabels": False, "showgrid": False},
        "yaxis2": {
            "domain": _DOMAINS["voices"],
            "showticklabels": False,
            "zeroline": True,
            "zerolinecolor": QUIET,
            "showgrid": False,
            "range": _voice_range(frame),
        },
        "yaxis3": {"domain": _DOMAINS["money"], **_money_axis(frame, words)},
        "yaxis4": {"domain": _DOMAINS["market"], **_move_axis(frame, words)},
        "annotations": _lane_titles(frame, words) + _one_paper_notes(frame, words),
        "showlegend": False,
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
    }
    return figure(traces, **layout)


def _time_axis(frame: pd.DataFrame, words: Words) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "type": "date",
        "anchor": "y4",
        "tickformat": "%Y" if words.lang == "en" else "%Y年",
        "dtick": "M12",
        "tick0": "2020-01-01",
    }
    if len(frame):
        first, last = frame["date_start"].min(), frame["date_end"].max()
        pad = max(pd.Timedelta(days=20), (last - first) * 0.02)
        axis["range"] = [(first - pad).isoformat(), (last + pad).isoformat()]
        if last - first < pd.Timedelta(days=900):
            axis |= {
                "dtick": "M3" if last - first > pd.Timedelta(days=200) else "M1",
                "tickformat": "%b %Y" if words.lang == "en" else "%Y年%-m月",
            }
    return axis


def _trace(frame: pd.DataFrame, lane: str, words: Words, y: list[float], marker: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": frame["date_mid"].dt.strftime("%Y-%m-%d").tolist(),
        "y": y,
        "yaxis": f"y{_AXES[lane]}",
        "marker": marker,
        "customdata": [[int(i)] for i in frame.index],
        "hovertext": [_hover(row, words) for row in frame.to_dict("records")],
        "hoverinfo": "text",
        "cliponaxis": False,
    } | more


def _hover(row: dict[str, Any], words: Words) -> str:
    """Date, who or what, how much, and what was said: a sentence each, broken into lines."""
    lines = [f"<b>{wrapped(words.pick(row, 'title'), 52)}</b>", safe(f"{words.date(row['date_printed'])} · {_measure(row, words)}")]
    if words.pick(row, "detail"):
        lines.append(wrapped(words.pick(row, "detail"), 56))
    return "<br>".join(lines)


def _measure(row: dict[str, Any], words: Words) -> str:
    lane, value = row["lane"], row["mark_value"]
    if lane == "voices":
        return words.code("stance", row["category"])
    if lane == "events":
        return words.code("event_kind", row["category"])
    if lane == "market":
        window = f" ({words.span(row['window_start'].date().isoformat(), row['date_printed'])})" if pd.notna(row["window_start"]) else ""
        return f"{words.signed_percent(float(value), 2)}{window}"
    if pd.isna(value):
        text = words.t("charts.impact-timeline.undisclosed")
    else:
        text = words.t(f"records.amount.{row['value_qualifier']}", value=words.usd_m(float(value)))
    remarks = [words.code("status", row["status"])] + ([words.t("charts.impact-timeline.part")] if pd.notna(row["part_of"]) else [])
    return f"{text} · {words.listed(remarks)}"


def _event_traces(frame: pd.DataFrame, words: Words) -> list[dict[str, Any]]:
    events = frame[frame["lane"] == "events"]
    headline = events[events["is_headline"]]
    rows = _label_rows(headline, words)
    named = headline.loc[list(rows)]
    traces = [
        _trace(
            events, "events", words, [-0.3] * len(events), {"symbol": "line-ns-open", "size": 11, "color": QUIET, "line": {"width": 1.6}}
        )
    ]
    if len(named):
        y = [float(rows[i]) for i in named.index]
        stems = {
            "type": "scatter",
            "mode": "lines",
            "hoverinfo": "skip",
            "yaxis": "y",
            "line": {"color": FAINT, "width": 1},
            "x": [x for day in named["date_mid"] for x in (day.isoformat(), day.isoformat(), None)],
            "y": [v for at in y for v in (-0.3, at, None)],
        }
        labels = [f" {safe(words.pick(row, 'short_title'))}" for row in named.to_dict("records")]
        middle = frame["date_mid"].min() + (frame["date_mid"].max() - frame["date_mid"].min()) * 0.62
        sides = ["middle left" if day > middle else "middle right" for day in named["date_mid"]]
        marks = {"symbol": "diamond", "size": 8, "color": ACCENT}
        traces += [
            stems,
            _trace(named, "events", words, y, marks, mode="markers+text", text=labels, textposition=sides, textfont={"size": 11}),
        ]
    return traces


def _label_rows(headline: pd.DataFrame, words: Words) -> dict[int, int]:
    """A row for each headline label so that none covers another; labels without room are left to the hover."""
    if not len(headline):
        return {}
    scale = _DAYS_PER_CHARACTER * (1.9 if words.lang == "zh" else 1.0)
    middle = headline["date_mid"].min() + (headline["date_mid"].max() - headline["date_mid"].min()) * 0.62
    taken: dict[int, list[tuple[float, float]]] = {row: [] for row in range(1, _LABEL_ROWS + 1)}
    placed: dict[int, int] = {}
    # What the collection is about is labelled first; then the rest as far as there is room.
    arc = headline["short_title_en"].str.contains("Sora", regex=False)
    for index, event in headline.assign(arc=~arc).sort_values(["arc", "date_mid"]).iterrows():
        day = event["date_mid"].toordinal()
        width = scale * (len(words.pick(event, "short_title")) + 1)
        span = (day - width, day + 20) if event["date_mid"] > middle else (day - 20, day + width)
        for row in range(_LABEL_ROWS, 0, -1):
            if all(span[1] < a or span[0] > b for a, b in taken[row]):
                taken[row].append(span)
                placed[int(index)] = row
                break
    return placed


def _voice_traces(frame: pd.DataFrame, words: Words) -> list[dict[str, Any]]:
    """A dot a voice: favourable ones piled up, critical ones down, neutral ones along the middle."""
    traces = []
    voices = frame[frame["lane"] == "voices"]
    for stance in STANCES:
        part = voices[voices["category"] == stance]
        if not len(part):
            continue
        side = part["mark_value"].clip(-1, 1)
        y = (part["stack"] * side).astype(float)
        shift = ((part["stack"] - 1) % 6 - 2.5) * 5 * (side == 0)
        level = (((part["stack"] - 1) // 6) % 3 - 1) * 0.55 * (side == 0)
        open_marks = ["circle-open" if p == "year" else "circle" for p in part["date_precision"]]
        trace = _trace(part, "voices", words, (y + level).tolist(), {"color": STANCE_COLOURS[stance], "size": 6, "symbol": open_marks})
        trace["x"] = [
            (day.replace(day=15) + pd.Timedelta(days=float(s))).strftime("%Y-%m-%d") for day, s in zip(part["date_mid"], shift, strict=True)
        ]
        traces.append(trace)
    return traces


def _voice_range(frame: pd.DataFrame) -> list[float]:
    piles = frame.loc[frame["lane"] == "voices", ["stack", "mark_value"]]
    up = piles.loc[piles["mark_value"] > 0, "stack"].max() if len(piles) else 1
    down = piles.loc[piles["mark_value"] < 0, "stack"].max() if len(piles) else 1
    return [-(down if down == down else 1) - 2.0, (up if up == up else 1) + 4.5]


def _money_traces(frame: pd.DataFrame, words: Words) -> list[dict[str, Any]]:
    rounds = frame[frame["lane"] == "money"]
    known = rounds[rounds["mark_value"].notna()]
    foot = _foot(rounds)
    traces = []
    for group, colour in (("sector_company", HIGHLIGHT), ("general_model", QUIET)):
        part = known[known["money_group"] == group]
        if len(part):
            hollow = part["part_of"].notna() | (group == "general_model")
            marker = {
                "symbol": ["circle-open" if h else "circle" for h in hollow],
                "color": colour,
                "opacity": 0.85,
                "size": [_bubble(v) for v in part["mark_value"]],
            }
            traces.append(_trace(part, "money", words, [math.log10(v) for v in part["mark_value"]], marker))
    unknown = rounds[rounds["mark_value"].isna()]
    if len(unknown):
        marks = ["x-thin-open" if s != "cancelled" else "x-open" for s in unknown["status"]]
        traces.append(
            _trace(unknown, "money", words, [foot] * len(unknown), {"symbol": marks, "size": 6, "color": QUIET, "line": {"width": 1.2}})
        )
    return traces


def _bubble(usd_m: float) -> float:
    return 5 + 3.2 * max(0.0, math.log10(max(usd_m, 1)))


def _foot(rounds: pd.DataFrame) -> float:
    values = rounds["mark_value"].dropna()
    return (math.floor(math.log10(values.min())) if len(values) else 0) - 0.9


def _money_axis(frame: pd.DataFrame, words: Words) -> dict[str, Any]:
    """A logarithmic scale written out in words, with a foot lane for what is undisclosed."""
    rounds = frame[frame["lane"] == "money"]
    foot = _foot(rounds)
    top = math.log10(rounds["mark_value"].max()) if rounds["mark_value"].notna().any() else 1
    ticks = [t for t in (0, 1, 2, 3, 4, 5) if foot + 0.8 < t <= top + 0.5]
    shown = ticks[:: 2 if len(ticks) > 3 else 1]
    return {
        "range": [foot - 0.5, top + 0.6],
        "tickvals": [foot, *shown],
        "ticktext": [words.t("charts.impact-timeline.foot"), *(words.usd_m(10.0**t) for t in shown)],
        "tickfont": {"size": 11},
    }


def _move_traces(frame: pd.DataFrame, words: Words) -> list[dict[str, Any]]:
    moves = frame[frame["lane"] == "market"]
    windows = moves[moves["window_start"].notna()]
    traces: list[dict[str, Any]] = []
    if len(windows):
        y = [_squeezed(v) for v in windows["mark_value"]]
        spans = {
            "type": "scatter",
            "mode": "lines",
            "hoverinfo": "skip",
            "yaxis": "y4",
            "line": {"color": ACCENT, "width": 1.5},
            "x": [
                x for a, b in zip(windows["window_start"], windows["date_mid"], strict=True) for x in (a.isoformat(), b.isoformat(), None)
            ],
            "y": [v for at in y for v in (at, at, None)],
        }
        traces.append(spans)
    styles = {
        "benchmark": {"symbol": "circle-open", "color": QUIET, "size": 6},
        "pct_change_day": {"symbol": "circle", "color": ACCENT, "size": 6, "opacity": 0.85},
        "pct_change_window": {"symbol": "line-ns-open", "color": ACCENT, "size": 9, "line": {"width": 2}},
        "pct_change_intraday": {"symbol": "diamond-open", "color": ACCENT, "size": 6},
    }
    for code, marker in styles.items():
        part = moves[moves["category"] == code]
        if len(part):
            traces.append(_trace(part, "market", words, [_squeezed(v) for v in part["mark_value"]], marker))
    return traces


def _squeezed(pct: float) -> float:
    """Symmetric logarithm: near zero a percent keeps its size, far moves are squeezed; the axis names the values."""
    return math.copysign(math.log10(1 + abs(pct)), pct)


def _move_axis(frame: pd.DataFrame, words: Words) -> dict[str, Any]:
    values = frame.loc[frame["lane"] == "market", "mark_value"].dropna()
    low, high = (min(0.0, values.min()), max(0.0, values.max())) if len(values) else (-10.0, 10.0)
    ticks = [t for t in (-20, -5, 0, 5, 20, 100) if low - 1 <= t <= high * 1.2 + 1]
    return {
        "range": [_squeezed(low) - 0.25, _squeezed(high) + 0.25],
        "tickvals": [_squeezed(t) for t in ticks],
        "ticktext": [words.signed_percent(t, 0) for t in ticks],
        "tickfont": {"size": 11},
        "zeroline": True,
        "zerolinecolor": QUIET,
    }


def _lane_titles(frame: pd.DataFrame, words: Words) -> list[dict[str, Any]]:
    counts = frame["lane"].value_counts()
    return [
        {
            "text": words.t(f"charts.impact-timeline.lane.{lane}", n=int(counts.get(lane, 0))),
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": _DOMAINS[lane][1] + 0.005,
            "yref": "paper",
            "yanchor": "bottom" if lane != "events" else "top",
            "showarrow": False,
            "font": {"size": 12},
        }
        for lane in LANES
    ]


def _one_paper_notes(frame: pd.DataFrame, words: Words) -> list[dict[str, Any]]:
    """Says it where half of a month's voices come from one document: a pile is then no wave."""
    voices = frame[frame["lane"] == "voices"]
    notes = []
    for _month, group in voices.groupby("period_month"):
        first = group["source_ids"].str.split(";").str[0].value_counts()
        if len(group) >= SMALL_N and first.iloc[0] * 2 > len(group):
            up = group.loc[group["mark_value"] > 0, "stack"].max()
            notes.append(
                {
                    "text": safe(words.t("charts.impact-timeline.one_paper", n=int(first.iloc[0]), total=len(group))),
                    "x": group["date_mid"].iloc[0].replace(day=15).strftime("%Y-%m-%d"),
                    "y": (up if up == up else 0) + 2.4,
                    "yref": "y2",
                    "showarrow": False,
                    "font": {"size": 11},
                    "xanchor": "center",
                }
            )
    return notes


def impact_timeline_finding(frame: pd.DataFrame, words: Words) -> str:
    """What lies on the axis, and the month in which most was said."""
    if frame.empty:
        return words.t("charts.empty")
    counts = frame["lane"].value_counts()
    key = "charts.impact-timeline.count"
    said = [words.t(f"{key}.{lane}", n=int(counts[lane])) for lane in ("voices", "money", "market", "events") if counts.get(lane, 0)]
    text = words.listed(said)
    voices = frame.loc[(frame["lane"] == "voices") & (frame["date_precision"] != "year")]
    months = voices["period_month"].value_counts()
    if len(voices) >= SMALL_N and len(months) > 1 and months.iloc[0] > months.iloc[1]:
        return words.t("charts.impact-timeline.busiest", counts=text, month=words.date(months.index[0]), n=int(months.iloc[0]))
    return text


def sector_summary(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Bars of three kinds side by side, one row a sector: voices, money, events."""
    sectors = list(dict.fromkeys(frame["sector"]))[::-1]
    panels = (("opinions", "n", (0.0, 0.30)), ("funding_rounds", "known_usd_m", (0.35, 0.65)), ("events", "n", (0.70, 1.0)))
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"showlegend": False, "annotations": [], "margin": {"l": 8, "r": 8, "t": 30, "b": 8}}
    for number, (table, column, domain) in enumerate(panels, start=1):
        part = frame[frame["table"] == table]
        axis = "" if number == 1 else str(number)
        largest = float(part[column].max()) if len(part) and part[column].notna().any() else 1.0
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "xaxis": f"x{axis}",
                "yaxis": "y",
                "x": part[column].fillna(0).tolist(),
                "y": [words.code("sector", s) for s in part["sector"]],
                "marker": {"color": [SECTOR_COLOURS[s] for s in part["sector"]]},
                "text": [_summary_text(row, words) for row in part.to_dict("records")],
                "textposition": "outside",
                "cliponaxis": False,
                "constraintext": "none",
                "customdata": [[int(i)] for i in part.index],
                "hovertext": [_summary_hover(row, words) for row in part.to_dict("records")],
                "hoverinfo": "text",
            }
        )
        layout[f"xaxis{axis}"] = {
            "domain": domain,
            "showticklabels": False,
            "showgrid": False,
            "range": [0, 2.7 * max(largest, 1e-9)],
            "fixedrange": True,
            "anchor": "y",
        }
        title = {
            "text": words.t(f"charts.sector-summary.panel.{table}"),
            "x": domain[0],
            "xref": "paper",
            "xanchor": "left",
            "y": 1,
            "yref": "paper",
            "yanchor": "bottom",
            "showarrow": False,
        }
        layout["annotations"].append(title | {"font": {"size": 12}})
    layout["yaxis"] = {"categoryorder": "array", "categoryarray": [words.code("sector", s) for s in sectors], "showgrid": False}
    return figure(traces, **layout)


def _summary_text(row: dict[str, Any], words: Words) -> str:
    if row["table"] == "funding_rounds":
        return (
            words.t("charts.sector-summary.at_least", value=words.usd_m(float(row["known_usd_m"])))
            if row["known_usd_m"] == row["known_usd_m"]
            else "–"
        )
    if row["table"] == "opinions" and row["n"] >= SMALL_N:
        return f"{words.number(int(row['n']))} ({_points(row, words)})"
    return words.number(int(row["n"]))


def _points(row: dict[str, Any], words: Words) -> str:
    return words.signed_percent(round(float(row["balance_points"])), 0).rstrip("%")


def _summary_hover(row: dict[str, Any], words: Words) -> str:
    values: dict[str, Any] = {"sector": safe(words.code("sector", row["sector"])), "n": int(row["n"])}
    if row["table"] == "opinions":
        values |= {"positive": int(row["n_positive"]), "negative": int(row["n_negative"]), "points": _points(row, words)}
    if row["table"] == "funding_rounds":
        known = float(row["known_usd_m"]) if row["known_usd_m"] == row["known_usd_m"] else 0.0
        values |= {"amount": words.usd_m(known), "rounds": int(row["n_rounds"]), "hidden": int(row["n_without_usd"])}
    return words.t(f"charts.sector-summary.hover.{row['table']}", **values)


def sector_summary_finding(frame: pd.DataFrame, words: Words) -> str:
    """Where voices lean most and least, said only of sectors with enough of them."""
    voices = frame[(frame["table"] == "opinions") & (frame["n"] >= SMALL_N)]
    if frame.empty:
        return words.t("charts.empty")
    if len(voices) < 2 or voices["balance_points"].max() == voices["balance_points"].min():
        return words.t(
            "charts.sector-summary.finding.counts", n=int(frame["n"].sum()), sectors=words.codes("sector", dict.fromkeys(frame["sector"]))
        )
    high, low = voices.loc[voices["balance_points"].idxmax()], voices.loc[voices["balance_points"].idxmin()]
    return words.t(
        "charts.sector-summary.finding.lean",
        high=words.code("sector", high["sector"]),
        high_points=_points(high.to_dict(), words),
        high_n=int(high["n"]),
        low=words.code("sector", low["sector"]),
        low_points=_points(low.to_dict(), words),
        low_n=int(low["n"]),
    )
