"""Where the names of marks on a time axis stand so that none covers another, whatever the width of the screen.

A figure does not know how wide it is drawn: names are placed for a telephone, and fit any wider screen.
Knows no Plotly.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
#: Room between a stem and its name, and between two names, in pixels.
_GAP = 4.0


@dataclass(frozen=True)
class Stem:
    """A name wanted: where its stem stands and how wide the name is, in pixels; and how much it matters."""

    at: float
    wide: float
    weight: int = 0


@dataclass(frozen=True)
class Place:
    """A name placed: its row, 0 the lowest, and whether it stands to the left of its stem."""

    row: int
    is_left: bool


def on_stems(wanted: Sequence[tuple[Key, Stem]], width: float, rows: int) -> dict[Key, Place]:
    """Rows for names above a line, each at a stem that runs down from it.

    No name covers another, and no stem runs through a name. Where not all find room, those of the greatest
    weight do: one counts for more than all lighter ones that could stand in its place.
    """

    tiers = sorted({stem.weight for _, stem in wanted}, reverse=True)
    orders: dict[str, Callable[[Stem], float]] = {
        "inward": lambda stem: abs(stem.at - width / 2),
        "left": lambda stem: stem.at,
        "right": lambda stem: -stem.at,
    }
    tries = []
    for sides, order in orders.items():
        for tier in tiers:  # the heaviest first, then the others; each name further from where they begin stands higher
            ordered = sorted(wanted, key=lambda item: (item[1].weight < tier, order(item[1])))
            tries += [_greedy(ordered, width, rows, sides, turning) for turning in (False, True)]
    weights = {key: 3.0**stem.weight for key, stem in wanted}
    return max(tries, key=lambda found: sum(weights[key] for key in found), default={})


def _greedy(wanted: Iterable[tuple[Key, Stem]], width: float, rows: int, sides: str, turning: bool) -> dict[Key, Place]:
    """Each name in the lowest row that is free, on its side; where it finds none and `turning`, on the other."""
    placed: dict[Key, Place] = {}
    stems: dict[Key, Stem] = {}
    for key, stem in wanted:
        is_left = stem.at >= width / 2 if sides == "inward" else sides == "left"
        fitting = (
            place
            for side in ((is_left, not is_left) if turning else (is_left,))
            for row in range(rows)
            if _fits(stem, place := Place(row, side), placed, stems, width)
        )
        found = next(fitting, None)
        if found is not None:
            placed[key], stems[key] = found, stem
    return placed


def _box(stem: Stem, place: Place) -> tuple[float, float]:
    return (stem.at - stem.wide - _GAP, stem.at) if place.is_left else (stem.at, stem.at + stem.wide + _GAP)


def _fits(stem: Stem, place: Place, placed: dict[Key, Place], stems: dict[Key, Stem], width: float) -> bool:
    low, high = _box(stem, place)
    if low < 0 or high > width:
        return False
    for key, other in placed.items():
        its_low, its_high = _box(stems[key], other)
        if other.row == place.row and low < its_high + _GAP and its_low < high + _GAP:
            return False
        if other.row > place.row and low - 1 < stems[key].at < high + 1:
            return False
        if other.row < place.row and its_low - 1 < stem.at < its_high + 1:
            return False
    return True


def free_boxes(wanted: Sequence[tuple[Key, Sequence[tuple[str, tuple[float, float, float, float]]]]], width: float, height: float,
               taken: Iterable[tuple[float, float, float, float]] = ()) -> dict[Key, str]:  # fmt: skip
    """For each name the first of its possible places (name of the place, x0, x1, y0, y1) that is free; none where none is."""
    boxes = list(taken)
    found: dict[Key, str] = {}
    for key, places in wanted:
        for name, box in places:
            inside = box[0] >= 0 and box[1] <= width and box[2] >= 0 and box[3] <= height
            if inside and not any(_overlap(box, other) for other in boxes):
                found[key] = name
                boxes.append(box)
                break
    return found


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]
