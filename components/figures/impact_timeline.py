"""Figure and finding of `impact-timeline`: lanes on one time axis, once, or once for each sector on the same scales.

Everything is placed in pixels from the top: a strip is one lane of one block. Margins are fixed, so that nothing
is drawn twice. Where single marks would be too many a lane holds cells that count them, and says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures import timeline_marks as drawn
from components.figures.parts import CHARACTER_PX, Row, date_axis, day, shortened, small, width
from components.figures.timeline_labels import Place, Stem, free_boxes, on_stems
from components.figures.timeline_scales import KIND_PX, event_lines, foot, kind_heights, scale_of
from components.theme import FAINT, QUIET, figure, safe, wrapped
from components.words import LANGUAGES, Words
from data.catalog import LIST_SEPARATOR
from data.frames.common import SECTORS, SMALL_N
from data.frames.impact_timeline import ALL_LANES
from data.frames.timeline_lanes import COMPUTED

Traces = list[Row]

#: Heights of the lanes in pixels, with all of them shown: together, and in a block for one sector.
_LANE_PX = {"voices": (76, 84), "balance": (34, 34), "money": (68, 74), "market": (72, 78), "levels": (100, 90)}
#: Lanes that grow into the place of hidden ones, and by how much at most.
_GROWING, _GROWTH = ("voices", "money", "market", "levels"), 1.8
_EMPTY_PX, _TITLE_PX, _LINE_PX, _BLOCK_PX, _AXIS_PX, _NOTE_PX = 4, (22, 24), 14, 24, 20, 15
#: Lines for the names of headline events, above those of the marks.
_LABEL_PX, _LABEL_ROWS = 12, (8, 5)
#: A telephone's figure, a figure's right margin, and what a label of an axis takes beside its text, in pixels.
_PHONE_PX, _RIGHT_PX, _BESIDE_PX = 322, 10, 8
#: Width of a character of an axis label, in pixels.
_TICK_CHARACTER_PX = 5.7
#: So many years have a label each.
_YEARS_LABELLED = 6
#: How many rounds and moves are named, where there is room.
_NAMED, _NAME_CHARACTER_PX, _BESIDE_MARK_PX = (5, 3), 5.5, 3.0
_HALF_CHARACTERS, _NOTE_CHARACTERS = 46, 54


@dataclass(frozen=True)
class _Strip:
    """One lane of one block: its rows, where it stands (pixels from the top), and its axes."""

    lane: str
    rows: pd.DataFrame
    title: list[str]
    top: float
    height: float
    axes: tuple[str, str]


@dataclass(frozen=True)
class _Block:
    """All lanes, or those of one sector: its strips from the top, and where its time axis stands."""

    sector: str | None
    top: float
    strips: list[_Strip]
    x: str

    @property
    def bottom(self) -> float:
        return self.strips[-1].top + self.strips[-1].height


class _Parts:
    """A frame taken apart once: its rows by lane, and by sector and lane, without the long texts that only hovers need."""

    def __init__(self, frame: pd.DataFrame) -> None:
        kept = frame[[c for c in frame.columns if not c.startswith(("detail_", "benchmark_e", "benchmark_z", "source_"))]]
        texts = [c for c in kept.columns if pd.api.types.is_string_dtype(kept[c].dtype)]
        frame = kept.astype(dict.fromkeys(texts, "object"))  # the quickest to pick rows of
        self.first, self.last = (frame[edge].iloc[0] for edge in ("range_start", "range_end"))
        self.shown = str(frame["shown_lanes"].iloc[0]).split(LIST_SEPARATOR)
        self.none = frame.iloc[:0]
        lane, sector = frame["lane"], frame["sector"].where(frame["sector"].notna(), "")
        self.by_lane = {str(name): frame.loc[rows] for name, rows in frame.groupby(lane).groups.items()}
        self.by_sector: dict[tuple[str, str], pd.DataFrame] = {}
        for part in self.by_lane.values():
            self.by_sector |= {name: part.loc[rows] for name, rows in part.groupby([sector, lane]).groups.items()}
        self.sectors = [s for s in SECTORS if any(name[0] == s for name in self.by_sector)]

    def of(self, lane: str, sector: str | None = None) -> pd.DataFrame:
        """The rows of a lane, of all sectors or of one."""
        return self.by_lane.get(lane, self.none) if sector is None else self.by_sector.get((sector, lane), self.none)


class _Plan:
    """What stands where. Scales are those of the whole frame, so that blocks compare."""

    def __init__(self, parts: _Parts, words: Words) -> None:
        self.parts, self.words = parts, words
        sectors: list[str | None] = [*parts.sectors]
        self.small = int(bool(sectors))
        hidden = [lane for lane in ("events", "voices", "money", "market") if lane not in self.lanes]
        own = sum(_LANE_PX[lane][self.small] for lane in self.lanes if lane in _GROWING)
        freed = sum(_LANE_PX.get(lane, (200, 120))[self.small] for lane in hidden)
        self.growth = min(_GROWTH, 1 + freed / own) if own else 1.0
        self.time = _time_axis(parts, words)
        self.scales = {lane: _scale(lane, self, words) for lane in self.lanes}
        self.left = _left_px(self)
        self.blocks: list[_Block] = []
        at = 2.0
        for sector in sectors or [None]:
            block, at = self._block(sector, at)
            self.blocks.append(block)
        self.notes = _notes(parts, words)
        self.height = round(at + _NOTE_PX * len(self.notes) + 4)

    @cached_property
    def lanes(self) -> list[str]:
        """The lanes that are shown, whether or not there is anything in them."""
        return [lane for lane in ALL_LANES if lane in (self.parts.by_lane if lane in ("balance", "levels") else self.parts.shown)]

    @cached_property
    def lines(self) -> list[tuple[str, tuple[str, ...]]]:
        return event_lines(self.parts.of("events"), self.words)

    @cached_property
    def colours(self) -> dict[str, str]:
        return drawn.series_colours(self.parts.of("levels"))

    def _block(self, sector: str | None, at: float) -> tuple[_Block, float]:
        number = len(self.blocks) + 1
        x = "x" if number == 1 else f"x{number}"
        top = at
        strips: list[_Strip] = []
        at += _BLOCK_PX if sector else 0
        before = sum(len(block.strips) for block in self.blocks)
        for lane in self.lanes:
            place = before + len(strips) + 1
            own = self.parts.of(lane, sector)
            title = self._title(lane, own, number == 1)
            if lane == "balance" and own.empty:
                continue
            at += _TITLE_PX[self.small] + _LINE_PX * (len(title) - 1)
            high = self._height(lane, own)
            strips.append(_Strip(lane, own, title, at, high, (x, "y" if place == 1 else f"y{place}")))
            at += high
        return _Block(sector, top, strips, x), at + _AXIS_PX + (10 if sector else 0)

    def _height(self, lane: str, rows: pd.DataFrame) -> float:
        if rows.empty:
            return _EMPTY_PX
        if lane == "events":
            return len(self.lines) * KIND_PX[self.small] + _label_rows(self.names(rows)[1]) * _LABEL_PX + 4
        return _LANE_PX[lane][self.small] * (self.growth if lane in _GROWING else 1)

    def names(self, events: pd.DataFrame) -> tuple[dict[int, str], dict[int, Place]]:
        """The names of headline events that find room: those that bear on most sectors before others."""
        words, across = self.words, _PHONE_PX - _RIGHT_PX - self.left
        named = events[events["is_headline"] & (events["drawn_as"] == "mark")]
        texts, stems = {}, []
        for i, row in zip(named.index, named.to_dict("records"), strict=True):
            texts[int(i)] = shortened(words.pick(row, "short_title") or words.pick(row, "title"), 18)
            at = _px(row["drawn_date"], self.time, across)
            if 0 <= at <= across:
                stems.append((int(i), Stem(at, _label_px(texts[int(i)]), str(row["sectors"]).count(LIST_SEPARATOR))))
        return texts, on_stems(stems, across, _LABEL_ROWS[self.small])

    def _title(self, lane: str, rows: pd.DataFrame, is_first: bool) -> list[str]:
        """Name and n of a lane; what its marks mean, and that it is thinned, on lines below."""
        words = self.words
        key = "charts.impact-timeline."
        n = len(rows) if lane != "levels" else rows["record_id"].nunique()
        lines = [safe(words.t(f"{key}lane.{lane}", n=int(n)))]
        if lane in ("money", "market") and is_first and len(rows):
            lines.append(small(words.t(f"{key}key.{lane}")))
        if lane == "levels":
            lines += self._legend(rows)
        cells = int((rows["drawn_as"] == "cell").sum())
        if cells:
            kind = "all" if cells == len(rows) else "singly"
            lines.append(small(words.t(f"{key}thinned.{kind}", n=cells, singly=len(rows) - cells)))
        return lines

    def _legend(self, rows: pd.DataFrame) -> list[str]:
        """Each name in its colour, with the day on which it is 100 where that is late; and whether points were left out."""
        key = "charts.impact-timeline.series."
        words, lines, used = self.words, list[str](), _HALF_CHARACTERS
        for code, own in rows.groupby("record_id", sort=False):
            row = own.iloc[0].to_dict()
            late = row["base_date"] > row["range_start"]
            base = words.t(f"{key}based", date=words.date(day(row["base_date"]))) if late else ""
            name = shortened(words.pick(row, "title"), _HALF_CHARACTERS - 4 - width(base)) + base
            text = f"<span style='color:{self.colours[str(code)]}'>━</span> {small(name)}"
            if used + width(name) + 5 <= _HALF_CHARACTERS:
                lines[-1] += f"   {text}"
                used += width(name) + 5
            else:
                lines.append(text)
                used = width(name) + 2
        if (rows.groupby("record_id").size() > drawn.LINE_POINTS).any():
            lines.append(small(words.t(f"{key}thinned", n=drawn.LINE_POINTS)))
        return lines

    def paper(self, px: float) -> float:
        """Pixels from the top as a share of the plot from the bottom."""
        return max(0.0, min(1.0, 1 - px / self.height))


def impact_timeline_height(frame: pd.DataFrame) -> int:
    """Pixels: as many lanes and blocks as there are, and lines of names in the language where they take more."""
    return _height(_Parts(frame)) if len(frame) else 120


def _height(parts: _Parts) -> int:
    return max(_Plan(parts, Words(lang)).height for lang in LANGUAGES)


def impact_timeline(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Lanes on one time axis; a block of them for each sector where the frame is split."""
    if frame.empty:
        return figure([], xaxis={"visible": False}, yaxis={"visible": False})
    parts = _Parts(frame)
    plans = {lang: _Plan(parts, Words(lang)) for lang in LANGUAGES}
    plan = plans[words.lang]
    plan.height = max(other.height for other in plans.values())
    said = drawn.hovers(frame, words)
    time, scales, left = plan.time, plan.scales, plan.left
    layout: Row = {"annotations": [], "shapes": [], "showlegend": False, "barmode": "overlay", "bargap": 0}
    across = _PHONE_PX - left - _RIGHT_PX
    traces: Traces = []
    for block in plan.blocks:
        number = block.x[1:]
        # Not anchored to a lane: Plotly forgets an axis that nothing is drawn on.
        layout[f"xaxis{number}"] = time | {"anchor": "free", "position": plan.paper(block.bottom)} | ({"matches": "x"} if number else {})
        if block.sector:
            layout["annotations"].append(
                _heading(f"<b>{safe(words.code('sector', block.sector))}</b>", block.top + 16, plan, left, size=14)
            )
        for strip in block.strips:
            layout[f"yaxis{strip.axes[1][1:]}"] = scales[strip.lane] | _domain(strip, plan)
            layout["annotations"].append(_heading("<br>".join(strip.title), strip.top - 4, plan, left))
            traces += _traces(strip, block, plan, said, across, layout)
    noted = "<br>".join(f"<span style='font-size:11px;opacity:0.75'>{line}</span>" for line in plan.notes)
    layout["annotations"].append(_heading(noted, plan.height - 2, plan, left))
    return figure(traces, **layout, margin={"l": round(left), "r": _RIGHT_PX, "t": 0, "b": 0})


