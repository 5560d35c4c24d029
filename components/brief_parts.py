"""What the brief holds, as plain values in one language: findings, voices, rounds, moves, events, documents by number."""

from __future__ import annotations

from typing import Any

import pandas as pd

from components.charts import CHART, finding_of, frame_of
from components.cited import published
from components.described import filter_labels, how_many, left_out, scope_text, table_name
from components.figures.money import money_words, record_amount
from components.figures.parts import has
from components.said import headline
from components.words import Words
from data.checks import split
from data.filters import Filters, account
from data.frames import funding
from data.frames.common import chosen, collected
from data.tables import Tables

#: The charts of the brief in reading order; one without a mark under the selection is left out. Two after two share a
#: printed page, and the last, which is too tall for that, stands before the table of its rounds.
CHARTS = (
    "impact-timeline",
    "stance-distribution",
    "theme-sector-map",
    "index-levels",
    "funding-by-sector",
    "model-frontier",
    "funding-timeline",
)
#: Of each group the first chart that holds something gives a finding (time, voices, market, technology, how sure); where
#: none does, it is said that the selection keeps nothing of this table.
FINDINGS = (
    (("impact-timeline", "sector-summary"), ""),
    (("stance-distribution", "stance-over-time"), "opinions"),
    (("stated-moves", "event-pooled", "index-levels"), "index_moves"),
    (("model-frontier", "production-yield", "events-timeline"), ""),
    (("funding-coverage", "coverage"), ""),
)
TABLES = ("opinions", "funding_rounds", "index_moves", "events")
STANCES = ("strongly_positive", "positive", "neutral", "negative", "strongly_negative")
VOICES, ROUNDS, MOVES, EVENTS = 12, 150, 20, 30

Row = dict[str, Any]


class Documents:
    """The documents that the brief names, numbered in the order in which it does."""

    def __init__(self, tables: Tables) -> None:
        self._sources = tables.native("sources").set_index("source_id")
        self._numbers: dict[str, int] = {}

    def numbers(self, cell: Any) -> list[int]:
        """The numbers of the documents in a cell of ids."""
        ids = [s for s in split(str(cell)) if s in self._sources.index] if has(cell) else []
        return [self._numbers.setdefault(s, len(self._numbers) + 1) for s in ids]

    def listed(self, words: Words) -> list[Row]:
        """Every numbered document: number, title, who published it and when, address."""
        found = []
        for source, number in self._numbers.items():
            row = self._sources.loc[source].to_dict()
            title = row["title"] if has(row["title"]) else words.t("records.untitled")
            address = row["url"] if has(row["url"]) and str(row["url"]).startswith(("http://", "https://")) else ""
            found.append({"number": number, "title": title, "about": words.listed(published(row, words)), "address": address, "id": source})
        return found


def asked_in_words(tables: Tables, filters: Filters, words: Words) -> Row:
    """The selection, and how many records of each table it keeps, with the reasons for the others."""
    kept = []
    for name in TABLES:
        counted = account(tables.frame(name), name, filters)
        kept.append(how_many(counted.n, counted.total, name, words) + left_out(vars(counted), words))
    chips = [(f[f"parameter_{words.lang}"], f[f"label_{words.lang}"]) for f in filter_labels(filters, tables)]
    return {"scope": scope_text(filters, words, tables), "filters": chips, "kept": kept}


def findings(tables: Tables, filters: Filters, words: Words) -> list[Row]:
    """Five findings, each a `text`, what goes on with it (`more`), and the chart that carries it; fewer where the rows carry fewer.

    None where the selection keeps nothing at all.
    """
    said: list[Row] = []
    for number, (slugs, table) in enumerate(FINDINGS):
        slug = next((s for s in slugs if len(frame_of(CHART[s], tables, filters))), None)
        if slug:
            text, more = headline(finding_of(CHART[slug], tables, filters, words.lang), words)
            said.append({"text": text, "more": [more] if more else [], "chart": words.t(f"charts.{slug}.title")})
        elif table and (nothing := _nothing(tables, table, filters, words)):
            said.append(nothing)
        if number == 1:
            money = money_in_words(tables, filters, words, short=True)
            nothing = None if money else _nothing(tables, "funding_rounds", filters, words)
            said += [{"text": money[0], "more": money[1:], "chart": words.t("pages.funding")}] if money else [nothing] if nothing else []
    return said[:5] if any(finding["chart"] for finding in said) else []


