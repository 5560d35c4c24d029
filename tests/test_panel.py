"""What a reader takes away: the panel costs nothing closed, says counts first, and gives exactly what the address gives."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from components import making, panel, records, sharing
from components.asked import OPTIONS_OF, Asked, explicit
from components.charts import CHART, frame_of, rows_of
from components.making import Making
from components.sharing import Here, page_link
from components.words import LANGUAGES, Words
from data.catalog import TABLE_NAMES, dictionary
from data.export import FORMATS
from data.filters import OPTION, Filters, parse
from data.levels import store
from data.tables import Tables
from tests.levels import meta, root  # noqa: F401
from tests.strategies import FILTERS
from tests.test_pages import opened, text, warnings
from tests.test_plain import shown

SITE = "http://testserver"
FILM = Filters(("film",))
HOSTILE = "\"><script>x</script> :red[a] [b](http://c) |`'\\"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a browser nobody asks for a file that is made on the click."""
    monkeypatch.setattr(making, "ASKED_WITHIN_S", 0.01)


def _panel(what: str, name: str, query: list[tuple[str, str]]) -> None:
    """A page that holds nothing but an open panel; the language is that of the link."""
    import streamlit as st

    from components import panel
    from components.asked import Asked
    from components.words import Words
    from data.filters import parse
    from data.tables import open_tables

    words = Words(st.query_params.get("lang", "en"))
    panel.show(Asked(name, what, parse(query)[0], words.lang, site="http://testserver"), open_tables(), words)


def panel_of(name: str, filters: Filters = FILM, what: str = "charts", lang: str = "en", section: str = "data") -> AppTest:
    at = AppTest.from_function(_panel, default_timeout=60, args=(what, name, filters.to_query()))
    at.query_params["lang"] = lang
    at.session_state[f"panel:{what}:{name}:section"] = section
    at.run()
    assert not at.exception
    assert warnings(at) == []
    return at


def labels(at: AppTest) -> list[str]:
    return [b.proto.label for b in at.get("download_button")]


# Closed, opened ----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["funding", "opinions", "evidence"])
def test_a_closed_panel_makes_nothing(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("computed while closed")

    monkeypatch.setattr(panel, "show", never)
    monkeypatch.setattr(sharing, "_contents", never)
    at = opened(page, lang="en", **({"view": "tables"} if page == "evidence" else {}))
    assert not at.exception
    assert at.get("download_button") == []
    assert [b for b in at.button if str(b.key).startswith("take:")]
    assert at.button(key="share")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_opened_panel_says_both_counts_before_the_click(lang: str, tables: Tables) -> None:
    words = Words(lang)
    at = opened("opinions", lang=lang, sector="film")
    at.button(key="take:charts:stance-distribution").click().run()
    assert warnings(at) == []
    chart = CHART["stance-distribution"]
    drawn = len(frame_of(chart, tables, FILM))
    behind = rows_of(chart, tables, FILM)["opinion_id"].nunique()
    assert drawn != behind
    options = at.segmented_control(key="panel:charts:stance-distribution:rows").options
    assert options == [words.t("panel.rows.drawn", n=drawn), words.t("panel.rows.records", n=behind)]
    assert [label for label in labels(at) if label == words.t("panel.form.zip")]
    assert set(labels(at)) >= {words.t(f"panel.form.{form}") for form in FORMATS}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("table", TABLE_NAMES)
def test_the_panel_of_a_table_says_its_rows(table: str, lang: str, tables: Tables) -> None:
    at = panel_of(table, Filters(), "tables", lang)
    words = Words(lang)
    assert words.t("panel.rows.table", n=len(tables.native(table))) in text(at)
    assert words.t("panel.form.png") not in labels(at)
    assert "embed" not in at.segmented_control(key=f"panel:tables:{table}:section").options


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("section", panel.SECTIONS)
@pytest.mark.parametrize("slug", ["funding-timeline", "impact-timeline", "sector-summary", "coverage"])
def test_every_section_of_a_panel(slug: str, section: str, lang: str, tables: Tables) -> None:
    at = panel_of(slug, lang=lang, section=section)
    words = Words(lang)
    assert words.t(f"charts.{slug}.title") in text(at)
    codes = [c.value for c in at.code]
    asked = Asked(slug, filters=FILM, lang=lang, site=SITE)
    if section == "link":
        assert codes[1] == asked.address("csv") == f"{SITE}/charts/{slug}.csv?sector=film"
    elif section == "lines":
        assert asked.address("parquet") in codes[0]
    elif section == "cite":
        assert tables.version in codes[0]
        assert asked.page(spelled=True) in codes[0]
    elif section == "embed":
        assert codes[0].startswith("<iframe ")
        assert f"chart={slug}" in codes[0]
    assert bool(codes) == (section != "data")


def test_a_change_of_language_keeps_what_is_open(tables: Tables) -> None:
    at = panel_of("stance-distribution", section="cite")
    at.segmented_control(key="panel:form").set_value("bib").run()
    assert at.code[0].value.startswith("@dataset{")
    at.query_params["lang"] = "zh"
    at.run()
    assert at.segmented_control(key="panel:charts:stance-distribution:section").value == "cite"
    assert at.segmented_control(key="panel:form").value == "bib"
    assert at.code[0].value.startswith("@dataset{")
    assert Words("zh").t("charts.stance-distribution.title") in at.code[0].value


def test_the_rows_chosen_reach_address_lines_and_file_name(tables: Tables) -> None:
    at = panel_of("stance-distribution", section="lines")
    at.segmented_control(key="panel:charts:stance-distribution:rows").set_value("records").run()
    assert "rows=records" in at.code[0].value
    at.toggle(key="panel:version").set_value(True).run()
    assert f"version={tables.version}" in at.code[0].value


def test_what_a_reader_typed_is_shown_as_it_is_and_escaped_in_addresses(tables: Tables) -> None:
    filters = parse([("q", HOSTILE)])[0]
    for section in panel.SECTIONS:
        at = panel_of("stance-distribution", filters, section=section)
        assert filters.q in text(at)
        for code in at.code:
            assert "<script>" not in code.value.replace(filters.q, "")
            if "http" in code.value and section != "cite":
                assert filters.q not in code.value
        assert not any(m.proto.allow_html for m in at.markdown)


def test_a_trouble_inside_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> int:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(panel.files, "row_count", fails)
    at = opened("markets", lang="zh")
    at.button(key="take:charts:stated-moves").click().run()
    assert not at.exception
    assert warnings(at) == [shown(Words("zh").t("panel.trouble"))]
    assert len(at.get("plotly_chart")) == 1


# The files ---------------------------------------------------------------------------------------


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[Callable[[], bytes], str]]:
    """What each button would make, and under which name; nothing is shown."""
    found: dict[str, tuple[Callable[[], bytes], str]] = {}

    def button(label: str, *, data: Making, file_name: str, key: str, **look: Any) -> bool:
        found[key.rpartition(":")[2]] = (data, file_name)
        return False

    monkeypatch.setattr(making.st, "download_button", button)
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("rows", ["drawn", "records"])
@pytest.mark.parametrize("slug", ["funding-by-sector", "impact-timeline"])
def test_each_button_makes_the_addresses_bytes(slug: str, rows: str, lang: str, made: Any, client: TestClient, tables: Tables) -> None:
    from data.tables import open_tables

    asked = Asked(slug, filters=FILM, lang=lang, rows=rows, site=SITE)
    panel._data(asked, open_tables(), Words(lang))
    assert set(made) >= {*FORMATS, "zip"}
    for form in FORMATS:
        make, name = made[form]
        answer = client.get(asked.address(form, lang=True))
        assert answer.status_code == 200
        assert make() == answer.content
        assert f'filename="{name}"' in answer.headers["content-disposition"] or name in answer.headers["content-disposition"]
        assert slug in name
        assert "film" in name
        assert tables.version in name
        assert ("records" in name) == (rows == "records")


