"""The event study on real daily series, against figures that were worked out by another way.

The series may not be shipped, so this runs only where they are: in the folder that REELSHIFT_MARKET_TRIALS names,
else beside the project. The figures below were computed with numpy's least squares and matrices written out,
and the test does so again from the files.
"""

from __future__ import annotations

import csv
import os
from bisect import bisect_left
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.event_study import EventWindow, PooledWindows, Refusal, event_window, pooled, rebased, rolling_beta

FOLDER = Path(os.environ.get("REELSHIFT_MARKET_TRIALS") or Path(__file__).parents[2] / "shared" / "market")
AI_THEME, CSI_300, SHANGHAI = (FOLDER / f"{name}_daily.csv" for name in ("csi_ai_theme_930713", "csi300", "shanghai_composite"))
pytestmark = pytest.mark.skipif(not AI_THEME.exists(), reason="the real series are not on this machine")

#: CSI AI theme (930713) against CSI 300, market model over [-120, -21], window [-5, 20]. Per event: trading day and
#: estimation window; alpha, beta, sigma, R2; on day 0 the abnormal return, its error, t and rank of 126; then the
#: cumulated return and its error up to day 1 and to day 20, with the t of the latter.
CHECKED = {
    # Sora was announced on 15 February in the US, 16 February in China; exchanges opened after Spring Festival.
    "2024-02-16": (
        ("2024-02-19", "2023-08-16", "2024-01-11"),
        (0.01605, 1.47650, 1.29290, 0.46135),
        (3.86133, 1.31631, 2.9335, 126),
        (3.66701, 3.71240, 10.85593, 7.80588, 1.3907),
    ),
    # Sora 2 on its own date, and on the first session after the National Day holidays.
    "2025-09-30": (
        ("2025-09-30", "2025-04-09", "2025-09-01"),
        (0.27238, 1.56732, 1.38168, 0.35305),
        (-0.64879, 1.38945, -0.4669, 51),
        (-4.81933, 3.82117, -12.96427, 7.93777, -1.6332),
    ),
    "2025-10-09": (
        ("2025-10-09", "2025-04-10", "2025-09-02"),
        (0.21702, 1.60728, 1.40726, 0.35774),
        (-1.54456, 1.44155, -1.0715, 15),
        (-5.87740, 3.85514, -10.51626, 8.05927, -1.3049),
    ),
    # The end of Sora, announced on 24 March in the US: its own date, and the session after.
    "2026-03-24": (
        ("2026-03-24", "2025-09-17", "2026-02-13"),
        (0.03609, 1.65623, 1.39482, 0.54043),
        (-0.57387, 1.41497, -0.4056, 43),
        (3.33025, 3.84640, 9.73507, 7.98963, 1.2185),
    ),
    "2026-03-25": (
        ("2026-03-25", "2025-09-18", "2026-02-24"),
        (0.03108, 1.64530, 1.39954, 0.53733),
        (0.35980, 1.42217, 0.2530, 75),
        (4.38376, 3.87203, 11.06394, 8.01893, 1.3797),
    ),
}
each_event = pytest.mark.parametrize("event", CHECKED)


def series(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, usecols=["date", "close"])


def study(event: str, benchmark: Path = CSI_300, **more: str) -> EventWindow:
    found = event_window(series(AI_THEME), series(benchmark), event, **more)
    assert isinstance(found, EventWindow), found
    return found


def closes(path: Path) -> dict[str, float]:
    with path.open(encoding="utf-8") as file:
        return {row["date"]: float(row["close"]) for row in csv.DictReader(file)}


@each_event
def test_the_figures_that_were_checked(event: str) -> None:
    found = study(event)
    days = found.days.set_index("relative_day")
    dates, model, first, summed = CHECKED[event]
    assert (str(found.trading_day), str(found.estimation_first), str(found.estimation_last)) == dates
    assert (found.alpha_pct, found.beta, found.sigma_pct, found.r2) == pytest.approx(model, abs=1e-5)
    assert tuple(days.loc[0, ["abnormal_return_pct", "abnormal_se_pct", "abnormal_t", "rank"]]) == pytest.approx(first, abs=6e-5)
    one, twenty = days.loc[1], days.loc[20]
    assert (one["car_pct"], one["car_se_pct"], twenty["car_pct"], twenty["car_se_pct"], twenty["car_t"]) == pytest.approx(summed, abs=6e-5)
    assert (found.n_estimation, found.df, found.n_ranked) == (100, 98, 126)
    assert (found.n_series_only, found.n_benchmark_only, found.n_left_out, found.n_gaps_in_window) == (0, 0, 0, 0)


