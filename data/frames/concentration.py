"""Frame of `funding-concentration`: how much of the money a few rounds, companies and lead investors hold.

Each measure stands with the known amounts alone, then between its least and largest value over everything
that the other rounds may have been: an undisclosed amount, or one that no page gives in US dollars, lies
anywhere from 0 to the largest known amount of its stage in its group of companies (of the whole group where
that stage has none), one known by a ceiling from 0 to that ceiling. Lower bounds are taken as printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data import concentration as stats
from data.catalog import LIST_SEPARATOR
from data.checks import split
from data.filters import Filters
from data.frames.common import collected, in_order
from data.frames.funding import APART, GROUPS, SUMMED, rounds
from data.tables import Tables

Rows = nw.LazyFrame[Any]
Party = tuple[str, str, str]

MEASURES = ("five_largest_rounds", "largest_company", "company_hhi", "lead_hhi")
#: How many of the largest are summed and named.
LARGEST = 5
_NEEDED = ("round_id", "company_id", "company_en", "company_zh", "lead_investor_ids", "lead_investors_en", "lead_investors_zh")
_RANGE = ("concentration", "concentration_low", "concentration_high")
_EFFECTIVE = ("effective_n", "effective_low_n", "effective_high_n")
_COUNTS = ("n_rounds", "n_known", "n_lower_bound", "n_unknown", "n_without_lead", "n_part_of", "n_cancelled")
_TYPES = (
    {"money_group": "str", "concentration_measure": "str"}
    | dict.fromkeys((*_RANGE, *_EFFECTIVE, "known_usd_m", "unknown_ceiling_usd_m", "without_lead_usd_m"), "float64")
    | dict.fromkeys(_COUNTS, "int64")
    | dict.fromkeys(("largest_ids", "largest_en", "largest_zh", "largest_usd_m"), "str")
)


def funding_concentration_rows(tables: Tables, filters: Filters) -> Rows:
    """Rounds under the filters; those without a summed amount with `ceiling_usd_m`, the most that they may have been.

    The ceiling is that of the whole collection, sector companies and general-model ones apart: no filter and
    no choice of the reader changes what a round may have been. Empty where nothing of its group is known.
    """
    collection = rounds(tables, Filters())
    known = collection.filter(nw.col("amount_class").is_in(SUMMED))
    of_stage = known.group_by("money_group", "stage").agg(_stage=nw.col("amount_usd_m").max())
    of_group = known.group_by("money_group").agg(_group=nw.col("amount_usd_m").max())
    unknown = nw.when(nw.col("amount_class").is_in(("undisclosed", "other_currency"))).then(nw.coalesce(nw.col("_stage"), nw.col("_group")))
    most = nw.when(nw.col("amount_class") == "up_to").then(nw.col("amount_usd_m")).otherwise(unknown)
    joined = collection.join(of_stage, on=["money_group", "stage"], how="left").join(of_group, on="money_group", how="left")
    return rounds(tables, filters).join(joined.select("round_id", ceiling_usd_m=most), on="round_id", how="left")


def funding_concentration(rows: Rows, filters: Filters) -> pd.DataFrame:
    """One row for each (money_group, concentration_measure), all four measures of every group that occurs.

    `five_largest_rounds`: their share of the known money. `largest_company`: the share of the company with
    most of it. `company_hhi`, `lead_hhi`: Herfindahl–Hirschman index over companies, and over lead investors
    where a round's amount is split evenly among its leads; rounds without a named lead are left out of that
    one and counted in `n_without_lead` (`without_lead_usd_m` of known money). All from 0 to 1, with bounds
    (`data.concentration`); `effective_n` is 1 / HHI. Empty where no amount is known. `n_unknown` rounds may
    together have been up to `unknown_ceiling_usd_m`. The five largest are named, largest first.
    """
    detail = collected(rows.select("money_group", "amount_class", "amount_usd_m", "ceiling_usd_m", *_NEEDED)).sort_values("round_id")
    found = [row for group, part in detail.groupby("money_group", sort=False) for row in _measures(str(group), part)]
    frame = pd.DataFrame(found, columns=list(_TYPES)).astype(_TYPES)
    return in_order(frame, money_group=GROUPS, concentration_measure=MEASURES)


@dataclass(frozen=True)
class _Held:
    """Who holds how much, the largest first: what is known for certain, and amounts that may be more."""

    parties: list[Party]
    known: NDArray[np.float64]
    holders: list[tuple[int, ...]]
    ceilings: list[float]

    @property
    def highest(self) -> NDArray[np.float64]:
        """What each holds at most, where every unknown amount has one holder."""
        top = self.known.copy()
        for who, ceiling in zip(self.holders, self.ceilings, strict=True):
            top[list(who)] += ceiling
        return top


def _held(part: pd.DataFrame, shared: list[list[Party]]) -> _Held:
    """The holders of these rounds, each amount split evenly among its `shared` parties."""
    names: dict[str, Party] = {}
    have: dict[str, float] = {}
    unknown: list[tuple[list[Party], float]] = []
    for who, kind, usd, most in zip(shared, part["amount_class"], part["amount_usd_m"], part["ceiling_usd_m"], strict=True):
        for party in who:
            names.setdefault(party[0], party)
            have[party[0]] = have.get(party[0], 0.0) + (float(usd) / len(who) if kind in SUMMED else 0.0)
        if kind not in SUMMED and most == most:
            unknown.append((who, float(most)))
    order = sorted(names, key=lambda name: (-have[name], name))
    place = {name: i for i, name in enumerate(order)}
    holders = [tuple(place[party[0]] for party in who) for who, _ in unknown]
    return _Held([names[n] for n in order], np.array([have[n] for n in order]), holders, [most for _, most in unknown])


def _leads(row: dict[Any, Any]) -> list[Party]:
    """The lead investors of a round, each once."""
    ids, en, zh = (str(cell or "") if cell == cell else "" for cell in (row[c] for c in _NEEDED[-3:]))
    padded = zip_longest(split(ids), en.split(LIST_SEPARATOR), zh.split(LIST_SEPARATOR), fillvalue="")
    return list({lead[0]: lead for lead in padded if lead[0]}.values())


def _measures(group: str, part: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows of one group."""
    counted = part[~part["amount_class"].isin(APART)]
    records = counted.to_dict("records")
    leads = [_leads(row) for row in records]
    companies = [(str(row["company_id"]), _text(row["company_en"]), _text(row["company_zh"])) for row in records]
    has_lead = np.array([bool(who) for who in leads], dtype=bool)
    led, alone = counted[has_lead], counted[~has_lead]
    of_group = {
        "money_group": group,
        "n_without_lead": len(alone),
        "without_lead_usd_m": alone["amount_usd_m"][alone["amount_class"].isin(SUMMED)].sum(min_count=1),
        "n_part_of": int((part["amount_class"] == "part_of").sum()),
        "n_cancelled": int((part["amount_class"] == "cancelled").sum()),
    }
    # A round is named by its company.
    by_round = _held(counted, [[(str(row["round_id"]), *who[1:])] for row, who in zip(records, companies, strict=True)])
    by_company = _held(counted, [[who] for who in companies])
    by_lead = _held(led, [who for who in leads if who])
    for measure, held, made_of in zip(MEASURES, (by_round, by_company, by_company, by_lead), (counted, counted, counted, led), strict=True):
        yield of_group | {"concentration_measure": measure} | _value(measure, held) | _made_of(made_of) | _largest(held)


