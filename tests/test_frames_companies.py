"""Valuations, and who invests with whom, by hand-worked examples. Every round here is invented."""

from __future__ import annotations

import math
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.charts import CHART
from components.figures import valuations
from components.words import Words
from data.filters import Filters
from data.frames import beside, companies
from data.tables import Tables, open_tables
from tests.factory import tables_from

ALL = Filters()
CHART_ = CHART["valuation-paths"]
ENTITIES = [
    {"entity_id": "small-video", "kind": "company", "company_kind": "video_model", "name_en": "Small Video", "name_zh": "小视频"},
    {"entity_id": "big-model", "kind": "company", "company_kind": "general_model", "name_en": "Big Model", "name_zh": "大模型"},
]


def round_(on: str, worth: float | None = None, **more: Any) -> dict[str, Any]:
    """A round of Small Video, amount undisclosed, with or without a valuation."""
    base = {"company_id": "small-video", "announced_date": on, "is_date_inferred": False, "stage": "seed", "sectors": "film"}
    return base | {"status": "closed", "amount_qualifier": "undisclosed", "post_money_valuation_usd_m": worth} | more


def tables_of(*rounds: dict[str, Any]) -> Tables:
    numbered = [{"round_id": f"FR{i:03d}"} | r for i, r in enumerate(rounds, start=1)]
    return tables_from(funding_rounds=numbered, entities=ENTITIES)


def paths(*rounds: dict[str, Any], filters: Filters = ALL) -> pd.DataFrame:
    return CHART_.frame(CHART_.rows(tables_of(*rounds), filters), filters)


def said(*rounds: dict[str, Any], filters: Filters = ALL, lang: str = "en") -> str:
    return CHART_.finding(paths(*rounds, filters=filters), Words(lang))


# Valuations -------------------------------------------------------------------------------------

#: Worth 10, then two rounds that say nothing, then 40, then 30.
STEPS = (
    round_("2022-05-01"),
    round_("2023-01-01", 10),
    round_("2023-06", amount_qualifier="at_least", amount_usd_m=5, amount_original=5e6, currency="USD"),
    round_("2023-Q3", amount_qualifier="exact", amount_original=3e7, currency="CNY"),
    round_("2024-01-01", 40, amount_qualifier="up_to", amount_usd_m=9, amount_original=9e6, currency="USD"),
    round_("2024-03-01", 99, status="cancelled"),
    round_("2024-02-01", part_of="FR008"),
    round_("2024-07-01", 30, amount_qualifier="about", amount_usd_m=4, amount_original=4e6, currency="USD"),
    round_("2025-01-01"),
)


def test_a_path_holds_stated_valuations_and_the_rounds_between() -> None:
    frame = paths(*STEPS)
    assert list(frame["round_id"]) == ["FR002", "FR003", "FR004", "FR005", "FR008"], "nothing before, after, cancelled or part of another"
    assert frame["post_money_valuation_usd_m"].fillna(0).tolist() == [10, 0, 0, 40, 30]
    assert frame["previous_valuation_usd_m"].fillna(0).tolist() == [0, 10, 10, 10, 40]
    assert frame["valuation_multiple"].fillna(0).tolist() == [0, 0, 0, 4, 0.75]
    assert frame["n_rounds_between"].tolist() == [0, 0, 1, 2, 0]
    assert frame["previous_valuation_date"].iloc[4] == "2024-01-01"
    assert set(frame["n_companies"]) == {1}
    assert frame["amount_class"].tolist() == ["undisclosed", "at_least", "other_currency", "up_to", "about"]


def test_a_part_that_states_a_valuation_of_its_own_is_on_the_path() -> None:
    frame = paths(round_("2023-01-01", 10), round_("2023-02-01", 12, part_of="FR003"), round_("2023-03-01", 20))
    assert frame["valuation_multiple"].iloc[1:].tolist() == [1.2, 20 / 12]


