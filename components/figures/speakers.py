"""Figures and findings of single speakers."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.parts import date_axis, heading, read_in, sentences, shortened, small
from components.theme import ACCENT, FAINT, QUIET, SERIES_COLOURS, SERIES_SYMBOLS, figure, safe
from components.words import Words
from data.catalog import dictionary
from data.frames.common import STANCE_STEP, STANCES

Row = dict[str, Any]
Traces = list[Row]

_HIDDEN_AXES = {"xaxis": {"visible": False}, "yaxis": {"visible": False}}
_LEGEND = {"traceorder": "normal", "itemclick": False, "itemdoubleclick": False, "font": {"size": 12}}
#: Opinions of one date and stance stand this far apart, in steps, and no further out than _REACH.
_APART, _REACH = 0.24, 0.38
_ROW_PX, _STEPS_PX = 62, 40
#: As many as there are themes, so that no two look the same.
_THEME_SYMBOLS = (*SERIES_SYMBOLS, "diamond", "star-square", "hexagram")


def _stance(row: Row, column: str, words: Words) -> str:
    """A stance inside a sentence: small letters in English."""
    label = words.code("stance", row[column])
    return label.lower() if words.lang == "en" else label


def _stance_ticks(words: Words) -> Row:
    return {
        "tickvals": [STANCE_STEP[s] for s in STANCES],
        "ticktext": [words.t(f"charts.changed-minds.stance.{s}") for s in STANCES],
        "tickfont": {"size": 11},
        "tickangle": 0,
    }


# What one speaker said ---------------------------------------------------------------------------


def speaker_path_height(frame: pd.DataFrame) -> int:
    """Room for the key of themes, two of which stand beside one another on a narrow screen."""
    return 330 + 11 * frame["theme"].nunique()


def speaker_path(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Stance over time, one shape and colour a theme; only opinions on the same theme are joined."""
    if frame.empty:
        return figure([], **_HIDDEN_AXES)
    heights = _heights(frame)
    themes = [t for t in dictionary().codes["theme"] if t in set(frame["theme"])]
    return figure(
        [_theme_marks(frame[frame["theme"] == theme], theme, heights, words) for theme in themes],
        xaxis=date_axis(frame["date_mid"], words, least=180, before=0.06),
        yaxis={"range": [-2.5, 2.5], "zeroline": True, "zerolinecolor": QUIET, **_stance_ticks(words)},
        showlegend=True,
        legend=_LEGEND,
    )


def _heights(frame: pd.DataFrame) -> pd.Series[float]:
    """The step of each opinion; those of one date and stance one above the other around it."""
    groups = frame.groupby(["date_mid", "step"])["step"]
    size, place = groups.transform("size"), groups.cumcount()
    apart = (2 * _REACH / (size - 1).clip(lower=1)).clip(upper=_APART)
    return frame["step"] + (place - (size - 1) / 2) * apart


def _theme_marks(part: pd.DataFrame, theme: str, heights: pd.Series[float], words: Words) -> Row:
    number = [*dictionary().codes["theme"]].index(theme)
    colour = SERIES_COLOURS[number % len(SERIES_COLOURS)]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": words.code("theme", theme),
        "x": [day.isoformat() for day in part["date_mid"]],
        "y": heights[part.index].tolist(),
        "line": {"color": colour, "width": 1.2, "dash": "dot"},
        "marker": {"color": colour, "symbol": _THEME_SYMBOLS[number % len(_THEME_SYMBOLS)], "size": 12},
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_path_hover(row, words) for row in part.to_dict("records")],
        "hoverinfo": "text",
    }


def _path_hover(row: Row, words: Words) -> str:
    key = "charts.speaker-path.hover"
    said = words.t(
        f"{key}.said", date=words.date(row["said_date"]), stance=_stance(row, "stance", words), theme=words.code("theme", row["theme"])
    )
    return sentences(
        [
            said,
            words.t(f"{key}.middle") if row["date_precision"] != "day" else "",
            words.t(f"{key}.inferred") if row["is_date_inferred"] is True else "",
            words.pick(row, "summary"),
            read_in(row, words),
        ]
    )


