"""Frame of `funding-and-events`: rounds in the days before and after releases, side by side.

Which side a round is on follows `data.frames.debate`: its whole period must lie in the window; one announced
on the day, or dated too coarsely, is near and not placed. The rounds are a collection that grew over the
years and end before the data do, so a side is compared by the days of it that the collection covers, and
nothing here says that an event moved money.
"""

from __future__ import annotations

import json
import math
from datetime import date
from typing import Any

import narwhals as nw
import pandas as pd

from data import stats
from data.filters import Filters
from data.frames.common import SMALL_N, collected
from data.frames.debate import FIRST_EVENT, SIDES, _side, windows
from data.frames.funding import GROUPS, by_class, rounds, totals
from data.tables import Tables

Rows = nw.LazyFrame[Any]

#: What is compared where no event is chosen: Sora announced, Sora 2, Sora to close.
EVENTS = ("EV017", "EV069", FIRST_EVENT)
_EVENT = ("event_id", "title_en", "title_zh", "short_title_en", "short_title_zh", "event_date")
_DAYS = ("n_days", "n_days_covered")
_RATIO = ("rate_ratio", "rate_ratio_low", "rate_ratio_high", "rate_ratio_least", "rate_ratio_most")
_USD = ("known_usd_m", "exact_usd_m", "about_usd_m", "lower_bound_usd_m", "up_to_usd_m")
_COUNTS = ("n_rounds", "n_known", "n_lower_bound", "n_up_to", "n_undisclosed", "n_other_currency", "n_part_of", "n_cancelled")
_TYPES = (
    dict.fromkeys((*_EVENT, "money_group", "side"), "str")
    | dict.fromkeys(("side_start", "side_end"), "datetime64[us]")
    | dict.fromkeys(_DAYS, "int64")
    | {"side_incomplete": "bool", "n": "int64"}
    | dict.fromkeys(_COUNTS, "int64")
    | dict.fromkeys((*_USD, *_RATIO), "float64")
)


def funding_and_events_rows(tables: Tables, filters: Filters) -> Rows:
    """Rounds under the filters near the chosen event, or near each of EVENTS: once for each, with its `event_id` and `side`.

    `event_windows` tells, on every row alike, what rounds cannot: the events with their days, also those that
    no round is near, and how many of these days the collection covers under the chosen dates.
    """
    rows = rounds(tables, filters)
    wanted = (filters.event,) if filters.event else EVENTS
    events = collected(tables.frame("events").filter(nw.col("event_id").is_in(wanted)).sort("date_start", "event_id"))
    ends = collected(tables.frame("funding_rounds").select(first=nw.col("date_start").min(), last=nw.col("date_start").max()))
    first, last = ends["first"].iloc[0], ends["last"].iloc[0]
    known = [event for event in events.to_dict("records") if isinstance(event["date"], str)]
    if not known or pd.isna(first):
        return rows.head(0).with_columns(**{c: nw.lit(None, dtype=nw.String) for c in ("event_id", "side", "event_windows")})
    reach = (
        max(pd.Timestamp(first).date(), filters.first_day or date.min),
        min(pd.Timestamp(last).date(), date.fromisoformat(tables.data_as_of), filters.last_day or date.max),
    )
    described = json.dumps([_described(event, int(filters.days), reach) for event in known])
    near = [
        rows.with_columns(event_id=nw.lit(event["event_id"]), side=_side(*windows(event["date"], int(filters.days)))).filter(
            ~nw.col("side").is_null()
        )
        for event in known
    ]
    return nw.concat(near, how="vertical").with_columns(event_windows=nw.lit(described))


def _described(event: dict[Any, Any], days: int, reach: tuple[date, date]) -> dict[str, Any]:
    """An event with the days on each side of it, and how many of them the collection covers."""
    titles = {name: event[name] if isinstance(event[name], str) else None for name in _EVENT[:-1]}
    sides = {}
    for side, (start, end) in zip(SIDES, windows(event["date"], days), strict=False):
        covered = (min(end, reach[1]) - max(start, reach[0])).days + 1
        sides[side] = [start.isoformat(), end.isoformat(), (end - start).days + 1, max(covered, 0)]
    return titles | {"event_date": event["date"], "sides": sides}


