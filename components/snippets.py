"""Lines to copy that fetch exactly these rows: for pandas, Polars, DuckDB, R, Excel, Google Sheets and a shell.

Each names the address that the download button's file comes from. Typed readers take Parquet, the others the
CSV with its byte order mark. An address is quoted by each language's own rule.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable

from components.asked import Asked
from components.files import content, file_name, table_of
from data.export import columns_of
from data.tables import Tables


def _pandas(asked: Asked, tables: Tables) -> str:
    return f"import pandas as pd\n\ndata = pd.read_parquet({_python(asked.address('parquet'))})"


def _polars(asked: Asked, tables: Tables) -> str:
    return f"import polars as pl\n\ndata = pl.read_parquet({_python(asked.address('parquet'))})"


def _duckdb(asked: Asked, tables: Tables) -> str:
    address = asked.address("parquet").replace("'", "''")
    return f"SELECT * FROM read_parquet('{address}');"


def _r(asked: Asked, tables: Tables) -> str:
    address = asked.address("csv").replace("\\", "\\\\").replace('"', '\\"')
    return f'data <- readr::read_csv("{address}")'


def _excel(asked: Asked, tables: Tables) -> str:
    """Power Query: data, from a blank query, the advanced editor. A CSV is all text to it: numbers and days are named, and read
    as they are written (`en-US`), whatever the machine's own commas are."""
    address = asked.address("csv").replace('"', '""')
    columns = columns_of(content(asked, tables), table_of(asked))
    types = ", ".join(f'{{"{column.name}", {_POWER_QUERY[column.type]}}}' for column in columns if column.type in _POWER_QUERY)
    return (
        "let\n"
        f'    File = Web.Contents("{address}"),\n'
        '    Rows = Csv.Document(File, [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),\n'
        "    Named = Table.PromoteHeaders(Rows, [PromoteAllScalars = true]),\n"
        f'    Data = Table.TransformColumnTypes(Named, {{{types}}}, "en-US")\n'
        "in\n"
        "    Data"
    )


#: What columns that are no text are to Power Query.
_POWER_QUERY = {"number": "type number", "integer": "Int64.Type", "boolean": "type logical", "day": "type date"}


def _sheets(asked: Asked, tables: Tables) -> str:
    address = asked.address("csv").replace('"', '""')
    return f'=IMPORTDATA("{address}")'


def _curl(asked: Asked, tables: Tables) -> str:
    return fetched(asked.address("csv"), file_name(asked, tables, "csv"))


def fetched(address: str, name: str) -> str:
    """The line of a shell that keeps what lies at an address under a name."""
    return f"curl --fail --output {shlex.quote(name)} {shlex.quote(address)}"


def _python(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_WRITE: dict[str, Callable[[Asked, Tables], str]] = {
    "pandas": _pandas,
    "polars": _polars,
    "duckdb": _duckdb,
    "r": _r,
    "excel": _excel,
    "sheets": _sheets,
    "curl": _curl,
}
TOOLS = tuple(_WRITE)


def snippet(tool: str, asked: Asked, tables: Tables) -> str:
    """The lines for one of TOOLS. Raises KeyError for another."""
    return _WRITE[tool](asked, tables)
