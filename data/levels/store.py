"""Where loaded series lie, and how they are read: `loaded_series`, `read_levels`, `append`, `remove`.

    <root>/manifest.json                        every series: what it is, its files, rows and days
    <root>/series=<code>/all-<hash>.parquet     a daily series
    <root>/series=<code>/2024-<hash>.parquet    a finer one, a file a year

- A row is one day, or one moment of finer data; columns as in `data/dictionary/index_levels.yaml`.
- Files are named by a hash of their bytes and never changed. New rows make new files, then the manifest is
  swapped: a reader sees all of an append or nothing of it.
- What is stored depends on the rows alone, not on the order or the portions in which they came.
- Files are sorted by time in small row groups: a window is read by decoding the groups that it touches.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.catalog import DICTIONARY_DIR, Table, _table
from data.checks import Problem
from data.levels.merging import Rows, clashes, merged
from data.levels.places import Place, PlaceUnreadable, place_at

#: Where the levels lie: a folder, or an address such as s3://bucket/levels.
LEVELS_VARIABLE = "REELSHIFT_LEVELS"
MANIFEST = "manifest.json"
#: Of all columns but the date. Each is stored for every series, empty where the file had none.
VALUES = ("open", "high", "low", "close", "volume", "amount")
COLUMNS = ("date", *VALUES)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: Rows in a group: a year of days touches one or two groups, decoded in under a millisecond. A large file has larger
#: ones, so that it has no more than this many and opening it stays cheap.
GROUP_ROWS, MOST_GROUPS = 8192, 64
#: An unreferenced file this old was left by an append that did not finish.
_ABANDONED_S = 3600.0
#: How often a reader starts over because a writer took a file away between manifest and file.
_TRIES = 5


class LevelsRefused(Exception):
    """Rows that contradict what is stored, or one another. `rows` are their positions in the table given."""

    def __init__(self, problems: list[Problem], rows: Sequence[int] = ()) -> None:
        super().__init__("; ".join(map(str, problems[:3])))
        self.problems = problems
        self.rows = tuple(rows)


class LevelsUnreadable(Exception):
    """The store is there and cannot be read; the message names it and says what to do."""


@dataclass(frozen=True)
class SeriesMeta:
    """What a series is, as its user described it.

    `code` is the slug by which everything knows it, `printed_code` the code as printed; `kind` and `sectors` are
    codes of the lists series_kind and sector; `calendar` a code of exchange-calendars, or "" where none is known;
    `benchmark` the code of the series that it is set beside; `terms` on what terms its user has it.
    """

    code: str
    name_en: str
    name_zh: str
    kind: str
    sectors: tuple[str, ...]
    currency: str = ""
    provider: str = ""
    calendar: str = ""
    benchmark: str = ""
    terms: str = ""
    printed_code: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class LoadedSeries(SeriesMeta):
    """A stored series.

    `first` and `last` are ISO dates; `is_intraday` says whether rows carry a time; `has_ohlc` whether any row has
    open, high and low; `revision` is a hash of the rows, the same wherever the same rows are stored.
    """

    n_rows: int = 0
    first: str = ""
    last: str = ""
    is_intraday: bool = False
    has_ohlc: bool = False
    revision: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class AppendReport:
    """What an append did: rows that were new, rows that were there already, rows and revision afterwards."""

    n_new: int
    n_same: int
    n_total: int
    revision: str


@dataclass(frozen=True)
class _File:
    """One Parquet file of a series: `digest` is of its rows, `first` and `last` their days as ISO dates."""

    name: str
    bucket: str
    n_rows: int
    first: str
    last: str
    has_ohlc: bool
    digest: str


@dataclass(frozen=True)
class _Entry:
    series: LoadedSeries
    files: tuple[_File, ...]


def levels_root() -> str:
    """Where the levels lie: the variable REELSHIFT_LEVELS, else the folder `levels` beside the project's own."""
    return os.environ.get(LEVELS_VARIABLE) or str(Path(__file__).parent.parent.parent / "levels")


@lru_cache(maxsize=1)
def described() -> Table:
    """What a row and each column mean, in both languages."""
    return _table("index_levels", DICTIONARY_DIR)


# The manifest ----------------------------------------------------------------------------------------------

