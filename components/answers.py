"""How every address of ours answers: what a query may carry, refusals as JSON, headers, what was not changed.

A handler takes (request, tables), looks at all that is asked, and raises Refusal or gives the answer: a Response, or, where
it costs something, what makes one, which nobody runs for a client that has it already. `answers` makes a route's endpoint
of it.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from itertools import chain
from typing import Any
from urllib.parse import quote

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from components import RELEASE
from components.asked import ROWS, Asked, site
from components.pace import wait_s
from components.words import LANGUAGES
from data.filters import PARAMETERS, Filters, parse, unknown_parameters
from data.named import unknown_records
from data.tables import Tables, TableUnreadable, open_tables
from data.versions import VersionNotKept, tables_at

log = logging.getLogger("reelshift")
#: What the query of every data address may carry beside the filters.
COMMON = ("lang", "rows", "version")
METHODS = ("GET", "HEAD")
#: Anybody's page may read the data, and these headers of it.
CROSS_ORIGIN = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": (
        "ETag, Last-Modified, Content-Disposition, Content-Length, Content-Range, Accept-Ranges, Link, Retry-After"
    ),
}
#: What it may ask with, beside what it always may.
PREFLIGHT = CROSS_ORIGIN | {
    "access-control-allow-methods": ", ".join(METHODS),
    "access-control-allow-headers": "If-None-Match, If-Modified-Since, If-Range, Range",
    "access-control-max-age": "86400",
}
_SERVICE = '</openapi.json>; rel="service-desc"'
KEPT_FOR_A_DAY = "public, max-age=86400"
STREAMED_FROM, PIECE = 10_000_000, 1_000_000


class Refusal(Exception):
    """An answer other than the one asked for, as JSON."""

    def __init__(self, status: int, headers: dict[str, str] | None = None, **detail: Any) -> None:
        super().__init__(status)
        self.status, self.detail = status, detail
        self.headers = (headers or {}) | ({"allow": ", ".join(METHODS)} if status == 405 else {})


@dataclass(frozen=True)
class Query:
    """What the query of an address says."""

    filters: Filters
    lang: str
    rows: str
    version: str

    def asked(self, name: str, what: str, request: Request) -> Asked:
        """The same as a request for one chart or table, its addresses on the host that was asked."""
        return Asked(name, what, self.filters, self.lang, self.rows, self.version, site(f"{request.url.scheme}://{request.url.netloc}"))


Answer = Response | Callable[[], Response]


def refused_as_json(_request: Request, refused: Refusal) -> Response:
    """A refusal as all but pages for people give it."""
    answer = json_answer(refusal(refused.status, refused.detail), refused.status)
    answer.headers.update(refused.headers)
    return answer


def answers(
    handler: Callable[[Request, Tables], Answer], refused: Callable[[Request, Refusal], Response] = refused_as_json
) -> Callable[[Request], Awaitable[Response]]:
    """Run a handler off the event loop with the tables of the asked version; refusals and failures are answers too."""

    def run(request: Request) -> Response:
        try:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers=PREFLIGHT)
            check_method(request)
            _paced(request)
            tables = _opened(request.query_params.get("version", ""))
            answer = handler(request, tables)
            known = _validators(request, tables, answer)
            headers = CROSS_ORIGIN | known.headers() | {"vary": "Accept", "link": _SERVICE}
            if known.unchanged(request):
                return Response(status_code=304, headers=headers)
            response = answer if isinstance(answer, Response) else answer()
            own = response.headers.get("link")
            response.headers.update(headers | ({"link": f"{_SERVICE}, {own}"} if own else {}))
            return _sent(request, response)
        except Refusal as error:
            why = error
        except TableUnreadable as error:
            log.exception("table %s", error)
            why = Refusal(503, error="the tables cannot be read", table=error.table, remedy="run python -m data.build")
        except Exception:
            log.exception("address %s", request.url.path)
            why = Refusal(500, error="this address failed; the trace is in the server's log")
        response = refused(request, why)
        response.headers.update(CROSS_ORIGIN | {"cache-control": "no-store"} | why.headers)
        return response

    @functools.wraps(handler)
    async def answer(request: Request) -> Response:
        return await run_in_threadpool(run, request)

    return answer


class Anything(PathConvertor):
    """The rest of an address whatever it holds: line breaks too, which `path` stops at."""

    regex = "(?s:.*)"


register_url_convertor("any", Anything())


def route(path: str, handler: Callable[[Request], Awaitable[Response]]) -> Route:
    """A route that hears every method, so that a wrong one is refused as everything else is."""
    return Route(path, handler, methods=[*METHODS, "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])


def check_method(request: Request) -> None:
    """Refusal (405) of what nothing here answers."""
    if request.method not in METHODS:
        raise Refusal(405, error="method not allowed", parameter="method", value=request.method, allowed=list(METHODS))


def _opened(version: str) -> Tables:
    """The tables of a version; Refusal (404) that names those that are kept."""
    try:
        return tables_at(version)
    except VersionNotKept as error:
        raise Refusal(404, error="this data version is not kept", parameter="version", value=version, allowed=error.kept) from error


def _paced(request: Request) -> None:
    ending = request.url.path.rpartition(".")[2]
    wait = wait_s(request.client.host if request.client else "", ending)
    if wait:
        raise Refusal(429, {"retry-after": str(wait)}, error="too many requests", remedy=f"ask again in {wait} s")


# What has not changed -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Validators:
    """By what a client knows an answer again.

    tag         Weak: a compressed answer is the same as one that is not.
    changed     The day of the data; the time of day only tells two states of one day apart, so it is compared for equality.
    same_since  From this moment on nothing can have changed, whatever was asked; None where that is not known.
    pinned      The answer is of a kept version and of nothing else.
    """

    tag: str
    changed: datetime
    same_since: datetime | None
    pinned: bool

    def headers(self) -> dict[str, str]:
        return {
            "etag": self.tag,
            "last-modified": format_datetime(self.changed, usegmt=True),
            "cache-control": KEPT_FOR_A_DAY if self.pinned else "no-cache",
        }

    def unchanged(self, request: Request) -> bool:
        """What If-None-Match says, and only without it what If-Modified-Since says (RFC 9110, 13.2.2)."""
        asked = request.headers.get("if-none-match")
        if asked is not None:
            return asked.strip() == "*" or self.tag.removeprefix("W/") in [t.strip().removeprefix("W/") for t in asked.split(",")]
        try:
            since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
        except (TypeError, ValueError):
            return False
        if since.tzinfo is None:
            return False
        return since == self.changed or (self.same_since is not None and self.same_since <= since <= datetime.now(UTC))


def _validators(request: Request, tables: Tables, answer: Answer) -> Validators:
    """An answer that is made already is known by its own bytes: it may name today, or what is newest. One that is still to be
    made is known by all that it is made of: the same address of the same data is the same answer."""
    made = isinstance(answer, Response)
    if isinstance(answer, Response):
        body = bytes(answer.body)
    else:
        loaded = ",".join(series.revision for series in tables.levels.series)
        body = f"{request.url}#{site()}#{open_tables().version}#{loaded}#{request.headers.get('accept', '')}".encode()
    digest = hashlib.sha256(f"{RELEASE}#{tables.version}#".encode() + body).hexdigest()
    day = datetime.fromisoformat(tables.data_as_of).replace(tzinfo=UTC)
    changed = min(day + timedelta(seconds=int(digest, 16) % 86400), datetime.now(UTC).replace(microsecond=0))
    return Validators(
        tag=f'W/"{RELEASE}-{tables.version}-{digest[:8]}"',
        changed=changed,
        same_since=None if made else max(tables.opened_at, open_tables().opened_at),
        pinned=not made and bool(request.query_params.get("version")),
    )


# How an answer is sent ----------------------------------------------------------------------------


class Streamed(StreamingResponse):
    """A long text that is made while it is sent, so that nobody holds it whole; how long it is shows at its end."""

    def __init__(self, pieces: Iterable[bytes], media_type: str, headers: Mapping[str, str]) -> None:
        super().__init__(pieces, media_type=media_type, headers=headers)
        self.pieces = pieces

    def whole(self) -> Response:
        return Response(b"".join(self.pieces), self.status_code, dict(self.headers))


def _sent(request: Request, response: Response) -> Response:
    """The answer without its body to HEAD, a piece of it where a piece is asked for, and a large one bit by bit."""
    response.headers["accept-ranges"] = "bytes"
    if request.method == "HEAD":
        bare = Response(status_code=response.status_code, headers=dict(response.headers))
        if isinstance(response, Streamed):
            del bare.headers["content-length"]
        return bare
    if isinstance(response, Streamed):
        if "range" not in request.headers:
            return response
        response = response.whole()
    part = _part(request, response)
    body = bytes(part.body)
    if len(body) <= STREAMED_FROM:
        return part
    return StreamingResponse((body[at : at + PIECE] for at in range(0, len(body), PIECE)), part.status_code, dict(part.headers))


def _part(request: Request, response: Response) -> Response:
    """The one range of bytes that is asked for, as readers of Parquet do; the whole for anything else (RFC 9110, 14).

    Also for If-Range: it wants a strong tag, and ours are weak.
    """
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", "").strip())
    body = bytes(response.body)
    if not found or not any(found.groups()) or response.status_code != 200 or "if-range" in request.headers:
        return response
    first, last = found.groups()
    start = int(first) if first else max(0, len(body) - int(last))
    end = min(int(last), len(body) - 1) if first and last else len(body) - 1
    if start > end:
        headers = {"content-range": f"bytes */{len(body)}"}
        raise Refusal(
            416, headers, error="no such range", parameter="range", value=request.headers["range"], allowed=[f"0-{len(body) - 1}"]
        )
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(body[start : end + 1], 206, headers | {"content-range": f"bytes {start}-{end}/{len(body)}"})


def json_answer(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value, option=orjson.OPT_INDENT_2), status, media_type="application/json")


def refusal(status: int, detail: dict[str, Any]) -> dict[str, Any]:
    """A refusal as every address words it: what is wrong, what would be right, where the rules stand."""
    return {"status": status, **detail, "documentation": "/openapi.json"}


def file_answer(body: bytes | Iterable[bytes], name: str, media_type: str, disposition: str = "attachment") -> Response:
    """A file to keep; of one that is made bit by bit no more than STREAMED_FROM is waited for before it is sent."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    headers = {"content-disposition": f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"}
    if isinstance(body, bytes):
        return Response(body, media_type=media_type, headers=headers)
    begun, rest = b"", iter(body)
    for piece in rest:
        if len(begun) > STREAMED_FROM:  # and there is more
            return Streamed(chain((begun, piece), rest), media_type, headers)
        begun += piece
    return Response(begun, media_type=media_type, headers=headers)


