"""The files that a reader takes away: one making for the button and for the address.

What is asked for (`components.asked.Asked`) and the data version decide the bytes, wherever they are asked for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson
import pandas as pd

from components.asked import ROWS, Asked
from components.behind import made_of, record, sources_of
from components.chart import Chart
from components.charts import CHART, frame_of, rows_of
from components.cited import citation_of
from components.described import filter_labels, scope_text
from components.words import LANGUAGES, Words, catalogue
from data import citing, export
from data.catalog import dictionary
from data.filters import DIMENSION, Filters, account, select
from data.frames import index_levels
from data.frames.common import collected
from data.tables import Tables

LICENCE, LICENCE_ADDRESS = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"
#: Tables that others only point to: no selection narrows them and no chart counts them.
REGISTERS = ("sources", "series", "entities")

#: A file name says so much of a selection; what is longer ends in a hash of it.
NAME_LENGTH = 60


# What is in a file ------------------------------------------------------------------------------


def table_of(asked: Asked) -> str:
    """The table whose dictionary the columns of a file are described in."""
    return CHART[asked.name].tables[0] if asked.what == "charts" else asked.name


def content(asked: Asked, tables: Tables) -> pd.DataFrame:
    """What is drawn, or every record behind it once, or a whole table. Shared and kept: not to be changed in place."""
    return _content(tables, asked.what, asked.name, asked.filters, asked.rows)


@lru_cache(maxsize=64)
def _content(tables: Tables, what: str, name: str, filters: Filters, rows: str) -> pd.DataFrame:
    if what == "tables":
        return collected(select(tables.frame(name), name, filters))
    chart = CHART[name]
    return frame_of(chart, tables, filters) if rows == "drawn" else _records(chart, tables, filters)


def _records(chart: Chart, tables: Tables, filters: Filters) -> pd.DataFrame:
    """Records behind a chart, each once: whole where they are of one table, else with what the chart knows of all of them."""
    rows = rows_of(chart, tables, filters)
    if "record_id" not in rows.columns:
        key = dictionary().tables[chart.tables[0]].key
        return record(tables, chart.tables[0], list(dict.fromkeys(rows[key])))
    known = [name for name in rows.columns if _is_described(name, chart.tables[0])]
    return rows[known].drop_duplicates(["table", "record_id"]).reset_index(drop=True)


def _is_described(name: str, table: str) -> bool:
    try:
        dictionary().column(name, table)
    except KeyError:
        return False
    return True


def row_count(asked: Asked, tables: Tables) -> int:
    """Rows of the file that is asked for."""
    return len(content(asked, tables))


def documents_of(asked: Asked, tables: Tables) -> pd.DataFrame:
    """The documents behind what is asked for; no rows where the records name none."""
    rows = rows_of(CHART[asked.name], tables, asked.filters) if asked.what == "charts" else content(asked, tables)
    if asked.name == "sources":
        return rows.assign(n_rows=1)
    return sources_of(tables, rows) if "source_ids" in rows.columns else tables.native("sources").head(0).assign(n_rows=0)


def data_pieces(asked: Asked, tables: Tables, form: str) -> Iterator[bytes]:
    """The data in one of `data.export.FORMATS`, bit by bit. Raises as `export.to_file` does."""
    sources = documents_of(asked, tables) if form == "xlsx" else None
    return export.pieces(form, content(asked, tables), table_of(asked), metadata(asked, tables), sources)


def data_file(asked: Asked, tables: Tables, form: str) -> bytes:
    """The same at once."""
    return b"".join(data_pieces(asked, tables, form))


def sources_file(asked: Asked, tables: Tables) -> bytes:
    """Every document that these rows rest on, as CSV."""
    return export.sheet_csv(documents_of(asked, tables))


# What is said of it -----------------------------------------------------------------------------


def metadata(asked: Asked, tables: Tables) -> dict[str, Any]:
    """What a file is: titles, finding, selection in codes and words, rows before and after, steps, version, addresses, terms."""
    return dict(_metadata(asked, tables))


@lru_cache(maxsize=256)
def _metadata(asked: Asked, tables: Tables) -> tuple[tuple[str, Any], ...]:
    known, asked = dictionary(), asked.settled()
    about: dict[str, Any] = {"chart" if asked.what == "charts" else "table": asked.name}
    if asked.what == "charts":
        chart = CHART[asked.name]
        frame = frame_of(chart, tables, asked.filters)
        for key in ("title", "how_made"):
            about |= {f"{key}_{lang}": catalogue()[f"charts.{asked.name}.{key}"][lang] for lang in LANGUAGES}
        about |= {f"finding_{lang}": chart.finding(frame, Words(lang, asked.filters.units)) for lang in LANGUAGES}
        names, caveats = chart.tables, chart.caveats
    else:
        described = known.tables[asked.name]
        for key, text in (("title", described.title), ("row", described.row), ("description", described.description)):
            about |= {f"{key}_{lang}": text[lang] for lang in LANGUAGES}
        names, caveats = (asked.name,), described.caveats
    counted = [name for name in names if name not in REGISTERS] or [*names]
    selected = {name: _selected(name, tables, asked.filters) for name in counted}
    behind = made_of(CHART[asked.name], tables, asked.filters).counts if asked.what == "charts" else ()
    exactly, newest = replace(asked, version=tables.version), replace(asked, version="")
    about |= {f"scope_{lang}": scope_text(asked.filters, Words(lang), tables) for lang in LANGUAGES}
    about |= {
        "filters": [row | {"applies": _applies(row["parameter"], names)} for row in filter_labels(asked.filters, tables)],
        "rows_are": asked.rows if asked.what == "charts" else "records",
        "rows": row_count(asked, tables),
        # Two things that must not be taken for each other: what the filters leave of a table, and what of that is in the chart.
        "records_selected": {name: _titled(name) | n for name, n in selected.items()},
        **({"records_behind": {name: _titled(name) | {"n": n, "total": total} for name, n, total in behind}} if behind else {}),
        "documents": len(documents_of(asked, tables)),
        "data_version": tables.version,
        "data_as_of": tables.data_as_of,
        **({"columns_not_yet": not_yet} if (not_yet := {n: [*tables.not_yet[n]] for n in names if n in tables.not_yet}) else {}),
        "address": exactly.address("csv", spelled=True),
        "address_newest": newest.address("csv"),
        **{f"page_{lang}": replace(exactly, lang=lang).page(spelled=True) for lang in LANGUAGES},
        "caveats_en": [known.caveats[c].en for c in caveats],
        "caveats_zh": [known.caveats[c].zh for c in caveats],
        "licence": LICENCE,
        "licence_address": LICENCE_ADDRESS,
        **{f"licence_{lang}": Words(lang).t("bundle.terms", licence=LICENCE) for lang in LANGUAGES},
    }
    for lang in LANGUAGES:
        in_language = citation_of(replace(exactly, lang=lang), tables, dated=False)
        about[f"citation_{lang}"] = citing.written(in_language, "txt", lang).strip()
    about["citation"] = about["citation_en"]
    return tuple((about | withheld_about(asked, tables)).items())


def _applies(parameter: str, names: tuple[str, ...]) -> bool:
    """Whether a filter can narrow any of these tables; a link may carry one that is of another page."""
    columns = {column for name in names for column in dictionary().tables[name].by_name}
    if parameter in DIMENSION:
        return any(name in DIMENSION[parameter].columns for name in names)
    return {"sector": "in_film", "cross": "in_cross", "from": "date_start", "to": "date_start"}.get(parameter, "") in {"", *columns}


def _selected(name: str, tables: Tables, filters: Filters) -> dict[str, int]:
    """What a selection does to a table; also how many rows it keeps that bear on all sectors and on none of the chosen in particular."""
    counted = account(tables.frame(name), name, filters)
    said: dict[str, int] = dict(vars(counted))
    if filters.sectors and filters.cross:
        said["cross_included"] = counted.n - account(tables.frame(name), name, replace(filters, cross=False)).n
    return said


def _titled(table: str) -> dict[str, Any]:
    return {f"title_{lang}": dictionary().tables[table].title[lang] for lang in LANGUAGES}


def withheld(asked: Asked, tables: Tables) -> list[str]:
    """The columns that are drawn and in no file; none where all may be passed on."""
    if asked.what == "tables":
        return []
    return export.withheld_from(frame_of(CHART[asked.name], tables, asked.filters), table_of(asked))


def withheld_about(asked: Asked, tables: Tables) -> dict[str, Any]:
    """What is in no file, why, and whose it is: the shown series and who provides them. Empty where all may be passed on."""
    kept_back = withheld(asked, tables)
    if not kept_back:
        return {}
    series = [one.series for one, _ in index_levels.shown_series(tables.levels, asked.filters)]
    return {
        "withheld": kept_back,
        **{f"withheld_why_{lang}": dictionary().caveats["levels_not_passed_on"][lang] for lang in LANGUAGES},
        "withheld_providers": [p for p in dict.fromkeys(s.provider for s in series) if p],
        **{f"withheld_series_{lang}": [getattr(s, f"name_{lang}") for s in series] for lang in LANGUAGES},
    }


def described_columns(asked: Asked, tables: Tables) -> list[dict[str, Any]]:
    """Every column of the file: name, type, unit, and what it means in both languages."""
    return [
        {
            "name": c.name,
            "type": c.type,
            "unit": c.unit,
            **({f"unit_{lang}": dictionary().label("unit", c.unit, lang) for lang in LANGUAGES} if c.unit else {}),
            "label_en": c.label.en,
            "label_zh": c.label.zh,
            "description_en": c.description.en,
            "description_zh": c.description.zh,
        }
        for c in export.columns_of(content(asked, tables), table_of(asked))
    ]


def metadata_file(asked: Asked, tables: Tables) -> bytes:
    """All of the above with columns and documents, as JSON."""
    sources = documents_of(asked, tables)
    sources = sources.assign(accessed=pd.to_datetime(sources["accessed"]).dt.strftime("%Y-%m-%d"))
    listed = orjson.loads(sources.to_json(orient="records", force_ascii=False))
    whole = metadata(asked, tables) | {"columns": described_columns(asked, tables)}
    if asked.what == "charts" and asked.rows == ROWS[0]:
        whole["record_columns"] = described_columns(replace(asked, rows=ROWS[1]), tables)
    whole["sources"] = listed
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2)


def file_name(asked: Asked, tables: Tables, ending: str) -> str:
    """`reelshift_funding-timeline_film_2026-11-22-1a2b3c4d.csv`: what, which selection, which rows, which data."""
    return named(asked, tables.version, ending)


def named(asked: Asked, version: str, ending: str) -> str:
    """The same for whatever data `version` names, or stands for."""
    parts = ["reelshift", asked.name, _chosen(asked.settled().filters)]
    parts += ["records"] if asked.what == "charts" and asked.rows == "records" else []
    return "_".join([*parts, version]) + f".{ending}"


def _chosen(filters: Filters) -> str:
    """The selection as a piece of a file name: values of sectors alone, others with the name of their parameter."""
    query = filters.to_query()
    if not query:
        return "all"
    pieces = [value if name == "sector" else f"{name}-{value}" for name, value in query]
    text = re.sub(r"[^\w-]+", "-", "_".join(pieces)).strip("-")
    if len(text) <= NAME_LENGTH:
        return text
    return f"{text[: NAME_LENGTH - 9]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
