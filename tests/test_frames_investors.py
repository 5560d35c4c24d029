"""Frames of investors, by hand-worked examples and against brute force. Every round here is invented."""

from __future__ import annotations

import itertools
import random
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.charts import CHART
from components.figures import investors as figures
from components.words import Words
from data.filters import Filters
from data.frames import investors
from data.frames.bipartite import two_columns
from data.tables import Tables, open_tables
from tests.factory import tables_from

ALL = Filters()
SLUGS = ("investors", "investor-network", "investor-pairs")
COMPANIES = [
    {"entity_id": "small", "kind": "company", "company_kind": "video_model", "name_en": "Small", "name_zh": "小"},
    {"entity_id": "other", "kind": "company", "company_kind": "short_drama", "name_en": "Other"},
    {"entity_id": "big", "kind": "company", "company_kind": "general_model", "name_en": "Big", "name_zh": "大"},
]
KINDS = {"ann": "person", "bank": "financial", "chip": "strategic", "city": "state"}
INVESTORS = [{"entity_id": i, "kind": "investor", "investor_kind": kind, "name_en": i.title()} for i, kind in KINDS.items()]


def round_(named: str = "", usd: float | None = None, **more: Any) -> dict[str, Any]:
    """A round of Small that names these investors ("ann;bank"): exact US dollars when given, else undisclosed."""
    money = (
        {"amount_qualifier": "undisclosed"}
        if usd is None
        else {"amount_qualifier": "exact", "amount_usd_m": usd, "amount_original": usd * 1e6, "currency": "USD"}
    )
    base = {
        "company_id": "small",
        "announced_date": "2024-02-10",
        "is_date_inferred": False,
        "stage": "seed",
        "sectors": "film",
        "status": "closed",
        "investor_ids": named,
    }
    return base | money | more


def tables_of(*rounds: dict[str, Any]) -> Tables:
    numbered = [{"round_id": f"FR{i:03d}"} | r for i, r in enumerate(rounds, start=1)]
    return tables_from(funding_rounds=numbered, entities=COMPANIES + INVESTORS)


def drawn(slug: str, *rounds: dict[str, Any], filters: Filters = ALL) -> pd.DataFrame:
    return frame_of(slug, tables_of(*rounds), filters)


def frame_of(slug: str, tables: Tables, filters: Filters = ALL) -> pd.DataFrame:
    chart = CHART[slug]
    return chart.frame(chart.rows(tables, filters), filters)


def people(*rounds: dict[str, Any], filters: Filters = ALL) -> dict[str, dict[str, Any]]:
    """The rows of `investors` by id; the rounds that name nobody under ""."""
    rows = drawn("investors", *rounds, filters=filters).to_dict("records")
    return {row["investor_id"] or "": row for row in rows}


# investors --------------------------------------------------------------------------------------


def test_every_kind_of_round_is_counted_for_what_it_is() -> None:
    found = people(
        round_("ann;bank", 10, lead_investor_ids="ann"),
        round_("ann", 20, amount_qualifier="about", company_id="other"),
        round_("ann", 5, amount_qualifier="at_least"),
        round_("ann", 100, amount_qualifier="up_to"),
        round_("ann"),
        round_("ann", amount_qualifier="exact", amount_original=3e9, currency="CNY"),
        round_("ann", 7000, company_id="big"),
        round_("ann", 1000, status="cancelled", lead_investor_ids="ann"),
        round_(""),
    )
    ann = found["ann"]
    assert (ann["n_taken_part"], ann["n_led"], ann["n_companies_backed"], ann["n_cancelled"]) == (7, 1, 3, 1)
    # 10 + 20 + 5 of the others' rounds; Big's 7000 stands apart.
    assert (ann["rounds_known_usd_m"], ann["rounds_lower_bound_usd_m"], ann["rounds_up_to_usd_m"]) == (35, 5, 100)
    assert (ann["general_rounds_known_usd_m"], ann["n_general_taken_part"]) == (7000, 1)
    assert (ann["n_known"], ann["n_up_to"], ann["n_undisclosed"], ann["n_other_currency"]) == (4, 1, 1, 1)
    assert ann["companies_backed_en"] == "Small;Big;Other"
    assert ann["companies_backed_zh"] == "小;大;Other"
    # The amount is the whole round's, so it is Bank's too.
    assert (found["bank"]["n_taken_part"], found["bank"]["rounds_known_usd_m"]) == (1, 10)
    assert (found[""]["n_taken_part"], found[""]["investor_en"]) == (1, None)
    assert {row["n_rounds_here"] for row in found.values()} == {8}
    assert {row["n_named_rounds"] for row in found.values()} == {7}


