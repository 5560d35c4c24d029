"""How far the two codings of the opinions agree.

Both codings are machine-assisted readings of the same paraphrases, made independently of one another.
Neither is that of a human panel: agreement says how steady the coding is, not that it is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from data import stats
from data.filters import Filters, select
from data.frames.common import STANCE_STEP, STANCES, collected, in_order
from data.tables import Tables

Rows = nw.LazyFrame[Any]

#: What the frame says of all its rows together, the same in each.
MEASURES = ("stance_exact_pct", "stance_within_one_pct", "stance_alpha", "theme_exact_pct", "theme_alpha")


def krippendorff_alpha(
    first: Sequence[str], second: Sequence[str], values: Sequence[str], level: Literal["nominal", "ordinal"], counts: Sequence[int]
) -> float:
    """Krippendorff's alpha of two codings: 1 is full agreement, 0 what chance would give.

    `first` and `second` are codes of the same units, `counts` how many units have such a pair, `values`
    the scale, in its order where the level is ordinal. nan where alpha is not defined: fewer than two
    units, or one code only. See `data.stats.krippendorff_alpha`.
    """
    place = {value: i for i, value in enumerate(values)}
    pairs = np.zeros((len(values), len(values)))
    np.add.at(pairs, ([place[a] for a in first], [place[b] for b in second]), counts)
    return stats.krippendorff_alpha(pairs, ordinal=level == "ordinal")


def coder_agreement_rows(tables: Tables, filters: Filters) -> Rows:
    """Opinions under the filters with both codings side by side, whichever of them the other charts draw.

    A choice of stance or theme is one of the first coding.
    """
    return select(tables.frame("opinions"), "opinions", replace(filters, coding="first"))


def coder_agreement(rows: Rows, filters: Filters) -> pd.DataFrame:
    """The two codings of stance against one another.

    Rows in: one opinion. Rows out: one pair (stance, stance_second), all 25 of them; none when there is
    no opinion. `n` opinions so coded out of `n_total` with both codings; `n_uncoded` more were coded once.
    The rest speaks of all pairs together and is the same in each row: `stance_exact_pct` with the same
    stance, `stance_within_one_pct` at most one step apart, `stance_alpha` (ordinal), `theme_exact_pct`
    and `theme_alpha` (nominal) the same of themes. Where the filters keep only opinions on which the
    codings differ, none of the five is given; alpha of what a filter picked by its first code is not
    given either.
    """
    counted = collected(rows.group_by("stance", "stance_second", "theme", "theme_second").agg(n=nw.len()))
    columns = ["stance", "stance_second", "n", "n_total", *MEASURES, "n_uncoded"]
    if counted.empty:
        return pd.DataFrame(columns=columns).astype(
            {"n": "int64", "n_total": "int64", "n_uncoded": "int64"} | dict.fromkeys(MEASURES, "float64")
        )
    both = counted[counted["stance_second"].notna()]
    pairs = both.groupby(["stance", "stance_second"])["n"].sum()
    grid = pd.MultiIndex.from_product([STANCES, STANCES], names=["stance", "stance_second"])
    frame = pairs.reindex(grid, fill_value=0).astype("int64").reset_index()
    frame["n_total"] = int(both["n"].sum())
    for name, value in _measures(both, filters).items():
        frame[name] = value
    frame["n_uncoded"] = int(counted["n"].sum()) - int(both["n"].sum())
    return in_order(frame, stance=STANCES, stance_second=STANCES)[columns]


def _measures(both: pd.DataFrame, filters: Filters) -> dict[str, float]:
    """Agreement of the pairs; nan for what cannot be said of them."""
    measures = dict.fromkeys(MEASURES, float("nan"))
    if both.empty or filters.coders == "differ":
        return measures
    n = both["n"]
    apart = (both["stance"].map(STANCE_STEP) - both["stance_second"].map(STANCE_STEP)).abs()
    measures["stance_exact_pct"] = _share(n, apart == 0)
    measures["stance_within_one_pct"] = _share(n, apart <= 1)
    measures["theme_exact_pct"] = _share(n, both["theme"] == both["theme_second"])
    if not filters.stance:
        measures["stance_alpha"] = krippendorff_alpha([*both["stance"]], [*both["stance_second"]], STANCES, "ordinal", [*n])
    if not filters.theme:
        themes = sorted({*both["theme"], *both["theme_second"]})
        measures["theme_alpha"] = krippendorff_alpha([*both["theme"]], [*both["theme_second"]], themes, "nominal", [*n])
    return measures


def _share(n: pd.Series[int], kept: pd.Series[bool]) -> float:
    return float(100 * n[kept].sum() / n.sum())
