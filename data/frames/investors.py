"""Frames of who pays: investors by the rounds they took part in, what joins them, and who always comes along.

Counting rules, the same in all three:
- a round and the rounds that are part of it (`part_of`) are one round, whichever of them name the investor;
- a cancelled pledge is counted beside (`n_cancelled`), never as taken part in;
- amounts are those of the whole rounds, all investors together: what one of them paid is in no table;
- who is named is who took part: lists are not always complete, and some rounds name nobody.
Lists are taken apart in pandas, since engines differ in how they hold one.
"""

from __future__ import annotations

from collections import defaultdict, namedtuple
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import narwhals as nw
import pandas as pd

from data.catalog import LIST_SEPARATOR
from data.filters import Filters
from data.frames.bipartite import two_columns
from data.frames.common import collected
from data.frames.funding import SUMMED, rounds
from data.tables import Tables

Rows = nw.LazyFrame[Any]

#: Most that the network draws, and the pairs that are kept.
INVESTORS_DRAWN, COMPANIES_DRAWN, LINKS_DRAWN, PAIRS_KEPT = 36, 40, 200, 200
#: Pairs within rounds that are looked at; beyond it, only the most active investors are compared.
_PAIRS_SEEN = 400_000
_RECORD = (
    "round_id",
    "part_of",
    "company_id",
    "company_en",
    "company_zh",
    "company_kind",
    "money_group",
    "amount_class",
    "amount_qualifier",
    "amount_usd_m",
    "announced_date",
    "date_start",
    "date_end",
    "investor_ids",
    "lead_investor_ids",
    "source_ids",
)


@lru_cache(maxsize=16)
def _named(tables: Tables, filters: Filters) -> pd.DataFrame:
    """One row for each round under the filters and investor that it names; one without `investor_id` where it names nobody.

    `whole_id` is the round that a part belongs to in the end, for others the round itself; `in_chosen_sectors` is
    false where only being cross-sector keeps the round. Kept for the three charts of a selection: not to be
    changed in place.
    """
    own: Any = nw.lit(True)
    if filters.sectors:
        own = nw.any_horizontal(*(nw.col(f"in_{s}") for s in filters.sectors), ignore_nulls=False)
    records = collected(rounds(tables, filters).select(*_RECORD, in_chosen_sectors=own))
    parts = collected(tables.frame("funding_rounds").filter(~nw.col("part_of").is_null()).select("round_id", "part_of"))
    wholes = dict(zip(parts["round_id"], parts["part_of"], strict=True))
    records["whole_id"] = [_whole(r, wholes) for r in records["round_id"]]
    listed = pd.concat([_listed(records, "investor_ids").assign(is_lead=False), _listed(records, "lead_investor_ids").assign(is_lead=True)])
    listed = listed.sort_values("is_lead", ascending=False, kind="stable").drop_duplicates(["round_id", "investor_id"])
    entities = tables.frame("entities").select(
        investor_id=nw.col("entity_id"), investor_en=nw.col("name_en"), investor_zh=nw.col("name_zh"), investor_kind=nw.col("investor_kind")
    )
    listed = listed.merge(collected(entities), on="investor_id", how="left")
    frame = records.drop(columns=["investor_ids", "lead_investor_ids"]).merge(listed, on="round_id", how="left")
    frame["is_lead"] = frame["is_lead"].eq(True)
    return frame.sort_values(["round_id", "investor_id"], kind="stable").reset_index(drop=True)


def _whole(round_id: str, wholes: dict[str, str]) -> str:
    while round_id in wholes:
        round_id = wholes[round_id]
    return round_id


def _listed(records: pd.DataFrame, column: str) -> pd.DataFrame:
    """A row for each id in a column of lists."""
    cells = records.loc[records[column].notna(), ["round_id", column]]
    ids = [(r, i) for r, cell in zip(cells["round_id"], cells[column], strict=True) for i in cell.split(LIST_SEPARATOR) if i]
    return pd.DataFrame(ids, columns=["round_id", "investor_id"], dtype="str")


def _taken(named: pd.DataFrame) -> pd.DataFrame:
    """What was taken part in: no cancelled pledges, no round that names nobody."""
    return named[(named["amount_class"] != "cancelled") & named["investor_id"].notna()]


