"""`funding-concentration`, by hand-worked examples. Every round here is invented."""

from __future__ import annotations

from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.charts import CHART
from components.words import Words
from data.build import TABLES_DIR
from data.filters import Filters
from data.frames import concentration, funding
from data.tables import Tables, open_tables
from tests.factory import tables_from

ALL = Filters()
CHART_OF = CHART["funding-concentration"]
MORE = ["five_largest_rounds", "largest_company", "company_hhi", "lead_hhi"]
_RANGE = ["concentration", "concentration_low", "concentration_high"]
ENTITIES = [
    {"entity_id": key, "kind": "company", "company_kind": kind, "name_en": key.upper(), "name_zh": f"公司{key}"}
    for key, kind in (("a", "video_model"), ("b", "video_model"), ("c", "film_tool"), ("d", "audio"), ("g", "general_model"))
]


def round_(company: str, usd: float | None = None, **more: Any) -> dict[str, Any]:
    """A seed round: exact US dollars when given, else undisclosed."""
    exact = {"amount_qualifier": "exact", "amount_usd_m": usd, "amount_original": (usd or 0) * 1e6, "currency": "USD"}
    base = {"company_id": company, "announced_date": "2024-02-10", "is_date_inferred": False, "stage": "seed", "sectors": "film"}
    return base | {"status": "closed"} | ({"amount_qualifier": "undisclosed"} if usd is None else exact) | more


def tables_of(*rounds: dict[str, Any]) -> Tables:
    return tables_from(funding_rounds=[{"round_id": f"FR{i:03d}"} | r for i, r in enumerate(rounds, start=1)], entities=ENTITIES)


def drawn(*rounds: dict[str, Any], filters: Filters = ALL) -> pd.DataFrame:
    """The frame, a row a measure of the only group."""
    return CHART_OF.frame(CHART_OF.rows(tables_of(*rounds), filters), filters).set_index("concentration_measure")


#: One round of each kind. Known by company: a 60, b 20, d 20.
EVERY_KIND = (
    round_("a", 50, lead_investor_ids="x"),
    round_("a", 10, amount_qualifier="about", lead_investor_ids="x;y"),
    round_("b", 20, amount_qualifier="at_least", lead_investor_ids="y"),
    round_("c", 40, amount_qualifier="up_to"),
    round_("b", lead_investor_ids="x;y"),  # seed, of which 50 is the largest known
    round_(
        "c", stage="series_a", amount_qualifier="exact", amount_original=1e9, currency="CNY", lead_investor_ids="z"
    ),  # no known series A
    round_("a", 30, part_of="FR001"),
    round_("d", 900, status="cancelled"),
    round_("d", 20),
)


def test_every_measure_by_hand() -> None:
    frame = drawn(*EVERY_KIND)
    assert frame.index.tolist() == MORE
    found = frame[_RANGE].to_numpy().tolist()
    # Four rounds are known, so the five largest hold all. Least: the three unknown ones at 20 as well, 160 in all,
    # without 10 and 20: every higher or lower level leaves a smaller part outside.
    assert found[0] == pytest.approx([1, 130 / 160, 1])
    # a has 60 of 100; b may have 70, c 90, d has 20.
    assert found[1] == pytest.approx([0.6, 60 / 240, 0.6])
    # Least: b and c at 50, see tests/test_concentration.py; most as it is.
    assert found[2] == pytest.approx([0.44, 9000 / 180**2, 0.44])
    # x 50 + 5, y 5 + 20, z nothing yet; up to 50 for x and y together, up to 50 for z.
    assert found[3] == pytest.approx([3650 / 80**2, 9912 / 168**2, 3650 / 80**2], rel=1e-6)


