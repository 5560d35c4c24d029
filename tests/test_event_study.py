"""The event study against hand-worked examples, independent computations, and what must always hold."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as sp
from statsmodels.regression.rolling import RollingOLS

from data import tails
from data.event_study import (
    EventWindow,
    PooledWindows,
    Refusal,
    daily_closes,
    daily_returns,
    drawdown,
    event_window,
    paired,
    pooled,
    rebased,
    rolling_beta,
    rolling_volatility,
    trading_day,
)
from data.event_study.ranks import centred, rank_z, ranks

NAN = float("nan")


def levels(closes: Any, start: str = "2024-01-01") -> pd.DataFrame:
    """Closes on consecutive weekdays."""
    return pd.DataFrame({"date": pd.bdate_range(start, periods=len(closes)), "close": np.asarray(closes, dtype=float)})


def from_returns(returns_pct: Any, start: str = "2024-01-01") -> pd.DataFrame:
    """Levels with these simple returns, the first of them from a level on the first weekday."""
    return levels(100 * np.cumprod(np.concatenate([[1.0], 1 + np.asarray(returns_pct, dtype=float) / 100])), start)


def drawn(seed: int = 20240215, n: int = 260, beta: float = 1.3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A series and its benchmark, fixed by the seed."""
    rng = np.random.default_rng(seed)
    market = rng.normal(0.03, 1.1, n)
    return from_returns(0.05 + beta * market + rng.standard_t(4, n)), from_returns(market)


def computed(found: EventWindow | Refusal) -> EventWindow:
    assert isinstance(found, EventWindow), found
    return found


# Tail probabilities


@pytest.mark.parametrize("df", [1, 2, 3, 5, 9, 28, 58, 98, 250])
def test_student_is_that_of_scipy(df: int) -> None:
    for t in (0.0, 1e-6, 0.1, 0.5, 1.0, 1.96, 2.5, 5.0, 12.0, 40.0):
        assert tails.student_p(t, df) == pytest.approx(2 * sp.t.sf(t, df), rel=1e-10, abs=1e-12)
        assert tails.student_p(-t, df) == tails.student_p(t, df)
    for level in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999):
        assert tails.student_quantile(level, df) == pytest.approx(sp.t.ppf((1 + level) / 2, df), rel=1e-10)


def test_student_as_tables_print_it() -> None:
    assert [round(tails.student_quantile(0.95, df), 3) for df in (1, 2, 10, 98)] == [12.706, 4.303, 2.228, 1.984]


def test_tails_of_what_is_not_known() -> None:
    assert math.isnan(tails.student_p(NAN, 5))
    assert tails.student_p(math.inf, 5) == 0
    assert math.isnan(tails.normal_p(NAN))
    assert math.isnan(tails.binomial_p(0, 0, 0.5))


def test_normal_is_that_of_scipy() -> None:
    for z in (0.0, 0.3, 1.0, 1.96, 4.0, 9.0):
        assert tails.normal_p(-z) == pytest.approx(2 * sp.norm.sf(z), rel=1e-12)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.05, 0.95))
@settings(max_examples=40)
def test_binomial_is_that_of_scipy(count: tuple[int, int], share: float) -> None:
    k, n = count
    expected = min(1.0, 2 * min(sp.binom.cdf(k, n, share), sp.binom.sf(k - 1, n, share)))
    assert tails.binomial_p(k, n, share) == pytest.approx(expected, rel=1e-9, abs=1e-13)


# Returns and days


def test_returns_by_hand() -> None:
    frame = daily_returns(levels([100, 110, 99]))
    assert frame["return_pct"].tolist() == pytest.approx([NAN, 10, -10], nan_ok=True)
    logs = daily_returns(levels([100, 110, 99]), "log")["return_pct"]
    assert logs.tolist() == pytest.approx([NAN, 9.531018, -10.536052], nan_ok=True, abs=1e-6)
    assert logs.sum() == pytest.approx(100 * math.log(0.99)), "logarithms add up over days"


def test_a_way_to_count_returns_that_is_not_known() -> None:
    with pytest.raises(ValueError, match="simple or log"):
        daily_returns(levels([1, 2]), "geometric")


def test_closes_of_any_order_and_kind() -> None:
    times = ["2024-01-03 15:00", "2024-01-02 15:00", "2024-01-02 09:31", "2024-01-04 15:00", "2024-01-05 15:00", "2024-01-08 15:00"]
    frame = pd.DataFrame({"date": times, "close": [3, 2, 1, 0, np.nan, np.inf]})
    closes = daily_closes(frame)
    assert closes.to_dict() == {pd.Timestamp("2024-01-02"): 2, pd.Timestamp("2024-01-03"): 3}, "the last of each day; none without a price"
    dates = pd.DataFrame({"date": [dt.date(2024, 1, 3), dt.date(2024, 1, 2)], "close": [3, 2]})
    assert daily_closes(dates).equals(closes)


