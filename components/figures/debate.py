"""Figures and findings of the debate: distribution, division, the map of themes and sectors, before and after."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from components.figures.diverging import above, diverging, middles, rows_axis
from components.figures.opinions import _HIDDEN_AXES
from components.figures.parts import Row, has, heading, small
from components.theme import ACCENT, HIGHLIGHT, QUIET, STANCE_COLOURS, figure, safe
from components.words import Words
from data import stats
from data.filters import DIMENSIONS, allowed_values
from data.frames.common import SMALL_N, STANCES
from data.frames.debate import DIVIDED_BELOW
from data.frames.opinions import NEGATIVE, POSITIVE

#: How many groups a finding names before it only counts the rest.
_NAMED = 3
#: Pixels of a group's row, of the space around the rows, and of the panel of differences.
_GROUP_PX, _FRAME_PX, _CHANGE_PX = 52, 115, 180
#: Share of the height that each of two panels takes; the rest is for the upper one's axis.
_PANEL = 0.38
_LARGEST_PX, _SMALLEST_PX = 22.0, 6.0
_STANCE_SCALE = [[step / 4, STANCE_COLOURS[stance]] for step, stance in enumerate(STANCES)]
_SIDES = {"positive": POSITIVE, "neutral": ("neutral",), "negative": NEGATIVE}


def _value(value: float, words: Words, digits: int = 2) -> str:
    """A number with a true minus; 0 has no sign."""
    rounded = round(float(value), digits)
    return f"{'−' if rounded < 0 else ''}{words.number(abs(rounded), digits)}"


def _points(value: float, words: Words) -> str:
    """Whole points with their sign."""
    return f"{'+' if round(value) > 0 else ''}{_value(value, words, 0)}"


# Stance of groups --------------------------------------------------------------------------------


def stance_distribution(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Diverging bars, one a group, neutral across the middle; dots for groups with few voices."""
    if frame.empty:
        return figure([], **_HIDDEN_AXES)
    traces, layout = diverging(frame, "group", _group_names(frame, words), words)
    return figure(traces, **layout)


def stance_distribution_height(frame: pd.DataFrame) -> int:
    return _FRAME_PX + _GROUP_PX * frame["group"].nunique()


def stance_distribution_narrows(mark: Row) -> list[tuple[str, str]]:
    """The filters of a group and stance; none where no filter means the group (cross-sector, not stated)."""
    parameters = {column: d.parameter for d in DIMENSIONS for table, column in d.columns.items() if table == "opinions"}
    parameter = parameters.get(mark["split"], "sector")
    if mark["group"] not in allowed_values(parameter):
        return []
    return [(parameter, mark["group"]), ("stance", mark["stance"])]


def _group_names(frame: pd.DataFrame, words: Words) -> dict[str, str]:
    rows = frame.drop_duplicates("group").to_dict("records")
    return {row["group"]: words.pick(row, "group") or words.t("charts.stance-distribution.not_stated") for row in rows}


def stance_distribution_finding(frame: pd.DataFrame, words: Words) -> str:
    """The groups with a clear majority on one side, and how many have none.

    A majority is clear when its 95% Wilson interval, Bonferroni-corrected for the groups with SMALL_N
    voices or more, stays above one half. Smaller groups are not spoken of, unless there are no others.
    """
    if frame.empty:
        return words.t("charts.empty")
    names = _group_names(frame, words)
    groups = {str(value): part for value, part in frame.groupby("group", sort=False) if part["n_total"].iloc[0] >= SMALL_N}
    clear: dict[str, list[str]] = {side: [] for side in _SIDES}
    rest, sizes = [], []
    for value, part in groups.items():
        side, count, total = _majority(part, len(groups))
        if side:
            clear[side].append(words.t("charts.stance-distribution.finding.group", group=names[value], k=count, total=total))
        else:
            counts = {side: _count(part, side) for side in ("positive", "negative")}
            rest.append(words.t("charts.stance-distribution.finding.even", group=names[value], total=total, **counts))
            sizes.append(total)
    said = [words.t(f"charts.stance-distribution.finding.{side}", groups=_some(found, words)) for side, found in clear.items() if found]
    if rest:
        kind = "none" if len(rest) <= _NAMED else "none_others" if said else "none_all"
        said.append(words.t(f"charts.stance-distribution.finding.{kind}", groups=words.listed(rest), n=len(rest), least=min(sizes)))
    if not said:
        return words.t("charts.stance-distribution.finding.few", n=SMALL_N)
    sentence = words.t("charts.debate.joiner").join(said)
    return sentence[:1].upper() + sentence[1:]


