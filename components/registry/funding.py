"""Charts of the funding page."""

from __future__ import annotations

from components.chart import Chart
from components.figures import funding_by_quarter, funding_by_stage, funding_timeline
from data.frames import funding as funding_frames

CHARTS = (
    Chart(
        slug="funding-timeline",
        page="funding",
        tables=("funding_rounds", "sources"),
        rows=funding_frames.funding_timeline_rows,
        frame=funding_frames.funding_timeline,
        figure=funding_timeline.funding_timeline,
        finding=funding_timeline.funding_timeline_finding,
        keys=("round_id",),
        caveats=("undisclosed_amounts", "overlapping_rounds", "general_models_dominate", "month_precision", "coverage_uneven"),
        height=funding_timeline.funding_timeline_height,
    ),
    Chart(
        slug="funding-by-quarter",
        page="funding",
        tables=("funding_rounds",),
        rows=funding_frames.funding_by_quarter_rows,
        frame=funding_frames.funding_by_quarter,
        figure=funding_by_quarter.funding_by_quarter,
        finding=funding_by_quarter.funding_by_quarter_finding,
        keys=("period_quarter", "money_group", "amount_class"),
        caveats=("undisclosed_amounts", "lower_bound", "upper_bound", "overlapping_rounds", "cancelled_not_counted", "coverage_uneven"),
        height=funding_by_quarter.funding_by_quarter_height,
    ),
    Chart(
        slug="funding-by-stage",
        page="funding",
        tables=("funding_rounds",),
        rows=funding_frames.funding_by_stage_rows,
        frame=funding_frames.funding_by_stage,
        figure=funding_by_stage.funding_by_stage,
        finding=funding_by_stage.funding_by_stage_finding,
        keys=("money_group", "stage"),
        caveats=("undisclosed_amounts", "small_sample", "lower_bound", "upper_bound", "general_models_dominate"),
        height=funding_by_stage.funding_by_stage_height,
    ),
)
