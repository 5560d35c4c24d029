"""Names and terms in the order of the reader's alphabet: English without case and accents, Chinese by pinyin."""

from __future__ import annotations

from functools import lru_cache

from components.words import Words
from data.searching import by_pinyin, searchable
from data.tables import Tables


@lru_cache(maxsize=512)
def reading(text: str, lang: str) -> str:
    """By what a few short texts sort; names of the register have theirs from the build, as the library for it is large."""
    return by_pinyin(text) if lang == "zh" else searchable(text)


@lru_cache(maxsize=8)
def _places(tables: Tables, lang: str) -> dict[str, int]:
    entities, words = tables.native("entities"), Words(lang)
    keys = {}
    for row in entities.to_dict("records"):
        read = row["sort_zh"] if lang == "zh" else None
        keys[row["entity_id"]] = (read if isinstance(read, str) else searchable(words.pick(row, "name")), row["entity_id"])
    return {code: place for place, code in enumerate(sorted(keys, key=keys.__getitem__))}


def place_of(tables: Tables, code: str, words: Words) -> int:
    """Where a person or organisation stands in the alphabetical order of all; one that the register does not know, last."""
    places = _places(tables, words.lang)
    return places.get(code, len(places))
