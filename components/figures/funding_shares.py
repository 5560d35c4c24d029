"""Figures and findings of who shares the money: `funding-by-sector` and `funding-by-country`.

Both draw a line for each sector or country: its name and known sum above, the money as a bar on
the left, its rounds by what is known of them as a bar on the right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.money import (
    CLASS_COLOURS,
    CLASS_PATTERNS,
    DRAWN,
    Traces,
    axis_names,
    groups_of,
    linear_axis,
    log_axis,
    money_words,
)
from components.figures.parts import Row, heading, sentences, shortened, small, width
from components.theme import FAINT, QUIET, figure, safe, wrapped
from components.words import Words
from data.filters import CHOSEN_SECTORS
from data.frames.funding import APART, CLASSES, SUMMED, totals

#: Countries that have a line of their own.
COUNTRIES_SHOWN = 12
_LINE_PX, _HEAD_PX, _TICKS_PX, NOTE_PX, _LEGEND_PX = 48, 46, 32, 16, 90
#: How far below the first line its rule lies: clear of the signs below its marks and of the next line's name.
_RULE = 0.42
#: Where the money ends and the rounds begin, as shares of the width.
_MONEY_TO, _ROUNDS_FROM = 0.6, 0.66
#: Characters of a line of the note that the narrowest screen, 320 pixels, has room for.
NOTE_WIDTH = 40
#: Characters of the labels of the axis of money that fit side by side there.
_TICKS_WIDTH = 26
_CLEAR = "rgba(0,0,0,0)"
_COUNT_MARKERS: dict[str, Row] = {
    "undisclosed": {"color": FAINT, "line": {"color": QUIET, "width": 1}},
    "other_currency": {"color": FAINT, "line": {"color": QUIET, "width": 1}, "pattern": {"shape": "+", "size": 6, "fgcolor": QUIET}},
    "part_of": {"color": _CLEAR, "line": {"color": QUIET, "width": 1.5}},
    "cancelled": {"color": _CLEAR, "line": {"color": QUIET, "width": 1}, "pattern": {"shape": "x", "size": 6, "fgcolor": QUIET}},
}


@dataclass(frozen=True)
class _Line:
    """One line of a panel: its name, and the rows of the frame drawn on it, with `counted` rounds and a `hover` each."""

    name: str
    part: pd.DataFrame


# funding-by-sector ------------------------------------------------------------------------------


def funding_by_sector_height(frame: pd.DataFrame) -> int:
    lines = frame.fillna({"sector": ""}).groupby("money_group", sort=False)["sector"].nunique()
    return _height(lines.tolist(), 0 if frame.empty else 3)


def funding_by_sector(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A line a sector below that of all rounds, each once; general-model companies on a log scale of their own."""
    drawn = frame.assign(counted=frame["n_shared"], hover=_sector_hovers(frame, words))
    panels = {
        group: [_Line(_sector_name(sector, words), rows) for sector, rows in _by(drawn[drawn["money_group"] == group], "sector")]
        for group in groups_of(frame)
    }
    note = words.t(f"charts.funding-by-sector.note.{_sharing(frame)}") if len(frame) else ""
    return _figure(panels, note, 3, words)


def _sector_name(sector: str, words: Words) -> str:
    return words.code("sector", sector) if sector else words.t("charts.funding-by-sector.all")


def _sharing(frame: pd.DataFrame) -> str:
    """How the sectors relate to all rounds: `more`, `even`, `part` of them, or `single` where no round stands in two."""
    total = float(frame.loc[frame["sector"].isna(), "n_shared"].sum())
    sectors = float(frame.loc[frame["sector"].notna(), "n_shared"].sum())
    if frame["sharing"].iloc[0] == "even":
        return "part" if sectors < total - 1e-6 else "even"
    return "more" if sectors > total + 1e-6 else "single"


def _sector_hovers(frame: pd.DataFrame, words: Words) -> pd.Series[Any]:
    key = "charts.funding-shares."
    accounts = {
        (group, sector): _account(rows, words)
        for group in groups_of(frame)
        for sector, rows in _by(frame[frame["money_group"] == group], "sector")
    }
    said = []
    for row in frame.to_dict("records"):
        group, sector = row["money_group"], row["sector"] if isinstance(row["sector"], str) else ""
        lines = [
            words.t(f"{key}who", name=_sector_name(sector, words), group=words.code("money_group", group)),
            _class_words(row, row["n_shared"], words),
        ]
        if abs(row["n_shared"] - row["n"]) > 1e-6:
            lines.append(words.t("charts.funding-by-sector.hover.divided", n=int(row["n"])))
        said.append(sentences([*lines, accounts[group, sector]]))
    return pd.Series(said, index=frame.index, dtype="str")