def test_an_undisclosed_amount_is_not_zero() -> None:
    assert pd.isna(people(round_("ann"))["ann"]["rounds_known_usd_m"])
    assert people(round_("ann", 0))["ann"]["rounds_known_usd_m"] == 0


def test_general_model_companies_are_added_only_where_the_reader_asks() -> None:
    both = (round_("ann", 10), round_("ann", 7000, company_id="big"))
    row = people(*both, filters=Filters(general="with"))["ann"]
    assert (row["rounds_known_usd_m"], row["n_general_taken_part"]) == (7010, 1)
    assert pd.isna(row["general_rounds_known_usd_m"])
    assert people(*both, filters=Filters(general="without"))["ann"]["n_taken_part"] == 1


def test_a_round_and_its_parts_are_one() -> None:
    # The whole of US$30m names both; its first close of 12 named Ann alone; a second of 8 named Bank.
    whole, first, second = (
        round_("ann;bank", 30),
        round_("ann", 12, part_of="FR001", lead_investor_ids="ann", announced_date="2024-01-10"),
        round_("bank", 8, part_of="FR001"),
    )
    found = people(whole, first, second)
    assert (found["ann"]["n_taken_part"], found["ann"]["n_led"], found["ann"]["rounds_known_usd_m"]) == (1, 1, 30)
    assert found["bank"]["n_rounds_here"] == 1
    january = people(whole, first, second, filters=Filters(until="2024-01"))
    assert (january["ann"]["n_taken_part"], january["ann"]["rounds_known_usd_m"]) == (1, 12)


def test_a_part_counts_by_itself_where_the_whole_does_not_name_the_investor() -> None:
    whole = round_("", 30)
    found = people(whole, round_("ann", 12, part_of="FR001"), round_("ann", 8, part_of="FR001"))
    assert (found["ann"]["n_taken_part"], found["ann"]["rounds_known_usd_m"]) == (1, 20)
    assert "" not in found  # somebody is named in a part
    assert found["ann"]["n_rounds_here"] == 1
    unknown = people(whole, round_("ann", 12, part_of="FR001"), round_("ann", part_of="FR001"))["ann"]
    assert (unknown["n_known"], unknown["n_undisclosed"]) == (1, 0)


def test_a_part_of_a_part_leads_to_the_whole() -> None:
    found = people(round_("ann", 30), round_("", 12, part_of="FR001"), round_("ann", 4, part_of="FR002"))
    assert (found["ann"]["n_taken_part"], found["ann"]["rounds_known_usd_m"]) == (1, 30)


def test_who_only_pledged_took_part_in_nothing() -> None:
    found = people(round_("ann", 10), round_("chip", 1000, status="cancelled", company_id="big"))
    assert (found["chip"]["n_taken_part"], found["chip"]["n_cancelled"], found["chip"]["companies_backed_en"]) == (0, 1, None)
    assert found["chip"]["n_rounds_here"] == 1
    assert list(found) == ["ann", "chip"]


def test_kinds_are_counted_in_rounds() -> None:
    found = people(round_("ann;bank"), round_("bank;chip"), round_("bank;stranger"), round_())
    assert [found[i]["n_kind_rounds"] for i in ("ann", "bank", "chip", "stranger", "")] == [1, 3, 1, 1, 0]
    assert found["stranger"]["investor_kind"] is None