DAYS = ["2024-02-07", "2024-02-08", "2024-02-19", "2024-02-20"]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("2024-02-08", (1, False)),
        ("2024-02-09", (2, True)),
        ("2024-02-16", (2, True)),
        (dt.date(2024, 2, 19), (2, False)),
        ("2024-01-01", (0, True)),
        ("2024-02-21", None),
    ],
)
def test_the_day_an_event_counts_on(event: Any, expected: tuple[int, bool] | None) -> None:
    assert trading_day(DAYS, event) == expected
    assert trading_day([], event) is None


def test_returns_of_two_series_cover_the_same_days() -> None:
    """The series lacks the second day, the benchmark the fourth: both returns go from the first to the third, then to the fifth."""
    series, benchmark = levels([100, 105, 110, 121, 132]), levels([50, 51, 55, 60, 66])
    frame = paired(series.drop(index=1), benchmark.drop(index=3))
    assert frame["date"].tolist() == series["date"][[0, 2, 4]].tolist()
    assert frame["return_pct"].tolist() == pytest.approx([NAN, 10, 20], nan_ok=True)
    assert frame["benchmark_return_pct"].tolist() == pytest.approx([NAN, 10, 20], nan_ok=True)
    assert frame["n_sessions"].tolist() == [1, 2, 2]
    assert frame["n_benchmark_only"].tolist() == [0, 1, 0]
    assert frame["n_series_only"].tolist() == [0, 0, 1]


def test_a_frame_of_nothing_has_the_same_columns() -> None:
    some, none = levels([1, 2, 3]), levels([])
    for function in (daily_returns, drawdown, lambda f: rebased(f, "2024-01-02"), lambda f: rolling_volatility(daily_returns(f)), lambda f: rolling_beta(f, f), lambda f: paired(f, f), lambda f: paired(f, None)):  # fmt: skip
        assert function(none).dtypes.to_dict() == function(some).dtypes.to_dict()
        assert not len(function(none))


# One event, by hand

#: Four estimation days: benchmark -1, 1, -1, 1; the series 1 + 2 x benchmark + (0.5, 0.5, -0.5, -0.5).
ESTIMATION_BENCHMARK = [-1, 1, -1, 1]
ESTIMATION_RETURNS = [-0.5, 3.5, -1.5, 2.5]


def by_hand(model: str, **more: Any) -> EventWindow:
    """Two days of window after four of estimation; on them the benchmark does 1 and 3%, the series 6 and 4%."""
    series, benchmark = from_returns([*ESTIMATION_RETURNS, 6, 4]), from_returns([*ESTIMATION_BENCHMARK, 1, 3])
    return computed(event_window(series, benchmark, series["date"][5], (0, 1), (-4, -1), model, min_estimation=3, **more))


def test_market_model_by_hand() -> None:
    """e'e = 1 on 4 - 2 df. X*(X'X)^-1X*' adds 1/4 + 1/4 on the first day, 1/4 + 9/4 on the second, 4/4 + 16/4 to their sum."""
    found = by_hand("market")
    assert (found.alpha_pct, found.beta, found.sigma_pct) == pytest.approx((1, 2, math.sqrt(0.5)))
    assert (found.beta_se, found.r2) == pytest.approx((math.sqrt(0.5 / 4), 1 - 1 / 17))
    assert (found.n_estimation, found.df, found.n_ranked) == (4, 2, 6)
    days = found.days
    assert days["relative_day"].tolist() == [0, 1]
    assert days["normal_return_pct"].tolist() == pytest.approx([3, 7])
    assert days["abnormal_return_pct"].tolist() == pytest.approx([3, -3])
    assert days["abnormal_se_pct"].tolist() == pytest.approx([math.sqrt(0.75), math.sqrt(1.75)])
    assert days["abnormal_t"].tolist() == pytest.approx([3 / math.sqrt(0.75), -3 / math.sqrt(1.75)])
    assert days["car_pct"].tolist() == pytest.approx([3, 0], abs=1e-12)
    assert days["car_se_pct"].tolist() == pytest.approx([math.sqrt(0.75), math.sqrt(3.5)])
    assert days["car_high_pct"][1] == pytest.approx(4.302652730 * math.sqrt(3.5))
    assert days["abnormal_low_pct"][0] == pytest.approx(3 - 4.302652730 * math.sqrt(0.75))
    assert days["rank"].tolist() == [6, 1]
    assert days["rank_p"].tolist() == pytest.approx([1 / 3, 1 / 3]), "the highest and the lowest of six: twice one in six"


def test_mean_adjusted_by_hand() -> None:
    """Mean 1, e'e = 2.25 + 6.25 + 6.25 + 2.25 = 17 on 3 df; each day adds 1/4 to 1, two days 4/4 to 2."""
    found = by_hand("mean_adjusted")
    assert (found.alpha_pct, found.sigma_pct, found.df) == pytest.approx((1, math.sqrt(17 / 3), 3))
    assert math.isnan(found.beta)
    assert found.days["abnormal_return_pct"].tolist() == pytest.approx([5, 3])
    assert found.days["abnormal_se_pct"].tolist() == pytest.approx([math.sqrt(17 / 3 * 1.25)] * 2)
    assert found.days["car_se_pct"].tolist() == pytest.approx([math.sqrt(17 / 3 * 1.25), math.sqrt(17 / 3 * 3)])


