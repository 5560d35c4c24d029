"""Files that readers take away: safe in a spreadsheet, whole, and saying what they are."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from typing import Any

import openpyxl
import orjson
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.asked import Asked
from components.chart import Chart
from components.charts import CHART, CHARTS, frame_of
from components.files import content, file_name
from data import export
from data.build import TABLES_DIR
from data.catalog import TABLE_NAMES, dictionary
from data.export import (
    FORMATS,
    MEDIA_TYPES,
    arrow_table,
    columns_of,
    pieces,
    sheet_csv,
    sheet_raw,
    sheet_safe,
    to_csv,
    to_file,
    with_labels,
)
from data.filters import Filters
from data.tables import Tables, open_tables
from tests.factory import tables_from
from tests.files import chart_file, table_file

REAL = open_tables()
FRAME = pd.DataFrame(
    {
        "title": ["影变, “Reelshift”", '=HYPERLINK("http://evil")', None],
        "sector": ["film", "short_drama", None],
        "sectors": ["film;games", "cross", None],
        "n": [229, 0, 1],
        "share_pct": [-12.5, 100.0, float("nan")],
        "date_start": pd.to_datetime(["2024-03-22", "2023-12-31", None]),
        "quarter_incomplete": [True, False, False],
    }
)
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HOSTILE = st.text(st.one_of(st.sampled_from("=+-@\t\r\n＝＋－＠ '\"\u00a0\u3000;,"), st.characters(codec="utf-8")), max_size=12)


def as_csv(frame: pd.DataFrame) -> bytes:
    return to_csv(arrow_table(frame, None))


def test_a_small_csv_in_full() -> None:
    assert as_csv(FRAME).decode("utf-8") == (
        '\ufeff"title","sector","sector_en","sector_zh","sectors","sectors_en","sectors_zh","n","share_pct","date_start","quarter_incomplete"\n'
        '"影变, “Reelshift”","film","Film & TV","影视","film;games","Film & TV, Games","影视、游戏",229,-12.5,2024-03-22,true\n'
        '"\'=HYPERLINK(""http://evil"")","short_drama","Short drama","短剧","cross","Cross-sector","跨行业",0,100,2023-12-31,false\n'
        ",,,,,,,1,,,false\n"
    )


def test_a_csv_begins_with_the_byte_order_mark_and_its_header() -> None:
    body = table_file("opinions", REAL, Filters(), "csv")
    assert body.startswith(b'\xef\xbb\xbf"opinion_id",')
    assert body.count(b"\xef\xbb\xbf") == 1
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(rows) == 229
    assert {r["opinion_id"]: r["summary_zh"] for r in rows} == dict(REAL.native("opinions")[["opinion_id", "summary_zh"]].values)


@given(HOSTILE)
@example("=1+1")
@example("+1")
@example("-1")
@example("@SUM(A1)")
@example("\t=1")
@example("＝1＋1")
@example(" =1")
@example("\u3000=1")
@example("")
@example("'=1")
def test_no_text_starts_like_a_formula(text: str) -> None:
    safe = sheet_safe(text)
    assert not safe.startswith(FORMULAS)
    assert not safe.lstrip(" \u00a0\u3000").startswith(FORMULAS)
    assert safe in (text, f"'{text}")
    assert sheet_raw(safe) == text


@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_text_comes_through_a_csv_unbroken(texts: list[str]) -> None:
    body = as_csv(pd.DataFrame({"title": texts, "record_id": texts[::-1]}))
    read = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert read[0] == ["title", "record_id"]
    assert read[1:] == [[sheet_safe(a), sheet_safe(b)] for a, b in zip(texts, texts[::-1], strict=True)]


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), min_size=1, max_size=5))
def test_numbers_are_never_touched(values: list[float | None]) -> None:
    frame = pd.DataFrame({"share_pct": pd.Series(values, dtype="float64"), "n": range(-2, len(values) - 2)})
    rows = list(csv.DictReader(io.StringIO(as_csv(frame).decode("utf-8-sig"))))
    assert [float(r["share_pct"]) if r["share_pct"] else None for r in rows] == values
    assert [int(r["n"]) for r in rows] == frame["n"].tolist()


def test_no_text_of_a_plain_frame_starts_like_a_formula_either() -> None:
    assert sheet_csv(pd.DataFrame({"title": ["=1+1", "a"]})) == b'\xef\xbb\xbf"title"\n"\'=1+1"\n"a"\n'


def test_negative_numbers_stay_numbers_in_csv_and_xlsx() -> None:
    body = table_file("index_moves", REAL, Filters(), "csv").decode("utf-8-sig")
    values = [r["value"] for r in csv.DictReader(io.StringIO(body))]
    assert "-1.73" in values
    assert not any(v.startswith("'") for v in values)
    sheet = openpyxl.load_workbook(io.BytesIO(table_file("index_moves", REAL, Filters(), "xlsx")))["data"]
    place = [c.value for c in sheet[1]].index("value")
    assert all(isinstance(row[place].value, (int, float)) for row in sheet.iter_rows(min_row=2))


def test_an_xlsx_has_types_a_frozen_header_and_its_sheets() -> None:
    chosen = {"parameter": "sector", "code": "film", "label_en": "Film & TV", "label_zh": "影视"}
    said_of: dict[str, Any] = {"title_en": "A title", "title_zh": "标题", "finding_en": "=1+1", "finding_zh": "-1"}
    said_of |= {"caveats_en": ["First.", "Second."], "caveats_zh": ["其一。", "其二。"]}
    about = said_of | {"filters": [chosen], "rows": 3}
    about |= {"records": {"opinions": {"title_en": "Opinions", "title_zh": "观点", "n": 3, "undated": 0}}}
    sources = pd.DataFrame({"source_id": ["S1"], "title": ["+86"], "accessed": pd.to_datetime(["2026-11-22"])})
    book = openpyxl.load_workbook(io.BytesIO(to_file("xlsx", FRAME, None, about, sources)))
    assert book.sheetnames == ["data", "filters", "sources", "dictionary"]
    data = book["data"]
    assert data.freeze_panes == "A2"
    heads = [cell.value for cell in data[1]]
    assert heads == list(with_labels(FRAME, None).columns)
    first, second, third = (dict(zip(heads, row, strict=True)) for row in data.iter_rows(min_row=2))
    assert (first["title"].value, first["sector_zh"].value, first["n"].value) == ("影变, “Reelshift”", "影视", 229)
    assert (first["share_pct"].value, first["share_pct"].data_type) == (-12.5, "n")
    assert first["date_start"].value == datetime(2024, 3, 22)
    assert first["date_start"].number_format == "yyyy-mm-dd"
    assert first["quarter_incomplete"].value is True
    assert (second["title"].value, second["title"].data_type) == ('\'=HYPERLINK("http://evil")', "s")
    assert [third[h].value for h in ("title", "sector", "share_pct", "date_start")] == [None] * 4
    said = {row[0]: row[1:] for row in book["filters"].iter_rows(min_row=2, values_only=True)}
    assert said["title"][1:] == ("A title", "标题")
    assert said["rows"][0] == 3
    assert said["finding"][1:] == ("'=1+1", "'-1")
    assert said["sector"] == ("film", "Film & TV", "影视")
    assert said["records.opinions.n"] == (3, "Opinions", "观点")
    assert "records.opinions.undated" not in said
    meanings = {row[0]: row for row in book["dictionary"].iter_rows(min_row=2, values_only=True)}
    assert all(row[1] and row[2] for row in meanings.values()), "every column is described, words of codes too"
    percent = [dictionary().label("unit", "percent", lang) for lang in ("en", "zh")]
    assert meanings["share_pct"][1:5] == ("Share", "占比", *percent)
    caveats = dictionary().caveats["sectors_multiple"]
    assert meanings["sector"][-2:] == (caveats.en, caveats.zh), "in words, not as a code"
    assert said["caveats"][1:] == ("Second.", "其二。"), "a line each: nothing joins Chinese with a blank"
    assert [c.value for c in book["sources"][2]] == ["S1", "'+86", datetime(2026, 11, 22)]


def test_no_sheet_holds_a_formula_or_a_link() -> None:
    for table in TABLE_NAMES:
        book = openpyxl.load_workbook(io.BytesIO(table_file(table, REAL, Filters(), "xlsx")))
        for sheet in book:
            assert not any(cell.data_type == "f" or cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_parquet_carries_the_dictionary_and_what_the_file_is() -> None:
    read = pq.read_table(io.BytesIO(to_file("parquet", FRAME, None, {"chart": "x", "filters": [{"parameter": "sector", "code": "影"}]})))
    assert read.schema.metadata[b"chart"] == b'"x"'
    assert json.loads(read.schema.metadata[b"filters"]) == [{"parameter": "sector", "code": "影"}]
    field = read.schema.field("share_pct")
    assert (field.metadata[b"label_zh"].decode(), field.metadata[b"unit"]) == ("占比", b"percent")
    assert read.column("title").to_pylist() == [*FRAME["title"].tolist()[:2], None], "Parquet keeps the text as it is"
    assert read.column("date_start").to_pylist() == [date(2024, 3, 22), date(2023, 12, 31), None]
    assert read.column("share_pct").to_pylist() == [-12.5, 100.0, None]


def test_json_is_one_object_that_explains_itself() -> None:
    read = json.loads(to_file("json", FRAME, None, {"chart": "x"}))
    assert list(read) == ["chart", "columns", "rows"]
    assert read["rows"][1]["title"] == '=HYPERLINK("http://evil")'
    assert read["rows"][0]["date_start"] == "2024-03-22"
    assert read["rows"][2]["share_pct"] is None
    assert {c["name"]: c.get("unit") for c in read["columns"]}["share_pct"] == "percent"


def test_codes_stand_beside_their_words_in_both_languages() -> None:
    labelled = with_labels(FRAME, None)
    assert labelled["sectors_en"].tolist()[:2] == ["Film & TV, Games", "Cross-sector"]
    assert labelled["sectors_zh"].tolist()[:2] == ["影视、游戏", "跨行业"]
    assert labelled["sector_zh"].isna().tolist() == [False, False, True]
    assert list(FRAME.columns) == [c for c in labelled.columns if c in FRAME.columns], "columns keep their order"


def test_an_unknown_format_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="'pdf' is not a format here; choose one of csv, xlsx, parquet, json"):
        to_file("pdf", FRAME, None, {})


def test_a_column_that_is_not_described_is_refused() -> None:
    with pytest.raises(KeyError, match=r"describe it in frames\.yaml"):
        arrow_table(pd.DataFrame({"surprise": [1]}), None)


# Every chart and table in every format -----------------------------------------------------------


def rows_in(form: str, body: bytes) -> tuple[list[str], int]:
    """Column names and number of rows that a file holds."""
    if form == "csv":
        header, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
        return header, len(rows)
    if form == "parquet":
        table = pq.read_table(io.BytesIO(body))
        return table.column_names, table.num_rows
    if form == "json":
        read = json.loads(body)
        return [c["name"] for c in read["columns"]], len(read["rows"])
    sheet = openpyxl.load_workbook(io.BytesIO(body), read_only=False)["data"]
    return [str(c.value) for c in sheet[1]], sheet.max_row - 1


@pytest.mark.parametrize("chart", CHARTS, ids=lambda c: c.slug)
def test_a_chart_in_every_format_holds_the_frame_that_is_drawn(empty: Tables, chart: Chart) -> None:
    for tables, filters in ((REAL, Filters(("short_drama",), False, "2024", "2025")), (empty, Filters())):
        frame = frame_of(chart, tables, filters)
        for form in FORMATS:
            names, rows = rows_in(form, chart_file(chart, tables, filters, form))
            assert rows == len(frame), form
            assert [n for n in names if n in frame.columns] == [c.name for c in columns_of(frame, chart.tables[0])], form


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_a_table_in_every_format(empty: Tables, table: str) -> None:
    shown = [c.name for c in dictionary().tables[table].columns if c.is_shown]
    for tables in (REAL, empty):
        for form in FORMATS:
            names, rows = rows_in(form, table_file(table, tables, Filters(), form))
            assert rows == len(tables.native(table)), form
            assert [n for n in names if n in shown] == shown, form


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_selection_gives_the_same_bytes(form: str) -> None:
    again = Tables(TABLES_DIR, REAL.version)
    filters = Filters(("film",))
    for chart in CHARTS[:3]:
        assert chart_file(chart, REAL, filters, form) == chart_file(chart, again, filters, form)
    assert table_file("events", REAL, filters, form) == table_file("events", again, filters, form)


@pytest.mark.parametrize("rows", [7, 229, 1000])
@pytest.mark.parametrize("filters", [Filters(), Filters(since="2035")])
def test_rows_made_a_few_at_a_time_are_the_same_bytes(monkeypatch: pytest.MonkeyPatch, rows: int, filters: Filters) -> None:
    frame = content(Asked("opinions", "tables", filters), REAL)
    about: dict[str, Any] = {"table": "opinions", "rows": len(frame), "note": 'ends like rows: [\n    0\n  ]"'}
    data = arrow_table(frame, "opinions")
    monkeypatch.setattr(export, "ROWS_AT_A_TIME", rows)
    made = {form: list(pieces(form, frame, "opinions", about)) for form in ("csv", "json")}
    assert b"".join(made["csv"]) == to_csv(data)
    read = json.loads(b"".join(made["json"]))
    assert len(read.pop("rows")) == len(frame)
    assert b"".join(made["json"]) == orjson.dumps({**read, "rows": data.to_pylist()}, option=orjson.OPT_INDENT_2)
    assert len(made["csv"]) == max(1, -(-len(frame) // rows)), "as many pieces as it takes, each of few rows"


def test_a_row_of_hostile_text_reaches_no_cell_as_a_formula() -> None:
    tables = tables_from(opinions=[{"speaker_id": "=cmd|' /C calc'!A0", "summary_en": "@SUM(1)", "summary_zh": "＝1", "said_date": "2024"}])
    [row] = csv.DictReader(io.StringIO(table_file("opinions", tables, Filters(), "csv").decode("utf-8-sig")))
    assert (row["speaker_en"], row["summary_en"], row["summary_zh"]) == ("'=cmd|' /C calc'!A0", "'@SUM(1)", "'＝1")


def test_file_names_say_what_which_and_when() -> None:
    def named(filters: Filters, rows: str = "drawn") -> str:
        return file_name(Asked("coverage", filters=filters, rows=rows), REAL, "csv").removesuffix(f"_{REAL.version}.csv")

    assert named(Filters()) == "reelshift_coverage_all"
    assert named(Filters(("film", "games"))) == "reelshift_coverage_film_games"
    assert named(Filters(("film",), since="2024-03")) == "reelshift_coverage_film_from-2024-03"
    assert named(Filters(q="短剧 ../../x")) == "reelshift_coverage_q-短剧-x"
    assert named(Filters(), "records") == "reelshift_coverage_all_records"
    long = [named(Filters(q=f"{'word ' * 30}{n}")) for n in range(2)]
    assert len(set(long)) == 2
    assert all(len(name) < 90 for name in long)
    taken = file_name(Asked("event-window"), REAL, "csv")
    assert taken == f"reelshift_event-window_event-{CHART['event-window'].usual_event}_{REAL.version}.csv", "the event that nobody chose"
    assert set(MEDIA_TYPES) == set(FORMATS)