def test_investors_of_the_chosen_sector_come_before_those_of_cross_sector_rounds() -> None:
    rounds = (round_("bank", sectors="cross"), round_("bank", sectors="cross"), round_("chip", sectors="short_drama"), round_("ann"))
    found = drawn("investors", *rounds, filters=Filters(("short_drama",)))
    assert found["investor_id"].tolist() == ["chip", "bank"]
    assert found["n_cross_only"].tolist() == [0, 2]
    assert set(found["n_cross_only_here"]) == {2}
    assert (
        CHART["investors"]
        .finding(found, Words("en"))
        .startswith(
            "In the chosen sectors' own rounds, Chip took part in the most: 1 of 1; with cross-sector rounds, Bank took part in the most: 2 of 3"
        )
    )
    assert set(drawn("investors", *rounds)["n_cross_only"]) == {0}


def test_the_finding_says_who_how_many_and_what_is_not_known() -> None:
    frame = drawn("investors", round_("ann;bank", lead_investor_ids="ann"), round_("ann"), round_("chip"), round_())
    assert CHART["investors"].finding(frame, Words("en")) == (
        "Ann took part in the most rounds: 2 of 4, leading 1; 2 of 3 investors took part in one only; "
        "strategic investors are in 1 of 3 with named investors; 1 round names nobody"
    )
    assert "3笔列有投资方的融资中，1笔有战略投资方" in CHART["investors"].finding(frame, Words("zh"))
    unsettled = drawn("investors", round_("ann;chip"), round_("stranger"))
    assert "at least 1 of 2" in CHART["investors"].finding(unsettled, Words("en"))


@pytest.mark.parametrize(
    ("rounds", "said"),
    [
        ([round_("ann;bank")], "each of 2 investors took part in one only, of 1"),
        ([round_(), round_()], "Of the 2 rounds here, not one names an investor"),
        ([round_("ann", status="cancelled")], "Nothing but 1 pledge that was cancelled"),
        ([round_("ann;bank"), round_("ann;bank")], "Ann, Bank took part in the most rounds: 2 of 2 each"),
        ([round_("ann;bank"), round_("ann")], "Ann is in all 2 rounds, after it Bank in the most: 1"),
    ],
)
def test_the_finding_claims_no_more_than_the_rows(rounds: list[dict[str, Any]], said: str) -> None:
    assert CHART["investors"].finding(drawn("investors", *rounds), Words("en")).startswith(said)


def test_what_is_not_drawn_is_said() -> None:
    once = [round_(";".join(f"i{n}" for n in range(60))), round_("ann;bank"), round_("ann;bank")]
    frame = drawn("investors", *once)
    shown = figures.drawn(frame)
    assert len(shown) == figures.SHOWN
    texts = [a.text for a in CHART["investors"].figure(frame, Words("en")).layout.annotations]
    assert any("42 more in one round only" in text for text in texts)


# investor-network -------------------------------------------------------------------------------


def test_the_network_has_names_and_lines() -> None:
    frame = drawn("investor-network", round_("ann;bank", lead_investor_ids="ann"), round_("ann"), round_("ann", company_id="big"), round_())
    assert frame["network_part"].value_counts().to_dict() == {"link": 3, "investor": 2, "company": 2}
    links = frame[frame["network_part"] == "link"].set_index(["investor_id", "company_id"])
    assert links.loc[("ann", "small"), ["n_taken_part", "n_led"]].tolist() == [2, 1]
    ann = frame[(frame["investor_id"] == "ann") & (frame["network_part"] == "investor")].iloc[0]
    assert (ann["n_companies_backed"], ann["n_taken_part"], ann["layout_x"]) == (2, 3, 0)
    small = frame[(frame["company_id"] == "small") & (frame["network_part"] == "company")].iloc[0]
    # Two of Small's three rounds name somebody.
    assert (small["n_investors"], small["n_taken_part"], small["layout_x"]) == (2, 2, 1)
    assert CHART["investor-network"].finding(frame, Words("en")) == (
        "Ann is in the most companies: 2 of the 2 that name investors; 1 of 2 investors is in more than one; "
        "of the 2 drawn, most meet at Small: 2"
    )


