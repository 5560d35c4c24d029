"""The event study on the markets page: frames against the mathematics itself, hand-worked stated moves, words, the section."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from components.charts import CHART
from components.said import headline
from components.study import day_lines, pooled_lines, refused_lines
from components.words import LANGUAGES, Words, catalogue
from data.catalog import dictionary
from data.event_study import MODELS, EventWindow, PooledWindows, pooled
from data.event_study import event_window as studied_event
from data.export import arrow_table
from data.filters import Filters
from data.frames import event_studies as studies
from data.frames import studied
from data.loaded import Loaded
from data.tables import Tables, open_tables
from tests.factory import tables_from
from tests.files import chart_file
from tests.levels import TRIALS
from tests.loaded import levels_of, two_series, walk, with_levels
from tests.test_charts import UNSAID, positions, texts
from tests.test_frames_markets import SERIES, level, move, window
from tests.test_plain import shown as as_shown

REAL = open_tables()
LOADED = two_series()
MADE = Filters(series=("made-index",))
NUMBERS = ["abnormal_return_pct", "abnormal_se_pct", "abnormal_p", "car_pct", "car_low_pct", "car_high_pct", "car_t", "car_rank_p"]


def single(tables: Tables, filters: Filters = MADE) -> pd.DataFrame:
    return studies.event_window(studies.event_window_rows(tables, filters), filters)


def together(tables: Tables, filters: Filters = MADE) -> pd.DataFrame:
    return studies.event_pooled(studies.event_pooled_rows(tables, filters), filters)


def part(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame[frame["study_part"] == name].reset_index(drop=True)


def closes(tables: Tables, code: str) -> pd.DataFrame:
    """All that is stored of a series, not only what a chart reads."""
    return tables.levels.read(code).to_pandas()


def event(number: int, date: str, **more: Any) -> dict[str, Any]:
    about = {"event_id": f"EV{number:03}", "date": date, "title_en": f"Event {number}", "title_zh": f"事件{number}", "kind": "product"}
    return about | {"sectors": "film", "is_headline": True} | more


def beside(levels: Loaded, **rows: list[dict[str, Any]]) -> Tables:
    return with_levels(levels, tables_from(**rows))


# Which series, against what, over which days ------------------------------------------------------


def loaded_of(**kinds: tuple[str, str, str]) -> Loaded:
    """Series named with their kind, sector and currency."""
    frames = {name.replace("_", "-"): walk(number, days=5) for number, name in enumerate(kinds)}
    return levels_of(frames, **{n: {"kind": k, "sectors": (s,), "currency": c} for n, (k, s, c) in kinds.items()})


SHELF = loaded_of(
    market=("benchmark", "cross", "CNY"),
    abroad=("benchmark", "cross", "USD"),
    story=("concept_index", "film", "CNY"),
    trade=("sector_index", "games", "CNY"),
    share=("stock", "film", "USD"),
    coin=("stock", "film", "HKD"),
)


@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        (Filters(), ["story", "trade", "coin", "share"]),  # benchmarks stand beside others
        (Filters(sectors=("film",), cross=False), ["story", "coin", "share"]),
        (Filters(sectors=("short_drama",)), ["abroad", "market"]),  # nothing but benchmarks bears on it
        (Filters(sectors=("short_drama",), cross=False), []),
        (Filters(kind=("stock",)), ["coin", "share"]),
        (Filters(kind=("labour",)), ["story", "trade", "coin", "share"]),  # a kind of events
        (Filters(series=("market", "nobody")), ["market"]),
        (Filters(series=("nobody",)), []),
    ],
)
def test_which_series_are_shown(filters: Filters, codes: list[str]) -> None:
    assert [s.code for s in studied.matching(SHELF, filters)] == codes


def test_no_more_series_than_can_be_told_apart() -> None:
    many = loaded_of(**{f"s{i}": ("stock", "film", "CNY") for i in range(9)})
    assert len(studied.matching(many, Filters())) == 9
    assert len(studied.shown(many, Filters())) == studied.MOST == 6


@pytest.mark.parametrize(
    ("code", "against", "found"),
    [("story", "", "market"), ("share", "", "abroad"), ("coin", "", None), ("coin", "market", "market"), ("story", "nobody", "market"),
     ("market", "market", None), ("market", "abroad", "abroad")],
)  # fmt: skip
def test_what_a_series_is_set_against(code: str, against: str, found: str | None) -> None:
    series = SHELF.find(code)
    assert series
    other = studied.benchmark_of(SHELF, series, Filters(against=against))
    assert (other.code if other else None) == found


@settings(max_examples=30)
@given(
    first=st.dates(pd.Timestamp("2015-01-01").date(), pd.Timestamp("2026-01-01").date()),
    before=st.integers(1, 400),
    after=st.integers(0, 300),
)
def test_what_is_read_holds_both_windows(first: Any, before: int, after: int) -> None:
    """Also in a year of 240 sessions with two holidays of two weeks."""
    start, end = studied.reach(first, first, (-5, after), (-before, -1))
    days = pd.bdate_range(start, end)
    open_days = days[~((days.month == 2) & (days.day <= 14)) & ~((days.month == 10) & (days.day <= 10))]
    assert (open_days < pd.Timestamp(first)).sum() > before
    assert (open_days > pd.Timestamp(first)).sum() > after


# One event, levels loaded -------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("windows", [("", ""), ("-1..1", ""), ("-10..30", "-90..-31"), ("0..0", "-60..-2")])
def test_the_frame_is_the_study_of_all_the_levels(model: str, windows: tuple[str, str]) -> None:
    filters = Filters(series=("made-index",), model=model, window=windows[0], estimation=windows[1])
    frame = part(single(LOADED, filters), "day")
    chosen = studied.windows_of(filters)
    found = studied_event(closes(LOADED, "made-index"), closes(LOADED, "made-market"), "2024-02-15", *chosen, model)
    assert isinstance(found, EventWindow)
    days = found.days.rename(columns={"date": "trading_date", "rank_p": "abnormal_rank_p"})
    assert list(frame["relative_day"]) == list(days["relative_day"])
    for column in NUMBERS:
        assert frame[column].to_numpy() == pytest.approx(days[column].to_numpy(), rel=1e-12, nan_ok=True)
    assert set(frame["n_estimation"]) == {found.n_estimation}
    for column, value in (("alpha_pct", found.alpha_pct), ("beta", found.beta), ("sigma_pct", found.sigma_pct)):
        assert frame[column].iloc[0] == pytest.approx(value, nan_ok=True)
    assert set(frame["return_model"]) == {model}
    assert frame["event_window"].iloc[0] == f"{chosen[0][0]}..{chosen[0][1]}"
    assert set(frame["study_basis"]) == {"loaded"}


def test_an_event_on_a_closed_day_counts_on_the_next_and_says_why() -> None:
    tables = beside(LOADED.levels, events=[event(1, "2024-02-17"), event(2, "2024-02-15")])  # a Saturday, a Thursday
    moved, own = (part(single(tables, Filters(event=e)), "day").iloc[0] for e in ("EV001", "EV002"))
    assert (moved["event_day_used"], moved["is_moved"], moved["moved_why"]) == (pd.Timestamp("2024-02-19"), True, "closed")
    assert (own["event_day_used"], own["is_moved"]) == (pd.Timestamp("2024-02-15"), False)
    assert pd.isna(own["moved_why"])


@pytest.mark.parametrize(("country", "currency", "date", "late"), [("US", "CNY", "2024-02-15", True), ("US", "USD", "2024-02-15", False),
                         ("CN", "CNY", "2024-02-15", False), ("US", "HKD", "2024-02-17", False), ("CA", "HKD", "2024-02-15", True)])  # fmt: skip
def test_american_news_may_reach_asia_a_day_later(country: str, currency: str, date: str, late: bool) -> None:
    levels = levels_of({"one": walk(3)}, one={"currency": currency})
    who = {"entity_id": "who", "name_en": "Who", "kind": "organization", "country": country}
    tables = beside(levels, events=[event(1, date, actor_ids="who")], entities=[who])
    frame = single(tables, Filters(event="EV001", model="mean_adjusted"))
    assert set(part(frame, "day")["may_reach_next_day"]) == {late}
    assert pd.isna(part(frame, "event")["may_reach_next_day"].iloc[0])


def test_what_else_is_dated_in_the_window() -> None:
    events = [
        event(1, "2024-02-15"),
        event(2, "2024-02-17", title_en="On a Saturday"),  # counts on Monday, day 2
        event(3, "2024-02-08"),  # day -5, the first
        event(4, "2024-02-07"),  # a day before the window
        event(5, "2024-03-14"),  # day 20, the last
        event(6, "2024-03"),  # known to the month: touches the window, has no day
        event(7, "2024"),  # says nothing of these days
        event(8, "2024-02-20", sectors="games"),
    ]
    said = {"speaker_id": "a", "sectors": "film", "stance": "neutral", "theme": "cost"}
    opinions = [said | {"said_date": d} for d in ("2024-02-08", "2024-03-14", "2024-03-15", "2024-02", "")]
    rounds = [{"company_id": "c", "sectors": "film", "announced_date": d} for d in ("2024-02-20", "2024-04-01")]
    tables = beside(LOADED.levels, events=events, opinions=opinions, funding_rounds=rounds)
    frame = single(tables, Filters(event="EV001", sectors=("film",), series=("made-index",), kind=("labour",), since="2030"))
    others = part(frame, "other_event").set_index("other_event_id")
    assert others["relative_day"].fillna(-99).to_dict() == {"EV002": 2, "EV003": -5, "EV005": 20, "EV006": -99}
    counts = frame[["n_other_events", "n_opinions_in_window", "n_rounds_in_window"]].iloc[0].tolist()
    assert counts == [4, 2, 1]
    assert (frame["window_first"].iloc[0], frame["window_last"].iloc[0]) == (pd.Timestamp("2024-02-08"), pd.Timestamp("2024-03-14"))
    whole = single(tables, Filters(event="EV001", series=("made-index",)))
    assert "EV008" in set(whole["other_event_id"])


def weekly() -> pd.DataFrame:
    return walk(5).iloc[::5]


def flat() -> pd.DataFrame:
    return walk(6).assign(close=100.0)


def late() -> pd.DataFrame:
    return walk(7, first="2024-01-02", days=300)


def ending() -> pd.DataFrame:
    return walk(8, days=300)  # to 26 February 2024


def with_hole() -> pd.DataFrame:
    whole = walk(9)
    return whole[(whole["date"] < "2024-02-16") | (whole["date"] > "2024-03-12")]


@pytest.mark.parametrize(
    ("own", "filters", "reason"),
    [
        (walk(4), {"estimation": "-60..-3"}, "windows_overlap"),
        (walk(4), {"event": "EV002"}, "event_day_unknown"),
        (walk(4), {"event": "EV003"}, "no_levels_in_window"),
        (weekly(), {}, "not_daily"),
        (flat(), {}, "no_variation"),
        (late(), {}, "too_few_estimation_days"),
        (ending(), {}, "window_incomplete"),
        (with_hole(), {}, "window_has_gap"),
    ],
)
def test_what_cannot_be_studied_says_why_and_what_it_takes(own: pd.DataFrame, filters: dict[str, str], reason: str) -> None:
    if reason == "not_daily":  # a weekly series has a month of sessions in half a year
        filters = {"window": "-2..2", "estimation": "-30..-3"}
    events = [event(1, "2024-02-15"), event(2, "2024-02"), event(3, "2031-01-07")]
    tables = beside(levels_of({"own": own}), events=events)
    chosen = Filters(**{"event": "EV001", "model": "mean_adjusted"} | filters)
    frame = single(tables, chosen)
    assert list(part(frame, "refused")["refusal"]) == [reason]
    assert part(frame, "day").empty
    for words in map(Words, LANGUAGES):
        [line] = refused_lines(frame, words)
        assert "own" in line
        assert not UNSAID.search(line)
        chart = CHART["event-window"]
        assert words.pick(part(frame, "event").iloc[0], "title") in chart.finding(frame, words)
        assert positions(chart.figure(frame, words)) is not None


def test_without_a_benchmark_only_the_own_mean_is_left() -> None:
    tables = beside(levels_of({"own": walk(4)}), events=[event(17, "2024-02-15")])
    assert list(part(single(tables, Filters()), "refused")["refusal"]) == ["no_benchmark"]
    assert len(part(single(tables, Filters(model="mean_adjusted")), "day")) == 26


def test_no_level_of_a_loaded_series_is_in_a_file() -> None:
    """Returns may be passed on, levels may not: neither as a column nor as a value."""
    stored = {round(v, 4) for code in ("made-index", "made-market") for v in closes(LOADED, code)["close"]}
    for slug in ("event-window", "event-pooled"):
        file = pd.read_csv(io.BytesIO(chart_file(CHART[slug], LOADED, MADE, "csv")))
        assert not {"close", "level", "value"} & set(file.columns)
        numbers = file.select_dtypes("number").to_numpy().ravel()
        assert not stored & {round(v, 4) for v in numbers[np.isfinite(numbers)]}
        assert {"return_model", "event_window", "estimation_window"} <= set(file.columns)


def test_frames_have_the_same_columns_loaded_stated_and_empty() -> None:
    for make, slug in ((single, "event-window"), (together, "event-pooled")):
        frames = [make(LOADED, MADE), make(REAL, Filters()), make(tables_from(), Filters())]
        schemas = [arrow_table(frame, CHART[slug].tables[0]).schema for frame in frames]
        assert schemas[0] == schemas[1] == schemas[2]
        for name in frames[0].columns:
            assert dictionary().column(name, CHART[slug].tables[0]).label.zh


# One event, nothing loaded ------------------------------------------------------------------------

STATED = [
    level("broad", "2024-02-08", 1000),
    level("broad", "2024-02-19", 1010),
    level("broad", "2024-02-20", 1030),
    level("trade", "2024-02-08", 200),
    level("trade", "2024-02-19", 210),  # +5%, beside +1%
    level("trade", "2024-02-20", 190),  # -5%, beside +3%
    level("trade", "2024-03-22", 300),  # behind the window
    level("story", "2024-02-20", 50),  # no level before the event, and none on its day
    move("rumour", "2024-02-19", 12, value_qualifier="at_least"),
    window("rumour", "2024-02-19", "2024-03-25", 80),  # begins in the window, ends behind it
    window("rumour", "2024-01-02", "2024-02-20", 40),  # began long before
    move("abroad", "2024-02-16", -7),
    move("broad", "2024-02-19", 1.5),
]
STATED_EVENTS = [event(17, "2024-02-15"), event(18, "2024-02-16", is_headline=False), event(19, "2025-06-01")]


def stated_tables(*more: dict[str, Any]) -> Tables:
    return tables_from(index_moves=[*STATED, *more], series=SERIES, events=STATED_EVENTS)


def test_stated_levels_are_measured_from_the_last_one_before_the_event() -> None:
    frame = single(stated_tables(), Filters())
    levels = part(frame, "level")
    trade = levels[levels["series_id"] == "trade"]
    assert trade["move_pct"].tolist() == pytest.approx([5, -5])
    assert trade["benchmark_move_pct"].tolist() == pytest.approx([1, 3])
    assert trade["difference_pct"].tolist() == pytest.approx([4, -8])
    assert set(levels["base_date"]) == {pd.Timestamp("2024-02-08")}
    assert set(levels["series_id"]) == {"broad", "trade"}  # story has nothing to be measured from
    assert levels["move_pct"].iloc[:2].tolist() == pytest.approx([1, 3])
    assert set(frame["study_basis"]) == {"stated"}
    assert (frame["window_first"].iloc[0], frame["window_last"].iloc[0]) == (pd.Timestamp("2024-02-08"), pd.Timestamp("2024-03-14"))


def test_a_level_of_the_day_itself_is_the_base_where_there_is_none_before() -> None:
    rows = [level("story", "2024-02-15", 40), level("story", "2024-02-19", 50)]
    levels = part(single(stated_tables(*rows), Filters()), "level")
    story = levels[levels["series_id"] == "story"]
    assert story["move_pct"].tolist() == pytest.approx([25, 25])
    assert set(story["base_date"]) == {pd.Timestamp("2024-02-15")}


def test_stated_moves_are_those_that_begin_in_the_window() -> None:
    moves = part(single(stated_tables(), Filters()), "move")
    assert sorted(zip(moves["series_id"], moves["move_pct"], strict=True)) == [
        ("abroad", -7),
        ("broad", 1.5),
        ("rumour", 12),
        ("rumour", 80),
    ]
    rumour = moves[moves["move_pct"] == 12].iloc[0]
    assert (rumour["value_qualifier"], rumour["benchmark_move_pct"]) == ("at_least", pytest.approx(1))  # 1000 to 1010
    narrow = part(single(stated_tables(), Filters(window="0..1")), "move")
    assert set(narrow["series_id"]) == {"abroad"}  # 15 to 17 February
    assert part(single(stated_tables(), Filters(sectors=("games",), cross=False, since="2030")), "move")["series_id"].tolist() != []


def test_marks_lead_to_the_records_that_they_are_made_of() -> None:
    chart, tables = CHART["event-window"], stated_tables()
    frame = single(tables, Filters())
    levels = part(frame, "level")
    behind = chart.behind(tables, Filters(), levels[levels["series_id"] == "trade"].iloc[0].to_dict())
    assert sorted(behind["value"]) == [200, 210, 1000, 1010]
    assert set(behind["table"]) == {"index_moves"}
    loaded = single(LOADED, MADE)
    behind = chart.behind(LOADED, MADE, part(loaded, "day").iloc[0].to_dict())
    assert list(behind["record_id"]) == ["EV017"]


def test_an_event_that_nobody_knows_gives_nothing() -> None:
    for tables in (REAL, LOADED):
        assert single(tables, Filters(event="EV999")).empty


# Several events -----------------------------------------------------------------------------------

HEADLINES = [event(1, "2024-01-10"), event(2, "2024-05-15"), event(3, "2024-05-20"), event(4, "2024-09-10"), event(5, "2025-02-12")]


def test_headline_events_are_pooled_as_the_mathematics_has_it() -> None:
    extra = [event(6, "2024-09-10"), event(7, "2024-10"), event(8, "2031-01-01"), event(9, "2024-11-05", is_headline=False)]
    tables = beside(LOADED.levels, events=HEADLINES + extra)
    frame = together(tables)
    own, other = closes(tables, "made-index"), closes(tables, "made-market")
    results = [studied_event(own, other, e["date"]) for e in HEADLINES]
    found = pooled([r for r in results if isinstance(r, EventWindow)])
    assert isinstance(found, PooledWindows)
    days = part(frame, "day")
    for column in ("aar_pct", "aar_adj_bmp_p", "caar_pct", "caar_low_pct", "caar_high_pct", "caar_adj_bmp", "caar_rank_z", "caar_sign_p"):
        assert days[column].to_numpy() == pytest.approx(found.days[column].to_numpy(), rel=1e-9, nan_ok=True)
    assert days[["n_events", "n_events_asked", "n_event_pairs", "n_overlapping"]].iloc[0].tolist() == [5, 8, 10, 1]
    assert days["overlapping_share_pct"].iloc[0] == pytest.approx(10)
    events = part(frame, "event").set_index("event_id")
    assert list(events.index) == ["EV001", "EV002", "EV003", "EV004", "EV005"]
    assert events.loc["EV004", "car_pct"] == pytest.approx(results[3].days["car_pct"].iloc[-1])
    reasons = part(frame, "refused").set_index("event_id")["refusal"].to_dict()
    assert reasons == {"EV006": "same_trading_day", "EV007": "event_day_unknown", "EV008": "no_levels_in_window"}
    for words in map(Words, LANGUAGES):
        [line] = pooled_lines(frame, words)
        assert not UNSAID.search(line)
        assert all(words.code("study_refusal", reason)[1:] in line for reason in reasons.values())
        assert words.t("charts.event-pooled.finding.few", n=5) in CHART["event-pooled"].finding(frame, words)


def test_filters_choose_the_events_that_are_pooled() -> None:
    tables = beside(LOADED.levels, events=[*HEADLINES[:4], HEADLINES[4] | {"kind": "labour"}])
    assert part(together(tables, Filters(series=("made-index",), since="2024-05", kind=("product",))), "day")["n_events"].iloc[0] == 3
    few = together(tables, Filters(series=("made-index",), kind=("labour",)))
    assert list(part(few, "refused")["refusal"]) == ["too_few_events"]
    for words in map(Words, LANGUAGES):
        assert pooled_lines(few, words)
        assert CHART["event-pooled"].finding(few, words) == words.t("charts.event-pooled.finding.refused", n=1)


def test_stated_moves_stand_with_the_events_that_they_are_near() -> None:
    """One begins and ends in the window: rumour (+12, a concept index) before abroad (a share); broad is a benchmark."""
    frame = together(stated_tables(), Filters())
    moves = part(frame, "move")
    found = {(m["event_id"], m["series_id"], m["is_nearest"]) for m in moves.to_dict("records")}
    assert found == {("EV017", "rumour", True), ("EV017", "abroad", False)}
    assert part(frame, "event").set_index("event_id")["n_available"].to_dict() == {"EV017": 2, "EV019": 0}
    nothing = together(tables_from(events=STATED_EVENTS), Filters())
    for words in map(Words, LANGUAGES):
        assert CHART["event-pooled"].finding(nothing, words) == words.t("charts.event-pooled.finding.stated.nothing", n=2)


# Words and figures ---------------------------------------------------------------------------------


def jump(pct: float) -> Tables:
    """The invented index with a jump on the event's day."""
    market, index = closes(LOADED, "made-market"), closes(LOADED, "made-index")
    dates = [frame.assign(date=pd.to_datetime(frame["date"])) for frame in (market, index)]
    dates[1]["close"] *= np.where(dates[1]["date"] >= "2024-02-15", 1 + pct / 100, 1.0)
    facts = {s.code.replace("-", "_"): {"kind": s.kind, "sectors": s.sectors, "benchmark": s.benchmark} for s in LOADED.levels.series}
    return with_levels(levels_of({"made-market": dates[0], "made-index": dates[1]}, **facts))


