"""Which functions of akshare answer for which series, in the order in which they are tried.

Names, parameters and columns were read in the source of akshare 1.19.5 (MIT). The data are not: they belong to the
sites that it reads, and to their terms. Nothing of them is kept here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from data.levels.naming import Said
from data.tables import open_tables


@dataclass(frozen=True)
class Call:
    """One way to ask: a function, what it is told, and whether it takes `start_date` and `end_date` (YYYYMMDD).

    `named` says that the symbol is a name which the site may have changed, so that KeyError means: try the next.
    """

    function: str
    arguments: tuple[tuple[str, str], ...]
    is_dated: bool = True
    named: bool = False

    def asked(self, start: str, end: str) -> dict[str, str]:
        dates = {"start_date": start.replace("-", ""), "end_date": end.replace("-", "")} if self.is_dated else {}
        return {**dict(self.arguments), **dates}

    def __str__(self) -> str:
        return f"{self.function}({', '.join(f'{k}={v}' for k, v in self.arguments)})"


@dataclass(frozen=True)
class Recipe:
    """How to fetch one series: what is said of it, and the calls to try. `words` find boards of a like name."""

    said: Said
    calls: tuple[Call, ...]
    words: tuple[str, ...] = ()


def _call(function: str, is_dated: bool = True, named: bool = False, **arguments: str) -> Call:
    return Call(function, tuple(arguments.items()), is_dated, named)


def _ths(names: str, adjust: str) -> tuple[Call, ...]:
    return tuple(_call("stock_board_concept_index_ths", named=True, symbol=name) for name in re.split("[,，;；]", names) if name)


def _eastmoney(name: str, adjust: str) -> tuple[Call, ...]:
    return (_call("stock_board_concept_hist_em", symbol=name, period="daily", adjust=""),)


def _csi(code: str, adjust: str) -> tuple[Call, ...]:
    quoted = (_call("stock_zh_index_daily_em", symbol=f"sh{code}"),) if code.startswith("000") else ()
    return (_call("stock_zh_index_hist_csindex", symbol=code), *quoted, _call("stock_zh_index_daily_em", symbol=f"csi{code}"))


def _index(code: str, adjust: str) -> tuple[Call, ...]:
    """An index of the two exchanges, with its market before it: sh000001, sz399006."""
    return (
        _call("stock_zh_index_daily_em", symbol=code),
        _call("stock_zh_index_daily", is_dated=False, symbol=code),
        _call("index_zh_a_hist", symbol=code[2:], period="daily"),
    )


def _hk_index(code: str, adjust: str) -> tuple[Call, ...]:
    return tuple(_call(f, is_dated=False, symbol=code) for f in ("stock_hk_index_daily_sina", "stock_hk_index_daily_em"))


def _hk(code: str, adjust: str) -> tuple[Call, ...]:
    return (
        _call("stock_hk_hist", symbol=code, period="daily", adjust=adjust),
        _call("stock_hk_daily", is_dated=False, symbol=code, adjust=adjust),
    )


def _us(code: str, adjust: str) -> tuple[Call, ...]:
    """Sina has prices as traded only; Eastmoney wants the market's number: Nasdaq 105, NYSE 106, AMEX 107."""
    raw = () if adjust else (_call("stock_us_daily", is_dated=False, symbol=code, adjust=""),)
    return (*raw, *(_call("stock_us_hist", symbol=f"{market}.{code}", period="daily", adjust=adjust) for market in (105, 106, 107)))


def _share(code: str, adjust: str) -> tuple[Call, ...]:
    market = "sh" if code.startswith("6") else "sz"
    return (
        _call("stock_zh_a_hist", symbol=code, period="daily", adjust=adjust),
        _call("stock_zh_a_daily", symbol=f"{market}{code}", adjust=adjust),
    )


def _fund(code: str, adjust: str) -> tuple[Call, ...]:
    market = "sh" if code.startswith("5") else "sz"
    raw = () if adjust else (_call("fund_etf_hist_sina", is_dated=False, symbol=f"{market}{code}"),)
    return (_call("fund_etf_hist_em", symbol=code, period="daily", adjust=adjust), *raw)


