"""Charts of the evidence page."""

from __future__ import annotations

from components.chart import Chart
from components.figures import evidence as evidence_figures
from components.figures import reliability as reliability_figures
from data.filters import DATED_TABLES
from data.frames import evidence as evidence_frames
from data.frames import reliability as reliability_frames

CHARTS = (
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
        height=lambda frame: 446,
    ),
)
