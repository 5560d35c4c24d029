"""Frames of the debate: who leans which way, how divided voices are, where sectors differ, before and after an event.

The voices are a collection, not a sample of an industry. Intervals say how little a small n carries, as if
voices were drawn independently; groups with fewer than SMALL_N voices get counts and no shares.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data import periods, stats
from data.catalog import LANGUAGES, dictionary
from data.filters import Filters
from data.frames.common import SMALL_N, STANCE_STEP, STANCES, collected, in_order, one_voice, shown_sectors, split_by_sector, voices
from data.frames.opinions import NEGATIVE, POSITIVE
from data.tables import Tables

Rows = nw.LazyFrame[Any]
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

#: The group of the opinions whose record does not say which group they belong to.
NOT_STATED = "none"
#: A cell or theme is called divided when its agreement A is below this: near an even spread over the five steps, or worse.
DIVIDED_BELOW = 0.2
#: The event that before-and-after starts from: the announced end of Sora.
FIRST_EVENT = "EV096"
SIDES = ("before", "after", "left_out")
DRAWS = 2000
_SEED = 20260324
_LEVEL = 0.95
_STEPS = np.array([STANCE_STEP[s] for s in STANCES])


def _as_they_count(rows: Rows, filters: Filters, *within: str) -> Rows:
    """Add `n_all`, the judgements of each group, then keep each speaker once in it when the filters ask for that."""
    return one_voice(rows.with_columns(n_all=nw.len().over(*within)), filters, *within)


def _groups(rows: Rows, *by: str) -> pd.DataFrame:
    """One row for each group: its voices on each stance, `n`, `mean_stance`, `n_speakers`, and `n_all` of `_as_they_count`.

    Sorted by the group's codes, so that the order of records does not matter.
    """
    counted = collected(rows.group_by(*by, "stance").agg(n=nw.len()))
    wide = counted.pivot(index=list(by), columns="stance", values="n").reindex(columns=list(STANCES)).fillna(0).astype("int64")
    about = collected(rows.group_by(*by).agg(n_speakers=nw.col("speaker_id").n_unique(), n_all=nw.col("n_all").max()))
    frame = wide.join(about.set_index(list(by)).astype("int64")).sort_index().reset_index()
    frame.columns.name = None
    counts = frame[list(STANCES)].to_numpy()
    frame["n"] = counts.sum(axis=1).astype("int64")
    frame["mean_stance"] = means(counts)
    return frame


def _by_stance(groups: pd.DataFrame, *by: str) -> pd.DataFrame:
    """One row for each (group, stance): `n` of `n_total`, and its share with Goodman's simultaneous 95% interval.

    The five intervals of a group hold together (`data.stats.goodman`). Shares are empty below SMALL_N voices.
    """
    kept = [c for c in groups.columns if c not in (*STANCES, "n")]
    frame = groups.rename(columns={"n": "n_total"}).melt([*kept, "n_total"], list(STANCES), "stance", "n")
    intervals = {
        key: stats.goodman(counts) for key, counts in zip(_keys(groups, by), groups[list(STANCES)].to_numpy().tolist(), strict=True)
    }
    place = frame["stance"].map({s: i for i, s in enumerate(STANCES)})
    ends = [(intervals[key][0][i], intervals[key][1][i]) for key, i in zip(_keys(frame, by), place, strict=True)]
    enough = frame["n_total"] >= SMALL_N
    frame["share_pct"] = (100 * frame["n"] / frame["n_total"]).astype("float64").where(enough)
    for side, name in enumerate(("share_low_pct", "share_high_pct")):
        frame[name] = pd.Series([100 * float(e[side]) for e in ends], index=frame.index, dtype="float64").where(enough)
    return frame.astype({"n": "int64", "stance": "object"})


def _keys(frame: pd.DataFrame, by: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return list(frame[list(by)].itertuples(index=False, name=None))


# Measures of a distribution, and how far chance moves them -----------------------------------------


def means(counts: Counts) -> Floats:
    """Mean stance of rows of five counts, from -2 to 2; nan without voices. Equal steps are a convention."""
    with np.errstate(invalid="ignore"):
        return np.asarray(counts @ _STEPS / counts.sum(axis=-1), dtype=np.float64)


#: The agreement of each pattern of filled and empty steps, by its bits: one layer of van der Eijk's measure.
_PATTERNS = np.array([stats.agreement_a([mask >> step & 1 for step in range(5)]) if mask else 0.0 for mask in range(32)])


def agreements(counts: Counts) -> Floats:
    """`data.stats.agreement_a` of many rows of five counts at once; nan without voices.

    The layers of a row are the gaps between its sorted counts: the lowest is as high as the smallest
    count and fills the steps that reach it, the next as high as the gap to the second smallest, and so on.
    """
    counts = np.asarray(counts)
    tops = np.sort(counts, axis=1)
    heights = np.diff(tops, axis=1, prepend=0)
    filled = counts[:, None, :] >= tops[:, :, None]
    masks = filled @ (1 << np.arange(5))
    with np.errstate(invalid="ignore"):
        return np.asarray((_PATTERNS[masks] * heights * filled.sum(axis=2)).sum(axis=1) / counts.sum(axis=1), dtype=np.float64)


def resampled(counts: Counts, draws: int = DRAWS) -> Counts:
    """Bootstrap samples of the voices in these cells: as many voices again, drawn with replacement.

    One row a draw. Seeded anew for every call: a group's interval does not depend on what else is shown.
    """
    counts = np.asarray(counts)
    total = int(counts.sum())
    return np.random.default_rng(_SEED).multinomial(total, counts / total, size=draws)


def agreement_interval(counts: Counts) -> tuple[float, float]:
    """Percentile interval of agreement A (2,000 bootstrap samples of the voices, fixed seed).

    nan when all voices are on one step, where every sample is the same and says nothing of chance.
    """
    return _interval(agreements(resampled(counts)))


def _interval(draws: Floats, level: float = _LEVEL) -> tuple[float, float]:
    low, high = stats.percentile_interval(draws, level)
    return (low, high) if high > low else (math.nan, math.nan)


# Stance of groups --------------------------------------------------------------------------------


def stance_distribution_rows(tables: Tables, filters: Filters) -> Rows:
    """Opinions under the filters with their `group` of the chosen `split`; by sector, once in each that they bear on."""
    rows = voices(tables, filters)
    if filters.split == "sector":
        rows = split_by_sector(rows, filters).with_columns(group=nw.col("sector"))
    else:
        rows = rows.with_columns(group=nw.col(filters.split).fill_null(NOT_STATED))
    return _as_they_count(rows.with_columns(split=nw.lit(filters.split)), filters, "group")


def stance_distribution(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Voices by group and stance.

    Rows in: one opinion in one group. Rows out: one (group, stance), also those with no voice, for every
    group with at least one; sectors in their order, other groups from the highest mean stance to the
    lowest, NOT_STATED last. `n` of `n_total` voices; shares as in `_by_stance`; `n_all` judgements of
    `n_speakers` speakers (more than `n_total` when each speaker counts once). `group_en` and `group_zh`
    name the group and are empty for NOT_STATED.
    """
    groups = _groups(rows, "group")
    by_mean = groups.sort_values(["mean_stance", "n", "group"], ascending=[False, False, True])["group"]
    order = shown_sectors(filters) if filters.split == "sector" else [g for g in by_mean if g != NOT_STATED]
    frame = in_order(_by_stance(groups, "group"), group=order, stance=STANCES)
    names = dictionary().codes[_code_list(filters.split)]
    for lang in LANGUAGES:
        frame[f"group_{lang}"] = frame["group"].map({code: text[lang] for code, text in names.items()}).astype("object")
    frame["split"] = pd.Series(filters.split, index=frame.index, dtype="object")
    first = ["split", "group", "group_en", "group_zh", "stance", "n", "n_total", "share_pct", "share_low_pct", "share_high_pct"]
    return frame[[*first, "mean_stance", "n_all", "n_speakers"]]


