"""The store of kept versions: `data/history/<version>.json`, and each table as Parquet under the hash of its content.

A table that did not change is kept once, however many versions hold it: what is stored carries no dictionary
and no version, which would make every file another one. When the objects outgrow BUDGET_BYTES those of the oldest
versions go; their manifests stay, so that it can always be said what has changed since.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data.catalog import LIST_SEPARATOR, Column, Table, dictionary
from data.searching import searchable
from data.tables import Tables, open_tables

if TYPE_CHECKING:
    from data.versions.differences import Change

HISTORY_DIR = Path(__file__).parent.parent / "history"
#: Keep versions elsewhere (a deployment's own, a test's).
HISTORY_VARIABLE = "REELSHIFT_HISTORY"
BUDGET_BYTES = 8_000_000


class VersionNotKept(Exception):
    """The tables of a version cannot be opened. `kept` names those that can."""

    def __init__(self, version: str, kept: list[str]) -> None:
        super().__init__(f"data version {version!r} is not kept")
        self.version, self.kept = version, kept


@dataclass(frozen=True)
class Manifest:
    """One kept version: when and why it was kept, its tables by content, what it has otherwise than the one before."""

    version: str
    kept_on: str
    why_en: str
    why_zh: str
    tables: dict[str, dict[str, Any]] = field(hash=False)
    changes: tuple[Change, ...] = ()
    columns_added: dict[str, list[str]] = field(default_factory=dict, hash=False)
    reasons: dict[str, dict[str, str]] = field(default_factory=dict, hash=False)

    def why(self, lang: str) -> str:
        return self.why_zh if lang == "zh" else self.why_en


def history() -> Path:
    return Path(os.environ.get(HISTORY_VARIABLE, HISTORY_DIR))


def manifests(folder: Path | None = None) -> list[Manifest]:
    """Every kept version, oldest first."""
    folder = folder or history()
    stamps = tuple((p.name, p.stat().st_mtime_ns) for p in sorted(folder.glob("*.json"))) if folder.is_dir() else ()
    return list(_manifests(folder, stamps))


@lru_cache(maxsize=8)
def _manifests(folder: Path, stamps: tuple[tuple[str, int], ...]) -> tuple[Manifest, ...]:
    from data.versions.differences import Change

    found = []
    for name, _ in stamps:
        raw = json.loads((folder / name).read_text(encoding="utf-8"))
        changes = tuple(Change(c["table"], c["key"], c["kind"], tuple(map(tuple, c.get("cells", ())))) for c in raw["changes"])
        found.append(
            (
                raw["number"],
                Manifest(
                    **{k: raw[k] for k in ("version", "kept_on", "why_en", "why_zh", "tables", "columns_added", "reasons")}, changes=changes
                ),
            )
        )
    return tuple(manifest for _, manifest in sorted(found, key=lambda pair: pair[0]))


def object_path(folder: Path, name: str) -> Path:
    return folder / "objects" / f"{name}.parquet"


def stored(table: pa.Table) -> bytes:
    """A table as it is kept: the same rows give the same bytes."""
    bare = pa.table(
        {f.name: table.column(f.name) for f in table.schema}, schema=pa.schema([pa.field(f.name, f.type) for f in table.schema])
    )
    out = io.BytesIO()
    pq.write_table(bare, out, compression="zstd", compression_level=19)
    return out.getvalue()


def content_name(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


# Opening ----------------------------------------------------------------------------------------


def tables_at(version: str) -> Tables:
    """The tables of a version, in the columns of today's dictionary (`Tables.not_yet` names those that it did not have);
    the present ones for '' or their own version.

    Raises VersionNotKept, TableUnreadable. Loaded levels have no versions: they are those of today.
    """
    now = open_tables()
    if version in ("", now.version):
        return now
    known = manifests()
    kept = [m.version for m in known if all(object_path(history(), t["object"]).exists() for t in m.tables.values())]
    if version not in kept:
        raise VersionNotKept(version, [*kept, *([now.version] if now.version not in kept else [])])
    return _opened(version, now, history())


@lru_cache(maxsize=4)
def _opened(version: str, now: Tables, folder: Path) -> Tables:
    manifest = next(m for m in manifests(folder) if m.version == version)
    kept = Kept(manifest, folder)
    return Tables(now.folder, version, lambda name: kept.aligned(name, now), now.levels, kept.not_yet())


@dataclass(frozen=True)
class Kept:
    """The tables of one kept version as they lie in the store, read as today's charts want them."""

    manifest: Manifest
    folder: Path

    def not_yet(self) -> dict[str, tuple[str, ...]]:
        """By table, the columns of today's dictionary that the version knows nothing for: they are empty."""
        found = {}
        for name, table in dictionary().tables.items():
            has = self._columns(name)
            unknown = tuple(c.name for c in table.columns if c.name not in has and self._derived(c, table) is None)
            if unknown:
                found[name] = unknown
        return found

    def aligned(self, name: str, now: Tables) -> pd.DataFrame:
        """A table as it was, in today's columns: what can be worked out from the version's own values is, the rest is empty."""
        today = now.native(name)
        if name not in self.manifest.tables:
            return today.iloc[:0]
        then, table = self._read(name), dictionary().tables[name]
        for column in table.columns:
            if column.name not in then.columns:
                derive = self._derived(column, table)
                then[column.name] = derive(then) if derive else None
        return then[list(today.columns)].astype({c: _that_may_be_empty(then[c], dtype) for c, dtype in today.dtypes.items()})

    def _derived(self, column: Column, table: Table) -> Callable[[pd.DataFrame], Any] | None:
        """How a column follows from others that the version has, by today's rules; None where it does not."""
        how, has = column.derived or {}, self._columns(table.name)
        if "search" in how and has.issuperset(parts := how["search"].split(LIST_SEPARATOR)):
            return lambda rows: rows[parts].fillna("").agg("\n".join, axis=1).map(searchable)
        if "group" in how and how["group"] in has:
            return lambda rows: rows[how["group"]].map(dictionary().groups[table.by_name[how["group"]].codes or ""])
        if "lookup" in how and "column" in how and how["lookup"] in has:
            via = table.by_name[how["lookup"]]
            pointed = via.references or ""
            if not via.is_list and how["column"] in self._columns(pointed):
                return lambda rows: rows[via.name].map(self._read(pointed).set_index(dictionary().tables[pointed].key)[how["column"]])
        return None

    def _path(self, name: str) -> Path:
        return object_path(self.folder, self.manifest.tables[name]["object"])

    def _columns(self, name: str) -> set[str]:
        return set(pq.read_schema(self._path(name)).names) if name in self.manifest.tables else set()

    def _read(self, name: str) -> pd.DataFrame:
        return pq.read_table(self._path(name)).to_pandas(date_as_object=False)


def _that_may_be_empty(values: pd.Series[Any], dtype: Any) -> Any:
    """Today's type, or one that holds what is not known: a number of decimals for a whole one, `boolean` for yes and no."""
    if not values.isna().any() or dtype.kind not in "bi":
        return dtype
    return "boolean" if dtype.kind == "b" else "float64"
