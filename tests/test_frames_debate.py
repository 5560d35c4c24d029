"""Distribution, division, the map of themes and sectors, before and after. Every row here is synthetic."""

from __future__ import annotations

import html
import math
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.charts import CHART
from components.words import Words
from data import stats
from data.build import TABLES_DIR
from data.filters import Filters
from data.frames import debate
from data.frames.common import STANCES
from data.tables import Tables, open_tables
from tests.factory import tables_from

SLUGS = ("stance-distribution", "division-by-theme", "theme-sector-map", "before-after")
EVERYTHING = Filters()
#: Synthetic: an event known to the day, and one known to the month.
EVENTS = [
    {"event_id": "EV096", "date": "2024-05-15", "title_en": "It happened", "title_zh": "事发", "sectors": "film"},
    {"event_id": "EV002", "date": "2024-05", "title_en": "In May", "title_zh": "五月之事", "sectors": "film"},
]


def voice(stance: str, **more: Any) -> dict[str, Any]:
    """One synthetic opinion, of a speaker of its own unless given."""
    return {"stance": stance, "sectors": "film", "theme": "jobs_skills", "said_date": "2024-02-10", "is_date_inferred": False} | more


def voices(*counts: int, **more: Any) -> list[dict[str, Any]]:
    """Synthetic opinions: so many of each stance, from strongly negative to strongly positive."""
    return [voice(stance, **more) for stance, n in zip(STANCES, counts, strict=True) for _ in range(n)]


def tables_of(rows: list[dict[str, Any]]) -> Tables:
    numbered = [{"opinion_id": f"O{i:04}", "speaker_id": f"speaker-{i}"} | row for i, row in enumerate(rows, start=1)]
    return tables_from(opinions=numbered, events=EVENTS)


def frame_of(slug: str, rows: list[dict[str, Any]], filters: Filters = EVERYTHING) -> pd.DataFrame:
    chart, tables = CHART[slug], tables_of(rows)
    return chart.frame(chart.rows(tables, filters), filters)


def finding_of(slug: str, rows: list[dict[str, Any]], filters: Filters = EVERYTHING, lang: str = "en") -> str:
    return CHART[slug].finding(frame_of(slug, rows, filters), Words(lang))


def groups_of(frame: pd.DataFrame, column: str) -> dict[str, Any]:
    return frame.groupby("group", sort=False)[column].first().to_dict()


# Distribution ------------------------------------------------------------------------------------


def test_sectors_stand_in_their_order_and_a_row_of_two_counts_once_in_each() -> None:
    rows = [voice("negative", sectors="games;cross"), voice("positive", sectors="film;games"), voice("neutral", sectors="short_drama")]
    frame = frame_of("stance-distribution", rows)
    assert groups_of(frame, "n_total") == {"film": 1, "short_drama": 1, "games": 2, "cross": 1}
    assert list(groups_of(frame, "n_total")) == ["film", "short_drama", "games", "cross"]
    assert "cross" not in groups_of(frame_of("stance-distribution", rows, Filters(cross=False)), "n")


def test_other_groups_run_from_the_highest_mean_to_the_lowest_and_the_unstated_last() -> None:
    rows = [
        voice("strongly_positive", country=None),
        voice("negative", country="US"),
        voice("positive", country="CN"),
        voice("positive", country="HK"),
        voice("positive", country="DE"),
    ]
    frame = frame_of("stance-distribution", rows, Filters(split="country_group"))
    # China and Europe have mean 1; China has two voices.
    assert list(groups_of(frame, "mean_stance").items()) == [("china", 1.0), ("europe", 1.0), ("north_america", -1.0), ("none", 2.0)]
    assert groups_of(frame, "group_zh")["china"] == "中国（含香港）"
    assert groups_of(frame, "group_en")["none"] is None or pd.isna(groups_of(frame, "group_en")["none"])
    figure = CHART["stance-distribution"].figure(frame, Words("en"))
    assert any("Not stated" in a.text for a in figure.layout.annotations)
    assert not any("none" in a.text for a in figure.layout.annotations)


