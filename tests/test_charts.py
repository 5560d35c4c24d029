"""What holds for every chart of the registry: any rows, any filters, both languages, hostile text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.asked import Asked
from components.chart import Chart
from components.charts import CHART, CHARTS, figure_of, finding_of, frame_of
from components.said import headline, source_words
from components.standalone import standalone
from components.theme import INK
from components.words import LANGUAGES, Words, catalogue
from data.build import TABLES_DIR
from data.catalog import dictionary
from data.export import arrow_table, columns_of
from data.filters import DATED_TABLES, Filters, parse
from data.tables import Tables, open_tables
from tests.factory import tables_from
from tests.strategies import FILTERS

REAL = open_tables()
PAGES = {path.stem for path in Path("pages").glob("*.py")} - {"site", "__init__"}
every_chart = pytest.mark.parametrize("chart", CHARTS, ids=lambda c: c.slug)
#: What is left of a value that nobody put into words.
UNSAID = re.compile(r"[{}]|\b(nan|None|NaT|inf|null)\b")


def with_rows(choose: Any) -> Tables:
    """The shipped tables, the dated ones cut to the rows that `choose(name, frame)` gives."""

    def read(name: str) -> pd.DataFrame:
        frame = REAL.native(name)
        return choose(name, frame).reset_index(drop=True) if name in DATED_TABLES else frame

    return Tables(TABLES_DIR, REAL.version, read)


def without_amounts() -> Tables:
    """The shipped tables where every quantity that may be missing is missing."""

    def emptied(name: str, frame: pd.DataFrame) -> pd.DataFrame:
        quantities = [c.name for c in dictionary().tables[name].columns if c.type in ("number", "integer") and not c.required]
        frame = frame.assign(**dict.fromkeys(quantities, np.nan))
        if name == "funding_rounds":
            return frame.assign(amount_qualifier="undisclosed")
        if name == "indicators":  # a range stands where there is no value
            return frame.assign(value_low=1.0, value_high=2.0)
        return frame.assign(has_native_audio=None, max_resolution=None) if name == "models" else frame

    return with_rows(emptied)


CASES = {
    "no rows": tables_from(),
    "one row": with_rows(lambda name, frame: frame.iloc[:1]),
    "another row": with_rows(lambda name, frame: frame.iloc[-1:]),
    "no amounts": without_amounts(),
    "all rows": REAL,
}


#: A chart that shows nothing until something is chosen, and a choice.
NEEDS = {"speaker-path": Filters(speaker="openai")}


def drawn(chart: Chart, tables: Tables, filters: Filters) -> pd.DataFrame:
    """The frame, past the cache."""
    return chart.frame(chart.rows(tables, filters), filters)


def strings(node: Any) -> Iterator[str]:
    """Every text in a figure."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)


def texts(figure: go.Figure) -> list[str]:
    """Every text that a reader of the figure may see, as the browser gets it."""
    sent = json.loads(figure.to_json())
    sent["layout"].pop("template")
    for trace in sent["data"]:
        trace.pop("customdata", None)
    return list(strings(sent))


def positions(figure: go.Figure) -> list[int]:
    """The frame positions that the marks of a figure lead to, as a click would give them."""
    found = []
    for trace in figure.data:
        if trace.customdata is None:
            assert trace.hoverinfo == "skip", "a mark that says something and leads nowhere"
            continue
        points = np.asarray(trace.customdata, dtype=object)
        found += [int(p) for p in points.reshape(-1, points.shape[-1])[:, 0]] if points.size else []
        length = next(len(values) for values in (trace.x, trace.y) if values is not None)
        assert len(trace.customdata) == length
    return found


def check(chart: Chart, tables: Tables, filters: Filters, languages: tuple[str, ...] = LANGUAGES) -> pd.DataFrame:
    """What must hold of a chart in both languages, whatever it is made of."""
    frame = drawn(chart, tables, filters)
    columns_of(frame, chart.tables[0])
    assert isinstance(chart.height(frame), int)
    assert chart.height(frame) > 0
    for words in map(Words, languages):
        figure = chart.figure(frame, words)
        assert all(0 <= p < len(frame) for p in positions(figure))
        finding = chart.finding(frame, words)
        assert finding.strip()
        assert not UNSAID.search(finding), finding
        assert not [text for text in texts(figure) if UNSAID.search(text)]
    return frame


# What is declared --------------------------------------------------------------------------------


def test_slugs_are_addresses_of_their_own() -> None:
    assert len(CHART) == len(CHARTS)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) for slug in CHART)


@every_chart
def test_a_chart_is_declared_whole(chart: Chart) -> None:
    assert chart.page in PAGES
    assert set(chart.tables) <= set(dictionary().tables)
    assert chart.tables[0] in DATED_TABLES
    assert set(chart.caveats) <= set(dictionary().caveats)
    assert chart.keys