@pytest.mark.parametrize(("pct", "verdict"), [(30, "above"), (-30, "below"), (0, "includes")])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_finding_says_no_more_than_the_band(pct: float, verdict: str, lang: str) -> None:
    frame, words = single(jump(pct)), Words(lang)
    last = part(frame, "day").iloc[-1]
    assert (last["car_low_pct"] > 0, last["car_high_pct"] < 0) == (verdict == "above", verdict == "below")
    said = CHART["event-window"].finding(frame, words)
    ends = {"includes": ("includes zero", "包含零"), "above": ("lies above zero", "高于零"), "below": ("lies below zero", "低于零")}
    assert ends[verdict][LANGUAGES.index(lang)] in said
    assert ("no clear difference" in said or "无明显差异" in said) == (verdict == "includes")
    assert words.signed_percent(last["car_pct"]) in said


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("count", [1, 2, 3, 6])
@pytest.mark.parametrize("slug", ["event-window", "event-pooled"])
def test_figures_of_loaded_series_draw_and_every_mark_leads_to_its_row(slug: str, count: int, lang: str) -> None:
    frames = {f"s{i}": walk(10 + i) for i in range(count)}
    names = {code: {"name_en": "A <b>bold</b> name", "name_zh": "<b>名称</b>", "benchmark": "made-market"} for code in frames}
    levels = levels_of({"made-market": closes_of_market(), **frames}, made_market={"kind": "benchmark"}, **names)
    tables, chart, words = with_levels(levels), CHART[slug], Words(lang)
    filters = Filters()
    frame = chart.frame(chart.rows(tables, filters), filters)
    figure = chart.figure(frame, words)
    found = positions(figure)
    assert set(found) >= set(frame.index[frame["study_part"] == "day"])
    assert max(found) < len(frame)
    seen = texts(figure)
    assert not [text for text in seen if UNSAID.search(text) or "<b>bold" in text]
    assert any("&lt;b&gt;" in text for text in seen)
    said = chart.finding(frame, words)
    assert said
    assert not UNSAID.search(said)
    assert (words.number(count) in said) or count <= 3
    if slug == "event-window":
        assert len(day_lines(frame, words)) == count
    shown_bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert len(shown_bands) == (count if count <= 2 else 0)


