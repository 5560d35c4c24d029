"""The funding page as a reader gets it: sections, totals, choices in the link, the list of rounds."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import rounds
from components.figures.money import money_brief, money_words, sum_words
from components.plain import plain
from components.words import LANGUAGES, Words
from data.filters import Filters
from data.frames.common import chosen, collected
from data.tables import Tables, open_tables
from tests.test_pages import finding, opened, text, warnings

REAL = open_tables()
#: What each section shows; the first is the one that the page opens with.
SECTIONS = {
    "rounds": ("funding-timeline", "funding-by-quarter", "funding-cumulative", "funding-and-events"),
    "shares": ("funding-by-sector", "funding-by-country", "funding-by-stage"),
    "companies": ("valuation-paths",),
    "investors": ("investors", "investor-network", "investor-pairs"),
    "certainty": ("funding-concentration", "funding-coverage"),
}
each_section = pytest.mark.parametrize(("view", "lang"), [(view, LANGUAGES[i % 2]) for i, view in enumerate(SECTIONS)])


@pytest.fixture
def tables() -> Tables:
    return REAL


@each_section
def test_every_section_shows_its_charts_under_the_totals(view: str, lang: str, tables: Tables) -> None:
    words = Words(lang)
    at = opened("funding", view=view, lang=lang, sector="film")
    assert not at.exception
    assert warnings(at) == []
    seen = text(at)
    for slug in SECTIONS[view]:
        assert finding(slug, tables, Filters(("film",)), words) in seen
    shown = {m.label: m for m in at.metric}
    for group, total in rounds.totals(tables, Filters(("film",))).items():
        metric = shown[words.code("money_group", group)]
        assert metric.value == sum_words(total, words)
        assert metric.help == plain(money_words(total, words))
        assert money_brief(total, words) in seen
        assert words.usd_m(float(total["known_usd_m"])) in sum_words(total, words)
    assert len(at.get("plotly_chart")) == len(SECTIONS[view])


@pytest.mark.parametrize("general", ["with", "without"])
def test_general_model_companies_are_taken_in_or_left_out_by_the_link(general: str, tables: Tables) -> None:
    words, filters = Words("en"), Filters(general=general)
    at = opened("funding", general=general, view="shares", lang="en")
    seen = text(at)
    [(group, total)] = rounds.totals(tables, filters).items()
    assert group == {"with": "all_companies", "without": "sector_company"}[general]
    assert money_brief(total, words) in seen
    assert words.t(f"scope.general.{general}") in seen
    assert words.code("money_group", "general_model") not in {m.value.split(":")[0] for m in at.markdown}


def test_a_choice_is_written_into_the_link() -> None:
    at = opened("funding", lang="en")
    at.button_group(key="f:general").set_value("with").run()
    assert at.query_params["general"] == "with"
    at.button_group(key="f:general").set_value("apart").run()
    assert "general" not in at.query_params


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_line_on_coverage_counts_every_round(lang: str, tables: Tables) -> None:
    words = Words(lang)
    rows = collected(chosen(tables, "funding_rounds", Filters()))
    said = rounds.coverage_words(rows, words)
    assert words.t("rounds.count", name=words.date("2024"), n=int((rows["date_start"].dt.year == 2024).sum())) in said
    assert words.t("rounds.count", name=words.code("country", "US"), n=int((rows["country"] == "US").sum())) in said
    named = rows["country"].value_counts().head(rounds.COUNTRIES_NAMED).sum()
    assert words.t("rounds.count", name=words.t("rounds.elsewhere"), n=int(len(rows) - named)) in said


@given(order=st.sampled_from(rounds.ORDERS), seed=st.integers(0, 3), lang=st.sampled_from(LANGUAGES))
def test_the_list_keeps_every_round_whatever_its_order(order: str, seed: int, lang: str) -> None:
    rows = collected(chosen(REAL, "funding_rounds", Filters()))
    shuffled = rows.sample(frac=1, random_state=seed)
    listed = rounds.ordered(REAL, shuffled, order, Words(lang))
    assert sorted(listed["round_id"]) == sorted(rows["round_id"])
    pd.testing.assert_frame_equal(listed, rounds.ordered(REAL, rows, order, Words(lang)))


def test_the_largest_come_first_and_the_unknown_last(tables: Tables) -> None:
    listed = rounds.ordered(tables, collected(chosen(tables, "funding_rounds", Filters())), "largest", Words("en"))
    known = listed["amount_usd_m"].dropna()
    assert known.is_monotonic_decreasing
    assert listed["amount_usd_m"].head(len(known)).notna().all()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rounds_on_which_documents_disagree_are_listed_with_what_they_say(lang: str, tables: Tables) -> None:
    words = Words(lang)
    rows = tables.native("funding_rounds")
    disputed = rows[rows["n_conflicts"] > 0]
    seen = text(opened("funding", view="certainty", lang=lang))
    assert words.t("rounds.conflicts", n=len(disputed), readings=int(disputed["n_conflicts"].sum())) in seen
    most = disputed.sort_values("n_conflicts", ascending=False).iloc[0]
    assert words.pick(most, "conflicts") in seen
    assert words.t("rounds.conflicts", n=0, readings=0) in text(opened("funding", view="certainty", lang=lang, **{"from": "2035"}))
