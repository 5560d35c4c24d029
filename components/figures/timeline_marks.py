"""The marks of the timeline, lane by lane: records each for itself, or counted in cells, and what a hover says of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from components.figures.parts import Row, day, has, read_in, sentences
from components.figures.thinning import drawn_points, unbroken
from components.theme import (
    ACCENT,
    EVENT_SYMBOLS,
    HIGHLIGHT,
    QUIET,
    SERIES_COLOURS,
    STANCE_COLOURS,
    safe,
    wrapped,
)
from components.words import Words
from data.frames.common import STANCES
from data.frames.timeline_lanes import COMPUTED

Traces = list[Row]
#: Cells of counts: fainter for few, stronger for many; seen on a light and on a dark ground.
_CELL_RGB = {"money": "217,142,4", "market": "196,80,47", "events": "138,144,154"}
_MONTH_MS = 29 * 86_400_000
#: Points that a line is drawn with at most: about two for each pixel of a wide screen.
LINE_POINTS = 2000
BENCHMARK_LINE = "#8A909A"


# What a hover says ---------------------------------------------------------------------------------


#: What a hover needs of a row; the whole of a frame is wide, and most of its rows may be counted in cells.
_SAID = ["lane", "title_en", "title_zh", "detail_en", "detail_zh", "category", "mark_value", "value_qualifier", "confidence", "status"]
_SAID += ["publisher", "part_of", "window_start", "benchmark_en", "benchmark_zh", "benchmark_move_pct", "date_printed"]


def hovers(frame: pd.DataFrame, words: Words) -> dict[int, str]:
    """What a hover says of each row that is a mark of its own."""
    own = frame.loc[(frame["drawn_as"] == "mark").to_numpy(), _SAID]
    return {int(i): hover(row, words) for i, row in zip(own.index, own.to_dict("records"), strict=True)}


def hover(row: Row, words: Words) -> str:
    """A record: who or what, when, how much, what was said, and who published it."""
    return "<br>".join([f"<b>{wrapped(words.pick(row, 'title'), 52)}</b>", sentences([*_said(row, words), read_in(row, words)])])


def _said(row: Row, words: Words) -> list[str]:
    lane, when = row["lane"], words.date(row["date_printed"])
    detail = words.pick(row, "detail")
    if lane == "voices":
        return [f"{when} · {words.code('stance', row['category'])}", detail]
    if lane == "events":
        return [f"{when} · {words.code('event_kind', row['category'])}", detail]
    if lane == "market":
        return [*_move_said(row, words), detail]
    remarks = [words.code("status", row["status"]), *([words.t("charts.impact-timeline.part")] if has(row["part_of"]) else [])]
    return [f"{when} · {_amount(row, words)} · {words.listed(remarks)}", detail]


def _amount(row: Row, words: Words) -> str:
    if not has(row["mark_value"]):
        return words.t("charts.impact-timeline.undisclosed")
    return words.t(f"charts.impact-timeline.value.{row['value_qualifier']}", value=words.usd_m(float(row["mark_value"])))


def _move_said(row: Row, words: Words) -> list[str]:
    key = "charts.impact-timeline."
    value = words.t(f"{key}value.{row['value_qualifier']}", value=words.signed_percent(float(row["mark_value"]), 2))
    spans = has(row["window_start"])
    when = words.span(day(row["window_start"]), row["date_printed"]) if spans else words.date(row["date_printed"])
    no_start = row["category"] == "pct_change_window" and not spans
    how = words.t(f"{key}move.no_start") if no_start else words.t(f"{key}move.{row['category']}")
    said = [f"{when} · {value} · {how}"]
    if has(row["benchmark_move_pct"]):
        other = float(row["benchmark_move_pct"])
        points = words.signed_percent(float(row["mark_value"]) - other, 1).rstrip("%")
        said.append(words.t(f"{key}beside", benchmark=words.pick(row, "benchmark"), move=words.signed_percent(other, 2), points=points))
    if row["confidence"] == "low":
        said.append(words.t(f"{key}low_confidence"))
    return said


def balance_hover(row: Row, words: Words) -> str:
    """A balance: its window, n and parts, its interval, and how much of it one document gives."""
    key = "charts.impact-timeline.balance."
    n = {name: int(row[name]) for name in ("n", "n_positive", "n_neutral", "n_negative", "n_largest_document")}
    window = words.span(day(row["date_start"])[:7], day(row["date_end"])[:7])
    lines = [words.t(f"{key}points", window=window, points=points_of(row["balance_points"], words), n=n["n"])]
    if has(row["balance_low_points"]):
        ends = {end: points_of(row[f"balance_{end}_points"], words) for end in ("low", "high")}
        lines.append(words.t(f"{key}interval", **ends))
    lines.append(words.t(f"{key}parts", positive=n["n_positive"], neutral=n["n_neutral"], negative=n["n_negative"]))
    if 2 * n["n_largest_document"] > n["n"]:
        lines.append(words.t(f"{key}one_document", n=n["n_largest_document"], total=n["n"]))
    return "<br>".join(wrapped(line, 56) for line in lines)


def points_of(value: Any, words: Words) -> str:
    """Points with their sign, whole."""
    return words.signed_percent(round(float(value)), 0).rstrip("%")


# Marks of single records ----------------------------------------------------------------------------


def marks(part: pd.DataFrame, said: dict[int, str], axes: tuple[str, str], y: Sequence[float], marker: Row, **more: Any) -> Row:
    """A trace of records, each leading to its row of the frame; `said` are their hovers."""
    return {
        "type": "scatter",
        "mode": "markers",
        "xaxis": axes[0],
        "yaxis": axes[1],
        "x": part["drawn_date"].dt.strftime("%Y-%m-%d").tolist(),
        "y": list(y),
        "marker": marker,
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [said[int(i)] for i in part.index],
        "hoverinfo": "text",
        "cliponaxis": False,
    } | more


def event_marks(part: pd.DataFrame, said: dict[int, str], axes: tuple[str, str], heights: dict[str, float], size: float) -> Traces:
    """A flag for each event on the line of its kind: hollow where the day is not known, stronger where it is a headline."""
    traces = []
    for kind, rows in part[part["drawn_as"] == "mark"].groupby("category", sort=False):
        shape = EVENT_SYMBOLS.get(str(kind), "circle")
        is_vague = (rows["date_precision"] != "day").tolist()
        marker = {
            "symbol": [f"{shape}-open" if vague else shape for vague in is_vague],
            "size": size,
            "color": [ACCENT if headline else QUIET for headline in rows["is_headline"]],
            "opacity": 0.85,
            "line": {"width": [1.3 if vague else 0 for vague in is_vague]},
        }
        traces.append(marks(rows, said, axes, [heights[str(kind)]] * len(rows), marker))
    return traces


def voice_marks(part: pd.DataFrame, said: dict[int, str], axes: tuple[str, str], size: float) -> Traces:
    """A dot a voice in the pile of its month; hollow where only the year is known, pale where one document gives most of the month."""
    traces = []
    own = part[part["drawn_as"] == "mark"]
    for stance in STANCES:
        rows = own[own["category"] == stance]
        if rows.empty:
            continue
        marker = {
            "color": STANCE_COLOURS[stance],
            "size": size,
            "symbol": ["circle-open" if p == "year" else "circle" for p in rows["date_precision"]],
            "opacity": [0.45 if one else 1.0 for one in rows["is_one_document"]],
            "line": {"width": [1.2 if p == "year" else 0 for p in rows["date_precision"]]},
        }
        traces.append(marks(rows, said, axes, rows["pile_level"].tolist(), marker, x=mid_months(rows)))
    return traces


def mid_months(rows: pd.DataFrame) -> list[str]:
    """The middle of each row's month, inside the axis."""
    if rows.empty:
        return []
    first, last = (day(rows[edge].iloc[0]) for edge in ("range_start", "range_end"))
    inside = {m: max(first, f"{m}-15") if f"{m}-01" <= first <= f"{m}-31" else f"{m}-15" for m in rows["period_month"].unique()}
    return [min(inside[m], last) if m == last[:7] else inside[m] for m in rows["period_month"]]


