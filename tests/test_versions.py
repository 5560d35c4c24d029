"""Kept data versions: what is stored once, what is told of older ones, what is dropped under the budget."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.asked import Asked
from components.charts import CHART, CHARTS, figure_of, finding_of, frame_of
from components.files import metadata
from data.build import TABLES_DIR
from data.catalog import TABLE_NAMES, dictionary
from data.filters import Filters
from data.tables import Tables, open_tables
from data.versions import Change, VersionNotKept, changes_since, manifests, tables_at
from data.versions import store as kept_store
from data.versions.__main__ import main
from data.versions.differences import differences
from data.versions.keep import keep, pruned
from data.versions.store import BUDGET_BYTES, HISTORY_DIR, HISTORY_VARIABLE, content_name, object_path, stored

FIRST = "2026-11-22-36b72b89"
NOW = open_tables()


# What is shipped ---------------------------------------------------------------------------------


def test_the_shipped_version_is_kept() -> None:
    """A link to today's version must open tomorrow. Keep it: python -m data.versions keep --why-en "..." --why-zh "..."."""
    assert manifests(HISTORY_DIR)[-1].version == NOW.version


def test_the_store_is_within_its_budget_and_holds_what_it_names() -> None:
    objects = set((HISTORY_DIR / "objects").glob("*.parquet"))
    assert sum(p.stat().st_size for p in objects) <= BUDGET_BYTES
    named = {object_path(HISTORY_DIR, t["object"]) for m in manifests(HISTORY_DIR) for t in m.tables.values()}
    assert objects <= named
    assert all(content_name(p.read_bytes()) == p.stem for p in objects)


def test_every_version_says_why_in_both_languages() -> None:
    for manifest in manifests(HISTORY_DIR):
        assert manifest.why_en
        assert manifest.why_zh
        assert all(c.table in TABLE_NAMES for c in manifest.changes)
        for text in manifest.reasons.values():
            assert set(text) == {"en", "zh"}


def test_every_kept_version_opens_in_todays_columns() -> None:
    for manifest in manifests(HISTORY_DIR):
        tables = tables_at(manifest.version)
        assert tables.version == manifest.version
        for name in TABLE_NAMES:
            frame = tables.native(name)
            assert list(frame.columns) == list(NOW.native(name).columns)
            known = [c for c in frame.columns if c not in tables.not_yet.get(name, ())]
            assert frame[known].dtypes.to_dict() == NOW.native(name)[known].dtypes.to_dict()
            assert len(frame) == manifest.tables.get(name, {"rows": 0})["rows"]


def test_then_values_are_those_of_then() -> None:
    then = tables_at(FIRST).native("indicators").set_index("indicator_id")["sample_size"]
    now = NOW.native("indicators").set_index("indicator_id")["sample_size"]
    assert pd.isna(then["IN078"])
    assert now["IN078"] == 3000
    assert tables_at("") is NOW or tables_at("").version == NOW.version
    found = {c.key: c for c in changes_since(FIRST, NOW)["indicators"]}
    assert ("sample_size", None, 3000.0) in found["IN078"].cells


def test_what_a_version_did_not_have_is_empty_in_it_and_nothing_of_today() -> None:
    then = tables_at(FIRST)
    assert set(then.not_yet["funding_rounds"]) == {"n_conflicts", "conflicts_en", "conflicts_zh"}
    assert set(then.not_yet["conflicts"]) == set(NOW.native("conflicts").columns)
    for name, columns in then.not_yet.items():
        assert then.native(name)[list(columns)].isna().all(axis=None)
    # What follows from its own values by today's rules is there: searching and regions work as they do now.
    opinions = then.native("opinions").set_index("opinion_id")
    same = NOW.native("opinions").set_index("opinion_id").loc[opinions.index]
    assert (opinions["country_group"].fillna("") == same["country_group"].fillna("")).all()
    assert opinions["search_text"].str.len().min() > 0
    assert NOW.not_yet == {}