def _label_rows(places: dict[int, Place]) -> int:
    return max((place.row + 1 for place in places.values()), default=0)


def _label_px(text: str) -> float:
    return width(text) * CHARACTER_PX


def _heading(text: str, bottom: float, plan: _Plan, left: float, size: int = 12) -> Row:
    """Text that begins at the figure's left edge and ends at a height."""
    at = {"x": 0, "xref": "paper", "xanchor": "left", "xshift": 2 - left, "y": plan.paper(bottom), "yref": "paper", "yanchor": "bottom"}
    return {"text": text, "font": {"size": size}, "showarrow": False, "align": "left", "borderpad": 0} | at


def _domain(strip: _Strip, plan: _Plan) -> Row:
    low, high = plan.paper(strip.top + strip.height), plan.paper(strip.top)
    shown = {} if len(strip.rows) else {"showticklabels": False, "showgrid": False, "zeroline": False}
    return {"domain": [low, max(high, low + 1e-4)], "anchor": strip.axes[0], "automargin": False, "fixedrange": True} | shown


def _scale(lane: str, plan: _Plan, words: Words) -> Row:
    """The vertical axis of a lane, of the whole frame: the same in every block."""
    return scale_of(lane, plan.parts.of(lane), words, plan.lines, bool(plan.small))


