"""Figure and finding of `event-around`: by sector, everything dated in the days around one event."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date

from components.figures.around_words import move_words
from components.figures.markets import squeezed
from components.figures.money import amount_words, fixed_margins
from components.figures.parts import NARROW_PX, Row, day, has, read_in, sentences, shortened
from components.figures.room import LABELLED_PX, beside
from components.theme import (
    ACCENT,
    EVENT_SYMBOLS,
    FAINT,
    HIGHLIGHT,
    QUIET,
    SECTOR_COLOURS,
    STANCE_COLOURS,
    figure,
    safe,
)
from components.words import Words
from data.frames.around import TABLES
from data.frames.common import SECTORS, STANCE_STEP, STANCES

KEY = "charts.event-around."
Traces = list[Row]

#: Heights in pixels: the event's name on top, a sector's name, a lane's title, and what each lane holds.
_TOP_PX, _HEAD_PX, _TITLE_PX, _GAP_PX, _BOTTOM_PX = 30, 26, 17, 8, 50
_FLAG_PX, _FLAG_STEP_PX = 14, 10
_MONEY_PX, _FOOT_PX, _MOVES_PX = 44, 20, 92
_VOICES_LEAST_PX, _VOICES_MOST_PX = 14, 120
#: A voice's place in its pile; piles of more take less each.
_DOT_PX = 7.0
#: More voices than this, known to the same month only, stand in several piles side by side.
_PILE = 8
#: From this many voices on a pile is a bar.
MANY_VOICES = 1500
_TICKS = (-50, -20, -5, 0, 5, 20, 100, 400)
_TICK_PX = 13


@dataclass
class _Plan:
    """Where everything stands: pixels from the top, and the scales that all sectors share."""

    lanes: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    heads: dict[str, float] = field(default_factory=dict)
    height: float = 0.0
    up: dict[str, float] = field(default_factory=dict)
    dot: float = _DOT_PX
    money: tuple[float, float] = (0.0, 2.0)
    moves: tuple[float, float] = (-5.0, 5.0)


def _plan(frame: pd.DataFrame) -> _Plan:
    """Lanes from the top down: the sectors and tables that hold anything."""
    plan = _Plan()
    voices = frame[frame["table"] == "opinions"]
    reaches: dict[str, tuple[float, float]] = {}
    for (sector, _), part in voices.groupby(["sector", _at(voices)]):
        (up, down), (before_up, before_down) = _reach(part), reaches.get(sector, (0.0, 0.0))
        reaches[sector] = (max(up, before_up), max(down, before_down))
    plan.up = {sector: up for sector, (up, _) in reaches.items()}
    tallest = max((up + down for up, down in reaches.values()), default=1.0)
    plan.dot = min(_DOT_PX, _VOICES_MOST_PX / tallest)
    known = frame.loc[frame["table"] == "funding_rounds", "amount_usd_m"].dropna()
    known = known[known > 0]
    if len(known):
        plan.money = (math.log10(known.min()), math.log10(known.max()))
    moved = frame["move_pct"].dropna()
    plan.moves = (min(-5.0, moved.min()), max(5.0, moved.max())) if len(moved) else plan.moves
    at = 0.0
    for sector in SECTORS:
        part = frame[frame["sector"] == sector]
        if part.empty:
            continue
        plan.heads[sector] = at + _HEAD_PX - 4
        at += _HEAD_PX
        for table in TABLES:
            if (part["table"] == table).any():
                own = part[part["table"] == table]
                tall = max(_VOICES_LEAST_PX, sum(reaches[sector]) * plan.dot) if table == "opinions" else _tall(own, table)
                plan.lanes[sector, table] = (at + _TITLE_PX, tall)
                at += _TITLE_PX + tall + _GAP_PX
        at += _GAP_PX
    plan.height = at
    return plan


def _tall(part: pd.DataFrame, table: str) -> float:
    """Height of a lane of one sector: room for a second and third row of flags, and for rounds without an amount, where there are any."""
    if table == "events":
        return _FLAG_PX + _FLAG_STEP_PX * max(_flag_steps(part).values())
    if table == "funding_rounds":
        return _MONEY_PX + (0 if (part["amount_usd_m"] > 0).all() else _FOOT_PX)
    return _MOVES_PX


def _reach(part: pd.DataFrame) -> tuple[float, float]:
    """How many places a pile takes above its middle and below it."""
    steps = part["category"].map(STANCE_STEP)
    half = (steps == 0).sum() / 2
    return float(half + (steps > 0).sum()), float(half + (steps < 0).sum())


def event_around_height(frame: pd.DataFrame) -> int:
    return round(_TOP_PX + _plan(frame).height + _BOTTOM_PX) if len(frame) else 200


def event_around(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A panel a sector, a lane a kind of record, one axis of days; heights are pixels, so that every sector has one scale."""
    if frame.empty:
        return figure([], xaxis={"visible": False}, yaxis={"visible": False})
    plan = _plan(frame)
    ticks: dict[float, str] = {}
    notes, traces = _headings(frame, plan, words), _spans(frame, plan)
    for table, lane in (("events", _flags), ("opinions", _voices), ("funding_rounds", _bubbles), ("index_moves", _moves)):
        part = frame[frame["table"] == table]
        if len(part):
            traces += lane(part, plan, ticks, words)
    low, high = _ends(frame)
    around, event_days = int(frame["window_days"].iloc[0]), int(frame["event_days"].iloc[0])
    pad = 0.04 * (high - low)
    layout: Row = {
        "xaxis": {
            "range": [low - pad, high + pad],
            **_days_axis(frame, around, event_days, words),
            "showgrid": True,
            "tickangle": 0,
            "tickfont": {"size": 11},
        },
        "yaxis": {
            "range": [-plan.height, 0],
            "tickvals": list(ticks),
            "ticktext": list(ticks.values()),
            "tickfont": {"size": 11},
            "showgrid": False,
        },
        "shapes": [*_event_line(plan, event_days), *_rules(plan)],
        "annotations": notes,
        "showlegend": False,
    }
    layout = fixed_margins(layout, _BOTTOM_PX, _TOP_PX)
    # The date below the last tick stands half outside.
    return figure(traces, **layout | {"margin": layout["margin"] | {"r": 26}})