def test_a_table_button_makes_the_addresses_bytes(made: Any, client: TestClient) -> None:
    from data.tables import open_tables

    asked = Asked("funding_rounds", "tables", FILM, site=SITE)
    panel._data(asked, open_tables(), Words("en"))
    assert set(made) == {*FORMATS, "zip"}
    for form in FORMATS:
        assert made[form][0]() == client.get(asked.address(form, lang=True)).content


def test_a_button_never_gives_the_file_of_another_selection(made: Any, tables: Tables) -> None:
    """The classic fault: a callable that looks up the filters when it runs."""
    sizes = {}
    for sector in ("film", "games"):
        filters = Filters((sector,))
        panel._data(Asked("funding-timeline", filters=filters), tables, Words("en"))
        sizes[sector] = (made["csv"][0], len(frame_of(CHART["funding-timeline"], tables, filters)))
    assert sizes["film"][1] != sizes["games"][1]
    for make, n in sizes.values():
        assert len(pd.read_csv(io.BytesIO(make()))) == n


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_browser_there_are_no_pictures_and_a_sentence(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel.pictures, "can_draw", lambda: False)
    at = panel_of("funding-timeline", lang=lang)
    words = Words(lang)
    assert words.t("panel.no_pictures") in text(at)
    assert words.t("panel.form.png") not in labels(at)
    assert words.t("panel.form.zip") in labels(at)


def test_with_a_browser_pictures_have_the_readers_ground(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel.pictures, "can_draw", lambda: True)
    at = panel_of("funding-timeline")
    assert {Words("en").t("panel.form.png"), Words("en").t("panel.form.svg")} <= set(labels(at))
    assert Words("en").t("panel.theme.light") in text(at)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_raw_levels_are_not_passed_on_and_the_provider_is_named(root: Path, lang: str) -> None:  # noqa: F811
    days = [pd.Timestamp(d).date() for d in ("2024-02-19", "2024-02-20", "2024-02-21")]
    store.append(meta(provider="Example *Exchange*"), pa.table({"date": pa.array(days), "close": pa.array([817.5, 819.25, 816.5])}))
    words = Words(lang)
    filters = Filters(measure="level", series=("made-up",))
    for section in ("data", "embed"):
        at = panel_of("index-levels", filters, lang=lang, section=section)
        [said] = [shown(i.value) for i in at.info]
        assert dictionary().caveats["levels_not_passed_on"][lang] in said
        assert "Example *Exchange*" in said
        assert words.t("panel.form.png") not in labels(at)
        assert [c.value for c in at.code] == []
    rebased = panel_of("index-levels", Filters(series=("made-up",)), lang=lang)
    assert not rebased.info


