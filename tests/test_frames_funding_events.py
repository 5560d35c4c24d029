"""`funding-and-events`, by hand-worked examples. Every round and event here is invented."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.charts import CHART
from components.words import Words
from data import stats
from data.build import TABLES_DIR
from data.filters import Filters
from data.frames import funding_events
from data.tables import Tables, open_tables
from tests.factory import tables_from

ALL = Filters()
CHART_OF = CHART["funding-and-events"]
ENTITIES = [
    {"entity_id": "a", "kind": "company", "company_kind": "video_model", "name_en": "A", "name_zh": "甲"},
    {"entity_id": "g", "kind": "company", "company_kind": "general_model", "name_en": "G", "name_zh": "庚"},
]


def event(key: str, day: str, title: str, **more: Any) -> dict[str, Any]:
    return {"event_id": key, "date": day, "title_en": title, "title_zh": f"事件{title}", "sectors": "film", "is_headline": True} | more


ONE = event("EV017", "2024-06-15", "One")
TWO = event("EV069", "2024-09-20", "Two", short_title_en="2nd", short_title_zh="第二")
OTHER = event("EV002", "2024-06", "June")


def round_(day: str, usd: float | None = None, company: str = "a", **more: Any) -> dict[str, Any]:
    exact = {"amount_qualifier": "exact", "amount_usd_m": usd, "amount_original": (usd or 0) * 1e6, "currency": "USD"}
    base = {"company_id": company, "announced_date": day, "is_date_inferred": False, "stage": "seed", "sectors": "film", "status": "closed"}
    return base | ({"amount_qualifier": "undisclosed"} if usd is None else exact) | more


#: The first and the newest round collected: games rounds far from every event.
REACH = (round_("2023-01-01", sectors="games"), round_("2025-12-01", sectors="games"))


def tables_of(*rounds: dict[str, Any], events: tuple[dict[str, Any], ...] = (ONE,), reach: tuple[dict[str, Any], ...] = REACH) -> Tables:
    numbered = [{"round_id": f"FR{i:03d}"} | r for i, r in enumerate([*rounds, *reach], start=1)]
    return tables_from(funding_rounds=numbered, entities=ENTITIES, events=list(events))


def drawn(*rounds: dict[str, Any], filters: Filters = ALL, **more: Any) -> pd.DataFrame:
    return CHART_OF.frame(CHART_OF.rows(tables_of(*rounds, **more), filters), filters)


def sides(*rounds: dict[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
    """The rows of one event and group by side."""
    return {row["side"]: row for row in drawn(*rounds, **more).to_dict("records")}


def many(day: str, n: int, **more: Any) -> list[dict[str, Any]]:
    return [round_(day, 1, **more) for _ in range(n)]


# Which side --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "side"),
    [
        ("2024-06-14", "before"),
        ("2024-03-17", "before"),  # the 90th day before
        ("2024-03-16", None),
        ("2024-06-16", "after"),
        ("2024-09-13", "after"),  # the 90th day after
        ("2024-09-14", None),
        ("2024-06-15", "left_out"),  # the day itself
        ("2024-05", "before"),  # a month inside
        ("2024-03", "left_out"),  # a month over the edge
        ("2024-06", "left_out"),  # the month of the event
        ("2024-Q3", "left_out"),
        ("2024", "left_out"),
        ("2023", None),
    ],
)
def test_a_round_stands_where_its_whole_date_lies(day: str, side: str | None) -> None:
    rows = CHART_OF.rows(tables_of(round_(day, 3)), ALL).collect("pandas").to_native()
    assert rows["side"].tolist() == ([side] if side else [])


def test_every_kind_of_round_is_counted_for_what_it_is() -> None:
    day = "2024-05-20"
    found = sides(
        round_(day, 10),
        round_(day, 20, amount_qualifier="about"),
        round_(day, 5, amount_qualifier="at_least"),
        round_(day, 100, amount_qualifier="up_to"),
        round_(day),
        round_(day, amount_qualifier="exact", amount_original=3e9, currency="CNY"),
        round_(day, 4, part_of="FR001"),
        round_(day, 1000, status="cancelled"),
        round_("2024-07-01", 7, sectors="film;games"),
        round_("2024-06-15", 2),
    )
    before = found["before"]
    assert (before["n"], before["n_rounds"], before["n_known"], before["n_up_to"]) == (8, 6, 3, 1)
    assert (before["n_undisclosed"], before["n_other_currency"], before["n_part_of"], before["n_cancelled"]) == (1, 1, 1, 1)
    assert (before["known_usd_m"], before["lower_bound_usd_m"], before["up_to_usd_m"]) == (35, 5, 100)
    assert (found["after"]["n"], found["after"]["known_usd_m"]) == (1, 7)
    assert (found["left_out"]["n"], found["left_out"]["known_usd_m"]) == (1, 2)


def test_a_side_without_rounds_is_0_and_its_money_is_not_known() -> None:
    found = sides(round_("2024-07-01", 7))
    assert list(found) == ["before", "after"]
    assert found["before"]["n"] == 0
    assert pd.isna(found["before"]["known_usd_m"])
    assert (str(found["before"]["side_start"])[:10], str(found["before"]["side_end"])[:10]) == ("2024-03-17", "2024-06-14")


def test_an_event_that_no_round_is_near_is_shown_beside_one_that_has_some() -> None:
    frame = drawn(round_("2024-07-01", 7), events=(TWO, ONE), filters=Filters(days="30"))
    assert frame["event_id"].tolist() == ["EV017", "EV017", "EV069", "EV069"]
    assert frame["n"].tolist() == [0, 1, 0, 0]
    assert drawn(events=(ONE, TWO)).empty


def test_a_round_between_two_events_counts_at_each() -> None:
    frame = drawn(round_("2024-07-01", 7), events=(ONE, TWO)).set_index(["event_id", "side"])
    assert (frame.loc[("EV017", "after"), "n"], frame.loc[("EV069", "before"), "n"]) == (1, 1)


def test_groups_are_apart_unless_taken_together() -> None:
    rounds = (round_("2024-07-01", 7), round_("2024-07-02", 900, company="g"))
    apart = drawn(*rounds)
    assert apart["money_group"].tolist() == ["sector_company"] * 2 + ["general_model"] * 2
    together = drawn(*rounds, filters=Filters(general="with"))
    assert set(together["money_group"]) == {"all_companies"}
    assert together["known_usd_m"].tolist()[1] == 907
    assert set(drawn(*rounds, filters=Filters(general="without"))["money_group"]) == {"sector_company"}


def test_a_chosen_event_stands_alone_and_one_that_is_not_there_gives_nothing() -> None:
    rounds = (round_("2024-05-20", 1), round_("2024-06-20", 1), round_("2024-07-01", 1))
    frame = drawn(*rounds, events=(ONE, OTHER), filters=Filters(event="EV002"))
    assert set(frame["event_id"]) == {"EV002"}
    # An event known to its month takes all of it: after starts in July.
    assert dict(zip(frame["side"], frame["n"], strict=True)) == {"before": 1, "after": 1, "left_out": 1}
    assert drawn(*rounds, filters=Filters(event="EV999")).empty


# How many days are covered ------------------------------------------------------------------------


def test_days_past_the_newest_round_are_not_covered() -> None:
    last = round_("2024-07-25", sectors="games")
    found = sides(round_("2024-07-01", 7), reach=(REACH[0], last))
    assert (found["before"]["n_days"], found["before"]["n_days_covered"], found["before"]["side_incomplete"]) == (90, 90, False)
    # 16 June to 25 July: 15 + 25 days.
    assert (found["after"]["n_days"], found["after"]["n_days_covered"], found["after"]["side_incomplete"]) == (90, 40, True)


def test_days_past_the_data_are_not_covered_whatever_is_announced() -> None:
    # Synthetic tables are as of 1 January 2026; a round is announced for March.
    late = event("EV017", "2025-12-01", "Late")
    found = sides(round_("2025-12-20", 7), events=(late,), reach=(REACH[0], round_("2026-03-01", sectors="games")))
    assert found["after"]["n_days_covered"] == 31


def test_chosen_dates_cut_the_days() -> None:
    rounds = (round_("2024-05-20", 1), round_("2024-06-10", 1), round_("2024-07-01", 7))
    found = sides(*rounds, filters=Filters(since="2024-06", until="2024-06-20"))
    # 1 to 14 June; 16 to 20 June.
    assert {side: (row["n"], row["n_days_covered"]) for side, row in found.items()} == {"before": (1, 14), "after": (0, 5)}
    kept = sides(*rounds, filters=Filters(since="2024-05-20"))
    assert (kept["before"]["n_days_covered"], kept["after"]["n_days_covered"]) == (26, 90)


# Ratios -------------------------------------------------------------------------------------------


def test_nine_rounds_are_too_few_and_ten_give_a_ratio() -> None:
    nine = sides(*many("2024-05-20", 3), *many("2024-07-01", 6))
    assert pd.isna(nine["before"]["rate_ratio"])
    ten = sides(*many("2024-05-20", 3), *many("2024-07-01", 7))
    assert ten["before"]["rate_ratio"] == pytest.approx(7 / 3)
    assert (ten["after"]["rate_ratio_low"], ten["after"]["rate_ratio_high"]) == pytest.approx(stats.rate_ratio(7, 90, 3, 90)[1:])


def test_a_ratio_is_by_the_days_covered() -> None:
    # Seven and the newest one are eight.
    found = sides(*many("2024-05-20", 9), *many("2024-07-01", 7), reach=(REACH[0], round_("2024-07-25", sectors="games")))
    assert found["after"]["rate_ratio"] == pytest.approx((8 / 40) / (9 / 90))


def test_rounds_that_are_not_placed_widen_the_ratio_to_both_sides() -> None:
    found = sides(*many("2024-05-20", 4), *many("2024-07-01", 8), *many("2024-06", 2), round_("2024-06-15", 1, status="cancelled"))
    row = found["before"]
    assert found["left_out"]["n_rounds"] == 2
    assert row["rate_ratio"] == pytest.approx(2)
    assert row["rate_ratio_least"] == pytest.approx(stats.rate_ratio(8, 90, 6, 90)[1])
    assert row["rate_ratio_most"] == pytest.approx(stats.rate_ratio(10, 90, 4, 90)[2])
    assert row["rate_ratio_least"] < row["rate_ratio_low"] < 2 < row["rate_ratio_high"] < row["rate_ratio_most"]


def test_several_ratios_are_corrected_for_one_another() -> None:
    near = (*many("2024-05-20", 4), *many("2024-06-20", 8))
    alone = sides(*near)["before"]
    frame = drawn(*near, *many("2024-09-10", 6), *many("2024-10-10", 6), events=(ONE, TWO), filters=Filters(days="30"))
    both = frame[frame["event_id"] == "EV017"].iloc[0]
    assert frame["rate_ratio"].notna().all()
    assert both["rate_ratio_low"] < alone["rate_ratio_low"]
    assert both["rate_ratio_low"] == pytest.approx(stats.rate_ratio(8, 30, 4, 30, comparisons=2)[1])


def test_none_before_has_no_finite_ratio() -> None:
    row = sides(*many("2024-07-01", 12))["after"]
    assert pd.isna(row["rate_ratio"])
    assert row["rate_ratio_low"] > 1
    assert pd.isna(row["rate_ratio_high"])


# Findings ----------------------------------------------------------------------------------------


def finding(*rounds: dict[str, Any], lang: str = "en", **more: Any) -> str:
    return CHART_OF.finding(drawn(*rounds, **more), Words(lang))


@pytest.mark.parametrize(
    ("before", "after", "loose", "said"),
    [
        (3, 4, 0, "too few to say"),
        (8, 9, 0, "no difference beyond chance"),
        (2, 20, 0, "more after than before, which need not be because of it"),
        (20, 2, 1, "fewer after than before, which need not be because of it"),
        (2, 14, 9, "a difference that the rounds not placed could undo; 9 more near but not placed"),
        (0, 20, 0, "more after than before"),
    ],
)
def test_a_finding_claims_no_more_than_the_counts(before: int, after: int, loose: int, said: str) -> None:
    text = finding(*many("2024-05-20", before), *many("2024-07-01", after), *many("2024-06", loose))
    assert text.startswith(f"Companies serving a sector: {before} and {after} rounds in the 90 days before and after “One”; ")
    assert said in text


def test_a_finding_tells_events_apart_and_what_is_not_covered() -> None:
    rounds = (*many("2024-06-10", 2), *many("2024-06-20", 20), *many("2024-09-10", 1))
    more: dict[str, Any] = {"events": (ONE, TWO), "filters": Filters(days="30"), "reach": (REACH[0], round_("2024-09-30", sectors="games"))}
    assert finding(*rounds, **more) == (
        "Companies serving a sector: 2 and 20 rounds in the 30 days before and after “One”, 1 and 1 around “2nd”; "
        "more after “One” than before, which need not be the cause; too few around “2nd” to say whether they differ; "
        "the days after “2nd” are covered only in part (10 of 30)"
    )
    assert finding(*rounds, lang="zh", **more) == (
        "各行业公司：“事件One”前后各30天为2笔与20笔，“第二”为1与1；“事件One”之后多于之前，未必因它而起；"
        "“第二”前后笔数太少，难言差别；“第二”之后仅覆盖30天中的10天"
    )


def test_an_event_at_the_edge_of_the_collection_is_not_compared() -> None:
    early = event("EV017", "2022-12-31", "Early")
    assert "one side lies outside the collection, not compared" in finding(*many("2023-01-10", 12), events=(early,))


# Whatever the rounds ------------------------------------------------------------------------------

_DAYS = st.dates(date(2024, 2, 1), date(2024, 11, 30)).map(date.isoformat)
_DATES = st.one_of(_DAYS, _DAYS, _DAYS.map(lambda d: d[:7]), st.just("2024"))


@settings(max_examples=12)
@given(st.lists(_DATES, max_size=14), st.sampled_from(["30", "90", "180"]))
def test_every_round_near_an_event_is_on_one_side_of_it(days: list[str], window: str) -> None:
    filters = Filters(days=window, sectors=("film",), cross=False)
    frame = drawn(*(round_(day, 1) for day in days), events=(ONE, TWO), filters=filters)
    for moment in (ONE, TWO):
        start, end = (date.fromisoformat(moment["date"]) + timedelta(sign * int(window)) for sign in (-1, 1))
        near = [d for d in days if len(d) == 10 and start <= date.fromisoformat(d) <= end]
        coarse = [d for d in days if len(d) < 10 and (len(d) == 4 or start.isoformat()[:7] <= d <= end.isoformat()[:7])]
        assert frame.loc[frame["event_id"] == moment["event_id"], "n"].sum() == (len(near) + len(coarse) if len(frame) else 0)
    held = frame.dropna(subset="rate_ratio")
    assert (held["rate_ratio_least"] <= held["rate_ratio_low"] + 1e-9).all()
    assert (held["rate_ratio_low"] <= held["rate_ratio"]).all()
    assert (held["rate_ratio"] <= held["rate_ratio_high"].fillna(float("inf"))).all()


def test_the_three_events_are_in_the_shipped_tables(tables: Tables) -> None:
    events = tables.native("events").set_index("event_id")
    assert set(funding_events.EVENTS) <= set(events.index)
    assert events.loc[list(funding_events.EVENTS), "is_headline"].all()
    assert events.loc[list(funding_events.EVENTS), "title_en"].str.contains("Sora").all()


@pytest.mark.parametrize("filters", [ALL, Filters(general="with", days="180", sectors=("film",)), Filters(event="EV999")])
def test_duckdb_gives_the_same_frame(filters: Filters) -> None:
    connection, shipped = duckdb.connect(), open_tables()
    duck = Tables(TABLES_DIR, shipped.version, lambda name: connection.read_parquet(str(TABLES_DIR / f"{name}.parquet")))
    pd.testing.assert_frame_equal(
        CHART_OF.frame(CHART_OF.rows(duck, filters), filters), CHART_OF.frame(CHART_OF.rows(shipped, filters), filters)
    )