@pytest.mark.parametrize(
    ("split", "group", "label"),
    [
        ("sector", "film", "Film & TV"),
        ("role", "union", "Union"),
        ("theme", "policy", "Rules & contracts"),
        ("organization_kind", "company", "Company"),
    ],
)
def test_a_group_has_the_label_of_its_split(split: str, group: str, label: str) -> None:
    entity = {"entity_id": "maker", "kind": "company", "name_en": "Maker", "name_zh": "厂商"}
    row = voice("neutral", role="union", theme="policy", organization_id="maker", opinion_id="O0001", speaker_id="someone")
    tables = tables_from(
        opinions=[row], entities=[entity, {"entity_id": "someone", "kind": "person", "name_en": "Someone", "name_zh": "某人"}]
    )
    chart, filters = CHART["stance-distribution"], Filters(split=split)
    frame = chart.frame(chart.rows(tables, filters), filters)
    assert set(zip(frame["split"], frame["group"], frame["group_en"], strict=True)) == {(split, group, label)}


def test_shares_have_goodmans_intervals_from_ten_voices_on() -> None:
    # 4 of 10 at the level of five comparisons, z = 2.5758: centre (0.4 + 0.33174) / (1 + 0.66349) = 0.43988,
    # half width 2.5758 * sqrt(0.024 + 6.6349 / 400) / 1.66349 = 0.31195.
    frame = frame_of("stance-distribution", voices(0, 3, 3, 4, 0)).set_index("stance")
    positive = frame.loc["positive"]
    assert positive["share_pct"] == 40
    assert (positive["share_low_pct"], positive["share_high_pct"]) == pytest.approx((12.79, 75.18), abs=0.01)
    assert frame["n"].tolist() == [0, 3, 3, 4, 0]
    assert frame_of("stance-distribution", voices(0, 3, 3, 3, 0))[["share_pct", "share_low_pct", "share_high_pct"]].isna().all(axis=None)


def test_below_ten_voices_a_group_is_dots() -> None:
    figure = CHART["stance-distribution"].figure(frame_of("stance-distribution", voices(0, 3, 3, 3, 0)), Words("en"))
    assert {t.type for t in figure.data} == {"scatter"}
    assert sum(len(t.x) for t in figure.data) == 9
    assert {
        t.type for t in CHART["stance-distribution"].figure(frame_of("stance-distribution", voices(0, 3, 3, 4, 0)), Words("en")).data
    } == {"bar"}


def test_one_voice_per_speaker_is_the_latest_and_both_counts_are_shown() -> None:
    rows = [
        voice("negative", speaker_id="a", said_date="2024-01"),
        voice("positive", speaker_id="a", said_date="2024-03"),
        voice("neutral", speaker_id="b", theme="policy"),
    ]
    chart = CHART["stance-distribution"]
    every = frame_of("stance-distribution", rows)
    assert (every["n"].sum(), every["n_all"].iloc[0], every["n_speakers"].iloc[0]) == (3, 3, 2)
    assert chart.figure(every, Words("en")).layout.annotations[0].text == "Film &amp; TV  (n = 3, 2 speakers)"
    once = frame_of("stance-distribution", rows, Filters(voices="speakers"))
    assert dict(zip(once["stance"], once["n"], strict=True)) == {s: int(s in ("neutral", "positive")) for s in STANCES}
    assert (once["n_all"].iloc[0], once["n_speakers"].iloc[0]) == (3, 2)
    assert chart.figure(once, Words("en")).layout.annotations[0].text == "Film &amp; TV  (n = 2 speakers, 3 judgements)"


def test_the_second_coding_is_split_by_its_own_theme() -> None:
    rows = [voice("negative", stance_second="positive", theme_second="policy"), voice("neutral")]
    frame = frame_of("stance-distribution", rows, Filters(split="theme", coding="second"))
    assert frame[frame["n"] > 0][["group", "stance"]].values.tolist() == [["policy", "positive"]]


def test_a_majority_is_named_only_when_its_interval_stays_above_one_half() -> None:
    # 11 of 12: Wilson 65% to 99%. 8 of 12: 39% to 86%.
    assert finding_of("stance-distribution", voices(0, 1, 0, 11, 0)) == "Mostly positive: Film & TV (11 of 12)"
    assert finding_of("stance-distribution", voices(6, 5, 1, 0, 0)) == "Mostly negative: Film & TV (11 of 12)"
    assert finding_of("stance-distribution", voices(0, 1, 11, 0, 0)) == "Mostly neutral: Film & TV (11 of 12)"
    assert finding_of("stance-distribution", voices(0, 4, 0, 8, 0)) == "No clear majority: Film & TV (8 positive and 4 negative of 12)"
    assert "too few" in finding_of("stance-distribution", voices(0, 0, 0, 9, 0))