def test_dates_too_coarse_give_no_multiple() -> None:
    frame = paths(round_("2024", 10), round_("2024-09-01", 20), round_("2024-10", 30))
    assert frame["valuation_multiple"].isna().tolist() == [True, True, False]
    assert frame["previous_valuation_usd_m"].iloc[1] == 10
    assert frame["valuation_multiple"].iloc[2] == 1.5


def test_groups_stay_apart_unless_the_reader_takes_them_together() -> None:
    rounds = (round_("2023-01-01", 10), round_("2023-02-01", 7000, company_id="big-model"), round_("2023-03-01", company_id="other"))
    apart = paths(*rounds)
    assert list(zip(apart["company_id"], apart["money_group"], apart["n_companies"], strict=True)) == [
        ("small-video", "sector_company", 2),
        ("big-model", "general_model", 1),
    ]
    together = paths(*rounds, filters=Filters(general="with"))
    assert set(together["money_group"]) == {"all_companies"}
    assert set(together["n_companies"]) == {3}
    assert list(paths(*rounds, filters=Filters(general="without"))["company_id"]) == ["small-video"]


def test_a_path_follows_the_filters() -> None:
    assert list(paths(*STEPS, filters=Filters(since="2024"))["round_id"]) == ["FR005", "FR008"]
    assert paths(*STEPS, filters=Filters(company="nobody")).empty
    assert len(paths(*STEPS, filters=Filters(company="small-video"))) == 5


def test_a_finding_names_the_largest_rise_and_every_fall() -> None:
    other = (round_("2023-01-01", 10, company_id="big-model"), round_("2023-02-01", company_id="third"))
    assert said(*STEPS, *other) == (
        "Companies serving a sector: Small Video rose most, ×4 from US$10m (1 Jan 2023) to US$40m (1 Jan 2024); "
        "1 of 2 state a valuation, 1 more than once; "
        "General-model companies: 1 of 1 state a valuation, 0 more than once; 1 fall in 2 comparisons (Small Video)"
    )
    assert "小视频涨幅最大，自1,000万美元（2023年1月1日）至4,000万美元（2024年1月1日），为4倍" in said(*STEPS, *other, lang="zh")


def test_a_finding_of_one_company_tells_its_first_and_last_valuation() -> None:
    assert (
        said(*STEPS)
        == "Small Video: 3 stated valuations, US$10m (1 Jan 2023) to US$30m (1 Jul 2024), 1 fall in 2 comparisons (Small Video)"
    )
    assert said(STEPS[1]) == "Small Video: one stated valuation, US$10m (1 Jan 2023)"
    assert said(STEPS[1], lang="zh") == "小视频：仅公布过一次估值，1,000万美元（2023年1月1日）"
    assert said(round_("2024", 10), round_("2024-09-01", 20)) == "Small Video: 2 stated valuations, US$10m (2024) to US$20m (1 Sept 2024)"
    assert said(round_("2024-01-01")) == Words("en").t("charts.empty")


@st.composite
def _rounds(draw: st.DrawFn) -> list[dict[str, Any]]:
    days = draw(st.lists(st.integers(0, 1500), min_size=1, max_size=8, unique=True))
    worth = st.one_of(st.none(), st.floats(1, 1e6))
    return [round_((date(2022, 1, 1) + timedelta(d)).isoformat(), draw(worth)) for d in days]


@settings(max_examples=15)
@given(_rounds(), st.randoms())
def test_multiples_lead_from_the_first_valuation_to_the_last(rounds: list[dict[str, Any]], random: Any) -> None:
    frame = paths(*rounds)
    stated = sorted((r["announced_date"], r["post_money_valuation_usd_m"]) for r in rounds if r["post_money_valuation_usd_m"])
    if not stated:
        assert frame.empty
        return
    assert math.prod(frame["valuation_multiple"].dropna()) == pytest.approx(stated[-1][1] / stated[0][1])
    between = [r for r in rounds if not r["post_money_valuation_usd_m"] and stated[0][0] < r["announced_date"] < stated[-1][0]]
    assert len(frame) == len(stated) + len(between)
    valued = frame[frame["post_money_valuation_usd_m"].notna()]
    assert valued["n_rounds_between"].sum() == len(between)
    numbered = [r | {"round_id": f"FR{i:03d}"} for i, r in enumerate(rounds, start=1)]
    pd.testing.assert_frame_equal(paths(*random.sample(numbered, len(numbered))), frame)