def test_what_the_measures_are_made_of() -> None:
    frame = drawn(*EVERY_KIND)
    assert frame["known_usd_m"].tolist() == [100, 100, 100, 80]
    assert frame["unknown_ceiling_usd_m"].tolist() == [40 + 50 + 50] * 3 + [100]
    assert frame["n_rounds"].tolist() == [7, 7, 7, 5]  # nine records less the part and the cancelled one
    assert frame["n_known"].tolist() == [4, 4, 4, 3]
    assert frame["n_unknown"].tolist() == [3, 3, 3, 2]
    assert frame["n_lower_bound"].tolist() == [1, 1, 1, 1]
    assert set(frame["n_without_lead"]) == {2}
    assert set(frame["without_lead_usd_m"]) == {20}
    assert (set(frame["n_part_of"]), set(frame["n_cancelled"])) == ({1}, {1})
    assert frame["largest_ids"].tolist() == ["FR001;FR003;FR009;FR002", "a;b;d", "a;b;d", "x;y"]
    assert frame["largest_usd_m"].tolist() == ["50;20;20;10", "60;20;20", "60;20;20", "55;25"]
    assert frame.loc["five_largest_rounds", "largest_zh"] == "公司a;公司b;公司d;公司a"


def test_the_effective_number_turns_the_index_around() -> None:
    row = drawn(*EVERY_KIND).loc["company_hhi"]
    assert row["effective_n"] == pytest.approx(1 / 0.44)
    assert row["effective_low_n"] == pytest.approx(1 / row["concentration_high"])
    assert row["effective_high_n"] == pytest.approx(180**2 / 9000)
    assert pd.isna(drawn(*EVERY_KIND).loc["largest_company", "effective_n"])


def test_four_equal_companies_have_a_quarter() -> None:
    frame = drawn(*(round_(c, 5, lead_investor_ids="x") for c in "abcd"))
    assert frame.loc["company_hhi", _RANGE].tolist() == pytest.approx([0.25] * 3)
    assert frame.loc["lead_hhi", _RANGE].tolist() == [1, 1, 1]


def test_what_a_round_may_have_been_is_no_matter_of_filters() -> None:
    rounds = (
        round_("a", 10),
        round_("b", sectors="games"),
        round_("c", 800, sectors="games"),
        round_("b", 4, sectors="games", stage="debt"),
    )
    kept = drawn(*rounds, round_("d", stage="debt"), filters=Filters(sectors=("film",), cross=False))
    assert kept.loc["company_hhi", "unknown_ceiling_usd_m"] == 4  # the debt of the games company, outside the filter
    whole = drawn(*rounds, filters=Filters(sectors=("games",), cross=False))
    assert whole.loc["company_hhi", "unknown_ceiling_usd_m"] == 800


def test_general_models_are_apart_also_in_what_others_may_have_been() -> None:
    rounds = (round_("a", 10), round_("b"), round_("g", 900), round_("g"))
    chart, tables = CHART_OF, tables_of(*rounds)
    apart = chart.frame(chart.rows(tables, ALL), ALL)
    assert apart["money_group"].tolist() == ["sector_company"] * 4 + ["general_model"] * 4
    assert apart["unknown_ceiling_usd_m"][0] == 10
    assert apart["known_usd_m"].tolist()[:3] == [10, 10, 10]
    both = Filters(general="with")
    together = chart.frame(chart.rows(tables, both), both).set_index("concentration_measure").loc["largest_company"]
    assert (together["money_group"], together["largest_ids"], together["n_rounds"]) == ("all_companies", "g;a", 4)
    # 900 of 910; b's round was at most 10 as before, g's second one at most 900.
    assert together[_RANGE].tolist() == pytest.approx([900 / 910, 900 / 920, 1800 / 1810])
    without = Filters(general="without")
    assert set(chart.frame(chart.rows(tables, without), without)["money_group"]) == {"sector_company"}


