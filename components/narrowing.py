"""What a click on a mark means as an ordinary filter: (parameter, code) pairs.

An empty list means that the mark is no filter (cross-sector has its own switch, "not stated" is no
value); the click then shows the records behind it, as on other pages.
"""

from __future__ import annotations

from typing import Any

from data.filters import CHOSEN_SECTORS

Mark = dict[str, Any]
Pairs = list[tuple[str, str]]


def no_filter(mark: Mark) -> Pairs:
    """A mark that is no filter: a click shows the records behind it."""
    return []


def by_columns(*columns: str) -> Any:
    """A mark whose columns carry the parameters' own names."""

    def narrows(mark: Mark) -> Pairs:
        if mark.get("sector", CHOSEN_SECTORS[0]) not in CHOSEN_SECTORS:
            return []
        return [(column, mark[column]) for column in columns]

    return narrows


def by_quarter(mark: Mark) -> Pairs:
    """A quarter of a time chart: from its first day to its last."""
    quarter = mark["period_quarter"]
    return [("from", quarter), ("to", quarter)] if isinstance(quarter, str) else []


def to_event(mark: Mark) -> Pairs:
    """An event opens its own view; any other mark shows the records behind it."""
    key = mark.get("record_id", mark.get("mark_id"))
    single = mark.get("drawn_as") != "cell"
    return [("event", key)] if mark["table"] == "events" and single and isinstance(key, str) else []


def by_id(parameter: str, column: str) -> Any:
    """A mark that stands for one record: a company, an investor."""

    def narrows(mark: Mark) -> Pairs:
        return [(parameter, mark[column])] if isinstance(mark[column], str) else []

    return narrows
