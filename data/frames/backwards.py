"""Reading backwards: from a round, or from something said, to the moves of the market in the days around it.

Moves are those that documents state and those between two stated levels (`data.frames.markets.stated_moves`),
whatever the filters, of series that bear on one of the record's own sectors; benchmarks stand beside them and are
no moves of a sector. What comes after need not come from it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd

from data.checks import split
from data.filters import Filters
from data.frames import around, beside, markets
from data.tables import Tables

Record = dict[str, Any]

_TEXT, _DAY, _NUMBER = "str", "datetime64[ms]", "float64"
_MOVE_TYPES = (
    {"mark_id": _TEXT, "side": _TEXT, "days_start": "int64", "days_end": "int64", "title_en": _TEXT, "title_zh": _TEXT}
    | {"series_kind": _TEXT, "category": _TEXT, "move_pct": _NUMBER, "value_qualifier": _TEXT, "is_computed": "bool"}
    | dict.fromkeys(("window_start", "window_end", "base_date"), _DAY)
    | {"benchmark_en": _TEXT, "benchmark_zh": _TEXT, "benchmark_move_pct": _NUMBER, "difference_pct": _NUMBER}
    | {"confidence": _TEXT, "source_ids": _TEXT}
)
AROUND_TYPES = {"round_id": _TEXT} | _MOVE_TYPES
AFTER_TYPES = {"opinion_id": _TEXT} | _MOVE_TYPES
_OPINION_TYPES = dict.fromkeys(("round_id", "opinion_id", "speaker_id", "speaker_en", "speaker_zh", "said_date", "side", "stance"), _TEXT)


@lru_cache(maxsize=4)
def _every_move(tables: Tables) -> pd.DataFrame:
    """Every move of `stated_moves` but those of benchmarks, with its first and last day and its sectors as a set."""
    marks = markets.stated_moves(markets.stated_moves_rows(tables, Filters()), Filters())
    marks = marks[marks["kind"] != "benchmark"].reset_index(drop=True)
    starts, ends = around.mark_days(marks)
    return marks.assign(starts=starts, ends=ends, bears=[set(split(cell)) for cell in marks["sectors"]])


def _near(tables: Tables, record: Record, date: str, days: int, types: dict[str, str], key: str) -> pd.DataFrame:
    """The moves that bear on a record's sectors and touch the days around its date, each with its side."""
    marks = _every_move(tables)
    sectors = set(split(record["sectors"]))
    sides = around.placed(marks["starts"], marks["ends"], record[date], days)
    unknown = around.start_unknown(marks) & (marks["ends"] >= record["date_start"]) & sides.notna()
    sides = sides.mask(unknown, "over")
    kept = marks[sides.notna() & pd.Series([bool(b & sectors) for b in marks["bears"]], index=marks.index, dtype="bool")]
    first = pd.Timestamp(record["date_start"])
    found = kept.assign(
        days_start=(kept["starts"] - first).dt.days,
        days_end=(kept["ends"] - first).dt.days,
        side=sides[kept.index],
        title_en=kept["index_name_en"],
        title_zh=kept["index_name_zh"],
        series_kind=kept["kind"],
        category=kept["measure"],
    )
    found[key] = record[key]
    return found.reindex(columns=list(types)).sort_values(["days_end", "mark_id"], kind="stable")


def _joined(parts: list[pd.DataFrame], types: dict[str, str]) -> pd.DataFrame:
    """Parts as one frame; the columns and types without any too."""
    return pd.concat([pd.DataFrame(columns=list(types)), *parts], ignore_index=True).astype(types)


def moves_around_rounds(tables: Tables, rounds: pd.DataFrame, days: int) -> pd.DataFrame:
    """Moves near rounds of a company.

    Rows in: one round. Rows out: one (round, move) where the move touches the `days` before or after the round and
    its series bears on a sector of the round. `side` is one of `data.frames.around.EVENT_SIDES`; `days_start` and
    `days_end` count from the first day of the round's date. Rounds in their order, moves by time.
    """
    return _joined(
        [_near(tables, row, "announced_date", days, AROUND_TYPES, "round_id") for row in rounds.to_dict("records")], AROUND_TYPES
    )


def opinions_around_rounds(tables: Tables, rounds: pd.DataFrame, company: str, days: int) -> pd.DataFrame:
    """What the company, or people who spoke for it, said near its rounds.

    Rows out: one (round, opinion) where the opinion's date touches the `days` before or after the round; `side` as in
    `moves_around_rounds`. Whatever the filters.
    """
    said = beside.opinions_for(tables, company)
    parts = []
    for row in rounds.to_dict("records"):
        sides = around.placed(said["date_start"], said["date_end"], row["announced_date"], days)
        kept = said[sides.notna()].assign(side=sides, round_id=row["round_id"])
        parts.append(kept.sort_values(["date_mid", "opinion_id"]).reindex(columns=list(_OPINION_TYPES)))
    return _joined(parts, _OPINION_TYPES)


def loaded_around_rounds(tables: Tables, rounds: pd.DataFrame, days: int) -> pd.DataFrame:
    """How loaded indices that bear on a round's sectors moved before and after it: `data.frames.around.loaded_moves`, by round."""
    parts = []
    for row in rounds.to_dict("records") if tables.levels.series else []:
        sectors = set(split(row["sectors"]))
        found, _ = around.loaded_moves(tables, row["announced_date"], days, lambda own, wanted=sectors: bool(own & wanted), INDICES)  # type: ignore[misc]
        parts.append(found.assign(round_id=row["round_id"]))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["round_id"])


#: Of loaded series those that stand for an industry or a story; a share or the whole market says little of a round.
INDICES = ("concept_index", "sector_index")


def moves_after(tables: Tables, opinions: pd.DataFrame, days: int) -> pd.DataFrame:
    """Moves after something was said.

    Rows in: one opinion; those not known to the day are left out, nothing can be said to come after them. Rows out:
    one (opinion, move) where the move's series bears on a sector of the opinion and its days touch the `days` after
    it: `after` where all of them lie there, else `over` (it began on the day or before) or `edge` (it ends later).
    """
    parts = []
    for row in opinions[is_placed(opinions)].to_dict("records"):
        near = _near(tables, row, "said_date", days, AFTER_TYPES, "opinion_id")
        parts.append(near[(near["side"] != "before") & (near["days_end"] > 0)])
    return _joined(parts, AFTER_TYPES)


def is_placed(opinions: pd.DataFrame) -> pd.Series:
    """Which opinions are known to the day."""
    return opinions["date_precision"] == "day"
