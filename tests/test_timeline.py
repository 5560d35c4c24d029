"""The controls of the timeline: what moving and switching writes into the link, and what the link shows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from components import timeline
from components.words import LANGUAGES, Words
from data.filters import Filters, parse
from data.frames.timeline_lanes import LANES
from data.loaded import Loaded
from data.tables import Tables, open_tables
from tests.factory import tables_from
from tests.loaded import two_series, with_levels
from tests.strategies import DATES

REAL = open_tables()
MONTHS = timeline.months(REAL)
USUAL = ("2022-01", MONTHS[-1])


def script(lang: str) -> None:
    import streamlit as st

    from components import state
    from components.timeline import show_controls, show_hint
    from components.words import Words
    from data.tables import open_tables

    filters, _, _ = state.filters()
    words = Words(st.query_params.get("lang", lang))
    show_controls(open_tables(), filters, words)
    show_hint(open_tables(), words)


def shown(lang: str = "en", **query: Any) -> AppTest:
    app = AppTest.from_function(script, args=(lang,), default_timeout=60)
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def chosen(app: AppTest) -> dict[str, Any]:
    """The query, every parameter as a list."""
    return {name: value if isinstance(value, list) else [value] for name, value in app.query_params.items()}


# The months --------------------------------------------------------------------------------------


def test_the_slider_reaches_from_the_first_january_to_the_newest_document() -> None:
    assert MONTHS[0] == "2022-01"
    assert MONTHS[-1] == REAL.data_as_of[:7]
    assert len(set(MONTHS)) == len(MONTHS) == (int(MONTHS[-1][:4]) - 2022) * 12 + int(MONTHS[-1][5:])
    early = tables_from(events=[{"date": "2019-11", "kind": "product", "title_en": "a", "title_zh": "甲", "sectors": "film"}])
    assert timeline.months(early)[0] == "2019-01"
    assert timeline.months(tables_from())[0] == "2022-01"


@pytest.mark.parametrize(
    ("since", "until", "ends"),
    [
        ("", "", USUAL),
        ("2024-03-15", "2025-Q1", ("2024-03", "2025-03")),
        ("2010", "2035", ("2022-01", MONTHS[-1])),
        ("", "2015", ("2022-01", "2022-01")),
        ("2035", "", (MONTHS[-1], MONTHS[-1])),
    ],
)
def test_the_slider_shows_the_months_of_the_dates_as_far_as_it_reaches(since: str, until: str, ends: tuple[str, str]) -> None:
    assert timeline.shown_months(REAL, Filters(since=since, until=until)) == ends


def test_an_end_that_stays_keeps_the_day_that_was_typed() -> None:
    shown_ends = ("2024-03", "2025-03")  # of 15 March 2024 to 10 March 2025, say
    assert timeline.dates_of(("2024-03", "2025-01"), shown_ends, MONTHS) == {"to": ["2025-01"]}
    assert timeline.dates_of(("2023-05", "2025-03"), shown_ends, MONTHS) == {"from": ["2023-05"]}
    assert timeline.dates_of(USUAL, shown_ends, MONTHS) == {"from": [], "to": []}
    assert timeline.dates_of(shown_ends, shown_ends, MONTHS) == {}


@settings(max_examples=60)
@given(DATES, DATES, st.tuples(st.sampled_from(MONTHS), st.sampled_from(MONTHS)).map(sorted))
def test_what_the_slider_writes_is_what_it_shows_next(since: str, until: str, moved: list[str]) -> None:
    filters = parse([(name, value) for name, value in (("from", since), ("to", until)) if value])[0]
    ends = timeline.shown_months(REAL, filters)
    assert ends[0] <= ends[1]
    link = {"from": [filters.since], "to": [filters.until]} | timeline.dates_of((moved[0], moved[1]), ends, MONTHS)
    after, refused = parse([(name, value) for name, values in link.items() for value in values if value])
    assert refused == []
    assert timeline.shown_months(REAL, after) == tuple(moved)


# In the link ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_dragging_writes_the_dates_and_dragging_back_lifts_them(lang: str) -> None:
    app = shown(lang)
    assert tuple(app.select_slider[0].value) == USUAL
    key = app.select_slider[0].key
    app.select_slider(key=key).set_range("2024-02", MONTHS[-1]).run()
    assert chosen(app) == {"from": ["2024-02"]}
    app.select_slider(key=key).set_range("2024-02", "2025-06").run()
    assert chosen(app) == {"from": ["2024-02"], "to": ["2025-06"]}
    app.select_slider(key=key).set_range(*USUAL).run()
    assert chosen(app) == {}
    assert app.select_slider[0].key == key, "the same slider all along: the keyboard stays on it"


def test_the_slider_follows_a_link_and_the_other_language() -> None:
    app = shown(**{"from": "2024-03-15", "to": "2025-Q1"})
    assert tuple(app.select_slider[0].value) == ("2024-03", "2025-03")
    app.query_params["lang"] = "zh"
    app.run()
    assert tuple(app.select_slider[0].value) == ("2024-03", "2025-03")
    assert chosen(app)["from"] == ["2024-03-15"]
    app.query_params["to"] = "2026-02-03"
    app.run()
    assert tuple(app.select_slider[0].value) == ("2024-03", "2026-02")
    app.select_slider[0].set_range("2024-05", "2026-02").run()
    assert chosen(app) == {"lang": ["zh"], "from": ["2024-05"], "to": ["2026-02-03"]}


def test_lanes_are_hidden_and_shown_and_never_all_hidden() -> None:
    app = shown()
    assert app.pills(key="f:hide").value == list(LANES)
    app.pills(key="f:hide").set_value(["events", "voices", "money"]).run()
    assert chosen(app) == {"hide": ["market"]}
    app.pills(key="f:hide").set_value(["voices"]).run()
    assert sorted(chosen(app)["hide"]) == ["events", "market", "money"]
    app.pills(key="f:hide").set_value([]).run()
    assert chosen(app) == {}
    assert app.pills(key="f:hide").value == list(LANES)


def test_each_sector_by_itself_is_a_parameter_of_the_link() -> None:
    app = shown(sector="film")
    app.segmented_control(key="f:panels").set_value("sectors").run()
    assert chosen(app) == {"sector": ["film"], "panels": ["sectors"]}
    app.segmented_control(key="f:panels").set_value("together").run()
    assert chosen(app) == {"sector": ["film"]}


# Loaded series -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_loaded_series_the_way_to_load_them_is_given_and_no_choice_of_series(lang: str) -> None:
    app = shown(lang)
    assert len(app.multiselect) == 0
    assert Words(lang).t("timeline.not_loaded")[:20] in app.caption[0].value.replace("\\", "")
    assert f"(/markets?view=levels&lang={lang})" in app.caption[0].value


@pytest.mark.parametrize("tables", [two_series(), with_levels(Loaded(trouble="gone"))], ids=["loaded", "unreadable"])
def test_with_loaded_series_they_can_be_chosen_and_trouble_is_said(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.tables.open_tables", lambda: tables)
    app = shown()
    assert len(app.code) == 0
    if tables.levels.trouble:
        assert "cannot be read" in app.caption[0].value
        return
    assert len(app.caption) == 0
    app.multiselect(key="f:series:en").set_value(["made-index"]).run()
    assert chosen(app) == {"series": ["made-index"]}
