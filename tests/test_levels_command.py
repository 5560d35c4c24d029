"""`python -m data.levels` from end to end: a file in, a stored series out, or every reason why not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from data.levels.__main__ import main
from data.levels.naming import NotDescribed, Said, code_of, described
from data.levels.store import append, find_series, loaded_series, read_levels
from tests.levels import CLOSES, DAYS, DESCRIBED, TRIALS, meta, root, stored_files, table

__all__ = ["root"]

GOOD = "日期,开盘,最高,最低,收盘,成交量\n" + "".join(f"{d},{c},{c + 1},{c - 1},{c},1000\n" for d, c in zip(DAYS, CLOSES, strict=True))


def add(tmp_path: Path, text: str, *more: str, code: str = "X1", described_by: tuple[str, ...] = DESCRIBED) -> int:
    path = tmp_path / "prices.csv"
    path.write_text(text, encoding="utf-8")
    return main(["add", str(path), "--code", code, *described_by, *more])


def test_a_good_file_is_stored_and_reported(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert add(tmp_path, GOOD, "--benchmark", "csi-300", "--terms", "mine") == 0
    (series,) = loaded_series()
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        f"x1 (X1), Made up / 虚构: 5 rows new; 5 stored, 2024-02-19 to 2024-02-23; revision {series.revision}",
        "  no gaps: a row for every trading day of XSHG in between",
    ]
    assert err == ""
    assert (series.calendar, series.benchmark, series.terms, series.currency, series.has_ohlc) == ("XSHG", "csi-300", "mine", "CNY", True)
    assert read_levels("x1", columns=("close",))["close"].to_pylist() == list(CLOSES)


def test_a_bad_file_stores_nothing_and_names_everything(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = GOOD.replace("2024-02-19,", "2024-02-18,").replace("103.0,1000", "abc,1000")
    assert add(tmp_path, bad) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "prices.csv:2: 日期: '2024-02-18': XSHG was closed on this Sunday; remove the row, or name the right exchange with --calendar",
        "prices.csv:6: 收盘: 'abc': is no number; write it like 3641.54 or 3,641.54",
        "x1 (X1), Made up / 虚构: 2 problem(s) in 5 rows; nothing was stored",
        "  mend the file, or store its good rows with --skip-bad",
    ]
    assert not stored_files(root)


def test_good_rows_of_a_bad_file_are_stored_when_told(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = GOOD.replace("2024-02-20,", "2024-02-18,").replace("103.0,1000", "abc,1000")
    assert add(tmp_path, bad, "--skip-bad") == 0
    out, err = capsys.readouterr()
    assert len(err.splitlines()) == 2, "they are listed all the same"
    assert out.splitlines()[1:] == ["  left out: 2 bad row(s), 2 problem(s)", "  gaps: 1 trading day(s) of XSHG without a row: 2024-02-20"]
    assert [d.isoformat() for d in read_levels("x1")["date"].to_pylist()] == [DAYS[0], DAYS[2], DAYS[3]]


def test_a_lasting_jump_is_no_row_to_leave_out(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "date,close\n2024-02-19,100\n2024-02-20,101\n2024-02-21,50\n2024-02-22,51\n2024-02-23,52\n"
    assert add(tmp_path, text, "--skip-bad") == 1
    assert "--skip-bad does not help where a level stays changed (1 row(s)); see --max-move-pct" in capsys.readouterr().err
    assert loaded_series() == ()
    assert add(tmp_path, text, "--max-move-pct", "60") == 0


def test_the_bound_depends_on_the_kind(root: Path, tmp_path: Path) -> None:
    text = "date,close\n2024-02-19,100\n2024-02-20,101\n2024-02-21,60\n2024-02-22,61\n"
    assert add(tmp_path, text) == 1
    assert add(tmp_path, text, "--kind", "stock") == 0


def test_a_dry_run_says_what_would_be(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert add(tmp_path, GOOD, "--dry-run") == 0
    assert capsys.readouterr().out.startswith("dry run, nothing stored: x1 (X1), Made up / 虚构: 5 rows new; 5 stored; revision ")
    assert not root.exists()


def test_more_rows_need_no_description_and_agree_with_what_is_stored(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(tmp_path, GOOD) == 0
    assert add(tmp_path, "date,close\n2024-02-23,103\n2024-02-27,104\n", described_by=()) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        f"x1 (X1), Made up / 虚构: 1 row new, 1 known already; 6 stored, 2024-02-19 to 2024-02-27; revision {loaded_series()[0].revision}",
        "  gaps: 1 trading day(s) of XSHG without a row: 2024-02-26",
    ]
    before = stored_files(root)
    assert add(tmp_path, "date,close\n2024-02-23,103.5\n2024-02-28,105\n", described_by=()) == 1
    assert "prices.csv:2: close: '103.5': this day is known with 103; keep one of the two" in capsys.readouterr().err
    assert stored_files(root) == before
    assert add(tmp_path, "date,close\n2024-02-23,103.5\n2024-02-28,105\n", "--skip-bad", described_by=()) == 0
    assert "left out: 1 bad row(s), 1 problem(s)" in capsys.readouterr().out
    assert read_levels("x1", "2024-02-23")["close"].to_pylist() == [103.0, 104.0, 105.0]


def test_a_jump_from_what_is_stored_is_refused(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert add(tmp_path, GOOD) == 0
    assert add(tmp_path, "date,close\n2024-02-26,1030\n2024-02-27,1040\n", described_by=()) == 1
    assert "prices.csv:2: close: '1030': is +900.0% from the row before and stays there" in capsys.readouterr().err


def test_a_new_series_must_be_described_in_full(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        add(
            tmp_path,
            GOOD,
            described_by=("--kind", "index", "--sectors", "film,theatre", "--currency", "RMB", "--calendar", "XSHX", "--benchmark", "x1"),
        )
        == 2
    )
    err = capsys.readouterr().err.splitlines()
    assert err[0] == "add: X1 is new here, so add --name-en --name-zh"
    assert [line.split(":")[1].strip() for line in err[1:]] == ["--kind", "--sectors", "--currency", "--benchmark", "--calendar"]
    assert "choose from benchmark, sector_index, concept_index, stock, etf" in err[1]
    assert add(tmp_path, GOOD, code="短剧") == 2
    assert "has no Latin letter or digit" in capsys.readouterr().err
    assert loaded_series() == ()


def test_several_series_in_one_file_are_told(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert add(tmp_path, "ts_code,trade_date,close\n1.TI,20240219,1\n2.TI,20240219,2\n") == 1
    assert (
        capsys.readouterr().err.splitlines()[0] == "prices.csv:1: ts_code: '1.TI, 2.TI': 2 series in one file; give each a file of its own"
    )
    assert add(tmp_path, "日期,收盘,收盘价\n2024-02-19,1,2\n") == 1
    assert "stands twice in the header; keep one" in capsys.readouterr().err
    assert add(tmp_path, "日期,收盘\n") == 1
    assert "has a header and no rows below it" in capsys.readouterr().err
    assert add(tmp_path, "a,b\n") == 1


def test_a_workbook_from_end_to_end(root: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["交易日期", "收盘价"])
    for day, close in zip(DAYS, CLOSES, strict=True):
        book.active.append([date.fromisoformat(day), close])
    book.save(tmp_path / "p.xlsx")
    assert main(["add", str(tmp_path / "p.xlsx"), "--code", "X1", *DESCRIBED]) == 0
    assert read_levels("x1")["close"].to_pylist() == list(CLOSES)


def test_minutes_from_end_to_end(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "时间,收盘\n2024-02-19 09:31,100\n2024-02-19 09:32,101\n2024-02-21 09:31,102\n"
    assert add(tmp_path, text) == 0
    assert "gaps: 1 trading day(s) of XSHG without a row: 2024-02-20" in capsys.readouterr().out
    assert add(tmp_path, "时间,收盘\n2024-02-21 09:32,103\n", described_by=()) == 0, "one moment is no day where moments are stored"
    assert loaded_series()[0].is_intraday
    assert read_levels("x1").num_rows == 4
    assert add(tmp_path, "时间,收盘\n2024-02-21,103\n", described_by=()) == 0, "midnight is a moment there"


def test_list_and_remove(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert capsys.readouterr().out == f"0 series, 0 rows in {root}\n"
    add(tmp_path, GOOD, "--benchmark", "csi-300")
    add(tmp_path, GOOD, code="000300", described_by=())
    capsys.readouterr()
    assert main(["list"]) == 0
    revision = loaded_series()[0].revision
    assert capsys.readouterr().out.splitlines() == [
        f"2 series, 10 rows in {root}",
        f"  csi-300 (000300), CSI 300 / 沪深300: benchmark, cross; 5 rows daily, 2024-02-19 to 2024-02-23; {revision}",
        f"  x1 (X1), Made up / 虚构: sector_index, film, beside csi-300; 5 rows daily, 2024-02-19 to 2024-02-23; {revision}",
    ]
    assert main(["remove", "000300"]) == 0, "by its printed code too"
    assert main(["remove", "x1"]) == 0
    assert main(["remove", "x1"]) == 1
    assert loaded_series() == ()


def test_an_unreadable_store_is_one_sentence(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root.mkdir()
    (root / "manifest.json").write_text("{")
    assert main(["list"]) == 1
    assert capsys.readouterr().err.startswith(f"loaded levels cannot be read from {root} (")


def test_levels_that_documents_state_are_compared(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Stated for the CSI 300: a close of 3410.85 on 20 February 2024."""
    text = "date,close\n2024-02-19,3404\n2024-02-20,3410.85\n"
    assert add(tmp_path, text, code="000300", described_by=()) == 0
    assert "1 of 2 levels differ" in capsys.readouterr().out
    assert add(tmp_path, "date,close\n2024-02-20,3410.85\n", "--dry-run", code="000300", described_by=()) == 0
    assert "agrees with all 1 levels that documents state for it" in capsys.readouterr().out


