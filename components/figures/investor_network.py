"""Figures and findings of `investor-network` and `investor-pairs`: who invests in what, and who comes together."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.investors import KIND_COLOURS, KIND_SYMBOLS, KINDS, PALE, company_names, key_of, kind_of, kind_words
from components.figures.money import Traces
from components.figures.parts import heading, sentences, shortened, small
from components.theme import ACCENT, QUIET, figure, safe
from components.words import Words
from data.catalog import dictionary

Row = dict[str, Any]

_NET = "charts.investor-network."
_PAIRS = "charts.investor-pairs."
_ROW_PX, _TOP_PX, _BOTTOM_PX = 18, 86, 12
#: Room for the names of investors at the left and of companies at the right, in pixels and characters.
_LEFT_PX, _RIGHT_PX = 120, 94
_LEFT_WIDTH, _RIGHT_WIDTH = 19, 14
#: Points along a line from an investor to a company.
_BEND = tuple(i / 10 for i in range(11))
_PAIRS_DRAWN, _PAIRS_DRAWN_ALIKE, _PAIR_PX = 16, 6, 42


# investor-network -------------------------------------------------------------------------------


def network_narrows(mark: Row) -> list[tuple[str, str]]:
    """An investor, a company, or the link between both."""
    return [(name, mark[f"{name}_id"]) for name in ("investor", "company") if isinstance(mark[f"{name}_id"], str)]


def investor_network_height(frame: pd.DataFrame) -> int:
    lowest = frame["layout_y"].max() if len(frame) else 0
    return _TOP_PX + _BOTTOM_PX + int(_ROW_PX * (max(lowest, 7) + 1))


def investor_network(frame: pd.DataFrame, words: Words) -> go.Figure:
    """Investors in a column at the left, companies at the right, a line where one took part in a round of the other."""
    if frame.empty:
        return figure([], xaxis={"visible": False}, yaxis={"visible": False})
    rows = list(enumerate(frame.to_dict("records")))
    lowest = max(float(frame["layout_y"].max()), 7.0)
    return figure(
        _links(rows, words) + _investor_nodes(rows, words) + _company_nodes(rows, words),
        margin={"l": _LEFT_PX, "r": _RIGHT_PX, "t": _TOP_PX, "b": _BOTTOM_PX},
        xaxis={"range": [-0.03, 1.03], "visible": False, "automargin": False},
        yaxis={"range": [lowest + 0.6, -0.6], "visible": False, "automargin": False},
        showlegend=False,
        annotations=[
            key_of(_looks(rows, words), xshift=8 - _LEFT_PX, yshift=30),
            heading(f"<b>{safe(words.t(f'{_NET}investors'))}</b>", 1, xanchor="right", xshift=-8, yshift=4),
            heading(f"<b>{safe(words.t(f'{_NET}companies'))}</b>", 1, x=1, xshift=8, yshift=4),
        ],
    )


def _looks(rows: list[tuple[int, Row]], words: Words) -> list[tuple[str, str, str]]:
    """The signs of the network that occur, for its key."""
    kinds = {kind_of(row) for _, row in rows if row["network_part"] == "investor"}
    general = {row["company_kind"] == "general_model" for _, row in rows if row["network_part"] == "company"}
    looks = [(KIND_SYMBOLS[kind][1], KIND_COLOURS[kind], kind_words(kind, words)) for kind in KINDS if kind in kinds]
    looks += [("■", QUIET, words.t(f"{_NET}company"))] if False in general else []
    return looks + ([("□", QUIET, words.t(f"{_NET}general_company"))] if True in general else [])


def _links(rows: list[tuple[int, Row]], words: Words) -> Traces:
    """A bent line for each link, in the colour of the investor's kind, thicker for more rounds. Lines are told, not clicked."""
    heights = {row[f"{part}_id"]: row["layout_y"] for _, row in rows if (part := row["network_part"]) != "link"}
    traces: dict[tuple[str, int], Row] = {}
    for i, row in rows:
        if row["network_part"] != "link":
            continue
        kind, thick = kind_of(row), min(int(row["n_taken_part"]), 3)
        line = {"color": KIND_COLOURS[kind], "width": (1, 2.2, 3.6)[thick - 1]}
        start: Row = {"x": [], "y": [], "customdata": [], "hovertext": []}
        trace = traces.setdefault((kind, thick), {"type": "scatter", "mode": "lines", "line": line, "opacity": 0.5} | start)
        top, bottom = heights[row["investor_id"]], heights[row["company_id"]]
        trace["x"] += [*_BEND, None]
        trace["y"] += [*(round(top + (bottom - top) * t * t * (3 - 2 * t), 2) for t in _BEND), None]
        trace["customdata"] += [[i]] * (len(_BEND) + 1)
        trace["hovertext"] += [_link_hover(row, words)] * (len(_BEND) + 1)
    return [t | {"hoverinfo": "text"} for _, t in sorted(traces.items())]


