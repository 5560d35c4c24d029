"""The data dictionary as frozen values, and the Arrow schema each table has.

`data/dictionary/*.yaml` is the only place where a table or column is described. The build, its
checks, table headers, downloads, the catalogue addresses and `data/README.md` all read it here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

DICTIONARY_DIR = Path(__file__).parent / "dictionary"
LANGUAGES = ("en", "zh")
LIST_SEPARATOR = ";"

#: In the order in which a reader meets them; also the order of `/tables.json`.
TABLE_NAMES = (
    "opinions",
    "funding_rounds",
    "index_moves",
    "events",
    "models",
    "indicators",
    "conflicts",
    "series",
    "entities",
    "sources",
)

_ARROW_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "text": pa.string(),
    "url": pa.string(),
    "search": pa.string(),
    "code": pa.string(),
    "codes": pa.string(),
    "id": pa.string(),
    "ids": pa.string(),
    "partial_date": pa.string(),
    "day": pa.date32(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
}


@dataclass(frozen=True)
class Text:
    """One phrase in both languages."""

    en: str
    zh: str

    def __getitem__(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Column:
    """One column: what it means, its type and unit, and what is allowed in it.

    `type` is a key of `_ARROW_TYPES`; `unit` a code of the list `unit`; `codes` the name of a code
    list; `references` the table whose key it holds; `derived` how the build fills it (else None).
    `withheld` marks what may be drawn and not passed on: files leave it out.
    """

    name: str
    type: str
    label: Text
    description: Text
    required: bool = False
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    codes: str | None = None
    references: str | None = None
    caveats: tuple[str, ...] = ()
    withheld: bool = False
    derived: dict[str, str] | None = field(default=None, hash=False)

    @property
    def is_text(self) -> bool:
        return _ARROW_TYPES[self.type] == pa.string()

    @property
    def is_shown(self) -> bool:
        """Whether readers see it in tables and files; a search column is for the machine only."""
        return self.type != "search"

    @property
    def is_list(self) -> bool:
        return self.type in ("codes", "ids")

    def arrow_field(self) -> pa.Field:
        """The Arrow field, with label, description, unit and caveats in its metadata."""
        described = {
            "label_en": self.label.en,
            "label_zh": self.label.zh,
            "description_en": self.description.en,
            "description_zh": self.description.zh,
            "unit": self.unit or "",
            "codes": self.codes or "",
            "references": self.references or "",
            "caveats": LIST_SEPARATOR.join(self.caveats),
        }
        metadata = {k: v for k, v in described.items() if v}
        return pa.field(self.name, _ARROW_TYPES[self.type], metadata=metadata)


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its key, how it is dated and sorted, and its columns in order."""

    name: str
    title: Text
    row: Text
    description: Text
    key: str
    columns: tuple[Column, ...]
    sort: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    date: dict[str, str] | None = field(default=None, hash=False)

    @cached_property
    def recorded(self) -> tuple[Column, ...]:
        """Columns that people keep in `data/records`."""
        return tuple(c for c in self.columns if c.derived is None)

    @cached_property
    def derived(self) -> tuple[Column, ...]:
        """Columns that the build fills."""
        return tuple(c for c in self.columns if c.derived is not None)

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {c.name: c for c in self.columns}

    def arrow_schema(self) -> pa.Schema:
        return pa.schema([c.arrow_field() for c in self.columns])


@dataclass(frozen=True)
class Dictionary:
    """Everything that `data/dictionary` says."""

    tables: dict[str, Table]
    codes: dict[str, dict[str, Text]]
    notes: dict[str, dict[str, Text]]
    groups: dict[str, dict[str, str]]
    caveats: dict[str, Text]
    frame_columns: dict[str, Column]

    def column(self, name: str, table: str | None = None) -> Column:
        """The column of that name: of `table`, else of chart frames, else of the first table with it.

        Raises KeyError with the name when no table or frame describes it.
        """
        if table and name in self.tables[table].by_name:
            return self.tables[table].by_name[name]
        if name in self.frame_columns:
            return self.frame_columns[name]
        for candidate in self.tables.values():
            if name in candidate.by_name:
                return candidate.by_name[name]
        raise KeyError(f"no column {name!r} in data/dictionary: describe it in frames.yaml")

    def label(self, code_list: str, code: str, lang: str) -> str:
        """A code in words; the code itself where the list does not know it."""
        text = self.codes.get(code_list, {}).get(code)
        return text[lang] if text else code


def _text(value: dict[str, str]) -> Text:
    return Text(str(value["en"]).strip(), str(value["zh"]).strip())


def _column(raw: dict[str, Any]) -> Column:
    given = ("required", "pattern", "minimum", "maximum", "unit", "codes", "references", "withheld", "derived")
    known = {k: raw[k] for k in given if k in raw}
    return Column(
        name=raw["name"],
        type=raw["type"],
        label=_text(raw["label"]),
        description=_text(raw["description"]),
        caveats=tuple(raw.get("caveats", ())),
        **known,
    )


def _read(name: str, folder: Path) -> Any:
    with (folder / f"{name}.yaml").open(encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _table(name: str, folder: Path) -> Table:
    raw = _read(name, folder)
    return Table(
        name=raw["table"],
        title=_text(raw["title"]),
        row=_text(raw["row"]),
        description=_text(raw["description"]),
        key=raw["key"],
        columns=tuple(_column(c) for c in raw["columns"]),
        sort=tuple(raw.get("sort", (raw["key"],))),
        caveats=tuple(raw.get("caveats", ())),
        date=raw.get("date"),
    )


@lru_cache(maxsize=4)
def dictionary(folder: Path = DICTIONARY_DIR) -> Dictionary:
    """Read the dictionary once per process."""
    codes_raw = _read("codes", folder)
    frames = _read("frames", folder)
    return Dictionary(
        tables={name: _table(name, folder) for name in TABLE_NAMES},
        codes={name: {str(code): _text(words) for code, words in entries.items()} for name, entries in codes_raw.items()},
        notes={
            name: {str(code): _text(words["note"]) for code, words in entries.items() if "note" in words}
            for name, entries in codes_raw.items()
        },
        groups={
            name: {str(code): words["group"] for code, words in entries.items() if "group" in words} for name, entries in codes_raw.items()
        },
        caveats={code: _text(words) for code, words in _read("caveats", folder).items()},
        frame_columns={c.name: c for c in map(_column, frames["columns"] if isinstance(frames, dict) else frames)},
    )