def balance_marks(part: pd.DataFrame, words: Words, axes: tuple[str, str]) -> Traces:
    """The moving balance as a line over months that follow one another, its 95% interval as a band."""
    if part.empty:
        return []
    months = part["period_month"].to_numpy(dtype="datetime64[M]").astype(int)
    x, traces = mid_months(part), []
    runs = np.split(np.arange(len(part)), np.flatnonzero(np.diff(months) > 1) + 1)
    low, high = part["balance_low_points"].to_numpy(), part["balance_high_points"].to_numpy()
    for run in runs:
        known = [i for i in run if not np.isnan(low[i])]
        if len(known) > 1:
            edge = [x[i] for i in known] + [x[i] for i in reversed(known)]
            heights = [float(high[i]) for i in known] + [float(low[i]) for i in reversed(known)]
            traces.append(_skip(axes, edge, heights) | {"fill": "toself", "fillcolor": "rgba(138,144,154,0.22)", "line": {"width": 0}})
    alone = [run[0] for run in runs if len(run) == 1 and not np.isnan(low[run[0]])]
    if alone:
        ends = [end for i in alone for end in (float(low[i]), float(high[i]), None)]
        traces.append(
            _skip(axes, [d for i in alone for d in (x[i], x[i], None)], ends) | {"line": {"width": 3, "color": "rgba(138,144,154,0.4)"}}
        )
    joined: list[tuple[Any, Any, Any]] = []
    for run in runs:
        joined += [(x[i], float(part["balance_points"].iloc[i]), i) for i in run] + [(None, None, run[-1])]
    rows = part.to_dict("records")
    traces.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "xaxis": axes[0],
            "yaxis": axes[1],
            "x": [at for at, _, _ in joined],
            "y": [value for _, value, _ in joined],
            "line": {"color": QUIET, "width": 1.5},
            "marker": {"size": 5, "color": [_leaning(rows[i]["balance_points"]) for _, _, i in joined]},
            "customdata": [[int(part.index[i])] for _, _, i in joined],
            "hovertext": [balance_hover(rows[i], words) for _, _, i in joined],
            "hoverinfo": "text",
            "cliponaxis": False,
        }
    )
    return traces