def test_more_groups_need_a_clearer_majority() -> None:
    # 12 of 15 is 80%: Wilson 55% to 93% alone, at the level of four comparisons 48% to 94%.
    alone = voices(0, 3, 0, 12, 0)
    assert finding_of("stance-distribution", alone) == "Mostly positive: Film & TV (12 of 15)"
    four = [row | {"sectors": s} for s in ("film", "short_drama", "games", "advertising") for row in alone]
    assert finding_of("stance-distribution", four) == (
        "No clear majority of positive or of negative voices in any of the 4 groups of 15 voices or more"
    )


def test_a_click_filters_where_a_filter_means_the_group() -> None:
    narrows = CHART["stance-distribution"].narrows
    assert narrows({"split": "sector", "group": "film", "stance": "neutral"}) == [("sector", "film"), ("stance", "neutral")]
    assert narrows({"split": "country_group", "group": "europe", "stance": "positive"}) == [("region", "europe"), ("stance", "positive")]
    assert narrows({"split": "organization_kind", "group": "company", "stance": "positive"})[0] == ("organization", "company")
    assert narrows({"split": "country_group", "group": "none", "stance": "positive"}) == []
    assert narrows({"split": "sector", "group": "cross", "stance": "positive"}) == []
    assert CHART["theme-sector-map"].narrows({"sector": "cross", "theme": "policy"}) == []


# Measures ----------------------------------------------------------------------------------------


@given(st.lists(st.lists(st.integers(0, 40), min_size=5, max_size=5).filter(any), min_size=1, max_size=6))
def test_agreements_at_once_are_those_one_by_one(counts: list[list[int]]) -> None:
    assert debate.agreements(np.array(counts)) == pytest.approx([stats.agreement_a(c) for c in counts])


def test_no_voice_has_no_mean_and_no_agreement() -> None:
    none = np.zeros((1, 5), dtype=np.int64)
    assert np.isnan(debate.agreements(none)).all()
    assert np.isnan(debate.means(none)).all()
    assert debate.means(np.array([[1, 0, 0, 0, 1], [0, 0, 1, 1, 0]])).tolist() == [0, 0.5]


def test_the_bootstrap_draws_voices_with_replacement() -> None:
    counts = [4, 8, 10, 7, 3]
    # The same by drawing people one by one.
    people = np.repeat(np.arange(5), counts)
    generator = np.random.default_rng(7)
    draws = [stats.agreement_a(np.bincount(generator.choice(people, 32), minlength=5)) for _ in range(2000)]
    assert debate.agreement_interval(np.array(counts)) == pytest.approx(stats.percentile_interval(np.array(draws)), abs=0.04)
    assert (debate.resampled(np.array(counts)).sum(axis=1) == 32).all()
    assert debate.agreement_interval(np.array(counts)) == debate.agreement_interval(np.array(counts))


def test_an_interval_is_not_made_of_one_step() -> None:
    assert all(math.isnan(x) for x in debate.agreement_interval(np.array([0, 0, 0, 30, 0])))


# Division ----------------------------------------------------------------------------------------


def test_themes_run_from_consensus_to_division_and_the_small_ones_last() -> None:
    rows = [
        *voices(6, 0, 0, 0, 6, theme="policy"),  # two camps: -1
        *voices(0, 0, 2, 10, 0, theme="audience"),  # layers of mass 4/12 (0.75) and 8/12 (1): 11/12
        *voices(0, 0, 0, 9, 0, theme="marketing"),
    ]
    frame = frame_of("division-by-theme", rows)
    assert frame["theme"].tolist() == ["audience", "policy", "marketing"]
    assert frame["agreement_a"].tolist()[:2] == pytest.approx([11 / 12, -1])
    assert frame[["agreement_a", "agreement_low", "agreement_high"]].iloc[2].isna().all()
    assert frame[["n_strongly_negative", "n_negative", "n_neutral", "n_positive", "n_strongly_positive"]].iloc[1].tolist() == [
        6,
        6,
        0,
        6,
        6,
    ]
    figure = CHART["division-by-theme"].figure(frame, Words("en"))
    assert [list(t.y) for t in figure.data] == [["audience", "policy"], ["marketing"]]
    assert "too few" in figure.data[1].text[0]


