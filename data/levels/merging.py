"""Rows of one series as arrays, and joining two lots of them.

A row is one day or moment. An empty value (NaN) agrees with any other and is filled in by it; two different
values of one day and column contradict each other. So joining does not depend on order or on portions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Rows:
    """`times`: days or milliseconds since 1970; `values`: a column of as many floats each, NaN where empty."""

    times: np.ndarray
    values: dict[str, np.ndarray]

    @classmethod
    def none(cls, columns: Iterable[str]) -> Rows:
        return cls(np.empty(0, np.int64), {c: np.empty(0) for c in columns})

    def take(self, at: np.ndarray) -> Rows:
        return Rows(self.times[at], {c: v[at] for c, v in self.values.items()})

    def digest(self) -> str:
        """A hash of what the rows say, the same on every machine."""
        content = hashlib.sha256(self.times.astype("<i8").tobytes())
        for column, values in self.values.items():
            content.update(column.encode())
            content.update(np.where(np.isnan(values), np.nan, values).astype("<f8").tobytes())  # one form of NaN
        return content.hexdigest()


def _grouped(stored: Rows, given: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All times, the order that sorts them with stored rows first among equals, and where each time starts in that order."""
    times = np.concatenate([stored.times, given.times])
    order = np.argsort(times, kind="stable")
    return times, order, np.flatnonzero(np.diff(times[order], prepend=times[order][:1] - 1))


def merged(stored: Rows, given: Rows) -> Rows:
    """Both lots sorted by time, one row a time. Where they contradict each other the lower value stands: look for clashes first."""
    times, order, starts = _grouped(stored, given)
    values = {c: np.fmin.reduceat(np.concatenate([kept, given.values[c]])[order], starts) for c, kept in stored.values.items()}
    return Rows(times[order][starts], values)


def clashes(stored: Rows, given: Rows) -> list[tuple[int, str, float]]:
    """Rows of `given` that contradict a stored one, or an earlier given one: (position in `given`, column, the other value)."""
    _, order, starts = _grouped(stored, given)
    ends = np.append(starts[1:], len(order))
    found = []
    for column, kept in stored.values.items():
        values = np.concatenate([kept, given.values[column]])[order]
        differs = np.fmin.reduceat(values, starts) < np.fmax.reduceat(values, starts)
        for start, end in zip(starts[differs], ends[differs], strict=True):
            known = [m for m in range(start, end) if not np.isnan(values[m])]
            first = float(values[known[0]])
            found += [(int(order[m]) - len(stored.times), column, first) for m in known[1:] if values[m] != first]
    return sorted(found)