def _left_px(plan: _Plan) -> float:
    """The left margin: that of the longest label."""
    return _BESIDE_PX + max(
        (width(text) * _TICK_CHARACTER_PX for scale in plan.scales.values() for text in scale.get("ticktext", ())), default=0
    )


def _time_axis(parts: _Parts, words: Words) -> Row:
    """From the first to the last day of the range, with room for half a mark at each end."""
    first, last = parts.first, parts.last
    pad = max((last - first) * 0.012, pd.Timedelta(days=1))
    axis = date_axis([first, last], words, least=10)
    years = (last - first).days / 365
    if 1.4 < years < 2.2:  # a year would have one label or two
        axis |= {"dtick": "M6", "tickformat": words.t("charts.parts.ticks.month")}
    elif years > _YEARS_LABELLED:
        axis["dtick"] = f"M{12 * math.ceil(years / _YEARS_LABELLED)}"
    edges = [(first - pad).isoformat(), (last + pad).isoformat()]
    return axis | {"range": edges, "showgrid": True, "automargin": False, "tickfont": {"size": 11}}


# What stands in the lanes ------------------------------------------------------------------------


def _traces(strip: _Strip, block: _Block, plan: _Plan, said: dict[int, str], across: float, layout: Row) -> Traces:
    """The marks of a strip; what is no mark (names, stems, notes) goes into the layout."""
    rows, words, axes, scale, time = strip.rows, plan.words, strip.axes, plan.scales[strip.lane], plan.time
    if rows.empty:
        return []
    if strip.lane == "events":
        return _events(strip, block, plan, said, layout)
    if strip.lane == "voices":
        layout["annotations"] += _one_paper_notes(strip, words, time, across)
        if (rows["drawn_as"] == "cell").any():
            return drawn.voice_columns(rows, words, axes)
        span = scale["range"][1] - scale["range"][0]
        return drawn.voice_marks(rows, said, axes, max(3.5, min(_dot_px(plan), 1.05 * strip.height / span)))
    if strip.lane == "balance":
        return drawn.balance_marks(rows, words, axes)
    if strip.lane == "money":
        low = foot(plan.parts.of("money"))
        cells = drawn.shaded_cells(rows, words, axes, lambda cell: _money_edges(cell, low))
        layout["annotations"] += _names(strip, plan, scale, time, across)
        return cells + drawn.money_marks(rows, said, axes, low)
    if strip.lane == "market":
        cells = drawn.shaded_cells(rows, words, axes, lambda cell: _move_edges(cell, scale["range"]))
        layout["annotations"] += _names(strip, plan, scale, time, across)
        return cells + drawn.move_marks(rows, said, axes)
    return drawn.level_lines(rows, words, axes, plan.colours)


