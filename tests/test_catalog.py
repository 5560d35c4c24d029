"""The dictionary says everything in both languages, and nothing that is not there."""

from __future__ import annotations

import re
from string import Formatter

import pyarrow as pa
import pytest

from data.catalog import TABLE_NAMES, Column, Dictionary, Table, dictionary
from data.filters import DATED_TABLES

WORDS: Dictionary = dictionary()
TABLES = list(WORDS.tables.values())
#: The columns of each table, and those that only chart frames have.
GROUPS = {t.name: t.columns for t in TABLES} | {"frames": tuple(WORDS.frame_columns.values())}
every_group = pytest.mark.parametrize("columns", GROUPS.values(), ids=list(GROUPS))
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_the_tables_are_those_named() -> None:
    assert tuple(WORDS.tables) == TABLE_NAMES
    assert all(name == table.name for name, table in WORDS.tables.items())


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_a_table_is_described_in_both_languages(table: Table) -> None:
    for text in (table.title, table.row, table.description):
        assert text.en
        assert text.zh
        assert text.en != text.zh
        assert CHINESE.search(text.zh)
        assert not CHINESE.search(text.en)


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_a_table_has_its_key_its_order_and_each_column_once(table: Table) -> None:
    names = [c.name for c in table.columns]
    assert len(names) == len(set(names))
    assert table.by_name[table.key].required
    assert table.by_name[table.key].derived is None
    assert set(table.sort) <= set(names)
    assert table.key in table.sort, "two builds could order equal rows differently"


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_a_sourced_table_points_to_its_documents(table: Table) -> None:
    if table.name in DATED_TABLES:
        column = table.by_name["source_ids"]
        assert column.required
        assert column.references == "sources"
        assert {"audit", "audit_note_en", "audit_note_zh", "date_start", "date_end", "date_mid"} <= set(table.by_name)


@every_group
def test_a_column_is_described_in_both_languages(columns: tuple[Column, ...]) -> None:
    for column in columns:
        for text in (column.label, column.description):
            assert text.en and text.zh, column.name
        assert CHINESE.search(column.description.zh) and not CHINESE.search(column.label.en), column.name
        assert len(column.label.en) <= 40 and len(column.label.zh) <= 20, column.name
        assert column.description.en.endswith((".", '"')) and column.description.zh.endswith("。"), column.name


@every_group
def test_what_a_column_refers_to_exists(columns: tuple[Column, ...]) -> None:
    for column in columns:
        column.arrow_field()  # KeyError for an unknown type
        assert column.codes is None or column.codes in WORDS.codes, column.name
        assert (column.type in ("code", "codes")) == (column.codes is not None), column.name
        assert column.references is None or column.references in WORDS.tables, column.name
        assert set(column.caveats) <= set(WORDS.caveats), column.name
        assert column.unit is None or column.unit in WORDS.codes["unit"], column.name
        re.compile(column.pattern or "")


@every_group
def test_a_quantity_has_a_unit_and_nothing_else_has(columns: tuple[Column, ...]) -> None:
    for column in columns:
        quantity = column.type in ("number", "integer")
        assert quantity == (column.unit is not None), column.name
        if quantity and column.name.endswith("_pct"):
            assert column.unit in ("percent", "percentage_points"), column.name
        if quantity and column.name.endswith("_usd_m"):
            assert column.unit == "usd_m", column.name


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_a_derived_column_says_where_it_comes_from(table: Table) -> None:
    for column in table.derived:
        how = column.derived or {}
        if "column_of" in how:
            via = table.by_name[how["lookup"]]
            named = WORDS.codes[table.by_name[how["column_of"]].codes or ""]
            assert set(named) <= {c.name for c in WORDS.tables[via.references or ""].recorded}, column.name
        elif "lookup" in how:
            via = table.by_name[how["lookup"]]
            source = WORDS.tables[via.references or ""].by_name[how["column"]]
            assert source.derived is None and source.codes == column.codes, column.name
        elif "member" in how:
            assert how["value"] in WORDS.codes[table.by_name[how["member"]].codes or ""], column.name
            assert column.name == f"in_{how['value']}"
        elif "group" in how:
            grouped = table.by_name[how["group"]].codes or ""
            assert set(WORDS.groups[grouped]) <= set(WORDS.codes[grouped]), column.name
            assert set(WORDS.groups[grouped].values()) <= set(WORDS.codes[column.codes or ""]), column.name
        elif "phrase" in how:
            said = {name for _, name, _, _ in Formatter().parse(how["phrase"]) if name}
            assert said and all(table.by_name[name].required for name in said), f"{column.name} would have a gap"
            assert column.name.endswith(f"_{how['lang']}")
        elif "count" in how or "collect" in how:
            other = WORDS.tables[how["count"] if "count" in how else how["collect"]]
            assert other.by_name[how["by"]].references == table.name and other.by_name[how["by"]].required, column.name
            assert not {"count", "collect"} & {kind for c in other.derived for kind in c.derived or {}}, "rows would wait for each other"
            assert "count" in how or (other.by_name[how["column"]].is_text and how["separator"]), column.name
        elif "search" in how or "pinyin" in how:
            read = (how["search"] if "search" in how else how["pinyin"]).split(";")
            assert set(read) <= set(table.by_name), column.name
            assert "search" in how or table.by_name[read[-1]].required, f"{column.name} would have a gap"
            assert not column.is_shown
        else:
            assert how["period"] in ("start", "end", "mid") and table.date, column.name


