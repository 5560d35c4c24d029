"""How opinions count: by which coding, each speaker once, and what a click on a mark means as a filter."""

from __future__ import annotations

import pytest

from components.charts import CHART, frame_of
from components.narrowing import by_columns, by_quarter
from components.voices import ORDERS, ordered
from data.filters import Filters, parse
from data.frames.common import chosen, collected, one_voice
from data.searching import searchable
from data.tables import Tables
from tests.factory import tables_from

#: Synthetic: Ada speaks three times (twice on film), Bo once, Cy once and was never coded again.
OPINIONS = [
    {
        "opinion_id": "O1",
        "speaker_id": "ada",
        "said_date": "2024-01-05",
        "sectors": "film",
        "stance": "positive",
        "stance_second": "neutral",
    },
    {"opinion_id": "O2", "speaker_id": "ada", "said_date": "2024-03", "sectors": "film", "stance": "negative", "stance_second": "negative"},
    {
        "opinion_id": "O3",
        "speaker_id": "ada",
        "said_date": "2023-06-01",
        "sectors": "games",
        "stance": "neutral",
        "stance_second": "neutral",
    },
    {
        "opinion_id": "O4",
        "speaker_id": "bo",
        "said_date": "2024-02-01",
        "sectors": "film",
        "stance": "positive",
        "stance_second": "positive",
    },
    {"opinion_id": "O5", "speaker_id": "cy", "said_date": "2024-02-02", "sectors": "film", "stance": "negative", "stance_second": ""},
]


@pytest.fixture(scope="module")
def few() -> Tables:
    rows = [{"theme": "jobs_skills", "theme_second": "jobs_skills" if r["stance_second"] else "", **r} for r in OPINIONS]
    return tables_from(opinions=rows)


def ids(tables: Tables, filters: Filters, *within: str) -> list[str]:
    return sorted(collected(one_voice(chosen(tables, "opinions", filters), filters, *within))["opinion_id"])


def test_every_judgement_counts_unless_speakers_are_asked_for(few: Tables) -> None:
    """Without the switch all five stand; with it Ada stands once, by what she said last."""
    assert ids(few, Filters()) == ["O1", "O2", "O3", "O4", "O5"]
    assert ids(few, Filters(voices="speakers")) == ["O2", "O4", "O5"]


def test_a_speaker_counts_once_in_each_group(few: Tables) -> None:
    """Within a stance group Ada's latest of each stays: positive O1, negative O2, neutral O3."""
    assert ids(few, Filters(voices="speakers"), "stance") == ["O1", "O2", "O3", "O4", "O5"]
    frame = frame_of(CHART["stance-by-sector"], few, Filters(voices="speakers"))
    film = frame[frame["sector"] == "film"].set_index("stance")["n"]
    assert (film["negative"], film["positive"], film.sum()) == (2, 1, 3)


def test_the_second_coding_takes_the_place_of_the_first(few: Tables) -> None:
    """O1 turns neutral; O5, never coded again, is left out; a stance filter asks the second coder."""
    second = Filters(coding="second")
    rows = collected(chosen(few, "opinions", second)).set_index("opinion_id")["stance"]
    assert rows.to_dict() == {"O1": "neutral", "O2": "negative", "O3": "neutral", "O4": "positive"}
    assert ids(few, Filters(coding="second", stance=("positive",))) == ["O4"]
    assert ids(few, Filters(stance=("positive",))) == ["O1", "O4"]


def test_only_where_the_codings_differ(few: Tables) -> None:
    """O1 alone: its stance was read otherwise; a row without a second coding does not differ."""
    assert ids(few, Filters(coders="differ")) == ["O1"]


def test_counting_choices_stand_in_the_link_only_when_they_are_not_the_usual() -> None:
    """The default is silent; another value is written and read back; nonsense is refused with what is allowed."""
    filters, refused = parse([("voices", "speakers"), ("coding", "first"), ("split", "role"), ("days", "30")])
    assert not refused
    assert filters.to_query() == [("voices", "speakers"), ("split", "role"), ("days", "30")]
    _, refused = parse([("coding", "third"), ("speaker", "No Such"), ("event", "EV1")])
    assert [r.parameter for r in refused] == ["coding", "speaker", "event"]
    assert refused[0].allowed == ("first", "second")


@pytest.mark.parametrize(
    ("text", "form"),
    [("José  PÉREZ", "jose perez"), ("Ｓｏｒａ", "sora"), ("影视 ", "影视"), ("Ångström ﬁlm", "angstrom film"), ("", "")],
)
def test_searching_minds_no_case_accent_or_width(text: str, form: str) -> None:
    """One form for what is typed and what is searched."""
    assert searchable(text) == form


def test_search_finds_both_languages_and_needs_every_word(tables: Tables) -> None:
    """A Chinese substring and a Latin name without its accents both find; two words must both stand."""
    perry = collected(chosen(tables, "opinions", Filters(q="tyler PERRY")))
    assert len(perry) >= 1
    assert set(perry["speaker_en"]) == {"Tyler Perry"}
    assert len(collected(chosen(tables, "opinions", Filters(q="派瑞")))) >= len(perry)
    assert collected(chosen(tables, "opinions", Filters(q="perry nosuchword"))).empty


def test_clicks_as_filters() -> None:
    """A bar is its group and stance, a quarter its days; cross-sector is no filter."""
    both = by_columns("sector", "stance")
    assert both({"sector": "film", "stance": "negative"}) == [("sector", "film"), ("stance", "negative")]
    assert both({"sector": "cross", "stance": "negative"}) == []
    assert by_quarter({"period_quarter": "2024-Q1"}) == [("from", "2024-Q1"), ("to", "2024-Q1")]
    assert by_quarter({"period_quarter": None}) == []


@pytest.mark.parametrize("slug", ["stance-distribution", "division-by-theme", "theme-sector-map", "stance-over-time", "changed-minds"])
def test_every_click_filter_is_one_that_the_link_can_carry(tables: Tables, slug: str) -> None:
    """Each mark of the charts that filter gives pairs that parse without a refusal, or none at all."""
    chart = CHART[slug]
    pairs = [chart.narrows(mark) for mark in frame_of(chart, tables, Filters()).to_dict("records")]
    assert any(pairs)
    for found in pairs:
        assert parse(found)[1] == []


def test_orders_of_the_voices(few: Tables) -> None:
    """Newest first by default; the most critical first puts Ada's and Cy's critical words before the rest."""
    rows = collected(chosen(few, "opinions", Filters()))
    assert next(iter(ordered(rows, "newest")["opinion_id"])) == "O2"
    assert next(iter(ordered(rows, "oldest")["opinion_id"])) == "O3"
    assert set(ordered(rows, "critical")["opinion_id"][:2]) == {"O2", "O5"}
    assert set(ordered(rows, "favourable")["opinion_id"][:2]) == {"O1", "O4"}
    for order in ORDERS:
        assert sorted(ordered(rows, order)["opinion_id"]) == ["O1", "O2", "O3", "O4", "O5"]