#: `csi:931071` on the command line: how each family is asked.
FAMILIES: dict[str, Callable[[str, str], tuple[Call, ...]]] = {
    "ths": _ths,
    "em": _eastmoney,
    "csi": _csi,
    "index": _index,
    "hk-index": _hk_index,
    "hk": _hk,
    "us": _us,
    "share": _share,
    "fund": _fund,
}
#: What a family's series are, where the user does not say.
IMPLIED: dict[str, dict[str, Any]] = {
    "ths": {"kind": "concept_index", "currency": "CNY", "provider": "Tonghuashun (THS)", "benchmark": "csi-300"},
    "em": {"kind": "concept_index", "currency": "CNY", "provider": "Eastmoney", "benchmark": "csi-300"},
    "csi": {"kind": "sector_index", "currency": "CNY", "provider": "CSI", "benchmark": "csi-300"},
    "index": {"kind": "benchmark", "currency": "CNY"},
    "hk-index": {"kind": "benchmark", "currency": "HKD", "provider": "Hang Seng Indexes"},
    "hk": {"kind": "stock", "currency": "HKD", "provider": "HKEX", "benchmark": "hang-seng-index"},
    "us": {"kind": "stock", "currency": "USD", "provider": "US-listed"},
    "share": {"kind": "stock", "currency": "CNY", "provider": "A-share", "benchmark": "csi-300"},
    "fund": {"kind": "etf", "currency": "CNY", "benchmark": "csi-300"},
}
#: Tonghuashun renames its boards and keeps their codes, and is asked by name: every name that a board is known to have had.
BOARDS = {
    "886068": ("ths-sora-concept", "Sora概念(文生视频),Sora概念（文生视频）,Sora概念,AI视频,文生视频", ("Sora", "视频")),
    "886060": ("886060.TI", "短剧游戏,短剧互动游戏,互动短剧", ("短剧",)),
}
_SHORT_DRAMA = Said(
    "886060.TI",
    name_en="Tonghuashun short drama and games",
    name_zh="同花顺短剧游戏指数",
    sectors=("short_drama", "games"),
    **IMPLIED["ths"],
)
#: Codes that the project's tables do not print, and names by which boards are asked for.
_ALSO = {"hang-seng-tech": ("hk-index", "HSTECH"), "star-50": ("index", "sh000688"), "eastmoney-short-drama-games": ("em", "短剧互动游戏")}


def known(adjust: str = "") -> dict[str, Recipe]:
    """Every series that can be fetched by its name alone: those of the project's tables that have a way, and boards."""
    recipes: dict[str, Recipe] = {}
    for row in open_tables().native("series").astype(object).where(lambda f: f.notna(), None).to_dict("records"):
        way = _ALSO.get(row["series_id"]) or _way(row)
        if way:
            recipes[row["series_id"]] = Recipe(Said(row["series_id"]), FAMILIES[way[0]](way[1], adjust))
    for code, (series, names, words) in BOARDS.items():
        said = _SHORT_DRAMA if code == "886060" else Said(series)
        recipes[series] = Recipe(said, _ths(names, adjust), words)
    return recipes


def _way(row: dict[str, Any]) -> tuple[str, str] | None:
    """Family and symbol of a row of the table `series`; None where akshare has no way to it."""
    code, provider, is_index = row["code"], row["provider"], row["kind"].endswith("index") or row["kind"] == "benchmark"
    if not code:
        return None
    if row["kind"] == "etf":
        return "fund", code
    if provider == "US-listed":
        return "us", code
    if provider == "HKEX":
        return "hk", code
    if provider == "Hang Seng Indexes":
        return "hk-index", code
    if provider == "CSI":
        return "csi", code
    if provider in ("SSE", "SZSE") and is_index:
        return "index", ("sh" if provider == "SSE" else "sz") + code
    return ("share", code) if row["kind"] == "stock" and row["currency"] == "CNY" else None


def recipe_for(what: str, adjust: str = "") -> Recipe | None:
    """What a user asks for: a series of `known`, its printed code, a board's code, or family:symbol. None when it is none of these."""
    family, mark, symbol = what.partition(":")
    if mark:
        if family not in FAMILIES or not symbol:
            return None
        return Recipe(Said(symbol.split(",")[0], **IMPLIED[family]), FAMILIES[family](symbol, adjust))
    recipes = known(adjust)
    board = BOARDS.get(what.upper().removesuffix(".TI"))
    printed = {code: series for series, code in open_tables().native("series")[["series_id", "code"]].dropna().itertuples(index=False)}
    return recipes.get(board[0] if board else what) or recipes.get(printed.get(what, ""))
