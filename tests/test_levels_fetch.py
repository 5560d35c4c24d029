"""Fetching through akshare, with a stand-in of the same function names, parameters and columns: no site is asked here.

Signatures and columns are those read in the source of akshare 1.19.5; the rows are made up.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.levels import calendars, fetch, recipes
from data.levels.__main__ import main
from data.levels.recipes import recipe_for
from data.levels.store import find_series, loaded_series, read_levels
from tests.levels import root

__all__ = ["root"]

SESSIONS = calendars.sessions("XSHG", calendars.day_number(date(2022, 1, 1)), calendars.day_number(date(2024, 12, 31)))
DAYS = [date.fromisoformat(calendars.iso(d)) for d in SESSIONS.days.tolist()]


def frame(
    start: str = "20220101", end: str = "20241231", skip_years: tuple[int, ...] = (), names: str = "日期 开盘 最高 最低 收盘 成交量"
) -> pd.DataFrame:
    """Made-up prices of the trading days of a span, as the library gives them."""
    low, high = (date.fromisoformat(f"{d[:4]}-{d[4:6]}-{d[6:]}") for d in (start, end))
    rows = [
        (d, 100 + i % 7, 103 + i % 7, 99 + i % 7, 101 + i % 7, 1e6)
        for i, d in enumerate(DAYS)
        if low <= d <= high and d.year not in skip_years
    ]
    return pd.DataFrame(rows, columns=names.split())


class Library(SimpleNamespace):
    """A stand-in of the module: `asked` keeps every call."""

    def __init__(self, **functions: Callable[..., Any]) -> None:
        super().__init__(__version__="1.19.5", asked=[])
        for name, function in functions.items():
            setattr(self, name, self._kept(name, function))

    def _kept(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            self.asked.append((name, arguments))
            return function(**arguments)

        return call


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the command would have waited; it does not."""
    waited: list[float] = []
    monkeypatch.setattr("data.levels.__main__.Patience", lambda tries: fetch.Patience(tries, 2.0, waited.append))
    return waited


def installed(monkeypatch: pytest.MonkeyPatch, **functions: Callable[..., Any]) -> Library:
    library = Library(**functions)
    monkeypatch.setitem(sys.modules, "akshare", library)
    return library


SPAN = ("--from", "2022-01-01", "--to", "2024-12-31")


