"""Lists of stated moves around events, where no daily series is loaded: a row each, named above its mark."""

from __future__ import annotations

import pandas as pd

from components.figures.markets import squeezed, zero_marks
from components.figures.parts import Row, day, has, heading, read_in, sentences, small
from components.theme import FAINT, QUIET, SERIES_KIND_COLOURS, SERIES_KIND_SYMBOLS, safe
from components.words import Words

Traces = list[Row]
KEY = "charts.parts.study."
_TICKS = (-25, -5, 0, 5, 25, 100, 250)


def hover(row: Row, words: Words) -> str:
    """What a stated move says: of what, over which days, beside which benchmark, and where it was read."""
    key = f"{KEY}move."
    end = words.date(day(row["window_end"]))
    about = {"name": words.pick(row, "index_name"), "kind": words.code("series_kind", row["series_kind"]), "value": amount(row, words)}
    if has(row["window_start"]):
        said = words.t(f"{key}window", window=words.span(day(row["window_start"]), day(row["window_end"])), **about)
    else:
        form = {"pct_change_window": "open_window", "pct_change_intraday": "part_day"}.get(row["measure"], "day")
        said = words.t(f"{key}{form}", date=end, **about)
    lines = [said, words.t(f"{key}computed") if row["is_computed"] else ""]
    if has(row["benchmark_move_pct"]) and has(row["base_date"]):
        move = words.signed_percent(float(row["benchmark_move_pct"]))
        base = words.date(day(row["base_date"]))
        lines.append(words.t(f"{key}benchmark", benchmark=words.pick(row, "benchmark"), move=move, date=base, end=end))
    lines += [words.pick(row, "notes"), words.t(f"{key}low") if row["confidence"] == "low" else "", read_in(row, words)]
    return sentences(lines)


def amount(row: Row, words: Words) -> str:
    """A move with its sign, and its bound where it has one."""
    return words.t(f"{KEY}amount.{row['value_qualifier']}", value=words.signed_percent(float(row["move_pct"])))


def scale(moves: pd.DataFrame, words: Words) -> Row:
    """The squeezed axis of percentages, as on the chart of stated moves; its ticks name the true values."""
    known = [*moves["move_pct"].dropna(), *moves["benchmark_move_pct"].dropna(), 0.0]
    low, high = min(*known, -5), max(*known, 5)
    ticks = [t for t in _TICKS if low - 3 <= t <= high * 1.3]
    return {
        "range": [squeezed(low) - 0.5, squeezed(high) + 0.6],
        "tickvals": [squeezed(t) for t in ticks],
        "ticktext": [words.signed_percent(t, 0).rstrip("%") for t in ticks],
        "zeroline": False,
        "showgrid": False,
        "tickangle": 0,
        "tickfont": {"size": 11},
        "automargin": False,
    }


def labels(texts: dict[float, tuple[str, str]], **axes: str) -> list[Row]:
    """A name above each row, what is said of it smaller in a second line."""
    return [
        heading(f"{safe(name)}<br>{small(about)}" if about else safe(name), y, yshift=9, font={"size": 12}, **{"yref": "y"} | axes)
        for y, (name, about) in texts.items()
    ]


def marks(moves: pd.DataFrame, rows: dict[int, float], words: Words, named: bool = True, faint: bool = False) -> Traces:
    """A stem from zero and a mark for each move in its row; `named` writes the amount beside it."""
    if moves.empty:
        return []
    records = moves.to_dict("records")
    x, y = [squeezed(p) for p in moves["move_pct"]], [rows[int(i)] for i in moves.index]
    shared = {"customdata": [[int(i)] for i in moves.index], "showlegend": False, "cliponaxis": False}
    trace: Row = {
        "type": "scatter",
        "mode": "markers+text" if named else "markers",
        "x": x,
        "y": y,
        "hovertext": [hover(row, words) for row in records],
        "hoverinfo": "text",
        "marker": {
            "color": [SERIES_KIND_COLOURS[row["series_kind"]] for row in records],
            "symbol": [_symbol(row) for row in records],
            "size": 7 if faint else 10,
            "opacity": [0.45 if faint or row["confidence"] == "low" else 0.95 for row in records],
            "line": {"width": 1.5},
        },
    }
    if named:
        trace |= {
            "text": [f" {safe(amount(row, words))} " for row in records],
            "textposition": ["middle left" if row["move_pct"] < 0 else "middle right" for row in records],
            "textfont": {"size": 12},
        }
    traces: Traces = [] if faint else [zero_marks(y), _stems(x, y)]
    traces.append(trace | shared)
    return traces


def _stems(x: list[float], y: list[float]) -> Row:
    return {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
        "line": {"color": FAINT, "width": 4},
        "x": [value for at in x for value in (0, at, None)],
        "y": [value for at in y for value in (at, at, None)],
    }


def _symbol(row: Row) -> str:
    """The symbol of a kind of series, hollow for a reading from within a day."""
    shape = SERIES_KIND_SYMBOLS[row["series_kind"]]
    return f"{'circle' if shape == 'x' else shape}-open" if row["measure"] == "pct_change_intraday" else shape


def benchmarks(moves: pd.DataFrame, rows: dict[int, float], words: Words) -> Traces:
    """An upright tick where the benchmark stood over the same days."""
    known = moves[moves["benchmark_move_pct"].notna()]
    if known.empty:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": words.t(f"{KEY}benchmark"),
            "x": [squeezed(p) for p in known["benchmark_move_pct"]],
            "y": [rows[int(i)] for i in known.index],
            "customdata": [[int(i)] for i in known.index],
            "hovertext": [hover(row, words) for row in known.to_dict("records")],
            "hoverinfo": "text",
            "showlegend": False,
            "marker": {"symbol": "line-ns-open", "size": 14, "color": QUIET, "line": {"width": 2.5, "color": QUIET}},
        }
    ]