def _nothing(tables: Tables, table: str, filters: Filters, words: Words) -> Row | None:
    """That the selection keeps no record of a table that has some."""
    total = len(tables.native(table))
    return {"text": words.t("brief.none", table=table_name(table, words), total=total), "more": [], "chart": ""} if total else None


def money_in_words(tables: Tables, filters: Filters, words: Words, short: bool = False) -> list[str]:
    """What is known of the money and what is not, a sentence for each group of companies."""
    return [
        words.t("brief.group", group=words.code("money_group", group), money=money_words(total, words, short))
        for group, total in _totals(tables, filters)
    ]


def _totals(tables: Tables, filters: Filters) -> list[tuple[str, Row]]:
    frame = funding.money_headline(funding.money_headline_rows(tables, filters), filters)
    return [(row["money_group"], row) for row in frame.to_dict("records")]


def charts(tables: Tables, filters: Filters) -> list[str]:
    """The charts that hold a mark under the selection."""
    return [slug for slug in CHARTS if len(frame_of(CHART[slug], tables, filters))]


def voices(tables: Tables, filters: Filters, documents: Documents, words: Words) -> tuple[list[Row], int]:
    """The newest voices in turn from each stance, each speaker once, and how many there are in all."""
    rows = collected(chosen(tables, "opinions", filters)).sort_values(["date_start", "opinion_id"], ascending=[False, True], kind="stable")
    each = rows.drop_duplicates("speaker_id")
    ranks = each.groupby("stance").cumcount()
    order = each.assign(rank=ranks, place=each["stance"].map({s: i for i, s in enumerate(STANCES)})).sort_values(
        ["rank", "place"], kind="stable"
    )
    shown = order.head(VOICES).sort_values(["place", "rank"], kind="stable")
    said = [
        {
            "speaker": words.pick(row, "speaker"),
            "about": words.listed(
                x for x in (words.code("role", row["role"]), words.date(row["said_date"]), words.code("theme", row["theme"])) if x
            ),
            "stance": words.code("stance", row["stance"]),
            "text": words.pick(row, "summary"),
            "documents": documents.numbers(row["source_ids"]),
        }
        for row in shown.to_dict("records")
    ]
    return said, len(rows)


def rounds(tables: Tables, filters: Filters, documents: Documents, words: Words) -> tuple[list[Row], int]:
    """Rounds, the newest first, and how many there are."""
    rows = collected(chosen(tables, "funding_rounds", filters)).sort_values(
        ["date_start", "round_id"], ascending=[False, True], kind="stable"
    )
    said = [
        {
            "company": words.pick(row, "company"),
            "date": words.date(row["announced_date"]),
            "stage": words.code("stage", row["stage"]),
            "amount": record_amount(row, words),
            "status": words.code("status", row["status"]) if row["status"] != "closed" else "",
            "investors": words.listed(split(words.pick(row, "investors"))[:6]) if has(row["investor_ids"]) else "",
            "documents": documents.numbers(row["source_ids"]),
        }
        for row in rows.head(ROUNDS).to_dict("records")
    ]
    return said, len(rows)


def moves(tables: Tables, filters: Filters, documents: Documents, words: Words) -> tuple[list[Row], int]:
    """Stated moves (no levels), the newest first."""
    rows = collected(chosen(tables, "index_moves", filters))
    rows = rows[rows["unit"] == "percent"].sort_values(["date_start", "move_id"], ascending=[False, True], kind="stable")
    said = [
        {
            "name": words.pick(row, "index_name"),
            "move": words.signed_percent(float(row["value"]), 2),
            "measure": words.code("measure", row["measure"]),
            "window": words.span(_iso(row["window_start"]), _iso(row["date"]))
            if has(row["window_start"])
            else words.date(_iso(row["date"])),
            "documents": documents.numbers(row["source_ids"]),
        }
        for row in rows.head(MOVES).to_dict("records")
    ]
    return said, len(rows)


def events(tables: Tables, filters: Filters, documents: Documents, words: Words) -> tuple[list[Row], int]:
    """Headline events in the order in which they happened."""
    rows = collected(chosen(tables, "events", filters))
    n = len(rows)
    rows = rows[rows["is_headline"]].sort_values(["date_start", "event_id"], kind="stable")
    said = [
        {
            "title": words.pick(row, "title"),
            "date": words.date(row["date"]),
            "text": words.pick(row, "summary"),
            "documents": documents.numbers(row["source_ids"]),
        }
        for row in rows.head(EVENTS).to_dict("records")
    ]
    return said, n


def _iso(value: Any) -> str:
    return value if isinstance(value, str) else str(pd.Timestamp(value).date())
