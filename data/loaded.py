"""The levels that somebody loaded, as charts see them: which series there are, and the rows of one."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from data.levels.store import LevelsUnreadable, LoadedSeries, levels_root, loaded_series, read_levels

log = logging.getLogger("reelshift")
#: How often a store elsewhere (s3://...) is asked whether it changed; a folder here is looked at each time.
ASK_AGAIN_S = 30.0


@dataclass(frozen=True)
class Loaded:
    """Loaded series and how to read one. Two are the same when they hold the same rows of the same series.

    `trouble` says in words why nothing can be read although something is there; "" otherwise.
    """

    series: tuple[LoadedSeries, ...] = ()
    trouble: str = ""
    _read: Callable[..., pa.Table] = field(default=read_levels, compare=False, repr=False)

    def find(self, code: str) -> LoadedSeries | None:
        """The series of that code, or None."""
        return next((s for s in self.series if s.code == code), None)

    def read(self, code: str, start: Any = None, end: Any = None, columns: Sequence[str] = ("date", "close")) -> pa.Table:
        """Rows of one series from `start` to `end`, sorted by time: see `data.levels.store.read_levels`."""
        return self._read(code, start, end, columns)


NOTHING_LOADED = Loaded()
_asked: tuple[float, str, Loaded] | None = None


def loaded_now() -> Loaded:
    """What is loaded now. Trouble with the store is logged and said on the page; it stops no other chart."""
    global _asked
    root = levels_root()
    if _asked is not None and _asked[1] == root and "://" in root and time.monotonic() - _asked[0] < ASK_AGAIN_S:
        return _asked[2]
    try:
        found = Loaded(loaded_series())
    except LevelsUnreadable as error:
        if _asked is None or _asked[2].trouble != str(error):
            log.error("%s", error)
        found = Loaded(trouble=str(error))
    _asked = (time.monotonic(), root, found)
    return found
