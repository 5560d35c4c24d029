"""What to cite: the collection, a chart or table under a selection, one record with its documents. Knows no server."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from components.asked import Asked
from components.behind import record
from components.described import scope_text
from components.words import LANGUAGES, Words
from data import citing
from data.catalog import dictionary
from data.checks import split
from data.citing import Citation
from data.tables import Tables

PROJECT = "Reelshift (影变)"
#: Versions of a document that are another publisher's text.
COPIES = ("repost", "translation", "aggregation")


def today() -> date:
    return datetime.now(UTC).date()


def citation_of(
    asked: Asked | None, tables: Tables, of: tuple[str, str] | None = None, accessed: date | None = None, *, dated: bool = True
) -> Citation:
    """The citation of what is asked for, of the record (table, key), or, without either, of the whole collection.

    `accessed` is today; a file that must not change from day to day is not `dated` and leaves that to its reader.
    Raises KeyError for an unknown record.
    """
    common: dict[str, Any] = {
        "author": PROJECT,
        "publisher": PROJECT,
        "issued": tables.data_as_of,
        "version": tables.version,
        "accessed": (accessed or today()) if dated else None,
    }
    if of is not None:
        return _record(of, tables, asked, common)
    if asked is None or not asked.name:
        asked = asked or Asked("", "tables")
        return Citation(_key(asked, tables), True, **_titles(asked, tables, "cite.collection"), address=asked.home(), **common)
    asked = asked.settled()
    return Citation(_key(asked, tables), True, **_titles(asked, tables), address=asked.page(spelled=True), **common)


def citation_of_brief(asked: Asked, tables: Tables) -> Citation:
    """The citation of the briefing of a selection, which is the same on every day."""
    whole = citation_of(asked, tables, dated=False)
    return replace(whole, key=f"{whole.key}-brief", address=asked.brief(), **_titles(asked, tables, "cite.brief"))


def _key(asked: Asked, tables: Tables) -> str:
    pairs = replace(asked, version="").query()
    chosen = hashlib.sha256(str(pairs).encode()).hexdigest()[:8] if pairs else ""
    return citing.key_of(("reelshift", asked.name, tables.version, chosen))


def _titles(asked: Asked, tables: Tables, of_all: str = "") -> dict[str, Any]:
    return {f"title_{lang}": _title(asked, tables, of_all, Words(lang)) for lang in LANGUAGES}


def _title(asked: Asked, tables: Tables, of_all: str, words: Words) -> str:
    """What is cited, with its selection; the collection as a whole goes without one."""
    if of_all and not asked.filters.to_query():
        return words.t(of_all)
    name = (
        words.t(of_all or f"charts.{asked.name}.title")
        if of_all or asked.what == "charts"
        else dictionary().tables[asked.name].title[words.lang]
    )
    return words.t("cite.title_of_all" if of_all else "cite.title", name=name, scope=scope_text(asked.filters, words, tables))


def _record(of: tuple[str, str], tables: Tables, asked: Asked | None, common: dict[str, Any]) -> Citation:
    table, key = of
    rows = record(tables, table, [key])
    if rows.empty:
        raise KeyError(key)
    row = rows.iloc[0].to_dict()
    described = dictionary().tables[table]
    titles: dict[str, Any] = {
        f"title_{lang}": Words(lang).t("cite.record", table=described.title[lang], name=_name(row, key, Words(lang))) for lang in LANGUAGES
    }
    sources = [key] if table == "sources" else split(str(row["source_ids"])) if isinstance(row.get("source_ids"), str) else []
    address = (asked or Asked(table, "tables")).record(table, key)
    documents = tuple(_document(source, tables) for source in sources)
    return Citation(citing.key_of(("reelshift", key, tables.version)), True, **titles, address=address, documents=documents, **common)


def _name(row: dict[str, Any], key: str, words: Words) -> str:
    """What a record is called: its title, its company, its speaker, else its key."""
    for stem in ("title", "speaker", "company", "index_name", "name", "label"):
        if f"{stem}_en" in row and f"{stem}_zh" in row:
            return words.t("cite.named", name=words.pick(row, stem), number=key)
    return key


def published(document: dict[str, Any], words: Words) -> list[str]:
    """What is said of a document beside its title: who published it, when, and that it is a copy, as far as these are known."""
    said = [document["publisher"], words.date(document["published"]) if isinstance(document["published"], str) else ""]
    said += [words.code("source_version", document["version"])] if document["version"] in COPIES else []
    return [text for text in said if isinstance(text, str) and text]


def _document(source: str, tables: Tables) -> Citation:
    row = record(tables, "sources", [source]).iloc[0].to_dict()
    text = {name: value if isinstance(value, str) else "" for name, value in row.items()}
    publisher = text["publisher_original"] or text["publisher"]
    said: dict[str, Any] = {}
    for lang in LANGUAGES:
        words = Words(lang)
        said[f"title_{lang}"] = text["title"] or words.t("cite.untitled", publisher=publisher or text["url"])
        if text["version"] in COPIES:
            by = "by" if text["publisher_original"] else "of_unknown"
            said[f"remark_{lang}"] = words.t(f"cite.copy.{text['version']}.{by}", publisher=text["publisher"])
    return Citation(
        citing.key_of((source,)),
        False,
        **said,
        author=text["author"],
        publisher=publisher,
        issued=text["published"],
        version="",
        address=text["url"],
        accessed=pd.Timestamp(row["accessed"]).date(),
        language=text["language"],
    )
