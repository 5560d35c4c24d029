"""Records to tables: `python -m data.build`, and `python -m data.build --check`.

- reads `data/records/*.csv` as text, checks all of it, and lists every problem at once;
- fills the derived columns (names by id, first/last/middle day of a period, sector membership, what
  rows of another table say of a row);
- writes `data/tables/*.parquet` sorted, with the dictionary in the field metadata, and
  `data/tables/manifest.json` with row counts, hashes and the data version;
- the same records give the same bytes. Tables are written beside the old ones and swapped in.

Exit codes: 0 done, 1 problems in the records or (with --check) stale tables, 2 wrong use.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data import periods
from data.catalog import DICTIONARY_DIR, LIST_SEPARATOR, TABLE_NAMES, Column, Dictionary, Table, dictionary
from data.checks import Files, Problem, Record, RecordFile, find_problems, split
from data.searching import by_pinyin, searchable

HERE = Path(__file__).parent
RECORDS_DIR = HERE / "records"
TABLES_DIR = HERE / "tables"


class DataProblem(Exception):
    """The records cannot become tables; `problems` says why, all of it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problem(s) in the records")
        self.problems = problems


def read_records(folder: Path) -> tuple[Files, list[Problem]]:
    """Read every record file as text. A file that cannot be read is a problem, not an exception."""
    files: Files = {}
    problems: list[Problem] = []
    for name in TABLE_NAMES:
        path = folder / f"{name}.csv"
        try:
            rows = list(_read_csv(path))
        except FileNotFoundError:
            problems.append(Problem(path.name, 0, "(file)", "", f"is missing; put it into {folder}"))
            continue
        except UnicodeDecodeError as error:
            problems.append(Problem(path.name, 0, "(file)", str(error), "is not UTF-8; save it as UTF-8"))
            continue
        except csv.Error as error:
            problems.append(Problem(path.name, 0, "(file)", str(error), "is not CSV; look for a quote that is never closed"))
            continue
        header = tuple(rows[0][1]) if rows else ()
        records, lines = [], []
        for line, cells in rows[1:]:
            if len(cells) != len(header):
                problems.append(
                    Problem(
                        path.name,
                        line,
                        "(row)",
                        ",".join(cells)[:80],
                        f"has {len(cells)} cells, the header has {len(header)}; check quotes and commas",
                    )
                )
                continue
            records.append(dict(zip(header, cells, strict=True)))
            lines.append(line)
        files[name] = RecordFile(path.name, header, records, lines)
    return files, problems


def _read_csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line number where the row starts, cells) of every row that is not blank."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=False)
        start = 1
        for cells in reader:
            if cells:
                yield start, cells
            start = reader.line_num + 1


def build_tables(records: Path = RECORDS_DIR, words: Dictionary | None = None) -> dict[str, pa.Table]:
    """Check the records and make every table of them.

    Raises DataProblem with every problem found.
    """
    words = words or dictionary()
    files, problems = read_records(records)
    if len(files) == len(TABLE_NAMES):
        problems += find_problems(files, words)
    if problems:
        raise DataProblem(sorted(problems))
    version = data_version(files)
    return {name: _arrow_table(words.tables[name], files, words, version) for name in TABLE_NAMES}


def data_version(files: Files) -> str:
    """`2026-11-22-1a2b3c4d`: the newest day on which a document was read, and a hash.

    The hash is of the dictionary and of every record, in whatever order the records stand.
    """
    digest = hashlib.sha256()
    for path in sorted(DICTIONARY_DIR.glob("*.yaml")):  # its words and rules are part of what readers take away
        digest.update(path.read_bytes())
    for name in sorted(files):
        file = files[name]
        digest.update(json.dumps([name, file.header, sorted(list(r.values()) for r in file.rows)], ensure_ascii=False).encode())
    newest = max(row["accessed"] for row in files["sources"].rows)
    return f"{newest}-{digest.hexdigest()[:8]}"


def _arrow_table(table: Table, files: Files, words: Dictionary, version: str) -> pa.Table:
    rows = Build(files, words).rows(table)
    rows.sort(key=lambda row: [(row[c] is None, row[c]) for c in table.sort])
    schema = table.arrow_schema().with_metadata(
        {
            "table": table.name,
            "title_en": table.title.en,
            "title_zh": table.title.zh,
            "row_en": table.row.en,
            "row_zh": table.row.zh,
            "data_version": version,
        }
    )
    return pa.Table.from_pylist(rows, schema=schema)


@dataclass(frozen=True)
class Build:
    """The records, and the dictionary that says how their derived columns are filled."""

    files: Files
    words: Dictionary

    @cached_property
    def index(self) -> dict[str, dict[str, Record]]:
        """Every record by table and key."""
        return {name: {row[self.words.tables[name].key]: row for row in file.rows} for name, file in self.files.items()}

    @cached_property
    def _pointing(self) -> dict[tuple[str, str], dict[str, list[dict[str, Any]]]]:
        return {}

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """The rows of a table with every column, in the order of the records."""
        return [_typed(row, table) | _derived(row, table, self) for row in self.files[table.name].rows]

    def pointing(self, name: str, by: str, key: str) -> list[dict[str, Any]]:
        """The rows of another table whose column `by` holds this key, in the order of their own keys."""
        if (name, by) not in self._pointing:
            table = self.words.tables[name]
            found: dict[str, list[dict[str, Any]]] = {}
            for row in sorted(self.rows(table), key=lambda row: str(row[table.key])):
                found.setdefault(row[by], []).append(row)
            self._pointing[name, by] = found
        return self._pointing[name, by].get(key, [])


