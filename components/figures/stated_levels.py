"""Marks of levels that documents state, each series from its first: two points are not a line."""

from __future__ import annotations

from itertools import accumulate

import pandas as pd

from components.breaking import pieces
from components.figures.parts import CHARACTER_PX, NARROW_PX, Row, day, has, place, read_in, sentences, shortened, width
from components.figures.thinning import MARKS, few
from components.theme import QUIET, SERIES_COLOURS, SERIES_KIND_COLOURS, SERIES_KIND_SYMBOLS, SERIES_SYMBOLS, safe
from components.words import Words

KEY = "charts.index-levels"


def scale(others: pd.DataFrame) -> list[float]:
    """Bottom and top of the axis, with room for marks and names."""
    values = others["level_rebased"]
    low, high = (float(values.min()), float(values.max())) if len(values) else (95.0, 105.0)
    room = max(high - low, 5.0)
    return [low - 0.08 * room, high + 0.1 * room]


def traces(others: pd.DataFrame, where: tuple[str, str], words: Words) -> list[Row]:
    """Marks, never lines: each series from its first stated level, which is 100."""
    n = others["series_id"].nunique()
    return [
        _trace(few(part, n), number, words) | {"xaxis": where[0], "yaxis": where[1]}
        for number, (_, part) in enumerate(others.groupby("series_id", sort=False))
    ]


def colour(row: Row, number: int) -> str:
    """A concept index keeps its colour on every chart; the others go through the list."""
    return SERIES_KIND_COLOURS["concept_index"] if row["kind"] == "concept_index" else SERIES_COLOURS[number % len(SERIES_COLOURS)]


def symbol(row: Row, number: int) -> str:
    return SERIES_KIND_SYMBOLS["concept_index"] if row["kind"] == "concept_index" else SERIES_SYMBOLS[number % len(SERIES_SYMBOLS)]


def _trace(part: pd.DataFrame, number: int, words: Words) -> Row:
    first = part.iloc[0].to_dict()
    shape, is_high = symbol(first, number), part["measure"] == "high"
    return {
        "type": "scatter",
        "mode": "markers",
        "name": safe(words.pick(first, "index_name")),
        "x": [day(d) for d in part["date"]],
        "y": part["level_rebased"].tolist(),
        "customdata": [[int(i)] for i in part.index],
        "hovertext": [hover(row, words) for row in part.to_dict("records")],
        "hoverinfo": "text",
        "cliponaxis": False,
        "showlegend": False,
        "marker": {
            "color": colour(first, number),
            "symbol": [f"{shape}-open" if high else shape for high in is_high],
            "size": 12 if first["kind"] == "concept_index" else 8,
            "opacity": 0.85,
            "line": {"width": 2 if is_high.any() else 0.5, "color": colour(first, number)},
        },
    }


def labels(others: pd.DataFrame, axis: Row, ends: list[float], pixels: int, where: tuple[str, str], words: Words) -> list[Row]:
    """The last mark of each series named, where no mark and no other name stands, on narrow and on wide screens."""
    unit = pixels / (ends[1] - ends[0])
    spread = others.drop_duplicates(["series_id", "date"])
    spots = [(place(d, axis), (level - ends[0]) * unit) for d, level in zip(spread["date"], spread["level_rebased"], strict=True)][:MARKS]
    taken: dict[int, list[Box]] = {across: [(x * across - 5, x * across + 5, y - 5, y + 5) for x, y in spots] for across in _SCREENS}
    labels = []
    last = others.groupby("series_id", sort=False).tail(1).sort_values("level_rebased", ascending=False, kind="stable")
    for row in last.to_dict("records"):
        lines = two_lines(shortened(words.pick(row, "index_name"), 36))
        high = (float(row["level_rebased"]) - ends[0]) * unit
        ax, ay = _free(place(row["date"], axis), high, (max(map(width, lines)) * CHARACTER_PX, 7.5 * len(lines)), float(pixels), taken)
        labels.append(
            {
                "text": "<br>".join(map(safe, lines)),
                "align": "left" if ax > 0 else "right",
                "x": day(row["date"]),
                "y": float(row["level_rebased"]),
                "xref": where[0],
                "yref": where[1],
                "ax": ax,
                "ay": -ay,
                "xanchor": "left" if ax > 0 else "right",
                "showarrow": True,
                "arrowhead": 0,
                "arrowwidth": 1,
                "arrowcolor": QUIET,
                "standoff": 5,
                "font": {"size": 11},
            }
        )
    return labels


Box = tuple[float, float, float, float]
#: A longer name, in characters, takes two lines.
_ONE_LINE = 22
#: Plot widths that labels are placed for, in pixels.
_SCREENS = (NARROW_PX, 880)


def two_lines(text: str) -> list[str]:
    """A long name in two lines, broken between the words nearest to its middle."""
    if width(text) <= _ONE_LINE:
        return [text]
    ends = list(accumulate(pieces(text)))[:-1]
    if not ends:
        return [text]
    first = min(ends, key=lambda head: abs(width(head.rstrip()) - width(text) / 2))
    return [first.rstrip(), text[len(first) :].lstrip()]


def _free(x: float, y: float, size: tuple[float, float], top: float, taken: dict[int, list[Box]]) -> tuple[int, int]:
    """Offset of a label from its mark, in pixels: the nearest that covers the least of what is taken, which it then takes.

    `size` is the label's width and half its height.
    """
    wide, half = size

    def box(across: int, ax: int, ay: int) -> Box:
        left = x * across + ax - (0 if ax > 0 else wide)
        return left, left + wide, y + ay - half, y + ay + half

    def cost(offset: tuple[int, int]) -> float:
        total = float(abs(offset[1]))
        for across, boxes in taken.items():
            left, right, low, high = box(across, *offset)
            total += 100 * sum(1 for a, b, c, d in boxes if a < right and b > left and c < high and d > low)
            total += 8 * (max(0.0, -40 - left) + max(0.0, right - across - 8)) + 10 * (max(0.0, -low) + max(0.0, high - top))
        return total

    best = min(((ax, sign * step) for step in range(0, 112, 16) for sign in (1, -1) for ax in (14, -14)), key=cost)
    for across, boxes in taken.items():
        boxes.append(box(across, *best))
    return best


def hover(row: Row, words: Words) -> str:
    value = words.with_unit(words.number(float(row["value"]), 2), words.code("value_unit", row["unit"]))
    said = words.t(
        f"{KEY}.hover.{'high' if row['measure'] == 'high' else 'close'}",
        name=words.pick(row, "index_name"),
        value=value,
        date=words.date(day(row["date"])),
    )
    base = ""
    if has(row["level_rebased"]) and row["course_measure"] == "rebased":
        base = words.t(f"{KEY}.hover.rebased", level=words.number(float(row["level_rebased"]), 1), base=words.date(day(row["base_date"])))
    return sentences([said, base, words.pick(row, "notes"), read_in(row, words)])
