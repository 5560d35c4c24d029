"""The shipped tables hold what the records say, and opening them is calm when they cannot be read."""

from __future__ import annotations

import csv
import json
import os
import shutil
import threading
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data import periods
from data.build import RECORDS_DIR, TABLES_DIR, build_tables
from data.catalog import TABLE_NAMES, dictionary
from data.filters import CHOSEN_SECTORS, DATED_TABLES
from data.tables import Tables, TableUnreadable, open_tables

#: Rows that were collected; what is not in the tables is accounted for in data/README.md.
COLLECTED = {"opinions": 229, "funding_rounds": 125, "index_moves": 193, "events": 107, "models": 40, "indicators": 115}


def recorded(table: str) -> list[dict[str, str]]:
    with (RECORDS_DIR / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_a_shipped_table_is_what_the_records_give(tables: Tables, table: str) -> None:
    expected = build_tables()[table].to_pandas(date_as_object=False)
    pd.testing.assert_frame_equal(tables.native(table), expected)


@pytest.mark.parametrize(("table", "rows"), COLLECTED.items())
def test_every_collected_row_is_there(tables: Tables, table: str, rows: int) -> None:
    assert len(tables.native(table)) == len(recorded(table)) == rows


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_every_cell_of_the_records_is_in_the_table(tables: Tables, table: str) -> None:
    """Compared as text, so that nothing is rounded, filled, or dropped on the way."""
    described = dictionary().tables[table]
    frame = tables.native(table).set_index(described.key)
    for row in recorded(table):
        for column in described.recorded:
            if column.name == described.key:
                continue
            cell, value = row[column.name], frame.at[row[described.key], column.name]
            if cell == "":
                assert pd.isna(value), (table, row[described.key], column.name)
            elif column.type in ("number", "integer"):
                assert float(value) == float(cell)
            elif column.type == "boolean":
                assert bool(value) == (cell == "true")
            elif column.type == "day":
                assert value.date().isoformat() == cell
            else:
                assert value == cell


@pytest.mark.parametrize("table", DATED_TABLES)
def test_a_date_is_kept_as_its_whole_period(tables: Tables, table: str) -> None:
    how = dictionary().tables[table].date or {}
    for row in tables.native(table).to_dict("records"):
        if "start" in how:
            start, end = row[how["start"]].date(), row[how["end"]].date()
        elif pd.isna(row[how["column"]]):
            assert pd.isna(row["date_start"])
            assert pd.isna(row["date_end"])
            assert pd.isna(row["date_mid"])
            continue
        else:
            printed = row[how["column"]]
            start, end = periods.bounds(printed if isinstance(printed, str) else printed.date().isoformat())
        assert (row["date_start"].date(), row["date_end"].date()) == (start, end)
        assert row["date_mid"].date() == periods.middle(start, end)


@pytest.mark.parametrize("table", [t for t in DATED_TABLES if t != "models"])
def test_membership_says_what_the_list_of_sectors_says(tables: Tables, table: str) -> None:
    frame = tables.native(table)
    for sector in (*CHOSEN_SECTORS, "cross"):
        assert frame[f"in_{sector}"].tolist() == [sector in cell.split(";") for cell in frame["sectors"]]
    assert frame[[f"in_{s}" for s in (*CHOSEN_SECTORS, "cross")]].any(axis=1).all(), "a row without a sector"


def test_every_row_leads_to_a_document(tables: Tables) -> None:
    known = set(tables.native("sources")["source_id"])
    for table in DATED_TABLES:
        for cell in tables.native(table)["source_ids"]:
            assert cell
            assert set(cell.split(";")) <= known


def test_names_are_those_of_the_entities(tables: Tables) -> None:
    names = tables.native("entities").set_index("entity_id")
    for row in tables.native("funding_rounds").to_dict("records"):
        assert row["company_en"] == names.at[row["company_id"], "name_en"]
        if not pd.isna(row["investor_ids"]):
            assert row["investors_en"].count(";") == row["investor_ids"].count(";"), "one name for each investor"


def test_unknown_money_is_empty_and_never_0(tables: Tables) -> None:
    rounds = tables.native("funding_rounds")
    undisclosed = rounds[rounds["amount_qualifier"] == "undisclosed"]
    assert len(undisclosed)
    assert undisclosed["amount_usd_m"].isna().all()
    assert (rounds["amount_usd_m"].dropna() > 0).all()


def test_the_two_sourced_levels_of_the_concept_index(tables: Tables) -> None:
    moves = tables.native("index_moves")
    levels = moves[(moves["series_id"] == "ths-sora-concept") & (moves["unit"] == "points")].sort_values("date")
    assert levels["value"].tolist() == [1247.3, 1822.66]
    assert [d.date() for d in levels["date"]] == [date(2024, 2, 20), date(2024, 3, 22)]


# Opening -----------------------------------------------------------------------------------------


def test_the_tables_are_opened_once(tables: Tables) -> None:
    assert open_tables() is open_tables()
    assert open_tables().native("events") is open_tables().native("events")
    assert tables.version == json.loads((TABLES_DIR / "manifest.json").read_text())["data_version"]
    assert tables.data_as_of == tables.version[:10]
    date.fromisoformat(tables.data_as_of)


def test_a_table_is_read_once_by_many_threads() -> None:
    reads: list[str] = []
    slow = Tables(Path("x"), "2026-01-01-0", lambda name: reads.append(name) or pd.DataFrame({"a": [1]}))  # type: ignore[func-returns-value]
    threads = [threading.Thread(target=slow.native, args=("events",)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reads == ["events"]


def test_a_rebuilt_folder_is_picked_up_without_a_restart(broken_tables: Path) -> None:
    before = open_tables()
    manifest = broken_tables / "manifest.json"
    manifest.write_text(manifest.read_text().replace(before.version, "2027-01-01-ffffffff"))
    os.utime(manifest, ns=(1, manifest.stat().st_mtime_ns + 1_000_000))
    after = open_tables()
    assert after is not before
    assert (after.version, after.data_as_of) == ("2027-01-01-ffffffff", "2027-01-01")


def test_another_folder_is_another_set_of_tables(broken_tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_tables().folder == broken_tables
    monkeypatch.delenv("REELSHIFT_TABLES")
    assert open_tables().folder == TABLES_DIR


@pytest.mark.parametrize("content", [b"", b"not Parquet", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_an_unreadable_table_says_which(broken_tables: Path, content: bytes) -> None:
    (broken_tables / "events.parquet").write_bytes(content)
    opened = open_tables()
    with pytest.raises(TableUnreadable, match=r"table 'events' cannot be read from .*events\.parquet") as raised:
        opened.frame("events")
    assert raised.value.table == "events"
    assert raised.value.__cause__ is not None
    assert len(opened.native("models")) == 40


def test_a_table_that_comes_back_is_read_again(broken_tables: Path) -> None:
    path = broken_tables / "events.parquet"
    kept = path.read_bytes()
    path.unlink()
    opened = open_tables()
    with pytest.raises(TableUnreadable):
        opened.native("events")
    path.write_bytes(kept)
    assert len(opened.native("events")) == 107


@pytest.mark.parametrize("content", [None, "", "{", "{}", "[]", "3"])
def test_an_unreadable_manifest_says_so(broken_tables: Path, content: str | None) -> None:
    path = broken_tables / "manifest.json"
    if content is None:
        shutil.rmtree(broken_tables)
    else:
        path.write_text(content)
        os.utime(path, ns=(1, path.stat().st_mtime_ns + 1_000_000))
    with pytest.raises(TableUnreadable) as raised:
        open_tables()
    assert raised.value.table == "manifest"
