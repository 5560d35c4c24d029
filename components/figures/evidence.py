"""Figures and findings of the evidence page."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.theme import AUDIT_COLOURS, COUNT_SCALE, FAINT, figure, on, safe, scale_colour
from components.words import Words
from data.frames.common import SECTORS
from data.frames.evidence import AUDITS, COVERED, first_audit_error
from data.frames.quarters import quarters_between

Row = dict[str, Any]

_FIRST_QUARTER = "2022-Q1"
#: The column of records dated longer than a quarter stands apart, left of the quarters.
_LONGER_AT = -1.6
_HIDDEN_AXES = {"xaxis": {"visible": False}, "yaxis": {"visible": False}}


# Coverage ----------------------------------------------------------------------------------------


def coverage(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A grid of quarters by table and sector, the number of records as colour and figure; blank where none is.

    Drawn as bars of equal size, because a heatmap's cells cannot be clicked for the records behind them.
    """
    if frame.empty:
        return figure([], **_HIDDEN_AXES)
    quarters, lines = _quarters(frame), _lines(frame)
    places = {line: -i for i, line in enumerate(lines)}
    columns = {quarter: float(i) for i, quarter in enumerate(quarters)}
    rows = frame.to_dict("records")
    trace = {
        "type": "bar",
        "x": [columns.get(row["period_quarter"], _LONGER_AT) for row in rows],
        "base": [places[row["table"], row["sector"]] - 0.42 for row in rows],
        "y": [0.84] * len(rows),
        "width": 0.88,
        "marker": {"color": [math.log10(row["n"]) for row in rows], **_count_colours(int(frame["n"].max()), _top(frame), words)},
        "text": [words.count(int(row["n"])) for row in rows],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"size": 11, "color": [on(scale_colour(math.log10(row["n"]) / _top(frame))) for row in rows]},
        "customdata": [[int(i)] for i in frame.index],
        "hovertext": [_coverage_hover(row, words) for row in rows],
        "hoverinfo": "text",
        "showlegend": False,
    }
    return figure(
        [trace],
        barmode="overlay",
        uniformtext={"mode": "hide", "minsize": 9},
        xaxis=_column_axis(quarters, words),
        yaxis={
            "range": [-len(lines) + 0.4, 0.6],
            "tickvals": [places[line] for line in lines if line[1]],
            "ticktext": [words.code("sector", sector) for _, sector in lines if sector],
            "showgrid": False,
        },
        annotations=[_table_name(table, places[table, ""], words) for table, sector in lines if not sector],
        shapes=[_rule(places[table, ""]) for table, sector in lines if not sector],
    )


def _quarters(frame: pd.DataFrame) -> list[str]:
    """The columns: from the first quarter of 2022, or an earlier one with a record, to the newest."""
    present = frame["period_quarter"].dropna()
    return quarters_between(min([_FIRST_QUARTER, *present]), max([_FIRST_QUARTER, *present]))


