"""The hint for a first visit: who sees it, that it goes away, and that it stays away."""

from __future__ import annotations

import pytest
import streamlit as st
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from components.hint import COOKIE, EMPTY, PICTURE
from components.words import LANGUAGES, Words
from tests.test_pages import opened, text
from tests.test_plain import shown


def hinted(at: AppTest) -> bool:
    return "hint:dismiss" in [button.key for button in at.button]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_new_reader_is_told_until_they_put_it_away(lang: str) -> None:
    words = Words(lang)
    at = opened("overview", lang=lang)
    assert words.t("hint.text") in [c.value for c in at.caption]
    at.pills(key="f:sector").select("film").run()
    assert hinted(at)  # whoever picks a sector has the rest still before them
    at.button(key="hint:dismiss").click().run()
    assert not at.exception
    assert not hinted(at)
    assert words.t("hint.text") not in [c.value for c in at.caption]
    [said] = [toast.value for toast in at.toast]
    assert said.endswith(f"![]({PICTURE})")  # it is the picture that brings the cookie
    assert at.query_params == {"lang": lang, "sector": "film"}
    at.switch_page("funding.py").run()
    assert not at.switch_page("overview.py").run().exception
    assert not hinted(at)


@pytest.mark.parametrize("query", [{"sector": "film"}, {"from": "2024"}, {"version": "2026-11-22-063b1ab4"}, {"event": "EV017"}])
def test_a_link_that_already_shows_something_brings_no_hint(query: dict[str, str]) -> None:
    assert not hinted(opened("overview", lang="en", **query))


def test_who_put_it_away_does_not_see_it_in_a_new_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: {COOKIE: "dismissed"}))
    at = opened("overview", lang="en")
    assert not hinted(at)
    assert shown(Words("en").t("hint.text")) not in text(at)


def test_the_picture_sets_the_cookie_for_this_site_and_a_year(client: TestClient) -> None:
    answer = client.get(PICTURE)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, EMPTY, "image/gif")
    assert answer.headers["cache-control"] == "no-store"
    said = answer.headers["set-cookie"].lower()
    for part in (f"{COOKIE}=dismissed", "max-age=31536000", "path=/", "samesite=lax", "httponly"):
        assert part in said
    assert "secure" not in said  # asked over http
    client.cookies.clear()


def test_only_that_address_sets_a_cookie_and_it_leads_nowhere(client: TestClient) -> None:
    assert COOKIE not in client.get("/?lang=en").headers.get("set-cookie", "")
    answer = client.get(f"{PICTURE}?next=https://elsewhere.example", follow_redirects=False)
    assert answer.status_code == 200
    assert "location" not in answer.headers
    client.cookies.clear()