def _majority(part: pd.DataFrame, comparisons: int) -> tuple[str, int, int]:
    """The side that holds a clear majority of a group ("" for none), its count, and the group's."""
    total = int(part["n_total"].iloc[0])
    counts = {side: _count(part, side) for side in _SIDES}
    side = max(counts, key=lambda s: counts[s])
    low, _ = stats.wilson([counts[side]], [total], comparisons=comparisons)
    return (side if low[0] > 0.5 else ""), counts[side], total


def _count(part: pd.DataFrame, side: str) -> int:
    return int(part.loc[part["stance"].isin(_SIDES[side]), "n"].sum())


def _some(groups: list[str], words: Words) -> str:
    """The first few names, and how many more there are."""
    named = words.listed(groups[:_NAMED])
    more = len(groups) - _NAMED
    return words.t("charts.stance-distribution.finding.more", groups=named, n=more) if more > 0 else named


# Division ----------------------------------------------------------------------------------------


def division_by_theme(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A dot with its interval for each theme, from consensus to division; the themes with few voices named below."""
    if frame.empty:
        return figure([], **_HIDDEN_AXES)
    rows = frame.to_dict("records")
    known = [(i, row) for i, row in enumerate(rows) if has(row["agreement_a"])]
    few = [(i, row) for i, row in enumerate(rows) if not has(row["agreement_a"])]
    lowest = min((min(row["agreement_a"], row["agreement_low"]) for _, row in known), default=0.0)
    # The half on the way to two camps is drawn where a theme is in it: else all dots share the other half.
    start = -0.3 if lowest > -0.2 else -1.15
    traces = [_agreement_dots(known, words), _too_few(few, start, words)]
    ticks = {-1.0: "split", -0.5: "", 0.0: "spread", 0.5: "", 1.0: "one"}
    return figure(
        [t for t in traces if t["x"]],
        showlegend=False,
        xaxis={
            "range": [start, 1.28],  # room for the word below 1: Plotly leaves out what does not fit
            "tickvals": list(ticks),
            "ticktext": [words.t(f"charts.division-by-theme.ends.{end}") if end else "" for end in ticks.values()],
            "tickangle": 0,
            "zeroline": True,
            "zerolinecolor": QUIET,
            "title": {"text": words.t("charts.division-by-theme.axis")},
        },
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [row["theme"] for row in rows][::-1],
            "range": [-0.6, len(rows) - 0.4],
            "tickvals": [row["theme"] for row in rows],
            "ticktext": [_theme_name(row, words) for row in rows],
        },
    )


def division_by_theme_height(frame: pd.DataFrame) -> int:
    return 110 + 40 * len(frame)


def _theme_name(row: Row, words: Words) -> str:
    """The theme and, below it, its n; both counts where someone speaks more than once."""
    n, judgements, speakers = int(row["n"]), int(row["n_all"]), int(row["n_speakers"])
    if judgements > n:
        count = words.t("charts.division-by-theme.name_once", n=n, judgements=judgements)
    elif speakers < n:
        count = words.t("charts.division-by-theme.name_repeats", n=speakers, total=n)
    else:
        count = words.t("charts.division-by-theme.name", n=n)
    return f"{safe(words.code('theme', row['theme']))}<br>{small(count)}"


def _agreement_dots(known: list[tuple[int, Row]], words: Words) -> Row:
    lengths = [
        (_length(row["agreement_high"] - row["agreement_a"]), _length(row["agreement_a"] - row["agreement_low"])) for _, row in known
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [row["agreement_a"] for _, row in known],
        "y": [row["theme"] for _, row in known],
        "error_x": _error_bars(lengths, ACCENT),
        "marker": {"color": ACCENT, "size": 11},
        "customdata": [[i] for i, _ in known],
        "hovertext": [_agreement_hover(row, words) for _, row in known],
        "hoverinfo": "text",
    }


def _error_bars(lengths: list[tuple[float, float]], colour: str) -> Row:
    """Bars up and down from a mark; without an interval, none."""
    up, down = [u for u, _ in lengths], [d for _, d in lengths]
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "thickness": 1.5, "width": 4, "color": colour}


def _length(value: float) -> float:
    """The length of an error bar; a percentile interval need not hold its estimate."""
    return max(0.0, float(value)) if has(value) else 0.0


def _too_few(few: list[tuple[int, Row]], start: float, words: Words) -> Row:
    """In place of a dot, the words that there is none."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [start] * len(few),
        "y": [row["theme"] for _, row in few],
        "textposition": "top right",
        "text": [small(words.t("charts.division-by-theme.few"))] * len(few),
        "customdata": [[i] for i, _ in few],
        "hovertext": [_agreement_hover(row, words) for _, row in few],
        "hoverinfo": "text",
    }