def speaker_path_finding(frame: pd.DataFrame, words: Words) -> str:
    """When and how one speaker was read, and where a theme came back, with which stance."""
    if frame.empty:
        return words.t("charts.empty")
    key = "charts.speaker-path.finding"
    rows = frame.to_dict("records")
    first = rows[0]
    name = words.pick(first, "speaker")
    if len(rows) == 1:
        theme = words.code("theme", first["theme"])
        return words.t(f"{key}.once", name=name, date=words.date(first["said_date"]), stance=_stance(first, "stance", words), theme=theme)
    low, high = (pick(rows, key=lambda row: row["step"]) for pick in (min, max))
    said = words.t(
        f"{key}.{'same' if low['step'] == high['step'] else 'range'}",
        name=name,
        n=len(rows),
        time=time_of(rows, words),
        stance=_stance(low, "stance", words),
        low=_stance(low, "stance", words),
        high=_stance(high, "stance", words),
    )
    return said + _came_back(frame, words)


def time_of(rows: list[Row], words: Words, date: str = "said_date") -> str:
    """The time that these records span, dates as printed in `date`; one date where it holds all of them."""
    first = min(rows, key=lambda row: (row["date_start"], -row["date_end"].toordinal()))[date]
    last = max(rows, key=lambda row: (row["date_end"], -row["date_start"].toordinal()))[date]
    return words.date(first) if first == last else words.span(first, last)


def _came_back(frame: pd.DataFrame, words: Words) -> str:
    """What happened where one theme was spoken of at two dates whose order is certain."""
    key = "charts.speaker-path.finding"
    pairs = []
    for _, part in frame.groupby("theme", sort=False):
        if part["date_start"].max() > part["date_end"].min():
            first = part.sort_values(["date_end", "opinion_id"]).iloc[0].to_dict()
            last = part.sort_values(["date_start", "opinion_id"]).iloc[-1].to_dict()
            pairs.append((first, last))
    if not pairs:
        return words.t(f"{key}.never_back")
    moved = [(first, last) for first, last in pairs if first["step"] != last["step"]]
    said = [
        words.t(
            f"{key}.moved",
            theme=words.code("theme", first["theme"]),
            first=_stance(first, "stance", words),
            first_date=words.date(first["said_date"]),
            last=_stance(last, "stance", words),
            last_date=words.date(last["said_date"]),
        )
        for first, last in moved
    ]
    return "".join(said) or words.t(f"{key}.steady")


# Changed minds -----------------------------------------------------------------------------------


def changed_minds_height(frame: pd.DataFrame) -> int:
    return 110 + _ROW_PX * len(frame)