def test_market_adjusted_by_hand() -> None:
    """Differences 0.5, 2.5, -0.5, 1.5: mean 1, left in; squares about it 0.25 + 2.25 + 2.25 + 0.25 = 5 on 3 df."""
    found = by_hand("market_adjusted")
    assert (found.alpha_pct, found.beta, found.drift_pct, found.df) == pytest.approx((0, 1, 1, 3))
    assert found.sigma_pct == pytest.approx(math.sqrt(5 / 3))
    assert found.days["abnormal_return_pct"].tolist() == pytest.approx([5, 1])
    assert found.days["car_se_pct"].tolist() == pytest.approx([math.sqrt(5 / 3), math.sqrt(10 / 3)])


def test_a_gap_in_the_window_is_held_against_two_days() -> None:
    """The series lacks the first window day, so its return of both is held against two alphas and twice the variance."""
    returns, market = [*ESTIMATION_RETURNS, 6, 4], [*ESTIMATION_BENCHMARK, 1, 3]
    series, benchmark = from_returns(returns), from_returns(market)
    found = computed(event_window(series.drop(index=5), benchmark, series["date"][5], (0, 0), (-4, -1), min_estimation=3))
    both = 100 * (1.01 * 1.03 - 1)
    assert (found.trading_day, found.moved_why) == (series["date"][6].date(), "no_series_level")
    assert (found.n_benchmark_only, found.n_series_only, found.n_gaps_in_window, found.n_left_out) == (1, 0, 1, 0)
    assert found.days["return_pct"][0] == pytest.approx(100 * (1.06 * 1.04 - 1))
    assert found.days["normal_return_pct"][0] == pytest.approx(2 * 1 + 2 * both)
    assert found.days["abnormal_se_pct"][0] == pytest.approx(math.sqrt(0.5 * (2 + 2**2 / 4 + both**2 / 4)))
    assert found.days["n_sessions"].tolist() == [2]


def test_a_gap_in_the_estimation_is_left_out() -> None:
    series, benchmark = drawn(n=60)
    day = series["date"][50]
    found = computed(event_window(series.drop(index=20), benchmark, day, (0, 2), (-45, -1)))
    assert (found.n_left_out, found.n_estimation, found.n_benchmark_only) == (1, 44, 1)
    assert series["date"][21] not in found.estimation_days["date"].tolist()


# One event, by other ways


@pytest.mark.parametrize("returns", ["simple", "log"])
def test_market_model_is_that_of_statsmodels(returns: str) -> None:
    """Abnormal returns, their errors and p by statsmodels' prediction; the sum's by matrices written out."""
    series, benchmark = drawn()
    day = series["date"][180]
    found = computed(event_window(series, benchmark, day, returns=returns))
    own, other = (np.log(f["close"]).diff() if returns == "log" else f["close"].pct_change() for f in (series, benchmark))
    y, x = 100 * own.to_numpy(), sm.add_constant(100 * other.to_numpy())
    before, inside = slice(60, 160), slice(175, 201)
    fit = sm.OLS(y[before], x[before]).fit()
    prediction = fit.get_prediction(x[inside])
    assert (found.alpha_pct, found.beta) == pytest.approx(tuple(fit.params), abs=1e-10)
    assert (found.beta_se, found.r2, found.df) == pytest.approx((fit.bse[1], fit.rsquared, fit.df_resid), abs=1e-10)
    abnormal = y[inside] - prediction.predicted_mean
    days = found.days
    assert days["abnormal_return_pct"].to_numpy() == pytest.approx(abnormal, abs=1e-8)
    assert days["abnormal_se_pct"].to_numpy() == pytest.approx(prediction.se_obs, abs=1e-8)
    band = y[inside][:, None] - prediction.conf_int(obs=True, alpha=0.05)
    assert days[["abnormal_high_pct", "abnormal_low_pct"]].to_numpy() == pytest.approx(band, abs=1e-8)
    assert days["abnormal_p"].to_numpy() == pytest.approx(2 * sp.t.sf(np.abs(abnormal / prediction.se_obs), 98), abs=1e-8)

    variance = fit.mse_resid * (np.eye(26) + x[inside] @ np.linalg.inv(x[before].T @ x[before]) @ x[inside].T)
    for m in range(1, 27):
        ones = np.r_[np.ones(m), np.zeros(26 - m)]
        assert days["car_pct"][m - 1] == pytest.approx(ones @ abnormal, abs=1e-8)
        assert days["car_se_pct"][m - 1] == pytest.approx(math.sqrt(ones @ variance @ ones), abs=1e-8)


def test_event_dummies_give_the_same() -> None:
    """A regression over both windows with a dummy a window day has the abnormal returns as its coefficients (Salinger 1992)."""
    series, benchmark = drawn(3)
    found = computed(event_window(series, benchmark, series["date"][150], (0, 2), (-100, -1)))
    y, x = (100 * f["close"].pct_change().to_numpy()[50:153] for f in (series, benchmark))
    design = np.column_stack([np.ones(103), x, np.vstack([np.zeros((100, 3)), np.eye(3)])])
    fit = sm.OLS(y, design).fit()
    assert found.days["abnormal_return_pct"].to_numpy() == pytest.approx(fit.params[2:], abs=1e-8)
    assert found.days["abnormal_se_pct"].to_numpy() == pytest.approx(fit.bse[2:], abs=1e-8)
    total = fit.t_test([0, 0, 1, 1, 1])
    assert (found.days["car_pct"][2], found.days["car_se_pct"][2], found.days["car_p"][2]) == pytest.approx(
        (total.effect[0], total.sd[0, 0], float(total.pvalue)), abs=1e-8
    )


