"""The records that a selection names (a speaker, a company, an event, a series): whether there are such, and which are nearest."""

from __future__ import annotations

import difflib
from functools import lru_cache

from data.catalog import dictionary
from data.checks import split
from data.filters import Filters, Refused
from data.frames.common import collected
from data.tables import Tables

#: The table of each parameter that names a record.
_TABLES = {"speaker": "entities", "company": "entities", "investor": "entities", "event": "events", "against": "series", "series": "series"}
#: Where it is looked for; of all entities, only some speak.
_USED = {"speaker": ("opinions", "speaker_id"), "company": ("funding_rounds", "company_id"), "investor": ("funding_rounds", "investor_ids")}
_NEAREST = 5


def unknown_records(filters: Filters, tables: Tables) -> list[Refused]:
    """Every record that the selection names and the tables do not know, with the nearest that they do."""
    refused = []
    for parameter in _TABLES:
        named = getattr(filters, parameter)
        for key in (named,) if isinstance(named, str) else named:
            if key and key not in _known(tables, parameter):
                refused.append(Refused(parameter, key, tuple(difflib.get_close_matches(key, _used(tables, parameter), _NEAREST, 0.0))))
    return refused


@lru_cache(maxsize=32)
def _known(tables: Tables, parameter: str) -> frozenset[str]:
    name = _TABLES[parameter]
    loaded = [s.code for s in tables.levels.series] if name == "series" else []
    return frozenset([*_column(tables, name, dictionary().tables[name].key), *loaded])


@lru_cache(maxsize=32)
def _used(tables: Tables, parameter: str) -> tuple[str, ...]:
    where = _USED.get(parameter)
    return tuple(sorted({key for cell in _column(tables, *where) for key in split(cell)} if where else _known(tables, parameter)))


def _column(tables: Tables, table: str, column: str) -> list[str]:
    return [str(value) for value in collected(tables.frame(table).select(column))[column].dropna()]
