"""Lines to copy: those that run here are run against a served file, the others read by their own rules."""

from __future__ import annotations

import io
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import httpx
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from components.addresses import ROUTES
from components.asked import Asked
from components.files import content, data_file
from components.snippets import TOOLS, snippet
from data.export import arrow_table
from data.filters import Filters
from data.tables import open_tables

TABLES = open_tables()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The addresses as they are served, on a port of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=ROUTES), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{port}"
    retrying = httpx.HTTPTransport(retries=8)  # until it listens
    with httpx.Client(transport=retrying) as client:
        assert client.get(f"{address}/healthz").status_code == 200
    yield address
    server.should_exit = True
    thread.join(10)


def asked(site: str) -> Asked:
    return Asked("funding-timeline", filters=Filters(("film",), q="AI's"), site=site)


def frame() -> pd.DataFrame:
    return content(asked(""), TABLES)


def test_the_pandas_lines_read_the_rows(site: str) -> None:
    scope: dict[str, pd.DataFrame] = {}
    exec(snippet("pandas", asked(site), TABLES), scope)
    assert scope["data"]["round_id"].tolist() == frame()["round_id"].tolist()
    assert scope["data"]["amount_usd_m"].dtype == "float64"


def test_the_polars_lines_read_the_rows(site: str) -> None:
    scope: dict[str, pl.DataFrame] = {}
    exec(snippet("polars", asked(site), TABLES), scope)
    assert scope["data"]["round_id"].to_list() == frame()["round_id"].tolist()


def test_the_duckdb_line_reads_the_rows(tmp_path: Path) -> None:
    """DuckDB reads addresses with an extension that it fetches itself; here the same SQL reads the same bytes from a file."""
    path = tmp_path / "rows 'here'.parquet"
    path.write_bytes(data_file(asked(""), TABLES, "parquet"))
    sql = snippet("duckdb", asked("https://x.org"), TABLES)
    [address] = re.findall(r"read_parquet\('((?:[^']|'')+)'\)", sql)
    assert address.replace("''", "'") == asked("https://x.org").address("parquet")
    read = duckdb.sql(sql.replace(address, str(path).replace("'", "''"))).df()
    assert read["round_id"].tolist() == frame()["round_id"].tolist()


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_the_curl_line_fetches_the_file(site: str, tmp_path: Path) -> None:
    subprocess.run(snippet("curl", asked(site), TABLES), shell=True, check=True, cwd=tmp_path, env=os.environ | {"no_proxy": "*"})
    [file] = tmp_path.iterdir()
    assert file.read_bytes() == data_file(asked(site), TABLES, "csv")
    assert file.name.startswith("reelshift_funding-timeline_film")


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="no R on this machine")
def test_the_r_line_reads_the_rows(site: str) -> None:
    code = snippet("r", asked(site), TABLES) + "; cat(nrow(data))"
    assert subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True).stdout.endswith(str(len(frame())))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_the_address_in_every_line_is_the_address(text: str) -> None:
    wanted = Asked("coverage", filters=Filters(q=" ".join(text.split())), site="https://x.org")
    addresses = {wanted.address("csv"), wanted.address("parquet")}
    for tool in TOOLS:
        line = snippet(tool, wanted, TABLES)
        found = re.findall(r"https://x\.org[^\s\"')]*", line)
        assert set(found) <= addresses, (tool, line)
        assert len(found) == 1, tool
        assert line.count('"') % 2 == 0


def test_every_tool_is_written_in_something() -> None:
    assert snippet("sheets", asked("https://x.org"), TABLES).startswith("=IMPORTDATA(")
    excel = snippet("excel", asked("https://x.org"), TABLES)
    assert excel.startswith("let")
    assert "65001" in excel
    typed = dict(re.findall(r'\{"(\w+)", ([\w. ]+)\}', excel))
    assert typed["amount_usd_m"] == "type number"
    assert typed["date_mid"] == "type date"
    read = pa_csv.read_csv(io.BytesIO(data_file(asked(""), TABLES, "csv")))
    assert set(typed) <= set(read.column_names)
    text = [f.name for f in arrow_table(frame(), "funding_rounds").schema if pa.types.is_string(f.type)]
    assert not set(typed) & set(text), "a month stays text"
    assert len(typed) + len(text) == read.num_columns
    assert excel.count("{") == excel.count("}")