def closes_of_market() -> pd.DataFrame:
    return walk(1)


def test_the_frame_does_not_depend_on_the_order_of_records() -> None:
    shuffled = Tables(
        REAL.folder, REAL.version, lambda name: REAL.native(name).sample(frac=1, random_state=2).reset_index(drop=True), LOADED.levels
    )
    for make in (single, together):
        pd.testing.assert_frame_equal(make(shuffled), make(LOADED))


# The real series ------------------------------------------------------------------------------------


@pytest.mark.skipif(not TRIALS.exists(), reason="the real series are not on this machine")
def test_sora_in_the_real_series() -> None:
    """Figures checked by another way in tests/test_event_study_trials.py: CSI AI theme against CSI 300 around 15 February 2024."""
    files = {"csi-ai-theme": "csi_ai_theme_930713_daily", "csi-300": "csi300_daily"}
    read = {code: pd.read_csv(TRIALS / f"{name}.csv", usecols=["date", "close"], parse_dates=["date"]) for code, name in files.items()}
    facts: dict[str, Any] = {"csi_ai_theme": {"benchmark": "csi-300"}, "csi_300": {"kind": "benchmark", "sectors": ("cross",)}}
    frame = single(with_levels(levels_of(read, **facts)), Filters())
    last = part(frame, "day").iloc[-1]
    assert (last["car_pct"], last["car_se_pct"], last["car_t"]) == pytest.approx((10.85593, 7.80588, 1.3907), abs=6e-5)
    assert (last["event_day_used"], last["moved_why"]) == (pd.Timestamp("2024-02-19"), "closed")
    assert part(frame, "day")["abnormal_return_pct"].iloc[5] == pytest.approx(3.86133, abs=1e-5)


