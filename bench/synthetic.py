"""Larger tables for measuring, made by drawing shipped rows again under new ids.

What is made here is synthetic: it says nothing of the world, lives in a temporary folder for the length
of one run, and says `synthetic` in its data version, in its ids and in the metadata of its files.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.build import TABLES_DIR, write_tables
from data.catalog import TABLE_NAMES, dictionary

#: Rows of the enlarged tables; the others stay as they are. S is what ships.
SCALES: dict[str, dict[str, int]] = {
    "S": {},
    "M": {"opinions": 100_000, "funding_rounds": 50_000, "index_moves": 20_000},
}


@contextmanager
def tables_of(scale: str) -> Iterator[Path]:
    """A folder of tables of that scale: the shipped one, or a synthetic one that is removed at the end."""
    if not SCALES[scale]:
        yield TABLES_DIR
        return
    folder = Path(tempfile.mkdtemp(prefix="reelshift-synthetic-"))
    try:
        write_tables({name: _table(name, scale) for name in TABLE_NAMES}, folder / "tables")
        yield folder / "tables"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _table(name: str, scale: str) -> pa.Table:
    table = pq.read_table(TABLES_DIR / f"{name}.parquet")
    metadata: dict[bytes, bytes] = table.schema.metadata
    day = metadata[b"data_version"].decode()[:10]
    if name in SCALES[scale]:
        table = _enlarged(table, name, SCALES[scale][name])
    label = {b"data_version": f"{day}-synthetic-{scale}".encode(), b"synthetic": b"shipped rows drawn again for a benchmark"}
    return table.replace_schema_metadata(metadata | label)


def _enlarged(table: pa.Table, name: str, rows: int) -> pa.Table:
    """Rows drawn with replacement (always the same ones), each under its own id, in the table's order."""
    described = dictionary().tables[name]
    drawn = table.take(pa.array(np.random.default_rng(20_261_122).integers(table.num_rows, size=rows)))
    place = drawn.schema.get_field_index(described.key)
    ids = pc.binary_join_element_wise("synthetic", pa.array([f"{i:07d}" for i in range(rows)]), "-")
    drawn = drawn.set_column(place, drawn.schema.field(place), ids)
    return drawn.sort_by([(column, "ascending") for column in described.sort])