def _typed(row: Record, table: Table) -> dict[str, Any]:
    return {c.name: _value(row[c.name], c) for c in table.recorded}


def _value(cell: str, column: Column) -> Any:
    if cell == "":
        return None
    if column.type == "number":
        return float(cell)
    if column.type == "integer":
        return int(cell)
    if column.type == "boolean":
        return cell == "true"
    if column.type == "day":
        return date.fromisoformat(cell)
    return LIST_SEPARATOR.join(split(cell)) if column.is_list else cell


def _derived(row: Record, table: Table, build: Build) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    period = _period(row, table)
    for column in table.derived:
        how = column.derived or {}
        named = row | {k: v or "" for k, v in filled.items() if isinstance(v, str) or v is None}
        if "period" in how:
            filled[column.name] = period[how["period"]] if period else None
        elif "search" in how:
            filled[column.name] = searchable("\n".join(named[c] for c in split(how["search"])))
        elif "pinyin" in how:
            filled[column.name] = by_pinyin(next(filter(None, (named[c] for c in split(how["pinyin"])))))
        elif "group" in how:
            filled[column.name] = build.words.groups[table.by_name[how["group"]].codes or ""].get(row[how["group"]])
        elif "member" in how:
            filled[column.name] = how["value"] in split(row[how["member"]])
        elif "phrase" in how:
            filled[column.name] = how["phrase"].format_map(_in_words(named, table, build.words, how["lang"]))
        elif "count" in how:
            filled[column.name] = len(build.pointing(how["count"], how["by"], row[table.key]))
        elif "collect" in how:
            found = build.pointing(how["collect"], how["by"], row[table.key])
            filled[column.name] = how["separator"].join(r[how["column"]] for r in found) or None
        else:
            wanted = how["column"] if "column" in how else row[how["column_of"]]
            filled[column.name] = _looked_up(named, table.by_name[how["lookup"]], wanted, build.index)
    return filled


def _in_words(row: Record, table: Table, words: Dictionary, lang: str) -> Record:
    """A row's cells, single codes in the words of one language."""
    coded = {c.name: c.codes for c in table.columns if c.type == "code" and c.codes}
    return {name: words.label(coded[name], cell, lang) if name in coded else cell for name, cell in row.items()}


def _period(row: Record, table: Table) -> dict[str, date] | None:
    how = table.date or {}
    if "start" in how:
        start, end = date.fromisoformat(row[how["start"]]), date.fromisoformat(row[how["end"]])
    elif how and row[how["column"]]:
        start, end = periods.bounds(row[how["column"]])
    else:
        return None
    return {"start": start, "end": end, "mid": periods.middle(start, end)}


def _looked_up(row: Record, via: Column, wanted: str, index: dict[str, dict[str, Record]]) -> str | None:
    """The column `wanted` of what `via` refers to, one item for each id."""
    assert via.references is not None
    found = [index[via.references][key][wanted] for key in split(row[via.name])]
    if not via.is_list:
        return found[0] or None if found else None
    return LIST_SEPARATOR.join(name.replace(LIST_SEPARATOR, ",") for name in found) if any(found) else None


def write_tables(tables: dict[str, pa.Table], folder: Path = TABLES_DIR) -> None:
    """Write all tables beside `folder`, then swap them in, so that a reader sees old or new, never half."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, table in tables.items():
            pq.write_table(table, beside / f"{name}.parquet", compression="zstd", version="2.6", store_schema=True)
        (beside / "manifest.json").write_text(json.dumps(manifest(tables, beside), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.chmod(0o755)
        _swap(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _swap(beside: Path, folder: Path) -> None:
    old = folder.with_name(f".{folder.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    try:
        beside.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def manifest(tables: dict[str, pa.Table], folder: Path) -> dict[str, Any]:
    """The data version, and for every table its rows and the hash of its file."""
    version = next(iter(tables.values())).schema.metadata[b"data_version"].decode()
    return {
        "data_version": version,
        "tables": {
            name: {"rows": table.num_rows, "sha256": hashlib.sha256((folder / f"{name}.parquet").read_bytes()).hexdigest()}
            for name, table in tables.items()
        },
    }


def stale_tables(tables: dict[str, pa.Table], folder: Path = TABLES_DIR) -> list[str]:
    """Names of the tables in `folder` that are not what the records give."""
    return [name for name, table in tables.items() if not _same(table, folder / f"{name}.parquet")]


def _same(table: pa.Table, path: Path) -> bool:
    try:
        return table.equals(pq.read_table(path), check_metadata=True)
    except (OSError, pa.ArrowInvalid):
        return False


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m data.build", description="Make data/tables from data/records.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the tables are not what the records give")
    parser.add_argument("--records", type=Path, default=RECORDS_DIR)
    parser.add_argument("--tables", type=Path, default=TABLES_DIR)
    options = parser.parse_args(arguments)
    try:
        tables = build_tables(options.records)
    except DataProblem as refused:
        for problem in refused.problems:
            print(problem, file=sys.stderr)
        print(f"{len(refused.problems)} problem(s); the tables in {options.tables} stay as they were.", file=sys.stderr)
        return 1
    if options.check:
        stale = stale_tables(tables, options.tables)
        if stale:
            print(f"not what the records give: {', '.join(stale)}; run python -m data.build", file=sys.stderr)
        return 1 if stale else 0
    write_tables(tables, options.tables)
    version = next(iter(tables.values())).schema.metadata[b"data_version"].decode()
    print(f"{sum(t.num_rows for t in tables.values())} rows in {len(tables)} tables, data version {version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