def test_every_chart_opens_at_the_first_version() -> None:
    then = tables_at(FIRST)
    for chart in CHARTS:
        for lang in ("en", "zh"):
            assert finding_of(chart, then, Filters(), lang)
            assert figure_of(chart, then, Filters(), lang).data is not None
    assert metadata(Asked("funding-timeline"), then)["columns_not_yet"] == {
        "funding_rounds": ["n_conflicts", "conflicts_en", "conflicts_zh"]
    }
    assert "columns_not_yet" not in metadata(Asked("funding-timeline"), NOW)
    rows = frame_of(CHART["funding-timeline"], then, Filters())
    assert rows["n_conflicts"].isna().all()


def test_an_unknown_version_names_the_kept_ones() -> None:
    with pytest.raises(VersionNotKept) as refused:
        tables_at("2020-01-01-00000000")
    assert FIRST in refused.value.kept
    with pytest.raises(VersionNotKept):
        changes_since("2020-01-01-00000000", NOW)


# Differences -------------------------------------------------------------------------------------


def models(**cells: list[object]) -> pd.DataFrame:
    n = len(next(iter(cells.values())))
    return pd.DataFrame({"model_id": [f"M{i}" for i in range(n)], "model_name": ["x"] * n} | cells)


def test_added_changed_and_withdrawn_by_hand() -> None:
    then = pd.DataFrame({"model_id": ["A", "B", "C"], "model_name": ["a", "b", "c"], "max_clip_s": [1.0, None, 3.0]})
    now = pd.DataFrame(
        {"model_id": ["B", "C", "D"], "model_name": ["b", "see", "d"], "max_clip_s": [2.0, 3.0, None], "notes_en": [None, "x", "y"]}
    )
    found = differences("models", then, now)
    assert found.changes == (
        Change("models", "A", "withdrawn"),
        Change("models", "B", "changed", (("max_clip_s", None, 2.0),)),
        Change("models", "C", "changed", (("model_name", "c", "see"),)),
        Change("models", "D", "added"),
    )
    assert found.columns_added == ("notes_en",)


ROWS = st.dictionaries(
    st.sampled_from("ABCDEF"), st.tuples(st.sampled_from(["x", "y"]), st.one_of(st.none(), st.integers(0, 2))), max_size=6
)


def framed(rows: dict[str, tuple[str, int | None]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "model_id": pd.Series(list(rows), dtype="str"),
            "model_name": pd.Series([r[0] for r in rows.values()], dtype="str"),
            "max_clip_s": pd.Series([r[1] for r in rows.values()], dtype="float64"),
        }
    )


@settings(max_examples=60)
@given(ROWS, ROWS)
def test_differences_applied_to_then_give_now(then: dict[str, tuple[str, int | None]], now: dict[str, tuple[str, int | None]]) -> None:
    found = differences("models", framed(then), framed(now)).changes
    again = {key: dict(zip(("model_name", "max_clip_s"), cells, strict=True)) for key, cells in then.items()}
    for change in found:
        if change.kind == "withdrawn":
            del again[change.key]
        elif change.kind == "added":
            again[change.key] = dict(zip(("model_name", "max_clip_s"), now[change.key], strict=True))
        else:
            again[change.key] |= {column: value for column, _, value in change.cells}  # type: ignore[misc]
    assert again == {key: dict(zip(("model_name", "max_clip_s"), cells, strict=True)) for key, cells in now.items()}
    assert differences("models", framed(now), framed(now)).changes == ()


# Keeping -----------------------------------------------------------------------------------------


def folder_of(tmp_path: Path, version: str, drop: int = 0) -> Path:
    """A folder of tables of another version: the shipped ones without their first models."""
    import pyarrow.parquet as pq

    folder = tmp_path / f"tables-{version}"
    shutil.copytree(TABLES_DIR, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"data_version": version}))
    pq.write_table(pq.read_table(folder / "models.parquet").slice(drop), folder / "models.parquet")
    return folder