@pytest.mark.parametrize(("code_list", "codes"), WORDS.codes.items(), ids=list(WORDS.codes))
def test_every_code_has_words_in_both_languages_told_apart(code_list: str, codes: dict[str, object]) -> None:
    assert codes
    for code in codes:
        text = WORDS.codes[code_list][code]
        assert text.en
        assert text.zh
        note = WORDS.notes.get(code_list, {}).get(code)
        assert note is None or (note.en and note.zh)
    for lang in ("en", "zh"):
        labels = [text[lang] for text in WORDS.codes[code_list].values()]
        assert len(labels) == len(set(labels)), f"two codes of {code_list} read the same in {lang}"


def test_every_code_list_is_used() -> None:
    used = {c.codes for t in TABLES for c in t.columns} | {c.codes for c in WORDS.frame_columns.values()}
    assert set(WORDS.codes) - used - {"unit"} == set()


def test_every_caveat_says_one_thing_in_both_languages_and_is_used() -> None:
    from components.charts import CHARTS

    used = {x for t in TABLES for x in (*t.caveats, *(y for c in t.columns for y in c.caveats))}
    used |= {x for c in WORDS.frame_columns.values() for x in c.caveats} | {x for chart in CHARTS for x in chart.caveats}
    assert used == set(WORDS.caveats)
    assert all(text.en.endswith(".") and text.zh.endswith("。") for text in WORDS.caveats.values())


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_the_arrow_schema_carries_the_dictionary(table: Table) -> None:
    schema = table.arrow_schema()
    assert schema.names == [c.name for c in table.columns]
    for column in table.columns:
        field = schema.field(column.name)
        metadata = {k.decode(): v.decode() for k, v in field.metadata.items()}
        assert metadata["label_zh"] == column.label.zh
        assert metadata["description_en"] == column.description.en
        assert metadata.get("unit", "") == (column.unit or "")
        assert metadata.get("caveats", "") == ";".join(column.caveats)
        assert all(metadata.values()), "an empty entry says nothing"
    assert schema.field(table.key).type == pa.string()


def test_a_frame_column_does_not_shadow_a_table_column_with_another_meaning() -> None:
    """`column(name)` prefers frames: where a table has the name too, type, unit and codes must be the same."""
    for name, column in WORDS.frame_columns.items():
        for table in TABLES:
            twin = table.by_name.get(name)
            if twin is not None:
                assert (twin.type, twin.unit, twin.codes) == (column.type, column.unit, column.codes), f"{table.name}.{name}"


def test_a_column_is_looked_for_in_its_table_then_in_frames_then_anywhere() -> None:
    assert WORDS.column("kind", "events").codes == "event_kind"
    assert WORDS.column("kind", "series").codes == "series_kind"
    assert WORDS.column("n").unit == "rows"
    assert WORDS.column("announced_date").type == "partial_date"
    with pytest.raises(KeyError, match=r"no column 'nonsense' in data/dictionary: describe it in frames\.yaml"):
        WORDS.column("nonsense")


def test_a_code_that_is_not_known_is_shown_as_it_is() -> None:
    assert WORDS.label("stance", "positive", "zh") == "正面"
    assert WORDS.label("stance", "furious", "en") == "furious"
    assert WORDS.label("nonsense", "x", "en") == "x"
