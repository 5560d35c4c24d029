"""The bundle: who gets only the ZIP can tell what was asked, what the figures are, where they came from, how to get them again."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import bibtexparser
import pandas as pd
import pyarrow.parquet as pq
import pytest
import rispy

from components import bundles, pictures
from components.asked import Asked
from components.behind import made_of
from components.bundles import bundle_file
from components.charts import CHART, CHARTS, finding_of, frame_of
from components.described import table_name
from components.files import content, data_file, documents_of
from components.words import LANGUAGES, Words
from data.bundle import pack
from data.catalog import dictionary
from data.export import columns_of
from data.filters import Filters, account
from data.tables import Tables, open_tables
from data.versions import tables_at
from tests.factory import tables_from
from tests.loaded import two_series, with_levels

TABLES = open_tables()
ASKED = Asked("funding-timeline", filters=Filters(("film",), since="2024"), site="https://reelshift.example.org")


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that cannot draw."""

    def refuses(*_: object) -> bytes:
        raise pictures.NotDrawn("no Chromium")

    monkeypatch.setattr(pictures, "picture", refuses)
    bundles.bundle_file.cache_clear()


def opened(asked: Asked, tables: Tables = TABLES) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(bundle_file(asked, tables)))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


def test_every_file_of_the_bundle_is_what_its_button_gives(no_browser: None) -> None:
    files = opened(ASKED)
    assert next(iter(files)) == "README.md"
    for form in ("csv", "parquet", "xlsx"):
        assert files[f"data.{form}"] == data_file(ASKED, TABLES, form)
    records = list(csv.DictReader(io.StringIO(files["records.csv"].decode("utf-8-sig"))))
    about = json.loads(files["metadata.json"])
    assert len(records) == about["records_behind"]["funding_rounds"]["n"] == about["records_selected"]["funding_rounds"]["n"]
    assert about["rows"] == len(frame_of(CHART[ASKED.name], TABLES, ASKED.filters))
    counted = {reason: n for reason, n in about["records_selected"]["funding_rounds"].items() if not reason.startswith("title_")}
    cross = counted.pop("cross_included")
    assert counted.pop("total") == sum(counted.values())
    assert cross == sum("film" not in r["sectors"].split(";") for r in records) > 0
    assert [(f["parameter"], f["code"]) for f in about["filters"]] == [("sector", "film"), ("from", "2024")]
    assert about["address_newest"] == "https://reelshift.example.org/charts/funding-timeline.csv?sector=film&from=2024"
    assert pq.read_table(io.BytesIO(files["data.parquet"])).num_rows == about["rows"]


def test_the_sources_are_those_of_exactly_these_rows(no_browser: None) -> None:
    files = opened(ASKED)
    listed = list(csv.DictReader(io.StringIO(files["sources.csv"].decode("utf-8-sig"))))
    rows = content(Asked(ASKED.name, filters=ASKED.filters, rows="records"), TABLES)
    named = {s for cell in rows["source_ids"] for s in cell.split(";")}
    assert {row["source_id"] for row in listed} == named
    by_source = {s: sum(s in cell.split(";") for cell in rows["source_ids"]) for s in named}
    assert {row["source_id"]: int(row["n_rows"]) for row in listed} == by_source
    assert {"publisher", "url", "published", "accessed", "kind", "terms"} <= set(listed[0])


def test_a_record_that_is_drawn_often_counts_once_among_its_documents() -> None:
    documents = documents_of(Asked("funding-by-sector"), TABLES)
    rounds = TABLES.native("funding_rounds")
    assert documents["n_rows"].max() <= len(rounds)
    first = documents.iloc[0]
    assert first["n_rows"] == rounds["source_ids"].str.split(";").map(lambda ids: first["source_id"] in ids).sum()


def test_the_readme_says_all_of_it_in_both_languages(no_browser: None) -> None:
    files = opened(ASKED)
    text = files["README.md"].decode()
    below, english, chinese = text.split("\n\n---\n\n")
    assert below == Words("zh").t("bundle.below")
    for lang, part in (("en", english), ("zh", chinese)):
        assert finding_of(CHART[ASKED.name], TABLES, ASKED.filters, lang) in part
        assert TABLES.version in part
        assert "`sector=film`" in part
        assert "curl" in part
        assert "https://reelshift.example.org/funding?sector=film&from=2024" in part
        assert all(f"`{name}`" in part for name in files)
    assert "How to cite" in english
    assert "如何引用" in chinese
    assert "no browser" in english
    assert not {"chart.png", "chart.svg"} & set(files)


MIXED = Asked("impact-timeline", filters=Filters(("short_drama",), since="2024-01"), site="https://reelshift.example.org")


