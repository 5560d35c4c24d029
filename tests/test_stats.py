"""Intervals and measures against independent computations and published examples."""

from __future__ import annotations

import math
from itertools import product

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep, multinomial_proportions_confint, proportion_confint

from data import stats

SHARES = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
COUNTS = st.lists(st.integers(0, 60), min_size=5, max_size=5).filter(any)


# Wilson


@given(SHARES, st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_is_that_of_statsmodels(share: tuple[int, int], level: float) -> None:
    count, n = share
    low, high = stats.wilson([count], [n], level)
    assert (low[0], high[0]) == pytest.approx(proportion_confint(count, n, 1 - level, method="wilson"), abs=1e-9)


@given(SHARES)
def test_wilson_holds_the_share_and_mirrors(share: tuple[int, int]) -> None:
    count, n = share
    low, high = stats.wilson([count, n - count], [n, n])
    assert 0 <= low[0] <= count / n + 1e-12
    assert count / n - 1e-12 <= high[0] <= 1
    assert (low[1], high[1]) == pytest.approx((1 - high[0], 1 - low[0]))


def test_wilson_of_nothing_is_nothing() -> None:
    assert np.isnan(stats.wilson([0], [0])).all()


def test_several_comparisons_widen_an_interval() -> None:
    one, several = (stats.wilson([8], [10], comparisons=k) for k in (1, 5))
    assert several[0][0] < one[0][0] < one[1][0] < several[1][0]


# Goodman


@given(COUNTS, st.sampled_from([0.9, 0.95]))
def test_goodman_is_that_of_statsmodels(counts: list[int], level: float) -> None:
    low, high = stats.goodman(counts, level)
    expected = multinomial_proportions_confint(counts, 1 - level, method="goodman")
    assert np.column_stack([low, high]) == pytest.approx(expected, abs=1e-9)


def test_goodman_of_nothing_is_nothing() -> None:
    assert np.isnan(stats.goodman([0, 0, 0, 0, 0])).all()


# Newcombe


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10.
    [((56, 70, 48, 80), 0.0524, 0.3339), ((9, 10, 3, 10), 0.1705, 0.8090), ((10, 10, 0, 10), 0.6075, 1.0000)],
)
def test_newcombe_gives_the_examples_of_his_paper(counts: tuple[int, int, int, int], low: float, high: float) -> None:
    difference, *ends = stats.newcombe(*counts)
    assert difference == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])
    assert [round(end, 4) for end in ends] == [low, high]


@given(SHARES, SHARES)
def test_newcombe_is_that_of_statsmodels(one: tuple[int, int], other: tuple[int, int]) -> None:
    difference, low, high = stats.newcombe(*one, *other)
    assert (low, high) == pytest.approx(confint_proportions_2indep(*one, *other, method="newcomb", compare="diff"), abs=1e-9)
    assert low - 1e-12 <= difference <= high + 1e-12
    assert stats.newcombe(*other, *one) == pytest.approx((-difference, -high, -low))


def test_no_difference_with_an_empty_sample() -> None:
    assert all(math.isnan(x) for x in stats.newcombe(0, 0, 3, 10))


# Van der Eijk's agreement


def test_agreement_gives_the_worked_example() -> None:
    # Van der Eijk 2001. Sorted 10, 30, 40, 50, 130, 210, 530 of 1000: layers of mass .07 .12 .05 .04 .24 .16 .32, the first
    # with seven steps filled, the last with one. The first five of them have no gap: U = 1, so 1 - (S - 1) / 6 is
    # 0, 1/6, 1/3, 1/2, 2/3 for S = 7 to 3. The two steps of 210 and 530 have one empty between them: 110 occurs twice, 011
    # twice, 101 once, U = (5 * 4 - 6 * 1) / (5 * 5) = 0.56, times 1 - 1/6. The last step alone has 1.
    # .12/6 + .05/3 + .04/2 + .24 * 2/3 + .16 * .56 * 5/6 + .32 = 0.61133
    assert stats.agreement_a([30, 40, 210, 130, 530, 50, 10]) == pytest.approx(0.6113, abs=5e-5)


@pytest.mark.parametrize(
    ("counts", "agreement"),
    [
        ([0, 0, 9, 0, 0], 1.0),
        ([4, 4, 4, 4, 4], 0.0),
        ([5, 0, 0, 0, 5], -1.0),
        # Two neighbours: U = 1 and S = 2 of K = 5, so 1 - 1/4.
        ([0, 3, 3, 0, 0], 0.75),
        # Two layers: two neighbours (mass 2 of 8, 0.75), then the one that is left (mass 6 of 8, 1).
        ([0, 7, 1, 0, 0], 0.25 * 0.75 + 0.75),
        # First and third: 110 occurs twice, 101 once, U = (3 * 2 - 4 * 1) / (3 * 3) = 2/9, times 3/4.
        ([1, 0, 1, 0, 0], 1 / 6),
    ],
)
def test_agreement_of_plain_shapes(counts: list[int], agreement: float) -> None:
    assert stats.agreement_a(counts) == pytest.approx(agreement)


