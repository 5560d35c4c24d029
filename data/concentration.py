"""How concentrated amounts are, and between which bounds where some are known only to lie between 0 and a ceiling.

Plain functions of amounts, without units: shares and indices run from 0 to 1. Every bound is exact (the tests
hold each against trying all corners and against a general optimiser) and is taken over all combinations of
what the unknown amounts may have been.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
#: Who holds an amount, as places among the holders, and its ceiling.
Amounts = list[tuple[NDArray[np.int64], float]]


def hhi(amounts: ArrayLike) -> float:
    """Herfindahl–Hirschman index, from 1/n (n equal holders) to 1 (one holds all); nan when nothing is held.

    The sum of squared shares (Hirschman 1945, "National Power and the Structure of Foreign Trade", under a
    root; Herfindahl 1950, "Concentration in the U.S. Steel Industry"). 1 / HHI is the number of equal
    holders that would give the same index (Adelman 1969, Review of Economics and Statistics 51).
    """
    x = np.asarray(amounts, dtype=float)
    return float((x * x).sum() / x.sum() ** 2) if x.sum() > 0 else float("nan")


def top_share(amounts: ArrayLike, k: int) -> float:
    """Share of the `k` largest in the sum, from 0 to 1; nan when there is nothing to share."""
    x = np.sort(np.asarray(amounts, dtype=float))
    return float(x[-k:].sum() / x.sum()) if x.sum() > 0 else float("nan")


def top_share_bounds(low: ArrayLike, high: ArrayLike, k: int) -> tuple[float, float]:
    """Least and largest `top_share` when each amount may be anything from its `low` to its `high`, exactly.

    nan when nothing is known, that is when every `low` is 0. The largest lies at a corner of the box, as
    the largest of any convex function over a linear one: some k amounts at their high end, the rest at
    their low one, found by Dinkelbach's iteration (1967, Management Science 13). The least is reached by
    levelling: of all amounts with a given sum the most even ones, cut to their ends at one water level, have
    the least top share (Marshall, Olkin & Arnold 2011, "Inequalities", ch. 1 and 3); between two ends the
    share is a ratio of linear functions of that level, so that only levels at an end need trying.
    """
    lows, highs = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    if not lows.sum() > 0:
        return float("nan"), float("nan")
    levels = np.unique([*lows, *highs])
    top = float(highs[highs > lows].max(initial=0))
    least = min(top_share(np.clip(level, lows, highs), k) for level in levels[levels <= top].tolist() or [top])
    largest = top_share(lows, k)
    while True:
        raised = np.zeros(len(lows), dtype=bool)
        raised[np.argsort((1 - largest) * highs + largest * lows, kind="stable")[-k:]] = True
        share = float(highs[raised].sum() / np.where(raised, highs, lows).sum())
        if share <= largest + 1e-15:
            return least, largest
        largest = share


def share_bounds(low: ArrayLike, high: ArrayLike, place: int) -> tuple[float, float]:
    """Least and largest share of one amount in the sum, as in `top_share_bounds`; nan when nothing is known."""
    lows, highs = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    if not lows.sum() > 0:
        return float("nan"), float("nan")
    own_low, own_high = float(lows[place]), float(highs[place])
    others_low, others_high = float(lows.sum()) - own_low, float(highs.sum()) - own_high
    return own_low / (own_low + others_high) if own_low else 0.0, own_high / (own_high + others_low) if own_high else 0.0


def hhi_bounds(known: ArrayLike, holders: Sequence[tuple[int, ...]], ceilings: Sequence[float]) -> tuple[float, float]:
    """Least and largest `hhi` when amounts between 0 and their ceilings are added to what is known, exactly.

    `known` is what each holder has for certain; amount i is split evenly among the holders `holders[i]`
    (places in `known`, all different). nan when nothing is known. The root of the index is a norm over a
    linear function and so quasi-convex (Boyd & Vandenberghe 2004, "Convex Optimization", sec. 3.4): its
    largest value lies at a corner, every amount 0 or at its ceiling, and it has no valley but the least.
    """
    have = np.asarray(known, dtype=float)
    if not have.sum() > 0:
        return float("nan"), float("nan")
    # Amounts with the same holders act as one. At the corner that counts they are 0 or whole together.
    merged: dict[tuple[int, ...], float] = {}
    for who, ceiling in zip(holders, ceilings, strict=True):
        if ceiling > 0:
            merged[tuple(sorted(who))] = merged.get(tuple(sorted(who)), 0.0) + ceiling
    unit = have.sum()
    have, amounts = have / unit, [(np.array(who), ceiling / unit) for who, ceiling in sorted(merged.items())]
    if not amounts:
        return hhi(have), hhi(have)
    apart = all(len(who) == 1 for who, _ in amounts)
    return (_least_levelled if apart else _least_split)(have, amounts), _largest(have, amounts)


def _least_levelled(have: Floats, amounts: Amounts) -> float:
    """The least index where each amount has a holder of its own: filled up to one water level.

    At the least, no holder above its low end is larger, and none below its high end smaller, than the mean
    of all weighted by themselves (the sum of squares over the sum), so the level is that mean.
    """
    top = have.copy()
    for who, ceiling in amounts:
        top[who] += ceiling
    low, high = 0.0, float(top.max())
    for _ in range(100):
        level = (low + high) / 2
        x = np.clip(level, have, top)
        low, high = (level, high) if (x * x).sum() > level * x.sum() else (low, level)
    return hhi(np.clip(high, have, top))


def _least_split(have: Floats, amounts: Amounts, sweeps: int = 2000) -> float:
    """The least index where amounts are shared by several holders, by improving one amount at a time.

    Stops when a tangent plane shows that no other choice is lower by more than a billionth, and gives that
    floor: the true least is never below it.
    """
    ceilings = np.array([ceiling for _, ceiling in amounts])
    x = ceilings.copy()
    y = have.copy()
    for (who, _), amount in zip(amounts, x, strict=True):
        y[who] += amount / len(who)
    floor = 0.0
    for _ in range(sweeps):
        total = y.sum()
        norm = float(np.sqrt((y * y).sum()))
        slopes = np.array([y[who].mean() for who, _ in amounts]) / norm - norm / total
        gap = float(np.maximum(slopes * x, slopes * (x - ceilings)).sum() / have.sum())
        floor = max(floor, norm / total - gap)
        if norm / total - floor < 1e-9:
            break
        for i, (who, ceiling) in enumerate(amounts):
            y[who] -= x[i] / len(who)
            total, squares, mean = float(y.sum()), float((y * y).sum()), float(y[who].mean())
            pull = total / len(who) - mean
            x[i] = min(max((squares - mean * total) / pull, 0.0), ceiling) if pull > 1e-15 else ceiling
            y[who] += x[i] / len(who)
    return float(floor * floor)


def _largest(have: Floats, amounts: Amounts, most: int = 2000) -> float:
    """The largest index over all corners, by branch and bound.

    A node has some amounts put at 0 or at their ceiling; `_relaxed` bounds what the open ones can do. After
    `most` nodes (thousands of open amounts of odd sizes) the bound itself is given, so that the true
    largest is never above what is said.
    """
    owners = [who for who, _ in amounts]
    shares = np.array([ceiling / len(who) for who, ceiling in amounts])
    best = hhi(have)
    # -1: at 0, 1: at the ceiling, 0: open.
    open_nodes: list[tuple[float, int, NDArray[np.int8]]] = [(-1.0, 0, np.zeros(len(amounts), dtype=np.int8))]
    for number in range(1, most + 1):
        if not open_nodes or -open_nodes[0][0] <= best * (1 + 1e-12):
            return best
        _, _, put = heapq.heappop(open_nodes)
        low, high = have.copy(), have.copy()
        for who, share, state in zip(owners, shares, put, strict=True):
            high[who] += share if state >= 0 else 0.0
            low[who] += share if state > 0 else 0.0
        bound, raised, split = _relaxed(low, high)
        up = np.array([bool(raised[who].all()) for who in owners])
        corner = low.copy()
        for i in np.flatnonzero((put == 0) & up):
            corner[owners[i]] += shares[i]
        best = max(best, hhi(corner))
        if bound <= best * (1 + 1e-12):
            continue
        torn = [i for i in np.flatnonzero(put == 0) if split in owners[i] or (not up[i] and raised[owners[i]].any())]
        branch = int(max(torn, key=lambda i: shares[i]))
        for state in (1, -1):
            child = put.copy()
            child[_follow(branch, state, put, owners, low, high)] = state
            heapq.heappush(open_nodes, (-bound, 2 * number + (state < 0), child))
    return max(best, -open_nodes[0][0]) if open_nodes else best


def _relaxed(low: Floats, high: Floats) -> tuple[float, NDArray[np.bool_], int]:
    """A bound on the index over the corners of a box, the holders that it raises, and the one it raises in part (or -1).

    Raising a holder adds high - low to the sum and (high + low) times that to the sum of squares. With
    both free to be added in part, the best raises holders in the order of high + low, and where to stop is
    found in closed form (as for a fractional knapsack).
    """
    wide = np.flatnonzero(high > low)
    slopes, steps = (high + low)[wide], (high - low)[wide]
    order = np.argsort(-slopes, kind="stable")
    wide, slopes, steps = wide[order], slopes[order], steps[order]
    sums = low.sum() + np.concatenate([[0.0], np.cumsum(steps)])
    squares = (low * low).sum() + np.concatenate([[0.0], np.cumsum(slopes * steps)])
    corners = squares / sums**2
    stop = int(corners.argmax())
    bound, split = float(corners[stop]), -1
    part = sums[:-1] - 2 * squares[:-1] / slopes
    inside = np.flatnonzero((part > 0) & (part < steps))
    if len(inside):
        inner = slopes[inside] ** 2 / (4 * (slopes[inside] * sums[inside] - squares[inside]))
        if inner.max() > bound:
            stop = int(inside[inner.argmax()])
            bound, split = float(inner.max()), int(wide[stop])
    raised = np.zeros(len(low), dtype=bool)
    raised[wide[:stop]] = True
    return bound, raised, split


def _follow(branch: int, state: int, put: NDArray[np.int8], owners: list[NDArray[np.int64]], low: Floats, high: Floats) -> list[int]:
    """The open amounts that need trying only together with this one.

    Of two holders that each have one open amount of their own, raising the one with the lower ends and not
    the other is never best: swapping them keeps the index, and from there it can only rise.
    """
    loose = np.bincount(np.concatenate([owners[i] for i in np.flatnonzero(put == 0)]), minlength=len(low))
    mine = int(owners[branch][0])
    if len(owners[branch]) > 1 or loose[mine] > 1:
        return [branch]
    out = [branch]
    for i in np.flatnonzero(put == 0):
        other = int(owners[i][0])
        if i == branch or len(owners[i]) > 1 or loose[other] > 1:
            continue
        ends, others = (low[mine], high[mine]), (low[other], high[other])
        above = others[0] >= ends[0] and others[1] >= ends[1]
        below = others[0] <= ends[0] and others[1] <= ends[1]
        if (state > 0 and above and not below) or (state < 0 and below):
            out.append(int(i))
    return out
