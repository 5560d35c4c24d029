"""Opening the tables: once per process, read-only, shared by every reader.

`open_tables()` looks at the time stamps of two manifests (that of the tables, that of loaded levels), so
rebuilt tables and newly loaded levels are picked up without a restart, and gives the same object until
then. Frames come as Narwhals lazy frames over pandas; frame functions see no engine.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd
import pyarrow.parquet as pq

from data.build import TABLES_DIR
from data.loaded import NOTHING_LOADED, Loaded, loaded_now

#: Read another folder of tables (a deployment's own, a test's broken one).
TABLES_VARIABLE = "REELSHIFT_TABLES"


class TableUnreadable(Exception):
    """A table cannot be read. `table` names it; the cause is chained."""

    def __init__(self, table: str, path: Path) -> None:
        super().__init__(f"table {table!r} cannot be read from {path}")
        self.table = table


class Tables:
    """The tables of one data version. Each is read when first asked for, and kept.

    `read` gives the native frame of a table: pandas from Parquet unless a caller brings another
    engine that Narwhals knows (the tests bring DuckDB). `levels` are the daily levels that somebody
    loaded beside the tables; none as shipped. `not_yet` names, by table, the columns that an older version
    did not have: they are empty.
    """

    def __init__(
        self,
        folder: Path,
        version: str,
        read: Callable[[str], Any] | None = None,
        levels: Loaded = NOTHING_LOADED,
        not_yet: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.folder = folder
        self.version = version
        self.levels = levels
        self.not_yet = not_yet or {}
        self.opened_at = datetime.now(UTC)
        self._read = read or self._read_parquet
        self._native: dict[str, Any] = {}
        self._lock = threading.Lock()

    @property
    def data_as_of(self) -> str:
        """The newest day on which a document was read, as ISO date."""
        return self.version[:10]

    def frame(self, name: str) -> nw.LazyFrame[Any]:
        """A table as a lazy frame. Raises TableUnreadable."""
        return nw.from_native(self.native(name)).lazy()

    def native(self, name: str) -> Any:
        """A table in its engine's own form. Shared: never changed in place. Raises TableUnreadable."""
        if name not in self._native:
            with self._lock:
                if name not in self._native:
                    self._native[name] = self._read(name)
        return self._native[name]

    def _read_parquet(self, name: str) -> pd.DataFrame:
        path = self.folder / f"{name}.parquet"
        try:
            return pq.read_table(path, memory_map=True).to_pandas(date_as_object=False)
        except Exception as error:
            raise TableUnreadable(name, path) from error


_opened: tuple[tuple[Path, int, Loaded], Tables] | None = None


def open_tables() -> Tables:
    """The tables as they stand now. Raises TableUnreadable when there is no readable manifest."""
    global _opened
    folder = Path(os.environ.get(TABLES_VARIABLE, TABLES_DIR))
    path = folder / "manifest.json"
    try:
        key = (folder, path.stat().st_mtime_ns, loaded_now())
        if _opened is None or _opened[0] != key:
            _opened = (key, Tables(folder, str(json.loads(path.read_text(encoding="utf-8"))["data_version"]), levels=key[2]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TableUnreadable("manifest", path) from error
    return _opened[1]