def _leaning(points: float) -> str:
    return STANCE_COLOURS["strongly_positive" if points > 0 else "strongly_negative" if points < 0 else "neutral"]


def _skip(axes: tuple[str, str], x: list[Any], y: list[Any]) -> Row:
    """A line that says nothing and leads nowhere."""
    return {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "xaxis": axes[0], "yaxis": axes[1], "x": x, "y": y}


def bubble_px(usd_m: float) -> float:
    """The height tells the amount; the size follows its logarithm, so that large rounds stand out and hide nothing."""
    return 4 + 2.7 * max(0.0, math.log10(max(usd_m, 1)))


def money_marks(part: pd.DataFrame, said: dict[int, str], axes: tuple[str, str], foot: float) -> Traces:
    """A bubble a round: a grey ring for a general-model company, hollow for a part of another, a cross for a cancelled one.

    Rounds without an amount in US$ are thin crosses at the foot.
    """
    own = part[part["drawn_as"] == "mark"]
    cancelled, known = own["status"] == "cancelled", own["mark_value"].notna()
    general = own["money_group"] == "general_model"
    traces = []
    for colour, chosen, shape in (
        (QUIET, known & general & ~cancelled, "circle-open"),
        (HIGHLIGHT, known & ~general & ~cancelled & own["part_of"].isna(), "circle"),
        (HIGHLIGHT, known & ~general & ~cancelled & own["part_of"].notna(), "circle-open"),
        (QUIET, known & cancelled, "x-thin-open"),
        (QUIET, ~known & ~cancelled, "cross-thin-open"),
        (QUIET, ~known & cancelled, "x-thin-open"),
    ):
        rows = own[chosen]
        if rows.empty:
            continue
        with_amount = bool(rows["mark_value"].notna().all())
        size = [bubble_px(v) for v in rows["mark_value"]] if with_amount else 7
        marker = {"symbol": shape, "color": colour, "opacity": 0.75, "size": size, "line": {"width": 1.4 if shape != "circle" else 0}}
        traces.append(marks(rows, said, axes, [math.log10(v) for v in rows["mark_value"]] if with_amount else [foot] * len(rows), marker))
    return traces


def squeezed(pct: float) -> float:
    """Symmetric logarithm: near zero a percent keeps its size, far moves are squeezed; the axis names the values."""
    return math.copysign(math.log10(1 + abs(pct)), pct)


_MOVE_MARKS = {
    "benchmark": {"symbol": "circle-open", "color": QUIET, "size": 6, "line": {"width": 1.2}},
    "pct_change_day": {"symbol": "circle", "color": ACCENT, "size": 6, "opacity": 0.85},
    "pct_change_window": {"symbol": "line-ns-open", "color": ACCENT, "size": 9, "line": {"width": 2}},
    COMPUTED: {"symbol": "line-ns-open", "color": ACCENT, "size": 9, "line": {"width": 2}},
    "pct_change_intraday": {"symbol": "diamond-open", "color": ACCENT, "size": 6, "line": {"width": 1.2}},
}


