"""Concentration and its bounds, against all corners of small boxes and a general optimiser."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from data import concentration

AMOUNTS = st.sampled_from([0.0, 1.0, 2.0, 5.0, 5.5, 20.0, 90.0])
#: Few holders, of whom one has something for certain, and few unknown amounts, each split among up to three of them.
CASES = st.integers(1, 5).flatmap(
    lambda n: st.tuples(
        st.lists(AMOUNTS, min_size=n, max_size=n).filter(any),
        st.lists(st.tuples(st.sets(st.integers(0, n - 1), min_size=1, max_size=3).map(lambda s: tuple(sorted(s))), AMOUNTS), max_size=6),
    )
)
Unknown = list[tuple[tuple[int, ...], float]]


def added(known: list[float], unknown: Unknown, shares: Any) -> list[float]:
    """What each holder has when each unknown amount is this share of its ceiling."""
    have = list(known)
    for (who, ceiling), share in zip(unknown, shares, strict=True):
        for holder in who:
            have[holder] += share * ceiling / len(who)
    return have


def bounds(known: list[float], unknown: Unknown) -> tuple[float, float]:
    return concentration.hhi_bounds(known, [who for who, _ in unknown], [ceiling for _, ceiling in unknown])


def every_corner(unknown: Unknown) -> list[tuple[int, ...]]:
    return list(product((0, 1), repeat=len(unknown)))


# The index


@pytest.mark.parametrize(("amounts", "index"), [([7], 1), ([3, 3, 3, 3], 1 / 4), ([60, 20, 20], 0.44), ([5, 0], 1)])
def test_the_index_of_plain_shapes(amounts: list[float], index: float) -> None:
    assert concentration.hhi(amounts) == pytest.approx(index)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=8).filter(lambda a: sum(a) > 1e-3))
def test_the_index_lies_between_one_over_n_and_one_and_is_blind_to_units(amounts: list[float]) -> None:
    index = concentration.hhi(amounts)
    assert 1 / len(amounts) - 1e-12 <= index <= 1 + 1e-12
    assert concentration.hhi([1000 * a for a in amounts]) == pytest.approx(index)


def test_nothing_held_has_no_index() -> None:
    assert math.isnan(concentration.hhi([0, 0]))
    assert math.isnan(concentration.top_share([], 5))
    assert all(math.isnan(x) for x in concentration.hhi_bounds([0, 0], [(0,)], [3]))
    assert all(math.isnan(x) for x in (*concentration.top_share_bounds([0], [3], 5), *concentration.share_bounds([0], [3], 0)))


# Its bounds


@settings(max_examples=80)
@given(CASES)
def test_the_largest_index_is_that_of_the_best_corner(case: tuple[list[float], Unknown]) -> None:
    known, unknown = case
    assert bounds(known, unknown)[1] == pytest.approx(max(concentration.hhi(added(known, unknown, c)) for c in every_corner(unknown)))


@settings(max_examples=40)
@given(CASES, st.integers(0, 2**32 - 1))
def test_nothing_tried_is_below_the_least_index(case: tuple[list[float], Unknown], seed: int) -> None:
    known, unknown = case
    low, _ = bounds(known, unknown)
    random = np.random.default_rng(seed)
    tried = [*every_corner(unknown), *random.random((30, len(unknown)))]
    assert min(concentration.hhi(added(known, unknown, t)) for t in tried) >= low - 1e-8


@settings(max_examples=15)
@given(CASES)
def test_the_least_index_is_reached(case: tuple[list[float], Unknown]) -> None:
    """A general optimiser comes down to it; a quasi-convex function has no other valley to stop in."""
    known, unknown = case
    if not unknown:
        return
    found = minimize(
        lambda shares: concentration.hhi(added(known, unknown, shares)), [0.5] * len(unknown), bounds=[(0, 1)] * len(unknown), tol=1e-14
    )
    assert bounds(known, unknown)[0] == pytest.approx(found.fun, abs=1e-4)


def test_the_bounds_of_a_worked_example() -> None:
    # Known 60, 20, 20. Two holders may have more: 50 more for the second, 90 for a fourth who has nothing.
    # The most even: both at one level x with x = (3600 + 400 + 2x²) / (80 + 2x), so x = 50: 9000 / 180².
    # The most uneven: 0.44 as it is; 8900 / 150², 12500 / 190² and 17000 / 240² are less.
    low, high = concentration.hhi_bounds([60, 20, 20, 0], [(1,), (3,)], [50, 90])
    assert low == pytest.approx(9000 / 180**2)
    assert high == pytest.approx(0.44)


def test_one_amount_may_be_shared() -> None:
    # Known 55, 25, 0. Up to 50 half for the first and half for the second, up to 50 for the third. The most even: all
    # 50 for the third, and as much for the two as makes their mean m that of all weighted by size,
    # m = (2m² + 450 + 2500) / (2m + 50), so m = 59: 9912 / 168². Corners: 3650 / 80², 8900 / 130², 6150 / 130², 11400 / 180².
    assert concentration.hhi_bounds([55, 25, 0], [(0, 1), (2,)], [50, 50]) == pytest.approx((9912 / 168**2, 3650 / 80**2))


@settings(max_examples=40)
@given(CASES, st.tuples(st.just((0,)), AMOUNTS))
def test_one_more_unknown_amount_never_narrows(case: tuple[list[float], Unknown], one_more: tuple[tuple[int, ...], float]) -> None:
    known, unknown = case
    low, high = bounds(known, unknown)
    wider_low, wider_high = bounds(known, [*unknown, one_more])
    assert wider_low <= low + 1e-8
    assert wider_high >= high - 1e-8
    assert low - 1e-8 <= concentration.hhi(known) <= high + 1e-8


def test_many_unknown_amounts_are_bounded_at_once() -> None:
    """Hundreds of them, shared and not: a corner and many mixtures lie inside, and the ends are near what was tried."""
    random = np.random.default_rng(7)
    n, m = 120, 240
    known = (random.lognormal(3, 2, n) * (random.random(n) < 0.7)).tolist()
    unknown = [
        (tuple(random.choice(n, 2, replace=False).tolist()) if random.random() < 0.3 else (int(random.integers(n)),), 40.0)
        for _ in range(m)
    ]
    low, high = bounds(known, unknown)
    tried = [concentration.hhi(added(known, unknown, t)) for t in random.random((200, m))]
    assert low <= min(tried) < max(tried) <= high


# Shares of the largest


@st.composite
def boxes(draw: st.DrawFn) -> tuple[list[float], list[float]]:
    ends = draw(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=7).filter(lambda e: any(min(pair) for pair in e)))
    return [min(pair) for pair in ends], [max(pair) for pair in ends]


@settings(max_examples=60)
@given(boxes(), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_the_top_share_lies_between_its_bounds_and_reaches_the_upper_one(box: tuple[list[float], list[float]], k: int, seed: int) -> None:
    low, high = box
    least, largest = concentration.top_share_bounds(low, high, k)
    corners = [concentration.top_share(c, k) for c in product(*zip(low, high, strict=True))]
    random = np.random.default_rng(seed)
    inside = [concentration.top_share(low + random.random(len(low)) * (np.array(high) - low), k) for _ in range(40)]
    assert largest == pytest.approx(max(corners))
    assert least <= min(corners + inside) + 1e-12


@settings(max_examples=25)
@given(boxes(), st.integers(1, 3))
def test_the_least_top_share_is_reached_at_some_level(box: tuple[list[float], list[float]], k: int) -> None:
    low, high = box
    levels = [*np.linspace(0, 6, 601), *np.linspace(6, 90, 841)]  # every amount is one of these
    grid = min(concentration.top_share(np.clip(level, low, high), k) for level in levels)
    assert concentration.top_share_bounds(low, high, k)[0] == pytest.approx(grid, abs=1e-9)


@given(boxes(), st.data())
def test_the_share_of_one_has_its_bounds_at_two_corners(box: tuple[list[float], list[float]], data: st.DataObject) -> None:
    low, high = box
    place = data.draw(st.integers(0, len(low) - 1))
    corners = [c[place] / sum(c) for c in product(*zip(low, high, strict=True)) if sum(c)]
    assert concentration.share_bounds(low, high, place) == pytest.approx((min(corners), max(corners)))
