"""What a reader chose: one value, one query string, the same rows everywhere."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

import duckdb
import narwhals as nw
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data.build import TABLES_DIR
from data.catalog import TABLE_NAMES, dictionary
from data.filters import (
    CHOSEN_SECTORS,
    DATED_TABLES,
    DIMENSION,
    DIMENSIONS,
    PARAMETERS,
    Filters,
    Refused,
    account,
    allowed_values,
    parse,
    select,
    unknown_parameters,
)
from data.frames.common import collected
from data.tables import Tables, open_tables
from tests.factory import tables_from
from tests.strategies import FILTERS, queries

REAL = open_tables()


def ids(tables: Tables, table: str, filters: Filters) -> list[str]:
    """Keys of the rows that are kept."""
    return sorted(collected(select(tables.frame(table), table, filters))[dictionary().tables[table].key])


# Reading and writing -----------------------------------------------------------------------------


def test_nothing_chosen_is_an_empty_query() -> None:
    assert parse([]) == (Filters(), [])
    assert Filters().to_query() == []
    assert parse([("lang", "zh"), ("embed", "true")]) == (Filters(), [])


def test_a_query_by_hand() -> None:
    query = "sector=games&sector=film&cross=0&from=2024-01&to=2024-12-31&stance=positive&country=CN&q=+Sora++2+"
    filters, refused = parse(parse_qsl(query))
    assert refused == []
    assert filters == Filters(("film", "games"), False, "2024-01", "2024-12-31", stance=("positive",), country=("CN",), q="Sora 2")
    assert (filters.first_day, filters.last_day) == (date(2024, 1, 1), date(2024, 12, 31))
    assert (
        urlencode(filters.to_query()) == "sector=film&sector=games&cross=0&from=2024-01&to=2024-12-31&stance=positive&country=CN&q=Sora+2"
    )


@given(queries())
def test_what_is_written_is_read_back(pairs: list[tuple[str, str]]) -> None:
    filters, _ = parse(pairs)
    assert parse(parse_qsl(urlencode(filters.to_query()), keep_blank_values=True)) == (filters, [])


@given(queries(), st.randoms(use_true_random=False))
def test_the_order_of_values_does_not_matter(pairs: list[tuple[str, str]], random: Any) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)
    assert parse(shuffled)[0] == parse(pairs)[0]
    assert parse(shuffled)[0].to_query() == parse(pairs)[0].to_query()


@example([("q", 199 * "a" + " b")])
@given(st.lists(st.tuples(st.one_of(st.sampled_from(PARAMETERS), st.text(max_size=5)), st.text(max_size=300)), max_size=8))
def test_any_query_is_read_without_failing(pairs: list[tuple[str, str]]) -> None:
    filters, refused = parse(pairs)
    assert parse(filters.to_query()) == (filters, [])
    assert all(r.allowed for r in refused)
    assert len(filters.q) <= 200


@pytest.mark.parametrize(
    ("pairs", "refused"),
    [
        ([("sector", "tv")], Refused("sector", "tv", CHOSEN_SECTORS)),
        ([("sector", "cross")], Refused("sector", "cross", CHOSEN_SECTORS)),
        ([("sector", "")], Refused("sector", "", CHOSEN_SECTORS)),
        (
            [("stance", "Positive")],
            Refused("stance", "Positive", ("strongly_negative", "negative", "neutral", "positive", "strongly_positive")),
        ),
        ([("cross", "yes")], Refused("cross", "yes", ("0", "1"))),
        ([("from", "soon")], Refused("from", "soon", ("2024", "2024-Q1", "2024-03", "2024-03-22"))),
        ([("to", "2024-02-30")], Refused("to", "2024-02-30", ("2024", "2024-Q1", "2024-03", "2024-03-22"))),
        ([("coding", "third")], Refused("coding", "third", ("first", "second"))),
        ([("event", "EV１７")], Refused("event", "EV１７", ("EV[0-9]{3}",))),
        ([("from", "2025"), ("to", "2024")], Refused("from", "2025", ("<= 2024",))),
    ],
)
def test_what_cannot_be_meant_is_named_with_what_can(pairs: list[tuple[str, str]], refused: Refused) -> None:
    filters, found = parse(pairs)
    assert found == [refused]
    assert filters in (Filters(), Filters(until="2024"))


def test_a_wrong_value_leaves_the_right_ones() -> None:
    filters, refused = parse([("sector", "film"), ("sector", "tv"), ("role", "director"), ("cross", "2"), ("kind", "x")])
    assert filters == Filters(("film",), role=("director",))
    assert [(r.parameter, r.value) for r in refused] == [("sector", "tv"), ("kind", "x"), ("cross", "2")]


@pytest.mark.parametrize("parameter", ["sector", *DIMENSION])
def test_every_allowed_value_is_accepted(parameter: str) -> None:
    assert allowed_values(parameter)
    assert parse([(parameter, v) for v in allowed_values(parameter)])[1] == []


def test_free_parameters_have_no_list() -> None:
    assert allowed_values("q") == allowed_values("from") == allowed_values("nonsense") == ()
    assert allowed_values("cross") == ("0", "1")


def test_unknown_parameters_are_named_once() -> None:
    pairs = [("sector", "film"), ("lang", "zh"), ("utm_source", "x"), ("utm_source", "y"), ("Sector", "film")]
    assert unknown_parameters(pairs, ("lang",)) == ["utm_source", "Sector"]
    assert unknown_parameters([(p, "") for p in PARAMETERS]) == []


def test_one_part_is_lifted() -> None:
    filters = Filters(("film",), False, "2024", "2025", role=("director",), q="x")
    assert filters.without("sector", "from") == dataclasses.replace(filters, sectors=(), since="")
    assert filters.without(*PARAMETERS) == Filters()


# Rows kept ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dated() -> Tables:
    """One event at each precision, around March 2024."""
    days = ["2024-02-29", "2024-03-01", "2024-03-31", "2024-04-01", "2024-03", "2024-04", "2024-Q1", "2024-Q2", "2024", "2023", "2025"]
    return tables_from(events=[{"event_id": d, "date": d, "sectors": "film", "kind": "product"} for d in days])


@pytest.mark.parametrize(
    ("since", "until", "kept"),
    [
        ("2024-03-01", "2024-03-31", {"2024-03-01", "2024-03-31", "2024-03", "2024-Q1", "2024"}),
        ("2024-03", "2024-03", {"2024-03-01", "2024-03-31", "2024-03", "2024-Q1", "2024"}),
        ("2024-03-31", "2024-03-31", {"2024-03-31", "2024-03", "2024-Q1", "2024"}),
        ("2024-04-01", "", {"2024-04-01", "2024-04", "2024-Q2", "2024", "2025"}),
        ("", "2024-02-29", {"2024-02-29", "2024-Q1", "2024", "2023"}),
        ("2024-Q2", "2024-Q2", {"2024-04-01", "2024-04", "2024-Q2", "2024"}),
        ("2025", "", {"2025"}),
        ("", "2023", {"2023"}),
        ("2026", "", set()),
    ],
)
def test_a_date_is_kept_when_any_day_of_it_lies_in_the_range(dated: Tables, since: str, until: str, kept: set[str]) -> None:
    assert set(ids(dated, "events", Filters(since=since, until=until))) == kept


def test_any_year_of_the_calendar_can_be_asked_for() -> None:
    for table in DATED_TABLES:
        undated = int(REAL.native(table)["date_start"].isna().sum())
        assert len(ids(REAL, table, Filters(since="0001", until="9999"))) == len(REAL.native(table)) - undated
        assert ids(REAL, table, Filters(since="9999-12-31")) == ids(REAL, table, Filters(until="0001")) == []


def test_a_row_without_a_date_is_kept_only_without_a_range() -> None:
    tables = tables_from(events=[{"date": "", "sectors": "film", "kind": "product"}])
    assert account(tables.frame("events"), "events", Filters()).n == 1
    counted = account(tables.frame("events"), "events", Filters(since="2020"))
    assert (counted.n, counted.undated, counted.outside_dates) == (0, 1, 0)


@pytest.fixture(scope="module")
def sectored() -> Tables:
    cells = ["film", "games", "film;games", "cross", "film;cross", "short_drama", "advertising", "advertising;cross"]
    return tables_from(events=[{"event_id": c, "date": "2024", "sectors": c, "kind": "product"} for c in cells])


@pytest.mark.parametrize(
    ("sectors", "cross", "kept"),
    [
        ((), True, {"film", "games", "film;games", "cross", "film;cross", "short_drama", "advertising", "advertising;cross"}),
        ((), False, {"film", "games", "film;games", "film;cross", "short_drama", "advertising", "advertising;cross"}),
        (("film",), True, {"film", "film;games", "cross", "film;cross", "advertising;cross"}),
        (("film",), False, {"film", "film;games", "film;cross"}),
        (("short_drama",), False, {"short_drama"}),
        (("film", "games"), False, {"film", "games", "film;games", "film;cross"}),
    ],
)
def test_sectors_and_the_cross_switch(sectored: Tables, sectors: tuple[str, ...], cross: bool, kept: set[str]) -> None:
    assert set(ids(sectored, "events", Filters(sectors, cross))) == kept


def test_what_is_left_out_is_counted_with_its_reason(sectored: Tables) -> None:
    counted = account(sectored.frame("events"), "events", Filters(("film",), False, kind=("deal",)))
    assert dataclasses.astuple(counted) == (0, 8, 0, 0, 3, 2, 3)
    counted = account(sectored.frame("events"), "events", Filters(cross=False))
    assert (counted.n, counted.cross_hidden, counted.other_sectors) == (7, 1, 0)


def test_a_kind_of_event_does_not_empty_the_moves() -> None:
    events = Filters(kind=("regulation",))
    assert 0 < len(ids(REAL, "events", events)) < 107
    assert len(ids(REAL, "index_moves", events)) == 193
    moves = Filters(kind=("concept_index",))
    assert 0 < len(ids(REAL, "index_moves", moves)) < 193
    assert len(ids(REAL, "events", moves)) == 107
    both = Filters(kind=("regulation", "concept_index"))
    assert ids(REAL, "events", both) == ids(REAL, "events", events)
    assert ids(REAL, "index_moves", both) == ids(REAL, "index_moves", moves)


def test_search_reads_names_and_summaries_in_both_languages_as_plain_text() -> None:
    tables = tables_from(
        opinions=[
            {"opinion_id": "a", "speaker_id": "José Fu", "summary_en": "50% (or so) of [all]", "summary_zh": "一半", "said_date": "2024"},
            {"opinion_id": "b", "speaker_id": "someone", "summary_en": "Nothing", "summary_zh": "影视公司", "said_date": "2024"},
        ]
    )
    asked = {"jose fu": ["a"], "JOSÉ": ["a"], "50% (or": ["a"], "[ALL]": ["a"], "５０％": ["a"], "影视": ["b"], "公司 nothing": ["b"]}
    asked |= {"影司": [], ".*": [], "o": ["a", "b"], "zzz": [], "": ["a", "b"]}
    assert {q: ids(tables, "opinions", Filters(q=q)) for q in asked} == asked
    assert len(ids(REAL, "events", Filters(q="zzz"))) == 107


def test_the_second_coding_answers_for_its_own_words() -> None:
    tables = tables_from(
        opinions=[
            {"opinion_id": name, "stance": first, "stance_second": second, "theme": "copyright", "theme_second": theme, "said_date": "2024"}
            for name, first, second, theme in (("a", "positive", "negative", "copyright"), ("b", "positive", "positive", "copyright"),
                                               ("c", "positive", "", ""), ("d", "negative", "negative", "jobs_skills"))
        ]
    )  # fmt: skip
    positive = Filters(stance=("positive",))
    assert ids(tables, "opinions", positive) == ["a", "b", "c"]
    assert ids(tables, "opinions", dataclasses.replace(positive, coding="second")) == ["b"]
    assert ids(tables, "opinions", Filters(coding="second")) == ["a", "b", "d"]
    assert ids(tables, "opinions", Filters(coders="differ")) == ["a", "d"]
    assert ids(tables, "opinions", Filters(theme=("jobs_skills",), coding="second")) == ["d"]


# Properties on the shipped tables ----------------------------------------------------------------


@given(FILTERS, st.sampled_from(TABLE_NAMES))
def test_what_is_kept_and_what_is_left_out_make_the_whole(filters: Filters, table: str) -> None:
    counted = account(REAL.frame(table), table, filters)
    parts = dataclasses.asdict(counted)
    assert min(parts.values()) >= 0
    assert sum(parts.values()) - counted.total == counted.total == len(REAL.native(table))
    assert counted.n == len(ids(REAL, table, filters))


@given(FILTERS, st.sampled_from(DATED_TABLES), st.sampled_from(["sector", "from", "to", "cross", "q", "speaker", "coders", *DIMENSION]))
def test_a_filter_never_adds_rows(filters: Filters, table: str, lifted: str) -> None:
    assert set(ids(REAL, table, filters)) <= set(ids(REAL, table, filters.without(lifted)))


@given(FILTERS, st.sampled_from(DATED_TABLES))
def test_more_values_of_one_filter_never_keep_less(filters: Filters, table: str) -> None:
    for dimension in DIMENSIONS:
        chosen = getattr(filters, dimension.parameter)
        own = [c for c in chosen if table not in dimension.columns or _knows(table, dimension.columns[table], c)]
        if own:
            one = dataclasses.replace(filters, **{dimension.parameter: (own[0],)})
            assert set(ids(REAL, table, one)) <= set(ids(REAL, table, filters))


def _knows(table: str, column: str, code: str) -> bool:
    return code in dictionary().codes[dictionary().tables[table].by_name[column].codes or ""]


@given(FILTERS, st.sampled_from(["sources", "series", "entities"]))
def test_registers_are_never_cut(filters: Filters, table: str) -> None:
    assert len(ids(REAL, table, filters)) == len(REAL.native(table))


@given(FILTERS, st.sampled_from(DATED_TABLES), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(filters: Filters, table: str, random: Any) -> None:
    order = list(range(len(REAL.native(table))))
    random.shuffle(order)
    shuffled = Tables(TABLES_DIR, REAL.version, lambda name: REAL.native(name).iloc[order])
    assert ids(shuffled, table, filters) == ids(REAL, table, filters)


# The same rows on another engine -----------------------------------------------------------------


@pytest.fixture(scope="module")
def duck() -> Tables:
    connection = duckdb.connect()
    return Tables(TABLES_DIR, REAL.version, lambda name: connection.read_parquet(str(TABLES_DIR / f"{name}.parquet")))


@settings(max_examples=40)
@given(FILTERS, st.sampled_from(DATED_TABLES))
def test_duckdb_keeps_the_same_rows(duck: Tables, filters: Filters, table: str) -> None:
    assert ids(duck, table, filters) == ids(REAL, table, filters)


def test_duckdb_gives_the_same_account(duck: Tables) -> None:
    filters = Filters(("film", "games"), False, "2024-03", "2025-Q2", stance=("positive",))
    for table in DATED_TABLES:
        assert account(duck.frame(table), table, filters) == account(REAL.frame(table), table, filters)
    assert isinstance(duck.frame("events"), nw.LazyFrame)
    pd.testing.assert_index_equal(collected(duck.frame("events")).columns, REAL.native("events").columns)
