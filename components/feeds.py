"""What changed in the data, version by version: `/changes.json` and the Atom feed `/changes.atom`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from starlette.requests import Request
from starlette.responses import Response

from components.answers import Refusal, answers, json_answer, read, route
from components.asked import Asked
from components.markup import HTML_LANGUAGES
from components.words import Words
from data.catalog import TABLE_NAMES, dictionary
from data.tables import Tables
from data.versions import Change, Manifest, manifests

ATOM = "http://www.w3.org/2005/Atom"
KINDS = ("added", "changed", "withdrawn")
#: Entries of the feed name so many records of a table at most; the rest stands in the JSON.
NAMED = 20
#: The domain of the feed's ids, which stay the same wherever it is served.
TAG = "tag:reelshift,2026"


def counts(manifest: Manifest) -> dict[str, dict[str, int]]:
    """Records added, changed and withdrawn, by table; tables without any are left out."""
    n = Counter((c.table, c.kind) for c in manifest.changes)
    return {name: {kind: n[name, kind] for kind in KINDS} for name in TABLE_NAMES if any(n[name, kind] for kind in KINDS)}


def entry(manifest: Manifest, table: str = "") -> dict[str, Any]:
    """A version as JSON tells it."""
    return {
        "version": manifest.version,
        "kept_on": manifest.kept_on,
        "why_en": manifest.why_en,
        "why_zh": manifest.why_zh,
        "records": {name: held["rows"] for name, held in manifest.tables.items() if table in ("", name)},
        "counts": {name: n for name, n in counts(manifest).items() if table in ("", name)},
        "columns_added": {name: columns for name, columns in manifest.columns_added.items() if table in ("", name)},
        "changes": [
            {"table": c.table, "key": c.key, "kind": c.kind}
            | ({"cells": [{"column": name, "then": then, "now": now} for name, then, now in c.cells]} if c.cells else {})
            | (
                {f"reason_{lang}": text for lang, text in manifest.reasons[f"{c.table}/{c.key}"].items()}
                if f"{c.table}/{c.key}" in manifest.reasons
                else {}
            )
            for c in manifest.changes
            if table in ("", c.table)
        ],
    }


@answers
def changes_json(request: Request, tables: Tables) -> Response:
    """Every kept version, newest first: when, why, and each record added, changed or withdrawn. `since` and `table` narrow it."""
    read(request, tables, also=("since", "table"))
    known, since, table = manifests(), request.query_params.get("since", ""), request.query_params.get("table", "")
    versions = [m.version for m in known]
    if since and since not in versions:
        raise Refusal(400, error="value not allowed", parameter="since", value=since, allowed=versions)
    if table and table not in TABLE_NAMES:
        raise Refusal(400, error="value not allowed", parameter="table", value=table, allowed=list(TABLE_NAMES))
    shown = known[versions.index(since) + 1 :] if since else known
    return json_answer({"data_version": tables.version, "versions": [entry(m, table) for m in reversed(shown)]})


@answers
def changes_atom(request: Request, tables: Tables) -> Response:
    """The same as an Atom feed, one entry a version, in the language of the query."""
    query = read(request, tables)
    asked = query.asked("", "tables", request)
    return Response(atom(manifests(), asked, Words(query.lang)), media_type="application/atom+xml")


def atom(known: list[Manifest], asked: Asked, words: Words) -> bytes:
    """The feed as XML; every text is escaped by the writer."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": HTML_LANGUAGES[words.lang]})
    _add(feed, "id", f"{TAG}:changes:{words.lang}")
    _add(feed, "title", words.t("changes.feed"))
    _add(feed, "updated", _moment(known[-1].kept_on if known else "2024-01-01"))
    _add(_add(feed, "author"), "name", words.t("site.name"))
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{asked.site}/changes.atom?lang={words.lang}")
    page = f"{asked.site}/evidence?view=changes&lang={words.lang}"
    _add(feed, "link", rel="alternate", type="text/html", href=page)
    for manifest in reversed(known):
        one = _add(feed, "entry")
        _add(one, "id", f"{TAG}:{manifest.version}")
        _add(one, "title", words.t("changes.version", date=words.date(manifest.kept_on), version=manifest.version))
        _add(one, "updated", _moment(manifest.kept_on))
        _add(one, "link", rel="alternate", type="text/html", href=page)
        _add(one, "link", rel="related", type="application/json", href=f"{asked.site}/changes.json")
        _add(one, "summary", manifest.why(words.lang))
        _add(one, "content", _as_html(manifest, replace(asked, version=manifest.version), words, manifest is known[0]), type="html")
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _as_html(manifest: Manifest, asked: Asked, words: Words, is_first: bool) -> str:
    """What a version changed, to read without anything else: every record that is named leads to itself as it was then."""
    body = ElementTree.Element("div")
    lines = said(manifest, words, is_first)
    for line in lines if len(lines) > 1 else [*lines, words.t("changes.none")]:
        ElementTree.SubElement(body, "p").text = line
    n = Counter(c.table for c in manifest.changes)
    for change in (c for c in manifest.changes if n[c.table] <= NAMED):
        item = ElementTree.SubElement(body, "p")
        is_there = change.kind != "withdrawn"
        one = ElementTree.SubElement(item, "a", {"href": asked.record(change.table, change.key)}) if is_there else item
        one.text = change_words(change, words, manifest.reasons.get(f"{change.table}/{change.key}", {}).get(words.lang, ""))
    cited = ElementTree.SubElement(body, "p")
    cited.text = words.t("changes.cite") + words.t("colon")
    ElementTree.SubElement(
        cited, "a", {"href": f"{asked.site}/cite.txt?version={manifest.version}&lang={words.lang}"}
    ).text = manifest.version
    return ElementTree.tostring(body, encoding="unicode", method="html")


