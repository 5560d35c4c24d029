"""Frames to files: CSV, JSON, XLSX and Parquet.

- CSV is UTF-8 with a byte order mark and the header on line 1, so that Excel opens Chinese intact;
- a text cell that a spreadsheet would run as a formula gets an apostrophe in front (`sheet_safe`);
  numbers, dates and negative values are never touched; JSON and Parquet keep the text as it is;
- beside each column of codes stand its words in both languages (`stance`, `stance_en`, `stance_zh`);
- XLSX says on further sheets what the columns mean and which selection made the file.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import xlsxwriter

from data.catalog import Column, Dictionary, dictionary
from data.checks import split

FORMATS = ("csv", "xlsx", "parquet", "json")
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
#: What a spreadsheet takes for the start of a formula (OWASP, CSV injection), also behind blanks.
_RUNS = re.compile("'*[ \u00a0\u3000]*[=+\\-@\t\r\n＝＋－＠]")
#: So many rows are made into text at a time.
ROWS_AT_A_TIME = 5_000
#: What an Excel sheet holds at most.
EXCEL_ROWS, EXCEL_CHARACTERS = 1_048_576, 32_767


def sheet_safe(text: str) -> str:
    """The text, with an apostrophe in front when a spreadsheet would run it, or when it looks as if it had one already.

    `sheet_raw` takes it away again: for every text, `sheet_raw(sheet_safe(text)) == text`.
    """
    return f"'{text}" if _RUNS.match(text) else text


def sheet_raw(text: str) -> str:
    """The text as it was before `sheet_safe`: without one apostrophe, where behind the apostrophes stands the start of a formula."""
    return text[1:] if text.startswith("'") and _RUNS.match(text) else text


class TooLarge(Exception):
    """More rows than the format holds; the remedy names the formats that hold them."""


def columns_of(frame: pd.DataFrame, table: str | None, words: Dictionary | None = None) -> list[Column]:
    """What the dictionary says of each column of a frame that a file may hold. Raises KeyError for one that it does not know."""
    words = words or dictionary()
    described = [words.column(name, table) for name in frame.columns]
    return [column for column in described if column.is_shown and not column.withheld]


def withheld_from(frame: pd.DataFrame, table: str | None, words: Dictionary | None = None) -> list[str]:
    """The columns that are drawn and may not be passed on, where they hold anything."""
    words = words or dictionary()
    return [str(name) for name in frame.columns if words.column(name, table).withheld and frame[name].notna().any()]


def with_labels(frame: pd.DataFrame, table: str | None, words: Dictionary | None = None) -> pd.DataFrame:
    """The frame with the words of every code column beside it, in both languages."""
    words = words or dictionary()
    parts: dict[str, Any] = {}
    for column in columns_of(frame, table, words):
        values = frame[column.name]
        parts[column.name] = values
        if not column.codes or f"{column.name}_en" in frame.columns:
            continue
        for lang in ("en", "zh"):
            separator = "、" if lang == "zh" else ", "
            labels = {
                cell: separator.join(words.label(column.codes, code, lang) for code in split(str(cell)))
                for cell in values.dropna().unique()
            }
            parts[f"{column.name}_{lang}"] = values.map(labels)
    return pd.DataFrame(parts, index=frame.index)


def arrow_table(frame: pd.DataFrame, table: str | None, words: Dictionary | None = None) -> pa.Table:
    """The frame with labels as an Arrow table, the dictionary in its field metadata."""
    words = words or dictionary()
    labelled = with_labels(frame, table, words)
    columns = columns_of(frame, table, words)
    described = {f"{c.name}_{lang}": _label_field(c, lang) for c in columns for lang in ("en", "zh")}
    described |= {c.name: c.arrow_field() for c in columns}
    fields = [described[name] for name in labelled.columns]
    arrays = [_array(labelled[f.name], f) for f in fields]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _label_field(column: Column, lang: str) -> pa.Field:
    """The field of a code column's words in one language: what the codes mean, and whose words they are."""
    said = {"label_en": f"{column.label.en} ({'Chinese' if lang == 'zh' else 'English'})", "description_en": f"Words of `{column.name}`."}
    said |= {"label_zh": f"{column.label.zh}（{'中文' if lang == 'zh' else '英文'}）", "description_zh": f"`{column.name}` 的名称。"}
    return pa.field(f"{column.name}_{lang}", pa.string(), metadata=said)


def _array(values: pd.Series[Any], field: pa.Field) -> pa.Array:
    if pa.types.is_date32(field.type):
        days = pd.to_datetime(values)
        return pa.array([None if pd.isna(d) else d.date() for d in days], type=field.type)
    array = pa.Array.from_pandas(values)
    if pa.types.is_string(field.type) and not pa.types.is_string(array.type):
        return array.cast(pa.string())
    return array.cast(field.type)


