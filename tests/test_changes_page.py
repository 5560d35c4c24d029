"""Links that carry a data version, and the list of versions on the evidence page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.changes import in_view
from components.feeds import change_words, in_short
from components.words import LANGUAGES, Words
from data.catalog import TABLE_NAMES
from data.filters import Filters
from data.tables import open_tables
from data.versions import Change, changes_since, manifests, tables_at

FIRST = "2026-11-22-36b72b89"
SITE = str(Path("pages/site.py").resolve())
NOW = open_tables()


def opened(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(SITE, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page != "overview":
        app.switch_page(f"{page}.py")
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in (*app.markdown, *app.caption)).replace("\\", "").replace("\u00a0", " ")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_older_version_is_said_above_the_page_with_what_changed_in_it(lang: str) -> None:
    app = opened("technology", version=FIRST, lang=lang)
    said = texts(app)
    assert FIRST in said
    assert NOW.version in said
    words = Words(lang)
    changed = in_view(changes_since(FIRST, NOW), tables_at(FIRST), NOW, ("models", "indicators"), Filters())
    assert changed
    assert words.t("changes.here", n=len(changed)) in [e.label for e in app.expander]
    assert words.label("sample_size", "indicators") in said
    [button] = [b for b in app.button if b.key == "newest"]
    button.click().run()
    assert FIRST not in texts(app)


def test_a_view_without_a_change_says_so() -> None:
    assert Words("en").t("changes.nothing_here") in texts(opened("opinions", version=FIRST, lang="en"))


def test_an_unknown_version_shows_the_newest_and_names_the_kept_ones() -> None:
    said = texts(opened("opinions", version="2020-01-01-00000000", lang="en"))
    assert "2020-01-01-00000000 is not known" in said
    assert all(m.version in said for m in manifests())


def test_the_newest_version_needs_no_notice() -> None:
    assert Words("en").t("changes.newest") not in [b.label for b in opened("opinions", version=NOW.version, lang="en").button]


def test_changes_outside_the_selection_are_left_out() -> None:
    changes = changes_since(FIRST, NOW)
    then = tables_at(FIRST)
    every = in_view(changes, then, NOW, ("indicators",), Filters())
    few = in_view(changes, then, NOW, ("indicators",), Filters(("short_drama",), cross=False))
    assert {c.key for c in few} < {c.key for c in every}


def test_a_change_is_said_in_words() -> None:
    change = Change("models", "M1", "changed", (("max_clip_s", None, 20.0), ("model_name", "a", "b")))
    assert change_words(change, Words("en")).startswith("Video models M1: changed: ")
    assert "(empty) → 20" in change_words(change, Words("en"))
    assert "（空） → 20" in change_words(change, Words("zh"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_evidence_page_lists_every_version(lang: str) -> None:
    app = opened("evidence", lang=lang, view="changes")
    labels = " ".join(e.label for e in app.expander).replace("\\", "")
    assert all(m.version in labels for m in manifests())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_version_says_in_its_heading_how_much_it_changed_and_the_newest_is_open(lang: str) -> None:
    words, known = Words(lang), manifests()
    app = opened("evidence", lang=lang, view="changes")
    assert [e.proto.expanded for e in app.expander] == [True] + [False] * (len(known) - 1)
    labels = [e.label.replace("\\", "") for e in app.expander]
    for manifest, label in zip(reversed(known), labels, strict=True):
        assert label.endswith(in_short(manifest, words, manifest is known[0]))
        n = Counter(change.kind for change in manifest.changes)
        assert all(words.t(f"changes.{kind}", n=count) in label for kind, count in n.items())
    assert words.t("changes.records", n=sum(t["rows"] for name, t in known[0].tables.items() if name in TABLE_NAMES)) in labels[-1]


@pytest.mark.parametrize(("view", "page"), [("changes", "evidence"), ("", "method")])
def test_links_in_small_print_are_not_faded(view: str, page: str) -> None:
    app = opened(page, lang="en", **({"view": view} if view else {}))
    assert not [c.value for c in app.caption if "](/" in c.value]


def test_that_nothing_changed_is_said_once() -> None:
    words = Words("en")
    first = opened("evidence", lang="en", view="changes").expander[0]
    if words.t("changes.same") in first.label:
        assert f"- {words.t('changes.none')}" not in "\n".join(m.value for m in first.markdown).replace("\\", "").splitlines()