def test_mean_adjusted_is_that_of_statsmodels() -> None:
    series, benchmark = drawn(4)
    found = computed(event_window(series, None, series["date"][180], model="mean_adjusted"))
    y = 100 * series["close"].pct_change().to_numpy()
    prediction = sm.OLS(y[60:160], np.ones(100)).fit().get_prediction(np.ones(26))
    assert found.days["abnormal_return_pct"].to_numpy() == pytest.approx(y[175:201] - prediction.predicted_mean, abs=1e-8)
    assert found.days["abnormal_se_pct"].to_numpy() == pytest.approx(prediction.se_obs, abs=1e-8)
    assert found.days["benchmark_return_pct"].isna().all()
    same = computed(event_window(series, benchmark, series["date"][180], model="mean_adjusted"))
    assert same.days["car_pct"].equals(found.days["car_pct"]), "a benchmark with the same days changes nothing"


def test_ranks_are_those_of_scipy() -> None:
    rng = np.random.default_rng(5)
    values = rng.integers(0, 20, 60).astype(float)
    assert ranks(values).tolist() == sp.rankdata(values).tolist()
    values[3] = np.nan
    known = ~np.isnan(values)
    assert ranks(values)[known].tolist() == sp.rankdata(values[known]).tolist()
    assert np.isnan(ranks(values)[3])
    assert centred(values)[known] == pytest.approx(sp.rankdata(values[known]) / 60 - 0.5)


def test_the_rank_test_of_one_event_is_wilcoxons() -> None:
    series, benchmark = drawn(6)
    found = computed(event_window(series, benchmark, series["date"][180]))
    before, inside = found.estimation_days["abnormal_return_pct"], found.days["abnormal_return_pct"]
    place = sp.rankdata([*before, *inside])[100:]
    assert found.days["rank"].tolist() == place.tolist()
    for m in range(1, 27):
        # The days after the m-th are ranked too: they belong to the rest.
        wilcoxon = sp.ranksums(inside[:m], [*before, *inside[m:]])
        assert found.days["car_rank_z"][m - 1] == pytest.approx(wilcoxon.statistic, abs=1e-8)
        assert found.days["car_rank_p"][m - 1] == pytest.approx(wilcoxon.pvalue if m > 1 else found.days["rank_p"][0], abs=1e-8)
    exact = [min(1, 2 * min(k, 127 - k) / 126) for k in place]
    assert found.days["rank_p"].tolist() == pytest.approx(exact)


# One event: what must always hold

shifts = st.floats(-0.5, 0.5).map(lambda x: round(x, 3))


@given(shifts, st.integers(1, 50))
@settings(max_examples=15)
def test_a_constant_more_a_day_changes_no_abnormal_return(shift: float, seed: int) -> None:
    """A series that returns a constant more every day has another alpha, and is otherwise the same."""
    series, benchmark = drawn(seed)
    more = from_returns(100 * series["close"].pct_change()[1:] + shift)
    for model in ("market", "mean_adjusted"):
        one, other = (computed(event_window(f, benchmark, series["date"][180], model=model)) for f in (series, more))
        assert other.alpha_pct == pytest.approx(one.alpha_pct + shift, abs=1e-9)
        assert other.days["abnormal_return_pct"].to_numpy() == pytest.approx(one.days["abnormal_return_pct"].to_numpy(), abs=1e-9)
        assert other.days["car_se_pct"].to_numpy() == pytest.approx(one.days["car_se_pct"].to_numpy(), abs=1e-9)


@given(st.floats(0.2, 1.5), st.integers(1, 50))
@settings(max_examples=15)
def test_returns_times_a_number_give_results_times_it(factor: float, seed: int) -> None:
    series, benchmark = drawn(seed)
    scaled = from_returns(100 * series["close"].pct_change()[1:] * factor)
    one, other = (computed(event_window(f, benchmark, series["date"][180])) for f in (series, scaled))
    for column in ("abnormal_return_pct", "abnormal_se_pct", "car_pct", "car_se_pct"):
        assert other.days[column].to_numpy() == pytest.approx(factor * one.days[column].to_numpy(), abs=1e-8)
    for column in ("abnormal_t", "car_t", "rank", "car_rank_z"):
        assert other.days[column].to_numpy() == pytest.approx(one.days[column].to_numpy(), abs=1e-6)


