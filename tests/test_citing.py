"""Citations: what is cited, in forms that the programs which read them understand, whatever the text holds."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import bibtexparser
import pytest
import rispy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from components.asked import Asked
from components.cited import citation_of, citation_of_brief
from data import citing
from data.catalog import TABLE_NAMES, dictionary
from data.citing import FORMS, Citation, written
from data.filters import Filters
from data.tables import open_tables

TABLES = open_tables()
DAY = date(2026, 11, 23)
ASKED = Asked("funding-timeline", filters=Filters(("film",), since="2024"), site="https://x.org")


def test_a_chart_is_cited_with_selection_version_address_and_day() -> None:
    text = written(citation_of(ASKED, TABLES, accessed=DAY), "txt", "en")
    assert text == (
        f"Reelshift (影变) (2026). Rounds over time: Film & TV · since 2024 [Data set]. Version {TABLES.version}. "
        "https://x.org/funding?sector=film&from=2024&cross=1&general=apart&sharing=whole&amounts=usd&days=90&lang=en "
        "(accessed 2026-11-23).\n"
    )


def test_running_text_in_chinese_is_set_as_chinese() -> None:
    text = written(citation_of(Asked("funding-timeline", lang="zh", site="https://x.org"), TABLES, accessed=DAY), "txt", "zh")
    assert text.startswith(
        f"Reelshift（影变）：《各轮融资：全部行业》［数据集］，版本{TABLES.version}，2026-11-23访问，https://x.org/funding"
    )
    assert text.endswith("&lang=zh\n"), "nothing stands behind the address, which would be taken for a part of it"


def test_the_chinese_standard_has_its_marks() -> None:
    """The forms of the 2025 edition: platform and dates of a data set behind its version, dates of a page before its address."""
    text = written(citation_of(ASKED, TABLES, accessed=DAY), "gbt", "zh")
    data = (
        r"Reelshift（影变）\. 各轮融资：影视 · 2024年以来\[DS/OL\]\. V\S+\. Reelshift（影变）（2026-11-22）\[2026-11-23\]\. https://\S+\.\n"
    )
    assert re.fullmatch(data, text), text
    page = Citation("S1", False, "题名", "题名", "甲", "乙", "2024-03-22", "", "https://x.org/a", DAY)
    assert written(page, "gbt", "en") == "甲. 题名[EB/OL]. （2024-03-22）[2026-11-23]. https://x.org/a.\n"
    assert written(replace(page, issued="", accessed=None), "gbt", "en") == "甲. 题名[EB/OL]. [引用日期]. https://x.org/a.\n"


def test_the_collection_a_table_and_a_record_are_cited_by_their_own_addresses() -> None:
    assert citation_of(None, TABLES).address.endswith("/?lang=en")
    assert "/evidence" in citation_of(Asked("models", "tables", site="https://x.org"), TABLES).address
    cited = citation_of(ASKED, TABLES, ("opinions", "O0133"))
    assert cited.address == "https://x.org/records/opinions/O0133.json"
    assert len({c.key for c in (citation_of(None, TABLES), citation_of(ASKED, TABLES), cited)}) == 3
    with pytest.raises(KeyError):
        citation_of(ASKED, TABLES, ("opinions", "nobody"))


def test_chinese_running_text_ends_on_the_address() -> None:
    """A full-width comma or full stop behind it would be taken for a part of the link."""
    text = written(citation_of(ASKED, TABLES, accessed=DAY), "txt", "zh")
    assert text.startswith(
        f"Reelshift（影变）：《各轮融资：影视 · 2024年以来》［数据集］，版本{TABLES.version}，2026-11-23访问，https://x.org/funding?"
    )
    assert re.fullmatch(r".*，https://x\.org/[!-~]+\n", text)


def test_a_record_leads_to_its_original_documents_as_they_are_dated() -> None:
    row = TABLES.native("opinions").set_index("opinion_id").loc["O0133"]
    sources = TABLES.native("sources").set_index("source_id")
    cited = citation_of(ASKED, TABLES, ("opinions", "O0133"), DAY)
    assert [d.key for d in cited.documents] == row["source_ids"].split(";")
    for document in cited.documents:
        source = sources.loc[document.key]
        assert document.address == source["url"]
        assert document.accessed == source["accessed"].date()
        [csl] = [c for c in json.loads(written(cited, "csl.json", "en")) if c["id"] == document.key]
        printed = source["published"]
        parts = [int(p) for p in printed.split("-")] if isinstance(printed, str) and "Q" not in printed else None
        assert csl.get("issued", {}).get("date-parts", [None])[0] == parts
        assert csl["type"] == "webpage"
    assert "[EB/OL]" in written(cited, "gbt", "zh")


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_every_record_can_be_cited_in_every_form(table: str) -> None:
    keys = TABLES.native(table)[dictionary().tables[table].key].astype(str)
    for key in [*keys.head(6), *keys.tail(6)]:
        cited = citation_of(ASKED, TABLES, (table, key), DAY)
        for form in FORMS:
            for lang in ("en", "zh"):
                assert written(cited, form, lang).strip()
        assert len(bibtexparser.parse_string(written(cited, "bib", "en")).entries) == 1 + len(cited.documents)


def test_dates_in_bibtex_are_dates_and_the_day_is_kept() -> None:
    body = written(citation_of(ASKED, TABLES, ("opinions", "O0133"), DAY), "bib", "en")
    for entry, document in zip(
        bibtexparser.parse_string(body).entries[1:], citation_of(ASKED, TABLES, ("opinions", "O0133"), DAY).documents, strict=True
    ):
        fields = {field.key: field.value for field in entry.fields}
        assert fields["urldate"] == document.accessed.isoformat()
        assert fields.get("date", "") == document.issued
        assert fields.get("year", "") == document.issued[:4]
    [ours] = bibtexparser.parse_string(written(citation_of(ASKED, TABLES, accessed=DAY), "bib", "en")).entries
    assert [ours[name] for name in ("date", "year", "urldate")] == [TABLES.data_as_of, TABLES.data_as_of[:4], "2026-11-23"]
    assert (ours["version"], ours["note"]) == (TABLES.version, f"Data version {TABLES.version}")


def test_a_copy_says_so_in_every_form_and_names_who_copied() -> None:
    sources = TABLES.native("sources").set_index("source_id")
    row = sources.loc["S0005"]
    assert (row["version"], row["publisher"], row["publisher_original"]) == ("repost", "City and Coffee", "Wired")
    cited = citation_of(ASKED, TABLES, ("sources", "S0005"), DAY)
    for form in FORMS:
        for lang in ("en", "zh"):
            body = written(cited, form, lang)
            assert "Wired" in body
            assert ("City and Coffee转载" if lang == "zh" or form == "gbt" else "Reposted by City and Coffee") in body, form
    original = sources.index[(sources["version"] == "original") & sources["title"].notna()][0]
    assert "Repost" not in written(citation_of(ASKED, TABLES, ("sources", original), DAY), "txt", "en")


def test_a_document_has_its_own_language_and_a_name_in_two_scripts_is_one_author() -> None:
    cited = citation_of(ASKED, TABLES, ("sources", "S0001"), DAY)
    for lang, name in (("en", "Li Haoyue"), ("zh", "李豪悦")):
        ours, theirs = json.loads(written(cited, "csl.json", lang))
        assert (ours["language"], theirs["language"]) == ({"en": "en-GB", "zh": "zh-CN"}[lang], "zh")
        assert theirs["author"] == [{"literal": name}]
        _, reference = rispy.loads(written(cited, "ris", lang))
        assert (reference["language"], reference["authors"]) == ("zh", [name])
    assert written(cited, "gbt", "en").splitlines()[1].startswith("李豪悦. Sora")


def test_a_selection_of_everything_is_cited_with_it_and_a_brief_by_its_own_address() -> None:
    chosen = Asked("", "tables", Filters(("film",), company="openai"), site="https://x.org", version=TABLES.version)
    whole = citation_of(chosen, TABLES)
    assert {"sector=film", "company=openai", "cross=1"} <= set(whole.address.partition("?")[2].split("&"))
    brief = citation_of_brief(chosen, TABLES)
    assert brief.address.startswith("https://x.org/brief.html?sector=film")
    assert f"version={TABLES.version}" in brief.address
    assert brief.title_en.endswith("(Film & TV · Company: OpenAI)")
    assert brief.title_zh.endswith("（影视 · 公司：OpenAI）")
    assert (brief.accessed, len({brief.key, whole.key, citation_of(None, TABLES).key})) == (None, 3)


HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


def made(title: str, author: str = "A", issued: str = "2024-03-22") -> Citation:
    return Citation("key-1", False, title, title, author, "P", issued, "", "https://x.org/a?b=c", DAY)


@settings(max_examples=60)
@given(HOSTILE, HOSTILE)
@example("a } b { c \\ % & # _ $ ~ ^", "{}")
@example("line\nTY  - JOUR\nER  - ", "x\ry")
@example("“引号”与＝", "短剧, AI")
def test_no_text_breaks_out_of_its_field(title: str, author: str) -> None:
    cited = made(title, author)
    library = bibtexparser.parse_string(written(cited, "bib", "en"))
    assert len(library.entries) == 1
    assert not library.failed_blocks
    shown = " ".join("".join(ch if ch.isprintable() else " " for ch in title).split())
    assert {"year", "url", "urldate", *(["title"] if shown else [])} <= set(library.entries[0].fields_dict)
    references = rispy.loads(written(cited, "ris", "en"))
    assert len(references) == 1
    assert references[0]["type_of_reference"] == "ELEC"
    [csl] = json.loads(written(cited, "csl.json", "en"))
    assert csl.get("title", "") == shown
    assert written(cited, "gbt", "zh").count("\n") == 1
    assert written(cited, "txt", "en").count("\n") == 1


@pytest.mark.parametrize(
    ("issued", "parts"), [("2024-03-22", [2024, 3, 22]), ("2024-03", [2024, 3]), ("2024-Q1", [2024]), ("2024", [2024]), ("", None)]
)
def test_a_date_is_never_made_more_precise(issued: str, parts: list[int] | None) -> None:
    [csl] = json.loads(written(made("T", issued=issued), "csl.json", "en"))
    assert csl.get("issued", {}).get("date-parts", [None])[0] == parts
    if parts is None:
        assert "n.d." in written(made("T", issued=issued), "txt", "en")


def test_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="bib"):
        written(made("T"), "docx", "en")


# The address ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_the_address_gives_each_form_with_its_kind(client: TestClient, form: str) -> None:
    for query in ("", "?chart=coverage&sector=film", "?table=models&lang=zh", "?record=opinions/O0133"):
        answer = client.get(f"/cite.{form}{query}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == citing.MEDIA_TYPES[form]
        assert TABLES.version in answer.text


@pytest.mark.parametrize(
    ("query", "status", "parameter"),
    [
        ("cite.txt?chart=nope", 400, "chart"),
        ("cite.txt?table=nope", 400, "table"),
        ("cite.txt?record=opinions/nobody", 400, "record"),
        ("cite.txt?record=nope", 400, "record"),
        ("cite.txt?sector=tv", 400, "sector"),
    ],
)
def test_a_wrong_citation_is_refused_by_name(client: TestClient, query: str, status: int, parameter: str) -> None:
    answer = client.get(f"/{query}")
    assert (answer.status_code, answer.json()["parameter"]) == (status, parameter)
    assert answer.json()["allowed"]


def test_a_mistyped_record_is_told_the_nearest(client: TestClient) -> None:
    assert "opinions/O0133" in client.get("/cite.txt?record=opinions/OO133").json()["allowed"]


def test_an_unknown_form_is_404(client: TestClient) -> None:
    assert client.get("/cite.docx").json()["allowed"] == list(FORMS)
