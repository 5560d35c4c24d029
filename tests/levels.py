"""Made-up series for the tests of loaded levels: trading days of Shanghai, prices that no market had."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from data.levels.store import LEVELS_VARIABLE, SeriesMeta
from tests.loaded import levels_of, two_series, walk, with_levels  # noqa: F401  (for tests that want both)

#: Five trading days around the Lantern Festival of 2024; the 24th and 25th were a weekend, the 9th to the 18th holidays.
DAYS = ("2024-02-19", "2024-02-20", "2024-02-21", "2024-02-22", "2024-02-23")
CLOSES = (100.0, 101.5, 99.0, 102.25, 103.0)
#: Real series to try on, where a machine has them; they are never part of the repository.
TRIALS = Path(os.environ.get("REELSHIFT_MARKET_TRIALS", "../shared/market"))
DESCRIBED = ("--name-en", "Made up", "--name-zh", "虚构", "--kind", "sector_index", "--sectors", "film", "--currency", "CNY")


def meta(code: str = "made-up", **more: str) -> SeriesMeta:
    return SeriesMeta(code, "Made up", "虚构", "sector_index", ("film",), calendar="XSHG", printed_code=code.upper(), **more)


def table(days: Sequence[str | date | datetime] = DAYS, closes: Sequence[float] = CLOSES, **columns: Sequence[float | None]) -> pa.Table:
    """Rows as the store takes them; times where the days have them."""
    moments = [datetime.fromisoformat(d) if isinstance(d, str) else d for d in days]
    is_intraday = any(isinstance(m, datetime) and m.time() != datetime.min.time() for m in moments)
    dates = (
        pa.array(moments, pa.timestamp("ms")) if is_intraday else pa.array([m.date() if isinstance(m, datetime) else m for m in moments])
    )
    values = {name: pa.array(cells, pa.float64()) for name, cells in columns.items()}
    return pa.table(
        {"date": dates.cast(pa.timestamp("ms") if is_intraday else pa.date32()), "close": pa.array(closes, pa.float64()), **values}
    )


def stored_files(root: Path) -> dict[str, bytes]:
    """Everything in the store by its name, the lock aside."""
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file() and p.name != ".lock"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store that REELSHIFT_LEVELS points to."""
    folder = tmp_path / "levels"
    monkeypatch.setenv(LEVELS_VARIABLE, str(folder))
    return folder