def test_a_cancelled_pledge_makes_no_line() -> None:
    frame = drawn("investor-network", round_("ann"), round_("bank", status="cancelled", company_id="big"))
    assert set(frame["investor_id"].dropna()) == {"ann"}


def test_names_and_lines_lead_to_filters_and_records() -> None:
    chart, tables = CHART["investor-network"], tables_of(round_("ann;bank"), round_("ann", company_id="big"))
    for row in frame_of("investor-network", tables).to_dict("records"):
        pairs = dict(chart.narrows(row))
        assert pairs == {k: row[f"{k}_id"] for k in ("investor", "company") if row[f"{k}_id"]}
        wanted = {("ann", None): {"FR001", "FR002"}, ("ann", "small"): {"FR001"}, (None, "big"): {"FR002"}}
        key = (row["investor_id"], row["company_id"])
        if key in wanted:
            assert set(chart.behind(tables, ALL, row)["round_id"]) == wanted[key]


LINKS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("stuvwxyz")), min_size=1, max_size=25)


@settings(max_examples=60)
@given(LINKS, st.randoms())
def test_the_two_columns_stand_apart_and_always_alike(links: list[tuple[str, str]], random: Any) -> None:
    left, right = two_columns(links)
    assert set(left) == {a for a, _ in links}
    assert set(right) == {b for _, b in links}
    for column in (left, right):
        heights = sorted(column.values())
        assert heights[0] >= 0
        assert heights[-1] <= max(len(left), len(right)) - 1
        assert all(b - a >= 1 - 1e-6 for a, b in itertools.pairwise(heights))
    assert two_columns(random.sample(links, len(links)) + links[:3]) == (left, right)


def test_lines_that_need_not_cross_do_not() -> None:
    # Three stars and a ladder: none of them has to cross.
    stars = [(f"{hub}{n}", hub) for hub in "xyz" for n in range(3)]
    ladder = [("p", "k"), ("p", "l"), ("q", "l"), ("q", "m"), ("r", "m")]
    left, right = two_columns(stars + ladder)
    links = [(left[a], right[b]) for a, b in stars + ladder]
    assert not [pair for pair in itertools.combinations(links, 2) if (pair[0][0] - pair[1][0]) * (pair[0][1] - pair[1][1]) < 0]


# investor-pairs ---------------------------------------------------------------------------------


def test_pairs_that_always_come_together_are_told_from_those_that_often_do() -> None:
    rounds = [round_("ann;bank;chip"), round_("ann;bank;chip", company_id="other"), round_("chip;city"), round_("city")]
    frame = drawn("investor-pairs", *rounds)
    assert frame[["investor_a_id", "investor_b_id"]].values.tolist() == [["ann", "bank"], ["chip", "ann"], ["chip", "bank"]]
    assert frame["n_together"].tolist() == [2, 2, 2]
    assert frame["share_together_pct"].tolist() == pytest.approx([100, 200 / 3, 200 / 3])
    assert frame["is_same_rounds"].tolist() == [True, False, False]
    assert frame["is_subset"].tolist() == [True, True, True]
    assert frame["companies_together_en"].tolist() == ["Other;Small"] * 3
    assert CHART["investor-pairs"].finding(frame, Words("en")) == (
        "3 pairs came together most often: in 2 rounds each; one pair always did: Ann and Bank, both in 2 rounds; "
        "in 2 more, one never came without the other; so few rounds make no rule"
    )


def test_one_round_together_is_never_always() -> None:
    frame = drawn("investor-pairs", round_("ann;bank"), round_("chip"))
    assert frame[["n_together", "is_same_rounds", "is_subset"]].values.tolist() == [[1, False, False]]
    assert CHART["investor-pairs"].finding(frame, Words("en")) == "No two investors share more than one round; 1 pair shares one"