def change_words(change: Change, words: Words, reason: str = "") -> str:
    """One record's change in a line: what was, what is, and why."""
    described = dictionary().tables[change.table]
    kind = words.t(f"changes.kind.{change.kind}")
    told = words.t("changes.record", table=described.title[words.lang], number=change.key, kind=kind)
    cells = [
        words.t("changes.cell", column=words.label(column, change.table), then=_cell(then, words), now=_cell(now, words))
        for column, then, now in change.cells
        if column in described.by_name
    ]
    told += words.t("colon") + words.t("semicolon").join(cells) if cells else ""
    return words.t("changes.because", change=told, reason=reason) if reason else told


def _cell(value: object, words: Words) -> str:
    if value is None:
        return words.t("changes.empty")
    return words.number(value, 4) if isinstance(value, float) else str(value)[:200]


def said(manifest: Manifest, words: Words, is_first: bool) -> list[str]:
    """Why a version was kept, then what it changed, a line a table: counts, and few records by key. The first: what it held."""
    lines = [manifest.why(words.lang)]
    if is_first and not manifest.changes:
        held = [
            (dictionary().tables[name].title[words.lang], manifest.tables[name]["rows"]) for name in TABLE_NAMES if name in manifest.tables
        ]
        n = sum(rows for _, rows in held)
        return [*lines, words.t("changes.first", n=n, tables=words.listed(words.t("changes.held", table=t, n=rows) for t, rows in held))]
    for table, n in counts(manifest).items():
        parts = [words.t(f"changes.{kind}", n=n[kind]) for kind in KINDS if n[kind]]
        keys = [c.key for c in manifest.changes if c.table == table]
        named = words.listed(keys) if len(keys) <= NAMED else words.t("changes.many")
        lines.append(words.t("changes.line", table=dictionary().tables[table].title[words.lang], counts=words.listed(parts), keys=named))
    return lines


def in_short(manifest: Manifest, words: Words, is_first: bool) -> str:
    """How many records a version added, changed and withdrew in all; of the first, how many it held."""
    if is_first and not manifest.changes:
        return words.t("changes.records", n=sum(manifest.tables[name]["rows"] for name in TABLE_NAMES if name in manifest.tables))
    total = {kind: sum(n[kind] for n in counts(manifest).values()) for kind in KINDS}
    return words.listed(words.t(f"changes.{kind}", n=n) for kind, n in total.items() if n) or words.t("changes.same")


def _moment(day: str) -> str:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")


def _add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text
    return child


ROUTES = [route("/changes.json", changes_json), route("/changes.atom", changes_atom)]
