"""Several files as one ZIP whose bytes depend on nothing but the files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

#: No clock in the file: the oldest time that the format can say.
_TIME = (1980, 1, 1, 0, 0, 0)
#: Packed already.
_STORED = (".png", ".parquet", ".xlsx")


def pack(files: Mapping[str, bytes]) -> bytes:
    """The files by name, in the order given, as a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in files.items():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, body, zipfile.ZIP_STORED if name.endswith(_STORED) else zipfile.ZIP_DEFLATED)
    return out.getvalue()
