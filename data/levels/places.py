"""A folder of files, on this machine or in an object store, with what the store of levels asks of it.

- A file appears whole or not at all: locally written beside and renamed, elsewhere one upload.
- `stamp` tells one version of a small file from the next without reading it, where the place can.
- `locked` lets one writer in at a time on this machine. Object stores have no such lock: one writer at a time is
  the user's to keep there.
"""

from __future__ import annotations

import importlib
import os
import tempfile
import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.fs as pafs

#: A remote file changed less than this ago may change again within the same second of its time stamp.
_SETTLED_S = 2.0


class PlaceUnreadable(Exception):
    """The place cannot be reached or has no such form; the message says what to do."""


@dataclass(frozen=True)
class Place:
    """One folder. `local` is its path where it lies on this machine, else None."""

    base: str
    local: Path | None
    files: pafs.FileSystem = field(compare=False, repr=False)

    def path(self, name: str) -> str:
        return f"{self.base}/{name}"

    def read(self, name: str) -> bytes | None:
        """A small file's bytes; None where there is none."""
        try:
            with self.files.open_input_stream(self.path(name)) as stream:
                return bytes(stream.read())
        except FileNotFoundError:
            return None

    def open(self, name: str) -> pa.NativeFile:
        """A file to read from anywhere in it. Raises FileNotFoundError."""
        if self.local is not None:
            return pa.memory_map(str(self.local / name))
        return self.files.open_input_file(self.path(name))

    def write(self, name: str, content: bytes | pa.Buffer) -> None:
        """Put a file there, whole, in place of any other of that name."""
        if self.local is None:
            self.files.create_dir(self.path(name).rpartition("/")[0], recursive=True)
            with self.files.open_output_stream(self.path(name)) as stream:
                stream.write(content)
            return
        target = self.local / name
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(prefix=".new-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(memoryview(content))
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(beside, 0o644)
            os.replace(beside, target)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise

    def remove(self, name: str) -> None:
        """Take a file away; no matter when it is not there."""
        try:
            self.files.delete_file(self.path(name))
        except FileNotFoundError:
            return

    def remove_folder(self, name: str) -> None:
        """Take a folder away with all in it; no matter when it is not there."""
        try:
            self.files.delete_dir(self.path(name))
        except FileNotFoundError:
            return

    def names(self, folder: str) -> list[tuple[str, float | None]]:
        """(name, age in seconds where known) of the files directly in a folder."""
        found = self.files.get_file_info(pafs.FileSelector(self.path(folder), allow_not_found=True))
        now = time.time()
        return [
            (f"{folder}/{info.base_name}", now - info.mtime_ns / 1e9 if info.mtime_ns else None)
            for info in found
            if info.type == pafs.FileType.File
        ]

    def stamp(self, name: str) -> Hashable | None:
        """What changes whenever the file does; None where the place cannot tell, () where there is no file."""
        if self.local is not None:
            try:
                found = os.stat(self.local / name)
            except (FileNotFoundError, NotADirectoryError):
                return ()
            return (found.st_mtime_ns, found.st_size, found.st_ino)
        info = self.files.get_file_info(self.path(name))
        if info.type == pafs.FileType.NotFound:
            return ()
        if not info.mtime_ns or time.time() - info.mtime_ns / 1e9 < _SETTLED_S:
            return None
        return (info.mtime_ns, info.size)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone until done, among all processes and threads of this machine."""
        if self.local is None:
            yield
            return
        self.local.mkdir(parents=True, exist_ok=True)
        with (self.local / ".lock").open("a+b") as file:
            _lock(file.fileno())
            try:
                yield
            finally:
                _unlock(file.fileno())


try:
    import fcntl
except ImportError:  # Windows

    def _lock(handle: int) -> None:
        msvcrt = importlib.import_module("msvcrt")
        while True:
            os.lseek(handle, 0, os.SEEK_SET)
            try:
                msvcrt.locking(handle, msvcrt.LK_LOCK, 1)  # tries for ten seconds, then raises
                return
            except OSError:
                time.sleep(0.1)

    def _unlock(handle: int) -> None:
        msvcrt = importlib.import_module("msvcrt")
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


_places: dict[str, Place] = {}


def place_at(root: str) -> Place:
    """The folder that a path or address names: a path, file://, s3://, gs:// (pyarrow), or any that fsspec knows.

    Raises PlaceUnreadable.
    """
    if root not in _places:
        _places[root] = _open(root)
    return _places[root]


def _open(root: str) -> Place:
    scheme, mark, rest = root.partition("://")
    if not mark:
        folder = Path(root).expanduser().absolute()
        return Place(folder.as_posix(), folder, pafs.LocalFileSystem())
    try:
        if scheme in ("file", "s3", "gs", "gcs", "abfs", "abfss", "hdfs", "viewfs"):
            files, base = pafs.FileSystem.from_uri(root)
            local = Path(base) if isinstance(files, pafs.LocalFileSystem) else None
            return Place(base.rstrip("/"), local, files)
        fsspec = importlib.import_module("fsspec")
        return Place(rest.rstrip("/") or scheme, None, pafs.PyFileSystem(pafs.FSSpecHandler(fsspec.filesystem(scheme))))
    except (ImportError, ValueError, OSError, pa.ArrowException) as error:
        raise PlaceUnreadable(f"{root} cannot be opened ({error}); name a folder, or install the fsspec package for {scheme}://") from error