def test_division_is_spoken_of_as_far_as_intervals_carry() -> None:
    united, split = voices(0, 0, 4, 26, 0, theme="audience"), voices(15, 0, 0, 0, 15, theme="policy")
    apart = finding_of("division-by-theme", [*united, *split])
    assert apart.startswith(
        "Of 2 themes, voices agree most on Audience (A = 0.93, n = 30) and are most divided on Rules & contracts (A = −1, n = 30)"
    )
    near = finding_of("division-by-theme", [*voices(1, 2, 3, 4, 1), *voices(1, 3, 3, 4, 1, theme="policy")])
    assert near.endswith("but their intervals overlap")
    assert finding_of("division-by-theme", united).startswith("Only Audience has voices enough")
    assert "too few" in finding_of("division-by-theme", united[:9])
    assert "same" in finding_of("division-by-theme", [*united, *(row | {"theme": "policy"} for row in united)])


def test_agreement_without_an_interval_stands_for_itself() -> None:
    one_step = voices(0, 0, 0, 12, 0, theme="audience")
    assert "most divided" in finding_of("division-by-theme", [*one_step, *voices(20, 0, 0, 0, 20, theme="policy")])
    figure = CHART["division-by-theme"].figure(frame_of("division-by-theme", one_step), Words("en"))
    assert "no interval" in figure.data[0].hovertext[0]
    assert figure.data[0].error_x.array[0] == 0


def test_the_half_of_two_camps_is_drawn_where_a_theme_is_in_it() -> None:
    def left(*counts: int) -> float:
        drawn = CHART["division-by-theme"].figure(frame_of("division-by-theme", voices(*counts)), Words("en"))
        return float(drawn.layout.xaxis.range[0])

    assert left(0, 0, 4, 26, 0) > -0.5
    assert left(15, 0, 0, 0, 15) < -1


def test_no_line_runs_through_the_names_above_the_rows() -> None:
    counts = {"film": (2, 4, 4, 6, 4), "games": (0, 1, 1, 1, 0)}
    rows = [row for sector, n in counts.items() for row in voices(*n, sectors=sector)]
    drawn = CHART["stance-distribution"].figure(frame_of("stance-distribution", rows), Words("en"))
    assert not drawn.layout.xaxis.showgrid
    assert not drawn.layout.xaxis.zeroline
    assert len(drawn.layout.shapes) == 2
    names = [note.text for note in drawn.layout.annotations]
    assert "one dot, one voice" not in names[0]
    assert names[1].endswith("(n = 3): one dot, one voice")


# Theme by sector ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "pair"),
    [
        (Filters(), ("film", "short_drama")),
        (Filters(("film", "games")), ("film", "games")),
        (Filters(("film", "short_drama", "games")), ("film", "short_drama")),
        (Filters(("short_drama", "games", "advertising")), ("short_drama", "advertising")),
        (Filters(("games",)), ("games", "cross")),
        (Filters(("games",), cross=False), None),
    ],
    ids=str,
)
def test_which_two_sectors_are_compared(filters: Filters, pair: tuple[str, str] | None) -> None:
    counts = {"film": 1, "short_drama": 9, "games": 2, "advertising": 8, "cross": 3}
    assert debate.compared_pair(filters, counts) == pair


def test_cells_without_voices_are_not_there() -> None:
    rows = [voice("neutral", sectors="film;games"), voice("positive", sectors="games", theme="policy")]
    frame = frame_of("theme-sector-map", rows)
    assert frame[["theme", "sector", "n"]].values.tolist() == [
        ["jobs_skills", "film", 1],
        ["jobs_skills", "games", 1],
        ["policy", "games", 1],
    ]
    figure = CHART["theme-sector-map"].figure(frame, Words("en"))
    assert sum(len(t.x) for t in figure.data) == 3


