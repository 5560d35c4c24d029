"""The ZIP that explains itself: the data in three formats, the picture, the documents, how to cite, and a README in both languages.

A colleague who gets only this file can tell what was asked, what the figures are, where each came from, how to
cite it and how to get it again. The same selection of the same data version gives the same bytes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from components import pictures
from components.answers import Refusal
from components.asked import Asked
from components.charts import CHART
from components.cited import citation_of
from components.described import how_many, left_out, table_name
from components.files import content, data_file, described_columns, file_name, metadata, metadata_file, named, sources_file, table_of
from components.snippets import fetched
from components.words import LANGUAGES, Words
from data import citing
from data.bundle import pack
from data.catalog import dictionary
from data.tables import Tables


@lru_cache(maxsize=8)
def bundle_file(asked: Asked, tables: Tables) -> bytes:
    """Everything of a chart or a table under a selection, as one ZIP."""
    files: dict[str, bytes] = {"README.md": b""}
    for form in ("csv", "parquet", "xlsx"):
        files[f"data.{form}"] = data_file(asked, tables, form)
    if asked.what == "charts" and asked.rows == "drawn":
        files["records.csv"] = data_file(replace(asked, rows="records"), tables, "csv")
    not_drawn = ""
    if asked.what == "charts":
        for form in ("svg", "png"):
            try:
                files[f"chart.{form}"] = pictures.picture(asked, tables, form)
            except pictures.NotDrawn:
                not_drawn = "no_browser"
            except Refusal:
                not_drawn = "not_passed_on"
    files["metadata.json"] = metadata_file(asked, tables)
    files["sources.csv"] = sources_file(asked, tables)
    languages = sorted(LANGUAGES, key=lambda lang: lang != asked.lang)
    files["citation.txt"] = "\n\n".join("\n".join(_cited(asked, tables, Words(lang))) for lang in languages).encode() + b"\n"
    for form in ("bib", "ris", "csl.json"):
        files[f"citation.{form}"] = _written(asked, tables, form, asked.lang).encode()
    halves = [_readme(asked, tables, tuple(files), not_drawn, Words(lang, asked.filters.units)) for lang in languages]
    files["README.md"] = "\n\n---\n\n".join([Words(languages[1]).t("bundle.below"), *halves]).encode() + b"\n"
    return pack(files)


def _written(asked: Asked, tables: Tables, form: str, lang: str) -> str:
    """How to cite exactly these rows, of this data version; the file is the same on every day and names none."""
    return citing.written(citation_of(replace(asked, lang=lang, version=tables.version), tables, dated=False), form, lang)


def _cited(asked: Asked, tables: Tables, words: Words) -> list[str]:
    """The citations of one language, and what their reader has to add."""
    lines = [_written(asked, tables, "txt", words.lang).strip(), words.t("cite.day")]
    if words.lang == "zh":
        lines += [_written(asked, tables, "gbt", "zh").strip(), words.t("cite.day_gbt", mark=citing.DAY_OF_ACCESS)]
    return lines


def _readme(asked: Asked, tables: Tables, names: tuple[str, ...], not_drawn: str, words: Words) -> str:
    """What is in the bundle, in one language, as Markdown."""
    said = metadata(asked, tables)
    lang = words.lang
    parts = [f"# {words.t('bundle.heading', title=_line(said[f'title_{lang}']))}"]
    parts.append(_section(words, "asked", [*_asked(said, words), words.t("bundle.page", address=said[f"page_{lang}"])]))
    parts.append(_section(words, "figures", _figures(asked, said, tables, words)))
    steps = [_line(said[f"how_made_{lang}"])] if f"how_made_{lang}" in said else [_line(said[f"description_{lang}"])]
    parts.append(_section(words, "made", [*steps, *map(_line, said[f"caveats_{lang}"])]))
    parts.append(_section(words, "sources", _sources(asked, said, tables, words)))
    parts.append(
        _section(words, "files", [f"`{name}`{words.t('colon')}{words.t('bundle.file.' + name.replace('.', '_'))}" for name in names])
    )
    about = words.t("bundle.columns") + (words.t("joiner") + words.t("bundle.record_columns") if "records.csv" in names else "")
    parts.append(f"## {words.t('bundle.part.columns')}\n\n{about}\n\n{_columns(asked, tables, words)}")
    notes = [
        words.t("bundle.safe"),
        words.t("bundle.typed"),
        _not_yet(said, words),
        words.t("bundle.no_browser") if not_drawn == "no_browser" else words.t("bundle.not_passed_on") if not_drawn else "",
        _withheld(said, words) if "withheld" in said else "",
    ]
    parts.append(_section(words, "notes", [note for note in notes if note]))
    terms = words.t("bundle.licence", licence=said[f"licence_{lang}"], address=said["licence_address"])
    parts.append(_section(words, "cite", [*_cited(asked, tables, words), terms]))
    return "\n\n".join([*parts, f"## {words.t('bundle.part.again')}\n\n{_again(asked, tables, words)}"])


def _section(words: Words, name: str, lines: list[str]) -> str:
    return f"## {words.t(f'bundle.part.{name}')}\n\n" + "\n".join(f"- {line}" for line in lines)


def _asked(said: dict[str, Any], words: Words) -> list[str]:
    """The selection, then what it leaves of each table, and why the other records are left out."""
    lang = words.lang
    lines = [words.t("bundle.scope", scope=_line(said[f"scope_{lang}"]))]
    lines += [
        words.t(
            "bundle.filter", parameter=f[f"parameter_{lang}"], label=_line(f[f"label_{lang}"]), code=f"{f['parameter']}={_line(f['code'])}"
        )
        + ("" if f["applies"] else words.t("bundle.no_bearing"))
        for f in said["filters"]
    ]
    for table, counted in said["records_selected"].items():
        text = words.t("bundle.selected", table=table_name(table, words), n=counted["n"], total=counted["total"]) + left_out(counted, words)
        cross = counted.get("cross_included", 0)
        lines.append(text + (words.t("bundle.cross", n=cross) if cross else ""))
    return lines


def _figures(asked: Asked, said: dict[str, Any], tables: Tables, words: Words) -> list[str]:
    """What the chart says, what of the selection is in it, and how many rows the files hold."""
    lang = words.lang
    if asked.what == "tables":
        return [words.t("register.row_is", row=_line(said[f"row_{lang}"])), words.t("bundle.rows", n=said["rows"])]
    behind = [how_many(c["n"], c["total"], t, words, short=True) for t, c in said.get("records_behind", {}).items()]
    lines = [_line(said[f"finding_{lang}"])]
    needs = CHART[asked.name].needs
    if needs and not getattr(asked.filters, needs):
        lines.append(words.t("bundle.needs", what=words.t(f"filters.{needs}"), parameter=needs))
    if behind:
        drawn = words.t("bundle.behind", counts=words.listed(behind))
        is_less = any(counted["n"] > said["records_behind"].get(t, {"n": 0})["n"] for t, counted in said["records_selected"].items())
        lines.append(drawn + (words.t("joiner") + words.t("bundle.rest") if is_less else ""))
    lines.append(words.t("bundle.rows", n=said["rows"]))
    if asked.rows == "drawn":
        lines.append(words.t("bundle.records", n=len(content(replace(asked, rows="records"), tables))))
    return lines


def _sources(asked: Asked, said: dict[str, Any], tables: Tables, words: Words) -> list[str]:
    """How many documents there are, and which columns lead from a row to them."""
    if asked.what == "tables" and asked.name != "sources" and "source_ids" not in content(asked, tables):
        return [words.t("bundle.no_documents")]
    lines = [words.t("bundle.documents", n=said["documents"])]
    file, rows = "data.csv", asked
    if asked.what == "charts" and asked.rows == "drawn":
        file, rows = "records.csv", replace(asked, rows="records")
        key = {"record_id", dictionary().tables[table_of(asked)].key} & set(CHART[asked.name].keys)
        if len(key) == 1:  # a mark is a record
            lines.append(words.t("bundle.same_record", column=key.pop()))
    return lines + ([words.t("bundle.join", file=file)] if "source_ids" in content(rows, tables) else [])


def _columns(asked: Asked, tables: Tables, words: Words) -> str:
    """The columns of the data files as a table: name, meaning, unit."""
    lang = words.lang
    heads = [words.t(f"bundle.column.{name}") for name in ("name", "meaning", "unit")]
    rows = [heads, ["---"] * len(heads)]
    for column in described_columns(asked, tables):
        label, meaning = column[f"label_{lang}"], column[f"description_{lang}"]
        unit = words.code("unit", column["unit"]) if column["unit"] else ""
        rows.append([f"`{column['name']}`", words.t("bundle.meaning", label=label, meaning=meaning) if meaning else label, unit])
    return "\n".join("| " + " | ".join(_line(cell).replace("|", "\\|") for cell in row) + " |" for row in rows)


def _not_yet(said: dict[str, Any], words: Words) -> str:
    """The columns that an older data version did not have; nothing where it had them all."""
    columns = [
        words.t("bundle.columns_of", columns=words.listed(f"`{c}`" for c in columns), table=table_name(table, words))
        for table, columns in said.get("columns_not_yet", {}).items()
    ]
    return words.t("bundle.not_yet", version=said["data_version"], columns=words.t("semicolon").join(columns)) if columns else ""


def _withheld(said: dict[str, Any], words: Words) -> str:
    """What is in no file, why, and whose it is."""
    lang, whose = words.lang, whose_levels(said, words)
    series = words.listed(said[f"withheld_series_{lang}"])
    columns = words.listed(f"`{name}`" for name in said["withheld"])
    return words.t("bundle.withheld", columns=columns, why=_line(said[f"withheld_why_{lang}"]), series=_line(series), whose=_line(whose))


def whose_levels(about: dict[str, Any], words: Words) -> str:
    """Who provides what is withheld, by what `withheld_about` says of it."""
    providers = about["withheld_providers"]
    return words.t("panel.withheld.by", providers=words.listed(providers)) if providers else words.t("panel.withheld.unnamed")


def _again(asked: Asked, tables: Tables, words: Words) -> str:
    """The lines that fetch this bundle again, and the same selection of the newest data."""
    exactly, newest = (replace(asked.settled(), lang=words.lang, version=version) for version in (tables.version, ""))
    lines = {
        words.t("bundle.exactly", version=tables.version): fetched(
            exactly.address("zip", lang=True, spelled=True), file_name(asked, tables, "zip")
        ),
        words.t("bundle.newest"): fetched(newest.address("zip", lang=True), named(asked, "newest", "zip")),
    }
    return "\n\n".join(f"{said}\n\n```\n{line}\n```" for said, line in lines.items())


def _line(text: str) -> str:
    """Text from data on one line of Markdown."""
    return " ".join(str(text).split())
