"""How a client knows an answer again, and how a large one is sent: validators, conditions, ranges, preflights."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from components import addresses, answers, cited
from data import export
from data.tables import open_tables
from data.versions import manifests

ADDRESS = "/charts/coverage.csv?sector=film"
IDENTITY = {"Accept-Encoding": "identity"}


def later() -> str:
    return format_datetime(datetime.now(UTC) - timedelta(seconds=1), usegmt=True)


@pytest.mark.parametrize("address", [ADDRESS, "/tables.json", "/tables/models.parquet"])
def test_another_process_says_the_same(client: TestClient, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = client.get(address).headers
    monkeypatch.setattr(open_tables(), "opened_at", datetime.now(UTC) + timedelta(days=1))
    again = client.get(address).headers
    assert (again["etag"], again["last-modified"]) == (first["etag"], first["last-modified"])
    assert parsedate_to_datetime(first["last-modified"]).date().isoformat() == open_tables().data_as_of


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/charts/nonsense.csv", 404),
        ("/charts/coverage.csv?sector=xx", 400),
        ("/charts/coverage.csv?foo=xx", 400),
        ("/charts/coverage.png?scheme=pink", 400),
        ("/charts.json?foo=xx", 400),
        ("/records/models/nothing.json", 404),
        ("/records/models/a%0Ab.json", 404),
        ("/cite.txt?chart=nothing", 400),
        ("/brief.html?from=soon", 400),
        ("/embed?chart=nothing", 404),
        ("/changes.json?since=nothing", 400),
    ],
)
def test_what_is_refused_is_not_called_unchanged(client: TestClient, address: str, status: int) -> None:
    for condition in ({"If-None-Match": "*"}, {"If-Modified-Since": later()}):
        assert client.get(address, headers=condition).status_code == status


def test_nothing_is_made_for_a_client_that_has_it(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = client.get(ADDRESS).headers["etag"]

    def made(*_: Any) -> bytes:
        raise AssertionError("made again")

    monkeypatch.setattr(addresses, "data_pieces", made)
    assert client.get(ADDRESS, headers={"If-None-Match": tag}).status_code == 304


def test_a_day_is_no_match_once_the_release_is_another(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data keep their day when labels and code change."""
    since = {"If-Modified-Since": client.get(ADDRESS).headers["last-modified"]}
    assert client.get(ADDRESS, headers=since).status_code == 304
    monkeypatch.setattr(answers, "RELEASE", "99.0.0")
    assert client.get(ADDRESS, headers=since).status_code == 200


def test_what_was_fetched_after_the_tables_were_opened_is_still_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    fetched = {"If-Modified-Since": format_datetime(now - timedelta(hours=1), usegmt=True)}
    for opened, status in ((now, 200), (now - timedelta(hours=2), 304)):
        monkeypatch.setattr(open_tables(), "opened_at", opened)
        assert client.get(ADDRESS, headers=fetched).status_code == status
    tomorrow = format_datetime(now + timedelta(days=1), usegmt=True)
    assert client.get(ADDRESS, headers={"If-Modified-Since": tomorrow}).status_code == 200, "a clock that goes wrong proves nothing"


@pytest.mark.parametrize("address", ["/cite.txt", "/cite.bib?chart=coverage", "/records/events/EV017.json"])
def test_a_citation_of_yesterday_is_not_one_of_today(client: TestClient, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old = manifests()[0].version
    for query in ("", f"version={old}"):
        asked = f"{address}{'&' if '?' in address else '?'}{query}"
        monkeypatch.setattr(cited, "today", lambda: date(2030, 5, 6))
        first = client.get(asked)
        assert first.headers["cache-control"] == "no-cache", "of a kept version too: it says when it was read"
        conditions = [{"If-None-Match": first.headers["etag"]}, {"If-Modified-Since": first.headers["last-modified"]}]
        assert [client.get(asked, headers=c).status_code for c in conditions] == [304, 304]
        monkeypatch.setattr(cited, "today", lambda: date(2030, 5, 7))
        answered = [client.get(asked, headers=c) for c in (*conditions, {"If-Modified-Since": later()})]
        assert [a.status_code for a in answered] == [200, 200, 200]
        assert answered[0].content != first.content


def test_what_changed_of_a_kept_version_is_not_kept_for_a_day(client: TestClient) -> None:
    old = manifests()[0].version
    assert client.get(f"/changes.json?version={old}").headers["cache-control"] == "no-cache"
    assert "max-age" in client.get(f"/tables/models.csv?version={old}").headers["cache-control"]


def test_a_weak_tag_is_not_enough_for_a_piece(client: TestClient) -> None:
    whole = client.get("/tables/models.parquet")
    assert whole.headers["etag"].startswith("W/")
    for known in (whole.headers["etag"], whole.headers["last-modified"]):
        answer = client.get("/tables/models.parquet", headers={"Range": "bytes=0-9", "If-Range": known})
        assert (answer.status_code, answer.content) == (200, whole.content)


@pytest.mark.parametrize(
    ("asked", "start", "end"), [("", 0, None), ("bytes=0-99", 0, 100), ("bytes=500-", 500, None), ("bytes=-2000", -2000, None)]
)
@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_a_large_file_comes_in_pieces_and_in_ranges(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, form: str, asked: str, start: int, end: int | None
) -> None:
    address = f"/tables/opinions.{form}"
    whole = client.get(address, headers=IDENTITY).content
    monkeypatch.setattr(answers, "STREAMED_FROM", 1000)
    monkeypatch.setattr(answers, "PIECE", 777)
    monkeypatch.setattr(export, "ROWS_AT_A_TIME", 50)
    answer = client.get(address, headers=IDENTITY | ({"Range": asked} if asked else {}))
    assert (answer.status_code, answer.content) == (206 if asked else 200, whole[start:end])
    told = client.head(address, headers=IDENTITY)
    assert told.headers["accept-ranges"] == answer.headers["accept-ranges"] == "bytes"
    assert told.headers["etag"] == answer.headers["etag"]
    made_while_sent = form != "parquet"
    assert ("content-length" in told.headers, "content-length" in answer.headers) == (
        not made_while_sent,
        bool(asked) or not made_while_sent,
    )
    for known in (answer, told):
        if "content-length" in known.headers:
            assert int(known.headers["content-length"]) == len(answer.content if known is answer else whole)


def test_no_more_of_a_long_text_is_made_than_has_to_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "STREAMED_FROM", 1000)
    made: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(100):
            made.append(number)
            yield b"x" * 400

    answer = answers.file_answer(pieces(), "x.csv", "text/csv")
    assert isinstance(answer, answers.Streamed)
    assert made == [0, 1, 2, 3]
    assert answer.whole().body == b"x" * 40_000
    assert answers.file_answer(iter([b"a", b"b"]), "x.csv", "text/csv").body == b"ab"


def test_a_page_of_another_site_may_ask_with_conditions(client: TestClient) -> None:
    asked = {"Origin": "https://x.org", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"}
    told = client.options("/charts/coverage.csv", headers=asked).headers
    allowed = {name.strip().lower() for name in told["access-control-allow-headers"].split(",")}
    assert {"if-none-match", "if-modified-since", "range", "if-range"} <= allowed
