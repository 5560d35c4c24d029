"""Files of prices as cells of text: CSV in the encodings and separators that exports have, Excel, Parquet.

What a file is, is told by its first bytes: exports named .xls are often text. Every row keeps the line on which
it stood. Nothing is interpreted here but the header, which may stand below a title.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from data.checks import Problem

SEPARATORS = (",", ";", "\t", "|", "，")
#: A header stands in one of the first lines; above it, at most a title.
_HEADER_WITHIN = 20
Header = Callable[[Sequence[str]], bool]


class FileRefused(Exception):
    """The file cannot be read as a table at all."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass
class Cells:
    """A table of text: `columns[i]` under `header[i]`, a row on line `lines[j]` each; what could not be read, and what was left out."""

    file: str
    header: tuple[str, ...]
    columns: list[pa.Array]
    lines: np.ndarray
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_cells(path: Path, is_header: Header, sheet: str | None = None) -> Cells:
    """Read a file. `is_header` tells whether cells are the header that is looked for. Raises FileRefused."""
    try:
        with path.open("rb") as file:
            magic = file.read(8)
        if magic.startswith(b"PAR1"):
            return _parquet(path, is_header)
        if magic.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            return _workbook(path, is_header, sheet)
        return _text(path, is_header)
    except OSError as error:
        raise FileRefused(Problem(path.name, 0, "(file)", "", f"cannot be read: {error.strerror or error}")) from error


def _no_header(file: str, line: int, seen: Sequence[str]) -> FileRefused:
    remedy = "no date and close among the first lines; name these columns 日期/date and 收盘/close, others 开盘/open, 最高/high, 最低/low"
    return FileRefused(Problem(file, line, "(header)", ",".join(seen)[:80], remedy))


# Text ------------------------------------------------------------------------------------------------------


def _text(path: Path, is_header: Header) -> Cells:
    text = _decoded(path.read_bytes(), path.name).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n", _HEADER_WITHIN)
    top = [(n, line) for n, line in enumerate(lines[:_HEADER_WITHIN]) if line.strip()]
    for number, line in top:
        for separator in SEPARATORS:
            header = next(csv.reader([line], delimiter=separator), [])
            if is_header(header):
                names = tuple(h.strip() for h in header)
                body = text.split("\n", number + 1)[-1].rstrip("\n") if len(lines) > number + 1 else ""
                return _plain_rows(path.name, names, body, number + 2, separator) or _rows(
                    path.name, names, body.split("\n"), number + 2, separator
                )
    raise _no_header(path.name, top[0][0] + 1 if top else 1, [top[0][1]] if top else ["(empty file)"])


