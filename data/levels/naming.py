"""What a series is: from what the user says, what is stored of it, and what the project's own tables know.

A code that the tables know (000300, 000300.SH and sh000300 are csi-300) gives the series its name there, so that
stated and loaded levels meet. Codes are unique only within a market: 000001 is an index in Shanghai and a share in
Shenzhen, so a suffix, a kind or a currency that does not fit keeps the two apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from data.catalog import dictionary
from data.levels import calendars
from data.levels.store import SeriesMeta, find_series
from data.tables import open_tables

_AFFIXED = re.compile(r"(?:(?P<prefix>sh|sz|csi|hk)[.:]?)?(?P<core>[a-z0-9]+)(?:\.(?P<suffix>[a-z]+))?")
_MARKETS = {
    **dict.fromkeys(("sh", "ss", "xshg", "sse"), "SSE"),
    **dict.fromkeys(("sz", "xshe", "szse"), "SZSE"),
    **dict.fromkeys(("hk", "xhkg", "hkex", "hi"), "HK"),
    **dict.fromkeys(("csi", "ci"), "CSI"),
    **dict.fromkeys(("ti", "ths"), "THS"),
    **dict.fromkeys(("us", "n", "o", "oq", "xnys", "xnas"), "US"),
}
_PROVIDERS = {
    "SSE": "SSE",
    "SZSE": "SZSE",
    "HKEX": "HK",
    "Hang Seng Indexes": "HK",
    "CSI": "CSI",
    "Tonghuashun (THS)": "THS",
    "US-listed": "US",
}


class NotDescribed(Exception):
    """The series cannot be made from what was said; `remedies` says why, all of it."""

    def __init__(self, remedies: list[str]) -> None:
        super().__init__("; ".join(remedies))
        self.remedies = remedies


@dataclass(frozen=True)
class Said:
    """What the user says of a series; None where nothing is said."""

    code: str
    name_en: str | None = None
    name_zh: str | None = None
    kind: str | None = None
    sectors: tuple[str, ...] | None = None
    currency: str | None = None
    provider: str | None = None
    calendar: str | None = None
    benchmark: str | None = None
    terms: str | None = None


def slug(text: str) -> str:
    """Small letters, digits and single hyphens.

    >>> slug("886068.TI")
    '886068-ti'
    """
    return re.sub(r"[^a-z0-9]+", "-", unicodedata.normalize("NFKC", text).lower()).strip("-")


def described(said: Said) -> tuple[SeriesMeta, list[str]]:
    """The series, and what was concluded on the way. Raises NotDescribed with everything that is missing or unknown."""
    code, record = code_of(said)
    stored = find_series(code)
    known: dict[str, Any] = {f.name: getattr(stored, f.name) for f in fields(SeriesMeta)} if stored else {}
    if record and not stored:
        known = {k: record[k] or "" for k in ("name_en", "name_zh", "kind", "currency", "provider")}
        known |= {"benchmark": record["benchmark_id"] or "", "sectors": _sectors_of(code), "printed_code": record["code"] or said.code}
    notes = []
    if record and said.code != code:
        notes.append(f"{said.code} is {code} of the project's tables: {record['name_en']}, {record['name_zh']}")
    chosen = {f.name: getattr(said, f.name) for f in fields(Said) if f.name not in ("code", "calendar")}
    whole: dict[str, Any] = {k: v if v is not None else known.get(k, () if k == "sectors" else "") for k, v in chosen.items()}
    whole["name_zh"] = whole["name_zh"] or (whole["name_en"] if record else "")
    remedies = _remedies(said.code, code, whole)
    try:
        calendar = calendars.canonical(said.calendar) if said.calendar is not None else known.get("calendar")
    except ValueError as error:
        remedies.append(f"--calendar: {error}")
        calendar = ""
    if remedies:
        raise NotDescribed(remedies)
    if calendar is None:
        calendar = calendars.default_calendar(whole["currency"], whole["provider"])
    if whole["benchmark"] and not _is_known(whole["benchmark"]):
        notes.append(f"the benchmark {whole['benchmark']} is neither in the project's tables nor loaded; load it too")
    return SeriesMeta(code, calendar=calendar, printed_code=known.get("printed_code") or said.code, **whole), notes


def code_of(said: Said) -> tuple[str, dict[str, Any] | None]:
    """The code by which a series is stored, and its row of the table `series` where it has one."""
    record = known_record(said)
    return (record["series_id"] if record else slug(said.code)), record


def _remedies(printed: str, code: str, whole: dict[str, Any]) -> list[str]:
    codes = dictionary().codes
    missing = [f"--{k.replace('_', '-')}" for k in ("name_en", "name_zh", "kind", "sectors") if not whole[k]]
    remedies = [f"{printed} is new here, so add {' '.join(missing)}"] if missing else []
    if not code:
        remedies.append(f"--code: {printed!r} has no Latin letter or digit; give the series a code in ASCII")
    for option, code_list, values in (
        ("--kind", "series_kind", [whole["kind"]]),
        ("--sectors", "sector", whole["sectors"]),
        ("--currency", "currency", [whole["currency"]]),
    ):
        unknown = [v for v in values if v and v not in codes[code_list]]
        if unknown:
            remedies.append(f"{option}: {', '.join(unknown)} is unknown; choose from {', '.join(codes[code_list])}")
    if whole["benchmark"] == code and code:
        remedies.append("--benchmark: a series is no benchmark of its own; leave it out")
    return remedies


def known_record(said: Said) -> dict[str, Any] | None:
    """The row of the project's table `series` that a code means, or None."""
    rows: list[dict[str, Any]] = open_tables().native("series").astype(object).where(lambda f: f.notna(), None).to_dict("records")
    for row in rows:
        if row["series_id"] == slug(said.code):
            return row
    found = [row for row in rows if row["code"] and _same_code(said.code, row) and _fits(said, row)]
    return found[0] if len(found) == 1 else None


