"""What the records hold of one person or organisation: opinions, rounds, models, events, relatives; whatever the filters.

Every function takes the tables and ids, and gives whole records of one table, newest first.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from data.checks import split
from data.frames.common import collected
from data.tables import Tables

_KEYS = {"opinions": "opinion_id", "funding_rounds": "round_id", "models": "model_id", "events": "event_id"}


def entity_of(tables: Tables, entity: str) -> dict[str, Any] | None:
    """The register's entry; None where it does not know the id."""
    found = collected(tables.frame("entities").filter(nw.col("entity_id") == entity))
    return dict(found.iloc[0].to_dict()) if len(found) else None


def opinions_of(tables: Tables, speaker: str) -> pd.DataFrame:
    """Everything that a speaker said."""
    return _newest_first(tables, "opinions", nw.col("speaker_id") == speaker)


def opinions_for(tables: Tables, organization: str) -> pd.DataFrame:
    """What an organisation said, and what people said who spoke for it."""
    spoke_for = nw.col("organization_id").fill_null("") == organization
    return _newest_first(tables, "opinions", (nw.col("speaker_id") == organization) | spoke_for)


def organizations_of(opinions: pd.DataFrame, speaker: str) -> list[str]:
    """The speaker and the organisations that they spoke for, each once."""
    return list(dict.fromkeys([speaker, *opinions["organization_id"].dropna()]))


def rounds_of(tables: Tables, ids: list[str]) -> pd.DataFrame:
    """Rounds that these companies raised, each with its `whole_id`."""
    return _with_whole(tables, _newest_first(tables, "funding_rounds", nw.col("company_id").is_in(ids)))


def rounds_with(tables: Tables, investor: str) -> pd.DataFrame:
    """Rounds that name this investor, each with its `whole_id`."""
    rounds = collected(tables.frame("funding_rounds"))
    return _with_whole(tables, _sorted(rounds[_lists(rounds["investor_ids"], {investor})], "round_id"))


def _with_whole(tables: Tables, rounds: pd.DataFrame) -> pd.DataFrame:
    """Add `whole_id`: the round that a part belongs to in the end, for others the round itself."""
    wholes = whole_of(tables)
    return rounds.assign(whole_id=[wholes.get(r, r) for r in rounds["round_id"]])


def whole_of(tables: Tables) -> dict[str, str]:
    """For each round that is part of another, the round that holds both in the end (the records' checks let no circle in)."""
    parts = collected(tables.frame("funding_rounds").filter(~nw.col("part_of").is_null()).select("round_id", "part_of"))
    above = dict(zip(parts["round_id"], parts["part_of"], strict=True))
    found = {}
    for part, whole in above.items():
        while whole in above:
            whole = above[whole]
        found[part] = whole
    return found


def models_of(tables: Tables, ids: list[str]) -> pd.DataFrame:
    """Models that these companies made."""
    return _newest_first(tables, "models", nw.col("vendor_id").is_in(ids))


def events_naming(tables: Tables, ids: list[str]) -> pd.DataFrame:
    """Events in which one of these acted."""
    events = collected(tables.frame("events"))
    return _sorted(events[_lists(events["actor_ids"], set(ids))], "event_id")


def parts_of(tables: Tables, entity: str) -> pd.DataFrame:
    """What the register holds as part of this organisation (a subsidiary, a fund), by name."""
    parts = collected(tables.frame("entities").filter(nw.col("parent_id").fill_null("") == entity))
    return parts.sort_values(["name_en", "entity_id"], kind="stable").reset_index(drop=True)


def _lists(cells: pd.Series, wanted: set[str]) -> pd.Series:
    """Which cells list one of the ids."""
    return cells.map(lambda cell: bool(wanted & set(split(cell))) if isinstance(cell, str) else False).astype(bool)


def _newest_first(tables: Tables, table: str, condition: nw.Expr) -> pd.DataFrame:
    return _sorted(collected(tables.frame(table).filter(condition)), _KEYS[table])


def _sorted(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    return rows.sort_values(["date_start", key], ascending=[False, True], kind="stable", na_position="last").reset_index(drop=True)


def acting(tables: Tables) -> dict[str, set[str]]:
    """Who can be looked at in which view: whoever spoke, raised money or made a model, invested."""
    rounds = collected(tables.frame("funding_rounds").select("company_id", "investor_ids"))
    return {
        "speaker": set(collected(tables.frame("opinions").select("speaker_id"))["speaker_id"]),
        "company": {*rounds["company_id"], *collected(tables.frame("models").select("vendor_id"))["vendor_id"]},
        "investor": {i for cell in rounds["investor_ids"].dropna().unique() for i in split(cell)},
    }