def test_a_cell_is_divided_when_agreement_is_near_an_even_spread_or_worse() -> None:
    rows = [
        *voices(2, 2, 2, 2, 2),  # A = 0
        *voices(0, 0, 2, 8, 0, sectors="games"),
        *voices(4, 0, 0, 0, 5, sectors="short_drama"),  # too few to say
    ]
    frame = frame_of("theme-sector-map", rows).set_index("sector")
    assert frame["is_divided"].to_dict() == {"film": True, "short_drama": None, "games": False}
    figure = CHART["theme-sector-map"].figure(frame_of("theme-sector-map", rows), Words("en"))
    solid, hollow, ring = figure.data
    assert (list(solid.x), list(hollow.x), list(ring.x)) == (["film", "games"], ["short_drama"], ["film"])
    assert [t.strip() for t in solid.text] == ["10", "10"]
    assert hollow.text is None
    assert (hollow.marker.symbol, ring.marker.symbol) == ("circle-open", "circle-open")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_names_of_the_sectors_stand_side_by_side_on_a_telephone(lang: str) -> None:
    rows = [row for sector in ("film", "short_drama", "games", "advertising", "cross") for row in voices(0, 0, 1, 0, 0, sectors=sector)]
    names = CHART["theme-sector-map"].figure(frame_of("theme-sector-map", rows), Words(lang)).layout.xaxis.ticktext
    lines = [html.unescape(name).split("<br>") for name in names]
    assert len(lines) == 5
    assert all(len(parts) <= 2 and max(map(len, parts)) <= 6 for parts in lines), lines


def test_a_difference_is_the_first_mean_less_the_second() -> None:
    # Film (2 * 1 + 8 * 2) / 10 = 1.8, short drama (8 * -1 + 2 * 0) / 10 = -0.8.
    rows = [*voices(0, 0, 0, 2, 8), *voices(0, 8, 2, 0, 0, sectors="short_drama")]
    row = frame_of("theme-sector-map", rows).iloc[0]
    assert (row["first_sector"], row["second_sector"], row["difference_steps"]) == ("film", "short_drama", pytest.approx(2.6))
    # Standard error: variances 0.16 and 0.16 of ten voices each, sqrt(0.032) = 0.18; 1.96 of them 0.35.
    assert (row["difference_low_steps"], row["difference_high_steps"]) == pytest.approx((2.25, 2.95), abs=0.08)
    said = "Film & TV and Short drama both have 10 voices only on Jobs & skills: mean stance 1.8 (n = 10) and −0.8 (n = 10), difference 2.6 (interval 2.2 to"
    assert finding_of("theme-sector-map", rows).startswith(said)


def test_of_several_themes_the_largest_difference_has_a_wider_interval() -> None:
    one = [*voices(0, 2, 3, 4, 3), *voices(2, 4, 3, 2, 1, sectors="short_drama")]
    two = [*one, *(row | {"theme": "policy", "sectors": "film;short_drama"} for row in voices(0, 0, 6, 6, 0))]
    ends = ["difference_low_steps", "difference_high_steps"]
    low, high = frame_of("theme-sector-map", one)[ends].iloc[0]
    wide_low, wide_high = frame_of("theme-sector-map", two).query("theme == 'jobs_skills'")[ends].iloc[0]
    assert wide_low < low < high < wide_high


def test_a_voice_on_both_sectors_is_drawn_once_for_both() -> None:
    # All twelve bear on both: whichever are drawn, the two means are the same, and chance has no part in it.
    rows = voices(2, 2, 3, 3, 2, sectors="film;short_drama")
    row = frame_of("theme-sector-map", rows).iloc[0]
    assert row["difference_steps"] == 0
    assert math.isnan(row["difference_low_steps"])
    assert "same mean stance" in finding_of("theme-sector-map", rows)


def both(film: list[dict[str, Any]], short_drama: list[dict[str, Any]]) -> str:
    return finding_of("theme-sector-map", [*film, *(row | {"sectors": "short_drama"} for row in short_drama)])


def test_the_map_claims_no_difference_that_its_voices_do_not_carry() -> None:
    assert "No clear difference between" in both(voices(1, 3, 3, 3, 1), voices(1, 3, 4, 3, 1))
    assert "too few to say that they differ" in both(voices(0, 0, 0, 9, 0), voices(9, 9, 0, 0, 0))
    assert "no interval" in both(voices(0, 0, 0, 10, 0), voices(0, 10, 0, 0, 0))
    assert "no theme in common" in both(voices(0, 0, 0, 10, 0), voices(0, 10, 0, 0, 0, theme="policy"))
    assert "from too few voices to say that they agree" in both(voices(0, 0, 0, 3, 0), voices(0, 0, 0, 2, 0))
    assert "nothing to compare" in finding_of("theme-sector-map", [voice("neutral")], Filters(("film",), cross=False))