def _link_hover(row: Row, words: Words) -> str:
    names = {"investor": words.pick(row, "investor"), "company": words.pick(row, "company")}
    return sentences([words.t(f"{_NET}hover.link", n=int(row["n_taken_part"]), led=int(row["n_led"]), **names)])


def _investor_nodes(rows: list[tuple[int, Row]], words: Words) -> Traces:
    """A mark and a name for each investor, one trace a kind."""
    traces = []
    for kind in KINDS:
        some = [(i, row) for i, row in rows if row["network_part"] == "investor" and kind_of(row) == kind]
        if some:
            marker: Row = {"symbol": KIND_SYMBOLS[kind][0], "color": KIND_COLOURS[kind]}
            marker |= {"size": [_size(row["n_companies_backed"]) for _, row in some], "line": {"width": 1.5 if kind == "unknown" else 0}}
            hover = [_investor_hover(row, words) for _, row in some]
            traces.append(_nodes(some, hover, "middle left", _LEFT_WIDTH, "investor", words) | {"marker": marker})
    return traces


def _company_nodes(rows: list[tuple[int, Row]], words: Words) -> Traces:
    """A square and a name for each company; open squares for general-model companies."""
    traces = []
    for general in (False, True):
        some = [(i, row) for i, row in rows if row["network_part"] == "company" and (row["company_kind"] == "general_model") is general]
        if some:
            marker: Row = {"symbol": "square-open" if general else "square", "color": QUIET, "line": {"width": 2 if general else 0}}
            marker |= {"size": [_size(row["n_investors"] / 2) for _, row in some]}
            hover = [_company_hover(row, words) for _, row in some]
            traces.append(_nodes(some, hover, "middle right", _RIGHT_WIDTH, "company", words) | {"marker": marker})
    return traces


def _size(count: float) -> float:
    return float(min(6 + 1.4 * count, 15))


def _nodes(rows: list[tuple[int, Row]], hover: list[str], where: str, width: int, stem: str, words: Words) -> Row:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [row["layout_x"] for _, row in rows],
        "y": [row["layout_y"] for _, row in rows],
        "text": [f"\u00a0{safe(shortened(words.pick(row, stem), width))}\u00a0" for _, row in rows],
        "textposition": where,
        "textfont": {"size": 11},
        "cliponaxis": False,
        "customdata": [[i] for i, _ in rows],
        "hovertext": hover,
        "hoverinfo": "text",
    }


def _investor_hover(row: Row, words: Words) -> str:
    who = words.t("charts.investors.hover.who", name=words.pick(row, "investor"), kind=kind_words(kind_of(row), words))
    counts = {"n": int(row["n_taken_part"]), "led": int(row["n_led"]), "companies": int(row["n_companies_backed"])}
    return sentences([who, words.t("charts.investors.hover.took_part", **counts)])


def _company_hover(row: Row, words: Words) -> str:
    kind = words.code("company_kind", row["company_kind"]) if row["company_kind"] in dictionary().codes["company_kind"] else ""
    name = words.pick(row, "company")
    who = words.t(f"{_NET}hover.company_kind", name=name, kind=kind) if kind else name
    return sentences([who, words.t(f"{_NET}hover.company", n=int(row["n_taken_part"]), investors=int(row["n_investors"]))])