def _agreement_hover(row: Row, words: Words) -> str:
    known = has(row["agreement_a"])
    key = "hover_few" if not known else "hover" if has(row["agreement_low"]) else "hover_one_step"
    counts = ("negative", "strongly_negative", "neutral", "positive", "strongly_positive")
    said: Row = {name: int(row[f"n_{name}"]) for name in counts}
    for name, column in (("a", "agreement_a"), ("low", "agreement_low"), ("high", "agreement_high")):
        said[name] = _value(row[column], words) if has(row[column]) else ""
    return words.t(f"charts.division-by-theme.{key}", theme=safe(words.code("theme", row["theme"])), **said)


def division_by_theme_finding(frame: pd.DataFrame, words: Words) -> str:
    """The themes of highest and lowest agreement, and whether their intervals overlap.

    An estimate without an interval (all voices on one step) stands for its own interval.
    """
    if frame.empty:
        return words.t("charts.empty")
    known = frame[frame["agreement_a"].notna()].to_dict("records")
    if not known:
        return words.t("charts.division-by-theme.finding.few", n=SMALL_N)
    top, bottom = known[0], known[-1]
    a, b = (_value(row["agreement_a"], words) for row in (top, bottom))
    if len(known) == 1:
        return words.t("charts.division-by-theme.finding.one", theme=words.code("theme", top["theme"]), a=a, n=int(top["n"]))
    if top["agreement_a"] == bottom["agreement_a"]:
        return words.t("charts.division-by-theme.finding.same", a=a, n=len(known))
    low = top["agreement_low"] if has(top["agreement_low"]) else top["agreement_a"]
    high = bottom["agreement_high"] if has(bottom["agreement_high"]) else bottom["agreement_a"]
    return words.t(
        f"charts.division-by-theme.finding.{'apart' if low > high else 'overlap'}",
        n=len(known),
        top=words.code("theme", top["theme"]),
        bottom=words.code("theme", bottom["theme"]),
        a=a,
        b=b,
        n_top=int(top["n"]),
        n_bottom=int(bottom["n"]),
    )


# Theme by sector ---------------------------------------------------------------------------------