def changed_minds(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A line a speaker from the first stance to the last; solid on one theme, dotted between themes."""
    if frame.empty:
        return figure([], **_HIDDEN_AXES)
    traces: Traces = [_tracks(frame)]
    for same in (True, False):
        part = frame[frame["is_same_theme"] == same]
        if len(part):
            traces += _dumbbells(part, same, len(traces) == 1, words)
    return figure(
        traces,
        showlegend=True,
        # Above the names of the steps, which a reader needs first.
        legend=_LEGEND | {"y": 1 + _STEPS_PX / (_ROW_PX * len(frame))},
        xaxis={"range": [-2.4, 2.4], "showgrid": False, "side": "top", **_stance_ticks(words)},
        yaxis={"range": [len(frame) - 0.6, -0.75], "showgrid": False, "showticklabels": False},
        annotations=[_row_name(row, place, words) for place, row in enumerate(frame.to_dict("records"))],
        shapes=[_rule(place) for place in range(1, len(frame))],
    )


def _tracks(frame: pd.DataFrame) -> Row:
    """The steps that a row does not cover as faint points: lines through the whole figure would run through the names."""
    spans = {int(i): sorted(STANCE_STEP[row[f"{end}_stance"]] for end in ("first", "last")) for i, row in frame.iterrows()}
    places = [(i, step) for i, (low, high) in spans.items() for step in STANCE_STEP.values() if not low <= step <= high]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [step for _, step in places],
        "y": [place for place, _ in places],
        "marker": {"size": 6, "color": FAINT},
        "customdata": [[place] for place, _ in places],
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _dumbbells(part: pd.DataFrame, same: bool, is_first_kind: bool, words: Words) -> Traces:
    """The lines, the open marks of the first stance and the filled ones of the last."""
    kind, colour, symbol = ("same", ACCENT, "diamond") if same else ("other", QUIET, "circle")
    rows = part.to_dict("records")
    places = [int(i) for i in part.index]
    first, last = ([STANCE_STEP[row[f"{end}_stance"]] for row in rows] for end in ("first", "last"))
    hover = [_pair_hover(row, words) for row in rows]
    ends: Row = {
        "type": "scatter",
        "mode": "markers",
        "y": places,
        "customdata": [[i] for i in places],
        "hovertext": hover,
        "hoverinfo": "text",
    }
    name = words.t(f"charts.changed-minds.kind.{kind}")
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [start, end],
            "y": [place, place],
            "line": {"color": colour, "width": 3 if same else 2, "dash": "solid" if same else "dot"},
            "customdata": [[place]] * 2,
            "hoverinfo": "skip",
            "showlegend": False,
        }
        for place, start, end in zip(places, first, last, strict=True)
    ]
    opened = ends | {
        "x": first,
        "marker": {"symbol": f"{symbol}-open", "size": 15, "color": colour, "line": {"width": 2}},
        "name": words.t("charts.changed-minds.kind.first"),
        "legendrank": 2000,
        "showlegend": is_first_kind,
    }
    filled = ends | {"x": last, "marker": {"symbol": symbol, "size": 9, "color": colour}, "name": name, "showlegend": True}
    return [*lines, opened, filled]


def _themes(row: Row, words: Words) -> str:
    first, last = (words.code("theme", row[f"{end}_theme"]) for end in ("first", "last"))
    return first if row["is_same_theme"] else words.t("charts.changed-minds.between", first=first, last=last)


def _row_name(row: Row, place: int, words: Words) -> Row:
    """Who, with n; below it when and on what."""
    name = words.t("charts.changed-minds.row", name=safe(shortened(words.pick(row, "speaker"), 36)), n=int(row["n"]))
    about = words.t(
        "charts.changed-minds.about",
        first=words.date(row["first_date"]),
        last=words.date(row["last_date"]),
        theme=_themes(row, words),
    )
    return heading(f"{name}<br>{small(shortened(about, 66))}", place, yref="y", yshift=8, font={"size": 12})


def _rule(place: int) -> Row:
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": place - 0.7, "y1": place - 0.7, "line": {"color": FAINT, "width": 1}}


def _pair_hover(row: Row, words: Words) -> str:
    key = "charts.changed-minds.hover"
    lines = [
        words.t(
            f"{key}.{end}",
            name=words.pick(row, "speaker"),
            date=words.date(row[f"{end}_date"]),
            stance=_stance(row, f"{end}_stance", words),
            theme=words.code("theme", row[f"{end}_theme"]),
        )
        for end in ("first", "last")
    ]
    return sentences([*lines, words.t(f"{key}.{'same' if row['is_same_theme'] else 'other'}", n=abs(int(row["move_steps"])))])


def changed_minds_finding(frame: pd.DataFrame, words: Words) -> str:
    """How many speakers came back to a theme, and how many of them with another stance or on the other side."""
    if frame.empty:
        return words.t("charts.empty")
    key = "charts.changed-minds.finding"
    everyone, same = frame["speaker_id"].nunique(), frame[frame["is_same_theme"]]
    other = int((~frame["is_same_theme"] & (frame["move_steps"] != 0)).sum())
    if same.empty:
        said = words.t(f"{key}.never", n=everyone)
    else:
        moved, crossed = (
            _how_many(same.loc[kept, "speaker_id"].nunique(), words) for kept in (same["move_steps"] != 0, same["changed_side"])
        )
        alone = "_one" if everyone == 1 else ""
        said = words.t(f"{key}.came_back{alone}", all=everyone, n=int(same["speaker_id"].nunique()), moved=moved, crossed=crossed)
    return said + (words.t(f"{key}.other", n=other) if other else "")


def _how_many(n: int, words: Words) -> str:
    return words.count(int(n)) if n else words.t("charts.changed-minds.finding.none")
