"""The page on method and limits: every number from the tables, every link to a page that shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from components.charts import CHART, frame_of
from components.method import SECTIONS, numbers
from components.words import LANGUAGES, Words, catalogue
from data.filters import OPTION, Filters
from data.frames.evidence import FIRST_AUDIT
from data.frames.method import facts
from data.tables import Tables
from tests.test_pages import opened, text, warnings
from tests.test_plain import shown

TEXTS = {key: entry for key, entry in catalogue().items() if key.startswith("method.")}


def test_no_number_of_the_collection_is_typed_into_the_prose() -> None:
    """An order of a list and the usual level of intervals are no findings; anything else is worked out."""
    for key, entry in TEXTS.items():
        for lang in LANGUAGES:
            bare = re.sub(r"\{\w+\}|^\d+\. |95%", "", entry[lang], flags=re.MULTILINE)
            assert not re.search(r"\d", bare), f"{key}: {bare}"


def test_the_numbers_are_those_of_the_tables(tables: Tables) -> None:
    """Worked out again here, by other means."""
    found = facts(tables).numbers
    opinions, rounds, sources = (tables.native(name) for name in ("opinions", "funding_rounds", "sources"))
    feature = sources[(sources["kind"] == "feature") & (sources["language"] == "zh") & (sources["published"] == "2024-03")]
    assert found["n_largest"] == max(opinions["source_ids"].str.contains(s).sum() for s in feature["source_id"])
    assert found["largest_published"] == "2024-03"
    assert found["largest_pct"] == pytest.approx(100 * found["n_largest"] / len(opinions))
    assert found["n_china"] + found["n_north_america"] + found["n_elsewhere"] == len(opinions)
    assert found["n_english"] + found["n_chinese"] + found["n_other_languages"] == len(sources)
    assert found["n_originals"] + found["n_copies"] + found["n_origin_unknown"] == len(sources)
    assert found["n_screenwriter"] == len(opinions.query("role == 'screenwriter'")) > 0

    held = rounds[(rounds["status"] != "cancelled") & rounds["part_of"].isna() & rounds["amount_usd_m"].notna()]
    held = held[held["amount_qualifier"].isin(["exact", "about", "at_least"])]
    assert (found["n_summed"], found["known_usd_m"]) == (len(held), pytest.approx(held["amount_usd_m"].sum()))
    general = held[held["company_kind"] == "general_model"]
    assert found["general_pct"] == pytest.approx(100 * general["amount_usd_m"].sum() / held["amount_usd_m"].sum())
    classes = ("summed", "up_to", "undisclosed", "other_currency", "part_of", "cancelled")
    assert sum(found[f"n_{c}"] for c in classes) == len(rounds)
    assert found["n_disputed"] == int((rounds["n_conflicts"] > 0).sum())

    marks = frame_of(CHART["audit-marks"], tables, Filters()).groupby("audit")["n"].sum()
    assert {m: found[f"n_{m}"] for m in marks.index} == dict(marks)
    assert found["n_audited"] == int(marks.sum() - marks["unchecked"])
    assert found["n_sample"] == sum(s.rows for s in FIRST_AUDIT.values())


def test_what_the_prose_says_without_a_number_is_so(tables: Tables) -> None:
    """Every opinion and round audited, others in part; nearly all opinions coded twice; more corrected than in the first sample."""
    found = facts(tables)
    assert {name for name, n, audited in found.audits if n == audited} == {"opinions", "funding_rounds"}
    assert 0.9 < tables.native("opinions")["stance_second"].notna().mean() < 1
    assert found.numbers["corrected_pct"] > found.numbers["off_pct"]
    assert found.numbers["n_advertising_favourable"] == found.numbers["n_advertising"]
    assert not set(tables.native("opinions")["country"].dropna()) & {"BR", "AR", "CL", "CO", "ZA", "NG", "KE", "EG"}


def test_nothing_in_the_tables_is_no_failure(empty: Tables, words: Words) -> None:
    values = numbers(empty, words)
    assert values["n_opinions"] == 0
    for name in SECTIONS:
        assert words.t(f"method.{name}.text", **values)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_says_all_of_it_in_the_readers_language(tables: Tables, lang: str) -> None:
    words = Words(lang)
    at = opened("method", lang=lang, sector="film")
    assert not at.exception
    assert warnings(at) == []
    seen, values = text(at), numbers(tables, words)
    for name in SECTIONS:
        assert shown(words.t(f"method.{name}.text", **values)) in seen
        assert words.t(f"method.{name}.title") in [h.value for h in at.header]
        assert f"](#{name})" in "\n".join(m.value for m in at.markdown)
    assert tables.version in seen
    assert "{" not in seen
    assert at.query_params == {"lang": lang, "sector": "film"}


def test_without_tables_the_page_says_so_calmly(broken_tables: Path, words: Words) -> None:
    (broken_tables / "manifest.json").unlink()
    at = opened("method", lang=words.lang)
    assert not at.exception
    assert warnings(at) == [shown(words.t("errors.table", table="manifest"))]


def test_every_link_leads_to_a_page_and_a_choice_that_it_has() -> None:
    views = {key.rsplit(".", 1)[1] for key in catalogue() if key.startswith("pages.view.")}
    for page, query in SECTIONS.values():
        assert f"pages.{page}" in catalogue()
        assert query.get("view", "events") in views
        assert all(value in OPTION[name].allowed for name, value in query.items() if name != "view")