def _typed(frame: pd.DataFrame, types: dict[str, str]) -> pd.DataFrame:
    """These columns in this order and of these types; counts that are missing are 0, words that are missing None."""
    frame = frame.reindex(columns=list(types))
    whole = [c for c, kind in types.items() if kind == "int64"]
    frame[whole] = frame[whole].fillna(0)
    frame = frame.astype(types)
    words = [c for c, kind in types.items() if kind == "object"]
    frame[words] = frame[words].where(frame[words].notna(), None)
    return frame


def _lazy(frame: pd.DataFrame) -> Rows:
    return nw.from_native(frame).lazy()


# investors --------------------------------------------------------------------------------------


def investors_rows(tables: Tables, filters: Filters) -> Rows:
    """One row for each round under the filters and investor that it names; one without `investor_id` where it names nobody."""
    return _lazy(_named(tables, filters))


def investors(rows: Rows, filters: Filters) -> pd.DataFrame:
    """One row an investor, the most active first; at the end, without `investor_id`, the rounds that name nobody.

    Counted in rounds: `n_taken_part` = `n_known` + `n_up_to` + `n_undisclosed` + `n_other_currency`, of which
    `n_led` led, `n_general_taken_part` of general-model companies and `n_cross_only` of no chosen sector but
    cross-sector (0 where none is chosen; investors of the chosen sectors' own rounds come first); `n_cancelled`
    beside them. US$ m of the
    whole rounds (never a stake): `rounds_known_usd_m`, a floor, of which `rounds_lower_bound_usd_m`, and
    `rounds_up_to_usd_m` beside it; `general_rounds_...` the same of general-model companies, unless the reader
    takes all together. Of a round and its parts, the amount is that of the whole where the whole names the
    investor, else of the parts that do. In each row: `n_kind_rounds` rounds with an investor of this kind,
    `n_named_rounds` that name anybody, `n_rounds_here` all, `n_cross_only_here` of them cross-sector only.
    """
    named = collected(rows)
    kept = named[named["amount_class"] != "cancelled"]
    named_wholes = set(kept.loc[kept["investor_id"].notna(), "whole_id"])
    # A round that names somebody in one of its parts is not one that names nobody.
    named = named[named["investor_id"].notna() | ~named["whole_id"].isin(named_wholes) | (named["amount_class"] == "cancelled")]
    by: dict[str, list[Any]] = defaultdict(list)
    for record in _records(named.sort_values("round_id", kind="stable")):
        by[record.investor_id if isinstance(record.investor_id, str) else ""].append(record)
    frame = pd.DataFrame([_investor(i, records) for i, records in by.items()], columns=list(_INVESTOR_TYPES)).astype(_INVESTOR_TYPES)
    kinds = kept[kept["investor_id"].notna()].assign(kind=lambda f: f["investor_kind"].fillna("")).groupby("kind")["whole_id"].nunique()
    of_kind = frame["investor_kind"].fillna("").astype("object").map(kinds)
    frame["n_kind_rounds"] = of_kind.where(frame["investor_id"].notna(), 0).fillna(0).astype("int64")
    frame["n_named_rounds"] = len(named_wholes)
    frame["n_rounds_here"] = kept["whole_id"].nunique()
    frame["n_cross_only_here"] = frame["n_rounds_here"] - kept.loc[kept["in_chosen_sectors"], "whole_id"].nunique()
    return _ranked(_typed(frame, _INVESTOR_TYPES))


_INVESTOR_TYPES = (
    dict.fromkeys(("investor_id", "investor_en", "investor_zh", "investor_kind"), "object")
    | dict.fromkeys(("n_taken_part", "n_led", "n_companies_backed", "n_general_taken_part", "n_cross_only"), "int64")
    | dict.fromkeys(("companies_backed_en", "companies_backed_zh", "first_round_date", "last_round_date"), "object")
    | dict.fromkeys(("n_known", "n_up_to", "n_undisclosed", "n_other_currency"), "int64")
    | dict.fromkeys(("rounds_known_usd_m", "rounds_lower_bound_usd_m", "rounds_up_to_usd_m"), "float64")
    | dict.fromkeys(("general_rounds_known_usd_m", "general_rounds_lower_bound_usd_m", "general_rounds_up_to_usd_m"), "float64")
    | dict.fromkeys(("n_cancelled", "n_kind_rounds", "n_named_rounds", "n_rounds_here", "n_cross_only_here"), "int64")
)