def theme_sector_map(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A circle for each cell that has voices: colour mean stance, area n, a ring where divided, hollow where few."""
    if frame.empty:
        return figure([], **_HIDDEN_AXES)
    themes = list(dict.fromkeys(frame["theme"]))
    sectors = [s for s in ("film", "short_drama", "games", "advertising", "cross") if s in set(frame["sector"])]
    enough = frame["n"] >= SMALL_N
    divided = frame["is_divided"].eq(True).fillna(False).astype(bool)
    most = int(frame["n"].max())
    traces = [_cells(frame[enough], most, True, words), _cells(frame[~enough], most, False, words), _rings(frame[divided], most, words)]
    return figure(
        [t for t in traces if t["x"]],
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 74, "b": 8},
        annotations=[_map_legend(words)],
        coloraxis={"colorscale": _STANCE_SCALE, "cmin": -2, "cmax": 2, "colorbar": _colour_bar(words)},
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": sectors,
            "range": [-0.5, len(sectors) - 0.5],
            "tickvals": sectors,
            "ticktext": [_in_two(s, words) for s in sectors],
            "tickangle": 0,
            "tickfont": {"size": 11},
            "side": "top",
            "showgrid": False,
        },
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": themes[::-1],
            "range": [-0.5, len(themes) - 0.5],
            "tickvals": themes,
            "ticktext": [safe(words.code("theme", t)) for t in themes],
            "tickfont": {"size": 12},
            "showgrid": True,
        },
    )


def theme_sector_map_height(frame: pd.DataFrame) -> int:
    return 158 + 36 * frame["theme"].nunique()


def _map_legend(words: Words) -> Row:
    """What circle, hollow circle and ring mean: as text, for a circle of the legend would have a colour that means something."""
    key = "charts.theme-sector-map.legend"
    ring = f"<span style='color:{HIGHLIGHT}'>◎</span>"
    text = "   ".join((f"● {words.t(f'{key}.enough')}", f"○ {words.t(f'{key}.few')}", f"{ring} {words.t(f'{key}.divided')}"))
    # Above the names of the sectors, from the right edge: leftward there is room even on a telephone.
    at = {"x": 1, "xref": "paper", "xanchor": "right", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 46}
    return {"text": text, "showarrow": False, "font": {"size": 12}} | at


def theme_sector_map_narrows(mark: Row) -> list[tuple[str, str]]:
    """The filters of a cell; none for cross-sector, which no filter picks."""
    return [("sector", mark["sector"]), ("theme", mark["theme"])] if mark["sector"] in allowed_values("sector") else []


def _in_two(sector: str, words: Words) -> str:
    """A sector's name on at most two lines: five of them stand side by side on a telephone."""
    if sector == "advertising":
        return words.t("charts.theme-sector-map.advertising")
    label = safe(words.code("sector", sector))
    return label if len(label) <= 9 else label.replace(" ", "<br>", 1).replace("-", "-<br>", 1)


def _colour_bar(words: Words) -> Row:
    ticks = {-2: "negative", 0: "neutral", 2: "positive"}
    return {
        "orientation": "h",
        "x": 0.5,
        "y": -0.01,
        "yanchor": "top",
        "len": 0.8,
        "thickness": 9,
        "outlinewidth": 0,
        "tickvals": list(ticks),
        "ticktext": [words.t(f"charts.theme-sector-map.ends.{name}") for name in ticks.values()],
        "title": {"text": words.t("charts.theme-sector-map.scale"), "side": "top", "font": {"size": 12}},
    }


def _diameter(n: int, most: int) -> float:
    """Pixels of a circle whose area grows with n, but which can always be seen and hit."""
    return max(_SMALLEST_PX, _LARGEST_PX * math.sqrt(n / max(most, 2 * SMALL_N)))


def _cells(part: pd.DataFrame, most: int, enough: bool, words: Words) -> Row:
    rows = part.to_dict("records")
    return {
        "type": "scatter",
        "mode": "markers+text" if enough else "markers",
        "x": [row["sector"] for row in rows],
        "y": [row["theme"] for row in rows],
        "text": [("\u2002" if row["is_divided"] else "") + words.count(int(row["n"])) for row in rows] if enough else None,
        "textposition": "middle right",
        "textfont": {"size": 11},
        "marker": {
            "size": [_diameter(int(row["n"]), most) for row in rows],
            "color": [row["mean_stance"] for row in rows],
            "coloraxis": "coloraxis",
            "symbol": "circle" if enough else "circle-open",
            "opacity": 1 if enough else 0.9,
            "line": {"width": 0 if enough else 1.5},
        },
        "cliponaxis": False,
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_cell_hover(row, words) for row in rows],
        "hoverinfo": "text",
    }


def _rings(part: pd.DataFrame, most: int, words: Words) -> Row:
    rows = part.to_dict("records")
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [row["sector"] for row in rows],
        "y": [row["theme"] for row in rows],
        "marker": {
            "size": [_diameter(int(row["n"]), most) + 7 for row in rows],
            "symbol": "circle-open",
            "color": HIGHLIGHT,
            "opacity": 1,
            "line": {"width": 2.5},
        },
        "cliponaxis": False,
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [_cell_hover(row, words) for row in rows],
        "hoverinfo": "text",
    }


def _cell_hover(row: Row, words: Words) -> str:
    said = {
        "theme": safe(words.code("theme", row["theme"])),
        "sector": safe(words.code("sector", row["sector"])),
        "mean": _value(row["mean_stance"], words),
        "n": int(row["n"]),
    }
    if not has(row["agreement_a"]):
        return words.t("charts.theme-sector-map.hover_few", **said)
    divided = words.t("charts.theme-sector-map.hover_divided", limit=words.number(DIVIDED_BELOW, 1)) if row["is_divided"] else ""
    return words.t("charts.theme-sector-map.hover", **said, a=_value(row["agreement_a"], words), divided=divided)


