"""Charts of the overview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from components import narrowing
from components.chart import Chart
from components.figures import around as around_figures
from components.figures import impact_timeline as timeline_figures
from components.figures import overview as overview_figures
from data.filters import Filters
from data.frames import around as around_frames
from data.frames import debate as debate_frames
from data.frames import impact_timeline as timeline_frames
from data.frames import overview as overview_frames
from data.frames.common import collected
from data.tables import Tables


@dataclass(frozen=True)
class Timeline(Chart):
    """A chart with marks that stand for several records: a balance for the voices of its months, a cell for what it counts."""

    def behind(self, tables: Tables, filters: Filters, mark: dict[str, Any]) -> pd.DataFrame:
        """The records behind one mark, each once; a loaded series has none."""
        if timeline_frames.stands_for_several(mark):
            return collected(timeline_frames.records_of(self.rows(tables, filters), mark))
        found = super().behind(tables, filters, mark)
        return found[found["lane"] != "levels"]


CHARTS = (
    Timeline(
        slug="impact-timeline",
        page="overview",
        tables=("opinions", "funding_rounds", "index_moves", "events", "series", "sources"),
        rows=timeline_frames.impact_timeline_rows,
        frame=timeline_frames.impact_timeline,
        figure=timeline_figures.impact_timeline,
        finding=timeline_figures.impact_timeline_finding,
        keys=("table", "record_id"),
        caveats=(
            "collection_not_poll",
            "small_sample",
            "month_precision",
            "general_models_dominate",
            "undisclosed_amounts",
            "two_points_not_a_line",
            "no_benchmark",
            "part_day_reading",
        ),
        height=timeline_figures.impact_timeline_height,
        narrows=narrowing.to_event,
    ),
    Chart(
        slug="event-around",
        page="overview",
        tables=("opinions", "funding_rounds", "index_moves", "events", "series", "sources"),
        rows=around_frames.event_around_rows,
        frame=around_frames.event_around,
        figure=around_figures.event_around,
        finding=around_figures.event_around_finding,
        keys=("sector", "table", "mark_id"),
        caveats=(
            "collection_not_poll",
            "month_precision",
            "sectors_multiple",
            "undisclosed_amounts",
            "general_models_dominate",
            "two_points_not_a_line",
            "no_benchmark",
            "part_day_reading",
            "coverage_uneven",
        ),
        height=around_figures.event_around_height,
        usual_event=debate_frames.FIRST_EVENT,
        narrows=narrowing.to_event,
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
        height=overview_figures.sector_summary_height,
    ),
)
