"""The impact timeline: its frame by hand-worked examples, its figure by what must hold of any. Every row made here is invented."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.charts import CHART
from components.figures import timeline_marks as drawn
from components.figures.impact_timeline import impact_timeline, impact_timeline_finding, impact_timeline_height
from components.figures.timeline_labels import Place, Stem, free_boxes, on_stems
from components.figures.timeline_scales import EVENT_LINES
from components.theme import EVENT_SYMBOLS
from components.words import LANGUAGES, Words
from data.export import arrow_table
from data.filters import Filters
from data.frames import impact_timeline as timeline
from data.frames.common import chosen, collected, one_voice, shown_sectors
from data.frames.opinions import balance
from data.frames.timeline_lanes import LANES, shown_series
from data.levels.store import LevelsUnreadable
from data.loaded import Loaded
from data.tables import Tables, open_tables
from tests.factory import tables_from
from tests.loaded import levels_of, two_series, walk, with_levels
from tests.strategies import FILTERS

REAL = open_tables()
ALL = Filters()
SLUG = "impact-timeline"
KEYS = {"events": "event_id", "voices": "opinion_id", "money": "round_id"}


def frame_of(tables: Tables, filters: Filters = ALL) -> pd.DataFrame:
    return timeline.impact_timeline(timeline.impact_timeline_rows(tables, filters), filters)


def lane(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame[frame["lane"] == name]


def voice(said: str, stance: str = "neutral", **more: Any) -> dict[str, Any]:
    base = {"speaker_id": "somebody", "role": "union", "sectors": "film", "stance": stance, "theme": "jobs", "source_ids": "S1"}
    return base | {"said_date": said} | more


def voices(*said: tuple[str, str, int], **more: Any) -> list[dict[str, Any]]:
    """(date, stance, how many)."""
    return [voice(day, stance, **more) for day, stance, n in said for _ in range(n)]


def level(series: str, day: str, value: float, **more: Any) -> dict[str, Any]:
    row = {"series_id": series, "sectors": "film", "date": day, "measure": "close", "value": value, "unit": "points"}
    return row | {"value_qualifier": "exact", "confidence": "high"} | more


def move(series: str, day: str, value: float, measure: str = "pct_change_day", **more: Any) -> dict[str, Any]:
    return level(series, day, value) | {"measure": measure, "unit": "percent"} | more


SERIES = [
    {"series_id": "story", "name_en": "Story", "name_zh": "题材", "kind": "concept_index", "currency": "CNY", "benchmark_id": "broad"},
    {"series_id": "trade", "name_en": "Trade", "name_zh": "行业", "kind": "sector_index", "currency": "CNY", "benchmark_id": "broad"},
    {"series_id": "broad", "name_en": "Broad", "name_zh": "宽基", "kind": "benchmark", "currency": "CNY"},
]
BROAD = [level("broad", day, value) for day, value in (("2024-02-20", 1000.0), ("2024-02-21", 1010.0), ("2024-03-22", 1030.0))]


def moved(*rows: dict[str, Any], filters: Filters = ALL) -> pd.DataFrame:
    numbered = [{"move_id": f"IM{i:03d}"} | row for i, row in enumerate([*BROAD, *rows], start=1)]
    return lane(frame_of(tables_from(index_moves=numbered, series=SERIES), filters), "market")


# The axis ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        ("", "", "2022-01-01", REAL.data_as_of),
        ("2024-03", "2024-Q3", "2024-03-01", "2024-09-30"),
        ("2024-02-15", "2024-02-15", "2024-02-15", "2024-02-15"),
        ("", "2019", "2018-12-31", "2019-12-31"),  # before the axis usually begins: the year up to it
        ("2030", "", "2030-01-01", "2031-01-01"),  # after the newest document: the year from it
        ("2019", "", "2019-01-01", REAL.data_as_of),
    ],
)
def test_the_axis_is_what_is_chosen_else_from_2022_to_the_newest_document(since: str, until: str, first: str, last: str) -> None:
    assert timeline.time_range(REAL, Filters(since=since, until=until)) == (date.fromisoformat(first), date.fromisoformat(last))


def test_a_record_of_a_long_period_stands_inside_the_axis_that_it_touches() -> None:
    tables = tables_from(opinions=voices(("2024", "neutral", 1), ("2024-05", "neutral", 1), ("2024-05-10", "neutral", 1)))

    def places(**more: str) -> list[str]:
        return [str(d.date()) for d in lane(frame_of(tables, Filters(**more)), "voices").sort_values("record_id")["drawn_date"]]

    assert places() == ["2024-07-01", "2024-05-16", "2024-05-10"]
    assert places(since="2024-10") == ["2024-10-01"]
    assert places(until="2024-05-12") == ["2024-05-12", "2024-05-12", "2024-05-10"]


def test_what_lies_outside_the_axis_is_said() -> None:
    tables = tables_from(opinions=voices(("2019-05", "neutral", 2), ("2025-05", "neutral", 3)))
    figure = impact_timeline(frame_of(tables), Words("en"))
    assert "2 records lie outside the axis" in notes(figure)
    assert "outside" not in notes(impact_timeline(frame_of(tables, Filters(since="2019")), Words("en")))


def notes(figure: go.Figure) -> str:
    return "\n".join(str(a["text"]) for a in figure.layout.annotations)


# Voices ------------------------------------------------------------------------------------------


def test_a_pile_has_neutral_voices_around_the_middle_and_stronger_ones_further_out() -> None:
    said = voices(("2024-05", "neutral", 3), ("2024-05", "strongly_positive", 1), ("2024-05", "positive", 1), ("2024-05", "negative", 2))
    said += voices(("2024-06", "positive", 2), ("2024-06", "strongly_negative", 1), ("2024-06", "negative", 1))
    piles = lane(frame_of(tables_from(opinions=said)), "voices")
    may, june = (piles[piles["period_month"] == month] for month in ("2024-05", "2024-06"))
    assert sorted(may.loc[may["category"] == "neutral", "pile_level"]) == [-1, 0, 1]
    assert may.loc[may["category"] == "positive", "pile_level"].tolist() == [2]
    assert may.loc[may["category"] == "strongly_positive", "pile_level"].tolist() == [3]
    assert sorted(may.loc[may["category"] == "negative", "pile_level"]) == [-3, -2]
    assert sorted(june.loc[june["category"] == "positive", "pile_level"]) == [0.5, 1.5]
    assert june.loc[june["category"] == "negative", "pile_level"].tolist() == [-0.5]
    assert june.loc[june["category"] == "strongly_negative", "pile_level"].tolist() == [-1.5]


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.sampled_from(["2024-05", "2024-06-03", "2024"]), st.sampled_from(["neutral", "positive", "negative"])), max_size=30
    )
)
def test_no_two_voices_of_a_pile_stand_in_one_place(said: list[tuple[str, str]]) -> None:
    piles = lane(frame_of(tables_from(opinions=[voice(day, stance) for day, stance in said])), "voices")
    for _, pile in piles.groupby("period_month"):
        levels = sorted(pile["pile_level"])
        assert all(b - a == 1 for a, b in pairwise(levels))
        assert (np.sign(pile["pile_level"]) * pile["mark_value"] >= 0).all()


def test_a_pile_out_of_one_document_is_marked_and_said() -> None:
    said = voices(("2024-03", "positive", 7), source_ids="S1;S9") + voices(("2024-03", "neutral", 5), source_ids="S2")
    said += voices(("2024-04", "positive", 9)) + voices(("2024-05", "neutral", 5), ("2024-05", "positive", 5), source_ids="S3")
    said[-1]["source_ids"] = "S4"
    frame = frame_of(tables_from(opinions=said))
    piles = lane(frame, "voices").groupby("period_month")["is_one_document"].sum().to_dict()
    assert piles == {"2024-03": 7, "2024-04": 0, "2024-05": 9}  # nine voices are too few to say it of
    assert "7 of 12: one article" in notes(impact_timeline(frame, Words("en")))
    assert "12条中7条出自同一篇报道" in notes(impact_timeline(frame, Words("zh")))


# The moving balance --------------------------------------------------------------------------------


def test_the_balance_is_that_of_three_months_and_needs_ten_voices() -> None:
    said = voices(("2024-01", "positive", 4), ("2024-02-10", "negative", 3), ("2024-03", "strongly_positive", 2), ("2024-04", "neutral", 6))
    said += voices(("2024", "negative", 20))  # known only to the year: in no three months
    said[0]["source_ids"] = "S7;S8"
    balances = lane(frame_of(tables_from(opinions=said)), "balance")
    # January to March hold nine; February to April eleven: 2 positive, 3 negative.
    assert balances["period_month"].tolist() == ["2024-04"]
    row = balances.iloc[0]
    assert (row["n"], row["n_positive"], row["n_neutral"], row["n_negative"]) == (11, 2, 6, 3)
    assert row["balance_points"] == pytest.approx(100 * (2 - 3) / 11)
    assert (row["balance_low_points"], row["balance_high_points"]) == pytest.approx(balance(2, 3, 11)[1:])
    assert (str(row["date_start"].date()), str(row["date_end"].date())) == ("2024-02-01", "2024-04-30")
    assert row["n_largest_document"] == 11
    assert row["record_id"] in set(lane(frame_of(tables_from(opinions=said)), "voices")["record_id"])


def test_a_window_lies_whole_in_the_chosen_dates() -> None:
    tables = tables_from(opinions=voices(*((f"2024-{m:02d}", "positive", 10) for m in range(1, 8))))

    def months(**more: str) -> list[str]:
        return lane(frame_of(tables, Filters(**more)), "balance")["period_month"].tolist()

    assert months() == [f"2024-{m:02d}" for m in range(1, 8)]
    assert months(since="2024-02", until="2024-06") == ["2024-04", "2024-05", "2024-06"]
    assert months(since="2024-02-15") == ["2024-05", "2024-06", "2024-07"]


def test_a_balance_leads_to_the_voices_of_its_months() -> None:
    chart = CHART[SLUG]
    for filters in (ALL, Filters(panels="sectors"), Filters(("games",), False)):
        balances = lane(frame_of(REAL, filters), "balance")
        assert len(balances)
        for mark in balances.to_dict("records"):
            behind = chart.behind(REAL, filters, mark)
            assert len(behind) == mark["n"]
            assert (behind["mark_value"] > 0).sum() == mark["n_positive"]
            assert behind["record_id"].is_unique


def test_the_finding_says_how_the_balance_ran_and_leaves_out_what_is_one_documents() -> None:
    turned = voices(("2024-01", "positive", 20), ("2024-07", "negative", 20), ("2024-01", "neutral", 1), ("2024-07", "neutral", 1))
    for number, row in enumerate(turned):
        row["source_ids"] = f"S{number % 5}"
    said = impact_timeline_finding(frame_of(tables_from(opinions=turned)), Words("en"))
    assert said == "The balance of voices went from +95 points (Nov 2023 to Jan 2024, n = 21) to −95 (May to Jul 2024, n = 21)"
    split = impact_timeline_finding(frame_of(tables_from(opinions=turned), Filters(panels="sectors")), Words("zh"))
    assert split == "所收集观点的净立场：影视从2023年11月至2024年1月的+95个百分点（n = 21）变为2024年5月至7月的−95（n = 21）；42条观点"
    alone = [row | {"source_ids": "S1"} for row in turned]
    assert impact_timeline_finding(frame_of(tables_from(opinions=alone)), Words("en")) == "42 voices"
    mixed = voices(("2024-01", "positive", 6), ("2024-01", "negative", 4), ("2024-07", "positive", 4), ("2024-07", "negative", 6))
    mixed = [row | {"source_ids": f"S{number % 5}"} for number, row in enumerate(mixed)]
    assert impact_timeline_finding(frame_of(tables_from(opinions=mixed)), Words("en")).endswith(", but the 95% intervals overlap")


# Rounds and moves ----------------------------------------------------------------------------------


def round_(usd: float | None, **more: Any) -> dict[str, Any]:
    money = {"amount_qualifier": "undisclosed"} if usd is None else {"amount_qualifier": "exact", "amount_usd_m": usd, "currency": "USD"}
    base = {"company_id": "small", "announced_date": "2024-02-10", "is_date_inferred": False, "stage": "seed", "sectors": "film"}
    return base | {"status": "closed"} | money | more


ENTITIES = [
    {"entity_id": "small", "kind": "company", "company_kind": "video_model", "name_en": "Small", "name_zh": "小"},
    {"entity_id": "big", "kind": "company", "company_kind": "general_model", "name_en": "Big", "name_zh": "大"},
]
ROUNDS = [
    round_(100, round_id="FR001"),
    round_(4000, round_id="FR002", company_id="big"),
    round_(60, round_id="FR003", part_of="FR001"),
    round_(1000, round_id="FR004", status="cancelled"),
    round_(None, round_id="FR005"),
    round_(None, round_id="FR006", amount_qualifier="exact", amount_original=5e8, currency="CNY"),
    round_(30, round_id="FR007", amount_qualifier="at_least", sectors="film;games"),
    round_(80, round_id="FR008", amount_qualifier="up_to", announced_date="2024-Q3"),
    round_(7, round_id="FR009", amount_qualifier="about", announced_date="2024"),
]


def test_every_kind_of_round_has_its_mark() -> None:
    frame = frame_of(tables_from(funding_rounds=ROUNDS, entities=ENTITIES))
    rounds = lane(frame, "money").set_index("record_id")
    assert rounds["mark_value"].dropna().to_dict() == {
        "FR001": 100, "FR002": 4000, "FR003": 60, "FR004": 1000, "FR007": 30, "FR008": 80, "FR009": 7,
    }  # fmt: skip
    shapes = {}
    for trace in drawn.money_marks(lane(frame, "money"), drawn.hovers(frame, Words("en")), ("x", "y"), -0.5):
        shapes |= {
            frame.at[i[0], "record_id"]: (trace["marker"]["symbol"], y) for i, y in zip(trace["customdata"], trace["y"], strict=True)
        }
    assert shapes["FR001"] == ("circle", 2)
    assert shapes["FR002"][0] == "circle-open"
    assert shapes["FR003"][0] == "circle-open"
    assert shapes["FR004"] == ("x-thin-open", 3)
    assert shapes["FR005"] == shapes["FR006"] == ("cross-thin-open", -0.5)
    assert shapes["FR007"][0] == shapes["FR008"][0] == shapes["FR009"][0] == "circle"
    hovers = {frame.at[i, "record_id"]: text.replace("<br>", " ") for i, text in drawn.hovers(frame, Words("en")).items()}
    assert "at least US$30m" in hovers["FR007"]
    assert "up to US$80m" in hovers["FR008"]
    assert "Q3 2024" in hovers["FR008"]
    assert "about US$7m" in hovers["FR009"]
    assert "no amount in US$" in hovers["FR006"]
    assert "part of another round" in hovers["FR003"]
    assert "Cancelled" in hovers["FR004"]


def test_a_days_move_stands_beside_its_benchmark_where_both_closes_are_stated() -> None:
    moves = moved(move("trade", "2024-02-21", 3.0), move("trade", "2024-03-21", 2.0), move("broad", "2024-02-21", 1.0))
    beside = moves.set_index("date_printed").query("category == 'pct_change_day'")
    # 20 to 21 February: 1010 / 1000.
    assert beside.loc["2024-02-21", "benchmark_move_pct"] == pytest.approx(1.0)
    assert beside.loc["2024-02-21", "benchmark_en"] == "Broad"
    assert str(beside.loc["2024-02-21", "base_date"].date()) == "2024-02-20"
    assert pd.isna(beside.loc["2024-03-21", "benchmark_move_pct"])
    assert pd.isna(beside.loc["2024-03-21", "benchmark_en"])
    assert pd.isna(moves.set_index("category").loc["benchmark", "benchmark_move_pct"])


def test_a_window_counts_from_the_session_before_and_a_reading_has_no_benchmark() -> None:
    moves = moved(
        move("trade", "2024-03-22", 5.0, "pct_change_window", window_start="2024-02-21"),
        move("trade", "2024-03-22", 6.0, "pct_change_window"),
        move("trade", "2024-02-21", 4.0, "pct_change_intraday", confidence="low"),
    ).set_index("mark_value")
    assert moves.loc[5.0, "benchmark_move_pct"] == pytest.approx(3.0)
    assert pd.isna(moves.loc[6.0, "benchmark_move_pct"])
    assert pd.isna(moves.loc[6.0, "window_start"])
    assert pd.isna(moves.loc[4.0, "benchmark_move_pct"])
    texts = [text.replace("<br>", " ") for text in drawn.hovers(moves.reset_index(), Words("en")).values()]
    assert any("start not stated" in text for text in texts)
    assert any("not a close" in text and "Low confidence" in text for text in texts)
    assert any("Broad over the same days: +3%; difference +2 points" in text for text in texts)


def test_a_concept_index_moves_between_its_first_and_last_stated_level_and_nothing_between() -> None:
    rows = (level("story", "2024-02-20", 1250.0), level("story", "2024-03-22", 1825.0, measure="high"), level("trade", "2024-02-20", 5.0))
    moves = moved(*rows)
    assert moves["category"].tolist() == ["computed"]
    row = moves.iloc[0]
    assert row["mark_value"] == pytest.approx(46.0)
    assert row["benchmark_move_pct"] == pytest.approx(3.0)
    assert (str(row["window_start"].date()), row["date_printed"], row["record_id"]) == ("2024-02-20", "2024-03-22", "IM005")
    assert moved(rows[0]).empty, "one level is no move"
    assert moved(*rows, filters=Filters(until="2024-03-01")).empty, "the last level is outside the dates"
    assert len(moved(*rows, filters=Filters(since="2024-03-01"))) == 1


def test_the_shipped_concept_index_is_one_computed_move_beside_its_benchmark() -> None:
    computed = lane(frame_of(REAL), "market").query("category == 'computed'")
    assert computed["mark_value"].round(1).tolist() == [46.1]
    assert computed["benchmark_move_pct"].round(1).tolist() == [3.9]


# What the frame holds ------------------------------------------------------------------------------


def expected(filters: Filters) -> list[tuple[str, str, str | None]]:
    """(lane, record, sector) of every record that the filters keep in the lanes shown."""
    found: list[tuple[str, str, str | None]] = []
    for name, key in KEYS.items():
        if name in filters.hide:
            continue
        rows = chosen(REAL, LANES[name], filters)
        kept = collected(one_voice(rows, filters) if name == "voices" else rows)
        for record in kept.to_dict("records"):
            sectors = [s for s in shown_sectors(filters) if record[f"in_{s}"]] if filters.panels == "sectors" else [None]
            found += [(name, record[key], sector) for sector in sectors]
    return sorted(found, key=str)


@settings(max_examples=25)
@given(FILTERS)
def test_every_record_is_in_its_lane_once_or_once_in_each_of_its_sectors(filters: Filters) -> None:
    frame = frame_of(REAL, filters)
    held = frame[frame["lane"].isin(KEYS)]
    triples = [(a, b, c if isinstance(c, str) else None) for a, b, c in zip(held["lane"], held["record_id"], held["sector"], strict=True)]
    assert sorted(triples, key=str) == expected(filters)
    assert not set(frame["lane"]) & set(filters.hide)
    moves = lane(frame, "market")
    stated = chosen(REAL, "index_moves", filters)
    kept = set(collected(stated)["move_id"])
    assert set(moves["record_id"]) <= kept
    assert not moves.duplicated(["record_id", "sector"]).any()
    if "voices" in filters.hide:
        assert lane(frame, "balance").empty
    assert (lane(frame, "balance")["n"] >= 10).all()


@settings(max_examples=6)
@given(FILTERS)
def test_duckdb_gives_the_same_frame(filters: Filters) -> None:
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    carried = Tables(REAL.folder, REAL.version, lambda name: connection.sql(f"select * from '{REAL.folder}/{name}.parquet'"))
    here, there = frame_of(REAL, filters), frame_of(carried, filters)
    for column in ("sector", "lane", "record_id", "category", "date_printed", "drawn_as", "period_month"):
        assert here[column].fillna("").tolist() == there[column].fillna("").tolist()
    for column in ("mark_value", "pile_level", "benchmark_move_pct", "balance_points", "n"):
        assert here[column].fillna(-999).tolist() == pytest.approx(there[column].fillna(-999).tolist())


def test_all_lanes_hidden_is_an_empty_frame_of_the_same_shape() -> None:
    hidden = frame_of(REAL, Filters(hide=tuple(LANES)))
    assert hidden.empty
    assert arrow_table(hidden, "opinions").schema == arrow_table(frame_of(REAL), "opinions").schema


@pytest.mark.parametrize("filters", [ALL, Filters(panels="sectors"), Filters(("film",), hide=("money",))], ids=["all", "split", "few"])
def test_the_file_draws_the_figure_again(filters: Filters, tmp_path: Any) -> None:
    import pyarrow.parquet as pq

    frame = frame_of(REAL, filters)
    pq.write_table(arrow_table(frame, "opinions"), tmp_path / "file.parquet")
    again = pq.read_table(tmp_path / "file.parquet").to_pandas(date_as_object=False)
    again["sector"] = again["sector"].astype("object")
    for lang in LANGUAGES:
        assert impact_timeline(again, Words(lang)).to_json() == impact_timeline(frame, Words(lang)).to_json()
        assert impact_timeline_finding(again, Words(lang)) == impact_timeline_finding(frame, Words(lang))


# Thinning ------------------------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lanes that are full with a few marks, so that the shipped records thin out."""
    monkeypatch.setattr(timeline, "MANY", {"events": 60, "voices": 100, "money": 50, "market": 30})
    monkeypatch.setattr(timeline, "SINGLY", {"events": 5, "voices": 0, "money": 7, "market": 4})


