"""Who shares the money, by hand-worked examples and by what must add up. Every round here is invented."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.charts import CHART, figure_of
from components.figures import funding_shares as shares_figures
from components.figures.funding_coverage import COVERED_SHOWN
from components.theme import wrapped
from components.words import LANGUAGES, Words, catalogue
from data.filters import CHOSEN_SECTORS, Filters
from data.frames import funding
from data.frames.common import SECTORS
from data.frames.funding_shares import CONFIDENCES
from data.tables import Tables
from tests.factory import read_once
from tests.test_frames_funding import EVERY_KIND, in_yuan, round_, tables_of

SLUGS = ("funding-by-sector", "funding-by-country", "funding-coverage")
ALL = Filters()
EVEN = Filters(sharing="even")
DIVIDED = (round_(usd=30, sectors="film;games;advertising"), round_(usd=12))


def drawn(slug: str, tables: Tables, filters: Filters = ALL) -> pd.DataFrame:
    chart = CHART[slug]
    return chart.frame(chart.rows(tables, filters), filters)


def cells(slug: str, *rounds: dict[str, Any], filters: Filters = ALL, group: str = "sector_company") -> dict[Any, tuple[int, float]]:
    """(n, sum_usd_m) of a group by (sector or country, class); "" for no sector or country."""
    frame = drawn(slug, tables_of(*rounds), filters)
    frame = frame[frame["money_group"] == group]
    by = frame["sector" if slug == "funding-by-sector" else "country"].fillna("")
    return dict(zip(zip(by, frame["amount_class"], strict=True), zip(frame["n"], frame["sum_usd_m"], strict=True), strict=True))


def shared(*rounds: dict[str, Any], filters: Filters = EVEN) -> dict[Any, tuple[float, float]]:
    """(n_shared, sum_usd_m) by (sector, class)."""
    frame = drawn("funding-by-sector", tables_of(*rounds), filters)
    keys = zip(frame["sector"].fillna(""), frame["amount_class"], strict=True)
    return dict(zip(keys, zip(frame["n_shared"], frame["sum_usd_m"], strict=True), strict=True))


def finding(slug: str, *rounds: dict[str, Any], filters: Filters = ALL, lang: str = "en") -> str:
    return CHART[slug].finding(drawn(slug, tables_of(*rounds), filters), Words(lang))


# funding-by-sector ----------------------------------------------------------------------------


def test_whole_a_round_stands_whole_in_each_of_its_sectors() -> None:
    found = cells("funding-by-sector", *DIVIDED)
    assert found == {
        ("", "exact"): (2, 42),
        ("film", "exact"): (2, 42),
        ("games", "exact"): (1, 30),
        ("advertising", "exact"): (1, 30),
    }
    assert "sectors overlap and do not add up" in finding("funding-by-sector", *DIVIDED)


def test_even_a_round_is_divided_among_its_sectors() -> None:
    found = shared(*DIVIDED)
    assert found["", "exact"] == (2, 42)
    assert found["film", "exact"] == pytest.approx((1 + 1 / 3, 12 + 10))
    assert found["games", "exact"] == found["advertising", "exact"] == pytest.approx((1 / 3, 10))
    assert "shared evenly" in finding("funding-by-sector", *DIVIDED, filters=EVEN)


def test_even_every_kind_of_round_is_divided_and_only_known_amounts_are_summed() -> None:
    found = shared(*({**one, "sectors": "film;games"} for one in EVERY_KIND))
    for sector in ("film", "games"):
        amounts = {kind: found[sector, kind] for kind in funding.CLASSES}
        assert amounts["exact"] == (0.5, 5)
        assert amounts["about"] == (0.5, 10)
        assert amounts["at_least"] == (0.5, 2.5)
        assert amounts["up_to"] == (0.5, 50)
        for kind in ("undisclosed", "other_currency", "part_of", "cancelled"):
            assert amounts[kind][0] == 0.5
            assert pd.isna(amounts[kind][1])


def test_even_divides_what_is_printed_in_another_currency() -> None:
    frame = drawn("funding-by-sector", tables_of(in_yuan(3e9, sectors="film;games")), EVEN)
    assert frame["other_currency_as_printed"].tolist() == ["CNY 3000000000", "CNY 1500000000", "CNY 1500000000"]


def test_cross_sector_is_one_of_a_rounds_sectors_also_where_it_is_hidden() -> None:
    rounds = (round_(usd=20, sectors="film;cross"),)
    assert shared(*rounds)["cross", "exact"] == (0.5, 10)
    hidden = shared(*rounds, filters=Filters(sharing="even", cross=False))
    assert hidden == {("", "exact"): (1, 20), ("film", "exact"): (0.5, 10)}
    assert "only the shares" in finding("funding-by-sector", *rounds, filters=Filters(sharing="even", cross=False))


def test_under_a_sector_only_its_part_is_shown_beside_the_whole() -> None:
    rounds = (round_(usd=30, sectors="film;games"), round_(usd=8, sectors="cross"), round_(usd=5, sectors="games"))
    found = shared(*rounds, filters=Filters(("film",), sharing="even"))
    assert found == {("", "exact"): (2, 38), ("film", "exact"): (0.5, 15), ("cross", "exact"): (1, 8)}
    whole = cells("funding-by-sector", *rounds, filters=Filters(("film",)))
    assert whole["film", "exact"] == (1, 30)


def test_general_models_stand_apart_together_or_not_at_all() -> None:
    rounds = (round_(usd=10), round_(usd=7000, company_id="big-model", sectors="film"))
    assert cells("funding-by-sector", *rounds)["film", "exact"] == (1, 10)
    assert cells("funding-by-sector", *rounds, group="general_model")["film", "exact"] == (1, 7000)
    assert cells("funding-by-sector", *rounds, filters=Filters(general="with"), group="all_companies")["film", "exact"] == (2, 7010)
    assert cells("funding-by-sector", *rounds, filters=Filters(general="without"), group="general_model") == {}


def test_rounds_of_one_sector_each_add_up_and_the_finding_does_not_deny_it() -> None:
    said = finding("funding-by-sector", round_(usd=3), round_(usd=4, sectors="games"))
    assert "add up" not in said
    assert "the most known money is in Games, US$4m" in said


def test_a_tie_has_no_most() -> None:
    assert "the most known" not in finding("funding-by-sector", round_(usd=3), round_(usd=3, sectors="games"))


def test_sums_that_leave_something_out_are_floors() -> None:
    assert "in Film & TV, ≥ US$4m" in finding("funding-by-sector", round_(usd=4), round_())
    assert "in Film & TV, ≈ US$4m" in finding("funding-by-sector", round_(usd=4, amount_qualifier="about"))
    assert "in Film & TV, ≥ US$4m" in finding("funding-by-sector", round_(usd=4, amount_qualifier="at_least"))
    assert "in Film & TV, US$4m" in finding("funding-by-sector", round_(usd=4), round_(usd=9, status="cancelled"))


def test_a_click_on_a_sector_chooses_it_and_the_total_is_no_choice() -> None:
    frame = drawn("funding-by-sector", tables_of(*DIVIDED, round_(sectors="cross")))
    clicked = [CHART["funding-by-sector"].narrows(mark) for mark in frame.to_dict("records")]
    assert clicked[0] == []
    assert {pairs[0] for pairs in clicked if pairs} == {("sector", "film"), ("sector", "games"), ("sector", "advertising")}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_note_fits_its_three_lines(lang: str) -> None:
    notes = [
        entry[lang]
        for key, entry in catalogue().items()
        if ".note" in key and key.startswith(("charts.funding-by-sector", "charts.funding-coverage"))
    ]
    assert len(notes) == 5
    assert all(wrapped(note, shares_figures.NOTE_WIDTH).count("<br>") < 3 for note in notes)


# funding-by-country ---------------------------------------------------------------------------


def test_countries_by_number_of_rounds_and_those_without_one_last() -> None:
    rounds = (
        *(round_(usd=1, country="GB") for _ in range(2)),
        round_(country="US", usd=5),
        round_(country="US"),
        *(round_(country="CN", usd=500, part_of="FR001") for _ in range(9)),
        *(round_() for _ in range(4)),
    )
    frame = drawn("funding-by-country", tables_of(*rounds))
    # Two rounds each in the US and the UK, more known in the US; parts of other rounds give China no place before them.
    assert list(dict.fromkeys(frame["country"].fillna("-"))) == ["US", "GB", "CN", "-"]
    assert cells("funding-by-country", *rounds)["", "undisclosed"][0] == 4
    assert finding("funding-by-country", *rounds).endswith("5 of 8 undisclosed, not counted")


def test_every_kind_of_round_is_counted_in_its_country() -> None:
    found = cells("funding-by-country", *({**one, "country": "US"} for one in EVERY_KIND))
    assert {kind: n for (_, kind), (n, _) in found.items()} == dict.fromkeys(funding.CLASSES, 1)
    assert [found["US", kind][1] for kind in ("exact", "about", "at_least", "up_to")] == [10, 20, 5, 100]
    assert all(pd.isna(found["US", kind][1]) for kind in ("undisclosed", "other_currency", "part_of", "cancelled"))


_CODES = ("AT", "AU", "BE", "CA", "CH", "CN", "CZ", "DE", "ES", "FI", "FR", "GB", "US", "VN")


@pytest.mark.parametrize(("countries", "lines", "others"), [(12, 12, 0), (13, 13, 0), (14, 13, 2)])
def test_beyond_twelve_countries_the_rest_share_a_line(countries: int, lines: int, others: int) -> None:
    tables = tables_of(*(round_(usd=1, country=code) for code in _CODES[:countries]))
    frame = drawn("funding-by-country", tables)
    found = shares_figures.country_lines(frame)
    assert len(found) == lines
    assert sum(len(part) for kind, part in found if kind == "others") == others
    assert frame["country"].nunique() == countries
    bars = [t for t in figure_of(CHART["funding-by-country"], tables, ALL, "en").data if t.xaxis == "x"]
    marks = {place: [c[0] for c, y in zip(t.customdata, t.y, strict=True) if y == place] for t in bars for place in t.y}
    assert len(marks[0]) == max(others, 1)  # each country of the shared line is a mark of its own


def test_a_country_code_is_a_choice_and_no_country_is_none() -> None:
    frame = drawn("funding-by-country", tables_of(round_(country="US"), round_()))
    assert [CHART["funding-by-country"].narrows(mark) for mark in frame.to_dict("records")] == [[("country", "US")], []]


# funding-coverage -----------------------------------------------------------------------------


def test_every_record_is_counted_in_its_year_and_country() -> None:
    rounds = (
        *({**one, "country": "US", "confidence": "high"} for one in EVERY_KIND),
        round_("2025-Q3", confidence="low"),
        round_("2025", usd=1, country="US", confidence="medium"),
    )
    frame = drawn("funding-coverage", tables_of(*rounds))
    row = frame.to_dict("records")
    assert [(int(r["period_year"]), r["n"], r["n_undisclosed"]) for r in row] == [(2024, 8, 1), (2025, 1, 0), (2025, 1, 1)]
    assert [r["n_high_confidence"] for r in row] == [8, 0, 0]
    assert [r["n_medium_confidence"] for r in row] == [0, 1, 0]
    assert [r["n_low_confidence"] for r in row] == [0, 0, 1]
    assert pd.isna(row[2]["country"])


def test_the_collection_ends_with_its_newest_month_whatever_is_chosen() -> None:
    rounds = (round_("2024-05-02"), round_("2025-07", sectors="games"), round_("2025"), round_("2025-Q4"))
    frame = drawn("funding-coverage", tables_of(*rounds), Filters(("film",)))
    assert set(frame["newest_month"]) == {"2025-07"}
    assert dict(zip(frame["period_year"], frame["year_incomplete"], strict=True)) == {"2024": False, "2025": True}
    assert "the collection ends in Jul 2025" in finding("funding-coverage", *rounds)
    december = drawn("funding-coverage", tables_of(round_("2024-12-30")))
    assert december["year_incomplete"].tolist() == [False]
    assert drawn("funding-coverage", tables_of(round_("2024")))["newest_month"].isna().all()


def test_a_year_that_the_dates_cut_is_incomplete() -> None:
    rounds = (round_("2023-05-02"), round_("2024-05-02"), round_("2025-12-02"))
    frame = drawn("funding-coverage", tables_of(*rounds), Filters(since="2023-03", until="2024-12-31"))
    assert dict(zip(frame["period_year"], frame["year_incomplete"], strict=True)) == {"2023": True, "2024": False}


def test_the_finding_names_where_rounds_are_from_and_how_many_are_early_and_chinese() -> None:
    chinese = (round_("2024-02-01", country="CN"), round_("2025-03-01", country="CN", usd=2))
    american = tuple(round_("2024-02-01", country="US", usd=1) for _ in range(3))
    said = finding("funding-coverage", *chinese, *american)
    assert said.startswith(
        "United States leads with 3 of 5 rounds collected; China: 2, 1 of them before 2025; 1 undisclosed; the collection ends in Mar 2025"
    )
    assert finding("funding-coverage", *chinese).startswith("China leads with 2 of 2 rounds collected; 1 of them before 2025")
    assert finding("funding-coverage", *chinese, *american, lang="zh").startswith(
        "5笔中3笔来自美国；中国2笔，其中1笔在2025年之前；1笔未披露"
    )
    assert "China" not in finding("funding-coverage", *american)
    assert finding("funding-coverage", round_()).startswith("1 round, its country not stated")


def test_cells_that_countries_share_are_divided_among_them() -> None:
    rounds = [round_(country=code) for code in _CODES[: COVERED_SHOWN + 2]] + [round_(country=_CODES[COVERED_SHOWN])]
    figure = figure_of(CHART["funding-coverage"], tables_of(*rounds), ALL, "en")
    shared_line = [t for t in figure.data if t.customdata is not None][-1]
    # The country with two rounds is the largest and has a line of its own; two of one round are left over.
    assert len(shared_line.customdata) == 2
    assert sum(shared_line.width) == pytest.approx(0.92)
    alone = next(t for t in figure.data if t.customdata is not None)
    assert sum(alone.width) == pytest.approx(0.92)


# What must add up -----------------------------------------------------------------------------

_KINDS: dict[str, dict[str, Any]] = {
    "exact": {},
    "about": {"amount_qualifier": "about"},
    "at_least": {"amount_qualifier": "at_least"},
    "up_to": {"amount_qualifier": "up_to"},
    "part_of": {"part_of": "FR001"},
    "cancelled": {"status": "cancelled"},
}


@st.composite
def a_round(draw: st.DrawFn) -> dict[str, Any]:
    """Any kind of round, in any sectors, of any kind of company."""
    sectors = draw(st.lists(st.sampled_from(SECTORS), min_size=1, unique=True))
    more = {
        "sectors": ";".join(sectors),
        "country": draw(st.sampled_from(["US", "CN", "GB", ""])),
        "company_id": draw(st.sampled_from(["small-video", "big-model"])),
        "confidence": draw(st.sampled_from(CONFIDENCES)),
    }
    date = draw(st.sampled_from(["2023", "2024-03", "2024-Q4", "2025-06-30"]))
    kind = draw(st.sampled_from([*_KINDS, "undisclosed", "other_currency"]))
    if kind == "undisclosed":
        return round_(date, **more)
    if kind == "other_currency":
        return in_yuan(3e9, announced_date=date, **more)
    return round_(date, usd=draw(st.integers(1, 10**6)) / 100, **more, **_KINDS[kind])


ROUNDS = st.lists(a_round(), min_size=1, max_size=7)


def by(frame: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """Counts and sums, unknown as 0 where both sides are compared."""
    return frame.groupby(list(keys), dropna=False)[["n_shared", "sum_usd_m"]].sum().sort_index()


@settings(max_examples=10)
@given(ROUNDS, st.sampled_from(["apart", "with", "without"]))
def test_evenly_shared_sectors_add_up_to_all_rounds(rounds: list[dict[str, Any]], general: str) -> None:
    filters = Filters(sharing="even", general=general)
    frame = drawn("funding-by-sector", tables_of(*rounds), filters)
    total, parts = frame[frame["sector"].isna()], frame[frame["sector"].notna()]
    pd.testing.assert_frame_equal(by(parts, "money_group", "amount_class"), by(total, "money_group", "amount_class"))
    headline = funding.money_headline(funding.money_headline_rows(tables_of(*rounds), filters), filters)
    counted = total[~total["amount_class"].isin(funding.APART)].groupby("money_group")["n"].sum()
    assert counted.to_dict() == headline[headline["n_rounds"] > 0].set_index("money_group")["n_rounds"].to_dict()


@settings(max_examples=10)
@given(ROUNDS, st.sampled_from(CHOSEN_SECTORS))
def test_whole_a_sector_is_the_total_under_its_own_filter(rounds: list[dict[str, Any]], sector: str) -> None:
    tables = tables_of(*rounds)
    frame = drawn("funding-by-sector", tables)
    alone = drawn("funding-by-sector", tables, Filters((sector,), cross=False))
    keys = ("money_group", "amount_class")
    pd.testing.assert_frame_equal(
        by(frame[frame["sector"] == sector], *keys), by(alone[alone["sector"].isna()], *keys), check_index_type=False
    )


@settings(max_examples=10)
@given(
    ROUNDS, st.sampled_from([ALL, Filters(("film", "games")), Filters(("games",), sharing="even"), Filters(general="with", sharing="even")])
)
def test_every_mark_leads_to_its_records_and_each_record_is_counted_once(rounds: list[dict[str, Any]], filters: Filters) -> None:
    tables = tables_of(*rounds)
    kept = len(funding.rounds(tables, filters).collect("pandas").to_native())
    for slug in SLUGS:
        frame = drawn(slug, tables, filters)
        chart = read_once(CHART[slug], tables, filters)
        assert [len(chart.behind(tables, filters, mark)) for mark in frame.to_dict("records")] == frame["n"].tolist()
        once = frame[frame["sector"].isna()] if slug == "funding-by-sector" else frame
        assert once["n"].sum() == kept


@settings(max_examples=10)
@given(ROUNDS)
def test_countries_and_confidences_add_up(rounds: list[dict[str, Any]]) -> None:
    tables = tables_of(*rounds)
    countries = funding.totals(drawn("funding-by-country", tables)).set_index("money_group").sort_index()
    expected = funding.money_headline(funding.money_headline_rows(tables, ALL), ALL).set_index("money_group").sort_index()
    pd.testing.assert_frame_equal(countries, expected)
    coverage = drawn("funding-coverage", tables)
    assert coverage[[f"n_{c}_confidence" for c in CONFIDENCES]].sum(axis=1).tolist() == coverage["n"].tolist()
    assert coverage["n"].sum() == len(rounds)
    assert coverage["n_undisclosed"].sum() == expected["n_undisclosed"].sum()


@settings(max_examples=10)
@given(ROUNDS, st.sampled_from(SLUGS), st.sampled_from(["whole", "even"]))
def test_the_order_of_records_does_not_matter(rounds: list[dict[str, Any]], slug: str, sharing: str) -> None:
    numbered = [{"round_id": f"FR{i:03d}"} | r for i, r in enumerate(rounds, start=1)]
    filters = Filters(sharing=sharing)
    pd.testing.assert_frame_equal(drawn(slug, tables_of(*numbered[::-1]), filters), drawn(slug, tables_of(*numbered), filters))


# The figures ----------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SLUGS[:2])
def test_a_class_is_named_once_in_the_legend(slug: str) -> None:
    tables = tables_of(*EVERY_KIND, *({**one, "company_id": "big-model"} for one in EVERY_KIND))
    figure = figure_of(CHART[slug], tables, ALL, "en")
    named = [trace.name for trace in figure.data if trace.showlegend]
    assert len(named) == len(set(named)) == len(funding.CLASSES)


@pytest.mark.parametrize("slug", SLUGS[:2])
def test_only_companies_that_serve_a_sector_are_on_a_linear_scale(slug: str) -> None:
    tables = tables_of(*EVERY_KIND, *({**one, "company_id": "big-model"} for one in EVERY_KIND))
    apart = figure_of(CHART[slug], tables, ALL, "en").layout
    assert (apart.xaxis.type, apart.xaxis3.type) == (None, "log")
    assert figure_of(CHART[slug], tables, Filters(general="with"), "en").layout.xaxis.type == "log"


def test_what_is_not_summed_has_no_bar_of_money() -> None:
    figure = figure_of(CHART["funding-by-country"], tables_of(*EVERY_KIND), ALL, "en")
    money, rounds = ([t for t in figure.data if t.xaxis == axis] for axis in ("x", "x2"))
    assert [sum(t.x) for t in money] == [10, 20, 5, 100]
    assert sum(sum(t.x) for t in rounds) == len(EVERY_KIND)


def test_divided_rounds_are_said_to_be_divided() -> None:
    tables = tables_of(*DIVIDED)
    hovers = [h for t in figure_of(CHART["funding-by-sector"], tables, EVEN, "en").data for h in t.hovertext]
    assert any("2 rounds stand behind it" in h.replace("<br>", " ") for h in hovers)
    assert any("US$22m in 1.3 rounds" in h for h in hovers)
    plain = [h for t in figure_of(CHART["funding-by-sector"], tables, ALL, "en").data for h in t.hovertext]
    assert not any("stand behind it" in h for h in plain)