@given(st.sampled_from(["market", "market_adjusted", "mean_adjusted"]), st.integers(1, 50), st.integers(-10, 0), st.integers(0, 20))
@settings(max_examples=25)
def test_sums_bands_and_means(model: str, seed: int, first: int, last: int) -> None:
    series, benchmark = drawn(seed)
    found = computed(event_window(series, benchmark, series["date"][190], (first, last), model=model))
    days = found.days
    assert days["relative_day"].tolist() == list(range(first, last + 1))
    assert days["car_pct"].to_numpy() == pytest.approx(np.cumsum(days["abnormal_return_pct"]), abs=1e-10)
    assert days["abnormal_return_pct"].to_numpy() == pytest.approx(days["return_pct"] - days["normal_return_pct"], abs=1e-12)
    assert (days["car_se_pct"].diff().dropna() > 0).all(), "the longer, the less sure"
    for prefix, value in (("abnormal", "abnormal_return_pct"), ("car", "car_pct")):
        outside = (days[f"{prefix}_low_pct"] > 0) | (days[f"{prefix}_high_pct"] < 0)
        assert outside.tolist() == (days[f"{prefix}_p"] < 0.05).tolist(), "a band leaves out 0 just where p is under 5%"
        assert ((days[f"{prefix}_low_pct"] + days[f"{prefix}_high_pct"]) / 2).to_numpy() == pytest.approx(days[value].to_numpy())
    left = found.estimation_days["abnormal_return_pct"].mean()
    assert left == pytest.approx(found.drift_pct, abs=1e-10)
    assert model == "market_adjusted" or found.drift_pct == 0
    if model == "market":
        assert np.dot(found.estimation_days["abnormal_return_pct"], found.estimation_days["benchmark_return_pct"]) == pytest.approx(
            0, abs=1e-8
        )


@given(st.randoms(use_true_random=False))
@settings(max_examples=10)
def test_the_order_of_rows_does_not_matter(random: Any) -> None:
    series, benchmark = drawn(8)
    order = list(range(len(series)))
    random.shuffle(order)
    one = computed(event_window(series, benchmark, series["date"][180]))
    other = computed(event_window(series.iloc[order], benchmark.iloc[order[::-1]], series["date"][180]))
    pd.testing.assert_frame_equal(one.days, other.days)
    of_returns = computed(event_window(daily_returns(series), daily_returns(benchmark), series["date"][180]))
    pd.testing.assert_frame_equal(one.days, of_returns.days)


def test_nothing_after_the_estimation_moves_the_model() -> None:
    """What happens in and after the window changes no expectation, and levels before the estimation are not looked at."""
    series, benchmark = drawn(9)
    later = series.assign(close=series["close"].where(series.index <= 161, 50.0 + series.index))
    one, other = (computed(event_window(f, benchmark, series["date"][180])) for f in (series, later))
    assert (one.alpha_pct, one.beta, one.sigma_pct) == (other.alpha_pct, other.beta, other.sigma_pct)
    cut = computed(event_window(series[59:], benchmark[59:], series["date"][180]))
    assert cut.days["car_pct"].to_numpy() == pytest.approx(one.days["car_pct"].to_numpy(), abs=1e-10)


def test_an_event_on_a_closed_day_counts_on_the_next() -> None:
    series, benchmark = drawn(10)
    saturday = series["date"][180] + pd.offsets.Week(weekday=5)
    monday = saturday + pd.Timedelta(days=2)
    moved, same = (computed(event_window(series, benchmark, day)) for day in (saturday, monday))
    assert (moved.is_moved, moved.moved_why, moved.event_day) == (True, "closed", saturday.date())
    assert (same.is_moved, same.moved_why) == (False, "")
    assert moved.trading_day == same.trading_day == monday.date()
    pd.testing.assert_frame_equal(moved.days, same.days)
    without = computed(event_window(series, benchmark[benchmark["date"] != monday], monday))
    assert (without.moved_why, without.trading_day) == ("no_benchmark_level", (monday + pd.Timedelta(days=1)).date())


# One event: why there may be no result


def refused(found: EventWindow | Refusal | PooledWindows) -> Refusal:
    assert isinstance(found, Refusal), found
    return found


def test_refusals() -> None:
    series, benchmark = drawn(11)
    dates, day = series["date"], series["date"][180]
    assert refused(event_window(series, benchmark, day, (-30, 5))).reason == "windows_overlap"
    assert refused(event_window(series, None, day)).reason == "no_benchmark"
    assert refused(event_window(series, None, day, model="market_adjusted")).reason == "no_benchmark"
    assert refused(event_window(series, levels([]), day)).reason == "no_benchmark"
    assert refused(event_window(series, benchmark[:100], day)).reason == "no_benchmark"
    assert refused(event_window(series, benchmark[200:], day)).reason == "no_benchmark"
    assert refused(event_window(levels([]), benchmark, day)).reason == "no_levels_in_window"
    assert refused(event_window(series[:100], benchmark, day)).reason == "no_levels_in_window"
    assert refused(event_window(series[200:], benchmark, day)).reason == "no_levels_in_window"
    assert refused(event_window(series, series, day)).reason == "no_variation", "a series against itself"
    assert refused(event_window(series, levels(np.full(261, 7.0)), day)).reason == "no_variation"
    assert refused(event_window(levels(np.full(261, 7.0)), benchmark, day)).reason == "no_variation"
    assert refused(event_window(series, benchmark, dates[60])) == Refusal("too_few_estimation_days", n=39, needed=70)
    assert isinstance(event_window(series, benchmark, dates[91]), EventWindow), "70 of 100 are enough"
    assert refused(event_window(series, benchmark, dates[90])).n == 69