def test_agreement_of_no_rating_is_nothing() -> None:
    assert math.isnan(stats.agreement_a([0, 0, 0, 0, 0]))


@given(COUNTS, st.integers(2, 7))
def test_agreement_is_blind_to_direction_and_to_size(counts: list[int], times: int) -> None:
    agreement = stats.agreement_a(counts)
    assert -1 - 1e-12 <= agreement <= 1 + 1e-12
    assert stats.agreement_a(counts[::-1]) == pytest.approx(agreement)
    assert stats.agreement_a([times * c for c in counts]) == pytest.approx(agreement)
    assert (agreement > 1 - 1e-9) == (sum(c > 0 for c in counts) == 1)


def test_only_a_split_into_the_two_ends_is_full_disagreement() -> None:
    patterns = [p for p in product((0, 1), repeat=5) if any(p)]
    assert [p for p in patterns if stats.agreement_a(p) == pytest.approx(-1)] == [(1, 0, 0, 0, 1)]


# Percentile intervals


def test_a_percentile_interval_is_the_middle_of_the_draws() -> None:
    assert stats.percentile_interval(np.arange(1001.0)) == pytest.approx((25, 975))
    assert stats.percentile_interval(np.array([np.nan, 1.0, 3.0]), 0.5) == pytest.approx((1.5, 2.5))
    assert all(math.isnan(x) for x in stats.percentile_interval(np.array([np.nan])))


@given(st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5), min_size=5, max_size=5), st.booleans())
def test_alpha_agrees_with_the_package_krippendorff(table: list[list[int]], ordinal: bool) -> None:
    """An independent implementation gives the same alpha for any table of pairs, and is undefined with ours."""
    pairs = [(i, k) for i, row in enumerate(table) for k, n in enumerate(row) for _ in range(n)]
    ours = stats.krippendorff_alpha(table, ordinal)
    if len(pairs) < 2 or len({value for pair in pairs for value in pair}) < 2:
        assert math.isnan(ours)
        return
    theirs = krippendorff.alpha(reliability_data=list(zip(*pairs, strict=True)), level_of_measurement="ordinal" if ordinal else "nominal")
    assert ours == pytest.approx(theirs, abs=1e-9)


# Clopper and Pearson, and ratios of rates


@settings(max_examples=50)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.8, 0.95, 0.99]))
def test_clopper_pearson_is_that_of_statsmodels(share: tuple[int, int], level: float) -> None:
    expected = proportion_confint(*share, 1 - level, method="beta")
    assert stats.clopper_pearson(*share, level) == pytest.approx(expected, abs=1e-9)
    # Several at once: the same at the corrected level.
    assert stats.clopper_pearson(*share, level, 4) == pytest.approx(proportion_confint(*share, (1 - level) / 4, method="beta"), abs=1e-9)


def test_clopper_pearson_of_nothing_is_nothing() -> None:
    assert all(math.isnan(x) for x in stats.clopper_pearson(0, 0))


@settings(max_examples=50)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 200), st.integers(1, 200))
def test_a_rate_ratio_ends_where_its_counts_would_be_rare(count_1: int, count_2: int, days_1: int, days_2: int) -> None:
    """At the ends, counts so uneven or more have probability 2.5%; turned around, the ratio is its inverse."""
    ratio, low, high = stats.rate_ratio(count_1, days_1, count_2, days_2)
    assert ratio == pytest.approx(count_1 / days_1 / (count_2 / days_2))
    share = {end: r * days_1 / (r * days_1 + days_2) for end, r in (("low", low), ("high", high))}
    assert binom.sf(count_1 - 1, count_1 + count_2, share["low"]) == pytest.approx(0.025, rel=1e-6)
    assert binom.cdf(count_1, count_1 + count_2, share["high"]) == pytest.approx(0.025, rel=1e-6)
    assert stats.rate_ratio(count_2, days_2, count_1, days_1) == pytest.approx((1 / ratio, 1 / high, 1 / low))


def test_a_rate_ratio_without_events_or_days_is_nothing() -> None:
    assert all(math.isnan(x) for x in (*stats.rate_ratio(0, 9, 0, 9), *stats.rate_ratio(3, 0, 4, 9)))
    ratio, low, high = stats.rate_ratio(4, 9, 0, 9)
    assert math.isinf(ratio)
    assert math.isinf(high)
    # The share after is at least 0.025 ** (1/4) = 0.3976, so the ratio at least 0.3976 / 0.6024.
    assert low == pytest.approx(0.025**0.25 / (1 - 0.025**0.25))
