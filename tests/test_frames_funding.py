"""Frames of the funding page, by hand-worked examples. Every round here is invented."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import theme
from components.charts import CHART, figure_of, frame_of
from components.figures.money import lines_of, money_brief, money_words
from components.words import Words
from data.filters import Filters
from data.frames import funding, printed
from data.tables import Tables
from tests.factory import read_once, tables_from

SLUGS = ("funding-timeline", "funding-by-quarter", "funding-by-stage")
ALL = Filters()
ENTITIES = [
    {"entity_id": "small-video", "kind": "company", "company_kind": "video_model", "name_en": "Small Video", "name_zh": "小视频"},
    {"entity_id": "big-model", "kind": "company", "company_kind": "general_model", "name_en": "Big Model", "name_zh": "大模型"},
]


def round_(date: str = "2024-02-10", usd: float | None = None, **more: Any) -> dict[str, Any]:
    """A round of Small Video: exact US dollars when given, else undisclosed."""
    money = (
        {"amount_qualifier": "undisclosed"}
        if usd is None
        else {"amount_qualifier": "exact", "amount_usd_m": usd, "amount_original": usd * 1e6, "currency": "USD"}
    )
    base = {
        "company_id": "small-video",
        "announced_date": date,
        "is_date_inferred": False,
        "stage": "seed",
        "sectors": "film",
        "status": "closed",
    }
    return base | money | more


def in_yuan(yuan: float, **more: Any) -> dict[str, Any]:
    """A round whose amount no page gives in US dollars."""
    return round_(**{"amount_qualifier": "exact", "amount_original": yuan, "currency": "CNY"} | more)


def tables_of(*rounds: dict[str, Any]) -> Tables:
    numbered = [{"round_id": f"FR{i:03d}"} | r for i, r in enumerate(rounds, start=1)]
    return tables_from(funding_rounds=numbered, entities=ENTITIES)


def drawn(slug: str, *rounds: dict[str, Any], filters: Filters = ALL) -> pd.DataFrame:
    chart = CHART[slug]
    return chart.frame(chart.rows(tables_of(*rounds), filters), filters)


def headline(*rounds: dict[str, Any], filters: Filters = ALL) -> dict[str, dict[str, Any]]:
    """The totals by group of companies."""
    frame = funding.money_headline(funding.money_headline_rows(tables_of(*rounds), filters), filters)
    return {row["money_group"]: row for row in frame.to_dict("records")}


#: One round of each kind. Exact 10, about 20, at least 5: known 35. Up to 100 stands beside it.
EVERY_KIND = (
    round_(usd=10),
    round_(usd=20, amount_qualifier="about"),
    round_(usd=5, amount_qualifier="at_least"),
    round_(usd=100, amount_qualifier="up_to"),
    round_(),
    in_yuan(3e9),
    round_(usd=4, part_of="FR001"),
    round_(usd=1000, status="cancelled"),
)


# Totals ---------------------------------------------------------------------------------------


def test_a_total_says_what_is_known_and_what_is_not() -> None:
    total = headline(*EVERY_KIND)["sector_company"]
    assert total["known_usd_m"] == 10 + 20 + 5
    assert (total["exact_usd_m"], total["about_usd_m"], total["lower_bound_usd_m"]) == (10, 20, 5)
    assert total["up_to_usd_m"] == 100
    # 8 records less the part and the cancelled pledge.
    assert total["n_rounds"] == 6
    assert (total["n_known"], total["n_up_to"], total["n_undisclosed"], total["n_other_currency"]) == (3, 1, 1, 1)
    assert (total["n_part_of"], total["n_cancelled"]) == (1, 1)


def test_an_undisclosed_amount_is_not_zero() -> None:
    unknown = headline(round_())["sector_company"]
    assert pd.isna(unknown["known_usd_m"])
    assert pd.isna(unknown["up_to_usd_m"])
    assert headline(round_(usd=0))["sector_company"]["known_usd_m"] == 0


def test_general_model_companies_are_never_summed_with_the_others() -> None:
    totals = headline(round_(usd=10), round_(usd=7000, company_id="big-model", sectors="film"))
    assert totals["sector_company"]["known_usd_m"] == 10
    assert totals["general_model"]["known_usd_m"] == 7000
    assert set(headline(round_(usd=10))) == {"sector_company"}


def test_a_part_counts_with_its_whole_only() -> None:
    # The whole is US$30m of March; its first close of US$12m was announced in January.
    first_close = round_("2024-01-10", usd=12, part_of="FR002")
    whole = round_("2024-03-10", usd=30)
    assert headline(first_close, whole)["sector_company"]["known_usd_m"] == 30
    january = headline(first_close, whole, filters=Filters(until="2024-01"))["sector_company"]
    assert pd.isna(january["known_usd_m"])
    assert january["n_part_of"] == 1


def test_a_cancelled_part_is_cancelled() -> None:
    total = headline(round_(usd=30), round_(usd=12, part_of="FR001", status="cancelled"))["sector_company"]
    assert (total["n_part_of"], total["n_cancelled"]) == (0, 1)


def test_no_rounds_give_no_totals(empty: Tables) -> None:
    assert funding.money_headline(funding.money_headline_rows(empty, ALL), ALL).empty


_COUNTED = st.tuples(st.sampled_from(funding.CLASSES), st.floats(0, 1e6))


def _totals(rounds: list[tuple[str, float]]) -> dict[str, Any]:
    """The totals of rounds given as (amount class, US$ m); classes that are not summed lose their amount."""
    summed = [usd if kind in (*funding.SUMMED, "up_to") else None for kind, usd in rounds]
    classes = pd.DataFrame({"money_group": "sector_company", "amount_class": [kind for kind, _ in rounds], "n": 1, "sum_usd_m": summed})
    return funding.totals(classes.astype({"sum_usd_m": "float64"})).to_dict("records")[0]


@settings(max_examples=40)
@given(st.lists(_COUNTED, min_size=1, max_size=12), _COUNTED)
def test_a_total_never_falls_when_a_round_is_added(rounds: list[tuple[str, float]], one_more: tuple[str, float]) -> None:
    before, after = _totals(rounds), _totals([*rounds, one_more])
    for column, value in before.items():
        if column != "money_group" and not pd.isna(value):
            assert after[column] >= value - 1e-6


@settings(max_examples=40)
@given(st.lists(_COUNTED, min_size=1, max_size=12), st.randoms())
def test_the_order_of_rounds_does_not_matter(rounds: list[tuple[str, float]], random: Any) -> None:
    straight, mixed = _totals(rounds), _totals(random.sample(rounds, len(rounds)))
    for column, value in straight.items():
        assert mixed[column] == (value if column == "money_group" else pytest.approx(value, nan_ok=True))


def test_the_shipped_totals_add_up(tables: Tables) -> None:
    frame = funding.money_headline(funding.money_headline_rows(tables, ALL), ALL)
    records = len(tables.native("funding_rounds"))
    assert (frame["n_rounds"] + frame["n_part_of"] + frame["n_cancelled"]).sum() == records
    assert (frame["n_rounds"] == frame[["n_known", "n_up_to", "n_undisclosed", "n_other_currency"]].sum(axis=1)).all()
    parts = frame[["exact_usd_m", "about_usd_m", "lower_bound_usd_m"]].sum(axis=1)
    assert frame["known_usd_m"].tolist() == pytest.approx(parts.tolist())


def test_other_currencies_are_said_each_for_itself_and_never_converted() -> None:
    rounds = (
        in_yuan(3e9),
        in_yuan(2e8, amount_qualifier="about"),
        in_yuan(1.5e8, amount_qualifier="up_to"),
        round_(amount_qualifier="at_least", amount_original=5e8, currency="NZD"),
        in_yuan(9e9, status="cancelled"),
        in_yuan(7e9, part_of="FR001"),
        round_(usd=42, amount_original=3e8, currency="CNY"),  # a document printed dollars too
    )
    total = headline(*rounds)["sector_company"]
    assert total["other_currency_as_printed"] == "≈CNY 3200000000;≤CNY 150000000;≥NZD 500000000"
    assert total["n_other_currency"] == 4
    assert total["known_usd_m"] == 42
    assert "4 without a US$ figure (≈ CNY 3.2bn, ≤ CNY 150m, ≥ NZD 500m as printed)" in money_words(total, Words("en"))
    assert "4笔无美元金额（原文为≈ 32亿元人民币、≤ 1.5亿元人民币、≥ 5亿新西兰元）" in money_words(total, Words("zh"))


def test_money_in_words_does_without_what_a_frame_lacks() -> None:
    total = headline(in_yuan(3e9))["sector_company"]
    del total["other_currency_as_printed"]
    assert money_words(total, Words("en")).endswith("1 without a US$ figure")


_PRINTED = st.lists(
    st.tuples(st.sampled_from(["", "≈", "≥", "≤"]), st.sampled_from(["CNY", "HKD"]), st.integers(1, 10**12).map(float)), max_size=6
)


@settings(max_examples=30)
@given(_PRINTED, _PRINTED)
def test_texts_of_other_currencies_add_up_as_their_amounts_do(one: list[printed.Item], other: list[printed.Item]) -> None:
    together = printed.added([printed.summed(one), printed.summed(other), None])
    assert together == printed.summed([*one, *other])
    assert sum(amount for *_, amount in printed.items(together)) == sum(amount for *_, amount in [*one, *other])


@pytest.mark.parametrize("filters", [ALL, Filters(sectors=("film",)), Filters(since="2025", until="2025-06")])
def test_all_companies_together_are_the_sum_of_the_groups(tables: Tables, filters: Filters) -> None:
    apart = funding.money_headline(funding.money_headline_rows(tables, filters), filters)
    with_general = replace(filters, general="with")
    together = funding.money_headline(funding.money_headline_rows(tables, with_general), with_general)
    assert together["money_group"].tolist() == ["all_companies"]
    for column in together.columns.drop(["money_group", "other_currency_as_printed"]):
        assert together[column].iloc[0] == pytest.approx(apart[column].sum())
    as_printed = [
        printed.items(text) for text in (together["other_currency_as_printed"].iloc[0], printed.added(apart["other_currency_as_printed"]))
    ]
    assert as_printed[0] == as_printed[1]


def test_left_out_means_no_general_model_company_at_all(tables: Tables) -> None:
    filters = Filters(general="without")
    frame = funding.money_headline(funding.money_headline_rows(tables, filters), filters)
    apart = funding.money_headline(funding.money_headline_rows(tables, ALL), ALL)
    pd.testing.assert_frame_equal(frame, apart[apart["money_group"] == "sector_company"])


_ANY_ROUND = st.builds(
    lambda quarter, usd, kind, general: (
        round_(quarter, usd=None if kind == "undisclosed" else usd, company_id="big-model" if general else "small-video")
        | ({"amount_qualifier": kind} if kind in ("about", "at_least", "up_to") else {})
        | ({"status": "cancelled"} if kind == "cancelled" else {})
    ),
    st.sampled_from(["2023-Q4", "2024-Q1", "2024-02-10", "2024-12", "2024", "2025"]),
    st.integers(1, 10**4),
    st.sampled_from(["exact", "about", "at_least", "up_to", "undisclosed", "cancelled"]),
    st.booleans(),
)


@settings(max_examples=8)
@given(st.lists(_ANY_ROUND, min_size=1, max_size=6), st.sampled_from(["apart", "with", "without"]))
def test_the_floors_of_the_quarters_add_up_to_the_floor_of_the_total(rounds: list[dict[str, Any]], general: str) -> None:
    filters = Filters(general=general)
    quarters = drawn("funding-by-quarter", *rounds, filters=filters)
    for group, total in headline(*rounds, filters=filters).items():
        part = quarters[quarters["money_group"] == group]
        floors = part[part["amount_class"].isin(funding.SUMMED)]["sum_usd_m"].sum()
        assert floors == pytest.approx(0 if pd.isna(total["known_usd_m"]) else total["known_usd_m"])
        assert part["n"].sum() == total["n_rounds"] + total["n_part_of"] + total["n_cancelled"]


def test_totals_in_words_say_what_is_not_known() -> None:
    said = money_words(headline(*EVERY_KIND)["sector_company"], Words("en"))
    assert said == (
        "≥ US$35m known in 3 rounds, of which US$5m are lower bounds, up to US$100m more in 1; 1 of 6 undisclosed, not counted; "
        "1 without a US$ figure (CNY 3bn as printed); 1 inside other rounds, not added again; 1 cancelled, not counted"
    )
    assert money_words(headline(round_())["sector_company"], Words("en"), short=True) == "1 round, without a US$ amount"


def test_a_sum_that_is_whole_is_not_called_a_floor() -> None:
    assert money_words(headline(round_(usd=10))["sector_company"], Words("en"), short=True) == "US$10m in 1 round, none undisclosed"
    about = round_(usd=10, amount_qualifier="about")
    assert money_words(headline(about)["sector_company"], Words("en"), short=True).startswith("about US$10m")
    assert money_words(headline(round_(usd=10), round_())["sector_company"], Words("en"), short=True).startswith("≥ US$10m")
    ceiling = round_(usd=10, amount_qualifier="up_to")
    assert money_words(headline(ceiling)["sector_company"], Words("en"), short=True) == "up to US$10m in 1 round, none undisclosed"


# funding-timeline -----------------------------------------------------------------------------


def test_each_round_is_one_row_also_in_several_sectors() -> None:
    frame = drawn("funding-timeline", round_(usd=3, sectors="film;games"), round_("2023-05-01", sectors="cross"))
    assert frame["round_id"].tolist() == ["FR002", "FR001"]
    assert frame["sector"].tolist() == ["cross", "film"]
    assert frame.index.tolist() == [0, 1]


def test_a_round_takes_the_first_chosen_sector_it_bears_on() -> None:
    both = round_(usd=3, sectors="film;games")
    assert drawn("funding-timeline", both, filters=Filters(sectors=("games",)))["sector"].tolist() == ["games"]
    assert drawn("funding-timeline", both, filters=Filters(sectors=("film", "games")))["sector"].tolist() == ["film"]


def test_a_month_stands_in_its_middle() -> None:
    # 1 to 31 January: the middle is 15 days after the first.
    frame = drawn("funding-timeline", round_("2024-01", usd=3), round_("2024-01-31", usd=3))
    assert [d.isoformat()[:10] for d in frame["date_mid"]] == ["2024-01-16", "2024-01-31"]
    assert frame["date_precision"].tolist() == ["month", "day"]


def _points(slug: str, lang: str, *rounds: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The marks of a figure by the id of their round (timeline) or by position, each with its axis and look."""
    figure = figure_of(CHART[slug], tables_of(*rounds), ALL, lang)
    frame = drawn(slug, *rounds)
    found = {}
    for trace in figure.data:
        for place, custom in enumerate(trace.customdata):
            key = frame.loc[custom[0], "round_id"] if "round_id" in frame else str(custom[0])
            symbol = trace.marker.symbol
            found[key] = {
                "axis": trace.yaxis or "y",
                "y": trace.y[place],
                "symbol": symbol[place] if isinstance(symbol, (list, tuple)) else symbol,
                "text": trace.text[place] if trace.text is not None else "",
                "hover": trace.hovertext[place],
            }
    return found