def investor_network_finding(frame: pd.DataFrame, words: Words) -> str:
    """Who is in most companies, how many are in more than one, and which company most of those drawn share."""
    if frame.empty:
        return words.t("charts.empty")
    key = f"{_NET}finding."
    first = frame.iloc[0]
    investors, links = frame[frame["network_part"] == "investor"], frame[frame["network_part"] == "link"]
    here = {"n": int(first["n_investors_here"]), "companies": int(first["n_companies_here"]), "several": int(first["n_several_companies"])}
    most = int(investors["n_companies_backed"].max())
    top = sorted(
        investors[investors["n_companies_backed"] == most].to_dict("records"), key=lambda r: (-r["n_taken_part"], r["investor_id"])
    )
    names = words.listed(words.pick(r, "investor") for r in top[:3])
    if most == 1:
        said = [words.t(f"{key}none", **here)]
    else:
        form = "most" if len(top) == 1 else "tied" if len(top) <= 3 else "many"
        said = [words.t(f"{key}{form}", names=names, most=most, count=len(top), companies=here["companies"])]
        said.append(words.t(f"{key}several", n=here["several"], total=here["n"]))
    shared = links["company_id"].value_counts()
    shared = shared[shared == shared.max()]
    if here["companies"] > 1 and len(shared) == 1 and shared.iloc[0] > 1:
        company = links[links["company_id"] == shared.index[0]].iloc[0].to_dict()
        said.append(words.t(f"{key}shared", name=words.pick(company, "company"), n=int(shared.iloc[0]), total=len(investors)))
    return words.t("charts.funding.known.joiner").join(said)


# investor-pairs ---------------------------------------------------------------------------------


def _pairs_drawn(frame: pd.DataFrame) -> int:
    """How many pairs have a bar: a few are enough where none shares two rounds and all look alike."""
    return min(len(frame), _PAIRS_DRAWN if (frame["n_together"] > 1).any() else _PAIRS_DRAWN_ALIKE)


def investor_pairs_height(frame: pd.DataFrame) -> int:
    return 76 + _PAIR_PX * max(_pairs_drawn(frame), 3)


