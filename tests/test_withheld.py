"""Levels that somebody loaded are drawn and never passed on: no file, no figure by address, no sentence holds one."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from components import records
from components.charts import CHART, frame_of
from components.words import LANGUAGES, Words
from data.catalog import dictionary
from data.export import FORMATS
from data.filters import Filters
from data.levels import store
from data.tables import open_tables
from tests.levels import meta, root  # noqa: F401

#: Levels that stand nowhere else, in whole or in part.
CLOSES = [81734.25, 81951.75, 81688.5, 82077.125, 82390.875]
DAYS = ["2024-02-19", "2024-02-20", "2024-02-21", "2024-02-22", "2024-02-23"]
DIGITS = ("81734", "81951", "81688", "82077", "82390")
WHY = dictionary().caveats["levels_not_passed_on"]
LEVEL = "measure=level&series=made-up"


@pytest.fixture
def loaded(root: Path) -> Path:  # noqa: F811
    """A store with one invented series."""
    days = [pd.Timestamp(d).date() for d in DAYS]
    store.append(meta(), pa.table({"date": pa.array(days), "close": pa.array(CLOSES)}))
    return root


def text_of(body: bytes, form: str) -> str:
    """Everything that a file says, as text."""
    if form == "xlsx":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return "\n".join(book.read(name).decode("utf-8", "ignore") for name in book.namelist())
    if form == "parquet":
        table = pq.read_table(io.BytesIO(body))
        return json.dumps(table.to_pylist(), default=str) + str(table.schema)
    return body.decode("utf-8-sig")


def test_a_refusal_names_the_provider_of_what_is_shown(client: TestClient, loaded: Path) -> None:
    store.append(
        meta("other", provider="Somebody else"), pa.table({"date": pa.array([pd.Timestamp(DAYS[0]).date()]), "close": pa.array([1.0])})
    )
    refused = client.get("/charts/index-levels.plotly.json?measure=level&series=other")
    assert refused.status_code == 403
    assert refused.json()["withheld_providers"] == ["Somebody else"]
    assert client.get(f"/charts/index-levels.plotly.json?{LEVEL}").json()["withheld_providers"] == []


def test_the_picture_holds_the_levels(loaded: Path) -> None:
    filters = Filters(measure="level", series=("made-up",))
    frame = frame_of(CHART["index-levels"], open_tables(), filters)
    assert frame["loaded_level"].dropna().tolist() == CLOSES
    figure = CHART["index-levels"].figure(frame, Words("en"))
    assert CLOSES[0] in [y for trace in figure.data for y in trace.y]


@pytest.mark.parametrize("measure", ["level", "rebased", "drawdown", "volatility", "beta"])
@pytest.mark.parametrize("form", FORMATS)
def test_no_file_holds_a_loaded_level(client: TestClient, loaded: Path, form: str, measure: str) -> None:
    answer = client.get(f"/charts/index-levels.{form}?measure={measure}&series=made-up")
    assert answer.status_code == 200
    said = text_of(answer.content, form)
    assert not [digits for digits in DIGITS if digits in said]
    if form == "parquet":
        assert "loaded_level" not in pq.read_table(io.BytesIO(answer.content)).schema.names
    if form == "csv":
        header = said.splitlines()[0].replace('"', "").split(",")
        assert "loaded_level" not in header
        assert {"level_rebased", "drawdown_pct", "volatility_pct", "rolling_beta"} <= set(header)
    if form == "json":
        read = json.loads(said)
        assert "loaded_level" not in [c["name"] for c in read["columns"]]
        assert not any("loaded_level" in row for row in read["rows"])
        assert len(read["rows"]) == (len(DAYS) if measure in ("level", "rebased", "drawdown") else 0)


def test_a_file_says_what_it_leaves_out_and_why(client: TestClient, loaded: Path) -> None:
    for address in (f"/charts/index-levels.json?{LEVEL}", f"/charts/index-levels.metadata.json?{LEVEL}"):
        about = client.get(address).json()
        assert about["withheld"] == ["loaded_level"]
        assert (about["withheld_why_en"], about["withheld_why_zh"]) == (WHY.en, WHY.zh)
    assert "withheld" not in client.get("/charts/index-levels.json?measure=rebased&series=made-up").json()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_figure_by_address_is_refused_with_the_reason(client: TestClient, loaded: Path, lang: str) -> None:
    answer = client.get(f"/charts/index-levels.plotly.json?{LEVEL}&lang={lang}")
    assert answer.status_code == 403
    assert answer.json()["withheld"] == ["loaded_level"]
    assert answer.json()["withheld_why_zh"] == WHY.zh
    assert not [digits for digits in DIGITS if digits in answer.text]


@pytest.mark.parametrize("measure", ["rebased", "drawdown", "volatility", "beta"])
def test_a_figure_of_computed_values_is_given(client: TestClient, loaded: Path, measure: str) -> None:
    answer = client.get(f"/charts/index-levels.plotly.json?measure={measure}&series=made-up")
    assert answer.status_code == 200
    assert not [digits for digits in DIGITS if digits in answer.text]


def test_as_shipped_nothing_is_withheld(client: TestClient, root: Path) -> None:  # noqa: F811
    assert client.get("/charts/index-levels.plotly.json?measure=level").status_code == 200
    assert "withheld" not in client.get("/charts/index-levels.json?measure=level").json()
    assert client.get(f"/charts/index-levels.json?{LEVEL}").status_code == 400, "a series that is not loaded here"


def test_the_table_on_the_page_leaves_the_levels_out(loaded: Path) -> None:
    frame = frame_of(CHART["index-levels"], open_tables(), Filters(measure="level", series=("made-up",)))
    shown, _ = records.table_view(frame, "index_moves", Words("en"))
    assert "loaded_level" not in shown.columns
    assert not [digits for digits in DIGITS if digits in shown.to_string()]


def test_a_move_beside_a_loaded_benchmark_holds_no_level(client: TestClient, root: Path) -> None:  # noqa: F811
    days = [d.date() for d in pd.bdate_range("2023-10-20", "2023-12-29")]
    closes = [81000.0 + n for n in range(len(days))]
    store.append(meta("csi-300"), pa.table({"date": pa.array(days), "close": pa.array(closes)}))
    read = client.get("/charts/stated-moves.json?to=2023-12-31").json()
    assert "loaded" in [row["benchmark_basis"] for row in read["rows"]]
    assert "8104" not in json.dumps(read)
    assert client.get("/charts/stated-moves.plotly.json?to=2023-12-31").status_code == 200