_known: dict[str, tuple[Hashable, dict[str, _Entry]]] = {}


def _entries(root: str) -> dict[str, _Entry]:
    """Every series by code, in order. Read again only when the manifest has changed. Raises LevelsUnreadable."""
    try:
        place = place_at(root)
        stamp = place.stamp(MANIFEST)
    except (PlaceUnreadable, OSError) as error:
        raise _unreadable(root, error) from error
    if stamp == ():
        return {}
    kept = _known.get(root)
    if kept is None or stamp is None or kept[0] != stamp:
        kept = (stamp, _read_manifest(place, root)[1])
        if stamp is not None:
            _known[root] = kept
    return kept[1]


def _read_manifest(place: Place, root: str) -> tuple[bytes | None, dict[str, _Entry]]:
    """The manifest as it is now, as bytes and as what it says. Raises LevelsUnreadable."""
    try:
        content = place.read(MANIFEST)
        return content, _parsed(content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(root, error) from error


def _unreadable(root: str, error: Exception) -> LevelsUnreadable:
    return LevelsUnreadable(f"loaded levels cannot be read from {root} ({error}); mend or empty it, or set {LEVELS_VARIABLE}")


def _parsed(content: bytes | None) -> dict[str, _Entry]:
    if content is None:
        return {}
    raw = json.loads(content)["series"]
    known = {f.name for f in fields(SeriesMeta)}
    entries: dict[str, _Entry] = {}
    for one in raw:
        files = tuple(_File(**file) for file in one["files"])
        meta = {k: tuple(v) if isinstance(v, list) else v for k, v in one.items() if k in known}
        entries[one["code"]] = _Entry(_series(meta, files, one["is_intraday"], one["revision"]), files)
    return entries


def _said(meta: SeriesMeta) -> dict[str, Any]:
    """What a series is, without what is stored of it."""
    return {f.name: getattr(meta, f.name) for f in fields(SeriesMeta)}


def _revision(files: tuple[_File, ...], is_intraday: bool) -> str:
    return hashlib.sha256(json.dumps([is_intraday, [[f.bucket, f.digest] for f in files]]).encode()).hexdigest()[:16]


def _series(meta: dict[str, Any], files: tuple[_File, ...], is_intraday: bool, revision: str) -> LoadedSeries:
    return LoadedSeries(
        **meta,
        n_rows=sum(f.n_rows for f in files),
        first=files[0].first,
        last=files[-1].last,
        is_intraday=is_intraday,
        has_ohlc=any(f.has_ohlc for f in files),
        revision=revision,
        files=tuple(f.name for f in files),
    )


def _manifest(entries: dict[str, _Entry]) -> bytes:
    """One line a series, so that a person can look something up in it."""
    lines = []
    for code in sorted(entries):
        entry = entries[code]
        one = {**_said(entry.series), "is_intraday": entry.series.is_intraday, "revision": entry.series.revision}
        one["files"] = [vars(f) for f in entry.files]
        lines.append(json.dumps(one, ensure_ascii=False))
    return ('{"format": 1, "series": [\n' + ",\n".join(lines) + "\n]}\n").encode()


# Reading ---------------------------------------------------------------------------------------------------


def loaded_series() -> tuple[LoadedSeries, ...]:
    """Every loaded series, by code; () where nothing is loaded. One look at the manifest's time stamp when nothing changed.

    Raises LevelsUnreadable when there is a manifest and it cannot be read.
    """
    return tuple(entry.series for entry in _entries(levels_root()).values())


def find_series(code: str) -> LoadedSeries | None:
    """The loaded series of that code, or None."""
    entry = _entries(levels_root()).get(code)
    return entry.series if entry else None


def read_levels(
    code: str, start: date | str | None = None, end: date | str | None = None, columns: Sequence[str] = ("date", "close")
) -> pa.Table:
    """Rows of one series from `start` to `end`, both included, sorted by time.

    Reads the files, row groups and columns that it needs and no others. `date` is date32, or timestamp[ms] in the
    exchange's local time for a finer series; a day given as `end` is included whole.
    Raises KeyError for a series that is not loaded, ValueError for a column that no series has.
    """
    unknown = [c for c in columns if c not in COLUMNS]
    if unknown:
        raise ValueError(f"no column {unknown[0]!r} in loaded levels; there are {', '.join(COLUMNS)}")
    root = levels_root()
    for attempt in range(_TRIES):
        entry = _entries(root).get(code)
        if entry is None:
            raise KeyError(f"no series {code!r} is loaded; python -m data.levels list shows what is")
        try:
            return _read(root, entry, _bound(start, entry, False), _bound(end, entry, True), list(columns))
        except FileNotFoundError as error:
            _known.pop(root, None)  # a writer has put other files in their place meanwhile
            if attempt == _TRIES - 1:
                raise LevelsUnreadable(f"a file of {code} is gone from {root}: {error}; remove the series and add it again") from error
    raise AssertionError("unreachable")


def _bound(value: date | str | None, entry: _Entry, is_end: bool) -> int | None:
    """A day or moment as stored: days, or milliseconds of a finer series, since 1970."""
    if value is None:
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if not entry.series.is_intraday:
        day = value.date() if isinstance(value, datetime) else value
        return int(np.datetime64(day, "D").astype(np.int64))
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.max if is_end else time.min)
    return int(np.datetime64(value, "ms").astype(np.int64))


