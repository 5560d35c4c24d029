"""Money in words and on axes, for every funding figure: amounts never without what is not known of them."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from components.figures.parts import has
from components.theme import ACCENT, HIGHLIGHT, QUIET, SECTOR_SYMBOLS, safe
from components.words import MISSING, Words
from data.frames.funding import APART, CLASSES, GROUPS, SUMMED
from data.frames.printed import items

Traces = list[dict[str, Any]]
_TAG = re.compile(r"<[^>]*>")

DRAWN = (*SUMMED, "up_to")
NOT_DRAWN = tuple(c for c in CLASSES if c not in DRAWN)
CLASS_COLOURS = {"exact": ACCENT, "about": ACCENT, "at_least": HIGHLIGHT, "up_to": QUIET}
CLASS_PATTERNS = {"exact": "", "about": ".", "at_least": "", "up_to": "/"}
#: A cross means cancelled here, so cross-sector rounds have another shape.
SYMBOLS = SECTOR_SYMBOLS | {"cross": "pentagon"}


# Words of money ---------------------------------------------------------------------------------


def money_words(total: Any, words: Words, short: bool = False) -> str:
    """A row of `totals` in words: what is known, and always what is not.

    `short` is a clause for a finding: bounds, parts, cancelled rounds and amounts in other currencies are
    left to the long form.
    """
    key = "charts.funding.known."
    n = {
        name: int(total[f"n_{name}"])
        for name in ("rounds", "known", "lower_bound", "up_to", "undisclosed", "other_currency", "part_of", "cancelled")
    }
    unknown = n["undisclosed"] + n["other_currency"]
    said = []
    if n["known"]:
        said.append(known_words(total, words))
    if 0 < n["lower_bound"] < n["known"] and not short:  # where all are, the sign of the sum says it
        said.append(words.t(f"{key}lower_bound", amount=words.usd_m(float(total["lower_bound_usd_m"]))))
    if n["up_to"]:
        kind = "up_to" if n["known"] else "only_up_to"
        said.append(words.t(f"{key}{kind}", amount=words.usd_m(float(total["up_to_usd_m"])), n=n["up_to"]))
    if not said:
        said.append(words.t(f"{key}none", n=n["rounds"]) if n["rounds"] else words.t(f"{key}nothing_counted"))
    parts = [words.t(f"{key}comma").join(said)]
    if not short:
        other = printed_words(total.get("other_currency_as_printed"), words)
        reasons = {"undisclosed": "undisclosed", "other_currency": "other_currency_printed" if other else "other_currency"}
        apart = (*reasons, *APART)
        parts += [words.t(f"{key}{reasons.get(c, c)}", n=n[c], total=n["rounds"], printed=other) for c in apart if n[c]]
    elif unknown < n["rounds"]:
        kind = "all_disclosed" if not unknown else "not_in_dollars" if n["other_currency"] else "undisclosed"
        parts.append(words.t(f"{key}{kind}", n=unknown, total=n["rounds"]))
    return words.t(f"{key}{'comma' if short else 'joiner'}").join(parts)


def money_brief(total: Any, words: Words) -> str:
    """What stands below the sum of `sum_words`: of how many rounds it is, and how many are not in it."""
    key = "charts.funding.known."
    rounds, known, up_to = (int(total[f"n_{name}"]) for name in ("rounds", "known", "up_to"))
    undisclosed, other = (int(total[f"n_{name}"]) for name in ("undisclosed", "other_currency"))
    if not known and not up_to:
        return words.t(f"{key}none", n=rounds) if rounds else words.t(f"{key}nothing_counted")
    said = [words.t(f"{key}of" if known < rounds else f"{key}of_all", n=known, total=rounds)] if known else []
    if up_to:
        kind = "up_to" if known else "only_up_to"
        said.append(words.t(f"{key}{kind}", amount=words.usd_m(float(total["up_to_usd_m"])), n=up_to))
    if undisclosed + other:
        said.append(words.t(f"{key}{'unknown' if other else 'only_undisclosed'}", n=undisclosed + other))
    return words.t(f"{key}joiner").join(said)


def known_words(total: Any, words: Words) -> str:
    """The sum of a row of `totals` that has one, with how many rounds it is of."""
    return words.t(f"charts.funding.known.{_how_known(total)}", amount=words.usd_m(float(total["known_usd_m"])), n=int(total["n_known"]))


def sum_words(total: Any, words: Words) -> str:
    """The sum alone: ≥ US$10.8bn; a dash where no amount is known."""
    if not total["n_known"]:
        return MISSING
    kind = {"floor": "at_least", "about": "about", "whole": "exact"}[_how_known(total)]
    return words.t(f"records.amount.{kind}", value=words.usd_m(float(total["known_usd_m"])))


def _how_known(total: Any) -> str:
    """A sum is called a floor where anything is missing from it."""
    floor = total["n_rounds"] > total["n_known"] or total["n_lower_bound"]
    return "floor" if floor else "about" if has(total["about_usd_m"]) else "whole"


def grouped(said: dict[str, str], words: Words) -> str:
    """A sentence for each group of companies, each under its name."""
    parts = [words.t("charts.funding.of_group", group=words.code("money_group", g), said=s) for g, s in said.items()]
    return words.t("charts.funding.known.joiner").join(parts)


def printed(amount: float, currency: str, words: Words) -> str:
    """An amount of whole currency units as the document has it: CNY 3bn, 30亿元人民币."""
    if currency == "USD":
        return words.usd_m(amount / 1e6)
    scale, unit = next(((s, u) for s, u in ((1e8, "yi"), (1e4, "wan")) if amount >= s), (1, "one"))
    if not words.by_wan:
        scale, unit = next(((s, u) for s, u in ((1e9, "bn"), (1e6, "m")) if amount >= s), (1, "one"))
    # 人民币 names the currency and 元 its unit; the other names are units themselves.
    name = words.t("charts.funding.printed.yuan") if currency == "CNY" else words.code("currency", currency)
    return words.t(f"charts.funding.printed.{unit}", number=words.number(amount / scale, 2), code=currency, currency=name)


def printed_words(text: object, words: Words) -> str:
    """What is printed only in other currencies (see `data.frames.printed`): "≥ CNY 3.5bn, NZD 500m"; "" for nothing."""
    return words.listed(f"{sign} {printed(amount, currency, words)}".strip() for sign, currency, amount in items(text))


def as_printed(row: Any) -> bool:
    """Whether the reader asked for amounts as printed and this round has one in another currency than the dollar."""
    return bool(row.get("amounts") == "printed" and has(row["amount_original"]) and row["currency"] != "USD")


def record_amount(row: Any, words: Words) -> str:
    """What a round's amount is, with its hedge: ≥ US$30m; about US$2.8bn (CNY 19.04bn as printed); undisclosed."""
    if row["amount_qualifier"] == "undisclosed":
        return words.code("amount_qualifier", "undisclosed")
    own = printed(float(row["amount_original"]), str(row["currency"]), words) if has(row["amount_original"]) else ""
    value = words.usd_m(float(row["amount_usd_m"])) if has(row["amount_usd_m"]) else own
    said = words.t(f"records.amount.{row['amount_qualifier']}", value=value)
    return words.t("records.printed", amount=said, printed=own) if own and value != own and row["currency"] != "USD" else said