def counted(figure: go.Figure, frame: pd.DataFrame) -> dict[tuple[str, str], int]:
    """What the cells of a figure count, by lane and sector: the sum of their numbers, with the marks beside them."""
    found: dict[tuple[str, str], int] = {}
    for trace in json.loads(figure.to_json())["data"]:
        if trace["type"] == "bar":
            for first, n in trace["customdata"]:
                row = frame.iloc[first]
                key = (row["lane"], row["sector"] if isinstance(row["sector"], str) else "")
                found[key] = found.get(key, 0) + n
    return found


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("filters", [ALL, Filters(panels="sectors"), Filters(("film", "games"))], ids=["all", "split", "two"])
def test_cells_and_single_marks_add_up_to_every_lane_and_the_chart_says_so(filters: Filters) -> None:
    frame = frame_of(REAL, filters)
    figure = impact_timeline(frame, Words("en"))
    cells = counted(figure, frame)
    texts = notes(figure)
    for (name, sector), part in frame[frame["drawn_as"] != "line"].groupby(["lane", frame["sector"].fillna("")]):
        singly = int((part["drawn_as"] == "mark").sum())
        assert cells.get((name, sector), 0) + singly == len(part)
        in_cells = len(part) - singly
        if in_cells:
            assert (f"{in_cells} counted by month, {singly} drawn singly" if singly else f"{in_cells} counted by month") in texts
    assert lane(frame, "voices")["drawn_as"].eq("cell").all()
    assert lane(frame, "money").query("drawn_as == 'mark'")["record_id"].nunique() == 7
    assert lane(frame, "events").query("drawn_as == 'mark'")["is_headline"].all()