def test_without_a_known_amount_nothing_is_measured() -> None:
    frame = drawn(round_("a"), round_("b", 40, amount_qualifier="up_to"))
    assert frame[_RANGE].isna().all(axis=None)
    assert frame.loc["company_hhi", "unknown_ceiling_usd_m"] == 40  # the other has none
    assert frame["largest_ids"].isna().all()
    for lang, said in (("en", "no US$ amount is known in 2 rounds"), ("zh", "2笔均无已知美元金额")):
        assert said in CHART_OF.finding(frame.reset_index(), Words(lang))


def test_no_leads_leave_the_other_measures() -> None:
    frame = drawn(round_("a", 5), round_("b", 5))
    assert frame["concentration"].isna().tolist() == [False, False, False, True]
    assert frame["n_rounds"].tolist() == [2, 2, 2, 0]
    assert frame.loc["lead_hhi", ["n_without_lead", "without_lead_usd_m"]].tolist() == [2, 10]


# Findings ---------------------------------------------------------------------------------------


def finding(*rounds: dict[str, Any], filters: Filters = ALL, lang: str = "en") -> str:
    return CHART_OF.finding(drawn(*rounds, filters=filters).reset_index(), Words(lang))


def test_few_amounts_make_no_finding() -> None:
    nine = [round_("a", usd) for usd in range(1, 10)]
    assert "only 9 of 10 rounds have a known amount" in finding(*nine, round_("b"))
    assert "only" not in finding(*nine, round_("b", 1))


def test_a_finding_has_its_bounds_and_its_n() -> None:
    # 10 rounds of a with 10 each, one unknown of b, up to 10: a has 100 of 100 to 110; five of them 50.
    said = finding(*(round_("a", 10) for _ in range(10)), round_("b"))
    assert said == (
        "Companies serving a sector: the five largest rounds hold 50% of the money known in 10 of 11 rounds "
        "(45% to 50% whatever the rest was); the largest company, A, 100% (91% to 100%)"
    )
    certain = finding(*(round_("a", 10) for _ in range(10)))
    assert "(" not in certain
    assert "50% of the money of 10 rounds" in certain


def test_together_the_largest_company_is_named_first_and_ties_are_said() -> None:
    rounds = [round_("g", 60), *(round_("a", 10) for _ in range(6)), *(round_("b", 1) for _ in range(4))]
    both = Filters(general="with")
    assert finding(*rounds, filters=both).startswith("All companies: A (tied) raised 48% of the money of 11 rounds")
    assert finding(*rounds, filters=both, lang="zh").startswith("全部公司：11笔之中公司a（并列）一家占金额的48%")
    rounds[0] = round_("g", 600)
    assert finding(*rounds, filters=both).startswith("All companies: G raised 90% of the money of 11 rounds")


# Whatever the rounds ----------------------------------------------------------------------------

_ROUND = st.tuples(
    st.sampled_from(funding.CLASSES),
    st.sampled_from([0.0, 1.0, 4.0, 30.0]),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["", "x", "y", "x;y"]),
)
_Rounds = list[tuple[str, float, str, str]]


def measured(rounds: _Rounds) -> pd.DataFrame:
    """The frame of rounds given as (amount class, US$ m, company, leads); what is not known may have been 30, or its ceiling."""
    rows = pd.DataFrame(
        [
            {
                "round_id": f"FR{i:03d}",
                "money_group": "sector_company",
                "amount_class": kind,
                "amount_usd_m": None if kind in ("undisclosed", "other_currency") else usd,
                "ceiling_usd_m": usd if kind == "up_to" else 30.0 if kind in ("undisclosed", "other_currency") else None,
                "company_id": company,
                "company_en": company,
                "company_zh": None,
                "lead_investor_ids": leads or None,
                "lead_investors_en": leads.upper() or None,
                "lead_investors_zh": None,
            }
            for i, (kind, usd, company, leads) in enumerate(rounds)
        ]
    ).astype({"amount_usd_m": "float64", "ceiling_usd_m": "float64"})
    return concentration.funding_concentration(nw.from_native(rows).lazy(), ALL).set_index("concentration_measure")


