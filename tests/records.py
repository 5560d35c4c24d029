"""A copy of the shipped records that a test may edit, cell by cell."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from data.build import RECORDS_DIR
from data.catalog import dictionary


class Records:
    """The CSV files in a folder of their own. A row is named by its key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(RECORDS_DIR, folder)

    def path(self, table: str) -> Path:
        return self.folder / f"{table}.csv"

    def read(self, table: str) -> tuple[list[str], list[list[str]]]:
        """Header and rows."""
        with self.path(table).open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        return header, rows

    def write(self, table: str, header: list[str], rows: list[list[str]]) -> None:
        with self.path(table).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])

    def edit(self, table: str, key: str, column: str, value: str) -> None:
        """Change one cell."""
        header, rows = self.read(table)
        row = next(r for r in rows if r[header.index(dictionary().tables[table].key)] == key)
        row[header.index(column)] = value
        self.write(table, header, rows)

    def line(self, table: str, key: str) -> int:
        """The line on which the row of that key starts (no shipped cell has a line break before it)."""
        header, rows = self.read(table)
        return 2 + [r[header.index(dictionary().tables[table].key)] for r in rows].index(key)