def _account(rows: pd.DataFrame, words: Words) -> str:
    """What is known of a line and what is not; the short form where rounds are divided and counts are no whole numbers."""
    if (rows["n_shared"] - rows["n"]).abs().max() < 1e-6:
        said = money_words(totals(rows).iloc[0], words)
    else:
        n = _counts(rows.assign(counted=rows["n_shared"]))
        said = words.t(
            "charts.funding-by-sector.hover.shared",
            known=_known_words(rows, n, words),
            n=_number(n["undisclosed"], words),
            total=_number(n["rounds"], words),
        )
    return words.t("charts.funding-shares.in_all", said=said)


def funding_by_sector_finding(frame: pd.DataFrame, words: Words) -> str:
    """What is known in all of each group of companies, which sector has most of it in the first; then whether sectors add up."""
    if frame.empty:
        return words.t("charts.empty")
    key = "charts.funding-by-sector.finding."
    parts: list[str] = []
    for group in groups_of(frame):
        rows = frame[frame["money_group"] == group]
        said = [money_words(totals(rows[rows["sector"].isna()]).iloc[0], words, short=True)]
        sums = {sector: _known(part) for sector, part in _by(rows, "sector") if sector}
        ranked = sorted(sums, key=lambda sector: -sums[sector])
        if not parts and ranked and sums[ranked[0]] > max([sums[s] for s in ranked[1:]], default=0.0):
            first = rows[rows["sector"] == ranked[0]]
            known = _known_words(first, _counts(first.assign(counted=first["n_shared"])), words)
            said.insert(0, words.t(f"{key}most", sector=words.code("sector", ranked[0]), known=known))
        parts.append(
            words.t(
                "charts.funding.of_group", group=words.code("money_group", group), said=words.t("charts.funding.known.joiner").join(said)
            )
        )
    sharing = _sharing(frame)
    parts += [words.t(f"{key}{sharing}")] if sharing != "single" else []
    return words.t("charts.funding.known.joiner").join(parts)


def sector_mark(mark: dict[str, Any]) -> list[tuple[str, str]]:
    """A click on a sector chooses it; all rounds and cross-sector are no choice and show their records."""
    return [("sector", mark["sector"])] if mark["sector"] in CHOSEN_SECTORS else []


# funding-by-country -----------------------------------------------------------------------------


def funding_by_country_height(frame: pd.DataFrame) -> int:
    return _height([len(country_lines(frame[frame["money_group"] == group])) for group in groups_of(frame)], 0)