def _dot_px(plan: _Plan) -> float:
    """Dots of neighbouring months must not hide one another: over many years they are small."""
    return 6.0 if (plan.parts.last - plan.parts.first).days > 900 else 9.0


def _money_edges(cell: Row, low: float) -> tuple[float, float]:
    if pd.isna(cell["cell_low"]):
        return low - 0.3, low + 0.3
    return math.log10(cell["cell_low"]), math.log10(cell["cell_high"])


def _move_edges(cell: Row, edges: list[float]) -> tuple[float, float]:
    low, high = (
        max(edges[0], min(edges[1], drawn.squeezed(v) if math.isfinite(v) else math.copysign(9, v)))
        for v in (cell["cell_low"], cell["cell_high"])
    )
    return low, high


def _px(at: Any, time: Row, across: float) -> float:
    first, last = (pd.Timestamp(edge) for edge in time["range"])
    return float((at - first) / (last - first)) * across


def _events(strip: _Strip, block: _Block, plan: _Plan, said: dict[int, str], layout: Row) -> Traces:
    """Flags on their lines; headline events named above, each with a line down through all lanes."""
    rows, words, axes = strip.rows, plan.words, strip.axes
    heights = kind_heights(plan.lines, bool(plan.small))
    layout[f"yaxis{axes[1][1:]}"]["range"] = [0, strip.height]
    pitch = KIND_PX[plan.small]
    half = 0.42 * pitch
    traces = drawn.shaded_cells(rows, words, axes, lambda cell: (heights[cell["category"]] - half, heights[cell["category"]] + half))
    traces += drawn.event_marks(rows, said, axes, heights, 7.0 if plan.small else 8.0)
    layout["shapes"] += [_line(axes[0], h, axes[1]) for h in heights.values()]
    texts, places = plan.names(rows)
    if places:
        traces.append(_labels(rows.loc[list(places)], places, texts, plan, said, axes))
        base = len(plan.lines) * pitch + 2
        for i, place in places.items():
            top = strip.top + strip.height - (base + (place.row + 0.5) * _LABEL_PX)
            layout["shapes"].append(_stem(axes[0], day(rows.at[i, "drawn_date"]), plan.paper(block.bottom), plan.paper(top)))
    return traces