def _read(root: str, entry: _Entry, start: int | None, end: int | None, columns: list[str]) -> pa.Table:
    schema = _schema(entry.series.is_intraday)
    wanted = ["date", *(c for c in columns if c != "date")]
    parts = []
    for file in entry.files:
        if _lies_outside(file, entry.series.is_intraday, start, end):
            continue
        metadata = _footer(root, file.name)
        groups = range(metadata.num_row_groups)
        low = 0 if start is None else bisect_left(groups, start, key=lambda i: _times_of(metadata, i).max_raw)
        high = len(groups) if end is None else bisect_right(groups, end, key=lambda i: _times_of(metadata, i).min_raw)
        if low < high:
            with place_at(root).open(file.name) as source:
                whole = pq.ParquetFile(source, metadata=metadata)
                parts.append(whole.read_row_groups(list(groups[low:high]), columns=wanted, use_threads=high - low > 8))
    if not parts:
        return pa.schema([schema.field(c) for c in columns]).empty_table()
    found = pa.concat_tables(parts)
    days = _numbers(found.column("date"))
    first = 0 if start is None else int(np.searchsorted(days, start, "left"))
    last = len(days) if end is None else int(np.searchsorted(days, end, "right"))
    return found.slice(first, last - first).select(columns)


def _lies_outside(file: _File, is_intraday: bool, start: int | None, end: int | None) -> bool:
    """Whether no row of the file can be in the window; read off the manifest."""
    first, last = (int(np.datetime64(d, "D").astype(np.int64)) for d in (file.first, file.last))
    if is_intraday:
        first, last = first * 86_400_000, (last + 1) * 86_400_000 - 1
    return (start is not None and last < start) or (end is not None and first > end)


@lru_cache(maxsize=256)
def _footer(root: str, name: str) -> Any:
    """A file's metadata. Names are hashes of what is in the files, so this never goes stale."""
    with place_at(root).open(name) as source:
        return pq.ParquetFile(source).metadata


def _times_of(metadata: Any, group: int) -> Any:
    """First and last time of a row group, as `min_raw` and `max_raw`."""
    return metadata.row_group(group).column(0).statistics


