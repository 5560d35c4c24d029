"""Amounts that no document gives in US dollars: summed for each currency as printed, never converted.

As text, so that a frame holds any number of currencies in one cell: `CNY 3000000000;≥NZD 500000000`.
An item is a sign, a currency code and whole units. ≥: a lower bound is in the sum; ≈: a rounded amount is;
≤: ceilings, which stand in an item of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from data.catalog import LIST_SEPARATOR

SIGNS = {"exact": "", "about": "≈", "at_least": "≥", "up_to": "≤"}
_STRENGTH = ("", "≈", "≥")
_ITEM = re.compile(r"([≈≥≤]?)([A-Z]{3}) (\d+)")

Item = tuple[str, str, float]


def items(text: object) -> list[Item]:
    """(sign, currency, amount) of a text; [] for an empty cell."""
    return [(sign, currency, float(amount)) for sign, currency, amount in _ITEM.findall(text)] if isinstance(text, str) else []


def summed(amounts: Iterable[Item]) -> str | None:
    """The amounts added up by currency, ceilings apart, currencies in order of their codes; None for none.

    >>> summed([("", "NZD", 5.0), ("≥", "CNY", 2.0), ("≈", "CNY", 1.0), ("≤", "CNY", 9.0)])
    '≥CNY 3;≤CNY 9;NZD 5'
    """
    found: dict[tuple[str, bool], tuple[str, float]] = {}
    for sign, currency, amount in amounts:
        key = (currency, sign == "≤")
        before, total = found.get(key, (sign, 0.0))
        found[key] = (sign if key[1] else max(before, sign, key=_STRENGTH.index), total + amount)
    return LIST_SEPARATOR.join(f"{sign}{currency} {total:.0f}" for (currency, _), (sign, total) in sorted(found.items())) or None


def added(texts: Iterable[object]) -> str | None:
    """Several such texts as one."""
    return summed(item for text in texts for item in items(text))