def _line(x: str, height: float, y: str) -> Row:
    line = {"color": FAINT, "width": 1}
    return {"type": "line", "xref": f"{x} domain", "x0": 0, "x1": 1, "yref": y, "y0": height, "y1": height, "line": line, "layer": "below"}


def _stem(x: str, at: str, low: float, high: float) -> Row:
    line = {"color": QUIET, "width": 1, "dash": "dot"}
    return {
        "type": "line",
        "xref": x,
        "x0": at,
        "x1": at,
        "yref": "paper",
        "y0": low,
        "y1": high,
        "line": line,
        "opacity": 0.65,
        "layer": "below",
    }


def _labels(
    named: pd.DataFrame, places: dict[int, Place], texts: dict[int, str], plan: _Plan, said: dict[int, str], axes: tuple[str, str]
) -> Row:
    base = len(plan.lines) * KIND_PX[plan.small] + 2
    y = [base + (places[int(i)].row + 0.5) * _LABEL_PX for i in named.index]
    trace = drawn.marks(named, said, axes, y, {})
    del trace["marker"]
    return trace | {
        "mode": "text",
        "text": [f"{safe(texts[i])}\u00a0" if places[i].is_left else f"\u00a0{safe(texts[i])}" for i in map(int, named.index)],
        "textposition": ["middle left" if places[int(i)].is_left else "middle right" for i in named.index],
        "textfont": {"size": 11},
    }


