"""The view of one speaker, as a reader gets it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components.records import _opinion, _resolution, document_link
from components.words import LANGUAGES, Words
from data.tables import Tables, open_tables


def script(query: str, lang: str) -> None:
    from urllib.parse import parse_qsl

    from components.speaker import show_speaker
    from components.words import Words
    from data.filters import parse
    from data.tables import open_tables

    show_speaker(open_tables(), parse(parse_qsl(query))[0], Words(lang))


def shown(query: str, lang: str = "en") -> AppTest:
    app = AppTest.from_function(script, args=(query, lang), default_timeout=60).run()
    assert not app.exception
    assert not app.warning
    return app


def text(app: AppTest) -> str:
    """Everything said, without the signs that Markdown needs."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption, *app.info]).replace("\\", "").replace("\u00a0", " ")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_speaker_has_a_header_a_path_opinions_and_documents(lang: str) -> None:
    app = shown("speaker=sag-aftra", lang)
    said = text(app)
    opinions = open_tables().native("opinions")
    mine = opinions[opinions["speaker_id"] == "sag-aftra"]
    assert len(mine) > 1
    assert "SAG-AFTRA" in said
    assert "美国演员工会" in said
    assert all(summary[:30] in said for summary in mine[f"summary_{lang}"])
    assert {"en": f"{len(mine)} opinions read, 30 Sept 2025", "zh": f"读到{len(mine)}条观点，2025年9月30日"}[lang] in said
    assert {"en": "documents behind these opinions", "zh": "这些观点依据的文件"}[lang] in said
    assert {"en": "events naming them", "zh": "涉及本人或其机构的事件"}[lang] in said
    assert {"en": "rounds of their company", "zh": "其公司的融资"}[lang] not in said


def test_a_company_brings_its_rounds_and_models() -> None:
    said = text(shown("speaker=openai"))
    tables = open_tables()
    for table, column, words in (
        ("funding_rounds", "company_id", "rounds of their company"),
        ("models", "vendor_id", "models of their company"),
    ):
        n = int((tables.native(table)[column] == "openai").sum())
        assert n > 1
        assert f"{n} {words}" in said


def test_other_filters_leave_opinions_out_and_say_so() -> None:
    everything, some, none = (
        text(shown(f"speaker=sag-aftra{rest}")) for rest in ("", "&sector=short_drama&cross=0", "&sector=games&cross=0")
    )
    assert "4 opinions read" in everything
    assert "1 of 4 opinions under the other filters" in some
    assert "All 4 opinions read of them are left out by the other filters." in none
    assert "documents behind" not in none
    assert "events naming them" in none


def test_whoever_is_in_no_register_gets_one_calm_sentence() -> None:
    app = shown("speaker=nobody-at-all")
    assert [i.value.replace("\\", "") for i in app.info] == [
        "No speaker is registered under “nobody-at-all”. The search above finds names in both languages."
    ]
    assert not app.markdown


def test_whoever_was_never_read_is_said_to_be_silent() -> None:
    tables = open_tables()
    speaking = set(tables.native("opinions")["speaker_id"])
    silent = next(v for v in tables.native("models")["vendor_id"] if v not in speaking)
    said = text(shown(f"speaker={silent}"))
    assert "No opinion of theirs was read" in said
    assert "of their company" in said


def test_chinese_lists_name_a_speaker_in_both_forms(tables: Tables) -> None:
    row = tables.native("opinions").set_index("opinion_id").loc["O0068"].to_dict()
    english, chinese = (" ".join(_opinion(row, Words(lang))) for lang in LANGUAGES)
    assert "[徐英英](" in chinese
    assert "（Xu Yingying）" in chinese
    assert "徐英英" not in english
    unnamed = tables.native("opinions").set_index("opinion_id").loc["O0071"].to_dict()
    assert unnamed["is_anonymous"]
    assert str(unnamed["speaker_en"]) not in " ".join(_opinion(unnamed, Words("zh")))


def test_one_opinion_is_read_and_not_drawn(tables: Tables) -> None:
    """One mark on two axes says less than the opinion itself."""
    counts = tables.native("opinions")["speaker_id"].value_counts()
    for speaker, is_drawn in ((counts.index[-1], False), (counts.index[0], True)):
        at = shown(f"speaker={speaker}")
        assert (Words("en").t("charts.speaker-path.title") in text(at)) == is_drawn


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_document_without_a_title_is_named_by_its_publisher(lang: str) -> None:
    words = Words(lang)
    document = {"title": None, "publisher": "Axios", "published": "2024-02-15", "version": "original", "url": "https://example.org/a"}
    said = document_link(document, words)
    assert said.startswith("[Axios](<https://example.org/a>)")
    assert said.count("Axios") == 1
    assert document_link(document | {"title": "A title"}, words).startswith("[A title]")
    nameless = document_link(document | {"publisher": None, "published": None}, words)
    assert nameless == f"[{words.t('records.untitled')}](<https://example.org/a>)"


def test_a_disputed_resolution_is_said_in_the_language_of_the_page() -> None:
    assert _resolution("4K (disputed)", Words("zh")) == "4K（有争议）"
    assert _resolution("1080p", Words("zh")) == "1080p"