def theme_sector_map_finding(frame: pd.DataFrame, words: Words) -> str:
    """On which theme the two compared sectors differ most, and whether chance could be all of it."""
    if frame.empty:
        return words.t("charts.empty")
    pair = (frame["first_sector"].iloc[0], frame["second_sector"].iloc[0])
    if not has(pair[0]):
        return words.t("charts.theme-sector-map.finding.alone", sector=words.code("sector", frame["sector"].iloc[0]))
    first, second = (frame[frame["sector"] == s].set_index("theme") for s in pair)
    shared = first[first["difference_steps"].notna()]
    enough = shared[(shared["n"] >= SMALL_N) & (second["n"].reindex(shared.index) >= SMALL_N)]
    said = {"first": words.code("sector", pair[0]), "second": words.code("sector", pair[1]), "least": SMALL_N}
    among = enough if len(enough) else shared
    if among.empty:
        return words.t("charts.theme-sector-map.finding.apart", **said)
    largest = among["difference_steps"].abs().max()
    if largest == 0 and len(among) != 1:
        return words.t(f"charts.theme-sector-map.finding.{'same' if len(enough) else 'few_same'}", **said)
    theme = among.index[(among["difference_steps"].abs() == largest).argmax()]
    row = first.loc[theme].to_dict()
    low, high = row["difference_low_steps"], row["difference_high_steps"]
    if not len(enough):
        key = "few" if largest else "few_same"
    elif not has(low):
        key = "no_interval" if largest else "same"
    else:
        key = ("only_" if len(enough) == 1 else "") + ("differ" if low > 0 or high < 0 else "chance")
    said |= {"theme": words.code("theme", theme), "steps": _value(abs(largest), words, 1)}
    if has(low):
        # A difference that is told without its sign has its interval without it too.
        ends = sorted((abs(low), abs(high))) if key.endswith("differ") else (low, high)
        said |= {end: _value(value, words, 1) for end, value in zip(("low", "high"), ends, strict=True)}
    said |= {"a": _value(row["mean_stance"], words, 1), "b": _value(second.loc[theme, "mean_stance"], words, 1)}
    return words.t(f"charts.theme-sector-map.finding.{key}", **said, n_first=int(row["n"]), n_second=int(second.loc[theme, "n"]))


# Before and after an event -----------------------------------------------------------------------


def before_after(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Two diverging bars, before and after; below them, where there are voices enough, the two differences."""
    if frame.empty:
        return figure([], **_HIDDEN_AXES)
    placed = frame[frame["side"] != "left_out"]
    days = _days(frame)
    names = {side: words.t(f"charts.before-after.side.{side}", days=days) for side in ("before", "after")}
    traces, layout = diverging(placed, "side", names, words)
    if _is_compared(frame):
        layout["yaxis"] |= {"domain": [1 - _PANEL, 1]}
        layout |= {"bargap": 0.6} | _change_axes(frame, _PANEL)
        layout["annotations"] += _change_names(frame, words)
        layout["shapes"] += middles(2, "x2", "y2")
        layout["annotations"].append(heading(words.t("charts.before-after.axis_change"), _PANEL))
        traces.append(_change_dots(frame, words))
    return figure(traces, **layout)


def before_after_height(frame: pd.DataFrame) -> int:
    return _FRAME_PX + 25 + 2 * _GROUP_PX + (_CHANGE_PX if _is_compared(frame) else 0)


def _is_compared(frame: pd.DataFrame) -> bool:
    return bool(len(frame) and frame["positive_change_points"].notna().any())


def _days(frame: pd.DataFrame) -> int:
    first = frame[frame["side"] == "before"].iloc[0]
    return int((first["side_end"] - first["side_start"]).days) + 1


def _changes(frame: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Difference and interval of the share positive and the share negative, in points."""
    row = frame.iloc[0]
    columns = {side: [float(row[f"{side}_change{end}_points"]) for end in ("", "_low", "_high")] for side in ("positive", "negative")}
    return {side: (change, low, high) for side, (change, low, high) in columns.items()}


def _change_axes(frame: pd.DataFrame, top: float) -> Row:
    reach = max(abs(end) for change in _changes(frame).values() for end in change)
    reach = min(100, 25 * math.ceil(reach / 25 + 1e-9))
    ticks = [-reach, 0, reach]
    text = [f"{'+' if t > 0 else '−' if t < 0 else ''}{abs(t)}" for t in ticks]
    return {
        "xaxis2": {
            "anchor": "y2",
            "range": [-1.05 * reach, 1.05 * reach],
            "tickvals": ticks,
            "ticktext": text,
        },
        "yaxis2": rows_axis(["positive", "negative"]) | {"anchor": "x2", "domain": [0, top]},
    }


def _change_names(frame: pd.DataFrame, words: Words) -> list[Row]:
    out = []
    for side, change in _changes(frame).items():
        said = dict(zip(("change", "low", "high"), (_points(x, words) for x in change), strict=True))
        out.append(above(side, words.t(f"charts.before-after.change.{side}", **said), yref="y2", yshift=8))
    return out


def _change_dots(frame: pd.DataFrame, words: Words) -> Row:
    changes = _changes(frame)
    after = frame[frame["side"] == "after"]
    places = {side: int(after.index[after["stance"] == side][0]) for side in changes}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [change[0] for change in changes.values()],
        "y": list(changes),
        "xaxis": "x2",
        "yaxis": "y2",
        "error_x": _error_bars([(_length(high - change), _length(change - low)) for change, low, high in changes.values()], QUIET),
        "marker": {"color": [STANCE_COLOURS[side] for side in changes], "size": 11, "symbol": ["circle", "diamond"]},
        "showlegend": False,
        "customdata": [[places[side]] for side in changes],
        "hovertext": [_change_hover(frame, side, words) for side in changes],
        "hoverinfo": "text",
    }


