"""The registry of charts: the page, the addresses, the tests and the catalogue all read it.

To add a chart: write its rows and frame functions in `data/frames/<page>.py`, its figure and finding
functions in `components/figures/<page>.py`, declare it here, and give its words in
`components/text/<page>.yaml` under `charts.<slug>`: `title`, `how_to_read`, `how_made`, and whatever
its finding and figure say. Nothing else needs to know of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import narwhals as nw
import pandas as pd
import plotly.graph_objects as go

from components import narrowing
from components.figures import debate as debate_figures
from components.figures import events as event_figures
from components.figures import evidence as evidence_figures
from components.figures import funding_by_quarter, funding_by_stage, funding_timeline
from components.figures import markets as market_figures
from components.figures import opinions as opinion_figures
from components.figures import overview as overview_figures
from components.figures import reliability as reliability_figures
from components.figures import speakers as speaker_figures
from components.figures import surveys as survey_figures
from components.figures import technology as technology_figures
from components.words import Words
from data.filters import DATED_TABLES, Filters
from data.frames import debate as debate_frames
from data.frames import evidence as evidence_frames
from data.frames import funding as funding_frames
from data.frames import markets as market_frames
from data.frames import opinions as opinion_frames
from data.frames import overview as overview_frames
from data.frames import reliability as reliability_frames
from data.frames import speakers as speaker_frames
from data.frames import surveys as survey_frames
from data.frames import technology as technology_frames
from data.frames.common import collected
from data.tables import Tables


@dataclass(frozen=True)
class Chart:
    """One chart.

    slug      Its address and its name in links and file names.
    page      The page that shows it, or that its address belongs to.
    tables    The tables that it needs; the first is the one whose rows it counts.
    rows      The records behind it, lazy.
    frame     What is drawn and downloaded, from those rows.
    figure    Frame and words to figure.
    finding   Frame and words to a sentence that the frame carries, for the title and the text alternative.
    keys      The columns of the frame that lead from a mark to its records; they exist in `rows` too.
    address_only  Whether it is served at its address and shown on no page (a wider chart shows it there).
    caveats   Codes of the dictionary's caveats, shown with the chart.
    narrows   The filters that a click on a mark sets, as (parameter, code); without any the click shows the records.
    height    Pixels, for a frame of a given number of rows.
    """

    slug: str
    page: str
    tables: tuple[str, ...]
    rows: Callable[[Tables, Filters], nw.LazyFrame[Any]]
    frame: Callable[[nw.LazyFrame[Any], Filters], pd.DataFrame]
    figure: Callable[[pd.DataFrame, Words], go.Figure]
    finding: Callable[[pd.DataFrame, Words], str]
    keys: tuple[str, ...]
    address_only: bool = False
    caveats: tuple[str, ...] = ()
    narrows: Callable[[dict[str, Any]], list[tuple[str, str]]] = narrowing.no_filter
    height: Callable[[pd.DataFrame], int] = lambda frame: 380

    def behind(self, tables: Tables, filters: Filters, mark: dict[str, Any]) -> pd.DataFrame:
        """The records behind one mark (a row of the frame), each once."""
        rows = self.rows(tables, filters)
        for key in self.keys:
            value = mark[key]
            missing = value is None or value != value
            rows = rows.filter(nw.col(key).is_null() if missing else nw.col(key) == value)
        return collected(rows)


CHARTS: tuple[Chart, ...] = (
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
    Chart(
        slug="stance-by-sector",
        page="opinions",
        tables=("opinions",),
        rows=opinion_frames.stance_by_sector_rows,
        frame=opinion_frames.stance_by_sector,
        figure=opinion_figures.stance_by_sector,
        finding=opinion_figures.stance_by_sector_finding,
        keys=("sector", "stance"),
        narrows=narrowing.by_columns("sector", "stance"),
        address_only=True,
        caveats=("collection_not_poll", "machine_coded", "sectors_multiple"),
        height=lambda frame: 115 + 52 * frame["sector"].nunique(),
    ),
    Chart(
        slug="stance-by-theme",
        page="opinions",
        tables=("opinions",),
        rows=opinion_frames.stance_by_theme_rows,
        frame=opinion_frames.stance_by_theme,
        figure=opinion_figures.stance_by_theme,
        finding=opinion_figures.stance_by_theme_finding,
        keys=("theme", "stance"),
        narrows=narrowing.by_columns("theme", "stance"),
        address_only=True,
        caveats=("collection_not_poll", "machine_coded", "small_sample"),
        height=lambda frame: 120 + 47 * frame["theme"].nunique(),
    ),
    Chart(
        slug="stance-over-time",
        page="opinions",
        tables=("opinions", "sources"),
        rows=opinion_frames.stance_over_time_rows,
        frame=opinion_frames.stance_over_time,
        figure=opinion_figures.stance_over_time,
        finding=opinion_figures.stance_over_time_finding,
        keys=("period_quarter",),
        narrows=narrowing.by_quarter,
        caveats=("collection_not_poll", "machine_coded", "month_precision", "dates_inferred"),
        height=lambda frame: 500 if frame["balance_points"].notna().any() else 360,
    ),
    Chart(
        slug="stance-distribution",
        page="opinions",
        tables=("opinions",),
        rows=debate_frames.stance_distribution_rows,
        frame=debate_frames.stance_distribution,
        figure=debate_figures.stance_distribution,
        finding=debate_figures.stance_distribution_finding,
        keys=("split", "group", "stance"),
        caveats=("collection_not_poll", "machine_coded", "sectors_multiple", "small_sample", "coverage_uneven"),
        narrows=debate_figures.stance_distribution_narrows,
        height=debate_figures.stance_distribution_height,
    ),
    Chart(
        slug="division-by-theme",
        page="opinions",
        tables=("opinions",),
        rows=debate_frames.division_by_theme_rows,
        frame=debate_frames.division_by_theme,
        figure=debate_figures.division_by_theme,
        finding=debate_figures.division_by_theme_finding,
        keys=("theme",),
        caveats=("collection_not_poll", "machine_coded", "small_sample", "coverage_uneven"),
        narrows=lambda mark: [("theme", str(mark["theme"]))],
        height=debate_figures.division_by_theme_height,
    ),
    Chart(
        slug="theme-sector-map",
        page="opinions",
        tables=("opinions",),
        rows=debate_frames.theme_sector_map_rows,
        frame=debate_frames.theme_sector_map,
        figure=debate_figures.theme_sector_map,
        finding=debate_figures.theme_sector_map_finding,
        keys=("theme", "sector"),
        caveats=("collection_not_poll", "machine_coded", "sectors_multiple", "small_sample", "coverage_uneven"),
        narrows=debate_figures.theme_sector_map_narrows,
        height=debate_figures.theme_sector_map_height,
    ),
    Chart(
        slug="before-after",
        page="opinions",
        tables=("opinions", "events"),
        rows=debate_frames.before_after_rows,
        frame=debate_frames.before_after,
        figure=debate_figures.before_after,
        finding=debate_figures.before_after_finding,
        keys=("side", "stance"),
        caveats=("collection_not_poll", "machine_coded", "month_precision", "dates_inferred", "small_sample", "coverage_uneven"),
        height=debate_figures.before_after_height,
    ),
    Chart(
        slug="changed-minds",
        page="opinions",
        tables=("opinions",),
        rows=speaker_frames.changed_minds_rows,
        frame=speaker_frames.changed_minds,
        figure=speaker_figures.changed_minds,
        finding=speaker_figures.changed_minds_finding,
        keys=("speaker_id", "pair_theme"),
        caveats=("collection_not_poll", "machine_coded", "small_sample", "dates_inferred"),
        narrows=lambda mark: [("speaker", str(mark["speaker_id"]))],
        height=speaker_figures.changed_minds_height,
    ),
    Chart(
        slug="speaker-path",
        page="opinions",
        tables=("opinions", "sources"),
        rows=speaker_frames.speaker_path_rows,
        frame=speaker_frames.speaker_path,
        figure=speaker_figures.speaker_path,
        finding=speaker_figures.speaker_path_finding,
        keys=("opinion_id",),
        caveats=("machine_coded", "month_precision", "dates_inferred", "coverage_uneven"),
        height=speaker_figures.speaker_path_height,
    ),
    Chart(
        slug="surveys-over-time",
        page="opinions",
        tables=("indicators", "sources"),
        rows=survey_frames.surveys_over_time_rows,
        frame=survey_frames.surveys_over_time,
        figure=survey_figures.surveys_over_time,
        finding=survey_figures.surveys_over_time_finding,
        keys=("indicator_id",),
        caveats=("month_precision", "repost_or_translation", "coverage_uneven"),
        height=survey_figures.surveys_over_time_height,
    ),
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
    Chart(
        slug="coverage",
        page="evidence",
        tables=evidence_frames.COVERED,
        rows=evidence_frames.coverage_rows,
        frame=evidence_frames.coverage,
        figure=evidence_figures.coverage,
        finding=evidence_figures.coverage_finding,
        keys=("table", "sector", "period_quarter"),
        caveats=("coverage_uneven", "month_precision", "sectors_multiple"),
        height=lambda frame: 120 + 24 * len(evidence_frames.COVERED) * (1 + frame["sector"].nunique()),
    ),
    Chart(
        slug="audit-marks",
        page="evidence",
        tables=DATED_TABLES,
        rows=evidence_frames.audit_marks_rows,
        frame=evidence_frames.audit_marks,
        figure=evidence_figures.audit_marks,
        finding=evidence_figures.audit_marks_finding,
        keys=("table", "audit"),
        height=lambda frame: 110 + 48 * frame["table"].nunique(),
    ),
    Chart(
        slug="coder-agreement",
        page="evidence",
        tables=("opinions",),
        rows=reliability_frames.coder_agreement_rows,
        frame=reliability_frames.coder_agreement,
        figure=reliability_figures.coder_agreement,
        finding=reliability_figures.coder_agreement_finding,
        keys=("stance", "stance_second"),
        caveats=("machine_coded", "small_sample"),
        height=lambda frame: 420,
    ),
)

CHART = {chart.slug: chart for chart in CHARTS}


@lru_cache(maxsize=32)
def _rows(tables: Tables, slug: str, filters: Filters) -> pd.DataFrame:
    return collected(CHART[slug].rows(tables, filters))


def rows_of(chart: Chart, tables: Tables, filters: Filters) -> pd.DataFrame:
    """Every record behind the chart. Shared and kept a while: not to be changed in place."""
    return _rows(tables, chart.slug, filters)


@lru_cache(maxsize=512)
def _frame(tables: Tables, slug: str, filters: Filters) -> pd.DataFrame:
    rows = rows_of(CHART[slug], tables, filters)
    return CHART[slug].frame(nw.from_native(rows).lazy(), filters)


@lru_cache(maxsize=1024)
def _finding(tables: Tables, slug: str, filters: Filters, lang: str) -> str:
    return CHART[slug].finding(_frame(tables, slug, filters), Words(lang))


def finding_of(chart: Chart, tables: Tables, filters: Filters, lang: str) -> str:
    """The sentence that the chart's frame carries, in one language."""
    return _finding(tables, chart.slug, filters, lang)


@lru_cache(maxsize=512)
def _figure(tables: Tables, slug: str, filters: Filters, lang: str) -> go.Figure:
    chart = CHART[slug]
    frame = _frame(tables, slug, filters)
    drawn = chart.figure(frame, Words(lang))
    drawn.update_layout(height=chart.height(frame))
    return drawn


def frame_of(chart: Chart, tables: Tables, filters: Filters) -> pd.DataFrame:
    """What the chart draws and the reader downloads. Shared and kept: not to be changed in place."""
    return _frame(tables, chart.slug, filters)


def figure_of(chart: Chart, tables: Tables, filters: Filters, lang: str) -> go.Figure:
    """The figure of that frame in one language. Shared and kept: not to be changed in place."""
    return _figure(tables, chart.slug, filters, lang)