def _ends(frame: pd.DataFrame) -> tuple[int, int]:
    """First and last day of the window, counted from the event's first day."""
    around, event_days = int(frame["window_days"].iloc[0]), int(frame["event_days"].iloc[0])
    return -around, event_days - 1 + around


def _at(frame: pd.DataFrame) -> pd.Series:
    """Where each mark is drawn: at its day; where that lies outside the window, in the middle of what it shows of the period.

    Moves stand at the edge that they reach over. Many voices of one month stand in piles beside one another.
    """
    if frame.empty:
        return frame["days_from_event"].astype("float64")
    low, high = _ends(frame)
    days, moves = frame["days_from_event"], frame["table"] == "index_moves"
    seen = (frame["days_start"].clip(low, high) + frame["days_end"].clip(low, high)) / 2
    at = days.astype("float64").where(days.between(low, high), seen).mask(moves, days.clip(low, high))
    vague = frame[(frame["table"] == "opinions") & (frame["date_precision"] != "day")]
    if len(vague) > MANY_VOICES:
        return at
    for _, pile in vague.groupby(["sector", at[vague.index]], sort=False):
        columns = math.ceil(len(pile) / _PILE)
        ordered = pile["category"].map(STANCE_STEP).sort_values(kind="stable").index
        apart = (_DOT_PX + 1) * (high - low) / NARROW_PX
        wide = (columns - 1) / 2 * apart
        middle = min(max(float(at[ordered[0]]), low + wide), high - wide)
        at[ordered] = middle + (np.arange(len(ordered)) % columns) * apart - wide
    return at