@settings(max_examples=40)
@given(st.lists(_ROUND, min_size=1, max_size=9))
def test_bounds_hold_the_known_value_and_an_index_its_range(rounds: _Rounds) -> None:
    frame = measured(rounds).dropna(subset="concentration")
    assert (frame["concentration_low"] <= frame["concentration"] + 1e-9).all()
    assert (frame["concentration"] <= frame["concentration_high"] + 1e-9).all()
    assert frame[_RANGE].ge(0).all(axis=None)
    assert frame[_RANGE].le(1 + 1e-12).all(axis=None)
    for measure, holders in (("company_hhi", {c for _, _, c, _ in rounds}), ("lead_hhi", {"x", "y"})):
        if measure in frame.index:
            assert frame.loc[measure, "concentration_low"] >= 1 / len(holders) - 1e-9


@settings(max_examples=40)
@given(st.lists(_ROUND, min_size=1, max_size=7), st.sampled_from(["a", "b", "new"]), st.sampled_from(["", "x", "x;y"]))
def test_one_more_undisclosed_round_never_narrows(rounds: _Rounds, company: str, leads: str) -> None:
    before, after = measured(rounds), measured([*rounds, ("undisclosed", 0.0, company, leads)])
    for measure in before.dropna(subset="concentration").index:
        assert after.loc[measure, "concentration"] == pytest.approx(before.loc[measure, "concentration"])
        assert after.loc[measure, "concentration_low"] <= before.loc[measure, "concentration_low"] + 1e-8
        assert after.loc[measure, "concentration_high"] >= before.loc[measure, "concentration_high"] - 1e-8


@settings(max_examples=20)
@given(st.lists(_ROUND, min_size=1, max_size=7), st.sampled_from(["part_of", "cancelled"]))
def test_parts_and_cancelled_rounds_change_nothing(rounds: _Rounds, kind: str) -> None:
    before, after = measured(rounds), measured([*rounds, (kind, 30.0, "new", "x")])
    pd.testing.assert_frame_equal(before.drop(columns=f"n_{kind}"), after.drop(columns=f"n_{kind}"))


def test_the_shipped_rounds_are_all_accounted_for(tables: Tables) -> None:
    rows = CHART_OF.frame(CHART_OF.rows(tables, ALL), ALL)
    known = funding.money_headline(funding.money_headline_rows(tables, ALL), ALL).set_index("money_group")
    for row in rows[rows["concentration_measure"] != "lead_hhi"].to_dict("records"):
        assert row["known_usd_m"] == pytest.approx(known.loc[row["money_group"], "known_usd_m"])
        assert row["n_rounds"] == known.loc[row["money_group"], "n_rounds"]
        assert row["n_known"] + row["n_unknown"] == row["n_rounds"]
    leads = rows[rows["concentration_measure"] == "lead_hhi"]
    whole = rows[rows["concentration_measure"] == "company_hhi"].set_index("money_group")
    for row in leads.to_dict("records"):
        assert row["known_usd_m"] + row["without_lead_usd_m"] == pytest.approx(whole.loc[row["money_group"], "known_usd_m"])
        assert row["n_rounds"] + row["n_without_lead"] == whole.loc[row["money_group"], "n_rounds"]


@pytest.mark.parametrize("filters", [ALL, Filters(general="with", sectors=("film",))])
def test_duckdb_gives_the_same_frame(filters: Filters) -> None:
    connection, shipped = duckdb.connect(), open_tables()
    duck = Tables(TABLES_DIR, shipped.version, lambda name: connection.read_parquet(str(TABLES_DIR / f"{name}.parquet")))
    pd.testing.assert_frame_equal(
        CHART_OF.frame(CHART_OF.rows(duck, filters), filters), CHART_OF.frame(CHART_OF.rows(shipped, filters), filters)
    )
