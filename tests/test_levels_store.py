"""The store of loaded levels: what goes in comes out, in any portions; a reader sees an append whole or not at all."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.levels import places, store
from data.levels.store import (
    LEVELS_VARIABLE,
    AppendReport,
    LevelsRefused,
    LevelsUnreadable,
    append,
    find_series,
    loaded_series,
    read_levels,
    remove,
)
from tests.levels import CLOSES, DAYS, meta, root, stored_files, table

__all__ = ["root"]

PRICES = st.floats(0.01, 1e6).map(lambda x: round(x, 2))


def rows(code: str = "made-up", *columns: str) -> list[tuple[object, ...]]:
    found = read_levels(code, columns=columns or ("date", "close"))
    return list(zip(*(found[c].to_pylist() for c in found.column_names), strict=True))


# What goes in comes out -----------------------------------------------------------------------------------


def test_nothing_is_loaded_where_there_is_no_folder(root: Path) -> None:
    assert loaded_series() == ()
    assert find_series("made-up") is None
    assert not root.exists(), "looking must not make a folder"
    with pytest.raises(KeyError, match="no series 'made-up' is loaded"):
        read_levels("made-up")


def test_what_is_appended_is_listed_and_read(root: Path) -> None:
    report = append(meta(terms="mine"), table(open=[99, 100, 101, 99, None], high=[101, 102, 101, 103, None], low=[98, 100, 98, 99, None]))
    (series,) = loaded_series()
    assert report == AppendReport(n_new=5, n_same=0, n_total=5, revision=series.revision)
    assert (series.code, series.name_zh, series.printed_code, series.sectors, series.terms) == (
        "made-up",
        "虚构",
        "MADE-UP",
        ("film",),
        "mine",
    )
    assert (series.n_rows, series.first, series.last) == (5, DAYS[0], DAYS[-1])
    assert (series.is_intraday, series.has_ohlc, len(series.files)) == (False, True, 1)
    assert find_series("made-up") == series
    assert rows() == [(date.fromisoformat(d), c) for d, c in zip(DAYS, CLOSES, strict=True)]
    assert rows("made-up", "open", "volume", "date")[-2:] == [(99.0, None, date(2024, 2, 22)), (None, None, date(2024, 2, 23))]
    assert read_levels("made-up").schema.field("date").type == pa.date32()


def test_a_file_says_what_its_columns_mean_in_both_languages(root: Path) -> None:
    append(meta(), table())
    (path,) = root.rglob("*.parquet")
    schema = pq.read_schema(path)
    assert schema.field("close").metadata[b"label_zh"].decode() == "收盘"
    assert schema.field("close").metadata[b"label_en"] == b"Close"
    assert schema.metadata[b"table"] == b"index_levels"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, DAYS),
        ("2024-02-20", "2024-02-22", DAYS[1:4]),
        (date(2024, 2, 20), None, DAYS[1:]),
        (None, datetime(2024, 2, 20, 15), DAYS[:2]),
        ("2024-02-20T09:30:00", "2024-02-20", DAYS[1:2]),
        ("2024-02-24", "2024-03-01", ()),
        ("2024-02-22", "2024-02-20", ()),
        ("1990-01-01", "2024-02-18", ()),
    ],
)
def test_a_window_includes_both_its_ends(root: Path, start: str | date | None, end: str | date | None, expected: tuple[str, ...]) -> None:
    append(meta(), table())
    found = read_levels("made-up", start, end, ("close", "date"))
    assert [d.isoformat() for d in found["date"].to_pylist()] == list(expected)
    assert found.column_names == ["close", "date"]
    assert found.schema.types == [pa.float64(), pa.date32()], "the same types when empty"


def test_a_column_that_no_series_has_is_named(root: Path) -> None:
    append(meta(), table())
    with pytest.raises(ValueError, match=r"no column 'pe' in loaded levels; there are date, open, high, low, close, volume, amount"):
        read_levels("made-up", columns=("date", "pe"))


def test_finer_levels_have_times_and_a_file_a_year(root: Path) -> None:
    append(meta(), table(["2023-12-29T14:59", "2023-12-29T15:00", "2024-01-02T09:31"], [10, 11, 12]))
    series = find_series("made-up")
    assert series is not None
    assert (series.is_intraday, series.first, series.last) == (True, "2023-12-29", "2024-01-02")
    assert [name.split("/")[1][:5] for name in series.files] == ["2023-", "2024-"]
    assert read_levels("made-up").schema.field("date").type == pa.timestamp("ms")
    assert rows() == [(datetime(2023, 12, 29, 14, 59), 10.0), (datetime(2023, 12, 29, 15), 11.0), (datetime(2024, 1, 2, 9, 31), 12.0)]
    whole_day = read_levels("made-up", "2023-12-29", date(2023, 12, 29))["close"].to_pylist()
    assert whole_day == [10.0, 11.0]
    assert read_levels("made-up", "2023-12-29T15:00", datetime(2024, 1, 2, 9, 30))["close"].to_pylist() == [11.0]


def test_only_the_groups_and_files_of_a_window_are_decoded(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [date(1950, 1, 1) + timedelta(days=i) for i in range(2 * store.GROUP_ROWS + 10)]
    append(meta(), table(days, [float(i + 1) for i in range(len(days))]))
    decoded: list[tuple[list[int], list[str]]] = []
    original = pq.ParquetFile.read_row_groups

    def spy(self: pq.ParquetFile, groups: list[int], columns: list[str], **more: object) -> pa.Table:
        decoded.append((groups, columns))
        return original(self, groups, columns=columns, **more)

    monkeypatch.setattr(pq.ParquetFile, "read_row_groups", spy)
    found = read_levels("made-up", days[store.GROUP_ROWS + 5], days[store.GROUP_ROWS + 7], ("close",))
    assert found["close"].to_pylist() == [float(store.GROUP_ROWS + i) for i in (6, 7, 8)]
    assert decoded == [([1], ["date", "close"])]
    assert read_levels("made-up", days[store.GROUP_ROWS - 1], days[store.GROUP_ROWS]).num_rows == 2
    assert decoded[1][0] == [0, 1]


# In any portions, in any order ----------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.data())
def test_any_split_in_any_order_stores_the_same_bytes(data: st.DataObject) -> None:
    """Also with portions that overlap, and for series with times: the store depends on the rows alone."""
    is_intraday = data.draw(st.booleans())
    step = timedelta(hours=data.draw(st.integers(1, 5000))) if is_intraday else timedelta(days=1)
    first = datetime(2021, 6, 1, 9, 30) if is_intraday else datetime(2021, 6, 1)
    closes = data.draw(st.lists(PRICES, min_size=2, max_size=12))
    opens = data.draw(st.lists(st.none() | PRICES, min_size=len(closes), max_size=len(closes)))
    moments = [first + i * step for i in range(len(closes))]
    whole = table(moments, closes, open=opens)
    order = data.draw(st.permutations(range(len(closes))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(closes)), max_size=3)))
    portions = [list(p) for p in zip([0, *cuts], [*cuts, len(closes)], strict=True)]
    results = []
    with pytest.MonkeyPatch.context() as patch:
        for portioned in (False, True):
            folder = Path(tempfile.mkdtemp())
            patch.setenv(LEVELS_VARIABLE, str(folder))
            if not portioned:
                append(meta(), whole)
            for a, b in portions if portioned else []:
                at = [*order[a:b], *data.draw(st.lists(st.integers(0, len(closes) - 1), max_size=2))]
                if at:
                    append(meta(), whole.take(at))
            if portioned:
                append(meta(), whole)
            results.append((stored_files(folder), loaded_series(), rows("made-up", "date", "close", "open")))
    assert results[0] == results[1]
    assert [r[1] for r in results[0][2]] == closes
    assert [r[2] for r in results[0][2]] == opens


def test_twice_is_once(root: Path) -> None:
    first = append(meta(), table())
    before = stored_files(root)
    again = append(meta(), table(DAYS[1:3], CLOSES[1:3]))
    assert again == AppendReport(n_new=0, n_same=2, n_total=5, revision=first.revision)
    assert stored_files(root) == before
    more = append(meta(), table([*DAYS[-1:], "2024-02-26"], [*CLOSES[-1:], 104.0]))
    assert (more.n_new, more.n_same, more.n_total) == (1, 1, 6)
    assert more.revision != first.revision
    assert len(list(root.rglob("*.parquet"))) == 1, "the file that was replaced is gone"


def test_the_revision_is_of_the_rows_and_of_nothing_else(root: Path) -> None:
    one = append(meta("one"), table())
    two = append(meta("two", terms="other terms"), table())
    assert one.revision == two.revision
    assert append(meta("three"), table(closes=[*CLOSES[:-1], 103.01])).revision != one.revision


def test_an_empty_value_is_filled_in_and_never_emptied(root: Path) -> None:
    append(meta(), table(open=[None, 100, None, None, None]))
    report = append(meta(), table(open=[99, None, None, None, None]))
    assert (report.n_new, report.n_same) == (0, 5)
    assert [r[0] for r in rows("made-up", "open")] == [99.0, 100.0, None, None, None]


def test_what_is_said_of_a_series_can_be_said_better(root: Path) -> None:
    first = append(meta(), table())
    append(meta(benchmark="csi-300"), table(DAYS[:1], CLOSES[:1]))
    (series,) = loaded_series()
    assert (series.benchmark, series.n_rows, series.revision) == ("csi-300", 5, first.revision)


# Refused: nothing changes ---------------------------------------------------------------------------------


def test_a_stored_day_with_another_value_is_refused(root: Path) -> None:
    append(meta(), table(open=[99] * 5))
    before = stored_files(root)
    new = table([DAYS[1], "2024-02-26", DAYS[2]], [101.5, 104.0, 98.0], open=[98.0, 99.0, 99.0])
    with pytest.raises(LevelsRefused) as refused:
        append(meta(), new, lines=[7, 8, 9], file="new.csv")
    assert list(map(str, refused.value.problems)) == [
        "new.csv:7: open: '98': this day is known with 99; keep one of the two, or remove the series and add it anew",
        "new.csv:9: close: '98': this day is known with 99; keep one of the two, or remove the series and add it anew",
    ]
    assert refused.value.rows == (0, 2)
    assert stored_files(root) == before


def test_two_given_rows_of_one_day_must_agree(root: Path) -> None:
    with pytest.raises(LevelsRefused, match=r"'100\.5': this day is known with 100"):
        append(meta(), table([DAYS[0], DAYS[0]], [100.0, 100.5]))
    assert not stored_files(root)


def test_days_and_times_do_not_mix(root: Path) -> None:
    append(meta(), table())
    with pytest.raises(LevelsRefused, match="is stored with days, and this has times of day"):
        append(meta(), table(["2024-02-26T09:31"], [1.0]))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (pa.table({"date": pa.array([date(2024, 2, 19)])}), "missing: close"),
        (table([], []), "missing: every row"),
        (table(DAYS[:1], [float("nan")]), "needs a date and a close"),
        (table(DAYS[:1], [1.0], open=[float("inf")]), "no value may be infinite"),
    ],
)
def test_an_ill_formed_table_is_an_error(root: Path, bad: pa.Table, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        append(meta(), bad)
    assert not stored_files(root)


@pytest.mark.parametrize("code", ["", "Made-Up", "../escape", "a--b", "a/b", "短剧"])
def test_a_code_is_a_slug(root: Path, code: str) -> None:
    with pytest.raises(ValueError, match="is no code of a series"):
        append(meta(code), table())


def test_a_dry_run_reports_and_writes_nothing(root: Path) -> None:
    assert append(meta(), table(), dry_run=True).n_new == 5
    assert not root.exists()
    append(meta(), table())
    with pytest.raises(LevelsRefused):
        append(meta(), table(closes=[1.0] * 5), dry_run=True)


def test_remove_takes_the_series_and_its_files(root: Path) -> None:
    append(meta("one"), table())
    append(meta("two"), table())
    assert remove("one").code == "one"
    assert [s.code for s in loaded_series()] == ["two"]
    assert {p.parent.name for p in root.rglob("*.parquet")} == {"series=two"}
    with pytest.raises(KeyError, match="no series 'one'"):
        remove("one")


# Interrupted, at the same time, elsewhere -----------------------------------------------------------------


def test_an_append_that_dies_before_the_manifest_changes_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(meta(), table())
    before = loaded_series()
    with monkeypatch.context() as patch:
        patch.setattr(store, "_manifest", lambda entries: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            append(meta(), table(["2024-02-26"], [104.0]))
    assert loaded_series() == before
    assert rows()[-1] == (date(2024, 2, 23), 103.0)
    assert len(list(root.rglob("*.parquet"))) == 2
    monkeypatch.setattr(store, "_ABANDONED_S", -1.0)
    append(meta(), table(["2024-02-27"], [105.0]))
    assert len(list(root.rglob("*.parquet"))) == 1, "what was left behind is swept away"


def test_no_half_written_file_stays(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(meta(), table())
    before = stored_files(root)
    monkeypatch.setattr(places.os, "fsync", lambda handle: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        append(meta(), table(["2024-02-26"], [104.0]))
    assert stored_files(root) == before


def test_appends_at_the_same_time_lose_nothing(root: Path) -> None:
    days = [date(2020, 1, 1) + timedelta(days=i) for i in range(24)]
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for i in range(number, len(days), 4):
                append(meta(), table([days[i]], [float(i + 1)]))
                append(meta(f"own-{number}"), table([days[i]], [float(i + 1)]))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if find_series("made-up") is not None:  # a reader beside them always finds whole files
            found = read_levels("made-up")
            assert found["close"].to_pylist() == sorted(found["close"].to_pylist())
    assert not errors
    assert rows() == [(day, float(i + 1)) for i, day in enumerate(days)]
    assert {s.code: s.n_rows for s in loaded_series()} == {"made-up": 24, **{f"own-{n}": 6 for n in range(4)}}


def test_processes_wait_for_one_another(root: Path) -> None:
    code = (
        "import sys, tests.levels as t; from data.levels.store import append\n"
        "for i in range(6): append(t.meta(), t.table([f'2020-0{sys.argv[1]}-0{i + 1}'], [float(i + 1)]))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(n)]) for n in (1, 2, 3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert read_levels("made-up").num_rows == 18


def test_a_reader_starts_over_when_its_file_was_replaced_meanwhile(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(meta(), table())
    original, done = store._footer.__wrapped__, []

    def footer(place: str, name: str) -> object:
        if not done:
            done.append(1)
            append(meta(), table(["2024-02-26"], [104.0]))
        return original(place, name)

    monkeypatch.setattr(store, "_footer", footer)
    assert read_levels("made-up").num_rows == 6
    assert done


def test_a_lost_file_is_named(root: Path) -> None:
    append(meta(), table())
    next(root.rglob("*.parquet")).unlink()
    with pytest.raises(LevelsUnreadable, match="a file of made-up is gone"):
        read_levels("made-up")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"series": [{}]}', '{"format": 1}'])
def test_a_broken_manifest_is_named(root: Path, content: str) -> None:
    root.mkdir()
    (root / "manifest.json").write_text(content)
    for work in (loaded_series, lambda: append(meta(), table())):
        with pytest.raises(LevelsUnreadable, match=r"loaded levels cannot be read from .*; mend or empty it, or set REELSHIFT_LEVELS"):
            work()


def test_listing_reads_the_manifest_once_until_it_changes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(meta("one"), table())
    reads = []
    original = store._read_manifest
    monkeypatch.setattr(store, "_read_manifest", lambda *given: reads.append(1) or original(*given))
    assert len(loaded_series()) == len(loaded_series()) == 1
    assert sum(reads) == 1
    append(meta("two"), table())
    assert [s.code for s in loaded_series()] == ["one", "two"]
    assert sum(reads) == 3, "once by the append, once by the list"


def test_an_address_of_this_machine_is_the_same_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(meta(), table())
    monkeypatch.setenv(LEVELS_VARIABLE, f"file://{root}")
    assert rows()[0] == (date(2024, 2, 19), 100.0)
    append(meta(), table(["2024-02-26"], [104.0]))
    monkeypatch.setenv(LEVELS_VARIABLE, str(root))
    assert len(rows()) == 6


def test_levels_can_lie_in_another_kind_of_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """fsspec's store in memory stands for the object stores: no rename, no lock, no times that can be trusted."""
    monkeypatch.setenv(LEVELS_VARIABLE, "memory://reelshift-test/levels")
    assert loaded_series() == ()
    append(meta("one"), table())
    append(meta("two"), table())
    report = append(meta("one"), table([DAYS[4], "2024-02-26"], [CLOSES[4], 104.0]))
    assert (report.n_new, report.n_same, report.n_total) == (1, 1, 6)
    assert [(s.code, s.n_rows) for s in loaded_series()] == [("one", 6), ("two", 5)]
    assert rows("one")[-1] == (date(2024, 2, 26), 104.0)
    assert read_levels("one", "2024-02-21", "2024-02-22")["close"].to_pylist() == [99.0, 102.25]
    remove("one")
    remove("two")
    assert loaded_series() == ()


def test_a_writer_elsewhere_joins_with_what_another_wrote_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LEVELS_VARIABLE, "memory://reelshift-test/contended")
    append(meta(), table())
    original, done = places.Place.write, []

    def write(self: places.Place, name: str, content: bytes) -> None:
        original(self, name, content)
        if not done and name.endswith(".parquet"):
            done.append(1)
            append(meta(), table(["2024-02-26"], [104.0]))

    monkeypatch.setattr(places.Place, "write", write)
    assert append(meta(), table(["2024-02-27"], [105.0])).n_total == 7
    assert [c for _, c in rows()] == [*CLOSES, 104.0, 105.0]
    remove("made-up")


def test_an_unknown_kind_of_store_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LEVELS_VARIABLE, "nowhere://levels")
    with pytest.raises(LevelsUnreadable, match=r"nowhere://levels cannot be opened .*fsspec package"):
        loaded_series()


def test_reading_loads_neither_calendars_nor_spreadsheets() -> None:
    """The application starts without what only the command needs."""
    code = "import sys, data.levels.store; print([m for m in ('exchange_calendars', 'fsspec', 'python_calamine', 'akshare') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