def _days_axis(frame: pd.DataFrame, around: int, event_days: int, words: Words) -> Row:
    """Days before and after, each with its date; as many as a telephone has room for, the event's own first."""
    low, high = _ends(frame)
    first = _first_day(frame)
    wanted = [(0, "0"), (low, f"−{around}"), (high, f"+{around}")]
    if event_days > 1:
        wanted.insert(1, (event_days - 1, ""))
    elif around % 2 == 0:
        wanted += [(low // 2, f"−{around // 2}"), (around // 2, f"+{around // 2}")]
    scale = NARROW_PX / (high - low)
    kept: list[tuple[int, str]] = []
    for at, text in wanted:
        if all(abs(at - other) * scale >= 46 for other, _ in kept):
            kept.append((at, text))
    form = "M月d日" if words.lang == "zh" else "d MMM"
    dates = [format_date(first + timedelta(days=at), form, locale=words.locale) for at, _ in kept]
    return {
        "tickvals": [at for at, _ in kept],
        "ticktext": [f"{text}<br>{date}" if text else date for (_, text), date in zip(kept, dates, strict=True)],
    }


def _first_day(frame: pd.DataFrame) -> date:
    """The first day of the event."""
    row = frame.iloc[0]
    return (row["date_start"] - pd.Timedelta(days=int(row["days_start"]))).date()


def _event_line(plan: _Plan, event_days: int) -> Traces:
    """The event in every lane: a line, or a band over the month or year that is known of it."""
    spans = [(-(top + tall + _GAP_PX / 2), -(top - 1)) for top, tall in plan.lanes.values()]
    if event_days == 1:
        line = {"type": "line", "x0": 0, "x1": 0, "line": {"color": QUIET, "width": 1.2}, "layer": "below"}
        return [line | {"y0": low, "y1": high} for low, high in spans]
    band = {"type": "rect", "x0": -0.5, "x1": event_days - 0.5, "fillcolor": FAINT, "line": {"width": 0}, "layer": "below"}
    return [band | {"y0": low, "y1": high} for low, high in spans]


def _rules(plan: _Plan) -> Traces:
    """A faint line above each sector but the first, and along the middle of voices and moves."""
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "line": {"color": FAINT, "width": 1}, "layer": "below"}
    heights = [-(at - _HEAD_PX + 6) for at in list(plan.heads.values())[1:]]
    for sector, table in plan.lanes:
        if table == "opinions":
            heights.append(_voices_middle(plan, sector))
        elif table == "index_moves":
            heights.append(_move_y(plan, sector, 0.0))
    return [line | {"y0": y, "y1": y} for y in heights]


def _headings(frame: pd.DataFrame, plan: _Plan, words: Words) -> Traces:
    """The event's name over its line, the sectors' names, and the title of each lane with its n."""
    row = frame.iloc[0].to_dict()
    event_days = int(row["event_days"])
    title = words.pick(row, "event_short_title") or words.pick(row, "event_title")
    name = {
        "text": f"<b>{safe(shortened(title, 34))}</b>",
        "x": (event_days - 1) / 2,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 6,
        "showarrow": False,
        "font": {"size": 12},
    }
    shared = {"x": 0, "xref": "paper", "xanchor": "left", "yanchor": "bottom", "showarrow": False}
    notes = [name]
    notes += [
        shared | {"text": f"<b>{safe(words.code('sector', s))}</b>", "y": -at, "font": {"size": 13, "color": SECTOR_COLOURS[s]}}
        for s, at in plan.heads.items()
    ]
    counts = frame.groupby(["sector", "table"]).size().to_dict()
    for (sector, table), (top, _) in plan.lanes.items():
        text = safe(words.t(f"{KEY}lane.{table}", n=int(counts[sector, table])))
        notes.append(shared | {"text": text, "y": -top + 1, "font": {"size": 11}, "opacity": 0.8})
    return notes


def _spans(frame: pd.DataFrame, plan: _Plan) -> Traces:
    """A faint line over the time in which an event, a round or a move lies, as far as the window shows it."""
    part = frame[(frame["table"] != "opinions") & (frame["days_start"] < frame["days_end"])]
    if part.empty:
        return []
    low, high = _ends(frame)
    heights = _heights(frame, plan)
    x: list[float | None] = []
    y: list[float | None] = []
    for index, start, end in zip(part.index, part["days_start"].clip(lower=low), part["days_end"].clip(upper=high), strict=True):
        x += [int(start), int(end), None]
        y += [heights[index], heights[index], None]
    line = {"color": QUIET, "width": 2.5}
    return [
        {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "opacity": 0.35, "hoverinfo": "skip",
         "customdata": [[int(i)] for i in part.index for _ in range(3)]}
    ]  # fmt: skip


def _heights(frame: pd.DataFrame, plan: _Plan) -> dict[int, float]:
    """The height of each mark that is no voice."""
    flags = _flag_heights(frame[frame["table"] == "events"], plan)
    found = dict(flags)
    for index, sector, table, amount, move in zip(
        frame.index, frame["sector"], frame["table"], frame["amount_usd_m"], frame["move_pct"], strict=True
    ):
        if table == "funding_rounds":
            found[int(index)] = _money_y(plan, sector, float(amount))
        elif table == "index_moves":
            found[int(index)] = _move_y(plan, sector, float(move))
    return found


def _mark(part: pd.DataFrame, y: list[float], hover: list[str], marker: Row, **more: Any) -> Row:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": _at(part).tolist(),
        "y": y,
        "marker": marker,
        "customdata": [[int(i)] for i in part.index],
        "hovertext": hover,
        "hoverinfo": "text",
        "cliponaxis": False,
    } | more