def test_an_index_is_fetched_checked_and_stored(
    root: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def csindex(symbol: str, start_date: str, end_date: str) -> pd.DataFrame:
        return frame(start_date, end_date, names="日期 开盘 最高 最低 收盘 成交量").assign(指数代码=symbol, 滚动市盈率=12.0)

    library = installed(monkeypatch, stock_zh_index_hist_csindex=csindex)
    assert main(["fetch", "000300", *SPAN]) == 0
    assert library.asked == [("stock_zh_index_hist_csindex", {"symbol": "000300", "start_date": "20220101", "end_date": "20241231"})]
    out, err = capsys.readouterr()
    assert err.splitlines() == ["[1/1] 000300", "asking stock_zh_index_hist_csindex(symbol=000300), 2022-01-01 to 2024-12-31 ..."]
    assert f"{len(DAYS)} rows new" in out
    assert "no gaps" in out
    (series,) = loaded_series()
    assert (series.code, series.n_rows, series.benchmark) == ("csi-300", len(DAYS), "")
    assert series.terms.startswith("Read through akshare 1.19.5 (stock_zh_index_hist_csindex")
    assert pauses == []


def test_a_call_that_fails_is_asked_again_after_growing_pauses(
    root: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers: list[Any] = [ConnectionError("reset"), ValueError("Length mismatch"), pd.DataFrame(), frame()]

    def csindex(**_: str) -> pd.DataFrame:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    installed(monkeypatch, stock_zh_index_hist_csindex=csindex)
    assert main(["fetch", "csi-300", *SPAN]) == 0
    assert pauses == [2.0, 4.0, 8.0]
    assert "  ConnectionError: reset; asked again in 2 s (2 of 4)" in capsys.readouterr().err


def test_the_next_function_is_asked_when_one_gives_up(root: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_: str) -> pd.DataFrame:
        raise ConnectionError("refused")

    library = installed(
        monkeypatch, stock_zh_index_daily_em=refused, stock_zh_index_daily=lambda symbol: frame(names="date open high low close volume")
    )
    assert main(["fetch", "chinext", *SPAN, "--tries", "2"]) == 0
    assert [name for name, _ in library.asked] == ["stock_zh_index_daily_em"] * 2 + ["stock_zh_index_daily"]
    assert library.asked[-1][1] == {"symbol": "sz399006"}


def test_rows_outside_the_span_are_not_taken(root: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions without dates answer with all they have, today's unfinished row included."""
    installed(monkeypatch, stock_hk_index_daily_sina=lambda symbol: frame(names="date open high low close volume"))
    assert (
        main(
            [
                "fetch",
                "hk-index:HSCEI",
                "--name-en",
                "H",
                "--name-zh",
                "国企指数",
                "--sectors",
                "cross",
                "--calendar",
                "XSHG",
                "--from",
                "2023-01-01",
                "--to",
                "2023-06-30",
            ]
        )
        == 0
    )
    (series,) = loaded_series()
    assert (series.code, series.first, series.last, series.kind) == ("hscei", "2023-01-03", "2023-06-30", "benchmark")


def test_without_an_end_yesterday_is_the_last_day(root: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "today_at", lambda code: calendars.day_number(date(2024, 3, 12)))
    library = installed(monkeypatch, stock_zh_index_hist_csindex=lambda symbol, start_date, end_date: frame(start_date, end_date))
    assert main(["fetch", "csi-300", "--from", "2024-01-01"]) == 0
    assert library.asked[0][1]["end_date"] == "20240311"
    assert find_series("csi-300").last == "2024-03-11"  # type: ignore[union-attr]
    # Later it goes on shortly before its last day, and what it has is known already.
    monkeypatch.setattr(calendars, "today_at", lambda code: calendars.day_number(date(2024, 3, 20)))
    assert main(["fetch", "csi-300"]) == 0
    assert library.asked[1][1] == {"symbol": "000300", "start_date": "20240226", "end_date": "20240319"}
    assert find_series("csi-300").last == "2024-03-19"  # type: ignore[union-attr]


def test_a_board_is_asked_by_every_name_it_had(
    root: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def board(symbol: str, start_date: str, end_date: str) -> pd.DataFrame:
        if symbol != "AI视频":
            raise KeyError(symbol)
        return frame("20240219", end_date, names="日期 开盘价 最高价 最低价 收盘价 成交量")

    library = installed(monkeypatch, stock_board_concept_index_ths=board)
    assert main(["fetch", "886068", *SPAN]) in (0, 1)
    assert [a["symbol"] for _, a in library.asked][:4] == ["Sora概念(文生视频)", "Sora概念（文生视频）", "Sora概念", "AI视频"]
    assert pauses == [], "a name that is not listed is not asked for again"
    series = find_series("ths-sora-concept")
    assert series is not None
    assert (series.first, series.printed_code) == ("2024-02-19", "886068.TI")
    out = capsys.readouterr().out
    assert "from stock_board_concept_index_ths(symbol=AI视频)" in out
    assert "levels differ from those that documents state: 2024-02-20 close" in out, "made-up rows do not pass for the real index"


def test_a_board_under_a_name_that_is_not_known_yet(
    root: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def board(symbol: str, **_: str) -> pd.DataFrame:
        raise KeyError(symbol)

    names = pd.DataFrame({"name": ["短剧与漫剧", "白酒概念"], "code": ["309000", "300001"]})
    installed(monkeypatch, stock_board_concept_index_ths=board, stock_board_concept_name_ths=lambda: names)
    assert main(["fetch", "886060", *SPAN]) == 1
    err = capsys.readouterr().err
    assert "no board has this name now" in err
    assert "  boards of a like name: 短剧与漫剧; fetch one with ths:NAME --code 886060.TI" in err
    assert "1 of 1 not whole: 886060" in err
    assert loaded_series() == ()


def test_a_year_that_was_skipped_without_a_word_is_asked_for_again(
    root: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = {2023}

    def board(symbol: str, start_date: str, end_date: str) -> pd.DataFrame:
        found = frame(start_date, end_date, skip_years=tuple(blocked))
        blocked.clear()
        return found

    library = installed(monkeypatch, stock_board_concept_index_ths=board)
    assert main(["fetch", "886060", *SPAN]) == 0
    assert [(a["start_date"], a["end_date"]) for _, a in library.asked] == [("20220101", "20241231"), ("20230103", "20231229")]
    out, err = capsys.readouterr()
    assert "242 trading days did not come, 2023-01-03 to 2023-12-29; asked for again" in err
    assert "no gaps" in out
    assert find_series("886060-ti").n_rows == len(DAYS)  # type: ignore[union-attr]


def test_a_year_that_stays_away_is_reported_and_the_rest_kept(
    root: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state = {"blocked": (2023,)}
    library = installed(
        monkeypatch,
        stock_board_concept_index_ths=lambda symbol, start_date, end_date: frame(start_date, end_date, skip_years=state["blocked"]),
    )
    assert main(["fetch", "886060", *SPAN]) == 1
    out, err = capsys.readouterr()
    assert "gaps: 242 trading day(s) of XSHG without a row: 2023-01-03 to 2023-12-29 (242 days)" in out
    assert "long stretches are missing" in err
    assert find_series("886060-ti").n_rows == len(DAYS) - 242  # type: ignore[union-attr]
    # The next time it starts before the gap, by itself.
    state["blocked"] = ()
    library.asked.clear()
    monkeypatch.setattr(calendars, "today_at", lambda code: calendars.day_number(date(2025, 1, 1)))
    assert main(["fetch", "886060"]) == 0
    assert library.asked[0][1]["start_date"] == "20221220"
    assert find_series("886060-ti").n_rows == len(DAYS)  # type: ignore[union-attr]


def test_what_comes_is_checked_like_a_file(
    root: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def csindex(symbol: str, start_date: str, end_date: str) -> pd.DataFrame:
        found = frame(start_date, end_date)
        found.loc[3, "收盘"] = 9999.0
        found.loc[5, "日期"] = pd.NaT
        return found

    installed(monkeypatch, stock_zh_index_hist_csindex=csindex)
    assert main(["fetch", "csi-300", *SPAN]) == 1
    err = capsys.readouterr().err
    assert "stock_zh_index_hist_csindex:4: 收盘: '9999': is above the high of" in err
    assert "is no date" in err
    assert loaded_series() == ()
    assert main(["fetch", "csi-300", *SPAN, "--skip-bad"]) == 0
    assert find_series("csi-300").n_rows == len(DAYS) - 2  # type: ignore[union-attr]


def test_an_index_with_closes_only_is_stored_with_closes_only(
    root: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The docstring of the function says that only its closes can be relied on; some series have 0 elsewhere."""

    def csindex(symbol: str, start_date: str, end_date: str) -> pd.DataFrame:
        return frame(start_date, end_date).assign(开盘=0.0, 最高=np.nan, 最低=0.0)

    installed(monkeypatch, stock_zh_index_hist_csindex=csindex)
    assert main(["fetch", "csi-300", *SPAN]) == 0
    assert "开盘: empty or 0 in every row, so left out" in capsys.readouterr().out
    assert not find_series("csi-300").has_ohlc  # type: ignore[union-attr]
    assert read_levels("csi-300").num_rows == len(DAYS)


def test_several_are_fetched_and_one_that_fails_stops_no_other(
    root: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    library = installed(monkeypatch, stock_zh_index_hist_csindex=lambda symbol, start_date, end_date: frame(start_date, end_date))
    assert main(["fetch", "adobe", "csi-300", *SPAN]) == 1
    err = capsys.readouterr().err
    assert "stock_us_daily: this version of akshare has no such function" in err
    assert err.splitlines()[-1] == "1 of 2 not whole: adobe"
    assert [s.code for s in loaded_series()] == ["csi-300"]
    assert len(library.asked) == 1


def test_without_the_package_one_sentence_says_how_to_get_it(
    root: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "akshare", None)
    assert main(["fetch", "csi-300"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "python -m pip install akshare" in line


def test_wrong_use_is_told(root: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch", "nothing-known", "zz:1"]) == 2
    assert "no way is known to nothing-known, zz:1" in capsys.readouterr().err
    assert main(["fetch", "csi-300", "chinext", "--name-en", "Both"]) == 2
    assert main(["fetch", "csi-300", "--from", "2024"]) == 2
    assert main(["fetch"]) == 0
    assert "ths-sora-concept" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("what", "calls"),
    [
        ("tencent", [("stock_hk_hist", {"symbol": "00700", "period": "daily", "adjust": "", "start_date": "S", "end_date": "E"}), ("stock_hk_daily", {"symbol": "00700", "adjust": ""})]),
        ("us:AAPL", [("stock_us_daily", {"symbol": "AAPL", "adjust": ""}), *[("stock_us_hist", {"symbol": f"{m}.AAPL", "period": "daily", "adjust": "", "start_date": "S", "end_date": "E"}) for m in (105, 106, 107)]]),
        ("share:600640", [("stock_zh_a_hist", {"symbol": "600640", "period": "daily", "adjust": "", "start_date": "S", "end_date": "E"}), ("stock_zh_a_daily", {"symbol": "sh600640", "adjust": "", "start_date": "S", "end_date": "E"})]),
        ("hang-seng-tech", [("stock_hk_index_daily_sina", {"symbol": "HSTECH"}), ("stock_hk_index_daily_em", {"symbol": "HSTECH"})]),
        ("media-etf-159805", [("fund_etf_hist_em", {"symbol": "159805", "period": "daily", "adjust": "", "start_date": "S", "end_date": "E"}), ("fund_etf_hist_sina", {"symbol": "sz159805"})]),
        ("em:短剧互动游戏", [("stock_board_concept_hist_em", {"symbol": "短剧互动游戏", "period": "daily", "adjust": "", "start_date": "S", "end_date": "E"})]),
        ("csi:931071", [("stock_zh_index_hist_csindex", {"symbol": "931071", "start_date": "S", "end_date": "E"}), ("stock_zh_index_daily_em", {"symbol": "csi931071", "start_date": "S", "end_date": "E"})]),
    ],
)  # fmt: skip
def test_how_each_family_is_asked(what: str, calls: list[tuple[str, dict[str, str]]]) -> None:
    recipe = recipe_for(what)
    assert recipe is not None
    assert [(call.function, call.asked("S", "E")) for call in recipe.calls] == calls


def test_adjusted_prices_are_asked_where_there_are_any() -> None:
    assert [c.function for c in recipes.recipe_for("adobe", "hfq").calls] == ["stock_us_hist"] * 3  # type: ignore[union-attr]
    assert {dict(c.arguments)["adjust"] for c in recipes.recipe_for("tencent", "hfq").calls} == {"hfq"}  # type: ignore[union-attr]