def move_marks(part: pd.DataFrame, said: dict[int, str], axes: tuple[str, str]) -> Traces:
    """A mark at the last day of each move; a span over the window it is of, a thin line to its benchmark's move over the same days."""
    own = part[part["drawn_as"] == "mark"]
    traces: Traces = []
    windows = own[own["window_start"].notna()]
    for is_benchmark, colour in ((False, ACCENT), (True, QUIET)):
        rows = windows[(windows["category"] == "benchmark") == is_benchmark]
        if len(rows):
            days = [
                d for a, b in zip(rows["window_start"], rows["drawn_date"], strict=True) for d in (max(a, rows["range_start"].iloc[0]), b)
            ]
            heights = [squeezed(v) for v in rows["mark_value"] for _ in (0, 1)]
            traces.append(
                _skip(axes, _broken([day(d) for d in days]), _broken(heights)) | {"line": {"color": colour, "width": 3}, "opacity": 0.7}
            )
    beside = own[own["benchmark_move_pct"].notna()]
    if len(beside):
        x = [d for d in beside["drawn_date"].map(day) for _ in (0, 1)]
        y = [v for a, b in zip(beside["benchmark_move_pct"], beside["mark_value"], strict=True) for v in (squeezed(a), squeezed(b))]
        line, ticks = {"color": QUIET, "width": 1}, {"symbol": "line-ew-open", "color": QUIET, "size": [5, 0, 0] * len(beside)}
        traces.append(_skip(axes, _broken(x), _broken(y)) | {"mode": "lines+markers", "line": line, "marker": ticks})
    for code, marker in _MOVE_MARKS.items():
        rows = own[own["category"] == code]
        if len(rows):
            faint = [0.45 if c == "low" else 0.9 for c in rows["confidence"]]
            traces.append(marks(rows, said, axes, [squeezed(v) for v in rows["mark_value"]], marker | {"opacity": faint}))
    return traces


def _broken(values: list[Any]) -> list[Any]:
    """Pairs with a gap between them."""
    return [v for i in range(0, len(values), 2) for v in (values[i], values[i + 1], None)]


def level_lines(part: pd.DataFrame, words: Words, axes: tuple[str, str], colours: dict[str, str]) -> Traces:
    """A line a series, of so many days as a screen can show, stopping where days are missing: see `components.figures.thinning`."""
    traces = []
    for code, rows in part.groupby("record_id", sort=False):
        days, values = rows["drawn_date"].to_numpy(), rows["mark_value"].to_numpy(dtype="float64")
        kept = drawn_points(days, values, LINE_POINTS)
        texts, stretch, positions = np.datetime_as_string(days, unit="D"), unbroken(days), rows.index.to_numpy()
        points: list[tuple[str | None, float | None, int]] = []
        for before, at in zip([kept[0], *kept[:-1]], kept, strict=True):
            if stretch[at] != stretch[before]:  # a point without a value keeps the line from crossing the gap
                points.append((None, None, int(positions[before])))
            points.append((str(texts[at]), round(float(values[at]), 2), int(positions[at])))
        name = safe(words.pick(rows.iloc[0], "title")).translate(_NOT_OF_A_TEMPLATE)
        dash = "dot" if rows["category"].iloc[0] == "benchmark" else "solid"
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "xaxis": axes[0],
                "yaxis": axes[1],
                "x": [x for x, _, _ in points],
                "y": [y for _, y, _ in points],
                "line": {"width": 1.4, "color": colours[str(code)], "dash": dash},
                "customdata": [[i] for _, _, i in points],
                "hovertemplate": f"{name}<br>%{{x|{words.t('charts.parts.ticks.day')}}} · %{{y:.1f}}<extra></extra>",
            }
        )
    return traces


#: Signs that a template of Plotly's would read.
_NOT_OF_A_TEMPLATE = str.maketrans("{}%", "（）％")


def series_colours(part: pd.DataFrame) -> dict[str, str]:
    """A colour for each loaded series; broad indices stay grey."""
    kinds = part.drop_duplicates("record_id").set_index("record_id")["category"].to_dict() if len(part) else {}
    own = [code for code, kind in kinds.items() if kind != "benchmark"]
    return dict.fromkeys(kinds, BENCHMARK_LINE) | {code: SERIES_COLOURS[i % len(SERIES_COLOURS)] for i, code in enumerate(own)}


# Cells of a thinned lane ----------------------------------------------------------------------------


