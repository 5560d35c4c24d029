"""The numbers that the page on method and limits names, all from the whole tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from data.catalog import LIST_SEPARATOR
from data.filters import DATED_TABLES, Filters
from data.frames import evidence, funding
from data.frames.common import SMALL_N, collected
from data.tables import Tables

#: Tables whose dates may be known to the month or year only.
INEXACT = ("opinions", "funding_rounds", "events")
#: Voices of which the collection has few and an industry many.
THIN_ROLES = ("investor", "screenwriter", "academic")


@dataclass(frozen=True)
class Facts:
    """Numbers for prose, by name; and how far each table is audited, as (table, records, audited)."""

    numbers: dict[str, Any]
    audits: tuple[tuple[str, int, int], ...]


@lru_cache(maxsize=8)
def facts(tables: Tables) -> Facts:
    """Everything that is counted for the page. Shares are percentages."""
    frames = {name: collected(tables.frame(name)) for name in (*DATED_TABLES, "sources", "conflicts")}
    audits = tuple((name, len(frames[name]), int((frames[name]["audit"] != "unchecked").sum())) for name in DATED_TABLES)
    numbers = {f"n_{name}": len(frame) for name, frame in frames.items()}
    numbers |= _opinions(frames["opinions"], frames["sources"]) | _documents(frames["sources"]) | _money(tables, frames)
    numbers |= _dates(frames) | _market(frames) | _audited(frames)
    return Facts(numbers | {"small_n": SMALL_N}, audits)


def _opinions(opinions: pd.DataFrame, sources: pd.DataFrame) -> dict[str, Any]:
    """How the voices spread: over documents, speakers, places, trades."""
    n = len(opinions)
    documents = opinions["source_ids"].str.split(LIST_SEPARATOR).explode().str.strip().value_counts()
    largest = sources[sources["source_id"].isin(documents.index[:1])]
    advertising = opinions[opinions["in_advertising"]]
    return {
        "n_largest": int(documents.iloc[0]) if n else 0,
        "largest_pct": 100 * int(documents.iloc[0]) / n if n else 0.0,
        "largest_published": str(largest["published"].iloc[0]) if len(largest) else "",
        "n_china": int((opinions["country_group"] == "china").sum()),
        "n_north_america": int((opinions["country_group"] == "north_america").sum()),
        "n_elsewhere": int((~opinions["country_group"].isin(["china", "north_america"])).sum()),
        "n_advertising": len(advertising),
        "n_advertising_favourable": int(advertising["stance"].str.endswith("positive").sum()),
        **{f"n_{role}": int((opinions["role"] == role).sum()) for role in THIN_ROLES},
    }


def _documents(sources: pd.DataFrame) -> dict[str, Any]:
    """In which languages and in what form the documents were read."""
    language, version = sources["language"].value_counts(), sources["version"].value_counts()
    copies = sum(int(version.get(v, 0)) for v in ("repost", "translation", "aggregation"))
    return {
        "n_english": int(language.get("en", 0)),
        "n_chinese": int(language.get("zh", 0)),
        "n_other_languages": int(language.drop(["en", "zh"], errors="ignore").sum()),
        "n_originals": int(version.get("original", 0)),
        "n_copies": copies,
        "n_origin_unknown": int(version.get("unknown", 0)),
    }


def _money(tables: Tables, frames: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """What the sums hold and what they leave out; general-model companies beside the others."""
    classes = collected(funding.rounds(tables, Filters(), "company_id"))
    found = classes["amount_class"].value_counts()
    summed = classes[classes["amount_class"].isin(funding.SUMMED)]
    general = summed[summed["money_group"] == "general_model"]
    known = float(summed["amount_usd_m"].sum())
    return {
        "n_summed": len(summed),
        "n_at_least": int(found.get("at_least", 0)),
        **{f"n_{c}": int(found.get(c, 0)) for c in ("up_to", "undisclosed", "other_currency", "part_of", "cancelled")},
        "known_usd_m": known,
        "n_general_companies": int(general["company_id"].nunique()),
        "general_pct": 100 * float(general["amount_usd_m"].sum()) / known if known else 0.0,
        "n_disputed": int(frames["conflicts"]["round_id"].nunique()),
    }


def _dates(frames: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """How many dates are known to the day, and how many no page prints."""
    dated = sum(len(frames[name]) for name in INEXACT)
    days = sum(int((frames[name]["date_precision"] == "day").sum()) for name in INEXACT)
    inferred = sum(int(frames[name]["is_date_inferred"].sum()) for name in INEXACT if "is_date_inferred" in frames[name])
    return {"n_dated": dated, "n_inexact": dated - days, "n_inferred": inferred}


def _market(frames: dict[str, pd.DataFrame]) -> dict[str, Any]:
    moves = frames["index_moves"]
    return {
        "n_closes": int((moves["measure"] == "close").sum()),
        "n_series": int(moves["series_id"].nunique()),
        "n_headline": int(frames["events"]["is_headline"].sum()),
    }


def _audited(frames: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """What the first sample found, and what is marked by now."""
    off, checkable, low, high = evidence.first_audit_error()
    samples = evidence.FIRST_AUDIT.values()
    marks = pd.concat([frames[name]["audit"] for name in DATED_TABLES]).value_counts()
    n, audited = int(marks.sum()), int(marks.drop("unchecked", errors="ignore").sum())
    return {
        "n_sample": sum(s.rows for s in samples),
        "n_sampled_tables": len(samples),
        "n_checkable": checkable,
        "n_off": off,
        "n_contradicted": sum(s.contradicted for s in samples),
        "off_pct": 100 * off / checkable,
        "off_low_pct": low,
        "off_high_pct": high,
        "n_records": n,
        "n_audited": audited,
        "corrected_pct": 100 * int(marks.get("corrected", 0)) / audited if audited else 0.0,
        **{f"n_{mark}": int(marks.get(mark, 0)) for mark in evidence.AUDITS},
    }
