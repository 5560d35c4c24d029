"""The event study: what a series did around an event beyond what it would have done anyway, and how sure that is.

Pure functions of frames with `date` and `close`; numpy and pandas alone. Start with `event_window` for one event
and `pooled` for several; both give a `Refusal` with a coded reason where there is too little to compute from.
"""

from data.event_study.courses import SESSIONS_A_YEAR, drawdown, rebased, rolling_beta, rolling_volatility
from data.event_study.pooling import SMALL, PooledWindows, pooled
from data.event_study.returns import RETURNS, daily_closes, daily_returns, paired, trading_day
from data.event_study.single import ESTIMATION, MODELS, MOVES, REASONS, WINDOW, EventWindow, Refusal, event_window

__all__ = [
    "ESTIMATION",
    "MODELS",
    "MOVES",
    "REASONS",
    "RETURNS",
    "SESSIONS_A_YEAR",
    "SMALL",
    "WINDOW",
    "EventWindow",
    "PooledWindows",
    "Refusal",
    "daily_closes",
    "daily_returns",
    "drawdown",
    "event_window",
    "paired",
    "pooled",
    "rebased",
    "rolling_beta",
    "rolling_volatility",
    "trading_day",
]
