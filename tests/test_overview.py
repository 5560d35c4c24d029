"""What the overview says in numbers: sums that are no floors, and sectors side by side."""

from __future__ import annotations

from typing import Any

import pytest

from components.charts import CHART
from components.headline import money_said
from components.words import LANGUAGES, MISSING, Words
from data.filters import Filters
from data.tables import Tables
from tests.factory import tables_from
from tests.test_frames_funding import EVERY_KIND, headline, in_yuan, round_, tables_of

EN = Words("en")
SUMMARY = CHART["sector-summary"]
GENERAL = {"company_id": "big-model"}


def said(*rounds: dict[str, Any], words: Words = EN) -> tuple[str, str]:
    found = headline(*rounds)
    return money_said(found.get("sector_company"), found.get("general_model"), words)


def test_a_sum_of_money_is_a_floor_only_where_something_is_missing_from_it() -> None:
    assert said(round_(usd=10), round_(usd=5))[0] == "US$15m"
    assert said(round_(usd=10), round_(usd=5, amount_qualifier="about"))[0] == "about US$15m"
    assert said(round_(usd=10), round_(usd=5, amount_qualifier="at_least"))[0] == "≥ US$15m"
    assert said(round_(usd=10), round_())[0] == "≥ US$10m"
    assert said(*EVERY_KIND)[0] == "≥ US$35m"
    assert said(round_(), in_yuan(3e9))[0] == MISSING


def test_what_is_known_of_a_sum_is_said_beside_it() -> None:
    assert said(round_(usd=10))[1] == "1 round, its amount known"
    assert said(round_(usd=10), round_())[1] == "known in 1 of 2 rounds; the others undisclosed, or not in US$"
    assert said(round_(), in_yuan(3e9))[1] == "2 rounds, all undisclosed or not in US$"
    assert said(round_(usd=10, status="cancelled"))[1] == EN.t("charts.funding.known.nothing_counted")
    assert said(words=EN) == (MISSING, EN.t("charts.empty"))


def test_general_model_companies_stand_apart_with_a_sign_of_their_own() -> None:
    assert said(round_(usd=10), round_(usd=900, **GENERAL))[1].endswith("apart: US$900m")
    assert said(round_(usd=10), round_(usd=900, **GENERAL), round_(**GENERAL))[1].endswith("apart: ≥ US$900m")
    assert "apart" not in said(round_(usd=10), round_(**GENERAL))[1]
    assert said(round_(usd=900, **GENERAL)) == ("US$900m", "General-model companies only: 1 round, its amount known")


# The sectors side by side ------------------------------------------------------------------------


def opinions(**by_sector: tuple[int, int]) -> list[dict[str, Any]]:
    """So many positive and negative voices on each sector."""
    counts = {(sector, stance): n for sector, both in by_sector.items() for stance, n in zip(("positive", "negative"), both, strict=True)}
    return [{"sectors": sector, "stance": stance, "said_date": "2024-03-01"} for (sector, stance), n in counts.items() for _ in range(n)]


def finding(tables: Tables, words: Words = EN) -> str:
    return SUMMARY.finding(SUMMARY.frame(SUMMARY.rows(tables, Filters()), Filters()), words)


def test_sectors_are_told_apart_only_where_their_intervals_are() -> None:
    apart = finding(tables_from(opinions=opinions(film=(5, 45), games=(45, 5))))
    assert apart == "Voices are most positive on Games (balance +80 points, n = 50), least on Film & TV (−80, n = 50)"
    overlap = finding(tables_from(opinions=opinions(film=(5, 7), games=(7, 5))))
    assert overlap == (
        "No clear difference between sectors: the balance of voices lies between −17 points (Film & TV, n = 12) and +17 (Games, n = 12)"
    )


def test_a_sector_alone_is_not_said_to_have_too_few_voices() -> None:
    said = finding(tables_from(opinions=opinions(film=(5, 7), cross=(6, 6))))
    assert said.startswith("Voices on Film & TV have a balance of −17 points (n = 12)")
    assert finding(tables_from(opinions=opinions(film=(6, 6), games=(7, 7)))).endswith("in every sector: 0 points")
    assert "too few" in finding(tables_from(opinions=opinions(film=(1, 1), games=(1, 0))))


def test_what_bears_on_all_sectors_is_not_compared_as_one() -> None:
    assert "Cross-sector" not in finding(tables_from(opinions=opinions(film=(5, 45), games=(45, 5), cross=(0, 50))))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_sum_of_the_summary_has_its_own_sign_and_nothing_is_a_nought(lang: str) -> None:
    words = Words(lang)
    tables = tables_of(round_(usd=10), round_(usd=5, sectors="games"), round_(sectors="games"), round_(usd=900, sectors="games", **GENERAL))
    frame = SUMMARY.frame(SUMMARY.rows(tables, Filters()), Filters())
    drawn = SUMMARY.figure(frame, words)
    texts = [text for trace in drawn.data if trace.type == "scatter" for text in trace.text]
    ten, five = words.usd_m(10), words.usd_m(5)
    assert texts == [ten, f"≥ {five}"]
    # No voice and no event on either sector: said, not left blank.
    assert [note.text for note in drawn.layout.annotations].count("0") == 4