def acceptable(request: Request, offered: Mapping[str, str]) -> str | None:
    """The first ending whose media type the Accept header likes best; None where it takes none of them."""
    header = request.headers.get("accept", "*/*")
    wishes = []
    for position, part in enumerate(header.split(",")):
        kind, *parameters = [p.strip().lower() for p in part.split(";")]
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        wishes.append((kind, float(quality) if quality.replace(".", "", 1).isdigit() else 1.0, position))
    best: tuple[float, str] | None = None
    for ending, media_type in offered.items():
        bare = media_type.split(";")[0]
        fits = [(w.count("*"), q) for w, q, _ in wishes if w in (bare, f"{bare.split('/')[0]}/*", "*/*")]
        liked = min(fits)[1] if fits else 0.0  # the most exact wish counts
        if liked > 0 and (best is None or liked > best[0]):
            best = (liked, ending)
    return best[1] if best else None


def read(request: Request, tables: Tables, also: tuple[str, ...] = ()) -> Query:
    """What the query says. Raises Refusal (400) naming the parameter and what it takes; `also` are the address's own parameters."""
    pairs = request.query_params.multi_items()
    unknown = unknown_parameters(pairs, (*COMMON, *also))
    if unknown:
        raise Refusal(400, error="unknown parameter", parameter=unknown[0], allowed=[*PARAMETERS, *COMMON, *also])
    filters, refused = parse(pairs)
    refused += unknown_records(filters, tables)
    if refused:
        first = refused[0]
        raise Refusal(400, error="value not allowed", parameter=first.parameter, value=first.value, allowed=list(first.allowed))
    lang = one_of(request, "lang", LANGUAGES)
    rows = one_of(request, "rows", ROWS)
    return Query(filters, lang, rows, request.query_params.get("version", ""))


def one_of(request: Request, parameter: str, allowed: tuple[str, ...]) -> str:
    """One value out of a few, the first when none is given. Raises Refusal (400)."""
    value = request.query_params.get(parameter, allowed[0])
    if value not in allowed:
        raise Refusal(400, error="value not allowed", parameter=parameter, value=value, allowed=list(allowed))
    return value