@pytest.mark.usefixtures("few")
def test_the_largest_are_still_drawn_each() -> None:
    frame = frame_of(REAL)
    for name, n in (("money", 7), ("market", 4)):
        own = lane(frame, name)
        size = own["mark_value"].abs()
        assert size[own["drawn_as"] == "mark"].min() >= size[own["drawn_as"] == "cell"].max()
        assert (own["drawn_as"] == "mark").sum() == n


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("filters", [ALL, Filters(("film", "short_drama"), panels="sectors")], ids=["all", "split"])
def test_a_cell_leads_to_what_it_counts(filters: Filters) -> None:
    frame = frame_of(REAL, filters)
    figure = json.loads(impact_timeline(frame, Words("en")).to_json())
    pairs = [pair for trace in figure["data"] if trace["type"] == "bar" for pair in trace["customdata"]]
    assert len(pairs) > 40
    for first, n in pairs[::5]:
        mark = frame.iloc[first].to_dict()
        behind = CHART[SLUG].behind(REAL, filters, mark)
        own = frame[
            (frame["lane"] == mark["lane"]) & (frame["sector"].fillna("") == (mark["sector"] if isinstance(mark["sector"], str) else ""))
        ]
        singly = set(own.loc[own["drawn_as"] == "mark", "record_id"])
        assert mark["record_id"] in set(behind["record_id"])
        assert len(set(behind["record_id"]) - singly) == n


