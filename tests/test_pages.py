"""Every page as a reader gets it, without a browser: words, filters, empty results, failures, headline numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from components.asked import Asked
from components.charts import CHART, CHARTS, frame_of
from components.said import headline
from components.words import LANGUAGES, Words, catalogue
from data.filters import Filters
from data.tables import Tables
from tests.test_plain import shown

SITE = str(Path("pages/site.py").resolve())
#: The charts that a page shows when it is opened.
CHARTS_OF = {
    "overview": ("impact-timeline", "sector-summary"),
    "opinions": ("stance-distribution",),
    "funding": ("funding-timeline", "funding-by-quarter", "funding-cumulative", "funding-and-events"),
    "markets": ("stated-moves",),
    "technology": ("model-frontier", "production-yield", "compute-gap"),
    "evidence": ("coverage", "audit-marks"),
}
PAGES = tuple(CHARTS_OF)
every_page = pytest.mark.parametrize("page", PAGES)
#: Each page in one of the languages, and in the other: what is said once for both need not be drawn twice.
ONE = [pytest.param(page, LANGUAGES[i % 2], id=page) for i, page in enumerate(PAGES)]
OTHER = [pytest.param(page, LANGUAGES[(i + 1) % 2], id=page) for i, page in enumerate(PAGES)]
FILM = Filters(("film",))


def opened(page: str, **query: Any) -> AppTest:
    """A page opened by its link."""
    at = AppTest.from_file(SITE, default_timeout=120)
    at.query_params.update(dict(query.items()))
    at.run()
    return at if page == "overview" else at.switch_page(f"{page}.py").run()


def lines(at: AppTest) -> Iterator[str]:
    """Every text of a page as a reader sees it."""
    for kind in ("title", "caption", "markdown", "info", "warning", "error", "metric"):
        for element in getattr(at, kind):
            yield shown(str(element.label if kind == "metric" else element.value))
    yield from (shown(m.value) for m in at.metric)


def text(at: AppTest) -> str:
    return "\n".join(lines(at))


def warnings(at: AppTest) -> list[str]:
    return [shown(w.value) for w in at.warning]


def finding(slug: str, tables: Tables, filters: Filters, words: Words) -> str:
    """The finding as a card shows it: the heading, and what else it must say below."""
    return "\n".join(part for part in headline(CHART[slug].finding(frame_of(CHART[slug], tables, filters), words), words) if part)


def named_pages() -> dict[str, list[Asked]]:
    """The page that the files of each chart name, with the charts that it should show."""
    shown_on: dict[str, list[Asked]] = {}
    for chart in CHARTS:
        if not chart.address_only and not chart.needs:
            asked = Asked(chart.slug, filters=Filters(("games",)), lang="zh").settled()
            shown_on.setdefault(asked.page(), []).append(asked)
    return shown_on


@pytest.mark.parametrize("address", named_pages())
def test_the_page_that_a_file_names_shows_its_chart(address: str, tables: Tables) -> None:
    place = urlsplit(address)
    at = opened(place.path.strip("/") or "overview", **dict(parse_qsl(place.query)))
    assert not at.exception
    said, words = text(at), Words("zh")
    for asked in named_pages()[address]:
        assert finding(asked.name, tables, asked.filters, words) in said
        assert f"{words.t(f'charts.{asked.name}.title')} · 游戏" in said


# Every page --------------------------------------------------------------------------------------


@every_page
def test_a_page_shows_its_charts_in_the_readers_language(page: str, words: Words, tables: Tables) -> None:
    at = opened(page, lang=words.lang)
    assert not at.exception
    assert warnings(at) == []
    seen = text(at)
    assert words.t("site.tagline" if page == "overview" else f"pages.{page}") == at.title[0].value
    for slug in CHARTS_OF[page]:
        assert finding(slug, tables, Filters(), words) in seen
        other = Words("en" if words.lang == "zh" else "zh")
        assert finding(slug, tables, Filters(), other) not in seen
    assert len(at.get("plotly_chart")) >= len(CHARTS_OF[page])
    assert words.t("scope.all_sectors") in seen
    assert tables.version in seen
    assert words.t("charts.empty_hint") not in seen


@pytest.mark.parametrize(("page", "lang"), ONE + OTHER)
def test_a_sector_filter_is_on_and_said(page: str, lang: str, tables: Tables) -> None:
    words = Words(lang)
    at = opened(page, lang=lang, sector="film", cross="0")
    assert not at.exception
    assert warnings(at) == []
    seen = text(at)
    filters = Filters(("film",), False)
    for slug in CHARTS_OF[page]:
        assert finding(slug, tables, filters, words) in seen
    assert f"{words.code('sector', 'film')} · {words.t('scope.without_cross')}" in seen
    assert words.t("scope.all_sectors") not in seen
    assert at.pills(key="f:sector").value == ["film"]
    assert at.toggle(key="f:cross").value is False
    assert at.query_params == {"lang": lang, "sector": "film", "cross": "0"}


@pytest.mark.parametrize(("page", "lang"), ONE)
def test_an_empty_result_says_what_to_do(page: str, lang: str) -> None:
    words = Words(lang)
    at = opened(page, lang=lang, **{"from": "2035-06"})
    assert not at.exception
    assert warnings(at) == []
    assert words.t("charts.empty") in text(at)
    assert words.t("charts.empty_hint") in [shown(i.value) for i in at.info]
    assert len(at.get("plotly_chart")) == 0
    assert at.button(key="clear").label == words.t("filters.clear")


@pytest.mark.parametrize(("page", "lang"), OTHER)
def test_a_wrong_filter_is_left_out_and_said(page: str, lang: str, tables: Tables) -> None:
    words = Words(lang)
    at = opened(page, lang=lang, sector=["tv<script>", "film"], utm_source="x")
    assert not at.exception
    assert warnings(at) == []
    [said] = [shown(i.value) for i in at.info]
    assert words.t("filters.refused", parameter="sector", value="tv<script>") in said
    assert words.t("filters.unknown", parameter="utm_source") in said
    assert at.pills(key="f:sector").value == ["film"]
    for slug in CHARTS_OF[page]:
        assert finding(slug, tables, FILM, words) in text(at)


@every_page
def test_nothing_on_a_page_is_raw_html(page: str) -> None:
    at = opened(page)
    marked = [element.proto for kind in ("markdown", "caption") for element in getattr(at, kind)]
    assert marked
    assert not any(proto.allow_html for proto in marked)
    assert len(at.get("html")) == len(at.get("iframe")) == 0


@pytest.mark.parametrize(("view", "lang"), [("division", "en"), ("time", "zh"), ("speakers", "en"), ("surveys", "zh")])
def test_every_section_of_the_opinions(view: str, lang: str) -> None:
    at = opened("opinions", view=view, lang=lang)
    assert not at.exception
    assert warnings(at) == []
    assert len(at.get("plotly_chart")) >= 1
    assert at.segmented_control(key="f:view").value == view


# When something cannot be read -------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_unreadable_table_is_one_calm_sentence_and_the_other_pages_go_on(broken_tables: Path, lang: str) -> None:
    (broken_tables / "funding_rounds.parquet").write_bytes(b"broken")
    words = Words(lang)
    at = opened("funding", lang=lang)
    assert not at.exception
    assert warnings(at) == [shown(words.t("errors.table", table="funding_rounds"))]
    for page in ("opinions", "markets", "technology"):
        at.switch_page(f"{page}.py").run()
        assert not at.exception
        assert warnings(at) == []
        assert len(at.get("plotly_chart")) >= 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_tables_every_page_says_so(broken_tables: Path, lang: str) -> None:
    (broken_tables / "manifest.json").unlink()
    words = Words(lang)
    at = opened("overview", lang=lang)
    for page in PAGES:
        at.switch_page(f"{page}.py").run()
        assert not at.exception
        assert warnings(at) == [shown(words.t("errors.table", table="manifest"))]
        assert at.title[0].value


def test_a_chart_that_fails_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from components import card

    made = card.figure_of

    def fails(chart: Any, *rest: Any) -> Any:
        if chart.slug == "funding-by-quarter":
            raise RuntimeError("secret detail")
        return made(chart, *rest)

    monkeypatch.setattr(card, "figure_of", fails)
    at = opened("funding", lang="en")
    assert not at.exception
    assert warnings(at) == [Words("en").t("errors.chart")]
    assert len(at.get("plotly_chart")) == len(CHARTS_OF["funding"]) - 1
    assert "secret" not in text(at)


# What a reader does ------------------------------------------------------------------------------


def test_a_choice_goes_into_the_link_and_out_of_it() -> None:
    at = opened("funding", lang="en")
    assert at.query_params == {"lang": "en"}
    assert not [b for b in at.button if b.key == "clear"]
    at.pills(key="f:sector").select("short_drama").run()
    assert at.query_params == {"lang": "en", "sector": "short_drama"}
    assert "Short drama" in text(at)
    at.toggle(key="f:cross").set_value(False).run()
    assert at.query_params == {"lang": "en", "sector": "short_drama", "cross": "0"}
    at.pills(key="f:stage").select("seed").run()
    assert at.query_params["stage"] == "seed"
    at.button(key="clear").click().run()
    assert at.query_params == {"lang": "en"}
    assert at.pills(key="f:sector").value == []
    assert at.toggle(key="f:cross").value is True


def test_counts_beside_a_choice_are_what_it_gives(tables: Tables) -> None:
    at = opened("funding", lang="en", sector="film")
    labels = dict(zip(("film", "short_drama", "games"), at.pills(key="f:sector").options, strict=True))
    rounds = tables.native("funding_rounds")
    for sector, label in labels.items():
        assert int(label.rpartition("· ")[2]) == int(rounds[f"in_{sector}"].sum())
    film = rounds[rounds["in_film"] | rounds["in_cross"]]
    seed = next(label for label in at.pills(key="f:stage").options if label.startswith("Seed"))
    assert int(seed.rpartition("· ")[2]) == int((film["stage"] == "seed").sum())


def test_a_change_of_language_keeps_the_choice_and_turns_every_word() -> None:
    at = opened("markets", lang="en", sector="games", kind="regulation")
    at.segmented_control(key="f:lang").set_value("zh").run()
    assert at.query_params == {"lang": "zh", "sector": "games", "kind": "regulation"}
    assert at.title[0].value == "市场"
    assert not re.search(r"All sectors|Sources:|Clear", text(at))
    assert at.pills(key="f:sector").value == ["games"]


def test_a_change_of_page_keeps_the_choice() -> None:
    at = opened("overview", lang="zh", sector="games")
    for page in PAGES[1:]:
        at.switch_page(f"{page}.py").run()
        assert at.query_params == {"lang": "zh", "sector": "games"}
        assert at.pills(key="f:sector").value == ["games"]


@pytest.mark.parametrize(("locale", "lang"), [("zh-CN", "zh"), ("zh-TW", "zh"), ("en-GB", "en"), ("de-DE", "en"), (None, "en")])
def test_the_first_guess_is_the_browsers(locale: str | None, lang: str) -> None:
    at = AppTest.from_file(SITE, default_timeout=120)
    at.context["locale"] = locale
    at.run()
    assert at.title[0].value == Words(lang).t("site.tagline")


def test_the_table_behind_a_chart_is_its_frame(tables: Tables, words: Words) -> None:
    at = opened("funding", lang=words.lang)
    charts = len(at.get("plotly_chart"))
    at.segmented_control(key="view:funding-timeline").set_value("table").run()
    assert len(at.get("plotly_chart")) == charts - 1
    frame = frame_of(CHART["funding-timeline"], tables, Filters())
    table = at.dataframe[0].value
    assert len(table) == len(frame)
    assert list(table.iloc[:, 0]) == list(frame.iloc[:, 0])
    assert words.label(frame.columns[0], "funding_rounds") == table.columns[0]


def test_search_finds_a_voice_and_marks_it() -> None:
    at = opened("opinions", lang="en", q="tyler perry")
    assert "Tyler" in text(at)
    assert ":orange-background[Tyler]" in "\n".join(m.value for m in at.markdown)
    assert "Mira Murati" not in text(at)


def test_a_search_for_nothing_says_so() -> None:
    at = opened("opinions", lang="en", q="zzzz <b>")
    assert not at.exception
    assert Words("en").t("charts.empty") in text(at)


# Headline numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize("sector", ["film", "short_drama", "games"])
def test_the_headline_numbers_of_a_sector(tables: Tables, words: Words, sector: str) -> None:
    """Worked out again here from the tables, by other means than the frames."""
    at = opened("overview", lang=words.lang, sector=sector, cross="0")
    move, money, voices, event = (shown(m.value) for m in at.metric)
    said = text(at)

    opinions = tables.native("opinions")
    own = opinions[opinions[f"in_{sector}"]]
    favourable = int(own["stance"].str.endswith("positive").sum())
    critical = int(own["stance"].str.endswith("negative").sum())
    points = round(100 * (favourable - critical) / len(own))
    assert re.findall(r"[-−+]?\d+", voices)[0].replace("−", "-") in (f"{points:+d}", "0")
    assert (
        words.t("headline.voices_about_few", positive=favourable, negative=critical, neutral=len(own) - favourable - critical, n=len(own))
        in said
    )

    rounds = tables.native("funding_rounds")
    counted = rounds[
        rounds[f"in_{sector}"] & (rounds["company_kind"] != "general_model") & (rounds["status"] != "cancelled") & rounds["part_of"].isna()
    ]
    floor = float(counted.loc[counted["amount_qualifier"] != "up_to", "amount_usd_m"].sum())
    assert words.usd_m(floor) in money
    assert "≥" in money

    events = tables.native("events")
    newest = events[events[f"in_{sector}"] & (events["date_start"] <= pd.Timestamp(tables.data_as_of))].sort_values("date_start").iloc[-1]
    assert event == words.date(newest["date"])
    assert words.pick(newest, "title") in said
    assert move.endswith("%") or move == "–"


def test_the_move_of_the_concept_index_stands_beside_its_benchmark() -> None:
    """1247.3 on 20 February and 1822.66 on 22 March 2024 are two marks and +46.1%, beside the CSI 300's +3.9%."""
    at = opened("overview", lang="en")
    assert shown(at.metric[0].value) == "+46.1%"
    said = text(at)
    assert "20 Feb to 22 Mar 2024" in said
    assert "CSI 300 +3.9%" in said


def test_headline_numbers_of_nothing_are_dashes_not_zeros() -> None:
    at = opened("overview", lang="en", **{"from": "2035"})
    assert not at.exception
    values = [shown(m.value) for m in at.metric]
    assert "0" not in "".join(values)
    assert values[0] == values[3] == "–"
    assert Words("en").t("headline.voices_few") in values


def test_the_catalogue_has_a_word_for_every_page() -> None:
    assert {key.split(".")[1] for key in catalogue() if key.startswith("pages.") and key.count(".") == 1} >= set(PAGES)