def to_csv(data: pa.Table, *, begins: bool = True) -> bytes:
    """CSV that Excel opens as it is meant: byte order mark, header on line 1, text made safe; without the two what goes on with a file."""
    out = io.BytesIO()
    out.write(BYTE_ORDER_MARK if begins else b"")
    pa_csv.write_csv(_sheet_safe_table(data), out, pa_csv.WriteOptions(include_header=begins, quoting_style="needed"))
    return out.getvalue()


def _csv_pieces(frame: pd.DataFrame, table: str | None) -> Iterator[bytes]:
    for number, rows in enumerate(_parts(frame)):
        yield to_csv(arrow_table(rows, table), begins=number == 0)


def _parts(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The frame a few rows at a time; an empty one once."""
    for start in range(0, max(1, len(frame)), ROWS_AT_A_TIME):
        yield frame.iloc[start : start + ROWS_AT_A_TIME]


def _sheet_safe_table(data: pa.Table) -> pa.Table:
    for position, column in enumerate(data.schema):
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            continue
        values = data.column(position).to_pylist()
        safe = [value if value is None else sheet_safe(value) for value in values]
        if safe != values:
            data = data.set_column(position, column, pa.array(safe, type=column.type))
    return data


def to_parquet(data: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(data, out, compression="zstd")
    return out.getvalue()


def _json_pieces(frame: pd.DataFrame, table: str | None, about: dict[str, Any]) -> Iterator[bytes]:
    """One object: what the file is (`about`), what its columns are, and its rows: a few at a time, as orjson writes all of them."""
    columns = _meanings(arrow_table(frame.head(0), table).schema)
    said = {key: value for key, value in about.items() if key != "rows"}
    opening, closing = orjson.dumps({**said, "columns": columns, "rows": [0]}, option=orjson.OPT_INDENT_2).rsplit(b"\n    0", 1)
    if frame.empty:
        yield opening + closing.lstrip()
        return
    for number, rows in enumerate(_parts(frame)):
        listed = orjson.dumps({"": arrow_table(rows, table).to_pylist()}, option=orjson.OPT_INDENT_2)
        yield (b"," if number else opening) + listed[listed.index(b"[") + 1 : -len(closing)]
    yield closing


def to_xlsx(data: pa.Table, about: dict[str, Any], sources: pd.DataFrame | None = None) -> bytes:
    """Sheets: data (typed, frozen header), filters (the selection, counts and all that is said of the file), sources, dictionary.

    Raises TooLarge where a sheet cannot hold the rows. A text longer than a cell holds is cut and says so.
    """
    if data.num_rows >= EXCEL_ROWS:
        raise TooLarge(f"{data.num_rows} rows; a sheet of Excel holds {EXCEL_ROWS - 1}: take csv or parquet")
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(out, options) as book:
        # A fixed time stamp: the same selection gives the same bytes.
        book.set_properties(
            {"title": str(about.get("title_en", "Reelshift")), "created": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)}
        )
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        _write_sheet(book, "data", data, bold, day)
        _write_rows(book.add_worksheet("filters"), ["what", "value", "en", "zh"], _said_of(about), bold)
        if sources is not None:
            _write_sheet(book, "sources", _register(sources), bold, day)
        heads = ["name", *(f"{part}_{lang}" for part in ("label", "unit", "description", "caveats") for lang in ("en", "zh"))]
        rows = [[meaning.get(head, "") for head in heads] for meaning in _meanings(data.schema)]
        _write_rows(book.add_worksheet("dictionary"), heads, rows, bold)
    return out.getvalue()


def _meanings(schema: pa.Schema) -> list[dict[str, str]]:
    """What each column of a file is, its unit and caveats in words too."""
    known, told = dictionary(), []
    for field in schema:
        said = {"name": field.name} | {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
        for lang in ("en", "zh"):
            said |= {f"unit_{lang}": known.label("unit", said["unit"], lang)} if "unit" in said else {}
            texts = [known.caveats[code][lang] for code in split(said.get("caveats", ""))]
            said |= {f"caveats_{lang}": ("" if lang == "zh" else " ").join(texts)} if texts else {}
        told.append(said)
    return told


def _said_of(about: dict[str, Any]) -> list[list[Any]]:
    """What a file is, as rows: a fact in both languages on one line, each filter and each count on a line of its own."""
    rows: list[list[Any]] = []
    for key, value in about.items():
        stem = key.removesuffix("_en")
        if key == "filters":
            rows += [[f["parameter"], f["code"], f.get("label_en", ""), f.get("label_zh", "")] for f in value]
        elif isinstance(value, dict):
            rows += [[f"{key}.{path}", *said] for path, said in _within(value)]
        elif (key.endswith("_zh") and f"{key.removesuffix('_zh')}_en" in about) or (f"{key}_en" in about and f"{key}_zh" in about):
            continue
        elif stem != key and isinstance(value, list) and f"{stem}_zh" in about:
            rows += [[stem, "", *both] for both in zip(value, about[f"{stem}_zh"], strict=True)]
        elif stem != key and f"{stem}_zh" in about:
            plain = about.get(stem, "")
            rows.append([stem, "" if plain == value else _cell(plain), _cell(value), _cell(about[f"{stem}_zh"])])
        else:
            rows.append([key, _cell(value), "", ""])
    return rows


def _within(value: dict[str, Any]) -> Iterable[tuple[str, list[Any]]]:
    """What stands inside a fact: `opinions.n`, its value, and the title of what it is about."""
    for name, inner in value.items():
        if not isinstance(inner, dict):
            yield name, [_cell(inner), "", ""]
            continue
        titles = [inner.get("title_en", ""), inner.get("title_zh", "")]
        told = {part: n for part, n in inner.items() if not part.startswith("title_") and (n or part == "n")}
        yield from ((f"{name}.{part}", [_cell(n), *titles]) for part, n in told.items())


def _cell(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return " ".join(value)
    return value if isinstance(value, (int, float, str)) else json.dumps(value, ensure_ascii=False)


def _write_sheet(book: Any, name: str, data: pa.Table, bold: Any, day: Any) -> None:
    sheet = book.add_worksheet(name)
    for position, column in enumerate(data.schema):
        sheet.write_string(0, position, column.name, bold)
        values = data.column(position).to_pylist()
        widest = max([len(column.name), *(_width(v) for v in values[:200])], default=8)
        sheet.set_column(position, position, min(60, widest + 2))
        for row, value in enumerate(values, start=1):
            if value is None:
                continue
            if isinstance(value, bool):
                sheet.write_boolean(row, position, value)
            elif isinstance(value, (int, float)):
                sheet.write_number(row, position, value)
            elif isinstance(value, str):
                sheet.write_string(row, position, _fitting(sheet_safe(value)))
            else:
                sheet.write_datetime(row, position, value, day)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, data.num_rows), max(0, data.num_columns - 1))


def _fitting(text: str) -> str:
    """A text as long as a cell of Excel holds; a longer one says that it was cut."""
    note = " […]"
    return text if len(text) <= EXCEL_CHARACTERS else text[: EXCEL_CHARACTERS - len(note)] + note


def _width(value: Any) -> int:
    """Width in characters; a Chinese one is two wide."""
    return sum(2 if ord(ch) > 0x2E7F else 1 for ch in str(value)) if value is not None else 0


def _write_rows(sheet: Any, heads: list[str], rows: Iterable[list[Any]], bold: Any) -> None:
    sheet.write_row(0, 0, heads, bold)
    for number, row in enumerate(rows, start=1):
        for position, value in enumerate(row):
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                sheet.write_number(number, position, value)
            else:
                sheet.write_string(number, position, _fitting(sheet_safe(str(value))))
    for position, head in enumerate(heads):
        sheet.set_column(position, position, 24 if head.startswith(("what", "name", "label", "unit")) else 60)
    sheet.freeze_panes(1, 0)


def sheet_csv(rows: pd.DataFrame) -> bytes:
    """A frame without a dictionary (a register of documents) as CSV of the same rules."""
    return to_csv(_register(rows))


def _register(rows: pd.DataFrame) -> pa.Table:
    """A frame without a dictionary as an Arrow table: its times are days."""
    table = pa.Table.from_pandas(rows, preserve_index=False)
    return table.cast(pa.schema([pa.field(f.name, pa.date32()) if pa.types.is_timestamp(f.type) else f for f in table.schema]))


def pieces(
    form: str, frame: pd.DataFrame, table: str | None, about: dict[str, Any], sources: pd.DataFrame | None = None
) -> Iterator[bytes]:
    """A frame as a file of one of FORMATS, bit by bit: text that is long is never held whole. Raises as `to_file` does."""
    if form not in FORMATS:
        raise ValueError(f"{form!r} is not a format here; choose one of {', '.join(FORMATS)}")
    if form == "csv":
        return _csv_pieces(frame, table)
    if form == "json":
        return _json_pieces(frame, table, about)
    data = arrow_table(frame, table)
    if form == "parquet":
        return iter([to_parquet(data.replace_schema_metadata({k: json.dumps(v, ensure_ascii=False) for k, v in about.items()}))])
    return iter([to_xlsx(data, about, sources)])


def to_file(form: str, frame: pd.DataFrame, table: str | None, about: dict[str, Any], sources: pd.DataFrame | None = None) -> bytes:
    """The same at once. Raises ValueError for another format, naming these, and TooLarge for rows that it cannot hold."""
    return b"".join(pieces(form, frame, table, about, sources))
