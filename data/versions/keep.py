"""Keeping the present version: its tables by content, its differences, its reasons; old objects dropped under the budget."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from data.build import TABLES_DIR
from data.catalog import TABLE_NAMES
from data.versions.differences import differences
from data.versions.store import BUDGET_BYTES, Manifest, content_name, manifests, object_path, stored


def keep(
    why_en: str,
    why_zh: str,
    *,
    tables_dir: Path = TABLES_DIR,
    folder: Path,
    kept_on: str = "",
    reasons: dict[str, dict[str, str]] | None = None,
    replace: bool = False,
    budget: int = BUDGET_BYTES,
) -> tuple[Path, list[str]]:
    """Keep the tables of a folder as a version. Gives its manifest and the objects that the budget cost.

    `reasons` are given by `table/key`: {en, zh}. A version that is kept already keeps its number; `replace` puts
    the new one in the place of the newest.
    """
    version = str(json.loads((tables_dir / "manifest.json").read_text(encoding="utf-8"))["data_version"])
    known = [m for m in manifests(folder) if m.version != version]
    if replace and known:
        (folder / f"{known[-1].version}.json").unlink()
        known = known[:-1]
    (folder / "objects").mkdir(parents=True, exist_ok=True)
    tables, frames = {}, {}
    for name in TABLE_NAMES:
        path = tables_dir / f"{name}.parquet"
        if not path.exists():  # a version from before this table
            continue
        table = pq.read_table(path)
        body = stored(table)
        tables[name] = {"object": content_name(body), "rows": table.num_rows}
        _written(object_path(folder, tables[name]["object"]), body)
        frames[name] = table.to_pandas(date_as_object=False)
    before = known[-1] if known else None
    changes, gained = _against(before, frames, folder)
    raw = {
        "number": len(known) + 1,
        "version": version,
        "kept_on": kept_on or datetime.now(UTC).date().isoformat(),
        "why_en": why_en,
        "why_zh": why_zh,
        "tables": tables,
        "columns_added": gained,
        "changes": changes,
        "reasons": reasons or {},
    }
    path = folder / f"{version}.json"
    _written(path, (json.dumps(raw, ensure_ascii=False, indent=1) + "\n").encode())
    return path, pruned(folder, budget)


def _against(before: Manifest | None, frames: dict[str, Any], folder: Path) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    changes: list[dict[str, Any]] = []
    gained: dict[str, list[str]] = {}
    if before is None:
        return changes, gained
    for name, frame in frames.items():
        kept = before.tables.get(name)
        then = pq.read_table(object_path(folder, kept["object"])).to_pandas(date_as_object=False) if kept else frame.iloc[:0]
        found = differences(name, then, frame)
        changes += [
            {"table": c.table, "key": c.key, "kind": c.kind} | ({"cells": [list(x) for x in c.cells]} if c.cells else {})
            for c in found.changes
        ]
        if found.columns_added:
            gained[name] = list(found.columns_added)
    return changes, gained


def pruned(folder: Path, budget: int = BUDGET_BYTES) -> list[str]:
    """Drop the objects that no manifest names, then those of the oldest versions until the rest is within the budget."""
    known = manifests(folder)
    users = {
        p: [n for n, m in enumerate(known) if any(t["object"] == p.stem for t in m.tables.values())]
        for p in (folder / "objects").glob("*.parquet")
    }
    dropped = [p for p, by in users.items() if not by]
    left = {p: by for p, by in users.items() if by}
    size = sum(p.stat().st_size for p in left)
    for oldest in range(len(known) - 1):  # the newest is always kept
        if size <= budget:
            break
        for path in [p for p, by in left.items() if max(by) == oldest]:
            size -= path.stat().st_size
            dropped.append(path)
            del left[path]
    for path in dropped:
        path.unlink()
    return sorted(p.name for p in dropped)


def _written(path: Path, body: bytes) -> None:
    """Write beside, then swap in."""
    if path.exists() and path.read_bytes() == body:
        return
    beside = path.with_suffix(".new")
    beside.write_bytes(body)
    os.replace(beside, path)