def _ranked(frame: pd.DataFrame) -> pd.DataFrame:
    """By rounds of the chosen sectors, all rounds, companies and rounds led, then by id; the row without an investor last."""
    counts = frame[["n_taken_part", "n_companies_backed", "n_led"]].mul(-1)
    counts.insert(0, "own", frame["n_cross_only"] - frame["n_taken_part"])
    counts.insert(0, "nobody", frame["investor_id"].isna())
    order = counts.assign(id=frame["investor_id"].fillna("").astype("str")).sort_values([*counts.columns, "id"], kind="stable")
    return frame.loc[order.index].reset_index(drop=True)


def _records(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows as plain tuples: pandas' own are slow on columns of strings."""
    record = namedtuple("record", list(frame.columns))  # type: ignore[misc]
    return map(record._make, zip(*(frame[c].tolist() for c in frame.columns), strict=True))


def _investor(investor_id: str, records: list[Any]) -> dict[str, Any]:
    """One row of `investors` but for what it says of all others, from the rounds that name the investor."""
    kept = [r for r in records if r.amount_class != "cancelled"]
    wholes: dict[str, list[Any]] = defaultdict(list)
    companies: dict[str, set[str]] = defaultdict(set)
    for r in kept:
        wholes[r.whole_id].append(r)
        companies[r.company_id].add(r.whole_id)
    names = {r.company_id: (r.company_en, r.company_zh if isinstance(r.company_zh, str) else r.company_en) for r in kept}
    most = sorted(companies, key=lambda c: (-len(companies[c]), c))
    first = min(kept, key=lambda r: (r.date_start, r.date_end, r.round_id), default=None)
    last = max(kept, key=lambda r: (r.date_end, r.date_start, r.round_id), default=None)
    who = records[0]
    row = {
        "investor_id": investor_id or None,
        **{c: getattr(who, c) if isinstance(getattr(who, c), str) else None for c in ("investor_en", "investor_zh", "investor_kind")},
        "n_taken_part": len(wholes),
        "n_led": len({r.whole_id for r in kept if r.is_lead}),
        "n_companies_backed": len(companies),
        "n_general_taken_part": len({r.whole_id for r in kept if r.company_kind == "general_model"}),
        "companies_backed_en": LIST_SEPARATOR.join(names[c][0] for c in most) or None,
        "companies_backed_zh": LIST_SEPARATOR.join(names[c][1] for c in most) or None,
        "first_round_date": first and first.announced_date,
        "last_round_date": last and last.announced_date,
        "n_cross_only": len(wholes.keys() - {r.whole_id for r in kept if r.in_chosen_sectors}),
        "n_cancelled": len({r.whole_id for r in records if r.amount_class == "cancelled"}),
    }
    return dict.fromkeys(_INVESTOR_TYPES, 0) | row | _money(wholes)


def _money(wholes: dict[str, list[Any]]) -> dict[str, Any]:
    """Sums of what is known of the amounts of these rounds, and how many are known; empty where none is."""
    counts = dict.fromkeys(("n_known", "n_up_to", "n_other_currency", "n_undisclosed"), 0)
    sums: dict[str, float | None] = {f"{stem}_{name}_usd_m": None for stem in ("rounds", "general_rounds") for name in _SUMS}
    for whole, records in wholes.items():
        ids = {r.round_id for r in records}
        # The whole's amount holds its parts': a part stands for itself only where nothing above it names the investor.
        top = [(r, _kind(r)) for r in records if r.round_id == whole or (whole not in ids and r.part_of not in ids)]
        counts[next(c for c in counts if c in {"n_known" if kind in SUMMED else f"n_{kind}" for _, kind in top})] += 1
        for r, kind in top:
            stem = "general_rounds" if r.money_group == "general_model" else "rounds"
            for name in (name for name, kinds in _SUMS.items() if kind in kinds):
                sums[f"{stem}_{name}_usd_m"] = (sums[f"{stem}_{name}_usd_m"] or 0.0) + float(r.amount_usd_m)
    return counts | sums


_SUMS = {"known": SUMMED, "lower_bound": ("at_least",), "up_to": ("up_to",)}


def _kind(record: Any) -> str:
    """What is known of an amount, as `amount_class`, also of a part of another round."""
    if record.amount_qualifier == "undisclosed":
        return "undisclosed"
    return "other_currency" if pd.isna(record.amount_usd_m) else str(record.amount_qualifier)


# investor-network -------------------------------------------------------------------------------


def investor_network_rows(tables: Tables, filters: Filters) -> Rows:
    """Rounds that somebody took part in: a row for each investor and company joined, for each investor, and for each company.

    Rows of one investor have no `company_id`, rows of one company no `investor_id`: the keys of the marks.
    """
    taken = _taken(_named(tables, filters))
    once = taken.assign(investor_id=None, investor_en=None, investor_zh=None, investor_kind=None, is_lead=False)
    alone = taken.assign(company_id=None)
    parts = [taken, alone, once.drop_duplicates("round_id")]
    frame = pd.concat([p.astype({"investor_id": "str", "company_id": "str"}) for p in parts], ignore_index=True)
    for column in ("investor_id", "company_id"):
        frame[column] = frame[column].astype("object").where(frame[column].notna(), None)
    return _lazy(frame)


def investor_network(rows: Rows, filters: Filters) -> pd.DataFrame:
    """The names and the lines of the network, and where they stand.

    Rows out, by `network_part`: `investor` (at `layout_x` 0), `company` (at 1), and `link` between two of them,
    with the rounds of the company that the investor took part in (`n_taken_part`, `n_led` of them led). For an
    investor, `n_taken_part` and `n_companies_backed` count all its rounds and companies under the filters, drawn
    or not; for a company, `n_taken_part` its rounds that name anybody and `n_investors` all who are named.
    `layout_y` in rows from the top. Drawn are at most 36 investors, those in most companies first, 40
    companies, those with most of these investors first, and 200 links, those of most rounds first. In each
    row: `n_investors_here`, `n_companies_here` and `n_several_companies` (investors in two companies or more)
    under the filters.
    """
    found = collected(rows)
    taken = found[found["investor_id"].notna() & found["company_id"].notna()]
    people = _nodes(taken, ["investor_id"], _INVESTOR, n_companies_backed="company_id")
    firms = _nodes(taken, ["company_id"], _COMPANY, n_investors="investor_id")
    links = _drawn_links(_nodes(taken, ["investor_id", "company_id"], [*_INVESTOR, *_COMPANY]), people, firms)
    left, right = two_columns(list(zip(links["investor_id"], links["company_id"], strict=True)))
    parts = [
        people[people["investor_id"].isin(left)].assign(network_part="investor", layout_x=0.0, n_investors=1),
        firms[firms["company_id"].isin(right)].assign(network_part="company", layout_x=1.0, n_companies_backed=1),
        links.assign(network_part="link", n_investors=1, n_companies_backed=1),
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame["layout_y"] = frame["investor_id"].map(left).where(frame["layout_x"] == 0, frame["company_id"].map(right))
    frame["layout_y"] = frame["layout_y"].where(frame["layout_x"].notna())
    frame["n_investors_here"], frame["n_companies_here"] = len(people), len(firms)
    frame["n_several_companies"] = int((people["n_companies_backed"] > 1).sum())
    frame = _typed(frame, _NETWORK_TYPES)
    order = frame[["layout_x", "layout_y", "investor_id", "company_id"]].fillna({"investor_id": "", "company_id": ""})
    order = order.sort_values(list(order.columns), kind="stable", na_position="last")
    return frame.loc[order.index].reset_index(drop=True)


_INVESTOR = ["investor_en", "investor_zh", "investor_kind"]
_COMPANY = ["company_en", "company_zh", "company_kind"]
_NETWORK_TYPES = (
    {"network_part": "object"}
    | dict.fromkeys(("investor_id", "investor_en", "investor_zh", "investor_kind"), "object")
    | dict.fromkeys(("company_id", "company_en", "company_zh", "company_kind"), "object")
    | dict.fromkeys(("n_taken_part", "n_led", "n_companies_backed", "n_investors"), "int64")
    | dict.fromkeys(("layout_x", "layout_y"), "float64")
    | dict.fromkeys(("n_investors_here", "n_companies_here", "n_several_companies"), "int64")
)


def _nodes(taken: pd.DataFrame, key: list[str], about: list[str], **partners: str) -> pd.DataFrame:
    """One row for each value of `key`: what it is called, its rounds, those led, and how many of each partner."""
    by = taken.groupby(key)
    found = by[about].first()
    found["n_taken_part"] = by["whole_id"].nunique()
    found["n_led"] = taken[taken["is_lead"]].groupby(key)["whole_id"].nunique()
    for name, column in partners.items():
        found[name] = by[column].nunique()
    return found.reset_index()


def _drawn_links(links: pd.DataFrame, people: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """The links between the investors in most companies and the companies with most of these, strongest first."""
    kept = _most(people, "n_companies_backed", "n_taken_part", "investor_id").head(INVESTORS_DRAWN)
    links = links[links["investor_id"].isin(kept["investor_id"])]
    firms = firms.assign(n_drawn=firms["company_id"].map(links["company_id"].value_counts()))
    kept = _most(firms[firms["n_drawn"].notna()], "n_drawn", "n_investors", "company_id").head(COMPANIES_DRAWN)
    return _most(links[links["company_id"].isin(kept["company_id"])], "n_taken_part", "investor_id", "company_id").head(LINKS_DRAWN)


def _most(frame: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """The rows with the largest counts first; ids in their own order."""
    return frame.sort_values(list(keys), ascending=[k.endswith("_id") for k in keys], kind="stable")


# investor-pairs ---------------------------------------------------------------------------------


def investor_pairs_rows(tables: Tables, filters: Filters) -> Rows:
    """One row for each of the closest pairs and round record, of a round that both took part in, that names one of them."""
    taken = _taken(_named(tables, filters))
    links = taken[["whole_id", "investor_id"]].drop_duplicates()
    pairs, n_pairs = _closest(links)
    both = [
        links.rename(columns={"investor_id": f"investor_{side}_id"}).merge(pairs, on=f"investor_{side}_id")[["pair", "whole_id"]]
        for side in ("a", "b")
    ]
    shared = both[0].merge(both[1], on=["pair", "whole_id"]).merge(pairs, on="pair")
    found = taken.drop(columns=["investor_en", "investor_zh", "investor_kind"]).merge(shared, on="whole_id")
    found = found[(found["investor_id"] == found["investor_a_id"]) | (found["investor_id"] == found["investor_b_id"])]
    found = found.drop_duplicates(["pair", "round_id"]).drop(columns=["pair", "investor_id"]).assign(n_pairs=n_pairs)
    who = taken.drop_duplicates("investor_id")
    for side in ("a", "b"):
        columns = {f"investor_{c}": f"investor_{side}_{c}" for c in ("id", "en", "zh", "kind")}
        found = found.merge(who[list(columns)].rename(columns=columns), on=f"investor_{side}_id", how="left")
    return _lazy(found)


def _closest(links: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The pairs with most rounds together, and how many pairs have as many as the least of them had to have.

    Links in: (whole_id, investor_id), each once. Pairs out: `investor_a_id`, `investor_b_id` (the more active
    first), rounds of each, of both, at most PAIRS_KEPT. A pair must share two rounds; where none does, one.
    """
    n = links.groupby("investor_id")["whole_id"].nunique()
    order = pd.DataFrame({"n": -n, "id": n.index}).sort_values(["n", "id"], kind="stable").index
    seen = pd.DataFrame()
    for least in (2, 1):
        seen = _together(links, order[n[order] >= least])
        seen = seen[seen["n_together"] >= least]
        if len(seen):
            break
    a, b = (order.to_numpy(dtype="object")[seen[side].to_numpy(dtype="int64")] for side in ("a", "b"))
    pairs = pd.DataFrame({"investor_a_id": a, "investor_b_id": b, "n_together": seen["n_together"].to_numpy()})
    pairs = pairs.astype({"investor_a_id": "str", "investor_b_id": "str", "n_together": "int64"})
    for side in ("a", "b"):
        pairs[f"n_taken_part_{side}"] = pairs[f"investor_{side}_id"].map(n).astype("int64")
    pairs["share"] = pairs["n_together"] / (pairs["n_taken_part_a"] + pairs["n_taken_part_b"] - pairs["n_together"])
    pairs = pairs.sort_values(
        ["n_together", "share", "investor_a_id", "investor_b_id"], ascending=[False, False, True, True], kind="stable"
    )
    return pairs.drop(columns="share").head(PAIRS_KEPT).reset_index(drop=True).assign(pair=lambda f: f.index), len(pairs)


def _together(links: pd.DataFrame, order: pd.Index[str]) -> pd.DataFrame:
    """Rounds together of each pair of places in `order`, the most active first.

    A round with many names has many pairs: beyond _PAIRS_SEEN in all, half of the investors, the less active
    ones, are left out until they fit, so the work stays bounded however many rounds there are.
    """
    places = pd.Series(range(len(order)), index=order, dtype="int64")
    place = links["investor_id"].map(places)
    kept = links.assign(place=place)[place.notna()].astype({"place": "int64"})
    most = len(order)
    while True:
        kept = kept[kept["place"] < most]
        sizes = kept["whole_id"].value_counts()
        if int((sizes * (sizes - 1) // 2).sum()) <= _PAIRS_SEEN:
            break
        most //= 2
    pairs = kept.merge(kept, on="whole_id", suffixes=("_a", "_b"))
    pairs = pairs[pairs["place_a"] < pairs["place_b"]]
    code = (pairs["place_a"] * max(most, 1) + pairs["place_b"]).value_counts(sort=False)
    return pd.DataFrame({"a": code.index // max(most, 1), "b": code.index % max(most, 1), "n_together": code.to_numpy()})


def investor_pairs(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Investors who came together most, one row a pair, the closest first, at most 200.

    `n_together` rounds that both took part in, of `n_companies_together` companies; `n_taken_part_a` and
    `..._b` the rounds of each; `share_together_pct` = together / rounds that at least one took part in
    (Jaccard). Pairs share two rounds or more; only where no pair does, those with one. `is_same_rounds`: both
    have two rounds or more, and the same ones; `is_subset`: the less active one has two or more, and the other
    was in each. `n_pairs`: all pairs of that kind, kept here or not.
    """
    found = collected(rows)
    key = ["investor_a_id", "investor_b_id"]
    by = found.groupby(key)
    each = by[[c for c in _PAIR_TYPES if c in found.columns and c not in key]].first()
    each["n_companies_together"] = by["company_id"].nunique()
    names = found.drop_duplicates([*key, "company_id"]).sort_values("company_id", kind="stable")
    by = names.assign(zh=names["company_zh"].fillna(names["company_en"])).groupby(key)
    each["companies_together_en"] = by["company_en"].agg(LIST_SEPARATOR.join)
    each["companies_together_zh"] = by["zh"].agg(LIST_SEPARATOR.join)
    frame = each.reset_index()
    union = frame["n_taken_part_a"] + frame["n_taken_part_b"] - frame["n_together"]
    frame["share_together_pct"] = 100 * frame["n_together"] / union
    less = frame[["n_taken_part_a", "n_taken_part_b"]].min(axis=1)
    frame["is_same_rounds"] = (frame["n_together"] == union) & (union >= 2)
    frame["is_subset"] = (frame["n_together"] == less) & (less >= 2)
    frame = _typed(frame, _PAIR_TYPES)
    order = frame.sort_values(["n_together", "share_together_pct", *key], ascending=[False, False, True, True], kind="stable")
    return order.reset_index(drop=True)


_PAIR_TYPES = (
    {f"investor_{side}_{c}": "object" for side in ("a", "b") for c in ("id", "en", "zh", "kind")}
    | dict.fromkeys(("n_together", "n_companies_together", "n_taken_part_a", "n_taken_part_b"), "int64")
    | {"share_together_pct": "float64", "is_same_rounds": "bool", "is_subset": "bool"}
    | {"companies_together_en": "object", "companies_together_zh": "object", "n_pairs": "int64"}
)