def _code_list(split: str) -> str:
    return "sector" if split == "sector" else str(dictionary().tables["opinions"].by_name[split].codes)


# Division ----------------------------------------------------------------------------------------


def division_by_theme_rows(tables: Tables, filters: Filters) -> Rows:
    """Opinions under the filters, each once: an opinion has one theme."""
    return _as_they_count(voices(tables, filters).filter(~nw.col("theme").is_null()), filters, "theme")


def division_by_theme(rows: Rows, filters: Filters) -> pd.DataFrame:
    """How far the voices on each theme agree, from consensus to division.

    Rows in: one opinion. Rows out: one theme; first those with SMALL_N voices or more from the highest
    agreement A to the lowest, then the others, which have none. `agreement_a` by van der Eijk (2001), see
    `data.stats.agreement_a`, `agreement_low` to `agreement_high` as in `agreement_interval`. The five
    counts as elsewhere: the strong ones are parts of their sides.
    """
    frame = _with_agreement(_groups(rows, "theme"))
    for side, of in (("negative", NEGATIVE), ("positive", POSITIVE)):
        frame[f"n_{side}"] = frame[list(of)].sum(axis=1).astype("int64")
        frame[f"n_strongly_{side}"] = frame[f"strongly_{side}"]
    frame["n_neutral"] = frame["neutral"]
    frame = frame.sort_values(["agreement_a", "n", "theme"], ascending=[False, False, True], na_position="last").reset_index(drop=True)
    counts = ["n_strongly_negative", "n_negative", "n_neutral", "n_positive", "n_strongly_positive"]
    return frame[["theme", "n", "agreement_a", "agreement_low", "agreement_high", "mean_stance", *counts, "n_all", "n_speakers"]]


