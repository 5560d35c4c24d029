"""The evidence page's frames and what its figures say of them. Every row here is synthetic."""

from __future__ import annotations

from typing import Any

import pytest

from components.charts import CHART
from components.words import Words
from data.filters import Filters
from data.frames import evidence
from data.tables import Tables
from tests.factory import tables_from

EVERYTHING = Filters()
SLUGS = ("coverage", "audit-marks")


def some_tables(**more: Any) -> Tables:
    """A synthetic record or two in every table that is drawn."""
    return tables_from(
        opinions=[
            {"sectors": "film;games", "said_date": "2024-02", "stance": "neutral", "audit": "confirmed"},
            {"sectors": "film", "said_date": "2024-03-05", "stance": "neutral", "audit": "corrected"},
            {"sectors": "film", "said_date": "2024", "stance": "neutral", "audit": "confirmed"},
        ],
        events=[{"sectors": "cross", "date": "2023-12-31", "audit": "unchecked"}],
        models=[{"release_date": "2024-02-15", "audit": "not_found"}],
        indicators=[
            {"sectors": "games", "period_start": "2024-01-01", "period_end": "2024-03-31", "audit": "unchecked"},
            {"sectors": "games", "period_start": "2024-01-01", "period_end": "2024-06-30", "audit": "unchecked"},
        ],
        **more,
    )


def cells(filters: Filters = EVERYTHING) -> dict[tuple[str, str, str], int]:
    frame = evidence.coverage(evidence.coverage_rows(some_tables(), filters), filters)
    keys = zip(frame["table"], frame["sector"], frame["period_quarter"].fillna(""), strict=True)
    return dict(zip(keys, frame["n"], strict=True))


def test_records_stand_in_the_quarter_that_holds_their_date() -> None:
    # Two opinions on film in the first quarter of 2024, one of them on games too; one known to the year
    # alone. An indicator of January to March is of a quarter, one of January to June of none.
    assert cells() == {
        ("opinions", "film", "2024-Q1"): 2,
        ("opinions", "film", ""): 1,
        ("opinions", "games", "2024-Q1"): 1,
        ("events", "cross", "2023-Q4"): 1,
        ("indicators", "games", "2024-Q1"): 1,
        ("indicators", "games", ""): 1,
    }


def test_a_place_without_records_has_no_row() -> None:
    assert ("funding_rounds", "film", "2024-Q1") not in cells()
    assert ("events", "cross", "2023-Q4") not in cells(Filters(cross=False))
    assert ("opinions", "games", "2024-Q1") not in cells(Filters(sectors=("film",)))


def test_models_have_no_sector_and_are_not_in_the_grid() -> None:
    assert "models" not in {table for table, _, _ in cells()}


def test_coverage_counts_the_audit_marks_of_each_cell() -> None:
    frame = evidence.coverage(evidence.coverage_rows(some_tables(), EVERYTHING), EVERYTHING)
    film = frame[(frame["sector"] == "film") & (frame["period_quarter"] == "2024-Q1")].iloc[0]
    assert (film["n"], film["n_confirmed"], film["n_corrected"], film["n_not_found"], film["n_unchecked"]) == (2, 1, 1, 0, 0)
    marks = frame[[f"n_{audit}" for audit in evidence.AUDITS]].sum(axis=1)
    assert (marks == frame["n"]).all()


def test_the_grid_begins_with_2022_and_ends_with_the_newest_quarter() -> None:
    figure = CHART["coverage"].figure(evidence.coverage(evidence.coverage_rows(some_tables(), EVERYTHING), EVERYTHING), Words("en"))
    # 2022-Q1 is column 0, 2023-Q4 column 7, 2024-Q1 column 8; longer periods stand left of them all.
    assert sorted(set(figure.data[0].x)) == [-1.6, 7.0, 8.0]
    assert len(figure.data[0].x) == len(cells())


def test_coverage_says_how_much_is_empty() -> None:
    # 5 tables, 3 sectors that occur, 9 quarters: 135 places, 4 of them filled.
    frame = evidence.coverage(evidence.coverage_rows(some_tables(), EVERYTHING), EVERYTHING)
    said = CHART["coverage"].finding(frame, Words("en"))
    assert said == "97% of 135 combinations of table, sector and quarter hold no record; the fullest quarter is Q1 2024"


def test_audit_marks_count_each_record_once() -> None:
    frame = evidence.audit_marks(evidence.audit_marks_rows(some_tables(), EVERYTHING), EVERYTHING)
    counted = {(row.table, row.audit): row.n for row in frame.itertuples() if row.n}
    assert counted == {
        ("opinions", "confirmed"): 2,
        ("opinions", "corrected"): 1,
        ("events", "unchecked"): 1,
        ("models", "not_found"): 1,
        ("indicators", "unchecked"): 2,
    }
    assert "funding_rounds" not in set(frame["table"])
    assert frame.groupby("table")["n"].sum().equals(frame.groupby("table")["n_total"].first())


def test_the_first_audit_found_seventeen_of_a_hundred() -> None:
    # 102 rows, 2 not found again: 100 checkable; 5 + 6 + 3 + 2 + 1 + 0 = 17 partly right, none contradicted.
    # Wilson for 17 of 100: (0.17 + 1.9207/100 ± 1.96 sqrt(0.001411 + 0.000096)) / 1.0384 = 10.9% to 25.5%.
    off, checkable, low, high = evidence.first_audit_error()
    assert (off, checkable, round(low, 1), round(high, 1)) == (17, 100, 10.9, 25.5)
    assert sum(s.rows for s in evidence.FIRST_AUDIT.values()) == 102
    assert all(s.rows == s.confirmed + s.partly + s.contradicted + s.not_found for s in evidence.FIRST_AUDIT.values())


def test_the_error_rate_is_said_to_be_before_the_corrections() -> None:
    frame = evidence.audit_marks(evidence.audit_marks_rows(some_tables(), EVERYTHING), EVERYTHING)
    said = CHART["audit-marks"].finding(frame, Words("en"))
    assert said == (
        "4 of 7 records were audited and 1 corrected; before the corrections, 17 of 100 checkable rows "
        "of the first sample had some field off (95% interval 10.9–25.5%)"
    )


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "tables",
    [tables_from(), tables_from(events=[{"sectors": "film", "date": "2024", "audit": "confirmed"}]), some_tables()],
    ids=["none", "one", "many"],
)
def test_figures_draw_and_lead_back_to_their_rows(slug: str, lang: str, tables: Tables) -> None:
    chart, words = CHART[slug], Words(lang)
    frame = chart.frame(chart.rows(tables, EVERYTHING), EVERYTHING)
    figure = chart.figure(frame, words)
    figure.to_json()
    assert chart.height(frame) > 0
    assert chart.finding(frame, words)
    if frame.empty:
        assert len(figure.data) == 0
        assert chart.finding(frame, words) == words.t("charts.empty")
    for trace in figure.data:
        assert len(trace.customdata) == len(trace.x)
        assert all(0 <= int(point[0]) < len(frame) for point in trace.customdata)
    behind = [len(chart.behind(tables, EVERYTHING, dict(mark))) for mark in frame.to_dict("records")]
    assert behind == list(frame["n"])