def test_refusals_of_a_window_that_is_not_whole() -> None:
    series, benchmark = drawn(12)
    assert refused(event_window(series, benchmark, series["date"][250])) == Refusal("window_incomplete", 16, 26, -249, 10, "series")
    assert refused(event_window(series, benchmark[:251], series["date"][240])) == Refusal(
        "window_incomplete", 16, 26, -239, 10, "benchmark"
    )
    assert refused(event_window(series, benchmark, series["date"][3])) == Refusal("window_incomplete", 23, 26, -2, 257, "series")


def test_refusals_of_gaps() -> None:
    """Six sessions without the series are too many, five are not; levels a week apart are not daily ones."""
    series, benchmark = drawn(13)
    day = series["date"][180]
    assert refused(event_window(series.drop(index=range(182, 188)), benchmark, day)) == Refusal("window_has_gap", 6, 5, lacking="series")
    assert refused(event_window(series, benchmark.drop(index=range(182, 188)), day)) == Refusal("window_has_gap", 6, 5, lacking="benchmark")
    assert isinstance(event_window(series.drop(index=range(182, 187)), benchmark, day), EventWindow)
    both = [f.drop(index=range(182, 200)) for f in (series, benchmark)]
    assert refused(event_window(*both, day)).reason == "window_has_gap", "nobody closes for 18 sessions"
    weekly = [f.assign(date=pd.date_range("2020-01-03", periods=len(f), freq="W-FRI")) for f in (series, benchmark)]
    assert refused(event_window(*weekly, weekly[0]["date"][180])).reason == "not_daily"


def test_what_no_reader_can_have_asked_for() -> None:
    series, benchmark = drawn(14)
    with pytest.raises(ValueError, match="no model"):
        event_window(series, benchmark, series["date"][180], model="capm")
    with pytest.raises(ValueError, match="ends before"):
        event_window(series, benchmark, series["date"][180], (5, 0))


# Several events


def with_days(found: EventWindow, **columns: Any) -> EventWindow:
    return dataclasses.replace(found, days=found.days.assign(**columns))


def test_pooled_by_hand() -> None:
    """Abnormal returns 1, 2, 3 with errors 1, 1, 2: mean 2, t = 2 / (1 / sqrt 3); standardised 1, 2, 1.5: 1.5 / (0.5 / sqrt 3)."""
    series, benchmark = drawn(15, n=400)
    dates = [series["date"][k] for k in (150, 250, 350)]
    events = [computed(event_window(series, benchmark, day, (0, 0), (-60, -1))) for day in dates]
    events = [with_days(e, car_pct=[a], car_se_pct=[s]) for e, a, s in zip(events, (1.0, 2.0, 3.0), (1.0, 1.0, 2.0), strict=True)]
    found = pooled(events)
    assert isinstance(found, PooledWindows)
    day = found.days.iloc[0]
    assert (day["caar_pct"], day["caar_se_pct"], day["caar_t"]) == pytest.approx((2, 1 / math.sqrt(3), 2 * math.sqrt(3)))
    assert day["caar_p"] == pytest.approx(2 * sp.t.sf(2 * math.sqrt(3), 2))
    assert day["caar_high_pct"] == pytest.approx(2 + 4.302652730 / math.sqrt(3))
    assert (day["caar_bmp"], day["caar_bmp_p"]) == pytest.approx((3 * math.sqrt(3), 2 * sp.t.sf(3 * math.sqrt(3), 2)))
    assert (day["caar_correlation"], day["caar_adj_bmp"]) == pytest.approx((0, day["caar_bmp"]))
    assert day["caar_n_positive"] == 3
    assert day["caar_sign_p"] == pytest.approx(2 * min(found.positive_share**3, 1))
    assert (found.n_events, found.is_small, found.n_pairs, found.n_overlapping, found.overlapping_share) == (3, True, 3, 0, 0)
    assert found.n_estimated_over == 0
    near = pooled([computed(event_window(series, benchmark, series["date"][k], (0, 0), (-60, -1))) for k in (150, 200, 350)])
    assert isinstance(near, PooledWindows)
    assert near.n_estimated_over == 1, "the second was estimated over the day of the first"


def several(shift: int, n: int = 5, seed: int = 16) -> list[EventWindow]:
    """Series with a common factor beside the market; each event `shift` days before the last."""
    rng = np.random.default_rng(seed)
    market, factor = rng.normal(0, 1, 300), rng.normal(0, 0.8, 300)
    made = []
    for k in range(n):
        series = from_returns(0.02 + (0.7 + 0.2 * k) * market + factor + rng.normal(0, 0.6 + 0.2 * k, 300))
        made.append(computed(event_window(series, from_returns(market), series["date"][230 - shift * k], (-3, 6))))
    return made