def cells_of(part: pd.DataFrame) -> pd.DataFrame:
    """The cells of a lane: one month and category (voices, events) or band; `n` records, `first` the position of one of them."""
    own = part[part["drawn_as"] == "cell"]
    by_category = len(own) and own["lane"].iloc[0] in ("voices", "events")
    keys = ["period_month", "category"] if by_category else ["period_month", "cell_low", "cell_high"]
    grouped = own.assign(first=own.index).groupby(keys, dropna=False, sort=True)["first"]
    return grouped.agg(n="size", first="min").reset_index()


def _bars(
    cells: pd.DataFrame, axes: tuple[str, str], base: Sequence[float], height: Sequence[float], said: Sequence[str], marker: Row
) -> Row:
    return {
        "type": "bar",
        "xaxis": axes[0],
        "yaxis": axes[1],
        "x": [f"{m}-15" for m in cells["period_month"]],
        "base": list(base),
        "y": list(height),
        "width": _MONTH_MS,
        "marker": {"line": {"width": 0}} | marker,
        "customdata": [[int(i), int(n)] for i, n in zip(cells["first"], cells["n"], strict=True)],
        "hovertext": [safe(text) for text in said],
        "hoverinfo": "text",
        "textposition": "none",
    }


def voice_columns(part: pd.DataFrame, words: Words, axes: tuple[str, str]) -> Traces:
    """A column a month: neutral voices around the middle line, positive ones above, negative ones below."""
    cells = cells_of(part)
    if cells.empty:
        return []
    counts = cells.pivot_table(index="period_month", columns="category", values="n", aggfunc="sum", fill_value=0)
    counts = counts.reindex(columns=list(STANCES), fill_value=0)
    half = counts["neutral"] / 2
    bases = {
        "neutral": -half,
        "positive": half,
        "strongly_positive": half + counts["positive"],
        "negative": -half - counts["negative"],
        "strongly_negative": -half - counts["negative"] - counts["strongly_negative"],
    }
    total, traces = counts.sum(axis=1), []
    for stance in STANCES:
        own = cells[cells["category"] == stance]
        if own.empty:
            continue
        said = [
            words.t(
                "charts.impact-timeline.cell.voices", month=words.date(m), n=int(n), kind=words.code("stance", stance), total=int(total[m])
            )
            for m, n in zip(own["period_month"], own["n"], strict=True)
        ]
        base = [float(bases[stance][m]) for m in own["period_month"]]
        traces.append(_bars(own, axes, base, own["n"].astype(float).tolist(), said, {"color": STANCE_COLOURS[stance]}))
    return traces


def shaded_cells(part: pd.DataFrame, words: Words, axes: tuple[str, str], heights: Callable[[Row], tuple[float, float]]) -> Traces:
    """Cells of a month and a band (or kind), the stronger the more records. `heights` gives the lower and upper edge of a cell."""
    if (part["drawn_as"] != "cell").all():
        return []
    cells = cells_of(part)
    lane = str(part["lane"].iloc[0])
    rows = cells.to_dict("records")
    edges = [heights(row) for row in rows]
    most = math.log1p(float(cells["n"].max()))
    shades = [f"rgba({_CELL_RGB[lane]},{0.12 + 0.8 * math.log1p(n) / most:.2f})" for n in cells["n"]]
    said = [_cell_said(lane, row, words) for row in rows]
    return [_bars(cells, axes, [low for low, _ in edges], [high - low for low, high in edges], said, {"color": shades})]


def _cell_said(lane: str, row: Row, words: Words) -> str:
    key = "charts.impact-timeline.cell."
    n, month = int(row["n"]), words.date(row["period_month"])
    if lane == "events":
        return words.t(f"{key}events", month=month, n=n, kind=words.code("event_kind", row["category"]))
    if not has(row["cell_low"]):
        return words.t(f"{key}no_amount", month=month, n=n)
    if lane == "money":
        low, high = (words.usd_m(_round_figure(row[c])) for c in ("cell_low", "cell_high"))
        return words.t(f"{key}money", month=month, n=n, low=low, high=high)
    low, high = (row[c] for c in ("cell_low", "cell_high"))
    if math.isinf(low) or math.isinf(high):
        kind, edge = ("below", high) if math.isinf(low) else ("above", low)
        return words.t(f"{key}market_{kind}", month=month, n=n, edge=words.signed_percent(edge, 0))
    return words.t(f"{key}market", month=month, n=n, low=words.signed_percent(low, 0), high=words.signed_percent(high, 0))


def _round_figure(value: float) -> float:
    """A band's edge as it is said: 3.16 becomes 3.2."""
    digits = 1 - math.floor(math.log10(value))
    return round(value, digits)
