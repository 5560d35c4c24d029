"""Frames and figures of the technology page, by hand-worked examples on invented rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from components.charts import CHART
from components.figures.parts import width
from components.figures.technology import resolution_class
from components.words import Words
from data.filters import Filters
from data.tables import Tables, open_tables
from tests.factory import tables_from

ALL = Filters()
SLUGS = ("model-frontier", "compute-gap", "production-yield")


def model(number: int, released: str, seconds: float | None, **more: Any) -> dict[str, Any]:
    row = {"model_id": f"MD{number:03}", "model_name": f"M{number}", "vendor_id": "maker", "release_date": released, "max_clip_s": seconds}
    return row | {"access_at_release": "public", "country": "CN"} | more


def indicator(key: str, unit: str, value: float | None = None, **more: Any) -> dict[str, Any]:
    row = {"indicator_id": key, "name_en": f"Name {key}", "name_zh": f"名称{key}", "unit": unit, "value": value, "value_qualifier": "exact"}
    return row | {"topic": "compute", "sectors": "cross", "period": "2024", "geography": "CN", "is_forecast": False} | more


DEMAND = (indicator("IN011", "eflops", 211.5, is_forecast=True), indicator("IN012", "eflops", 98.24, is_forecast=True))
TRIAL = tuple(
    indicator(key, unit, value, sectors="film", period="2023-08")
    for key, unit, value in (("IN006", "images", 693), ("IN007", "shots", 185), ("IN008", "shots", 60))
)


def frame_of(slug: str, opened: Tables, filters: Filters = ALL) -> pd.DataFrame:
    chart = CHART[slug]
    return chart.frame(chart.rows(opened, filters), filters)


def finding_of(slug: str, opened: Tables, lang: str = "en") -> str:
    return CHART[slug].finding(frame_of(slug, opened), Words(lang))


# Models -----------------------------------------------------------------------------------------


def test_frontier_is_the_longest_clip_stated_so_far() -> None:
    rows = [
        model(1, "2023-01-05", 4),
        model(2, "2024-01-05", 60),
        model(3, "2024-02-05", None),
        model(4, "2024-03-05", 60),
        model(5, "2025", 10),
        model(6, "", 90),
    ]
    frame = frame_of("model-frontier", tables_from(models=rows))
    assert frame["frontier_s"].iloc[:5].tolist() == [4, 60, 60, 60, 60]
    # The second with 60 s equals the record and does not set it; a model without a date sets none.
    assert frame.loc[frame["is_record"], "model_id"].tolist() == ["MD001", "MD002"]
    assert frame.iloc[-1]["model_id"] == "MD006"
    assert pd.isna(frame.iloc[-1]["frontier_s"])


def test_sectors_do_not_apply_to_models_but_country_and_dates_do() -> None:
    opened = tables_from(models=[model(1, "2023-01-05", 4), model(2, "2024-01-05", 60, country="US"), model(3, "", 5)])
    assert len(frame_of("model-frontier", opened, Filters(sectors=("games",), cross=False))) == 3
    assert list(frame_of("model-frontier", opened, Filters(country=("US",)))["model_id"]) == ["MD002"]
    assert list(frame_of("model-frontier", opened, Filters(since="2024"))["model_id"]) == ["MD002"]


@pytest.mark.parametrize(
    ("height", "expected"), [(576, "below_1080"), (1024, "below_1080"), (1080, "full_hd"), (2160, "uhd"), (None, "not_stated")]
)
def test_resolution_classes(height: float | None, expected: str) -> None:
    assert resolution_class(height) == expected


def test_models_without_a_length_stand_in_the_foot_lane_and_are_not_part_of_the_record() -> None:
    opened = tables_from(
        models=[
            model(1, "2023-01-05", None),
            model(2, "2023-05-05", 8, has_native_audio=True),
            model(3, "2023-07-05", 16, has_native_audio=False),
        ]
    )
    drawn = CHART["model-frontier"].figure(frame_of("model-frontier", opened), Words("en"))
    points = {(data[0], y) for trace in drawn.data if trace.mode == "markers" for data, y in zip(trace.customdata, trace.y, strict=True)}
    assert points == {(0, 4.0), (1, 8.0), (2, 16.0)}  # the foot lane is at half the shortest length
    steps = next(trace for trace in drawn.data if trace.line.shape == "hv")
    assert list(steps.y) == [8, 16, 16]
    symbols = {trace.name: trace.marker.symbol[0] for trace in drawn.data if trace.mode == "markers"}
    assert symbols == {"Makes sound": "square", "No sound": "square-open", "Sound not stated": "square-open"}


def test_a_disputed_resolution_is_marked() -> None:
    opened = tables_from(models=[model(1, "2023-01-05", 8, max_resolution="4K (disputed)"), model(2, "2023-05-05", 4, max_resolution="4K")])
    assert frame_of("model-frontier", opened)["is_disputed"].tolist() == [True, False]
    labels = [a.text for a in CHART["model-frontier"].figure(frame_of("model-frontier", opened), Words("en")).layout.annotations]
    assert [text for text in labels if "(?)" in text] == ["maker: M1 (?)"]


# Computing power --------------------------------------------------------------------------------


def test_compute_gap_is_what_the_two_figures_leave() -> None:
    opened = tables_from(indicators=list(DEMAND))
    frame = frame_of("compute-gap", opened).set_index("compute_part")
    assert frame["value"].to_dict() == pytest.approx({"total": 211.5, "domestic": 98.24, "gap": 113.26})
    # 100 * 98.24 / 211.50 = 46.449...
    assert frame["share_pct"].round(2).to_dict() == {"total": 100.0, "domestic": 46.45, "gap": 53.55}
    assert frame["is_forecast"].all()
    gap = frame_of("compute-gap", opened).iloc[2].to_dict()
    assert sorted(CHART["compute-gap"].behind(opened, ALL, gap)["indicator_id"]) == ["IN011", "IN012"]
    assert "46.45%" in finding_of("compute-gap", opened)


def test_no_gap_without_both_figures_and_no_other_units() -> None:
    chips = indicator("IN014", "chips", 307000)
    assert list(frame_of("compute-gap", tables_from(indicators=[DEMAND[0], chips]))["compute_part"]) == ["total"]
    assert list(frame_of("compute-gap", tables_from(indicators=[DEMAND[1]]))["share_pct"].isna()) == [True]
    assert "46.45%" not in finding_of("compute-gap", tables_from(indicators=[DEMAND[1]]))
    other = frame_of("compute-gap", tables_from(indicators=[*DEMAND, indicator("IN900", "eflops", 12), chips]))
    assert list(other["compute_part"]) == ["total", "domestic", "gap", "other"]
    assert pd.isna(other.iloc[3]["share_pct"])


def test_only_forecasts_are_hatched() -> None:
    opened = tables_from(indicators=[*DEMAND, indicator("IN900", "eflops", 12)])
    drawn = CHART["compute-gap"].figure(frame_of("compute-gap", opened), Words("en"))
    assert [trace.marker.pattern.shape for trace in drawn.data] == ["/", "/", ""]


# Production -------------------------------------------------------------------------------------


def test_steps_of_the_trial_are_shares_of_the_count_before() -> None:
    frame = frame_of("production-yield", tables_from(indicators=[*TRIAL])).set_index("indicator_id")
    # 185 / 693 = 0.26695..., 60 / 185 = 0.32432...
    assert frame["step_pct"].round(1).iloc[1:].tolist() == [26.7, 32.4]
    assert pd.isna(frame["step_pct"].iloc[0])
    partial = frame_of("production-yield", tables_from(indicators=[TRIAL[0], TRIAL[2]]))
    assert partial["step_pct"].isna().all()
    assert "32.4%" in finding_of("production-yield", tables_from(indicators=[*TRIAL]))
    assert "32.4%" not in finding_of("production-yield", tables_from(indicators=[TRIAL[0], TRIAL[2]]))


def test_each_unit_has_an_axis_of_its_own() -> None:
    rows = [
        *TRIAL,
        indicator("IN063", "percent", 5, value_qualifier="at_most"),
        indicator("IN050", "cny_per_minute", value_low=1000, value_high=2500, value_qualifier="range"),
        indicator("IN053", "usd_per_minute", 30, value_qualifier="at_least"),
        indicator("IN045", "million_cny_per_title", value_low=0.4, value_high=0.7, value_qualifier="range"),
    ]
    frame = frame_of("production-yield", tables_from(indicators=rows))
    assert list(dict.fromkeys(frame["yield_panel"])) == ["trial", "yield", "cny_per_minute", "usd_per_minute"]
    drawn = CHART["production-yield"].figure(frame, Words("en"))
    axes = {int(data[0]): trace.xaxis for trace in drawn.data for data in trace.customdata}
    units = {axis: set(frame.loc[[i for i, a in axes.items() if a == axis], "yield_panel"]) for axis in axes.values()}
    assert all(len(found) == 1 for found in units.values())
    spanned = next(trace for trace in drawn.data if trace.type == "bar" and trace.xaxis == "x3")
    assert (spanned.base[0], spanned.x[0]) == (1000, 1500)
    said = [text for trace in drawn.data if trace.type == "bar" for text in trace.text]
    assert any("≤ 5%" in text for text in said)
    assert any("≥ 30" in text for text in said)


# Figures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("given", ["nothing", "one", "missing", "shipped"])
def test_figures_draw_and_every_mark_leads_to_its_row(slug: str, given: str, lang: str) -> None:
    missing = [
        indicator(key, unit) for key, unit in (("IN011", "eflops"), ("IN012", "eflops"), ("IN006", "images"), ("IN050", "cny_per_minute"))
    ]
    opened = {
        "nothing": tables_from(),
        "one": tables_from(models=[model(1, "2024", 8)], indicators=[DEMAND[0], TRIAL[0]]),
        "missing": tables_from(models=[model(1, "2024-03-01", None), model(2, "", None)], indicators=missing),
        "shipped": open_tables(),
    }[given]
    chart = CHART[slug]
    frame = frame_of(slug, opened)
    drawn = chart.figure(frame, Words(lang))
    assert chart.height(frame) > 0
    assert chart.finding(frame, Words(lang))
    for trace in drawn.data:
        assert len(trace.customdata) == len(trace.x)
        assert {int(data[0]) for data in trace.customdata} <= set(frame.index)
    if given == "nothing":
        assert chart.finding(frame, Words(lang)) == Words(lang).t("charts.empty")


def test_making_a_frame_leaves_the_shared_tables_as_they_are() -> None:
    opened = tables_from(models=[model(1, "2024", 8)], indicators=[*DEMAND, *TRIAL])
    before = {name: list(opened.native(name).columns) for name in ("models", "indicators")}
    for slug in SLUGS:
        frame_of(slug, opened)
    assert {name: list(opened.native(name).columns) for name in before} == before


@pytest.mark.parametrize(("printed", "said"), [("2026Q1", "Q1 2026"), ("2025H1", "H1 2025"), ("2024-03", "Mar 2024")])
def test_a_period_is_said_in_words_or_as_printed(printed: str, said: str) -> None:
    opened = tables_from(indicators=[indicator("IN050", "cny_per_minute", 900, period=printed)])
    drawn = CHART["production-yield"].figure(frame_of("production-yield", opened), Words("en"))
    assert any(said in annotation.text for annotation in drawn.layout.annotations)


# What a reader sees -----------------------------------------------------------------------------


def test_marks_are_called_by_the_model_and_records_by_their_maker_too() -> None:
    drawn = CHART["model-frontier"].figure(frame_of("model-frontier", open_tables()), Words("en"))
    said = {annotation.text for annotation in drawn.layout.annotations}
    assert {"Kuaishou: Kling 1.0", "OpenAI: Sora", "Genie 3", "Sora 2 (?)"} <= said
    assert not said & {"Google DeepMind", "Kuaishou", "OpenAI", "Runway"}, "a maker has several models"


def test_the_finding_says_so_where_only_a_model_without_a_date_goes_further() -> None:
    dated, undated = model(1, "2024-01-05", 60), model(2, "", 90)
    assert finding_of("model-frontier", tables_from(models=[dated])).startswith("No model states a longer clip than the 60 s")
    assert finding_of("model-frontier", tables_from(models=[dated, undated])).startswith("No dated model states a longer clip")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_names_of_bars_are_whole_and_fit_a_narrow_screen(lang: str) -> None:
    frame = frame_of("production-yield", open_tables())
    drawn = CHART["production-yield"].figure(frame, Words(lang))
    said = [annotation.text for annotation in drawn.layout.annotations]
    assert not any("…" in text for text in said)
    assert all(width(line) <= 52 for text in said for line in text.replace("<b>", "").replace("</b>", "").split("<br>"))
    whole = " ".join(said).replace("<br>", " " if lang == "en" else "")
    assert all(name in whole for name in frame[f"name_{lang}"])


def test_the_first_bar_of_a_panel_has_room_for_a_name_of_two_lines() -> None:
    short = frame_of("production-yield", tables_from(indicators=[indicator("IN050", "cny_per_minute", 900)]))
    long = short.assign(name_en="A name of a cost per minute that is longer than one line can be")
    height = CHART["production-yield"].height
    assert height(long) == height(short) + 15
    title, label = CHART["production-yield"].figure(long, Words("en")).layout.annotations
    assert label.text.count("<br>") == 1
    assert title.y > CHART["production-yield"].figure(short, Words("en")).layout.yaxis.domain[1]


def test_costs_run_from_the_dearest_down() -> None:
    rows = [
        indicator("IN050", "cny_per_minute", value_low=1000, value_high=2500, value_qualifier="range", period="2025"),
        indicator("IN051", "cny_per_minute", value_low=2000, value_high=5000, value_qualifier="range", period="2025"),
        indicator("IN052", "cny_per_minute", 800, period="2024"),
    ]
    assert frame_of("production-yield", tables_from(indicators=rows))["indicator_id"].tolist() == ["IN051", "IN050", "IN052"]


@pytest.mark.parametrize("slug", ["compute-gap", "audit-marks"])
def test_an_axis_from_zero_has_room_for_its_zero(slug: str) -> None:
    """On a page the template has no margin, and Plotly leaves a label out that would be cut."""
    assert CHART[slug].figure(frame_of(slug, open_tables()), Words("en")).layout.margin.l >= 8
