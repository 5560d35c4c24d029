"""Large numbers in Chinese as the reader wants them: 12.3亿美元 or US$1.23bn, one choice in the link."""

from __future__ import annotations

from components.charts import CHART, figure_of, finding_of, frame_of
from components.figures.money import printed
from components.words import Words
from data.filters import Filters
from data.tables import Tables
from tests.test_pages import finding, opened, text


def test_the_choice_stands_on_chinese_pages_and_in_the_link(tables: Tables) -> None:
    findings = [finding("funding-timeline", tables, Filters(units=units), Words("zh", units)) for units in ("wan", "bn")]
    at = opened("funding", lang="zh")
    assert [said in text(at) for said in findings] == [True, False]
    at.button_group(key="f:units").set_value("bn").run()
    assert at.query_params["units"] == "bn"
    assert [said in text(at) for said in findings] == [False, True]
    assert not [button.key for button in at.button if button.key == "clear"], "how numbers are written is no filter to lift"
    assert not [group for group in opened("funding", lang="en").button_group if group.key == "f:units"]


def test_figures_and_findings_follow_and_frames_do_not(tables: Tables) -> None:
    chart, other = CHART["funding-timeline"], Filters(units="bn")
    assert "亿美元" in finding_of(chart, tables, Filters(), "zh")
    assert "亿美元" not in finding_of(chart, tables, other, "zh")
    # Labels and axes, not hover boxes: these quote the records' notes, whose amounts stay as they were written.
    drawn = [str(figure_of(chart, tables, filters, "zh").layout.to_plotly_json()) for filters in (Filters(), other)]
    assert ["亿美元" in labels for labels in drawn] == [True, False]
    assert ["US$" in labels for labels in drawn] == [False, True]
    assert frame_of(chart, tables, other) is frame_of(chart, tables, Filters())
    assert finding_of(chart, tables, other, "en") == finding_of(chart, tables, Filters(), "en")


def test_amounts_as_printed_follow_too() -> None:
    assert printed(3.5e9, "CNY", Words("zh")) == "35亿元人民币"
    assert printed(3.5e9, "CNY", Words("zh", "bn")) == printed(3.5e9, "CNY", Words("en")) == "CNY 3.5bn"
