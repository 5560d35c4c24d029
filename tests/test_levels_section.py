"""The sections of moves and levels as a reader gets them: with nothing loaded, and with a series of their own."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from components.words import LANGUAGES, Words
from data.levels import store
from tests.levels import meta, root, walk  # noqa: F401
from tests.test_pages import opened, text


@pytest.fixture
def loaded(root: Path) -> Path:  # noqa: F811
    """A store with an invented index and an invented benchmark."""
    for code, seed in (("made-up", 1), ("market", 2)):
        course = walk(seed)
        described = meta(code, benchmark="market") if code == "made-up" else meta(code)
        store.append(described, pa.table({"date": pa.array(course["date"].dt.date), "close": pa.array(course["close"])}))
    return root


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("view", ["moves", "levels"])
def test_with_nothing_loaded_a_sentence_and_one_command(root: Path, view: str, lang: str) -> None:  # noqa: F811
    at = opened("markets", lang=lang, view=view)
    assert not at.exception
    assert [w.value for w in at.warning] == []
    assert len(at.code) == 1
    assert at.code[0].value.startswith("python -m data.levels add ")
    assert Words(lang).t("levels.missing").split("，")[0][:40] in text(at)
    assert Words(lang).t("levels.kept") not in text(at)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_with_a_series_its_choices_and_its_line(loaded: Path, lang: str) -> None:
    at = opened("markets", lang=lang, view="levels")
    assert not at.exception
    assert [w.value for w in at.warning] == []
    assert not at.code
    assert Words(lang).t("levels.kept") in text(at)
    assert at.multiselect(f"f:levels-series:{lang}").value == ["made-up", "market"]
    assert ("Made up" if lang == "en" else "虚构") in text(at)


def test_the_choices_live_in_the_link(loaded: Path) -> None:
    at = opened("markets", lang="en", view="levels")
    at.selectbox("f:levels-event:base:en").set_value("EV017").run()
    assert at.query_params["event"] == "EV017"
    assert "15 Feb 2024 = 100" in text(at)
    at.multiselect("f:levels-series:en").set_value(["made-up"]).run()
    assert at.query_params["series"] == "made-up"
    at.multiselect("f:levels-series:en").set_value([]).run()
    assert "series" not in at.query_params


def test_a_beta_without_a_benchmark_says_what_is_missing(root: Path) -> None:  # noqa: F811
    course = walk(1)
    store.append(meta(), pa.table({"date": pa.array(course["date"].dt.date), "close": pa.array(course["close"])}))
    at = opened("markets", lang="en", view="levels", measure="beta")
    assert not at.exception
    assert Words("en").t("levels.no_beta") in [c.value for c in at.caption]


def test_a_series_of_other_sectors_is_offered_and_not_shown(loaded: Path) -> None:
    at = opened("markets", lang="en", view="levels", sector="games", cross="0")
    assert Words("en").t("levels.none_shown") in [c.value for c in at.caption]
    assert "stands furthest from its own first level" in text(at)


def test_a_store_that_cannot_be_read_is_said_and_stops_nothing(root: Path) -> None:  # noqa: F811
    root.mkdir()
    (root / "manifest.json").write_text("{", encoding="utf-8")
    at = opened("markets", lang="en", view="levels")
    assert len(at.warning) == 1
    assert "cannot be read" in at.warning[0].value
    assert "stands furthest from its own first level" in text(at)


def test_moves_are_listed_nearest_to_the_event(root: Path) -> None:  # noqa: F811
    at = opened("markets", lang="en")
    at.selectbox("f:levels-event:nearest:en").set_value("EV069").run()
    assert at.query_params["event"] == "EV069"
    assert not at.exception
