"""The letters of the pages, outside Streamlit too."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from components.brief import brief_html
from components.embed import assets
from components.fonts import font_files, inline_faces
from components.theme import FONT, HEADING_FONT
from data.filters import Filters
from data.tables import Tables

FACE = re.compile(r'@font-face\{font-family:"([^"]+)";[^}]*src:url\("([^"]+)"\)')


def test_streamlit_has_the_files_of_both_families() -> None:
    assert set(font_files()) == {"sans", "serif"}
    for path in font_files().values():
        assert path.read_bytes()[:4] == b"wOF2"


@pytest.mark.parametrize("query", ["chart=coverage", "chart=none"])
def test_an_embed_brings_the_families_that_the_theme_names(query: str, client: TestClient) -> None:
    faces = dict(FACE.findall(client.get(f"/embed?{query}").text))
    assert set(faces) == {"Source Sans", "Source Serif"}
    for family, address in faces.items():
        assert (FONT if family == "Source Sans" else HEADING_FONT).startswith(f'"{family}"')
        answer = client.get(address, headers={"accept-encoding": "identity"})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "font/woff2")
        assert answer.headers["access-control-allow-origin"] == "*", "a sandboxed frame has no origin"
    assert {assets()[kind] for kind in font_files()} == set(faces.values())


def test_a_brief_holds_its_letters_and_may_use_them(tables: Tables, client: TestClient) -> None:
    html = brief_html(Filters(("games",)), tables, "en").decode()
    [(family, address)] = FACE.findall(html)
    assert family == "Source Sans"
    assert address.startswith("data:font/woff2;base64,")
    assert "font-src data:" in client.get("/brief.html?sector=games").headers["content-security-policy"]


def test_a_streamlit_without_these_files_costs_the_letters_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.fonts.font_files", dict)
    inline_faces.cache_clear()
    try:
        assert inline_faces("sans") == ""
    finally:
        inline_faces.cache_clear()