def _numbers(dates: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """Days or milliseconds since 1970."""
    whole = dates.combine_chunks() if isinstance(dates, pa.ChunkedArray) else dates
    if pa.types.is_date32(whole.type):
        return np.asarray(whole.view(pa.int32()).to_numpy(zero_copy_only=False), dtype=np.int64)
    return np.asarray(whole.view(pa.int64()).to_numpy(zero_copy_only=False))


@lru_cache(maxsize=2)
def _schema(is_intraday: bool) -> pa.Schema:
    table = described()
    schema = table.arrow_schema().with_metadata({"table": table.name, "row_en": table.row.en, "row_zh": table.row.zh})
    return schema.set(0, schema.field(0).with_type(pa.timestamp("ms"))) if is_intraday else schema


# Writing ---------------------------------------------------------------------------------------------------


def append(
    meta: SeriesMeta, table: pa.Table, *, lines: Sequence[int] | np.ndarray | None = None, file: str = "", dry_run: bool = False
) -> AppendReport:
    """Add rows to a series, which is made where it is new; what `meta` says of it replaces what was said before.

    `table` has `date` (date32, or timestamp for finer data), `close`, and any of the other columns. A row that is
    stored already counts as same; a value that was empty is filled in. With `dry_run` nothing is written.
    Raises LevelsRefused, with nothing written, when a stored day has another value, or two given rows of one day
    differ; `lines` and `file` say where each row stood, for its problems. Raises ValueError for an ill-formed table.
    """
    if not SLUG.fullmatch(meta.code):
        raise ValueError(f"{meta.code!r} is no code of a series: write lower-case letters, digits and single hyphens")
    rows, is_intraday = _given(table)
    origin = _Origin(file or meta.code, [int(n) for n in lines] if lines is not None else None)
    root = levels_root()
    place = place_at(root)
    if dry_run:
        return _joined(
            root, rows, is_intraday, _entry_for(meta, is_intraday, _read_manifest(place, root)[1], origin), meta.code, origin
        ).report
    with place.locked():
        while True:
            before, entries = _read_manifest(place, root)
            entry = _entry_for(meta, is_intraday, entries, origin)
            joined = _joined(root, rows, is_intraday, entry, meta.code, origin)
            for name, content in joined.contents.items():
                place.write(name, content)
            if place.local is None and place.read(MANIFEST) != before:
                continue  # someone else wrote meanwhile: join with what is there now
            series = _series(_said(meta), joined.files, is_intraday, joined.report.revision)
            place.write(MANIFEST, _manifest({**entries, meta.code: _Entry(series, joined.files)}))
            _sweep(place, meta.code, joined.files, entry)
            return joined.report


@dataclass(frozen=True)
class _Origin:
    """Where given rows stood: a file, and the line of each row (its number in the table where None)."""

    file: str
    lines: list[int] | None

    def problem(self, row: int, column: str, value: str, remedy: str) -> Problem:
        return Problem(self.file, self.lines[row] if self.lines else row + 1, column, value, remedy)


@dataclass(frozen=True)
class _Joined:
    """A series after an append: its files, and the contents of those that are new."""

    files: tuple[_File, ...]
    contents: dict[str, pa.Buffer]
    report: AppendReport


def _entry_for(meta: SeriesMeta, is_intraday: bool, entries: dict[str, _Entry], origin: _Origin) -> _Entry | None:
    """The series as stored, or None. Raises LevelsRefused where it has days and the given rows times, or the reverse."""
    entry = entries.get(meta.code)
    if entry is not None and entry.series.is_intraday != is_intraday:
        has, given = ("days", "times of day") if is_intraday else ("times of day", "days")
        remedy = f"is stored with {has}, and this has {given}; give it another --code"
        raise LevelsRefused([Problem(origin.file, 0, "date", meta.code, remedy)])
    return entry


def _given(table: pa.Table) -> tuple[Rows, bool]:
    """A table as rows in the order given, and whether they carry times. Raises ValueError."""
    missing = [c for c in ("date", "close") if c not in table.column_names]
    if missing or table.num_rows == 0:
        raise ValueError(f"levels need rows with a date and a close; missing: {', '.join(missing) or 'every row'}")
    dates = table.column("date")
    is_intraday = pa.types.is_timestamp(dates.type)
    dates = dates.cast(pa.timestamp("ms") if is_intraday else pa.date32())
    values = {c: np.full(table.num_rows, np.nan) for c in VALUES}
    for name in VALUES:
        if name in table.column_names:
            values[name] = table.column(name).cast(pa.float64()).to_numpy() + 0.0  # so that there is one zero
    if dates.null_count or np.isnan(values["close"]).any() or any(np.isinf(v).any() for v in values.values()):
        raise ValueError("every row needs a date and a close, and no value may be infinite")
    return Rows(_numbers(dates), values), is_intraday


def _joined(root: str, rows: Rows, is_intraday: bool, entry: _Entry | None, code: str, origin: _Origin) -> _Joined:
    """What an append makes of a series. Raises LevelsRefused. Writes nothing."""
    files = {f.bucket: f for f in (entry.files if entry else ())}
    contents: dict[str, pa.Buffer] = {}
    n_new = 0
    refused: list[tuple[int, Problem]] = []
    buckets = _buckets(rows.times) if is_intraday else np.full(len(rows.times), "all")
    for bucket in np.unique(buckets).tolist():
        at = np.flatnonzero(buckets == bucket)
        stored = _stored(root, entry, files[bucket]) if entry and bucket in files else Rows.none(VALUES)
        given = rows.take(at)
        for i, column, other in clashes(stored, given):
            remedy = f"this day is known with {other:.15g}; keep one of the two, or remove the series and add it anew"
            refused.append((int(at[i]), origin.problem(int(at[i]), column, f"{given.values[column][i]:.15g}", remedy)))
        if refused:
            continue
        whole = merged(stored, given)
        n_new += len(whole.times) - len(stored.times)
        if bucket not in files or files[bucket].digest != whole.digest():
            content = _encoded(whole, is_intraday)
            name = f"series={code}/{bucket}-{hashlib.sha256(content).hexdigest()[:16]}.parquet"
            files[bucket] = _described(whole, name, bucket, is_intraday)
            contents[name] = content
    if refused:
        refused.sort(key=lambda one: (one[1].line, one[0]))
        raise LevelsRefused([problem for _, problem in refused], sorted({row for row, _ in refused}))
    ordered = tuple(files[b] for b in sorted(files))
    report = AppendReport(n_new, len(rows.times) - n_new, sum(f.n_rows for f in ordered), _revision(ordered, is_intraday))
    return _Joined(ordered, contents, report)


def _described(rows: Rows, name: str, bucket: str, is_intraday: bool) -> _File:
    first, last = rows.times[[0, -1]].astype("datetime64[ms]" if is_intraday else "datetime64[D]").astype("datetime64[D]")
    has_ohlc = ~np.isnan([rows.values[c] for c in ("open", "high", "low")]).any(axis=0)
    return _File(name, bucket, len(rows.times), str(first), str(last), bool(has_ohlc.any()), rows.digest())


def _buckets(times: np.ndarray) -> np.ndarray:
    return times.astype("datetime64[ms]").astype("datetime64[Y]").astype(str)


def _stored(root: str, entry: _Entry, file: _File) -> Rows:
    table = _read(root, _Entry(entry.series, (file,)), None, None, list(COLUMNS))
    return Rows(_numbers(table.column("date")), {c: table.column(c).to_numpy() for c in VALUES})


def _encoded(rows: Rows, is_intraday: bool) -> pa.Buffer:
    schema = _schema(is_intraday)
    times = pa.array(rows.times if is_intraday else rows.times.astype(np.int32)).view(schema.field("date").type)
    table = pa.Table.from_arrays([times, *(pa.array(rows.values[c], from_pandas=True) for c in VALUES)], schema=schema)
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        row_group_size=max(GROUP_ROWS, -(-table.num_rows // MOST_GROUPS)),
        compression="zstd",
        version="2.6",
        use_dictionary=False,
        column_encoding={"date": "DELTA_BINARY_PACKED", **dict.fromkeys(VALUES, "BYTE_STREAM_SPLIT")},
        write_statistics=["date"],
        store_schema=True,
    )
    return sink.getvalue()


def _sweep(place: Place, code: str, files: tuple[_File, ...], before: _Entry | None) -> None:
    """Take away the files that this append replaced, and any that an unfinished one left."""
    kept = {f.name for f in files}
    replaced = {f.name for f in before.files} if before else set()
    for name, age_s in place.names(f"series={code}"):
        if name not in kept and (name in replaced or (age_s is not None and age_s > _ABANDONED_S)):
            place.remove(name)


def remove(code: str) -> LoadedSeries:
    """Take a series out of the store with all its files. Raises KeyError when it is not loaded."""
    place = place_at(levels_root())
    with place.locked():
        _, entries = _read_manifest(place, levels_root())
        if code not in entries:
            raise KeyError(f"no series {code!r} is loaded; python -m data.levels list shows what is")
        gone = entries.pop(code)
        place.write(MANIFEST, _manifest(entries))
        place.remove_folder(f"series={code}")
    return gone.series
