"""The running sums of the funding page, by hand-worked examples. Every round here is invented."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.charts import CHART, figure_of, frame_of
from components.words import Words
from data.filters import Filters
from data.frames import funding, printed
from data.frames.funding_cumulative import funding_cumulative, funding_cumulative_rows
from data.tables import Tables
from tests.factory import tables_from

ALL = Filters()
CHARTED = CHART["funding-cumulative"]
ENTITIES = [
    {"entity_id": "small-video", "kind": "company", "company_kind": "video_model", "name_en": "Small Video", "name_zh": "小视频"},
    {"entity_id": "big-model", "kind": "company", "company_kind": "general_model", "name_en": "Big Model", "name_zh": "大模型"},
]
_BASE = {"company_id": "small-video", "is_date_inferred": False, "stage": "seed", "sectors": "film", "status": "closed"}


def round_(date: str, usd: float | None = None, qualifier: str = "exact", **more: Any) -> dict[str, Any]:
    """A round of Small Video: US dollars when given, else undisclosed."""
    money = {"amount_usd_m": usd, "amount_original": usd * 1e6, "currency": "USD"} if usd is not None else {}
    return _BASE | {"announced_date": date, "amount_qualifier": "undisclosed" if usd is None else qualifier} | money | more


def tables_of(*rounds: dict[str, Any]) -> Tables:
    return tables_from(funding_rounds=[{"round_id": f"FR{i:03d}"} | r for i, r in enumerate(rounds, start=1)], entities=ENTITIES)


def drawn(*rounds: dict[str, Any], filters: Filters = ALL) -> pd.DataFrame:
    return funding_cumulative(funding_cumulative_rows(tables_of(*rounds), filters), filters)


def headline(tables: Tables, filters: Filters = ALL) -> dict[str, dict[str, Any]]:
    frame = funding.money_headline(funding.money_headline_rows(tables, filters), filters)
    return {row["money_group"]: row for row in frame.to_dict("records")}


def quarters(frame: pd.DataFrame, column: str) -> dict[str, Any]:
    return dict(zip(frame["period_quarter"], frame[column], strict=True))


# Which quarter ----------------------------------------------------------------------------------


def test_sums_run_from_quarter_to_quarter_also_over_empty_ones() -> None:
    frame = drawn(round_("2024-01", 10), round_("2024-02-03", 5), round_("2024-Q3", 7))
    assert quarters(frame, "cumulative_usd_m") == {"2024-Q1": 15, "2024-Q2": 15, "2024-Q3": 22}
    assert quarters(frame, "n") == {"2024-Q1": 2, "2024-Q2": 0, "2024-Q3": 1}
    assert quarters(frame, "n_known_so_far") == {"2024-Q1": 2, "2024-Q2": 2, "2024-Q3": 3}
    added = quarters(frame, "known_usd_m")
    assert (added["2024-Q1"], added["2024-Q3"]) == (15, 7)
    assert pd.isna(added["2024-Q2"])


def test_each_kind_runs_apart_and_only_what_is_summed_is_summed() -> None:
    frame = drawn(
        round_("2024-Q1", 10),
        round_("2024-Q1", 20, "about"),
        round_("2024-Q2", 5, "at_least"),
        round_("2024-Q2", 100, "up_to"),
        round_("2024-Q2"),
        round_("2024-Q2", amount_original=3e9, currency="CNY", amount_qualifier="exact"),
        round_("2024-Q3", 4, part_of="FR001"),
        round_("2024-Q3", 1000, status="cancelled"),
        round_("2024-Q3", amount_original=1e9, currency="CNY", amount_qualifier="at_least"),
    )
    last = frame.iloc[-1]
    assert frame["period_quarter"].tolist() == ["2024-Q1", "2024-Q2", "2024-Q3"]
    assert last["cumulative_usd_m"] == 10 + 20 + 5
    assert last[["cumulative_exact_usd_m", "cumulative_about_usd_m", "cumulative_lower_bound_usd_m"]].tolist() == [10, 20, 5]
    assert last["cumulative_up_to_usd_m"] == 100
    assert quarters(frame, "cumulative_up_to_usd_m")["2024-Q2"] == 100
    counted = {c: int(last[f"n_{c}_so_far"]) for c in ("rounds", "known", "lower_bound", "up_to", "undisclosed", "part_of", "cancelled")}
    assert counted == {"rounds": 7, "known": 3, "lower_bound": 1, "up_to": 1, "undisclosed": 1, "part_of": 1, "cancelled": 1}
    texts = quarters(frame, "other_currency_so_far")
    assert (texts["2024-Q2"], texts["2024-Q3"]) == ("CNY 3000000000", "≥CNY 4000000000")
    assert pd.isna(texts["2024-Q1"])


def test_nothing_known_yet_is_not_zero() -> None:
    frame = drawn(round_("2024-Q1"), round_("2024-Q2", 3))
    first, last = frame.to_dict("records")
    assert pd.isna(first["cumulative_usd_m"])
    assert first["n_undisclosed_so_far"] == 1
    assert last["cumulative_usd_m"] == 3
    assert pd.isna(last["cumulative_about_usd_m"])


def test_a_round_known_only_to_its_year_enters_at_the_end_of_that_year() -> None:
    frame = drawn(round_("2024-Q1", 1), round_("2024", 10), round_("2025-Q2", 100))
    assert quarters(frame, "cumulative_usd_m") == {"2024-Q1": 1, "2024-Q2": 1, "2024-Q3": 1, "2024-Q4": 11, "2025-Q1": 11, "2025-Q2": 111}
    assert quarters(frame, "n_year_only")["2024-Q4"] == 1
    assert frame["n_year_only"].sum() == 1


def test_while_the_year_runs_it_enters_in_the_newest_quarter() -> None:
    frame = drawn(round_("2025-Q2", 1), round_("2025", 10))
    assert quarters(frame, "cumulative_usd_m") == {"2025-Q2": 11}
    # The newest quarter is that of the whole collection, not of what is chosen.
    games = round_("2025-Q3", 1, sectors="games")
    chosen = drawn(round_("2025-Q2", 1), round_("2025", 10), games, filters=Filters(sectors=("film",)))
    assert quarters(chosen, "cumulative_usd_m") == {"2025-Q2": 1, "2025-Q3": 11}
    assert quarters(drawn(round_("2025", 10)), "cumulative_usd_m") == {"2025-Q4": 10}


def test_incomplete_are_the_newest_quarter_and_those_that_the_dates_cut() -> None:
    rounds = (round_("2024-Q1", 1), round_("2024-Q3", 1), round_("2025-Q2", 1))
    assert quarters(drawn(*rounds), "quarter_incomplete") == {"2024-Q1": False, "2024-Q2": False, "2024-Q3": False, "2024-Q4": False} | {
        "2025-Q1": False,
        "2025-Q2": True,
    }
    cut = drawn(*rounds, filters=Filters(until="2024-08"))
    assert quarters(cut, "quarter_incomplete") == {"2024-Q1": False, "2024-Q2": False, "2024-Q3": True}


def test_groups_run_apart_each_from_its_first_quarter() -> None:
    rounds = (round_("2024-Q2", 1), round_("2024-Q1", 500, company_id="big-model"))
    frame = drawn(*rounds)
    assert list(zip(frame["money_group"], frame["period_quarter"], frame["cumulative_usd_m"], strict=True)) == [
        ("sector_company", "2024-Q2", 1),
        ("general_model", "2024-Q1", 500),
        ("general_model", "2024-Q2", 500),
    ]
    together = drawn(*rounds, filters=Filters(general="with"))
    assert set(together["money_group"]) == {"all_companies"}
    assert together["cumulative_usd_m"].tolist() == [500, 501]
    assert set(drawn(*rounds, filters=Filters(general="without"))["money_group"]) == {"sector_company"}


# The last sum is the total ----------------------------------------------------------------------


def _agree(frame: pd.DataFrame, totals: dict[str, dict[str, Any]]) -> None:
    """Whether the last row of each group says what the totals say."""
    assert set(frame["money_group"]) == set(totals)
    for group, part in frame.groupby("money_group"):
        last, total = part.iloc[-1], totals[str(group)]
        assert last["cumulative_usd_m"] == pytest.approx(total["known_usd_m"], nan_ok=True)
        for name in ("exact", "about", "lower_bound", "up_to"):
            assert last[f"cumulative_{name}_usd_m"] == pytest.approx(total[f"{name}_usd_m"], nan_ok=True)
        for name in ("rounds", "known", "lower_bound", "up_to", "undisclosed", "other_currency", "part_of", "cancelled"):
            assert last[f"n_{name}_so_far"] == total[f"n_{name}"]
        assert printed.items(last["other_currency_so_far"]) == printed.items(total["other_currency_as_printed"])
        assert part["n"].sum() == total["n_rounds"] + total["n_part_of"] + total["n_cancelled"]
        assert part["known_usd_m"].sum() == pytest.approx(0 if pd.isna(total["known_usd_m"]) else total["known_usd_m"])
        sums = part["cumulative_usd_m"].fillna(0)
        assert sums.is_monotonic_increasing


@pytest.mark.parametrize("general", ["apart", "with", "without"])
@pytest.mark.parametrize("chosen", [{}, {"sectors": ("short_drama",), "cross": False}, {"since": "2024-02", "until": "2025"}])
def test_the_last_sum_is_the_total_of_the_shipped_rounds(tables: Tables, general: str, chosen: dict[str, Any]) -> None:
    filters = Filters(general=general, **chosen)
    _agree(frame_of(CHARTED, tables, filters), headline(tables, filters))


_ROUNDS = st.builds(
    round_,
    st.sampled_from(["2023-Q4", "2024-Q1", "2024-02-10", "2024-12", "2024", "2025", "2025-01"]),
    st.one_of(st.none(), st.integers(0, 10**5).map(float)),
    st.sampled_from(["exact", "about", "at_least", "up_to"]),
    company_id=st.sampled_from(["small-video", "big-model"]),
    status=st.sampled_from(["closed", "closed", "cancelled"]),
)


@settings(max_examples=8)
@given(st.lists(_ROUNDS, min_size=1, max_size=6), _ROUNDS, st.sampled_from(["apart", "with"]))
def test_the_last_sum_is_the_total_and_never_falls_when_a_round_is_added(
    rounds: list[dict[str, Any]], one_more: dict[str, Any], general: str
) -> None:
    filters = Filters(general=general)
    before, after = tables_of(*rounds), tables_of(*rounds, one_more)
    last = []
    for tables in (before, after):
        frame = funding_cumulative(funding_cumulative_rows(tables, filters), filters)
        _agree(frame, headline(tables, filters))
        last.append(frame.groupby("money_group")["cumulative_usd_m"].last().to_dict())
    for group, known in last[0].items():
        assert pd.isna(known) or last[1][group] >= known - 1e-6


# Figure and finding -----------------------------------------------------------------------------


def test_steps_lead_to_their_records_and_layers_to_nothing(tables: Tables) -> None:
    figure, frame = figure_of(CHARTED, tables, ALL, "en"), frame_of(CHARTED, tables, ALL)
    layers = [trace for trace in figure.data if trace.stackgroup]
    steps = [trace for trace in figure.data if trace.mode == "markers"]
    assert {trace.hoverinfo for trace in layers} == {"skip"}
    marks = [custom[0] for trace in steps for custom in trace.customdata]
    assert sorted(marks) == frame.index[frame["n"] > 0].tolist()
    behind = [CHARTED.behind(tables, ALL, frame.iloc[mark].to_dict()) for mark in marks]
    assert [len(rows) for rows in behind] == frame.loc[marks, "n"].tolist()
    assert len(pd.concat(behind)) == len(tables.native("funding_rounds"))


def test_exact_and_rounded_amounts_lie_below_the_lower_bounds() -> None:
    rounds = (round_("2024-Q1", 10), round_("2024-Q1", 20, "about"), round_("2024-Q2", 5, "at_least"))
    layers = [trace for trace in figure_of(CHARTED, tables_of(*rounds), ALL, "en").data if trace.stackgroup]
    # From the start of the first quarter, to each quarter's end, and a tread behind the last.
    assert [trace.x[:3] for trace in layers] == [("2024-01-01", "2024-03-31", "2024-06-30")] * 2
    assert [trace.y for trace in layers] == [(0, 30, 30, 30), (0, 0, 5, 5)]


def test_the_end_of_a_line_says_what_is_in_it_and_what_is_not() -> None:
    rounds = (round_("2024-Q1", 10), round_("2024-Q1", 5, "at_least"), round_("2024-Q1"), round_("2024-Q1", 100, "up_to"))
    label = figure_of(CHARTED, tables_of(*rounds), ALL, "en").layout.annotations[1].text
    assert "<b>≥ US$15m known in 2 rounds</b>" in label
    for said in ("exact or rounded: US$10m", "lower bounds: US$5m", "up to US$100m in 1", "1 of 4 without US$", "Q1 2024 incomplete"):
        assert said in label
    assert "2024年第一季度不完整" in figure_of(CHARTED, tables_of(*rounds), ALL, "zh").layout.annotations[1].text


def test_dates_that_cut_a_year_leave_its_later_quarters_incomplete() -> None:
    tables, until = tables_of(round_("2024-01", 1), round_("2024", 10), round_("2025-Q1", 3)), Filters(until="2024-05")
    frame = frame_of(CHARTED, tables, until)
    assert quarters(frame, "quarter_incomplete") == {"2024-Q1": False, "2024-Q2": True, "2024-Q3": True, "2024-Q4": True}
    assert frame["cumulative_usd_m"].iloc[-1] == 11
    assert "incomplete from Q2 2024 on" in figure_of(CHARTED, tables, until, "en").layout.annotations[1].text


def test_a_quarter_that_takes_in_a_year_is_marked() -> None:
    figure = figure_of(CHARTED, tables_of(round_("2024-Q1", 1), round_("2024", 10), round_("2025-Q1", 3)), ALL, "en")
    steps = figure.data[-1]
    assert list(steps.marker.symbol) == ["circle", "diamond-open", "circle"]
    assert "known only to its year" in steps.hovertext[1].replace("<br>", " ")


def test_the_finding_says_since_when_the_greater_half_came() -> None:
    # 9 x US$1m early, US$10m in the last quarter: 10 of 19 is 53%.
    rounds = [round_("2023-Q1", 1) for _ in range(9)] + [round_("2024-Q2", 10)]
    en, zh = (CHARTED.finding(drawn(*rounds), Words(lang)) for lang in ("en", "zh"))
    assert en == ("Companies serving a sector: 53% of the known sum entered from Q2 2024 on; US$19m in 10 rounds, none undisclosed")
    assert "已知合计的53%自2024年第二季度起计入" in zh
    # Of nine amounts nothing of the kind is said.
    assert "known sum" not in CHARTED.finding(drawn(*rounds[1:]), Words("en"))