def standardised_test(values: list[float], errors: list[float], r: float) -> tuple[float, float, float]:
    """Cross-sectional t, BMP and its adjusted form, by loops."""
    n = len(values)
    scaled = [v / e for v, e in zip(values, errors, strict=True)]

    def t_of(sample: list[float]) -> float:
        mean = sum(sample) / n
        return mean / math.sqrt(sum((s - mean) ** 2 for s in sample) / (n - 1) / n)

    return t_of(values), t_of(scaled), t_of(scaled) * math.sqrt((1 - r) / (1 + (n - 1) * r))


def mean_correlation(events: list[EventWindow], upto: int | None, at: int | None) -> float:
    """Mean over pairs of the residuals' correlation times the share of days in common, by loops over dates."""
    total = []
    for one, other in combinations(events, 2):
        a, b = (dict(zip(e.estimation_days["date"], e.estimation_days["abnormal_return_pct"], strict=True)) for e in (one, other))
        common = sorted(set(a) & set(b))
        r = np.corrcoef([a[d] for d in common], [b[d] for d in common])[0, 1]
        if at is not None:
            share = float(one.days["date"][at] == other.days["date"][at])
        else:
            share = len(set(one.days["date"][:upto]) & set(other.days["date"][:upto])) / upto
        total.append(r * share)
    return sum(total) / len(total)


@pytest.mark.parametrize("shift", [0, 2, 20])
def test_pooled_is_what_loops_give(shift: int) -> None:
    """All on one day (then Kolari and Pynnönen's own formula), windows that overlap in part, and windows that do not."""
    events = several(shift)
    found = pooled(events)
    assert isinstance(found, PooledWindows)
    assert found.overlapping_share == {0: 1.0, 2: 1.0, 20: 0.0}[shift]
    for at in range(10):
        for prefix, value, error, r in (
            ("aar", "abnormal_return_pct", "abnormal_se_pct", mean_correlation(events, None, at)),
            ("caar", "car_pct", "car_se_pct", mean_correlation(events, at + 1, None)),
        ):
            t, bmp, adjusted = standardised_test([e.days[value][at] for e in events], [e.days[error][at] for e in events], r)
            row = found.days.iloc[at]
            assert (row[f"{prefix}_t"], row[f"{prefix}_bmp"]) == pytest.approx((t, bmp), abs=1e-8)
            assert (row[f"{prefix}_correlation"], row[f"{prefix}_adj_bmp"]) == pytest.approx((r, adjusted), abs=1e-8)
            assert row[f"{prefix}_adj_bmp_p"] == pytest.approx(2 * sp.t.sf(abs(adjusted), 4), abs=1e-8)
    assert found.days["caar_pct"].to_numpy() == pytest.approx(np.cumsum(found.days["aar_pct"]), abs=1e-10)
    if shift == 0:
        table = np.array([e.estimation_days["abnormal_return_pct"] for e in events])
        plain = np.corrcoef(table)[np.triu_indices(5, 1)].mean()
        assert found.days["caar_correlation"].to_numpy() == pytest.approx(np.full(10, plain), abs=1e-10)
    if shift == 20:
        assert found.days["caar_correlation"].tolist() == [0] * 10


def test_the_pooled_rank_test_is_what_loops_give() -> None:
    """Corrado's statistic over 110 days of five events, day by day and summed, with scipy's ranks."""
    events = several(0, seed=17)
    found = pooled(events)
    assert isinstance(found, PooledWindows)
    centred_ranks = []
    for event in events:
        place = sp.rankdata([*event.estimation_days["abnormal_return_pct"], *event.days["abnormal_return_pct"]])
        centred_ranks.append([k / 111 - 0.5 for k in place])
    means = [sum(column) / 5 for column in zip(*centred_ranks, strict=True)]
    spread = math.sqrt(sum(mean**2 for mean in means) / 110)
    for m in range(1, 11):
        day, total = means[100 + m - 1], sum(means[100 : 100 + m])
        assert found.days["aar_rank_z"][m - 1] == pytest.approx(day / spread, abs=1e-8)
        assert found.days["caar_rank_z"][m - 1] == pytest.approx(total / (spread * math.sqrt(m * (110 - m) / 109)), abs=1e-8)
        assert found.days["caar_rank_p"][m - 1] == pytest.approx(2 * sp.norm.sf(abs(found.days["caar_rank_z"][m - 1])), abs=1e-8)
    estimated = np.array(centred_ranks)[:, :100]
    r = np.corrcoef(estimated)[np.triu_indices(5, 1)].mean()
    variance = [m * (110 - m) / (12 * 111) * (1 + 4 * r) / 5 for m in range(1, 11)]
    assert found.days["caar_adj_rank_z"].to_numpy() == pytest.approx(np.cumsum(means[100:]) / np.sqrt(variance), abs=1e-8)
    assert found.days["aar_adj_rank_z"].to_numpy() == pytest.approx(np.array(means[100:]) / math.sqrt(variance[0]), abs=1e-8)