def _names(strip: _Strip, plan: _Plan, scale: Row, time: Row, across: float) -> list[Row]:
    """The names of a few of the largest rounds or moves, where they find room on a telephone and cover no mark."""
    rows, words, is_money = strip.rows, plan.words, strip.lane == "money"
    own = rows[(rows["drawn_as"] == "mark") & rows["mark_value"].notna()]
    if own.empty:
        return []
    low, high = scale["range"]
    heights = own["mark_value"].map(math.log10 if is_money else drawn.squeezed)
    x = {i: _px(at, time, across) for i, at in own["drawn_date"].items()}
    y = ((heights - low) / (high - low) * strip.height).to_dict()
    away = own["mark_value"].map(lambda v: drawn.bubble_px(v) / 2).to_dict() if is_money else dict.fromkeys(own.index, 3.5)
    taken = [(x[i] - away[i], x[i] + away[i], y[i] - away[i], y[i] + away[i]) for i in own.index]
    spans = own[own["window_start"].notna()] if not is_money else own.iloc[:0]
    taken += [(_px(at, time, across), x[i], y[i] - 3, y[i] + 3) for i, at in spans["window_start"].items()]
    chosen = _largest(own, is_money, 4 * _NAMED[plan.small])
    texts = {int(i): _named(row, is_money, words) for i, row in zip(chosen.index, chosen.to_dict("records"), strict=True)}
    wanted = [(i, _around(x[i], y[i], away[i], width(text) * _NAME_CHARACTER_PX)) for i, text in texts.items()]
    places = free_boxes(wanted, across, strip.height, taken)
    axes = {"xref": strip.axes[0], "yref": strip.axes[1], "showarrow": False, "borderpad": 0, "font": {"size": 10.5}}
    found = []
    for i in list(places)[: _NAMED[plan.small]]:
        at = {"x": day(chosen.at[i, "drawn_date"]), "y": heights[i], "text": safe(texts[i])}
        found.append(at | axes | _beside(places[i], away[i] + _BESIDE_MARK_PX))
    return found


def _beside(place: str, away: float) -> Row:
    """Where a name stands about its mark, as an annotation has it."""
    sideways = {"right": ("left", away), "left": ("right", -away)}
    upright = {"above": ("bottom", away - 2), "below": ("top", 2 - away)}
    if place in sideways:
        return {"xanchor": sideways[place][0], "xshift": sideways[place][1], "yanchor": "middle"}
    return {"xanchor": "center", "yanchor": upright[place][0], "yshift": upright[place][1]}


def _largest(own: pd.DataFrame, is_money: bool, most: int) -> pd.DataFrame:
    """Rounds that are no part of another and were not cancelled; of moves that of a concept index first, then the farthest."""
    if is_money:
        own = own[(own["status"] != "cancelled") & own["part_of"].isna()]
        size = own["mark_value"]
    else:
        own = own[own["category"] != "benchmark"]
        size = own["mark_value"].abs() + 1e9 * (own["category"] == COMPUTED)
    return own.loc[size.sort_values(ascending=False, kind="stable").index].drop_duplicates("title_en").head(most)


def _named(row: Row, is_money: bool, words: Words) -> str:
    name = shortened(words.pick(row, "title"), 18)
    return name if is_money else f"{name} {words.signed_percent(float(row['mark_value']), 0)}"


def _around(x: float, y: float, away: float, wide: float) -> list[tuple[str, tuple[float, float, float, float]]]:
    """The places beside a mark."""
    half, gap = 7.0, away + _BESIDE_MARK_PX
    return [
        ("right", (x + gap, x + gap + wide, y - half, y + half)),
        ("left", (x - gap - wide, x - gap, y - half, y + half)),
        ("above", (x - wide / 2, x + wide / 2, y + away, y + away + 2 * half)),
        ("below", (x - wide / 2, x + wide / 2, y - away - 2 * half, y - away)),
    ]


def _one_paper_notes(strip: _Strip, words: Words, time: Row, across: float) -> list[Row]:
    """Says it where most voices of a month come from one document: a pile is then no wave."""
    notes: list[Row] = []
    taken: list[tuple[float, float]] = []
    for month, group in strip.rows[strip.rows["is_one_document"]].groupby("period_month"):
        total = int((strip.rows["period_month"] == month).sum())
        text = words.t("charts.impact-timeline.one_paper", n=len(group), total=total)
        at = pd.Timestamp(drawn.mid_months(group.iloc[:1])[0])
        half, middle = _label_px(text) / 2, _px(at, time, across)
        middle = max(half, min(across - half, middle))
        if any(abs(middle - other) < half + its_half for other, its_half in taken):
            continue
        taken.append((middle, half))
        shift = middle - _px(at, time, across)
        top = _top_of(strip.rows[strip.rows["period_month"] == month])
        place = {"x": day(at), "xref": strip.axes[0], "y": top + 0.8, "yref": strip.axes[1], "yanchor": "bottom", "xshift": round(shift)}
        notes.append({"text": safe(text), "showarrow": False, "font": {"size": 11}, "xanchor": "center", "borderpad": 0} | place)
    return notes


