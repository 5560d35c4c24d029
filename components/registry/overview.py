"""Charts of the overview."""

from __future__ import annotations

from components.chart import Chart
from components.figures import overview as overview_figures
from data.frames import overview as overview_frames

CHARTS = (
    Chart(
        slug="impact-timeline",
        page="overview",
        tables=("opinions", "funding_rounds", "index_moves", "events"),
        rows=overview_frames.impact_timeline_rows,
        frame=overview_frames.impact_timeline,
        figure=overview_figures.impact_timeline,
        finding=overview_figures.impact_timeline_finding,
        keys=("table", "record_id"),
        caveats=("collection_not_poll", "month_precision", "general_models_dominate", "undisclosed_amounts", "part_day_reading"),
        height=lambda frame: 680,
    ),
    Chart(
        slug="sector-summary",
        page="overview",
        tables=("opinions", "funding_rounds", "events"),
        rows=overview_frames.sector_summary_rows,
        frame=overview_frames.sector_summary,
        figure=overview_figures.sector_summary,
        finding=overview_figures.sector_summary_finding,
        keys=("sector", "table"),
        caveats=("collection_not_poll", "sectors_multiple", "lower_bound", "general_models_dominate"),
        height=lambda frame: 90 + 44 * frame["sector"].nunique(),
    ),
)