def test_parts_and_pledges_bring_nobody_together_twice() -> None:
    rounds = [round_("ann;bank"), round_("ann;bank", part_of="FR001"), round_("ann;bank", status="cancelled")]
    assert drawn("investor-pairs", *rounds)["n_together"].tolist() == [1]


def test_a_pair_leads_to_the_rounds_of_both() -> None:
    tables = tables_of(round_("ann;bank"), round_("ann;bank"), round_("ann"), round_("ann", part_of="FR002"))
    row = frame_of("investor-pairs", tables).to_dict("records")[0]
    assert set(CHART["investor-pairs"].behind(tables, ALL, row)["round_id"]) == {"FR001", "FR002", "FR004"}


# Against brute force ------------------------------------------------------------------------------

NAMES = ("ann", "bank", "chip", "city")
_ROUND = st.fixed_dictionaries(
    {
        "named": st.sets(st.sampled_from(NAMES)),
        "company_id": st.sampled_from(["small", "other", "big"]),
        "status": st.sampled_from(["closed", "closed", "reported", "cancelled"]),
        "inside": st.booleans(),
    }
)


def _invented(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rounds of the shipped form; one that is inside another is part of the newest earlier one of its company."""
    rounds: list[dict[str, Any]] = []
    for one in drawn:
        earlier = [i for i, r in enumerate(rounds, start=1) if r["company_id"] == one["company_id"]]
        part = f"FR{earlier[-1]:03d}" if one["inside"] and earlier else ""
        rounds.append(round_(";".join(sorted(one["named"])), company_id=one["company_id"], status=one["status"], part_of=part))
    return rounds


def _wholes(rounds: list[dict[str, Any]]) -> dict[str, set[int]]:
    """The rounds of each investor, by the number of the whole."""
    found: dict[str, set[int]] = {name: set() for name in NAMES}
    for number, one in enumerate(rounds):
        whole = number
        while rounds[whole]["part_of"]:
            whole = int(rounds[whole]["part_of"][2:]) - 1
        if one["status"] != "cancelled":
            for name in one["investor_ids"].split(";") if one["investor_ids"] else []:
                found[name].add(whole)
    return {name: rounds for name, rounds in found.items() if rounds}


@settings(max_examples=25)
@given(st.lists(_ROUND, min_size=1, max_size=8))
def test_counts_are_those_of_brute_force(invented: list[dict[str, Any]]) -> None:
    rounds = _invented(invented)
    tables, wholes = tables_of(*rounds), _wholes(rounds)
    found = frame_of("investors", tables)
    found = found[found["investor_id"].notna() & (found["n_taken_part"] > 0)].set_index("investor_id")
    assert found["n_taken_part"].to_dict() == {name: len(some) for name, some in wholes.items()}
    assert (found[["n_known", "n_up_to", "n_undisclosed", "n_other_currency"]].sum(axis=1) == found["n_taken_part"]).all()
    pairs = {p: len(wholes[p[0]] & wholes[p[1]]) for p in itertools.combinations(sorted(wholes), 2)}
    least = 2 if max(pairs.values(), default=0) >= 2 else 1
    together = frame_of("investor-pairs", tables)
    counted = {
        tuple(sorted((a, b))): n
        for a, b, n in together[["investor_a_id", "investor_b_id", "n_together"]].itertuples(index=False, name=None)
    }
    assert counted == {p: n for p, n in pairs.items() if n >= least}
    for row in together.to_dict("records"):
        one, other = wholes[row["investor_a_id"]], wholes[row["investor_b_id"]]
        assert (row["n_taken_part_a"], row["n_taken_part_b"]) == (len(one), len(other))
        assert row["n_together"] <= min(len(one), len(other))
        assert row["share_together_pct"] == pytest.approx(100 * len(one & other) / len(one | other))
        assert row["is_same_rounds"] == (one == other and len(one) >= 2)
        assert row["is_subset"] == ((one <= other or other <= one) and min(len(one), len(other)) >= 2)
    links = frame_of("investor-network", tables)
    links = links[links["network_part"] == "link"]
    joined = {(name, rounds[whole]["company_id"]) for name, some in wholes.items() for whole in some}
    assert set(zip(links["investor_id"], links["company_id"], strict=True)) == joined


@settings(max_examples=15)
@given(st.lists(_ROUND, min_size=2, max_size=7))
def test_one_more_round_never_lowers_a_count(invented: list[dict[str, Any]]) -> None:
    rounds = _invented(invented)
    before, after = people(*rounds[:-1]), people(*rounds)
    for name, row in before.items():
        if name:
            for column in ("n_taken_part", "n_led", "n_companies_backed", "n_cancelled"):
                assert after[name][column] >= row[column]


# At scale, and other engines ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def many() -> Tables:
    """5,000 rounds of 2,000 companies: most name a few of 3,000 investors, some of them sixty."""
    dice = random.Random(4)
    base = open_tables().native("funding_rounds")
    rounds = base.iloc[[0] * 5000].reset_index(drop=True)
    rounds["round_id"] = [f"FR{n:05d}" for n in range(5000)]
    rounds["company_id"] = [f"c{dice.randrange(2000)}" for _ in range(5000)]
    rounds["part_of"] = None
    names = [";".join({f"i{int(3000 * dice.random() ** 2)}" for _ in range(60 if n % 50 == 0 else 4)}) for n in range(5000)]
    rounds["investor_ids"] = names
    rounds["lead_investor_ids"] = [cell.split(";")[0] for cell in names]
    ids = [f"i{n}" for n in range(3000)]
    entities = pd.DataFrame({"entity_id": ids, "name_en": ids, "name_zh": None, "investor_kind": "financial"})
    return Tables(open_tables().folder, "many", lambda name: {"funding_rounds": rounds, "entities": entities}[name])


def test_the_frames_stay_bounded_at_five_thousand_rounds(many: Tables) -> None:
    parts = frame_of("investor-network", many)["network_part"].value_counts()
    assert parts["investor"] <= investors.INVESTORS_DRAWN
    assert parts["company"] <= investors.COMPANIES_DRAWN
    assert parts["link"] <= investors.LINKS_DRAWN
    pairs = frame_of("investor-pairs", many)
    assert len(pairs) == investors.PAIRS_KEPT < pairs["n_pairs"].iloc[0]
    assert (pairs["n_together"] <= pairs[["n_taken_part_a", "n_taken_part_b"]].min(axis=1)).all()
    assert "of the 200 closest of" in CHART["investor-pairs"].finding(pairs, Words("en"))
    for slug in SLUGS:
        figure = CHART[slug].figure(frame_of(slug, many), Words("zh"))
        assert len(figure.to_json()) < 400_000


def test_fewer_are_compared_where_there_are_too_many_pairs(many: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = frame_of("investor-pairs", many)
    monkeypatch.setattr(investors, "_PAIRS_SEEN", 5_000)
    fewer = frame_of("investor-pairs", many)
    assert 0 < fewer["n_pairs"].iloc[0] < whole["n_pairs"].iloc[0]
    shared = whole.merge(fewer, on=["investor_a_id", "investor_b_id"], suffixes=("", "_fewer"))
    assert len(shared)
    assert (shared["n_together"] == shared["n_together_fewer"]).all()


@pytest.mark.parametrize("filters", [ALL, Filters(("short_drama",)), Filters(investor="tencent", general="with")])
@pytest.mark.parametrize("slug", SLUGS)
def test_the_same_frames_come_out_of_duckdb(slug: str, filters: Filters) -> None:
    shipped, connection = open_tables(), duckdb.connect()
    carried = Tables(shipped.folder, shipped.version, lambda name: connection.sql(f"select * from '{shipped.folder}/{name}.parquet'"))
    pd.testing.assert_frame_equal(frame_of(slug, carried, filters), frame_of(slug, shipped, filters))
