"""What lies around one event, and what lies around a round or after a statement. Every row here is invented."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.figures import around as figures
from components.figures.around_words import move_words
from components.figures.money import money_words
from components.figures.room import beside
from components.words import Words
from data.filters import Filters
from data.frames import around, backwards, debate
from data.frames.common import collected
from data.tables import Tables, open_tables
from tests.factory import tables_from
from tests.loaded import levels_of

#: A Friday, and a month; seven days on each side unless said otherwise.
EVENT = {"event_id": "EV001", "date": "2024-03-15", "title_en": "It happened", "title_zh": "事发", "kind": "product", "sectors": "film"}
MONTH = EVENT | {"event_id": "EV002", "date": "2024-03"}
WEEK = Filters(event="EV001", around="7")
ENTITIES = [
    {"entity_id": "small-video", "kind": "company", "company_kind": "video_model", "name_en": "Small Video", "name_zh": "小视频"},
    {"entity_id": "big-model", "kind": "company", "company_kind": "general_model", "name_en": "Big Model", "name_zh": "大模型"},
]
SERIES = [
    {"series_id": "story", "name_en": "Story", "name_zh": "题材", "kind": "concept_index", "currency": "CNY", "benchmark_id": "broad"},
    {"series_id": "share", "name_en": "Share", "name_zh": "个股", "kind": "stock", "currency": "CNY", "benchmark_id": "broad"},
    {"series_id": "broad", "name_en": "Broad", "name_zh": "宽基", "kind": "benchmark", "currency": "CNY"},
]


def voice(day: str, stance: str = "neutral", **more: Any) -> dict[str, Any]:
    return {"stance": stance, "sectors": "film", "theme": "jobs_skills", "said_date": day, "is_date_inferred": False} | more


def round_(day: str, usd: float | None = None, **more: Any) -> dict[str, Any]:
    money = {"amount_qualifier": "undisclosed"}
    if usd is not None:
        money = {"amount_qualifier": "exact", "amount_usd_m": usd, "amount_original": usd * 1e6, "currency": "USD"}  # type: ignore[dict-item]
    about = {"company_id": "small-video", "announced_date": day, "is_date_inferred": False, "stage": "seed", "status": "closed"}
    return about | {"sectors": "film"} | money | more


def happening(day: str, **more: Any) -> dict[str, Any]:
    return {"date": day, "title_en": "Other", "title_zh": "他事", "kind": "deal", "sectors": "film"} | more


def level(series: str, day: str, value: float, **more: Any) -> dict[str, Any]:
    row = {"series_id": series, "sectors": "cross" if series == "broad" else "film", "date": day, "measure": "close", "value": value}
    return row | {"unit": "points", "value_qualifier": "exact", "confidence": "high"} | more


def move(series: str, day: str, value: float, measure: str = "pct_change_day", **more: Any) -> dict[str, Any]:
    return level(series, day, value) | {"measure": measure, "unit": "percent"} | more


def made(
    opinions: list[Any] | None = None, rounds: list[Any] | None = None, moves: list[Any] | None = None, events: list[Any] | None = None
) -> Tables:
    """Tables of these rows beside EVENT; every opinion of a speaker of its own unless it says otherwise."""
    said = [{"opinion_id": f"O{i:04}", "speaker_id": f"speaker-{i}"} | row for i, row in enumerate(opinions or [], start=1)]
    raised = [{"round_id": f"FR{i:03}"} | row for i, row in enumerate(rounds or [], start=1)]
    others = [{"event_id": f"EV{i:03}"} | row for i, row in enumerate(events or [], start=100)]
    moved = [{"move_id": f"IM{i:03}"} | row for i, row in enumerate(moves or [], start=1)]
    return tables_from(opinions=said, funding_rounds=raised, index_moves=moved, events=[EVENT, *others], entities=ENTITIES, series=SERIES)


def frame_of(tables: Tables, filters: Filters = WEEK) -> pd.DataFrame:
    return around.event_around(around.event_around_rows(tables, filters), filters)


def sides(tables: Tables, filters: Filters = WEEK) -> dict[str, str]:
    """The side of each mark in the film panel."""
    frame = frame_of(tables, filters)
    return dict(zip(frame["mark_id"], frame["event_side"], strict=True))


# Sides -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "side"),
    [
        ("2024-03-07", None),
        ("2024-03-08", "before"),
        ("2024-03-14", "before"),
        ("2024-03-15", "over"),
        ("2024-03-16", "after"),
        ("2024-03-22", "after"),
        ("2024-03-23", None),
        ("2024-03", "over"),
        ("2024", "over"),
        ("2024-02", None),
    ],
)
def test_the_side_of_a_date(printed: str, side: str | None) -> None:
    found = sides(made([voice(printed)], [round_(printed)], events=[happening(printed)]))
    assert found == (dict.fromkeys(("EV100", "O0001", "FR001"), side) if side else {})


def test_a_month_beside_the_event_reaches_over_the_edge() -> None:
    assert sides(made([voice("2024-02"), voice("2024-04")]), Filters(event="EV001", around="30")) == {"O0001": "edge", "O0002": "edge"}
    wide = Filters(event="EV001", around="90")
    assert sides(made([voice("2024-02"), voice("2024-04")]), wide) == {"O0001": "before", "O0002": "after"}


def test_an_event_known_to_its_month_takes_the_whole_of_it() -> None:
    month = Filters(event="EV002", around="7")
    dates = ("2024-02-22", "2024-02-23", "2024-03-01", "2024-03-31", "2024-04-07", "2024-04-08")
    found = sides(made([voice(d) for d in dates], events=[MONTH]), month)
    assert found == {"EV001": "over", "O0002": "before", "O0003": "over", "O0004": "over", "O0005": "after"}
    frame = frame_of(made([voice("2024-04-07")], events=[MONTH]), month)
    said = frame[frame["table"] == "opinions"].iloc[0]
    assert (said["event_days"], said["days_from_event"], said["window_days"]) == (31, 37, 7)


@settings(max_examples=40)
@given(
    start=st.dates(date(2023, 12, 1), date(2024, 6, 30)),
    days=st.integers(0, 120),
    around_days=st.sampled_from((7, 30, 90)),
    event=st.sampled_from(("2024-03-15", "2024-03", "2024")),
)
def test_sides_are_those_of_before_and_after(start: date, days: int, around_days: int, event: str) -> None:
    ends = start + timedelta(days=days)
    rows = pd.DataFrame({"date_start": pd.to_datetime([start]), "date_end": pd.to_datetime([ends])})
    before_after = collected(nw.from_native(rows).lazy().with_columns(side=debate._side(*debate.windows(event, around_days))))["side"]
    [side] = around.placed(rows["date_start"], rows["date_end"], event, around_days)
    expected = before_after.iloc[0]
    assert (side in ("over", "edge")) if expected == "left_out" else (side == expected or (pd.isna(side) and pd.isna(expected)))


# Which records -----------------------------------------------------------------------------------


def test_a_record_of_several_sectors_stands_in_each_that_is_shown() -> None:
    tables = made([voice("2024-03-10", sectors="film;games;cross")])
    assert list(frame_of(tables)["sector"]) == ["film", "games", "cross"]
    assert list(frame_of(tables, Filters(("games",), False, event="EV001", around="7"))["sector"]) == ["games"]


def test_the_event_itself_is_no_other_event_and_filters_apply() -> None:
    tables = made([voice("2024-03-10"), voice("2024-03-10", role="union")], events=[happening("2024-03-15")])
    assert set(sides(tables)) == {"EV100", "O0001", "O0002"}
    assert set(sides(tables, Filters(event="EV001", around="7", role=("union",)))) == {"EV100", "O0002"}
    assert set(sides(tables, Filters(event="EV001", around="7", kind=("legal",)))) == {"O0001", "O0002"}


def test_each_speaker_once_on_each_side() -> None:
    own = {"speaker_id": "one"}
    tables = made([voice("2024-03-09", **own), voice("2024-03-11", **own), voice("2024-03-20", **own)])
    assert sides(tables, Filters(event="EV001", around="7", voices="speakers")) == {"O0002": "before", "O0003": "after"}


def test_without_such_an_event_there_is_nothing_and_the_columns_stay() -> None:
    tables = made([voice("2024-03-10")])
    empty, full = frame_of(tables, Filters(event="EV999")), frame_of(tables)
    assert empty.empty
    assert (empty.dtypes == full.dtypes).all()
    assert around.event_of(tables, "EV999") is None


def test_the_first_event_is_that_of_before_and_after() -> None:
    frame = frame_of(open_tables(), Filters())
    assert set(frame["event_id"]) == {debate.FIRST_EVENT}


# Moves -------------------------------------------------------------------------------------------


def moves_of(*moves: dict[str, Any], filters: Filters = WEEK) -> dict[str, dict[str, Any]]:
    frame = frame_of(made(moves=list(moves)), filters)
    return {row["mark_id"]: row for row in frame[frame["table"] == "index_moves"].to_dict("records")}


def test_a_move_stands_on_a_side_when_all_of_its_days_do() -> None:
    window = {"measure": "pct_change_window", "value": 3.0}
    found = moves_of(
        move("story", "2024-03-14", 1.0),
        move("story", "2024-03-15", 1.5),
        move("story", "2024-03-18", 2.0),
        move("story", "2024-03-21", **window, window_start="2024-03-18"),
        move("story", "2024-03-20", **window, window_start="2024-03-14"),
        move("story", "2024-03-29", **window, window_start="2024-03-18"),
        move("story", "2024-03-20", **window),
        move("story", "2024-03-12", **window),
        move("story", "2024-12-31", **window, window_start="2024-01-01"),
        move("story", "2024-03-25", 9.0),
    )
    expected = {"IM001": "before", "IM002": "over", "IM003": "after", "IM004": "after", "IM005": "over", "IM006": "edge"}
    expected |= {"IM007": "over", "IM008": "before", "IM009": "over"}
    assert {mark: row["event_side"] for mark, row in found.items()} == expected
    assert found["IM004"]["days_start"] == 3
    assert found["IM004"]["days_from_event"] == found["IM004"]["days_end"] == 6


def test_a_benchmark_stands_beside_a_move_only_where_both_closes_are_known() -> None:
    found = moves_of(
        move("story", "2024-03-18", 5.0),
        move("story", "2024-03-20", 5.0),
        level("broad", "2024-03-15", 1000.0),
        level("broad", "2024-03-18", 1020.0),
    )
    assert found["IM001"]["benchmark_move_pct"] == pytest.approx(2.0)
    assert found["IM001"]["difference_pct"] == pytest.approx(3.0)
    assert pd.isna(found["IM002"]["benchmark_move_pct"])
    [across] = [row for mark, row in found.items() if mark.startswith("since:")]
    assert (across["sector"], across["event_side"], across["move_pct"]) == ("cross", "over", pytest.approx(2.0))


def test_stated_levels_move_from_the_last_before_the_event_to_the_last_in_the_window() -> None:
    days = {"2024-03-11": 100.0, "2024-03-14": 110.0, "2024-03-18": 121.0, "2024-03-21": 99.0, "2024-04-30": 500.0}
    closes = {"2024-03-14": 1000.0, "2024-03-21": 1100.0}
    found = moves_of(*(level("share", d, v) for d, v in days.items()), *(level("broad", d, v) for d, v in closes.items()))
    own = found["since:IM004"]
    assert (own["move_pct"], own["benchmark_move_pct"]) == (pytest.approx(-10.0), pytest.approx(10.0))
    assert (own["is_computed"], own["event_side"], own["days_start"], own["days_end"]) == (True, "over", -1, 6)
    assert set(found) == {"since:IM004", "since:IM007"}
    said = move_words(own, Words("en"))
    assert said == "Share −10%, from the close of 14 Mar 2024 to that of 21 Mar 2024 (Broad +10%, difference −20 points)"
    assert move_words(own, Words("zh")) == "个股 −10%（2024年3月14日收盘至2024年3月21日收盘；宽基 +10%，相差−20个百分点）"


def test_bounds_part_day_readings_and_low_confidence_are_said() -> None:
    found = moves_of(
        move("share", "2024-03-19", 4.0, "pct_change_intraday"),
        move("share", "2024-03-20", 6.0, value_qualifier="at_least", confidence="low"),
    )
    said = [move_words(row, Words("en")) for row in found.values()]
    assert said == ["Share +4%, on 19 Mar 2024 (a reading during the day)", "Share at least +6%, on 20 Mar 2024 (low confidence)"]


def test_moves_are_named_by_kind_then_nearness_those_beyond_the_window_last() -> None:
    tables = made(
        moves=[
            move("broad", "2024-03-18", 1.0, sectors="film"),
            move("share", "2024-03-18", 1.0),
            move("story", "2024-03-21", 1.0),
            move("story", "2024-03-14", 1.0),
            move("story", "2024-12-31", 1.0, "pct_change_window", window_start="2024-01-01"),
        ]
    )
    assert list(around.moves_in_order(frame_of(tables))["mark_id"]) == ["IM004", "IM003", "IM002", "IM001", "IM005"]


# Money and voices of a sector --------------------------------------------------------------------


def test_every_kind_of_round_is_counted_as_what_it_is() -> None:
    yuan = {"amount_qualifier": "exact", "amount_original": 3e7, "currency": "CNY"}
    tables = made(
        rounds=[
            round_("2024-03-10", 10),
            round_("2024-03-10", 20, amount_qualifier="about"),
            round_("2024-03-11", 5, amount_qualifier="at_least"),
            round_("2024-03-11", 100, amount_qualifier="up_to"),
            round_("2024-03-12"),
            round_("2024-03-12", **yuan),
            round_("2024-03-13", 7, status="cancelled"),
            round_("2024-03-13", 4, part_of="FR001"),
            round_("2024-03-13", 900, company_id="big-model"),
            round_("2024-03-19", 8),
            round_("2024-03-15", 3),
        ]
    )
    money = around.money_by_side(frame_of(tables))
    assert list(money) == ["before", "over", "after"]
    assert list(money["before"]) == ["sector_company", "general_model"]
    own = money["before"]["sector_company"]
    assert (own["known_usd_m"], own["lower_bound_usd_m"], own["up_to_usd_m"]) == (35, 5, 100)
    counts = {name: int(own[f"n_{name}"]) for name in ("rounds", "known", "up_to", "undisclosed", "other_currency", "part_of", "cancelled")}
    assert counts == {"rounds": 6, "known": 3, "up_to": 1, "undisclosed": 1, "other_currency": 1, "part_of": 1, "cancelled": 1}
    assert money["before"]["general_model"]["known_usd_m"] == 900
    assert money["after"]["sector_company"]["known_usd_m"] == 8
    assert money["over"]["sector_company"]["known_usd_m"] == 3
    assert "≥ US$35m known in 3 rounds" in money_words(own, Words("en"))
    assert set(around.money_by_side(frame_of(tables, Filters(event="EV001", around="7", general="with")))["before"]) == {"all_companies"}


def test_voices_are_counted_by_side_and_by_how_they_lean() -> None:
    tables = made([voice("2024-03-10", "positive"), voice("2024-03-10", "strongly_negative"), voice("2024-03-18"), voice("2024-03")])
    counts = around.voices_by_side(frame_of(tables))
    assert counts["before"] == {"n": 2, "n_positive": 1, "n_neutral": 0, "n_negative": 1}
    assert counts["after"] == {"n": 1, "n_positive": 0, "n_neutral": 1, "n_negative": 0}
    assert (counts["over"]["n"], counts["edge"]["n"]) == (1, 0)


def test_the_headlines_before_and_after_an_event() -> None:
    headline = {"is_headline": True, "short_title_en": "x", "short_title_zh": "x"}
    tables = made(events=[happening("2024-01-05", **headline), happening("2024-03-01"), happening("2024-05-05", **headline)])
    event = around.event_of(tables, "EV001")
    assert event is not None
    before, after = around.neighbours(tables, event)
    assert before is not None
    assert after is not None
    assert (before["event_id"], after["event_id"]) == ("EV100", "EV102")
    first, second = around.neighbours(tables, before)
    assert first is None
    assert second is not None
    assert second["event_id"] == "EV102"


# Loaded series -----------------------------------------------------------------------------------


def closes(days: dict[str, float]) -> pd.DataFrame:
    return pd.DataFrame({"date": pd.to_datetime(list(days)), "close": list(days.values())})


def loaded(**more: Any) -> Tables:
    """An index and its benchmark on the sessions that the moves are made of; the event's Friday was a session."""
    own = {"2024-03-07": 100.0, "2024-03-14": 110.0, "2024-03-15": 120.0, "2024-03-22": 99.0, "2024-03-25": 1.0}
    broad = {"2024-03-07": 1000.0, "2024-03-14": 1010.0, "2024-03-21": 1111.0}
    frames = {"own-index": closes(own), "own-broad": closes(broad)}
    kinds = {"own_index": {"benchmark": "own-broad"}, "own_broad": {"kind": "benchmark", "sectors": ("cross",)}}
    base = made(**more)
    return Tables(base.folder, base.version, base.native, levels=levels_of(frames, **kinds))


