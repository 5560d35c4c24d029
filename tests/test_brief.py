"""The brief: whoever gets only this file can say what was asked, what was found, where each came from, how to get it again."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import unicodedata
from typing import Any

import pandas as pd
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from components import brief, brief_parts, pictures
from components.asked import Asked
from components.brief import brief_html, brief_pdf
from components.charts import CHART, figure_of
from components.described import scope_text
from components.light import MOST_POINTS, light
from components.markup import HTML_LANGUAGES
from components.said import words_around
from components.words import LANGUAGES, Words
from data.catalog import dictionary
from data.filters import Filters
from data.tables import Tables
from tests.loaded import levels_of, two_series, walk, with_levels
from tests.test_embed import ATTACK, Page

SITE = "https://reelshift.example.org"
FILM = Filters(("film",), since="2024")
MOST_BYTES = 6_000_000
PARTS = ("asked", "findings", "charts", "voices", "events", "rounds", "moves", "method", "sources", "cite")
#: The light theme's ground as a PDF paints it.
OFF_WHITE = b".9882 .9843 .9765 rg"


def text(page: Page) -> str:
    return "\n".join(t for kind, found in page.texts.items() if kind not in ("script", "style") for t in found)


def written(page: pypdf.PageObject) -> list[tuple[float, str]]:
    """The lines of a printed page from its foot up: how high each stands, as a part of the page, and its text without spaces."""
    rows: dict[int, str] = {}

    def visit(said: str, matrix: list[float], place: list[float], *_: Any) -> None:
        if said.strip():
            height = round(place[4] * matrix[1] + place[5] * matrix[3] + matrix[5])
            rows[height] = rows.get(height, "") + said

    page.extract_text(visitor_text=visit)
    return [(height / float(page.mediabox.height), squeezed(rows[height])) for height in sorted(rows)]


def squeezed(text: str) -> str:
    """Without spaces, and with the usual form of signs that a PDF writes by their parts."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def as_printed(text: str) -> re.Pattern[str]:
    """A text as a PDF holds it: Chromium writes some Chinese signs by the radical that looks the same."""
    return re.compile("".join(f"(?:{re.escape(sign)}|[\u2e80-\u2eff])" for sign in squeezed(text)))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("filters", [Filters(), FILM, Filters(("short_drama",)), Filters(("games",), since="2025")], ids=str)
def test_a_brief_says_what_was_asked_and_found(filters: Filters, lang: str, tables: Tables) -> None:
    words = Words(lang)
    html = brief_html(filters, tables, lang, SITE)
    assert len(html) < MOST_BYTES
    page = Page(html.decode())
    said = text(page)
    assert page.all("html")[0]["lang"] == HTML_LANGUAGES[lang]
    assert scope_text(filters, words, tables) in page.texts["h1"][0]
    findings = brief_parts.findings(tables, filters, words)
    assert len(findings) == 5
    for line in (line for finding in findings for line in (finding["text"], *finding["more"])):
        assert line in said
        assert re.search(r"\d", line), "a finding without a number"
    shown = brief_parts.charts(tables, filters)
    assert len(shown) > 2
    for slug in shown:
        around = words_around(Asked(slug, filters=filters, lang=lang), tables)
        assert around["title"] in said
        assert around["rest"] in said
    assert tables.version in said
    same = Asked("impact-timeline", filters=filters, lang=lang, site=SITE, version=tables.version)
    assert same.page(spelled=True) in [a["href"] for a in page.all("a")]
    assert SITE in said


def test_a_brief_draws_the_figures_of_the_cards_and_loads_nothing(tables: Tables) -> None:
    html = brief_html(FILM, tables, "en", SITE).decode()
    found = re.search(r'<script type="application/json" id="figures">(.*?)</script>', html, re.DOTALL)
    assert found
    figures = json.loads(found[1])["figures"]
    assert list(figures) == brief_parts.charts(tables, FILM)
    for slug, figure in figures.items():
        on_the_card = json.loads(str(figure_of(CHART[slug], tables, FILM, "en").to_json()))["data"]
        assert [{**trace, "customdata": None} for trace in figure["data"]] == [{**trace, "customdata": None} for trace in on_the_card]
    page = Page(html)
    assert not [x for x in page.all("script") if x.get("src")]
    assert not page.all("link") + page.all("img") + page.all("iframe")
    assert len(page.all("script")) == 3, "Plotly once, the figures once, what draws them once"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_leads_to_a_document(lang: str, tables: Tables) -> None:
    page = Page(brief_html(FILM, tables, lang, SITE).decode())
    links = [str(a["href"]) for a in page.all("a")]
    anchors = [str(li["id"]) for li in page.all("li") if li.get("id")]
    assert anchors == [f"s{n}" for n in range(1, len(anchors) + 1)]
    asked = {link[1:] for link in links if link.startswith("#")}
    assert asked == set(anchors), "a document that nothing names, or a number without its document"
    known = set(tables.native("sources")["url"].dropna())
    assert {link for link in links if not link.startswith("#") and SITE not in link} <= known