def _with_agreement(groups: pd.DataFrame) -> pd.DataFrame:
    """Add agreement A and its interval to groups with SMALL_N voices or more; nan for the others."""
    counts = groups[list(STANCES)].to_numpy()
    enough = groups["n"] >= SMALL_N
    groups["agreement_a"] = pd.Series(agreements(counts), index=groups.index, dtype="float64").where(enough)
    ends = [agreement_interval(row) if ok else (math.nan, math.nan) for row, ok in zip(counts, enough, strict=True)]
    for side, name in enumerate(("agreement_low", "agreement_high")):
        groups[name] = pd.Series([e[side] for e in ends], index=groups.index, dtype="float64")
    return groups


# Theme by sector ---------------------------------------------------------------------------------


def theme_sector_map_rows(tables: Tables, filters: Filters) -> Rows:
    """Opinions under the filters, one row for each sector that they bear on."""
    rows = split_by_sector(voices(tables, filters), filters).filter(~nw.col("theme").is_null())
    return _as_they_count(rows, filters, "theme", "sector")


def theme_sector_map(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Voices by theme and sector, and where two sectors differ.

    Rows in: one opinion in one sector. Rows out: one (theme, sector) with at least one voice; themes with
    most voices first, sectors in their order. `mean_stance` of `n` voices; from SMALL_N voices on
    `agreement_a` and its interval, and `is_divided`: A below DIVIDED_BELOW. `first_sector` and
    `second_sector` are the pair of `compared_pair`; `difference_steps` is the mean of the first less that
    of the second on this theme, empty where one has no voice; its interval as in `_differences`.
    """
    cells = _with_agreement(_groups(rows, "theme", "sector"))
    cells["is_divided"] = (cells["agreement_a"] < DIVIDED_BELOW).astype("object").where(cells["agreement_a"].notna(), None)
    pair = compared_pair(filters, cells.groupby("sector")["n"].sum().to_dict())
    cells = cells.merge(_differences(rows, cells, pair), on="theme", how="left")
    for place, name in enumerate(("first_sector", "second_sector")):
        cells[name] = pd.Series(pair[place] if pair else None, index=cells.index, dtype="object")
    voices = cells.groupby("theme")["n"].sum().reset_index().sort_values(["n", "theme"], ascending=[False, True])
    frame = in_order(cells, theme=list(voices["theme"]), sector=shown_sectors(filters))
    measures = ["n", "mean_stance", "agreement_a", "agreement_low", "agreement_high", "is_divided"]
    compared = ["first_sector", "second_sector", "difference_steps", "difference_low_steps", "difference_high_steps"]
    return frame[["theme", "sector", *measures, *compared, "n_all", "n_speakers"]]


def compared_pair(filters: Filters, voices: dict[str, int]) -> tuple[str, str] | None:
    """The two sectors that the map compares; None when fewer than two are shown.

    The two that were chosen, when exactly two were; else film and short drama where both are shown; else
    the two with most voices, in the order of reading.
    """
    shown = shown_sectors(filters)
    if len(filters.sectors) == 2:
        return filters.sectors[0], filters.sectors[1]
    if {"film", "short_drama"} <= set(shown):
        return "film", "short_drama"
    largest = sorted(shown, key=lambda s: -voices.get(s, 0))[:2]
    first_second = [s for s in shown if s in largest]
    return (first_second[0], first_second[1]) if len(first_second) == 2 else None


def _differences(rows: Rows, cells: pd.DataFrame, pair: tuple[str, str] | None) -> pd.DataFrame:
    """Difference of the two sectors' mean stance on each theme on which both have a voice.

    The interval is given where both have SMALL_N voices: a percentile interval of 2,000 bootstrap samples
    of the theme's voices, each with the sectors that it bears on (a voice on both counts in both means).
    Its level is 1 - 0.05 / k for the k themes so compared (Bonferroni), because the largest of k
    differences is picked after looking. nan when no sample differs from another.
    """
    names = ["theme", "difference_steps", "difference_low_steps", "difference_high_steps"]
    if pair is None or cells.empty:
        return pd.DataFrame(columns=names).astype(dict.fromkeys(names[1:], "float64"))
    first, second = (cells[cells["sector"] == s].set_index("theme") for s in pair)
    both = first.index.intersection(second.index)
    enough = [t for t in both if min(first["n"][t], second["n"][t]) >= SMALL_N]
    level = 1 - (1 - _LEVEL) / max(1, len(enough))
    shared = _shared_counts(rows, pair)
    out = []
    for theme in both:
        ends = _difference_interval(shared[theme], level) if theme in enough else (math.nan, math.nan)
        out.append((theme, float(first["mean_stance"][theme] - second["mean_stance"][theme]), *ends))
    return pd.DataFrame(out, columns=names).astype(dict.fromkeys(names[1:], "float64"))


def _shared_counts(rows: Rows, pair: tuple[str, str]) -> dict[str, Counts]:
    """For each theme a table of 3 x 5 counts: voices on the first sector alone, on the second alone, on both; by stance."""
    marked = rows.filter(nw.col("sector").is_in(pair)).with_columns(_first=(nw.col("sector") == pair[0]).cast(nw.Int64))
    one = marked.group_by("theme", "opinion_id", "stance").agg(firsts=nw.col("_first").sum(), sectors=nw.len())
    counted = collected(one.group_by("theme", "stance", "firsts", "sectors").agg(n=nw.len()))
    out: dict[str, Counts] = {}
    for row in counted.to_dict("records"):
        table = out.setdefault(str(row["theme"]), np.zeros((3, 5), dtype=np.int64))
        member = 2 if row["sectors"] == 2 else 0 if row["firsts"] else 1
        table[member, STANCES.index(row["stance"])] += row["n"]
    return out


def _difference_interval(shared: Counts, level: float) -> tuple[float, float]:
    draws = resampled(shared.ravel()).reshape(-1, 3, 5)
    return _interval(means(draws[:, 0] + draws[:, 2]) - means(draws[:, 1] + draws[:, 2]), level)


# Before and after an event -----------------------------------------------------------------------

_EVENT_COLUMNS = ("event_id", "title_en", "title_zh", "event_date")
_CHANGES = tuple(f"{side}_change{end}_points" for side in ("positive", "negative") for end in ("", "_low", "_high"))


def before_after_rows(tables: Tables, filters: Filters) -> Rows:
    """Opinions under the filters near the chosen event, with `side` and the event's id, titles and date.

    `before` and `after`: the whole period of the date lies in the window on that side. `left_out`: it
    touches the windows or the event but cannot be placed (known to the month or year and reaching over an
    edge, or said on the day itself). None at all when there is no such event.
    """
    rows = voices(tables, filters)
    found = collected(tables.frame("events").filter(nw.col("event_id") == (filters.event or FIRST_EVENT)))
    event = found.rename(columns={"date": "event_date"}).iloc[0].to_dict() if len(found) else dict.fromkeys(_EVENT_COLUMNS)
    known = {c: nw.lit(event[c] if isinstance(event[c], str) else None, dtype=nw.String) for c in _EVENT_COLUMNS}
    if not isinstance(event["event_date"], str):
        return rows.head(0).with_columns(side=nw.lit(None, dtype=nw.String), n_all=nw.lit(0), **known)
    before, after = windows(event["event_date"], int(filters.days))
    rows = rows.with_columns(side=_side(before, after)).filter(~nw.col("side").is_null())
    return _as_they_count(rows, filters, "side").with_columns(**known)


def windows(event_date: str, days: int) -> tuple[tuple[date, date], tuple[date, date]]:
    """The days before and the days after an event, first and last day of each.

    An event known only to its month or year takes the whole of it: before ends with the day before it,
    after starts with the day after it.
    """
    first, last = periods.bounds(event_date)
    ends = (_shifted(first, -days), _shifted(first, -1), _shifted(last, 1), _shifted(last, days))
    return (ends[0], ends[1]), (ends[2], ends[3])


def _shifted(day: date, days: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def _side(before: tuple[date, date], after: tuple[date, date]) -> nw.Expr:
    start, end = nw.col("date_start"), nw.col("date_end")
    inside = {name: (start >= _at(first)) & (end <= _at(last)) for name, (first, last) in (("before", before), ("after", after))}
    touched = nw.when((start <= _at(after[1])) & (end >= _at(before[0]))).then(nw.lit("left_out"))
    return nw.when(inside["before"]).then(nw.lit("before")).otherwise(nw.when(inside["after"]).then(nw.lit("after")).otherwise(touched))


def _at(day: date) -> nw.Expr:
    """A day as a literal that every engine compares with its dates."""
    return nw.lit(datetime(day.year, day.month, day.day))


def before_after(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Voices before and after an event, and how the shares of the two sides differ.

    Rows in: one opinion with its `side`. Rows out: one (side, stance) for `before` and `after`, then for
    `left_out` where any was; none when no voice is near. `n` of `n_total` voices and shares as in
    `_by_stance`, none for `left_out`; `n_date_inferred` voices of the side have an inferred date. `positive_change_points` is
    the share positive after less that before, in points, with Newcombe's 95% interval for two independent
    shares (`data.stats.newcombe`); the same for negative; both empty below SMALL_N voices on a side.
    """
    groups = _groups(rows, "side")
    inferred = collected(rows.filter(nw.col("is_date_inferred")).group_by("side").agg(n=nw.len()))
    event = collected(rows.select(*_EVENT_COLUMNS).head(1))
    sides = [s for s in SIDES if s in set(groups["side"]) or (len(groups) and s != "left_out")]
    groups = groups.set_index("side").reindex(sides).reset_index()
    numbers = [*STANCES, "n", "n_speakers", "n_all"]
    groups[numbers] = groups[numbers].fillna(0).astype("int64")
    groups["n_date_inferred"] = groups["side"].map(inferred.set_index("side")["n"].to_dict()).fillna(0).astype("int64")
    frame = in_order(_by_stance(groups, "side"), side=SIDES, stance=STANCES)
    for name in ("share_pct", "share_low_pct", "share_high_pct"):
        frame[name] = frame[name].mask(frame["side"] == "left_out")
    for name in _EVENT_COLUMNS:
        frame[name] = pd.Series(event[name].iloc[0] if len(event) else None, index=frame.index, dtype="object")
    for name, value in _changes(groups).items():
        frame[name] = pd.Series(value, index=frame.index, dtype="float64")
    known = windows(str(event["event_date"].iloc[0]), int(filters.days)) if len(event) else ((None, None), (None, None))
    for place, name in enumerate(("side_start", "side_end")):
        days = {side: window[place] for side, window in zip(SIDES, known, strict=False)}
        frame[name] = pd.to_datetime(pd.Series([days.get(s) for s in frame["side"]], index=frame.index, dtype="object"))
    shares = ["n", "n_total", "share_pct", "share_low_pct", "share_high_pct"]
    return frame[
        ["side", "stance", *shares, *_EVENT_COLUMNS, "side_start", "side_end", "n_date_inferred", *_CHANGES, "n_all", "n_speakers"]
    ]


def _changes(groups: pd.DataFrame) -> dict[str, float]:
    """After less before, in points, with its interval, for the share positive and the share negative."""
    by_side = groups.set_index("side")
    totals = [int(by_side["n"].get(side, 0)) for side in ("after", "before")]
    if min(totals) < SMALL_N:
        return dict.fromkeys(_CHANGES, math.nan)
    out: list[float] = []
    for of in (POSITIVE, NEGATIVE):
        after, before = (int(by_side.loc[side, list(of)].sum()) for side in ("after", "before"))
        out += [100 * x for x in stats.newcombe(after, totals[0], before, totals[1])]
    return dict(zip(_CHANGES, out, strict=True))
