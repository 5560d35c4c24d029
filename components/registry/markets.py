"""Charts of the markets page."""

from __future__ import annotations

from components.chart import Chart
from components.figures import event_pooled, event_window
from components.figures import events as event_figures
from components.figures import index_levels as level_figures
from components.figures import markets as market_figures
from data.frames import event_studies
from data.frames import index_levels as level_frames
from data.frames import markets as market_frames

CHARTS = (
    Chart(
        slug="stated-moves",
        page="markets",
        tables=("index_moves", "series", "events", "sources"),
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
        tables=("index_moves", "events", "sources"),
        rows=level_frames.index_levels_rows,
        frame=level_frames.index_levels,
        figure=level_figures.index_levels,
        finding=level_figures.index_levels_finding,
        keys=("move_id",),
        caveats=("two_points_not_a_line", "not_a_close"),
        height=level_figures.index_levels_height,
        section="levels",
    ),
    Chart(
        slug="event-window",
        page="markets",
        tables=("events", "opinions", "funding_rounds", "index_moves", "series", "entities", "sources"),
        rows=event_studies.event_window_rows,
        frame=event_studies.event_window,
        figure=event_window.event_window,
        finding=event_window.event_window_finding,
        keys=("study_mark",),
        caveats=("abnormal_not_caused", "event_day_elsewhere", "two_points_not_a_line", "no_benchmark", "coverage_uneven"),
        height=event_window.event_window_height,
        usual_event=event_studies.FIRST_STUDIED,
        section="study",
    ),
    Chart(
        slug="event-pooled",
        page="markets",
        tables=("events", "index_moves", "series", "sources"),
        rows=event_studies.event_pooled_rows,
        frame=event_studies.event_pooled,
        figure=event_pooled.event_pooled,
        finding=event_pooled.event_pooled_finding,
        keys=("study_mark",),
        caveats=("abnormal_not_caused", "windows_shared", "event_day_elsewhere", "no_benchmark"),
        height=event_pooled.event_pooled_height,
        section="study",
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
        section="events",
    ),
)