def _same_code(code: str, row: dict[str, Any]) -> bool:
    core, market = _parts(code)
    known, printed_market = _parts(row["code"])
    home = printed_market or _PROVIDERS.get(row["provider"] or "", "")
    if home == "HK" and core.isdigit():
        core, known = core.lstrip("0"), known.lstrip("0")
    # The exchanges quote the indices of CSI too: 000300.SH, 399971.SZ.
    return core == known and (not market or not home or market == home or (home == "CSI" and market in ("SSE", "SZSE")))


def _parts(code: str) -> tuple[str, str]:
    """A code without what names its market, and the market. Several letters are a ticker, never a prefix."""
    match = _AFFIXED.fullmatch(code.strip().lower())
    if match is None:
        return code.strip().lower(), ""
    if match["prefix"] and not match["core"].isdigit():
        return match["prefix"] + match["core"], _MARKETS.get(match["suffix"] or "", "")
    return match["core"], _MARKETS.get(match["prefix"] or match["suffix"] or "", "")


def _fits(said: Said, row: dict[str, Any]) -> bool:
    same_kind = said.kind is None or (said.kind in ("stock", "etf")) == (row["kind"] in ("stock", "etf"))
    return same_kind and (not said.currency or not row["currency"] or said.currency == row["currency"])


def _sectors_of(series_id: str) -> tuple[str, ...]:
    """The sectors that the stated moves of a series bear on, in the order of the dictionary."""
    moves = open_tables().native("index_moves")
    stated = {s for cell in moves.loc[moves["series_id"] == series_id, "sectors"] for s in cell.split(";")}
    return tuple(s for s in dictionary().codes["sector"] if s in stated)


def _is_known(code: str) -> bool:
    return find_series(code) is not None or code in set(open_tables().native("series")["series_id"])


def sectors_in(text: str) -> tuple[str, ...]:
    """`film,short_drama` or `film;short_drama`, each once."""
    return tuple(dict.fromkeys(s for s in re.split(r"[,;，；\s]+", text) if s))


def shown(series: SeriesMeta) -> str:
    """csi-300 (000300), CSI 300 / 沪深300"""
    names: Sequence[str] = dict.fromkeys((series.name_en, series.name_zh))  # type: ignore[assignment]
    return f"{series.code} ({series.printed_code}), {' / '.join(names)}"