def investor_pairs(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A bar a pair: in the middle the rounds of both, at either end those of one without the other."""
    rows = list(enumerate(frame.head(_pairs_drawn(frame)).to_dict("records")))
    if not rows:
        return figure([], xaxis={"visible": False}, yaxis={"visible": False})
    alone = [(int(r["n_taken_part_a"] - r["n_together"]), int(r["n_taken_part_b"] - r["n_together"])) for _, r in rows]
    left = max(a for a, _ in alone)
    right = max(int(r["n_together"]) + b for (_, r), (_, b) in zip(rows, alone, strict=True))
    pad, rest = 0.06 * (left + right), int(frame["n_pairs"].iloc[0]) - len(rows)
    bar: Row = {"type": "bar", "orientation": "h", "width": 0.4}
    ends = bar | {"marker": {"color": PALE}}
    one = [(i, r, a, -a) for (i, r), (a, _) in zip(rows, alone, strict=True) if a]
    other = [(i, r, b, int(r["n_together"])) for (i, r), (_, b) in zip(rows, alone, strict=True) if b]
    both = [(i, r, int(r["n_together"]), 0) for i, r in rows]
    traces = [bar | {"marker": {"color": ACCENT}} | _segments(both, words), ends | _segments(one, words), ends | _segments(other, words)]
    traces += [_counts(both, {"size": 11, "color": "#FFFFFF"}, words), _counts(one + other, {"size": 11}, words)]
    return figure(
        [t for t in traces if t["x"]],
        barmode="overlay",
        margin={"l": 8, "r": 8, "t": 36, "b": 28},
        xaxis={"range": [-left - pad, right + pad], "visible": False, "automargin": False},
        yaxis={"range": [len(rows) - 0.45, -0.75], "visible": False, "automargin": False},
        showlegend=False,
        annotations=[
            key_of([("■", ACCENT, words.t(f"{_PAIRS}both")), ("■", PALE, words.t(f"{_PAIRS}alone"))], yshift=8),
            *(_pair_name(place, row, words) for place, row in rows),
            *([heading(small(words.t(f"{_PAIRS}rest", n=rest)), 0, yanchor="top", yshift=-6)] if rest else []),
        ],
    )


_Segment = tuple[int, Row, int, int]


def _segments(rows: list[_Segment], words: Words) -> Row:
    """One piece of each bar: (position, row, length, start)."""
    return {"base": [start for _, _, _, start in rows], "x": [length for _, _, length, _ in rows]} | _pair_marks(rows, words)


def _counts(rows: list[_Segment], font: Row, words: Words) -> Row:
    """The number of rounds inside each piece; a bar's own text would shrink with the bar."""
    middle = {"x": [start + length / 2 for _, _, length, start in rows], "text": [words.number(length) for _, _, length, _ in rows]}
    text: Row = {"type": "scatter", "mode": "text", "textfont": font, "textposition": "middle center"}
    return text | middle | _pair_marks(rows, words)


def _pair_marks(rows: list[_Segment], words: Words) -> Row:
    return {
        "y": [place for place, _, _, _ in rows],
        "customdata": [[place] for place, _, _, _ in rows],
        "hovertext": [_pair_hover(row, words) for _, row, _, _ in rows],
        "hoverinfo": "text",
    }


def _pair_name(place: int, row: Row, words: Words) -> Row:
    names = words.t(f"{_PAIRS}pair", **{side: shortened(words.pick(row, f"investor_{side}"), 18) for side in ("a", "b")})
    tag = words.t(f"{_PAIRS}{'always' if row['is_same_rounds'] else 'never_without'}") if row["is_subset"] else ""
    said = f"  {small(tag)}" if tag else ""
    return heading(f"{safe(names)}{said}", place - 0.22, yref="y", font={"size": 12})


def _pair_hover(row: Row, words: Words) -> str:
    key = f"{_PAIRS}hover."
    one, other = (words.pick(row, f"investor_{side}") for side in ("a", "b"))
    n = int(row["n_together"])
    lines = [
        words.t(f"{key}together", one=one, other=other, n=n, companies=int(row["n_companies_together"])),
        words.t(f"{key}each", one=one, other=other, a=int(row["n_taken_part_a"]), b=int(row["n_taken_part_b"])),
        words.t(f"{key}share", share=words.percent(float(row["share_together_pct"]))),
        words.t("charts.investors.hover.companies", names=company_names(row, words, "companies_together")),
    ]
    if row["is_same_rounds"]:
        lines.append(words.t(f"{key}always", n=n))
    elif row["is_subset"]:
        lines.append(words.t(f"{key}never_without", one=one, other=other, n=n))
    return sentences(lines)


def investor_pairs_finding(frame: pd.DataFrame, words: Words) -> str:
    """Who came together most, and how many pairs always did, with how few rounds that rests on."""
    if frame.empty:
        return words.t("charts.empty")
    key = f"{_PAIRS}finding."
    most = int(frame["n_together"].max())
    if most == 1:
        return words.t(f"{key}once", n=int(frame["n_pairs"].iloc[0]))
    top = frame[frame["n_together"] == most]
    first = top.iloc[0].to_dict()
    pair = words.t(f"{_PAIRS}pair_in_text", a=words.pick(first, "investor_a"), b=words.pick(first, "investor_b"))
    if len(top) == 1:
        counts = {"a": int(first["n_taken_part_a"]), "b": int(first["n_taken_part_b"]), "companies": int(first["n_companies_together"])}
        form = "most" if counts["companies"] > 1 else "most_one_company"
        said = [words.t(f"{key}{form}", pair=pair, n=most, company=words.pick(first, "companies_together"), **counts)]
    else:
        said = [words.t(f"{key}tied", count=len(top), n=most)]
    if frame["n_pairs"].iloc[0] > len(frame):
        said.append(words.t(f"{key}kept", kept=len(frame), n=int(frame["n_pairs"].iloc[0])))
    same = frame[frame["is_same_rounds"]]
    if len(same):
        named = [
            words.t(f"{_PAIRS}pair_in_text", a=words.pick(r, "investor_a"), b=words.pick(r, "investor_b"))
            for r in same.head(2).to_dict("records")
        ]
        few = int(same["n_together"].max())
        form = "always_one" if len(same) == 1 else "always" if len(same) <= len(named) else "always_such_as"
        said.append(words.t(f"{key}{form}", n=len(same), names=words.t(f"{key}and").join(named), most=few))
    never = int((frame["is_subset"] & ~frame["is_same_rounds"]).sum())
    if never:
        said.append(words.t(f"{key}never_without", n=never))
    if len(same) or never:
        said.append(words.t(f"{key}hedge"))
    return words.t("charts.funding.known.joiner").join(said)