def test_rounds_without_dollars_stand_in_the_lane_not_at_zero() -> None:
    marks = _points("funding-timeline", "en", *EVERY_KIND)
    lane = {key for key, mark in marks.items() if mark["axis"] == "y2"}
    assert lane == {"FR005", "FR006", "FR008"}  # undisclosed, only in yuan, cancelled
    assert all(mark["y"] > 0 for key, mark in marks.items() if key not in lane)
    assert "CNY 3bn" in marks["FR006"]["hover"]
    assert "undisclosed" in marks["FR005"]["hover"]


def test_parts_are_hollow_and_the_cancelled_is_a_cross() -> None:
    marks = _points("funding-timeline", "en", *EVERY_KIND)
    assert marks["FR007"]["symbol"] == "circle-open"
    assert marks["FR008"]["symbol"] == "x-thin"
    assert marks["FR001"]["symbol"] == "circle"


def test_bounds_carry_their_sign_and_exact_amounts_none() -> None:
    marks = _points("funding-timeline", "zh", *EVERY_KIND)
    assert marks["FR003"]["text"].startswith("≥")
    assert marks["FR004"]["text"].startswith("≤")
    assert not marks["FR001"]["text"].startswith(("≥", "≤"))


def test_names_from_data_are_never_markup() -> None:
    entity = {"entity_id": "odd", "kind": "company", "company_kind": "other", "name_en": "<b>Odd</b>", "name_zh": "<i>怪</i>"}
    rows = [{"round_id": "FR001"} | round_(usd=3, company_id="odd")]
    figure = figure_of(CHART["funding-timeline"], tables_from(funding_rounds=rows, entities=[entity]), ALL, "en")
    shown = " ".join([*figure.data[0].hovertext, *figure.data[0].text])
    assert "&lt;b&gt;Odd" in shown
    assert "<b>Odd" not in shown


