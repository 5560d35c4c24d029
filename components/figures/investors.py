"""Figure and finding of `investors`: who took part in how many rounds, and which of them were led."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.figures.money import Traces
from components.figures.parts import has, heading, sentences, shortened, small, width
from components.theme import QUIET, figure, safe
from components.words import Words
from data.catalog import LIST_SEPARATOR

Row = dict[str, Any]

KINDS = ("financial", "strategic", "state", "person", "other", "unknown")
KIND_COLOURS = {
    "financial": "#2F7FB5",
    "strategic": "#C4502F",
    "state": "#B0589A",
    "person": "#2E9E5B",
    "other": "#8C6D46",
    "unknown": QUIET,
}
#: Each with the sign of a font that looks like it, for the key.
KIND_SYMBOLS = {
    "financial": ("circle", "●"),
    "strategic": ("diamond", "◆"),
    "state": ("star", "★"),
    "person": ("triangle-up", "▲"),
    "other": ("triangle-down", "▼"),
    "unknown": ("circle-open", "○"),
}
KEY = "charts.investors."
#: Bars drawn, unless all fit into MOST; ties with the last are drawn as long as TIED is not passed.
SHOWN, TIED, MOST = 20, 26, 45
_ROW_PX, _TOP_PX, _BOTTOM_PX, _LEFT_PX = 24, 44, 52, 136
_NAME_WIDTH, _KEY_WIDTH = 20, 50
#: The grey of bars and of legends that is as pale as a bar of rounds not led.
PALE = "rgba(138,144,154,0.4)"
_HATCH = {"shape": "/", "size": 5}


def kind_of(row: Row, column: str = "investor_kind") -> str:
    """The kind of an investor, `unknown` where it is not settled."""
    return str(row[column]) if row[column] in KINDS else "unknown"


def kind_words(kind: str, words: Words) -> str:
    return words.t(f"{KEY}unknown") if kind == "unknown" else words.code("investor_kind", kind)


def _own(frame: pd.DataFrame) -> pd.Series[int]:
    """Rounds that are not there only for being cross-sector."""
    return frame["n_taken_part"] - frame["n_cross_only"]


def _people(frame: pd.DataFrame) -> pd.DataFrame:
    """Investors with a round; those of the chosen sectors' own rounds alone, where there are any."""
    people = frame[frame["investor_id"].notna() & (frame["n_taken_part"] > 0)]
    own = people[_own(people) > 0]
    return own if len(own) else people