def test_ranks_of_events_that_lack_days() -> None:
    """Two events over four days, the second without the first day: U = (-.3, .1, -.1, .3) and (., -.25, 0, .25)."""
    table = np.column_stack([centred(np.array([1.0, 3.0, 2.0, 4.0])), centred(np.array([np.nan, 1.0, 2.0, 3.0]))])
    assert table.T.tolist() == [pytest.approx([-0.3, 0.1, -0.1, 0.3]), pytest.approx([NAN, -0.25, 0, 0.25], nan_ok=True)]
    day, window = rank_z(table, np.array([False, False, True, True]))
    means = [-0.3, -0.075, -0.05, 0.275]
    spread = math.sqrt((0.5 * means[0] ** 2 + means[1] ** 2 + means[2] ** 2 + means[3] ** 2) / 4)
    assert day.tolist() == pytest.approx([means[2] / spread, means[3] / spread])
    assert window.tolist() == pytest.approx([means[2] / spread, (means[2] + means[3]) / (spread * math.sqrt(2 * 2 / 3))])


@given(st.permutations(range(5)))
@settings(max_examples=10)
def test_the_order_of_events_does_not_matter(order: list[int]) -> None:
    events = several(3)
    one, other = pooled(events), pooled([events[k] for k in order])
    assert isinstance(one, PooledWindows)
    assert isinstance(other, PooledWindows)
    pd.testing.assert_frame_equal(one.days, other.days, rtol=1e-9, atol=1e-12)
    assert {frozenset((order[i], order[j])) for i, j in other.overlaps} == {frozenset(pair) for pair in one.overlaps}


def test_the_sign_test_counts_against_the_estimation_windows() -> None:
    events = several(20, seed=18)
    found = pooled(events)
    assert isinstance(found, PooledWindows)
    share = np.mean([(e.estimation_days["abnormal_return_pct"] > 0).mean() for e in events])
    for at in range(10):
        k = sum(e.days["car_pct"][at] > 0 for e in events)
        assert found.days["caar_n_positive"][at] == k
        expected = min(1, 2 * min(sp.binom.cdf(k, 5, share), sp.binom.sf(k - 1, 5, share)))
        assert found.days["caar_sign_p"][at] == pytest.approx(expected, abs=1e-10)


def test_pooling_too_few_or_unlike() -> None:
    events = several(3)
    assert pooled(events[:1]) == Refusal("too_few_events", n=1, needed=2)
    assert pooled([]) == Refusal("too_few_events", n=0, needed=2)
    with pytest.raises(ValueError, match="same model"):
        pooled([events[0], dataclasses.replace(events[1], model="mean_adjusted")])
    twice = pooled([events[0], events[0]])
    assert isinstance(twice, PooledWindows)
    assert twice.days["caar_adj_bmp"].isna().all(), "the same event twice is one"
    assert twice.days["caar_t"].isna().all()


# How a series runs


def test_rebased_by_hand() -> None:
    frame = levels([50, 40, 60, 80], "2024-01-04")  # Thursday, Friday, Monday, Tuesday
    found = rebased(frame, "2024-01-07")
    assert found["rebased_index"].tolist() == pytest.approx([125, 100, 150, 200]), "a Sunday counts from the Friday before"
    assert set(found["base_date"]) == {pd.Timestamp("2024-01-05")}
    early = rebased(frame, "2024-01-03")
    assert early["rebased_index"].isna().all()
    assert early["base_date"].isna().all()


def test_drawdown_by_hand() -> None:
    found = drawdown(levels([100, 80, 120, 90, 150]))
    assert found["peak"].tolist() == [100, 100, 120, 120, 150]
    assert found["drawdown_pct"].tolist() == pytest.approx([0, -20, 0, -25, 0])


def test_rolling_volatility_by_hand() -> None:
    returns = daily_returns(from_returns([1, -1, 3]))
    found = rolling_volatility(returns, days=2)["volatility_pct"]
    assert found.tolist() == pytest.approx([NAN, NAN, math.sqrt(2 * 252), math.sqrt(8 * 252)], nan_ok=True)
    chinese = rolling_volatility(returns.iloc[::-1], days=2, sessions_a_year=243)["volatility_pct"]
    assert chinese.tolist()[2:] == pytest.approx([math.sqrt(2 * 243), math.sqrt(8 * 243)])


def test_rolling_beta_is_that_of_statsmodels() -> None:
    series, benchmark = drawn(19)
    found = rolling_beta(daily_returns(series), daily_returns(benchmark), days=60)
    y, x = (100 * f["close"].pct_change().to_numpy() for f in (series, benchmark))
    expected = RollingOLS(y[1:], sm.add_constant(x[1:]), window=60).fit().params[:, 1]
    assert found["beta"].to_numpy()[1:] == pytest.approx(expected, nan_ok=True, abs=1e-8)
    assert found["beta"].isna().sum() == 60
    assert found["correlation"].iloc[-1] == pytest.approx(np.corrcoef(y[-60:], x[-60:])[0, 1], abs=1e-10)


def test_rolling_beta_joins_on_common_days_and_needs_a_benchmark_that_moves() -> None:
    series, benchmark = drawn(20, n=80)
    assert len(rolling_beta(series.drop(index=[5, 6]), benchmark.drop(index=7), 30)) == 78
    still = rolling_beta(series, levels(np.full(81, 3.0)), 30)
    assert still["beta"].isna().all()
    assert still["correlation"].isna().all()