# Making on the click -----------------------------------------------------------------------------


def test_a_making_is_waited_for_and_says_whether_it_failed() -> None:
    good = Making(lambda: b"file")
    worker = threading.Thread(target=good)
    worker.start()
    assert good.wait() is False
    worker.join()

    def fails() -> bytes:
        raise RuntimeError("no")

    bad = Making(fails)
    with pytest.raises(RuntimeError):
        bad()
    assert bad.wait() is True


def test_nobody_waits_for_a_file_that_no_browser_asked_for() -> None:
    assert Making(lambda: b"never").wait() is False


def _failing(lang: str) -> None:
    import streamlit as st

    from components.making import Making, wait_for
    from components.words import Words

    def fails() -> bytes:
        raise RuntimeError("secret detail")

    broken = Making(fails)
    try:
        broken()
    except RuntimeError:
        st.caption("tried")
    wait_for([None, broken], Words(lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_failed_making_is_one_sentence(lang: str) -> None:
    at = AppTest.from_function(_failing, args=(lang,)).run()
    assert warnings(at) == [shown(Words(lang).t("panel.failed"))]
    assert "secret" not in text(at)


# Links -------------------------------------------------------------------------------------------


@given(filters=FILTERS)
def test_a_copied_link_writes_the_usual_values_and_means_the_same(filters: Filters) -> None:
    for page in OPTIONS_OF:
        pairs = explicit(filters, page)
        assert parse(pairs) == (filters, [])
        names = [name for name, _ in pairs]
        assert set(names) >= {"cross", *OPTIONS_OF[page]}
        assert len([n for n in names if n in OPTION]) == len({n for n in names if n in OPTION})


def test_a_link_by_hand() -> None:
    place = Here("https://reelshift.example.org", "funding", (("view", "shares"),))
    link = page_link(place, Filters(("film", "games"), cross=False, sharing="even"), "zh", "2026-11-22-0")
    assert link == (
        "https://reelshift.example.org/funding?sector=film&sector=games&cross=0&sharing=even&general=apart&amounts=usd&days=90"
        "&view=shares&version=2026-11-22-0&lang=zh"
    )
    assert page_link(Here("https://a.b"), Filters(), "en").startswith("https://a.b/?cross=1&")


@pytest.mark.parametrize("page", OPTIONS_OF)
def test_what_a_page_lets_choose_is_written_into_its_links(page: str) -> None:
    named = set(re.findall(r'"([a-z]+)"', Path(f"pages/{page}.py").read_text(encoding="utf-8")))
    assert named & set(OPTION) <= set(OPTIONS_OF[page])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_whole_page_offers(lang: str, tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    words = Words(lang)
    at = opened("funding", lang=lang, sector="film")
    at.button(key="share").click().run()
    assert warnings(at) == []
    [link] = [c.value for c in at.code]
    assert link.startswith("/funding?sector=film&cross=1&")
    assert link.endswith(f"&view=rounds&lang={lang}")
    at.session_state["share:section"] = "brief"
    at.button(key="share").click().run()
    assert words.t("panel.form.html") in labels(at)
    monkeypatch.setattr(sharing.pictures, "can_draw", lambda: False)
    at.button(key="share").click().run()
    assert words.t("panel.form.pdf") not in labels(at)
    assert words.t("panel.brief.no_pdf") in text(at)
    at.session_state["share:section"] = "cite"
    at.button(key="share").click().run()
    assert words.t("cite.collection") in at.code[0].value
    assert tables.version in at.code[0].value


# Records -----------------------------------------------------------------------------------------


def _records(lang: str, key: str) -> None:
    from components import records
    from components.words import Words
    from data.tables import open_tables

    tables = open_tables()
    records.show_records(tables, "opinions", tables.native("opinions").head(1).assign(opinion_id=key), Words(lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_record_leads_to_its_citation_and_to_itself(lang: str) -> None:
    at = AppTest.from_function(_records, args=(lang, "OP 1/](x")).run()
    words = Words(lang)
    [said] = [m.value for m in at.markdown]
    assert f"[{words.t('panel.cite.row')}](/cite.txt?record=opinions/OP%201%2F%5D%28x&lang={lang})" in said
    assert f"[{words.t('panel.cite.row_whole')}](/records/opinions/OP%201%2F%5D%28x.json)" in said


def test_those_addresses_answer(client: TestClient, tables: Tables) -> None:
    row = tables.native("opinions").iloc[0].to_dict()
    for link in records._addresses("opinions", row, Words("zh")):
        answer = client.get(link[link.index("(") + 1 : -1])
        assert answer.status_code == 200
        assert str(row["opinion_id"]) in answer.text
