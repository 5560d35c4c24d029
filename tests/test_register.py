"""The evidence page's registers as they are read."""

from __future__ import annotations

import json
import re

import pytest

from components.records import SITE_OF_ADDRESS, table_view
from components.words import LANGUAGES, Words
from data.tables import Tables
from tests.test_changes_page import opened


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://www.example.com/a/b?c=d", "example.com"),
        ("http://news.example.cn", "news.example.cn"),
        ("https://example.org?p=1", "example.org"),
    ],
)
def test_an_address_in_a_table_shows_its_site(address: str, site: str, tables: Tables) -> None:
    found = re.match(SITE_OF_ADDRESS, address)
    assert found
    assert found[1] == site
    _, settings = table_view(tables.native("sources"), "sources", Words("en"))
    [link] = [s for s in settings.values() if (s.get("type_config") or {}).get("type") == "link"]
    assert link["type_config"]["display_text"] == SITE_OF_ADDRESS


def test_what_is_not_known_of_documents_is_said_last() -> None:
    words = Words("en")
    about = next(
        c.value for c in opened("evidence", lang="en", view="documents").caption if words.code("source_version", "original") in c.value
    )
    said = [words.code("source_version", code) for code in ("original", "repost", "translation", "aggregation", "unknown")]
    assert [about.index(name) for name in said] == sorted(about.index(name) for name in said)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_of_the_dictionary_has_a_width(lang: str) -> None:
    [frame] = opened("evidence", lang=lang, view="dictionary").dataframe
    settings = json.loads(frame.proto.columns)
    assert all(settings[name]["width"] >= 90 for name in frame.value.columns)