def test_voices_are_a_fair_cut_each_speaker_once(tables: Tables) -> None:
    said, n = brief_parts.voices(tables, FILM, brief_parts.Documents(tables), Words("en"))
    assert n > len(said) == brief_parts.VOICES
    assert len({v["speaker"] for v in said}) == len(said)
    stances = {v["stance"] for v in said}
    rows = tables.native("opinions")
    held = {Words("en").code("stance", s) for s in rows[rows["in_film"]]["stance"].unique()} - {""}
    assert stances >= held - {Words("en").code("stance", "mixed"), Words("en").code("stance", "unclear")}


def test_hostile_words_stay_words(tables: Tables) -> None:
    def read(name: str) -> pd.DataFrame:
        frame = tables.native(name)
        columns = [c.name for c in dictionary().tables[name].columns if c.type in ("string", "text") and not c.pattern]
        return frame.assign(**{c: [f"{i}{ATTACK}" for i in range(len(frame))] for c in columns if c not in ("aliases", "period")})

    page = Page(brief_html(Filters(), Tables(tables.folder, "2026-01-01-0badc0de", read), "en", SITE).decode())
    assert not page.all("img")
    assert len(page.all("script")) == 3
    assert all(str(a["href"]).startswith(("#", "https://", "http://")) for a in page.all("a"))


def test_nothing_kept_is_said_and_still_cited(empty: Tables) -> None:
    said = text(Page(brief_html(Filters(), empty, "zh", SITE).decode()))
    assert Words("zh").t("brief.nothing") in said
    assert empty.version in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_money_is_a_sentence_for_each_group_of_companies(lang: str, tables: Tables) -> None:
    words = Words(lang)
    found = next(f for f in brief_parts.findings(tables, Filters(), words) if f["chart"] == words.t("pages.funding"))
    for line, group in zip((found["text"], *found["more"]), ("sector_company", "general_model"), strict=True):
        assert line.startswith(words.code("money_group", group))
        assert len(line) < 170
        assert words.t("semicolon") not in line


def test_what_the_selection_keeps_nothing_of_is_said(tables: Tables) -> None:
    words, no_speaker = (
        Words("en"),
        sorted({*tables.native("funding_rounds")["company_id"]} - {*tables.native("opinions")["speaker_id"]})[0],
    )
    silent = brief_parts.findings(tables, Filters(speaker=no_speaker), words)
    assert [f["chart"] for f in silent[1:3]] == ["", words.t("pages.funding")]
    assert silent[1]["text"] == "None of the 229 opinions lies in this selection."
    poor = brief_parts.findings(tables, Filters(company="sam-altman"), words)
    assert "None of the 125 funding rounds lies in this selection." in [f["text"] for f in poor]
    assert not brief_parts.findings(tables, Filters(since="2031", speaker=no_speaker), words), "nothing at all"


def test_raw_levels_are_left_out_and_named() -> None:
    loaded = two_series()
    filters = Filters(measure="level", series=("made-index", "made-market"))
    html = brief_html(filters, loaded, "en", SITE).decode()
    assert '"index-levels"' not in html
    assert Words("en").t("brief.left_out", name=Words("en").t("charts.index-levels.title")) in text(Page(html))


def test_many_long_series_stay_under_the_limit() -> None:
    names = [f"made-{i}" for i in range(12)]
    loaded = with_levels(levels_of({name: walk(i, first="2015-01-05", days=2900) for i, name in enumerate(names)}))
    html = brief_html(Filters(since="2015"), loaded, "en", SITE)
    assert len(html) < MOST_BYTES
    assert Words("en").t("brief.method.lines", n=MOST_POINTS) in text(Page(html.decode()))