def funding_and_events(rows: Rows, filters: Filters) -> pd.DataFrame:
    """One row for each (event, money_group, side): `before` and `after` always, `left_out` where a round is near and not placed.

    Rows in: one round near one event; windows of two events may overlap. Rows out: events by date; columns of
    `data.frames.funding.totals` for the rounds of the side; `n` all its records, parts and cancelled ones among
    them. `n_days` of the side, of which the collection covers `n_days_covered`. `rate_ratio` is rounds per
    covered day after over before, where both sides together have SMALL_N rounds. `rate_ratio_low` and
    `rate_ratio_high`: its exact interval (`data.stats.rate_ratio`), at 95% for all that are shown together
    (Bonferroni). `rate_ratio_least` and `rate_ratio_most`: the low end with every round that is not placed
    put before the event, the high end with all of them put after it. Empty where there is no finite one.
    """
    classes = by_class(rows, "event_id", "money_group", "side")
    if classes.empty:
        return pd.DataFrame(columns=list(_TYPES)).astype(_TYPES)
    events = json.loads(collected(rows.select("event_windows").head(1))["event_windows"].iloc[0])
    classes["place"] = list(classes[["event_id", "money_group", "side"]].itertuples(index=False, name=None))
    found = {row["place"]: row for row in totals(classes, "place").to_dict("records")}
    n = classes.groupby("place")["n"].sum().to_dict()
    present = set(classes["money_group"])
    out: list[dict[str, Any]] = []
    for event in events:
        for group in (g for g in GROUPS if g in present):
            for side in SIDES:
                place = (event["event_id"], group, side)
                if side == "left_out" and place not in found:
                    continue
                start, end, days, covered = event["sides"].get(side, (None, None, 0, 0))
                out.append(
                    {name: event[name] for name in _EVENT}
                    | {"money_group": group, "side": side, "side_start": start, "side_end": end, "n_days": days, "n_days_covered": covered}
                    | {"side_incomplete": covered < days, "n": n.get(place, 0)}
                    | {name: found.get(place, {}).get(name, 0 if name in _COUNTS else math.nan) for name in (*_COUNTS, *_USD)}
                )
    frame = pd.DataFrame(out, columns=list(_TYPES)).astype(_TYPES)
    return _with_ratios(frame)


def _with_ratios(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the rate ratio of every pair of sides with enough rounds, to each row of it."""
    pairs = {}
    for place, part in frame.groupby(["event_id", "money_group"], sort=False):
        sides = part.set_index("side")
        before, after, loose = (int(sides["n_rounds"].get(side, 0)) for side in SIDES)
        days = int(sides.loc["before", "n_days_covered"]), int(sides.loc["after", "n_days_covered"])
        if before + after >= SMALL_N and min(days) > 0:
            pairs[place] = (before, after, loose, *days)
    for (event, group), compared in pairs.items():
        mine = (frame["event_id"] == event) & (frame["money_group"] == group)
        frame.loc[mine, list(_RATIO)] = [x if math.isfinite(x) else math.nan for x in _ratios(*compared, len(pairs))]
    return frame


def _ratios(before: int, after: int, loose: int, days_before: int, days_after: int, comparisons: int) -> tuple[float, ...]:
    """The columns _RATIO: after over before, the ends that chance gives, and those with the `loose` rounds on either side."""
    ratio, low, high = stats.rate_ratio(after, days_after, before, days_before, comparisons=comparisons)
    _, least, _ = stats.rate_ratio(after, days_after, before + loose, days_before, comparisons=comparisons)
    _, _, most = stats.rate_ratio(after + loose, days_after, before, days_before, comparisons=comparisons)
    return ratio, low, high, least, most