@pytest.mark.parametrize("filters", [ALL, Filters(("film",), general="with"), Filters(company="openai")])
def test_the_same_paths_come_out_of_duckdb(filters: Filters) -> None:
    shipped = open_tables()
    carried = Tables(shipped.folder, shipped.version, lambda name: duckdb.from_df(shipped.native(name)))
    one, other = (CHART_.frame(CHART_.rows(t, filters), filters) for t in (shipped, carried))
    columns = ["round_id", "valuation_multiple", "n_rounds_between", "n_companies"]
    pd.testing.assert_frame_equal(one[columns], other[columns], check_dtype=False)


# The figure -------------------------------------------------------------------------------------


def lines(frame: pd.DataFrame) -> list[tuple[str, tuple[Any, ...]]]:
    """(dash, heights) of every step."""
    figure = CHART_.figure(frame, Words("en"))
    return [(t.line.dash, t.y) for t in figure.data if t.mode == "lines" and t.line.dash]


def test_a_step_is_dashed_where_rounds_without_a_valuation_lie_between() -> None:
    assert lines(paths(*STEPS)) == [("solid", (40, 40, 30, None)), ("dash", (10, 10, 40, None))]
    assert lines(paths(round_("2024", 10), round_("2024-09-01", 20))) == [("dash", (10, 10, 20, None))]


def test_rounds_without_a_valuation_are_hollow_at_the_last_height() -> None:
    figure = CHART_.figure(paths(*STEPS), Words("en"))
    hollow = next(t for t in figure.data if t.marker.symbol == "circle-open" and t.customdata is not None)
    assert list(hollow.y) == [10, 10]
    said = [text.replace("<br>", " ") for text in hollow.hovertext]
    assert all("no valuation stated" in text and "Drawn at the last stated one" in text for text in said)


def test_at_most_twelve_companies_are_named_those_with_most_valuations_first() -> None:
    many = [round_("2024-01-01", 100 + i, company_id=f"c-{i:02d}") for i in range(20)]
    figure = CHART_.figure(paths(*many, round_("2024-06-01", 5), round_("2024-07-01", 6)), Words("en"))
    named = [name for t in figure.data if t.mode == "markers+text" for name in t.text]
    assert len(named) == 12
    assert "Small Video" in named
    assert "c-19" in named
    assert "c-00" not in named
    stated = next(t for t in figure.data if t.mode == "markers" and t.customdata is not None)
    assert len(stated.x) == 22, "the others are drawn all the same"


@given(st.lists(st.floats(0, 300), min_size=1, max_size=12))
def test_names_in_the_margin_never_overlap(places: list[float]) -> None:
    found = valuations._spread(sorted(places, reverse=True), 300)
    assert all(a - b >= valuations._NAME_PX - 1e-6 for a, b in pairwise(found))
    assert max(found) <= 300 - valuations._NAME_PX / 2 + 1e-6
    assert min(found) >= valuations._NAME_PX / 2 - 1e-6


# Who invests with whom --------------------------------------------------------------------------

#: A whole of 2024 with an early close and a second close in it, one more round, one pledge that never came.
SHARED = (
    round_("2024-03-01", investor_ids="ann;bob", lead_investor_ids="ann"),
    round_("2024-01-01", part_of="FR001", investor_ids="ann;cat"),
    round_("2024-02-01", part_of="FR002", investor_ids="cat;dan", lead_investor_ids="cat"),
    round_("2025-01-01", company_id="big-model", investor_ids="ann;bob;cat"),
    round_("2025-02-01", company_id="big-model", investor_ids="ann;eve", lead_investor_ids="ann", status="cancelled"),
    round_("2025-03-01"),
)


