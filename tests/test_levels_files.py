"""Files of prices as people have them: whatever encoding, separator, column order, language and form of dates."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.levels.columns import Parsed, is_header, parse, recognised, twice
from data.levels.files import Cells, FileRefused, read_cells

EXPECTED = [("2024-02-19", 100.0), ("2024-02-20", 1101.5), ("2024-02-21", 99.0)]


def read(tmp_path: Path, content: str | bytes, name: str = "prices.csv", **more: object) -> tuple[Cells, Parsed]:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    cells = read_cells(path, is_header)
    return cells, parse(cells, **more)  # type: ignore[arg-type]


def closes(parsed: Parsed) -> list[tuple[str, float]]:
    days = np.datetime_as_string(parsed.times.astype("datetime64[ms]"), unit="D").tolist()
    return list(zip(days, parsed.values["close"].tolist(), strict=True))


# Text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "，"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_endings(tmp_path: Path, encoding: str, separator: str, ending: str) -> None:
    lines = ["涨跌幅,收盘价,交易日期", "1%,100.0,2024-02-19", "2%,1101.5,2024-02-20", "3%,99,2024-02-21", ""]
    cells, parsed = read(tmp_path, ending.join(lines).replace(",", separator).encode(encoding))
    assert closes(parsed) == EXPECTED
    assert cells.lines.tolist() == [2, 3, 4]
    assert parsed.headers == {"date": "交易日期", "close": "收盘价"}
    assert parsed.notes == ["columns not read: 涨跌幅"]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("date,open,close,high,low,volume", "date open close high low volume"),
        ("日期,股票代码,开盘,收盘,最高,最低,成交量,成交额,振幅,涨跌幅,涨跌额,换手率", "date code open close high low volume amount"),
        ("日期,开盘价,最高价,最低价,收盘价,成交量,成交额", "date open high low close volume amount"),
        (
            "日期,指数代码,指数中文全称,开盘,最高,最低,收盘,涨跌,涨跌幅,成交量（万手）,成交金额（亿元）,样本数量",
            "date code open high low close volume amount",
        ),
        ("ts_code,trade_date,close,open,high,low,pre_close,change,pct_chg,vol,amount", "code date close open high low volume amount"),
        ("Date,Open,High,Low,Close,Adj Close,Volume", "date open high low close volume"),
        ("date,open,high,low,close,volume,amount,outstanding_share,turnover", "date open high low close volume amount"),
        ("Date,Price,Open,High,Low,Vol.,Change %", "date close open high low volume"),
        ("日期,收盘,开盘,高,低,交易量,涨跌幅", "date close open high low volume"),
        ("时间,开盘,收盘,最高,最低,成交量", "date open close high low volume"),
        ("日期,时间,开盘,最高,最低,收盘,总手,金额", "date time open high low close volume amount"),
        ("DATETIME,PX_LAST", "date close"),
        ("date,open,latest,high,low", "date open close high low"),
        ("日期,最新价,收盘价", "date close"),
        (",close", "date close"),
        ("Unnamed: 0,Close Price", "date close"),
        ("TRADE_DATE,CLOSE,TURNOVER_RATE", "date close"),
        ("交易日期,沪深300指数", "date"),
        ("open,high,low", "open high low"),
    ],
)
def test_columns_are_known_by_their_names(header: str, found: str) -> None:
    names = header.split(",")
    places = recognised(names)
    assert sorted(places, key=lambda c: places[c]) == found.split()
    assert is_header(names) == ({"date", "close"} <= set(found.split()))


def test_of_two_closes_the_likelier_is_taken_and_the_other_named(tmp_path: Path) -> None:
    _, parsed = read(tmp_path, "日期,最新价,收盘价\n2024-02-19,1,100\n")
    assert parsed.values["close"].tolist() == [100.0]
    assert parsed.notes == ["columns not read: 最新价"]
    assert twice(["日期", "收盘", "收盘价", "open"]) == ["close"]
    assert twice(["date", "close", "", ""]) == []


def test_titles_above_remarks_below_and_blank_lines_keep_the_numbers_of_lines(tmp_path: Path) -> None:
    text = "沪深300 日线\n\n日期,收盘\n2024-02-19,100\n\n ,\n2024-02-20,1101.5\n2024-02-21,99\n,\n数据来源：某处,\n"
    cells, parsed = read(tmp_path, text)
    assert closes(parsed) == EXPECTED
    assert cells.lines.tolist() == [4, 7, 8]
    assert cells.notes == ["line 10 left out: 数据来源：某处"]


def test_quotes_hold_separators_and_line_breaks(tmp_path: Path) -> None:
    text = '"Date","Price","Note"\n"2024-02-19","100.00",""\n"2024-02-20","1,101.50","a\nb"\n\n"2024-02-21","99","x"\n'
    cells, parsed = read(tmp_path, text)
    assert closes(parsed) == EXPECTED
    assert cells.lines.tolist() == [2, 3, 6]


def test_a_row_of_another_width_is_a_problem_where_it_stands(tmp_path: Path) -> None:
    cells, parsed = read(tmp_path, "date,close\n2024-02-19,100\n2024-02-20,1,101.5\n2024-02-21\n2024-02-22,99\n")
    assert list(map(str, cells.problems)) == [
        "prices.csv:3: (row): '2024-02-20,1,101.5': has 3 cells, the header has 2; check separators and quotes",
        "prices.csv:4: (row): '2024-02-21': has 1 cells, the header has 2; check separators and quotes",
    ]
    assert cells.lines.tolist() == [2, 5]
    assert closes(parsed) == [("2024-02-19", 100.0), ("2024-02-22", 99.0)]


def test_a_separator_at_the_end_of_every_row_is_none(tmp_path: Path) -> None:
    _, parsed = read(tmp_path, "date\tclose\n2024-02-19\t100\t\n2024-02-20\t1101.5\t\n2024-02-21\t99\t\n")
    assert closes(parsed) == EXPECTED


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no date and close among the first lines"),
        (b"a,b\n1,2\n", "prices.csv:1: (header): 'a,b': no date and close among the first lines; name these columns"),
        (b"\x81\xff\xff\xfe", "is neither UTF-8 nor GB18030 text, Excel nor Parquet"),
        (b"PK\x03\x04 no workbook", "is no readable Excel workbook"),
        (b"PAR1 no Parquet", "is no readable Parquet file"),
    ],
)
def test_what_is_no_table_of_prices_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(tmp_path, content)
    assert words in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"none\.csv:0: \(file\): '': cannot be read: No such file"):
        read_cells(tmp_path / "none.csv", is_header)


# Dates and numbers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "printed",
    [
        "2024-02-06",
        "2024/02/06",
        "2024/2/6",
        "2024-2-6",
        "20240206",
        "2024年2月6日",
        "2024年02月06日",
        "2024.2.6",
        " 2024-02-06 ",
        "2024-02-06 00:00:00",
    ],
)
def test_a_day_in_every_form(tmp_path: Path, printed: str) -> None:
    _, parsed = read(tmp_path, f"日期,收盘\n{printed},1\n")
    assert parsed.dated.all()
    assert (closes(parsed), parsed.is_intraday) == ([("2024-02-06", 1.0)], False)


@pytest.mark.parametrize(
    "printed",
    [
        "2024-02-06 09:31",
        "2024-02-06T09:31:00",
        "2024/2/6 9:31",
        "202402060931",
        "20240206093100",
        "2024年2月6日 9时31分",
        "2024-02-06 09:31:00.000",
    ],
)
def test_a_moment_in_every_form(tmp_path: Path, printed: str) -> None:
    _, parsed = read(tmp_path, f"时间,收盘\n{printed},1\n2024-02-06 09:32,2\n")
    assert parsed.is_intraday
    assert parsed.times.astype("datetime64[ms]").tolist() == [dt.datetime(2024, 2, 6, 9, 31), dt.datetime(2024, 2, 6, 9, 32)]


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "n/a",
        "2024-02-30",
        "2024-13-01",
        "0024-02-06",
        "16-Feb-24",
        "02/16/2024",
        "45338",
        "2024-02",
        "2024-02-06 25:00",
        "2024-02-06 09:31+08:00",
        "昨天",
    ],
)
def test_what_is_no_date_is_not_guessed(tmp_path: Path, printed: str) -> None:
    _, parsed = read(tmp_path, f"日期,收盘\n{printed},1\n2024-02-07,2\n")
    assert parsed.dated.tolist() == [False, True]
    assert parsed.printed("date", 0) == printed


def test_a_form_of_dates_can_be_named(tmp_path: Path) -> None:
    _, parsed = read(tmp_path, "Date,Price\n02/19/2024,100\n02/20/2024,1101.5\n31/02/2024,3\n", date_format="%m/%d/%Y")
    assert parsed.dated.tolist() == [True, True, False]
    assert closes(parsed)[:2] == EXPECTED[:2]


def test_date_and_time_in_columns_of_their_own(tmp_path: Path) -> None:
    _, parsed = read(tmp_path, "日期,时间,收盘\n2024/02/06,0931,1\n2024/02/06,0932,2\n")
    assert parsed.is_intraday
    assert parsed.times.astype("datetime64[ms]").tolist() == [dt.datetime(2024, 2, 6, 9, 31), dt.datetime(2024, 2, 6, 9, 32)]


def test_one_time_on_every_day_only_says_when_it_closed(tmp_path: Path) -> None:
    text = "日期,收盘\n2024-02-19 15:00,100\n2024-02-20 15:00,1101.5\n2024-02-21 15:00,99\n"
    _, parsed = read(tmp_path, text)
    assert (closes(parsed), parsed.is_intraday) == (EXPECTED, False)
    assert parsed.notes == ["every row says 15:00, one row a day, so read as days"]
    assert read(tmp_path, text, expects_times=True)[1].is_intraday
    assert read(tmp_path, "日期,收盘\n2024-02-19,100\n", expects_times=True)[1].is_intraday


def test_numbers_as_people_write_them(tmp_path: Path) -> None:
    text = '日期,收盘,开盘,成交量,成交额(万元)\n2024-02-19,"3,641.54",-,38.47万,1.5\n2024-02-20,1e3,--,1.2B,"2,000"\n2024-02-21,+.5,null,1亿,\n'
    _, parsed = read(tmp_path, text)
    assert parsed.values["close"].tolist() == [3641.54, 1000.0, 0.5]
    assert parsed.values["volume"].tolist() == pytest.approx([384700.0, 1.2e9, 1e8])
    assert parsed.values["amount"].tolist()[:2] == [15000.0, 2e7]
    assert np.isnan(parsed.values["amount"][2])
    assert not any(bad.any() for bad in parsed.unread.values())
    assert parsed.notes == ["开盘: empty or 0 in every row, so left out", "成交额(万元): read in 万, so multiplied by 10,000"]


@pytest.mark.parametrize("printed", ["1,2,3", "3641,54", "1_000", "12%", "３６４１", "0x10", "inf", "1e999", "三千", "1.2万", "1.2.3"])
def test_what_is_no_price_is_not_guessed(tmp_path: Path, printed: str) -> None:
    _, parsed = read(tmp_path, f'日期,收盘\n2024-02-19,"{printed}"\n2024-02-20,2\n')
    assert parsed.unread["close"].tolist() == [True, False]
    assert parsed.printed("close", 0) == printed


# Excel and Parquet ----------------------------------------------------------------------------------------


def workbook(tmp_path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "prices.xlsx")
    return tmp_path / "prices.xlsx"


def test_a_workbook_with_a_title_real_dates_and_a_remark(tmp_path: Path) -> None:
    rows = [["某指数"], ["日期", "收盘", "备注"], [dt.date(2024, 2, 19), 100, None], [], [dt.datetime(2024, 2, 20), 1101.5, "x"]]
    rows += [["2024年2月21日", "99", None], ["数据来源：某处"]]
    cells = read_cells(workbook(tmp_path, About=[["nothing", "here"]], 数据=rows), is_header)
    assert closes(parse(cells)) == EXPECTED
    assert cells.lines.tolist() == [3, 5, 6]
    assert cells.notes == ["sheet '数据' read, of About, 数据; --sheet takes another", "line 7 left out: 数据来源：某处"]


def test_a_sheet_can_be_named(tmp_path: Path) -> None:
    one, two = ([["date", "close"], [20240219, close]] for close in (1.0, 2.0))
    path = workbook(tmp_path, one=one, two=two)
    assert closes(parse(read_cells(path, is_header, "two"))) == [("2024-02-19", 2.0)]
    with pytest.raises(FileRefused, match=r"\(sheet\): 'three': is no sheet of this workbook; it has one, two"):
        read_cells(path, is_header, "three")
    with pytest.raises(FileRefused, match="no date and close"):
        read_cells(workbook(tmp_path, one=[["a", "b"]]), is_header)


def test_a_text_named_like_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    _, parsed = read(tmp_path, "日期\t收盘\n2024-02-19\t100\n".encode("gbk"), "export.xls")
    assert closes(parsed) == [("2024-02-19", 100.0)]


@pytest.mark.parametrize("dates", ["datetime64[ns]", "datetime64[s]", "date32", "str", "index"])
def test_parquet_of_any_types(tmp_path: Path, dates: str) -> None:
    days = pd.to_datetime([d for d, _ in EXPECTED])
    frame = pd.DataFrame({"date": days, "close": [c for _, c in EXPECTED], "pe": [1, 2, None]})
    if dates == "date32":
        frame["date"] = [d.date() for d in days]
    elif dates == "index":
        frame = frame.set_index(days.rename(None)).drop(columns="date")
    else:
        frame["date"] = frame["date"].astype(dates)
    frame.to_parquet(tmp_path / "p.parquet")
    cells = read_cells(tmp_path / "p.parquet", is_header)
    assert closes(parse(cells)) == EXPECTED
    assert cells.lines.tolist() == [1, 2, 3]


def test_parquet_floats_come_out_as_they_went_in(tmp_path: Path) -> None:
    values = [0.1 + 0.2, 1 / 3, 1e22, 123456.789]
    days = pa.array([dt.date(2024, 2, d) for d in (19, 20, 21, 22)])
    pq.write_table(pa.table({"close": values, "date": days, "list": [[1], [2], [3], [4]]}), tmp_path / "p.parquet")
    assert parse(read_cells(tmp_path / "p.parquet", is_header)).values["close"].tolist() == values


# Any file that can be written is read -----------------------------------------------------------------------

NAMES = {
    "date": ["日期", "trade_date", "DATE"],
    "open": ["开盘", "Open"],
    "high": ["最高价", "HIGH"],
    "low": ["最低", "low"],
    "close": ["收盘", "Close", "最新价"],
    "volume": ["成交量", "vol"],
}
FORMS = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"]


@settings(max_examples=60)
@given(st.data())
def test_what_is_written_in_any_form_is_read(tmp_path: Path, data: st.DataObject) -> None:
    order = data.draw(st.permutations(list(NAMES)))
    separator = data.draw(st.sampled_from([",", ";", "\t"]))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
    form = data.draw(st.sampled_from(FORMS))
    grouped = data.draw(st.booleans())
    days = data.draw(st.lists(st.dates(dt.date(1990, 12, 19), dt.date(2030, 1, 1)), min_size=1, max_size=8))
    values = {
        c: data.draw(st.lists(st.floats(0.01, 1e7).map(lambda x: round(x, 2)), min_size=len(days), max_size=len(days))) for c in NAMES
    }
    out = io.StringIO()
    out.write(separator.join(data.draw(st.sampled_from(NAMES[c])) for c in order) + "\n")
    for i, day in enumerate(days):
        out.write("\n" * data.draw(st.integers(0, 1)))
        shown = {c: f"{v[i]:,.2f}" if grouped else repr(v[i]) for c, v in values.items()} | {"date": day.strftime(form)}
        out.write(separator.join(f'"{shown[c]}"' if separator in shown[c] else shown[c] for c in order) + "\n")
    _, parsed = read(tmp_path, out.getvalue().encode(encoding))
    assert [d for d, _ in closes(parsed)] == [d.isoformat() for d in days]
    assert {c: v.tolist() for c, v in parsed.values.items()} == {c: values[c] for c in parsed.values}
    assert set(parsed.values) == set(NAMES) - {"date"}
    assert not parsed.notes