def drawn(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that have a bar, the most active investors."""
    people = _people(frame)
    if len(people) <= MOST:
        return people
    rank = pd.DataFrame({"own": _own(people), "all": people["n_taken_part"], "companies": people["n_companies_backed"]})
    tied = people[(rank >= rank.iloc[SHOWN - 1]).all(axis=1)]
    return tied if SHOWN < len(tied) <= TIED else people.head(SHOWN)


def _lines(frame: pd.DataFrame) -> list[tuple[str, Any]]:
    """What stands on each line from the top: ("kind", code), ("investor", position), ("nobody", position)."""
    lines: list[tuple[str, Any]] = []
    shown = drawn(frame)
    kinds = [kind_of(row) for row in shown.to_dict("records")]
    for kind in dict.fromkeys(kinds):  # the kind of the most active investor first
        lines += [("kind", kind), *(("investor", int(i)) for i, k in zip(shown.index, kinds, strict=True) if k == kind)]
    lines += [("nobody", int(i)) for i in frame.index[frame["investor_id"].isna() & (frame["n_taken_part"] > 0)]]
    return lines


def investors_height(frame: pd.DataFrame) -> int:
    return _TOP_PX + _BOTTOM_PX + _ROW_PX * max(len(_lines(frame)), 3)


def investors(frame: pd.DataFrame, words: Words) -> go.Figure:
    """A bar an investor, grouped by kind: the whole bar is rounds taken part in, the full part those led."""
    lines = _lines(frame)
    places = {line: place for place, line in enumerate(lines)}
    rows = [(places["investor", i], i, frame.loc[i].to_dict()) for kind, i in lines if kind == "investor"]
    nobody = [(places[line], line[1]) for line in lines if line[0] == "nobody"]
    most = max((row["n_taken_part"] for _, _, row in rows), default=1)
    edge = 1.95 * most
    layout: Row = {
        "barmode": "overlay",
        "bargap": 0.35,
        "margin": {"l": _LEFT_PX, "r": 12, "t": _TOP_PX, "b": _BOTTOM_PX, "pad": 4},
        "xaxis": {"range": [0, edge], "visible": False, "automargin": False},
        "yaxis": {
            "range": [max(len(lines), 3) - 0.5, -0.5],
            "tickvals": [place for place, _, _ in rows],
            "ticktext": [safe(shortened(words.pick(row, "investor"), _NAME_WIDTH)) for _, _, row in rows],
            "tickfont": {"size": 12},
            "showgrid": False,
            "automargin": False,
        },
        "showlegend": False,
        "annotations": [_kind_heading(kind, place, frame, words) for (what, kind), place in places.items() if what == "kind"]
        + (_notes(frame, rows, words) if rows else []),
    }
    return figure(_bars(rows, words) + _texts(rows, edge, words) + _nobody(nobody, frame, words), **layout)


def key_of(entries: list[tuple[str, str, str]], **more: Any) -> Row:
    """A key at the left above a figure: (sign, its colour, what it means), as many on a line as a telephone holds.

    Plotly's own legend takes a line an entry there, and the margin that this needs everywhere.
    """
    lines: list[list[str]] = [[]]
    taken = 0
    for sign, colour, text in entries:
        taken += width(text) + 4
        if taken > _KEY_WIDTH:
            lines.append([])
            taken = width(text) + 4
        lines[-1].append(f"<span style='color:{colour}'>{sign}</span>\u00a0{safe(text)}")
    return heading("<br>".join("\u2003".join(line) for line in lines), 1, font={"size": 12}, **more)


def _kind_heading(kind: str, place: int, frame: pd.DataFrame, words: Words) -> Row:
    """A kind of investors, and in how many of the rounds with names one of them is."""
    of_kind = next(r for r in frame.to_dict("records") if has(r["investor_id"]) and kind_of(r) == kind)
    counts = words.t(f"{KEY}of_named", n=int(of_kind["n_kind_rounds"]), total=int(of_kind["n_named_rounds"]))
    # Colour for the name alone: at the size of the counts it is too pale to be read.
    text = f"<span style='color:{KIND_COLOURS[kind]}'><b>{safe(kind_words(kind, words))}</b></span>  {small(counts)}"
    return heading(text, place + 0.42, yref="y", xshift=4 - _LEFT_PX)


def _notes(frame: pd.DataFrame, rows: list[Any], words: Words) -> list[Row]:
    """The key, the head of the column of companies, and how many are not drawn."""
    top = {"xref": "paper", "yref": "paper", "showarrow": False}
    looks = [("■", PALE, "took_part"), ("■", QUIET, "led")] + ([("▨", QUIET, "cross_only")] if (frame["n_cross_only"] > 0).any() else [])
    said = [
        key_of([(sign, colour, words.t(f"{KEY}{name}")) for sign, colour, name in looks], xshift=4 - _LEFT_PX, yshift=20),
        {"x": 1, "y": 1, "xanchor": "right", "yanchor": "bottom", "text": small(words.t(f"{KEY}companies")), **top},
    ]
    rest = frame[frame["investor_id"].notna() & (frame["n_taken_part"] > 0)].drop(index=[i for _, i, _ in rows])
    if len(rest):
        once = int((rest["n_taken_part"] == 1).sum())
        text = words.t(f"{KEY}{'rest' if once < len(rest) else 'rest_once'}", n=len(rest), once=once)
        said.append({"x": 0, "y": 0, "xanchor": "left", "yanchor": "top", "xshift": 4 - _LEFT_PX, "yshift": -8, "text": small(text), **top})
    return said


def _marks(rows: list[Any], words: Words) -> Row:
    return {
        "y": [place for place, _, _ in rows],
        "customdata": [[i] for _, i, _ in rows],
        "hovertext": [_hover(row, words) for _, _, row in rows],
        "hoverinfo": "text",
    }


def _bars(rows: list[Any], words: Words) -> Traces:
    """The pale bars of rounds taken part in, the hatched end of those only cross-sector, the full bars of those led."""
    bar: Row = {"type": "bar", "orientation": "h"}
    cross = [line for line in rows if line[2]["n_cross_only"]]
    led = [line for line in rows if line[2]["n_led"]]
    traces: Traces = [
        bar
        | {"x": [row["n_taken_part"] - row["n_cross_only"] for _, _, row in rows]}
        | {"marker": {"color": _colours(rows), "opacity": 0.38}}
        | _marks(rows, words),
        bar
        | {"base": [row["n_taken_part"] - row["n_cross_only"] for _, _, row in cross], "x": [row["n_cross_only"] for _, _, row in cross]}
        | {
            "marker": {
                "color": "rgba(0,0,0,0)",
                "pattern": _HATCH | {"fgcolor": _colours(cross)},
                "line": {"width": 1, "color": _colours(cross)},
            }
        }
        | _marks(cross, words),
        bar | {"x": [row["n_led"] for _, _, row in led], "width": 0.38, "marker": {"color": _colours(led)}} | _marks(led, words),
    ]
    return [t for t in traces if t["x"]]


def _colours(rows: list[Any]) -> list[str]:
    return [KIND_COLOURS[kind_of(row)] for _, _, row in rows]


def _texts(rows: list[Any], edge: float, words: Words) -> Traces:
    """Counts beside the bars, and companies in a column at the right."""
    if not rows:
        return []
    text: Row = {"type": "scatter", "mode": "text", "textfont": {"size": 12}, "cliponaxis": False, "showlegend": False} | _marks(
        rows, words
    )
    return [
        text
        | {
            "x": [row["n_taken_part"] + 0.01 * edge for _, _, row in rows],
            "text": [_count(row, words) for _, _, row in rows],
            "textposition": "middle right",
        },
        text
        | {
            "x": [edge] * len(rows),
            "text": [words.count(int(row["n_companies_backed"])) for _, _, row in rows],
            "textposition": "middle left",
        },
    ]


def _count(row: Row, words: Words) -> str:
    """Rounds, rounds led, and a cross for each pledge that was cancelled."""
    key = "count_led" if row["n_led"] else "count"
    said = words.t(f"{KEY}{key}", n=int(row["n_taken_part"]), led=int(row["n_led"]))
    return said + (words.t(f"{KEY}count_cancelled", n=int(row["n_cancelled"])) if row["n_cancelled"] else "")


def _nobody(lines: list[tuple[int, int]], frame: pd.DataFrame, words: Words) -> Traces:
    """The rounds that name nobody, in words on a line of their own."""
    if not lines:
        return []
    said = [words.t(f"{KEY}nobody", n=int(frame.loc[i, "n_taken_part"])) for _, i in lines]
    mark: Row = {"type": "scatter", "mode": "text", "textfont": {"size": 12}, "textposition": "middle right"}
    mark |= {"x": [0] * len(lines), "y": [place for place, _ in lines], "text": [safe(s) for s in said], "cliponaxis": False}
    hover = [sentences([s, words.t(f"{KEY}hover.nobody")]) for s in said]
    return [mark | {"customdata": [[i] for _, i in lines], "hovertext": hover, "hoverinfo": "text"}]


def _hover(row: Row, words: Words) -> str:
    key = f"{KEY}hover."
    lines = [
        words.t(f"{key}who", name=words.pick(row, "investor"), kind=kind_words(kind_of(row), words)),
        words.t(f"{key}took_part", n=int(row["n_taken_part"]), led=int(row["n_led"]), companies=int(row["n_companies_backed"])),
        words.t(f"{key}cross_only", n=int(row["n_cross_only"])) if row["n_cross_only"] else "",
        words.t(f"{key}companies", names=company_names(row, words)),
        _when(row, words),
        words.t(f"{key}money", said=_money(row, words)),
        words.t(f"{key}cancelled", n=int(row["n_cancelled"])) if row["n_cancelled"] else "",
    ]
    return sentences(lines)


def company_names(row: Row, words: Words, stem: str = "companies_backed", most: int = 8) -> str:
    """The companies of a row, the first few by name."""
    names = words.pick(row, stem).split(LIST_SEPARATOR)
    said = words.listed(names[:most])
    return said + (words.t(f"{KEY}hover.more", n=len(names) - most) if len(names) > most else "")


def _when(row: Row, words: Words) -> str:
    first, last = row["first_round_date"], row["last_round_date"]
    time = words.date(first) if first == last else words.span(first, last)
    return words.t(f"{KEY}hover.when", time=time)


def _money(row: Row, words: Words) -> str:
    """What is known of the whole rounds: general-model companies' apart, and how many give no US dollars."""
    unknown = int(row["n_undisclosed"] + row["n_other_currency"])
    said = []
    for stem in ("rounds", "general_rounds"):
        known, bound, ceiling = (row[f"{stem}_{name}_usd_m"] for name in ("known", "lower_bound", "up_to"))
        parts = []
        if has(known):
            floor = unknown or has(bound)
            parts.append(words.t(f"{KEY}hover.{'floor' if floor else 'sum'}", amount=words.usd_m(float(known))))
        if has(bound):
            parts.append(words.t(f"{KEY}hover.bound", amount=words.usd_m(float(bound))))
        if has(ceiling):
            parts.append(words.t(f"{KEY}hover.up_to", amount=words.usd_m(float(ceiling))))
        if parts:
            joined = words.t("charts.funding.known.comma").join(parts)
            said.append(words.t(f"{KEY}hover.general", said=joined) if stem == "general_rounds" else joined)
    if unknown:
        said.append(words.t(f"{KEY}hover.unknown", n=unknown, total=int(row["n_taken_part"])))
    return words.t("charts.funding.known.joiner").join(said)


# Finding ----------------------------------------------------------------------------------------


def investors_finding(frame: pd.DataFrame, words: Words) -> str:
    """Who took part in most rounds, how many only once, how often strategic investors, and what names nobody."""
    if frame.empty:
        return words.t("charts.empty")
    here, cross = int(frame["n_rounds_here"].iloc[0]), int(frame["n_cross_only_here"].iloc[0])
    nobody = int(frame.loc[frame["investor_id"].isna(), "n_taken_part"].sum())
    people = frame[frame["investor_id"].notna() & (frame["n_taken_part"] > 0)]
    if people.empty:
        return words.t(f"{KEY}finding.{'nobody' if nobody else 'cancelled'}", n=nobody or int(frame["n_cancelled"].max()))
    said = []
    own = _own(people)
    if cross and own.max() > 0:
        said.append(_most(people, own, here - cross, "own", words))
        said.append(_most(people, people["n_taken_part"], here, "with_cross", words))
    else:
        said.append(_most(people, people["n_taken_part"], here, "all", words))
    once = int((people["n_taken_part"] == 1).sum())
    if once and people["n_taken_part"].max() > 1:
        said.append(words.t(f"{KEY}finding.once", n=len(people), once=once))
    strategic = people[people["investor_kind"] == "strategic"]
    if len(strategic):
        # Where some investors are of no known kind, more of the rounds may have a strategic one.
        row = strategic.iloc[0]
        sure = people["investor_kind"].notna().all() or row["n_kind_rounds"] == row["n_named_rounds"]
        said.append(
            words.t(f"{KEY}finding.strategic{'' if sure else '_least'}", n=int(row["n_kind_rounds"]), total=int(row["n_named_rounds"]))
        )
    if nobody:
        said.append(words.t(f"{KEY}finding.nobody_too", n=nobody))
    return words.t("charts.funding.known.joiner").join(said)


def _most(people: pd.DataFrame, counts: pd.Series[int], total: int, scope: str, words: Words) -> str:
    """The most active investor, or those who share the place."""
    key = f"{KEY}finding."
    top = people[counts == counts.max()]
    most = int(counts.max())
    where, noun = words.t(f"{key}scope.{scope}"), words.t(f"{key}noun.{scope}")
    names = words.listed(words.pick(r, "investor") for r in top.head(3).to_dict("records"))
    rest = counts[counts < most]
    if most == total > 1 and len(top) == 1 and len(rest) and rest.max() > 0:
        # One investor or one company is chosen: that it is in all its rounds says nothing.
        after = people.loc[rest.index[rest == rest.max()]]
        some = {"where": where, "name": names, "n": int(rest.max()), "total": total, "count": len(after)}
        listed = words.listed(words.pick(r, "investor") for r in after.head(3).to_dict("records"))
        return words.t(f"{key}in_all{'_many' if len(after) > 3 else ''}", next=listed, **some)
    if most == 1 and len(top) > 1:
        return words.t(f"{key}none_twice", where=where, n=int((counts > 0).sum()), total=total)
    if len(top) > 3:
        return words.t(f"{key}many", where=where, noun=noun, n=len(top), most=most, total=total)
    if len(top) > 1:
        return words.t(f"{key}tied", where=where, noun=noun, names=names, most=most, total=total)
    led = int(top["n_led"].iloc[0]) if scope != "own" else 0
    return words.t(f"{key}{'most_led' if led else 'most'}", where=where, noun=noun, name=names, n=most, led=led, total=total)