def counted(frame: pd.DataFrame) -> list[tuple[str, int, int, int]]:
    return list(frame[["entity_id", "n_rounds", "n_led", "n_cancelled"]].itertuples(index=False, name=None))


def test_a_round_and_its_parts_are_one_round() -> None:
    tables = tables_of(*SHARED)
    raised = beside.rounds_of(tables, ["small-video"])
    assert dict(zip(raised["round_id"], raised["whole_id"], strict=True)) == {
        "FR001": "FR001",
        "FR002": "FR001",
        "FR003": "FR001",
        "FR006": "FR006",
    }
    assert companies.n_rounds(raised) == 2
    assert counted(companies.investors_in(tables, raised)) == [("ann", 1, 1, 0), ("cat", 1, 1, 0), ("bob", 1, 0, 0), ("dan", 1, 0, 0)]


def test_a_pledge_that_never_came_is_counted_beside() -> None:
    tables = tables_of(*SHARED)
    joined = beside.rounds_with(tables, "ann")
    assert list(joined["round_id"]) == ["FR005", "FR004", "FR001", "FR002"]
    assert (companies.n_rounds(joined), companies.n_led(joined, "ann")) == (2, 1)
    assert counted(companies.companies_in(tables, joined, "ann")) == [("small-video", 1, 1, 0), ("big-model", 1, 0, 1)]
    assert counted(companies.co_investors(tables, joined, "ann")) == [("bob", 2, 0, 0), ("cat", 2, 0, 0)]
    assert counted(companies.investors_in(tables, beside.rounds_of(tables, ["big-model"])))[-1] == ("eve", 0, 0, 1)


def test_nobody_is_beside_nobody(empty: Tables) -> None:
    for rounds in (beside.rounds_of(empty, ["x"]), beside.rounds_with(empty, "x")):
        assert companies.n_rounds(rounds) == companies.n_led(rounds, "x") == 0
        for frame in (
            companies.investors_in(empty, rounds),
            companies.companies_in(empty, rounds, "x"),
            companies.co_investors(empty, rounds, "x"),
        ):
            assert frame.empty
            assert list(frame.columns) == list(companies.COUNTERPARTS)


# Beside the rounds ------------------------------------------------------------------------------


def test_what_the_records_hold_of_an_organisation() -> None:
    said_by = {"said_date": "2024", "stance": "neutral", "theme": "audience", "sectors": "film", "is_anonymous": False}
    tables = tables_from(
        opinions=[
            said_by | {"opinion_id": "OP1", "speaker_id": "acme"},
            said_by | {"opinion_id": "OP2", "speaker_id": "zoe", "organization_id": "acme", "said_date": "2025"},
            said_by | {"opinion_id": "OP3", "speaker_id": "yan", "organization_id": "acme-labs"},
        ],
        funding_rounds=[round_("2024-01-01", company_id="acme", investor_ids="acme-fund;bank")],
        models=[{"vendor_id": "acme-labs", "release_date": "2024"}],
        entities=[
            {"entity_id": "acme", "name_en": "Acme"},
            {"entity_id": "acme-labs", "name_en": "Acme Labs", "parent_id": "acme"},
            {"entity_id": "acme-fund", "name_en": "Acme Fund", "parent_id": "acme"},
        ],
    )
    assert list(beside.opinions_for(tables, "acme")["opinion_id"]) == ["OP2", "OP1"]
    assert list(beside.parts_of(tables, "acme")["entity_id"]) == ["acme-fund", "acme-labs"]
    assert beside.acting(tables) == {"speaker": {"acme", "zoe", "yan"}, "company": {"acme", "acme-labs"}, "investor": {"acme-fund", "bank"}}
    found = beside.entity_of(tables, "acme-labs")
    assert found is not None
    assert found["parent_id"] == "acme"
    assert beside.entity_of(tables, "nobody") is None
