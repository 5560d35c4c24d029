"""The vertical axes of the timeline's lanes: each the same in every block, its ticks naming the values."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from components.figures.parts import Row
from components.figures.timeline_marks import points_of, squeezed
from components.theme import EVENT_SYMBOLS, QUIET, safe
from components.words import Words

#: A line of the events lane in pixels: together, and in a block for one sector.
KIND_PX = (14, 13)
#: Kinds of events that share a line.
EVENT_LINES = {
    "models": ("model_release", "product", "research"),
    "works": ("production", "deal"),
    "money": ("funding", "market"),
    "rules": ("regulation", "legal", "labour"),
}
#: Labels of an axis stand at least so far apart, in pixels, in the lowest lane of moves.
_LABEL_PX, _MOVES_PX = 11, 72
_ZERO = {"zeroline": True, "zerolinecolor": QUIET, "zerolinewidth": 1}
_UP, _DOWN = ["positive", "strongly_positive"], ["negative", "strongly_negative"]


def scale_of(lane: str, rows: pd.DataFrame, words: Words, lines: Sequence[tuple[str, tuple[str, ...]]], is_small: bool) -> Row:
    """The axis of a lane, for all its rows; an empty one shows nothing."""
    if rows.empty:
        return {"range": [0, 1], "showticklabels": False, "showgrid": False}
    if lane == "events":
        return _events(lines, is_small)
    make = {"voices": _voices, "balance": _balance, "money": _money, "market": _moves, "levels": _levels}
    return make[lane](rows, words) | {"tickfont": {"size": 10.5}}


def event_lines(rows: pd.DataFrame, words: Words) -> list[tuple[str, tuple[str, ...]]]:
    """The lines of the events lane from the top: what each is called and the kinds on it.

    Kinds near each other share a line, where shapes tell them apart; counted in cells, each has its own.
    """
    present = set(rows["category"])
    if (rows["drawn_as"] == "cell").any():
        return [(words.code("event_kind", kind), (kind,)) for kind in EVENT_SYMBOLS if kind in present]
    lines = [
        (words.t(f"charts.impact-timeline.line.{line}"), tuple(k for k in kinds if k in present)) for line, kinds in EVENT_LINES.items()
    ]
    return [line for line in lines if line[1]]


def kind_heights(lines: Sequence[tuple[str, tuple[str, ...]]], is_small: bool) -> dict[str, float]:
    """Pixels above the foot of the events lane at which each kind stands."""
    return {kind: (len(lines) - place - 0.5) * KIND_PX[is_small] for place, (_, kinds) in enumerate(lines) for kind in kinds}


def _events(lines: Sequence[tuple[str, tuple[str, ...]]], is_small: bool) -> Row:
    heights = kind_heights(lines, is_small)
    values = [heights[kinds[0]] for _, kinds in lines]
    return {"showgrid": False, "tickvals": values, "ticktext": [safe(text) for text, _ in lines], "tickfont": {"size": 10.5}}


def _voices(rows: pd.DataFrame, words: Words) -> Row:
    """In voices from the middle line; numbered only where they are counted in columns."""
    if (rows["drawn_as"] != "cell").any():
        up, down = max(rows["pile_level"].max(), 1.0), min(rows["pile_level"].min(), -1.0)
        noted = max(4.0, 0.14 * (up - down)) if rows["is_one_document"].any() else 1.5  # room for a line of text
        return {"range": [down - 1.5, up + noted], "showticklabels": False, "showgrid": False, **_ZERO}
    counts = rows.groupby([rows["sector"].fillna(""), "period_month", "category"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["neutral", *_UP, *_DOWN], fill_value=0)
    up, down = (float((counts["neutral"] / 2 + counts[side].sum(axis=1)).max()) for side in (_UP, _DOWN))
    step = 10 ** math.floor(math.log10(max(up, down, 1)))
    ticks = [t * step for t in (-5, -2, -1, 0, 1, 2, 5) if -1.05 * down <= t * step <= 1.05 * up]
    return {"range": [-1.1 * down - 1, 1.1 * up + 1], "tickvals": ticks, "ticktext": [words.count(abs(t)) for t in ticks], **_ZERO}


def _balance(rows: pd.DataFrame, words: Words) -> Row:
    ticks = (-50, 50)  # with the middle line, which is 0, they would touch
    return {"range": [-100, 100], "tickvals": list(ticks), "ticktext": [points_of(t, words) for t in ticks], **_ZERO}


def foot(rows: pd.DataFrame) -> float:
    """Where rounds without an amount in US$ stand, in powers of ten."""
    values = rows["mark_value"].dropna()
    return (math.floor(math.log10(max(values.min(), 1e-3))) if len(values) else 0) - 1.0


def _money(rows: pd.DataFrame, words: Words) -> Row:
    low = foot(rows)
    top = math.log10(max(rows["mark_value"].max(), 1)) if rows["mark_value"].notna().any() else 1.0
    powers = [t for t in range(-3, 9) if low + 1.2 < t <= top + 0.6]
    shown = powers[:: 2 if len(powers) > 3 else 1]
    none = [low] if rows["mark_value"].isna().any() else []
    return {
        "range": [low - 0.9, top + 1.25],
        "tickvals": [*none, *shown],
        "ticktext": [*(words.t("charts.impact-timeline.foot") for _ in none), *(words.usd_m(10.0**t) for t in shown)],
    }


def _moves(rows: pd.DataFrame, words: Words) -> Row:
    values = rows["mark_value"].dropna()
    low, high = (min(-1.0, values.min()), max(1.0, values.max())) if len(values) else (-1.0, 1.0)
    edges = [squeezed(low) - 0.3, squeezed(high) + 0.65]
    apart = _LABEL_PX * (edges[1] - edges[0]) / _MOVES_PX
    ticks: list[int] = []
    for tick in (0, 100, -50, 20, -20, 500, 5, -5):
        if 1.2 * low <= tick <= 1.2 * high and all(abs(squeezed(tick) - squeezed(other)) >= apart for other in ticks):
            ticks.append(tick)
    ticks.sort()
    return {
        "range": edges,
        "tickvals": [squeezed(t) for t in ticks],
        "ticktext": [words.signed_percent(t, 0) for t in ticks],
        **_ZERO,
    }


def _levels(rows: pd.DataFrame, words: Words) -> Row:
    low, high = float(rows["mark_value"].min()), float(rows["mark_value"].max())
    if low > 0 and high / low > 6:
        steps: Sequence[float] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000)
        edges = [math.log10(0.93 * low), math.log10(1.07 * high)]
    else:
        steps, room = _even_steps(low, high), 0.06 * (high - low) + 1
        edges = [low - room, high + room]
    ticks = [t for t in steps if low <= t <= high] or [100]
    kind = "log" if low > 0 and high / low > 6 else "linear"
    return {"type": kind, "range": edges, "tickvals": ticks, "ticktext": [words.number(t, 1) for t in ticks]}


def _even_steps(low: float, high: float) -> list[float]:
    rough = max((high - low) / 3, 1e-6)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    return [round(step * i, 6) for i in range(math.floor(low / step), math.ceil(high / step) + 1)]
