"""Runs of calendar quarters, as `2024-Q1`."""

from __future__ import annotations


def quarters_between(first: str, last: str) -> list[str]:
    """Every quarter from the first to the last, both included; [] when the last is before the first.

    >>> quarters_between("2023-Q4", "2024-Q2")
    ['2023-Q4', '2024-Q1', '2024-Q2']
    """
    start, end = _index(first), _index(last)
    return [f"{i // 4}-Q{i % 4 + 1}" for i in range(start, end + 1)]


def _index(quarter: str) -> int:
    year, number = quarter.split("-Q")
    return 4 * int(year) + int(number) - 1
