"""Questions that readers come with: from the overview the answer is found in three clicks, under the names that pages and controls have."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from components.charts import CHART, frame_of
from components.said import headline
from components.words import Words
from data.filters import Filters
from data.tables import Tables
from tests.test_pages import opened, text

EN = Words("en")
Click = Callable[[AppTest], AppTest]


def page(name: str) -> Click:
    """A name in the navigation."""
    return lambda at: at.switch_page(f"{name}.py").run()


def section(code: str) -> Click:
    """A section of the page."""
    return lambda at: at.segmented_control(key="f:view").set_value(code).run()


def sector(code: str) -> Click:
    """A sector in the filter bar."""
    return lambda at: at.pills(key="f:sector").set_value([code]).run()


#: Each question, what is clicked, and the chart whose finding answers it under which filters.
QUESTIONS: dict[str, tuple[tuple[Click, ...], str, Filters]] = {
    "who is for it and who against": ((page("opinions"),), "stance-distribution", Filters()),
    "do film and short drama see it differently": ((page("opinions"), section("division")), "theme-sector-map", Filters()),
    "who changed their mind": ((page("opinions"), section("speakers")), "changed-minds", Filters()),
    "did the tone change when Sora closed": ((page("opinions"), section("time")), "before-after", Filters()),
    "who pays for short-drama AI": (
        (sector("short_drama"), page("funding"), section("investors")),
        "investors",
        Filters(("short_drama",)),
    ),
    "how much of film's money is one company's": (
        (sector("film"), page("funding"), section("certainty")),
        "funding-concentration",
        Filters(("film",)),
    ),
    "which investors come together": ((page("funding"), section("investors")), "investor-pairs", Filters()),
    "what did games companies' shares do": ((sector("games"), page("markets")), "stated-moves", Filters(("games",))),
    "what did the market do around Sora": ((page("markets"), section("study")), "event-window", Filters()),
    "how long are the clips by now": ((page("technology"),), "model-frontier", Filters()),
    "how far can I trust the records": ((page("evidence"),), "audit-marks", Filters()),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_is_found_in_three_clicks(question: str, tables: Tables) -> None:
    clicks, slug, filters = QUESTIONS[question]
    assert len(clicks) <= 3
    at = opened("overview", lang="en")
    for click in clicks:
        at = click(at)
        assert not at.exception
    seen = text(at)
    for part in headline(CHART[slug].finding(frame_of(CHART[slug], tables, filters), EN), EN):
        assert part in seen