@given(st.lists(st.none() | st.floats(-1e6, 1e6), min_size=MOST_POINTS + 1, max_size=3 * MOST_POINTS))
@settings(max_examples=20)
def test_a_thinned_line_keeps_ends_peaks_and_gaps(values: list[float | None]) -> None:
    trace = light({"mode": "lines", "x": list(range(len(values))), "y": values, "customdata": values})
    known = [v for v in values if v is not None]
    kept = [v for v in trace["y"] if v is not None]
    assert "customdata" not in trace
    assert trace["y"] == [values[i] for i in trace["x"]]
    assert trace["x"] == sorted(set(trace["x"]))
    assert len(kept) <= MOST_POINTS + 4
    assert trace["y"].count(None) == values.count(None)
    assert not known or (kept[0], kept[-1], min(kept), max(kept)) == (known[0], known[-1], min(known), max(known))


@pytest.mark.parametrize(
    "trace",
    [
        {"mode": "lines", "x": [1, 2], "y": [3, 4]},
        {"mode": "markers", "x": [0] * 2000, "y": [0] * 2000},
        {"mode": "lines", "x": [0] * 2000, "y": [0] * 2000, "text": ["a"] * 2000},
        {"mode": "lines", "x": [0] * 2000, "y": [0] * 2000, "customdata": [1] * 2000, "hovertemplate": "%{customdata}"},
    ],
)
def test_what_is_no_mere_long_line_is_left_alone(trace: dict[str, Any]) -> None:
    assert light(trace) == trace


def test_the_same_question_gives_the_same_bytes(tables: Tables) -> None:
    first = brief_html(FILM, tables, "en", SITE)
    brief._html.cache_clear()
    assert brief_html(FILM, tables, "en", SITE) == first


def test_the_address_allows_exactly_its_own_scripts(client: TestClient, tables: Tables) -> None:
    answer = client.get("/brief.html?sector=film&from=2024")
    assert answer.content == brief_html(FILM, tables, "en", "http://testserver")
    policy = answer.headers["content-security-policy"]
    scripts = re.findall(rb"<script>(.*?)</script>", answer.content, re.DOTALL)
    assert len(scripts) == 2
    for script in scripts:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pdf_is_the_brief_on_paper(lang: str, tables: Tables, client: TestClient) -> None:
    if not pictures.can_draw():
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine")
        pytest.skip("no Chromium on this machine")
    filters, words = Filters(("short_drama",)), Words(lang)
    answer = client.get(f"/brief.pdf?sector=short_drama&lang={lang}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert len(answer.content) < MOST_BYTES
    assert answer.headers["content-disposition"].startswith(f'inline; filename="reelshift_brief-{lang}_short_drama_{tables.version}.pdf"')
    assert answer.content == brief_pdf(filters, tables, lang, "http://testserver")
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    assert 3 < len(pages) < 18
    headings = [as_printed(words.t(f"brief.part.{name}")) for name in PARTS]
    for number, page in enumerate(pages, 1):
        lines = written(page)
        assert lines[0][1] == f"{number}/{len(pages)}"
        assert not any(heading.fullmatch(lines[1][1]) for heading in headings), "a heading alone at the foot of a page"
        assert lines[1][0] < 0.4 or number == len(pages), f"page {number} is half empty"
        assert OFF_WHITE not in page.get_contents().get_data(), "the ground of a screen"
    first = squeezed(pages[0].extract_text())
    assert all(as_printed(f["text"][:30]).search(first) for f in brief_parts.findings(tables, filters, words)), "all findings on one page"
    assert tables.version in squeezed("".join(page.extract_text() for page in pages))


def test_without_a_browser_the_pdf_says_what_to_do(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brief, "chromium", lambda: None)
    brief._pdf.cache_clear()
    answer = client.get("/brief.pdf?sector=games")
    assert answer.status_code == 503
    assert "brief.html" in answer.json()["remedy"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_brief_is_cited_with_its_selection_at_its_own_address(lang: str, tables: Tables) -> None:
    words, filters = Words(lang), Filters(company="openai")
    page = Page(brief_html(filters, tables, lang, SITE).decode())
    said = text(page)
    assert Asked("", "tables", filters, lang, version=tables.version, site=SITE).brief() in said
    assert words.t("cite.title_of_all", name=words.t("cite.brief"), scope=scope_text(filters, words, tables)) in said
    assert words.t("bundle.terms", licence="CC BY 4.0") in said
    assert "OpenAI" in page.texts["h1"][0]


def test_how_to_cite_stands_before_the_long_list_of_sources_and_on_one_page(tables: Tables) -> None:
    html = brief_html(Filters(("short_drama",)), tables, "en").decode()
    cite, sources = (html.index(f"<h2>{Words('en').t(f'brief.part.{name}')}</h2>") for name in ("cite", "sources"))
    assert cite < sources
    assert re.search(r'<section class="together">\s*$', html[:cite])
    assert ".together { break-inside: avoid; }" in html