# What a series is -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Said("000300"), "csi-300"),
        (Said("000300.SH"), "csi-300"),
        (Said("sh000300"), "csi-300"),
        (Said("csi-300"), "csi-300"),
        (Said("CSI 300"), "csi-300"),
        (Said("399971.SZ"), "csi-media"),
        (Said("886068"), "ths-sora-concept"),
        (Said("886068.TI"), "ths-sora-concept"),
        (Said("000001"), "shanghai-composite"),
        (Said("000001.SH"), "shanghai-composite"),
        (Said("000001.SZ"), "000001-sz"),
        (Said("000001", kind="stock"), "000001"),
        (Said("000300", currency="USD"), "000300"),
        (Said("700", kind="stock"), "tencent"),
        (Said("0700.HK"), "tencent"),
        (Said("hk00700"), "tencent"),
        (Said("00700.SZ"), "00700-sz"),
        (Said("ADBE"), "adobe"),
        (Said("u"), "unity"),
        (Said("SHOP"), "shop"),
        (Said("H30365"), "csi-culture-entertainment-media"),
        (Said("516620.SH"), "film-tv-etf-516620"),
        (Said("886060.TI"), "886060-ti"),
    ],
)
def test_a_code_that_the_tables_know_meets_its_series(root: Path, said: Said, code: str) -> None:
    assert code_of(said)[0] == code