@pytest.mark.parametrize("benchmark", [CSI_300, SHANGHAI], ids=["csi-300", "shanghai-composite"])
@each_event
def test_least_squares_written_out_gives_the_same(event: str, benchmark: Path) -> None:
    own, other = closes(AI_THEME), closes(benchmark)
    dates = sorted(own.keys() & other.keys())
    zero = bisect_left(dates, event)

    def returns(levels: dict[str, float], first: int, last: int) -> np.ndarray:
        return np.array([100 * (levels[dates[zero + k]] / levels[dates[zero + k - 1]] - 1) for k in range(first, last + 1)])

    y, x = returns(own, -120, -21), np.column_stack([np.ones(100), returns(other, -120, -21)])
    x_star = np.column_stack([np.ones(26), returns(other, -5, 20)])
    theta = np.linalg.lstsq(x, y)[0]
    residuals, abnormal = y - x @ theta, returns(own, -5, 20) - x_star @ theta
    variance = residuals @ residuals / 98 * (np.eye(26) + x_star @ np.linalg.inv(x.T @ x) @ x_star.T)

    found = study(event, benchmark)
    assert (found.alpha_pct, found.beta) == pytest.approx(tuple(theta), abs=1e-8)
    assert found.days["date"].dt.strftime("%Y-%m-%d").tolist() == dates[zero - 5 : zero + 21]
    assert found.days["abnormal_return_pct"].to_numpy() == pytest.approx(abnormal, abs=1e-8)
    assert found.days["abnormal_se_pct"].to_numpy() == pytest.approx(np.sqrt(np.diag(variance)), abs=1e-8)
    assert found.days["car_pct"].to_numpy() == pytest.approx(np.cumsum(abnormal), abs=1e-8)
    assert found.days["car_se_pct"].to_numpy() == pytest.approx([np.sqrt(variance[:m, :m].sum()) for m in range(1, 27)], abs=1e-8)


def test_sora_was_priced_after_the_holidays() -> None:
    """The theme's best day of all 126 that were ranked, and the only one of these events with a band that leaves out 0."""
    found = study("2024-02-16")
    assert (found.is_moved, found.moved_why, str(found.event_day)) == (True, "closed", "2024-02-16")
    zero = found.days.set_index("relative_day").loc[0]
    assert zero["return_pct"] == pytest.approx(5.5834, abs=5e-5)
    assert zero["benchmark_return_pct"] == pytest.approx(1.1550, abs=5e-4)
    assert zero["rank_p"] == pytest.approx(2 / 126)
    assert zero["abnormal_low_pct"] > 0
    for event in ("2025-09-30", "2025-10-09", "2026-03-24", "2026-03-25"):
        other = study(event)
        assert not other.is_moved
        assert other.days["car_p"].iloc[-1] > 0.05
        assert other.days.set_index("relative_day").loc[0, "abnormal_p"] > 0.05


def test_models_differ_where_beta_is_not_one() -> None:
    """Over [-5, 20] around Sora the theme rose far more than the market: how much of it is abnormal is for the model to say."""
    sums = {model: study("2024-02-16", model=model).days["car_pct"].iloc[-1] for model in ("market", "market_adjusted", "mean_adjusted")}
    assert sums == pytest.approx({"market": 10.856, "market_adjusted": 16.744, "mean_adjusted": 33.613}, abs=1e-3)


def test_the_three_events_together() -> None:
    found = pooled([study(event) for event in ("2024-02-16", "2025-10-09", "2026-03-25")])
    assert isinstance(found, PooledWindows)
    assert (found.n_events, found.is_small, found.n_overlapping, found.n_estimated_over) == (3, True, 0, 1)
    last = found.days.iloc[-1]
    sums = np.array([10.85593, -10.51626, 11.06394])
    scaled = sums / np.array([7.80588, 8.05927, 8.01893])
    assert last["caar_pct"] == pytest.approx(sums.mean(), abs=1e-4)
    assert last["caar_t"] == pytest.approx(sums.mean() / (sums.std(ddof=1) / np.sqrt(3)), abs=1e-4)
    assert last["caar_bmp"] == pytest.approx(scaled.mean() / (scaled.std(ddof=1) / np.sqrt(3)), abs=1e-4)
    assert last["caar_adj_bmp"] == last["caar_bmp"]


def test_the_ends_of_the_files() -> None:
    """The series ends on 21 August 2026; Shanghai's begins in August 2021."""
    late = event_window(series(AI_THEME), series(CSI_300), "2026-08-10")
    assert isinstance(late, Refusal)
    assert (late.reason, late.n, late.needed, late.last) == ("window_incomplete", 15, 26, 9)
    early = event_window(series(AI_THEME), series(SHANGHAI), "2021-12-20")
    assert isinstance(early, Refusal)
    assert (early.reason, early.needed) == ("too_few_estimation_days", 70)
    before = event_window(series(AI_THEME), series(SHANGHAI), "2021-08-20")
    assert isinstance(before, Refusal)
    assert before.reason == "no_benchmark"


def test_a_price_on_a_day_when_the_exchange_was_closed() -> None:
    """The theme's file has one on 18 June 2018, a holiday; the benchmark's has not, so that row counts as no day, and is said."""
    found = study("2018-06-18")
    assert (found.moved_why, str(found.trading_day)) == ("no_benchmark_level", "2018-06-19")
    assert (found.n_series_only, found.n_gaps_in_window) == (1, 1)
    later = study("2018-09-03")
    assert (later.n_series_only, later.n_left_out, later.n_estimation) == (1, 1, 99)


def test_levels_and_beta_over_the_whole_files() -> None:
    theme = rebased(series(AI_THEME), "2024-02-16").set_index("date")["rebased_index"]
    assert theme["2024-02-08"] == 100
    assert theme["2024-02-19"] == pytest.approx(105.5834, abs=5e-5)
    beta = rolling_beta(series(AI_THEME), series(CSI_300), 120).set_index("date")["beta"]
    own, other = (series(p).set_index("date")["close"].pct_change() for p in (AI_THEME, CSI_300))
    last = slice("2025-02-28", "2025-08-29")
    y, x = own.loc[last].iloc[-120:], other.loc[last].iloc[-120:]
    assert beta["2025-08-29"] == pytest.approx(np.polyfit(x, y, 1)[0], abs=1e-8)
