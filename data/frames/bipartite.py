"""Two columns of names joined by lines, ordered so that few lines cross: the layout of `investor-network`.

Two columns, not a cloud of points: every name keeps a line of its own, on a telephone too, and groups that
share partners come to stand at one height. The order is found by barycentre sweeps (Sugiyama, Tagawa & Toda
1981, IEEE Trans. SMC 11) from several breadth-first starts, then by swapping neighbours while that takes a
crossing away. Nothing is drawn by lot, and names are sorted first: the same links give the same layout.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

Order = list[str]
Neighbours = dict[str, list[str]]
#: Starts tried for each group of joined names, and sweeps from each.
_STARTS, _SWEEPS = 6, 10


def two_columns(links: Sequence[tuple[str, str]]) -> tuple[dict[str, float], dict[str, float]]:
    """Heights of the left and the right names, in rows from 0 at the top, at least one row apart.

    The longer column stands on whole rows; names of the shorter one stand as near to the middle of their
    partners as their order allows. Larger groups of joined names come first.
    """
    left, right = _neighbours(links)
    orders: tuple[Order, Order] = ([], [])
    for group in _groups(left, right):
        tried = [_swept(start, left, right) for start in _starts(group, left, right)]
        best = min(tried, key=lambda order: _crossings(order[0], order[1], left))
        for column, found in zip(orders, _swapped(*best, left, right), strict=True):
            column.extend(found)
    return _heights(*orders, left, right)


def _neighbours(links: Sequence[tuple[str, str]]) -> tuple[Neighbours, Neighbours]:
    left: Neighbours = {}
    right: Neighbours = {}
    for one, other in sorted(set(links)):
        left.setdefault(one, []).append(other)
        right.setdefault(other, []).append(one)
    return left, right


def _groups(left: Neighbours, right: Neighbours) -> list[list[tuple[int, str]]]:
    """Names joined by links, as (side, name); the groups with most links first."""
    groups, seen = [], set()
    for name in sorted(left):
        if (0, name) not in seen:
            group = _reached((0, name), left, right)
            seen.update(group)
            groups.append(sorted(group))
    return sorted(groups, key=lambda g: (-sum(len(left[n]) for side, n in g if side == 0), g))


def _reached(start: tuple[int, str], left: Neighbours, right: Neighbours) -> list[tuple[int, str]]:
    """Everything that links lead to from a name, nearest first, the less joined before the more joined."""
    sides, seen, order, queue = (left, right), {start}, [], deque([start])
    while queue:
        side, name = queue.popleft()
        order.append((side, name))
        partners = [(1 - side, p) for p in sides[side][name] if (1 - side, p) not in seen]
        partners.sort(key=lambda p: (len(sides[p[0]][p[1]]), p))
        seen.update(partners)
        queue.extend(partners)
    return order


def _starts(group: list[tuple[int, str]], left: Neighbours, right: Neighbours) -> list[tuple[Order, Order]]:
    """Breadth-first orders from names at the edge of a group: a Cuthill-McKee order keeps partners near."""
    ends = [group[0]]
    while len(ends) < _STARTS:
        furthest = _reached(ends[-1], left, right)[-1]
        if furthest in ends:
            break
        ends.append(furthest)
    starts = []
    for end in ends:
        reached = _reached(end, left, right)
        starts.append(([n for side, n in reached if side == 0], [n for side, n in reached if side == 1]))
    return starts


def _swept(start: tuple[Order, Order], left: Neighbours, right: Neighbours) -> tuple[Order, Order]:
    """The order with fewest crossings among those that barycentre sweeps pass through."""
    one, other = best = start
    fewest = _crossings(one, other, left)
    for _ in range(_SWEEPS):
        other = _by_partners(other, right, one)
        one = _by_partners(one, left, other)
        found = _crossings(one, other, left)
        if found < fewest:
            best, fewest = (one, other), found
    return best


def _by_partners(names: Order, partners: Neighbours, opposite: Order) -> Order:
    place = {name: i for i, name in enumerate(opposite)}
    return sorted(names, key=lambda n: sum(place[p] for p in partners[n]) / len(partners[n]))


def _crossings(one: Order, other: Order, left: Neighbours) -> int:
    """Pairs of links that cross."""
    place = {name: i for i, name in enumerate(other)}
    ends = np.array([(i, place[p]) for i, name in enumerate(one) for p in left[name]])
    ahead = ends[:, None, :] - ends[None, :, :]
    return int(((ahead[..., 0] < 0) & (ahead[..., 1] > 0)).sum())


def _swapped(one: Order, other: Order, left: Neighbours, right: Neighbours) -> tuple[Order, Order]:
    """Neighbours swapped, in both columns, as long as that takes crossings away."""
    one, other = list(one), list(other)
    for _ in range(_SWEEPS):
        if not (_pass(one, left, other) | _pass(other, right, one)):
            break
    return one, other


def _pass(names: Order, partners: Neighbours, opposite: Order) -> bool:
    place = {name: i for i, name in enumerate(opposite)}
    ends = {name: [place[p] for p in partners[name]] for name in names}
    changed = False
    for i in range(len(names) - 1):
        upper, lower = ends[names[i]], ends[names[i + 1]]
        now = sum(u > d for u in upper for d in lower)
        then = sum(d > u for u in upper for d in lower)
        if then < now:
            names[i], names[i + 1] = names[i + 1], names[i]
            changed = True
    return changed


def _heights(one: Order, other: Order, left: Neighbours, right: Neighbours) -> tuple[dict[str, float], dict[str, float]]:
    if len(one) >= len(other):
        whole = {name: float(i) for i, name in enumerate(one)}
        return whole, _beside(other, right, whole)
    whole = {name: float(i) for i, name in enumerate(other)}
    return _beside(one, left, whole), whole


def _beside(names: Order, partners: Neighbours, whole: dict[str, float]) -> dict[str, float]:
    """Heights nearest to the middle of the partners, in order and a row apart: pooled where they push one another."""
    pools: list[tuple[float, int]] = []
    for i, name in enumerate(names):
        pools.append((sum(whole[p] for p in partners[name]) / len(partners[name]) - i, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (low, n), (high, m) = pools[-2:]
            pools[-2:] = [((low * n + high * m) / (n + m), n + m)]
    room = len(whole) - len(names)
    level = [min(max(value, 0.0), float(room)) for value, n in pools for _ in range(n)]
    assert all(a <= b for a, b in pairwise(level))
    return {name: round(level[i] + i, 3) for i, name in enumerate(names)}