def _hollow(symbols: list[str], part: pd.DataFrame) -> list[str]:
    """Marks not known to the day are open."""
    return [f"{s}-open" if p != "day" else s for s, p in zip(symbols, part["date_precision"], strict=True)]


def _closing(row: Row, words: Words) -> list[str]:
    """What every hover ends with: why the record stands on neither side, what it says, where it was read."""
    side = words.t(f"{KEY}hover.{row['event_side']}") if row["event_side"] in ("over", "edge") else ""
    return [side, words.pick(row, "detail"), read_in(row, words)]


# Lanes -------------------------------------------------------------------------------------------


def _flag_steps(part: pd.DataFrame) -> dict[int, int]:
    """Which row each flag of one sector stands in: one lower where the one before stands close."""
    found: dict[int, int] = {}
    before, step = -math.inf, 0
    low, high = _ends(part)
    for index, at in _at(part).sort_values(kind="stable").items():
        here = float(at) * NARROW_PX / (high - low)
        step = (step + 1) % 3 if here - before < 12 else 0
        before = here
        found[int(index)] = step
    return found


def _flag_heights(part: pd.DataFrame, plan: _Plan) -> dict[int, float]:
    found: dict[int, float] = {}
    for sector, own in part.groupby("sector", sort=False):
        top, _ = plan.lanes[str(sector), "events"]
        found |= {index: -(top + 7 + _FLAG_STEP_PX * step) for index, step in _flag_steps(own).items()}
    return found


def _flags(part: pd.DataFrame, plan: _Plan, ticks: dict[float, str], words: Words) -> Traces:
    """Other events, the headlines among them named where there is room."""
    heights = _flag_heights(part, plan)
    y = [heights[int(i)] for i in part.index]
    colours = [SECTOR_COLOURS[s] for s in part["sector"]]
    marker = {
        "symbol": _hollow([EVENT_SYMBOLS.get(k, "circle") for k in part["category"]], part),
        "color": colours,
        "size": [12 if h else 9 for h in part["is_headline"]],
        "line": {"width": 1.6, "color": colours},
        "opacity": 1,
    }
    hover = [_event_hover(row, words) for row in part.to_dict("records")]
    named = {
        int(i): words.pick(row, "short_title") for i, row in zip(part.index, part.to_dict("records"), strict=True) if row["is_headline"]
    }
    return [_mark(part, y, hover, marker), *_labels(part, dict(zip(part.index, y, strict=True)), named)]


def _event_hover(row: Row, words: Words) -> str:
    kind = words.code("event_kind", row["category"])
    said = words.t(f"{KEY}hover.event", title=words.pick(row, "title"), date=words.date(row["date_printed"]), kind=kind)
    return sentences([said, *_closing(row, words)])


def _voices_middle(plan: _Plan, sector: str) -> float:
    top, _ = plan.lanes[sector, "opinions"]
    return -(top + plan.up[sector] * plan.dot)


def _voices(part: pd.DataFrame, plan: _Plan, ticks: dict[float, str], words: Words) -> Traces:
    """Piles of dots around a middle line; of very many voices bars of the same height."""
    at = _at(part)
    places = _pile(part, at, plan)
    if len(part) > MANY_VOICES:
        return _voice_bars(part, at, places, plan, words)
    traces = []
    for stance in STANCES:
        own = part[part["category"] == stance]
        if own.empty:
            continue
        size = max(2.5, plan.dot - 0.8)
        marker = {"symbol": _hollow(["circle"] * len(own), own), "color": STANCE_COLOURS[stance], "size": size}
        hover = [_voice_hover(row, words) for row in own.to_dict("records")]
        traces.append(_mark(own, [places[int(i)] for i in own.index], hover, marker, x=at[own.index].tolist()))
    return traces


def _pile(part: pd.DataFrame, at: pd.Series, plan: _Plan) -> dict[int, float]:
    """The height of each voice: neutral ones across the middle, positive ones above them, negative ones below."""
    found: dict[int, float] = {}
    for (sector, _), own in part.groupby(["sector", at], sort=False):
        middle = _voices_middle(plan, str(sector))
        steps = own["category"].map(STANCE_STEP).sort_values(key=abs, kind="stable")
        neutral = int((steps == 0).sum())
        count: dict[int, int] = defaultdict(int)
        for index, step in steps.items():
            side = (step > 0) - (step < 0)
            place = count[side] - (neutral - 1) / 2 if side == 0 else side * (neutral / 2 + 0.5 + count[side])
            count[side] += 1
            found[int(index)] = middle + place * plan.dot
    return found