def test_a_loaded_series_moves_up_to_the_event_and_from_it() -> None:
    found, left_out = around.loaded_moves(loaded(), "2024-03-15", 7, lambda own: "film" in own)
    rows = found.set_index("event_side").to_dict("index")
    assert left_out == 0
    assert list(rows) == ["before", "after"]
    assert rows["before"]["move_pct"] == pytest.approx(10.0)
    assert rows["before"]["benchmark_move_pct"] == pytest.approx(1.0)
    assert rows["before"]["difference_pct"] == pytest.approx(9.0)
    assert (rows["after"]["base_date"], rows["after"]["window_end"]) == (pd.Timestamp("2024-03-14"), pd.Timestamp("2024-03-22"))
    assert rows["after"]["move_pct"] == pytest.approx(-10.0)
    assert pd.isna(rows["after"]["benchmark_move_pct"]), "the benchmark has no close on the same day"


def test_nothing_is_said_where_closes_are_far_or_the_sector_is_another() -> None:
    assert around.loaded_moves(loaded(), "2024-03-15", 7, lambda own: "games" in own)[0].empty
    assert around.loaded_moves(loaded(), "2023-03-15", 7, lambda own: "film" in own)[0].empty
    none, full = (around.loaded_moves(t, "2024-03-15", 7, lambda own: "film" in own)[0] for t in (made(), loaded()))
    assert (none.dtypes == full.dtypes).all()