def _shares(frame: pd.DataFrame, side: str, words: Words) -> dict[str, str]:
    """The share of one side before and after, in words."""
    mine = frame[frame["stance"].isin(_SIDES[side])]
    totals = frame.drop_duplicates("side").set_index("side")["n_total"]
    counts = mine.groupby("side")["n"].sum()
    return {when: words.percent(100 * int(counts[when]) / int(totals[when])) for when in ("before", "after")}


def _change_hover(frame: pd.DataFrame, side: str, words: Words) -> str:
    said = dict(zip(("change", "low", "high"), (_points(x, words) for x in _changes(frame)[side]), strict=True))
    return words.t(f"charts.before-after.hover_change.{side}", **said, **_shares(frame, side, words))


def before_after_finding(frame: pd.DataFrame, words: Words) -> str:
    """Whether the two distributions can be told apart, with every voice near the event accounted for."""
    if frame.empty:
        return words.t("charts.empty")
    sides = frame.drop_duplicates("side").set_index("side")
    row = sides.iloc[0].to_dict()
    event = words.t("charts.before-after.finding.event", title=words.pick(row, "title"), date=words.date(row["event_date"]))
    said: Row = {"event": event, "days": _days(frame)} | {f"n_{s}": int(sides.loc[s, "n_total"]) for s in ("before", "after")}
    if not _is_compared(frame):
        sentence = words.t("charts.before-after.finding.few", **said)
    else:
        changes = [_change_said(frame, side, words) for side in ("positive", "negative")]
        found = [change for change in changes if change]
        key = "difference" if found else "no_difference"
        for side in ("positive", "negative"):
            said |= {f"{side}_{when}": share for when, share in _shares(frame, side, words).items()}
        sentence = words.t(f"charts.before-after.finding.{key}", changes=words.t("charts.before-after.finding.and").join(found), **said)
    left_out = int(sides["n_total"].get("left_out", 0))
    inferred = int(sides.loc[["before", "after"], "n_date_inferred"].sum())
    more = [words.t(f"charts.before-after.finding.{key}", n=n) for key, n in (("left_out", left_out), ("inferred", inferred)) if n]
    return sentence + "".join(more)


def _change_said(frame: pd.DataFrame, side: str, words: Words) -> str:
    """A difference whose interval leaves out 0, in words; else nothing."""
    _, low, high = _changes(frame)[side]
    if low <= 0 <= high:
        return ""
    ends = {"low": _points(low, words), "high": _points(high, words)}
    return words.t(f"charts.before-after.finding.{side}_{'more' if low > 0 else 'less'}", **_shares(frame, side, words), **ends)