def amount_words(row: Any, words: Words) -> str:
    """What a round raised, with how exact that is: "at least US$100m".

    In the currency of the document first where the row's `amounts` says `printed`; dollars beside it only
    where a document prints them.
    """
    original, usd = row["amount_original"], row["amount_usd_m"]
    own = printed(float(original), str(row["currency"]), words) if has(original) else ""
    qualified = f"charts.funding.amount.{row['amount_qualifier']}"
    if row["amount_class"] == "cancelled":
        return words.t("charts.funding.amount.cancelled", printed=own) if own else words.t("charts.funding.amount.undisclosed")
    if has(usd):
        dollars = words.usd_m(float(usd))
        if as_printed(row):
            return words.t("charts.funding.amount.as_printed", printed=words.t(qualified, amount=own), amount=dollars)
        dollars = words.t(qualified, amount=dollars)
        return dollars if row["currency"] == "USD" or not own else words.t("charts.funding.amount.converted", amount=dollars, printed=own)
    if not own:
        return words.t("charts.funding.amount.undisclosed")
    return words.t("charts.funding.amount.no_dollars", printed=words.t(qualified, amount=own))


def amount_label(row: Any, words: Words) -> str:
    """The amount of a round with its sign, for a label: "≥ CNY 500m". Dollars unless the row is named as printed or has none."""
    if as_printed(row) or not has(row["amount_usd_m"]):
        amount = printed(float(row["amount_original"]), str(row["currency"]), words) if has(row["amount_original"]) else ""
    else:
        amount = words.usd_m(float(row["amount_usd_m"]))
    qualifier = row["amount_qualifier"]
    return f"{words.t(f'charts.funding.sign.{qualifier}')} {amount}".strip() if amount and qualifier in DRAWN else amount


