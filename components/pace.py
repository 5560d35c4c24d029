"""How much one client may ask in a minute, so that one cannot stop the others.

Counted per client address in this process. REELSHIFT_RATE sets it (`600/minute` unless said otherwise; `0` lifts it).
"""

from __future__ import annotations

import math
import os
import time
from functools import lru_cache

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

RATE_VARIABLE = "REELSHIFT_RATE"
USUAL = "600/minute"
#: What an answer costs by its ending: those that a browser draws or that hold several files more than others.
COSTS = {"png": 10, "svg": 10, "zip": 10, "pdf": 30, "html": 5}

_limiter = MovingWindowRateLimiter(MemoryStorage())


@lru_cache(maxsize=4)
def _rate(written: str) -> RateLimitItem | None:
    return None if written in ("0", "off", "") else parse(written)


def wait_s(client: str, ending: str) -> int:
    """Seconds that a client has to wait for this answer; 0 where it may have it, which is then counted."""
    rate = _rate(os.environ.get(RATE_VARIABLE, USUAL))
    if rate is None or _limiter.hit(rate, client, cost=COSTS.get(ending, 1)):
        return 0
    return max(1, math.ceil(_limiter.get_window_stats(rate, client).reset_time - time.time()))