@pytest.mark.usefixtures("few")
def test_cells_have_words_in_both_languages() -> None:
    for lang in LANGUAGES:
        figure = json.loads(impact_timeline(frame_of(REAL), Words(lang)).to_json())
        texts = [text for trace in figure["data"] if trace["type"] == "bar" for text in trace["hovertext"]]
        assert len(texts) == len([text for text in texts if any(ch.isdigit() for ch in text)])
    assert any("无美元金额" in text for text in texts)
    assert any("次涨跌" in text for text in texts)


def test_a_pile_higher_than_its_lane_becomes_a_column() -> None:
    frame = frame_of(tables_from(opinions=voices(("2024-03", "positive", timeline.TALLEST + 1))))
    assert lane(frame, "voices")["drawn_as"].eq("cell").all()
    assert counted(impact_timeline(frame, Words("zh")), frame) == {("voices", ""): timeline.TALLEST + 1}


def test_the_shipped_records_are_each_a_mark() -> None:
    frame = frame_of(REAL)
    assert set(frame["drawn_as"]) == {"mark", "line"}
    assert not counted(impact_timeline(frame, Words("en")), frame)


# Loaded series -------------------------------------------------------------------------------------


def test_loaded_series_are_rebased_at_the_first_day_of_the_axis_and_closes_stay_where_they_are() -> None:
    tables = two_series()
    frame = frame_of(tables, Filters(since="2024-03", until="2024-06"))
    levels = lane(frame, "levels")
    closes = tables.levels.read("made-index").to_pandas().assign(date=lambda f: pd.to_datetime(f["date"])).set_index("date")["close"]
    base = closes[: pd.Timestamp("2024-03-01")].iloc[-1]
    own = levels[levels["record_id"] == "made-index"].set_index("drawn_date")["mark_value"]
    expected_days = closes["2024-03-01":"2024-06-30"]
    assert own.index.tolist() == expected_days.index.tolist()
    assert own.tolist() == pytest.approx((100 * expected_days / base).tolist())
    assert not np.isin(np.round(closes.to_numpy(), 6), np.round(frame.select_dtypes("number").to_numpy(), 6)).any()
    assert set(levels["drawn_as"]) == {"line"}
    figure = impact_timeline(frame, Words("en"))
    assert "Loaded series (2), rebased to 100" in notes(figure)
    assert CHART[SLUG].behind(tables, Filters(), levels.iloc[0].to_dict()).empty


