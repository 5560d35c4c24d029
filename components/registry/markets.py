"""Charts of the markets page."""

from __future__ import annotations

from components.chart import Chart
from components.figures import events as event_figures
from components.figures import markets as market_figures
from data.frames import markets as market_frames

CHARTS = (
    Chart(
        slug="stated-moves",
        page="markets",
        tables=("index_moves", "series", "sources"),
        rows=market_frames.stated_moves_rows,
        frame=market_frames.stated_moves,
        figure=market_figures.stated_moves,
        finding=market_figures.stated_moves_finding,
        keys=("mark_id",),
        caveats=("two_points_not_a_line", "part_day_reading", "not_a_close", "no_benchmark"),
        height=market_figures.stated_moves_height,
    ),
    Chart(
        slug="index-levels",
        page="markets",
        tables=("index_moves", "sources"),
        rows=market_frames.index_levels_rows,
        frame=market_frames.index_levels,
        figure=market_figures.index_levels,
        finding=market_figures.index_levels_finding,
        keys=("move_id",),
        caveats=("two_points_not_a_line", "not_a_close"),
        height=market_figures.index_levels_height,
    ),
    Chart(
        slug="events-timeline",
        page="markets",
        tables=("events", "sources"),
        rows=market_frames.events_timeline_rows,
        frame=market_frames.events_timeline,
        figure=event_figures.events_timeline,
        finding=event_figures.events_timeline_finding,
        keys=("event_id",),
        caveats=("month_precision", "sectors_multiple", "coverage_uneven"),
        height=event_figures.events_timeline_height,
    ),
)