def _voice_bars(part: pd.DataFrame, at: pd.Series, places: dict[int, float], plan: _Plan, words: Words) -> Traces:
    """A bar for each stance of each pile; it leads to the first of its voices."""
    traces = []
    for stance in STANCES:
        own = part[part["category"] == stance]
        piles = own.groupby(["sector", at[own.index]], sort=False)
        bars = [(pile.index, [places[int(i)] for i in pile.index], float(x)) for (_, x), pile in piles]
        if not bars:
            continue
        hover = [
            words.t(f"{KEY}hover.voices", n=len(i), stance=_stance(stance, words), date=words.date(day(part.loc[i[0], "date_mid"])))
            for i, _, _ in bars
        ]
        traces.append(
            {
                "type": "bar",
                "x": [x for _, _, x in bars],
                "base": [min(y) - plan.dot / 2 for _, y, _ in bars],
                "y": [max(y) - min(y) + plan.dot for _, y, _ in bars],
                "width": 0.9,
                "marker": {"color": STANCE_COLOURS[stance]},
                "customdata": [[int(i[0])] for i, _, _ in bars],
                "hovertext": [safe(h) for h in hover],
                "hoverinfo": "text",
            }
        )
    return traces


def _stance(code: str, words: Words) -> str:
    """A stance inside a sentence: small letters in English."""
    label = words.code("stance", code)
    return label.lower() if words.lang == "en" else label


def _voice_hover(row: Row, words: Words) -> str:
    stance = _stance(row["category"], words)
    said = words.t(f"{KEY}hover.voice", name=words.pick(row, "title"), date=words.date(row["date_printed"]), stance=stance)
    return sentences([said, *_closing(row, words)])


def _money_y(plan: _Plan, sector: str, usd_m: float) -> float:
    """Height of an amount; rounds without one stand at the foot."""
    top, tall = plan.lanes[sector, "funding_rounds"]
    if not usd_m > 0:
        return -(top + tall - 6)
    low, high = plan.money
    share = (math.log10(usd_m) - low) / (high - low) if high > low else 0.5
    return -(top + 9 + (1 - share) * (_MONEY_PX - 18))


def _bubbles(part: pd.DataFrame, plan: _Plan, ticks: dict[float, str], words: Words) -> Traces:
    """Rounds at the height of their amount; at the foot those without one in US dollars."""
    low, high = plan.money
    powers = list(range(math.ceil(low), math.floor(high) + 1))
    rows = part.to_dict("records")
    for row in rows:
        if not row["amount_usd_m"] > 0:
            _tick(ticks, _money_y(plan, row["sector"], 0.0), words.t(f"{KEY}foot"))
    for sector in part["sector"].unique():
        for power in (powers[0], powers[-1]) if powers else ():
            _tick(ticks, _money_y(plan, sector, 10.0**power), words.usd_m(10.0**power))
    colours = [QUIET if row["money_group"] == "general_model" else HIGHLIGHT for row in rows]
    marker = {
        "symbol": [_round_symbol(row) for row in rows],
        "color": colours,
        "size": [_bubble(float(row["amount_usd_m"])) if row["amount_usd_m"] > 0 else 7 for row in rows],
        "line": {"width": 1.4, "color": colours},
        "opacity": 0.85,
    }
    y = [_money_y(plan, row["sector"], float(row["amount_usd_m"])) for row in rows]
    return [_mark(part, y, [_round_hover(row, words) for row in rows], marker)]


def _round_symbol(row: Row) -> str:
    """A cross without an amount, a wider one where it was cancelled; open where the day is not known or another round holds it."""
    if row["status"] == "cancelled":
        return "x-open"
    if not row["amount_usd_m"] > 0:
        return "x-thin-open"
    return "circle-open" if has(row["part_of"]) or row["date_precision"] != "day" else "circle"


def _bubble(usd_m: float) -> float:
    return 6 + 3 * min(4.0, max(0.0, math.log10(max(usd_m, 1))))


def _round_hover(row: Row, words: Words) -> str:
    said = words.t(
        f"{KEY}hover.round",
        name=words.pick(row, "title"),
        date=words.date(row["date_printed"]),
        amount=amount_words(row, words),
        stage=words.code("stage", row["category"]),
    )
    return sentences([said, *_closing(row, words)])


