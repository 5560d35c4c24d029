"""A figure as a document carries it: without what only a page needs, and no finer than can be seen on its width."""

from __future__ import annotations

from typing import Any

Trace = dict[str, Any]

#: A line of more points than this keeps the lowest and the highest of each stretch: a chart is about so many pixels wide.
MOST_POINTS = 800


def light(trace: Trace) -> Trace:
    """The same trace without the places that a click leads to, a long line thinned."""
    kept = {name: value for name, value in trace.items() if name != "customdata" or "customdata" in str(trace.get("hovertemplate", ""))}
    return _thinned(kept) if _is_long(kept) else kept


def _is_long(trace: Trace) -> bool:
    """Whether a trace is a mere line of more points than can be seen."""
    along = [name for name, value in trace.items() if isinstance(value, list) and len(value) > MOST_POINTS]
    return trace.get("mode") == "lines" and sorted(along) == ["x", "y"]


def _thinned(trace: Trace) -> Trace:
    """First, lowest, highest and last of each stretch, and every gap: no peak is lost, and every point is one that was there."""
    values = trace["y"]
    size = -(-len(values) * 4 // MOST_POINTS)
    kept: set[int] = {i for i, value in enumerate(values) if value is None}
    for start in range(0, len(values), size):
        known = [i for i in range(start, min(start + size, len(values))) if values[i] is not None]
        if known:
            kept |= {known[0], known[-1], min(known, key=values.__getitem__), max(known, key=values.__getitem__)}
    order = sorted(kept)
    return trace | {"x": [trace["x"][i] for i in order], "y": [values[i] for i in order]}