def test_a_series_that_begins_late_is_100_on_its_first_day_and_says_so() -> None:
    frame = frame_of(with_levels(levels_of({"late": walk(5, "2024-05-06", 60)})))
    first = lane(frame, "levels").iloc[0]
    assert (first["mark_value"], str(first["base_date"].date())) == (100, "2024-05-06")
    assert "(100 on 6 May 2024)" in notes(impact_timeline(frame, Words("en")))


def test_without_levels_nothing_of_them_is_drawn() -> None:
    assert lane(frame_of(REAL), "levels").empty
    assert lane(frame_of(two_series(), Filters(hide=("market",))), "levels").empty
    assert "Loaded series" not in notes(impact_timeline(frame_of(REAL), Words("en")))


def many_series() -> Tables:
    kinds = {"a-share": "stock", "b-concept": "concept_index", "c-sector": "sector_index", "d-fund": "etf", "e-sector": "sector_index"}
    facts = {code.replace("-", "_"): {"kind": kind, "sectors": ("games",), "benchmark": "z-broad"} for code, kind in kinds.items()}
    facts |= {"y_broad": {"kind": "benchmark", "sectors": ("cross",)}, "z_broad": {"kind": "benchmark", "sectors": ("cross",)}}
    names = [*kinds, "y-broad", "z-broad"]
    return with_levels(levels_of({code: walk(n, days=200) for n, code in enumerate(names)}, **facts))


