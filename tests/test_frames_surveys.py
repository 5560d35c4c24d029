"""Survey results: which stand on one line, what is known of their size, and what is said. Rows made here are synthetic."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from components.charts import CHART
from components.words import Words
from data.filters import Filters
from data.frames.surveys import surveys_over_time, surveys_over_time_rows
from data.tables import Tables, open_tables
from tests.factory import tables_from

ALL = Filters()


def result(year: int, value: float | None, code: str = "", **more: Any) -> dict[str, Any]:
    shown = {"value": value} if value is not None else {}
    return {
        "name_en": "Some question",
        "name_zh": "某个问题",
        "topic": "survey",
        "series_code": code,
        "sectors": "games",
        **shown,
        "value_qualifier": "exact",
        "unit": "percent",
        "period": str(year),
        "period_start": f"{year}-01-01",
        "period_end": f"{year}-12-31",
        "geography": "US",
        "is_forecast": False,
        **more,
    }


TWICE = (result(2024, 18, "gdc_negative"), result(2026, 52, "gdc_negative", sample_size=2300, sample_size_qualifier="at_least"))


def frame_of(tables: Tables, filters: Filters = ALL):  # type: ignore[no-untyped-def]
    return surveys_over_time(surveys_over_time_rows(tables, filters), filters)


def finding_of(tables: Tables, filters: Filters = ALL, lang: str = "en") -> str:
    return CHART["surveys-over-time"].finding(frame_of(tables, filters), Words(lang))


def test_only_survey_results_in_percent_are_shown() -> None:
    rows = [result(2024, 18), result(2024, 91, topic="workforce"), result(2024, 200, unit="jobs")]
    assert list(frame_of(tables_from(indicators=rows))["value"]) == [18]


def test_repeated_questions_come_first_each_in_the_order_of_time() -> None:
    rows = [result(2023, 75), result(2026, 7, "gdc_positive"), *TWICE[::-1], result(2025, 13, "gdc_positive"), result(2022, 1)]
    frame = frame_of(tables_from(indicators=rows))
    assert list(frame["value"]) == [18, 52, 13, 7, 1, 75]
    assert list(frame["n_answers"]) == [2, 2, 2, 2, 1, 1]


def test_a_question_of_which_one_date_is_shown_is_no_line() -> None:
    tables = tables_from(indicators=[*TWICE, result(2025, 13, "gdc_positive")])
    assert list(frame_of(tables)["n_answers"]) == [2, 2, 1]
    assert list(frame_of(tables, Filters(since="2025"))["n_answers"]) == [1, 1]
    figure = CHART["surveys-over-time"].figure(frame_of(tables, Filters(since="2025")), Words("en"))
    assert not [t for t in figure.data if "lines" in t.mode]
    assert [t for t in CHART["surveys-over-time"].figure(frame_of(tables), Words("en")).data if "lines" in t.mode]


def test_the_interval_is_wilsons_where_the_size_is_known() -> None:
    # 52% of 2300, z = 1.96, z^2 = 3.8415: centre (0.52 + 3.8415 / 4600) / (1 + 3.8415 / 2300) = 0.519967, half
    # 1.96 sqrt(0.52 * 0.48 / 2300 + 3.8415 / (4 * 2300^2)) / 1.00167 = 0.020400: 49.96% to 54.04%.
    frame = frame_of(tables_from(indicators=list(TWICE))).set_index("value")
    assert frame.loc[52, "share_low_pct"] == pytest.approx(49.957, abs=0.002)
    assert frame.loc[52, "share_high_pct"] == pytest.approx(54.037, abs=0.002)
    assert frame.loc[[18], ["share_low_pct", "share_high_pct"]].isna().all().all()


@pytest.mark.parametrize(
    "more",
    [
        {"value_qualifier": "at_least", "sample_size_qualifier": "exact"},
        {"sample_size_qualifier": "at_most"},
        {"value": "", "value_low": 10, "value_high": 20, "value_qualifier": "range", "sample_size_qualifier": "exact"},
    ],
    ids=["a bound", "at most so many", "a range"],
)
def test_there_is_no_interval_where_chance_cannot_be_told(more: dict[str, Any]) -> None:
    frame = frame_of(tables_from(indicators=[result(2024, 40) | {"sample_size": 100} | more]))
    assert frame[["share_low_pct", "share_high_pct"]].isna().all().all()
    assert CHART["surveys-over-time"].figure(frame, Words("zh")).to_json()


def test_labels_say_whose_answers_and_how_many() -> None:
    figure = CHART["surveys-over-time"].figure(frame_of(tables_from(indicators=[TWICE[1], result(2024, 5)])), Words("en"))
    labels = [a.text for a in figure.layout.annotations]
    assert any("United States · n over 2,300" in text for text in labels)
    assert any("Some question (2024)" in text and "n not stated" in text for text in labels)
    line = CHART["surveys-over-time"].figure(frame_of(tables_from(indicators=list(TWICE))), Words("en"))
    assert [text.startswith(year) for text, year in zip(line.layout.xaxis.ticktext, ("2024", "2026"), strict=True)] == [True, True]
    assert "n over 2,300" in line.layout.xaxis.ticktext[1]
    assert "n over" not in line.layout.xaxis.ticktext[0]


def test_a_single_result_stands_on_a_stem_and_no_line_runs_through_its_value() -> None:
    figure = CHART["surveys-over-time"].figure(frame_of(tables_from(indicators=[result(2024, 5), result(2024, 95)])), Words("en"))
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(0, 5), (0, 95)]
    assert not figure.layout.yaxis.showgrid
    # 100% is labelled on a telephone too: Plotly leaves out a label that reaches out of the picture.
    assert figure.layout.xaxis.range[1] >= 108


def test_the_finding_gives_first_and_last_and_how_many_sizes_are_known() -> None:
    assert finding_of(tables_from(indicators=[*TWICE, result(2025, 30, "gdc_negative")])) == (
        "“GDC: negative effect of generative AI”: from 18% (2024) to 52% (2026); the sample size is known for 1 of 3 results"
    )
    assert finding_of(tables_from(indicators=[result(2024, 18)])) == (
        "1 survey result, of a question read for one date only; the sample size is known for 0 of 1 results"
    )
    assert finding_of(tables_from()) == "No records under these filters"


def test_voices_are_not_in_it() -> None:
    tables = tables_from(opinions=[{"said_date": "2024", "stance": "neutral", "sectors": "games", "role": "survey"}])
    assert frame_of(tables).empty


def test_the_same_results_come_out_of_duckdb() -> None:
    shipped, connection = open_tables(), duckdb.connect()
    carried = Tables(shipped.folder, shipped.version, lambda name: connection.sql(f"select * from '{shipped.folder}/{name}.parquet'"))
    here, there = frame_of(shipped), frame_of(carried)
    for column in ("indicator_id", "n_answers", "publisher"):
        assert list(here[column]) == list(there[column])
    assert here["share_low_pct"].fillna(-1).tolist() == pytest.approx(there["share_low_pct"].fillna(-1).tolist())


# The shipped records -----------------------------------------------------------------------------


def test_gdc_is_followed_from_2024_to_2026() -> None:
    frame = frame_of(open_tables())
    lines = {code: list(zip(g["period"], g["value"], strict=True)) for code, g in frame[frame["n_answers"] > 1].groupby("series_code")}
    assert lines["gdc_negative"] == [("2024", 18), ("2025", 30), ("2026", 52)]
    assert lines["gdc_positive"][-2:] == [("2025", 13), ("2026", 7)]


def test_one_question_has_one_unit_one_population_and_one_answer_a_year() -> None:
    rows = open_tables().native("indicators").dropna(subset=["series_code"])
    assert (rows["topic"] == "survey").all()
    for _, group in rows.groupby("series_code"):
        assert group["unit"].nunique() == group["geography"].nunique() == group["sectors"].nunique() == 1
        assert group["period"].is_unique


def test_a_sample_size_says_how_exact_it_is_and_nothing_else_does() -> None:
    rows = open_tables().native("indicators")
    assert (rows["sample_size"].notna() == rows["sample_size_qualifier"].notna()).all()
