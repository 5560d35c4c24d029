"""What one speaker said, and who took another stance. Rows made here are synthetic."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from components.charts import CHART
from components.words import Words
from data.filters import Filters
from data.frames import beside, speakers
from data.tables import Tables, open_tables
from tests.factory import tables_from

ALL = Filters()


def opinion(speaker: str, date: str, stance: str, theme: str = "audience", **more: Any) -> dict[str, Any]:
    return {"speaker_id": speaker, "said_date": date, "stance": stance, "theme": theme, "sectors": "film", "is_anonymous": False, **more}


def path_of(tables: Tables, filters: Filters):  # type: ignore[no-untyped-def]
    return speakers.speaker_path(speakers.speaker_path_rows(tables, filters), filters)


def minds_of(tables: Tables, filters: Filters = ALL):  # type: ignore[no-untyped-def]
    return speakers.changed_minds(speakers.changed_minds_rows(tables, filters), filters)


def said(slug: str, tables: Tables, filters: Filters = ALL) -> str:
    chart = CHART[slug]
    return chart.finding(chart.frame(chart.rows(tables, filters), filters), Words("en"))


# What one speaker said ---------------------------------------------------------------------------

TWO_SPEAKERS = tables_from(
    opinions=[
        opinion("ann", "2025-03-01", "positive"),
        opinion("ann", "2024-03-01", "negative"),
        opinion("ann", "2024", "neutral", "policy"),
        opinion("bob", "2024-03-01", "neutral"),
    ]
)


def test_a_path_is_of_the_chosen_speaker_and_in_order() -> None:
    frame = path_of(TWO_SPEAKERS, Filters(speaker="ann"))
    assert list(zip(frame["said_date"], frame["step"], strict=True)) == [("2024-03-01", -1), ("2024", 0), ("2025-03-01", 1)]
    assert set(frame["speaker_id"]) == {"ann"}


def test_there_is_no_path_without_a_speaker() -> None:
    assert path_of(TWO_SPEAKERS, ALL).empty
    assert path_of(TWO_SPEAKERS, Filters(speaker="cat")).empty


def test_a_path_follows_the_other_filters_and_the_coding() -> None:
    assert len(path_of(TWO_SPEAKERS, Filters(speaker="ann", since="2025"))) == 1
    assert path_of(TWO_SPEAKERS, Filters(speaker="ann", coding="second")).empty
    coded = tables_from(opinions=[opinion("ann", "2024", "neutral", stance_second="positive", theme_second="policy")])
    assert path_of(coded, Filters(speaker="ann", coding="second"))[["step", "theme"]].iloc[0].tolist() == [1, "policy"]


def test_only_opinions_on_one_theme_are_joined() -> None:
    figure = CHART["speaker-path"].figure(path_of(TWO_SPEAKERS, Filters(speaker="ann")), Words("en"))
    assert {trace.name: len(trace.x) for trace in figure.data} == {"Audience": 2, "Rules & contracts": 1}


def test_marks_on_one_place_are_set_apart_within_their_step() -> None:
    same_day = tables_from(opinions=[opinion("ann", "2024-03-01", "neutral", theme) for theme in ("policy", "audience", "marketing")])
    figure = CHART["speaker-path"].figure(path_of(same_day, Filters(speaker="ann")), Words("en"))
    heights = sorted(float(y) for trace in figure.data for y in trace.y)
    assert heights == pytest.approx([-0.24, 0, 0.24])
    many = tables_from(opinions=[opinion("ann", "2024-03-01", "neutral") for _ in range(20)])
    heights = [float(y) for t in CHART["speaker-path"].figure(path_of(many, Filters(speaker="ann")), Words("en")).data for y in t.y]
    assert max(map(abs, heights)) < 0.5
    assert len(set(heights)) == 20


@pytest.mark.parametrize(
    ("opinions", "sentence"),
    [
        ([], "No records under these filters"),
        ([opinion("ann", "2024-03", "neutral")], "ann, read once (Mar 2024): neutral, on “Audience”"),
        (
            [opinion("ann", "2024-03", "neutral"), opinion("ann", "2024-03-20", "positive")],
            "ann, 2 opinions (Mar 2024): between neutral and positive; on no theme at two dates, so no change of mind can be told",
        ),
        (
            [opinion("ann", "2024-03", "neutral"), opinion("ann", "2025", "positive", "policy")],
            "ann, 2 opinions (Mar 2024 to 2025): between neutral and positive; on no theme at two dates, so no change of mind can be told",
        ),
        (
            [opinion("ann", "2024-03", "neutral"), opinion("ann", "2025", "neutral")],
            "ann, 2 opinions (Mar 2024 to 2025): all neutral; the same stance whenever a theme came back",
        ),
        (
            [opinion("ann", "2024-03", "positive"), opinion("ann", "2025", "negative")],
            "ann, 2 opinions (Mar 2024 to 2025): between negative and positive; on “Audience” from positive (Mar 2024) to negative (2025)",
        ),
    ],
)
def test_a_path_says_what_moved_and_on_what(opinions: list[dict[str, Any]], sentence: str) -> None:
    assert said("speaker-path", tables_from(opinions=opinions), Filters(speaker="ann")) == sentence


# Changed minds -----------------------------------------------------------------------------------

MINDS = tables_from(
    opinions=[
        # ann comes back to one theme and changes side; what she says of another theme in between is not part of it.
        opinion("ann", "2024-01-10", "positive", opinion_id="O1"),
        opinion("ann", "2024-06-10", "neutral", "policy", opinion_id="O2"),
        opinion("ann", "2025-01-10", "negative", opinion_id="O3"),
        # bob speaks of another theme the second time.
        opinion("bob", "2024-01", "strongly_negative", opinion_id="O4"),
        opinion("bob", "2024-03", "strongly_positive", "policy", opinion_id="O5"),
        # cat comes back and stays.
        opinion("cat", "2024", "neutral", opinion_id="O6"),
        opinion("cat", "2025", "neutral", opinion_id="O7"),
        # The order of dan's two is not certain; eve spoke once.
        opinion("dan", "2024-03", "positive", opinion_id="O8"),
        opinion("dan", "2024-03-20", "negative", opinion_id="O9"),
        opinion("eve", "2024-03-20", "negative", opinion_id="O10"),
        # No name, no mind.
        opinion("fay", "2024", "positive", is_anonymous=True, opinion_id="O11"),
        opinion("fay", "2025", "negative", is_anonymous=True, opinion_id="O12"),
        opinion("viewers", "2024", "positive", opinion_id="O13"),
        opinion("viewers", "2025", "negative", opinion_id="O14"),
    ],
    entities=[{"entity_id": "viewers", "kind": "group", "name_en": "Viewers"}],
)


def test_pairs_are_the_first_and_the_last_whose_order_is_certain() -> None:
    frame = minds_of(MINDS)
    # From -2 to 2 is 4 steps, from 1 to -1 is 2, and 0 stays 0: the longest first.
    assert list(zip(frame["speaker_id"], frame["move_steps"], frame["n"], strict=True)) == [("bob", 4, 2), ("ann", -2, 2), ("cat", 0, 2)]
    assert list(frame["first_opinion_id"]) == ["O4", "O1", "O6"]
    assert list(frame["last_opinion_id"]) == ["O5", "O3", "O7"]
    assert not {"dan", "eve", "fay", "viewers"} & set(frame["speaker_id"])


def test_another_theme_is_not_a_changed_mind() -> None:
    frame = minds_of(MINDS).set_index("speaker_id")
    assert frame["is_same_theme"].to_dict() == {"bob": False, "ann": True, "cat": True}
    assert frame["pair_theme"].fillna("").to_dict() == {"bob": "", "ann": "audience", "cat": "audience"}
    assert frame["changed_side"].to_dict() == {"bob": True, "ann": True, "cat": False}
    assert said("changed-minds", MINDS) == (
        "Of 3 speakers read at different dates, 2 spoke of the same theme again: 1 shifted their stance, 1 changed sides; "
        "1 more took another stance on another theme"
    )


@pytest.mark.parametrize(
    ("opinions", "sentence"),
    [
        ([opinion("ann", "2024", "neutral")], "No records under these filters"),
        (
            [opinion("ann", "2024", "neutral"), opinion("ann", "2025", "positive")],
            "The one speaker read at different dates spoke of the same theme again: 1 shifted their stance, none changed sides",
        ),
        (
            [opinion("ann", "2024", "neutral"), opinion("ann", "2025", "positive", "policy")],
            "The one speaker read at different dates came back to no theme: no change of mind can be told; "
            "1 more took another stance on another theme",
        ),
    ],
)
def test_the_finding_holds_for_one_speaker_and_none(opinions: list[dict[str, Any]], sentence: str) -> None:
    assert said("changed-minds", tables_from(opinions=opinions)) == sentence


def test_the_other_coding_may_say_otherwise() -> None:
    rows = [
        opinion("ann", "2024", "neutral", stance_second="neutral", theme_second="audience"),
        opinion("ann", "2025", "positive", stance_second="neutral", theme_second="audience"),
    ]
    tables = tables_from(opinions=rows)
    assert list(minds_of(tables)["move_steps"]) == [1]
    assert list(minds_of(tables, Filters(coding="second"))["move_steps"]) == [0]


def test_the_two_kinds_are_drawn_apart() -> None:
    figure = CHART["changed-minds"].figure(minds_of(MINDS), Words("en"))
    drawn = {(t.line.dash, int(t.y[0])) for t in figure.data if t.mode == "lines"}
    assert drawn == {("dot", 0), ("solid", 1), ("solid", 2)}


def test_each_pair_leads_to_its_opinions_and_to_its_speaker() -> None:
    chart, frame = CHART["changed-minds"], minds_of(MINDS)
    behind = [sorted(chart.behind(MINDS, ALL, mark)["opinion_id"]) for mark in frame.to_dict("records")]
    assert behind == [["O4", "O5"], ["O1", "O3"], ["O6", "O7"]]
    assert chart.narrows(frame.iloc[0].to_dict()) == [("speaker", "bob")]


@pytest.mark.parametrize("filters", [ALL, Filters(coding="second"), Filters(speaker="sag-aftra", sectors=("film",))])
def test_the_same_frames_come_out_of_duckdb(filters: Filters) -> None:
    shipped, connection = open_tables(), duckdb.connect()
    carried = Tables(shipped.folder, shipped.version, lambda name: connection.sql(f"select * from '{shipped.folder}/{name}.parquet'"))
    columns = ["speaker_id", "first_opinion_id", "last_opinion_id", "n", "move_steps", "is_same_theme"]
    assert minds_of(carried, filters)[columns].equals(minds_of(shipped, filters)[columns])
    assert list(path_of(carried, filters)["opinion_id"]) == list(path_of(shipped, filters)["opinion_id"])


# Beside the opinions -----------------------------------------------------------------------------


def test_what_a_speakers_company_did_is_found_by_their_organisation() -> None:
    tables = tables_from(
        opinions=[opinion("ann", "2024", "neutral", organization_id="acme"), opinion("bob", "2024", "neutral", organization_id="rival")],
        funding_rounds=[
            {"company_id": "acme", "announced_date": "2024-01", "round_id": "FR1"},
            {"company_id": "acme", "announced_date": "2025-01", "round_id": "FR2"},
            {"company_id": "rival", "announced_date": "2024-01", "round_id": "FR3"},
        ],
        models=[{"vendor_id": "acme", "release_date": "2024-01-01", "model_id": "MD1"}],
        events=[
            {"actor_ids": "rival;ann", "date": "2024-01-01", "event_id": "EV1"},
            {"actor_ids": "acme-labs", "date": "2024-01-01", "event_id": "EV2"},
            {"date": "2024-01-01", "event_id": "EV3"},
        ],
    )
    ids = beside.organizations_of(beside.opinions_of(tables, "ann"), "ann")
    assert ids == ["ann", "acme"]
    assert list(beside.rounds_of(tables, ids)["round_id"]) == ["FR2", "FR1"]
    assert list(beside.models_of(tables, ids)["model_id"]) == ["MD1"]
    assert list(beside.events_naming(tables, ids)["event_id"]) == ["EV1"]
    assert beside.models_of(tables, ["bob", "rival"]).empty
    assert beside.events_naming(tables_from(), ids).empty