def test_a_known_series_brings_what_is_known_of_it(root: Path) -> None:
    found, notes = described(Said("886068"))
    assert (found.name_en, found.kind, found.currency) == ("Tonghuashun Sora concept index", "concept_index", "CNY")
    assert (found.benchmark, found.calendar, found.printed_code) == ("csi-300", "XSHG", "886068.TI")
    assert found.sectors == ("film", "short_drama", "games", "cross")
    assert notes == ["886068 is ths-sora-concept of the project's tables: Tonghuashun Sora concept index, 同花顺Sora概念指数（文生视频）"]
    assert described(Said("00700"))[0].calendar == "XHKG"
    assert described(Said("ADBE"))[0].calendar == "XNYS"
    assert described(Said("ADBE", calendar="none", sectors=("games",)))[0].sectors == ("games",)


def test_what_is_stored_of_a_series_is_kept_unless_said_otherwise(root: Path) -> None:
    append(meta(currency="CNY", terms="mine"), table())
    found, _ = described(Said("made-up", name_en="Better", calendar="weekdays"))
    assert (found.name_en, found.name_zh, found.terms, found.calendar, found.printed_code) == ("Better", "虚构", "mine", "24/5", "MADE-UP")


def test_an_unknown_benchmark_is_mentioned(root: Path) -> None:
    _, notes = described(Said("x", "X", "某", "stock", ("games",), benchmark="nobody"))
    assert notes == ["the benchmark nobody is neither in the project's tables nor loaded; load it too"]
    with pytest.raises(NotDescribed, match="a series is no benchmark of its own"):
        described(Said("x", "X", "某", "stock", ("games",), benchmark="x"))


# The real thing -------------------------------------------------------------------------------------------

needs_trials = pytest.mark.skipif(not TRIALS.is_dir(), reason="real series are not part of the repository")


@needs_trials
def test_the_false_first_row_of_a_real_series_is_found(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = TRIALS / "csi300_daily.csv"
    assert main(["add", str(path), "--code", "000300"]) == 1
    assert (
        "csi300_daily.csv:2: date: '2015-01-01': XSHG was closed on this Thursday, and the row repeats the values of 2015-01-05 on line 3; "
        in capsys.readouterr().err
    )
    assert find_series("csi-300") is None
    assert main(["add", str(path), "--code", "000300", "--skip-bad"]) == 0
    out = capsys.readouterr().out
    assert "no gaps" in out
    assert "agrees with all 31 levels" in out


@needs_trials
def test_a_holiday_inside_a_real_series_is_found(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", str(TRIALS / "csi_ai_theme_930713_daily.csv"), "--code", "930713"]) == 1
    lines = [line.split(": ")[0] for line in capsys.readouterr().err.splitlines() if ".csv:" in line]
    assert lines == ["csi_ai_theme_930713_daily.csv:2", "csi_ai_theme_930713_daily.csv:845"]


@needs_trials
def test_a_real_series_with_its_columns_in_another_order_is_whole(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", str(TRIALS / "shanghai_composite_daily.csv"), "--code", "sh000001"]) == 0
    assert "no gaps" in capsys.readouterr().out
    assert find_series("shanghai-composite") is not None
