"""What one version of a table has otherwise than another, row by row and cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from data.catalog import TABLE_NAMES, Dictionary, dictionary
from data.tables import Tables
from data.versions.store import Manifest, VersionNotKept, manifests, tables_at

#: A cell: as JSON has it.
Cell = str | float | bool | None


@dataclass(frozen=True)
class Change:
    """One record that was `added`, `changed` or `withdrawn`. `cells` holds (column, then, now) of a changed one."""

    table: str
    key: str
    kind: str
    cells: tuple[tuple[str, Cell, Cell], ...] = ()


@dataclass(frozen=True)
class Differences:
    """All changes of one table, and the columns that it gained and lost."""

    changes: tuple[Change, ...] = ()
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = field(default=())


def differences(table: str, then: pd.DataFrame, now: pd.DataFrame, words: Dictionary | None = None) -> Differences:
    """What `now` has otherwise than `then`. Only what people record is compared: the build derives the rest.

    A column that one of them lacks changes no record; it is named.
    """
    described = (words or dictionary()).tables[table]
    recorded = [c.name for c in described.recorded]
    shared = [c for c in recorded if c in then.columns and c in now.columns]
    old, new = _rows(then, described.key, shared), _rows(now, described.key, shared)
    changes = []
    for key in sorted({*old, *new}):
        if key not in old or key not in new:
            changes.append(Change(table, key, "withdrawn" if key not in new else "added"))
        elif old[key] != new[key]:
            pairs = zip(shared, old[key], new[key], strict=True)
            changes.append(Change(table, key, "changed", tuple((c, a, b) for c, a, b in pairs if a != b)))
    before, after = set(then.columns), set(now.columns)
    described_now = [c.name for c in described.columns]
    return Differences(tuple(changes), tuple(c for c in described_now if c in after - before), tuple(sorted(before - after)))


def _rows(frame: pd.DataFrame, key: str, columns: list[str]) -> dict[str, tuple[Cell, ...]]:
    if key not in frame.columns:
        return {}
    cells = [[_cell(value) for value in frame[name]] for name in columns]
    return dict(zip(frame[key].astype(str), zip(*cells, strict=True), strict=True))


def _cell(value: Any) -> Cell:
    if value is None or value is pd.NaT or value != value:
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, bool) or (hasattr(value, "dtype") and value.dtype == bool):
        return bool(value)
    return str(value) if isinstance(value, str) else float(value)


def changes_since(version: str, now: Tables) -> dict[str, tuple[Change, ...]]:
    """By table, every record of `now` that is otherwise than in `version`: compared where that is kept, else as the log tells it.

    Raises VersionNotKept where the log does not know the version.
    """
    try:
        then = tables_at(version)
        # Columns that it did not have are empty in it: they change no record. A table that it did not have is all added.
        empty = {name: [c for c in then.not_yet.get(name, ()) if c != dictionary().tables[name].key] for name in TABLE_NAMES}
        had = {name: then.native(name).drop(columns=empty[name]) for name in TABLE_NAMES}
        return {name: differences(name, had[name], now.native(name)).changes for name in TABLE_NAMES}
    except VersionNotKept:
        later = _after(version)
    found: dict[str, dict[str, Change]] = {name: {} for name in TABLE_NAMES}
    for manifest in later:
        for change in manifest.changes:
            found[change.table][change.key] = _joined(found[change.table].get(change.key), change)
    return {name: tuple(c for _, c in sorted(by_key.items()) if c is not None) for name, by_key in found.items()}


def _after(version: str) -> list[Manifest]:
    """The manifests behind a version, oldest first. Raises VersionNotKept where it has none."""
    all_of_them = manifests()
    places = [n for n, m in enumerate(all_of_them) if m.version == version]
    if not places:
        raise VersionNotKept(version, [m.version for m in all_of_them])
    return all_of_them[places[0] + 1 :]


def _joined(before: Change | None, after: Change) -> Change:
    """Two changes of one record, one behind the other, as one."""
    if before is None:
        return after
    if before.kind == "added" and after.kind == "changed":
        return before
    if before.kind == "changed" and after.kind == "changed":
        cells = {c: (a, b) for c, a, b in before.cells}
        cells |= {c: (cells[c][0] if c in cells else a, b) for c, a, b in after.cells}
        return Change(after.table, after.key, "changed", tuple((c, a, b) for c, (a, b) in sorted(cells.items()) if a != b))
    return after
