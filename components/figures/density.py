"""How thick many rounds lie on a time axis, as a shading: what is drawn where each for itself would be too many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

#: Cells along the time axis and along a logarithmic axis of amounts: a shading stays this small whatever lies in it.
CELLS = (72, 24)
#: Stronger where more rounds lie; seen on a light and on a dark ground.
_SHADES = [[0.0, "rgba(138,144,154,0.10)"], [1.0, "rgba(138,144,154,0.95)"]]


def shading(days: pd.Series, amounts: pd.Series | None, time: list[str], scale: list[float], axis: str) -> list[dict[str, Any]]:
    """A shading of rounds on these days, and of these amounts on a logarithmic axis (one row of cells without amounts).

    `time` and `scale` are the ranges of the axes, the latter in powers of ten where there are amounts. The
    shade follows the logarithm of the count. Nothing to point at: it leads to no single record.
    """
    if not len(days):
        return []
    first, last = (pd.Timestamp(edge).value for edge in time)
    across = np.linspace(first, last, CELLS[0] + 1)
    up = np.linspace(scale[0], scale[1], (CELLS[1] if amounts is not None else 1) + 1)
    height = np.log10(amounts.to_numpy()) if amounts is not None else np.full(len(days), up.mean())
    counts, _, _ = np.histogram2d(days.to_numpy().astype("datetime64[ns]").astype("int64"), height, bins=(across, up))
    shades: Any = np.round(np.log1p(counts), 3).T.tolist()
    return [
        {
            "type": "heatmap",
            "x": [pd.Timestamp(int(edge)).isoformat()[:10] for edge in across],
            "y": (10**up if amounts is not None else up).tolist(),
            "z": [[v or None for v in row] for row in shades],
            "yaxis": axis,
            "colorscale": _SHADES,
            "zmin": 0,
            "showscale": False,
            "hoverinfo": "skip",
        }
    ]
