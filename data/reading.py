"""A downloaded file back as the frame that was drawn: the proof that the file is the figure.

What `data.export` adds is taken off again: the words beside codes, the apostrophe of text cells. Types come
from the data dictionary, since CSV and JSON have none.
"""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from data.catalog import Column, Dictionary, dictionary
from data.export import sheet_raw

_NUMBERS = {"number": "float64", "integer": "Int64", "boolean": "boolean"}


def frame_from(body: bytes, form: str, table: str | None, words: Dictionary | None = None) -> pd.DataFrame:
    """The frame in a file of one of `data.export.FORMATS`. Raises ValueError for another."""
    read = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet, "json": _json}
    if form not in read:
        raise ValueError(f"{form!r} cannot be read back; choose one of {', '.join(read)}")
    frame = read[form](body)
    words = words or dictionary()
    described = {}
    for name in frame.columns:
        try:
            described[name] = words.column(name, table)
        except KeyError:
            if not name.endswith(("_en", "_zh")):
                raise
    own = [name for name in frame.columns if name in described and not _is_label(name, described)]
    return pd.DataFrame({name: _typed(frame[name], described[name], form) for name in own}, index=frame.index)


def _is_label(name: str, described: dict[str, Column]) -> bool:
    """Whether a column holds only the words of the codes beside it."""
    stem = name.removesuffix("_en").removesuffix("_zh")
    return stem != name and stem in described and bool(described[stem].codes)


def _typed(values: pd.Series[Any], column: Column, form: str) -> pd.Series[Any]:
    if column.type == "day":
        return pd.to_datetime(values).astype("datetime64[us]")
    if column.type in _NUMBERS:
        if form == "csv" and column.type == "boolean":
            values = values.map({"true": True, "false": False, True: True, False: False})
        kind = _NUMBERS[column.type]
        whole = values.astype("float64" if kind == "float64" else kind)
        if kind != "float64" and not whole.isna().any():
            return whole.astype({"Int64": "int64", "boolean": "bool"}[kind])
        return whole if kind == "float64" else whole.astype("object" if kind == "boolean" else "float64")
    texts = [None if value is None or value != value else str(value) for value in values]
    if form in ("csv", "xlsx"):
        texts = [text if text is None else sheet_raw(text) for text in texts]
    return pd.Series(texts, index=values.index, dtype="str")


def _csv(body: bytes) -> pd.DataFrame:
    # Only an empty cell is missing: "NA", "None" and "nan" are words. What is quoted and empty is an empty text.
    return pd.read_csv(io.BytesIO(body), encoding="utf-8-sig", dtype="str", keep_default_na=False, na_values=[""])


def _xlsx(body: bytes) -> pd.DataFrame:
    return pd.read_excel(io.BytesIO(body), sheet_name="data", engine="calamine", dtype="object", keep_default_na=False, na_values=[""])


def _parquet(body: bytes) -> pd.DataFrame:
    return pq.read_table(io.BytesIO(body)).to_pandas(date_as_object=False)


def _json(body: bytes) -> pd.DataFrame:
    import orjson

    read = orjson.loads(body)
    return pd.DataFrame(read["rows"], columns=[column["name"] for column in read["columns"]])
