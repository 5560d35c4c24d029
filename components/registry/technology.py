"""Charts of the technology page."""

from __future__ import annotations

from components.chart import Chart
from components.figures import technology as technology_figures
from data.frames import technology as technology_frames

CHARTS = (
    Chart(
        slug="model-frontier",
        page="technology",
        tables=("models", "sources"),
        rows=technology_frames.model_frontier_rows,
        frame=technology_frames.model_frontier,
        figure=technology_figures.model_frontier,
        finding=technology_figures.model_frontier_finding,
        keys=("model_id",),
        caveats=("company_claim", "sources_disagree", "month_precision"),
        height=technology_figures.model_frontier_height,
    ),
    Chart(
        slug="compute-gap",
        page="technology",
        tables=("indicators", "sources"),
        rows=technology_frames.compute_gap_rows,
        frame=technology_frames.compute_gap,
        figure=technology_figures.compute_gap,
        finding=technology_figures.compute_gap_finding,
        keys=("compute_part",),
        caveats=("forecast", "estimate"),
        height=technology_figures.compute_gap_height,
    ),
    Chart(
        slug="production-yield",
        page="technology",
        tables=("indicators", "sources"),
        rows=technology_frames.production_yield_rows,
        frame=technology_frames.production_yield,
        figure=technology_figures.production_yield,
        finding=technology_figures.production_yield_finding,
        keys=("indicator_id",),
        caveats=("lower_bound", "upper_bound", "estimate", "small_sample"),
        height=technology_figures.production_yield_height,
    ),
)