def funding_by_country(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A line a country of the company, most rounds first; beyond twelve together, each still a mark of its own."""
    drawn = frame.assign(counted=frame["n"].astype("float64"), hover=_country_hovers(frame, words))
    panels = {}
    for group in groups_of(frame):
        lines = country_lines(drawn[drawn["money_group"] == group])
        panels[group] = [_Line(line_name(kind, part, words), part) for kind, part in lines]
    return _figure(panels, "", 0, words)


def country_lines(rows: pd.DataFrame, most: int = COUNTRIES_SHOWN) -> list[tuple[str, pd.DataFrame]]:
    """(`country`, `others` or `unstated`, its rows), in the order of the rows. One country too many is no "others"."""
    named = rows[rows["country"].notna()]
    countries = list(dict.fromkeys(named["country"]))
    shown = countries if len(countries) <= most + 1 else countries[:most]
    lines = [("country", named[named["country"] == country]) for country in shown]
    lines += [("others", named[~named["country"].isin(shown)]), ("unstated", rows[rows["country"].isna()])]
    return [(kind, part) for kind, part in lines if len(part)]


def line_name(kind: str, part: pd.DataFrame, words: Words) -> str:
    if kind == "country":
        return words.code("country", part["country"].iloc[0])
    return words.t(f"charts.funding-shares.{kind}", n=part["country"].nunique())


def _country_hovers(frame: pd.DataFrame, words: Words) -> pd.Series[Any]:
    key = "charts.funding-shares."
    accounts = {
        (group, country): words.t(f"{key}in_all", said=money_words(totals(rows).iloc[0], words))
        for group in groups_of(frame)
        for country, rows in _by(frame[frame["money_group"] == group], "country")
    }
    said = []
    for row in frame.to_dict("records"):
        group, country = row["money_group"], row["country"] if isinstance(row["country"], str) else ""
        name = words.code("country", country) if country else words.t(f"{key}unstated", n=0)
        who = words.t(f"{key}who", name=name, group=words.code("money_group", group))
        said.append(sentences([who, _class_words(row, row["n"], words), accounts[group, country]]))
    return pd.Series(said, index=frame.index, dtype="str")


def funding_by_country_finding(frame: pd.DataFrame, words: Words) -> str:
    """Of each group of companies the three countries with most rounds, what is known there, and what is not in all."""
    if frame.empty:
        return words.t("charts.empty")
    key = "charts.funding-by-country.finding."
    parts = []
    for group in groups_of(frame):
        rows = frame[frame["money_group"] == group]
        total = totals(rows).iloc[0]
        lines = [(kind, part.assign(counted=part["n"])) for kind, part in country_lines(rows)][:3]
        said = words.listed(
            words.t(
                f"{key}country",
                country=line_name(kind, part, words),
                n=int(_counts(part)["rounds"]),
                known=_known_words(part, _counts(part), words),
            )
            for kind, part in lines
        )
        unknown = words.t("charts.funding.known.undisclosed", n=int(total["n_undisclosed"]), total=int(total["n_rounds"]))
        said = words.t("charts.funding.known.joiner").join([said, unknown] if total["n_undisclosed"] else [said])
        parts.append(words.t("charts.funding.of_group", group=words.code("money_group", group), said=said))
    return words.t("charts.funding.known.joiner").join(parts)


def country_mark(mark: dict[str, Any]) -> list[tuple[str, str]]:
    """A click on a country chooses it; rounds without one show their records."""
    return [("country", mark["country"])] if isinstance(mark["country"], str) else []


# Sums and words of a line -----------------------------------------------------------------------


def _by(rows: pd.DataFrame, column: str) -> Iterable[tuple[str, pd.DataFrame]]:
    """The rows of each value of a column, in their order; "" for none."""
    values = rows[column].fillna("")
    return [(str(value), rows[values == value]) for value in dict.fromkeys(values)]


def _known(rows: pd.DataFrame) -> float:
    return float(rows.loc[rows["amount_class"].isin(SUMMED), "sum_usd_m"].sum())


def _counts(rows: pd.DataFrame) -> dict[str, float]:
    """Rounds of each class, and `rounds` and `known` as `totals` means them; whole numbers unless rounds are divided."""
    n = {kind: float(rows.loc[rows["amount_class"] == kind, "counted"].sum()) for kind in CLASSES}
    known = sum(n[kind] for kind in SUMMED)
    return n | {"known": known, "rounds": sum(n.values()) - sum(n[kind] for kind in APART)}


def _number(n: float, words: Words) -> Any:
    """A count for a text: a whole number, or one with a decimal for divided rounds."""
    return round(n) if abs(n - round(n)) < 1e-6 else words.number(n, 1)


def _known_words(rows: pd.DataFrame, n: dict[str, float], words: Words) -> str:
    """The known sum with its sign: "≥ US$1.2bn"."""
    if not n["known"]:
        return words.t("charts.funding-shares.unknown")
    floor = n["rounds"] > n["known"] + 1e-6 or n["at_least"]
    sign = words.t(f"charts.funding.sign.{'at_least' if floor else 'about' if n['about'] else 'exact'}")
    return f"{sign} {words.usd_m(_known(rows))}".strip()


def _class_words(row: Row, n: float, words: Words) -> str:
    """What the rounds of one class come to."""
    kind = row["amount_class"]
    amount = words.usd_m(float(row["sum_usd_m"])) if kind in DRAWN else ""
    return words.t(f"charts.funding-shares.kind.{kind}", n=_number(n, words), amount=amount)


# Drawing ----------------------------------------------------------------------------------------


def _height(lines: list[int], note_lines: int) -> int:
    return int(sum(_HEAD_PX + _LINE_PX * n + _TICKS_PX for n in lines or [1]) + NOTE_PX * note_lines + _LEGEND_PX)


def _figure(panels: dict[str, list[_Line]], note: str, note_lines: int, words: Words) -> go.Figure:
    """The panels one below the other, in pixels that hold at every width."""
    above, below = NOTE_PX * note_lines + 4, _LEGEND_PX - 4
    plot = sum(_HEAD_PX + _LINE_PX * len(lines) + _TICKS_PX for lines in panels.values()) or 1
    layout: dict[str, Any] = {
        "barmode": "stack",
        "bargap": 0,
        "margin": {"l": 4, "r": 4, "t": above, "b": below},
        "annotations": [note_above(note)] if note else [],
        "shapes": [],
        "legend": {"y": -6 / plot, "yanchor": "top", "traceorder": "normal", "font": {"size": 12}, "entrywidth": 98},
    }
    traces: Traces = []
    top = 0.0
    for number, (group, lines) in enumerate(panels.items()):
        high = 1 - (top + _HEAD_PX) / plot
        low = high - _LINE_PX * len(lines) / plot
        top += _HEAD_PX + _LINE_PX * len(lines) + _TICKS_PX
        traces += _panel(group, lines, number, (max(low, 0.0), high), layout, words)
    for trace in traces:  # one entry a class, whichever panel has it first
        trace["showlegend"] = trace.pop("names", False) and not any(t.get("showlegend") and t["name"] == trace["name"] for t in traces)
    hidden = {} if panels else {"xaxis": {"visible": False}, "yaxis": {"visible": False}}
    return figure(traces, **layout, **hidden)


def _panel(group: str, lines: list[_Line], number: int, domain: tuple[float, float], layout: Row, words: Words) -> Traces:
    """The axes, names and marks of one group of companies: sums as bars, or on a log scale as a mark a class."""
    logarithmic = group != "sector_company"
    rows = pd.concat([line.part.assign(place=len(lines) - 1 - place) for place, line in enumerate(lines)])
    axis, axis_name = axis_names(number + 1)
    (money, money_name), (rounds, rounds_name) = ((a.replace("y", "x"), b.replace("y", "x")) for a, b in map(axis_names, _pair(number)))
    drawn = rows[rows["amount_class"].isin(DRAWN) & (rows["sum_usd_m"] > 0)]
    scale = _money_axis(drawn, logarithmic, words)
    layout[axis_name] = {
        "domain": domain,
        "range": [-0.5, len(lines) - 0.5],
        "showticklabels": False,
        "showgrid": False,
        "automargin": False,
    }
    layout[money_name] = scale | {"domain": [0, _MONEY_TO], "anchor": axis, "automargin": False, "tickfont": {"size": 11}}
    most = rows.groupby("place")["counted"].sum().max()
    layout[rounds_name] = {
        "domain": [_ROUNDS_FROM, 1],
        "range": [0, 1.02 * most],
        "anchor": axis,
        "automargin": False,
        "showticklabels": False,
        "showgrid": False,
    }
    key = f"charts.funding-shares.axis.{'log' if logarithmic else 'linear'}"
    name = f"<b>{safe(words.code('money_group', group))}</b>"
    layout["annotations"] += [
        heading(f"{name}<br>{small(words.t(key))}", domain[1], yshift=2),
        heading(small(words.t("charts.funding-shares.axis.rounds")), domain[1], x=1, xanchor="right", yshift=2),
    ]
    for place, line in enumerate(lines):
        layout["annotations"] += _names(line, len(lines) - 1 - place, axis, words)
    layout["shapes"] += [_rule(axis, len(lines) - 1 - _RULE)] if "sector" in rows and len(lines) > 1 else []
    sums = _dots(drawn, axis, money, words) if logarithmic else _bars(drawn, axis, money, words)
    return sums + _rounds(rows, axis, rounds, words)


def _pair(number: int) -> tuple[int, int]:
    """The numbers of a panel's two horizontal axes."""
    return 2 * number + 1, 2 * number + 2


def _money_axis(drawn: pd.DataFrame, logarithmic: bool, words: Words) -> Row:
    """Labels that do not touch on half of a telephone's width."""
    if not logarithmic:
        top = float(drawn.groupby("place")["sum_usd_m"].sum().max()) if len(drawn) else 0.0
        axis = linear_axis(top, words)
        axis["range"] = [0, 1.04 * top or 1]
        ticks = [t for t in axis["tickvals"] if t <= axis["range"][1]]
        every = 1 if len(ticks) < 4 else 2
        return axis | {"ticktext": [text if i % every == 0 else "" for i, text in enumerate(axis["ticktext"])], "tickangle": 0}
    axis = log_axis(drawn["sum_usd_m"], words)
    for every in (2, 3):
        if sum(width(text) + 1 for text in axis["ticktext"] if text) > _TICKS_WIDTH:
            axis = log_axis(drawn["sum_usd_m"], words, every=every)
    return axis


def _names(line: _Line, place: int, axis: str, words: Words) -> list[Row]:
    """Above a line: its name and known sum at the left, its undisclosed rounds of all at the right."""
    n = _counts(line.part)
    apart = "".join(words.t(f"charts.funding-shares.mark.{kind}", n=_number(n[kind], words)) for kind in APART if n[kind])
    unknown = words.t("charts.funding-shares.of", n=_number(n["undisclosed"], words), total=_number(n["rounds"], words)) + apart
    at = {"y": place, "yref": axis, "yanchor": "bottom", "yshift": 6, "xref": "paper", "showarrow": False}
    known = _known_words(line.part, n, words)
    return [
        at | {"text": f"<b>{safe(shortened(line.name, 22))}</b> {safe(known)}", "x": 0, "xanchor": "left", "font": {"size": 12}},
        at | {"text": safe(unknown), "x": 1, "xanchor": "right", "font": {"size": 11}},
    ]


def _marks(part: pd.DataFrame) -> Row:
    return {
        "y": part["place"].tolist(),
        "customdata": [[int(i)] for i in part.index],
        "hovertext": part["hover"].tolist(),
        "hoverinfo": "text",
    }


def _marker(kind: str) -> Row:
    if kind not in DRAWN:
        return _COUNT_MARKERS[kind]
    colour, shape = CLASS_COLOURS[kind], CLASS_PATTERNS[kind]
    marker: Row = {"color": colour, "line": {"color": colour, "width": 1}}
    return (
        marker | {"pattern": {"shape": shape, "fillmode": "replace", "solidity": 0.5 if kind == "about" else 0.35, "size": 6}}
        if shape
        else marker
    )


def _of_class(rows: pd.DataFrame, kinds: Iterable[str]) -> list[tuple[str, pd.DataFrame]]:
    return [(kind, part) for kind in kinds if len(part := rows[rows["amount_class"] == kind])]


def _bars(drawn: pd.DataFrame, axis: str, money: str, words: Words) -> Traces:
    bar = {"type": "bar", "orientation": "h", "width": 0.3, "xaxis": money, "yaxis": axis}
    return [
        bar
        | {
            "name": words.t(f"charts.funding-shares.legend.{kind}"),
            "legendgroup": kind,
            "x": part["sum_usd_m"].tolist(),
            "marker": _marker(kind),
        }
        | _marks(part)
        for kind, part in _of_class(drawn, DRAWN)
    ]


def _dots(drawn: pd.DataFrame, axis: str, money: str, words: Words) -> Traces:
    """The sum of each class as one mark: on a logarithmic axis a bar would have no foot."""
    dot = {"type": "scatter", "mode": "markers+text", "textposition": "bottom center", "textfont": {"size": 10}, "cliponaxis": False}
    return [
        dot
        | {
            "name": words.t(f"charts.funding-shares.legend.{kind}"),
            "legendgroup": kind,
            "xaxis": money,
            "yaxis": axis,
            "x": part["sum_usd_m"].tolist(),
            "marker": {
                "color": CLASS_COLOURS[kind],
                "size": 11,
                "symbol": "circle-open" if kind in ("about", "up_to") else "circle",
                "line": {"color": CLASS_COLOURS[kind], "width": 2},
            },
            "text": [words.t(f"charts.funding.sign.{kind}")] * len(part),
        }
        | _marks(part)
        for kind, part in _of_class(drawn, DRAWN)
    ]


def _rounds(rows: pd.DataFrame, axis: str, rounds: str, words: Words) -> Traces:
    """The rounds of each line by what is known of them; they give the legend its names."""
    bar = {"type": "bar", "orientation": "h", "width": 0.3, "xaxis": rounds, "yaxis": axis, "names": True}
    return [
        bar
        | {
            "name": words.t(f"charts.funding-shares.legend.{kind}"),
            "legendgroup": kind,
            "x": part["counted"].tolist(),
            "marker": _marker(kind),
        }
        | _marks(part)
        for kind, part in _of_class(rows, CLASSES)
    ]


def note_above(text: str) -> Row:
    at = {"x": 0, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "showarrow": False, "align": "left"}
    return {"text": wrapped(text, NOTE_WIDTH), "font": {"size": 12}} | at


def _rule(axis: str, y: float) -> Row:
    return {"type": "line", "xref": "paper", "yref": axis, "x0": 0, "x1": 1, "y0": y, "y1": y, "line": {"color": FAINT, "width": 1}}
