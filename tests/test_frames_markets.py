"""Frames and figures of the markets page, by hand-worked examples on invented rows."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from components.charts import CHART
from components.figures.markets import symbol_of
from components.words import Words
from data.filters import Filters
from data.frames import markets
from data.tables import Tables, open_tables
from tests.factory import tables_from
from tests.loaded import levels_of, with_levels

ALL = Filters()
SERIES = [
    {
        "series_id": "story",
        "name_en": "Story concept",
        "name_zh": "题材概念",
        "kind": "concept_index",
        "currency": "CNY",
        "benchmark_id": "broad",
    },
    {
        "series_id": "rumour",
        "name_en": "Rumour concept",
        "name_zh": "传闻概念",
        "kind": "concept_index",
        "currency": "CNY",
        "benchmark_id": "broad",
    },
    {
        "series_id": "trade",
        "name_en": "Trade index",
        "name_zh": "行业指数",
        "kind": "sector_index",
        "currency": "CNY",
        "benchmark_id": "broad",
    },
    {"series_id": "broad", "name_en": "Broad index", "name_zh": "宽基", "kind": "benchmark", "currency": "CNY"},
    {"series_id": "abroad", "name_en": "Abroad share", "name_zh": "海外股", "kind": "stock", "currency": "USD"},
]
FILM = "film;short_drama;games"


def level(series: str, day: str, value: float, **more: Any) -> dict[str, Any]:
    sectors = "cross" if series in ("broad", "trade") else FILM
    row = {"series_id": series, "sectors": sectors, "date": day, "measure": "close", "value": value, "unit": "points"}
    return row | {"value_qualifier": "exact", "confidence": "high"} | more


def move(series: str, day: str, value: float, measure: str = "pct_change_day", **more: Any) -> dict[str, Any]:
    return level(series, day, value) | {"measure": measure, "unit": "percent"} | more


def window(series: str, start: str, end: str, value: float, **more: Any) -> dict[str, Any]:
    return move(series, end, value, "pct_change_window", window_start=start) | more


def tables(*moves: dict[str, Any]) -> Tables:
    return tables_from(index_moves=list(moves), series=SERIES)


def moves_of(opened: Tables, filters: Filters = ALL) -> pd.DataFrame:
    return markets.stated_moves(markets.stated_moves_rows(opened, filters), filters)


#: The levels of the newspaper's window, and the closes of the benchmark and a theme index around it.
WINDOW = (
    level("story", "2024-02-20", 1247.3),
    level("story", "2024-03-22", 1822.66, measure="high"),
    level("trade", "2024-02-20", 2394.19),
    level("trade", "2024-03-22", 2731.48),
    level("broad", "2024-02-08", 3364.93),
    level("broad", "2024-02-19", 3403.81),
    level("broad", "2024-02-20", 3410.85),
    level("broad", "2024-02-22", 3486.67),
    level("broad", "2024-03-22", 3545.00),
)


# Moves ------------------------------------------------------------------------------------------


def test_two_levels_of_a_concept_index_make_a_move_beside_its_benchmark() -> None:
    frame = moves_of(tables(*WINDOW))
    assert list(frame["series_id"]) == ["story", "trade"]
    assert frame["is_computed"].all()
    story, trade = frame.to_dict("records")
    # 1822.66 / 1247.3 = 1.461284...; 3545.00 / 3410.85 = 1.039330...; 2731.48 / 2394.19 = 1.140878...
    assert story["move_pct"] == pytest.approx(46.1284, abs=1e-4)
    assert story["benchmark_move_pct"] == pytest.approx(3.9330, abs=1e-4)
    assert story["difference_pct"] == pytest.approx(42.1954, abs=1e-4)
    assert trade["move_pct"] == pytest.approx(14.0879, abs=1e-4)
    assert (story["window_start"], story["window_end"]) == (pd.Timestamp("2024-02-20"), pd.Timestamp("2024-03-22"))
    assert story["base_date"] == pd.Timestamp("2024-02-20")


def test_a_sector_index_is_computed_only_over_the_days_of_a_concept_index() -> None:
    without_end = [row for row in WINDOW if (row["series_id"], row["date"]) != ("trade", "2024-03-22")]
    assert list(moves_of(tables(*without_end))["series_id"]) == ["story"]
    # The benchmark's own levels and a series with one level make no move.
    assert moves_of(tables(*WINDOW[4:], level("story", "2024-02-20", 1247.3))).empty


def test_a_stated_window_counts_its_first_day_so_the_benchmark_starts_from_the_session_before() -> None:
    frame = moves_of(tables(*WINDOW[4:], window("rumour", "2024-02-19", "2024-02-22", 19, value_qualifier="at_least")))
    row = frame.iloc[0]
    # The session before Monday 19 February was Thursday the 8th: the spring festival lay between.
    assert row["base_date"] == pd.Timestamp("2024-02-08")
    # 3486.67 / 3364.93 - 1 = 3.6179%, not 3486.67 / 3403.81 - 1 = 2.4343% from the close of the 19th.
    assert row["benchmark_move_pct"] == pytest.approx(3.6179, abs=1e-4)
    assert row["difference_pct"] == pytest.approx(19 - 3.6179, abs=1e-4)


def test_a_day_is_measured_from_the_session_before() -> None:
    frame = moves_of(tables(*WINDOW[4:], move("story", "2024-02-20", 5)))
    # Tuesday: 3410.85 / 3403.81 - 1 = 0.2068%.
    assert frame.iloc[0]["base_date"] == pd.Timestamp("2024-02-19")
    assert frame.iloc[0]["benchmark_move_pct"] == pytest.approx(0.2068, abs=1e-4)


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        (window("story", "2024-02-20", "2024-02-23", 8), "no close on the last day"),
        (window("story", "2024-02-21", "2024-02-23", 8), "no close on either day"),
        (window("story", "2024-03-05", "2024-03-22", 8), "no close before the first day"),
        (move("story", "2024-02-20", 8, "pct_change_intraday"), "a reading within the day"),
        (move("abroad", "2024-02-20", 8), "no benchmark fits the series"),
        (move("broad", "2024-02-20", 8), "a benchmark itself"),
    ],
)
def test_nothing_is_interpolated(stated: dict[str, Any], why: str) -> None:
    opened = tables(*WINDOW[4:], stated)
    row = moves_of(opened).iloc[0]
    assert pd.isna(row["benchmark_move_pct"]), why
    assert pd.isna(row["difference_pct"])
    assert pd.isna(row["base_date"])
    records = markets.stated_moves_rows(opened, ALL).collect().to_native()
    assert list(records["mark_part"]) == ["move"]


def test_mainland_holidays_are_not_those_of_other_exchanges() -> None:
    # A weekday close abroad inside the Chinese holidays: 16 February 2024 was a Friday.
    frame = moves_of(
        tables_from(
            index_moves=[level("us-broad", "2024-02-16", 100), level("us-broad", "2024-02-19", 101), move("us-share", "2024-02-19", 4)],
            series=[
                {"series_id": "us-share", "name_en": "U", "kind": "stock", "currency": "USD", "benchmark_id": "us-broad"},
                {"series_id": "us-broad", "name_en": "B", "kind": "benchmark", "currency": "USD"},
            ],
        )
    )
    assert frame.iloc[0]["benchmark_move_pct"] == pytest.approx(1.0)


def test_window_move_takes_exact_days_and_prefers_the_close() -> None:
    records = pd.DataFrame(
        {
            "series_id": ["a", "a", "a", "b"],
            "date": pd.to_datetime(["2024-01-02", "2024-01-05", "2024-01-05", "2024-01-02"]),
            "measure": ["close", "high", "close", "close"],
            "value": [200.0, 260.0, 250.0, 10.0],
        }
    )
    levels = markets.levels_by_day(records)
    first, last = pd.Timestamp("2024-01-02"), pd.Timestamp("2024-01-05")
    assert markets.window_move(levels, "a", first, last) == pytest.approx(25.0)  # 250 / 200
    assert markets.window_move(levels, "a", first, pd.Timestamp("2024-01-04")) is None
    assert markets.window_move(levels, "b", first, last) is None
    assert markets.window_move(levels, None, first, last) is None


def test_filters_decide_on_marks_and_levels_outside_them_still_serve() -> None:
    opened = tables(*WINDOW)
    inside = moves_of(opened, Filters(since="2024-03", until="2024-03"))
    assert list(inside["series_id"]) == ["story", "trade"]
    assert inside.iloc[0]["benchmark_move_pct"] == pytest.approx(3.9330, abs=1e-4)
    assert moves_of(opened, Filters(until="2024-03-01")).empty
    assert list(moves_of(opened, Filters(sectors=("film",), cross=False))["series_id"]) == ["story"]


def test_records_behind_a_computed_move_are_its_levels_and_the_closes_of_its_benchmark() -> None:
    opened, chart = tables(*WINDOW), CHART["stated-moves"]
    mark = moves_of(opened).iloc[0].to_dict()
    behind = chart.behind(opened, ALL, mark)
    assert sorted(behind["mark_part"]) == ["benchmark_end", "benchmark_start", "level_end", "level_start"]
    assert sorted(behind["value"]) == [1247.3, 1822.66, 3410.85, 3545.00]


def test_sources_of_a_mark_are_those_of_all_its_records_once() -> None:
    rows = [
        WINDOW[0] | {"source_ids": "S0001"},
        WINDOW[1] | {"source_ids": "S0001;S0002"},
        *(row | {"source_ids": "S0003"} for row in WINDOW[4:]),
    ]
    assert moves_of(tables(*rows)).iloc[0]["source_ids"] == "S0001;S0002;S0003"


# Loaded benchmarks ------------------------------------------------------------------------------


def closes(**by_day: float) -> pd.DataFrame:
    """Closes by day of 2024: `d0219=10.0` is 19 February."""
    return pd.DataFrame({"date": [pd.Timestamp(f"2024-{d[1:3]}-{d[3:]}") for d in by_day], "close": list(by_day.values())})


def test_a_loaded_benchmark_stands_in_where_no_closes_are_stated() -> None:
    window_of = window("story", "2024-04-08", "2024-04-10", 12)
    opened = with_levels(levels_of({"broad": closes(d0403=100, d0408=101, d0409=102, d0410=105)}), tables(window_of, *WINDOW))
    frame = moves_of(opened)
    stated = frame[frame["is_computed"]].iloc[0]
    added = frame[frame["mark_id"] == "index_moves-1"].iloc[0]
    # From the close of Wednesday 3 April: the 4th and 5th were holidays, which nobody had to tell. 105 / 100.
    assert added["base_date"] == pd.Timestamp("2024-04-03")
    assert (added["benchmark_move_pct"], added["benchmark_basis"]) == (pytest.approx(5.0), "loaded")
    assert added["difference_pct"] == pytest.approx(7.0)
    assert (stated["benchmark_move_pct"], stated["benchmark_basis"]) == (pytest.approx(3.9330, abs=1e-4), "stated")
    hovers = [text for trace in CHART["stated-moves"].figure(frame, Words("en")).data for text in (trace.hovertext or ())]
    assert any("as loaded here" in re.sub("<br>", " ", text) for text in hovers)


def test_loaded_closes_of_exact_days_alone_count() -> None:
    loaded = levels_of({"broad": closes(d0403=100, d0409=102)})
    stated = (
        window("story", "2024-04-08", "2024-04-10", 12),  # no close on the last day
        move("story", "2024-04-09", 3, "pct_change_intraday"),  # no close stands beside a reading within the day
        window("story", "2024-05-06", "2024-05-08", 4),  # nothing near its first day
        move("broad", "2024-04-09", 2),  # a benchmark itself
        move("abroad", "2024-04-09", 2),  # of another currency
    )
    assert moves_of(with_levels(loaded, tables(*stated)))["benchmark_basis"].isna().all()
    day = moves_of(with_levels(loaded, tables(move("story", "2024-04-09", 3)))).iloc[0]
    assert (day["base_date"], day["benchmark_move_pct"]) == (pd.Timestamp("2024-04-03"), pytest.approx(2.0))


def test_a_series_without_a_benchmark_takes_a_loaded_one_of_its_currency() -> None:
    loaded = levels_of({"dow": closes(d0215=100, d0216=90)}, dow={"kind": "benchmark", "currency": "USD", "name_en": "Dow"})
    row = moves_of(with_levels(loaded, tables(move("abroad", "2024-02-16", -7)))).iloc[0]
    assert (row["benchmark_id"], row["benchmark_en"], row["benchmark_move_pct"]) == ("dow", "Dow", pytest.approx(-10.0))


# The list ---------------------------------------------------------------------------------------


def test_those_with_a_benchmark_are_listed_first_then_the_largest_and_benchmarks_never() -> None:
    stated = [move("abroad", f"2024-03-{n:02}", n) for n in range(1, 20)]
    frame = moves_of(tables(*WINDOW, move("broad", "2024-03-05", -60), *stated))
    listed = frame[frame["list_place"].notna()].sort_values("list_place")
    assert len(listed) == markets.LISTED
    assert list(listed["series_id"])[:3] == ["story", "trade", "abroad"]
    assert list(listed["move_pct"])[2:5] == [19, 18, 17]
    alone = moves_of(tables(move("broad", "2024-03-05", -60)))
    assert list(alone["list_place"]) == [1]


def test_with_an_event_the_nearest_are_listed() -> None:
    stated = [move("abroad", f"2024-{n:02}-08", n) for n in range(1, 13)]
    event = {"event_id": "EV007", "date": "2024-06-07", "title_en": "Shown", "title_zh": "亮相", "kind": "product", "sectors": "cross"}
    opened = tables_from(index_moves=[*WINDOW, *stated, *stated], series=SERIES, events=[event])
    frame = moves_of(opened, Filters(event="EV007"))
    listed = frame.sort_values("list_place")
    assert set(listed["window_end"].iloc[:2]) == {pd.Timestamp("2024-06-08")}
    assert set(frame["short_title_en"]) == {"Shown"}
    figure = CHART["stated-moves"].figure(frame, Words("zh"))
    assert any("亮相" in a.text for a in figure.layout.annotations)
    unknown = moves_of(opened, Filters(event="EV999"))
    pd.testing.assert_frame_equal(unknown, moves_of(opened))


def test_the_finding_of_an_event_names_a_move_near_it() -> None:
    event = {"event_id": "EV007", "date": "2025-06-07", "title_en": "Shown", "title_zh": "亮相", "kind": "product", "sectors": "cross"}
    stated = [move("abroad", f"2025-06-{n:02}", n) for n in range(1, 15)]
    opened = tables_from(index_moves=[*WINDOW, *stated], series=SERIES, events=[event])
    said = CHART["stated-moves"].finding(moves_of(opened, Filters(event="EV007")), Words("en"))
    assert said == "Abroad share +7%, 7 Jun 2025, with no benchmark for this window; a benchmark is known for 2 of 16 moves"
    opened = tables_from(index_moves=[*WINDOW, *stated, move("trade", "2025-06-09", 3)], series=SERIES, events=[event])
    assert CHART["stated-moves"].finding(moves_of(opened, Filters(event="EV007")), Words("en")).startswith("Trade index +3%, 9 Jun 2025")


@pytest.mark.parametrize(
    ("note", "part"), [("midday figure, not close", "midday"), ("morning session", "morning"), ("10:03 quote", "morning"), ("", "intraday")]
)
def test_when_a_figure_was_read_is_said_and_shaped(note: str, part: str) -> None:
    frame = moves_of(
        tables(move("story", "2024-02-20", 5, "pct_change_intraday", notes_en=note, confidence="low"), move("story", "2024-02-21", 5))
    )
    assert sorted(frame["day_part"].dropna()) == [part]
    figure = CHART["stated-moves"].figure(frame, Words("en"))
    words = {"midday": "midday", "morning": "morning", "intraday": "within the day"}[part]
    assert any(f"{words}, low confidence" in a.text for a in figure.layout.annotations)
    symbols = {s for trace in figure.data if trace.hovertext for s in trace.marker.symbol}
    assert symbols == {"diamond", "diamond-open-dot"}
    hollow = {"kind": "sector_index", "confidence": "high", "measure": "pct_change_intraday"}
    assert symbol_of(hollow) == "circle-open"


def test_the_sora_index_is_marks_and_a_move_never_a_line() -> None:
    frame = moves_of(open_tables())
    assert len(frame[(frame["series_id"] == "ths-sora-concept") & frame["is_computed"]]) == 1
    figure = CHART["stated-moves"].figure(frame, Words("en"))
    assert all(trace.mode != "lines" for trace in figure.data if trace.hovertext)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_very_many_moves_are_a_few_marks_and_a_shading(lang: str) -> None:
    frame = moves_of(open_tables())
    many = pd.concat([frame] * 40, ignore_index=True)
    many.loc[len(frame) :, "list_place"] = pd.NA
    figure = CHART["stated-moves"].figure(many, Words(lang))
    assert sum(len(trace.x) for trace in figure.data if trace.type == "scatter") < 1500
    assert [trace.type for trace in figure.data].count("heatmap") == 1
    assert CHART["stated-moves"].height(many) == CHART["stated-moves"].height(frame) < 1200


# Headline moves ---------------------------------------------------------------------------------


def headline(opened: Tables, filters: Filters = ALL) -> pd.DataFrame:
    return markets.headline_moves(markets.headline_moves_rows(opened, filters), filters)


def test_headline_prefers_concept_indices_then_figures_to_bounds_then_the_nearest_window() -> None:
    bound = window("rumour", "2024-02-19", "2024-02-22", 19, value_qualifier="at_least")
    found = headline(tables(*WINDOW, bound))
    assert list(found["sector"]) == ["film", "short_drama", "games", "cross"]
    assert list(found["series_id"]) == ["story", "story", "story", "trade"]
    # Without the two levels, the bound is what is left of the concept indices.
    assert set(headline(tables(*WINDOW[4:], bound))["series_id"]) == {"rumour"}
    # A sector without a comparable window has no row, and a share is never taken.
    assert headline(tables(*WINDOW), Filters(sectors=("advertising",), cross=False)).empty
    assert headline(tables(*WINDOW[4:], window("abroad", "2024-02-19", "2024-02-22", 50))).empty


def test_headline_of_the_shipped_tables_is_the_newspapers_window() -> None:
    found = headline(open_tables()).set_index("sector")
    for sector in ("film", "short_drama", "games"):
        row = found.loc[sector]
        assert row["series_id"] == "ths-sora-concept"
        assert (round(row["move_pct"], 2), round(row["benchmark_move_pct"], 1)) == (46.13, 3.9)
    theme = moves_of(open_tables()).set_index("mark_id").loc["csi-ai-theme:2024-02-20:2024-03-22"]
    assert round(theme["move_pct"], 1) == 14.1


# Events -----------------------------------------------------------------------------------------

EVENTS: list[dict[str, Any]] = [
    {
        "event_id": "EV001",
        "date": "2024-02-15",
        "title_en": "Model shown",
        "title_zh": "模型发布",
        "kind": "model_release",
        "sectors": FILM,
        "is_headline": True,
    },
    {
        "event_id": "EV002",
        "date": "2024-02",
        "title_en": "Strike <b>",
        "title_zh": "罢工",
        "kind": "labour",
        "sectors": "games;cross",
        "is_headline": False,
    },
    {
        "event_id": "EV003",
        "date": "2023",
        "title_en": "Law",
        "title_zh": "法规",
        "kind": "regulation",
        "sectors": "cross",
        "is_headline": False,
    },
]


def events_of(filters: Filters = ALL) -> pd.DataFrame:
    opened = tables_from(events=EVENTS)
    return markets.events_timeline(markets.events_timeline_rows(opened, filters), filters)


def test_events_take_the_first_chosen_sector_and_stand_in_the_middle_of_what_is_known() -> None:
    frame = events_of().set_index("event_id")
    assert frame["sector"].to_dict() == {"EV001": "film", "EV002": "games", "EV003": "cross"}
    assert frame.loc["EV002", "date_mid"] == pd.Timestamp("2024-02-15")  # 1 February + 28 // 2 days
    assert frame.loc["EV003", "date_start"] == pd.Timestamp("2023-01-01")
    chosen = events_of(Filters(sectors=("games",))).set_index("event_id")
    assert chosen["sector"].to_dict() == {"EV001": "games", "EV002": "games", "EV003": "cross"}
    assert list(events_of(Filters(sectors=("games",), cross=False))["event_id"]) == ["EV001", "EV002"]


def test_text_of_an_event_is_never_markup() -> None:
    drawn = CHART["events-timeline"].figure(events_of(), Words("en"))
    hovers = [text for trace in drawn.data for text in (trace.hovertext or ())]
    assert any("Strike &lt;b&gt;" in text for text in hovers)
    assert not any("Strike <b>" in text for text in hovers)


# Figures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("slug", ["stated-moves", "events-timeline"])
@pytest.mark.parametrize("given", ["nothing", "one", "shipped"])
def test_figures_draw_and_every_mark_leads_to_its_row(slug: str, given: str, lang: str) -> None:
    one = tables_from(index_moves=[move("story", "2024-02-20", 5)], series=SERIES, events=EVENTS[:1])
    opened = {"nothing": tables_from(), "one": one, "shipped": open_tables()}[given]
    chart = CHART[slug]
    frame = chart.frame(chart.rows(opened, ALL), ALL)
    drawn = chart.figure(frame, Words(lang))
    assert chart.height(frame) > 0
    assert chart.finding(frame, Words(lang))
    for trace in drawn.data:
        assert len(trace.customdata) == len(trace.x)
        assert {int(data[0]) for data in trace.customdata} <= set(frame.index)
    if given == "nothing":
        assert chart.finding(frame, Words(lang)) == Words(lang).t("charts.empty")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_finding_of_the_moves_says_what_the_rows_carry(lang: str) -> None:
    finding = CHART["stated-moves"].finding
    compared = finding(moves_of(tables(*WINDOW)), Words(lang))
    assert "+46.1%" in compared
    assert "+3.9%" in compared
    alone = finding(moves_of(tables(window("story", "2024-03-05", "2024-03-22", 8))), Words(lang))
    assert "+8%" in alone
    bound = finding(moves_of(tables(move("story", "2024-03-05", 12, value_qualifier="at_least"))), Words(lang))
    assert "≥ +12%" in bound
    assert "+46.1%" not in alone


@pytest.mark.parametrize(
    ("value", "qualifier", "said"),
    [
        (19, "at_least", "≥ 15.4 pp ahead"),  # at least +19% is at least 19 - 3.6 ahead
        (1, "at_least", "≤ 2.6 pp behind"),  # at least +1% is at most 3.6 - 1 behind
        (1, "at_most", "≥ 2.6 pp behind"),
        (-5, "at_least", "≥ 8.6 pp behind"),  # a fall of at least 5%
        (19, "exact", "+3.6%, 15.4 pp ahead"),
    ],
)
def test_a_bound_of_a_move_bounds_its_difference(value: float, qualifier: str, said: str) -> None:
    frame = moves_of(tables(*WINDOW[4:], window("story", "2024-02-19", "2024-02-22", value, value_qualifier=qualifier)))
    labels = [a.text for a in CHART["stated-moves"].figure(frame, Words("en")).layout.annotations]
    assert any(said in text for text in labels)


@pytest.mark.parametrize("filters", [ALL, Filters(sectors=("film",), since="2024")])
def test_the_same_marks_come_out_of_duckdb(filters: Filters) -> None:
    duckdb = pytest.importorskip("duckdb")
    shipped, connection = open_tables(), duckdb.connect()
    carried = Tables(shipped.folder, shipped.version, lambda name: connection.sql(f"select * from '{shipped.folder}/{name}.parquet'"))
    here, there = moves_of(shipped, filters), moves_of(carried, filters)
    for column in ("mark_id", "window_end", "source_ids"):
        assert list(here[column]) == list(there[column])
    for column in ("move_pct", "benchmark_move_pct", "difference_pct"):
        assert here[column].fillna(-999).tolist() == pytest.approx(there[column].fillna(-999).tolist())
