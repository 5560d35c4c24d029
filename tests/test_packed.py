"""Streamlit's scripts, compressed once: the same bytes, the same headers, and nothing else touched."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from components.packed import _ADDRESS, LARGE, LEAST_BYTES, STATIC, packed

SCRIPTS = sorted(STATIC.glob("static/js/*.js"))
LARGEST = next(STATIC.glob("static/js/PlotlyChart.*.js"))


def asked(client: TestClient, path: Path, **headers: str) -> httpx.Response:
    return client.get(f"/{path.relative_to(STATIC).as_posix()}", headers={"accept-encoding": "identity"} | headers)


@pytest.mark.parametrize("pattern", LARGE)
def test_what_is_packed_beforehand_is_there(pattern: str) -> None:
    assert list(STATIC.glob(f"static/js/{pattern}"))


def test_a_script_comes_compressed_and_is_the_same(client: TestClient) -> None:
    plain = asked(client, LARGEST)
    small = asked(client, LARGEST, **{"accept-encoding": "gzip, br"})
    assert plain.content == small.content == LARGEST.read_bytes()  # the client has unpacked it
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) == len(packed(LARGEST.relative_to(STATIC).as_posix()) or b"")
    assert int(small.headers["content-length"]) < len(plain.content) / 3
    same = ("content-type", "cache-control", "last-modified", "content-security-policy")
    assert [small.headers[n] for n in same] == [plain.headers[n] for n in same]
    assert small.headers["vary"] == "Accept-Encoding"
    assert small.headers["etag"] == f"W/{plain.headers['etag']}"


def test_a_browser_that_has_it_is_told_so(client: TestClient) -> None:
    tag = asked(client, LARGEST, **{"accept-encoding": "gzip"}).headers["etag"]
    again = asked(client, LARGEST, **{"accept-encoding": "gzip", "if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert "content-encoding" not in again.headers


def test_parts_heads_and_what_is_not_there_pass_through(client: TestClient) -> None:
    part = asked(client, LARGEST, **{"accept-encoding": "gzip", "range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, LARGEST.read_bytes()[:10])
    head = client.head(f"/static/js/{LARGEST.name}", headers={"accept-encoding": "gzip"})
    assert int(head.headers["content-length"]) == LARGEST.stat().st_size
    missing = [client.get("/static/js/none.js", headers={"accept-encoding": form}) for form in ("identity", "gzip")]
    assert missing[0].status_code == missing[1].status_code
    assert missing[0].content == missing[1].content


@pytest.mark.parametrize("path", ["/static/js/../../config.js", "/static/js/a/b.js", "/static/js/.js/..", "/x/static/js/a.js.map"])
def test_only_files_of_one_folder_are_looked_for(path: str) -> None:
    assert _ADDRESS.search(path) is None


def test_small_ones_stay_as_they_are() -> None:
    small = next(path for path in SCRIPTS if path.stat().st_size < LEAST_BYTES)
    assert packed(small.relative_to(STATIC).as_posix()) is None


def test_every_script_unpacks_to_itself() -> None:
    for path in SCRIPTS[:40]:
        body = packed(path.relative_to(STATIC).as_posix())
        assert body is None or gzip.decompress(body) == path.read_bytes()