# Panels and axes --------------------------------------------------------------------------------


def groups_of(frame: pd.DataFrame) -> list[str]:
    """The groups of companies in the frame, in order."""
    present = set(frame["money_group"].unique())
    return [g for g in GROUPS if g in present]


def unscaled(groups: list[str]) -> dict[str, Any]:
    """Nothing to draw: no axis pretends to measure it."""
    return {} if groups else {"yaxis": {"visible": False}}


def fixed_margins(layout: dict[str, Any], bottom: int, top: int = 8, names_at_edge: bool = False) -> dict[str, Any]:
    """The layout with room for its labels reckoned once: a margin that follows the labels is drawn several times over.

    The left margin is that of the longest label of a vertical axis; a legend above still takes what it needs. With
    `names_at_edge` the names of panels begin at the left edge of the figure: beside the labels a telephone has no room.
    """
    labels = [
        part for name, axis in layout.items() if name.startswith("yaxis") for text in axis.get("ticktext", ()) for part in lines_of(text)
    ]
    left = 10 + max((sum(13.5 if ord(ch) > 0x2E7F else 7.2 for ch in label) for label in labels), default=0)
    axes = {name: axis | {"automargin": False} for name, axis in layout.items() if name.startswith(("xaxis", "yaxis"))}
    margin = {"margin": {"l": round(left), "r": 8, "t": top, "b": bottom}}
    if not names_at_edge:
        return layout | axes | margin
    notes = [note | {"xshift": 4 - round(left)} if _names_panel(note) else note for note in layout["annotations"]]
    return layout | axes | margin | {"annotations": notes}


def _names_panel(note: dict[str, Any]) -> bool:
    return note.get("xref") == "paper" and note.get("x") == 0 and note.get("xanchor") == "left"


def group_heading(group: str, key: str, words: Words) -> str:
    """The name of a group of companies above its panel, and in small what its scale is."""
    name = f"<span style='font-size:13px'><b>{safe(words.code('money_group', group))}</b></span>"
    return f"<span style='font-size:11px'>{words.t(key, group=name)}</span>"


def lines_of(text: str) -> list[str]:
    """The lines of a label, without markup."""
    return [html.unescape(_TAG.sub("", line)) for line in text.split("<br>")]


def panels(shares: Sequence[float], gap: float, first: float) -> list[tuple[float, float]]:
    """Vertical domains from the top down, in proportion to `shares`, with room for a heading above each."""
    room = 1 - first - gap * (len(shares) - 1)
    domains, top = [], 1.0
    for place, share in enumerate(shares):
        top -= gap if place else first
        bottom = top - room * share / sum(shares)
        domains.append((max(bottom, 0.0), top))
        top = bottom
    return domains


def axis_names(number: int) -> tuple[str, str]:
    """The name of the n-th vertical axis in a trace and in the layout."""
    return ("y", "yaxis") if number == 1 else (f"y{number}", f"yaxis{number}")


def log_axis(amounts: Iterable[float], words: Words, every: int = 1) -> dict[str, Any]:
    """A logarithmic axis of US$ m; powers of ten have a line, each `every`-th a label. None where no amount is known."""
    known = [a for a in amounts if a > 0]
    low, high = (math.log10(min(known)) - 0.25, math.log10(max(known)) + 0.3) if known else (0.0, 2.0)
    powers = range(math.ceil(low), math.floor(high) + 1) if known else range(0)
    labels = [words.usd_m(10.0**e) if (e - powers[0]) % every == 0 else "" for e in powers]
    return {"type": "log", "range": [low, high], "tickvals": [10.0**e for e in powers], "ticktext": labels, "tickangle": 0}


def linear_axis(top: float, words: Words) -> dict[str, Any]:
    """An axis of US$ m from 0 with three to six round ticks and room above the tallest bar."""
    if not top > 0:
        return {"range": [0, 1], "tickvals": [0], "ticktext": ["0"]}
    rough = top / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    ticks = [i * step for i in range(int(top / step) + 2)]
    return {"range": [0, 1.3 * top], "tickvals": ticks, "ticktext": [words.usd_m(t) if t else "0" for t in ticks]}
