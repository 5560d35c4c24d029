"""How to cite, by address: `/cite.<form>`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from components.answers import Refusal, answers, read, route
from components.behind import nearest_keys, record
from components.charts import CHART
from components.cited import citation_of
from data import citing
from data.catalog import TABLE_NAMES
from data.tables import Tables

#: What the address takes beside the filters.
PARAMETERS = ("chart", "table", "record")


@answers
def cite(request: Request, tables: Tables) -> Response:
    """A citation in one of the forms of `data.citing`, accessed today."""
    form = request.path_params["form"]
    if form not in citing.FORMS:
        raise Refusal(404, error="no such form of citation", parameter="form", value=form, allowed=list(citing.FORMS))
    query = read(request, tables, also=PARAMETERS)
    given = [p for p in PARAMETERS if request.query_params.get(p)]
    if len(given) > 1:
        raise Refusal(400, error="one of these at a time", parameter=given[1], value=request.query_params[given[1]], allowed=given)
    chart, table, of = (request.query_params.get(p, "") for p in PARAMETERS)
    for parameter, value, allowed in (("chart", chart, tuple(CHART)), ("table", table, TABLE_NAMES)):
        if value and value not in allowed:
            raise Refusal(400, error="value not allowed", parameter=parameter, value=value, allowed=list(allowed))
    asked = query.asked(chart or table, "charts" if chart else "tables", request)
    wanted = None
    if of:
        name, _, key = of.partition("/")
        if name not in TABLE_NAMES or record(tables, name, [key]).empty:
            nearest = [f"{name}/{near}" for near in nearest_keys(tables, name, key)] if name in TABLE_NAMES else []
            every = [f"{one}/<key>" for one in TABLE_NAMES]
            raise Refusal(400, error="no such record", parameter="record", value=of, allowed=nearest or every)
        wanted = (name, key)
    body = citing.written(citation_of(asked, tables, wanted), form, query.lang)
    return Response(body, media_type=citing.MEDIA_TYPES[form])


ROUTES = [route("/cite.{form:any}", cite)]
