"""What is done beforehand: every chart in both languages, unless the server stops."""

from __future__ import annotations

from threading import Event

import pytest

from components import warm
from components.charts import CHARTS
from components.words import LANGUAGES


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(warm, "figure_of", lambda chart, tables, filters, lang: asked.append((lang, chart.slug)))
    monkeypatch.setattr(warm, "pack_large", lambda: None)
    monkeypatch.setattr(warm.gc, "freeze", lambda: None)
    return asked


def test_every_chart_is_drawn_in_both_languages(drawn: list[tuple[str, str]]) -> None:
    warm.warm(Event())
    assert drawn == [(lang, chart.slug) for lang in LANGUAGES for chart in CHARTS]


def test_a_server_that_stops_does_not_wait_for_them(drawn: list[tuple[str, str]]) -> None:
    stop = Event()
    stop.set()
    warm.warm(stop)
    assert len(drawn) == 1


def test_a_chart_that_fails_keeps_no_other_from_being_drawn(monkeypatch: pytest.MonkeyPatch, drawn: list[tuple[str, str]]) -> None:
    def fails_first(chart: object, tables: object, filters: object, lang: str) -> None:
        drawn.append((lang, ""))
        if len(drawn) == 1:
            raise RuntimeError("no")

    monkeypatch.setattr(warm, "figure_of", fails_first)
    warm.warm(Event())
    assert len(drawn) == len(LANGUAGES) * len(CHARTS)
