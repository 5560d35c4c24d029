"""From records to tables: the same input the same bytes, and a refusal leaves everything as it was."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.build import RECORDS_DIR, TABLES_DIR, main
from data.catalog import TABLE_NAMES, dictionary
from tests.records import Records


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records")


def build(records: Records, tables: Path, *more: str) -> int:
    return main(["--records", str(records.folder), "--tables", str(tables), *more])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def version(folder: Path) -> str:
    return str(json.loads((folder / "manifest.json").read_text())["data_version"])


def test_the_same_records_give_the_same_bytes(records: Records, tmp_path: Path) -> None:
    assert build(records, tmp_path / "one") == build(records, tmp_path / "two") == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert sorted(contents(tmp_path / "one")) == sorted(["manifest.json", *(f"{name}.parquet" for name in TABLE_NAMES)])


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    """String hashing differs from one process to the next; no table may depend on it."""
    assert main(["--tables", str(tmp_path / "here")]) == 0
    command = [sys.executable, "-m", "data.build", "--tables", str(tmp_path / "there")]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "1"}, cwd=RECORDS_DIR.parent.parent, capture_output=True)
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


def test_a_second_build_replaces_the_first_and_leaves_nothing_beside_it(records: Records, tmp_path: Path) -> None:
    folder = tmp_path / "out" / "tables"
    assert build(records, folder) == 0
    (folder / "stray.txt").write_text("an older build's file")
    assert build(records, folder) == 0
    assert not (folder / "stray.txt").exists()
    assert [p.name for p in folder.parent.iterdir()] == ["tables"]


def test_the_order_of_records_and_the_line_endings_do_not_matter(records: Records, tmp_path: Path) -> None:
    assert build(records, tmp_path / "one") == 0
    header, rows = records.read("events")
    records.write("events", header, rows[::-1])
    path = records.path("models")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert build(records, tmp_path / "two") == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_check_is_content_with_fresh_tables_and_writes_nothing(records: Records, tmp_path: Path) -> None:
    assert build(records, tmp_path / "tables") == 0
    before = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "tables").iterdir()}
    assert build(records, tmp_path / "tables", "--check") == 0
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "tables").iterdir()} == before


def test_check_names_the_tables_that_are_stale(records: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(records, tmp_path / "tables") == 0
    records.edit("models", "MD001", "notes_en", "Another note.")
    before = contents(tmp_path / "tables")
    assert build(records, tmp_path / "tables", "--check") == 1
    assert "not what the records give: " in (said := capsys.readouterr().err)
    assert "models" in said
    assert "run python -m data.build" in said
    assert contents(tmp_path / "tables") == before


def test_check_sees_a_table_that_is_missing_or_broken(records: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(records, tmp_path / "tables") == 0
    (tmp_path / "tables" / "events.parquet").unlink()
    (tmp_path / "tables" / "series.parquet").write_bytes(b"not Parquet")
    assert build(records, tmp_path / "tables", "--check") == 1
    assert "not what the records give: events, series;" in capsys.readouterr().err


def test_the_shipped_tables_are_what_the_shipped_records_give() -> None:
    assert main(["--check"]) == 0


def test_the_version_changes_with_the_content_and_only_then(records: Records, tmp_path: Path) -> None:
    assert build(records, tmp_path / "a") == 0
    assert version(tmp_path / "a") == version(TABLES_DIR)
    before = records.path("opinions").read_bytes()
    records.edit("opinions", "O0001", "locator", "elsewhere")
    assert build(records, tmp_path / "b") == 0
    assert version(tmp_path / "b") != version(tmp_path / "a")
    records.path("opinions").write_bytes(before)
    assert build(records, tmp_path / "c") == 0
    assert version(tmp_path / "c") == version(tmp_path / "a")


def test_the_version_begins_with_the_newest_day_of_reading(records: Records, tmp_path: Path) -> None:
    header, rows = records.read("sources")
    newest = max(row[header.index("accessed")] for row in rows)
    assert build(records, tmp_path / "tables") == 0
    assert version(tmp_path / "tables").startswith(f"{newest}-")
    assert len(version(tmp_path / "tables")) == len("2026-11-22-1a2b3c4d")


def test_the_manifest_counts_and_hashes_every_table(records: Records, tmp_path: Path) -> None:
    assert build(records, tmp_path / "tables") == 0
    listed = json.loads((tmp_path / "tables" / "manifest.json").read_text())["tables"]
    assert list(listed) == list(TABLE_NAMES)
    for name, entry in listed.items():
        path = tmp_path / "tables" / f"{name}.parquet"
        assert entry == {"rows": len(records.read(name)[1]), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def test_the_dictionary_travels_inside_the_tables(records: Records, tmp_path: Path) -> None:
    assert build(records, tmp_path / "tables") == 0
    for name, table in dictionary().tables.items():
        schema = pq.read_schema(tmp_path / "tables" / f"{name}.parquet")
        assert schema.names == [c.name for c in table.columns]
        assert schema.metadata[b"title_zh"].decode() == table.title.zh
        for column in table.columns:
            field = schema.field(column.name)
            assert field.metadata[b"label_en"].decode() == column.label.en
            assert field.metadata[b"description_zh"].decode() == column.description.zh
            assert field.metadata.get(b"unit", b"").decode() == (column.unit or "")


def test_a_refusal_leaves_the_tables_as_they_were(records: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out" / "tables"
    assert build(records, folder) == 0
    before = contents(folder)
    records.edit("funding_rounds", "FR001", "amount_usd_m", "thirty-two")
    assert build(records, folder) == 1
    assert f"1 problem(s); the tables in {folder} stay as they were." in capsys.readouterr().err
    assert contents(folder) == before
    assert [p.name for p in folder.parent.iterdir()] == ["tables"]


def test_a_refusal_makes_no_tables_where_none_stood(records: Records, tmp_path: Path) -> None:
    records.edit("funding_rounds", "FR001", "amount_usd_m", "thirty-two")
    assert build(records, tmp_path / "out" / "tables") == 1
    assert not (tmp_path / "out").exists()


def test_a_failed_swap_keeps_the_old_tables(records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "out" / "tables"
    assert build(records, folder) == 0
    before = contents(folder)
    rename = Path.rename

    def fails_once(self: Path, target: Path) -> Path:
        if target == folder and not self.name.endswith("-old"):
            raise OSError("disk full")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_once)
    with pytest.raises(OSError, match="disk full"):
        build(records, folder)
    assert contents(folder) == before


def test_every_problem_is_listed_at_once_in_order(records: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records.edit("opinions", "O0003", "stance", "furious")
    records.edit("opinions", "O0001", "said_date", "soon")
    records.edit("funding_rounds", "FR001", "lead_investor_ids", "microsoft")
    records.edit("events", "EV001", "source_ids", "S9999")
    assert build(records, tmp_path / "tables") == 1
    lines = capsys.readouterr().err.splitlines()
    named = [line.split(": ")[:2] for line in lines[:-1]]
    assert named == [
        ["events.csv:2", "source_ids"],
        ["funding_rounds.csv:2", "lead_investor_ids"],
        ["opinions.csv:2", "said_date"],
        ["opinions.csv:4", "stance"],
    ]
    assert lines[-1].startswith("4 problem(s);")


def test_a_missing_file_is_a_problem(records: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records.path("series").unlink()
    assert build(records, tmp_path / "tables") == 1
    assert f"series.csv:0: (file): '': is missing; put it into {records.folder}" in capsys.readouterr().err


def test_an_empty_file_is_a_problem(records: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records.path("series").write_bytes(b"")
    assert build(records, tmp_path / "tables") == 1
    assert "series.csv:1: (header): '': missing ['series_id'," in capsys.readouterr().err


def test_a_file_in_another_encoding_is_a_problem(records: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = records.path("models")
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert build(records, tmp_path / "tables") == 1
    assert "models.csv:0: (file):" in (said := capsys.readouterr().err)
    assert "is not UTF-8; save it as UTF-8" in said


def test_a_quote_that_is_never_closed_is_a_problem(records: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = records.path("opinions")
    path.write_text(path.read_text(encoding="utf-8").replace('"', "").replace("\nO0001,", '\nO0001,"', 1), encoding="utf-8")
    assert build(records, tmp_path / "tables") == 1
    assert "opinions.csv:" in capsys.readouterr().err


@pytest.mark.parametrize(("cells", "more"), [(16, "MD900,too,short" + "," * 13), (22, "MD900" + "," * 21)])
def test_a_ragged_row_is_a_problem(records: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str], cells: int, more: str) -> None:
    path = records.path("models")
    path.write_text(path.read_text(encoding="utf-8") + more + "\n", encoding="utf-8")
    assert build(records, tmp_path / "tables") == 1
    line = len(records.read("models")[1]) + 1
    assert (
        f"models.csv:{line}: (row): {more[:80]!r}: has {cells} cells, the header has 21; check quotes and commas" in capsys.readouterr().err
    )


def test_a_wrong_header_says_what_is_missing_and_what_is_not_known(
    records: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header, rows = records.read("models")
    records.write("models", ["modle_name" if name == "model_name" else name for name in header], rows)
    assert build(records, tmp_path / "tables") == 1
    said = capsys.readouterr().err
    assert "models.csv:1: (header): " in said
    assert "missing ['model_name'], not in the dictionary ['modle_name']; the header must be: model_id,model_name," in said


def test_a_line_break_inside_a_cell_does_not_shift_the_line_that_is_named(
    records: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records.edit("opinions", "O0001", "summary_en", "A summary\nof two lines.")
    records.edit("opinions", "O0002", "stance", "furious")
    assert build(records, tmp_path / "tables") == 1
    assert "opinions.csv:4: stance: 'furious'" in capsys.readouterr().err


def test_an_unknown_option_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--force"])
    assert stopped.value.code == 2
    assert "usage: python -m data.build" in capsys.readouterr().err