def test_the_map_names_the_theme_of_the_largest_difference() -> None:
    film = [*voices(0, 2, 3, 4, 3), *voices(0, 0, 1, 5, 6, theme="policy")]
    short_drama = [*voices(0, 3, 3, 3, 3), *voices(6, 5, 1, 0, 0, theme="policy")]
    assert both(film, short_drama).startswith(
        "Film & TV and Short drama differ most on Rules & contracts: mean stance 1.4 (n = 12) and −1.4 (n = 12)"
    )


# Before and after --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "side"),
    [
        ("2024-05-14", "before"),
        ("2024-02-15", "before"),  # 15 May less 90 days
        ("2024-04", "before"),
        ("2024-02-14", None),
        ("2024-02", "left_out"),  # reaches over the edge of the window
        ("2024-05-15", "left_out"),  # the day itself
        ("2024-05", "left_out"),  # either side of the event
        ("2024", "left_out"),
        ("2024-05-16", "after"),
        ("2024-06", "after"),
        ("2024-08-13", "after"),  # 15 May and 90 days
        ("2024-08-14", None),
        ("2024-08", "left_out"),
        ("2023", None),
    ],
)
def test_a_voice_counts_when_its_whole_date_is_on_one_side(said: str, side: str | None) -> None:
    frame = frame_of("before-after", [voice("neutral", said_date=said)])
    counted = {row["side"]: row["n_total"] for row in frame.to_dict("records") if row["n_total"]}
    assert counted == ({side: 1} if side else {})


def test_an_event_known_to_its_month_takes_the_whole_of_it() -> None:
    assert debate.windows("2024-05", 30) == ((date(2024, 4, 1), date(2024, 4, 30)), (date(2024, 6, 1), date(2024, 6, 30)))
    rows = [voice("neutral", said_date=d) for d in ("2024-04", "2024-05-02", "2024-05-30", "2024-06-01")]
    frame = frame_of("before-after", rows, Filters(event="EV002", days="30")).drop_duplicates("side").set_index("side")
    assert frame["n_total"].to_dict() == {"before": 1, "after": 1, "left_out": 2}
    assert (frame.loc["before", "event_date"], frame.loc["after", "title_zh"]) == ("2024-05", "五月之事")
    assert frame["side_start"].tolist()[:2] == [pd.Timestamp("2024-04-01"), pd.Timestamp("2024-06-01")]


def test_windows_stop_at_the_ends_of_the_calendar() -> None:
    assert debate.windows("0001-01-01", 90)[0] == (date(1, 1, 1), date(1, 1, 1))
    assert debate.windows("9999-12-31", 90)[1] == (date.max, date.max)


def test_more_days_take_in_more() -> None:
    rows = [voice("neutral", said_date=d) for d in ("2024-05-01", "2024-03-01", "2023-12-01")]
    counts = [frame_of("before-after", rows, Filters(days=d))["n_total"].iloc[0] for d in ("30", "90", "180")]
    assert counts == [1, 2, 3]


def test_an_event_that_is_not_there_gives_an_empty_chart() -> None:
    rows = [voice("neutral", said_date="2024-05-01")]
    assert frame_of("before-after", rows, Filters(event="EV999")).empty
    assert finding_of("before-after", rows, Filters(event="EV999")) == Words("en").t("charts.empty")
    assert not frame_of("before-after", rows).empty


def around(before: tuple[int, ...], after: tuple[int, ...], *more: dict[str, Any]) -> list[dict[str, Any]]:
    return [*voices(*before, said_date="2024-05-01"), *voices(*after, said_date="2024-06-01"), *more]


def test_the_differences_are_newcombes() -> None:
    # Positive 2 of 12 before and 9 of 12 after; negative 10 of 12 and 3 of 12.
    frame = frame_of("before-after", around((5, 5, 0, 1, 1), (0, 3, 0, 9, 0)))
    row = frame.iloc[0]
    for side, counts in (("positive", (9, 12, 2, 12)), ("negative", (3, 12, 10, 12))):
        expected = [100 * x for x in stats.newcombe(*counts)]
        assert [row[f"{side}_change{end}_points"] for end in ("", "_low", "_high")] == pytest.approx(expected)
    assert row["positive_change_points"] == pytest.approx(100 * 7 / 12)
    figure = CHART["before-after"].figure(frame, Words("en"))
    assert list(figure.data[-1].x) == pytest.approx([row["positive_change_points"], row["negative_change_points"]])