def _move_y(plan: _Plan, sector: str, pct: float) -> float:
    top, tall = plan.lanes[sector, "index_moves"]
    low, high = (squeezed(p) for p in plan.moves)
    return -(top + 8 + (high - squeezed(pct)) / (high - low) * (tall - 16))


def _moves(part: pd.DataFrame, plan: _Plan, ticks: dict[float, str], words: Words) -> Traces:
    """The day that each move was measured to, with its percentage where there is room."""
    for sector in part["sector"].unique():
        for tick in (0, *(t for t in _TICKS if plan.moves[0] <= t <= plan.moves[1] and t)):
            _tick(ticks, _move_y(plan, sector, tick), words.signed_percent(tick, 0))
    high = _ends(part)[1]
    rows = part.to_dict("records")
    symbols = ["triangle-right" if end > high else _move_symbol(row) for end, row in zip(part["days_end"], rows, strict=True)]
    colours = [QUIET if r["series_kind"] == "benchmark" else ACCENT for r in rows]
    marker = {"symbol": symbols, "color": colours, "size": 8, "line": {"width": 1.6, "color": colours}}
    heights = {int(i): _move_y(plan, r["sector"], float(r["move_pct"])) for i, r in zip(part.index, rows, strict=True)}
    hover = [sentences([words.t(f"{KEY}hover.move", said=move_words(r, words)), *_closing(r, words)]) for r in rows]
    order = part.assign(size=part["move_pct"].abs(), market=part["series_kind"] == "benchmark").sort_values(
        ["market", "size"], ascending=[True, False]
    )
    texts = {int(i): words.signed_percent(float(p), 1) for i, p in order["move_pct"].items()}
    return [_mark(part, list(heights.values()), hover, marker), *_labels(part, heights, texts)]


def _move_symbol(row: Row) -> str:
    """Benchmarks and part-day readings are open, as are moves read from a document of low confidence."""
    if row["series_kind"] == "benchmark":
        return "circle-open"
    if row["category"] == "pct_change_intraday":
        return "diamond-open"
    return "circle-open-dot" if row["confidence"] == "low" else "circle"


def _tick(ticks: dict[float, str], at: float, text: str) -> None:
    """A tick, where no other stands too near."""
    if all(abs(at - other) >= _TICK_PX for other in ticks):
        ticks[at] = text


def _labels(part: pd.DataFrame, heights: dict[int, float], texts: dict[int, str]) -> Traces:
    """Texts beside their marks, as far as a telephone has room."""
    low, high = _ends(part)
    scale = LABELLED_PX / (high - low)
    at = _at(part)
    spots = {int(i): ((float(x) - low) * scale, heights[int(i)]) for i, x in at.items()}
    starts, ends = part["days_start"].clip(lower=low).to_dict(), part["days_end"].to_dict()
    spans = [((starts[i] - low) * scale, x, y) for i, (x, y) in spots.items() if starts[i] < ends[i]]
    kept = beside(spots, spans, texts, LABELLED_PX)
    if not kept:
        return []
    return [
        {
            "type": "scatter",
            "mode": "text",
            "x": [float(at[i]) for i in kept],
            "y": [heights[i] for i in kept],
            "text": [f"\u2002\u2009{safe(texts[i])}\u2009\u2002" for i in kept],
            "textposition": list(kept.values()),
            "textfont": {"size": 11},
            "customdata": [[i] for i in kept],
            "hoverinfo": "skip",
            "cliponaxis": False,
        }
    ]


# The finding -------------------------------------------------------------------------------------


def event_around_finding(frame: pd.DataFrame, words: Words) -> str:
    """How many records of each kind lie around the event, each counted once, and how many stand on neither side."""
    if frame.empty:
        return words.t("charts.empty")
    marks = frame.drop_duplicates(["table", "mark_id"])
    counts = marks["table"].value_counts()
    row = frame.iloc[0].to_dict()
    order = ("opinions", "funding_rounds", "index_moves", "events")
    said = [words.t(f"{KEY}finding.{table}", n=int(counts[table])) for table in order if table in counts]
    text = words.t(
        f"{KEY}finding.about",
        title=words.pick(row, "event_title"),
        date=words.date(row["event_date"]),
        days=int(row["window_days"]),
        counts=words.listed(said),
    )
    apart = int(marks["event_side"].isin(("over", "edge")).sum())
    return text + (words.t(f"{KEY}finding.apart", n=apart) if apart else "")
