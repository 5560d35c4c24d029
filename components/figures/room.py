"""Where a text finds room beside its mark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from components.figures.parts import CHARACTER_PX, NARROW_PX, width

#: Half of a mark, where its text begins, and how far apart two lines of text stand.
_MARK_PX, _GAP_PX, _LINE_PX = 5, 9, 12
#: From here on all belongs to a text: no other mark stands between it and its own.
_NEAR_PX = _MARK_PX + 1
#: Width of a telephone's plot beside the labels of its axis.
LABELLED_PX = 210


def beside(
    spots: Mapping[int, tuple[float, float]],
    spans: Iterable[tuple[float, float, float]],
    texts: Mapping[int, str],
    across: float = NARROW_PX,
) -> dict[int, str]:
    """For each text that has room on a telephone's plot, which side of its mark it takes, as Plotly names it.

    `spots` are the marks in pixels, `spans` lines from left to right at a height. Those first in `texts` choose first;
    no text covers a mark, a line or another text.
    """
    taken = [(x - _MARK_PX, x + _MARK_PX, y) for x, y in spots.values()] + list(spans)
    kept: dict[int, str] = {}
    for index, text in texts.items():
        x, y = spots[index]
        long = width(text) * CHARACTER_PX + 4
        sides = {"middle right": (x + _NEAR_PX, x + _GAP_PX + long), "middle left": (x - _GAP_PX - long, x - _NEAR_PX)}
        for side, (left, right) in sides.items():
            inside = left >= -_GAP_PX and right <= across + _GAP_PX
            if inside and not any(left < b and right > a and abs(y - other) < _LINE_PX for a, b, other in taken):
                taken.append((left, right, y))
                kept[index] = side
                break
    return kept