def test_a_few_series_are_drawn_unless_others_are_chosen() -> None:
    tables = many_series()

    def codes(filters: Filters) -> list[str]:
        return [s.code for s in shown_series(tables, filters)]

    assert codes(ALL) == ["b-concept", "c-sector", "e-sector", "d-fund", "z-broad"]
    assert codes(Filters(("games",), cross=False)) == ["b-concept", "c-sector", "e-sector", "d-fund"]
    assert codes(Filters(("film",))) == ["y-broad"]
    assert codes(Filters(kind=("stock",))) == ["a-share"]
    assert codes(Filters(series=("a-share", "nothing"))) == ["a-share"]
    split = lane(frame_of(tables, Filters(panels="sectors")), "levels")
    assert set(zip(split["sector"], split["record_id"], strict=True)) >= {("games", "b-concept"), ("cross", "z-broad")}


def test_a_series_that_cannot_be_read_takes_nothing_else_along(caplog: pytest.LogCaptureFixture) -> None:
    good = two_series().levels

    def read(code: str, *more: Any) -> pa.Table:
        if code == "made-index":
            raise LevelsUnreadable("gone")
        return good.read(code, *more)

    frame = frame_of(with_levels(Loaded(good.series, _read=read)))
    assert set(lane(frame, "levels")["record_id"]) == {"made-market"}
    assert len(lane(frame, "voices")) == len(REAL.native("opinions"))
    assert "gone" in caplog.text


