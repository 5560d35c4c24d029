"""Frame and figure of levels: hand-worked stated ones, invented loaded ones, and what must hold of any."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from components.charts import CHART
from components.figures.thinning import GAP_WEEKDAYS, MARKS, POINTS, drawn_points, unbroken
from components.words import LANGUAGES, Words
from data.export import arrow_table, columns_of
from data.filters import Filters
from data.frames import index_levels as levels
from data.levels import store
from data.loaded import Loaded
from data.tables import Tables, open_tables
from tests.factory import tables_from
from tests.levels import TRIALS, levels_of, root, two_series, walk, with_levels  # noqa: F401
from tests.levels import meta as stored_meta
from tests.strategies import FILTERS

ALL = Filters()
LOADED = two_series()
CHOSEN = CHART["index-levels"]
SORA = "EV017"
FILM = "film;short_drama;games"
UNSAID = re.compile(r"[{}]|\b(nan|None|NaT|inf|null)\b")


def level(series: str, day: str, value: float, **more: Any) -> dict[str, Any]:
    row = {"series_id": series, "sectors": FILM, "date": day, "measure": "close", "value": value, "unit": "points"}
    return row | {"value_qualifier": "exact", "confidence": "high"} | more


def frame_of(tables: Tables, filters: Filters = ALL) -> pd.DataFrame:
    return levels.index_levels(levels.index_levels_rows(tables, filters), filters)


def loaded(frame: pd.DataFrame, code: str = "made-index") -> pd.DataFrame:
    return frame[(frame["level_basis"] == "loaded") & (frame["series_id"] == code)]


def made(days: list[str], closes: list[float], tables: Tables | None = None, **facts: Any) -> Tables:
    frame = pd.DataFrame({"date": pd.to_datetime(days), "close": closes})
    return with_levels(levels_of({"made-up": frame}, made_up=facts), tables or tables_from())


# Stated ------------------------------------------------------------------------------------------


def test_levels_are_rebased_to_the_first_shown_and_single_ones_are_not() -> None:
    opened = tables_from(
        index_moves=[
            level("story", "2024-01-02", 50),
            level("story", "2024-02-02", 60),
            level("story", "2024-03-04", 75),
            level("trade", "2024-01-02", 9),
            level("story", "2024-01-02", 3, measure="pct_change_day", unit="percent"),
            level("abroad", "2024-01-02", 30, unit="USD", measure="intraday_price"),
        ]
    )
    frame = frame_of(opened)
    story = frame[frame["series_id"] == "story"]
    assert story["level_rebased"].tolist() == pytest.approx([100, 120, 150])  # 60 / 50, 75 / 50
    assert frame.loc[frame["series_id"] == "trade", "level_rebased"].isna().all()
    assert set(frame["series_id"]) == {"story", "trade"}  # no percentages, no prices from within a day
    later = frame_of(opened, Filters(since="2024-02"))
    assert later["level_rebased"].tolist() == pytest.approx([100, 125])  # 75 / 60
    assert set(later["base_date"]) == {pd.Timestamp("2024-02-02")}


def test_stated_levels_are_marks_and_never_joined() -> None:
    for shipped in (open_tables(), tables_from(index_moves=[level("story", "2024-01-02", 50), level("story", "2024-02-02", 60)])):
        drawn = CHOSEN.figure(frame_of(shipped), Words("en"))
        assert {trace.mode for trace in drawn.data} == {"markers"}


@pytest.mark.parametrize("measure", list(levels.VALUES))
def test_without_a_loaded_series_every_measure_and_choice_shows_what_is_stated(measure: str) -> None:
    asked = Filters(measure=measure, event=SORA, series=("made-up",), against="csi-300")
    pd.testing.assert_frame_equal(frame_of(open_tables(), asked), frame_of(open_tables()))


# Loaded ------------------------------------------------------------------------------------------


def test_a_series_is_100_on_the_first_day_shown() -> None:
    frame = frame_of(made(["2024-02-19", "2024-02-20", "2024-02-21"], [200, 210, 190]))
    assert frame["level_rebased"].tolist() == pytest.approx([100, 105, 95])
    assert set(frame["base_date"]) == {pd.Timestamp("2024-02-19")}
    assert set(frame["course_measure"]) == {"rebased"}
    assert frame["loaded_level"].isna().all()


def test_a_series_is_100_on_the_trading_day_of_the_event() -> None:
    opened = made(["2024-02-08", "2024-02-19", "2024-02-20"], [50, 40, 60], open_tables())
    frame = loaded(frame_of(opened, Filters(event=SORA)), "made-up")
    # Announced on Thursday the 15th, in holidays that ended on Monday the 19th: 50 / 40, 60 / 40.
    assert frame["level_rebased"].tolist() == pytest.approx([125, 100, 150])
    assert set(frame["base_date"]) == {pd.Timestamp("2024-02-19")}
    assert set(frame["event_id"]) == {SORA}


def test_the_event_may_lie_outside_the_dates_shown() -> None:
    opened = made(["2024-02-08", "2024-02-19", "2025-01-02"], [60, 40, 80], open_tables())
    frame = loaded(frame_of(opened, Filters(event=SORA, since="2025")), "made-up")
    assert frame["level_rebased"].tolist() == pytest.approx([200])
    assert set(frame["base_date"]) == {pd.Timestamp("2024-02-19")}


@pytest.mark.parametrize(
    ("days", "event"),
    [
        (["2024-03-01", "2024-03-04"], SORA),  # the series begins after the event
        (["2023-01-03", "2024-01-03", "2024-06-03"], SORA),  # no session within two weeks after it
        (["2024-02-19", "2024-02-20"], "EV999"),  # nobody knows this event
    ],
)
def test_an_event_that_a_series_did_not_trade_through_is_no_base(days: list[str], event: str) -> None:
    frame = loaded(frame_of(made(days, [float(n + 1) for n in range(len(days))], open_tables()), Filters(event=event)), "made-up")
    assert set(frame["base_date"]) == {pd.Timestamp(days[0])}
    assert frame["level_rebased"].iloc[0] == 100


def test_an_event_known_to_the_month_is_no_base() -> None:
    event = {"event_id": "EV001", "date": "2024-02", "title_en": "E", "title_zh": "事", "kind": "deal", "sectors": "cross"}
    opened = made(["2024-01-02", "2024-02-19"], [4, 5], tables_from(events=[event]))
    assert set(frame_of(opened, Filters(event="EV001"))["base_date"]) == {pd.Timestamp("2024-01-02")}


def test_stated_levels_of_a_loaded_series_share_its_base_and_others_keep_their_own() -> None:
    stated = [level("made-up", "2024-02-20", 210), level("story", "2024-02-20", 10), level("story", "2024-03-20", 12)]
    opened = made(["2024-02-19", "2024-02-20"], [200, 210], tables_from(index_moves=stated))
    frame = frame_of(opened)
    marks = frame[frame["level_basis"] == "stated"].set_index(["series_id", "date"])
    assert marks.loc[("made-up", pd.Timestamp("2024-02-20")), "level_rebased"] == pytest.approx(105)  # on the line, not 100
    assert marks.loc["story", "level_rebased"].tolist() == pytest.approx([100, 120])
    assert marks.loc["story", "base_date"].iloc[0] == pd.Timestamp("2024-02-20")
    chosen = frame_of(opened, Filters(series=("made-up",)))
    assert set(chosen["series_id"]) == {"made-up"}
    assert set(frame_of(opened, Filters(measure="drawdown"))["level_basis"]) == {"loaded"}


def test_levels_as_loaded_stand_in_a_column_of_their_own() -> None:
    stated = [level("made-up", "2024-02-20", 210)]
    frame = frame_of(made(["2024-02-19", "2024-02-20"], [200, 210], tables_from(index_moves=stated)), Filters(measure="level"))
    assert loaded(frame, "made-up")["loaded_level"].tolist() == [200, 210]
    assert loaded(frame, "made-up")["value"].isna().all()
    assert frame.loc[frame["level_basis"] == "stated", "value"].tolist() == [210]


def test_drawdown_is_below_the_highest_close_so_far() -> None:
    frame = frame_of(made(["2024-02-19", "2024-02-20", "2024-02-21", "2024-02-22"], [100, 120, 90, 130]), Filters(measure="drawdown"))
    assert frame["drawdown_pct"].tolist() == pytest.approx([0, 0, -25, 0])  # 90 / 120


def test_volatility_looks_back_before_the_dates_shown() -> None:
    course = walk(3, days=300)
    opened = with_levels(levels_of({"made-up": course}), tables_from())
    frame = frame_of(opened, Filters(measure="volatility", since="2023-06"))
    assert frame["date"].iloc[0] == pd.Timestamp("2023-06-01")  # a Thursday: nothing is lost to the 60 sessions before
    at = int(course["date"].searchsorted(pd.Timestamp("2023-06-01")))
    returns = 100 * course["close"].pct_change().iloc[at - 59 : at + 1]
    assert frame["volatility_pct"].iloc[0] == pytest.approx(returns.std(ddof=1) * np.sqrt(252))


def test_beta_is_that_of_the_chosen_benchmark() -> None:
    frame = frame_of(LOADED, Filters(measure="beta", since="2024"))
    assert set(frame["series_id"]) == {"made-index"}
    assert set(frame["benchmark_id"]) == {"made-market"}
    assert 1.0 < frame["rolling_beta"].mean() < 1.4  # made with 1.2
    other = levels_of({"made-up": walk(1), "rival": walk(8), "twin": walk(1)}, rival={"kind": "benchmark"}, twin={"kind": "benchmark"})
    tables = with_levels(other, tables_from())
    assert frame_of(tables, Filters(measure="beta", against="twin", series=("made-up",)))["rolling_beta"].tolist() == pytest.approx(
        [1.0] * 780
    )
    alone = with_levels(levels_of({"made-up": walk(1)}), tables_from())
    assert frame_of(alone, Filters(measure="beta")).empty


def test_which_series_are_shown() -> None:
    frames = {f"s-{n}": walk(n, days=30) for n in range(10)}
    tables = with_levels(levels_of(frames | {"market": walk(99, days=30)}, market={"kind": "benchmark", "sectors": ("cross",)}))
    shown = levels.shown_series(tables.levels, ALL)
    assert [one.series.code for one, _ in shown] == [*(f"s-{n}" for n in range(8)), "market"]
    assert [is_reference for _, is_reference in shown] == [False] * 8 + [True]
    assert [one.series.code for one, _ in levels.shown_series(tables.levels, Filters(series=("s-9",), measure="level"))] == ["s-9"]
    assert [one.series.code for one, _ in levels.shown_series(tables.levels, Filters(sectors=("games",), cross=False))] == []


def test_only_the_days_and_columns_that_are_needed_are_read() -> None:
    asked: list[tuple[Any, ...]] = []
    course = levels_of({"made-up": walk(1, "2015-01-05", 3000)})

    def read(code: str, start: Any, end: Any, columns: Any) -> pa.Table:
        asked.append((code, start, end, tuple(columns)))
        return course.read(code, start, end, columns)

    tables = with_levels(Loaded(course.series, _read=read), tables_from())
    frame_of(tables)
    frame_of(tables, Filters(since="2024-03", until="2024-04"))
    assert asked == [
        ("made-up", date(2022, 1, 1), None, ("date", "close")),
        ("made-up", date(2024, 3, 1), date(2024, 4, 30), ("date", "close")),
    ]


def test_a_series_that_ended_before_2022_is_shown_whole() -> None:
    tables = with_levels(levels_of({"made-up": walk(1, "2015-01-05", 300)}), tables_from())
    assert len(frame_of(tables)) == 300


# Finer than daily --------------------------------------------------------------------------------


def minutes(days: int) -> pa.Table:
    """Two readings a day on weekdays from 2 January 2024 on: 10:00 and 15:00, the closes 101, 102, … in between halves."""
    moments, closes = [], []
    for n, day in enumerate(pd.bdate_range("2024-01-02", periods=days)):
        moments += [day + pd.Timedelta(hours=10), day + pd.Timedelta(hours=15)]
        closes += [100.5 + n, 101.0 + n]
    return pa.table({"date": pa.array(moments, pa.timestamp("ms")), "close": pa.array(closes)})


def test_minutes_are_days_over_a_long_time_and_minutes_within_a_month(root: Path) -> None:  # noqa: F811
    store.append(stored_meta("made-up"), minutes(200))
    tables = with_levels(Loaded(store.loaded_series()), tables_from())
    whole = frame_of(tables)
    assert len(whole) == 200
    assert whole["time_of_day"].isna().all()
    assert whole["level_rebased"].iloc[1] == pytest.approx(100 * 102 / 101)
    short = frame_of(tables, Filters(since="2024-01-02", until="2024-01-05"))
    assert short["time_of_day"].tolist() == ["10:00:00", "15:00:00"] * 4
    assert short["level_rebased"].iloc[1] == pytest.approx(100 * 101 / 100.5)
    assert len(frame_of(tables, Filters(since="2024-01-02", until="2024-01-05", measure="drawdown"))) == 4
    figure = CHOSEN.figure(short, Words("zh"))
    line = next(trace for trace in figure.data if trace.mode == "lines")
    assert list(line.y).count(None) == 3  # between days
    assert line.x[0] == "2024-01-02T10:00:00"


# Any loaded series -------------------------------------------------------------------------------

WALKS = st.builds(
    lambda seed, days, spread: walk(seed, "2023-12-01", days, spread=spread),
    st.integers(0, 10_000),
    st.integers(1, 260),
    st.sampled_from([0.0, 0.001, 0.02, 0.2]),
)


@examples(max_examples=12)
@given(course=WALKS, event=st.sampled_from(["", SORA, "EV069"]))
def test_rebased_is_100_on_its_base_day(course: pd.DataFrame, event: str) -> None:
    frame = frame_of(with_levels(levels_of({"made-up": course})), Filters(event=event, series=("made-up",)))
    base = frame[frame["date"] == frame["base_date"]]
    assert base["level_rebased"].tolist() == pytest.approx([100])
    assert frame["level_rebased"].to_numpy() == pytest.approx(
        course["close"].to_numpy() * frame["level_rebased"].iloc[0] / course["close"].iloc[0]
    )


@examples(max_examples=12)
@given(course=WALKS)
def test_a_drawdown_is_never_above_zero_and_zero_at_every_high(course: pd.DataFrame) -> None:
    frame = frame_of(with_levels(levels_of({"made-up": course})), Filters(measure="drawdown", series=("made-up",)))
    assert (frame["drawdown_pct"] <= 0).all()
    highs = (course["close"] >= course["close"].cummax()).to_numpy()
    assert (frame["drawdown_pct"].to_numpy() == 0).tolist() == highs.tolist()


@examples(max_examples=20)
@given(filters=FILTERS, measure=st.sampled_from(list(levels.VALUES)), lang=st.sampled_from(LANGUAGES))
def test_loaded_series_are_drawn_under_any_filters(filters: Filters, measure: str, lang: str) -> None:
    asked = Filters(**{**vars(filters), "measure": measure})
    frame = frame_of(LOADED, asked)
    columns_of(frame, "index_moves")
    assert arrow_table(frame, "index_moves").schema == arrow_table(frame_of(tables_from()), "index_moves").schema
    figure = CHOSEN.figure(frame, Words(lang))
    for trace in figure.data:
        assert len(trace.customdata) == len(trace.x)
        assert {int(data[0]) for data in trace.customdata} <= set(frame.index)
    said = [str(a.text) for a in figure.layout.annotations] + [str(trace.name) for trace in figure.data]
    assert not [text for text in said if UNSAID.search(text)]
    finding = CHOSEN.finding(frame, Words(lang))
    assert finding
    assert not UNSAID.search(finding)
    assert CHOSEN.height(frame) > 0


def test_the_order_of_records_and_levels_does_not_matter() -> None:
    shuffled = Tables(
        LOADED.folder, LOADED.version, lambda name: LOADED.native(name).sample(frac=1, random_state=1).reset_index(drop=True), LOADED.levels
    )
    for measure in levels.VALUES:
        pd.testing.assert_frame_equal(frame_of(shuffled, Filters(measure=measure)), frame_of(LOADED, Filters(measure=measure)))


def test_a_mark_leads_to_its_record_and_a_point_of_a_line_to_none() -> None:
    stated = [level("made-up", "2024-02-20", 210)]
    tables = made(["2024-02-19", "2024-02-20"], [200, 210], tables_from(index_moves=stated))
    frame = frame_of(tables)
    mark = frame[frame["level_basis"] == "stated"].iloc[0].to_dict()
    point = frame[frame["level_basis"] == "loaded"].iloc[0].to_dict()
    assert CHOSEN.behind(tables, ALL, mark)["record_id"].tolist() == ["index_moves-1"]
    assert CHOSEN.behind(tables, ALL, point)["record_id"].dropna().empty


def test_the_name_of_a_loaded_series_is_never_markup() -> None:
    attack = "<b>bold</b><script>alert(1)</script>"
    tables = with_levels(levels_of({"made-up": walk(1)}, made_up={"name_en": attack, "name_zh": attack}))
    for measure in levels.VALUES:
        text = CHOSEN.figure(frame_of(tables, Filters(measure=measure)), Words("en")).to_json()
        assert "<script" not in text
        assert "\\u003cscript" not in text


# Findings ----------------------------------------------------------------------------------------


def test_findings_say_what_the_rows_carry() -> None:
    days = ["2024-02-19", "2024-02-20", "2024-02-21"]
    market = pd.DataFrame({"date": pd.to_datetime(days), "close": [10.0, 10.0, 11.0]})
    own = pd.DataFrame({"date": pd.to_datetime(days), "close": [200.0, 150.0, 210.0]})
    pair = levels_of({"made-up": own, "market": market}, market={"kind": "benchmark", "sectors": ("cross",)})
    tables = with_levels(pair, tables_from())
    said = {m: CHOSEN.finding(frame_of(tables, Filters(measure=m)), Words("en")) for m in ("rebased", "level", "drawdown")}
    assert said["rebased"] == "Invented made-up at 105 on 21 Feb 2024 (19 Feb 2024 = 100); Invented market at 110"
    assert said["level"] == "Invented made-up: +5%, 19 to 21 Feb 2024"
    assert said["drawdown"] == "Invented made-up stood at most 25% below its highest close since 19 Feb 2024, on 20 Feb 2024"


def test_a_finding_never_names_a_loaded_level() -> None:
    tables = made(["2024-02-19", "2024-02-20"], [4711.37, 5813.49])
    for measure in levels.VALUES:
        for lang in LANGUAGES:
            said = CHOSEN.finding(frame_of(tables, Filters(measure=measure)), Words(lang))
            assert not re.search(r"4,?711|5,?813", said)


# Thinning ----------------------------------------------------------------------------------------


@examples(max_examples=20)
@given(n=st.integers(1, 20_000), seed=st.integers(0, 1000), most=st.sampled_from([20, 200, POINTS]))
def test_thinning_keeps_ends_and_extremes_and_the_order(n: int, seed: int, most: int) -> None:
    values = np.random.default_rng(seed).normal(size=n).cumsum()
    times = np.datetime64("2000-01-01") + np.arange(n)
    kept = drawn_points(times, values, most)
    assert len(kept) <= max(most, 0) + 4
    assert (np.diff(kept) > 0).all()
    assert {0, n - 1, int(values.argmin()), int(values.argmax())} <= set(kept.tolist())
    if n <= most:
        assert len(kept) == n


def test_a_long_line_says_how_many_of_its_points_are_drawn() -> None:
    tables = with_levels(levels_of({"made-up": walk(5, "2000-01-03", 6000)}), tables_from())
    frame = frame_of(tables, Filters(since="1999"))
    assert len(frame) == 6000
    figure = CHOSEN.figure(frame, Words("en"))
    line = next(trace for trace in figure.data if trace.mode == "lines")
    n = len([y for y in line.y if y is not None])
    assert n <= POINTS
    assert max(y for y in line.y if y is not None) == pytest.approx(frame["level_rebased"].max(), abs=1e-3)
    assert any(f"{n:,} of 6,000 points drawn" in a.text for a in figure.layout.annotations)


def test_very_many_stated_levels_are_thinned_too() -> None:
    frame = frame_of(open_tables())
    one = frame[frame["series_id"] == "csi-ai-theme"].iloc[:1]
    many = pd.concat([one] * 4000, ignore_index=True)
    many["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(range(4000), unit="D")
    many["level_rebased"] = many["value"] = np.arange(4000) % 97 + 100.0
    figure = CHOSEN.figure(many, Words("en"))
    drawn = sum(len(trace.x) for trace in figure.data)
    assert drawn <= MARKS + 4
    assert any(f"{drawn:,} of 4,000" in a.text for a in figure.layout.annotations)


def test_a_line_stops_where_levels_are_missing_for_long() -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(5)]  # Monday to Friday
    holidays = [*days, date(2024, 1, 22)]  # ten weekdays between
    assert unbroken(np.array(holidays, dtype="datetime64[us]")).tolist() == [0] * 6
    longer = [*days, date(2024, 1, 23)]
    assert GAP_WEEKDAYS == 10
    assert unbroken(np.array(longer, dtype="datetime64[us]")).tolist() == [0] * 5 + [1]
    moments = [datetime(2024, 1, 1, 10), datetime(2024, 1, 1, 11), datetime(2024, 1, 2, 10)]
    assert unbroken(np.array(moments, dtype="datetime64[us]")).tolist() == [0, 0, 1]
    assert unbroken(np.array([], dtype="datetime64[us]")).tolist() == []
    frame = frame_of(made([d.isoformat() for d in longer], [1, 2, 3, 4, 5, 6]))
    figure = CHOSEN.figure(frame, Words("en"))
    line = next(trace for trace in figure.data if trace.mode == "lines")
    assert list(line.y)[5] is None
    assert any("over 10 weekdays" in a.text for a in figure.layout.annotations)


# The real series, where a machine has them --------------------------------------------------------


@pytest.mark.skipif(not TRIALS.is_dir(), reason="no real series on this machine")
def test_the_real_index_lies_on_its_stated_levels() -> None:
    read = pd.read_csv(TRIALS / "csi300_daily.csv", parse_dates=["date"])
    tables = with_levels(levels_of({"csi-300": read[read["date"] > "2015-01-01"]}, csi_300={"kind": "benchmark", "sectors": ("cross",)}))
    frame = frame_of(tables, Filters(event=SORA))
    own = frame[frame["series_id"] == "csi-300"]
    both = own[own["level_basis"] == "stated"].merge(own[own["level_basis"] == "loaded"], on="date")
    assert len(both) == 31
    assert both["level_rebased_x"].to_numpy() == pytest.approx(both["level_rebased_y"].to_numpy(), abs=0.01)
    assert set(own["base_date"]) == {pd.Timestamp("2024-02-19")}