AS_PRINTED = Filters(amounts="printed")


def _texts(lang: str, filters: Filters, *rounds: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Labels and hover texts of the timeline."""
    figure = figure_of(CHART["funding-timeline"], tables_of(*rounds), filters, lang)
    return [t for trace in figure.data for t in trace.text if t], [t for trace in figure.data for t in trace.hovertext]


def test_rounds_are_named_as_printed_where_the_reader_asks_for_it() -> None:
    both = round_(usd=14, amount_original=1e8, currency="CNY", amount_qualifier="at_least")
    assert drawn("funding-timeline", both, filters=AS_PRINTED)["amounts"].tolist() == ["printed"]
    labels, hovers = _texts("en", AS_PRINTED, both)
    assert labels == ["Small Video<br>≥ CNY 100m"]
    assert "at least CNY 100m (a document gives US$14m)" in hovers[0].replace("<br>", " ")
    labels, hovers = _texts("zh", AS_PRINTED, both)
    assert labels == ["小视频<br>≥ 1亿元人民币"]
    assert "至少1亿元人民币（文件载为1,400万美元）" in hovers[0].replace("<br>", "")
    labels, hovers = _texts("en", ALL, both)
    assert labels == ["≥ Small Video"]
    assert "at least US$14m (printed as CNY 100m)" in hovers[0].replace("<br>", " ")


def test_as_printed_moves_no_mark() -> None:
    rounds = (round_(usd=14, amount_original=1e8, currency="CNY"), *EVERY_KIND)
    one, other = (figure_of(CHART["funding-timeline"], tables_of(*rounds), f, "en") for f in (ALL, AS_PRINTED))
    assert [(t.x, t.y) for t in one.data] == [(t.x, t.y) for t in other.data]


def test_the_largest_of_each_currency_in_the_lane_is_named_as_printed() -> None:
    rounds = (
        in_yuan(3e9),
        in_yuan(5e8, company_id="big-model"),
        round_("2023-05", amount_original=5e8, currency="NZD", amount_qualifier="at_least", company_id="third"),
        round_(usd=1000, status="cancelled", company_id="fourth"),
        round_(),
    )
    labels, _ = _texts("en", Filters(general="with"), *rounds)
    assert sorted(label.strip("\u00a0") for label in labels) == [
        "Big Model CNY 500m",
        "Small Video CNY 3bn",
        "fourth US$1bn, never paid",
        "third ≥ NZD 500m",
    ]


def test_general_models_stay_grey_beside_the_others() -> None:
    rounds = (round_(usd=3), round_(usd=9000, company_id="big-model"))
    figure = figure_of(CHART["funding-timeline"], tables_of(*rounds), Filters(general="with"), "en")
    assert {trace.yaxis for trace in figure.data} == {"y"}
    assert {trace.name: trace.marker.color for trace in figure.data} == {
        "General-model companies": theme.QUIET,
        "Film & TV": theme.SECTOR_COLOURS["film"],
    }
    assert all(trace.showlegend for trace in figure.data)


def test_what_other_documents_say_stands_in_the_details_and_is_counted() -> None:
    chart = CHART["funding-timeline"]
    frame = drawn("funding-timeline", round_(usd=3), round_(usd=4)).assign(
        n_conflicts=[1, 0], conflicts_en=["Amount: US$5m (A Daily)", None], conflicts_zh=["金额：500万美元（甲报）", None]
    )
    hovers = [t for trace in chart.figure(frame, Words("en")).data for t in trace.hovertext]
    assert "Other documents: Amount: US$5m (A Daily)." in hovers[0]
    assert "Other documents" not in hovers[1]
    assert chart.finding(frame, Words("en")).endswith("; other documents differ on 1 round")
    assert chart.finding(frame, Words("zh")).endswith("；其他文件对1笔另有说法")


def test_of_very_many_rounds_the_largest_are_marks_and_the_others_a_shading(tables: Tables) -> None:
    chart = CHART["funding-timeline"]
    real = frame_of(chart, tables, ALL)
    frame = pd.concat([real] * 40, ignore_index=True)
    figure = chart.figure(frame, Words("en"))
    marks = [custom for trace in figure.data if trace.customdata for custom in trace.customdata]
    assert len(marks) <= 150 + 8
    # The largest of each group is among the marks, and nothing is a mark twice.
    assert len({mark[0] for mark in marks}) == len(marks)
    drawn_usd = frame.loc[[mark[0] for mark in marks], "amount_usd_m"]
    assert drawn_usd.max() == frame["amount_usd_m"].max()
    shadings = [trace for trace in figure.data if trace.type == "heatmap"]
    assert len(shadings) == 4
    assert all(trace.hoverinfo == "skip" for trace in shadings)
    assert "75 largest as marks; shading: " in figure.layout.annotations[0].text
    assert len(figure.to_json()) < 400_000
    assert len(chart.figure(real, Words("en")).to_json()) < 400_000


# funding-by-quarter ---------------------------------------------------------------------------


def test_quarters_sum_by_class_and_leave_the_rest_uncounted() -> None:
    frame = drawn("funding-by-quarter", *EVERY_KIND, round_("2024-03", usd=2)).set_index("amount_class")
    assert set(frame["period_quarter"]) == {"2024-Q1"}
    assert (frame.loc["exact", "sum_usd_m"], frame.loc["exact", "n"]) == (10 + 2, 2)
    assert frame.loc["up_to", "sum_usd_m"] == 100
    for kind in ("undisclosed", "other_currency", "part_of", "cancelled"):
        assert pd.isna(frame.loc[kind, "sum_usd_m"])
        assert frame.loc[kind, "n"] == 1
    assert frame["n"].sum() == 9


def test_a_year_is_no_quarter() -> None:
    frame = drawn("funding-by-quarter", round_("2024", usd=3), round_("2024-Q3", usd=4))
    assert frame["period_quarter"].tolist()[0] == "2024-Q3"
    assert pd.isna(frame["period_quarter"].tolist()[1])
    finding = CHART["funding-by-quarter"].finding(frame, Words("en"))
    assert "US$4m in 1 round" in finding
    assert "1 more known only to its year" in finding


def test_the_newest_quarter_collected_is_incomplete_whatever_is_chosen() -> None:
    old, new = round_("2024-01-05", usd=3), round_("2024-11-05", usd=3, sectors="games")
    both = drawn("funding-by-quarter", old, new).set_index("period_quarter")["quarter_incomplete"]
    assert both.to_dict() == {"2024-Q1": False, "2024-Q4": True}
    # A later round that is known only to its year has no quarter and moves nothing.
    assert drawn("funding-by-quarter", old, round_("2025", usd=1))["quarter_incomplete"].tolist() == [True, False]
    # The film round alone: its quarter is not the newest of the collection.
    assert drawn("funding-by-quarter", old, new, filters=Filters(sectors=("film",)))["quarter_incomplete"].tolist() == [False]


def test_a_quarter_that_the_dates_cut_is_incomplete() -> None:
    rounds = (round_("2024-02-05", usd=3), round_("2024-05-05", usd=3), round_("2024-11-05", usd=3))
    cut = drawn("funding-by-quarter", *rounds, filters=Filters(since="2024-02", until="2024-06"))
    assert dict(zip(cut["period_quarter"], cut["quarter_incomplete"], strict=True)) == {"2024-Q1": True, "2024-Q2": False}


def test_general_models_have_an_axis_of_their_own() -> None:
    figure = figure_of(CHART["funding-by-quarter"], tables_of(round_(usd=3), round_(usd=9000, company_id="big-model")), ALL, "en")
    assert {trace.yaxis for trace in figure.data} == {"y", "y2"}
    assert figure.layout.yaxis.range[1] < 10
    assert "own scale" in figure.layout.annotations[1].text


#: Four quarters of US$1m and one of US$50m: more than twentyfold the usual one.
_UNEVEN = (*(round_(f"{year}-Q1", usd=1) for year in range(2020, 2024)), round_("2024-Q1", usd=50, company_id="big-model"))


def test_one_quarter_that_outweighs_the_others_makes_the_scale_logarithmic() -> None:
    chart, tables = CHART["funding-by-quarter"], tables_of(*_UNEVEN)
    together = figure_of(chart, tables, Filters(general="with"), "en")
    assert together.layout.yaxis.type == "log"
    assert lines_of(together.layout.annotations[0].text) == ["All companies, log scale"]
    assert {trace.type for trace in together.data} == {"scatter"}
    without = figure_of(chart, tables, Filters(general="without"), "en")
    assert without.layout.yaxis.type is None
    assert lines_of(without.layout.annotations[0].text) == ["Companies serving a sector"]


def test_the_brief_account_of_a_sum_says_how_many_rounds_are_not_in_it() -> None:
    total = headline(*EVERY_KIND)["sector_company"]
    assert money_brief(total, Words("en")) == "in 3 of 6 rounds; up to US$100m more in 1; 2 undisclosed or not in US$"
    assert money_brief(headline(round_(usd=3))["sector_company"], Words("en")) == "in 1 round"
    assert money_brief(headline(round_())["sector_company"], Words("en")) == "1 round, without a US$ amount"


def test_a_quarter_says_its_other_currencies_as_printed() -> None:
    frame = drawn("funding-by-quarter", in_yuan(3e9), in_yuan(5e8, amount_qualifier="at_least"), round_(usd=3)).set_index("amount_class")
    assert frame.loc["other_currency", "other_currency_as_printed"] == "≥CNY 3500000000"
    assert pd.isna(frame.loc["exact", "other_currency_as_printed"])
    figure = figure_of(CHART["funding-by-quarter"], tables_of(in_yuan(3e9)), ALL, "zh")
    assert "原文为30亿元人民币" in figure.data[0].hovertext[0]


# funding-by-stage -----------------------------------------------------------------------------


def test_a_stage_gives_its_spread_and_its_gaps() -> None:
    # 1 2 3 4 10: median 3; quartiles at ranks 1 + 4/4 = 2 and 1 + 3*4/4 = 4, so 2 and 4.
    rounds = [round_(usd=a) for a in (4, 1, 10, 2)] + [round_(usd=3, amount_qualifier="at_least")]
    row = drawn(
        "funding-by-stage", *rounds, round_(), in_yuan(1e9), round_(usd=99, part_of="FR001"), round_(usd=99, status="cancelled")
    ).iloc[0]
    assert (row["min_usd_m"], row["q1_usd_m"], row["median_usd_m"], row["q3_usd_m"], row["max_usd_m"]) == (1, 2, 3, 4, 10)
    assert (row["n_rounds"], row["n_disclosed"], row["n_bounds"], row["n_undisclosed"], row["n_other_currency"]) == (7, 5, 1, 1, 1)
    assert (row["n_part_of"], row["n_cancelled"]) == (1, 1)
    assert row["amounts_usd_m"] == "1;2;3;4;10"


def test_three_amounts_have_no_quartiles_and_four_have() -> None:
    three = drawn("funding-by-stage", *(round_(usd=a) for a in (1, 2, 3))).iloc[0]
    assert pd.isna(three["q1_usd_m"])
    assert three["median_usd_m"] == 2
    four = drawn("funding-by-stage", *(round_(usd=a) for a in (1, 2, 3, 4))).iloc[0]
    assert (four["q1_usd_m"], four["q3_usd_m"]) == (1.75, 3.25)  # ranks 1 + 3/4 and 1 + 9/4


def test_ten_amounts_are_not_listed_and_nine_are() -> None:
    nine = drawn("funding-by-stage", *(round_(usd=a) for a in range(1, 10))).iloc[0]
    assert len(nine["amounts_usd_m"].split(";")) == len(nine["companies_zh"].split(";")) == 9
    ten = drawn("funding-by-stage", *(round_(usd=a) for a in range(1, 11))).iloc[0]
    assert pd.isna(ten["amounts_usd_m"])


def test_stages_stand_in_order_and_groups_apart() -> None:
    frame = drawn(
        "funding-by-stage",
        round_(stage="undisclosed"),
        round_(usd=3, stage="series_b"),
        round_(usd=3),
        round_(usd=3, company_id="big-model"),
    )
    assert list(zip(frame["money_group"], frame["stage"], strict=True)) == [
        ("sector_company", "seed"),
        ("sector_company", "series_b"),
        ("sector_company", "undisclosed"),
        ("general_model", "seed"),
    ]


def test_a_few_amounts_make_no_typical_size() -> None:
    few = CHART["funding-by-stage"].finding(drawn("funding-by-stage", *(round_(usd=a) for a in range(1, 10))), Words("en"))
    assert "median" not in few
    enough = CHART["funding-by-stage"].finding(drawn("funding-by-stage", *(round_(usd=a) for a in range(1, 11)), round_()), Words("en"))
    assert "Seed median US$5.5m (10 of 11 disclosed)" in enough


# All three charts -----------------------------------------------------------------------------

_YEAR_ONLY = (round_("2024", usd=3),)
_ONLY_APART = (round_(usd=4, part_of="FR001"), round_(usd=9, status="cancelled"))
_CASES = {
    "none": (),
    "one": (round_(usd=3),),
    "missing": (round_(), in_yuan(3e9)),
    "every": EVERY_KIND,
    "year": _YEAR_ONLY,
    "apart": _ONLY_APART,
}


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("case", _CASES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_charts_draw_and_speak_whatever_the_rows(slug: str, case: str, lang: str) -> None:
    tables, chart, words = tables_of(*_CASES[case]), CHART[slug], Words(lang)
    frame = frame_of(chart, tables, ALL)
    figure = figure_of(chart, tables, ALL, lang)
    finding = chart.finding(frame, words)
    assert finding
    assert (finding == words.t("charts.empty")) == (case == "none")
    for trace in figure.data:
        assert len(trace.customdata) == len(trace.hovertext) == len(trace.x) == len(trace.y)
        assert all(0 <= custom[0] < len(frame) for custom in trace.customdata)


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("filters", [ALL, Filters(sectors=("short_drama",), cross=False), Filters(since="2024-02", until="2025")])
def test_every_mark_leads_to_its_rounds_and_no_round_is_lost(tables: Tables, slug: str, filters: Filters) -> None:
    chart = CHART[slug]
    frame = frame_of(chart, tables, filters)
    once = read_once(chart, tables, filters)
    behind = [once.behind(tables, filters, mark) for mark in frame.to_dict("records")]
    assert all(len(rounds) for rounds in behind)
    reached = pd.concat(behind)["round_id"]
    assert reached.is_unique
    kept = funding.money_headline(funding.money_headline_rows(tables, filters), filters)
    assert len(reached) == kept[["n_rounds", "n_part_of", "n_cancelled"]].sum().sum()
    if slug == "funding-by-quarter":
        assert [len(rounds) for rounds in behind] == frame["n"].tolist()


def test_the_charts_agree_on_what_is_known(tables: Tables) -> None:
    """The sum over quarters, with rounds known only to their year, is the headline; so is the timeline's."""
    expected = funding.money_headline(funding.money_headline_rows(tables, ALL), ALL).set_index("money_group")["known_usd_m"]
    quarters = funding.totals(frame_of(CHART["funding-by-quarter"], tables, ALL)).set_index("money_group")["known_usd_m"]
    rounds = frame_of(CHART["funding-timeline"], tables, ALL)
    summed = rounds[rounds["amount_class"].isin(funding.SUMMED)].groupby("money_group")["amount_usd_m"].sum()
    for group, known in expected.items():
        assert quarters[group] == pytest.approx(known)
        assert summed[group] == pytest.approx(known)