def readme_of(asked: Asked, lang: str, tables: Tables = TABLES) -> str:
    """The half of the README in one language."""
    halves = opened(asked, tables)["README.md"].decode().split("\n\n---\n\n")[1:]
    return halves[lang != asked.lang]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_readme_tells_what_was_selected_from_what_is_drawn(no_browser: None, lang: str) -> None:
    said, words = readme_of(MIXED, lang), Words(lang)
    made = {table: (n, total) for table, n, total in made_of(CHART[MIXED.name], TABLES, MIXED.filters).counts}
    kept = account(TABLES.frame("index_moves"), "index_moves", MIXED.filters)
    assert made["index_moves"][0] < kept.n, "levels are selected and not drawn"
    name = table_name("index_moves", words)
    assert words.t("bundle.selected", table=name, n=kept.n, total=kept.total) in said
    assert words.t("account.short", table=name, n=made["index_moves"][0], total=made["index_moves"][1]) in said
    for register in ("sources", "series", "entities"):
        assert (
            words.t(
                "bundle.selected", table=table_name(register, words), n=len(TABLES.native(register)), total=len(TABLES.native(register))
            )
            not in said
        )
    assert "funding_rounds" not in said.split("##")[2]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_readme_leads_from_a_row_to_its_documents_and_says_what_columns_mean(no_browser: None, lang: str) -> None:
    said, words = readme_of(ASKED, lang), Words(lang)
    assert words.t("bundle.join", file="records.csv") in said
    assert words.t("bundle.same_record", column="round_id") in said
    for column in columns_of(content(ASKED, TABLES), "funding_rounds"):
        assert f"| `{column.name}` | {column.label[lang]}" in said
    assert words.code("unit", "usd_m") in said
    # A row of this chart names the event that is studied, not one of its own.
    assert words.t("bundle.same_record", column="event_id") not in readme_of(Asked("event-window"), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_readme_fetches_exactly_these_rows_and_the_newest_under_another_name(no_browser: None, lang: str) -> None:
    said = readme_of(ASKED, lang)
    exactly, newest = re.findall(r"^curl --fail --output (\S+) '(\S+)'$", said, re.MULTILINE)
    assert TABLES.version in exactly[0]
    assert {("version", TABLES.version), ("sector", "film"), ("sharing", "whole"), ("lang", lang)} <= set(
        parse_qsl(urlsplit(exactly[1]).query)
    )
    assert urlsplit(exactly[1]).path == urlsplit(newest[1]).path == "/charts/funding-timeline.zip"
    assert TABLES.version not in "".join(newest)
    [page] = re.findall(r"https://\S+/funding\?\S+$", said.split("\n## ")[1], re.MULTILINE)
    assert {("version", TABLES.version), ("lang", lang), ("cross", "1")} <= set(parse_qsl(urlsplit(page).query))


def test_a_link_to_an_older_version_leads_to_it_and_to_the_newest(no_browser: None) -> None:
    then = tables_at("2026-11-22-36b72b89")
    said = readme_of(replace(ASKED, version=then.version), "en", then)
    exactly, newest = re.findall(r"^curl .*$", said, re.MULTILINE)
    assert exactly.count(then.version) == 2
    assert "version=" not in newest
    assert "`n_conflicts`" in said.split("## Reading the files")[1]
    assert "; other documents differ on" not in said


def test_the_event_that_is_taken_where_none_is_chosen_is_said(no_browser: None) -> None:
    files = opened(Asked("event-window", site="https://x.org"))
    about = json.loads(files["metadata.json"])
    assert [(f["parameter"], f["code"]) for f in about["filters"]] == [("event", "EV017")]
    assert "event=EV017" in about["address"]
    assert "OpenAI announces Sora" in files["citation.txt"].decode()
    assert files["citation.bib"].decode().count("event=EV017") == 1
    for chart in CHARTS:  # what is named is what is drawn
        if chart.usual_event:
            pd.testing.assert_frame_equal(
                frame_of(chart, TABLES, Filters()), frame_of(chart, TABLES, Filters(event=chart.usual_event)), check_exact=True
            )


def test_no_file_claims_a_day_of_access(no_browser: None) -> None:
    files = opened(ASKED)
    assert "urldate" not in files["citation.bib"].decode()
    assert "Y2  -" not in files["citation.ris"].decode()
    assert "accessed" not in json.loads(files["citation.csl.json"])[0]
    text = files["citation.txt"].decode()
    assert not re.search(r"accessed|\d访问", text)
    assert "[引用日期]" in text
    about = json.loads(files["metadata.json"])
    assert about["citation_en"] == text.splitlines()[0]
    assert about["citation_zh"] in text.splitlines()
    assert about["licence_zh"] in readme_of(ASKED, "zh")
    assert about["licence_en"] not in readme_of(ASKED, "zh")


def test_days_of_documents_are_days(no_browser: None) -> None:
    listed = list(csv.DictReader(io.StringIO(opened(ASKED)["sources.csv"].decode("utf-8-sig"))))
    assert {row["accessed"] for row in listed} == {"2026-11-22"}


def test_the_citations_are_read_by_what_reads_them(no_browser: None) -> None:
    files = opened(ASKED)
    [entry] = bibtexparser.parse_string(files["citation.bib"].decode()).entries
    assert entry["version"] == TABLES.version
    [reference] = rispy.loads(files["citation.ris"].decode())
    assert reference["type_of_reference"] == "DATA"
    assert json.loads(files["citation.csl.json"])[0]["version"] == TABLES.version
    assert "[DS/OL]" in files["citation.txt"].decode()


def test_the_same_selection_gives_the_same_bytes(no_browser: None) -> None:
    first = bundle_file(ASKED, TABLES)
    bundles.bundle_file.cache_clear()
    assert bundle_file(ASKED, TABLES) == first
    assert pack({"a": b"1"}) == pack({"a": b"1"}) != pack({"a": b"2"})


def test_a_whole_table_has_a_bundle_too(no_browser: None) -> None:
    files = opened(Asked("models", "tables"))
    assert "records.csv" not in files
    assert len(list(csv.DictReader(io.StringIO(files["data.csv"].decode("utf-8-sig"))))) == 40


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_table_without_documents_says_so_and_what_a_row_is(no_browser: None, lang: str) -> None:
    words, described = Words(lang), dictionary().tables["series"]
    said = readme_of(Asked("series", "tables"), lang)
    assert words.t("bundle.no_documents") in said
    assert words.t("bundle.documents", n=0) not in said
    assert words.t("register.row_is", row=described.row[lang]) in said
    assert words.t("bundle.no_documents") not in readme_of(Asked("sources", "tables"), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_filter_of_another_page_is_said_to_have_no_bearing(no_browser: None, lang: str) -> None:
    said, words = readme_of(replace(ASKED, filters=Filters(("film",), since="2024", stance=("negative",))), lang), Words(lang)
    [told] = [line for line in said.splitlines() if "`stance=negative`" in line]
    assert told.endswith(words.t("bundle.no_bearing"))
    assert said.count(words.t("bundle.no_bearing")) == 1
    assert words.t("bundle.no_bearing") in readme_of(Asked("sources", "tables", Filters(("film",))), lang), (
        "no selection narrows a register"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_readme_says_what_a_sector_brings_along_and_what_a_spreadsheet_does(no_browser: None, lang: str) -> None:
    words, asked = Words(lang), replace(ASKED, filters=Filters(("film",)))
    kept, alone = (account(TABLES.frame("funding_rounds"), "funding_rounds", Filters(("film",), cross=cross)).n for cross in (True, False))
    assert kept > alone
    said = readme_of(asked, lang)
    assert words.t("bundle.cross", n=kept - alone) in said
    assert "`cross=0`" not in readme_of(replace(asked, filters=Filters()), lang)
    assert words.t("bundle.typed") in said
    assert "https://creativecommons.org/licenses/by/4.0/" in said


def test_an_empty_selection_is_a_bundle_that_says_so(no_browser: None, empty: Tables) -> None:
    files = opened(ASKED, empty)
    assert json.loads(files["metadata.json"])["rows"] == 0
    assert b"No records" in files["README.md"]


def test_a_chart_that_needs_a_choice_says_that_none_was_made(no_browser: None) -> None:
    for filters, is_said in ((Filters(), True), (Filters(speaker="openai"), False)):
        text = opened(Asked("speaker-path", filters=filters), TABLES)["README.md"].decode()
        for words in map(Words, LANGUAGES):
            assert (words.t("bundle.needs", what=words.t("filters.speaker"), parameter="speaker") in text) == is_said


def test_hostile_text_stays_text(no_browser: None) -> None:
    tables = tables_from(
        funding_rounds=[{"company_id": "=cmd|' /C calc'!A0", "notes_en": "]]> | `x`\n# Heading", "announced_date": "2024"}]
    )
    files = opened(Asked("funding-timeline"), tables)
    [row] = csv.DictReader(io.StringIO(files["records.csv"].decode("utf-8-sig")))
    assert row["company_en"].startswith("'=")
    assert b"\n# Heading" not in files["README.md"]


def test_what_may_not_be_passed_on_is_in_no_file_and_the_readme_says_why(no_browser: None) -> None:
    levels = two_series().levels
    tables = with_levels(replace(levels, series=tuple(replace(s, provider=f"Exchange of {s.code}") for s in levels.series)))
    asked = Asked("index-levels", filters=Filters(measure="level", series=("made-index", "made-market")))
    files = opened(asked, tables)
    about = json.loads(files["metadata.json"])
    assert about["withheld"] == ["loaded_level"]
    assert set(about["withheld_series_en"]) == {series.name_en for series in tables.levels.series}
    assert set(about["withheld_providers"]) == {"Exchange of made-index", "Exchange of made-market"}
    one = json.loads(opened(replace(asked, filters=Filters(measure="level", series=("made-index",))), tables)["metadata.json"])
    assert one["withheld_providers"] == ["Exchange of made-index"], "series that are not shown are not named"
    said = files["README.md"].decode()
    assert "`loaded_level`" in said
    assert all(provider in said for provider in about["withheld_providers"])
    for name in ("data.csv", "records.csv"):
        assert b"loaded_level" not in files[name]