def test_a_long_line_is_thinned_keeps_its_ends_and_extremes_and_says_so() -> None:
    tables = with_levels(levels_of({"long": walk(7, "1990-01-02", 9000)}))
    frame = frame_of(tables, Filters(since="1990"))
    levels = lane(frame, "levels")
    assert len(levels) == 9000, "the file has every day"
    figure = impact_timeline(frame, Words("en"))
    line = next(trace for trace in json.loads(figure.to_json())["data"] if trace.get("hovertemplate"))
    assert drawn.LINE_POINTS / 2 < len(line["x"]) <= drawn.LINE_POINTS
    assert line["x"] == sorted(line["x"])
    assert {line["x"][0], line["x"][-1]} == {str(levels["drawn_date"].min().date()), str(levels["drawn_date"].max().date())}
    assert min(line["y"]) == round(levels["mark_value"].min(), 2)
    assert max(line["y"]) == round(levels["mark_value"].max(), 2)
    assert f"thinned to {drawn.LINE_POINTS:,} points a line" in notes(figure)
    assert all(round(frame.at[i, "mark_value"], 2) == y for (i,), y in zip(line["customdata"], line["y"], strict=True))


def test_a_line_stops_where_days_are_missing() -> None:
    days = walk(3, "2024-01-02", 200)
    gapped = pd.concat([days.iloc[:60], days.iloc[90:]], ignore_index=True)
    figure = impact_timeline(frame_of(with_levels(levels_of({"gapped": gapped}))), Words("en"))
    line = next(trace for trace in json.loads(figure.to_json())["data"] if trace.get("hovertemplate"))
    assert [i for i, x in enumerate(line["x"]) if x is None] == [60]
    assert line["y"][60] is None
    assert len(line["x"]) == len(line["y"]) == len(line["customdata"]) == 171


# The figure ----------------------------------------------------------------------------------------


@settings(max_examples=8)
@given(FILTERS, st.sampled_from(LANGUAGES))
def test_lanes_lie_below_one_another_inside_the_figure_and_nothing_asks_for_another_margin(filters: Filters, lang: str) -> None:
    frame = frame_of(REAL, filters)
    layout = json.loads(impact_timeline(frame, Words(lang)).to_json())["layout"]
    assert impact_timeline_height(frame) > 0
    if frame.empty:
        return
    domains = [axis["domain"] for name, axis in layout.items() if name.startswith("yaxis")]
    assert all(0 <= low < high <= 1 for low, high in domains)
    assert all(upper[0] >= lower[1] for upper, lower in pairwise(domains))
    axes = [axis for name, axis in layout.items() if name.startswith(("xaxis", "yaxis"))]
    assert all(axis["automargin"] is False for axis in axes)
    assert len({json.dumps(axis["range"]) for name, axis in layout.items() if name.startswith("xaxis")}) == 1


def test_blocks_share_their_scales_and_each_names_its_sector() -> None:
    frame = frame_of(REAL, Filters(("film", "short_drama", "games"), panels="sectors"))
    figure = json.loads(impact_timeline(frame, Words("zh")).to_json())
    ranges: dict[str, set[str]] = {}
    for trace in figure["data"]:
        name = frame.iloc[trace["customdata"][0][0]]["lane"] if trace.get("customdata") else None
        if name and name != "events":
            ranges.setdefault(name, set()).add(json.dumps(figure["layout"][f"yaxis{trace['yaxis'][1:]}"]["range"]))
    assert ranges
    assert all(len(found) == 1 for found in ranges.values())
    said = [a["text"] for a in figure["layout"]["annotations"]]
    for sector in ("影视", "短剧", "游戏", "跨行业"):
        assert f"<b>{sector}</b>" in said