@every_chart
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_chart_has_its_words(chart: Chart, lang: str) -> None:
    for part in ("title", "how_to_read", "how_made"):
        assert str(catalogue()[f"charts.{chart.slug}.{part}"][lang]).strip()


@every_chart
def test_how_to_read_it_and_how_it_was_made_are_three_sentences_each(chart: Chart) -> None:
    for part in ("how_to_read", "how_made"):
        said = catalogue()[f"charts.{chart.slug}.{part}"]
        for lang, end, most in (("en", r"[.!?](?= [A-Z0-9]|$)", 700), ("zh", r"[。！？]", 210)):
            assert 1 <= len(re.findall(end, said[lang])) <= 3, f"{part} {lang}"
            assert len(said[lang]) <= most, f"{part} {lang}: {len(said[lang])}"


@every_chart
def test_something_shows_the_chart(chart: Chart) -> None:
    """Its page, or a component that pages call; a chart for its address only is on none."""
    places = [Path("pages", f"{chart.page}.py"), *Path("components").glob("*.py")]
    assert any(f'"{chart.slug}"' in path.read_text(encoding="utf-8") for path in places) is not chart.address_only


@every_chart
def test_a_chart_reads_only_the_tables_that_it_declares(chart: Chart) -> None:
    asked: set[str] = set()
    watched = Tables(TABLES_DIR, REAL.version, lambda name: asked.add(name) or REAL.native(name))  # type: ignore[func-returns-value]
    drawn(chart, watched, Filters())
    assert asked == set(chart.tables)


# Any rows ----------------------------------------------------------------------------------------


@every_chart
@pytest.mark.parametrize("case", CASES)
def test_a_chart_is_drawn_of_whatever_there_is(chart: Chart, case: str) -> None:
    frame = check(chart, CASES[case], NEEDS.get(chart.slug, Filters()))
    nothing = [chart.finding(frame, Words(lang)) == catalogue()["charts.empty"][lang] for lang in LANGUAGES]
    if case == "no rows":
        assert frame.empty
        assert all(nothing)
    if case == "all rows":
        assert len(frame)
        assert not any(nothing)


@every_chart
@settings(max_examples=3)
@given(data=st.data())
def test_a_chart_is_drawn_of_any_few_rows(chart: Chart, data: st.DataObject) -> None:
    few = st.lists(st.integers(0, 10_000), max_size=4)
    picks = {name: data.draw(few, label=name) for name in chart.tables}
    tables = with_rows(lambda name, frame: frame.iloc[sorted({p % len(frame) for p in picks.get(name, [])})])
    check(chart, tables, NEEDS.get(chart.slug, Filters()))


@every_chart
@settings(max_examples=4)
@given(filters=FILTERS, lang=st.sampled_from(LANGUAGES))
def test_a_chart_is_drawn_under_any_filters(chart: Chart, filters: Filters, lang: str) -> None:
    check(chart, REAL, filters, (lang,))


@every_chart
def test_the_frame_does_not_depend_on_the_order_of_records(chart: Chart) -> None:
    shuffled = Tables(TABLES_DIR, REAL.version, lambda name: REAL.native(name).sample(frac=1, random_state=1).reset_index(drop=True))
    counted_otherwise = [Filters(("film", "games"), voices="speakers", coding="second")] if chart.page == "opinions" else []
    for filters in [NEEDS.get(chart.slug, Filters()), *counted_otherwise]:
        pd.testing.assert_frame_equal(drawn(chart, shuffled, filters), drawn(chart, REAL, filters))


@every_chart
def test_an_empty_frame_has_the_columns_and_types_of_a_full_one(chart: Chart) -> None:
    empty, full = (arrow_table(drawn(chart, CASES[case], Filters()), chart.tables[0]) for case in ("no rows", "all rows"))
    assert empty.schema == full.schema


def test_what_is_drawn_is_kept_and_is_what_is_downloaded() -> None:
    for chart in (CHART["coverage"], CHART["stance-by-theme"]):
        frame, figure = frame_of(chart, REAL, Filters()), figure_of(chart, REAL, Filters(), "zh")
        assert frame_of(chart, REAL, Filters()) is frame
        assert figure_of(chart, REAL, Filters(), "zh") is figure
        assert figure_of(chart, REAL, Filters(), "en") is not figure
        assert figure.layout.height == chart.height(frame)
        pd.testing.assert_frame_equal(frame, drawn(chart, REAL, Filters()))


# From a mark to its records ----------------------------------------------------------------------


