"""What meets the eye: headings that are whole sentences, legends that match, nothing struck through."""

from __future__ import annotations

import pytest

from components.breaking import is_wide, width
from components.chart import Chart
from components.charts import CHART, CHARTS, figure_of, finding_of, frame_of
from components.figures.funding_by_quarter import _quarter_axis
from components.figures.money import lines_of
from components.records import document_link
from components.said import headline
from components.words import LANGUAGES, Words
from data.filters import Filters
from data.frames.funding import SUMMED
from data.tables import open_tables

REAL = open_tables()
SELECTIONS = (Filters(), Filters(("film",)), Filters(("short_drama",)), Filters(("games",)), Filters(since="2026"))


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.slug)
def test_a_heading_does_not_end_within_brackets(chart: Chart) -> None:
    for filters in SELECTIONS:
        for lang in LANGUAGES:
            title, rest = headline(finding_of(chart, REAL, filters, lang), Words(lang))
            for part in (title, rest):
                assert sum(part.count(ch) for ch in "(（") == sum(part.count(ch) for ch in ")）"), part


def test_a_long_finding_parts_at_its_first_semicolon_outside_brackets() -> None:
    within = "a" * 120 + " (one; two); Three"
    assert headline(within, Words("en")) == ("a" * 120 + " (one; two)", "Three")
    assert headline("a" * 140, Words("en")) == ("a" * 140, "")
    assert headline("字" * 60 + "（一；二）；三", Words("zh")) == ("字" * 60 + "（一；二）", "三")


@pytest.mark.parametrize("slug", ["stated-moves", "event-window", "event-pooled"])
def test_no_line_of_zero_runs_through_the_names_of_rows(slug: str) -> None:
    chart = CHART[slug]
    axis = figure_of(chart, REAL, Filters(), "en").layout.xaxis
    assert not axis.zeroline
    assert axis.showgrid is False


def test_the_colours_of_events_are_explained_by_one_shape() -> None:
    chart = CHART["events-timeline"]
    entries = [t for t in figure_of(chart, REAL, Filters(), "en").data if t.showlegend is not False]
    sectors = {str(s) for s in frame_of(chart, REAL, Filters())["sector"]}
    assert {t.marker.symbol for t in entries} == {"circle", "circle-open"}
    assert {t.legendgroup for t in entries} == sectors | {"headline"}


def test_a_document_without_a_title_goes_by_its_publisher() -> None:
    document = {"title": None, "publisher": "Daily", "published": None, "version": "original", "url": "https://creati.ai/x"}
    said = document_link(document, Words("en"))
    assert said.count("Daily") == 1
    assert not said.endswith("))")
    assert "Untitled" in document_link(document | {"publisher": None}, Words("en"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("slug", ["funding-timeline", "funding-by-quarter", "funding-cumulative", "funding-by-stage"])
def test_the_names_of_panels_are_whole_on_the_narrowest_screen(slug: str, lang: str) -> None:
    """A screen of 320 pixels leaves a figure of 252; bold letters of 13 pixels are 6.8 wide, those of 11 pixels 5.4."""
    figure = figure_of(CHART[slug], REAL, Filters(), lang)
    names = [note for note in figure.layout.annotations if note.xref == "paper" and note.x == 0 and "<b>" in note.text]
    assert names
    for note in names:
        bold, _, small = note.text.partition("</b>")
        left = figure.layout.margin.l + note.xshift
        assert left >= 0
        assert left + 6.8 * width(lines_of(bold)[0]) + 5.4 * width(lines_of(small)[0]) <= 252, note.text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("start", range(4))
def test_quarters_do_not_touch_on_the_narrowest_screen(start: int, lang: str) -> None:
    """A screen of 320 pixels leaves the quarters about 175; a character of a tick is 5.8 wide, left of them is room for half a label."""
    for n in range(1, 41):
        quarters = [f"{2010 + (start + k) // 4}-Q{(start + k) % 4 + 1}" for k in range(n)]
        labels = [(*text.split("<br>"), "") for text in _quarter_axis(quarters, Words(lang))["ticktext"]]
        for line in (0, 1):
            ends = -20.0
            for place, label in enumerate(labels):
                half, middle = 5.8 * width(label[line]) / 2, (place + 0.6) * 175 / (n + 0.2)
                assert not label[line] or middle - half >= ends, (quarters, label)
                ends = middle + half if label[line] else ends
        assert any(label[1] for label in labels), quarters


def test_a_panel_without_rounds_for_its_lane_has_no_lane() -> None:
    chart = CHART["funding-timeline"]
    frame = frame_of(chart, REAL, Filters(investor="alibaba"))
    assert (frame["amount_usd_m"] > 0).all()
    figure = figure_of(chart, REAL, Filters(investor="alibaba"), "en")
    assert not figure.layout.shapes
    assert not any("without a US$ amount" in note.text for note in figure.layout.annotations)
    assert figure_of(chart, REAL, Filters(), "en").layout.shapes


def test_the_rounds_of_one_company_are_not_said_to_be_of_a_group() -> None:
    said = finding_of(CHART["funding-timeline"], REAL, Filters(company="openai"), "en")
    assert said.startswith("OpenAI: largest stated round up to US$122bn, 31 Mar 2026")
    assert "0 of" not in said


def test_the_finding_by_quarter_names_the_quarter_with_most_money() -> None:
    chart = CHART["funding-by-quarter"]
    frame = frame_of(chart, REAL, Filters(general="without"))
    sums = frame[frame["amount_class"].isin(SUMMED)].groupby("period_quarter")["sum_usd_m"].sum()
    for lang in LANGUAGES:
        words = Words(lang)
        title, _ = headline(finding_of(chart, REAL, Filters(general="without"), lang), words)
        assert words.date(str(sums.idxmax())) in title
        assert words.usd_m(float(sums.max())) in title


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("slug", ["funding-timeline", "funding-cumulative", "stated-moves", "events-timeline", "investors"])
def test_hover_boxes_are_whole_on_a_telephone_and_in_ink(slug: str, lang: str) -> None:
    """A telephone's figure is 322 pixels wide; a sign of 13 pixels is 13 wide, a letter about 6.2, the box adds 16."""
    figure = figure_of(CHART[slug], REAL, Filters(), lang)
    assert figure.layout.hoverlabel.font.color == figure.layout.font.color
    texts = [text for trace in figure.data for text in (trace.hovertext or ())]
    assert texts
    for line in {line for text in texts for line in lines_of(text)}:
        if " " in line.strip() or lang == "zh":  # one long word, such as an address, cannot be broken
            assert sum(13 if is_wide(ch) else 6.2 for ch in line) + 16 <= 322, line


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert Words("en").signed_percent(-0.03) == "0%"
    assert Words("en").signed_percent(0.04, 0) == "0%"
    assert Words("en").signed_percent(-0.06) == "−0.1%"
