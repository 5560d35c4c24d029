"""Frames of single speakers: what one said in time, and who took another stance."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from data.catalog import LIST_SEPARATOR
from data.checks import split
from data.filters import Filters
from data.frames.common import STANCE_STEP, chosen, collected
from data.frames.documents import with_publisher
from data.tables import Tables

Rows = nw.LazyFrame[Any]

#: Labels that stand for several people cannot change their mind.
SEVERAL = ("group", "survey")

_PATH_COLUMNS = [
    "opinion_id",
    "speaker_id",
    "speaker_en",
    "speaker_zh",
    "said_date",
    "date_precision",
    "is_date_inferred",
    "date_start",
    "date_mid",
    "date_end",
    "stance",
    "step",
    "theme",
    "sectors",
    "role",
    "organization_en",
    "organization_zh",
    "summary_en",
    "summary_zh",
    "source_ids",
    "publisher",
]


def speaker_path_rows(tables: Tables, filters: Filters) -> Rows:
    """Opinions of the chosen speaker under the other filters; none when no speaker is chosen."""
    rows = chosen(tables, "opinions", filters)
    return with_publisher(rows if filters.speaker else rows.filter(nw.col("opinion_id").is_null()), tables)


def speaker_path(rows: Rows, filters: Filters) -> pd.DataFrame:
    """What one speaker said, earliest first.

    Rows in and out: one opinion. `step` is the place of its stance, -2 to 2. A date known to the month or
    year stands in its middle (`date_mid`).
    """
    frame = collected(rows).sort_values(["date_mid", "opinion_id"], kind="stable")
    frame["step"] = frame["stance"].map(STANCE_STEP).astype("int64")
    return frame[_PATH_COLUMNS].reset_index(drop=True)


# Changed minds -----------------------------------------------------------------------------------


def changed_minds_rows(tables: Tables, filters: Filters) -> Rows:
    """Opinions that can be set against a later one of the same speaker.

    One row for each opinion of a pair: `pair_theme` is the theme that a speaker came back to, and empty
    for speakers who never did, whose opinions differ in theme. A pair needs two dates of which one is
    over before the other begins: March 2024 and 20 March 2024 cannot be put in order. Unnamed speakers,
    groups and surveys are left out: a label is not a mind.
    """
    rows = chosen(tables, "opinions", filters).filter(
        ~nw.col("is_anonymous").fill_null(False),
        ~nw.col("speaker_kind").fill_null("").is_in(SEVERAL),
    )
    rows = rows.with_columns(
        _ordered=_in_order("speaker_id"),
        _came_back=_in_order("speaker_id", "theme"),
    ).filter(nw.col("_ordered") == 1)
    rows = rows.with_columns(_ever_came_back=nw.col("_came_back").max().over("speaker_id"))
    same = rows.filter(nw.col("_came_back") == 1).with_columns(pair_theme=nw.col("theme"))
    other = rows.filter(nw.col("_ever_came_back") == 0).with_columns(pair_theme=nw.lit(None, dtype=nw.String))
    return nw.concat([same, other], how="vertical").drop("_ordered", "_came_back", "_ever_came_back")


def _in_order(*within: str) -> nw.Expr:
    """1 where a group holds two opinions whose order in time is certain, else 0."""
    certain = nw.col("date_start").max().over(*within) > nw.col("date_end").min().over(*within)
    return nw.when(certain).then(nw.lit(1)).otherwise(nw.lit(0))


def changed_minds(rows: Rows, filters: Filters) -> pd.DataFrame:
    """Speakers read at two dates or more: the first stance and the last.

    Rows in: one opinion of a speaker in a pair. Rows out: one (speaker_id, pair_theme), the longest moves
    first, those on one theme before those between themes. `n` opinions stand behind it. The first
    (`first_...`) is the one whose date is over first, the last the one whose date begins last.
    `move_steps` is last minus first on the scale of five, `changed_side` says that it went from positive
    to negative or back. Only rows with `is_same_theme` can speak of a changed mind.
    """
    records = collected(rows)
    records["pair_theme"] = records["pair_theme"].astype("object").where(records["pair_theme"].notna(), None)
    out = [_pair(group) for _, group in records.groupby(["speaker_id", "pair_theme"], dropna=False, sort=True)]
    frame = pd.DataFrame(out, columns=list(_PAIR_TYPES)).astype(_PAIR_TYPES)
    frame["_size"] = -frame["move_steps"].abs()
    frame["_other"] = ~frame["is_same_theme"]
    frame = frame.sort_values(["_size", "_other", "speaker_id", "pair_theme"], kind="stable", na_position="last")
    return frame.drop(columns=["_size", "_other"]).reset_index(drop=True)


_PAIR_TYPES = {
    "speaker_id": "object",
    "speaker_en": "object",
    "speaker_zh": "object",
    "speaker_kind": "object",
    "pair_theme": "object",
    "is_same_theme": "bool",
    "n": "int64",
    "first_opinion_id": "object",
    "first_date": "object",
    "first_stance": "object",
    "first_theme": "object",
    "last_opinion_id": "object",
    "last_date": "object",
    "last_stance": "object",
    "last_theme": "object",
    "move_steps": "int64",
    "changed_side": "bool",
    "source_ids": "object",
}


def _pair(group: pd.DataFrame) -> dict[str, Any]:
    """The first and the last of a speaker's opinions."""
    first = group.sort_values(["date_end", "opinion_id"]).iloc[0]
    last = group.sort_values(["date_start", "opinion_id"]).iloc[-1]
    before, after = STANCE_STEP[first["stance"]], STANCE_STEP[last["stance"]]
    sources = dict.fromkeys(s for cell in group.sort_values("date_mid")["source_ids"] for s in split(cell))
    return {
        **{name: first[name] for name in ("speaker_id", "speaker_en", "speaker_zh", "speaker_kind", "pair_theme")},
        "is_same_theme": first["pair_theme"] is not None,
        "n": len(group),
        **{f"first_{name}": first[column] for name, column in _SIDE.items()},
        **{f"last_{name}": last[column] for name, column in _SIDE.items()},
        "move_steps": after - before,
        "changed_side": before * after < 0,
        "source_ids": LIST_SEPARATOR.join(sources),
    }


_SIDE = {"opinion_id": "opinion_id", "date": "said_date", "stance": "stance", "theme": "theme"}