@every_chart
@pytest.mark.parametrize(
    "filters", [Filters(), Filters(("short_drama",), False, "2024", coding="second", voices="speakers")], ids=["all", "few"]
)
def test_every_mark_leads_to_records_and_each_record_to_a_document(chart: Chart, filters: Filters) -> None:
    frame = drawn(chart, REAL, filters)
    rows = chart.rows(REAL, filters)
    kept = Chart(**{**vars(chart), "rows": lambda tables, filters: rows})
    marks = sorted(set(positions(chart.figure(frame, Words("en")))))
    assert marks or frame.empty
    for mark in marks if len(marks) < 40 else marks[:: len(marks) // 20]:
        row = frame.iloc[mark].to_dict()
        records = kept.behind(REAL, filters, row)
        if row.get("n") == 0:
            assert records.empty
            continue
        assert len(records), row
        assert records["source_ids"].notna().all()
        assert {"table", "record_id"} <= set(records.columns) or dictionary().tables[chart.tables[0]].key in records.columns


@every_chart
def test_a_click_sets_filters_that_a_link_can_carry(chart: Chart) -> None:
    for mark in frame_of(chart, REAL, Filters()).to_dict("records"):
        assert parse(chart.narrows(mark))[1] == []


# Text from data is never markup ------------------------------------------------------------------

ATTACK = "<script>alert(1)</script><b>bold</b><a href='javascript:alert(2)'>x</a>](javascript:alert(3))"
MARKUP = re.compile(r"<\s*/?\s*(script|a\b|img|b>bold)", re.IGNORECASE)


def hostile() -> Tables:
    """The shipped tables where every name, title, note and paraphrase attacks."""

    def read(name: str) -> pd.DataFrame:
        attacked = [
            c.name for c in dictionary().tables[name].columns if c.type in ("string", "text") and not c.pattern and c.name != "period"
        ]
        frame = REAL.native(name)
        return frame.assign(**{column: [f"{i} {ATTACK}" for i in range(len(frame))] for column in attacked})

    return Tables(TABLES_DIR, REAL.version, read)


HOSTILE = hostile()


#: Charts whose hovers hold text of the records: for the others there is nothing to escape.
SPEAKS = {"impact-timeline", "speaker-path", "funding-timeline", "stated-moves", "events-timeline", "model-frontier", "event-around"}


@every_chart
def test_text_from_data_never_reaches_a_figure_as_markup(chart: Chart) -> None:
    frame = drawn(chart, HOSTILE, NEEDS.get(chart.slug, Filters()))
    for lang in LANGUAGES:
        seen = texts(chart.figure(frame, Words(lang)))
        assert not [text for text in seen if MARKUP.search(text)]
        assert chart.slug not in SPEAKS or any("alert" in text for text in seen), "the attack never came"


# Colour and order --------------------------------------------------------------------------------


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours."""
    levels = []
    for colour in (one, other):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        levels.append(0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
    return max(levels) / min(levels)


def test_sectors_and_stances_are_seen_on_both_grounds() -> None:
    from components import theme

    for colours in (theme.SECTOR_COLOURS, theme.STANCE_COLOURS):
        assert len(set(colours.values())) == len(colours)
        for colour in colours.values():
            assert contrast(colour, "#14161A") >= 2.5
            assert contrast(colour, "#FCFBF9") >= 2.0
    lightness = [contrast(c, "#000000") for c in theme.STANCE_COLOURS.values()]
    assert all(a < b for a, b in pairwise(lightness[:3])), "the scale lightens towards its middle"
    assert all(a > b for a, b in pairwise(lightness[2:]))


# Text that can be read -----------------------------------------------------------------------------


def test_the_ink_is_the_grey_that_streamlit_fills_in() -> None:
    from streamlit.elements.lib.streamlit_plotly_theme import GRAY_90

    assert GRAY_90 == INK


@every_chart
def test_every_axis_is_numbered_in_ink_and_no_file_names_it(chart: Chart, tables: Tables) -> None:
    layout = json.loads(str(figure_of(chart, tables, Filters(), "en").to_json()))["layout"]
    axes = [layout[name] for name in layout if name[1:5] == "axis"]
    assert {axis["tickfont"]["color"] for axis in axes} == {layout["font"]["color"]} == {INK}
    assert INK not in json.dumps(standalone(Asked(chart.slug), tables, "dark").to_plotly_json(), default=str)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_heading_does_not_end_inside_a_bracket(lang: str, tables: Tables) -> None:
    """A long finding parts at its first semicolon."""
    for chart in CHARTS:
        said, _ = headline(finding_of(chart, tables, Filters(), lang), Words(lang))
        assert all(said.count(opened) == said.count(closed) for opened, closed in ("()", "（）", "“”")), f"{chart.slug}: {said}"


def test_one_document_is_not_named_as_if_there_were_more(words: Words, tables: Tables) -> None:
    said = source_words(CHART["compute-gap"], tables, Filters(), words)
    assert "1" in said and not re.search("…|等）", said)
    assert re.search("…|等）", source_words(CHART["funding-timeline"], tables, Filters(), words))