def test_a_table_that_did_not_change_is_kept_once(tmp_path: Path) -> None:
    history = tmp_path / "history"
    keep("a", "甲", tables_dir=folder_of(tmp_path, "v1", 2), folder=history)
    keep("b", "乙", tables_dir=folder_of(tmp_path, "v2", 0), folder=history)
    assert len(list((history / "objects").glob("*"))) == len(TABLE_NAMES) + 1
    first, second = manifests(history)
    assert (first.changes, len(second.changes)) == ((), 2)
    assert {c.kind for c in second.changes} == {"added"}
    again, dropped = keep("b", "乙", tables_dir=folder_of(tmp_path / "x", "v2", 0), folder=history)
    assert (len(manifests(history)), dropped) == (2, [])
    assert again.read_text() == (history / "v2.json").read_text()


def test_the_newest_can_be_replaced(tmp_path: Path) -> None:
    history = tmp_path / "history"
    keep("a", "甲", tables_dir=folder_of(tmp_path, "v1", 2), folder=history)
    keep("b", "乙", tables_dir=folder_of(tmp_path, "v2", 1), folder=history)
    keep("c", "丙", tables_dir=folder_of(tmp_path, "v3", 0), folder=history, replace=True)
    assert [m.version for m in manifests(history)] == ["v1", "v3"]
    assert len(manifests(history)[-1].changes) == 2


def test_over_the_budget_the_oldest_tables_go_and_what_changed_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = tmp_path / "history"
    keep("a", "甲", tables_dir=folder_of(tmp_path, "v1", 3), folder=history)
    keep("b", "乙", tables_dir=folder_of(tmp_path, "v2", 1), folder=history)
    keep("c", "丙", tables_dir=folder_of(tmp_path, NOW.version, 0), folder=history)
    sizes = sum(p.stat().st_size for p in (history / "objects").glob("*"))
    assert len(pruned(history, sizes - 1)) == 1
    monkeypatch.setenv(HISTORY_VARIABLE, str(history))
    with pytest.raises(VersionNotKept) as refused:
        tables_at("v1")
    assert refused.value.kept == ["v2", NOW.version]
    found = changes_since("v1", NOW)["models"]
    assert [c.kind for c in found] == ["added"] * 3
    assert tables_at("v2").native("models").shape[0] == 39
    assert pruned(history, 0), "all but the newest may go"
    assert all(object_path(history, t["object"]).exists() for t in manifests(history)[-1].tables.values())


def test_the_same_rows_are_the_same_bytes_whatever_the_dictionary_says() -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(TABLES_DIR / "models.parquet")
    assert stored(table) == stored(table.replace_schema_metadata({"data_version": "x"}))


# The command -------------------------------------------------------------------------------------


def test_the_command_keeps_lists_and_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv(HISTORY_VARIABLE, str(tmp_path / "history"))
    reasons = tmp_path / "reasons.csv"
    reasons.write_text("table,key,reason_en,reason_zh\nmodels,M1,because,因为\n", encoding="utf-8")
    assert main(["keep", "--why-en", "first", "--why-zh", "首次", "--reasons", str(reasons)]) == 0
    assert main(["list"]) == 0
    assert "first" in capsys.readouterr().out
    assert main(["show", NOW.version]) == 0
    assert main(["show", "nope"]) == 1
    assert manifests(kept_store.history())[0].reasons == {"models/M1": {"en": "because", "zh": "因为"}}
    reasons.write_text("table,key,reason_en,reason_zh\nmodel,M1,because,因为\n", encoding="utf-8")
    assert main(["keep", "--why-en", "x", "--why-zh", "x", "--reasons", str(reasons)]) == 1
    assert "reasons.csv:2" in capsys.readouterr().err
    with pytest.raises(SystemExit) as wrong:
        main(["keep"])
    assert wrong.value.code == 2


def test_a_kept_version_answers_with_its_own_dictionary_key(tables: Tables) -> None:
    for name in TABLE_NAMES:
        assert tables_at(FIRST).native(name)[dictionary().tables[name].key].is_unique
