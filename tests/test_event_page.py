"""The view of one event, and what other views read backwards to it, as a reader gets them."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from components.charts import CHART, frame_of
from components.words import LANGUAGES, Words
from data.build import TABLES_DIR
from data.catalog import dictionary
from data.filters import Filters
from data.tables import Tables, open_tables
from tests.factory import tables_from
from tests.loaded import two_series
from tests.test_pages import finding, opened
from tests.test_plain import LINK, unescaped

REAL = open_tables()
SORA, SORA_2, CLOSING = "EV017", "EV069", "EV096"
LISTS = {"opinions": "opinion", "funding_rounds": "round", "index_moves": "stated move", "events": "other event"}


def script(tables, query, lang, view):  # type: ignore[no-untyped-def]
    from urllib.parse import parse_qsl

    from components.company import show_company
    from components.event import show_event
    from components.speaker import show_speaker
    from components.words import Words
    from data.filters import parse

    shows = {"event": show_event, "company": show_company, "speaker": show_speaker}
    shows[view](tables, parse(parse_qsl(query))[0], Words(lang))


def shown(query: str, lang: str = "en", tables: Tables = REAL, view: str = "event") -> AppTest:
    app = AppTest.from_function(script, args=(tables, query, lang, view), default_timeout=120).run()
    assert not app.exception
    return app


def text(app: AppTest) -> str:
    """Everything said, without the signs that Markdown needs."""
    said = [*app.markdown, *app.caption, *app.info]
    return "\n".join(str(e.value) for e in said).replace("\\", "").replace("\u00a0", " ")


def links(app: AppTest) -> set[str]:
    return {m for e in app.markdown for m in re.findall(r"\]\((/[^)]*)\)", str(e.value))}


# The three that the arc is of -------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("event_id", [SORA, SORA_2, CLOSING])
def test_an_event_opens_by_its_address(event_id: str, lang: str) -> None:
    at = opened("overview", event=event_id, lang=lang)
    assert not at.exception
    words, said = Words(lang), text(at)
    event = REAL.native("events").set_index("event_id").loc[event_id]
    assert f"## {event[f'title_{lang}']}" in said
    assert words.date(event["date"]) in said
    assert words.codes("sector", event["sectors"].split(";")) in said
    assert event[f"summary_{lang}"] in said
    assert f"/funding?company=openai&lang={lang}" in links(at)
    frame = frame_of(CHART["event-around"], REAL, Filters(event=event_id))
    assert finding("event-around", REAL, Filters(event=event_id), words) in said
    for sector in frame["sector"].unique():
        assert f"### {words.code('sector', sector)}" in said
    for table in LISTS:
        n = frame.loc[frame["table"] == table, "mark_id"].nunique()
        assert table == "index_moves" or words.t(f"event.lists.{table}", n=n) in said
    assert words.t("timeline.how_to_load") in said, "how to load a series is said where series are, not in commands here"
    assert at.button(key="event-back").label == words.t("event.back")


def test_what_was_said_paid_and_traded_around_the_announcement_of_sora() -> None:
    said = text(shown(f"event={SORA}"))
    assert "Before it: no voice. After it: 1 voice (1 negative). Too few to say how they lean. 23 more stand on neither side." in said
    assert "After it: Culture and media sector" not in said, "a name is a link to its document"
    assert re.search(r"\[Culture and media sector \(unnamed app\)\]\(<http[^>]*>\) \+6.6%, on 19 Feb 2024 \(CSI 300 \+1.2%", said)
    assert "difference +5.5 points" in said
    assert "General-model companies: " in said
    assert "Companies serving a sector: " in said


def test_two_stated_closes_make_a_move_where_no_daily_levels_are() -> None:
    said = text(shown(f"event={CLOSING}", "zh"))
    assert "+4.3%（2026年3月23日收盘至2026年3月25日收盘；沪深300 +2.7%，相差+1.6个百分点）" in said
    assert "没有文件载明该行业的指数或个股在这段时间的涨跌；面向各行业的见“跨行业”。" in said


def test_neighbours_and_other_events_keep_what_else_is_chosen() -> None:
    app = shown(f"sector=film&from=2025&event={SORA_2}&around=90")
    found = links(app)
    assert "/?sector=film&from=2025&around=90&event=EV066&lang=en" in found
    assert "/?sector=film&from=2025&around=90&event=EV076&lang=en" in found
    others = frame_of(CHART["event-around"], REAL, Filters(("film",), since="2025", event=SORA_2, around="90"))
    nearest = others[others["table"] == "events"].sort_values("days_from_event", key=abs)["mark_id"].iloc[0]
    assert f"/?sector=film&from=2025&around=90&event={nearest}&lang=en" in found


def choosing(lang):  # type: ignore[no-untyped-def]
    from components.event import choose_event
    from components.words import Words
    from data.tables import open_tables

    choose_event(open_tables(), Words(lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_event_is_chosen_from_a_list_that_names_the_headlines_first(lang: str) -> None:
    at = AppTest.from_function(choosing, args=(lang,)).run()
    box, words = at.selectbox(key=f"go:event:{lang}"), Words(lang)
    events = REAL.native("events")
    assert len(box.options) == int(events["date_start"].notna().sum())
    named = {f"{words.date(row['date'])} · {words.pick(row, 'title')}": row for row in events.to_dict("records")}
    headlines = [bool(named[label]["is_headline"]) for label in box.options]
    assert headlines == sorted(headlines, reverse=True)
    assert box.value is None
    box.set_value(next(label for label in box.options if named[label]["event_id"] == SORA_2)).run()
    assert not at.exception
    assert at.query_params["event"] in (SORA_2, [SORA_2])


def test_the_window_and_the_way_back() -> None:
    at = opened("overview", sector="film", event=SORA_2, lang="en")
    assert "## OpenAI launches Sora 2" in text(at)
    at.segmented_control(key="f:around").set_value("7").run()
    assert at.query_params["around"] == "7"
    assert "7 days before and after" in text(at)
    at.button(key="event-back").click().run()
    assert not at.exception
    assert at.query_params == {"sector": "film", "lang": "en", "around": "7"}
    assert "## OpenAI launches Sora 2" not in text(at)
    assert at.selectbox(key="go:event:en").value is None


def test_a_click_on_an_event_opens_it_and_on_anything_else_does_not() -> None:
    for slug, key in (("event-around", "mark_id"), ("impact-timeline", "record_id")):
        chart = CHART[slug]
        for table, expected in (("events", [("event", SORA)]), ("opinions", []), ("index_moves", [])):
            assert chart.narrows({"table": table, key: SORA}) == expected
    assert CHART["impact-timeline"].narrows({"table": "events", "record_id": None}) == []


def test_titles_of_events_lead_to_their_view() -> None:
    assert {f"/?event={SORA_2}&lang=zh", f"/?event={CLOSING}&lang=zh"} <= links(shown("company=openai", "zh", view="company"))


# Nothing there -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "expected"), [
    ("en", "No dated event is recorded under “EV999”. Take the filter away to see the timeline of all of them."),
    ("zh", "没有编号为“EV999”且有日期的事件。去掉该筛选即可看到全部事件的时间轴。"),
])  # fmt: skip
def test_an_unknown_event_gets_one_calm_sentence(lang: str, expected: str) -> None:
    at = opened("overview", event="EV999", lang=lang)
    assert not at.exception
    assert [i.value.replace("\\", "") for i in at.info] == [expected]
    at.button(key="event-back").click().run()
    assert not at.info
    assert "event" not in at.query_params


def test_an_event_alone_is_said_to_be_alone() -> None:
    alone = {"event_id": "EV001", "date": "2024", "title_en": "Alone", "title_zh": "独自", "kind": "deal", "sectors": "film"}
    app = shown("event=EV001", tables=tables_from(events=[alone]))
    said = text(app)
    assert "## Alone" in said
    assert "known to the year only" in said
    assert "Nothing else was read of Film & TV, Short drama, Games, Advertising, Cross-sector in these days." in said
    assert Words("en").t("charts.empty") in said
    assert not [p for p in app.get("plotly_chart") if "event-around" in str(p)]


def test_without_a_voice_before_it_nothing_is_compared() -> None:
    event = {"event_id": "EV001", "date": "2024-03-15", "title_en": "It", "title_zh": "事", "kind": "deal", "sectors": "film"}
    voice = {"sectors": "film", "theme": "jobs_skills", "is_date_inferred": False, "said_date": "2024-03-20"}
    stances = ["positive"] * 6 + ["neutral"] * 3 + ["negative"] * 3
    after = [voice | {"opinion_id": f"O{i:04}", "speaker_id": f"s-{i}", "stance": s} for i, s in enumerate(stances)]
    said = text(shown("event=EV001", tables=tables_from(events=[event], opinions=after)))
    assert "Before it: no voice. After it: 12 voices (6 positive, 50%; 3 neutral, 25%; 3 negative, 25%)." in said
    assert "too few" not in said
    before = [row | {"opinion_id": f"P{i:04}", "said_date": "2024-03-10"} for i, row in enumerate(after)]
    app = shown("event=EV001", tables=tables_from(events=[event], opinions=[*after, *before]))
    assert "/opinions?sector=film&event=EV001&days=30&view=time&lang=en" in links(app)


# Loaded levels -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "expected"), [("en", "Loaded series."), ("zh", "导入的行情")])
def test_loaded_series_are_said_beside_what_is_stated(lang: str, expected: str) -> None:
    app = shown(f"event={SORA}", lang, tables=two_series())
    said = text(app)
    assert said.count(f"**{expected}**") == 3, "film and short drama; the benchmark under all sectors"
    assert {"en": "Invented made-index ", "zh": "虚构 made-index "}[lang] in said
    assert {"en": "from the close of 14 Feb 2024 to that of 15 Mar 2024", "zh": "2024年2月14日收盘至2024年3月15日收盘"}[lang] in said
    assert not app.code


# Read backwards ----------------------------------------------------------------------------------


def test_a_company_reads_back_from_its_rounds() -> None:
    said = text(shown("company=openai", view="company"))
    assert "## Around its rounds" in said
    assert "**Strategic, 11 Dec 2025**" in said
    assert "Moves after it: " in said
    assert "Its people over its own date: [OpenAI spokesperson (unnamed)](/opinions?speaker=" in said
    assert "Around the other 4 rounds, nothing was read." in said
    calm = text(shown("company=kling-ai", "zh", view="company"))
    assert "其1笔融资前后各30天内，没有所载的相关涨跌，也没有读到其人员的言论。" in calm


def test_a_speaker_reads_on_to_the_moves_after_each_statement() -> None:
    app = shown("speaker=sag-aftra", view="speaker")
    said = text(app)
    assert "## After what was said: moves of the market" in said
    assert "**11 Dec 2025 (date inferred), neutral on" in said
    assert "+3.6%, on 9 Jan 2026 (a reading during the day)" in said
    assert "nothing here says that the market answered" in said
    none = text(shown("speaker=openai", view="speaker"))
    assert "1 statement is not known to the day: nothing can be said to come after it." in none


def test_loaded_indices_stand_beside_the_rounds_of_a_company() -> None:
    said = text(shown("company=runway", tables=two_series(), view="company"))
    assert "Loaded indices before it: Invented made-index " in said
    assert "Invented made-market" not in said.replace("(Invented made-market", ""), "a benchmark only stands beside an index"


# Hostile text ------------------------------------------------------------------------------------

ATTACK = "](javascript:alert(1)) <b>bold</b> **x** :red[y] ![z](https://example.org/t.png) `"


def hostile() -> Tables:
    """The shipped tables where every name, title and note attacks."""

    def read(name: str) -> pd.DataFrame:
        columns = [c.name for c in dictionary().tables[name].columns if c.type in ("string", "text") and not c.pattern]
        frame = REAL.native(name)
        return frame.assign(**{c: [f"{i} {ATTACK}" for i in range(len(frame))] for c in columns if c not in ("aliases", "period")})

    return Tables(TABLES_DIR, REAL.version, read)


#: How records are set: their proof smaller, a stance as a badge before the speaker's name.
OWN_SIZE = r"(?m)^:small\[(?::(?:red|orange|gray|blue)-badge\[[A-Z][a-z ]+\] (?=[*s]))?"


@pytest.mark.parametrize(("view", "query"), [("event", f"event={SORA}"), ("company", "company=openai"), ("speaker", "speaker=sag-aftra")])
def test_hostile_names_stay_text(view: str, query: str) -> None:
    app = shown(query, tables=hostile(), view=view)
    attacked = [str(e.value) for e in [*app.markdown, *app.caption] if "alert" in str(e.value)]
    assert len(attacked) > 5
    for value in attacked:
        left = re.sub(OWN_SIZE, "", re.sub(LINK, "]", unescaped(value)))
        assert not re.search(r"[`<>!]|\]\(|:red", left.replace("\u2060", "")), left


def test_a_search_in_the_link_stays_a_search() -> None:
    found = links(shown(f"event={SORA}&q={'%29+%5Bx%5D%28javascript'}"))
    neighbours: list[Any] = [link for link in found if link.startswith("/?event=") or "&event=" in link]
    assert neighbours
    assert not any("javascript:" in link or " " in link for link in neighbours)