# The section ---------------------------------------------------------------------------------------

#: The page by itself: nothing of the overview is needed here.
PAGE = str(Path("pages/markets.py").resolve())


def opened(monkeypatch: pytest.MonkeyPatch, tables: Tables, **query: Any) -> AppTest:
    monkeypatch.setattr("components.changes.open_asked", lambda: tables)
    at = AppTest.from_file(PAGE, default_timeout=120)
    at.query_params.update({"view": "study", **query})
    return at.run()


def seen(at: AppTest) -> str:
    return "\n".join(as_shown(str(e.value)) for kind in ("markdown", "caption", "info", "code") for e in getattr(at, kind))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_section_without_levels_says_what_is_missing_and_how_to_load_it(monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    words, tables = Words(lang), Tables(REAL.folder, REAL.version, REAL.native)
    at = opened(monkeypatch, tables, lang=lang)
    assert not at.exception
    assert not at.warning
    said = seen(at)
    for slug in ("event-window", "event-pooled"):
        frame = CHART[slug].frame(CHART[slug].rows(tables, Filters()), Filters())
        assert all(part in said for part in headline(CHART[slug].finding(frame, words), words))
    assert words.t("study.missing.nothing") in said
    [command] = [c.value for c in at.code]
    assert command.startswith("python -m data.levels add ")
    assert "--code 000300" in command
    assert "--name-zh 沪深300" in command
    assert len(at.get("plotly_chart")) == 2
    assert not at.multiselect


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_section_with_levels_says_which_day_counts_and_what_else_happened(monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    words = Words(lang)
    at = opened(monkeypatch, LOADED, lang=lang)
    assert not at.exception
    assert not at.warning
    said, frame = seen(at), single(LOADED, Filters())
    assert all(part in said for part in headline(CHART["event-window"].finding(frame, words), words))
    assert all(line in said for line in day_lines(frame, words))
    assert all(line in said for line in pooled_lines(together(LOADED, Filters()), words))
    assert words.t("study.beside.events", n=int(frame["n_other_events"].iloc[0])) in said
    assert words.t("study.day.next_day") in said  # the invented exchange was open on 15 February
    assert not at.code
    other = "en" if lang == "zh" else "zh"
    assert catalogue()["study.day.title"][other] not in said


def test_choices_are_written_into_the_link_and_lifted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(monkeypatch, LOADED, lang="en")
    at.number_input(key="f:window:to").set_value(10).run()
    at.number_input(key="f:estimation:from").set_value(-100).run()
    at.selectbox(key="f:study-event:en").set_value("EV096").run()
    at.selectbox(key="f:against:en").set_value("made-market").run()
    at.button_group(key="f:model").set_value("market_adjusted").run()
    at.multiselect(key="f:series:en").set_value(["made-index", "made-market"]).run()
    wanted = {"window": "-5..10", "estimation": "-100..-21", "event": "EV096", "against": "made-market", "model": "market_adjusted"}
    assert {name: at.query_params[name] for name in wanted} == wanted
    assert at.query_params["series"] == ["made-index", "made-market"]
    at.number_input(key="f:window:to").set_value(20).run()
    at.selectbox(key="f:study-event:en").set_value("EV017").run()
    at.selectbox(key="f:against:en").set_value("").run()
    at.multiselect(key="f:series:en").set_value(["made-index"]).run()
    assert not {"window", "event", "against", "series"} & set(at.query_params)
    assert not at.exception


def test_a_link_to_what_is_not_loaded_is_said_calmly(monkeypatch: pytest.MonkeyPatch) -> None:
    words = Words("en")
    at = opened(monkeypatch, LOADED, lang="en", series="nobody", window="20..-5", against="nobody")
    assert words.t("study.missing.named", codes="nobody") in seen(at)
    assert not at.exception
    at = opened(monkeypatch, LOADED, lang="en", sector="games", cross="0")
    assert words.t("study.missing.other_sectors", n=2) in seen(at)
    at = opened(monkeypatch, LOADED, lang="en", against="nobody")
    assert words.t("study.missing.against", code="nobody") in seen(at)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_days_of_a_short_window_leave_the_year_to_the_heading(lang: str) -> None:
    """Three dates with their year do not fit beside each other on a telephone."""
    chart, tables = CHART["event-window"], stated_tables()
    drawn = chart.figure(single(tables, Filters()), Words(lang))
    assert "%Y" not in str(drawn.layout.xaxis.tickformat)