def test_hidden_lanes_leave_room_that_the_others_take() -> None:
    def heights(**more: Any) -> dict[str, float]:
        frame = frame_of(REAL, Filters(**more))
        layout = json.loads(impact_timeline(frame, Words("en")).to_json())["layout"]
        total = impact_timeline_height(frame)
        domains = [axis["domain"] for name, axis in layout.items() if name.startswith("yaxis")]
        return dict(
            zip([name for name in timeline.ALL_LANES if (frame["lane"] == name).any()], [total * (b - a) for a, b in domains], strict=True)
        )

    every, two = heights(), heights(hide=("events", "money"))
    assert set(two) == {"voices", "balance", "market"}
    assert two["voices"] > 1.2 * every["voices"]
    assert two["market"] > 1.2 * every["market"]


def test_every_event_kind_has_a_shape_of_its_own_on_the_line_of_its_group() -> None:
    frame = frame_of(REAL)
    layout, traces = (json.loads(impact_timeline(frame, Words("en")).to_json())[part] for part in ("layout", "data"))
    kinds = lane(frame, "events")["category"].nunique()
    assert len(set(layout["yaxis"]["ticktext"])) == len(EVENT_LINES) == len(set(layout["yaxis"]["tickvals"]))
    assert sorted(kind for group in EVENT_LINES.values() for kind in group) == sorted(EVENT_SYMBOLS)
    shapes = {}
    for trace in traces:
        if trace.get("mode") == "markers" and trace.get("yaxis") == "y":
            kind = frame.iloc[trace["customdata"][0][0]]["category"]
            shapes[kind] = {symbol.removesuffix("-open") for symbol in trace["marker"]["symbol"]}
            vague = [frame.iloc[i]["date_precision"] != "day" for (i,) in trace["customdata"]]
            assert [symbol.endswith("-open") for symbol in trace["marker"]["symbol"]] == vague
    assert len(shapes) == kinds
    assert len({shape for found in shapes.values() for shape in found}) == kinds


# Names ---------------------------------------------------------------------------------------------


WIDTH = 240.0
WANTED = st.lists(st.builds(Stem, st.floats(0, WIDTH), st.floats(10, 110), st.integers(0, 2)), max_size=16).map(
    lambda stems: list(enumerate(stems))
)


def span(stem: Stem, place: Place) -> tuple[float, float]:
    return (stem.at - stem.wide, stem.at) if place.is_left else (stem.at, stem.at + stem.wide)


@settings(max_examples=60)
@given(WANTED)
def test_no_name_covers_another_and_no_stem_runs_through_a_name(wanted: list[tuple[int, Stem]]) -> None:
    stems, places = dict(wanted), on_stems(wanted, WIDTH, 8)
    for key, place in places.items():
        low, high = span(stems[key], place)
        assert low >= 0
        assert high <= WIDTH
        assert place.row < 8
        for other, its in places.items():
            if other == key:
                continue
            its_low, its_high = span(stems[other], its)
            if its.row == place.row:
                assert high < its_low or its_high < low
            if its.row > place.row:
                assert not low < stems[other].at < high


def test_the_heaviest_names_are_placed_before_many_light_ones() -> None:
    wanted = [("light", Stem(118, 60, 0)), ("heavy", Stem(120, 60, 2)), ("other", Stem(122, 60, 0))]
    assert "heavy" in on_stems(wanted, WIDTH, 1)
    assert on_stems([], WIDTH, 8) == {}
    assert on_stems([("wide", Stem(120, 300, 1))], WIDTH, 8) == {}


def test_a_name_takes_the_first_place_that_is_free() -> None:
    places = [("right", (10.0, 40.0, 0.0, 14.0)), ("left", (60.0, 90.0, 0.0, 14.0))]
    assert free_boxes([("a", places), ("b", places), ("c", places)], 100, 20) == {"a": "right", "b": "left"}
    assert free_boxes([("a", places)], 100, 20, [(0, 50, 0, 20)]) == {"a": "left"}
    assert free_boxes([("a", places)], 100, 10) == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_arc_of_sora_is_named_and_no_label_leaves_a_telephone(lang: str) -> None:
    figure = impact_timeline(frame_of(REAL), Words(lang))
    named = [text for trace in json.loads(figure.to_json())["data"] if trace.get("mode") == "text" for text in trace["text"]]
    for short in {
        "en": ("Sora announced", "Sora opens", "Sora 2", "Sora to close"),
        "zh": ("Sora发布", "Sora上线", "Sora 2", "Sora宣布关停"),
    }[lang]:
        assert any(short in text for text in named)
