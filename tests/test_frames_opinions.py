"""The opinions page's frames and what its figures say of them. Every row here is synthetic."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from components.charts import CHART
from components.theme import on
from components.words import Words
from data.filters import Filters
from data.frames import opinions
from data.frames.common import STANCES
from data.frames.quarters import quarters_between
from tests.factory import tables_from

EVERYTHING = Filters()
SLUGS = ("stance-by-sector", "stance-by-theme", "stance-over-time")


def voice(stance: str, **more: Any) -> dict[str, Any]:
    """One synthetic opinion."""
    return {"stance": stance, "sectors": "film", "theme": "jobs_skills", "said_date": "2024-02-10", "is_date_inferred": False} | more


def voices(**counts: int) -> list[dict[str, Any]]:
    """Several synthetic opinions that differ by stance alone."""
    return [voice(stance) for stance, n in counts.items() for _ in range(n)]


def frame_of(slug: str, rows: list[dict[str, Any]], filters: Filters = EVERYTHING) -> pd.DataFrame:
    chart = CHART[slug]
    return chart.frame(chart.rows(tables_from(opinions=rows), filters), filters)


def finding_of(slug: str, rows: list[dict[str, Any]], lang: str = "en", filters: Filters = EVERYTHING) -> str:
    return CHART[slug].finding(frame_of(slug, rows, filters), Words(lang))


# By sector and by theme


def test_an_opinion_on_two_sectors_stands_once_in_each() -> None:
    frame = frame_of("stance-by-sector", [voice("positive", sectors="film;games"), voice("negative", sectors="games")])
    totals = frame.groupby("sector")["n_total"].first().to_dict()
    assert totals == {"film": 1, "games": 2}
    assert list(frame["stance"]) == [*STANCES, *STANCES]


def test_cross_sector_is_told_apart_and_can_be_left_out() -> None:
    rows = [voice("positive", sectors="cross"), voice("negative")]
    assert set(frame_of("stance-by-sector", rows)["sector"]) == {"film", "cross"}
    assert set(frame_of("stance-by-sector", rows, Filters(cross=False))["sector"]) == {"film"}


def test_a_share_with_its_interval_from_ten_voices_on() -> None:
    # 5 of 10. Wilson: centre 0.5, half width 1.96 * sqrt(0.25/10 + 3.8415/400) / (1 + 3.8415/10)
    # = 1.96 * sqrt(0.0346037) / 1.38415 = 0.2634, so 23.7% to 76.3%.
    ten = frame_of("stance-by-sector", voices(positive=5, negative=5)).set_index("stance").loc["positive"]
    assert ten["share_pct"] == 50
    assert (round(ten["share_low_pct"], 1), round(ten["share_high_pct"], 1)) == (23.7, 76.3)


def test_no_share_below_ten_voices() -> None:
    nine = frame_of("stance-by-sector", voices(positive=5, negative=4))
    assert nine[["share_pct", "share_low_pct", "share_high_pct"]].isna().all(axis=None)
    assert nine["n"].sum() == 9


def test_themes_run_from_the_highest_mean_stance_to_the_lowest() -> None:
    rows = [
        voice("negative", theme="policy"),  # mean -1
        voice("strongly_positive", theme="audience"),
        voice("neutral", theme="audience"),  # mean (2 + 0) / 2 = 1
        voice("positive", theme="marketing"),  # mean 1 too, from one voice: after the larger theme
    ]
    frame = frame_of("stance-by-theme", rows)
    assert list(dict.fromkeys(frame["theme"])) == ["audience", "marketing", "policy"]
    assert list(frame.drop_duplicates("theme")["mean_stance"]) == [1.0, 1.0, -1.0]


def test_a_small_group_is_drawn_as_a_dot_for_each_voice_and_a_large_one_as_bars() -> None:
    rows = [*voices(positive=6, negative=5), *(voice("neutral", sectors="games") for _ in range(3))]
    frame = frame_of("stance-by-sector", rows)
    figure = CHART["stance-by-sector"].figure(frame, Words("en"))
    dots = [t for t in figure.data if t.type == "scatter"]
    assert [len(t.x) for t in dots] == [3]
    assert {y for t in dots for y in t.y} == {"games"}
    assert {y for t in figure.data if t.type == "bar" for y in t.y} == {"film"}
    # Three neutral dots stand across the middle.
    assert sum(dots[0].x) == pytest.approx(0)


@pytest.mark.parametrize("slug", ["stance-by-sector", "stance-distribution"])
def test_the_number_on_a_bar_can_be_read(slug: str) -> None:
    rows = voices(strongly_negative=4, negative=4, neutral=4, positive=4, strongly_positive=4)
    figure = CHART[slug].figure(frame_of(slug, rows), Words("en"))
    bars = [t for t in figure.data if t.type == "bar"]
    assert len(bars) == len(STANCES)
    assert [t.textfont.color for t in bars] == [on(t.marker.color) for t in bars]


def test_bars_are_stacked_around_the_middle_of_neutral() -> None:
    # 2, 1, 4, 2, 1 of 10: left of the middle 20 + 10 + half of 40 = 50.
    rows = voices(strongly_negative=2, negative=1, neutral=4, positive=2, strongly_positive=1)
    figure = CHART["stance-by-sector"].figure(frame_of("stance-by-sector", rows), Words("en"))
    assert [t.base[0] for t in figure.data] == pytest.approx([-50, -30, -20, 20, 40])
    assert [t.x[0] for t in figure.data] == pytest.approx([20, 10, 40, 20, 10])


def test_a_majority_is_named_when_its_interval_stays_above_one_half() -> None:
    # 10 of 12 positive: Wilson 55% to 95%.
    assert finding_of("stance-by-sector", voices(positive=10, negative=2)) == "Mostly positive: Film & TV (10 of 12)"
    assert finding_of("stance-by-sector", voices(negative=10, positive=2)) == "Mostly negative: Film & TV (10 of 12)"


def test_a_majority_that_chance_could_give_is_not_named() -> None:
    # 7 of 12 positive: Wilson 32% to 81%.
    assert finding_of("stance-by-sector", voices(positive=7, negative=5)) == "No clear majority: Film & TV"


def test_few_voices_are_not_spoken_for() -> None:
    assert "too few" in finding_of("stance-by-sector", voices(positive=9))
    assert finding_of("stance-by-theme", voices(positive=9), "zh") == "各组观点均不足10条，难言倾向"


# The balance


def test_a_balance_and_its_interval() -> None:
    # p+ 0.6, p- 0.2, n 10: 40 points; variance (0.8 - 0.16) / 10 = 0.064, error 25.298 points,
    # 1.96 of them 49.583: from -9.58 to 89.58.
    points, low, high = opinions.balance(6, 2, 10)
    assert (round(points, 2), round(low, 2), round(high, 2)) == (40.0, -9.58, 89.58)


def test_a_balance_stays_within_its_scale() -> None:
    # 9 of 10 on one side, none on the other: 90 points, error sqrt(0.09/10) = 9.49, so up to 108.6 but for the cut.
    assert opinions.balance(9, 0, 10)[2] == 100
    assert opinions.balance(0, 9, 10)[1] == -100


def test_no_balance_from_few_voices_and_no_interval_without_variance() -> None:
    assert all(math.isnan(x) for x in opinions.balance(6, 3, 9))
    points, low, high = opinions.balance(12, 0, 12)
    assert points == 100
    assert math.isnan(low)
    assert math.isnan(high)
    assert opinions.balance(0, 0, 12)[0] == 0


def test_the_headline_counts_each_opinion_once_for_the_selection() -> None:
    rows = [voice("positive", sectors="film;games"), voice("strongly_negative"), voice("neutral", sectors="cross")]
    filters = Filters(sectors=("film", "short_drama"))
    tables = tables_from(opinions=rows)
    frame = opinions.balance_headline(opinions.balance_headline_rows(tables, filters), filters)
    assert list(frame["sector"].where(frame["sector"].notna(), "")) == ["", "film", "short_drama", "cross"]
    assert list(frame["n"]) == [3, 2, 0, 1]
    assert list(frame["n_positive"]) == [1, 1, 0, 0]
    assert list(frame["n_negative"]) == [1, 1, 0, 0]
    assert (frame["n_positive"] + frame["n_neutral"] + frame["n_negative"] == frame["n"]).all()
    assert frame["balance_points"].isna().all()


# Over time


def test_quarters_run_without_gaps() -> None:
    assert quarters_between("2023-Q3", "2024-Q2") == ["2023-Q3", "2023-Q4", "2024-Q1", "2024-Q2"]
    assert quarters_between("2024-Q2", "2024-Q1") == []


def test_every_row_is_counted_and_a_year_is_not_a_quarter() -> None:
    rows = [
        voice("positive", said_date="2024-02"),
        voice("strongly_positive", said_date="2024-03-31", is_date_inferred=True),
        voice("strongly_negative", said_date="2024-07-01"),
        voice("negative", said_date="2024"),
    ]
    frame = frame_of("stance-over-time", rows)
    assert list(frame["period_quarter"].fillna("")) == ["2024-Q1", "2024-Q2", "2024-Q3", ""]
    assert list(frame["n"]) == [2, 0, 1, 1]
    assert list(frame["n_positive"]) == [2, 0, 0, 0]
    assert list(frame["n_strongly_positive"]) == [1, 0, 0, 0]
    assert list(frame["n_negative"]) == [0, 0, 1, 1]
    assert list(frame["n_date_inferred"]) == [1, 0, 0, 0]
    assert frame["n"].sum() == len(rows)


def test_the_voices_known_only_to_a_year_have_no_balance_however_many() -> None:
    frame = frame_of("stance-over-time", [voice("positive", said_date="2024"), *[voice("negative", said_date="2024") for _ in range(20)]])
    assert frame["balance_points"].isna().all()
    assert "known only to the year" in CHART["stance-over-time"].finding(frame, Words("en"))


def test_documents_of_a_quarter() -> None:
    rows = [voice("neutral", source_ids=s) for s in ("S0001", "S0001;S0002", "S0003", "S0001")]
    row = frame_of("stance-over-time", rows).iloc[0]
    # S0001, S0002 and S0003 are read from; S0001 stands first three times.
    assert (row["n_documents"], row["n_largest_document"], row["largest_source_id"]) == (3, 3, "S0001")


def notes(rows: list[dict[str, Any]]) -> list[str]:
    figure = CHART["stance-over-time"].figure(frame_of("stance-over-time", rows), Words("en"))
    return [a.text for a in figure.layout.annotations if "one document" in a.text]


def test_a_quarter_that_rests_on_one_document_says_so() -> None:
    other = [voice("neutral", source_ids=f"S{i:04}") for i in range(2, 7)]
    assert notes([*other, *[voice("neutral") for _ in range(6)]]) == ["6 of 11 voices<br>from one document"]
    # Exactly half is not more than half, and a handful of voices always comes from few documents.
    assert notes([*other, *[voice("neutral") for _ in range(5)]]) == []
    assert notes([voice("neutral") for _ in range(4)]) == []


def test_a_publisher_is_text_and_never_markup() -> None:
    rows = [voice("neutral", source_ids="S0001") for _ in range(12)]
    tables = tables_from(opinions=rows, sources=[{"source_id": "S0001", "title": "T", "publisher": "<b>Paper</b>"}])
    chart = CHART["stance-over-time"]
    hovers = [h for t in chart.figure(chart.frame(chart.rows(tables, EVERYTHING), EVERYTHING), Words("en")).data for h in t.hovertext or ()]
    assert any("&lt;b&gt;Paper&lt;/b&gt;" in h for h in hovers)
    assert not any("<b>" in h for h in hovers)


def test_two_quarters_are_compared_only_as_far_as_their_voices_carry() -> None:
    late = [voice(s, said_date="2025-05-05") for s in ["negative"] * 10 + ["positive"] * 2]
    apart = finding_of("stance-over-time", [*voices(positive=10, negative=2), *late])
    # +67 and -67 points from 12 voices each: errors 21.5 points each, 30.4 for the difference of 133.
    assert apart == "The balance of the voices read was lower in Q2 2025 (−67 points, n = 12) than in Q1 2024 (+67, n = 12)"
    alike = finding_of("stance-over-time", [*voices(positive=5, negative=7), *late])
    assert alike.endswith("too few voices to call it a change")


# All three


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("rows", [[], [voice("positive")], voices(strongly_negative=7, neutral=8, positive=3)], ids=["none", "one", "many"])
def test_figures_draw_and_lead_back_to_their_rows(slug: str, lang: str, rows: list[dict[str, Any]]) -> None:
    chart, words = CHART[slug], Words(lang)
    tables = tables_from(opinions=rows)
    frame = chart.frame(chart.rows(tables, EVERYTHING), EVERYTHING)
    figure = chart.figure(frame, words)
    figure.to_json()
    assert chart.height(frame) > 0
    assert chart.finding(frame, words)
    if not rows:
        assert len(figure.data) == 0
        assert chart.finding(frame, words) == words.t("charts.empty")
    for trace in figure.data:
        assert len(trace.customdata) == len(trace.x)
        assert all(0 <= int(point[0]) < len(frame) for point in trace.customdata)
    behind = [len(chart.behind(tables, EVERYTHING, dict(mark))) for mark in frame.to_dict("records")]
    assert behind == list(frame["n"])


@pytest.mark.parametrize("slug", SLUGS)
def test_the_order_of_records_does_not_matter(slug: str) -> None:
    rows = [voice(s, theme=t, said_date=d) for s in STANCES for t in ("policy", "audience") for d in ("2024", "2024-05", "2025-01-01")]
    for number, row in enumerate(rows):
        row["opinion_id"] = f"O{number:04}"
    pd.testing.assert_frame_equal(frame_of(slug, rows), frame_of(slug, rows[::-1]))