def _lines(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """(table, sector) from top to bottom; each table begins with a line of its own, whose sector is empty."""
    sectors = [s for s in SECTORS if s in set(frame["sector"])]
    return [(table, sector) for table in COVERED for sector in ("", *sectors)]


def _top(frame: pd.DataFrame) -> float:
    """The end of the colour scale, as a power of ten."""
    return math.log10(max(int(frame["n"].max()), 3))


def _count_colours(most: int, top: float, words: Words) -> Row:
    """A logarithmic scale from 1 to the largest count, with its key above the grid."""
    ticks = [n for n in (1, 3, 10, 30, 100, 300, 1000) if n <= max(most, 3)]
    return {
        "colorscale": [list(step) for step in COUNT_SCALE],
        "cmin": 0,
        "cmax": top,
        "colorbar": {
            "orientation": "h",
            "thickness": 10,
            "len": 0.6,
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "bottom",
            "outlinewidth": 0,
            "tickvals": [math.log10(n) for n in ticks],
            "ticktext": [words.count(n) for n in ticks],
            "ypad": 4,
            "title": {"text": words.t("charts.coverage.scale"), "side": "top", "font": {"size": 12}},
        },
    }


def _column_axis(quarters: list[str], words: Words) -> Row:
    """Years under their quarters, a rule before each, and the name of the column that stands apart."""
    years = sorted({q[:4] for q in quarters})
    middles = [sum(i for i, q in enumerate(quarters) if q.startswith(y)) / sum(q.startswith(y) for q in quarters) for y in years]
    starts = [next(i for i, q in enumerate(quarters) if q.startswith(y)) - 0.5 for y in years]
    return {
        "range": [_LONGER_AT - 0.7, len(quarters) - 0.4],
        "tickvals": [_LONGER_AT, *middles],
        "ticktext": [words.t("charts.coverage.longer"), *(words.t("charts.coverage.year", year=y) for y in years)],
        "tickangle": 0,
        "showgrid": False,
        "minor": {"tickvals": starts, "showgrid": True, "gridcolor": FAINT},
    }


def _table_name(table: str, place: int, words: Words) -> Row:
    return {
        "text": f"<b>{safe(words.code('table', table))}</b>",
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": place - 0.1,
        "yanchor": "middle",
        "showarrow": False,
    }


def _rule(place: int) -> Row:
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": place + 0.5, "y1": place + 0.5, "line": {"color": FAINT, "width": 1}}


def _coverage_hover(row: Row, words: Words) -> str:
    quarter = row["period_quarter"]
    return words.t(
        "charts.coverage.hover",
        when=words.date(quarter) if isinstance(quarter, str) else words.t("charts.coverage.hover_longer"),
        table=safe(words.code("table", row["table"])),
        sector=safe(words.code("sector", row["sector"])),
        n=int(row["n"]),
        checked=int(row["n_confirmed"] + row["n_corrected"]),
        not_found=int(row["n_not_found"]),
        unchecked=int(row["n_unchecked"]),
    )


def coverage_finding(frame: pd.DataFrame, words: Words) -> str:
    """How much of the grid is empty, and which quarter holds most."""
    if frame.empty:
        return words.t("charts.empty")
    dated = frame[frame["period_quarter"].notna()]
    if dated.empty:
        return words.t("charts.coverage.finding_longer", n=int(frame["n"].sum()))
    cells = sum(1 for _, sector in _lines(frame) if sector) * len(_quarters(frame))
    by_quarter = dated.groupby("period_quarter")["n"].sum()
    fullest = by_quarter[by_quarter == by_quarter.max()].index
    return words.t(
        "charts.coverage.finding",
        empty=words.percent(100 * (cells - len(dated)) / cells),
        n=cells,
        quarter=words.listed(words.date(q) for q in fullest[:2]) + ("…" if len(fullest) > 2 else ""),
    )


# Audit marks -------------------------------------------------------------------------------------


def audit_marks(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A bar a table, its records stacked by audit mark, numbers inside."""
    if frame.empty:
        return figure([], **_HIDDEN_AXES)
    tables = list(dict.fromkeys(frame["table"]))
    totals = frame.groupby("table", sort=False)["n_total"].first()
    return figure(
        [_audit_bars(frame[frame["audit"] == audit], audit, words) for audit in AUDITS],
        barmode="stack",
        bargap=0.45,
        uniformtext={"mode": "hide", "minsize": 10},
        xaxis={"range": [0, 1.02 * int(totals.max())], "rangemode": "tozero", "title": {"text": words.t("charts.audit-marks.axis")}},
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": tables[::-1],
            "range": [-0.5, len(tables) - 0.3],
            "showgrid": False,
            "showticklabels": False,
        },
        legend={"traceorder": "normal", "itemclick": False, "itemdoubleclick": False, "font": {"size": 12}},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},  # without any at the left, the axis' zero is left out
        annotations=[_bar_name(table, int(totals[table]), words) for table in tables],
    )


def _audit_bars(part: pd.DataFrame, audit: str, words: Words) -> Row:
    return {
        "type": "bar",
        "orientation": "h",
        "name": words.code("audit", audit),
        "y": part["table"].tolist(),
        "x": part["n"].tolist(),
        "marker": {"color": AUDIT_COLOURS[audit]},
        "text": [words.count(int(n)) if n else "" for n in part["n"]],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"color": on(AUDIT_COLOURS[audit])},
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_audit_hover(row, words) for row in part.to_dict("records")],
        "hoverinfo": "text",
    }


def _bar_name(table: str, total: int, words: Words) -> Row:
    return {
        "text": words.t("charts.audit-marks.group", table=safe(words.code("table", table)), n=total),
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": table,
        "yanchor": "bottom",
        "yshift": 13,
        "showarrow": False,
    }


def _audit_hover(row: Row, words: Words) -> str:
    return words.t(
        f"charts.audit-marks.hover.{row['audit']}",
        table=safe(words.code("table", row["table"])),
        n=int(row["n"]),
        total=int(row["n_total"]),
        share=words.percent(row["share_pct"]),
    )


def audit_marks_finding(frame: pd.DataFrame, words: Words) -> str:
    """How many of the records shown were audited, and what the first independent sample found before corrections."""
    if frame.empty:
        return words.t("charts.empty")
    by_mark = frame.groupby("audit")["n"].sum()
    off, checkable, low, high = first_audit_error()
    n = int(frame["n"].sum())
    return words.t(
        "charts.audit-marks.finding",
        n=n,
        audited=n - int(by_mark["unchecked"]),
        corrected=int(by_mark["corrected"]),
        off=off,
        checkable=checkable,
        low=words.number(low, 1),
        high=words.percent(high, 1),
    )