def test_no_more_series_are_read_than_a_page_needs() -> None:
    days = closes({"2024-03-07": 100.0, "2024-03-14": 110.0, "2024-03-22": 99.0})
    base = made()
    many = Tables(base.folder, base.version, base.native, levels=levels_of({f"index-{i:02}": days for i in range(20)}))
    found, left_out = around.loaded_moves(many, "2024-03-15", 7, lambda own: True)
    assert (found["series_id"].nunique(), left_out) == (around.SERIES_READ, 20 - around.SERIES_READ)


# Whatever the rows -------------------------------------------------------------------------------

DAYS = st.sampled_from(("2024-03-01", "2024-03-08", "2024-03-15", "2024-03-16", "2024-03-20", "2024-03-30", "2024-03", "2024-02", "2024"))
SECTOR = st.sampled_from(("film", "games", "film;games", "cross"))


@settings(max_examples=12)
@given(
    said=st.lists(st.tuples(DAYS, st.sampled_from(("neutral", "positive", "strongly_negative")), SECTOR), max_size=6),
    raised=st.lists(st.tuples(DAYS, st.sampled_from((None, 1.0, 50.0)), SECTOR), max_size=4),
    around_days=st.sampled_from(("7", "30")),
)
def test_every_touching_record_stands_once_in_each_of_its_sectors(said: list[Any], raised: list[Any], around_days: str) -> None:
    tables = made([voice(d, s, sectors=w) for d, s, w in said], [round_(d, usd, sectors=w) for d, usd, w in raised])
    filters = Filters(event="EV001", around=around_days)
    frame = frame_of(tables, filters)
    assert not frame.duplicated(["sector", "table", "mark_id"]).any()
    assert frame["event_side"].isin(around.EVENT_SIDES).all()
    low, high = -int(around_days), int(around_days)
    assert ((frame["days_end"] >= low) & (frame["days_start"] <= high)).all()
    inside = frame[frame["event_side"].isin(("before", "after"))]
    assert ((inside["days_start"] >= low) & (inside["days_end"] <= high) & (inside["days_from_event"] != 0)).all()
    for sector in ("film", "games", "cross"):
        part = frame[frame["sector"] == sector]
        counts = around.voices_by_side(part)
        assert sum(c["n"] for c in counts.values()) == (part["table"] == "opinions").sum()
        assert all(c["n"] == c["n_positive"] + c["n_neutral"] + c["n_negative"] for c in counts.values())