def _value(measure: str, held: _Held) -> dict[str, float]:
    """The measure of the known amounts, and its bounds."""
    if not held.known.sum() > 0:
        return {}
    if measure == "five_largest_rounds":
        ends = (stats.top_share(held.known, LARGEST), *stats.top_share_bounds(held.known, held.highest, LARGEST))
    elif measure == "largest_company":
        ends = (stats.top_share(held.known, 1), *stats.share_bounds(held.known, held.highest, 0))
    else:
        ends = (stats.hhi(held.known), *stats.hhi_bounds(held.known, held.holders, held.ceilings))
    found = dict(zip(_RANGE, ends, strict=True))
    if measure.endswith("hhi"):
        found |= dict(zip(_EFFECTIVE, (1 / ends[0], 1 / ends[2], 1 / ends[1]), strict=True))
    return found


def _made_of(part: pd.DataFrame) -> dict[str, Any]:
    known = part["amount_class"].isin(SUMMED)
    return {
        "known_usd_m": part["amount_usd_m"][known].sum(min_count=1),
        "unknown_ceiling_usd_m": part["ceiling_usd_m"][~known].sum(min_count=1),
        "n_rounds": len(part),
        "n_known": int(known.sum()),
        "n_lower_bound": int((part["amount_class"] == "at_least").sum()),
        "n_unknown": int((~known).sum()),
    }


def _largest(held: _Held) -> dict[str, str | None]:
    """The five largest holders of known money, largest first; none where nothing is known."""
    top = [(party, usd) for party, usd in zip(held.parties[:LARGEST], held.known[:LARGEST].tolist(), strict=True) if usd > 0]
    lists = {
        "largest_ids": [party[0] for party, _ in top],
        "largest_en": [party[1] for party, _ in top],
        "largest_zh": [party[2] for party, _ in top],
        "largest_usd_m": [f"{usd:.12g}" for _, usd in top],
    }
    return {name: LIST_SEPARATOR.join(values) if top else None for name, values in lists.items()}


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else ""