def _decoded(content: bytes, name: str) -> str:
    """Text in UTF-8, UTF-16 with its mark, or the Chinese encodings, of which GB18030 is the widest."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused(
        Problem(name, 0, "(file)", repr(content[:20]), "is neither UTF-8 nor GB18030 text, Excel nor Parquet; save it as one of these")
    )


def _plain_rows(file: str, header: tuple[str, ...], body: str, first_line: int, separator: str) -> Cells | None:
    """The rows where there is nothing to leave out or complain of, as in most files: in one go. Else None."""
    if not body or '"' in body:
        return None
    last = body[body.rfind("\n") + 1 :]
    try:
        columns = _columns(body, len(header), separator)
    except pa.ArrowInvalid:  # a row of another width
        return None
    if len(columns[0]) != body.count("\n") + 1 or not last[:1].isdigit() or pc.any(pc.equal(columns[0], "")).as_py():
        return None
    return Cells(file, header, columns, np.arange(first_line, first_line + len(columns[0])))


def _rows(file: str, header: tuple[str, ...], lines: list[str], first_line: int, separator: str) -> Cells:
    """The rows below the header. Blank lines and a remark at the end are left out; rows of another width are problems."""
    quoted = any('"' in line for line in lines)
    numbered = _quoted_rows(lines, first_line, separator) if quoted else None
    blank = " \t\u3000" + separator
    if numbered is None:
        kept = [(n, line) for n, line in enumerate(lines, first_line) if line.strip(blank)]
        widths = [line.count(separator) + 1 for _, line in kept]
    else:
        kept = [(n, separator.join(cells)) for n, cells in numbered]
        widths = [len(cells) for _, cells in numbered]
    cells = Cells(file, header, [], np.empty(0, np.int64))
    while kept and not kept[-1][1].strip(blank)[:1].isdigit() and separator not in kept[-1][1].strip(blank):
        cells.notes.append(f"line {kept[-1][0]} left out: {kept[-1][1].strip(blank)[:60]}")
        kept.pop(), widths.pop()
    # Some exports end every row, and not the header, with a separator.
    extra = 1 if widths and all(w == len(header) + 1 for w in widths) and all(line.endswith(separator) for _, line in kept) else 0
    width = len(header) + extra
    good = [i for i, w in enumerate(widths) if w == width]
    if len(good) < len(kept):
        for (n, line), w in zip(kept, widths, strict=True):
            if w != width:
                remedy = f"has {w} cells, the header has {len(header)}; check separators and quotes"
                cells.problems.append(Problem(file, n, "(row)", line[:80], remedy))
    cells.lines = np.array([kept[i][0] for i in good], dtype=np.int64)
    if numbered is not None:
        by_column = list(zip(*(numbered[i][1] for i in good), strict=True)) if good else [()] * width
        cells.columns = [pa.array(column, pa.string()) for column in by_column][: len(header)]
    else:
        cells.columns = _columns("\n".join(kept[i][1] for i in good), width, separator)[: len(header)]
    return cells


def _quoted_rows(lines: list[str], first_line: int, separator: str) -> list[tuple[int, list[str]]]:
    """(line, cells) where cells may be quoted, and even hold line breaks."""
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=separator)
    rows, start = [], 0
    for cells in reader:
        if any(cell.strip() for cell in cells):
            rows.append((first_line + start, cells))
        start = reader.line_num
    return rows


def _columns(text: str, width: int, separator: str) -> list[pa.Array]:
    if not text:
        return [pa.array([], pa.string())] * width
    if not separator.isascii():  # the reader wants one byte
        text, separator = text.replace(separator, ","), ","
    names = [str(i) for i in range(width)]
    table = pacsv.read_csv(
        pa.BufferReader(text.encode()),
        read_options=pacsv.ReadOptions(column_names=names, block_size=8 << 20),
        parse_options=pacsv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=True),
        convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )
    return [column.combine_chunks() for column in table.columns]


# Excel and Parquet -----------------------------------------------------------------------------------------


def _workbook(path: Path, is_header: Header, sheet: str | None) -> Cells:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        if sheet is not None and sheet not in book.sheet_names:
            raise FileRefused(
                Problem(path.name, 0, "(sheet)", sheet, f"is no sheet of this workbook; it has {', '.join(book.sheet_names)}")
            )
        first: list[str] = []
        for name in [sheet] if sheet is not None else book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for number, row in enumerate(rows[:_HEADER_WITHIN]):
                cells = [_shown(cell) for cell in row]
                first = first or [c for c in cells if c]
                if is_header(cells):
                    return _sheet_rows(path.name, tuple(c.strip() for c in cells), rows[number + 1 :], number + 2, book.sheet_names, name)
    except CalamineError as error:
        raise FileRefused(Problem(path.name, 0, "(file)", "", f"is no readable Excel workbook: {error}")) from error
    raise _no_header(path.name, 1, first)


def _sheet_rows(file: str, header: tuple[str, ...], rows: list[list[Any]], first_line: int, sheets: list[str], sheet: str) -> Cells:
    kept = [(n, row) for n, row in enumerate(rows, first_line) if any(c not in ("", None) for c in row)]
    cells = Cells(file, header, [], np.empty(0, np.int64))
    if len(sheets) > 1:
        cells.notes.append(f"sheet {sheet!r} read, of {', '.join(sheets)}; --sheet takes another")
    while kept and _is_remark(kept[-1][1]):
        cells.notes.append(f"line {kept[-1][0]} left out: {kept[-1][1][0][:60]}")
        kept.pop()
    cells.lines = np.array([n for n, _ in kept], dtype=np.int64)
    by_column = zip(*(row for _, row in kept), strict=True) if kept else [()] * len(header)
    cells.columns = [pa.array([_shown(cell) for cell in column], pa.string()) for column in by_column]
    return cells


def _is_remark(row: list[Any]) -> bool:
    filled = [c for c in row if c not in ("", None)]
    return len(filled) == 1 and isinstance(filled[0], str) and filled[0] == row[0] and not filled[0].strip()[:1].isdigit()


def _shown(cell: Any) -> str:
    """A cell as text that loses nothing: the day of a date without a time, a whole number without its point."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _parquet(path: Path, is_header: Header) -> Cells:
    try:
        table = pq.read_table(path)
    except pa.ArrowException as error:
        raise FileRefused(Problem(path.name, 0, "(file)", "", f"is no readable Parquet file: {error}")) from error
    return cells_of(table, path.name, is_header)


def cells_of(table: pa.Table, file: str, is_header: Header) -> Cells:
    """A table of any types as text; a row's line is its number. Raises FileRefused."""
    if not is_header(table.column_names):
        raise _no_header(file, 0, table.column_names)
    columns = []
    for column in table.columns:
        try:
            text = column.cast(pa.string())
        except pa.ArrowException:  # a list or the like; it can only be a column that nobody asks for
            text = pa.chunked_array([pa.array([str(v) for v in column.to_pylist()], pa.string())])
        columns.append(text.combine_chunks().fill_null(""))
    return Cells(file, tuple(table.column_names), columns, np.arange(1, table.num_rows + 1))