def test_duckdb_gives_the_same_frame() -> None:
    shipped, connection = open_tables(), duckdb.connect()
    carried = Tables(shipped.folder, shipped.version, lambda name: connection.from_df(shipped.native(name)))
    filters = Filters(("film", "short_drama"), event="EV017")
    pd.testing.assert_frame_equal(frame_of(carried, filters), frame_of(shipped, filters))


# The figure --------------------------------------------------------------------------------------


def test_very_many_voices_become_bars_and_the_figure_no_taller() -> None:
    few = frame_of(made([voice("2024-03-10", "positive"), voice("2024-03-20", "negative")]))
    many = pd.concat([few] * 900, ignore_index=True).assign(mark_id=[f"O{i}" for i in range(1800)])
    drawn = figures.event_around(many, Words("en"))
    bars = [t for t in drawn.data if t.type == "bar"]
    assert sum(len(b.x) for b in bars) == 2
    assert "900 voices: positive" in bars[-1].hovertext[0]
    assert figures.event_around_height(many) < figures.event_around_height(few) + 150


def test_texts_cover_neither_marks_nor_one_another() -> None:
    spots = {0: (100.0, 0.0), 1: (104.0, 0.0), 2: (240.0, 0.0)}
    kept = beside(spots, [(200.0, 232.0, 0.0)], {0: "+1.0%", 1: "+2.0%", 2: "+3.0%"})
    assert kept == {0: "middle left", 1: "middle right"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_finding_counts_each_record_once(lang: str) -> None:
    tables = made([voice("2024-03-10", sectors="film;games"), voice("2024-03")], [round_("2024-03-20", 3)])
    expected = {
        "en": "7 days before and after “It happened” (15 Mar 2024): 2 opinions, 1 round; 1 of all these stands on neither side",
        "zh": "“事发”（2024年3月15日）前后各7天：2条观点、1笔融资；其中1条不归任何一侧",
    }
    assert figures.event_around_finding(frame_of(tables), Words(lang)) == expected[lang]


# Reading backwards -------------------------------------------------------------------------------


def rounds_of(tables: Tables) -> pd.DataFrame:
    return collected(tables.frame("funding_rounds"))


def test_moves_around_a_round_are_those_of_its_sectors() -> None:
    tables = made(
        rounds=[round_("2024-03-15", 10), round_("2024-03", 10, sectors="games"), round_("2030-01-01", 1)],
        moves=[
            move("story", "2024-03-12", 1.0),
            move("story", "2024-03-18", 2.0),
            move("share", "2024-03-15", 3.0),
            move("broad", "2024-03-18", 4.0, sectors="film"),
            move("story", "2024-03-29", 5.0, sectors="games"),
            move("story", "2024-04-05", 6.0, sectors="games;film"),
        ],
    )
    found = backwards.moves_around_rounds(tables, rounds_of(tables).sort_values("round_id"), 7)
    placed = list(found[["round_id", "mark_id", "side"]].itertuples(index=False, name=None))
    film = [("FR001", "IM001", "before"), ("FR001", "IM003", "over"), ("FR001", "IM002", "after")]
    assert placed == [*film, ("FR002", "IM005", "over"), ("FR002", "IM006", "after")]
    assert list(found["days_end"][:3]) == [-3, 0, 3]


def test_people_of_the_company_and_only_they_stand_beside_its_rounds() -> None:
    own = {"organization_id": "small-video"}
    tables = made(
        [voice("2024-03-10", **own), voice("2024-03-20"), voice("2024-03-21", **own), voice("2024-05-01", **own)],
        [round_("2024-03-15", 10)],
    )
    found = backwards.opinions_around_rounds(tables, rounds_of(tables), "small-video", 7)
    assert list(found[["round_id", "opinion_id", "side"]].itertuples(index=False, name=None)) == [
        ("FR001", "O0001", "before"),
        ("FR001", "O0003", "after"),
    ]


def test_loaded_indices_stand_beside_rounds_and_benchmarks_do_not() -> None:
    tables = loaded(rounds=[round_("2024-03-15", 10), round_("2024-03-15", 10, sectors="cross")])
    found = backwards.loaded_around_rounds(tables, rounds_of(tables), 7)
    assert list(found["round_id"]) == ["FR001", "FR001"]
    assert set(found["series_id"]) == {"own-index"}
    assert backwards.loaded_around_rounds(made(rounds=[round_("2024-03-15")]), rounds_of(tables), 7).empty


def test_only_what_lies_wholly_after_a_statement_is_after_it() -> None:
    tables = made(
        [voice("2024-03-15"), voice("2024-03", "positive"), voice("2024-03-15", sectors="games")],
        moves=[
            move("story", "2024-03-14", 1.0),
            move("story", "2024-03-15", 2.0),
            move("story", "2024-03-18", 3.0),
            move("story", "2024-03-19", 4.0, "pct_change_window", window_start="2024-03-13"),
            move("story", "2024-03-29", 5.0, "pct_change_window", window_start="2024-03-18"),
            move("story", "2024-04-29", 6.0),
        ],
    )
    opinions = collected(tables.frame("opinions"))
    found = backwards.moves_after(tables, opinions, 7)
    assert list(found[["opinion_id", "mark_id", "side"]].itertuples(index=False, name=None)) == [
        ("O0001", "IM003", "after"),
        ("O0001", "IM004", "over"),
        ("O0001", "IM005", "edge"),
    ]
    assert list(backwards.is_placed(opinions.sort_values("opinion_id"))) == [True, False, True]


def test_without_anything_the_columns_stay() -> None:
    tables = made()
    nothing = rounds_of(tables)
    assert list(backwards.moves_around_rounds(tables, nothing, 30).columns) == list(backwards.AROUND_TYPES)
    assert list(backwards.moves_after(tables, collected(tables.frame("opinions")), 30).columns) == list(backwards.AFTER_TYPES)
    assert backwards.opinions_around_rounds(tables, nothing, "small-video", 30).empty