def test_a_difference_beyond_chance_is_told_without_a_cause() -> None:
    said = finding_of("before-after", around((5, 5, 0, 1, 1), (0, 3, 0, 9, 0)))
    assert said.startswith("Among the voices read, a larger share were positive (75% against 17%, difference +")
    assert " and a smaller share were negative (25% against 83%, difference −" in said
    assert "“It happened” (15 May 2024)" in said
    assert said.endswith("than before (n = 12 and 12); it need not be the cause")


def test_no_difference_is_said_when_the_intervals_reach_over_nothing() -> None:
    said = finding_of("before-after", around((1, 4, 2, 4, 1), (1, 3, 3, 4, 1)))
    assert said.startswith("No difference beyond chance around “It happened”")
    assert "42% of 12 voices positive in the 90 days before, 42% of 12 after" in said


def test_few_voices_are_too_few_to_say() -> None:
    rows = around(
        (5, 4, 0, 0, 0),
        (0, 0, 0, 12, 0),
        voice("neutral", said_date="2024-05"),
        voice("neutral", said_date="2024-05-03", is_date_inferred=True),
    )
    said = finding_of("before-after", rows[1:])
    assert said.startswith(
        "Too few voices to say whether the tone changed with “It happened” (15 May 2024): 9 in the 90 days before, 12 in the 90 after"
    )
    assert said.endswith("; 1 more near it could not be placed; 1 of the dates compared is inferred")
    assert "观点太少" in finding_of("before-after", rows[1:], lang="zh")
    frame = frame_of("before-after", rows[1:])
    assert frame["positive_change_points"].isna().all()
    assert all(t.xaxis != "x2" for t in CHART["before-after"].figure(frame, Words("en")).data)


def test_one_voice_per_speaker_counts_on_each_side() -> None:
    rows = [
        voice(s, speaker_id="a", said_date=d)
        for s, d in (("negative", "2024-04-01"), ("neutral", "2024-05-01"), ("positive", "2024-06-01"))
    ]
    frame = frame_of("before-after", rows, Filters(voices="speakers"))
    assert frame[frame["n"] > 0][["side", "stance"]].values.tolist() == [["before", "neutral"], ["after", "positive"]]
    assert frame.drop_duplicates("side")["n_all"].tolist() == [2, 1]


# All four ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("split", ["sector", "role", "country_group"])
@pytest.mark.parametrize("voices_counted", ["all", "speakers"])
def test_every_row_of_a_frame_leads_to_the_opinions_it_counts(slug: str, split: str, voices_counted: str) -> None:
    tables, filters, chart = open_tables(), Filters(split=split, voices=voices_counted, event="EV075"), CHART[slug]
    rows = chart.rows(tables, filters).collect("pandas").to_native()
    frame = chart.frame(chart.rows(tables, filters), filters)
    found = rows.groupby(list(chart.keys)).size().to_dict()
    for mark in frame.to_dict("records"):
        key = tuple(mark[k] for k in chart.keys)
        assert found.get(key if len(key) > 1 else key[0], found.get(key, 0)) == mark["n"]
    assert frame["n"].sum() == len(rows)


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize(
    "filters", [Filters(), Filters(("film", "games"), split="role", voices="speakers", coding="second", event="EV088")], ids=str
)
def test_duckdb_gives_the_same_frame(slug: str, filters: Filters) -> None:
    connection, chart = duckdb.connect(), CHART[slug]
    duck = Tables(TABLES_DIR, "x", lambda name: connection.read_parquet(str(TABLES_DIR / f"{name}.parquet")))
    frames = [chart.frame(chart.rows(tables, filters), filters) for tables in (duck, open_tables())]
    pd.testing.assert_frame_equal(*frames, check_dtype=False)


def test_a_hundred_thousand_voices_are_measured_in_a_moment() -> None:
    from time import perf_counter

    start = perf_counter()
    debate.agreement_interval(np.array([20_000, 30_000, 10_000, 25_000, 15_000]))
    assert perf_counter() - start < 1