def _top_of(month: pd.DataFrame) -> float:
    """How high the pile or the column of a month is."""
    if month["drawn_as"].iloc[0] != "cell":
        return float(month["pile_level"].max())
    return float((month["mark_value"] > 0).sum() + (month["mark_value"] == 0).sum() / 2)


def _notes(parts: _Parts, words: Words) -> list[str]:
    """Below the axis, in lines that fit a telephone: how far each lane's records reach, and how many lie outside the axis."""
    key = "charts.impact-timeline."
    said = []
    for lane in ("voices", "money", "market"):
        rows = parts.of(lane)
        if len(rows):
            newest = str(rows.loc[rows["date_mid"] == rows["date_mid"].max(), "date_printed"].max())
            said.append(words.t(f"{key}newest.{lane}", date=words.date(newest[:7])))
    lines = wrapped(words.t(f"{key}newest.line", listed=words.listed(said)), _NOTE_CHARACTERS).split("<br>") if said else []
    n = 0
    for lane in parts.shown:
        rows = parts.of(lane)
        n += rows.loc[(rows["drawn_date"] < parts.first) | (rows["drawn_date"] > parts.last), "record_id"].nunique()
    return lines + (wrapped(words.t(f"{key}outside", n=n), _NOTE_CHARACTERS).split("<br>") if n else [])


# The finding --------------------------------------------------------------------------------------


def impact_timeline_finding(frame: pd.DataFrame, words: Words) -> str:
    """What lies on the axis, and between which values the balance of the voices ran, with its n; said of the collection only."""
    if frame.empty:
        return words.t("charts.empty")
    key = "charts.impact-timeline."
    counts = {str(lane): _records(part) for lane, part in frame[["lane", "sector", "record_id"]].groupby("lane")}
    said = [
        words.t(f"{key}count.{lane}", n=int(counts[lane]))
        for lane in ("voices", "money", "market", "events", "levels")
        if counts.get(lane, 0)
    ]
    text = words.listed(said)
    sectors = [s for s in SECTORS if (frame["sector"] == s).any()]
    if not sectors:
        whole = _ends(frame)
        return words.t(f"{key}finding.{whole[2]}", **_said(whole, words)) if whole else text
    ends = {sector: _ends(frame[frame["sector"] == sector]) for sector in sectors}
    turned = [
        words.t(f"{key}finding.sector", sector=words.code("sector", sector), **_said(found, words))
        for sector, found in ends.items()
        if found and found[2] == "apart"
    ]
    if not turned:
        kind = "steady" if any(ends.values()) else "sectors"
        return words.t(f"{key}finding.{kind}", counts=text, sectors=words.codes("sector", sectors))
    return words.t(f"{key}finding.turned", counts=text, turned=words.t("semicolon").join(turned))


def _records(part: pd.DataFrame) -> int:
    """Records of a lane, each once; of loaded series how many series."""
    is_once = part["lane"].iloc[0] != "levels" and part["sector"].isna().all()
    return len(part) if is_once else int(part["record_id"].nunique())


def _ends(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series, str] | None:
    """The highest and the lowest balance, and whether their intervals overlap; None where there are not two.

    Windows that one document fills by more than half are left out: they are that document's.
    """
    balances = frame[(frame["lane"] == "balance") & (frame["n"] >= SMALL_N) & (2 * frame["n_largest_document"] <= frame["n"])]
    if balances["balance_points"].nunique() < 2:
        return None
    high, low = (balances.loc[getattr(balances["balance_points"], which)()] for which in ("idxmax", "idxmin"))
    return high, low, "apart" if low["balance_high_points"] < high["balance_low_points"] else "overlap"


def _said(ends: tuple[pd.Series, pd.Series, str], words: Words) -> dict[str, Any]:
    """Both balances in words, the earlier first."""
    first, last = sorted(ends[:2], key=lambda row: str(row["date_printed"]))
    said: dict[str, Any] = {}
    for name, row in (("first", first), ("last", last)):
        said |= {name: drawn.points_of(row["balance_points"], words), f"{name}_window": _window(row, words), f"{name}_n": int(row["n"])}
    return said


def _window(balance: pd.Series, words: Words) -> str:
    return words.span(day(balance["date_start"])[:7], day(balance["date_end"])[:7])
